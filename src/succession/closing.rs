//! A ledger is closed: the recovery key says up to which head it counts, and under which origin it goes on.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use super::NotShown;
use super::changes;
use crate::commitment::Keys;
use crate::commitment::Origin;
use crate::commitment::ProvedEntry;
use crate::commitment::canonical::CanonicalError;
use crate::commitment::read_as;
use crate::commitment::write_file;
use crate::keys::Head;
use crate::keys::KeyPair;
use crate::keys::PublicKey;
use crate::record::Digest;
use crate::record::is_hex;
use crate::tlog;
use crate::tlog::Hash;
use crate::tlog::Note;
use crate::tlog::leaf_hash;

/// Which document a closing file is, and its version.
pub const CLOSING: &str = "fonds/closing/1";

/// The first line of the note that the recovery key signs.
const FIRST_LINE: &str = "fonds/closing/v1";

/// The largest closing file that is read, in bytes: some two million entries.
const LARGEST: usize = 128 << 20;

/// The name under which the recovery key signs, which no checkpoint has.
fn signer_of(origin: &Origin) -> String {
    format!("{origin}/closing")
}

fn refused(reason: impl Into<String>) -> NotShown {
    NotShown::NoClosing(reason.into())
}

/// The note that closes a ledger, signed by the recovery key that its origin is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingNote {
    note: Note,
    keys: Keys,
    head: Head,
    next: Origin,
}

impl ClosingNote {
    /// Closes the ledger of that origin at a head; it goes on as `next`.
    pub fn sign(
        keys: &Keys,
        head: Head,
        next: &Origin,
        recovery: &KeyPair,
    ) -> Result<Self, NotShown> {
        let old = keys.origin();
        let text = format!(
            "{FIRST_LINE}\n{old}\n{}\n{}\n{}\n{}\n{}\n{next}\n",
            keys.log_key, keys.recovery_key, keys.salt, head.size, head.root
        );
        let note = recovery.sign_text(&signer_of(&old), &text)?;
        Self::open(&note.to_string())
    }

    /// Reads such a note and demands the signature of the recovery key that the origin in it is made of.
    pub fn open(text: &str) -> Result<Self, NotShown> {
        let note = Note::parse(text.as_bytes())?;
        let lines: Vec<&str> = note.text().lines().collect();
        let [
            FIRST_LINE,
            old,
            log_key,
            recovery_key,
            salt,
            size,
            root,
            next,
        ] = lines.as_slice()
        else {
            return Err(refused("it has not the lines of one"));
        };
        let digest = |text: &str| -> Result<Digest, NotShown> {
            text.parse()
                .map_err(|_| refused("a key in it cannot be read"))
        };
        let keys = Keys {
            log_key: digest(log_key)?,
            recovery_key: digest(recovery_key)?,
            salt: digest(salt)?,
        };
        let origin = keys.origin();
        if origin.as_str() != *old {
            return Err(refused(
                "its keys are not those of the origin that it names",
            ));
        }
        let plain = |size: &u64| size.to_string();
        let size: u64 = (size.parse().ok())
            .filter(|parsed| plain(parsed) == **size && *parsed > 0)
            .ok_or_else(|| refused("its number of entries is none"))?;
        let root: Hash = (root.parse()).map_err(|_| refused("its root cannot be read"))?;
        let next: Origin = (next.parse()).map_err(|_| refused("it names no origin to go on as"))?;
        if next == origin {
            return Err(refused("it names the same origin to go on as"));
        }
        let recovery = PublicKey::new(*keys.recovery_key.as_bytes())?;
        note.verify(&recovery.verifier(&signer_of(&origin))?)?;
        Ok(Self {
            note,
            keys,
            head: Head { size, root },
            next,
        })
    }

    /// The origin whose ledger is closed.
    pub fn origin(&self) -> Origin {
        self.keys.origin()
    }

    /// The head up to which it counts.
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The origin under which it goes on.
    pub const fn next(&self) -> &Origin {
        &self.next
    }

    /// The note as text.
    pub fn text(&self) -> String {
        self.note.to_string()
    }
}

/// A closing as a file. Its fields are in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The head as the log's key signed it.
    checkpoint: String,
    /// The entries under it that changed the log's key.
    key_entries: Vec<ProvedEntry>,
    /// The leaf data of all entries, one after the other, in hex.
    leaves: String,
    /// The recovery key's note.
    note: String,
    /// [`CLOSING`].
    schema: String,
}

/// A closing that holds: the recovery key's note, the head as the log's key had signed it, and every leaf under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    note: ClosingNote,
    leaves: Vec<[u8; 32]>,
    file: File,
}

impl Closing {
    /// Puts a closing together, and checks it as a stranger would.
    pub fn make(
        note: &ClosingNote,
        checkpoint: String,
        key_entries: Vec<ProvedEntry>,
        leaves: &[[u8; 32]],
    ) -> Result<Self, NotShown> {
        Self::of(File {
            checkpoint,
            key_entries,
            leaves: hex::encode(leaves.concat()),
            note: note.text(),
            schema: CLOSING.to_owned(),
        })
    }

    /// Reads a closing file and checks all of it.
    pub fn read(bytes: &[u8]) -> Result<Self, NotShown> {
        Self::of(read_as(bytes, CLOSING, LARGEST).map_err(NotShown::NoClosing)?)
    }

    fn of(file: File) -> Result<Self, NotShown> {
        let note = ClosingNote::open(&file.note)?;
        let (_, head) = changes::open(&file.checkpoint, &note.keys, &file.key_entries)?;
        if Head::from(&head) != note.head {
            return Err(refused("its checkpoint is of another head than the note"));
        }
        let bytes = (Some(&file.leaves).filter(|leaves| is_hex(leaves)))
            .and_then(|leaves| hex::decode(leaves).ok())
            .ok_or_else(|| refused("its leaves are not hex"))?;
        let (leaves, rest) = bytes.as_chunks::<32>();
        let here = tlog::root(leaves.iter().map(|leaf| leaf_hash(leaf)));
        if !rest.is_empty() || leaves.len() as u64 != head.size || here != head.root {
            return Err(refused("its leaves do not give the root that was signed"));
        }
        Ok(Self {
            note,
            leaves: leaves.to_vec(),
            file,
        })
    }

    /// The file's text.
    pub fn file(&self) -> Result<String, CanonicalError> {
        write_file(&self.file)
    }

    /// The recovery key's note.
    pub const fn note(&self) -> &ClosingNote {
        &self.note
    }
}

/// What counts of a ledger that was closed: what all its closings share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    leaves: Vec<[u8; 32]>,
    next: BTreeSet<Origin>,
}

impl Closed {
    /// What these closings of one origin share; nothing where there are none.
    pub fn by(closings: &[Closing]) -> Option<Self> {
        let (first, others) = closings.split_first()?;
        let shared = others.iter().fold(first.leaves.len(), |most, other| {
            let pairs = first.leaves.iter().zip(&other.leaves);
            pairs.take(most).take_while(|(a, b)| a == b).count()
        });
        Some(Self {
            leaves: first.leaves.iter().take(shared).copied().collect(),
            next: (closings.iter().map(|it| it.note.next.clone())).collect(),
        })
    }

    /// Entries that count.
    pub fn size(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The root over the first `size` of them; nothing where fewer count.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        let leaves = self.leaves.get(..usize::try_from(size).ok()?)?;
        Some(tlog::root(leaves.iter().map(|leaf| leaf_hash(leaf))))
    }

    /// Whether the entry at that index, with those leaf data, is among those that count.
    pub fn counts(&self, index: u64, leaf: &[u8; 32]) -> bool {
        let at = usize::try_from(index).ok();
        at.and_then(|at| self.leaves.get(at)) == Some(leaf)
    }

    /// The origins under which it goes on: more than one where the recovery key said two things.
    pub const fn next(&self) -> &BTreeSet<Origin> {
        &self.next
    }
}
