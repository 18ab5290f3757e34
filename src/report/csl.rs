//! The sources cited as CSL-JSON (the data schema of the Citation Style Language 1.0.2), which Zotero and others take in.

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::FixedOffset;
use serde::Serialize;

use crate::cite::Citations;
use crate::cite::Match;

use super::sources::cited;
use super::styles::Called;
use super::times::Shown;

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
    #[serde(rename = "container-title", skip_serializing_if = "str::is_empty")]
    container_title: &'static str,
    #[serde(rename = "URL", skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    archive: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    archive_collection: &'a str,
    archive_location: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
}

/// A name: in its parts where these are on record, else as it stands, since it may be a handle or an office.
#[derive(Serialize)]
#[serde(untagged)]
enum Name<'a> {
    Parts { family: &'a str, given: &'a str },
    Whole { literal: &'a str },
}

impl<'a> Name<'a> {
    fn of(shown: &'a str, found: &'a Match) -> Self {
        let name = Called::of(shown, found);
        match (name.parts, name.handle) {
            (Some((family, given)), None) => Self::Parts { family, given },
            _ => Self::Whole { literal: shown },
        }
    }
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
    let names = |names: &'a [String]| names.iter().map(|it| Name::of(it, found)).collect();
    let post = sort(found) == "post";
    let title = if post {
        Some(found.post.as_deref().unwrap_or(&found.text))
    } else {
        found.subject.as_deref()
    };
    let mut note: Vec<String> = Vec::new();
    // To a style an archive is a place where readers can go; without one a message is cited in the notes alone.
    let reached = citations.form.readers_can_reach_archive;
    if !reached && !citations.archive.is_empty() {
        note.push(format!("Held in {}", citations.archive));
    }
    if !found.custody.is_empty() {
        note.push(format!("Custody: {}", found.custody));
    }
    if let Some(digest) = found.sha256 {
        note.push(format!("Document’s SHA-256: {digest}"));
    }
    Item {
        id: &found.item,
        r#type: sort(found),
        genre: if post { "post" } else { &found.genre },
        // Styles end a title themselves.
        title: title.map(|it| it.trim().trim_end_matches('.').to_owned()),
        author: names(&found.from),
        recipient: if post { Vec::new() } else { names(&found.to) },
        issued: issued(found, citations),
        container_title: if found.genre == "post" { "X" } else { "" },
        url: found.url.as_deref(),
        archive: if reached { &citations.archive } else { "" },
        archive_collection: &found.collection,
        archive_location: &found.item,
        note: note.join("; "),
    }
}

/// What it is to a style.
pub(super) fn sort(found: &Match) -> &'static str {
    match found.genre.as_str() {
        "post" | "post in a table" => "post",
        "email" | "direct message" | "message" => "personal_communication",
        _ => "document",
    }
}

/// The day in the page's zone, or the days between which it lies; nothing where no day is known.
fn issued(found: &Match, citations: &Citations) -> Option<Issued> {
    let shown = Shown::of(&found.at, citations.zone.as_deref())?;
    let day = |at: &DateTime<FixedOffset>| {
        let number = |part: u32| i32::try_from(part).unwrap_or_default();
        [at.year(), number(at.month()), number(at.day())]
    };
    let mut parts = vec![day(&shown.first), day(&shown.last)];
    parts.dedup();
    Some(Issued { parts })
}
