//! Where files may be written that the user names with `-o`: every verb that writes one asks here first.

use std::path::Path;
use std::path::PathBuf;

use super::CliError;
use super::Context;
use crate::archive::Archive;

/// Refuses to write over a file that the verb reads, by whatever name; into the folder of an archive, where what is not
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
