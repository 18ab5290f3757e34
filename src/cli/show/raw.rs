//! An item's bytes and text as they are, and where they lie.

use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::path::PathBuf;

use serde::Serialize;

use super::carrier;
use super::warn_of;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::Card;
use crate::archive::Opened;
use crate::archive::store::Place;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::ui::Answer;
use crate::cli::ui::size;

/// The document whose stored bytes an item's are, and its stretch of them.
pub(super) fn original(
    context: &Context,
    archive: &Archive,
    card: &Card,
    opened: &Opened,
) -> Result<Outcome, CliError> {
    let carrier = carrier(archive, card)?;
    let mut bytes = archive.reader(&carrier.sha256)?;
    let span = card.span.filter(|_| carrier.item != card.item);
    match span {
        Some(span) => {
            bytes
                .seek(SeekFrom::Start(span.start))
                .map_err(|source| CliError::Input { source })?;
            let length = span.end.saturating_sub(span.start);
            context.ui.bytes(&mut bytes.take(length))?;
        }
        None => context.ui.bytes(&mut bytes)?,
    }
    // Said after they were given: damaged bytes are evidence too, and whoever asks for them may want just these.
    if let Some(altered) = archive.altered_bytes(card, opened)? {
        warn_of(context, &archive.reference(card)?, &altered);
        return Ok(Outcome::Findings);
    }
    Ok(Outcome::Done)
}

/// `fonds/show-path/1`.
#[derive(Debug, Serialize)]
struct Lies {
    schema: &'static str,
    item: String,
    /// The file that holds the bytes.
    path: PathBuf,
    /// The member's name, where the file is a pack (a zip archive that compresses nothing).
    member: Option<String>,
    /// Where in the file the item's own bytes begin.
    offset: u64,
    size: u64,
}

impl Answer for Lies {
    fn text(&self) -> String {
        let path = self.path.display().to_string();
        self.member.as_ref().map_or(path.clone(), |member| {
            format!(
                "{path}\n  member {member}, from byte {}, {}",
                self.offset,
                size(self.size)
            )
        })
    }
}

pub(super) fn path(context: &Context, archive: &Archive, card: &Card) -> Result<Outcome, CliError> {
    let carrier = carrier(archive, card)?;
    let missing = || ArchiveError::Missing {
        digest: carrier.sha256,
    };
    let (place, whole) = archive.place_of(&carrier.sha256)?.ok_or_else(missing)?;
    let (path, offset) = archive.store().file_of(&carrier.sha256, place);
    let span = card.span.filter(|_| carrier.item != card.item);
    context.ui.answer(&Lies {
        schema: "fonds/show-path/1",
        item: archive.reference(card)?,
        path,
        member: matches!(place, Place::Pack { .. }).then(|| carrier.sha256.to_string()),
        offset: offset + span.map_or(0, |span| span.start),
        size: span.map_or(whole, |span| span.end.saturating_sub(span.start)),
    })?;
    Ok(Outcome::Done)
}

/// `fonds/show-text/1`.
#[derive(Debug, Serialize)]
struct OwnText {
    schema: &'static str,
    item: String,
    text: String,
}

impl Answer for OwnText {
    fn text(&self) -> String {
        self.text.clone()
    }

    fn is_as_kept(&self) -> bool {
        true
    }
}

pub(super) fn text(
    context: &Context,
    archive: &Archive,
    card: &Card,
    typed: &str,
) -> Result<Outcome, CliError> {
    let Some(text) = archive.text(card.item)? else {
        let holds = archive.children_after(card.item, 0, 1)?;
        return Err(match holds.first() {
            Some(first) => CliError::usage(
                format!("{typed} has no text of its own: it holds other items"),
                format!(
                    "fonds show {typed}        lists them; fonds show {} --text",
                    archive.reference(first)?
                ),
            ),
            None => CliError::usage(
                format!("{typed} is stored, not searchable: fonds reads no text in it"),
                format!("fonds show {typed} --original > FILE"),
            ),
        });
    };
    context.ui.answer(&OwnText {
        schema: "fonds/show-text/1",
        item: archive.reference(card)?,
        text,
    })?;
    Ok(Outcome::Done)
}
