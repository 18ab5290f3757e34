//! Taking up: how an archive, its last checkpoint, the signer's memory and the pin are brought to agree before anything
//! is appended, and what is refused because no crash explains it.

use std::path::Path;

use super::Archive;
use super::ArchiveError;
use super::append::Signer;
use super::append::Writer;
use super::store::Stray;
use crate::durable;
use crate::keys::Head;
use crate::keys::KeyError;
use crate::keys::Standing;
use crate::record::Digest;
use crate::tlog::Checkpoint;
use crate::tlog::Note;

/// How an archive was found when it was taken up.
#[derive(Debug, Clone, Copy)]
pub(super) struct TakenUp {
    /// Whether ledger, memory and pin all knew of the head already: then nothing newer can lie beside it.
    pub(super) known: bool,
    /// Whether an append was stopped before its end.
    pub(super) interrupted: bool,
}

impl Writer {
    /// Moves this user's pin to the head; it moves only forward and only over a proof.
    pub(super) fn move_pin(&mut self, note: &Note) -> Result<(), ArchiveError> {
        let seen = self.signer.pin.checkpoint().map(|seen| seen.size);
        let proof = match seen {
            Some(seen) if seen > self.tree.size() => {
                return Err(ArchiveError::OlderThanMemory {
                    found: self.tree.size(),
                    remembered: seen,
                });
            }
            Some(seen) => self.consistency(seen)?,
            None => Vec::new(),
        };
        let keys = self.archive.log_keys()?;
        Ok(self.signer.pin.advance(note, &keys, &proof)?)
    }

    /// Ends what a crash interrupted (see the table above) and refuses what no crash explains.
    pub(super) fn recover(&mut self) -> Result<TakenUp, ArchiveError> {
        let head = Head {
            size: self.tree.size(),
            root: self.tree.root(),
        };
        let (_, note) = self.archive.head()?;
        let stored = note
            .as_deref()
            .map(|note| self.archive.open_note(note))
            .transpose()?;
        if let Some(stored) = &stored {
            let here = self.root_at(stored.size);
            if here != Some(stored.root) {
                return Err(ArchiveError::LedgerBroken(format!(
                    "at {} entries its root is {}, but {} was signed",
                    stored.size,
                    here.unwrap_or(head.root),
                    stored.root
                )));
            }
        }
        let standing = self.signer.memory.standing(
            head,
            stored.as_ref().map(Head::from),
            &self.signer.key.public(),
        );
        // Otherwise the head was taken on somebody's word, or the pin is of another archive's age.
        let known = !matches!(standing, Standing::Blank | Standing::Foreign { .. });
        let interrupted = standing != Standing::Settled
            || self
                .signer
                .memory
                .pending(&self.signer.key.public())
                .is_some();
        match standing {
            Standing::Settled => self.settle(note.as_deref()),
            Standing::StoreNote(note) => self.store_note(&note),
            Standing::Sign => self.seal(),
            Standing::Behind { signed } => Err(ArchiveError::OlderThanMemory {
                found: head.size,
                remembered: signed.size,
            }),
            Standing::Blank => {
                let pinned = self
                    .signer
                    .pin
                    .checkpoint()
                    .map(|pinned| (pinned.size, pinned.root));
                match pinned {
                    Some((size, root)) if self.root_at(size) == Some(root) => {
                        self.adopt(note.as_deref(), head, stored.as_ref())
                    }
                    _ => Err(ArchiveError::NoMemory),
                }
            }
            Standing::Foreign { signed } => {
                if self.root_at(signed.size) != Some(signed.root) {
                    return Err(ArchiveError::OtherThanMemory(format!(
                        "at {} entries it signed {}",
                        signed.size, signed.root
                    )));
                }
                self.adopt(note.as_deref(), head, stored.as_ref())
            }
        }?;
        Ok(TakenUp { known, interrupted })
    }

    /// Whether a pack lies where the next one would: a run was stopped after its documents were in place. A stopped run
    /// that had only large documents leaves no such trace; they stay until a trace of another is found, harm nothing,
    /// and are used where the same documents are brought in again.
    pub(super) fn has_next_pack(&self) -> Result<bool, ArchiveError> {
        let next = self.next_pack()?;
        Ok(self.archive.store.has_pack(next))
    }

    /// Removes whole packs and documents that nothing refers to: what a run leaves that was stopped between putting its
    /// documents in place and committing its records. Kept are those that the catalogue knows, whatever became of their
    /// rows in `blob`, and all after a restoration, since they may hold what the older copy forgot.
    pub(super) fn clear_unreferenced(&self) -> Result<(), ArchiveError> {
        let store = &self.archive.store;
        if self.archive.last_lost()? > 0 {
            return Ok(());
        }
        let packs = self.archive.known_packs()?;
        // What cannot be asked for counts as known.
        let known = |digest: &Digest| !matches!(self.archive.is_known(digest), Ok(false));
        let strays = store.unreferenced(&|number| packs.contains(&number), &known)?;
        let left: Vec<Stray> = strays
            .into_iter()
            .filter(|stray| match stray.pack() {
                Some(number) => (store.members_of_whole(number))
                    .is_some_and(|members| !members.iter().any(|member| known(&member.digest))),
                None => true,
            })
            .collect();
        // What is left of a destruction is written over, and not told from what an ingest left.
        let remove = if self.archive.orders()?.all().is_empty() {
            durable::discard
        } else {
            durable::erase
        };
        store.discard_unreferenced(&left, remove)?;
        Ok(())
    }

    /// Takes the archive's own last note into the memory: this key signed it, so it may know of it again.
    fn adopt(
        &mut self,
        note: Option<&str>,
        head: Head,
        stored: Option<&Checkpoint>,
    ) -> Result<(), ArchiveError> {
        let (Some(note), true) = (note, stored.map(Head::from) == Some(head)) else {
            return Err(ArchiveError::LedgerBroken(format!(
                "it has {} entries, the last checkpoint covers {}, and the key never began to sign the rest",
                head.size,
                stored.map_or(0, |stored| stored.size)
            )));
        };
        let parsed = Note::parse(note.as_bytes()).map_err(KeyError::from)?;
        let proof = match self.signer.memory.signed() {
            Some(signed) => self.consistency(signed.size)?,
            None => Vec::new(),
        };
        let keys = self.archive.log_keys()?;
        self.signer.memory.adopt(&parsed, &keys, &proof)?;
        self.settle(Some(note))
    }

    fn settle(&mut self, note: Option<&str>) -> Result<(), ArchiveError> {
        match note {
            Some(note) => {
                let note = Note::parse(note.as_bytes()).map_err(KeyError::from)?;
                self.move_pin(&note)
            }
            None => Ok(()),
        }
    }

    /// On the user's word: takes the archive's last note as the last that this key signed, where the memory was lost.
    pub fn trust_head(root: &Path, signer: &mut Signer) -> Result<(), ArchiveError> {
        let archive = Archive::open(root)?;
        let (_, note) = archive.head()?;
        let note =
            note.ok_or_else(|| ArchiveError::LedgerBroken("it has no checkpoint".to_owned()))?;
        let note = Note::parse(note.as_bytes()).map_err(KeyError::from)?;
        Ok(signer.memory.adopt(&note, &archive.log_keys()?, &[])?)
    }
}
