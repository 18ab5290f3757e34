//! A group of documents on its way in: written under `.tmp-` names, synced and put in place together.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fs::File;
use std::fs::Permissions;
use std::io::Read;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest as _;
use sha2::Sha256;
use tempfile::TempPath;

use super::Member;
use super::Place;
use super::SMALL_BELOW;
use super::digest_of;
use super::error::StoreError;
use super::error::at;
use super::files;
use super::layout;
use super::reader::BlobReader;
use crate::durable;
use crate::durable::DurableError;
use crate::durable::Staged;
use crate::record::Digest;

/// Bytes gathered before the pack is written to: a call to the system costs as much as hashing 10 KB.
const GATHER: usize = 1 << 20;
/// Bytes hashed and written at once, so that they are hashed while still in the processor's cache.
const STRETCH: usize = 256 << 10;
/// Files kept open until they are synced, well under the usual limit of 1,024.
const MOST_OPEN: usize = 64;
/// From this many files or folders on, one sync of the whole file system goes before those of the single ones.
const MANY: usize = 8;

/// A group of documents being written. Dropped before [`Batch::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Batch {
    root: PathBuf,
    number: u32,
    pack: Option<Pack>,
    large: BTreeMap<Digest, Large>,
    /// Large files written and not yet synced. The descriptor that wrote is the one that learns of a write that
    /// failed in the background, so it is the one that is synced.
    unsynced: Vec<(File, PathBuf)>,
    scratch: Vec<u8>,
    stopped: bool,
}

#[derive(Debug)]
struct Large {
    temp: TempPath,
    size: u64,
}

/// The pack being written: `gathered` follows the `flushed` bytes that are in the file.
#[derive(Debug)]
struct Pack {
    staged: Staged,
    path: PathBuf,
    flushed: u64,
    gathered: Vec<u8>,
    members: Vec<(Member, u32)>,
    index: HashMap<Digest, usize>,
}

/// A pack that is in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackWritten {
    /// The number in its name.
    pub number: u32,
    /// Its size in bytes.
    pub size: u64,
    /// Its documents, in the order in which they lie.
    pub members: Vec<Member>,
}

/// What a batch put in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The pack, when there was a small document.
    pub packs: Vec<PackWritten>,
    /// The documents with a file of their own, and their sizes in bytes.
    pub files: Vec<(Digest, u64)>,
}

impl Batch {
    pub(super) fn new(root: &Path, number: u32) -> Self {
        Self {
            root: root.to_path_buf(),
            number,
            pack: None,
            large: BTreeMap::new(),
            unsynced: Vec::new(),
            scratch: Vec::new(),
            stopped: false,
        }
    }

    /// The number of the batch's pack, should it get one.
    pub fn pack(&self) -> u32 {
        self.number
    }

    /// Takes in a document under [`SMALL_BELOW`] bytes whose digest the caller computed. One that the batch has
    /// already is not written again.
    pub fn put(&mut self, digest: Digest, bytes: &[u8]) -> Result<Place, StoreError> {
        let size = bytes.len() as u64;
        if size >= SMALL_BELOW {
            let most = SMALL_BELOW;
            return Err(StoreError::NotSmall { size, most });
        }
        self.going()?;
        if let Some((place, _)) = self.place_of(&digest) {
            return Ok(place);
        }
        self.stopped = true;
        let pack = match &mut self.pack {
            Some(pack) => pack,
            none => none.insert(Pack::begin(&self.root, self.number)?),
        };
        let offset = pack.append(digest, bytes)?;
        self.stopped = false;
        let number = self.number;
        Ok(Place::Pack { number, offset })
    }

    /// Takes in a document of any size, reading it once: its digest, its size in bytes, and its place, which is `None`
    /// when it is `known` and nothing was kept. `known` speaks for the archive; a document that this batch has already
    /// gets the place it has.
    pub fn put_reader(
        &mut self,
        reader: &mut dyn Read,
        known: &dyn Fn(&Digest) -> bool,
    ) -> Result<(Digest, u64, Option<Place>), StoreError> {
        self.going()?;
        let mut scratch = std::mem::take(&mut self.scratch);
        let taken = self.take_in(reader, known, &mut scratch);
        self.scratch = scratch;
        taken
    }

    fn take_in(
        &mut self,
        reader: &mut dyn Read,
        known: &dyn Fn(&Digest) -> bool,
        scratch: &mut Vec<u8>,
    ) -> Result<(Digest, u64, Option<Place>), StoreError> {
        scratch.clear();
        reader
            .take(SMALL_BELOW)
            .read_to_end(scratch)
            .map_err(|source| StoreError::Unread { source })?;
        let size = scratch.len() as u64;
        if size < SMALL_BELOW {
            let digest = digest_of(scratch);
            let place = if known(&digest) {
                None
            } else {
                Some(self.put(digest, scratch)?)
            };
            return Ok((digest, size, place));
        }
        let (digest, size, file, temp) = self.copy_large(reader, scratch)?;
        if known(&digest) {
            return Ok((digest, size, None));
        }
        if !self.large.contains_key(&digest) {
            self.unsynced.push((file, temp.to_path_buf()));
            self.large.insert(digest, Large { temp, size });
            if self.unsynced.len() >= MOST_OPEN {
                self.sync_large()?;
            }
        }
        Ok((digest, size, Some(Place::File)))
    }

    /// Copies `head` and the rest of `reader` to a file of its own. An error leaves neither file nor trace of it.
    fn copy_large(
        &self,
        reader: &mut dyn Read,
        head: &mut Vec<u8>,
    ) -> Result<(Digest, u64, File, TempPath), StoreError> {
        let folder = self.root.join(files::BLOBS);
        let (mut file, temp) = tempfile::Builder::new()
            .prefix(durable::LEFTOVER)
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(&folder)
            .map_err(at(&folder, "creating a file"))?
            .into_parts();
        let mut hasher = Sha256::new();
        let mut size = 0;
        for stretch in head.chunks(STRETCH) {
            hasher.update(stretch);
            file.write_all(stretch)
                .map_err(at(&temp, "writing a document"))?;
            size += stretch.len() as u64;
        }
        loop {
            head.clear();
            let read = reader
                .take(STRETCH as u64)
                .read_to_end(head)
                .map_err(|source| StoreError::Unread { source })?;
            if read == 0 {
                break;
            }
            hasher.update(&*head);
            file.write_all(head)
                .map_err(at(&temp, "writing a document"))?;
            size += read as u64;
        }
        Ok((Digest::new(hasher.finalize().into()), size, file, temp))
    }

    fn sync_large(&mut self) -> Result<(), StoreError> {
        self.stopped = true;
        if self.unsynced.len() >= MANY {
            durable::sync_filesystem(&self.root.join(files::BLOBS))?;
        }
        for (file, path) in self.unsynced.drain(..) {
            file.sync_all().map_err(|source| DurableError {
                path,
                doing: "syncing the file",
                source,
            })?;
        }
        self.stopped = false;
        Ok(())
    }

    /// Bytes of the batch so far, those of large documents too; the caller finishes one at 256 MiB.
    pub fn bytes(&self) -> u64 {
        let large: u64 = self.large.values().map(|large| large.size).sum();
        self.pack
            .as_ref()
            .map_or(0, Pack::len)
            .saturating_add(large)
    }

    /// How many documents the batch has.
    pub fn documents(&self) -> usize {
        self.large.len() + self.pack.as_ref().map_or(0, |pack| pack.members.len())
    }

    /// Place and size in bytes of a document of this batch.
    pub fn place_of(&self, digest: &Digest) -> Option<(Place, u64)> {
        if let Some(large) = self.large.get(digest) {
            return Some((Place::File, large.size));
        }
        let pack = self.pack.as_ref()?;
        let (member, _) = pack.members.get(*pack.index.get(digest)?)?;
        let (number, offset) = (self.number, member.offset);
        Some((Place::Pack { number, offset }, member.size))
    }

    /// Reads a document of this batch, which nobody else can read yet; `None` when the batch has not got it.
    pub fn read_back(&self, digest: &Digest) -> Result<Option<BlobReader>, StoreError> {
        match (self.place_of(digest), &self.pack, self.large.get(digest)) {
            (Some((Place::File, size)), _, Some(large)) => {
                let file = File::open(&large.temp)
                    .map_err(at(&large.temp, "opening a document of the batch"))?;
                Ok(Some(BlobReader::section(file, 0, size)))
            }
            (Some((Place::Pack { offset, .. }, size)), Some(pack), _) => {
                Ok(Some(BlobReader::memory(pack.read(offset, size)?)))
            }
            _ => Ok(None),
        }
    }

    /// Puts everything in its place; durable on return. After an error nothing may refer to the batch: what is in
    /// its place already is whole, and known to [`super::Store::unreferenced`].
    pub fn finish(mut self) -> Result<Finished, StoreError> {
        self.going()?;
        // All that a full disk can refuse comes before the first name is given.
        if let Some(pack) = &mut self.pack {
            pack.complete()?;
        }
        self.sync_large()?;
        let files = self.place_large()?;
        let packs = match self.pack.take() {
            Some(pack) => vec![pack.place(self.number)?],
            None => Vec::new(),
        };
        Ok(Finished { packs, files })
    }

    fn place_large(&mut self) -> Result<Vec<(Digest, u64)>, StoreError> {
        let mut placed = Vec::with_capacity(self.large.len());
        let mut folders: Vec<PathBuf> = Vec::new();
        for (digest, large) in std::mem::take(&mut self.large) {
            let path = self.root.join(files::blob_name(&digest));
            if let Some(folder) = path.parent()
                && folders.last().is_none_or(|last| last != folder)
            {
                files::ensure_folder(folder)?;
                folders.push(folder.to_path_buf());
            }
            // A file that is there already is of a batch that nobody refers to; these bytes were hashed just now.
            large.temp.persist(&path).map_err(|failed| DurableError {
                path,
                doing: "putting the file in its place",
                source: failed.error,
            })?;
            placed.push((digest, large.size));
        }
        if folders.len() >= MANY {
            durable::sync_filesystem(&self.root.join(files::BLOBS))?;
        } else {
            for folder in &folders {
                durable::sync_dir(folder)?;
            }
            // A folder that was there may be of a writer killed before it had synced the name.
            if !folders.is_empty() {
                durable::sync_dir(&self.root.join(files::BLOBS))?;
            }
        }
        Ok(placed)
    }

    fn going(&self) -> Result<(), StoreError> {
        if self.stopped {
            Err(StoreError::Stopped)
        } else {
            Ok(())
        }
    }
}

impl Pack {
    fn begin(root: &Path, number: u32) -> Result<Self, StoreError> {
        let path = root.join(files::pack_name(number));
        Ok(Self {
            staged: Staged::create(&path)?,
            path,
            flushed: 0,
            gathered: Vec::with_capacity(GATHER + STRETCH),
            members: Vec::new(),
            index: HashMap::new(),
        })
    }

    fn len(&self) -> u64 {
        self.flushed.saturating_add(self.gathered.len() as u64)
    }

    /// Writes a member and says where its bytes begin.
    fn append(&mut self, digest: Digest, bytes: &[u8]) -> Result<u64, StoreError> {
        let size = bytes.len() as u64;
        let crc = crc32fast::hash(bytes);
        if self.gathered.len() + bytes.len() > GATHER {
            self.flush()?;
        }
        self.gathered
            .extend_from_slice(&layout::local_header(&digest, crc, size));
        let offset = self.len();
        self.gathered.extend_from_slice(bytes);
        let member = Member {
            digest,
            offset,
            size,
        };
        self.index.insert(digest, self.members.len());
        self.members.push((member, crc));
        Ok(offset)
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.staged
            .write_all(&self.gathered)
            .map_err(at(&self.path, "writing the pack"))?;
        self.flushed = self.len();
        self.gathered.clear();
        Ok(())
    }

    fn read(&self, offset: u64, size: u64) -> Result<Vec<u8>, StoreError> {
        let too_large = |error| at(&self.path, "reading a document of the batch")(error);
        let size = usize::try_from(size).map_err(|e| too_large(std::io::Error::other(e)))?;
        if let Some(start) = offset.checked_sub(self.flushed) {
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            let held = self.gathered.get(start..start.saturating_add(size));
            return Ok(held.unwrap_or_default().to_vec());
        }
        let mut bytes = vec![0; size];
        self.staged
            .file()
            .read_exact_at(&mut bytes, offset)
            .map_err(at(&self.path, "reading a document of the batch"))?;
        Ok(bytes)
    }

    /// Writes what follows the documents and syncs the file.
    fn complete(&mut self) -> Result<(), StoreError> {
        let directory_at = self.len();
        let mut directory_len = 0;
        for index in 0..self.members.len() {
            let Some((member, crc)) = self.members.get(index).copied() else {
                break;
            };
            let header_at = member.offset.saturating_sub(layout::HEADER);
            let Member { digest, size, .. } = member;
            layout::directory_entry(&digest, crc, size, header_at, &mut self.gathered);
            directory_len += layout::directory_entry_len(header_at);
            if self.gathered.len() > GATHER {
                self.flush()?;
            }
        }
        let members = self.members.len() as u64;
        layout::end(members, directory_at, directory_len, &mut self.gathered);
        self.flush()?;
        let synced = self.staged.file().sync_all();
        synced.map_err(|source| DurableError {
            path: self.path.clone(),
            doing: "syncing the pack",
            source,
        })?;
        Ok(())
    }

    fn place(self, number: u32) -> Result<PackWritten, StoreError> {
        let size = self.flushed;
        self.staged.place_new()?;
        Ok(PackWritten {
            number,
            size,
            members: self.members.iter().map(|(member, _)| *member).collect(),
        })
    }
}
