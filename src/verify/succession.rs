//! A ledger that the recovery key closed, and one that goes on where another was closed.

use serde::Serialize;

use super::Pass;
use super::heads::Heads;
use crate::archive::ArchiveError;
use crate::archive::BEFORE;
use crate::record::Finding;
use crate::record::with_causes;
use crate::succession::Closed;
use crate::succession::Closing;
use crate::succession::ClosingNote;

/// Up to where a ledger counts that was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClosedAt {
    /// Entries that count.
    pub size: u64,
    /// The origins under which it goes on: more than one where the recovery key said two things.
    pub next: Vec<String>,
}

/// What an archive goes on from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Continues {
    /// The origin whose ledger was closed.
    pub origin: String,
    /// Entries of it that count.
    pub size: u64,
}

impl Pass<'_, '_> {
    /// What counts as all closings say that were handed in, and has the root noted there.
    pub(super) fn expect_closing(&self, heads: &mut Heads) -> Option<Closed> {
        let closed = Closed::by(&self.options.closings)?;
        heads.expect(closed.size());
        Some(closed)
    }

    /// Holds a ledger of that many entries against where it was closed. Gives the number of entries that count, where it
    /// was closed and is the one that was.
    pub(super) fn judge_closing(
        &mut self,
        closed: Option<&Closed>,
        heads: &Heads,
        size: u64,
    ) -> Option<u64> {
        let closed = closed?;
        let counts = closed.size();
        if counts > size {
            let message = format!(
                "The recovery key closed this ledger at {counts} entries, and the archive has {size}: entries were lost or \
                 taken away, or this is an older copy."
            );
            self.found.add(
                Finding::new("closing.ahead", "closing", message)
                    .with(format!("{counts} entries"), format!("{size} entries")),
            );
            return None;
        }
        let (signed, here) = (closed.root_at(counts), heads.root(counts));
        if counts > 0 && here.is_some() && here != signed {
            let message = format!(
                "The recovery key closed another history of {counts} entries than the one that is here."
            );
            let shown =
                |root: Option<crate::tlog::Hash>| root.map(|it| it.to_string()).unwrap_or_default();
            self.found.add(
                Finding::new("closing.other-root", "closing", message)
                    .with(shown(signed), shown(here)),
            );
            return None;
        }
        if counts < size {
            let subject = if counts + 1 == size {
                format!("entry {counts}")
            } else {
                format!("entries {counts} to {}", size - 1)
            };
            self.found.note(
                subject,
                "Disowned: the recovery key closed the ledger before them, so they are here and do not count.",
            );
        }
        self.found.closed = Some(ClosedAt {
            size: counts,
            next: closed.next().iter().map(ToString::to_string).collect(),
        });
        Some(counts)
    }

    /// Where the archive goes on from another: that the other's recovery key said so, and that its tree is here.
    pub(super) fn check_beginning(&mut self) -> Result<(), ArchiveError> {
        let Some(text) = self.archive.goes_on_from()? else {
            return Ok(());
        };
        let mut wrong = |code, subject: &str, message: String| {
            self.found.add(Finding::new(code, subject, message));
        };
        let note = match ClosingNote::open(&text) {
            Ok(note) if note.next() == self.archive.origin() => note,
            Ok(note) => {
                let message = format!(
                    "The archive says that it goes on from {}, whose recovery key named another one.",
                    note.origin()
                );
                wrong("closing.not-valid", "entry 0", message);
                return Ok(());
            }
            Err(error) => {
                let message = format!(
                    "The archive says that it goes on from another, and no recovery key said so: {}.",
                    with_causes(&error)
                );
                wrong("closing.not-valid", "entry 0", message);
                return Ok(());
            }
        };
        match self
            .archive
            .closing_file(BEFORE)?
            .map(|bytes| Closing::read(&bytes))
        {
            Some(Ok(closing)) if *closing.note() == note => {}
            None => wrong(
                "closing.missing",
                BEFORE,
                "The file with the tree of the ledger that this one goes on from is not here."
                    .to_owned(),
            ),
            Some(Ok(_)) => wrong(
                "closing.not-valid",
                BEFORE,
                "It is of another closing than the one that entry 0 names.".to_owned(),
            ),
            Some(Err(error)) => wrong(
                "closing.not-valid",
                BEFORE,
                format!(
                    "It does not show how the ledger before was closed: {}.",
                    with_causes(&error)
                ),
            ),
        }
        self.found.continues = Some(Continues {
            origin: note.origin().to_string(),
            size: note.head().size,
        });
        Ok(())
    }
}
