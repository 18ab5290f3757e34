//! Reading the draft that `cite` checks, and what is said where it cannot be read.

use std::io::Read as _;
use std::path::Path;

use sha2::Digest as _;
use sha2::Sha256;

use super::CliError;
use super::visible;
use crate::cite;
use crate::cite::Draft;
use crate::cite::DraftError;
use crate::cite::DraftFormat;
use crate::record::Digest;

/// The name that stands for the standard input.
pub(super) const STDIN: &str = "-";

/// The longest draft that is read, in bytes: pictures may lie in it.
pub(super) const LONGEST: u64 = 256 << 20;

/// A draft, and the bytes that it was read from.
pub(super) struct Opened {
    pub(super) draft: Draft,
    pub(super) bytes: Vec<u8>,
}

/// Reads a draft from a file, or from the standard input.
pub(super) fn open(path: &Path) -> Result<Opened, CliError> {
    let stdin = path == Path::new(STDIN);
    let mut bytes = Vec::new();
    let read = if stdin {
        std::io::stdin()
            .lock()
            .take(LONGEST + 1)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
    };
    read.map_err(|source| CliError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    if bytes.len() as u64 > LONGEST {
        return Err(CliError::usage(
            format!(
                "{} is longer than a draft can be: more than {LONGEST} bytes",
                called(path)
            ),
            "check it in parts",
        ));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = (!stdin).then_some(&*name);
    let is_text = format_of(&bytes, name) != DraftFormat::Office;
    if is_text && let Some(sort) = not_text(&bytes) {
        return Err(CliError::usage(
            format!("{} is {sort}", called(path)),
            "save the draft as .docx, .odt, Markdown, HTML or plain text; this release reads no other",
        ));
    }
    let draft = of_bytes(&bytes, name).map_err(|error| unreadable(path, &error))?;
    Ok(Opened { draft, bytes })
}

/// What bytes are that are not text, or text of an encoding that nothing says for certain.
fn not_text(bytes: &[u8]) -> Option<&'static str> {
    /// Bytes of a text by which its encoding is known.
    const BEGINNING: usize = 4 << 10;
    if bytes.starts_with(b"%PDF-") {
        return Some("not text");
    }
    if cite::is_utf_16(bytes) || memchr::memchr(0, bytes).is_none() {
        return None;
    }
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        return Some("text in UTF-32, which is not read: save it as UTF-8");
    }
    // Of most letters in UTF-16 one byte of two is nought, and always the same one.
    let head = bytes.get(..BEGINNING).unwrap_or(bytes);
    let noughts = |from| {
        head.iter()
            .skip(from)
            .step_by(2)
            .filter(|it| **it == 0)
            .count()
    };
    let (first, second) = (noughts(0), noughts(1));
    let is_utf_16 = first.max(second) * 4 > head.len() && first.min(second) == 0;
    Some(if is_utf_16 {
        "text in UTF-16 without a byte order mark, as it seems, which is not read: save it as UTF-8"
    } else {
        "not text"
    })
}

/// Reads the bytes of a draft that came under that name; without one, text is Markdown.
pub(super) fn of_bytes(bytes: &[u8], name: Option<&str>) -> Result<Draft, DraftError> {
    Draft::read(bytes, name, format_of(bytes, name))
}

fn format_of(bytes: &[u8], name: Option<&str>) -> DraftFormat {
    match (DraftFormat::of_file(name.unwrap_or_default(), bytes), name) {
        (DraftFormat::Text, None) => DraftFormat::Markdown,
        (format, _) => format,
    }
}

/// The digest of a draft's bytes.
pub(super) fn digest(path: &Path) -> Result<Digest, CliError> {
    let mut hash = Sha256::new();
    std::fs::File::open(path)
        .and_then(|mut file| std::io::copy(&mut file, &mut hash))
        .map_err(|source| CliError::Read {
            path: path.to_path_buf(),
            source,
        })?;
    Ok(Digest::new(hash.finalize().into()))
}

fn called(path: &Path) -> String {
    if path == Path::new(STDIN) {
        "what came in".to_owned()
    } else {
        visible(&path.display().to_string())
    }
}

/// What is said of a draft that cannot be read, or not be written back.
pub(super) fn unreadable(path: &Path, error: &DraftError) -> CliError {
    let hint = match error {
        DraftError::Encrypted => "open it in the word processor and save a copy without a password",
        DraftError::Old | DraftError::NoComments => {
            "open it in the word processor and save it as .docx"
        }
        DraftError::TooLarge(_) => "check it in parts",
        DraftError::Damaged(_) | DraftError::Missing(_) | DraftError::Ambiguous(_) => {
            "open it in the word processor and save it anew, or take an earlier copy"
        }
        DraftError::NotADocument(_) => {
            "save the draft as .docx, .odt, Markdown, HTML or plain text"
        }
    };
    CliError::usage(format!("cannot use {}: {error}", called(path)), hint)
}
