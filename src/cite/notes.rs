//! Footnotes and endnotes of a draft, and which of a note's words its pins are about.

use crate::cite::Mark;
use crate::cite::Paragraph;
use crate::cite::Pin;

/// Which words of a paragraph of a note each of its pins is about: all, unless the note goes on to another source behind the
/// pin.
pub(super) fn pinned_in_note(text: &str, pins: &[Pin]) -> Vec<Mark> {
    let lower = text.to_ascii_lowercase();
    let place = |pin: &Pin| match pin {
        Pin::Item(item) => lower.find(&item.reference.to_string()),
        Pin::Url(address) => text.find(address.as_str()),
        Pin::NotCitable(_) | Pin::OffArchive(_) => None,
    };
    let mut placed: Vec<(Option<usize>, &Pin)> = pins.iter().map(|it| (place(it), it)).collect();
    placed.sort_by_key(|it| it.0);
    let mut over = 0;
    let mark = |(at, pin): (Option<usize>, &Pin)| {
        let (mut from, mut to) = (0, text.len());
        if let Some(at) = at {
            let rest = text.get(at..).unwrap_or_default();
            to = next_source(rest).map_or(text.len(), |it| at + it);
            from = if over <= at { over } else { 0 };
            over = to;
        }
        Mark {
            from,
            to,
            goes_on: true,
            pin: pin.clone(),
        }
    };
    placed.into_iter().map(mark).collect()
}

/// Where a note goes on to another source: `; see also`, `. Compare`.
fn next_source(text: &str) -> Option<usize> {
    const SIGNALS: [&str; 5] = ["see ", "but see ", "compare ", "cf. ", "contrast "];
    const CLOSING: [char; 6] = ['”', '’', '"', '»', ')', ']'];
    let lower = text.to_ascii_lowercase();
    let mut stops = lower.match_indices(['.', '!', '?', ';']);
    stops.find_map(|(at, stop)| {
        let end = at + stop.len();
        let rest = lower.get(end..)?.trim_start_matches(CLOSING).trim_start();
        SIGNALS.iter().any(|it| rest.starts_with(it)).then_some(end)
    })
}

/// A footnote or an endnote.
#[derive(Debug, Clone, Default)]
pub(super) struct Note {
    /// Its words, brackets and all.
    pub(super) words: String,
    /// Its paragraphs, without pins.
    pub(super) paragraphs: Vec<Paragraph>,
}
