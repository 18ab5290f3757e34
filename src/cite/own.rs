//! The text itself among what the archive holds: a draft that was brought in, or the page on which it was published. It holds
//! every quotation as the draft has it, right or wrong, and is no source for any.
//!
//! It is known by what the draft says between its quotations, and by how it leads into them and out of them: a letter from
//! which a draft takes all its quotations holds none of that, and what a draft has copied without marks stands in no such
//! frame there.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::cite::Draft;
use crate::cite::Passage;
use crate::cite::Quotation;
use crate::record::Digest;
use crate::record::Finding;

use super::grams::gram;
use super::grams::words;

/// Words of a draft that are looked for, at most: so many tell any text.
const MOST: usize = 20_000;
/// Words in a run.
const RUN: usize = 4;
/// Runs that a draft must have to be known by them: fewer stand anywhere.
const FEWEST: usize = 3;
/// Words by which the begin of a quotation is found in its paragraph.
const BEGIN: usize = 8;

/// What a draft says in its own words.
#[derive(Default)]
pub(super) struct Own {
    /// The digest of its bytes.
    sha256: Option<Digest>,
    /// Runs of words outside of quotations.
    said: HashSet<u64>,
    /// Runs of which half are outside of a quotation, and half are its first or last words.
    framing: HashSet<u64>,
    /// What was looked at.
    known: HashMap<String, bool>,
    /// What holds the text itself.
    pub(super) findings: Vec<Finding>,
}

impl Own {
    /// What that draft says outside of these quotations.
    pub(super) fn new(draft: &Draft, quotations: &[Quotation]) -> Self {
        let mut quoted: HashMap<usize, Vec<Vec<u64>>> = HashMap::new();
        for quotation in quotations {
            let first = quotation.place.paragraph;
            for (part, words) in quotation.parts.iter().enumerate() {
                // One of several paragraphs has a part in each, one that an attribution cuts has them all in the first.
                let words = numbers(words);
                if part > 0 {
                    let own = quoted.entry(first + part).or_default();
                    own.push(words.clone());
                }
                quoted.entry(first).or_default().push(words);
            }
        }
        let mut own = Self {
            sha256: Some(draft.sha256),
            ..Self::default()
        };
        let mut left = MOST;
        for paragraph in &draft.paragraphs {
            if paragraph.block.is_some() {
                continue;
            }
            let mut words = numbers(&paragraph.text);
            words.truncate(left);
            left -= words.len();
            let parts = quoted.get(&paragraph.number);
            own.add(&words, parts.map(Vec::as_slice).unwrap_or_default());
        }
        own
    }

    fn add(&mut self, words: &[u64], parts: &[Vec<u64>]) {
        let mut quoted = vec![false; words.len()];
        for part in parts {
            let begin = part.get(..BEGIN).unwrap_or(part);
            if begin.is_empty() {
                continue;
            }
            if let Some(at) = words.windows(begin.len()).position(|it| it == begin) {
                let end = words.len().min(at + part.len());
                quoted
                    .iter_mut()
                    .take(end)
                    .skip(at)
                    .for_each(|it| *it = true);
            }
        }
        for (run, quoted) in words.windows(RUN).zip(quoted.windows(RUN)) {
            match quoted {
                [false, false, false, false] => self.said.insert(gram(run)),
                [false, false, true, true] | [true, true, false, false] => {
                    self.framing.insert(gram(run))
                }
                _ => false,
            };
        }
    }

    /// Whether the text that a passage is of is the draft itself, byte for byte, or holds half of its own words and of what
    /// leads into its quotations and out of them.
    pub(super) fn is_in(&mut self, passage: &Passage) -> bool {
        let is_same = passage.sha256.is_some() && passage.sha256 == self.sha256;
        let runs = self.said.len() + self.framing.len();
        // Half of them take as many bytes at least.
        if !is_same && (runs < FEWEST || passage.text.len() < runs) {
            return false;
        }
        if let Some(known) = self.known.get(&passage.item) {
            return *known;
        }
        let (mut said, mut framing) = (HashSet::new(), HashSet::new());
        for run in numbers(&passage.text).windows(RUN).map(gram) {
            if self.said.contains(&run) {
                said.insert(run);
            }
            if self.framing.contains(&run) {
                framing.insert(run);
            }
        }
        let is_own =
            is_same || said.len() * 2 >= self.said.len() && framing.len() * 2 >= self.framing.len();
        self.known.insert(passage.item.clone(), is_own);
        if is_own {
            let by = if is_same {
                "byte for byte".to_owned()
            } else {
                format!(
                    "{} of {runs} runs of {RUN} words",
                    said.len() + framing.len()
                )
            };
            self.findings.push(Finding::new(
                "draft.in-archive",
                &passage.item,
                format!(
                    "it holds this text itself ({by}), and was not taken as a source; a pin to it is followed"
                ),
            ));
        }
        is_own
    }
}

fn numbers(text: &str) -> Vec<u64> {
    let mut numbers = Vec::new();
    words(text, |word| numbers.push(word));
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cite::DraftFormat;
    use crate::cite::extract;

    const DRAFT: &str = "The pier was shut on Monday, the harbor said.\n\nHe wrote “we were never told of any of this, not once.”\n\nNobody at the harbor answered any of it.\n";

    fn is_own(text: &str) -> bool {
        is_of(DRAFT, text)
    }

    fn is_of(draft: &str, text: &str) -> bool {
        let draft = Draft::read(draft.as_bytes(), None, DraftFormat::Text).expect("text");
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

    #[test]
    fn a_short_text_and_one_that_was_edited_are_known_and_what_was_copied_without_marks_is_no_frame()
     {
        let brief = "The harbor master said on Monday that “the pier is safe for everybody,” and left the room.";
        assert!(is_of(brief, &format!("{brief}\n")));
        assert!(is_of(
            brief,
            &format!("HARBOR\n{}", brief.replace("and left", "then left"))
        ));
        assert!(!is_of(
            brief,
            "I know that the pier is safe for everybody, and so do you."
        ));
        let edited = DRAFT
            .replace("The pier was shut", "The old pier was shut")
            .replace("answered any of it", "wanted to answer any of it");
        assert!(is_own(&edited));
        // Copied from a release, with one quotation of it.
        let release = "The pier was shut on Monday after a crack was found in its wall. “We knew of it,” the master said.";
        let copied = "The pier was shut on Monday after a crack was found in its wall. It had been “a crack was found,” they say.";
        assert!(!is_of(copied, release));
    }

    #[test]
    fn a_quotation_of_many_paragraphs_is_left_out_of_what_the_draft_says_in_no_time() {
        let many = 9_000;
        let text = format!("{}”", vec!["“one two three four five"; many].join("\n\n"));
        let draft = Draft::read(text.as_bytes(), None, DraftFormat::Text).expect("text");
        let quotations = extract(&draft).quotations;
        assert_eq!(quotations[0].parts.len(), many);
        // With each part looked for in each paragraph before it, this took more memory than there is.
        let own = Own::new(&draft, &quotations);
        assert!(own.said.is_empty());
    }
}
