//! What was left out of the messages of a document, told once for the document and not once for each message: a mailbox
//! may hold a hundred thousand of them. Each message says it again in its own notes.

use std::collections::BTreeMap;

use super::Found;
use super::Limits;
use super::ReadError;
use super::Sink;

/// How many offsets a notice lists.
const LISTED: usize = 10;

/// What was left out of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cut {
    /// All but its headers: it is longer than [`Limits::message`].
    Message,
    /// Some of its attachments: they are more than [`Limits`] allow.
    Attachments,
    /// Some of its parts: they are too many to be told apart.
    Parts,
    /// All of it: an entry of an X archive with more bytes than this.
    Entry(u64),
    /// All of it: an entry of an X archive that is no JSON.
    Json,
    /// All of it: an entry of an X archive that is no object or an empty one, and so no message.
    NoMessage,
    /// Nothing; but something in it is not as JSON should be, and how it was read stands in its notes.
    Repaired,
    /// Header fields that are too many, or the ends of some that are too long.
    Fields,
    /// Nothing; but parts that lie too deep stand in its text as they came.
    Deep,
    /// Its text: it is longer than [`Limits::decoded`].
    Text,
}

/// The messages of a document out of which something was left, by what it was.
#[derive(Default)]
pub(super) struct Cuts {
    met: BTreeMap<Cut, Tally>,
}

impl Cuts {
    /// Adds a message that starts at that byte.
    pub(super) fn add(&mut self, cuts: &[Cut], at: u64) {
        for cut in cuts {
            self.met.entry(*cut).or_default().add(at);
        }
    }

    /// Says it all; with their offsets where the document is more than one message.
    pub(super) fn report(
        self,
        limits: &Limits,
        offsets: bool,
        sink: &mut Sink<'_>,
    ) -> Result<(), ReadError> {
        for (cut, tally) in self.met {
            let one = tally.count == 1;
            let at = tally.shown().filter(|_| offsets);
            let at = at.map_or_else(String::new, |at| format!(", at byte {at}"));
            let noun = match (cut, one) {
                (Cut::NoMessage, true) => "entry",
                (Cut::NoMessage, false) => "entries",
                (_, true) => "message",
                (_, false) => "messages",
            };
            let messages = format!("{} {noun}{at}", tally.count);
            let found = match cut {
                Cut::Message => Found::Unread(format!(
                    "longer than {} bytes, so that only the headers were read, not the text and the attachments: {messages}",
                    limits.message
                )),
                Cut::Attachments => Found::Unread(format!(
                    "attachments beyond the limit of {} and {} bytes a message were not taken out: {messages}",
                    limits.parts, limits.part_bytes
                )),
                Cut::Parts => Found::Unread(format!(
                    "parts that were too many to be told apart were not read: {messages}"
                )),
                Cut::Entry(most) => {
                    Found::Unread(format!("longer than {most} bytes and not read: {messages}"))
                }
                Cut::Json => Found::Unread(format!("not JSON and not read: {messages}")),
                Cut::NoMessage => Found::Unread(format!(
                    "no message, or an empty one, and not recorded: {messages}"
                )),
                Cut::Repaired => Found::Notice(format!(
                    "JSON that can be read in several ways was read as each of them says: {messages}"
                )),
                Cut::Fields => Found::Notice(format!(
                    "header fields that are too many or too long were read in part: {messages}"
                )),
                Cut::Deep => Found::Notice(format!(
                    "parts that lie too deep were not told apart and stand in the text as they came: {messages}"
                )),
                Cut::Text => Found::NotSearchable(format!(
                    "text of more than {} bytes is stored, not searchable: {messages}",
                    limits.decoded
                )),
            };
            sink(found)?;
        }
        Ok(())
    }
}

/// How many places were met, and where the first of them are.
#[derive(Default)]
pub(super) struct Tally {
    pub count: u64,
    first: Vec<u64>,
    last: Option<u64>,
}

impl Tally {
    pub(super) fn add(&mut self, offset: u64) {
        self.count += 1;
        if self.first.len() < LISTED {
            self.first.push(offset);
        }
    }

    /// Adds a place, unless it was added last.
    pub(super) fn add_once(&mut self, offset: u64) {
        if self.last != Some(offset) {
            self.last = Some(offset);
            self.add(offset);
        }
    }

    pub(super) fn shown(&self) -> Option<String> {
        let offsets: Vec<String> = self.first.iter().map(u64::to_string).collect();
        let more = if self.count > LISTED as u64 {
            ", ..."
        } else {
            ""
        };
        (self.count > 0).then(|| format!("{}{more}", offsets.join(", ")))
    }
}
