//! The sections of the page that are about the sources and not about one quotation.

use maud::Markup;
use maud::html;

use crate::cite::Citations;
use crate::cite::Quoted;
use crate::cite::Rest;

use super::super::csl;
use super::super::sources::Chain;
use super::super::sources::chains;
use super::super::sources::cited;
use super::super::sources::messages;
use super::super::sources::number_of;
use super::super::sources::quoted_of;
use super::super::times;
use super::NOTHING_HERE;
use super::sentence;
use super::who;
use super::zone;

/// The line that leads to a chain of custody, which is printed once.
pub(super) fn way(custody: &str, chains: &[Chain<'_>]) -> Markup {
    html! {
        @if let Some(number) = number_of(custody, chains) {
            a href=(format!("#custody-{number}")) { "Custody " (number) }
            @if chains.get(number - 1).is_some_and(Chain::has_gap) { ", with a gap" }
            "."
        }
    }
}

/// Pins that belong to no quotation.
pub(super) fn claims(citations: &Citations) -> Markup {
    html! {
        @if !citations.claims.is_empty() {
            section {
                h2 id="claims" { "Pinned claims" }
                p { "Statements that the draft rests on something without quoting it. Whether it bears them out is for a person to judge; of what is not in the archive, nothing is shown here." }
                ul {
                    @for claim in &citations.claims {
                        li {
                            "paragraph " (claim.paragraph) ": "
                            span dir="auto" { (claim.context) } " "
                            @match claim.state {
                                Rest::Held => { "[" (claim.pin) "]" }
                                state => { strong { "[" span dir="auto" { (claim.pin) } ": " (state.label()) "]" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Citations of posts that the draft prints with their time.
pub(super) fn dated(citations: &Citations) -> Markup {
    html! {
        @if !citations.dated.is_empty() {
            section {
                h2 id="dated" { "Printed times of posts" }
                p { "Each is read in the zone that is named and held against the posts of this archive. That a post is not held does not say that there was none." }
                ul {
                    @for dated in &citations.dated {
                        li {
                            span dir="auto" { (dated.text) } ", paragraph " (dated.paragraph) ": "
                            strong { (dated.label()) } ": " (dated.said) "."
                        }
                    }
                }
            }
        }
    }
}

/// Links to quotations.
pub(super) fn links(quoted: &[&str]) -> Markup {
    html! {
        @for (index, id) in quoted.iter().enumerate() {
            @if index > 0 { ", " }
            a href=(format!("#{id}")) { (id) }
        }
    }
}

pub(super) fn correspondence(citations: &Citations) -> Markup {
    let rows = messages(citations);
    html! {
        @if !rows.is_empty() {
            section {
                h2 id="correspondence" { "Correspondence" }
                p { (quoted_of(&rows)) }
                div.wide {
                    table {
                        thead { tr { th { "When" } th { "Who to whom" } th { "What" } th { "Item" } th { "Quoted in" } } }
                        tbody {
                            @for row in &rows {
                                tr {
                                    td { (times::known(row.at, Some(zone(citations)))) }
                                    td dir="auto" { (who(row.from, row.to)) }
                                    td { (row.genre) }
                                    td { (row.item) }
                                    td { (links(&row.quoted)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn custody(citations: &Citations) -> Markup {
    let chains = chains(citations);
    html! {
        @if !chains.is_empty() {
            section {
                h2 id="custody" { "Custody" }
                p { "Through whose hands each source came, as it is recorded. A question mark is a gap: it is not known who held it there." }
                @for (index, chain) in chains.iter().enumerate() {
                    div.chain id=(format!("custody-{}", index + 1)) {
                        h3 { "Custody " (index + 1) }
                        p dir="auto" { (chain.line) }
                        p.facts { (chain.items.join(", ")) ". Quoted in " (links(&chain.quoted)) }
                    }
                }
            }
        }
    }
}

pub(super) fn sources(citations: &Citations) -> Markup {
    let cited = cited(citations);
    let chains = chains(citations);
    html! {
        section {
            h2 id="sources" { "Sources cited" }
            @if cited.is_empty() { p.empty { (NOTHING_HERE[2]) } }
            ul.sources {
                @for (found, quotations) in &cited {
                    li {
                        span dir="auto" { (found.citation) }
                        br;
                        span.facts { (found.item) ". " (way(&found.custody, &chains)) " Quoted in " (links(quotations)) }
                        // Once on request, in the citation itself.
                        @if let Some(digest) = found.sha256.filter(|_| !citations.form.digests) { br; span.facts { "Document’s SHA-256: " span.hash { (digest) } } }
                    }
                }
            }
            @if !cited.is_empty() {
                details.csl {
                    summary { "The same as CSL-JSON, for Zotero and other reference managers" }
                    pre { code { (csl::text(citations)) } }
                }
            }
        }
    }
}

/// What the draft states of a quotation, beside what the record has. What differs stands among the findings.
pub(super) fn stated(quotation: &Quoted) -> Markup {
    let stated: Vec<String> = quotation.stated_and_not_differing().collect();
    html! {
        @if !stated.is_empty() {
            p { strong { "Who and when. " } "What the draft says of it, held against the record:" }
            ul { @for sentence in &stated { li { (sentence) "." } } }
        }
    }
}

/// What a person said of it, and on paper, where that does not settle it, room to sign it by hand.
pub(super) fn signoff(quotation: &Quoted) -> Markup {
    html! {
        p.signoff {
            @if let Some(signed) = &quotation.signed {
                span dir="auto" { (sentence(&format!("signed off: {}", signed.in_full()))) }
            }
            @if !quotation.is_settled() {
                span.facts { "Checked against source ☐  Initials ________  Date ____________" }
            }
        }
    }
}

/// What the draft states without quoting.
pub(super) fn unquoted(citations: &Citations) -> Markup {
    html! {
        @if !citations.unquoted.is_empty() {
            section {
                h2 id="unquoted" { "Stated without quotation marks" }
                p { "Sentences with somebody’s words, a date, a figure or a name in them. Nothing here was checked: that is for a person." }
                ul.plain {
                    @for sentence in &citations.unquoted {
                        li {
                            "☐ paragraph " (sentence.paragraph) " (" (sentence.labels()) "): "
                            span dir="auto" { (sentence.text) }
                        }
                    }
                }
            }
        }
    }
}
