//! Anchors: what the archive keeps of other hands, held against the ledger and judged by whom the user trusts.

use super::Pass;
use super::heads::Heads;
use crate::anchor::Kept;
use crate::anchor::Outside;
use crate::anchor::Standing;
use crate::anchor::judge;
use crate::archive::Anchored;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::record::Digest;
use crate::record::Finding;

/// An anchor that is recorded, as it can be judged; or the end of a sentence that says why it cannot be.
pub type Found = Result<Kept, String>;

/// Every anchor of an archive with the file that came from outside and the checkpoint that it is over. Of the bytes
/// nothing is believed: whose they are is judged by their signatures.
pub fn anchors(archive: &Archive) -> Result<Vec<(Anchored, Found)>, ArchiveError> {
    let mut found = Vec::new();
    for anchored in archive.anchored()? {
        let kept = kept(archive, &anchored)?;
        found.push((anchored, kept));
    }
    Ok(found)
}

fn kept(archive: &Archive, anchored: &Anchored) -> Result<Found, ArchiveError> {
    let Some(bytes) = anchored.bytes else {
        return Ok(Err(
            "nothing that came from outside is kept with it".to_owned()
        ));
    };
    let bytes = match archive.blob(&bytes.sha256) {
        Ok(bytes) => bytes,
        Err(error) if error.is_damage() || matches!(error, ArchiveError::Store(_)) => {
            return Ok(Err(
                "the file that came from outside cannot be read".to_owned()
            ));
        }
        Err(error) => return Err(error),
    };
    let signed = match archive.checkpoint_of(anchored.size) {
        Ok(signed) => signed,
        Err(error) if error.is_damage() => None,
        Err(error) => return Err(error),
    };
    let Some((note, head)) = signed else {
        let size = anchored.size;
        return Ok(Err(format!(
            "the checkpoint of {size} entries that it is over is not here"
        )));
    };
    if Digest::new(head.root.0) != anchored.root {
        return Ok(Err("it names another root than the checkpoint".to_owned()));
    }
    Ok(Ok(Kept {
        entry: anchored.entry,
        size: anchored.size,
        kind: anchored.kind.clone(),
        bytes,
        note,
    }))
}

impl Pass<'_, '_> {
    /// Reads the anchors, and has the root noted at the size of each.
    pub(super) fn expect_anchors(
        &mut self,
        heads: &mut Heads,
    ) -> Result<Vec<(Anchored, Found)>, ArchiveError> {
        let found = anchors(self.archive)?;
        for (anchored, _) in &found {
            heads.expect(anchored.size);
        }
        Ok(found)
    }

    /// Judges the anchors of a ledger of that many entries.
    pub(super) fn judge_anchors(
        &mut self,
        heads: &Heads,
        found: Vec<(Anchored, Found)>,
        size: u64,
    ) {
        let mut judged = Vec::new();
        for (anchored, kept) in found {
            let subject = format!("entry {}", anchored.entry);
            let here = heads.root(anchored.size);
            if here.map(|here| Digest::new(here.0)) != Some(anchored.root) {
                let message = format!(
                    "The head of {} entries that it says is in other hands is not this ledger's.",
                    anchored.size
                );
                let here = here.map_or_else(|| "none".to_owned(), |here| here.to_string());
                self.found.add(
                    Finding::new("anchor.other-root", subject, message)
                        .with(anchored.root.to_string(), here),
                );
                continue;
            }
            match kept {
                Ok(kept) => judged.push(kept),
                Err(reason) => {
                    let message = format!("What is in other hands was not judged: {reason}.");
                    self.found
                        .add(Finding::new("anchor.not-checked", subject, message));
                }
            }
        }
        let Some(now) = self.options.now else {
            return;
        };
        for outside in judge(&judged, &self.options.trusted, now) {
            self.outside(outside, size);
        }
    }

    fn outside(&mut self, outside: Outside, size: u64) {
        let subject = format!("entry {}", outside.entry);
        let by = &outside.by;
        match &outside.standing {
            Standing::Counts => self.found.anchor(outside, size),
            Standing::Unknown if outside.kind == "witness" => {
                let text = format!(
                    "A cosignature by {by}, whose key is not among those that you trust: it is kept and does not count."
                );
                self.found.note(subject, text);
            }
            Standing::Unknown => {
                let text = "It is kept, and this release cannot judge it: it does not count.";
                self.found.note(subject, text);
            }
            Standing::Ahead => {
                let text = format!(
                    "What {by} gave is dated after this computer's clock: one of the two clocks is wrong, and it does not count."
                );
                self.found.note(subject, text);
            }
            Standing::Wrong(reason) => {
                let by = if by.is_empty() { "" } else { " by " }.to_owned() + by;
                let message = format!(
                    "The {}{by} that is kept here is none: {reason}.",
                    outside.kind
                );
                self.found
                    .add(Finding::new("anchor.not-valid", subject, message));
            }
        }
    }
}
