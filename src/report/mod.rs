//! Turns results into pages. A value goes in, text comes out: nothing here reads the archive, a clock or a file.
//!
//! Pages are complete in one file, load nothing, need no script and can be printed. Everything from a draft or a document
//! is escaped. A page cannot vouch for itself: it says so, and says how to check it.

pub mod citation;
pub mod provenance;
pub mod published;
pub mod timeline;

mod annotations;
mod biblatex;
mod csl;
mod html;
mod markdown;
mod sources;
mod styles;
mod times;

pub use citation::Proven;
pub use html::page;
pub use sources::terms_said;

/// What ties a page to a state of the archive: the signed head of its ledger.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Seal {
    /// The archive's origin, as its checkpoints name it.
    pub origin: String,
    /// The origin in twelve words.
    pub words: Vec<String>,
    /// The signed checkpoint (C2SP tlog-checkpoint).
    pub checkpoint: String,
    /// Entries in the ledger.
    pub size: u64,
    /// Root over them, in base64 as in the checkpoint.
    pub root: String,
    /// When it was signed, RFC 3339.
    pub time: Option<String>,
    /// The proof that a citation report carries, if one was asked for.
    #[serde(skip)]
    pub proven: Option<Proven>,
}

/// What no page of an archive shows, in the same words on every page.
pub const NOT_SHOWN: &[&str] = &[
    "That a document is true, complete, or by whom it says it is, before it came in.",
    "Who typed a message.",
    "That a tool read it rightly.",
    "What was left out or corrected since.",
    "Anything against someone who holds the archive, its key and every pin before the first anchor outside.",
    "A file cannot vouch for its own key: compare the origin by another way.",
];
