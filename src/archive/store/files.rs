//! Opening what lies in `blobs/` and `packs/`, step by step from the archive's folder, without following links.
//!
//! Whoever can plant a file could plant a link; each step below the archive's folder is therefore opened with
//! `O_NOFOLLOW` relative to the one before it, and only a plain file is read. The archive's own folder may be reached
//! through a link: the user named it.

use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::FileType;
use rustix::fs::Mode;
use rustix::fs::OFlags;

use super::error::StoreError;
use super::error::at;
use crate::durable;
use crate::record::Digest;

/// Folder of the packs.
pub(super) const PACKS: &str = "packs";
/// Folder of the documents that have a file of their own.
pub(super) const BLOBS: &str = "blobs";

/// `packs/000001.zip`.
pub(super) fn pack_name(number: u32) -> String {
    format!("{PACKS}/{number:06}.zip")
}

/// `blobs/ab/abcd…`.
pub(super) fn blob_name(digest: &Digest) -> String {
    let digest = digest.to_string();
    let (folder, _) = digest.split_at_checked(2).unwrap_or_default();
    format!("{BLOBS}/{folder}/{digest}")
}

/// The number of a pack, from the last part of its name.
pub(super) fn pack_number(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".zip")?.parse().ok()?;
    (pack_name(number).strip_prefix("packs/") == Some(name)).then_some(number)
}

/// What stands at a place, in words.
fn kind_of(file_type: FileType) -> &'static str {
    match file_type {
        FileType::RegularFile => "a file",
        FileType::Directory => "a folder",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        FileType::BlockDevice | FileType::CharacterDevice => "a device",
        FileType::Unknown => "not known",
    }
}

/// What stands at `path` when it is not a plain file or folder, as a folder listing says.
pub(super) fn kind_at(path: &Path) -> &'static str {
    rustix::fs::lstat(path).map_or("not readable", |stat| {
        kind_of(FileType::from_raw_mode(stat.st_mode))
    })
}

/// Opens a plain file by its name below `root`; `None` when it, or a folder on the way, is not there.
pub(super) fn open(root: &Path, name: &str) -> Result<Option<(File, u64)>, StoreError> {
    open_for(root, name, OFlags::RDONLY)
}

/// As [`open`], to write over what stands in the file.
pub(super) fn open_to_erase(root: &Path, name: &str) -> Result<Option<(File, u64)>, StoreError> {
    open_for(root, name, OFlags::RDWR)
}

fn open_for(root: &Path, name: &str, access: OFlags) -> Result<Option<(File, u64)>, StoreError> {
    let path = root.join(name);
    let refused = |error: rustix::io::Errno| at(&path, "opening the file")(error.into());
    let folder = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    // A pipe planted in place of a file would otherwise be waited for.
    let plain = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let step = |dir: &rustix::fd::OwnedFd, name: &str, flags| {
        rustix::io::retry_on_intr(|| rustix::fs::openat(dir, name, flags, Mode::empty()))
    };
    let mut dir = rustix::io::retry_on_intr(|| rustix::fs::open(root, folder, Mode::empty()))
        .map_err(refused)?;
    let mut opened = root.to_path_buf();
    let mut parts = name.split('/').peekable();
    while let Some(part) = parts.next() {
        opened.push(part);
        let last = parts.peek().is_none();
        let flags = if last {
            plain
        } else {
            folder | OFlags::NOFOLLOW
        };
        dir = match step(&dir, part, flags) {
            Ok(fd) => fd,
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(rustix::io::Errno::LOOP | rustix::io::Errno::NOTDIR | rustix::io::Errno::NXIO) => {
                return Err(StoreError::Strange {
                    found: kind_at(&opened),
                    expected: if last { "a file" } else { "a folder" },
                    path: opened,
                });
            }
            Err(error) => return Err(refused(error)),
        };
    }
    let stat = rustix::fs::fstat(&dir).map_err(refused)?;
    let file_type = FileType::from_raw_mode(stat.st_mode);
    if file_type != FileType::RegularFile {
        return Err(StoreError::Strange {
            path,
            expected: "a file",
            found: kind_of(file_type),
        });
    }
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    Ok(Some((File::from(dir), size)))
}

/// Makes sure that `path` is a folder of the archive, no link, creating it when it is not there.
pub(in crate::archive) fn ensure_folder(path: &Path) -> Result<(), StoreError> {
    if !is_folder(path)? {
        durable::create_private_dir(path)?;
    }
    Ok(())
}

/// Whether there is a folder at `path`; anything else in its place, such as a link to one, is refused.
pub(in crate::archive) fn is_folder(path: &Path) -> Result<bool, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => Ok(true),
        Ok(_) => Err(StoreError::Strange {
            path: path.to_path_buf(),
            expected: "a folder",
            found: kind_at(path),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(at(path, "looking at the folder")(error)),
    }
}

/// Whether there is a plain file at `path`; anything else in its place, such as a link, is refused.
pub(in crate::archive) fn is_there(path: &Path) -> Result<bool, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => Ok(true),
        Ok(_) => Err(StoreError::Strange {
            path: path.to_path_buf(),
            expected: "a file",
            found: kind_at(path),
        }),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(false)
        }
        Err(error) => Err(at(path, "looking at the file")(error)),
    }
}

/// The entries of a folder, sorted by name, with whether each is a real folder; none when it is not there or a link.
pub(super) fn list(path: &Path) -> Result<Vec<(std::ffi::OsString, bool)>, StoreError> {
    let refused = "listing the folder";
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(path, refused)(error)),
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(at(path, refused))? {
        let entry = entry.map_err(at(path, refused))?;
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        names.push((entry.file_name(), is_folder));
    }
    names.sort();
    Ok(names)
}
