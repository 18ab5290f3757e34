//! The group that a run is filling: two open segments and the documents that go with them.

use sha2::Digest as _;
use sha2::Sha256;

use crate::archive::ItemDraft;
use crate::archive::SegmentDraft;
use crate::record::Digest;
use crate::record::Parent;

/// Bytes of drafts at which a group is appended.
pub(super) const FULL: usize = 10 << 20;

/// Items of a segment, at most (FORMAT, 'Segments').
const MOST_ITEMS: usize = 65_536;

/// A segment being filled.
pub(super) struct Open {
    run: u64,
    number: u64,
    derived: bool,
    items: Vec<ItemDraft>,
    weight: usize,
    /// For each container, in the order in which its first item came, the hash over its bytes that no item covers.
    gaps: Vec<(Parent, Sha256)>,
    /// Items sealed in earlier segments of this run.
    sealed: u64,
}

impl Open {
    pub(super) fn new(run: u64, number: u64, derived: bool, sealed: u64) -> Self {
        Self {
            run,
            number,
            derived,
            items: Vec::new(),
            weight: 0,
            gaps: Vec::new(),
            sealed,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.weight >= FULL || self.items.len() >= MOST_ITEMS
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// Takes an item in and says where it lies.
    pub(super) fn push(&mut self, item: ItemDraft) -> Parent {
        let place = Parent {
            r: self.run,
            s: self.number,
            i: self.items.len() as u64,
        };
        self.weight += item.weight();
        self.items.push(item);
        place
    }

    /// The hash over the bytes of a container that no item covers.
    pub(super) fn gap(&mut self, container: Parent) -> &mut Sha256 {
        let position = self.gaps.iter().position(|(known, _)| *known == container);
        let position = position.unwrap_or_else(|| {
            self.gaps.push((container, Sha256::new()));
            self.gaps.len() - 1
        });
        &mut self.gaps[position].1
    }

    /// The segment as a draft, leaving the next one of the run open. With `last`, states the run's total.
    pub(super) fn take(
        &mut self,
        accession: u64,
        last: bool,
        mut values: Vec<(&'static str, serde_json::Value)>,
    ) -> SegmentDraft {
        let items = std::mem::take(&mut self.items);
        self.sealed += items.len() as u64;
        let rest = (!self.gaps.is_empty()).then(|| {
            let mut all = Sha256::new();
            for (_, gap) in self.gaps.drain(..) {
                all.update(gap.finalize());
            }
            Digest::new(all.finalize().into())
        });
        if last {
            values.push(("total", self.sealed.into()));
        }
        let draft = SegmentDraft {
            derived: self.derived,
            accession,
            run: self.run,
            number: self.number,
            items,
            rest,
            values,
        };
        self.weight = 0;
        self.number += 1;
        draft
    }
}
