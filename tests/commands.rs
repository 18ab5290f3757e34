//! The program as its user meets it: transcripts, and the JSON documents that others will script, held against
//! `schema/output/`.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write what is brought in, and edit what anybody may edit"
)]

#[path = "support/copies.rs"]
mod copies;
#[path = "support/schemas.rs"]
mod schemas;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use copies::copy_tree;
use schemas::hold;
use schemas::read;
use serde_json::Value;
use serde_json::json;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_transcripts_are_what_the_program_says() {
    trycmd::TestCases::new()
        .env("FONDS_USER", "user")
        .env("FONDS_NOW", "2026-11-23T09:30:00Z")
        .env("FONDS_BY", "Ines Valder")
        .env("FONDS_ARCHIVE", "")
        .case("tests/cmd/*.trycmd");
}

#[test]
fn the_transcripts_of_two_people_are_what_the_program_says() {
    trycmd::TestCases::new()
        .env("FONDS_NOW", "2026-11-23T09:30:00Z")
        .env("FONDS_BY", "Ines Valder")
        .env("FONDS_ARCHIVE", "")
        .case("tests/cmd/two/*.trycmd");
}

/// A folder with an archive and a user's keys, both gone when it is dropped.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> TestResult<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
        })
    }

    /// A desk with an archive in it.
    fn started() -> TestResult<Self> {
        let desk = Self::new()?;
        let init = [
            "init",
            "archive",
            "--name",
            "Harbor",
            "--zone",
            "America/New_York",
        ];
        desk.json(&init, 0)?;
        Ok(desk)
    }

    fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fonds"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("FONDS_USER", self.folder.path().join("user"))
            .env("FONDS_NOW", "2026-11-23T09:30:00Z")
            .env("FONDS_BY", "Ines Valder")
            .env("FONDS_ARCHIVE", self.archive())
            .args(args);
        command
    }

    fn run(&self, args: &[&str]) -> TestResult<Output> {
        Ok(self.command(args).output()?)
    }

    /// The answer in JSON, held against its schema.
    fn json(&self, args: &[&str], status: i32) -> TestResult<Value> {
        let mut all = vec!["--json"];
        all.extend(args);
        let output = self.run(&all)?;
        let text = String::from_utf8(if output.stdout.is_empty() {
            output.stderr
        } else {
            output.stdout
        })?;
        assert_eq!(output.status.code(), Some(status), "{args:?}: {text}");
        let value: Value = serde_json::from_str(text.trim())
            .map_err(|error| format!("{args:?}: {error}: {text}"))?;
        hold(&value).map_err(|wrong| format!("{args:?}: {wrong}\n{value:#}"))?;
        Ok(value)
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> TestResult<&'a str> {
    Ok(value
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("no {pointer} in {value:#}"))?)
}

fn sample(path: &str) -> String {
    format!("{ROOT}/archive/sources/{path}")
}

#[test]
fn every_answer_is_as_its_schema_says() -> TestResult {
    let desk = Desk::started()?;
    let x_export = sample("x-export");
    let ingest = [
        "ingest",
        &x_export,
        "--from",
        "Source A",
        "--missing",
        "volume 2",
    ];
    let ingested = desk.json(&ingest, 0)?;
    let accession = text(&ingested, "/accession")?;
    let again = desk.json(&ingest, 0)?;
    assert_eq!(again["accession"], Value::Null);
    desk.json(&["ingest", &sample("production"), "--dry-run"], 0)?;
    desk.json(
        &[
            "ingest",
            &sample("production"),
            &sample("mail"),
            &sample("web"),
        ],
        0,
    )?;

    let found = desk.json(&["find", "told her in September"], 0)?;
    assert_eq!(found["total"], 1);
    let message = text(&found, "/hits/0/item")?;
    let document = text(&found, "/hits/0/document")?;
    assert_eq!(desk.json(&["find", "zeppelin"], 1)?["total"], 0);
    let letter = desk.json(&["find", "cover letter", "--kind", "text"], 0)?;
    let letter = text(&letter, "/hits/0/item")?;

    let shown = desk.json(&["show", message], 0)?;
    assert_eq!(shown["document"], document);
    assert_eq!(text(&shown, "/at/earliest")?, "2023-07-12T21:42:25.314Z");
    for flag in ["--path", "--text", "--thread"] {
        desk.json(&["show", message, flag], 0)?;
    }
    for what in [document, letter, accession] {
        desk.json(&["show", what], 0)?;
    }

    publish(&desk, message, letter)?;
    describe(&desk, accession, letter)?;
    desk.json(&["log", message], 0)?;
    desk.json(&["log", "--limit", "100"], 0)?;
    desk.json(
        &["timeline", "--who", "@tashgrove", "--who", "x:90000014800"],
        0,
    )?;
    upkeep(&desk)
}

/// The answers about what strangers are shown.
fn publish(desk: &Desk, message: &str, letter: &str) -> TestResult {
    assert_eq!(
        text(&desk.json(&["publish", message], 2)?, "/kind")?,
        "usage"
    );
    assert!(!desk.folder.path().join(format!("{message}.html")).exists());
    let made = desk.json(&["publish", message, "--yes", "-o", "one.html"], 0)?;
    assert_eq!(made["items"][0]["whole"], true);
    let passage = [
        "publish",
        letter,
        "--yes",
        "--passage",
        "3",
        "-o",
        "part.html",
    ];
    assert_eq!(desk.json(&passage, 0)?["items"][0]["whole"], false);
    desk.json(
        &[
            "publish", message, "--yes", "--with", "thread", "-o", "all.html",
        ],
        0,
    )?;
    for file in [
        "one.html",
        "one.proof.json",
        "part.html",
        "part.proof.json",
        "all.html",
    ] {
        let checked = desk.json(&["verify", file], 0)?;
        assert_eq!(checked["state"], "matches", "{file}");
        assert_eq!(checked["key"], "not-given", "{file}");
    }
    let status = desk.json(&["status"], 0)?;
    let words: Vec<&str> = status["words"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut wrong = words.clone();
    wrong.swap(0, 11);
    let said = desk.json(&["verify", "one.html", "--key", &words.join(" ")], 0)?;
    assert_eq!(said["key"], "match");
    let said = desk.json(&["verify", "one.html", "--key", &wrong.join(" ")], 1)?;
    assert_eq!(text(&said, "/findings/0/code")?, "proof.words-differ");
    let origin = text(&status, "/origin")?;
    desk.json(&["verify", "one.proof.json", "--key", origin], 0)?;

    let page = fs::read_to_string(desk.folder.path().join("one.html"))?;
    let forged = page.replacen("September", "November", 1);
    assert_ne!(forged, page);
    fs::File::create(desk.folder.path().join("forged.html"))?.write_all(forged.as_bytes())?;
    let said = desk.json(&["verify", "forged.html"], 1)?;
    assert_eq!(text(&said, "/findings/0/code")?, "proof.page-differs");
    let forged = page.replace("September", "November");
    fs::File::create(desk.folder.path().join("forged.html"))?.write_all(forged.as_bytes())?;
    let said = desk.json(&["verify", "forged.html"], 1)?;
    assert_eq!(text(&said, "/findings/0/code")?, "proof.text-not-included");

    let checkpoint = "archive/log/checkpoint";
    let said = desk.json(&["verify", checkpoint], 2)?;
    assert_eq!(said["state"], "cannot-be-checked");
    desk.json(&["verify", checkpoint, "--key", "one.proof.json"], 0)?;
    // A folder is an archive, as it is without one.
    let said = desk.json(&["verify", "archive"], 0)?;
    assert_eq!(text(&said, "/schema")?, "fonds/verify/1");
    assert_eq!(said["key"], "not-given");
    // And is compared with what was given, as a file is.
    for given in [&words.join(" "), origin, "one.proof.json"] {
        for args in [
            &["verify", "archive", "--key", given][..],
            &["verify", "--key", given],
        ] {
            assert_eq!(desk.json(args, 0)?["key"], "match", "{args:?}");
        }
    }
    let other = origin.replace(|it: char| it.is_ascii_digit(), "a");
    for given in [&wrong.join(" "), &other] {
        let said = desk.json(&["verify", "archive", "--key", given], 1)?;
        assert_eq!(said["key"], "differ");
        assert_eq!(text(&said, "/findings/0/code")?, "origin.words-differ");
    }
    let said = desk.run(&["verify", "archive", "--key", &other])?.stdout;
    assert!(String::from_utf8(said)?.contains(&format!("given    {other}")));
    desk.json(&["verify", "archive", "--key", "zzz"], 2)?;
    Ok(())
}

/// The answers of the verbs that describe.
fn describe(desk: &Desk, accession: &str, letter: &str) -> TestResult {
    let account = [
        "people",
        "add",
        "@tashgrove",
        "--kind",
        "account",
        "--account",
        "x:90000022904",
    ];
    let account = desk.json(&account, 0)?;
    let agent = text(&account, "/agent")?;
    desk.json(&["people", "add", "Tobin Ashgrove", "--kind", "person"], 0)?;
    let speaks = [
        "attribute",
        agent,
        "--role",
        "speaks-for",
        "--who",
        "Tobin Ashgrove",
    ];
    desk.json(&speaks, 0)?;
    desk.json(
        &[
            "attribute",
            accession,
            "--from",
            "?",
            "--terms",
            "not for attribution",
        ],
        0,
    )?;
    desk.json(
        &[
            "people",
            "merge",
            "Tobin Ashgrove",
            "mail:tobin.ashgrove@marchbank.example",
        ],
        0,
    )?;
    desk.json(
        &["people", "split", "mail:tobin.ashgrove@marchbank.example"],
        0,
    )?;
    desk.json(&["people"], 0)?;
    desk.json(&["people", "show", agent], 0)?;
    let add = [
        "custody",
        "add",
        accession,
        "--from",
        "@tashgrove",
        "--to",
        "Counsel",
        "--when",
        "June 28, 2023",
        "--how",
        "exported",
        "--doc",
        letter,
        "--basis",
        "cover letter",
    ];
    desk.json(&add, 0)?;
    desk.json(
        &[
            "custody", "add", accession, "--from", "?", "--to", "Source A", "--when", "unknown",
        ],
        0,
    )?;
    desk.json(&["custody", accession], 0)?;
    Ok(())
}

/// The answers that are about the archive as a whole.
fn upkeep(desk: &Desk) -> TestResult {
    desk.json(&["status"], 0)?;
    desk.json(&["doctor"], 1)?;
    desk.json(&["doctor", "--rebuild"], 0)?;
    desk.json(&["verify"], 0)?;
    desk.json(&["cite", &format!("{ROOT}/archive/draft.md")], 1)?;
    desk.json(&["key", "rotate"], 0)?;
    desk.json(&["key", "continue", "next", "--yes"], 0)?;
    assert_eq!(desk.json(&["people", "add", "Nora"], 2)?["kind"], "usage");
    assert!(desk.json(&["key"], 0)?["closed"]["size"].is_u64());
    assert!(desk.json(&["verify"], 0)?["closed"]["size"].is_u64());
    let closing = desk.json(&["verify", "archive/closed.json"], 0)?;
    assert_eq!(closing["what"], "closing");
    desk.json(&["-C", "next", "verify"], 0)?;
    desk.json(&["-C", "next", "log"], 0)?;
    Ok(())
}

#[test]
fn nothing_is_recorded_in_a_zone_that_nobody_meant() -> TestResult {
    let desk = Desk::started()?;
    let papers = desk.folder.path().join("paper.txt");
    fs::write(&papers, "The harbor was never safe.\n")?;
    let ingested = desk.json(&["ingest", papers.to_str().ok_or("a name")?], 0)?;
    let accession = ingested["accession"].as_str().ok_or("no accession")?;
    let before = desk.json(&["status"], 0)?;
    let settings = desk.folder.path().join("archive/fonds.toml");
    let add = [
        "custody",
        "add",
        accession,
        "--from",
        "unknown",
        "--to",
        "unknown",
        "--when",
        "2023-08-14 16:00",
    ];
    for text in ["zone = \"America/NewYork\"", "zone = "] {
        fs::write(&settings, text)?;
        for verb in [&add[..], &["ingest", "."]] {
            let refused = desk.json(verb, 2)?;
            assert_eq!(refused["kind"], "settings", "{refused}");
        }
        let shown = desk.run(&["status"])?;
        assert_eq!(shown.status.code(), Some(0), "{shown:?}");
        let said = String::from_utf8(shown.stderr)?;
        assert_eq!(
            said.matches("fonds.toml cannot be used").count(),
            1,
            "{said}"
        );
        let checks = desk.json(&["doctor"], 1)?;
        let state = (checks["checks"].as_array().into_iter().flatten())
            .find(|check| check["name"] == "settings")
            .map(|check| check["state"].clone());
        assert_eq!(state, Some(serde_json::json!("trouble")));
        desk.json(&["doctor", "--rebuild"], 0)?;
    }
    fs::write(&settings, "zone = \"America/New_York\"")?;
    assert_eq!(desk.json(&["status"], 0)?["entries"], before["entries"]);
    desk.json(&add, 0)?;
    Ok(())
}

#[test]
fn a_restoration_says_what_is_lost() -> TestResult {
    let desk = Desk::started()?;
    let paper = desk.folder.path().join("paper.txt");
    fs::write(&paper, "The harbor was never safe.\n")?;
    // The copies are of an archive of one entry; what was brought in since is lost.
    let copies = [
        desk.folder.path().join("one"),
        desk.folder.path().join("two"),
    ];
    for copy in &copies {
        copy_tree(&desk.archive(), copy)?;
    }
    let ingested = desk.json(&["ingest", paper.to_str().ok_or("a name")?], 0)?;
    let entries = desk.json(&["status"], 0)?["entries"]
        .as_u64()
        .ok_or("no size")?;
    assert!(
        ingested["accession"].is_string() && entries > 2,
        "{ingested}"
    );
    // The signer and the pin remember the newer one; each copy is lengthened on its own.
    let user = desk.folder.path().join("user");
    copy_tree(&user, &desk.folder.path().join("user-before"))?;
    let log = desk.archive().join("log");
    let args = |copy: &Path| -> Vec<String> {
        let (copy, log) = (copy.display().to_string(), log.display().to_string());
        ["-C", &copy, "doctor", "--restore", &log]
            .map(str::to_owned)
            .to_vec()
    };
    let first = args(&copies[0]);
    let answer = desk.json(&first.iter().map(String::as_str).collect::<Vec<_>>(), 0)?;
    assert_eq!(
        answer["lost"],
        json!({"start": 1, "end": entries}),
        "{answer}"
    );
    assert_eq!(answer["entry"], json!(entries), "{answer}");
    assert_eq!(answer["entries"], json!(entries + 1), "{answer}");
    fs::remove_dir_all(&user)?;
    fs::rename(desk.folder.path().join("user-before"), &user)?;
    let second = args(&copies[1]);
    let output = desk.run(&second.iter().map(String::as_str).collect::<Vec<_>>())?;
    let text = String::from_utf8(output.stdout)?;
    let lost = format!("Lost: entries 1 to {}.", entries - 1);
    assert!(text.contains(&lost), "{text}");
    assert!(text.contains(&format!("Entry {entries} says so")), "{text}");
    Ok(())
}

#[test]
fn custody_shows_its_gap_and_what_cannot_be() -> TestResult {
    let desk = Desk::started()?;
    let ingested = desk.json(&["ingest", &sample("x-export")], 0)?;
    let accession = text(&ingested, "/accession")?;
    for step in [
        ["@tashgrove", "Counsel", "June 28, 2023"],
        ["?", "Source A", "unknown"],
        ["Source A", "Ines Valder", "2023-08-14 16:00~"],
    ] {
        let [from, to, when] = step;
        desk.json(
            &[
                "custody", "add", accession, "--from", from, "--to", to, "--when", when,
            ],
            0,
        )?;
    }
    let found = desk.json(&["find", "told her in September"], 0)?;
    let custody = desk.json(&["custody", text(&found, "/hits/0/item")?], 0)?;
    assert_eq!(
        custody["impossible"],
        json!(["step 2 is earlier than step 1"])
    );
    let acts: Vec<&str> = custody["steps"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|step| step["act"].as_str())
        .collect();
    // Nobody has said that the account's name is @tashgrove, so how it came to him is not recorded either.
    assert_eq!(
        acts,
        [
            "made",
            "gap",
            "transferred",
            "gap",
            "transferred",
            "ingested"
        ]
    );
    assert!(
        text(&custody, "/line")?.ends_with("Counsel → ? → Source A → Ines Valder → the archive")
    );
    Ok(())
}

#[test]
fn the_bytes_of_an_item_come_out_as_they_went_in() -> TestResult {
    let desk = Desk::started()?;
    let path = sample("production/cover-letter.txt");
    desk.json(&["ingest", &path], 0)?;
    let found = desk.json(&["find", "letter"], 0)?;
    let output = desk.run(&["show", text(&found, "/hits/0/item")?, "--original"])?;
    assert_eq!(output.stdout, fs::read(path)?);
    Ok(())
}

#[test]
fn errors_are_json_too_and_say_what_was_not_changed() -> TestResult {
    let desk = Desk::new()?;
    let kind = |args: &[&str], status| -> TestResult<String> {
        Ok(text(&desk.json(args, status)?, "/kind")?.to_owned())
    };
    assert_eq!(kind(&["status"], 10)?, "no_archive");
    assert_eq!(kind(&["no-such-verb"], 2)?, "usage");
    assert_eq!(kind(&["init", "archive", "--zone", "Mars"], 2)?, "usage");
    assert!(!desk.archive().exists());
    assert!(!desk.folder.path().join("user").exists());
    desk.json(&["init", "archive"], 0)?;
    assert_eq!(kind(&["init", "archive"], 2)?, "not_empty");
    assert_eq!(kind(&["show", "m-7kq2"], 4)?, "no_such_item");
    assert_eq!(kind(&["custody", "nonsense"], 4)?, "no_such_item");
    assert_eq!(
        kind(&["attribute", "m-7kq2", "--confidential", "--from", "X"], 2)?,
        "usage"
    );
    fs::rename(
        desk.folder.path().join("user/config"),
        desk.folder.path().join("user/away"),
    )?;
    assert_eq!(kind(&["people", "add", "X"], 12)?, "wrong_key");
    desk.json(&["status"], 0)?;
    Ok(())
}

#[test]
fn a_failed_init_leaves_nothing_behind() -> TestResult {
    let desk = Desk::new()?;
    // The state folder cannot be made where a file is.
    fs::create_dir(desk.folder.path().join("user"))?;
    fs::File::create(desk.folder.path().join("user/state"))?;
    fs::create_dir(desk.archive())?;
    let output = desk.run(&["init", "archive"])?;
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_dir(desk.archive())?.count(), 0);
    let keys = fs::read_dir(desk.folder.path().join("user/config/keys"))?;
    assert_eq!(keys.count(), 0);
    Ok(())
}

#[test]
fn a_locked_key_opens_with_the_passphrase_from_a_descriptor() -> TestResult {
    let desk = Desk::new()?;
    let file = desk.folder.path().join("passphrase");
    fs::copy(sample("list.mbox"), &file)?;
    let with = |args: &[&str]| -> TestResult<Output> {
        let mut all = vec!["--passphrase-fd", "0"];
        all.extend(args);
        Ok(desk.command(&all).stdin(fs::File::open(&file)?).output()?)
    };
    assert_eq!(with(&["init", "archive"])?.status.code(), Some(0));
    assert_eq!(desk.run(&["people", "add", "X"])?.status.code(), Some(12));
    assert_eq!(with(&["people", "add", "X"])?.status.code(), Some(0));
    Ok(())
}

#[test]
fn every_schema_of_an_answer_is_one_that_the_program_gives() -> TestResult {
    let sources: String = walk(&Path::new(ROOT).join("src"))?;
    for file in fs::read_dir(Path::new(ROOT).join("schema/output"))? {
        let schema = read(&file?.path())?;
        let name = text(&schema, "/title")?.to_owned();
        assert!(
            sources.contains(&format!("\"{name}\"")),
            "nothing gives {name}"
        );
    }
    Ok(())
}

/// All sources of a folder in one text.
fn walk(folder: &Path) -> TestResult<String> {
    let mut all = String::new();
    for file in walkdir::WalkDir::new(folder) {
        let file = file?;
        if file.path().extension().is_some_and(|ending| ending == "rs") {
            all.push_str(&fs::read_to_string(file.path())?);
        }
    }
    Ok(all)
}

#[test]
fn what_is_found_is_told_although_the_last_checkpoint_cannot_be_read() -> TestResult {
    let desk = Desk::started()?;
    let conn = rusqlite::Connection::open(desk.archive().join("archive.sqlite"))?;
    conn.execute_batch(
        "DROP TRIGGER checkpoint_is_append_only;
         UPDATE checkpoint SET note = replace(note, substr(note, -9, 4), 'AAAA');
         CREATE TRIGGER checkpoint_is_append_only BEFORE UPDATE ON checkpoint
         BEGIN SELECT RAISE(ABORT, 'checkpoints are never edited'); END",
    )?;
    drop(conn);
    let said = desk.json(&["verify"], 1)?;
    assert_eq!(text(&said, "/findings/0/code")?, "checkpoint.not-signed");
    Ok(())
}

#[test]
fn a_finding_is_explained_by_the_program_itself() -> TestResult {
    let desk = Desk::new()?;
    let said = desk.json(&["help", "log.missing"], 0)?;
    assert!(text(&said, "/text")?.contains("doctor --rebuild"), "{said}");
    let said = desk.json(&["help", "findings"], 0)?;
    for code in ["log.missing", "proof.words-differ", "quotation.not-found"] {
        assert!(text(&said, "/text")?.contains(code), "{said}");
    }
    desk.json(&["help", "log.nothing"], 2)?;
    Ok(())
}

#[test]
fn verdicts_pins_and_what_a_draft_says_are_explained_by_the_program_itself() -> TestResult {
    let desk = Desk::new()?;
    let told = |words: &[&str]| -> TestResult<String> {
        let said = desk.json(&[&["help"], words].concat(), 0)?;
        Ok(text(&said, "/text")?.to_owned())
    };
    let all = told(&["verdicts"])?;
    for verdict in fonds::cite::Verdict::ALL {
        let said = told(&[verdict.word()])?;
        assert!(said.starts_with(verdict.word()), "{said}");
        assert!(said.contains("\n  means   "), "{said}");
        assert!(all.contains(&format!("\n  {}\n", verdict.word())), "{all}");
    }
    // As the console prints it.
    let said = told(&["not", "found"])?;
    assert!(said.starts_with("not-found\n"), "{said}");
    let pins = told(&["pins"])?;
    for words in ["[d-41ac:7]\n      a page of a document", "off the archive"] {
        assert!(pins.contains(words), "{pins}");
    }
    assert!(!pins.contains('`') && !pins.contains('|'), "{pins}");
    let stated = told(&["stated"])?;
    let version = "stated/1";
    for words in [version, "28 to 31 days are a month", "it cannot be told"] {
        assert!(stated.contains(words), "{stated}");
    }
    desk.json(&["help", "nothing"], 2)?;
    Ok(())
}
