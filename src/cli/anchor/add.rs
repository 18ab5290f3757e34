//! `fonds anchor add`.

use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;
use sha2::Sha256;

use super::standing;
use super::trust::of_note;
use super::whose;
use crate::anchor::AnchorError;
use crate::anchor::Kept;
use crate::anchor::Outside;
use crate::anchor::Standing;
use crate::anchor::Token;
use crate::anchor::Trusted;
use crate::anchor::judge;
use crate::anchor::nonce_of;
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
use crate::tlog::Checkpoint;
use crate::tlog::Note;

#[derive(Debug, clap::Args)]
pub(super) struct AddArgs {
    /// The cosigned checkpoint, the time-stamp response (.tsr) or the OpenTimestamps proof (.ots)
    file: PathBuf,
    /// The request that a time stamp answers, where it was not made on this computer
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
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
                    _ => format!("  {size}, {}: {}\n", whose(anchor), standing(anchor)),
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
    keep(context, archive, bytes, args.request.as_deref())
}

/// Keeps what came back, as far as it is of this archive and answers what was asked.
pub(super) fn keep(
    context: &Context,
    archive: Archive,
    bytes: Vec<u8>,
    request: Option<&Path>,
) -> Result<Outcome, CliError> {
    let given = if bytes.starts_with(b"fonds/") {
        cosigned(&archive, &bytes)?
    } else if bytes.starts_with(OTS) {
        opentimestamps(&archive, &bytes)?
    } else if bytes.first() == Some(&0x30) {
        stamped(context, &archive, &bytes, request)?
    } else {
        return Err(CliError::usage(
            "it is no cosigned checkpoint, no time-stamp response and no OpenTimestamps proof",
            "the file that fonds witness cosign wrote, or that an authority gave back",
        ));
    };
    let trusted = Trusted::load(&context.places()?)?;
    let next = archive.head()?.0;
    let kept = Kept {
        entry: Some(next),
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
            "ask for it again: fonds anchor request",
        ));
    }
    let digest = Digest::new(Sha256::digest(&kept.bytes).into());
    let zone = context.settings().zone.parse().unwrap_or(Zone::UTC);
    let mut added = Added {
        schema: "fonds/anchor-add/1",
        entry: next,
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
        anchor.entry = Some(added.entry);
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
    Ok(context.writer()?.anchor(&kept.bytes, entry)?)
}

/// What an OpenTimestamps proof of a file begins with, up to its version.
const OTS: &[u8] = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01";

/// The head whose note has that digest.
fn over(
    archive: &Archive,
    kind: &'static str,
    digest: Option<[u8; 32]>,
) -> Result<Given, CliError> {
    let foreign = || {
        CliError::usage(
            "it is over none of this archive's checkpoints",
            "fonds anchor request        writes what is to be stamped; for OpenTimestamps a copy of log/checkpoint",
        )
    };
    let digest = Digest::new(digest.ok_or_else(foreign)?);
    let size = archive.checkpoint_with(&digest)?.ok_or_else(foreign)?;
    let (note, head) = archive.checkpoint_of(size)?.ok_or_else(foreign)?;
    Ok(Given { kind, note, head })
}

/// An OpenTimestamps proof over a checkpoint of this archive. Whether it is one, nobody here looks.
fn opentimestamps(archive: &Archive, bytes: &[u8]) -> Result<Given, CliError> {
    // After the version: the digest's algorithm (8 is SHA-256), and the digest.
    let rest = bytes.get(OTS.len()..).unwrap_or_default();
    let digest = rest.strip_prefix(&[8]).and_then(|rest| rest.first_chunk());
    over(archive, "ots", digest.copied())
}

/// A time stamp over a checkpoint of this archive, in answer to a request that is known.
fn stamped(
    context: &Context,
    archive: &Archive,
    bytes: &[u8],
    request: Option<&Path>,
) -> Result<Given, CliError> {
    let token = Token::read(bytes).map_err(AnchorError::from)?;
    let given = over(archive, "token", token.imprint())?;
    let nonce = token.nonce();
    let asked = match (request, &nonce) {
        (Some(path), nonce) => nonce_of(&read(path)?).map_err(AnchorError::from)? == *nonce,
        (None, Some(nonce)) => context
            .places()?
            .stamp_request(archive.origin().as_str(), nonce)?
            .is_file(),
        (None, None) => false,
    };
    if asked {
        Ok(given)
    } else {
        Err(CliError::usage(
            "it does not answer a request that this computer made: its nonce is another",
            "fonds anchor add FILE.tsr --request FILE.tsq        with the request that it answers",
        ))
    }
}

/// A cosigned checkpoint of this archive.
fn cosigned(archive: &Archive, bytes: &[u8]) -> Result<Given, CliError> {
    let hint = "the file that fonds witness cosign wrote: a checkpoint of this archive with the witness's line";
    let note = Note::parse(bytes)
        .map_err(|error| CliError::usage(format!("it is no cosigned checkpoint: {error}"), hint))?;
    let head = archive
        .log_keys()?
        .open(&note)
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
