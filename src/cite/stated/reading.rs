//! Reads from a sentence who is said to have written a quotation, and to whom.
//! English, and of French who wrote it; what the rules do not read whole, they leave.

use super::super::words::is_speech;
use super::attribution;
use super::attribution::is_sent;
use super::dates;
use super::names::is_determiner;
use super::names::is_role;
use super::names::is_weekday;
use super::names::joins;
use super::names::leads_in;
use super::names::party;
use super::names::who;
use super::times;
use super::times::lower;
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
    pub(super) addressees: Vec<Who>,
    pub(super) reach: Reach,
    pub(super) how: How,
}

/// How far the words say whom it went to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Reach {
    /// To those named, and perhaps to others.
    #[default]
    Named,
    /// To nobody else: `to Voss alone`.
    Alone,
    /// Not to others, whom no rule reads: `to Brask and not to Voss`.
    Narrowed,
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

/// Verbs whose object may be a question: `answered “Who is it?”`.
const ANSWERS: &[&str] = &["answered", "answers", "replied", "replies", "responded"];

/// Who wrote the quotation that stands at those bytes of its paragraph, and to whom. Only a subject and a verb that stand
/// against the quotation, with nothing between but whom it was written to and when, say so. A name behind its own closing
/// mark goes before one that stands behind another's: `“…,” Rook wrote; “…,” Quill replied`.
pub(super) fn parties(sentence: &[Word], span: (usize, usize)) -> Parties {
    let (open, end) = span;
    let is_own = |it: &Word| it.quotation && it.at.0 >= open && it.at.1 <= end;
    let own = |at: Option<usize>| at.and_then(|it| sentence.get(it)).filter(|it| is_own(it));
    let other = |at: Option<usize>| {
        at.and_then(|it| sentence.get(it))
            .is_some_and(|it| it.quotation && !is_own(it))
    };
    let (mut near, mut far, mut reported) = (None, None, false);
    for (verb, word) in sentence.iter().enumerate() {
        if word.quotation || !is_speech(&word.lower) || LOOSE.contains(&word.lower.as_str()) {
            continue;
        }
        if is_reported(sentence, verb) {
            reported = true;
            break;
        }
        let (addressees, reach, past) = addressees(sentence, verb);
        let before = subject_before(sentence, verb);
        let answers = ANSWERS.contains(&word.lower.as_str());
        let next = leads_to(sentence, past);
        // “…,” Ashgrove wrote.
        let back = before.as_ref().map(|it| it.1.checked_sub(1));
        // “…,” wrote Ashgrove.
        let back =
            back.unwrap_or_else(|| verb.checked_sub(1 + usize::from(is_helped(sentence, verb))));
        let sender = before
            .or_else(|| party(sentence, verb + 1).filter(|_| own(back).is_some()))
            .map(|it| it.0);
        let Some(sender) = sender else { continue };
        let parties = Parties {
            addressees: addressees.into_iter().filter(|it| *it != sender).collect(),
            reach,
            sender: Some(sender),
            how: How::Said,
        };
        if let Some(quotation) = own(back) {
            // To the question “…?” Ashgrove answered: “…”
            let asked = back
                .and_then(|it| it.checked_sub(1))
                .is_some_and(|it| lower(sentence, it).starts_with("question"));
            let question = asked || quotation.asks && other(Some(next));
            if !(answers && question) {
                near.get_or_insert(parties);
            }
        } else if let Some(quotation) = own(Some(next)) {
            // Ashgrove wrote to Voss on July 11: “…”
            let between = sentence.get(verb..next).unwrap_or_default();
            let led = between.last().is_some_and(|it| it.pause);
            let parted = other(back) && between.iter().any(|it| it.semicolon);
            let question = answers && quotation.asks && !led;
            if !parted && !question {
                far.get_or_insert((parties, other(back)));
            }
        }
    }
    match (near, far) {
        (Some(near), None | Some((_, true))) => return near,
        (None, Some((far, _))) => return far,
        (Some(near), Some((far, _))) => {
            // 'Voss wrote, “…,” Halloran replied': one of the two.
            let same = near.sender == far.sender || matches!(near.sender, Some(Who::Pronoun(_)));
            return if same { far } else { Parties::default() };
        }
        (None, None) if reported => return Parties::default(),
        (None, None) => {}
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
    let Some((_, begin)) = subject(sentence, verb) else {
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

/// Whom a verb's words are said to, how far that is said, and the word behind it.
fn addressees(sentence: &[Word], verb: usize) -> (Vec<Who>, Reach, usize) {
    let none = (Vec::new(), Reach::Named, verb + 1);
    let direct = TO_OBJECT.contains(&lower(sentence, verb));
    let only = usize::from(lower(sentence, verb + 1) == "only");
    let at = verb + 1 + only;
    let to = usize::from(matches!(lower(sentence, at), "to" | "à"));
    let also = usize::from(to == 1 && lower(sentence, at + 1) == "only");
    let Some((first, mut past)) = party(sentence, at + to + also).filter(|_| direct || to == 1)
    else {
        return none;
    };
    let mut all = vec![first];
    let mut reach = if only + also > 0 {
        Reach::Alone
    } else {
        Reach::Named
    };
    if let Some((more, end)) = list(sentence, past) {
        all.extend(more);
        past = end;
    }
    loop {
        let joined = usize::from(matches!(lower(sentence, past), "and" | "but" | "though"));
        match lower(sentence, past + joined) {
            "alone" | "only" if joined == 0 => {
                reach = Reach::Alone;
                past += 1;
            }
            "not" => {
                reach = Reach::Narrowed;
                let to = usize::from(lower(sentence, past + joined + 1) == "to");
                let at = past + joined + 1 + to;
                past = party(sentence, at).map_or(at, |it| it.1);
            }
            "copying" | "copied" | "cc" => match party(sentence, past + joined + 1) {
                Some((copied, end)) => {
                    all.push(copied);
                    past = end;
                }
                None => break,
            },
            _ => break,
        }
    }
    (all, reach, past)
}

/// The rest of a list of names: `and Halloran`, `, Rook and Quill`. What a verb follows is the subject of a new clause.
fn list(sentence: &[Word], at: usize) -> Option<(Vec<Who>, usize)> {
    const MOST: usize = 20;
    let mut all = Vec::new();
    let mut at = at;
    while all.len() < MOST {
        let last = lower(sentence, at) == "and";
        let to = usize::from(last && lower(sentence, at + 1) == "to");
        let parted = at.checked_sub(1).and_then(|it| sentence.get(it));
        if !last && !parted.is_some_and(|it| it.pause && !it.colon && !it.semicolon) {
            return None;
        }
        let (who, past) = party(sentence, at + usize::from(last) + to)?;
        all.push(who);
        if last {
            return is_end(sentence, past).then_some((all, past));
        }
        at = past;
    }
    None
}

/// Whether a list of names may end before that word.
fn is_end(sentence: &[Word], at: usize) -> bool {
    const BEHIND: &[&str] = &[
        "on", "at", "in", "that", "about", "from", "with", "of", "for", "after", "before",
        "saying", "asking", "copying", "alone", "only", "and", "but", "back", "again", "late",
        "early", "later", "the", "this", "by", "just", "shortly",
    ];
    let last = at.checked_sub(1).and_then(|it| sentence.get(it));
    last.is_some_and(|it| it.pause)
        || sentence
            .get(at)
            .is_none_or(|it| it.quotation || BEHIND.contains(&it.lower.as_str()))
}

/// The word to which a verb's words lead: past a time, 'that', and words that say no more.
pub(super) fn leads_to(sentence: &[Word], from: usize) -> usize {
    let times = times::read(sentence);
    let mut at = from;
    while let Some(word) = sentence.get(at).filter(|it| !it.quotation) {
        let next = at + usize::from(matches!(word.lower.as_str(), "on" | "at" | "in"));
        let day = lower(sentence, next);
        if let Some(read) = times.iter().find(|it| it.from == next) {
            at = read.to;
        } else if is_weekday(day) {
            // Voss said Monday that
            at = next + 1;
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

/// Who does what the verb at that place says, and the word at which that begins. Nothing where words stand before the name
/// that it may belong to: `a lawyer for Voss wrote`, `everybody but Voss wrote`.
pub(super) fn subject_before(sentence: &[Word], verb: usize) -> Option<(Who, usize)> {
    subject(sentence, verb)
        .filter(|it| matches!(it.0, Who::Pronoun(_)) || begins_clause(sentence, it.1))
}

/// Whether a clause may begin at that word: at the beginning of a sentence, behind a comma or a quotation, or behind words
/// that belong to no name.
fn begins_clause(sentence: &[Word], begin: usize) -> bool {
    const FREE: &[&str] = &[
        "and",
        "then",
        "when",
        "whenever",
        "while",
        "where",
        "because",
        "later",
        "again",
        "also",
        "although",
        "though",
        "however",
        "once",
        "so",
        "soon",
        "yesterday",
        "today",
        "tomorrow",
        "now",
        "here",
        "there",
        "finally",
        "instead",
        "meanwhile",
        "still",
        "yet",
        "first",
        "next",
        "perhaps",
        "morning",
        "afternoon",
        "evening",
        "night",
        "day",
        "week",
        "month",
        "year",
        "time",
        "mais",
        "puis",
        "alors",
        "quand",
        "lorsque",
        "reply",
        "response",
        "answer",
        "turn",
        "return",
    ];
    // Behind other words these are no conjunctions: 'nobody but Voss'.
    const FIRST: &[&str] = &[
        "but", "as", "before", "after", "since", "even", "only", "until",
    ];
    const PLACES: &[&str] = &["in", "at", "on", "during", "after", "before"];
    let word = |at: usize, back: usize| at.checked_sub(back).and_then(|it| sentence.get(it));
    let edge =
        |it: Option<&Word>| it.is_none_or(|it| it.pause || it.quotation || it.lower == "and");
    // The historian Voss, Brask's lawyer Voss.
    let mut at = begin;
    while word(at, 1).is_some_and(|it| !it.pause && !it.quotation && is_role(&it.lower)) {
        at -= 1;
    }
    if at < begin
        && word(at, 1)
            .is_some_and(|it| !it.pause && (is_determiner(&it.lower) || it.lower.ends_with("'s")))
    {
        at -= 1;
    }
    let Some(before) = word(at, 1).filter(|it| !it.pause && !it.quotation) else {
        return true;
    };
    let lower = before.lower.as_str();
    let second = word(at, 2);
    let timed = || {
        times::read(sentence)
            .iter()
            .any(|it| (it.from..it.to).contains(&(at - 1)))
    };
    // In an email Voss wrote, at the hearing Voss said.
    let back = 2 + usize::from(second.is_some_and(|it| is_determiner(&it.lower)));
    let placed = word(at, back).is_some_and(|it| !it.pause && PLACES.contains(&it.lower.as_str()))
        && edge(word(at, back + 1))
        && !before.is_capital()
        && !FIRST.contains(&lower);
    FREE.contains(&lower)
        || is_sent(lower)
        || is_weekday(lower)
        || dates::month(lower).is_some()
        || dates::year_of(lower).is_some()
        || is_adverb(before)
        || FIRST.contains(&lower) && edge(second)
        || placed
        || timed()
}

/// Whether a word is an adverb by its ending.
fn is_adverb(word: &Word) -> bool {
    const NOUNS: &[&str] = &[
        "family", "ally", "reply", "assembly", "bully", "monopoly", "italy",
    ];
    word.lower.ends_with("ly") && !word.is_capital() && !NOUNS.contains(&word.lower.as_str())
}

/// The words before a verb that may be its subject, whatever stands before them.
fn subject(sentence: &[Word], verb: usize) -> Option<(Who, usize)> {
    let mut end = verb - usize::from(is_helped(sentence, verb));
    while let Some(before) = end.checked_sub(1).and_then(|it| sentence.get(it)) {
        let skipped = BETWEEN.contains(&before.lower.as_str()) || is_adverb(before);
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
