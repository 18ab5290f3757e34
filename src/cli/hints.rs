//! What is said of an error of each part: its exit status, its kind, and what to do.

use std::io;
use std::path::Path;

use crate::anchor::AnchorError;
use crate::archive::ArchiveError;
use crate::archive::search::Error as SearchError;
use crate::keys::KeyError;
use crate::publish::PublishError;
use crate::vault::VaultError;

/// Of an archive.
pub(super) fn archive(error: &ArchiveError) -> (u8, &'static str, String) {
    let (code, kind, hint) = match error {
        ArchiveError::Key(error) => return key(error),
        ArchiveError::NotFound { path } => (
            10,
            "no_archive",
            if path.is_file() {
                "fonds -C DIR VERB        with the folder of an archive: this is a file"
            } else if !path.exists() {
                "fonds -C DIR VERB        with the folder of an archive: there is no such folder; fonds init DIR starts one there"
            } else if std::env::current_dir().is_ok_and(|here| here == *path) {
                "fonds init        to start one here, or fonds -C DIR VERB for one elsewhere"
            } else {
                "fonds -C DIR VERB        with the folder of an archive, or fonds init DIR to start one there"
            },
        ),
        ArchiveError::InUse { .. } => (
            11,
            "in_use",
            "wait until the other fonds has ended, then run this again; reading works meanwhile",
        ),
        ArchiveError::NoSuchItem(typed) if Path::new(typed).exists() => (
            4,
            "no_such_item",
            "fonds find WORDS        shows references such as d-41ac: by these things are named here, not by their paths",
        ),
        ArchiveError::NoSuchItem(_) => (
            4,
            "no_such_item",
            "fonds find WORDS        or fonds log, to see the references of what is here",
        ),
        ArchiveError::Destroyed { .. } => (
            4,
            "destroyed",
            "fonds log        shows the order among what was recorded",
        ),
        ArchiveError::Ambiguous { .. } => (4, "ambiguous", "type more characters of the reference"),
        ArchiveError::Occupied { .. } => (
            2,
            "not_empty",
            "fonds init NEW_FOLDER        an archive starts in a folder of its own",
        ),
        ArchiveError::NotOurs { .. } => (
            2,
            "not_an_archive",
            "fonds -C DIR VERB        with the folder of an archive",
        ),
        ArchiveError::NotStarted { .. } => (
            2,
            "not_started",
            "fonds init        again, in the same folder",
        ),
        ArchiveError::Settings { .. } => (
            2,
            "settings",
            "mend the file, for example with zone = \"America/New_York\"; times without a zone are read in that one",
        ),
        ArchiveError::LogCopy { .. } | ArchiveError::NothingToRestore { .. } => (
            2,
            "not_restored",
            "fonds doctor --restore LOG        with a newer copy of log/, kept elsewhere",
        ),
        ArchiveError::NewerSchema { .. } | ArchiveError::UnknownKind(_) => {
            (2, "newer_archive", "a newer release of fonds")
        }
        ArchiveError::ReadOnlyWithLog { .. } => (
            2,
            "read_only",
            "copy the archive to a disk that can be written, or open it once where it was written",
        ),
        ArchiveError::OlderThanMemory { .. } => (
            2,
            "older_copy",
            "use the newest copy of the archive, or fonds doctor --restore LOG with a copy of its log/",
        ),
        ArchiveError::OtherThanMemory(_) => (
            2,
            "other_history",
            "fonds verify        and compare with a copy or checkpoint kept elsewhere",
        ),
        ArchiveError::NoMemory => (
            2,
            "no_memory",
            "fonds doctor --trust-head        only if you know that no copy is newer",
        ),
        other => damage(other),
    };
    (code, kind, hint.to_owned())
}

/// Whether something may be read by this user, or on this disk, and not written.
fn is_forbidden(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

/// The rest of an archive's errors: what is stored, or what it is stored on, is at fault.
fn damage(error: &ArchiveError) -> (u8, &'static str, &'static str) {
    match error {
        ArchiveError::Journal { .. } => (
            2,
            "damaged",
            "move that file elsewhere (it is evidence), then fonds verify",
        ),
        ArchiveError::Catalogue(_) => (
            2,
            "damaged",
            "fonds doctor --rebuild        makes the catalogue again from the ledger; fonds verify shows what differs",
        ),
        ArchiveError::LedgerBroken(_)
        | ArchiveError::Schema(_)
        | ArchiveError::Value { .. }
        | ArchiveError::Missing { .. } => (
            2,
            "damaged",
            "fonds verify        to see all that is damaged",
        ),
        ArchiveError::Read { .. } => (
            2,
            "not_read",
            "fonds doctor        to see whether the archive may be read and written by you",
        ),
        ArchiveError::Durable(error) if is_forbidden(&error.source) => (
            2,
            "not_written",
            "as who may write in the archive's folder, or where its disk can be written; status, find, show, log and verify need only to read it",
        ),
        // A full disk, or one that may not be written, says nothing about what is stored.
        ArchiveError::Database(_) if !error.is_damage() => (
            2,
            "not_written",
            "fonds doctor        to see whether the disk is full, failing or cannot be written",
        ),
        ArchiveError::Database(_) => (
            2,
            "damaged",
            "fonds verify        to see what is damaged; if all is well, try again",
        ),
        ArchiveError::Store(error) if error.is_damage() => (
            2,
            "damaged",
            "fonds verify        to see all that is damaged",
        ),
        ArchiveError::Durable(_) | ArchiveError::Store(_) => (
            2,
            "not_written",
            "fonds doctor        to see whether the disk is full or cannot be written",
        ),
        ArchiveError::Recorded { .. } => (
            2,
            "recorded",
            "fonds doctor        then any verb that writes ends what is left; do not say it again",
        ),
        ArchiveError::NotCarriedOut { source } => (
            if matches!(**source, ArchiveError::InUse { .. }) {
                11
            } else {
                2
            },
            "not_carried_out",
            "fonds destroy --finish        as soon as nothing is in its way",
        ),
        ArchiveError::Search(SearchError::NoFolder { .. }) => (
            2,
            "no_folder",
            "move what stands there elsewhere; the index is made again",
        ),
        ArchiveError::RecordTooLong { .. } => (2, "too_long", "say it in fewer words"),
        _ => (2, "failed", ""),
    }
}

pub(super) fn publish(error: &PublishError) -> (u8, &'static str, String) {
    let (kind, hint) = match error {
        PublishError::Archive(error) => return archive(error),
        PublishError::NothingThere { .. } | PublishError::Nothing { .. } => {
            ("usage", "fonds show ITEM        to see what it has")
        }
        PublishError::NoSuchLines { .. } | PublishError::BlankLines { .. } => {
            ("usage", "fonds show ITEM --text        to count its lines")
        }
        PublishError::Guessable { .. } => (
            "usage",
            "fonds publish ITEM        without that --open; a text that is shown whole has its digest beside it",
        ),
        PublishError::NoText { .. } => (
            "no_text",
            "fonds publish ITEM --open bytes        shows its digest, for whoever has the file",
        ),
        PublishError::TooLarge { .. } => ("too_large", "fonds publish ITEM --passage FROM-TO"),
        _ => ("not_proved", "fonds verify        to see what is damaged"),
    };
    (2, kind, hint.to_owned())
}

pub(super) fn vault(error: &VaultError) -> (u8, &'static str, String) {
    let (code, kind, hint) = match error {
        VaultError::PassphraseNeeded => (
            12,
            "wrong_key",
            "run this on a terminal, or give its passphrase with --identity-passphrase-fd N",
        ),
        VaultError::WrongPassphrase => (12, "wrong_key", "the right passphrase"),
        VaultError::Identity(_) => (
            12,
            "wrong_key",
            "--identity FILE        with a file that age-keygen made",
        ),
        VaultError::OtherKey { .. } => (
            12,
            "wrong_key",
            "the identity of anybody else whom it was sealed to; if all of those are lost, so is the name",
        ),
        VaultError::Missing { .. } | VaultError::Altered { .. } => (
            2,
            "damaged",
            "put the file back from a copy of vault/; fonds verify names it",
        ),
        VaultError::OtherName { .. } => (
            2,
            "damaged",
            "fonds verify        and treat the name as not known: whoever sealed it sealed something else",
        ),
        VaultError::Shredded { .. } => (4, "no_such_item", "fonds log        says when and why"),
        VaultError::Name { .. } => (2, "usage", "a name of 1 to 1,000 bytes"),
        _ => (2, "not_sealed", ""),
    };
    (code, kind, hint.to_owned())
}

pub(super) fn anchor(error: &AnchorError) -> (u8, &'static str, String) {
    let (kind, hint) = match error {
        AnchorError::Key(error) => return key(error),
        AnchorError::Durable(_) => (
            "not_written",
            "a folder that may be written, on a disk with room",
        ),
        AnchorError::NotSeen { .. } => (
            "refused",
            "ask for a request that goes on from there: fonds anchor request --witness NAME --since N",
        ),
        AnchorError::Lower { .. } => ("refused", "ask for a request of the newest checkpoint"),
        AnchorError::NotContinued { .. } | AnchorError::NotSigned { .. } => (
            "refused",
            "ask the archive's keeper to run fonds verify, and for another request",
        ),
        AnchorError::ClockBack { .. } => {
            ("refused", "set this computer's clock, then run this again")
        }
        AnchorError::Token(_) => (
            "not_a_token",
            "ask for another: fonds anchor request -o FILE.tsq",
        ),
        AnchorError::Own { .. } => ("refused", "give the request to somebody else"),
        AnchorError::Name(_) | AnchorError::Taken { .. } => ("usage", "another name"),
        _ => (
            "usage",
            "check which file it is; fonds help witness        and fonds help anchor say which goes where",
        ),
    };
    (2, kind, hint.to_owned())
}

pub(super) fn key(error: &KeyError) -> (u8, &'static str, String) {
    match error {
        KeyError::InUse { .. } => (
            11,
            "in_use",
            "wait until the other fonds has ended, then run this again".to_owned(),
        ),
        KeyError::PassphraseNeeded { .. } => (
            12,
            "wrong_key",
            "run this on a terminal, or give the passphrase with --passphrase-fd N".to_owned(),
        ),
        KeyError::WrongPassphrase { .. } => (12, "wrong_key", "the right passphrase".to_owned()),
        KeyError::Missing { path } => (
            12,
            "wrong_key",
            format!(
                "bring the archive's key to {}; reading needs no key",
                path.display()
            ),
        ),
        KeyError::NoAgent { .. } | KeyError::AgentGone { .. } | KeyError::Agent { .. } => (
            12,
            "wrong_key",
            "ssh-add KEY        in the agent that SSH_AUTH_SOCK names, unlocked; reading needs no key".to_owned(),
        ),
        KeyError::OnToken { .. } | KeyError::NotEd25519 { .. } => (
            12,
            "wrong_key",
            "ssh-keygen -t ed25519        makes one that can sign".to_owned(),
        ),
        error if error.is_wrong_key() => (
            12,
            "wrong_key",
            "the key that signs it now, which fonds key shows; reading needs no key".to_owned(),
        ),
        error if error.is_conflict() => (
            2,
            "other_history",
            "fonds verify        and compare with a copy or checkpoint kept elsewhere".to_owned(),
        ),
        KeyError::WordCount { .. } | KeyError::UnknownWord { .. } => (
            2,
            "usage",
            "the twelve words as fonds status shows them".to_owned(),
        ),
        _ => (2, "key_state", "fonds doctor".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable::DurableError;

    #[test]
    fn an_archive_that_may_only_be_read_is_not_called_a_full_disk() {
        for (kind, wanted) in [
            (io::ErrorKind::PermissionDenied, "need only to read it"),
            (io::ErrorKind::ReadOnlyFilesystem, "need only to read it"),
            (io::ErrorKind::StorageFull, "whether the disk is full"),
        ] {
            let error = ArchiveError::Durable(DurableError {
                path: "archive/lock".into(),
                doing: "opening the lock file",
                source: kind.into(),
            });
            assert!(archive(&error).2.contains(wanted), "{kind}");
        }
    }
}
