//! The terms on which material was given.

use super::Archive;
use super::ArchiveError;

/// Terms on which something was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The accession that was given on them.
    pub accession: Option<String>,
    /// The terms.
    pub words: String,
}

/// Whether words on record say anything: 'none' is what a form is filled in with where there is nothing to say.
pub fn says_something(words: &str) -> bool {
    let words = words.trim().to_lowercase();
    !matches!(
        words.as_str(),
        "" | "-" | "?" | "none" | "n/a" | "unknown" | "not known"
    )
}

/// Whether terms leave everything free.
pub fn leaves_all_free(words: &str) -> bool {
    let words = words.trim().trim_end_matches('.').to_lowercase();
    matches!(
        words.as_str(),
        "on the record" | "open" | "public" | "no restrictions" | "unrestricted"
    )
}

impl Archive {
    /// The terms that an accession states, and those that later acts state of it or of items that came with it.
    pub fn terms(&self, accession: u64, items: &[u64]) -> Result<Vec<String>, ArchiveError> {
        let mut acts = self.acts_on_entry(accession)?;
        for item in items {
            acts.extend(self.acts_on_item(*item)?);
        }
        acts.sort_unstable();
        acts.dedup();
        let mut stated = Vec::new();
        for entry in std::iter::once(accession).chain(acts) {
            let terms: Option<String> = match self.entry(entry)? {
                Some(entry) => entry.get("terms")?,
                None => None,
            };
            stated.extend(terms.filter(|terms| says_something(terms)));
        }
        Ok(stated)
    }

    /// The terms of all receipts of an item, each once, those aside that leave everything free.
    pub fn terms_of(&self, item: u64) -> Result<Vec<Terms>, ArchiveError> {
        let mut all = Vec::new();
        let mut items = vec![item];
        let Some(mut whole) = self.card(item)? else {
            return Ok(all);
        };
        // A parent's number is lower than its child's, so this ends whatever the rows say.
        while let Some(parent) = whole.parent.filter(|parent| *parent < whole.item) {
            let Some(card) = self.card(parent)? else {
                break;
            };
            items.push(parent);
            whole = card;
        }
        let mut receipts = vec![(whole.accession, items)];
        for other in self.holdings(&whole.sha256)? {
            if other.item != whole.item {
                receipts.push((other.accession, vec![other.item]));
            }
        }
        for (accession, items) in receipts {
            let reference = self.entry_reference(accession)?;
            for words in self.terms(accession, &items)? {
                let terms = Terms {
                    accession: reference.clone(),
                    words,
                };
                if !leaves_all_free(&terms.words) && !all.contains(&terms) {
                    all.push(terms);
                }
            }
        }
        Ok(all)
    }
}
