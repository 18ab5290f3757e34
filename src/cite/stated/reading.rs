//! Reads from a sentence who is said to have written a quotation, to whom, and whether an answer is said to be missing.
//! English; what the rules do not read whole, they leave.

use super::super::words::is_speech;
use super::times;
use super::times::Read;
use super::times::Time;
use super::words::Word;

/// Who is meant, as far as the words say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// A name or a handle.
    Named(String),
    /// `he`, `she`, `it`: somebody named before.
    Pronoun(String),
    /// `the account`, `her lawyer`: no name.
    Described(String),
}

impl Who {
    /// The words.
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Named(words) | Self::Pronoun(words) | Self::Described(words) => words,
        }
    }
}

/// Who is said to have written what a sentence quotes, to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parties {
    pub(super) sender: Option<Who>,
    pub(super) addressee: Option<Who>,
}

/// Verbs whose object is who they are said to: told Ashgrove, asked her.
const TO_OBJECT: &[&str] = &[
    "told", "tells", "asked", "asks", "texted", "texts", "messaged", "emailed", "warned",
    "answered",
];

/// Words that may stand between a subject and its verb.
const BETWEEN: &[&str] = &[
    "had", "has", "have", "then", "also", "later", "once", "again", "would", "must", "may", "might",
];

/// Who wrote what is quoted in a sentence, and to whom.
pub(super) fn parties(sentence: &[Word]) -> Parties {
    let mut read = Parties::default();
    if !sentence.iter().any(|it| it.quotation) {
        return read;
    }
    for (at, word) in sentence.iter().enumerate() {
        if word.quotation || !is_speech(&word.lower) || !beside_quotation(sentence, at) {
            continue;
        }
        let sender = subject_before(sentence, at).or_else(|| {
            // ... wrote Ashgrove.
            let after = at.checked_sub(1).and_then(|it| sentence.get(it));
            after
                .is_some_and(|it| it.quotation)
                .then(|| party(sentence, at + 1))
                .flatten()
        });
        let Some(sender) = sender else { continue };
        let addressee = if TO_OBJECT.contains(&word.lower.as_str()) {
            party(sentence, at + 1)
        } else if sentence.get(at + 1).is_some_and(|it| it.lower == "to") {
            party(sentence, at + 2)
        } else {
            None
        };
        read.addressee = addressee.filter(|it| *it != sender);
        read.sender = Some(sender);
        break;
    }
    read
}

/// The name of whoever speaks last in a sentence that quotes nothing.
pub(super) fn speaker(sentence: &[Word]) -> Option<String> {
    let verbs = sentence.iter().enumerate().rev();
    let mut verbs = verbs.filter(|(_, it)| !it.quotation && is_speech(&it.lower));
    match subject_before(sentence, verbs.next()?.0)? {
        Who::Named(name) => Some(name),
        Who::Pronoun(_) | Who::Described(_) => None,
    }
}

/// Whether a verb of speech belongs to a quotation of its sentence: nothing but a few words stand between them.
fn beside_quotation(sentence: &[Word], at: usize) -> bool {
    const NEAR: usize = 7;
    let near = |words: &mut dyn Iterator<Item = &Word>| words.take(NEAR).any(|it| it.quotation);
    near(&mut sentence.iter().skip(at + 1))
        || near(&mut sentence.get(..at).unwrap_or_default().iter().rev())
}

/// Who does what the verb at that place says.
fn subject_before(sentence: &[Word], verb: usize) -> Option<Who> {
    let mut end = verb;
    while let Some(before) = end.checked_sub(1).and_then(|it| sentence.get(it)) {
        let skipped = BETWEEN.contains(&before.lower.as_str())
            || before.lower.ends_with("ly") && !before.is_capital();
        if before.pause || !skipped {
            break;
        }
        end -= 1;
    }
    let last = sentence.get(end.checked_sub(1)?)?;
    if last.quotation || last.pause {
        return None;
    }
    let mut begin = end - 1;
    while let Some(before) = begin.checked_sub(1).and_then(|it| sentence.get(it)) {
        if before.pause
            || before.quotation
            || end - begin >= 5
            || !joins(before, sentence.get(begin)?)
        {
            break;
        }
        begin -= 1;
    }
    who(sentence.get(begin..end)?)
}

/// Whether a word belongs to the name or description that the next one ends or goes on with.
fn joins(word: &Word, next: &Word) -> bool {
    if is_title(&word.lower) || is_particle(&word.lower) {
        return true;
    }
    let determined = is_determiner(&word.lower);
    if next.is_capital() {
        // 'On Monday Ashgrove': a day is no name.
        return determined
            || word.is_capital()
                && times::month(&word.lower).is_none()
                && !is_weekday(&word.lower);
    }
    // the account, her old lawyer, Ashgrove's lawyer
    determined
        || word.lower.ends_with("'s")
        || !is_speech(&word.lower)
            && !next.is_capital()
            && is_noun_like(word)
            && !is_pronoun(&next.lower)
}

fn is_noun_like(word: &Word) -> bool {
    const NOT: &[&str] = &[
        "and", "but", "when", "as", "that", "which", "who", "what", "where", "if", "because",
        "while", "later", "after", "before", "to", "of", "in", "on", "at", "by", "for", "from",
        "with",
    ];
    !NOT.contains(&word.lower.as_str()) && word.lower.chars().all(char::is_alphabetic)
}

fn is_title(lower: &str) -> bool {
    matches!(
        lower,
        "mr" | "mrs"
            | "ms"
            | "dr"
            | "sen"
            | "senator"
            | "rep"
            | "gov"
            | "judge"
            | "justice"
            | "president"
            | "sir"
    )
}

fn is_particle(lower: &str) -> bool {
    matches!(
        lower,
        "de" | "van" | "von" | "der" | "den" | "al" | "bin" | "di" | "la" | "le"
    )
}

fn is_determiner(lower: &str) -> bool {
    matches!(
        lower,
        "the" | "a" | "an" | "his" | "her" | "its" | "their" | "my" | "our" | "this" | "that"
    )
}

fn is_pronoun(lower: &str) -> bool {
    matches!(
        lower,
        "he" | "she" | "it" | "they" | "i" | "we" | "you" | "him" | "them" | "us" | "me"
    )
}

fn is_weekday(lower: &str) -> bool {
    matches!(
        lower,
        "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday"
    )
}

/// The party that begins at that place.
fn party(sentence: &[Word], from: usize) -> Option<Who> {
    let first = sentence.get(from)?;
    if first.quotation {
        return None;
    }
    let mut to = from + 1;
    while let (Some(before), Some(word)) = (sentence.get(to - 1), sentence.get(to)) {
        let goes_on = (word.is_capital() || is_particle(&word.lower))
            && (before.is_capital()
                || is_title(&before.lower)
                || is_particle(&before.lower)
                || is_determiner(&before.lower))
            || to == from + 1 && is_determiner(&first.lower)
            || before.lower.ends_with("'s");
        if before.pause || word.quotation || to - from >= 5 || !goes_on {
            break;
        }
        to += 1;
    }
    who(sentence.get(from..to)?)
}

fn who(words: &[Word]) -> Option<Who> {
    let text = |words: &[Word]| {
        let words: Vec<&str> = words.iter().map(|it| it.text.as_str()).collect();
        words.join(" ")
    };
    let last = words.last()?;
    if words.len() == 1 && is_pronoun(&last.lower) {
        return Some(Who::Pronoun(last.text.clone()));
    }
    if last.text.starts_with('@') && last.text.len() > 1 {
        return Some(Who::Named(last.text.clone()));
    }
    let named: Vec<Word> = words
        .iter()
        .filter(|it| !is_title(&it.lower) && !is_determiner(&it.lower))
        .cloned()
        .collect();
    let is_name =
        |it: &Word| (it.is_capital() || is_particle(&it.lower)) && !it.lower.ends_with("'s");
    if !named.is_empty() && named.iter().all(is_name) && named.iter().any(Word::is_capital) {
        let only = named.first().filter(|_| named.len() == 1);
        if only.is_some_and(|it| times::month(&it.lower).is_some() || is_weekday(&it.lower)) {
            return None;
        }
        return Some(Who::Named(text(&named)));
    }
    let described = words
        .first()
        .is_some_and(|it| is_determiner(&it.lower) || it.lower.ends_with("'s"));
    (described && words.len() > 1).then(|| Who::Described(text(words)))
}

/// Times that a sentence gives for what it quotes, with their words. A date behind `of`, `since` or `about` is that of
/// something else.
pub(super) fn times(sentence: &[Word]) -> Vec<(Time, String)> {
    let leads = |read: &Read| {
        let before = read.from.checked_sub(1).and_then(|it| sentence.get(it));
        let Some(before) = before else { return true };
        match &read.time {
            Time::Stated { .. } => matches!(before.lower.as_str(), "on" | "at" | "in"),
            _ => !matches!(
                before.lower.as_str(),
                "of" | "for" | "since" | "until" | "than"
            ),
        }
    };
    let words = |read: &Read| {
        let before = read.from.checked_sub(1).and_then(|it| sentence.get(it));
        let led = before.filter(|it| matches!(it.lower.as_str(), "on" | "at" | "in"));
        let read = sentence.get(read.from..read.to).unwrap_or_default();
        let words: Vec<&str> = led
            .into_iter()
            .chain(read)
            .map(|it| it.text.as_str())
            .collect();
        words.join(" ")
    };
    let mut found = times::read(sentence);
    join(sentence, &mut found);
    found
        .into_iter()
        .filter(leads)
        .map(|read| (read.time.clone(), words(&read)))
        .collect()
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

/// That an answer is said to be missing: who did not give it, if that is said, and the words.
pub(super) fn silence(sentence: &[Word]) -> Option<(Option<Who>, String)> {
    let lower = |at: usize| sentence.get(at).map_or("", |it| it.lower.as_str());
    // What a newsroom asked is no message of the archive.
    if sentence.iter().any(|it| {
        matches!(
            it.lower.as_str(),
            "comment" | "questions" | "question" | "request" | "requests" | "calls"
        )
    }) {
        return None;
    }
    let text = |from: usize, to: usize| {
        let words = sentence.get(from..to).unwrap_or_default();
        let words: Vec<&str> = words.iter().map(|it| it.text.as_str()).collect();
        words.join(" ")
    };
    (0..sentence.len()).find_map(|at| match lower(at) {
        "no" if matches!(lower(at + 1), "answer" | "reply" | "response") => {
            let from = match (at.checked_sub(2).map(&lower), at.checked_sub(1).map(&lower)) {
                (Some("there"), Some("was" | "came")) => at - 2,
                (_, Some("got" | "received" | "was")) => at - 1,
                _ if lower(at + 2) == "came" => at,
                _ => return None,
            };
            Some((
                None,
                text(
                    from,
                    (at + 2).max(at + 2 + usize::from(lower(at + 2) == "came")),
                ),
            ))
        }
        "not" | "never" | "didn't" | "hasn't" => {
            let answers = matches!(
                lower(at + 1),
                "reply" | "respond" | "answer" | "replied" | "responded" | "answered"
            ) || lower(at + 1) == "write" && lower(at + 2) == "back";
            let helped = matches!(
                (at.checked_sub(1).map(&lower), lower(at)),
                (Some("did" | "has" | "had"), "not") | (_, "never" | "didn't" | "hasn't")
            );
            if !answers || !helped {
                return None;
            }
            let verb = at - usize::from(lower(at) == "not");
            let to = at + 2 + usize::from(lower(at + 1) == "write");
            let who = subject_before(sentence, verb);
            let length = who.as_ref().map_or(0, |it| it.words().split(' ').count());
            Some((who, text(verb.saturating_sub(length), to)))
        }
        _ => None,
    })
}
