//! A quotation beside its source: the draft's words on one side, the source's on the other, what differs marked on both.

use maud::Markup;
use maud::html;

use crate::cite::Change;
use crate::cite::Citations;
use crate::cite::Quoted;
use crate::cite::Verdict;

use super::Proven;
use super::joined_parties;
use super::parties;
use super::zone;

/// Both sides of a quotation.
pub(super) fn sides(quotation: &Quoted, citations: &Citations, proven: Option<&Proven>) -> Markup {
    let found = quotation.matches.first();
    let of = |item: &str| proven.and_then(|it| it.number(item));
    html! {
        div.sides {
            div.side {
                p.label { (DRAFT_LABEL) }
                p.said dir="auto" {
                    span.around { (quotation.context.before) "“" }
                    @match found {
                        Some(found) => { @for change in &found.changes { (DRAFT.stretch(change, &change.draft)) } }
                        None => { (quotation.text) }
                    }
                    span.around { "”" (quotation.context.after) }
                }
            }
            div.side {
                @if let Some(found) = found.filter(|it| !it.joins.is_empty()) {
                    @let [messages, lines] = of_several(found.joins.len());
                    p.label { @if found.genre == "transcript" { (lines) } @else { (messages) } }
                    @for message in &found.joins {
                        p.facts { (message.item) ", " (joined_parties(message, zone(citations))) }
                        p.said.message dir="auto" data-source data-quoted=[of(&message.item)] {
                            span.around { (message.before) }
                            @if found.verdict.passes() {
                                (message.text.trim())
                            } @else {
                                span.hidden { (DRAFT_TAKES) " " }
                                mark.c-altered { (message.text.trim()) }
                                span.hidden { " " (END) }
                            }
                            span.around { (message.after) }
                        }
                    }
                } @else if let Some(found) = found {
                    p.label { (SOURCE_LABEL) ", " (found.item) }
                    p.said dir="auto" data-source data-quoted=[of(&found.item)] {
                        span.around { (found.before) }
                        @for change in &found.changes { (SOURCE.stretch(change, &change.found)) }
                        span.around { (found.after) }
                    }
                    p.facts { (parties(found, zone(citations))) }
                } @else {
                    p.label { (SOURCE_LABEL) }
                    p.empty { (not_held(quotation)) }
                }
            }
        }
    }
}

/// What stands over each side.
pub(super) const DRAFT_LABEL: &str = "The draft";
pub(super) const SOURCE_LABEL: &str = "The source";

/// The same over several messages, or lines of a transcript.
pub(super) fn of_several(many: usize) -> [String; 2] {
    ["messages", "lines of a transcript"].map(|what| format!("{SOURCE_LABEL}: {many} {what}"))
}

/// What stands in the place of a source that there is none of.
pub(super) const NOT_HELD: [&str; 5] = [
    "Not compared with any source.",
    "Not in the archive, as the draft itself says.",
    "No passage holds these words.",
    "Where it is pinned, no passage holds these words.",
    "No passage holds enough of these words.",
];

/// The one of these for a quotation, so that it agrees with what the findings say: the words may stand elsewhere, or some
/// of them here.
pub(in super::super) fn not_held(quotation: &Quoted) -> &'static str {
    let [not_compared, off_archive, none, elsewhere, too_few] = NOT_HELD;
    let said = |code| quotation.findings.iter().any(|it| it.code == code);
    match quotation.verdict {
        Verdict::NotChecked => not_compared,
        Verdict::OffArchive => off_archive,
        _ if said("quotation.pin-elsewhere") => elsewhere,
        _ if said("quotation.several-lines") || said("quotation.joins-two-messages") => too_few,
        _ => none,
    }
}

/// What is said to those who do not see the marking.
pub(super) const DRAFT_TAKES: &str = "[the draft takes]";
pub(super) const END: &str = "[end]";
/// Where a word is missing.
pub(super) const CARET: &str = "‸";

/// One of the two sides: what is said where it has other words, and where it has none.
pub(super) struct Side {
    pub(super) has: &'static str,
    pub(super) lacks: &'static str,
}

pub(super) const DRAFT: Side = Side {
    has: "[the draft has]",
    lacks: "[the draft leaves something out here]",
};

pub(super) const SOURCE: Side = Side {
    has: "[the source has]",
    lacks: "[the source has nothing here]",
};

impl Side {
    /// A stretch as this side has it. What is different is said in words for those who do not see the marking.
    fn stretch(&self, change: &Change, own: &str) -> Markup {
        let class = format!("c-{}", change.sort);
        html! {
            @if matches!(change.sort, "same" | "typography") || change.draft == change.found {
                (own)
            } @else if own.trim().is_empty() {
                @if change.sort == "altered" {
                    span.caret aria-hidden="true" { (CARET) }
                    span.hidden { " " (self.lacks) " " }
                }
            } @else {
                (lead(own))
                span.hidden { (self.has) " " }
                mark class=(class) { (own.trim_start()) }
                span.hidden { " " (END) }
            }
        }
    }
}

/// The white space that a stretch begins with, which stays outside the marking.
fn lead(text: &str) -> &str {
    let rest = text.trim_start().len();
    text.get(..text.len() - rest).unwrap_or_default()
}
