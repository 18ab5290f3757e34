//! Anchors: what the archive keeps of other hands, held against the ledger and judged by whom the user trusts.

use super::Pass;
use super::heads::Heads;
use crate::anchor::Outside;
use crate::anchor::Standing;
use crate::anchor::judge;
use crate::archive::Anchored;
use crate::archive::ArchiveError;
use crate::archive::FoundAnchor;
use crate::record::Digest;
use crate::record::Finding;
use crate::record::Moment;

/// Whether a certificate runs out within 90 days, or has.
pub fn soon(until: Moment, now: Moment) -> bool {
    until.millis() - now.millis() < 90 * 24 * 3600 * 1000
}

impl Pass<'_, '_> {
    /// Reads the anchors, and has the root noted at the size of each.
    pub(super) fn expect_anchors(
        &mut self,
        heads: &mut Heads,
    ) -> Result<Vec<(Anchored, FoundAnchor)>, ArchiveError> {
        let found = self.archive.anchors()?;
        for (anchored, _) in &found {
            heads.expect(anchored.size);
        }
        Ok(found)
    }

    /// Judges the anchors of a ledger of that many entries, of which no more than `counts` count where it was closed.
    pub(super) fn judge_anchors(
        &mut self,
        heads: &Heads,
        found: Vec<(Anchored, FoundAnchor)>,
        size: u64,
        counts: Option<u64>,
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
        for mut outside in judge(&judged, &self.options.trusted, now) {
            if let Some(counts) = counts.filter(|counts| *counts < outside.size) {
                self.disowned(&outside, counts);
                outside.size = counts;
            }
            self.outside(outside, counts.unwrap_or(size));
        }
    }

    /// Says what somebody outside saw of a ledger beyond where it was closed: that it was there then stays visible.
    fn disowned(&mut self, outside: &Outside, counts: u64) {
        if outside.standing != Standing::Counts {
            return;
        }
        let at = outside
            .at
            .map_or_else(String::new, |at| format!(", as of {at}"));
        let text = format!(
            "{} had {} entries in hand{at}. The recovery key closed the ledger at {counts}: those beyond are disowned.",
            outside.by, outside.size
        );
        self.found.note(subject_of(outside), text);
    }

    fn outside(&mut self, outside: Outside, size: u64) {
        let subject = subject_of(&outside);
        let by = &outside.by;
        match &outside.standing {
            Standing::Counts => {
                if let (Some(until), Some(now)) = (outside.until, self.options.now)
                    && soon(until, now)
                {
                    let text = format!(
                        "The certificate of {by} runs out on {until}. To renew what it stamped, have the newest head stamped before: fonds help anchor."
                    );
                    self.found.note(subject, text);
                }
                self.found.anchor(outside, size);
            }
            Standing::Unknown => {
                let text = match outside.kind.as_str() {
                    "witness" => format!(
                        "A cosignature by {by}, whose key is not among those that you trust: it is kept and does not count."
                    ),
                    "token" => format!(
                        "A time stamp by {by}, an authority whose root you did not pin: it is kept and does not count."
                    ),
                    "ots" => "An OpenTimestamps proof is kept. This release does not check it: it does not count.".to_owned(),
                    _ => "It is kept, and this release cannot judge it: it does not count.".to_owned(),
                };
                self.found.note(subject, text);
            }
            Standing::Expired => {
                let text = format!(
                    "The certificate of {by} has run out, and nothing that counts renewed its time stamp before: it no longer counts."
                );
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

/// What a finding about something outside is about: the entry that keeps it, where one does.
fn subject_of(outside: &Outside) -> String {
    (outside.entry).map_or_else(|| "anchor".to_owned(), |entry| format!("entry {entry}"))
}
