//! Which times of a sentence are those of what it quotes. English.
//!
//! A time counts only where nothing but names, whom it was written to and other times stand between it and the verb of
//! speech, or where it begins the clause that quotes: a sentence has the dates of other things too.

use super::super::words::is_speech;
use super::attribution::is_sent;
use super::names::is_determiner;
use super::names::is_particle;
use super::names::is_pronoun;
use super::names::is_title;
use super::times;
use super::times::Read;
use super::times::Time;
use super::times::lower;
use super::words::Word;

/// Times that a sentence gives for what it quotes, with their words.
pub(super) fn times(sentence: &[Word]) -> Vec<(Time, String)> {
    let mut found = times::read(sentence);
    join(sentence, &mut found);
    let kept = found.iter().filter(|read| {
        let stated = matches!(read.time, Time::Stated { .. });
        let begin = begin(sentence, read);
        leads(sentence, read)
            && !is_of_something_else(sentence, read.from)
            && !is_denied(sentence, begin)
            && (!stated || is_placed(sentence, read, &found))
    });
    let words = |read: &Read| {
        let read = sentence
            .get(begin(sentence, read)..read.to)
            .unwrap_or_default();
        let words: Vec<&str> = read.iter().map(|it| it.text.as_str()).collect();
        words.join(" ")
    };
    kept.map(|read| (read.time.clone(), words(read))).collect()
}

fn is_lead(word: &Word) -> bool {
    matches!(word.lower.as_str(), "on" | "at" | "in")
}

/// The word with which a time begins, its `on` included.
fn begin(sentence: &[Word], read: &Read) -> usize {
    let before = read.from.checked_sub(1).and_then(|it| sentence.get(it));
    read.from - usize::from(before.is_some_and(is_lead))
}

/// Whether a time is led to as one of the writing. A date behind `of`, `since` or `about` is that of something else.
fn leads(sentence: &[Word], read: &Read) -> bool {
    let before = read.from.checked_sub(1).and_then(|it| sentence.get(it));
    let Some(before) = before else { return true };
    let Time::Stated { date, .. } = &read.time else {
        // 'Ten or twenty minutes later', 'up to an hour later', 'a month and two days later': a part of what is said.
        let first = read
            .from
            .checked_sub(2)
            .map_or("", |it| lower(sentence, it));
        let part = matches!(before.lower.as_str(), "or" | "to" | "–")
            || before.lower == "and" && times::counts(first);
        if part || times::counts(&before.lower) {
            return false;
        }
        return !matches!(
            before.lower.as_str(),
            "of" | "for"
                | "since"
                | "until"
                | "than"
                | "half"
                | "over"
                | "under"
                | "least"
                | "most"
                | "every"
                | "good"
                | "full"
                | "between"
        );
    };
    // 'In 10/7/23 proportions': only 'on' leads to a date in strokes.
    let words = sentence.get(read.from..read.to).unwrap_or_default();
    let slashed = words
        .iter()
        .position(|it| it.text.matches('/').count() == 2);
    if let Some(at) = slashed.map(|it| it + read.from) {
        let weekday = at.checked_sub(1).map_or("", |it| lower(sentence, it));
        let back = 1 + usize::from(super::dates::weekday(weekday).is_some());
        return at
            .checked_sub(back)
            .is_some_and(|it| lower(sentence, it) == "on");
    }
    // Voss wrote Saturday, August 19.
    let weekday = date.is_some_and(|it| it.weekday.is_some() && it.day.is_some());
    is_lead(before) || weekday && !before.quotation && is_speech(&before.lower)
}

/// Whether the words before a time deny it: `never wrote on July 11`, `not at nine but at ten`. What a new clause begins
/// with is not denied by the one before.
fn is_denied(sentence: &[Word], begin: usize) -> bool {
    const DENY: &[&str] = &[
        "not", "never", "except", "neither", "nor", "without", "hardly", "unless",
    ];
    let word = |back: usize| begin.checked_sub(back).and_then(|it| sentence.get(it));
    let joined = |it: &Word| matches!(it.lower.as_str(), "and" | "then" | "so");
    if word(1).is_some_and(|it| it.lower == "but")
        || word(1).is_some_and(joined) && word(2).is_some_and(|it| it.pause || it.quotation)
    {
        return false;
    }
    if word(1).is_some_and(|it| it.lower == "than") {
        return true;
    }
    let before = sentence.get(..begin).unwrap_or_default().iter().rev();
    before
        .take_while(|it| !it.quotation && !it.semicolon)
        .any(|it| DENY.contains(&it.lower.as_str()) || it.lower.ends_with("n't"))
}

/// Whether a time stands where one of the writing does.
fn is_placed(sentence: &[Word], read: &Read, all: &[Read]) -> bool {
    let first = begin(sentence, read);
    begins_clause(sentence, read, first, all)
        || follows_verb(sentence, first, all)
        || is_inserted(sentence, read, first)
}

/// The word before which a time that ends right before that place begins.
fn past_time(sentence: &[Word], at: usize, all: &[Read]) -> Option<usize> {
    let read = all.iter().find(|it| it.to == at)?;
    Some(begin(sentence, read)).filter(|it| *it < at)
}

/// `On July 11, Voss wrote`, `and on July 12 came “…”`: the clause has to quote something, or the sentence nothing.
fn begins_clause(sentence: &[Word], read: &Read, first: usize, all: &[Read]) -> bool {
    const LEADS: &[&str] = &[
        "and",
        "but",
        "then",
        "so",
        "also",
        "later",
        "again",
        "early",
        "late",
        "meanwhile",
        "finally",
        "first",
        "next",
        "only",
        "already",
        "just",
    ];
    let mut at = first;
    let mut joined = false;
    while let Some(before) = at.checked_sub(1) {
        let Some(word) = sentence.get(before) else {
            break;
        };
        if let Some(begin) = past_time(sentence, at, all) {
            at = begin;
        } else if LEADS.contains(&word.lower.as_str()) {
            joined |= matches!(word.lower.as_str(), "and" | "but");
            at = before;
        } else {
            break;
        }
    }
    let before = at.checked_sub(1).and_then(|it| sentence.get(it));
    if before.is_some_and(|it| it.quotation) && !joined && sentence.get(read.to).is_none() {
        return true;
    }
    let begins = joined || before.is_none_or(|it| it.quotation || it.semicolon);
    let behind = sentence.get(read.to..).unwrap_or_default();
    let quotes = behind.iter().any(|it| it.quotation);
    let last = sentence.get(read.to - 1).into_iter();
    let mut clause = last.chain(behind).take_while(|it| !it.quotation);
    // 'On August 30 the council met, and Voss wrote': of which of the two, no rule reads.
    let apart = behind.iter().take_while(|it| !it.quotation);
    let mut pairs = apart.clone().zip(apart.skip(1));
    let apart = pairs.any(|(one, next)| {
        one.pause && matches!(next.lower.as_str(), "and" | "but" | "while" | "then" | "so")
    });
    let none = !sentence.iter().any(|it| it.quotation);
    begins && (none || quotes && !apart) && !clause.any(|it| it.semicolon)
}

/// `Voss wrote to Halloran in an email on July 11`.
fn follows_verb(sentence: &[Word], first: usize, all: &[Read]) -> bool {
    const BETWEEN: &[&str] = &[
        "to", "from", "in", "on", "via", "by", "and", "back", "again", "later", "this", "it",
        "alone", "only", "him", "her", "them", "me", "us", "his", "their", "another", "same",
        "short", "long", "out", "just", "last", "first", "à", "de", "copying", "cc",
    ];
    let mut at = first;
    while let Some(before) = at.checked_sub(1) {
        let Some(word) = sentence.get(before) else {
            break;
        };
        if word.semicolon {
            return false;
        }
        if let Some(begin) = past_time(sentence, at, all) {
            at = begin;
            continue;
        }
        let lower = word.lower.as_str();
        if !word.quotation && lower != "went" && (is_speech(lower) || carries(lower)) {
            return true;
        }
        // 'Saying that on August 30 he would flee', 'and on August 30 he fled' are of something else.
        let leads_on = lower == "that" || at == first && lower == "and";
        // 'On July 11 and again on July 12' is of two messages.
        let next = sentence.get(at);
        let names =
            next.is_some_and(|it| it.is_capital() || is_determiner(&it.lower) || it.lower == "to");
        let leads_on = leads_on || lower == "and" && !names;
        let passed = word.quotation
            || word.is_capital()
            || BETWEEN.contains(&lower)
            || is_determiner(lower)
            || is_particle(lower)
            || is_title(lower)
            || is_pronoun(lower)
            || is_sent(lower);
        if leads_on || !passed {
            return false;
        }
        at = before;
    }
    false
}

/// `Voss, on July 11, wrote`: between a name and its verb.
fn is_inserted(sentence: &[Word], read: &Read, first: usize) -> bool {
    let before = sentence.get(..first).unwrap_or_default();
    let clause = before
        .iter()
        .rposition(|it| it.quotation || it.lower == "and");
    let name = before
        .get(clause.map_or(0, |it| it + 1)..)
        .unwrap_or_default();
    let named = name.iter().all(|it| {
        it.is_capital() || is_title(&it.lower) || is_particle(&it.lower) || is_pronoun(&it.lower)
    });
    let verb = sentence.get(read.to);
    named && !name.is_empty() && verb.is_some_and(|it| !it.quotation && is_speech(&it.lower))
}

/// Verbs that say of a message that it came or went.
fn carries(lower: &str) -> bool {
    matches!(
        lower,
        "came" | "sent" | "sends" | "arrived" | "followed" | "began" | "published" | "write"
    )
}

/// Whether the words that lead to a time are about something else than the writing: `Voss, who was fired on August 4`,
/// `wrote of the meeting on July 1`. They are looked at back to the verb of speech, or to where the clause begins.
fn is_of_something_else(sentence: &[Word], from: usize) -> bool {
    const ELSE: &[&str] = &[
        "who",
        "whom",
        "whose",
        "which",
        "where",
        "when",
        "about",
        "of",
        "concerning",
        "regarding",
        "born",
    ];
    let before = sentence.get(..from).unwrap_or_default();
    let clause = before.iter().enumerate().rev().take_while(|(at, it)| {
        let led = *at + 1 == from;
        !it.quotation && !is_speech(&it.lower) && (led || !it.pause)
    });
    clause
        .into_iter()
        .any(|(_, it)| ELSE.contains(&it.lower.as_str()))
}

/// A clock and `that morning` beside it are one time: the clock is what can be held against a record.
fn join(sentence: &[Word], found: &mut Vec<Read>) {
    let mut at = 0;
    while at + 1 < found.len() {
        let beside = found.get(at..at + 2).is_some_and(|pair| {
            let [one, other] = pair else { return false };
            one.to == other.from
                && matches!(
                    one.time,
                    Time::Stated {
                        clock: Some(_),
                        date: None,
                        ..
                    }
                )
                && matches!(other.time, Time::Day { .. })
                && sentence.get(one.to - 1).is_some_and(|it| !it.pause)
        });
        if beside {
            let other = found.remove(at + 1);
            if let Some(one) = found.get_mut(at) {
                one.to = other.to;
            }
        }
        at += 1;
    }
}
