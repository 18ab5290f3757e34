//! The bytes of the documents on disk: small ones in packs, each large one in a file of its own.
//!
//! ```text
//! packs/000001.zip    documents under 1 MiB, members of a store-only ZIP named by their SHA-256
//! blobs/ab/abcd…      each larger document in a plain file named by its SHA-256
//! ```
//!
//! Guarantees:
//! - Durable, then referenced: when [`Batch::finish`] returns, everything in the batch is in its place and synced.
//!   Before that, and whatever goes wrong, a document lies only under a `.tmp-` name or is whole in its place.
//! - Nothing that is in its place is ever changed or removed here, save what the caller names to
//!   [`Store::discard_unreferenced`].
//! - Of a pack, all bytes that are not document follow from the list of its members (`layout.rs` has the rule), so
//!   [`Store::verify_pack`] holds each byte against the only value it may have.
//! - No link is followed below the archive's folder.
//!
//! Trusted: nothing on the disk. What a reader is given is held against its digest by [`Store::read_all`] and by
//! `verify`; [`Store::read`] streams and cannot. The places and sizes come from the catalogue and are only believed as
//! far as they fit the file. Batches and the clearing functions belong to the one writer that holds the archive's lock.

mod batch;
mod check;
mod error;
mod files;
mod layout;
mod reader;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest as _;
use sha2::Sha256;

pub use batch::Batch;
pub use batch::Finished;
pub use batch::PackWritten;
pub use error::StoreError;
pub(in crate::archive) use files::ensure_folder;
pub(in crate::archive) use files::is_folder;
pub(in crate::archive) use files::is_there;
pub use reader::BlobReader;

use crate::durable;
use crate::durable::DurableError;
use crate::record::Digest;
use crate::record::Finding;
use crate::record::is_hex;

/// Documents of this many bytes (1 MiB) or more get a file of their own.
pub const SMALL_BELOW: u64 = 1 << 20;
/// The most that [`Store::read_all`] holds in memory (64 MiB).
pub const MOST_AT_ONCE: u64 = 64 << 20;

/// Where a document's bytes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// In a file of its own under `blobs/`.
    File,
    /// In a pack.
    Pack {
        /// The number in the pack's name.
        number: u32,
        /// Byte of the pack at which the document begins (after its header).
        offset: u64,
    },
}

/// One document of a pack, as the catalogue knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The document.
    pub digest: Digest,
    /// Byte of the pack at which it begins.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
}

/// Something under `blobs/` or `packs/` that nothing refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its name inside the archive.
    pub name: PathBuf,
    /// Whether the name is one that a batch gives: a pack's or a document's. Such a file is what a writer leaves that
    /// is killed between [`Batch::finish`] and its commit, or a database that is older than the folder.
    pub ours: bool,
}

impl Stray {
    /// The number of the pack, where it is one.
    pub fn pack(&self) -> Option<u32> {
        let name = self.name.file_name()?.to_str()?;
        files::pack_number(name).filter(|_| self.ours && self.name.starts_with(files::PACKS))
    }

    /// The finding `pack.unexpected` or `blob.unexpected`.
    pub fn finding(&self) -> Finding {
        let name = self.name.to_string_lossy().escape_debug().to_string();
        let in_packs = self.name.starts_with(files::PACKS);
        let code = if in_packs {
            "pack.unexpected"
        } else {
            "blob.unexpected"
        };
        let message = if self.ours {
            format!("{name} holds bytes that nothing in the ledger refers to.")
        } else {
            format!("{name} does not belong to the archive.")
        };
        Finding::new(code, name, message)
    }
}

/// The folders `blobs/` and `packs/` of an archive.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Makes the folders in the archive's folder `root`; durable on return.
    pub fn create(root: &Path) -> Result<Self, StoreError> {
        durable::create_private_dir(root)?;
        let store = Self::open(root);
        store.ensure_folders()?;
        durable::sync_dir(root)?;
        Ok(store)
    }

    /// The store in the archive's folder `root`. Nothing is opened yet: what is missing shows when it is asked for.
    pub fn open(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
        }
    }

    fn ensure_folders(&self) -> Result<(), StoreError> {
        ensure_folder(&self.root.join(files::PACKS))?;
        ensure_folder(&self.root.join(files::BLOBS))
    }

    /// Begins a group of documents. Its pack gets the number `next_pack`, or the next one that is free: a pack that a
    /// killed writer left is not written over.
    pub fn begin(&self, next_pack: u32) -> Result<Batch, StoreError> {
        self.ensure_folders()?;
        let mut number = next_pack;
        loop {
            let path = self.root.join(files::pack_name(number));
            match path.symlink_metadata() {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => break,
                Err(error) => return Err(error::at(&path, "looking for a free number")(error)),
                Ok(_) => {
                    number = number
                        .checked_add(1)
                        .ok_or(StoreError::NoNumber(next_pack))?;
                }
            }
        }
        Ok(Batch::new(&self.root, number))
    }

    /// Opens a document of `size` bytes. The bytes are not held against the digest.
    pub fn read(&self, digest: &Digest, place: Place, size: u64) -> Result<BlobReader, StoreError> {
        let (name, start) = match place {
            Place::File => (files::blob_name(digest), 0),
            Place::Pack { number, offset } => (files::pack_name(number), offset),
        };
        let Some((file, found)) = files::open(&self.root, &name)? else {
            return Err(StoreError::Missing {
                digest: *digest,
                path: self.root.join(name),
            });
        };
        let end = start.saturating_add(size);
        if end > found || (place == Place::File && found != size) {
            return Err(StoreError::Short {
                digest: *digest,
                path: self.root.join(name),
                size: end,
                found,
            });
        }
        Ok(BlobReader::section(file, start, size))
    }

    /// Reads a document of at most [`MOST_AT_ONCE`] bytes into memory and holds it against its digest.
    pub fn read_all(
        &self,
        digest: &Digest,
        place: Place,
        size: u64,
    ) -> Result<Vec<u8>, StoreError> {
        let bytes = self.read_as_it_is(digest, place, size)?;
        let found = digest_of(&bytes);
        if found == *digest {
            Ok(bytes)
        } else {
            Err(StoreError::Altered {
                digest: *digest,
                found,
            })
        }
    }

    /// Reads a document of any size from end to end, and refuses one that is not that of its digest.
    pub fn demand_unaltered(
        &self,
        digest: &Digest,
        place: Place,
        size: u64,
    ) -> Result<(), StoreError> {
        let mut hash = Sha256::new();
        std::io::copy(&mut self.read(digest, place, size)?, &mut hash)
            .map_err(error::at(&self.root, "reading a document"))?;
        match Digest::new(hash.finalize().into()) {
            found if found == *digest => Ok(()),
            found => Err(StoreError::Altered {
                digest: *digest,
                found,
            }),
        }
    }

    /// As [`Store::read_all`], but the bytes are not held against the digest.
    pub fn read_as_it_is(
        &self,
        digest: &Digest,
        place: Place,
        size: u64,
    ) -> Result<Vec<u8>, StoreError> {
        if size > MOST_AT_ONCE {
            return Err(StoreError::TooLarge {
                digest: *digest,
                size,
                most: MOST_AT_ONCE,
            });
        }
        self.read(digest, place, size)?
            .into_bytes()
            .map_err(error::at(&self.root, "reading a document"))
    }

    /// Writes zeros over documents of a pack that is not whole, and over their headers and all that follows the last of
    /// its documents, where their names stand. `members` are all that the catalogue knows of it. A pack that is not
    /// there, or no plain file, has nothing to erase, and so have the documents behind the end of one that was cut off.
    pub(super) fn erase_in_place(
        &self,
        number: u32,
        members: &[Member],
        doomed: &BTreeSet<Digest>,
    ) -> Result<(), StoreError> {
        let name = files::pack_name(number);
        let (file, size) = match files::open_to_erase(&self.root, &name) {
            Ok(Some(opened)) => opened,
            Ok(None) | Err(StoreError::Strange { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let past = |member: &Member| member.offset.saturating_add(member.size);
        let last = members.iter().map(past).max().unwrap_or(0);
        let mut stretches = Vec::new();
        stretches.push(last.min(size)..size);
        for member in members {
            if doomed.contains(&member.digest) {
                let header = member.offset.saturating_sub(layout::HEADER);
                stretches.push(header.min(size)..past(member).min(size));
            }
        }
        Ok(durable::erase_stretches(
            &file,
            &self.root.join(name),
            &stretches,
        )?)
    }

    /// The file that holds a document, and where in it the document begins. Inside a pack it is a member whose name is
    /// its digest.
    pub fn file_of(&self, digest: &Digest, place: Place) -> (PathBuf, u64) {
        match place {
            Place::File => (self.root.join(files::blob_name(digest)), 0),
            Place::Pack { number, offset } => (self.root.join(files::pack_name(number)), offset),
        }
    }

    /// Whether something lies where a pack of that number would.
    pub fn has_pack(&self, number: u32) -> bool {
        let path = self.root.join(files::pack_name(number));
        path.symlink_metadata().is_ok()
    }

    /// The folder in which unfinished files are known for what they are; none where a link stands in its place.
    pub(super) fn scratch_folder(&self) -> Option<PathBuf> {
        let folder = self.root.join(files::PACKS);
        is_folder(&folder).unwrap_or(false).then_some(folder)
    }

    /// The unfinished files of a writer that was killed: absolute paths.
    pub fn leftovers(&self) -> Result<Vec<PathBuf>, StoreError> {
        let mut found = Vec::new();
        for folder in [files::PACKS, files::BLOBS] {
            let folder = self.root.join(folder);
            for (name, is_folder) in files::list(&folder)? {
                if durable::is_leftover(&name) && !is_folder {
                    found.push(folder.join(name));
                }
            }
        }
        Ok(found)
    }

    /// Removes the unfinished files; says how many. Only under the writer's lock, and not while a batch is open.
    pub fn clear_leftovers(&self) -> Result<usize, StoreError> {
        let leftovers = self.leftovers()?;
        for path in &leftovers {
            durable::discard(path)?;
        }
        if !leftovers.is_empty() {
            durable::sync_dir(&self.root.join(files::PACKS))?;
            durable::sync_dir(&self.root.join(files::BLOBS))?;
        }
        Ok(leftovers.len())
    }

    /// What lies under `blobs/` and `packs/` and is neither known to the callbacks nor a leftover, in order of names.
    pub fn unreferenced(
        &self,
        known_pack: &dyn Fn(u32) -> bool,
        known_file: &dyn Fn(&Digest) -> bool,
    ) -> Result<Vec<Stray>, StoreError> {
        let mut strays = Vec::new();
        for folder in [files::BLOBS, files::PACKS] {
            let stands = self.root.join(folder).symlink_metadata();
            if stands.is_ok_and(|found| !found.is_dir()) {
                let name = PathBuf::from(folder);
                strays.push(Stray { name, ours: false });
            }
        }
        for (folder, is_folder) in files::list(&self.root.join(files::BLOBS))? {
            let name = Path::new(files::BLOBS).join(&folder);
            let ours = folder.len() == 2 && folder.to_str().is_some_and(is_hex) && is_folder;
            if !ours {
                if !durable::is_leftover(&folder) || is_folder {
                    strays.push(Stray { name, ours });
                }
                continue;
            }
            for (blob, is_folder) in files::list(&self.root.join(&name))? {
                let digest: Option<Digest> = blob.to_str().and_then(|text| text.parse().ok());
                let name = name.join(&blob);
                let placed = |digest: &Digest| Path::new(&files::blob_name(digest)) == name;
                let digest = digest.filter(|digest| !is_folder && placed(digest));
                if !digest.is_some_and(|digest| known_file(&digest)) {
                    let ours = digest.is_some();
                    strays.push(Stray { name, ours });
                }
            }
        }
        for (pack, is_folder) in files::list(&self.root.join(files::PACKS))? {
            let number = pack
                .to_str()
                .and_then(files::pack_number)
                .filter(|_| !is_folder);
            let leftover = durable::is_leftover(&pack) && !is_folder;
            if !leftover && !number.is_some_and(known_pack) {
                let name = Path::new(files::PACKS).join(&pack);
                let ours = number.is_some();
                strays.push(Stray { name, ours });
            }
        }
        Ok(strays)
    }

    /// Removes packs and documents of ours that nothing refers to; says how many. Only under the writer's lock, and
    /// only when the head of the database is known to be the last one (the signer's memory and the pin agree with
    /// it): beside a database restored from an older copy these files may be the only ones that hold what it forgot.
    /// What is not [`Stray::ours`] stays. `remove` is [`durable::discard`] or [`durable::erase`].
    pub fn discard_unreferenced(
        &self,
        strays: &[Stray],
        remove: fn(&Path) -> Result<(), DurableError>,
    ) -> Result<usize, StoreError> {
        let mut removed = 0;
        for stray in strays.iter().filter(|stray| stray.ours) {
            let path = self.root.join(&stray.name);
            remove(&path)?;
            if let Some(folder) = path.parent() {
                durable::sync_dir(folder)?;
            }
            removed += 1;
        }
        Ok(removed)
    }
}

/// SHA-256 of bytes in memory.
pub(in crate::archive) fn digest_of(bytes: &[u8]) -> Digest {
    Digest::new(Sha256::digest(bytes).into())
}
