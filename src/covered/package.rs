//! Which kind of office file a zip file is, and which of its parts are XML: by the folders in which programs put them, and by
//! what the file itself lists (ECMA-376 part 2, 6.2.3). Neither alone says it: a part may lie in any folder and have any
//! ending, and names are told apart without regard to case (6.2.2.3).

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Cursor;
use std::io::Read as _;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use zip::ZipArchive;

/// How a zip file begins.
const ZIP: &[u8] = b"PK\x03\x04";

/// Bytes in which an office file that is one XML file says what it is, and how it says that: OpenDocument in one file, and
/// Word and Excel 2003 and what these write as one file since.
const BEGINNING: usize = 4096;
const FLAT: &[&str] = &[
    "urn:oasis:names:tc:opendocument",
    "schemas.microsoft.com/office/word/2003/wordml",
    "urn:schemas-microsoft-com:office:spreadsheet",
    "schemas.microsoft.com/office/2006/xmlPackage",
];

/// Parts of a file at most.
const MOST_PARTS: usize = 10_000;

/// The part in which a package lists what its parts are.
const LIST: &str = "[content_types].xml";

/// Lines of the list that are read, and its bytes.
const MOST_LINES: usize = 20_000;
const LONGEST_LIST: u64 = 16 << 20;

/// Why an office file was not looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRead {
    /// It cannot be read.
    #[error("it is damaged, or locked with a password")]
    Damaged,
    /// More is in it than is looked through.
    #[error("it unpacks to more than is looked through")]
    TooMuch,
    /// It is a presentation.
    #[error("it is a presentation, which is not looked through")]
    Presentation,
    /// It is a binary file of an office program.
    #[error(
        "it is an office file of before 2007 (.doc, .xls, .ppt) or locked with a password, which is not looked through"
    )]
    Old,
    /// It is RTF.
    #[error("it is an RTF file, which is not looked through")]
    Rich,
    /// It is an office file in one XML file.
    #[error("it is an office file in one XML file (.fodt, .xml), which is not looked through")]
    Flat,
    /// It is another kind of office file, or several at once.
    #[error(
        "it is another kind of office file, or pretends to be several, which is not looked through"
    )]
    Other,
}

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Word,
    Sheet,
    Open,
}

/// The kinds of office file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Sheet,
    Slides,
    /// A spreadsheet whose parts are not XML.
    Binary,
}

/// Whether the bytes are, or may be, those of an office file: a zip file, or an office file that is none.
pub fn is_office(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || not_read(bytes).is_some()
}

/// Why an office file that is no zip file is not looked through; nothing where it is none.
fn not_read(bytes: &[u8]) -> Option<NotRead> {
    // Compound files ([MS-CFB] 2.2), which a file that is locked with a password is too.
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Some(NotRead::Old);
    }
    let start = &bytes[..bytes.len().min(BEGINNING)];
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let start = start.trim_ascii_start();
    if start.starts_with(b"{\\rtf") {
        return Some(NotRead::Rich);
    }
    let names = |word: &&str| memchr::memmem::find(start, word.as_bytes()).is_some();
    (start.starts_with(b"<") && FLAT.iter().any(names)).then_some(NotRead::Flat)
}

/// An office file that is looked through.
pub(super) struct Package<'a> {
    pub(super) archive: ZipArchive<Cursor<&'a [u8]>>,
    pub(super) format: Format,
    /// The names of the parts that are read, those first that say what styles mean: that has to be known before what is set
    /// in them.
    pub(super) parts: Vec<String>,
}

impl<'a> Package<'a> {
    /// Opens an office file. Nothing where the bytes are none.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Option<Self>, NotRead> {
        if !bytes.starts_with(ZIP) {
            return not_read(bytes).map_or(Ok(None), Err);
        }
        // Before the list is read, which takes memory for each entry (APPNOTE 4.3.12).
        if memchr::memmem::find_iter(bytes, b"PK\x01\x02").count() > MOST_PARTS {
            return Err(NotRead::TooMuch);
        }
        let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
            return Err(NotRead::Damaged);
        };
        // Of two parts of one name, one program reads the first and another the second.
        let names = archive.file_names().map(|name| name.map(Cow::into_owned));
        let names: Result<Vec<String>, _> = names.collect();
        let Some(names) = names.ok().filter(|_| !archive.has_duplicate_names()) else {
            return Err(NotRead::Damaged);
        };
        let list = names.iter().find(|name| name.eq_ignore_ascii_case(LIST));
        let listed = match list {
            Some(list) => {
                let list = archive.by_name(list).map_err(|_| NotRead::Damaged)?;
                Listed::read(BufReader::new(list.take(LONGEST_LIST)))
            }
            None => Listed::default(),
        };
        let any = |start: &str| names.iter().any(|name| name.starts_with(start));
        let format = match listed.kinds(&names).as_slice() {
            [Kind::Word] => Format::Word,
            [Kind::Sheet] => Format::Sheet,
            [Kind::Slides] => return Err(NotRead::Presentation),
            [] if any("content.xml") && any("META-INF/manifest.xml") => Format::Open,
            [] if list.is_none() => return Ok(None),
            _ => return Err(NotRead::Other),
        };
        let is_wanted = |name: &String| match format {
            Format::Word | Format::Sheet => listed.is_xml(name),
            Format::Open => matches!(name.as_str(), "styles.xml" | "content.xml"),
        };
        let mut parts: Vec<String> = names.into_iter().filter(is_wanted).collect();
        parts.sort_by_key(|name| !listed.is_styles(name));
        Ok(Some(Self {
            archive,
            format,
            parts,
        }))
    }
}

/// What a package says of its parts. Everything in it is in small letters.
#[derive(Debug, Default)]
struct Listed {
    /// Kinds of parts, by their endings.
    endings: HashMap<String, String>,
    /// Kinds of parts, by their names.
    parts: HashMap<String, String>,
}

impl Listed {
    /// Reads the list. What stands before a fault in it counts.
    fn read(list: impl BufRead) -> Self {
        let mut listed = Self::default();
        let mut reader = Reader::from_reader(list);
        let mut buffer = Vec::new();
        for _ in 0..MOST_LINES {
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(tag) | Event::Empty(tag)) => listed.line(&tag),
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) => {}
            }
        }
        listed
    }

    fn line(&mut self, tag: &BytesStart<'_>) {
        let said = |local: &str| {
            let mut all = tag.attributes().flatten();
            let found = all.find(|it| it.key.local_name().as_ref() == local)?;
            let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
            Some(value.to_lowercase())
        };
        let Some(kind) = said("ContentType") else {
            return;
        };
        if let Some(part) = said("PartName") {
            let part = part.trim_start_matches('/').to_owned();
            self.parts.insert(part, kind);
        } else if let Some(ending) = said("Extension") {
            self.endings.insert(ending, kind);
        }
    }

    /// What a part is listed as.
    fn kind_of(&self, lower: &str) -> &str {
        let by_ending = || self.endings.get(lower.rsplit_once('.')?.1);
        let kind = self.parts.get(lower).or_else(by_ending);
        kind.map_or("", String::as_str)
    }

    /// Whether a part is XML.
    fn is_xml(&self, part: &str) -> bool {
        let part = part.to_lowercase();
        let kind = self.kind_of(&part);
        part.rsplit('.').next() == Some("xml") || kind.ends_with("+xml") || kind.ends_with("/xml")
    }

    /// Whether a part says what styles mean.
    fn is_styles(&self, part: &str) -> bool {
        let part = part.to_lowercase();
        part.ends_with("styles.xml") || self.kind_of(&part).ends_with(".styles+xml")
    }

    /// Which kinds of office file it is; more than one where it pretends to be another.
    fn kinds(&self, names: &[String]) -> Vec<Kind> {
        let mut found = Vec::new();
        for name in names {
            let name = name.to_lowercase();
            let main = self.kind_of(&name);
            let main = if main.contains(".main") { main } else { "" };
            let is = |folder: &str, words: [&str; 2]| {
                name.starts_with(folder) || words.iter().any(|word| main.contains(word))
            };
            let kind = if name.ends_with("workbook.bin") || main.contains("binary") {
                Kind::Binary
            } else if is("word/", ["wordprocessing", "ms-word"]) {
                Kind::Word
            } else if is("xl/", ["spreadsheet", "ms-excel"]) {
                Kind::Sheet
            } else if is("ppt/", ["presentation", "ms-powerpoint"]) {
                Kind::Slides
            } else {
                continue;
            };
            if !found.contains(&kind) {
                found.push(kind);
            }
        }
        found
    }
}
