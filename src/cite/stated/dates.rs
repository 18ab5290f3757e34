//! Dates in a draft's own words, as far as they are said. English, and figures.

use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::Weekday;

use super::times::lower;
use super::words::Word;

/// A date, as far as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Date {
    pub(super) year: Option<i32>,
    pub(super) month: Option<u32>,
    pub(super) day: Option<u32>,
    pub(super) weekday: Option<Weekday>,
    /// Whether month and day may be meant the other way round: 10/7/2023 is in October or in July.
    pub(super) turns: bool,
}

/// The month of that name.
pub(super) fn month(lower: &str) -> Option<u32> {
    const MONTHS: &[(&str, u32)] = &[
        ("jan", 1),
        ("feb", 2),
        ("mar", 3),
        ("apr", 4),
        ("may", 5),
        ("jun", 6),
        ("jul", 7),
        ("aug", 8),
        ("sep", 9),
        ("sept", 9),
        ("oct", 10),
        ("nov", 11),
        ("dec", 12),
        ("january", 1),
        ("february", 2),
        ("march", 3),
        ("april", 4),
        ("june", 6),
        ("july", 7),
        ("august", 8),
        ("september", 9),
        ("october", 10),
        ("november", 11),
        ("december", 12),
    ];
    MONTHS.iter().find(|it| it.0 == lower).map(|it| it.1)
}

/// The day of the week of that name.
pub(super) fn weekday(lower: &str) -> Option<Weekday> {
    Some(match lower {
        "monday" => Weekday::Mon,
        "tuesday" => Weekday::Tue,
        "wednesday" => Weekday::Wed,
        "thursday" => Weekday::Thu,
        "friday" => Weekday::Fri,
        "saturday" => Weekday::Sat,
        "sunday" => Weekday::Sun,
        _ => return None,
    })
}

/// `July 11, 2023`, `11 July`, `the 11th of July`, `July 2023`, `2023-07-11`, `7/11/2023`, `July`, `Tuesday, July 11`.
///
/// Nothing where it goes on beyond what is read (`July 10 or 11`, `August 11–12`), and where there is no such day.
pub(super) fn date(words: &[Word]) -> Option<(Date, usize)> {
    let weekday = weekday(lower(words, 0));
    let skip = usize::from(weekday.is_some());
    let here = words.get(skip..).unwrap_or_default();
    let first = lower(here, 0);
    let (date, length) = if first.contains('-') {
        (iso(first)?, 1)
    } else if first.contains('/') {
        (slashed(first, weekday)?, 1)
    } else if month(first).is_some() {
        month_first(here)?
    } else {
        day_first(here)?
    };
    let date = Date { weekday, ..date };
    (date.is_one() && !goes_on(here, length)).then_some((date, skip + length))
}

impl Date {
    /// Whether there is such a day; February has 29 where no year is said.
    fn is_one(&self) -> bool {
        let (Some(month), Some(day)) = (self.month, self.day) else {
            return true;
        };
        NaiveDate::from_ymd_opt(self.year.unwrap_or(2000), month, day).is_some()
    }
}

/// Whether a date is one of several, or the beginning of a stretch.
fn goes_on(words: &[Word], at: usize) -> bool {
    let is_dated = |at: usize| {
        let word = lower(words, at);
        word.starts_with(|it: char| it.is_ascii_digit())
            || day_of(word).is_some()
            || words.get(at).is_some_and(Word::is_capital) && month(word).is_some()
    };
    let last = at.checked_sub(1).and_then(|it| words.get(it));
    let next = at + usize::from(lower(words, at + 1) == "the");
    if last.is_some_and(|it| it.dash) && is_dated(at) {
        return true;
    }
    // 'August last year', 'July 11 of that year', 'July 11, ’22': the year is said, and not read.
    let told = lower(words, at).trim_start_matches(['\'', '‘']);
    if lower(words, at) == "of"
        || lower(words, at + 1) == "year" && !last.is_some_and(|it| it.pause)
        || told != lower(words, at) && told.starts_with(|it: char| it.is_ascii_digit())
    {
        return true;
    }
    let joined = matches!(
        lower(words, at),
        "or" | "to" | "and" | "through" | "until" | "till" | "into"
    );
    joined && is_dated(next + 1)
}

fn iso(word: &str) -> Option<Date> {
    let parts: Vec<&str> = word.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    Some(Date {
        year: Some(year_of(year)?),
        month: Some(figure(month).filter(|it| (1..=12).contains(it))?),
        day: Some(figure(day)?),
        ..Date::default()
    })
}

/// `July`, `July 11`, `July the 11th, 2023`, `July of 2023`.
fn month_first(words: &[Word]) -> Option<(Date, usize)> {
    // 'May' and 'March' are verbs too: alone they are dates only with a capital.
    let name = words.first().filter(|it| it.is_capital())?;
    let said = lower(words, 1);
    let the = usize::from(said == "the" && !name.pause && is_ordinal(lower(words, 2)));
    // 'In May second thoughts came': a small ordinal in letters may count something else.
    if matches!(said, "first" | "second" | "third") && !name.pause {
        return None;
    }
    let day = day_of(lower(words, 1 + the)).filter(|_| !name.pause);
    let at = 1 + the + usize::from(day.is_some());
    let (year, at) = year_behind(words, at, day.is_some());
    // 'August 11-12': what stands there is of the date, and not read.
    let last = words.get(at - 1)?;
    let cut = lower(words, at).starts_with(|it: char| it.is_ascii_digit()) && !last.pause;
    let date = Date {
        year,
        month: month(&name.lower),
        day,
        ..Date::default()
    };
    (!cut).then_some((date, at))
}

/// `11 July`, `the 11th of July 2023`.
fn day_first(words: &[Word]) -> Option<(Date, usize)> {
    // Of an ordinal alone one says 'the' and 'of'.
    let the = usize::from(lower(words, 0) == "the");
    let number = lower(words, the);
    let ordinal = is_ordinal(number);
    let day = day_of(number).filter(|_| the == 0 || ordinal)?;
    let at = the + 1;
    let at = at + usize::from(ordinal && lower(words, at) == "of");
    let month = month(lower(words, at)).filter(|_| words.get(at).is_some_and(Word::is_capital))?;
    let (year, at) = year_behind(words, at + 1, true);
    let date = Date {
        year,
        month: Some(month),
        day: Some(day),
        ..Date::default()
    };
    Some((date, at))
}

/// The year behind a month or day, and the word behind it: `2023`, `of 2023`, `in 2023`.
fn year_behind(words: &[Word], at: usize, dated: bool) -> (Option<i32>, usize) {
    let joint = usize::from(lower(words, at) == "of" || dated && lower(words, at) == "in");
    match year_of(lower(words, at + joint)) {
        Some(year) => (Some(year), at + joint + 1),
        None => (None, at),
    }
}

/// `7/11/2023`, `25/7/23`, and `Tuesday 7/11/2023`: then only the way round of which the weekday is true.
fn slashed(word: &str, weekday: Option<Weekday>) -> Option<Date> {
    let parts: Vec<&str> = word.split('/').collect();
    let [one, other, year] = parts.as_slice() else {
        return None;
    };
    let year = match (year.len(), figure(year)) {
        (2, Some(year)) if year >= 70 => 1900 + i32::try_from(year).ok()?,
        (2, Some(year)) => 2000 + i32::try_from(year).ok()?,
        _ => year_of(year)?,
    };
    let (one, other) = (figure(one)?, figure(other)?);
    let ways = [(one, other), (other, one)].into_iter();
    let days = ways.filter_map(|(month, day)| NaiveDate::from_ymd_opt(year, month, day));
    let days: Vec<NaiveDate> = days.collect();
    let told = |it: &&NaiveDate| weekday.is_none_or(|weekday| it.weekday() == weekday);
    let meant: Vec<&NaiveDate> = days.iter().filter(told).collect();
    let day = meant.first().copied().or_else(|| days.first())?;
    Some(Date {
        year: Some(year),
        month: Some(day.month()),
        day: Some(day.day()),
        weekday: None,
        turns: meant.iter().any(|it| *it != day),
    })
}

fn is_ordinal(word: &str) -> bool {
    word.ends_with(|it: char| it.is_alphabetic()) && day_of(word).is_some()
}

pub(super) fn figure(text: &str) -> Option<u32> {
    (1..=2)
        .contains(&text.len())
        .then(|| text.parse().ok())
        .flatten()
        .filter(|_| text.bytes().all(|it| it.is_ascii_digit()))
}

fn day_of(word: &str) -> Option<u32> {
    const UNITS: &[&str] = &[
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
    ];
    let unit = |word: &str| {
        let at = UNITS.iter().position(|it| *it == word)?;
        u32::try_from(at + 1).ok()
    };
    let spelled = match word.split_once('-') {
        Some(("twenty", unit_word)) => unit(unit_word).filter(|it| *it < 10).map(|it| it + 20),
        Some(("thirty", "first")) => Some(31),
        _ if word == "thirtieth" => Some(30),
        _ => unit(word),
    };
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|it| word.strip_suffix(it))
        .unwrap_or(word);
    spelled
        .or_else(|| figure(digits))
        .filter(|it| (1..=31).contains(it))
}

pub(super) fn year_of(word: &str) -> Option<i32> {
    (word.len() == 4 && word.bytes().all(|it| it.is_ascii_digit()))
        .then(|| word.parse().ok())
        .flatten()
        .filter(|it| (1700..=2199).contains(it))
}

#[cfg(test)]
mod tests {
    use super::super::timed;
    use super::super::times::Time;
    use super::super::words::sentences;
    use super::*;

    /// The dates of a sentence, and the words they were read from.
    fn dates(text: &str) -> Vec<(Date, String)> {
        let sentence = sentences(text).concat();
        let read = timed::times(&sentence).into_iter();
        read.filter_map(|(time, words)| match time {
            Time::Stated { date, .. } => Some((date?, words)),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn a_day_is_read_as_a_number_or_as_an_ordinal_with_the_and_of() {
        for (text, words, year) in [
            ("He wrote on May 4: “No”", "on May 4", None),
            ("He wrote on May 4th: “No”", "on May 4th", None),
            ("He wrote on 4 May 2023: “No”", "on 4 May 2023", Some(2023)),
            (
                "He wrote on the 4th of May: “No”",
                "on the 4th of May",
                None,
            ),
            (
                "He wrote on the 4th of May, 2023: “No”",
                "on the 4th of May 2023",
                Some(2023),
            ),
            ("He wrote on the 4th May: “No”", "on the 4th May", None),
            (
                "He wrote at 9:29 am on the 4th of May: “No”",
                "at 9:29 am on the 4th of May",
                None,
            ),
        ] {
            let date = Date {
                year,
                month: Some(5),
                day: Some(4),
                weekday: None,
                turns: false,
            };
            assert_eq!(dates(text), [(date, words.to_owned())], "{text}");
        }
        // No day of a month, or no time of the writing.
        for text in [
            "He wrote on the 4th of the papers: “No”",
            "He wrote on the 4 of May: “No”",
            "He wrote of the 4th of May: “No”",
            "He wrote on the fourth of may: “No”",
        ] {
            assert!(dates(text).is_empty(), "{text}");
        }
    }
}
