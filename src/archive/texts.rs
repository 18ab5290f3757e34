//! The texts of items, as quotations are checked against them.

use rusqlite::OptionalExtension as _;
use rusqlite::types::ValueRef;

use super::Archive;
use super::ArchiveError;
use super::catalogue::CACHE;
use super::query::Opened;
use crate::record::Bytes;

/// What SQLite keeps of pages while all texts are gone through, as it counts. Each is read once: many of them would only
/// push what is looked for out of the processor's own cache.
const CACHE_PASSING: i64 = -512;

impl Archive {
    /// Hands over the texts of the items after one, in order, and gives the last item gone through, nothing where there
    /// is none, and how many texts could not be read. A document that had to be read has its text in its reading.
    pub fn texts_after(
        &self,
        item: u64,
        most: u64,
        each: &mut dyn FnMut(u64, &str),
    ) -> Result<(Option<u64>, u64), ArchiveError> {
        self.conn.pragma_update(None, "cache_size", CACHE_PASSING)?;
        let gone_through = self.go_through(item, most, each);
        self.conn.pragma_update(None, "cache_size", CACHE)?;
        gone_through
    }

    fn go_through(
        &self,
        item: u64,
        most: u64,
        each: &mut dyn FnMut(u64, &str),
    ) -> Result<(Option<u64>, u64), ArchiveError> {
        // Two walks side by side: a join looks the text of each item up from the root of its table.
        let mut cards = self
            .conn
            .prepare_cached("SELECT item FROM card WHERE item > ?1 ORDER BY item LIMIT ?2")?;
        let mut cards = cards.query([item, most])?;
        let mut bodies = self
            .conn
            .prepare_cached("SELECT item, body FROM text WHERE item > ?1 ORDER BY item")?;
        let mut bodies = bodies.query([item])?;
        let mut body = bodies.next()?;
        let (mut last, mut unreadable) = (None, 0);
        while let Some(card) = cards.next()? {
            let here = card.get(0)?;
            last = Some(here);
            while let Some(row) = body
                && row.get::<_, u64>(0)? < here
            {
                body = bodies.next()?;
            }
            if let Some(row) = body
                && row.get::<_, u64>(0)? == here
                && let ValueRef::Text(body) = row.get_ref(1)?
            {
                match std::str::from_utf8(body) {
                    Ok(body) => each(here, body),
                    Err(_) => unreadable += 1,
                }
                continue;
            }
            match self.stored_text(here) {
                Ok(Some(text)) => each(here, &text),
                Ok(None) => {}
                Err(error @ ArchiveError::Database(_)) => return Err(error),
                Err(_) => unreadable += 1,
            }
        }
        Ok((last, unreadable))
    }

    /// The text of an item, as quotations are checked against it: a message's, a reading's, or a document's own where
    /// it is text. For a document that had to be read, the latest reading.
    pub fn text(&self, item: u64) -> Result<Option<String>, ArchiveError> {
        let Some(opened) = self.item(item)? else {
            return Ok(None);
        };
        self.text_of(item, &opened)
    }

    /// The text of an item whose values are at hand.
    pub(super) fn text_of(
        &self,
        item: u64,
        opened: &Opened,
    ) -> Result<Option<String>, ArchiveError> {
        let Some(bytes) = opened.get::<Bytes>("text_digest")? else {
            if opened.schema == "document/1" {
                return match self.reading(item)? {
                    Some(reading) => self.stored_text(reading.item),
                    None => Ok(None),
                };
            }
            return Ok(None);
        };
        self.text_with(item, bytes)
    }

    fn stored_text(&self, item: u64) -> Result<Option<String>, ArchiveError> {
        match self.item(item)? {
            Some(opened) => match opened.get::<Bytes>("text_digest")? {
                Some(bytes) => self.text_with(item, bytes),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    fn text_with(&self, item: u64, bytes: Bytes) -> Result<Option<String>, ArchiveError> {
        let inline: Option<String> = self
            .conn
            .prepare_cached("SELECT body FROM text WHERE item = ?1")?
            .query_row([item], |row| row.get(0))
            .optional()?;
        if inline.is_some() {
            return Ok(inline);
        }
        let stored = self.blob(&bytes.sha256)?;
        Ok(Some(String::from_utf8_lossy(&stored).into_owned()))
    }
}
