//! What is shown of the place where a quotation stands: its words, and some of what is around them.

use std::ops::Range;

use crate::cite::Joined;
use crate::cite::Judgement;
use crate::cite::Match;
use crate::cite::Passage;

/// Characters of the source shown before and after a match.
const SHOWN: usize = 140;

/// What a match shows of a passage.
pub(super) fn matched(passage: &Passage, judgement: &Judgement) -> Match {
    let text = passage.text.as_str();
    let found = judgement.found.clone();
    Match {
        item: passage.item.clone(),
        document: passage.document.clone(),
        text: text.get(found.clone()).unwrap_or_default().to_owned(),
        before: before(text.get(..found.start).unwrap_or_default(), SHOWN),
        after: after(text.get(found.end..).unwrap_or_default(), SHOWN),
        verdict: judgement.verdict,
        changes: judgement.changes.clone(),
        from: passage.from.clone(),
        to: passage.to.clone(),
        at: passage.at.clone(),
        custody: passage.custody.clone(),
        locator: passage.locator.clone(),
        entry: passage.entry,
        subject: passage.subject.clone(),
        genre: passage.genre.clone(),
        collection: passage.collection.clone(),
        post: None,
        url: None,
        family_first: Vec::new(),
        citation: String::new(),
        sha256: passage.sha256,
        accession: None,
        terms: None,
        also: Vec::new(),
        joins: Vec::new(),
    }
}

/// What a quotation takes from one of several messages that it runs together: that message's bytes of the whole text.
pub(super) fn joined(
    message: &Passage,
    whole: &Passage,
    own: &Range<usize>,
    found: &Range<usize>,
) -> Joined {
    let taken = own.start.max(found.start)..own.end.min(found.end);
    let text = whole.text.as_str();
    Joined {
        item: message.item.clone(),
        from: message.from.clone(),
        to: message.to.clone(),
        at: message.at.clone(),
        before: before(text.get(own.start..taken.start).unwrap_or_default(), SHOWN),
        text: text.get(taken.clone()).unwrap_or_default().to_owned(),
        after: after(text.get(taken.end..own.end).unwrap_or_default(), SHOWN),
    }
}

/// The end of a text: so many characters, cut at a word. Dots say that it was cut, unless it begins with dots of its own.
pub(super) fn before(text: &str, most: usize) -> String {
    let start = text
        .char_indices()
        .rev()
        .take(most)
        .last()
        .map_or(text.len(), |it| it.0);
    let shown = text.get(start..).unwrap_or_default();
    if start == 0 {
        return shown.to_owned();
    }
    let shown = shown
        .split_once(char::is_whitespace)
        .map_or(shown, |it| it.1);
    if shown.starts_with(['…', '.']) {
        shown.to_owned()
    } else {
        format!("…{shown}")
    }
}

/// The beginning of a text, as [`before`] its end.
pub(super) fn after(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let shown = text.get(..end).unwrap_or_default();
    let shown = shown
        .rsplit_once(char::is_whitespace)
        .map_or(shown, |it| it.0);
    if shown.ends_with('…') || shown.ends_with("..") || shown.ends_with(". .") {
        shown.to_owned()
    } else {
        format!("{shown}…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_that_say_that_it_was_cut_do_not_stand_beside_the_texts_own() {
        assert_eq!(before("one two three", 8), "…three");
        assert_eq!(before("one two … three", 9), "… three");
        assert_eq!(before("one two", 80), "one two");
        assert_eq!(after("one two three", 9), "one two…");
        assert_eq!(after("one two … three", 11), "one two …");
        assert_eq!(after("one two . . . three", 15), "one two . . .");
    }
}
