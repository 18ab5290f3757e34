//! `fonds verify FILE` of a fork: the proof that an archive's key signed two histories.

use crate::anchor::Fork;
use crate::publish::Checked;
use crate::publish::State;
use crate::record::Finding;

/// Whether a file says that it is the proof of a fork.
pub(super) fn is_fork(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"\"schema\":\"fonds/fork/").is_some()
}

/// Checks the proof of a fork. One that holds is a finding about the archive, and the file matches.
pub(super) fn check(bytes: &[u8]) -> Checked {
    let mut checked = Checked::new(State::Matches);
    let fork = match Fork::read(bytes) {
        Ok(fork) => fork,
        Err(error) => {
            let message = format!("It cannot be looked at: {error}.");
            checked.add(
                State::DoesNotMatch,
                Finding::new("fork.not-shown", "fork", message),
            );
            return checked;
        }
    };
    checked.origin = Some(fork.origin.origin().to_string());
    match fork.check() {
        Ok(forked) => {
            checked.entries = Some(forked.first.size);
            let message = format!(
                "The key of this archive signed two histories: a head of {} entries and one of {}, of which the first is \
                 not the beginning of the second.",
                forked.first.size, forked.second.size
            );
            let finding = Finding::new("checkpoint.split", "fork", message)
                .with(forked.first.root.to_string(), forked.root.to_string());
            checked.add(State::Matches, finding);
        }
        Err(reason) => {
            let message = format!("It does not show that two histories were signed: {reason}.");
            checked.add(
                State::DoesNotMatch,
                Finding::new("fork.not-shown", "fork", message),
            );
        }
    }
    checked
}
