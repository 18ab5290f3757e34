//! What office files hold and their pages do not show, in files made part by part and in files of `LibreOffice`.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write what another program reads"
)]

use std::fs;
use std::io::Cursor;
use std::io::Write as _;
use std::process::Command;

use fonds::covered::Left;
use fonds::covered::NotRead;
use fonds::covered::look_in_office;
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::bare::Desk;
use super::bare::TestResult;
use super::skipped::skipped;

fn zipped(parts: &[(&str, &str)]) -> TestResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(*name, SimpleFileOptions::default())?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

/// A .docx with this body, these styles and these comments.
fn docx(body: &str, styles: &str, comments: &str) -> TestResult<Vec<u8>> {
    let whole = |name: &str, inside: &str| {
        format!("<?xml version=\"1.0\"?><w:{name} xmlns:w=\"urn:w\">{inside}</w:{name}>")
    };
    zipped(&[
        ("word/document.xml", &whole("document", body)),
        ("word/comments.xml", &whole("comments", comments)),
        ("word/styles.xml", &whole("styles", styles)),
    ])
}

fn left(bytes: &[u8]) -> TestResult<Left> {
    Ok(look_in_office(bytes)?.ok_or("no office file")?)
}

/// Deletions, comments, hidden pieces, hidden cells, hidden sheets.
fn counts(bytes: &[u8]) -> TestResult<[u64; 5]> {
    let left = left(bytes)?;
    Ok([
        left.deletions,
        left.comments,
        left.hidden,
        left.cells,
        left.sheets,
    ])
}

const RUN: &str = "<w:r><w:t>seen</w:t></w:r>";

#[test]
fn tracked_deletions_of_a_text_are_found_and_insertions_are_seen() -> TestResult {
    for (body, expected) in [
        (RUN, 0),
        (
            "<w:ins w:author=\"Ulla\"><w:r><w:t>new</w:t></w:r></w:ins>",
            0,
        ),
        (
            "<w:del w:author=\"Ulla\"><w:r><w:delText>old</w:delText></w:r></w:del>",
            1,
        ),
        (
            "<w:del><w:r><w:delText>o</w:delText></w:r><w:r><w:delText>ld</w:delText></w:r></w:del>",
            1,
        ),
        (
            "<w:del><w:r><w:delText xml:space=\"preserve\"> </w:delText></w:r></w:del>",
            0,
        ),
        (
            "<w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>moved</w:t></w:r></w:moveTo>",
            1,
        ),
        // A number instead of a letter; a section that is not read as XML.
        ("<w:del><w:r><w:delText>&#65;</w:delText></w:r></w:del>", 1),
        (
            "<w:del><w:r><w:delText><![CDATA[old]]></w:delText></w:r></w:del>",
            1,
        ),
        // The mark of a paragraph, which is no text.
        (
            "<w:p><w:pPr><w:rPr><w:del w:author=\"Ulla\"/></w:rPr></w:pPr><w:r><w:t>seen</w:t></w:r></w:p>",
            0,
        ),
    ] {
        let found = counts(&docx(body, "", "")?)?;
        assert_eq!(found, [expected, 0, 0, 0, 0], "{body}");
    }
    let both = "<w:ins w:author=\"Ulla Mark\"/><w:del w:author=\"Per &amp; Ada\"/><w:p w:author=\"nobody\"/>";
    let named = left(&docx(both, "", "<w:comment w:author=\"Ada Lunde\"/>")?)?;
    assert!(
        named
            .names
            .iter()
            .eq(["Ada Lunde", "Per & Ada", "Ulla Mark"])
    );
    Ok(())
}

#[test]
fn comments_and_hidden_text_of_a_text_are_found() -> TestResult {
    let comments = "<w:comment w:id=\"0\"><w:p><w:r><w:t>Who?</w:t></w:r></w:p></w:comment><w:comment w:id=\"1\"/>";
    assert_eq!(counts(&docx(RUN, "", comments)?)?, [0, 1, 0, 0, 0]);
    let styles = "<w:style w:styleId=\"Gone\"><w:rPr><w:vanish/></w:rPr></w:style>\
        <w:style w:styleId=\"Below\"><w:basedOn w:val=\"Gone\"/></w:style>\
        <w:style w:styleId=\"Back\"><w:basedOn w:val=\"Gone\"/><w:rPr><w:vanish w:val=\"0\"/></w:rPr></w:style>\
        <w:style w:styleId=\"Round\"><w:basedOn w:val=\"Round\"/></w:style>";
    for (properties, hidden) in [
        ("<w:vanish/>", 1),
        ("<w:vanish w:val=\"true\"/>", 1),
        ("<w:vanish w:val=\"false\"/>", 0),
        ("<w:b/>", 0),
        ("<w:rStyle w:val=\"Gone\"/>", 1),
        ("<w:rStyle w:val=\"Below\"/>", 1),
        ("<w:rStyle w:val=\"Back\"/>", 0),
        ("<w:rStyle w:val=\"Round\"/>", 0),
        ("<w:rStyle w:val=\"Gone\"/><w:vanish w:val=\"0\"/>", 0),
        // How it was before its format was changed.
        ("<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>", 0),
    ] {
        let body = format!("<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>told</w:t></w:r>{RUN}</w:p>");
        let found = counts(&docx(&body, styles, "")?)?;
        assert_eq!(found, [0, 0, hidden, 0, 0], "{properties}");
    }
    let paragraph = |style: &str, run: &str| {
        format!(
            "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>told</w:t></w:r></w:p>"
        )
    };
    for (body, hidden) in [
        (paragraph("Below", ""), 1),
        (paragraph("Back", ""), 0),
        (paragraph("Below", "<w:vanish w:val=\"0\"/>"), 0),
        // The mark of a paragraph alone.
        (
            "<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>seen</w:t></w:r></w:p>"
                .to_owned(),
            0,
        ),
    ] {
        let found = counts(&docx(&body, styles, "")?)?;
        assert_eq!(found, [0, 0, hidden, 0, 0], "{body}");
    }
    Ok(())
}

#[test]
fn what_hides_all_text_or_a_whole_table_is_found() -> TestResult {
    let (body, table) = (
        "<w:p><w:r><w:t>told</w:t></w:r></w:p>",
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"T\"/></w:tblPr><w:tr><w:tc><w:p><w:pPr><w:pStyle w:val=\"S\"/></w:pPr>\
         <w:r><w:t>told</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:r><w:t>seen</w:t></w:r></w:p>",
    );
    let styled = "<w:p><w:pPr><w:pStyle w:val=\"S\"/></w:pPr><w:r><w:t>told</w:t></w:r></w:p>";
    let shown = "<w:p><w:r><w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t>seen</w:t></w:r></w:p>";
    let all = "<w:docDefaults><w:rPrDefault><w:rPr><w:vanish/></w:rPr></w:rPrDefault></w:docDefaults>\
        <w:style w:type=\"paragraph\" w:styleId=\"S\"/>";
    let normal = "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:rPr><w:vanish/></w:rPr></w:style>\
        <w:style w:type=\"paragraph\" w:styleId=\"S\"/>";
    let of_table = "<w:style w:type=\"table\" w:styleId=\"T\"><w:rPr><w:vanish/></w:rPr></w:style>\
        <w:style w:type=\"paragraph\" w:styleId=\"S\"/>";
    for (styles, body, hidden) in [
        (all, body, 1),
        (all, styled, 1),
        (all, shown, 0),
        (normal, body, 1),
        // A style that does not go back to it.
        (normal, styled, 0),
        (normal, shown, 0),
        (of_table, table, 1),
        (of_table, body, 0),
        ("", table, 0),
    ] {
        let found = counts(&docx(body, styles, "")?)?;
        assert_eq!(found, [0, 0, hidden, 0, 0], "{styles} {body}");
    }
    Ok(())
}

#[test]
fn parts_are_read_in_whatever_folder_and_by_whatever_name_they_lie() -> TestResult {
    let text = "<w:document><w:del w:author=\"Ulla\"><w:r><w:delText>old</w:delText></w:r></w:del></w:document>";
    let styles = "<w:styles/>";
    let main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    let list = |part: &str| {
        format!("<Types><Override PartName=\"/{part}\" ContentType=\"{main}\"/></Types>")
    };
    for (main, beside) in [
        ("content/body.xml", "word/styles.xml"),
        ("content/body.xml", "docProps/custom.xml"),
        ("content/body.dat", "word/styles.xml"),
        ("Word/Document.XML", "word/styles.xml"),
        ("Word/Document.xml", "docProps/custom.xml"),
    ] {
        let list = list(main);
        for listed in ["[Content_Types].xml", "[content_types].XML"] {
            let bytes = zipped(&[(listed, &list), (main, text), (beside, styles)])?;
            assert_eq!(counts(&bytes)?, [1, 0, 0, 0, 0], "{main} {beside}");
        }
    }
    // What lists its parts and is none of these is not passed over; nor is what has the parts of two.
    let other = zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        ("visio/document.xml", "<a/>"),
    ])?;
    let both = zipped(&[
        ("word/document.xml", text),
        ("xl/workbook.xml", "<workbook/>"),
    ])?;
    let binary = zipped(&[("xl/workbook.bin", ""), ("xl/styles.bin", "")])?;
    for bytes in [other, both, binary] {
        assert_eq!(look_in_office(&bytes), Err(NotRead::Other));
    }
    Ok(())
}

#[test]
fn rows_and_columns_of_no_size_are_hidden() -> TestResult {
    let sheet = "<worksheet><cols><col min=\"1\" max=\"1\" width=\"0\" customWidth=\"1\"/><col min=\"2\" max=\"2\" width=\"8.5\"/></cols><sheetData>\
        <row r=\"1\" ht=\"12\"><c r=\"A1\"><v>1</v></c><c r=\"B1\"><v>2</v></c></row>\
        <row r=\"2\" ht=\"0\" customHeight=\"1\"><c r=\"B2\"><v>3</v></c></row></sheetData></worksheet>";
    let bytes = zipped(&[("xl/worksheets/sheet1.xml", sheet)])?;
    assert_eq!(counts(&bytes)?, [0, 0, 0, 2, 0]);
    Ok(())
}

#[test]
fn hidden_cells_and_sheets_and_comments_of_a_spreadsheet_are_found() -> TestResult {
    let book = "<workbook><sheets><sheet name=\"1\"/><sheet state=\"hidden\"/><sheet state=\"veryHidden\"/><sheet state=\"visible\"/></sheets></workbook>";
    let sheet = "<worksheet><cols><col min=\"28\" max=\"16384\" hidden=\"1\"/><col min=\"2\" max=\"3\" hidden=\"true\"/></cols><sheetData>\
        <row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\" t=\"s\"><v>0</v></c><c r=\"C1\"/><c r=\"D1\"><v>4</v></c><c r=\"AA1\"><v>5</v></c><c r=\"AB1\"><v>6</v></c></row>\
        <row r=\"2\" hidden=\"1\"><c r=\"A2\"><f>A1</f><v>1</v></c><c r=\"E2\" t=\"inlineStr\"><is><t>x</t></is></c></row>\
        <row r=\"3\" hidden=\"0\"><c><v>1</v></c><c><v>2</v></c></row></sheetData></worksheet>";
    let comments = "<comments><authors><author>Ada Lunde</author></authors><commentList><comment ref=\"A1\"><text><r><t>Who?</t></r></text></comment></commentList></comments>";
    let threads = "<ThreadedComments><threadedComment ref=\"A1\"><text>Who?</text></threadedComment></ThreadedComments>";
    let people = "<personList><person displayName=\"Per Holm\"/></personList>";
    let bytes = zipped(&[
        ("xl/workbook.xml", book),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/comments1.xml", comments),
        ("xl/threadedComments/threadedComment1.xml", threads),
        ("xl/persons/person.xml", people),
    ])?;
    // B1 and AB1 by their columns, A2 and E2 by their row, and the second of the last row by its column.
    assert_eq!(counts(&bytes)?, [0, 1, 0, 5, 2]);
    assert!(left(&bytes)?.names.iter().eq(["Ada Lunde", "Per Holm"]));
    Ok(())
}

const TEXT: &str = "<text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>Ulla Mark</dc:creator>\
    <dc:date>2023-07-11T09:00:00</dc:date></office:change-info><text:p>with Per Holm </text:p></text:deletion></text:changed-region>\
    </text:tracked-changes><text:p>She came <text:change text:change-id=\"c\"/>to the pier<office:annotation><dc:creator>Ada Lunde</dc:creator>\
    <dc:date>2023-07-11T09:00:00</dc:date><text:p>Who is this?</text:p></office:annotation>. \
    <text:span text:style-name=\"H\">Her number is 42.</text:span> Nobody else did.</text:p>";

#[test]
fn what_a_text_and_a_spreadsheet_of_opendocument_do_not_show_is_found() -> TestResult {
    let file = |styles: &str, body: &str| {
        let content = format!(
            "<office:document-content><office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body></office:document-content>"
        );
        let common = "<office:document-styles><style:style style:name=\"Gone\" style:family=\"paragraph\"><style:text-properties text:display=\"none\"/></style:style></office:document-styles>";
        zipped(&[
            ("META-INF/manifest.xml", "<m/>"),
            ("styles.xml", common),
            ("content.xml", &content),
        ])
    };
    let hidden = "<style:style style:name=\"H\" style:family=\"text\"><style:text-properties text:display=\"none\"/></style:style>";
    let bytes = file(hidden, TEXT)?;
    assert_eq!(counts(&bytes)?, [1, 1, 1, 0, 0]);
    assert!(left(&bytes)?.names.iter().eq(["Ada Lunde", "Ulla Mark"]));
    // The same without what hides the words, and ways of hiding that styles inherit and sections have.
    assert_eq!(counts(&file("", TEXT)?)?, [1, 1, 0, 0, 0]);
    let below = "<style:style style:name=\"P\" style:family=\"paragraph\" style:parent-style-name=\"Gone\"/>";
    for (body, expected) in [
        ("<text:p text:style-name=\"P\">told</text:p>", 1),
        ("<text:p text:style-name=\"P\"> </text:p>", 0),
        ("<text:h text:style-name=\"Gone\">told</text:h>", 1),
        (
            "<text:section text:display=\"none\"><text:p>told</text:p></text:section>",
            1,
        ),
        (
            "<text:section text:display=\"condition\" text:is-hidden=\"true\"><text:p>told</text:p></text:section>",
            1,
        ),
        (
            "<text:section text:display=\"condition\" text:is-hidden=\"false\"><text:p>seen</text:p></text:section>",
            0,
        ),
        (
            "<text:p><text:hidden-text text:string-value=\"told\" text:is-hidden=\"true\"/></text:p>",
            1,
        ),
        (
            "<text:p><text:span text:style-name=\"P\">seen</text:span></text:p>",
            0,
        ),
    ] {
        assert_eq!(
            counts(&file(below, body)?)?,
            [0, 0, expected, 0, 0],
            "{body}"
        );
    }
    let sheets = "<table:table><table:table-column/><table:table-column table:visibility=\"collapse\" table:number-columns-repeated=\"2\"/><table:table-column/>\
        <table:table-row><table:table-cell><office:annotation><text:p>Who?</text:p></office:annotation><text:p>a</text:p></table:table-cell>\
        <table:table-cell><text:p>told</text:p></table:table-cell><table:table-cell/><table:table-cell><text:p>d</text:p></table:table-cell></table:table-row>\
        <table:table-row table:visibility=\"filter\"><table:table-cell table:number-columns-repeated=\"3\"><text:p>told</text:p></table:table-cell></table:table-row></table:table>\
        <table:table table:style-name=\"T\"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>";
    let style = "<style:style style:name=\"T\" style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style>";
    assert_eq!(counts(&file(style, sheets)?)?, [0, 1, 0, 2, 1]);
    Ok(())
}

#[test]
fn what_cannot_be_read_is_said_not_to_be_and_what_is_none_is_none() -> TestResult {
    assert_eq!(look_in_office(b"%PDF-1.7"), Ok(None));
    assert_eq!(look_in_office(&zipped(&[("memo.txt", "told")])?), Ok(None));
    let slides = zipped(&[("ppt/presentation.xml", "<p/>")])?;
    assert_eq!(look_in_office(&slides), Err(NotRead::Presentation));
    for (bytes, why) in [
        (&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"[..], NotRead::Old),
        (b"{\\rtf1 seen {\\v told}}", NotRead::Rich),
        (
            b"<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\"/>",
            NotRead::Flat,
        ),
    ] {
        assert_eq!(look_in_office(bytes), Err(why));
    }
    assert_eq!(look_in_office(b"<p>urn</p>"), Ok(None));
    let good = docx(
        "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>",
        "",
        "",
    )?;
    for end in 4..good.len() {
        assert_eq!(look_in_office(&good[..end]), Err(NotRead::Damaged), "{end}");
    }
    for at in 4..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        drop(look_in_office(&bytes));
    }
    for body in ["<w:p>", "</w:p>", "<w:p", "<w:p></w:r>"] {
        let found = look_in_office(&docx(body, "", "")?);
        assert_eq!(found, Err(NotRead::Damaged), "{body}");
    }
    let deep = "<w:p>".repeat(10_000) + &"</w:p>".repeat(10_000);
    assert_eq!(look_in_office(&docx(&deep, "", "")?), Err(NotRead::TooMuch));
    // It unpacks to more than is looked through.
    let long = format!("<w:t>{}</w:t>", "x".repeat(257 << 20));
    assert_eq!(look_in_office(&docx(&long, "", "")?), Err(NotRead::TooMuch));
    Ok(())
}

#[test]
fn files_of_another_program_are_read_as_it_means_them() -> TestResult {
    let dir = tempfile::tempdir()?;
    let flat = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" office:version=\"1.3\" office:mimetype=\"application/vnd.oasis.opendocument.text\">\
         <office:automatic-styles><style:style style:name=\"H\" style:family=\"text\"><style:text-properties text:display=\"none\"/>\
         </style:style></office:automatic-styles><office:body><office:text>{}</office:text></office:body></office:document>",
        TEXT.replace(
            "<text:changed-region>",
            "<text:changed-region xml:id=\"c\" text:id=\"c\">"
        )
    );
    fs::write(dir.path().join("memo.fodt"), flat)?;
    for ending in ["odt", "docx"] {
        let home = format!("-env:UserInstallation=file://{}/home", dir.path().display());
        let made = Command::new("soffice")
            .current_dir(dir.path())
            .args([&home, "--headless", "--convert-to", ending, "memo.fodt"])
            .output();
        let path = dir.path().join(format!("memo.{ending}"));
        if made.is_err() || !path.is_file() {
            skipped("LibreOffice is not installed, so none of its files was looked through");
            return Ok(());
        }
        let bytes = fs::read(path)?;
        assert_eq!(counts(&bytes)?, [1, 1, 1, 0, 0], "{ending}");
        assert!(
            left(&bytes)?.names.iter().eq(["Ada Lunde", "Ulla Mark"]),
            "{ending}"
        );
    }
    Ok(())
}

#[test]
fn a_copy_that_keeps_what_was_deleted_is_refused_and_nothing_is_recorded() -> TestResult {
    let desk = Desk::started()?;
    fs::write(desk.path("memo.docx"), docx(RUN, "", "")?)?;
    let ingested = desk.json(&["ingest", "memo.docx"], 0)?;
    let memo = {
        let archive = desk.archive()?;
        let cards = archive.after(0, 10)?;
        let card = cards.iter().find(|card| card.class == "d");
        archive.reference(card.ok_or(ingested.to_string())?)?
    };
    let body = "<w:del w:author=\"Ulla Mark\"><w:r><w:delText>Per Holm</w:delText></w:r></w:del>";
    let comment =
        "<w:comment w:author=\"Ada Lunde\"><w:p><w:r><w:t>Who?</w:t></w:r></w:p></w:comment>";
    fs::write(desk.path("copy.docx"), docx(body, "", comment)?)?;
    let before = desk.archive()?.head()?.0;
    let redact = ["redact", &memo, "copy.docx", "--reason", "a name"];
    let refused = desk.json(&redact, 2)?;
    let said = refused["message"].as_str().unwrap_or_default();
    assert!(said.contains("1 tracked deletion, 1 comment"), "{said}");
    assert!(!refused.to_string().contains("Holm"), "{refused}");
    assert_eq!(desk.archive()?.head()?.0, before);
    let allowed = [&redact[..], &["--allow-covered-text"]].concat();
    let recorded = desk.json(&allowed, 0)?;
    assert_eq!(recorded["leftover"]["deletions"], 1);
    assert_eq!(recorded["covered"], Value::Null);
    // A copy without any of it is recorded, and one that cannot be read is too, and that is said.
    fs::write(desk.path("clean.docx"), docx("<w:p/>", "", "")?)?;
    let clean = desk.done(&["redact", &memo, "clean.docx", "--reason", "a name"])?;
    assert!(
        clean.contains("No tracked deletions, comments or hidden text"),
        "{clean}"
    );
    fs::write(desk.path("torn.docx"), docx("<w:p>", "", "")?)?;
    let torn = desk.done(&["redact", &memo, "torn.docx", "--reason", "a name"])?;
    assert!(
        torn.contains("not looked through") && torn.contains("damaged"),
        "{torn}"
    );
    fs::write(desk.path("copy.rtf"), "{\\rtf1 seen}")?;
    let rich = desk.done(&["redact", &memo, "copy.rtf", "--reason", "a name"])?;
    assert!(
        rich.contains("not looked through") && rich.contains("RTF"),
        "{rich}"
    );
    Ok(())
}
