//! The pages made of a check: complete, escaped, and the same in each format.

use fonds::cite::Citations;
use fonds::cite::CiteError;
use fonds::cite::Draft;
use fonds::cite::DraftFormat;
use fonds::cite::Options;
use fonds::cite::Passage;
use fonds::cite::Pinned;
use fonds::cite::Sources;
use fonds::cite::Wanted;
use fonds::cite::check;
use fonds::record::Instant;
use fonds::report::Seal;
use fonds::report::citation;

type TestResult = Result<(), Box<dyn std::error::Error>>;

const DRAFT: &str = "# The harbor that was never safe

Nora Halloran warned the aide early. “Everyone knew the harbor was never safe,” she wrote to Peter Voss on July 10. [m-2f61]

In May the authority settled. “We paid him $15,000 in cash,” she wrote, “on the pier.” By then, according to a colleague, “the committee has every document it asked for.”

Voss answered the next day: “you promised me … I am done.” He added that “their going to find out [sic]” and, of the contract, that he “would . . . sign it” for the “old man.”

> I never asked [Peter Voss] to sign it. Ask anyone.

The memorandum says the inspection was postponed twice. [d-41ac:7] Nobody has seen the annex. [d-0000]

“לא חתמתי על המסמך,” he wrote, and <script>alert(1)</script> was in the file.
";

struct Harbor;

fn message(item: &str, text: &str, entry: u64, outgoing: bool) -> Passage {
    let (nora, peter) = ("Nora Halloran".to_owned(), "Peter Voss".to_owned());
    let at = format!("2023-07-11T13:{entry}:00Z");
    Passage {
        item: item.to_owned(),
        document: "d-9x2f".to_owned(),
        text: text.to_owned(),
        from: vec![if outgoing { nora.clone() } else { peter.clone() }],
        to: vec![if outgoing { peter } else { nora }],
        at: at.parse().map_or_else(
            |_| Instant::unknown(None),
            |moment| Instant::exact(moment, at.clone(), "export").in_zone("America/New_York", "archive"),
        ),
        custody: "Counsel for Halloran; Select Subcommittee (documented); gap: not known how it reached Source A; Source A to E. Ferro by hand, August 14, 2023".to_owned(),
        locator: "direct-messages.js, bytes 10,422 to 10,790".to_owned(),
        entry: Some(entry),
        genre: "direct message".to_owned(),
        collection: "Voss production".to_owned(),
        sha256: "3f9c2a71b0a4c6a1f8b2d3c4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718".parse().ok(),
        ..Passage::default()
    }
}

fn messages() -> Vec<Passage> {
    vec![
        message(
            "m-2f61",
            "Listen. everyone knew the harbor was never safe, and everyone kept quiet about it.",
            11,
            true,
        ),
        message(
            "m-9p0c",
            "We paid him $50,000 in cash, and a watch, on the pier. Don’t ask me why.",
            12,
            true,
        ),
        message("m-51d0", "you promised me the whole story", 13, false),
        message("m-51d1", "I am done", 14, false),
        message(
            "m-7kq2",
            "their going to find out, you know. <b>I would never, ever sign it</b>",
            15,
            false,
        ),
        message(
            "m-1d77",
            "Look. I never asked him to sign it. Ask anyone.",
            16,
            true,
        ),
        message("m-30ab", "אמרתי לך: לא חתמתי על המסמך.", 17, false),
    ]
}

impl Sources for Harbor {
    fn pinned(&self, reference: &str) -> Result<Pinned, CiteError> {
        let found: Vec<Passage> = messages()
            .into_iter()
            .filter(|it| it.item == reference)
            .collect();
        Ok(match (reference, found.is_empty()) {
            ("d-41ac:7", _) => Pinned::NoText,
            (_, true) => Pinned::NoSuchItem,
            _ => Pinned::Found(found),
        })
    }

    fn candidates(&self, _: &Wanted) -> Result<Vec<Passage>, CiteError> {
        Ok(messages())
    }

    fn neighbours(&self, _: &str) -> Result<Vec<Passage>, CiteError> {
        Ok(messages())
    }
}

fn harbor() -> Result<Citations, CiteError> {
    let draft = Draft::read(DRAFT.as_bytes(), Some("harbor-4.md"), DraftFormat::Markdown);
    let options = Options {
        archive: "Harbor Archive".to_owned(),
        by: Some("E. Ferro".to_owned()),
        time: Some("2026-11-23T23:00:00Z".to_owned()),
        ..Options::default()
    };
    check(&Harbor, &draft, &options)
}

fn seal() -> Seal {
    let words = "amount lantern quick seven harbor maple drift orbit pencil walnut tide ember";
    Seal {
        origin: "fonds.example/harbor".to_owned(),
        words: words.split(' ').map(str::to_owned).collect(),
        checkpoint: "fonds.example/harbor\n7204\nqINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=\n\n— fonds.example/harbor Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n".to_owned(),
        size: 7204,
        root: "qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=".to_owned(),
        time: Some("2026-11-23T22:58:00Z".to_owned()),
    }
}

#[test]
fn the_page_is_complete_and_loads_nothing() -> TestResult {
    let page = citation::html(&harbor()?, Some(&seal()));
    // To look at the page: FONDS_SHOW_REPORT=FILE cargo test --test reports
    if let Some(path) = std::env::var_os("FONDS_SHOW_REPORT") {
        std::io::Write::write_all(&mut std::fs::File::create(path)?, page.as_bytes())?;
    }
    for wanted in [
        "Needs attention",
        "Quotations",
        "Pinned claims",
        "Sources cited",
        "How to check this page yourself",
        "What this page does not show",
        "Not yet checked",
        "amount lantern quick seven",
        "Checked against source ☐",
        "[the source has]",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    for banned in [
        "<script",
        "http://",
        "https://",
        "src=",
        " style=",
        "<b>I would",
        "url(",
    ] {
        assert!(!page.contains(banned), "{banned}");
    }
    Ok(())
}

#[test]
fn the_page_in_markdown_says_the_same_and_escapes_what_it_quotes() -> TestResult {
    let found = harbor()?;
    let page = citation::markdown(&found, Some(&seal()));
    for quotation in &found.quotations {
        let head = format!("### {}: {}", quotation.id, quotation.verdict.label());
        assert!(page.contains(&head), "{head}");
    }
    assert!(page.contains("\\<b\\>"));
    assert!(!page.contains("<b>"));
    Ok(())
}

#[test]
fn a_check_without_quotations_makes_a_page() -> TestResult {
    let draft = Draft::read(b"Nothing is quoted here.", None, DraftFormat::Text);
    let found = check(&Harbor, &draft, &Options::default())?;
    let page = citation::html(&found, None);
    assert!(page.contains("The draft has no quotations."));
    assert!(page.contains("Nothing needs attention."));
    assert!(citation::markdown(&found, None).contains("Nothing needs attention."));
    assert!(citation::json(&found)?.contains("\"fonds/cite/1\""));
    Ok(())
}
