//! The files below the paths that were given, in an order that is the same every time, whatever links and names are met.

use std::fs::FileType;
use std::path::Path;
use std::path::PathBuf;

use walkdir::WalkDir;

use super::Notice;
use super::error::unreadable;
use crate::record::Instant;
use crate::record::Moment;

/// A file to bring in.
pub(super) struct Walked {
    /// Where it lies.
    pub(super) path: PathBuf,
    /// Its path below the folder that was given, with that folder's name; of a file its name.
    pub(super) shown: PathBuf,
    /// Its length when it was met.
    pub(super) size: u64,
    /// The time that it carries.
    pub(super) modified: Option<Instant>,
    /// Whether it lies in `cur` or `new` of a Maildir.
    pub(super) in_maildir: bool,
}

/// Something met on the way that is no file to bring in, with the reason.
pub(super) struct Passed {
    pub(super) path: PathBuf,
    pub(super) reason: String,
}

/// Goes through one path that was given. Links inside a folder are not followed: what they lead to may lie outside, or
/// in a loop. A path given by the user itself may be a link. The archive's own folder is passed over: its database and
/// packs change while they would be read.
pub(super) fn walk(given: &Path, own: &Path) -> impl Iterator<Item = Result<Walked, Passed>> {
    let own = below(given, own);
    let base = given
        .file_name()
        .map_or_else(|| PathBuf::from(given), PathBuf::from);
    let root = given.to_path_buf();
    WalkDir::new(given)
        .follow_links(false)
        .follow_root_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(move |entry| own.as_deref() != Some(entry.path()))
        .filter_map(move |entry| {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(&root).to_path_buf();
                    let reason = error
                        .io_error()
                        .map_or_else(|| error.to_string(), unreadable);
                    return Some(Err(Passed { path, reason }));
                }
            };
            let kind = entry.file_type();
            if kind.is_dir() {
                return None;
            }
            // The path given may be a link; what it leads to counts.
            let found = if entry.depth() == 0 {
                std::fs::metadata(entry.path())
            } else {
                entry.metadata().map_err(std::io::Error::from)
            };
            let found = match found {
                Ok(found) if found.is_file() => found,
                // What lies in it comes next.
                Ok(found) if found.is_dir() => return None,
                Ok(found) => {
                    return Some(Err(Passed {
                        path: entry.path().to_path_buf(),
                        reason: odd(found.file_type()).to_owned(),
                    }));
                }
                Err(error) => {
                    return Some(Err(Passed {
                        path: entry.path().to_path_buf(),
                        reason: unreadable(&error),
                    }));
                }
            };
            let below = entry.path().strip_prefix(&root).unwrap_or(Path::new(""));
            let shown = if entry.depth() == 0 {
                base.clone()
            } else {
                base.join(below)
            };
            Some(Ok(Walked {
                in_maildir: in_maildir(entry.path()),
                path: entry.into_path(),
                shown,
                size: found.len(),
                modified: modified(&found),
            }))
        })
}

/// What is said of the archive's own folder where it lies among what was given.
pub(super) fn passed_over(given: &Path, own: &Path) -> Option<Notice> {
    below(given, own).map(|own| Notice {
        path: own.display().to_string(),
        text: "is the archive itself and was passed over".to_owned(),
    })
}

/// Where a walk from `given` meets the archive's folder, if it does.
fn below(given: &Path, own: &Path) -> Option<PathBuf> {
    let (start, own) = (given.canonicalize().ok()?, own.canonicalize().ok()?);
    let rest = own.strip_prefix(&start).ok()?;
    (!rest.as_os_str().is_empty()).then(|| given.join(rest))
}

fn odd(kind: FileType) -> &'static str {
    if kind.is_symlink() {
        "is a link, which is not followed: give what it leads to"
    } else {
        "is not a file (a pipe, socket or device)"
    }
}

/// The time that a file carries, as this file system tells it.
fn modified(found: &std::fs::Metadata) -> Option<Instant> {
    let since = found
        .modified()
        .ok()?
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    let moment = Moment::from_seconds(i64::try_from(since.as_secs()).ok()?)?;
    Some(Instant::exact(moment, moment.to_string(), "file").in_zone("UTC", "format"))
}

/// Whether a file lies in `cur` or `new` beside the other two folders of a Maildir.
fn in_maildir(path: &Path) -> bool {
    let Some(folder) = path.parent() else {
        return false;
    };
    let Some(name) = folder
        .file_name()
        .filter(|name| *name == "cur" || *name == "new")
    else {
        return false;
    };
    let other = if name == "cur" { "new" } else { "cur" };
    folder
        .parent()
        .is_some_and(|maildir| maildir.join(other).is_dir() && maildir.join("tmp").is_dir())
}
