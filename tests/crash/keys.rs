//! The key changed: killed at any call, taken to another computer, and what is left to whoever has the old one.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::at_calls;
use crate::bench::Bench;
use crate::bench::Harm;
use crate::bench::can_trace;
use crate::copies::copy_tree;
use crate::demand_clean;

type TestResult<T = ()> = Result<T, Box<dyn Error>>;

const ACT: [&str; 6] = [
    "people",
    "add",
    "Nora Halloran",
    "--note",
    "the editor",
    "--no-input",
];

/// The key files of the one archive, in their order.
fn key_files(bench: &Bench) -> TestResult<Vec<PathBuf>> {
    let folder = bench.path().join("user/config/keys");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    files.retain(|file| !file.to_string_lossy().contains("recovery"));
    files.sort();
    Ok(files)
}

fn demand_key(bench: &Bench, keys: usize, when: &str) -> TestResult {
    let shown = bench.run(&["key"])?;
    let shown = shown.json()?;
    let count = shown.get("keys").and_then(Value::as_array).map(Vec::len);
    assert_eq!(count, Some(keys), "{when}: {shown}");
    assert_eq!(shown.get("here"), Some(&Value::from(true)), "{when}");
    Ok(())
}

#[test]
fn a_change_of_key_killed_at_any_call_locks_nobody_out() -> TestResult {
    if !can_trace() {
        return Ok(());
    }
    let bench = Bench::started()?;
    at_calls(
        &bench,
        &["key", "rotate"],
        Harm::Kill,
        16,
        |bench, ran, when| {
            let shown = bench.run(&["key"])?.json()?;
            let keys = shown
                .get("keys")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            demand_key(bench, keys, when)?;
            demand_clean(bench, when)?;
            if ran.stdout.contains("fonds/key/1") {
                assert_eq!(keys, 2, "{when}: acknowledged and lost");
            }
            let act = bench.run(&ACT)?;
            assert_eq!(act.status, Some(0), "{when}: {act:?}");
            let again = bench.run(&["key", "rotate"])?;
            assert_eq!(again.status, Some(0), "{when}: {again:?}");
            demand_key(bench, keys + 1, when)?;
            let left = key_files(bench)?;
            assert_eq!(
                left.len(),
                2,
                "{when}: a key and its public half, not {left:?}"
            );
            let checked = demand_clean(bench, when)?;
            assert_eq!(
                checked.get("not_findings"),
                Some(&serde_json::json!([])),
                "{when}"
            );
            Ok(())
        },
    )
}

#[test]
fn who_has_the_old_key_only_adds_nothing_and_forges_nothing() -> TestResult {
    let bench = Bench::started()?;
    let old = fs::read(key_files(&bench)?.first().ok_or("no key")?)?;
    assert_eq!(bench.run(&ACT)?.status, Some(0));
    let changed = bench.run(&["key", "rotate", "--reason", "the laptop was sold"])?;
    assert_eq!(changed.status, Some(0), "{changed:?}");
    let last = demand_clean(&bench, "changed")?;
    let thief = bench.copy()?;
    let key = key_files(&thief)?.first().ok_or("no key")?.clone();
    fs::write(&key, &old)?;
    let refused = thief.run(&ACT)?;
    assert_eq!(refused.status, Some(12), "{refused:?}");
    assert_eq!(
        demand_clean(&thief, "refused")?.get("entries"),
        last.get("entries")
    );
    // The checkpoint of the change with the old key's line only, as a thief would have to leave it.
    let conn = rusqlite::Connection::open(thief.path().join("archive/archive.sqlite"))?;
    conn.execute_batch("DROP TRIGGER checkpoint_is_append_only")?;
    let note: String = conn.query_row(
        "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1",
        (),
        |row| row.get(0),
    )?;
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!(
        lines.len(),
        6,
        "three lines, an empty one, two signatures: {note}"
    );
    let cut = format!("{}\n", lines.get(..5).ok_or("short")?.join("\n"));
    conn.execute(
        "UPDATE checkpoint SET note = ?1 WHERE note = ?2",
        [&cut, &note],
    )?;
    drop(conn);
    let found = thief.run(&["verify"])?;
    assert_eq!(found.status, Some(1), "{found:?}");
    assert!(found.stdout.contains("checkpoint.not-signed"), "{found:?}");
    Ok(())
}

#[test]
fn a_copy_from_before_a_change_of_the_key_is_called_an_older_copy() -> TestResult {
    let bench = Bench::started()?;
    assert_eq!(bench.run(&ACT)?.status, Some(0));
    let older = bench.copy()?;
    assert_eq!(bench.run(&["key", "rotate"])?.status, Some(0));
    let act = ["people", "add", "Adair Quillfeather"];
    assert_eq!(bench.run(&act)?.status, Some(0));
    let newer = bench.path().join("newer-log");
    copy_tree(&bench.path().join("archive/log"), &newer)?;
    // The user's keys and memory go on; the archive's folder comes back out of a backup.
    fs::remove_dir_all(bench.path().join("archive"))?;
    copy_tree(&older.path().join("archive"), &bench.path().join("archive"))?;
    let refused = bench.run(&act)?;
    assert_eq!(refused.status, Some(2), "{refused:?}");
    assert!(
        refused.stderr.contains("this is an older copy"),
        "{refused:?}"
    );
    let checked = bench.run(&["verify"])?;
    assert_eq!(checked.status, Some(1), "{checked:?}");
    for code in ["pin.ahead", "memory.ahead"] {
        assert!(checked.stdout.contains(code), "{checked:?}");
    }
    assert!(!checked.stdout.contains("not-signed"), "{checked:?}");
    // It is lengthened by a copy of the log, with what the user's own folder kept of the change.
    let copy = bench.path().join("log-elsewhere");
    copy_tree(&newer, &copy)?;
    let changes = changes_file(&bench)?;
    let kept = fs::read(&changes)?;
    fs::remove_file(&changes)?;
    let restore = ["doctor", "--restore", "log-elsewhere"];
    let refused = bench.run(&restore)?;
    assert_ne!(refused.status, Some(0), "{refused:?}");
    assert!(refused.stderr.contains("key continue"), "{refused:?}");
    fs::write(&changes, kept)?;
    let restored = bench.run(&restore)?;
    assert_eq!(restored.status, Some(0), "{restored:?}");
    let checked = demand_clean(&bench, "restored")?;
    assert_eq!(checked.get("lost"), Some(&Value::from(1)), "{checked}");
    demand_key(&bench, 2, "restored")?;
    assert_eq!(bench.run(&act)?.status, Some(0));
    demand_clean(&bench, "gone on")?;
    Ok(())
}

/// Where the user's own folder keeps the changes of the key of the one archive.
fn changes_file(bench: &Bench) -> TestResult<PathBuf> {
    let state = fs::read_dir(bench.path().join("user/state"))?;
    let found: Vec<PathBuf> = state
        .map(|entry| Ok(entry?.path().join("changes.json")))
        .collect::<std::io::Result<_>>()?;
    let found = found.into_iter().find(|path| path.exists());
    Ok(found.ok_or("no changes are kept")?)
}

#[test]
fn an_archive_moves_to_another_computer_with_its_key() -> TestResult {
    let here = Bench::started()?;
    assert_eq!(here.run(&ACT)?.status, Some(0));
    let there = here.copy()?;
    fs::remove_dir_all(there.path().join("user/state"))?;
    // A key that remembers nothing signs nothing until somebody says that this copy is the newest.
    let refused = there.run(&["key", "rotate"])?;
    assert_eq!(refused.status, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("--trust-head"), "{refused:?}");
    assert_eq!(there.run(&["doctor", "--trust-head"])?.status, Some(0));
    let changed = there.run(&["key", "rotate", "--reason", "moved to the new computer"])?;
    assert_eq!(changed.status, Some(0), "{changed:?}");
    assert_eq!(there.run(&ACT)?.status, Some(0));
    demand_clean(&there, "moved")?;
    // What comes back to the old computer can be read and checked there, and nothing can be added.
    fs::remove_dir_all(here.path().join("archive"))?;
    copy_tree(&there.path().join("archive"), &here.path().join("archive"))?;
    demand_clean(&here, "back on the old computer")?;
    let refused = here.run(&ACT)?;
    assert_eq!(refused.status, Some(12), "{refused:?}");
    Ok(())
}
