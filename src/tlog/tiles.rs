//! Tiles (C2SP tlog-tiles): a log as files that anybody can copy, host and recompute.
//!
//! The tree is cut into tiles of 256 hashes: level 0 holds leaf hashes, each level above the roots of the full tiles
//! below it. Beside level 0 lie the leaves themselves, each behind its length. Every file follows from the leaves, so
//! it is made anew and compared, never believed. The module names files and fills them; it writes none.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::ops::Range;

use super::Frontier;
use super::Hash;
use super::TlogError;
use super::Tree;
use super::merkle::leaf_hash;
use super::merkle::node_hash;
use super::proof::inclusion_ranges;

/// Where the latest checkpoint lies, beside `tile/`.
pub const CHECKPOINT_PATH: &str = "checkpoint";

/// The length of a leaf of this log in bytes: always a digest.
pub const LEAF_BYTES: usize = 32;

/// The hashes or leaves in a full tile.
pub const TILE_WIDTH: u64 = 256;

/// The highest level that a tree of 2^64 leaves can have.
const MAX_LEVEL: u8 = 7;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The leaves themselves.
    Entries,
    /// The hashes of one level, 0 (of single leaves) to 7.
    Hashes(u8),
}

/// One file of the log; shown as its path, `tile/0/x001/234` or `tile/entries/000.p/17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    part: Part,
    index: u64,
    /// 1 to 256.
    width: u64,
}

impl Part {
    /// The leaves under one hash, as a shift: 256 to the power of the level.
    const fn shift(self) -> u32 {
        match self {
            Self::Entries => 0,
            Self::Hashes(level) => level as u32 * 8,
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Entries).chain((0..=MAX_LEVEL).map(Self::Hashes))
    }
}

impl Tile {
    /// What the tile holds.
    pub const fn part(&self) -> Part {
        self.part
    }

    /// How many hashes or leaves it holds, 1 to 256.
    pub const fn width(&self) -> u64 {
        self.width
    }

    /// Whether it holds fewer than 256.
    pub const fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }

    /// Every tile that a log of `size` leaves consists of: the full ones, and at the right edge of each level the one
    /// that is not full. Level by level, the entries first.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        Self::changed(0, size)
    }

    /// The tiles to write when the log grows from `old` to `new` leaves.
    pub fn changed(old: u64, new: u64) -> impl Iterator<Item = Self> {
        Part::all().flat_map(move |part| {
            let (before, now) = (old >> part.shift(), new >> part.shift());
            let grown = before < now;
            let full = before / TILE_WIDTH..now / TILE_WIDTH;
            let rest = Self {
                part,
                index: now / TILE_WIDTH,
                width: now % TILE_WIDTH,
            };
            full.map(move |index| Self {
                part,
                index,
                width: TILE_WIDTH,
            })
            .chain((rest.width > 0).then_some(rest))
            .filter(move |_| grown)
        })
    }

    /// Whether a log of `size` leaves reaches to the end of this tile, so that its bytes are determined.
    pub const fn is_within(&self, size: u64) -> bool {
        match self.index.checked_mul(TILE_WIDTH) {
            Some(before) => size >> self.part.shift() >= before.saturating_add(self.width),
            None => false,
        }
    }

    /// The leaves that the tile's bytes follow from. Empty for one that no log reaches.
    pub fn leaves(&self) -> Range<u64> {
        let end = (self.index.checked_mul(TILE_WIDTH))
            .and_then(|before| before.checked_add(self.width))
            .filter(|end| end.leading_zeros() >= self.part.shift());
        match end {
            Some(end) => (end - self.width) << self.part.shift()..end << self.part.shift(),
            None => 0..0,
        }
    }

    /// Makes the tile's bytes. `read` gives the data of a range of leaves and is asked for at most 256 at a time.
    /// A tile read from a path is first held against [`Tile::is_within`], or `read` is asked for leaves that are not there.
    pub fn bytes<E>(
        &self,
        mut read: impl FnMut(Range<u64>) -> Result<Vec<[u8; LEAF_BYTES]>, E>,
    ) -> Result<Vec<u8>, E> {
        let leaves = self.leaves();
        let mut bytes = Vec::new();
        match self.part {
            Part::Entries => read(leaves)?
                .iter()
                .for_each(|leaf| push_entry(&mut bytes, leaf)),
            Part::Hashes(0) => read(leaves)?
                .iter()
                .for_each(|leaf| bytes.extend(leaf_hash(leaf).0)),
            Part::Hashes(_) => {
                let span = 1_u64 << self.part.shift();
                let mut start = leaves.start;
                while start < leaves.end {
                    let mut tree = Frontier::new();
                    for _ in 0..span / TILE_WIDTH {
                        let data = read(start..start + TILE_WIDTH)?;
                        tree.extend(data.iter().map(|leaf| leaf_hash(leaf)));
                        start += TILE_WIDTH;
                    }
                    bytes.extend(tree.root().0);
                }
            }
        }
        Ok(bytes)
    }

    /// Reads a path relative to the log's folder; only the one spelling that [`Tile`] shows.
    pub fn parse(path: &str) -> Option<Self> {
        let (part, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let part = match part {
            "entries" => Part::Entries,
            level => Part::Hashes(level.parse().ok().filter(|level| *level <= MAX_LEVEL)?),
        };
        let (numbers, width) = match rest.split_once(".p/") {
            Some((numbers, width)) => (numbers, width.parse().ok()?),
            None => (rest, TILE_WIDTH),
        };
        let index = numbers.split('/').try_fold(0_u64, |index, number| {
            let number: u64 = number.trim_start_matches('x').parse().ok()?;
            index.checked_mul(1000)?.checked_add(number)
        })?;
        let tile = Self { part, index, width };
        ((1..=TILE_WIDTH).contains(&width) && tile.to_string() == path).then_some(tile)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Part::Entries => f.write_str("tile/entries/")?,
            Part::Hashes(level) => write!(f, "tile/{level}/")?,
        }
        // 20 digits at most: seven groups of three, all but the last marked with an x.
        for power in (1..=6).rev().map(|group| 1000_u64.pow(group)) {
            if self.index >= power {
                write!(f, "x{:03}/", self.index / power % 1000)?;
            }
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.is_partial() {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

/// Makes proofs out of tiles, one after the other. Tiles above level 0 serve many proofs, so what was hashed of them is
/// kept: the first proof of a log of ten million leaves hashes five tiles, most of those after it one.
#[derive(Debug, Default)]
pub struct TileProver {
    held: BTreeMap<Tile, Tree>,
}

impl TileProver {
    /// The most tiles that are kept from one proof to the next, 16 KiB each.
    const MOST: usize = 1024;

    /// Proves that leaf `index` is in the tree of `size` leaves. `read` gives the bytes of a tile and is asked for at
    /// most two of each level, and for none twice: a tree of 2^24 leaves takes six. What it gives is not checked; the
    /// proof is.
    pub fn prove<E: From<TlogError>>(
        &mut self,
        index: u64,
        size: u64,
        mut read: impl FnMut(Tile) -> Result<Vec<u8>, E>,
    ) -> Result<Vec<Hash>, E> {
        let proof = inclusion_ranges(index, size)?
            .into_iter()
            .map(|range| {
                // From the left, the largest full subtree that fits, then what is to its right: the peaks of a frontier.
                let mut peaks = Vec::new();
                let mut start = range.start;
                while start < range.end {
                    let height = (range.end - start).ilog2();
                    peaks.push(self.subtree(start, height, size, &mut read)?);
                    start += 1 << height;
                }
                let joined = peaks.into_iter().rev();
                let root = joined.reduce(|right, left| node_hash(left, right));
                Ok(root.unwrap_or_else(Hash::of_nothing))
            })
            .collect();
        self.held.retain(|tile, _| tile.part != Part::Hashes(0));
        if self.held.len() > Self::MOST {
            self.held.clear();
        }
        proof
    }

    /// The root of the full subtree of 2^height leaves that begins at `start`, from its tile.
    fn subtree<E: From<TlogError>>(
        &mut self,
        start: u64,
        height: u32,
        size: u64,
        read: &mut impl FnMut(Tile) -> Result<Vec<u8>, E>,
    ) -> Result<Hash, E> {
        let level = u8::try_from(height / 8).unwrap_or(MAX_LEVEL);
        let part = Part::Hashes(level);
        let first = start >> part.shift();
        let index = first / TILE_WIDTH;
        let width = TILE_WIDTH.min((size >> part.shift()) - index * TILE_WIDTH);
        let tile = Tile { part, index, width };
        let tree = match self.held.entry(tile) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(place) => {
                let bytes = read(tile)?;
                let hashes = bytes.as_chunks().0.iter().copied().map(Hash);
                place.insert(Tree::over(hashes.collect()))
            }
        };
        let within = first % TILE_WIDTH;
        let root = tree.root(&(within..within + (1 << (height % 8))));
        // A tile that is too short gives a proof that does not hold.
        Ok(root.unwrap_or_else(Hash::of_nothing))
    }
}

/// Appends a leaf to a bundle: its length in two bytes, big-endian, and its data.
fn push_entry(bundle: &mut Vec<u8>, leaf: &[u8; LEAF_BYTES]) {
    bundle.extend([0, 32]);
    bundle.extend(leaf);
}
