//! Records held against what was signed, before something is ordered by what they say.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Archive;
use super::ArchiveError;
use super::Blank;
use super::Doom;
use super::StoredEntry;
use super::Writer;
use super::values::Values;
use super::values::values;
use crate::commitment::Place;
use crate::commitment::RecordKey;
use crate::commitment::Salts;
use crate::record::Digest;
use crate::tlog::leaf_hash;
use crate::tlog::root;

impl Writer {
    /// Refuses to order the destruction of items of which one is not what was signed, since an order is signed, and what
    /// else is to go follows from what they say: its values make its leaf, the leaves of its segment
    /// make the root that an entry states, and that entry's values make its leaf. That the leaves of the entries are
    /// those of a head that was signed, the writer has seen when it was opened.
    pub fn demand_signed(&self, doom: &Doom) -> Result<(), ArchiveError> {
        let archive = &self.archive;
        let mut segments = BTreeSet::new();
        for &item in doom.items.iter().chain(&doom.parts_of) {
            let Some((place, seq)) = archive.place(item)? else {
                continue;
            };
            if !archive.is_item_signed(item, place)? {
                return Err(ArchiveError::LedgerBroken(format!(
                    "item {item} is not what was signed"
                )));
            }
            segments.insert((seq, item.saturating_sub(place.i)));
        }
        for (seq, first) in segments {
            if !archive.is_segment_signed(seq, first)? {
                return Err(ArchiveError::LedgerBroken(format!(
                    "the segment of entry {seq} is not what was signed"
                )));
            }
        }
        Ok(())
    }
}

impl Archive {
    /// Whether the values of an item make its leaf. One that was destroyed has none.
    fn is_item_signed(&self, item: u64, place: Place) -> Result<bool, ArchiveError> {
        let Some(stored) = self.stored_item(item)? else {
            return Ok(false);
        };
        let found = values(
            format!("item {item}"),
            &stored.schema,
            stored.slots.as_deref(),
        )?;
        let Some(found) = found else {
            return Ok(stored.key.is_none());
        };
        let blanks = || self.blanks_of_item(item);
        let commitments = self.commitments_of(stored.key, &found, blanks)?;
        Ok(commitments.is_some_and(|commitments| {
            (self.committer).item_leaf(place, found.schema.name, &commitments) == stored.leaf
        }))
    }

    /// The commitments of a record. Where a value was destroyed, they stand for themselves, and each value that is left has
    /// to be under its own; nothing where one is not.
    pub(super) fn commitments_of(
        &self,
        key: Option<[u8; 32]>,
        found: &Values<'_>,
        blanks: impl FnOnce() -> Result<BTreeMap<usize, Blank>, ArchiveError>,
    ) -> Result<Option<Vec<[u8; 32]>>, ArchiveError> {
        let (slots, committer) = (found.schema.slots, &self.committer);
        if let Some(key) = key {
            let salts = Salts::new(&RecordKey(key));
            return Ok(Some(committer.commit_all(&salts, slots, &found.texts)));
        }
        let blanks = blanks()?;
        let mut commitments = Vec::with_capacity(slots.len());
        for (position, (slot, text)) in slots.iter().zip(&found.texts).enumerate() {
            let fits = blanks.get(&position).filter(|blank| match &blank.salt {
                Some(salt) => committer.commit(salt, slot, text) == blank.commitment,
                None => *text == "null",
            });
            let Some(blank) = fits else {
                return Ok(None);
            };
            commitments.push(blank.commitment);
        }
        Ok(Some(commitments))
    }

    /// Whether the leaves of a segment, of which the first item has that number, make the root that its entry states, and
    /// the entry is what was signed.
    fn is_segment_signed(&self, seq: u64, first: u64) -> Result<bool, ArchiveError> {
        let (Some(entry), Some(segment)) = (self.stored_entry(seq)?, self.segment_of(seq)?) else {
            return Ok(false);
        };
        let mut statement = self
            .conn
            .prepare_cached("SELECT leaf FROM item WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
        let mut rows = statement.query([first, first.saturating_add(segment.size)])?;
        let mut leaves = Vec::new();
        while let Some(row) = rows.next()? {
            leaves.push(leaf_hash(&row.get::<_, [u8; 32]>(0)?));
        }
        let made = Digest::new(*root(leaves).as_bytes());
        Ok(made == segment.root && self.is_entry_signed(seq, &entry)?)
    }

    /// Whether the values of an entry make its leaf.
    fn is_entry_signed(&self, seq: u64, entry: &StoredEntry) -> Result<bool, ArchiveError> {
        let found = values(
            format!("entry {seq}"),
            &entry.schema,
            entry.slots.as_deref(),
        )?;
        let Some(found) = found else {
            return Ok(false);
        };
        let blanks = || self.blanks_of(seq);
        let commitments = self.commitments_of(entry.key, &found, blanks)?;
        Ok(commitments.is_some_and(|commitments| {
            (self.committer).entry_leaf(seq, found.schema.name, &commitments) == entry.leaf
        }))
    }
}
