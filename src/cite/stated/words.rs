//! A paragraph of a draft as words and sentences, with each quotation as one word that says nothing: what stands between
//! the marks is the source's and states nothing about itself.

use super::super::marks::scan;
use super::super::words::is_speech;

/// A word of a paragraph, without the punctuation around it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is seen of a word by itself"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// It as it stands.
    pub(super) text: String,
    /// In lower case, with a straight apostrophe.
    pub(super) lower: String,
    /// Where it begins and ends in the paragraph, in bytes.
    pub(super) at: (usize, usize),
    /// Whether a comma, semicolon, colon or dash follows it.
    pub(super) pause: bool,
    /// Whether a colon follows it.
    pub(super) colon: bool,
    /// Whether a semicolon follows it.
    pub(super) semicolon: bool,
    /// Whether a dash follows it.
    pub(super) dash: bool,
    /// Whether a bracket opens before it.
    pub(super) opens: bool,
    /// Whether a bracket closes behind it.
    pub(super) closes: bool,
    /// Whether a full stop, question or exclamation mark follows it.
    stop: bool,
    /// Whether it stands for a quotation that ends with a question or exclamation mark.
    pub(super) asks: bool,
    /// Whether it stands for a quotation.
    pub(super) quotation: bool,
}

impl Word {
    /// Whether it begins with a capital.
    pub(super) fn is_capital(&self) -> bool {
        !self.quotation && self.text.starts_with(char::is_uppercase)
    }
}

/// A paragraph's sentences, in order.
pub(super) fn sentences(text: &str) -> Vec<Vec<Word>> {
    let words = words(text);
    let mut begins = vec![0];
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1..).unwrap_or_default();
        if ends(word, next) {
            begins.push(at + 1);
        }
    }
    begins.push(words.len());
    let mut words = words.into_iter();
    begins
        .windows(2)
        .filter_map(|pair| {
            let [from, to] = pair else { return None };
            Some(words.by_ref().take(to - from).collect())
        })
        .filter(|it: &Vec<Word>| !it.is_empty())
        .collect()
}

/// Whether a sentence ends with a word.
fn ends(word: &Word, next: &[Word]) -> bool {
    // 11:50 p.m. Moscow time
    let zoned = is_meridiem(&word.lower) && super::zones::named(next).is_some();
    let begins = next.first().is_none_or(|next| {
        next.quotation
            || (next.is_capital() || next.text.starts_with(|it: char| it.is_ascii_digit()))
                && !abbreviates(word, next)
                && !zoned
            || next.text.starts_with(['@', '['])
    });
    word.stop && begins && !(word.quotation && is_attributed(word, next))
}

/// Whether the words after a quotation say who said it: “Is it open?” Voss asked. A sentence of its own begins with a capital
/// too; where a full stop ends the quotation, only a few words with a verb of speech are no sentence of their own.
fn is_attributed(quotation: &Word, next: &[Word]) -> bool {
    const LEADS: &[&str] = &[
        "then", "later", "and", "but", "so", "when", "after", "before", "in", "on", "at",
    ];
    let plain: Vec<&Word> = next.iter().take(4).take_while(|it| !it.quotation).collect();
    let leads = plain
        .first()
        .is_some_and(|it| LEADS.contains(&it.lower.as_str()));
    let end = plain.iter().enumerate().position(|(at, it)| {
        it.stop && !plain.get(at + 1).is_some_and(|next| abbreviates(it, next))
    });
    let short = quotation.asks || end.is_some();
    let said = plain.iter().take(end.map_or(3, |it| it + 1));
    !leads && short && said.into_iter().any(|it| is_speech(&it.lower))
}

/// Whether the full stop after a word shortens it, and ends no sentence.
fn abbreviates(word: &Word, next: &Word) -> bool {
    const TITLES: &[&str] = &[
        "mr", "mrs", "ms", "dr", "prof", "sen", "rep", "gov", "gen", "col", "lt", "sgt", "st",
        "hon", "rev", "jr", "sr", "no", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept",
        "sep", "oct", "nov", "dec",
    ];
    TITLES.contains(&word.lower.as_str())
        || word.text.chars().count() == 1 && word.is_capital()
        || is_meridiem(&word.lower)
            && (super::dates::month(&next.lower).is_some()
                || super::dates::weekday(&next.lower).is_some())
}

fn is_meridiem(lower: &str) -> bool {
    lower.ends_with("a.m") || lower.ends_with("p.m")
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut from = 0;
    let marks = scan(text);
    let unclosed = marks.unclosed.first().map(|it| (it.0, text.len()));
    let pairs = marks.pairs.iter().map(|it| (it.open, it.end()));
    let mut hidden: Vec<(usize, usize)> = pairs.chain(unclosed).collect();
    hidden.sort_unstable();
    for (open, end) in hidden {
        if open < from {
            continue;
        }
        plain(text, from, open, &mut words);
        let inside = text.get(open..end).unwrap_or_default();
        // French guillemets have a space inside.
        let is_mark = |it: char| matches!(it, '”' | '"' | '»' | '“' | '’' | '」' | '』' | '›');
        let inside = inside.trim_end_matches(|it: char| is_mark(it) || it.is_whitespace());
        words.push(Word {
            text: String::new(),
            lower: String::new(),
            at: (open, end),
            pause: inside.ends_with(','),
            colon: false,
            semicolon: false,
            dash: false,
            opens: false,
            closes: false,
            stop: inside.ends_with(['.', '!', '?', '…']),
            asks: inside.ends_with(['!', '?']),
            quotation: true,
        });
        from = end;
    }
    plain(text, from, text.len(), &mut words);
    words
}

/// Takes the words of a stretch without quotations.
fn plain(text: &str, from: usize, to: usize, words: &mut Vec<Word>) {
    let stretch = text.get(from..to).unwrap_or_default();
    let breaks = |it: char| it.is_whitespace() || matches!(it, '—' | '–');
    let mut begin = 0;
    for (at, letter) in stretch
        .char_indices()
        .chain(std::iter::once((stretch.len(), ' ')))
    {
        if !breaks(letter) {
            continue;
        }
        let chunk = stretch.get(begin..at).unwrap_or_default();
        word(chunk, from + begin, words);
        if !letter.is_whitespace()
            && let Some(last) = words.last_mut()
        {
            last.pause = true;
            last.dash = true;
        }
        begin = at + letter.len_utf8();
    }
}

fn word(chunk: &str, at: usize, words: &mut Vec<Word>) {
    let open = |it: char| matches!(it, '(' | '[' | '{' | '*' | '_');
    let close = |it: char| {
        matches!(
            it,
            ')' | ']' | '}' | '*' | '_' | '.' | ',' | ';' | ':' | '!' | '?' | '…'
        )
    };
    let begun = chunk.trim_start_matches(open);
    let kept = begun.trim_end_matches(close);
    let tail = begun.get(kept.len()..).unwrap_or_default();
    let stop = tail.contains(['.', '!', '?', '…']);
    let pause = tail.contains([',', ';', ':']);
    let colon = tail.contains(':');
    let semicolon = tail.contains(';');
    let opens = chunk.starts_with(['(', '[']);
    let closes = tail.contains([')', ']']);
    if kept.is_empty() {
        // Punctuation alone belongs to what stands before it: “…”.
        if let Some(last) = words.last_mut() {
            last.stop |= stop;
            last.pause |= pause;
            last.colon |= colon;
            last.semicolon |= semicolon;
        }
        return;
    }
    let at = at + (chunk.len() - begun.len());
    words.push(Word {
        text: kept.to_owned(),
        lower: kept.to_lowercase().replace('’', "'"),
        at: (at, at + kept.len()),
        pause,
        colon,
        semicolon,
        dash: false,
        opens,
        closes,
        stop,
        asks: false,
        quotation: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        let shown = |it: &Word| {
            if it.quotation {
                "Q".to_owned()
            } else {
                it.lower.clone()
            }
        };
        sentences(text)
            .iter()
            .map(|it| it.iter().map(shown).collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn quotations_are_one_word_and_sentences_end_where_they_end() {
        assert_eq!(
            cut(
                "About 12 hours later Ashgrove answered. “I don’t know,” he wrote, “who.” Then he asked."
            ),
            [
                "about 12 hours later ashgrove answered",
                "Q he wrote Q",
                "then he asked"
            ]
        );
        assert_eq!(
            cut(
                "“By whom?” By people who were paid to, he said. “Is it open?” Mr. Thrale asked at 9 a.m. on Oct. 3."
            ),
            [
                "Q",
                "by people who were paid to he said",
                "Q mr thrale asked at 9 a.m on oct 3"
            ]
        );
        assert_eq!(
            cut("It said “no”. He left—twice."),
            ["it said Q", "he left twice"]
        );
        assert_eq!(cut(""), Vec::<String>::new());
        assert_eq!(cut("“open and never closed. He said"), ["Q"]);
    }
}
