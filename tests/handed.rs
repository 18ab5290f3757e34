//! A checkpoint that somebody hands over by copying its text: it counts where what copying did can be undone and its
//! signature then fits, the reader is told, and it is refused by the name of its fault everywhere else.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write what somebody hands over"
)]

#[path = "support/bare.rs"]
mod bare;

use std::fs;

use serde_json::Value;

use self::bare::Desk;
use self::bare::TestResult;

/// An archive with one document in it.
fn with_a_memo() -> TestResult<Desk> {
    let desk = Desk::started()?;
    fs::write(desk.path("memo.txt"), "Gullmar pays the pilot.\n")?;
    desk.done(&["ingest", "memo.txt"])?;
    assert_eq!(desk.archive()?.tally("documents")?, 1);
    Ok(desk)
}

/// Every line of a text behind what is set before it.
fn set_off(text: &str, before: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("{before}{line}\n"))
        .collect();
    lines.concat()
}

fn notes(report: &Value) -> String {
    report["not_findings"].to_string()
}

#[test]
fn a_checkpoint_whose_text_was_copied_counts_and_its_reader_is_told() -> TestResult {
    let desk = with_a_memo()?;
    let whole = fs::read_to_string(desk.path("archive/log/checkpoint"))?;
    let quoted = set_off(&whole, "> ");
    for (copy, fault) in [
        (whole.replace('\n', "\r\n"), "its line ends are CRLF"),
        (whole.replace('\u{2014}', "-"), "a hyphen stands in place"),
        (quoted, "its lines begin with '>'"),
        (
            format!("So:\n```\n{whole}```\n"),
            "it stands in a code fence",
        ),
    ] {
        fs::write(desk.path("copy"), &copy)?;
        let report = desk.json(&["verify", "--against", "copy"], 0)?;
        assert!(notes(&report).contains(fault), "{report}");
        assert_eq!(report["anchoring"], "anchored", "{report}");
        let said = desk.done(&["verify", "--against", "copy"])?;
        assert!(said.contains(fault), "{said}");
    }
    // The file itself says nothing of that.
    fs::write(desk.path("copy"), &whole)?;
    let report = desk.json(&["verify", "--against", "copy"], 0)?;
    assert_eq!(report["not_findings"], Value::Array(Vec::new()));
    Ok(())
}

#[test]
fn a_copied_checkpoint_that_its_key_did_not_sign_is_refused_by_its_fault() -> TestResult {
    let (desk, other) = (with_a_memo()?, with_a_memo()?);
    let theirs = fs::read_to_string(other.path("archive/log/checkpoint"))?;
    fs::write(desk.path("copy"), theirs.replace('\n', "\r\n"))?;
    let refused = desk.json(&["verify", "--against", "copy"], 2)?;
    let said = refused["message"].as_str().ok_or("no message")?;
    assert!(
        said.contains("its line ends are CRLF") && said.contains("not one that this key signed"),
        "{said}"
    );
    // Nor is a number that somebody wrote over one.
    let mine = fs::read_to_string(desk.path("archive/log/checkpoint"))?;
    let size = mine.lines().nth(1).ok_or("no size")?;
    let forged = mine.replacen(&format!("\n{size}\n"), "\n2\n", 1);
    assert_ne!(forged, mine);
    fs::write(desk.path("copy"), forged.replace('\n', "\r\n"))?;
    desk.json(&["verify", "--against", "copy"], 2)?;
    // What is no checkpoint at all is said to be none.
    fs::write(desk.path("copy"), "Dear Ines,\n")?;
    let refused = desk.json(&["verify", "--against", "copy"], 2)?;
    let said = refused["message"].as_str().ok_or("no message")?;
    assert!(
        said.contains("no signed checkpoint: not a signed note"),
        "{said}"
    );
    Ok(())
}

/// The same, and its memo published.
fn with_a_page() -> TestResult<Desk> {
    let desk = with_a_memo()?;
    let found = desk.json(&["find", "pilot"], 0)?;
    let memo = found["hits"][0]["item"].as_str().ok_or("nothing found")?;
    desk.done(&["publish", memo, "--yes", "-o", "memo.html"])?;
    Ok(desk)
}

#[test]
fn a_page_vouches_for_a_key_as_the_proof_in_it_does() -> TestResult {
    let desk = with_a_page()?;
    let checkpoint = desk.path("archive/log/checkpoint");
    let checkpoint = checkpoint.to_str().ok_or("no name")?;
    for key in ["memo.proof.json", "memo.html"] {
        for file in ["memo.proof.json", "memo.html", checkpoint] {
            let checked = desk.json(&["verify", file, "--key", key], 0)?;
            assert_eq!(
                (&checked["state"], &checked["key"]),
                (&"matches".into(), &"match".into()),
                "{file} {key}"
            );
        }
    }
    // One whose proof does not match vouches for none.
    let page = fs::read_to_string(desk.path("memo.html"))?;
    let forged = page.replacen("\"salt\":\"", "\"salt\":\"0", 1);
    assert_ne!(forged, page);
    fs::write(desk.path("forged.html"), forged)?;
    let refused = desk.json(&["verify", "memo.html", "--key", "forged.html"], 2)?;
    let said = refused["message"].as_str().ok_or("no message")?;
    assert!(said.contains("does not match"), "{said}");
    Ok(())
}

#[test]
fn a_file_for_a_key_that_is_not_there_is_said_not_to_be() -> TestResult {
    let desk = with_a_page()?;
    for missing in ["pa.html", "elsewhere/words", "my proofs/memo.proof.json"] {
        let refused = desk.json(&["verify", "memo.html", "--key", missing], 2)?;
        let said = refused["message"].as_str().ok_or("no message")?;
        assert!(
            said.contains("there is no file") && said.contains(missing),
            "{said}"
        );
    }
    // Words are words, also with a full stop, and an origin is one.
    let origin = desk.archive()?.origin().to_string();
    let checked = desk.json(&["verify", "memo.html", "--key", &origin], 0)?;
    assert_eq!(checked["key"], "match");
    let refused = desk.json(&["verify", "memo.html", "--key", "seek picnic aisle."], 2)?;
    let said = refused["message"].as_str().ok_or("no message")?;
    assert!(!said.contains("there is no file"), "{said}");
    Ok(())
}

#[test]
fn a_time_stamp_that_cannot_be_read_is_of_nobody_with_a_name() -> TestResult {
    let desk = with_a_page()?;
    let proof = fs::read_to_string(desk.path("memo.proof.json"))?;
    let claimed = proof.replacen("\"tokens\":[]", "\"tokens\":[\"00\"]", 1);
    assert_ne!(claimed, proof);
    fs::write(desk.path("claimed.json"), claimed)?;
    let said = desk.done(&["verify", "claimed.json"])?;
    assert!(
        said.contains("(token) unnamed: does not count: it is not a time-stamp response"),
        "{said}"
    );
    Ok(())
}

#[test]
fn a_copied_checkpoint_is_checked_without_an_archive_too() -> TestResult {
    let desk = with_a_page()?;
    let whole = fs::read_to_string(desk.path("archive/log/checkpoint"))?;
    let indented = set_off(&whole, "    ");
    fs::write(desk.path("copy"), &indented)?;
    let key = ["--key", "memo.proof.json"];
    let checked = desk.json(&[&["verify", "copy"], &key[..]].concat(), 0)?;
    assert_eq!(
        (&checked["what"], &checked["mended"]),
        (&"checkpoint".into(), &"its lines are indented".into())
    );
    fs::write(desk.path("copy"), &whole)?;
    let checked = desk.json(&[&["verify", "copy"], &key[..]].concat(), 0)?;
    assert_eq!(checked["mended"], Value::Null);
    // Without a key to judge it by nothing is undone.
    fs::write(desk.path("copy"), &indented)?;
    let checked = desk.json(&["verify", "copy"], 1)?;
    assert!(
        checked.to_string().contains("its lines are indented"),
        "{checked}"
    );
    Ok(())
}
