//! `fonds anchor request`.

use std::path::PathBuf;

use serde::Serialize;

use super::trust::unknown;
use crate::anchor::OldHead;
use crate::anchor::REQUEST;
use crate::anchor::Request;
use crate::anchor::Trusted;
use crate::archive::Archive;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::ui::Answer;
use crate::cli::ui::count;
use crate::commitment::Keys;
use crate::durable;
use crate::record::Digest;
use crate::tlog::Checkpoint;
use crate::tlog::Cosigner;
use crate::tlog::Note;
use crate::verify;

#[derive(Debug, clap::Args)]
pub(super) struct RequestArgs {
    /// Whom you ask: a witness whom you trust
    #[arg(long, value_name = "NAME")]
    witness: String,
    /// Go on from this many entries, where the witness says so; 0 for the first time [default: what they cosigned last]
    #[arg(long, value_name = "N", requires = "witness")]
    since: Option<u64>,
    /// Write the request there
    #[arg(short, long = "output", value_name = "FILE")]
    output: PathBuf,
}

/// `fonds/anchor-request/1`.
#[derive(Debug, Serialize)]
struct Requested {
    schema: &'static str,
    /// What is asked for: `witness`.
    kind: &'static str,
    /// Who is asked.
    of: String,
    /// Entries under the head.
    size: u64,
    /// Entries that they saw before.
    since: Option<u64>,
    written: PathBuf,
}

impl Answer for Requested {
    fn text(&self) -> String {
        let since = self.since.map_or_else(String::new, |since| {
            format!(", which continue the {since} that they saw")
        });
        format!(
            "Wrote {}, over {}{since}. It holds digests only.\n\
             Give it to {}, who runs fonds witness cosign {0} -o ANSWER. Then: fonds anchor add ANSWER",
            self.written.display(),
            count(self.size, "entry", "entries"),
            self.of,
        )
    }
}

/// The head that was signed last.
fn head(archive: &Archive) -> Result<(Note, Checkpoint), CliError> {
    let unsigned = || {
        CliError::usage(
            "the archive has no signed head",
            "fonds verify        to see what is damaged",
        )
    };
    let note = archive.head()?.1.ok_or_else(unsigned)?;
    let size = archive.open_note(&note)?.size;
    archive.checkpoint_of(size)?.ok_or_else(unsigned)
}

/// Entries under the newest head that this key has cosigned and the archive keeps; 0 where it keeps none.
fn cosigned(archive: &Archive, key: &Cosigner) -> Result<u64, CliError> {
    let sizes = verify::anchors(archive)?
        .into_iter()
        .filter_map(|(_, found)| found.ok())
        .filter(|kept| {
            let note = Note::parse(&kept.bytes);
            note.is_ok_and(|note| matches!(key.cosigned(&note), Ok(Some(_))))
        })
        .map(|kept| kept.size);
    Ok(sizes.max().unwrap_or(0))
}

/// `fonds anchor request`.
pub(super) fn run(context: &Context, args: &RequestArgs) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let trusted = Trusted::load(&context.places()?)?;
    let key = trusted
        .witness(&args.witness)
        .ok_or_else(|| unknown(&args.witness))?;
    let (note, head) = head(&archive)?;
    let since = match args.since {
        Some(since) => since,
        None => cosigned(&archive, key)?,
    };
    if since > head.size {
        return Err(CliError::usage(
            format!(
                "the archive has {} signed, fewer than {since}",
                count(head.size, "entry", "entries")
            ),
            "fonds anchor request        on the newest copy of the archive",
        ));
    }
    let (old, proof) = if since == 0 {
        (None, Vec::new())
    } else {
        let (root, proof) = archive.consistency_of(since, head.size)?;
        let root = Digest::new(root.0);
        (Some(OldHead { root, size: since }), proof)
    };
    let keys = archive.keys();
    let request = Request {
        checkpoint: note.to_string(),
        old,
        origin: Keys {
            log_key: Digest::new(keys.log),
            recovery_key: Digest::new(keys.recovery),
            salt: Digest::new(keys.salt),
        },
        proof: proof.iter().map(|hash| Digest::new(hash.0)).collect(),
        schema: REQUEST.to_owned(),
    };
    durable::write_atomic(&args.output, request.file()?.as_bytes())?;
    context.ui.answer(&Requested {
        schema: "fonds/anchor-request/1",
        kind: "witness",
        of: args.witness.clone(),
        size: head.size,
        since: old.map(|old| old.size),
        written: args.output.clone(),
    })?;
    Ok(Outcome::Done)
}
