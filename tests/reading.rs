//! Drafts as people write them: what is indented, marks of notes among quoted words, files of other encodings, and which
//! text of an archive is the draft itself.

#![expect(clippy::disallowed_methods, reason = "tests write drafts")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;

use desk::Desk;
use desk::TestResult;
use serde_json::json;

const MAIL: &str = "From: Nora Halloran <nora@harbor.example>\nTo: Peter Voss <voss@harbor.example>\n\
    Date: Tue, 11 Jul 2023 09:29:00 -0400\nSubject: gate\nMessage-ID: <1@harbor.example>\n\n\
    They opened the north gate at nine. We paid him $50,000 in cash.\n";

#[test]
fn a_sign_off_that_is_outdated_settles_nothing() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("gate.eml"), MAIL)?;
    desk.run(&["ingest", "gate.eml", "--from", "Ann"])?;
    let draft = "Halloran wrote: “They opened the north gate at nine.”\n\n“We paid him $50,000 in cash,” she wrote.\n";
    fs::write(desk.path("a1.md"), draft)?;
    fs::write(
        desk.path("a3.md"),
        draft.replace("wrote: ", "never wrote: "),
    )?;
    for quotation in ["Q1", "Q2"] {
        desk.run(&["cite", "mark", "a1.md", quotation, "checked"])?;
    }
    let since = ["cite", "a3.md", "--since", "a1.md"];
    let ran = desk.run(&[&since[..], &["-o", "report.html", "-o", "report.md"]].concat())?;
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.out.contains("Signed off: 1 checked.\n"), "{ran}");
    assert!(ran.out.contains("to be looked at: Q1."), "{ran}");
    assert!(ran.out.contains("<- look"), "{ran}");
    for report in ["report.html", "report.md"] {
        let report = fs::read_to_string(desk.path(report))?;
        assert!(report.contains("1 needs attention"), "{report}");
        let (_, look) = report.split_once("Needs attention").ok_or("no such part")?;
        let look = look.get(..900).unwrap_or(look);
        assert!(
            look.contains("what the draft says of who or when changed"),
            "{report}"
        );
    }
    let json = [&since[..], &["--json"]].concat();
    let found = desk.run(&json)?.json()?;
    assert_eq!(found["counts"]["attention"], 1);
    // Signed off anew, it is settled, whatever changed since the older draft.
    desk.run(&["cite", "mark", "a3.md", "Q1", "checked"])?;
    let ran = desk.run(&since)?;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.out.contains("Signed off: 2 checked.\n"), "{ran}");
    assert!(ran.out.contains("to be looked at: none."), "{ran}");
    let found = desk.run(&json)?.json()?;
    assert_eq!(found["since"]["changed"], json!(["Q1"]));
    Ok(())
}

const ARTICLE: &str = "The keeper of the north light spoke for an hour. “I have never seen,” the keeper told the board, “a sea that could move a stone of that size.”\n\nThe temperature was -12 degrees and the balance was (400) dollars. The therapist now here treated 10 000 gulls.\n";

#[test]
fn a_source_that_has_a_few_words_of_the_draft_is_a_source() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("article.txt"), ARTICLE)?;
    desk.run(&["ingest", "article.txt", "--from", "Ann"])?;
    for draft in [
        "“The therapist now here treated 10 000 gulls.”\n\nThe temperature was -12 degrees and the balance was (400) dollars.\n",
        "“I have never seen,” the keeper told the board, “a sea that could move a stone of that size.”\n",
    ] {
        fs::write(desk.path("draft.md"), draft)?;
        let found = desk.run(&["--json", "cite", "draft.md"])?.json()?;
        assert_eq!(found["findings"], json!([]), "{found:#}");
        assert_eq!(found["counts"]["not-found"], 0, "{found:#}");
    }
    // Where it is the draft itself all the same, that is said of what is not found but there.
    let own = "On Tuesday evening the old pier was shut by the harbor, and nobody was told why. “The bribe was paid in the autumn of that year,” an owner of two boats wrote to this paper, and would say no more of it.\n";
    fs::write(desk.path("page.txt"), format!("Home\n\n{own}\nAbout us\n"))?;
    fs::write(desk.path("draft.md"), own)?;
    desk.run(&["ingest", "page.txt", "--from", "the web"])?;
    let ran = desk.run(&["cite", "draft.md"])?;
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(
        ran.out.contains("; its words stand in d-")
            && (ran.out).contains("which holds this text itself and was not taken for a source\n"),
        "{ran}"
    );
    Ok(())
}
