//! Heads of the ledger: leaf data, roots, proofs between sizes, and the notes that sign them.

use std::ops::Range;

use super::Archive;
use super::ArchiveError;
use super::restore::LOST;
use super::values::values;
use crate::keys::KeyError;
use crate::keys::LogKeys;
use crate::keys::Pin;
use crate::keys::PublicKey;
use crate::record::Digest;
use crate::tlog::Checkpoint;
use crate::tlog::Frontier;
use crate::tlog::Hash;
use crate::tlog::Note;
use crate::tlog::leaf_hash;

/// The kind of the entries that change the log's key.
pub(super) const ROTATED: &str = "key.rotated/1";

/// The key that an entry with these values ends, and the one that it begins.
pub(super) fn rotation(
    subject: &str,
    slots: Option<&str>,
) -> Result<(PublicKey, PublicKey), ArchiveError> {
    let broken = |what: &str| ArchiveError::LedgerBroken(format!("{subject} {what}"));
    let values = values(subject.to_owned(), ROTATED, slots)?
        .ok_or_else(|| broken("changes the log's key and does not say to which"))?;
    let key = |slot: &'static str| -> Result<PublicKey, ArchiveError> {
        let digits: Option<Digest> = values.get(slot)?;
        let digits = digits.ok_or_else(|| broken("lacks a key"))?;
        Ok(PublicKey::new(*digits.as_bytes())?)
    };
    Ok((key("old_key")?, key("new_key")?))
}

impl Archive {
    /// Calls `visit` with the leaf data of every entry from `first` on, in order.
    pub(super) fn leaves(
        &self,
        first: u64,
        visit: impl FnMut(&[u8; 32]) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        self.leaves_of(first..u64::MAX, visit)
    }

    /// Calls `visit` with the leaf data of a range of entries, in order.
    pub(super) fn leaves_of(
        &self,
        range: Range<u64>,
        mut visit: impl FnMut(&[u8; 32]) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT leaf FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")?;
        // Beyond what a row number can be there is no row.
        let past = range.end.min(i64::MAX.unsigned_abs());
        let mut rows = statement.query([range.start.min(past), past])?;
        while let Some(row) = rows.next()? {
            visit(&row.get(0)?)?;
        }
        Ok(())
    }

    /// The ledger's root when it had `size` entries.
    pub fn root_at(&self, size: u64) -> Result<Hash, ArchiveError> {
        let mut tree = Frontier::new();
        self.leaves_of(0..size, |leaf| {
            tree.push(leaf_hash(leaf));
            Ok(())
        })?;
        Ok(tree.root())
    }

    /// Reads a checkpoint of this archive out of a note, demanding the signatures of the log's keys.
    pub fn open_note(&self, note: &str) -> Result<Checkpoint, ArchiveError> {
        let note = Note::parse(note.as_bytes()).map_err(KeyError::from)?;
        Ok(self.log_keys()?.open(&note)?)
    }

    /// Moves a user's pin to the archive's last checkpoint, over the proof that what was seen is its beginning.
    pub fn move_pin(&self, pin: &mut Pin) -> Result<(), ArchiveError> {
        let Some(text) = self.head()?.1 else {
            return Ok(());
        };
        let note = Note::parse(text.as_bytes()).map_err(KeyError::from)?;
        let size = self.open_note(&text)?.size;
        let proof = match pin.checkpoint().map(|seen| seen.size) {
            Some(seen) => self.consistency_of(seen, size)?.1,
            None => Vec::new(),
        };
        Ok(pin.advance(&note, &self.log_keys()?, &proof)?)
    }

    /// The keys that sign this log's heads: the one that the origin is made of, and those that entries changed it to.
    /// Of a ledger that was asked before only what came since is looked through.
    pub fn log_keys(&self) -> Result<LogKeys, ArchiveError> {
        let known = self.log_keys.borrow().clone();
        let (from, mut keys) = match known {
            Some(known) => known,
            None => (
                0,
                LogKeys::new(self.origin().as_str(), PublicKey::new(self.keys.log)?),
            ),
        };
        let (past, _) = self.head()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT seq, slots FROM entry WHERE schema = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq",
        )?;
        let mut rows = statement.query(rusqlite::params![ROTATED, from, past])?;
        while let Some(row) = rows.next()? {
            let seq: u64 = row.get(0)?;
            let slots: Option<String> = row.get(1)?;
            let (old, new) = rotation(&format!("entry {seq}"), slots.as_deref())?;
            keys.rotate(seq, old, new)?;
        }
        // What stands in a transaction may not stay.
        if self.conn.is_autocommit() {
            self.log_keys.replace(Some((past, keys.clone())));
        }
        Ok(keys)
    }

    /// Refuses to append where the schema is not an archive's: a trigger could swallow what is acknowledged.
    pub(super) fn demand_schema(&self) -> Result<(), ArchiveError> {
        match self.ledger()?.compare_schema()?.into_iter().next() {
            Some(strange) => Err(ArchiveError::Schema(strange.row)),
            None => Ok(()),
        }
    }

    /// Refuses to append beside entries that this build does not understand.
    pub(super) fn demand_understood(&self) -> Result<(), ArchiveError> {
        self.demand_kinds("SELECT DISTINCT schema FROM entry")
    }

    /// Refuses to append beside items that this build does not understand. A kind of item is added with another
    /// projection, so that the items, of which there may be millions, are asked where that is another.
    pub(super) fn demand_understood_items(&self) -> Result<(), ArchiveError> {
        self.demand_kinds("SELECT DISTINCT schema FROM item")
    }

    fn demand_kinds(&self, all: &str) -> Result<(), ArchiveError> {
        let mut statement = self.conn.prepare_cached(all)?;
        let kinds: Vec<String> = statement
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        match kinds
            .into_iter()
            .find(|kind| kind != LOST && !crate::record::is_understood(kind))
        {
            Some(unknown) => Err(ArchiveError::UnknownKind(unknown)),
            None => Ok(()),
        }
    }
}
