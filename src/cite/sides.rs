//! A quotation and a text laid along each other: what stands beside what.

use std::ops::Range;

use super::align::Step;
use super::judge::Manner;
use super::judge::Sought;
use super::judge::counts;
use super::naming::joined;
use super::tokens::Prepared;
use super::tokens::Sort;
use super::tokens::Token;

/// Words of an attribution that cuts a quotation in two, at most.
const ATTRIBUTION: usize = 12;

/// A view of the two sides, by index.
pub(super) struct Sides<'a> {
    pub(super) sought: &'a Sought,
    pub(super) text: &'a Prepared,
    pub(super) steps: &'a [Step],
    /// For each token of the quotation whether only marks follow before its end or a break.
    pub(super) closing: Vec<bool>,
    /// For each token of the quotation whether it is the first word of it, or after a break or dots.
    pub(super) opening: Vec<bool>,
    pub(super) manner: Manner,
}

impl<'a> Sides<'a> {
    pub(super) fn words(&self, found: Range<usize>) -> Vec<&'a Token> {
        found
            .filter_map(|at| self.text.token(at))
            .filter(|it| it.sort.is_word())
            .collect()
    }

    pub(super) fn lower(&self, found: Range<usize>) -> Vec<&'a str> {
        found
            .filter_map(|at| self.text.token(at))
            .map(|it| it.lower.as_str())
            .collect()
    }

    /// The text of a run of tokens, for a reader.
    pub(super) fn plain(&self, found: Range<usize>) -> String {
        let tokens: Vec<&Token> = found.filter_map(|at| self.text.token(at)).collect();
        joined(&tokens)
    }

    /// What the text has where a step of the quotation stands against nothing.
    pub(super) fn follows(&self, index: usize) -> Option<&'a Token> {
        let before = self.steps.get(..index)?.iter().rev();
        let past = before.into_iter().find_map(|step| match step {
            Step::Pair(_, found) | Step::Missing(found) => Some(found + 1),
            Step::Run(_, _, to) => Some(*to),
            Step::Added(_) => None,
        })?;
        self.text.token(past)
    }

    /// Whether the text has words from that token on.
    pub(super) fn goes_on(&self, from: usize) -> bool {
        let mut rest = (from..self.text.tokens.len()).filter_map(|at| self.text.token(at));
        rest.any(|it| it.sort.is_word())
    }

    /// Whether a run of the text begins by closing quotation marks and ends by opening them: “…,” she wrote, “…”.
    pub(super) fn is_cut_there(&self, found: &Range<usize>) -> bool {
        let is_mark = |at: usize| {
            let plain = self.text.token(at).map(|it| it.plain.as_str());
            matches!(plain, Some("\"" | "“" | "”" | "„" | "«" | "»"))
        };
        let is_word = |at: usize| self.text.token(at).is_some_and(|it| it.sort.is_word());
        let mut at = found.clone();
        let mut back = found.clone().rev();
        let closes = at.by_ref().take_while(|it| !is_word(*it)).any(is_mark);
        let opens = back.by_ref().take_while(|it| !is_word(*it)).any(is_mark);
        let many = found.clone().filter(|it| is_word(*it)).count();
        closes && opens && (1..=ATTRIBUTION).contains(&many)
    }

    pub(super) fn is_dots(&self, step: Option<&Step>) -> bool {
        let Some(Step::Run(at, ..)) = step else {
            return false;
        };
        self.sought
            .tokens
            .get(*at)
            .is_some_and(|it| matches!(it.sort, Sort::Gap | Sort::Dots))
    }

    pub(super) fn beside_dots(&self, index: usize) -> bool {
        self.is_dots(self.steps.get(index + 1))
            || index
                .checked_sub(1)
                .is_some_and(|at| self.is_dots(self.steps.get(at)))
    }

    pub(super) fn beside_run(&self, index: usize) -> bool {
        let is_run = |at: Option<usize>| {
            at.and_then(|at| self.steps.get(at)).is_some_and(
                |step| matches!(step, Step::Run(run, ..) if !self.sought.breaks.contains(run)),
            )
        };
        is_run(Some(index + 1)) || is_run(index.checked_sub(1))
    }

    /// Whether a token stands last before a break.
    pub(super) fn before_break(&self, at: usize) -> bool {
        self.sought
            .breaks
            .iter()
            .any(|it| at < *it && (at..*it).all(|at| self.closing.get(at) == Some(&true)))
    }

    /// Whether the step lies between two pieces of the quotation.
    pub(super) fn at_break(&self, index: usize) -> bool {
        let next = self
            .steps
            .get(index + 1..)
            .unwrap_or_default()
            .iter()
            .find_map(|step| match step {
                Step::Pair(at, _) | Step::Added(at) | Step::Run(at, ..) => Some(*at),
                Step::Missing(_) => None,
            });
        next.is_some_and(|at| self.sought.breaks.contains(&at) || self.before_break(at))
    }

    pub(super) fn first_found(&self) -> Option<usize> {
        self.steps.iter().find_map(|step| match step {
            Step::Pair(_, found) | Step::Missing(found) => Some(*found),
            _ => None,
        })
    }

    /// The words of the text just before what the quotation stands against, in their order: at most `many`, and none of
    /// another sentence.
    pub(super) fn words_before(&self, many: usize) -> Vec<&'a Token> {
        let first = self.steps.iter().find_map(|step| match step {
            Step::Pair(_, found) | Step::Missing(found) | Step::Run(_, found, _) => Some(*found),
            Step::Added(_) => None,
        });
        let text = self.text;
        let before = (0..first.unwrap_or(0))
            .rev()
            .filter_map(|at| text.token(at));
        let mut words = of_one_sentence(before, many);
        words.reverse();
        words
    }

    /// The words of the text just after it, likewise.
    pub(super) fn words_after(&self, many: usize) -> Vec<&'a Token> {
        let (past, text) = (self.past(), self.text);
        let after = (past.unwrap_or(usize::MAX)..text.tokens.len()).filter_map(|at| text.token(at));
        of_one_sentence(after, many)
    }

    /// The token of the text behind all that the quotation stands against.
    fn past(&self) -> Option<usize> {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Pair(_, found) | Step::Missing(found) => Some(found + 1),
            Step::Run(_, _, to) => Some(*to),
            Step::Added(_) => None,
        })
    }

    /// Whether it ends where a sentence of the text does, with the mark that ends it.
    pub(super) fn ends_a_sentence(&self) -> bool {
        let last = self.past().and_then(|it| it.checked_sub(1));
        last.and_then(|it| self.text.token(it))
            .is_some_and(|it| ends_sentence(&it.folded))
    }

    pub(super) fn differs(&self, step: Step) -> bool {
        match step {
            Step::Pair(at, found) => {
                self.sought.tokens.get(at).map(|it| &it.lower)
                    != self.text.token(found).map(|it| &it.lower)
            }
            Step::Added(_) | Step::Missing(_) => true,
            Step::Run(..) => false,
        }
    }
}

fn of_one_sentence<'a>(tokens: impl Iterator<Item = &'a Token>, many: usize) -> Vec<&'a Token> {
    tokens
        .take_while(|it| !ends_sentence(&it.folded))
        .filter(|it| it.sort.is_word())
        .take(many)
        .collect()
}

pub(super) fn ends_sentence(mark: &str) -> bool {
    matches!(mark, "." | "?" | "!" | "。" | "\u{61F}" | "\u{964}")
}

pub(super) fn closing(sought: &Sought) -> Vec<bool> {
    let mut closing = vec![false; sought.tokens.len()];
    let mut open = true;
    for (at, token) in sought.tokens.iter().enumerate().rev() {
        open |= sought.breaks.contains(&(at + 1));
        open &= !counts(token);
        if let Some(cell) = closing.get_mut(at) {
            *cell = open;
        }
    }
    closing
}

pub(super) fn opening(sought: &Sought) -> Vec<bool> {
    let mut fresh = true;
    sought
        .tokens
        .iter()
        .enumerate()
        .map(|(at, token)| {
            fresh |= sought.breaks.contains(&at);
            fresh |= matches!(token.sort, Sort::Gap | Sort::Dots);
            let first = fresh && counts(token);
            fresh &= !first && !matches!(token.sort, Sort::Bracket(_));
            first
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::differences::CUT_FROM_CONDITION;
    use super::super::judge::judge;
    use super::*;
    use crate::cite::House;
    use crate::cite::Passage;

    fn condition(quotation: &str) -> bool {
        let text = "The ferry ran on Monday with forty people aboard. We shall not run it again unless the pier is mended.";
        let passage = Passage {
            text: text.to_owned(),
            ..Passage::default()
        };
        let sought = Sought::new("Q1", &[quotation]);
        let manner = Manner {
            house: House::Magazine,
            strict: false,
        };
        let judged = judge(&sought, &passage, manner);
        let mut codes = judged.findings.iter().map(|it| it.code);
        codes.any(|it| it == CUT_FROM_CONDITION)
    }

    #[test]
    fn a_condition_of_the_next_sentence_is_none_of_the_quotations() {
        assert!(!condition(
            "The ferry ran on Monday with forty people aboard."
        ));
        assert!(!condition(
            "The ferry ran on Monday with forty people aboard,"
        ));
        assert!(!condition(
            "The ferry ran on Monday with forty people aboard"
        ));
        assert!(!condition("ran on Monday with forty people aboard."));
        assert!(condition("We shall not run it again."));
        assert!(condition("with forty people aboard. We shall not run it"));
    }
}
