//! `fonds verify --key`: what was given by another way, and how an origin compares with it.

use std::borrow::Cow;
use std::path::Path;

use super::file::read;
use crate::cli::CliError;
use crate::keys::LogKeys;
use crate::keys::words;
use crate::keys::words_match;
use crate::publish;
use crate::publish::Proof;
use crate::publish::State;
use crate::record::visible;

/// What was given with `--key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    Nothing,
    Words(String),
    Origin(String),
    /// A proof that matches.
    Proof(Box<Proved>),
}

/// What a proof shows of its archive: keys that can judge a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proved {
    pub(super) origin: String,
    pub(super) keys: LogKeys,
    /// Entries under its checkpoint.
    pub(super) entries: u64,
}

/// How an origin compares with what was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Compared {
    NotGiven,
    /// There was no origin to compare with.
    Nothing,
    Match,
    Differ {
        /// What was given.
        expected: String,
        /// The same of the origin.
        found: String,
    },
}

impl Compared {
    /// In one word, as in JSON.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::NotGiven => "not-given",
            Self::Nothing => "not-compared",
            Self::Match => "match",
            Self::Differ { .. } => "differ",
        }
    }
}

impl Given {
    /// What `--key` means: a file with words, an origin or a proof in it, else the words or origin themselves.
    pub(super) fn read(typed: Option<&str>) -> Result<Self, CliError> {
        let Some(typed) = typed else {
            return Ok(Self::Nothing);
        };
        let path = Path::new(typed);
        // Whatever can be read: what a shell gives in the place of a file is none.
        let held = if path.exists() && !path.is_dir() {
            let bytes = read(path)?;
            if let Some(proved) = proved(&bytes) {
                return Ok(Self::Proof(Box::new(proved)));
            }
            if publish::is_page(&bytes) {
                return Err(CliError::usage(
                    format!(
                        "the proof in {} does not match, so it shows nobody's key",
                        visible(typed)
                    ),
                    "fonds verify FILE        says what is wrong with it",
                ));
            }
            String::from_utf8_lossy(&bytes).into_owned()
        } else if is_path(typed) {
            return Err(CliError::usage(
                format!("there is no file {}", visible(typed)),
                "--key takes the twelve words, the origin, or a file with either or a proof in it",
            ));
        } else {
            typed.to_owned()
        };
        let first = held.lines().next().unwrap_or_default().trim();
        Ok(if first.starts_with("fonds/") {
            Self::Origin(first.to_owned())
        } else {
            Self::Words(held.trim().to_owned())
        })
    }

    /// Compares an origin with it, if one is known. Words that are no words of the list are an error.
    pub(super) fn compare(&self, origin: Option<&str>) -> Result<Compared, CliError> {
        let (same, expected, found) = match (self, origin) {
            (Self::Nothing, _) => return Ok(Compared::NotGiven),
            (_, None) => return Ok(Compared::Nothing),
            (Self::Words(said), Some(origin)) => {
                let same = words_match(origin, said)?;
                (same, said.clone(), words(origin)?.join(" "))
            }
            (Self::Origin(said), Some(origin)) => (said == origin, said.clone(), origin.to_owned()),
            (Self::Proof(proved), Some(origin)) => {
                let theirs = proved.origin.clone();
                (theirs == origin, theirs, origin.to_owned())
            }
        };
        Ok(if same {
            Compared::Match
        } else {
            Compared::Differ { expected, found }
        })
    }
}

/// Whether somebody who typed that means a file: neither an origin nor words have folders or an ending.
fn is_path(typed: &str) -> bool {
    let ending = Path::new(typed).extension().and_then(|it| it.to_str());
    let is_ending = |it: &str| !it.is_empty() && !it.contains(char::is_whitespace);
    !typed.trim_start().starts_with("fonds/")
        && (typed.contains(std::path::MAIN_SEPARATOR) || ending.is_some_and(is_ending))
}

/// What these bytes prove, if they are a proof that matches, or a page or report with one in it.
fn proved(bytes: &[u8]) -> Option<Proved> {
    let file = if publish::is_page(bytes) {
        Cow::Owned(publish::out_of_page(&String::from_utf8_lossy(bytes))?.into_bytes())
    } else {
        Cow::Borrowed(bytes)
    };
    let checked = publish::check(&file);
    if checked.state != State::Matches {
        return None;
    }
    let proof: Proof = serde_json::from_slice(&file).ok()?;
    Some(Proved {
        origin: checked.origin?,
        keys: publish::log_keys(&proof)?,
        entries: checked.entries?,
    })
}
