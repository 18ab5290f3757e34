//! What a citation report says of its sources as a whole: each once, whatever the number of quotations from it.

use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::archive::leaves_all_free;
use crate::cite::Citations;
use crate::cite::Match;
use crate::cite::Receipt;
use crate::record::Instant;
use crate::record::visible;

/// A chain of custody, and what came by it.
#[derive(Debug)]
pub(super) struct Chain<'a> {
    /// The hands in one line.
    pub(super) line: &'a str,
    /// The items that came by it.
    pub(super) items: Vec<&'a str>,
    /// The quotations from them.
    pub(super) quoted: Vec<&'a str>,
}

impl Chain<'_> {
    /// Whether somebody who held it is not known.
    pub(super) fn has_gap(&self) -> bool {
        self.line.split(['→', ';']).any(|hand| hand.trim() == "?")
    }
}

/// All chains of custody, each once, in the order of the draft.
pub(super) fn chains(citations: &Citations) -> Vec<Chain<'_>> {
    let mut chains: Vec<Chain<'_>> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (id, found) in matches(citations) {
        let also = found.also.iter().map(|it| it.custody.as_str());
        for line in std::iter::once(found.custody.as_str()).chain(also) {
            if line.is_empty() {
                continue;
            }
            let place = *known.entry(line).or_insert_with(|| {
                chains.push(Chain {
                    line,
                    items: Vec::new(),
                    quoted: Vec::new(),
                });
                chains.len() - 1
            });
            if let Some(chain) = chains.get_mut(place) {
                add(&mut chain.items, &found.item);
                add(&mut chain.quoted, id);
            }
        }
    }
    chains
}

/// The number of a chain on the page, from 1.
pub(super) fn number_of(line: &str, chains: &[Chain<'_>]) -> Option<usize> {
    chains
        .iter()
        .position(|chain| chain.line == line)
        .map(|place| place + 1)
}

/// Terms on which material that the draft quotes was given.
#[derive(Debug)]
pub(super) struct Terms<'a> {
    /// The terms.
    pub(super) words: &'a str,
    /// The accessions that were given on them.
    accessions: Vec<&'a str>,
    /// The quotations from them.
    pub(super) quoted: Vec<&'a str>,
}

impl Terms<'_> {
    /// What was given.
    pub(super) fn who(&self) -> String {
        match self.accessions.as_slice() {
            [] => "Material was".to_owned(),
            [one] => format!("Accession {one} was"),
            many => format!("Accessions {} were", many.join(", ")),
        }
    }
}

/// The terms of all that is quoted, each once, those aside that leave everything free.
pub(super) fn terms(citations: &Citations) -> Vec<Terms<'_>> {
    let mut all: Vec<Terms<'_>> = Vec::new();
    for (id, found) in matches(citations) {
        let also = found.also.iter().map(|it| (&it.terms, &it.accession));
        for (words, accession) in std::iter::once((&found.terms, &found.accession)).chain(also) {
            let Some(words) = words.as_deref().filter(|it| !leaves_all_free(it)) else {
                continue;
            };
            let place = all.iter().position(|it| it.words == words);
            let place = place.unwrap_or_else(|| {
                all.push(Terms {
                    words,
                    accessions: Vec::new(),
                    quoted: Vec::new(),
                });
                all.len() - 1
            });
            if let Some(terms) = all.get_mut(place) {
                if let Some(accession) = accession {
                    add(&mut terms.accessions, accession);
                }
                add(&mut terms.quoted, id);
            }
        }
    }
    all
}

/// The terms of all that is quoted, each in a sentence or two, for whoever is about to let it out.
pub fn terms_said(citations: &Citations) -> Vec<String> {
    let said = |it: &Terms<'_>| {
        format!(
            "{} given on these terms: “{}”. Quoted in {}; what is written names whose hands it went through: see that the \
             terms allow that",
            it.who(),
            visible(it.words),
            it.quoted.join(", ")
        )
    };
    terms(citations).iter().map(said).collect()
}

impl Receipt {
    /// It in words, without its custody.
    pub(super) fn said(&self) -> String {
        let accession = self.accession.as_deref().unwrap_or("another accession");
        let name = self.name.as_ref().map(|name| format!(" as {name}"));
        let terms = self
            .terms
            .as_ref()
            .map(|terms| format!(", on the terms “{terms}”"));
        format!(
            "{accession}{}{}",
            name.unwrap_or_default(),
            terms.unwrap_or_default()
        )
    }
}

/// The sources that passages were found in and the quotations from each: by author or title, then by date.
pub(super) fn cited(citations: &Citations) -> Vec<(&Match, Vec<&str>)> {
    let mut cited: Vec<(&Match, Vec<&str>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (id, found) in matches(citations) {
        let place = *known.entry(&found.item).or_insert_with(|| {
            cited.push((found, Vec::new()));
            cited.len() - 1
        });
        if let Some(cited) = cited.get_mut(place) {
            add(&mut cited.1, id);
        }
    }
    cited.sort_by_cached_key(|(found, _)| {
        let author = found.from.join(", ");
        let lead = if author.is_empty() {
            found.subject.clone().unwrap_or_default()
        } else {
            author
        };
        let lead = lead.trim_start_matches(|it: char| !it.is_alphanumeric());
        (
            lead.to_lowercase(),
            found.at.earliest.map(crate::record::Moment::millis),
            found.item.clone(),
        )
    });
    cited
}

/// A message that is quoted.
#[derive(Debug)]
pub(super) struct Message<'a> {
    pub(super) item: &'a str,
    pub(super) from: &'a [String],
    pub(super) to: &'a [String],
    pub(super) at: &'a Instant,
    pub(super) genre: &'a str,
    pub(super) quoted: Vec<&'a str>,
}

/// The messages that are quoted, in order of time; those of unknown time last.
pub(super) fn messages(citations: &Citations) -> Vec<Message<'_>> {
    let mut messages: Vec<Message<'_>> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (id, found) in matches(citations) {
        let whole = (&found.item, &found.from, &found.to, &found.at);
        let parts = found
            .joins
            .iter()
            .map(|it| (&it.item, &it.from, &it.to, &it.at));
        for (item, from, to, at) in std::iter::once(whole).chain(parts) {
            if from.is_empty() && to.is_empty() {
                continue;
            }
            let place = *known.entry(item).or_insert_with(|| {
                messages.push(Message {
                    item,
                    from,
                    to,
                    at,
                    genre: &found.genre,
                    quoted: Vec::new(),
                });
                messages.len() - 1
            });
            if let Some(message) = messages.get_mut(place) {
                add(&mut message.quoted, id);
            }
        }
    }
    messages.sort_by_key(|it| (it.at.earliest.is_none(), it.at.earliest, it.item));
    messages
}

/// How many of the messages are whose, and what the table does not show.
pub(super) fn quoted_of(messages: &[Message<'_>]) -> String {
    let mut by: BTreeMap<String, usize> = BTreeMap::new();
    for message in messages {
        *by.entry(message.from.join(", ")).or_default() += 1;
    }
    let mut by: Vec<(String, usize)> = by.into_iter().filter(|it| !it.0.is_empty()).collect();
    by.sort_by_key(|it| std::cmp::Reverse(it.1));
    let by: Vec<String> = by
        .iter()
        .map(|(who, many)| format!("{who} {many}"))
        .collect();
    format!(
        "The messages that the draft quotes, in order of time, by writer: {}. Messages that it does not quote are not \
         here, so nothing follows from a gap; fonds timeline shows who answered and who did not, in the records held.",
        by.join("; ")
    )
}

/// All matches in the order of the draft, with the quotation's name.
fn matches(citations: &Citations) -> impl Iterator<Item = (&str, &Match)> {
    citations
        .quotations
        .iter()
        .flat_map(|it| it.matches.iter().map(|found| (it.id.as_str(), found)))
}

fn add<'a>(list: &mut Vec<&'a str>, word: &'a str) {
    if list.last() != Some(&word) && !list.contains(&word) {
        list.push(word);
    }
}
