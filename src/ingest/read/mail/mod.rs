//! One mail message (RFC 5322 with MIME): who, to whom, when, in which thread, its text, what was attached.
//!
//! Whatever is broken, a message comes out: what could not be read is in its notes. Nothing in it is believed: a
//! sender is what the header says, a signature is named and not judged.

mod body;
mod headers;
mod mime;

use std::io::Read as _;

use mail_parser::Address;
use mail_parser::parsers::MessageStream;
use sha2::Digest as _;
use sha2::Sha256;

use self::headers::Headers;
use self::headers::ended;
use self::headers::field_name;
use self::headers::first_line;
use self::headers::is_blank;
use self::headers::unstructured;
use self::headers::words;

use super::Found;
use super::Input;
use super::Limits;
use super::Part;
use super::ReadError;
use super::Sink;
use super::cuts::Cut;
use super::cuts::Cuts;
use super::time::header_date;

use crate::record::Conversation;
use crate::record::Digest;
use crate::record::Event;
use crate::record::Instant;
use crate::record::Message;
use crate::record::Participant;
use crate::record::Span;

/// How much of a message that is too long is looked at for its headers.
pub(super) const HEAD: usize = 1 << 20;
/// How many addresses, thread ids, signatures and notes of one message are kept.
const ADDRESSES: usize = 10_000;
const IDS: usize = 1_000;
const SIGNATURES: usize = 10;
const NOTES: usize = 40;

/// Fields of which a message has one at most, and whose doubling makes two readers see two messages.
const ONCE: [&str; 4] = ["From", "Date", "Subject", "Message-ID"];

/// Reads a file that is one message.
pub(super) fn read(input: &mut Input<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let limit = input.limits.message;
    let mut raw = Vec::new();
    input
        .content
        .take(limit.saturating_add(1))
        .read_to_end(&mut raw)?;
    let size = raw.len() as u64;
    let skipped = before_headers(&raw);
    let bytes = raw.get(skipped..).unwrap_or_default();
    let whole = size <= limit;
    let (message, parts, cut) = if whole {
        message(bytes, false, input.limits)
    } else {
        (head_only(bytes, limit), Vec::new(), vec![Cut::Message])
    };
    let end = if whole { size } else { input.size.max(size) };
    sink(Found::Message {
        span: Span { start: 0, end },
        header: skipped as u64,
        raw: if whole { &raw } else { &[] },
        message,
        parts,
    })?;
    let mut cuts = Cuts::default();
    cuts.add(&cut, 0);
    cuts.report(input.limits, false, sink)
}

/// How many bytes stand before the header block: a byte order mark, blank lines, and the `From ` line of a mailbox that
/// the message was cut out of.
fn before_headers(raw: &[u8]) -> usize {
    let mut at = if raw.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    loop {
        let line = first_line(raw.get(at..).unwrap_or_default());
        let passed_over =
            is_blank(line) || line.starts_with(b"From ") || line.starts_with(b">From ");
        if line.is_empty() || !passed_over {
            break;
        }
        at += line.len();
    }
    // Blank lines before what is no header are part of a text.
    let line = first_line(raw.get(at..).unwrap_or_default());
    if field_name(line).is_some() { at } else { 0 }
}

/// Whether a document starts like a mail message: a header block with at least two of the fields that mail has, one of
/// them a field that only mail has.
pub(super) fn looks_like_mail(start: &[u8]) -> bool {
    const MAIL: [&str; 10] = [
        "mime-version",
        "from",
        "received",
        "return-path",
        "message-id",
        "delivered-to",
        "x-originating-ip",
        "dkim-signature",
        "envelope-to",
        "x-mailer",
    ];
    const COMMON: [&str; 8] = [
        "to",
        "cc",
        "date",
        "subject",
        "sender",
        "reply-to",
        "content-type",
        "x-priority",
    ];
    if !is_field(start) {
        return false;
    }
    let headers = Headers::parse(start.get(..64 << 10).unwrap_or(start));
    let has = |name: &&str| headers.first(name).is_some();
    let own = MAIL.iter().filter(|name| has(name)).count();
    own > 0 && own + COMMON.iter().filter(|name| has(name)).count() > 1
}

/// Whether a header field starts here.
pub(super) fn is_field(bytes: &[u8]) -> bool {
    field_name(first_line(bytes)).is_some()
}

/// Reads the header block at the start of a message that is too long to be read.
pub(super) fn head_only(bytes: &[u8], limit: u64) -> Message {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let headers = Headers::parse(head);
    let mut notes = vec![format!(
        "it is longer than {limit} bytes: its headers were read, its text and attachments were not"
    )];
    let mut message = from_headers(&headers, &mut notes);
    alone(&mut message, bytes);
    message.notes = notes;
    message
}

/// Reads a message that starts with its header block. In a mailbox, lines that were escaped as `>From ` are shown
/// without the escape. Says also what was left out of it.
pub(super) fn message(
    bytes: &[u8],
    in_mailbox: bool,
    limits: &Limits,
) -> (Message, Vec<Part>, Vec<Cut>) {
    let mut notes = Vec::new();
    let headers = Headers::parse(bytes);
    if headers.fields.is_empty() {
        notes.push("it has no headers".to_owned());
    } else if headers.unended && headers.body < bytes.len() {
        notes.push("its header block does not end with a blank line".to_owned());
    }
    if headers.stray > 0 {
        let stray = headers.stray;
        notes.push(format!(
            "lines of its header block that belong to no field: {stray}"
        ));
    }
    if headers.beyond > 0 {
        let (read, more) = (headers.fields.len(), headers.beyond);
        notes.push(format!(
            "only its first {read} header fields were read, there are {more} more"
        ));
    }
    let mut message = from_headers(&headers, &mut notes);
    alone(&mut message, bytes);
    let (cut_fields, beyond) = (headers.cut, headers.beyond);
    let parts = mime::split(bytes, headers);
    let cut_fields = cut_fields + parts.cut_fields;
    if cut_fields > 0 {
        notes.push(format!(
            "header fields so long that only their beginning was read: {cut_fields}"
        ));
    }
    notes.extend(parts.notes);
    let mut cuts = parts.cuts;
    if cut_fields > 0 || beyond > 0 {
        cuts.push(Cut::Fields);
    }
    let mut read = body::read(&parts.leaves, in_mailbox, limits, &mut notes);
    cuts.append(&mut read.cuts);
    message.text = read.text;
    message.links = read.links;
    message.attachments = read.attachments;
    if let Some(more) = notes.len().checked_sub(NOTES).filter(|more| *more > 0) {
        notes.truncate(NOTES);
        notes.push(format!("and {more} more of the kind"));
    }
    message.notes = notes;
    (message, read.parts, cuts)
}

/// What the header block says.
fn from_headers(headers: &Headers<'_>, notes: &mut Vec<String>) -> Message {
    for name in ONCE {
        let count = headers.all(name).count();
        if count > 1 {
            notes.push(format!("it has {count} {name} headers; the first is shown"));
        }
    }
    signatures(headers, notes);
    let mut from = Vec::new();
    if let Some(value) = headers.first("from").or_else(|| headers.first("sender")) {
        addresses(value, "from", &mut from);
    }
    if from.is_empty() && !headers.fields.is_empty() {
        notes.push("it does not say whom it is from".to_owned());
    }
    let mut to = Vec::new();
    for role in ["to", "cc", "bcc", "reply-to"] {
        for value in headers.all(role) {
            addresses(value, role, &mut to);
        }
    }
    if to.len() >= ADDRESSES {
        notes.push(format!("only its first {ADDRESSES} addressees are listed"));
    }
    let at = if let Some(value) = headers.first("date") {
        header_date(&words(value), notes)
    } else {
        if !headers.fields.is_empty() {
            notes.push("it has no Date header".to_owned());
        }
        Instant::unknown(None)
    };
    let id = headers.ids("message-id", 1).pop();
    let references = headers.ids("references", IDS);
    let replied = headers.ids("in-reply-to", 1).pop();
    let thread = references
        .first()
        .or(replied.as_ref())
        .or(id.as_ref())
        .cloned();
    Message {
        event: Event {
            id,
            sort: "message".to_owned(),
            parent: replied.or_else(|| references.last().cloned()),
            references,
            direction: None,
        },
        conversation: thread.map(|id| Conversation {
            id,
            platform: "mail".to_owned(),
            sort: "mail".to_owned(),
            display: None,
        }),
        from,
        to,
        subject: headers.text("subject"),
        at,
        links: Vec::new(),
        attachments: Vec::new(),
        flags: Vec::new(),
        exported_by: None,
        notes: Vec::new(),
        text: None,
    }
}

/// Gives a mail that names no thread, and has no id that an answer could name, a thread of its own, after its bytes: so it
/// is mail like any other, and no two are taken for one thread.
fn alone(message: &mut Message, bytes: &[u8]) {
    if message.conversation.is_some() {
        return;
    }
    // Copies that differ in the ends of their lines are copies of one message.
    let mut hash = Sha256::new();
    for piece in bytes.split(|byte| *byte == b'\r') {
        hash.update(piece);
    }
    message.conversation = Some(Conversation {
        id: format!("sha256:{}", Digest::new(hash.finalize().into())),
        platform: "mail".to_owned(),
        sort: "mail".to_owned(),
        display: None,
    });
}

/// Says which DKIM signatures a message carries (RFC 6376 §3.5): named, not checked.
fn signatures(headers: &Headers<'_>, notes: &mut Vec<String>) {
    for value in headers.all("dkim-signature").take(SIGNATURES) {
        let value: String = String::from_utf8_lossy(value)
            .chars()
            .filter(|c| !c.is_ascii_whitespace() && !c.is_control())
            .collect();
        let tag = |name: &str| -> String {
            value
                .split(';')
                .filter_map(|tag| tag.split_once('='))
                .find(|(tag, _)| *tag == name)
                .map_or_else(
                    || "?".to_owned(),
                    |(_, value)| value.chars().take(100).collect(),
                )
        };
        notes.push(format!(
            "carries a DKIM signature by d={} s={} (not checked by this version)",
            tag("d"),
            tag("s")
        ));
    }
}

/// The addresses of one field, each with its role.
fn addresses(value: &[u8], role: &str, into: &mut Vec<Participant>) {
    let participant = |name: Option<&str>, address: Option<&str>| -> Option<Participant> {
        let display = name.map(unstructured_name).filter(|name| !name.is_empty());
        let address = address.map(str::trim).filter(|address| !address.is_empty());
        if display.is_none() && address.is_none() {
            return None;
        }
        Some(Participant {
            account: address.map(|address| format!("mail:{}", address.to_lowercase())),
            display,
            role: role.to_owned(),
        })
    };
    let value = ended(value);
    let parsed = MessageStream::new(&value).parse_address().into_address();
    let room = ADDRESSES.saturating_sub(into.len());
    match parsed {
        Some(Address::List(list)) => into.extend(
            list.iter()
                .filter_map(|it| participant(it.name.as_deref(), it.address.as_deref()))
                .take(room),
        ),
        Some(Address::Group(groups)) => {
            for group in groups {
                let room = ADDRESSES.saturating_sub(into.len());
                if group.addresses.is_empty() {
                    into.extend(
                        participant(group.name.as_deref(), None)
                            .into_iter()
                            .take(room),
                    );
                }
                into.extend(
                    group
                        .addresses
                        .iter()
                        .filter_map(|it| participant(it.name.as_deref(), it.address.as_deref()))
                        .take(room),
                );
            }
        }
        None => {}
    }
}

/// A name on one line.
fn unstructured_name(name: &str) -> String {
    name.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// A file name as a part states it, encoded words decoded: some mailers put them where RFC 2231 should stand.
fn file_name(name: &str) -> String {
    if name.contains("=?") {
        unstructured(name.as_bytes())
    } else {
        name.to_owned()
    }
}
