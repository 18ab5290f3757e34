//! What is shown of the place where a quotation stands: its words, and some of what is around them.

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
        before: before(text.get(..found.start).unwrap_or_default()),
        after: after(text.get(found.end..).unwrap_or_default()),
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
        sha256: passage.sha256,
    }
}

fn before(text: &str) -> String {
    let start = text
        .char_indices()
        .rev()
        .take(SHOWN)
        .last()
        .map_or(text.len(), |it| it.0);
    let shown = text.get(start..).unwrap_or_default();
    if start == 0 {
        return shown.to_owned();
    }
    format!(
        "…{}",
        shown
            .split_once(char::is_whitespace)
            .map_or(shown, |it| it.1)
    )
}

fn after(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => {
            let shown = text.get(..end).unwrap_or_default();
            let shown = shown
                .rsplit_once(char::is_whitespace)
                .map_or(shown, |it| it.0);
            format!("{shown}…")
        }
    }
}
