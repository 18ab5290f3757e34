//! The pages made of a check: complete, escaped, and the same in each format.

use base64::Engine as _;
use fonds::cite::Citations;
use fonds::cite::CiteError;
use fonds::cite::Draft;
use fonds::cite::DraftFormat;
use fonds::cite::Match;
use fonds::cite::Options;
use fonds::cite::Passage;
use fonds::cite::Pinned;
use fonds::cite::Receipt;
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

const CUSTODY: &str =
    "Counsel for Halloran → Select Subcommittee → ? → Source A → E. Ferro → the archive";

struct Harbor;

fn message(item: &str, text: &str, entry: u64, outgoing: bool) -> Passage {
    let (nora, peter) = ("Nora Halloran".to_owned(), "Peter Voss".to_owned());
    let day = if item == "m-1d77" {
        "2024-04-11"
    } else {
        "2023-07-11"
    };
    let at = format!("{day}T13:{entry}:00Z");
    Passage {
        item: item.to_owned(),
        document: "d-9x2f".to_owned(),
        text: text.to_owned(),
        from: vec![if outgoing {
            nora.clone()
        } else {
            peter.clone()
        }],
        to: vec![if outgoing { peter } else { nora }],
        at: at.parse().map_or_else(
            |_| Instant::unknown(None),
            |moment| {
                Instant::exact(moment, at.clone(), "export").in_zone("America/New_York", "archive")
            },
        ),
        custody: CUSTODY.to_owned(),
        locator: "direct-messages.js, bytes 10,422 to 10,790".to_owned(),
        entry: Some(entry),
        genre: "direct message".to_owned(),
        collection: "Voss production".to_owned(),
        sha256: "3f9c2a71b0a4c6a1f8b2d3c4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718"
            .parse()
            .ok(),
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

    fn neighbours(&self, _: &str, _: (usize, usize)) -> Result<Vec<Passage>, CiteError> {
        Ok(messages())
    }

    fn tell(&self, found: &mut Match) -> Result<(), CiteError> {
        found.accession = Some("a-02mx".to_owned());
        found.terms = (found.item == "m-9p0c").then(|| "not <before> May".to_owned());
        if found.item == "m-2f61" {
            found.also.push(Receipt {
                accession: Some("a-9d1e".to_owned()),
                custody: "Source B → the archive".to_owned(),
                name: Some("copy.js".to_owned()),
                terms: None,
            });
        }
        Ok(())
    }
}

fn harbor() -> Result<Citations, Box<dyn std::error::Error>> {
    let draft = Draft::read(DRAFT.as_bytes(), Some("harbor-4.md"), DraftFormat::Markdown)?;
    let options = Options {
        archive: "Harbor Archive".to_owned(),
        by: Some("E. Ferro".to_owned()),
        time: Some("2026-11-23T23:00:00Z".to_owned()),
        ..Options::default()
    };
    let mut found = check(&Harbor, &draft, &options)?;
    citation::cite(&mut found);
    Ok(found)
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
        proven: None,
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
        "Correspondence",
        "Custody",
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
fn nothing_of_a_hostile_draft_or_source_moves_a_cursor_or_turns_letters() -> TestResult {
    let draft = DRAFT
        .replace(
            "Nora Halloran warned",
            "\u{1b}[2J\u{202e}Nora\u{2066} warned",
        )
        .replace(
            "The memorandum says",
            "The \u{1b}]0;\u{202e}memorandum says",
        )
        .replace("# The harbor", "# The \u{202e}harbor");
    let name = "harbor\u{1b}[31m\u{202e}.md";
    let draft = Draft::read(draft.as_bytes(), Some(name), DraftFormat::Markdown)?;
    let options = Options {
        archive: "Harbor\u{202e}\u{1b}[1m".to_owned(),
        by: Some("E.\u{2067} Ferro".to_owned()),
        ..Options::default()
    };
    let mut found = check(&Harbor, &draft, &options)?;
    for quoted in &mut found.quotations {
        for found in &mut quoted.matches {
            found.from = vec!["Nora\u{1b}[2J\u{202e}".to_owned()];
            found.subject = Some("Re:\u{202e}\u{1b}[2J".to_owned());
            found.custody = "Nora\u{1b}[2J\u{202e} → the archive".to_owned();
            found.before = "before\u{1b}[2J\u{202e} ".to_owned();
        }
    }
    citation::cite(&mut found);
    for page in [
        citation::biblatex(&found),
        citation::html(&found, Some(&seal())),
        citation::markdown(&found, Some(&seal())),
    ] {
        assert!(
            page.contains("⟨U+001B⟩") && page.contains("⟨U+202E⟩"),
            "{page}"
        );
        for letter in ['\u{1b}', '\u{202e}', '\u{2066}', '\u{2067}'] {
            assert!(!page.contains(letter), "{letter:?}: {page}");
        }
    }
    Ok(())
}

#[test]
fn a_check_without_quotations_makes_a_page() -> TestResult {
    let draft = Draft::read(b"Nothing is quoted here.", None, DraftFormat::Text)?;
    let found = check(&Harbor, &draft, &Options::default())?;
    let page = citation::html(&found, None);
    assert!(page.contains("The draft has no quotations."));
    assert!(page.contains("Nothing needs attention."));
    assert!(citation::markdown(&found, None).contains("Nothing needs attention."));
    assert!(citation::json(&found)?.contains("\"fonds/cite/1\""));
    Ok(())
}

/// The part of a page between two headings.
fn between<'a>(page: &'a str, from: &str, to: &str) -> Result<&'a str, String> {
    page.split_once(from)
        .and_then(|(_, rest)| rest.split_once(to))
        .map(|(part, _)| part)
        .ok_or_else(|| format!("nothing between {from} and {to}"))
}

#[test]
fn each_chain_of_custody_is_printed_once_and_the_cards_lead_to_it() -> TestResult {
    let found = harbor()?;
    let page = citation::html(&found, Some(&seal()));
    // Once in its section, and once in the note of each source in the CSL-JSON.
    let before_sources = between(&page, "<main>", "id=\"sources\"")?;
    assert_eq!(before_sources.matches(CUSTODY).count(), 1);
    let cards = between(&page, "id=\"quotations\"", "id=\"custody\"")?;
    assert!(cards.contains("<a href=\"#custody-1\">Custody 1</a>, with a gap."));
    assert!(
        cards.contains("Also received: a-9d1e as copy.js. <a href=\"#custody-2\">Custody 2</a>.")
    );
    assert!(page.contains("id=\"custody-1\"") && page.contains("id=\"custody-2\""));
    let page = citation::markdown(&found, Some(&seal()));
    assert_eq!(page.matches(CUSTODY).count(), 1);
    Ok(())
}

#[test]
fn a_quotation_of_two_messages_shows_each_with_its_sender_and_time() -> TestResult {
    let found = harbor()?;
    let joined = found
        .quotations
        .iter()
        .find(|it| it.text.starts_with("you promised me"))
        .expect("the quotation of two messages");
    let codes: Vec<&str> = joined.findings.iter().map(|it| it.code).collect();
    assert!(codes.contains(&"quotation.joins-two-messages"), "{codes:?}");
    assert!(
        !codes.contains(&"quotation.ellipsis-marks-no-omission"),
        "{codes:?}"
    );
    let joins = &joined.matches.first().expect("a match").joins;
    let parts: Vec<(&str, &str)> = joins
        .iter()
        .map(|it| (it.item.as_str(), it.text.trim()))
        .collect();
    assert_eq!(
        parts,
        [
            ("m-51d0", "you promised me the whole story"),
            ("m-51d1", "I am done")
        ]
    );
    let page = citation::html(&found, Some(&seal()));
    let card = between(&page, &format!("id=\"{}\"", joined.id), "</article>")?;
    for wanted in [
        "The source: 2 messages",
        "m-51d0, Peter Voss to Nora Halloran · July 11, 2023, 1:13 p.m. UTC",
        "m-51d1, Peter Voss to Nora Halloran · July 11, 2023, 1:14 p.m. UTC",
    ] {
        assert!(card.contains(wanted), "{wanted}: {card}");
    }
    Ok(())
}

#[test]
fn terms_of_what_is_quoted_need_attention_and_are_escaped() -> TestResult {
    let found = harbor()?;
    let page = citation::html(&found, None);
    let attention = between(&page, "id=\"attention\"", "id=\"quotations\"")?;
    assert!(attention.contains("Accession a-02mx was given on these terms: “"));
    assert!(attention.contains("not &lt;before&gt; May"));
    let page = citation::markdown(&found, None);
    assert!(
        page.contains(
            "**Terms**: Accession a-02mx was given on these terms: “not \\<before\\> May”"
        )
    );
    Ok(())
}

#[test]
fn sources_are_in_the_order_of_author_and_date() -> TestResult {
    let page = citation::markdown(&harbor()?, None);
    let sources = between(&page, "## Sources cited", "## How to check")?;
    let items: Vec<&str> = sources
        .lines()
        .filter_map(|line| line.split("msg ").nth(1))
        .filter_map(|it| it.split(',').next())
        .collect();
    // Halloran's by time, of which that of April 2024 comes after those of July 2023; then Voss's.
    assert_eq!(
        items,
        ["m-2f61", "m-9p0c", "m-1d77", "m-51d0", "m-7kq2", "m-30ab"]
    );
    Ok(())
}

#[test]
fn the_sources_are_given_as_csl_json() -> TestResult {
    let found = harbor()?;
    let items: serde_json::Value = serde_json::from_str(&citation::csl_json(&found))?;
    let first = &items[0];
    assert_eq!(first["id"], "m-2f61");
    assert_eq!(first["type"], "personal_communication");
    assert_eq!(first["genre"], "direct message");
    assert_eq!(first["author"][0]["literal"], "Nora Halloran");
    assert_eq!(first["recipient"][0]["literal"], "Peter Voss");
    assert_eq!(
        first["issued"]["date-parts"][0],
        serde_json::json!([2023, 7, 11])
    );
    // To a style an archive is a place where readers can go (chicago-notes-bibliography.csl 780, 979, 1001).
    assert_eq!(first["archive"], serde_json::Value::Null);
    assert_eq!(first["archive_location"], "m-2f61");
    for said in [CUSTODY, "Held in Harbor Archive"] {
        let note = first["note"].as_str().unwrap_or_default();
        assert!(note.contains(said), "{note}");
    }
    let mut reached = found.clone();
    reached.form.readers_can_reach_archive = true;
    let items: serde_json::Value = serde_json::from_str(&citation::csl_json(&reached))?;
    assert_eq!(items[0]["archive"], "Harbor Archive");
    assert!(citation::html(&found, None).contains("CSL-JSON"));
    Ok(())
}

#[test]
fn the_sources_are_given_as_biblatex_that_another_program_reads() -> TestResult {
    let mut found = harbor()?;
    let hostile = "50% of {it} & #1_$ ~ ^ \\ }{ @article{x, \n\n\\input{secret}";
    for matched in found.quotations.iter_mut().flat_map(|it| &mut it.matches) {
        matched.subject = Some(hostile.to_owned());
        if matched.item == "m-2f61" {
            matched.from = vec!["Halloran, Nora and Voss".to_owned()];
            matched.url = Some("https://x.com/n_h/status/1".to_owned());
        }
    }
    let text = citation::biblatex(&found);
    let parsed =
        biblatex::Bibliography::parse(&text).map_err(|error| format!("{error}: {text}"))?;
    let keys: Vec<&str> = parsed.keys().collect();
    assert_eq!(keys.len(), 6, "{keys:?}");
    let first = parsed.get("m-2f61").ok_or("no m-2f61")?;
    // One name, whatever stands in it.
    assert_eq!(first.author().map_err(|it| it.to_string())?.len(), 1);
    assert!(first.date().is_ok(), "{text}");
    assert!(text.contains("date = {2023-07-11},"), "{text}");
    assert_eq!(text.matches('{').count(), text.matches('}').count());
    assert!(
        text.contains(
            "50\\% of \\textbraceleft{}it\\textbraceright{} \\& \\#1\\_\\$ \\textasciitilde{} \\textasciicircum{} \\textbackslash{}"
        ),
        "{text}"
    );
    assert!(!text.contains("\\input"), "{text}");
    // A verbatim field of BibLaTeX: escapes would stand in the address.
    assert!(
        text.contains("url = {https://x.com/n_h/status/1},"),
        "{text}"
    );
    Ok(())
}

#[test]
fn the_quotations_are_given_as_web_annotations_at_their_words() -> TestResult {
    let draft = Draft::read(DRAFT.as_bytes(), Some("harbor-4.md"), DraftFormat::Markdown)?;
    let found = harbor()?;
    let text = citation::annotations(&found, &draft);
    let page: serde_json::Value = serde_json::from_str(&text)?;
    // Section 5 and 6 of the model: a collection with its page in it.
    assert_eq!(page["@context"], "http://www.w3.org/ns/anno.jsonld");
    assert_eq!(page["type"], "AnnotationCollection");
    assert_eq!(page["first"]["type"], "AnnotationPage");
    let items = page["first"]["items"].as_array().ok_or("no items")?;
    assert_eq!(page["total"], items.len());
    assert_eq!(items.len(), found.quotations.len());
    let whole: Vec<&str> = draft.paragraphs.iter().map(|it| it.text.as_str()).collect();
    let mut ids: Vec<&str> = Vec::new();
    for (item, quoted) in items.iter().zip(&found.quotations) {
        assert_eq!(item["type"], "Annotation");
        ids.extend(item["id"].as_str());
        let selector = &item["target"]["selector"];
        assert_eq!(selector["type"], "TextQuoteSelector");
        let part = |name: &str| selector[name].as_str().unwrap_or_default().to_owned();
        let place = format!("{}{}{}", part("prefix"), part("exact"), part("suffix"));
        assert!(whole.iter().any(|it| it.contains(&place)), "{place}");
        let words = quoted.text.split(' ').next().unwrap_or_default();
        assert!(part("exact").contains(words), "{selector}");
        let body = item["body"].to_string();
        assert!(body.contains(quoted.verdict.word()), "{body}");
        if let Some(matched) = quoted.matches.first() {
            assert!(
                body.contains(&format!("\"fonds:{}\"", matched.item)),
                "{body}"
            );
            assert!(
                body.contains(&matched.citation.replace('"', "\\\"")),
                "{body}"
            );
        }
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), items.len());
    assert!(!text.contains("null"), "{text}");
    // The draft by the name that its digest gives it (RFC 6920).
    let source = items[0]["target"]["source"]["id"]
        .as_str()
        .unwrap_or_default();
    let encoded = source.strip_prefix("ni:///sha-256;").ok_or(source)?;
    let digest = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(encoded)?;
    assert_eq!(hex::encode(digest), found.draft.sha256.to_string());
    Ok(())
}
