//! The section of the page on the published versions of a text: each with what was frozen, and what was corrected of it.

use std::fmt::Write as _;

use maud::Markup;
use maud::html;

use crate::archive::TextCorrection;
use crate::archive::Version;
use crate::cite::Citations;
use crate::record::Bytes;
use crate::record::Instant;

use super::super::markdown::plain;
use super::super::times;
use super::moment;
use super::zone;

/// The section as HTML; nothing where nothing was published.
pub(super) fn corrections(citations: &Citations) -> Markup {
    html! {
        @if !citations.versions.is_empty() {
            section {
                h2 id="corrections" { "Corrections" }
                p { (opening(citations)) }
                @for version in &citations.versions {
                    h3 { (heading(version)) }
                    dl.facts {
                        @for (what, said) in facts(version, citations) {
                            dt { (what) }
                            dd { @if what.ends_with("256") { span.hash { (said) } } @else { span dir="auto" { (said) } } }
                        }
                    }
                    @for one in version.standing() {
                        div.notes {
                            p { strong { "Paragraph " (one.paragraph) } ", " (when(one, citations)) ":" }
                            p.worded dir="auto" {
                                span.hidden { "[it said] " }
                                del { (one.before) }
                                span.hidden { " [it says now] " }
                                " "
                                @match &one.after {
                                    Some(after) => { ins { (after) } }
                                    None => { "(taken out)" }
                                }
                                span.hidden { " [end]" }
                            }
                            p dir="auto" { (because(one)) }
                        }
                    }
                }
            }
        }
    }
}

/// The section as Markdown.
pub(in crate::report) fn corrections_markdown(
    page: &mut String,
    citations: &Citations,
) -> std::fmt::Result {
    if citations.versions.is_empty() {
        return Ok(());
    }
    writeln!(page, "## Corrections\n\n{}\n", opening(citations))?;
    for version in &citations.versions {
        writeln!(page, "### {}\n", heading(version))?;
        for (what, said) in facts(version, citations) {
            writeln!(page, "- {what}: {}", plain(&said))?;
        }
        writeln!(page)?;
        for one in version.standing() {
            let after = one.after.as_deref().unwrap_or("(taken out)");
            writeln!(
                page,
                "Paragraph {}, {}:\n\n- It said: {}\n- It says: {}\n\n{}\n",
                one.paragraph,
                plain(&when(one, citations)),
                plain(&one.before),
                plain(after),
                plain(&because(one))
            )?;
        }
    }
    Ok(())
}

fn heading(version: &Version) -> String {
    match version.withdrawn {
        Some(entry) => format!("Version {}, withdrawn under entry {entry}", version.number),
        None => format!("Version {}", version.number),
    }
}

fn opening(citations: &Citations) -> String {
    let many = citations
        .versions
        .last()
        .map_or(0, |it| it.standing().count());
    let versions = match citations.versions.len() {
        1 => "One version of this text was recorded as published.".to_owned(),
        many => format!(
            "{many} versions of this text were recorded as published, each named by the one after it."
        ),
    };
    let what = if citations.corrected {
        "This page is about the last of them with its corrections: the draft whose digest stands above, and these changes."
    } else if many > 0 {
        "This page is about the draft as it was frozen; what was corrected since is listed here and not judged above."
    } else {
        "What was frozen with it stays in the archive."
    };
    let withdrawn = citations.versions.iter();
    let withdrawn = match withdrawn.filter(|it| it.withdrawn.is_some()).count() {
        0 => String::new(),
        1 => " Of these records one was withdrawn.".to_owned(),
        many => format!(" Of these records {many} were withdrawn."),
    };
    format!("{versions}{withdrawn} {what}")
}

/// What is to be said of a version, each with its name.
fn facts(version: &Version, citations: &Citations) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut add = |what, said: Option<String>| facts.extend(said.map(|said| (what, said)));
    // What was withdrawn is not published, whatever was recorded of it.
    let (place, day) = match version.withdrawn {
        Some(_) => ("Was recorded as published", "On, as was recorded"),
        None => ("Published", "On"),
    };
    add(place, version.url.clone());
    add(day, version.at.as_ref().map(|at| shown(at, citations)));
    let by = version.by.as_deref().map(|by| format!(" by {by}"));
    let recorded = moment(&version.recorded, citations);
    add(
        "Recorded",
        Some(format!(
            "entry {}, {recorded}{}",
            version.entry,
            by.unwrap_or_default()
        )),
    );
    add(
        "Withdrawn",
        version
            .withdrawn
            .map(|entry| format!("under entry {entry}")),
    );
    add(
        "The version before it",
        version.previous.map(|entry| format!("entry {entry}")),
    );
    let digest = |bytes: &Bytes| bytes.sha256.to_string();
    add("Draft’s SHA-256", version.draft.as_ref().map(digest));
    add("Report’s SHA-256", version.report.as_ref().map(digest));
    if version.report.is_none() {
        add("Report", Some("this one".to_owned()));
    }
    add(
        "Stood on",
        (version.checkpoint.as_ref())
            .map(|head| format!("the head of {} entries, root {}", head.size, head.root)),
    );
    let open: Vec<String> = (version.unsettled.iter())
        .map(|it| format!("{} ({})", it.what, it.why))
        .collect();
    add(
        "Not settled then",
        (!open.is_empty()).then(|| open.join("; ")),
    );
    facts
}

fn shown(at: &Instant, citations: &Citations) -> String {
    times::when(at, Some(zone(citations)))
}

/// When a correction was published, else when it was recorded.
fn when(one: &TextCorrection, citations: &Citations) -> String {
    one.at.as_ref().map_or_else(
        || format!("recorded {}", moment(&one.recorded, citations)),
        |at| shown(at, citations),
    )
}

/// Why, on what evidence, and by whom.
fn because(one: &TextCorrection) -> String {
    let mut said = format!("Why: {}", one.reason.as_deref().unwrap_or("not stated"));
    if !said.ends_with(['.', '!', '?']) {
        said.push('.');
    }
    if !one.evidence.is_empty() {
        let _ = write!(said, " On the evidence of {}.", one.evidence.join(", "));
    }
    let _ = write!(said, " Entry {}", one.entry);
    if let Some(by) = &one.by {
        let _ = write!(said, ", recorded by {by}");
    }
    said.push('.');
    said
}
