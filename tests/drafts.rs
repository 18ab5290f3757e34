//! Drafts of word processors: what is read of a .docx and an .odt, what is refused, and the comments that are written back.

#[path = "support/office.rs"]
mod office;

use fonds::cite::Draft;
use fonds::cite::DraftError;
use fonds::cite::DraftFormat;
use fonds::cite::extract;
use office::docx;
use office::odt;
use office::p;
use office::package;
use office::r;

type TestResult = Result<(), Box<dyn std::error::Error>>;

fn read(bytes: &[u8]) -> Result<Draft, DraftError> {
    Draft::read(bytes, Some("harbor.docx"), DraftFormat::Office)
}

fn texts(draft: &Draft) -> Vec<&str> {
    draft.paragraphs.iter().map(|it| it.text.as_str()).collect()
}

fn codes(draft: &Draft) -> Vec<&str> {
    draft.findings.iter().map(|it| it.code).collect()
}

/// Each quotation with its pins, and the pins that belong to none.
fn pinned(draft: &Draft) -> Vec<String> {
    let found = extract(draft);
    let quotations = found.quotations.iter().map(|it| {
        let pins: Vec<String> = it.pins.iter().map(ToString::to_string).collect();
        format!("“{}” {}", it.text(), pins.join(", "))
    });
    let claims = found.claims.iter().map(|it| format!("- {}", it.pin));
    quotations.chain(claims).collect()
}

const STYLES: &str = r#"<w:style w:type="paragraph" w:styleId="Zitat"><w:name w:val="Quote"/></w:style><w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="My own"/><w:basedOn w:val="Zitat"/></w:style><w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>"#;

fn styled(style: &str, text: &str) -> String {
    format!(
        "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{}</w:p>",
        r(text)
    )
}

#[test]
fn the_text_of_a_docx_is_what_is_printed_of_it() -> TestResult {
    let body = [
        styled("H1", "The pier"),
        p("AT&amp;T &#8220;paid&#x201D;"),
        format!("<w:p>{}<w:r><w:tab/><w:br/><w:t>b</w:t><w:noBreakHyphen/><w:t>c</w:t></w:r></w:p>", r("a")),
        format!("<w:p>{}<w:ins w:id=\"1\">{}</w:ins><w:del w:id=\"2\"><w:r><w:delText>never </w:delText></w:r></w:del>{}</w:p>", r("he "), r("once "), r("paid")),
        format!("<w:p><w:moveFrom w:id=\"3\">{}</w:moveFrom>{}<w:moveTo w:id=\"4\">{}</w:moveTo></w:p>", r("moved "), r("a "), r("moved")),
        styled("Mine", "one"),
        styled("Zitat", "two"),
        format!("<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>", p("cell"), p("other")),
        format!("<w:p>{}<w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>{}</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>{}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>{}</w:p>", r("around "), p("in the box"), p("in the box"), r("the box")),
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t>shown</w:t></w:r><w:r><w:rPr><w:strike/></w:rPr><w:t>struck</w:t></w:r></w:p>".to_owned(),
        format!("<w:p><w:pPr><w:rPr><w:del w:id=\"5\"/></w:rPr><w:pPrChange w:id=\"6\"><w:pPr><w:pStyle w:val=\"Zitat\"/></w:pPr></w:pPrChange></w:pPr>{}</w:p>", r("run ")),
        p("on"),
        format!("<w:p><w:r><w:ruby><w:rt>{}</w:rt><w:rubyBase>{}</w:rubyBase></w:ruby></w:r></w:p>", r("よみ"), r("漢字")),
        "<w:altChunk r:id=\"x\"/>".to_owned(),
    ]
    .concat();
    let draft = read(&docx(&body, &[("styles", STYLES)])?)?;
    assert_eq!(draft.title.as_deref(), Some("The pier"));
    assert_eq!(
        texts(&draft),
        [
            "The pier",
            "AT&T “paid”",
            "a b\u{2011}c",
            "he once paid",
            "a moved",
            "one",
            "two",
            "cell",
            "other",
            "in the box",
            "around the box",
            "shown",
            "run on",
            "漢字",
        ]
    );
    let blocks: Vec<usize> = draft
        .paragraphs
        .iter()
        .filter_map(|it| it.block.map(|_| it.number))
        .collect();
    assert_eq!(
        blocks,
        [6, 7],
        "and no other paragraph is a block quotation"
    );
    assert_eq!(
        codes(&draft),
        [
            "draft.tracked-changes",
            "draft.hidden-text",
            "draft.part-not-read"
        ]
    );
    let tracked = draft.findings.first().map(|it| it.message.as_str());
    assert_eq!(
        tracked,
        Some(
            "the draft has changes that are neither accepted nor rejected; it was read as if they were accepted: 2 \
             insertions read, 4 deletions left out"
        )
    );
    Ok(())
}

fn comment(id: u32, author: &str, words: &str) -> String {
    format!(
        "<w:comment w:id=\"{id}\" w:author=\"{author}\">{}</w:comment>",
        p(words)
    )
}

fn begin(id: u32) -> String {
    format!("<w:commentRangeStart w:id=\"{id}\"/>")
}

fn end(id: u32) -> String {
    format!("<w:commentRangeEnd w:id=\"{id}\"/>{}", at(id))
}

fn at(id: u32) -> String {
    format!("<w:r><w:commentReference w:id=\"{id}\"/></w:r>")
}

#[test]
fn comments_notes_and_links_of_a_docx_are_pins() -> TestResult {
    let comments = [
        comment(0, "Ines Valder", "see m-7kq2, please"),
        comment(1, "Ines Valder", "d-41ac p. 7"),
        comment(2, "Ines Valder", "off the archive: Source A, by telephone"),
        comment(3, "Ines Valder", "https://pier.example/minutes"),
        comment(4, "fonds", "Q1: exact. m-9p0c"),
        comment(5, "Ines Valder", "m-51d0"),
        comment(6, "Ines Valder", "shorter?"),
    ]
    .concat();
    let body = [
        // About the words of both quotations; of neither but in their sentence; at a place; about three paragraphs.
        format!("<w:p>{}{}{}{}</w:p>", begin(0), r("“I never asked him” and “I paid”"), end(0), r(" he wrote.")),
        format!("<w:p>{}{}{}{}</w:p>", r("“He signed” "), begin(1), r("she said on Friday."), end(1)),
        format!("<w:p>{}{}{}</w:p>", r("She said that “nobody knew”"), at(2), r(" of it.")),
        format!("<w:p>{}{}{}</w:p>", r("The minutes say nothing"), at(3), r(".")),
        format!("<w:p>{}{}{}</w:p>", begin(4), r("“We met at night”"), end(4)),
        format!("<w:p>{}{}</w:p>", begin(5), r("It began so:")),
        p("“The first of it” and nothing else."),
        format!("<w:p>{}{}{}{}{}</w:p>", r("So."), end(5), begin(6), r("“Not this”"), end(6)),
        format!("<w:p>{}<w:r><w:footnoteReference w:id=\"2\"/></w:r>{}</w:p>", r("“The harbor was shut”"), r(", he wrote.")),
        format!("<w:p>{}<w:r><w:endnoteReference w:id=\"2\"/></w:r></w:p>", r("A statement.")),
        format!("<w:p><w:hyperlink r:id=\"link\">{}</w:hyperlink></w:p>", r("“Linked words”")),
        format!("<w:p><w:r><w:instrText xml:space=\"preserve\"> HYPERLINK \"fonds:m-51d1\" </w:instrText></w:r>{}</w:p>", r("“Linked by a field”")),
    ]
    .concat();
    let footnotes = format!(
        "<w:footnote w:type=\"separator\" w:id=\"0\">{}</w:footnote><w:footnote w:id=\"2\">{}</w:footnote>",
        p("m-0000"),
        p("[d-41ad:3]. Elsewhere: “it was open”.")
    );
    let endnotes = format!("<w:endnote w:id=\"2\">{}</w:endnote>", p("m-h1dden"));
    let bytes = docx(
        &body,
        &[
            ("comments", &comments),
            ("footnotes", &footnotes),
            ("endnotes", &endnotes),
        ],
    )?;
    assert_eq!(
        pinned(&read(&bytes)?),
        [
            "“I never asked him” m-7kq2",
            "“I paid” m-7kq2",
            "“He signed” d-41ac:7",
            "“nobody knew” off the archive: Source A, by telephone",
            "“We met at night” ",
            "“The first of it” m-51d0",
            "“Not this” ",
            "“The harbor was shut” d-41ad:3",
            "“Linked words” m-2f61",
            "“Linked by a field” m-51d1",
            "“it was open” d-41ad:3",
            "- https://pier.example/minutes",
            "- m-51d0",
            "- m-h1dden",
        ]
    );
    Ok(())
}

#[test]
fn the_text_and_the_pins_of_an_odt_are_read() -> TestResult {
    let styles = r#"<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Quotations"/><style:style style:name="P2" style:family="paragraph" style:parent-style-name="Text_20_body"/>"#;
    let annotation = |name: &str, words: &str| {
        format!(
            "<office:annotation {name}><dc:creator>m-9p0c</dc:creator><dc:date>2026-01-01</dc:date><text:p>{words}</text:p></office:annotation>"
        )
    };
    let note = |words: &str| {
        format!(
            "<text:note text:note-class=\"footnote\"><text:note-citation>1</text:note-citation><text:note-body><text:p>{words}</text:p></text:note-body></text:note>"
        )
    };
    let text = [
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>E</dc:creator></office:change-info><text:p>m-0000 gone</text:p></text:deletion></text:changed-region><text:changed-region><text:insertion/></text:changed-region></text:tracked-changes>".to_owned(),
        "<text:h text:outline-level=\"1\">The pier</text:h>".to_owned(),
        format!("<text:p text:style-name=\"P2\">{}“I never<text:s text:c=\"3\"/>asked <text:span>him</text:span>”<office:annotation-end office:name=\"a\"/> he wrote.</text:p>", annotation("office:name=\"a\"", "see m-7kq2")),
        format!("<text:p>“He signed” said she{}.</text:p>", annotation("office:name=\"point\"", "off the archive: Source A")),
        format!("<text:p>“It was shut”{} he said.</text:p>", note("d-41ac, page 4")),
        "<text:p text:style-name=\"P1\">one &amp; two</text:p><text:p text:style-name=\"P1\">three</text:p>".to_owned(),
        "<text:p>And <text:a xlink:href=\"fonds:m-2f61\">“so it went”</text:a><draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box><svg:desc>a picture of m-51d0</svg:desc></draw:frame> on.</text:p>".to_owned(),
        "<text:section text:display=\"none\"><text:p>hidden</text:p></text:section>".to_owned(),
        "<table:table><table:table-row><table:table-cell><text:p>cell</text:p></table:table-cell></table:table-row></table:table>".to_owned(),
    ]
    .concat();
    let draft = read(&odt(styles, &text)?)?;
    assert_eq!(draft.title.as_deref(), Some("The pier"));
    assert_eq!(
        texts(&draft),
        [
            "The pier",
            "“I never asked him” he wrote.",
            "“He signed” said she.",
            "“It was shut” he said.",
            "one & two",
            "three",
            "boxed",
            "And “so it went” on.",
            "cell",
        ]
    );
    assert_eq!(
        pinned(&draft),
        [
            "“I never asked him” m-7kq2",
            "“He signed” off the archive: Source A",
            "“It was shut” d-41ac:4",
            "“one & two three” ",
            "“so it went” m-2f61",
        ]
    );
    assert_eq!(
        codes(&draft),
        ["draft.tracked-changes", "draft.hidden-text"]
    );
    Ok(())
}

#[test]
fn a_note_that_quotes_is_read_in_markdown_too() -> TestResult {
    let text = "He wrote so.[^a] And “again”.[^b]\n\n[^a]: m-7kq2. As he said, “I never asked him”.\n[^b]: off the archive: Source A\n";
    let draft = Draft::read(text.as_bytes(), None, DraftFormat::Markdown)?;
    assert_eq!(
        pinned(&draft),
        [
            "“again” off the archive: Source A",
            "“I never asked him” m-7kq2",
            "- m-7kq2",
        ]
    );
    Ok(())
}

/// The quotations of a draft, and the codes of what was noticed in reading it.
fn noticed(name: &str, text: &str) -> Result<(Vec<String>, Vec<&'static str>), DraftError> {
    let format = DraftFormat::of_file(name, text.as_bytes());
    let draft = Draft::read(text.as_bytes(), Some(name), format)?;
    let found = extract(&draft);
    let quotations = found.quotations.iter().map(|it| it.parts.join("|"));
    let findings = draft.findings.iter().chain(&found.findings);
    let flaws = found.quotations.iter().filter_map(|it| it.flaw.as_ref());
    let codes = findings.chain(flaws).map(|it| it.code).collect();
    Ok((quotations.collect(), codes))
}

#[test]
fn html_in_markdown_is_read_as_html() -> TestResult {
    for text in [
        "<p>“I told her in May”</p>",
        "He wrote.\n\n<div>\n“I told her in May” &mdash; so.\n</div>\n\nOn.",
        "<div>\n\n“I told her in May”\n\n</div>",
        "<blockquote>I told her in May</blockquote>\n\nOn.",
        "<blockquote>\n\nI told her in May\n\n</blockquote>\n\nOn.",
        "<details><summary>So</summary><p>&ldquo;I told her in May&rdquo;</p></details>",
        "He wrote <q>I told her in May</q> then.",
        "He wrote “I <b>told</b> <whoever> her in May” then.",
        "1. a\n\n   <p>“I told her in May”</p>\n",
        "<!DOCTYPE html>\n<html><body>\n\n    <p>“I told her in May”</p>\n\n</body></html>",
        "<script>\n“no”\n\n“no”\n</script>\n<style>“no”</style>\n\n“I told her in May” <!-- “no” -->",
    ] {
        let (quotations, codes) = noticed("z.md", text)?;
        assert_eq!(quotations, ["I told her in May"], "{text}");
        assert!(codes.is_empty(), "{text}: {codes:?}");
    }
    // What is struck out over several blocks, and what never ends.
    let (quotations, codes) = noticed("z.md", "<del>\n\n“no”\n\n</del>\n\n“yes”")?;
    assert_eq!(quotations, ["yes"]);
    assert_eq!(codes, ["draft.tracked-changes"]);
    for text in [
        "“yes”\n\n<!-- “no”\n\n“no”",
        "“yes”\n\n<div>\n\n<script>“no”\n\n“no”",
        "“yes”\n\n<div title=\"“no”\n\n",
    ] {
        let (quotations, codes) = noticed("z.md", text)?;
        assert_eq!(quotations, ["yes"], "{text}");
        assert_eq!(codes, ["draft.part-not-read"], "{text}");
    }
    // A comment over several lines has pins, and a footnote may have HTML.
    let text = "He wrote “we met”.\n<!-- see\nm-7kq2 -->\n\n“So”.[^a]\n\n[^a]: m-9p0c: <q>no</q>\n";
    let draft = Draft::read(text.as_bytes(), None, DraftFormat::Markdown)?;
    assert_eq!(
        pinned(&draft),
        ["“we met” m-7kq2", "“So” m-9p0c", "“no” m-9p0c"]
    );
    Ok(())
}

#[test]
fn hidden_text_is_not_read_and_said_in_every_format() -> TestResult {
    for (name, text) in [
        ("z.html", "<p>“yes”</p><p hidden>“no”</p>"),
        (
            "z.html",
            "<p>“yes”</p><div style='display: none'><p>“no”</p></div>",
        ),
        ("z.md", "“yes” <span hidden>“no”</span>"),
        ("z.md", "“yes”\n\n<div hidden>\n\n“no”\n\n</div>"),
    ] {
        let (quotations, codes) = noticed(name, text)?;
        assert_eq!(quotations, ["yes"], "{text}");
        assert_eq!(codes, ["draft.hidden-text"], "{text}");
    }
    // Nothing to be shown is hidden.
    let (_, found) = noticed(
        "z.html",
        "<p>“yes”<input hidden><div hidden> </div><script hidden>no</script>",
    )?;
    assert!(found.is_empty(), "{found:?}");
    let styles = r#"<style:style style:name="H" style:family="paragraph"><style:text-properties text:display="none"/></style:style><style:style style:name="H1" style:family="paragraph" style:parent-style-name="H"/><style:style style:name="T" style:family="text"><style:text-properties text:display="none"/></style:style><style:style style:name="S" style:family="text"><style:text-properties text:display="true"/></style:style>"#;
    for text in [
        "<text:p>“yes”</text:p><text:p text:style-name=\"H1\">“no”</text:p>",
        "<text:p>“<text:span text:style-name=\"T\">“no”</text:span>yes<text:span text:style-name=\"H\">”</text:span></text:p>",
        "<text:p text:style-name=\"H\">“no” <text:span text:style-name=\"S\">“yes”</text:span></text:p>",
        "<text:p><text:hidden-paragraph text:is-hidden=\"true\"/>“no”</text:p><text:p>“yes”</text:p>",
        "<text:p>“yes”</text:p><text:section text:display=\"condition\" text:is-hidden=\"true\"><text:p>“no”</text:p></text:section>",
    ] {
        let draft = read(&odt(styles, text)?)?;
        assert_eq!(pinned(&draft), ["“yes” "], "{text}");
        assert_eq!(codes(&draft), ["draft.hidden-text"], "{text}");
    }
    Ok(())
}

#[test]
fn whose_a_block_quotation_is_is_not_quoted() -> TestResult {
    let words = "Please stop writing to me.";
    for (name, text) in [
        (
            "z.html",
            "<blockquote>“Please stop writing to me.” <cite>the account</cite></blockquote>",
        ),
        (
            "z.html",
            "<blockquote>Please stop writing to me.<br><cite>the account</cite> [m-7kq2]</blockquote>",
        ),
        (
            "z.html",
            "<blockquote><p>Please stop writing to me.</p><footer>the <cite>account</cite></footer></blockquote>",
        ),
        (
            "z.html",
            "<blockquote><p>“Please stop writing to me.” (<cite>x</cite>)</p></blockquote>",
        ),
        (
            "z.md",
            "> \"Please stop\n> writing to me.\"\n> — the account",
        ),
        ("z.md", "> “Please stop writing to me.” — the account"),
        (
            "z.md",
            "> Please stop writing to me.\n>\n> — the account [m-7kq2]",
        ),
        ("z.txt", "> Please stop\n> writing to me.\n> -- the account"),
    ] {
        let (quotations, codes) = noticed(name, text)?;
        assert_eq!(quotations, [words], "{text}");
        assert!(codes.is_empty(), "{text}: {codes:?}");
    }
    // Words that are not over, a title among them, and a block of nothing else.
    for (text, wanted) in [
        (
            "<blockquote>I read <cite>The Pier</cite></blockquote>",
            "I read The Pier",
        ),
        (
            "<blockquote><cite>The Pier</cite> is shut.</blockquote>",
            "The Pier is shut.",
        ),
        ("<blockquote><cite>The Pier</cite></blockquote>", "The Pier"),
        (
            "<blockquote>He came<br>— and left</blockquote>",
            "He came — and left",
        ),
    ] {
        assert_eq!(noticed("z.html", text)?.0, [wanted], "{text}");
    }
    Ok(())
}

#[test]
fn quotations_one_under_another_are_not_one() -> TestResult {
    let two = |one: &str, other: &str| {
        docx(
            &[styled("Zitat", one), styled("Zitat", other)].concat(),
            &[("styles", STYLES)],
        )
    };
    for (one, other, wanted) in [
        ("“One.”", "“Two.” — Voss", vec!["“One.” ", "“Two.” "]),
        (
            "One. [m-7kq2]",
            "Two. [m-9p0c]",
            vec!["“One.” m-7kq2", "“Two.” m-9p0c"],
        ),
        ("“One.", "“Two.”", vec!["““One. “Two.”” "]),
        ("One.", "Two. [m-9p0c]", vec!["“One. Two.” m-9p0c"]),
        ("“One.”", "— Voss [m-9p0c]", vec!["“One.” m-9p0c"]),
    ] {
        assert_eq!(pinned(&read(&two(one, other)?)?), wanted, "{one} {other}");
    }
    Ok(())
}

#[test]
fn a_line_break_is_white_space_and_marks_take_turns() -> TestResult {
    for (name, text, wanted) in [
        (
            "z.html",
            "<p>\"Please stop<br>writing to me\"</p>",
            "Please stop writing to me",
        ),
        (
            "z.md",
            "\"Please stop<br/>writing to me\"",
            "Please stop writing to me",
        ),
        (
            "z.html",
            "<q>He said <q>no <q>way</q></q> to me</q>",
            "He said ‘no “way”’ to me",
        ),
        (
            "z.html",
            "<p>“He said <q>no</q> to me”",
            "He said ‘no’ to me",
        ),
        ("z.md", "\"He said <q>no</q> to me\"", "He said ‘no’ to me"),
    ] {
        let (quotations, codes) = noticed(name, text)?;
        assert_eq!(quotations, [wanted], "{text}");
        assert!(codes.is_empty(), "{text}: {codes:?}");
    }
    let two = "<p>“One.”<br> <br>“Two.”<q>left open<p><q>Three</q></p>";
    let draft = Draft::read(two.as_bytes(), None, DraftFormat::Html)?;
    assert_eq!(texts(&draft), ["“One.”", "“Two.”“left open", "“Three”"]);
    Ok(())
}

/// What is said of bytes that are no draft.
fn refused(bytes: &[u8]) -> String {
    read(bytes).map_or_else(|error| error.to_string(), |_| "read".to_owned())
}

#[test]
fn what_is_no_draft_is_refused_and_why_is_said() -> TestResult {
    let compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    let locked: Vec<u8> = "EncryptionInfo".bytes().flat_map(|it| [it, 0]).collect();
    let types = ("[Content_Types].xml", "<Types/>");
    let manifest = "<m:manifest xmlns:m=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>";
    let odt_type = ("mimetype", "application/vnd.oasis.opendocument.text");
    let deep = format!("{}{}", "<a>".repeat(600), "</a>".repeat(600));
    let with = |main: &str| package(&[types, ("word/document.xml", main)]);
    for (bytes, wanted) in [
        (Vec::new(), "it is empty"),
        (b"{\\rtf1 hello}".to_vec(), "it is RTF"),
        (b"He wrote".to_vec(), "it does not begin as one"),
        (
            [compound.as_slice(), &locked].concat(),
            "it is locked with a password",
        ),
        (compound.to_vec(), "old word processor"),
        (package(&[("a.txt", "a")])?, "a zip archive of other files"),
        (
            package(&[("mimetype", "application/epub+zip")])?,
            "a presentation or a book",
        ),
        (package(&[types])?, "it lacks its part word/document.xml"),
        (package(&[odt_type])?, "it lacks its part content.xml"),
        (
            package(&[odt_type, ("META-INF/manifest.xml", manifest)])?,
            "it is locked with a password",
        ),
        (
            with("<w:document xmlns:w=\"x\"/>")?,
            "its main part is no text",
        ),
        (with("<w:document><w:body>")?, "ends in the middle"),
        (with("<a></b>")?, "is not whole at byte"),
        (
            with("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>")?,
            "declares a document type",
        ),
        (with("<a>&b;</a>")?, "a reference that stands for nothing"),
        (with(&deep)?, "more than 500 deep"),
    ] {
        let said = refused(&bytes);
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    Ok(())
}

#[test]
fn what_is_text_of_a_word_processor_is_not_taken_for_a_draft() {
    let flat = "<?xml version=\"1.0\"?>\n<office:document office:version=\"1.3\"><text:p>“a”</text:p></office:document>";
    let word = "<?xml version=\"1.0\"?><?mso-application progid=\"Word.Document\"?><pkg:package/>";
    for (name, text, said) in [
        (
            "pier.txt",
            "{\\rtf1\\ansi \\ldblquote a\\rdblquote}",
            "it is RTF",
        ),
        ("pier.md", "\u{feff} {\\rtf1 a}", "it is RTF"),
        ("pier.RTF", "He wrote “a”.", "it does not begin as one"),
        ("pier.xml", flat, ".fodt"),
        ("pier", word, "Word in one XML file"),
        ("pier.fodt", "<a/>", "it does not begin as one"),
    ] {
        let format = DraftFormat::of_file(name, text.as_bytes());
        let read = Draft::read(text.as_bytes(), Some(name), format);
        let error = read.map_or_else(|error| error.to_string(), |_| "read".to_owned());
        assert!(error.contains(said), "{name}: {error}");
    }
    for (name, text) in [
        ("pier.md", "He wrote of {\\rtf and <office:document>."),
        ("pier.xhtml", "<?xml version=\"1.0\"?><html><p>a</p></html>"),
    ] {
        let format = DraftFormat::of_file(name, text.as_bytes());
        assert_ne!(format, DraftFormat::Office, "{name}");
    }
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() -> TestResult {
    // 70 MB out of 70 KB.
    let long = format!("<a>{}</a>", " ".repeat(70 << 20));
    let bytes = package(&[
        ("[Content_Types].xml", "<Types/>"),
        ("word/document.xml", &long),
    ])?;
    assert!(bytes.len() < 100_000);
    let begun = std::time::Instant::now();
    assert!(refused(&bytes).contains("larger than a draft can be"));
    // The size that is stated may be a lie: in the list of parts (46 bytes, then the name) and before the part (30).
    let mut lying = bytes.clone();
    let size = u32::try_from(long.len())?.to_le_bytes();
    let places: Vec<usize> = memchr::memmem::find_iter(&bytes, &size).collect();
    assert!(!places.is_empty());
    for place in places {
        lying[place..place + 4].copy_from_slice(&[16, 0, 0, 0]);
    }
    assert!(
        refused(&lying).contains("cut off or damaged"),
        "{}",
        refused(&lying)
    );
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    let names: Vec<String> = (0..10_100).map(|it| format!("{it}")).collect();
    let parts: Vec<(&str, &str)> = names.iter().map(|it| (it.as_str(), "")).collect();
    assert!(refused(&package(&parts)?).contains("it has 10100 parts"));
    Ok(())
}

#[test]
fn two_parts_of_one_name_are_refused() -> TestResult {
    let mut bytes = package(&[
        ("[Content_Types].xml", "<Types/>"),
        ("word/document.xml", "<a/>"),
        ("word/documenu.xml", "<a/>"),
    ])?;
    while let Some(place) = memchr::memmem::find(&bytes, b"documenu") {
        bytes[place + 7] = b't';
    }
    let said = refused(&bytes);
    assert!(
        said.contains("two of its parts have the same name"),
        "{said}"
    );
    Ok(())
}

#[test]
fn half_a_document_is_refused_wherever_it_is_cut() -> TestResult {
    let bytes = docx(&p("“I never asked him to sign it”"), &[("styles", STYLES)])?;
    assert_eq!(refused(&bytes), "read");
    for end in 0..bytes.len() {
        assert_ne!(refused(&bytes[..end]), "read", "cut at {end}");
    }
    // A byte changed anywhere never stops the program.
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x15;
        drop(read(&changed));
    }
    Ok(())
}

#[test]
fn a_note_that_is_referred_to_again_and_again_is_counted() -> TestResult {
    let pins: Vec<String> = (0..50).map(|it| format!("m-{it:04}")).collect();
    let footnotes = format!("<w:footnote w:id=\"2\">{}</w:footnote>", p(&pins.join(" ")));
    let body = format!(
        "<w:p>{}</w:p>",
        "<w:r><w:footnoteReference w:id=\"2\"/><w:t>a </w:t></w:r>".repeat(20_000)
    );
    let draft = read(&docx(&body, &[("footnotes", &footnotes)])?)?;
    assert_eq!(codes(&draft), ["draft.too-many-pins"]);
    let kept: usize = draft.paragraphs.iter().map(|it| it.pins.len()).sum();
    assert_eq!(kept, 100_000);
    Ok(())
}

#[test]
fn drafts_that_word_processors_wrote_are_read() -> TestResult {
    let written = |name: &str| -> Result<Draft, Box<dyn std::error::Error>> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/drafts/");
        Ok(read(&std::fs::read(format!("{folder}{name}"))?)?)
    };
    for name in ["harbor.odt", "harbor-lo.docx"] {
        let draft = written(name)?;
        assert_eq!(draft.title.as_deref(), Some("The pier"), "{name}");
        assert_eq!(
            texts(&draft),
            [
                "The pier",
                "She wrote: “I never asked him to sign it.” He never answered her.",
                "Later he said to her:",
                "We paid him $50,000 in cash,",
                "on the pier.",
                "“The harbor was never safe” he said.",
                "And a link & more of it.",
                "“a cell that quotes something”",
                "another cell",
                "m-2f61; see also “nobody asked”.",
            ],
            "{name}"
        );
        assert_eq!(
            pinned(&draft),
            [
                "“I never asked him to sign it.” m-7kq2",
                "“We paid him $50,000 in cash, on the pier.” ",
                "“The harbor was never safe” m-2f61, off the archive: Source A",
                "“a cell that quotes something” ",
                // 'See also' leads to another source than the one before it.
                "“nobody asked” ",
                "- m-51d0",
            ],
            "{name}"
        );
        assert_eq!(codes(&draft), ["draft.tracked-changes"], "{name}");
    }
    let draft = written("harbor.docx")?;
    assert_eq!(
        pinned(&draft),
        [
            "“I never asked him to sign it.” m-7kq2",
            "“We paid him $50,000 in cash, on the pier.” ",
            "“a cell that quotes something” ",
        ]
    );
    Ok(())
}
