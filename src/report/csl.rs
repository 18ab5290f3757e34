//! The sources cited as CSL-JSON (the data schema of the Citation Style Language 1.0.2), which Zotero and others take in.

use chrono::Datelike as _;
use serde::Serialize;

use crate::cite::Citations;
use crate::cite::Match;

use super::sources::cited;

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    genre: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    author: Vec<Name<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    recipient: Vec<Name<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued: Option<Issued>,
    #[serde(skip_serializing_if = "str::is_empty")]
    archive: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    archive_collection: &'a str,
    archive_location: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
}

/// A name that is not to be taken apart: it may be a handle or an office.
#[derive(Serialize)]
struct Name<'a> {
    literal: &'a str,
}

#[derive(Serialize)]
struct Issued {
    #[serde(rename = "date-parts")]
    parts: Vec<[i32; 3]>,
}

/// The sources in the order of the page.
pub(super) fn text(citations: &Citations) -> String {
    let cited = cited(citations);
    let items: Vec<Item<'_>> = cited
        .iter()
        .map(|(found, _)| item(found, citations))
        .collect();
    // Nothing in it can fail to serialise: strings and numbers.
    serde_json::to_string_pretty(&items).unwrap_or_default()
}

fn item<'a>(found: &'a Match, citations: &'a Citations) -> Item<'a> {
    let names = |names: &'a [String]| names.iter().map(|it| Name { literal: it }).collect();
    let post = matches!(found.genre.as_str(), "post" | "post in a table");
    let title = if post {
        Some(found.text.as_str())
    } else {
        found.subject.as_deref()
    };
    let mut note: Vec<String> = Vec::new();
    if !found.custody.is_empty() {
        note.push(format!("Custody: {}", found.custody));
    }
    if let Some(digest) = found.sha256 {
        note.push(format!("Document’s SHA-256: {digest}"));
    }
    Item {
        id: &found.item,
        r#type: match found.genre.as_str() {
            "post" | "post in a table" => "post",
            "email" | "direct message" | "message" => "personal_communication",
            _ => "document",
        },
        genre: &found.genre,
        // Styles end a title themselves.
        title: title.map(|it| it.trim().trim_end_matches('.').to_owned()),
        author: names(&found.from),
        recipient: if post { Vec::new() } else { names(&found.to) },
        issued: issued(found, citations),
        archive: &citations.archive,
        archive_collection: &found.collection,
        archive_location: &found.item,
        note: note.join("; "),
    }
}

/// The day in the page's zone, or the days between which it lies; nothing where no day is known.
fn issued(found: &Match, citations: &Citations) -> Option<Issued> {
    let (earliest, latest) = (found.at.earliest?, found.at.latest?);
    let day = |at| {
        let (there, _) = super::chicago::local(at, citations.zone.as_deref());
        let number = |part: u32| i32::try_from(part).unwrap_or_default();
        [there.year(), number(there.month()), number(there.day())]
    };
    let mut parts = vec![day(earliest), day(latest)];
    parts.dedup();
    Some(Issued { parts })
}
