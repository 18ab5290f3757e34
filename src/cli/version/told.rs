//! What `fonds cite compare` answers: what differs in words, and in what they rest on.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cite::Amount;
use crate::cite::Difference;
use crate::cite::Evidence;
use crate::cite::Quote;
use crate::cite::Stretch;
use crate::cite::Texts;
use crate::cli::ui::Answer;
use crate::cli::ui::count;
use crate::record::Digest;
use crate::record::visible;

/// Words that are shown around what changed.
const AROUND: usize = 8;
/// Words that are shown of what was removed or added.
const SHOWN: usize = 60;
/// Differences that are shown; with --json all are.
const LISTED: usize = 200;

pub(super) const SCHEMA: &str = "fonds/cite-compare/1";

/// One of two texts, in the answer.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SideTold {
    /// What it is called.
    pub(super) name: String,
    /// The digest of its bytes.
    pub(super) sha256: Digest,
    /// The entry of the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<u64>,
    /// How many corrections it stands with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) corrections: Option<usize>,
}

/// `fonds/cite-compare/1`.
#[derive(Debug, Serialize)]
pub(super) struct Compared {
    pub(super) schema: &'static str,
    pub(super) old: SideTold,
    pub(super) new: SideTold,
    /// What differs in words; of a page, what differs between the text's first paragraph there and its last.
    pub(super) words: Texts,
    /// What else stands on the page; null where the newer one is no page.
    pub(super) page: Option<Around>,
    /// What differs in what they rest on; null for a page, which has no pins.
    pub(super) evidence: Option<Evidence>,
}

/// What stands on a page around a text: counted, and not compared.
#[derive(Debug, Serialize)]
pub(super) struct Around {
    pub(super) before: Amount,
    pub(super) after: Amount,
}

impl Compared {
    pub(super) fn is_same(&self) -> bool {
        self.words.differences.is_empty() && self.evidence.as_ref().is_none_or(Evidence::is_same)
    }
}

impl Answer for Compared {
    fn text(&self) -> String {
        let mut text = format!("{}, and {}\n", called(&self.old), called(&self.new));
        // Writing to a string cannot fail.
        let _ = self.words(&mut text);
        if let Some(evidence) = &self.evidence {
            text.push_str(&evidence_text(evidence));
        }
        for one in &self.words.not_compared {
            let _ = writeln!(text, "Not compared: {one}.");
        }
        text
    }
}

impl Compared {
    fn words(&self, text: &mut String) -> std::fmt::Result {
        let words = &self.words;
        let of = |sort| {
            let all = words.differences.iter();
            all.filter(|it| it.sort == sort).count() as u64
        };
        let same = count(words.same as u64, "paragraph", "paragraphs");
        write!(text, "Words: {same} the same")?;
        if words.divided > 0 {
            write!(text, " ({} divided in another way)", words.divided)?;
        }
        let (gone, came) = match &self.page {
            Some(_) => ("missing there", "only there"),
            None => ("removed", "added"),
        };
        writeln!(
            text,
            ", {} changed, {} {gone}, {} {came}.",
            of("changed"),
            of("removed"),
            of("added")
        )?;
        if let Some(page) = &self.page {
            if words.span.is_none() {
                writeln!(text, "Nothing of the text was found on the page.")?;
            }
            writeln!(
                text,
                "Around it on the page, counted and not compared: {} before, {} after.",
                amount(&page.before),
                amount(&page.after)
            )?;
            for (what, beside) in [
                ("before", &page.before.beside),
                ("after", &page.after.beside),
            ] {
                if !beside.is_empty() {
                    writeln!(text, "  just {what} it: “{}”", visible(beside))?;
                }
            }
        }
        for one in words.differences.iter().take(LISTED) {
            let sort = match one.sort {
                "removed" => gone,
                "added" => came,
                other => other,
            };
            let numbers = match (one.was, one.now) {
                (Some(was), Some(now)) if was != now => format!("{was}, now {now}"),
                (Some(number), _) | (None, Some(number)) => number.to_string(),
                (None, None) => String::new(),
            };
            let note = if one.note { " (a note)" } else { "" };
            writeln!(text, "  {sort}, paragraph {numbers}{note}")?;
            writeln!(text, "      {}", visible(&shown(one)))?;
        }
        let more = words.differences.len().saturating_sub(LISTED);
        if more > 0 {
            writeln!(text, "  and {more} more: --json lists all")?;
        }
        Ok(())
    }
}

fn called(side: &SideTold) -> String {
    let name = visible(&side.name);
    match side.corrections {
        Some(many) if many > 0 => {
            format!(
                "{name} with {}",
                count(many as u64, "correction", "corrections")
            )
        }
        _ => name,
    }
}

fn amount(of: &Amount) -> String {
    format!(
        "{} ({})",
        count(of.paragraphs as u64, "paragraph", "paragraphs"),
        count(of.words as u64, "word", "words")
    )
}

/// What changed in a paragraph, with some words around it: `[-was-]` and `[+is+]`.
fn shown(one: &Difference) -> String {
    if one.sort != "changed" {
        return ends(&one.text(), SHOWN);
    }
    let last = one.words.len().saturating_sub(1);
    let stretches = one.words.iter().enumerate();
    let shown = stretches.map(|(index, stretch)| {
        let Stretch { sort, text } = stretch;
        match *sort {
            "removed" => format!("[-{}-]", ends(text, SHOWN)),
            "added" => format!("[+{}+]", ends(text, SHOWN)),
            _ if index == 0 => tail(text),
            _ if index == last => head(text),
            _ => ends(text, 2 * AROUND),
        }
    });
    shown.collect::<Vec<String>>().join(" ")
}

fn head(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').take(AROUND + 1).collect();
    match words.get(..AROUND) {
        Some(kept) if words.len() > AROUND => format!("{} …", kept.join(" ")),
        _ => text.to_owned(),
    }
}

fn tail(text: &str) -> String {
    let mut words: Vec<&str> = text.rsplit(' ').take(AROUND + 1).collect();
    if words.len() <= AROUND {
        return text.to_owned();
    }
    words.truncate(AROUND);
    words.reverse();
    format!("… {}", words.join(" "))
}

/// The first and the last of many words.
fn ends(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let half = most / 2;
    match (
        words.get(..half),
        words.get(words.len().saturating_sub(half)..),
    ) {
        (Some(first), Some(last)) if words.len() > most => {
            format!("{} … {}", first.join(" "), last.join(" "))
        }
        _ => text.to_owned(),
    }
}

/// What changed of what a text rests on.
pub(super) fn evidence_text(evidence: &Evidence) -> String {
    let mut text = format!(
        "Evidence: {} as before, {} changed, {} removed, {} added.\n",
        count(evidence.same as u64, "quotation", "quotations"),
        evidence.changed.len(),
        evidence.removed.len(),
        evidence.added.len()
    );
    for one in &evidence.changed {
        let (was, now) = (&one.was, &one.now);
        let ids = if was.id == now.id {
            now.id.clone()
        } else {
            format!("{} (was {})", now.id, was.id)
        };
        let _ = writeln!(text, "  {ids}: {} changed", one.what.join(", "));
        let _ = writeln!(text, "      was {}", quote(was));
        let _ = writeln!(text, "      is  {}", quote(now));
    }
    for (sort, all) in [("removed", &evidence.removed), ("added", &evidence.added)] {
        for one in all {
            let _ = writeln!(text, "  {}: {sort}, {}", one.id, quote(one));
        }
    }
    for (sort, all) in [
        ("removed", &evidence.pins_removed),
        ("added", &evidence.pins_added),
    ] {
        for one in all {
            let _ = writeln!(
                text,
                "  pin {sort}, paragraph {}: {} ({})",
                one.paragraph,
                visible(&one.pin),
                visible(&one.state)
            );
        }
    }
    text
}

fn quote(one: &Quote) -> String {
    let mut text = format!(
        "“{}”: {}",
        visible(&ends(&one.text, 2 * AROUND)),
        visible(&one.verdict)
    );
    if !one.evidence.is_empty() {
        let _ = write!(text, ", {}", visible(&one.evidence.join(", ")));
    }
    if let Some(signed) = &one.signed {
        let _ = write!(text, ", signed off {}", visible(signed));
    }
    text
}
