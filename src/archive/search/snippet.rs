//! The words around a match, on one line, with nothing in them that a terminal or a reader could be fooled by.

use std::collections::VecDeque;
use std::ops::Range;

use tantivy::tokenizer::TokenStream as _;
use tantivy::tokenizer::Tokenizer as _;

use super::query::Term;
use super::words::Words;
use super::words::composed;
use crate::record::visible;

/// Characters shown before the first match.
const BEFORE: usize = 40;

/// Characters shown after it.
const AFTER: usize = 70;

/// Part of a snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Whether this is what was asked for.
    pub hit: bool,
    /// The words, in NFC, on one line, with control characters made visible.
    pub text: String,
}

/// A line of the text around the first match, each match in square brackets.
pub fn snippet(text: &str, terms: &[Term]) -> String {
    pieces(text, terms)
        .into_iter()
        .map(|piece| {
            if piece.hit {
                format!("[{}]", piece.text)
            } else {
                piece.text
            }
        })
        .collect()
}

/// A line of the text around the first match, in pieces; the beginning of the text where nothing matches.
pub fn pieces(text: &str, terms: &[Term]) -> Vec<Piece> {
    let wanted: Vec<Vec<String>> = terms
        .iter()
        .map(Term::words)
        .filter(|words| !words.is_empty())
        .collect();
    // The whole text is composed, if it is not already: places of matches are places in the composed text.
    let text = composed(text);
    let matches = matches(&text, &wanted);
    let (first, last) = match (matches.first(), matches.last()) {
        (Some(first), Some(last)) => (first.start, last.end),
        _ => (0, 0),
    };
    let from = back(&text, first);
    let until = forward(&text, last.max(first));
    let mut pieces = Vec::new();
    let mut plain = |range: Range<usize>, hit: bool| {
        let shown = visible(text.get(range).unwrap_or_default());
        if !shown.is_empty() {
            pieces.push(Piece { hit, text: shown });
        }
    };
    let mut at = from;
    for found in &matches {
        plain(at..found.start, false);
        plain(found.start..found.end, true);
        at = found.end;
    }
    plain(at..until, false);
    if from > 0
        && let Some(first) = pieces.first_mut()
    {
        first.text.insert(0, '…');
    }
    if until < text.len() {
        pieces.push(Piece {
            hit: false,
            text: "…".to_owned(),
        });
    }
    trim(&mut pieces);
    pieces
}

/// The first match and those that follow it closely, without overlaps, in order.
fn matches(text: &str, wanted: &[Vec<String>]) -> Vec<Range<usize>> {
    let longest = wanted.iter().map(Vec::len).max().unwrap_or(0);
    let mut found: Vec<Range<usize>> = Vec::new();
    if longest == 0 {
        return found;
    }
    let mut recent: VecDeque<(String, Range<usize>)> = VecDeque::with_capacity(longest + 1);
    let mut cut = Words::default();
    let mut stream = cut.token_stream(text);
    while stream.advance() {
        let token = stream.token();
        if found
            .first()
            .is_some_and(|first| token.offset_from > first.end.saturating_add(AFTER))
        {
            break;
        }
        if recent.len() == longest {
            recent.pop_front();
        }
        recent.push_back((token.text.clone(), token.offset_from..token.offset_to));
        for words in wanted {
            let Some(start) = recent.len().checked_sub(words.len()) else {
                continue;
            };
            let met = recent.range(start..);
            if met.clone().zip(words).all(|((met, _), word)| met == word) {
                let begin = met
                    .clone()
                    .next()
                    .map_or(token.offset_from, |(_, at)| at.start);
                // A longer match swallows the shorter ones inside it.
                while found.last().is_some_and(|last| last.start >= begin) {
                    found.pop();
                }
                if found.last().is_none_or(|last| last.end <= begin) {
                    found.push(begin..token.offset_to);
                }
            }
        }
    }
    found
}

/// Where the context before `at` begins: at a word, about [`BEFORE`] characters earlier.
fn back(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let Some((far, _)) = before.char_indices().rev().nth(BEFORE) else {
        return 0;
    };
    let window = before.get(far..).unwrap_or_default();
    window
        .char_indices()
        .find(|(_, letter)| letter.is_whitespace())
        .map_or(far, |(space, letter)| far + space + letter.len_utf8())
}

/// Where the context after `at` ends.
fn forward(text: &str, at: usize) -> usize {
    let after = text.get(at..).unwrap_or_default();
    let Some((far, _)) = after.char_indices().nth(AFTER) else {
        return text.len();
    };
    let window = after.get(..far).unwrap_or_default();
    at + window
        .char_indices()
        .rev()
        .find(|(_, letter)| letter.is_whitespace())
        .map_or(far, |(space, _)| space)
}

fn trim(pieces: &mut [Piece]) {
    if let Some(first) = pieces.first_mut() {
        first.text = first.text.trim_start().to_owned();
    }
    if let Some(last) = pieces.last_mut() {
        last.text = last.text.trim_end().to_owned();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parse_words;
    use super::*;

    fn shown(text: &str, asked: &str) -> String {
        snippet(text, &parse_words(&[asked.to_owned()]))
    }

    #[test]
    fn the_match_stands_in_brackets_with_some_context() {
        assert_eq!(
            shown(
                "everyone knew the harbor was never safe",
                "harbor was never safe"
            ),
            "everyone knew the [harbor was never safe]"
        );
        let long = format!(
            "{} the Harbor’s end {}",
            "before ".repeat(50),
            "after ".repeat(50)
        );
        insta::assert_snapshot!(shown(&long, "\"harbor's end\""), @"…before before before before before the [Harbor’s end] after after after after after after after after after after after…");
    }

    #[test]
    fn several_words_are_each_marked() {
        assert_eq!(
            shown("safe, the harbor was never safe", "\"never safe\" harbor"),
            "safe, the [harbor] was [never safe]"
        );
        assert_eq!(shown("never safe", "\"never safe\" safe"), "[never safe]");
    }

    #[test]
    fn what_can_fool_a_reader_is_named() {
        assert_eq!(
            shown("a\u{202e}b\u{1b}[31m\n\n  wire\tx", "wire"),
            "a⟨U+202E⟩b⟨U+001B⟩[31m [wire] x"
        );
    }

    #[test]
    fn without_a_match_the_beginning_is_shown() {
        assert_eq!(shown("  Dear Ada,\nthe", "wire"), "Dear Ada, the");
        assert_eq!(shown("", "wire"), "");
    }

    proptest! {
        #[test]
        fn any_text_and_question_give_one_short_line(text in any::<String>(), asked in any::<String>()) {
            let line = shown(&text, &asked);
            prop_assert!(!line.chars().any(char::is_control));
        }
    }
}
