//! Texts: held against their digest, and piece by piece against the root that was signed.

use std::io::Read;

use sha2::Digest as _;
use sha2::Sha256;

use crate::archive::store::Place;
use crate::archive::store::Store;
use crate::commitment::Committer;
use crate::commitment::Salts;
use crate::commitment::TextTree;
use crate::commitment::pieces;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::TextRoot;
use crate::record::with_causes;

/// Bytes of a stored text that are held at once.
const AT_ONCE: usize = 1 << 20;

/// A piece that ends this far before the end of what is held does not depend on what follows: 512 bytes of a piece and
/// one of the next.
const LOOKED_AT: usize = 520;

/// Where a text is kept.
pub(super) enum Source<'a> {
    /// In the database.
    Inline(&'a str),
    /// As a document that was held against its digest already.
    Stored { place: Place },
}

/// A text to be checked.
pub(super) struct Job<'a> {
    pub(super) salts: &'a Salts,
    pub(super) root: TextRoot,
    pub(super) bytes: Bytes,
    pub(super) source: Source<'a>,
}

/// What is wrong with a text.
pub(super) enum Wrong {
    /// It has another digest or length.
    Digest { found: String },
    /// Its pieces give another root.
    Root { found: TextRoot },
    /// It is not text.
    NotText,
    /// It cannot be read.
    Unreadable(String),
}

impl Job<'_> {
    /// Checks the text; gives the number of its pieces.
    pub(super) fn check(&self, committer: &Committer, store: &Store) -> Result<u64, Wrong> {
        let found = match &self.source {
            Source::Inline(text) => {
                let digest = Digest::new(Sha256::digest(text).into());
                if digest != self.bytes.sha256 || text.len() as u64 != self.bytes.size {
                    let found = format!("{digest}, {} bytes", text.len());
                    return Err(Wrong::Digest { found });
                }
                let mut tree = TextTree::new(committer, self.salts);
                pieces(text).for_each(|piece| tree.push(piece));
                tree.root()
            }
            Source::Stored { place } => {
                let Bytes { sha256, size } = self.bytes;
                let reader = store
                    .read(&sha256, *place, size)
                    .map_err(|error| Wrong::Unreadable(with_causes(&error)))?;
                self.stream(committer, reader)?
            }
        };
        if found == self.root {
            Ok(found.pieces)
        } else {
            Err(Wrong::Root { found })
        }
    }

    /// Goes through a stored text without holding all of it.
    fn stream(&self, committer: &Committer, mut reader: impl Read) -> Result<TextRoot, Wrong> {
        let unreadable = |error: std::io::Error| Wrong::Unreadable(error.to_string());
        let most = usize::try_from(self.bytes.size).unwrap_or(AT_ONCE);
        let mut held: Vec<u8> = Vec::with_capacity(most.min(AT_ONCE) + LOOKED_AT);
        let mut tree = TextTree::new(committer, self.salts);
        loop {
            let read = (&mut reader)
                .take(AT_ONCE as u64)
                .read_to_end(&mut held)
                .map_err(unreadable)?;
            let ended = read < AT_ONCE;
            let text = match std::str::from_utf8(&held) {
                Ok(text) => text,
                // A character may be cut by the end of what is held.
                Err(error) if error.error_len().is_none() && !ended => {
                    let valid = held.get(..error.valid_up_to()).unwrap_or_default();
                    std::str::from_utf8(valid).unwrap_or_default()
                }
                Err(_) => return Err(Wrong::NotText),
            };
            let mut done = 0;
            for piece in pieces(text) {
                if !ended && text.len() - done < LOOKED_AT {
                    break;
                }
                tree.push(piece);
                done += piece.len();
            }
            held.drain(..done);
            if ended {
                return Ok(tree.root());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commitment::Origin;
    use crate::commitment::RecordKey;
    use crate::commitment::text_root;

    #[test]
    fn a_text_read_in_parts_has_the_pieces_of_the_whole() {
        let committer = Committer::new(Origin::derive(&[1; 32], &[2; 32], &[3; 32]));
        let salts = Salts::new(&RecordKey([7; 32]));
        for text in [
            "é".repeat(AT_ONCE),
            format!("{}\n\n", "word ".repeat(AT_ONCE / 4)),
            "\n".repeat(AT_ONCE + 7),
            "x".repeat(AT_ONCE),
            String::new(),
        ] {
            let bytes = Bytes {
                sha256: Digest::new([0; 32]),
                size: text.len() as u64,
            };
            let root = text_root(&committer, &salts, &text);
            let job = Job {
                salts: &salts,
                root,
                bytes,
                source: Source::Inline(&text),
            };
            let found = job.stream(&committer, text.as_bytes()).ok();
            assert!(found == Some(root), "{} bytes", text.len());
        }
    }
}
