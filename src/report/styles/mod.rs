//! The sources of a draft, each cited in the style that was chosen. APA and MLA come from the style files of the Citation
//! Style Language, which know a thousand cases; Chicago and Bluebook are templates of our own, for what those cannot say.

mod bluebook;
mod chicago;
mod language;
mod names;

use std::collections::HashMap;

use crate::cite::Citations;
use crate::cite::Match;
use crate::cite::Style;

pub(super) use names::Called;

use language::Engine;

/// Words of a post that stand for its title.
const TITLE_WORDS: usize = 20;

/// Writes into every match how it is cited.
pub fn cite(citations: &mut Citations) {
    let engine = match citations.form.style {
        Style::Apa | Style::Mla => Engine::new(citations.form.style),
        Style::Chicago | Style::Bluebook => None,
    };
    // A post's citation holds the words that are quoted of it where its whole text is not known.
    let mut known: HashMap<(String, String), String> = HashMap::new();
    let mut quotations = std::mem::take(&mut citations.quotations);
    for found in quotations.iter_mut().flat_map(|it| &mut it.matches) {
        let key = (found.item.clone(), found.text.clone());
        let citation = known
            .entry(key)
            .or_insert_with(|| one(found, citations, engine.as_ref()));
        found.citation.clone_from(citation);
    }
    citations.quotations = quotations;
}

fn one(found: &Match, citations: &Citations, engine: Option<&Engine>) -> String {
    let styled = match (citations.form.style, engine) {
        (Style::Bluebook, _) => Some(bluebook::note(found, citations)),
        (Style::Apa | Style::Mla, Some(engine)) => engine.cite(found, citations),
        _ => None,
    };
    // A style file that has nothing to say of a source leaves it to the notes, rather than uncited.
    let citation = styled.unwrap_or_else(|| chicago::note(found, citations));
    match found.sha256.filter(|_| citations.form.digests) {
        Some(digest) => format!("{citation} SHA-256 {digest}."),
        None => citation,
    }
}

/// Whether it was said to everybody.
fn is_post(found: &Match) -> bool {
    matches!(found.genre.as_str(), "post" | "post in a table")
}

/// Whether it is cited as one person's message to another.
fn is_message(found: &Match) -> bool {
    matches!(found.genre.as_str(), "email" | "direct message" | "message")
}

/// What stands for a post's title: its text, else what is quoted of it; in one line.
fn whole_post(found: &Match) -> String {
    let text = found.post.as_deref().unwrap_or(&found.text);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// The first words of a post, without the stop after them.
fn first_words(found: &Match) -> String {
    let text = whole_post(found);
    let mut words = text.split(' ');
    let shown: Vec<&str> = words.by_ref().take(TITLE_WORDS).collect();
    let shown = shown.join(" ");
    if words.next().is_some() {
        format!("{shown}…")
    } else {
        shown.trim_end_matches(['.', ',']).to_owned()
    }
}

/// A subject or title in one line, without the stop after it, which a style sets itself.
fn title(found: &Match) -> Option<String> {
    let words: Vec<&str> = found.subject.as_deref()?.split_whitespace().collect();
    let title = words.join(" ").trim_end_matches('.').to_owned();
    Some(title).filter(|it| !it.is_empty())
}

/// `msg m-7kq2`, `doc d-41ac`.
fn reference(found: &Match) -> String {
    let sort = if found.item.starts_with("m-") {
        "msg"
    } else {
        "doc"
    };
    format!("{sort} {}", found.item)
}

/// What sort of document it is, as far as that is known: whether a document was ever published, an archive does not know.
fn sort_of_document(found: &Match) -> String {
    match found.genre.as_str() {
        "" | "document" => "document".to_owned(),
        "web page" => "copy of a web page".to_owned(),
        genre => format!("unpublished {genre}"),
    }
}

/// A word with a large letter at its beginning.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests;
