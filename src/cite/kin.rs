//! Whether two drafts may be two states of one text.

use std::collections::HashSet;

use crate::cite::Draft;
use crate::cite::extract;

use super::grams::gram;
use super::grams::words;

/// Words in a run that two drafts of different texts hardly share.
const RUN: usize = 6;

/// Whether two drafts have a run of words in common, or a quotation. One of too few words to tell has.
pub fn in_common(one: &Draft, other: &Draft) -> bool {
    let (Some(one_runs), Some(other_runs)) = (runs(one), runs(other)) else {
        return true;
    };
    if !one_runs.is_disjoint(&other_runs) {
        return true;
    }
    let quoted = |draft: &Draft| -> HashSet<String> {
        let all = extract(draft).quotations.into_iter();
        all.map(|it| it.text()).collect()
    };
    !quoted(one).is_disjoint(&quoted(other))
}

/// The runs of words of a draft, across its paragraphs; nothing where it has none.
fn runs(draft: &Draft) -> Option<HashSet<u64>> {
    let mut all = Vec::new();
    for paragraph in &draft.paragraphs {
        words(&paragraph.text, |word| all.push(word));
    }
    let runs: HashSet<u64> = all.windows(RUN).map(gram).collect();
    Some(runs).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cite::DraftFormat;

    #[test]
    fn two_states_of_a_text_have_words_in_common_and_two_texts_do_not() {
        let read =
            |text: &str| Draft::read(text.as_bytes(), None, DraftFormat::Text).expect("text");
        let pier =
            read("The pier was shut on Monday, the harbor said.\n\n“It was never safe,” he wrote.");
        for (other, expected) in [
            (
                "In May the pier was shut on Monday, the Harbor said; nobody knew.",
                true,
            ),
            (
                "A text about something else quotes it too: “It was never safe,” she said.",
                true,
            ),
            (
                "Nine ferries were sold in the autumn, and the tenth sank off the cape.",
                false,
            ),
            // Too little to tell.
            ("Nine ferries were sold.", true),
            ("", true),
        ] {
            assert_eq!(in_common(&pier, &read(other)), expected, "{other}");
            assert_eq!(in_common(&read(other), &pier), expected, "{other}");
        }
    }
}
