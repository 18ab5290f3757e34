//! Holds the quotations of a draft against what the archive keeps, and names every difference.
//!
//! A verdict comes from the operations that turn the source's words into the draft's, never from a score: only words that
//! are equal, or that differ in ways the house allows or the draft marks, can pass. What is merely similar is `altered` or
//! `not-found`. A verdict says that the words stand in the item, not who wrote them or whether they are true.
//!
//! The module trusts the passages it is given to be what the archive holds (`verify` sees to that). Drafts are hostile:
//! size, number and length are capped, and what lies beyond a cap is reported as not checked.

mod align;
mod amend;
mod builder;
mod check;
mod citations;
mod conversation;
mod corrected;
mod differences;
mod draft;
mod edits;
mod evidence;
mod evidenced;
mod grams;
mod held;
mod html;
mod judge;
mod kin;
mod library;
mod lookalikes;
mod markdown;
mod marks;
mod naming;
mod nested;
mod normal;
mod notes;
mod office;
mod own;
mod page;
mod pairs;
mod pieces;
mod pin;
mod pinned;
mod printed;
mod quotation;
mod rows;
mod search;
mod second_hand;
mod shown;
mod sides;
mod signed;
mod source;
mod stated;
mod style;
mod texts;
mod through;
mod together;
mod tokens;
mod verdict;
mod words;

pub use amend::Spot;
pub use amend::Unfit;
pub use check::check;
pub use citations::Change;
pub use citations::Citations;
pub use citations::Claim;
pub use citations::Context;
pub use citations::Counts;
pub use citations::Dated;
pub use citations::DraftName;
pub use citations::GoneThrough;
pub use citations::Joined;
pub use citations::Match;
pub use citations::Nearest;
pub use citations::Quoted;
pub use citations::Receipt;
pub use citations::Rest;
pub use citations::Rules;
pub use citations::needs_attention;
pub use corrected::corrected;
pub use corrected::lost;
pub use draft::Draft;
pub use draft::DraftFormat;
pub use draft::Mark;
pub use draft::Paragraph;
pub use draft::Place;
pub(crate) use draft::is_utf_16;
pub use evidenced::Evidence;
pub use evidenced::PinNow;
pub use evidenced::Quote;
pub use evidenced::Reheld;
pub use evidenced::Rests;
pub use evidenced::rests;
pub use held::Held;
pub use judge::Judgement;
pub use judge::Manner;
pub use judge::Sought;
pub use judge::judge;
pub use kin::in_common;
pub use nested::nested;
pub use normal::VERSION as NORM;
pub use office::Comment;
pub use office::DraftError;
pub use office::with_comments;
pub use page::Amount;
pub use page::OnPage;
pub use page::on_page;
pub use pin::ItemPin;
pub use pin::Pin;
pub use quotation::Extract;
pub use quotation::LoosePin;
pub use quotation::Quotation;
pub use quotation::extract;
pub use signed::Signed;
pub use signed::Since;
pub use signed::evidence;
pub use signed::sign;
pub use signed::signed_quotation;
pub use signed::unsettled;
pub use source::After;
pub use source::Following;
pub use source::Known;
pub use source::Parties;
pub use source::Passage;
pub use source::Pinned;
pub use source::Post;
pub use source::Sources;
pub use source::Wanted;
pub use source::Within;
pub use stated::Agreement;
pub use stated::Fact;
pub use stated::Statement;
pub use stated::StatementSort;
pub use stated::Unquoted;
pub use style::Form;
pub use style::ParseStyleError;
pub use style::Style;
pub use texts::Difference;
pub use texts::Stretch;
pub use texts::Texts;
pub use texts::compare;
pub use through::Likely;
pub use through::Through;
pub use verdict::House;
pub use verdict::ParseHouseError;
pub use verdict::Verdict;

/// How a draft is to be checked, and what the result says about its making.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The house's rules of quoting.
    pub house: House,
    /// Whether nothing that the house would allow silently passes.
    pub strict: bool,
    /// How sources are cited.
    pub form: Form,
    /// The archive's name.
    pub archive: String,
    /// Who runs the check.
    pub by: Option<String>,
    /// When it is run, RFC 3339.
    pub time: Option<String>,
    /// The archive's zone, in which the report shows all times of day; UTC where there is none.
    pub zone: Option<String>,
}

/// Why a draft could not be checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CiteError {
    /// The archive could not be read.
    #[error("the archive could not be asked about {about}")]
    Archive {
        /// What was asked for: a reference, or `words`.
        about: String,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
