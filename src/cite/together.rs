//! Messages that stand one after the other, as one text: for quotations that run two of them together.

use std::ops::Range;

use crate::cite::Passage;

/// Bytes of a conversation that are looked at.
const CONVERSATION: usize = 64 << 10;

/// Messages, each with its own stretch of a text made of several.
pub(super) type Stretches<'n> = Vec<(Range<usize>, &'n Passage)>;

/// A passage and the messages around it as one text, with the places at which messages begin, and each message's own
/// stretch of it.
pub(super) fn run_together<'n>(
    passage: &Passage,
    neighbours: &'n [Passage],
) -> Option<(Passage, Stretches<'n>)> {
    let place = neighbours.iter().position(|it| it.item == passage.item)?;
    // A sentence is a line of a transcript, and who speaks says many.
    let (before, most) = if passage.runs_on {
        (place, neighbours.len())
    } else {
        (3, 8)
    };
    let from = place.saturating_sub(before);
    let mut whole = Passage {
        text: String::new(),
        boundaries: Vec::new(),
        ..passage.clone()
    };
    let mut stretches = Vec::new();
    let mut last: Option<&Passage> = None;
    for neighbour in neighbours.get(from..)?.iter().take(most) {
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

/// Whether what is said in one line of a transcript goes on in the next: the same person speaks.
fn goes_on(line: &Passage, next: &Passage) -> bool {
    line.runs_on
        && next.runs_on
        && line.document == next.document
        && line.from == next.from
        && !line.from.is_empty()
}
