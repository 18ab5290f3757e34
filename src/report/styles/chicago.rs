//! Citations in the manner of the Chicago notes (17th ed. 14.209, 14.214; 18th ed. 14.111), by a template of our own: the
//! style file in use has no place for the hour of a message and its zone, nor for the account beside a name, sets the titles
//! of others in its own capitals, and leaves out where a message is kept unless readers can go there.

use crate::cite::Citations;
use crate::cite::Match;
use crate::cite::nested;

use super::super::times::day_and_time;
use super::first_words;
use super::is_message;
use super::is_post;
use super::names::spoken;
use super::reference;
use super::sort_of_document;
use super::title;

/// One citation, for a note.
pub(super) fn note(found: &Match, citations: &Citations) -> String {
    let (day, time) = day_and_time(&found.at, citations.zone.as_deref());
    let to = spoken(&found.to, found, "and").map_or_else(String::new, |it| format!(" to {it}"));
    let mut parts: Vec<String> = Vec::new();
    parts.extend(spoken(&found.from, found, "and"));
    match found.genre.as_str() {
        "post" => parts.extend([quoted(&first_words(found)), "X".to_owned()]),
        "post in a table" => parts.extend([quoted(&first_words(found)), "post".to_owned()]),
        "transcript" => parts.push("transcript".to_owned()),
        "direct message" => parts.push(format!("X direct message{to}")),
        "email" | "message" => parts.push(format!("{}{to}", found.genre)),
        _ => {
            parts.extend(title(found).map(|it| quoted(&it)));
            parts.push(sort_of_document(found));
        }
    }
    parts.push(day.unwrap_or_else(|| "date not known".to_owned()));
    let dated = is_post(found) || is_message(found) && found.genre != "email";
    parts.extend(time.filter(|_| dated));
    parts.extend(found.url.clone());
    parts.push(reference(found));
    for part in [&found.collection, &citations.archive] {
        if !part.is_empty() {
            parts.push(part.clone());
        }
    }
    let mut note = String::new();
    for part in &parts {
        if !note.is_empty() {
            // The comma after a title stands within its marks.
            let has_comma = note.ends_with(",”") || note.ends_with(",’”");
            note.push_str(if has_comma { " " } else { ", " });
        }
        note.push_str(part);
    }
    format!("{}.", note.trim_end_matches('.'))
}

/// A title with the comma that follows it, which stands within all marks that end there.
fn quoted(title: &str) -> String {
    let set = nested(title);
    match set
        .strip_suffix('’')
        .filter(|_| title.ends_with(['”', '"']))
    {
        Some(set) => format!("“{set},’”"),
        None => format!("“{set},”"),
    }
}
