//! What a check found: one of three states, what is shown, and what does not fit.

use serde::Serialize;
use serde_json::Value;

use crate::commitment::Place;
use crate::record::Finding;

/// How a proof stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Everything that it shows is under the checkpoint that its key signed.
    Matches,
    /// This release does not understand all of it.
    CannotBeChecked,
    /// Something in it does not fit.
    DoesNotMatch,
}

impl State {
    /// The state in one word, as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Matches => "matches",
            Self::CannotBeChecked => "cannot-be-checked",
            Self::DoesNotMatch => "does-not-match",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// How it stands: the worst of all findings.
    pub state: State,
    /// The origin that its keys give.
    pub origin: Option<String>,
    /// Entries under the checkpoint.
    pub entries: Option<u64>,
    /// What is shown. Worth reading only where the state is [`State::Matches`].
    pub items: Vec<Shown>,
    /// What does not fit, or was not understood.
    pub findings: Vec<Finding>,
    /// Whom it names as having seen its checkpoint: for the page, which knows no keys to judge them by.
    #[serde(skip)]
    pub claimed: Claimed,
}

/// The other hands that a proof brings along, as it names them itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claimed {
    /// The name and the time, in seconds since 1970, of each cosignature; each fits the key that stands beside it.
    pub witnesses: Vec<(String, u64)>,
    /// How many time stamps there are; what they are was not looked at.
    pub stamps: usize,
}

impl Checked {
    /// Nothing shown and nothing found yet.
    pub const fn new(state: State) -> Self {
        Self {
            state,
            origin: None,
            entries: None,
            items: Vec::new(),
            findings: Vec::new(),
            claimed: Claimed {
                witnesses: Vec::new(),
                stamps: 0,
            },
        }
    }

    /// Takes a further finding and with it, where it is worse, another state.
    pub fn add(&mut self, state: State, finding: Finding) {
        self.state = self.state.max(state);
        self.findings.push(finding);
    }
}

/// One item as far as it is opened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// The reference under which the archive cites it.
    pub reference: Option<String>,
    /// Its kind.
    pub kind: String,
    /// Its address.
    pub place: Place,
    /// The entry that seals its segment.
    pub entry: u64,
    /// Items of that segment.
    pub segment_size: u64,
    /// Slots that are opened, in the order of the kind, with their values.
    pub opened: Vec<(String, Value)>,
    /// Slots that stay shut. Whether one is empty, nobody can tell.
    pub shut: Vec<String>,
    /// Its text.
    pub text: Option<ShownText>,
}

/// A text as far as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ShownText {
    /// All of it.
    Whole(String),
    /// Parts of a text of so many pieces.
    Passages {
        /// Pieces of the whole text.
        pieces: u64,
        /// What is shown, in order.
        runs: Vec<Run>,
    },
}

/// Pieces that follow each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The first piece, from 0.
    pub first: u64,
    /// How many.
    pub pieces: u64,
    /// Their text.
    pub text: String,
}
