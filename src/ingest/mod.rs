//! Bringing documents in: bytes become documents, messages and texts, and these become records.
//!
//! A run goes through the paths in order, reads each file once, keeps its bytes and records what can be cited in them.
//! It appends in groups; each group is whole on the disk before the next begins, so a stopped run leaves nothing
//! half-recorded and goes on when it is started again. A file that cannot be read or understood is a line in the
//! [`Receipt`]; its bytes are kept where they could be had.

mod came;
mod companions;
mod error;
mod group;
mod keeping;
mod loading;
mod nested;
mod notices;
mod pending;
pub mod read;
mod rehearse;
mod resume;
mod run;
mod tables;
mod telling;
mod walk;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

pub use error::IngestError;
pub use rehearse::rehearse;
pub use run::run;
pub use tables::kept_mapping;

use crate::record::Kind;
use crate::record::Moment;

/// What is to be brought in, and what is said of it.
pub struct Request {
    /// Files and folders; `-` is what comes in on `stdin`.
    pub paths: Vec<PathBuf>,
    /// Slots of `accessioned/1` that make the stated provenance, such as `from` and `received`.
    pub statement: Vec<(&'static str, Value)>,
    /// What else is said of it.
    pub note: Option<String>,
    /// Who records it.
    pub by: Option<String>,
    /// What the files are, where they should not be judged by their content.
    pub kind: Option<Kind>,
    /// What the columns of the files are, where these are tables.
    pub table: Option<read::Mapping>,
    /// How much is taken in.
    pub limits: read::Limits,
    /// Says which program it is: name, version, build digest. Asked only when something is recorded.
    pub tool: fn() -> Value,
    /// Entries to record before the accession, such as agents not named before.
    pub before: Vec<crate::archive::EntryDraft>,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Messages recorded.
    pub messages: u64,
}

/// What a run is given from outside: the time, and somebody to tell how far it is.
pub struct Outside<'a> {
    /// The time, for the slot `t`.
    pub clock: &'a dyn Fn() -> Moment,
    /// Told now and then.
    pub progress: &'a dyn Fn(Progress),
    /// Standard input, for `-`.
    pub stdin: Option<Box<dyn std::io::Read>>,
}

/// Counts of documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Documents {
    /// Byte streams that were not here before.
    pub added: u64,
    /// Files whose bytes were here already with the same stated provenance.
    pub known: u64,
}

/// Counts of items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Items {
    /// Messages, and documents that hold no messages or members.
    pub added: u64,
}

/// A file that was not brought in, or not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// Its path as given; of something that lies in a file, `FILE > NAME`.
    pub path: String,
    /// Why, in a sentence.
    pub reason: String,
    /// The document it was stored as all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// Something a keeper should know about a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Its path as given.
    pub path: String,
    /// What, in a sentence.
    pub text: String,
}

/// A file that was here already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Known {
    /// Its path as given.
    pub path: String,
    /// The document it is.
    pub document: String,
}

/// What a run did. `fonds/ingest/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The accession's reference; nothing where nothing new came.
    pub accession: Option<String>,
    /// Whether an accession that had been interrupted was taken up again.
    pub continued: bool,
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Documents.
    pub documents: Documents,
    /// Items.
    pub items: Items,
    /// Messages among the items.
    pub messages: u64,
    /// Documents that no reader understands.
    pub not_searchable: u64,
    /// Documents received or found inside others, by kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Earliest and latest time of a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<(Moment, Moment)>,
    /// Of a rehearsal: members of zip archives and attachments, which it does not look into; a run counts what is new of
    /// them, and what lies in these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inside: Option<u64>,
    /// Files that were here already (the first hundred thousand).
    pub already: Vec<Known>,
    /// Files whose bytes had come before with another stated provenance, and are recorded once more (as many).
    #[serde(skip)]
    pub again: Vec<Known>,
    /// How many these are.
    #[serde(skip)]
    pub again_count: u64,
    /// What was not brought in or not understood.
    pub failed: Vec<Failed>,
    /// What a keeper should know.
    pub notices: Vec<Notice>,
}

impl Receipt {
    /// A file that is here already with the same stated provenance.
    fn known(&mut self, path: String, document: String) {
        self.documents.known += 1;
        if self.already.len() < MOST_LISTED {
            self.already.push(Known { path, document });
        }
    }

    /// A file whose bytes came before, from elsewhere or as it was told otherwise.
    fn known_otherwise(&mut self, path: String, document: String) {
        self.again_count += 1;
        if self.again.len() < MOST_LISTED {
            self.again.push(Known { path, document });
        }
    }

    /// Widens the span of times that messages were sent in.
    fn spread(&mut self, (earliest, latest): (Option<Moment>, Option<Moment>)) {
        let Some((earliest, latest)) = earliest.zip(latest) else {
            return;
        };
        let (from, to) = self.span.unwrap_or((earliest, latest));
        self.span = Some((from.min(earliest), to.max(latest)));
    }
}

/// The most known files that are listed by name: the answer is the only place in which they are named.
const MOST_LISTED: usize = 100_000;
