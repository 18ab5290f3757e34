//! The pin: the checkpoint that this user last saw of an archive.
//!
//! An archive that goes back behind it, or tells another history, is found out even if all in it fits together.

use std::path::PathBuf;

use super::KeyError;
use super::LogKeys;
use super::Places;
use super::demand_continued;
use super::read_file;
use crate::durable;
use crate::tlog::Checkpoint;
use crate::tlog::Hash;
use crate::tlog::Note;

/// The checkpoint last seen of one archive, if any was.
#[derive(Debug)]
pub struct Pin {
    path: PathBuf,
    origin: String,
    /// The file as it was read or written.
    bytes: Option<Vec<u8>>,
    seen: Option<(Note, Checkpoint)>,
}

impl Pin {
    /// Reads the pin of this archive; one that was never set is empty. Writes nothing.
    pub fn open(places: &Places, origin: &str) -> Result<Self, KeyError> {
        let path = places.pin(origin)?;
        let bytes = read_file(&path)?;
        let damaged = |reason: String| KeyError::Damaged {
            path: path.clone(),
            reason,
        };
        let seen = match &bytes {
            Some(bytes) => {
                let note = Note::parse(bytes).map_err(|err| damaged(err.to_string()))?;
                let checkpoint =
                    Checkpoint::parse(note.text()).map_err(|err| damaged(err.to_string()))?;
                if checkpoint.origin != origin {
                    return Err(damaged(format!(
                        "it is of {}, not of {origin}",
                        checkpoint.origin
                    )));
                }
                Some((note, checkpoint))
            }
            None => None,
        };
        Ok(Self {
            path,
            origin: origin.to_owned(),
            bytes,
            seen,
        })
    }

    /// The checkpoint last seen.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.seen.as_ref().map(|(_, checkpoint)| checkpoint)
    }

    /// The note it was seen in, with its signatures.
    pub fn note(&self) -> Option<&Note> {
        self.seen.as_ref().map(|(note, _)| note)
    }

    /// Moves the pin to a note that the log's key signed, durably. `proof` shows that what was seen is its beginning
    /// ([`crate::tlog::prove_consistency`]); it is empty for the same size and for the first pin. A refusal
    /// ([`KeyError::is_conflict`]) leaves the pin where it was.
    pub fn advance(&mut self, note: &Note, log: &LogKeys, proof: &[Hash]) -> Result<(), KeyError> {
        let checkpoint = log.open(note)?;
        if checkpoint.origin != self.origin {
            return Err(KeyError::Origin(checkpoint.origin));
        }
        if let Some((_, seen)) = &self.seen {
            demand_continued(seen, &checkpoint, proof)?;
        }
        if self.note() == Some(note) {
            return Ok(());
        }
        if read_file(&self.path)? != self.bytes {
            return Err(KeyError::PinMoved {
                path: self.path.clone(),
            });
        }
        if let Some(folder) = self.path.parent() {
            durable::create_private_dir(folder)?;
        }
        let bytes = note.to_string().into_bytes();
        durable::write_private(&self.path, &bytes)?;
        self.bytes = Some(bytes);
        self.seen = Some((note.clone(), checkpoint));
        Ok(())
    }
}
