//! Two texts held against each other, paragraph by paragraph: what is the same, what changed, what went and what came.
//!
//! Paragraphs and words are compared as in quotations (`norm`): the shape of quotation marks, dashes and spaces is no change.
//! Equal paragraphs are found by `similar`, whose search is bounded. What lies between two of them is compared word by word:
//! a paragraph may be cut in two or run together with another. All of it is bounded, since both texts may come from anywhere,
//! and what was not compared so closely is said.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;
use serde::Serialize;
use similar::Algorithm;
use similar::DiffOp;
use similar::capture_diff_slices;

use crate::cite::Paragraph;

use super::normal::folded;
use super::pairs::pair;
use super::pairs::sorted;

/// Bytes that are gone through for paragraphs that are divided in another way, at most.
const SEARCHED: usize = 1 << 30;
/// Words that a paragraph must have to be looked for inside of others: fewer stand anywhere.
const TELLING: usize = 5;
/// Words of a paragraph that are compared one by one, at most.
const WORDS: usize = 20_000;

/// How two texts differ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Texts {
    /// Paragraphs of the older text that stand in the newer one word for word.
    pub same: usize,
    /// Those among them that are divided into paragraphs in another way there.
    pub divided: usize,
    /// What is not the same, in order.
    pub differences: Vec<Difference>,
    /// What was not compared so closely, in sentences.
    pub not_compared: Vec<String>,
    /// The first and the last paragraph of the newer text, counted from 0, in which something of the older one stands.
    #[serde(skip)]
    pub span: Option<(usize, usize)>,
}

/// A paragraph that is not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `changed`, `removed` or `added`.
    pub sort: &'static str,
    /// The paragraph of the older text, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<usize>,
    /// The paragraph of the newer text, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<usize>,
    /// Whether it is a footnote or an endnote.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub note: bool,
    /// Its words in order.
    pub words: Vec<Stretch>,
    /// Where it stands in the newer text, from 0, for what was added.
    #[serde(skip)]
    pub at: usize,
}

impl Difference {
    /// The words of both texts, or of the one that has any.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|it| it.text.as_str()).collect();
        words.join(" ")
    }
}

/// Some words in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// `same`, `removed` or `added`.
    pub sort: &'static str,
    /// The words.
    pub text: String,
}

/// A paragraph ready to be compared.
struct Ready<'a> {
    /// Where it stands among all of its text.
    index: usize,
    paragraph: &'a Paragraph,
    /// As it is compared.
    plain: String,
}

impl<'a> Ready<'a> {
    fn all(paragraphs: &'a [Paragraph]) -> Vec<Self> {
        let all = paragraphs
            .iter()
            .enumerate()
            .map(|(index, paragraph)| Self {
                index,
                paragraph,
                plain: folded(&paragraph.text),
            });
        all.filter(|it| !it.plain.is_empty()).collect()
    }

    fn words(&self) -> Vec<&str> {
        self.plain.split(' ').collect()
    }

    fn difference(&self, sort: &'static str, words: Vec<Stretch>) -> Difference {
        let number = self.paragraph.number;
        Difference {
            sort,
            was: (sort != ADDED).then_some(number),
            now: (sort == ADDED).then_some(number),
            note: self.paragraph.note.is_some(),
            words,
            at: self.index,
        }
    }
}

const SAME: &str = "same";
const CHANGED: &str = "changed";
const REMOVED: &str = "removed";
/// The sort of what the newer text alone has.
pub(super) const ADDED: &str = "added";

/// Holds two texts against each other.
pub fn compare(old: &[Paragraph], new: &[Paragraph]) -> Texts {
    let (old, new) = (Ready::all(old), Ready::all(new));
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut number = |all: &mut Vec<usize>, plain| {
        let next = numbers.len();
        all.push(*numbers.entry(plain).or_insert(next));
    };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for one in &old {
        number(&mut left, one.plain.as_str());
    }
    for one in &new {
        number(&mut right, one.plain.as_str());
    }
    let mut comparing = Comparing {
        texts: Texts::default(),
        searched: 0,
        unpaired: 0,
    };
    for op in capture_diff_slices(Algorithm::Histogram, &left, &right) {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        let (one, other) = (
            old.get(old_range).unwrap_or_default(),
            new.get(new_range).unwrap_or_default(),
        );
        if matches!(op, DiffOp::Equal { .. }) {
            comparing.texts.same += one.len();
            for it in other {
                comparing.touch(it.index);
            }
        } else {
            comparing.gap(one, other);
        }
    }
    let Comparing {
        mut texts,
        unpaired,
        ..
    } = comparing;
    if unpaired > 0 {
        texts.not_compared.push(format!(
            "{unpaired} paragraphs that changed are too many or too long to be held against each other word by word: they stand as \
             removed and added"
        ));
    }
    texts
}

struct Comparing {
    texts: Texts,
    searched: usize,
    unpaired: usize,
}

impl Comparing {
    fn touch(&mut self, index: usize) {
        let (first, last) = self.texts.span.unwrap_or((index, index));
        self.texts.span = Some((first.min(index), last.max(index)));
    }

    /// What lies between two paragraphs that are the same.
    fn gap(&mut self, old: &[Ready<'_>], new: &[Ready<'_>]) {
        let mut found = Vec::new();
        let joined = Joined::new(new);
        let (left, taken) = self.divided(old, &joined);
        let rest = joined.rest(&taken);
        for at in taken.iter().flat_map(|words| joined.within(words)) {
            self.touch(at);
        }
        let pairs = self.pairs(&left, &rest);
        let mut next_new = 0;
        let mut partners: HashMap<usize, usize> = pairs.into_iter().collect();
        for (index, one) in left.iter().enumerate() {
            let Some(partner) = partners.remove(&index) else {
                found.push(one.difference(REMOVED, stretch(REMOVED, &one.paragraph.text)));
                continue;
            };
            let add = rest.get(next_new..partner).unwrap_or_default();
            found.extend(add.iter().map(Rest::added));
            next_new = partner + 1;
            if let Some(rest) = rest.get(partner) {
                self.touch(rest.ready.index);
                let mut changed =
                    one.difference(CHANGED, words_of(&one.paragraph.text, &rest.text()));
                changed.now = Some(rest.ready.paragraph.number);
                changed.at = rest.ready.index;
                found.push(changed);
            }
        }
        let add = rest.get(next_new..).unwrap_or_default();
        found.extend(add.iter().map(Rest::added));
        self.texts.differences.extend(found);
    }

    /// Looks for the older paragraphs inside of the newer ones, in order; gives those that are not there, and the words that
    /// the others take up.
    fn divided<'a, 'b>(
        &mut self,
        old: &'b [Ready<'a>],
        joined: &Joined<'_, '_>,
    ) -> (Vec<&'b Ready<'a>>, Vec<Range<usize>>) {
        let (mut left, mut taken) = (Vec::new(), Vec::new());
        let mut from = 0;
        for one in old {
            let sought = format!(" {} ", one.plain);
            let rest = joined.plain.get(from..).unwrap_or_default();
            let is_telling = one.words().len() >= TELLING && self.searched < SEARCHED;
            let found = is_telling.then(|| memmem::find(rest.as_bytes(), sought.as_bytes()));
            if is_telling {
                self.searched += rest.len();
            }
            match found.flatten() {
                Some(at) => {
                    let begin = from + at + 1;
                    // The space behind it begins the next one.
                    from = begin + one.plain.len();
                    taken.push(joined.word_at(begin)..joined.word_at(from + 1));
                    self.texts.same += 1;
                    self.texts.divided += 1;
                }
                None => left.push(one),
            }
        }
        (left, taken)
    }

    /// Which of the older paragraphs became which of the newer: those that have the most words in common, in order.
    fn pairs(&mut self, old: &[&Ready<'_>], new: &[Rest<'_, '_>]) -> Vec<(usize, usize)> {
        let left: Vec<Vec<&str>> = old.iter().map(|it| sorted(it.words())).collect();
        let right: Vec<Vec<&str>> = new.iter().map(|it| sorted(it.plain.clone())).collect();
        let pairs = pair(&left, &right);
        if pairs.is_none() {
            self.unpaired += old.len() + new.len();
        }
        pairs.unwrap_or_default()
    }
}

/// The newer paragraphs of a gap, run together.
struct Joined<'a, 'b> {
    new: &'b [Ready<'a>],
    /// Their words with a space before, between and after them.
    plain: String,
    /// Of each word the byte at which it stands there, and whose it is.
    words: Vec<(usize, usize)>,
}

impl<'a, 'b> Joined<'a, 'b> {
    fn new(new: &'b [Ready<'a>]) -> Self {
        let mut plain = " ".to_owned();
        let mut words = Vec::new();
        for (whose, one) in new.iter().enumerate() {
            for word in one.plain.split(' ') {
                words.push((plain.len(), whose));
                plain.push_str(word);
                plain.push(' ');
            }
        }
        Self { new, plain, words }
    }

    fn word_at(&self, byte: usize) -> usize {
        self.words.partition_point(|it| it.0 < byte)
    }

    /// The paragraphs in which these words stand.
    fn within(&self, words: &Range<usize>) -> Vec<usize> {
        let words = self.words.get(words.clone()).unwrap_or_default();
        let mut all: Vec<usize> = words.iter().map(|it| it.1).collect();
        all.dedup();
        let index = |whose: usize| self.new.get(whose).map(|it| it.index);
        all.into_iter().filter_map(index).collect()
    }

    /// What is left of each paragraph but for the words that were taken.
    fn rest(&self, taken: &[Range<usize>]) -> Vec<Rest<'a, 'b>> {
        let mut rest: Vec<Rest<'a, 'b>> = Vec::new();
        let mut taken = taken.iter().peekable();
        for (index, (_, whose)) in self.words.iter().enumerate() {
            while taken.next_if(|it| it.end <= index).is_some() {}
            if taken.peek().is_some_and(|it| it.contains(&index)) {
                continue;
            }
            let Some(ready) = self.new.get(*whose) else {
                continue;
            };
            let first = self.words.partition_point(|it| it.1 < *whose);
            match rest.last_mut() {
                Some(last) if last.ready.index == ready.index => last.words.push(index - first),
                _ => rest.push(Rest {
                    ready,
                    words: vec![index - first],
                    plain: Vec::new(),
                }),
            }
        }
        for one in &mut rest {
            let all = one.ready.words();
            let of = one.words.iter().filter_map(|it| all.get(*it).copied());
            one.plain = of.collect();
        }
        rest
    }
}

/// What is left of a newer paragraph.
struct Rest<'a, 'b> {
    ready: &'b Ready<'a>,
    /// Its words by number.
    words: Vec<usize>,
    /// Those as they are compared.
    plain: Vec<&'b str>,
}

impl Rest<'_, '_> {
    /// Its words as they stand in the text, where these can be told apart as they are compared; else as compared.
    fn text(&self) -> String {
        let text = &self.ready.paragraph.text;
        let written: Vec<&str> = text.split_whitespace().collect();
        let all = self.ready.words().len();
        if self.words.len() == all {
            return text.clone();
        }
        if written.len() != all {
            return self.plain.join(" ");
        }
        let of = self.words.iter().filter_map(|it| written.get(*it).copied());
        of.collect::<Vec<&str>>().join(" ")
    }

    fn added(&self) -> Difference {
        self.ready.difference(ADDED, stretch(ADDED, &self.text()))
    }
}

fn stretch(sort: &'static str, text: &str) -> Vec<Stretch> {
    vec![Stretch {
        sort,
        text: text.to_owned(),
    }]
}

/// The words of two paragraphs in order: the same, removed, added.
fn words_of(old: &str, new: &str) -> Vec<Stretch> {
    let (left, right): (Vec<&str>, Vec<&str>) = (
        old.split_whitespace().collect(),
        new.split_whitespace().collect(),
    );
    if left.len().max(right.len()) > WORDS {
        return [stretch(REMOVED, old), stretch(ADDED, new)].concat();
    }
    let plain = |words: &[&str]| -> Vec<String> { words.iter().map(|it| folded(it)).collect() };
    let mut stretches = Vec::new();
    let mut push = |sort, words: Option<&[&str]>| {
        if let Some(words) = words.filter(|it| !it.is_empty()) {
            stretches.push(Stretch {
                sort,
                text: words.join(" "),
            });
        }
    };
    for op in capture_diff_slices(Algorithm::Myers, &plain(&left), &plain(&right)) {
        if matches!(op, DiffOp::Equal { .. }) {
            push(SAME, right.get(op.new_range()));
        } else {
            push(REMOVED, left.get(op.old_range()));
            push(ADDED, right.get(op.new_range()));
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cite::Draft;
    use crate::cite::DraftFormat;

    fn of(old: &str, new: &str) -> Texts {
        let read = |text: &str| {
            Draft::read(text.as_bytes(), None, DraftFormat::Text)
                .expect("text")
                .paragraphs
        };
        compare(&read(old), &read(new))
    }

    fn told(texts: &Texts) -> Vec<String> {
        let words = |it: &Difference| -> Vec<String> {
            let mark = |sort| match sort {
                REMOVED => "-",
                ADDED => "+",
                _ => "=",
            };
            (it.words.iter())
                .map(|it| format!("{}{}", mark(it.sort), it.text))
                .collect()
        };
        let all = texts.differences.iter();
        all.map(|it| format!("{} {}", it.sort, words(it).join(" ")))
            .collect()
    }

    #[test]
    fn what_changed_is_told_word_by_word_and_typography_is_no_change() {
        let texts = of(
            "No.\n\nThe pier was shut on Monday.\n\n\"It is safe,\" he said - twice.\n\nGone from here.\n\nThe end.",
            "No, no!\n\nThe pier was shut on Tuesday.\n\n“It is safe,” he said - twice.\n\nThe end.\n\nA word from the desk.",
        );
        assert_eq!(texts.same, 2);
        assert_eq!(
            told(&texts),
            [
                "changed -No. +No, no!",
                "changed =The pier was shut on -Monday. +Tuesday.",
                "removed -Gone from here.",
                "added +A word from the desk.",
            ]
        );
    }

    #[test]
    fn a_paragraph_cut_in_two_or_run_together_is_the_same_and_what_stands_between_is_not_lost() {
        let texts = of(
            "One two three four five six seven.\n\nEight nine ten eleven twelve.",
            "One two three four five\n\nsix seven. Advertisement Eight nine ten eleven twelve.",
        );
        assert_eq!((texts.same, texts.divided), (2, 2));
        assert_eq!(told(&texts), ["added +Advertisement"]);
        assert_eq!(texts.span, Some((0, 1)));
    }

    #[test]
    fn too_much_to_be_paired_is_said_and_takes_no_time() {
        let many = |word: &str| -> String {
            let all: Vec<String> = (0..20_000)
                .map(|it| format!("{word}{it} is there.\n\n"))
                .collect();
            all.concat()
        };
        let texts = of(&many("a"), &many("b"));
        assert_eq!(texts.differences.len(), 40_000);
        assert_eq!(texts.not_compared.len(), 1);
        let long = "x y ".repeat(1_000_000);
        let texts = of(&long, &format!("{long} z"));
        assert_eq!(texts.differences.len() + texts.same, 2);
    }
}
