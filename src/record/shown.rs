//! Times as people read them: never more precise than known, and the zone always named beside a time of day.

use chrono::Datelike as _;
use chrono::Months;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;

use super::Instant;
use super::Moment;
use super::Zone;

/// A time in words: `11 Jul 2023 9:29 am EDT`, `14 Aug 2023 (time of day not known)`, `June 2023 (day not known)`,
/// `by 30 Jun 2023`, `not before 2 May 2023 4:00 pm EDT`, `time not known`.
///
/// Times of day are shown in `zone`. A whole day, month or year is shown as it was stated, in the zone in which it was
/// stated, since another zone would make it a stretch of odd hours.
pub fn show(at: &Instant, zone: Zone) -> String {
    let own = at.zone.as_deref().and_then(|zone| zone.parse().ok());
    let own = own.unwrap_or(zone);
    match (at.earliest, at.latest) {
        (Some(earliest), Some(latest)) => {
            whole(earliest, latest, own).unwrap_or_else(|| span(earliest, latest, zone))
        }
        (None, Some(latest)) => format!("by {}", edge(latest, Edge::End, own, zone)),
        (Some(earliest), None) => format!("not before {}", edge(earliest, Edge::Start, own, zone)),
        (None, None) => match at.as_written.as_deref().map(str::trim) {
            None | Some("" | "?") => "time not known".to_owned(),
            Some(words)
                if words.eq_ignore_ascii_case("unknown")
                    || words.eq_ignore_ascii_case("not known") =>
            {
                "time not known".to_owned()
            }
            Some(words) if at.relative_to.is_some() => words.to_owned(),
            Some(words) => format!("“{words}” (time not known)"),
        },
    }
}

/// Whole days, months or years of that zone.
fn whole(earliest: Moment, latest: Moment, zone: Zone) -> Option<String> {
    let (first, end) = (day_begun(earliest, zone)?, day_begun(next(latest)?, zone)?);
    let last = end.pred_opt()?;
    let months = |months| first.checked_add_months(Months::new(months));
    Some(if first == last {
        format!("{} (time of day not known)", day(first))
    } else if first.day() == 1 && months(1) == Some(end) {
        format!("{} (day not known)", first.format("%B %Y"))
    } else if first.ordinal() == 1 && months(12) == Some(end) {
        format!("{} (month and day not known)", first.year())
    } else {
        format!("{} to {}", day(first), day(last))
    })
}

fn span(earliest: Moment, latest: Moment, zone: Zone) -> String {
    let (from, from_letters) = zone.local(earliest);
    let (to, to_letters) = zone.local(latest);
    if from.date() != to.date() || from_letters != to_letters {
        format!(
            "{} {} {from_letters} to {} {} {to_letters}",
            day(from.date()),
            clock(from),
            day(to.date()),
            clock(to)
        )
    } else if clock(from) == clock(to) {
        format!("{} {} {to_letters}", day(from.date()), clock(from))
    } else {
        format!(
            "{} {} to {} {to_letters}",
            day(from.date()),
            clock(from),
            clock(to)
        )
    }
}

#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

/// One bound: a day where it is the edge of one, a time of day otherwise.
fn edge(at: Moment, edge: Edge, own: Zone, zone: Zone) -> String {
    let whole = match edge {
        Edge::Start => day_begun(at, own),
        Edge::End => next(at)
            .and_then(|next| day_begun(next, own))
            .and_then(|day| day.pred_opt()),
    };
    if let Some(date) = whole {
        return day(date);
    }
    let (wall, letters) = zone.local(at);
    format!("{} {} {letters}", day(wall.date()), clock(wall))
}

fn next(at: Moment) -> Option<Moment> {
    Moment::from_millis(at.millis() + 1)
}

/// The day that begins at this moment in that zone, if one does.
fn day_begun(at: Moment, zone: Zone) -> Option<NaiveDate> {
    let (wall, _) = zone.local(at);
    (wall.time() == NaiveTime::MIN).then(|| wall.date())
}

fn day(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

fn clock(wall: NaiveDateTime) -> String {
    wall.format("%-I:%M %P").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::when;
    use super::*;

    fn shown(words: &str) -> String {
        let york: Zone = "America/New_York".parse().unwrap();
        show(&when::stated(words, york, "archive"), york)
    }

    #[test]
    fn a_time_is_shown_as_finely_as_it_is_known() {
        for (words, expected) in [
            ("2023-07-11T13:29:00Z", "11 Jul 2023 9:29 am EDT"),
            ("2023-12-11 21:05", "11 Dec 2023 9:05 pm EST"),
            ("2023-08-14", "14 Aug 2023 (time of day not known)"),
            ("2023-06", "June 2023 (day not known)"),
            ("2023", "2023 (month and day not known)"),
            ("2023-06-01..2023-06-10", "1 Jun 2023 to 10 Jun 2023"),
            ("by 2023-06-30", "by 30 Jun 2023"),
            ("before 2023-06-30 16:00", "by 30 Jun 2023 3:59 pm EDT"),
            ("after 2023-06-30", "not before 1 Jul 2023"),
            (
                "since 2023-06-30 16:00",
                "not before 30 Jun 2023 4:00 pm EDT",
            ),
            (
                "just before midnight on 2023-07-10",
                "10 Jul 2023 11:30 pm to 11:59 pm EDT",
            ),
            (
                "2023-07-10 23:45~",
                "10 Jul 2023 11:15 pm EDT to 11 Jul 2023 12:15 am EDT",
            ),
            ("unknown", "time not known"),
            (
                "when the tide turned",
                "“when the tide turned” (time not known)",
            ),
            ("about 12 hours after m-7kq2", "about 12 hours after m-7kq2"),
        ] {
            assert_eq!(shown(words), expected, "{words}");
        }
    }

    #[test]
    fn an_exact_time_is_shown_in_the_readers_zone_and_a_day_in_its_own() {
        let kolkata: Zone = "Asia/Kolkata".parse().unwrap();
        let at = Instant::exact("2023-07-11T13:29:00Z".parse().unwrap(), "", "export")
            .in_zone("UTC", "format");
        assert_eq!(show(&at, kolkata), "11 Jul 2023 6:59 pm IST");
        let day = when::stated("2023-07-11", Zone::UTC, "archive");
        assert_eq!(show(&day, kolkata), "11 Jul 2023 (time of day not known)");
        let exact = Instant::exact("2023-07-11T00:00:00Z".parse().unwrap(), "", "export")
            .in_zone("UTC", "format");
        assert_eq!(show(&exact, Zone::UTC), "11 Jul 2023 12:00 am UTC");
    }
}
