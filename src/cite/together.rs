//! Messages that stand one after the other, as one text: for quotations that run two of them together.

use std::ops::Range;

use crate::cite::Passage;
use crate::record::Finding;

/// The finding of a quotation that takes words from more than one message.
pub(super) const JOINS: &str = "quotation.joins-two-messages";

/// Bytes of a conversation that are looked at.
const CONVERSATION: usize = 64 << 10;

/// Messages, each with its own stretch of a text made of several.
pub(super) type Stretches<'n> = Vec<(Range<usize>, &'n Passage)>;

/// Messages that are looked at before a passage, and after it.
pub(super) const fn reach(passage: &Passage) -> (usize, usize) {
    // A sentence is a line of a transcript, and who speaks says many.
    if passage.runs_on { (12, 12) } else { (3, 4) }
}

/// A passage and the messages around it as one text, with the places at which messages begin, and each message's own
/// stretch of it.
pub(super) fn run_together<'n>(
    passage: &Passage,
    neighbours: &'n [Passage],
) -> Option<(Passage, Stretches<'n>)> {
    let place = neighbours.iter().position(|it| it.item == passage.item)?;
    let (before, after) = reach(passage);
    let to = neighbours.len().min(place + after + 1);
    let near = neighbours.get(place.saturating_sub(before)..to)?;
    let mut whole = Passage {
        text: String::new(),
        boundaries: Vec::new(),
        ..passage.clone()
    };
    let mut stretches = Vec::new();
    let mut last: Option<&Passage> = None;
    for neighbour in near {
        if whole.text.len() + neighbour.text.len() > CONVERSATION {
            if neighbour.item == passage.item {
                return None;
            }
            continue;
        }
        if !whole.text.is_empty() {
            whole.text.push('\n');
            if !last.is_some_and(|last| goes_on(last, neighbour)) {
                whole.boundaries.push(whole.text.len());
            }
        }
        last = Some(neighbour);
        let start = whole.text.len();
        whole.text.push_str(&neighbour.text);
        stretches.push((start..whole.text.len(), neighbour));
    }
    (stretches.len() > 1).then_some((whole, stretches))
}

/// Says that words are taken from more than one message of a passage, if they are; `taken` are the bytes at which they begin.
pub(super) fn joins(id: &str, passage: &Passage, taken: &[usize]) -> Option<Finding> {
    let (first, last) = (taken.iter().min()?, taken.iter().max()?);
    let mut begins = passage.boundaries.iter();
    begins.any(|at| first < at && at <= last).then(|| {
        Finding::new(
            JOINS,
            id,
            "it runs two messages together as if they were one",
        )
    })
}

/// Whether what is said in one line of a transcript goes on in the next: the same person speaks.
fn goes_on(line: &Passage, next: &Passage) -> bool {
    line.runs_on
        && next.runs_on
        && line.document == next.document
        && line.from == next.from
        && !line.from.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(item: &str, bytes: usize) -> Passage {
        Passage {
            item: item.to_owned(),
            text: "x".repeat(bytes),
            ..Passage::default()
        }
    }

    #[test]
    fn long_messages_before_it_do_not_push_a_passage_out() {
        let mut all: Vec<Passage> = ["m-1", "m-2", "m-3", "m-4"]
            .map(|item| message(item, 15 << 10))
            .to_vec();
        all.push(message("m-5", 5 << 10));
        all.push(message("m-6", 1 << 10));
        let found = run_together(&all[4], &all).expect("there are others beside it");
        let items: Vec<&str> = found.1.iter().map(|it| it.1.item.as_str()).collect();
        assert_eq!(items, ["m-2", "m-3", "m-4", "m-5", "m-6"]);
        assert!(run_together(&all[4], &all[..4]).is_none());
    }
}
