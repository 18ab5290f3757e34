//! Times in a draft's own words: clock, date, hours later, that evening. English.
//!
//! Only what is read whole is read at all: a date without its year stays without one, and `at ten` says nothing.

use super::super::words::is_speech;
use super::dates::Date;
use super::dates::date;
use super::dates::figure;
use super::dates::year_of;
use super::words::Word;

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// Hour and minute, and which half of the day is meant: nothing where it is not said.
    At(u32, Option<u32>, Option<Half>),
    Noon,
    Midnight,
    /// A part of the day, by the word that [`crate::record::when`] reads.
    During(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Afternoon,
}

/// How a time of day is softened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hedge {
    About,
    JustBefore,
    ShortlyAfter,
}

/// What a stretch of a draft says of a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Time {
    /// A clock, a date, or both.
    Stated {
        clock: Option<Clock>,
        date: Option<Date>,
        hedge: Option<Hedge>,
        zone: Option<String>,
    },
    /// So long after or before something: the words that [`crate::record::when`] reads, without what it is counted from.
    Apart { distance: String, after: bool },
    /// So many calendar months after or before something.
    Months {
        many: u32,
        after: bool,
        slack: Slack,
    },
    /// After or before something, by nobody knows how much: `weeks later`.
    Vague,
    /// Within so many minutes.
    Within { minutes: i64 },
    /// So many days after the day of something, in that part of it.
    Day { days: i64, part: Option<Part> },
}

/// How far from the same day of the month a record may be, in days: up to `near` it agrees, beyond `far` it differs, and in
/// between it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slack {
    pub(super) near: i64,
    pub(super) far: i64,
}

/// A month is of 28 to 31 days, so that three days to either side of the same day of another month cover every one; half a
/// month is what writers round. A year is good to half a month, and what is told as 'about' to more. The numbers are
/// printed with the rules (schema/CITING.md).
const MONTHS: [Slack; 2] = [Slack { near: 3, far: 15 }, Slack { near: 15, far: 31 }];
const YEARS: [Slack; 2] = [Slack { near: 15, far: 183 }, Slack { near: 61, far: 366 }];

/// A part of a day, in hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part(pub(super) u32, pub(super) u32);

/// A time read, and the words it was read from: from one to past the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) time: Time,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Whether a word names a zone.
pub(super) fn is_zone(text: &str) -> bool {
    zone_of(text).is_some()
}

/// The zone that a word names, as the archive's own reader of zones takes it.
pub(super) fn zone_of(text: &str) -> Option<&'static str> {
    // 'Eastern' is said of the United States; elsewhere the words differ ('AEST').
    const ZONES: &[(&str, &str)] = &[
        ("Eastern", "America/New_York"),
        ("Central", "America/Chicago"),
        ("Mountain", "America/Denver"),
        ("Pacific", "America/Los_Angeles"),
        ("ET", "America/New_York"),
        ("PT", "America/Los_Angeles"),
        ("UTC", "UTC"),
        ("GMT", "GMT"),
        ("EST", "EST"),
        ("EDT", "EDT"),
        ("CST", "CST"),
        ("CDT", "CDT"),
        ("MST", "MST"),
        ("MDT", "MDT"),
        ("PST", "PST"),
        ("PDT", "PDT"),
    ];
    ZONES.iter().find(|it| it.0 == text).map(|it| it.1)
}

/// Every time in a sentence, the longest reading at each place.
pub(super) fn read(words: &[Word]) -> Vec<Read> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < words.len() {
        let here = words.get(from..).unwrap_or_default();
        let lead = from.checked_sub(1).map_or("", |it| lower(words, it));
        let met = within(here)
            .or_else(|| apart(here))
            .or_else(|| vague(here))
            .or_else(|| day(here))
            .or_else(|| year_alone(here).filter(|_| lead == "in"))
            .or_else(|| stated(here));
        match met {
            Some((time, length)) => {
                found.push(Read {
                    time,
                    from,
                    to: from + length,
                });
                from += length;
            }
            None => from += 1,
        }
    }
    found
}

pub(super) fn lower(words: &[Word], at: usize) -> &str {
    words.get(at).map_or("", |it| it.lower.as_str())
}

/// `within the half hour`, `within 20 minutes`, `within a day`.
fn within(words: &[Word]) -> Option<(Time, usize)> {
    if lower(words, 0) != "within" {
        return None;
    }
    let article = usize::from(matches!(lower(words, 1), "the" | "a" | "an"));
    let half = usize::from(article == 1 && lower(words, 2) == "half");
    if half == 1 {
        let an = usize::from(matches!(lower(words, 3), "an" | "a"));
        let minutes = unit(lower(words, 3 + an))? / 2;
        return Some((Time::Within { minutes }, 4 + an));
    }
    if article == 1 {
        let minutes = unit(lower(words, 2))?;
        return Some((Time::Within { minutes }, 3));
    }
    let many = number(lower(words, 1))?;
    let minutes = many.checked_mul(unit(lower(words, 2))?)?;
    Some((Time::Within { minutes }, 3))
}

/// `about 12 hours later`, `two days earlier`, `a week after that`.
fn apart(words: &[Word]) -> Option<(Time, usize)> {
    let hedged = usize::from(matches!(
        lower(words, 0),
        "about" | "around" | "roughly" | "some" | "approximately" | "nearly" | "almost"
    ));
    let many = match lower(words, hedged) {
        "a" | "an" => 1,
        word => number(word)?,
    };
    let name = lower(words, hedged + 1).trim_end_matches('s');
    let (after, length) = sense(words, hedged + 2)?;
    let length = hedged + 2 + length;
    // A month has no length of its own.
    let months = match name {
        "month" => Some((many, MONTHS)),
        "year" => Some((many.checked_mul(12)?, YEARS)),
        _ => None,
    };
    if let Some((many, [plain, about])) = months {
        let slack = if hedged == 1 { about } else { plain };
        let many = u32::try_from(many).ok()?;
        return Some((Time::Months { many, after, slack }, length));
    }
    unit(lower(words, hedged + 1))?;
    let about = if hedged == 1 { "about " } else { "" };
    Some((
        Time::Apart {
            distance: format!("{about}{many} {name}s"),
            after,
        },
        length,
    ))
}

/// `weeks later`, `a few months earlier`, `several days before`.
fn vague(words: &[Word]) -> Option<(Time, usize)> {
    let skip = match (lower(words, 0), lower(words, 1), lower(words, 2)) {
        ("a", "couple", "of") => 3,
        ("a", "few", _) => 2,
        ("some" | "several" | "many", _, _) => 1,
        _ => 0,
    };
    matches!(
        lower(words, skip),
        "moments" | "minutes" | "hours" | "days" | "weeks" | "months" | "years"
    )
    .then_some(())?;
    let (_, length) = sense(words, skip + 1)?;
    Some((Time::Vague, skip + 1 + length))
}

/// Whether the words there say later or earlier, and how many they are.
fn sense(words: &[Word], at: usize) -> Option<(bool, usize)> {
    match lower(words, at) {
        "later" | "afterwards" => Some((true, 1)),
        "after" if matches!(lower(words, at + 1), "that" | "this") => Some((true, 2)),
        "earlier" => Some((false, 1)),
        "before" if is_end(words, at) => Some((false, 1)),
        _ => None,
    }
}

/// Whether no word of the sentence belongs to that one: 'the day before the hearing' is counted from the hearing.
fn is_end(words: &[Word], at: usize) -> bool {
    words.get(at).is_some_and(|it| it.pause) || words.get(at + 1).is_none_or(|it| it.quotation)
}

/// `that evening`, `the next day`, `the same morning`, `the following night`, `the day before`.
fn day(words: &[Word]) -> Option<(Time, usize)> {
    let before = lower(words, 0) == "the" && lower(words, 2) == "before" && is_end(words, 2);
    let (days, skip) = match (lower(words, 0), lower(words, 1)) {
        ("that", _) => (0, 1),
        ("the", "same") => (0, 2),
        ("the", "next" | "following") => (1, 2),
        ("the", "previous") => (-1, 2),
        ("the", _) if before => (-1, 1),
        _ => return None,
    };
    let part = match lower(words, skip) {
        "day" => None,
        "morning" => Some(Part(4, 12)),
        "afternoon" => Some(Part(12, 18)),
        "evening" => Some(Part(16, 24)),
        "night" => Some(Part(18, 24)),
        _ => return None,
    };
    Some((Time::Day { days, part }, skip + 1 + usize::from(before)))
}

/// A clock, a date, or both with `on`, `at` or a comma between.
fn stated(words: &[Word]) -> Option<(Time, usize)> {
    if let Some(read) = part_of_day(words) {
        return Some(read);
    }
    let (hedge, skip) = match (lower(words, 0), lower(words, 1)) {
        ("about" | "around" | "circa", _) => (Some(Hedge::About), 1),
        ("just" | "shortly", "before") => (Some(Hedge::JustBefore), 2),
        ("just" | "shortly", "after") => (Some(Hedge::ShortlyAfter), 2),
        _ => (None, 0),
    };
    let here = words.get(skip..)?;
    let (mut clock, mut zone, mut at) = (None, None, 0);
    if let Some((read, length)) = clock_time(here) {
        clock = Some(read);
        at = length;
        if let Some(named) = here.get(at).and_then(|it| zone_of(&it.text)) {
            zone = Some(named.to_owned());
            at += 1 + usize::from(lower(here, at + 1) == "time");
        }
    }
    let between = usize::from(clock.is_some() && lower(here, at) == "on");
    let mut read = date(here.get(at + between..).unwrap_or_default());
    if clock.is_some() && between == 0 && here.get(at.saturating_sub(1)).is_some_and(|it| !it.pause)
    {
        // 9:29 July 11 is no way to write it.
        read = read.filter(|_| at > 0 && here.get(at).is_some_and(Word::is_capital));
    }
    let date = read.map(|(date, length)| {
        at += between + length;
        date
    });
    if clock.is_none() && date.is_some() {
        let joint = usize::from(lower(here, at) == "at");
        let hedged = usize::from(lower(here, at + joint) == "about");
        if let Some((read, length)) =
            clock_time(here.get(at + joint + hedged..).unwrap_or_default())
                .filter(|_| joint == 1 || here.get(at - 1).is_some_and(|it| it.pause))
        {
            clock = Some(read);
            at += joint + hedged + length;
            if let Some(named) = here.get(at).and_then(|it| zone_of(&it.text)) {
                zone = Some(named.to_owned());
                at += 1;
            }
        }
    }
    // A hedge is read of a time of day alone: 'about July 2023' is what a person says of a date.
    if clock.is_none() && (date.is_none() || hedge.is_some()) {
        return None;
    }
    Some((
        Time::Stated {
            clock,
            date,
            hedge,
            zone,
        },
        skip + at,
    ))
}

/// `the morning of May 4th`.
fn part_of_day(words: &[Word]) -> Option<(Time, usize)> {
    const PARTS: [&str; 4] = ["morning", "afternoon", "evening", "night"];
    let the = usize::from(lower(words, 0) == "the");
    let part = PARTS.iter().find(|it| **it == lower(words, the))?;
    let of = (lower(words, the + 1) == "of").then_some(the + 2)?;
    let (date, length) = date(words.get(of..)?)?;
    date.day?;
    Some((
        Time::Stated {
            clock: Some(Clock::During(part)),
            date: Some(date),
            hedge: None,
            zone: None,
        },
        of + length,
    ))
}

fn clock_time(words: &[Word]) -> Option<(Clock, usize)> {
    match lower(words, 0) {
        "noon" => return Some((Clock::Noon, 1)),
        "midnight" => return Some((Clock::Midnight, 1)),
        _ => {}
    }
    let (digits, glued) = split_meridiem(lower(words, 0));
    let (half, length) = match glued {
        Some(half) => (Some(half), 1),
        None => match meridiem(lower(words, 1)) {
            Some(half) => (Some(half), 2),
            None => (None, 1),
        },
    };
    let (hour, minute) = match digits.split_once(':') {
        Some((hour, minute)) if minute.len() == 2 => (figure(hour)?, Some(figure(minute)?)),
        Some(_) => return None,
        None => (figure(digits)?, None),
    };
    if minute.is_none() && half.is_none() || hour > 23 || minute.is_some_and(|it| it > 59) {
        return None;
    }
    if half.is_some() && !(1..=12).contains(&hour) {
        return None;
    }
    Some((Clock::At(hour, minute, half), length))
}

fn split_meridiem(word: &str) -> (&str, Option<Half>) {
    for (ending, half) in [
        ("a.m", Half::Morning),
        ("p.m", Half::Afternoon),
        ("am", Half::Morning),
        ("pm", Half::Afternoon),
    ] {
        if let Some(digits) = word.strip_suffix(ending)
            && digits.ends_with(|it: char| it.is_ascii_digit())
        {
            return (digits, Some(half));
        }
    }
    (word, None)
}

fn meridiem(word: &str) -> Option<Half> {
    match word {
        "am" | "a.m" => Some(Half::Morning),
        "pm" | "p.m" => Some(Half::Afternoon),
        _ => None,
    }
}

/// The year of `in 2022`, where no noun follows that it may count.
fn year_alone(words: &[Word]) -> Option<(Time, usize)> {
    let word = words.first()?;
    let year = year_of(&word.lower)?;
    let next = words.get(1);
    let ends =
        word.pause || next.is_none_or(|it| it.quotation || it.is_capital() || is_speech(&it.lower));
    let date = Date {
        year: Some(year),
        ..Date::default()
    };
    ends.then_some((
        Time::Stated {
            clock: None,
            date: Some(date),
            hedge: None,
            zone: None,
        },
        1,
    ))
}

/// A small number in words or digits.
fn number(word: &str) -> Option<i64> {
    if word.bytes().all(|it| it.is_ascii_digit()) && (1..=4).contains(&word.len()) {
        return word.parse().ok();
    }
    super::super::words::number(word)
}

/// A unit of time in minutes.
fn unit(word: &str) -> Option<i64> {
    match word {
        "minute" | "minutes" => Some(1),
        "hour" | "hours" => Some(60),
        "day" | "days" => Some(24 * 60),
        "week" | "weeks" => Some(7 * 24 * 60),
        _ => None,
    }
}
