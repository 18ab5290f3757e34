//! Reading the draft that `cite` checks, and what is said where it cannot be read.

use std::io::Read as _;
use std::path::Path;

use sha2::Digest as _;
use sha2::Sha256;

use super::CliError;
use super::visible;
use crate::cite::Draft;
use crate::cite::DraftError;
use crate::cite::DraftFormat;
use crate::record::Digest;

/// The name that stands for the standard input.
pub(super) const STDIN: &str = "-";

/// The longest draft that is read, in bytes: pictures may lie in it.
const LONGEST: u64 = 256 << 20;

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
    let format = if stdin && DraftFormat::of_file("", &bytes) == DraftFormat::Text {
        DraftFormat::Markdown
    } else {
        DraftFormat::of_file(&name, &bytes)
    };
    let is_text = format != DraftFormat::Office;
    if is_text && (memchr::memchr(0, &bytes).is_some() || bytes.starts_with(b"%PDF-")) {
        return Err(CliError::usage(
            format!("{} is not text", called(path)),
            "save the draft as .docx, .odt, Markdown, HTML or plain text; this release reads no other",
        ));
    }
    let name = (!stdin).then_some(&*name);
    let draft = Draft::read(&bytes, name, format).map_err(|error| unreadable(path, &error))?;
    Ok(Opened { draft, bytes })
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
