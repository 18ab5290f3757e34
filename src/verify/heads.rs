//! Signed heads: those that the archive keeps, and those that others hold.

use std::collections::BTreeMap;

use super::Pass;
use crate::archive::ArchiveError;
use crate::archive::Editors;
use crate::keys::LogKeys;
use crate::record::Finding;
use crate::record::with_causes;
use crate::tlog::Checkpoint;
use crate::tlog::Hash;
use crate::tlog::Note;

/// Whose head one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// This user's pin.
    Pin,
    /// What this user's signer made last.
    Memory,
    /// Somebody else, by its number in the list.
    Outside(usize),
}

impl Holder {
    fn subject(self) -> String {
        match self {
            Self::Pin => "pin".to_owned(),
            Self::Memory => "signer's memory".to_owned(),
            Self::Outside(number) => format!("checkpoint {} given", number + 1),
        }
    }

    const fn foreign(self) -> &'static str {
        match self {
            Self::Pin => "pin.not-signed",
            Self::Memory => "memory.not-signed",
            Self::Outside(_) => "checkpoint.not-signed",
        }
    }

    const fn ahead(self) -> &'static str {
        match self {
            Self::Pin => "pin.ahead",
            Self::Memory => "memory.ahead",
            Self::Outside(_) => "ledger.truncated",
        }
    }

    const fn other(self) -> &'static str {
        match self {
            Self::Pin => "pin.other-root",
            Self::Memory => "memory.other-root",
            Self::Outside(_) => "checkpoint.split",
        }
    }
}

/// The heads that the ledger is held against, and the roots it has at their sizes.
#[derive(Debug, Default)]
pub(super) struct Heads {
    stored: Vec<Checkpoint>,
    held: Vec<(Holder, Checkpoint)>,
    /// Those of more entries than the archive has, and of a key that it does not know.
    beyond: Vec<(Holder, u64)>,
    roots: BTreeMap<u64, Option<Hash>>,
    /// Whether a stored checkpoint could not be judged, so that its absence says nothing of the tail.
    unjudged: bool,
}

impl Heads {
    /// Takes the root at a size, where some head is of that size.
    pub(super) fn reached(&mut self, size: u64, root: impl FnOnce() -> Hash) {
        if let Some(known) = self.roots.get_mut(&size) {
            *known = Some(root());
        }
    }

    pub(super) fn expect(&mut self, size: u64) {
        self.roots.entry(size).or_insert(None);
    }

    pub(super) fn root(&self, size: u64) -> Option<Hash> {
        self.roots.get(&size).copied().flatten()
    }
}

/// The number of entries that a note says it is of, where that is more than so many.
fn beyond(note: &Note, entries: u64) -> Option<u64> {
    let head = Checkpoint::parse(note.text()).ok()?;
    (head.size > entries).then_some(head.size)
}

/// The origin that a note says it is of.
fn origin_of(note: &Note) -> String {
    Checkpoint::parse(note.text()).map_or_else(
        |_| "one that it does not name".to_owned(),
        |head| head.origin,
    )
}

impl Pass<'_, '_> {
    /// Whether a note is a checkpoint that says it is of another archive.
    fn is_of_another(&self, note: &Note) -> bool {
        Checkpoint::parse(note.text())
            .is_ok_and(|head| head.origin != self.archive.origin().as_str())
    }

    /// Reads every head and verifies its signature.
    pub(super) fn heads(&mut self) -> Result<Heads, ArchiveError> {
        let mut heads = Heads::default();
        let keys = match self.archive.log_keys() {
            Ok(keys) => keys,
            Err(error) => {
                heads.unjudged = true;
                self.found.add(Finding::new(
                    "key.unusable",
                    "log key",
                    format!(
                        "The keys that the ledger names cannot be used, so no checkpoint was judged: {}.",
                        with_causes(&error)
                    ),
                ));
                return Ok(heads);
            }
        };
        let rows = self.ledger.checkpoints()?;
        let last = rows.len();
        let editors = self.archive.editors()?;
        let mut from = 0;
        for (number, (size, bytes)) in rows.into_iter().enumerate() {
            let recorded_from = std::mem::replace(&mut from, u64::try_from(size).unwrap_or(0));
            if self.options.quick && number + 1 < last {
                continue;
            }
            self.editors_line(&editors, recorded_from, size, &bytes);
            match self.stored_head(&keys, size, &bytes) {
                Some(checkpoint) => {
                    heads.expect(checkpoint.size);
                    heads.stored.push(checkpoint);
                }
                None => heads.unjudged = true,
            }
        }
        let entries = self.archive.head()?.0;
        let pin = self.options.pin.as_ref().map(|note| (Holder::Pin, note));
        let memory = self
            .options
            .memory
            .as_ref()
            .map(|note| (Holder::Memory, note));
        let outside = (self.options.against.iter().enumerate())
            .map(|(number, note)| (Holder::Outside(number), note));
        for (holder, note) in pin.into_iter().chain(memory).chain(outside) {
            match keys.open(note) {
                Ok(checkpoint) => {
                    heads.expect(checkpoint.size);
                    heads.held.push((holder, checkpoint));
                }
                Err(_) if self.is_of_another(note) => self.found.add(Finding::new(
                    holder.foreign(),
                    holder.subject(),
                    format!(
                        "It is the checkpoint of another archive, {}, and says nothing of this one.",
                        origin_of(note)
                    ),
                )),
                Err(error) => match beyond(note, entries) {
                    // The entry that changed the key may be one of those that are missing here.
                    Some(size) => heads.beyond.push((holder, size)),
                    None => self.found.add(Finding::new(
                        holder.foreign(),
                        holder.subject(),
                        format!("It was not signed by this archive's key: {error}."),
                    )),
                },
            }
        }
        if let Some(pending) = self.options.pending {
            heads.expect(pending.size);
        }
        Ok(heads)
    }

    /// Judges the line of who recorded what a stored checkpoint ends with, where there is one.
    fn editors_line(&mut self, editors: &Editors, from: u64, size: i64, bytes: &[u8]) {
        let Ok(note) = Note::parse(bytes) else {
            return;
        };
        if let Err(reason) = editors.recorded_by(&note, from) {
            self.found.add(Finding::new(
                "editor.not-valid",
                format!("checkpoint of {size} entries"),
                format!("The line in an editor's name does not show who recorded what it covers: {reason}."),
            ));
        }
    }

    fn stored_head(&mut self, keys: &LogKeys, size: i64, bytes: &[u8]) -> Option<Checkpoint> {
        let subject = format!("checkpoint of {size} entries");
        let note = match Note::parse(bytes) {
            Ok(note) => note,
            Err(error) => {
                let message = format!("The stored checkpoint cannot be read: {error}.");
                self.found
                    .add(Finding::new("checkpoint.unreadable", subject, message));
                return None;
            }
        };
        let checkpoint = match keys.open(&note) {
            Ok(checkpoint) => checkpoint,
            Err(error) => {
                let message =
                    format!("The stored checkpoint was not signed by this archive's key: {error}.");
                self.found
                    .add(Finding::new("checkpoint.not-signed", subject, message));
                return None;
            }
        };
        if u64::try_from(size).ok() != Some(checkpoint.size) {
            let message = "The stored checkpoint is of another size than its row says.";
            self.found.add(
                Finding::new("checkpoint.misplaced", subject, message)
                    .with(checkpoint.size.to_string(), size.to_string()),
            );
            return None;
        }
        Some(checkpoint)
    }

    /// Holds the ledger, of that many entries and with that root, against every head. Where it was closed, no more than
    /// `counts` entries count, and heads of more are told.
    pub(super) fn judge(
        &mut self,
        heads: &Heads,
        size: u64,
        root: Hash,
        counts: Option<u64>,
    ) -> Result<(), ArchiveError> {
        self.stored_heads(heads, size);
        for (holder, beyond) in &heads.beyond {
            match counts {
                Some(counts) => self.disowned_head(*holder, *beyond, counts),
                None => self.found.add(Finding::new(
                    holder.ahead(),
                    holder.subject(),
                    "It is of more entries than the archive has, and of another key: entries were lost or taken away, or \
                     this is a copy from before a change of the key.",
                )),
            }
        }
        for (holder, head) in &heads.held {
            if let Some(counts) = counts.filter(|counts| *counts < head.size) {
                self.disowned_head(*holder, head.size, counts);
                if matches!(holder, Holder::Outside(_)) && heads.root(head.size) == Some(head.root)
                {
                    self.found.given(counts, counts);
                }
                continue;
            }
            if head.size > size {
                let message = format!(
                    "It is of {} entries and the archive has {size}: entries were lost or taken away, or this is an older copy.",
                    head.size
                );
                self.found.add(
                    Finding::new(holder.ahead(), holder.subject(), message)
                        .with(format!("{} entries", head.size), format!("{size} entries")),
                );
                continue;
            }
            let Some(here) = heads.root(head.size) else {
                continue;
            };
            if here != head.root {
                let message = format!(
                    "At {} entries the archive tells another history than the one signed there.",
                    head.size
                );
                self.found.add(
                    Finding::new(holder.other(), holder.subject(), message)
                        .with(head.root.to_string(), here.to_string()),
                );
            } else if matches!(holder, Holder::Outside(_)) {
                self.found.given(head.size, counts.unwrap_or(size));
            }
        }
        self.tail(heads, size, root)
    }

    fn disowned_head(&mut self, holder: Holder, size: u64, counts: u64) {
        let text = format!(
            "It is of {size} entries, and the recovery key closed the ledger at {counts}: what is beyond is disowned."
        );
        self.found.note(holder.subject(), text);
    }

    /// Names where the stored checkpoints and the ledger part; each later one differs for the same reason.
    fn stored_heads(&mut self, heads: &Heads, size: u64) {
        let mut agreed = 0;
        let mut differ = heads.stored.iter().filter(|head| {
            let here = heads.root(head.size);
            head.size <= size && here.is_some_and(|here| here != head.root)
        });
        if let Some(first) = differ.next() {
            for head in heads.stored.iter().filter(|head| head.size < first.size) {
                agreed = head.size.max(agreed);
            }
            let last = first.size.saturating_sub(1);
            let subject = if agreed == last {
                format!("entry {last}")
            } else {
                format!("entries {agreed} to {last}")
            };
            let more = differ.count();
            let message = format!(
                "The ledger is not the one that was signed: its root at {} entries is another ({more} later checkpoints \
                 differ with it).",
                first.size
            );
            let here = heads.root(first.size).map(|root| root.to_string());
            self.found.add(
                Finding::new("ledger.altered", subject, message)
                    .with(first.root.to_string(), here.unwrap_or_default()),
            );
        }
        let beyond = heads.stored.iter().filter(|head| head.size > size).count();
        if let Some(last) = heads.stored.last().filter(|_| beyond > 0) {
            let message = match beyond {
                1 => "1 stored checkpoint covers entries that are not there: entries were taken away.".to_owned(),
                many => format!("{many} stored checkpoints cover entries that are not there: entries were taken away."),
            };
            self.found.add(
                Finding::new("ledger.truncated", "ledger", message)
                    .with(format!("{} entries", last.size), format!("{size} entries")),
            );
        }
    }

    /// Judges entries that no stored checkpoint covers: an append that was interrupted, or entries that somebody added.
    fn tail(&mut self, heads: &Heads, size: u64, root: Hash) -> Result<(), ArchiveError> {
        let signed = heads.stored.last().map_or(0, |head| head.size);
        if signed >= size || heads.unjudged {
            return Ok(());
        }
        // The first entry is signed before there is another, so no stop explains that no checkpoint is left.
        if signed == 0 && size > 1 {
            let message = "The archive keeps no checkpoint, and it had one from its first entry on: they were taken away.";
            self.found
                .add(Finding::new("checkpoint.missing", "ledger", message));
        }
        let announced = self
            .options
            .pending
            .is_some_and(|head| head.size == size && head.root == root);
        let signed_elsewhere = heads.held.iter().any(|(holder, head)| {
            *holder == Holder::Memory && head.size == size && head.root == root
        });
        let subject = if signed + 1 == size {
            format!("entry {signed}")
        } else {
            format!("entries {signed} to {}", size - 1)
        };
        if announced || signed_elsewhere {
            self.found.note(
                subject,
                "Recorded by a run that was stopped before it had stored its signature: the next one that writes ends it.",
            );
        } else if self.archive.is_signed_by_now(size, root)? {
            self.found.note(
                subject,
                "Being recorded when this check began: their checkpoint was stored since.",
            );
        } else {
            self.found.add(
                Finding::new(
                    "ledger.unsigned-tail",
                    subject,
                    "No checkpoint covers these entries, and this user's signer did not announce them.",
                )
                .with(format!("{signed} entries"), format!("{size} entries")),
            );
        }
        Ok(())
    }
}
