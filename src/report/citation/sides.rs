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
                p.label { "The draft" }
                p.said dir="auto" {
                    span.around { (quotation.context.before) "“" }
                    @match found {
                        Some(found) => { @for change in &found.changes { (drafted(change)) } }
                        None => { (quotation.text) }
                    }
                    span.around { "”" (quotation.context.after) }
                }
            }
            div.side {
                @if let Some(found) = found.filter(|it| !it.joins.is_empty()) {
                    p.label {
                        "The source: " (found.joins.len())
                        @if found.genre == "transcript" { " lines of a transcript" } @else { " messages" }
                    }
                    @for message in &found.joins {
                        p.facts { (message.item) ", " (joined_parties(message, zone(citations))) }
                        p.said.message dir="auto" data-source data-quoted=[of(&message.item)] {
                            span.around { (message.before) }
                            @if found.verdict.passes() {
                                (message.text.trim())
                            } @else {
                                span.hidden { "[the draft takes] " }
                                mark.c-altered { (message.text.trim()) }
                                span.hidden { " [end]" }
                            }
                            span.around { (message.after) }
                        }
                    }
                } @else if let Some(found) = found {
                    p.label { "The source, " (found.item) }
                    p.said dir="auto" data-source data-quoted=[of(&found.item)] {
                        span.around { (found.before) }
                        @for change in &found.changes { (sourced(change)) }
                        span.around { (found.after) }
                    }
                    p.facts { (parties(found, zone(citations))) }
                } @else {
                    p.label { "The source" }
                    p.empty {
                        @match quotation.verdict {
                            Verdict::NotChecked => { "Not compared with any source." }
                            Verdict::OffArchive => { "Not in the archive, as the draft itself says." }
                            _ => { "No passage holds these words." }
                        }
                    }
                }
            }
        }
    }
}

/// A stretch as the draft has it. What is different is said in words for those who do not see the marking.
fn drafted(change: &Change) -> Markup {
    let class = format!("c-{}", change.sort);
    html! {
        @if matches!(change.sort, "same" | "typography") || change.draft == change.found {
            (change.draft)
        } @else if change.draft.trim().is_empty() {
            @if change.sort == "altered" {
                span.caret aria-hidden="true" { "‸" }
                span.hidden { " [the draft leaves something out here] " }
            }
        } @else {
            (lead(&change.draft))
            span.hidden { "[the draft has] " }
            mark class=(class) { (change.draft.trim_start()) }
            span.hidden { " [end]" }
        }
    }
}

/// A stretch as the source has it.
fn sourced(change: &Change) -> Markup {
    let class = format!("c-{}", change.sort);
    html! {
        @if matches!(change.sort, "same" | "typography") || change.draft == change.found {
            (change.found)
        } @else if change.found.trim().is_empty() {
            @if change.sort == "altered" {
                span.caret aria-hidden="true" { "‸" }
                span.hidden { " [the source has nothing here] " }
            }
        } @else {
            (lead(&change.found))
            span.hidden { "[the source has] " }
            mark class=(class) { (change.found.trim_start()) }
            span.hidden { " [end]" }
        }
    }
}

/// The white space that a stretch begins with, which stays outside the marking.
fn lead(text: &str) -> &str {
    let rest = text.trim_start().len();
    text.get(..text.len() - rest).unwrap_or_default()
}
