//! Witnesses: what they cosign and what they refuse, ten thousand forks of which each is proved, and the whole exchange
//! between two people.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use fonds::anchor::AnchorError;
use fonds::anchor::Answer;
use fonds::anchor::Fork;
use fonds::anchor::OldHead;
use fonds::anchor::REQUEST;
use fonds::anchor::Request;
use fonds::anchor::Witness;
use fonds::commitment::Keys;
use fonds::keys::KeyPair;
use fonds::keys::Places;
use fonds::record::Digest;
use fonds::tlog::Checkpoint;
use fonds::tlog::Cosigner;
use fonds::tlog::Hash;
use fonds::tlog::Note;
use fonds::tlog::leaf_hash;
use fonds::tlog::prove_consistency;
use fonds::tlog::root;
use serde_json::Value;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn log_key() -> KeyPair {
    KeyPair::from_seed([1; 32])
}

fn keys() -> Keys {
    Keys {
        log_key: Digest::new(*log_key().public().as_bytes()),
        recovery_key: Digest::new(*KeyPair::from_seed([2; 32]).public().as_bytes()),
        salt: Digest::new([3; 32]),
    }
}

/// A ledger: so many leaves, of which those from `fork` on are of another history.
fn ledger(size: usize, fork: usize, history: u8) -> Vec<Hash> {
    (0..size)
        .map(|at| {
            leaf_hash(
                &[
                    at.to_le_bytes().as_slice(),
                    &[if at < fork { 0 } else { history }],
                ]
                .concat(),
            )
        })
        .collect()
}

fn signed(leaves: &[Hash]) -> TestResult<String> {
    let checkpoint = Checkpoint {
        origin: keys().origin().to_string(),
        size: leaves.len() as u64,
        root: root(leaves.iter().copied()),
    };
    Ok(log_key().sign(&checkpoint)?.to_string())
}

/// What the keeper of these leaves asks of a witness who saw `old` entries.
fn request(leaves: &[Hash], old: usize) -> TestResult<Request> {
    let (old, proof) = if old == 0 {
        (None, Vec::new())
    } else {
        let at = OldHead {
            root: Digest::new(root(leaves.iter().take(old).copied()).0),
            size: old as u64,
        };
        (Some(at), prove_consistency(leaves, old as u64)?)
    };
    Ok(Request {
        checkpoint: signed(leaves)?,
        key_entries: Vec::new(),
        old,
        origin: keys(),
        proof: proof.iter().map(|hash| Digest::new(hash.0)).collect(),
        schema: REQUEST.to_owned(),
    })
}

fn places(folder: &Path) -> Places {
    Places {
        config: folder.join("config"),
        state: folder.join("state"),
    }
}

fn witness(folder: &Path) -> TestResult<Witness> {
    Ok(Witness::with_key(
        &places(folder),
        "mara.example",
        KeyPair::from_seed([9; 32]),
    )?)
}

#[test]
fn a_cosignature_is_what_c2sp_says() -> TestResult {
    let dir = tempfile::tempdir()?;
    let leaves = ledger(5, 5, 0);
    let Answer::Cosigned(note) =
        witness(dir.path())?.cosign(&request(&leaves, 0)?, 1_679_315_147)?
    else {
        return Err("not cosigned".into());
    };
    // Spelt out from the text of tlog-cosignature, and judged by a library that shares nothing with ours but Ed25519.
    let [_, line] = note.signatures() else {
        return Err("not two lines".into());
    };
    let (time, signature) = line.bytes().split_at(8);
    assert_eq!(time, 1_679_315_147_u64.to_be_bytes());
    let said = format!("cosignature/v1\ntime 1679315147\n{}", note.text());
    let public = *KeyPair::from_seed([9; 32]).public().as_bytes();
    let key = ed25519_dalek::VerifyingKey::from_bytes(&public)?;
    key.verify_strict(
        said.as_bytes(),
        &ed25519_dalek::Signature::from_slice(signature)?,
    )?;
    let mut named = b"mara.example\n\x04".to_vec();
    named.extend(public);
    let id: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(&named).into();
    assert_eq!(line.key_id(), id[..4]);
    // The time is signed: another one does not fit.
    let cosigner = Cosigner::new("mara.example", &public)?;
    assert!(cosigner.verify(note.text(), 1_679_315_147, signature));
    assert!(!cosigner.verify(note.text(), 1_679_315_148, signature));
    assert_eq!(cosigner.to_string().parse::<Cosigner>()?, cosigner);
    let text = cosigner.to_string();
    for wrong in [
        "",
        "a",
        "a+b+c",
        &text.replace("mara", "mary"),
        &text[..text.len() - 4],
    ] {
        assert!(wrong.parse::<Cosigner>().is_err(), "{wrong}");
    }
    Ok(())
}

#[test]
fn a_witness_goes_on_only_from_what_it_saw() -> TestResult {
    let dir = tempfile::tempdir()?;
    let mut witness = witness(dir.path())?;
    let now = 1_700_000_000;
    let leaves = ledger(40, 40, 0);
    let at = |size: usize| leaves.get(..size).unwrap_or(&leaves);
    // Nothing was seen, so nothing can be gone on from.
    let refused = witness.cosign(&request(at(8), 5)?, now).unwrap_err();
    assert!(
        matches!(refused, AnchorError::NotSeen { asked: 5, seen: 0 }),
        "{refused}"
    );
    assert!(matches!(
        witness.cosign(&request(at(8), 0)?, now)?,
        Answer::Cosigned(_)
    ));
    for (size, old, time, what) in [
        (7, 0, now, "lower"),
        (7, 5, now, "lower"),
        (20, 0, now, "unseen"),
        (20, 5, now, "unseen"),
        (20, 8, now - 1, "clock"),
    ] {
        let refused = witness.cosign(&request(at(size), old)?, time).unwrap_err();
        let found = match refused {
            AnchorError::Lower {
                offered: 7,
                seen: 8,
            } => "lower",
            AnchorError::NotSeen { seen: 8, .. } => "unseen",
            AnchorError::ClockBack { .. } => "clock",
            other => return Err(other.into()),
        };
        assert_eq!(found, what, "{size} from {old}");
    }
    // A proof that proves nothing, or somebody else's signature.
    let mut bad = request(at(20), 8)?;
    bad.proof.pop();
    assert!(matches!(
        witness.cosign(&bad, now),
        Err(AnchorError::NotContinued { .. })
    ));
    let mut bad = request(at(20), 8)?;
    bad.origin.salt = Digest::new([4; 32]);
    assert!(matches!(
        witness.cosign(&bad, now),
        Err(AnchorError::NotSigned { .. })
    ));
    // After all that it remembers what it did, and goes on.
    let origin = keys().origin().to_string();
    assert_eq!(witness.seen(&origin)?.map(|(head, _)| head.size), Some(8));
    assert!(matches!(
        witness.cosign(&request(at(20), 8)?, now)?,
        Answer::Cosigned(_)
    ));
    assert!(matches!(
        witness.cosign(&request(at(20), 20)?, now)?,
        Answer::Cosigned(_)
    ));
    drop(witness);
    let again = self::witness(dir.path())?;
    assert_eq!(again.seen(&origin)?.map(|(head, _)| head.size), Some(20));
    // What somebody else wrote there is no memory.
    let memory = places(dir.path()).witness_memory(&origin)?;
    let text = fs::read_to_string(&memory)?;
    fonds::durable::write_private(
        &memory,
        text.replace("\"time\": 17", "\"time\": 16").as_bytes(),
    )?;
    assert!(again.seen(&origin).is_err());
    Ok(())
}

/// The next of a sequence that looks random and is the same each time.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap_or(0)
}

#[test]
fn ten_thousand_forks_are_refused_and_each_is_proved() -> TestResult {
    let dir = tempfile::tempdir()?;
    let mut state = 7;
    let (mut same_size, mut powers) = (0, 0);
    for number in 0..100 {
        let seen = 1 + next(&mut state) % 70;
        let mut witness = witness(&dir.path().join(number.to_string()))?;
        assert!(matches!(
            witness.cosign(&request(&ledger(seen, seen, 0), 0)?, 1_700_000_000)?,
            Answer::Cosigned(_)
        ));
        for _ in 0..100 {
            // The other history parts from the one that was seen somewhere before its end, and is as long or longer.
            let parts = next(&mut state) % seen;
            let size = seen + next(&mut state) % 40;
            let other = ledger(size, parts, 1);
            same_size += usize::from(size == seen);
            powers += usize::from(seen.is_power_of_two());
            let Answer::Forked(fork) = witness.cosign(&request(&other, seen)?, 1_700_000_001)?
            else {
                return Err(format!("cosigned: {seen} seen, {size} from {parts}").into());
            };
            let fork = Fork::read(fork.file()?.as_bytes())?;
            let shown = fork.check()?;
            assert_eq!(
                (shown.first.size, shown.second.size),
                (seen as u64, size as u64)
            );
        }
        // It still goes on with the history that it saw.
        let honest = ledger(seen + 3, seen + 3, 0);
        assert!(matches!(
            witness.cosign(&request(&honest, seen)?, 1_700_000_002)?,
            Answer::Cosigned(_)
        ));
    }
    assert!(same_size > 50 && powers > 50, "{same_size} {powers}");
    Ok(())
}

#[test]
fn what_is_no_fork_proves_none() -> TestResult {
    let dir = tempfile::tempdir()?;
    let mut witness = witness(dir.path())?;
    witness.cosign(&request(&ledger(6, 6, 0), 0)?, 1)?;
    let Answer::Forked(fork) = witness.cosign(&request(&ledger(11, 2, 1), 6)?, 2)? else {
        return Err("cosigned".into());
    };
    fork.check()?;
    let honest = ledger(11, 11, 0);
    let mut cases = Vec::new();
    // An honest continuation in the place of the other history.
    let mut one = fork.clone();
    let asked = request(&honest, 6)?;
    one.second.clone_from(&asked.checkpoint);
    one.proof.clone_from(&asked.proof);
    cases.push(one.clone());
    one.root = Digest::new(root(honest.iter().take(6).copied()).0);
    cases.push(one);
    for spoil in 0..5 {
        let mut one = fork.clone();
        match spoil {
            0 => one.root = Digest::new([7; 32]),
            1 => one.proof.clear(),
            2 => one.origin.salt = Digest::new([7; 32]),
            3 => one.first = one.second.clone(),
            _ => std::mem::swap(&mut one.first, &mut one.second),
        }
        cases.push(one);
    }
    for (number, case) in cases.iter().enumerate() {
        assert!(case.check().is_err(), "case {number}");
    }
    // Nothing that is not in its one form, and nothing huge or deep, is read.
    let file = fork.file()?;
    for wrong in [
        String::new(),
        file.trim_end().to_owned(),
        file.replacen('{', "{ ", 1),
        file.replace("fonds/fork/1", "fonds/fork/2"),
        format!("{}{}\n", "[".repeat(100_000), "]".repeat(100_000)),
        format!("\"{}\"\n", "a".repeat(5 << 20)),
    ] {
        assert!(Fork::read(wrong.as_bytes()).is_err());
        assert!(Request::read(wrong.as_bytes()).is_err());
    }
    // Every byte of it.
    for at in 0..file.len() {
        let mut bytes = file.clone().into_bytes();
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1;
        }
        let shown = Fork::read(&bytes).map_err(|error| error.to_string());
        assert!(shown.and_then(|fork| fork.check()).is_err(), "byte {at}");
    }
    Ok(())
}

/// Two people: Ines keeps an archive, Mara is its witness.
struct Two {
    dir: tempfile::TempDir,
}

impl Two {
    fn new() -> TestResult<Self> {
        let two = Self {
            dir: tempfile::tempdir()?,
        };
        two.says(
            "ines",
            &["init", "archive", "--name", "Harbor", "--zone", "UTC"],
            0,
        )?;
        two.says("mara", &["witness", "init", "mara.example"], 0)?;
        let key = two.path("mara/config/witness/verifier");
        two.says("ines", &["anchor", "trust", "mara", &key], 0)?;
        Ok(two)
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn run(&self, who: &str, now: &str, args: &[&str]) -> TestResult<Output> {
        Ok(Command::new(env!("CARGO_BIN_EXE_fonds"))
            .current_dir(self.dir.path())
            .env_clear()
            .env("FONDS_USER", self.dir.path().join(who))
            .env("FONDS_NOW", now)
            .env("FONDS_BY", who)
            .env("FONDS_ARCHIVE", self.dir.path().join("archive"))
            .args(args)
            .output()?)
    }

    fn at(&self, who: &str, now: &str, args: &[&str], status: i32) -> TestResult<String> {
        let output = self.run(who, now, args)?;
        let said = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
        Ok(said)
    }

    fn says(&self, who: &str, args: &[&str], status: i32) -> TestResult<String> {
        self.at(who, "2026-11-23T09:30:00Z", args, status)
    }

    fn json(&self, who: &str, args: &[&str], status: i32) -> TestResult<Value> {
        let mut all = vec!["--json"];
        all.extend(args);
        Ok(serde_json::from_str(&self.says(who, &all, status)?)?)
    }

    /// Has the head cosigned and brings that in.
    fn exchange(&self) -> TestResult {
        self.says(
            "ines",
            &["anchor", "request", "--witness", "mara", "-o", "r"],
            0,
        )?;
        self.says("mara", &["witness", "cosign", "r", "-o", "a"], 0)?;
        self.says("ines", &["anchor", "add", "a"], 0)?;
        Ok(())
    }
}

fn copy(from: &Path, to: &Path) -> TestResult {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry?;
        let place: PathBuf = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(place)?;
        } else {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}

#[test]
fn an_archive_that_a_witness_cosigned_is_anchored_as_of_then() -> TestResult {
    let two = Two::new()?;
    assert_eq!(
        two.json("ines", &["verify"], 0)?["anchoring"],
        "self-consistent"
    );
    two.exchange()?;
    two.says("ines", &["people", "add", "Tobin"], 0)?;
    let report = two.json("ines", &["verify"], 0)?;
    assert_eq!(report["anchoring"], "anchored");
    let anchor = &report["anchored_by"][0];
    assert_eq!(
        (&anchor["kind"], &anchor["by"]),
        (&"witness".into(), &"mara".into())
    );
    assert_eq!((&anchor["size"], &anchor["since"]), (&1.into(), &2.into()));
    assert_eq!(anchor["at"], "2026-11-23T09:30:00Z");
    assert_eq!(
        two.json("ines", &["verify", "--quick"], 0)?["anchoring"],
        "anchored"
    );
    // Somebody who does not trust Mara sees that something is kept, and that it does not count.
    let report = two.json("stranger", &["verify"], 0)?;
    assert_eq!(report["anchoring"], "self-consistent");
    assert_eq!(report["anchored_by"], Value::Array(Vec::new()));
    let said = report["not_findings"].to_string();
    assert!(said.contains("does not count"), "{said}");
    // Nor does a time that has not come yet.
    let said = two.at("ines", "2026-11-22T09:30:00Z", &["verify"], 0)?;
    assert!(
        said.contains("Self-consistent") && said.contains("clocks is wrong"),
        "{said}"
    );
    // The next request goes on from there by itself.
    let said = two.says(
        "ines",
        &["anchor", "request", "--witness", "mara", "-o", "r"],
        0,
    )?;
    assert!(said.contains("continue the 1 that they saw"), "{said}");
    two.says("mara", &["witness", "cosign", "r", "-o", "a"], 0)?;
    two.says("ines", &["anchor", "add", "a"], 0)?;
    let report = two.json("ines", &["verify"], 0)?;
    assert_eq!(report["anchored_by"][1]["size"], 3);
    Ok(())
}

#[test]
fn an_archive_that_was_rewritten_gets_a_proof_of_it_and_no_cosignature() -> TestResult {
    let two = Two::new()?;
    two.exchange()?;
    copy(
        &two.dir.path().join("archive"),
        &two.dir.path().join("older"),
    )?;
    copy(&two.dir.path().join("ines"), &two.dir.path().join("thief"))?;
    two.says("ines", &["people", "add", "Tobin"], 0)?;
    two.exchange()?;
    // Whoever has the key and an older copy tells another story, of as many entries or more.
    let thief =
        |args: &[&str], status| two.says("thief", &[&["-C", "older"], args].concat(), status);
    for name in ["Abel", "Bert", "Cora"] {
        thief(&["people", "add", name], 0)?;
    }
    thief(&["anchor", "request", "--witness", "mara", "-o", "r"], 0)?;
    // From what the thief's copy knows the witness does not go on; from what she saw she finds them out.
    let said = two.says("mara", &["witness", "cosign", "r", "-o", "b"], 2)?;
    assert!(said.contains("saw 3 last"), "{said}");
    thief(
        &[
            "anchor",
            "request",
            "--witness",
            "mara",
            "--since",
            "3",
            "-o",
            "r",
        ],
        0,
    )?;
    let said = two.says("mara", &["witness", "cosign", "r", "-o", "b"], 1)?;
    assert!(said.contains("two histories"), "{said}");
    assert!(!two.dir.path().join("b").exists());
    let said = two.says("stranger", &["verify", "b.fork.json"], 1)?;
    assert!(said.contains("Proves a fork"), "{said}");
    let shown = two.json("stranger", &["verify", "b.fork.json"], 1)?;
    assert_eq!(
        (&shown["what"], &shown["state"]),
        (&"fork".into(), &"matches".into())
    );
    assert_eq!(shown["findings"][0]["code"], "checkpoint.split");
    // The rewritten copy does not take in what the witness said of the other.
    let said = thief(&["anchor", "add", "a"], 2)?;
    assert!(said.contains("another history"), "{said}");
    Ok(())
}

#[test]
fn what_comes_back_and_is_not_it_is_refused_in_words() -> TestResult {
    let two = Two::new()?;
    two.says(
        "ines",
        &["anchor", "request", "--witness", "mara", "-o", "r"],
        0,
    )?;
    two.says("mara", &["witness", "cosign", "r", "-o", "a"], 0)?;
    let good = fs::read_to_string(two.dir.path().join("a"))?;
    let lines: Vec<&str> = good.lines().collect();
    let note = Note::parse(good.as_bytes())?;
    assert_eq!(note.signatures().len(), 2);
    let cases = [
        ("", "no cosigned checkpoint"),
        ("hello\n", "no cosigned checkpoint"),
        ("fonds/hello\n", "no cosigned checkpoint"),
        (
            &*format!("{}\n", lines[..5].join("\n")),
            "nobody has cosigned",
        ),
        (
            &*good.replacen("fonds/", "fonds/0", 1),
            "not of this archive",
        ),
    ];
    for (text, wanted) in cases {
        fonds::durable::write_atomic(&two.dir.path().join("bad"), text.as_bytes())?;
        let said = two.says("ines", &["anchor", "add", "bad"], 2)?;
        assert!(said.contains(wanted), "{text:?}: {said}");
    }
    // Her line under another archive's head, or with a byte changed.
    let line = lines.last().ok_or("no line")?;
    let mut changed = (*line).to_owned();
    changed.replace_range(
        line.len() - 20..line.len() - 19,
        if line.as_bytes()[line.len() - 20] == b'A' {
            "B"
        } else {
            "A"
        },
    );
    fonds::durable::write_atomic(
        &two.dir.path().join("bad"),
        good.replace(line, &changed).as_bytes(),
    )?;
    let said = two.says("ines", &["anchor", "add", "bad"], 2)?;
    assert!(said.contains("signature does not fit"), "{said}");
    // One's own archive is not witnessed by oneself, and one's own witness is nobody outside.
    two.says("ines", &["witness", "init", "ines.example"], 0)?;
    let said = two.says("ines", &["witness", "cosign", "r", "-o", "own"], 2)?;
    assert!(said.contains("your own archive"), "{said}");
    let key = two.path("ines/config/witness/verifier");
    let said = two.says("ines", &["anchor", "trust", "me", &key], 2)?;
    assert!(said.contains("somebody else"), "{said}");
    // An unknown witness: kept, and said to be unknown.
    two.says("zoe", &["witness", "init", "zoe.example"], 0)?;
    two.says("zoe", &["witness", "cosign", "r", "-o", "z"], 0)?;
    let said = two.says("ines", &["anchor", "add", "z"], 0)?;
    assert!(
        said.contains("does not count: you do not trust this key"),
        "{said}"
    );
    assert_eq!(
        two.json("ines", &["verify"], 0)?["anchoring"],
        "self-consistent"
    );
    // Wrong words: the witness is not talked into another archive.
    let said = two.says(
        "mara",
        &[
            "witness",
            "cosign",
            "r",
            "-o",
            "x",
            "--key",
            &["zoo"; 12].join(" "),
        ],
        2,
    )?;
    assert!(said.contains("not those of the archive"), "{said}");
    Ok(())
}

#[test]
fn a_witness_follows_a_changed_key_and_no_thief_of_the_old_one() -> TestResult {
    let two = Two::new()?;
    two.exchange()?;
    for (from, to) in [("archive", "stolen"), ("ines", "thief")] {
        copy(&two.dir.path().join(from), &two.dir.path().join(to))?;
    }
    two.says("ines", &["key", "rotate"], 0)?;
    two.exchange()?;
    two.says("ines", &["people", "add", "Tobin"], 0)?;
    two.exchange()?;
    assert_eq!(two.json("ines", &["verify"], 0)?["anchoring"], "anchored");
    // The thief of the old key changes it too, to one of their own, and goes on.
    let thief = |args: &[&str]| two.says("thief", &[&["-C", "stolen"], args].concat(), 0);
    for name in ["Nora", "Adair"] {
        thief(&["people", "add", name])?;
    }
    thief(&["key", "rotate"])?;
    for name in ["Ezra", "Mina", "Otto", "Pia"] {
        thief(&["people", "add", name])?;
    }
    let seen = two.says("mara", &["witness"], 0)?;
    assert!(seen.contains("mara.example"));
    let sizes = two.json("ines", &["anchor"], 0)?;
    let since = sizes["anchors"].as_array().into_iter().flatten();
    let since = since
        .filter_map(|it| it["size"].as_u64())
        .max()
        .ok_or("none")?;
    let request = ["anchor", "request", "--witness", "mara", "-o", "forged"];
    thief(&[&request[..], &["--since", &since.to_string()]].concat())?;
    two.says("mara", &["witness", "cosign", "forged", "-o", "b"], 1)?;
    let fork = two.json("stranger", &["verify", "b.fork.json"], 1)?;
    assert_eq!(fork["findings"][0]["code"], "checkpoint.split", "{fork}");
    assert_eq!(fork["state"], "matches");
    // Every part of it counts.
    let file = fs::read_to_string(two.dir.path().join("b.fork.json"))?;
    let shown: Fork = Fork::read(file.as_bytes())?;
    assert_eq!(
        (
            shown.first_key_entries.len(),
            shown.second_key_entries.len()
        ),
        (1, 1)
    );
    for spoil in 0..4 {
        let mut one = shown.clone();
        match spoil {
            0 => one.first_key_entries.clear(),
            1 => one.second_key_entries.clear(),
            2 => one.second_key_entries[0].path.clear(),
            _ => one.first_key_entries = one.second_key_entries.clone(),
        }
        assert!(one.check().is_err(), "{spoil}");
    }
    // A witness who sees the archive for the first time follows the change as well, and only where it is shown.
    two.says("leo", &["witness", "init", "leo.example"], 0)?;
    let key = two.path("leo/config/witness/verifier");
    two.says("ines", &["anchor", "trust", "leo", &key], 0)?;
    let request = ["anchor", "request", "--witness", "leo", "-o", "q"];
    two.says("ines", &request, 0)?;
    let asked = fs::read(two.dir.path().join("q"))?;
    let mut spoilt = Request::read(&asked)?;
    spoilt.key_entries[0].openings.pop();
    fonds::durable::write_atomic(&two.dir.path().join("p"), spoilt.file()?.as_bytes())?;
    let refused = two.says("leo", &["witness", "cosign", "p", "-o", "c"], 2)?;
    assert!(refused.contains("not shown to change"), "{refused}");
    two.says("leo", &["witness", "cosign", "q", "-o", "c"], 0)?;
    two.says("ines", &["anchor", "add", "c"], 0)?;
    two.says("ines", &["verify"], 0)?;
    Ok(())
}

#[test]
fn a_start_as_a_witness_that_was_stopped_is_made_again() -> TestResult {
    let dir = tempfile::tempdir()?;
    let places = Places {
        config: dir.path().join("config"),
        state: dir.path().join("state"),
    };
    // Something is in the way of the verifier.
    fs::create_dir_all(places.witness_verifier())?;
    assert!(Witness::create(&places, "pier.example", None).is_err());
    assert_eq!(Witness::known(&places).ok().flatten(), None);
    fs::remove_dir(places.witness_verifier())?;
    let made = Witness::create(&places, "pier.example", None)?;
    assert_eq!(Witness::known(&places)?.as_ref(), Some(&made));
    Witness::open(&places, None)?;
    // A key that is there stays, and so does what others were given.
    assert!(Witness::create(&places, "other.example", None).is_err());
    assert_eq!(Witness::known(&places)?, Some(made));
    Ok(())
}
