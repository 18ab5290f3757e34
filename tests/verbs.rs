//! Each verb as its user meets it: what it answers, what it says beside the answer, and its exit status.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write what is brought in, and edit what anybody may edit"
)]

#[path = "support/desk.rs"]
mod desk;

use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;
use std::time::Instant;

use desk::Desk;
use desk::TestResult;
use serde_json::Value;
use serde_json::json;

/// The number of entries in the ledger.
fn entries(desk: &Desk) -> TestResult<u64> {
    let log = desk.run(&["log", "--json"])?.json()?;
    Ok(log["total"].as_u64().ok_or("no total")?)
}

/// A desk with one letter in it, of which nothing is said, and the accession's reference.
fn letter() -> TestResult<(Desk, String)> {
    let desk = Desk::new()?;
    fs::write(desk.path("letter.txt"), "The harbor was never safe.\n")?;
    let ingested = desk.run(&["ingest", "letter.txt", "--json"])?.json()?;
    let accession = ingested["accession"].as_str().ok_or("no accession")?;
    Ok((desk, accession.to_owned()))
}

fn document(desk: &Desk) -> TestResult<String> {
    let found = desk.run(&["find", "harbor", "--json"])?.json()?;
    let document = found["hits"][0]["document"].as_str();
    Ok(document.ok_or("not found")?.to_owned())
}

#[test]
fn the_same_bytes_from_a_second_hand_are_named_wherever_their_way_is_shown() -> TestResult {
    let desk = Desk::new()?;
    for (name, from, terms) in [
        ("a.txt", "Source One", "on the record"),
        ("b.txt", "Source Two", "off the record"),
    ] {
        fs::write(desk.path(name), "The harbor was never safe.\n")?;
        desk.run(&["ingest", name, "--from", from, "--terms", terms])?;
    }
    let document = document(&desk)?;
    let custody = desk.run(&["custody", &document])?.out;
    for said in [
        "Source One gave it to the archive",
        "as b.txt; terms: off the record",
        "Source Two gave it to the archive",
    ] {
        assert!(custody.contains(said), "{said}: {custody}");
    }
    let custody = desk.run(&["custody", &document, "--json"])?.json()?;
    assert_eq!(custody["line"], "Source One → the archive");
    assert_eq!(custody["also"][0]["terms"], "off the record");
    assert_eq!(
        custody["also"][0]["custody"]["steps"][0]["from"][0]["name"],
        "Source Two"
    );

    let log = desk.run(&["log", &document])?.out;
    for said in ["from Source One", "from Source Two"] {
        assert!(log.contains(said), "{said}: {log}");
    }

    let report = desk.run(&["provenance", &document])?.out;
    for said in [
        "on the record",
        "As stated when the same bytes came in again",
        "off the record",
        "Source Two gave it to the archive",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
    let report = desk.run(&["provenance", &document, "--json"])?.json()?;
    assert_eq!(
        report["items"][0]["also"][0]["custody_line"],
        "Source Two → the archive"
    );
    Ok(())
}

#[test]
fn what_names_nobody_and_nothing_is_refused_and_nothing_is_recorded() -> TestResult {
    let (desk, accession) = letter()?;
    desk.run(&["people", "add", "Nora Halloran", "--kind", "person"])?;
    let before = entries(&desk)?;
    let after_nothing = "12 hours after m-zzzz";
    for args in [
        &["people", "merge", "Nora Halloran", "Nobody"][..],
        &["people", "merge", "Nobody", "Nora Halloran"],
        &[
            "custody",
            "add",
            &accession,
            "--from",
            "New",
            "--when",
            after_nothing,
        ],
        &[
            "attribute",
            &accession,
            "--from",
            "New",
            "--when",
            after_nothing,
        ],
        &["attribute", "m-zzzz", "--from", "New"],
        &[
            "ingest",
            "letter.txt",
            "--from",
            "New",
            "--received",
            after_nothing,
        ],
    ] {
        let ran = desk.run(args)?;
        assert_eq!(ran.code, Some(4), "{args:?}: {ran}{}", ran.told);
        for said in ["error: ", "nothing was changed", "try: "] {
            assert!(ran.told.contains(said), "{args:?}: {}", ran.told);
        }
        assert!(!ran.told.contains("Named "), "{args:?}: {}", ran.told);
        assert_eq!(entries(&desk)?, before, "{args:?}");
    }
    Ok(())
}

#[test]
fn json_may_stand_before_and_after_every_act() -> TestResult {
    let (desk, accession) = letter()?;
    for (args, schema) in [
        (
            &["people", "--json", "add", "Ann"][..],
            "fonds/people-add/1",
        ),
        (&["people", "add", "Bob", "--json"], "fonds/people-add/1"),
        (&["--json", "people", "add", "Cy"], "fonds/people-add/1"),
        (&["people", "--json", "list"], "fonds/people/1"),
        (&["people", "--json"], "fonds/people/1"),
        (&["people", "--json", "show", "Ann"], "fonds/person/1"),
        (
            &["people", "--json", "merge", "Ann", "Bob"],
            "fonds/people-merge/1",
        ),
        (
            &["people", "--json", "split", "Bob"],
            "fonds/people-split/1",
        ),
        (
            &["custody", "--json", "add", &accession, "--from", "Ann"],
            "fonds/custody-add/1",
        ),
        (&["custody", "--json", &accession], "fonds/custody/1"),
        (
            &["custody", "--json", "show", &accession],
            "fonds/custody/1",
        ),
        (
            &["custody", "show", &accession, "--json"],
            "fonds/custody/1",
        ),
    ] {
        let ran = desk.run(args)?;
        assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.told);
        assert_eq!(ran.json()?["schema"], schema, "{args:?}");
    }
    let shown = desk.run(&["custody", "show", &accession])?;
    assert_eq!(shown.out, desk.run(&["custody", &accession])?.out);
    let misplaced = desk.run(&["custody", &accession, "add", "--from", "Ann"])?;
    assert_eq!(misplaced.code, Some(2), "{misplaced}");
    Ok(())
}

#[test]
fn where_there_is_no_archive_every_verb_says_so_and_what_to_do() -> TestResult {
    let desk = Desk::new()?;
    for verb in [
        &["status"][..],
        &["log"],
        &["people"],
        &["find", "harbor"],
        &["show", "m-7kq2"],
        &["custody", "m-7kq2"],
        &["timeline"],
        &["verify"],
        &["provenance", "--all"],
        &["attribute", "m-7kq2", "--from", "Ann"],
        &["ingest", "."],
    ] {
        let args = [&["-C", "nowhere"], verb].concat();
        let ran = desk.run(&args)?;
        assert_eq!(ran.code, Some(10), "{args:?}: {}", ran.told);
        assert!(ran.told.contains("no archive in nowhere"), "{}", ran.told);
        assert!(ran.told.contains("try: fonds -C DIR VERB"), "{}", ran.told);
        let ran = desk.run(&[&args[..], &["--json"]].concat())?;
        let error: Value = serde_json::from_str(&ran.told)?;
        assert_eq!(error["code"], 10, "{args:?}");
    }
    assert!(!desk.path("nowhere").exists());
    Ok(())
}

#[test]
fn what_a_missing_pack_held_is_named_and_the_rest_is_found() -> TestResult {
    let desk = Desk::new()?;
    let long = format!(
        "The harbor was never safe. {}\n",
        "Who pays? ".repeat(3_000)
    );
    fs::write(desk.path("long.html"), format!("<p>{long}</p>"))?;
    desk.run(&["ingest", "long.html"])?;
    fs::write(desk.path("short.txt"), "The harbor is closed.\n")?;
    desk.run(&["ingest", "short.txt"])?;
    let whole = desk.run(&["find", "harbor", "--json"])?.json()?;
    assert_eq!(whole["total"], 2);
    assert_eq!(whole["unread"], json!([]));
    fs::remove_file(desk.path("archive/packs/000001.zip"))?;

    let ran = desk.run(&["find", "harbor"])?;
    assert_eq!(ran.code, Some(3), "{ran}{}", ran.told);
    assert!(ran.out.contains("2 of 2."), "{ran}");
    assert!(ran.out.contains("1 text could not be read"), "{ran}");
    let ran = desk.run(&["find", "harbor", "--json"])?;
    assert_eq!(ran.code, Some(3), "{}", ran.told);
    assert_eq!(ran.json()?["unread_count"], 1);

    // An index that is made anew knows the others, and the answer says which text it could not read.
    fs::remove_dir_all(desk.path("archive/search"))?;
    let ran = desk.run(&["find", "harbor", "--json"])?;
    assert_eq!(ran.code, Some(3), "{}", ran.told);
    let found = ran.json()?;
    assert_eq!(found["total"], 1);
    assert_eq!(found["unread_count"], 1);
    assert!(ran.told.is_empty(), "{}", ran.told);
    Ok(())
}

#[test]
fn beside_an_answer_in_json_nothing_plain_is_said() -> TestResult {
    let (desk, _) = letter()?;
    let settings = desk.path("archive/fonds.toml");
    let text = fs::read_to_string(&settings)?;
    fs::write(&settings, format!("{text}timezone = \"Mars\"\n"))?;
    fs::remove_dir_all(desk.path("archive/search"))?;
    fs::write(desk.path("archive/search"), "a file where a folder belongs")?;
    let ran = desk.run(&["status", "--json"])?;
    assert_eq!(ran.code, Some(0), "{}", ran.told);
    let both = [ran, desk.run(&["timeline", "harbor", "--json"])?];
    for ran in both {
        assert!(!ran.told.is_empty());
        for line in ran.told.lines() {
            let said: Value = serde_json::from_str(line).map_err(|_| line)?;
            let schema = said["schema"].as_str().unwrap_or_default();
            assert!(
                ["fonds/notice/1", "fonds/error/1"].contains(&schema),
                "{line}"
            );
        }
    }
    let plain = desk.run(&["status"])?;
    assert!(
        plain.told.contains("timezone in fonds.toml means nothing"),
        "{}",
        plain.told
    );
    assert_eq!(plain.told.lines().count(), 1, "{}", plain.told);
    Ok(())
}

#[test]
fn what_an_earlier_holder_gave_to_another_is_a_branch_and_no_contradiction() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("letter.txt"), "The harbor was never safe.\n")?;
    let given = [
        "ingest",
        "letter.txt",
        "--from",
        "Counsel",
        "--received",
        "2026-08-14",
    ];
    desk.run(&given)?;
    let document = document(&desk)?;
    for (from, to, when) in [
        ("Author", "Counsel", "2026-08-01"),
        ("Author", "Press", "2026-09-01"),
        ("Press", "Printer", "2026-09-02"),
    ] {
        desk.run(&[
            "custody", "add", &document, "--from", from, "--to", to, "--when", when,
        ])?;
    }
    let custody = desk.run(&["custody", &document, "--json"])?.json()?;
    let branches: Vec<&Value> = custody["steps"]
        .as_array()
        .ok_or("no steps")?
        .iter()
        .map(|step| &step["branch"])
        .collect();
    assert_eq!(branches, [false, true, true, false, false], "{custody:#}");
    assert_eq!(custody["impossible"], json!([]));
    assert_eq!(custody["gaps"], 0);
    let shown = desk.run(&["custody", &document])?.out;
    assert_eq!(shown.matches("beside the way").count(), 2, "{shown}");
    Ok(())
}

#[test]
fn a_merge_is_seen_in_what_is_shown_of_those_merged() -> TestResult {
    let desk = Desk::new()?;
    for name in ["Ann", "A. Smith"] {
        desk.run(&["people", "add", name, "--kind", "person"])?;
    }
    let ann = desk.run(&["people", "--json"])?.json()?["agents"][0]["agent"].clone();
    let ann = ann.as_str().ok_or("no agent")?;
    desk.run(&["people", "merge", "Ann", "A. Smith", "--basis", "her word"])?;
    desk.run(&["people", "split", "A. Smith", "--reason", "a namesake"])?;
    for args in [["people", "show", "A. Smith"], ["people", "show", ann]] {
        let shown = desk.run(&args)?.out;
        assert!(
            shown.contains("is Ann, because: her word"),
            "{args:?}: {shown}"
        );
        assert!(shown.contains("because: a namesake"), "{args:?}: {shown}");
    }
    let log = desk.run(&["log", ann])?.out;
    assert!(log.contains("is Ann, because: her word"), "{log}");
    Ok(())
}

/// A mailbox of so many letters in one thread, the last of them without a date.
fn thread(desk: &Desk, count: usize) -> TestResult<Value> {
    let mut mailbox = String::new();
    for number in 1..=count {
        let date = if number == count {
            String::new()
        } else {
            format!("Date: Mon, 3 Jul 2023 10:{:02}:00 +0000\n", number % 60)
        };
        write!(
            mailbox,
            "From ann@x.example Mon Jul  3 10:00:00 2023\nFrom: ann@x.example\nTo: bob@x.example\n{date}Message-ID: <{number}@x.example>\nReferences: <root@x.example>\n\n\npart {number}\nand its end\n\n"
        )?;
    }
    fs::write(desk.path("thread.mbox"), mailbox)?;
    desk.run(&["ingest", "thread.mbox"])?;
    let found = desk.run(&["find", &format!("\"part {}\"", count / 2), "--json"])?;
    Ok(found.json()?["hits"][0]["item"].clone())
}

#[test]
fn a_conversation_is_shown_around_the_message_asked_for() -> TestResult {
    let desk = Desk::new()?;
    let item = thread(&desk, 30)?;
    let item = item.as_str().ok_or("not found")?;
    let shown = desk
        .run(&["show", item, "--thread", "--limit", "5", "--json"])?
        .json()?;
    assert_eq!(shown["total"], 30);
    let items: Vec<&str> = shown["messages"]
        .as_array()
        .ok_or("no messages")?
        .iter()
        .filter_map(|message| message["item"].as_str())
        .collect();
    assert_eq!(items.len(), 5);
    assert_eq!(items[2], item);
    let shown = desk.run(&["show", item, "--thread", "--limit", "5"])?.out;
    assert!(shown.starts_with("5 of 30 messages"), "{shown}");
    let shown = desk.run(&["show", item, "--thread"])?.out;
    assert!(shown.starts_with("30 messages\n"), "{shown}");
    // Whoever is on record is named as in every other answer.
    assert!(shown.contains("  ann@x.example\n"), "{shown}");
    let ann = ["people", "add", "Ann Lind", "--kind", "person"];
    desk.run(&[&ann[..], &["--account", "mail:ann@x.example"]].concat())?;
    let shown = desk.run(&["show", item, "--thread"])?.out;
    assert!(shown.contains("  Ann Lind\n"), "{shown}");
    // The mailbox has no text of its own, and is not said to be unreadable.
    let one = desk.run(&["show", item, "--json"])?.json()?;
    let mailbox = one["document"].as_str().ok_or("no document")?;
    let ran = desk.run(&["show", mailbox, "--text"])?;
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.told.contains("it holds other items"), "{ran}");
    assert!(!ran.told.contains("not searchable"), "{ran}");
    Ok(())
}

#[test]
fn a_timeline_says_what_has_no_time_and_its_table_has_the_whole_text() -> TestResult {
    let desk = Desk::new()?;
    thread(&desk, 4)?;
    let all = desk.run(&["timeline", "--json"])?.json()?;
    assert_eq!(all["rows"].as_array().map(Vec::len), Some(4));
    let since = ["timeline", "--since", "2023-07-01"];
    let dated = desk.run(&[&since[..], &["--json"]].concat())?.json()?;
    assert_eq!(dated["rows"].as_array().map(Vec::len), Some(3));
    let said = desk.run(&since)?.out;
    assert!(said.contains("1 message is without a known time"), "{said}");
    let table = desk.run(&["timeline", "--format", "csv"])?.out;
    assert_eq!(table.matches("and its end").count(), 4, "{table}");
    let page = desk.run(&["timeline", "--format", "html"])?.out;
    assert!(
        page.contains("<title>Who wrote to whom, in the archive Harbor</title>"),
        "{page}"
    );
    assert!(
        page.contains("email") && !page.contains("mail-mail"),
        "{page}"
    );
    Ok(())
}

#[test]
fn kinds_are_told_in_words_and_kept_as_they_are_in_json() -> TestResult {
    let desk = Desk::new()?;
    let item = thread(&desk, 2)?;
    let item = item.as_str().ok_or("not found")?;
    for args in [["find", "part", "--no-index"], ["show", item, "--no-input"]] {
        let ran = desk.run(&args)?;
        assert!(ran.out.contains("email"), "{ran}");
        assert!(!ran.out.contains("mail-mail"), "{ran}");
    }
    let shown = desk.run(&["show", item, "--json"])?.json()?;
    assert_eq!(shown["kind"], "mail-mail");
    Ok(())
}

#[test]
fn who_is_not_named_at_work_is_told_that_what_is_recorded_says_nobody() -> TestResult {
    let (desk, accession) = letter()?;
    let told = "recorded without saying by whom";
    for args in [
        &["people", "add", "Ann"][..],
        &["custody", "add", &accession, "--from", "Ann"],
        &["attribute", &accession, "--from", "Ann"],
        &["ingest", "letter.txt", "--from", "Bob"],
    ] {
        let nameless = desk.command(args).env_remove("FONDS_BY").output()?;
        assert_eq!(nameless.status.code(), Some(0));
        let said = String::from_utf8(nameless.stderr)?;
        assert!(said.contains(told), "{args:?}: {said}");
    }
    let named = desk.run(&["people", "add", "Cy"])?;
    assert!(!named.told.contains(told), "{}", named.told);
    Ok(())
}

#[test]
fn without_a_home_folder_it_is_said_what_is_missing() -> TestResult {
    let desk = Desk::new()?;
    let ran = desk
        .command(&["status"])
        .env_remove("FONDS_USER")
        .output()?;
    assert_eq!(ran.status.code(), Some(2));
    let said = String::from_utf8(ran.stderr)?;
    assert!(said.contains("HOME is not set"), "{said}");
    assert!(said.contains("try: set HOME, or FONDS_USER"), "{said}");
    Ok(())
}

#[test]
fn colour_is_there_when_it_is_wanted_only() -> TestResult {
    let desk = Desk::new()?;
    for (color, colours) in [("always", true), ("never", false), ("auto", false)] {
        let ran = desk.run(&["show", "m-7kq2", "--color", color])?;
        assert_eq!(
            ran.told.contains('\u{1b}'),
            colours,
            "{color}: {:?}",
            ran.told
        );
    }
    Ok(())
}

#[test]
#[cfg(target_os = "linux")]
fn an_ingest_that_is_stopped_says_what_is_kept_and_goes_on_when_it_is_run_again() -> TestResult {
    let desk = Desk::new()?;
    for (json, said) in [
        (false, "the same command again: it goes on where it stopped"),
        (true, "\"code\":130"),
    ] {
        let mut command = desk.command(&["ingest", "-"]);
        if json {
            command.arg("--json");
        }
        let mut ingest = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let status = format!("/proc/{}/status", ingest.id());
        let begun = Instant::now();
        // It hears of the interrupt once its own thread no longer does.
        let listens = || -> TestResult<bool> {
            let text = fs::read_to_string(&status)?;
            let blocked = text.lines().find_map(|line| line.strip_prefix("SigBlk:"));
            Ok(u64::from_str_radix(blocked.unwrap_or("0").trim(), 16)? & 2 != 0)
        };
        while !listens()? {
            assert!(begun.elapsed() < Duration::from_mins(1), "it never listens");
            sleep(Duration::from_millis(10));
        }
        let interrupted = std::process::Command::new("sh")
            .args(["-c", &format!("kill -INT {}", ingest.id())])
            .status()?;
        assert!(interrupted.success());
        let held_open = ingest.stdin.take();
        let ended = ingest.wait_with_output()?;
        drop(held_open);
        let told = String::from_utf8(ended.stderr)?;
        assert_eq!(ended.status.code(), Some(130), "{told}");
        assert!(told.contains("stopped by you"), "{told}");
        assert!(told.contains(said), "{told}");
    }
    fs::write(desk.path("letter.txt"), "The harbor was never safe.\n")?;
    let again = desk.run(&["ingest", "letter.txt"])?;
    assert_eq!(again.code, Some(0), "{}", again.told);
    let verified = desk.run(&["verify"])?;
    assert_eq!(verified.code, Some(0), "{verified}{}", verified.told);
    Ok(())
}

#[test]
fn what_is_no_finding_is_counted_where_it_is_not_all_shown() -> TestResult {
    let desk = Desk::new()?;
    for number in 0..60 {
        let left = format!("archive/blobs/.tmp-{number}");
        fs::write(desk.path(&left), "")?;
    }
    let text = desk.run(&["verify"])?.out;
    assert_eq!(text.matches("(not a finding)").count(), 50, "{text}");
    assert!(
        text.contains("(not findings) and 10 more (--json lists them)"),
        "{text}"
    );
    Ok(())
}

#[test]
fn a_misspelt_act_of_cite_is_not_taken_for_a_draft() -> TestResult {
    let (desk, _) = letter()?;
    for (typed, act) in [
        (&["corect", "--before", "a", "--after", "b"][..], "correct"),
        (&["version"][..], "versions"),
        (&["publish", "draft.md"][..], "publish-version"),
        (&["compair", "14"][..], "compare"),
        (&["Mark", "draft.md", "Q1", "stet"][..], "mark"),
    ] {
        let ran = desk.run(&[&["cite"], typed].concat())?;
        assert_eq!(ran.code, Some(2), "{}", ran.told);
        let said = format!(
            "{}: no such file, and no act of cite; did you mean {act}?",
            typed[0]
        );
        assert!(ran.told.contains(&said), "{typed:?}: {}", ran.told);
        let ran = desk.run(&[&["cite", "--json"], typed].concat())?;
        assert_eq!(ran.code, Some(2), "{}", ran.told);
    }
    // A file of that name is a draft, and a name that is near to nothing is a file that is not there.
    fs::write(desk.path("corect"), "Nobody was told.\n")?;
    assert_eq!(desk.run(&["cite", "corect"])?.code, Some(0));
    let ran = desk.run(&["cite", "corect", "--before", "a"])?;
    assert!(ran.told.contains("unexpected argument"), "{}", ran.told);
    for typed in ["ferry", "correct.md"] {
        let ran = desk.run(&["cite", typed])?;
        assert!(!ran.told.contains("no act of cite"), "{}", ran.told);
    }
    let ran = desk.run(&["cite", "correct", "--befor", "a"])?;
    assert!(ran.told.contains("--before"), "{}", ran.told);
    Ok(())
}

#[test]
fn an_option_that_there_is_none_of_leads_to_the_help_of_its_verb() -> TestResult {
    let desk = Desk::new()?;
    for (typed, help) in [
        (
            &["timeline", "--between", "a"][..],
            "try: fonds help timeline\n",
        ),
        (
            &["custody", "add", "a-1", "--kind", "a"],
            "try: fonds help custody add\n",
        ),
    ] {
        let ran = desk.run(typed)?;
        assert_eq!(ran.code, Some(2), "{}", ran.told);
        assert!(ran.told.ends_with(help), "{}", ran.told);
    }
    Ok(())
}

#[test]
fn of_an_archive_that_cannot_be_opened_nothing_is_said_to_be_counted() -> TestResult {
    let (desk, _) = letter()?;
    fs::write(desk.path("archive/archive.sqlite"), "x".repeat(4000))?;
    let ran = desk.run(&["verify"])?;
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.out.starts_with("Nothing was counted"), "{ran}");
    let found = desk.run(&["verify", "--json"])?.json()?;
    assert_eq!(found["origin"], Value::Null);
    Ok(())
}

#[test]
fn an_older_copy_is_not_told_to_go_on() -> TestResult {
    let (desk, _) = letter()?;
    let copied = std::process::Command::new("cp")
        .args(["-r", "archive", "newer"])
        .current_dir(desk.path(""))
        .status()?;
    assert!(copied.success());
    fs::write(desk.path("more.txt"), "More of it.")?;
    let newer = desk.path("newer");
    let newer = newer.to_str().ok_or("a path")?;
    let ran = desk.run(&["-C", newer, "ingest", "more.txt"])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    for verb in ["status", "doctor"] {
        let said = desk.run(&[verb])?.out;
        assert!(said.contains("fonds doctor --restore LOG"), "{said}");
        assert!(!said.contains("Next: fonds ingest"), "{said}");
    }
    let refused = desk.run(&["ingest", "more.txt"])?;
    assert_eq!(refused.code, Some(2), "{refused}");
    Ok(())
}
