//! Comparing: a name with those by which somebody is known, a stated stretch of time with a recorded one.

use chrono::Datelike as _;
use chrono::NaiveDate;

use super::Agreement;
use super::against::Told;
use super::clocks::Clock;
use super::clocks::Half;
use super::dates::Date;
use super::reading::Who;
use super::times::Hedge;
use super::times::Time;
use crate::cite::Known;
use crate::record::Instant;

/// Milliseconds from which a stretch of time is whole days: 24 hours less the last millisecond, and less the hour that a
/// day in spring has not.
pub(super) const WHOLE_DAY: i64 = 23 * 3_600_000 - 1;

/// Who is said to have written or received something, held against those who are on record for it. `named` is the last name
/// read in the paragraph, for `he` and `she`.
pub(super) fn named_or_not(
    who: &Who,
    side: &[Known],
    others: &[Known],
    record: String,
    named: Option<&str>,
) -> Told {
    let is_one = |name: &str| side.iter().any(|it| is_called(it, name));
    let (result, why) = match who {
        Who::Named(name) => return named_told(name, side, others, Some(record)),
        Who::Pronoun(word) => match named.filter(|it| is_one(it)) {
            Some(name) => (Agreement::Agrees, Some(format!("“{word}” read as {name}"))),
            None => (
                Agreement::CannotTell,
                Some(format!("who “{word}” is, no rule can read")),
            ),
        },
        Who::Described(words) if is_one(words) => (Agreement::Agrees, None),
        Who::Described(_) => (Agreement::CannotTell, Some("no name is given".to_owned())),
    };
    Told {
        result,
        record: Some(record),
        why,
    }
}

/// A name held against those on the side that it should be on, and those on the other.
fn named_told(name: &str, side: &[Known], others: &[Known], record: Option<String>) -> Told {
    if side.iter().any(|it| is_called(it, name)) {
        return Told {
            result: Agreement::Agrees,
            record,
            why: None,
        };
    }
    if let Some(other) = others.iter().find(|it| is_called(it, name)) {
        return Told {
            result: Agreement::Differs,
            record,
            why: Some(format!("{} is on the other side of it", other.shown)),
        };
    }
    // Words before a name may be no part of it: 'Engineer Halloran', 'Unlike Voss Halloran'.
    let words: Vec<&str> = name.split(' ').collect();
    let ends = (1..words.len()).filter_map(|at| words.get(at..).map(|it| it.join(" ")));
    if let Some(end) = ends
        .into_iter()
        .find(|end| side.iter().any(|it| is_called(it, end)))
    {
        return Told {
            result: Agreement::CannotTell,
            record,
            why: Some(format!("“{end}” is known by that name, “{name}” is not")),
        };
    }
    // An account without a person's name may be anybody's.
    if side.iter().any(|it| !it.is_named) {
        return Told {
            result: Agreement::CannotTell,
            record,
            why: Some("the record names an account, not who uses it".to_owned()),
        };
    }
    Told {
        result: Agreement::Differs,
        record,
        why: None,
    }
}

/// Whether every word of the draft's name is a word of one of the names by which somebody is known.
pub(super) fn is_called(known: &Known, name: &str) -> bool {
    if name.starts_with('@') {
        return known.names.iter().any(|it| {
            it.eq_ignore_ascii_case(name) || it.eq_ignore_ascii_case(name.trim_start_matches('@'))
        });
    }
    let parts = |name: &str| -> Vec<String> {
        name.split(|it: char| !it.is_alphanumeric())
            .map(str::to_lowercase)
            .filter(|it| it.chars().count() > 1 && !matches!(it.as_str(), "the" | "of" | "and"))
            .collect()
    };
    let wanted = parts(name);
    let initials: Vec<char> = (name.split(|it: char| !it.is_alphanumeric()))
        .filter(|it| it.chars().count() == 1)
        .flat_map(|it| it.chars().flat_map(char::to_lowercase))
        .collect();
    !wanted.is_empty()
        && known.names.iter().any(|it| {
            let held = parts(it);
            // An initial is that of one of the other names, where there are others.
            let others: Vec<&String> = held.iter().filter(|it| !wanted.contains(it)).collect();
            let fits = |it: &char| others.iter().any(|name| name.starts_with(*it));
            wanted.iter().all(|word| held.contains(word))
                && (initials.is_empty() || others.is_empty() || initials.iter().any(fits))
        })
}

/// Whether the stated stretch of time covers the recorded one, does not meet it, or neither.
pub(super) fn covers(stated: &Instant, at: &Instant) -> Agreement {
    let (Some(first), Some(last)) = (at.earliest, at.latest) else {
        return Agreement::CannotTell;
    };
    let begins = stated.earliest.is_none_or(|it| it <= first);
    let ends = stated.latest.is_none_or(|it| last <= it);
    let apart =
        stated.earliest.is_some_and(|it| last < it) || stated.latest.is_some_and(|it| it < first);
    if stated.earliest.is_none() && stated.latest.is_none() {
        Agreement::CannotTell
    } else if begins && ends {
        Agreement::Agrees
    } else if apart {
        Agreement::Differs
    } else {
        Agreement::CannotTell
    }
}

/// The words that [`when`] reads for a stated time; what the draft leaves out (its year, its day) is the record's.
pub(super) fn readings(time: &Time, recorded: NaiveDate) -> Vec<String> {
    let Time::Stated {
        clock, date, hedge, ..
    } = time
    else {
        return Vec::new();
    };
    let days: Vec<String> = match date {
        None => vec![recorded.to_string()],
        Some(Date {
            year,
            month,
            day,
            turns,
            ..
        }) => {
            // The year that the draft leaves out is the one in which it comes nearest.
            let years: Vec<i32> = year.map_or_else(
                || vec![recorded.year() - 1, recorded.year(), recorded.year() + 1],
                |year| vec![year],
            );
            let written = |year: i32| match (month, day) {
                (Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
                (Some(month), None) => format!("{year:04}-{month:02}"),
                _ => format!("{year:04}"),
            };
            let turned = |year: i32| match (month, day) {
                (Some(month), Some(day)) if *turns => {
                    Some(format!("{year:04}-{day:02}-{month:02}"))
                }
                _ => None,
            };
            let said = years.iter().map(|it| written(*it));
            said.chain(years.iter().filter_map(|it| turned(*it)))
                .collect()
        }
    };
    let hedge = match hedge {
        None => "",
        Some(Hedge::About) => "about ",
        Some(Hedge::JustBefore) => "just before ",
        Some(Hedge::ShortlyAfter) => "shortly after ",
    };
    let clocks: Vec<String> = match clock {
        None => return days,
        Some(Clock::During(part)) => {
            // Four in the morning is of the morning to some, seven in the evening of the night, and 'the night of July
            // 11' may end on that day or begin on it.
            let parts: &[&str] = match *part {
                "morning" => &["morning", "early hours"],
                "night" => &["night", "evening", "early hours"],
                _ => &[*part],
            };
            return parts
                .iter()
                .flat_map(|part| days.iter().map(move |day| format!("{part} of {day}")))
                .collect();
        }
        Some(Clock::Unread) => return Vec::new(),
        Some(Clock::Noon) => vec!["noon".to_owned()],
        Some(Clock::Midnight) => return midnight(&days, hedge),
        Some(Clock::At(hour, minute, half)) => {
            let minutes = minute.map_or_else(String::new, |it| format!(":{it:02}"));
            match half {
                Some(Half::Morning) => vec![format!("{hour}{minutes} am")],
                Some(Half::Afternoon) => vec![format!("{hour}{minutes} pm")],
                // Which half of the day is not said.
                None if (1..=12).contains(hour) => {
                    vec![format!("{hour}{minutes} am"), format!("{hour}{minutes} pm")]
                }
                None => vec![format!("{hour:02}{minutes}")],
            }
        }
    };
    days.iter()
        .flat_map(|day| {
            clocks
                .iter()
                .map(move |clock| format!("{hedge}{clock} on {day}"))
        })
        .collect()
}

/// The midnight that begins a day and the one that ends it, which is told as its last minute too. The record's own words
/// mean the whole day by it ([`crate::record::when`]): as what a draft states, that would agree with any hour.
fn midnight(days: &[String], hedge: &str) -> Vec<String> {
    let sided = matches!(hedge, "just before " | "shortly after ");
    let of = |day: &String| {
        let next = day.parse().ok().and_then(|it: NaiveDate| it.succ_opt());
        match next.filter(|_| !sided) {
            Some(next) => vec![
                format!("{hedge}00:00 on {day}"),
                format!("{hedge}23:59 on {day}"),
                format!("{hedge}00:00 on {next}"),
            ],
            None => vec![format!("{hedge}midnight on {day}")],
        }
    };
    days.iter().flat_map(of).collect()
}

/// How far apart two times are, in words, no more precise than they are.
pub(super) fn gap(from: &Instant, to: &Instant) -> Option<String> {
    let (one, other) = (from.earliest?.millis(), to.earliest?.millis());
    let wide = |it: &Instant| Some(it.latest?.millis() - it.earliest?.millis());
    let blur = wide(from)?.max(wide(to)?);
    let seconds = (other - one).abs() / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let many =
        |count: i64, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    Some(if blur >= WHOLE_DAY {
        format!("about {}", many(days, "day"))
    } else if days >= 2 && hours % 24 > 0 {
        format!("{} {} h", many(days, "day"), hours % 24)
    } else if days >= 2 {
        many(days, "day")
    } else if hours >= 1 {
        format!("{hours} h {} min", minutes % 60)
    } else if minutes >= 1 {
        format!("{minutes} min {} s", seconds % 60)
    } else {
        format!("{seconds} s")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Moment;
    use crate::record::Zone;
    use crate::record::when;

    /// What comes of 'midnight on May 3, 2023', said so, of a message sent at that time.
    fn midnight_is(hedge: Option<Hedge>, sent: &str) -> Agreement {
        let at = Instant::exact(sent.parse::<Moment>().unwrap(), sent, "header");
        let day = NaiveDate::from_ymd_opt(2023, 5, 3).unwrap();
        let time = Time::Stated {
            clock: Some(Clock::Midnight),
            date: Some(Date {
                year: Some(2023),
                month: Some(5),
                day: Some(3),
                weekday: None,
                turns: false,
            }),
            hedge,
            zone: None,
        };
        let mut results = readings(&time, day).into_iter().map(|words| {
            let stated = when::parse(&words, Zone::UTC, "assumed").unwrap();
            covers(&stated, &at)
        });
        if results.any(|it| it == Agreement::Agrees) {
            Agreement::Agrees
        } else {
            Agreement::Differs
        }
    }

    #[test]
    fn midnight_is_where_a_day_begins_or_ends_and_not_the_whole_day() {
        for (hedge, sent, agrees) in [
            (None, "2023-05-03T10:00:00Z", false),
            (None, "2023-05-03T12:00:00Z", false),
            (None, "2023-05-03T22:00:00Z", false),
            (None, "2023-05-03T00:00:20Z", true),
            (None, "2023-05-03T23:59:30Z", true),
            (None, "2023-05-04T00:00:20Z", true),
            (None, "2023-05-02T23:30:00Z", false),
            (Some(Hedge::About), "2023-05-03T10:00:00Z", false),
            (Some(Hedge::About), "2023-05-02T23:50:00Z", true),
            (Some(Hedge::About), "2023-05-04T00:10:00Z", true),
            (Some(Hedge::JustBefore), "2023-05-03T23:50:00Z", true),
            (Some(Hedge::JustBefore), "2023-05-03T10:00:00Z", false),
            (Some(Hedge::ShortlyAfter), "2023-05-03T00:10:00Z", true),
            (Some(Hedge::ShortlyAfter), "2023-05-03T10:00:00Z", false),
        ] {
            let result = midnight_is(hedge, sent);
            assert_eq!(result == Agreement::Agrees, agrees, "{hedge:?} {sent}");
        }
    }
}
