//! A checkpoint that somebody hands over. Where its text was copied, and not its file, the note is as a rule still to be
//! told: it is taken where its signatures then fit, and the reader is told what was undone.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::cli::CliError;
use crate::tlog::MAX_NOTE_BYTES;
use crate::tlog::Note;
use crate::tlog::TlogError;
use crate::tlog::copied;

/// A checkpoint, and what copying had done to it and was undone.
pub(in crate::cli) struct Handed {
    pub(in crate::cli) note: Note,
    pub(in crate::cli) mended: Option<String>,
}

/// The note in these bytes. `fits` says whether its signatures do; without that nothing is undone.
pub(super) fn read(
    bytes: &[u8],
    fits: impl Fn(&Note) -> bool,
) -> Result<Handed, (TlogError, String)> {
    let strict = Note::parse(bytes);
    if let Ok(note) = &strict
        && fits(note)
    {
        return Ok(Handed {
            note: note.clone(),
            mended: None,
        });
    }
    let copied = copied(bytes);
    let said = copied.said();
    let undone = copied.note.map(|note| (fits(&note), note));
    match (strict, undone) {
        (_, Some((true, note))) => Ok(Handed {
            note,
            mended: Some(said),
        }),
        (Ok(note), _) => Ok(Handed { note, mended: None }),
        (Err(error), Some((false, _))) => Err((
            error,
            format!(
                "{said}; with that undone it is a checkpoint, but not one that this key signed"
            ),
        )),
        (Err(error), None) => Err((error, said)),
    }
}

/// The checkpoint in a file that the user names.
pub(in crate::cli) fn from(path: &Path, fits: impl Fn(&Note) -> bool) -> Result<Handed, CliError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_NOTE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|source| CliError::Read {
            path: path.to_path_buf(),
            source,
        })?;
    read(&bytes, fits).map_err(|(error, said)| {
        let why = if said.is_empty() {
            error.to_string()
        } else {
            said
        };
        CliError::usage(
            format!("{} is no signed checkpoint: {why}", path.display()),
            "a copy of the file log/checkpoint, byte by byte, or a checkpoint that a report or receipt carries",
        )
    })
}
