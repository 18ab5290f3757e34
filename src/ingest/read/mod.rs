//! Readers: the bytes of one document in; the messages, members, parts and text that lie in it out.
//!
//! A reader knows nothing of the archive. It is handed bytes and a sink, and it guarantees that the same bytes always
//! give the same findings in the same order, that every byte range it names lies in the document, that its memory is
//! bounded by [`Limits`] whatever the document says of itself, and that no input makes it panic, recurse or loop. It
//! trusts nothing: every byte was written by somebody else.
//!
//! What it cannot do it says: a limit reached or a part missing is a [`Found::Notice`]; a document that cannot be read
//! at all is a [`ReadError`]. The bytes are kept by the caller in either case.
//!
//! Nested documents (an attachment, a member of a zip archive) are handed out whole; the caller stores each and calls
//! [`sniff()`] and [`read`] on it again, counting the depth.

mod cuts;
mod html;
mod mail;
mod mbox;
mod sniff;
mod table;
mod text;
mod time;
mod urls;
mod x;
mod zip;

use std::io;
use std::io::Read;
use std::io::Seek;

pub use self::sniff::Sniffed;
pub(in crate::ingest) use self::sniff::is_manifest;
pub use self::sniff::sniff;
pub use self::table::Format;
pub use self::table::Mapping;
pub use self::table::MappingError;
pub(super) use self::table::fits;
pub(super) use self::zip::too_many;

use crate::record::Instant;
use crate::record::Kind;
use crate::record::Locator;
use crate::record::Message;
use crate::record::Name;
use crate::record::Reading;
use crate::record::Span;

/// The bytes of a document.
pub trait Content: Read + Seek {}

impl<T: Read + Seek> Content for T {}

/// One document to be read.
pub struct Input<'a> {
    /// What [`sniff()`] or the user says it is.
    pub kind: Kind,
    /// Its file name, where it has one.
    pub name: Option<&'a Name>,
    /// Its length in bytes.
    pub size: u64,
    /// Its bytes; reading starts by seeking to their start.
    pub content: &'a mut dyn Content,
    /// A file that lay beside this one, such as `account.js` or `direct_messages_media/12-a.jpg`; nothing where there is
    /// none. The number is how many of its bytes are wanted: a longer one is given cut, and 0 asks whether it is there.
    pub companion: &'a dyn Fn(&str, u64) -> Option<Vec<u8>>,
    /// What the columns are, where it is a table.
    pub table: Option<&'a Mapping>,
    /// How much is taken in.
    pub limits: &'a Limits,
}

/// How much a reader takes into memory or hands out. Each one that is reached is named in a notice or a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one message; a longer one is recorded with its range and not read.
    pub message: u64,
    /// Bytes of one page or text that is not UTF-8; a longer one is not read.
    pub text: u64,
    /// Bytes of the text of one document or message once it is decoded; a longer one is not searchable. No more than an
    /// archive holds in memory at once, or nobody could read it again.
    pub decoded: u64,
    /// Attachments of one message.
    pub parts: usize,
    /// Decoded bytes of all attachments of one message.
    pub part_bytes: u64,
    /// Links kept of one message.
    pub message_links: usize,
    /// Links kept of one page.
    pub page_links: usize,
    /// Members of one archive file.
    pub members: usize,
    /// Unpacked bytes of one member.
    pub member: u64,
    /// Unpacked bytes of all members.
    pub unpacked: u64,
    /// Unpacked bytes for one packed byte, beyond [`Limits::ratio_floor`].
    pub ratio: u64,
    /// Unpacked bytes up to which no ratio is too high.
    pub ratio_floor: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: 64 << 20,
            text: 64 << 20,
            decoded: 64 << 20,
            parts: 1_000,
            part_bytes: 256 << 20,
            message_links: 200,
            page_links: 2_000,
            members: 1_000_000,
            member: 16 << 30,
            unpacked: 256 << 30,
            ratio: 200,
            ratio_floor: 64 << 20,
        }
    }
}

/// Something found in a document.
#[expect(
    clippy::large_enum_variant,
    reason = "it is handed over at once and never stored"
)]
pub enum Found<'a> {
    /// A message.
    Message {
        /// Its range in the document. In a mailbox it starts at the `From ` line, so that every byte of the mailbox
        /// belongs to a message; a single mail is the whole file; in an X archive it is the JSON object of the message.
        span: Span,
        /// Where its first header byte stands: behind the `From ` line of a mailbox, else the start of `span`.
        header: u64,
        /// The bytes of `span`; empty where the message is longer than [`Limits::message`], in which case its digest
        /// has to be taken from the stored document.
        raw: &'a [u8],
        /// What was read from it.
        message: Message,
        /// Its attachments, decoded. Entry `i` is what `message.attachments[i]` describes, as far as both go: parts
        /// that a limit kept out are the last ones.
        parts: Vec<Part>,
    },
    /// A file inside an archive file.
    Member {
        /// Where it lies.
        locator: Locator,
        /// The last piece of its name.
        name: Name,
        /// The time written beside it.
        modified: Option<Instant>,
        /// Its length in bytes as stated; `content` gives no more than that.
        size: u64,
        /// Its bytes, unpacked while read. An error from here is about this member only: the sink drops what it has of
        /// the member and returns `Ok`; the reader says what happened in a notice.
        content: &'a mut dyn Read,
    },
    /// The text of the document itself.
    Text(Reading),
    /// Something that a keeper should know, in a sentence.
    Notice(String),
    /// Text that is kept and found by no search, with the reason.
    NotSearchable(String),
    /// What lies inside and could not be taken out, with the reason.
    Unread(String),
}

/// An attachment of a message, decoded from its transfer encoding; an attached message is kept whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number as IMAP counts (RFC 9051 §6.4.5.1), such as `2.1`.
    pub number: String,
    /// Its file name as stated.
    pub name: Option<Name>,
    /// Its media type as stated.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a sink says to end the reading: its own error, which passes through unchanged.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Stop(pub Box<dyn std::error::Error + Send + Sync>);

/// Why a document was not read, or not to its end. Its bytes are kept all the same.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The sink ended the reading.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// The bytes could not be had.
    #[error("its bytes could not be read")]
    Bytes {
        /// What the system said.
        #[from]
        source: io::Error,
    },
    /// It is longer than this reader takes.
    #[error("{size} bytes are more than the {limit} that are read of a {what}")]
    TooLong {
        /// What it is.
        what: &'static str,
        /// Its length in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// It is not the zip archive that it begins like.
    #[error("it begins like a zip archive, but its list of members cannot be read ({reason})")]
    Zip {
        /// What is wrong with it.
        reason: String,
    },
    /// It is not the part of an X archive that it is named after.
    #[error("it is not a complete part of an X archive: {reason} (at byte {offset})")]
    X {
        /// Where reading ended.
        offset: u64,
        /// What is wrong there.
        reason: String,
    },
    /// It is not the table that its mapping describes.
    #[error("it is not the table that its mapping describes: {reason}")]
    Table {
        /// What is wrong with it.
        reason: String,
    },
}

/// What a sink is.
type Sink<'s> = dyn FnMut(Found<'_>) -> Result<(), Stop> + 's;

/// Reads one document and hands what it finds to the sink, in the order in which it lies in the document. Plain text
/// and Markdown need this only where their bytes are not plain UTF-8; kinds without a reader find nothing.
pub fn read(
    input: &mut Input<'_>,
    sink: &mut dyn FnMut(Found<'_>) -> Result<(), Stop>,
) -> Result<(), ReadError> {
    input.content.rewind()?;
    match input.kind {
        Kind::Text | Kind::Markdown => text::read(input, sink),
        Kind::Html => html::read(input, sink),
        Kind::Mail => mail::read(input, sink),
        Kind::Mbox => mbox::read(input, sink),
        Kind::Zip => zip::read(input, sink),
        Kind::XDirectMessages | Kind::XGroupMessages | Kind::XTweets => x::read(input, sink),
        Kind::XAccount => x::read_account(input, sink),
        Kind::XOther => x::read_manifest(input, sink),
        Kind::Table => table::read(input, sink),
        Kind::Other => Ok(()),
    }
}

/// Adds up to `count` bytes to a window; says whether there were any. Reads in large pieces: reading 'to the end' of a
/// taken piece begins with small ones each time.
fn read_more(
    content: &mut dyn Content,
    window: &mut Vec<u8>,
    count: usize,
) -> Result<bool, ReadError> {
    let before = window.len();
    let mut filled = before;
    window.resize(before.saturating_add(count), 0);
    loop {
        let room = window.get_mut(filled..).unwrap_or_default();
        match content.read(room) {
            Ok(0) => break,
            Ok(read) => filled = filled.saturating_add(read).min(window.len()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                window.truncate(filled);
                return Err(error.into());
            }
        }
    }
    window.truncate(filled);
    Ok(filled > before)
}

/// The whole document, where it is not longer than `limit`.
fn whole(input: &mut Input<'_>, limit: u64, what: &'static str) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    input
        .content
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let size = input.size.max(bytes.len() as u64);
        return Err(ReadError::TooLong { what, size, limit });
    }
    Ok(bytes)
}
