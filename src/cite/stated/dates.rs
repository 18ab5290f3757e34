//! Dates in a draft's own words, as far as they are said. English, and figures.

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
pub(super) fn date(words: &[Word]) -> Option<(Date, usize)> {
    let weekday = weekday(lower(words, 0));
    let skip = usize::from(weekday.is_some());
    let here = words.get(skip..).unwrap_or_default();
    let first = lower(here, 0);
    let iso: Vec<&str> = first.split('-').collect();
    if let [year, month, day] = iso.as_slice() {
        let date = Date {
            year: Some(year_of(year)?),
            month: Some(figure(month).filter(|it| (1..=12).contains(it))?),
            day: Some(day_of(day)?),
            weekday,
            turns: false,
        };
        return Some((date, skip + 1));
    }
    if let Some(date) = slashed(first) {
        return Some((Date { weekday, ..date }, skip + 1));
    }
    if let Some(month) = month(first) {
        // 'May' and 'March' are verbs too: alone they are dates only with a capital.
        if !here.first().is_some_and(Word::is_capital) {
            return None;
        }
        let day = day_of(lower(here, 1));
        let at = 1 + usize::from(day.is_some());
        let year = year_of(lower(here, at));
        let date = Date {
            year,
            month: Some(month),
            day,
            weekday,
            turns: false,
        };
        return Some((date, skip + at + usize::from(year.is_some())));
    }
    // Of an ordinal alone one says 'the' and 'of'.
    let the = usize::from(first == "the");
    let number = lower(here, the);
    let ordinal = number.ends_with(|it: char| it.is_alphabetic());
    let day = day_of(number).filter(|_| the == 0 || ordinal)?;
    let at = the + 1;
    let at = at + usize::from(ordinal && lower(here, at) == "of");
    let month = month(lower(here, at)).filter(|_| here.get(at).is_some_and(Word::is_capital))?;
    let year = year_of(lower(here, at + 1));
    let date = Date {
        year,
        month: Some(month),
        day: Some(day),
        weekday,
        turns: false,
    };
    Some((date, skip + at + 1 + usize::from(year.is_some())))
}

/// `7/11/2023`, `25/7/23`.
fn slashed(word: &str) -> Option<Date> {
    let parts: Vec<&str> = word.split('/').collect();
    let [one, other, year] = parts.as_slice() else {
        return None;
    };
    let year = match year.len() {
        2 => 2000 + i32::try_from(figure(year)?).ok()?,
        _ => year_of(year)?,
    };
    let (one, other) = (figure(one)?, figure(other)?);
    let (month, day) = if one > 12 { (other, one) } else { (one, other) };
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day);
    fits.then_some(Date {
        year: Some(year),
        month: Some(month),
        day: Some(day),
        weekday: None,
        turns: day <= 12 && day != month,
    })
}

pub(super) fn figure(text: &str) -> Option<u32> {
    (1..=2)
        .contains(&text.len())
        .then(|| text.parse().ok())
        .flatten()
        .filter(|_| text.bytes().all(|it| it.is_ascii_digit()))
}

fn day_of(word: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|it| word.strip_suffix(it))
        .unwrap_or(word);
    figure(digits).filter(|it| (1..=31).contains(it))
}

pub(super) fn year_of(word: &str) -> Option<i32> {
    (word.len() == 4 && word.bytes().all(|it| it.is_ascii_digit()))
        .then(|| word.parse().ok())
        .flatten()
        .filter(|it| (1700..=2199).contains(it))
}

#[cfg(test)]
mod tests {
    use super::super::reading;
    use super::super::times::Time;
    use super::super::words::sentences;
    use super::*;

    /// The dates of a sentence, and the words they were read from.
    fn dates(text: &str) -> Vec<(Date, String)> {
        let sentence = sentences(text).concat();
        let read = reading::times(&sentence).into_iter();
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
