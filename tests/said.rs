//! What a draft states of a quotation, in words that are easily read too short: each is read whole or not at all.

use fonds::cite::After;
use fonds::cite::Agreement;
use fonds::cite::CiteError;
use fonds::cite::Draft;
use fonds::cite::DraftFormat;
use fonds::cite::Following;
use fonds::cite::Known;
use fonds::cite::Options;
use fonds::cite::Parties;
use fonds::cite::Passage;
use fonds::cite::Pinned;
use fonds::cite::Sources;
use fonds::cite::StatementSort;
use fonds::cite::Wanted;
use fonds::cite::check;
use fonds::record::Instant;
use fonds::record::Moment;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

type Message = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
);

/// Letter, reference, time in UTC, sender, addressees, text. New York is four hours behind.
const MESSAGES: &[Message] = &[
    (
        "A",
        "m-0a01",
        "2023-07-12T01:28:00Z",
        "Peter Voss",
        &["Greta Brask"],
        "They opened the north gate at nine this morning,",
    ),
    (
        "B",
        "m-0b01",
        "2023-08-13T03:50:00Z",
        "Peter Voss",
        &["Greta Brask"],
        "Please stop writing to me about the gate,",
    ),
    (
        "C",
        "m-0c01",
        "2023-08-13T04:15:00Z",
        "Nora Quist",
        &["Peter Voss"],
        "Nobody has mended a single one of these since then,",
    ),
    (
        "D",
        "m-0d01",
        "2023-08-20T14:00:00Z",
        "Nora Quist",
        &["Peter Voss", "Greta Brask"],
        "The password is the name of the harbour itself,",
    ),
    (
        "E",
        "m-0d02",
        "2023-08-20T15:00:00Z",
        "Peter Voss",
        &["Nora Quist", "Greta Brask"],
        "Kindly tell me who is writing from there?",
    ),
    (
        "F",
        "m-0f01",
        "1998-07-11T15:00:00Z",
        "Peter Voss",
        &["Greta Brask"],
        "The survey of the piles begins on Monday at seven,",
    ),
];

struct Desk;

fn passages() -> TestResult<Vec<Passage>> {
    let of = |(_, item, time, from, to, text): &Message| {
        let moment = time.parse::<Moment>().map_err(|it| it.to_string())?;
        Ok(Passage {
            item: (*item).to_owned(),
            text: (*text).to_owned(),
            from: vec![(*from).to_owned()],
            to: to.iter().map(|it| (*it).to_owned()).collect(),
            at: Instant::exact(moment, *time, "export").in_zone("UTC", "format"),
            ..Passage::default()
        })
    };
    MESSAGES.iter().map(of).collect()
}

fn held() -> Vec<Passage> {
    passages().unwrap_or_default()
}

impl Sources for Desk {
    fn pinned(&self, _: &str) -> Result<Pinned, CiteError> {
        Ok(Pinned::NoSuchItem)
    }

    fn candidates(&self, _: &Wanted) -> Result<Vec<Passage>, CiteError> {
        Ok(held())
    }

    fn neighbours(&self, item: &str, _: (usize, usize)) -> Result<Vec<Passage>, CiteError> {
        let same = |it: &Passage| it.item.get(..4) == item.get(..4);
        Ok(held().into_iter().filter(same).collect())
    }

    fn after(&self, item: &str) -> Result<Option<After>, CiteError> {
        let around = self.neighbours(item, (12, 12))?;
        let behind = around.iter().skip_while(|it| it.item != item).skip(1);
        let following = |it: &Passage| Following {
            item: it.item.clone(),
            from: it.from.clone(),
            at: it.at.clone(),
        };
        Ok(Some(After {
            messages: behind.map(following).collect(),
            unsure: None,
            back: None,
        }))
    }

    fn parties(&self, item: &str) -> Result<Parties, CiteError> {
        let known = |name: &String| Known {
            shown: name.clone(),
            names: vec![name.clone()],
            is_named: true,
        };
        let found = held().into_iter().find(|it| it.item == item);
        Ok(found.map_or_else(Parties::default, |it| Parties {
            from: it.from.iter().map(known).collect(),
            to: it.to.iter().map(known).collect(),
        }))
    }
}

/// What is stated of each quotation of a draft, quotations by their letters in braces: `A sender Voss +`, with `-` for
/// what differs and `?` for what cannot be told.
fn stated(draft: &str) -> TestResult<Vec<String>> {
    let filled = MESSAGES.iter().fold(draft.to_owned(), |text, it| {
        text.replace(&format!("{{{}}}", it.0), &format!("“{}”", it.5))
    });
    let draft = Draft::read(filled.as_bytes(), None, DraftFormat::Markdown)?;
    let options = Options {
        zone: Some("America/New_York".to_owned()),
        ..Options::default()
    };
    let citations = check(&Desk, &draft, &options)?;
    let mut all = Vec::new();
    for quoted in citations.quotations {
        let item = quoted.matches.first().map_or("", |it| it.item.as_str());
        let letter = MESSAGES
            .iter()
            .find(|it| it.1 == item)
            .map_or("?", |it| it.0);
        for statement in quoted.statements {
            let sort = match statement.sort {
                StatementSort::Sender => "from",
                StatementSort::Addressee => "to",
                StatementSort::Time => "time",
                StatementSort::Interval => "interval",
                StatementSort::Silence => "silence",
            };
            let result = match statement.result {
                Agreement::Agrees => "+",
                Agreement::Differs => "-",
                Agreement::CannotTell => "?",
            };
            all.push(format!("{letter} {sort} {result} {}", statement.words));
        }
    }
    Ok(all)
}

/// A draft, and what is stated in it.
type Case = (&'static str, &'static [&'static str]);

fn hold(cases: &[Case]) -> TestResult {
    let mut wrong = Vec::new();
    for (draft, expected) in cases {
        let found = stated(draft)?;
        let same = found.len() == expected.len()
            && expected
                .iter()
                .all(|it| found.iter().any(|found| found == it));
        if !same {
            wrong.push(format!(
                "{draft}\n  expected {expected:?}\n  found    {found:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    Ok(())
}

#[test]
fn a_zone_that_is_named_is_taken_or_said_to_be_unknown() -> TestResult {
    // B was sent at 11:50 pm in New York: 3:50 in UTC, 5:50 in Berlin, 12:50 in Tokyo, all on the next day.
    hold(&[
        (
            "It came at 11:50 p.m. CET on August 12: {B}",
            &["B time - at 11:50 p.m CET on August 12"],
        ),
        (
            "It came at 5:50 a.m. CEST on August 13: {B}",
            &["B time + at 5:50 a.m CEST on August 13"],
        ),
        (
            "It came at 5:50 a.m. Berlin time on August 13: {B}",
            &["B time + at 5:50 a.m Berlin time on August 13"],
        ),
        (
            "It came at 5:50 a.m. (Berlin) on August 13: {B}",
            &["B time + at 5:50 a.m Berlin on August 13"],
        ),
        (
            "It came at 12:50 p.m. Tokyo time on August 13: {B}",
            &["B time + at 12:50 p.m Tokyo time on August 13"],
        ),
        (
            "It came at 6:50 a.m. on August 13, Moscow time: {B}",
            &["B time + at 6:50 a.m on August 13 Moscow time"],
        ),
        (
            "It came at 11:50 p.m. Paris time on August 12: {B}",
            &["B time - at 11:50 p.m Paris time on August 12"],
        ),
        (
            "It came at 5:50 a.m. UTC+2 on August 13: {B}",
            &["B time + at 5:50 a.m UTC+2 on August 13"],
        ),
        (
            "It came at 11:50 p.m. +0200 on August 12: {B}",
            &["B time - at 11:50 p.m +0200 on August 12"],
        ),
        (
            "It came at 3:50 Z on August 13: {B}",
            &["B time + at 3:50 Z on August 13"],
        ),
        (
            "It came at 5:50 a.m. Central European Summer Time on August 13: {B}",
            &["B time + at 5:50 a.m Central European Summer Time on August 13"],
        ),
        (
            "It came at 11:50 p.m. IST on August 12: {B}",
            &["B time ? at 11:50 p.m IST on August 12"],
        ),
        (
            "It came at 11:50 p.m. Harbor time on August 12: {B}",
            &["B time ? at 11:50 p.m Harbor time on August 12"],
        ),
        (
            "It came at 11:50 p.m. local time on August 12: {B}",
            &["B time ? at 11:50 p.m local time on August 12"],
        ),
        (
            "It came at 11:50 p.m. Eastern on August 12: {B}",
            &["B time + at 11:50 p.m Eastern on August 12"],
        ),
    ])
}

#[test]
fn a_name_that_stands_for_another_is_no_sender() -> TestResult {
    hold(&[
        ("A lawyer for Voss wrote: {A}", &[]),
        ("{A} a spokesman for Voss told Brask.", &[]),
        ("A friend of Voss wrote: {A}", &[]),
        ("An aide to Voss wrote: {A}", &[]),
        ("The wife of Peter Voss wrote: {A}", &[]),
        ("Somebody close to Voss wrote: {A}", &[]),
        ("A man who knew Voss wrote: {A}", &[]),
        ("An unsigned note attributed to Voss said: {A}", &[]),
        ("Nobody but Voss wrote: {A}", &[]),
        ("Everyone except Voss wrote: {A}", &[]),
        ("{A} a letter in the name of Voss said.", &[]),
        ("The Voss family wrote: {A}", &["A from ? The Voss family"]),
        ("{A} wrote the Voss family.", &["A from ? the Voss family"]),
        ("The engineer Voss wrote: {A}", &["A from + Voss"]),
        ("In an email Voss wrote: {A}", &["A from + Voss"]),
        ("But Voss wrote: {A}", &["A from + Voss"]),
    ])
}

#[test]
fn each_of_several_quotations_has_the_name_behind_its_own_mark() -> TestResult {
    hold(&[
        (
            "{A} Voss wrote; {C} Quist replied.",
            &["A from + Voss", "C from + Quist"],
        ),
        (
            "{A} Voss wrote; {C} Quist replied; {B} Voss added.",
            &["A from + Voss", "C from + Quist", "B from + Voss"],
        ),
        (
            "{A} wrote Voss; {C} replied Quist.",
            &["A from + Voss", "C from + Quist"],
        ),
        ("{A} Voss wrote; {C}", &["A from + Voss"]),
        (
            "To the question {E} Quist answered: {C}",
            &["C from + Quist"],
        ),
        ("Quist answered {E} in an email.", &[]),
        ("{E} Voss replied.", &["E from + Voss"]),
    ])
}

#[test]
fn what_is_denied_is_not_read() -> TestResult {
    hold(&[
        (
            "{B} Voss wrote, though not on August 12.",
            &["B from + Voss"],
        ),
        ("Voss did not write on August 12: {B}", &[]),
        ("Voss never wrote on August 12: {B}", &[]),
        ("{B} Voss wrote, except on August 12.", &["B from + Voss"]),
        (
            "Not on July 11 but on August 12 it came: {B}",
            &["B time + on August 12"],
        ),
        (
            "{B} Voss wrote neither in 2023 nor in 2024.",
            &["B from + Voss"],
        ),
        (
            "{B} Voss wrote not at 11:50 p.m. but later.",
            &["B from + Voss"],
        ),
        (
            "{D} it said. It is not true that Voss never replied.",
            &["D from ? it"],
        ),
        (
            "{D} it said. Quist denied that Voss never replied.",
            &["D from ? it"],
        ),
        (
            "{D} it said. Nobody says that Voss never replied.",
            &["D from ? it"],
        ),
    ])
}

#[test]
fn each_addressee_is_held_by_itself() -> TestResult {
    hold(&[
        (
            "{D} Quist wrote to Peter Voss and Greta Brask.",
            &["D from + Quist", "D to + Peter Voss", "D to + Greta Brask"],
        ),
        (
            "{B} Voss wrote to Greta Brask and Henri Moreau.",
            &["B from + Voss", "B to + Greta Brask", "B to - Henri Moreau"],
        ),
        (
            "{B} Voss told Brask, Moreau and Ost.",
            &[
                "B from + Voss",
                "B to + Brask",
                "B to - Moreau",
                "B to - Ost",
            ],
        ),
        (
            "{B} Voss wrote to Brask, copying Moreau.",
            &["B from + Voss", "B to + Brask", "B to - Moreau"],
        ),
        (
            "{B} Voss wrote to Brask and Moreau left.",
            &["B from + Voss", "B to + Brask"],
        ),
        (
            "{B} Voss wrote to Brask alone.",
            &["B from + Voss", "B to + Brask"],
        ),
        (
            "{D} Quist wrote to Voss alone.",
            &["D from + Quist", "D to ? Voss"],
        ),
        (
            "{D} Quist wrote only to Voss.",
            &["D from + Quist", "D to ? Voss"],
        ),
        (
            "{D} Quist wrote to Voss and not to Brask.",
            &["D from + Quist", "D to ? Voss"],
        ),
    ])
}

#[test]
fn silence_is_of_the_quotation_before_it_and_of_who_is_named() -> TestResult {
    hold(&[
        // What Voss wrote is no answer of Brask's.
        (
            "{D} Quist wrote. Brask did not answer.",
            &["D from + Quist", "D silence + Brask did not answer"],
        ),
        (
            "{D} Quist wrote. Voss did not answer.",
            &["D from + Quist", "D silence - Voss did not answer"],
        ),
        (
            "{B} Voss wrote.\n\nThe gate was shut. “No such words are held in here at all.” Brask never replied.",
            &["B from + Voss", "? silence ? Brask never replied"],
        ),
        (
            "{B} Voss wrote.\n\nBrask never replied.",
            &["B from + Voss"],
        ),
        (
            "{D} Quist wrote. A lawyer for Voss never replied.",
            &["D from + Quist"],
        ),
    ])
}

#[test]
fn an_interval_is_counted_within_its_paragraph() -> TestResult {
    hold(&[
        (
            "{B} it began.\n\n25 minutes later came {C}",
            &["C interval + 25 minutes later"],
        ),
        (
            "{B} it began.\n\n{A} it went. 25 minutes later came {C}",
            &["C interval - 25 minutes later"],
        ),
        // All of what is said counts, or none of it.
        (
            "{B} it began. Three hours and 25 minutes later came {C}",
            &["C interval - Three hours and 25 minutes later"],
        ),
        (
            "{C} it began. Seven days, nine hours and 45 minutes later came {D}",
            &["D interval + Seven days nine hours and 45 minutes later"],
        ),
        ("{B} it began. Twenty to thirty minutes later came {C}", &[]),
        ("{B} it began. Ten or twenty minutes later came {C}", &[]),
        ("{B} it began. Up to an hour later came {C}", &[]),
        ("{B} it began. A good twenty minutes later came {C}", &[]),
        ("{B} it began. A month and two days later came {C}", &[]),
        (
            "{B} it began. And 25 minutes later came {C}",
            &["C interval + 25 minutes later"],
        ),
        ("{B} it began. A week later than promised came {C}", &[]),
    ])
}

#[test]
fn a_weekday_behind_a_clock_is_read_with_it_or_not_at_all() -> TestResult {
    hold(&[
        (
            "{B} Voss wrote at 11:50 p.m. Saturday, August 12.",
            &["B from + Voss", "B time + at 11:50 p.m Saturday August 12"],
        ),
        (
            "{B} Voss wrote at 11:50 p.m. Sunday, August 13.",
            &["B from + Voss", "B time - at 11:50 p.m Sunday August 13"],
        ),
        (
            "{B} Voss wrote at 11:50 p.m. Sunday.",
            &["B from + Voss", "B time ? at 11:50 p.m Sunday"],
        ),
    ])
}

#[test]
fn an_initial_is_that_of_the_name_on_record() -> TestResult {
    hold(&[
        ("{B} P. Voss wrote.", &["B from + P Voss"]),
        ("{B} R. Voss wrote.", &["B from ? R Voss"]),
    ])
}

#[test]
fn a_time_of_something_else_is_not_read() -> TestResult {
    hold(&[
        (
            "{B} Voss wrote to Brask; the council meets on August 30.",
            &["B from + Voss", "B to + Brask"],
        ),
        (
            "{B} Voss wrote, adding that on August 30 he would flee.",
            &["B from + Voss"],
        ),
        (
            "{B} Voss wrote, asking her to call on August 30.",
            &["B from + Voss"],
        ),
        (
            "On the day that Voss, at 3 p.m., had lunch, Quist wrote: {C}",
            &["C from + Quist"],
        ),
        (
            "{B} Voss wrote to Brask in an email on August 12.",
            &["B from + Voss", "B to + Brask", "B time + on August 12"],
        ),
    ])
}

#[test]
fn a_date_is_read_to_its_end() -> TestResult {
    hold(&[
        (
            "Voss wrote on August the 12th: {B}",
            &["B from + Voss", "B time + on August the 12th"],
        ),
        (
            "Voss wrote on August nineteenth: {B}",
            &["B from + Voss", "B time - on August nineteenth"],
        ),
        (
            "Voss wrote in August of 2021: {B}",
            &["B from + Voss", "B time - in August of 2021"],
        ),
        (
            "Voss wrote on Jul. 11, 2022: {A}",
            &["A from + Voss", "A time - on Jul 11 2022"],
        ),
        (
            "On July 11, 2023, at half past nine at night, Voss wrote: {A}",
            &[
                "A from + Voss",
                "A time - On July 11 2023 at half past nine at night",
            ],
        ),
        (
            "At 9.28pm on July 11 Voss wrote: {A}",
            &["A from + Voss", "A time + At 9.28pm on July 11"],
        ),
        (
            "On July 11 at 2128 hours Voss wrote: {A}",
            &["A from + Voss", "A time + On July 11 at 2128 hours"],
        ),
        (
            "On July 11 at 0928 Voss wrote: {A}",
            &["A from + Voss", "A time - On July 11 at 0928"],
        ),
        (
            "On July 11, around nine o'clock, Voss wrote: {A}",
            &["A from + Voss", "A time ? On July 11"],
        ),
        ("Voss wrote on July 10 or 11: {A}", &[]),
        ("{A} Voss wrote on July 10 or 11.", &["A from + Voss"]),
        ("{B} Voss wrote on August 11–12, 2023.", &["B from + Voss"]),
        ("{B} Voss wrote on August 11-12, 2023.", &["B from + Voss"]),
    ])
}

#[test]
fn a_year_alone_is_read_where_it_can_only_be_of_the_writing() -> TestResult {
    hold(&[
        ("Voss, hired in 2016, wrote: {A}", &[]),
        ("Elected in 2012, Voss wrote: {A}", &["A from + Voss"]),
        (
            "After the fire in 2014, Voss wrote: {A}",
            &["A from + Voss"],
        ),
        ("In 2016–18, Voss wrote: {A}", &["A from + Voss"]),
        (
            "In 2016, 2017 and 2018, Voss wrote: {A}",
            &["A from + Voss"],
        ),
        ("In 2016 US dollars, Voss wrote: {A}", &["A from + Voss"]),
        (
            "On July 11 in 2016 Voss wrote: {A}",
            &["A from + Voss", "A time - On July 11 in 2016"],
        ),
        (
            "In 2022, Voss wrote: {A}",
            &["A from + Voss", "A time - In 2022"],
        ),
        (
            "In 2023 Voss wrote: {A}",
            &["A from + Voss", "A time + In 2023"],
        ),
        (
            "Voss wrote in 2022: {A}",
            &["A from + Voss", "A time - in 2022"],
        ),
    ])
}

#[test]
fn dates_in_strokes_and_by_weekday_are_those_that_there_are() -> TestResult {
    hold(&[
        (
            "Voss wrote on 7/11/98: {F}",
            &["F from + Voss", "F time + on 7/11/98"],
        ),
        (
            "In 10/7/23 proportions, Voss wrote: {F}",
            &["F from + Voss"],
        ),
        ("{F} Voss wrote on 2/30/1998.", &["F from + Voss"]),
        // July 11, 2023 was a Tuesday, and November 7 too; July 11, 1998 a Saturday, November 7 as well.
        (
            "Voss wrote on Tuesday 7/11/2023: {A}",
            &["A from + Voss", "A time + on Tuesday 7/11/2023"],
        ),
        (
            "Voss wrote on Thursday 7/11/2023: {A}",
            &["A from + Voss", "A time - on Thursday 7/11/2023"],
        ),
        (
            "{B} Voss wrote Saturday, August 12.",
            &["B from + Voss", "B time + Saturday August 12"],
        ),
        ("{B} Voss wrote Sunday.", &["B from + Voss"]),
        ("Voss said Sunday that {B}", &["B from + Voss"]),
        // Early in the day, in New York: C came at 0:15 on August 13.
        (
            "It came in the night of August 12: {C}",
            &["C time + in the night of August 12"],
        ),
        (
            "On the night of August 13 it came: {C}",
            &["C time + On the night of August 13"],
        ),
        (
            "On the night of August 12 it came: {C}",
            &["C time + On the night of August 12"],
        ),
        (
            "On the night of August 14 it came: {C}",
            &["C time - On the night of August 14"],
        ),
    ])
}
