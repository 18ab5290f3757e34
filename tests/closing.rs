//! A ledger that the recovery key closes, and the archive that goes on from it: the keeper comes through, a thief of one key
//! does not, and what a reader is told.

#![expect(
    clippy::disallowed_methods,
    reason = "a test writes where the archive may not, and damages what it wrote"
)]

#[path = "support/copies.rs"]
mod copies;
#[path = "support/people.rs"]
mod people;

use std::fs;
use std::path::PathBuf;

use copies::copy_tree;
use fonds::archive::Archive;
use fonds::archive::PublicKeys;
use fonds::archive::Signer;
use fonds::archive::Writer;
use fonds::commitment::Keys;
use fonds::keys::Head;
use fonds::keys::KeyPair;
use fonds::keys::Places;
use fonds::record::Digest;
use fonds::succession::Closed;
use fonds::succession::Closing;
use fonds::succession::ClosingNote;
use fonds::tlog;
use fonds::tlog::Checkpoint;
use fonds::tlog::Hash;
use fonds::tlog::leaf_hash;
use people::People as Desk;
use people::TestResult;
use serde_json::Value;

impl Desk {
    /// Ines has an archive with one document in it, and its proof; the recovery key lies elsewhere.
    fn new() -> TestResult<Self> {
        let desk = Self::of("")?;
        desk.says("ines", &["init", "harbor", "--zone", "UTC"], 0)?;
        fs::create_dir(desk.path("usb"))?;
        desk.ingest(
            "ines",
            "harbor",
            "pay.txt",
            "The harbor was never safe.\n",
            0,
        )?;
        let item = desk.json("ines", &["-C", "harbor", "find", "harbor"], 0)?;
        let item = item["hits"][0]["item"].as_str().ok_or("nothing found")?;
        desk.publish("ines", "harbor", item, "early")?;
        let recovery = desk.key(".recovery")?;
        fs::rename(recovery, desk.path("usb/recovery"))?;
        Ok(desk)
    }

    fn name(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// A key file of Ines's first archive.
    fn key(&self, ending: &str) -> TestResult<PathBuf> {
        let origin = Archive::open(&self.path("harbor"))?.origin().to_string();
        let name = format!("{}{ending}", origin.replacen("fonds/", "", 1));
        Ok(self.path("ines/config/keys").join(name))
    }

    fn ingest(
        &self,
        who: &str,
        archive: &str,
        file: &str,
        text: &str,
        status: i32,
    ) -> TestResult<String> {
        fs::write(self.path(file), text)?;
        self.says(who, &["-C", archive, "ingest", file], status)
    }

    fn publish(&self, who: &str, archive: &str, item: &str, name: &str) -> TestResult<String> {
        let page = format!("{name}.html");
        self.says(
            who,
            &["-C", archive, "publish", item, "--yes", "-o", &page],
            0,
        )
    }

    /// Closes Ines's archive and goes on in another.
    fn go_on(&self, more: &[&str], status: i32) -> TestResult<String> {
        let usb = self.name("usb/recovery");
        let act = [
            "-C",
            "harbor",
            "key",
            "continue",
            "next",
            "--yes",
            "--recovery-key",
            &usb,
        ];
        self.says("ines", &[&act[..], more].concat(), status)
    }

    /// What a thief has who copied the archive and the log key with all that Ines's computer remembers.
    fn rob(&self) -> TestResult {
        copy_tree(&self.path("harbor"), &self.path("stolen"))?;
        copy_tree(&self.path("ines"), &self.path("thief"))
    }
}

fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().into_iter().flatten();
    findings.filter_map(|it| it["code"].as_str()).collect()
}

#[test]
fn a_thief_who_signed_on_is_disowned_and_the_keepers_proofs_stand() -> TestResult {
    let desk = Desk::new()?;
    desk.rob()?;
    copy_tree(&desk.path("harbor"), &desk.path("older"))?;
    // The thief goes on with what they took, and shows it around.
    desk.ingest("thief", "stolen", "lie.txt", "Nora was paid for it.\n", 0)?;
    let lie = desk.json("thief", &["-C", "stolen", "find", "Nora"], 0)?;
    let lie = lie["hits"][0]["item"].as_str().ok_or("no lie")?.to_owned();
    desk.publish("thief", "stolen", &lie, "lie")?;
    // Ines, who knows nothing of it yet, goes on too.
    desk.ingest(
        "ines",
        "harbor",
        "log.txt",
        "The ledger of the pilots.\n",
        0,
    )?;
    let before = desk.json("ines", &["-C", "harbor", "verify"], 0)?;
    let said = desk.go_on(&[], 0)?;
    assert!(said.contains("Its words:"), "{said}");
    // Both archives are whole, and say what became of them.
    let old = desk.json("ines", &["-C", "harbor", "verify"], 0)?;
    let new = desk.json("ines", &["-C", "next", "verify"], 0)?;
    assert_eq!(old["closed"]["size"], before["entries"]);
    assert_eq!(old["closed"]["next"][0], new["origin"]);
    assert_eq!(new["continues"]["origin"], old["origin"]);
    let told = desk.says("ines", &["-C", "harbor", "verify"], 0)?;
    assert!(told.contains("Closed: its recovery key"), "{told}");
    // Ines goes on in the new one, and shows what is in the old one.
    desk.ingest("ines", "next", "news.txt", "The pilots went home.\n", 0)?;
    let refused = desk.ingest("ines", "harbor", "news.txt", "The pilots went home.\n", 2)?;
    assert!(refused.contains("closed this archive"), "{refused}");
    let item = desk.json("ines", &["-C", "harbor", "find", "pilots"], 0)?;
    let item = item["hits"][0]["item"]
        .as_str()
        .ok_or("nothing")?
        .to_owned();
    let said = desk.publish("ines", "harbor", &item, "late")?;
    assert!(said.contains("The archive is closed"), "{said}");
    // A reader without an archive, who is given the closing once: it is remembered.
    let closing = "harbor/closed.json";
    let shown = desk.says("reader", &["verify", closing], 0)?;
    assert!(
        shown.contains("Shows that the ledger was closed"),
        "{shown}"
    );
    for (file, status) in [("early.html", 0), ("late.proof.json", 0), ("lie.html", 1)] {
        let shown = desk.json("reader", &["verify", file, "--closing", closing], status)?;
        let again = desk.json("reader", &["verify", file], status)?;
        assert_eq!(shown, again, "{file}");
        let disowned = codes(&shown).contains(&"proof.disowned");
        assert_eq!(disowned, status == 1, "{file}: {shown}");
        assert_eq!(shown["closed"]["size"], before["entries"], "{file}");
    }
    // One who was not given it is not told.
    desk.says("stranger", &["verify", "lie.html"], 0)?;
    // The thief's archive is held against the closing, and so is its checkpoint.
    let older = desk.json("reader", &["verify", "older"], 1)?;
    assert_eq!(codes(&older), ["closing.ahead"], "{older}");
    let stolen = desk.json("reader", &["verify", "stolen"], 1)?;
    assert_eq!(codes(&stolen), ["closing.other-root"], "{stolen}");
    let head = desk.json("reader", &["verify", "stolen/log/checkpoint"], 1)?;
    assert_eq!(codes(&head), ["proof.disowned"], "{head}");
    desk.says("reader", &["verify", "harbor/log/checkpoint"], 2)?;
    Ok(())
}

#[test]
fn who_has_the_log_key_only_neither_closes_nor_goes_on() -> TestResult {
    let desk = Desk::new()?;
    desk.rob()?;
    let act = ["-C", "stolen", "key", "continue", "mine", "--yes"];
    let refused = desk.says("thief", &act, 2)?;
    assert!(refused.contains("the recovery key is not at"), "{refused}");
    let log_key = desk.key("")?.display().to_string();
    let with_log_key = [&act[..], &["--recovery-key", &log_key]].concat();
    desk.says("thief", &with_log_key, 12)?;
    assert!(!desk.path("mine").exists());
    desk.go_on(&[], 0)?;
    // An older copy comes back over the closed archive, or the file is taken away: Ines's own key signs no more for it.
    fs::remove_file(desk.path("harbor/closed.json"))?;
    desk.ingest("ines", "harbor", "more.txt", "More.\n", 2)?;
    fs::remove_dir_all(desk.path("harbor"))?;
    copy_tree(&desk.path("stolen"), &desk.path("harbor"))?;
    let refused = desk.ingest("ines", "harbor", "more.txt", "More.\n", 2)?;
    assert!(refused.contains("closed this archive"), "{refused}");
    for verb in [
        &["key", "rotate"][..],
        &["doctor", "--trust-head"],
        &["doctor", "--rebuild"],
    ] {
        desk.says("ines", &[&["-C", "harbor"], verb].concat(), 2)?;
    }
    // It is closed once.
    let again = desk.go_on(&[], 0)?;
    assert!(again.contains("Closed the ledger"), "{again}");
    let usb = desk.name("usb/recovery");
    let other = [
        "-C",
        "harbor",
        "key",
        "continue",
        "other",
        "--yes",
        "--recovery-key",
        &usb,
    ];
    let refused = desk.says("ines", &other, 2)?;
    assert!(refused.contains("closed already"), "{refused}");
    Ok(())
}

#[test]
fn what_was_recorded_by_a_thief_in_the_archive_itself_is_disowned() -> TestResult {
    let desk = Desk::new()?;
    fs::copy(desk.path("harbor/log/checkpoint"), desk.path("good"))?;
    desk.ingest(
        "ines",
        "harbor",
        "lie.txt",
        "Somebody else at her desk.\n",
        0,
    )?;
    fs::copy(desk.path("harbor/log/checkpoint"), desk.path("bad"))?;
    let refused = desk.go_on(&["--last-good", "2"], 2)?;
    assert!(refused.contains("never signed"), "{refused}");
    let item = desk.json("ines", &["-C", "harbor", "find", "desk"], 0)?;
    let item = item["hits"][0]["item"]
        .as_str()
        .ok_or("nothing")?
        .to_owned();
    let said = desk.go_on(&["--last-good", "good"], 0)?;
    assert!(said.contains("Disowned:"), "{said}");
    let against = desk.name("bad");
    let report = desk.json(
        "ines",
        &["-C", "harbor", "verify", "--against", &against],
        0,
    )?;
    let notes = report["not_findings"].to_string();
    assert!(notes.contains("Disowned"), "{notes}");
    assert!(notes.contains("checkpoint 1 given"), "{notes}");
    assert_eq!(report["anchored_by"][0]["size"], report["closed"]["size"]);
    let publish = ["-C", "harbor", "publish", &item, "--yes", "-o", "x.html"];
    let refused = desk.says("ines", &publish, 2)?;
    assert!(refused.contains("disowned"), "{refused}");
    Ok(())
}

#[test]
fn a_lost_tail_and_a_lost_log_key_lock_nobody_out() -> TestResult {
    let desk = Desk::new()?;
    copy_tree(&desk.path("harbor"), &desk.path("backup"))?;
    desk.ingest(
        "ines",
        "harbor",
        "log.txt",
        "The ledger of the pilots.\n",
        0,
    )?;
    fs::copy(desk.path("harbor/log/checkpoint"), desk.path("lost"))?;
    fs::remove_dir_all(desk.path("harbor"))?;
    copy_tree(&desk.path("backup"), &desk.path("harbor"))?;
    for ending in ["", ".pub"] {
        fs::remove_file(desk.key(ending)?)?;
    }
    let report = desk.json("ines", &["-C", "harbor", "verify"], 1)?;
    assert_eq!(codes(&report), ["pin.ahead", "memory.ahead"]);
    desk.go_on(&["--name", "Harbor again"], 0)?;
    let lost = desk.name("lost");
    let report = desk.json("ines", &["-C", "harbor", "verify", "--against", &lost], 0)?;
    let notes = report["not_findings"].as_array().map_or(0, Vec::len);
    assert_eq!(notes, 3, "pin, memory and the checkpoint given: {report}");
    desk.ingest("ines", "next", "log.txt", "The ledger of the pilots.\n", 0)?;
    desk.says("ines", &["-C", "next", "verify"], 0)?;
    let status = desk.json("ines", &["-C", "next", "status"], 0)?;
    assert_eq!(status["name"], "Harbor again");
    Ok(())
}

#[test]
fn whoever_looks_at_a_closed_archive_is_told_so_and_where_it_goes_on() -> TestResult {
    let desk = Desk::new()?;
    let open = desk.json("ines", &["-C", "harbor", "status"], 0)?;
    assert_eq!(open["closed"], Value::Null);
    let doctor = desk.json("ines", &["-C", "harbor", "doctor"], 0)?;
    assert!(!doctor.to_string().contains("\"closed\""), "{doctor}");
    desk.go_on(&["--last-good", "4"], 0)?;
    let next = desk.json("ines", &["-C", "next", "status"], 0)?;
    assert_eq!(next["closed"], Value::Null);
    let words: Vec<&str> = (next["words"].as_array().ok_or("no words")?.iter())
        .filter_map(Value::as_str)
        .collect();
    // Ines remembers it; a reader of a copy has the file in its folder.
    for who in ["ines", "reader"] {
        for verb in ["status", "log"] {
            let shown = desk.json(who, &["-C", "harbor", verb], 0)?;
            assert_eq!(shown["closed"]["size"], 4, "{shown}");
            assert_eq!(shown["closed"]["next"][0]["origin"], next["origin"]);
            let said = desk.says(who, &["-C", "harbor", verb], 0)?;
            assert!(said.contains("closed it at 4 entries"), "{said}");
            assert!(said.contains(&words.join(" ")), "{said}");
        }
        let log = desk.says(who, &["-C", "harbor", "log"], 0)?;
        assert!(
            log.contains("Entry 4 and what follows it are disowned."),
            "{log}"
        );
        let said = desk.says(who, &["-C", "harbor", "doctor"], 1)?;
        assert!(said.contains(&words.join(" ")), "{said}");
        let shown = desk.says(who, &["-C", "harbor", "doctor", "--report"], 1)?;
        assert!(
            shown.contains("closed the ledger at 4 entries") && !shown.contains(words[0]),
            "{shown}"
        );
    }
    Ok(())
}

#[test]
fn a_closing_that_was_stopped_halfway_is_ended_by_the_same_command() -> TestResult {
    let desk = Desk::new()?;
    desk.go_on(&[], 0)?;
    let closing = fs::read(desk.path("harbor/closed.json"))?;
    // As if it had been stopped after the new archive was started.
    fs::remove_file(desk.path("harbor/closed.json"))?;
    fs::remove_file(desk.path("next/before.json"))?;
    let origin = Archive::open(&desk.path("harbor"))?.origin().to_string();
    let state = desk
        .path("ines/state")
        .join(origin.replacen("fonds/", "", 1));
    fs::remove_dir_all(state.join("closings"))?;
    let report = desk.json("ines", &["-C", "next", "verify"], 1)?;
    assert_eq!(codes(&report), ["closing.missing"]);
    desk.go_on(&[], 0)?;
    assert_eq!(fs::read(desk.path("harbor/closed.json"))?, closing);
    desk.says("ines", &["-C", "next", "verify"], 0)?;
    desk.ingest("ines", "harbor", "more.txt", "More.\n", 2)?;
    Ok(())
}

/// Keys of a ledger, and that many entries of it that part from others with the same beginning at `fork`.
struct Ledger {
    keys: Keys,
    log_key: KeyPair,
    recovery: KeyPair,
}

impl Ledger {
    fn new() -> Self {
        let (log_key, recovery) = (KeyPair::from_seed([1; 32]), KeyPair::from_seed([2; 32]));
        Self {
            keys: Keys {
                log_key: Digest::new(*log_key.public().as_bytes()),
                recovery_key: Digest::new(*recovery.public().as_bytes()),
                salt: Digest::new([3; 32]),
            },
            log_key,
            recovery,
        }
    }

    fn next(&self, salt: u8) -> fonds::commitment::Origin {
        let keys = Keys {
            salt: Digest::new([salt; 32]),
            ..self.keys.clone()
        };
        keys.origin()
    }

    fn leaves(size: u8, fork: u8) -> Vec<[u8; 32]> {
        (0..size)
            .map(|at| [if at < fork { at } else { at + 100 }; 32])
            .collect()
    }

    fn head(leaves: &[[u8; 32]]) -> Head {
        Head {
            size: leaves.len() as u64,
            root: tlog::root(leaves.iter().map(|leaf| leaf_hash(leaf))),
        }
    }

    fn checkpoint(&self, leaves: &[[u8; 32]], by: &KeyPair) -> TestResult<String> {
        let Head { size, root } = Self::head(leaves);
        let origin = self.keys.origin().to_string();
        Ok(by.sign(&Checkpoint { origin, size, root })?.to_string())
    }

    fn closing(&self, leaves: &[[u8; 32]], next: u8) -> TestResult<Closing> {
        let head = Self::head(leaves);
        let note = ClosingNote::sign(&self.keys, head, &self.next(next), &self.recovery)?;
        let checkpoint = self.checkpoint(leaves, &self.log_key)?;
        Ok(Closing::make(&note, checkpoint, Vec::new(), leaves)?)
    }
}

#[test]
fn of_two_closings_what_they_share_counts() -> TestResult {
    let log = Ledger::new();
    let whole = Ledger::leaves(9, 99);
    let owner = log.closing(&whole, 7)?;
    let counts = |closings: &[Closing]| Closed::by(closings).map(|it| (it.size(), it.next().len()));
    assert_eq!(counts(&[]), None);
    assert_eq!(counts(std::slice::from_ref(&owner)), Some((9, 1)));
    // A thief of the recovery key closes earlier, or another history that the log key signed too.
    let earlier = log.closing(&Ledger::leaves(4, 99), 8)?;
    let forked = log.closing(&Ledger::leaves(12, 6), 8)?;
    assert_eq!(counts(&[owner.clone(), earlier.clone()]), Some((4, 2)));
    assert_eq!(counts(&[forked.clone(), owner.clone()]), Some((6, 2)));
    let all = [owner.clone(), forked, earlier];
    let closed = Closed::by(&all).ok_or("none")?;
    assert_eq!(closed.size(), 4);
    assert!(closed.counts(3, &[3; 32]));
    assert!(!closed.counts(4, &[4; 32]) && !closed.counts(3, &[103; 32]));
    assert_eq!(
        closed.root_at(4),
        Some(Ledger::head(&Ledger::leaves(4, 99)).root)
    );
    assert_eq!(closed.root_at(5), None);
    Ok(())
}

#[test]
fn a_closing_that_does_not_hold_closes_nothing() -> TestResult {
    let log = Ledger::new();
    let leaves = Ledger::leaves(5, 99);
    let good = log.closing(&leaves, 7)?;
    let file = good.file()?;
    assert_eq!(Closing::read(file.as_bytes())?, good);
    // By another key, the log key among them.
    for by in [&log.log_key, &KeyPair::from_seed([66; 32])] {
        assert!(ClosingNote::sign(&log.keys, Ledger::head(&leaves), &log.next(7), by).is_err());
    }
    // Over a head that only the recovery key signed, and over leaves that are not its own.
    let note = good.note();
    let forged = log.checkpoint(&leaves, &log.recovery)?;
    assert!(Closing::make(note, forged, Vec::new(), &leaves).is_err());
    let checkpoint = log.checkpoint(&leaves, &log.log_key)?;
    for wrong in [
        Ledger::leaves(4, 99),
        Ledger::leaves(6, 99),
        Ledger::leaves(5, 2),
    ] {
        assert!(Closing::make(note, checkpoint.clone(), Vec::new(), &wrong).is_err());
    }
    let other = log.checkpoint(&Ledger::leaves(4, 99), &log.log_key)?;
    assert!(Closing::make(note, other, Vec::new(), &leaves).is_err());
    // To itself, and of no entries.
    let origin = log.keys.origin();
    assert!(ClosingNote::sign(&log.keys, Ledger::head(&leaves), &origin, &log.recovery).is_err());
    let empty = Head {
        size: 0,
        root: Hash([0; 32]),
    };
    assert!(ClosingNote::sign(&log.keys, empty, &log.next(7), &log.recovery).is_err());
    // Every byte of it.
    for at in 0..file.len() {
        let mut bytes = file.clone().into_bytes();
        bytes[at] ^= 1;
        assert!(Closing::read(&bytes).is_err(), "byte {at}");
    }
    for wrong in [
        "",
        "{}\n",
        "[]\n",
        &"[".repeat(100_000),
        "\"fonds/closing/1\"\n",
    ] {
        assert!(Closing::read(wrong.as_bytes()).is_err());
    }
    // In an archive's folder it is a finding, and hinders nobody.
    let desk = Desk::new()?;
    for wrong in [file.as_str(), "", "{}\n"] {
        fs::write(desk.path("harbor/closed.json"), wrong)?;
        let report = desk.json("ines", &["-C", "harbor", "verify"], 1)?;
        assert_eq!(codes(&report), ["closing.not-valid"], "{report}");
        desk.says("ines", &["-C", "harbor", "people", "add", "Nora"], 0)?;
    }
    desk.says(
        "ines",
        &["verify", "harbor/closed.json", "--closing", "pay.txt"],
        2,
    )?;
    let shown = desk.json("ines", &["verify", "harbor/closed.json"], 1)?;
    assert!(!codes(&shown).is_empty());
    Ok(())
}

#[test]
fn an_archive_that_claims_to_go_on_is_told_from_one_that_does() -> TestResult {
    let log = Ledger::new();
    let leaves = Ledger::leaves(5, 99);
    let good = log.closing(&leaves, 7)?;
    let other = log.closing(&leaves, 9)?;
    let cases = [
        (good.note().text(), good.file()?, 7, ""),
        (good.note().text(), String::new(), 7, "closing.missing"),
        (
            good.note().text(),
            "{}\n".to_owned(),
            7,
            "closing.not-valid",
        ),
        (good.note().text(), other.file()?, 7, "closing.not-valid"),
        (good.note().text(), good.file()?, 8, "closing.not-valid"),
        (
            good.note().text().replace("/closing", "/closinh"),
            good.file()?,
            7,
            "closing.not-valid",
        ),
    ];
    for (number, (note, before, salt, code)) in cases.into_iter().enumerate() {
        let dir = tempfile::tempdir()?;
        let places = Places {
            config: dir.path().join("config"),
            state: dir.path().join("state"),
        };
        let keys = PublicKeys {
            log: *log.log_key.public().as_bytes(),
            recovery: *log.recovery.public().as_bytes(),
            salt: [salt; 32],
        };
        let root = dir.path().join("archive");
        let key = KeyPair::from_seed([1; 32]);
        let signer = Signer::new(&places, keys.origin().as_str(), key)?;
        let first = [
            ("t", Value::from("2026-11-23T09:30:00Z")),
            ("closing", Value::from(note)),
        ];
        drop(Writer::create(&root, keys, signer, &first)?);
        if !before.is_empty() {
            fs::write(root.join("before.json"), before)?;
        }
        let mut progress = |_| {};
        let mut outside = fonds::verify::Outside {
            progress: &mut progress,
            cpu: None,
        };
        let report =
            fonds::verify::folder(&root, &fonds::verify::Options::default(), &mut outside)?;
        let found: Vec<&str> = report.findings.iter().map(|it| it.code).collect();
        let wanted: Vec<&str> = Some(code).filter(|it| !it.is_empty()).into_iter().collect();
        assert_eq!(found, wanted, "case {number}: {:#?}", report.findings);
        assert_eq!(
            report.continues.is_some(),
            code != "closing.not-valid" || number == 2 || number == 3
        );
    }
    Ok(())
}

#[test]
fn a_proof_is_held_against_what_its_reader_saw() -> TestResult {
    let desk = Desk::new()?;
    desk.rob()?;
    // The key is changed, and a reader sees the archive as it is then.
    desk.says("ines", &["-C", "harbor", "key", "rotate"], 0)?;
    desk.says("reader", &["verify", "harbor"], 0)?;
    let shown = desk.json("reader", &["verify", "early.html"], 0)?;
    assert_eq!(shown["pin"], "not-comparable");
    // The thief signs on with the old key on the old copy, beyond what the reader saw.
    for name in ["a", "b", "c"] {
        let file = format!("{name}.txt");
        desk.ingest("thief", "stolen", &file, &format!("{name} lie\n"), 0)?;
    }
    let lie = desk.json("thief", &["-C", "stolen", "find", "lie"], 0)?;
    let lie = lie["hits"][0]["item"].as_str().ok_or("no lie")?.to_owned();
    desk.publish("thief", "stolen", &lie, "lie")?;
    let shown = desk.json("reader", &["verify", "lie.html"], 1)?;
    assert_eq!(codes(&shown), ["proof.pin-differs"], "{shown}");
    assert_eq!(shown["pin"], "differs");
    // Whoever saw nothing is told nothing.
    assert_eq!(
        desk.json("stranger", &["verify", "lie.html"], 0)?["pin"],
        "none"
    );
    // Of as many entries, and of another root.
    fs::copy(desk.path("harbor/log/checkpoint"), desk.path("now"))?;
    let shown = desk.json("reader", &["verify", "now"], 2)?;
    assert_eq!(shown["pin"], "fits");
    Ok(())
}

/// A checkpoint as somebody hands it over: the file, and its text as it comes out of a mail, a page and other programs.
fn handed_over(whole: &str) -> Vec<String> {
    let set_off = |before: &str| -> String {
        let lines = whole.lines().map(|line| format!("{before}{line}\n"));
        lines.collect()
    };
    vec![
        whole.to_owned(),
        whole.replace('\n', "\r\n"),
        whole.replace('\u{2014}', "-"),
        whole.replace("\n\n", "\n"),
        whole.trim_end().to_owned(),
        format!("\u{feff}{whole}"),
        format!("```\n{whole}```\n"),
        format!("Dear reader,\n\n{whole}\nYours, Ines\n"),
        set_off("> "),
        set_off("    "),
    ]
}

#[test]
fn a_copied_checkpoint_is_held_against_the_closing_as_its_file_is() -> TestResult {
    let desk = Desk::new()?;
    desk.rob()?;
    desk.ingest("thief", "stolen", "lie.txt", "Nora was paid.\n", 0)?;
    desk.go_on(&[], 0)?;
    for (archive, status) in [("stolen", 1), ("harbor", 0)] {
        let whole = fs::read_to_string(desk.path(archive).join("log/checkpoint"))?;
        for copy in handed_over(&whole) {
            fs::write(desk.path("copy"), &copy)?;
            let given = [
                "--key",
                "early.proof.json",
                "--closing",
                "harbor/closed.json",
            ];
            let act = [&["verify", "copy"], &given[..]].concat();
            let shown = desk.json("reader", &act, status)?;
            let found = codes(&shown);
            assert_eq!(
                found.contains(&"proof.disowned"),
                status == 1,
                "{copy}{shown}"
            );
            let said = desk.says("reader", &act, status)?;
            assert_eq!(said.contains("and counts."), status == 0, "{copy}{said}");
        }
    }
    Ok(())
}

#[test]
fn a_copied_checkpoint_is_held_against_the_pin_as_its_file_is() -> TestResult {
    let desk = Desk::new()?;
    desk.rob()?;
    desk.ingest("thief", "stolen", "lie.txt", "Nora was paid.\n", 0)?;
    desk.ingest("ines", "harbor", "log.txt", "The pilots.\n", 0)?;
    desk.says("reader", &["verify", "harbor"], 0)?;
    let held = |wanted: &str, archive: &str, status| -> TestResult {
        let whole = fs::read_to_string(desk.path(archive).join("log/checkpoint"))?;
        for copy in handed_over(&whole) {
            fs::write(desk.path("copy"), &copy)?;
            let act = ["verify", "copy", "--key", "early.proof.json"];
            let shown = desk.json("reader", &act, status)?;
            assert_eq!(shown["pin"], wanted, "{copy}{shown}");
            let found = codes(&shown);
            assert_eq!(
                found.contains(&"proof.pin-differs"),
                status == 1,
                "{copy}{shown}"
            );
        }
        Ok(())
    };
    held("fits", "harbor", 0)?;
    held("differs", "stolen", 1)?;
    // The reader sees the key changed: the old one signs nothing beyond that, and signed the change itself.
    desk.says("ines", &["-C", "harbor", "key", "rotate"], 0)?;
    desk.says("reader", &["verify", "harbor"], 0)?;
    held("fits", "harbor", 0)?;
    desk.ingest("thief", "stolen", "more.txt", "And Ines.\n", 0)?;
    desk.ingest("thief", "stolen", "third.txt", "And all.\n", 0)?;
    held("differs", "stolen", 1)
}

#[test]
fn one_entry_is_disowned_and_several_are() -> TestResult {
    for (names, said) in [
        (&["Nora"][..], "\n1 entry after that is disowned,"),
        (&["Nora", "Mara"], "\n2 entries after that are disowned,"),
    ] {
        let desk = Desk::new()?;
        let head = desk.json("ines", &["-C", "harbor", "verify"], 0)?;
        for name in names {
            desk.says("ines", &["-C", "harbor", "people", "add", name], 0)?;
        }
        let told = desk.go_on(&["--last-good", &head["entries"].to_string()], 0)?;
        assert!(told.contains(said), "{told}");
    }
    Ok(())
}
