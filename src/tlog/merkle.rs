//! The Merkle tree of RFC 6962 §2.1, over leaves that arrive one by one.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use sha2::Digest as _;
use sha2::Sha256;

use super::TlogError;
use crate::lanes;
use crate::lanes::Begun;
use crate::lanes::Messages;

/// The hash of a leaf, a node or a whole tree; shown as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The 32 raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The root of the tree without leaves: SHA-256 of nothing.
    pub fn of_nothing() -> Self {
        Self(Sha256::digest([]).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = TlogError;

    fn from_str(text: &str) -> Result<Self, TlogError> {
        let mut bytes = [0; 32];
        let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        if lower && hex::decode_to_slice(text, &mut bytes).is_ok() {
            Ok(Self(bytes))
        } else {
            Err(TlogError::NotAHash(text.chars().take(80).collect()))
        }
    }
}

/// Hashes a leaf: SHA-256(0x00 || data), RFC 6962 §2.1.
pub fn leaf_hash(data: &[u8]) -> Hash {
    let digest = Sha256::new_with_prefix([0]).chain_update(data).finalize();
    Hash(digest.into())
}

/// Hashes a node: SHA-256(0x01 || left || right), RFC 6962 §2.1.
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    let mut node = [1; 65];
    let (first, second) = node[1..].split_at_mut(32);
    first.copy_from_slice(&left.0);
    second.copy_from_slice(&right.0);
    Hash(Sha256::digest(node).into())
}

/// Hashes many leaves, as [`leaf_hash`] does one.
pub fn leaf_hashes(leaves: &[[u8; 32]]) -> Vec<Hash> {
    let mut messages = Messages::with_capacity(leaves.len(), leaves.len() * 33);
    for leaf in leaves {
        messages.add(|out| {
            out.push(0);
            out.extend_from_slice(leaf);
        });
    }
    let digests = lanes::digests(&Begun::NOTHING, &messages);
    digests.into_iter().map(Hash).collect()
}

/// The nodes above these, two by two, as [`node_hash`] makes one; the last of an odd number has none.
fn node_hashes(below: &[Hash]) -> Vec<Hash> {
    let mut messages = Messages::with_capacity(below.len() / 2, below.len() / 2 * 65);
    for [left, right] in below.as_chunks().0 {
        messages.add(|out| {
            out.push(1);
            out.extend_from_slice(&left.0);
            out.extend_from_slice(&right.0);
        });
    }
    let digests = lanes::digests(&Begun::NOTHING, &messages);
    digests.into_iter().map(Hash).collect()
}

/// A tree of which only the right edge is kept: at most 64 hashes, whatever the number of leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// The roots of the full subtrees, largest first: one for each bit set in `size`.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Begins a tree without leaves.
    pub const fn new() -> Self {
        Self {
            size: 0,
            peaks: Vec::new(),
        }
    }

    /// Appends a leaf by its [`leaf_hash`].
    pub fn push(&mut self, leaf: Hash) {
        let mut top = leaf;
        // As many full subtrees end here as `size` has trailing ones; each merges with the new one to its right.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                top = node_hash(left, top);
            }
        }
        self.peaks.push(top);
        self.size += 1;
    }

    /// Appends many leaves, as [`Frontier::push`] does one, level by level.
    pub fn append(&mut self, leaves: Vec<Hash>) {
        let mut before = self.size;
        self.size += leaves.len() as u64;
        let mut old = std::mem::take(&mut self.peaks);
        let mut level = leaves;
        while before > 0 || !level.is_empty() {
            if before % 2 == 1
                && let Some(peak) = old.pop()
            {
                level.insert(0, peak);
            }
            let above = node_hashes(&level);
            if level.len() % 2 == 1 {
                self.peaks.extend(level.pop());
            }
            level = above;
            before /= 2;
        }
        self.peaks.reverse();
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the leaves so far.
    pub fn root(&self) -> Hash {
        self.peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or_else(Hash::of_nothing)
    }
}

impl Extend<Hash> for Frontier {
    fn extend<T: IntoIterator<Item = Hash>>(&mut self, leaves: T) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

/// A tree of which the roots of all full subtrees are kept, two hashes a leaf, so that a proof takes a walk of its depth
/// and not a pass over its leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// By level, from the leaves up: the roots of the full subtrees of 2^level leaves, from left to right.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree over these leaves, by their [`leaf_hash`]es.
    pub fn over(leaves: Vec<Hash>) -> Self {
        let mut levels = Vec::new();
        let mut level = leaves;
        while !level.is_empty() {
            let above = node_hashes(&level);
            levels.push(level);
            level = above;
        }
        Self { levels }
    }

    /// Appends a leaf by its [`leaf_hash`].
    pub fn push(&mut self, leaf: Hash) {
        let mut top = leaf;
        let mut level = 0;
        loop {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(roots) = self.levels.get_mut(level) else {
                return;
            };
            let left = roots.last().copied();
            roots.push(top);
            match left {
                Some(left) if roots.len().is_multiple_of(2) => top = node_hash(left, top),
                _ => return,
            }
            level += 1;
        }
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// The root over the first `size` leaves; nothing where there are fewer.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        if size == 0 {
            return Some(Hash::of_nothing());
        }
        self.root(&(0..size))
    }

    /// Proves that the first `old` leaves are the beginning of the first `new`.
    pub fn prove_consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, TlogError> {
        super::consistency_ranges(old, new)?
            .iter()
            .map(|range| {
                let sizes = TlogError::Sizes {
                    old: new,
                    new: self.size(),
                };
                self.root(range).ok_or(sizes)
            })
            .collect()
    }

    /// The root over a range that a proof asks for: it begins at a multiple of every full subtree that it starts with.
    pub(super) fn root(&self, range: &Range<u64>) -> Option<Hash> {
        if range.end > self.size() {
            return None;
        }
        // From the left, the largest full subtree that fits, then what is to its right: the peaks of a frontier.
        let mut peaks = Vec::new();
        let mut start = range.start;
        while start < range.end {
            let level = (range.end - start).ilog2();
            let roots = self.levels.get(usize::try_from(level).ok()?)?;
            peaks.push(*roots.get(usize::try_from(start >> level).ok()?)?);
            start += 1 << level;
        }
        peaks
            .into_iter()
            .rev()
            .reduce(|right, left| node_hash(left, right))
    }
}

/// The root of these leaf hashes.
pub fn root(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut tree = Frontier::new();
    tree.extend(leaves);
    tree.root()
}
