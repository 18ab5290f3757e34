//! Sign-offs and claims: what a person said of a quotation holds for the next draft where neither its words nor what they
//! rest on changed, and nothing is ever signed by the program.

#![expect(clippy::disallowed_methods, reason = "tests write drafts")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/part.rs"]
mod part;

use std::fs;

use desk::Desk;
use desk::TestResult;
use part::part;
use serde_json::Value;

const MAIL: &str = "From: Nora Halloran <nora@harbor.example>\nTo: Peter Voss <voss@harbor.example>\n\
    Date: Tue, 11 Jul 2023 09:29:00 -0400\nSubject: gate\nMessage-ID: <1@harbor.example>\n\n\
    They opened the north gate at nine. We paid him $50,000 in cash.\n";

const DRAFT: &str = "“They opened the north gate at nine,” she wrote.\n\n“We paid him $15,000 in cash,” she wrote.\n\n\
    “Nobody ever said anything of the kind to us,” she wrote. The gate was closed on July 12.\n";

fn desk() -> TestResult<Desk> {
    let desk = Desk::new()?;
    fs::write(desk.path("gate.eml"), MAIL)?;
    fs::write(desk.path("draft.md"), DRAFT)?;
    assert_eq!(
        desk.run(&["ingest", "gate.eml", "--from", "Ann"])?.code,
        Some(0)
    );
    Ok(desk)
}

fn cited(desk: &Desk, args: &[&str]) -> TestResult<Value> {
    let mut all = vec!["--json", "cite"];
    all.extend(args);
    desk.run(&all)?.json()
}

fn signed(citations: &Value, at: usize) -> &Value {
    &citations["quotations"][at]["signed"]
}

#[test]
fn a_sign_off_stands_beside_its_quotation_and_the_last_word_counts() -> TestResult {
    let desk = desk()?;
    let before = cited(&desk, &["draft.md"])?;
    assert!(signed(&before, 0).is_null(), "the machine signs nothing");
    let ran = desk.run(&[
        "cite",
        "mark",
        "draft.md",
        "Q1",
        "query",
        "--note",
        "who opened it?",
    ])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    let ran = desk.run(&[
        "cite",
        "mark",
        "draft.md",
        "q1",
        "checked",
        "--how",
        "read the mail",
    ])?;
    assert!(
        ran.out
            .starts_with("Q1 is signed off: checked (its verdict is house-style; it rests on m-"),
        "{ran}"
    );
    let after = cited(&desk, &["draft.md"])?;
    assert_eq!(signed(&after, 0)["state"], "checked");
    assert_eq!(signed(&after, 0)["by"], "Ines Valder");
    assert_eq!(signed(&after, 0)["how"], "read the mail");
    assert!(signed(&after, 1).is_null());
    let verified = desk.run(&["verify"])?;
    assert_eq!(verified.code, Some(0), "{verified}");
    // The draft itself is kept, and what was signed can be shown with it.
    let draft = after["draft"]["sha256"].as_str().ok_or("no digest")?;
    let log = desk.run(&["log"])?;
    assert!(log.out.contains(draft.get(..12).ok_or("short")?), "{log}");
    assert!(log.out.contains("signed off Q1 of entry"), "{log}");
    Ok(())
}

#[test]
fn sign_offs_are_carried_over_where_neither_words_nor_evidence_changed() -> TestResult {
    let desk = desk()?;
    for (quotation, state) in [("Q1", "checked"), ("Q2", "query"), ("Q3", "off-archive")] {
        assert_eq!(
            desk.run(&["cite", "mark", "draft.md", quotation, state])?
                .code,
            Some(0)
        );
    }
    // A paragraph before, the figure mended, the last one gone.
    let next = format!(
        "“The harbour was quiet all that week,” he wrote.\n\n{}",
        DRAFT.replace("$15,000", "$50,000").replace(
            "“Nobody ever said anything of the kind to us,” she wrote. ",
            ""
        )
    );
    fs::write(desk.path("next.md"), next)?;
    let carried = cited(&desk, &["next.md", "--since", "draft.md"])?;
    assert_eq!(carried["since"]["carried"], 1);
    assert_eq!(carried["since"]["changed"], serde_json::json!(["Q1", "Q3"]));
    assert_eq!(carried["since"]["gone"], serde_json::json!(["Q2", "Q3"]));
    assert_eq!(signed(&carried, 1)["state"], "checked");
    assert_eq!(signed(&carried, 1)["carried_from"], "Q1");
    assert!(signed(&carried, 2).is_null(), "other words were not signed");
    let told = desk.run(&["cite", "next.md", "--since", "draft.md"])?;
    assert!(
        told.out
            .contains("1 sign-off carried over from the older draft; to be looked at: Q1, Q3"),
        "{told}"
    );
    // The same bytes brought in once more are other evidence than what was signed.
    assert_eq!(
        desk.run(&["ingest", "gate.eml", "--from", "Bob"])?.code,
        Some(0)
    );
    let outdated = cited(&desk, &["next.md", "--since", "draft.md"])?;
    assert_eq!(signed(&outdated, 1)["outdated"], "what it rests on changed");
    assert_eq!(outdated["since"]["carried"], 0);
    Ok(())
}

#[test]
fn a_sign_off_is_not_carried_over_where_the_draft_now_names_another_speaker() -> TestResult {
    let desk = desk()?;
    let said = "“They opened the north gate at nine.”";
    fs::write(
        desk.path("old.md"),
        format!("Nora Halloran wrote: {said}\n"),
    )?;
    fs::write(desk.path("new.md"), format!("Peter Voss wrote: {said}\n"))?;
    desk.run(&["cite", "mark", "old.md", "Q1", "checked"])?;
    let again = desk.run(&["--json", "cite", "old.md"])?;
    assert_eq!(again.code, Some(0), "{again}");
    let ran = desk.run(&["--json", "cite", "new.md", "--since", "old.md"])?;
    assert_eq!(ran.code, Some(1), "{ran}");
    let found = ran.json()?;
    assert_eq!(found["since"]["carried"], 0);
    assert_eq!(found["since"]["changed"], serde_json::json!(["Q1"]));
    // Nor where it names nobody any more, or a day that was not there before: what was signed off is not what it says now.
    for other in [
        "A lawyer told us years ago: “They opened the north gate at nine.”\n",
        "On July 11, 2023, Nora Halloran wrote: “They opened the north gate at nine.”\n",
    ] {
        fs::write(desk.path("new.md"), other)?;
        let found = cited(&desk, &["new.md", "--since", "old.md"])?;
        assert_eq!(found["since"]["carried"], 0, "{other}");
        let outdated = &signed(&found, 0)["outdated"];
        assert_eq!(
            outdated, "what the draft says of who or when changed",
            "{other}"
        );
    }
    // Words that say neither are free.
    let same = format!("It was early. Nora Halloran wrote: {said} Nobody came.\n");
    fs::write(desk.path("new.md"), same)?;
    let found = cited(&desk, &["new.md", "--since", "old.md"])?;
    assert_eq!(found["since"]["carried"], 1);
    Ok(())
}

#[test]
fn a_draft_that_is_not_of_this_encoding_asks_for_a_person() -> TestResult {
    let desk = desk()?;
    // Windows-1252: the curly marks are what UTF-8 has not.
    fs::write(
        desk.path("old.txt"),
        b"Nora Halloran wrote: \x93They closed the north gate at nine.\x94\n",
    )?;
    let ran = desk.run(&["cite", "old.txt"])?;
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.out.contains("save it as UTF-8"), "{ran}");
    Ok(())
}

#[test]
fn a_draft_that_has_nothing_in_common_with_the_older_one_is_said_to_be_another() -> TestResult {
    let desk = desk()?;
    fs::write(
        desk.path("pier.md"),
        "Nora Halloran wrote: “They opened the north gate at nine.”\n",
    )?;
    fs::write(
        desk.path("ferry.md"),
        "Nine ferries were sold in the autumn, and the tenth sank off the cape.\n",
    )?;
    let other = ["cite", "pier.md", "--since", "ferry.md"];
    let found = desk.run(&[&other[..], &["--json"]].concat())?.json()?;
    assert_eq!(found["findings"][0]["code"], "draft.since-another");
    let said = desk.run(&other)?.out;
    assert!(
        said.contains(
            "ferry.md has no six words in a row and no quotation in common with this draft"
        ),
        "{said}"
    );
    fs::write(
        desk.path("later.md"),
        "Later Nora Halloran wrote: “They opened the north gate at nine.” Nobody answered.\n",
    )?;
    let found = desk.run(&["cite", "later.md", "--since", "pier.md", "--json"])?;
    assert_eq!(found.json()?["findings"], serde_json::json!([]));
    Ok(())
}

#[test]
fn what_cannot_be_signed_is_refused_and_nothing_is_recorded() -> TestResult {
    let desk = desk()?;
    let entries = |desk: &Desk| -> TestResult<Value> {
        Ok(desk.run(&["--json", "status"])?.json()?["entries"].clone())
    };
    let before = entries(&desk)?;
    for (args, code) in [
        (&["cite", "mark", "draft.md", "Q9", "checked"][..], 4),
        (&["cite", "mark", "draft.md", "Q1", "true"], 2),
        // Nothing that is held has its words, and it is not said how else it was checked.
        (&["cite", "mark", "draft.md", "Q3", "checked"], 2),
        (&["cite", "mark", "no.md", "Q1", "checked"], 2),
        (
            &[
                "cite",
                "mark",
                "draft.md",
                "Q1",
                "checked",
                "--against",
                "m-zzzz",
            ],
            4,
        ),
        (&["claim", "check", "1", "checked"], 4),
        (&["claim", "add", " ", "--kind", "inference"], 2),
        (&["claim", "add", "it was so", "--kind", "document"], 2),
    ] {
        let ran = desk.run(args)?;
        assert_eq!(ran.code, Some(code), "{args:?}: {ran}");
    }
    assert_eq!(entries(&desk)?, before);
    Ok(())
}

#[test]
fn a_claim_says_what_it_rests_on_and_who_checked_it() -> TestResult {
    let desk = desk()?;
    let empty = desk.run(&["claim"])?;
    assert_eq!(empty.out, "No claims are recorded.\n");
    let found = desk.run(&["--json", "find", "gate"])?.json()?;
    let item = found["hits"][0]["item"]
        .as_str()
        .ok_or("no hit")?
        .to_owned();
    let not_held = [
        "claim",
        "add",
        "an email to colleagues",
        "--kind",
        "document-not-held",
        "--who",
        "Source A",
    ];
    let refused = desk.run(&[&not_held[..], &["--evidence", item.as_str()]].concat())?;
    assert_eq!(refused.code, Some(2), "{refused}");
    let ran = desk.run(&not_held)?;
    assert!(
        ran.out
            .contains("rests on nothing that is held\n       not checked"),
        "{ran}"
    );
    let ran = desk.run(&[
        "--json",
        "claim",
        "add",
        "the gate was opened",
        "--kind",
        "document",
        "--evidence",
        &item,
    ])?;
    let number = ran.json()?["claims"][0]["entry"].to_string();
    let ran = desk.run(&[
        "claim",
        "check",
        &number,
        "checked",
        "--how",
        "read it",
        "--against",
        &item,
    ])?;
    assert!(
        ran.out
            .contains(&format!("rests on {item}, of one accession")),
        "{ran}"
    );
    assert!(
        ran.out.contains(&format!(": read it; against {item}")),
        "{ran}"
    );
    let all = desk.run(&["claim", "list"])?;
    assert!(all.out.starts_with("2 claims, 1 checked\n"), "{all}");
    assert_eq!(desk.run(&["verify"])?.code, Some(0));
    Ok(())
}

#[test]
fn sentences_without_quotation_marks_are_listed_and_not_judged() -> TestResult {
    let desk = desk()?;
    let citations = cited(&desk, &["draft.md"])?;
    assert_eq!(
        citations["unquoted"],
        serde_json::json!([{"paragraph": 3, "text": "The gate was closed on July 12.", "holds": ["date"]}])
    );
    Ok(())
}

#[test]
fn a_large_draft_is_kept_and_other_rules_are_another_check() -> TestResult {
    let desk = desk()?;
    let filler = "Nothing happened on that day, and nobody wrote of it.\n\n".repeat(30_000);
    fs::write(desk.path("draft.md"), format!("{DRAFT}\n{filler}"))?;
    let mark = |args: &[&str]| -> TestResult<Value> {
        let all = [
            &["--json", "cite", "mark", "draft.md", "Q1", "checked"],
            args,
        ]
        .concat();
        desk.run(&all)?.json()
    };
    let first = mark(&[])?;
    assert_eq!(
        mark(&[])?["cited"],
        first["cited"],
        "the same check is recorded once"
    );
    assert_ne!(mark(&["--house", "ap"])?["cited"], first["cited"]);
    let verified = desk.run(&["verify"])?;
    assert_eq!(verified.code, Some(0), "{verified}");
    Ok(())
}

#[test]
fn a_sign_off_stands_beside_its_quotation_wherever_it_is_read() -> TestResult {
    let desk = desk()?;
    for more in [
        &["Q1", "checked", "--how", "read the mail"][..],
        &["Q2", "stet", "--note", "the writer <insists>"],
        &["Q3", "off-archive", "--note", "said on the telephone"],
    ] {
        let ran = desk.run(&[&["cite", "mark", "draft.md"], more].concat())?;
        assert_eq!(ran.code, Some(0), "{ran}");
    }
    let files = ["-o", "r.md", "-o", "r.html", "--comments", "r.docx"];
    let ran = desk.run(&[&["cite", "draft.md"], &files[..]].concat())?;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(!ran.out.contains("<- look"), "{ran}");
    let lines = [
        "igned off: checked by Ines Valder, 2026-11-23 (entry 6); how: read the mail",
        "igned off: stet by Ines Valder, 2026-11-23 (entry 7); note: the writer <insists>",
        "igned off: off-archive by Ines Valder, 2026-11-23 (entry 8); note: said on the telephone",
    ];
    for line in lines {
        assert!(ran.out.contains(&format!("            s{line}\n")), "{ran}");
    }
    let page = fs::read_to_string(desk.path("r.md"))?;
    let html = fs::read_to_string(desk.path("r.html"))?;
    let docx = part(&fs::read(desk.path("r.docx"))?, "word/comments.xml")?;
    for line in lines {
        let marked = line.replace('<', "\\<").replace('>', "\\>");
        assert!(page.contains(&format!("- S{marked}.\n")), "{line}: {page}");
        let escaped = line.replace('<', "&lt;").replace('>', "&gt;");
        assert!(
            html.contains(&format!("<span dir=\"auto\">S{escaped}.</span>")),
            "{line}: {html}"
        );
        assert!(
            docx.contains(&format!(">S{escaped}.</w:t>")),
            "{line}: {docx}"
        );
    }
    // What a person settled needs nobody any more, on paper as on the terminal.
    for page in [&page, &html, &docx] {
        assert!(page.contains("None needs attention."), "{page}");
    }
    assert!(
        page.contains("## Needs attention\n\nNothing needs attention."),
        "{page}"
    );
    assert!(html.contains("Nothing needs attention."));
    assert!(!html.contains(".signoff { display: none; }"));
    Ok(())
}

#[test]
fn a_question_about_a_quotation_leaves_room_to_sign_by_hand() -> TestResult {
    let desk = desk()?;
    desk.run(&[
        "cite",
        "mark",
        "draft.md",
        "Q2",
        "query",
        "--note",
        "15 or 50?",
    ])?;
    desk.run(&["cite", "mark", "draft.md", "Q3", "stet"])?;
    desk.run(&["cite", "draft.md", "-o", "r.html"])?;
    let html = fs::read_to_string(desk.path("r.html"))?;
    let by_hand = "Checked against source ☐";
    assert_eq!(html.matches(by_hand).count(), 2, "{html}");
    assert!(
        html.contains("2 quotations") || html.contains("3 quotations"),
        "{html}"
    );
    assert!(html.contains("1 needs attention."), "{html}");
    Ok(())
}

#[test]
fn what_was_remarked_when_a_claim_was_checked_is_listed() -> TestResult {
    let desk = desk()?;
    let added = desk.run(&[
        "--json",
        "claim",
        "add",
        "the gate was shut",
        "--kind",
        "inference",
    ])?;
    let number = added.json()?["claims"][0]["entry"].to_string();
    desk.run(&["claim", "check", &number, "query", "--note", "which gate?"])?;
    let listed = desk.run(&["claim", "list"])?;
    assert!(listed.out.contains("query by Ines Valder"), "{listed}");
    assert!(listed.out.contains("; note: which gate?\n"), "{listed}");
    Ok(())
}

#[test]
fn the_log_says_of_a_claim_what_it_rests_on() -> TestResult {
    let desk = desk()?;
    let found = desk.run(&["--json", "find", "gate"])?.json()?;
    let item = found["hits"][0]["item"].as_str().ok_or("no hit")?;
    let document = ["claim", "add", "the gate was shut", "--kind", "document"];
    desk.run(&[&document[..], &["--evidence", item, "--evidence", item]].concat())?;
    let log = desk.run(&["log", "--limit", "1"])?;
    assert!(
        log.out.contains("recorded a claim: the gate was shut"),
        "{log}"
    );
    assert!(
        log.out.contains(&format!("resting on {item}, {item}")),
        "{log}"
    );
    desk.run(&[
        "claim",
        "add",
        "it was known",
        "--kind",
        "inference",
        "--who",
        "Ann",
        "--on",
        item,
    ])?;
    let log = desk.run(&["log", "--limit", "1"])?;
    assert!(log.out.contains("recorded a claim of Ann on "), "{log}");
    assert!(
        log.out
            .contains("it was known, resting on nothing that is held"),
        "{log}"
    );
    Ok(())
}

#[test]
fn the_name_of_an_anonymous_source_does_not_come_into_the_ledger() -> TestResult {
    let desk = desk()?;
    let entries =
        || -> TestResult<Value> { Ok(desk.run(&["--json", "log"])?.json()?["total"].clone()) };
    let before = entries()?;
    let add = |who: &[&str]| {
        let claim = ["claim", "add", "it was known", "--kind", "anonymous"];
        desk.run(&[&claim[..], who].concat())
    };
    // Ann gave the mail, and is named here: a claim that is hers is not anonymous.
    for who in [
        "Nora Halloran",
        "Ann",
        "nora@harbor.example",
        "Source Halloran",
        "Source nora@harbor.example",
    ] {
        let refused = add(&["--who", who])?;
        assert_eq!(refused.code, Some(2), "{who}: {refused}");
        assert!(refused.told.contains("anonymous"), "{refused}");
        assert!(refused.told.contains("Source A"), "{refused}");
    }
    assert_eq!(entries()?, before);
    for who in [
        &[][..],
        &["--who", "Source A"],
        &["--who", "Source 12"],
        &["--who", "unknown"],
    ] {
        let added = add(who)?;
        assert_eq!(added.code, Some(0), "{who:?}: {added}");
    }
    Ok(())
}
