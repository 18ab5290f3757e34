//! Evidence: what an item is shown and cited by, held against the item's own record.
//!
//! Trusts the records: whether these are the ones that were signed is for `verify` to say. What is found here is what a
//! reader would otherwise be shown as kept, though the bytes or the text below it are others.

use std::io;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;

use sha2::Digest as _;
use sha2::Sha256;

use super::Archive;
use super::ArchiveError;
use super::Card;
use super::Opened;
use crate::record::Bytes;
use crate::record::Digest;

impl Archive {
    /// What of an item is not as it was recorded, as the end of a sentence; nothing where all is. Its text is held against
    /// the recorded digest, its bytes where they lie against theirs.
    pub fn altered(&self, item: u64) -> Result<Option<String>, ArchiveError> {
        let (Some(card), Some(opened)) = (self.card(item)?, self.item(item)?) else {
            return Ok(Some("its record is not here".to_owned()));
        };
        if let Some(altered) = self.altered_text(item, &opened)? {
            return Ok(Some(altered));
        }
        if opened.schema == "document/1"
            && let Some(reading) = self.reading(item)?
            && let Some(opened) = self.item(reading.item)?
            && let Some(altered) = self.altered_text(reading.item, &opened)?
        {
            return Ok(Some(altered));
        }
        self.altered_bytes(&card, &opened)
    }

    /// As [`Archive::altered`], of an item's bytes alone.
    pub fn altered_bytes(
        &self,
        card: &Card,
        opened: &Opened,
    ) -> Result<Option<String>, ArchiveError> {
        let Some(recorded) = opened.get::<Bytes>("bytes")? else {
            return Ok(None);
        };
        let carrier = match card.parent.filter(|_| card.span.is_some()) {
            Some(parent) => match self.card(parent)? {
                Some(parent) => parent.sha256,
                None => return Ok(Some("the document that it lies in is not here".to_owned())),
            },
            None => recorded.sha256,
        };
        let found = self.reader(&carrier).and_then(|mut bytes| {
            let mut hash = Hashing(Sha256::new());
            let mut read = || -> io::Result<u64> {
                let Some(span) = card.span else {
                    return io::copy(&mut bytes, &mut hash);
                };
                bytes.seek(SeekFrom::Start(span.start))?;
                let length = span.end.saturating_sub(span.start);
                io::copy(&mut (&mut bytes).take(length), &mut hash)
            };
            let size = read().map_err(|source| ArchiveError::Read {
                path: self.root().to_path_buf(),
                source,
            })?;
            Ok((Digest::new(hash.0.finalize().into()), size))
        });
        Ok(match found {
            Ok(found) if found == (recorded.sha256, recorded.size) => None,
            Ok(_) => Some("its stored bytes are not those that were recorded".to_owned()),
            Err(_) => Some("its stored bytes cannot be read".to_owned()),
        })
    }

    fn altered_text(&self, item: u64, opened: &Opened) -> Result<Option<String>, ArchiveError> {
        let Some(recorded) = opened.get::<Bytes>("text_digest")? else {
            return Ok(None);
        };
        Ok(match self.text_of(item, opened) {
            Ok(Some(text))
                if text.len() as u64 == recorded.size
                    && Digest::new(Sha256::digest(&text).into()) == recorded.sha256 =>
            {
                None
            }
            Ok(_) => Some("its text is not the one that was recorded".to_owned()),
            Err(_) => Some("its text cannot be read".to_owned()),
        })
    }
}

/// A hash that can be copied into.
struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
