//! Ranges: what lies in a container is held against its digest where it lies, and the bytes between against `rest`.
//!
//! A container is read forward, once a run. Its position outlives a segment, since its items may go on in the next.

use std::collections::HashMap;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;

use sha2::Digest as _;
use sha2::Sha256;

use super::Pass;
use super::items::Sealed;
use super::ledger::Met;
use crate::archive::ArchiveError;
use crate::archive::store::BlobReader;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Finding;
use crate::record::Span;
use crate::record::with_causes;

/// Containers that are kept open. More than one is open only where one lies in another.
const MOST_OPEN: usize = 16;

/// Bytes of a container read at once.
const BUFFER: usize = 256 << 10;

/// The containers that a segment's items lie in.
#[derive(Default)]
pub(super) struct Stretches {
    /// In the order of their first item, with the hash over what no item covers; nothing where that cannot be had.
    gaps: Vec<(u64, Option<Sha256>)>,
    position: HashMap<u64, usize>,
    open: HashMap<u64, Open>,
}

impl Stretches {
    /// What lies in the container can no longer be held against its bytes.
    fn give_up(&mut self, container: u64) {
        let position = self.position.get(&container).copied();
        if let Some((_, gap)) = position.and_then(|position| self.gaps.get_mut(position)) {
            *gap = None;
        }
    }
}

struct Open {
    input: BufReader<BlobReader>,
    at: u64,
    size: u64,
}

impl Open {
    /// Reads up to a byte of the container and hands what it reads to the hash.
    fn feed(&mut self, to: u64, hash: &mut Sha256) -> std::io::Result<()> {
        let mut buffer = [0; 16 << 10];
        while self.at < to {
            let left = usize::try_from(to - self.at).unwrap_or(buffer.len());
            let most = left.min(buffer.len());
            let Some(part) = buffer.get_mut(..most) else {
                break;
            };
            self.input.read_exact(part)?;
            hash.update(&*part);
            self.at += most as u64;
        }
        Ok(())
    }

    fn go_to(&mut self, to: u64) -> std::io::Result<()> {
        if self.at != to {
            self.input.seek(SeekFrom::Start(to))?;
            self.at = to;
        }
        Ok(())
    }
}

impl Pass<'_, '_> {
    /// Checks one item's range. `container` is its parent's number.
    pub(super) fn range(
        &mut self,
        met: &mut Met,
        sealed: &mut Sealed<'_>,
        id: u64,
        container: Option<u64>,
        range: Span,
        bytes: Bytes,
    ) {
        let Some(container) = container else {
            let subject = self.item_subject(id);
            self.found.add(Finding::new(
                "segment.range",
                subject,
                "The item has a range and no container that it lies in.",
            ));
            return;
        };
        let Sealed {
            segment, stretches, ..
        } = sealed;
        let run = met.runs.entry((segment.a, segment.r)).or_default();
        let from = run.covered.get(&container).copied().unwrap_or_default();
        if !self.open(stretches, container) {
            return;
        }
        let size = stretches.open.get(&container).map_or(0, |open| open.size);
        if range.start < from || range.end < range.start || range.end > size {
            let subject = self.item_subject(id);
            self.found.add(
                Finding::new(
                    "segment.range",
                    subject,
                    "The item's range does not follow the one before it, or does not lie in its container.",
                )
                .with(
                    format!("within bytes {from} to {size}"),
                    format!("bytes {} to {}", range.start, range.end),
                ),
            );
            return;
        }
        let gap = stretches
            .position
            .get(&container)
            .and_then(|position| stretches.gaps.get_mut(*position))
            .and_then(|(_, gap)| gap.as_mut());
        let (Some(gap), Some(open)) = (gap, stretches.open.get_mut(&container)) else {
            return;
        };
        let mut hash = Sha256::new();
        let read = open
            .go_to(from)
            .and_then(|()| open.feed(range.start, gap))
            .and_then(|()| open.feed(range.end, &mut hash));
        if let Err(error) = read {
            self.unread(stretches, container, &error.to_string());
            return;
        }
        // Also where it is the container's end: the next item may not begin before it again.
        run.covered.insert(container, range.end);
        let found = Digest::new(hash.finalize().into());
        if found != bytes.sha256 || range.end - range.start != bytes.size {
            let subject = self.item_subject(id);
            self.found.add(
                Finding::new(
                    "message.altered",
                    subject,
                    "The bytes at its place in the document are not those that were signed.",
                )
                .with(bytes.sha256.to_string(), found.to_string()),
            );
        }
    }

    /// Opens a container, where that was not done, and begins its gap. False where its bytes cannot be had.
    fn open(&mut self, stretches: &mut Stretches, container: u64) -> bool {
        let known = stretches.position.get(&container).copied();
        if let Some((_, None)) = known.and_then(|known| stretches.gaps.get(known)) {
            return false;
        }
        if known.is_none() {
            stretches.position.insert(container, stretches.gaps.len());
            stretches.gaps.push((container, Some(Sha256::new())));
        }
        if stretches.open.contains_key(&container) {
            return true;
        }
        let reader = match self.ledger.bytes_of(container) {
            // Its pack is missing, and the finding that says so speaks for what lies in it too.
            Ok(Some(bytes)) if self.gone.contains(&bytes.sha256) => {
                stretches.give_up(container);
                return false;
            }
            Ok(Some(bytes)) => self.archive.reader(&bytes.sha256),
            Ok(None) => {
                self.unread(
                    stretches,
                    container,
                    "its record does not say which they are",
                );
                return false;
            }
            Err(error) => Err(error),
        };
        match reader {
            Ok(reader) => {
                if stretches.open.len() >= MOST_OPEN {
                    stretches.open.clear();
                }
                let size = reader.size();
                let most = usize::try_from(size).unwrap_or(BUFFER).min(BUFFER);
                let open = Open {
                    input: BufReader::with_capacity(most, reader),
                    at: 0,
                    size,
                };
                stretches.open.insert(container, open);
                true
            }
            Err(error) => {
                self.unread(stretches, container, &with_causes(&error));
                false
            }
        }
    }

    /// Says once a container and segment that what lies in it was not checked.
    fn unread(&mut self, stretches: &mut Stretches, container: u64, reason: &str) {
        stretches.give_up(container);
        let subject = self.item_subject(container);
        self.found.add(Finding::new(
            "message.not-checked",
            subject,
            format!("What lies in the document could not be held against its bytes: {reason}."),
        ));
    }

    /// Holds the bytes that no item covers against the segment's `rest`.
    pub(super) fn rest(
        &mut self,
        met: &mut Met,
        sealed: &Sealed<'_>,
        mut stretches: Stretches,
    ) -> Result<(), ArchiveError> {
        if sealed.destroyed {
            return Ok(());
        }
        for (container, _) in &stretches.gaps {
            // Bytes of it went with items of another segment; what is left is held against the order that says so.
            if self.archive.replacement(*container)?.is_some() {
                return Ok(());
            }
        }
        let segment = sealed.segment;
        let subject = format!("entry {}", sealed.seq);
        // What no item covers, for each container: up to its last item here, and up to its end where that belongs here.
        let mut parts: Vec<(u64, Sha256, Sha256)> = Vec::new();
        for (container, gap) in std::mem::take(&mut stretches.gaps) {
            let Some(gap) = gap else {
                return Ok(());
            };
            let mut whole = gap.clone();
            let run = met.runs.entry((segment.a, segment.r)).or_default();
            // What is after the last item is of its segment. How far that one went stays known: whether there is a
            // later one is asked of the catalogue, which anybody may have edited.
            let covered = run.covered.get(&container).copied();
            if let Some(covered) = covered
                && !self
                    .ledger
                    .has_later_range(container, segment.a, segment.r, segment.s)?
            {
                if !self.open(&mut stretches, container) {
                    return Ok(());
                }
                if let Some(open) = stretches.open.get_mut(&container) {
                    let size = open.size;
                    let read = open
                        .go_to(covered)
                        .and_then(|()| open.feed(size, &mut whole));
                    if let Err(error) = read {
                        self.unread(&mut stretches, container, &error.to_string());
                        return Ok(());
                    }
                }
            }
            parts.push((container, gap, whole));
        }
        let digest = |cut: &[u64]| {
            let mut all = Sha256::new();
            for (container, gap, whole) in &parts {
                let part = if cut.contains(container) { gap } else { whole };
                all.update(part.clone().finalize());
            }
            (!stretches.position.is_empty()).then(|| Digest::new(all.finalize().into()))
        };
        let found = digest(&[]);
        if found == sealed.rest {
            return Ok(());
        }
        let show =
            |rest: Option<Digest>| rest.map_or("nothing".to_owned(), |rest| rest.to_string());
        let finding = Finding::new(
            "segment.rest",
            subject,
            "The bytes between the items of the segment's documents are not those that were signed.",
        )
        .with(show(sealed.rest), show(found));
        let run = met.runs.entry((segment.a, segment.r)).or_default();
        if !run.ended && self.is_cut(sealed, |cut| digest(cut) == sealed.rest)? {
            run.cut.push(finding);
        } else {
            self.found.add(finding);
        }
        Ok(())
    }

    /// Whether the segment may be the last of a run that was stopped inside a container and not taken up again: the bytes
    /// after the last item there were not signed. That container is one that the segment's last item lies in, at any
    /// depth, and with it those that it lies in itself. Of a run that states its total later it is not lawful.
    fn is_cut(
        &self,
        sealed: &Sealed<'_>,
        fits: impl Fn(&[u64]) -> bool,
    ) -> Result<bool, ArchiveError> {
        let mut within = Vec::new();
        let last = sealed
            .first
            .saturating_add(sealed.segment.size)
            .saturating_sub(1);
        let mut card = self.archive.card(last)?;
        while let Some(container) = card.and_then(|card| card.parent)
            && within.len() < MOST_OPEN
        {
            within.push(container);
            card = self.archive.card(container)?;
        }
        Ok((0..within.len()).any(|inner| within.get(inner..).is_some_and(&fits)))
    }
}
