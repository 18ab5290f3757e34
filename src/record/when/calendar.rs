//! Dates and times of day as they are written, each with the stretch of the wall clock that it covers.

use chrono::Datelike as _;
use chrono::Months;
use chrono::NaiveDate;
use chrono::NaiveDateTime;

/// A stretch of the wall clock, the end excluded, and how finely it was given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) start: NaiveDateTime,
    pub(super) end: NaiveDateTime,
    pub(super) unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Year,
    Month,
    Day,
    Time,
}

/// A time of day in milliseconds, the end excluded: `16:00`, `16:00:05`, `16:00:05.25`, `9:29 am`, `4 pm`.
pub(super) fn clock_time(text: &str) -> Option<(i64, i64)> {
    let text = text.trim();
    let (digits, half) = match text
        .strip_suffix("am")
        .or_else(|| text.strip_suffix("a.m."))
    {
        Some(digits) => (digits, Some(0)),
        None => match text
            .strip_suffix("pm")
            .or_else(|| text.strip_suffix("p.m."))
        {
            Some(digits) => (digits, Some(12)),
            None => (text, None),
        },
    };
    let mut parts = digits.trim_end().split(':');
    let hour = number(parts.next()?, 2)?;
    let minute = parts.next();
    let second = parts.next();
    if parts.next().is_some() || (minute.is_none() && half.is_none()) {
        return None;
    }
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        None if hour < 24 => hour,
        _ => return None,
    };
    let from = hour * 3_600_000;
    let Some(minute) = minute else {
        return Some((from, from + 3_600_000));
    };
    if minute.len() != 2 {
        return None;
    }
    let minute = number(minute, 2).filter(|minute| *minute < 60)?;
    let from = from + minute * 60_000;
    let Some(second) = second else {
        return Some((from, from + 60_000));
    };
    let (whole, fraction) = second.split_once('.').unwrap_or((second, ""));
    // A leap second is the last one of its minute; the time line of computers has no place for it.
    let whole = number(whole, 2).filter(|whole| *whole <= 60)?.min(59);
    let from = from + whole * 1000;
    if fraction.is_empty() {
        return Some((from, from + 1000));
    }
    number(fraction, 9)?;
    let millis = number(
        &format!("{fraction:0<3}")
            .chars()
            .take(3)
            .collect::<String>(),
        3,
    )?;
    let width = [100, 10, 1].get(fraction.len() - 1).copied().unwrap_or(1);
    Some((from + millis, from + millis + width))
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// A year, month or day.
pub(super) fn date(text: &str) -> Option<Stretch> {
    let (year, month, day) = digits_date(text).or_else(|| words_date(text))?;
    let first = NaiveDate::from_ymd_opt(year, month.unwrap_or(1), day.unwrap_or(1))?;
    let (next, unit) = match (month, day) {
        (None, _) => (first.checked_add_months(Months::new(12))?, Unit::Year),
        (Some(_), None) => (first.checked_add_months(Months::new(1))?, Unit::Month),
        (Some(_), Some(_)) => (first.succ_opt()?, Unit::Day),
    };
    Some(Stretch {
        start: first.and_hms_opt(0, 0, 0)?,
        end: next.and_hms_opt(0, 0, 0)?,
        unit,
    })
}

type Ymd = (i32, Option<u32>, Option<u32>);

/// `2023`, `2023-08`, `2023-08-14`.
fn digits_date(text: &str) -> Option<Ymd> {
    let mut parts = text.split('-');
    let year = parts.next().filter(|year| year.len() == 4)?;
    let year = i32::try_from(number(year, 4)?).ok()?;
    let mut two = || match parts.next() {
        None => Some(None),
        Some(part) if part.len() == 2 => number(part, 2)
            .and_then(|part| u32::try_from(part).ok())
            .map(Some),
        Some(_) => None,
    };
    let (month, day) = (two()?, two()?);
    parts.next().is_none().then_some((year, month, day))
}

/// `June 2023`, `14 August 2023`, `Aug 14, 2023`, with or without the right day of the week before it.
fn words_date(text: &str) -> Option<Ymd> {
    let text = text.replace(',', " ");
    let mut parts: Vec<&str> = text.split_whitespace().collect();
    let weekday = parts.first().and_then(|word| named(word, &WEEKDAYS));
    if weekday.is_some() {
        parts.remove(0);
    }
    let year = parts.pop().filter(|year| year.len() == 4)?;
    let year = i32::try_from(number(year, 4)?).ok()?;
    let (month, day) = match parts.as_slice() {
        [month] => (month, None),
        [one, other] if named(one, &MONTHS).is_some() => (one, Some(*other)),
        [one, other] => (other, Some(*one)),
        _ => return None,
    };
    let month = named(month, &MONTHS)? + 1;
    let day = match day {
        None => None,
        Some(day) => {
            let day = ["st", "nd", "rd", "th", "."]
                .iter()
                .find_map(|ending| day.strip_suffix(ending))
                .unwrap_or(day);
            Some(u32::try_from(number(day, 2)?).ok()?)
        }
    };
    let month = u32::try_from(month).ok()?;
    if let Some(weekday) = weekday {
        let at = NaiveDate::from_ymd_opt(year, month, day?)?;
        if usize::try_from(at.weekday().num_days_from_monday()).ok()? != weekday {
            return None;
        }
    }
    Some((year, Some(month), day))
}

/// Where a word stands in a list: the whole word, or at least its first three letters.
fn named(word: &str, list: &[&str]) -> Option<usize> {
    let word = word.trim_end_matches('.');
    (word.len() >= 3)
        .then(|| list.iter().position(|whole| whole.starts_with(word)))
        .flatten()
}

/// At most so many digits and nothing else.
pub(super) fn number(text: &str, most: usize) -> Option<i64> {
    let plain =
        !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
