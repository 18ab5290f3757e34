//! How text is cut into the words that can be looked up. The same cut serves the index, the question and the snippet, so
//! that what is found is what is shown.
//!
//! A word is a run of letters and digits, in lower case and NFC. Numbers stay whole (`15,000`, `9:29`). Every apostrophe,
//! straight or curly, parts two words, so that a name is found in its possessive and `don't` is looked up as the phrase
//! `don t`. Soft hyphens, zero-width characters, bidirectional controls and variation selectors inside a word are as if
//! they were not there; the ligatures U+FB00 to U+FB04 are their letters. Scripts written without spaces (Han, kana,
//! Hangul, Thai, Lao, Khmer, Burmese) give one word per letter: their words are found as phrases.
//!
//! Our own tokenizer because those of the index library cut `15,000` in two, know neither NFC nor soft hyphens, and
//! leave a line of Chinese as a single word.

use std::borrow::Cow;

use tantivy::tokenizer::Token;
use tantivy::tokenizer::TokenStream;
use tantivy::tokenizer::Tokenizer;
use unicode_normalization::IsNormalized;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::is_nfc_quick;

/// Name of this cut in the index's schema; any change of the rules above is a new name, and indexes are begun anew.
pub(super) const NAME: &str = "fonds-words-1";

/// Longest word in bytes; what lies beyond it is not told apart.
const LONGEST: usize = 200;

/// The cut, as the index library wants it.
#[derive(Clone, Default)]
pub(super) struct Words {
    token: Token,
}

/// The words of one text.
pub(super) struct WordStream<'a> {
    text: &'a str,
    next: usize,
    token: &'a mut Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream {
            text,
            next: 0,
            token: &mut self.token,
        }
    }
}

/// The text in NFC: itself where it is so already.
pub(super) fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Vec<String> {
    let text = composed(text);
    let mut cut = Words::default();
    let mut stream = cut.token_stream(&text);
    let mut words = Vec::new();
    while stream.advance() {
        words.push(stream.token().text.clone());
    }
    words
}

/// Whether a character shows nothing and parts nothing.
fn is_ignored(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a letter belongs to a script written without spaces.
fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether the byte at `at` is a point, comma or colon between two digits.
fn joins_digits(bytes: &[u8], at: usize) -> bool {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    matches!(bytes.get(at), Some(b'.' | b',' | b':'))
        && at.checked_sub(1).is_some_and(digit)
        && digit(at + 1)
}

impl WordStream<'_> {
    fn letter_at(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }

    /// Takes the word that begins at `start` as long as it is ASCII; nothing where another character touches it.
    fn take_ascii(&mut self, start: usize) -> bool {
        let bytes = self.text.as_bytes();
        let mut end = start;
        while let Some(byte) = bytes.get(end) {
            if byte.is_ascii_alphanumeric() || joins_digits(bytes, end) {
                end += 1;
            } else if byte.is_ascii() {
                break;
            } else {
                return false;
            }
        }
        let kept = end.min(start + LONGEST);
        let word = self.text.get(start..kept).unwrap_or_default();
        self.token.text.push_str(word);
        self.token.text.make_ascii_lowercase();
        self.end(start, end);
        true
    }

    /// Takes the word that begins at `start`, whatever its script.
    fn take_any(&mut self, start: usize) {
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut end = start;
        let mut alone = false;
        while let Some(letter) = self.letter_at(at) {
            let next = at + letter.len_utf8();
            if is_ignored(letter) {
                at = next;
                continue;
            }
            if is_combining_mark(letter) {
                self.push(letter);
            } else if is_unspaced(letter) && letter.is_alphanumeric() {
                if at != start {
                    break;
                }
                alone = true;
                self.push(letter);
            } else if !alone && (letter.is_alphanumeric() || joins_digits(bytes, at)) {
                self.push(letter);
            } else {
                break;
            }
            at = next;
            end = next;
        }
        if is_nfc_quick(self.token.text.chars()) != IsNormalized::Yes {
            self.token.text = self.token.text.nfc().collect();
        }
        self.end(start, end);
    }

    fn push(&mut self, letter: char) {
        let word = &mut self.token.text;
        if word.len() >= LONGEST {
            return;
        }
        match letter {
            'ς' => word.push('σ'),
            'ﬀ' => word.push_str("ff"),
            'ﬁ' => word.push_str("fi"),
            'ﬂ' => word.push_str("fl"),
            'ﬃ' => word.push_str("ffi"),
            'ﬄ' => word.push_str("ffl"),
            _ => word.extend(letter.to_lowercase()),
        }
    }

    fn end(&mut self, start: usize, end: usize) {
        self.token.offset_from = start;
        self.token.offset_to = end;
        self.token.position = self.token.position.wrapping_add(1);
        self.next = end;
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.next) {
            if byte.is_ascii_alphanumeric() {
                let start = self.next;
                if !self.take_ascii(start) {
                    self.take_any(start);
                }
                return true;
            }
            if byte.is_ascii() {
                self.next += 1;
                continue;
            }
            let Some(letter) = self.letter_at(self.next) else {
                return false;
            };
            if letter.is_alphanumeric() {
                self.take_any(self.next);
                return true;
            }
            self.next += letter.len_utf8();
        }
        false
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(text: &str) -> String {
        words(text).join("|")
    }

    #[test]
    fn numbers_and_times_stay_whole() {
        assert_eq!(
            cut("$15,000 at 9:29 am. In 2023, 3.5"),
            "15,000|at|9:29|am|in|2023|3.5"
        );
    }

    #[test]
    fn apostrophes_of_any_form_part_words_alike() {
        assert_eq!(cut("Don't"), "don|t");
        assert_eq!(cut("Don’t"), cut("Don't"));
        assert_eq!(cut("Voss’s"), "voss|s");
    }

    #[test]
    fn case_composition_and_invisible_characters_are_folded() {
        assert_eq!(cut("E\u{301}TÉ"), "été");
        assert_eq!(cut("har\u{ad}bor\u{200b}s"), "harbors");
        assert_eq!(cut("Con\u{202e}ﬁrm"), "confirm");
        assert_eq!(cut("ΟΔΟΣ ὁδός"), "οδοσ|ὁδόσ");
    }

    #[test]
    fn scripts_without_spaces_give_a_word_for_each_letter() {
        assert_eq!(cut("港は安全でない OK"), "港|は|安|全|で|な|い|ok");
        assert_eq!(cut("A港B"), "a|港|b");
    }

    #[test]
    fn a_run_without_end_is_one_short_word() {
        let words = words(&"é".repeat(100_000));
        assert_eq!(words.len(), 1);
        assert!(words[0].len() <= LONGEST + 4);
    }

    proptest! {
        #[test]
        fn every_word_lies_where_it_is_said_to_lie(text in any::<String>()) {
            let mut cut = Words::default();
            let mut stream = cut.token_stream(&text);
            let mut last = 0;
            while stream.advance() {
                let token = stream.token();
                prop_assert!(token.offset_from >= last && token.offset_to > token.offset_from);
                prop_assert!(text.get(token.offset_from..token.offset_to).is_some());
                prop_assert!(!token.text.is_empty());
                last = token.offset_to;
            }
        }

        #[test]
        fn composed_and_decomposed_text_give_the_same_words(text in any::<String>()) {
            let composed: String = text.nfc().collect();
            let apart: String = text.nfd().collect();
            prop_assert_eq!(words(&composed), words(&apart));
        }
    }
}
