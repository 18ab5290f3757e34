//! Disks that fill up, and disks that cannot be written.

use super::TestResult;
use super::before_ingest;
use super::bench;
use super::counts;
use super::demand_clean;
use super::judge_ingest;

#[test]
fn a_disk_that_fills_up_says_so_and_the_same_command_completes_when_there_is_room() -> TestResult {
    let Some(disk) = bench::small_disk()? else {
        return Ok(());
    };
    let (bench, whole) = before_ingest()?;
    // Material and keys lie elsewhere: only the archive is on the small disk.
    let mut stopped = 0;
    for kilobytes in (300..6_000).step_by(700) {
        let when = format!("{kilobytes} KiB");
        let bench = bench.copy()?;
        disk.mount(kilobytes)?;
        let moved = bench.archive_onto(disk.path());
        if moved.is_err() {
            disk.unmount()?;
            continue;
        }
        let ran = bench.run(&["ingest", "in"])?;
        if ran.status == Some(2) {
            stopped += 1;
            assert!(ran.stderr.contains("unchanged"), "{when}: {ran:?}");
        } else {
            assert_eq!(ran.status, Some(0), "{when}: {ran:?}");
        }
        demand_clean(&bench, &when)?;
        disk.grow()?;
        judge_ingest(&whole)(&bench, &ran, &when)?;
        disk.unmount()?;
    }
    assert!(stopped > 1, "{stopped} were stopped");
    Ok(())
}

#[test]
fn an_archive_on_a_disk_that_cannot_be_written_is_read_and_not_added_to() -> TestResult {
    let Some(disk) = bench::small_disk()? else {
        return Ok(());
    };
    let (bench, whole) = before_ingest()?;
    let ran = bench.run(&["ingest", "in"])?;
    assert_eq!(ran.status, Some(0), "{ran:?}");
    disk.mount(30_000)?;
    bench.archive_onto(disk.path())?;
    disk.protect()?;
    let report = demand_clean(&bench, "read-only")?;
    assert_eq!(counts(&report), counts(&whole));
    for args in [&["status"][..], &["log"], &["find", "harbor"]] {
        let ran = bench.run(args)?;
        assert_eq!(ran.status, Some(0), "{args:?}: {ran:?}");
    }
    let ran = bench.run(&["ingest", "in"])?;
    assert_eq!(ran.status, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("unchanged"), "{ran:?}");
    demand_clean(&bench, "read-only, after a refusal")?;
    Ok(())
}

#[test]
fn unfinished_work_on_a_disk_that_cannot_be_written_is_not_passed_over() -> TestResult {
    let Some(disk) = bench::small_disk()? else {
        return Ok(());
    };
    let (bench, _) = before_ingest()?;
    // Whoever holds the database open keeps what was committed last in the file beside it.
    let held = bench.hold()?;
    let ran = bench.run(&["ingest", "in"])?;
    assert_eq!(ran.status, Some(0), "{ran:?}");
    disk.mount(30_000)?;
    bench.archive_onto(disk.path())?;
    drop(held);
    disk.protect()?;
    for args in [["status"], ["verify"]] {
        let ran = bench.run(&args)?;
        assert_eq!(ran.status, Some(2), "{args:?}: {ran:?}");
        assert!(ran.stderr.contains("read_only"), "{args:?}: {ran:?}");
    }
    disk.grow()?;
    demand_clean(&bench, "writable again")?;
    Ok(())
}
