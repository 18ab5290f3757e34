//! Times of day in a draft's own words. English, and figures.

use super::super::words::number;
use super::dates::figure;
use super::times::lower;
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
    /// One is said beside the date, in words that no rule reads.
    Unread,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Afternoon,
}

/// The time of day that begins a stretch of words, and how many they are.
pub(super) fn clock_time(words: &[Word]) -> Option<(Clock, usize)> {
    match lower(words, 0) {
        "noon" => return Some((Clock::Noon, 1)),
        "midnight" => return Some((Clock::Midnight, 1)),
        _ => {}
    }
    let (hour, minute, half, length) = spoken(words)
        .or_else(|| military(words))
        .or_else(|| figures(words))?;
    let (half, length) = match half {
        Some(half) => (Some(half), length),
        None => match half_of_day(words, hour, length) {
            Some((half, past)) => (Some(half), past),
            None => (None, length),
        },
    };
    if minute.is_none() && half.is_none() || hour > 23 || minute.is_some_and(|it| it > 59) {
        return None;
    }
    if half.is_some() && !(1..=12).contains(&hour) {
        return None;
    }
    Some((Clock::At(hour, minute, half), length))
}

type Parts = (u32, Option<u32>, Option<Half>, usize);

/// `9:29`, `9:29 am`, `9.29am`, `9 p.m.`
fn figures(words: &[Word]) -> Option<Parts> {
    let (digits, glued) = split_meridiem(lower(words, 0));
    let (half, length) = match glued {
        Some(half) => (Some(half), 1),
        None => match meridiem(lower(words, 1)) {
            Some(half) => (Some(half), 2),
            None => (None, 1),
        },
    };
    // A point parts hours from minutes only where nothing else can be meant.
    let parted = digits
        .split_once(':')
        .or_else(|| digits.split_once('.').filter(|_| half.is_some()));
    let (hour, minute) = match parted {
        Some((hour, minute)) if minute.len() == 2 => (figure(hour)?, Some(figure(minute)?)),
        Some(_) => return None,
        None => (figure(digits)?, None),
    };
    Some((hour, minute, half, length))
}

/// `0929 hours`, `0929`: of 24 hours, so that the half of the day is known.
fn military(words: &[Word]) -> Option<Parts> {
    let digits = lower(words, 0);
    let called = matches!(lower(words, 1), "hours" | "hrs");
    if digits.len() != 4 || !(called || digits.starts_with('0')) {
        return None;
    }
    let (hour, minute) = (figure(digits.get(..2)?)?, figure(digits.get(2..)?)?);
    let (hour, half) = match hour {
        0 => (12, Some(Half::Morning)),
        1..12 => (hour, Some(Half::Morning)),
        12 => (12, Some(Half::Afternoon)),
        _ => (hour, None),
    };
    Some((hour, Some(minute), half, 1 + usize::from(called)))
}

/// `half past nine`, `a quarter to ten p.m.`
fn spoken(words: &[Word]) -> Option<Parts> {
    let skip = usize::from(lower(words, 0) == "a");
    let minute = match (lower(words, skip), lower(words, skip + 1)) {
        ("half", "past") if skip == 0 => 30,
        ("quarter", "past") => 15,
        ("quarter", "to") => 45,
        _ => return None,
    };
    let said = lower(words, skip + 2);
    let hour = figure(said).or_else(|| u32::try_from(number(said)?).ok());
    let hour = hour.filter(|it| (1..=12).contains(it))?;
    let hour = match (minute, hour) {
        (45, 1) => 12,
        (45, _) => hour - 1,
        _ => hour,
    };
    let half = meridiem(lower(words, skip + 3));
    Some((
        hour,
        Some(minute),
        half,
        skip + 3 + usize::from(half.is_some()),
    ))
}

/// Which half of the day words behind a clock say: `in the evening`, `at night`.
fn half_of_day(words: &[Word], hour: u32, at: usize) -> Option<(Half, usize)> {
    let half = match (lower(words, at), lower(words, at + 1), lower(words, at + 2)) {
        ("in", "the", "morning") => (Half::Morning, at + 3),
        ("in", "the", "afternoon" | "evening") => (Half::Afternoon, at + 3),
        ("at", "night", _) if (6..12).contains(&hour) => (Half::Afternoon, at + 2),
        ("at", "night", _) => (Half::Morning, at + 2),
        _ => return None,
    };
    (1..=12).contains(&hour).then_some(half)
}

/// Whether words that begin there say a time of day, in whatever way: `at half past nine`, `around nine o'clock`.
pub(super) fn is_said(words: &[Word]) -> bool {
    let led = matches!(lower(words, 0), "at" | "around" | "about" | "past" | "near");
    let bounded = matches!(lower(words, 0), "by" | "before" | "after" | "from");
    let said = lower(words, 1);
    let figures = said.starts_with(|it: char| it.is_ascii_digit());
    let named = matches!(
        said,
        "half" | "quarter" | "noon" | "midnight" | "dawn" | "dusk" | "sunrise" | "sunset"
    ) || said == "a" && lower(words, 2) == "quarter";
    let clear = figures && (said.contains([':', 'm']) || meridiem(lower(words, 2)).is_some());
    // After nine, late in the morning.
    let ends =
        words.get(1).is_some_and(|it| it.pause) || words.get(2).is_none_or(|it| it.quotation);
    let spelled = bounded && number(said).is_some() && ends;
    let part = matches!(lower(words, 0), "late" | "early") && said == "in";
    spelled
        || part
        || (led || bounded) && (named || clear)
        || led && (figures || number(said).is_some())
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
