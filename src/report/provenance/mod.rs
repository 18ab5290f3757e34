//! The provenance report: what an item is, where it came from, through whose hands, and what can be said of its bytes,
//! its time and its origin. The three are said apart, since one never follows from another.
//!
//! The values are gathered by whoever holds the archive; here they are put into words once, and text,
//! Markdown and HTML are made of the same words. What was not stated is said to be not stated.

mod html;
mod markdown;
mod said;
mod sections;
mod steps;
mod text;

use serde::Serialize;

pub use html::html;
pub use markdown::markdown;
pub use said::say;
pub use text::text;

use crate::archive::Custody;
use crate::archive::Gone;
use crate::record::Digest;
use crate::record::Instant;
use crate::record::Span;
use crate::record::Zone;

use super::Seal;

/// `fonds/provenance/1`.
#[derive(Debug, Serialize)]
pub struct Provenance {
    /// `fonds/provenance/1`.
    pub schema: &'static str,
    /// The archive's name.
    pub archive: String,
    /// When it was written, RFC 3339.
    pub time: Option<String>,
    /// Who had it written.
    pub by: Option<String>,
    /// The signed head it is made of.
    pub seal: Option<Seal>,
    /// The items asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Subject>,
    /// All accessions and documents in short, where all was asked for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub all: Option<All>,
    /// What the report does not show.
    pub not_shown: &'static [&'static str],
    /// The zone in which times are shown.
    #[serde(skip)]
    pub zone: Zone,
}

/// Everything in short.
#[derive(Debug, Default, Serialize)]
pub struct All {
    /// Accessions in the order in which they came.
    pub accessions: Vec<AccessionRow>,
    /// Documents in the order in which they came.
    pub documents: Vec<DocumentRow>,
}

/// An accession in short.
#[derive(Debug, Serialize)]
pub struct AccessionRow {
    /// Its reference.
    pub accession: String,
    /// From whom, as stated.
    pub from: Option<String>,
    /// When it was received, as stated.
    pub received: Option<Instant>,
    /// What is known to be missing, as stated.
    pub missing: Option<String>,
    /// Which of these were destroyed, by their slots.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destroyed: Vec<Gone>,
    /// Documents that came with it.
    pub documents: u64,
    /// Through whose hands.
    pub custody: String,
    /// Gaps in custody.
    pub gaps: usize,
    /// Its entry.
    pub entry: u64,
    /// When that was recorded.
    pub recorded: Option<String>,
}

impl AccessionRow {
    /// What stands where one of its slots says nothing.
    pub(super) fn blank(&self, slot: &str) -> String {
        Gone::of(&self.destroyed, &[slot]).map_or_else(|| "not stated".to_owned(), Gone::words)
    }
}

/// A document in short.
#[derive(Debug, Serialize)]
pub struct DocumentRow {
    /// Its reference.
    pub document: String,
    /// What it is.
    pub what: String,
    /// Its name.
    pub name: Option<String>,
    /// SHA-256 of its bytes; nothing where it, or something in it, is withheld.
    pub digest: Option<Digest>,
    /// The entry under which it is withheld; then neither its name, its digest nor its size is shown.
    pub withheld: Option<u64>,
    /// How many bytes.
    pub size: Option<u64>,
    /// Messages in it.
    pub messages: u64,
    /// The accession it came with first.
    pub accession: Option<String>,
    /// The document it lay in.
    pub parent: Option<String>,
    /// The entry that sealed it.
    pub entry: Option<u64>,
    /// When that was recorded.
    pub recorded: Option<String>,
}

impl DocumentRow {
    /// Its name, or why that is not shown.
    fn named(&self, none: &str) -> String {
        match (self.withheld, &self.name) {
            (Some(entry), _) => format!("withheld under entry {entry}"),
            (None, Some(name)) => name.clone(),
            (None, None) => none.to_owned(),
        }
    }

    /// Its digest, or that it is not shown.
    fn digested(&self) -> String {
        match self.withheld {
            Some(_) => "withheld".to_owned(),
            None => digested(self.digest.as_ref()),
        }
    }

    /// How many bytes, where that is shown.
    fn sized(&self) -> String {
        self.size
            .map_or_else(|| "withheld".to_owned(), |size| size.to_string())
    }
}

/// A digest, or why there is none.
fn digested(digest: Option<&Digest>) -> String {
    digest.map_or_else(
        || "not shown, for something in it is withheld".to_owned(),
        ToString::to_string,
    )
}

/// One item, or one accession.
#[derive(Debug, Serialize)]
pub struct Subject {
    /// Its reference.
    pub item: String,
    /// What it is, in words: 'direct message on X'.
    pub what: String,
    /// Its title or subject line.
    pub title: Option<String>,
    /// How its text begins.
    pub begins: Option<String>,
    /// From whom, as the item says.
    pub from: Vec<String>,
    /// To whom, as the item says.
    pub to: Vec<String>,
    /// When, as the item says.
    pub at: Option<Instant>,
    /// The document it is or lies in; none for an accession.
    pub document: Option<Held>,
    /// What was stated when it came in; of a document that came in several times, the first of them.
    pub accession: Stated,
    /// The other times that a document's bytes came in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Also>,
    /// Who is said to have made it, sent it, stand behind its account.
    pub attributions: Vec<Attribution>,
    /// Through whose hands it came.
    pub custody: Custody,
    /// The same in one line.
    pub custody_line: String,
    /// Where it stands in the ledger.
    pub ledger: Ledger,
    /// What a tool read out of it, or how it was itself read out.
    pub derivations: Vec<Derivation>,
    /// Corrections, notes and claims.
    pub acts: Vec<ActLine>,
    /// Marks of origin that it bears.
    pub marks: Marks,
    /// What can be said of bytes, time and origin, each for itself.
    pub said: Said,
}

/// The document an item is or lies in.
#[derive(Debug, Serialize)]
pub struct Held {
    /// Its reference.
    pub reference: String,
    /// Its file name.
    pub name: Option<String>,
    /// Its path as given.
    pub path: Option<String>,
    /// SHA-256 as recorded; nothing where something in it is withheld, which would be found by trying.
    pub digest: Option<Digest>,
    /// Bytes as recorded.
    pub size: u64,
    /// Its media type.
    pub media_type: Option<String>,
    /// What its file said of when it was changed.
    pub modified: Option<Instant>,
    /// The stretch that the item is.
    pub span: Option<Span>,
    /// Where it lay in another document, in words.
    pub lay_in: Option<String>,
    /// The entry that recorded its bytes.
    pub ledger: Ledger,
    /// What reading it again showed.
    pub read: Read,
    /// The entry under which a part of it was destroyed; zeros stand there since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parted_under: Option<u64>,
}

/// What reading the bytes again showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Read {
    /// They have the recorded digest.
    Unchanged,
    /// They have another.
    Altered {
        /// The digest of what is there now; absent where something in it is withheld.
        #[serde(skip_serializing_if = "Option::is_none")]
        found: Option<Digest>,
    },
    /// They could not be read.
    Unreadable {
        /// Why.
        reason: String,
    },
}

impl Read {
    /// The same without any digest, nor a reason that may name one: for what holds something withheld.
    #[must_use]
    pub fn without_digest(self) -> Self {
        match self {
            Self::Unchanged => self,
            Self::Altered { .. } => Self::Altered { found: None },
            Self::Unreadable { .. } => Self::Unreadable {
                reason: "fonds verify says what is damaged".to_owned(),
            },
        }
    }
}

/// What was stated when it came in; every field is there, so that a blank shows.
#[derive(Debug, Serialize)]
pub struct Stated {
    /// Its reference.
    pub accession: String,
    /// Its entry.
    pub entry: u64,
    /// Who recorded it.
    pub by: Option<String>,
    /// The fields in the order of the form.
    pub fields: Vec<Field>,
}

/// Another time that a document's bytes came in.
#[derive(Debug, Serialize)]
pub struct Also {
    /// What was stated then.
    pub accession: Stated,
    /// The name under which it came.
    pub name: Option<String>,
    /// Through whose hands it came.
    pub custody: Custody,
    /// The same in one line.
    pub custody_line: String,
}

/// One field of an accession.
#[derive(Debug, Serialize)]
pub struct Field {
    /// Its name in the ledger.
    pub slot: &'static str,
    /// Its name for a reader.
    #[serde(skip)]
    pub label: &'static str,
    /// What was stated; nothing where nothing was. 'unknown' is an answer.
    pub stated: Option<String>,
    /// The order of destruction under which that went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destroyed_under: Option<u64>,
}

/// One attribution.
#[derive(Debug, Serialize)]
pub struct Attribution {
    /// Its entry.
    pub entry: u64,
    /// Of what: the item, its document, its accession, or the account it came from.
    pub of: String,
    /// `creator`, `sender`, `speaks-for` and so on.
    pub role: String,
    /// The role as it reads before a name.
    #[serde(skip)]
    pub role_words: String,
    /// Who.
    pub who: Option<String>,
    /// Through whom it came.
    pub via: Option<String>,
    /// `certain`, `quite-probable`, `uncertain`, `unknown`.
    pub certainty: Option<String>,
    /// What it rests on.
    pub basis: Option<String>,
    /// On what terms.
    pub terms: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// The entries under which it was corrected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrected: Vec<u64>,
    /// The order of destruction under which what it rests on went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_destroyed_under: Option<u64>,
    /// Who recorded it.
    pub by: Option<String>,
}

/// Where it stands in the ledger.
#[derive(Debug, Default, Serialize)]
pub struct Ledger {
    /// The entry that seals it.
    pub entry: Option<u64>,
    /// When that was recorded.
    pub recorded: Option<String>,
    /// Entries in the ledger.
    pub entries: u64,
    /// The first that somebody outside has in their hands, by a key that this user trusts, and that covers the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchored: Option<Anchored>,
}

/// A head in other hands.
#[derive(Debug, Clone, Serialize)]
pub struct Anchored {
    /// Entries under it.
    pub size: u64,
    /// In whose hands and as of when, in words.
    pub said: String,
}

/// Something read out of something by a tool.
#[derive(Debug, Serialize)]
pub struct Derivation {
    /// What, in a sentence.
    pub what: String,
    /// The tool and its version.
    pub tool: Option<String>,
    /// The entry that seals it.
    pub entry: u64,
}

/// Another act about it.
#[derive(Debug, Clone, Serialize)]
pub struct ActLine {
    /// Its entry.
    pub entry: u64,
    /// When it was recorded.
    pub recorded: Option<String>,
    /// Who recorded it.
    pub by: Option<String>,
    /// What it says, in a sentence.
    pub what: String,
}

/// Marks of origin that an item bears.
#[derive(Debug, Default, Serialize)]
pub struct Marks {
    /// Domains whose DKIM signature a mail carries.
    pub dkim: Vec<String>,
    /// References of the same message or document as other accessions hold it.
    pub also_held: Vec<String>,
}

/// What can be said, each for itself.
#[derive(Debug, Default, Serialize)]
pub struct Said {
    /// Of the bytes: unchanged since when, against which anchor.
    pub bytes: Vec<String>,
    /// Of the time: not later than, on whose word.
    pub time: Vec<String>,
    /// Of the origin: signatures, independent copies, or only stated.
    pub origin: Vec<String>,
}

impl Subject {
    /// Whether reading its bytes again showed something else than was recorded.
    pub fn is_damaged(&self) -> bool {
        let read = self.document.as_ref().map(|document| &document.read);
        read.is_some_and(|read| *read != Read::Unchanged)
    }
}
