//! The result of checking a draft: one value, of which the JSON document, the pages and the terminal are views.

use serde::Serialize;

use crate::archive::Version;
use crate::cite::Agreement;
use crate::cite::Form;
use crate::cite::Place;
use crate::cite::Signed;
use crate::cite::Since;
use crate::cite::Statement;
use crate::cite::Unquoted;
use crate::cite::Verdict;
use crate::record::Digest;
use crate::record::Finding;
use crate::record::Instant;

/// The result of checking a draft. Serialises as `fonds/cite/1`.
#[derive(Debug, Clone, Serialize)]
pub struct Citations {
    /// `fonds/cite/1`.
    pub schema: &'static str,
    /// The draft.
    pub draft: DraftName,
    /// The archive's name.
    pub archive: String,
    /// By what rules: a verdict can be reproduced with them.
    pub rules: Rules,
    /// How sources are cited.
    #[serde(flatten)]
    pub form: Form,
    /// Who ran the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The archive's zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// How many of each verdict.
    pub counts: Counts,
    /// The quotations in the draft's order.
    pub quotations: Vec<Quoted>,
    /// Pins that belong to no quotation.
    pub claims: Vec<Claim>,
    /// Sentences that quote nothing and hold something to check: listed for a person, never judged.
    pub unquoted: Vec<Unquoted>,
    /// What became of the sign-offs of the older draft that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// Citations of posts that the draft prints with their time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dated: Vec<Dated>,
    /// The published versions of the text, the first one first, with what was corrected of them: up to the one that was
    /// frozen of this draft, or to the one before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
    /// Whether the text was checked with the corrections of the last of them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
    /// What was noticed about the draft as a whole.
    pub findings: Vec<Finding>,
    /// What was gone through, text by text, for verdicts that may not rest on the search index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone_through: Option<GoneThrough>,
}

/// What was gone through, text by text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GoneThrough {
    /// For how many quotations.
    pub quotations: usize,
    /// Texts that were read and compared.
    pub texts: u64,
    /// Texts that are withheld and were not compared.
    #[serde(skip_serializing_if = "is_zero")]
    pub withheld: u64,
    /// Why these were not all; nothing where they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// How many documents could not be read when they came in, or not to their end.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_read: u64,
    /// For how many quotations that are pinned to a large container its messages were read.
    pub pinned: usize,
    /// Messages that were read for those.
    pub messages: u64,
}

/// Whether a number is left out of the JSON document.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands it over like this"
)]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl GoneThrough {
    /// That so many documents could not be read.
    pub(super) fn not_to_their_end(many: u64) -> String {
        let documents = match many {
            1 => "1 document".to_owned(),
            many => format!("{many} documents"),
        };
        format!("{documents} could not be read, or not to the end")
    }

    /// It in a sentence or two.
    pub fn sentence(&self) -> String {
        let quotations = |many: usize| match many {
            1 => "1 quotation".to_owned(),
            many => format!("{many} quotations"),
        };
        let mut said = Vec::new();
        if self.texts + self.withheld > 0 {
            let withheld = match self.withheld {
                0 => None,
                1 => Some("1 text that is withheld was not compared".to_owned()),
                many => Some(format!("{many} texts that are withheld were not compared")),
            };
            let not_read = (self.not_read > 0).then(|| Self::not_to_their_end(self.not_read));
            let missing: Vec<String> = self.left_out.iter().cloned().chain(withheld).collect();
            let all = match not_read {
                None if missing.is_empty() => "these were all".to_owned(),
                Some(not_read) if missing.is_empty() => {
                    format!("these were all that could be read; {not_read}")
                }
                not_read => {
                    let missing: Vec<String> = missing.into_iter().chain(not_read).collect();
                    format!("not all: {}", missing.join(", and "))
                }
            };
            said.push(format!(
                "For {} not found as quoted, {} texts of the archive were read, whatever the search index says; {all}.",
                quotations(self.quotations),
                self.texts
            ));
        }
        if self.texts + self.withheld == 0
            && let Some(left_out) = &self.left_out
        {
            said.push(format!(
                "{} not found as quoted: {left_out}, and no text was read for them.",
                quotations(self.quotations)
            ));
        }
        if self.messages > 0 {
            said.push(format!(
                "For {} pinned to a large container, {} of its messages were read.",
                quotations(self.pinned),
                self.messages
            ));
        }
        said.join(" ")
    }
}

impl Citations {
    /// The quotations that a person has to look at and has not settled, in the draft's order; before them those whose source
    /// is not as it was recorded, since no verdict can rest on it.
    pub fn to_look_at(&self) -> Vec<&Quoted> {
        let mut look: Vec<&Quoted> = self
            .quotations
            .iter()
            .filter(|it| it.needs_attention() && !it.is_settled())
            .collect();
        look.sort_by_key(|it| !it.rests_on_altered());
        look
    }
}

/// Which draft was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftName {
    /// Its digest.
    pub sha256: Digest,
    /// Its file name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its title: the first heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// The rules of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Version of the tables of what is folded before comparing.
    pub norm: &'static str,
    /// Version of the rules by which the draft's own statements of who and when are read.
    pub stated: &'static str,
    /// The house's rules of quoting.
    pub house: &'static str,
    /// Whether nothing passes silently.
    pub strict: bool,
}

/// How many quotations got which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// All quotations.
    pub quotations: usize,
    /// Word for word.
    pub exact: usize,
    /// Changed as the house allows.
    pub house_style: usize,
    /// Changed where the draft says so.
    pub marked: usize,
    /// Changed without saying so.
    pub altered: usize,
    /// Not in the archive.
    pub not_found: usize,
    /// Not compared.
    pub not_checked: usize,
    /// Resting on something that the archive does not hold, as the draft says.
    pub off_archive: usize,
    /// Quotations with something that a person has to look at and has not settled.
    pub attention: usize,
    /// Pins that belong to no quotation.
    pub claims: usize,
    /// Statements of who, to whom and when that agree with the record.
    pub statements_agree: usize,
    /// Those that differ from it.
    pub statements_differ: usize,
    /// Those of which it cannot be told.
    pub statements_open: usize,
}

/// One quotation of the draft and what was found for it.
#[derive(Debug, Clone, Serialize)]
pub struct Quoted {
    /// `Q1`, in the draft's order.
    pub id: String,
    /// The words between the marks; pieces joined by a space.
    pub text: String,
    /// The pieces of a quotation cut by 'she wrote', or its paragraphs. Empty where it is in one piece.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
    /// What became of it.
    pub verdict: Verdict,
    /// The paragraph of the draft it begins in, from 1.
    pub paragraph: usize,
    /// Where it stands in the draft as read. Not in the JSON document: without the draft's paragraphs it says nothing.
    #[serde(skip)]
    pub place: Place,
    /// The draft's words around it.
    pub context: Context,
    /// What the draft pins it to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<String>,
    /// Everything noticed.
    pub findings: Vec<Finding>,
    /// Where it stands: the passage that decided first.
    pub matches: Vec<Match>,
    /// What the draft states of who wrote it, to whom and when, held against the record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Statement>,
    /// What a person said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
    /// Where it might have been meant, for a quotation that was not found. Never a match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
}

impl Quoted {
    /// Whether a person has to look at it: also where something changed since one did.
    pub fn needs_attention(&self) -> bool {
        matches!(self.verdict, Verdict::Altered | Verdict::NotFound)
            || self.signed.as_ref().is_some_and(|it| it.outdated.is_some())
            || self.findings.iter().any(|it| needs_attention(it.code))
    }

    /// Whether a person signed it off, and nothing changed since.
    pub fn is_settled(&self) -> bool {
        self.signed.as_ref().is_some_and(Signed::settles)
    }

    /// What the draft states of it, in sentences, but for what differs from the record: that stands among the findings.
    pub fn stated_and_not_differing(&self) -> impl Iterator<Item = String> {
        let stated = self.statements.iter();
        stated
            .filter(|it| it.result != Agreement::Differs)
            .map(Statement::sentence)
    }

    /// Whether what it was held against is not as it was recorded.
    pub fn rests_on_altered(&self) -> bool {
        self.findings
            .iter()
            .any(|it| it.code == "quotation.evidence-altered")
    }
}

/// The draft's words before and after a quotation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Context {
    /// Before the opening mark.
    pub before: String,
    /// After the closing mark.
    pub after: String,
}

/// A passage in which a quotation stands, whole or changed.
#[derive(Debug, Clone, Serialize)]
pub struct Match {
    /// The item.
    pub item: String,
    /// The document it came in.
    pub document: String,
    /// The source's own words for what the draft quotes.
    pub text: String,
    /// A line or two before them.
    pub before: String,
    /// A line or two after them.
    pub after: String,
    /// The verdict that this passage alone would give.
    pub verdict: Verdict,
    /// The draft's and the source's words in order, equal and different.
    pub changes: Vec<Change>,
    /// Who is said to have sent it.
    pub from: Vec<String>,
    /// To whom.
    pub to: Vec<String>,
    /// When.
    pub at: Instant,
    /// Through whose hands it came, in one line.
    pub custody: String,
    /// Where it lies in its document.
    pub locator: String,
    /// Its entry in the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// Its subject or title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What it is: `email`, `direct message`, `post`, `post in a table`, `transcript`, `message`,
    /// `document`.
    pub genre: String,
    /// The collection it belongs to.
    pub collection: String,
    /// The whole text of a post, which stands for its title; cut where it is long.
    #[serde(skip)]
    pub post: Option<String>,
    /// The address of a post, made of the number and the account on record. It was not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The names of those of its parties that are on record as persons by family name, comma, given name. Only these can
    /// be turned round; a display name may be a handle or an office, and which word of a name is the family's is not to be
    /// guessed.
    #[serde(skip)]
    pub family_first: Vec<String>,
    /// It in the chosen style.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub citation: String,
    /// The digest of its document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// The accession it came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accession: Option<String>,
    /// On what terms that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// The other times that the document's bytes came in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Receipt>,
    /// Where the quotation runs several messages together, or stands in several lines of a transcript: what it takes from
    /// each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<Joined>,
}

/// Another receipt of a document's bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The accession.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accession: Option<String>,
    /// Through whose hands it came, in one line.
    pub custody: String,
    /// The name it had there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// On what terms it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
}

/// One of several messages that a quotation runs together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// The message.
    pub item: String,
    /// Who is said to have sent it.
    pub from: Vec<String>,
    /// To whom.
    pub to: Vec<String>,
    /// When.
    pub at: Instant,
    /// A line or two of it before what is taken.
    pub before: String,
    /// What the quotation takes from it.
    pub text: String,
    /// A line or two of it after that.
    pub after: String,
}

/// A stretch of a comparison: the same on both sides, or different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `same`, `typography`, `house`, `marked` or `altered`.
    pub sort: &'static str,
    /// What the draft has; empty where it has nothing.
    pub draft: String,
    /// What the source has; empty where it has nothing.
    pub found: String,
}

/// The passage most like a quotation that was not found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Nearest {
    /// The item.
    pub item: String,
    /// How many of the quotation's words stand there in order.
    pub equal: usize,
    /// Of how many.
    pub of: usize,
}

/// A pin that belongs to no quotation: a claim that rests on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// The pin as written.
    pub pin: String,
    /// The paragraph it stands in, from 1.
    pub paragraph: usize,
    /// The words before it.
    pub context: String,
    /// The item it leads to; nothing where it leads nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// What the pin comes to.
    pub state: Rest,
    /// Where it stands in the draft as read.
    #[serde(skip)]
    pub place: Place,
}

/// What a pin that belongs to no quotation comes to. None says that the item bears the statement out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rest {
    /// It leads to an item that is held.
    Held,
    /// It leads to an item that is held, and does not say where in it.
    Vague,
    /// It leads to an item that is withheld in this copy.
    Withheld,
    /// It leads to what was destroyed by an order.
    Destroyed,
    /// It names nothing here.
    Unknown,
    /// It names an accession, an entry of custody or an agent.
    NotCitable,
    /// It is an address of the web; whether that page is held is not known.
    Web,
    /// The draft itself says that it rests on something which the archive does not hold.
    OffArchive,
}

impl Rest {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Held,
        Self::Vague,
        Self::Withheld,
        Self::Destroyed,
        Self::Unknown,
        Self::NotCitable,
        Self::Web,
        Self::OffArchive,
    ];

    /// It in words, for after the pin.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Vague => "held, but the pin does not say where in it",
            Self::Withheld => "withheld in this copy",
            Self::Destroyed => "destroyed by an order",
            Self::Unknown => "leads nowhere",
            Self::NotCitable => "names nothing that can be cited",
            Self::Web => "on the web, not looked at",
            Self::OffArchive => "not in the archive",
        }
    }
}

/// A citation of a post that the draft prints with its time, such as `@harbor 7/11/23 (9:29 a.m.)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dated {
    /// As printed.
    pub text: String,
    /// The paragraph it stands in, from 1.
    pub paragraph: usize,
    /// `agrees`, `differs` or `cannot-tell`.
    pub outcome: &'static str,
    /// How that is known, in a sentence that names the zones.
    pub said: String,
    /// The post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
}

impl Dated {
    /// Whether a person has to look at it.
    pub fn needs_attention(&self) -> bool {
        self.outcome == "differs"
    }

    /// The outcome for a reader.
    pub fn label(&self) -> &'static str {
        match self.outcome {
            "cannot-tell" => "cannot tell",
            other => other,
        }
    }
}

/// Whether a finding of that code asks for a person, even where the verdict passes.
pub fn needs_attention(code: &str) -> bool {
    matches!(
        code,
        "draft.too-large"
            | "draft.too-many-quotations"
            | "draft.too-many-pins"
            | "draft.part-not-read"
            | "draft.hidden-text"
            | "draft.wrong-encoding"
            | "quotation.evidence-altered"
            | "quotation.number-changed"
            | "quotation.negation-changed"
            | "quotation.omission-hides-negation"
            | "quotation.cut-after-negation"
            | "quotation.cut-from-condition"
            | "version.correction-lost"
            | "correction.in-future"
            | "correction.before-version"
            | "quotation.joins-two-messages"
            | "quotation.pin-not-citable"
            | "quotation.order-changed"
            | "quotation.other-speaker"
            | "quotation.other-addressee"
            | "quotation.other-time"
            | "quotation.answered"
            | "quotation.second-hand"
            | "quotation.long-omission"
            | "quotation.sic-but-source-differs"
            | "quotation.degraded-copy"
            | "quotation.pin-elsewhere"
            | "quotation.not-all-read"
            | "quotation.pin-destroyed"
            | "quotation.pin-in-part"
            | "quotation.pin-unknown"
            | "quotation.pin-withheld"
            | "quotation.pin-without-pages"
            | "quotation.pin-without-text"
            | "quotation.vague-pin"
            | "quotation.unbalanced"
            | "quotation.too-long"
            | "quotation.hidden-characters"
            | "quotation.lookalike-letters"
    )
}
