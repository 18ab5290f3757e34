use std::path::PathBuf;

use super::orders::OrderTold;
use crate::commitment::canonical::CanonicalError;
use crate::durable::DurableError;
use crate::keys::KeyError;
use crate::record::Digest;
use crate::tlog::TlogError;

/// An archive operation that did not complete.
///
/// A damaged document is not an error: `verify` reports it as a finding.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The folder holds no archive.
    #[error("no archive in {}", path.display())]
    NotFound {
        /// The folder that was opened.
        path: PathBuf,
    },
    /// The folder holds an archive, or something else, already.
    #[error("{} is not empty", path.display())]
    Occupied {
        /// The folder that was to become an archive.
        path: PathBuf,
    },
    /// Another process writes to the archive.
    #[error("the archive in {} is in use by another process", path.display())]
    InUse {
        /// The archive.
        path: PathBuf,
    },
    /// The database file is not an archive's.
    #[error("{} is not the database of an archive", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The database has a table, index, view or trigger that an archive has not, lacks one, or has it in another form.
    #[error("the database has not the schema of an archive ({0}); nothing was written")]
    Schema(String),
    /// A row of the catalogue is not what the ledger makes of it.
    #[error("the catalogue is not what the ledger makes of it ({0})")]
    Catalogue(String),
    /// The database has no tables: the start of the archive was stopped.
    #[error("{} is of an archive whose start was stopped", path.display())]
    NotStarted {
        /// The database.
        path: PathBuf,
    },
    /// The archive was written by a newer release.
    #[error("the archive has schema {found}, this release knows up to {known}")]
    NewerSchema {
        /// `user_version` of the database.
        found: usize,
        /// The number of schema files in this build.
        known: usize,
    },
    /// Records of a kind that this build does not know: it may read them, not add to them.
    #[error("the archive has records of kind {0:?}, which this release does not understand")]
    UnknownKind(String),
    /// `fonds.toml` is not what the program can use.
    #[error("{} cannot be used: {reason}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A slot that the schema does not have.
    #[error("{schema} has no slot {slot:?}")]
    UnknownSlot {
        /// The schema.
        schema: &'static str,
        /// The slot asked for.
        slot: String,
    },
    /// Values that do not fit a record.
    #[error("a {schema} of {found} bytes is longer than a record can be ({most})")]
    RecordTooLong {
        /// The schema.
        schema: &'static str,
        /// Bytes met.
        found: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// The disk cannot be written and a write-ahead log is left that would have to be.
    #[error("{} is on a disk that cannot be written and has unfinished work beside it", path.display())]
    ReadOnlyWithLog {
        /// The database.
        path: PathBuf,
    },
    /// A rollback journal lies beside the database, which an archive never has: somebody put it there, and opening the
    /// database would carry out what it says.
    #[error("{} is not of this archive; the database was not opened", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
    },
    /// The database would not promise that what it acknowledges is on the disk.
    #[error("the database is at synchronous level {found}, not 2")]
    NotSynchronous {
        /// The level met.
        found: i64,
    },
    /// The ledger's rows do not go with its last checkpoint.
    #[error("the ledger does not match its last checkpoint: {0}")]
    LedgerBroken(String),
    /// The signer remembers a longer history than the archive has.
    #[error(
        "the archive has {found} entries, but its key has signed {remembered}: this is an older copy"
    )]
    OlderThanMemory {
        /// Entries in the archive.
        found: u64,
        /// Entries that the signer remembers.
        remembered: u64,
    },
    /// A copy of the log that the archive cannot be restored with.
    #[error("the copy of the log in {} cannot be used: {reason}", path.display())]
    LogCopy {
        /// The folder that was given.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A copy of the log that knows no more than the archive.
    #[error(
        "there is nothing to restore: the archive has {entries} entries, the copy of the log {copied}"
    )]
    NothingToRestore {
        /// Entries of the archive.
        entries: u64,
        /// Entries of the copy.
        copied: u64,
    },
    /// The signer remembers another history.
    #[error("the archive's ledger is not the one that its key has signed ({0})")]
    OtherThanMemory(String),
    /// The signer has no memory of this archive, and no pin vouches for it.
    #[error(
        "this key does not remember signing for the archive, and nothing vouches that it is the latest copy"
    )]
    NoMemory,
    /// What was to be recorded is, but signing it, `log/` or the pin could not be brought up to it.
    #[error(
        "it is recorded (the ledger has {entries} entries now), but what follows could not be ended"
    )]
    Recorded {
        /// Entries of the ledger.
        entries: u64,
        /// What was in the way.
        source: Box<ArchiveError>,
    },
    /// What was ordered to be destroyed could not be carried out to its end.
    #[error("what was ordered to be destroyed is not carried out to its end")]
    NotCarriedOut {
        /// What was in the way.
        source: Box<ArchiveError>,
    },
    /// A stored value is not what its schema says.
    #[error("{subject} has a value that cannot be read: {slot}")]
    Value {
        /// The record.
        subject: String,
        /// The slot.
        slot: &'static str,
        /// What the reader said.
        source: serde_json::Error,
    },
    /// A value that cannot be recorded.
    #[error("a value cannot be recorded")]
    Canonical(#[from] CanonicalError),
    /// Stored bytes are not where they should be.
    #[error("document {digest} is not where the archive keeps it")]
    Missing {
        /// The document that was asked for.
        digest: Digest,
    },
    /// No record of that reference.
    #[error("no {0} here")]
    NoSuchItem(String),
    /// A record that was destroyed.
    #[error("{typed} was destroyed{}", by.as_ref().map_or_else(String::new, |order| format!(" under {order}")))]
    Destroyed {
        /// What was typed.
        typed: String,
        /// The order.
        by: Option<Box<OrderTold>>,
    },
    /// A reference that fits several records.
    #[error("{typed} fits {} and others", found.join(", "))]
    Ambiguous {
        /// What was typed.
        typed: String,
        /// Some of what it fits.
        found: Vec<String>,
    },
    /// Bytes could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Blobs or packs could not be read or written.
    #[error("cannot store or fetch a document")]
    Store(#[from] super::store::StoreError),
    /// The full-text index could not be read or written.
    #[error("the full-text index cannot be used")]
    Search(#[from] super::search::Error),
    /// Something could not be made durable.
    #[error("cannot write to the archive")]
    Durable(#[from] DurableError),
    /// The key, its memory or the pin.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database refused.
    #[error("the database refused")]
    Database(#[from] rusqlite::Error),
}

impl From<TlogError> for ArchiveError {
    fn from(error: TlogError) -> Self {
        KeyError::from(error).into()
    }
}

impl ArchiveError {
    /// Whether it is about one item's stored bytes, and not about the database or the disk as a whole: others can be read.
    pub const fn is_of_the_item(&self) -> bool {
        matches!(
            self,
            Self::Store(_) | Self::Missing { .. } | Self::Read { .. }
        )
    }

    /// Whether what is stored is at fault, and not the disk, the permissions or another process: what `verify` reports
    /// as a finding and does not stop at.
    pub fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode;
        match self {
            Self::Database(rusqlite::Error::SqliteFailure(cause, _)) => !matches!(
                cause.code,
                ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::CannotOpen
                    | ErrorCode::OutOfMemory
                    | ErrorCode::OperationInterrupted
                    | ErrorCode::DiskFull
                    | ErrorCode::PermissionDenied
                    | ErrorCode::SystemIoFailure
            ),
            Self::Database(_)
            | Self::LedgerBroken(_)
            | Self::Value { .. }
            | Self::Canonical(_)
            | Self::Missing { .. }
            | Self::NotOurs { .. }
            | Self::Journal { .. }
            | Self::Schema(_)
            | Self::Catalogue(_)
            | Self::UnknownSlot { .. }
            | Self::Key(_) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_fails_is_not_taken_for_damage_of_what_is_stored() {
        let of = |code| {
            let cause = rusqlite::ffi::Error::new(code);
            ArchiveError::from(rusqlite::Error::SqliteFailure(cause, None)).is_damage()
        };
        assert!(!of(rusqlite::ffi::SQLITE_IOERR));
        assert!(!of(rusqlite::ffi::SQLITE_IOERR_READ));
        assert!(!of(rusqlite::ffi::SQLITE_FULL));
        assert!(of(rusqlite::ffi::SQLITE_CORRUPT));
    }
}
