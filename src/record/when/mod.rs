//! Reading the time that a person states, in digits or in words, without ever making it more precise than it was given.
//!
//! | written | earliest to latest |
//! |---|---|
//! | `2023`, `2023-08`, `June 2023`, `2023-08-14`, `14 August 2023`, `Aug 14, 2023` | the whole year, month, day |
//! | `2023-08-14 16:00`, `9:29 am on 11 July 2023`, `2023-08-14T16:00:05Z` | the whole minute, second |
//! | `2023-08-14 4 pm`, `noon on 2023-08-14` | the whole hour; the minute of noon |
//! | `midnight on 2023-08-14` | the whole day, as it may be its beginning or its end |
//! | `about X`, `around X`, `circa X`, `X~` | X and, on either side: 30 minutes (times), a day, a month, a year |
//! | `by X`, `no later than X` | open to the end of X |
//! | `before X`; `after X`; `since X` | to the start of X; from the end of X; from the start of X |
//! | `X..Y`, `X to Y`, `between X and Y` | start of X to end of Y; `..Y` and `X..` are open |
//! | `just before T on D`, `shortly after T on D` | the 30 minutes before T, the minute of T and 30 after it |
//! | `just before midnight on D` | 23:30 to the end of D; `just after midnight`: 0:00 to 0:30 |
//! | `early hours`, `morning`, `afternoon`, `evening`, `night of D` | 0-6, 5-12, 12-18, 17-24, 20 to 6 the next day |
//! | `early`, `mid`, `late June 2023` | days 1-10, 11-20, 21 to the end |
//! | `early`, `mid`, `late 2023` | January-April, May-August, September-December |
//! | `12 hours after m-7kq2`, `about 3 days before m-7kq2`, `after m-7kq2` | see [`resolve`] |
//! | `unknown` | no bounds |
//!
//! A zone may stand at the end (`Z`, `-04:00`, `America/New_York`, `EDT`); otherwise the one given is used. Dates in
//! digits and slashes are not read, because 3/4/2023 is two days. The words are kept whatever they say.

mod calendar;
mod relative;
#[cfg(test)]
mod tests;

pub use relative::resolve;

use chrono::Datelike as _;
use chrono::Months;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::TimeDelta;

use super::Instant;
use super::Moment;
use super::Zone;
use calendar::Stretch;
use calendar::Unit;
use calendar::clock_time;
use calendar::date;
use relative::relation;

/// Words that state no time that could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a time that can be read; write it like 2023-08-14, 2023-08-14 16:00, June 2023, by 2023-06-30, about 2023, 2023-06-01..2023-06-30 or unknown"
)]
pub struct ParseWhenError(String);

/// Longest words that are read, in bytes; longer ones are only kept.
const LONGEST: usize = 200;

/// How far 'about', 'just before' and 'shortly after' reach for a time of day, in minutes.
const ABOUT: i64 = 30;

/// Reads a stated time. A zone written in it has the basis `written`, the one given here has `basis`.
pub fn parse(words: &str, zone: Zone, basis: &str) -> Result<Instant, ParseWhenError> {
    read(words, zone, basis).ok_or_else(|| ParseWhenError(words.chars().take(80).collect()))
}

/// Reads a stated time, and keeps the words without bounds where they can't be read.
pub fn stated(words: &str, zone: Zone, basis: &str) -> Instant {
    read(words, zone, basis).unwrap_or_else(|| Instant {
        as_written: Some(words.to_owned()),
        basis: Some("stated".to_owned()),
        ..Instant::default()
    })
}

fn read(words: &str, zone: Zone, basis: &str) -> Option<Instant> {
    if words.len() > LONGEST {
        return None;
    }
    let lower = words
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    if matches!(lower.as_str(), "" | "unknown" | "not known" | "?") {
        let kept = (!lower.is_empty()).then(|| words.to_owned());
        return Some(Instant::unknown(kept));
    }
    let mut instant = Instant {
        as_written: Some(words.to_owned()),
        basis: Some("stated".to_owned()),
        ..Instant::default()
    };
    if let Some(relation) = relation(&lower) {
        instant.relative_to = Some(relation.to);
        return Some(instant);
    }
    let (text, written) = cut_zone(&lower);
    let (zone, basis) = match &written {
        Some(written) => (*written, "written"),
        None => (zone, basis),
    };
    let (start, end) = bounds(text)?;
    if matches!((start, end), (Some(start), Some(end)) if end <= start) {
        return None;
    }
    // A bound that four-digit years can't say is not an open one.
    instant.earliest = match start {
        Some(start) => Some(zone.first(start)?),
        None => None,
    };
    instant.latest = match end {
        Some(end) => Some(Moment::from_millis(zone.last(end)?.millis() - 1)?),
        None => None,
    };
    // Half past two in the night in which the clocks leap from two to three is the moment of the leap.
    instant.latest = instant.latest.map(|latest| {
        instant
            .earliest
            .map_or(latest, |earliest| latest.max(earliest))
    });
    Some(instant.in_zone(zone.to_string(), basis))
}

/// Takes a zone off the end: after a space, or a `Z` or offset that touches a time of day.
fn cut_zone(text: &str) -> (&str, Option<Zone>) {
    if let Some((before, last)) = text.rsplit_once(' ')
        && let Ok(zone) = last.parse()
    {
        return (before, Some(zone));
    }
    if let Some(at) = text.rfind(['z', '+', '-'])
        && let Some((before, last)) = text.split_at_checked(at)
        && ends_in_clock(before)
        && let Ok(zone) = last.parse()
    {
        return (before, Some(zone));
    }
    (text, None)
}

/// Whether the text ends in digits of a clock, `9:29` or `16:00:05.25`, and so may have an offset behind it. Behind
/// anything else, `-08` is a month: `2023-07-14 16:00 to 2023-08`.
fn ends_in_clock(text: &str) -> bool {
    let rest = text
        .trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ':' || letter == '.');
    let clock = text.get(rest.len()..).unwrap_or_default();
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = whole.split(':').collect();
    matches!(parts.len(), 2 | 3)
        && (parts.len() == 3 || !clock.contains('.'))
        && digits(fraction)
        && parts.iter().enumerate().all(|(number, part)| {
            digits(part) && (part.len() == 2 || (number == 0 && part.len() == 1))
        })
}

type Bounds = (Option<NaiveDateTime>, Option<NaiveDateTime>);

fn bounds(text: &str) -> Option<Bounds> {
    let after = |prefixes: &[&str]| prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    if let Some((from, to)) = text.split_once("..") {
        let open = |text: &str| match text.trim() {
            "" => Some(None),
            text => stretch(text).map(Some),
        };
        let (from, to) = (open(from)?, open(to)?);
        return (from.is_some() || to.is_some())
            .then(|| (from.map(|from| from.start), to.map(|to| to.end)));
    }
    if let Some(rest) = after(&["by ", "no later than ", "not later than "]) {
        return stretch(rest).map(|rest| (None, Some(rest.end)));
    }
    if let Some(rest) = after(&["before "]) {
        return stretch(rest).map(|rest| (None, Some(rest.start)));
    }
    if let Some(rest) = after(&["after "]) {
        return stretch(rest).map(|rest| (Some(rest.end), None));
    }
    if let Some(rest) = after(&["since ", "not before "]) {
        return stretch(rest).map(|rest| (Some(rest.start), None));
    }
    let pair = match after(&["between "]) {
        Some(rest) => rest.split_once(" and "),
        None => text
            .strip_prefix("from ")
            .unwrap_or(text)
            .split_once(" to "),
    };
    if let Some((from, to)) = pair {
        return Some((Some(stretch(from)?.start), Some(stretch(to)?.end)));
    }
    stretch(text).map(|met| (Some(met.start), Some(met.end)))
}

/// One time, with 'about' and the parts of a day, month or year.
fn stretch(text: &str) -> Option<Stretch> {
    let text = text.trim();
    let about = ["about ", "around ", "circa ", "ca. ", "c. ", "~"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .or_else(|| text.strip_suffix('~'));
    if let Some(rest) = about {
        return widen(plain(rest.trim())?);
    }
    plain(text)
}

/// The stretch and as much on either side as its unit.
fn widen(met: Stretch) -> Option<Stretch> {
    let (start, end) = match met.unit {
        Unit::Time => (shift(met.start, -ABOUT)?, shift(met.end, ABOUT)?),
        Unit::Day => (shift(met.start, -24 * 60)?, shift(met.end, 24 * 60)?),
        Unit::Month | Unit::Year => {
            let months = Months::new(if met.unit == Unit::Year { 12 } else { 1 });
            (
                met.start.checked_sub_months(months)?,
                met.end.checked_add_months(months)?,
            )
        }
    };
    Some(Stretch { start, end, ..met })
}

fn plain(text: &str) -> Option<Stretch> {
    if let Some(met) = date(text) {
        return Some(met);
    }
    part_of_date(text)
        .or_else(|| part_of_day(text))
        .or_else(|| time_and_date(text))
}

/// `early June 2023`, `mid 2023`.
fn part_of_date(text: &str) -> Option<Stretch> {
    let (part, rest) = text.split_once([' ', '-'])?;
    let third = ["early", "mid", "late"]
        .iter()
        .position(|&word| word == part)?;
    let whole = date(rest)?;
    let first = whole.start.date();
    let edges: [NaiveDate; 4] = match whole.unit {
        Unit::Year => [
            first,
            first.with_month(5)?,
            first.with_month(9)?,
            whole.end.date(),
        ],
        Unit::Month => [
            first,
            first.with_day(11)?,
            first.with_day(21)?,
            whole.end.date(),
        ],
        Unit::Day | Unit::Time => return None,
    };
    Some(Stretch {
        start: edges.get(third)?.and_hms_opt(0, 0, 0)?,
        end: edges.get(third + 1)?.and_hms_opt(0, 0, 0)?,
        unit: whole.unit,
    })
}

/// `the morning of 2023-08-14`, `in the early hours of 14 August 2023`.
fn part_of_day(text: &str) -> Option<Stretch> {
    const PARTS: [(&str, i64, i64); 5] = [
        ("early hours", 0, 6),
        ("morning", 5, 12),
        ("afternoon", 12, 18),
        ("evening", 17, 24),
        ("night", 20, 30),
    ];
    let text = text.trim_start_matches("in ").trim_start_matches("on ");
    let text = text.trim_start_matches("the ");
    let (part, rest) = text.split_once(" of ")?;
    let (_, from, to) = PARTS.iter().find(|(word, ..)| *word == part)?;
    let day = date(rest).filter(|day| day.unit == Unit::Day)?.start;
    Some(Stretch {
        start: shift(day, from * 60)?,
        end: shift(day, to * 60)?,
        unit: Unit::Time,
    })
}

/// `T on D`, `D at T`, `D T`, `DTT` (RFC 3339), with 'just before' or 'just after' before T.
fn time_and_date(text: &str) -> Option<Stretch> {
    if let Some((time, day)) = text.split_once(" on ") {
        return at_time(day, time);
    }
    if let Some((day, time)) = text.split_once(" at ") {
        return at_time(day, time);
    }
    // `\u{20}` and `t` part day and time in RFC 3339; in words the time may itself have a space (`9:29 am`).
    text.match_indices([' ', 't'])
        .find_map(|(at, _)| at_time(text.get(..at)?.trim_end_matches(','), text.get(at + 1..)?))
}

fn at_time(day: &str, time: &str) -> Option<Stretch> {
    let whole = date(day).filter(|day| day.unit == Unit::Day)?;
    let day = whole.start;
    let near = |words: [&str; 2]| words.iter().find_map(|word| time.strip_prefix(word));
    let (before, after) = (
        near(["just before ", "shortly before "]),
        near(["just after ", "shortly after "]),
    );
    let clock = before.or(after).unwrap_or(time);
    let (from, to) = match clock.trim_start_matches("at ") {
        // The midnight that ends a day is meant by 'just before', the one that begins it by 'just after'.
        "midnight" if before.is_some() => (24 * 60 * 60_000, 24 * 60 * 60_000),
        "midnight" if after.is_some() => (0, 0),
        "midnight" => return Some(whole),
        "noon" | "midday" => (12 * 60 * 60_000, (12 * 60 + 1) * 60_000),
        clock => clock_time(clock)?,
    };
    let at = |millis: i64| day.checked_add_signed(TimeDelta::milliseconds(millis));
    let (start, end) = if before.is_some() {
        (shift(at(from)?, -ABOUT)?, at(from)?)
    } else if after.is_some() {
        (at(from)?, shift(at(to)?, ABOUT)?)
    } else {
        (at(from)?, at(to)?)
    };
    Some(Stretch {
        start,
        end,
        unit: Unit::Time,
    })
}

fn shift(at: NaiveDateTime, minutes: i64) -> Option<NaiveDateTime> {
    at.checked_add_signed(TimeDelta::minutes(minutes))
}
