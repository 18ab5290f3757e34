//! Corrections: entries that amend or withdraw what an earlier one says.
//!
//! Nothing is edited. What was said stays in the ledger and can be looked up; what is shown is what stands, with the entry
//! by which it came to that. The catalogue knows nothing of corrections: they are read when an entry is asked for.

use serde_json::Value;

use super::Archive;
use super::ArchiveError;
use super::query::Opened;

/// One `corrected/1` entry that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its index.
    pub entry: u64,
    /// The slot that it amends; none where it withdraws the entry.
    pub slot: Option<String>,
    /// What should stand there; null where nothing should.
    pub after: Value,
}

/// An entry as it stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its values, with what was amended.
    pub opened: Opened,
    /// What amended it, oldest first.
    pub corrections: Vec<Correction>,
}

impl Standing {
    /// The entry under which it was withdrawn.
    pub fn withdrawn(&self) -> Option<u64> {
        let mut withdrawals = self.corrections.iter().filter(|one| one.slot.is_none());
        withdrawals.next_back().map(|one| one.entry)
    }
}

impl Archive {
    /// An entry with what later ones amended of it.
    pub fn standing(&self, seq: u64) -> Result<Option<Standing>, ArchiveError> {
        let Some(mut opened) = self.entry(seq)? else {
            return Ok(None);
        };
        let corrections = self.corrections(seq)?;
        for correction in &corrections {
            if let Some(slot) = &correction.slot {
                opened = opened.with(slot, &correction.after)?;
            }
        }
        Ok(Some(Standing {
            opened,
            corrections,
        }))
    }

    /// The corrections of an entry that were not themselves withdrawn, oldest first.
    pub fn corrections(&self, seq: u64) -> Result<Vec<Correction>, ArchiveError> {
        let mut corrections = Vec::new();
        for entry in self.acts_on_entry(seq)? {
            let Some(act) = self.entry(entry)?.filter(|act| act.schema == KIND) else {
                continue;
            };
            if entry <= seq || self.is_withdrawn_correction(entry)? {
                continue;
            }
            corrections.push(Correction {
                entry,
                slot: act.get("slot")?,
                after: act.get("after")?.unwrap_or_default(),
            });
        }
        Ok(corrections)
    }

    /// Whether a correction was withdrawn. A withdrawal of a withdrawal is not recorded, so nothing undoes one of these.
    fn is_withdrawn_correction(&self, seq: u64) -> Result<bool, ArchiveError> {
        for entry in self.acts_on_entry(seq)? {
            let act = self.entry(entry)?;
            if let Some(act) = act.filter(|act| act.schema == KIND)
                && act.get::<Value>("slot")?.is_none()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

const KIND: &str = "corrected/1";
