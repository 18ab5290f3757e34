//! Between whom a message went, and what stands around it in its conversation.

use crate::archive::ArchiveError;
use crate::archive::Card;
use crate::archive::Target;
use crate::cite::After;
use crate::cite::Following;
use crate::cite::Held;
use crate::cite::ItemPin;
use crate::cite::Known;
use crate::cite::Match;
use crate::cite::Parties;
use crate::cite::Passage;
use crate::cite::Post;
use crate::record::Event;
use crate::record::Moment;
use crate::record::Participant;

/// Posts around a printed time that are looked at, at most.
const MOST_POSTS: u64 = 100_000;

/// Copies of one post that a quotation is held against, at most.
const MOST_COPIES: usize = 20;

/// Characters of a post that a citation may hold.
const LONGEST_POST: usize = 1_000;

/// Messages before and after one of which those that hold text are looked at for quotations that run two together.
const AROUND: u64 = 12;

/// Messages after one that are looked at for an answer, at most.
const FOLLOWING: u64 = 500;

impl Held<'_> {
    /// What a participant is called: as the message has it, else as the agent that uses the account was named.
    pub(super) fn shown(&self, person: &Participant) -> String {
        person
            .display
            .clone()
            .or_else(|| self.custodian.participant(person).name)
            .unwrap_or_else(|| "unknown".to_owned())
    }

    /// Adds to a match what only a citation tells of a message: a post's whole text and address, and names that may be
    /// turned round.
    pub(super) fn credit(&self, item: u64, found: &mut Match) -> Result<(), ArchiveError> {
        let Some(opened) = self.archive.item(item)? else {
            return Ok(());
        };
        for slot in ["from", "to"] {
            let people: Vec<Participant> = opened.get(slot)?.unwrap_or_default();
            for person in &people {
                found
                    .family_first
                    .extend(self.custodian.family_first(person));
            }
        }
        if matches!(found.genre.as_str(), "post" | "post in a table") {
            let text = self.archive.text(item)?;
            found.post = text.map(|it| it.chars().take(LONGEST_POST).collect());
        }
        if found.genre == "post" {
            let event: Option<Event> = opened.get("event")?;
            let number = event.and_then(|it| it.id);
            found.url = number.and_then(|it| address_on_x(&it, found.from.first()));
        }
        Ok(())
    }

    /// The copies that are held of the post at an address, the first receipt first.
    pub(super) fn copies_of_post(&self, address: &str) -> Result<Vec<ItemPin>, ArchiveError> {
        let Some(number) = number_on_x(address) else {
            return Ok(Vec::new());
        };
        let cards = self.archive.by_event(&number)?;
        let posts = (cards.iter())
            .filter(|card| matches!(card.kind.as_str(), "x-post" | "table-post"))
            .take(MOST_COPIES);
        let mut copies = Vec::new();
        for card in posts {
            let reference = self.archive.reference(card)?.parse().ok();
            copies.extend(reference.map(|reference| ItemPin {
                reference,
                place: None,
            }));
        }
        Ok(copies)
    }

    /// What follows a message in its conversation, with or without a text.
    pub(super) fn following(&self, reference: &str) -> Result<Option<After>, ArchiveError> {
        let Ok(Target::Item(item)) = self.archive.resolve(reference) else {
            return Ok(None);
        };
        let Some(card) = self.archive.card(item)? else {
            return Ok(None);
        };
        let Some(conversation) = card.conversation.as_deref() else {
            return Ok(None);
        };
        let mut after = After::default();
        if card.earliest.is_none() {
            after.unsure = Some("its record gives no time");
            return Ok(Some(after));
        }
        let around = self.archive.around(conversation, &card, FOLLOWING)?;
        if around.iter().any(|it| it.earliest.is_none()) {
            after.unsure = Some("a message of its conversation has no time");
        }
        let own = around.iter().position(|it| it.item == item);
        let next = own.and_then(|own| around.get(own + 1..));
        let next = next.unwrap_or_default();
        if next.len() as u64 >= FOLLOWING {
            after.unsure = Some("more messages follow it than are looked at");
        }
        for card in next {
            if self.withholding.of(self.archive, card.item)?.is_some() {
                after.unsure = Some("a message after it is withheld");
                break;
            }
            let Some(following) = self.following_message(card)? else {
                after.unsure = Some("a message after it cannot be read");
                break;
            };
            after.messages.push(following);
        }
        if let Some(back) = self.archive.written_back(&card)? {
            if self.withholding.of(self.archive, back.item)?.is_some() {
                after.unsure = Some("a message after it is withheld");
            } else {
                after.back = self.following_message(&back)?;
            }
        }
        Ok(Some(after))
    }

    /// A message by whom and when; nothing where its values are gone.
    fn following_message(&self, card: &Card) -> Result<Option<Following>, ArchiveError> {
        let Some(opened) = self.archive.item(card.item)? else {
            return Ok(None);
        };
        let from: Vec<Participant> = opened.get("from")?.unwrap_or_default();
        Ok(Some(Following {
            item: self.archive.reference(card)?,
            from: from.iter().map(|person| self.shown(person)).collect(),
            at: opened.get("at")?.unwrap_or_default(),
        }))
    }

    /// The posts that were made between two moments.
    pub(super) fn made_between(&self, from: Moment, to: Moment) -> Result<Vec<Post>, ArchiveError> {
        let mut posts = Vec::new();
        for card in self.archive.posts_between(from, to, MOST_POSTS)? {
            if self.withholding.of(self.archive, card.item)?.is_some() {
                continue;
            }
            let Some(opened) = self.archive.item(card.item)? else {
                continue;
            };
            let people: Vec<Participant> = opened.get("from")?.unwrap_or_default();
            posts.push(Post {
                item: self.archive.reference(&card)?,
                from: people
                    .iter()
                    .filter_map(|person| person.display.clone())
                    .collect(),
                at: opened.get("at")?.unwrap_or_default(),
            });
        }
        Ok(posts)
    }

    /// Between whom a message went, with every name by which they are known.
    pub(super) fn between(&self, reference: &str) -> Result<Parties, ArchiveError> {
        let Ok(Target::Item(item)) = self.archive.resolve(reference) else {
            return Ok(Parties::default());
        };
        let card = self.archive.card(item)?;
        let Some(opened) = self
            .archive
            .item(item)?
            .filter(|_| card.is_some_and(|it| it.class == "m"))
        else {
            return Ok(Parties::default());
        };
        let side = |slot: &'static str| -> Result<Vec<Known>, ArchiveError> {
            let people: Vec<Participant> = opened.get(slot)?.unwrap_or_default();
            let known = |person: &Participant| {
                let (names, is_named) = self.custodian.known_as(person);
                Known {
                    shown: self.shown(person),
                    names,
                    is_named,
                }
            };
            Ok(people.iter().map(known).collect())
        };
        Ok(Parties {
            from: side("from")?,
            to: side("to")?,
        })
    }

    pub(super) fn around(
        &self,
        reference: &str,
        (before, after): (usize, usize),
    ) -> Result<Vec<Passage>, ArchiveError> {
        let Ok(Target::Item(item)) = self.archive.resolve(reference) else {
            return Ok(Vec::new());
        };
        let Some(card) = self.archive.card(item)? else {
            return Ok(Vec::new());
        };
        let Some(conversation) = &card.conversation else {
            return Ok(Vec::new());
        };
        let window = self.archive.around(conversation, &card, AROUND)?;
        let place = window.iter().position(|it| it.item == item);
        let (earlier, rest) = window.split_at(place.unwrap_or_default());
        let mut around = self.first_of(earlier.iter().rev(), before)?;
        around.reverse();
        around.extend(self.first_of(rest.iter(), after + 1)?);
        Ok(around)
    }

    /// The passages of the first of these that hold text: few are used, and each takes time to open.
    fn first_of<'c>(
        &self,
        cards: impl Iterator<Item = &'c Card>,
        most: usize,
    ) -> Result<Vec<Passage>, ArchiveError> {
        let mut passages = Vec::new();
        for card in cards {
            if passages.len() == most {
                break;
            }
            passages.extend(self.passage(card.item)?);
        }
        Ok(passages)
    }
}

/// The address under which X shows a post of that number, which leads there whatever the account is called now.
fn address_on_x(number: &str, from: Option<&String>) -> Option<String> {
    if number.is_empty() || number.len() > 20 || !number.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let handle = from.and_then(|it| it.strip_suffix(')').unwrap_or(it).rsplit_once('@'));
    let handle = handle.map(|it| it.1).filter(|it| {
        (1..=15).contains(&it.len())
            && it
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'_')
    });
    Some(match handle {
        Some(handle) => format!("https://x.com/{handle}/status/{number}"),
        None => format!("https://x.com/i/status/{number}"),
    })
}

/// The number of the post at an address, whatever handle stands before it: X does not look at that.
fn number_on_x(address: &str) -> Option<String> {
    let address = url::Url::parse(address).ok()?;
    let host = address.host_str()?;
    let sites = ["x.com", "twitter.com"];
    let known = |begin| {
        host.strip_prefix(begin)
            .is_some_and(|site| sites.contains(&site))
    };
    if !["", "www.", "mobile."].into_iter().any(known) {
        return None;
    }
    let mut parts = address.path_segments()?;
    parts.find(|part| matches!(*part, "status" | "statuses"))?;
    let number = parts.next()?;
    let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
    is_number.then(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_known_by_the_number_in_its_address() {
        for (address, number) in [
            ("https://x.com/pier_nine/status/1803", Some("1803")),
            (
                "http://www.twitter.com/PierNine/statuses/1803/?s=20",
                Some("1803"),
            ),
            (
                "https://mobile.twitter.com/i/web/status/1803#m",
                Some("1803"),
            ),
            ("https://x.com/pier_nine/status/", None),
            ("https://x.com/pier_nine/status/18o3", None),
            ("https://x.com/1803", None),
            ("https://x.com.pier.example/a/status/1803", None),
            ("https://notx.com/a/status/1803", None),
            ("x.com/a/status/1803", None),
        ] {
            assert_eq!(number_on_x(address).as_deref(), number, "{address}");
        }
    }

    #[test]
    fn the_address_of_a_post_is_made_of_a_number_and_a_handle_and_of_nothing_else() {
        let of = |number: &str, from: &str| address_on_x(number, Some(&from.to_owned()));
        for (number, from, address) in [
            (
                "1712",
                "Nora Halloran (@nhalloran)",
                Some("https://x.com/nhalloran/status/1712"),
            ),
            (
                "1712",
                "@nhalloran",
                Some("https://x.com/nhalloran/status/1712"),
            ),
            ("1712", "Nora Halloran", Some("https://x.com/i/status/1712")),
            ("1712", "N (@a/../b)", Some("https://x.com/i/status/1712")),
            ("17/12", "@nhalloran", None),
            ("", "@nhalloran", None),
        ] {
            assert_eq!(of(number, from).as_deref(), address, "{number} {from}");
        }
    }
}
