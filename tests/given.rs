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
