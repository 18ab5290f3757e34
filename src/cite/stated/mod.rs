//! What a draft itself states of a quotation (who wrote it, to whom, when, how long after the one before, that no answer
//! came), read by rules and held against the record.
//!
//! A statement agrees, differs, or cannot be told, and why; it never changes a verdict, which is of the words alone. Where
//! the rules have to guess what a word means (`he`, `two minutes later` than what), the result may be that it agrees or
//! that it cannot be told, never that it differs. English, and of French who wrote it: in other languages nothing is read.
//! The rules are written down in schema/CITING.md, by their version.

mod against;
mod attribution;
mod clocks;
mod compare;
mod dates;
mod facts;
mod names;
mod quoted;
mod reading;
mod silence;
mod timed;
mod times;
mod words;
mod zones;

use std::collections::HashMap;
use std::collections::HashSet;

use serde::Serialize;

use crate::cite::CiteError;
use crate::cite::Draft;
use crate::cite::Options;
use crate::cite::Quotation;
use crate::cite::Quoted;
use crate::cite::Sources;
use crate::record::Finding;

pub use facts::Fact;
pub use facts::Unquoted;
pub(super) use facts::unquoted;

use against::Desk;
use words::Word;
use words::sentences;

/// What a draft states of a quotation, held against the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// What it is about.
    pub sort: StatementSort,
    /// The draft's words.
    pub words: String,
    /// What came of it.
    pub result: Agreement,
    /// What the record says, the zone named beside a time of day; nothing where it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The item whose record it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Why, where it takes more than the two sides to see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Statement {
    /// It in a sentence.
    pub fn sentence(&self) -> String {
        let parts = [
            Some(format!("“{}”: {}", self.words, self.result.label())),
            self.record.as_ref().map(|it| format!("recorded: {it}")),
            self.why.clone(),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// What a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatementSort {
    /// Who wrote or said it.
    Sender,
    /// To whom.
    Addressee,
    /// When, by clock or calendar.
    Time,
    /// How long after or before another one.
    Interval,
    /// That no answer came.
    Silence,
}

/// Whether draft and record agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreement {
    /// They agree.
    Agrees,
    /// They differ.
    Differs,
    /// It cannot be told.
    CannotTell,
}

impl Agreement {
    /// It in words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::CannotTell => "cannot tell",
        }
    }
}

/// Version of the rules by which a draft's own statements are read.
pub(super) const VERSION: &str = "stated/1";

/// Words of a sentence that is read, at most: no rule reaches further, and a draft may be one sentence of a million.
const LONGEST_SENTENCE: usize = 400;

/// The sentence in which a quotation begins, and the one before it.
#[derive(Debug, Default)]
struct Around<'a> {
    own: &'a [Word],
    /// Bytes of the paragraph at which the quotation begins and ends, with the words that cut it.
    span: (usize, usize),
    /// Whether the sentence quotes something else too, of which its times may be.
    shared: bool,
    before: &'a [Word],
    /// Whether the sentence before, or this one before it, quotes something: then 'two minutes later' is later than that.
    follows: bool,
}

/// Reads what the draft states of each quotation, and holds it against what was found for it.
pub(super) fn hold(
    sources: &dyn Sources,
    draft: &Draft,
    quotations: &[Quotation],
    quoted: &mut [Quoted],
    options: &Options,
) -> Result<(), CiteError> {
    let paragraphs: HashMap<usize, Vec<Vec<Word>>> = draft
        .paragraphs
        .iter()
        .map(|it| (it.number, sentences(&it.text)))
        .collect();
    let zone = zones::of_draft(draft, options.zone.as_deref());
    let known = sources.people();
    let words = known
        .iter()
        .flat_map(|it| it.split(|it: char| !it.is_alphanumeric()));
    let mut people: HashSet<String> = words.map(str::to_lowercase).collect();
    let short = |it: &&Vec<Word>| it.len() <= LONGEST_SENTENCE;
    for sentence in paragraphs.values().flatten().filter(short) {
        attribution::speakers(sentence, &mut people);
    }
    let mut desk = Desk::new(sources, &zone, &people);
    let mut named: Option<(usize, String)> = None;
    for (index, quotation) in quotations.iter().enumerate() {
        let Some(sentences) = paragraphs.get(&quotation.place.paragraph) else {
            continue;
        };
        let around = around(
            sentences,
            quotation,
            paragraphs.get(&quotation.place.paragraph.saturating_sub(1)),
        );
        // A name reaches as far as its paragraph.
        named = named.filter(|it| it.0 == quotation.place.paragraph);
        let (earlier, rest) = quoted.split_at_mut(index);
        let Some(this) = rest.first_mut() else {
            continue;
        };
        desk.parties(&around, this, &mut named, quotation.place.paragraph)?;
        // What is later is later than what its own paragraph quotes, where that quotes anything before it.
        let here = quotations.get(..index).unwrap_or_default().iter().rev();
        let here = here.take_while(|it| it.place.paragraph == quotation.place.paragraph);
        let from = match here.count() {
            0 => earlier,
            many => earlier.get(index - many..).unwrap_or_default(),
        };
        desk.times(&around, this, from)?;
        desk.settle(this)?;
    }
    silences(&mut desk, &paragraphs, quotations, quoted)?;
    for quoted in quoted {
        let differs: Vec<Finding> = quoted
            .statements
            .iter()
            .filter(|it| it.result == Agreement::Differs)
            .map(|it| Finding::new(code(it.sort), &quoted.id, it.sentence()))
            .collect();
        quoted.findings.extend(differs);
    }
    Ok(())
}

const fn code(sort: StatementSort) -> &'static str {
    match sort {
        StatementSort::Sender => "quotation.other-speaker",
        StatementSort::Addressee => "quotation.other-addressee",
        StatementSort::Time | StatementSort::Interval => "quotation.other-time",
        StatementSort::Silence => "quotation.answered",
    }
}

fn around<'a>(
    sentences: &'a [Vec<Word>],
    quotation: &Quotation,
    above: Option<&'a Vec<Vec<Word>>>,
) -> Around<'a> {
    let read = |sentence: Option<&'a Vec<Word>>| {
        let sentence = sentence.filter(|it| it.len() <= LONGEST_SENTENCE);
        sentence.map(Vec::as_slice).unwrap_or_default()
    };
    if quotation.is_block {
        // A block quotation is a paragraph of its own; what leads to it ends the one above.
        return Around {
            before: read(above.and_then(|it| it.last())),
            ..Around::default()
        };
    }
    let span = (quotation.place.from, quotation.place.to);
    let begins = |it: &Vec<Word>| it.first().map_or(0, |word| word.at.0);
    let past = sentences.partition_point(|it| begins(it) <= span.0);
    let own = read(past.checked_sub(1).and_then(|it| sentences.get(it)));
    let before = read(past.checked_sub(2).and_then(|it| sentences.get(it)));
    let quotes = before.iter().any(|it| it.quotation);
    let mut others = own
        .iter()
        .filter(|it| it.quotation && (it.at.1 <= span.0 || it.at.0 >= span.1))
        .peekable();
    let earlier = others.peek().is_some_and(|it| it.at.1 <= span.0);
    Around {
        own,
        span,
        shared: others.next().is_some(),
        // A sentence that quotes something itself says its times of that.
        before: if quotes { &[] } else { before },
        follows: quotes || earlier,
    }
}

/// Sentences that say that no answer came, each held against what follows the quotation that stands directly before it: in
/// its own paragraph, or, where it begins that, as a block above it.
fn silences(
    desk: &mut Desk<'_>,
    paragraphs: &HashMap<usize, Vec<Vec<Word>>>,
    quotations: &[Quotation],
    quoted: &mut [Quoted],
) -> Result<(), CiteError> {
    let mut numbers: Vec<usize> = paragraphs.keys().copied().collect();
    numbers.sort_unstable();
    for number in numbers {
        let sentences = paragraphs.get(&number).into_iter().flatten();
        let mut last: Option<(usize, usize)> = None;
        for (order, sentence) in sentences.enumerate() {
            let read = (sentence.len() <= LONGEST_SENTENCE)
                .then(|| silence::read(sentence))
                .flatten();
            let ends = read.as_ref().map_or(usize::MAX, |it| it.at);
            let mut marks = sentence.iter().filter(|it| it.quotation);
            let before = marks.by_ref().take_while(|it| it.at.1 <= ends).last();
            let before = before.map(|it| it.at).or(last);
            if let Some(read) = read {
                let about = match before {
                    Some(at) => quotations.iter().position(|it| {
                        let place = it.place;
                        place.paragraph == number && place.from <= at.0 && at.1 <= place.to
                    }),
                    // What stands further off is about something else.
                    None => quotations
                        .iter()
                        .rposition(|it| it.place.last < number)
                        .filter(|it| {
                            let above = quotations.get(*it);
                            order == 0
                                && above
                                    .is_some_and(|it| it.is_block && it.place.last + 1 == number)
                        }),
                };
                if let Some(quoted) = about.and_then(|it| quoted.get_mut(it)) {
                    desk.silence(read.who.as_ref(), &read.words, quoted)?;
                }
            }
            let own = sentence.iter().rev().find(|it| it.quotation);
            last = own.map(|it| it.at).or(last);
        }
    }
    Ok(())
}
