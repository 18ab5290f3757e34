//! Messages destroyed out of a mailbox that stays: they are gone from every place, nothing that is left confirms a guess of
//! them, and all else in the mailbox stands where it stood.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write what is brought in, and damage archives"
)]

#[path = "support/bare.rs"]
mod bare;
#[path = "support/papers.rs"]
mod papers;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;

use self::bare::Desk;
use self::bare::TestResult;
use self::papers::MEMO;
use self::papers::OTHER;

/// Words that only one message of the mailbox has.
const WORDS: &str = "papers since June and has read none of them";

struct Mailbox {
    desk: Desk,
    bytes: Vec<u8>,
    /// Its reference.
    reference: String,
    /// Each message's words by its reference.
    messages: BTreeMap<String, String>,
    /// The one with the words.
    one: String,
}

impl Mailbox {
    fn new() -> TestResult<Self> {
        let desk = Desk::with_papers()?;
        let bytes =
            fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("archive/sources/list.mbox"))?;
        fs::write(desk.path("list.mbox"), &bytes)?;
        desk.done(&["ingest", "list.mbox"])?;
        let reference = desk.reference(&bytes)?;
        let archive = desk.archive()?;
        let mut messages = BTreeMap::new();
        for card in archive
            .after(0, 1000)?
            .into_iter()
            .filter(|card| card.class == "m")
        {
            let text = archive.text(card.item)?.unwrap_or_default();
            messages.insert(archive.reference(&card)?, text);
        }
        let one = messages.iter().find(|(_, text)| text.contains(WORDS));
        let one = one.ok_or("no such message")?.0.clone();
        drop(archive);
        Ok(Self {
            desk,
            bytes,
            reference,
            messages,
            one,
        })
    }

    fn verify(&self) -> TestResult<(Vec<String>, String)> {
        let output = self.desk.run(&["--json", "verify"])?;
        let report: Value = serde_json::from_slice(&output.stdout)?;
        let codes = report["findings"].as_array().ok_or("no findings")?;
        let codes = codes
            .iter()
            .filter_map(|it| it["code"].as_str().map(str::to_owned));
        Ok((codes.collect(), report["not_findings"].to_string()))
    }

    fn holds(&self, what: &[u8]) -> TestResult<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(self.desk.path("archive")) {
            let path = entry?.into_path();
            if path.is_file() && memchr::memmem::find(&fs::read(&path)?, what).is_some() {
                found.push(path);
            }
        }
        Ok(found)
    }

    /// That neither the words nor a digest from which they could be guessed are anywhere.
    fn is_gone(&self) -> TestResult {
        let text = &self.messages[&self.one];
        let whole = sha2::Sha256::digest(&self.bytes);
        let words = sha2::Sha256::digest(text);
        for what in [
            WORDS.as_bytes(),
            &whole,
            hex::encode(whole).as_bytes(),
            &words,
            hex::encode(words).as_bytes(),
        ] {
            assert_eq!(self.holds(what)?, Vec::<PathBuf>::new());
        }
        Ok(())
    }

    /// That every other message has the words it had, and its bytes are those that were recorded.
    fn others_stand(&self, gone: &[&String]) -> TestResult {
        let archive = self.desk.archive()?;
        for (reference, text) in &self.messages {
            if gone.contains(&reference) {
                assert_eq!(
                    self.desk.json(&["show", reference], 4)?["kind"],
                    "destroyed"
                );
                continue;
            }
            let fonds::archive::Target::Item(item) = archive.resolve(reference)? else {
                return Err("no item".into());
            };
            assert_eq!(archive.text(item)?.as_ref(), Some(text));
            assert_eq!(archive.altered(item)?, None);
        }
        Ok(())
    }

    fn database(&self) -> TestResult<rusqlite::Connection> {
        Ok(rusqlite::Connection::open(
            self.desk.path("archive/archive.sqlite"),
        )?)
    }
}

#[test]
fn one_message_goes_and_the_mailbox_stays() -> TestResult {
    let held = Mailbox::new()?;
    let desk = &held.desk;
    assert!(!held.holds(WORDS.as_bytes())?.is_empty());
    let done = desk.destroy(&[&held.one], 0)?;
    // The digest of the old bytes, and that of what lies between the messages.
    assert_eq!(
        (&done["slots"], &done["references"]),
        (&json!(2), &json!([]))
    );
    held.is_gone()?;
    let (codes, notes) = held.verify()?;
    assert_eq!(codes, Vec::<String>::new(), "{notes}");
    assert!(notes.contains("destroyed by the order"), "{notes}");
    held.others_stand(&[&held.one])?;
    // The mailbox has its reference and its size, with zeros in one place.
    let shown = desk.json(&["show", &held.reference], 0)?;
    assert_eq!(shown["size"], held.bytes.len());
    let original = desk.run(&["show", &held.reference, "--original"])?.stdout;
    assert_eq!(original.len(), held.bytes.len());
    let differ: Vec<usize> = (0..original.len())
        .filter(|at| original[*at] != held.bytes[*at])
        .collect();
    let (first, last) = (differ[0], differ[differ.len() - 1]);
    assert!(
        original[first..=last].iter().all(|byte| *byte == 0),
        "zeros and nothing else"
    );
    assert!(memchr::memmem::find(&held.bytes[first..=last], WORDS.as_bytes()).is_some());
    let log = desk.done(&["log"])?;
    assert!(
        log.contains("of a document that stays, with zeros in their places"),
        "{log}"
    );
    for args in [
        &["status"][..],
        &["provenance", "--all"],
        &["timeline"],
        &["doctor"],
        &["provenance", &held.reference],
    ] {
        assert_ne!(desk.run(args)?.status.code(), Some(2), "{args:?}");
    }
    let said = desk.done(&["timeline"])?;
    assert!(
        said.contains("destroyed by order (entry"),
        "a silence may be of the destruction's making: {said}"
    );
    // What came in had another digest: nothing is said to be unchanged.
    let said = desk.done(&["provenance", &held.reference])?;
    assert!(
        said.contains("destroyed under entry") && !said.contains("are unchanged since"),
        "{said}"
    );
    // Another message of it is published with its proof as before.
    let other = held
        .messages
        .keys()
        .find(|it| **it != held.one)
        .ok_or("no other")?;
    desk.done(&["publish", other, "--yes", "-o", "other.html"])?;
    desk.done(&["verify", "other.html"])?;
    assert_eq!(desk.json(&["destroy", "--finish"], 0)?["records"], 0);
    assert!(held.verify()?.0.is_empty());
    Ok(())
}

/// What was frozen of a report on another message names the digest of the whole mailbox, from which the words could be
/// guessed.
#[test]
fn what_names_the_old_digest_and_stays_is_listed_before_and_after() -> TestResult {
    let held = Mailbox::new()?;
    let desk = &held.desk;
    let other = held.messages.iter().find(|(it, _)| **it != held.one);
    let (other, text) = other.ok_or("no other")?;
    let line = text.lines().find(|line| line.len() > 30).ok_or("no line")?;
    fs::write(desk.path("draft.md"), format!("He wrote: \"{line}\"\n"))?;
    let version = [
        "cite",
        "publish-version",
        "draft.md",
        "--at",
        "https://averell.example/1",
        "-o",
        "report.html",
        "--yes",
    ];
    desk.done(&version)?;
    // Somebody's own copy of the report, and a letter about the file.
    let digest = hex::encode(sha2::Sha256::digest(&held.bytes));
    desk.done(&["ingest", "report.html"])?;
    fs::write(
        desk.path("letter.eml"),
        format!(
            "From: x@y.example\nSubject: the list\n\nSHA-256 {}.\n",
            digest.to_uppercase()
        ),
    )?;
    desk.done(&["ingest", "letter.eml"])?;
    desk.done(&["publish", &held.one, "--yes", "-o", "one.html"])?;
    desk.done(&["publish", other, "--yes", "-o", "other.html"])?;
    let asked = desk.run(&[
        "destroy",
        &held.one,
        "--reason",
        "erasure",
        "--authority",
        "the court",
    ])?;
    let asked = String::from_utf8(asked.stderr)?;
    let done = desk.destroy(&[&held.one], 0)?;
    let left = done["digest_left"].as_array().ok_or("no list")?;
    let entries: BTreeMap<String, u64> = (desk.json(&["log"], 0)?["entries"].as_array())
        .ok_or("no log")?
        .iter()
        .rev()
        .filter_map(|it| Some((it["kind"].as_str()?.to_owned(), it["entry"].as_u64()?)))
        .collect();
    let (cited, version) = (entries["cited/1"], entries["published/2"]);
    for (entry, slot) in [(cited, "report"), (version, "citations")] {
        let found = left
            .iter()
            .find(|it| it["entry"] == entry && it["slot"] == slot);
        let path = found.ok_or("not listed")?["path"]
            .as_str()
            .ok_or("no path")?;
        assert!(desk.path("archive").join(path).is_file(), "{path}");
        let how = format!("fonds destroy --entry {entry} --slot {slot}");
        assert!(asked.contains(&how), "{asked}");
    }
    let letter = desk.json(&["find", "SHA-256"], 0)?["hits"][0]["item"].clone();
    assert!(left.iter().any(|it| it["name"] == "report.html"), "{done}");
    assert!(left.iter().any(|it| it["item"] == letter), "{done}");
    // Of the two proofs that were published, that of another message opens no digest of the mailbox.
    let proofs = left.iter().filter(|it| it["what"] == "proof");
    let published = desk.json(&["log", other], 0)?;
    let published = published["entries"].as_array().ok_or("no log")?.iter();
    let of_other: Vec<&Value> = published
        .filter(|it| it["kind"] == "published/1")
        .map(|it| &it["entry"])
        .collect();
    let proofs: Vec<&Value> = proofs.map(|it| &it["entry"]).collect();
    assert_eq!((proofs.len(), of_other.len()), (1, 1));
    assert_ne!(proofs, of_other);
    assert!(!fs::read_to_string(desk.path("other.html"))?.contains(&digest));
    assert!(
        done["out_of_reach"].to_string().contains("name a digest"),
        "{done}"
    );
    // Whoever wants them gone can have that.
    let cited = cited.to_string();
    desk.destroy(&["--entry", &cited, "--slot", "report"], 0)?;
    assert_eq!(held.verify()?.0, Vec::<String>::new());
    Ok(())
}

#[test]
fn whoever_asks_for_what_was_destroyed_is_told_of_the_order() -> TestResult {
    let held = Mailbox::new()?;
    let desk = &held.desk;
    let memo = desk.reference(MEMO.as_bytes())?;
    let order = desk.destroy(&[&held.one], 0)?["entries"][0].to_string();
    let second = desk.destroy(&[&memo], 0)?["entries"][0].to_string();
    for (gone, order) in [(&held.one, order), (&memo, second)] {
        for args in [
            &["show", gone][..],
            &["show", gone, "--original"],
            &["publish", gone, "--yes"],
            &["provenance", gone],
            &["custody", gone],
            &["log", gone],
            &["withhold", gone, "--reason", "none"],
            &["destroy", gone, "--reason", "again", "--authority", "none"],
        ] {
            let refused = desk.json(args, 4)?;
            assert_eq!(refused["kind"], "destroyed", "{args:?}");
            let said = refused["message"].as_str().ok_or("no message")?;
            let begins = format!("{gone} was destroyed under entry {order} on ");
            assert!(said.starts_with(&begins), "{said}");
            assert!(said.ends_with("UTC: erasure (the court)"), "{said}");
        }
        let found = desk.json(&["find", gone], 1)?["remarks"].to_string();
        assert!(found.contains("erasure (the court)"), "{found}");
        let draft = format!("“A line that stands in no text here,” she wrote [{gone}].\n");
        fs::write(desk.path("draft.md"), draft)?;
        let cited = desk.json(&["cite", "draft.md"], 1)?;
        let quoted = &cited["quotations"][0];
        assert_eq!(quoted["verdict"], "not-checked", "{quoted:#}");
        let finding = &quoted["findings"][0];
        assert_eq!(finding["code"], "quotation.pin-destroyed", "{quoted:#}");
        assert!(finding.to_string().contains("erasure (the court)"));
    }
    let found = desk.json(&["find", &held.reference], 1)?["remarks"].to_string();
    assert!(
        found.contains(&format!("fonds show {}", held.reference)),
        "{found}"
    );
    Ok(())
}

#[test]
fn a_second_message_goes_and_then_the_mailbox() -> TestResult {
    let held = Mailbox::new()?;
    let desk = &held.desk;
    desk.destroy(&[&held.one], 0)?;
    let two = held
        .messages
        .keys()
        .filter(|it| **it != held.one)
        .take(2)
        .collect::<Vec<_>>();
    desk.destroy(&[two[0], two[1]], 0)?;
    assert_eq!(held.verify()?.0, Vec::<String>::new());
    held.others_stand(&[&held.one, two[0], two[1]])?;
    desk.destroy(&[&held.reference], 0)?;
    assert_eq!(held.verify()?.0, Vec::<String>::new());
    assert_eq!(held.holds(b"@lists.")?, Vec::<PathBuf>::new());
    desk.done(&["ingest", "list.mbox"])?;
    assert_eq!(held.verify()?.0, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_mailbox_that_came_in_twice_loses_it_in_both_or_in_none() -> TestResult {
    let held = Mailbox::new()?;
    let desk = &held.desk;
    desk.done(&["ingest", "list.mbox", "--from", "Somebody else"])?;
    let refused = desk.destroy(&[&held.one], 2)?;
    let said = refused["message"].as_str().ok_or("no message")?.to_owned();
    let (_, also) = said.split_once("--also ").ok_or("no accession is named")?;
    let also = also.split([';', ' ']).next().ok_or("none")?;
    assert!(
        !held.holds(WORDS.as_bytes())?.is_empty(),
        "nothing was destroyed"
    );
    assert!(held.verify()?.0.is_empty());
    desk.destroy(&[&held.one, "--also", also], 0)?;
    held.is_gone()?;
    assert_eq!(held.verify()?.0, Vec::<String>::new());
    let left = desk.json(&["find", "papers since June"], 1)?;
    assert_eq!(left["hits"], json!([]));
    Ok(())
}

#[test]
fn what_is_no_message_of_a_document_that_came_in_as_itself_is_refused() -> TestResult {
    let held = Mailbox::new()?;
    let desk = &held.desk;
    let memo = desk.reference(MEMO.as_bytes())?;
    // A message beside a document: one order for each.
    desk.destroy(&[&held.one, &memo], 2)?;
    fs::copy(desk.path("list.mbox"), desk.path("second.mbox"))?;
    let mut second = held.bytes.clone();
    second.extend_from_slice(
        b"From x@y.example Wed Oct  5 14:02:11 2022\nFrom: x@y.example\n\nAnd this.\n",
    );
    fs::write(desk.path("second.mbox"), second)?;
    desk.done(&["ingest", "second.mbox"])?;
    let archive = desk.archive()?;
    let cards = archive.after(0, 1000)?;
    let other = cards
        .iter()
        .rev()
        .find(|card| card.class == "m")
        .ok_or("no message")?;
    let other = archive.reference(other)?;
    drop(archive);
    let refused = desk.destroy(&[&held.one, &other], 2)?;
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|it| it.contains("lies in")),
        "{refused}"
    );
    assert!(held.verify()?.0.is_empty());
    Ok(())
}

#[test]
fn a_message_that_is_all_of_its_document_goes_with_it() -> TestResult {
    let desk = Desk::with_papers()?;
    fs::write(
        desk.path("one.eml"),
        "From: x@y.example\nSubject: so\n\nOnly this.\n",
    )?;
    desk.done(&["ingest", "one.eml"])?;
    let found = desk.json(&["find", "Only this"], 0)?;
    let message = found["hits"][0]["item"]
        .as_str()
        .ok_or("no hit")?
        .to_owned();
    let refused = desk.destroy(&[&message], 2)?;
    let hint = refused["hint"].as_str().ok_or("no hint")?;
    let document = hint
        .split_whitespace()
        .find(|it| it.starts_with("d-"))
        .ok_or("no document")?;
    desk.destroy(&[document], 0)?;
    assert!(desk.reference(OTHER.as_bytes()).is_ok());
    Ok(())
}

#[test]
fn an_order_that_was_stopped_before_the_rows_is_finished_later() -> TestResult {
    let held = Mailbox::new()?;
    let desk = &held.desk;
    let copy = |from: &str, to: &str| -> TestResult {
        let status = Command::new("cp")
            .arg("-a")
            .arg(desk.path(from))
            .arg(desk.path(to))
            .status()?;
        assert!(status.success());
        Ok(())
    };
    // What the rows were, put back beside the order: as if it had been stopped there.
    let before: Vec<(u64, Option<Vec<u8>>, Option<String>)> = held
        .database()?
        .prepare("SELECT id, key, slots FROM item")?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    copy("archive", "before")?;
    desk.destroy(&[&held.one], 0)?;
    let conn = held.database()?;
    let trigger = "SELECT sql FROM sqlite_schema WHERE name = 'item_is_append_only'";
    let trigger: String = conn.query_row(trigger, (), |row| row.get(0))?;
    conn.execute_batch("DROP TRIGGER item_is_append_only")?;
    for (id, key, slots) in &before {
        conn.execute(
            "UPDATE item SET key = ?2, slots = ?3 WHERE id = ?1",
            rusqlite::params![id, key, slots],
        )?;
    }
    conn.execute("DELETE FROM blank WHERE of = 'i'", ())?;
    conn.execute_batch(&trigger)?;
    drop(conn);
    let codes = held.verify()?.0;
    assert!(codes.contains(&"destroyed.left".to_owned()), "{codes:?}");
    // What else goes would be looked up in bytes that are to go.
    let other = held
        .messages
        .keys()
        .find(|it| **it != held.one)
        .ok_or("no other")?;
    let refused = desk.destroy(&[other], 2)?;
    assert!(
        refused["hint"]
            .as_str()
            .is_some_and(|it| it.contains("--finish")),
        "{refused}"
    );
    desk.json(&["destroy", "--finish"], 0)?;
    held.is_gone()?;
    assert_eq!(held.verify()?.0, Vec::<String>::new());
    Ok(())
}

#[test]
fn what_takes_the_place_of_the_bytes_is_held_against_the_order() -> TestResult {
    let held = Mailbox::new()?;
    held.desk.destroy(&[&held.one], 0)?;
    let words: &[u8] = b"Fishhall";
    let words = if held.holds(words)?.is_empty() {
        b"waterfront".as_slice()
    } else {
        words
    };
    let mut changed = 0;
    for pack in fs::read_dir(held.desk.path("archive/packs"))? {
        let pack = pack?.path();
        let mut bytes = fs::read(&pack)?;
        if let Some(at) = memchr::memmem::find(&bytes, words) {
            bytes[at] ^= 1;
            fs::write(&pack, &bytes)?;
            changed += 1;
            let codes = held.verify()?.0;
            assert!(
                codes.iter().any(|code| code == "document.altered"),
                "{codes:?}"
            );
            bytes[at] ^= 1;
            fs::write(&pack, &bytes)?;
        }
    }
    assert!(changed > 0);
    assert!(held.verify()?.0.is_empty());
    // The rows that stand for the digest, and the digest itself.
    let conn = held.database()?;
    let blank: (u64, i64, Option<Vec<u8>>, Vec<u8>) = conn.query_row(
        "SELECT id, slot, salt, commitment FROM blank WHERE of = 'i' AND salt IS NULL",
        (),
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    conn.execute(
        "DELETE FROM blank WHERE of = 'i' AND id = ?1 AND slot = ?2",
        rusqlite::params![blank.0, blank.1],
    )?;
    assert!(
        held.verify()?.0.contains(&"item.gone".to_owned()),
        "{:?}",
        held.verify()?
    );
    conn.execute(
        "INSERT INTO blank VALUES ('i', ?1, ?2, -1, ?3, ?4)",
        rusqlite::params![blank.0, blank.1, blank.2, [7_u8; 32]],
    )?;
    assert!(
        held.verify()?.0.contains(&"item.altered".to_owned()),
        "{:?}",
        held.verify()?
    );
    conn.execute(
        "UPDATE blank SET commitment = ?3 WHERE of = 'i' AND id = ?1 AND slot = ?2",
        rusqlite::params![blank.0, blank.1, blank.3],
    )?;
    assert_eq!(held.verify()?.0, Vec::<String>::new());
    // A value that goes without an order.
    let slots: String =
        conn.query_row("SELECT slots FROM item WHERE id = ?1", [blank.0], |row| {
            row.get(0)
        })?;
    let without = slots.replacen("\"list.mbox\"", "null", 1);
    assert_ne!(slots, without);
    conn.execute(
        "UPDATE item SET slots = ?2 WHERE id = ?1",
        rusqlite::params![blank.0, without],
    )?;
    let codes = held.verify()?.0;
    assert!(codes.contains(&"item.malformed".to_owned()), "{codes:?}");
    Ok(())
}

#[test]
fn what_took_the_place_of_the_bytes_goes_with_what_it_still_had() -> TestResult {
    let held = Mailbox::new()?;
    let desk = &held.desk;
    desk.destroy(&[&held.one], 0)?;
    let first = desk.run(&["show", &held.reference, "--original"])?.stdout;
    let digest = sha2::Sha256::digest(&first);
    let other = held
        .messages
        .keys()
        .find(|it| **it != held.one)
        .ok_or("no other")?;
    desk.destroy(&[other], 0)?;
    // With a guess of the other message in the zeros of today's mailbox it would be confirmed.
    for what in [digest.as_slice(), hex::encode(digest).as_bytes()] {
        assert_eq!(held.holds(what)?, Vec::<PathBuf>::new());
    }
    assert_eq!(held.verify()?.0, Vec::<String>::new());
    // Brought in by somebody it is a document like any other, and no later order takes it along.
    fs::write(desk.path("first.mbox"), &first)?;
    desk.done(&["ingest", "first.mbox", "--from", "Somebody else"])?;
    let memo = desk.reference(MEMO.as_bytes())?;
    desk.destroy(&[&memo], 0)?;
    assert_eq!(held.verify()?.0, Vec::<String>::new());
    assert!(desk.reference(&first).is_ok());
    Ok(())
}

#[test]
fn a_receipt_that_was_read_in_another_way_is_not_left_with_the_words() -> TestResult {
    for kind in ["mail", "text"] {
        let held = Mailbox::new()?;
        let desk = &held.desk;
        desk.done(&[
            "ingest",
            "list.mbox",
            "--as",
            kind,
            "--from",
            "Somebody else",
        ])?;
        let refused = desk.destroy(&[&held.one], 2)?;
        let said = refused["message"].as_str().ok_or("no message")?.to_owned();
        let (_, also) = said.split_once("--also ").ok_or("no accession is named")?;
        let also = also.split([';', ' ']).next().ok_or("none")?;
        let refused = desk.destroy(&[&held.one, "--also", also], 2)?;
        assert!(
            refused["message"]
                .as_str()
                .is_some_and(|it| it.contains("in another way")),
            "{refused}"
        );
        assert_eq!(held.verify()?.0, Vec::<String>::new());
    }
    Ok(())
}

#[test]
fn the_same_message_elsewhere_is_named_before_it_stays() -> TestResult {
    let held = Mailbox::new()?;
    let desk = &held.desk;
    let mut longer = held.bytes.clone();
    longer.extend_from_slice(
        b"From x@y.example Wed Oct  5 14:02:11 2022\nFrom: x@y.example\n\nAnd this.\n",
    );
    fs::write(desk.path("longer.mbox"), &longer)?;
    desk.done(&["ingest", "longer.mbox"])?;
    let elsewhere = desk.reference(&longer)?;
    let one = held
        .messages
        .keys()
        .find(|it| **it != held.one)
        .ok_or("no message")?;
    let refused = desk.destroy(&[one], 2)?;
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|it| it.contains(&elsewhere)),
        "{refused}"
    );
    desk.destroy(&[one, "--keep", &elsewhere], 0)?;
    assert_eq!(held.verify()?.0, Vec::<String>::new());
    Ok(())
}

/// The bytes between the messages of a document that fills more than one segment are signed with each of them: what goes
/// from the first leaves the later ones nothing to hold theirs against, and the other way round.
#[test]
fn a_message_goes_out_of_a_document_of_several_segments() -> TestResult {
    let desk = Desk::started()?;
    // In one line each, which makes few pieces of it.
    let words = "It goes on as long as nobody stops it, and nobody does, in spite of it all. ";
    let messages: Vec<Value> = (0..24)
        .map(|number| {
            json!({"messageCreate": {
                "recipientId": "9002", "reactions": [], "urls": [], "mediaUrls": [], "senderId": "9001",
                "id": (7000 + number).to_string(),
                "text": format!("Number {number}\n{}", words.repeat(8000)),
                "createdAt": format!("2023-07-12T21:42:{number:02}.314Z"),
            }})
        })
        .collect();
    let export = json!([{"dmConversation": {"conversationId": "9001-9002", "messages": messages}}]);
    fs::create_dir_all(desk.path("x/data"))?;
    fs::write(
        desk.path("x/data/direct-messages.js"),
        format!(
            "window.YTD.direct_messages.part0 = {}",
            serde_json::to_string_pretty(&export)?
        ),
    )?;
    desk.done(&["ingest", "x", "--no-index"])?;
    let archive = desk.archive()?;
    let mut held = BTreeMap::new();
    for card in archive.after(0, 100)? {
        if card.class == "m" {
            let (place, _) = archive.place(card.item)?.ok_or("no place")?;
            held.entry(place.s)
                .or_insert_with(Vec::new)
                .push(archive.reference(&card)?);
        }
    }
    drop(archive);
    assert_eq!(
        held.keys().collect::<Vec<_>>(),
        [&0, &1],
        "the document has to fill a segment"
    );
    for (segment, messages) in &held {
        let gone = messages.last().ok_or("an empty segment")?;
        desk.destroy(&[gone], 0)?;
        let report = desk.json(&["verify"], 0)?;
        assert_eq!(report["findings"], json!([]), "segment {segment}");
    }
    let left = desk.archive()?;
    assert_eq!(left.tally("messages")?, 22);
    Ok(())
}
