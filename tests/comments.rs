//! Comments written into a draft: at the right words, and with everything else as it was.

#[path = "support/office.rs"]
mod office;
#[path = "support/part.rs"]
mod part;

use std::io::Cursor;
use std::io::Read as _;

use fonds::cite::Comment;
use fonds::cite::Draft;
use fonds::cite::DraftError;
use fonds::cite::DraftFormat;
use fonds::cite::Place;
use fonds::cite::extract;
use fonds::cite::with_comments;
use office::docx;
use office::docx_in;
use office::odt;
use office::p;
use office::r;
use part::part;
use proptest::prelude::Strategy;
use proptest::prop_assert_eq;
use zip::ZipArchive;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

const TIME: Option<&str> = Some("2026-11-23T09:30:00Z");

/// A comment at each quotation, which says what is quoted.
fn of_quotations(draft: &Draft) -> Vec<Comment> {
    let found = extract(draft);
    let of = |it: &fonds::cite::Quotation| Comment {
        place: it.place,
        lines: vec![
            format!("{}: {}", it.id, it.text()),
            "a second line <&>".to_owned(),
        ],
    };
    found.quotations.iter().map(of).collect()
}

fn read(bytes: &[u8]) -> Result<Draft, DraftError> {
    Draft::read(bytes, Some("harbor.docx"), DraftFormat::Office)
}

/// The draft with a comment at each quotation.
fn commented(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let draft = read(bytes)?;
    Ok(with_comments(bytes, &draft, &of_quotations(&draft), TIME)?)
}

/// The words between the marks of each comment, in the order of the comments' numbers.
fn marked(document: &str) -> Vec<String> {
    let mut words = Vec::new();
    for id in 0..10_000 {
        let begin = format!(
            "<w:commentRangeStart xmlns:w=\"{}\" w:id=\"{id}\"/>",
            space(document)
        );
        let end = format!(
            "<w:commentRangeEnd xmlns:w=\"{}\" w:id=\"{id}\"/>",
            space(document)
        );
        let Some((_, after)) = document.split_once(&begin) else {
            if id > 50 {
                break;
            }
            continue;
        };
        let inside = after.split_once(&end).map_or("no end", |it| it.0);
        words.push(text_of(inside));
    }
    words
}

/// The files of an archive, packed as they are.
fn packed(bytes: &[u8]) -> TestResult<Vec<(String, Vec<u8>)>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut all = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index_raw(index)?;
        let mut bytes = Vec::new();
        let name = String::from_utf8_lossy(file.name_raw()).into_owned();
        file.read_to_end(&mut bytes)?;
        all.push((name, bytes));
    }
    Ok(all)
}

fn space(document: &str) -> &str {
    if document.contains("purl.oclc.org") {
        "http://purl.oclc.org/ooxml/wordprocessingml/main"
    } else {
        office::WORD
    }
}

/// The text of XML, tags taken out; what is deleted stays out.
fn text_of(xml: &str) -> String {
    let mut text = String::new();
    let mut in_words = false;
    for piece in xml.split_inclusive('>') {
        let (words, tag) = piece.split_once('<').unwrap_or((piece, ""));
        if in_words {
            text.push_str(words);
        }
        in_words = tag.starts_with("w:t>") || tag.starts_with("w:t ");
    }
    text
}

#[test]
fn a_comment_stands_around_the_words_it_is_about() -> TestResult {
    let bold = "<w:rPr><w:b/><w:rPrChange w:id=\"9\"><w:rPr/></w:rPrChange></w:rPr>";
    let body = [
        p("The pier"),
        // In the middle of a run, which has properties and no mark that its spaces count.
        format!("<w:p><w:r w:rsidR=\"00A1\">{bold}<w:t>She wrote “I paid &amp; left” to him</w:t></w:r></w:p>"),
        // A whole run; several runs; two in one run; at an entity.
        p("“He signed”"),
        format!("<w:p>{}<w:proofErr/>{}{}</w:p>", r("a “b"), r(" c"), r(" d” e")),
        p("one “two” three “four” five"),
        p("He said &#8220;so&#8221;."),
        // In an insertion, across a deletion, in a link, before a footnote.
        format!("<w:p><w:ins w:id=\"1\">{}</w:ins><w:del w:id=\"2\"><w:r><w:delText>not </w:delText></w:r></w:del>{}</w:p>", r("x “in "), r("out” y")),
        format!("<w:p><w:hyperlink r:id=\"link\">{}</w:hyperlink></w:p>", r("see “this” there")),
        // Over two paragraphs.
        p("“First of all"),
        p("“and last of all” he said"),
    ]
    .concat();
    let bytes = docx(&body, &[])?;
    let done = commented(&bytes)?;
    let document = part(&done, "word/document.xml")?;
    assert_eq!(
        marked(&document),
        [
            "“I paid &amp; left”",
            "“He signed”",
            "“b c d”",
            "“two”",
            "“four”",
            "&#8220;so&#8221;",
            "“in out”",
            "“this”",
            "“First of all“and last of all”",
        ]
    );
    // A run that is split keeps its properties, and its spaces.
    assert_eq!(
        document
            .matches(&format!(
                "<w:r w:rsidR=\"00A1\">{bold}<w:t xml:space=\"preserve\">"
            ))
            .count(),
        3
    );
    // What is read of it is the same, and no comment of ours is a pin.
    let (before, after) = (read(&bytes)?, read(&done)?);
    let texts = |draft: &Draft| -> Vec<String> {
        draft.paragraphs.iter().map(|it| it.text.clone()).collect()
    };
    assert_eq!(texts(&before), texts(&after));
    let comments = part(&done, "word/comments.xml")?;
    assert!(comments.contains("w:author=\"fonds\" w:date=\"2026-11-23T09:30:00Z\""));
    assert!(comments.contains("a second line &lt;&amp;&gt;"));
    assert!(part(&done, "[Content_Types].xml")?.contains("/word/comments.xml"));
    assert!(part(&done, "word/_rels/document.xml.rels")?.contains("Target=\"/word/comments.xml\""));
    Ok(())
}

#[test]
fn what_is_not_touched_keeps_its_bytes() -> TestResult {
    let theirs = "<w:comment w:id=\"7\" w:author=\"Ines Valder\"><w:p><w:r><w:t>m-7kq2</w:t></w:r></w:p></w:comment>";
    let body = format!(
        "<w:p>{}<w:commentRangeStart w:id=\"7\"/>{}<w:commentRangeEnd w:id=\"7\"/><w:r><w:commentReference w:id=\"7\"/></w:r></w:p>",
        r("a "),
        r("“b c” d")
    );
    let bytes = docx(&body, &[("comments", theirs), ("styles", "")])?;
    let done = commented(&bytes)?;
    let before = packed(&bytes)?;
    let after = packed(&done)?;
    let names =
        |all: &[(String, Vec<u8>)]| -> Vec<String> { all.iter().map(|it| it.0.clone()).collect() };
    assert_eq!(names(&before), names(&after));
    for (one, other) in before.iter().zip(&after) {
        let touched = ["word/document.xml", "word/comments.xml"].contains(&one.0.as_str());
        assert_eq!(one.1 != other.1, touched, "{}", one.0);
    }
    let comments = part(&done, "word/comments.xml")?;
    assert!(comments.contains(theirs));
    assert!(comments.contains("w:id=\"8\" w:author=\"fonds\""));
    assert_eq!(marked(&part(&done, "word/document.xml")?), ["“b c”"]);
    // Once more: the comments of both times stand.
    let again = commented(&done)?;
    let comments = part(&again, "word/comments.xml")?;
    assert!(comments.contains("w:id=\"8\"") && comments.contains("w:id=\"9\""));
    let pins: Vec<_> = extract(&read(&again)?)
        .quotations
        .into_iter()
        .flat_map(|it| it.pins)
        .collect();
    assert_eq!(pins.len(), 1, "{pins:?}");
    Ok(())
}

#[test]
fn a_comment_is_never_put_where_word_allows_none() -> TestResult {
    let boxed = format!(
        "<w:p>{}<w:r><w:drawing><w:txbxContent>{}</w:txbxContent></w:drawing></w:r></w:p>",
        r("around "),
        p("“in the box”")
    );
    let footnotes = format!("<w:footnote w:id=\"2\">{}</w:footnote>", p("“in the note”"));
    let noted = format!(
        "<w:p>{}<w:r><w:footnoteReference w:id=\"2\"/></w:r></w:p>",
        r("A statement.")
    );
    let bytes = docx(&[boxed, noted].concat(), &[("footnotes", &footnotes)])?;
    let done = commented(&bytes)?;
    let document = part(&done, "word/document.xml")?;
    assert_eq!(marked(&document), ["", "."]);
    let (before, _) = document.split_once("<w:drawing>").ok_or("no box")?;
    assert!(before.contains("w:commentRangeStart") && before.contains("w:commentReference"));
    assert_eq!(
        part(&done, "word/footnotes.xml")?,
        part(&bytes, "word/footnotes.xml")?
    );
    Ok(())
}

#[test]
fn the_strict_format_and_an_empty_list_of_comments_are_written_too() -> TestResult {
    let strict = "http://purl.oclc.org/ooxml/wordprocessingml/main";
    let bytes = docx_in(strict, &p("a “b c” d"), &[])?;
    let done = commented(&bytes)?;
    assert_eq!(marked(&part(&done, "word/document.xml")?), ["“b c”"]);
    assert!(part(&done, "word/comments.xml")?.contains(strict));
    let empty = docx(&p("a “b c” d"), &[("comments", "")])?;
    assert!(part(&empty, "word/comments.xml")?.ends_with("/>"));
    let comments = part(&commented(&empty)?, "word/comments.xml")?;
    assert!(
        comments.ends_with("</w:comment></w:comments>"),
        "{comments}"
    );
    Ok(())
}

#[test]
fn a_draft_that_is_text_becomes_a_plain_docx_and_an_odt_does_not() -> TestResult {
    let text = "# The pier\n\nShe wrote “I paid & left” [m-7kq2] <to> him.\n\n> a block\n>\n> of two\n\nA note[^a].\n\n[^a]: “in it”\n\n“\u{8}\u{FFFF}odd”";
    let draft = Draft::read(text.as_bytes(), Some("harbor.md"), DraftFormat::Markdown)?;
    let done = with_comments(text.as_bytes(), &draft, &of_quotations(&draft), TIME)?;
    let document = part(&done, "word/document.xml")?;
    assert_eq!(
        marked(&document),
        [
            "“I paid &amp; left”",
            "a blockof two",
            "“\u{FFFD}\u{FFFD}odd”",
            "“in it”"
        ]
    );
    let again = read(&done)?;
    assert_eq!(again.paragraphs.len(), draft.paragraphs.len());
    let open = odt("", "<text:p>“a b c”</text:p>")?;
    let draft = read(&open)?;
    assert_eq!(
        with_comments(&open, &draft, &of_quotations(&draft), TIME),
        Err(DraftError::NoComments)
    );
    Ok(())
}

#[test]
fn a_comment_about_a_place_is_put_at_the_letter_before_it() -> TestResult {
    let bytes = docx(&[p("ab"), p("c")].concat(), &[])?;
    let draft = read(&bytes)?;
    let at = |paragraph: usize, from: usize| Comment {
        place: Place {
            paragraph,
            from,
            last: paragraph,
            to: from,
        },
        lines: vec!["here".to_owned()],
    };
    let done = with_comments(&bytes, &draft, &[at(1, 0), at(1, 2), at(2, 1)], TIME)?;
    assert_eq!(marked(&part(&done, "word/document.xml")?), ["a", "b", "c"]);
    Ok(())
}

fn piece() -> impl Strategy<Value = String> {
    "[ab ]{1,3}|“|”|&amp;|é|🎉|&#8220;| “a|b” "
}

proptest::proptest! {
    #[test]
    fn however_a_text_is_cut_into_runs_the_words_are_found_again(
        runs in proptest::collection::vec(proptest::collection::vec(piece(), 1..5), 1..12),
        paragraphs in 1_usize..3,
    ) {
        let mut body = String::new();
        for chunk in runs.chunks(runs.len().div_ceil(paragraphs)) {
            body.push_str("<w:p>");
            for pieces in chunk {
                body.push_str("<w:r><w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\">");
                body.push_str(&pieces.concat());
                body.push_str("</w:t></w:r>");
            }
            body.push_str("</w:p>");
        }
        let bytes = docx(&body, &[]).map_err(|error| proptest::test_runner::TestCaseError::fail(error.to_string()))?;
        let fail = |error: DraftError| proptest::test_runner::TestCaseError::fail(error.to_string());
        let draft = read(&bytes).map_err(fail)?;
        let comments = of_quotations(&draft);
        let done = with_comments(&bytes, &draft, &comments, TIME).map_err(fail)?;
        let again = read(&done).map_err(fail)?;
        let texts: Vec<&str> = draft.paragraphs.iter().map(|it| it.text.as_str()).collect();
        let after: Vec<&str> = again.paragraphs.iter().map(|it| it.text.as_str()).collect();
        prop_assert_eq!(&texts, &after);
        let document = part(&done, "word/document.xml").unwrap_or_default();
        // White space at the ends of paragraphs is no part of a quotation, and stands between the marks all the same.
        let folded = |text: &str| -> String {
            let text = text.replace("&amp;", "&").replace("&#8220;", "“");
            text.split_whitespace().collect()
        };
        let found: Vec<String> = marked(&document).iter().map(|it| folded(it)).collect();
        let wanted: Vec<String> = comments
            .iter()
            .map(|it| {
                let place = it.place;
                let mut words = String::new();
                for number in place.paragraph..=place.last {
                    let text = draft.paragraphs[number - 1].text.as_str();
                    let from = if number == place.paragraph { place.from } else { 0 };
                    let to = if number == place.last { place.to } else { text.len() };
                    words.push_str(&text[from..to]);
                }
                folded(&words)
            })
            .collect();
        prop_assert_eq!(found, wanted);
    }
}
