//! Attacks on what is stored: packs, files, the log, and every value of every table.

use std::fs;
use std::path::PathBuf;

use fonds::archive::EntryDraft;
use fonds::archive::Step;
use fonds::archive::Writer;

use crate::SECOND;
use crate::THIRD;
use crate::codes;
use crate::demand;
use crate::found;
use crate::reference;

use crate::sample::Sample;
use crate::sample::TestResult;
use crate::sample::sample;

#[test]
fn documents_that_changed_places_are_found() -> TestResult {
    let sample = sample()?;
    sample.attack(
        "UPDATE blob SET offset = (SELECT max(offset) FROM blob WHERE pack = 1) + 1
         WHERE offset = (SELECT min(offset) FROM blob WHERE pack = 1)",
    )?;
    let report = sample.verify()?;
    assert!(
        codes(&report)
            .iter()
            .any(|code| code.starts_with("document.")),
        "{:#?}",
        report.findings
    );
    Ok(())
}

/// The only file under `blobs/`.
fn large_file(sample: &Sample) -> TestResult<PathBuf> {
    let files = walkdir::WalkDir::new(sample.root().join("blobs")).into_iter();
    let file = files
        .filter_map(Result::ok)
        .find(|entry| entry.file_type().is_file());
    Ok(file.ok_or("no large file")?.into_path())
}

#[test]
fn bytes_planted_beside_the_archive_are_told_from_what_a_killed_run_leaves() -> TestResult {
    let sample = sample()?;
    let root = sample.root();
    let whole = b"nobody refers to this".as_slice();
    let digest = crate::sample::digest(whole).to_string();
    fs::create_dir_all(root.join("blobs").join(&digest[..2]))?;
    fs::write(root.join("blobs").join(&digest[..2]).join(&digest), whole)?;
    fs::copy(root.join("packs/000001.zip"), root.join("packs/000077.zip"))?;
    let report = sample.verify()?;
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert_eq!(report.not_findings.len(), 2, "{:#?}", report.not_findings);
    fs::write(root.join("packs/000078.zip"), b"PK\x03\x04 and more")?;
    fs::write(root.join("packs/notes.txt"), b"hello")?;
    let lie = "ab".repeat(32);
    fs::create_dir_all(root.join("blobs/ab"))?;
    fs::write(root.join("blobs/ab").join(lie), b"hello")?;
    fs::write(root.join("log/extra"), b"hello")?;
    let report = sample.verify()?;
    demand(&report, "pack.unexpected", "packs/000078.zip");
    demand(&report, "pack.unexpected", "packs/notes.txt");
    demand(&report, "blob.unexpected", "blobs/ab/");
    demand(&report, "log.unexpected", "log/extra");
    Ok(())
}

#[test]
fn a_document_listed_and_never_recorded_is_found() -> TestResult {
    let sample = sample()?;
    let whole = b"nobody refers to this".as_slice();
    let digest = crate::sample::digest(whole).to_string();
    fs::create_dir_all(sample.root().join("blobs").join(&digest[..2]))?;
    fs::write(
        sample.root().join("blobs").join(&digest[..2]).join(&digest),
        whole,
    )?;
    sample.attack(&format!(
        "INSERT INTO blob VALUES (x'{digest}', {}, NULL, NULL)",
        whole.len()
    ))?;
    demand(&sample.verify()?, "blob.unreferenced", &digest);
    sample.attack("DELETE FROM blob WHERE pack IS NULL")?;
    demand(&sample.verify()?, "blob.missing", &reference(&sample, 4)?);
    Ok(())
}

#[test]
fn a_byte_of_a_message_and_one_between_two_are_told_apart() -> TestResult {
    let sample = sample()?;
    let pack = sample.root().join("packs/000001.zip");
    let bytes = fs::read(&pack)?;
    let at = |part: &str| {
        let start = bytes
            .windows(part.len())
            .position(|window| window == part.as_bytes());
        start.ok_or("not in the pack")
    };
    let container = reference(&sample, 2)?;
    let mut altered = bytes.clone();
    altered[at("See you there")?] ^= 1;
    fs::write(&pack, &altered)?;
    let report = sample.verify()?;
    demand(&report, "document.altered", &container);
    demand(&report, "message.altered", &reference(&sample, THIRD)?);
    assert!(!found(
        &report,
        "message.altered",
        &reference(&sample, SECOND)?
    ));
    assert!(!codes(&report).contains("segment.rest"));
    let mut altered = bytes.clone();
    altered[at("window.part0")?] ^= 1;
    fs::write(&pack, &altered)?;
    let report = sample.verify()?;
    demand(&report, "document.altered", &container);
    demand(&report, "segment.rest", "entry 5");
    assert!(!codes(&report).contains("message.altered"));
    // The tail belongs to the segment with the last message.
    let mut altered = bytes.clone();
    let tail = at("See you there")? + "See you there\"} ]".len();
    altered[tail] ^= 1;
    fs::write(&pack, &altered)?;
    demand(&sample.verify()?, "segment.rest", "entry 7");
    Ok(())
}

#[test]
fn files_of_zeros_and_missing_files_are_found() -> TestResult {
    for (name, code) in [
        ("packs/000001.zip", "document.altered"),
        ("log/checkpoint", "log.altered"),
        ("log/tile/entries/000.p/12", "log.altered"),
        ("archive.sqlite", "database.damaged"),
    ] {
        let sample = sample()?;
        let path = sample.root().join(name);
        let length = fs::metadata(&path)?.len();
        fs::write(&path, vec![0; usize::try_from(length)?])?;
        demand(&sample.verify()?, code, "");
        if name == "archive.sqlite" {
            fs::write(&path, b"")?;
            demand(&sample.verify()?, code, "archive.sqlite");
        } else {
            fs::remove_file(&path)?;
            assert!(!sample.verify()?.findings.is_empty(), "{name}");
        }
    }
    let sample = sample()?;
    let large = large_file(&sample)?;
    fs::write(&large, vec![0; 11])?;
    demand(&sample.verify()?, "document.altered", "d-");
    fs::remove_file(&large)?;
    demand(&sample.verify()?, "document.missing", "d-");
    Ok(())
}

#[test]
fn a_damaged_page_is_a_finding_and_the_rest_is_still_checked() -> TestResult {
    let sample = sample()?;
    let path = sample.root().join("archive.sqlite");
    let page: u64 = sample.sql()?.query_row(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'text'",
        (),
        |row| row.get(0),
    )?;
    let mut bytes = fs::read(&path)?;
    let start = usize::try_from((page - 1) * 8192)?;
    bytes[start..start + 8192].fill(0xff);
    fs::write(&path, bytes)?;
    fs::remove_file(sample.root().join("log/checkpoint"))?;
    let report = sample.verify()?;
    demand(&report, "database.damaged", "archive.sqlite");
    demand(&report, "log.missing", "log/checkpoint");
    Ok(())
}

#[test]
fn every_byte_of_a_pack_and_of_the_log_is_held() -> TestResult {
    let sample = sample()?;
    let archive = sample.archive()?;
    let ledger = archive.ledger()?;
    let members = ledger.members(1)?;
    let path = sample.root().join("packs/000001.zip");
    let bytes = fs::read(&path)?;
    for index in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[index] ^= 1;
        fs::write(&path, &altered)?;
        let found = archive
            .store()
            .verify_pack(1, &members, &ToString::to_string, &mut |_| {})?;
        assert!(!found.is_empty(), "byte {index} of the pack");
    }
    fs::write(&path, &bytes)?;
    for file in walkdir::WalkDir::new(sample.root().join("log")) {
        let file = file?;
        if !file.file_type().is_file() {
            continue;
        }
        let bytes = fs::read(file.path())?;
        for index in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[index] ^= 1;
            fs::write(file.path(), &altered)?;
            let found = archive.check_log()?;
            assert!(
                !found.findings.is_empty(),
                "byte {index} of {}",
                file.path().display()
            );
        }
        fs::write(file.path(), &bytes)?;
    }
    drop(ledger);
    assert!(sample.verify()?.findings.is_empty());
    Ok(())
}

/// Another value of the same type, as SQL, for one that is given as SQL.
fn another(value: &str) -> Vec<String> {
    if value == "NULL" {
        return vec!["1".to_owned(), "'x'".to_owned(), "zeroblob(32)".to_owned()];
    }
    if let Some(hex) = value.strip_prefix("X'") {
        let last = hex.trim_end_matches('\'');
        let (head, tail) = last.split_at(last.len().saturating_sub(2));
        let byte = u8::from_str_radix(tail, 16).unwrap_or(0) ^ 1;
        return vec![format!("X'{head}{byte:02x}'")];
    }
    if value.starts_with('\'') {
        return vec![format!("{value} || ' '"), "'other'".to_owned()];
    }
    vec![
        format!("{value} + 1"),
        format!("{value} + 1000"),
        "0".to_owned(),
    ]
}

#[test]
fn every_value_of_every_table_is_held() -> TestResult {
    let sample = sample()?;
    sample
        .sql()?
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    let path = sample.root().join("archive.sqlite");
    let clean = fs::read(&path)?;
    let tables: Vec<String> = sample
        .sql()?
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?
        .query_map((), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut changed = 0;
    for table in &tables {
        let conn = sample.sql()?;
        let columns: Vec<String> = conn
            .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let quoted: Vec<String> = columns
            .iter()
            .map(|name| format!("quote({name})"))
            .collect();
        let rows: Vec<Vec<String>> = conn
            .prepare(&format!("SELECT {} FROM {table}", quoted.join(", ")))?
            .query_map((), |row| (0..columns.len()).map(|at| row.get(at)).collect())?
            .collect::<Result<_, _>>()?;
        drop(conn);
        for row in rows {
            let this: Vec<String> = columns
                .iter()
                .zip(&row)
                .map(|(name, value)| format!("{name} IS {value}"))
                .collect();
            for (column, value) in columns.iter().zip(&row) {
                let done = another(value).into_iter().any(|new| {
                    let sql = format!(
                        "UPDATE {table} SET {column} = {new} WHERE {}",
                        this.join(" AND ")
                    );
                    sample.attack(&sql).is_ok()
                });
                // A value that SQLite refuses even then was not changed.
                if done {
                    changed += 1;
                    let report = sample.verify()?;
                    assert!(!report.findings.is_empty(), "{table}.{column} of {row:?}");
                }
                for ending in ["-wal", "-shm"] {
                    drop(fs::remove_file(format!("{}{ending}", path.display())));
                }
                fs::write(&path, &clean)?;
            }
        }
    }
    assert!(changed > 300, "{changed}");
    assert!(sample.verify()?.findings.is_empty());
    Ok(())
}

#[test]
fn a_missing_pack_is_one_finding_with_all_that_it_held() -> TestResult {
    let sample = sample()?;
    fs::remove_file(sample.root().join("packs/000001.zip"))?;
    let report = sample.verify()?;
    assert_eq!(report.findings.len(), 1, "{:#?}", report.findings);
    demand(&report, "pack.missing", "packs/000001.zip");
    let finding = &report.findings[0];
    assert_eq!(finding.of.len(), 4, "{finding:#?}");
    assert!(finding.of.iter().all(|document| document.starts_with("d-")));
    Ok(())
}

/// The stored checkpoint of that size.
fn note(sample: &Sample, size: u64) -> TestResult<String> {
    Ok(sample.sql()?.query_row(
        "SELECT note FROM checkpoint WHERE size = ?1",
        [size],
        |row| row.get(0),
    )?)
}

#[test]
fn a_log_that_a_stopped_run_left_behind_is_told_from_one_that_was_changed() -> TestResult {
    let sample = sample()?;
    let log = sample.root().join("log");
    let behind = |expected: Option<u64>| -> TestResult {
        let report = sample.verify()?;
        let noted = report.not_findings.iter().any(|note| note.subject == "log");
        assert_eq!(noted, expected.is_some(), "{report:#?}");
        assert_eq!(
            report.findings.is_empty(),
            expected.is_some(),
            "{report:#?}"
        );
        assert_eq!(sample.archive()?.check_log()?.behind, expected);
        Ok(())
    };
    let part = log.join("tile/entries/000.p/8");
    let bytes = fs::read(&part)?;
    // Killed before the checkpoint, before the hashes, before all of it.
    fs::write(log.join("checkpoint"), note(&sample, 8)?)?;
    behind(Some(8))?;
    fs::remove_file(log.join("tile/0/000.p/12"))?;
    behind(Some(8))?;
    fs::remove_file(log.join("tile/entries/000.p/12"))?;
    behind(Some(8))?;
    // What that checkpoint covers has to be there, as it was.
    let mut altered = bytes.clone();
    altered[40] ^= 1;
    fs::write(&part, altered)?;
    demand(&sample.verify()?, "log.altered", "log/tile/entries/000.p/8");
    fs::remove_file(&part)?;
    demand(&sample.verify()?, "log.missing", "log/tile/entries/000.p/8");
    fs::write(&part, bytes)?;
    behind(Some(8))?;
    // With somebody else's line under it, it is not the one that was stored.
    let line = "\u{2014} somebody AAAAAAAAAAAA\n";
    fs::write(log.join("checkpoint"), note(&sample, 8)? + line)?;
    demand(&sample.verify()?, "log.altered", "log/checkpoint");
    // No single stop explains an older one, or none.
    fs::write(log.join("checkpoint"), note(&sample, 1)?)?;
    demand(&sample.verify()?, "log.altered", "log/checkpoint");
    fs::remove_file(log.join("checkpoint"))?;
    demand(&sample.verify()?, "log.missing", "log/checkpoint");
    fs::write(log.join("checkpoint"), note(&sample, 8)?)?;
    drop(Writer::open(&sample.root(), sample.signer()?)?);
    assert_eq!(
        fs::read_to_string(log.join("checkpoint"))?,
        note(&sample, 12)?
    );
    assert!(sample.verify()?.findings.is_empty());
    Ok(())
}

#[test]
fn a_full_tile_may_stand_for_its_part_before_the_checkpoint_does() -> TestResult {
    let sample = sample()?;
    let noted = || EntryDraft::new("noted/1", &[("text", serde_json::json!("so it is"))]);
    let steps = (0..250)
        .map(|_| noted().map(Step::Entry))
        .collect::<Result<_, _>>()?;
    Writer::open(&sample.root(), sample.signer()?)?.append(steps, None)?;
    let log = sample.root().join("log");
    assert!(!log.join("tile/entries/000.p").exists());
    fs::write(log.join("checkpoint"), note(&sample, 12)?)?;
    let report = sample.verify()?;
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert_eq!(report.not_findings.len(), 1, "{:#?}", report.not_findings);
    Ok(())
}

#[test]
fn a_catalogue_of_another_version_is_called_that() -> TestResult {
    let sample = sample()?;
    sample.attack("UPDATE projection SET number = 2; UPDATE card SET kind = 'x'")?;
    let report = sample.verify()?;
    assert_eq!(report.findings.len(), 1, "{:#?}", report.findings);
    demand(
        &report,
        "catalogue.other-version",
        "archive.sqlite projection",
    );
    drop(Writer::open(&sample.root(), sample.signer()?)?);
    assert!(sample.verify()?.findings.is_empty());
    Ok(())
}
