//! A disk that fills up while documents are written: a clear error, and under a document's or a pack's name only what
//! is whole. Simulated with a limit on the size of files (`ulimit -f`): the write that goes beyond is cut short, then
//! refused, as on a full disk.

use std::error::Error;
use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use fonds::archive::store::Store;
use fonds::archive::store::StoreError;

type TestResult<T = ()> = Result<T, Box<dyn Error>>;

const CHILD: &str = "FONDS_TEST_FULL_DISK";
const LARGE: u64 = 1_200_000;

/// Writes twelve small documents and a large one.
fn write(root: &Path) -> Result<(), StoreError> {
    let store = Store::create(root)?;
    let mut batch = store.begin(1)?;
    for byte in 0..12 {
        batch.put_reader(&mut std::io::repeat(byte).take(150_000), &|_| false)?;
    }
    batch.put_reader(&mut std::io::repeat(99).take(LARGE), &|_| false)?;
    batch.finish().map(drop)
}

#[test]
fn the_writer_under_a_limit() -> TestResult {
    let Some(root) = std::env::var_os(CHILD) else {
        return Ok(());
    };
    match write(Path::new(&root)) {
        Err(error) => {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            std::io::stderr().write_all(format!("STOPPED {error}: {cause}\n").as_bytes())?;
        }
        Ok(()) => std::io::stderr().write_all(b"FINISHED\n")?,
    }
    Ok(())
}

/// Every file below the folder.
fn files(dir: &Path) -> TestResult<Vec<String>> {
    let mut names = Vec::new();
    for entry in walkdir::WalkDir::new(dir).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            names.push(entry.path().strip_prefix(dir)?.display().to_string());
        }
    }
    Ok(names)
}

#[test]
fn a_disk_full_at_any_point_leaves_nothing_half_named() -> TestResult {
    let (mut finished, mut stopped) = (0, 0);
    // In blocks of 512 bytes: from nothing to more than the pack's 1.8 MB.
    for blocks in (0..4_000).step_by(250) {
        let dir = tempfile::tempdir()?;
        let script = format!("trap '' XFSZ; ulimit -f {blocks} && exec \"$0\" \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &script])
            .arg(std::env::current_exe()?)
            .args(["--exact", "the_writer_under_a_limit", "--nocapture"])
            .env(CHILD, dir.path())
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{blocks} blocks: {said}");
        let left = files(dir.path())?;
        if said.contains("FINISHED") {
            finished += 1;
            assert_eq!(left.len(), 2, "{blocks} blocks: {left:?}");
            let blob = left.first().ok_or("no blob")?;
            assert_eq!(fs::metadata(dir.path().join(blob))?.len(), LARGE);
        } else {
            stopped += 1;
            assert!(said.contains("STOPPED"), "{blocks} blocks: {said}");
            assert!(said.contains("File too large"), "{blocks} blocks: {said}");
            assert!(left.is_empty(), "{blocks} blocks: {left:?}");
        }
    }
    assert!(
        finished > 0 && stopped > 10,
        "{finished} finished, {stopped} stopped"
    );
    Ok(())
}
