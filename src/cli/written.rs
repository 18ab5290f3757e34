//! Writing several files that belong together, one after the other.

use std::path::Path;

use super::CliError;
use crate::durable;

/// Writes reports. Where one cannot be written, those before it are named: they stay.
pub(super) fn write_all<'a>(
    reports: impl IntoIterator<Item = (&'a Path, &'a [u8])>,
) -> Result<(), CliError> {
    let mut written: Vec<String> = Vec::new();
    for (path, bytes) in reports {
        if let Err(error) = durable::write_atomic(path, bytes) {
            let error = CliError::from(error);
            return Err(match written.as_slice() {
                [] => error,
                [one] => error.after(format!("{one} is written"), WHERE),
                several => error.after(format!("{} are written", several.join(", ")), WHERE),
            });
        }
        written.push(path.display().to_string());
    }
    Ok(())
}

/// Where a report can be written.
const WHERE: &str = "the same command again, with a place that may be written";
