//! What a check found, as a value that serialises to `fonds/verify/1`.

use serde::Serialize;

use super::ClosedAt;
use super::Continues;
use super::Stage;
use crate::anchor::Outside;
use crate::archive::Archive;
use crate::record::Finding;
use crate::record::Moment;

/// Findings that are listed, and things that are none; more are counted.
const MOST_FINDINGS: usize = 10_000;

/// What is stated of an archive that was checked. `fonds/verify/1`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `fonds/verify/1`.
    pub schema: &'static str,
    /// The archive's origin; absent where it could not be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// `full` or `quick`.
    pub depth: &'static str,
    /// What it was held against.
    pub anchoring: Anchoring,
    /// The checkpoints from outside that it continues.
    pub anchored_by: Vec<Anchor>,
    /// Entries of the ledger.
    pub entries: u64,
    /// Items' records.
    pub records: u64,
    /// Distinct byte streams.
    pub documents: u64,
    /// What can be cited: messages, and documents that hold no messages or members.
    pub items: u64,
    /// Bytes of the documents.
    pub bytes: u64,
    /// Entries of which only the leaf data are left, as a later entry says.
    #[serde(skip_serializing_if = "is_zero")]
    pub lost: u64,
    /// Where its recovery key closed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<ClosedAt>,
    /// What it goes on from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continues: Option<Continues>,
    /// What is not as it was signed: the first 10,000.
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_findings: u64,
    /// What looks odd and is not: left by an unfinished ingest, lost as an entry says, destroyed, withheld; the first 10,000.
    pub not_findings: Vec<NotFinding>,
    /// Such things beyond those listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_not_findings: u64,
    /// CPU time by part, where the caller gave a clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timings: Option<Timings>,
}

/// Whether anything outside vouches for the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchoring {
    /// It fits together; nothing outside was there to hold it against.
    SelfConsistent,
    /// It continues a head that somebody outside holds.
    Anchored,
}

/// Something outside that the archive continues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Anchor {
    /// `checkpoint` (given by the caller), `witness` or `token`.
    pub kind: String,
    /// Whose it is, by the name that the user gave them.
    pub by: Option<String>,
    /// The time that they state.
    pub at: Option<Moment>,
    /// When the certificate that it rests on runs out.
    pub until: Option<Moment>,
    /// The entry that records it.
    pub entry: Option<u64>,
    /// Entries it covers.
    pub size: u64,
    /// Entries since, which it does not.
    pub since: u64,
}

/// Something odd that is not damage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotFinding {
    /// What it is about.
    pub subject: String,
    /// One sentence for a reader.
    pub text: String,
}

/// CPU time by part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Timings {
    /// Reading and hashing documents; counted in bytes.
    pub data: Cost,
    /// Recomputing records; counted in records.
    pub records: Cost,
    /// Recomputing texts; counted in pieces.
    pub text: Cost,
    /// Making the catalogue again; counted in items.
    pub catalogue: Cost,
}

/// What one part took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Cost {
    /// CPU seconds.
    pub cpu_seconds: f64,
    /// Of how many.
    pub count: u64,
}

/// Totals, as the catalogue has them; where that is wrong, findings say so.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) entries: u64,
    pub(super) records: u64,
    pub(super) documents: u64,
    pub(super) items: u64,
    pub(super) bytes: u64,
}

/// What was met of each part, for the timings.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Met {
    /// Bytes of documents.
    pub(super) bytes: u64,
    /// Items' records.
    pub(super) records: u64,
    /// Pieces of text.
    pub(super) pieces: u64,
    /// Records of the catalogue made again.
    pub(super) projected: u64,
}

/// What comes together while a check runs.
#[derive(Debug, Default)]
pub(super) struct Collected {
    findings: Vec<Finding>,
    more: u64,
    notes: Vec<NotFinding>,
    more_notes: u64,
    anchors: Vec<Anchor>,
    timings: Option<Timings>,
    pub(super) counts: Counts,
    pub(super) met: Met,
    /// Entries that an entry says are lost.
    pub(super) lost: u64,
    /// Where its recovery key closed it.
    pub(super) closed: Option<ClosedAt>,
    /// What it goes on from.
    pub(super) continues: Option<Continues>,
}

impl Collected {
    pub(super) fn add(&mut self, finding: Finding) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn note(&mut self, subject: impl Into<String>, text: impl Into<String>) {
        if self.notes.len() < MOST_FINDINGS {
            self.notes.push(NotFinding {
                subject: subject.into(),
                text: text.into(),
            });
        } else {
            self.more_notes += 1;
        }
    }

    /// A checkpoint that the caller gave, and that a ledger of so many entries continues.
    pub(super) fn given(&mut self, size: u64, entries: u64) {
        self.anchors.push(Anchor {
            kind: "checkpoint".to_owned(),
            by: None,
            at: None,
            until: None,
            entry: None,
            size,
            since: entries.saturating_sub(size),
        });
    }

    /// An anchor that is kept and counts, of a ledger of so many entries.
    pub(super) fn anchor(&mut self, outside: Outside, entries: u64) {
        self.anchors.push(Anchor {
            kind: outside.kind,
            by: Some(outside.by),
            at: outside.at,
            until: outside.until,
            entry: outside.entry,
            size: outside.size,
            since: entries.saturating_sub(outside.size),
        });
    }

    pub(super) fn spent(&mut self, stage: Stage, seconds: f64) {
        let timings = self.timings.get_or_insert_default();
        let cost = match stage {
            Stage::Data => &mut timings.data,
            Stage::Records => &mut timings.records,
            Stage::Text => &mut timings.text,
            Stage::Catalogue => &mut timings.catalogue,
        };
        cost.cpu_seconds += seconds;
    }

    pub(super) fn report(mut self, archive: Option<&Archive>, quick: bool) -> Report {
        let timings = self.timings.map(|mut timings| {
            timings.data.count = self.met.bytes;
            timings.records.count = self.met.records;
            timings.text.count = self.met.pieces;
            timings.catalogue.count = self.met.projected;
            timings
        });
        // Whatever a damaged database says of anything else may come from that.
        self.findings
            .sort_by_key(|finding| finding.code != "database.damaged");
        Report {
            schema: "fonds/verify/1",
            origin: archive.map(|archive| archive.origin().to_string()),
            depth: if quick { "quick" } else { "full" },
            anchoring: if self.anchors.is_empty() {
                Anchoring::SelfConsistent
            } else {
                Anchoring::Anchored
            },
            anchored_by: self.anchors,
            entries: self.counts.entries,
            records: self.counts.records,
            documents: self.counts.documents,
            items: self.counts.items,
            bytes: self.counts.bytes,
            lost: self.lost,
            closed: self.closed,
            continues: self.continues,
            findings: self.findings,
            more_findings: self.more,
            not_findings: self.notes,
            more_not_findings: self.more_notes,
            timings,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference to the function that decides whether a field is left out"
)]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_is_counted() {
        let mut found = Collected::default();
        for _ in 0..MOST_FINDINGS + 3 {
            found.note("log", "odd");
        }
        let report = found.report(None, false);
        assert_eq!(report.not_findings.len(), MOST_FINDINGS);
        assert_eq!(report.more_not_findings, 3);
    }
}
