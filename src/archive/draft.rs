//! Records before they have a place: their values in canonical form and the commitments to them.
//!
//! Drafts are made wherever the bytes are read, many at a time; what depends on the place (the parent's address, the
//! leaf) is added when the segment is put together.

use rand_core::OsRng;
use rand_core::RngCore as _;
use serde::Serialize;
use serde_json::Value;

use super::ArchiveError;
use crate::commitment::Committer;
use crate::commitment::RecordKey;
use crate::commitment::Salts;
use crate::commitment::canonical;
use crate::commitment::text_root;
use crate::record::Bytes;
use crate::record::Document;
use crate::record::Message;
use crate::record::Parent;
use crate::record::Reading;
use crate::record::Schema;
use crate::record::Span;
use crate::record::schema;

/// The most bytes of a text that are kept in the database; a longer one is a blob.
pub const INLINE_TEXT: usize = 16 * 1024;

/// The most bytes of one value. What a document says beyond that is cut, with a note: all of it stands in its bytes.
const LONGEST_VALUE: usize = 16 * 1024;

/// The most bytes of an entry's values; a longer one is refused.
const LONGEST_RECORD: usize = 256 * 1024;

/// An item that has no place yet.
pub struct ItemDraft {
    pub(super) schema: &'static Schema,
    pub(super) key: RecordKey,
    pub(super) values: Vec<String>,
    pub(super) commitments: Vec<[u8; 32]>,
    pub(super) text: Option<String>,
}

impl ItemDraft {
    /// A document. `text` is given where its bytes are valid UTF-8 text and so are their own reading.
    pub fn document(
        committer: &Committer,
        document: &Document,
        bytes: Bytes,
        text: Option<&str>,
    ) -> Result<Self, ArchiveError> {
        let key = fresh_key();
        let salts = Salts::new(&key);
        let root = text.map(|text| text_root(committer, &salts, text));
        let mut notes = document.notes.clone();
        let values = vec![
            canonical::of_ordered(&bytes)?,
            null(),
            bounded(
                document.locator.as_ref(),
                "place in its container",
                &mut notes,
            )?,
            bounded(document.name.as_ref(), "name", &mut notes)?,
            bounded(document.path.as_ref(), "path", &mut notes)?,
            canonical::of_ordered(&document.kind)?,
            canonical::of_ordered(&document.media_type)?,
            optional(document.modified.as_ref())?,
            optional(document.encoding.as_ref())?,
            words(document.title.as_deref(), "title", &mut notes)?,
            optional(root.as_ref())?,
            optional(root.map(|_| bytes).as_ref())?,
            list(&document.flags, "flags", &mut notes)?,
            last_list(&notes)?,
        ];
        Self::new(committer, "document/1", key, &salts, values, None)
    }

    /// A message that came out of `parent`. `bytes` are those of its span.
    pub fn message(
        committer: &Committer,
        parent: Parent,
        message: Message,
        bytes: Bytes,
        span: Span,
        text_bytes: Option<Bytes>,
    ) -> Result<Self, ArchiveError> {
        let key = fresh_key();
        let salts = Salts::new(&key);
        let root = message
            .text
            .as_deref()
            .map(|text| text_root(committer, &salts, text));
        let mut notes = message.notes.clone();
        let mut event = message.event.clone();
        shorten(&mut event.references, LONGEST_VALUE / 2);
        let values = vec![
            canonical::of_ordered(&bytes)?,
            canonical::of_ordered(&parent)?,
            canonical::of_ordered(&span)?,
            bounded(Some(&event), "identifiers", &mut notes)?,
            bounded(message.conversation.as_ref(), "conversation", &mut notes)?,
            list(&message.from, "senders", &mut notes)?,
            list(&message.to, "addressees", &mut notes)?,
            words(message.subject.as_deref(), "subject", &mut notes)?,
            bounded(Some(&message.at), "time", &mut notes)?,
            list(&message.links, "links", &mut notes)?,
            list(&message.attachments, "attachments", &mut notes)?,
            list(&message.flags, "flags", &mut notes)?,
            bounded(message.exported_by.as_ref(), "exporter", &mut notes)?,
            optional(root.as_ref())?,
            optional(text_bytes.as_ref())?,
            last_list(&notes)?,
        ];
        Self::new(committer, "message/1", key, &salts, values, message.text)
    }

    /// A reading of a document. `bytes` are those of its text.
    pub fn reading(
        committer: &Committer,
        reading: Reading,
        bytes: Bytes,
    ) -> Result<Self, ArchiveError> {
        let key = fresh_key();
        let salts = Salts::new(&key);
        let root = text_root(committer, &salts, &reading.text);
        let mut notes = reading.notes.clone();
        let values = vec![
            canonical::of_ordered(&bytes)?,
            null(),
            null(),
            canonical::of_ordered(&reading.kind)?,
            canonical::of_ordered("text/plain")?,
            optional(reading.encoding.as_ref())?,
            words(reading.title.as_deref(), "title", &mut notes)?,
            words(reading.language.as_deref(), "language", &mut notes)?,
            list(&reading.links, "links", &mut notes)?,
            canonical::of_ordered(&root)?,
            canonical::of_ordered(&bytes)?,
            last_list(&notes)?,
        ];
        Self::new(committer, "text/1", key, &salts, values, Some(reading.text))
    }

    fn new(
        committer: &Committer,
        name: &'static str,
        key: RecordKey,
        salts: &Salts,
        values: Vec<String>,
        text: Option<String>,
    ) -> Result<Self, ArchiveError> {
        let schema = schema(name).ok_or_else(|| ArchiveError::UnknownKind(name.to_owned()))?;
        check_size(name, &values)?;
        let borrowed: Vec<&str> = values.iter().map(String::as_str).collect();
        let commitments = committer.commit_all(salts, schema.slots, &borrowed);
        Ok(Self {
            schema,
            key,
            values,
            commitments,
            text,
        })
    }

    /// Says which earlier item of the accession this one came out of.
    pub fn set_parent(
        &mut self,
        committer: &Committer,
        parent: Parent,
    ) -> Result<(), ArchiveError> {
        let value = canonical::of_ordered(&parent)?;
        if let Some(position) = self.schema.position("parent")
            && let (Some(slot), Some(commitment)) = (
                self.values.get_mut(position),
                self.commitments.get_mut(position),
            )
        {
            *commitment = committer.commit(&Salts::new(&self.key).salt("parent"), "parent", &value);
            *slot = value;
        }
        Ok(())
    }

    /// Roughly how many bytes this draft holds, for deciding when a group is full.
    pub fn weight(&self) -> usize {
        let values: usize = self.values.iter().map(String::len).sum();
        values + self.text.as_ref().map_or(0, String::len) + 900
    }
}

/// An entry that has no place yet.
#[derive(Clone)]
pub struct EntryDraft {
    pub(super) schema: &'static Schema,
    pub(super) key: RecordKey,
    pub(super) values: Vec<String>,
    /// A sealed file that is put into the vault before the entry is recorded.
    pub(super) vault_file: Option<Vec<u8>>,
}

impl EntryDraft {
    /// An entry of that kind with the given values; slots not named are empty.
    pub fn new(name: &str, values: &[(&str, Value)]) -> Result<Self, ArchiveError> {
        let schema = schema(name).ok_or_else(|| ArchiveError::UnknownKind(name.to_owned()))?;
        let mut slots = vec![null(); schema.slots.len()];
        for (slot, value) in values {
            let position = schema
                .position(slot)
                .ok_or_else(|| ArchiveError::UnknownSlot {
                    schema: schema.name,
                    slot: (*slot).to_owned(),
                })?;
            let text = canonical::of(value)?;
            canonical::parse(&text)?;
            slots[position] = text;
        }
        check_size(schema.name, &slots)?;
        Ok(Self {
            schema,
            key: fresh_key(),
            values: slots,
            vault_file: None,
        })
    }

    /// Moves its time of recording up to the latest of those before it, and that to its own where it is later.
    pub(super) fn no_earlier_than(&mut self, latest: &mut String) {
        let at = self
            .schema
            .position("t")
            .and_then(|it| self.values.get_mut(it));
        if let Some(at) = at.filter(|it| it.starts_with('"')) {
            // Whole seconds in UTC, all written alike: the order of the words is that of the times.
            if *at < *latest {
                at.clone_from(latest);
            } else {
                latest.clone_from(at);
            }
        }
    }

    /// The entry with the sealed file that it names.
    #[must_use]
    pub fn with_vault_file(self, file: Vec<u8>) -> Self {
        Self {
            vault_file: Some(file),
            ..self
        }
    }
}

/// The stored form of a record's values: a canonical JSON list.
pub(super) fn join(values: &[String]) -> String {
    let mut text =
        String::with_capacity(values.iter().map(|value| value.len() + 1).sum::<usize>() + 2);
    text.push('[');
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(value);
    }
    text.push(']');
    text
}

fn fresh_key() -> RecordKey {
    let mut key = [0; 32];
    OsRng.fill_bytes(&mut key);
    RecordKey(key)
}

fn check_size(name: &'static str, values: &[String]) -> Result<(), ArchiveError> {
    let found = values.iter().map(String::len).sum();
    if found > LONGEST_RECORD {
        return Err(ArchiveError::RecordTooLong {
            schema: name,
            found,
            most: LONGEST_RECORD,
        });
    }
    Ok(())
}

fn null() -> String {
    "null".to_owned()
}

fn optional<T: Serialize>(value: Option<&T>) -> Result<String, ArchiveError> {
    value.map_or_else(|| Ok(null()), |value| Ok(canonical::of_ordered(value)?))
}

/// A value; one that is too long is left out, and a note says so.
fn bounded<T: Serialize>(
    value: Option<&T>,
    what: &str,
    notes: &mut Vec<String>,
) -> Result<String, ArchiveError> {
    let text = optional(value)?;
    if text.len() <= LONGEST_VALUE {
        return Ok(text);
    }
    notes.push(format!(
        "the {what} is too long to be recorded here ({} bytes)",
        text.len()
    ));
    Ok(null())
}

/// A list; an empty one is an empty slot. Of one that is too long the first are kept, and a note says so.
fn list<T: Serialize>(
    values: &[T],
    what: &str,
    notes: &mut Vec<String>,
) -> Result<String, ArchiveError> {
    if values.is_empty() {
        return Ok(null());
    }
    let text = canonical::of_ordered(values)?;
    if text.len() <= LONGEST_VALUE {
        return Ok(text);
    }
    let mut kept = String::from("[");
    let mut count = 0;
    for value in values {
        let value = canonical::of_ordered(value)?;
        if kept.len() + value.len() + 2 > LONGEST_VALUE {
            break;
        }
        if count > 0 {
            kept.push(',');
        }
        kept.push_str(&value);
        count += 1;
    }
    kept.push(']');
    notes.push(format!(
        "of {} {what} the first {count} are recorded here",
        values.len()
    ));
    Ok(if count == 0 { null() } else { kept })
}

/// The notes themselves, as many as fit.
fn last_list(notes: &[String]) -> Result<String, ArchiveError> {
    list(notes, "notes", &mut Vec::new())
}

/// Words; of those that are too many the beginning is kept, and a note says so.
fn words(text: Option<&str>, what: &str, notes: &mut Vec<String>) -> Result<String, ArchiveError> {
    let Some(text) = text else {
        return Ok(null());
    };
    // A character is six bytes of JSON at most.
    let most = LONGEST_VALUE / 6;
    if text.len() <= most {
        return Ok(canonical::of_ordered(text)?);
    }
    notes.push(format!(
        "the {what} is cut here after {most} of its {} bytes",
        text.len()
    ));
    Ok(canonical::of_ordered(
        &text[..text.floor_char_boundary(most)],
    )?)
}

/// Keeps the last strings of a list that fit: of a thread's references the nearest.
fn shorten(values: &mut Vec<String>, most: usize) {
    let mut sum = 0;
    let keep = values
        .iter()
        .rev()
        .take_while(|value| {
            sum += value.len() * 6 + 3;
            sum <= most
        })
        .count();
    values.drain(..values.len() - keep);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commitment::Origin;
    use crate::record::Digest;
    use crate::record::Event;
    use crate::record::Instant;
    use crate::record::Participant;

    #[test]
    fn a_message_to_the_whole_world_is_recorded_and_its_lists_are_cut() {
        let committer = Committer::new(Origin::derive(&[1; 32], &[2; 32], &[3; 32]));
        let to = Participant {
            account: Some(format!("mail:{}@pier.example", "x".repeat(80))),
            display: None,
            role: "to".to_owned(),
        };
        let message = Message {
            event: Event {
                references: vec!["r".repeat(100); 10_000],
                sort: "message".to_owned(),
                ..Event::default()
            },
            conversation: None,
            from: Vec::new(),
            to: vec![to; 100_000],
            subject: Some("\u{1}".repeat(1 << 20)),
            at: Instant::default(),
            links: Vec::new(),
            attachments: Vec::new(),
            flags: Vec::new(),
            exported_by: None,
            notes: Vec::new(),
            text: None,
        };
        let bytes = Bytes {
            sha256: Digest::new([0; 32]),
            size: 0,
        };
        let draft = ItemDraft::message(
            &committer,
            Parent { r: 1, s: 0, i: 0 },
            message,
            bytes,
            Span { start: 0, end: 0 },
            None,
        )
        .unwrap();
        assert!(
            draft
                .values
                .iter()
                .all(|value| value.len() <= LONGEST_VALUE)
        );
        let notes = draft.values.last().unwrap();
        assert!(notes.contains("of 100000 addressees the first"), "{notes}");
        assert!(notes.contains("the subject is cut here"), "{notes}");
    }
}
