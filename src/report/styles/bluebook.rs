//! Citations in the manner of the Bluebook (rules 17.2.3 and 18.2), by templates of our own: the style file in use gives
//! no more of a message than its writer and the year. Its form for a direct message is by analogy with that for e-mail.

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::FixedOffset;

use crate::cite::Citations;
use crate::cite::Match;

use super::super::times::Shown;
use super::names::spoken;
use super::sort_of_document;
use super::title;

/// The months as table T12 shortens them.
const MONTHS: [&str; 12] = [
    "Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.",
];

/// One citation.
pub(super) fn note(found: &Match, citations: &Citations) -> String {
    let from = spoken(&found.from, found, "&");
    let when = when(found, citations);
    let between = |sort: &str| {
        let from = from.as_ref().map(|it| format!(" from {it}"));
        let to = spoken(&found.to, found, "&").map(|it| format!(" to {it}"));
        format!(
            "{sort}{}{} ({when})",
            from.unwrap_or_default(),
            to.unwrap_or_default()
        )
    };
    let by = |what: &str| match &from {
        Some(from) => format!("{from}, {what} ({when})"),
        None => format!("{what} ({when})"),
    };
    let what = match found.genre.as_str() {
        "email" => between("E-mail"),
        "direct message" => between("X Direct Message"),
        "message" => between("Message"),
        "post" => by("X"),
        "post in a table" => by("Post"),
        "transcript" => by("Transcript"),
        _ => {
            let title = title(found).unwrap_or_else(|| "Document".to_owned());
            format!("{} ({})", by(&title), sort_of_document(found))
        }
    };
    let url = found.url.as_ref().map(|it| format!(", {it}"));
    let kept_by = if !citations.form.readers_can_reach_archive {
        "author"
    } else if citations.archive.is_empty() {
        "the archive"
    } else {
        &citations.archive
    };
    format!(
        "{what}{} (on file with {kept_by}) ({}).",
        url.unwrap_or_default(),
        found.item
    )
}

fn when(found: &Match, citations: &Citations) -> String {
    let Some(shown) = Shown::of(&found.at, citations.zone.as_deref()) else {
        return "undated".to_owned();
    };
    if !shown.is_one_day() {
        return format!("between {} and {}", day(&shown.first), day(&shown.last));
    }
    match shown.clock("AM", "PM") {
        Some(time) => format!("{}, {time}", day(&shown.first)),
        None => day(&shown.first),
    }
}

fn day(at: &DateTime<FixedOffset>) -> String {
    let month = MONTHS.get(at.month0() as usize).copied();
    format!("{} {}, {}", month.unwrap_or_default(), at.day(), at.year())
}
