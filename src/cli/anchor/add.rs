//! `fonds anchor add`.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;
use sha2::Sha256;

use super::standing;
use super::trust::of_note;
use crate::anchor::Kept;
use crate::anchor::Outside;
use crate::anchor::Standing;
use crate::anchor::Trusted;
use crate::anchor::judge;
use crate::archive::Archive;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::acts::Values;
use crate::cli::ui::Answer;
use crate::cli::ui::count;
use crate::cli::verify::hand;
use crate::cli::witness::read;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Instant;
use crate::record::Zone;
use crate::record::visible;
use crate::tlog::Checkpoint;
use crate::tlog::Note;

#[derive(Debug, clap::Args)]
pub(super) struct AddArgs {
    /// The checkpoint with the witness's line
    file: PathBuf,
}

/// `fonds/anchor-add/1`.
#[derive(Debug, Serialize)]
struct Added {
    schema: &'static str,
    /// The entry that records it; the earlier one where it was kept already.
    entry: u64,
    /// Whether it was kept already, so that nothing was recorded.
    known: bool,
    /// What is in it.
    anchors: Vec<Outside>,
    #[serde(skip)]
    zone: Zone,
}

impl Answer for Added {
    fn text(&self) -> String {
        let mut text = if self.known {
            format!("It is kept already, under entry {}.\n", self.entry)
        } else {
            format!("Kept under entry {}.\n", self.entry)
        };
        let rows: Vec<String> = (self.anchors.iter())
            .map(|anchor| {
                let size = count(anchor.size, "entry", "entries");
                match anchor.standing {
                    Standing::Counts => format!(
                        "  {size} {}\n",
                        hand(&anchor.kind, &anchor.by, anchor.at, self.zone)
                    ),
                    _ => format!("  {size}, {}: {}\n", visible(&anchor.by), standing(anchor)),
                }
            })
            .collect();
        text.push_str(&rows.concat());
        text
    }
}

/// A file that came back, as far as it is understood.
struct Given {
    kind: &'static str,
    note: Note,
    head: Checkpoint,
}

/// `fonds anchor add`.
pub(super) fn run(context: &Context, args: &AddArgs) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let bytes = read(&args.file)?;
    let given = cosigned(&archive, &bytes)?;
    let trusted = Trusted::load(&context.places()?)?;
    let kept = Kept {
        entry: archive.head()?.0,
        size: given.head.size,
        kind: given.kind.to_owned(),
        bytes,
        note: given.note,
    };
    let anchors = judge(std::slice::from_ref(&kept), &trusted, context.now()?);
    if let Some(reason) = anchors.iter().find_map(|anchor| match &anchor.standing {
        Standing::Wrong(reason) => Some(reason),
        _ => None,
    }) {
        return Err(CliError::usage(
            format!("it was not kept: {reason}"),
            "ask for it again; what came back is not what a witness gives",
        ));
    }
    let digest = Digest::new(Sha256::digest(&kept.bytes).into());
    let zone = context.settings().zone.parse().unwrap_or(Zone::UTC);
    let mut added = Added {
        schema: "fonds/anchor-add/1",
        entry: kept.entry,
        known: true,
        anchors,
        zone,
    };
    let known = (archive.anchored()?.into_iter())
        .find(|it| it.bytes.is_some_and(|bytes| bytes.sha256 == digest));
    if let Some(known) = known {
        added.entry = known.entry;
    } else {
        drop(archive);
        added.known = false;
        added.entry = record(context, &kept, &given.head, digest, &added.anchors)?;
    }
    for anchor in &mut added.anchors {
        anchor.entry = added.entry;
    }
    context.ui.answer(&added)?;
    Ok(Outcome::Done)
}

/// Records it. Gives the entry's index.
fn record(
    context: &Context,
    kept: &Kept,
    head: &Checkpoint,
    digest: Digest,
    anchors: &[Outside],
) -> Result<u64, CliError> {
    let mut values = Values::new(context)?;
    values.set("size", Value::from(head.size));
    values.set("root", json!(Digest::new(head.root.0)));
    values.set("kind", Value::from(kept.kind.as_str()));
    values.set(
        "token",
        json!(Bytes {
            sha256: digest,
            size: kept.bytes.len() as u64,
        }),
    );
    let names: Vec<&str> = anchors.iter().map(|anchor| anchor.by.as_str()).collect();
    values.words("authority", Some(&names.join(", ")));
    if let Some(at) = anchors.iter().filter_map(|anchor| anchor.at).min() {
        let at = Instant::exact(at, at.to_string(), "stated");
        values.set("at", json!(at));
    }
    let entry = values.entry("anchored/1")?;
    Ok(context.writer()?.anchor(digest, &kept.bytes, entry)?)
}

/// A cosigned checkpoint of this archive.
fn cosigned(archive: &Archive, bytes: &[u8]) -> Result<Given, CliError> {
    let hint = "the file that fonds witness cosign wrote: a checkpoint of this archive with the witness's line";
    let note = Note::parse(bytes)
        .map_err(|error| CliError::usage(format!("it is no cosigned checkpoint: {error}"), hint))?;
    let verifier = archive.verifier()?;
    let head = Checkpoint::open(&note, &verifier)
        .map_err(|error| CliError::usage(format!("it is not of this archive: {error}"), hint))?;
    let (entries, _) = archive.head()?;
    if head.size > entries {
        return Err(CliError::usage(
            format!(
                "it is over {}, and this archive has {entries}: this is an older copy",
                count(head.size, "entry", "entries")
            ),
            "fonds anchor add        on the newest copy of the archive",
        ));
    }
    if archive.root_at(head.size)? != head.root {
        return Err(CliError::usage(
            format!(
                "at {} this archive tells another history than the checkpoint that was cosigned",
                count(head.size, "entry", "entries")
            ),
            "fonds verify --against FILE        says where they part; keep the file, it is evidence",
        ));
    }
    let (note, _) = archive.checkpoint_of(head.size)?.ok_or_else(|| {
        of_note(crate::tlog::TlogError::Checkpoint(
            "the archive does not keep it",
        ))
    })?;
    Ok(Given {
        kind: "witness",
        note,
        head,
    })
}
