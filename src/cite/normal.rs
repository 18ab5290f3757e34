//! What is folded before words are compared, and nothing else (`norm/2`).
//!
//! Level 1 is encoding: NFC (never NFKC, which would make different characters equal), white space, characters that show
//! nothing, ligatures of the typesetter, hyphens at the ends of printed lines, the escapes of a text that is known to be
//! escaped as in HTML. Level 2 is typography: the shapes of
//! quotation marks, apostrophes, hyphens and dashes. A verdict can be reproduced from the version that stands in the report.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Version of the tables in this file.
pub const VERSION: &str = "norm/2";

/// The mark to which quotation marks of every shape fold.
pub(super) const QUOTE: char = '"';
/// The mark to which dashes of every length fold.
pub(super) const DASH: char = '\u{2014}';

/// The names by which HTML escapes characters, as far as programs that export text use them; `&#8217;` and `&#x2019;` are
/// read besides.
const ESCAPES: [(&str, char); 14] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{A0}'),
    ("hellip", '\u{2026}'),
    ("ndash", '\u{2013}'),
    ("mdash", '\u{2014}'),
    ("lsquo", '\u{2018}'),
    ("rsquo", '\u{2019}'),
    ("ldquo", '\u{201C}'),
    ("rdquo", '\u{201D}'),
    ("shy", '\u{AD}'),
];

/// Bytes of an escape with its `&` and `;`, at most.
const LONGEST_ESCAPE: usize = 12;

/// How broken lines are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// A hyphen at the end of a line is a hyphen.
    Written,
    /// A hyphen at the end of a line breaks a word, which is joined again.
    Joined,
    /// A hyphen at the end of a line belongs to the word, whose second half follows on the next line.
    Hyphenated,
}

/// One character after folding, and the bytes it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letter {
    /// First byte in the text.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
    /// After level 1.
    pub(super) plain: char,
    /// After level 2.
    pub(super) folded: char,
}

/// Whether a character shows nothing and is left out of the comparison.
pub(super) const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{FE0E}' | '\u{FE0F}'
    ) || is_direction(character)
}

/// Whether a character steers the direction of writing.
pub(super) const fn is_direction(character: char) -> bool {
    matches!(
        character,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    )
}

/// Whether a character can make a text look other than it is: overrides and isolates of direction.
pub(super) const fn reorders(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character is a quotation mark, an apostrophe or a prime.
pub(super) const fn is_quote(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '`' | '\u{00B4}' | '\u{02BC}' | '\u{00AB}' | '\u{00BB}' | '\u{2018}'
            ..='\u{201F}' | '\u{2032}' | '\u{2033}' | '\u{2035}' | '\u{2036}' | '\u{2039}'
                | '\u{203A}' | '\u{300C}'..='\u{300F}' | '\u{FF02}' | '\u{FF07}'
    )
}

/// Whether a quotation mark can stand for an apostrophe.
pub(super) const fn is_apostrophe(character: char) -> bool {
    matches!(
        character,
        '\'' | '`' | '\u{00B4}' | '\u{02BC}' | '\u{2018}' | '\u{2019}' | '\u{2032}' | '\u{FF07}'
    )
}

const fn fold(character: char) -> char {
    match character {
        '\u{2010}' | '\u{2011}' | '\u{2212}' => '-',
        '\u{2012}'..='\u{2015}' => DASH,
        other if is_quote(other) => QUOTE,
        other => other,
    }
}

const fn ligature(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{FB00}' => "ff",
        '\u{FB01}' => "fi",
        '\u{FB02}' => "fl",
        '\u{FB03}' => "ffi",
        '\u{FB04}' => "ffl",
        _ => return None,
    })
}

/// Whether a character composes with the one before it: combining marks, and the later letters of a Hangul syllable.
fn joins(character: char) -> bool {
    is_combining_mark(character)
        || matches!(character, '\u{1161}'..='\u{1175}' | '\u{11A8}'..='\u{11C2}')
}

/// The letters of a text. `offset` is added to the positions; `escaped` says that it is escaped as in HTML.
pub(super) fn letters(text: &str, offset: usize, lines: Lines, escaped: bool) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(text.len());
    let mut characters = text.char_indices().peekable();
    let mut line_start = true;
    while let Some((at, first)) = characters.next() {
        let start = offset + at;
        if escaped
            && first == '&'
            && let Some((plain, length)) = escape(text.get(at..).unwrap_or_default())
        {
            while characters
                .next_if(|(next, _)| *next < at + length)
                .is_some()
            {}
            line_start = false;
            let end = start + length;
            if is_invisible(plain) {
                continue;
            }
            letters.push(if plain.is_whitespace() {
                space(start, end)
            } else {
                Letter {
                    start,
                    end,
                    plain,
                    folded: fold(plain),
                }
            });
            continue;
        }
        if line_start && first == '>' {
            // The mark of a quoted line in a reply is no part of the words.
            letters.push(space(start, start + 1));
            continue;
        }
        line_start = first == '\n' || (line_start && first.is_whitespace());
        if is_invisible(first) {
            continue;
        }
        if first.is_whitespace() {
            letters.push(space(start, start + first.len_utf8()));
            continue;
        }
        if let Some(long) = ligature(first) {
            let end = start + first.len_utf8();
            letters.extend(long.chars().map(|plain| Letter {
                start,
                end,
                plain,
                folded: plain,
            }));
            continue;
        }
        let mut end = at + first.len_utf8();
        while let Some((next, character)) = characters.peek().copied() {
            if !joins(character) && !is_invisible(character) || end - at > 256 {
                break;
            }
            end = next + character.len_utf8();
            characters.next();
        }
        let whole = text.get(at..end).unwrap_or_default();
        let mut push = |plain: char| {
            letters.push(Letter {
                start,
                end: offset + end,
                plain,
                folded: fold(plain),
            });
        };
        if whole.len() == first.len_utf8() && first.is_ascii() {
            push(first);
        } else {
            whole.nfc().filter(|it| !is_invisible(*it)).for_each(push);
        }
    }
    if lines != Lines::Written {
        mend(&mut letters, text, offset, lines);
    }
    letters
}

/// Bytes of a text that are folded at one time.
const STRETCH: usize = 64 << 10;

/// The letters of a text after level 2, runs of white space as one space, none at its ends.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let most = rest.floor_char_boundary(STRETCH.min(rest.len()));
        // Stretches end at a space, so that no letter is cut from the mark that composes with it.
        let end = if most == rest.len() {
            most
        } else {
            let (stretch, _) = rest.split_at(most);
            stretch.rfind(' ').map_or(most, |at| at + 1)
        };
        let (stretch, after) = rest.split_at(end);
        rest = after;
        for letter in letters(stretch, 0, Lines::Written, false) {
            if letter.folded == ' ' && (folded.is_empty() || folded.ends_with(' ')) {
                continue;
            }
            folded.push(letter.folded);
        }
    }
    folded.truncate(folded.trim_end_matches(' ').len());
    folded
}

/// The character that an escape at the start of a text stands for, and the escape's length.
fn escape(text: &str) -> Option<(char, usize)> {
    let end = text
        .bytes()
        .take(LONGEST_ESCAPE)
        .position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let character = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|it| !it.is_control() || it.is_whitespace())?
        }
        None => ESCAPES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((character, end + 1))
}

/// A text without its escapes, for looking whether words stand in it.
pub(super) fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut from = 0;
    for at in memchr::memchr_iter(b'&', text.as_bytes()) {
        if at >= from
            && let Some((character, length)) = escape(text.get(at..).unwrap_or_default())
        {
            plain.push_str(text.get(from..at).unwrap_or_default());
            plain.push(character);
            from = at + length;
        }
    }
    if from == 0 {
        return None;
    }
    plain.push_str(text.get(from..).unwrap_or_default());
    Some(plain)
}

const fn space(start: usize, end: usize) -> Letter {
    Letter {
        start,
        end,
        plain: ' ',
        folded: ' ',
    }
}

/// Joins words broken at the end of a line: letter, hyphen, line feed, lower-case letter.
fn mend(letters: &mut Vec<Letter>, text: &str, offset: usize, lines: Lines) {
    let mut kept: Vec<Letter> = Vec::with_capacity(letters.len());
    let mut index = 0;
    while let Some(letter) = letters.get(index).copied() {
        index += 1;
        let broken = letter.folded == '-' && kept.last().is_some_and(|it| it.plain.is_alphabetic());
        if !broken {
            kept.push(letter);
            continue;
        }
        let rest = letters.get(index..).unwrap_or_default();
        let spaces = rest.iter().take_while(|it| it.plain == ' ').count();
        let next = rest.get(spaces).copied();
        let line_ends = next.is_some_and(|next| {
            text.get(letter.end.saturating_sub(offset)..next.start.saturating_sub(offset))
                .is_some_and(|between| between.contains('\n'))
        });
        if line_ends && next.is_some_and(|it| it.plain.is_lowercase()) {
            if lines == Lines::Hyphenated {
                kept.push(letter);
            }
            index += spaces;
        } else {
            kept.push(letter);
        }
    }
    *letters = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, lines: Lines) -> String {
        let letters = letters(text, 0, lines, false);
        letters.iter().map(|it| it.plain).collect()
    }

    #[test]
    fn escapes_are_read_in_a_text_that_is_said_to_be_escaped_and_in_no_other() {
        let text = "time &amp; money &#8217;tis &lt;b&gt; &amp;lt; &bogus; &#0; &";
        let all = letters(text, 3, Lines::Written, true);
        let read: String = all.iter().map(|it| it.plain).collect();
        assert_eq!(read, "time & money \u{2019}tis <b> &lt; &bogus; &#0; &");
        let ampersand = all.iter().find(|it| it.plain == '&');
        assert_eq!(ampersand.map(|it| (it.start, it.end)), Some((8, 13)));
        assert_eq!(unescaped(text).as_deref(), Some(read.as_str()));
        assert_eq!(plain(text, Lines::Written), text);
        assert_eq!(unescaped("R&D"), None);
    }

    #[test]
    fn encoding_is_folded_and_nothing_more() {
        assert_eq!(plain("cafe\u{301}", Lines::Written), "café");
        assert_eq!(plain("of\u{FB01}ce", Lines::Written), "office");
        assert_eq!(plain("co\u{AD}op\u{202E}", Lines::Written), "coop");
        assert_eq!(plain("x\u{B2}", Lines::Written), "x\u{B2}");
        assert_eq!(plain("a\u{A0}\u{2003}b", Lines::Written), "a  b");
        assert_eq!(
            plain("\u{1112}\u{1161}\u{11AB}", Lines::Written),
            "\u{D55C}"
        );
    }

    #[test]
    fn a_word_broken_at_a_line_end_is_joined_only_in_a_layout() {
        let text = "the inspec-\ntion of well-\r\nknown";
        assert_eq!(plain(text, Lines::Joined), "the inspection of wellknown");
        assert_eq!(
            plain(text, Lines::Hyphenated),
            "the inspec-tion of well-known"
        );
        assert!(plain(text, Lines::Written).contains("inspec- tion"));
    }

    #[test]
    fn positions_lead_back_to_the_bytes() {
        let text = "é \u{FB02}";
        let all = letters(text, 10, Lines::Written, false);
        assert_eq!(all.first().map(|it| (it.start, it.end)), Some((10, 12)));
        assert_eq!(all.last().map(|it| (it.start, it.end)), Some((13, 16)));
    }
}
