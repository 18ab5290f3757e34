//! Proofs that a leaf is in a tree, and that one tree is the beginning of another.
//!
//! Made after RFC 6962 §2.1.1 and §2.1.2, but without recursion: first the ranges of leaves whose roots make up the
//! proof, so that whoever holds the leaves can hash them in any way. Verified after RFC 9162 §2.1.3.2 and §2.1.4.2,
//! which is the same tree and spells the algorithm out. A size is bound to its root only by a signature or by the
//! caller: the same proof may fit at other sizes.

use std::ops::Range;

use super::Hash;
use super::TlogError;
use super::merkle::node_hash;
use super::merkle::root;

/// The largest power of two below `leaves`, which is 2 or more.
const fn split(leaves: u64) -> u64 {
    1 << (u64::BITS - 1 - (leaves - 1).leading_zeros())
}

/// The ranges of leaves whose roots prove leaf `index` of a tree of `size`, from the leaf upwards (RFC 6962 §2.1.1).
pub fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range<u64>>, TlogError> {
    if index >= size {
        return Err(TlogError::NoSuchLeaf { index, size });
    }
    let mut ranges = Vec::new();
    let Range { mut start, mut end } = 0..size;
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// The ranges of leaves whose roots prove that the first `old` of `new` leaves are a tree of their own, from below
/// upwards (RFC 6962 §2.1.2). None when the sizes are the same; `old` 0 is refused, since it proves nothing.
pub fn consistency_ranges(old: u64, new: u64) -> Result<Vec<Range<u64>>, TlogError> {
    if old == 0 || old > new {
        return Err(TlogError::Sizes { old, new });
    }
    let mut ranges = Vec::new();
    let Range { mut start, mut end } = 0..new;
    while old < end {
        let middle = start + split(end - start);
        if old <= middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    // From 0 on, the range is the old tree, whose root the verifier has.
    if start > 0 {
        ranges.push(start..end);
    }
    ranges.reverse();
    Ok(ranges)
}

fn roots(leaves: &[Hash], ranges: Vec<Range<u64>>) -> Vec<Hash> {
    ranges
        .into_iter()
        .map(|range| {
            let count = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
            let before = usize::try_from(range.start).unwrap_or(usize::MAX);
            root(leaves.iter().skip(before).take(count).copied())
        })
        .collect()
}

/// Proves that leaf `index` is in the tree of all these leaf hashes.
pub fn prove_inclusion(leaves: &[Hash], index: u64) -> Result<Vec<Hash>, TlogError> {
    Ok(roots(leaves, inclusion_ranges(index, leaves.len() as u64)?))
}

/// Proves that the first `old` of these leaf hashes are the beginning of all of them.
pub fn prove_consistency(leaves: &[Hash], old: u64) -> Result<Vec<Hash>, TlogError> {
    Ok(roots(leaves, consistency_ranges(old, leaves.len() as u64)?))
}

/// Walks up both trees at once: where a node is, and where the last node of its level is.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// Whether the next hash of a proof goes to the left; moves up past the levels where there is nothing to hash.
    fn goes_left(&mut self) -> bool {
        if self.node & 1 == 0 && self.node != self.last {
            return false;
        }
        while self.node & 1 == 0 && self.node != 0 {
            self.up();
        }
        true
    }

    const fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }
}

fn demand_length(expected: &[Range<u64>], proof: &[Hash]) -> Result<(), TlogError> {
    if expected.len() == proof.len() {
        Ok(())
    } else {
        Err(TlogError::ProofLength {
            expected: expected.len(),
            found: proof.len(),
        })
    }
}

fn demand_root(size: u64, expected: Hash, found: Hash) -> Result<(), TlogError> {
    if expected == found {
        Ok(())
    } else {
        Err(TlogError::Root {
            size,
            expected,
            found,
        })
    }
}

/// Verifies that the leaf with this hash is number `index` of the tree of `size` leaves with this root
/// (RFC 9162 §2.1.3.2).
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: Hash,
    proof: &[Hash],
    claimed: Hash,
) -> Result<(), TlogError> {
    demand_length(&inclusion_ranges(index, size)?, proof)?;
    let mut climb = Climb {
        node: index,
        last: size - 1,
    };
    let mut found = leaf;
    for &beside in proof {
        found = if climb.goes_left() {
            node_hash(beside, found)
        } else {
            node_hash(found, beside)
        };
        climb.up();
    }
    demand_root(size, claimed, found)
}

/// Verifies that the tree of `old` leaves with root `old_root` is the beginning of the tree of `new` leaves with root
/// `new_root` (RFC 9162 §2.1.4.2). Equal sizes take an empty proof and equal roots.
pub fn verify_consistency(
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), TlogError> {
    demand_length(&consistency_ranges(old, new)?, proof)?;
    if old == new {
        return demand_root(new, old_root, new_root);
    }
    let mut climb = Climb {
        node: old - 1,
        last: new - 1,
    };
    while climb.node & 1 == 1 {
        climb.up();
    }
    // A full old tree is a node of the new one, and its root is not repeated in the proof.
    let (first, rest) = match proof.split_first() {
        Some((&first, rest)) if !old.is_power_of_two() => (first, rest),
        _ => (old_root, proof),
    };
    let (mut found_old, mut found_new) = (first, first);
    for &beside in rest {
        if climb.goes_left() {
            found_old = node_hash(beside, found_old);
            found_new = node_hash(beside, found_new);
        } else {
            found_new = node_hash(found_new, beside);
        }
        climb.up();
    }
    demand_root(old, old_root, found_old)?;
    demand_root(new, new_root, found_new)
}
