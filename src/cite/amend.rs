//! Corrections of a text that was published: words of one paragraph that give way to others.
//!
//! They are made in the text as it is read, whatever the format, and never in the draft's bytes: those are frozen. Where the
//! words stand is looked for as words are compared: quotation marks, dashes and white space in any shape.

use std::ops::Range;

use memchr::memmem;

use crate::cite::Draft;
use crate::cite::DraftFormat;
use crate::cite::Mark;
use crate::cite::Paragraph;

use super::builder::Origins;
use super::normal::Lines;
use super::normal::folded;
use super::normal::letters;

/// Places that are listed where words stand in several.
const LISTED: usize = 10;

/// Places in one paragraph that are looked at, at most.
const SOUGHT: usize = 10_000;

/// A paragraph of more bytes is searched for the very bytes only: to fold it would take twenty times as many.
const LONGEST: usize = 1 << 20;

/// Why words cannot be corrected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No words were given.
    #[error("no words are given that are to be corrected")]
    NoWords,
    /// The text has no such paragraph.
    #[error("there is no paragraph {paragraph}; there are {of}")]
    NoParagraph {
        /// The one that was asked for.
        paragraph: usize,
        /// How many there are.
        of: usize,
    },
    /// The words do not stand there.
    #[error("the words do not stand there")]
    Nowhere,
    /// The words stand in two paragraphs or more, end to end.
    #[error("the words begin in paragraph {0} and go on in the next")]
    Across(usize),
    /// The words stand in several places.
    #[error("the words stand in several places, in {}", paragraphs(.0))]
    Several(Vec<usize>),
    /// What is to stand there is of several paragraphs.
    #[error("what is to stand there is of several paragraphs")]
    Paragraphs,
}

fn paragraphs(all: &[usize]) -> String {
    let all: Vec<String> = all
        .iter()
        .map(|number| format!("paragraph {number}"))
        .collect();
    all.join(", ")
}

/// Where words stand in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The paragraph, from 1.
    pub paragraph: usize,
    /// The words as they stand there.
    pub words: String,
    bytes: Range<usize>,
}

impl Spot {
    /// The bytes of the paragraph's text at which the words stand.
    pub(super) fn bytes(&self) -> Range<usize> {
        self.bytes.clone()
    }
}

impl Draft {
    /// The one place where these words stand, in that paragraph or in all of the text.
    pub fn spot(&self, words: &str, paragraph: Option<usize>) -> Result<Spot, Unfit> {
        let sought = words.trim();
        let plain = folded(sought);
        if plain.is_empty() {
            return Err(Unfit::NoWords);
        }
        if let Some(number) = paragraph
            && !self.paragraphs.iter().any(|it| it.number == number)
        {
            return Err(Unfit::NoParagraph {
                paragraph: number,
                of: self.paragraphs.len(),
            });
        }
        let within = |it: &&Paragraph| paragraph.is_none_or(|number| it.number == number);
        let mut found = Vec::new();
        for one in self.paragraphs.iter().filter(within) {
            for bytes in places(&one.text, sought, &plain) {
                found.push(Spot {
                    paragraph: one.number,
                    words: one.text.get(bytes.clone()).unwrap_or_default().to_owned(),
                    bytes,
                });
            }
            if found.len() > LISTED {
                break;
            }
        }
        match (found.len(), found.pop()) {
            (1, Some(spot)) => Ok(spot),
            (_, Some(last)) => {
                let mut all: Vec<usize> = found.iter().map(|it| it.paragraph).collect();
                all.push(last.paragraph);
                all.truncate(LISTED);
                all.dedup();
                Err(Unfit::Several(all))
            }
            (_, None) => Err(self.across(&plain).map_or(Unfit::Nowhere, Unfit::Across)),
        }
    }

    /// Those bytes of a paragraph's text; nothing where they are no words of it.
    pub(super) fn spot_at(&self, paragraph: usize, bytes: Range<usize>) -> Option<Spot> {
        let one = self.paragraphs.iter().find(|it| it.number == paragraph)?;
        let words = one.text.get(bytes.clone())?.to_owned();
        Some(Spot {
            paragraph,
            words,
            bytes,
        })
    }

    /// The paragraph in which words begin that go on in the next.
    fn across(&self, plain: &str) -> Option<usize> {
        let mut all = String::new();
        let mut begins = Vec::with_capacity(self.paragraphs.len());
        for one in &self.paragraphs {
            begins.push((all.len(), one.number));
            all.push_str(&folded(&one.text));
            all.push(' ');
        }
        let at = memmem::find(all.as_bytes(), plain.as_bytes())?;
        let before = begins.partition_point(|it| it.0 <= at).checked_sub(1)?;
        begins.get(before).map(|it| it.1)
    }

    /// Puts words in the place of those at a spot: which bytes went, and how many stand there instead. Pins in brackets
    /// among them are pins, and no words.
    pub fn amend(&mut self, spot: &Spot, words: &str) -> Result<(Range<usize>, usize), Unfit> {
        let mut read = Self::read(words.as_bytes(), None, DraftFormat::Text)
            .map_or_else(|_| Vec::new(), |read| read.paragraphs);
        if read.len() > 1 {
            return Err(Unfit::Paragraphs);
        }
        let new = read.pop().unwrap_or_default();
        let mut all = self.paragraphs.iter_mut();
        let Some(one) = all.find(|it| it.number == spot.paragraph) else {
            return Err(Unfit::Nowhere);
        };
        let Range { start, mut end } = spot.bytes;
        if one.text.get(start..end) != Some(&spot.words) {
            return Err(Unfit::Nowhere);
        }
        // Where words are taken out, one of the two spaces around them goes too.
        let before = one.text.get(..start).unwrap_or_default();
        let after = one.text.get(end..).unwrap_or_default();
        if new.text.is_empty()
            && after.starts_with(' ')
            && (before.is_empty() || before.ends_with(' '))
        {
            end += 1;
        }
        one.text.replace_range(start..end, &new.text);
        let moved = |at: usize| match at {
            at if at <= start => at,
            at if at >= end => at - end + start + new.text.len(),
            _ => start + new.text.len(),
        };
        for mark in &mut one.pins {
            (mark.from, mark.to) = (moved(mark.from), moved(mark.to));
        }
        for mark in new.pins {
            one.pins.push(Mark {
                from: start + mark.from,
                to: start + mark.to,
                ..mark
            });
        }
        one.pins.sort_by_key(|it| it.to);
        for note in &mut one.notes {
            note.0 = moved(note.0);
        }
        one.origins = Origins::default();
        for note in self.paragraphs.iter_mut().filter_map(|it| it.note.as_mut()) {
            if note.0 == spot.paragraph {
                note.1 = moved(note.1);
            }
        }
        Ok((start..end, new.text.len()))
    }
}

/// Where words stand in a paragraph: as whole words where they do so anywhere, else inside of others.
fn places(text: &str, sought: &str, plain: &str) -> Vec<Range<usize>> {
    let all = all_places(text, sought, plain);
    let is_letter = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
    let is_whole = |it: &Range<usize>| {
        let [before, words, after] = [0..it.start, it.clone(), it.end..text.len()]
            .map(|bytes| text.get(bytes).unwrap_or_default().chars());
        let begins = is_letter(before.clone().next_back()) && is_letter(words.clone().next());
        let ends = is_letter(words.clone().next_back()) && is_letter(after.clone().next());
        !begins && !ends
    };
    let whole: Vec<Range<usize>> = all.iter().filter(|it| is_whole(it)).cloned().collect();
    if whole.is_empty() { all } else { whole }
}

/// Where words stand in a paragraph: as they are, else as words are compared.
fn all_places(text: &str, sought: &str, plain: &str) -> Vec<Range<usize>> {
    let exact: Vec<Range<usize>> = memmem::find_iter(text.as_bytes(), sought)
        .take(SOUGHT)
        .map(|at| at..at + sought.len())
        .collect();
    if !exact.is_empty() || text.len() > LONGEST {
        return exact;
    }
    let mut all = String::with_capacity(text.len());
    // Of each letter the byte at which it stands here, and its bytes in the text.
    let mut from = Vec::with_capacity(text.len());
    for letter in letters(text, 0, Lines::Written, false) {
        if letter.folded == ' ' && all.ends_with(' ') {
            continue;
        }
        from.push((all.len(), letter.start, letter.end));
        all.push(letter.folded);
    }
    let of = |at: usize| from.get(from.partition_point(|it| it.0 <= at).checked_sub(1)?);
    memmem::find_iter(all.as_bytes(), plain)
        .take(SOUGHT)
        .filter_map(|at| Some(of(at)?.1..of(at + plain.len() - 1)?.2))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Draft {
        Draft::read(text.as_bytes(), None, DraftFormat::Markdown).expect("text")
    }

    fn text(draft: &Draft, number: usize) -> &str {
        let found = draft.paragraphs.iter().find(|it| it.number == number);
        found.map_or("", |it| it.text.as_str())
    }

    #[test]
    fn words_are_found_in_whatever_marks_they_are_typed_and_pins_move_with_what_follows() {
        let mut draft = read(
            "One.\n\nHe wrote “it isn’t safe — at all” [m-7kq2] and left.[^1] It rained [m-9p0c].\n\n[^1]: See [m-51d0].\n",
        );
        let spot = draft
            .spot("\"it isn't safe \u{2013} at all\"", None)
            .expect("there");
        assert_eq!(
            (spot.paragraph, spot.words.as_str()),
            (2, "“it isn’t safe — at all”")
        );
        draft.amend(&spot, "“it is safe” [m-2f61]").expect("fits");
        assert_eq!(
            text(&draft, 2),
            "He wrote “it is safe” and left. It rained."
        );
        let pins: Vec<(usize, String)> = draft.paragraphs[1]
            .pins
            .iter()
            .map(|it| (it.to, it.pin.to_string()))
            .collect();
        let rained = text(&draft, 2).len() - 1;
        assert_eq!(pins.last(), Some(&(rained, "m-9p0c".to_owned())));
        assert!(pins.iter().any(|it| it.1 == "m-2f61"), "{pins:?}");
    }

    #[test]
    fn words_that_are_not_in_one_place_are_not_corrected() {
        let draft = read("a cat and a cat\n\nthe end\n\nof it all");
        assert_eq!(draft.spot("a cat", None), Err(Unfit::Several(vec![1])));
        assert_eq!(draft.spot("dog", None), Err(Unfit::Nowhere));
        assert_eq!(draft.spot(" \u{200b}", None), Err(Unfit::NoWords));
        assert_eq!(draft.spot("end of", None), Err(Unfit::Across(2)));
        assert_eq!(
            draft.spot("cat", Some(9)),
            Err(Unfit::NoParagraph {
                paragraph: 9,
                of: 3
            })
        );
        assert_eq!(draft.spot("the end", Some(2)).map(|it| it.paragraph), Ok(2));
        // Whole words come before parts of others, and parts where there is nothing else.
        let draft = read("the others said he was there");
        assert_eq!(draft.spot("he", None).map(|it| it.bytes), Ok(16..18));
        assert_eq!(draft.spot("oth", None).map(|it| it.bytes), Ok(4..7));
    }

    #[test]
    fn words_that_are_taken_out_leave_one_space() {
        let mut draft = read("It was not safe.");
        let spot = draft.spot("not", None).expect("there");
        assert_eq!(draft.amend(&spot, "one\n\ntwo"), Err(Unfit::Paragraphs));
        draft.amend(&spot, "").expect("fits");
        assert_eq!(text(&draft, 1), "It was safe.");
        let all = draft.spot("It was safe.", None).expect("there");
        draft.amend(&all, "").expect("fits");
        assert_eq!(text(&draft, 1), "");
    }

    #[test]
    fn a_million_places_cost_nothing() {
        let draft = read(&"aaaaaaaaa ".repeat(100_000));
        assert!(matches!(
            draft.spot(&"a".repeat(3), None),
            Err(Unfit::Several(_))
        ));
        assert_eq!(
            draft.spot(&"aaaaaaaaa ".repeat(20_000), Some(1)).err(),
            Some(Unfit::Several(vec![1]))
        );
    }
}
