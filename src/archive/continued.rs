//! An archive that was closed, and one that goes on from it: the files that say so, beside the databases of both.
//!
//! What they say counts by its signatures alone; where somebody puts another file there, or takes it away, `verify` says so
//! as far as anything else remembers it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::Archive;
use super::ArchiveError;
use super::store;
use crate::durable;

/// In an archive that was closed: how.
pub const CLOSED: &str = "closed.json";

/// In an archive that goes on from another: how that one was closed, with its tree.
pub const BEFORE: &str = "before.json";

/// More than a closing that is read may have.
const LARGEST: u64 = 129 << 20;

impl Archive {
    /// The note by which the archive before this one was closed, as entry 0 holds it; nothing for an archive that began by
    /// itself. Whose signature it bears is not asked.
    pub fn goes_on_from(&self) -> Result<Option<String>, ArchiveError> {
        let Some(first) = self.entry(0)? else {
            return Ok(None);
        };
        if first.schema == "archive.continued/1" {
            first.get("closing")
        } else {
            Ok(None)
        }
    }

    /// One of the two files beside the database, as it is; nothing where it is not there.
    pub fn closing_file(&self, name: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
        let path = self.root.join(name);
        if !store::is_there(&path)? {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
            .map_err(|source| ArchiveError::Read { path, source })?;
        Ok(Some(bytes))
    }

    /// The leaf data of the first `size` entries, in order.
    pub fn first_leaves(&self, size: u64) -> Result<Vec<[u8; 32]>, ArchiveError> {
        let mut leaves = Vec::new();
        self.leaves_of(0..size, |leaf| {
            leaves.push(*leaf);
            Ok(())
        })?;
        Ok(leaves)
    }
}

/// Writes one of the two files beside the database of the archive in that folder.
pub fn place_closing(root: &Path, name: &str, text: &str) -> Result<(), ArchiveError> {
    Ok(durable::write_private(&root.join(name), text.as_bytes())?)
}
