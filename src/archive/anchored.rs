//! What the ledger keeps of other hands: entries `anchored/1`, the files that they name, and the checkpoints that these
//! are over. What of it counts is not judged here.

use rusqlite::OptionalExtension as _;

use super::Archive;
use super::ArchiveError;
use super::EntryDraft;
use super::Step;
use super::Writer;
use crate::anchor::Kept;
use crate::anchor::LARGEST;
use crate::keys::KeyError;
use crate::record::Bytes;
use crate::record::Digest;
use crate::tlog::Checkpoint;
use crate::tlog::Hash;
use crate::tlog::Note;
use crate::tlog::leaf_hash;
use crate::tlog::prove_consistency;

/// An entry that says that a head is in other hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchored {
    /// Its index.
    pub entry: u64,
    /// Entries under the head.
    pub size: u64,
    /// The root over them.
    pub root: Digest,
    /// `witness`, `token` or another kind.
    pub kind: String,
    /// The file that came from outside.
    pub bytes: Option<Bytes>,
}

/// An anchor that is recorded, as it can be judged; or the end of a sentence that says why it cannot be.
pub type FoundAnchor = Result<Kept, String>;

impl Archive {
    /// Every anchor with the file that came from outside and the checkpoint that it is over. Of the bytes nothing is
    /// believed: whose they are is judged by their signatures.
    pub fn anchors(&self) -> Result<Vec<(Anchored, FoundAnchor)>, ArchiveError> {
        let mut found = Vec::new();
        for anchored in self.anchored()? {
            let kept = self.kept(&anchored)?;
            found.push((anchored, kept));
        }
        Ok(found)
    }

    fn kept(&self, anchored: &Anchored) -> Result<FoundAnchor, ArchiveError> {
        let Some(bytes) = anchored.bytes else {
            return Ok(Err(
                "nothing that came from outside is kept with it".to_owned()
            ));
        };
        let stored = self.place_of(&bytes.sha256)?.map_or(0, |(_, size)| size);
        if stored.max(bytes.size) > LARGEST as u64 {
            return Ok(Err(format!(
                "the file that came from outside is of more than {LARGEST} bytes"
            )));
        }
        let bytes = match self.blob(&bytes.sha256) {
            Ok(bytes) => bytes,
            Err(error) if error.is_damage() || matches!(error, ArchiveError::Store(_)) => {
                return Ok(Err(
                    "the file that came from outside cannot be read".to_owned()
                ));
            }
            Err(error) => return Err(error),
        };
        let signed = match self.checkpoint_of(anchored.size) {
            Ok(signed) => signed,
            Err(error) if error.is_damage() => None,
            Err(error) => return Err(error),
        };
        let Some((note, head)) = signed else {
            let size = anchored.size;
            return Ok(Err(format!(
                "the checkpoint of {size} entries that it is over is not here"
            )));
        };
        if Digest::new(head.root.0) != anchored.root {
            return Ok(Err("it names another root than the checkpoint".to_owned()));
        }
        Ok(Ok(Kept {
            entry: Some(anchored.entry),
            size: anchored.size,
            kind: anchored.kind.clone(),
            bytes,
            note,
        }))
    }

    /// Every anchor that is recorded, in the order of the ledger. One whose values cannot be read is left to the check of
    /// the entries.
    pub fn anchored(&self) -> Result<Vec<Anchored>, ArchiveError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT seq FROM entry WHERE schema = 'anchored/1' ORDER BY seq")?;
        let entries: Vec<u64> = statement
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut found = Vec::new();
        for entry in entries {
            let Some(opened) = self.entry(entry)? else {
                continue;
            };
            let read = || -> Result<Option<Anchored>, ArchiveError> {
                let (Some(size), Some(root), Some(kind)) = (
                    opened.get("size")?,
                    opened.get("root")?,
                    opened.get("kind")?,
                ) else {
                    return Ok(None);
                };
                Ok(Some(Anchored {
                    entry,
                    size,
                    root,
                    kind,
                    bytes: opened.get("token")?,
                }))
            };
            found.extend(read().ok().flatten());
        }
        Ok(found)
    }

    /// The checkpoint of exactly that size, with the log key's line only; nothing where none was signed.
    pub fn checkpoint_of(&self, size: u64) -> Result<Option<(Note, Checkpoint)>, ArchiveError> {
        let Ok(row) = i64::try_from(size) else {
            return Ok(None);
        };
        let note: Option<String> = self
            .conn
            .prepare_cached("SELECT note FROM checkpoint WHERE size = ?1")?
            .query_row([row], |row| row.get(0))
            .optional()?;
        let Some(note) = note else {
            return Ok(None);
        };
        let checkpoint = self.open_note(&note)?;
        let note = Note::parse(note.as_bytes()).map_err(KeyError::from)?;
        Ok(Some((self.log_keys()?.only_signed(&note)?, checkpoint)))
    }

    /// The size of the checkpoint whose note, with the log key's line only, has that digest: what a time stamp is over.
    /// The newest are looked at first.
    pub fn checkpoint_with(&self, sha256: &Digest) -> Result<Option<u64>, ArchiveError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT size FROM checkpoint ORDER BY size DESC")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let size: u64 = row.get(0)?;
            let Some((note, _)) = self.checkpoint_of(size)? else {
                continue;
            };
            let found: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(note.to_string()).into();
            if found == *sha256.as_bytes() {
                return Ok(Some(size));
            }
        }
        Ok(None)
    }

    /// The root over the first `old` entries, and the proof that the first `new` continue them.
    pub fn consistency_of(&self, old: u64, new: u64) -> Result<(Hash, Vec<Hash>), ArchiveError> {
        let mut leaves = Vec::new();
        self.leaves(0, |leaf| {
            leaves.push(leaf_hash(leaf));
            Ok(())
        })?;
        leaves.truncate(usize::try_from(new).unwrap_or(usize::MAX));
        let proof = prove_consistency(&leaves, old).map_err(KeyError::from)?;
        leaves.truncate(usize::try_from(old).unwrap_or(usize::MAX));
        Ok((crate::tlog::root(leaves), proof))
    }
}

impl Writer {
    /// Records that a head is in other hands, with the file that came from there. Gives the entry's index.
    pub fn anchor(&mut self, bytes: &[u8], entry: EntryDraft) -> Result<u64, ArchiveError> {
        let appended = self.append_with(vec![Step::Entry(entry)], &[bytes])?;
        Ok(appended.entries.first().copied().unwrap_or_default())
    }
}
