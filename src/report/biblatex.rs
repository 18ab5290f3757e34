//! The sources cited as BibLaTeX, for LaTeX and for reference managers that do not take CSL-JSON.
//!
//! Written here and not by a library: the one there is for Rust escapes a backslash to a line break and a tilde or circumflex
//! to an accent over the next letter. It reads what is written here in the tests.

use std::fmt::Write as _;

use crate::cite::Citations;
use crate::cite::Match;
use crate::record::visible;

use super::csl;
use super::sources::cited;
use super::styles::Called;
use super::times::Shown;

/// The sources in the order of the page.
pub(super) fn text(citations: &Citations) -> String {
    let mut text = String::new();
    for (found, _) in cited(citations) {
        // Writing to a string cannot go wrong.
        let _ = writeln!(text, "@{}{{{},", sort(found), found.item);
        for (name, value) in fields(found, citations) {
            if !value.is_empty() {
                let _ = writeln!(text, "  {name} = {{{value}}},");
            }
        }
        text.push_str("}\n\n");
    }
    text
}

fn sort(found: &Match) -> &'static str {
    match csl::sort(found) {
        "personal_communication" => "letter",
        "post" => "online",
        _ if matches!(found.genre.as_str(), "" | "document" | "web page") => "misc",
        _ => "unpublished",
    }
}

fn fields(found: &Match, citations: &Citations) -> Vec<(&'static str, String)> {
    let post = csl::sort(found) == "post";
    let title = if post {
        Some(found.post.as_deref().unwrap_or(&found.text))
    } else {
        found.subject.as_deref()
    };
    let title = title.map_or_else(String::new, |it| it.trim_end_matches('.').to_owned());
    let shown = Shown::of(&found.at, citations.zone.as_deref());
    let date = shown.as_ref().map_or_else(String::new, |it| {
        let day = |at: &chrono::DateTime<chrono::FixedOffset>| at.format("%Y-%m-%d").to_string();
        if it.is_one_day() {
            day(&it.first)
        } else {
            format!("{}/{}", day(&it.first), day(&it.last))
        }
    });
    let clock = shown.and_then(|it| it.clock("a.m.", "p.m."));
    let mut note: Vec<String> = clock.into_iter().collect();
    if !found.to.is_empty() && !post {
        note.insert(0, format!("to {}", found.to.join(", ")));
    }
    let mut kept: Vec<String> = vec![format!("Reference: {}", found.item)];
    if !found.custody.is_empty() {
        kept.push(format!("Custody: {}", found.custody));
    }
    if let Some(digest) = found.sha256 {
        kept.push(format!("Document’s SHA-256: {digest}"));
    }
    let place = [&found.collection, &citations.archive];
    let place: Vec<&str> = place.iter().map(|it| it.as_str()).collect();
    let place: Vec<&str> = place.into_iter().filter(|it| !it.is_empty()).collect();
    vec![
        ("author", authors(found)),
        // In braces of its own no style changes its capitals.
        ("title", braced(&title)),
        ("titleaddon", escaped(&found.genre)),
        ("note", escaped(&note.join(", "))),
        ("date", date),
        // Taken as it stands by LaTeX; it is made of letters, digits and what stands in an address.
        ("url", found.url.clone().unwrap_or_default()),
        ("library", escaped(&place.join(", "))),
        ("annotation", escaped(&kept.join("; "))),
    ]
}

/// Names: in their parts where these are on record, else each in braces, so that nothing takes it apart.
fn authors(found: &Match) -> String {
    let names = found.from.iter().map(|shown| {
        let name = Called::of(shown, found);
        match (name.parts, name.handle) {
            (Some((family, given)), None) => format!("{}, {}", escaped(family), escaped(given)),
            _ => braced(shown),
        }
    });
    names.collect::<Vec<_>>().join(" and ")
}

fn braced(text: &str) -> String {
    if text.trim().is_empty() {
        String::new()
    } else {
        format!("{{{}}}", escaped(text))
    }
}

/// Words of others in one line, so that LaTeX prints them as they are. Braces are named, since those that read the file
/// count them even where they are escaped.
fn escaped(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut safe = String::with_capacity(text.len());
    for letter in visible(&words.join(" ")).chars() {
        match letter {
            '\\' => safe.push_str("\\textbackslash{}"),
            '{' => safe.push_str("\\textbraceleft{}"),
            '}' => safe.push_str("\\textbraceright{}"),
            '~' => safe.push_str("\\textasciitilde{}"),
            '^' => safe.push_str("\\textasciicircum{}"),
            '#' | '$' | '%' | '&' | '_' => {
                safe.push('\\');
                safe.push(letter);
            }
            letter => safe.push(letter),
        }
    }
    safe
}
