//! Names a stretch in which draft and source differ: the code that fits best, and a sentence for a reader.

use std::fmt::Write as _;

use super::align::Step;
use super::differences::Differences;
use super::judge::counts;
use super::sides::Sides;
use super::tokens::Sort;
use super::tokens::Token;
use super::words::is_common;
use super::words::is_near;
use super::words::is_negation;
use super::words::is_number;
use super::words::number;

impl Differences {
    /// Names a stretch of altered steps.
    pub(super) fn close(&mut self, sides: &Sides<'_>, group: &mut Vec<(usize, Step)>) {
        if group.is_empty() {
            return;
        }
        let mut quoted: Vec<&Token> = Vec::new();
        let mut found: Vec<&Token> = Vec::new();
        for (_, step) in group.iter() {
            let (ours, theirs) = match step {
                Step::Pair(at, other) => (Some(*at), Some(*other)),
                Step::Added(at) => (Some(*at), None),
                Step::Missing(other) => (None, Some(*other)),
                Step::Run(..) => (None, None),
            };
            quoted.extend(ours.and_then(|at| sides.sought.tokens.get(at)));
            found.extend(theirs.and_then(|at| sides.text.token(at)));
        }
        group.clear();
        if quoted.is_empty() && found.is_empty() {
            return;
        }
        let (ours, theirs) = (joined(&quoted), joined(&found));
        let words = |tokens: &[&Token]| -> Vec<String> {
            tokens
                .iter()
                .filter(|it| counts(it))
                .map(|it| it.lower.clone())
                .collect()
        };
        let (our_words, their_words) = (words(&quoted), words(&found));
        if our_words != their_words {
            self.altered_quoted.extend(our_words.iter().cloned());
            self.altered_found.extend(their_words.iter().cloned());
        }
        let figures = |tokens: &[&Token]| -> Vec<String> {
            tokens
                .iter()
                .filter(|it| is_figure(it))
                .map(|it| it.lower.clone())
                .collect()
        };
        let denials = |words: &[String]| words.iter().filter(|it| is_negation(it)).count();
        let mut named = false;
        if figures(&quoted) != figures(&found) {
            self.number(&ours, &theirs);
            named = true;
        }
        if denials(&our_words) != denials(&their_words) {
            self.found(
                "quotation.negation-changed",
                match (ours.is_empty(), theirs.is_empty()) {
                    (true, false) => format!("the draft leaves out {}", said(&theirs)),
                    (false, true) => format!("the draft adds {}", said(&ours)),
                    _ => format!(
                        "a negation is changed: the draft has {}, the source {}",
                        said(&ours),
                        said(&theirs)
                    ),
                },
                &ours,
                &theirs,
            );
            named = true;
        }
        if !named {
            self.name(&our_words, &their_words, &ours, &theirs);
        }
    }

    fn name(&mut self, our_words: &[String], their_words: &[String], ours: &str, theirs: &str) {
        let (code, message) = match (our_words, their_words) {
            ([], []) => (
                "quotation.punctuation",
                match (ours.is_empty(), theirs.is_empty()) {
                    (false, true) => format!("the draft adds {}", said(ours)),
                    (true, _) => format!("the draft leaves out {}", said(theirs)),
                    _ => format!("the draft has {}, the source {}", said(ours), said(theirs)),
                },
            ),
            ([], _) => (
                "quotation.silent-omission",
                format!("the draft leaves out {} without a mark", said(theirs)),
            ),
            (_, []) => ("quotation.word", format!("the draft adds {}", said(ours))),
            (one, other) if one == other => (
                "quotation.case",
                format!(
                    "the draft has {}, the source {}: capitals differ",
                    said(ours),
                    said(theirs)
                ),
            ),
            _ if are_near(our_words, their_words) => (
                "quotation.spelling",
                format!(
                    "the draft has {}, the source {}{}",
                    said(ours),
                    said(theirs),
                    if mixes_alphabets(&our_words.concat(), &their_words.concat()) {
                        ": letters of another alphabet that look the same"
                    } else {
                        ""
                    }
                ),
            ),
            _ => (
                "quotation.word",
                format!("the draft has {}, the source {}", said(ours), said(theirs)),
            ),
        };
        self.found(code, message, ours, theirs);
    }

    pub(super) fn number(&mut self, ours: &str, theirs: &str) {
        let what = if is_same_value(ours, theirs) {
            "written in another way"
        } else {
            "changed"
        };
        let message = match (ours.is_empty(), theirs.is_empty()) {
            (true, false) => format!(
                "a figure is left out: the draft leaves out {}",
                said(theirs)
            ),
            (false, true) => format!("a figure is added: the draft adds {}", said(ours)),
            _ if ours == theirs => format!("a figure is set in another way: {}", said(ours)),
            _ => format!(
                "a figure is {what}: the draft has {}, the source {}",
                said(ours),
                said(theirs)
            ),
        };
        self.found("quotation.number-changed", message, ours, theirs);
    }
}

/// Whether two figures are one number, in words, in digits, or in digits set in threes: `ten`, `10`, `15000`, `15,000`,
/// `4.5 million`, `4,500,000`.
fn is_same_value(one: &str, other: &str) -> bool {
    value(one).is_some_and(|it| value(other) == Some(it))
}

/// What a figure comes to, in thousandths.
fn value(figure: &str) -> Option<i64> {
    let figure = figure.to_lowercase();
    if let Some(spelled) = spelled(&figure) {
        return spelled.checked_mul(1_000);
    }
    let (figure, times) = match figure.split_once(' ') {
        Some((figure, "hundred")) => (figure, 100),
        Some((figure, "thousand")) => (figure, 1_000),
        Some((figure, "million")) => (figure, 1_000_000),
        Some((figure, "billion")) => (figure, 1_000_000_000),
        Some(_) => return None,
        None => (figure.as_str(), 1),
    };
    let (whole, part) = figure.split_once('.').unwrap_or((figure, ""));
    let is_in_digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let is_set = groups.clone().count() == 0
        || first.len() <= 3 && groups.all(|it| it.len() == 3 && is_in_digits(it));
    let thousandths = if !first.is_empty() && is_in_digits(first) && is_set {
        let part = (part.len() <= 3 && is_in_digits(part)).then(|| format!("{part:0<3}"))?;
        format!("{}{part}", whole.replace(',', "")).parse().ok()?
    } else {
        number(figure)?.checked_mul(1_000)?
    };
    i64::checked_mul(thousandths, times)
}

/// What a number in several words comes to: `three hundred and forty`.
fn spelled(figure: &str) -> Option<i64> {
    let (mut total, mut part) = (0_i64, 0_i64);
    let mut words = figure
        .split_whitespace()
        .filter(|it| *it != "and")
        .peekable();
    // A number stands first: 'thousand and one' is none.
    number(words.peek()?)?;
    for word in words {
        let times = match word {
            "hundred" => {
                part = part.checked_mul(100)?;
                continue;
            }
            "thousand" => 1_000,
            "million" => 1_000_000,
            "billion" => 1_000_000_000,
            word => {
                part = part.checked_add(number(word)?)?;
                continue;
            }
        };
        total = total.checked_add(part.checked_mul(times)?)?;
        part = 0;
    }
    total.checked_add(part)
}

fn is_figure(token: &Token) -> bool {
    match token.sort {
        Sort::Number => true,
        Sort::Symbol => matches!(
            token.folded.as_str(),
            "$" | "€" | "£" | "¥" | "₽" | "₹" | "%" | "‰" | "¢" | "+" | "°"
        ),
        _ => is_number(&token.lower),
    }
}

/// Whether each word is near in spelling to the one in its place.
fn are_near(ours: &[String], theirs: &[String]) -> bool {
    ours.len() == theirs.len()
        && ours
            .iter()
            .zip(theirs)
            .all(|(one, other)| one == other || is_near(one, other))
}

fn mixes_alphabets(one: &str, other: &str) -> bool {
    one.is_ascii() != other.is_ascii()
        && one
            .chars()
            .chain(other.chars())
            .any(|it| matches!(it, '\u{370}'..='\u{52F}'))
}

/// The text of tokens, with a space before words.
pub(super) fn joined(tokens: &[&Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        let tight = text.is_empty()
            || token.sort.is_mark() && !matches!(token.folded.as_str(), "(" | "[" | "\u{2014}")
            || text.ends_with(['(', '[', '$', '€', '£', '-', '"', '/']);
        let _ = write!(text, "{}{}", if tight { "" } else { " " }, token.plain);
    }
    text
}

pub(super) fn said(text: &str) -> String {
    if text.is_empty() {
        "nothing".to_owned()
    } else {
        format!("“{}”", shorten(text))
    }
}

pub(super) fn shorten(text: &str) -> String {
    const SHOWN: usize = 240;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(SHOWN).collect();
    short.push('…');
    short
}

/// Whether a word says something of its own, so that meeting it is no chance.
pub(super) fn tells(token: &Token) -> bool {
    counts(token) && !is_common(&token.lower)
}

/// What a token of a quotation weighs against the others.
pub(super) fn weight(token: &Token) -> f64 {
    if counts(token) {
        1.0
    } else if token.sort.is_mark() {
        0.3
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_in_words_in_digits_in_threes_and_in_millions() {
        for (one, other) in [
            ("ten", "10"),
            ("15000", "15,000"),
            ("Seven", "7"),
            ("1,500,000", "1500000"),
            ("4.5 million", "4,500,000"),
            ("three hundred and forty", "340"),
            ("forty-one thousand two hundred", "41,200"),
            ("3.20", "3.2"),
        ] {
            assert!(is_same_value(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("15,000", "50,000"),
            ("1,5", "15"),
            ("1,500,00", "150000"),
            ("", ""),
            ("a few", "few"),
            ("$50", "50"),
            ("4.5 million", "45,000,000"),
            ("hundred and forty", "140"),
            ("three hundred and forty", "341"),
            ("9999999999 billion", "9999999999 billion"),
        ] {
            assert!(!is_same_value(one, other), "{one} {other}");
        }
    }
}
