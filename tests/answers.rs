//! What answers say to somebody who asks them for the first time: no more goes out than was asked for, what one person
//! says stands beside what another said, and what was not found or not understood is said to be so.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write what is brought in, and damage archives"
)]

#[path = "support/desk.rs"]
mod desk;

use std::fmt::Write as _;
use std::fs;

use desk::Desk;
use desk::TestResult;
use serde_json::Value;

/// A desk with a letter of three lines in it, the second of them blank, given by nobody in particular.
fn letter(given: &[&str]) -> TestResult<(Desk, String, String)> {
    let desk = Desk::new()?;
    fs::write(
        desk.path("letter.txt"),
        "Gullmar pays the pilot.\n\nThe harbor was never safe.\n",
    )?;
    let ingested = [&["ingest", "letter.txt", "--json"], given].concat();
    let accession = text(&desk.run(&ingested)?.json()?["accession"])?;
    let found = desk.run(&["find", "harbor", "--json"])?.json()?;
    let document = text(&found["hits"][0]["document"])?;
    Ok((desk, accession, document))
}

fn text(value: &Value) -> TestResult<String> {
    Ok(value.as_str().ok_or("no text")?.to_owned())
}

/// A desk with one mail in it.
fn mail() -> TestResult<(Desk, String)> {
    let desk = Desk::new()?;
    fs::write(
        desk.path("one.eml"),
        "From: Joe Pike <joe@perches.example>\nTo: ida@perches.example\nDate: Tue, 17 Nov 2009 10:00:00 +0000\n\
         Subject: Harbor\nMessage-ID: <1@perches.example>\n\nThe harbor was never safe, the deal closes.\n",
    )?;
    desk.run(&["ingest", "one.eml"])?;
    let found = desk.run(&["find", "harbor", "--json"])?.json()?;
    let message = text(&found["hits"][0]["item"])?;
    Ok((desk, message))
}

#[test]
fn blank_lines_that_are_asked_for_bring_no_other_line_along() -> TestResult {
    let (desk, _, document) = letter(&[])?;
    let publish = |lines| {
        desk.run(&[
            "publish",
            &document,
            "--passage",
            lines,
            "--yes",
            "-o",
            "page.html",
        ])
    };
    let ran = publish("2-2")?;
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.told.contains("line 2 is blank"), "{}", ran.told);
    assert!(!desk.path("page.html").exists());
    let ran = publish("2-3")?;
    assert_eq!(ran.code, Some(0), "{}", ran.told);
    for file in ["page.html", "page.proof.json"] {
        let file = fs::read_to_string(desk.path(file))?;
        assert!(file.contains("never safe"));
        assert!(!file.contains("Gullmar"));
    }
    Ok(())
}

#[test]
fn whom_somebody_names_as_its_maker_stands_beside_what_a_message_says() -> TestResult {
    let (desk, message) = mail()?;
    desk.run(&["attribute", &message, "--role", "creator", "--who", "K"])?;
    for verb in ["custody", "provenance"] {
        let shown = desk.run(&[verb, &message])?.out;
        let wrote = shown.find("Joe Pike wrote it").ok_or(verb)?;
        let made = shown.find("K made it, as was said later").ok_or(verb)?;
        assert!(wrote < made, "{shown}");
        assert!(shown.contains("17 Nov 2009"), "{shown}");
    }
    let line = &desk.run(&["custody", &message, "--json"])?.json()?["line"];
    assert_eq!(line, "Joe Pike or K → ? → the archive");
    Ok(())
}

#[test]
fn steps_stand_in_the_order_of_the_hands_whatever_was_recorded_first() -> TestResult {
    let steps: [&[&str]; 3] = [
        &["--from", "Dora", "--to", "Nell"],
        &["--from", "unknown", "--to", "Dora", "--when", "unknown"],
        &["--from", "Nell", "--to", "Ina"],
    ];
    for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [2, 0, 1]] {
        let (desk, accession, _) = letter(&[])?;
        for number in order {
            desk.run(&[&["custody", "add", &accession], steps[number]].concat())?;
        }
        let custody = desk.run(&["custody", &accession, "--json"])?.json()?;
        assert_eq!(
            custody["line"], "? → Dora → Nell → Ina → ? → the archive",
            "{order:?}"
        );
        assert_eq!(custody["gaps"], 2, "{order:?}");
    }
    Ok(())
}

#[test]
fn what_went_round_in_a_circle_begins_with_who_had_it() -> TestResult {
    let (desk, accession, _) = letter(&[])?;
    for (from, to) in [("Nell", "Dora"), ("Dora", "Nell"), ("unknown", "Dora")] {
        desk.run(&["custody", "add", &accession, "--from", from, "--to", to])?;
    }
    let custody = desk.run(&["custody", &accession, "--json"])?.json()?;
    assert_eq!(custody["line"], "? → Dora → Nell → Dora → ? → the archive");
    Ok(())
}

#[test]
fn a_receipt_that_a_transfer_tells_too_keeps_its_closer_time_and_its_manner() -> TestResult {
    let (desk, accession, _) = letter(&[
        "--from",
        "Dora",
        "--received",
        "2024-03-02 10:00~",
        "--how",
        "leak",
        "--received-by",
        "Nell",
    ])?;
    desk.run(&[
        "custody",
        "add",
        &accession,
        "--from",
        "Dora",
        "--to",
        "Nell",
        "--when",
        "2024-03-02",
        "--how",
        "hand delivery",
    ])?;
    let custody = desk.run(&["custody", &accession])?.out;
    assert!(custody.contains("9:30 am to 10:30 am"), "{custody}");
    assert!(custody.contains("hand delivery; leak"), "{custody}");
    assert_eq!(custody.matches("Dora").count(), 1, "{custody}");
    Ok(())
}

#[test]
fn who_gave_it_may_be_said_later_and_is_seen_wherever_hands_are() -> TestResult {
    let (desk, accession, document) = letter(&["--how", "capture"])?;
    desk.run(&["attribute", &accession, "--from", "Internet Archive"])?;
    let custody = desk.run(&["custody", &accession])?.out;
    assert!(custody.contains("capture; as was said later"), "{custody}");
    desk.run(&["attribute", &accession, "--terms", "off the record"])?;
    let line = "Internet Archive → the archive";
    for item in [&accession, &document] {
        let custody = desk.run(&["custody", item, "--json"])?.json()?;
        assert_eq!(custody["line"], line, "{item}");
    }
    let all = desk.run(&["provenance", "--all", "--json"])?.json()?;
    assert_eq!(all["accessions"][0]["from"], "Internet Archive");
    let report = desk.run(&["provenance", &accession])?.out;
    assert!(
        report.contains(": on the terms: off the record. Basis"),
        "{report}"
    );
    assert!(!report.contains("of not known"), "{report}");

    // Where it was said when it came in, what is said later stands beside it.
    let (desk, accession, _) = letter(&["--from", "Source A"])?;
    desk.run(&["attribute", &accession, "--from", "Source B"])?;
    let custody = desk.run(&["custody", &accession, "--json"])?.json()?;
    assert_eq!(custody["line"], "Source A or Source B → the archive");
    assert_eq!(custody["gaps"], 0);
    Ok(())
}

#[test]
fn a_name_that_was_destroyed_is_said_to_be_that_and_no_gap() -> TestResult {
    let (desk, accession, _) = letter(&[])?;
    let added = desk
        .run(&[
            "custody", "add", &accession, "--from", "Dora", "--to", "Nell", "--json",
        ])?
        .json()?;
    let transfer = text(&added["transfers"][0])?;
    let ran = desk.run(&[
        "destroy",
        &transfer,
        "--slot",
        "from",
        "--reason",
        "erasure",
        "--authority",
        "GDPR",
        "--yes",
    ])?;
    assert!(
        ran.told.contains("destroys for ever what entry"),
        "{}",
        ran.told
    );
    let custody = desk.run(&["custody", &accession])?.out;
    assert!(custody.contains("(destroyed under entry "), "{custody}");
    assert!(!custody.contains("reached not known"), "{custody}");
    Ok(())
}

#[test]
fn a_hand_over_to_nobody_in_particular_is_pointed_out() -> TestResult {
    let (desk, accession, _) = letter(&[])?;
    let ran = desk.run(&["custody", "add", &accession, "--from", "Dora"])?;
    assert!(ran.told.contains("--to was not given"), "{}", ran.told);
    Ok(())
}

#[test]
fn a_checkpoint_of_another_archive_is_called_that() -> TestResult {
    let (desk, _, _) = letter(&[])?;
    let (other, _, _) = letter(&["--from", "Somebody"])?;
    let theirs = other.path("archive/log/checkpoint");
    let theirs = theirs.to_str().ok_or("not a name")?;
    let ran = desk.run(&["verify", "--against", theirs])?;
    assert_eq!(ran.code, Some(1), "{}", ran.told);
    assert!(
        ran.out.contains("the checkpoint of another archive"),
        "{ran}"
    );
    assert!(!ran.out.contains("entries were lost"), "{ran}");
    Ok(())
}

#[test]
fn what_is_known_of_a_damaged_document_is_shown() -> TestResult {
    let desk = Desk::new()?;
    let long = format!(
        "The harbor was never safe. {}\n",
        "Who pays? ".repeat(3_000)
    );
    fs::write(desk.path("long.txt"), long)?;
    desk.run(&["ingest", "long.txt", "--from", "Source A"])?;
    let found = desk.run(&["find", "harbor", "--json"])?.json()?;
    let document = text(&found["hits"][0]["document"])?;
    let pack = desk.path("archive/packs/000001.zip");
    let mut bytes = fs::read(&pack)?;
    let at = bytes
        .windows(9)
        .position(|it| it == b"Who pays?")
        .ok_or("not in it")?;
    bytes[at] ^= 1;
    fs::write(&pack, bytes)?;
    for verb in ["show", "provenance"] {
        let ran = desk.run(&[verb, &document])?;
        assert_eq!(ran.code, Some(1), "{verb}: {}", ran.told);
        for said in ["long.txt", "Source A"] {
            assert!(ran.out.contains(said), "{verb}: {ran}");
        }
        assert!(ran.told.contains("recorded"), "{verb}: {}", ran.told);
    }
    let ran = desk.run(&["show", &document, "--text"])?;
    assert!(ran.told.contains("try: fonds verify"), "{}", ran.told);
    Ok(())
}

#[test]
fn those_who_were_merged_are_shown_with_all_their_accounts() -> TestResult {
    let desk = Desk::new()?;
    for (name, account) in [
        ("Ann", "mail:ann@x.example"),
        ("A. Smith", "mail:as@x.example"),
    ] {
        desk.run(&["people", "add", name, "--account", account])?;
    }
    desk.run(&["people", "merge", "Ann", "A. Smith"])?;
    let shown = desk.run(&["people", "show", "Ann", "--json"])?.json()?;
    let accounts = shown["accounts"].as_array().ok_or("no accounts")?;
    assert_eq!(accounts.len(), 2, "{shown:#}");
    assert_eq!(shown["merged_here"].as_array().map(Vec::len), Some(1));
    let again = desk.run(&["people", "add", "Bea", "--account", "mail:as@x.example"])?;
    assert!(
        again.told.contains("A. Smith is said to use"),
        "{}",
        again.told
    );
    Ok(())
}

#[test]
fn an_account_that_is_listed_is_found_by_what_it_is_called_there() -> TestResult {
    let (desk, _) = mail()?;
    for typed in ["mail:joe@perches.example", "joe@perches.example"] {
        let ran = desk.run(&["people", "show", typed])?;
        assert_eq!(ran.code, Some(0), "{}", ran.told);
        assert!(ran.out.contains("sent 1, received 0"), "{ran}");
    }
    let ran = desk.run(&["people", "show", "nobody@perches.example"])?;
    assert_eq!(ran.code, Some(4), "{ran}");
    Ok(())
}

#[test]
fn what_find_reads_otherwise_than_it_may_be_meant_is_said() -> TestResult {
    let (desk, _) = mail()?;
    for (typed, code, said) in [
        (&["closes deal"][..], 1, "Apart: fonds find closes deal"),
        (&["harbo*"], 1, "harbo* was looked for without its *"),
        (&["\"never safe"], 0, "is not closed"),
        (&["--who", "howels"], 1, "Nothing here is from howels"),
        (
            &["--to", "howels", "harbor"],
            1,
            "Nothing here is to howels",
        ),
    ] {
        let ran = desk.run(&[&["find"], typed].concat())?;
        assert_eq!(ran.code, Some(code), "{typed:?}: {ran}");
        assert!(ran.out.contains(said), "{typed:?}: {ran}");
    }
    let ran = desk.run(&["find", "closes", "--who", "joe"])?;
    assert!(!ran.out.contains("Nothing here"), "{ran}");
    Ok(())
}

#[test]
fn one_word_counts_one_thing_in_every_answer() -> TestResult {
    let desk = Desk::new()?;
    fs::create_dir_all(desk.path("papers/copies"))?;
    for (name, content) in [
        ("a.txt", "The harbor was never safe."),
        ("copies/b.txt", "The harbor was never safe."),
        ("c.bin", "\u{0}\u{1}\u{2}"),
        ("copies/d.bin", "\u{0}\u{1}\u{2}"),
    ] {
        fs::write(desk.path("papers").join(name), content)?;
    }
    let ingested = desk.run(&["ingest", "papers", "--json"])?.json()?;
    assert_eq!(ingested["documents"]["added"], 2, "{ingested:#}");
    assert_eq!(ingested["kinds"]["other"], ingested["not_searchable"]);
    let accession = text(&ingested["accession"])?;
    let shown = desk.run(&["show", &accession, "--json"])?.json()?;
    assert_eq!(shown["documents_count"], 2, "{shown:#}");
    assert_eq!(shown["documents"].as_array().map(Vec::len), Some(2));
    let all = desk.run(&["provenance", "--all", "--json"])?.json()?;
    assert_eq!(all["accessions"][0]["documents"], 2);
    assert_eq!(desk.run(&["verify", "--json"])?.json()?["documents"], 2);
    Ok(())
}

#[test]
fn without_words_what_is_found_stands_in_order_of_time() -> TestResult {
    let desk = Desk::new()?;
    for (name, day) in [
        ("b.eml", "18 Nov 2009"),
        ("a.eml", "17 Nov 2009"),
        ("c.eml", ""),
    ] {
        let date = if day.is_empty() {
            String::new()
        } else {
            format!("Date: {day} 10:00:00 +0000\n")
        };
        fs::write(
            desk.path(name),
            format!("From: joe@perches.example\nSubject: {name}\n{date}\nWords.\n"),
        )?;
        desk.run(&["ingest", name])?;
    }
    let found = desk.run(&["find", "--who", "joe", "--json"])?.json()?;
    let hits = found["hits"].as_array().ok_or("no hits")?;
    let titles: Vec<&Value> = hits.iter().map(|hit| &hit["title"]).collect();
    assert_eq!(titles, ["a.eml", "b.eml", "c.eml"]);
    Ok(())
}

#[test]
fn the_help_of_an_act_is_found_and_the_verbs_of_upkeep_are_named() -> TestResult {
    let desk = Desk::new()?;
    let ran = desk.run(&["help", "custody", "add"])?;
    assert!(ran.out.contains("Usage: fonds custody add"), "{ran}");
    let ran = desk.run(&["help", "custody", "nothing"])?;
    assert!(ran.told.contains("custody has no act"), "{}", ran.told);
    let ran = desk.run(&["find", "harbor", "--limit", "abc"])?;
    assert!(ran.told.contains("try: fonds help find"), "{}", ran.told);
    let ran = desk.run(&["help"])?;
    assert!(ran.out.contains("Upkeep: status · log"), "{ran}");
    Ok(())
}

#[test]
fn the_size_of_a_document_is_not_said_of_the_message_in_it() -> TestResult {
    let (desk, message) = mail()?;
    let report = desk.run(&["provenance", &message])?.out;
    assert!(report.contains("Its size"), "{report}");
    assert!(!report.contains("\n  Size "), "{report}");
    Ok(())
}

#[test]
fn what_was_published_before_it_is_withheld_is_said() -> TestResult {
    let (desk, message) = mail()?;
    desk.run(&["publish", &message, "--yes", "-o", "page.html"])?;
    let ran = desk.run(&["withhold", &message, "--reason", "a promise"])?;
    assert!(
        ran.told.contains("was published under entry"),
        "{}",
        ran.told
    );
    Ok(())
}

#[test]
fn a_redacted_copy_is_named_with_its_original() -> TestResult {
    let (desk, _, document) = letter(&[])?;
    fs::write(desk.path("copy.txt"), "The harbor was never [cut].\n")?;
    let redacted = [
        "redact", &document, "copy.txt", "--reason", "a name", "--json",
    ];
    let copy = text(&desk.run(&redacted)?.json()?["copy"])?;
    let shown = desk.run(&["show", &document])?.out;
    assert!(
        shown.contains(&format!("recorded {copy} as a redacted copy")),
        "{shown}"
    );
    Ok(())
}

#[test]
fn how_something_was_obtained_in_other_words_is_kept_and_remarked_on() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("a.txt"), "Words.")?;
    let ran = desk.run(&["ingest", "a.txt", "--how", "theft"])?;
    assert!(
        ran.told.contains("theft is none of the usual words"),
        "{}",
        ran.told
    );
    Ok(())
}

#[test]
fn settings_that_are_missing_are_said_to_be() -> TestResult {
    let (desk, _, _) = letter(&[])?;
    fs::remove_file(desk.path("archive/fonds.toml"))?;
    let ran = desk.run(&["status"])?;
    assert!(ran.told.contains("fonds.toml is not there"), "{}", ran.told);
    Ok(())
}

#[test]
fn bytes_are_not_given_where_json_is_asked_for() -> TestResult {
    let (desk, _, document) = letter(&[])?;
    let ran = desk.run(&["show", &document, "--original", "--json"])?;
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.out.is_empty(), "{ran}");
    Ok(())
}

#[test]
fn a_damaged_database_is_named_before_all_that_may_follow_from_it() -> TestResult {
    let desk = Desk::new()?;
    let mut mailbox = String::new();
    for number in 0..300 {
        write!(
            mailbox,
            "From ann@x.example Mon Jul  3 10:00:00 2023\nFrom: ann@x.example\nMessage-ID: <{number}@x.example>\n\nwords {number}\n\n"
        )?;
    }
    fs::write(desk.path("many.mbox"), mailbox)?;
    desk.run(&["ingest", "many.mbox"])?;
    let database = desk.path("archive/archive.sqlite");
    let mut bytes = fs::read(&database)?;
    // The bytes of each page that SQLite leaves alone: a bit here, and no page is where it was.
    bytes[20] ^= 1;
    fs::write(&database, bytes)?;
    let ran = desk.run(&["verify"])?;
    assert_eq!(ran.code, Some(1), "{}", ran.told);
    let findings = ran.out.lines().skip(1).collect::<Vec<_>>();
    assert!(
        findings[0].trim_start().starts_with("database.damaged"),
        "{ran}"
    );
    assert!(findings.len() < 100, "{ran}");
    Ok(())
}

#[test]
fn an_account_whose_user_is_named_is_shown_under_that_name() -> TestResult {
    let desk = Desk::new()?;
    fs::write(
        desk.path("one.eml"),
        "From: joe@perches.example\nTo: ida@perches.example\nSubject: Harbor\n\nThe harbor was never safe.\n",
    )?;
    desk.run(&["ingest", "one.eml"])?;
    desk.run(&[
        "people",
        "add",
        "Joe Pike",
        "--account",
        "mail:joe@perches.example",
    ])?;
    let found = desk.run(&["find", "harbor"])?.out;
    assert!(found.contains("Joe Pike to ida@perches.example"), "{found}");
    let message = text(&desk.run(&["find", "harbor", "--json"])?.json()?["hits"][0]["item"])?;
    let shown = desk.run(&["show", &message])?.out;
    assert!(shown.contains("Joe Pike (joe@perches.example)"), "{shown}");
    let shown = desk.run(&["show", &message, "--json"])?.json()?;
    assert_eq!(shown["from"][0]["display"], Value::Null, "{shown:#}");
    Ok(())
}
