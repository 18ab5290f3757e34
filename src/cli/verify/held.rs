//! `fonds verify FILE`: what this user knows of the archive besides, held against the file: how its ledger was closed, and
//! the checkpoint that they saw last.

use std::path::Path;

use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::closings;
use crate::cli::key::ClosedAt;
use crate::cli::ui::count;
use crate::cli::ui::number;
use crate::commitment::Committer;
use crate::commitment::ProvedEntry;
use crate::keys::KeyError;
use crate::keys::LogKeys;
use crate::keys::Pin;
use crate::publish;
use crate::publish::Checked;
use crate::publish::Proof;
use crate::publish::State;
use crate::record::Finding;
use crate::succession::Closed;
use crate::succession::Closing;
use crate::tlog::Checkpoint;

/// Whether a file says that it shows how a ledger was closed.
pub(super) fn is_closing(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"\"schema\":\"fonds/closing/").is_some()
}

/// Checks the file of a closing.
pub(super) fn closing(path: &Path) -> Result<Checked, CliError> {
    let mut checked = Checked::new(State::Matches);
    match closings::given(path) {
        Ok(closing) => {
            checked.origin = Some(closing.note().origin().to_string());
            checked.entries = Some(closing.note().head().size);
        }
        Err(CliError::Usage { message, .. }) => checked.add(
            State::DoesNotMatch,
            Finding::new("closing.not-valid", "closing", format!("{message}.")),
        ),
        Err(error) => return Err(error),
    }
    Ok(checked)
}

/// What a file shows that can be held against something.
pub(super) struct Shown<'a> {
    pub(super) proof: Option<&'a Proof>,
    /// The head that it is under, or is.
    pub(super) head: Option<Checkpoint>,
    /// Of a checkpoint alone: the keys that its signature was held against.
    pub(super) keys: Option<&'a LogKeys>,
}

/// Holds what a file shows against all that this user knows of the archive. Gives where its ledger was closed, and how the
/// file stands to the checkpoint that this user saw last.
pub(super) fn against(
    context: &Context,
    checked: &mut Checked,
    given: &[Closing],
    shown: &Shown<'_>,
) -> Result<(Option<ClosedAt>, &'static str), CliError> {
    let Some(origin) = checked.origin.clone() else {
        return Ok((None, "none"));
    };
    let places = context.places()?;
    // Those that were given are among what is kept by now.
    let known = closings::kept(&places, &origin)?;
    if let Some(other) = given
        .iter()
        .find(|it| it.note().origin().as_str() != origin)
    {
        context.ui.warn(&format!(
            "a closing that you gave is of another archive ({}): it says nothing of this file",
            other.note().origin()
        ));
    }
    let closed = Closed::by(&known);
    let counts = closed.as_ref().map(Closed::size);
    let pin = pin(context, checked, &origin, shown, counts)?;
    let beyond = closed.as_ref().and_then(|closed| match shown {
        Shown {
            proof: Some(proof), ..
        } => first_disowned(proof, closed),
        Shown {
            head: Some(head), ..
        } => (closed.root_at(head.size) != Some(head.root)).then(|| "the head".to_owned()),
        _ => None,
    });
    if let (Some(beyond), Some(counts)) = (beyond, counts) {
        let message = format!(
            "The recovery key of this archive closed its ledger at {}, and {beyond} shown here is not among those: its owner \
             disowns it.",
            count(counts, "entry", "entries")
        );
        checked.add(
            State::DoesNotMatch,
            Finding::new("proof.disowned", "closing", message),
        );
    }
    Ok((ClosedAt::by(&known)?, pin))
}

/// How a file stands to the checkpoint that this user saw last of its archive: `fits`, `differs`, `not-comparable` where
/// only the archive could tell, or `none` where they saw none. One that was disowned since says nothing.
fn pin(
    context: &Context,
    checked: &mut Checked,
    origin: &str,
    shown: &Shown<'_>,
    counts: Option<u64>,
) -> Result<&'static str, CliError> {
    let pin = match Pin::open(&context.places()?, origin) {
        Ok(pin) => pin,
        Err(error @ KeyError::Damaged { .. }) => {
            context
                .ui
                .warn(&format!("the file was not held against your pin: {error}"));
            return Ok("none");
        }
        Err(error) => return Err(error.into()),
    };
    let (Some(head), Some(note), Some(seen)) = (&shown.head, pin.note(), pin.checkpoint()) else {
        return Ok("none");
    };
    if counts.is_some_and(|counts| counts < seen.size) {
        return Ok("none");
    }
    // A ledger that goes on from what was seen knows of every change of the key that was seen, and the head that a change
    // ends is signed by both keys.
    let of_proof = shown.proof.and_then(publish::log_keys);
    let of_proof = of_proof.as_ref().filter(|_| seen.size <= head.size);
    // An older proof need not know of the change that a head ends, and judges that head all the same.
    let of_head = shown.keys.filter(|_| seen.size < head.size);
    let leaves_out = of_proof.or(of_head).is_some_and(|keys| {
        let lines = note.signatures().iter().filter(|it| it.name() == origin);
        let expected = 1 + usize::from(keys.signers(seen.size).1.is_some());
        keys.open(note).is_err() || lines.count() != expected
    });
    let other = seen.size == head.size && seen.root != head.root;
    if !leaves_out && !other {
        return Ok(if seen.size == head.size {
            "fits"
        } else {
            "not-comparable"
        });
    }
    let message = if other {
        "You saw another history of this archive before, of as many entries: its key signed both."
    } else {
        "You saw this archive before, signed by a key that this does not know of: it leaves out a change of the key."
    };
    checked.add(
        State::DoesNotMatch,
        Finding::new("proof.pin-differs", "pin", message)
            .with(seen.root.to_string(), head.root.to_string()),
    );
    Ok("differs")
}

/// The first entry that seals an item of the proof and does not count. Which head they are shown under plays no part.
fn first_disowned(proof: &Proof, closed: &Closed) -> Option<String> {
    let committer = Committer::new(proof.origin.origin());
    let counts =
        |entry: &&ProvedEntry| closed.counts(entry.record.i, &entry.record.leaf(&committer));
    let first = proof.segments.iter().find(|entry| !counts(entry))?;
    Some(format!("entry {}", number(first.record.i)))
}
