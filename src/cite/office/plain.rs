//! A plain .docx of a draft that is text: its paragraphs and nothing else, for comments to be written into.

use std::io::Cursor;
use std::io::Write as _;

use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::cite::Paragraph;
use crate::cite::builder::Origins;

use super::DraftError;
use super::xml::escape;

const BEGINNING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>";
const END: &str = "</w:body></w:document>";
const TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
const RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>";

/// The bytes of the document, and the paragraphs with where their characters stand in it.
pub(super) fn document(paragraphs: &[Paragraph]) -> Result<(Vec<u8>, Vec<Paragraph>), DraftError> {
    let mut text = BEGINNING.to_owned();
    let mut placed = Vec::with_capacity(paragraphs.len());
    for paragraph in paragraphs {
        text.push_str("<w:p>");
        if paragraph.block.is_some() {
            text.push_str("<w:pPr><w:ind w:left=\"720\"/></w:pPr>");
        }
        text.push_str("<w:r><w:t xml:space=\"preserve\">");
        let mut origins = Origins::default();
        for (at, character) in paragraph.text.char_indices() {
            origins.note(at, text.len());
            escape(character, &mut text);
        }
        text.push_str("</w:t></w:r></w:p>");
        placed.push(Paragraph {
            origins,
            note: None,
            ..paragraph.clone()
        });
    }
    text.push_str(END);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let failed = |error: &dyn std::error::Error| DraftError::Damaged(error.to_string());
    for (name, content) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELATIONS),
        ("word/document.xml", &text),
    ] {
        writer
            .start_file(name, options)
            .map_err(|error| failed(&error))?;
        writer
            .write_all(content.as_bytes())
            .map_err(|error| failed(&error))?;
    }
    let bytes = writer.finish().map_err(|error| failed(&error))?;
    Ok((bytes.into_inner(), placed))
}
