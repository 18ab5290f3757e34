//! Messages that stand one after the other, as one text: for quotations that run two of them together.

use std::ops::Range;

use crate::cite::CiteError;
use crate::cite::Joined;
use crate::cite::Passage;
use crate::cite::Sought;
use crate::cite::Verdict;
use crate::record::Finding;

use super::check::Checker;
use super::check::Judged;
use super::shown::joined;

/// The finding of a quotation that takes words from more than one message.
const JOINS: &str = "quotation.joins-two-messages";

/// Bytes of a conversation that are looked at.
const CONVERSATION: usize = 64 << 10;

/// Passages whose neighbours are looked at to see whether two messages were run together.
const JOINED: usize = 3;
/// Words of a quotation that a line of a transcript must hold for the lines around it to be looked at: of what one person
/// says in many lines, each holds few.
const TURN: usize = 3;

/// Messages, each with its own stretch of a text made of several.
type Stretches<'n> = Vec<(Range<usize>, &'n Passage)>;

/// Messages that are looked at before a passage, and after it.
const fn reach(passage: &Passage) -> (usize, usize) {
    // A sentence is a line of a transcript, and who speaks says many.
    if passage.runs_on { (12, 12) } else { (3, 4) }
}

/// A passage and the messages around it as one text, with the places at which messages begin, and each message's own
/// stretch of it.
fn run_together<'n>(
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

impl Checker<'_> {
    /// The quotation laid along the conversation around the likeliest passages: whether two messages were run together.
    pub(super) fn joined(
        &mut self,
        sought: &Sought,
        judged: &[Judged],
    ) -> Result<Option<Judged>, CiteError> {
        let mut likely: Vec<(usize, &Judged)> = judged
            .iter()
            .map(|it| (self.library.overlap(sought, &it.passage), it))
            .filter(|(held, it)| {
                held * 4 >= sought.words()
                    || it.passage.runs_on && *held >= TURN.min(sought.words())
            })
            .collect();
        likely.sort_by_key(|it| std::cmp::Reverse(it.0));
        let alone = judged.first().map(|it| &it.judgement);
        for (_, judged) in likely.into_iter().take(JOINED) {
            let reach = reach(&judged.passage);
            let neighbours = self.sources.neighbours(&judged.passage.item, reach)?;
            let Some((mut passage, stretches)) = run_together(&judged.passage, &neighbours) else {
                continue;
            };
            let mut judgement = self.library.judge(sought, &passage, self.manner);
            let crosses = judgement.findings.iter().any(|it| it.code == JOINS);
            let found = judgement.found.clone();
            let taken = |own: &Range<usize>| judgement.taken.iter().any(|it| own.contains(it));
            let within: Vec<_> = (stretches.iter().enumerate())
                .filter(|(_, (own, _))| taken(own))
                .collect();
            // What one person says in several lines of a transcript is one passage.
            let turn = passage.runs_on && within.len() > 1;
            let better =
                alone.is_none_or(|it| it.verdict == Verdict::NotFound || judgement.cost < it.cost);
            if !(crosses || turn) || !better {
                continue;
            }
            let joins: Vec<Joined> = within
                .iter()
                .map(|(_, (own, message))| joined(message, &passage, own, &found))
                .collect();
            let items: Vec<&str> = joins.iter().map(|it| it.item.as_str()).collect();
            for finding in &mut judgement.findings {
                if finding.code == JOINS {
                    finding.message = format!(
                        "it runs together words of {} as if they were one message",
                        items.join(" and ")
                    );
                }
            }
            if !crosses {
                let turned =
                    (judgement.findings.iter()).any(|it| it.code == "quotation.order-changed");
                let side_by_side = !turned
                    && within
                        .windows(2)
                        .all(|pair| matches!(pair, [one, other] if one.0 + 1 == other.0));
                let finding = Finding::new(
                    "quotation.several-lines",
                    &sought.id,
                    format!(
                        "the words are said by one person in {} lines of the transcript{}: {}",
                        items.len(),
                        if side_by_side {
                            ", one after the other"
                        } else {
                            ""
                        },
                        items.join(", ")
                    ),
                );
                judgement.findings.push(finding);
            }
            if let Some((_, (_, first))) = within.first() {
                // What is said of the passage is said of the first of the messages: its sender, its time, its place.
                passage = Passage {
                    text: passage.text,
                    boundaries: passage.boundaries,
                    ..(*first).clone()
                };
            }
            return Ok(Some(Judged {
                passage,
                judgement,
                joins,
            }));
        }
        Ok(None)
    }
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
