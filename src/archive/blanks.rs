//! Blanks: what stands for the slots of a record of which one was destroyed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Archive;
use super::ArchiveError;
use super::Ledger;

/// What stands for a slot whose salt does not follow from a record key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blank {
    /// Its salt, unless its value was destroyed.
    pub salt: Option<[u8; 32]>,
    /// Its commitment.
    pub commitment: [u8; 32],
}

/// The records of which something is left as blanks.
#[derive(Debug, Default)]
pub struct Blanked {
    /// Entries.
    pub entries: BTreeSet<u64>,
    /// Items, by number.
    pub items: BTreeSet<u64>,
    /// Rows for pieces of a text, which this release writes none of.
    pub pieces: u64,
}

impl Ledger<'_> {
    /// Of which records something is left as blanks.
    pub fn blanks(&self) -> Result<Blanked, ArchiveError> {
        let conn = &self.archive.conn;
        let of = |letter: &str| -> rusqlite::Result<BTreeSet<u64>> {
            conn.prepare("SELECT DISTINCT id FROM blank WHERE of = ?1 AND piece = -1")?
                .query_map([letter], |row| row.get(0))?
                .collect()
        };
        let pieces = "SELECT count(*) FROM blank WHERE piece <> -1";
        Ok(Blanked {
            entries: of("e")?,
            items: of("i")?,
            pieces: conn.query_row(pieces, (), |row| row.get(0))?,
        })
    }
}

impl Archive {
    /// What stands for the slots of an entry, by position: the commitment, and the salt where the value may be shown.
    pub fn blanks_of(&self, entry: u64) -> Result<BTreeMap<usize, Blank>, ArchiveError> {
        self.blanks_in("e", entry)
    }

    /// The same of an item.
    pub fn blanks_of_item(&self, item: u64) -> Result<BTreeMap<usize, Blank>, ArchiveError> {
        self.blanks_in("i", item)
    }

    fn blanks_in(&self, of: &str, id: u64) -> Result<BTreeMap<usize, Blank>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT slot, salt, commitment FROM blank WHERE of = ?1 AND id = ?2 AND piece = -1",
            )?
            .query_map(rusqlite::params![of, id], |row| {
                let blank = Blank {
                    salt: row.get(1)?,
                    commitment: row.get(2)?,
                };
                Ok((row.get(0)?, blank))
            })?
            .collect::<Result<_, _>>()?)
    }
}
