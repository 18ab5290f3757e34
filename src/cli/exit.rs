//! How a run ends: the only place that turns the errors of all modules into exit status, kind and words.
//!
//! The statuses are part of the interface (`fonds help --all` lists them); any other is a failure too.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use serde::Serialize;

use super::hints;
use super::ui::Ui;
use crate::anchor::AnchorError;
use crate::archive::ArchiveError;
use crate::cite::CiteError;
use crate::durable::DurableError;
use crate::ingest::IngestError;
use crate::keys::KeyError;
use crate::publish::PublishError;
use crate::record::visible;
use crate::record::with_causes;
use crate::vault::VaultError;
use crate::verify::VerifyError;

/// How a verb ended that was not stopped by an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done, nothing to report: 0.
    Done,
    /// Done, and there are findings; `find` found nothing: 1.
    Findings,
    /// Looked at, and not understood far enough to be judged: 2.
    NotChecked,
    /// Done in part: some of what was given could not be read: 3.
    InPart,
}

impl Outcome {
    /// The exit status.
    pub const fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
            Self::NotChecked => 2,
            Self::InPart => 3,
        }
    }
}

/// Why a verb could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CliError {
    /// The archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The keys, the signer's memory or the pin.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Witnessing, or bringing in what a witness gave.
    #[error(transparent)]
    Anchor(#[from] AnchorError),
    /// Bringing documents in.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// Checking the archive.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Making a proof.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Sealing a name, or opening one.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Checking a draft.
    #[error(transparent)]
    Cite(#[from] CiteError),
    /// A file that could not be made durable.
    #[error(transparent)]
    Durable(#[from] DurableError),
    /// A request that makes no sense, or is not allowed.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do instead.
        hint: String,
    },
    /// Something that a reference or name was to name is not here.
    #[error("{message}")]
    NotHere {
        /// What is not here.
        message: String,
        /// What to do instead.
        hint: String,
    },
    /// A file outside the archive that could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The user's answer could not be read.
    #[error("cannot read what was typed")]
    Input {
        /// What the system said.
        source: io::Error,
    },
    /// The answer could not be written.
    #[error("cannot write the answer")]
    Output {
        /// What the system said.
        source: io::Error,
    },
    /// Something was recorded or written, and what was to follow could not be done.
    #[error("{done}; what was to follow could not be done")]
    HalfDone {
        /// What was done, as a clause: 'recorded as entry 7'.
        done: String,
        /// What to do.
        hint: String,
        /// What was in the way.
        source: Box<CliError>,
    },
    /// Whoever read the answer has stopped reading. Not a failure.
    #[error("nobody reads the answer")]
    BrokenPipe,
}

impl CliError {
    /// An error of writing the answer, or of nobody wanting it.
    pub fn from_output(source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::BrokenPipe {
            Self::BrokenPipe
        } else {
            Self::Output { source }
        }
    }

    /// A request that makes no sense, and what to do instead.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// This error, met when something had been done already: `done` says what, as a clause, and `hint` what to do then.
    #[must_use]
    pub fn after(self, done: impl Into<String>, hint: impl Into<String>) -> Self {
        match self {
            Self::BrokenPipe => self,
            error => Self::HalfDone {
                done: done.into(),
                hint: hint.into(),
                source: Box::new(error),
            },
        }
    }

    /// Something that is not here, and what to do instead.
    pub fn not_here(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::NotHere {
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// `fonds/error/1`.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    schema: &'static str,
    /// The exit status.
    pub(super) code: u8,
    /// A stable word for the kind of error.
    pub(super) kind: &'static str,
    /// What happened.
    pub(super) message: String,
    /// What was not changed.
    unchanged: &'static str,
    /// What to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    hint: String,
}

impl Failure {
    /// A usage error that the reader of arguments has found.
    pub(super) fn of_arguments(message: &str, hint: &str) -> Self {
        Self {
            schema: "fonds/error/1",
            code: 2,
            kind: "usage",
            message: message.to_owned(),
            unchanged: "nothing was changed",
            hint: visible(hint),
        }
    }

    /// A job that its user stopped.
    pub(super) fn stopped(message: String, unchanged: &'static str, hint: &str) -> Self {
        Self {
            schema: "fonds/error/1",
            code: 130,
            kind: "stopped",
            message,
            unchanged,
            hint: hint.to_owned(),
        }
    }

    /// The failure that an error is.
    pub(super) fn of(error: &CliError) -> Self {
        let (code, kind, hint) = match error {
            CliError::Archive(error) | CliError::Ingest(IngestError::Archive(error)) => {
                hints::archive(error)
            }
            CliError::Ingest(IngestError::NoSuchPath { .. }) => {
                (2, "no_such_file", "check the path".to_owned())
            }
            CliError::Ingest(IngestError::OwnFolder { .. }) => (
                2,
                "own_folder",
                "fonds ingest PATH        with files from elsewhere".to_owned(),
            ),
            CliError::Ingest(IngestError::TooManyPaths { .. }) => (
                2,
                "too_many_paths",
                "fonds ingest FOLDER        with the folder that they lie in".to_owned(),
            ),
            CliError::Ingest(IngestError::OtherMapping { before }) => (
                2,
                "other_mapping",
                match before {
                    Some(name) => format!(
                        "fonds ingest --table {name}        with the same paths: it goes on where it stopped"
                    ),
                    None => {
                        "the same command without --table: it goes on where it stopped".to_owned()
                    }
                },
            ),
            CliError::Ingest(_) => (
                2,
                "reads_otherwise",
                "fonds ingest        with the release that began it".to_owned(),
            ),
            CliError::Verify(VerifyError::Archive(error)) => hints::archive(error),
            CliError::Publish(error) => hints::publish(error),
            CliError::Vault(error) => hints::vault(error),
            CliError::Anchor(error) => hints::anchor(error),
            CliError::Cite(_) => (
                2,
                "not_checked",
                "fonds verify        to see whether the archive is damaged".to_owned(),
            ),
            CliError::Key(error) => hints::key(error),
            CliError::Usage { hint, .. } => (2, "usage", hint.clone()),
            CliError::NotHere { hint, .. } => (4, "no_such_item", hint.clone()),
            CliError::Durable(DurableError { source, .. }) => not_written(source),
            CliError::Output { .. } => (2, "not_written", String::new()),
            CliError::Read { source, .. } => not_read(source),
            CliError::Input { .. } => (2, "not_read", String::new()),
            CliError::HalfDone { hint, source, .. } => {
                let source = Self::of(source);
                // What stands in the ledger after all is not to be said again.
                let hint = match source.kind {
                    "recorded" => source.hint,
                    _ => hint.clone(),
                };
                (if source.code == 11 { 11 } else { 2 }, "half_done", hint)
            }
            CliError::BrokenPipe => (0, "broken_pipe", String::new()),
        };
        Self {
            schema: "fonds/error/1",
            code,
            kind,
            message: whole_message(error),
            unchanged: match error {
                CliError::Archive(ArchiveError::Recorded { .. }) => {
                    "it stands in the ledger, whole; nothing is lost"
                }
                CliError::Archive(ArchiveError::NotCarriedOut { .. }) => {
                    "the order stands in the ledger, and some of what it names may be left"
                }
                CliError::Ingest(IngestError::Archive(_)) => {
                    "what was ingested before this is kept; the same command goes on where it stopped, but what came on \
                     the standard input has to come again"
                }
                CliError::HalfDone { .. } => "what is said to be done stays",
                CliError::Output { .. } => "the work itself is done; only its answer is missing",
                _ => "nothing was changed",
            },
            hint,
        }
    }

    /// Tells the user.
    pub(super) fn show(&self, ui: &Ui) {
        if ui.json {
            ui.json_beside(self);
            return;
        }
        let mut text = format!("{}\n       {}", self.message, self.unchanged);
        if !self.hint.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n  try: {}", self.hint);
        }
        ui.error(&text);
    }
}

/// Of a file that could not be written.
fn not_written(source: &io::Error) -> (u8, &'static str, String) {
    let hint = match source.kind() {
        io::ErrorKind::IsADirectory => "-o with the name of a file, not of a folder",
        _ => "a folder that exists and may be written, on a disk with room",
    };
    (2, "not_written", hint.to_owned())
}

/// Of a file that could not be read.
fn not_read(source: &io::Error) -> (u8, &'static str, String) {
    let hint = match source.kind() {
        io::ErrorKind::NotFound => {
            "check the path; it is taken from the folder that fonds is run in"
        }
        io::ErrorKind::IsADirectory => "the same command with one file in that folder",
        io::ErrorKind::NotADirectory => "check the path: a file stands where it needs a folder",
        _ => "see whether the file may be read by you",
    };
    (2, "not_read", hint.to_owned())
}

/// The message with those of its causes, and nothing in it that could fool a terminal.
fn whole_message(error: &CliError) -> String {
    visible(&without_number(&with_causes(error)))
}

/// A message of the system without its number, which says nothing to a reader: `Permission denied (os error 13)`.
fn without_number(message: &str) -> String {
    match message.split_once(" (os error ") {
        Some((before, rest)) => {
            let after = rest.split_once(')').map_or("", |(_, after)| after);
            format!("{before}{after}")
        }
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(error: ArchiveError) -> (u8, &'static str) {
        let failure = Failure::of(&CliError::from(error));
        (failure.code, failure.kind)
    }

    #[test]
    fn each_trouble_has_its_documented_status() {
        let path = PathBuf::from("x");
        let at = || path.clone();
        assert_eq!(
            code(ArchiveError::NotFound { path: at() }),
            (10, "no_archive")
        );
        assert_eq!(code(ArchiveError::InUse { path: at() }), (11, "in_use"));
        assert_eq!(code(KeyError::InUse { path: at() }.into()), (11, "in_use"));
        assert_eq!(
            code(KeyError::WrongPassphrase { path: at() }.into()),
            (12, "wrong_key")
        );
        assert_eq!(
            code(ArchiveError::NoSuchItem("m-1".into())),
            (4, "no_such_item")
        );
        assert_eq!(code(ArchiveError::NoMemory), (2, "no_memory"));
    }

    #[test]
    fn a_message_names_its_causes_once_and_hides_nothing() {
        let error = CliError::Read {
            path: PathBuf::from("a\u{202e}b"),
            source: io::Error::other("disk on fire"),
        };
        assert_eq!(
            Failure::of(&error).message,
            "cannot read a⟨U+202E⟩b: disk on fire"
        );
    }

    #[test]
    fn what_was_done_before_an_error_is_said_and_nothing_unchanged_is() {
        let full = || {
            CliError::Durable(DurableError {
                path: PathBuf::from("x"),
                doing: "writing",
                source: io::Error::other("the disk is full"),
            })
        };
        let failure = Failure::of(&full().after("recorded as entry 7", "again"));
        assert!(
            failure
                .message
                .starts_with("recorded as entry 7; what was to follow could not be done: "),
            "{}",
            failure.message
        );
        assert_eq!((failure.code, failure.kind), (2, "half_done"));
        assert_eq!(failure.hint, "again");
        assert!(!failure.unchanged.contains("nothing was changed"));
        let recorded = ArchiveError::Recorded {
            entries: 8,
            source: Box::new(ArchiveError::NoMemory),
        };
        let failure = Failure::of(&CliError::from(recorded).after("the page is written", "again"));
        assert!(failure.hint.contains("do not say it again"));
        assert!(matches!(
            CliError::BrokenPipe.after("done", "again"),
            CliError::BrokenPipe
        ));
    }
}
