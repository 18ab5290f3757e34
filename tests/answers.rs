//! 'Did not respond', held against all that came back: late in a long thread, and outside of it.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

#[path = "support/desk.rs"]
mod desk;

use std::fmt::Write as _;
use std::fs;

use desk::Desk;
use desk::TestResult;
use serde_json::Value;

const QUILL: &str = "Ada Quill <quill@pier.example>";
const ROOK: &str = "Ben Rook <rook@pier.example>";

/// A mail of a number, sent so many minutes after nine, which answers another where one is named.
fn mail(
    number: u32,
    (from, to): (&str, &str),
    minute: u32,
    answers: Option<u32>,
    text: &str,
) -> String {
    let mut mail = format!(
        "From: {from}\nTo: {to}\nMessage-ID: <{number}@pier.example>\nDate: Mon, 6 Nov 2023 {:02}:{:02}:00 +0000\n",
        9 + minute / 60,
        minute % 60
    );
    if let Some(answers) = answers {
        let _ = writeln!(
            mail,
            "In-Reply-To: <{answers}@pier.example>\nReferences: <1@pier.example>"
        );
    }
    let _ = write!(mail, "Subject: No. {number}\n\n{text}\n");
    mail
}

/// What `cite` says of the silence after the first mail.
fn silence(desk: &Desk, draft: &str) -> TestResult<Value> {
    fs::write(desk.path("draft.md"), draft)?;
    let cited = desk.run(&["cite", "draft.md", "--json"])?.json()?;
    let statements = cited["quotations"][0]["statements"].as_array().cloned();
    let mut silences = statements.unwrap_or_default().into_iter();
    Ok(silences
        .find(|it| it["sort"] == "silence")
        .ok_or("nothing read")?)
}

const ASKED: &str = "Who took the ballast out of the second barge?";

#[test]
fn an_answer_behind_many_reminders_is_seen() -> TestResult {
    let desk = Desk::new()?;
    fs::create_dir(desk.path("in"))?;
    for number in 1..=20 {
        let text = if number == 1 {
            ASKED
        } else {
            "Did you get this?"
        };
        let answers = (number > 1).then_some(1);
        let mail = mail(number, (QUILL, ROOK), number, answers, text);
        fs::write(desk.path(&format!("in/{number}.eml")), mail)?;
    }
    desk.run(&["ingest", "in"])?;
    let draft = format!("“{ASKED}” Quill wrote. Rook never replied.\n");
    assert_eq!(silence(&desk, &draft)?["result"], "agrees");
    let answer = mail(30, (ROOK, QUILL), 90, Some(20), "It was the night shift.");
    fs::write(desk.path("answer.eml"), answer)?;
    desk.run(&["ingest", "answer.eml"])?;
    let found = silence(&desk, &draft)?;
    assert_eq!(found["result"], "differs", "{found}");
    let found = silence(&desk, &draft.replace("never replied", "did not reply"))?;
    assert_eq!(found["result"], "cannot-tell", "{found}");
    Ok(())
}

#[test]
fn what_came_back_in_another_conversation_may_be_the_answer() -> TestResult {
    let desk = Desk::new()?;
    fs::create_dir(desk.path("in"))?;
    let asked = mail(1, (QUILL, ROOK), 0, None, ASKED);
    fs::write(desk.path("in/1.eml"), asked)?;
    // From Rook to somebody else, and from Quill again: neither is an answer.
    let other = mail(
        2,
        (ROOK, "Ina Vole <vole@pier.example>"),
        5,
        None,
        "See you at noon.",
    );
    fs::write(desk.path("in/2.eml"), other)?;
    let again = mail(3, (QUILL, ROOK), 6, None, "Another thing.");
    fs::write(desk.path("in/3.eml"), again)?;
    desk.run(&["ingest", "in"])?;
    let draft = format!("“{ASKED}” Quill wrote. Rook did not respond.\n");
    assert_eq!(silence(&desk, &draft)?["result"], "agrees");
    let back = mail(4, (ROOK, QUILL), 45, None, "About the ballast: call me.");
    fs::write(desk.path("back.eml"), back)?;
    desk.run(&["ingest", "back.eml"])?;
    let found = silence(&desk, &draft)?;
    assert_eq!(found["result"], "cannot-tell", "{found}");
    let record = found["record"].as_str().unwrap_or_default();
    assert!(
        record.contains("Ben Rook") && record.contains("45 min"),
        "{found}"
    );
    Ok(())
}
