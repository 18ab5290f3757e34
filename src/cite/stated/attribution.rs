//! Attributions without a verb of speech: `according to an email from Voss`, `selon Voss`, and a speaker's name with a colon
//! before the quotation, as in a transcript.

use std::collections::HashSet;

use super::super::words::is_speech;
use super::names::party;
use super::names::who;
use super::reading::How;
use super::reading::LOOSE;
use super::reading::Parties;
use super::reading::Reach;
use super::reading::Who;
use super::reading::leads_to;
use super::reading::subject_before;
use super::words::Word;

/// Words of a speaker's label, at most.
const LABEL: usize = 4;

/// What is sent by somebody.
const SENT: &[&str] = &[
    "email", "e-mail", "mail", "message", "text", "letter", "note", "memo", "post", "tweet", "dm",
    "courriel", "lettre",
];

/// Whether a word is one for what is sent.
pub(super) fn is_sent(lower: &str) -> bool {
    SENT.contains(&lower)
}

/// Who wrote the quotation that stands at those bytes of its paragraph, as words say that lead to it or follow it:
/// `according to Voss`.
pub(super) fn according(sentence: &[Word], span: (usize, usize)) -> Option<Parties> {
    let lower = |at: usize| sentence.get(at).map_or("", |it| it.lower.as_str());
    let is_own = |at: usize| sentence.get(at).is_some_and(|it| is_own(it, span));
    (0..sentence.len()).find_map(|begin| {
        let mut at = match (lower(begin), lower(begin + 1)) {
            ("according", "to") => begin + 2,
            ("selon" | "d'après", _) => begin + 1,
            _ => return None,
        };
        let sent = sent_by(sentence, at);
        at = sent.unwrap_or(at);
        let (sender, past) = party(sentence, at)?;
        if matches!(sender, Who::Described(_)) {
            // It may be a thing: the minutes, court papers.
            return None;
        }
        let to = matches!(lower(past), "to" | "à") && sent.is_some();
        let addressee = party(sentence, past + 1).filter(|_| to);
        let past = addressee.as_ref().map_or(past, |it| it.1);
        let behind = begin.checked_sub(1).is_some_and(is_own);
        if !behind && !is_own(leads_to(sentence, past)) {
            return None;
        }
        Some(Parties {
            sender: Some(sender),
            addressees: addressee.into_iter().map(|it| it.0).collect(),
            reach: Reach::Named,
            how: if sent.is_some() {
                How::Said
            } else {
                How::Relayed
            },
        })
    })
}

/// Behind `an email from`, `his last message to her by`: where the one who sent it is named.
fn sent_by(sentence: &[Word], from: usize) -> Option<usize> {
    let lower = |at: usize| sentence.get(at).map_or("", |it| it.lower.as_str());
    let is_determiner = matches!(
        lower(from),
        "a" | "an" | "the" | "his" | "her" | "their" | "another" | "un" | "une" | "le" | "la"
    );
    let noun = (from + 1..from + 3).find(|at| SENT.contains(&lower(*at)))?;
    let by = matches!(lower(noun + 1), "from" | "by" | "de");
    (is_determiner && by).then_some(noun + 2)
}

/// The name that stands with a colon right before a quotation, and nothing before that in its line.
pub(super) fn label(sentence: &[Word], span: (usize, usize)) -> Option<Parties> {
    let quotation = sentence.iter().position(|it| is_own(it, span))?;
    let end = quotation.checked_sub(1)?;
    sentence.get(end).filter(|it| it.colon)?;
    let before = sentence.get(..=end)?;
    // The lines of a transcript are one paragraph: what stands before may be what another said.
    let line = before.iter().rposition(|it| it.quotation);
    let name = before.get(line.map_or(0, |it| it + 1)..)?;
    let dashes = name
        .iter()
        .take_while(|it| !it.text.contains(char::is_alphanumeric))
        .count();
    let name = name.get(dashes..)?;
    if name.len() > LABEL || name.iter().rev().skip(1).any(|it| it.pause) {
        return None;
    }
    let sender = who(name).filter(|it| matches!(it, Who::Named(_)))?;
    Some(Parties {
        sender: Some(sender),
        how: How::Label,
        ..Parties::default()
    })
}

fn is_own(word: &Word, (open, end): (usize, usize)) -> bool {
    word.quotation && word.at.0 >= open && word.at.1 <= end
}

/// Adds the words of the names that a sentence uses as those of somebody who speaks. A single word that begins the sentence
/// has its capital from there.
pub(super) fn speakers(sentence: &[Word], names: &mut HashSet<String>) {
    for (at, word) in sentence.iter().enumerate() {
        if word.quotation || !is_speech(&word.lower) || LOOSE.contains(&word.lower.as_str()) {
            continue;
        }
        let before = subject_before(sentence, at).filter(|it| it.1 > 0 || at > 1);
        let after = party(sentence, at + 1);
        for (who, _) in before.into_iter().chain(after) {
            if let Who::Named(name) = who {
                names.extend(name.split(' ').map(str::to_lowercase));
            }
        }
    }
}
