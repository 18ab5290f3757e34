//! Drafts that come from a word processor: Office Open XML (ECMA-376, .docx) and OpenDocument (OASIS ODF 1.3, .odt).
//!
//! Both are zip archives of XML parts. Nothing in them is run, and nothing outside of them is loaded; sizes, counts and
//! depths are capped before anything is unpacked. A file that another program would read differently (two parts of one
//! name, entities of its own) is refused.

mod comments;
mod docx;
mod odt;
mod package;
mod plain;
mod raised;
mod relations;
mod styles;
mod xml;

use crate::record::Finding;

use super::builder::Builder;

pub use comments::Comment;
pub use comments::with_comments;

pub(super) use raised::Raised;

use package::Kind;
use package::Package;

/// Why a document of a word processor could not be read, or be written back.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DraftError {
    /// It is locked with a password.
    #[error("it is locked with a password")]
    Encrypted,
    /// It is in a format of old: .doc, or another compound file.
    #[error("it is a file of an old word processor (.doc), not a .docx")]
    Old,
    /// It is no such document at all.
    #[error("it is no .docx and no .odt: {0}")]
    NotADocument(&'static str),
    /// It ends in the middle, or its bytes are damaged.
    #[error("it is cut off or damaged: {0}")]
    Damaged(String),
    /// A part that every such document has is not there.
    #[error("it is not whole: it lacks its part {0}")]
    Missing(String),
    /// It would unpack to more than is read of a draft.
    #[error("it is larger than a draft can be: {0}")]
    TooLarge(String),
    /// It can be read in more than one way.
    #[error("it can be read in more than one way: {0}")]
    Ambiguous(String),
    /// Comments can be written into a .docx alone.
    #[error("comments can be written into a .docx alone")]
    NoComments,
}

/// Whether bytes begin as a zip archive does.
pub(super) fn is_package(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Whether bytes begin as a compound file does (MS-CFB 2.2): an old .doc, or a .docx that is locked with a password.
pub(super) fn is_compound(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

/// What a document of a word processor is that is text all through, and is not read as one: its text would be taken for
/// the draft's words, with marks that are written as codes.
pub(super) fn not_read(bytes: &[u8]) -> Option<&'static str> {
    /// Bytes in which the outermost element of XML begins.
    const BEGINNING: usize = 4 << 10;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = bytes.trim_ascii_start();
    if bytes.starts_with(b"{\\rtf") {
        return Some("it is RTF");
    }
    let head = bytes.get(..BEGINNING).unwrap_or(bytes);
    let has = |words: &str| memchr::memmem::find(head, words.as_bytes()).is_some();
    if !(head.starts_with(b"<?xml") || head.starts_with(b"<office:document")) {
        None
    } else if has("<office:document") {
        Some("it is OpenDocument in one XML file (.fodt)")
    } else if has("<?mso-application") || has("<pkg:package") {
        Some("it is a document of Word in one XML file")
    } else {
        None
    }
}

/// Reads a document of a word processor, of whichever format it is.
pub(super) fn read(bytes: &[u8]) -> Result<Builder, DraftError> {
    let mut package = open(bytes)?;
    match package.kind()? {
        Kind::Word => docx::read(&mut package),
        Kind::OpenDocument => odt::read(&mut package),
    }
}

fn open(bytes: &[u8]) -> Result<Package<'_>, DraftError> {
    if is_compound(bytes) {
        // MS-OFFCRYPTO 2.3: the stream that says how the package was encrypted. Names are UTF-16.
        let name: Vec<u8> = "EncryptionInfo".bytes().flat_map(|it| [it, 0]).collect();
        return Err(if memchr::memmem::find(bytes, &name).is_some() {
            DraftError::Encrypted
        } else {
            DraftError::Old
        });
    }
    if !is_package(bytes) {
        return Err(DraftError::NotADocument(if bytes.is_empty() {
            "it is empty"
        } else {
            not_read(bytes).unwrap_or("it does not begin as one")
        }));
    }
    Package::open(bytes)
}

/// What is said of text that is set not to be shown.
pub(super) fn hidden(is: bool) -> Option<Finding> {
    is.then(|| {
        Finding::new(
            "draft.hidden-text",
            "draft",
            "the draft has text that is set not to be shown; it was not read",
        )
    })
}

/// What is said of changes that a draft keeps track of.
pub(super) fn tracked(inserted: usize, deleted: usize) -> Option<Finding> {
    let many = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    (inserted + deleted > 0).then(|| {
        Finding::new(
            "draft.tracked-changes",
            "draft",
            format!(
                "the draft has changes that are neither accepted nor rejected; it was read as if they were accepted: {} \
                 read, {} left out",
                many(inserted, "insertion"),
                many(deleted, "deletion")
            ),
        )
    })
}
