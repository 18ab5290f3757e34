//! Footnotes and endnotes of a draft, and which of a note's words its pins are about.

use crate::cite::Mark;
use crate::cite::Paragraph;
use crate::cite::Pin;

use super::marks;
use super::marks::Pair;

/// Words between `see also` and what it leads to, at most.
const LEADING: usize = 4;

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
    let cuts = next_sources(&lower, &marks::scan(text).pairs, &placed);
    let mark = |(at, pin): &(Option<usize>, &Pin)| {
        let before = |cut: &usize| at.is_some_and(|at| *cut <= at);
        let (past, ahead): (Vec<usize>, Vec<usize>) = cuts.iter().partition(|it| before(it));
        let whole = at.is_none();
        Mark {
            from: past.last().copied().unwrap_or_default(),
            to: (ahead.first().copied().filter(|_| !whole)).unwrap_or(text.len()),
            goes_on: true,
            pin: (*pin).clone(),
        }
    };
    placed.iter().map(mark).collect()
}

/// Where a note goes on to another source, such as before `see also “…”`, in order. What stands between quotation marks says
/// nothing of that, and no more do words that lead to neither a quotation nor a pin.
fn next_sources(lower: &str, pairs: &[Pair], pins: &[(Option<usize>, &Pin)]) -> Vec<usize> {
    const SIGNALS: [&str; 5] = ["see also ", "but see ", "compare ", "cf. ", "contrast "];
    let mut cuts = Vec::new();
    for (at, stop) in lower.match_indices(['.', '!', '?', ';']) {
        let pair = pairs.iter().find(|it| it.open < at && at < it.end());
        let end = match pair {
            // The stop of a quotation ends the note's sentence too.
            Some(pair) if at + stop.len() == pair.close => pair.end(),
            Some(_) => continue,
            None => at + stop.len(),
        };
        let rest = lower.get(end..).unwrap_or_default();
        let begins = rest.trim_start_matches([')', ']']).trim_start();
        let Some(signal) = SIGNALS.iter().find(|it| begins.starts_with(**it)) else {
            continue;
        };
        let led = lower.len() - begins.len() + signal.len();
        let leads = |to: usize| {
            let between = lower.get(led..to).map(|it| it.split_whitespace().count());
            between.is_some_and(|it| it <= LEADING)
        };
        let quotes = pairs.iter().any(|it| leads(it.open));
        if quotes || pins.iter().filter_map(|it| it.0).any(leads) {
            cuts.push(end);
        }
    }
    cuts
}

/// A footnote or an endnote.
#[derive(Debug, Clone, Default)]
pub(super) struct Note {
    /// Its words, brackets and all.
    pub(super) words: String,
    /// Its paragraphs, without pins.
    pub(super) paragraphs: Vec<Paragraph>,
}
