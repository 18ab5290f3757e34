//! What a draft states of a quotation (who, to whom, when, how long after, that no answer came), held against records:
//! every result was settled by hand beforehand.

use fonds::cite::After;
use fonds::cite::Agreement;
use fonds::cite::Citations;
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
use fonds::cite::Statement;
use fonds::cite::StatementSort;
use fonds::cite::Wanted;
use fonds::cite::check;
use fonds::record::Instant;
use fonds::record::Moment;
use fonds::record::Zone;
use fonds::record::when;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Reference, time in UTC, whether Halloran wrote it (to Voss; else Voss to Halloran), text.
const MESSAGES: &[(&str, &str, bool, &str)] = &[
    (
        "m-0a01",
        "2023-07-11T13:29:40Z",
        true,
        "They opened the north gate at nine this morning.",
    ),
    (
        "m-0a02",
        "2023-07-11T13:31:12Z",
        true,
        "Write back before somebody is hurt on it.",
    ),
    (
        "m-0a03",
        "2023-07-12T21:31:30Z",
        false,
        "I told the chair in September what you told me.",
    ),
    (
        "m-0a04",
        "2023-07-12T21:33:41Z",
        false,
        "Please stop writing to me about the gate.",
    ),
    (
        "m-0a05",
        "2023-09-21T03:52:07Z",
        true,
        "The password is the name of the harbour itself.",
    ),
    (
        "m-0a06",
        "2023-09-21T15:29:44Z",
        false,
        "Kindly tell me who is writing from there.",
    ),
    (
        "m-0d01",
        "2023-01-31T15:00:00Z",
        true,
        "The survey of the piles begins on Monday at seven.",
    ),
    (
        "m-0d02",
        "2023-02-28T15:00:00Z",
        false,
        "They found rot in four of the nine under water.",
    ),
    (
        "m-0d03",
        "2023-03-07T15:00:00Z",
        false,
        "Divers will look at all five others before Easter.",
    ),
    (
        "m-0d04",
        "2024-02-20T15:00:00Z",
        true,
        "Nobody has mended a single one of these since then.",
    ),
];

struct Desk;

fn at(text: &str) -> Instant {
    text.parse::<Moment>().map_or_else(
        |_| when::stated(text, Zone::UTC, "assumed"),
        |moment| Instant::exact(moment, text, "export").in_zone("UTC", "format"),
    )
}

fn passages() -> Vec<Passage> {
    let of = |(item, time, halloran, text): &(&str, &str, bool, &str)| {
        let (from, to) = if *halloran {
            ("@harbourwatch", "Peter Voss")
        } else {
            ("Peter Voss", "@harbourwatch")
        };
        Passage {
            item: (*item).to_owned(),
            text: (*text).to_owned(),
            from: vec![from.to_owned()],
            to: vec![to.to_owned()],
            at: at(time),
            genre: "direct message".to_owned(),
            ..Passage::default()
        }
    };
    let mail = Passage {
        item: "m-0b01".to_owned(),
        text: "The committee has every page that it asked for.".to_owned(),
        from: vec!["Nora Halloran".to_owned()],
        to: vec!["Ida Brask".to_owned()],
        at: at("2023-08"),
        genre: "email".to_owned(),
        ..Passage::default()
    };
    let document = Passage {
        item: "d-0c01".to_owned(),
        text: "The deck shall not carry vehicles of any kind at all.".to_owned(),
        ..Passage::default()
    };
    let mut all: Vec<Passage> = MESSAGES.iter().map(of).chain([mail, document]).collect();
    // The same words twice, between others and at another time.
    for (item, from, to, time) in [
        (
            "m-0e01",
            "Nora Brandt",
            "Emil Stone",
            "2023-11-06T14:00:00Z",
        ),
        ("m-0f01", "Emil Stone", "Ada Drax", "2023-11-07T19:00:00Z"),
    ] {
        all.push(Passage {
            item: item.to_owned(),
            text: "Burn the second copy before the auditors come back.".to_owned(),
            from: vec![from.to_owned()],
            to: vec![to.to_owned()],
            at: at(time),
            ..Passage::default()
        });
    }
    all
}

impl Sources for Desk {
    fn pinned(&self, _: &str) -> Result<Pinned, CiteError> {
        Ok(Pinned::NoSuchItem)
    }

    fn candidates(&self, _: &Wanted) -> Result<Vec<Passage>, CiteError> {
        Ok(passages())
    }

    fn neighbours(&self, item: &str, _: (usize, usize)) -> Result<Vec<Passage>, CiteError> {
        let same = |it: &Passage| it.item.starts_with(item.get(..4).unwrap_or_default());
        Ok(passages().into_iter().filter(same).collect())
    }

    fn after(&self, item: &str) -> Result<Option<After>, CiteError> {
        let around = self.neighbours(item, (12, 12))?;
        let own = around.iter().position(|it| it.item == item);
        let messages = own
            .and_then(|own| around.get(own + 1..))
            .unwrap_or_default();
        let following = |it: &Passage| Following {
            item: it.item.clone(),
            from: it.from.clone(),
            at: it.at.clone(),
        };
        Ok(item.starts_with('m').then(|| After {
            messages: messages.iter().map(following).collect(),
            unsure: (item == "m-0b01").then_some("a message after it is withheld"),
            back: (item == "m-0e01").then(|| Following {
                item: "m-0g01".to_owned(),
                from: vec!["Emil Stone".to_owned()],
                at: at("2023-11-06T15:00:00Z"),
            }),
        }))
    }

    fn people(&self) -> Vec<String> {
        vec!["Dag Lund".to_owned()]
    }

    fn parties(&self, item: &str) -> Result<Parties, CiteError> {
        let known = |name: &String| Known {
            shown: name.clone(),
            names: vec![name.clone()],
            is_named: !name.starts_with('@'),
        };
        let found = passages().into_iter().find(|it| it.item == item);
        Ok(found.map_or_else(Parties::default, |it| Parties {
            from: it.from.iter().map(known).collect(),
            to: it.to.iter().map(known).collect(),
        }))
    }
}

fn checked(draft: &str, zone: &str) -> TestResult<Citations> {
    let draft = Draft::read(draft.as_bytes(), None, DraftFormat::Markdown)?;
    let options = Options {
        zone: Some(zone.to_owned()),
        ..Options::default()
    };
    Ok(check(&Desk, &draft, &options)?)
}

/// The statements of the last quotation that has any.
fn stated(draft: &str) -> TestResult<Vec<Statement>> {
    let citations = checked(draft, "America/New_York")?;
    let last = citations.quotations.into_iter().rev();
    Ok(last
        .map(|it| it.statements)
        .find(|it| !it.is_empty())
        .unwrap_or_default())
}

use Agreement::Agrees;
use Agreement::CannotTell;
use Agreement::Differs;
use StatementSort::Addressee;
use StatementSort::Interval;
use StatementSort::Sender;
use StatementSort::Silence;
use StatementSort::Time;

const OPENED: &str = "“They opened the north gate at nine this morning.”";
const BACK: &str = "“Write back before somebody is hurt on it.”";
const TOLD: &str = "“I told the chair in September what you told me.”";
const STOP: &str = "“Please stop writing to me about the gate.”";
const PASSWORD: &str = "“The password is the name of the harbour itself.”";
const PAGE: &str = "“The committee has every page that it asked for.”";
const DECK: &str = "“The deck shall not carry vehicles of any kind at all.”";

const SURVEY: &str = "“The survey of the piles begins on Monday at seven.”";
const ROT: &str = "“They found rot in four of the nine under water.”";
const DIVERS: &str = "“Divers will look at all five others before Easter.”";
const MENDED: &str = "“Nobody has mended a single one of these since then.”";
const KINDLY: &str = "“Kindly tell me who is writing from there.”";
const BURN: &str = "“Burn the second copy before the auditors come back,”";

/// Draft with the quotations in braces, and of its last one: sort, the draft's words, result.
type Case = (
    &'static str,
    &'static [(StatementSort, &'static str, Agreement)],
);

const CASES: &[Case] = &[
    // Who.
    ("{TOLD} Voss wrote.", &[(Sender, "Voss", Agrees)]),
    (
        "{TOLD} wrote Peter Voss.",
        &[(Sender, "Peter Voss", Agrees)],
    ),
    (
        "Mr. Voss later replied: {TOLD}",
        &[(Sender, "Voss", Agrees)],
    ),
    (
        "@harbourwatch wrote: {OPENED}",
        &[(Sender, "@harbourwatch", Agrees)],
    ),
    ("{OPENED} Voss wrote.", &[(Sender, "Voss", Differs)]),
    ("{PAGE} Ida Brask wrote.", &[(Sender, "Ida Brask", Differs)]),
    ("{PAGE} Karl Ost wrote.", &[(Sender, "Karl Ost", Differs)]),
    (
        "On July 12 Voss answered. {TOLD} he wrote.",
        &[(Sender, "he", Agrees), (Time, "On July 12", Agrees)],
    ),
    // Each quotation of a sentence has its own speaker and its own time, or none.
    (
        "{OPENED} @harbourwatch wrote, and Voss replied {TOLD}",
        &[(Sender, "Voss", Agrees)],
    ),
    (
        "{TOLD} Voss wrote, and @harbourwatch replied {OPENED}",
        &[(Sender, "@harbourwatch", Agrees)],
    ),
    (
        "On July 11 it wrote {OPENED} and on July 12 came {TOLD}",
        &[
            (Time, "On July 11", CannotTell),
            (Time, "on July 12", Agrees),
        ],
    ),
    // What stands between is somebody else's part in it.
    ("Voss said the message of that day read {OPENED}", &[]),
    ("Voss went to the pier and read {OPENED}", &[]),
    (
        "Halloran told Ida Brask on August 3 that {PAGE}",
        &[
            (Sender, "Halloran", Agrees),
            (Addressee, "Ida Brask", Agrees),
            (Time, "on August 3", CannotTell),
        ],
    ),
    // Later than what, where nothing was quoted before?
    (
        "{OPENED} it began. Nothing else was said that week. Five minutes later came {BACK}",
        &[(Interval, "Five minutes later", CannotTell)],
    ),
    // An account is nobody's name.
    (
        "{OPENED} Nora Halloran wrote.",
        &[(Sender, "Nora Halloran", CannotTell)],
    ),
    ("{TOLD} he wrote.", &[(Sender, "he", CannotTell)]),
    (
        "Voss wrote {STOP} and {TOLD} he added.",
        &[(Sender, "he", Agrees)],
    ),
    (
        "{STOP} Voss wrote. {TOLD} he added.",
        &[(Sender, "he", Agrees)],
    ),
    (
        "{OPENED} the account explained.",
        &[(Sender, "the account", CannotTell)],
    ),
    ("{DECK} Voss said.", &[(Sender, "Voss", CannotTell)]),
    // 'According to' names whom the words are from, or who passed them on: it never makes a difference.
    ("{TOLD} according to Voss.", &[(Sender, "Voss", Agrees)]),
    (
        "According to Peter Voss, {TOLD}",
        &[(Sender, "Peter Voss", Agrees)],
    ),
    (
        "{PAGE} according to Ida Brask.",
        &[(Sender, "Ida Brask", CannotTell)],
    ),
    // A message that is named as somebody's is by that sender or it is not.
    (
        "According to an email from Nora Halloran to Ida Brask, {PAGE}",
        &[
            (Sender, "Nora Halloran", Agrees),
            (Addressee, "Ida Brask", Agrees),
        ],
    ),
    (
        "{PAGE} according to a long email by Ida Brask.",
        &[(Sender, "Ida Brask", Differs)],
    ),
    // A thing speaks for nobody; and what stands between is not the quotation's.
    ("According to the minutes, {DECK}", &[]),
    ("According to Voss the file holds {DECK}", &[]),
    // A name with a colon, as in a transcript: only where it is a person's.
    ("Voss: {TOLD}", &[(Sender, "Voss", Agrees)]),
    ("PETER VOSS: {TOLD}", &[(Sender, "PETER VOSS", Agrees)]),
    ("Mr. Voss: {OPENED}", &[(Sender, "Voss", Differs)]),
    (
        "@harbourwatch: {OPENED}",
        &[(Sender, "@harbourwatch", Agrees)],
    ),
    // Lund is on record as a person, and not as one of this message.
    ("Lund: {TOLD}", &[(Sender, "Lund", Differs)]),
    // The draft itself has him speak.
    (
        "The mayor, Karl Ost, was not there; later Karl Ost said so.\n\nOst: {TOLD}",
        &[(Sender, "Ost", Differs)],
    ),
    // Nobody knows whether these are people.
    ("Ost: {TOLD}", &[]),
    ("Note: {TOLD}", &[]),
    ("Headline: {OPENED}", &[]),
    ("Everybody said so. Everybody: {TOLD}", &[]),
    // Only what begins its line is a label.
    ("The gate and Voss: {TOLD}", &[]),
    (
        "Voss: {TOLD}\nHalloran: {PAGE}",
        &[(Sender, "Halloran", Agrees)],
    ),
    // French guillemets have spaces inside, of any width; the attribution may be English or French.
    (
        "«\u{202f}Please stop writing to me about the gate.\u{202f}» Voss wrote.",
        &[(Sender, "Voss", Agrees)],
    ),
    (
        "« Please stop writing to me about the gate. » wrote Peter Voss.",
        &[(Sender, "Peter Voss", Agrees)],
    ),
    (
        "Voss wrote on July 12: «\u{a0}Please stop writing to me about the gate.\u{a0}»",
        &[(Sender, "Voss", Agrees), (Time, "on July 12", Agrees)],
    ),
    (
        "Voss a écrit à Halloran\u{a0}: «\u{a0}Please stop writing to me about the gate.\u{a0}»",
        &[
            (Sender, "Voss", Agrees),
            (Addressee, "Halloran", CannotTell),
        ],
    ),
    (
        "«\u{202f}Please stop writing to me about the gate\u{202f}», a écrit Peter Voss.",
        &[(Sender, "Peter Voss", Agrees)],
    ),
    (
        "«\u{a0}The committee has every page that it asked for\u{a0}», écrit Ida Brask.",
        &[(Sender, "Ida Brask", Differs)],
    ),
    (
        "Voss a répondu. «\u{a0}Please stop writing to me about the gate\u{a0}», a-t-il écrit.",
        &[(Sender, "il", Agrees)],
    ),
    (
        "Selon un courriel de Nora Halloran, «\u{a0}The committee has every page that it asked for.\u{a0}»",
        &[(Sender, "Nora Halloran", Agrees)],
    ),
    (
        "«\u{a0}The committee has every page that it asked for\u{a0}», selon Karl Ost.",
        &[(Sender, "Karl Ost", CannotTell)],
    ),
    // To whom.
    (
        "Nora Halloran told Brask {PAGE}",
        &[
            (Sender, "Nora Halloran", Agrees),
            (Addressee, "Brask", Agrees),
        ],
    ),
    (
        "Nora Halloran told Karl Ost: {PAGE}",
        &[
            (Sender, "Nora Halloran", Agrees),
            (Addressee, "Karl Ost", Differs),
        ],
    ),
    (
        "Halloran wrote to Ida Brask: {PAGE}",
        &[
            (Sender, "Halloran", Agrees),
            (Addressee, "Ida Brask", Agrees),
        ],
    ),
    // When, in Eastern time: 9:29 am is 13:29 UTC.
    (
        "At 9:29 am on July 11 it came: {OPENED}",
        &[(Time, "At 9:29 am on July 11", Agrees)],
    ),
    (
        "On July 11, 2023, at 9:29 a.m. it came: {OPENED}",
        &[(Time, "On July 11 2023 at 9:29 a.m", Agrees)],
    ),
    (
        "At 9:30 am on July 11 it came: {OPENED}",
        &[(Time, "At 9:30 am on July 11", Differs)],
    ),
    (
        "On July 12 it came: {OPENED}",
        &[(Time, "On July 12", Differs)],
    ),
    (
        "On 11 July 2023 it came: {OPENED}",
        &[(Time, "On 11 July 2023", Agrees)],
    ),
    (
        "On Tuesday, July 11, it came: {OPENED}",
        &[(Time, "On Tuesday July 11", Agrees)],
    ),
    ("In July it came: {OPENED}", &[(Time, "In July", Agrees)]),
    (
        "In July 2022 it came: {OPENED}",
        &[(Time, "In July 2022", Differs)],
    ),
    (
        "At 9:29 that morning it came: {OPENED}",
        &[(Time, "At 9:29 that morning", Agrees)],
    ),
    (
        "At 8:29 am Central time it came: {OPENED}",
        &[(Time, "At 8:29 am Central time", Agrees)],
    ),
    // Another zone than the archive's: not for a rule to decide, unless the draft names one.
    (
        "At 1:29 pm on July 11 it came: {OPENED}",
        &[(Time, "At 1:29 pm on July 11", CannotTell)],
    ),
    (
        "At 1:29 pm EDT on July 11 it came: {OPENED}",
        &[(Time, "At 1:29 pm EDT on July 11", Differs)],
    ),
    (
        "At 1:29 pm UTC on July 11 it came: {OPENED}",
        &[(Time, "At 1:29 pm UTC on July 11", Agrees)],
    ),
    (
        "All times are in UTC.\n\nAt 1:29 pm on July 11 it came: {OPENED}",
        &[(Time, "At 1:29 pm on July 11", Agrees)],
    ),
    (
        "Times are Eastern.\n\nAt 1:29 pm on July 11 it came: {OPENED}",
        &[(Time, "At 1:29 pm on July 11", Differs)],
    ),
    // Just before midnight in New York is the next day in UTC.
    (
        "Just before midnight on September 20, 2023 it came: {PASSWORD}",
        &[(Time, "Just before midnight on September 20 2023", Agrees)],
    ),
    // The record knows the month alone.
    (
        "On August 3 she sent this: {PAGE}",
        &[(Time, "On August 3", CannotTell)],
    ),
    (
        "In August she sent this: {PAGE}",
        &[(Time, "In August", Agrees)],
    ),
    (
        "On August 3 it said: {DECK}",
        &[
            (Time, "On August 3", CannotTell),
            (Sender, "it", CannotTell),
        ],
    ),
    // A date of something else is not read.
    (
        "The minutes of July 9 were lost, and then came {OPENED}",
        &[],
    ),
    ("He may march at ten, and then came {OPENED}", &[]),
    // The sentence before may speak of something else: it never makes a difference.
    (
        "On July 11 a message came. {OPENED}",
        &[(Time, "On July 11", Agrees)],
    ),
    (
        "On July 9 a message came. {OPENED}",
        &[(Time, "On July 9", CannotTell)],
    ),
    // Counted from the quotation before.
    (
        "{OPENED} it began. Two minutes later came {BACK}",
        &[(Interval, "Two minutes later", Agrees)],
    ),
    (
        "{OPENED} it began. Five minutes later came {BACK}",
        &[(Interval, "Five minutes later", Differs)],
    ),
    (
        "{OPENED} it began. About three minutes later came {BACK}",
        &[(Interval, "About three minutes later", Differs)],
    ),
    (
        "{BACK} it began. The reply came the next evening, 32 hours later. {TOLD}",
        &[
            (Interval, "the next evening", Agrees),
            (Interval, "32 hours later", Agrees),
        ],
    ),
    (
        "{PASSWORD} it began. About 12 hours later Voss answered. “Kindly tell me who is writing from there.”",
        &[(Interval, "About 12 hours later", Agrees)],
    ),
    (
        "{OPENED} it began. Within the half hour came {BACK}",
        &[(Interval, "Within the half hour", Agrees)],
    ),
    (
        "{BACK} it began. Within the hour came {TOLD}",
        &[(Interval, "Within the hour", Differs)],
    ),
    (
        "Two minutes later came {BACK}",
        &[(Interval, "Two minutes later", CannotTell)],
    ),
    // A month is a calendar month: 28 days on, the last of February is the same day as the last of January.
    (
        "{SURVEY} it began. A month later came {ROT}",
        &[(Interval, "A month later", Agrees)],
    ),
    // A week beyond the month: it may have been rounded.
    (
        "{SURVEY} it began. A month later came {DIVERS}",
        &[(Interval, "A month later", CannotTell)],
    ),
    (
        "{SURVEY} it began. About a month later came {DIVERS}",
        &[(Interval, "About a month later", Agrees)],
    ),
    // Two months are not one, nor is later earlier.
    (
        "{SURVEY} it began. Two months later came {ROT}",
        &[(Interval, "Two months later", Differs)],
    ),
    (
        "{ROT} it began. A month later came {SURVEY}",
        &[(Interval, "A month later", Differs)],
    ),
    // The record knows the month alone.
    (
        "{TOLD} it began. A month later came {PAGE}",
        &[(Interval, "A month later", CannotTell)],
    ),
    // A year but eight days, either way.
    (
        "{ROT} it began. A year later came {MENDED}",
        &[(Interval, "A year later", Agrees)],
    ),
    (
        "{MENDED} it began. A year earlier came {ROT}",
        &[(Interval, "A year earlier", Agrees)],
    ),
    (
        "{ROT} it began. A week later came {DIVERS}",
        &[(Interval, "A week later", Agrees)],
    ),
    // Without a number there is nothing to hold against.
    (
        "{ROT} it began. Weeks later came {DIVERS}",
        &[(Interval, "Weeks later", CannotTell)],
    ),
    (
        "{ROT} it began. A few months earlier came {DIVERS}",
        &[(Interval, "A few months earlier", CannotTell)],
    ),
    // 'Over a month' is no month, and 'half a year' no year.
    ("{SURVEY} it began. Over a month later came {MENDED}", &[]),
    ("{SURVEY} it began. Half a year later came {MENDED}", &[]),
    // Days by the calendar of the zone.
    (
        "{BACK} it began. The next day came {TOLD}",
        &[(Interval, "The next day", Agrees)],
    ),
    (
        "{PASSWORD} it began. The following morning came {KINDLY}",
        &[(Interval, "The following morning", Agrees)],
    ),
    (
        "{BACK} it began. The following morning came {TOLD}",
        &[(Interval, "The following morning", CannotTell)],
    ),
    (
        "{TOLD} it began. The day before, this had come: {BACK}",
        &[(Interval, "The day before", Agrees)],
    ),
    (
        "{TOLD} it began. The night before, this had come: {BACK}",
        &[(Interval, "The night before", CannotTell)],
    ),
    // What is counted from something else is not read.
    (
        "{TOLD} it began. The day before the hearing came {PASSWORD}",
        &[],
    ),
    (
        "{SURVEY} it began. Two days before the hearing came {ROT}",
        &[],
    ),
    // Silence: in the records held.
    (
        "{STOP} Voss wrote. There was no answer.",
        &[
            (Sender, "Voss", Agrees),
            (Silence, "There was no answer", Differs),
        ],
    ),
    (
        "{OPENED} it began. There was no answer.",
        &[(Silence, "There was no answer", CannotTell)],
    ),
    // The same side wrote next; what the other wrote a day later may be the answer, and 'never' is not so.
    (
        "{OPENED} it began. Voss never replied.",
        &[(Silence, "Voss never replied", Differs)],
    ),
    (
        "{BURN} Brandt wrote. Stone never replied.",
        &[
            (Sender, "Brandt", Agrees),
            (Silence, "Stone never replied", CannotTell),
        ],
    ),
    (
        "{BURN} Stone wrote. Drax never replied to him.",
        &[
            (Sender, "Stone", Agrees),
            (Silence, "Drax never replied", Agrees),
        ],
    ),
    // Until when, for how long: that is no silence.
    ("{OPENED} it began. There was no answer for a day.", &[]),
    ("{BACK} it began. Voss did not reply until Friday.", &[]),
    ("{BACK} it began. By noon Voss had not replied.", &[]),
    // Who, to whom and when are said of one message.
    (
        "Brandt wrote to Drax at 2 pm on November 7: {BURN}",
        &[
            (Sender, "Brandt", Differs),
            (Addressee, "Drax", Agrees),
            (Time, "at 2 pm on November 7", Agrees),
        ],
    ),
    (
        "Stone wrote to Drax: {BURN}",
        &[(Sender, "Stone", Agrees), (Addressee, "Drax", Agrees)],
    ),
    // A weekday is that of the date or it is not.
    (
        "On Wednesday, July 12, 2023, Voss wrote: {TOLD}",
        &[
            (Sender, "Voss", Agrees),
            (Time, "On Wednesday July 12 2023", Agrees),
        ],
    ),
    (
        "On Friday, July 12, Voss wrote: {TOLD}",
        &[
            (Sender, "Voss", Agrees),
            (Time, "On Friday July 12", Differs),
        ],
    ),
    // What begins a sentence or a title is no name.
    ("But Voss wrote: {TOLD}", &[(Sender, "Voss", Agrees)]),
    (
        "Engineer Voss wrote: {TOLD}",
        &[(Sender, "Engineer Voss", CannotTell)],
    ),
    (
        "{TOLD} a écrit Peter Voss le 12 juillet 2023.",
        &[(Sender, "Peter Voss", Agrees)],
    ),
    // Several speakers, and one who is only said to have spoken.
    ("Neither Voss nor Brask wrote: {TOLD}", &[]),
    ("{TOLD} Voss said Brask wrote.", &[]),
    ("Nobody believes Brask wrote: {TOLD}", &[]),
    // Times of something else.
    ("Voss, who was born on May 3, 1970, wrote: {TOLD}", &[]),
    ("Voss wrote of the meeting on July 1, 2023: {TOLD}", &[]),
    (
        "{BACK} it began. Voss did not reply.",
        &[(Silence, "Voss did not reply", Differs)],
    ),
    (
        "{PAGE} it began. Brask never answered.",
        &[(Silence, "Brask never answered", CannotTell)],
    ),
    (
        "{PAGE} it began. Karl Ost never answered.",
        &[(Silence, "Karl Ost never answered", CannotTell)],
    ),
    (
        "{BACK} it began. Her lawyer did not reply.",
        &[(Silence, "Her lawyer did not reply", CannotTell)],
    ),
    // What is told of a time beside what is read of it: nothing is read short.
    ("Voss wrote in July last year: {TOLD}", &[]),
    (
        "{BURN} Brandt wrote in November last year.",
        &[(Sender, "Brandt", Agrees)],
    ),
    (
        "{BURN} Brandt wrote on November 6 of that year.",
        &[(Sender, "Brandt", Agrees)],
    ),
    (
        "{BURN} Brandt wrote on November 6, ’22.",
        &[(Sender, "Brandt", Agrees)],
    ),
    (
        "{BURN} Brandt wrote at 9 a.m. or 10 a.m.",
        &[(Sender, "Brandt", Agrees)],
    ),
    (
        "On August 30 the council met, and Voss wrote: {TOLD}",
        &[(Sender, "Voss", Agrees)],
    ),
    (
        "At 5:31 pm in Berlin it came: {TOLD}",
        &[(Time, "At 5:31 pm in Berlin", CannotTell)],
    ),
    (
        "On July 11, 2023, at 8:29 a.m. Central it came: {OPENED}",
        &[(Time, "On July 11 2023 at 8:29 a.m Central", Agrees)],
    ),
    ("If Voss wrote: {TOLD}", &[]),
    (
        "{BURN} Stone told Drax Tuesday, November 7.",
        &[(Sender, "Stone", Agrees), (Addressee, "Drax", Agrees)],
    ),
    (
        "{BURN} Stone wrote on November 7 and again on May 3.",
        &[(Sender, "Stone", Agrees), (Time, "on November 7", Agrees)],
    ),
    (
        "{BURN} Stone wrote on November 7, late in the morning.",
        &[
            (Sender, "Stone", Agrees),
            (Time, "on November 7", CannotTell),
        ],
    ),
    (
        "A message came. “Yes,” it said. {TOLD} wrote a friend of Voss.",
        &[(Sender, "a friend", CannotTell)],
    ),
    // A request for comment is no message of the archive.
    (
        "{BACK} it began. Voss did not respond to requests for comment.",
        &[],
    ),
];

fn filled(draft: &str) -> String {
    [
        ("{OPENED}", OPENED),
        ("{BACK}", BACK),
        ("{TOLD}", TOLD),
        ("{STOP}", STOP),
        ("{PASSWORD}", PASSWORD),
        ("{PAGE}", PAGE),
        ("{DECK}", DECK),
        ("{SURVEY}", SURVEY),
        ("{ROT}", ROT),
        ("{DIVERS}", DIVERS),
        ("{MENDED}", MENDED),
        ("{KINDLY}", KINDLY),
        ("{BURN}", BURN),
    ]
    .into_iter()
    .fold(draft.to_owned(), |text, (name, words)| {
        text.replace(name, words)
    })
}

#[test]
fn statements_are_held_against_the_record() -> TestResult {
    let mut wrong = Vec::new();
    for (draft, expected) in CASES {
        let stated = stated(&filled(draft))?;
        let found: Vec<(StatementSort, &str, Agreement)> = stated
            .iter()
            .map(|it| (it.sort, it.words.as_str(), it.result))
            .collect();
        let same = found.len() == expected.len() && expected.iter().all(|it| found.contains(it));
        if !same {
            wrong.push(format!(
                "{draft}\n  expected {expected:?}\n  found    {stated:#?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        CASES.len(),
        wrong.join("\n")
    );
    Ok(())
}

#[test]
fn what_differs_is_a_finding_and_what_cannot_be_told_is_not() -> TestResult {
    let citations = checked(
        &filled("At 9:40 am on July 11 Voss wrote: {OPENED}"),
        "America/New_York",
    )?;
    let codes: Vec<&str> = citations
        .quotations
        .iter()
        .flat_map(|it| &it.findings)
        .map(|it| it.code)
        .collect();
    assert_eq!(codes, ["quotation.other-speaker", "quotation.other-time"]);
    assert_eq!(citations.counts.attention, 1);
    assert_eq!(citations.counts.exact, 1, "the verdict is of the words");
    let citations = checked(
        &filled("On July 9 a message came. {OPENED}"),
        "America/New_York",
    )?;
    assert!(citations.quotations.iter().all(|it| it.findings.is_empty()));
    assert_eq!(citations.counts.statements_open, 1);
    Ok(())
}

#[test]
fn a_source_that_is_not_held_is_not_a_difference() -> TestResult {
    let stated = stated(
        "“Nothing of the sort stands anywhere in here, whatever they say,” Voss wrote on July 11.",
    )?;
    assert!(!stated.is_empty());
    for statement in &stated {
        assert_eq!(statement.result, CannotTell);
        assert_eq!(statement.why.as_deref(), Some("no source of it is held"));
    }
    Ok(())
}

#[test]
fn a_record_is_shown_no_more_precisely_than_it_is() -> TestResult {
    let stated = stated(&filled("On August 3 she sent this: {PAGE}"))?;
    let record = stated.first().and_then(|it| it.record.clone());
    assert_eq!(record.as_deref(), Some("August 2023 (day not known)"));
    Ok(())
}

/// The same records, one of them not as it was recorded.
struct Damaged;

impl Sources for Damaged {
    fn pinned(&self, reference: &str) -> Result<Pinned, CiteError> {
        Desk.pinned(reference)
    }

    fn candidates(&self, wanted: &Wanted) -> Result<Vec<Passage>, CiteError> {
        Desk.candidates(wanted)
    }

    fn neighbours(&self, item: &str, reach: (usize, usize)) -> Result<Vec<Passage>, CiteError> {
        Desk.neighbours(item, reach)
    }

    fn altered(&self, item: &str) -> Result<Option<String>, CiteError> {
        Ok((item == "m-0a02").then(|| "its text differs".to_owned()))
    }
}

#[test]
fn each_of_several_messages_that_are_run_together_is_held_against_its_record() -> TestResult {
    let draft = "“They opened the north gate at nine this morning. Write back before somebody is hurt on it.”";
    let draft = Draft::read(draft.as_bytes(), None, DraftFormat::Markdown)?;
    let citations = check(&Damaged, &draft, &Options::default())?;
    let quoted = citations.quotations.first().ok_or("no quotation")?;
    assert_eq!(quoted.matches.first().map(|it| it.joins.len()), Some(2));
    assert!(
        quoted
            .findings
            .iter()
            .any(|it| it.code == "quotation.evidence-altered" && it.message.starts_with("m-0a02")),
        "{:?}",
        quoted.findings
    );
    Ok(())
}
