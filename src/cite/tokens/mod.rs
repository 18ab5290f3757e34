//! Cuts texts into what is compared: words, figures, punctuation; in a draft also dots that leave out, and brackets.

mod brackets;

use std::collections::HashMap;
use std::collections::HashSet;

use super::normal::DASH;
use super::normal::Letter;
use super::normal::Lines;
use super::normal::QUOTE;
use super::normal::is_apostrophe;
use super::normal::letters;

/// Texts are cut in blocks of about this many bytes, so that a long document takes little memory beside its tokens.
const BLOCK: usize = 64 << 10;

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Sort {
    /// Letters.
    Word,
    /// Anything with a digit in it.
    Number,
    /// A sign that is read: `$`, `%`, an emoji.
    Symbol,
    /// Punctuation.
    Mark,
    /// A quotation mark.
    Quote,
    /// Three dots.
    Dots,
    /// Three dots in brackets. In drafts only.
    Gap,
    /// The place at which an attribution cuts a quotation. In drafts only.
    Break,
    /// `[sic]`. In drafts only.
    Sic,
    /// `[emphasis added]`. In drafts only.
    Note,
    /// Words in brackets, as a list of lower-case tokens. In drafts only.
    Bracket(Vec<String>),
    /// A word of which letters stand in brackets: pieces, each with whether it stands in brackets. In drafts only.
    Edited(Vec<(bool, String)>),
}

impl Sort {
    /// Whether it counts as a word.
    pub(super) const fn is_word(&self) -> bool {
        matches!(self, Self::Word | Self::Number | Self::Symbol)
    }

    /// Whether it is punctuation of any sort.
    pub(super) const fn is_mark(&self) -> bool {
        matches!(self, Self::Mark | Self::Quote | Self::Dots)
    }
}

/// One token: what it is, its text after level 2, and the bytes it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) sort: Sort,
    /// After level 1, with the marks of emphasis around it.
    pub(super) plain: String,
    /// After level 2.
    pub(super) folded: String,
    /// After level 2, in lower case.
    pub(super) lower: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The tokens of a text as it stands in the archive.
#[derive(Debug)]
pub(super) struct Prepared {
    /// For each token its kind in `kinds` and its bytes.
    pub(super) tokens: Vec<Place>,
    /// The different tokens.
    pub(super) kinds: Vec<Token>,
    /// The different words, in lower case.
    pub(super) words: HashSet<String>,
}

/// Where a token of an archived text stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) kind: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Prepared {
    /// Cuts an archived text; `escaped` says that it is escaped as in HTML.
    pub(super) fn new(text: &str, lines: Lines, escaped: bool) -> Self {
        let mut prepared = Self {
            tokens: Vec::new(),
            kinds: Vec::new(),
            words: HashSet::new(),
        };
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut name = String::new();
        let mut begin = 0;
        while begin < text.len() {
            let end = block_end(text, begin);
            let block = text.get(begin..end).unwrap_or_default();
            for token in cut(&letters(block, begin, lines, escaped), false) {
                name.clear();
                name.push_str(&token.plain);
                name.push('\0');
                name.push_str(&token.folded);
                let (start, end) = (token.start, token.end);
                let kind = known.get(&name).copied().unwrap_or_else(|| {
                    let kind = prepared.kinds.len();
                    known.insert(name.clone(), kind);
                    if token.sort.is_word() {
                        prepared.words.insert(token.lower.clone());
                    }
                    prepared.kinds.push(token);
                    kind
                });
                prepared.tokens.push(Place { kind, start, end });
            }
            begin = end;
        }
        prepared
    }

    /// The token at an index.
    pub(super) fn token(&self, index: usize) -> Option<&Token> {
        self.tokens
            .get(index)
            .and_then(|place| self.kinds.get(place.kind))
    }
}

fn block_end(text: &str, begin: usize) -> usize {
    if text.len() - begin <= BLOCK + BLOCK / 2 {
        return text.len();
    }
    let from = text.floor_char_boundary(begin + BLOCK);
    let to = text.floor_char_boundary(begin + BLOCK + BLOCK / 2);
    let tail = text.get(from..to).unwrap_or_default();
    let cut = tail
        .find("\n\n")
        .or_else(|| tail.find('\n'))
        .or_else(|| tail.find(char::is_whitespace));
    from + cut.unwrap_or(0)
}

/// The tokens of a quotation in a draft.
pub(super) fn quoted(text: &str) -> Vec<Token> {
    cut(&letters(text, 0, Lines::Written, false), true)
}

/// Letters written without spaces between words: each is a word of its own.
const fn stands_alone(character: char) -> bool {
    matches!(character,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{2E80}'..='\u{2FDF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

const fn is_punctuation(character: char) -> bool {
    matches!(
        character,
        '.' | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '('
            | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | '-'
            | '/'
            | '\\'
            | '*'
            | '_'
            | '>'
            | '<'
            | '|'
            | '\u{A1}'
            | '\u{BF}'
            | '\u{B7}'
            | '\u{2022}'
            | DASH
            | '\u{3001}'
            | '\u{3002}'
            | '\u{FF01}'
            | '\u{FF08}'
            | '\u{FF09}'
            | '\u{FF0C}'
            | '\u{FF0E}'
            | '\u{FF1A}'
            | '\u{FF1B}'
            | '\u{FF1F}'
            | '\u{060C}'
            | '\u{061B}'
            | '\u{061F}'
            | '\u{06D4}'
            | '\u{0964}'
            | '\u{0965}'
            | '\u{0589}'
    )
}

fn is_letter(letter: &Letter) -> bool {
    letter.plain.is_alphanumeric()
        || unicode_normalization::char::is_combining_mark(letter.plain)
        || matches!(letter.plain, '\u{200C}' | '\u{200D}')
}

struct Cutter<'a> {
    letters: &'a [Letter],
    draft: bool,
    tokens: Vec<Token>,
    /// Letters of an opened emphasis, and how many there are, with where the closing ones stand.
    closing: Vec<usize>,
}

fn cut(letters: &[Letter], draft: bool) -> Vec<Token> {
    let mut cutter = Cutter {
        letters,
        draft,
        tokens: Vec::new(),
        closing: Vec::new(),
    };
    let mut at = 0;
    while at < letters.len() {
        at = cutter.step(at).max(at + 1);
    }
    cutter.tokens
}

impl Cutter<'_> {
    fn folded(&self, at: usize) -> Option<char> {
        self.letters.get(at).map(|it| it.folded)
    }

    fn is_digit(&self, at: usize) -> bool {
        self.folded(at).is_some_and(char::is_numeric)
    }

    fn is_letter(&self, at: usize) -> bool {
        self.letters.get(at).is_some_and(is_letter)
    }

    fn after_space(&self, at: usize) -> bool {
        at == 0 || self.folded(at - 1).is_none_or(|it| it == ' ')
    }

    fn push(&mut self, sort: Sort, from: usize, to: usize, folded: String) {
        let Some(all) = self.letters.get(from..to).filter(|all| !all.is_empty()) else {
            return;
        };
        self.tokens.push(Token {
            sort,
            plain: all.iter().map(|it| it.plain).collect(),
            lower: folded.to_lowercase(),
            folded,
            start: all.first().map_or(0, |it| it.start),
            end: all.last().map_or(0, |it| it.end),
        });
    }

    fn step(&mut self, at: usize) -> usize {
        let Some(letter) = self.letters.get(at) else {
            return at;
        };
        match letter.folded {
            ' ' => at + 1,
            '*' | '_' if self.emphasis(at).is_some() => self.emphasis(at).unwrap_or(at),
            '.' | '\u{2026}' => self.dots(at),
            '-' | DASH => self.dash(at),
            '[' | '(' if self.draft => self.bracket(at),
            QUOTE => {
                let doubled = is_apostrophe(letter.plain)
                    && self.letters.get(at + 1).map(|it| it.plain) == Some(letter.plain);
                let to = at + 1 + usize::from(doubled);
                self.push(Sort::Quote, at, to, QUOTE.to_string());
                to
            }
            _ if is_letter(letter) => self.word(at, at),
            other => {
                let sort = if is_punctuation(other) {
                    Sort::Mark
                } else {
                    Sort::Symbol
                };
                self.push(sort, at, at + 1, other.to_string());
                at + 1
            }
        }
    }

    /// A word or a figure that begins at `from`; its letters are read from `at`.
    fn word(&mut self, from: usize, mut at: usize) -> usize {
        if from == at && self.folded(at).is_some_and(stands_alone) {
            let folded = self.folded(at).map(String::from).unwrap_or_default();
            self.push(Sort::Word, at, at + 1, folded);
            return at + 1;
        }
        let mut number = false;
        while let Some(letter) = self.letters.get(at) {
            let inside = at > from && self.is_letter(at - 1) && self.is_letter(at + 1);
            let apostrophe = letter.folded == QUOTE && is_apostrophe(letter.plain) && inside;
            let figure = matches!(letter.folded, '.' | ',' | ':' | '/')
                && at > from
                && self.is_digit(at - 1)
                && self.is_digit(at + 1);
            if !(is_letter(letter) && !stands_alone(letter.folded) || apostrophe || figure) {
                break;
            }
            number |= letter.folded.is_numeric();
            at += 1;
        }
        let folded: String = self
            .letters
            .get(from..at)
            .unwrap_or_default()
            .iter()
            .map(|it| if it.folded == QUOTE { '\'' } else { it.folded })
            .collect();
        self.push(
            if number { Sort::Number } else { Sort::Word },
            from,
            at,
            folded,
        );
        at
    }

    /// Where reading goes on after marks of emphasis (`*so*`, `__so__`), or nothing where they are none.
    fn emphasis(&mut self, at: usize) -> Option<usize> {
        let mark = self.folded(at)?;
        let rest = self.letters.get(at..)?;
        let length = rest
            .iter()
            .take(4)
            .take_while(|it| it.folded == mark)
            .count();
        if let Some(found) = self.closing.iter().position(|it| *it == at) {
            self.closing.swap_remove(found);
            return Some(at + length);
        }
        // In a draft brackets may be set in italics, as `[sic]` is.
        let opens =
            |it: &Self, at: usize| it.is_letter(at) || it.draft && it.folded(at) == Some('[');
        if length > 3 || (at > 0 && self.is_letter(at - 1)) || !opens(self, at + length) {
            return None;
        }
        let mut index = at + length;
        let limit = index + 200;
        while index < limit.min(self.letters.len()) {
            let run = self
                .letters
                .get(index..)?
                .iter()
                .take(4)
                .take_while(|it| it.folded == mark)
                .count();
            if run == length && !self.is_letter(index + run) && self.folded(index - 1) != Some(' ')
            {
                self.closing.push(index);
                return Some(at + length);
            }
            index += run.max(1);
        }
        None
    }

    fn dots(&mut self, at: usize) -> usize {
        if self.folded(at) == Some('\u{2026}') {
            self.push(Sort::Dots, at, at + 1, "\u{2026}".to_owned());
            return at + 1;
        }
        let mut ends = Vec::new();
        let mut index = at;
        while self.folded(index) == Some('.') {
            index += 1;
            ends.push(index);
            if self.folded(index) == Some(' ') && self.folded(index + 1) == Some('.') {
                index += 1;
            }
        }
        let (first, last) = (at + 1, ends.last().copied().unwrap_or(at + 1));
        if ends.len() < 3 {
            self.push(Sort::Mark, at, first, ".".to_owned());
            return first;
        }
        if ends.len() == 4 && !self.after_space(at) {
            self.push(Sort::Mark, at, first, ".".to_owned());
            let from = if self.folded(first) == Some(' ') {
                first + 1
            } else {
                first
            };
            self.push(Sort::Dots, from, last, "\u{2026}".to_owned());
        } else {
            self.push(Sort::Dots, at, last, "\u{2026}".to_owned());
        }
        last
    }

    fn dash(&mut self, at: usize) -> usize {
        let run = self
            .letters
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take_while(|it| matches!(it.folded, '-' | DASH))
            .count();
        let to = at + run;
        let spaced = self.after_space(at) && self.folded(to).is_none_or(|it| it == ' ');
        let hyphen = self.folded(at) == Some('-');
        if run == 1 && hyphen && self.after_space(at) && self.is_digit(at + 1) {
            return self.word(at, at + 1);
        }
        let range = run == 1 && at > 0 && self.is_digit(at - 1) && self.is_digit(at + 1);
        let folded = if run == 1 && (hyphen || range) && !spaced {
            '-'
        } else {
            DASH
        };
        self.push(Sort::Mark, at, to, folded.to_string());
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_of(text: &str) -> Vec<String> {
        quoted(text).into_iter().map(|it| it.folded).collect()
    }

    #[test]
    fn figures_are_kept_whole() {
        assert_eq!(
            cut_of("$15,000 at 9:29, 3.5%."),
            ["$", "15,000", "at", "9:29", ",", "3.5", "%", "."]
        );
        assert_eq!(cut_of("from -5 to 10th"), ["from", "-5", "to", "10th"]);
    }

    #[test]
    fn brackets_are_told_apart() {
        let sorts: Vec<Sort> = quoted("[T]he walk[ed] [sic] [...] [emphasis added] [Peter Voss]")
            .into_iter()
            .map(|it| it.sort)
            .collect();
        assert_eq!(sorts.len(), 6);
        assert!(matches!(sorts.first(), Some(Sort::Edited(_))));
        assert!(matches!(sorts.get(1), Some(Sort::Edited(pieces)) if pieces.len() == 2));
        assert_eq!(sorts.get(2), Some(&Sort::Sic));
        assert_eq!(sorts.get(3), Some(&Sort::Gap));
        assert_eq!(sorts.get(4), Some(&Sort::Note));
        assert_eq!(
            sorts.get(5),
            Some(&Sort::Bracket(vec!["peter".into(), "voss".into()]))
        );
    }

    #[test]
    fn dots_and_dashes_fold_to_one_shape() {
        assert_eq!(
            cut_of("a . . . b ... c … d"),
            ["a", "…", "b", "…", "c", "…", "d"]
        );
        assert_eq!(
            cut_of("a -- b — c - d"),
            ["a", "—", "b", "—", "c", "—", "d"]
        );
        assert_eq!(cut_of("out. . . . Then"), ["out", ".", "…", "Then"]);
        assert_eq!(cut_of("well-known"), ["well", "-", "known"]);
    }

    #[test]
    fn emphasis_is_dropped_only_in_pairs() {
        assert_eq!(cut_of("I *never* said"), ["I", "never", "said"]);
        assert_eq!(cut_of("f*** it"), ["f", "*", "*", "*", "it"]);
    }
}
