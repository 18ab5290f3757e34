//! Blanks: what stands for the slots of an entry of which one was destroyed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

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

impl Ledger<'_> {
    /// Of how many records something is left as blanks: those that are not of a slot of an entry are counted apart.
    pub fn blanks(&self) -> Result<(BTreeSet<u64>, u64), ArchiveError> {
        let conn = &self.archive.conn;
        let entries = conn
            .prepare("SELECT DISTINCT id FROM blank WHERE of = 'e' AND piece = -1")?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let others = "SELECT count(*) FROM blank WHERE of <> 'e' OR piece <> -1";
        Ok((entries, conn.query_row(others, (), |row| row.get(0))?))
    }

    /// What stands for the slots of an entry, by position: the commitment, and the salt where the value may be shown.
    pub fn blanks_of(&self, entry: u64) -> Result<BTreeMap<usize, Blank>, ArchiveError> {
        Ok(self
            .archive
            .conn
            .prepare_cached(
                "SELECT slot, salt, commitment FROM blank WHERE of = 'e' AND id = ?1 AND piece = -1",
            )?
            .query_map([entry], |row| {
                let blank = Blank {
                    salt: row.get(1)?,
                    commitment: row.get(2)?,
                };
                Ok((row.get(0)?, blank))
            })?
            .collect::<Result<_, _>>()?)
    }
}
