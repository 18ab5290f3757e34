//! Damage of every kind to packs and blobs, and the finding that names it.

use std::fs;
use std::io::Cursor;

use super::*;

const NAME: &str = "packs/000001.zip";

fn reference(digest: &Digest) -> String {
    format!("d-{}", &digest.to_string()[..4])
}

/// The findings on a pack of these bytes: code and subject.
fn findings(pack: &[u8], members: &[Member]) -> Vec<(&'static str, String)> {
    full(pack, members)
        .into_iter()
        .map(|finding| (finding.code, finding.subject))
        .collect()
}

fn full(pack: &[u8], members: &[Member]) -> Vec<Finding> {
    let len = pack.len() as u64;
    check::scan(
        Cursor::new(pack),
        len,
        NAME,
        members,
        &reference,
        &mut |_| {},
    )
}

/// The bytes of a pack with three documents, one of them empty, and its list.
fn sample() -> TestResult<(Vec<u8>, Vec<Member>)> {
    let (dir, _, members) = packed(&[b"The first letter.", b"", b"The second letter."])?;
    Ok((fs::read(dir.path().join(NAME))?, members))
}

#[test]
fn each_flipped_bit_of_a_pack_is_found_and_named() -> TestResult {
    let (pack, members) = sample()?;
    assert_eq!(findings(&pack, &members), []);
    let mut tried = 0;
    for at in 0..pack.len() {
        let inside = |member: &&Member| {
            let at = at as u64;
            (member.offset..member.offset + member.size).contains(&at)
        };
        let expected = match members.iter().find(inside) {
            Some(member) => ("document.altered", reference(&member.digest)),
            None => ("pack.altered", NAME.to_owned()),
        };
        for bit in 0..8 {
            let mut flipped = pack.clone();
            flipped[at] ^= 1 << bit;
            assert_eq!(
                findings(&flipped, &members),
                std::slice::from_ref(&expected),
                "byte {at}, bit {bit}"
            );
            tried += 1;
        }
    }
    assert_eq!(tried, pack.len() * 8);
    Ok(())
}

#[test]
fn both_values_are_given() -> TestResult {
    let (mut pack, members) = sample()?;
    pack[10] ^= 1;
    pack[94] ^= 1;
    let found = full(&pack, &members);
    let first = members[0].digest;
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].expected, Some(first.to_string()));
    assert_eq!(
        found[0].found,
        Some(digest_of(b"Uhe first letter.").to_string())
    );
    assert_eq!(
        (&found[1].expected, &found[1].found),
        (&Some("00".into()), &Some("01".into()))
    );
    let header = reference(&first);
    assert_eq!(
        found[1].message,
        format!("{NAME}: byte 10, in the header of {header}, is not what the documents give.")
    );
    Ok(())
}

#[test]
fn a_pack_cut_at_any_byte_is_found_with_the_documents_it_lost() -> TestResult {
    let (pack, members) = sample()?;
    for len in 0..pack.len() {
        let found = findings(&pack[..len], &members);
        let (code, _) = found.first().ok_or("nothing was found")?;
        assert_eq!(*code, "pack.altered", "cut at {len}");
        let lost = |member: &&Member| (len as u64) < member.offset + member.size;
        for member in members.iter().filter(lost) {
            let name = reference(&member.digest);
            assert!(
                found
                    .iter()
                    .any(|(code, subject)| *subject == name && code.starts_with("document.")),
                "cut at {len}: {name} is not named in {found:?}"
            );
        }
    }
    Ok(())
}

#[test]
fn bytes_added_behind_before_or_between_are_found() -> TestResult {
    let (pack, members) = sample()?;
    for at in 0..=pack.len() {
        let mut longer = pack.clone();
        longer.insert(at, 0);
        let found = findings(&longer, &members);
        assert!(
            found.contains(&("pack.altered", NAME.to_owned())),
            "byte {at}: {found:?}"
        );
    }
    Ok(())
}

#[test]
fn two_members_in_each_others_place_are_found() -> TestResult {
    let documents: [&[u8]; 2] = [b"one and one", b"two and two"];
    let (_, _, members) = packed(&documents)?;
    let (dir, _, _) = packed(&[documents[1], documents[0]])?;
    let swapped = fs::read(dir.path().join(NAME))?;
    let found = findings(&swapped, &members);
    for member in &members {
        assert!(found.contains(&("document.altered", reference(&member.digest))));
    }
    assert!(found.contains(&("pack.altered", NAME.to_owned())));
    Ok(())
}

#[test]
fn a_document_replaced_with_all_checksums_put_right_is_found() -> TestResult {
    let forged: [&[u8]; 2] = [b"He said no.", b"The rest."];
    let (_, _, members) = packed(&[b"He said ay.", forged[1]])?;
    let (dir, _, _) = packed(&forged)?;
    let mut pack = fs::read(dir.path().join(NAME))?;
    let (old, new) = (
        members[0].digest.to_string(),
        digest_of(forged[0]).to_string(),
    );
    let replaced = replace(&mut pack, new.as_bytes(), old.as_bytes());
    assert_eq!(replaced, 2);
    assert_eq!(
        findings(&pack, &members),
        [("document.altered", reference(&members[0].digest))]
    );
    Ok(())
}

/// Replaces each occurrence by bytes of the same length; says how many there were.
fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) -> usize {
    let places: Vec<usize> = memchr::memmem::find_iter(bytes, old).collect();
    for at in &places {
        bytes[*at..*at + old.len()].copy_from_slice(new);
    }
    places.len()
}

#[test]
fn a_list_that_does_not_fit_its_pack_is_found_and_reads_no_byte_twice() -> TestResult {
    let (pack, members) = sample()?;
    for index in 0..members.len() {
        let mut shorter = members.clone();
        shorter.remove(index);
        assert!(findings(&pack, &shorter).contains(&("pack.altered", NAME.to_owned())));
        for (offset, size) in [
            (0, 1),
            (93, 5),
            (94, u64::MAX),
            (u64::MAX, u64::MAX),
            (200, 0),
        ] {
            let mut wrong = members.clone();
            wrong[index].offset = offset;
            wrong[index].size = size;
            let mut read = 0;
            let found = check::scan(
                Cursor::new(&pack),
                pack.len() as u64,
                NAME,
                &wrong,
                &reference,
                &mut |more| read += more,
            );
            assert!(!found.is_empty(), "{index} {offset} {size}");
            assert!(read <= pack.len() as u64);
        }
    }
    Ok(())
}

#[test]
fn many_altered_places_are_counted_and_not_all_listed() -> TestResult {
    let documents: Vec<_> = (0..100_u32).map(u32::to_be_bytes).collect();
    let documents: Vec<&[u8]> = documents.iter().map(<[u8; 4]>::as_slice).collect();
    let (dir, _, members) = packed(&documents)?;
    let mut pack = fs::read(dir.path().join(NAME))?;
    for member in &members {
        pack[usize::try_from(member.offset)? - 80] ^= 0xff;
    }
    let found = full(&pack, &members);
    assert_eq!(found.len(), 17);
    assert!(
        found[16].message.contains("84 more places"),
        "{}",
        found[16].message
    );
    Ok(())
}

/// A disk on which one byte cannot be read.
struct BadSector(Cursor<Vec<u8>>, u64);

impl Read for BadSector {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let before = self.1.checked_sub(self.0.position());
        let most = match before {
            Some(0) => return Err(io::Error::other("bad sector")),
            Some(before) => out.len().min(usize::try_from(before).unwrap_or(usize::MAX)),
            None => out.len(),
        };
        self.0.read(&mut out[..most])
    }
}

impl io::Seek for BadSector {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_byte_that_the_disk_does_not_give_is_one_documents_finding() -> TestResult {
    let (pack, members) = sample()?;
    let len = pack.len() as u64;
    for at in 0..len {
        let disk = BadSector(Cursor::new(pack.clone()), at);
        let found = check::scan(disk, len, NAME, &members, &reference, &mut |_| {});
        let end = |member: &&Member| at < member.offset + member.size;
        let expected = match members.iter().find(end) {
            Some(member) => ("document.unreadable", reference(&member.digest)),
            None => ("pack.unreadable", NAME.to_owned()),
        };
        let (code, subject) = match found.as_slice() {
            [one] => (one.code, one.subject.clone()),
            _ => return Err(format!("byte {at}: {found:?}").into()),
        };
        assert_eq!((code, subject), expected, "byte {at}");
    }
    Ok(())
}

#[test]
fn a_missing_pack_is_one_finding_that_names_the_documents_it_held() -> TestResult {
    let (dir, store, members) = packed(&[b"one", b"two"])?;
    let codes = |store: &Store| -> TestResult<Vec<(&'static str, Vec<String>)>> {
        let found = store.verify_pack(1, &members, &reference, &mut |_| {})?;
        Ok(found
            .into_iter()
            .map(|finding| (finding.code, finding.of))
            .collect())
    };
    assert_eq!(codes(&store)?, []);
    let held = members
        .iter()
        .map(|member| reference(&member.digest))
        .collect();
    let lost = [("pack.missing", held)];
    let pack = dir.path().join(NAME);
    let away = dir.path().join("away.zip");
    fs::rename(&pack, &away)?;
    assert_eq!(codes(&store)?, lost);
    std::os::unix::fs::symlink(&away, &pack)?;
    assert_eq!(codes(&store)?, lost);
    fs::rename(&pack, dir.path().join("link"))?;
    fs::create_dir(&pack)?;
    assert_eq!(codes(&store)?, lost);
    fs::rename(dir.path().join("packs"), dir.path().join("elsewhere"))?;
    assert_eq!(codes(&store)?, lost);
    Ok(())
}

#[test]
fn a_large_document_altered_cut_extended_missing_or_replaced_by_a_pipe_is_found() -> TestResult {
    let dir = tempfile::tempdir()?;
    let store = Store::create(dir.path())?;
    let mut batch = store.begin(1)?;
    let bytes = vec![3; 1_100_000];
    let (digest, size, _) = batch.put_reader(&mut bytes.as_slice(), &no_digest)?;
    batch.finish()?;
    let path = dir.path().join(files::blob_name(&digest));
    let codes = |size: u64| -> TestResult<Vec<(&'static str, String)>> {
        let found = store.verify_file_blob(&digest, size, &reference, &mut |_| {})?;
        let pair = |finding: Finding| (finding.code, finding.subject);
        Ok(found.into_iter().map(pair).collect())
    };
    let altered = [("document.altered", reference(&digest))];
    assert_eq!(codes(size)?, []);
    assert_eq!(codes(size + 1)?, altered);
    let mut other = bytes.clone();
    other[1_000_000] ^= 4;
    for damaged in [
        &other,
        &bytes[..1_000_000].to_vec(),
        &[&*bytes, &[0]].concat(),
        &vec![],
    ] {
        overwrite(&path, damaged)?;
        assert_eq!(codes(size)?, altered);
    }
    let missing = [("document.missing", reference(&digest))];
    fs::rename(&path, dir.path().join("away"))?;
    assert_eq!(codes(size)?, missing);
    let made = Command::new("mkfifo").arg(&path).status();
    if made.is_ok_and(|status| status.success()) {
        assert_eq!(codes(size)?, missing);
    }
    Ok(())
}
