//! The text itself among what the archive holds: a draft that was brought in, or the page on which it was published. It holds
//! every quotation as the draft has it, right or wrong, and is no source for any.
//!
//! It is known by what the draft says between its quotations: a letter from which a draft takes all its quotations holds
//! none of that.

use std::collections::HashMap;

use memchr::memmem::Finder;

use crate::cite::Draft;
use crate::cite::Passage;
use crate::cite::Quotation;
use crate::record::Finding;

use super::normal::folded;

/// Paragraphs that are looked for, at most: so many tell any text.
const MOST: usize = 500;
/// Words that a paragraph must have to be looked for: fewer stand anywhere.
const TELLING: usize = 5;
/// Paragraphs that must stand there, at least: one may have been taken from it.
const FEWEST: usize = 2;

/// What a draft says in its own words.
#[derive(Default)]
pub(super) struct Own {
    /// Its paragraphs as they are compared, with a space before and after, and how many words of each are its own.
    paragraphs: Vec<(Finder<'static>, usize)>,
    /// How many words of all of these are.
    words: usize,
    /// Bytes of the shortest half of them: a shorter text is not looked through.
    least: usize,
    /// What was looked at.
    known: HashMap<String, bool>,
    /// What holds the text itself.
    pub(super) findings: Vec<Finding>,
}

impl Own {
    /// What that draft says outside of these quotations.
    pub(super) fn new(draft: &Draft, quotations: &[Quotation]) -> Self {
        let mut quoted: HashMap<usize, usize> = HashMap::new();
        for quotation in quotations {
            let words = quotation.text().split_whitespace().count();
            *quoted.entry(quotation.place.paragraph).or_default() += words;
        }
        let mut own = Self::default();
        for paragraph in &draft.paragraphs {
            if paragraph.block.is_some() || own.paragraphs.len() >= MOST {
                continue;
            }
            let plain = folded(&paragraph.text);
            let words = plain.split(' ').count();
            let said = words.saturating_sub(quoted.get(&paragraph.number).copied().unwrap_or(0));
            if words >= TELLING && said > 0 {
                let plain = format!(" {plain} ");
                own.paragraphs
                    .push((Finder::new(&plain).into_owned(), said));
                own.words += said;
            }
        }
        let mut sizes: Vec<usize> = own
            .paragraphs
            .iter()
            .map(|it| it.0.needle().len())
            .collect();
        sizes.sort_unstable();
        own.least = sizes.iter().take(FEWEST).sum();
        own
    }

    /// Whether the text that a passage is of holds the draft itself: two of its paragraphs or more, and half of its own words.
    pub(super) fn is_in(&mut self, passage: &Passage) -> bool {
        if self.paragraphs.len() < FEWEST || passage.text.len() < self.least {
            return false;
        }
        if let Some(known) = self.known.get(&passage.item) {
            return *known;
        }
        let text = format!(" {} ", folded(&passage.text));
        let held = self.paragraphs.iter();
        let held: Vec<usize> = held
            .filter(|(plain, _)| plain.find(text.as_bytes()).is_some())
            .map(|(_, words)| *words)
            .collect();
        let is_own = held.len() >= FEWEST && held.iter().sum::<usize>() * 2 >= self.words;
        self.known.insert(passage.item.clone(), is_own);
        if is_own {
            self.findings.push(Finding::new(
                "draft.in-archive",
                &passage.item,
                format!(
                    "it holds this text itself ({} of {} paragraphs word for word), and was not taken as a source; a pin to it \
                     is followed",
                    held.len(),
                    self.paragraphs.len()
                ),
            ));
        }
        is_own
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cite::DraftFormat;
    use crate::cite::extract;

    const DRAFT: &str = "The pier was shut on Monday, the harbor said.\n\nHe wrote “we were never told of any of this, not once.”\n\nNobody at the harbor answered any of it.\n";

    fn is_own(text: &str) -> bool {
        let draft = Draft::read(DRAFT.as_bytes(), None, DraftFormat::Text).expect("text");
        let mut own = Own::new(&draft, &extract(&draft).quotations);
        own.is_in(&Passage {
            item: "d-41ac".to_owned(),
            text: text.to_owned(),
            ..Passage::default()
        })
    }

    #[test]
    fn a_page_with_the_text_is_known_and_a_source_of_its_quotations_is_not() {
        let page = format!(
            "Home\nLog in\n{}\nAll rights reserved",
            DRAFT.replace('“', "\"")
        );
        assert!(is_own(&page));
        assert!(is_own(&page.replace("Nobody at", "No one at")));
        assert!(!is_own("“we were never told of any of this, not once.”"));
        assert!(!is_own(
            "The pier was shut on Monday, the harbor said.\nMore of it.\nMuch more of it than that."
        ));
        assert!(!is_own(""));
    }
}
