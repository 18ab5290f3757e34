//! What is withheld is not published, cited or shown in a timeline; a redacted copy is tied to its original.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

#[path = "support/bare.rs"]
mod bare;

use std::fs;
use std::path::Path;

use sha2::Digest as _;

use self::bare::Desk;
use self::bare::TestResult;

impl Desk {
    fn new() -> TestResult<Self> {
        let desk = Self::started()?;
        let mailbox = Path::new(env!("CARGO_MANIFEST_DIR")).join("archive/sources/list.mbox");
        fs::copy(mailbox, desk.path("list.mbox"))?;
        desk.json(&["ingest", "list.mbox"], 0)?;
        Ok(desk)
    }

    /// The reference of a file that is brought in now.
    fn brought_in(&self, name: &str) -> TestResult<String> {
        // From somebody else each time: the same from the same hand is not recorded again.
        let from = format!("hand {}", self.archive()?.head()?.0);
        self.json(&["ingest", name, "--from", &from], 0)?;
        let digest = sha2::Sha256::digest(fs::read(self.path(name))?);
        let digest = fonds::record::Digest::new(digest.into());
        let reference = self.archive()?.document_reference(&digest)?;
        Ok(reference.ok_or("not here")?)
    }

    /// The messages in whose text these words stand.
    fn inside(&self, words: &str) -> TestResult<Vec<String>> {
        let archive = self.archive()?;
        let mut found = Vec::new();
        for card in archive.after(0, 1000)? {
            let text = archive.text(card.item)?.unwrap_or_default();
            if card.class == "m" && text.contains(words) {
                found.push(archive.reference(&card)?);
            }
        }
        Ok(found)
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
    // That is said of what was compared, and it is said what was not.
    let cited = desk.json(&["cite", "draft.md"], 1)?;
    let said = cited["quotations"][0]["findings"][0]["message"].as_str();
    assert!(
        said.is_some_and(|said| said.contains("may be shown")),
        "{cited:#}"
    );
    let texts = cited["gone_through"]["texts"].as_u64().unwrap_or_default();
    assert_eq!(cited["gone_through"]["withheld"], 1, "{cited:#}");
    fs::write(
        desk.path("other.md"),
        "They wrote \u{201c}of what nobody here ever wrote\u{201d}.\n",
    )?;
    desk.run(&["cite", "other.md", "-o", "report.md"])?;
    let report = fs::read_to_string(desk.path("report.md"))?;
    assert!(
        report.contains("not all: 1 text that is withheld was not compared"),
        "{report}"
    );
    desk.json(
        &["withhold", &message, "--lift", "--reason", "by mistake"],
        0,
    )?;
    let cited = desk.json(&["cite", "other.md"], 1)?;
    assert_eq!(cited["gone_through"]["texts"], texts + 1);
    assert_eq!(cited["gone_through"]["withheld"], serde_json::Value::Null);
    desk.json(&["withhold", &message, "--reason", "names a minor"], 0)?;
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
fn words_never_pick_what_is_withheld() -> TestResult {
    let desk = Desk::new()?;
    let (message, line) = desk.message()?;
    let words = format!("\"{line}\"");
    let picked = |format: &str, status: i32| -> TestResult<String> {
        let output = desk.run(&["timeline", &words, "--format", format])?;
        assert_eq!(output.status.code(), Some(status));
        Ok(String::from_utf8(output.stdout)?)
    };
    for format in ["text", "html", "csv", "json"] {
        assert!(picked(format, 0)?.contains(&message), "{format}");
    }
    desk.json(&["withhold", &message, "--reason", "names a minor"], 0)?;
    for format in ["text", "html", "csv", "json"] {
        let shown = picked(format, 1)?;
        assert!(
            !shown.contains(&message) && !shown.contains("(withheld)"),
            "{format}: {shown}"
        );
        assert!(
            format == "csv" || shown.contains("withheld and not looked through for the words"),
            "{format}: {shown}"
        );
    }
    Ok(())
}

/// Two messages; the second has a line of its own, and so a digest that is not the first's.
const BOX: &str = "From nora@halloran.example Tue Jul 11 09:00:00 2023\n\
From: nora@halloran.example\nTo: peter@voss.example\nDate: Tue, 11 Jul 2023 09:00:00 +0000\n\
Message-ID: <1@halloran.example>\nSubject: The pier\n\nThe child's name is on the list.\n\n\
From nora@halloran.example Tue Jul 11 10:00:00 2023\n\
From: nora@halloran.example\nTo: peter@voss.example\nDate: Tue, 11 Jul 2023 10:00:00 +0000\n\
Message-ID: <2@halloran.example>\nSubject: The tide\n\nHigh water is at noon.\n\n";

const WITH_ATTACHMENT: &str = "From: nora@halloran.example\nTo: peter@voss.example\n\
Date: Tue, 11 Jul 2023 12:00:00 +0000\nMessage-ID: <3@halloran.example>\nSubject: The list\nMIME-Version: 1.0\n\
Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nAttached is the list.\n\
--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=\"list.txt\"\n\
Content-Transfer-Encoding: base64\n\nQWRhLCA5IHllYXJzCg==\n--b--\n";

#[test]
fn another_receipt_of_a_withheld_message_is_withheld_with_it() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("one.mbox"), BOX)?;
    // The same messages in another mailbox, whose own bytes are others.
    let (_, second) = BOX.split_at(
        BOX.rfind("From nora@halloran.example Tue")
            .ok_or("no second")?,
    );
    let again = format!("{second}{BOX}");
    fs::write(desk.path("two.mbox"), again)?;
    for name in ["one.mbox", "one.mbox", "two.mbox"] {
        desk.brought_in(name)?;
    }
    let children = desk.inside("The child's name")?;
    assert_eq!(children.len(), 3, "{children:?}");
    desk.json(&["withhold", &children[1], "--reason", "names a minor"], 0)?;
    for child in &children {
        let publish = ["publish", child, "-o", "page.html", "--yes"];
        let refused = desk.json(&publish, 2)?.to_string();
        assert!(refused.contains("is withheld"), "{refused}");
    }
    assert!(!desk.path("page.html").exists());
    // What is withheld with it is lifted where it was withheld.
    let lift =
        |item: &str, status| desk.json(&["withhold", item, "--lift", "--reason", "x"], status);
    let refused = lift(&children[0], 2)?.to_string();
    let why = format!("would stay withheld with {}", children[1]);
    assert!(refused.contains(&why), "{refused}");
    let tide = desk.inside("High water")?;
    desk.json(&["publish", &tide[0], "-o", "page.html", "--yes"], 0)?;
    Ok(())
}

#[test]
fn the_digest_of_a_document_does_not_give_away_what_is_withheld_in_it() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("one.mbox"), BOX)?;
    let mailbox = desk.brought_in("one.mbox")?;
    desk.brought_in("one.mbox")?;
    let child = desk.inside("The child's name")?.remove(1);
    desk.json(&["withhold", &child, "--reason", "names a minor"], 0)?;
    let publish = ["publish", &mailbox, "-o", "page.html", "--yes"];
    let refused = desk.json(&[&publish[..], &["--open", "bytes"]].concat(), 2)?;
    let why = format!("{child}, which is withheld under entry");
    assert!(refused.to_string().contains(&why), "{refused}");
    assert!(!desk.path("page.html").exists());
    // Its name is not its content.
    desk.json(&[&publish[..], &["--open", "name"]].concat(), 0)?;
    // An attachment lies in its message.
    fs::write(desk.path("mail.eml"), WITH_ATTACHMENT)?;
    desk.brought_in("mail.eml")?;
    let message = desk.inside("Attached is the list.")?.remove(0);
    let digest = sha2::Sha256::digest("Ada, 9 years\n");
    let digest = fonds::record::Digest::new(digest.into());
    let list = desk.archive()?.document_reference(&digest)?;
    let list = list.ok_or("no attachment")?;
    desk.json(&["withhold", &list, "--reason", "names a minor"], 0)?;
    let publish = ["publish", &message, "-o", "mail.html", "--yes"];
    let withheld = format!("{list}, which is withheld under entry");
    // The digest of a text that is not shown is not opened, withheld or not.
    for (slot, why) in [
        ("bytes", withheld.as_str()),
        ("attachments", "could be guessed"),
    ] {
        let refused = desk.json(&[&publish[..], &["--open", slot]].concat(), 2)?;
        assert!(refused.to_string().contains(why), "{refused}");
    }
    desk.json(&publish, 0)?;
    Ok(())
}

#[test]
fn a_file_that_a_withheld_message_was_sent_with_is_withheld_wherever_else_it_lies() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("first.eml"), WITH_ATTACHMENT)?;
    let second = WITH_ATTACHMENT
        .replace("nora@halloran", "ada@halloran")
        .replace("<3@", "<4@")
        .replace("Attached is the list.", "Here it is once more.");
    fs::write(desk.path("second.eml"), second)?;
    desk.brought_in("first.eml")?;
    desk.brought_in("second.eml")?;
    let digest = fonds::record::Digest::new(sha2::Sha256::digest("Ada, 9 years\n").into());
    let list = desk.archive()?.document_reference(&digest)?;
    let list = list.ok_or("no attachment")?;
    fs::write(
        desk.path("draft.md"),
        "It reads \u{201c}Ada, 9 years\u{201d} there.\n",
    )?;
    fs::write(
        desk.path("own.md"),
        "They wrote \u{201c}Here it is once more.\u{201d} there.\n",
    )?;
    let verdict = |draft: &str, status| -> TestResult<String> {
        let cited = desk.json(&["cite", draft], status)?;
        Ok(cited["quotations"][0]["verdict"]
            .as_str()
            .unwrap_or_default()
            .to_owned())
    };
    assert_eq!(verdict("draft.md", 0)?, "exact");
    for words in ["Attached is the list.", "Here it is once more."] {
        let message = desk.inside(words)?.remove(0);
        desk.json(&["withhold", &message, "--reason", "names a minor"], 0)?;
        assert_eq!(verdict("draft.md", 1)?, "not-found", "{words}");
        let publish = ["publish", &list, "-o", "page.html", "--yes"];
        let refused = desk.json(&publish, 2)?.to_string();
        assert!(refused.contains("is withheld"), "{refused}");
        if words.starts_with("Attached") {
            // What the other message says itself is its own.
            assert_eq!(verdict("own.md", 0)?, "exact");
        }
        let no_longer = ["withhold", &message, "--lift", "--reason", "of age"];
        desk.json(&no_longer, 0)?;
        assert_eq!(verdict("draft.md", 0)?, "exact");
    }
    Ok(())
}

#[test]
fn a_provenance_report_shows_nothing_of_what_is_withheld() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("secret-name.mbox"), BOX)?;
    let mailbox = desk.brought_in("secret-name.mbox")?;
    let digest = fonds::record::Digest::new(sha2::Sha256::digest(BOX).into()).to_string();
    let (child, tide) = (
        desk.inside("The child's name")?.remove(0),
        desk.inside("High water")?.remove(0),
    );
    let report = |args: &[&str]| -> TestResult<String> {
        let mut all = String::new();
        for file in ["report.html", "report.md", "report.json"] {
            desk.json(&[&["provenance", "-o", file], args].concat(), 0)?;
            all += &fs::read_to_string(desk.path(file))?;
            fs::remove_file(desk.path(file))?;
        }
        all += &String::from_utf8(desk.run(&[&["provenance"], args].concat())?.stdout)?;
        Ok(all)
    };
    assert!(report(&["--all"])?.contains(&digest));
    assert!(report(&[&child])?.contains("The child"));
    desk.json(&["withhold", &child, "--reason", "names a minor"], 0)?;
    desk.json(&["provenance", &child, "-o", "report.html"], 2)?;
    assert!(!desk.path("report.html").exists());
    // What is beside it is shown, without the digest of the whole.
    for args in [&["--all"][..], &[&tide], &[&mailbox]] {
        let shown = report(args)?;
        assert!(!shown.contains(&digest), "{args:?}: {shown}");
        assert!(shown.contains("something in it is withheld"), "{shown}");
        assert!(!shown.contains("The child"), "{args:?}: {shown}");
    }
    // Nor with what somebody saw of all that came with it: for the accession, and for what is free in it.
    let accession = desk.json(&["show", &tide], 0)?["accession"].clone();
    let accession = accession.as_str().ok_or("no accession")?;
    let seen = [
        "custody", "add", accession, "--how", "by hand", "--digest", &digest,
    ];
    desk.json(&seen, 0)?;
    for args in [&[accession][..], &[&tide], &[&mailbox]] {
        let shown = report(args)?;
        assert!(!shown.contains(&digest), "{args:?}: {shown}");
    }
    let lift = ["withhold", &child, "--lift", "--reason", "of age"];
    desk.json(&lift, 0)?;
    assert!(report(&[accession])?.contains(&digest));
    desk.json(&["withhold", &child, "--reason", "names a minor"], 0)?;
    // Nor where the whole is altered or gone.
    let kept = desk.json(&["show", &mailbox, "--path"], 0)?;
    let kept = kept["path"].as_str().ok_or("no path")?;
    let blob = desk.path(kept);
    fs::remove_file(&blob)?;
    let output = desk.run(&["provenance", &mailbox])?;
    let shown = String::from_utf8(output.stdout)?;
    assert!(shown.contains("could not be read again"), "{shown}");
    assert!(!shown.contains(&digest), "{shown}");
    desk.json(&["withhold", &mailbox, "--reason", "sealed"], 0)?;
    let shown = report(&["--all"])?;
    assert!(shown.contains("withheld under entry"), "{shown}");
    assert!(
        !shown.contains(&digest) && !shown.contains("secret-name"),
        "{shown}"
    );
    desk.json(&["provenance", &tide], 2)?;
    Ok(())
}

#[test]
fn a_lift_that_would_lift_nothing_is_refused() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("one.mbox"), BOX)?;
    let mailbox = desk.brought_in("one.mbox")?;
    let child = desk.inside("The child's name")?.remove(0);
    let publish = ["publish", &child, "-o", "page.html", "--yes"];
    desk.json(&["withhold", &mailbox, "--reason", "sealed"], 0)?;
    let size = |desk: &Desk| -> TestResult<u64> { Ok(desk.archive()?.head()?.0) };
    for own in [false, true] {
        if own {
            desk.json(&["withhold", &child, "--reason", "names a minor"], 0)?;
        }
        let before = size(&desk)?;
        let refused = desk.json(&["withhold", &child, "--lift", "--reason", "x"], 2)?;
        let refused = refused.to_string();
        assert!(
            refused.contains(&format!("would stay withheld with {mailbox}")),
            "{refused}"
        );
        assert_eq!(size(&desk)?, before);
    }
    desk.json(&["withhold", &mailbox, "--lift", "--reason", "x"], 0)?;
    desk.json(&publish, 2)?;
    desk.json(&["withhold", &child, "--lift", "--reason", "x"], 0)?;
    desk.json(&publish, 0)?;
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
