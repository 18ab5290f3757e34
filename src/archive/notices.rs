//! What was to be known of documents when they came in: that something of them was not read, since they are too long, break
//! off or were not unpacked, and what else the keeper was told.
//!
//! Notices are recorded with the segments, so no catalogue has to hold them: a broken file is rare, and a segment has few
//! notices or none.

use std::collections::BTreeSet;

use rusqlite::Row;
use serde_json::Value;

use super::Archive;
use super::ArchiveError;
use super::query::item_at;
use super::values::values;
use crate::commitment::Place;
use crate::record::Parent;

/// Segments with notices; the condition says of which.
fn with_notices(condition: &str) -> String {
    format!(
        "SELECT entry.seq, accession, schema, slots FROM segment JOIN entry ON entry.seq = segment.seq \
         WHERE derived = 1 AND {condition}"
    )
}

/// The notices of a segment, each with the item that it is about.
fn notices(row: &Row<'_>) -> Result<Vec<(Option<Place>, Value)>, ArchiveError> {
    let (seq, a): (u64, u64) = (row.get(0)?, row.get(1)?);
    let (schema, slots): (String, String) = (row.get(2)?, row.get(3)?);
    let values = values(format!("entry {seq}"), &schema, Some(&slots))?;
    let note: Option<Value> = match values {
        Some(values) => values.get("note")?,
        None => None,
    };
    let about = |notice: &Value| {
        let about = notice.get("item").cloned();
        let Parent { r, s, i } = serde_json::from_value(about?).ok()?;
        Some(Place { a, r, s, i })
    };
    let note = note.iter().filter_map(Value::as_array).flatten();
    Ok(note.map(|it| (about(it), it.clone())).collect())
}

impl Archive {
    /// What was said of an item when it came in, in sentences.
    pub fn notices_of(&self, item: u64) -> Result<Vec<String>, ArchiveError> {
        let Some((place, _)) = self.place(item)? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        let sql =
            with_notices("accession = ?1 AND instr(slots, '\"item\":') > 0 ORDER BY entry.seq");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query([place.a])?;
        while let Some(row) = rows.next()? {
            for (about, notice) in notices(row)? {
                let text = notice.get("text").and_then(Value::as_str);
                found.extend(text.filter(|_| about == Some(place)).map(str::to_owned));
            }
        }
        Ok(found)
    }

    /// How many documents and messages that are held could not be read, or not to their end: what stands in the rest of
    /// them is found by no search. Those of which nothing can be read at all, such as pictures, are not among them.
    pub fn not_read(&self) -> Result<u64, ArchiveError> {
        let sql = with_notices("instr(slots, '\"unread\":') > 0");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(())?;
        let mut digests = BTreeSet::new();
        let mut beyond = 0_u64;
        while let Some(row) = rows.next()? {
            for (about, notice) in notices(row)? {
                let Some(unread) = notice.get("unread").and_then(Value::as_u64) else {
                    continue;
                };
                let Some(place) = about else {
                    beyond = beyond.saturating_add(unread);
                    continue;
                };
                // One that was destroyed has no card.
                let item = item_at(&self.conn, place)?;
                let card = item.map(|item| self.card(item)).transpose()?.flatten();
                digests.extend(card.map(|card| *card.sha256.as_bytes()));
            }
        }
        Ok(beyond.saturating_add(digests.len() as u64))
    }
}
