//! Matches quotation marks within a paragraph: the outermost pairs, and the marks that have no partner.

/// Marks open at one time, at most; a deeper one is treated as unclosed.
const DEPTH: usize = 64;

/// A pair of quotation marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    /// The byte at which the opening mark begins.
    pub(super) open: usize,
    /// The byte at which the closing mark begins.
    pub(super) close: usize,
    widths: (usize, usize),
}

impl Pair {
    /// One past the closing mark.
    pub(super) const fn end(&self) -> usize {
        self.close + self.widths.1
    }

    /// What stands between the marks.
    pub(super) fn inside<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.open + self.widths.0..self.close)
            .unwrap_or_default()
    }
}

/// What a paragraph's marks come to.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// The outermost pairs in order.
    pub(super) pairs: Vec<Pair>,
    /// Opening marks that are never closed.
    pub(super) unclosed: Vec<(usize, char)>,
    /// Closing marks that close nothing.
    pub(super) stray: Vec<(usize, char)>,
    /// The last single mark that opens and is never closed: an apostrophe, unless the next paragraph begins with one too.
    pub(super) lone: Option<(usize, char)>,
}

struct Open {
    at: usize,
    mark: char,
}

/// Matches the marks of a paragraph.
pub(super) fn scan(text: &str) -> Marks {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let at = |index: Option<usize>| index.and_then(|it| characters.get(it)).map(|it| it.1);
    let next_straight = straight_ahead(&characters);
    let mut marks = Marks::default();
    let mut pairs: Vec<Pair> = Vec::new();
    let mut stack: Vec<Open> = Vec::new();
    for (index, (byte, mark)) in characters.iter().copied().enumerate() {
        let (before, after) = (at(index.checked_sub(1)), at(Some(index + 1)));
        let opener = before.is_none_or(opens_after) && after.is_some_and(|it| !it.is_whitespace());
        let is_open =
            |stack: &[Open], marks: &[char]| stack.iter().any(|it| marks.contains(&it.mark));
        let closes: &[char] = match mark {
            '“' if is_open(&stack, &['„', '‟']) => &['„', '‟'],
            '”' if is_open(&stack, &['“', '„', '”', '‟']) => &['“', '„', '”', '‟'],
            '»' if is_open(&stack, &['«']) => &['«'],
            '»' if is_open(&stack, &['»']) && !opener => &['»'],
            '«' if is_open(&stack, &['»']) => &['»'],
            '›' if is_open(&stack, &['‹']) => &['‹'],
            '‹' if is_open(&stack, &['›']) => &['›'],
            '」' => &['「'],
            '』' => &['『'],
            '〟' | '〞' => &['〝'],
            '‘' if is_open(&stack, &['‚']) => &['‚'],
            '’' if is_open(&stack, &['‘', '‚']) && ends_single(&characters, index) => {
                &['‘', '‚']
            }
            '\'' if is_open(&stack, &['\'']) && ends_single(&characters, index) => &['\''],
            '"' if between_hebrew(before, after) => continue,
            '"' if is_open(&stack, &['"']) => {
                if next_straight.get(index) == Some(&true) && is_inch(&characters, index) {
                    continue;
                }
                &['"']
            }
            _ => &[],
        };
        if closes.is_empty() {
            let begins = match mark {
                '“' | '„' | '‟' | '«' | '‹' | '「' | '『' | '〝' => true,
                '”' | '»' | '›' | '‚' => opener,
                '"' => opener || before.is_some_and(is_unspaced) && after.is_some(),
                '‘' | '\'' if opener && opens_single(&characters, index) => {
                    let has_partner = closes_later(&characters, index);
                    if !has_partner {
                        marks.lone = Some((byte, mark));
                    }
                    has_partner
                }
                _ => false,
            };
            if begins && stack.len() < DEPTH {
                stack.push(Open { at: byte, mark });
            } else if begins && !may_be_apostrophe(mark) {
                marks.unclosed.push((byte, mark));
            } else if matches!(mark, '”' | '»')
                || mark == '"' && !before.is_some_and(char::is_numeric)
            {
                marks.stray.push((byte, mark));
            }
            continue;
        }
        let Some(found) = stack.iter().rposition(|it| closes.contains(&it.mark)) else {
            marks.stray.push((byte, mark));
            continue;
        };
        // Marks opened inside and never closed are no pairs; single ones are apostrophes.
        for open in stack.drain(found + 1..) {
            if !may_be_apostrophe(open.mark) {
                marks.unclosed.push((open.at, open.mark));
            }
        }
        if let Some(open) = stack.pop() {
            while pairs.last().is_some_and(|it| it.open > open.at) {
                pairs.pop();
            }
            pairs.push(Pair {
                open: open.at,
                close: byte,
                widths: (open.mark.len_utf8(), mark.len_utf8()),
            });
        }
    }
    let left = stack.into_iter().filter(|it| !may_be_apostrophe(it.mark));
    marks.unclosed.extend(left.map(|it| (it.at, it.mark)));
    let inside = |byte: usize| {
        let place = pairs.partition_point(|it| it.open <= byte);
        place
            .checked_sub(1)
            .and_then(|it| pairs.get(it))
            .is_some_and(|it| byte < it.close)
    };
    marks.lone = marks.lone.filter(|it| !inside(it.0));
    marks.unclosed.retain(|it| !inside(it.0));
    marks.unclosed.sort_unstable();
    marks.stray.retain(|it| !inside(it.0));
    marks.pairs = pairs;
    marks
}

/// Whether a mark after this character opens.
fn opens_after(before: char) -> bool {
    before.is_whitespace()
        || matches!(
            before,
            '(' | '['
                | '{'
                | '—'
                | '–'
                | '-'
                | '/'
                | '“'
                | '‘'
                | '„'
                | '«'
                | '「'
                | '『'
                | '‹'
                | '»'
                | '›'
                | '‚'
                | '¿'
                | '¡'
                | '"'
                | '\''
                | ':'
                | '…'
        )
}

/// Marks that may stand for an apostrophe or a comma, so that one without a partner says nothing.
const fn may_be_apostrophe(mark: char) -> bool {
    matches!(mark, '‘' | '\'' | '‚')
}

/// Whether a character is of a script that is written without spaces, so that a quotation may begin right after it.
const fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{3000}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}')
}

/// Whether a straight mark is the one inside of a Hebrew abbreviation.
fn between_hebrew(before: Option<char>, after: Option<char>) -> bool {
    let is_hebrew = |it: char| matches!(it, '\u{05D0}'..='\u{05EA}');
    before.is_some_and(is_hebrew) && after.is_some_and(is_hebrew)
}

/// Whether a straight mark is that of inches: `a 6" pipe`.
fn is_inch(characters: &[(usize, char)], index: usize) -> bool {
    let at = |index: Option<usize>| index.and_then(|it| characters.get(it)).map(|it| it.1);
    at(index.checked_sub(1)).is_some_and(char::is_numeric)
        && at(Some(index + 1)) == Some(' ')
        && at(Some(index + 2)).is_some_and(char::is_alphanumeric)
}

/// Whether a single mark that stands where one opens is none of an elided word.
fn opens_single(characters: &[(usize, char)], index: usize) -> bool {
    let after = characters.get(index + 1);
    after.is_some_and(|it| it.1.is_alphanumeric()) && !is_elided(characters, index)
}

/// Whether a word that begins with an apostrophe follows: `'tis`, `'90s`.
fn is_elided(characters: &[(usize, char)], index: usize) -> bool {
    const WORDS: &[&str] = &[
        "tis", "twas", "twere", "twill", "twould", "em", "cause", "til", "till", "bout", "round",
        "cos", "n", "nuff", "neath", "gainst", "scuse", "kay", "sup",
    ];
    let word: String = characters
        .iter()
        .skip(index + 1)
        .map(|it| it.1)
        .take_while(|it| it.is_alphanumeric())
        .take(10)
        .flat_map(char::to_lowercase)
        .collect();
    let is_decade = |it: &str| {
        it.trim_end_matches('s').len() == 2 && it.starts_with(|it: char| it.is_ascii_digit())
    };
    WORDS.contains(&word.as_str()) || is_decade(&word)
}

/// For each character whether the next straight mark after it could close.
fn straight_ahead(characters: &[(usize, char)]) -> Vec<bool> {
    let mut ahead = vec![false; characters.len()];
    let mut next = false;
    for (index, (_, mark)) in characters.iter().enumerate().rev() {
        if let Some(cell) = ahead.get_mut(index) {
            *cell = next;
        }
        if *mark == '"' {
            let before = index.checked_sub(1).and_then(|it| characters.get(it));
            next = before.is_some_and(|it| !opens_after(it.1));
        }
    }
    ahead
}

/// Whether a single mark closes a quotation and is no apostrophe.
fn ends_single(characters: &[(usize, char)], index: usize) -> bool {
    let before = index
        .checked_sub(1)
        .and_then(|it| characters.get(it))
        .map(|it| it.1);
    let after = characters.get(index + 1).map(|it| it.1);
    let word_goes_on = after.is_some_and(char::is_alphanumeric);
    if word_goes_on || before.is_none_or(char::is_whitespace) {
        return false;
    }
    // After an s it may be a possessive: a better mark further on decides.
    before != Some('s') || !closes_later(characters, index)
}

/// Whether a single closing mark that is no apostrophe follows nearby.
fn closes_later(characters: &[(usize, char)], index: usize) -> bool {
    let straight = characters.get(index).is_some_and(|it| it.1 == '\'');
    let (opens, closes) = if straight {
        ('\'', '\'')
    } else {
        ('‘', '’')
    };
    let ahead = characters.get(index + 1..).unwrap_or_default();
    let mut before = ' ';
    for window in ahead.windows(2).take(1_000) {
        let [(_, mark), (_, after)] = window else {
            continue;
        };
        if *mark == opens && (!straight || before.is_whitespace()) {
            return false;
        }
        if *mark == closes && !after.is_alphanumeric() && !before.is_whitespace() {
            return true;
        }
        before = *mark;
    }
    ahead.len() < 1_000 && ahead.last().is_some_and(|it| it.1 == closes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(text: &str) -> Vec<&str> {
        scan(text).pairs.iter().map(|it| it.inside(text)).collect()
    }

    #[test]
    fn marks_of_many_languages_pair() {
        for (text, expected) in [
            ("a “b ‘c’ d” e “f”", vec!["b ‘c’ d", "f"]),
            ("a \"b c\" d \"e\"", vec!["b c", "e"]),
            ("a „b ‚c‘ d“ e", vec!["b ‚c‘ d"]),
            ("a « b “c” d » e", vec![" b “c” d "]),
            ("a »b« c", vec!["b"]),
            ("a »b» c ”d” e", vec!["b", "d"]),
            ("彼は「いいえ『x』」と", vec!["いいえ『x』"]),
            ("He said ‘I don’t know’ twice", vec!["I don’t know"]),
            ("‘the owners’ club’ and", vec!["the owners’ club"]),
            ("“a “b” c” d", vec!["a “b” c"]),
            ("the dogs’ and ’tis ‘90s", vec![]),
            ("it’s 6\" wide and 5'10\" tall", vec![]),
            ("\"a 6\" pipe here\" and", vec!["a 6\" pipe here"]),
            ("\"he is 6\" and", vec!["he is 6"]),
            (
                "sagte ‚nein‘ und »ja ›nie‹ ja«",
                vec!["nein", "ja ›nie‹ ja"],
            ),
            ("‹a› et «b ‹c›»", vec!["a", "b ‹c›"]),
            ("powiedział „nie «x»” i", vec!["nie «x»"]),
            ("hän sanoi ”en” ja »kyllä»", vec!["en", "kyllä"]),
            ("彼女は〝いいえ〟と", vec!["いいえ"]),
            ("他说\"我没有\"。", vec!["我没有"]),
            ("הוא אמר \"צה\"ל נסוג\" אתמול", vec!["צה\"ל נסוג"]),
            ("قال «لم أطلب منه ذلك» أمس", vec!["لم أطلب منه ذلك"]),
            (
                "He wrote: 'I don't know him.' And",
                vec!["I don't know him."],
            ),
            ("the dogs' and 'tis the '90s, rock 'n' roll", vec![]),
            ("¿«quién»?", vec!["quién"]),
            ("", vec![]),
        ] {
            assert_eq!(inside(text), expected, "{text}");
        }
    }

    #[test]
    fn marks_without_a_partner_are_named() {
        let marks = scan("a “b c and “d” e");
        assert_eq!(marks.unclosed, [(2, '“')]);
        assert_eq!(marks.pairs.len(), 1);
        assert_eq!(scan("a b” c").stray, [(3, '”')]);
        assert_eq!(scan("a \"b c").unclosed, [(2, '"')]);
    }

    #[test]
    fn nothing_but_marks_is_read_in_one_pass() {
        let text = "“".repeat(200_000);
        assert_eq!(scan(&text).unclosed.len(), 200_000);
        assert!(scan(&"‘a ".repeat(100_000)).pairs.is_empty());
    }
}
