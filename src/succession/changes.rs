//! A head with the entries under it that changed the log's key.

use crate::commitment::Committer;
use crate::commitment::Keys;
use crate::commitment::ProvedEntry;
use crate::commitment::value_of;
use crate::keys::KeyError;
use crate::keys::LogKeys;
use crate::keys::PublicKey;
use crate::record::Digest;
use crate::record::schema;
use crate::tlog::Checkpoint;
use crate::tlog::Hash;
use crate::tlog::Note;
use crate::tlog::TlogError;
use crate::tlog::leaf_hash;
use crate::tlog::verify_inclusion;

/// The kind of the entries that change the log's key.
const ROTATED: &str = "key.rotated/1";

/// Why it is not shown who signed a head, or that a ledger was closed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotShown {
    /// A key, a signature or a note.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// An entry that is not opened as it was recorded, or changes no key.
    #[error("entry {entry} is not shown to change the log's key")]
    NoChange {
        /// Its index.
        entry: u64,
    },
    /// An entry that is not under the head.
    #[error("entry {entry} is not under the checkpoint")]
    NotUnder {
        /// Its index.
        entry: u64,
        /// What is wrong.
        source: TlogError,
    },
    /// A file or note that is not what it should be; the words end a sentence.
    #[error("it is no closing of a ledger: {0}")]
    NoClosing(String),
}

impl From<TlogError> for NotShown {
    fn from(error: TlogError) -> Self {
        Self::Key(error.into())
    }
}

/// The key that an entry ends, and the one that it begins.
pub fn rotation(part: &ProvedEntry) -> Option<(PublicKey, PublicKey)> {
    let key = |slot| -> Option<PublicKey> {
        let key: Digest = value_of(&part.openings, slot)?;
        PublicKey::new(*key.as_bytes()).ok()
    };
    key("old_key").zip(key("new_key"))
}

/// The keys of a log of that origin, as these entries changed them: opened, in their order, each of the right kind. Whether
/// they are under a head is not asked.
pub fn log_keys(keys: &Keys, changes: &[ProvedEntry]) -> Result<LogKeys, NotShown> {
    let origin = keys.origin();
    let committer = Committer::new(origin.clone());
    let mut log = LogKeys::new(origin.as_str(), PublicKey::new(*keys.log_key.as_bytes())?);
    for part in changes {
        let record = &part.record;
        let entry = record.i;
        let no_change = || NotShown::NoChange { entry };
        let kind = schema(ROTATED).filter(|kind| kind.name == record.e);
        let kind = kind.ok_or_else(no_change)?;
        let fits = record.c.len() == kind.slots.len()
            && record.v == 1
            && record.o == origin.as_str()
            && part
                .openings
                .iter()
                .all(|it| it.fits(&committer, kind, &record.c));
        let (old, new) = rotation(part).filter(|_| fits).ok_or_else(no_change)?;
        log.rotate(entry, old, new)?;
    }
    Ok(log)
}

/// Reads a head that the keys of its size signed, where each change of the key is shown to be under it. The note comes
/// back with the lines of those keys only.
pub fn open(
    checkpoint: &str,
    keys: &Keys,
    changes: &[ProvedEntry],
) -> Result<(Note, Checkpoint), NotShown> {
    let log = log_keys(keys, changes)?;
    let note = Note::parse(checkpoint.as_bytes())?;
    let head = log.open(&note)?;
    let committer = Committer::new(keys.origin());
    for part in changes {
        let leaf = leaf_hash(&part.record.leaf(&committer));
        let path: Vec<Hash> = part.path.iter().map(|it| Hash(*it.as_bytes())).collect();
        let entry = part.record.i;
        verify_inclusion(entry, head.size, leaf, &path, head.root)
            .map_err(|source| NotShown::NotUnder { entry, source })?;
    }
    Ok((log.only_signed(&note)?, head))
}
