//! Destruction by order: what is gone is gone from every place, what was signed still verifies, and no absence passes
//! without an order.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write what is brought in, and damage archives"
)]

#[path = "support/bare.rs"]
mod bare;
#[path = "support/papers.rs"]
mod papers;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use fonds::commitment::RecordKey;
use fonds::commitment::Salts;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;

use self::bare::Desk;
use self::bare::TestResult;
use self::papers::MEMO;
use self::papers::OTHER;

const WORDS: &str = "Halvorsen told us so";

impl Desk {
    /// An archive with two small documents in one pack, and a mailbox.
    fn new() -> TestResult<Self> {
        let desk = Self::with_papers()?;
        let mailbox = Path::new(env!("CARGO_MANIFEST_DIR")).join("archive/sources/list.mbox");
        fs::copy(mailbox, desk.path("list.mbox"))?;
        desk.done(&["ingest", "list.mbox"])?;
        Ok(desk)
    }

    /// References of everything that is cited.
    fn references(&self) -> TestResult<BTreeSet<String>> {
        let archive = self.archive()?;
        let mut references = BTreeSet::new();
        for card in archive.after(0, 10_000)? {
            if card.class != "t" {
                references.insert(archive.reference(&card)?);
            }
        }
        Ok(references)
    }

    fn verify(&self) -> TestResult<(Vec<String>, String)> {
        let output = self.run(&["--json", "verify"])?;
        let report: Value = serde_json::from_slice(&output.stdout)?;
        let findings = report["findings"].as_array().ok_or("no findings")?;
        let codes = findings.iter().filter_map(|it| it["code"].as_str());
        Ok((
            codes.map(str::to_owned).collect(),
            report["not_findings"].to_string(),
        ))
    }

    fn holds(&self, what: &[u8]) -> TestResult<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(self.path("archive")) {
            let entry = entry?;
            if entry.file_type().is_file()
                && memchr::memmem::find(&fs::read(entry.path())?, what).is_some()
            {
                found.push(entry.path().to_path_buf());
            }
        }
        Ok(found)
    }

    /// Whether the words, their digest or its digits lie anywhere in the archive.
    fn anywhere(&self, words: &str) -> TestResult<Vec<PathBuf>> {
        let digest = sha2::Sha256::digest(words);
        let mut found = self.holds(words.trim_end().as_bytes())?;
        found.extend(self.holds(&digest)?);
        found.extend(self.holds(hex::encode(digest).as_bytes())?);
        Ok(found)
    }

    fn database(&self) -> TestResult<rusqlite::Connection> {
        Ok(rusqlite::Connection::open(
            self.path("archive/archive.sqlite"),
        )?)
    }
}

#[test]
fn a_destroyed_document_is_gone_from_every_place_and_all_else_stands() -> TestResult {
    let desk = Desk::new()?;
    let memo = desk.reference(MEMO.as_bytes())?;
    let before = desk.references()?;
    assert!(!desk.anywhere(MEMO)?.is_empty());
    let done = desk.destroy(&[&memo], 0)?;
    assert_eq!(
        (&done["records"], &done["streams"], &done["packs"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(done["references"], json!([memo]));
    assert_eq!(desk.anywhere(MEMO)?, Vec::<PathBuf>::new());
    assert_eq!(desk.holds(b"Gullmar")?, Vec::<PathBuf>::new());
    let (codes, notes) = desk.verify()?;
    assert_eq!(codes, Vec::<String>::new());
    assert!(notes.contains("destroyed by the order"), "{notes}");
    let gone = desk.json(&["show", &memo], 4)?;
    assert_eq!(gone["kind"], "destroyed");
    assert!(
        gone["message"]
            .as_str()
            .is_some_and(|said| said.contains("under entry"))
    );
    let mut left = before;
    left.remove(&memo);
    assert_eq!(desk.references()?, left, "a reference changed");
    let other = desk.reference(OTHER.as_bytes())?;
    assert!(desk.done(&["show", &other, "--text"])?.contains("harbour"));
    assert_eq!(desk.json(&["find", "Gullmar"], 1)?["hits"], json!([]));
    assert_ne!(desk.json(&["find", "harbour"], 0)?["hits"], json!([]));
    for args in [
        &["status"][..],
        &["log"],
        &["provenance", "--all"],
        &["timeline"],
        &["doctor"],
        &["people"],
    ] {
        let output = desk.run(args)?;
        assert_ne!(
            output.status.code(),
            Some(2),
            "{args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    // Carrying out once more finds nothing to do; what is brought in afterwards is whole.
    assert_eq!(desk.json(&["destroy", "--finish"], 0)?["records"], 0);
    desk.done(&["ingest", "papers/memo.txt"])?;
    assert!(desk.verify()?.0.is_empty());
    assert_ne!(
        desk.reference(MEMO.as_bytes())?,
        memo,
        "a reference was given twice"
    );
    Ok(())
}

#[test]
fn a_mailbox_goes_with_its_messages() -> TestResult {
    let desk = Desk::new()?;
    let bytes = fs::read(desk.path("list.mbox"))?;
    let mailbox = desk.reference(&bytes)?;
    let messages: Vec<String> = desk
        .references()?
        .into_iter()
        .filter(|one| one.starts_with("m-"))
        .collect();
    let done = desk.destroy(&[&mailbox], 0)?;
    assert_eq!(
        done["slots"], 1,
        "the digest of the bytes between the messages stays"
    );
    assert!(
        done["entries_about_it"]
            .as_array()
            .is_some_and(|acts| !acts.is_empty())
    );
    let (codes, notes) = desk.verify()?;
    assert_eq!(codes, Vec::<String>::new(), "{notes}");
    for message in &messages {
        assert_eq!(desk.json(&["show", message], 4)?["kind"], "destroyed");
    }
    let address = b"@lists.";
    assert_eq!(desk.holds(address)?, Vec::<PathBuf>::new());
    assert!(desk.references()?.iter().all(|one| one.starts_with("d-")));
    desk.done(&["ingest", "list.mbox"])?;
    assert!(desk.verify()?.0.is_empty());
    Ok(())
}

#[test]
fn another_holder_of_the_same_bytes_stops_it_until_it_is_named() -> TestResult {
    for how in ["--also", "--keep"] {
        let desk = Desk::new()?;
        desk.done(&["ingest", "papers/memo.txt", "--from", "Somebody else"])?;
        let memo = desk.reference(MEMO.as_bytes())?;
        let refused = desk.destroy(&[&memo], 2)?;
        let said = refused["message"].as_str().unwrap_or_default();
        let named = said
            .split_whitespace()
            .find(|word| word.starts_with("a-"))
            .ok_or(said)?;
        assert!(said.contains("another receipt"), "{said}");
        assert!(!desk.anywhere(MEMO)?.is_empty());
        let done = desk.destroy(&[&memo, how, named], 0)?;
        assert_eq!(desk.verify()?.0, Vec::<String>::new());
        if how == "--also" {
            assert_eq!((&done["records"], &done["streams"]), (&json!(2), &json!(1)));
            assert_eq!(desk.anywhere(MEMO)?, Vec::<PathBuf>::new());
        } else {
            assert_eq!((&done["records"], &done["streams"]), (&json!(1), &json!(0)));
            // The document goes on under its reference, until its last receipt goes.
            assert_eq!(desk.reference(MEMO.as_bytes())?, memo);
            assert_eq!(done["references"], json!([]));
            assert!(desk.done(&["show", &memo, "--text"])?.contains("Gullmar"));
            let later = desk.references()?;
            desk.done(&["ingest", "papers/memo.txt", "--from", "A third"])?;
            assert_eq!(desk.references()?, later);
            let refused = desk.destroy(&[&memo], 2)?;
            let third = refused["message"].as_str().unwrap_or_default();
            let third = third.split_whitespace().find(|word| word.starts_with("a-"));
            desk.destroy(&[&memo, "--keep", third.ok_or("no third")?], 0)?;
            assert_eq!(desk.reference(MEMO.as_bytes())?, memo);
            assert_eq!(desk.destroy(&[&memo], 0)?["references"], json!([memo]));
            assert_eq!(desk.json(&["show", &memo], 4)?["kind"], "destroyed");
            assert_eq!(desk.verify()?.0, Vec::<String>::new());
            assert_eq!(desk.anywhere(MEMO)?, Vec::<PathBuf>::new());
        }
    }
    Ok(())
}

#[test]
fn an_order_that_is_not_carried_out_is_said_to_be_and_is_finished_later() -> TestResult {
    let desk = Desk::new()?;
    let memo = desk.reference(MEMO.as_bytes())?;
    let copy = |from: &str, to: &str| {
        let status = Command::new("cp")
            .arg("-a")
            .arg(desk.path(from))
            .arg(desk.path(to))
            .status();
        status.map(|status| assert!(status.success()))
    };
    copy("archive", "before")?;
    desk.destroy(&[&memo], 0)?;
    // The bytes come back from a copy: nothing refers to the old pack, and what lies in it may be what was to go.
    let mut packs: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(desk.path("before/packs"))? {
        packs.push(entry?.path());
    }
    let holding = packs.iter().find(|path| {
        fs::read(path).is_ok_and(|bytes| memchr::memmem::find(&bytes, b"Gullmar").is_some())
    });
    let holding = holding.ok_or("in no pack")?;
    let name = holding.file_name().ok_or("no name")?;
    fs::copy(holding, desk.path("archive/packs").join(name))?;
    assert_eq!(desk.verify()?.0, ["destroyed.bytes-left"]);
    desk.json(&["destroy", "--finish"], 0)?;
    assert!(desk.verify()?.0.is_empty());
    assert_eq!(desk.holds(b"Gullmar")?, Vec::<PathBuf>::new());
    Ok(())
}

#[test]
fn a_record_that_came_back_is_not_carried_out_until_it_goes_again() -> TestResult {
    let desk = Desk::new()?;
    let memo = desk.reference(MEMO.as_bytes())?;
    let fonds::archive::Target::Item(item) = desk.archive()?.resolve(&memo)? else {
        return Err("no item".into());
    };
    let stored = desk.archive()?.stored_item(item)?.ok_or("no item")?;
    desk.destroy(&[&memo], 0)?;
    let conn = desk.database()?;
    let trigger = "SELECT sql FROM sqlite_schema WHERE name = 'item_is_append_only'";
    let trigger: String = conn.query_row(trigger, (), |row| row.get(0))?;
    conn.execute_batch("DROP TRIGGER item_is_append_only")?;
    conn.execute(
        "UPDATE item SET key = ?2, slots = ?3 WHERE id = ?1",
        rusqlite::params![item, stored.key, stored.slots],
    )?;
    conn.execute_batch(&trigger)?;
    drop(conn);
    assert!(desk.verify()?.0.contains(&"destroyed.left".to_owned()));
    assert_eq!(desk.json(&["destroy", "--finish"], 0)?["records"], 1);
    assert_eq!(desk.verify()?.0, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_record_that_is_gone_without_an_order_is_a_finding_beside_one_with() -> TestResult {
    let desk = Desk::new()?;
    let memo = desk.reference(MEMO.as_bytes())?;
    let other = desk
        .archive()?
        .resolve(&desk.reference(OTHER.as_bytes())?)?;
    let fonds::archive::Target::Item(other) = other else {
        return Err("no item".into());
    };
    desk.destroy(&[&memo], 0)?;
    desk.database()?.execute(
        "UPDATE item SET key = NULL, slots = NULL WHERE id = ?1",
        [other],
    )?;
    let codes = desk.verify()?.0;
    assert!(codes.contains(&"item.gone".to_owned()), "{codes:?}");
    Ok(())
}

/// The entry in which somebody said something, and its record key.
fn said(desk: &Desk) -> TestResult<(u64, [u8; 32])> {
    let accession = desk.json(&["log"], 0)?;
    let accession = accession["entries"].as_array().into_iter().flatten();
    let accession = accession
        .filter_map(|entry| entry["reference"].as_str())
        .find(|reference| reference.starts_with("a-"))
        .ok_or("no accession")?
        .to_owned();
    let said = desk.json(
        &[
            "attribute",
            &accession,
            "--who",
            "Pilot",
            "--role",
            "creator",
            "--note",
            WORDS,
            "--basis",
            "heard",
        ],
        0,
    )?;
    let entry = said["entries"]
        .as_array()
        .and_then(|all| all.last())
        .and_then(Value::as_u64);
    let entry = entry.ok_or("no entry")?;
    let key = desk
        .archive()?
        .stored_entry(entry)?
        .and_then(|entry| entry.key)
        .ok_or("no key")?;
    Ok((entry, key))
}

#[test]
fn one_slot_goes_and_the_others_stay_under_what_was_signed() -> TestResult {
    let desk = Desk::new()?;
    let (entry, key) = said(&desk)?;
    let number = entry.to_string();
    let slots = ["--entry", &number, "--slot"];
    for refused in ["about", "t", "nothing"] {
        desk.destroy(&[&slots[..], &[refused]].concat(), 2)?;
    }
    let done = desk.destroy(&[&slots[..], &["note"]].concat(), 0)?;
    assert_eq!((&done["slots"], &done["records"]), (&json!(1), &json!(0)));
    assert_eq!(desk.anywhere(WORDS)?, Vec::<PathBuf>::new());
    assert_eq!(desk.holds(&key)?, Vec::<PathBuf>::new());
    assert_eq!(desk.verify()?.0, Vec::<String>::new());
    let shown = desk.archive()?.entry(entry)?.ok_or("no entry")?;
    assert_eq!(shown.get::<String>("basis")?.as_deref(), Some("heard"));
    assert_eq!(shown.get::<String>("note")?, None);
    // A second one of the same entry.
    desk.destroy(&[&slots[..], &["basis"]].concat(), 0)?;
    assert_eq!(desk.verify()?.0, Vec::<String>::new());
    // A guess is not confirmed by anything that is left, and was by the key that is gone.
    let archive = desk.archive()?;
    let commitments = archive.blanks_of(entry)?;
    let commitment = commitments
        .values()
        .find(|blank| blank.salt.is_none())
        .ok_or("none")?;
    let known = material(&desk)?;
    let value = serde_json::to_string(WORDS)?;
    let confirms = |salt: &[u8; 32]| {
        let made = archive.committer().commit(salt, "note", &value);
        commitments.values().any(|blank| blank.commitment == made)
    };
    assert!(commitment.salt.is_none() && !known.iter().any(confirms));
    assert!(confirms(&Salts::new(&RecordKey(key)).salt("note")));
    Ok(())
}

#[test]
fn a_value_taken_away_or_put_in_beside_a_destroyed_one_is_found() -> TestResult {
    let desk = Desk::new()?;
    let (entry, _) = said(&desk)?;
    desk.destroy(&["--entry", &entry.to_string(), "--slot", "note"], 0)?;
    // Another value that somebody takes away beside it was not ordered to go.
    let conn = desk.database()?;
    let place = "of = 'e' AND id = ?1 AND slot = 6";
    let select = format!("SELECT salt FROM blank WHERE {place}");
    let salt: Vec<u8> = conn.query_row(&select, [entry], |row| row.get(0))?;
    let slots_now = "SELECT slots FROM entry WHERE seq = ?1";
    let slots_now: String = conn.query_row(slots_now, [entry], |row| row.get(0))?;
    let without = slots_now.replace("\"heard\"", "null");
    let update = format!("UPDATE blank SET salt = ?2 WHERE {place}");
    let set = "UPDATE entry SET slots = ?2 WHERE seq = ?1";
    conn.execute(&update, rusqlite::params![entry, None::<Vec<u8>>])?;
    conn.execute(set, rusqlite::params![entry, without])?;
    assert!(desk.verify()?.0.contains(&"ledger.entry-gone".to_owned()));
    conn.execute(&update, rusqlite::params![entry, salt])?;
    conn.execute(set, rusqlite::params![entry, slots_now])?;
    assert_eq!(desk.verify()?.0, Vec::<String>::new());
    // Another value in its place, or in that of one that stayed.
    let slots: String =
        conn.query_row("SELECT slots FROM entry WHERE seq = ?1", [entry], |row| {
            row.get(0)
        })?;
    for changed in [
        slots.replace("\"creator\"", "\"holder\""),
        slots.replacen("null", &serde_json::to_string(WORDS)?, 1),
    ] {
        assert_ne!(changed, slots);
        conn.execute(
            "UPDATE entry SET slots = ?2 WHERE seq = ?1",
            rusqlite::params![entry, changed],
        )?;
        assert!(
            desk.verify()?
                .0
                .contains(&"ledger.entry-malformed".to_owned())
        );
    }
    conn.execute(
        "UPDATE entry SET slots = ?2 WHERE seq = ?1",
        rusqlite::params![entry, slots],
    )?;
    assert!(desk.verify()?.0.is_empty());
    conn.execute(
        "UPDATE blank SET commitment = zeroblob(32) WHERE slot = 9",
        (),
    )?;
    assert!(
        desk.verify()?
            .0
            .contains(&"ledger.entry-altered".to_owned())
    );
    Ok(())
}

/// Every 32 bytes that the disk has: keys, leaf data and salts of the database, and what stands as digits in a file.
fn material(desk: &Desk) -> TestResult<BTreeSet<[u8; 32]>> {
    let archive = desk.archive()?;
    let mut known = BTreeSet::new();
    let mut keys = Vec::new();
    for seq in 0..archive.head()?.0 {
        let entry = archive.stored_entry(seq)?.ok_or("no entry")?;
        known.insert(entry.leaf);
        keys.extend(entry.key);
    }
    for card in archive.after(0, 10_000)? {
        let item = archive.stored_item(card.item)?.ok_or("no item")?;
        known.insert(item.leaf);
        keys.extend(item.key);
    }
    let kinds = fonds::record::ENTRY_KINDS
        .iter()
        .chain(fonds::record::ITEM_KINDS);
    let mut slots: BTreeSet<&str> = kinds.flat_map(|kind| kind.slots).copied().collect();
    slots.insert("text/0");
    for key in keys {
        known.insert(key);
        let salts = Salts::new(&RecordKey(key));
        known.extend(slots.iter().map(|slot| salts.salt(slot)));
    }
    for entry in walkdir::WalkDir::new(desk.path("")) {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let bytes = fs::read(entry.path())?;
        for window in bytes.windows(64) {
            let mut digits = [0; 32];
            if hex::decode_to_slice(window, &mut digits).is_ok() {
                known.insert(digits);
            }
        }
    }
    Ok(known)
}

#[test]
fn a_guess_of_a_destroyed_short_text_is_not_confirmed_by_what_is_left() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("short.txt"), "Yes.")?;
    desk.done(&["ingest", "short.txt"])?;
    let short = desk.reference(b"Yes.")?;
    let digest: [u8; 32] = sha2::Sha256::digest("Yes.").into();
    assert!(material(&desk)?.contains(&digest) || !desk.holds(&digest)?.is_empty());
    desk.destroy(&[&short], 0)?;
    fs::remove_file(desk.path("short.txt"))?;
    let known = material(&desk)?;
    let archive = desk.archive()?;
    for guess in ["Yes.", "No.", "yes"] {
        let digest: [u8; 32] = sha2::Sha256::digest(guess).into();
        assert!(!known.contains(&digest), "{guess}");
        assert_eq!(desk.holds(&digest)?, Vec::<PathBuf>::new());
        let value = serde_json::to_string(guess)?;
        let confirmed = known
            .iter()
            .any(|salt| known.contains(&archive.committer().commit(salt, "text/0", &value)));
        assert!(!confirmed, "{guess}");
    }
    Ok(())
}

#[test]
fn nothing_is_destroyed_without_a_yes_a_reason_and_an_authority() -> TestResult {
    let desk = Desk::new()?;
    let memo = desk.reference(MEMO.as_bytes())?;
    let before = desk.json(&["status"], 0)?["entries"].clone();
    let refused = desk.json(&["destroy", &memo, "--reason", "x", "--authority", "y"], 2)?;
    assert_eq!(refused["message"], "nothing was destroyed");
    desk.json(&["destroy", &memo, "--yes"], 2)?;
    desk.destroy(&[], 2)?;
    desk.destroy(&["d-zzzz"], 4)?;
    desk.destroy(&[&memo, "--slot", "path"], 2)?;
    assert_eq!(desk.json(&["status"], 0)?["entries"], before);
    assert!(!desk.anywhere(MEMO)?.is_empty());
    Ok(())
}

/// What the files under these folders hold, kept by a second name each, to see what becomes of the bytes themselves.
fn second_names(desk: &Desk, folders: &[&str]) -> TestResult {
    fs::create_dir_all(desk.path("names"))?;
    for (number, entry) in folders
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(desk.path("archive").join(folder)))
        .enumerate()
    {
        let entry = entry?;
        if entry.file_type().is_file() {
            fs::hard_link(entry.path(), desk.path("names").join(number.to_string()))?;
        }
    }
    Ok(())
}

#[test]
fn what_was_stopped_behind_the_rows_is_not_done_and_is_finished_with_the_index() -> TestResult {
    let desk = Desk::new()?;
    let memo = desk.reference(MEMO.as_bytes())?;
    second_names(&desk, &["packs", "search"])?;
    // The index cannot be cleared: the rows are gone by then.
    fs::create_dir(desk.path("archive/search/somebody"))?;
    let refused = desk.destroy(&[&memo], 2)?;
    assert_eq!(refused["kind"], "not_carried_out");
    assert!(
        refused["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("destroy --finish"))
    );
    assert_eq!(desk.verify()?.0, ["destroyed.left"]);
    fs::remove_dir(desk.path("archive/search/somebody"))?;
    desk.json(&["destroy", "--finish"], 0)?;
    assert_eq!(desk.json(&["find", "Gullmar"], 1)?["hits"], json!([]));
    assert_ne!(desk.json(&["find", "harbour"], 0)?["hits"], json!([]));
    assert!(desk.verify()?.0.is_empty());
    // Packs and index were written over, not only removed.
    for entry in fs::read_dir(desk.path("names"))? {
        let bytes = fs::read(entry?.path())?;
        let whole = memchr::memmem::find(&bytes, b"Gullmar").is_some();
        let indexed = memchr::memmem::find(&bytes, b"gullmar").is_some();
        assert!(!whole && !indexed);
    }
    Ok(())
}

#[test]
fn what_a_stop_left_of_a_destroyed_document_is_written_over() -> TestResult {
    let desk = Desk::new()?;
    // Long enough for a file of its own.
    let long = MEMO.repeat(50_000);
    fs::write(desk.path("long.txt"), &long)?;
    desk.done(&["ingest", "long.txt"])?;
    let reference = desk.reference(long.as_bytes())?;
    let mut holding = desk.holds(b"Gullmar pays the pilot.\nGullmar")?;
    holding.retain(|path| path.starts_with(desk.path("archive/blobs")));
    let holding = holding.pop().ok_or("in no file")?;
    desk.destroy(&[&reference], 0)?;
    fs::write(&holding, &long)?;
    assert_eq!(desk.verify()?.0, ["destroyed.bytes-left"]);
    second_names(&desk, &["blobs"])?;
    desk.json(&["destroy", "--finish"], 0)?;
    assert!(desk.verify()?.0.is_empty());
    assert!(!holding.exists());
    for entry in fs::read_dir(desk.path("names"))? {
        let bytes = fs::read(entry?.path())?;
        assert!(memchr::memmem::find(&bytes, b"Gullmar").is_none());
    }
    Ok(())
}

#[test]
fn while_somebody_reads_an_older_state_it_is_not_carried_out() -> TestResult {
    let desk = Desk::new()?;
    let memo = desk.reference(MEMO.as_bytes())?;
    let reader = desk.database()?;
    reader.execute_batch("BEGIN")?;
    let _: u64 = reader.query_row("SELECT count(*) FROM entry", (), |row| row.get(0))?;
    let refused = desk.destroy(&[&memo], 11)?;
    assert!(
        refused["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("destroy --finish"))
    );
    assert!(!desk.holds(b"memo.txt")?.is_empty());
    assert_eq!(desk.verify()?.0, ["destroyed.left"]);
    reader.execute_batch("COMMIT")?;
    drop(reader);
    desk.json(&["destroy", "--finish"], 0)?;
    assert_eq!(desk.verify()?.0, Vec::<String>::new());
    assert_eq!(desk.holds(b"memo.txt")?, Vec::<PathBuf>::new());
    Ok(())
}

#[test]
fn a_damaged_neighbour_in_the_pack_does_not_hold_up_an_order() -> TestResult {
    let desk = Desk::new()?;
    let memo = desk.reference(MEMO.as_bytes())?;
    for entry in fs::read_dir(desk.path("archive/packs"))? {
        let path = entry?.path();
        let mut bytes = fs::read(&path)?;
        if let Some(at) = memchr::memmem::find(&bytes, b"harbour") {
            bytes[at] = b'H';
            fs::write(&path, bytes)?;
        }
    }
    let before = desk.verify()?.0;
    assert!(!before.is_empty());
    let why = ["--reason", "erasure", "--authority", "the court", "--yes"];
    desk.done(&[&["destroy", &memo], &why[..]].concat())?;
    assert_eq!(desk.holds(b"Gullmar")?, Vec::<PathBuf>::new());
    assert!(!desk.holds(b"Harbour")?.is_empty());
    assert!(desk.verify()?.0.contains(&"document.altered".to_owned()));
    Ok(())
}

#[test]
fn a_digest_that_somebody_saw_goes_with_the_document_unless_another_holds_it() -> TestResult {
    for keep in [false, true] {
        let desk = Desk::new()?;
        if keep {
            desk.done(&["ingest", "papers/memo.txt", "--from", "Somebody else"])?;
        }
        let memo = desk.reference(MEMO.as_bytes())?;
        let digest = hex::encode(sha2::Sha256::digest(MEMO));
        let step = ["--from", "Pilot", "--to", "Office", "--digest", &digest];
        desk.done(&[&["custody", "add", &memo], &step[..]].concat())?;
        assert!(!desk.holds(digest.as_bytes())?.is_empty());
        if keep {
            let said = desk.destroy(&[&memo], 2)?["message"].to_string();
            let other = said
                .split_whitespace()
                .find(|word| word.starts_with("a-"))
                .ok_or("no other")?;
            desk.destroy(&[&memo, "--keep", other], 0)?;
        } else {
            desk.destroy(&[&memo], 0)?;
        }
        assert_eq!(desk.holds(digest.as_bytes())?.is_empty(), !keep);
        assert_eq!(desk.verify()?.0, Vec::<String>::new());
    }
    Ok(())
}

#[test]
fn an_order_that_was_altered_takes_nothing() -> TestResult {
    let desk = Desk::new()?;
    let memo = desk.reference(MEMO.as_bytes())?;
    let other = desk.reference(OTHER.as_bytes())?;
    desk.destroy(&[&memo], 0)?;
    let conn = desk.database()?;
    let slots = "SELECT slots FROM entry WHERE schema = 'destroyed/1'";
    let slots: String = conn.query_row(slots, (), |row| row.get(0))?;
    let widened = slots.replacen("\"i\":0,\"n\":1", "\"i\":0,\"n\":2", 1);
    let widened = widened.replacen("\"i\":1,\"n\":1", "\"i\":0,\"n\":2", 1);
    assert_ne!(widened, slots);
    let set = "UPDATE entry SET slots = ?1 WHERE schema = 'destroyed/1'";
    let trigger = "SELECT sql FROM sqlite_schema WHERE name = 'entry_is_append_only'";
    let trigger: String = conn.query_row(trigger, (), |row| row.get(0))?;
    conn.execute_batch("DROP TRIGGER entry_is_append_only")?;
    conn.execute(set, [&widened])?;
    conn.execute_batch(&trigger)?;
    // Nothing is destroyed by it, and nothing that is gone is lawful by it.
    desk.json(&["destroy", "--finish"], 2)?;
    let entries = desk.json(&["status"], 0)?["entries"].clone();
    desk.destroy(&[&other], 2)?;
    assert_eq!(desk.json(&["status"], 0)?["entries"], entries);
    assert!(!desk.holds(b"harbour")?.is_empty());
    let codes = desk.verify()?.0;
    for code in ["ledger.entry-altered", "item.gone"] {
        assert!(codes.contains(&code.to_owned()), "{codes:?}");
    }
    Ok(())
}

#[test]
fn bytes_that_an_entry_keeps_stay_with_it() -> TestResult {
    let desk = Desk::new()?;
    // The token of an anchor, which came in as a document as well.
    let archive = desk.archive()?;
    let origin = archive.origin().to_string();
    let (size, _) = archive.head()?;
    let (_, head) = archive.checkpoint_of(size)?.ok_or("no checkpoint")?;
    drop(archive);
    let digest = fonds::record::Digest::new(sha2::Sha256::digest(MEMO).into());
    let values = [
        ("size", Value::from(size)),
        ("root", Value::from(head.root.to_string())),
        ("kind", Value::from("witness")),
        ("token", json!({"sha256": digest, "size": MEMO.len()})),
        ("t", Value::from("2023-08-14T20:00:00Z")),
    ];
    let entry = fonds::archive::EntryDraft::new("anchored/1", &values)?;
    let places = fonds::keys::Places {
        config: desk.path("user/config"),
        state: desk.path("user/state"),
    };
    let key = fonds::keys::KeyPair::load(&places.log_key(&origin)?, None)?;
    let signer = fonds::archive::Signer::new(&places, &origin, key)?;
    fonds::archive::Writer::open(&desk.path("archive"), signer)?.anchor(MEMO.as_bytes(), entry)?;
    let memo = desk.reference(MEMO.as_bytes())?;
    let before = desk.verify()?.0;
    let refused = desk.destroy(&[&memo], 2)?;
    let kept = format!("entry {size}");
    let said = refused["message"].as_str().unwrap_or_default();
    assert!(said.contains(&kept), "{said}");
    let done = desk.destroy(&[&memo, "--keep", &kept], 0)?;
    assert_eq!((&done["records"], &done["streams"]), (&json!(1), &json!(0)));
    assert_eq!(desk.verify()?.0, before);
    Ok(())
}

#[test]
fn a_name_from_inside_a_destroyed_document_goes_with_what_was_noted_of_it() -> TestResult {
    let desk = Desk::new()?;
    let path = desk.path("papers.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path)?);
    let packed = zip::write::SimpleFileOptions::default();
    zip.start_file("../../Halvorsen.txt", packed)?;
    zip.write_all(b"Who pays?\n")?;
    zip.finish()?;
    desk.done(&["ingest", "papers.zip"])?;
    let holder = desk.reference(&fs::read(&path)?)?;
    let noted = |desk: &Desk| -> TestResult<Vec<PathBuf>> {
        let mut found = desk.holds(b"Halvorsen")?;
        found.retain(|path| {
            path.ends_with("archive.sqlite") || path.ends_with("archive.sqlite-wal")
        });
        Ok(found)
    };
    assert!(!noted(&desk)?.is_empty());
    assert_eq!(desk.destroy(&[&holder], 0)?["slots"], 1);
    assert_eq!(desk.holds(b"Halvorsen")?, Vec::<PathBuf>::new());
    assert_eq!(desk.verify()?.0, Vec::<String>::new());
    Ok(())
}

#[test]
fn the_reason_of_a_withholding_may_go_and_not_what_it_withholds() -> TestResult {
    let desk = Desk::new()?;
    let memo = desk.reference(MEMO.as_bytes())?;
    desk.json(&["withhold", &memo, "--reason", WORDS], 0)?;
    let entry = (desk.archive()?.head()?.0 - 1).to_string();
    let slots = ["--entry", &entry, "--slot"];
    for kept in ["about", "slots", "until"] {
        desk.destroy(&[&slots[..], &[kept]].concat(), 2)?;
    }
    desk.destroy(&[&slots[..], &["reason"]].concat(), 0)?;
    assert_eq!(desk.anywhere(WORDS)?, Vec::<PathBuf>::new());
    assert_eq!(desk.verify()?.0, Vec::<String>::new());
    Ok(())
}
