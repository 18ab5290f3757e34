//! One item of an archive, opened for a stranger: a proof that needs neither the archive nor a network, and its check.
//!
//! Guaranteed of a proof that is made: it opens what was asked for and nothing else, it holds no record key, no digest of
//! a text that it does not show whole, no other digest unless its slot was asked for by name, and it was checked before it
//! was handed out.
//! Guaranteed of a check: it reads nothing but the bytes it is given, believes nothing that it did not recompute, and
//! says 'matches' only when signature, both trees, every opening and every piece of text fit.
//!
//! What a proof does not show is where its key comes from: whoever reads it compares the origin's words by another way.
//! `schema/PROOF.md` is the authority; every rule here is one of its rules.

mod anchors;
mod check;
mod make;
mod plan;
mod proof;
mod shown;
mod strict;
mod text;

pub use anchors::outside;
pub use check::check;
pub use check::log_keys;
pub use make::key_entries;
pub use make::make;
pub use plan::Plan;
pub use plan::Wanted;
pub use plan::subjects;
pub use proof::Cosignature;
pub use proof::ItemRecord;
pub use proof::Passage;
pub use proof::Piece;
pub use proof::Proof;
pub use proof::ProvedItem;
pub use proof::SCHEMA;
pub use proof::Text;
pub use shown::Checked;
pub use shown::Claimed;
pub use shown::Run;
pub use shown::Shown;
pub use shown::ShownText;
pub use shown::State;
pub use strict::LARGEST;
pub use strict::LARGEST_PAGE;
pub use strict::MARK;
pub use strict::in_page;
pub use strict::is_page;
pub use strict::out_of_page;

use crate::archive::ArchiveError;
pub use crate::commitment::EntryRecord;
pub use crate::commitment::Keys;
pub use crate::commitment::Opening;
pub use crate::commitment::ProvedEntry;
use crate::commitment::canonical::CanonicalError;
use crate::keys::KeyError;
use crate::tlog::TlogError;

/// Lines, with the verb that they need.
fn are(from: u64, to: u64) -> String {
    if from == to {
        format!("line {from} is")
    } else {
        format!("lines {from} to {to} are")
    }
}

/// Why a proof was not made. What is wrong with a proof that is checked is a finding.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A value that cannot be written.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The keys, or a checkpoint that they did not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A tree or checkpoint that proves nothing.
    #[error("the ledger cannot prove it")]
    Log(#[from] TlogError),
    /// A record that is not there whole.
    #[error("the record of {item} is not here whole, so nothing of it can be proved")]
    Gone {
        /// The item.
        item: String,
    },
    /// A ledger that nobody signed, or not as far as this item.
    #[error("no signed checkpoint covers {item} yet")]
    NotSigned {
        /// The item.
        item: String,
    },
    /// An item without a text.
    #[error("{item} has no text to show")]
    NoText {
        /// The item.
        item: String,
    },
    /// A slot that the item has not, or that holds nothing.
    #[error("{item} has nothing under {slot:?} that could be opened")]
    NothingThere {
        /// The item.
        item: String,
        /// The slot as asked for.
        slot: String,
    },
    /// A slot that would let the rest of a text be guessed.
    #[error(
        "{slot} stays shut: it has the digest of a text that is not shown whole, which could be guessed from it"
    )]
    Guessable {
        /// The slot as asked for.
        slot: String,
    },
    /// Everything is shut.
    #[error("nothing of {item} would be opened")]
    Nothing {
        /// The item.
        item: String,
    },
    /// A passage that the text has not.
    #[error("{} not in the text, which has {lines}", are(*from, *to))]
    NoSuchLines {
        /// First line, from 1.
        from: u64,
        /// Last line.
        to: u64,
        /// Lines of the text.
        lines: u64,
    },
    /// A passage in which nothing is written.
    #[error("{} blank: nothing would be shown", are(*from, *to))]
    BlankLines {
        /// First line, from 1.
        from: u64,
        /// Last line.
        to: u64,
    },
    /// A proof or page that is larger than what anybody reads.
    #[error("the {what} would have {found} bytes, {most} at most")]
    TooLarge {
        /// `proof` or `page`.
        what: &'static str,
        /// Its size.
        found: usize,
        /// The limit.
        most: usize,
    },
    /// A proof that does not hold against the archive's own checkpoint: something in the archive is damaged.
    #[error("the archive does not prove it: {0}")]
    NotProved(String),
}
