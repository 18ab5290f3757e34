//! Times as they are written in mail headers, X archives and zip archives.
//!
//! The words are kept exactly; what they can mean is a range where the zone is not said.

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use chrono::Weekday;

use crate::record::Instant;
use crate::record::Moment;

/// Milliseconds in an hour.
const HOUR: i64 = 3_600_000;
/// The clocks furthest behind and furthest ahead of UTC, in hours.
const FURTHEST_BEHIND: i64 = 12;
const FURTHEST_AHEAD: i64 = 14;

/// The time of a `Date` header (RFC 5322 §3.3 and its obsolete forms), to the second. `-0000` and a missing zone give a
/// range of all that any clock on Earth may have shown. A note says what could not be read.
///
/// Written here because the parsers at hand read `-0000`, an unknown zone and none as UTC alike, or roll 31 February
/// over into March.
pub(super) fn header_date(words: &str, notes: &mut Vec<String>) -> Instant {
    let Some(Read {
        local,
        zone: minutes,
        remarks,
    }) = date_and_zone(words).or_else(|| iso_date(words))
    else {
        notes.push("its Date header is not a date".to_owned());
        return Instant::unknown(Some(words.to_owned()));
    };
    notes.extend(remarks);
    if local < 0 {
        notes.push("its Date header states a time before there was mail".to_owned());
        return Instant::unknown(Some(words.to_owned()));
    }
    let Some(minutes) = minutes else {
        return anywhere(words, local, "header");
    };
    let Some(at) = Moment::from_seconds(local - minutes * 60) else {
        notes.push("its Date header is not a date".to_owned());
        return Instant::unknown(Some(words.to_owned()));
    };
    let sign = if minutes < 0 { '-' } else { '+' };
    let size = minutes.abs();
    Instant::exact(at, words, "header").in_zone(
        format!("{sign}{:02}:{:02}", size / 60, size % 60),
        "written",
    )
}

/// A `Date` header as it was read.
struct Read {
    /// The local time in seconds, as if it were UTC.
    local: i64,
    /// The minutes that its zone is ahead of UTC.
    zone: Option<i64>,
    /// What is wrong with it.
    remarks: Vec<String>,
}

/// A date as ISO 8601 writes it, which no mail should have and some programs write.
fn iso_date(words: &str) -> Option<Read> {
    let words = words.trim();
    let at = DateTime::parse_from_rfc3339(words)
        .or_else(|_| DateTime::parse_from_str(words, "%Y-%m-%d %H:%M:%S %z"));
    let mut remarks =
        vec!["its Date header is written as in ISO 8601, not as mail has it".to_owned()];
    let (local, zone) = if let Ok(at) = at {
        let ahead = i64::from(at.offset().local_minus_utc());
        (at.timestamp() + ahead, Some(ahead / 60))
    } else {
        let at = NaiveDateTime::parse_from_str(words, "%Y-%m-%dT%H:%M:%S")
            .or_else(|_| NaiveDateTime::parse_from_str(words, "%Y-%m-%d %H:%M:%S"))
            .ok()?;
        remarks.push("its Date header does not say a zone".to_owned());
        (at.and_utc().timestamp(), None)
    };
    Some(Read {
        local,
        zone,
        remarks,
    })
}

fn date_and_zone(words: &str) -> Option<Read> {
    let words = without_comments(words);
    let (mut day, mut month, mut year, mut time, mut offset) = (None, None, None, None, None);
    let (mut zone_met, mut unheard_of, mut weekday) = (false, None, None);
    let mut leap = false;
    for word in words
        .split(|c: char| c.is_ascii_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .take(12)
    {
        if word.contains(':') && time.is_none() {
            let end = word
                .find(|c: char| !c.is_ascii_digit() && c != ':')
                .unwrap_or(word.len());
            let (clock, behind) = word.split_at(end);
            time = Some(time_of_day(clock)?);
            leap = clock.split(':').nth(2) == Some("60");
            if behind.starts_with(['+', '-']) || behind.eq_ignore_ascii_case("z") {
                (zone_met, offset) = (true, zone(behind));
                unheard_of = no_clock_has(behind);
            }
        } else if word.starts_with(['+', '-']) || (time.is_some() && zone(word).is_some()) {
            if time.is_some() && !zone_met {
                (zone_met, offset) = (true, zone(word));
                unheard_of = no_clock_has(word);
            }
        } else {
            for piece in word.split('-').filter(|piece| !piece.is_empty()) {
                if piece.bytes().all(|byte| byte.is_ascii_digit()) {
                    let number: i32 = piece.parse().ok()?;
                    if day.is_none() && piece.len() <= 2 {
                        day = Some(number);
                    } else if year.is_none() {
                        // RFC 5322 §4.3: years of two and three digits.
                        year = Some(match piece.len() {
                            1 | 2 if number < 50 => number + 2000,
                            1..=3 => number + 1900,
                            _ => number,
                        });
                    }
                } else if month.is_none() {
                    month = month_number(piece);
                    weekday = weekday.or_else(|| weekday_of(piece));
                }
            }
        }
    }
    let day = u32::try_from(day?).ok()?;
    let date = NaiveDate::from_ymd_opt(year?, month?, day)?;
    let mut remarks = Vec::new();
    if weekday.is_some_and(|weekday| weekday != date.weekday()) {
        remarks.push("the weekday of its Date header does not fit the date".to_owned());
    }
    if leap {
        remarks.push(
            "its Date header states the second 60, a leap second: the one before it is shown"
                .to_owned(),
        );
    }
    if offset.is_none() {
        remarks.push(match unheard_of {
            Some(zone) => format!("its Date header states the zone {zone}, which no clock has"),
            None => "its Date header does not say a zone".to_owned(),
        });
    }
    Some(Read {
        local: date.and_time(time?).and_utc().timestamp(),
        zone: offset,
        remarks,
    })
}

/// The words without what stands in brackets (RFC 5322 §3.2.2), however deep.
fn without_comments(words: &str) -> String {
    let mut depth = 0_usize;
    words
        .chars()
        .filter(|character| match character {
            '(' => {
                depth += 1;
                false
            }
            ')' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

fn time_of_day(clock: &str) -> Option<NaiveTime> {
    let mut numbers = clock.split(':');
    let hour = numbers.next()?.parse().ok()?;
    let minute = numbers.next()?.parse().ok()?;
    let second: u32 = match numbers.next() {
        Some(second) => second.parse().ok()?,
        None => 0,
    };
    // A leap second is shown as the second before it: no calendar here knows it.
    NaiveTime::from_hms_opt(hour, minute, if second == 60 { 59 } else { second })
}

/// A zone of four digits that is a day or more away from UTC.
fn no_clock_has(word: &str) -> Option<String> {
    let digits = word.strip_prefix(['+', '-'])?;
    let four = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    (four && digits != "0000" && zone(word).is_none()).then(|| word.to_owned())
}

fn weekday_of(name: &str) -> Option<Weekday> {
    name.get(..3)?.parse().ok()
}

fn month_number(name: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let start = name.get(..3)?.to_ascii_lowercase();
    let position = MONTHS.iter().position(|month| *month == start)?;
    u32::try_from(position + 1).ok()
}

/// A local time (in seconds, read as if it were UTC) whose zone nobody says.
pub(super) fn anywhere(words: &str, local: i64, basis: &str) -> Instant {
    let bound = |hours: i64| {
        local
            .checked_mul(1000)
            .and_then(|millis| millis.checked_add(hours * HOUR))
            .and_then(Moment::from_millis)
    };
    Instant {
        as_written: Some(words.to_owned()),
        // A clock 14 hours ahead shows this time 14 hours before UTC does.
        earliest: bound(-FURTHEST_AHEAD),
        latest: bound(FURTHEST_BEHIND),
        basis: Some(basis.to_owned()),
        ..Instant::default()
    }
}

/// A time that was read as if it were UTC, of which nobody says the zone.
pub(super) fn widened(at: Instant) -> Instant {
    let shifted = |at: Option<Moment>, hours: i64| {
        at.and_then(|at| Moment::from_millis(at.millis().checked_add(hours * HOUR)?))
    };
    Instant {
        earliest: shifted(at.earliest, -FURTHEST_AHEAD),
        latest: shifted(at.latest, FURTHEST_BEHIND),
        zone: None,
        zone_basis: None,
        ..at
    }
}

/// Minutes ahead of UTC. RFC 5322 §3.3: `-0000` says nothing of the zone.
fn zone(word: &str) -> Option<i64> {
    if let Some(digits) = word.strip_prefix(['+', '-']) {
        let digits: Vec<i64> = digits
            .bytes()
            .filter(u8::is_ascii_digit)
            .map(|byte| i64::from(byte - b'0'))
            .collect();
        let size = match digits.as_slice() {
            [a, b, c, d] => (a * 10 + b) * 60 + c * 10 + d,
            [a, b, c] => a * 60 + b * 10 + c,
            [a, b] => (a * 10 + b) * 60,
            _ => return None,
        };
        let behind = word.starts_with('-');
        let unsaid = size >= 24 * 60 || (behind && size == 0);
        return (!unsaid).then_some(if behind { -size } else { size });
    }
    let hours = match word.to_ascii_uppercase().as_str() {
        "GMT" | "UT" | "UTC" | "Z" => 0,
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => return None,
    };
    Some(hours * 60)
}

/// The time of a message in an X archive, whose format fixes UTC (`2017-02-02T01:00:28.774Z`).
pub(super) fn export_time(words: &str, notes: &mut Vec<String>) -> Instant {
    let at = DateTime::parse_from_rfc3339(words)
        .ok()
        .filter(|_| words.ends_with('Z'))
        .and_then(|at| Moment::from_millis(at.timestamp_millis()));
    if let Some(at) = at {
        return Instant::exact(at, words, "export").in_zone("UTC", "format");
    }
    notes.push("its createdAt is not a UTC time".to_owned());
    Instant::unknown(Some(words.to_owned()))
}

/// The time of a post in an X archive, to the second (`Wed Oct 10 20:19:24 +0000 2018`).
pub(super) fn post_time(words: &str, notes: &mut Vec<String>) -> Instant {
    let at = DateTime::parse_from_str(words, "%a %b %d %H:%M:%S %z %Y").ok();
    let moment = at.and_then(|at| Moment::from_millis(at.timestamp_millis()));
    if let (Some(at), Some(moment)) = (at, moment) {
        return Instant::exact(moment, words, "export").in_zone(at.offset().to_string(), "written");
    }
    notes.push("its created_at is not a time".to_owned());
    Instant::unknown(Some(words.to_owned()))
}
