//! An error behind a change says what was done: never that nothing was changed.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

#[path = "support/bare.rs"]
mod bare;

use std::fs;

use serde_json::Value;

use self::bare::Desk;
use self::bare::TestResult;

impl Desk {
    /// Brings a text in, and gives its reference.
    fn bring(&self, name: &str, text: &str) -> TestResult<String> {
        fs::write(self.path(name), text)?;
        self.done(&["ingest", name])?;
        let archive = self.archive()?;
        for card in archive.after(0, 1000)? {
            if card.class == "d" && card.name.as_deref() == Some(name) {
                return Ok(archive.reference(&card)?);
            }
        }
        Err("not here".into())
    }

    fn entries(&self) -> TestResult<u64> {
        Ok(self.archive()?.head()?.0)
    }

    /// Fails half-way, and says so.
    fn half_done(&self, args: &[&str]) -> TestResult<String> {
        let failed = self.json(args, 2)?;
        assert_eq!(failed["kind"], "half_done", "{failed}");
        let unchanged = failed["unchanged"].as_str().unwrap_or_default();
        assert!(!unchanged.contains("nothing was changed"), "{failed}");
        assert_ne!(failed["hint"], Value::Null);
        Ok(failed["message"].as_str().unwrap_or_default().to_owned())
    }
}

#[test]
fn a_proof_that_is_out_is_named_where_its_page_cannot_be_written() -> TestResult {
    let desk = Desk::started()?;
    let memo = desk.bring("memo.txt", "The truck is on the pier.\n")?;
    fs::create_dir(desk.path("page.html"))?;
    let before = desk.entries()?;
    let publish = ["publish", &memo, "-o", "page.html", "--yes"];
    let said = desk.half_done(&publish)?;
    assert!(said.contains("page.proof.json is written"), "{said}");
    assert!(said.contains("is not recorded"), "{said}");
    assert!(desk.path("page.proof.json").is_file());
    assert_eq!(desk.entries()?, before);
    fs::remove_dir(desk.path("page.html"))?;
    desk.json(&publish, 0)?;
    assert_eq!(desk.entries()?, before + 1);
    Ok(())
}

#[test]
fn of_several_reports_those_that_are_written_are_named() -> TestResult {
    let desk = Desk::started()?;
    let memo = desk.bring("memo.txt", "The truck is on the pier.\n")?;
    fs::write(desk.path("draft.md"), "Nothing is quoted.\n")?;
    fs::create_dir(desk.path("two.html"))?;
    for what in [&["provenance", &memo][..], &["cite", "draft.md"]] {
        let outputs = ["-o", "one.html", "-o", "two.html"];
        let said = desk.half_done(&[what, &outputs].concat())?;
        assert!(said.contains("one.html is written"), "{said}");
        fs::remove_file(desk.path("one.html"))?;
        // The first of them: nothing was written.
        let first = desk.json(&[what, &["-o", "two.html"]].concat(), 2)?;
        assert_eq!(first["unchanged"], "nothing was changed");
    }
    Ok(())
}

#[test]
fn a_redacted_copy_that_cannot_be_tied_is_not_brought_in() -> TestResult {
    let desk = Desk::started()?;
    let memo = desk.bring("memo.txt", "Per Holm signed it.\n")?;
    fs::write(desk.path("copy.txt"), "[left out] signed it.\n")?;
    let before = desk.entries()?;
    let long = "x".repeat(100_000);
    let redact = ["redact", &memo, "copy.txt", "--reason", &long];
    let redact = [&redact[..], &["--authority", &long, "--note", &long]].concat();
    let refused = desk.json(&redact, 2)?;
    assert_eq!(refused["kind"], "too_long", "{refused}");
    assert_eq!(desk.entries()?, before);
    Ok(())
}

#[test]
fn a_witness_that_cannot_write_its_answer_says_that_it_remembers() -> TestResult {
    let (ines, mara) = (Desk::started()?, Desk::started()?);
    mara.done(&["witness", "init", "mara.example"])?;
    let key = mara.json(&["witness"], 0)?;
    let key = key["verifier"].as_str().ok_or("no key")?;
    ines.done(&["anchor", "trust", "mara", key])?;
    ines.done(&["anchor", "request", "--witness", "mara", "-o", "asked"])?;
    let asked = ines.path("asked").display().to_string();
    fs::create_dir(mara.path("answer"))?;
    let cosign = ["witness", "cosign", &asked, "-o", "answer"];
    let said = mara.half_done(&cosign)?;
    assert!(said.contains("cosigned and remembered"), "{said}");
    fs::remove_dir(mara.path("answer"))?;
    mara.done(&cosign)?;
    Ok(())
}
