//! Material that others wrote, through the whole archive: no panic, no lost byte, and nothing to find afterwards.

#[path = "support/skipped.rs"]
mod skipped;
mod support;

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use fonds::archive::Archive;
use fonds::record::Digest;
use fonds::verify;
use sha2::Digest as _;
use sha2::Sha256;
use skipped::skipped;
use support::Bench;
use support::TestResult;

/// The longest that one set may take, in a build without optimisation on a busy machine.
const LONGEST: Duration = Duration::from_mins(1);

/// What is brought in of a set, and the files in that.
struct Set {
    paths: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

/// A set: its folder, or those of its files that end in one of `endings`; nothing where it is not on this machine.
fn set(name: &str, endings: &[&str]) -> TestResult<Option<Set>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpora");
    let root =
        std::env::var_os("FONDS_CORPORA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let folder = root.join(name);
    if !folder.is_dir() {
        skipped(&format!("corpora/{name} not present"));
        return Ok(None);
    }
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&folder).sort_by_file_name() {
        let entry = entry?;
        let ending = entry.path().extension().and_then(|ending| ending.to_str());
        let wanted = endings.is_empty() || ending.is_some_and(|ending| endings.contains(&ending));
        if entry.file_type().is_file() && wanted {
            files.push(entry.into_path());
        }
    }
    assert!(!files.is_empty(), "corpora/{name} has no such files");
    let paths = if endings.is_empty() {
        vec![folder]
    } else {
        files.clone()
    };
    Ok(Some(Set { paths, files }))
}

/// Brings a set into an archive of its own and checks that each file is there, byte for byte, that nothing is found
/// afterwards, and that the same again is known. Gives how many messages were found.
fn brought_in(set: &Set) -> TestResult<u64> {
    let begun = Instant::now();
    let bench = Bench::new()?;
    let paths: Vec<&Path> = set.paths.iter().map(PathBuf::as_path).collect();
    let receipt = bench.ingest(&paths, None)?;
    assert_eq!(receipt.files, set.files.len() as u64);

    let archive = Archive::open(&bench.archive())?;
    for path in &set.files {
        let bytes = fs::read(path)?;
        let digest = Digest::new(Sha256::digest(&bytes).into());
        let kept = archive
            .blob(&digest)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        assert!(
            kept == bytes,
            "{} came back with other bytes",
            path.display()
        );
    }

    let mut outside = verify::Outside {
        progress: &mut |_| {},
        cpu: None,
    };
    let report = verify::run(&archive, &verify::Options::default(), &mut outside)?;
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert_eq!(report.documents, archive.tally("documents")?);

    // Nothing that was wrong with a file makes it new.
    let again = bench.ingest(&paths, None)?;
    assert_eq!((again.accession, again.documents.added), (None, 0));
    let took = begun.elapsed();
    assert!(took < LONGEST, "took {took:?}");
    Ok(receipt.messages)
}

#[test]
fn single_mails_come_in_whole() -> TestResult {
    if let Some(set) = set("mail-mime", &[])? {
        let messages = brought_in(&set)?;
        assert!(messages > 350, "{messages}");
    }
    Ok(())
}

#[test]
fn mailboxes_come_in_whole() -> TestResult {
    if let Some(set) = set("mail-box", &[])? {
        let messages = brought_in(&set)?;
        assert!(messages > 200, "{messages}");
    }
    Ok(())
}

#[test]
fn chats_come_in_whole() -> TestResult {
    if let Some(set) = set("chat", &[])? {
        brought_in(&set)?;
    }
    Ok(())
}

#[test]
fn hostile_files_come_in_whole() -> TestResult {
    if let Some(set) = set("hostile", &[])? {
        brought_in(&set)?;
    }
    Ok(())
}

#[test]
fn pages_come_in_whole() -> TestResult {
    if let Some(set) = set("web", &["html", "htm", "xhtml"])? {
        brought_in(&set)?;
    }
    Ok(())
}
