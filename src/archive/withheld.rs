//! Withholding: which items are not to be published, cited or shown in reports, as `withheld/1` entries say.

use std::collections::HashMap;

use super::Archive;
use super::ArchiveError;

/// What is withheld now, to be asked for many items.
#[derive(Debug, Clone, Default)]
pub struct Withholding {
    /// The entries, by the items that they are about.
    entries: HashMap<u64, u64>,
}

impl Archive {
    /// What is withheld now. The latest entry on something decides; one that names no slot lifts what was said before.
    pub fn withholding(&self) -> Result<Withholding, ArchiveError> {
        let acts: Vec<(u64, u64)> = self
            .conn
            .prepare_cached(
                "SELECT seq, about_item FROM act WHERE schema = 'withheld/1' \
                 AND about_item IS NOT NULL ORDER BY seq",
            )?
            .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut entries = HashMap::new();
        for (seq, item) in acts {
            let slots = match self.entry(seq)? {
                Some(entry) => entry.get::<Vec<String>>("slots")?,
                None => None,
            };
            if slots.is_some_and(|slots| slots.is_empty()) {
                entries.remove(&item);
            } else {
                entries.insert(item, seq);
            }
        }
        Ok(Withholding { entries })
    }
}

impl Withholding {
    /// The entry that withholds an item: of itself, of another receipt of the same bytes, or of what it lies in.
    pub fn of(&self, archive: &Archive, item: u64) -> Result<Option<u64>, ArchiveError> {
        if self.entries.is_empty() {
            return Ok(None);
        }
        let mut next = Some(item);
        while let Some(item) = next {
            if let Some(entry) = self.entries.get(&item) {
                return Ok(Some(*entry));
            }
            let Some(card) = archive.card(item)? else {
                break;
            };
            if card.class == "d" {
                let same = archive.holdings(&card.sha256)?;
                let same = same.iter().find_map(|one| self.entries.get(&one.item));
                if let Some(entry) = same {
                    return Ok(Some(*entry));
                }
            }
            next = card.parent;
        }
        Ok(None)
    }
}
