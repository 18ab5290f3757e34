//! Drafts as people write them: what is indented, marks of notes among quoted words, files of other encodings, and which
//! text of an archive is the draft itself.

#![expect(clippy::disallowed_methods, reason = "tests write drafts")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;

use desk::Desk;
use desk::TestResult;
use serde_json::json;

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
