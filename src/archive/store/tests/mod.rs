//! Writing and reading back, what other tools make of a pack, and what is left when a writer stops.

mod damage;

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

type TestResult<T = ()> = Result<T, Box<dyn Error>>;

fn no_digest(_: &Digest) -> bool {
    false
}

/// A store with one pack of `documents`, and the pack's list.
fn packed(documents: &[&[u8]]) -> TestResult<(TempDir, Store, Vec<Member>)> {
    let dir = tempfile::tempdir()?;
    let store = Store::create(dir.path())?;
    let mut batch = store.begin(1)?;
    for bytes in documents {
        batch.put(digest_of(bytes), bytes)?;
    }
    let mut finished = batch.finish()?;
    let pack = finished.packs.pop().ok_or("no pack was written")?;
    Ok((dir, store, pack.members))
}

fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    File::create(path)?.write_all(bytes)
}

/// Every file below the folder, by its name inside it.
fn tree(dir: &Path) -> TestResult<Vec<String>> {
    let mut names = Vec::new();
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry?;
        if !entry.file_type().is_dir() {
            names.push(entry.path().strip_prefix(dir)?.display().to_string());
        }
    }
    names.sort();
    Ok(names)
}

/// Bytes that come a few at a time, and an error at their end if there is one.
struct Trickle<'a>(&'a [u8], Option<io::ErrorKind>);

impl Read for Trickle<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = out.len().min(self.0.len()).min(70_001);
        let (now, later) = self.0.split_at(most);
        out[..most].copy_from_slice(now);
        self.0 = later;
        match self.1 {
            Some(kind) if most == 0 => Err(kind.into()),
            _ => Ok(most),
        }
    }
}

#[test]
fn large_documents_count_for_when_a_batch_is_finished() -> TestResult {
    let dir = tempfile::tempdir()?;
    let mut batch = Store::create(dir.path())?.begin(1)?;
    let large = vec![7; usize::try_from(SMALL_BELOW)? * 3];
    batch.put_reader(&mut Trickle(&large, None), &no_digest)?;
    batch.put(digest_of(b"small"), b"small")?;
    assert!(batch.bytes() > 3 * SMALL_BELOW, "{}", batch.bytes());
    Ok(())
}

#[test]
fn small_documents_share_a_pack_and_a_large_one_has_its_own_file() -> TestResult {
    let dir = tempfile::tempdir()?;
    let store = Store::create(dir.path())?;
    let mut batch = store.begin(1)?;
    let below = vec![7; usize::try_from(SMALL_BELOW)? - 1];
    let bound = vec![7; usize::try_from(SMALL_BELOW)?];
    let (small, _, place) = batch.put_reader(&mut Trickle(&below, None), &no_digest)?;
    assert_eq!(
        place,
        Some(Place::Pack {
            number: 1,
            offset: 94
        })
    );
    let (large, size, place) = batch.put_reader(&mut Trickle(&bound, None), &no_digest)?;
    assert_eq!((size, place), (SMALL_BELOW, Some(Place::File)));
    assert_eq!((small, large), (digest_of(&below), digest_of(&bound)));
    let finished = batch.finish()?;
    assert_eq!(finished.files, [(large, SMALL_BELOW)]);
    let text = large.to_string();
    let expected = [
        format!("blobs/{}/{text}", &text[..2]),
        "packs/000001.zip".into(),
    ];
    assert_eq!(tree(dir.path())?, expected);
    assert_eq!(store.read_all(&large, Place::File, size)?, bound);
    Ok(())
}

#[test]
fn what_is_known_or_comes_twice_is_kept_once() -> TestResult {
    let dir = tempfile::tempdir()?;
    let store = Store::create(dir.path())?;
    let mut batch = store.begin(1)?;
    let large = vec![1; 2 << 20];
    let old = digest_of(b"old");
    let known = |digest: &Digest| *digest == old;
    assert_eq!(
        batch.put_reader(&mut b"old".as_slice(), &known)?,
        (old, 3, None)
    );
    assert_eq!(
        batch
            .put_reader(&mut large.as_slice(), &|_: &Digest| true)?
            .2,
        None
    );
    assert_eq!(batch.documents(), 0);
    for _ in 0..2 {
        let place = batch.put_reader(&mut b"new".as_slice(), &known)?.2;
        let (number, offset) = (1, 94);
        assert_eq!(place, Some(Place::Pack { number, offset }));
        let place = batch.put_reader(&mut large.as_slice(), &known)?.2;
        assert_eq!(place, Some(Place::File));
    }
    assert_eq!((batch.documents(), batch.bytes()), (2, (2 << 20) + 97));
    let finished = batch.finish()?;
    assert_eq!(
        (finished.packs[0].members.len(), finished.files.len()),
        (1, 1)
    );
    assert_eq!(tree(dir.path())?.len(), 2);
    Ok(())
}

#[test]
fn a_document_is_read_back_before_its_batch_is_finished() -> TestResult {
    let dir = tempfile::tempdir()?;
    let store = Store::create(dir.path())?;
    let mut batch = store.begin(1)?;
    // Enough that the first ones have left memory for the file.
    let documents: Vec<Vec<u8>> = (1..=6).map(|byte| vec![byte; 400_000]).collect();
    for bytes in &documents {
        batch.put(digest_of(bytes), bytes)?;
    }
    let large = vec![9; 1_500_000];
    batch.put_reader(&mut large.as_slice(), &no_digest)?;
    for bytes in documents.iter().chain([&large]) {
        let mut found = Vec::new();
        let mut reader = batch.read_back(&digest_of(bytes))?.ok_or("not there")?;
        assert_eq!(reader.size(), bytes.len() as u64);
        reader.read_to_end(&mut found)?;
        assert!(found == *bytes);
    }
    assert!(batch.read_back(&digest_of(b"another"))?.is_none());
    Ok(())
}

#[test]
fn a_reader_gives_its_document_and_not_a_byte_beyond() -> TestResult {
    let (_dir, store, members) = packed(&[b"first", b"second", b""])?;
    let second = members[1];
    let place = Place::Pack {
        number: 1,
        offset: second.offset,
    };
    let mut reader = store.read(&second.digest, place, 6)?;
    let mut text = String::new();
    reader.seek(SeekFrom::End(-3))?;
    reader.read_to_string(&mut text)?;
    assert_eq!(text, "ond");
    assert_eq!(reader.seek(SeekFrom::Start(100))?, 100);
    assert_eq!(reader.read(&mut [0; 4])?, 0);
    assert!(reader.seek(SeekFrom::Current(-101)).is_err());
    let beyond = store.read(&second.digest, place, 1 << 40);
    assert!(
        matches!(beyond, Err(StoreError::Short { .. })),
        "{beyond:?}"
    );
    let end = Place::Pack {
        number: 1,
        offset: u64::MAX,
    };
    assert!(store.read(&second.digest, end, 6).is_err());
    let first = store.read_all(
        &second.digest,
        Place::Pack {
            number: 1,
            offset: 94,
        },
        5,
    );
    assert!(
        matches!(first, Err(StoreError::Altered { found, .. }) if found == digest_of(b"first"))
    );
    let huge = store.read_all(&second.digest, place, MOST_AT_ONCE + 1);
    assert!(matches!(huge, Err(StoreError::TooLarge { .. })));
    let absent = store.read(&second.digest, Place::File, 6);
    assert!(matches!(absent, Err(StoreError::Missing { .. })));
    Ok(())
}

/// Whether a tool finds nothing to say against a pack; says so when the tool is not there.
fn tool_reads(tool: &str, arguments: &[&OsStr]) -> TestResult {
    match Command::new(tool).args(arguments).output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let note = format!("skipped: {tool} not present\n");
            Ok(io::stderr().write_all(note.as_bytes())?)
        }
        Err(error) => Err(error.into()),
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{tool}: {}", String::from_utf8_lossy(&output.stdout)).into()),
    }
}

/// Reads the first and the last members, and some between.
const PYTHON: &str = "import sys, zipfile, hashlib
pack = zipfile.ZipFile(sys.argv[1])
names = pack.namelist()
some = names[::-(-len(names) // 200)] + names[-1:]
bad = [n for n in some if hashlib.sha256(pack.read(n)).hexdigest() != n]
print(len(names), bad)
sys.exit(bool(bad or len(names) != int(sys.argv[2])))";

fn other_tools_read(pack: &Path, members: usize) -> TestResult {
    let count = members.to_string();
    let python: [&OsStr; 4] = [
        "-c".as_ref(),
        PYTHON.as_ref(),
        pack.as_ref(),
        count.as_ref(),
    ];
    tool_reads("python3", &python)?;
    tool_reads("unzip", &["-tqq".as_ref(), pack.as_ref()])?;
    let mut archive = zip::ZipArchive::new(File::open(pack)?)?;
    assert_eq!(archive.len(), members);
    for index in (0..members)
        .step_by(members.div_ceil(200))
        .chain([members - 1])
    {
        let mut member = archive.by_index(index)?;
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes)?;
        assert_eq!(member.name()?, digest_of(&bytes).to_string());
    }
    Ok(())
}

#[test]
fn any_zip_tool_reads_a_pack_on_both_sides_of_the_zip64_bound() -> TestResult {
    for count in [1_u32, 3, 65_534, 65_535, 65_536] {
        let documents: Vec<_> = (0..count).map(u32::to_be_bytes).collect();
        let documents: Vec<&[u8]> = documents.iter().map(<[u8; 4]>::as_slice).collect();
        let (dir, store, members) = packed(&documents)?;
        let pack = dir.path().join("packs/000001.zip");
        other_tools_read(&pack, documents.len()).map_err(|error| format!("{count}: {error}"))?;
        let clean = store.verify_pack(1, &members, &|digest| digest.to_string(), &mut |_| {})?;
        assert_eq!(clean, []);
    }
    Ok(())
}

#[test]
fn any_zip_tool_reads_a_member_beyond_four_gibibytes() -> TestResult {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("sparse.zip");
    let (digest, crc) = (digest_of(b"far"), crc32fast::hash(b"far"));
    let mut out = layout::local_header(&digest, crc, 3).to_vec();
    out.extend_from_slice(b"far");
    let (far, before) = (1_u64 << 32, out.len() as u64);
    layout::directory_entry(&digest, crc, 3, far, &mut out);
    let directory_len = out.len() as u64 - before;
    layout::end(1, far + before, directory_len, &mut out);
    let mut file = File::create(&path)?;
    file.seek(SeekFrom::Start(far))?;
    file.write_all(&out)?;
    other_tools_read(&path, 1)
}

#[test]
fn a_batch_that_is_dropped_leaves_nothing_and_a_killed_one_leftovers_only() -> TestResult {
    let dir = tempfile::tempdir()?;
    let store = Store::create(dir.path())?;
    for killed in [false, true] {
        let mut batch = store.begin(1)?;
        batch.put(digest_of(b"small"), b"small")?;
        batch.put_reader(&mut io::repeat(3).take(3 << 20), &no_digest)?;
        if killed {
            std::mem::forget(batch);
        } else {
            drop(batch);
            assert_eq!(tree(dir.path())?, Vec::<String>::new());
        }
    }
    let left = tree(dir.path())?;
    assert_eq!(left.len(), 2);
    let is_left =
        |name: &String| name.starts_with("packs/.tmp-") || name.starts_with("blobs/.tmp-");
    assert!(left.iter().all(is_left), "{left:?}");
    assert_eq!(store.leftovers()?.len(), 2);
    assert_eq!(store.unreferenced(&|_| false, &no_digest)?, []);
    assert_eq!(store.clear_leftovers()?, 2);
    assert_eq!(tree(dir.path())?, Vec::<String>::new());
    Ok(())
}

#[test]
fn an_empty_batch_makes_no_pack() -> TestResult {
    let dir = tempfile::tempdir()?;
    let store = Store::create(dir.path())?;
    let finished = store.begin(1)?.finish()?;
    assert!(finished.packs.is_empty() && finished.files.is_empty());
    assert_eq!(tree(dir.path())?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_pack_that_nobody_refers_to_is_not_written_over_and_is_named() -> TestResult {
    let (dir, store, members) = packed(&[b"killed before the commit"])?;
    let mut batch = store.begin(1)?;
    assert_eq!(batch.pack(), 2);
    batch.put(digest_of(b"next"), b"next")?;
    let large = batch
        .put_reader(&mut io::repeat(3).take(1 << 20), &no_digest)?
        .0;
    assert_eq!(batch.finish()?.packs[0].number, 2);
    assert!(store.has_pack(1) && store.has_pack(2) && !store.has_pack(3));
    for junk in ["packs/notes.txt", "packs/3.zip", "blobs/zz", "blobs/ab"] {
        overwrite(&dir.path().join(junk), b"junk")?;
    }
    let strays = store.unreferenced(&|number| number == 2, &|digest| *digest == large)?;
    let names: Vec<_> = strays
        .iter()
        .map(|stray| (stray.finding().code, stray.name.to_str(), stray.ours))
        .collect();
    assert_eq!(
        names,
        [
            ("blob.unexpected", Some("blobs/ab"), false),
            ("blob.unexpected", Some("blobs/zz"), false),
            ("pack.unexpected", Some("packs/000001.zip"), true),
            ("pack.unexpected", Some("packs/3.zip"), false),
            ("pack.unexpected", Some("packs/notes.txt"), false),
        ]
    );
    assert_eq!(store.discard_unreferenced(&strays, durable::discard)?, 1);
    let absent = Place::Pack {
        number: 1,
        offset: members[0].offset,
    };
    assert!(matches!(
        store.read_all(&members[0].digest, absent, members[0].size),
        Err(StoreError::Missing { .. })
    ));
    assert!(dir.path().join("packs/notes.txt").exists());
    Ok(())
}

#[test]
fn a_document_that_cannot_be_read_is_left_out_and_the_batch_goes_on() -> TestResult {
    let dir = tempfile::tempdir()?;
    let store = Store::create(dir.path())?;
    let mut batch = store.begin(1)?;
    let large = vec![5; 2 << 20];
    for bytes in [b"short".as_slice(), &large] {
        let mut broken = Trickle(bytes, Some(io::ErrorKind::Other));
        let refused = batch.put_reader(&mut broken, &no_digest);
        assert!(matches!(refused, Err(StoreError::Unread { .. })));
    }
    assert_eq!(tree(dir.path())?, Vec::<String>::new());
    batch.put(digest_of(b"whole"), b"whole")?;
    assert_eq!(batch.finish()?.packs[0].members.len(), 1);
    Ok(())
}

#[test]
fn a_pack_put_in_the_same_place_meanwhile_stays() -> TestResult {
    let dir = tempfile::tempdir()?;
    let store = Store::create(dir.path())?;
    let mut batch = store.begin(1)?;
    batch.put(digest_of(b"ours"), b"ours")?;
    let pack = dir.path().join("packs/000001.zip");
    overwrite(&pack, b"theirs")?;
    let refused = batch.finish();
    assert!(matches!(&refused, Err(StoreError::Durable(error)) if error.is_taken()));
    assert_eq!(fs::read(&pack)?, b"theirs");
    assert_eq!(tree(dir.path())?, ["packs/000001.zip"]);
    Ok(())
}

#[test]
fn a_planted_link_is_refused_and_not_followed() -> TestResult {
    let outside = tempfile::tempdir()?;
    let (dir, store, members) = packed(&[b"kept"])?;
    let secret = outside.path().join("secret");
    let large = vec![3; 1 << 20];
    overwrite(&secret, &large)?;
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, dir.path().join(name));

    link(&dir.path().join("packs/000001.zip"), "packs/000002.zip")?;
    assert_eq!(store.begin(2)?.pack(), 3);
    let place = Place::Pack {
        number: 2,
        offset: 94,
    };
    let refused = store.read(&members[0].digest, place, 4);
    assert!(matches!(
        refused,
        Err(StoreError::Strange {
            found: "a symbolic link",
            ..
        })
    ));

    let digest = digest_of(&large);
    let folder = digest.to_string()[..2].to_owned();
    link(outside.path(), &format!("blobs/{folder}"))?;
    fs::rename(&secret, outside.path().join(digest.to_string()))?;
    let refused = store.read(&digest, Place::File, 1 << 20);
    assert!(matches!(
        refused,
        Err(StoreError::Strange {
            found: "a symbolic link",
            ..
        })
    ));
    let mut batch = store.begin(3)?;
    batch.put_reader(&mut large.as_slice(), &no_digest)?;
    let refused = batch.finish();
    assert!(matches!(
        refused,
        Err(StoreError::Strange {
            expected: "a folder",
            ..
        })
    ));
    assert_eq!(tree(outside.path())?, [digest.to_string()]);

    let linked = tempfile::tempdir()?;
    std::os::unix::fs::symlink(outside.path(), linked.path().join("packs"))?;
    assert!(matches!(
        Store::create(linked.path()),
        Err(StoreError::Strange { .. })
    ));
    let finding = store.unreferenced(&|number| number == 1, &no_digest)?;
    assert_eq!(finding.len(), 2, "{finding:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_goes_in_comes_out_and_verifies(
        documents in prop::collection::vec(
            prop_oneof![
                8 => prop::collection::vec(any::<u8>(), 0..3000),
                1 => (any::<u8>(), 1_048_570_usize..1_048_590).prop_map(|(byte, size)| vec![byte; size]),
            ],
            0..12,
        )
    ) {
        let dir = tempfile::tempdir()?;
        let store = Store::create(dir.path()).map_err(io::Error::other)?;
        let mut batch = store.begin(7).map_err(io::Error::other)?;
        let mut places = Vec::new();
        for bytes in &documents {
            let taken = batch.put_reader(&mut Trickle(bytes, None), &no_digest);
            places.push(taken.map_err(io::Error::other)?);
        }
        let finished = batch.finish().map_err(io::Error::other)?;
        for (bytes, (digest, size, place)) in documents.iter().zip(places) {
            prop_assert_eq!(size, bytes.len() as u64);
            let place = place.ok_or_else(|| io::Error::other("no place"))?;
            prop_assert!(&store.read_all(&digest, place, size).map_err(io::Error::other)? == bytes);
        }
        let name = |digest: &Digest| digest.to_string();
        let mut seen = 0;
        for pack in &finished.packs {
            let found = store.verify_pack(pack.number, &pack.members, &name, &mut |read| seen += read);
            prop_assert_eq!(found.map_err(io::Error::other)?, []);
        }
        for (digest, size) in &finished.files {
            let found = store.verify_file_blob(digest, *size, &name, &mut |read| seen += read);
            prop_assert_eq!(found.map_err(io::Error::other)?, []);
        }
        let distinct: BTreeSet<_> = documents.iter().collect();
        prop_assert_eq!(seen, distinct.iter().map(|bytes| bytes.len() as u64).sum::<u64>());
    }
}
