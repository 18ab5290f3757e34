//! What is withheld is not published, cited or shown in a timeline; a redacted copy is tied to its original.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use fonds::archive::Archive;
use serde_json::Value;
use sha2::Digest as _;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> TestResult<Self> {
        let desk = Self {
            folder: tempfile::tempdir()?,
        };
        desk.json(&["init", "archive", "--zone", "UTC"], 0)?;
        let mailbox = Path::new(env!("CARGO_MANIFEST_DIR")).join("archive/sources/list.mbox");
        fs::copy(mailbox, desk.path("list.mbox"))?;
        desk.json(&["ingest", "list.mbox"], 0)?;
        Ok(desk)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, args: &[&str]) -> TestResult<Output> {
        Ok(Command::new(env!("CARGO_BIN_EXE_fonds"))
            .current_dir(self.folder.path())
            .env_clear()
            .env("FONDS_USER", self.path("user"))
            .env("FONDS_ARCHIVE", self.path("archive"))
            .args(args)
            .stdin(Stdio::null())
            .output()?)
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

    fn archive(&self) -> TestResult<Archive> {
        Ok(Archive::open(&self.path("archive"))?)
    }

    /// A message with a line of some length, and that line.
    fn message(&self) -> TestResult<(String, String)> {
        let archive = self.archive()?;
        for card in archive.after(0, 100)? {
            let text = archive.text(card.item)?.unwrap_or_default();
            let line = text
                .lines()
                .find(|line| line.len() > 40 && !line.starts_with('>'));
            if let (Some(line), "m") = (line, card.class.as_str()) {
                return Ok((archive.reference(&card)?, line.trim().to_owned()));
            }
        }
        Err("no message".into())
    }
}

#[test]
fn a_withheld_item_is_not_published_cited_or_shown_until_it_is_lifted() -> TestResult {
    let desk = Desk::new()?;
    let (message, line) = desk.message()?;
    fs::write(
        desk.path("draft.md"),
        format!("They wrote \u{201c}{line}\u{201d} [{message}].\n"),
    )?;
    let verdict = |status| -> TestResult<String> {
        let cited = desk.json(&["cite", "draft.md"], status)?;
        Ok(cited["quotations"][0]["verdict"]
            .as_str()
            .unwrap_or_default()
            .to_owned())
    };
    assert_eq!(verdict(0)?, "exact");
    desk.json(&["withhold", &message, "--reason", "names a minor"], 0)?;
    assert_eq!(verdict(1)?, "not-checked");
    let publish = ["publish", &message, "-o", "page.html", "--yes"];
    let refused = desk.json(&publish, 2)?;
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|said| said.contains("is withheld under entry"))
    );
    assert!(!desk.path("page.html").exists());
    let shown = desk.run(&["timeline", "--format", "html"])?;
    let page = String::from_utf8(shown.stdout)?;
    assert!(
        page.contains("(withheld)") && !page.contains(&line),
        "{page}"
    );
    // Without its pin the words are not found by way of it either.
    fs::write(
        desk.path("draft.md"),
        format!("They wrote \u{201c}{line}\u{201d}.\n"),
    )?;
    assert_eq!(verdict(1)?, "not-found");
    assert_eq!(
        desk.json(&["verify"], 0)?["findings"],
        serde_json::json!([])
    );
    desk.json(&["withhold", &message, "--lift", "--reason", "of age"], 0)?;
    assert_eq!(verdict(0)?, "exact");
    desk.json(&["withhold", &message, "--lift", "--reason", "again"], 2)?;
    desk.json(&publish, 0)?;
    Ok(())
}

#[test]
fn a_withheld_document_withholds_what_lies_in_it() -> TestResult {
    let desk = Desk::new()?;
    let (message, _) = desk.message()?;
    let bytes = fs::read(desk.path("list.mbox"))?;
    let digest = fonds::record::Digest::new(sha2::Sha256::digest(bytes).into());
    let mailbox = desk
        .archive()?
        .document_reference(&digest)?
        .ok_or("not here")?;
    desk.json(&["withhold", &mailbox, "--reason", "sealed"], 0)?;
    desk.json(&["publish", &message, "-o", "page.html", "--yes"], 2)?;
    // Another receipt of the same bytes is no way round it.
    desk.json(&["ingest", "list.mbox", "--from", "Somebody else"], 0)?;
    let archive = desk.archive()?;
    let withholding = archive.withholding()?;
    for card in archive.after(0, 10_000)? {
        assert!(
            withholding.of(&archive, card.item)?.is_some(),
            "item {}",
            card.item
        );
    }
    Ok(())
}

#[test]
fn a_redacted_copy_is_tied_to_its_original() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("memo.txt"), "Per Holm signed it.\n")?;
    fs::write(desk.path("redacted.txt"), "[left out] signed it.\n")?;
    desk.json(&["ingest", "memo.txt"], 0)?;
    let digest = fonds::record::Digest::new(sha2::Sha256::digest("Per Holm signed it.\n").into());
    let memo = desk
        .archive()?
        .document_reference(&digest)?
        .ok_or("not here")?;
    desk.json(&["redact", &memo, "memo.txt", "--reason", "x"], 2)?;
    desk.json(&["redact", "d-zzzz", "redacted.txt", "--reason", "x"], 4)?;
    let done = desk.json(
        &[
            "redact",
            &memo,
            "redacted.txt",
            "--reason",
            "names of minors",
        ],
        0,
    )?;
    assert_eq!(done["original"], memo.as_str());
    let entry = desk
        .archive()?
        .entry(done["entry"].as_u64().ok_or("no entry")?)?;
    let entry = entry.ok_or("no entry")?;
    assert_eq!(
        entry.get::<String>("reason")?.as_deref(),
        Some("names of minors")
    );
    let copy = done["copy"].as_str().ok_or("no copy")?;
    let shown = desk.json(&["show", copy], 0)?;
    let accession = shown["accession"].as_str().ok_or("no accession")?;
    let receipt = desk.json(&["show", accession], 0)?.to_string();
    assert!(
        receipt.contains(&format!("redacted copy of {memo}")),
        "{receipt}"
    );
    assert_eq!(
        desk.json(&["verify"], 0)?["findings"],
        serde_json::json!([])
    );
    // The copy goes by order: the entry that names its digest gives that up too.
    let why = ["--reason", "x", "--authority", "y", "--yes"];
    let gone = desk.json(&[&["destroy", copy][..], &why].concat(), 0)?;
    assert_eq!((&gone["records"], &gone["slots"]), (&1.into(), &1.into()));
    assert_eq!(
        desk.json(&["verify"], 0)?["findings"],
        serde_json::json!([])
    );
    Ok(())
}
