//! The provenance report as one page: each item with the three statements first, custody as a line with its gaps.

use maud::Markup;
use maud::html;

use super::All;
use super::Provenance;
use super::Subject;
use super::said::recorded;
use super::sections::Body;
use super::sections::Section;
use super::sections::sections;
use super::steps::Step;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;
use crate::report::NOT_SHOWN;

/// Sections that are said side by side: bytes, time, origin.
const THREE: usize = 3;

/// The report as one HTML page.
pub fn html(report: &Provenance) -> String {
    let title = match report.items.as_slice() {
        [one] => format!("Provenance of {}", one.item),
        [] => "Provenance of everything held".to_owned(),
        several => format!("Provenance of {} items", several.len()),
    };
    let body = html! {
        (head(report, &title))
        main {
            @for subject in &report.items { (subject_of(subject, report.zone)) }
            @if let Some(all) = &report.all { (table(all, report.zone)) }
            (how_to_check(report))
            section {
                h2 id="not-shown" { "What this page does not show" }
                ul { @for line in NOT_SHOWN { li { (line) } } }
            }
        }
    };
    crate::report::page(&title, &body)
}

fn head(report: &Provenance, title: &str) -> Markup {
    html! {
        header {
            p.kicker { "Provenance report" }
            h1 { (title) }
            dl.facts {
                @if !report.archive.is_empty() { dt { "Archive" } dd { (visible(&report.archive)) } }
                @if let Some(by) = &report.by { dt { "Written for" } dd { (visible(by)) } }
                @if let Some(time) = &report.time { dt { "Written at" } dd { (recorded(Some(time), report.zone)) } }
            }
            p.facts {
                "Bytes, time and origin are said apart, since none follows from another: unchanged bytes may have been "
                "written by anybody, and a time is as good as the word it rests on."
            }
            @if report.items.len() > 1 {
                nav aria-label="Items" {
                    @for (index, subject) in report.items.iter().enumerate() {
                        @if index > 0 { " · " }
                        a href=(format!("#{}", subject.item)) { (subject.item) }
                    }
                }
            }
        }
    }
}

fn subject_of(subject: &Subject, zone: Zone) -> Markup {
    let sections = sections(subject, zone);
    let (three, rest) = sections.split_at_checked(THREE).unwrap_or((&sections, &[]));
    html! {
        section.subject id=(subject.item) aria-labelledby=(format!("{}-h", subject.item)) {
            h2 id=(format!("{}-h", subject.item)) {
                (subject.item) ": " (subject.what)
                @if let Some(title) = &subject.title { ", " span dir="auto" { "“" (visible(title)) "”" } }
            }
            @if let Some(begins) = &subject.begins {
                blockquote.begins dir="auto" { (visible(begins)) }
            }
            div.three {
                @for section in three { div class=(if subject.is_damaged() { "say damaged" } else { "say" }) { (part(section)) } }
            }
            @for section in rest { (part(section)) }
        }
    }
}

fn part(section: &Section) -> Markup {
    html! {
        h3 { (section.heading) }
        @match &section.body {
            Body::Facts(facts) => dl.facts {
                @for (name, value) in facts {
                    dt { (name) }
                    @if value == "not stated" {
                        dd.blank { (value) }
                    } @else if *name == "SHA-256" {
                        dd { span.hash { (value) } }
                    } @else {
                        dd dir="auto" { (visible(value)) }
                    }
                }
            },
            Body::Points(points) => ul.points { @for point in points { li dir="auto" { (visible(point)) } } },
            Body::Steps(steps, impossible) => {
                ol.custody {
                    @for step in steps { (line(step)) }
                }
                @for said in impossible {
                    p.cannot { strong { "Cannot be as recorded: " } (visible(said)) "." }
                }
            },
        }
    }
}

fn line(step: &Step) -> Markup {
    let class = match (step.number.as_str(), step.standing.as_str()) {
        ("?", _) => "gap",
        (_, "witnessed" | "documented") => "documented",
        _ => "stated",
    };
    html! {
        li class=(class) {
            span.number { (step.number) }
            div {
                p.hands { (visible(&step.what)) }
                p.facts { (visible(&step.when)) " · " (visible(&step.standing)) }
                @for detail in &step.details { p.facts { (visible(detail)) } }
            }
        }
    }
}

fn table(all: &All, zone: Zone) -> Markup {
    html! {
        section {
            h2 id="accessions" { "What came in, and from whom" }
            div.wide tabindex="0" role="region" aria-labelledby="accessions" {
                table {
                    thead { tr {
                        th scope="col" { "Accession" } th scope="col" { "From, as stated" } th scope="col" { "Received" }
                        th scope="col" { "Documents" } th scope="col" { "Hands" } th scope="col" { "Known to be missing" }
                        th scope="col" { "Recorded" }
                    } }
                    tbody {
                        @for row in &all.accessions {
                            tr {
                                th scope="row" { (row.accession) }
                                td { (row.from.as_deref().map_or_else(|| row.blank("from"), visible)) }
                                td { (row.received.as_ref().map_or_else(|| row.blank("received"), |at| visible(&show(at, zone)))) }
                                td.number { (row.documents) }
                                td { (visible(&row.custody)) @if row.gaps > 0 { " (" (gaps(row.gaps)) ")" } }
                                td { (row.missing.as_deref().map_or_else(|| row.blank("missing"), visible)) }
                                td { "entry " (row.entry) ", " (recorded(row.recorded.as_deref(), zone)) }
                            }
                        }
                    }
                }
            }
        }
        section {
            h2 id="documents" { "Documents" }
            p.facts { "Bytes as they were recorded; they were not read again for this list. fonds verify does that." }
            div.wide tabindex="0" role="region" aria-labelledby="documents" {
                table {
                    thead { tr {
                        th scope="col" { "Document" } th scope="col" { "Name" } th scope="col" { "What it is" }
                        th scope="col" { "Messages" } th scope="col" { "Came with" } th scope="col" { "Recorded" }
                        th scope="col" { "Bytes" } th scope="col" { "SHA-256" }
                    } }
                    tbody {
                        @for row in &all.documents {
                            tr {
                                th scope="row" { (row.document) }
                                td dir="auto" { (visible(&row.named("none"))) }
                                td { (row.what) @if let Some(parent) = &row.parent { ", out of " (parent) } }
                                td.number { (row.messages) }
                                td { (row.accession.as_deref().unwrap_or("not recorded")) }
                                td { @if let Some(entry) = row.entry { "entry " (entry) ", " } (recorded(row.recorded.as_deref(), zone)) }
                                td.number { (row.sized()) } td { span.hash { (row.digested()) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn gaps(gaps: usize) -> String {
    if gaps == 1 {
        "1 gap".to_owned()
    } else {
        format!("{gaps} gaps")
    }
}

fn how_to_check(report: &Provenance) -> Markup {
    html! {
        section {
            h2 id="check" { "How to check this page yourself" }
            p { "This page cannot vouch for itself. With the archive at hand, or a copy of it:" }
            pre { code { (commands(report)) } }
            @if let Some(seal) = &report.seal {
                p.label { "The archive’s twelve words" }
                p.words { (seal.words.join(" ")) }
                p.facts { "Compare them with the words that the archive has given elsewhere. Words on this page alone prove nothing." }
                p.label { "The signed checkpoint that this page is made of" }
                pre { code { (seal.checkpoint) } }
            }
        }
    }
}

/// The commands that check the report.
pub(super) fn commands(report: &Provenance) -> String {
    let what = match report.items.as_slice() {
        [] => "--all".to_owned(),
        items => items
            .iter()
            .map(|it| it.item.as_str())
            .collect::<Vec<_>>()
            .join(" "),
    };
    let against = if report.seal.is_some() {
        " --against checkpoint.txt"
    } else {
        ""
    };
    format!("fonds -C ARCHIVE verify{against}\nfonds -C ARCHIVE provenance {what}")
}
