//! Checkpoints (C2SP tlog-checkpoint): which log, how many leaves, which root.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Hash;
use super::Note;
use super::TlogError;
use super::Verifier;

/// The head of a log at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text to sign: three lines. Extension lines are never written, since no reader of the log can check them.
    pub fn text(&self) -> String {
        let root = BASE64.encode(self.root.0);
        format!("{}\n{}\n{root}\n", self.origin, self.size)
    }

    /// Reads the text of a checkpoint; one with extension lines is refused, since this log writes none.
    pub fn parse(text: &str) -> Result<Self, TlogError> {
        let mut lines = text
            .strip_suffix('\n')
            .ok_or(TlogError::Checkpoint("the last line has no newline"))?
            .split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(TlogError::Checkpoint("it has fewer than three lines"));
        };
        if lines.next().is_some() {
            return Err(TlogError::Checkpoint("it has lines after the root"));
        }
        if origin.is_empty() {
            return Err(TlogError::Checkpoint("the origin is empty"));
        }
        let digits = size.bytes().all(|digit| digit.is_ascii_digit());
        let plain = digits && (size == "0" || !size.starts_with('0'));
        let size = plain
            .then(|| size.parse().ok())
            .flatten()
            .ok_or(TlogError::Checkpoint("the size is not a plain number"))?;
        let root = BASE64
            .decode(root)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(TlogError::Checkpoint("the root is not 32 bytes in base64"))?;
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root: Hash(root),
        })
    }

    /// Reads a checkpoint out of a note that the log's key, named as the log, has signed.
    pub fn open(note: &Note, log: &Verifier) -> Result<Self, TlogError> {
        note.verify(log)?;
        let checkpoint = Self::parse(note.text())?;
        if checkpoint.origin == log.name() {
            Ok(checkpoint)
        } else {
            Err(TlogError::Origin {
                expected: log.name().to_owned(),
                found: checkpoint.origin,
            })
        }
    }
}
