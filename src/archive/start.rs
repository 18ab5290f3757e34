//! A start that was stopped: what it leaves, and that it may be made again in the same folder.
//!
//! The settings are written last, and only then does anybody learn of the archive. A folder without them that holds
//! nothing but what a start makes, and no record but the first, is therefore no archive that anybody knows of.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::OpenFlags;

use super::ArchiveError;
use super::LOCK;
use super::catalogue;
use super::lock;
use super::log;
use crate::durable;
use crate::tlog::CHECKPOINT_PATH;
use crate::tlog::Tile;

/// The database and the files that SQLite keeps beside it.
const DATABASE: [&str; 4] = [
    catalogue::FILE,
    "archive.sqlite-wal",
    "archive.sqlite-shm",
    "archive.sqlite-journal",
];

/// Folders that a start makes, save that of the log, and leaves empty.
const EMPTY: [&str; 2] = ["packs", "blobs"];

/// Whether a folder holds what a stopped start leaves and nothing else.
pub fn is_unfinished_start(root: &Path) -> bool {
    // The lock is the first that a start makes, the database comes before what is written when it has a record.
    let is_lock = |path: &Path| {
        path.symlink_metadata()
            .is_ok_and(|found| found.is_file() && found.len() == 0)
    };
    let database = root.join(catalogue::FILE);
    let recorded = database
        .symlink_metadata()
        .is_ok_and(|found| found.is_file() && found.len() > 0);
    let Ok(mut found) = root.read_dir() else {
        return false;
    };
    let all_ours = found.all(|entry| {
        let Ok(name) = entry.map(|entry| entry.file_name()) else {
            return false;
        };
        let text = name.to_string_lossy();
        text == LOCK
            || DATABASE.contains(&&*text)
            || (EMPTY.contains(&&*text) && is_empty(&root.join(&*text)))
            || (recorded && text == log::FOLDER && is_of_one_entry(&root.join(log::FOLDER)))
            || (recorded && durable::is_leftover(&name))
    });
    all_ours && is_lock(&root.join(LOCK)) && says_nothing(&database)
}

fn is_empty(folder: &Path) -> bool {
    is_folder(folder)
        && folder
            .read_dir()
            .is_ok_and(|mut found| found.next().is_none())
}

/// Whether it is a folder, and no link to one: what is removed is removed here.
fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir())
}

/// Whether a log has no file but those of a first entry.
fn is_of_one_entry(folder: &Path) -> bool {
    is_folder(folder)
        && walkdir::WalkDir::new(folder).into_iter().all(|entry| {
            let Ok(entry) = entry else {
                return false;
            };
            let path = entry.path().strip_prefix(folder).ok();
            let Some(path) = path.and_then(Path::to_str) else {
                return false;
            };
            entry.file_type().is_dir()
                || path == CHECKPOINT_PATH
                || durable::is_leftover(entry.file_name())
                || Tile::parse(path).is_some_and(|tile| tile.is_within(1))
        })
}

/// Whether the database is absent, empty, or one of ours with no record but the first.
fn says_nothing(path: &Path) -> bool {
    let Ok(found) = path.symlink_metadata() else {
        return true;
    };
    if !found.is_file() {
        return false;
    }
    // SQLite would carry out what a journal says. A start has one only until the first page is written and the database
    // goes over to its write-ahead log.
    if catalogue::demand_no_journal(path).is_err() {
        return found.len() <= catalogue::PAGE;
    }
    if catalogue::demand_plain(path).is_err() {
        return false;
    }
    let counted = || -> rusqlite::Result<bool> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        let tables: u64 =
            conn.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
        if tables == 0 {
            return Ok(true);
        }
        if catalogue::demand_tables(&conn).is_err() {
            return Ok(false);
        }
        let records = "SELECT (SELECT count(*) FROM entry) <= 1 AND NOT EXISTS (SELECT 1 FROM item) \
                       AND NOT EXISTS (SELECT 1 FROM blob)";
        conn.query_row(records, (), |row| row.get(0))
    };
    found.len() == 0 || counted().unwrap_or(false)
}

/// Takes away what a stopped start has left, so that it can be made again. The keys that it made are not touched.
///
/// A start that is still going on holds the lock and is left alone, and so is a folder with anything else in it.
pub fn clear_unfinished_start(root: &Path) -> Result<(), ArchiveError> {
    if !is_unfinished_start(root) {
        return Ok(());
    }
    let held = lock(root)?;
    // Asked again under the lock: another start may have come to its end meanwhile.
    if !is_unfinished_start(root) {
        return Ok(());
    }
    for name in DATABASE {
        durable::discard(&root.join(name))?;
    }
    for folder in EMPTY {
        remove_empty(&root.join(folder))?;
    }
    clear_log(&root.join(log::FOLDER))?;
    durable::clear_leftovers(root)?;
    durable::discard(&root.join(LOCK))?;
    drop(held);
    durable::sync_dir(root)?;
    Ok(())
}

/// Removes the files of a first entry's log and its folders; what somebody else put there meanwhile stays, with the
/// folder that it is in.
fn clear_log(folder: &Path) -> Result<(), ArchiveError> {
    if !is_of_one_entry(folder) {
        return Ok(());
    }
    for entry in walkdir::WalkDir::new(folder).contents_first(true) {
        let Ok(entry) = entry else {
            continue;
        };
        if entry.file_type().is_dir() {
            remove_empty(entry.path())?;
        } else {
            durable::discard(entry.path())?;
        }
    }
    Ok(())
}

/// Removes a folder if it is there and empty.
fn remove_empty(folder: &Path) -> Result<(), ArchiveError> {
    use std::io::ErrorKind;
    match fs::remove_dir(folder) {
        Err(source)
            if !matches!(
                source.kind(),
                ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty
            ) =>
        {
            Err(ArchiveError::Read {
                path: folder.to_path_buf(),
                source,
            })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    type TestResult = Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn somebody_elses_folder_is_not_taken_for_a_stopped_start() -> TestResult {
        let dir = tempfile::tempdir()?;
        assert!(!is_unfinished_start(dir.path()));
        for (file, ours) in [
            ("lock", true),
            (".tmp-notes", false),
            ("log/today.txt", false),
            ("log/checkpoint", false),
            ("packs/holiday.zip", false),
            ("notes.txt", false),
            ("archive.sqlite", false),
        ] {
            let dir = tempfile::tempdir()?;
            File::create(dir.path().join(LOCK))?;
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().ok_or("no folder")?)?;
            if !ours {
                durable::write_atomic(&path, b"mine")?;
            }
            assert_eq!(is_unfinished_start(dir.path()), ours, "{file}");
            clear_unfinished_start(dir.path())?;
            assert_eq!(path.exists(), !ours, "{file}");
        }
        Ok(())
    }
}
