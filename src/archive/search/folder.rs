//! The folder of the index as the index library sees it: flat, and nothing outside it can be named.
//!
//! The library removes what its list of files names. That list lies in the archive, so whoever sends an archive writes
//! it: a name in it that is a path (`../log/checkpoint`) must lead nowhere. Nor is a file opened that is none: a pipe in
//! its place would be waited for, and a link leads wherever its maker likes.

use std::io;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use tantivy::directory::Directory;
use tantivy::directory::DirectoryLock;
use tantivy::directory::FileHandle;
use tantivy::directory::Lock;
use tantivy::directory::MmapDirectory;
use tantivy::directory::WatchCallback;
use tantivy::directory::WatchHandle;
use tantivy::directory::WritePtr;
use tantivy::directory::error::DeleteError;
use tantivy::directory::error::LockError;
use tantivy::directory::error::OpenReadError;
use tantivy::directory::error::OpenWriteError;

/// The largest file that is read whole: the lists of segments and of files, some hundred bytes for each.
const LARGEST_LIST: u64 = 16 << 20;

/// A flat folder, mapped into memory for reading.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    inner: MmapDirectory,
    dir: PathBuf,
    writable: bool,
}

impl Folder {
    pub(super) fn open(dir: &Path, writable: bool) -> tantivy::Result<Self> {
        Ok(Self {
            inner: MmapDirectory::open(dir)?,
            dir: dir.to_path_buf(),
            writable,
        })
    }

    /// Whether a file of that name may be opened: it is a plain one of at most that many bytes, or not there.
    fn may_open(&self, path: &Path, most: u64) -> io::Result<()> {
        match self.dir.join(path).symlink_metadata() {
            Ok(found) if !found.is_file() => Err(io::Error::other("it is no plain file")),
            Ok(found) if found.len() > most => Err(io::Error::other("it is too large")),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn refuse_write(&self) -> io::Result<()> {
        if self.writable {
            Ok(())
        } else {
            Err(io::Error::other("the search index is open for reading"))
        }
    }
}

fn is_plain(path: &Path) -> bool {
    let mut parts = path.components();
    matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none()
}

impl Directory for Folder {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        if !is_plain(path) {
            return Err(OpenReadError::FileDoesNotExist(path.to_owned()));
        }
        self.may_open(path, u64::MAX)
            .map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))?;
        self.inner.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        if !is_plain(path) {
            return Err(DeleteError::FileDoesNotExist(path.to_owned()));
        }
        self.refuse_write()
            .map_err(|error| DeleteError::IoError {
                io_error: Arc::new(error),
                filepath: path.to_owned(),
            })
            .and_then(|()| self.inner.delete(path))
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(is_plain(path) && self.inner.exists(path)?)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let refused = if is_plain(path) {
            self.refuse_write()
        } else {
            Err(io::Error::other("not a plain file name"))
        };
        refused
            .map_err(|error| OpenWriteError::wrap_io_error(error, path.to_owned()))
            .and_then(|()| self.inner.open_write(path))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        if !is_plain(path) {
            return Err(OpenReadError::FileDoesNotExist(path.to_owned()));
        }
        self.may_open(path, LARGEST_LIST)
            .map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))?;
        self.inner.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.refuse_write()?;
        if is_plain(path) {
            self.inner.atomic_write(path, data)
        } else {
            Err(io::Error::other("not a plain file name"))
        }
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.inner.sync_directory()
    }

    /// Takes the lock; a reader that can't (a disk that is read-only, an archive of someone else's) goes on without it,
    /// because what it maps stays what it was.
    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        let taken = self
            .may_open(&lock.filepath, u64::MAX)
            .map_err(|error| LockError::IoError(Arc::new(error)))
            .and_then(|()| self.inner.acquire_lock(lock));
        match taken {
            Err(LockError::IoError(_)) if !self.writable => Ok(DirectoryLock::from(Box::new(()))),
            taken => taken,
        }
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        drop(callback);
        Ok(WatchHandle::empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_a_path_leads_nowhere() {
        for path in ["../log/checkpoint", "/etc/hosts", "a/b", "..", ".", ""] {
            assert!(!is_plain(Path::new(path)), "{path}");
        }
        assert!(is_plain(Path::new("meta.json")));
    }
}
