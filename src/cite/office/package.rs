//! The zip archive that a document of a word processor is.

use std::io::Cursor;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::Write as _;

use zip::CompressionMethod;
use zip::ZipArchive;
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::DraftError;
use super::relations::Relations;

/// Parts of a document, at most.
const MOST_PARTS: usize = 10_000;
/// Bytes of one part that is read, unpacked, at most.
const LONGEST_PART: u64 = 64 << 20;
/// Bytes of all parts that are read, unpacked, at most.
const LONGEST: u64 = 160 << 20;

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    OpenDocument,
}

/// A document's parts.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    unpacked: u64,
}

impl<'a> Package<'a> {
    /// Opens a document; nothing is unpacked.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, DraftError> {
        // Before the list is read, which takes memory for each entry (APPNOTE 4.3.12).
        let entries = memchr::memmem::find_iter(bytes, b"PK\x01\x02").count();
        if entries > MOST_PARTS {
            return Err(DraftError::TooLarge(format!(
                "it has {entries} parts, at most {MOST_PARTS} are looked at"
            )));
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| {
            DraftError::Damaged(
                "the list of its parts, with which such a file ends, cannot be read".to_owned(),
            )
        })?;
        if archive.has_duplicate_names() {
            return Err(DraftError::Ambiguous(
                "two of its parts have the same name".to_owned(),
            ));
        }
        Ok(Self {
            archive,
            unpacked: 0,
        })
    }

    /// Which format it is.
    pub(super) fn kind(&mut self) -> Result<Kind, DraftError> {
        const ODT: &str = "application/vnd.oasis.opendocument.text";
        if let Some(kind) = self.part("mimetype")? {
            return if kind.trim().starts_with(ODT) {
                Ok(Kind::OpenDocument)
            } else {
                Err(DraftError::NotADocument(
                    "it is a spreadsheet, a presentation or a book",
                ))
            };
        }
        if self.has("[Content_Types].xml") {
            let main = self.main_part()?;
            if main.ends_with("workbook.xml") || main.ends_with("presentation.xml") {
                return Err(DraftError::NotADocument(
                    "it is a spreadsheet or a presentation",
                ));
            }
            return Ok(Kind::Word);
        }
        if self.has("content.xml") {
            return Ok(Kind::OpenDocument);
        }
        if self.has("word/document.xml") {
            return Err(DraftError::Missing("[Content_Types].xml".to_owned()));
        }
        Err(DraftError::NotADocument(
            "it is a zip archive of other files",
        ))
    }

    /// The part that holds the text of a .docx (ECMA-376 part 2, 9.3: the package's relationships name it).
    pub(super) fn main_part(&mut self) -> Result<String, DraftError> {
        let relations = Relations::of(self, "")?;
        Ok(relations
            .first("officeDocument")
            .unwrap_or_else(|| "word/document.xml".to_owned()))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// A part that must be there.
    pub(super) fn required(&mut self, name: &str) -> Result<String, DraftError> {
        self.part(name)?
            .ok_or_else(|| DraftError::Missing(name.to_owned()))
    }

    /// A part's text; nothing where there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, DraftError> {
        let damaged = |why: &str| DraftError::Damaged(format!("its part {name} {why}"));
        let file = match self.archive.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(why)) if why == ZipError::PASSWORD_REQUIRED => {
                return Err(DraftError::Encrypted);
            }
            Err(_) => return Err(damaged("cannot be unpacked")),
        };
        let room = LONGEST_PART.min(LONGEST.saturating_sub(self.unpacked));
        if file.size() > room {
            return Err(DraftError::TooLarge(format!(
                "its part {name} unpacks to {} bytes",
                file.size()
            )));
        }
        let stated = file.size();
        let mut bytes = Vec::new();
        // One byte more than may be: the size that is stated may be a lie. At the true end the CRC is looked at.
        file.take(room + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| damaged("is not what its checksum says, or ends in the middle"))?;
        let length = bytes.len() as u64;
        if length > room || length != stated {
            return Err(damaged(&format!(
                "has not the {stated} bytes that are stated"
            )));
        }
        self.unpacked += length;
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| damaged("is not UTF-8"))
    }

    /// The document with these parts in the place of those of the same name, or besides. All others keep their bytes.
    pub(super) fn with(&mut self, changed: &[(String, String)]) -> Result<Vec<u8>, DraftError> {
        let failed = |error: ZipError| DraftError::Damaged(error.to_string());
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        let mut written = vec![false; changed.len()];
        for index in 0..self.archive.len() {
            let file = self.archive.by_index_raw(index).map_err(failed)?;
            let place = changed
                .iter()
                .position(|it| it.0.as_bytes() == file.name_raw());
            let Some((place, (name, text))) = place.and_then(|at| Some((at, changed.get(at)?)))
            else {
                writer.raw_copy_file(file).map_err(failed)?;
                continue;
            };
            put(&mut writer, name, text, options)?;
            if let Some(mark) = written.get_mut(place) {
                *mark = true;
            }
        }
        for ((name, text), _) in changed.iter().zip(&written).filter(|it| !*it.1) {
            put(&mut writer, name, text, options)?;
        }
        let mut cursor = writer.finish().map_err(failed)?;
        cursor
            .rewind()
            .map_err(|error| DraftError::Damaged(error.to_string()))?;
        Ok(cursor.into_inner())
    }
}

fn put(
    writer: &mut ZipWriter<Cursor<Vec<u8>>>,
    name: &str,
    text: &str,
    options: SimpleFileOptions,
) -> Result<(), DraftError> {
    let failed = |error: &dyn std::error::Error| DraftError::Damaged(error.to_string());
    writer
        .start_file(name, options)
        .map_err(|error| failed(&error))?;
    writer
        .write_all(text.as_bytes())
        .map_err(|error| failed(&error))
}
