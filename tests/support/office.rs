//! Documents of word processors, made part by part.

use std::fmt::Write as _;
use std::io::Cursor;
use std::io::Write as _;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

type TestResult<T> = Result<T, Box<dyn std::error::Error>>;

pub(crate) const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;

/// A zip archive of these files.
pub(crate) fn package(parts: &[(&str, &str)]) -> TestResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(*name, SimpleFileOptions::default())?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

/// A .docx whose text has this body. `more` are parts beside it (`comments`, `footnotes`, `endnotes`, `styles`), each the
/// inside of its outermost element, which is an empty one where that is empty.
pub(crate) fn docx(body: &str, more: &[(&str, &str)]) -> TestResult<Vec<u8>> {
    docx_in(WORD, body, more)
}

/// As [`docx`], in another namespace.
pub(crate) fn docx_in(space: &str, body: &str, more: &[(&str, &str)]) -> TestResult<Vec<u8>> {
    let main = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"{space}\" xmlns:r=\"{RELATION}\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"><w:body>{body}</w:body></w:document>"
    );
    let mut relations = String::new();
    let mut parts = Vec::new();
    for (kind, inside) in more {
        write!(
            relations,
            "<Relationship Id=\"{kind}\" Type=\"{RELATION}/{kind}\" Target=\"{kind}.xml\"/>"
        )?;
        let whole = if inside.is_empty() {
            format!("<w:{kind} xmlns:w=\"{space}\"/>")
        } else {
            format!("<w:{kind} xmlns:w=\"{space}\">{inside}</w:{kind}>")
        };
        parts.push((format!("word/{kind}.xml"), whole));
    }
    let whole = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{RELATION}/officeDocument\" Target=\"word/document.xml\"/></Relationships>"
    );
    let relations = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{relations}<Relationship Id=\"link\" Type=\"{RELATION}/hyperlink\" Target=\"fonds:m-2f61\" TargetMode=\"External\"/></Relationships>"
    );
    let mut all: Vec<(&str, &str)> = vec![
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", &whole),
        ("word/document.xml", &main),
        ("word/_rels/document.xml.rels", &relations),
        ("word/media/image1.bin", "a picture"),
    ];
    all.extend(parts.iter().map(|it| (it.0.as_str(), it.1.as_str())));
    package(&all)
}

/// A paragraph of one run.
pub(crate) fn p(text: &str) -> String {
    format!("<w:p>{}</w:p>", r(text))
}

/// A run.
pub(crate) fn r(text: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>")
}

/// An .odt with this text and these styles of its own.
pub(crate) fn odt(styles: &str, text: &str) -> TestResult<Vec<u8>> {
    let content = format!(
        "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\"><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:text>{text}</office:text></office:body></office:document-content>"
    );
    package(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", &content),
    ])
}
