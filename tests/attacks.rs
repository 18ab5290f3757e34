//! What somebody does who has the folder and not the key, or hands in a document made to do harm.

#![expect(
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "tests write what an attacker would"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use fonds::archive::Archive;
use fonds::archive::EntryDraft;
use fonds::archive::Step;
use fonds::keys;
use fonds::verify;
use fonds::verify::Options;
use fonds::verify::Outside;
use serde_json::json;
use support::Bench;
use support::TestResult;

/// The codes of what verifying finds.
fn codes(bench: &Bench) -> Result<BTreeSet<String>, Box<dyn std::error::Error>> {
    let mut outside = Outside {
        progress: &mut |_| {},
        cpu: None,
    };
    let archive = Archive::open(&bench.archive())?;
    let origin = archive.origin().to_string();
    let options = Options {
        pending: keys::announced(&bench.places, &origin, &archive.log_keys()?.current())?,
        memory: keys::last_signed(&bench.places, &origin)?,
        ..Options::default()
    };
    let report = verify::folder(&bench.archive(), &options, &mut outside)?;
    Ok(report
        .findings
        .iter()
        .map(|finding| format!("{} {}: {}", finding.code, finding.subject, finding.message))
        .collect())
}

fn note() -> Result<Step, Box<dyn std::error::Error>> {
    let values = [("about", json!({"entry": 0})), ("text", json!("a remark"))];
    Ok(Step::Entry(EntryDraft::new("noted/1", &values)?))
}

#[test]
fn a_link_in_the_log_neither_takes_files_away_nor_leads_writes_outside() -> TestResult {
    let bench = Bench::new()?;
    let papers = bench.dir.path().join("papers");
    fs::create_dir(&papers)?;
    fs::write(papers.join("will.txt"), "all to Nora")?;
    let partials = bench.archive().join("log/tile/entries/000.p");
    fs::remove_dir_all(&partials)?;
    symlink(&papers, &partials)?;
    let mut writer = bench.writer()?;
    let steps = (0..256).map(|_| note()).collect::<Result<_, _>>()?;
    // Whether the append goes on or is refused for the link: what lies outside stays as it was.
    drop(writer.append(steps, None));
    let left: Vec<_> = papers.read_dir()?.flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(fs::read_to_string(papers.join("will.txt"))?, "all to Nora");
    Ok(())
}

#[test]
fn a_file_of_somebody_elses_among_outgrown_tiles_stays() -> TestResult {
    let bench = Bench::new()?;
    let partials = bench.archive().join("log/tile/entries/000.p");
    fs::write(partials.join("will.txt"), "all to Nora")?;
    let steps = (0..256).map(|_| note()).collect::<Result<_, _>>()?;
    bench.writer()?.append(steps, None)?;
    let left: Vec<_> = partials.read_dir()?.flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    Ok(())
}

#[test]
fn a_checkpoint_of_nobodys_in_the_log_does_not_lock_the_user_out() -> TestResult {
    let bench = Bench::new()?;
    let path = bench.archive().join("log/checkpoint");
    let genuine = fs::read_to_string(&path)?;
    let forged = genuine.replacen("\n1\n", "\n9007199254740991\n", 1);
    assert_ne!(genuine, forged);
    fs::write(&path, forged)?;
    drop(bench.writer()?);
    assert_eq!(fs::read_to_string(&path)?, genuine);
    assert_eq!(codes(&bench)?, BTreeSet::new());
    Ok(())
}

#[test]
fn an_endless_file_in_place_of_the_logs_checkpoint_is_not_read() -> TestResult {
    let bench = Bench::new()?;
    let path = bench.archive().join("log/checkpoint");
    fs::remove_file(&path)?;
    symlink("/dev/zero", &path)?;
    let found = codes(&bench)?;
    assert!(found.iter().any(|code| code.starts_with("log.missing")));
    drop(bench.writer()?);
    assert!(path.symlink_metadata()?.is_file());
    assert_eq!(codes(&bench)?, BTreeSet::new());
    Ok(())
}

fn mailbox(messages: usize) -> String {
    let mut mailbox = String::new();
    for n in 0..messages {
        mailbox.push_str(&format!(
            "From nora@halloran.example Tue Jul 11 09:29:00 2023\nFrom: nora@halloran.example\nTo: voss@pier.example\n\
             Subject: Number {n}\nDate: Tue, 11 Jul 2023 09:29:00 -0400\nMessage-ID: <{n}@halloran.example>\n\n\
             This is message {n}.\n\nIt has two paragraphs.\n\n"
        ));
    }
    mailbox
}

/// Stops a run in the middle of a mailbox, after a group of it was recorded.
fn stopped_in(bench: &Bench, folder: &Path) -> TestResult {
    let mut writer = bench.writer()?;
    let request = support::request(&[folder], None);
    let stop = |progress: fonds::ingest::Progress| {
        assert!(progress.messages < 11_000, "stopped here");
    };
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut outside = support::outside();
        outside.progress = &stop;
        fonds::ingest::run(&mut writer, &request, &mut outside)
    }));
    assert!(result.is_err(), "the run was to be stopped");
    Ok(())
}

#[test]
fn a_file_that_came_since_does_not_keep_a_stopped_run_from_the_rest_of_its_mailbox() -> TestResult {
    let bench = Bench::new()?;
    let folder = bench.dir.path().join("in");
    fs::create_dir(&folder)?;
    fs::write(folder.join("b.mbox"), mailbox(12_000))?;
    stopped_in(&bench, &folder)?;
    fs::write(folder.join("a.mbox"), mailbox(2).replace("Number", "Since"))?;
    bench.ingest(&[&folder], None)?;
    let archive = Archive::open(&bench.archive())?;
    assert_eq!(archive.tally("messages")?, 12_002);
    assert_eq!(codes(&bench)?, BTreeSet::new());
    Ok(())
}

#[test]
fn a_mailbox_that_is_gone_since_is_read_to_its_end_from_the_archive() -> TestResult {
    let bench = Bench::new()?;
    let folder = bench.dir.path().join("in");
    fs::create_dir(&folder)?;
    fs::write(folder.join("b.mbox"), mailbox(12_000))?;
    stopped_in(&bench, &folder)?;
    fs::remove_file(folder.join("b.mbox"))?;
    bench.ingest(&[&folder], None)?;
    let archive = Archive::open(&bench.archive())?;
    assert_eq!(archive.tally("messages")?, 12_000);
    assert_eq!(codes(&bench)?, BTreeSet::new());
    Ok(())
}

/// A zip of members stored as they are.
fn zipped(members: &[(String, &[u8])], link: bool) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = zip::write::SimpleFileOptions::default();
        if link {
            zip.add_symlink(name.as_str(), "elsewhere", options)?;
        } else {
            zip.start_file(name.as_str(), options)?;
            zip.write_all(bytes)?;
        }
    }
    Ok(zip.finish()?.into_inner())
}

#[test]
fn long_names_of_members_that_are_passed_over_do_not_stop_an_ingest() -> TestResult {
    let bench = Bench::new()?;
    let links: Vec<(String, &[u8])> = (0..300)
        .map(|n| (format!("{n}{}", "\u{1}".repeat(60_000)), b"".as_slice()))
        .collect();
    let folder = bench.dir.path().join("in");
    fs::create_dir(&folder)?;
    fs::write(folder.join("a.zip"), zipped(&links, true)?)?;
    fs::write(folder.join("b.txt"), "The harbor was never safe.\n")?;
    let receipt = bench.ingest(&[&folder], None)?;
    assert_eq!(receipt.documents.added, 2);
    assert_eq!(codes(&bench)?, BTreeSet::new());
    let archive = Archive::open(&bench.archive())?;
    let recorded: Vec<String> = (0..archive.head()?.0)
        .filter_map(|seq| archive.entry(seq).ok().flatten())
        .filter_map(|entry| entry.get::<serde_json::Value>("note").ok().flatten())
        .map(|note| note.to_string())
        .collect();
    assert!(
        recorded.iter().any(|note| note.contains("more notices")),
        "{recorded:?}"
    );
    Ok(())
}

#[test]
fn what_is_too_much_to_unpack_leaves_nothing_that_verifying_finds() -> TestResult {
    let bench = Bench::new()?;
    // Nine times 64 MiB, each within what one archive may give, and together more than one file may.
    let mut inner = Vec::new();
    for n in 0..9_u8 {
        let mut zeros = vec![0; 64 << 20];
        if n == 8 {
            zeros[0] = 1;
        }
        inner.push((
            format!("{n}.zip"),
            zipped(&[("z".to_owned(), &zeros)], false)?,
        ));
    }
    let members: Vec<(String, &[u8])> = inner
        .iter()
        .map(|(name, bytes)| (name.clone(), bytes.as_slice()))
        .collect();
    let path = bench.dir.path().join("a.zip");
    fs::write(&path, zipped(&members, false)?)?;
    let receipt = bench.ingest(&[&path], None)?;
    assert!(
        receipt
            .failed
            .iter()
            .any(|failed| failed.reason.contains("limit"))
    );
    assert_eq!(codes(&bench)?, BTreeSet::new());
    Ok(())
}

#[test]
fn a_link_in_place_of_the_lock_or_the_database_is_not_followed() -> TestResult {
    let bench = Bench::new()?;
    let elsewhere = bench.dir.path().join("elsewhere");
    let lock = bench.archive().join("lock");
    fs::remove_file(&lock)?;
    symlink(&elsewhere, &lock)?;
    assert!(bench.writer().is_err());
    assert!(!elsewhere.exists());
    fs::remove_file(&lock)?;
    drop(bench.writer()?);
    let database = bench.archive().join("archive.sqlite");
    fs::rename(&database, &elsewhere)?;
    symlink(&elsewhere, &database)?;
    assert!(bench.writer().is_err());
    assert!(Archive::open(&bench.archive()).is_err());
    Ok(())
}

#[test]
fn nothing_is_read_out_of_stored_bytes_that_were_edited() -> TestResult {
    let bench = Bench::new()?;
    let path = bench.dir.path().join("a.mbox");
    // Over a mebibyte, so that it lies in a file of its own and is read from there.
    fs::write(&path, mailbox(6_000))?;
    bench.ingest(&[&path], Some("Nora"))?;
    let archive = Archive::open(&bench.archive())?;
    let digest = archive.card(1)?.ok_or("no document")?.sha256.to_string();
    let stored = bench
        .archive()
        .join("blobs")
        .join(&digest[..2])
        .join(&digest);
    let edited = fs::read_to_string(&stored)?.replace("two paragraphs", "six paragraphs");
    fs::remove_file(&stored)?;
    fs::write(&stored, edited)?;
    // The same bytes from another giver: what is recorded of them is what came, or nothing.
    drop(bench.ingest(&[&path], Some("Peter")));
    let archive = Archive::open(&bench.archive())?;
    for card in archive.after(6_001, 10_000)? {
        let text = archive.text(card.item)?.unwrap_or_default();
        assert!(!text.contains("six paragraphs"), "item {}", card.item);
    }
    Ok(())
}

#[test]
fn a_trigger_that_swallows_rows_stops_an_append_before_anything_is_signed() -> TestResult {
    let bench = Bench::new()?;
    let database = rusqlite::Connection::open(bench.archive().join("archive.sqlite"))?;
    database.execute_batch(
        "CREATE TRIGGER swallow BEFORE INSERT ON text BEGIN SELECT RAISE(IGNORE); END",
    )?;
    drop(database);
    assert!(bench.writer().is_err());
    Ok(())
}

#[test]
fn settings_that_never_end_are_not_read() -> TestResult {
    let bench = Bench::new()?;
    symlink("/dev/zero", bench.archive().join("fonds.toml"))?;
    let refused = fonds::archive::Settings::load(&bench.archive());
    assert!(refused.is_err(), "{refused:?}");
    Ok(())
}

#[test]
fn a_run_that_was_stopped_is_no_finding_before_it_goes_on() -> TestResult {
    let bench = Bench::new()?;
    let folder = bench.dir.path().join("in");
    fs::create_dir(&folder)?;
    fs::write(folder.join("b.mbox"), mailbox(12_000))?;
    stopped_in(&bench, &folder)?;
    assert_eq!(codes(&bench)?, BTreeSet::new());
    Ok(())
}

#[test]
fn a_half_read_mailbox_is_read_whole_when_its_path_is_given_otherwise() -> TestResult {
    let bench = Bench::new()?;
    let folder = bench.dir.path().join("in");
    fs::create_dir(&folder)?;
    fs::write(folder.join("b.mbox"), mailbox(12_000))?;
    stopped_in(&bench, &folder)?;
    let other = bench.ingest(&[&folder.join("b.mbox")], None)?;
    assert_eq!((other.messages, other.documents.known), (12_000, 0));
    Ok(())
}

#[test]
fn an_entry_that_claims_an_earlier_time_than_those_before_it_is_noted() -> TestResult {
    let bench = Bench::new()?;
    let file = bench.dir.path().join("old.txt");
    fs::write(&file, "It was here all along.")?;
    let mut writer = bench.writer()?;
    let mut outside = fonds::ingest::Outside {
        clock: &|| {
            fonds::record::Moment::from_seconds(915_148_800)
                .unwrap_or_else(|| unreachable!("in range"))
        },
        ..support::outside()
    };
    fonds::ingest::run(&mut writer, &support::request(&[&file], None), &mut outside)?;
    drop(writer);
    let mut outside = Outside {
        progress: &mut |_| {},
        cpu: None,
    };
    let report = verify::folder(&bench.archive(), &Options::default(), &mut outside)?;
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let notes: Vec<_> = report
        .not_findings
        .iter()
        .map(|note| note.text.as_str())
        .collect();
    assert!(
        notes
            .iter()
            .any(|note| note.contains("recorded at 1999-01-01T00:00:00Z")),
        "{notes:?}"
    );
    Ok(())
}

#[test]
fn nothing_is_read_out_of_a_long_mailbox_that_was_edited_where_it_is_stored() -> TestResult {
    let bench = Bench::new()?;
    let path = bench.dir.path().join("a.mbox");
    // Too long to be at hand as a whole, and few messages.
    let mut long = mailbox(3);
    long.push_str(&"one more line of the last message\n".repeat(2_000_000));
    assert!(long.len() > 64 << 20);
    fs::write(&path, &long)?;
    bench.ingest(&[&path], Some("Nora"))?;
    let archive = Archive::open(&bench.archive())?;
    let last = archive.last_item()?;
    let digest = archive.card(1)?.ok_or("no document")?.sha256.to_string();
    let stored = bench
        .archive()
        .join("blobs")
        .join(&digest[..2])
        .join(&digest);
    fs::write(
        &stored,
        long.replacen("two paragraphs", "six paragraphs", 1),
    )?;
    let refused = bench.ingest(&[&path], Some("Peter")).err();
    let refused = refused.ok_or("it was read")?;
    let cause = refused.source().map(ToString::to_string);
    assert!(
        cause.is_some_and(|cause| cause.contains(&digest)),
        "{refused:?}"
    );
    assert_eq!(archive.last_item()?, last);
    Ok(())
}

/// The program on this archive, stopped after half a minute: its exit status, 124 where it was.
fn status_of(bench: &Bench, args: &[&str]) -> TestResult<Option<i32>> {
    let ran = Command::new("timeout")
        .args(["30", env!("CARGO_BIN_EXE_fonds")])
        .args(args)
        .env("FONDS_USER", bench.dir.path())
        .env("FONDS_ARCHIVE", bench.archive())
        .output()?;
    Ok(ran.status.code())
}

#[test]
fn a_view_without_end_in_place_of_a_table_is_not_asked() -> TestResult {
    let bench = Bench::new()?;
    let database = rusqlite::Connection::open(bench.archive().join("archive.sqlite"))?;
    database.execute_batch(
        "DROP TABLE tally; CREATE VIEW tally AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
         SELECT 'nothing' AS name, i AS n FROM n",
    )?;
    drop(database);
    for (verb, status) in [("status", 2), ("doctor", 2), ("verify", 1)] {
        assert_eq!(status_of(&bench, &[verb])?, Some(status), "{verb}");
    }
    let found = codes(&bench).err().map(|error| error.to_string());
    assert!(found.is_some_and(|said| said.contains("table tally")));
    Ok(())
}

#[test]
fn what_is_no_plain_file_beside_the_database_is_not_opened() -> TestResult {
    let bench = Bench::new()?;
    let letter = bench.dir.path().join("letter");
    fs::write(&letter, "Dear Nora")?;
    for suffix in ["-wal", "-shm"] {
        let beside = bench.archive().join(format!("archive.sqlite{suffix}"));
        assert!(!beside.exists());
        symlink(&letter, &beside)?;
        assert!(Archive::open(&bench.archive()).is_err(), "{suffix}");
        assert!(bench.writer().is_err(), "{suffix}");
        assert_eq!(fs::read_to_string(&letter)?, "Dear Nora");
        fs::remove_file(&beside)?;
        assert!(Command::new("mkfifo").arg(&beside).status()?.success());
        assert_eq!(status_of(&bench, &["status"])?, Some(2), "{suffix}");
        assert_eq!(status_of(&bench, &["verify"])?, Some(1), "{suffix}");
        fs::remove_file(&beside)?;
    }
    assert_eq!(codes(&bench)?, BTreeSet::new());
    Ok(())
}

#[test]
fn a_large_file_in_place_of_what_a_witness_said_is_not_read() -> TestResult {
    let bench = Bench::new()?;
    let path = bench.dir.path().join("large.bin");
    fs::write(&path, vec![7; 5 << 20])?;
    bench.ingest(&[&path], None)?;
    let archive = Archive::open(&bench.archive())?;
    let digest = archive.card(1)?.ok_or("no document")?.sha256;
    let (size, _) = archive.head()?;
    let (_, head) = archive.checkpoint_of(size)?.ok_or("no checkpoint")?;
    drop(archive);
    let values = [
        ("size", json!(size)),
        ("root", json!(head.root.to_string())),
        ("kind", json!("witness")),
        ("token", json!({"sha256": digest, "size": 5 << 20})),
    ];
    let entry = Step::Entry(EntryDraft::new("anchored/1", &values)?);
    bench.writer()?.append(vec![entry], None)?;
    let anchors = Archive::open(&bench.archive())?.anchors()?;
    let [(_, Err(said))] = anchors.as_slice() else {
        return Err(format!("{} anchors", anchors.len()).into());
    };
    assert!(said.contains("of more than"), "{said}");
    Ok(())
}

#[test]
fn a_link_in_a_stopped_start_leads_no_clearing_elsewhere() -> TestResult {
    let dir = tempfile::tempdir()?;
    let (root, elsewhere) = (dir.path().join("archive"), dir.path().join("log"));
    fs::create_dir_all(&root)?;
    fs::create_dir_all(&elsewhere)?;
    fs::write(root.join("lock"), "")?;
    fs::copy(
        Bench::new()?.archive().join("archive.sqlite"),
        root.join("archive.sqlite"),
    )?;
    fs::write(elsewhere.join("checkpoint"), "somebody's")?;
    symlink(&elsewhere, root.join("log"))?;
    fonds::archive::clear_unfinished_start(&root)?;
    assert!(elsewhere.join("checkpoint").exists());
    Ok(())
}
