//! Orders of destruction in an archive that somebody prepared: nothing goes but what was named, and nothing stands in the
//! way of what was.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write what is brought in, and damage archives"
)]

#[path = "support/bare.rs"]
mod bare;
#[path = "support/papers.rs"]
mod papers;

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use fonds::archive::EntryDraft;
use fonds::archive::Signer;
use fonds::archive::Step;
use fonds::archive::Target;
use fonds::archive::Writer;
use fonds::keys::KeyPair;
use fonds::keys::Places;
use fonds::record::Digest;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;

use self::bare::Desk;
use self::bare::TestResult;
use self::papers::MEMO;
use self::papers::OTHER;

impl Desk {
    fn codes(&self) -> TestResult<Vec<String>> {
        let output = self.run(&["--json", "verify"])?;
        let report: Value = serde_json::from_slice(&output.stdout)?;
        let findings = report["findings"].as_array().ok_or("no findings")?;
        let codes = findings.iter().filter_map(|it| it["code"].as_str());
        Ok(codes.map(str::to_owned).collect())
    }

    /// The program, stopped after half a minute: its exit status, 124 where it was.
    fn status(&self, args: &[&str]) -> TestResult<Option<i32>> {
        let ran = Command::new("timeout")
            .args(["30", env!("CARGO_BIN_EXE_fonds")])
            .args(args)
            .env("FONDS_USER", self.path("user"))
            .env("FONDS_ARCHIVE", self.path("archive"))
            .output()?;
        Ok(ran.status.code())
    }

    fn pipe(&self, name: &str) -> TestResult {
        drop(fs::remove_file(self.path(name)));
        let made = Command::new("mkfifo").arg(self.path(name)).status()?;
        assert!(made.success());
        Ok(())
    }

    fn database(&self) -> TestResult<rusqlite::Connection> {
        Ok(rusqlite::Connection::open(
            self.path("archive/archive.sqlite"),
        )?)
    }

    fn item(&self, text: &str) -> TestResult<u64> {
        match self.archive()?.resolve(&self.reference(text.as_bytes())?)? {
            Target::Item(item) => Ok(item),
            Target::Entry(entry) => Err(format!("entry {entry}").into()),
        }
    }

    fn writer(&self, origin: &str) -> TestResult<Writer> {
        let places = Places {
            config: self.path("user/config"),
            state: self.path("user/state"),
        };
        let key = KeyPair::load(&places.log_key(origin)?, None)?;
        let signer = Signer::new(&places, origin, key)?;
        Ok(Writer::open(&self.path("archive"), signer)?)
    }

    /// The names of files in the archive in which that stands.
    fn holds(&self, what: &[u8]) -> TestResult<Vec<String>> {
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(self.path("archive")) {
            let entry = entry?;
            if entry.file_type().is_file()
                && memchr::memmem::find(&fs::read(entry.path())?, what).is_some()
            {
                found.push(entry.path().display().to_string());
            }
        }
        Ok(found)
    }

    /// A folder of somebody's letters beside the archive.
    fn letters(&self) -> TestResult {
        fs::create_dir(self.path("letters"))?;
        Ok(fs::write(self.path("letters/nora.txt"), "Dear Nora\n")?)
    }

    fn demand_letters(&self) -> TestResult {
        let names: Vec<_> = fs::read_dir(self.path("letters"))?.flatten().collect();
        assert_eq!(names.len(), 1, "{names:?}");
        let letter = fs::read_to_string(self.path("letters/nora.txt"))?;
        assert_eq!(letter, "Dear Nora\n");
        Ok(())
    }
}

#[test]
fn a_link_in_place_of_the_search_index_leads_no_destruction_elsewhere() -> TestResult {
    let desk = Desk::with_papers()?;
    let memo = desk.reference(MEMO.as_bytes())?;
    desk.letters()?;
    fs::remove_dir_all(desk.path("archive/search"))?;
    symlink(desk.path("letters"), desk.path("archive/search"))?;
    assert_eq!(desk.destroy(&[&memo], 2)?["kind"], "not_carried_out");
    desk.demand_letters()?;
    // Nor does anything else that makes the index or looks into it.
    desk.run(&["find", "harbour"])?;
    desk.run(&["doctor", "--rebuild"])?;
    desk.run(&["ingest", "letters"])?;
    desk.demand_letters()?;
    let checked = desk.run(&["doctor"])?;
    assert!(String::from_utf8(checked.stdout)?.contains("search/ is a link"));
    fs::remove_file(desk.path("archive/search"))?;
    desk.json(&["destroy", "--finish"], 0)?;
    assert_eq!(desk.codes()?, Vec::<String>::new());
    desk.demand_letters()
}

#[test]
fn a_row_of_the_catalogue_that_was_altered_widens_no_order() -> TestResult {
    let desk = Desk::with_papers()?;
    let (memo, other) = (desk.item(MEMO)?, desk.item(OTHER)?);
    let reference = desk.reference(MEMO.as_bytes())?;
    desk.database()?
        .execute("UPDATE card SET parent = ?1 WHERE item = ?2", [memo, other])?;
    let entries = desk.archive()?.head()?.0;
    let refused = desk.destroy(&[&reference], 2)?;
    let said = refused["message"].as_str().unwrap_or_default();
    assert!(
        said.contains("the catalogue is not what the ledger makes"),
        "{said}"
    );
    assert_eq!(desk.archive()?.head()?.0, entries);
    assert_ne!(desk.holds(b"harbour")?, Vec::<String>::new());
    desk.done(&["doctor", "--rebuild"])?;
    assert_eq!(desk.destroy(&[&reference], 0)?["records"], 1);
    assert!(
        desk.done(&["show", &desk.reference(OTHER.as_bytes())?, "--text"])?
            .contains("harbour")
    );
    assert_eq!(desk.codes()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_record_that_was_altered_with_the_catalogue_widens_no_order() -> TestResult {
    let desk = Desk::with_papers()?;
    let (memo, other) = (desk.item(MEMO)?, desk.item(OTHER)?);
    let reference = desk.reference(MEMO.as_bytes())?;
    let conn = desk.database()?;
    let trigger = "SELECT sql FROM sqlite_schema WHERE name = 'item_is_append_only'";
    let trigger: String = conn.query_row(trigger, (), |row| row.get(0))?;
    let slots = "SELECT slots FROM item WHERE id = ?1";
    let slots: String = conn.query_row(slots, [other], |row| row.get(0))?;
    let (place, _) = desk.archive()?.place(memo)?.ok_or("no place")?;
    let parent = format!(
        "}},{{\"i\":{},\"r\":{},\"s\":{}}},",
        place.i, place.r, place.s
    );
    let altered = slots.replacen("},null,", &parent, 1);
    assert_ne!(altered, slots);
    conn.execute_batch("DROP TRIGGER item_is_append_only")?;
    conn.execute(
        "UPDATE item SET slots = ?2 WHERE id = ?1",
        rusqlite::params![other, altered],
    )?;
    conn.execute_batch(&trigger)?;
    drop(conn);
    desk.done(&["doctor", "--rebuild"])?;
    let card = desk.archive()?.card(other)?.ok_or("no card")?;
    assert_eq!(card.parent, Some(memo));
    let refused = desk.destroy(&[&reference], 2)?;
    let said = refused["message"].as_str().unwrap_or_default();
    assert!(said.contains("not what was signed"), "{said}");
    assert_ne!(desk.holds(b"harbour")?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_catalogue_in_which_something_came_out_of_itself_is_not_followed() -> TestResult {
    let desk = Desk::with_papers()?;
    let reference = desk.reference(MEMO.as_bytes())?;
    desk.database()?
        .execute("UPDATE card SET parent = item", ())?;
    let why = ["--reason", "erasure", "--authority", "the court", "--yes"];
    let args = [&["destroy", &reference], &why[..]].concat();
    assert_eq!(desk.status(&args)?, Some(2));
    Ok(())
}

#[test]
fn a_pack_that_is_gone_or_cut_off_holds_up_no_order() -> TestResult {
    for cut in [false, true] {
        let desk = Desk::with_papers()?;
        let pack = desk.path("archive/packs/000001.zip");
        if cut {
            let whole = fs::read(&pack)?;
            let at = memchr::memmem::find(&whole, b"harbour").ok_or("not in the pack")?;
            fs::write(&pack, &whole[..at])?;
        } else {
            fs::remove_file(&pack)?;
        }
        let digest = Digest::new(sha2::Sha256::digest(MEMO).into()).to_string();
        let why = ["--reason", "erasure", "--authority", "the court", "--yes"];
        desk.done(&[&["destroy", &desk.reference(MEMO.as_bytes())?], &why[..]].concat())?;
        assert_eq!(desk.holds(b"Gullmar")?, Vec::<String>::new());
        assert_eq!(desk.holds(digest.as_bytes())?, Vec::<String>::new());
        // The other document is missed as before, and can go as well.
        let codes = desk.codes()?;
        assert!(
            codes.iter().any(|code| code.starts_with("pack.")),
            "{codes:?}"
        );
        assert!(
            !codes.iter().any(|code| code.starts_with("destroyed.")),
            "{codes:?}"
        );
        desk.destroy(&[&desk.reference(OTHER.as_bytes())?], 0)?;
        assert!(desk.archive()?.after(0, 10)?.is_empty());
    }
    Ok(())
}

#[test]
fn an_order_that_no_entry_can_hold_is_recorded_in_several() -> TestResult {
    let desk = Desk::started()?;
    fs::create_dir(desk.path("papers"))?;
    let mut zip = zip::ZipWriter::new(fs::File::create(desk.path("papers.zip"))?);
    let packed = zip::write::SimpleFileOptions::default();
    for n in 0..1_000 {
        let text = format!("This is paper {n} of Halvorsen.\n");
        fs::write(desk.path(&format!("papers/{n}.txt")), &text)?;
        zip.start_file(format!("{n}.txt"), packed)?;
        std::io::Write::write_all(&mut zip, text.as_bytes())?;
    }
    zip.finish()?;
    desk.done(&["ingest", "papers.zip"])?;
    desk.done(&["ingest", "papers"])?;
    let first = desk.reference(b"This is paper 0 of Halvorsen.\n")?;
    let bytes = fs::read(desk.path("papers.zip"))?;
    let zip = desk.reference(&bytes)?;
    let refused = desk.destroy(&[&zip], 2)?["message"].to_string();
    let other = refused
        .split_whitespace()
        .find(|word| word.starts_with("a-"));
    let other = other.ok_or("no other receipt")?;
    let done = desk.destroy(&[&zip, "--keep", other], 0)?;
    assert_eq!(done["records"], 1_001);
    let entries = done["entries"].as_array().map_or(0, Vec::len);
    assert!(entries > 1, "{entries}");
    // Each paper that stays keeps its reference.
    assert_eq!(desk.reference(b"This is paper 0 of Halvorsen.\n")?, first);
    assert_eq!(desk.codes()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn what_was_stated_and_destroyed_is_not_said_to_be_not_stated() -> TestResult {
    let desk = Desk::started()?;
    fs::write(desk.path("memo.txt"), MEMO)?;
    desk.done(&[
        "ingest",
        "memo.txt",
        "--from",
        "Halvorsen",
        "--received",
        "2023-08-14",
        "--how",
        "given",
        "--authority",
        "her own",
        "--terms",
        "not for attribution",
        "--basis",
        "her word",
    ])?;
    let memo = desk.reference(MEMO.as_bytes())?;
    let accession = desk.json(&["show", &memo], 0)?["accession"].clone();
    let accession = accession.as_str().ok_or("no accession")?;
    let people = desk.json(&["people"], 0)?;
    let person = people["agents"][0]["agent"].as_str().ok_or("nobody")?;
    desk.destroy(&[person, "--slot", "name"], 0)?;
    // Nobody is left without a name in a sentence.
    let gone = "somebody whose name is gone";
    for args in [
        &["custody", &memo][..],
        &["show", accession],
        &["log"],
        &["people"],
        &["provenance", &memo],
        &["provenance", "--all"],
    ] {
        let said = desk.done(args)?;
        assert!(said.contains(gone), "{args:?}: {said}");
        assert!(!said.contains("from ,"), "{args:?}: {said}");
    }
    assert_eq!(
        desk.json(&["custody", &memo], 0)?["steps"][0]["from"][0]["name"],
        gone
    );
    let slots = ["basis", "received", "how", "authority", "terms"];
    let mut orders = Vec::new();
    for slot in slots {
        let done = desk.destroy(&[accession, "--slot", slot], 0)?;
        orders.push(done["entries"][0].as_u64().ok_or("no order")?);
    }
    let said = desk.done(&["provenance", &memo])?;
    for (label, order) in [
        "Rests on",
        "Received",
        "How obtained",
        "On what authority",
        "Terms",
    ]
    .iter()
    .zip(&orders)
    {
        let line = said
            .lines()
            .find(|line| line.trim_start().starts_with(label));
        let line = line.ok_or("no such line")?;
        assert!(
            line.ends_with(&format!("destroyed under entry {order}")),
            "{line}"
        );
    }
    assert!(
        said.contains(&format!("time destroyed under entry {}", orders[1])),
        "{said}"
    );
    assert!(!said.contains("time not recorded"), "{said}");
    // What never was stated still is not.
    let missing = said
        .lines()
        .find(|line| line.contains("Known to be missing"));
    assert!(
        missing.is_some_and(|line| line.ends_with("not stated")),
        "{said}"
    );
    let custody = desk.done(&["custody", &memo])?;
    assert!(
        custody.contains(&format!("how destroyed under entry {}", orders[2])),
        "{custody}"
    );
    let received = format!("received destroyed under entry {}", orders[1]);
    let text = desk.done(&["provenance", "--all"])?;
    assert!(text.contains(&received), "{text}");
    for file in ["all.html", "all.md"] {
        desk.done(&["provenance", "--all", "-o", file])?;
        let page = fs::read_to_string(desk.path(file))?;
        let order = format!("destroyed under entry {}", orders[1]);
        assert!(page.contains(&order), "{page}");
    }
    Ok(())
}

#[test]
fn what_was_destroyed_does_not_wait_for_the_search_index() -> TestResult {
    let desk = Desk::started()?;
    let mut zip = zip::ZipWriter::new(fs::File::create(desk.path("papers.zip"))?);
    let packed = zip::write::SimpleFileOptions::default();
    for name in ["one.txt", "two.txt"] {
        zip.start_file(name, packed)?;
        std::io::Write::write_all(&mut zip, format!("{name} of Halvorsen.\n").as_bytes())?;
    }
    zip.finish()?;
    fs::write(desk.path("memo.txt"), MEMO)?;
    // What goes came last: its numbers are the highest, and no item has one as high any more.
    desk.done(&["ingest", "memo.txt"])?;
    desk.done(&["ingest", "papers.zip"])?;
    let zip = desk.reference(&fs::read(desk.path("papers.zip"))?)?;
    desk.destroy(&[&zip], 0)?;
    let verified = desk.json(&["verify"], 0)?;
    assert_eq!(verified["items"], 1, "{verified:#}");
    let status = desk.json(&["status"], 0)?;
    assert_eq!(status["not_indexed"], 0, "{status:#}");
    // Whoever searches is told the same.
    let found = desk.json(&["find", "Gullmar"], 0)?;
    assert_eq!(found["not_indexed"], 0, "{found:#}");
    Ok(())
}

#[test]
fn between_an_order_and_its_carrying_out_every_document_has_its_reference() -> TestResult {
    let desk = Desk::with_papers()?;
    desk.done(&["ingest", "papers/memo.txt", "--from", "Somebody else"])?;
    let (memo, item) = (desk.reference(MEMO.as_bytes())?, desk.item(MEMO)?);
    let archive = desk.archive()?;
    let doom = archive.doom(&[item])?;
    let (place, _) = archive.place(item)?.ok_or("no place")?;
    let origin = archive.origin().to_string();
    drop(archive);
    let [part] = doom.parts.as_slice() else {
        return Err(format!("{:?}", doom.parts).into());
    };
    let values = [
        ("about", json!({"item": place})),
        ("addresses", json!(part.addresses)),
        ("reason", json!("erasure")),
        ("authority", json!("the court")),
        ("t", json!("2023-08-14T20:00:00Z")),
    ];
    let order = Step::Entry(EntryDraft::new("destroyed/1", &values)?);
    desk.writer(&origin)?.append(vec![order], None)?;
    assert_eq!(desk.codes()?, ["destroyed.left"]);
    assert_eq!(desk.reference(MEMO.as_bytes())?, memo);
    desk.json(&["destroy", "--finish"], 0)?;
    assert_eq!(desk.codes()?, Vec::<String>::new());
    assert_eq!(desk.reference(MEMO.as_bytes())?, memo);
    Ok(())
}

#[test]
fn a_pipe_in_place_of_a_file_is_not_waited_for() -> TestResult {
    let desk = Desk::with_papers()?;
    desk.done(&["find", "harbour"])?;
    for file in ["meta.json", ".tantivy-meta.lock"] {
        desk.pipe(&format!("archive/search/{file}"))?;
        for verb in [&["find", "harbour"][..], &["status"], &["doctor"]] {
            assert_ne!(desk.status(verb)?, Some(124), "{file} {verb:?}");
        }
        fs::write(desk.path("new.txt"), file)?;
        let new = desk.path("new.txt");
        let ingest = ["ingest", new.to_str().ok_or("no name")?];
        assert_ne!(desk.status(&ingest)?, Some(124), "{file}");
        drop(fs::remove_file(
            desk.path(&format!("archive/search/{file}")),
        ));
        desk.done(&["doctor", "--rebuild"])?;
    }
    let memo = desk.reference(MEMO.as_bytes())?;
    desk.pipe("archive/destroying")?;
    let why = ["--reason", "erasure", "--authority", "the court", "--yes"];
    let args = [&["destroy", &memo], &why[..]].concat();
    assert_eq!(desk.status(&args)?, Some(2));
    fs::remove_file(desk.path("archive/destroying"))?;
    desk.json(&["destroy", "--finish"], 0)?;
    assert_eq!(desk.codes()?, Vec::<String>::new());
    Ok(())
}
