//! The one door through which files are written: what this module says is on the disk outlives a power cut.
//!
//! A file is written beside its place under a name starting with [`LEFTOVER`], synced, renamed, and its folder synced:
//! <br>`open(.tmp-…, O_EXCL)`, `write`, `fsync`, `rename`, `open(folder)`, `fsync(folder)`.
//! So a reader sees the old file or the new one, whole, and a crash leaves at most a file that [`is_leftover`] knows.
//! A sync that fails is reported and never tried again: the kernel may have dropped the unwritten pages, and a second
//! call would say that all is well. The caller stops and reads again from what the disk holds.
//!
//! Trusted: the kernel, and that the disk does not lie about having written.

use std::ffi::OsStr;
use std::fs;
use std::fs::File;
use std::fs::Permissions;
use std::fs::TryLockError;
use std::io;
use std::io::Write;
use std::ops::Range;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::fs::FileExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use tempfile::NamedTempFile;

/// What the names of unfinished files begin with.
pub const LEFTOVER: &str = ".tmp-";

/// Something that could not be made durable.
#[derive(Debug, thiserror::Error)]
#[error("{}: {doing}", path.display())]
#[non_exhaustive]
pub struct DurableError {
    /// The file or folder concerned.
    pub path: PathBuf,
    /// The step that did not succeed, as in 'syncing the folder'.
    pub doing: &'static str,
    /// What the system said.
    pub source: io::Error,
}

impl DurableError {
    /// Whether the place was already taken: [`Staged::place_new`] and [`write_private_new`] replace nothing.
    pub fn is_taken(&self) -> bool {
        self.source.kind() == io::ErrorKind::AlreadyExists
    }
}

/// Says what was being done to which path.
fn at(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> DurableError {
    move |source| DurableError {
        path: path.to_path_buf(),
        doing,
        source,
    }
}

/// A file being written beside the place it will take. Dropped before it is placed, it is gone.
#[derive(Debug)]
pub struct Staged {
    temp: NamedTempFile,
    place: PathBuf,
}

impl Staged {
    /// Begins a file that everybody may read whom the umask lets.
    pub fn create(place: &Path) -> Result<Self, DurableError> {
        Self::with_mode(place, 0o666)
    }

    /// Begins a file that only its owner may read (mode 0600).
    pub fn create_private(place: &Path) -> Result<Self, DurableError> {
        Self::with_mode(place, 0o600)
    }

    fn with_mode(place: &Path, mode: u32) -> Result<Self, DurableError> {
        let temp = tempfile::Builder::new()
            .prefix(LEFTOVER)
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(parent(place))
            .map_err(at(place, "creating the file"))?;
        Ok(Self {
            temp,
            place: place.to_path_buf(),
        })
    }

    /// The open file, for what [`Write`] does not offer.
    pub fn file(&self) -> &File {
        self.temp.as_file()
    }

    /// Syncs the file, puts it in its place over whatever was there, and syncs the folder.
    pub fn place(self) -> Result<(), DurableError> {
        let folder = parent(&self.place).to_path_buf();
        self.sync()?;
        self.place_synced()?;
        sync_dir(&folder)
    }

    /// As [`Staged::place`], but a file that is there already stays ([`DurableError::is_taken`]).
    pub fn place_new(self) -> Result<(), DurableError> {
        self.sync()?;
        let Self { temp, place } = self;
        temp.persist_noclobber(&place)
            .map_err(|failed| at(&place, "putting the new file in its place")(failed.error))?;
        sync_dir(parent(&place))
    }

    /// Renames only. For a batch: the caller has called [`sync_filesystem`] since the last write, and calls it (or
    /// [`sync_dir`] on every folder) again before anything refers to the file.
    pub fn place_synced(self) -> Result<(), DurableError> {
        let Self { temp, place } = self;
        temp.persist(&place)
            .map(drop)
            .map_err(|failed| at(&place, "putting the file in its place")(failed.error))
    }

    fn sync(&self) -> Result<(), DurableError> {
        self.file()
            .sync_all()
            .map_err(at(&self.place, "syncing the file"))
    }
}

impl Write for Staged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.temp.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temp.flush()
    }
}

/// The folder of `path`; `.` for a bare name.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn fill(mut staged: Staged, bytes: &[u8]) -> Result<Staged, DurableError> {
    match staged.write_all(bytes) {
        Ok(()) => Ok(staged),
        Err(source) => Err(at(&staged.place, "writing the file")(source)),
    }
}

/// Puts `bytes` at `path`, whole or not at all, over whatever was there; durable on return.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), DurableError> {
    fill(Staged::create(path)?, bytes)?.place()
}

/// As [`write_atomic`], for keys and state: only the owner may read the file (mode 0600).
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), DurableError> {
    fill(Staged::create_private(path)?, bytes)?.place()
}

/// As [`write_private`], but a file that is there already stays ([`DurableError::is_taken`]). The file has no name before
/// it is whole, where the file system can do that: a private key that a killed process left under a name of ours would
/// lie there for ever.
pub fn write_private_new(path: &Path, bytes: &[u8]) -> Result<(), DurableError> {
    let Ok(mut file) = tempfile::tempfile_in(parent(path)) else {
        return fill(Staged::create_private(path)?, bytes)?.place_new();
    };
    file.set_permissions(Permissions::from_mode(0o600))
        .map_err(at(path, "keeping others from the file"))?;
    file.write_all(bytes)
        .map_err(at(path, "writing the file"))?;
    file.sync_all().map_err(at(path, "syncing the file"))?;
    let nameless = format!("/proc/self/fd/{}", file.as_raw_fd());
    let (here, follow) = (rustix::fs::CWD, rustix::fs::AtFlags::SYMLINK_FOLLOW);
    match rustix::fs::linkat(here, nameless, here, path, follow) {
        Ok(()) => sync_dir(parent(path)),
        Err(rustix::io::Errno::EXIST) => Err(at(path, "putting the new file in its place")(
            rustix::io::Errno::EXIST.into(),
        )),
        Err(_) => fill(Staged::create_private(path)?, bytes)?.place_new(),
    }
}

/// Gives a file another name in its folder, over whatever was there; durable on return.
pub fn rename(from: &Path, to: &Path) -> Result<(), DurableError> {
    fs::rename(from, to).map_err(at(from, "giving the file another name"))?;
    sync_dir(parent(to))
}

/// Removes the unfinished files that killed processes left in a folder. The caller keeps others from writing there.
pub fn clear_leftovers(folder: &Path) -> Result<(), DurableError> {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        if is_leftover(&entry.file_name()) {
            discard(&entry.path())?;
        }
    }
    Ok(())
}

/// Creates the folder and those above it that are missing; durable on return. One that exists is left as it is.
pub fn create_dir(path: &Path) -> Result<(), DurableError> {
    create_dir_with_mode(path, 0o777)
}

/// As [`create_dir`], for keys and state: only the owner may enter the folders it makes (mode 0700).
pub fn create_private_dir(path: &Path) -> Result<(), DurableError> {
    create_dir_with_mode(path, 0o700)
}

fn create_dir_with_mode(path: &Path, mode: u32) -> Result<(), DurableError> {
    let missing: Vec<&Path> = path
        .ancestors()
        .filter(|folder| !folder.as_os_str().is_empty())
        .take_while(|folder| !folder.is_dir())
        .collect();
    for folder in missing.into_iter().rev() {
        match fs::DirBuilder::new().mode(mode).create(folder) {
            Ok(()) => {}
            // Another process was quicker.
            Err(_) if folder.is_dir() => {}
            Err(source) => return Err(at(folder, "creating the folder")(source)),
        }
        sync_dir(parent(folder))?;
    }
    Ok(())
}

/// Syncs the names in a folder: what was created, renamed or removed there.
pub fn sync_dir(path: &Path) -> Result<(), DurableError> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(at(path, "syncing the folder"))
}

/// Syncs the whole file system that holds `dir`, with one call for any number of files (`syncfs(2)`).
pub fn sync_filesystem(dir: &Path) -> Result<(), DurableError> {
    File::open(dir)
        .and_then(|folder| rustix::fs::syncfs(&folder).map_err(io::Error::from))
        .map_err(at(dir, "syncing the file system"))
}

/// A lock that is held until it is dropped, or its process ends in any way.
#[derive(Debug)]
pub struct Lock {
    _held: File,
}

/// Takes the lock at `path`, creating the empty file if need be (mode 0600); nothing when somebody else holds it.
pub fn try_lock(path: &Path) -> Result<Option<Lock>, DurableError> {
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(at(path, "opening the lock file"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { _held: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(at(path, "taking the lock")(source)),
    }
}

/// Removes a file that nothing refers to: a leftover, or one that was written anew elsewhere. One that is not there is
/// no error. The name is gone for good only after [`sync_dir`].
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that removes a file, and only one that nothing refers to"
)]
pub fn discard(path: &Path) -> Result<(), DurableError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(at(path, "removing the unfinished file")(source))
        }
        _ => Ok(()),
    }
}

/// Writes zeros over a file that was ordered to be destroyed, as far as a disk lets, and removes it; durable on return. A
/// link is removed and not followed.
pub fn erase(path: &Path) -> Result<(), DurableError> {
    let doing = "destroying the file";
    let found = path.symlink_metadata().map_err(at(path, doing))?;
    if found.is_file() {
        let nofollow = rustix::fs::OFlags::NOFOLLOW.bits();
        let mut file = File::options()
            .write(true)
            .custom_flags(nofollow.cast_signed())
            .open(path)
            .map_err(at(path, doing))?;
        io::copy(&mut io::Read::take(io::repeat(0), found.len()), &mut file)
            .and_then(|_| file.sync_all())
            .map_err(at(path, doing))?;
    }
    discard(path)?;
    sync_dir(parent(path))
}

/// Writes zeros over stretches of an open file, each from one byte on to another, as far as a disk lets; durable on
/// return. What is left of the file stays as it is.
pub fn erase_stretches(
    file: &File,
    path: &Path,
    stretches: &[Range<u64>],
) -> Result<(), DurableError> {
    let doing = "destroying a part of the file";
    let zeros = vec![0; 64 << 10];
    for stretch in stretches {
        let mut from = stretch.start;
        while from < stretch.end {
            let most = usize::try_from(stretch.end - from).unwrap_or(zeros.len());
            let part = zeros.get(..most).unwrap_or(&zeros);
            file.write_all_at(part, from).map_err(at(path, doing))?;
            from += part.len() as u64;
        }
    }
    file.sync_all().map_err(at(path, doing))
}

/// Whether a file of this name was being written when the writer stopped.
pub fn is_leftover(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(LEFTOVER.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    type TestResult = Result<(), Box<dyn std::error::Error>>;

    fn names(dir: &Path) -> io::Result<Vec<std::ffi::OsString>> {
        fs::read_dir(dir)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect()
    }

    fn mode(path: &Path) -> io::Result<u32> {
        Ok(fs::metadata(path)?.permissions().mode() & 0o777)
    }

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() -> TestResult {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("head");
        write_atomic(&path, b"a long first version")?;
        write_atomic(&path, b"second")?;
        assert_eq!(fs::read(&path)?, b"second");
        assert_eq!(names(dir.path())?, ["head"]);
        Ok(())
    }

    #[test]
    fn a_key_is_for_its_owner_only_and_is_never_written_over() -> TestResult {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("a/b/key");
        create_private_dir(&dir.path().join("a/b"))?;
        write_private_new(&path, b"first")?;
        let refused = write_private_new(&path, b"second").unwrap_err();
        assert!(refused.is_taken(), "{refused}: {:?}", refused.source);
        assert_eq!(fs::read(&path)?, b"first");
        assert_eq!((mode(&path)?, mode(&dir.path().join("a"))?), (0o600, 0o700));
        assert_eq!(names(&dir.path().join("a/b"))?, ["key"]);
        Ok(())
    }

    #[test]
    fn what_a_killed_writer_leaves_is_known_by_its_name() -> TestResult {
        let dir = tempfile::tempdir()?;
        let staged = Staged::create(&dir.path().join("pack"))?;
        assert!(names(dir.path())?.iter().all(|name| is_leftover(name)));
        assert!(!is_leftover(OsStr::new("pack")));
        let left = staged.temp.path().to_path_buf();
        drop(staged);
        assert!(names(dir.path())?.is_empty());
        File::create(&left)?;
        discard(&left)?;
        discard(&left)?;
        assert!(names(dir.path())?.is_empty());
        Ok(())
    }

    #[test]
    fn a_batch_is_placed_after_one_sync_of_the_file_system() -> TestResult {
        let dir = tempfile::tempdir()?;
        let folder = dir.path().join("blobs/ab");
        create_dir(&folder)?;
        create_dir(&folder)?;
        let mut batch = Vec::new();
        for name in ["one", "two"] {
            batch.push(fill(Staged::create(&folder.join(name))?, name.as_bytes())?);
        }
        sync_filesystem(&folder)?;
        for staged in batch {
            staged.place_synced()?;
        }
        sync_filesystem(&folder)?;
        assert_eq!(fs::read(folder.join("two"))?, b"two");
        Ok(())
    }

    #[test]
    fn a_lock_is_held_by_one_until_it_is_dropped() -> TestResult {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("lock");
        let held = try_lock(&path)?;
        assert!(held.is_some() && try_lock(&path)?.is_none());
        drop(held);
        assert!(try_lock(&path)?.is_some());
        Ok(())
    }

    #[test]
    fn a_refusal_names_the_path_and_the_step() {
        let refused = write_atomic(Path::new("/nowhere-at-all/head"), b"x").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "/nowhere-at-all/head: creating the file"
        );
    }
}
