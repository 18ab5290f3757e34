//! Passages cut for comparing, kept while a draft is checked: the same message is looked at for many quotations.

use std::collections::HashMap;
use std::rc::Rc;

use crate::cite::Judgement;
use crate::cite::Passage;
use crate::cite::Verdict;

use super::judge::Manner;
use super::judge::Sought;
use super::judge::counts;
use super::judge::judge_prepared;
use super::judge::readings;
use super::tokens::Prepared;

/// Tokens kept, at most: some 60 MB.
const KEPT: usize = 300_000;

/// Passages cut for comparing.
#[derive(Default)]
pub(super) struct Library {
    known: HashMap<(String, usize), Rc<Vec<Prepared>>>,
    tokens: usize,
}

impl Library {
    fn prepared(&mut self, passage: &Passage) -> Rc<Vec<Prepared>> {
        let name = (passage.item.clone(), passage.text.len());
        if let Some(found) = self.known.get(&name) {
            return Rc::clone(found);
        }
        let made = Rc::new(readings(passage));
        if self.tokens > KEPT {
            self.known.clear();
            self.tokens = 0;
        }
        self.tokens += made.iter().map(|it| it.tokens.len()).sum::<usize>();
        self.known.insert(name, Rc::clone(&made));
        made
    }

    /// How many of a quotation's words a passage holds, in any order.
    pub(super) fn overlap(&mut self, sought: &Sought, passage: &Passage) -> usize {
        let prepared = self.prepared(passage);
        prepared
            .iter()
            .map(|it| held(sought, it))
            .max()
            .unwrap_or(0)
    }

    /// Judges a quotation against a passage. A passage that holds too few of its words for any verdict but `not-found` is
    /// not laid along it.
    pub(super) fn judge(
        &mut self,
        sought: &Sought,
        passage: &Passage,
        manner: Manner,
    ) -> Judgement {
        let words = sought.words();
        let prepared = self.prepared(passage);
        prepared
            .iter()
            .map(|text| {
                if held(sought, text) * 100 < words * 60 {
                    Judgement::none(words, Verdict::NotFound)
                } else {
                    judge_prepared(sought, passage, text, manner)
                }
            })
            .min_by_key(|it| (it.verdict, it.cost))
            .unwrap_or_else(|| Judgement::none(words, Verdict::NotFound))
    }
}

fn held(sought: &Sought, text: &Prepared) -> usize {
    sought
        .tokens
        .iter()
        .filter(|it| counts(it))
        .filter(|it| !it.sort.is_word() || text.words.contains(&it.lower))
        .count()
}
