//! The program killed, or refused by the system, at the calls that change something: nothing that it had acknowledged is
//! lost, the archive verifies, the same command run again completes, and the archive is then as an undisturbed one.
//!
//! `strace` counts the calls of the main thread and does the harm. By default a sample of them, spread evenly; with
//! `FONDS_CRASH_ALL=1` each one (`tests/crash/all.sh`). A kill leaves what was written so far: what the disk itself may
//! lose when the power goes is not shown by this.

#![expect(
    clippy::disallowed_methods,
    clippy::large_stack_arrays,
    reason = "a test writes what it brings in, and what a crash may leave"
)]

mod bench;
#[path = "../support/copies.rs"]
mod copies;
mod disks;
mod keys;
#[path = "../support/skipped.rs"]
mod skipped;
mod together;

use std::error::Error;

use bench::Bench;
use bench::Harm;
use bench::Ran;
use serde_json::Value;

type TestResult = Result<(), Box<dyn Error>>;

/// What a check says, without what differs between two good archives.
fn counts(report: &Value) -> Vec<Option<&Value>> {
    ["documents", "items", "records", "bytes"]
        .into_iter()
        .map(|name| report.get(name))
        .collect()
}

/// Checks the archive and demands that nothing was found. Returns the counts.
fn demand_clean(bench: &Bench, when: &str) -> Result<Value, Box<dyn Error>> {
    let checked = bench.run(&["verify"])?;
    let report = checked.json()?;
    assert_eq!(
        report.get("findings"),
        Some(&serde_json::json!([])),
        "{when}: {report}"
    );
    assert_eq!(checked.status, Some(0), "{when}: {checked:?}");
    Ok(report)
}

/// Does harm at a sample of the calls that `args` makes, each time in a new copy of `from`.
fn at_calls(
    from: &Bench,
    args: &[&str],
    harm: Harm,
    sample: usize,
    judge: impl Fn(&Bench, &Ran, &str) -> TestResult,
) -> TestResult {
    let calls = from.copy()?.calls(args)?;
    assert!(calls > 20, "{calls} calls of {args:?}");
    let all = std::env::var_os("FONDS_CRASH_ALL").is_some();
    let step = if all {
        1
    } else {
        calls.div_ceil(sample).max(1)
    };
    // The last call is counted too: the one that hands out the answer.
    for call in (1..=calls).rev().step_by(step) {
        let bench = from.copy()?;
        let when = format!("{harm:?} at call {call} of {calls} of {args:?}");
        let ran = bench.harmed(args, harm, call)?;
        judge(&bench, &ran, &when)?;
    }
    Ok(())
}

/// Judges an ingest that was harmed: clean, then completed by the same command.
fn judge_ingest(whole: &Value) -> impl Fn(&Bench, &Ran, &str) -> TestResult {
    move |bench, ran, when| {
        let after = demand_clean(bench, when)?;
        if ran.stdout.contains("fonds/ingest/1") {
            assert_eq!(
                counts(&after),
                counts(whole),
                "{when}: acknowledged and lost"
            );
        }
        let again = bench.run(&["ingest", "in"])?;
        assert_eq!(again.status, Some(0), "{when}: {again:?}");
        let healed = demand_clean(bench, when)?;
        assert_eq!(counts(&healed), counts(whole), "{when}");
        assert_eq!(healed.get("entries"), whole.get("entries"), "{when}");
        assert_eq!(
            healed.get("not_findings"),
            Some(&serde_json::json!([])),
            "{when}"
        );
        let found = bench.run(&["find", "harbor"])?;
        assert_eq!(found.status, Some(0), "{when}: {found:?}");
        Ok(())
    }
}

/// An archive and something to bring in, with what an undisturbed run makes of it.
fn before_ingest() -> Result<(Bench, Value), Box<dyn Error>> {
    let bench = Bench::started()?;
    bench.material()?;
    let whole = bench.copy()?;
    let ran = whole.run(&["ingest", "in"])?;
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let report = demand_clean(&whole, "undisturbed")?;
    Ok((bench, report))
}

#[test]
fn an_ingest_killed_at_any_call_is_completed_by_the_next() -> TestResult {
    if !bench::can_trace() {
        return Ok(());
    }
    let (bench, whole) = before_ingest()?;
    at_calls(
        &bench,
        &["ingest", "in"],
        Harm::Kill,
        14,
        |bench, ran, when| {
            // Threads of the index make a call more or less: the last one may never come.
            let ended = ran.status == Some(0) && !ran.stdout.is_empty();
            assert!(ran.status.is_none() || ended, "{when}: {ran:?}");
            judge_ingest(&whole)(bench, ran, when)
        },
    )
}

#[test]
fn an_ingest_refused_by_the_system_says_so_and_is_completed_by_the_next() -> TestResult {
    if !bench::can_trace() {
        return Ok(());
    }
    let (bench, whole) = before_ingest()?;
    for (harm, sample) in [(Harm::Error("ENOSPC"), 5), (Harm::Error("EIO"), 5)] {
        at_calls(
            &bench,
            &["ingest", "in"],
            harm,
            sample,
            |bench, ran, when| {
                match ran.status {
                    Some(0 | 3) => {}
                    Some(2) => {
                        assert!(ran.stderr.contains("fonds/error/1"), "{when}: {ran:?}");
                        assert!(ran.stderr.contains("unchanged"), "{when}: {ran:?}");
                    }
                    _ => panic!("{when}: {ran:?}"),
                }
                judge_ingest(&whole)(bench, ran, when)
            },
        )?;
    }
    Ok(())
}

#[test]
fn an_act_killed_at_any_call_is_there_or_not_and_can_be_said_again() -> TestResult {
    if !bench::can_trace() {
        return Ok(());
    }
    let (bench, _) = before_ingest()?;
    let ran = bench.run(&["ingest", "in"])?;
    let accession = ran.json()?;
    let accession = accession
        .get("accession")
        .and_then(Value::as_str)
        .ok_or("no accession")?;
    let before = entries(&demand_clean(&bench, "before")?);
    let args = [
        "custody", "add", accession, "--from", "unknown", "--to", "unknown",
    ];
    at_calls(&bench, &args, Harm::Kill, 6, |bench, ran, when| {
        let after = entries(&demand_clean(bench, when)?);
        let acknowledged = !ran.stdout.is_empty();
        assert!(
            after > before || !acknowledged,
            "{when}: acknowledged and lost"
        );
        let again = bench.run(&args)?;
        assert_eq!(again.status, Some(0), "{when}: {again:?}");
        let healed = entries(&demand_clean(bench, when)?);
        assert!(healed > after, "{when}: {healed} entries after {after}");
        Ok(())
    })
}

fn entries(report: &Value) -> u64 {
    report
        .get("entries")
        .and_then(Value::as_u64)
        .unwrap_or_default()
}

#[test]
fn a_start_killed_at_any_call_can_be_made_again() -> TestResult {
    if !bench::can_trace() {
        return Ok(());
    }
    let bench = Bench::new()?;
    at_calls(
        &bench,
        &["init", "--zone", "UTC"],
        Harm::Kill,
        8,
        |bench, ran, when| {
            let again = bench.run(&["init", "--zone", "UTC"])?;
            if again.status == Some(2) {
                // All had been made, and only the answer was not given out.
                assert!(again.stderr.contains("not_empty"), "{when}: {again:?}");
            } else {
                assert_eq!(again.status, Some(0), "{when}: {again:?}");
                assert!(
                    ran.stdout.is_empty(),
                    "{when}: acknowledged and made anew: {ran:?}"
                );
            }
            assert_eq!(entries(&demand_clean(bench, when)?), 1, "{when}");
            bench.material()?;
            let ran = bench.run(&["ingest", "in"])?;
            assert_eq!(ran.status, Some(0), "{when}: {ran:?}");
            demand_clean(bench, when)?;
            Ok(())
        },
    )
}
