//! What still names a digest of something after its destruction. A digest finds a short text in seconds, so whoever
//! orders the destruction has to know of it; what becomes of the reports and letters in which it stands is theirs to say.
//!
//! A digest is looked for as it is written for readers, 64 hexadecimal digits: in what is kept of drafts and reports, in
//! documents that are text, and in messages. In packed formats, a PDF or a letter's attached file, it is not looked for.

use std::collections::BTreeSet;
use std::io;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read;

use serde::Serialize;

use super::Archive;
use super::ArchiveError;
use super::Doom;
use super::doom::FROZEN;
use crate::record::Bytes;
use crate::record::Digest;

/// Kinds of document whose bytes are text.
const TEXTS: &[&str] = &["text", "markdown", "html"];

/// Something that stays and names a digest of what goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum Left {
    /// What an entry keeps of a draft: the draft, its report, or the result of its check.
    Kept {
        /// The entry.
        entry: u64,
        /// Its slot.
        slot: &'static str,
        /// The SHA-256 of the kept file.
        sha256: Digest,
    },
    /// A document or message of the archive.
    Item {
        /// Its reference.
        item: String,
        /// Its file name.
        name: Option<String>,
        /// The SHA-256 of its bytes.
        sha256: Digest,
    },
    /// A proof that was published, and is in others' hands.
    Proof {
        /// The entry under which it was.
        entry: u64,
    },
}

/// Whether some of these digests stand in what is read, in hexadecimal digits and with none beside them.
fn names_one(bytes: impl Read, wanted: &BTreeSet<String>) -> io::Result<bool> {
    const DIGITS: usize = 64;
    let mut bytes = BufReader::with_capacity(64 << 10, bytes);
    let mut run = String::with_capacity(DIGITS + 1);
    loop {
        let part = bytes.fill_buf()?;
        if part.is_empty() {
            return Ok(wanted.contains(&run));
        }
        for byte in part {
            if byte.is_ascii_hexdigit() {
                if run.len() <= DIGITS {
                    run.push(char::from(byte.to_ascii_lowercase()));
                }
            } else {
                if run.len() == DIGITS && wanted.contains(&run) {
                    return Ok(true);
                }
                run.clear();
            }
        }
        let read = part.len();
        bytes.consume(read);
    }
}

impl Left {
    /// The SHA-256 of the bytes in which the digest stands, where they are in the archive.
    pub const fn bytes(&self) -> Option<&Digest> {
        match self {
            Self::Kept { sha256, .. } | Self::Item { sha256, .. } => Some(sha256),
            Self::Proof { .. } => None,
        }
    }
}

impl Archive {
    /// What names a digest of what is to go and stays: what is kept of drafts, other items, and proofs that were published.
    /// What cannot be read names none: that it is damaged, `verify` says.
    pub fn left_by(&self, doom: &Doom) -> Result<Vec<Left>, ArchiveError> {
        let digests = self.digests_of(doom)?;
        let mut left = Vec::new();
        if digests.is_empty() {
            return Ok(left);
        }
        self.left_in_kept(&digests, &mut left)?;
        self.left_in_items(doom, &digests, &mut left)?;
        self.left_in_proofs(doom, &mut left)?;
        Ok(left)
    }

    /// The digests from which what goes could be guessed, as they are written.
    fn digests_of(&self, doom: &Doom) -> Result<BTreeSet<String>, ArchiveError> {
        let mut digests = BTreeSet::new();
        for &item in doom.items.iter().chain(&doom.parts_of) {
            digests.extend(self.card(item)?.map(|card| card.sha256.to_string()));
            if let Some(opened) = self.item(item)? {
                let text = opened.get::<Bytes>("text_digest")?;
                digests.extend(text.map(|text| text.sha256.to_string()));
            }
        }
        Ok(digests)
    }

    fn left_in_kept(
        &self,
        digests: &BTreeSet<String>,
        left: &mut Vec<Left>,
    ) -> Result<(), ArchiveError> {
        for &(kind, slot) in FROZEN {
            let entries: Vec<u64> = self
                .conn
                .prepare_cached("SELECT seq FROM entry WHERE schema = ?1 ORDER BY seq")?
                .query_map([kind], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for entry in entries {
                let kept: Option<Bytes> = match self.entry(entry)? {
                    Some(opened) => opened.get(slot)?,
                    None => None,
                };
                if let Some(kept) = kept
                    && let Ok(reader) = self.reader(&kept.sha256)
                    && names_one(reader, digests).unwrap_or(false)
                {
                    left.push(Left::Kept {
                        entry,
                        slot,
                        sha256: kept.sha256,
                    });
                }
            }
        }
        Ok(())
    }

    fn left_in_items(
        &self,
        doom: &Doom,
        digests: &BTreeSet<String>,
        left: &mut Vec<Left>,
    ) -> Result<(), ArchiveError> {
        let going: BTreeSet<u64> = doom.items.iter().chain(&doom.parts_of).copied().collect();
        let mut at = 0;
        loop {
            let cards = self.after(at, 1000)?;
            let Some(last) = cards.last() else {
                return Ok(());
            };
            at = last.item;
            for card in cards.iter().filter(|card| !going.contains(&card.item)) {
                let names = match card.class.as_str() {
                    "d" if TEXTS.contains(&card.kind.as_str()) => {
                        let reader = self.reader(&card.sha256);
                        reader.is_ok_and(|it| names_one(it, digests).unwrap_or(false))
                    }
                    "m" => {
                        let text = self.text(card.item).ok().flatten().unwrap_or_default();
                        names_one(text.as_bytes(), digests).unwrap_or(false)
                    }
                    _ => false,
                };
                if names {
                    left.push(Left::Item {
                        item: self.reference(card)?,
                        name: card.name.clone(),
                        sha256: card.sha256,
                    });
                }
            }
        }
    }

    /// The proofs of what goes; of a document that stays without a part, those that open the digest of its bytes.
    fn left_in_proofs(&self, doom: &Doom, left: &mut Vec<Left>) -> Result<(), ArchiveError> {
        for (items, whole) in [(&doom.items, true), (&doom.parts_of, false)] {
            for &item in items {
                for entry in self.acts_on(item)? {
                    let published = self.entry(entry)?;
                    let Some(published) = published.filter(|it| it.schema == "published/1") else {
                        continue;
                    };
                    // Too many to list, they stand in a file of their own.
                    let opened: Option<Vec<String>> = published.get("opened").unwrap_or(None);
                    if whole || opened.is_none_or(|slots| slots.iter().any(|slot| slot == "bytes"))
                    {
                        left.push(Left::Proof { entry });
                    }
                }
            }
        }
        Ok(())
    }

    /// The file of the archive in which stored bytes lie, from the archive's folder on.
    pub fn file_with(&self, sha256: &Digest) -> Result<Option<String>, ArchiveError> {
        Ok(self.place_of(sha256)?.map(|(place, _)| {
            let (file, _) = self.store.file_of(sha256, place);
            let inside = file.strip_prefix(&self.root).unwrap_or(&file);
            inside.display().to_string()
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wanted() -> BTreeSet<String> {
        BTreeSet::from([Digest::new([0xab; 32]).to_string()])
    }

    #[test]
    fn a_digest_is_found_in_any_letters_and_only_whole() {
        let digest = "ab".repeat(32);
        for (text, found) in [
            (digest.clone(), true),
            (format!("SHA-256: {}.", digest.to_uppercase()), true),
            (format!("x{digest}\""), true),
            (format!("f{digest}"), false),
            (format!("{digest}0 "), false),
            (digest[1..].to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(
                names_one(text.as_bytes(), &wanted()).unwrap(),
                found,
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_digest_is_found_wherever_it_stands(before in 0_usize..140_000) {
            let text = format!("{} {} and more", "y".repeat(before), "Ab".repeat(32));
            prop_assert!(names_one(text.as_bytes(), &wanted()).unwrap());
        }
    }
}
