//! Zones: the rule by which a clock on a wall is read as a moment.

use std::fmt;
use std::str::FromStr;

use chrono::DateTime;
use chrono::FixedOffset;
use chrono::MappedLocalTime;
use chrono::NaiveDateTime;
use chrono::Offset as _;
use chrono::TimeDelta;
use chrono::TimeZone as _;
use chrono::Utc;
use chrono_tz::TZ_VARIANTS;
use chrono_tz::Tz;

use super::Moment;

/// A zone: a place of the IANA table (`America/New_York`, `UTC`) or a fixed offset (`-04:00`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// A place, with its history of summer times.
    Place(Tz),
    /// A fixed distance from UTC.
    Offset(FixedOffset),
}

/// Text that names no zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time zone such as America/New_York, UTC or -04:00")]
pub struct ParseZoneError(String);

/// Zone letters that mail may carry, with their hours (RFC 5322 §4.3). Others mean different things in different places
/// and are not guessed.
const LETTERS: [(&str, i32); 10] = [
    ("UT", 0),
    ("GMT", 0),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
];

/// How far past a gap of the clocks its end is looked for, in steps of a minute: a whole day was skipped once (Samoa).
const WIDEST_GAP: i64 = 25 * 60;

impl Zone {
    /// UTC.
    pub const UTC: Self = Self::Place(Tz::UTC);

    /// The day on which something was recorded, `2023-07-11`, from its time as the ledger has it; that itself, where it is none.
    pub fn day(self, recorded: &str) -> String {
        recorded.parse().map_or_else(
            |_| recorded.to_owned(),
            |at: Moment| self.local(at).0.date().to_string(),
        )
    }

    /// What a wall clock in this zone shows at that moment, and the zone's letters then.
    pub fn local(self, at: Moment) -> (NaiveDateTime, String) {
        let utc = at.to_utc();
        match self {
            Self::Place(place) => {
                let local = utc.with_timezone(&place);
                let letters = local.format("%Z").to_string();
                let letters = if letters.starts_with(['+', '-']) {
                    format!("UTC{letters}")
                } else {
                    letters
                };
                (local.naive_local(), letters)
            }
            Self::Offset(offset) => (
                utc.with_timezone(&offset).naive_local(),
                format!("UTC{offset}"),
            ),
        }
    }

    /// The first moment at which a wall clock shows this or, where the clocks leap over it, the moment of the leap.
    pub fn first(self, wall: NaiveDateTime) -> Option<Moment> {
        self.moments(wall).map(|(first, _)| first)
    }

    /// The last such moment, where the clocks are set back and show it twice.
    pub fn last(self, wall: NaiveDateTime) -> Option<Moment> {
        self.moments(wall).map(|(_, last)| last)
    }

    fn moments(self, wall: NaiveDateTime) -> Option<(Moment, Moment)> {
        let moment = |at: DateTime<Utc>| Moment::from_millis(at.timestamp_millis());
        match self.map(wall) {
            MappedLocalTime::Single(at) => moment(at).map(|at| (at, at)),
            MappedLocalTime::Ambiguous(one, other) => {
                Some((moment(one.min(other))?, moment(one.max(other))?))
            }
            MappedLocalTime::None => (1..WIDEST_GAP).find_map(|minutes| {
                let later = wall.checked_add_signed(TimeDelta::minutes(minutes))?;
                let at = self.map(later).earliest()?;
                moment(at).map(|at| (at, at))
            }),
        }
    }

    fn map(self, wall: NaiveDateTime) -> MappedLocalTime<DateTime<Utc>> {
        match self {
            Self::Place(place) => place.from_local_datetime(&wall).map(|at| at.to_utc()),
            Self::Offset(offset) => offset.from_local_datetime(&wall).map(|at| at.to_utc()),
        }
    }
}

impl FromStr for Zone {
    type Err = ParseZoneError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if matches!(text, "Z" | "z" | "UTC" | "utc") {
            return Ok(Self::UTC);
        }
        let letters = LETTERS
            .iter()
            .find(|(letters, _)| letters.eq_ignore_ascii_case(text))
            .and_then(|(_, hours)| FixedOffset::east_opt(hours * 3600));
        letters
            .or_else(|| offset(text))
            .map(Self::Offset)
            .or_else(|| place(text).map(Self::Place))
            .ok_or_else(|| ParseZoneError(text.chars().take(80).collect()))
    }
}

/// A place of the IANA table, in whatever case it is typed.
fn place(text: &str) -> Option<Tz> {
    TZ_VARIANTS
        .iter()
        .copied()
        .find(|place| place.name().eq_ignore_ascii_case(text))
}

/// An offset: `+05:30`, `-0400`, `+02`, with or without `UTC` before it.
fn offset(text: &str) -> Option<FixedOffset> {
    let text = text.strip_prefix("UTC").unwrap_or(text);
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, text.get(1..)?),
        b'-' => (-1, text.get(1..)?),
        _ => return None,
    };
    let digits = digits.replacen(':', "", 1);
    let (hours, minutes) = match digits.len() {
        2 => (digits.as_str(), "00"),
        4 => (digits.get(..2)?, digits.get(2..)?),
        _ => return None,
    };
    let number = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse::<i32>().ok())
            .flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 18 || minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

impl fmt::Display for Zone {
    /// Writes the zone so that it can be read again: `America/New_York`, `UTC`, `-04:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(place) => f.write_str(place.name()),
            Self::Offset(offset) => write!(f, "{}", offset.fix()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_written_as_it_is_read() {
        for (text, written) in [
            ("America/New_York", "America/New_York"),
            ("europe/london", "Europe/London"),
            ("Z", "UTC"),
            ("-0400", "-04:00"),
            ("+05:30", "+05:30"),
            ("UTC+02", "+02:00"),
            ("EDT", "-04:00"),
        ] {
            assert_eq!(text.parse::<Zone>().unwrap().to_string(), written);
        }
        for text in ["", "IST", "+25:00", "+1", "-0x00", "Mars/Olympus", "+é1"] {
            assert!(text.parse::<Zone>().is_err(), "{text}");
        }
    }

    #[test]
    fn clocks_that_leap_or_go_back_give_the_widest_reading() {
        let york: Zone = "America/New_York".parse().unwrap();
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let first = |text| york.first(at(text)).unwrap().to_string();
        let last = |text| york.last(at(text)).unwrap().to_string();
        assert_eq!(first("2023-03-12T02:30:00"), "2023-03-12T07:00:00Z");
        assert_eq!(first("2023-11-05T01:30:00"), "2023-11-05T05:30:00Z");
        assert_eq!(last("2023-11-05T01:30:00"), "2023-11-05T06:30:00Z");
    }
}
