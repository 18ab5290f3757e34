//! Citations in the manner of the Chicago notes (17th ed. 14.209, 14.214), by a template of our own: the style files in
//! use drop the recipient or the collection of a message. Times are printed with their zone, never finer than known.

use std::str::FromStr as _;

use chrono::DateTime;
use chrono::FixedOffset;
use chrono_tz::Tz;

use crate::cite::Match;
use crate::record::Instant;
use crate::record::Moment;

use super::citation::cut;

/// Characters shown of a time as it was written.
const LONGEST_WRITTEN: usize = 60;

/// One citation, for a note.
pub(super) fn note(found: &Match, archive: &str, desk: Option<&str>) -> String {
    let who = names(&found.from);
    let (day, time) = day_and_time(&found.at, desk);
    let title = found.subject.as_deref().map(|it| it.trim_end_matches('.'));
    let to = names(&found.to).map_or_else(String::new, |it| format!(" to {it}"));
    let mut parts: Vec<String> = Vec::new();
    parts.extend(who);
    match found.genre.as_str() {
        "post" => {
            parts.push(format!("“{}”", first_words(&found.text)));
            parts.push("X".to_owned());
        }
        "post in a table" => {
            parts.push(format!("“{}”", first_words(&found.text)));
            parts.push("post".to_owned());
        }
        "transcript" => parts.push("transcript".to_owned()),
        "direct message" => parts.push(format!("X direct message{to}")),
        "email" => parts.push(format!("email{to}")),
        genre => {
            parts.extend(title.map(|it| format!("“{it}”")));
            parts.push(format!(
                "unpublished {}",
                if genre.is_empty() { "document" } else { genre }
            ));
        }
    }
    parts.push(day.unwrap_or_else(|| "date not known".to_owned()));
    let dated = matches!(
        found.genre.as_str(),
        "post" | "post in a table" | "direct message"
    );
    parts.extend(time.filter(|_| dated));
    let sort = if found.item.starts_with("m-") {
        "msg"
    } else {
        "doc"
    };
    parts.push(format!("{sort} {}", found.item));
    if !found.collection.is_empty() {
        parts.push(found.collection.clone());
    }
    if !archive.is_empty() {
        parts.push(archive.to_owned());
    }
    let note = parts.join(", ").replace("”, ", ",” ");
    format!("{}.", note.trim_end_matches('.'))
}

fn names(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(one.clone()),
        [first, second] => Some(format!("{first} and {second}")),
        [first, second, third] => Some(format!("{first}, {second}, and {third}")),
        [first, ..] => Some(format!("{first} et al.")),
    }
}

fn first_words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(21).collect();
    let shown = words.get(..20).unwrap_or(&words).join(" ");
    let shown = shown.trim_end_matches(['.', ',']);
    if words.len() > 20 {
        format!("{shown}…")
    } else {
        shown.to_owned()
    }
}

/// A time for a reader, in one line: in the page's zone, and how it was written.
pub(super) fn when(at: &Instant, desk: Option<&str>) -> String {
    let known = known(at, desk);
    match at.as_written.as_deref().map(str::trim) {
        None | Some("") => known,
        Some(written) => format!("{known}; written “{}”", cut(written, LONGEST_WRITTEN)),
    }
}

/// As [`when`], without how it was written.
pub(super) fn known(at: &Instant, desk: Option<&str>) -> String {
    match day_and_time(at, desk) {
        (Some(day), Some(time)) => format!("{day}, {time}"),
        (Some(day), None) => day,
        (None, _) => "time not known".to_owned(),
    }
}

/// The day, and the time of day with its zone; each only where it is known. All times of day are in the page's one zone
/// (UTC where it has none): two messages can be compared by eye then. A day without a time stays the day of its own zone.
fn day_and_time(at: &Instant, desk: Option<&str>) -> (Option<String>, Option<String>) {
    let (Some(earliest), Some(latest)) = (at.earliest, at.latest) else {
        return (None, None);
    };
    let minute = latest.millis() - earliest.millis() < 60_000;
    let own = at.zone.as_deref();
    let shown = if minute { desk } else { own.or(desk) };
    let (first, zone) = local(earliest, shown);
    let (last, _) = local(latest, shown);
    let day = |it: &DateTime<FixedOffset>| it.format("%B %-d, %Y").to_string();
    if day(&first) != day(&last) {
        return (
            Some(format!("between {} and {}", day(&first), day(&last))),
            None,
        );
    }
    let half = if first.format("%p").to_string() == "AM" {
        "a.m."
    } else {
        "p.m."
    };
    let time = minute.then(|| format!("{} {half} {zone}", first.format("%-I:%M")));
    (Some(day(&first)), time)
}

/// A moment in its zone, and the zone's name; in UTC where the zone is not known.
pub(super) fn local(at: Moment, zone: Option<&str>) -> (DateTime<FixedOffset>, String) {
    let utc = at.to_utc();
    if let Some(zone) = zone {
        if let Ok(zone) = Tz::from_str(zone) {
            let there = utc.with_timezone(&zone);
            return (there.fixed_offset(), there.format("%Z").to_string());
        }
        if let Ok(offset) = FixedOffset::from_str(zone) {
            return (utc.with_timezone(&offset), format!("UTC{zone}"));
        }
    }
    (utc.fixed_offset(), "UTC".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cite::Verdict;

    fn message() -> Match {
        Match {
            item: "m-7kq2".to_owned(),
            document: "d-41ac".to_owned(),
            text: "I never spoke to him.".to_owned(),
            before: String::new(),
            after: String::new(),
            verdict: Verdict::Exact,
            changes: Vec::new(),
            from: vec!["Nora Halloran".to_owned()],
            to: vec!["Peter Voss".to_owned()],
            at: Instant::exact(
                "2023-07-11T13:29:00Z".parse().unwrap(),
                "11 Jul 2023 9:29",
                "export",
            )
            .in_zone("America/New_York", "archive"),
            custody: String::new(),
            locator: String::new(),
            entry: Some(1),
            subject: None,
            genre: "direct message".to_owned(),
            collection: "Voss production".to_owned(),
            sha256: None,
            accession: None,
            terms: None,
            also: Vec::new(),
            joins: Vec::new(),
        }
    }

    const DESK: Option<&str> = Some("America/New_York");

    #[test]
    fn notes_follow_the_guides() {
        let mut found = message();
        assert_eq!(
            note(&found, "Harbor Archive", DESK),
            "Nora Halloran, X direct message to Peter Voss, July 11, 2023, 9:29 a.m. EDT, msg m-7kq2, Voss production, Harbor Archive."
        );
        found.genre = "email".to_owned();
        assert_eq!(
            note(&found, "Harbor Archive", DESK),
            "Nora Halloran, email to Peter Voss, July 11, 2023, msg m-7kq2, Voss production, Harbor Archive."
        );
        found.genre = "post".to_owned();
        found.to.clear();
        assert_eq!(
            note(&found, "", DESK),
            "Nora Halloran, “I never spoke to him,” X, July 11, 2023, 9:29 a.m. EDT, msg m-7kq2, Voss production."
        );
        found.at = Instant::unknown(None);
        assert!(note(&found, "", None).contains("date not known"));
    }

    #[test]
    fn times_are_never_finer_than_known() {
        let mut at = message().at;
        at.latest = "2023-07-11T20:00:00Z".parse().ok();
        assert_eq!(when(&at, None), "July 11, 2023; written “11 Jul 2023 9:29”");
        at.latest = "2023-07-14T20:00:00Z".parse().ok();
        assert!(when(&at, None).starts_with("between July 11, 2023 and July 14, 2023"));
        assert_eq!(when(&Instant::default(), None), "time not known");
    }

    #[test]
    fn a_page_has_one_zone_and_says_how_each_time_was_written() {
        let at = |written: &str, zone: &str, basis: &str| {
            Instant::exact("2022-09-21T03:52:07Z".parse().unwrap(), written, "export")
                .in_zone(zone, basis)
        };
        let exported = when(&at("", "UTC", "format"), DESK);
        assert_eq!(exported, "September 20, 2022, 11:52 p.m. EDT");
        let written = when(&at("21 Sep 2022 04:52:07 +0100", "+01:00", "written"), DESK);
        assert_eq!(
            written,
            "September 20, 2022, 11:52 p.m. EDT; written “21 Sep 2022 04:52:07 +0100”"
        );
        let nowhere = when(&at("", "+01:00", "written"), None);
        assert_eq!(nowhere, "September 21, 2022, 3:52 a.m. UTC");
    }
}
