//! Documents of which something was not read when they came in: too long, broken off, not unpacked.
//!
//! What tells of them are the notices that were recorded with the segments, so no catalogue has to: a broken file is rare,
//! and a segment has few notices or none.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Archive;
use super::ArchiveError;
use super::query::item_at;
use super::values::values;
use crate::commitment::Place;
use crate::record::Parent;

impl Archive {
    /// How many documents and messages that are held could not be read, or not to their end: what stands in the rest of
    /// them is found by no search. Those of which nothing can be read at all, such as pictures, are not among them.
    pub fn not_read(&self) -> Result<u64, ArchiveError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT entry.seq, accession, schema, slots FROM segment JOIN entry ON entry.seq = segment.seq \
             WHERE derived = 1 AND instr(slots, '\"unread\":') > 0",
        )?;
        let mut rows = statement.query(())?;
        let mut digests = BTreeSet::new();
        let mut beyond = 0_u64;
        while let Some(row) = rows.next()? {
            let (seq, a): (u64, u64) = (row.get(0)?, row.get(1)?);
            let (schema, slots): (String, String) = (row.get(2)?, row.get(3)?);
            let Some(values) = values(format!("entry {seq}"), &schema, Some(&slots))? else {
                continue;
            };
            let note: Option<Value> = values.get("note")?;
            for notice in note.iter().filter_map(Value::as_array).flatten() {
                let Some(unread) = notice.get("unread").and_then(Value::as_u64) else {
                    continue;
                };
                let about = notice.get("item").cloned();
                let Some(Parent { r, s, i }) =
                    about.and_then(|about| serde_json::from_value(about).ok())
                else {
                    beyond = beyond.saturating_add(unread);
                    continue;
                };
                // One that was destroyed has no card.
                let item = item_at(&self.conn, Place { a, r, s, i })?;
                let card = item.map(|item| self.card(item)).transpose()?.flatten();
                digests.extend(card.map(|card| *card.sha256.as_bytes()));
            }
        }
        Ok(beyond.saturating_add(digests.len() as u64))
    }
}
