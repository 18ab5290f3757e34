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
    let from = place.saturating_sub(3);
    let mut whole = Passage {
        text: String::new(),
        boundaries: Vec::new(),
        ..passage.clone()
    };
    let mut stretches = Vec::new();
    for neighbour in neighbours.get(from..)?.iter().take(8) {
        if whole.text.len() + neighbour.text.len() > CONVERSATION {
            if neighbour.item == passage.item {
                return None;
            }
            continue;
        }
        if !whole.text.is_empty() {
            whole.text.push('\n');
            whole.boundaries.push(whole.text.len());
        }
        let start = whole.text.len();
        whole.text.push_str(&neighbour.text);
        stretches.push((start..whole.text.len(), neighbour));
    }
    (!whole.boundaries.is_empty()).then_some((whole, stretches))
}
