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
use crate::cite::Quoted;
use crate::record::Digest;
use crate::record::Finding;

use super::grams::gram;
use super::grams::words;

/// Words of a draft that are looked for, at most: so many tell any text.
const MOST: usize = 20_000;
/// Words in a run.
const RUN: usize = 4;
/// Words of its own that a draft must have to be known by them: a sentence with fewer may be one of its source.
const SHORTEST: usize = 10;
/// Words of its own that must stand in what is the draft itself.
const FEWEST: usize = 6;
/// As many where no quotation of it has a frame: fewer may be copied without marks.
const UNFRAMED: usize = 20;
/// Documents that hold the draft itself of which the words are kept, at most.
const KEPT: usize = 8;

/// What a draft says in its own words.
#[derive(Default)]
pub(super) struct Own {
    /// The digest of its bytes.
    sha256: Option<Digest>,
    /// Words outside of quotations.
    words: usize,
    /// Those of them that are in a run.
    in_runs: usize,
    /// Runs that have such words, each with which these are.
    said: HashMap<u64, Vec<usize>>,
    /// Runs of which half are outside of a quotation, and half are its first or last words.
    framing: HashSet<u64>,
    /// What was looked at.
    known: HashMap<String, bool>,
    /// What holds the text itself, with the runs of words that stand there.
    left_out: Vec<(String, HashSet<u64>)>,
    /// What holds the text itself.
    pub(super) findings: Vec<Finding>,
}

impl Own {
    /// What that draft says outside of these quotations.
    pub(super) fn new(draft: &Draft, quotations: &[Quotation]) -> Self {
        let mut quoted: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
        for quotation in quotations {
            // With the attribution that cuts it: a sentence that its source has may have that too.
            let place = quotation.place;
            for number in place.paragraph..=place.last {
                let from = if number == place.paragraph {
                    place.from
                } else {
                    0
                };
                let to = if number == place.last {
                    place.to
                } else {
                    usize::MAX
                };
                quoted.entry(number).or_default().push((from, to));
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
            let places = quoted.get(&paragraph.number);
            let mut words = apart(
                &paragraph.text,
                places.map(Vec::as_slice).unwrap_or_default(),
            );
            words.truncate(left);
            left -= words.len();
            own.add(&words);
        }
        let places: HashSet<usize> = own.said.values().flatten().copied().collect();
        own.in_runs = places.len();
        own
    }

    /// Takes the words of a paragraph, each with whether it is quoted.
    fn add(&mut self, words: &[(u64, bool)]) {
        let mut own = Vec::with_capacity(words.len());
        for (_, quoted) in words {
            own.push(self.words);
            self.words += usize::from(!quoted);
        }
        for (run, own) in words.windows(RUN).zip(own.windows(RUN)) {
            let numbers: Vec<u64> = run.iter().map(|it| it.0).collect();
            let quoted: Vec<bool> = run.iter().map(|it| it.1).collect();
            match quoted.as_slice() {
                [false, false, false, false] => {}
                [false, false, true, true] | [true, true, false, false] => {
                    self.framing.insert(gram(&numbers));
                }
                _ => continue,
            }
            let outside = quoted.iter().zip(own).filter(|it| !it.0);
            let places = self.said.entry(gram(&numbers)).or_default();
            places.extend(outside.map(|it| it.1));
        }
    }

    /// Whether the text that a passage is of is the draft itself, byte for byte, or holds half of its own words and of what
    /// leads into its quotations and out of them.
    pub(super) fn is_in(&mut self, passage: &Passage) -> bool {
        let is_same = passage.sha256.is_some() && passage.sha256 == self.sha256;
        // Half of the words take as many bytes at least.
        if !is_same && (self.words < SHORTEST || passage.text.len() < self.words) {
            return false;
        }
        if let Some(known) = self.known.get(&passage.item) {
            return *known;
        }
        let words = numbers(&passage.text);
        let runs = || words.windows(RUN).map(gram);
        let (mut held, mut framing) = (HashSet::new(), HashSet::<u64>::new());
        let mut met = HashSet::new();
        for run in runs() {
            if let Some(places) = self.said.get(&run)
                && met.insert(run)
            {
                held.extend(places.iter().copied());
                framing.extend(self.framing.get(&run));
            }
        }
        let (held, framing) = (held.len(), framing.len());
        let fewest = if self.framing.is_empty() {
            UNFRAMED
        } else {
            FEWEST
        };
        let is_framed = framing * 2 >= self.framing.len();
        let is_own = is_same || is_framed && held >= fewest && held * 2 >= self.in_runs;
        self.known.insert(passage.item.clone(), is_own);
        if is_own {
            let by = if is_same {
                "byte for byte".to_owned()
            } else {
                format!("{held} of {} words outside of quotations", self.in_runs)
            };
            self.findings.push(Finding::new(
                "draft.in-archive",
                &passage.item,
                format!(
                    "it holds this text itself ({by}), and was not taken as a source; a pin to it is followed"
                ),
            ));
            if self.left_out.len() < KEPT {
                self.left_out.push((passage.item.clone(), runs().collect()));
            }
        }
        is_own
    }

    /// Says of quotations that were not found where their words stand in what holds this text itself: else it reads as if
    /// they stood nowhere.
    pub(super) fn say_where(&self, results: &mut [Quoted]) {
        for result in results {
            let whole = std::slice::from_ref(&result.text);
            let parts = if result.parts.is_empty() {
                whole
            } else {
                &result.parts
            };
            let words: Vec<Vec<u64>> = parts.iter().map(|it| numbers(it)).collect();
            let runs = || words.iter().flat_map(|it| it.windows(RUN)).map(gram);
            let holds = |it: &&(String, HashSet<u64>)| runs().all(|run| it.1.contains(&run));
            if runs().next().is_none() {
                continue;
            }
            let Some((item, _)) = self.left_out.iter().find(holds) else {
                continue;
            };
            for finding in &mut result.findings {
                if finding.code == "quotation.not-found" {
                    finding.message = format!(
                        "{}; its words stand in {item}, which holds this text itself and was not taken for a source",
                        finding.message
                    );
                }
            }
        }
    }
}

/// The words of a paragraph, each with whether it is quoted: stands in one of these stretches, which are in order.
fn apart(text: &str, quoted: &[(usize, usize)]) -> Vec<(u64, bool)> {
    let mut apart = Vec::new();
    let mut at = 0;
    for (from, to) in quoted.iter().copied().chain([(text.len(), text.len())]) {
        let to = to.min(text.len());
        let outside = text.get(at..from).unwrap_or_default();
        words(outside, |word| apart.push((word, false)));
        words(text.get(from..to).unwrap_or_default(), |word| {
            apart.push((word, true));
        });
        at = at.max(to);
    }
    apart
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
    fn a_source_with_a_few_words_of_the_draft_is_a_source() {
        let source = "The keeper of the north light spoke for an hour. “I have never seen,” the keeper told the board on Monday in Lisbon, “a sea that could move a stone of that size.” The temperature was -12 degrees and the balance was (400) dollars. The therapist now here treated 10 000 gulls.";
        for draft in [
            "“The therapist now here treated 10 000 gulls.”\n\nThe temperature was -12 degrees and the balance was (400) dollars.",
            "“I have never seen,” the keeper told the board on Monday in Lisbon, “a sea that could move a stone of that size.”",
            "The keeper told the board: “I have never seen a sea like that.”",
        ] {
            assert!(!is_of(draft, source), "{draft}");
        }
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
