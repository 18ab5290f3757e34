//! A subject as sections of words: what text, Markdown and HTML are all made of, so that none says more than another.

use super::Held;
use super::Stated;
use super::Subject;
use super::said::recorded;
use super::steps;
use super::steps::Step;
use crate::archive::Custody;
use crate::archive::Gone;
use crate::archive::corrected_under;
use crate::record::Instant;
use crate::record::Zone;
use crate::record::show;

/// A section of the report on one subject.
#[derive(Debug)]
pub(super) struct Section {
    /// Its heading.
    pub(super) heading: &'static str,
    /// What stands in it.
    pub(super) body: Body,
}

/// What stands in a section.
#[derive(Debug)]
pub(super) enum Body {
    /// Names with values.
    Facts(Vec<(&'static str, String)>),
    /// Sentences.
    Points(Vec<String>),
    /// Custody: its steps, and what cannot be as recorded.
    Steps(Vec<Step>, Vec<String>),
}

/// All sections of a subject. Those that are said even when empty are there with the words for that.
pub(super) fn sections(subject: &Subject, zone: Zone) -> Vec<Section> {
    let mut sections = vec![
        points("Bytes: what has changed", &subject.said.bytes),
        points("Time: how late it can be", &subject.said.time),
        points("Origin: who says whence", &subject.said.origin),
        facts("What it is", what(subject, zone)),
        facts("As stated when it came in", stated(&subject.accession)),
        hands("Through whose hands", &subject.custody, zone),
    ];
    for also in &subject.also {
        let mut said = stated(&also.accession);
        if let Some(name) = &also.name {
            said.insert(1, ("Name", name.clone()));
        }
        sections.push(facts("As stated when the same bytes came in again", said));
        sections.push(hands("Through whose hands then", &also.custody, zone));
    }
    sections.push(points(
        "Who is said to be behind it",
        &attributions(subject),
    ));
    if !subject.derivations.is_empty() {
        let lines: Vec<String> = subject
            .derivations
            .iter()
            .map(|it| {
                let tool = it.tool.as_deref().unwrap_or("a tool that is not recorded");
                format!("{} by {tool} (entry {}).", it.what, it.entry)
            })
            .collect();
        sections.push(points("Read out of it, and by what", &lines));
    }
    let acts: Vec<String> = subject
        .acts
        .iter()
        .map(|act| {
            let by = act.by.as_deref().unwrap_or("somebody not named");
            let at = recorded(act.recorded.as_deref(), zone);
            format!(
                "{by} {} (entry {}, {at}).",
                act.what.trim_end_matches('.'),
                act.entry
            )
        })
        .collect();
    sections.push(points(
        "Corrections, notes and claims",
        &or_none(acts, "None are recorded."),
    ));
    sections
}

fn hands(heading: &'static str, custody: &Custody, zone: Zone) -> Section {
    let steps = custody.steps.iter().map(|step| steps::step(step, zone));
    Section {
        heading,
        body: Body::Steps(steps.collect(), custody.impossible.clone()),
    }
}

fn facts(heading: &'static str, facts: Vec<(&'static str, String)>) -> Section {
    Section {
        heading,
        body: Body::Facts(facts),
    }
}

fn points(heading: &'static str, points: &[String]) -> Section {
    Section {
        heading,
        body: Body::Points(points.to_vec()),
    }
}

fn or_none(lines: Vec<String>, none: &str) -> Vec<String> {
    if lines.is_empty() {
        vec![none.to_owned()]
    } else {
        lines
    }
}

fn what(subject: &Subject, zone: Zone) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Reference", subject.item.clone()),
        ("Kind", subject.what.clone()),
    ];
    let mut fact = |name, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            facts.push((name, value));
        }
    };
    fact("Title", subject.title.clone());
    fact("From", Some(subject.from.join(", ")));
    fact("To", Some(subject.to.join(", ")));
    fact("When", subject.at.as_ref().map(|at| when(at, zone)));
    if let Some(document) = &subject.document {
        of_document(subject, document, zone, &mut fact);
    }
    let place = subject.ledger.entry.map(|entry| {
        let at = recorded(subject.ledger.recorded.as_deref(), zone);
        format!("entry {entry} of {}, recorded {at}", subject.ledger.entries)
    });
    fact("Ledger", place);
    facts
}

fn of_document(
    subject: &Subject,
    document: &Held,
    zone: Zone,
    fact: &mut impl FnMut(&'static str, Option<String>),
) {
    if document.reference != subject.item {
        let span = document.span.map_or_else(String::new, |span| {
            format!(", bytes {} to {}", span.start, span.end)
        });
        fact(
            "Lies in the document",
            Some(format!("{}{span}", document.reference)),
        );
    }
    // What is said of the document that a message lies in is not said of the message.
    let [lay_in, file, media_type, size, digest, modified] = if document.reference == subject.item {
        [
            "Lay in",
            "File",
            "Media type",
            "Size",
            "SHA-256",
            "File’s own time",
        ]
    } else {
        [
            "The document lay in",
            "The document’s file",
            "Its media type",
            "Its size",
            "Its SHA-256",
            "Its own time",
        ]
    };
    fact(lay_in, document.lay_in.clone());
    fact(
        file,
        document.path.clone().or_else(|| document.name.clone()),
    );
    fact(media_type, document.media_type.clone());
    fact(size, Some(format!("{} bytes", document.size)));
    fact(digest, Some(super::digested(document.digest.as_ref())));
    fact(
        modified,
        document.modified.as_ref().map(|at| when(at, zone)),
    );
}

/// A time with its own words and what it rests on.
fn when(at: &Instant, zone: Zone) -> String {
    let mut text = show(at, zone);
    if let Some(written) = at
        .as_written
        .as_deref()
        .filter(|it| !it.is_empty() && !text.contains(*it))
    {
        text = format!("{text}; written “{written}”");
    }
    match (at.zone.as_deref(), at.zone_basis.as_deref()) {
        (Some(zone), Some("written" | "format")) => format!("{text}; zone {zone}, as written"),
        (Some(zone), Some(basis)) => format!("{text}; zone {zone}, {basis}"),
        _ => text,
    }
}

fn stated(accession: &Stated) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Accession", accession.accession.clone())];
    facts.extend(accession.fields.iter().map(|field| {
        let stated = field
            .stated
            .clone()
            .filter(|stated| !stated.trim().is_empty());
        (
            field.label,
            stated.unwrap_or_else(|| blank(field.destroyed_under)),
        )
    }));
    facts.push((
        "Recorded by",
        accession
            .by
            .clone()
            .unwrap_or_else(|| "not stated".to_owned()),
    ));
    facts
}

/// What stands where nothing is said: whether it never was, or is not any more.
fn blank(destroyed_under: Option<u64>) -> String {
    destroyed_under.map_or_else(|| "not stated".to_owned(), Gone::words)
}

fn attributions(subject: &Subject) -> Vec<String> {
    let lines = subject
        .attributions
        .iter()
        .map(|it| {
            let mut said = Vec::new();
            if let Some(who) = &it.who {
                let who = if who == "not known" {
                    "somebody not known"
                } else {
                    who
                };
                let certainty = it.certainty.as_deref().map_or_else(
                    || "certainty not stated".to_owned(),
                    |certainty| certainty.replace('-', " "),
                );
                said.push(format!("{} {who} ({certainty})", it.role_words));
            }
            said.extend(it.via.as_ref().map(|via| format!("through {via}")));
            said.extend(
                it.terms
                    .as_ref()
                    .map(|terms| format!("on the terms: {terms}")),
            );
            said.extend(it.note.clone());
            let basis = it.basis.clone();
            let basis = basis.unwrap_or_else(|| blank(it.basis_destroyed_under));
            let corrected = corrected_under(&it.corrected);
            let corrected = corrected.map_or_else(String::new, |said| format!(", {said}"));
            format!(
                "{}: {}. Basis: {}. (entry {}{corrected})",
                it.of,
                said.join("; ").trim_end_matches('.'),
                basis.trim_end_matches('.'),
                it.entry
            )
        })
        .collect();
    or_none(lines, "Nobody is recorded to be behind it.")
}
