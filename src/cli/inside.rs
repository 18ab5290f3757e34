//! What `fonds destroy` makes of messages that lie in a mailbox or an export: they go, and the document stays without them.

use super::CliError;
use super::destroy::Ordered;
use super::destroy::holders;
use super::destroy::label;
use super::destroy::unnamed;
use super::ui::count;
use crate::archive::About;
use crate::archive::Archive;
use crate::archive::Card;
use crate::archive::Target;
use crate::record::Span;

/// Messages of one document, or nothing where not all of what is named are such.
fn named(archive: &Archive, typed: &[String]) -> Result<Option<(Vec<Card>, Card)>, CliError> {
    let mut messages = Vec::new();
    let mut document: Option<Card> = None;
    for typed in typed {
        let Target::Item(item) = archive.resolve(typed)? else {
            return Ok(None);
        };
        let card = archive.card(item)?.filter(|card| card.span.is_some());
        let parent = card.as_ref().and_then(|card| card.parent);
        let (Some(card), Some(parent)) = (card, parent) else {
            return Ok(None);
        };
        let Some(parent) = archive.card(parent)?.filter(|it| it.parent.is_none()) else {
            return Ok(None);
        };
        match &document {
            Some(known) if known.item != parent.item => {
                return Err(CliError::usage(
                    format!(
                        "{typed} lies in {}, and what is named before it in {}",
                        archive.reference(&parent)?,
                        archive.reference(known)?
                    ),
                    "one order for each: fonds destroy with the messages of one document",
                ));
            }
            _ => document = Some(parent),
        }
        messages.push(card);
    }
    Ok(document.map(|document| (messages, document)))
}

/// What an order takes along that names messages and no document; nothing where it names others.
pub(super) fn messages(
    archive: &Archive,
    typed: &[String],
    also: &[String],
    keep: &[String],
) -> Result<Option<Ordered>, CliError> {
    let Some((messages, document)) = named(archive, typed)? else {
        return Ok(None);
    };
    let container = archive.reference(&document)?;
    let mut lengths: Vec<(u64, u64)> = (messages.iter())
        .filter_map(|card| card.span.map(|span| (span.start, span.end)))
        .collect();
    lengths.sort_unstable();
    lengths.dedup();
    let covered: u64 = lengths
        .iter()
        .map(|(start, end)| end.saturating_sub(*start))
        .sum();
    let size = archive.reader(&document.sha256)?.size();
    if covered >= size {
        return Err(CliError::usage(
            format!("{} is all of {container}", typed.join(", ")),
            format!("fonds destroy {container}        destroys all of it"),
        ));
    }
    let mut receipts = vec![document.item];
    let mut elsewhere = Vec::new();
    for other in archive.holdings(&document.sha256)? {
        if other.item == document.item {
            continue;
        }
        let top = archive.top_of(other.item)?;
        if top != other.item {
            elsewhere.push(format!(
                "in {}: destroy that too, before this",
                label(archive, top)?
            ));
            continue;
        }
        let accession = archive.entry_reference(other.accession)?;
        let accession = accession.unwrap_or_else(|| format!("entry {}", other.accession));
        if also.contains(&accession) {
            receipts.push(other.item);
        } else {
            elsewhere.push(format!("as {accession}: --also {accession}"));
        }
    }
    if !elsewhere.is_empty() {
        return Err(CliError::usage(
            format!(
                "{container} came in more than once, and its bytes would stay {}",
                elsewhere.join("; ")
            ),
            "the same command once more, with what is named",
        ));
    }
    let spans: Vec<Span> = messages.iter().filter_map(|card| card.span).collect();
    for &receipt in &receipts {
        let other = archive.overlapping(receipt, &spans)?;
        let as_text = archive.own_text(receipt)?.is_some();
        if other.is_some() || as_text {
            let what = match other {
                Some(other) => label(archive, other)?,
                None => "its text".to_owned(),
            };
            return Err(CliError::usage(
                format!(
                    "one receipt of {container} was read in another way: {what} has some of these bytes and others besides"
                ),
                format!(
                    "fonds destroy {container}        destroys all of it, with each receipt named"
                ),
            ));
        }
    }
    let items: Vec<u64> = messages.iter().map(|card| card.item).collect();
    let doom = archive.doom_inside(&items, &receipts)?;
    unnamed(&holders(archive, &doom)?, keep)?;
    let Some((place, _)) = archive.place(document.item)? else {
        return Ok(None);
    };
    let what = format!(
        "{} ({}) in {container}, which stays with zeros in {}",
        typed.join(", "),
        count(doom.messages, "message", "messages"),
        if doom.zeroed.len() == 1 {
            "its place"
        } else {
            "their places"
        }
    );
    Ok(Some(Ordered {
        about: About::Item(place),
        doom,
        what,
    }))
}
