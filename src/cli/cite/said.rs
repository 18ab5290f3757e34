//! What `fonds cite` says on the terminal.

use std::fmt::Write as _;

use crate::cite;
use crate::cite::Citations;
use crate::cite::Quoted;
use crate::cite::Rest;
use crate::cite::Verdict;
use crate::cli::ui::Answer;
use crate::cli::ui::count;
use crate::cli::visible;

/// The finding of words that stand in more than one place.
const SEVERAL: &str = "quotation.several-occurrences";

/// The answer as text; in JSON it is the citations themselves.
pub(super) struct Cited<'a>(pub(super) &'a Citations);

impl serde::Serialize for Cited<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Answer for Cited<'_> {
    fn text(&self) -> String {
        let citations = self.0;
        let mut text = if citations.quotations.is_empty() {
            "The draft has no quotations".to_owned()
        } else {
            count(citations.quotations.len() as u64, "quotation", "quotations")
        };
        text.push_str(".\n");
        for verdict in Verdict::ALL {
            let of: Vec<_> = citations
                .quotations
                .iter()
                .filter(|quoted| quoted.verdict == *verdict)
                .collect();
            if of.is_empty() {
                continue;
            }
            let _ = writeln!(text, "{:>5}  {}", of.len(), verdict.label());
            for quoted in of {
                let attention = quoted.needs_attention() && !quoted.is_settled();
                let in_short =
                    !attention && matches!(verdict, Verdict::Exact | Verdict::HouseStyle);
                if in_short && quoted.signed.is_none() {
                    continue;
                }
                let _ = writeln!(
                    text,
                    "       {:<4} paragraph {:<3} {}{}",
                    quoted.id,
                    quoted.paragraph,
                    visible(&shortened(&quoted.text)),
                    if attention { "  <- look" } else { "" }
                );
                if let Some(signed) = &quoted.signed {
                    let line = visible(&signed.in_full());
                    let _ = writeln!(text, "            signed off: {line}");
                }
                if in_short {
                    continue;
                }
                for finding in &quoted.findings {
                    let _ = writeln!(text, "            {}", visible(&finding.message));
                }
                if let Some(found) = quoted.matches.first() {
                    let _ = writeln!(
                        text,
                        "            {}: {}",
                        found.item,
                        visible(&shortened(&found.text))
                    );
                }
            }
        }
        text.push_str(&several(citations));
        text.push_str(&signed(citations));
        let counts = &citations.counts;
        let stated = counts.statements_agree + counts.statements_differ + counts.statements_open;
        if stated > 0 {
            let _ = writeln!(
                text,
                "Who and when, as the draft says: {} agree, {} differ, {} cannot be told.",
                counts.statements_agree, counts.statements_differ, counts.statements_open
            );
        }
        text.push_str(&pinned(citations));
        if let Some(version) = citations.versions.last() {
            let corrections = version.standing().count() as u64;
            let _ = writeln!(
                text,
                "Published: {}, with {}.",
                version.called(),
                count(corrections, "correction", "corrections")
            );
        }
        for finding in &citations.findings {
            let mark = if cite::needs_attention(finding.code) {
                "  <- look"
            } else {
                ""
            };
            let (subject, message) = (visible(&finding.subject), visible(&finding.message));
            let _ = writeln!(text, "{subject}: {message}{mark}");
        }
        text.push_str(&dated(citations));
        text
    }
}

/// The printed times of posts, and what came of each.
fn dated(citations: &Citations) -> String {
    let mut text = String::new();
    if !citations.dated.is_empty() {
        let many = count(
            citations.dated.len() as u64,
            "printed time",
            "printed times",
        );
        let _ = writeln!(text, "{many} of posts.");
    }
    for dated in &citations.dated {
        let _ = writeln!(
            text,
            "       paragraph {:<3} {}: {}{}\n            {}",
            dated.paragraph,
            visible(&dated.text),
            dated.label(),
            if dated.needs_attention() {
                "  <- look"
            } else {
                ""
            },
            visible(&dated.said)
        );
    }
    text
}

/// Of which quotations it cannot be told where they are from, since their words stand in more than one place.
fn several(citations: &Citations) -> String {
    const NAMED: usize = 10;
    let in_several = |it: &&Quoted| (it.findings.iter()).any(|it| it.code == SEVERAL);
    let ids: Vec<&str> = (citations.quotations.iter().filter(in_several))
        .map(|it| it.id.as_str())
        .collect();
    if ids.is_empty() {
        return String::new();
    }
    let more = ids.len().saturating_sub(NAMED);
    let mut named = ids
        .iter()
        .take(NAMED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if more > 0 {
        let _ = write!(named, " and {more} more");
    }
    format!("In several places: the words of {named}; a pin says which is meant.\n")
}

/// What was signed off, in a line or two.
fn signed(citations: &Citations) -> String {
    let mut states: Vec<(&str, usize)> = Vec::new();
    let mut again = Vec::new();
    for quoted in &citations.quotations {
        let Some(signed) = &quoted.signed else {
            continue;
        };
        // What is outdated settles nothing, and is no sign-off of what the draft says now.
        if signed.outdated.is_some() {
            again.push(quoted.id.as_str());
            continue;
        }
        match states.iter_mut().find(|it| it.0 == signed.state) {
            Some(state) => state.1 += 1,
            None => states.push((&signed.state, 1)),
        }
    }
    let mut text = String::new();
    if !states.is_empty() {
        let states: Vec<String> = states
            .iter()
            .map(|it| format!("{} {}", it.1, it.0))
            .collect();
        let _ = writeln!(text, "Signed off: {}.", states.join(", "));
    }
    if let Some(since) = &citations.since {
        let carried = count(since.carried as u64, "sign-off", "sign-offs");
        let _ = write!(text, "{carried} carried over from the older draft");
        // One that was signed off anew in this draft is settled, whatever changed.
        let quotations = citations.quotations.iter();
        let look: Vec<&str> = quotations
            .filter(|it| since.changed.contains(&it.id) && !it.is_settled())
            .map(|it| it.id.as_str())
            .collect();
        let look = look.join(", ");
        let _ = writeln!(
            text,
            "; to be looked at: {}.",
            if look.is_empty() { "none" } else { &look }
        );
    } else if !again.is_empty() {
        let _ = writeln!(
            text,
            "Changed since it was signed off: {}.",
            again.join(", ")
        );
    }
    text
}

/// What the pins that belong to no quotation come to, in a line.
fn pinned(citations: &Citations) -> String {
    if citations.claims.is_empty() {
        return String::new();
    }
    let mut text = count(
        citations.claims.len() as u64,
        "statement pinned without a quotation",
        "statements pinned without a quotation",
    );
    let of = |state| {
        citations
            .claims
            .iter()
            .filter(|it| it.state == state)
            .count()
    };
    let states: Vec<String> = Rest::ALL
        .iter()
        .map(|state| (of(*state), state.label()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, label)| format!("{count} {label}"))
        .collect();
    let _ = writeln!(text, ": {}.", states.join("; "));
    text
}

fn shortened(text: &str) -> String {
    const MOST: usize = 72;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MOST).collect();
    format!("{cut}…")
}
