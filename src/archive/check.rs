//! What `verify` reads: the stored rows as they are, and the catalogue beside one made anew.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::types::ValueRef;

use super::Archive;
use super::ArchiveError;
use super::catalogue;
use super::projection::NUMBER;
use super::projection::Projector;
use super::projection::Segment;
use super::projection::values;
use super::store::Member;
use crate::record::Bytes;
use crate::record::Digest;

/// A row of `entry`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its index.
    pub seq: u64,
    /// Its leaf data.
    pub leaf: [u8; 32],
    /// Its kind.
    pub schema: String,
    /// Its record key, unless that is gone.
    pub key: Option<[u8; 32]>,
    /// Its values, unless they are gone.
    pub slots: Option<String>,
}

/// A row of `item` with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    /// Its number.
    pub id: u64,
    /// Its leaf data.
    pub leaf: [u8; 32],
    /// Its kind.
    pub schema: String,
    /// Its record key, unless that is gone.
    pub key: Option<[u8; 32]>,
    /// Its values, unless they are gone.
    pub slots: Option<String>,
    /// Its text, where that is kept in the database.
    pub text: Option<String>,
}

/// A row that the database gives but that does not hold what its column is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The row: an entry's index or an item's number.
    pub row: i64,
    /// What is wrong with it.
    pub reason: String,
}

/// Where a stored byte stream lies, as its row in `blob` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredBlob {
    /// Its digest.
    pub sha256: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Its pack; none for a file of its own.
    pub pack: Option<u32>,
}

type Visit<'v, T> = &'v mut dyn FnMut(Result<T, Unreadable>) -> Result<(), ArchiveError>;

/// One snapshot of the database, for reading all of it while somebody may write.
pub struct Ledger<'a> {
    pub(super) archive: &'a Archive,
}

impl Drop for Ledger<'_> {
    fn drop(&mut self) {
        // Ends a transaction that only read; there is nothing to lose and nobody to tell.
        drop(self.archive.conn.execute_batch("ROLLBACK"));
    }
}

/// A catalogue row that is not what the ledger makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDifference {
    /// The table.
    pub table: &'static str,
    /// The row's reference or key, for a reader.
    pub row: String,
    /// The column that differs; `None` for a row too many or too few.
    pub column: Option<String>,
    /// What the ledger makes of it; `None` for a row too many.
    pub expected: Option<String>,
    /// What is stored; `None` for a row that is missing.
    pub found: Option<String>,
}

/// The most differences that are listed for a table; the rest is counted.
const MOST_DIFFERENCES: usize = 100;

impl Archive {
    /// Begins one snapshot.
    pub fn ledger(&self) -> Result<Ledger<'_>, ArchiveError> {
        self.conn.execute_batch("BEGIN DEFERRED")?;
        Ok(Ledger { archive: self })
    }

    /// Makes the catalogue again in place.
    pub(super) fn rebuild(&self) -> Result<(), ArchiveError> {
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        let made = Projector::clear(&self.conn).and_then(|()| self.project(&self.conn));
        self.conn
            .execute_batch(if made.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        made
    }

    /// Refuses to append to a catalogue of another projection.
    pub(super) fn demand_projection(&self) -> Result<(), ArchiveError> {
        let found: Option<i64> = self
            .conn
            .query_row("SELECT max(number) FROM projection", (), |row| row.get(0))
            .optional()?
            .flatten();
        if found == Some(NUMBER) {
            Ok(())
        } else {
            self.rebuild()
        }
    }

    /// Projects the whole ledger into `target`.
    pub(super) fn project(&self, target: &Connection) -> Result<(), ArchiveError> {
        let mut projector = Projector::new(target);
        for order in self.orders()?.all() {
            projector.keep_taken(&order.references);
        }
        let mut next_item = 1;
        self.each_entry(&mut |entry| {
            let entry = entry.map_err(|row| broken_row("entry", &row))?;
            let found = values(
                format!("entry {}", entry.seq),
                &entry.schema,
                entry.slots.as_deref(),
            )?;
            let Some(found) = found else {
                return Ok(());
            };
            let segment: Option<Segment> = match found.schema.name {
                "received/1" | "derived/1" => found.get("segment")?,
                _ => None,
            };
            projector.entry(entry.seq, &entry.leaf, &found, next_item)?;
            if let Some(segment) = segment {
                self.each_item(next_item, segment.size, &mut |item| {
                    let item = item.map_err(|row| broken_row("item", &row))?;
                    let found = values(
                        format!("item {}", item.id),
                        &item.schema,
                        item.slots.as_deref(),
                    )?;
                    match found {
                        Some(found) => projector.item(item.id, segment.a, &item.leaf, &found),
                        None => projector.gone(item.id, segment.a, &item.leaf, &item.schema),
                    }
                })?;
                next_item = u64::saturating_add(next_item, segment.size);
            }
            Ok(())
        })?;
        projector.finish()
    }

    fn each_entry(&self, visit: Visit<'_, StoredEntry>) -> Result<(), ArchiveError> {
        let mut statement = self
            .conn
            .prepare("SELECT seq, leaf, schema, key, slots FROM entry ORDER BY seq")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let read = || -> rusqlite::Result<StoredEntry> {
                Ok(StoredEntry {
                    seq: row.get(0)?,
                    leaf: row.get(1)?,
                    schema: row.get(2)?,
                    key: row.get(3)?,
                    slots: row.get(4)?,
                })
            };
            visit(readable(row, read())?)?;
        }
        Ok(())
    }

    fn each_item(
        &self,
        first: u64,
        size: u64,
        visit: Visit<'_, StoredItem>,
    ) -> Result<(), ArchiveError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, leaf, schema, key, slots, body FROM item LEFT JOIN text ON text.item = item.id \
             WHERE id >= ?1 AND id < ?2 ORDER BY id",
        )?;
        // Beyond what a row number can be there is no row.
        let past = first.saturating_add(size).min(i64::MAX.unsigned_abs());
        let mut rows = statement.query([first.min(past), past])?;
        while let Some(row) = rows.next()? {
            let read = || -> rusqlite::Result<StoredItem> {
                Ok(StoredItem {
                    id: row.get(0)?,
                    leaf: row.get(1)?,
                    schema: row.get(2)?,
                    key: row.get(3)?,
                    slots: row.get(4)?,
                    text: row.get(5)?,
                })
            };
            visit(readable(row, read())?)?;
        }
        Ok(())
    }
}

/// Tells a row whose values are not what their columns are for from a database that cannot be read.
fn readable<T>(
    row: &rusqlite::Row<'_>,
    read: rusqlite::Result<T>,
) -> Result<Result<T, Unreadable>, ArchiveError> {
    match read {
        Ok(read) => Ok(Ok(read)),
        Err(error @ rusqlite::Error::SqliteFailure(..)) => Err(error.into()),
        Err(error) => Ok(Err(Unreadable {
            row: row.get(0)?,
            reason: error.to_string(),
        })),
    }
}

fn broken_row(table: &str, row: &Unreadable) -> ArchiveError {
    ArchiveError::LedgerBroken(format!(
        "{table} {} cannot be read: {}",
        row.row, row.reason
    ))
}

impl Ledger<'_> {
    /// Calls `visit` with every entry, in order.
    pub fn entries(&self, visit: Visit<'_, StoredEntry>) -> Result<(), ArchiveError> {
        self.archive.each_entry(visit)
    }

    /// Calls `visit` with the items of a segment, in order.
    pub fn items(
        &self,
        first: u64,
        size: u64,
        visit: Visit<'_, StoredItem>,
    ) -> Result<(), ArchiveError> {
        self.archive.each_item(first, size, visit)
    }

    /// How many item rows there are, and how many text rows that belong to no item.
    pub fn item_rows(&self) -> Result<(u64, u64), ArchiveError> {
        let conn = &self.archive.conn;
        Ok((
            conn.query_row("SELECT count(*) FROM item", (), |row| row.get(0))?,
            conn.query_row(
                "SELECT count(*) FROM text WHERE item NOT IN (SELECT id FROM item)",
                (),
                |row| row.get(0),
            )?,
        ))
    }

    /// Every signed head, smallest first: the size in its row, and the note's bytes.
    pub fn checkpoints(&self) -> Result<Vec<(i64, Vec<u8>)>, ArchiveError> {
        Ok(self
            .archive
            .conn
            .prepare("SELECT size, CAST(note AS BLOB) FROM checkpoint ORDER BY size")?
            .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?)
    }

    /// Calls `visit` with every row of `blob`, in the order of their digests.
    pub fn blobs(&self, visit: Visit<'_, StoredBlob>) -> Result<(), ArchiveError> {
        let mut statement = self.archive.conn.prepare(
            "SELECT 0, sha256, size, pack, offset FROM blob NOT INDEXED ORDER BY sha256",
        )?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let read = || -> rusqlite::Result<StoredBlob> {
                Ok(StoredBlob {
                    sha256: Digest::new(row.get(1)?),
                    size: row.get(2)?,
                    pack: row.get(3)?,
                })
            };
            let offset: rusqlite::Result<Option<u64>> = row.get(4);
            let blob = match (readable(row, read())?, offset) {
                (Ok(blob), Ok(offset)) if blob.pack.is_some() != offset.is_some() => {
                    Err(Unreadable {
                        row: 0,
                        reason: format!(
                            "{} has a pack and no place in it, or a place and no pack",
                            blob.sha256
                        ),
                    })
                }
                (blob, _) => blob,
            };
            visit(blob)?;
        }
        Ok(())
    }

    /// The bytes of an item, as its row says.
    pub fn bytes_of(&self, item: u64) -> Result<Option<Bytes>, ArchiveError> {
        let found: Option<(String, Option<String>)> = self
            .archive
            .conn
            .prepare_cached("SELECT schema, slots FROM item WHERE id = ?1")?
            .query_row([item], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((schema, slots)) = found else {
            return Ok(None);
        };
        match values(format!("item {item}"), &schema, slots.as_deref())? {
            Some(values) => values.get("bytes"),
            None => Ok(None),
        }
    }

    /// Whether a later segment of the run has an item with a range in that container. The catalogue is asked, which is
    /// only a hint: what is computed with it has to match what was signed.
    pub fn has_later_range(
        &self,
        container: u64,
        accession: u64,
        run: u64,
        number: u64,
    ) -> Result<bool, ArchiveError> {
        Ok(self
            .archive
            .conn
            .prepare_cached(
                "SELECT 1 FROM segment, card WHERE segment.accession = ?2 AND segment.run = ?3 \
                 AND segment.number > ?4 AND card.parent = ?1 AND card.item >= segment.first \
                 AND card.item < segment.first + segment.size AND card.first IS NOT NULL LIMIT 1",
            )?
            .exists([container, accession, run, number])?)
    }

    /// What SQLite itself finds wrong with the file, at most 20 lines.
    pub fn damage(&self) -> Vec<String> {
        let lines = || -> rusqlite::Result<Vec<String>> {
            self.archive
                .conn
                .prepare("PRAGMA integrity_check(20)")?
                .query_map((), |row| row.get(0))?
                .collect()
        };
        match lines() {
            Ok(lines) => lines.into_iter().filter(|line| line != "ok").collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    /// The packs that the database knows, each with its members in the order in which they lie.
    pub fn packs(&self) -> Result<Vec<u32>, ArchiveError> {
        Ok(self
            .archive
            .conn
            .prepare("SELECT DISTINCT pack FROM blob WHERE pack IS NOT NULL ORDER BY pack")?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }

    /// The members of a pack, in the order in which they lie.
    pub fn members(&self, pack: u32) -> Result<Vec<Member>, ArchiveError> {
        Ok(self
            .archive
            .conn
            .prepare_cached(
                "SELECT sha256, offset, size FROM blob WHERE pack = ?1 ORDER BY offset, sha256",
            )?
            .query_map([pack], |row| {
                Ok(Member {
                    digest: Digest::new(row.get(0)?),
                    offset: row.get(1)?,
                    size: row.get(2)?,
                })
            })?
            .collect::<Result<_, _>>()?)
    }

    /// The blobs with a file of their own.
    pub fn files(&self) -> Result<Vec<(Digest, u64)>, ArchiveError> {
        Ok(self
            .archive
            .conn
            .prepare("SELECT sha256, size FROM blob WHERE pack IS NULL ORDER BY sha256")?
            .query_map((), |row| Ok((Digest::new(row.get(0)?), row.get(1)?)))?
            .collect::<Result<_, _>>()?)
    }

    /// Whether a byte stream has a row in `blob`, and its size there.
    pub fn blob_size(&self, sha256: &Digest) -> Result<Option<u64>, ArchiveError> {
        Ok(self
            .archive
            .conn
            .prepare_cached("SELECT size FROM blob WHERE sha256 = ?1")?
            .query_row([sha256.as_bytes()], |row| row.get(0))
            .optional()?)
    }

    /// Makes the catalogue again in a scratch database and names every row that differs, at most 100 a table.
    pub fn compare_catalogue(&self) -> Result<Vec<RowDifference>, ArchiveError> {
        let scratch = catalogue::scratch()?;
        scratch.execute_batch("BEGIN")?;
        Projector::clear(&scratch)?;
        self.archive.project(&scratch)?;
        let mut differences = Vec::new();
        for table in catalogue::PROJECTED {
            compare_table(&self.archive.conn, &scratch, table, &mut differences)?;
        }
        Ok(differences)
    }

    /// Names every object of the database's schema that differs from a new archive's.
    pub fn compare_schema(&self) -> Result<Vec<RowDifference>, ArchiveError> {
        let scratch = catalogue::scratch()?;
        let objects = |conn: &Connection| -> Result<Vec<(String, Option<String>)>, ArchiveError> {
            Ok(conn
                .prepare("SELECT type || ' ' || name, sql FROM sqlite_schema ORDER BY type, name")?
                .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?)
        };
        let (expected, found) = (objects(&scratch)?, objects(&self.archive.conn)?);
        let mut differences = Vec::new();
        for (name, sql) in &expected {
            let here = found.iter().find(|(found, _)| found == name);
            if here.map(|(_, sql)| sql) != Some(sql) {
                differences.push(RowDifference {
                    table: "sqlite_schema",
                    row: name.clone(),
                    column: None,
                    expected: sql.clone(),
                    found: here.and_then(|(_, sql)| sql.clone()),
                });
            }
        }
        for (name, sql) in &found {
            if !expected.iter().any(|(expected, _)| expected == name) {
                differences.push(RowDifference {
                    table: "sqlite_schema",
                    row: name.clone(),
                    column: None,
                    expected: None,
                    found: Some(sql.clone().unwrap_or_default()),
                });
            }
        }
        Ok(differences)
    }
}

/// Goes through both tables in the order of their keys and names what differs.
fn compare_table(
    stored: &Connection,
    made: &Connection,
    table: &'static str,
    differences: &mut Vec<RowDifference>,
) -> Result<(), ArchiveError> {
    let keys: usize = match table {
        "participant" => 3,
        "agent_account" => 2,
        _ => 1,
    };
    let order: Vec<String> = (1..=keys).map(|column| column.to_string()).collect();
    let sql = format!("SELECT * FROM {table} ORDER BY {}", order.join(", "));
    let (mut stored, mut made) = (stored.prepare(&sql)?, made.prepare(&sql)?);
    let columns: Vec<String> = made
        .column_names()
        .into_iter()
        .map(ToOwned::to_owned)
        .collect();
    let (mut stored, mut made) = (stored.query(())?, made.query(())?);
    let (mut here, mut there) = (
        row(stored.next()?, columns.len())?,
        row(made.next()?, columns.len())?,
    );
    let mut listed = 0;
    while here.is_some() || there.is_some() {
        let (mut over_stored, mut over_made) = (true, true);
        let difference = match (&here, &there) {
            (Some(found), Some(expected)) if found == expected => None,
            (Some(found), Some(expected)) => match found[..keys].cmp(&expected[..keys]) {
                std::cmp::Ordering::Equal => {
                    let column = found
                        .iter()
                        .zip(expected)
                        .position(|(a, b)| a != b)
                        .unwrap_or(0);
                    Some((
                        found,
                        columns.get(column),
                        Some(&expected[column]),
                        Some(&found[column]),
                    ))
                }
                std::cmp::Ordering::Less => {
                    over_made = false;
                    Some((found, None, None, found.last()))
                }
                std::cmp::Ordering::Greater => {
                    over_stored = false;
                    Some((expected, None, expected.last(), None))
                }
            },
            (Some(found), None) => Some((found, None, None, found.last())),
            (None, Some(expected)) => Some((expected, None, expected.last(), None)),
            (None, None) => None,
        };
        if let Some((named, column, expected, found)) = difference {
            listed += 1;
            if listed <= MOST_DIFFERENCES {
                differences.push(RowDifference {
                    table,
                    row: name(&columns, named),
                    column: column.cloned(),
                    expected: expected.map(Cell::show),
                    found: found.map(Cell::show),
                });
            }
        }
        if over_stored {
            here = row(stored.next()?, columns.len())?;
        }
        if over_made {
            there = row(made.next()?, columns.len())?;
        }
    }
    Ok(())
}

/// A stored value, ordered as SQLite orders keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Null,
    Integer(i64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
    Real(String),
}

impl Cell {
    fn show(&self) -> String {
        match self {
            Self::Null => "nothing".to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Text(text) => String::from_utf8_lossy(text).into_owned(),
            Self::Blob(bytes) => hex::encode(bytes),
            Self::Real(number) => number.clone(),
        }
    }
}

fn row(row: Option<&rusqlite::Row<'_>>, columns: usize) -> Result<Option<Vec<Cell>>, ArchiveError> {
    let Some(row) = row else {
        return Ok(None);
    };
    let mut cells = Vec::with_capacity(columns);
    for column in 0..columns {
        cells.push(match row.get_ref(column)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Real(number) => Cell::Real(number.to_string()),
            ValueRef::Text(text) => Cell::Text(text.to_vec()),
            ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
        });
    }
    Ok(Some(cells))
}

/// The row's reference where it has one, else its key.
fn name(columns: &[String], row: &[Cell]) -> String {
    let reference = columns
        .iter()
        .position(|column| column == "ref")
        .and_then(|column| row.get(column))
        .filter(|cell| **cell != Cell::Null);
    reference
        .or(row.first())
        .map_or_else(String::new, Cell::show)
}
