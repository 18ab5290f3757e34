//! Withholding: which items are not to be published, cited or shown in reports, as `withheld/1` entries say.

use rusqlite::OptionalExtension as _;

use super::Archive;
use super::ArchiveError;

impl Archive {
    /// The entry that withholds an item: of itself, of another receipt of the same bytes, or of what it lies in. The
    /// latest entry on something decides; one that names no slot lifts what was said before.
    pub fn withheld(&self, item: u64) -> Result<Option<u64>, ArchiveError> {
        let mut next = Some(item);
        while let Some(item) = next {
            let Some(card) = self.card(item)? else {
                break;
            };
            let mut same = vec![item];
            if card.class == "d" {
                same.extend(self.holdings(&card.sha256)?.iter().map(|one| one.item));
            }
            for item in same {
                if let Some(entry) = self.withheld_itself(item)? {
                    return Ok(Some(entry));
                }
            }
            next = card.parent;
        }
        Ok(None)
    }

    fn withheld_itself(&self, item: u64) -> Result<Option<u64>, ArchiveError> {
        let latest: Option<u64> = self
            .conn
            .prepare_cached(
                "SELECT seq FROM act WHERE about_item = ?1 AND schema = 'withheld/1' \
                 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row([item], |row| row.get(0))
            .optional()?;
        let Some(seq) = latest else {
            return Ok(None);
        };
        let Some(entry) = self.entry(seq)? else {
            return Ok(Some(seq));
        };
        let lifted = entry
            .get::<Vec<String>>("slots")?
            .is_some_and(|slots| slots.is_empty());
        Ok((!lifted).then_some(seq))
    }
}
