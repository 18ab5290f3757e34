//! Names what a draft marks as changed: words left out by dots, put in or replaced by brackets, [sic], notes; and what an
//! attribution hides between two pieces of a quotation.

use std::ops::Range;

use super::align::Step;
use super::align::fits;
use super::differences::Differences;
use super::differences::Grade;
use super::naming::joined;
use super::naming::shorten;
use super::sides::Sides;
use super::tokens::Sort;
use super::tokens::Token;
use super::words::is_condition;
use super::words::is_negation;
use super::words::is_number;

/// Where words are left out between the pieces of a quotation.
pub(super) const ACROSS: &str = "across the attribution";

impl Differences {
    pub(super) fn run(
        &mut self,
        sides: &Sides<'_>,
        index: usize,
        at: usize,
        found: Range<usize>,
    ) -> Grade {
        let Some(quoted) = sides.sought.tokens.get(at) else {
            return Grade::Altered;
        };
        let words: Vec<&Token> = sides.words(found.clone());
        let left = sides.plain(found.clone());
        let left = left.trim_matches([',', ' ', ';']).to_owned();
        let own = found.len() > 2
            && sides
                .text
                .token(found.start)
                .is_some_and(|it| matches!(it.folded.as_str(), "[" | "("));
        match &quoted.sort {
            // A source that is itself cut there, by marks and by who says it, has nothing left out.
            Sort::Break if sides.is_cut_there(&found) => return Grade::Same,
            Sort::Break => return self.cut(&words, &left),
            Sort::Gap | Sort::Dots => self.dots(sides, index, &found, &words, &left),
            _ if own && !matches!(quoted.sort, Sort::Bracket(_)) => return Grade::Same,
            Sort::Sic => {
                let differs = index
                    .checked_sub(1)
                    .and_then(|before| sides.steps.get(before))
                    .is_some_and(|step| sides.differs(*step));
                if differs {
                    self.note(
                        "quotation.sic-but-source-differs",
                        "[sic] says that the source has it so, and it has not",
                    );
                }
                self.note("quotation.sic", "[sic] is the draft's");
            }
            Sort::Note => self.note("quotation.note", format!("{} is the draft's", quoted.plain)),
            Sort::Bracket(inside) => {
                let bare: Vec<&str> = inside.iter().map(String::as_str).collect();
                if own && sides.lower(found.start + 1..found.end - 1) == bare {
                    return Grade::Same;
                }
                if words.is_empty() && self.beside_the_end(sides, index, quoted, inside) {
                    return Grade::Marked;
                }
                self.bracket(quoted, inside, &words, &left);
            }
            _ => {}
        }
        Grade::Marked
    }

    /// Names what brackets within a word change.
    pub(super) fn edited(
        &mut self,
        quoted: &Token,
        pieces: &[(bool, String)],
        token: &Token,
    ) -> Grade {
        if !fits(pieces, &token.lower) {
            self.lose(1.0);
            return Grade::Altered;
        }
        self.meet(quoted);
        let (code, what) = if quoted.lower == token.lower {
            ("quotation.bracketed-case", "letter")
        } else if pieces.last().is_some_and(|it| it.0) {
            ("quotation.bracketed-change", "ending")
        } else {
            ("quotation.bracketed-change", "part of the word")
        };
        let whole: String = pieces.iter().map(|(_, piece)| piece.as_str()).collect();
        let whole = whole.to_lowercase();
        let has_figure = |it: &str| it.contains(char::is_numeric);
        if is_negation(&whole) != is_negation(&token.lower) {
            self.found(
                "quotation.negation-changed",
                format!(
                    "{} changes a negation: the source has “{}”",
                    quoted.plain, token.folded
                ),
                &quoted.plain,
                &token.folded,
            );
        }
        if whole != token.lower && (has_figure(&whole) || has_figure(&token.lower)) {
            self.number(&quoted.plain, &token.folded);
        }
        self.found(
            code,
            format!(
                "the {what} in brackets is the draft's: the source has “{}”",
                token.folded
            ),
            &quoted.plain,
            &token.folded,
        );
        Grade::Marked
    }

    fn dots(
        &mut self,
        sides: &Sides<'_>,
        index: usize,
        found: &Range<usize>,
        words: &[&Token],
        left: &str,
    ) {
        if words.is_empty() {
            let first = index == 0 && sides.first_found() > Some(0);
            let last = index + 1 == sides.steps.len()
                || sides.steps.get(index + 1..).unwrap_or_default().iter().all(
                    |it| matches!(it, Step::Added(at) if sides.closing.get(*at) == Some(&true)),
                );
            let goes_on = last && sides.goes_on(found.end);
            if first || goes_on {
                self.note(
                    "quotation.omission",
                    "dots at an end: the source goes on beyond it",
                );
            } else if last {
                self.note(
                    "quotation.ellipsis-marks-no-omission",
                    "the dots leave nothing out: the source ends there",
                );
            } else {
                self.cost += 1;
                self.note(
                    "quotation.ellipsis-marks-no-omission",
                    "the dots leave nothing out: the words stand side by side in the source",
                );
            }
            return;
        }
        self.cost += 1;
        self.long_omission = self.long_omission.max(words.len());
        let many = if words.len() == 1 { "word" } else { "words" };
        self.found(
            "quotation.omission",
            format!(
                "the dots leave out {} {many}: “{}”",
                words.len(),
                shorten(left)
            ),
            "…",
            &shorten(left),
        );
        self.hides(words, left, is_condition);
    }

    /// Names words left out where an attribution cuts the quotation: one change, however many they are.
    fn cut(&mut self, words: &[&Token], left: &str) -> Grade {
        if words.is_empty() {
            return Grade::Same;
        }
        self.cost += 10;
        let many = if words.len() == 1 { "word" } else { "words" };
        self.found(
            "quotation.silent-omission",
            format!(
                "the draft leaves out {} {many} {ACROSS} without a mark: “{}”",
                words.len(),
                shorten(left)
            ),
            "",
            &shorten(left),
        );
        self.hides(words, left, is_condition);
        Grade::Altered
    }

    /// Names what stands in the source where a bracket opens or closes the quotation: the bracket may stand for it, and
    /// nobody can tell for how much of it.
    fn beside_the_end(
        &mut self,
        sides: &Sides<'_>,
        index: usize,
        quoted: &Token,
        inside: &[String],
    ) -> bool {
        const SHOWN: usize = 3;
        let pairs = |steps: &[Step]| steps.iter().any(|it| matches!(it, Step::Pair(..)));
        let (before, after) = sides.steps.split_at(index.min(sides.steps.len()));
        let (beyond, where_) = if !pairs(before) {
            (sides.words_before(SHOWN), "before it")
        } else if !pairs(after) {
            (sides.words_after(SHOWN), "after it")
        } else {
            return false;
        };
        let said = joined(&beyond);
        if said.is_empty() {
            return false;
        }
        self.cost += 1;
        self.brings_in(quoted, inside, &beyond, &said);
        self.replaced += quoted.lower.split_whitespace().count();
        self.found(
            "quotation.replacement",
            format!(
                "{} is the draft's: the source has “{}” {where_}",
                quoted.plain,
                shorten(&said)
            ),
            &quoted.plain,
            &shorten(&said),
        );
        true
    }

    /// Names a negation that a bracket brings in.
    fn brings_in(&mut self, quoted: &Token, inside: &[String], words: &[&Token], left: &str) {
        let denies = |word: &str| is_negation(word);
        let brought = inside.iter().find(|it| denies(it));
        if let Some(word) = brought.filter(|_| !words.iter().any(|it| denies(&it.lower))) {
            self.found(
                "quotation.negation-changed",
                format!(
                    "{} brings in “{word}”, and the source has no negation there",
                    quoted.plain
                ),
                &quoted.plain,
                &shorten(left),
            );
        }
    }

    fn bracket(&mut self, quoted: &Token, inside: &[String], words: &[&Token], left: &str) {
        self.brings_in(quoted, inside, words, left);
        let put_in = inside
            .iter()
            .filter(|it| it.chars().any(char::is_alphanumeric))
            .count();
        self.replaced += put_in.max(words.len());
        if words.is_empty() {
            self.note(
                "quotation.insertion",
                format!("{} is put in by the draft", quoted.plain),
            );
            return;
        }
        self.cost += 1;
        self.found(
            "quotation.replacement",
            format!("{} stands for “{}”", quoted.plain, shorten(left)),
            &quoted.plain,
            &shorten(left),
        );
        self.hides(words, left, |word| {
            is_condition(word) && !inside.iter().any(|it| it == word)
        });
        let figure = |word: &str| is_number(word) || word.chars().any(char::is_numeric);
        let theirs: Vec<&str> = words
            .iter()
            .map(|it| it.lower.as_str())
            .filter(|it| figure(it))
            .collect();
        let ours: Vec<&str> = inside
            .iter()
            .map(String::as_str)
            .filter(|it| figure(it))
            .collect();
        if !ours.is_empty() && !theirs.is_empty() && ours != theirs {
            self.number(&quoted.plain, left);
        }
    }

    fn hides(&mut self, words: &[&Token], left: &str, hidden: impl Fn(&str) -> bool) {
        let hidden: Vec<String> = words
            .iter()
            .filter(|it| hidden(&it.lower))
            .map(|it| format!("“{}”", it.folded))
            .collect();
        if !hidden.is_empty() {
            self.found(
                "quotation.omission-hides-negation",
                format!("among the words left out is {}", hidden.join(", ")),
                "",
                &shorten(left),
            );
        }
    }
}
