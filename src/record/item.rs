//! Items: a document as it came, a message inside one, a reading of one. Their fields are the slots of the item schemas
//! (`schema.rs`) and follow RSMF 2.0's names (participants, conversation, event) where they fit.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use super::Digest;
use super::Instant;
use super::Name;

/// A byte stream: its digest and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bytes {
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// Length in bytes.
    pub size: u64,
}

/// A stretch of the document an item came in: `start` inclusive, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// One past the last byte.
    pub end: u64,
    /// First byte.
    pub start: u64,
}

/// The earlier item of the same accession that an item came out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parent {
    /// Its index in the segment.
    pub i: u64,
    /// Its run.
    pub r: u64,
    /// Its segment in the run.
    pub s: u64,
}

/// Where in its parent a document lay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Locator {
    /// A member of an archive file: its index in the central directory and its name as written there.
    Member {
        /// Position in the central directory, from 0.
        index: u64,
        /// Name as written.
        name: Name,
    },
    /// A part of a mail message, counted as IMAP does (RFC 9051 §6.4.5.1), such as `2.1`.
    Part {
        /// The part's number.
        number: String,
    },
}

/// Root of the tree over a text's pieces (`schema/FORMAT.md`, 'Text').
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRoot {
    /// How many pieces.
    pub pieces: u64,
    /// Merkle root over their commitments.
    pub root: Digest,
}

/// What a document is, as far as its content tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Plain text of any sort.
    Text,
    /// Markdown.
    Markdown,
    /// HTML.
    Html,
    /// One RFC 5322 message.
    Mail,
    /// A mailbox of messages behind `From ` lines (mboxo, mboxrd, mboxcl).
    Mbox,
    /// A zip archive.
    Zip,
    /// `direct-messages.js` of an X archive.
    XDirectMessages,
    /// `direct-messages-group.js` of an X archive.
    XGroupMessages,
    /// `tweets.js` of an X archive.
    XTweets,
    /// `account.js` of an X archive.
    XAccount,
    /// Any other part of an X archive.
    XOther,
    /// A table of messages, read by a mapping of its columns.
    Table,
    /// Bytes that no reader understands: stored, not searchable.
    Other,
}

impl Kind {
    /// Every kind, in the order in which they are listed to a user.
    pub const ALL: &[Self] = &[
        Self::Text,
        Self::Markdown,
        Self::Html,
        Self::Mail,
        Self::Mbox,
        Self::Zip,
        Self::XDirectMessages,
        Self::XGroupMessages,
        Self::XTweets,
        Self::XAccount,
        Self::XOther,
        Self::Table,
        Self::Other,
    ];

    /// The word by which the kind is recorded and may be asked for.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Mail => "mail",
            Self::Mbox => "mbox",
            Self::Zip => "zip",
            Self::XDirectMessages => "x-direct-messages",
            Self::XGroupMessages => "x-group-messages",
            Self::XTweets => "x-tweets",
            Self::XAccount => "x-account",
            Self::XOther => "x-other",
            Self::Table => "table",
            Self::Other => "other",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }

    /// Whether what is cited lies inside: messages or members, not the document itself.
    pub const fn is_container(self) -> bool {
        matches!(
            self,
            Self::Mail
                | Self::Mbox
                | Self::Zip
                | Self::XDirectMessages
                | Self::XGroupMessages
                | Self::XTweets
                | Self::Table
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A document: bytes as they came in, or as they lay in another document. Schema `document/1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// Its media type, such as `message/rfc822`.
    pub media_type: String,
    /// Its file name.
    pub name: Option<Name>,
    /// Its path as given, below the folder that was brought in.
    pub path: Option<Name>,
    /// Where in its parent it lay.
    pub locator: Option<Locator>,
    /// The time that its file carried: a claim about the file, not about an event.
    pub modified: Option<Instant>,
    /// The character encoding of its text, when that had to be decided.
    pub encoding: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Marks that came with it, such as Maildir's `FRS`.
    pub flags: Vec<String>,
    /// What was noticed when it was read, in sentences.
    pub notes: Vec<String>,
}

/// An account or address that takes part in a message. RSMF `participants`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Participant {
    /// The account: `mail:` and an address in lower case; `x:` and the account's number; `table:`, the name of a mapping,
    /// a slash and the name in the table. Absent where only a name is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The name shown beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// `from`, `to`, `cc`, `bcc`, `reply-to` or `member`.
    pub role: String,
}

/// RSMF `conversations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// The platform's id; for mail the message id that starts the thread.
    pub id: String,
    /// `mail` or `x`; `table` where only the table is known that it came in.
    pub platform: String,
    /// `direct`, `channel`, `mail`, `post` or `transcript`.
    #[serde(rename = "type")]
    pub sort: String,
}

/// RSMF `events`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Event {
    /// `incoming` or `outgoing`, seen from whoever exported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// The platform's id of the message; for mail the Message-ID without angle brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Id of the message that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Further ids of the thread, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// `message`, `join`, `leave`, `history` or `unknown`.
    #[serde(rename = "type")]
    pub sort: String,
}

/// Something sent along with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Its media type as stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Whether its bytes came with the message.
    pub present: bool,
    /// Its digest, once decoded: the document it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// Its length in bytes, once decoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// A link in a message or page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Where it leads, when the export says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expanded: Option<String>,
    /// As it stands in the text.
    pub url: String,
}

/// A message read out of a document. Schema `message/1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The event.
    pub event: Event,
    /// The conversation it belongs to.
    pub conversation: Option<Conversation>,
    /// Who is said to have sent it (more than one for a mail with several authors).
    pub from: Vec<Participant>,
    /// To whom, each with a role.
    pub to: Vec<Participant>,
    /// Its subject line.
    pub subject: Option<String>,
    /// When it is said to have been sent.
    pub at: Instant,
    /// Links in it.
    pub links: Vec<Link>,
    /// What was sent along.
    pub attachments: Vec<Attachment>,
    /// Marks that came with it.
    pub flags: Vec<String>,
    /// Whose account or device exported it.
    pub exported_by: Option<Participant>,
    /// What was noticed when it was read, in sentences.
    pub notes: Vec<String>,
    /// Its text, decoded; lines end in a line feed.
    pub text: Option<String>,
}

/// The text read out of a document that is not itself text. Schema `text/1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What was read: `html`, or `text` for text in a legacy encoding.
    pub kind: Kind,
    /// The character encoding that was decided on.
    pub encoding: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its language as stated.
    pub language: Option<String>,
    /// Links in it.
    pub links: Vec<Link>,
    /// The text; lines end in a line feed.
    pub text: String,
    /// What was noticed, in sentences.
    pub notes: Vec<String>,
}
