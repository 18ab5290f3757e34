//! What a desk does after publication: a version is frozen, corrected, found altered, destroyed by order.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write what is brought in, and damage archives"
)]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/office.rs"]
mod office;
#[path = "support/published.rs"]
mod published;
#[path = "support/schemas.rs"]
mod schemas;

use std::fs;
use std::path::PathBuf;

use desk::Desk;
use desk::TestResult;
use published::DRAFT;
use published::sorts;
use serde_json::Value;
use sha2::Digest as _;
use sha2::Sha256;

impl Desk {
    fn entries(&self) -> TestResult<u64> {
        let status = self.run(&["log", "--limit", "1", "--json"])?.json()?;
        Ok(status["total"].as_u64().ok_or("no number")?)
    }

    fn sha256(&self, file: &str) -> TestResult<String> {
        Ok(hex::encode(Sha256::digest(fs::read(self.path(file))?)))
    }

    /// The pack or file in which these bytes are kept.
    fn kept_in(&self, bytes: &[u8]) -> TestResult<Vec<PathBuf>> {
        let mut found = Vec::new();
        for file in walkdir::WalkDir::new(self.path("archive")) {
            let file = file?;
            if file.file_type().is_file()
                && memchr::memmem::find(&fs::read(file.path())?, bytes).is_some()
            {
                found.push(file.path().to_owned());
            }
        }
        Ok(found)
    }
}

#[test]
fn a_version_freezes_draft_report_and_head_and_names_the_one_before() -> TestResult {
    let (desk, mail) = Desk::with_mail()?;
    let before = desk.entries()?;
    let first = desk.json(
        &[
            "cite",
            "publish-version",
            "draft.md",
            "--yes",
            "--at",
            "https://harbor.example/pier",
            "--when",
            "2026-11-23 18:00",
            "-o",
            "one.html",
        ],
        1,
    )?;
    assert_eq!(
        (&first["number"], &first["previous"]),
        (&1.into(), &Value::Null)
    );
    assert_eq!(first["checkpoint"]["size"], before);
    assert_eq!(first["draft"]["sha256"], desk.sha256("draft.md")?);
    assert_eq!(first["report"]["sha256"], desk.sha256("one.html")?);
    assert_eq!(first["at"]["earliest"], "2026-11-23T18:00:00Z");
    assert_eq!(first["quotations"]["altered"], 2);
    // The next draft under the same name is the next version, and its report names the one before.
    fs::write(desk.path("draft.md"), DRAFT.replace("Tuesday", "Monday"))?;
    let second = desk.json(
        &[
            "cite",
            "publish-version",
            "draft.md",
            "--yes",
            "-o",
            "two.md",
        ],
        1,
    )?;
    assert_eq!(
        (&second["number"], &second["previous"]),
        (&2.into(), &first["entry"])
    );
    let report = fs::read_to_string(desk.path("two.md"))?;
    assert!(report.contains("### Version 2"), "{report}");
    assert!(
        report.contains(&format!("Report’s SHA-256: {}", desk.sha256("one.html")?)),
        "{report}"
    );
    // Another text starts again at one, whatever it is called.
    let other = desk.json(
        &["cite", "publish-version", "draft.md", "--yes", "--first"],
        1,
    )?;
    assert_eq!(
        (&other["number"], &other["previous"]),
        (&1.into(), &Value::Null)
    );
    let follow = ["cite", "publish-version", "draft.md", "--yes", "--previous"];
    let taken = desk.json(&[&follow[..], &[&first["entry"].to_string()]].concat(), 2)?;
    let said = taken["message"].as_str().unwrap_or_default();
    assert!(said.contains("was followed by"), "{said}");
    desk.json(&[&follow[..], &["999"]].concat(), 4)?;
    // What was frozen comes out again, byte for byte.
    let entry = first["entry"].to_string();
    let listed = desk.json(
        &[
            "cite",
            "versions",
            &entry,
            "--draft",
            "frozen.md",
            "--report",
            "frozen.html",
        ],
        0,
    )?;
    assert_eq!(fs::read_to_string(desk.path("frozen.md"))?, DRAFT);
    assert_eq!(desk.sha256("frozen.html")?, desk.sha256("one.html")?);
    assert_eq!(listed["versions"].as_array().map(Vec::len), Some(2));
    assert_eq!(listed["versions"][0]["next"], second["entry"]);
    let all = desk.json(&["cite", "versions"], 0)?;
    assert_eq!(all["versions"].as_array().map(Vec::len), Some(3));
    let log = desk.run(&["log"])?.out;
    assert!(
        log.contains("published a version of draft.md at https://harbor.example/pier"),
        "{log}"
    );
    // And whoever asks about the mail learns where it was quoted.
    let log = desk.run(&["log", &mail])?.out;
    assert_eq!(log.matches("published a version of").count(), 3, "{log}");
    desk.run(&["provenance", &mail, "-o", "mail.md"])?;
    let provenance = fs::read_to_string(desk.path("mail.md"))?;
    let said = "quoted it in version 1 of a text that was published at https";
    assert!(provenance.contains(said), "{provenance}");
    assert!(!provenance.contains("draft.md"), "{provenance}");
    assert_eq!(desk.run(&["verify"])?.code, Some(0));
    Ok(())
}

#[test]
fn what_is_not_settled_is_said_and_recorded_and_what_a_person_settled_is_not() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let before = desk.entries()?;
    let refused = desk.json(
        &["cite", "publish-version", "draft.md", "-o", "out.html"],
        2,
    )?;
    let said = refused["message"].as_str().unwrap_or_default();
    assert!(
        said.contains("2 things are not settled: Q2 (altered), Q3 (altered"),
        "{said}"
    );
    assert_eq!(desk.entries()?, before);
    assert!(!desk.path("out.html").exists());
    desk.run(&["cite", "mark", "draft.md", "Q2", "stet"])?;
    desk.run(&[
        "cite",
        "mark",
        "draft.md",
        "Q1",
        "query",
        "--note",
        "which mail?",
    ])?;
    let published = desk.json(&["cite", "publish-version", "draft.md", "--yes"], 1)?;
    let unsettled = published["unsettled"].to_string();
    assert_eq!(
        unsettled,
        r#"[{"what":"Q1","why":"signed off query"},{"what":"Q3","why":"altered, quotation.number-changed"}]"#
    );
    desk.run(&["cite", "mark", "draft.md", "Q1", "checked"])?;
    desk.run(&["cite", "mark", "draft.md", "Q3", "stet"])?;
    let settled = desk.json(&["cite", "publish-version", "draft.md"], 0)?;
    assert_eq!(settled["unsettled"], serde_json::json!([]));
    // What was signed of the first holds in the third where nothing of it changed, and nowhere else.
    let second = DRAFT.replace("Nobody answered", "Nobody ever answered");
    fs::write(desk.path("draft.md"), &second)?;
    let settled = desk.json(&["cite", "publish-version", "draft.md"], 0)?;
    assert_eq!(settled["number"], 3);
    let third = second.replace("$15,000", "$16,000");
    fs::write(
        desk.path("draft.md"),
        format!("“I left it there myself, by hand,” he said.\n\n{third}"),
    )?;
    let published = desk.json(&["cite", "publish-version", "draft.md", "--yes"], 1)?;
    let unsettled = published["unsettled"].to_string();
    assert_eq!(
        unsettled,
        r#"[{"what":"Q1","why":"not-found"},{"what":"Q4","why":"altered, quotation.number-changed"}]"#
    );
    let entry = |published: &Value| published["entry"].to_string();
    let compared = desk.json(
        &["cite", "compare", &entry(&settled), &entry(&published)],
        1,
    )?;
    assert_eq!(compared["evidence"]["same"], 2, "{compared:#}");
    Ok(())
}

#[test]
fn a_correction_is_recorded_checked_again_and_shown_in_the_report() -> TestResult {
    let (desk, mail) = Desk::with_mail()?;
    let version = desk.published("draft.md", &[], 1)?;
    let first = desk.json(
        &[
            "cite",
            "correct",
            &version,
            "--before",
            "\"We paid him $15,000 in cash.\"",
            "--after",
            "“We paid him $50,000 in cash.”",
            "--reason",
            "misread the mail",
            "--evidence",
            &mail,
            "--when",
            "2026-11-22",
            "-o",
            "one.html",
        ],
        1,
    )?;
    assert_eq!(first["before"], "“We paid him $15,000 in cash.”");
    assert_eq!(first["paragraph"], 5);
    let changed = &first["changed"]["changed"][0];
    assert_eq!(changed["what"], serde_json::json!(["words", "verdict"]));
    assert_eq!(
        (&changed["was"]["verdict"], &changed["now"]["verdict"]),
        (&"altered".into(), &"exact".into())
    );
    assert_eq!(first["changed"]["same"], 2);
    assert_eq!(
        first["unsettled"],
        serde_json::json!([{"what": "Q2", "why": "altered"}])
    );
    // The next one is of the corrected text, and settles it.
    let second = desk.json(
        &[
            "cite",
            "correct",
            "--before",
            "on Tuesday",
            "--after",
            "on Monday",
            "--reason",
            "a slip",
            "-o",
            "two.md",
        ],
        0,
    )?;
    let html = fs::read_to_string(desk.path("one.html"))?;
    assert!(html.contains("<h2 id=\"corrections\">Corrections</h2>"));
    assert!(html.contains("<del>“We paid him $15,000 in cash.”</del>"));
    assert!(html.contains("<ins>“We paid him $50,000 in cash.”</ins>"));
    let markdown = fs::read_to_string(desk.path("two.md"))?;
    for words in [
        "- It said: on Tuesday\n- It says: on Monday\n",
        "November 22, 2026",
        "Why: misread the mail. On the evidence of",
        "3 quotations: 2 exact, 1 house style",
    ] {
        assert!(markdown.contains(words), "{words}: {markdown}");
    }
    // A report of the published draft names them too, and judges the draft as it was frozen.
    let cited = desk.json(&["cite", "draft.md", "-o", "three.json"], 1)?;
    assert_eq!(
        cited["versions"][0]["corrections"].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(cited["counts"]["altered"], 2);
    schemas::hold(&schemas::read(&desk.path("three.json"))?)?;
    // Withdrawn, it is listed as such, and the text stands without it.
    let entry = second["entry"].to_string();
    let withdrawn = desk.run(&[
        "correct",
        &entry,
        "--withdraw",
        "--reason",
        "it was Tuesday",
    ])?;
    assert_eq!(withdrawn.code, Some(0), "{}", withdrawn.told);
    let compared = desk.json(&["cite", "compare", &version], 1)?;
    assert_eq!(sorts(&compared), ["changed: $15,000/$50,000"]);
    let listed = desk.json(&["cite", "versions", "draft.md"], 0)?;
    assert_ne!(
        listed["versions"][0]["corrections"][1]["withdrawn"],
        Value::Null
    );
    let log = desk.run(&["log"])?.out;
    assert!(
        log.contains(
            "paragraph 4: on Monday instead of on Tuesday, because: a slip [withdrawn under"
        ),
        "{log}"
    );
    assert_eq!(desk.run(&["verify"])?.code, Some(0));
    Ok(())
}

#[test]
fn a_version_that_was_recorded_by_mistake_is_withdrawn_and_its_number_given_again() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let first = desk.published("draft.md", &[], 1)?;
    let wrong = desk.published("draft.md", &["--at", "nowhere"], 1)?;
    let slot = desk.run(&[
        "correct", &wrong, "--slot", "url", "--to", "x", "--reason", "y",
    ])?;
    assert_eq!(slot.code, Some(2));
    assert!(
        slot.told.contains("fonds cite correct VERSION"),
        "{}",
        slot.told
    );
    desk.json(
        &["correct", &wrong, "--withdraw", "--reason", "not out yet"],
        0,
    )?;
    assert_eq!(
        desk.correct(&wrong, "a mail", "a letter", &[])?.code,
        Some(2)
    );
    assert_eq!(
        desk.correct(&first, "a mail", "a letter", &[])?.code,
        Some(1)
    );
    let compared = desk.json(&["cite", "compare", &wrong], 0)?;
    let name = compared["old"]["name"].as_str().unwrap_or_default();
    assert!(name.contains(", withdrawn under entry"), "{name}");
    let again = desk.json(&["cite", "publish-version", "draft.md", "--yes"], 1)?;
    assert_eq!(again["number"], 2);
    assert_eq!(again["previous"].to_string(), first);
    let listed = desk.run(&["cite", "versions"])?.out;
    assert!(
        listed.contains("of draft.md: withdrawn under entry"),
        "{listed}"
    );
    assert!(
        listed.contains("; was recorded as published at nowhere\n"),
        "{listed}"
    );
    desk.json(
        &[
            "cite",
            "publish-version",
            "draft.md",
            "--previous",
            &wrong,
            "--yes",
        ],
        2,
    )?;
    Ok(())
}

#[test]
fn words_that_cannot_be_corrected_are_refused_and_nothing_is_recorded() -> TestResult {
    let (desk, mail) = Desk::with_mail()?;
    let version = desk.published("draft.md", &[], 1)?;
    let before = desk.entries()?;
    let long = "a".repeat(40_000);
    for (before, after, more, said) in [
        ("", "x", &[][..], "no words are given"),
        ("\u{200b} ", "x", &[], "no words are given"),
        (
            "he",
            "x",
            &[],
            "in several places, in paragraph 1, paragraph 3",
        ),
        (
            "e",
            "x",
            &["--paragraph", "3"],
            "in several places, in paragraph 3",
        ),
        ("a mail. She", "x", &[], "begin in paragraph 3 and go on"),
        ("nowhere at all", "x", &[], "do not stand there"),
        ("a\u{1b}[31mmail", "x", &[], "do not stand there"),
        (
            "a mail",
            "x",
            &["--paragraph", "99"],
            "there is no paragraph 99; there are 6",
        ),
        ("a mail", "one\n\ntwo", &[], "of several paragraphs"),
        ("a mail", " a mail", &[], "are those that stand there"),
        (&long, "x", &[], "--before has more than"),
        ("a mail", &long, &[], "--after has more than"),
        (
            "a mail",
            "x",
            &["--evidence", "m-zzzzzz"],
            "no m-zzzzzz here",
        ),
    ] {
        let ran = desk.correct(&version, before, after, more)?;
        let status = if said.contains("zzzzzz") { 4 } else { 2 };
        assert_eq!(ran.code, Some(status), "{said}: {}{}", ran.out, ran.told);
        assert!(ran.told.contains(said), "{said}: {}", ran.told);
        assert!(!ran.told.contains('\u{1b}'), "{}", ran.told);
    }
    for wrong in ["999", "1", "elsewhere.md", &mail] {
        let ran = desk.correct(wrong, "a mail", "x", &[])?;
        assert_eq!(ran.code, Some(4), "{wrong}: {}", ran.told);
    }
    assert_eq!(desk.entries()?, before);
    // Control characters in what is recorded reach no terminal.
    let ran = desk.correct(&version, "a mail", "a\u{1b}[31m letter\u{7}", &[])?;
    assert_eq!(ran.code, Some(1), "{}", ran.told);
    for shown in [
        ran.out,
        desk.run(&["log"])?.out,
        desk.run(&["cite", "versions"])?.out,
    ] {
        assert!(!shown.contains(['\u{1b}', '\u{7}']), "{shown:?}");
    }
    Ok(())
}

#[test]
fn a_draft_of_a_word_processor_is_corrected_in_its_text() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let body = [
        office::p("He said nothing."),
        format!(
            "<w:p>{}{}</w:p>",
            office::r("“We paid him $15"),
            office::r(",000 in cash.”")
        ),
    ]
    .concat();
    fs::write(desk.path("draft.docx"), office::docx(&body, &[])?)?;
    let cells = "<text:p>He said nothing.</text:p><text:p>“We paid him <text:span>$15</text:span>,000 in cash.”</text:p>";
    fs::write(desk.path("draft.odt"), office::odt("", cells)?)?;
    for draft in ["draft.docx", "draft.odt"] {
        let version = desk.published(draft, &[], 1)?;
        let ran = desk.correct(&version, "$15,000", "$50,000", &[])?;
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.told);
        let compared = desk.json(&["cite", "compare", &version], 1)?;
        assert_eq!(
            compared["evidence"]["changed"][0]["now"]["verdict"],
            "exact"
        );
        let frozen = format!("frozen-{draft}");
        desk.run(&["cite", "versions", &version, "--draft", &frozen])?;
        assert_eq!(desk.sha256(&frozen)?, desk.sha256(draft)?);
        // What was written on since is not lost to the one that was frozen.
        fs::write(desk.path(&frozen), "another draft")?;
        let again = ["cite", "versions", &version, "--draft", &frozen];
        assert_eq!(desk.run(&again)?.code, Some(2));
        assert_eq!(fs::read(desk.path(&frozen))?, b"another draft");
    }
    Ok(())
}

#[test]
fn a_frozen_file_of_which_a_byte_changed_is_found() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let version = desk.published("draft.md", &["-o", "one.html"], 1)?;
    let report = fs::read(desk.path("one.html"))?;
    let [pack] = &desk.kept_in(&report)?[..] else {
        return Err("the report is not kept in one place".into());
    };
    let mut bytes = fs::read(pack)?;
    let at = memchr::memmem::find(&bytes, b"Citation report").ok_or("not there")?;
    bytes[at] ^= 1;
    fs::write(pack, bytes)?;
    let verified = desk.json(&["verify"], 1)?;
    let codes = verified["findings"].to_string();
    assert!(codes.contains("document.altered"), "{codes}");
    let refused = desk.json(&["cite", "versions", &version, "--report", "out.html"], 2)?;
    let said = refused["message"].as_str().unwrap_or_default();
    assert!(said.contains("report that was frozen"), "{said}");
    assert!(!desk.path("out.html").exists());
    Ok(())
}

#[test]
fn what_may_tell_who_gave_the_material_is_not_frozen_in_a_report() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let before = desk.entries()?;
    let draft = format!(
        "{DRAFT}\nThe mail left from desk.pier.example.\n\n“It came from desk.pier.example that day.”\n"
    );
    fs::write(desk.path("draft.md"), draft)?;
    let publish = [
        "cite",
        "publish-version",
        "draft.md",
        "--yes",
        "-o",
        "out.html",
    ];
    let refused = desk.json(&publish, 2)?;
    let said = refused["message"].as_str().unwrap_or_default();
    assert!(said.contains("desk.pier.example"), "{said}");
    assert_eq!(desk.entries()?, before);
    assert!(!desk.path("out.html").exists());
    let allowed = [&publish[..], &["--allow", "desk.pier.example"]].concat();
    let version = desk.json(&allowed, 1)?["entry"].to_string();
    let written = desk.json(&["cite", "versions", &version, "--report", "again.html"], 2)?;
    assert!(
        written["message"]
            .as_str()
            .is_some_and(|it| it.contains("desk.pier.example"))
    );
    let ran = desk.correct(
        &version,
        "a mail",
        "a letter of mx.lists.example",
        &["--allow", "desk.pier.example"],
    )?;
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    assert!(ran.told.contains("mx.lists.example"), "{}", ran.told);
    Ok(())
}

#[test]
fn what_was_frozen_can_be_destroyed_by_order_and_the_rest_still_verifies() -> TestResult {
    let (desk, mail) = Desk::with_mail()?;
    let version = desk.published("draft.md", &["-o", "one.html"], 1)?;
    let cited = (version.parse::<u64>()? - 1).to_string();
    let shown = desk.run(&["show", &mail, "--json"])?.json()?;
    let document = shown["document"].as_str().ok_or("no document")?;
    let order = ["--reason", "erasure", "--authority", "the court", "--yes"];
    let destroyed = desk.json(&[&["destroy", document][..], &order].concat(), 0)?;
    let tells = destroyed["entries_about_it"].to_string();
    assert!(
        tells.contains(&cited) && tells.contains(&version),
        "{tells}"
    );
    let passage = "I signed the papers on Monday because".as_bytes();
    assert!(!desk.kept_in(passage)?.is_empty());
    for (entry, slots) in [
        (&cited, &["report", "draft"][..]),
        (&version, &["citations"]),
    ] {
        for slot in slots {
            let destroy = ["destroy", "--entry", entry, "--slot", slot];
            desk.json(&[&destroy[..], &order].concat(), 0)?;
        }
    }
    assert_eq!(desk.kept_in(passage)?, [""; 0].map(PathBuf::from));
    assert_eq!(desk.kept_in(&fs::read(desk.path("one.html"))?)?.len(), 0);
    let verified = desk.run(&["verify"])?;
    assert_eq!(verified.code, Some(0), "{}", verified.out);
    let gone = desk.json(&["cite", "compare", &version], 2)?;
    assert!(
        gone["message"]
            .as_str()
            .is_some_and(|it| it.contains("is not recorded")),
        "{gone}"
    );
    desk.json(&["cite", "versions"], 0)?;
    Ok(())
}

#[test]
fn a_report_that_cannot_be_written_stays_in_the_archive() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    fs::create_dir(desk.path("out.html"))?;
    let failed = desk.json(
        &[
            "cite",
            "publish-version",
            "draft.md",
            "--yes",
            "-o",
            "out.html",
        ],
        2,
    )?;
    assert_eq!(failed["kind"], "half_done");
    let hint = failed["hint"].as_str().unwrap_or_default();
    let entry = hint.split(' ').nth(3).ok_or("no entry")?;
    desk.json(&["cite", "versions", entry, "--report", "again.html"], 0)?;
    assert!(fs::read_to_string(desk.path("again.html"))?.contains("Citation report"));
    // Before anything is recorded, places and names that cannot be are refused.
    let before = desk.entries()?;
    for (output, said) in [
        ("draft.md", "draft itself"),
        ("x.csl.json", "sources cited"),
        ("archive/x.html", "own folder"),
    ] {
        let refused = desk.json(
            &["cite", "publish-version", "draft.md", "--yes", "-o", output],
            2,
        )?;
        let message = refused["message"].as_str().unwrap_or_default();
        assert!(message.contains(said), "{output}: {message}");
    }
    assert_eq!(desk.entries()?, before);
    Ok(())
}

#[test]
fn a_version_is_not_frozen_while_somebody_else_writes() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let version = desk.published("draft.md", &[], 1)?;
    let lock = fs::File::options()
        .write(true)
        .open(desk.path("archive/lock"))?;
    lock.lock()?;
    let before = desk.entries()?;
    desk.json(&["cite", "publish-version", "draft.md", "--yes"], 11)?;
    let correct = [
        "cite", "correct", &version, "--before", "a mail", "--after", "x", "--reason", "y",
    ];
    desk.json(&correct, 11)?;
    // Looking is not writing.
    desk.json(&["cite", "versions"], 0)?;
    lock.unlock()?;
    assert_eq!(desk.entries()?, before);
    desk.json(&correct, 1)?;
    Ok(())
}

#[test]
fn a_withdrawal_changes_what_it_withdraws_and_no_later_correction() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let version = desk.published("draft.md", &[], 1)?;
    // 'in a mail' becomes 'in mails'; then the 'mails' that stands there is said to be 'letters'.
    let args = ["cite", "correct", &version, "--reason", "a slip"];
    let first = desk.json(
        &[
            &args[..],
            &["--before", "wrote that", "--after", "wrote in mails that"],
        ]
        .concat(),
        1,
    )?;
    desk.json(
        &[
            &args[..],
            &["--before", "in mails", "--after", "in letters"],
        ]
        .concat(),
        1,
    )?;
    let third = desk.json(
        &[&args[..], &["--before", "in a mail", "--after", "in mails"]].concat(),
        1,
    )?;
    let withdraw = |entry: &Value| {
        let entry = entry["entry"].to_string();
        desk.json(&["correct", &entry, "--withdraw", "--reason", "no"], 0)
    };
    withdraw(&first)?;
    // The second was of the words that the first put there, and is made nowhere: not where the third put the same words.
    let compared = desk.json(&["cite", "compare", &version], 1)?;
    assert_eq!(sorts(&compared), ["changed: a mail./mails."]);
    assert_eq!(compared["new"]["corrections"], 1);
    let left = compared["words"]["not_compared"].to_string();
    assert!(left.contains("does not stand there as it did"), "{left}");
    withdraw(&third)?;
    let compared = desk.json(&["cite", "compare", &version], 0)?;
    assert_eq!(sorts(&compared), Vec::<String>::new());
    Ok(())
}

#[test]
fn a_new_version_that_lacks_a_correction_says_so_and_one_that_has_it_does_not() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let version = desk.published("draft.md", &[], 1)?;
    desk.correct(&version, "on Tuesday", "on Monday", &[])?;
    let again = ["cite", "publish-version", "draft.md"];
    let refused = desk.run(&again)?;
    assert_eq!(refused.code, Some(2));
    let said = "look: the draft has “on Tuesday” again, which was corrected under entry";
    assert!(refused.told.contains(said), "{}", refused.told);
    assert!(
        refused.told.contains("(version.correction-lost)"),
        "{}",
        refused.told
    );
    // It is recorded of the version, and its report says it.
    let second = desk.json(&[&again[..], &["--yes", "-o", "two.md"]].concat(), 1)?;
    let unsettled = second["unsettled"].to_string();
    assert!(unsettled.contains("version.correction-lost"), "{unsettled}");
    let report = fs::read_to_string(desk.path("two.md"))?;
    assert!(report.contains("version.correction-lost"), "{report}");
    // The next version takes it over.
    fs::write(
        desk.path("draft.md"),
        DRAFT.replace("on Tuesday", "on Monday"),
    )?;
    let third = desk.json(&[&again[..], &["--yes"]].concat(), 1)?;
    let unsettled = third["unsettled"].to_string();
    assert!(!unsettled.contains("correction-lost"), "{unsettled}");
    Ok(())
}

#[test]
fn a_correction_from_the_future_or_from_before_its_version_is_said_to_be() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let version = desk.published("draft.md", &["--when", "2023-11-23"], 1)?;
    let codes = |when: &str, after: &str| -> TestResult<String> {
        let ran = desk.correct(&version, "Nobody", after, &["--when", when, "--json"])?;
        assert_eq!(ran.code, Some(1), "{}", ran.told);
        let answer: Value = serde_json::from_str(&ran.out)?;
        schemas::hold(&answer)?;
        let said = ran.told.contains("is said to be published");
        let entry = answer["entry"].to_string();
        desk.json(&["correct", &entry, "--withdraw", "--reason", "again"], 0)?;
        Ok(format!("{said} {}", answer["unsettled"]))
    };
    let early = codes("2023-11-22", "No one")?;
    assert!(early.starts_with("true"), "{early}");
    assert!(early.contains("correction.before-version"), "{early}");
    let late = codes("2999", "No one")?;
    assert!(late.starts_with("true"), "{late}");
    assert!(late.contains("correction.in-future"), "{late}");
    // On the same day, or with no day at all, there is nothing to say.
    let same = codes("2023-11-23", "No one")?;
    assert!(
        same.starts_with("false") && !same.contains("correction."),
        "{same}"
    );
    Ok(())
}
