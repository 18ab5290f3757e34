//! Names told in confidence: where they are (nowhere but in a sealed file), who can open it, and that whoever has the
//! whole disk cannot confirm a guess.

#![expect(
    clippy::disallowed_methods,
    reason = "tests damage files, and write what is brought in"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use age::secrecy::ExposeSecret as _;
use base64::Engine as _;
use fonds::archive::Archive;
use fonds::commitment::RecordKey;
use fonds::commitment::Salts;
use serde_json::Value;
use sha2::Digest as _;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

const NAME: &str = "Wilhelmina Achterberg-Szab\u{f3}";

/// An archive, its user, the keys of the vault, and a folder for temporary files: all in one folder that is searched.
struct Desk {
    folder: tempfile::TempDir,
    keys: Vec<age::x25519::Identity>,
}

impl Desk {
    fn new() -> TestResult<Self> {
        let folder = tempfile::tempdir()?;
        let keys: Vec<_> = (0..3).map(|_| age::x25519::Identity::generate()).collect();
        let desk = Self { folder, keys };
        fs::create_dir_all(desk.path("user/config"))?;
        fs::create_dir_all(desk.path("tmp"))?;
        desk.recipients(&[0, 1])?;
        for (index, key) in desk.keys.iter().enumerate() {
            let text = format!("# key {index}\n{}\n", key.to_string().expose_secret());
            fs::write(desk.path(&format!("key{index}")), text)?;
        }
        fs::write(desk.path("memo.txt"), "The truck is on the pier.\n")?;
        assert!(
            desk.run(&["init", "archive", "--zone", "UTC"])?
                .status
                .success()
        );
        Ok(desk)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn recipients(&self, which: &[usize]) -> TestResult {
        let keys = which
            .iter()
            .map(|index| format!("{}\n", self.keys[*index].to_public()));
        Ok(fs::write(
            self.path("user/config/vault-recipients"),
            keys.collect::<String>(),
        )?)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fonds"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("FONDS_USER", self.path("user"))
            .env("FONDS_ARCHIVE", self.path("archive"))
            .env("TMPDIR", self.path("tmp"))
            .args(args);
        command
    }

    fn run(&self, args: &[&str]) -> TestResult<Output> {
        Ok(self.command(args).stdin(Stdio::null()).output()?)
    }

    /// Runs with words on standard input, and looks at the process while it waits for them.
    fn told(&self, words: &str, args: &[&str]) -> TestResult<Output> {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let process = PathBuf::from(format!("/proc/{}", child.id()));
        let mut input = child.stdin.take().ok_or("no standard input")?;
        writeln!(input, "{words}")?;
        for part in ["cmdline", "environ"] {
            assert_eq!(found(&fs::read(process.join(part))?), None, "{part}");
        }
        drop(input);
        Ok(child.wait_with_output()?)
    }

    fn json(&self, args: &[&str], status: i32) -> TestResult<Value> {
        let mut all = vec!["--json"];
        all.extend(args);
        let output = self.run(&all)?;
        let text = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8_lossy(&text).into_owned();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {shown}");
        Ok(serde_json::from_str(shown.trim()).map_err(|error| format!("{error}: {shown}"))?)
    }

    /// Ingests the memo from a source told in confidence, and gives their pseudonym.
    fn sealed(&self) -> TestResult<String> {
        let args = ["ingest", "memo.txt", "--confidential", "--from-fd", "0"];
        let output = self.told(NAME, &args)?;
        let said = String::from_utf8(output.stderr)?;
        assert!(output.status.success(), "{said}");
        let names = self.json(&["vault"], 0)?;
        let last = names["names"].as_array().and_then(|names| names.last());
        Ok(last.ok_or("none")?["pseudonym"]
            .as_str()
            .ok_or("none")?
            .to_owned())
    }

    fn vault_files(&self) -> TestResult<Vec<PathBuf>> {
        let listed = self.path("archive/vault").read_dir()?;
        let mut files = listed
            .map(|entry| Ok(entry?.path()))
            .collect::<TestResult<Vec<_>>>()?;
        files.sort();
        Ok(files)
    }

    /// Codes of what verify finds, and its remarks in one text.
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
}

/// Every form in which the name could lie about.
fn forms() -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for words in [
        NAME,
        "Wilhelmina",
        "Achterberg",
        "Szab\u{f3}",
        "szab\u{f3}",
        "achterberg",
    ] {
        let bytes = words.as_bytes();
        forms.push(bytes.to_vec());
        forms.push(hex::encode(bytes).into_bytes());
        forms.push(words.encode_utf16().flat_map(u16::to_le_bytes).collect());
        // Three alignments, without what depends on the neighbours.
        for before in 0..3 {
            let text = [&vec![0; before][..], bytes].concat();
            let coded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&text);
            let end = coded.len() - 2;
            forms.push(coded.as_bytes()[4.min(end)..end].to_vec());
        }
        let digest = sha2::Sha256::digest(bytes);
        forms.push(digest.to_vec());
        forms.push(hex::encode(digest).into_bytes());
    }
    // Of a few bytes some are met by chance.
    forms.retain(|form| form.len() >= 6);
    forms
}

/// Which form of the name is in these bytes.
fn found(bytes: &[u8]) -> Option<String> {
    let find = |form: &Vec<u8>| memchr::memmem::find(bytes, form).is_some();
    forms()
        .into_iter()
        .find(find)
        .map(|form| String::from_utf8_lossy(&form).into_owned())
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> TestResult<Vec<(PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.push((entry.path().to_path_buf(), fs::read(entry.path())?));
        }
    }
    Ok(files)
}

#[test]
fn a_name_told_in_confidence_is_nowhere_on_the_disk_and_in_no_answer() -> TestResult {
    assert!(found(format!("x{NAME}y").as_bytes()).is_some());
    let desk = Desk::new()?;
    let pseudonym = desk.sealed()?;
    let log = desk.json(&["log"], 0)?;
    let mut entries = log["entries"].as_array().into_iter().flatten();
    let accession = entries.find(|entry| entry["kind"] == "accessioned/1");
    let accession = accession.and_then(|entry| entry["reference"].as_str());
    let accession = accession.ok_or("no accession")?.to_owned();
    let mut said = Vec::new();
    for args in [
        &[
            "attribute",
            "--confidential",
            "--from-fd",
            "0",
            "--terms",
            "x",
        ][..],
        &[
            "custody",
            "add",
            "--confidential",
            "--from-fd",
            "0",
            "--to",
            "Desk",
        ],
    ] {
        let args = [args, &[accession.as_str()]].concat();
        let output = desk.told(NAME, &args)?;
        said.extend([output.stdout, output.stderr].concat());
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&said)
        );
    }
    let names = desk.json(&["vault"], 0)?;
    assert_eq!(names["names"].as_array().map(Vec::len), Some(3));
    let distinct: BTreeSet<&str> = (names["names"].as_array().into_iter().flatten())
        .filter_map(|name| name["pseudonym"].as_str())
        .collect();
    assert_eq!(
        distinct.len(),
        3,
        "a pseudonym ties two accessions together"
    );
    for args in [
        &["log"][..],
        &["status"],
        &["people"],
        &["vault"],
        &["verify"],
        &["doctor"],
        &["show", &accession],
        &["show", "--json", &accession],
        &["people", "show", &pseudonym],
        &["provenance", "--all", "-o", "report.html"],
        &["provenance", "--all", "-o", "report.json"],
        &["find", "Wilhelmina"],
    ] {
        let output = desk.run(args)?;
        said.extend([output.stdout, output.stderr].concat());
    }
    assert_eq!(found(&said), None);
    let all = files(desk.folder.path())?;
    assert!(all.len() > 15, "{}", all.len());
    assert!(all.iter().any(|(path, _)| path.ends_with("archive.sqlite")));
    for (path, bytes) in all {
        assert_eq!(found(&bytes), None, "{}", path.display());
    }
    assert_eq!(desk.verify()?.0, Vec::<String>::new());
    let shown = desk.json(&["vault", "reveal", &pseudonym, "--identity", "key1"], 0)?;
    assert_eq!(shown["name"], NAME);
    Ok(())
}

#[test]
fn a_guess_of_the_name_is_not_confirmed_by_all_that_is_on_the_disk() -> TestResult {
    let desk = Desk::new()?;
    desk.sealed()?;
    let archive = Archive::open(&desk.path("archive"))?;
    let sealed = archive.sealed_names()?.pop().ok_or("none")?;
    let committer = archive.committer();
    // Every 32 bytes that stand in the database or, as hex, in any file; every salt that follows from a key.
    let mut known: BTreeSet<[u8; 32]> = BTreeSet::new();
    let (entries, _) = archive.head()?;
    let mut keys = Vec::new();
    for seq in 0..entries {
        let entry = archive.stored_entry(seq)?.ok_or("no entry")?;
        known.insert(entry.leaf);
        keys.extend(entry.key);
    }
    for card in archive.after(0, 100)? {
        let item = archive.stored_item(card.item)?.ok_or("no item")?;
        known.insert(item.leaf);
        keys.extend(item.key);
    }
    let slots = fonds::record::ENTRY_KINDS
        .iter()
        .chain(fonds::record::ITEM_KINDS);
    let mut names: BTreeSet<&str> = slots.flat_map(|kind| kind.slots).copied().collect();
    names.extend(["vault/name", "vault", "text/0"]);
    for key in keys {
        known.insert(key);
        let salts = Salts::new(&RecordKey(key));
        known.extend(names.iter().map(|slot| salts.salt(slot)));
    }
    for (_, bytes) in files(desk.folder.path())? {
        known.insert(sha2::Sha256::digest(&bytes).into());
        for window in bytes.windows(64) {
            let mut digits = [0; 32];
            if hex::decode_to_slice(window, &mut digits).is_ok() {
                known.insert(digits);
            }
        }
    }
    assert!(known.len() > 500, "{}", known.len());
    let confirmed = |known: &BTreeSet<[u8; 32]>, guess: &str| {
        let value = serde_json::to_string(guess).unwrap_or_default();
        known.iter().any(|salt| {
            ["vault/name", "identity", "name"]
                .iter()
                .any(|slot| committer.commit(salt, slot, &value) == *sealed.commitment.as_bytes())
        })
    };
    for guess in [
        "Nora Halloran",
        "Peter Voss",
        NAME,
        "wilhelmina achterberg-szab\u{f3}",
    ] {
        assert!(!confirmed(&known, guess), "{guess}");
    }
    // The same trial succeeds with what only the sealed file holds: it could have found the name.
    let file = fs::read(&desk.vault_files()?[0])?;
    let opened = age::Decryptor::new(&file[..])?;
    let mut content = String::new();
    let keys = std::iter::once(&desk.keys[0] as &dyn age::Identity);
    opened.decrypt(keys)?.read_to_string(&mut content)?;
    let content: Value = serde_json::from_str(&content)?;
    let mut salt = [0; 32];
    hex::decode_to_slice(content["salt"].as_str().ok_or("no salt")?, &mut salt)?;
    assert!(!known.contains(&salt));
    assert!(confirmed(&BTreeSet::from([salt]), NAME));
    Ok(())
}

#[test]
fn a_vault_file_that_is_missing_altered_planted_or_swapped_is_said_to_be() -> TestResult {
    let desk = Desk::new()?;
    let first = desk.sealed()?;
    let second = desk.sealed()?;
    let files = desk.vault_files()?;
    assert_eq!(files.len(), 2);
    let (one, two) = (fs::read(&files[0])?, fs::read(&files[1])?);
    let reveal = |who: &str, status| -> TestResult<String> {
        let answer = desk.json(&["vault", "reveal", who, "--identity", "key0"], status)?;
        Ok(answer["message"].as_str().unwrap_or_default().to_owned())
    };
    // Swapped: each has the other's bytes.
    fs::write(&files[0], &two)?;
    fs::write(&files[1], &one)?;
    assert_eq!(desk.verify()?.0, ["vault.altered", "vault.altered"]);
    assert!(reveal(&first, 2)?.contains("was altered"));
    fs::write(&files[0], &one)?;
    fs::write(&files[1], &two)?;
    assert!(desk.verify()?.0.is_empty());
    // One bit.
    let mut altered = one.clone();
    *altered.last_mut().ok_or("empty")? ^= 1;
    fs::write(&files[0], &altered)?;
    assert_eq!(desk.verify()?.0, ["vault.altered"]);
    desk.json(&["vault"], 1)?;
    // Gone.
    fs::remove_file(&files[0])?;
    assert_eq!(desk.verify()?.0, ["vault.missing"]);
    let mut missing = Vec::new();
    for who in [&first, &second] {
        let output = desk.run(&["vault", "reveal", who, "--identity", "key0"])?;
        missing.push((output.status.code(), String::from_utf8(output.stderr)?));
    }
    missing.sort();
    assert_eq!((missing[0].0, missing[1].0), (Some(0), Some(2)));
    assert!(missing[1].1.contains("is missing"), "{missing:?}");
    // Moved under another name, and something else beside it.
    fs::write(desk.path("archive/vault/00.age"), &one)?;
    std::os::unix::fs::symlink("/etc/passwd", desk.path("archive/vault/link.age"))?;
    assert_eq!(
        desk.verify()?.0,
        ["vault.missing", "vault.unexpected", "vault.unexpected"]
    );
    Ok(())
}

#[test]
fn only_the_keys_it_was_sealed_to_open_it() -> TestResult {
    let desk = Desk::new()?;
    let pseudonym = desk.sealed()?;
    let reveal =
        |key: &str, status| desk.json(&["vault", "reveal", &pseudonym, "--identity", key], status);
    let refused = reveal("key2", 12)?;
    assert_eq!(refused["kind"], "wrong_key");
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|said| said.contains("none of the keys"))
    );
    let no_key = reveal("memo.txt", 12)?;
    assert!(!no_key.to_string().contains("truck"), "{no_key}");
    // An identity that is itself sealed with a passphrase.
    let passphrase = age::secrecy::SecretString::from("mire oak".to_owned());
    let mut recipient = age::scrypt::Recipient::new(passphrase);
    recipient.set_work_factor(10);
    let locked = age::encrypt(
        &recipient,
        desk.keys[1].to_string().expose_secret().as_bytes(),
    )?;
    fs::write(desk.path("locked"), locked)?;
    assert_eq!(reveal("locked", 12)?["kind"], "wrong_key");
    let args = [
        "vault",
        "reveal",
        &pseudonym,
        "--identity",
        "locked",
        "--identity-passphrase-fd",
        "0",
    ];
    let wrong = desk.told("mire ash", &args)?;
    assert_eq!(wrong.status.code(), Some(12));
    let right = desk.told("mire oak", &args)?;
    assert!(String::from_utf8(right.stdout)?.contains(NAME));
    Ok(())
}

#[test]
fn sealed_to_other_keys_the_old_ones_open_nothing_any_more() -> TestResult {
    let desk = Desk::new()?;
    let pseudonym = desk.sealed()?;
    let before = desk.vault_files()?;
    let old = fs::read(&before[0])?;
    desk.recipients(&[1, 2])?;
    let done = desk.json(&["vault", "reseal", "--identity", "key0"], 0)?;
    assert_eq!(
        (&done["files_destroyed"], &done["keys"]),
        (&1.into(), &2.into())
    );
    let after = desk.vault_files()?;
    assert_eq!(after.len(), 1);
    assert_ne!(after, before);
    desk.json(&["vault", "reveal", &pseudonym, "--identity", "key0"], 12)?;
    let shown = desk.json(&["vault", "reveal", &pseudonym, "--identity", "key2"], 0)?;
    assert_eq!(shown["name"], NAME);
    assert!(desk.verify()?.0.is_empty());
    // What an older copy brings back is named, and goes with the next act.
    fs::write(&before[0], old)?;
    assert_eq!(desk.verify()?.0, ["vault.left"]);
    desk.json(&["vault", "reseal", "--identity", "key2"], 0)?;
    assert!(desk.verify()?.0.is_empty());
    Ok(())
}

#[test]
fn a_shredded_name_is_gone_and_its_absence_is_no_finding() -> TestResult {
    let desk = Desk::new()?;
    let pseudonym = desk.sealed()?;
    let file = desk.vault_files()?.remove(0);
    let bytes = fs::read(&file)?;
    let shred = ["vault", "shred", &pseudonym, "--reason", "as promised"];
    let refused = desk.json(&shred, 2)?;
    assert_eq!(refused["message"], "nothing was destroyed");
    assert!(file.is_file());
    let yes = [&shred[..], &["--yes"]].concat();
    desk.json(&yes, 0)?;
    assert!(!file.exists());
    let (codes, notes) = desk.verify()?;
    assert!(codes.is_empty(), "{codes:?}");
    assert!(notes.contains("was destroyed under entry"), "{notes}");
    desk.json(&["vault", "reveal", &pseudonym, "--identity", "key0"], 4)?;
    // Put back, it is ordered and not carried out; once more, and it is.
    fs::write(&file, bytes)?;
    assert_eq!(desk.verify()?.0, ["vault.left"]);
    assert_eq!(desk.json(&["vault"], 1)?["names"][0]["state"], "left");
    let listed = String::from_utf8(desk.run(&["vault"])?.stdout)?;
    assert!(listed.contains("its file is still there"), "{listed}");
    let done = desk.json(&yes, 0)?;
    assert_eq!(
        (
            &done["files_destroyed"],
            done["entries"].as_array().map(Vec::len)
        ),
        (&1.into(), Some(0))
    );
    assert!(desk.verify()?.0.is_empty());
    // Something is in the way of it: that it is ordered is said, and it is carried out later.
    let pseudonym = desk.sealed()?;
    let file = desk.vault_files()?.remove(0);
    fs::remove_file(&file)?;
    fs::create_dir(&file)?;
    fs::write(file.join("in the way"), "")?;
    let shred = ["vault", "shred", &pseudonym, "--reason", "x", "--yes"];
    let refused = desk.json(&shred, 2)?;
    assert_eq!(refused["kind"], "half_done");
    let said = refused["message"].as_str().unwrap_or_default();
    assert!(said.contains("it is recorded as entry "), "{said}");
    assert_eq!(refused["unchanged"], "what is said to be done stays");
    // Still so, and nothing is recorded a second time.
    assert_eq!(desk.json(&shred, 2)?["message"], said);
    fs::remove_dir_all(&file)?;
    assert_eq!(desk.json(&["vault"], 0)?["names"][1]["state"], "destroyed");
    Ok(())
}

#[test]
fn a_name_as_an_argument_and_too_few_keys_are_refused_and_nothing_is_written() -> TestResult {
    let desk = Desk::new()?;
    let before = desk.json(&["status"], 0)?["entries"].clone();
    let refused = |args: &[&str]| -> TestResult<String> {
        let output = desk.told("X", args)?;
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        Ok(String::from_utf8(output.stderr)?)
    };
    let named = ["ingest", "memo.txt", "--confidential", "--from", "X"];
    assert!(refused(&named)?.contains("not given as an argument"));
    let asked = ["ingest", "memo.txt", "--confidential"];
    assert!(refused(&asked)?.contains("--from-fd N"));
    let told = ["ingest", "memo.txt", "--confidential", "--from-fd", "0"];
    desk.recipients(&[0])?;
    assert!(refused(&told)?.contains("2 keys or more, and 1 is given"));
    desk.recipients(&[])?;
    assert!(refused(&told)?.contains("0 is given"));
    fs::write(
        desk.path("user/config/vault-recipients"),
        "ssh-ed25519 AAAAC3\n",
    )?;
    assert!(refused(&told)?.contains("SSH key"));
    fs::remove_file(desk.path("user/config/vault-recipients"))?;
    assert!(refused(&told)?.contains("age-keygen"));
    assert_eq!(desk.json(&["status"], 0)?["entries"], before);
    assert!(!desk.path("archive/vault").exists());
    Ok(())
}

#[test]
fn a_link_in_place_of_the_vault_leads_no_destruction_elsewhere() -> TestResult {
    let desk = Desk::new()?;
    let who = desk.sealed()?;
    // Somebody's folder, with a file in it that has the name of the sealed one.
    fs::rename(desk.path("archive/vault"), desk.path("letters"))?;
    std::os::unix::fs::symlink(desk.path("letters"), desk.path("archive/vault"))?;
    let before: Vec<_> = fs::read_dir(desk.path("letters"))?.flatten().collect();
    assert_eq!(before.len(), 1);
    let why = ["--reason", "asked", "--authority", "the source", "--yes"];
    desk.run(&[&["vault", "shred", &who], &why[..]].concat())?;
    let left = fs::read(before.first().ok_or("nothing")?.path())?;
    assert!(left.starts_with(b"age-encryption.org"));
    let report = desk.run(&["--json", "verify"])?;
    assert!(String::from_utf8(report.stdout)?.contains("vault.unexpected"));
    Ok(())
}
