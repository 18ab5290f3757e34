//! Honest times: what was written, the earliest and latest it can mean, and how the zone is known.

use std::fmt;
use std::str::FromStr;

use chrono::DateTime;
use chrono::SecondsFormat;
use chrono::Utc;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::Error as _;

/// A point on the UTC time line, in milliseconds since 1970; written as RFC 3339 with `Z`, with milliseconds only
/// where there are any.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// Text that is not an RFC 3339 UTC time with `Z` in the form that [`Moment`] writes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a UTC time such as 2023-07-11T13:29:00Z")]
pub struct ParseMomentError(String);

/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59.999Z: what four-digit years can say.
const RANGE: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

impl Moment {
    /// A moment from milliseconds since 1970, or nothing where four-digit years cannot say it.
    pub fn from_millis(millis: i64) -> Option<Self> {
        RANGE.contains(&millis).then_some(Self(millis))
    }

    /// A moment from seconds since 1970, or nothing where four-digit years cannot say it.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        seconds.checked_mul(1000).and_then(Self::from_millis)
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The same point without its fraction of a second.
    #[must_use]
    pub const fn whole_seconds(self) -> Self {
        Self(self.0 - self.0.rem_euclid(1000))
    }

    /// The same point as a chrono value.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = if self.0 % 1000 == 0 {
            SecondsFormat::Secs
        } else {
            SecondsFormat::Millis
        };
        f.write_str(&self.to_utc().to_rfc3339_opts(format, true))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Moment({self})")
    }
}

impl FromStr for Moment {
    type Err = ParseMomentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .and_then(|at| Self::from_millis(at.timestamp_millis()))
            .filter(|moment| moment.to_string() == text)
            .ok_or_else(|| ParseMomentError(text.chars().take(80).collect()))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// A time as far as it is known. 'Unknown' is an instant without bounds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Instant {
    /// The words or digits in which the time was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_written: Option<String>,
    /// On whose word the time rests: `header`, `export`, `file`, `stated`, `computed`, `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// The earliest moment it can mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<Moment>,
    /// The latest moment it can mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Moment>,
    /// The item this time is relative to, as a reference, when the words say so ('about 12 hours later').
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_to: Option<String>,
    /// The zone it was given in: an offset (`-04:00`), `UTC`, or an IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// How the zone is known: `written`, `format` (the export's format fixes it), `archive` (the archive's own setting),
    /// `assumed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_basis: Option<String>,
}

impl Instant {
    /// A time known to the given moment and no wider.
    pub fn exact(at: Moment, as_written: impl Into<String>, basis: &str) -> Self {
        Self {
            as_written: Some(as_written.into()),
            earliest: Some(at),
            latest: Some(at),
            basis: Some(basis.to_owned()),
            ..Self::default()
        }
    }

    /// A time of which nothing but its words is known.
    pub fn unknown(as_written: Option<String>) -> Self {
        Self {
            as_written,
            basis: Some("unknown".to_owned()),
            ..Self::default()
        }
    }

    /// The same time with its zone and how that is known.
    #[must_use]
    pub fn in_zone(mut self, zone: impl Into<String>, basis: &str) -> Self {
        self.zone = Some(zone.into());
        self.zone_basis = Some(basis.to_owned());
        self
    }

    /// Whether all of this time lies before all of the other; false where either is open on the side that matters.
    pub fn is_before(&self, other: &Self) -> bool {
        matches!((self.latest, other.earliest), (Some(latest), Some(earliest)) if latest < earliest)
    }
}
