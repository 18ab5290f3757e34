//! Stated times, one line each.

use proptest::prelude::*;

use super::*;

fn read_in_new_york(words: &str) -> String {
    let zone: Zone = "America/New_York".parse().unwrap();
    let instant = stated(words, zone, "archive");
    assert_eq!(instant.as_written.as_deref(), Some(words));
    let bound = |at: Option<Moment>| at.map_or("open".to_owned(), |at| at.to_string());
    format!("{} {}", bound(instant.earliest), bound(instant.latest))
}

/// What is written, and the earliest and latest that it means on the clocks of New York.
const FORMS: &[(&str, &str)] = &[
    ("2023", "2023-01-01T05:00:00Z 2024-01-01T04:59:59.999Z"),
    ("2023-08", "2023-08-01T04:00:00Z 2023-09-01T03:59:59.999Z"),
    ("June 2023", "2023-06-01T04:00:00Z 2023-07-01T03:59:59.999Z"),
    (
        "2023-08-14",
        "2023-08-14T04:00:00Z 2023-08-15T03:59:59.999Z",
    ),
    (
        "14 August 2023",
        "2023-08-14T04:00:00Z 2023-08-15T03:59:59.999Z",
    ),
    (
        "Monday, Aug 14th, 2023",
        "2023-08-14T04:00:00Z 2023-08-15T03:59:59.999Z",
    ),
    (
        "2023-06-30 16:00",
        "2023-06-30T20:00:00Z 2023-06-30T20:00:59.999Z",
    ),
    (
        "9:29 am on 11 July 2023",
        "2023-07-11T13:29:00Z 2023-07-11T13:29:59.999Z",
    ),
    (
        "11 July 2023 9:29 am",
        "2023-07-11T13:29:00Z 2023-07-11T13:29:59.999Z",
    ),
    (
        "11 Jul 2023, 9:29 p.m.",
        "2023-07-12T01:29:00Z 2023-07-12T01:29:59.999Z",
    ),
    (
        "2023-08-14 at 4 pm",
        "2023-08-14T20:00:00Z 2023-08-14T20:59:59.999Z",
    ),
    (
        "2023-08-14T16:00:05Z",
        "2023-08-14T16:00:05Z 2023-08-14T16:00:05.999Z",
    ),
    (
        "2023-08-14T16:00:05.25+02:00",
        "2023-08-14T14:00:05.250Z 2023-08-14T14:00:05.259Z",
    ),
    (
        "2023-07-14 16:00 to 2023-08",
        "2023-07-14T20:00:00Z 2023-09-01T03:59:59.999Z",
    ),
    (
        "2023-07-11 9:29..2023-08",
        "2023-07-11T13:29:00Z 2023-09-01T03:59:59.999Z",
    ),
    (
        "between 2023-07-01 09:00 and 2023-08",
        "2023-07-01T13:00:00Z 2023-09-01T03:59:59.999Z",
    ),
    (
        "2023-07-11 9:29..2023-07-12",
        "2023-07-11T13:29:00Z 2023-07-13T03:59:59.999Z",
    ),
    (
        "2023-07-11 9:29 to 2023-07-12 10:00-07",
        "2023-07-11T16:29:00Z 2023-07-12T17:00:59.999Z",
    ),
    (
        "2023-08-14 16:00 Europe/London",
        "2023-08-14T15:00:00Z 2023-08-14T15:00:59.999Z",
    ),
    (
        "noon on 2023-08-14",
        "2023-08-14T16:00:00Z 2023-08-14T16:00:59.999Z",
    ),
    (
        "midnight on 2023-08-14",
        "2023-08-14T04:00:00Z 2023-08-15T03:59:59.999Z",
    ),
    (
        "just before midnight on 2023-07-10",
        "2023-07-11T03:30:00Z 2023-07-11T03:59:59.999Z",
    ),
    (
        "just after midnight on 2023-07-10",
        "2023-07-10T04:00:00Z 2023-07-10T04:29:59.999Z",
    ),
    (
        "shortly before 9 am on 2023-07-10",
        "2023-07-10T12:30:00Z 2023-07-10T12:59:59.999Z",
    ),
    (
        "2023-08-14 16:00~",
        "2023-08-14T19:30:00Z 2023-08-14T20:30:59.999Z",
    ),
    (
        "about 2023-08-14",
        "2023-08-13T04:00:00Z 2023-08-16T03:59:59.999Z",
    ),
    (
        "circa 2023",
        "2022-01-01T05:00:00Z 2025-01-01T04:59:59.999Z",
    ),
    ("by 2023-06-30", "open 2023-07-01T03:59:59.999Z"),
    ("before 2023-06-30", "open 2023-06-30T03:59:59.999Z"),
    ("after 2023-06-30", "2023-07-01T04:00:00Z open"),
    ("since 2023-06-30", "2023-06-30T04:00:00Z open"),
    (
        "2023-06-01..2023-06-30",
        "2023-06-01T04:00:00Z 2023-07-01T03:59:59.999Z",
    ),
    (
        "between May 2023 and June 2023",
        "2023-05-01T04:00:00Z 2023-07-01T03:59:59.999Z",
    ),
    ("..2023-06-30", "open 2023-07-01T03:59:59.999Z"),
    (
        "the evening of 10 July 2023",
        "2023-07-10T21:00:00Z 2023-07-11T03:59:59.999Z",
    ),
    (
        "in the early hours of 10 July 2023",
        "2023-07-10T04:00:00Z 2023-07-10T09:59:59.999Z",
    ),
    (
        "late June 2023",
        "2023-06-21T04:00:00Z 2023-07-01T03:59:59.999Z",
    ),
    ("mid-2023", "2023-05-01T04:00:00Z 2023-09-01T03:59:59.999Z"),
    (
        "2023-03-12 02:30",
        "2023-03-12T07:00:00Z 2023-03-12T07:00:00Z",
    ),
    (
        "2023-11-05 01:30",
        "2023-11-05T05:30:00Z 2023-11-05T06:30:59.999Z",
    ),
    ("unknown", "open open"),
    ("when the tide turned", "open open"),
    ("3/4/2023", "open open"),
    ("Tuesday, 14 August 2023", "open open"),
    ("2023-02-30", "open open"),
    ("2023-06-30..2023-06-01", "open open"),
    ("about 12 hours after m-7kq2", "open open"),
];

#[test]
fn each_form_reads_as_the_table_says() {
    for (words, expected) in FORMS {
        assert_eq!(read_in_new_york(words), *expected, "{words}");
    }
}

#[test]
fn the_zone_and_how_it_is_known_are_kept() {
    let zone: Zone = "America/New_York".parse().unwrap();
    let archive = parse("2023-08-14", zone, "archive").unwrap();
    assert_eq!(archive.zone.as_deref(), Some("America/New_York"));
    assert_eq!(archive.zone_basis.as_deref(), Some("archive"));
    let written = parse("2023-08-14 16:00 -0700", zone, "archive").unwrap();
    assert_eq!(written.zone.as_deref(), Some("-07:00"));
    assert_eq!(written.zone_basis.as_deref(), Some("written"));
    let unknown = parse("unknown", zone, "archive").unwrap();
    assert_eq!(
        (unknown.zone, unknown.basis.as_deref()),
        (None, Some("unknown"))
    );
}

#[test]
fn what_can_not_be_read_is_refused_with_a_way_out() {
    let error = parse("3/4/2023", Zone::UTC, "archive").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("\"3/4/2023\" is not a time that can be read; write it like")
    );
}

#[test]
fn a_time_told_from_another_item_follows_that_item() {
    let at = Instant::exact("2023-07-11T01:00:00Z".parse().unwrap(), "", "export");
    let follow = |words: &str| {
        let told = parse(words, Zone::UTC, "archive").unwrap();
        assert_eq!(told.relative_to.as_deref(), Some("m-7kq2"));
        let told = resolve(&told, &at);
        let bound = |at: Option<Moment>| at.map_or("open".to_owned(), |at| at.to_string());
        format!("{} {}", bound(told.earliest), bound(told.latest))
    };
    assert_eq!(
        follow("about 12 hours after m-7kq2"),
        "2023-07-11T11:48:00Z 2023-07-11T14:12:00Z"
    );
    assert_eq!(
        follow("2 hours before m-7kq2"),
        "2023-07-10T22:30:00Z 2023-07-10T23:30:00Z"
    );
    assert_eq!(follow("after m-7kq2"), "2023-07-11T01:00:00Z open");
    assert_eq!(follow("before m-7kq2"), "open 2023-07-11T01:00:00Z");
}

proptest! {
    #[test]
    fn any_words_are_kept(words in any::<String>()) {
        let instant = stated(&words, Zone::UTC, "archive");
        prop_assert!(instant.as_written.is_none_or(|kept| kept == words));
    }

    #[test]
    fn the_bounds_are_never_the_wrong_way_round(
        words in "(about |by |after |early |just before )?[0-9]{4}-[01][0-9](-[0-3][0-9])?( at [0-9]{1,2}:[0-9]{2})?(~|\\.\\.[0-9]{4})?"
    ) {
        let instant = stated(&words, Zone::UTC, "archive");
        if let (Some(earliest), Some(latest)) = (instant.earliest, instant.latest) {
            prop_assert!(earliest <= latest);
        }
    }
}
