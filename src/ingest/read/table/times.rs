//! The time of a row, as its cell has it.

use chrono::format::Parsed;
use chrono::format::StrftimeItems;
use chrono::format::parse;

use super::super::time::widened;
use super::mapping::Mapping;
use super::mapping::is_unix;

use crate::record::Instant;
use crate::record::Moment;
use crate::record::Zone;
use crate::record::when;

/// What is said of a time whose zone nobody states.
const NO_ZONE: &str = "neither its time nor the mapping says a zone";

/// The time that a cell states; never more precise than it is written, and as wide as any clock on Earth where nobody
/// states a zone. A note says what could not be read; the words are kept.
pub(super) fn of_cell(words: &str, mapping: &Mapping, notes: &mut Vec<String>) -> Instant {
    let Some(mut at) = read(words, mapping) else {
        notes.push("its time cannot be read as the mapping has it".to_owned());
        return Instant::unknown(Some(words.to_owned()));
    };
    at.as_written = Some(words.to_owned());
    at.basis = Some("export".to_owned());
    if at.zone_basis.as_deref() == Some("assumed") {
        notes.push(NO_ZONE.to_owned());
        return widened(at);
    }
    at
}

/// The time that is stated of all rows.
pub(super) fn stated(words: &str, mapping: &Mapping, notes: &mut Vec<String>) -> Instant {
    let (zone, basis) = zone(mapping);
    let at = when::stated(words, zone, basis);
    if at.zone_basis.as_deref() == Some("assumed") {
        notes.push(NO_ZONE.to_owned());
        return widened(at);
    }
    at
}

/// The zone of times that state none, and how it is known.
fn zone(mapping: &Mapping) -> (Zone, &'static str) {
    mapping
        .zone()
        .map_or((Zone::UTC, "assumed"), |zone| (zone, "stated"))
}

fn read(words: &str, mapping: &Mapping) -> Option<Instant> {
    let (zone, basis) = zone(mapping);
    match mapping.time.format.as_deref() {
        Some(form) if is_unix(form) => {
            let count: i64 = words.trim().parse().ok()?;
            let at = if form == "unix" {
                Moment::from_seconds(count)
            } else {
                Moment::from_millis(count)
            }?;
            Some(Instant::exact(at, words, "export").in_zone("UTC", "format"))
        }
        Some(form) => when::parse(&plainly(words.trim(), form)?, zone, basis).ok(),
        None => when::parse(words.trim(), zone, basis)
            .ok()
            .filter(|at| at.earliest.is_some() || at.latest.is_some()),
    }
}

/// The same time as [`when::parse`] reads it, as precise as it was written.
fn plainly(words: &str, form: &str) -> Option<String> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, words, StrftimeItems::new(form)).ok()?;
    if parsed.timestamp().is_some() {
        let at = parsed.to_naive_datetime_with_offset(0).ok()?;
        return Some(at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    }
    let day = parsed.to_naive_date().ok()?.format("%Y-%m-%d");
    if parsed.hour_mod_12().is_none() {
        return Some(day.to_string());
    }
    // An hour without its half of the day, or without its minute, is none.
    let clock = parsed.to_naive_time().ok()?;
    let clock = if parsed.second().is_some() {
        clock.format("%H:%M:%S").to_string()
    } else {
        clock.format("%H:%M").to_string()
    };
    let zone = parsed.offset().map_or_else(String::new, |seconds| {
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.abs() / 60;
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    });
    Some(format!("{day}T{clock}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(time: &str) -> Mapping {
        let text = format!("name = 'a'\nformat = 'csv'\n[columns]\ntext = 1\n[time]\n{time}");
        Mapping::read(&text).unwrap()
    }

    fn bounds(words: &str, time: &str) -> String {
        let mut notes = Vec::new();
        let at = of_cell(words, &mapping(time), &mut notes);
        assert_eq!(at.as_written.as_deref(), Some(words));
        let shown = |at: Option<Moment>| at.map_or_else(|| "?".to_owned(), |at| at.to_string());
        format!(
            "{} {} {} {}",
            shown(at.earliest),
            shown(at.latest),
            at.zone_basis.unwrap_or_default(),
            notes.len()
        )
    }

    #[test]
    fn a_time_is_as_wide_as_it_is_written() {
        let york = "zone = 'America/New_York'";
        for (words, time, said) in [
            (
                "2015-11-01T02:31:01Z",
                york,
                "2015-11-01T02:31:01Z 2015-11-01T02:31:01.999Z written 0",
            ),
            (
                "2017-09-19 19:33",
                york,
                "2017-09-19T23:33:00Z 2017-09-19T23:33:59.999Z stated 0",
            ),
            (
                "9/19/17 7:33 PM",
                "zone = 'America/New_York'\nformat = '%m/%d/%y %I:%M %p'",
                "2017-09-19T23:33:00Z 2017-09-19T23:33:59.999Z stated 0",
            ),
            (
                "19.09.2017",
                "zone = 'UTC'\nformat = '%d.%m.%Y'",
                "2017-09-19T00:00:00Z 2017-09-19T23:59:59.999Z stated 0",
            ),
            (
                "Wed Oct 10 20:19:24 +0000 2018",
                "format = '%a %b %d %H:%M:%S %z %Y'",
                "2018-10-10T20:19:24Z 2018-10-10T20:19:24.999Z written 0",
            ),
            (
                "1505863980",
                "format = 'unix'",
                "2017-09-19T23:33:00Z 2017-09-19T23:33:00Z format 0",
            ),
            (
                "1505863980123",
                "format = 'unix-millis'",
                "2017-09-19T23:33:00.123Z 2017-09-19T23:33:00.123Z format 0",
            ),
            (
                "2017-09-19 19:33",
                "",
                "2017-09-19T05:33:00Z 2017-09-20T07:33:59.999Z  1",
            ),
            ("yesterday", york, "? ?  1"),
            ("9/19/17", york, "? ?  1"),
            ("31.02.2017", "zone = 'UTC'\nformat = '%d.%m.%Y'", "? ?  1"),
            ("", york, "? ?  1"),
            ("99999999999999999999", "format = 'unix'", "? ?  1"),
        ] {
            assert_eq!(bounds(words, time), said, "{words} {time}");
        }
    }
}
