//! The database file: how it is opened, what schema it has, and that nobody else's schema is trusted.

use std::fs::File;
use std::fs::Permissions;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::TransactionBehavior;

use super::ArchiveError;
use super::store;
use crate::durable;

/// The schema steps, in order. A released step is never edited.
const STEPS: &[&str] = &[
    include_str!("../../schema/0001_ledger.sql"),
    include_str!("../../schema/0002_catalogue.sql"),
];

/// Marks the file as ours (`fnds`), so that another program's database is not taken for an archive.
const APPLICATION: i32 = 0x666e_6473;

/// The tables that the projection fills.
pub(super) const PROJECTED: &[&str] = &[
    "projection",
    "tally",
    "accession",
    "segment",
    "document",
    "card",
    "account",
    "participant",
    "agent",
    "agent_account",
    "act",
];

/// Bytes of a page of the database.
pub(super) const PAGE: u64 = 8192;

/// What SQLite keeps of the pages that it has read, as it counts: kibibytes with a minus before them.
pub(super) const CACHE: i64 = -16_384;

/// The database's name inside the archive.
pub(super) const FILE: &str = "archive.sqlite";

/// Makes the database of a new archive.
pub(super) fn create(path: &Path) -> Result<Connection, ArchiveError> {
    // It holds every value and every record key: for its owner only, whatever the umask. SQLite gives the same mode to
    // the files that it makes beside it.
    File::options()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| ArchiveError::Read {
            path: path.to_path_buf(),
            source,
        })?;
    let mut conn = Connection::open(path)?;
    conn.pragma_update(None, "page_size", PAGE)?;
    conn.pragma_update(None, "secure_delete", true)?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "application_id", APPLICATION)?;
    settle(&conn)?;
    migrate(&mut conn)?;
    Ok(conn)
}

/// Refuses a database with a rollback journal beside it. An archive has none: it is in WAL mode from its first record on.
/// SQLite would write what stands in it into the database, and delete whatever file it names, at the next opening.
pub(super) fn demand_no_journal(path: &Path) -> Result<(), ArchiveError> {
    let journal = beside(path, "-journal");
    if journal.symlink_metadata().is_ok() {
        return Err(ArchiveError::Journal { path: journal });
    }
    Ok(())
}

/// Refuses a database with anything beside it that SQLite would open and must not: a rollback journal, or a write-ahead
/// log or its index that is no plain file. A link would be followed and written to, a pipe waited for.
pub(super) fn demand_plain(path: &Path) -> Result<(), ArchiveError> {
    demand_no_journal(path)?;
    for suffix in ["-wal", "-shm"] {
        store::is_there(&beside(path, suffix))?;
    }
    Ok(())
}

/// The file that SQLite keeps beside the database under that ending.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(suffix);
    beside.into()
}

/// Whether a write-ahead log with something in it lies beside the database.
fn has_log(path: &Path) -> bool {
    let log = beside(path, "-wal").symlink_metadata();
    log.is_ok_and(|log| log.len() > 0)
}

/// Refuses a database with a write-ahead log on a disk that cannot be written. Where the index of the log lies beside it,
/// SQLite reads both all the same; but nobody can say then whether that index is of this log.
fn demand_log_merged(path: &Path) -> Result<(), ArchiveError> {
    let read_only = rustix::fs::statvfs(path)
        .is_ok_and(|disk| disk.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY));
    if read_only && has_log(path) {
        return Err(ArchiveError::ReadOnlyWithLog {
            path: path.to_path_buf(),
        });
    }
    Ok(())
}

/// Opens the database for reading and writing.
pub(super) fn open(path: &Path) -> Result<Connection, ArchiveError> {
    demand_plain(path)?;
    let conn = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    settle(&conn)?;
    check(&conn, path)?;
    // Another program may have set another mode. In that a crash would leave a rollback journal, and then the archive is
    // not opened again.
    if !is_in_wal_mode(path)? {
        conn.pragma_update(None, "journal_mode", "wal")?;
    }
    Ok(conn)
}

/// Whether the database says in its header that it is read by way of a write-ahead log (SQLite, 'Database File Format',
/// bytes 18 and 19).
pub(super) fn is_in_wal_mode(path: &Path) -> Result<bool, ArchiveError> {
    let mut header = [0; 20];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut header))
        .map_err(|source| ArchiveError::Read {
            path: path.to_path_buf(),
            source,
        })?;
    Ok(header.ends_with(&[2, 2]))
}

/// Opens the database for reading only. On a disk that cannot be written, SQLite needs to be told that nobody else
/// writes either, which is only true where no write-ahead log is left.
pub(super) fn open_reading(path: &Path) -> Result<Connection, ArchiveError> {
    demand_plain(path)?;
    demand_log_merged(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let plain = Connection::open_with_flags(path, flags)
        .map_err(ArchiveError::from)
        .and_then(|conn| {
            settle(&conn)?;
            check(&conn, path)?;
            Ok(conn)
        });
    let Err(ArchiveError::Database(cause)) = &plain else {
        return plain;
    };
    let unwritable = matches!(
        cause.sqlite_error_code(),
        Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly)
    );
    if !unwritable {
        return plain;
    }
    if has_log(path) {
        return Err(ArchiveError::ReadOnlyWithLog {
            path: path.to_path_buf(),
        });
    }
    let conn = Connection::open_with_flags(immutable_uri(path), flags)?;
    settle(&conn)?;
    check(&conn, path)?;
    Ok(conn)
}

/// `file:` with every byte escaped that a URI gives a meaning to.
fn immutable_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            uri.push_str(&hex::encode([byte]));
        }
    }
    uri.push_str("?immutable=1");
    uri
}

/// Records of which the catalogue is made again in memory, at most: some 60 MB.
pub(super) const IN_MEMORY: u64 = 200_000;

/// An empty catalogue that is gone when it is closed, for making the projection again beside the stored one.
///
/// It will hold names and addresses, so it lies in memory or, where `spill` names a folder of the archive, in a file
/// there, for its owner only, whose name is taken away before anything is written. Never in the system's folder of
/// temporary files: that may be on another disk, which nobody encrypted. Where the folder cannot be written, memory it is,
/// whatever that takes.
pub(super) fn scratch(spill: Option<&Path>) -> Result<Connection, ArchiveError> {
    let file = spill.and_then(|folder| {
        tempfile::Builder::new()
            .prefix(durable::LEFTOVER)
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(folder)
            .ok()
    });
    let mut conn = match &file {
        Some(file) => Connection::open(file.path())?,
        None => Connection::open_in_memory()?,
    };
    conn.pragma_update(None, "page_size", PAGE)?;
    conn.pragma_update(None, "journal_mode", "off")?;
    conn.pragma_update(None, "synchronous", "off")?;
    conn.pragma_update(None, "locking_mode", "exclusive")?;
    conn.pragma_update(None, "temp_store", "memory")?;
    conn.pragma_update(None, "cache_size", -32_768)?;
    migrate(&mut conn)?;
    // What the projection looks up has constraints of its own, and it is read in the order of its keys.
    for (object, _) in objects() {
        if let Some(index) = object
            .strip_prefix("index ")
            .filter(|name| !is_automatic(name))
        {
            conn.execute_batch(&format!("DROP INDEX {index}"))?;
        }
    }
    drop(file);
    Ok(conn)
}

/// Indexes that follow from the constraints of the tables.
const AUTOMATIC: &[&str] = &[
    "sqlite_autoindex_accession_1",
    "sqlite_autoindex_account_1",
    "sqlite_autoindex_act_1",
    "sqlite_autoindex_agent_1",
    "sqlite_autoindex_card_1",
    "sqlite_autoindex_document_2",
    "sqlite_autoindex_segment_1",
];

fn is_automatic(index: &str) -> bool {
    AUTOMATIC.contains(&index)
}

/// Every object of an archive's schema, by type and name, with the statement that makes it, as SQLite keeps them. Read
/// out of the steps, since making a database takes milliseconds and every verb that writes asks.
pub(super) fn objects() -> Vec<(String, Option<String>)> {
    let mut objects: Vec<(String, Option<String>)> = AUTOMATIC
        .iter()
        .map(|index| (format!("index {index}"), None))
        .collect();
    let mut statement = String::new();
    for line in STEPS.iter().flat_map(|step| step.lines()) {
        if statement.is_empty() && (line.is_empty() || line.starts_with("--")) {
            continue;
        }
        if !statement.is_empty() {
            statement.push('\n');
        }
        statement.push_str(line);
        // Of a trigger the statements in it end with semicolons too.
        let ends = if statement.starts_with("CREATE TRIGGER") {
            "END;"
        } else {
            ";"
        };
        if line.ends_with(ends) {
            statement.pop();
            let mut words = statement.split_whitespace().skip(1);
            if let (Some(kind), Some(name)) = (words.next(), words.next()) {
                let object = format!("{} {name}", kind.to_lowercase());
                objects.push((object, Some(std::mem::take(&mut statement))));
            }
        }
    }
    objects.sort();
    objects
}

/// Settings of every connection. Full synchronisation is asserted: without it nothing we acknowledge is kept.
fn settle(conn: &Connection) -> Result<(), ArchiveError> {
    conn.pragma_update(None, "trusted_schema", false)?;
    conn.pragma_update(None, "synchronous", "full")?;
    conn.pragma_update(None, "recursive_triggers", true)?;
    conn.pragma_update(None, "secure_delete", true)?;
    // A large sort would otherwise leave names and addresses in the system's folder of temporary files.
    conn.pragma_update(None, "temp_store", "memory")?;
    conn.pragma_update(None, "cache_size", CACHE)?;
    // A group is some tens of megabytes; copying its pages over at once saves writing index pages again and again.
    conn.pragma_update(None, "wal_autocheckpoint", 8_000)?;
    conn.set_prepared_statement_cache_capacity(64);
    conn.busy_timeout(std::time::Duration::from_secs(10))?;
    let full: i64 = conn.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if full == 2 {
        Ok(())
    } else {
        Err(ArchiveError::NotSynchronous { found: full })
    }
}

fn check(conn: &Connection, path: &Path) -> Result<(), ArchiveError> {
    let application: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if application != APPLICATION {
        return Err(ArchiveError::NotOurs {
            path: path.to_path_buf(),
        });
    }
    let found: usize = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == STEPS.len() {
        demand_tables(conn)
    } else if found == 0 && objects_of(conn)?.is_empty() {
        Err(ArchiveError::NotStarted {
            path: path.to_path_buf(),
        })
    } else if found < STEPS.len() {
        // Version and tables are made in one transaction, and none of an earlier version was ever released.
        Err(ArchiveError::Schema(format!("user_version {found}")))
    } else {
        Err(ArchiveError::NewerSchema {
            found,
            known: STEPS.len(),
        })
    }
}

/// Refuses a database of which a table is none of an archive's: behind the name of one could stand a view, of which each
/// row is made when it is asked for, and that without end. What else the schema has, nobody who reads asks for.
pub(super) fn demand_tables(conn: &Connection) -> Result<(), ArchiveError> {
    let found = objects_of(conn)?;
    let strange = objects()
        .into_iter()
        .find(|object| object.0.starts_with("table ") && !found.contains(object));
    match strange {
        None => Ok(()),
        Some((name, _)) => Err(ArchiveError::Schema(name)),
    }
}

/// Every object of a database's schema, by type and name, with the statement that made it.
pub(super) fn objects_of(conn: &Connection) -> Result<Vec<(String, Option<String>)>, ArchiveError> {
    Ok(conn
        .prepare("SELECT type || ' ' || name, sql FROM sqlite_schema ORDER BY 1")?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

/// Brings `conn` to the schema of this build.
fn migrate(conn: &mut Connection) -> Result<(), ArchiveError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: usize = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let pending = STEPS.get(found..).ok_or(ArchiveError::NewerSchema {
        found,
        known: STEPS.len(),
    })?;
    for step in pending {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", STEPS.len())?;
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(conn: &Connection, sql: &str) -> String {
        conn.execute(sql, ()).unwrap_err().to_string()
    }

    #[test]
    fn rows_of_the_ledger_cannot_be_edited_removed_or_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let conn = create(&dir.path().join(FILE)).unwrap();
        conn.execute(
            "INSERT INTO entry VALUES (0, zeroblob(32), 'noted/1', zeroblob(32), '[]')",
            (),
        )
        .unwrap();
        assert!(refused(&conn, "UPDATE entry SET leaf = randomblob(32)").contains("never edited"));
        assert!(refused(&conn, "DELETE FROM entry").contains("never removed"));
        let replace = "INSERT OR REPLACE INTO entry VALUES (0, randomblob(32), 'x', NULL, NULL)";
        assert!(refused(&conn, replace).contains("never removed"));
        conn.execute("UPDATE entry SET key = NULL, slots = NULL", ())
            .unwrap();
    }

    #[test]
    fn the_schema_that_is_compared_is_the_one_that_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let conn = create(&dir.path().join(FILE)).unwrap();
        let made = objects_of(&conn).unwrap();
        assert_eq!(objects(), made);
    }

    #[test]
    fn a_scratch_catalogue_leaves_nothing_in_any_folder() {
        let dir = tempfile::tempdir().unwrap();
        for folder in [dir.path().to_path_buf(), dir.path().join("not there")] {
            let conn = scratch(Some(&folder)).unwrap();
            // More than is kept in memory of it.
            conn.execute_batch(
                "BEGIN; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
                 INSERT INTO account SELECT i, hex(randomblob(4000)), NULL FROM n",
            )
            .unwrap();
            let names: i64 = conn
                .query_row("SELECT count(*) FROM account ORDER BY display", (), |row| {
                    row.get(0)
                })
                .unwrap();
            assert_eq!(names, 9000);
            assert_eq!(dir.path().read_dir().unwrap().count(), 0);
        }
    }

    #[test]
    fn every_connection_writes_fully_synchronised() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        drop(create(&path).unwrap());
        for conn in [open(&path).unwrap(), open_reading(&path).unwrap()] {
            let level: i64 = conn
                .pragma_query_value(None, "synchronous", |row| row.get(0))
                .unwrap();
            assert_eq!(level, 2);
        }
    }

    #[test]
    fn another_programs_database_and_a_newer_one_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        drop(
            Connection::open(&path)
                .unwrap()
                .execute_batch("CREATE TABLE t (a)"),
        );
        assert!(matches!(
            open_reading(&path),
            Err(ArchiveError::NotOurs { .. })
        ));
        let newer = dir.path().join("newer");
        create(&newer)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        assert!(matches!(
            open(&newer),
            Err(ArchiveError::NewerSchema { found: 99, .. })
        ));
    }
}
