//! What `verify` reads: the stored rows as they are.

use rusqlite::OptionalExtension as _;

use super::Archive;
use super::ArchiveError;
use super::store::Member;
use super::values::values;
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

impl StoredEntry {
    /// The columns that [`StoredEntry::of`] reads.
    pub(super) const COLUMNS: &str = "SELECT seq, leaf, schema, key, slots FROM entry";

    pub(super) fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            leaf: row.get(1)?,
            schema: row.get(2)?,
            key: row.get(3)?,
            slots: row.get(4)?,
        })
    }
}

impl StoredItem {
    /// The columns that [`StoredItem::of`] reads.
    pub(super) const COLUMNS: &str =
        "SELECT id, leaf, schema, key, slots, body FROM item LEFT JOIN text ON text.item = item.id";

    pub(super) fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            leaf: row.get(1)?,
            schema: row.get(2)?,
            key: row.get(3)?,
            slots: row.get(4)?,
            text: row.get(5)?,
        })
    }
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

impl Archive {
    /// Begins one snapshot.
    pub fn ledger(&self) -> Result<Ledger<'_>, ArchiveError> {
        self.conn.execute_batch("BEGIN DEFERRED")?;
        Ok(Ledger { archive: self })
    }

    pub(super) fn each_entry(&self, visit: Visit<'_, StoredEntry>) -> Result<(), ArchiveError> {
        let mut statement = self
            .conn
            .prepare(&format!("{} ORDER BY seq", StoredEntry::COLUMNS))?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            visit(readable(row, StoredEntry::of(row))?)?;
        }
        Ok(())
    }

    pub(super) fn each_item(
        &self,
        first: u64,
        size: u64,
        visit: Visit<'_, StoredItem>,
    ) -> Result<(), ArchiveError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{} WHERE id >= ?1 AND id < ?2 ORDER BY id",
            StoredItem::COLUMNS
        ))?;
        // Beyond what a row number can be there is no row.
        let past = first.saturating_add(size).min(i64::MAX.unsigned_abs());
        let mut rows = statement.query([first.min(past), past])?;
        while let Some(row) = rows.next()? {
            visit(readable(row, StoredItem::of(row))?)?;
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
            Some(values) => match values.get("bytes")? {
                Some(bytes) => Ok(Some(bytes)),
                None => self.archive.replacement(item),
            },
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
}
