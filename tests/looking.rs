//! What is asked of an archive and shown of it: timelines, custody, searches, as their user meets them.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::io::Write as _;
use std::process::Command;

use desk::Desk;
use desk::TestResult;

/// Writes a mail and brings it in.
fn mail(desk: &Desk, name: &str, from: &str, to: &str, date: &str, text: &str) -> TestResult {
    let mail = format!(
        "From: {from}\r\nTo: {to}\r\nDate: {date}\r\nMessage-ID: <{name}@x.example>\r\nSubject: {name}\r\n\r\n{text}\r\n"
    );
    fs::File::create(desk.path(name).with_extension("eml"))?.write_all(mail.as_bytes())?;
    desk.run(&["ingest", &format!("{name}.eml")])?;
    Ok(())
}

#[test]
fn a_reply_that_is_not_asked_for_is_a_reply_all_the_same() -> TestResult {
    let desk = Desk::new()?;
    let (ann, bob) = ("ann@x.example", "bob@x.example");
    mail(
        &desk,
        "one",
        ann,
        bob,
        "Mon, 3 Jul 2023 10:00:00 +0000",
        "When is the inspection?",
    )?;
    mail(
        &desk,
        "two",
        bob,
        ann,
        "Mon, 3 Jul 2023 11:00:00 +0000",
        "Tomorrow at nine.",
    )?;
    mail(
        &desk,
        "three",
        bob,
        ann,
        "Mon, 3 Jul 2023 23:59:00 +0000",
        "The inspection is off.",
    )?;
    let who = ["--who", ann, "--who", bob];
    for asked in [
        ["timeline", "inspection"],
        ["timeline", "--until=2023-07-03 10:30"],
    ] {
        let mut args = asked.to_vec();
        args.extend(who);
        let shown = desk.run(&args)?.to_string();
        assert!(shown.contains("3 messages held are shown"), "{shown}");
        assert!(!shown.contains("13 h 59 min"), "{shown}");
        assert!(!shown.contains("no reply from mail:bob"), "{shown}");
    }
    Ok(())
}

#[test]
fn of_three_parties_a_reply_to_one_of_them_counts() -> TestResult {
    let desk = Desk::new()?;
    let (ann, bob, cy) = ("ann@x.example", "bob@x.example", "cy@x.example");
    let both = format!("{bob}, {cy}");
    mail(
        &desk,
        "one",
        ann,
        &both,
        "Mon, 3 Jul 2023 10:00:00 +0000",
        "When?",
    )?;
    mail(
        &desk,
        "two",
        bob,
        ann,
        "Mon, 3 Jul 2023 11:00:00 +0000",
        "Tomorrow.",
    )?;
    mail(
        &desk,
        "three",
        bob,
        &format!("{ann}, {cy}"),
        "Tue, 4 Jul 2023 11:00:00 +0000",
        "Today.",
    )?;
    let shown = desk
        .run(&["timeline", "--who", ann, "--who", bob, "--who", cy])?
        .to_string();
    assert!(shown.contains("one") || shown.contains("When?"), "{shown}");
    assert!(!shown.contains("no reply for 25 h"), "{shown}");
    assert!(shown.contains("Tomorrow."), "{shown}");
    Ok(())
}

/// An archive with one letter in it, brought in as given: its reference and the accession's.
fn letter(more: &[&str]) -> TestResult<(Desk, String)> {
    let desk = Desk::new()?;
    fs::File::create(desk.path("letter.txt"))?.write_all(b"Dear Tash, the pier is closed.\n")?;
    let mut args = vec!["--json", "ingest", "letter.txt"];
    args.extend(more);
    let ingested: serde_json::Value = desk.run(&args)?.json()?;
    let accession = ingested["accession"].as_str().ok_or("no accession")?;
    Ok((desk, accession.to_owned()))
}

fn custody(desk: &Desk, accession: &str) -> TestResult<serde_json::Value> {
    desk.run(&["--json", "custody", accession])?.json()
}

#[test]
fn a_giving_to_somebody_else_does_not_stand_for_the_giving_to_the_archive() -> TestResult {
    let given = ["--from", "Source A", "--received", "2026-08-14"];
    let (desk, accession) = letter(&given)?;
    desk.run(&[
        "custody",
        "add",
        &accession,
        "--from",
        "Source A",
        "--to",
        "Lawyer",
        "--when",
        "2026-09-01",
    ])?;
    desk.run(&[
        "custody",
        "add",
        &accession,
        "--from",
        "Lawyer",
        "--to",
        "Court",
        "--when",
        "2026-09-02",
    ])?;
    let custody = custody(&desk, &accession)?;
    assert_eq!(
        custody["line"],
        "Source A → Lawyer → Court; Source A → the archive"
    );
    assert_eq!(custody["steps"][2]["act"], "given");
    assert_eq!(custody["steps"][2]["at"]["as_written"], "2026-08-14");
    // That the lawyer had it later than the archive is no contradiction.
    assert_eq!(custody["impossible"], serde_json::json!([]));
    Ok(())
}

#[test]
fn the_giving_to_the_archive_recorded_as_a_transfer_is_shown_once_and_keeps_its_date() -> TestResult
{
    let (desk, accession) = letter(&["--from", "Source A", "--received", "2026-08-14"])?;
    let add = [
        "custody",
        "add",
        &accession,
        "--from",
        "Source A",
        "--to",
        "Ines Valder",
    ];
    desk.run(&add)?;
    let custody = custody(&desk, &accession)?;
    assert_eq!(custody["line"], "Source A → Ines Valder → the archive");
    assert_eq!(custody["steps"][0]["at"]["as_written"], "2026-08-14");
    Ok(())
}

#[test]
fn a_transfer_that_contradicts_the_receipt_does_not_stand_for_it() -> TestResult {
    let (desk, accession) = letter(&["--from", "Source A", "--received", "2026-08-14"])?;
    let add = [
        "custody",
        "add",
        &accession,
        "--from",
        "Source A",
        "--to",
        "Ines Valder",
        "--when",
        "2026-08-01",
    ];
    desk.run(&add)?;
    let custody = custody(&desk, &accession)?;
    assert_eq!(custody["steps"][1]["act"], "given");
    assert_eq!(custody["steps"][1]["at"]["as_written"], "2026-08-14");
    Ok(())
}

#[test]
fn how_it_came_from_its_last_holder_to_the_archive_is_a_gap_if_nobody_recorded_it() -> TestResult {
    let (desk, accession) = letter(&[])?;
    desk.run(&[
        "custody", "add", &accession, "--from", "Author", "--to", "Counsel", "--when", "2023",
    ])?;
    let custody = custody(&desk, &accession)?;
    assert_eq!(custody["line"], "Author → Counsel → ? → the archive");
    assert_eq!(custody["gaps"], 1);
    Ok(())
}

#[test]
fn a_pin_to_a_mailbox_leads_to_every_message_in_it() -> TestResult {
    let desk = Desk::new()?;
    let mut mailbox = fs::File::create(desk.path("list.mbox"))?;
    for number in 1..=2_100 {
        let text = match number {
            2_050 => "the pier was closed by nobody but the tide".to_owned(),
            _ => format!("about the pier and the tide, part {number}"),
        };
        write!(
            mailbox,
            "From ann@x.example Mon Jul  3 10:00:00 2023\nFrom: ann@x.example\nTo: bob@x.example\nDate: Mon, 3 Jul 2023 10:00:00 +0000\nMessage-ID: <{number}@x.example>\n\n{text}\n\n"
        )?;
    }
    drop(mailbox);
    desk.run(&["ingest", "list.mbox"])?;
    let found: serde_json::Value = desk
        .run(&["--json", "find", "nobody but the tide"])?
        .json()?;
    let message = found["hits"][0]["item"]
        .as_str()
        .ok_or("not found")?
        .to_owned();
    let document = found["hits"][0]["document"]
        .as_str()
        .ok_or("no document")?
        .to_owned();
    let draft = |words: &str| -> TestResult<serde_json::Value> {
        let text = format!("Ann wrote: \u{201c}{words}\u{201d} [{document}].\n");
        fs::File::create(desk.path("draft.md"))?.write_all(text.as_bytes())?;
        let mut cited: serde_json::Value = desk.run(&["--json", "cite", "draft.md"])?.json()?;
        Ok(cited["quotations"][0].take())
    };
    let quoted = draft("the pier was closed by nobody but the tide")?;
    assert_eq!(quoted["verdict"], "exact", "{quoted:#}");
    assert_eq!(quoted["matches"][0]["item"], message.as_str());
    // The index has more messages with some of these words than it is asked for.
    let quoted = draft("the pier was opened by nobody but the tide")?;
    assert_eq!(quoted["verdict"], "altered", "{quoted:#}");
    assert_eq!(quoted["matches"][0]["item"], message.as_str());

    // An index that knows of other words for that message, as one who may write there could make it.
    let database = rusqlite::Connection::open(desk.path("archive/archive.sqlite"))?;
    let body = |from: &str, to: &str| {
        database.execute("UPDATE text SET body = replace(body, ?1, ?2)", [from, to])
    };
    let (genuine, hidden) = ("closed by nobody but the tide", "painted in a fair wind");
    assert!(body(genuine, hidden)? > 0);
    fs::remove_dir_all(desk.path("archive/search"))?;
    desk.run(&["find", "wind"])?;
    assert!(body(hidden, genuine)? > 0);
    let quoted = draft("the pier was closed by nobody but the tide")?;
    assert_eq!(quoted["verdict"], "exact", "{quoted:#}");
    assert_eq!(quoted["matches"][0]["item"], message.as_str());
    Ok(())
}

#[test]
fn a_draft_may_come_in_by_the_standard_input() -> TestResult {
    let desk = Desk::new()?;
    mail(
        &desk,
        "one",
        "ann@x.example",
        "bob@x.example",
        "Mon, 3 Jul 2023 10:00:00 +0000",
        "Nobody has inspected the pier since March.",
    )?;
    let mut child = desk
        .command(&["--json", "cite", "-", "-o", "sources.csl.json"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()?;
    let draft = "Ann wrote: \u{201c}Nobody has inspected the pier since March.\u{201d}\n";
    child
        .stdin
        .take()
        .ok_or("no input")?
        .write_all(draft.as_bytes())?;
    let output = child.wait_with_output()?;
    let cited: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(cited["quotations"][0]["verdict"], "exact", "{cited:#}");
    assert!(cited["draft"].get("name").is_none(), "{cited:#}");
    let sources: serde_json::Value =
        serde_json::from_slice(&fs::read(desk.path("sources.csl.json"))?)?;
    assert_eq!(sources[0]["author"][0]["literal"], "ann@x.example");
    Ok(())
}

#[test]
fn every_receipt_of_what_is_quoted_is_named_with_its_terms() -> TestResult {
    let desk = Desk::new()?;
    fs::File::create(desk.path("note.txt"))?
        .write_all(b"Nobody has inspected the pier since March.\n")?;
    fs::File::create(desk.path("copy.txt"))?
        .write_all(b"Nobody has inspected the pier since March.\n")?;
    desk.run(&["ingest", "note.txt", "--from", "Ann", "--part-of", "none"])?;
    let terms = ["--from", "Bob", "--terms", "not before May"];
    desk.run(&[["ingest", "copy.txt"].as_slice(), &terms].concat())?;
    fs::File::create(desk.path("draft.md"))?.write_all(
        "The note says \u{201c}nobody has inspected the pier since March.\u{201d}\n".as_bytes(),
    )?;
    let cited = desk.run(&["--json", "cite", "draft.md", "-o", "report.md"])?;
    let cited = cited.json()?;
    let found = &cited["quotations"][0]["matches"][0];
    let also = found["also"].as_array().ok_or("no other receipt")?;
    assert_eq!(also.len(), 1, "{found:#}");
    assert_eq!(also[0]["name"], "copy.txt");
    assert_eq!(also[0]["terms"], "not before May");
    assert!(
        also[0]["custody"]
            .as_str()
            .is_some_and(|it| it.contains("Bob"))
    );
    let report = fs::read_to_string(desk.path("report.md"))?;
    assert!(report.contains("Also received: a-"), "{report}");
    assert!(
        report.contains("on these terms: “not before May”"),
        "{report}"
    );
    assert!(!report.contains(", none,"), "{report}");
    Ok(())
}

#[test]
fn the_commands_that_the_demo_shows_can_be_typed_as_they_stand() -> TestResult {
    let folder = tempfile::tempdir()?;
    // A name that a shell would cut in two.
    let here = folder.path().join("my desk");
    fs::create_dir(&here)?;
    let demo = Command::new(env!("CARGO_BIN_EXE_fonds"))
        .current_dir(&here)
        .env_clear()
        .env("HOME", folder.path())
        .arg("demo")
        .output()?;
    let said = String::from_utf8(demo.stdout)?;
    let lines: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .collect();
    let exports: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| line.starts_with("export "))
        .collect();
    assert_eq!(exports.len(), 2, "{said}");
    let commands: Vec<&str> = lines
        .iter()
        .filter(|line| line.starts_with(env!("CARGO_BIN_EXE_fonds")))
        .filter_map(|line| {
            line.rsplit_once("  ")
                .map(|(command, _)| command.trim_end())
        })
        .collect();
    assert_eq!(commands.len(), 6, "{said}");
    let beside: Vec<Option<usize>> = lines
        .iter()
        .filter(|line| line.starts_with(env!("CARGO_BIN_EXE_fonds")))
        .map(|line| line.rfind("  "))
        .collect();
    assert!(beside.windows(2).all(|pair| pair[0] == pair[1]), "{said}");
    for command in commands {
        let run = Command::new("sh")
            .args(["-c", &format!("{}\n{command}", exports.join("\n"))])
            .current_dir(folder.path())
            .env_clear()
            .env("HOME", folder.path())
            .output()?;
        assert_eq!(
            run.status.code(),
            Some(0),
            "{command}: {}",
            String::from_utf8_lossy(&run.stderr)
        );
    }
    Ok(())
}

#[test]
fn the_messages_around_one_are_those_of_the_whole_conversation() -> TestResult {
    let desk = Desk::new()?;
    let mut mailbox = fs::File::create(desk.path("thread.mbox"))?;
    for number in 0..60 {
        // Some at the same minute, some without a date, some that begin the thread.
        let date = match number % 7 {
            0 => String::new(),
            day => format!(
                "Date: {}, {} Jul 2023 10:00:00 +0000\n",
                ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][(day + 1) % 7],
                3 + day
            ),
        };
        write!(
            mailbox,
            "From ann@x.example Mon Jul  3 10:00:00 2023\nFrom: ann@x.example\nTo: bob@x.example\n{date}Message-ID: <{number}@x.example>\nReferences: <root@x.example>\nSubject: thread\n\npart {number}\n\n"
        )?;
    }
    drop(mailbox);
    desk.run(&["ingest", "thread.mbox"])?;
    let export = concat!(env!("CARGO_MANIFEST_DIR"), "/archive/sources/x-export");
    desk.run(&["ingest", export])?;
    let archive = fonds::archive::Archive::open(&desk.path("archive"))?;
    let mut compared = 0;
    for card in archive.after(0, 1000)? {
        let Some(id) = &card.conversation else {
            continue;
        };
        let all: Vec<u64> = archive
            .conversation(id)?
            .iter()
            .map(|card| card.item)
            .collect();
        let here = all
            .iter()
            .position(|item| *item == card.item)
            .ok_or("it is in none")?;
        let from = here.saturating_sub(5);
        let wanted: Vec<u64> = all.into_iter().skip(from).take(here - from + 6).collect();
        let around: Vec<u64> = archive
            .around(id, &card, 5)?
            .iter()
            .map(|card| card.item)
            .collect();
        assert_eq!(around, wanted, "{card:?}");
        compared += usize::from(wanted.len() > 6);
    }
    assert!(compared > 60, "{compared}");
    Ok(())
}

#[test]
fn a_mailbox_names_the_first_of_its_messages_and_counts_all() -> TestResult {
    let desk = Desk::new()?;
    let mut mailbox = fs::File::create(desk.path("list.mbox"))?;
    for number in 0..1_100 {
        write!(
            mailbox,
            "From ann@x.example Mon Jul  3 10:00:00 2023\nFrom: ann@x.example\nMessage-ID: <{number}@x.example>\n\npart {number}\n\n"
        )?;
    }
    drop(mailbox);
    desk.run(&["ingest", "list.mbox"])?;
    let found: serde_json::Value = desk
        .run(&["--json", "find", "part", "--limit", "1"])?
        .json()?;
    let document = found["hits"][0]["document"].as_str().ok_or("no document")?;
    let shown: serde_json::Value = desk.run(&["--json", "show", document])?.json()?;
    assert_eq!(shown["holds_count"], 1_100);
    assert_eq!(shown["holds"].as_array().map(Vec::len), Some(1_000));
    let shown = desk.run(&["show", document])?;
    assert!(shown.out.contains(" and 1,088 more"));
    Ok(())
}

#[test]
fn a_report_of_provenance_names_the_domains_that_signed_a_mail() -> TestResult {
    let desk = Desk::new()?;
    // The second signature's tags are folded in the middle of a word, as RFC 6376 allows.
    let mail = "DKIM-Signature: v=1; d=first.example; s=a; b=xyz\r\nDKIM-Signature: v=1;\r\n s=b;\r\n d=second\r\n .example; b=xyz\r\nDKIM-Signature: d=first.example; s=c\r\nFrom: ann@x.example\r\nMessage-ID: <1@x.example>\r\n\r\nSigned twice.\r\n";
    fs::File::create(desk.path("signed.eml"))?.write_all(mail.as_bytes())?;
    desk.run(&["ingest", "signed.eml"])?;
    let found: serde_json::Value = desk.run(&["--json", "find", "signed twice"])?.json()?;
    for of in ["item", "document"] {
        let reference = found["hits"][0][of].as_str().ok_or("not found")?;
        let report = desk.run(&["provenance", reference])?.to_string();
        assert!(
            report.contains("DKIM signature of first.example and of second.example."),
            "{of}: {report}"
        );
    }
    Ok(())
}

#[test]
fn the_same_bytes_from_a_second_hand_are_shown_with_what_was_said_of_them() -> TestResult {
    let desk = Desk::new()?;
    for (name, from, terms) in [
        ("a.txt", "Source One", "on the record"),
        ("b.txt", "Source Two", "off the record"),
    ] {
        fs::File::create(desk.path(name))?.write_all(b"The harbor was never safe.\n")?;
        desk.run(&["ingest", name, "--from", from, "--terms", terms])?;
    }
    let found: serde_json::Value = desk.run(&["find", "harbor", "--json"])?.json()?;
    let document = found["hits"][0]["document"].as_str().ok_or("no document")?;
    let shown = desk.run(&["show", document])?.to_string();
    assert!(shown.contains("Source One → the archive"), "{shown}");
    assert!(
        shown.contains("as b.txt: Source Two → the archive; terms: off the record"),
        "{shown}"
    );
    Ok(())
}

#[test]
fn what_could_not_be_read_is_said_by_whoever_looks_for_words() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("note.txt"), "The truck is on the pier.\n")?;
    let messages = "window.YTD.direct_messages.part0 = [ {\n  \"dmConvers";
    fs::write(desk.path("direct-messages.js"), messages)?;
    let long = "The needle is under the third plank.\n".repeat(1_900_000);
    fs::write(desk.path("long.txt"), long)?;
    let came = desk
        .run(&["ingest", "note.txt", "direct-messages.js", "long.txt"])?
        .to_string();
    let stored = came.split_once("stored as ").ok_or("no document")?.1;
    let broken = stored.split(')').next().unwrap_or_default();
    let shown = desk.run(&["show", broken])?.to_string();
    assert!(
        shown.contains("it is not a complete part of an X archive")
            && shown.ends_with("\nstored, not searchable\n"),
        "{shown}"
    );
    fs::write(
        desk.path("draft.md"),
        "It said \"The needle is under the third plank.\"\n",
    )?;
    let said = "2 documents could not be read, or not to the end";
    for asked in [
        ["find", "needle"].as_slice(),
        &["status"],
        &["doctor"],
        &["cite", "draft.md"],
    ] {
        let shown = desk.run(asked)?.to_string();
        assert!(shown.contains(said), "{asked:?}: {shown}");
    }
    desk.run(&["cite", "draft.md", "-o", "report.html"])?;
    let report = fs::read_to_string(desk.path("report.html"))?;
    assert!(
        report.contains("these were all that could be read"),
        "{report}"
    );
    let cited = desk.run(&["cite", "draft.md", "--json"])?.json()?;
    assert_eq!(cited["quotations"][0]["verdict"], "not-found");
    assert_eq!(cited["gone_through"]["not_read"], 2, "{cited}");
    assert_eq!(
        desk.run(&["find", "truck", "--json"])?.json()?["not_read"],
        2
    );
    // Brought in again from somebody else they are the same two.
    desk.run(&["ingest", "long.txt", "--from", "Somebody else"])?;
    assert_eq!(desk.run(&["status", "--json"])?.json()?["not_read"], 2);
    Ok(())
}

#[test]
fn mail_without_any_id_is_mail_and_each_a_thread_of_its_own() -> TestResult {
    let desk = Desk::new()?;
    for (name, text) in [("one", "The first draft."), ("two", "The second draft.")] {
        let mail = format!(
            "From: ann@x.example\r\nTo: bob@x.example\r\nDate: Mon, 3 Jul 2023 10:00:00 +0000\r\n\r\n{text}\r\n"
        );
        fs::write(desk.path(&format!("{name}.eml")), mail)?;
        desk.run(&["ingest", &format!("{name}.eml")])?;
    }
    for kind in ["mail", "message"] {
        let found = desk
            .run(&["find", "draft", "--kind", kind, "--json"])?
            .json()?;
        assert_eq!(found["total"], 2, "{kind}: {found}");
    }
    let found = desk.run(&["find", "second", "--json"])?.json()?;
    let item = found["hits"][0]["item"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let thread = desk.run(&["show", &item, "--thread", "--json"])?.json()?;
    assert_eq!(thread["total"], 1, "{thread}");
    Ok(())
}

#[test]
fn an_x_archive_of_which_parts_are_missing_or_broken_says_so() -> TestResult {
    let desk = Desk::new()?;
    let whole = r#"window.__THAR_CONFIG = {"dataTypes":{
        "account":{"files":[{"fileName":"data/account.js","count":"1"}]},
        "directMessages":{"files":[{"fileName":"data/direct-messages.js","count":"3"}]},
        "tweets":{"files":[{"fileName":"data/tweets.js","count":"5"}]},
        "like":{"files":[{"fileName":"data/like.js","count":"5"}]}}}"#;
    let account = r#"window.YTD.account.part0 = [{"account":{"accountId":"1"}}]"#;
    let broken = "window.YTD.direct_messages.part0 = [ {}, {\"dmCon";
    for (folder, manifest, account) in [
        ("whole", whole, account),
        ("cut", &whole[..100], &account[..35]),
    ] {
        fs::create_dir(desk.path(folder))?;
        let write = |name: &str, text: &str| fs::write(desk.path(folder).join(name), text);
        write("manifest.js", manifest)?;
        write("account.js", account)?;
        write("direct-messages.js", broken)?;
    }
    let ran = desk.run(&["ingest", "whole", "--json"])?;
    let told = ran.json()?.to_string();
    assert!(
        told.contains("manifest.js names tweets.js with 5 entries, which is not here"),
        "{told}"
    );
    assert!(
        !told.contains("like.js") && !told.contains("names account.js"),
        "{told}"
    );
    assert!(
        told.contains("manifest.js says that direct-messages.js holds 3 entries; it holds 1"),
        "{told}"
    );
    let ran = desk.run(&["ingest", "cut"])?;
    assert_eq!(ran.code, Some(3), "{ran}");
    for said in [
        "which files the archive should hold",
        "which account exported the archive is not",
    ] {
        assert!(ran.to_string().contains(said), "{said}: {ran}");
    }
    Ok(())
}

#[test]
fn a_body_that_begins_with_two_odd_bytes_is_no_utf_16() -> TestResult {
    let desk = Desk::new()?;
    let head =
        b"From: ann@x.example\r\nTo: bob@x.example\r\nDate: Mon, 3 Jul 2023 10:00:00 +0000\r\n\r\n";
    let mail = [
        head.as_slice(),
        b"\xff\xfe",
        b"The ledger lies in the boat.\r\n",
    ]
    .concat();
    fs::write(desk.path("odd.eml"), mail)?;
    let wide: Vec<u8> = "\u{feff}The winch is broken.\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(desk.path("wide.eml"), [head.as_slice(), &wide].concat())?;
    desk.run(&["ingest", "odd.eml", "wide.eml"])?;
    for word in ["ledger", "winch"] {
        let found = desk.run(&["find", word, "--json"])?.json()?;
        assert_eq!(found["total"], 1, "{word}: {found}");
    }
    Ok(())
}

#[test]
fn a_rehearsal_counts_what_is_not_searchable_as_the_run_does() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("scan.bin"), b"\x00\x01\x02\x03 no text \x00\x04")?;
    desk.run(&["ingest", "scan.bin", "--from", "Ann"])?;
    let args = ["ingest", "scan.bin", "--from", "Bob", "--json"];
    let rehearsed = desk
        .run(&[args.as_slice(), &["--dry-run"]].concat())?
        .json()?;
    let ran = desk.run(&args)?.json()?;
    assert_eq!(rehearsed["not_searchable"], ran["not_searchable"]);
    assert_eq!(ran["not_searchable"], 0);
    Ok(())
}

#[test]
fn what_is_odd_about_the_time_of_a_mail_is_said() -> TestResult {
    let desk = Desk::new()?;
    for (number, (date, said, since)) in [
        (
            "Tue, 04 May 2021 09:12:00 +9999",
            "the zone +9999, which no clock has",
            1,
        ),
        (
            "Mon, 4 May 2021 09:12:00 +0000",
            "the weekday of its Date header does not fit",
            1,
        ),
        (
            "Tue, 4 May 2021 09:12:60 +0000",
            "the second 60, a leap second",
            1,
        ),
        (
            "Mon, 1 Jan 0001 00:00:00 +0000",
            "a time before there was mail",
            0,
        ),
        (
            "1 Jan 0000 00:00:00 +0000",
            "a time before there was mail",
            0,
        ),
        ("2021-05-04T09:12:00Z", "written as in ISO 8601", 1),
        ("Tue, 4 May 2021 09:12:00", "does not say a zone", 1),
    ]
    .into_iter()
    .enumerate()
    {
        let mail = format!(
            "From: ann@x.example\r\nTo: bob@x.example\r\nDate: {date}\r\n\r\nWord{number} of it.\r\n"
        );
        let name = format!("{number}.eml");
        fs::write(desk.path(&name), mail)?;
        desk.run(&["ingest", &name])?;
        let word = format!("word{number}");
        let found = desk
            .run(&["find", &word, "--since", "2021-05-03", "--json"])?
            .json()?;
        assert_eq!(found["total"], since, "{date}: {found}");
        let found = desk.run(&["find", &word, "--json"])?.json()?;
        let item = found["hits"][0]["item"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let shown = desk.run(&["show", &item])?.to_string();
        assert!(shown.contains(said), "{date}: {shown}");
        let odd = shown.matches("Date header").count();
        assert_eq!(odd, 1, "{date}: {shown}");
    }
    Ok(())
}
