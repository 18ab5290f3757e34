//! Holds everything an archive says against its bytes, its ledger against its signed heads, and those against what is
//! known from outside.
//!
//! Guaranteed: nothing that is stored is believed before it was recomputed; whatever differs from what was signed is a
//! [`Finding`] that names what was hit; a part that cannot be read does not keep the others from being looked at; memory
//! stays bounded but for 24 bytes a stored document and some 40 a segment. Nothing is written, save that a catalogue of
//! very many records is made again in a file inside the archive, whose name is gone before anything stands in it.
//!
//! Trusted: SHA-256, Ed25519, and the pin, memory and checkpoints that the caller hands in. An archive alone can only
//! show that it fits together: whoever has its key can make another that fits as well. The rules are those of
//! `schema/FORMAT.md`, 'Verifying'; the codes are explained in `schema/FINDINGS.md`.

mod anchors;
mod blobs;
mod catalogue;
mod destroyed;
mod fixity;
mod heads;
mod items;
mod ledger;
mod ranges;
mod record;
mod report;
mod succession;
mod text;
mod vault;

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::path::Path;

pub use anchors::soon;
pub use report::Anchor;
pub use report::Anchoring;
pub use report::Cost;
pub use report::NotFinding;
pub use report::Report;
pub use report::Timings;
pub use succession::ClosedAt;
pub use succession::Continues;

use self::blobs::Blobs;
use self::report::Collected;
use crate::anchor::Trusted;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::Ledger;
use crate::archive::Orders;
use crate::archive::store::StoreError;
use crate::commitment::Committer;
use crate::keys::Head;
use crate::record::Digest;
use crate::record::Finding;
use crate::record::Moment;
use crate::record::with_causes;
use crate::succession::Closing;
use crate::tlog::Note;

/// What the archive is held against, and how deep.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Heads, counts and schema only: no document, item or catalogue row is read.
    pub quick: bool,
    /// This user's pin.
    pub pin: Option<Note>,
    /// The note that this user's signer made last.
    pub memory: Option<Note>,
    /// The head that this user's signer announced and did not sign yet.
    pub pending: Option<Head>,
    /// Checkpoints from elsewhere.
    pub against: Vec<Note>,
    /// How this ledger was closed, as the caller was shown; each of this origin and checked.
    pub closings: Vec<Closing>,
    /// Whose signatures from outside count.
    pub trusted: Trusted,
    /// The time, by which those are judged; without it none is.
    pub now: Option<Moment>,
    /// What the caller found of this user's own files when it read them.
    pub odd: Vec<Finding>,
}

/// What a check is given from outside: somebody to tell how far it is, and a clock of CPU time.
pub struct Outside<'a> {
    /// Told of bytes and records as they are checked.
    pub progress: &'a mut dyn FnMut(Progress),
    /// CPU seconds of the process so far; without it the report has no timings.
    pub cpu: Option<&'a dyn Fn() -> f64>,
}

/// Where a check stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of documents read.
    pub bytes: u64,
    /// Records recomputed.
    pub records: u64,
}

/// A check that could not be carried out. Damage is a finding, not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The archive cannot be looked at: no permission, no free descriptor, held by another process.
    #[error("the archive could not be read to its end")]
    Archive(#[from] ArchiveError),
}

/// Opens and checks the archive in a folder. One that is too damaged to be opened is a report as well.
pub fn folder(
    root: &Path,
    options: &Options,
    outside: &mut Outside<'_>,
) -> Result<Report, VerifyError> {
    match Archive::open(root) {
        Ok(archive) => run(&archive, options, outside),
        Err(error) if error.is_damage() || is_something_else(&error) => {
            let mut found = Collected::default();
            let (code, subject) = match error {
                ArchiveError::Database(_)
                | ArchiveError::NotOurs { .. }
                | ArchiveError::Store(_) => ("database.damaged", "archive.sqlite"),
                ArchiveError::Schema(_) => ("schema.altered", "archive.sqlite"),
                ArchiveError::Journal { .. } => ("database.journal", "archive.sqlite-journal"),
                _ => ("ledger.entry-altered", "entry 0"),
            };
            let message = format!(
                "The archive cannot be opened, so nothing else in it was checked: {}.",
                with_causes(&error)
            );
            found.add(Finding::new(code, subject, message));
            Ok(found.report(None, options.quick))
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether a link, a folder or the like stands in the place of the database.
const fn is_something_else(error: &ArchiveError) -> bool {
    matches!(error, ArchiveError::Store(StoreError::Strange { .. }))
}

/// Checks an archive, in one snapshot of its database.
pub fn run(
    archive: &Archive,
    options: &Options,
    outside: &mut Outside<'_>,
) -> Result<Report, VerifyError> {
    let ledger = archive.ledger()?;
    let mut pass = Pass {
        archive,
        ledger: &ledger,
        options,
        outside,
        committer: archive.committer().clone(),
        found: Collected::default(),
        blobs: Blobs::default(),
        damaged: HashSet::new(),
        gone: HashSet::new(),
        orders: archive.orders().unwrap_or_default(),
        carried: BTreeMap::new(),
        progress: Progress::default(),
    };
    for odd in &options.odd {
        pass.found.add(odd.clone());
    }
    if !options.quick {
        pass.metered(Stage::Data, Pass::documents)?;
    }
    pass.check_ledger()?;
    pass.stage("the schema of the database", Pass::check_schema)?;
    if !options.quick {
        pass.unreferenced();
        pass.check_orders();
        pass.stage("the vault", Pass::check_vault)?;
        pass.stage("the files of log/", Pass::check_log)?;
        pass.metered(Stage::Catalogue, |pass| {
            pass.stage("the catalogue", Pass::check_catalogue)
        })?;
        pass.metered(Stage::Catalogue, Pass::check_database);
    }
    pass.stage("the counts", Pass::count)?;
    Ok(pass.found.report(Some(archive), options.quick))
}

/// What CPU time is measured of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Data,
    Records,
    Text,
    Catalogue,
}

/// A check on its way.
struct Pass<'a, 'o> {
    archive: &'a Archive,
    ledger: &'a Ledger<'a>,
    options: &'a Options,
    outside: &'a mut Outside<'o>,
    committer: Committer,
    found: Collected,
    blobs: Blobs,
    /// Documents whose stored bytes are not theirs, so that what lies in them is not named a second time.
    damaged: HashSet<Digest>,
    /// Documents whose pack is missing, which is named once for all of them.
    gone: HashSet<Digest>,
    /// What was ordered to be destroyed. Whether the orders are those that were signed, the ledger's check says.
    orders: Orders,
    /// How far each order is carried out.
    carried: BTreeMap<u64, destroyed::Carried>,
    progress: Progress,
}

impl Pass<'_, '_> {
    /// Does one part of the check. Damage that keeps it from its end is a finding, and the others go on.
    fn stage(
        &mut self,
        what: &str,
        part: impl FnOnce(&mut Self) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        match part(self) {
            Err(error) if error.is_damage() => {
                let message = format!(
                    "{} could not be checked to the end: {}.",
                    capitalised(what),
                    with_causes(&error)
                );
                if matches!(error, ArchiveError::Database(_)) {
                    self.found
                        .add(Finding::new("database.damaged", "archive.sqlite", message));
                } else {
                    self.found
                        .add(Finding::new("check.incomplete", what, message));
                }
                Ok(())
            }
            other => other,
        }
    }

    /// Does one part of the check and notes the CPU time that it took.
    fn metered<T>(&mut self, stage: Stage, part: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.outside.cpu.map(|cpu| cpu());
        let done = part(self);
        if let (Some(before), Some(cpu)) = (before, self.outside.cpu) {
            self.found.spent(stage, cpu() - before);
        }
        done
    }

    /// Asks SQLite itself whether its file is whole and each index goes with its table: what is looked up is found by
    /// way of indexes, and a table that is whole does not show that one lacks a row.
    fn check_database(&mut self) {
        for line in self.ledger.damage() {
            let code = if line.contains(" index ") {
                "database.index-altered"
            } else {
                "database.damaged"
            };
            self.found.add(Finding::new(
                code,
                "archive.sqlite",
                format!("SQLite finds: {line}."),
            ));
        }
    }

    /// The counts that the closing line states.
    fn count(&mut self) -> Result<(), ArchiveError> {
        self.found.counts = report::Counts {
            entries: self.archive.head().map_or(0, |(entries, _)| entries),
            records: self.archive.tally("records")?,
            documents: self.archive.tally("documents")?,
            items: self.archive.tally("items")?,
            bytes: self.archive.tally("bytes")?,
        };
        Ok(())
    }

    /// The reference by which an item is known, else its number.
    fn item_subject(&self, item: u64) -> String {
        let card = self.archive.card(item).ok().flatten();
        card.and_then(|card| self.archive.reference(&card).ok())
            .unwrap_or_else(|| format!("item {item}"))
    }

    /// The reference by which a document is known, else its digest.
    fn document_subject(&self, sha256: &Digest) -> String {
        let reference = self.archive.document_reference(sha256).ok().flatten();
        reference.unwrap_or_else(|| format!("blob {sha256}"))
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
