//! A card of a report that carries a proof, as somebody has it: that it shows the draft's words on one side and on the other
//! those of a source, under the labels that a report gives them, and says nothing of its own in their place.

use crate::publish::Shown;

use super::sides;

/// A paragraph of one of a card's two sides.
pub(super) struct Line {
    /// Whose side it stands on: 1 is the draft's, 2 the source's.
    pub(super) side: usize,
    pub(super) class: String,
    pub(super) words: String,
    pub(super) source: Said,
}

/// Whose words a paragraph has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// The draft's, or the report's own.
    ByTheReport,
    /// A source's, which no item of the proof has.
    NotProved,
    /// A source's, which that item of the proof has.
    Proved(usize),
}

/// Demands that a card's sides, so many, and their paragraphs are those of a report.
pub(super) fn demand_a_card(sides: usize, lines: &[Line], items: &[Shown]) -> Result<(), String> {
    let of = |side: usize| {
        let lines = lines.iter().filter(move |it| it.side == side);
        lines.collect::<Vec<_>>()
    };
    let draft = match of(1).as_slice() {
        [label, said] => is(label, "label", sides::DRAFT_LABEL) && is_draft(said),
        _ => false,
    };
    if sides == 2 && draft && is_source(&of(2), items) {
        return Ok(());
    }
    Err(
        "a card of it is none of a report: one side has the draft’s words, the other those of a source that are held against \
         the proof, or one of the sentences for where there are none"
            .to_owned(),
    )
}

fn is(line: &Line, class: &str, words: &str) -> bool {
    line.class == class && line.words == words
}

fn is_draft(line: &Line) -> bool {
    line.class == "said" && line.source == Said::ByTheReport
}

fn is_source(lines: &[&Line], items: &[Shown]) -> bool {
    let [label, rest @ ..] = lines else {
        return false;
    };
    if label.class != "label" {
        return false;
    }
    match rest {
        [only] => {
            label.words == sides::SOURCE_LABEL
                && only.class == "empty"
                && sides::NOT_HELD.contains(&only.words.as_str())
        }
        [said, facts] if said.class == "said" => {
            let name = label.words.strip_prefix(sides::SOURCE_LABEL);
            let name = name.and_then(|it| it.strip_prefix(", "));
            facts.class == "facts" && name.is_some_and(|it| is_named(it, said, items))
        }
        _ => {
            let (pairs, odd) = rest.as_chunks::<2>();
            sides::of_several(pairs.len()).contains(&label.words)
                && odd.is_empty()
                && pairs.iter().all(|[facts, said]| {
                    let name = facts.words.split_once(", ").map(|(name, _)| name);
                    facts.class == "facts"
                        && said.class == "said message"
                        && name.is_some_and(|it| is_named(it, said, items))
                })
        }
    }
}

/// Whether a source's words stand under the reference of their item, or of the document whose text they are.
fn is_named(name: &str, said: &Line, items: &[Shown]) -> bool {
    if said.source == Said::ByTheReport {
        return false;
    }
    // A name, and no sentence. More cannot be asked of one that is not proved, and is counted as such.
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '-';
    if !name.chars().all(plain) {
        return false;
    }
    let Said::Proved(number) = said.source else {
        return true;
    };
    match items.get(number).map(|it| it.reference.as_deref()) {
        Some(Some(own)) => own == name,
        // A text has no reference that could be proved: its own name, or its document's.
        Some(None) => {
            let mut all = items.iter();
            name.starts_with("t-") || all.any(|it| it.reference.as_deref() == Some(name))
        }
        None => false,
    }
}
