//! Custody: through whose hands an item came, step by step, with its gaps.
//!
//! Read from the ledger, never inferred: a step is there because somebody recorded it, because the message itself names
//! its sender, or because it was brought in. What no record covers is a gap and is called one. What cannot be (given
//! away before it was written) is pointed out and left standing.

mod order;
mod receipt;
mod trace;

use std::collections::BTreeSet;

use serde::Serialize;

pub use trace::Custodian;

use crate::record::Digest;
use crate::record::Instant;

/// Somebody in a step; one without a name is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Party {
    /// Reference of the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The agent's name, or the words or account by which somebody is called.
    pub name: Option<String>,
}

impl Party {
    /// The name, or that it is not known.
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or("not known")
    }

    /// The names of several, or that none are recorded.
    pub fn names(parties: &[Self]) -> String {
        let names: Vec<&str> = parties.iter().map(Self::shown).collect();
        if names.is_empty() {
            "not recorded".to_owned()
        } else {
            names.join(", ")
        }
    }

    /// Whether anything is known of who it is.
    pub const fn is_known(&self) -> bool {
        self.name.is_some()
    }
}

/// What sort of step it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// It was written or made.
    Made,
    /// It changed hands, as recorded.
    Transferred,
    /// It was given to the archive, as the accession states.
    Given,
    /// Not known how it came to the next.
    Gap,
    /// It was brought in: from here on the ledger vouches for the bytes.
    Ingested,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustodyStep {
    /// Its number, from 1; none for a gap.
    pub number: Option<usize>,
    /// What sort of step it is.
    pub act: Act,
    /// Reference of the transfer or accession that it rests on.
    pub reference: Option<String>,
    /// Index of the entry that it rests on.
    pub entry: Option<u64>,
    /// The kind of step in words: 'wrote it', 'hand delivery'.
    pub kind: Option<String>,
    /// Who held it before.
    pub from: Vec<Party>,
    /// Who held it after.
    pub to: Vec<Party>,
    /// When.
    pub at: Option<Instant>,
    /// On what.
    pub medium: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// What for.
    pub purpose: Option<String>,
    /// On what authority.
    pub authority: Option<String>,
    /// In what state.
    pub condition: Option<String>,
    /// The digest that was seen or, when it was brought in, computed.
    pub sha256: Option<Digest>,
    /// References of the items that support it.
    pub evidence: Vec<String>,
    /// `witnessed`, `documented`, `stated` or `unknown`.
    pub standing: Option<String>,
    /// What it rests on.
    pub basis: Option<String>,
    /// Who recorded it.
    pub by: Option<String>,
    /// When it was recorded.
    pub recorded: Option<String>,
    /// Whether it lies beside the way to the archive: an earlier holder gave it to somebody else too.
    pub branch: bool,
    /// The entries under which it was corrected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrected: Vec<u64>,
    /// What was said of it and destroyed since.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destroyed: Vec<Gone>,
}

/// Something that an entry said and does not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Gone {
    /// The slot.
    pub slot: &'static str,
    /// The order of destruction.
    pub under: u64,
}

impl Gone {
    /// That it was destroyed, in words.
    pub fn words(under: u64) -> String {
        format!("destroyed under entry {under}")
    }

    /// What was destroyed of a step, in words: a line for each order.
    pub fn lines(all: &[Self]) -> Vec<String> {
        let orders: BTreeSet<u64> = all.iter().map(|one| one.under).collect();
        let of = |order: u64| {
            let slots = all.iter().filter(|one| one.under == order);
            let slots: Vec<String> = slots.map(|one| one.slot.replace('_', " ")).collect();
            format!("{} {}", slots.join(", "), Self::words(order))
        };
        orders.into_iter().map(of).collect()
    }

    /// The order under which the first of these slots was destroyed.
    pub fn of(all: &[Self], slots: &[&str]) -> Option<u64> {
        let found = all.iter().find(|one| slots.contains(&one.slot));
        found.map(|one| one.under)
    }
}

impl CustodyStep {
    const fn new(act: Act) -> Self {
        Self {
            number: None,
            act,
            reference: None,
            entry: None,
            kind: None,
            from: Vec::new(),
            to: Vec::new(),
            at: None,
            medium: None,
            place: None,
            purpose: None,
            authority: None,
            condition: None,
            sha256: None,
            evidence: Vec::new(),
            standing: None,
            basis: None,
            by: None,
            recorded: None,
            branch: false,
            corrected: Vec::new(),
            destroyed: Vec::new(),
        }
    }
}

/// One of the times that a document's bytes came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// Reference of the accession.
    pub accession: Option<String>,
    /// The accession's entry.
    pub entry: u64,
    /// The name under which it came.
    pub name: Option<String>,
    /// On what terms.
    pub terms: Option<String>,
    /// Through whose hands it came.
    pub custody: Custody,
}

/// The custody of an item or accession, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Custody {
    /// Reference of what it is about.
    pub subject: String,
    /// The steps, with the gaps between them.
    pub steps: Vec<CustodyStep>,
    /// What cannot be as recorded, in sentences.
    pub impossible: Vec<String>,
    /// What was recorded of it and withdrawn since.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<Withdrawn>,
}

/// A transfer or attribution that was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withdrawn {
    /// Its reference, of a transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Its entry.
    pub entry: u64,
    /// The entry that withdrew it.
    pub under: u64,
}

impl Withdrawn {
    /// It in a sentence's beginning.
    pub fn shown(&self) -> String {
        let what = match &self.reference {
            Some(reference) => reference.clone(),
            None => format!("what entry {} says", self.entry),
        };
        format!("{what} was withdrawn under entry {}", self.under)
    }
}

/// Under which entries something was corrected, in words; nothing where it was not.
pub fn corrected_under(entries: &[u64]) -> Option<String> {
    let entries: Vec<String> = entries.iter().map(u64::to_string).collect();
    match entries.as_slice() {
        [] => None,
        [one] => Some(format!("corrected under entry {one}")),
        several => Some(format!("corrected under entries {}", several.join(", "))),
    }
}

impl Custody {
    /// How many gaps there are.
    pub fn gaps(&self) -> usize {
        let gaps = self.steps.iter().filter(|step| step.act == Act::Gap);
        gaps.count()
    }

    /// The hands in one line: `Halloran → ? → Source A → the archive`, a gap being a question mark. Where somebody who
    /// held it before gives it once more, that is another way, behind a semicolon.
    pub fn line(&self) -> String {
        // Each hand behind what stands before it.
        let mut hands: Vec<(&str, String)> = Vec::new();
        let mut then = |hand: String, gives: bool| {
            // Of several who may have given it, the one who had it stands here already.
            if let Some((_, last)) = hands.last_mut()
                && let Some(rest) = hand.strip_prefix(last.as_str())
                && (rest.is_empty() || rest.starts_with(" or "))
            {
                *last = hand;
            } else {
                let between = match hands.is_empty() {
                    true => "",
                    false if gives && hands.iter().any(|(_, one)| *one == hand) => "; ",
                    false => " → ",
                };
                hands.push((between, hand));
            }
        };
        let makers = self.one_of(Act::Made);
        if !makers.is_empty() {
            then(makers, false);
        }
        let mut given = false;
        let mut steps = self.steps.iter().peekable();
        while let Some(step) = steps.next() {
            match step.act {
                Act::Made => {}
                Act::Given if given => {}
                Act::Gap => {
                    then("?".to_owned(), false);
                    let is_named = steps.peek().is_some_and(|next| next.act == Act::Given);
                    if !is_named && step.to.iter().any(Party::is_known) {
                        then(hands_of(&step.to), false);
                    }
                }
                Act::Transferred | Act::Given => {
                    given = step.act == Act::Given;
                    let hands = if given {
                        self.one_of(Act::Given)
                    } else {
                        hands_of(&step.from)
                    };
                    if !step.from.is_empty() {
                        then(hands, step.from.iter().any(Party::is_known));
                    }
                    if !step.to.is_empty() {
                        then(hands_of(&step.to), false);
                    }
                }
                Act::Ingested => then("the archive".to_owned(), false),
            }
        }
        let hands = hands.into_iter();
        hands.fold(String::new(), |line, (between, hand)| {
            line + between + &hand
        })
    }
}

impl Custody {
    /// Whom steps of one sort name: whom the message names and whom others name are said of one and the same making, and so
    /// of giving.
    fn one_of(&self, act: Act) -> String {
        let steps = self.steps.iter().filter(|step| step.act == act);
        let mut hands: Vec<String> = Vec::new();
        for hand in steps.map(|step| hands_of(&step.from)) {
            if !hands.contains(&hand) {
                hands.push(hand);
            }
        }
        hands.join(" or ")
    }

    /// Who is said to have given it to the archive; nothing where nobody is.
    pub fn givers(&self) -> Option<String> {
        Some(self.one_of(Act::Given)).filter(|givers| !givers.is_empty())
    }
}

/// The hands that a step names in the line: those known, or a question mark.
fn hands_of(parties: &[Party]) -> String {
    let known: Vec<&str> = parties
        .iter()
        .filter_map(|party| party.name.as_deref())
        .collect();
    if known.is_empty() {
        "?".to_owned()
    } else {
        known.join(", ")
    }
}
