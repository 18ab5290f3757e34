//! Where a block quotation ends and says whose words they are: `“…” — the account`, `<cite>the account</cite>`.
//!
//! What is taken for that is not compared. So it is only what stands at the end, and only after words that have come to an
//! end themselves; and behind a dash only what reads as a name, since words may go on there: `— including the harbor funds`.

use crate::cite::Paragraph;
use crate::cite::marks::scan;

/// Marks that stand between the words and whose they are.
const DASHES: &[char] = &['—', '–', '-', '―', '~'];
/// Marks with which quoted words end.
const ENDS: &[char] = &[
    '.', '!', '?', '…', '"', '”', '»', '«', '“', '’', '\'', '」', '』', '›', '‹',
];

/// The byte of a paragraph from which it says whose words they are. `line` is where its last line begins, `named` where
/// it names somebody or something by an element of its own.
pub(in crate::cite) fn source(
    text: &str,
    line: usize,
    named: Option<(usize, usize)>,
) -> Option<usize> {
    let by_name = named.filter(|(_, to)| {
        let rest = text.get(*to..).unwrap_or_default();
        !rest.contains(|it: char| !(it.is_whitespace() || matches!(it, ')' | '.' | ',' | ';')))
    });
    if let Some((from, _)) = by_name {
        let before = spoken(text, from);
        // A line of its own, or after a dash, or after words that are over: else it may be a title among them.
        let parted = from == line || text.get(..from)?.trim_end().ends_with(DASHES);
        if parted || before.is_empty() || before.ends_with(ENDS) {
            return Some(before.len());
        }
    }
    let last = text.get(line..)?;
    let before = spoken(text, line);
    // Of a talk that is written with dashes, the last line is one of its lines.
    let by_line = line > 0 && last.starts_with(DASHES) && !before.starts_with(DASHES);
    (by_line && before.ends_with(ENDS) && names_somebody(last)).then_some(before.len())
}

/// Words that say whose words they are, at most.
const LONGEST: usize = 12;
/// Words that tell nothing of whether a name stands there.
const NEUTRAL: &[&str] = &[
    "the", "a", "an", "of", "to", "in", "on", "at", "from", "for", "by", "and", "de", "du", "la",
    "le", "les", "des", "der", "die", "das", "von", "van", "den", "di", "da", "del", "el", "al",
    "bin", "ibn", "ter", "ten", "zu", "vom", "à", "et", "und",
];
/// What people and papers are called.
const TITLES: &[&str] = &[
    "account",
    "adviser",
    "advisor",
    "aide",
    "analyst",
    "anonymous",
    "assistant",
    "attorney",
    "author",
    "board",
    "captain",
    "chair",
    "chairman",
    "chairwoman",
    "chief",
    "clerk",
    "colleague",
    "commissioner",
    "company",
    "consultant",
    "contractor",
    "councillor",
    "counsel",
    "deputy",
    "diary",
    "director",
    "doctor",
    "editor",
    "email",
    "employee",
    "engineer",
    "executive",
    "former",
    "friend",
    "governor",
    "head",
    "inspector",
    "interview",
    "investigator",
    "journal",
    "judge",
    "keeper",
    "lawyer",
    "letter",
    "manager",
    "master",
    "mayor",
    "member",
    "memo",
    "message",
    "minister",
    "minutes",
    "neighbor",
    "neighbour",
    "note",
    "officer",
    "official",
    "owner",
    "partner",
    "post",
    "president",
    "professor",
    "prosecutor",
    "report",
    "reporter",
    "representative",
    "resident",
    "scientist",
    "secretary",
    "senator",
    "source",
    "spokesman",
    "spokesperson",
    "spokeswoman",
    "statement",
    "student",
    "teacher",
    "testimony",
    "transcript",
    "treasurer",
    "victim",
    "witness",
    "worker",
];
/// Words of which none is in a name, and with which a sentence goes on.
const OTHERS: &[&str] = &[
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "did",
    "do",
    "does",
    "has",
    "have",
    "had",
    "will",
    "would",
    "can",
    "could",
    "should",
    "may",
    "might",
    "must",
    "not",
    "no",
    "never",
    "none",
    "nothing",
    "nobody",
    "or",
    "but",
    "so",
    "we",
    "i",
    "you",
    "he",
    "she",
    "they",
    "it",
    "this",
    "that",
    "these",
    "those",
    "there",
    "yes",
    "if",
    "because",
    "including",
    "except",
];

/// Whether what stands behind a dash reads as whose the words before it are: few words, of which half are names, figures,
/// titles or a handle, not counting what stands in brackets.
fn names_somebody(text: &str) -> bool {
    let mut depth = 0_usize;
    let outside: String = text
        .chars()
        .filter(|it| {
            depth += usize::from(matches!(it, '(' | '['));
            let inside = depth > 0;
            depth -= usize::from(matches!(it, ')' | ']') && inside);
            !inside
        })
        .collect();
    let bare = outside.split_whitespace().map(|word| {
        word.trim_matches(|it: char| !(it.is_alphanumeric() || matches!(it, '@' | '/' | '_')))
    });
    let words: Vec<&str> = bare.filter(|it| !it.is_empty()).collect();
    let capital = |word: &str| !word.starts_with(char::is_lowercase);
    let handle = |word: &str| word.contains(['@', '/', '_', '.']);
    let opens = words
        .first()
        .is_some_and(|it| capital(it) || handle(it) || NEUTRAL.contains(it) || TITLES.contains(it));
    if !opens || words.len() > LONGEST {
        return false;
    }
    let (mut names, mut of) = (0, 0);
    for word in words {
        let lower = word.to_lowercase();
        // With a capital, 'May' is a month and 'Will' a name.
        if OTHERS.contains(&lower.as_str()) && !matches!(word, "May" | "Will") {
            return false;
        }
        if !NEUTRAL.contains(&lower.as_str()) {
            of += 1;
            names += usize::from(capital(word) || handle(word) || TITLES.contains(&word));
        }
    }
    names > 0 && names * 2 >= of
}

/// What is quoted of a text that names from a byte on whose words they are.
fn spoken(text: &str, from: usize) -> &str {
    let before = text.get(..from).unwrap_or_default();
    before.trim_end_matches(|it: char| it.is_whitespace() || it == '(' || DASHES.contains(&it))
}

/// The words of a paragraph of a block quotation, without whose they are; and what its marks enclose, where they enclose
/// all of these.
pub(super) fn quoted(text: &str, source: Option<usize>) -> (&str, Option<&str>) {
    // One that is nothing but a name is quoted after all.
    let words = source.filter(|it| *it > 0).and_then(|it| text.get(..it));
    let words = words.unwrap_or(text);
    let pairs = scan(words).pairs;
    let [pair] = pairs.as_slice() else {
        return (words, None);
    };
    let rest = words.get(pair.end()..).unwrap_or_default().trim_start();
    // A sentence after the marks goes on with what is quoted: “Yes” – he said, and left.
    let names =
        rest.starts_with(DASHES) && !rest.ends_with(['.', '!', '?']) && names_somebody(rest);
    if pair.open > 0 || !(rest.is_empty() || names) {
        return (words, None);
    }
    let inside = pair.inside(words);
    (words.get(..pair.end()).unwrap_or(words), Some(inside))
}

/// The quotations that stand one under another in a block: several where each has closed marks or a pin of its own. One
/// that goes on over paragraphs closes its marks in the last, and has its pin there.
pub(super) fn apart<'a, 'b>(paragraphs: &'a [&'b Paragraph]) -> Vec<&'a [&'b Paragraph]> {
    let names = |it: &Paragraph| it.source == Some(0) || is_dashed(it);
    let each: Vec<&[&Paragraph]> = paragraphs.chunk_by(|_, next| names(next)).collect();
    let marked = |part: &&[&Paragraph]| {
        let first = part.first();
        first.is_some_and(|it| quoted(&it.text, it.source).1.is_some())
    };
    let pinned = |part: &&[&Paragraph]| {
        let mut marks = part.iter().flat_map(|it| &it.pins);
        marks.any(|it| !it.goes_on)
    };
    if each.iter().all(marked) || each.iter().all(pinned) {
        each
    } else {
        vec![paragraphs]
    }
}

/// How many paragraphs of a block quotation are quoted: those at its end that say nothing but whose words they are, are
/// not.
pub(super) fn spoken_of(paragraphs: &[&Paragraph]) -> usize {
    let all = paragraphs.len();
    let named = paragraphs.iter().rev().take(all.saturating_sub(1));
    let named = named.take_while(|it| it.source == Some(0)).count();
    let dashed = named == 0 && all > 1 && paragraphs.last().is_some_and(|it| is_dashed(it));
    all - named - usize::from(dashed)
}

fn is_dashed(paragraph: &Paragraph) -> bool {
    paragraph.text.starts_with(['—', '–', '-']) && names_somebody(&paragraph.text)
}
