//! Times as a page prints them: with their zone, and never finer than they are known.

use std::str::FromStr as _;

use chrono::DateTime;
use chrono::FixedOffset;
use chrono::Timelike as _;
use chrono_tz::Tz;

use crate::record::Instant;
use crate::record::Moment;

use super::citation::cut;

/// Characters shown of a time as it was written.
const LONGEST_WRITTEN: usize = 60;

/// A time for a reader, in one line: in the page's zone, and how it was written.
pub(super) fn when(at: &Instant, desk: Option<&str>) -> String {
    let known = known(at, desk);
    match at.as_written.as_deref().map(str::trim) {
        None | Some("") => known,
        Some(written) => format!("{known}; written “{}”", cut(written, LONGEST_WRITTEN)),
    }
}

/// As [`when`], without how it was written.
pub(super) fn known(at: &Instant, desk: Option<&str>) -> String {
    match day_and_time(at, desk) {
        (Some(day), Some(time)) => format!("{day}, {time}"),
        (Some(day), None) => day,
        (None, _) => "time not known".to_owned(),
    }
}

/// A time as it is shown: all times of day are in the page's one zone (UTC where it has none), so that two messages can be
/// compared by eye. A day without a time stays the day of its own zone.
pub(super) struct Shown {
    /// The earliest that it can have been.
    pub(super) first: DateTime<FixedOffset>,
    /// The latest.
    pub(super) last: DateTime<FixedOffset>,
    /// The zone's name.
    zone: String,
    /// Whether it is known to the minute.
    minute: bool,
}

impl Shown {
    /// A time in the page's zone; nothing where it is not known.
    pub(super) fn of(at: &Instant, desk: Option<&str>) -> Option<Self> {
        let (earliest, latest) = (at.earliest?, at.latest?);
        let minute = latest.millis() - earliest.millis() < 60_000;
        let own = at.zone.as_deref();
        let shown = if minute { desk } else { own.or(desk) };
        let (first, zone) = local(earliest, shown);
        let (last, _) = local(latest, shown);
        Some(Self {
            first,
            last,
            zone,
            minute,
        })
    }

    /// Whether it is known to the day.
    pub(super) fn is_one_day(&self) -> bool {
        self.first.date_naive() == self.last.date_naive()
    }

    /// The time of day and its zone, the halves of the day in these words; nothing where it is not known to the minute.
    pub(super) fn clock(&self, morning: &str, afternoon: &str) -> Option<String> {
        let half = if self.first.hour() < 12 {
            morning
        } else {
            afternoon
        };
        (self.minute && self.is_one_day())
            .then(|| format!("{} {half} {}", self.first.format("%-I:%M"), self.zone))
    }
}

/// The day, and the time of day with its zone; each only where it is known.
pub(super) fn day_and_time(at: &Instant, desk: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(shown) = Shown::of(at, desk) else {
        return (None, None);
    };
    let day = |it: &DateTime<FixedOffset>| it.format("%B %-d, %Y").to_string();
    if shown.is_one_day() {
        (Some(day(&shown.first)), shown.clock("a.m.", "p.m."))
    } else {
        let (first, last) = (day(&shown.first), day(&shown.last));
        (Some(format!("between {first} and {last}")), None)
    }
}

/// A moment in its zone, and the zone's name; in UTC where the zone is not known.
fn local(at: Moment, zone: Option<&str>) -> (DateTime<FixedOffset>, String) {
    let utc = at.to_utc();
    if let Some(zone) = zone {
        if let Ok(zone) = Tz::from_str(zone) {
            let there = utc.with_timezone(&zone);
            return (there.fixed_offset(), there.format("%Z").to_string());
        }
        if let Ok(offset) = FixedOffset::from_str(zone) {
            return (utc.with_timezone(&offset), format!("UTC{zone}"));
        }
    }
    (utc.fixed_offset(), "UTC".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESK: Option<&str> = Some("America/New_York");

    #[test]
    fn times_are_never_finer_than_known() {
        let mut at = Instant::exact(
            "2023-07-11T13:29:00Z".parse().unwrap(),
            "11 Jul 2023 9:29",
            "export",
        )
        .in_zone("America/New_York", "archive");
        at.latest = "2023-07-11T20:00:00Z".parse().ok();
        assert_eq!(when(&at, None), "July 11, 2023; written “11 Jul 2023 9:29”");
        at.latest = "2023-07-14T20:00:00Z".parse().ok();
        assert!(when(&at, None).starts_with("between July 11, 2023 and July 14, 2023"));
        assert_eq!(when(&Instant::default(), None), "time not known");
    }

    #[test]
    fn a_page_has_one_zone_and_says_how_each_time_was_written() {
        let at = |written: &str, zone: &str, basis: &str| {
            Instant::exact("2022-09-21T03:52:07Z".parse().unwrap(), written, "export")
                .in_zone(zone, basis)
        };
        let exported = when(&at("", "UTC", "format"), DESK);
        assert_eq!(exported, "September 20, 2022, 11:52 p.m. EDT");
        let written = when(&at("21 Sep 2022 04:52:07 +0100", "+01:00", "written"), DESK);
        assert_eq!(
            written,
            "September 20, 2022, 11:52 p.m. EDT; written “21 Sep 2022 04:52:07 +0100”"
        );
        let nowhere = when(&at("", "+01:00", "written"), None);
        assert_eq!(nowhere, "September 21, 2022, 3:52 a.m. UTC");
    }
}
