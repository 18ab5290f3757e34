//! What is given on the command line in the wrong place, what a rehearsal promises, and what is written over.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write what is brought in and what stands where something is to be written"
)]

#[path = "support/bare.rs"]
mod bare;

use std::fs;
use std::io::Write as _;

use serde_json::Value;

use self::bare::Desk;
use self::bare::TestResult;

const MAIL: &str = "From: Ida <ida@fishhall.example>\nTo: list@averell.example\nSubject: the pier\n\
                    Date: Wed, 5 Oct 2022 10:02:11 -0400\nMessage-ID: <1@fishhall.example>\n\nWho signs for that pier?\n";

/// An archive with one letter in it; its message.
fn with_a_letter() -> TestResult<(Desk, String)> {
    let desk = Desk::started()?;
    fs::write(desk.path("letter.eml"), MAIL)?;
    desk.done(&["ingest", "letter.eml"])?;
    assert_eq!(desk.archive()?.tally("messages")?, 1);
    let found = desk.json(&["find", "pier"], 0)?;
    let message = found["hits"][0]["item"].as_str().ok_or("nothing found")?;
    Ok((desk, message.to_owned()))
}

/// A zip archive with a text and a letter in it.
fn packed() -> TestResult<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("in/note.txt", "The pier is shut.\n"),
        ("in/letter.eml", MAIL),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default())?;
        zip.write_all(bytes.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

#[test]
fn a_rehearsal_counts_as_the_run_does_and_says_what_it_does_not_look_into() -> TestResult {
    let (desk, _) = with_a_letter()?;
    fs::create_dir(desk.path("papers"))?;
    for (name, text) in [
        ("a.txt", "The harbour is shut.\n"),
        ("again.txt", "The harbour is shut.\n"),
        ("letter.eml", MAIL),
        (
            "other.eml",
            &MAIL.replace("2022", "2023").replace("<1@", "<2@"),
        ),
    ] {
        fs::write(desk.path("papers").join(name), text)?;
    }
    let counts = |answer: &Value| {
        [
            "files",
            "bytes",
            "documents",
            "items",
            "messages",
            "not_searchable",
            "kinds",
            "span",
        ]
        .map(|name| answer[name].clone())
    };
    let promised = desk.json(&["ingest", "--dry-run", "papers"], 0)?;
    let done = desk.json(&["ingest", "papers"], 0)?;
    assert_eq!(counts(&promised), counts(&done));
    assert_eq!(promised["documents"]["known"], 2, "{promised}");
    // Of the two, the rehearsal can name only the one that was here before.
    assert_eq!(promised["already"].as_array().map(Vec::len), Some(1));
    assert_eq!(promised["inside"], 0);
    assert_eq!(done.get("inside"), None);
    let again = desk.json(&["ingest", "--dry-run", "papers"], 0)?;
    let done = desk.json(&["ingest", "papers"], 0)?;
    assert_eq!(
        (counts(&again), &again["already"]),
        (counts(&done), &done["already"])
    );
    // What lies in an archive file is counted by the run alone, and the rehearsal says so.
    fs::write(desk.path("papers.zip"), packed()?)?;
    let promised = desk.json(&["ingest", "--dry-run", "papers.zip"], 0)?;
    assert_eq!(
        (&promised["documents"]["added"], &promised["inside"]),
        (&1.into(), &2.into())
    );
    let said = desk.done(&["ingest", "--dry-run", "papers.zip"])?;
    assert!(
        said.contains("2 members and attachments inside these not looked into"),
        "{said}"
    );
    let done = desk.json(&["ingest", "papers.zip"], 0)?;
    assert_eq!(
        (&done["documents"]["added"], &done["messages"]),
        (&2.into(), &1.into())
    );
    Ok(())
}

#[test]
fn a_folder_in_place_of_a_file_and_a_path_in_place_of_a_reference_are_named() -> TestResult {
    let (desk, message) = with_a_letter()?;
    fs::create_dir(desk.path("folder"))?;
    for (args, status, hint) in [
        (
            &["verify", "--against", "folder"][..],
            2,
            "one file in that folder",
        ),
        (&["anchor", "add", "folder"], 2, "one file in that folder"),
        (
            &["redact", &message, "folder", "--reason", "none"],
            2,
            "one file in that folder",
        ),
        (&["anchor", "request", "-o", "folder"], 2, "not of a folder"),
        (
            &["init", "letter.eml/archive"],
            2,
            "a file stands where it needs a folder",
        ),
        (&["show", "letter.eml"], 4, "not by their paths"),
        (&["-C", "letter.eml", "status"], 10, "this is a file"),
        (&["-C", "nowhere", "status"], 10, "there is no such folder"),
        (
            &["-C", "folder", "status"],
            10,
            "with the folder of an archive",
        ),
        (&["doctor", "--restore", "folder"], 2, "the folder log/"),
    ] {
        let refused = desk.json(args, status)?;
        let said = refused["hint"].as_str().ok_or("no hint")?;
        assert!(said.contains(hint), "{args:?}: {refused}");
    }
    Ok(())
}

#[test]
fn what_fonds_did_not_write_is_written_over_only_where_it_is_told_to() -> TestResult {
    let (desk, message) = with_a_letter()?;
    fs::write(
        desk.path("draft.md"),
        "She asked: \"Who signs for that pier?\"\n",
    )?;
    for (output, theirs) in [
        ("out.html", "<!DOCTYPE html><title>My own page</title>\n"),
        ("out.md", "# Notes of my own\n"),
        ("out.json", "{\"mine\": true}\n"),
        ("out.bib", "@book{wynyard2020,\n  title = {The pier}\n}\n"),
        (
            "out.csl.json",
            "[\n  {\n    \"id\": \"wynyard2020\",\n    \"type\": \"book\"\n  }\n]\n",
        ),
        ("out.annotations.json", "{\"@context\": \"mine\"}\n"),
    ] {
        let made = ["cite", "draft.md", "-o", output];
        fs::write(desk.path(output), theirs)?;
        let refused = desk.json(&made, 2)?;
        assert!(refused["hint"].to_string().contains("--force"), "{refused}");
        assert_eq!(fs::read_to_string(desk.path(output))?, theirs);
        desk.done(&[&made[..], &["--force"]].concat())?;
        // One's own is made again without a word.
        assert_ne!(fs::read_to_string(desk.path(output))?, theirs);
        desk.done(&made)?;
        // And what is empty is nobody's.
        fs::write(desk.path(output), "")?;
        desk.done(&made)?;
    }
    let publish = ["publish", &message, "--yes", "-o", "page.html"];
    desk.done(&publish)?;
    desk.done(&publish)?;
    fs::write(desk.path("page.proof.json"), "{}\n")?;
    desk.json(&publish, 2)?;
    for output in ["p.html", "p.md", "p.json"] {
        for _ in 0..2 {
            desk.done(&["provenance", &message, "-o", output])?;
        }
    }
    for _ in 0..2 {
        desk.done(&["anchor", "request", "-o", "asked.tsq"])?;
    }
    fs::write(desk.path("asked.tsq"), "0: my list\n")?;
    desk.json(&["anchor", "request", "-o", "asked.tsq"], 2)?;
    Ok(())
}

#[test]
fn a_word_document_with_comments_is_made_again_and_another_is_kept() -> TestResult {
    let (desk, _) = with_a_letter()?;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(
        "word/document.xml",
        zip::write::SimpleFileOptions::default(),
    )?;
    zip.write_all(b"<w:document/>")?;
    let theirs = zip.finish()?.into_inner();
    let draft = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let found = walkdir::WalkDir::new(draft)
        .into_iter()
        .filter_map(Result::ok);
    let mut drafts = found.filter(|it| it.path().extension().is_some_and(|it| it == "docx"));
    let draft = drafts.next().ok_or("no Word document among the fixtures")?;
    let draft = draft.path().display().to_string();
    fs::write(desk.path("checked.docx"), &theirs)?;
    let made = ["cite", &draft, "--comments", "checked.docx"];
    desk.json(&made, 2)?;
    assert_eq!(fs::read(desk.path("checked.docx"))?, theirs);
    fs::remove_file(desk.path("checked.docx"))?;
    for _ in 0..2 {
        let ran = desk.run(&made)?;
        assert_ne!(
            ran.status.code(),
            Some(2),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    }
    Ok(())
}
