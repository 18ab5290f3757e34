//! Quotations that were not found as quoted, looked for once more in every text.
//!
//! The full-text index is disposable and nothing signs it: whoever writes to `search/` could have it deny any quotation, or
//! offer a passage that differs in the place of one that does not. So a hit may come from the index, since the hit's own
//! text decides, but neither 'not found' nor 'altered' may. All such quotations are looked for in one pass.

use crate::cite::CiteError;
use crate::cite::GoneThrough;
use crate::cite::Passage;
use crate::cite::Quotation;
use crate::cite::Quoted;
use crate::cite::Sought;
use crate::cite::Verdict;
use crate::cite::Wanted;
use crate::record::Finding;

use super::check::Checker;
use super::check::Judged;
use super::judge::wanted;

/// What going through all texts has found.
#[derive(Debug, Clone, Default)]
pub struct Through {
    /// For each of what was wanted the items that may hold it.
    pub items: Vec<Likely>,
    /// How many texts were read.
    pub texts: u64,
    /// How many are withheld, and were compared with nothing. No verdict says whether the words stand there.
    pub withheld: u64,
    /// Why not all texts were looked at; nothing where all were.
    pub left_out: Option<String>,
    /// How many documents could not be read when they came in, or not to their end.
    pub not_read: u64,
}

/// Items that may hold some words, the likeliest first, as [`Sources::opened`](crate::cite::Sources::opened) takes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Likely {
    /// Those that are looked at in any case.
    pub first: Vec<u64>,
    /// Those that hold fewer of the words, looked at where none of the first holds them as they are quoted.
    pub further: Vec<u64>,
}

impl Checker<'_> {
    /// Goes through every text for the unpinned quotations that were not found as quoted; where there is no index, for the
    /// pinned ones too, which may stand elsewhere. The verdict of those that are found is taken anew; of those not found,
    /// where not every text could be looked at, nothing is said.
    pub(super) fn through(
        &mut self,
        quotations: &[Quotation],
        results: &mut [Quoted],
    ) -> Result<Option<GoneThrough>, CiteError> {
        let indexed = self.indexed;
        let pinned = |it: &Quotation| it.pins.iter().any(|pin| pin.item().is_some());
        let lost = |quotation: &Quotation, result: &Quoted| {
            matches!(result.verdict, Verdict::NotFound | Verdict::Altered)
                && (!pinned(quotation) || !indexed)
        };
        let mut sought: Vec<(Sought, bool, &mut Quoted)> = quotations
            .iter()
            .zip(results.iter_mut())
            .filter(|(quotation, result)| lost(quotation, result))
            .map(|(quotation, result)| {
                let parts: Vec<&str> = quotation.parts.iter().map(String::as_str).collect();
                (
                    Sought::new(&quotation.id, &parts),
                    pinned(quotation),
                    result,
                )
            })
            .collect();
        let asked: Vec<Wanted> = sought.iter().map(|it| wanted(&it.0)).collect();
        let through = if asked.is_empty() {
            Through::default()
        } else {
            self.sources.through(&asked)?
        };
        let mut items = through.items.into_iter();
        for (sought, pinned, result) in &mut sought {
            // Opened for one quotation at a time: a thousand have too many to be held at once.
            let found = self.judge_likely(sought, &items.next().unwrap_or_default())?;
            if *pinned {
                self.elsewhere(sought, found, result)?;
                continue;
            }
            if !found.is_empty() && self.is_better(sought, found, indexed, result)? {
                continue;
            }
            if through.not_read > 0 && result.verdict == Verdict::NotFound {
                let beyond = format!(
                    "; {}, so it may stand there",
                    GoneThrough::not_to_their_end(through.not_read)
                );
                for finding in &mut result.findings {
                    if finding.code == "quotation.not-found" {
                        finding.message.push_str(&beyond);
                    }
                }
            }
            if let Some(left_out) = &through.left_out {
                let finding =
                    |message: String| Finding::new("quotation.not-all-read", &result.id, message);
                if result.verdict == Verdict::Altered {
                    let message = format!(
                        "it may stand elsewhere as it is quoted: {left_out}; pin it to have it checked"
                    );
                    let finding = finding(message);
                    result.findings.push(finding);
                } else {
                    let message =
                        format!("it was not found, but {left_out}; pin it to have it checked");
                    result.findings = vec![finding(message)];
                    result.verdict = Verdict::NotChecked;
                    result.nearest = None;
                }
            }
        }
        drop(sought);
        self.own.say_where(results);
        let (pinned, messages) = self.inside;
        let looked = through.texts + through.withheld + messages > 0 || through.left_out.is_some();
        Ok(looked.then_some(GoneThrough {
            quotations: asked.len(),
            texts: through.texts,
            withheld: through.withheld,
            left_out: through.left_out,
            not_read: through.not_read,
            pinned,
            messages,
        }))
    }

    /// What the passages of those items say about a quotation.
    fn judge_likely(&mut self, sought: &Sought, likely: &Likely) -> Result<Vec<Judged>, CiteError> {
        let first = self.opened(&likely.first)?;
        let judged = self.judge_all(sought, first);
        if judged.first().is_some_and(Judged::passes) {
            return Ok(judged);
        }
        let further = self.opened(&likely.further)?;
        Ok(self.judge_more(sought, judged, further))
    }

    fn opened(&mut self, items: &[u64]) -> Result<Vec<Passage>, CiteError> {
        let mut passages = self.sources.opened(items)?;
        passages.retain(|it| !self.own.is_in(it));
        Ok(passages)
    }

    /// Takes the verdict anew from what going through the texts has found, if that is better.
    fn is_better(
        &mut self,
        sought: &Sought,
        found: Vec<Judged>,
        indexed: bool,
        result: &mut Quoted,
    ) -> Result<bool, CiteError> {
        let mut again = Quoted {
            findings: Vec::new(),
            matches: Vec::new(),
            nearest: None,
            ..result.clone()
        };
        self.settle(sought, found, &mut again)?;
        // Verdicts are in order, the best first.
        let better = again.verdict < result.verdict || !indexed;
        if better {
            if indexed {
                again.findings.push(Finding::new(
                    "quotation.index-missed",
                    &again.id,
                    "it was found only by going through all texts: the search index did not name it",
                ));
            }
            *result = again;
        }
        Ok(result.verdict != Verdict::NotFound && better)
    }
}
