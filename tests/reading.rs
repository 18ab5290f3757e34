//! Drafts as people write them: what is indented, marks of notes among quoted words, files of other encodings, and which
//! text of an archive is the draft itself.

#![expect(clippy::disallowed_methods, reason = "tests write drafts")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/office.rs"]
mod office;

use std::fs;

use desk::Desk;
use desk::TestResult;
use fonds::cite::Draft;
use fonds::cite::DraftFormat;
use fonds::cite::extract;
use serde_json::json;

const MAIL: &str = "From: Nora Halloran <nora@harbor.example>\nTo: Peter Voss <voss@harbor.example>\n\
    Date: Tue, 11 Jul 2023 09:29:00 -0400\nSubject: gate\nMessage-ID: <1@harbor.example>\n\n\
    They opened the north gate at nine. We paid him $50,000 in cash.\n";

/// The quotations of a draft, their parts and pins.
fn quotations(name: &str, text: &str) -> TestResult<Vec<String>> {
    let format = DraftFormat::of_file(name, text.as_bytes());
    let draft = Draft::read(text.as_bytes(), Some(name), format)?;
    let found = extract(&draft).quotations;
    let line = |it: &fonds::cite::Quotation| {
        let pins: Vec<String> = it.pins.iter().map(ToString::to_string).collect();
        format!("{} {}", it.parts.join("|"), pins.join(", "))
            .trim()
            .to_owned()
    };
    Ok(found.iter().map(line).collect())
}

#[test]
fn indented_text_of_markdown_is_read_and_so_is_a_fence_with_quotation_marks() -> TestResult {
    for (text, wanted) in [
        (
            "    He wrote “I told her”\n    [m-7kq2].\n\n    And “again\n    so.”\n",
            vec!["I told her m-7kq2", "again so."],
        ),
        ("\tHe wrote “I told her”.\n", vec!["I told her"]),
        (
            "- one\n\n      He wrote *to us*: “I *told* her.”[^a]\n\n[^a]: m-7kq2\n",
            vec!["I told her. m-7kq2"],
        ),
        (
            ">     “I told her”\n\n        “Deeper.”\n",
            vec!["I told her", "Deeper."],
        ),
        (
            "He wrote:\n\n```\n“I told her.”\n\n    “Twice.”\n```\n\n“Thrice.”\n",
            vec!["I told her.", "Twice.", "Thrice."],
        ),
        (
            "~~~~text\n```\n\"I told her.\"\n\n\"Twice.\"\n```\n~~~~\n",
            vec!["I told her.", "Twice."],
        ),
        (
            "    <p>“I told her”</p>\n    <!-- m-7kq2 -->\n",
            vec!["I told her m-7kq2"],
        ),
        ("    > I told her.\n", vec!["I told her."]),
        ("```\nfonds cite draft.md\n```\n", vec![]),
        (
            "A[^a].\n\n[^a]: See\n\n        “I told her.”\n",
            vec!["I told her."],
        ),
    ] {
        assert_eq!(quotations("z.md", text)?, wanted, "{text}");
    }
    let deep = format!("{}“I told her.”\n", " ".repeat(100_000));
    assert_eq!(quotations("z.md", &deep)?, ["I told her."]);
    Ok(())
}

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

#[test]
fn a_mark_of_a_note_is_no_part_of_a_quoted_word() -> TestResult {
    for (raised, wanted) in [
        (
            "I burned<a href=\"#fn1\" class=\"footnote-ref\" id=\"fnref1\" role=\"doc-noteref\"><sup>1</sup></a> it.",
            "I burned it.",
        ),
        ("I burned<sup>2</sup> it.", "I burned it."),
        ("I burned it,<sup>2, 3</sup> twice.", "I burned it, twice."),
        (
            "I burned<sup class=\"reference\"><a href=\"#cite_note-1\">[1]</a></sup> it.",
            "I burned it.",
        ),
        (
            "In 1998<sup>[a]</sup> I did<sup>†</sup>, twice<sup>b</sup>.",
            "In 1998 I did, twice.",
        ),
        (
            "On the 4<sup>th</sup>, the 2<sup>e</sup> and 5<sup>1</sup>.",
            "On the 4th, the 2e and 51.",
        ),
        (
            "x<sup>2</sup>, 9 km<sup>2</sup>, the XIX<sup>e</sup>, M<sup>me</sup>",
            "x2, 9 km2, the XIXe, Mme",
        ),
        ("I <sup>1</sup> so", "I 1 so"),
        ("so<sup>a word</sup> it", "soa word it"),
    ] {
        assert_eq!(
            quotations("z.html", &format!("<p>He wrote “{raised}”</p>"))?,
            [wanted],
            "{raised}"
        );
        assert_eq!(
            quotations("z.md", &format!("He wrote “{raised}”\n"))?,
            [wanted],
            "{raised}"
        );
    }
    // Raised at the end of a paragraph, and never ended.
    assert_eq!(
        quotations(
            "z.html",
            "<p>“I burned it”<sup>1<p>“I burned it.”<p>And 4<sup>th"
        )?
        .len(),
        2
    );
    // More than a mark ever has, taken in no time.
    let many = format!("<p>“I burned<sup>{}</sup>”", "1<b></b>".repeat(100_000));
    assert!(quotations("z.html", &many)?[0].ends_with("111"));
    let raised = |text: &str| {
        format!("<w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:t>{text}</w:t></w:r>")
    };
    let reference = "<w:r><w:rPr><w:rStyle w:val=\"Ref\"/></w:rPr><w:t>2</w:t></w:r>";
    let body = format!(
        "<w:p>{}{}{}{}{}{}{reference}</w:p>{}",
        office::r("“I burned"),
        raised("1"),
        raised(",3"),
        office::r(" it on the 4"),
        raised("th"),
        office::r(" day”"),
        office::p("So."),
    );
    let styles = "<w:style w:type=\"character\" w:styleId=\"Ref\"><w:name w:val=\"footnote reference\"/><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr></w:style>";
    let draft = Draft::read(
        &office::docx(&body, &[("styles", styles)])?,
        None,
        DraftFormat::Office,
    )?;
    assert_eq!(draft.paragraphs[0].text, "“I burned it on the 4th day”");
    let styles = "<style:style style:name=\"T1\" style:family=\"text\"><style:text-properties style:text-position=\"super 58%\"/></style:style>";
    let text = "<text:p>“I burned<text:span text:style-name=\"T1\">1</text:span> it on the 4<text:span text:style-name=\"T1\">th</text:span>”</text:p>";
    let draft = Draft::read(&office::odt(styles, text)?, None, DraftFormat::Office)?;
    assert_eq!(draft.paragraphs[0].text, "“I burned it on the 4th”");
    Ok(())
}

#[test]
fn what_goes_on_behind_a_dash_is_compared_and_a_name_is_not() -> TestResult {
    let words = "The committee did not approve the budget on Monday.";
    for more in [
        "including the harbor funds and the bribes of 1998",
        "Not one of the bribes of 1998",
        "Halloran never approved it",
        "the funds were stolen",
    ] {
        for (text, quoted) in [
            (
                format!("> {words}\n> — {more}\n"),
                format!("{words} — {more}"),
            ),
            (
                format!("> {words}\n>\n> — {more}\n"),
                format!("{words}|— {more}"),
            ),
            (
                format!("> “{words}” — {more}\n"),
                format!("“{words}” — {more}"),
            ),
        ] {
            assert_eq!(quotations("z.md", &text)?, [quoted], "{text}");
        }
    }
    for name in [
        "Nora Halloran",
        "the account",
        "a former employee",
        "Peter van der Voss, chair of the board (who never came to it)",
        "Letter of Nora Halloran to Peter Voss, July 11, 2023",
        "@nora_h",
        "harbor.example",
    ] {
        for text in [
            format!("> {words}\n> — {name}\n"),
            format!("> {words}\n>\n> — {name}\n"),
            format!("> “{words}” — {name}\n"),
        ] {
            assert_eq!(quotations("z.md", &text)?, [words], "{text}");
        }
    }
    Ok(())
}

#[test]
fn a_question_and_its_answer_are_two_quotations() -> TestResult {
    for (text, wanted) in [
        (
            "Asked “Can you send me the ledger before noon?” Voss replied, “Ask Brask.”",
            vec!["Can you send me the ledger before noon?", "Ask Brask."],
        ),
        (
            "“Can you send me the ledger?” Voss answered, “Ask Brask.”",
            vec!["Can you send me the ledger?", "Ask Brask."],
        ),
        (
            "Asked “if she has the ledger” Voss wrote, “Ask Brask.”",
            vec!["if she has the ledger", "Ask Brask."],
        ),
        (
            "To the question “Where is it?”, Voss wrote, “Ask Brask.”",
            vec!["Where is it?", "Ask Brask."],
        ),
        (
            "She asked: “Can you,” Voss wrote, “send it?”",
            vec!["Can you,|send it?"],
        ),
        (
            "“Can you?” she wrote, “or can he?”",
            vec!["Can you?|or can he?"],
        ),
        (
            "“Ask Brask,” Voss replied, “or me.”",
            vec!["Ask Brask,|or me."],
        ),
    ] {
        assert_eq!(quotations("z.md", text)?, wanted, "{text}");
    }
    Ok(())
}

#[test]
fn a_draft_in_utf_16_is_read_and_without_its_mark_its_encoding_is_named() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("gate.eml"), MAIL)?;
    desk.run(&["ingest", "gate.eml", "--from", "Ann"])?;
    let draft = "Halloran wrote: “They opened the north gate at nine.”\n";
    let little = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let big = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect::<Vec<u8>>()
    };
    let marked = format!("\u{feff}{draft}");
    let page = format!("\u{feff}<!DOCTYPE html><p>{draft}<script>“no”</script>");
    for bytes in [little(&marked), big(&marked), little(&page)] {
        fs::write(desk.path("draft.txt"), &bytes)?;
        let ran = desk.run(&["--json", "cite", "draft.txt"])?;
        assert_eq!(ran.code, Some(0), "{ran}");
        let found = ran.json()?;
        assert_eq!(found["counts"]["exact"], 1, "{found:#}");
        assert_eq!(found["counts"]["quotations"], 1, "{found:#}");
        let sha256 = Draft::read(&bytes, None, DraftFormat::Text)?
            .sha256
            .to_string();
        assert_eq!(found["draft"]["sha256"], sha256);
        let kept = desk.run(&["cite", "mark", "draft.txt", "Q1", "checked"])?;
        assert_eq!(kept.code, Some(0), "{kept}");
    }
    for (bytes, name) in [
        (little(draft), "UTF-16"),
        (big(draft), "UTF-16"),
        (
            marked
                .chars()
                .flat_map(|it| u32::from(it).to_le_bytes())
                .collect(),
            "UTF-32",
        ),
        (b"a\0\0b\0\0\0c".to_vec(), "is not text"),
    ] {
        fs::write(desk.path("draft.txt"), bytes)?;
        let ran = desk.run(&["cite", "draft.txt"])?;
        assert_eq!(ran.code, Some(2), "{ran}");
        assert!(ran.told.contains(name), "{ran}");
    }
    Ok(())
}
