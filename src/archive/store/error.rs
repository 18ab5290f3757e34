//! What stops the store. Damage that `verify` meets is a finding, not one of these.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::durable::DurableError;
use crate::record::Digest;

/// Why stored bytes could not be written or handed out. Nothing that the database refers to was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Writing, syncing or renaming was refused (disk full, read-only, a failing disk).
    #[error(transparent)]
    Durable(#[from] DurableError),
    /// The system refused to open, list or read something inside the archive.
    #[error("{}: {doing}", path.display())]
    Io {
        /// The file or folder concerned.
        path: PathBuf,
        /// The step, as in 'opening the file'.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The document being taken in could not be read to its end. Of it nothing was kept; the batch goes on.
    #[error("the document could not be read to its end")]
    Unread {
        /// What the reader said.
        source: io::Error,
    },
    /// Something stands where a plain file or folder of the archive belongs. It was not followed.
    #[error("{} is {found}, expected {expected}; it was not followed", path.display())]
    Strange {
        /// Where.
        path: PathBuf,
        /// What belongs there.
        expected: &'static str,
        /// What is there, as in 'a symbolic link'.
        found: &'static str,
    },
    /// The file that holds the document is not there.
    #[error("document {digest}: {} is not there", path.display())]
    Missing {
        /// The document.
        digest: Digest,
        /// The blob or pack that should hold it.
        path: PathBuf,
    },
    /// The file that holds the document has not the bytes that are on record.
    #[error("document {digest}: {size} bytes are on record, {} has {found}", path.display())]
    Short {
        /// The document.
        digest: Digest,
        /// The blob or pack that holds it.
        path: PathBuf,
        /// Bytes on record (in a pack: up to the end of the document).
        size: u64,
        /// Bytes there.
        found: u64,
    },
    /// The stored bytes are not those that were recorded.
    #[error("document {digest}: the stored bytes are {found}")]
    Altered {
        /// The document.
        digest: Digest,
        /// The digest of what is stored.
        found: Digest,
    },
    /// Asked to hold in memory what is read in a stream only.
    #[error("document {digest} has {size} bytes; at most {most} are held in memory at once")]
    TooLarge {
        /// The document.
        digest: Digest,
        /// Its size in bytes.
        size: u64,
        /// The cap in bytes.
        most: u64,
    },
    /// A document for a pack is over the size that packs take.
    #[error("a document of {size} bytes does not go into a pack; packs take less than {most}")]
    NotSmall {
        /// Its size in bytes.
        size: u64,
        /// The bound in bytes.
        most: u64,
    },
    /// No pack number is left.
    #[error("no pack number is free from {0} on")]
    NoNumber(u32),
    /// An earlier write of this batch stopped half way; the batch can only be dropped.
    #[error("this batch stopped at an earlier error and is not written")]
    Stopped,
}

impl StoreError {
    /// Whether what is stored is at fault: it is gone, or not what was recorded.
    pub const fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Strange { .. } | Self::Missing { .. } | Self::Short { .. } | Self::Altered { .. }
        )
    }
}

/// Says what was being done to which path.
pub(super) fn at(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::Io {
        path: path.to_path_buf(),
        doing,
        source,
    }
}
