//! Times in a draft's own words: clock, date, hours later, that evening. English.
//!
//! Only what is read whole is read at all: a date without its year stays without one, and `at ten` says nothing.

use super::super::words::is_speech;
use super::clocks::Clock;
use super::clocks::clock_time;
use super::clocks::is_said;
use super::dates::Date;
use super::dates::date;
use super::dates::weekday;
use super::dates::year_of;
use super::names::party;
use super::words::Word;
use super::zones;
use super::zones::Naming;

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
        zone: Option<Naming>,
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

/// A part of a day, in hours; one that reaches beyond 24 is a night, and takes the early hours of the day itself too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part(pub(super) u32, pub(super) u32);

/// The parts of a day by their words.
const PARTS: [&str; 4] = ["morning", "afternoon", "evening", "night"];

/// A time read, and the words it was read from: from one to past the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) time: Time,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Every time in a sentence, the longest reading at each place.
pub(super) fn read(words: &[Word]) -> Vec<Read> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < words.len() {
        let here = words.get(from..).unwrap_or_default();
        let met = within(here)
            .or_else(|| apart(here))
            .or_else(|| vague(here))
            .or_else(|| day(here))
            .or_else(|| year_alone(words, from))
            .or_else(|| stated(here));
        match met {
            Some((mut time, length)) => {
                let read_to = found.last().map_or(0, |it: &Read| it.to);
                if let Time::Stated {
                    clock,
                    date: Some(_),
                    ..
                } = &mut time
                    && matches!(clock, None | Some(Clock::During(_)))
                    && is_clocked_before(words, from, read_to)
                {
                    *clock = Some(Clock::Unread);
                }
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

/// Whether a word counts time, or is a number that may.
pub(super) fn counts(word: &str) -> bool {
    number(word).is_some()
        || unit(word).is_some()
        || matches!(word, "month" | "months" | "year" | "years")
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
    let (time, length) = whole_apart(words)?;
    // 'A week later than promised' is counted from the promise.
    (lower(words, length) != "than").then_some((time, length))
}

/// `three hours and 22 minutes later`, `a week, two days later`: in minutes.
fn summed(words: &[Word], hedged: usize) -> Option<(Time, usize)> {
    let (mut at, mut minutes, mut parts) = (hedged, 0_i64, 0);
    loop {
        let many = match lower(words, at) {
            "a" | "an" | "one" => 1,
            word => number(word)?,
        };
        minutes = minutes.checked_add(many.checked_mul(unit(lower(words, at + 1))?)?)?;
        (at, parts) = (at + 2, parts + 1);
        if let Some((after, length)) = sense(words, at) {
            let about = if hedged == 1 { "about " } else { "" };
            let distance = format!("{about}{minutes} minutes");
            return (parts > 1).then_some((Time::Apart { distance, after }, at + length));
        }
        at += usize::from(lower(words, at) == "and");
    }
}

fn whole_apart(words: &[Word]) -> Option<(Time, usize)> {
    let hedged = usize::from(matches!(
        lower(words, 0),
        "about" | "around" | "roughly" | "some" | "approximately" | "nearly" | "almost"
    ));
    if let Some(read) = summed(words, hedged) {
        return Some(read);
    }
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
        "night" => Some(Part(17, 30)),
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
    let from = |at: usize| here.get(at..).unwrap_or_default();
    let (mut clock, mut zone, mut at) = (None, None, 0);
    if let Some((read, length)) = clock_time(here) {
        clock = Some(read);
        at = length;
        (zone, at) = zoned(here, zone, at);
    }
    let between = usize::from(clock.is_some() && lower(here, at) == "on");
    let mut read = date(from(at + between));
    if clock.is_some() && between == 0 && here.get(at.saturating_sub(1)).is_some_and(|it| !it.pause)
    {
        // 9:29 July 11 is no way to write it.
        read = read.filter(|_| at > 0 && here.get(at).is_some_and(Word::is_capital));
    }
    let date = read.map(|(date, length)| {
        at += between + length;
        date
    });
    // 'At 7:05 a.m. Saturday': of which Saturday, no rule reads, and the time by itself would say less.
    if clock.is_some() && date.is_none() && weekday(lower(here, at)).is_some() {
        clock = Some(Clock::Unread);
        at += 1;
    }
    if clock.is_none() && date.is_some() {
        let joint = usize::from(lower(here, at) == "at");
        let hedged = usize::from(lower(here, at + joint) == "about");
        if let Some((read, length)) = clock_time(from(at + joint + hedged))
            .filter(|_| joint == 1 || here.get(at - 1).is_some_and(|it| it.pause))
        {
            clock = Some(read);
            (zone, at) = zoned(here, zone, at + joint + hedged + length);
        } else if let Some((part, length)) = part_behind(from(at)) {
            clock = Some(Clock::During(part));
            at += length;
        } else if is_said(from(at)) {
            clock = Some(Clock::Unread);
        }
    }
    if clock.is_some() || date.is_some_and(|it| it.day.is_some()) {
        let past;
        let before = zone.is_some();
        (zone, past) = zoned(here, zone, at);
        // Behind a date 'Pacific' may begin a name.
        let last = here.get(past.saturating_sub(1));
        let whole = last.is_some_and(|it| {
            it.lower == "time" || it.closes || it.text.chars().all(|it| !it.is_lowercase())
        });
        if before || whole || past == at {
            at = past;
        } else {
            zone = None;
        }
    }
    // 'At 9 p.m. or 10 p.m.': one of two.
    let digit = |it: usize| lower(here, it).starts_with(|it: char| it.is_ascii_digit());
    let other = matches!(lower(here, at), "or" | "and" | "to") && digit(at + 1);
    if clock.is_some() && other {
        return None;
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

/// The part of the day that words behind a date say: `in the morning`, `at night`.
fn part_behind(words: &[Word]) -> Option<(&'static str, usize)> {
    match (lower(words, 0), lower(words, 1), lower(words, 2)) {
        ("at", "night", _) => Some(("night", 2)),
        ("in", "the", part) => Some((PARTS.iter().find(|it| **it == part)?, 3)),
        _ => None,
    }
}

/// The zone named at that place, where none is yet, and the word behind it.
fn zoned(words: &[Word], zone: Option<Naming>, at: usize) -> (Option<Naming>, usize) {
    if zone.is_some() {
        return (zone, at);
    }
    // 'At nine in Berlin' may be by the clocks there, or by those of whoever tells it.
    if lower(words, at) == "in"
        && let Some(place) = words.get(at + 1).filter(|it| it.is_capital())
        && zones::is_place_name(&place.text)
    {
        return (Some(Naming::Unknown(format!("in {}", place.text))), at + 2);
    }
    match zones::named(words.get(at..).unwrap_or_default()) {
        Some((zone, length)) => (Some(zone), at + length),
        None => (None, at),
    }
}

/// `the morning of May 4th`.
fn part_of_day(words: &[Word]) -> Option<(Time, usize)> {
    let the = usize::from(lower(words, 0) == "the");
    let part = PARTS.iter().find(|it| **it == lower(words, the))?;
    let of = (lower(words, the + 1) == "of").then_some(the + 2)?;
    let (date, length) = date(words.get(of..)?)?;
    date.day?;
    let said = is_said(words.get(of + length..).unwrap_or_default());
    let clock = if said {
        Clock::Unread
    } else {
        Clock::During(part)
    };
    Some((
        Time::Stated {
            clock: Some(clock),
            date: Some(date),
            hedge: None,
            zone: None,
        },
        of + length,
    ))
}

/// The year of `In 2022, Voss wrote`, `In 2022 Voss wrote` at the beginning of a sentence, and of `wrote in 2022: “…”`.
/// Elsewhere it may be of anything: `the Act passed in 1996`, `in 2016 dollars`.
fn year_alone(words: &[Word], from: usize) -> Option<(Time, usize)> {
    let word = words.get(from)?;
    let year = year_of(&word.lower)?;
    let led = from.checked_sub(1).filter(|it| lower(words, *it) == "in")?;
    let next = words.get(from + 1)?;
    let parted = word.pause && !word.dash && !word.colon && !word.semicolon;
    let figures = next.text.starts_with(|it: char| it.is_ascii_digit());
    let speaks = || {
        let (_, past) = party(words, from + 1)?;
        words.get(past).filter(|it| is_speech(&it.lower))
    };
    let begins =
        led == 0 && (parted && !figures && !next.quotation || !word.pause && speaks().is_some());
    let told = led.checked_sub(1).and_then(|it| words.get(it));
    let said = next.quotation && told.is_some_and(|it| !it.quotation && is_speech(&it.lower));
    let date = Date {
        year: Some(year),
        ..Date::default()
    };
    (begins || said).then_some((
        Time::Stated {
            clock: None,
            date: Some(date),
            hedge: None,
            zone: None,
        },
        1,
    ))
}

/// Whether a time of day is said before the `on` of a date, in words that are not read: `at nine o'clock on July 11`.
fn is_clocked_before(words: &[Word], from: usize, read_to: usize) -> bool {
    const REACH: usize = 7;
    let Some(on) = from.checked_sub(1).filter(|it| lower(words, *it) == "on") else {
        return false;
    };
    let plain = |at: &usize| {
        let word = words.get(*at);
        word.is_some_and(|it| !it.quotation && !it.semicolon && !is_speech(&it.lower))
    };
    let before = (read_to..on).rev().take(REACH).take_while(plain);
    before
        .into_iter()
        .any(|at| is_said(words.get(at..on).unwrap_or_default()))
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
