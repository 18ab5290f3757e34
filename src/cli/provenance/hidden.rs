//! What a report of provenance does not show, since what is withheld could be guessed from it.

use crate::archive::Act;
use crate::archive::Archive;
use crate::archive::Card;
use crate::archive::Custody;
use crate::archive::Withholding;
use crate::cli::CliError;

/// What is withheld now, and where.
pub(super) struct Hidden<'a> {
    archive: &'a Archive,
    withholding: Withholding,
}

impl<'a> Hidden<'a> {
    pub(super) fn new(archive: &'a Archive) -> Result<Self, CliError> {
        Ok(Self {
            archive,
            withholding: archive.withholding()?,
        })
    }

    /// Whether nothing is withheld that lies in an item.
    pub(super) fn is_whole(&self, card: &Card) -> Result<bool, CliError> {
        Ok(self.withholding.inside(self.archive, card)?.is_none())
    }

    /// Custody without the digests by which whoever has the rest finds what is withheld: that of what an item lay in when
    /// it was brought in, and those that somebody saw of that, or of all that came with its accession.
    pub(super) fn custody(
        &self,
        mut custody: Custody,
        item: Option<&Card>,
        accession: u64,
    ) -> Result<Custody, CliError> {
        let item_whole = match item {
            Some(card) => self.is_whole_outwards(card)?,
            None => true,
        };
        let all_whole = item_whole && self.is_accession_whole(accession)?;
        for step in &mut custody.steps {
            let whole = match step.act {
                Act::Ingested => item_whole,
                _ => all_whole,
            };
            if !whole {
                step.sha256 = None;
            }
        }
        Ok(custody)
    }

    /// Whether nothing is withheld in an item nor in anything that it lies in.
    fn is_whole_outwards(&self, card: &Card) -> Result<bool, CliError> {
        let mut next = Some(card.clone());
        while let Some(card) = next {
            if !self.is_whole(&card)? {
                return Ok(false);
            }
            next = match card.parent.filter(|parent| *parent < card.item) {
                Some(parent) => self.archive.card(parent)?,
                None => None,
            };
        }
        Ok(true)
    }

    /// Whether nothing is withheld of what came with an accession.
    fn is_accession_whole(&self, accession: u64) -> Result<bool, CliError> {
        for card in self.archive.received(accession)? {
            let withheld = self.withholding.of(self.archive, card.item)?.is_some();
            if withheld || !self.is_whole(&card)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
