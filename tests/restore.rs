//! An older copy of an archive comes back: what a copy of the log can save, what is said to be lost, and what is refused.

#![expect(
    clippy::disallowed_methods,
    clippy::format_collect,
    reason = "a test writes where the archive may not, and damages what it wrote"
)]

#[path = "support/copies.rs"]
mod copies;
mod support;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use copies::copy_tree;
use fonds::archive::Archive;
use fonds::archive::ArchiveError;
use fonds::archive::EntryDraft;
use fonds::archive::KeyChange;
use fonds::archive::Restored;
use fonds::archive::Signer;
use fonds::archive::Step;
use fonds::archive::Writer;
use fonds::archive::kept_changes;
use fonds::keys::KeyPair;
use fonds::keys::Pin;
use fonds::keys::last_signed;
use fonds::tlog::Checkpoint;
use fonds::tlog::Note;
use fonds::verify;
use serde_json::json;
use support::Bench;
use support::TestResult;
use support::log_key;

/// An archive whose backup lacks what came after it.
struct Lost {
    bench: Bench,
    backup: PathBuf,
    log: PathBuf,
    origin: String,
}

impl Lost {
    /// `after` is what the backup lacks.
    fn new(after: impl Fn(&Bench) -> TestResult) -> Result<Self, Box<dyn Error>> {
        let bench = Bench::new()?;
        let origin = Archive::open(&bench.archive())?.origin().to_string();
        let backup = bench.dir.path().join("backup");
        let log = bench.dir.path().join("log-elsewhere");
        let early = bench.dir.path().join("early");
        fs::create_dir(&early)?;
        fs::write(early.join("a.txt"), "The harbor was never safe.\n")?;
        bench.ingest(&[&early], Some("Nora Halloran"))?;
        copy_tree(&bench.archive(), &backup)?;
        after(&bench)?;
        copy_tree(&bench.archive().join("log"), &log)?;
        fs::remove_dir_all(bench.archive())?;
        copy_tree(&backup, &bench.archive())?;
        Ok(Self {
            bench,
            backup,
            log,
            origin,
        })
    }

    fn signer(&self) -> Result<Signer, Box<dyn Error>> {
        Ok(Signer::new(&self.bench.places, &self.origin, log_key())?)
    }

    fn restore(&self) -> Result<Restored, ArchiveError> {
        let signer = Signer::new(&self.bench.places, &self.origin, log_key())?;
        let values = [
            ("copy", json!("a disk in the safe")),
            ("t", json!("1692043200")),
        ];
        Writer::restore(&self.bench.archive(), signer, &self.log, &[], &values)
            .map(|(_, done)| done)
    }

    fn size(&self) -> Result<u64, ArchiveError> {
        Ok(Archive::open(&self.bench.archive())?.head()?.0)
    }

    fn verify(&self, against: Vec<Note>) -> Result<Vec<(String, String)>, Box<dyn Error>> {
        Ok(self
            .report(against)?
            .findings
            .into_iter()
            .map(|finding| (finding.code.to_string(), finding.subject))
            .collect())
    }

    fn report(&self, against: Vec<Note>) -> Result<verify::Report, Box<dyn Error>> {
        let options = verify::Options {
            pin: Pin::open(&self.bench.places, &self.origin)?.note().cloned(),
            memory: last_signed(&self.bench.places, &self.origin)?,
            against,
            ..verify::Options::default()
        };
        let mut outside = verify::Outside {
            progress: &mut |_| {},
            cpu: None,
        };
        Ok(verify::folder(
            &self.bench.archive(),
            &options,
            &mut outside,
        )?)
    }

    /// Demands that nothing is found and that this many entries are said to be lost.
    #[track_caller]
    fn demand_lost(&self, entries: u64) -> TestResult {
        let report = self.report(Vec::new())?;
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
        assert_eq!(report.lost, entries);
        Ok(())
    }
}

fn late(bench: &Bench) -> Result<PathBuf, Box<dyn Error>> {
    let late = bench.dir.path().join("late");
    fs::create_dir_all(&late)?;
    fs::write(late.join("b.txt"), "Who pays?\n")?;
    Ok(late)
}

fn more(bench: &Bench) -> TestResult {
    bench.ingest(&[&late(bench)?], Some("Nora Halloran"))?;
    Ok(())
}

/// Entries that say nothing, in one group.
fn notes(bench: &Bench, number: usize) -> TestResult {
    let entry = || {
        EntryDraft::new(
            "noted/1",
            &[("text", json!("so it is")), ("t", json!("1692043200"))],
        )
    };
    let steps = (0..number)
        .map(|_| entry().map(Step::Entry))
        .collect::<Result<_, _>>()?;
    bench.writer()?.append(steps, None)?;
    Ok(())
}

#[test]
fn an_older_copy_is_lengthened_from_the_log_and_every_pin_holds() -> TestResult {
    let lost = Lost::new(more)?;
    let pinned = fs::read(lost.log.join("checkpoint"))?;
    let from = lost.size()?;
    assert!(matches!(
        lost.bench.writer().map(drop),
        Err(error) if error.to_string().contains("older copy")
    ));
    let ahead = lost.verify(Vec::new())?;
    assert!(
        ahead.iter().any(|(code, _)| code == "pin.ahead"),
        "{ahead:?}"
    );
    let done = lost.restore()?;
    assert_eq!((done.from_size, done.to_size), (from, from + 3));
    assert_eq!(done.entry, from + 3);
    let report = lost.report(vec![Note::parse(&pinned)?])?;
    let subject = format!("entries {from} to {}", from + 2);
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert_eq!(report.lost, 3);
    assert!(
        report
            .not_findings
            .iter()
            .any(|note| note.subject == subject),
        "{report:#?}"
    );
    // The honest user goes on: what was lost comes in again, under an accession of its own.
    let receipt = lost
        .bench
        .ingest(&[&late(&lost.bench)?], Some("Nora Halloran"))?;
    assert_eq!((receipt.documents.added, receipt.continued), (1, false));
    assert_eq!(lost.verify(vec![Note::parse(&pinned)?])?, []);
    let archive = Archive::open(&lost.bench.archive())?;
    assert_eq!(archive.tally("documents")?, 2);
    lost.bench.writer()?.rebuild()?;
    assert_eq!(Archive::open(&lost.bench.archive())?.tally("documents")?, 2);
    Ok(())
}

#[test]
fn the_archives_own_log_serves_when_only_the_database_is_older() -> TestResult {
    let lost = Lost::new(more)?;
    let own = lost.bench.archive().join("log");
    fs::remove_dir_all(&own)?;
    copy_tree(&lost.log, &own)?;
    let signer = lost.signer()?;
    let (writer, done) = Writer::restore(
        &lost.bench.archive(),
        signer,
        &own,
        &[],
        &[("t", json!("1692043200"))],
    )?;
    assert_eq!(writer.size(), done.entry + 1);
    drop(writer);
    lost.demand_lost(3)
}

#[test]
fn a_bundle_that_was_filled_since_serves_for_its_part() -> TestResult {
    let lost = Lost::new(|bench| notes(bench, 40))?;
    let bundles = lost.log.join("tile/entries");
    let part = bundles.join("000.p");
    let name = fs::read_dir(&part)?.next().ok_or("no part")??.path();
    let mut bytes = fs::read(&name)?;
    bytes.resize(256 * 34, 7);
    fs::remove_dir_all(&part)?;
    fs::write(bundles.join("000"), bytes)?;
    assert!(lost.restore().is_ok());
    Ok(())
}

#[test]
fn packs_that_only_the_lost_entries_named_are_kept() -> TestResult {
    let lost = Lost::new(more)?;
    let pack = lost.bench.archive().join("packs/000002.zip");
    let bytes = {
        // The folder kept its packs, and only the database went back.
        let other = Bench::new()?;
        other.ingest(&[&late(&other)?], None)?;
        fs::read(other.archive().join("packs/000001.zip"))?
    };
    fs::write(&pack, &bytes)?;
    assert!(lost.bench.writer().is_err());
    assert!(pack.is_file(), "an older copy is not cleared");
    lost.restore()?;
    drop(lost.bench.writer()?);
    assert_eq!(fs::read(&pack)?, bytes);
    Ok(())
}

#[test]
fn a_forged_or_damaged_copy_of_the_log_is_refused_and_nothing_changes() -> TestResult {
    type Harm = fn(&Path) -> TestResult;
    let harms: [(&str, Harm, &str); 6] = [
        (
            "an altered entry",
            |log| {
                let bundle = bundle(log)?;
                let mut bytes = fs::read(&bundle)?;
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
                Ok(fs::write(bundle, bytes)?)
            },
            "give the root",
        ),
        (
            "an altered beginning",
            |log| {
                let bundle = bundle(log)?;
                let mut bytes = fs::read(&bundle)?;
                bytes[2] ^= 1;
                Ok(fs::write(bundle, bytes)?)
            },
            "give the root",
        ),
        (
            "entries cut off",
            |log| {
                let bundle = bundle(log)?;
                let bytes = fs::read(&bundle)?;
                Ok(fs::write(bundle, &bytes[..bytes.len() - 34])?)
            },
            "ends after",
        ),
        (
            "entries of another length",
            |log| {
                let bundle = bundle(log)?;
                let mut bytes = fs::read(&bundle)?;
                bytes[1] = 31;
                Ok(fs::write(bundle, bytes)?)
            },
            "not 32 bytes",
        ),
        (
            "a checkpoint by another key",
            |log| {
                let path = log.join("checkpoint");
                let note = Note::parse(&fs::read(&path)?)?;
                let stated = Checkpoint::parse(note.text())?;
                let signed = KeyPair::from_seed([66; 32]).sign(&stated)?;
                Ok(fs::write(path, signed.to_string())?)
            },
            "not signed by this archive's key",
        ),
        (
            "no checkpoint",
            |log| Ok(fs::remove_file(log.join("checkpoint"))?),
            "cannot read",
        ),
    ];
    let lost = Lost::new(more)?;
    let whole = lost.bench.dir.path().join("whole");
    copy_tree(&lost.log, &whole)?;
    let size = lost.size()?;
    for (name, harm, reason) in harms {
        fs::remove_dir_all(&lost.log)?;
        copy_tree(&whole, &lost.log)?;
        harm(&lost.log)?;
        let error = lost.restore().err().ok_or(name)?;
        assert!(error.to_string().contains(reason), "{name}: {error}");
        assert_eq!(lost.size()?, size, "{name}");
    }
    fs::remove_dir_all(&lost.log)?;
    copy_tree(&whole, &lost.log)?;
    assert!(lost.restore().is_ok());
    Ok(())
}

#[test]
fn a_forged_change_of_the_key_lengthens_nothing() -> TestResult {
    let (new, other) = (|| KeyPair::from_seed([5; 32]), KeyPair::from_seed([66; 32]));
    let t = ("t", json!("1692043200"));
    let lost = Lost::new(|bench| {
        bench.writer()?.rotate(new(), std::slice::from_ref(&t))?;
        let said = EntryDraft::new("noted/1", &[("text", json!("so it is")), t.clone()])?;
        bench
            .writer_by(new())?
            .append(vec![Step::Entry(said)], None)?;
        Ok(())
    })?;
    let (places, origin) = (&lost.bench.places, lost.origin.as_str());
    let restore = |changes: &[KeyChange]| {
        let signer = Signer::new(places, origin, new())?;
        let root = lost.bench.archive();
        let restored = Writer::restore(&root, signer, &lost.log, changes, std::slice::from_ref(&t));
        restored.map(|(_, done)| done)
    };
    let path = places.changes(origin)?;
    let kept = fs::read_to_string(&path)?;
    let change = kept_changes(places, origin)?
        .pop()
        .ok_or("nothing is kept")?;
    let size = lost.size()?;
    assert_eq!(change.entry, size);
    // The head of the change with the old key's line by somebody else, and with the new one's alone.
    let stored: serde_json::Value = serde_json::from_str(&kept)?;
    let note = stored["changes"][0]["note"].as_str().ok_or("no note")?;
    let mut resigned = Note::new(Note::parse(note.as_bytes())?.text())?;
    new().add_to(&mut resigned, origin)?;
    let alone = resigned.to_string();
    other.add_to(&mut resigned, origin)?;
    let escaped = |text: &str| serde_json::to_string(text).unwrap_or_default();
    for (name, forged) in [
        (
            "another key",
            kept.replace(&new().public().to_string(), &other.public().to_string()),
        ),
        (
            "another entry",
            kept.replacen(
                &format!("\"entry\": {size}"),
                &format!("\"entry\": {}", size + 1),
                1,
            ),
        ),
        (
            "the new key alone",
            kept.replace(&escaped(note), &escaped(&alone)),
        ),
        (
            "somebody else's line",
            kept.replace(&escaped(note), &escaped(&resigned.to_string())),
        ),
        ("another archive's", kept.replacen(origin, "fonds/x", 1)),
        ("no JSON", "{".to_owned()),
    ] {
        assert_ne!(forged, kept, "{name}");
        fs::write(&path, forged)?;
        let refused = kept_changes(places, origin).and_then(|changes| restore(&changes));
        assert!(refused.is_err(), "{name}");
        assert_eq!(lost.size()?, size, "{name}");
    }
    assert!(restore(&[]).is_err());
    assert_eq!(restore(&[change])?.to_size, size + 2);
    lost.demand_lost(1)
}

fn bundle(log: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let found = fs::read_dir(log.join("tile/entries/000.p"))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .max_by_key(|path| fs::metadata(path).map_or(0, |found| found.len()));
    Ok(found.ok_or("no bundle")?)
}

#[test]
fn another_archives_log_is_refused() -> TestResult {
    let lost = Lost::new(more)?;
    let text = fs::read_to_string(lost.log.join("checkpoint"))?;
    fs::write(
        lost.log.join("checkpoint"),
        text.replacen("fonds/", "fonds/0", 1),
    )?;
    assert!(matches!(lost.restore(), Err(ArchiveError::LogCopy { .. })));
    Ok(())
}

#[test]
fn a_log_that_is_older_than_the_memory_is_refused() -> TestResult {
    let lost = Lost::new(|bench| {
        more(bench)?;
        copy_tree(
            &bench.archive().join("log"),
            &bench.dir.path().join("older"),
        )?;
        notes(bench, 2)
    })?;
    fs::remove_dir_all(&lost.log)?;
    copy_tree(&lost.bench.dir.path().join("older"), &lost.log)?;
    let error = lost.restore().unwrap_err().to_string();
    assert!(error.contains("its key has signed"), "{error}");
    Ok(())
}

#[test]
fn a_copy_that_knows_no_more_changes_nothing() -> TestResult {
    let lost = Lost::new(more)?;
    lost.restore()?;
    let size = lost.size()?;
    assert!(matches!(
        lost.restore(),
        Err(ArchiveError::NothingToRestore { .. })
    ));
    assert_eq!(lost.size()?, size);
    Ok(())
}

#[test]
fn without_memory_and_pin_nothing_vouches_for_the_log() -> TestResult {
    let lost = Lost::new(more)?;
    let state = lost.bench.places.state_folder(&lost.origin)?;
    fs::remove_file(lost.bench.places.memory(&lost.origin)?)?;
    // The pin alone is enough.
    let pinned = fs::read(lost.bench.places.pin(&lost.origin)?)?;
    fs::remove_dir_all(&state)?;
    assert!(matches!(lost.restore(), Err(ArchiveError::NoMemory)));
    fs::write(lost.bench.places.pin(&lost.origin)?, pinned)?;
    lost.restore()?;
    lost.demand_lost(3)
}

#[test]
fn an_accession_that_a_loss_may_have_cut_is_not_continued() -> TestResult {
    let bench = Bench::new()?;
    let origin = Archive::open(&bench.archive())?.origin().to_string();
    let folder = bench.dir.path().join("in");
    fs::create_dir(&folder)?;
    // More than one group: 12 MiB of drafts fill one.
    let body = "The harbor was never safe. ".repeat(550);
    let messages: String = (0..1_200)
        .map(|n| {
            format!(
                "From nora@halloran.example Tue Jul 11 09:29:00 2023\nFrom: nora@halloran.example\n\
                 To: voss@pier.example\nSubject: Number {n}\nDate: Tue, 11 Jul 2023 09:29:00 -0400\n\
                 Message-ID: <{n}@halloran.example>\n\n{body}\n\n"
            )
        })
        .collect();
    fs::write(folder.join("b.mbox"), messages)?;
    let stop = |progress: fonds::ingest::Progress| {
        assert!(progress.messages < 1_000, "stopped here");
    };
    let mut writer = bench.writer()?;
    let stopped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut outside = support::outside();
        outside.progress = &stop;
        fonds::ingest::run(
            &mut writer,
            &support::request(&[&folder], None),
            &mut outside,
        )
    }));
    assert!(stopped.is_err());
    drop(writer);
    let backup = bench.dir.path().join("backup");
    let log = bench.dir.path().join("log-elsewhere");
    copy_tree(&bench.archive(), &backup)?;
    assert_eq!(Archive::open(&backup)?.unfinished()?.len(), 1);
    bench.ingest(&[&folder], None)?;
    copy_tree(&bench.archive().join("log"), &log)?;
    fs::remove_dir_all(bench.archive())?;
    copy_tree(&backup, &bench.archive())?;
    let lost = Lost {
        bench,
        backup,
        log,
        origin,
    };
    lost.restore()?;
    let receipt = lost.bench.ingest(&[&folder], None)?;
    assert!(!receipt.continued);
    assert_eq!(receipt.messages, 1_200);
    let archive = Archive::open(&lost.bench.archive())?;
    assert!(archive.unfinished()?.is_empty());
    assert_eq!(archive.accessions()?.len(), 2);
    assert_eq!(lost.verify(Vec::new())?, []);
    assert!(lost.backup.is_dir());
    Ok(())
}

#[test]
fn a_lost_row_that_no_entry_explains_is_a_finding_of_its_own() -> TestResult {
    let lost = Lost::new(more)?;
    let done = lost.restore()?;
    let conn = rusqlite::Connection::open(lost.bench.archive().join("archive.sqlite"))?;
    conn.execute_batch("DROP TRIGGER entry_is_append_only")?;
    conn.execute(
        "UPDATE entry SET schema = 'lost/0', key = NULL, slots = NULL WHERE seq = ?1",
        [done.from_size - 1],
    )?;
    drop(conn);
    let found = lost.verify(Vec::new())?;
    let subject = format!("entry {}", done.from_size - 1);
    assert!(
        found.contains(&("ledger.entry-gone".to_owned(), subject)),
        "{found:?}"
    );
    Ok(())
}

#[test]
fn what_is_kept_after_a_restoration_is_no_finding_when_something_else_is_destroyed() -> TestResult {
    let lost = Lost::new(|bench| {
        more(bench)?;
        copy_tree(
            &bench.archive().join("packs"),
            &bench.dir.path().join("packs"),
        )
    })?;
    lost.restore()?;
    // The pack of what was lost is found again: it is kept, and told of.
    for entry in fs::read_dir(lost.bench.dir.path().join("packs"))? {
        let path = entry?.path();
        let name = path.file_name().ok_or("no name")?;
        fs::copy(&path, lost.bench.archive().join("packs").join(name))?;
    }
    lost.demand_lost(3)?;
    notes(&lost.bench, 1)?;
    let noted = lost.size()? - 1;
    let values = [
        ("about", json!({"entry": noted})),
        ("addresses", json!([{"entry": noted, "slots": ["text"]}])),
        ("reason", json!("erasure")),
        ("t", json!("1692043200")),
    ];
    let order = EntryDraft::new("destroyed/1", &values)?;
    let mut writer = lost.bench.writer()?;
    writer.append(vec![Step::Entry(order)], None)?;
    assert_eq!(writer.carry_out()?.slots, 1);
    drop(writer);
    lost.demand_lost(3)?;
    let told = lost.report(Vec::new())?.not_findings;
    assert!(
        told.iter()
            .any(|note| note.text.contains("they may be what was to go"))
    );
    Ok(())
}

#[test]
fn the_last_entry_that_speaks_of_a_loss_counts() -> TestResult {
    let lost = Lost::new(more)?;
    let done = lost.restore()?;
    lost.demand_lost(3)?;
    // As one would say it that had put the lost rows back.
    let values = [
        ("from_size", json!(done.from_size)),
        ("to_size", json!(done.to_size)),
        ("root", json!("00".repeat(32))),
        ("t", json!("1692043200")),
    ];
    let entry = EntryDraft::new("restored/1", &values)?;
    (lost.bench.writer()?).append(vec![Step::Entry(entry)], None)?;
    let found = lost.verify(Vec::new())?;
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found.iter().all(|(code, _)| code == "ledger.entry-gone"),
        "{found:?}"
    );
    Ok(())
}
