//! Attacks by name: somebody who has the archive's folder changes something, and `verify` says what.
//!
//! Not covered, since nothing that is proved depends on it: `fonds.toml` (anybody's to edit), `search/` (disposable, and
//! made again), `lock`, the `-wal` and `-shm` files of SQLite, bytes of the database file that no query of a table can
//! see (free pages, slack), and a checkpoint's row that is removed while a later one stands.

#![expect(
    clippy::disallowed_methods,
    reason = "an attacker does not ask for durable writes"
)]

#[path = "support/copies.rs"]
mod copies;
#[path = "tamper/forged.rs"]
mod forged;
#[path = "tamper/sample.rs"]
mod sample;
#[path = "tamper/storage.rs"]
mod storage;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use copies::copy_tree;
use fonds::archive::Archive;
use fonds::keys;
use fonds::tlog::Note;
use fonds::verify;
use fonds::verify::Anchoring;
use fonds::verify::Options;
use fonds::verify::Outside;
use fonds::verify::Report;
use rusqlite::Connection;

use self::sample::Sample;
use self::sample::TestResult;
use self::sample::sample;

fn check(root: &Path, options: &Options) -> TestResult<Report> {
    check_told(root, options, &mut |_| {})
}

fn check_told(
    root: &Path,
    options: &Options,
    progress: &mut dyn FnMut(verify::Progress),
) -> TestResult<Report> {
    let mut outside = Outside {
        progress,
        cpu: None,
    };
    Ok(verify::folder(root, options, &mut outside)?)
}

/// Checks an archive to which something happens once the check has begun.
fn check_while(
    root: &Path,
    options: &Options,
    happens: &mut dyn FnMut() -> TestResult,
) -> TestResult<Report> {
    let mut happened = None;
    let mut progress = |_| {
        if happened.is_none() {
            happened = Some(happens());
        }
    };
    let report = check_told(root, options, &mut progress)?;
    happened.ok_or("there was nothing to be told of")??;
    Ok(report)
}

impl Sample {
    fn archive(&self) -> TestResult<Archive> {
        Ok(Archive::open(&self.root())?)
    }

    fn verify(&self) -> TestResult<Report> {
        check(&self.root(), &Options::default())
    }

    /// What this user remembers.
    fn options(&self) -> TestResult<Options> {
        let (places, origin) = (self.places(), self.origin());
        Ok(Options {
            quick: false,
            pin: keys::Pin::open(&places, &origin)?.note().cloned(),
            memory: keys::last_signed(&places, &origin)?,
            pending: keys::announced(&places, &origin, &self.archive()?.log_keys()?.current())?,
            against: Vec::new(),
            odd: Vec::new(),
            ..Options::default()
        })
    }

    /// Changes the database as an attacker would: the triggers go, the change is made, the triggers come back.
    fn attack(&self, sql: &str) -> TestResult {
        let conn = self.sql()?;
        let triggers = without_triggers(&conn)?;
        conn.execute_batch(sql)?;
        for trigger in triggers {
            conn.execute_batch(&trigger)?;
        }
        Ok(())
    }
}

fn without_triggers(conn: &Connection) -> TestResult<Vec<String>> {
    conn.execute_batch("PRAGMA foreign_keys = off; PRAGMA ignore_check_constraints = on")?;
    let triggers: Vec<(String, String)> = conn
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (name, _) in &triggers {
        conn.execute_batch(&format!("DROP TRIGGER {name}"))?;
    }
    Ok(triggers.into_iter().map(|(_, sql)| sql).collect())
}

fn codes(report: &Report) -> BTreeSet<&str> {
    report.findings.iter().map(|finding| finding.code).collect()
}

fn found(report: &Report, code: &str, subject: &str) -> bool {
    report
        .findings
        .iter()
        .any(|finding| finding.code == code && finding.subject.contains(subject))
}

#[track_caller]
fn demand(report: &Report, code: &str, subject: &str) {
    assert!(
        found(report, code, subject),
        "no {code} on {subject} in {:#?}",
        report.findings
    );
}

#[test]
fn an_archive_that_nobody_touched_has_no_findings() -> TestResult {
    let sample = sample()?;
    let report = check(&sample.root(), &sample.options()?)?;
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.not_findings.is_empty(), "{:#?}", report.not_findings);
    assert_eq!(report.anchoring, Anchoring::SelfConsistent);
    assert_eq!(
        (report.entries, report.records, report.documents),
        (12, 10, 5)
    );
    let json = serde_json::to_value(&report)?;
    assert_eq!(json["schema"], "fonds/verify/1");
    assert_eq!(json["anchoring"], "self-consistent");
    Ok(())
}

/// The reference of an item by its number.
fn reference(sample: &Sample, item: u64) -> TestResult<String> {
    let archive = sample.archive()?;
    let card = archive.card(item)?.ok_or("no such item")?;
    Ok(archive.reference(&card)?)
}

/// The second message of the container, and the third, which lies in the next segment.
const SECOND: u64 = 7;
const THIRD: u64 = 8;

#[test]
fn a_row_edited_in_sqlite_is_found() -> TestResult {
    let sample = sample()?;
    let name = reference(&sample, SECOND)?;
    sample.attack("UPDATE item SET slots = replace(slots, '\"x:2\"', '\"x:3\"') WHERE id = 7")?;
    let report = sample.verify()?;
    demand(&report, "item.altered", &name);
    demand(&report, "catalogue.altered", "participant");
    assert!(!codes(&report).contains("segment.altered"));
    Ok(())
}

/// Edits a record and makes its leaf fit again, as somebody can who has the record key.
fn edit_with_leaf(sample: &Sample, table: &str, id: u64, from: &str, to: &str) -> TestResult {
    let conn = sample.sql()?;
    let key = if table == "entry" { "seq" } else { "id" };
    let (schema, secret, slots): (String, [u8; 32], String) = conn.query_row(
        &format!("SELECT schema, key, slots FROM {table} WHERE {key} = {id}"),
        (),
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let edited = slots.replace(from, to);
    assert_ne!(edited, slots);
    let archive = sample.archive()?;
    let kind = fonds::record::schema(&schema).ok_or("unknown kind")?;
    let texts = fonds::commitment::canonical::split(&edited, kind.slots.len())?;
    let salts = fonds::commitment::Salts::new(&fonds::commitment::RecordKey(secret));
    let commitments = archive.committer().commit_all(&salts, kind.slots, &texts);
    let leaf = if table == "entry" {
        archive.committer().entry_leaf(id, &schema, &commitments)
    } else {
        let (place, _) = archive.place(id)?.ok_or("no place")?;
        archive.committer().item_leaf(place, &schema, &commitments)
    };
    drop(archive);
    sample.attack(&format!(
        "UPDATE {table} SET leaf = x'{}', slots = '{edited}' WHERE {key} = {id}",
        hex::encode(leaf)
    ))
}

#[test]
fn an_item_edited_with_its_leaf_breaks_its_segment() -> TestResult {
    let sample = sample()?;
    edit_with_leaf(&sample, "item", SECOND, "\"x:2\"", "\"x:3\"")?;
    let report = sample.verify()?;
    demand(&report, "segment.altered", "entry 5");
    assert!(!codes(&report).contains("item.altered"));
    Ok(())
}

#[test]
fn an_entry_edited_with_its_leaf_breaks_the_signed_root() -> TestResult {
    let sample = sample()?;
    edit_with_leaf(&sample, "entry", 11, "Box was wet.", "Box was dry.")?;
    let report = sample.verify()?;
    demand(&report, "ledger.altered", "entries 8 to 11");
    demand(&report, "log.altered", "log/tile/entries");
    let quick = Options {
        quick: true,
        ..Options::default()
    };
    demand(
        &check(&sample.root(), &quick)?,
        "ledger.altered",
        "entries 0 to 11",
    );
    Ok(())
}

#[test]
fn entries_in_another_order_are_found() -> TestResult {
    let sample = sample()?;
    sample.attack(
        "UPDATE entry SET seq = 100 WHERE seq = 1; UPDATE entry SET seq = 1 WHERE seq = 2;
         UPDATE entry SET seq = 2 WHERE seq = 100",
    )?;
    let report = sample.verify()?;
    demand(&report, "ledger.entry-altered", "entry 1");
    demand(&report, "ledger.entry-altered", "entry 2");
    demand(&report, "ledger.altered", "entries 1 to 5");
    Ok(())
}

#[test]
fn a_tail_that_was_cut_off_is_found() -> TestResult {
    let sample = sample()?;
    let options = sample.options()?;
    sample.attack(
        "DELETE FROM entry WHERE seq >= 8; DELETE FROM checkpoint WHERE size > 8;
         DELETE FROM act; UPDATE agent SET merged = NULL; UPDATE tally SET n = 8 WHERE name = 'entries'",
    )?;
    demand(&sample.verify()?, "log.altered", "log/checkpoint");
    let report = check(&sample.root(), &options)?;
    demand(&report, "pin.ahead", "pin");
    demand(&report, "memory.ahead", "signer's memory");
    assert!(!codes(&report).contains("catalogue.altered"));
    // Without the log either, nothing but what lies outside can tell.
    fs::remove_dir_all(sample.root().join("log"))?;
    let against = Options {
        against: options.pin.into_iter().collect(),
        ..Options::default()
    };
    let report = check(&sample.root(), &against)?;
    demand(&report, "ledger.truncated", "checkpoint 1 given");
    assert_eq!(report.anchoring, Anchoring::SelfConsistent);
    Ok(())
}

#[test]
fn an_entry_taken_out_of_the_middle_is_found() -> TestResult {
    let sample = sample()?;
    sample.attack("DELETE FROM entry WHERE seq = 9")?;
    demand(&sample.verify()?, "ledger.entry-missing", "entry 9");
    Ok(())
}

#[test]
fn an_item_or_text_added_or_taken_out_is_found() -> TestResult {
    let taken = sample()?;
    taken.attack("DELETE FROM text WHERE item = 7; DELETE FROM item WHERE id = 7")?;
    demand(&taken.verify()?, "item.missing", "entry 5");
    let without = sample()?;
    without.attack("DELETE FROM text WHERE item = 7")?;
    demand(
        &without.verify()?,
        "text.missing",
        &reference(&without, SECOND)?,
    );
    let added = sample()?;
    added.attack(
        "INSERT INTO item SELECT 11, leaf, schema, key, slots FROM item WHERE id = 7;
         INSERT INTO text VALUES (1, 'Another text'); INSERT INTO text VALUES (99, 'Nobody''s')",
    )?;
    let report = added.verify()?;
    demand(&report, "item.unexpected", "archive.sqlite item");
    demand(&report, "text.unexpected", &reference(&added, 1)?);
    demand(&report, "text.unexpected", "archive.sqlite text");
    Ok(())
}

#[test]
fn an_older_checkpoint_in_place_of_a_later_one_is_found() -> TestResult {
    let sample = sample()?;
    let notes: Vec<String> = sample
        .sql()?
        .prepare("SELECT note FROM checkpoint ORDER BY size")?
        .query_map((), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    fs::write(sample.root().join("log/checkpoint"), &notes[0])?;
    demand(&sample.verify()?, "log.altered", "log/checkpoint");
    sample.attack(&format!(
        "UPDATE checkpoint SET note = '{}' WHERE size = 12",
        notes[0]
    ))?;
    demand(
        &sample.verify()?,
        "checkpoint.misplaced",
        "checkpoint of 12 entries",
    );
    Ok(())
}

#[test]
fn two_histories_signed_by_one_key_are_told_apart() -> TestResult {
    let sample = sample()?;
    let other = tempfile::tempdir()?;
    copy_tree(sample.folder.path(), other.path())?;
    let append = |root: &Path, state: &Path, words: &str| -> TestResult {
        let places = keys::Places {
            config: state.join("config"),
            state: state.join("state"),
        };
        let key = keys::KeyPair::from_seed(sample::SEED);
        let signer = fonds::archive::Signer::new(&places, &sample.origin(), key)?;
        let mut writer = fonds::archive::Writer::open(root, signer)?;
        let note = fonds::archive::EntryDraft::new(
            "noted/1",
            &[
                ("about", serde_json::json!({"entry": 3})),
                ("text", serde_json::json!(words)),
            ],
        )?;
        writer.append(vec![fonds::archive::Step::Entry(note)], None)?;
        Ok(())
    };
    append(&sample.root(), sample.folder.path(), "One thing")?;
    let here = sample.options()?;
    append(&other.path().join("archive"), other.path(), "Another thing")?;
    let report = check(&other.path().join("archive"), &here)?;
    demand(&report, "pin.other-root", "pin");
    demand(&report, "memory.other-root", "memory");
    let against = Options {
        against: here.pin.into_iter().collect(),
        ..Options::default()
    };
    demand(
        &check(&other.path().join("archive"), &against)?,
        "checkpoint.split",
        "checkpoint 1 given",
    );
    Ok(())
}

#[test]
fn a_checkpoint_from_elsewhere_anchors_the_archive() -> TestResult {
    let sample = sample()?;
    let note: String =
        sample
            .sql()?
            .query_row("SELECT note FROM checkpoint WHERE size = 8", (), |row| {
                row.get(0)
            })?;
    let against = Options {
        against: vec![Note::parse(note.as_bytes())?],
        ..Options::default()
    };
    let report = check(&sample.root(), &against)?;
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert_eq!(report.anchoring, Anchoring::Anchored);
    assert_eq!(
        (report.anchored_by[0].size, report.anchored_by[0].since),
        (8, 4)
    );
    let stranger = keys::KeyPair::from_seed([66; 32]).sign_text(
        "somebody.example/log",
        "somebody.example/log\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    )?;
    let against = Options {
        against: vec![stranger],
        ..Options::default()
    };
    let report = check(&sample.root(), &against)?;
    demand(&report, "checkpoint.not-signed", "checkpoint 1 given");
    assert_eq!(report.anchoring, Anchoring::SelfConsistent);
    Ok(())
}

#[test]
fn a_changed_key_is_found_and_the_rest_is_still_judged() -> TestResult {
    let sample = sample()?;
    let (old, new) = (
        hex::encode(sample.keys.log),
        hex::encode(keys::KeyPair::from_seed([66; 32]).public().as_bytes()),
    );
    sample.attack(&format!(
        "UPDATE entry SET slots = replace(slots, '{old}', '{new}') WHERE seq = 0"
    ))?;
    let report = sample.verify()?;
    demand(&report, "origin.changed", "entry 0");
    demand(&report, "ledger.entry-altered", "entry 0");
    demand(&report, "checkpoint.not-signed", "checkpoint of 12 entries");
    assert!(
        !found(&report, "item.altered", ""),
        "{:#?}",
        report.findings
    );
    Ok(())
}

#[test]
fn a_value_moved_to_another_slot_or_place_is_found() -> TestResult {
    let moved = sample()?;
    // The empty slots `note` and `by` of the note on the box.
    moved.attack(
        "UPDATE entry SET slots = replace(slots, '\"Box was wet.\",null', 'null,\"Box was wet.\"') WHERE seq = 11",
    )?;
    demand(&moved.verify()?, "ledger.entry-altered", "entry 11");
    let transplanted = sample()?;
    transplanted.attack(
        "UPDATE item SET (leaf, schema, key, slots) = (SELECT leaf, schema, key, slots FROM item WHERE id = 7) WHERE id = 5",
    )?;
    let report = transplanted.verify()?;
    demand(&report, "item.altered", "m-");
    demand(&report, "segment.altered", "entry 5");
    let spaced = sample()?;
    spaced.attack(
        "UPDATE entry SET slots = replace(slots, 'null,null', 'null, null') WHERE seq = 11",
    )?;
    demand(&spaced.verify()?, "ledger.entry-malformed", "entry 11");
    Ok(())
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of attacks")]
fn rows_edited_beside_the_ledger_are_found() -> TestResult {
    for (sql, code, subject) in [
        (
            "UPDATE text SET body = 'Not now' WHERE item = 7",
            "text.altered",
            "m-",
        ),
        (
            "UPDATE blob SET size = size + 1 WHERE pack IS NULL",
            "document.altered",
            "d-",
        ),
        (
            "UPDATE card SET kind = 'x-post' WHERE item = 7",
            "catalogue.altered",
            "card m-",
        ),
        (
            "UPDATE document SET kind = 'text' WHERE kind = 'html'",
            "catalogue.altered",
            "document d-",
        ),
        (
            "UPDATE account SET display = 'Somebody'",
            "catalogue.altered",
            "account",
        ),
        (
            "UPDATE tally SET n = n + 1 WHERE name = 'messages'",
            "catalogue.altered",
            "tally messages",
        ),
        (
            "UPDATE participant SET role = 4 WHERE item = 7 AND role = 0",
            "catalogue.altered",
            "participant",
        ),
        (
            "INSERT INTO participant VALUES (1, 5, 5)",
            "catalogue.altered",
            "participant",
        ),
        (
            "DELETE FROM card WHERE item = 7",
            "catalogue.altered",
            "card m-",
        ),
        (
            "INSERT INTO blank VALUES ('e', 1, 0, -1, NULL, zeroblob(32))",
            "blank.unexpected",
            "blank",
        ),
        ("CREATE TABLE extra (a)", "schema.altered", "table extra"),
        (
            "CREATE VIEW secrets AS SELECT * FROM entry",
            "schema.altered",
            "view secrets",
        ),
        (
            "CREATE TRIGGER spy AFTER INSERT ON entry BEGIN DELETE FROM tally; END",
            "schema.altered",
            "trigger spy",
        ),
        (
            "DROP INDEX card_by_time",
            "schema.altered",
            "index card_by_time",
        ),
        (
            "UPDATE entry SET key = NULL, slots = NULL WHERE seq = 11",
            "ledger.entry-gone",
            "entry 11",
        ),
        ("UPDATE item SET key = NULL WHERE id = 7", "item.gone", "m-"),
        (
            "UPDATE entry SET schema = 'rumoured/1' WHERE seq = 11",
            "ledger.not-understood",
            "entry 11",
        ),
        (
            "UPDATE item SET schema = 'rumour/1' WHERE id = 7",
            "item.not-understood",
            "m-",
        ),
        (
            "UPDATE entry SET slots = CAST(x'ff' AS TEXT) WHERE seq = 11",
            "ledger.entry-unreadable",
            "entry 11",
        ),
        (
            "UPDATE item SET slots = CAST(x'ff' AS TEXT) WHERE id = 7",
            "item.unreadable",
            "item 7",
        ),
        (
            "UPDATE text SET body = CAST(x'ff' AS TEXT) WHERE item = 7",
            "item.unreadable",
            "item 7",
        ),
        (
            "UPDATE blob SET size = -1 WHERE pack IS NULL",
            "blob.unreadable",
            "archive.sqlite blob",
        ),
        (
            "UPDATE checkpoint SET note = 'nonsense' WHERE size = 8",
            "checkpoint.unreadable",
            "of 8 entries",
        ),
        (
            "DELETE FROM checkpoint WHERE size = 12",
            "ledger.unsigned-tail",
            "entries 8 to 11",
        ),
    ] {
        let sample = sample()?;
        sample.attack(sql)?;
        let report = sample.verify()?;
        assert!(
            found(&report, code, subject),
            "{sql}: {:#?}",
            report.findings
        );
    }
    Ok(())
}

#[test]
fn a_group_recorded_while_the_archive_is_checked_is_no_finding() -> TestResult {
    let sample = sample()?;
    let report = check_while(&sample.root(), &sample.options()?, &mut || {
        let mut writer = fonds::archive::Writer::open(&sample.root(), sample.signer()?)?;
        let values = [
            ("about", serde_json::json!({"entry": 3})),
            ("text", serde_json::json!("Box was dried.")),
        ];
        let note = fonds::archive::EntryDraft::new("noted/1", &values)?;
        writer.append(vec![fonds::archive::Step::Entry(note)], None)?;
        Ok(())
    })?;
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    let noted = |note: &verify::NotFinding| note.subject == "log";
    assert!(
        report.not_findings.iter().any(noted),
        "{:#?}",
        report.not_findings
    );
    Ok(())
}

#[test]
fn a_group_whose_checkpoint_comes_while_it_is_checked_is_no_finding() -> TestResult {
    let sample = sample()?;
    let note: String =
        sample
            .sql()?
            .query_row("SELECT note FROM checkpoint WHERE size = 12", (), |row| {
                row.get(0)
            })?;
    sample.attack("DELETE FROM checkpoint WHERE size = 12")?;
    let report = check_while(&sample.root(), &Options::default(), &mut || {
        sample
            .sql()?
            .execute("INSERT INTO checkpoint VALUES (12, ?1)", [&note])?;
        Ok(())
    })?;
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    Ok(())
}

#[test]
fn a_log_ahead_of_an_older_database_is_found_whoever_holds_the_lock() -> TestResult {
    let sample = sample()?;
    sample.attack(
        "DELETE FROM entry WHERE seq >= 8; DELETE FROM checkpoint WHERE size > 8;
         DELETE FROM act; UPDATE agent SET merged = NULL; UPDATE tally SET n = 8 WHERE name = 'entries'",
    )?;
    let held = fs::File::options()
        .write(true)
        .open(sample.root().join("lock"))?;
    held.try_lock()?;
    let report = sample.verify()?;
    demand(&report, "log.altered", "log/checkpoint");
    demand(&report, "log.unexpected", "log/tile");
    Ok(())
}

#[test]
fn a_tail_that_the_signer_knows_of_is_no_finding() -> TestResult {
    let sample = sample()?;
    sample.attack("DELETE FROM checkpoint WHERE size = 12")?;
    let report = check(&sample.root(), &sample.options()?)?;
    assert!(!codes(&report).contains("ledger.unsigned-tail"));
    assert_eq!(report.not_findings[0].subject, "entries 8 to 11");
    Ok(())
}

#[test]
fn checkpoints_taken_away_are_missed_whatever_the_signer_remembers() -> TestResult {
    let sample = sample()?;
    sample.attack("DELETE FROM checkpoint")?;
    let report = check(&sample.root(), &sample.options()?)?;
    demand(&report, "checkpoint.missing", "ledger");
    demand(&report, "log.unexpected", "log/checkpoint");
    fs::remove_dir_all(sample.root().join("log"))?;
    let report = check(&sample.root(), &sample.options()?)?;
    assert_eq!(codes(&report), BTreeSet::from(["checkpoint.missing"]));
    Ok(())
}

#[test]
fn a_database_of_another_version_or_mode_or_that_is_no_file_is_found() -> TestResult {
    let versioned = sample()?;
    for version in [0, 1] {
        versioned.attack(&format!("PRAGMA user_version = {version}"))?;
        demand(&versioned.verify()?, "schema.altered", "archive.sqlite");
    }
    let sample = sample()?;
    sample
        .sql()?
        .pragma_update(None, "journal_mode", "delete")?;
    demand(&sample.verify()?, "schema.altered", "journal_mode");
    drop(fonds::archive::Writer::open(
        &sample.root(),
        sample.signer()?,
    )?);
    assert!(sample.verify()?.findings.is_empty());
    let database = sample.root().join("archive.sqlite");
    fs::rename(&database, sample.folder.path().join("away"))?;
    std::os::unix::fs::symlink(sample.folder.path().join("away"), &database)?;
    demand(&sample.verify()?, "database.damaged", "archive.sqlite");
    Ok(())
}
