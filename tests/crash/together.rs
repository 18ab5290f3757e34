//! Two who write and eight who read.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use serde_json::Value;

use super::TestResult;
use super::bench::Bench;
use super::bench::Ran;
use super::demand_clean;

/// Groups that the writer brings in, each of three documents.
const GROUPS: u64 = 6;

#[test]
fn a_second_writer_is_turned_away_and_nothing_of_it_is_recorded() -> TestResult {
    let bench = Bench::started()?;
    bench.material()?;
    // The first one waits for its input, and holds the archive meanwhile.
    let mut first = bench.start(&["ingest", "-"])?;
    let mut input = first.stdin.take().ok_or("no input")?;
    input.write_all(b"The harbor was ")?;
    // Time enough to take the lock: were the second one first, the first would be turned away.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let mut tries = 0;
    let second = loop {
        let second = bench.run(&["ingest", "in"])?;
        tries += 1;
        // It may have come first, while the first was starting: then all is known the next time.
        if second.status == Some(11) || tries > 20 {
            break second;
        }
    };
    assert_eq!(second.status, Some(11), "{second:?}");
    assert!(second.stderr.contains("in_use"), "{second:?}");
    let read = bench.run(&["status"])?;
    assert_eq!(read.status, Some(0), "{read:?}");
    input.write_all(b"never safe.\n")?;
    drop(input);
    let output = first.wait_with_output()?;
    assert!(output.status.success(), "{output:?}");
    let again = bench.run(&["ingest", "in"])?;
    assert_eq!(again.status, Some(0), "{again:?}");
    // What came in by standard input has the same bytes as one of the files.
    let report = demand_clean(&bench, "after both")?;
    assert_eq!(report.get("documents").and_then(Value::as_u64), Some(4));
    Ok(())
}

/// A start that waits for its passphrase, which then comes.
fn start_that_waits(
    bench: &Bench,
    meanwhile: impl FnOnce() -> TestResult,
) -> Result<Ran, Box<dyn Error>> {
    let args = ["init", "--zone", "UTC", "--passphrase-fd", "0"];
    let mut waiting = bench.start(&args)?;
    let mut input = waiting.stdin.take().ok_or("no input")?;
    // Time enough to look at the folder, which is not there yet.
    std::thread::sleep(std::time::Duration::from_secs(1));
    meanwhile()?;
    input.write_all(b"a passphrase\n")?;
    drop(input);
    Ok(waiting.wait_with_output()?.into())
}

#[test]
fn a_start_that_fails_takes_away_nothing_of_others() -> TestResult {
    let bench = Bench::new()?;
    let notes = bench.path().join("archive/notes.txt");
    let ran = start_that_waits(&bench, || {
        fs::create_dir(bench.path().join("archive"))?;
        Ok(fs::write(&notes, "mine")?)
    })?;
    assert_eq!(ran.status, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("not_empty"), "{ran:?}");
    assert_eq!(fs::read_to_string(&notes)?, "mine");
    let left = |folder: &str| {
        let files = walkdir::WalkDir::new(bench.path().join(folder)).into_iter();
        files
            .flatten()
            .filter(|entry| entry.file_type().is_file())
            .count()
    };
    assert_eq!((left("archive"), left("user")), (1, 0));
    Ok(())
}

#[test]
fn a_start_that_fails_leaves_an_archive_alone_that_came_first() -> TestResult {
    let bench = Bench::new()?;
    bench.material()?;
    let ran = start_that_waits(&bench, || {
        let started = bench.run(&["init", "--zone", "UTC"])?;
        assert_eq!(started.status, Some(0), "{started:?}");
        let ingested = bench.run(&["ingest", "in"])?;
        assert_eq!(ingested.status, Some(0), "{ingested:?}");
        Ok(())
    })?;
    assert_eq!(ran.status, Some(2), "{ran:?}");
    let report = demand_clean(&bench, "after the second start")?;
    assert_eq!(report.get("documents").and_then(Value::as_u64), Some(4));
    Ok(())
}

#[test]
fn readers_see_whole_groups_only_while_somebody_writes() -> TestResult {
    let bench = Bench::started()?;
    for group in 0..GROUPS {
        bench.group(group)?;
    }
    let done = AtomicBool::new(false);
    let seen = AtomicU64::new(0);
    let failed: Vec<String> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..8)
            .map(|reader| {
                let (bench, done, seen) = (&bench, &done, &seen);
                scope.spawn(move || {
                    let mut failed = Vec::new();
                    while !done.load(Ordering::Relaxed) {
                        let verb = if reader % 2 == 0 { "verify" } else { "status" };
                        match look(bench, verb) {
                            Ok(()) => seen.fetch_add(1, Ordering::Relaxed),
                            Err(error) => {
                                failed.push(error.to_string());
                                0
                            }
                        };
                    }
                    failed
                })
            })
            .collect();
        let mut failed = Vec::new();
        for group in 0..GROUPS {
            let folder = format!("group-{group}");
            match bench.run(&["ingest", &folder]) {
                Ok(ran) if ran.status == Some(0) => {}
                Ok(ran) => failed.push(format!("{ran:?}")),
                Err(error) => failed.push(error.to_string()),
            }
        }
        done.store(true, Ordering::Relaxed);
        failed.extend(readers.into_iter().flat_map(|reader| {
            reader
                .join()
                .unwrap_or_else(|_| vec!["a reader panicked".to_owned()])
        }));
        failed
    });
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(seen.into_inner() >= GROUPS, "nobody looked meanwhile");
    let report = demand_clean(&bench, "at the end")?;
    let documents = report.get("documents").and_then(Value::as_u64);
    assert_eq!(documents, Some(GROUPS * 3));
    Ok(())
}

/// Looks once: no finding, and documents by the group.
fn look(bench: &Bench, verb: &str) -> TestResult {
    let ran = bench.run(&[verb])?;
    if ran.status != Some(0) {
        return Err(format!("{verb}: {ran:?}").into());
    }
    let documents = ran.json()?.get("documents").and_then(Value::as_u64);
    match documents {
        Some(documents) if documents.is_multiple_of(3) => Ok(()),
        _ => Err(format!("{verb}: {documents:?} documents").into()),
    }
}
