//! The log held against what others wrote: vectors of the standards' test suites, and three other implementations.

#[path = "support/skipped.rs"]
mod skipped;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ct_merkle::digest;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ed25519_dalek::SigningKey;
use fonds::tlog;
use fonds::tlog::Checkpoint;
use fonds::tlog::Hash;
use fonds::tlog::Note;
use fonds::tlog::Tile;
use fonds::tlog::Verifier;
use proptest::prelude::*;
use serde::Deserialize;
use sha2::Digest as _;
use sha2::Sha256;
use signed_note::StandardVerifier;
use signed_note::VerifierList;
use skipped::skipped;

type TestResult = Result<(), Box<dyn std::error::Error>>;

/// The folder of vectors, or nothing, said plainly.
fn vectors(inside: &str) -> Option<PathBuf> {
    let beside = || concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpora").into();
    let dir = PathBuf::from(std::env::var_os("FONDS_CORPORA").unwrap_or_else(beside)).join(inside);
    if dir.exists() {
        return Some(dir);
    }
    skipped(&format!("corpora/{inside} not present"));
    None
}

fn json_files(dir: &Path, found: &mut Vec<PathBuf>) -> TestResult {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            json_files(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

/// A vector of transparency-dev/merkle, for either kind of proof.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    leaf_idx: Option<u64>,
    tree_size: Option<u64>,
    leaf_hash: Option<String>,
    root: Option<String>,
    size1: Option<u64>,
    size2: Option<u64>,
    root1: Option<String>,
    root2: Option<String>,
    proof: Option<Vec<String>>,
    want_err: bool,
}

/// A hash of the right length; anything else can't even be asked.
fn hash(text: &str) -> Option<Hash> {
    Some(Hash(BASE64.decode(text).ok()?.try_into().ok()?))
}

impl Vector {
    fn accepted(&self) -> Option<bool> {
        let hashed = |text: &Option<String>| text.as_deref().and_then(hash);
        let proof: Option<Vec<Hash>> = self.proof.iter().flatten().map(|text| hash(text)).collect();
        let verdict = if self.size2.is_some() {
            tlog::verify_consistency(
                self.size1?,
                hashed(&self.root1)?,
                self.size2?,
                hashed(&self.root2)?,
                &proof?,
            )
        } else {
            let (leaf, root) = (hashed(&self.leaf_hash)?, hashed(&self.root)?);
            tlog::verify_inclusion(self.leaf_idx?, self.tree_size?, leaf, &proof?, root)
        };
        Some(verdict.is_ok())
    }
}

#[test]
fn every_vector_of_the_merkle_suite_gets_its_verdict() -> TestResult {
    let Some(dir) = vectors("proof/transparency-dev__merkle") else {
        return Ok(());
    };
    let mut files = Vec::new();
    json_files(&dir.join("inclusion"), &mut files)?;
    json_files(&dir.join("consistency"), &mut files)?;
    let mut accepted = 0;
    for file in &files {
        let vector: Vector = serde_json::from_slice(&fs::read(file)?)?;
        let verdict = vector.accepted().unwrap_or(false);
        assert_eq!(verdict, !vector.want_err, "{}", file.display());
        accepted += usize::from(verdict);
    }
    assert!(
        accepted >= 8 && files.len() > 90,
        "{accepted} of {}",
        files.len()
    );
    Ok(())
}

#[derive(Deserialize)]
struct Crafted {
    number: u32,
    key: String,
    sig: String,
    msg: String,
    flags: Option<Vec<String>>,
}

#[test]
fn no_crafted_signature_on_which_verifiers_disagree_is_accepted() -> TestResult {
    let Some(dir) = vectors("proof/C2SP__CCTV") else {
        return Ok(());
    };
    let all: Vec<Crafted> =
        serde_json::from_slice(&fs::read(dir.join("ed25519/ed25519vectors.json"))?)?;
    let mut accepted = 0;
    for one in &all {
        let key: [u8; 32] = hex::decode(&one.key)?
            .try_into()
            .map_err(|_| "key length")?;
        let flags = one.flags.clone().unwrap_or_default();
        // What remains is points with a component of low order whose sum has none: RFC 8032 has them verify.
        let agreed = flags
            .iter()
            .all(|flag| flag.starts_with("low_order_component"));
        let verdict = Verifier::new("example.org/log", &key).is_ok_and(|key| {
            key.verify(
                one.msg.as_bytes(),
                &hex::decode(&one.sig).unwrap_or_default(),
            )
        });
        assert_eq!(verdict, agreed, "vector {}: {flags:?}", one.number);
        accepted += usize::from(verdict);
    }
    assert!(
        accepted > 0 && all.len() > 100,
        "{accepted} of {}",
        all.len()
    );
    Ok(())
}

/// Leaf `n` of every tree here.
fn leaf(n: u64) -> [u8; 32] {
    *tlog::leaf_hash(&n.to_be_bytes()).as_bytes()
}

fn leaf_hashes(size: u64) -> Vec<Hash> {
    (0..size).map(|n| tlog::leaf_hash(&leaf(n))).collect()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "tiles are made from a store that may fail"
)]
fn read(range: Range<u64>) -> Result<Vec<[u8; 32]>, Infallible> {
    assert!(range.end - range.start <= 256);
    Ok(range.map(leaf).collect())
}

/// SHA-256 under the newer traits that `ct-merkle` asks for.
#[derive(Clone, Default)]
struct Newer(Sha256);

impl digest::OutputSizeUser for Newer {
    type OutputSize = digest::consts::U32;
}

impl digest::HashMarker for Newer {}

impl digest::Update for Newer {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }
}

impl digest::FixedOutput for Newer {
    fn finalize_into(self, out: &mut digest::Output<Self>) {
        out.copy_from_slice(&self.0.finalize());
    }
}

fn ct_tree(size: u64) -> MemoryBackedTree<Newer, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    (0..size).for_each(|n| tree.push(leaf(n).to_vec()));
    tree
}

fn concatenated(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// The hashes that `tlog_tiles` stores for a tree, in its own order.
struct Stored(Vec<tlog_tiles::Hash>);

impl tlog_tiles::HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let at = |index: &u64| self.0.get(usize::try_from(*index).ok()?).copied();
        let read: Option<_> = indexes.iter().map(at).collect();
        read.ok_or(tlog_tiles::Error::IndexesNotInTree)
    }
}

fn stored(size: u64) -> Result<Stored, tlog_tiles::Error> {
    let mut stored = Stored(Vec::new());
    for n in 0..size {
        let new = tlog_tiles::stored_hashes(n, &leaf(n), &stored)?;
        stored.0.extend(new);
    }
    Ok(stored)
}

#[test]
fn the_empty_tree_has_the_digest_of_nothing_as_its_root() {
    assert_eq!(
        tlog::root([]).to_string(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn every_proof_of_every_small_tree_is_the_one_that_others_make() -> TestResult {
    for size in 1..=40 {
        let (leaves, theirs) = (leaf_hashes(size), ct_tree(size));
        let root = tlog::root(leaves.iter().copied());
        assert_eq!(root.0.as_slice(), theirs.root().as_bytes().as_slice());
        for index in 0..size {
            let proof = tlog::prove_inclusion(&leaves, index)?;
            let their_proof = theirs.prove_inclusion(usize::try_from(index)?);
            assert_eq!(concatenated(&proof), their_proof.as_bytes());
            let hash = tlog::leaf_hash(&leaf(index));
            tlog::verify_inclusion(index, size, hash, &proof, root)?;
        }
        for old in 1..=size {
            let proof = tlog::prove_consistency(&leaves, old)?;
            let old_root = tlog::root(leaf_hashes(old));
            let their_proof = theirs.prove_consistency(usize::try_from(size - old)?);
            if old < size {
                assert_eq!(concatenated(&proof), their_proof.as_bytes());
            }
            tlog::verify_consistency(old, old_root, size, root, &proof)?;
        }
        assert!(tlog::prove_inclusion(&leaves, size).is_err());
        assert!(tlog::prove_consistency(&leaves, size + 1).is_err());
        assert!(tlog::prove_consistency(&leaves, 0).is_err());
    }
    Ok(())
}

#[test]
fn proofs_about_absurd_sizes_are_refused_without_a_panic() {
    let (hash, long) = (Hash([7; 32]), vec![Hash([1; 32]); 64]);
    for size in [
        0,
        1,
        2,
        u64::MAX / 2,
        u64::MAX / 2 + 1,
        u64::MAX - 1,
        u64::MAX,
    ] {
        for other in [0, 1, 2, u64::MAX / 2 + 1, u64::MAX - 1, u64::MAX] {
            for length in [0, 1, 63, 64] {
                let proof = &long[..length];
                assert!(tlog::verify_inclusion(other, size, hash, proof, Hash([9; 32])).is_err());
                assert!(tlog::verify_consistency(other, hash, size, Hash([9; 32]), proof).is_err());
            }
        }
    }
}

#[test]
fn tile_paths_are_spelled_as_the_standard_spells_them() {
    let paths = |size| {
        Tile::all(size)
            .map(|tile| tile.to_string())
            .collect::<Vec<_>>()
    };
    let big = paths(70_000);
    let level = |level: &str| big.iter().filter(|path| path.starts_with(level)).count();
    assert_eq!(
        (
            level("tile/entries/"),
            level("tile/0/"),
            level("tile/1/"),
            level("tile/2/")
        ),
        (274, 274, 2, 1)
    );
    for path in [
        "tile/0/273.p/112",
        "tile/entries/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ] {
        assert!(big.iter().any(|found| found == path), "{path}");
    }
    assert_eq!(
        paths(256),
        ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    );
    assert!(paths(0).is_empty());
    for path in [
        "tile/0/x001/x234/067",
        "tile/7/000.p/1",
        "tile/entries/x018/x446/x744/x073/x709/x551/615",
    ] {
        assert_eq!(
            Tile::parse(path).map(|tile| tile.to_string()).as_deref(),
            Some(path)
        );
    }
    for path in [
        "",
        "tile/0/",
        "tile/0/1",
        "tile/0/0001",
        "tile/00/001",
        "tile/+1/001",
        "tile/8/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/+1",
        "tile/0/001.p/01",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/entries/../../x",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "/tile/0/001",
        "tile/0/001.p/1/",
        "tile/0/xx01/234",
    ] {
        assert_eq!(Tile::parse(path), None, "{path}");
    }
}

#[test]
fn tiles_of_no_log_are_known_without_a_panic() {
    for path in [
        "tile/7/x018/x446/x744/x073/x709/x551/615",
        "tile/7/255",
        "tile/0/x072/x057/x594/x037/x927/936",
    ] {
        let tile = Tile::parse(path);
        assert!(tile.is_some_and(|tile| !tile.is_within(1 << 40) && tile.leaves().end >> 40 != 1));
    }
}

#[test]
fn every_tile_of_a_log_is_within_it_and_read_from_its_path() -> TestResult {
    for size in [
        0, 1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537,
    ] {
        for tile in Tile::all(size) {
            assert!(tile.is_within(size) && Tile::parse(&tile.to_string()) == Some(tile));
            assert!(!tile.is_within(tile.leaves().end - 1), "{tile} of {size}");
            assert!(!tile.bytes(read)?.is_empty(), "{tile} of {size}");
        }
    }
    Ok(())
}

#[test]
fn a_log_that_grows_by_what_changed_ends_with_every_tile() -> TestResult {
    let mut kept = BTreeMap::new();
    let mut old = 0;
    for new in [1, 1, 3, 255, 256, 300, 511, 513, 65_000, 66_000] {
        for tile in Tile::changed(old, new) {
            kept.insert(tile, tile.bytes(read)?);
        }
        for tile in Tile::all(new) {
            assert_eq!(kept.get(&tile), Some(&tile.bytes(read)?), "{tile} of {new}");
        }
        assert!(kept.keys().all(|tile| tile.is_within(new)));
        old = new;
    }
    Ok(())
}

#[test]
fn tiles_hold_what_tlog_tiles_puts_in_them() -> TestResult {
    for (old, new) in [(0, 1), (0, 700), (255, 256), (300, 1030)] {
        let stored = stored(new)?;
        let mut ours = Tile::changed(old, new).filter(|tile| tile.part() != tlog::Part::Entries);
        for theirs in tlog_tiles::Tile::new_tiles(8, old, new) {
            let tile = ours.next().ok_or("a tile is missing")?;
            // That crate spells the height of tiles in the path, as Go's checksum database does.
            assert_eq!(
                theirs.path(),
                tile.to_string().replacen("tile/", "tile/8/", 1)
            );
            assert_eq!(theirs.read_data(&stored)?, tile.bytes(read)?);
        }
        assert_eq!(ours.next(), None);
    }
    Ok(())
}

#[test]
fn a_proof_from_tiles_is_the_one_from_all_leaves_and_reads_each_tile_once() -> TestResult {
    for size in [1_u64, 2, 255, 256, 257, 700, 65_536, 65_537, 66_000] {
        let leaves = leaf_hashes(size);
        let root = tlog::root(leaves.iter().copied());
        let mut tiles = BTreeMap::new();
        let mut prover = tlog::TileProver::default();
        let mut above = BTreeSet::new();
        for index in [0, 1, 255, 256, size / 2, size - 2.min(size), size - 1] {
            if index >= size {
                continue;
            }
            let mut asked = Vec::new();
            let proof = prover.prove(index, size, |tile| {
                assert!(tile.is_within(size), "{tile} of {size}");
                asked.push(tile);
                let made = || tile.bytes(read).unwrap_or_else(|never| match never {});
                Ok::<_, tlog::TlogError>(tiles.entry(tile).or_insert_with(made).clone())
            })?;
            let leaf = tlog::leaf_hash(&leaf(index));
            tlog::verify_inclusion(index, size, leaf, &proof, root)?;
            assert_eq!(proof.len(), tlog::inclusion_ranges(index, size)?.len());
            let levels = asked.iter().map(Tile::part);
            for level in levels.clone() {
                assert!(levels.clone().filter(|it| *it == level).count() <= 2);
            }
            let all = asked.len();
            asked.sort_unstable();
            asked.dedup();
            assert_eq!(asked.len(), all, "{index} of {size}");
            // What was hashed of the levels above serves all proofs.
            for tile in asked
                .into_iter()
                .filter(|it| it.part() != tlog::Part::Hashes(0))
            {
                assert!(above.insert(tile), "{tile} for {index} of {size}");
            }
        }
    }
    let mut prover = tlog::TileProver::default();
    let none = prover.prove(5, 5, |_| Ok(Vec::new()));
    assert!(none.is_err_and(|error: tlog::TlogError| !error.to_string().is_empty()));
    // Tiles that are too short give a proof that does not hold.
    let short = prover.prove(3, 700, |_| Ok::<_, tlog::TlogError>(vec![7; 5]))?;
    let root = tlog::root(leaf_hashes(700));
    let leaf = tlog::leaf_hash(&leaf(3));
    assert!(tlog::verify_inclusion(3, 700, leaf, &short, root).is_err());
    Ok(())
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint {
        origin: "fonds/0123456789abcdef0123456789abcdef01234567".to_owned(),
        size,
        root: tlog::root(leaf_hashes(size)),
    }
}

fn signed(seeds: &[u8]) -> Result<Note, tlog::TlogError> {
    let checkpoint = checkpoint(5);
    let mut note = Note::new(&checkpoint.text())?;
    for seed in seeds {
        note.sign(&checkpoint.origin, &key(*seed))?;
    }
    Ok(note)
}

fn verifier(seed: u8) -> Result<Verifier, tlog::TlogError> {
    Verifier::new(&checkpoint(5).origin, key(seed).verifying_key().as_bytes())
}

#[test]
fn a_checkpoint_signed_by_two_keys_is_read_by_the_other_implementations() -> TestResult {
    let note = signed(&[1, 2])?;
    let theirs = signed_note::Note::from_bytes(note.to_string().as_bytes())?;
    let vkey = |seed| {
        signed_note::new_ed25519_verifier_key(&checkpoint(5).origin, &key(seed).verifying_key())
    };
    let known =
        |seed| StandardVerifier::new(&vkey(seed)).map(|key| VerifierList::new(vec![Box::new(key)]));
    for seed in [1, 2] {
        let (verified, others) = theirs.verify(&known(seed)?)?;
        assert_eq!((verified.len(), others.len()), (1, 1));
        assert_eq!(Checkpoint::open(&note, &verifier(seed)?)?, checkpoint(5));
    }
    assert!(theirs.verify(&known(3)?).is_err());
    assert!(note.verify(&verifier(3)?).is_err());
    let read = tlog_tiles::Checkpoint::from_bytes(theirs.text()).map_err(|_| "refused")?;
    assert_eq!(
        (read.size(), read.origin()),
        (5, checkpoint(5).origin.as_str())
    );
    assert_eq!(read.hash().0, checkpoint(5).root.0);
    assert_eq!(Note::parse(&theirs.to_bytes())?, note);
    Ok(())
}

#[test]
fn one_flipped_bit_anywhere_in_a_checkpoint_is_noticed() -> TestResult {
    let bytes = signed(&[1])?.to_string().into_bytes();
    for (at, bit) in (0..bytes.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut forged = bytes.clone();
        forged[at] ^= 1 << bit;
        let opened = Note::parse(&forged).and_then(|note| Checkpoint::open(&note, &verifier(1)?));
        assert!(opened.is_err(), "byte {at}, bit {bit}");
    }
    Ok(())
}

#[test]
fn a_bad_line_of_a_known_key_refuses_the_note_even_beside_a_good_one() -> TestResult {
    let good = signed(&[1])?.to_string();
    let mut other = Note::new("something else\n")?;
    other.sign(&checkpoint(5).origin, &key(1))?;
    let bad = other.to_string().replace("something else\n\n", "");
    let note = Note::parse(format!("{good}{bad}").as_bytes())?;
    assert!(matches!(
        note.verify(&verifier(1)?),
        Err(tlog::TlogError::BadSignature { .. })
    ));
    Ok(())
}

#[test]
fn a_checkpoint_of_another_log_or_with_more_lines_is_refused() -> TestResult {
    let elsewhere = Verifier::new("fonds/else", key(1).verifying_key().as_bytes())?;
    let mut note = Note::new(&checkpoint(5).text())?;
    note.sign("fonds/else", &key(1))?;
    assert!(matches!(
        Checkpoint::open(&note, &elsewhere),
        Err(tlog::TlogError::Origin { .. })
    ));
    let text = checkpoint(5).text();
    assert_eq!(Checkpoint::parse(&text)?, checkpoint(5));
    let root = BASE64.encode(checkpoint(5).root.0);
    for odd in [
        format!("{text}extension\n"),
        format!("{text}\n"),
        text.trim_end().to_owned(),
        text.replace("\n5\n", "\n05\n"),
        text.replace("\n5\n", "\n+5\n"),
        text.replace("\n5\n", "\n18446744073709551616\n"),
        text.replace("\n5\n", "\n\n"),
        format!("\n5\n{root}\n"),
        text.replace('=', ""),
        "a\n5\n".to_owned(),
        String::new(),
    ] {
        assert!(Checkpoint::parse(&odd).is_err(), "{odd:?}");
    }
    Ok(())
}

#[test]
fn notes_that_are_not_notes_are_refused() -> TestResult {
    let good = signed(&[1])?.to_string();
    let line = good.lines().last().ok_or("no line")?.to_owned();
    let many = |count: usize| format!("text\n\n{}", format!("{line}\n").repeat(count));
    assert!(Note::parse(many(tlog::MAX_SIGNATURES).as_bytes()).is_ok());
    for odd in [
        many(0),
        many(tlog::MAX_SIGNATURES + 1),
        good.replace('\u{2014}', "-"),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        good.replace("\n\n", "\n"),
        good.replace('\n', "\r\n"),
        good.replace("=\n", "\n"),
        "text\n\n\u{2014} name AAAAAA==\n".to_owned(),
        "text\n\n\u{2014} na+me AAAAAAA=\n".to_owned(),
        "text\n\n\u{2014}  AAAAAAA=\n".to_owned(),
        "text\n\n\u{2014} name AAAAAAB=\n".to_owned(),
        "te\txt\n\n\u{2014} name AAAAAAA=\n".to_owned(),
        "x".repeat(tlog::MAX_NOTE_BYTES + 1),
    ] {
        assert!(
            Note::parse(odd.as_bytes()).is_err(),
            "{}",
            &odd[..odd.len().min(200)]
        );
    }
    assert!(Note::parse(b"\xff\n\n").is_err());
    assert!(Note::parse("a\n\nb\n\n\u{2014} name AAAAAAA=\n".as_bytes())?.text() == "a\n\nb\n");
    Ok(())
}

#[test]
fn a_key_that_anybody_can_sign_for_is_refused() {
    assert!(Verifier::new("name", &[0; 32]).is_err());
    // y = 3, and the same as 2^255-19+3: not every verifier takes the second spelling.
    let mut three = [0; 32];
    three[0] = 3;
    assert!(Verifier::new("name", &three).is_ok());
    let mut again = [0xff; 32];
    (again[0], again[31]) = (0xf0, 0x7f);
    assert!(Verifier::new("name", &again).is_err());
    assert!(Verifier::new("na me", key(1).verifying_key().as_bytes()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn leaves_that_come_many_at_once_make_the_tree_of_those_that_come_one_by_one(
        lots in proptest::collection::vec(0_usize..150, 0..6),
    ) {
        let leaves = leaf_hashes(lots.iter().sum::<usize>() as u64);
        let (mut at_once, mut one_by_one) = (tlog::Frontier::new(), tlog::Frontier::new());
        let mut rest = leaves.as_slice();
        for lot in lots {
            let (these, others) = rest.split_at(lot);
            at_once.append(these.to_vec());
            one_by_one.extend(these.iter().copied());
            rest = others;
            prop_assert_eq!(&at_once, &one_by_one);
        }
        let mut tree = tlog::Tree::default();
        for leaf in &leaves {
            tree.push(*leaf);
        }
        prop_assert_eq!(tlog::Tree::over(leaves), tree);
    }

    #[test]
    fn a_tree_of_any_size_agrees_with_two_other_implementations(size in 1_u64..700, a in any::<u64>(), b in any::<u64>()) {
        let (index, old) = (a % size, b % size + 1);
        let leaves = leaf_hashes(size);
        let (root, old_root) = (tlog::root(leaves.iter().copied()), tlog::root(leaf_hashes(old)));
        let stored = stored(size).unwrap();
        prop_assert_eq!(tlog_tiles::tree_hash(size, &stored).unwrap().0, root.0);

        let proof = tlog::prove_inclusion(&leaves, index).unwrap();
        let theirs = tlog_tiles::prove_record(size, index, &stored).unwrap();
        prop_assert!(theirs.iter().map(|hash| Hash(hash.0)).eq(proof.iter().copied()));
        let there = ct_tree(size);
        let given = ct_merkle::InclusionProof::<Newer>::from_bytes(concatenated(&proof));
        there.root().verify_inclusion(&leaf(index), index, &given).unwrap();

        let proof = tlog::prove_consistency(&leaves, old).unwrap();
        let theirs = tlog_tiles::prove_tree(size, old, &stored).unwrap();
        prop_assert!(theirs.iter().map(|hash| Hash(hash.0)).eq(proof.iter().copied()));
        tlog::verify_consistency(old, old_root, size, root, &proof).unwrap();
    }

    #[test]
    fn a_changed_proof_never_verifies(size in 2_u64..300, a in any::<u64>(), at in any::<prop::sample::Index>(), bit in 0_usize..256) {
        let (index, old) = (a % size, a % (size - 1) + 1);
        let leaves = leaf_hashes(size);
        let (root, old_root) = (tlog::root(leaves.iter().copied()), tlog::root(leaf_hashes(old)));
        let hash = leaves[usize::try_from(index).unwrap()];
        let flip = |proof: &[Hash]| {
            let mut proof = proof.to_vec();
            let at = at.index(proof.len());
            proof[at].0[bit / 8] ^= 1 << (bit % 8);
            proof
        };
        let inclusion = tlog::prove_inclusion(&leaves, index).unwrap();
        let consistency = tlog::prove_consistency(&leaves, old).unwrap();
        prop_assert!(tlog::verify_inclusion(index, size, hash, &flip(&inclusion), root).is_err());
        prop_assert!(tlog::verify_consistency(old, old_root, size, root, &flip(&consistency)).is_err());
        for proof in [&inclusion[1..], &[inclusion.clone(), vec![root]].concat()] {
            prop_assert!(tlog::verify_inclusion(index, size, hash, proof, root).is_err());
        }
        prop_assert!(tlog::verify_inclusion((index + 1) % size, size, hash, &inclusion, root).is_err());
        prop_assert!(tlog::verify_consistency(old, root, size, old_root, &consistency).is_err());
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,60}(\n\n)?(\u{2014} )?[a-zA-Z0-9/+=x.\n ]{0,40}") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(note) = Note::parse(bytes) {
                prop_assert_eq!(note.to_string().into_bytes(), bytes);
            }
        }
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.text(), text.clone());
        }
        prop_assert!(Tile::parse(&text).is_none_or(|tile| tile.to_string() == text));
    }
}

#[test]
fn a_tree_that_keeps_its_nodes_proves_what_one_pass_over_the_leaves_proves() -> TestResult {
    let leaves: Vec<Hash> = (0_u64..70)
        .map(|leaf| tlog::leaf_hash(&leaf.to_be_bytes()))
        .collect();
    let mut tree = tlog::Tree::default();
    for (size, leaf) in leaves.iter().enumerate() {
        assert_eq!(tree.size(), size as u64);
        tree.push(*leaf);
    }
    for new in 0..=leaves.len() {
        let (part, size) = (&leaves[..new], new as u64);
        assert_eq!(tree.root_at(size), Some(tlog::root(part.iter().copied())));
        for old in 1..=size {
            assert_eq!(
                tree.prove_consistency(old, size)?,
                tlog::prove_consistency(part, old)?,
                "{old} of {new}"
            );
        }
    }
    assert_eq!(tree.root_at(71), None);
    assert!(tree.prove_consistency(3, 71).is_err());
    Ok(())
}
