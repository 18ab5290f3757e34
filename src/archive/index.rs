//! Feeds the full-text index from the records, in the order in which they were recorded.

use super::Archive;
use super::ArchiveError;
use super::query::Card;
use super::search::Entry;
use super::search::Index;
use crate::record::Participant;

/// Items that are read at a time.
const STEP: u64 = 512;

/// Texts after which what is done is made durable.
const COMMIT_EVERY: u64 = 50_000;

/// Items passed over that are named, at most.
const NAMED: usize = 20;

/// What was done.
#[derive(Debug, Default)]
pub struct Indexed {
    /// Texts that were added.
    pub added: u64,
    /// Items whose text could not be read: they are found by their other fields only, until the index is built anew.
    pub unread: u64,
    /// The first of these, by reference, each with the reason.
    pub named: Vec<(String, ArchiveError)>,
}

/// Indexes what is not indexed yet. An item whose text cannot be read does not stop it: one damaged or overlong text
/// would keep all that came after it from being found. `tell` hears of items done and items in all. Only one process
/// does this at a time; another gets [`super::search::Error::InUse`].
pub fn go_on(archive: &Archive, tell: &dyn Fn(u64, u64)) -> Result<Indexed, ArchiveError> {
    let mut indexed = Indexed::default();
    let last = archive.last_item()?;
    let folder = archive.search_folder();
    if last == 0 || is_current(archive, last) {
        return Ok(indexed);
    }
    let mut index = Index::open(&folder, true)?;
    let from = index.indexed_up_to()?;
    if from > last || stamp(archive, from)? != index.stamp()? {
        // The index is of another archive, or of another history of this one.
        drop(index);
        index = Index::begin_anew(&folder)?;
    }
    let mut done = index.indexed_up_to()?;
    let mut writer = index.writer()?;
    let mut uncommitted = 0;
    loop {
        let cards = archive.after(done, STEP)?;
        let Some(end) = cards.last().map(|card| card.item) else {
            break;
        };
        for card in &cards {
            if add(archive, &mut writer, card, &mut indexed)? {
                indexed.added += 1;
                uncommitted += 1;
            }
        }
        done = end;
        if uncommitted >= COMMIT_EVERY {
            writer.commit(done, &stamp(archive, done)?)?;
            uncommitted = 0;
        }
        tell(done, last);
    }
    writer.commit(done, &stamp(archive, done)?)?;
    writer.finish()?;
    Ok(indexed)
}

/// Items that are not indexed yet. What was destroyed waits for nothing, though its numbers stay taken.
pub fn waiting(archive: &Archive) -> Result<u64, ArchiveError> {
    let done = Index::open(&archive.search_folder(), false)
        .and_then(|index| index.indexed_up_to())
        .unwrap_or(0);
    archive.cards_behind(done)
}

fn is_current(archive: &Archive, last: u64) -> bool {
    let here = || -> Result<bool, ArchiveError> {
        let index = Index::open(&archive.search_folder(), false)?;
        Ok(index.indexed_up_to()? == last && index.stamp()? == stamp(archive, last)?)
    };
    here().unwrap_or(false)
}

/// What ties the index to this archive's records up to an item: the origin and that item's reference or digest.
fn stamp(archive: &Archive, item: u64) -> Result<String, ArchiveError> {
    if item == 0 {
        return Ok(String::new());
    }
    let card = archive.card(item)?;
    Ok(card.map_or_else(String::new, |card| {
        format!(
            "{} {} {}",
            archive.origin(),
            card.reference.unwrap_or_default(),
            card.sha256
        )
    }))
}

/// Adds one item. A message is found as itself, a text or page under the document it is, and a document that came in
/// several times once.
fn add(
    archive: &Archive,
    writer: &mut super::search::Writer,
    card: &Card,
    indexed: &mut Indexed,
) -> Result<bool, ArchiveError> {
    if card.class == "d" && !archive.is_first_holding(card)? {
        return Ok(false);
    }
    let Some(opened) = archive.item(card.item)? else {
        return Ok(false);
    };
    let own = opened.get::<serde_json::Value>("text_digest")?.is_some();
    let text = if own {
        match archive.text_of(card.item, &opened) {
            Err(error) if error.is_of_the_item() => {
                indexed.unread += 1;
                if indexed.named.len() < NAMED {
                    indexed.named.push((archive.reference(card)?, error));
                }
                Some(String::new())
            }
            text => text?,
        }
    } else {
        None
    };
    let is_message = card.class == "m";
    if text.is_none() && !is_message {
        return Ok(false);
    }
    let people = |slot: &'static str| -> Result<String, ArchiveError> {
        let people: Vec<Participant> = opened.get(slot)?.unwrap_or_default();
        Ok(people
            .iter()
            .flat_map(|person| [person.display.as_deref(), person.account.as_deref()])
            .flatten()
            .collect::<Vec<_>>()
            .join(" \n"))
    };
    let (from, to) = if is_message {
        (people("from")?, people("to")?)
    } else {
        (String::new(), String::new())
    };
    let subject: String = opened
        .get(if is_message { "subject" } else { "title" })?
        .unwrap_or_default();
    let parent = match (card.class.as_str(), card.parent) {
        ("t", Some(parent)) => archive.card(parent)?,
        _ => None,
    };
    if let Some(parent) = &parent
        && !archive.is_first_holding(parent)?
    {
        return Ok(false);
    }
    let name = parent.as_ref().map_or(&card.name, |parent| &parent.name);
    let kind = parent.as_ref().map_or(&card.kind, |parent| &parent.kind);
    let at = (card.earliest.is_some() || card.latest.is_some()).then(|| {
        (
            card.earliest.unwrap_or(i64::MIN),
            card.latest.unwrap_or(i64::MAX),
        )
    });
    writer.add(&Entry {
        id: card.item,
        kind,
        from: &from,
        to: &to,
        subject: &subject,
        name: name.as_deref().unwrap_or_default(),
        at,
        text: text.as_deref().unwrap_or_default(),
    })?;
    Ok(true)
}
