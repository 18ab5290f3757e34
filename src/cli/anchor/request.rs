//! `fonds anchor request`.

use std::path::PathBuf;

use rand_core::OsRng;
use rand_core::RngCore as _;
use serde::Serialize;

use super::trust::unknown;
use crate::anchor::AnchorError;
use crate::anchor::OldHead;
use crate::anchor::REQUEST;
use crate::anchor::Request;
use crate::anchor::Trusted;
use crate::anchor::stamp_request;
use crate::archive::Archive;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::outputs::may_be_written;
use crate::cli::ui::Answer;
use crate::cli::ui::count;
use crate::commitment::Keys;
use crate::durable;
use crate::keys::KeyError;
use crate::publish;
use crate::record::Digest;
use crate::tlog::Checkpoint;
use crate::tlog::Cosigner;
use crate::tlog::Note;

#[derive(Debug, clap::Args)]
pub(super) struct RequestArgs {
    /// Ask this witness, whom you trust, for a cosignature [default: any authority, for a time stamp (RFC 3161)]
    #[arg(long, value_name = "NAME")]
    witness: Option<String>,
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
    /// What is asked for: `witness` or `token`.
    kind: &'static str,
    /// Who is asked; nothing for a time stamp.
    of: Option<String>,
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
        let next = match &self.of {
            Some(of) => format!(
                "Give it to {of}, who runs fonds witness cosign {} -o ANSWER. Then: fonds anchor add ANSWER",
                self.written.display()
            ),
            None => format!(
                "Take it to a time-stamp authority whose root you pinned, for example\n  \
                 curl -H 'Content-Type: application/timestamp-query' --data-binary @{} URL -o ANSWER.tsr\n\
                 Then: fonds anchor add ANSWER.tsr        (fonds anchor stamp URL does all three)",
                self.written.display()
            ),
        };
        format!(
            "Wrote {}, over {}{since}. It holds digests only.\n{next}",
            self.written.display(),
            count(self.size, "entry", "entries"),
        )
    }
}

/// The head that was signed last.
pub(super) fn head(archive: &Archive) -> Result<(Note, Checkpoint), CliError> {
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
    let sizes = archive
        .anchors()?
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
    may_be_written(context, &[&args.output], &[])?;
    let (note, head) = head(&archive)?;
    let since = if let Some(witness) = &args.witness {
        of_witness(context, &archive, args, witness, (&note, &head))?
    } else {
        let request = of_authority(context, &archive, &note)?;
        durable::write_atomic(&args.output, &request)?;
        None
    };
    context.ui.answer(&Requested {
        schema: "fonds/anchor-request/1",
        kind: if args.witness.is_some() {
            "witness"
        } else {
            "token"
        },
        of: args.witness.clone(),
        size: head.size,
        since,
        written: args.output.clone(),
    })?;
    Ok(Outcome::Done)
}

/// The request for a time stamp, whose nonce is remembered: an answer to another request is not taken for one to this.
pub(super) fn of_authority(
    context: &Context,
    archive: &Archive,
    note: &Note,
) -> Result<Vec<u8>, CliError> {
    let mut nonce = [0; 8];
    OsRng
        .try_fill_bytes(&mut nonce)
        .map_err(|error| KeyError::Random {
            reason: error.to_string(),
        })?;
    // A positive number in its shortest form.
    nonce[0] = nonce[0] & 0x3f | 0x40;
    let request = stamp_request(note.to_string().as_bytes(), nonce).map_err(AnchorError::from)?;
    let remembered = context
        .places()?
        .stamp_request(archive.origin().as_str(), &hex::encode(nonce))?;
    if let Some(folder) = remembered.parent() {
        durable::create_private_dir(folder)?;
    }
    durable::write_private(&remembered, &request)?;
    Ok(request)
}

/// Writes the request to a witness. Gives the size that it goes on from.
fn of_witness(
    context: &Context,
    archive: &Archive,
    args: &RequestArgs,
    witness: &str,
    (note, head): (&Note, &Checkpoint),
) -> Result<Option<u64>, CliError> {
    let trusted = Trusted::load(&context.places()?)?;
    let key = trusted.witness(witness).ok_or_else(|| unknown(witness))?;
    let since = match args.since {
        Some(since) => since,
        None => cosigned(archive, key)?,
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
        key_entries: publish::key_entries(archive, head.size)?,
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
    Ok(old.map(|old| old.size))
}
