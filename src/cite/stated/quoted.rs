//! Words that a message only quotes: they are not its sender's, and its addressees and its time say nothing of them.

use super::against::Desk;
use crate::cite::CiteError;
use crate::cite::Known;
use crate::cite::Match;
use crate::cite::Parties;
use crate::cite::Pinned;
use crate::cite::Quoted;
use crate::cite::second_hand;
use crate::cite::second_hand::Author;

/// Why what is stated of such words cannot be told.
pub(super) const SECOND_HAND: &str = "the words stand in what the message itself quotes";

/// Whose the words are at one place in which a quotation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// The message's own.
    Own,
    /// Another's, as far as the message says whose.
    SecondHand(Option<Author>),
}

impl Desk<'_> {
    /// Whose the words are at each place in which a quotation stands: of each it is another question, and the finding of
    /// the quotation speaks of the first alone.
    pub(super) fn standings(&self, quoted: &Quoted) -> Result<Vec<Standing>, CiteError> {
        let told = |at: usize, found: &Match| {
            let passages = match self.sources.pinned(&found.item)? {
                Pinned::Found(passages) => passages,
                _ => Vec::new(),
            };
            let passage = (passages.iter())
                .find(|it| it.item == found.item && it.text.contains(found.text.as_str()));
            let standing = passage.map(|it| standing(&it.text, &found.text));
            let noticed =
                at == 0 && (quoted.findings.iter()).any(|it| it.code == "quotation.second-hand");
            Ok(standing.unwrap_or(if noticed {
                Standing::SecondHand(None)
            } else {
                Standing::Own
            }))
        };
        let places = quoted.matches.iter().enumerate();
        places.map(|(at, found)| told(at, found)).collect()
    }
}

/// Whose words are that stand in a text, perhaps more than once: the message's own where they stand unquoted anywhere.
fn standing(text: &str, words: &str) -> Standing {
    let mut author: Option<Option<Author>> = None;
    for (at, _) in text.match_indices(words).take(100) {
        if second_hand::how(text, at).is_none() {
            let last = words.trim_end().rfind(char::is_whitespace);
            let mixed =
                last.is_some_and(|it| second_hand::further(text, &[at, at + it + 1]).is_some());
            if mixed {
                author = Some(None);
                continue;
            }
            return Standing::Own;
        }
        let here = second_hand::author(text, at);
        // Two who are both quoted with the same words: whose they are first, nobody can tell.
        author = Some(match author {
            Some(before) if before != here => None,
            _ => here,
        });
    }
    author.map_or(Standing::Own, Standing::SecondHand)
}

/// An author as somebody who is known: one of those between whom the message went, where it is one of these.
pub(super) fn known(author: &Author, parties: &Parties) -> Known {
    let own: Vec<String> = [&author.name, &author.address]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let same = |known: &&Known| {
        let mut names = known.names.iter();
        names.any(|name| own.iter().any(|it| it.eq_ignore_ascii_case(name)))
    };
    let party = parties.from.iter().chain(&parties.to).find(same);
    let mut known = party.cloned().unwrap_or_else(|| Known {
        shown: own.first().cloned().unwrap_or_default(),
        names: Vec::new(),
        is_named: author.name.is_some(),
    });
    known.names.extend(own);
    known
}
