//! Reads from a sentence who is said to have written a quotation, to whom, and when.
//! English, and of French who wrote it; what the rules do not read whole, they leave.

use super::super::words::is_speech;
use super::attribution;
use super::dates;
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
    pub(super) how: How,
}

/// In what way somebody is said to have written it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum How {
    /// By a verb of speech, or as the sender of a message.
    #[default]
    Said,
    /// `according to`: it may be whoever passed the words on.
    Relayed,
    /// By a word with a colon before it, which need not be a name.
    Label,
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

/// Verbs of speech that are said of other things too, and so name no speaker.
pub(super) const LOOSE: &[&str] = &[
    "went",
    "according",
    "continued",
    "continues",
    "noted",
    "recalled",
];

/// French participles of speech, before which `a` and `avait` are verbs.
const PARTICIPLES: &[&str] = &[
    "écrit",
    "répondu",
    "déclaré",
    "affirmé",
    "expliqué",
    "ajouté",
    "dit",
];

/// Whether the verb at that place goes with the one before it: `a écrit`.
fn is_helped(sentence: &[Word], verb: usize) -> bool {
    let helps = |it: &Word| matches!(it.lower.as_str(), "a" | "avait");
    let helper = verb.checked_sub(1).and_then(|it| sentence.get(it));
    sentence
        .get(verb)
        .is_some_and(|it| PARTICIPLES.contains(&it.lower.as_str()))
        && helper.is_some_and(helps)
}

/// Who wrote the quotation that stands at those bytes of its paragraph, and to whom. Only a subject and a verb that stand
/// against the quotation, with nothing between but whom it was written to and when, say so.
pub(super) fn parties(sentence: &[Word], span: (usize, usize)) -> Parties {
    let (open, end) = span;
    let is_own = |it: &Word| it.quotation && it.at.0 >= open && it.at.1 <= end;
    for (verb, word) in sentence.iter().enumerate() {
        if word.quotation || !is_speech(&word.lower) || LOOSE.contains(&word.lower.as_str()) {
            continue;
        }
        if is_reported(sentence, verb) {
            return Parties::default();
        }
        let (addressee, past) = addressee(sentence, verb);
        let before = subject_before(sentence, verb);
        let at = |it: Option<usize>| it.and_then(|it| sentence.get(it)).is_some_and(is_own);
        // “…,” Ashgrove wrote.
        let behind = before.as_ref().is_some_and(|it| at(it.1.checked_sub(1)));
        // “…,” wrote Ashgrove.
        let inverted = at(verb.checked_sub(1 + usize::from(is_helped(sentence, verb))));
        // Ashgrove wrote to Voss on July 11: “…”
        let ahead = at(Some(leads_to(sentence, past)));
        let sender = match before {
            Some((who, _)) if behind || ahead => Some(who),
            None if inverted => party(sentence, verb + 1).map(|it| it.0),
            _ => None,
        };
        if let Some(sender) = sender {
            return Parties {
                addressee: addressee.filter(|it| *it != sender),
                sender: Some(sender),
                how: How::Said,
            };
        }
    }
    inverted_pronoun(sentence, is_own)
        .or_else(|| attribution::according(sentence, span))
        .or_else(|| attribution::label(sentence, span))
        .unwrap_or_default()
}

/// Whether what a verb says is itself only said or thought by somebody, or is said of several: `Voss said Halloran wrote`,
/// `what Quill said`, `Rook and Quill wrote`. Who is meant then, no rule reads.
fn is_reported(sentence: &[Word], verb: usize) -> bool {
    const BY_OTHERS: &[&str] = &[
        "what", "that", "believe", "believes", "believed", "think", "thinks", "thought", "claim",
        "claims", "claimed", "deny", "denies", "denied", "doubt", "doubts", "doubted", "whether",
    ];
    let said = party(sentence, verb + 1).and_then(|it| sentence.get(it.1));
    if said.is_some_and(|it| !it.quotation && is_speech(&it.lower)) {
        return true;
    }
    let Some((_, begin)) = subject_before(sentence, verb) else {
        return false;
    };
    let word = |back: usize| begin.checked_sub(back).and_then(|it| sentence.get(it));
    let Some(before) = word(1).filter(|it| !it.quotation && !it.pause) else {
        return false;
    };
    match before.lower.as_str() {
        // 'Rook wrote, and Quill replied' are two clauses.
        "and" | "or" | "nor" => word(2).is_some_and(|it| it.is_capital() && !it.pause),
        other => BY_OTHERS.contains(&other) || is_speech(other),
    }
}

/// `« … », écrit-il`, `« … », a-t-elle répondu`.
fn inverted_pronoun(sentence: &[Word], is_own: impl Fn(&Word) -> bool) -> Option<Parties> {
    let quotation = sentence.iter().rposition(is_own)?;
    let verb = sentence.get(quotation + 1)?;
    let (said, pronoun) = verb.lower.rsplit_once('-')?;
    let said = said.strip_suffix("-t").unwrap_or(said);
    let participle = sentence.get(quotation + 2).map_or("", |it| &it.lower);
    let speaks =
        is_speech(said) || matches!(said, "a" | "avait") && PARTICIPLES.contains(&participle);
    (speaks && matches!(pronoun, "il" | "elle")).then(|| Parties {
        sender: Some(Who::Pronoun(pronoun.to_owned())),
        ..Parties::default()
    })
}

/// Whom a verb's words are said to, and the word behind that.
fn addressee(sentence: &[Word], verb: usize) -> (Option<Who>, usize) {
    let direct = sentence
        .get(verb)
        .is_some_and(|it| TO_OBJECT.contains(&it.lower.as_str()));
    let to = sentence
        .get(verb + 1)
        .is_some_and(|it| matches!(it.lower.as_str(), "to" | "à"));
    let from = verb + 1 + usize::from(to);
    match party(sentence, from).filter(|_| direct || to) {
        Some((who, past)) => (Some(who), past),
        None => (None, verb + 1),
    }
}

/// The word to which a verb's words lead: past a time, 'that', and words that say no more.
pub(super) fn leads_to(sentence: &[Word], from: usize) -> usize {
    let times = times::read(sentence);
    let mut at = from;
    while let Some(word) = sentence.get(at).filter(|it| !it.quotation) {
        let next = at + usize::from(matches!(word.lower.as_str(), "on" | "at" | "in"));
        if let Some(read) = times.iter().find(|it| it.from == next) {
            at = read.to;
        } else if matches!(
            word.lower.as_str(),
            "that" | "then" | "back" | "again" | "this" | "later"
        ) {
            at += 1;
        } else {
            break;
        }
    }
    at
}

/// The name of whoever speaks last in a sentence that quotes nothing.
pub(super) fn speaker(sentence: &[Word]) -> Option<String> {
    let verbs = sentence.iter().enumerate().rev();
    let mut verbs = verbs.filter(|(_, it)| !it.quotation && is_speech(&it.lower));
    match subject_before(sentence, verbs.next()?.0)?.0 {
        Who::Named(name) => Some(name),
        Who::Pronoun(_) | Who::Described(_) => None,
    }
}

/// Who does what the verb at that place says, and the word at which that begins.
pub(super) fn subject_before(sentence: &[Word], verb: usize) -> Option<(Who, usize)> {
    let mut end = verb - usize::from(is_helped(sentence, verb));
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
    // 'But Halloran': the capital is the sentence's.
    while begin + 1 < end && begin == 0 && sentence.get(begin).is_some_and(leads_in) {
        begin += 1;
    }
    Some((who(sentence.get(begin..end)?)?, begin))
}

/// Whether a word that begins a sentence is no part of the name behind it.
fn leads_in(word: &Word) -> bool {
    const LEADS: &[&str] = &[
        "after",
        "again",
        "also",
        "although",
        "and",
        "as",
        "because",
        "before",
        "but",
        "even",
        "finally",
        "first",
        "however",
        "if",
        "instead",
        "later",
        "meanwhile",
        "next",
        "once",
        "only",
        "perhaps",
        "since",
        "so",
        "soon",
        "still",
        "then",
        "there",
        "though",
        "today",
        "tomorrow",
        "until",
        "unless",
        "when",
        "whenever",
        "where",
        "while",
        "yesterday",
        "yet",
        "mais",
        "puis",
        "alors",
        "quand",
        "lorsque",
    ];
    LEADS.contains(&word.lower.as_str())
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
                && dates::month(&word.lower).is_none()
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
            | "prof"
            | "professor"
            | "mayor"
            | "councillor"
            | "councilman"
            | "councilwoman"
            | "captain"
            | "mme"
            | "mlle"
            | "madame"
            | "monsieur"
            | "herr"
            | "frau"
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
        "he" | "she"
            | "it"
            | "they"
            | "i"
            | "we"
            | "you"
            | "him"
            | "them"
            | "us"
            | "me"
            | "il"
            | "elle"
    )
}

fn is_weekday(lower: &str) -> bool {
    matches!(
        lower,
        "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday"
    )
}

/// The party that begins at that place, and the word behind it.
pub(super) fn party(sentence: &[Word], from: usize) -> Option<(Who, usize)> {
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
    // A particle ends no name: 'a écrit Nora Halloran le 12 juillet'.
    while to > from + 1
        && sentence
            .get(to - 1)
            .is_some_and(|it| is_particle(&it.lower) && !it.is_capital())
    {
        to -= 1;
    }
    Some((who(sentence.get(from..to)?)?, to))
}

pub(super) fn who(words: &[Word]) -> Option<Who> {
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
        if only.is_some_and(|it| dates::month(&it.lower).is_some() || is_weekday(&it.lower)) {
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
        .filter(|read| !is_of_something_else(sentence, read.from))
        .map(|read| (read.time.clone(), words(&read)))
        .collect()
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
