//! Where files may be written that the user names with `-o`: every verb that writes one asks here first.

use std::fs::File;
use std::io::Cursor;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use super::CliError;
use super::Context;
use crate::archive::Archive;

/// Refuses to write over a file that the verb reads, by whatever name; over one that fonds did not write, unless it is
/// told to; into the folder of an archive, where what is not
/// recorded is a finding of `verify` and the database could be replaced; and among the user's own keys. `read` are the
/// files that are read, with what each is called.
pub(super) fn may_be_written(
    context: &Context,
    outputs: &[impl AsRef<Path>],
    read: &[(&str, &Path)],
) -> Result<(), CliError> {
    for output in outputs.iter().map(AsRef::as_ref) {
        if let Some((what, _)) = read.iter().find(|(_, read)| is_same_file(read, output)) {
            return Err(CliError::usage(
                format!(
                    "{} is the {what} itself, and what is written would take its place",
                    output.display()
                ),
                "-o with a name of its own",
            ));
        }
        if !context.force && !looks_ours(output)? {
            return Err(CliError::usage(
                format!(
                    "{} is there already and does not look like something that fonds wrote",
                    output.display()
                ),
                "-o with another name; or the same command with --force, which writes over it",
            ));
        }
        let lands = lands_in(output);
        let is_within = |folder: &Path| lands.iter().any(|path| path.starts_with(folder));
        let mut above = lands.iter().flat_map(|path| path.ancestors());
        if above.any(Archive::is_here) {
            return Err(CliError::usage(
                format!(
                    "{} lies in an archive's own folder, which holds nothing but what was ingested",
                    output.display()
                ),
                "-o with a path outside the archive",
            ));
        }
        let own = context
            .places()
            .map_or(Vec::new(), |places| vec![places.config, places.state]);
        let mut own = own.iter().filter_map(|folder| folder.canonicalize().ok());
        if own.any(|folder| is_within(&folder)) {
            return Err(CliError::usage(
                format!("{} lies among your own keys", output.display()),
                "-o with a path elsewhere",
            ));
        }
    }
    Ok(())
}

/// What is read of a file at most to see who wrote it.
const LOOKED_AT: u64 = 64 << 20;

/// Whether nothing would be lost by writing over what is there: it is no file, it is empty, or it has a mark of what
/// fonds writes. Reports are made again and again, so one's own are written over without a word.
fn looks_ours(output: &Path) -> Result<bool, CliError> {
    // What cannot be asked for cannot be written over either: that is told when it is tried.
    let Ok(found) = std::fs::metadata(output) else {
        return Ok(true);
    };
    if !found.is_file() || found.len() == 0 {
        return Ok(true);
    }
    let mut bytes = Vec::new();
    let read = |source| CliError::Read {
        path: output.to_path_buf(),
        source,
    };
    let file = File::open(output).map_err(read)?;
    (file.take(LOOKED_AT).read_to_end(&mut bytes)).map_err(read)?;
    Ok(has_mark(&bytes))
}

/// Whether these bytes have a mark of what fonds writes, of whatever sort.
fn has_mark(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(2048)).unwrap_or_default();
    let holds = |what: &str| memchr::memmem::find(head, what.as_bytes()).is_some();
    let begins = |what: &str| head.starts_with(what.as_bytes());
    if begins("<!DOCTYPE html>") {
        return holds("content=\"default-src 'none'; ")
            && holds("base-uri 'none'; form-action 'none'");
    }
    if begins("%PDF") {
        return memchr::memmem::find(bytes, b"/Creator (fonds)").is_some();
    }
    if begins("PK") {
        return has_our_comments(bytes).unwrap_or(false);
    }
    if begins("{") {
        // The proof and what is signed have their schema last.
        return memchr::memmem::find(bytes, b"\"schema\": \"fonds/").is_some()
            || memchr::memmem::find(bytes, b"\"schema\":\"fonds/").is_some()
            || holds("\"name\": \"fonds\"");
    }
    if begins("[") {
        // Sources go by the references of the archive.
        return ["m", "d", "a"]
            .iter()
            .any(|letter| holds(&format!("\"id\": \"{letter}-")))
            || head.trim_ascii() == b"[]";
    }
    if begins("@") {
        let entry = head.split(|byte| *byte == b'\n').next();
        return entry.is_some_and(|line| {
            ["{m-", "{d-", "{a-"]
                .iter()
                .any(|key| memchr::memmem::find(line, key.as_bytes()).is_some())
        });
    }
    begins("# Citation report: ")
        || begins("# Provenance report\n")
        // A checkpoint that was cosigned, and a request to a time-stamp authority (RFC 3161): its version and SHA-256.
        || begins("fonds/")
        || (begins("0") && bytes.len() < 200 && holds("\u{2}\u{1}\u{1}0"))
}

/// Whether a Word document has comments that fonds wrote.
fn has_our_comments(bytes: &[u8]) -> Option<bool> {
    let mut packed = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let part = packed.by_name("word/comments.xml").ok()?;
    let mut text = Vec::new();
    part.take(LOOKED_AT).read_to_end(&mut text).ok()?;
    Some(memchr::memmem::find(&text, b"w:author=\"fonds\"").is_some())
}

/// Whether two paths lead to the same bytes on the disk, through links of either sort.
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (std::fs::metadata(one), std::fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Where a file of that name would lie, and what it would replace a link to.
fn lands_in(output: &Path) -> Vec<PathBuf> {
    let beside = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    [beside, output]
        .into_iter()
        .filter_map(|path| path.canonicalize().ok())
        .collect()
}
