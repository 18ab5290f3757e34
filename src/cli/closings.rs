//! What this user knows of ledgers that their recovery keys closed: the file in an archive's own folder, those that are
//! kept in the user's own, and those given with `--closing`.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sha2::Digest as _;
use sha2::Sha256;

use super::CliError;
use crate::archive::Archive;
use crate::archive::CLOSED;
use crate::durable;
use crate::keys::KeyError;
use crate::keys::Places;
use crate::record::Finding;
use crate::succession::Closing;
use crate::succession::NotShown;

/// More than a closing that is read may have.
const LARGEST: u64 = 129 << 20;

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
        .map_err(|source| CliError::Read {
            path: path.to_path_buf(),
            source,
        })?;
    Ok(bytes)
}

/// The closing in a file that the user names.
pub(super) fn given(path: &Path) -> Result<Closing, CliError> {
    Closing::read(&read(path)?).map_err(|error| not_one(&path.display().to_string(), &error))
}

fn not_one(what: &str, error: &NotShown) -> CliError {
    CliError::usage(
        format!("{what} does not show that a ledger was closed: {error}"),
        "the closed.json of the archive that was closed, or the before.json of the one that goes on from it",
    )
}

/// Keeps a closing among what this user knows, so that nobody makes them forget it by taking the file away.
pub(super) fn keep(places: &Places, closing: &Closing) -> Result<(), CliError> {
    let folder = places.closings(closing.note().origin().as_str())?;
    durable::create_private_dir(&folder)?;
    let name = hex::encode(Sha256::digest(closing.note().text()));
    let text = closing
        .file()
        .map_err(|error| CliError::usage(error.to_string(), "fonds doctor"))?;
    Ok(durable::write_private(
        &folder.join(format!("{name}.json")),
        text.as_bytes(),
    )?)
}

/// The closings of that origin that this user keeps.
pub(super) fn kept(places: &Places, origin: &str) -> Result<Vec<Closing>, CliError> {
    let folder = places.closings(origin)?;
    let mut found = Vec::new();
    let Ok(files) = folder.read_dir() else {
        return Ok(found);
    };
    for path in files.flatten().map(|file| file.path()) {
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        // One that cannot be read closes nothing, and to go on as if there were none could sign what was disowned.
        let damaged = |reason: String| KeyError::Damaged {
            path: path.clone(),
            reason,
        };
        let closing = Closing::read(&read(&path)?).map_err(|error| damaged(error.to_string()))?;
        if closing.note().origin().as_str() != origin {
            return Err(damaged("it is of another archive".to_owned()).into());
        }
        found.push(closing);
    }
    Ok(found)
}

/// The closings of an archive that this user knows of, and what is wrong with the file in its folder that says so.
pub(super) fn of(
    archive: &Archive,
    places: &Places,
) -> Result<(Vec<Closing>, Option<Finding>), CliError> {
    let origin = archive.origin();
    let mut found = kept(places, origin.as_str())?;
    let not_valid = |message: String| Some(Finding::new("closing.not-valid", CLOSED, message));
    let wrong = match archive
        .closing_file(CLOSED)?
        .map(|bytes| Closing::read(&bytes))
    {
        Some(Ok(closing)) if closing.note().origin() == *origin => {
            if !found.contains(&closing) {
                found.push(closing);
            }
            None
        }
        Some(Ok(_)) => not_valid("It closes another archive's ledger.".to_owned()),
        Some(Err(error)) => not_valid(format!(
            "It does not show that the ledger was closed: {error}."
        )),
        None => None,
    };
    Ok((found, wrong))
}
