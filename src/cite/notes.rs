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
    // Pairs and pins stand in their order: a hostile note has hundreds of thousands of either.
    for (at, stop) in lower.match_indices(['.', '!', '?', ';']) {
        let pair = pairs.get(pairs.partition_point(|it| it.end() <= at));
        let end = match pair.filter(|it| it.open < at) {
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
        let quoted = pairs.get(pairs.partition_point(|it| it.open < led));
        let pinned = pins.get(pins.partition_point(|it| it.0.is_none_or(|at| at < led)));
        let next = [quoted.map(|it| it.open), pinned.and_then(|it| it.0)];
        let led_to = next.into_iter().flatten().min();
        let between = led_to.and_then(|to| lower.get(led..to));
        if between.is_some_and(|it| it.split_whitespace().nth(LEADING).is_none()) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_of_any_number_of_quotations_is_gone_through_once() {
        let pins = Pin::in_words("m-7kq2");
        let many = 100_000;
        let text = format!("m-7kq2: {}", "“a.” See also “b.” ".repeat(many));
        let marks = pinned_in_note(&text, &pins);
        let first = text.find(" See").expect("it goes on");
        assert_eq!(marks.first().map(|it| (it.from, it.to)), Some((0, first)));
        let far = "m-7kq2. See also one two three four five “b.”";
        let marks = pinned_in_note(far, &pins);
        assert_eq!(marks.first().map(|it| it.to), Some(far.len()));
    }
}
