//! Marks of notes that were typed in a text: a figure, a letter or a star raised above the line behind a word.
//!
//! They are no part of the word: “I burned¹ it” says “I burned it”. What is raised behind a figure or a single letter is
//! (4th, x²), and so is what is no such mark.

use std::ops::Range;

use crate::cite::builder::Builder;

/// Characters of a word that are looked at, at most.
const LONGEST: usize = 24;
/// Bytes of the mark of a note, at most.
const MARK: usize = 24;
/// Units of length, which are raised to a power.
const UNITS: &[&str] = &["km", "hm", "dm", "cm", "mm", "ft", "yd", "mi"];

/// Puts the words of one paragraph into a builder, but for such marks.
#[derive(Debug, Default)]
pub(in crate::cite) struct Raised {
    /// The word that was put last, and the last character.
    word: String,
    last: Option<char>,
    /// What is raised and may be a mark, with where it stood.
    held: Vec<(String, Range<usize>)>,
    /// Whether what is raised is no mark.
    passes: bool,
}

impl Raised {
    /// Puts words that stand in the line.
    pub(in crate::cite) fn put(&mut self, words: &str, at: &Range<usize>, builder: &mut Builder) {
        self.settle(builder);
        self.add(words, at, builder);
    }

    /// Puts words that are raised.
    pub(in crate::cite) fn raise(&mut self, words: &str, at: &Range<usize>, builder: &mut Builder) {
        if self.passes {
            self.add(words, at, builder);
            return;
        }
        self.held.push((words.to_owned(), at.clone()));
        if !may_be_mark(&self.raised()) {
            self.let_go(builder);
            self.passes = true;
        }
    }

    /// What is raised ends here: it is put, unless it is the mark of a note.
    pub(in crate::cite) fn settle(&mut self, builder: &mut Builder) {
        if self.is_mark() {
            self.held.clear();
        }
        self.let_go(builder);
        self.passes = false;
    }

    /// White space, which the caller puts, stands here.
    pub(in crate::cite) fn space(&mut self, builder: &mut Builder) {
        self.settle(builder);
        self.word.clear();
        self.last = Some(' ');
    }

    fn let_go(&mut self, builder: &mut Builder) {
        for (words, at) in std::mem::take(&mut self.held) {
            self.add(&words, &at, builder);
        }
    }

    fn add(&mut self, words: &str, at: &Range<usize>, builder: &mut Builder) {
        for character in words.chars() {
            if !character.is_alphanumeric() {
                self.word.clear();
            } else if self.word.len() < LONGEST {
                self.word.push(character);
            }
            self.last = Some(character);
        }
        builder.text_from(words, at);
    }

    fn raised(&self) -> String {
        self.held.iter().map(|it| it.0.as_str()).collect()
    }

    fn is_mark(&self) -> bool {
        let raised = self.raised();
        let raised = raised.trim();
        let is_sign = raised.contains(['*', '†', '‡', '[', '(']);
        let says = is_sign || raised.contains(|it: char| it.is_ascii_alphanumeric());
        let Some(last) = self.last.filter(|it| !it.is_whitespace()) else {
            return false;
        };
        if !says || !may_be_mark(raised) {
            return false;
        }
        if is_sign {
            return true;
        }
        let one_letter = self.word.chars().count() == 1;
        // XIXᵉ: an ordinal, as 4th is.
        let is_roman = !self.word.is_empty() && self.word.chars().all(|it| "IVXLCDM".contains(it));
        let is_letter = raised.contains(|it: char| it.is_ascii_alphabetic());
        let is_power = matches!(raised, "2" | "3") && UNITS.contains(&self.word.as_str());
        !(last.is_numeric() || one_letter || is_roman && is_letter || is_power)
    }
}

/// Whether raised words are, so far as they go, the mark of a note: figures, single letters, stars, daggers, and brackets
/// around these.
fn may_be_mark(words: &str) -> bool {
    const SIGNS: &[char] = &['*', '†', '‡', '[', ']', '(', ')', ',', ';', '-', '–', ' '];
    let mut behind_letter = false;
    let is_short = words.len() <= MARK;
    let fits = |it: char| {
        let is_letter = it.is_ascii_alphabetic();
        let fits = it.is_ascii_digit() || SIGNS.contains(&it) || is_letter && !behind_letter;
        behind_letter = is_letter;
        fits
    };
    is_short && words.chars().all(fits)
}
