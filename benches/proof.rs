//! What a proof costs in a log of ten million entries: made from tiles on the disk, and checked with the signature over
//! its checkpoint; the same by `tlog_tiles` beside it, in turn. See README.md. The tree is synthetic: leaf n is a digest
//! of n. `cargo bench --bench proof -- [ENTRIES]`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures, and needs no durable files"
)]

use std::cell::Cell;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use ed25519_dalek::SigningKey;
use fonds::tlog;
use fonds::tlog::Checkpoint;
use fonds::tlog::Hash;
use fonds::tlog::Note;
use fonds::tlog::Tile;
use fonds::tlog::TileProver;
use fonds::tlog::TlogError;
use fonds::tlog::Verifier;
use tlog_tiles::TileHashReader;
use tlog_tiles::TileReader;

type BenchResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

const ENTRIES: u64 = 10_000_000;
const ROUNDS: usize = 2_000;
/// Rounds before those, of which nothing is counted: they bring the tiles into the page cache.
const WARMING: usize = 200;
const ORIGIN: &str = "fonds/0123456789abcdef0123456789abcdef01234567";
/// The goals: to make a proof (the 99th of 100, warm) and to check it (the median), and the tiles that it takes.
const GOALS: (Duration, Duration, u64) = (Duration::from_micros(200), Duration::from_micros(60), 5);

/// Leaf data `n`.
fn leaf(n: u64) -> [u8; 32] {
    *tlog::leaf_hash(&n.to_be_bytes()).as_bytes()
}

/// Lays the tiles of hashes of a log in a folder, level by level, each level made of the one below it.
fn lay(folder: &Path, size: u64) -> BenchResult<Hash> {
    let mut tree = tlog::Frontier::new();
    let mut level: Vec<Hash> = Vec::new();
    for n in 0..size {
        let hash = tlog::leaf_hash(&leaf(n));
        tree.push(hash);
        level.push(hash);
    }
    let mut number = 0;
    while !level.is_empty() {
        for (index, hashes) in level.chunks(256).enumerate() {
            let mut path = format!("tile/{number}/");
            if index >= 1000 {
                write!(path, "x{:03}/", index / 1000)?;
            }
            write!(path, "{:03}", index % 1000)?;
            if hashes.len() < 256 {
                write!(path, ".p/{}", hashes.len())?;
            }
            let path = folder.join(path);
            fs::create_dir_all(path.parent().ok_or("a path without a folder")?)?;
            fs::write(
                path,
                hashes.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>(),
            )?;
        }
        let full = level.chunks_exact(256);
        level = full
            .map(|hashes| tlog::root(hashes.iter().copied()))
            .collect();
        number += 1;
    }
    Ok(tree.root())
}

/// The tiles as the other implementation asks for them. It spells the height of tiles in the path.
struct Theirs<'a>(&'a Path);

impl TileReader for Theirs<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &tlog_tiles::Tile| {
            let path = tile.path().replacen("tile/8/", "tile/", 1);
            fs::read(self.0.join(path)).unwrap_or_default()
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

/// The median and the 99th of 100.
fn middle_and_worst(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    let at = |part: usize| {
        times
            .get(times.len() * part / 100)
            .copied()
            .unwrap_or_default()
    };
    (at(50), at(99))
}

fn timed<T>(times: &mut Vec<Duration>, what: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let made = black_box(what());
    times.push(begun.elapsed());
    made
}

fn main() -> BenchResult {
    let size = (std::env::args().skip(1))
        .find_map(|it| it.parse().ok())
        .unwrap_or(ENTRIES);
    let folder = tempfile::tempdir()?;
    let root = lay(folder.path(), size)?;
    let key = SigningKey::from_bytes(&[1; 32]);
    let mut note = Note::new(
        &Checkpoint {
            origin: ORIGIN.to_owned(),
            size,
            root,
        }
        .text(),
    )?;
    note.sign(ORIGIN, &key)?;
    let written = note.to_string();
    let signature = note.signatures().first().ok_or("no signature")?;
    let signature = ed25519_dalek::Signature::from_slice(signature.bytes())?;
    let verifier = Verifier::new(ORIGIN, key.verifying_key().as_bytes())?;

    let mut costs = Times::default();
    let mut prover = TileProver::default();
    let tiles = Cell::new(0);
    let mut most = 0;
    let mut index = 1;
    let mut proofs = Vec::new();
    for round in 0..WARMING + ROUNDS {
        if round == WARMING {
            costs = Times::default();
            most = 0;
        }
        // A generator of places that repeats itself from run to run (Knuth's).
        index = index_after(index);
        let n = index % size;
        tiles.set(0);
        let read = |tile: Tile| {
            tiles.set(tiles.get() + 1);
            fs::read(folder.path().join(tile.to_string()))
                .map_err(|_| TlogError::NoSuchLeaf { index: n, size })
        };
        let alone = timed(&mut costs.first, || {
            TileProver::default().prove(n, size, read)
        })?;
        most = most.max(tiles.get());
        let proof = timed(&mut costs.made, || prover.prove(n, size, read))?;
        if alone != proof {
            return Err("the first proof and a later one of the same entry differ".into());
        }
        let theirs = timed(&mut costs.theirs_made, || {
            let (tree, tiles) = (tlog_tiles::Hash(root.0), Theirs(folder.path()));
            tlog_tiles::prove_record(size, n, &TileHashReader::new(size, tree, &tiles))
        });
        let theirs = theirs.map_err(|error| format!("tlog_tiles: {error:?}"))?;
        proofs.push((n, proof, theirs));
    }
    // Apart from the making, which would have put what the check needs out of the processor's caches.
    for (round, (n, proof, theirs)) in proofs.iter().enumerate() {
        if round == WARMING {
            (costs.checked, costs.signature, costs.theirs_checked) = Default::default();
        }
        timed(&mut costs.checked, || -> Result<(), TlogError> {
            let head = Checkpoint::open(&Note::parse(written.as_bytes())?, &verifier)?;
            tlog::verify_inclusion(*n, head.size, tlog::leaf_hash(&leaf(*n)), proof, head.root)
        })?;
        let signed = timed(&mut costs.signature, || {
            (key.verifying_key()).verify_strict(note.text().as_bytes(), &signature)
        });
        signed?;
        let held = timed(&mut costs.theirs_checked, || {
            let hash = tlog_tiles::record_hash(&leaf(*n));
            tlog_tiles::check_record(theirs, size, tlog_tiles::Hash(root.0), *n, hash)
        });
        held.map_err(|error| format!("tlog_tiles: {error:?}"))?;
    }
    report(size, most, costs);
    Ok(())
}

/// How long each part took, round by round.
#[derive(Default)]
struct Times {
    first: Vec<Duration>,
    made: Vec<Duration>,
    checked: Vec<Duration>,
    signature: Vec<Duration>,
    theirs_made: Vec<Duration>,
    theirs_checked: Vec<Duration>,
}

fn report(size: u64, most: u64, times: Times) {
    println!("{size} entries, {ROUNDS} proofs, tiles warm; at most {most} tiles a proof\n");
    println!("| | median | p99 |\n|---|---|---|");
    let row = |what: &str, times: Vec<Duration>| {
        let (middle, worst) = middle_and_worst(times);
        println!(
            "| {what} | {:.1} us | {:.1} us |",
            micros(middle),
            micros(worst)
        );
        (middle, worst)
    };
    row("fonds makes a proof, the first of a log", times.first);
    let made = row(
        "fonds makes a proof, after others of the same log",
        times.made,
    );
    row(
        "tlog_tiles makes it (and checks its tiles)",
        times.theirs_made,
    );
    let checked = row(
        "fonds checks it, with the signature over the checkpoint",
        times.checked,
    );
    row(
        "of that the signature alone (ed25519-dalek)",
        times.signature,
    );
    row(
        "tlog_tiles checks it, without a signature",
        times.theirs_checked,
    );
    let goal = |met: bool| if met { "passed" } else { "missed" };
    println!(
        "\nmade in 200 us (p99, after others): {}",
        goal(made.1 <= GOALS.0)
    );
    println!("from 5 tiles: {}", goal(most <= GOALS.2));
    println!("checked in 60 us (median): {}", goal(checked.0 <= GOALS.1));
}

fn index_after(index: u64) -> u64 {
    index
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407)
        .rotate_left(17)
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
