//! Reads a document and keeps all that was found in it.

use std::error::Error;
use std::io::Cursor;
use std::path::Path;
use std::path::PathBuf;

use fonds::ingest::read::Found;
use fonds::ingest::read::Input;
use fonds::ingest::read::Limits;
use fonds::ingest::read::Mapping;
use fonds::ingest::read::Part;
use fonds::ingest::read::ReadError;
use fonds::ingest::read::read;
use fonds::ingest::read::sniff;
use fonds::record::Kind;
use fonds::record::Locator;
use fonds::record::Message;
use fonds::record::Name;
use fonds::record::Reading;
use fonds::record::Span;

use crate::skipped::skipped;

pub(crate) type TestResult<T = ()> = Result<T, Box<dyn Error>>;

/// A message as found.
pub(crate) struct Letter {
    pub(crate) span: Span,
    pub(crate) header: u64,
    pub(crate) raw: Vec<u8>,
    pub(crate) message: Message,
    pub(crate) parts: Vec<Part>,
}

/// A member as found, with what its bytes gave.
pub(crate) struct Member {
    pub(crate) locator: Locator,
    pub(crate) name: Name,
    pub(crate) size: u64,
    pub(crate) bytes: Result<Vec<u8>, String>,
}

/// All that was found in a document.
#[derive(Default)]
pub(crate) struct Finds {
    pub(crate) letters: Vec<Letter>,
    pub(crate) members: Vec<Member>,
    pub(crate) texts: Vec<Reading>,
    /// Notices, and what could not be taken out.
    pub(crate) notices: Vec<String>,
    /// What could not be taken out.
    pub(crate) unread: Vec<String>,
    pub(crate) error: Option<ReadError>,
}

/// Reads bytes as a kind.
pub(crate) fn read_as(kind: Kind, bytes: &[u8]) -> Finds {
    read_with(kind, bytes, &Limits::default(), &|_, _| None)
}

/// Reads bytes as a kind, with files beside them.
pub(crate) fn read_with(
    kind: Kind,
    bytes: &[u8],
    limits: &Limits,
    companion: &dyn Fn(&str, u64) -> Option<Vec<u8>>,
) -> Finds {
    read_named(kind, "", bytes, limits, companion)
}

/// Reads bytes as a kind, under a name.
pub(crate) fn read_named(
    kind: Kind,
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    companion: &dyn Fn(&str, u64) -> Option<Vec<u8>>,
) -> Finds {
    read_in(kind, name, bytes, limits, companion, None)
}

/// Reads bytes as a table of that name.
pub(crate) fn read_table(mapping: &Mapping, name: &str, bytes: &[u8], limits: &Limits) -> Finds {
    read_in(
        Kind::Table,
        name,
        bytes,
        limits,
        &|_, _| None,
        Some(mapping),
    )
}

fn read_in(
    kind: Kind,
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    companion: &dyn Fn(&str, u64) -> Option<Vec<u8>>,
    table: Option<&Mapping>,
) -> Finds {
    let mut finds = Finds::default();
    let mut content = Cursor::new(bytes);
    let name = Name::Text(name.to_owned());
    let mut input = Input {
        kind,
        name: Some(&name),
        size: bytes.len() as u64,
        content: &mut content,
        companion,
        table,
        limits,
    };
    let outcome = read(&mut input, &mut |found| {
        match found {
            Found::Message {
                span,
                header,
                raw,
                message,
                parts,
            } => finds.letters.push(Letter {
                span,
                header,
                raw: raw.to_vec(),
                message,
                parts,
            }),
            Found::Member {
                locator,
                name,
                size,
                content,
                ..
            } => {
                let mut bytes = Vec::new();
                let outcome = content.read_to_end(&mut bytes);
                finds.members.push(Member {
                    locator,
                    name,
                    size,
                    bytes: outcome.map(|_| bytes).map_err(|error| error.to_string()),
                });
            }
            Found::Text(reading) => finds.texts.push(reading),
            Found::Notice(notice) | Found::NotSearchable(notice) => finds.notices.push(notice),
            Found::Unread(notice) => {
                finds.unread.push(notice.clone());
                finds.notices.push(notice);
            }
        }
        Ok(())
    });
    finds.error = outcome.err();
    finds
}

/// Reads bytes as what they look like, and what comes out of them likewise, a few levels deep: nothing may panic.
pub(crate) fn read_all(bytes: &[u8], name: &str) -> usize {
    let mut waiting = vec![(bytes.to_vec(), name.to_owned(), 0)];
    let mut count = 0;
    let limits = Limits {
        unpacked: 256 << 20,
        ..Limits::default()
    };
    while let Some((bytes, name, depth)) = waiting.pop() {
        let head = bytes.get(..65536).unwrap_or(&bytes);
        let kind = sniff(head, Some(&name), false).kind;
        let finds = read_with(kind, &bytes, &limits, &|_, _| None);
        check(&bytes, &finds);
        count += finds.letters.len() + finds.members.len() + finds.texts.len();
        if depth < 3 {
            for letter in finds.letters {
                for part in letter.parts {
                    let name = part.name.map(|name| name.to_string()).unwrap_or_default();
                    waiting.push((part.bytes, name, depth + 1));
                }
            }
            for member in finds.members {
                if let Ok(bytes) = member.bytes {
                    waiting.push((bytes, member.name.to_string(), depth + 1));
                }
            }
        }
    }
    count
}

/// What holds of every reading.
fn check(bytes: &[u8], finds: &Finds) {
    for letter in &finds.letters {
        let (start, end) = (letter.span.start, letter.span.end);
        assert!(
            start <= letter.header && letter.header <= end,
            "{start} {end}"
        );
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let range = range.and_then(|(start, end)| bytes.get(start..end));
        assert_eq!(range, Some(letter.raw.as_slice()));
        let text = letter.message.text.as_deref().unwrap_or_default();
        assert!(!text.contains('\r'));
        assert!(letter.parts.len() <= letter.message.attachments.len());
    }
    for text in &finds.texts {
        assert!(!text.text.contains('\r'));
    }
}

/// A folder of the material that others wrote, if it is here.
pub(crate) fn corpora(folder: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpora");
    let root =
        std::env::var_os("FONDS_CORPORA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = root.join(folder);
    if path.is_dir() {
        return Some(path);
    }
    skipped(&format!("corpora/{folder} not present"));
    None
}

/// Every file below a folder, in order.
pub(crate) fn files(folder: &Path) -> TestResult<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}
