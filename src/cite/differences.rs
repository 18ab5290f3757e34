//! Turns the steps of an alignment into differences, each with its sort, its code and a sentence.

use std::ops::Range;

use crate::cite::Change;
use crate::cite::Passage;
use crate::cite::Verdict;
use crate::record::Finding;

use super::align::Step;
use super::judge::Manner;
use super::judge::Sought;
use super::judge::counts;
use super::naming::said;
use super::naming::tells;
use super::naming::weight;
use super::sides::Sides;
use super::sides::closing;
use super::sides::opening;
use super::together::joins;
use super::tokens::Prepared;
use super::tokens::Sort;
use super::tokens::Token;
use super::words::is_near;
use super::words::is_negation;
use super::words::is_respelled;
use super::words::is_supposition;

/// The finding that a draft's own negation before the quotation answers.
pub(super) const CUT_AFTER_NEGATION: &str = "quotation.cut-after-negation";

/// The finding of a quotation of whose sentence a condition was left out.
pub(super) const CUT_FROM_CONDITION: &str = "quotation.cut-from-condition";

/// Words of a condition that are shown.
const SHOWN: usize = 5;

/// Words of the same sentence, on each side of a quotation, that are looked through for a condition.
const SENTENCE: usize = 40;

/// Words before a quotation that are looked through for a negation, as in: have never once “taken money”.
const BACK: usize = 3;

/// How much a difference matters, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    Same,
    Typography,
    House,
    Marked,
    Altered,
}

impl Grade {
    const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Typography => "typography",
            Self::House => "house",
            Self::Marked => "marked",
            Self::Altered => "altered",
        }
    }
}

/// A stretch of steps of one grade: tokens of the quotation and of the text.
#[derive(Debug, Clone)]
struct Part {
    grade: Grade,
    quoted: Range<usize>,
    found: Range<usize>,
}

/// All differences between a quotation and the stretch of text it was laid along.
#[derive(Debug)]
pub(super) struct Differences {
    pub(super) findings: Vec<Finding>,
    /// Words that stand in both, in order.
    pub(super) equal: usize,
    /// Words that stand in both in another spelling, which no chance makes.
    pub(super) respelled: usize,
    /// Words of the source that are left out without a mark.
    pub(super) left_out: usize,
    /// Words in the longest run that dots leave out.
    pub(super) long_omission: usize,
    pub(super) cost: u64,
    /// Words in brackets, or those of the source that they stand for where these are more.
    pub(super) replaced: usize,
    /// Of the words that say something, how many stand in both, and how many there are.
    pub(super) telling: (usize, usize),
    parts: Vec<Part>,
    id: String,
    grade: Grade,
    lost: f64,
    weight: f64,
    /// Words that differ, on the draft's side.
    pub(super) altered_quoted: Vec<String>,
    /// Words that differ, on the source's side.
    pub(super) altered_found: Vec<String>,
    typography: bool,
}

impl Differences {
    /// Names the differences that the steps show.
    pub(super) fn of(sought: &Sought, text: &Prepared, steps: &[Step], manner: Manner) -> Self {
        let sides = Sides {
            sought,
            text,
            steps,
            closing: closing(sought),
            opening: opening(sought),
            manner,
        };
        let mut all = Self {
            findings: Vec::new(),
            equal: 0,
            respelled: 0,
            left_out: 0,
            long_omission: 0,
            cost: 0,
            replaced: 0,
            telling: (0, sought.tokens.iter().filter(|it| tells(it)).count()),
            parts: Vec::new(),
            id: sought.id.clone(),
            grade: Grade::Same,
            lost: 0.0,
            weight: sought.tokens.iter().map(weight).sum(),
            altered_quoted: Vec::new(),
            altered_found: Vec::new(),
            typography: false,
        };
        let mut group: Vec<(usize, Step)> = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let said = all.findings.len();
            let grade = all.take(&sides, index, *step);
            // What a stricter house does not allow has been named already: one difference, one finding.
            let named = all.findings.len() > said && !matches!(step, Step::Run(..));
            if grade == Grade::Altered && !named {
                group.push((index, *step));
            } else {
                all.close(&sides, &mut group);
            }
            all.place(*step, grade);
        }
        all.close(&sides, &mut group);
        all.turned_round(&sides);
        all.begins_after(&sides);
        all.cut_from_condition(&sides);
        all.ends_open(&sides);
        if all.typography {
            all.note(
                "quotation.typography",
                "quotation marks, dashes or dots are set differently",
            );
        }
        all
    }

    /// The verdict of all differences together.
    pub(super) const fn verdict(&self) -> Verdict {
        match self.grade {
            Grade::Same | Grade::Typography => Verdict::Exact,
            Grade::House => Verdict::HouseStyle,
            Grade::Marked => Verdict::Marked,
            Grade::Altered => Verdict::Altered,
        }
    }

    /// What part of the quotation is not lost in differences. Tells `altered` from `not-found` and nothing else.
    pub(super) fn similarity(&self) -> f64 {
        1.0 - self.lost / self.weight.max(1.0)
    }

    /// The bytes of the text that the quotation stands against.
    pub(super) fn range(&self, text: &Prepared) -> Range<usize> {
        let found = || {
            self.parts
                .iter()
                .map(|it| &it.found)
                .filter(|it| !it.is_empty())
        };
        let first = found().map(|it| it.start).min();
        let last = found().map(|it| it.end).max();
        let start = first
            .and_then(|at| text.tokens.get(at))
            .map_or(0, |it| it.start);
        let end = last
            .and_then(|at| at.checked_sub(1))
            .and_then(|at| text.tokens.get(at))
            .map_or(start, |it| it.end);
        start..end.max(start)
    }

    /// Whether what differs are the same words in another order.
    pub(super) fn order_changed(&self) -> bool {
        let (mut quoted, mut found) = (self.altered_quoted.clone(), self.altered_found.clone());
        quoted.sort_unstable();
        found.sort_unstable();
        !quoted.is_empty() && quoted == found
    }

    /// Adds a finding that changes no verdict.
    pub(super) fn note(&mut self, code: &'static str, message: impl Into<String>) {
        self.findings
            .push(Finding::new(code, self.id.clone(), message));
    }

    /// Takes the quotation for altered, whatever its words.
    pub(super) fn alter(&mut self) {
        self.grade = Grade::Altered;
    }

    /// Looks whether the quotation takes words from more than one message.
    pub(super) fn join(&mut self, passage: &Passage, taken: &[usize]) {
        if let Some(joins) = joins(&self.id, passage, taken) {
            self.grade = Grade::Altered;
            // Dots between two messages leave nothing out and yet are no sign that the words stand side by side.
            self.findings
                .retain(|it| it.code != "quotation.ellipsis-marks-no-omission");
            self.findings.push(joins);
        }
    }

    /// Looks whether brackets hold or stand for more words than the quotation keeps: such a one would fit any text.
    pub(super) fn weigh_brackets(&mut self) {
        if self.replaced > self.equal {
            self.grade = Grade::Altered;
            self.note(
                "quotation.mostly-replaced",
                format!(
                    "{} words are in brackets or left out for them, and {} are the source's own: paraphrase it instead",
                    self.replaced, self.equal
                ),
            );
        }
    }

    /// Both sides in stretches, for showing.
    pub(super) fn changes(
        &self,
        sought: &Sought,
        text: &Prepared,
        passage: &Passage,
    ) -> Vec<Change> {
        let mut drafted = 0;
        let mut shown = self.range(text).start;
        self.parts
            .iter()
            .map(|part| {
                let last = part.quoted.end.checked_sub(1);
                let end = last.and_then(|at| sought.tokens.get(at)).map(|it| it.end);
                let draft = match end {
                    Some(end) if !part.quoted.is_empty() && end >= drafted => {
                        let draft = sought.text.get(drafted..end).unwrap_or_default();
                        drafted = end;
                        draft
                    }
                    _ => "",
                };
                let last = part.found.end.checked_sub(1);
                let end = last.and_then(|at| text.tokens.get(at)).map(|it| it.end);
                let found = match end {
                    Some(end) if !part.found.is_empty() && end >= shown => {
                        let found = passage.text.get(shown..end).unwrap_or_default();
                        shown = end;
                        found
                    }
                    _ => "",
                };
                Change {
                    sort: part.grade.word(),
                    draft: draft.to_owned(),
                    found: found.to_owned(),
                }
            })
            .collect()
    }

    /// Grades one step. What is altered is named later, when its whole stretch is known.
    fn take(&mut self, sides: &Sides<'_>, index: usize, step: Step) -> Grade {
        let grade = match step {
            Step::Pair(quoted, found) => self.pair(sides, index, quoted, found),
            Step::Added(quoted) => self.added(sides, index, quoted),
            Step::Missing(found) => self.missing(sides, index, found),
            Step::Run(quoted, from, to) => self.run(sides, index, quoted, from..to),
        };
        self.grade = self.grade.max(grade);
        self.typography |= grade == Grade::Typography;
        grade
    }

    fn pair(&mut self, sides: &Sides<'_>, index: usize, at: usize, found: usize) -> Grade {
        let (Some(quoted), Some(token)) = (sides.sought.tokens.get(at), sides.text.token(found))
        else {
            return Grade::Altered;
        };
        if let Sort::Edited(pieces) = &quoted.sort {
            return self.edited(quoted, pieces, token);
        }
        if quoted.folded == token.folded {
            self.meet(quoted);
            return if quoted.plain == token.plain {
                Grade::Same
            } else {
                Grade::Typography
            };
        }
        if token.sort.is_word() {
            return self.word(sides, at, quoted, token);
        }
        if sides.closing.get(at) == Some(&true) && matches!(quoted.folded.as_str(), "." | ",") {
            return self.end(sides, &token.folded);
        }
        if sides.beside_dots(index) && !is_loud(&quoted.folded) && !is_loud(&token.folded) {
            return Grade::Marked;
        }
        self.lose(0.3);
        Grade::Altered
    }

    fn word(&mut self, sides: &Sides<'_>, at: usize, quoted: &Token, token: &Token) -> Grade {
        if quoted.lower != token.lower {
            let near = is_near(&quoted.lower, &token.lower);
            if near && is_respelled(&quoted.lower, &token.lower) {
                self.respelled += 1;
                self.telling.0 += usize::from(tells(quoted));
            }
            self.lose(if near { 0.45 } else { 1.0 });
            return Grade::Altered;
        }
        self.meet(quoted);
        let tail = |word: &str| word.chars().skip(1).collect::<String>();
        if sides.opening.get(at) == Some(&true) && tail(&quoted.folded) == tail(&token.folded) {
            let message = format!(
                "the first letter is “{}” in the draft and “{}” in the source",
                quoted.folded.chars().take(1).collect::<String>(),
                token.folded.chars().take(1).collect::<String>(),
            );
            return self.house(sides, "quotation.initial-case", message);
        }
        self.lose(0.15);
        Grade::Altered
    }

    fn end(&mut self, sides: &Sides<'_>, found: &str) -> Grade {
        match found {
            "?" | "\u{61F}" | "\u{FF1F}" => self.house(
                sides,
                "quotation.source-ends-with-question",
                "the source ends with a question mark",
            ),
            "!" | "\u{FF01}" => self.house(
                sides,
                "quotation.source-ends-with-exclamation",
                "the source ends with an exclamation mark",
            ),
            _ => self.house(
                sides,
                "quotation.end-punctuation",
                format!("the closing mark is the draft's: the source has “{found}”"),
            ),
        }
    }

    fn added(&mut self, sides: &Sides<'_>, index: usize, at: usize) -> Grade {
        let Some(quoted) = sides.sought.tokens.get(at) else {
            return Grade::Altered;
        };
        if counts(quoted) {
            self.lose(1.0);
            return Grade::Altered;
        }
        if sides.closing.get(at) == Some(&true) && matches!(quoted.folded.as_str(), "." | ",") {
            if quoted.folded == "," && sides.before_break(at) {
                return Grade::Same;
            }
            let message = match sides.follows(index) {
                Some(next) if next.sort.is_mark() => format!(
                    "the closing mark is the draft's: the source has “{}”",
                    next.plain
                ),
                Some(next) if next.sort.is_word() => {
                    "the closing mark is the draft's: the source's sentence goes on".to_owned()
                }
                _ => "the closing mark is the draft's: the source has none there".to_owned(),
            };
            return self.house(sides, "quotation.end-punctuation", message);
        }
        if sides.beside_dots(index) && !is_loud(&quoted.folded) {
            return Grade::Marked;
        }
        self.lose(0.3);
        Grade::Altered
    }

    fn missing(&mut self, sides: &Sides<'_>, index: usize, found: usize) -> Grade {
        let Some(token) = sides.text.token(found) else {
            return Grade::Altered;
        };
        if token.sort.is_word() {
            self.left_out += 1;
            self.lose(1.0);
            return Grade::Altered;
        }
        if sides.beside_run(index) && !is_loud(&token.folded) {
            return Grade::Marked;
        }
        if sides.at_break(index) && !is_loud(&token.folded) {
            return Grade::Same;
        }
        self.lose(0.3);
        Grade::Altered
    }

    /// Finds words that the draft adds at one end in the source, just beyond the other.
    fn turned_round(&mut self, sides: &Sides<'_>) {
        if !self.altered_found.is_empty() || self.altered_quoted.is_empty() {
            return;
        }
        let mut wanted: Vec<&str> = self.altered_quoted.iter().map(String::as_str).collect();
        wanted.sort_unstable();
        let found = [
            sides.words_after(wanted.len()),
            sides.words_before(wanted.len()),
        ]
        .into_iter()
        .map(|beyond| beyond.iter().map(|it| it.lower.clone()).collect::<Vec<_>>())
        .find(|beyond| {
            let mut beyond: Vec<&str> = beyond.iter().map(String::as_str).collect();
            beyond.sort_unstable();
            beyond == wanted
        });
        self.altered_found = found.unwrap_or_default();
    }

    /// Notes a negation or an 'if' which the quotation begins just behind.
    fn begins_after(&mut self, sides: &Sides<'_>) {
        let turns = |word: &str| is_negation(word) || is_supposition(word);
        let before = sides.words_before(BACK);
        if let Some(word) = before.iter().rev().find(|it| turns(&it.lower)) {
            self.note(
                CUT_AFTER_NEGATION,
                format!(
                    "it begins just behind {} in the source: see that the draft does not turn the meaning",
                    said(&word.plain)
                ),
            );
        }
    }

    /// Notes an `if` or `unless` that stands in the sentence of which the quotation is a part, further off than just before.
    fn cut_from_condition(&mut self, sides: &Sides<'_>) {
        if self.findings.iter().any(|it| it.code == CUT_AFTER_NEGATION) {
            return;
        }
        let before = sides.words_before(SENTENCE);
        // What stands behind the mark that ends the sentence is the next one's.
        let after = if sides.ends_a_sentence() {
            Vec::new()
        } else {
            sides.words_after(SENTENCE)
        };
        let cut = before
            .iter()
            .chain(&after)
            .position(|it| is_supposition(&it.lower));
        let Some(cut) = cut else { return };
        let words: Vec<&str> = (before.iter().chain(&after).skip(cut))
            .take(if cut < before.len() {
                before.len() - cut
            } else {
                SENTENCE
            })
            .take(SHOWN)
            .map(|it| it.plain.as_str())
            .collect();
        self.note(
            CUT_FROM_CONDITION,
            format!(
                "in the source the sentence has a condition, “{}”: see that the draft gives it",
                words.join(" ")
            ),
        );
    }

    /// Notes a question or exclamation that the quotation stops short of.
    fn ends_open(&mut self, sides: &Sides<'_>) {
        let Some(Step::Pair(at, found)) = sides.steps.last() else {
            return;
        };
        if sides.sought.tokens.get(*at).is_some_and(counts) {
            match sides.text.token(found + 1).map(|it| it.folded.as_str()) {
                Some("?") => self.note(
                    "quotation.source-ends-with-question",
                    "the source ends with a question mark",
                ),
                Some("!") => self.note(
                    "quotation.source-ends-with-exclamation",
                    "the source ends with an exclamation mark",
                ),
                _ => {}
            }
        }
    }

    fn house(
        &mut self,
        sides: &Sides<'_>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Grade {
        self.cost += 1;
        if self.findings.iter().all(|it| it.code != code) {
            self.note(code, message);
        }
        if sides.manner.fits_silently() {
            Grade::House
        } else {
            Grade::Altered
        }
    }

    pub(super) fn found(&mut self, code: &'static str, message: String, ours: &str, theirs: &str) {
        self.findings
            .push(Finding::new(code, self.id.clone(), message).with(theirs, ours));
    }

    pub(super) fn meet(&mut self, quoted: &Token) {
        self.equal += usize::from(counts(quoted));
        self.telling.0 += usize::from(tells(quoted));
    }

    pub(super) fn lose(&mut self, part: f64) {
        self.lost += part;
        self.cost += 10;
    }

    fn place(&mut self, step: Step, grade: Grade) {
        let (quoted, found) = match step {
            Step::Pair(at, other) => (at..at + 1, other..other + 1),
            Step::Added(at) => (at..at + 1, 0..0),
            Step::Missing(other) => (0..0, other..other + 1),
            Step::Run(at, from, to) => (at..at + 1, from..to),
        };
        let widen = |old: &Range<usize>, new: &Range<usize>| match (old.is_empty(), new.is_empty())
        {
            (true, _) => new.clone(),
            (_, true) => old.clone(),
            _ => old.start..new.end,
        };
        match self.parts.last_mut() {
            Some(last) if last.grade == grade => {
                last.quoted = widen(&last.quoted, &quoted);
                last.found = widen(&last.found, &found);
            }
            _ => self.parts.push(Part {
                grade,
                quoted,
                found,
            }),
        }
    }
}

fn is_loud(mark: &str) -> bool {
    matches!(mark, "?" | "!" | "\u{61F}" | "\u{FF1F}" | "\u{FF01}")
}
