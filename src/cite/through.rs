//! Quotations that were not found, looked for once more in every text.
//!
//! The full-text index is disposable and nothing signs it: whoever writes to `search/` could have it deny any quotation. So
//! a hit may come from the index, since the hit's own text decides, but 'not found' may not. All quotations that the index
//! did not find are looked for in one pass.

use crate::cite::CiteError;
use crate::cite::Passage;
use crate::cite::Quotation;
use crate::cite::Quoted;
use crate::cite::Sought;
use crate::cite::Verdict;
use crate::cite::Wanted;
use crate::record::Finding;

use super::check::Checker;
use super::check::wanted;

/// What going through all texts has found.
#[derive(Debug, Clone, Default)]
pub struct Through {
    /// For each of what was wanted the passages that may hold it, the likeliest first; empty where there is none.
    pub passages: Vec<Vec<Passage>>,
    /// Why not all texts were looked at; nothing where all were.
    pub left_out: Option<String>,
}

impl Checker<'_> {
    /// Goes through every text for the unpinned quotations that were not found. The verdict of those that are found is
    /// taken anew; of the others, where not every text could be looked at, nothing is said.
    pub(super) fn through(
        &mut self,
        quotations: &[Quotation],
        results: &mut [Quoted],
    ) -> Result<(), CiteError> {
        let lost = |it: &Quoted| it.verdict == Verdict::NotFound && it.pins.is_empty();
        let mut sought: Vec<(Sought, &mut Quoted)> = quotations
            .iter()
            .zip(results.iter_mut())
            .filter(|(_, result)| lost(result))
            .map(|(quotation, result)| {
                let parts: Vec<&str> = quotation.parts.iter().map(String::as_str).collect();
                (Sought::new(&quotation.id, &parts), result)
            })
            .collect();
        if sought.is_empty() {
            return Ok(());
        }
        let asked: Vec<Wanted> = sought.iter().map(|(sought, _)| wanted(sought)).collect();
        let through = self.sources.through(&asked)?;
        let mut passages = through.passages.into_iter();
        for (sought, result) in &mut sought {
            let found = passages.next().unwrap_or_default();
            if !found.is_empty() {
                let mut again = Quoted {
                    findings: Vec::new(),
                    ..(**result).clone()
                };
                self.decide(sought, found, &mut again)?;
                if again.verdict != Verdict::NotFound {
                    again.findings.push(Finding::new(
                        "quotation.index-missed",
                        &again.id,
                        "it was found only by going through all texts: the search index lacks it",
                    ));
                    again.nearest = None;
                    **result = again;
                    continue;
                }
            }
            if let Some(left_out) = &through.left_out {
                result.verdict = Verdict::NotChecked;
                result.nearest = None;
                result.findings = vec![Finding::new(
                    "quotation.not-all-read",
                    &result.id,
                    format!("it was not found, but {left_out}; pin it to have it checked"),
                )];
            }
        }
        Ok(())
    }
}
