//! What an office file that is to be given away still holds, though its pages do not show it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

use super::CliError;
use super::ui::count;
use crate::covered::Left;
use crate::covered::is_office;
use crate::covered::look_in_office;
use crate::record::Digest;

/// The largest file that is looked through, in bytes.
const LARGEST: u64 = 256 << 20;

/// What an office file holds and does not show.
#[derive(Debug, Serialize)]
pub(super) struct Leftover {
    /// Whether it was looked through.
    looked_through: bool,
    /// Why not.
    why_not: Option<String>,
    /// Pieces of text that were deleted and are kept as tracked changes.
    deletions: u64,
    /// Comments.
    comments: u64,
    /// Pieces of text that are set not to be shown.
    hidden: u64,
    /// Cells in hidden rows and columns that hold something.
    cells: u64,
    /// Hidden sheets.
    sheets: u64,
}

impl Leftover {
    fn new(left: &Left, why_not: Option<String>) -> Self {
        Self {
            looked_through: why_not.is_none(),
            why_not,
            deletions: left.deletions,
            comments: left.comments,
            hidden: left.hidden,
            cells: left.cells,
            sheets: left.sheets,
        }
    }

    /// What was found, as words: none where nothing was.
    pub(super) fn found(&self) -> Option<String> {
        let found: Vec<String> = [
            (self.deletions, "tracked deletion", "tracked deletions"),
            (self.comments, "comment", "comments"),
            (self.hidden, "piece of hidden text", "pieces of hidden text"),
            (
                self.cells,
                "cell in a hidden row or column",
                "cells in hidden rows or columns",
            ),
            (self.sheets, "hidden sheet", "hidden sheets"),
        ]
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(number, one, many))
        .collect();
        (!found.is_empty()).then(|| found.join(", "))
    }

    /// Why it was not looked through.
    pub(super) fn why_not(&self) -> Option<&str> {
        self.why_not.as_deref()
    }
}

/// Looks through the file of that digest, where it is an office file.
pub(super) fn look(path: &Path, sha256: Digest) -> Result<Option<Leftover>, CliError> {
    let failed = |source| CliError::Read {
        path: path.to_owned(),
        source,
    };
    let not = |why: &str| Ok(Some(Leftover::new(&Left::default(), Some(why.to_owned()))));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(failed)?;
    if !is_office(&bytes) {
        return Ok(None);
    }
    if size > LARGEST {
        return not(&format!("it is larger than {} MiB", LARGEST >> 20));
    }
    if Digest::new(Sha256::digest(&bytes).into()) != sha256 {
        return not("it was written to while it was read");
    }
    match look_in_office(&bytes) {
        Ok(left) => Ok(left.map(|left| Leftover::new(&left, None))),
        Err(error) => not(&error.to_string()),
    }
}
