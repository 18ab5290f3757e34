//! `fonds cite` as a desk runs it on the drafts of a word processor: what it says, what it writes and with which exit
//! status it ends.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/office.rs"]
mod office;
#[path = "support/part.rs"]
mod part;

use std::fs;

use desk::Desk;
use desk::TestResult;
use office::docx;
use office::odt;
use office::p;
use office::r;
use part::part;
use serde_json::Value;

/// An archive with two letters in it; their references.
fn desk() -> TestResult<(Desk, [String; 2])> {
    let desk = Desk::new()?;
    let letters = [
        "I never asked him to sign it.\n",
        "We paid him $50,000 in cash, on the pier.\n",
    ];
    for (index, letter) in letters.iter().enumerate() {
        fs::write(desk.path(&format!("{index}.txt")), letter)?;
    }
    desk.run(&["ingest", "0.txt", "1.txt"])?;
    let reference = |words: &str| -> TestResult<String> {
        let found = desk.run(&["find", words, "--json"])?.json()?;
        let first = found["hits"][0]["item"].as_str();
        Ok(first.ok_or_else(|| format!("{found}"))?.to_owned())
    };
    let references = [reference("asked")?, reference("cash")?];
    Ok((desk, references))
}

fn states(answer: &Value) -> Vec<(String, String)> {
    let word = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let quotations = answer["quotations"].as_array().into_iter().flatten();
    let quotations = quotations.map(|it| (word(&it["text"]), word(&it["verdict"])));
    let claims = answer["claims"].as_array().into_iter().flatten();
    let claims = claims.map(|it| (word(&it["pin"]), word(&it["state"])));
    quotations.chain(claims).collect()
}

#[test]
fn a_docx_is_checked_and_given_back_with_what_was_found() -> TestResult {
    let (desk, [first, second]) = desk()?;
    let comments = format!(
        "<w:comment w:id=\"0\" w:author=\"Ines Valder\">{}</w:comment>",
        p(&first)
    );
    let body = [
        format!(
            "<w:p><w:commentRangeStart w:id=\"0\"/>{}<w:commentRangeEnd w:id=\"0\"/><w:r><w:commentReference w:id=\"0\"/></w:r>{}</w:p>",
            r("“I never asked him to sign it,”"),
            r(" she wrote.")
        ),
        p(&format!("“We paid him $15,000 in cash” [{second}].")),
        p("“We met on the second floor” [off the archive: Source A], he says."),
        p("Nobody was told [m-0000000]. It was dark [off the archive]."),
        p("The minutes say so [https://pier.example/minutes]."),
    ]
    .concat();
    fs::write(
        desk.path("draft.docx"),
        docx(&body, &[("comments", &comments)])?,
    )?;
    let ran = desk.run(&["cite", "draft.docx", "--comments", "checked.docx", "--json"])?;
    assert_eq!(ran.code, Some(1), "{ran}");
    let answer = ran.json()?;
    let states = states(&answer);
    let states: Vec<(&str, &str)> = states
        .iter()
        .map(|it| (it.0.as_str(), it.1.as_str()))
        .collect();
    assert_eq!(
        states,
        [
            ("I never asked him to sign it,", "house-style"),
            ("We paid him $15,000 in cash", "altered"),
            ("We met on the second floor", "off-archive"),
            ("m-0000000", "unknown"),
            ("off the archive", "off-archive"),
            ("https://pier.example/minutes", "web"),
        ]
    );
    assert_eq!(answer["counts"]["off-archive"], 1);
    let digest = <sha2::Sha256 as sha2::Digest>::digest(fs::read(desk.path("draft.docx"))?);
    let digest = hex::encode(digest);
    assert_eq!(answer["draft"]["sha256"], digest.as_str());
    let written = fs::read(desk.path("checked.docx"))?;
    let remarks = part(&written, "word/comments.xml")?;
    for words in [
        "Q2: altered",
        "A figure is changed: the draft has “15,000”, the source “50,000”.",
        "We paid him $50,000 in cash",
        "Q3: off the archive",
        "Rests on Source A; not in the archive.",
        "m-0000000: leads nowhere.",
        &digest,
    ] {
        assert!(remarks.contains(words), "{words}: {remarks}");
    }
    let said = desk.run(&["cite", "draft.docx"])?;
    assert!(
        said.out.contains("3 statements pinned without a quotation: 1 leads nowhere; 1 on the web, not looked at; 1 not in the archive."),
        "{said}"
    );
    assert!(
        said.out
            .contains("paragraph 4: m-0000000 names nothing in this archive"),
        "{said}"
    );
    // The copy with comments is a draft of its own, and its verdicts are the same.
    let again = desk.run(&["cite", "checked.docx", "--json"])?.json()?;
    assert_eq!(again["counts"], answer["counts"]);
    for report in ["report.html", "report.md"] {
        desk.run(&["cite", "draft.docx", "-o", report])?;
        let page = fs::read_to_string(desk.path(report))?;
        assert!(
            page.contains("Rests on Source A; not in the archive."),
            "{page}"
        );
        assert!(page.contains(&digest));
    }
    Ok(())
}

#[test]
fn a_draft_of_which_nothing_needs_attention_ends_well() -> TestResult {
    let (desk, [first, _]) = desk()?;
    let body = p(&format!(
        "“I never asked him to sign it” [{first}]. So he says [off the archive: Source A]."
    ));
    fs::write(desk.path("draft.docx"), docx(&body, &[])?)?;
    let ran = desk.run(&["cite", "draft.docx"])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    Ok(())
}

#[test]
fn a_draft_that_cannot_be_used_changes_nothing() -> TestResult {
    let (desk, _) = desk()?;
    let whole = docx(&p("“I never asked him to sign it”"), &[])?;
    fs::write(desk.path("half.docx"), &whole[..whole.len() / 2])?;
    fs::write(
        desk.path("old.doc"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more",
    )?;
    fs::write(desk.path("words.docx"), "He wrote.")?;
    fs::write(desk.path("draft.odt"), odt("", "<text:p>“a b c”</text:p>")?)?;
    fs::write(desk.path("draft.docx"), &whole)?;
    fs::write(desk.path("draft.pdf"), "%PDF-1.7")?;
    for (args, said, tip) in [
        (
            vec!["half.docx"],
            "cannot use half.docx: it is cut off or damaged",
            "save it anew",
        ),
        (
            vec!["old.doc"],
            "cannot use old.doc: it is a file of an old word processor",
            "save it as .docx",
        ),
        (
            vec!["words.docx"],
            "cannot use words.docx: it is no .docx and no .odt",
            "save the draft as",
        ),
        (
            vec!["draft.pdf"],
            "draft.pdf is not text",
            "save the draft as",
        ),
        (
            vec!["draft.odt", "--comments", "out.docx"],
            "comments can be written into a .docx alone",
            "save it as .docx",
        ),
        (
            vec!["draft.docx", "--comments", "out.txt"],
            "out.txt is not the name of a .docx",
            "ends in .docx",
        ),
        (
            vec!["draft.docx", "--comments", "draft.docx"],
            "draft.docx is the draft itself",
            "a name of its own",
        ),
        (
            vec!["draft.docx", "--comments", "archive/out.docx"],
            "lies in an archive's own folder",
            "outside the archive",
        ),
    ] {
        let ran = desk.run(&[&["cite"], args.as_slice()].concat())?;
        assert_eq!(ran.code, Some(2), "{args:?}: {ran}");
        for words in [said, tip, "nothing was changed"] {
            assert!(ran.told.contains(words), "{args:?}: {}", ran.told);
        }
        assert!(!desk.path("out.docx").exists());
    }
    assert_eq!(fs::read(desk.path("draft.docx"))?, whole);
    Ok(())
}

#[test]
fn a_markdown_draft_comes_back_as_a_plain_docx() -> TestResult {
    let (desk, [first, _]) = desk()?;
    fs::write(
        desk.path("draft.md"),
        format!("# The pier\n\n“I never asked him to sign it” [{first}].\n"),
    )?;
    let ran = desk.run(&["cite", "draft.md", "--comments", "checked.docx"])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.told.contains("Wrote checked.docx"), "{}", ran.told);
    let remarks = part(&fs::read(desk.path("checked.docx"))?, "word/comments.xml")?;
    assert!(remarks.contains("Q1: exact"), "{remarks}");
    Ok(())
}
