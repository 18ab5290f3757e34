//! What a proof of one item is made of: its row with the record key, the leaves beside it, and the head over the ledger.
//!
//! Record keys leave this module only inside [`StoredItem`] and [`StoredEntry`]; whoever makes a proof takes salts from
//! them and gives none of them away.

use rusqlite::OptionalExtension as _;

use super::Archive;
use super::ArchiveError;
use super::StoredEntry;
use super::StoredItem;
use super::values::Segment;
use super::values::values;
use crate::keys::KeyError;
use crate::tlog::Hash;
use crate::tlog::TileProver;
use crate::tlog::leaf_hash;
use crate::tlog::prove_inclusion;

impl Archive {
    /// An item as it is stored, with its record key.
    pub fn stored_item(&self, item: u64) -> Result<Option<StoredItem>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(&format!("{} WHERE id = ?1", StoredItem::COLUMNS))?
            .query_row([item], StoredItem::of)
            .optional()?)
    }

    /// An entry as it is stored, with its record key.
    pub fn stored_entry(&self, seq: u64) -> Result<Option<StoredEntry>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(&format!("{} WHERE seq = ?1", StoredEntry::COLUMNS))?
            .query_row([seq], StoredEntry::of)
            .optional()?)
    }

    /// The segment that an entry seals, if it seals one.
    pub fn segment_of(&self, seq: u64) -> Result<Option<Segment>, ArchiveError> {
        let Some(entry) = self.stored_entry(seq)? else {
            return Ok(None);
        };
        if !matches!(entry.schema.as_str(), "received/1" | "derived/1") {
            return Ok(None);
        }
        let subject = format!("entry {seq}");
        match values(subject, &entry.schema, entry.slots.as_deref())? {
            Some(values) => values.get("segment"),
            None => Ok(None),
        }
    }

    /// Proof that an item is in its segment, from the stored leaf data of the segment's items.
    pub fn item_path(&self, item: u64, index: u64, size: u64) -> Result<Vec<Hash>, ArchiveError> {
        let first = item.saturating_sub(index);
        let mut statement = self
            .conn
            .prepare_cached("SELECT leaf FROM item WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
        let mut rows = statement.query([first, first.saturating_add(size)])?;
        let mut leaves = Vec::new();
        while let Some(row) = rows.next()? {
            leaves.push(leaf_hash(&row.get::<_, [u8; 32]>(0)?));
        }
        Ok(prove_inclusion(&leaves, index).map_err(KeyError::from)?)
    }

    /// Proof that an entry is in the ledger of `size` entries, from the tiles of `log/`, so that it takes no pass over the
    /// ledger. What is not there is made from the stored leaf data, and nothing is believed: whoever makes a proof checks
    /// it. The prover serves for many entries.
    pub fn entry_path(
        &self,
        prover: &mut TileProver,
        seq: u64,
        size: u64,
    ) -> Result<Vec<Hash>, ArchiveError> {
        prover.prove(seq, size, |tile| self.tile(&tile))
    }

    /// The text that an item itself has, held by no digest yet: a document's own bytes, a message's or reading's text.
    pub fn own_text(&self, item: u64) -> Result<Option<String>, ArchiveError> {
        match self.item(item)? {
            Some(opened) if opened.get::<serde_json::Value>("text_digest")?.is_some() => {
                self.text_of(item, &opened)
            }
            _ => Ok(None),
        }
    }
}
