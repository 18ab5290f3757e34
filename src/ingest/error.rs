use std::io;
use std::path::PathBuf;

use crate::archive::ArchiveError;

/// A run that could not go on. Groups appended before it stand.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The archive refused.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A path that is not there.
    #[error("there is no {}", path.display())]
    NoSuchPath {
        /// The path as given.
        path: PathBuf,
    },
    /// A path that lies in the archive which it was to be brought into.
    #[error("{} lies in the archive itself", path.display())]
    OwnFolder {
        /// The path as given.
        path: PathBuf,
    },
    /// More paths than an entry holds.
    #[error(
        "{count} paths are more than one accession can name ({bytes} bytes of names; {most} at most)"
    )]
    TooManyPaths {
        /// How many were given.
        count: usize,
        /// The length of their list.
        bytes: usize,
        /// The longest list.
        most: usize,
    },
    /// An interrupted accession was begun with another mapping, or with none.
    #[error("{}", match before {
        Some(name) => format!("this accession was begun with the mapping {name}, as it was then, and was interrupted"),
        None => "this accession was begun without a mapping of tables, and was interrupted".to_owned(),
    })]
    OtherMapping {
        /// The name of the mapping.
        before: Option<String>,
    },
    /// An interrupted accession cannot be taken up: the readers give something else now.
    #[error(
        "{path} was read otherwise when its ingest was interrupted: item {item} has another digest now"
    )]
    ReadsOtherwise {
        /// The file.
        path: String,
        /// The item that differs.
        item: u64,
    },
}

/// Why a file could not be read, in words for whoever gave it.
pub(super) fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "may not be read by you (permission denied)".to_owned(),
        io::ErrorKind::NotFound => "is not there".to_owned(),
        _ => format!("cannot be read ({error})"),
    }
}
