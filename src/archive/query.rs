//! What the rest of the program may ask of an archive: records by reference, items with their values, texts.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::named_params;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Archive;
use super::ArchiveError;
use super::values::Values;
use super::values::values;
use crate::commitment::Place;
use crate::record::Bytes;
use crate::record::Class;
use crate::record::Digest;
use crate::record::Reference;
use crate::record::Span;

/// What a reference names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A document or message: the item that is shown for it.
    Item(u64),
    /// An accession, transfer or agent: its entry.
    Entry(u64),
}

/// An item's row in the catalogue.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its number.
    pub item: u64,
    /// `d`, `m` or `t`.
    pub class: String,
    /// The reference of a message.
    pub reference: Option<String>,
    /// Its accession's entry.
    pub accession: u64,
    /// The item it came out of.
    pub parent: Option<u64>,
    /// Digest of its bytes.
    pub sha256: Digest,
    /// Its stretch of the document it came in.
    pub span: Option<Span>,
    /// Its kind: a document's, or platform and sort of a message (`mail-mail`, `x-direct`, `x-post`).
    pub kind: String,
    /// Its file name.
    pub name: Option<String>,
    /// Its conversation.
    pub conversation: Option<String>,
    /// The platform's id of a message.
    pub event: Option<String>,
    /// Milliseconds since 1970.
    pub earliest: Option<i64>,
    /// Milliseconds since 1970.
    pub latest: Option<i64>,
}

pub(super) const CARD: &str = "SELECT item, class, ref, accession, parent, sha256, first, past, kind, name, conversation, event, \
                    earliest, latest FROM card";

fn card(row: &Row<'_>) -> rusqlite::Result<Card> {
    let (first, past): (Option<u64>, Option<u64>) = (row.get(6)?, row.get(7)?);
    Ok(Card {
        item: row.get(0)?,
        class: row.get(1)?,
        reference: row.get(2)?,
        accession: row.get(3)?,
        parent: row.get(4)?,
        sha256: Digest::new(row.get(5)?),
        span: first.zip(past).map(|(start, end)| Span { end, start }),
        kind: row.get(8)?,
        name: row.get(9)?,
        conversation: row.get(10)?,
        event: row.get(11)?,
        earliest: row.get(12)?,
        latest: row.get(13)?,
    })
}

/// A record with its values, each as canonical JSON.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Schema name, such as `message/1`.
    pub schema: String,
    subject: String,
    slots: String,
}

impl Opened {
    fn values(&self) -> Result<Option<Values<'_>>, ArchiveError> {
        values(self.subject.clone(), &self.schema, Some(&self.slots))
    }

    /// The value of a slot.
    pub fn get<T: DeserializeOwned>(&self, slot: &'static str) -> Result<Option<T>, ArchiveError> {
        match self.values()? {
            Some(values) => values.get(slot),
            None => Ok(None),
        }
    }

    /// The same record with another value in a slot; as it is where it has no such slot.
    pub(super) fn with(&self, slot: &str, value: &Value) -> Result<Self, ArchiveError> {
        let mut changed = self.clone();
        if let Some(values) = self.values()?
            && let Some(position) = values.schema.position(slot)
        {
            let other = crate::commitment::canonical::of(value)?;
            let texts = values.texts.iter().enumerate();
            let texts: Vec<&str> = texts
                .map(|(index, text)| if index == position { &other } else { *text })
                .collect();
            changed.slots = format!("[{}]", texts.join(","));
        }
        Ok(changed)
    }

    /// All slots that are not empty, in the schema's order.
    pub fn filled(&self) -> Result<Vec<(&'static str, Value)>, ArchiveError> {
        let Some(values) = self.values()? else {
            return Ok(Vec::new());
        };
        let mut filled = Vec::new();
        for slot in values.schema.slots {
            if let Some(value) = values.get::<Value>(slot)? {
                filled.push((*slot, value));
            }
        }
        Ok(filled)
    }
}

/// The item at that address.
pub(super) fn item_at(conn: &Connection, place: Place) -> Result<Option<u64>, ArchiveError> {
    let found: Option<(u64, u64)> = conn
        .prepare_cached(
            "SELECT first, size FROM segment WHERE accession = :a AND run = :r AND number = :s",
        )?
        .query_row(
            named_params! {":a": place.a, ":r": place.r, ":s": place.s},
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    Ok(found
        .filter(|(_, size)| place.i < *size)
        .map(|(first, _)| first + place.i))
}

impl Archive {
    /// The address of an item and the entry that seals its segment.
    pub fn place(&self, item: u64) -> Result<Option<(Place, u64)>, ArchiveError> {
        let found = self
            .conn
            .prepare_cached(
                "SELECT accession, run, number, first, size, seq FROM segment WHERE first <= ?1 AND size > 0 \
                 ORDER BY first DESC, seq DESC LIMIT 1",
            )?
            .query_row([item], |row| {
                let (first, size): (u64, u64) = (row.get(3)?, row.get(4)?);
                let place = Place {
                    a: row.get(0)?,
                    r: row.get(1)?,
                    s: row.get(2)?,
                    i: item - first,
                };
                Ok((place, row.get(5)?, size))
            })
            .optional()?;
        Ok(found
            .filter(|(place, _, size): &(Place, u64, u64)| place.i < *size)
            .map(|(place, seq, _)| (place, seq)))
    }

    /// The item at that address.
    pub fn item_at(&self, place: Place) -> Result<Option<u64>, ArchiveError> {
        item_at(&self.conn, place)
    }

    /// What a reference as typed names: the exact one, else the only one that begins with it.
    pub fn resolve(&self, typed: &str) -> Result<Target, ArchiveError> {
        let none = || ArchiveError::NoSuchItem(typed.chars().take(80).collect());
        let reference: Reference = typed.parse().map_err(|_| none())?;
        let (table, key) = match reference.class {
            Class::Document => ("document", "item"),
            Class::Message => ("card", "item"),
            Class::Accession => ("accession", "seq"),
            Class::Transfer => ("act", "seq"),
            Class::Agent => ("agent", "seq"),
        };
        let low = reference.to_string();
        let high = format!("{low}~");
        let found: Vec<(String, u64)> = self
            .conn
            .prepare_cached(&format!(
                "SELECT ref, {key} FROM {table} WHERE ref >= :low AND ref < :high ORDER BY ref LIMIT 5"
            ))?
            .query_map(named_params! {":low": low, ":high": high}, |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<Result<_, _>>()?;
        let key = match found.as_slice() {
            [] => return Err(none()),
            [(exact, key), ..] if *exact == low => *key,
            [(_, key)] => *key,
            several => {
                return Err(ArchiveError::Ambiguous {
                    typed: typed.to_owned(),
                    found: several
                        .iter()
                        .map(|(reference, _)| reference.clone())
                        .collect(),
                });
            }
        };
        Ok(match reference.class {
            Class::Document | Class::Message => {
                self.demand_held(key, typed)?;
                Target::Item(key)
            }
            _ => Target::Entry(key),
        })
    }

    /// Refuses an item that was destroyed.
    fn demand_held(&self, item: u64, typed: &str) -> Result<(), ArchiveError> {
        let gone = self
            .conn
            .prepare_cached("SELECT 1 FROM item WHERE id = ?1 AND slots IS NULL")?
            .exists([item])?;
        if !gone {
            return Ok(());
        }
        let by = match self.place(item)? {
            Some((place, seq)) => self.orders()?.of_item(place, seq),
            None => None,
        };
        let by = by.map(|entry| self.order_told(entry)).transpose()?;
        Err(ArchiveError::Destroyed {
            typed: typed.to_owned(),
            by: by.map(Box::new),
        })
    }

    /// An item's catalogue row.
    pub fn card(&self, item: u64) -> Result<Option<Card>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(&format!("{CARD} WHERE item = ?1"))?
            .query_row([item], card)
            .optional()?)
    }

    /// Rows of the items that came out of another, in order.
    pub fn children(&self, item: u64) -> Result<Vec<Card>, ArchiveError> {
        self.cards(&format!("{CARD} WHERE parent = ?1 ORDER BY item"), [item])
    }

    /// At most so many rows of the items that came out of another, in order, those behind `after`.
    pub fn children_after(
        &self,
        item: u64,
        after: u64,
        most: u64,
    ) -> Result<Vec<Card>, ArchiveError> {
        self.cards(
            &format!("{CARD} WHERE parent = ?1 AND item > ?2 ORDER BY item LIMIT ?3"),
            [item, after, most],
        )
    }

    /// How many items came out of another, its own readings not counted.
    pub fn children_count(&self, item: u64) -> Result<u64, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached("SELECT count(*) FROM card WHERE parent = ?1 AND class <> 't'")?
            .query_row([item], |row| row.get(0))?)
    }

    /// The latest reading of a document.
    pub fn reading(&self, item: u64) -> Result<Option<Card>, ArchiveError> {
        let found = self.cards(
            &format!("{CARD} WHERE parent = ?1 AND class = 't' ORDER BY item DESC LIMIT 1"),
            [item],
        )?;
        Ok(found.into_iter().next())
    }

    /// How many messages a conversation has.
    pub fn conversation_count(&self, id: &str) -> Result<u64, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached("SELECT count(*) FROM card WHERE conversation = ?1")?
            .query_row([id], |row| row.get(0))?)
    }

    /// Rows of a conversation's messages, earliest first.
    pub fn conversation(&self, id: &str) -> Result<Vec<Card>, ArchiveError> {
        self.cards(
            &format!("{CARD} WHERE conversation = ?1 ORDER BY earliest, latest, item"),
            [id],
        )
    }

    /// Rows of all holdings of a document: one for each accession and place it came in.
    pub fn holdings(&self, sha256: &Digest) -> Result<Vec<Card>, ArchiveError> {
        self.cards(
            &format!("{CARD} WHERE sha256 = ?1 AND class = 'd' ORDER BY item"),
            [sha256.as_bytes()],
        )
    }

    /// Rows of an accession's own documents (not those that came out of others), in order.
    pub fn received(&self, accession: u64) -> Result<Vec<Card>, ArchiveError> {
        self.cards(
            &format!(
                "{CARD} WHERE accession = ?1 AND class = 'd' AND parent IS NULL ORDER BY item"
            ),
            [accession],
        )
    }

    /// Rows after an item, in order, for going through all of them in steps.
    pub fn after(&self, item: u64, most: u64) -> Result<Vec<Card>, ArchiveError> {
        self.cards(
            &format!("{CARD} WHERE item > ?1 ORDER BY item LIMIT ?2"),
            [item, most],
        )
    }

    /// Rows that a condition made by this module picks, in order of time.
    pub(super) fn cards_where(&self, condition: &str) -> Result<Vec<Card>, ArchiveError> {
        self.cards(
            &format!("{CARD} WHERE {condition} ORDER BY earliest, latest, item"),
            (),
        )
    }

    pub(super) fn cards<P: rusqlite::Params>(
        &self,
        sql: &str,
        params: P,
    ) -> Result<Vec<Card>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(sql)?
            .query_map(params, card)?
            .collect::<Result<_, _>>()?)
    }

    /// The message with that platform id, first recorded first.
    pub fn by_event(&self, id: &str) -> Result<Vec<Card>, ArchiveError> {
        self.cards(&format!("{CARD} WHERE event = ?1 ORDER BY item"), [id])
    }

    /// An item with its values; nothing where it is not there or its values are gone. Of a document of which a part was
    /// destroyed, `bytes` is what took the place of its own.
    pub fn item(&self, item: u64) -> Result<Option<Opened>, ArchiveError> {
        let opened = self.opened(
            "SELECT schema, slots FROM item WHERE id = ?1",
            item,
            format!("item {item}"),
        )?;
        match opened {
            Some(opened) if opened.get::<Bytes>("bytes")?.is_none() => {
                match self.replacement(item)? {
                    Some(bytes) => opened.with("bytes", &serde_json::json!(bytes)).map(Some),
                    None => Ok(Some(opened)),
                }
            }
            opened => Ok(opened),
        }
    }

    /// An entry with its values; nothing where it is not there or its values are gone.
    pub fn entry(&self, seq: u64) -> Result<Option<Opened>, ArchiveError> {
        self.opened(
            "SELECT schema, slots FROM entry WHERE seq = ?1",
            seq,
            format!("entry {seq}"),
        )
    }

    fn opened(&self, sql: &str, key: u64, subject: String) -> Result<Option<Opened>, ArchiveError> {
        let found: Option<(String, Option<String>)> = self
            .conn
            .prepare_cached(sql)?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(found.and_then(|(schema, slots)| {
            slots.map(|slots| Opened {
                schema,
                subject,
                slots,
            })
        }))
    }

    /// Whether a document's item is the first that has its bytes, and so the one that is shown for it.
    pub(super) fn is_first_holding(&self, card: &Card) -> Result<bool, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached("SELECT 1 FROM document WHERE sha256 = ?1 AND item = ?2")?
            .exists(rusqlite::params![card.sha256.as_bytes(), card.item])?)
    }

    /// The reference of the document with that digest.
    pub fn document_reference(&self, sha256: &Digest) -> Result<Option<String>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached("SELECT ref FROM document WHERE sha256 = ?1")?
            .query_row([sha256.as_bytes()], |row| row.get(0))
            .optional()?)
    }

    /// The reference under which an item is cited: a message's own, a document's, and for a reading its document's.
    pub fn reference(&self, item: &Card) -> Result<String, ArchiveError> {
        if let Some(reference) = &item.reference {
            return Ok(reference.clone());
        }
        let sha256 = match (item.class.as_str(), item.parent) {
            ("t", Some(parent)) => self
                .card(parent)?
                .map_or(item.sha256, |parent| parent.sha256),
            _ => item.sha256,
        };
        Ok(self
            .document_reference(&sha256)?
            .unwrap_or_else(|| format!("item {}", item.item)))
    }

    /// The reference of an accession, transfer or agent.
    pub fn entry_reference(&self, seq: u64) -> Result<Option<String>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT ref FROM accession WHERE seq = ?1 UNION ALL SELECT ref FROM agent WHERE seq = ?1 \
                 UNION ALL SELECT ref FROM act WHERE seq = ?1 AND ref IS NOT NULL",
            )?
            .query_row([seq], |row| row.get(0))
            .optional()?)
    }

    /// Entries about an entry, oldest first.
    pub fn acts_on_entry(&self, seq: u64) -> Result<Vec<u64>, ArchiveError> {
        self.numbers(
            "SELECT seq FROM act WHERE about_entry = ?1 ORDER BY seq",
            seq,
        )
    }

    /// Entries about an item, oldest first.
    pub fn acts_on_item(&self, item: u64) -> Result<Vec<u64>, ArchiveError> {
        self.numbers(
            "SELECT seq FROM act WHERE about_item = ?1 ORDER BY seq",
            item,
        )
    }

    fn numbers(&self, sql: &str, key: u64) -> Result<Vec<u64>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(sql)?
            .query_map([key], |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }

    /// One of the catalogue's counts: `documents`, `bytes`, `items`, `messages`, `records`, `entries`, `accessions`,
    /// `not_searchable`.
    pub fn tally(&self, name: &str) -> Result<u64, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached("SELECT n FROM tally WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?
            .unwrap_or(0))
    }

    /// How many items are here with a higher number than this.
    pub(super) fn cards_behind(&self, item: u64) -> Result<u64, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached("SELECT count(*) FROM card WHERE item > ?1")?
            .query_row([item], |row| row.get(0))?)
    }

    /// The highest item number.
    pub fn last_item(&self) -> Result<u64, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached("SELECT coalesce(max(id), 0) FROM item")?
            .query_row((), |row| row.get(0))?)
    }
}
