//! Who is said to have written words that a message only quotes, settled by hand beforehand: never whoever quotes them.

use fonds::cite::Agreement;
use fonds::cite::CiteError;
use fonds::cite::Draft;
use fonds::cite::DraftFormat;
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

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Reference, sender, addressee, time in UTC, text.
type Message = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// Fennimore's mail, which quotes Brandreth.
const QUOTES: Message = (
    "m-0b01",
    "Ann Fennimore",
    "Ida Brask",
    "2023-05-03T10:00:00Z",
    "See what he says; I was there myself.\n\nOn Tue, May 2, 2023 at 9:00 AM Cosmo Brandreth <c@example.org> wrote:\n> I draw no conclusion from it,\n> and I shall say no more.\n",
);

/// Brandreth's own.
const OWN: Message = (
    "m-0a01",
    "Cosmo Brandreth",
    "Ann Fennimore",
    "2023-05-02T09:00:00Z",
    "I draw no conclusion from it,\nand I shall say no more.\n",
);

/// One that does not say whom it quotes.
const NAMELESS: Message = (
    "m-0c01",
    "Ann Fennimore",
    "Ida Brask",
    "2023-05-04T10:00:00Z",
    "As I heard:\n> I draw no conclusion from it, and I shall say no more.\n",
);

/// One in which its sender says the same.
const BOTH: Message = (
    "m-0d01",
    "Ann Fennimore",
    "Cosmo Brandreth",
    "2023-05-05T10:00:00Z",
    "Cosmo Brandreth wrote:\n> I draw no conclusion from it, and I shall say no more.\n\nSo be it. I draw no conclusion from it, and you know why.\n",
);

struct Desk(&'static [Message]);

impl Desk {
    fn passages(&self) -> TestResult<Vec<Passage>> {
        let of = |(item, from, to, time, text): &Message| -> TestResult<Passage> {
            Ok(Passage {
                item: (*item).to_owned(),
                text: (*text).to_owned(),
                from: vec![(*from).to_owned()],
                to: vec![(*to).to_owned()],
                at: Instant::exact(time.parse::<Moment>()?, *time, "header"),
                genre: "email".to_owned(),
                ..Passage::default()
            })
        };
        self.0.iter().map(of).collect()
    }
}

impl Sources for Desk {
    fn pinned(&self, reference: &str) -> Result<Pinned, CiteError> {
        let mut passages = self.passages().unwrap_or_default();
        passages.retain(|it| it.item == reference);
        Ok(if passages.is_empty() {
            Pinned::NoSuchItem
        } else {
            Pinned::Found(passages)
        })
    }

    fn candidates(&self, _: &Wanted) -> Result<Vec<Passage>, CiteError> {
        Ok(self.passages().unwrap_or_default())
    }

    fn neighbours(&self, _: &str, _: (usize, usize)) -> Result<Vec<Passage>, CiteError> {
        Ok(Vec::new())
    }

    fn parties(&self, item: &str) -> Result<Parties, CiteError> {
        let known = |name: &str| Known {
            shown: name.to_owned(),
            names: vec![name.to_owned()],
            is_named: true,
        };
        let found = self.0.iter().find(|it| it.0 == item);
        Ok(found.map_or_else(Parties::default, |it| Parties {
            from: vec![known(it.1)],
            to: vec![known(it.2)],
        }))
    }
}

/// What is stated of the draft's one quotation.
fn stated(held: &'static [Message], draft: &str) -> TestResult<Vec<Statement>> {
    let draft = Draft::read(draft.as_bytes(), None, DraftFormat::Markdown)?;
    let citations = check(&Desk(held), &draft, &Options::default())?;
    let quotation = citations.quotations.into_iter().next();
    Ok(quotation.ok_or("no quotation")?.statements)
}

fn sender(held: &'static [Message], draft: &str) -> TestResult<Statement> {
    let statements = stated(held, draft)?;
    let mut statements = statements.into_iter();
    let sender = statements.find(|it| it.sort == StatementSort::Sender);
    Ok(sender.ok_or("no speaker was read")?)
}

const FENNIMORE: &str = "“I draw no conclusion from it,” Fennimore wrote.";
const BRANDRETH: &str = "“I draw no conclusion from it,” Brandreth wrote.";

#[test]
fn whoever_quotes_words_did_not_write_them() -> TestResult {
    for held in [&[QUOTES][..], &[OWN, QUOTES], &[QUOTES, OWN]] {
        let told = sender(held, FENNIMORE)?;
        assert_eq!(told.result, Agreement::Differs, "{told:?}");
        let record = told.record.unwrap_or_default();
        assert!(record.contains("Cosmo Brandreth"), "{record}");
    }
    Ok(())
}

#[test]
fn the_author_whom_a_message_names_over_what_it_quotes_is_held_against() -> TestResult {
    let told = sender(&[QUOTES], BRANDRETH)?;
    assert_eq!(told.result, Agreement::Agrees, "{told:?}");
    assert_eq!(
        told.record.as_deref(),
        Some("from Cosmo Brandreth, quoted in a message from Ann Fennimore")
    );
    let told = sender(
        &[QUOTES],
        "Brandreth answered. “I draw no conclusion from it,” he wrote.",
    )?;
    assert_eq!(told.result, Agreement::Agrees, "{told:?}");
    Ok(())
}

#[test]
fn where_a_message_does_not_say_whom_it_quotes_it_cannot_be_told() -> TestResult {
    for draft in [FENNIMORE, BRANDRETH] {
        let told = sender(&[NAMELESS], draft)?;
        assert_eq!(told.result, Agreement::CannotTell, "{told:?}");
    }
    // Words that stand unquoted elsewhere are those of the message in which they do.
    let told = sender(&[NAMELESS, OWN], FENNIMORE)?;
    assert_eq!(told.result, Agreement::Differs, "{told:?}");
    assert_eq!(told.item.as_deref(), Some("m-0a01"));
    Ok(())
}

#[test]
fn words_that_a_message_also_says_itself_are_its_senders() -> TestResult {
    let told = sender(&[BOTH], FENNIMORE)?;
    assert_eq!(told.result, Agreement::Agrees, "{told:?}");
    Ok(())
}

#[test]
fn the_time_of_a_message_is_not_that_of_what_it_quotes() -> TestResult {
    for day in ["2", "3"] {
        let draft = format!("“I draw no conclusion from it,” Brandreth wrote on May {day}, 2023.");
        let all = stated(&[QUOTES], &draft)?;
        let time = all.iter().find(|it| it.sort == StatementSort::Time);
        assert_eq!(
            time.map(|it| it.result),
            Some(Agreement::CannotTell),
            "{all:?}"
        );
    }
    // Where the message of it is held, that is the one.
    let draft = "“I draw no conclusion from it,” Brandreth wrote on May 3, 2023.";
    let all = stated(&[OWN, QUOTES], draft)?;
    let results: Vec<Agreement> = all.iter().map(|it| it.result).collect();
    assert_eq!(results, [Agreement::Agrees, Agreement::Differs], "{all:?}");
    Ok(())
}
