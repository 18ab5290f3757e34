//! Taking up a run that was stopped: where it stands, and the one document that may not have been read to its end.

use super::IngestError;
use super::came::Came;
use super::group::Open;
use super::nested::Budget;
use super::nested::Recorded;
use super::run::LONGEST_TEXT;
use super::run::Run;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Kind;
use crate::record::Parent;

impl Run<'_, '_> {
    /// Finds where an interrupted accession stands: its runs, and the document that may not have been read to its end.
    pub(super) fn take_up(&mut self, accession: u64) -> Result<(), IngestError> {
        let archive = self.writer.archive();
        for (run, derived, next, items) in archive.runs(accession)? {
            if derived {
                self.derived = Open::new(run, next, true, items);
            } else {
                self.received = Open::new(run, next, false, items);
            }
        }
        if let Some(last) = archive.received(accession)?.pop() {
            let mut below = vec![last.item];
            let mut found = Vec::new();
            while let Some(item) = below.pop() {
                for child in archive.children(item)? {
                    found.push(child.item);
                    below.push(child.item);
                }
            }
            found.sort_unstable();
            self.unfinished = Some((last.item, found.into()));
        }
        self.receipt.accession = archive.entry_reference(accession)?;
        Ok(())
    }

    /// The place of the document at which the run was stopped, where this is it. Another document may come first: it
    /// was not there, or not in this place, when the run was stopped.
    pub(super) fn met_again(&mut self, digest: &Digest) -> Result<Option<Parent>, IngestError> {
        let Some((item, _)) = &self.unfinished else {
            return Ok(None);
        };
        let archive = self.writer.archive();
        let card = archive.card(*item)?;
        let place = archive.place(*item)?;
        let same = card.is_some_and(|card| card.sha256 == *digest);
        let (true, Some((place, _))) = (same, place) else {
            return Ok(None);
        };
        if let Some((_, found)) = self.unfinished.take() {
            self.replay = found;
        }
        Ok(Some(Parent {
            r: place.r,
            s: place.s,
            i: place.i,
        }))
    }

    /// Reads the document at which an interrupted run stopped to its end out of the archive, where its file is gone.
    pub(super) fn finish_unfinished(&mut self) -> Result<(), IngestError> {
        let Some((item, found)) = self.unfinished.take() else {
            return Ok(());
        };
        let archive = self.writer.archive();
        let Some((opened, (place, _))) = archive.item(item)?.zip(archive.place(item)?) else {
            return Ok(());
        };
        let Some(bytes) = opened.get::<Bytes>("bytes")? else {
            return Ok(());
        };
        let came = Came {
            name: opened.get("name")?,
            path: opened.get("path")?,
            ..Came::default()
        };
        let kind = opened.get("kind")?.unwrap_or(Kind::Other);
        let place = Parent {
            r: place.r,
            s: place.s,
            i: place.i,
        };
        let held = if bytes.size <= LONGEST_TEXT {
            Some(self.load_stored(&bytes.sha256)?)
        } else {
            self.demand_unaltered(&bytes.sha256)?;
            None
        };
        self.replay = found;
        let mut budget = Budget::new(bytes.size);
        self.read_inside(
            &Recorded {
                came: &came,
                kind,
                place,
                bytes,
                held: held.as_deref(),
                depth: 0,
            },
            &mut budget,
        )
    }
}
