//! What was typed in the place of an act of `cite`, or of a draft, and is neither.

use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory as _;

use crate::cli::Cli;
use crate::cli::CliError;

/// How near a word is to the name of an act for that to be meant: 1 is the same.
const NEAR: f64 = 0.85;

/// Where the word after `cite` is no file and nearly an act: what it is not, and what may be meant.
pub(in crate::cli) fn misspelt_in(arguments: &[OsString]) -> Option<(String, String)> {
    let cite = arguments.iter().position(|it| it == "cite")?;
    misspelt(Path::new(arguments.get(cite + 1)?))
}

/// As an error, of what was taken for a draft.
pub(super) fn demand_draft(path: &Path) -> Result<(), CliError> {
    match misspelt(path) {
        Some((said, hint)) => Err(CliError::usage(said, hint)),
        None => Ok(()),
    }
}

fn misspelt(path: &Path) -> Option<(String, String)> {
    let typed = path.to_str()?;
    // Drafts have an ending or lie in a folder; what begins with a dash is an option.
    if typed.starts_with('-') || typed.contains(['.', '/']) || path.exists() {
        return None;
    }
    let command = Cli::command();
    let acts = command.find_subcommand("cite")?.get_subcommands();
    let (near, act) = acts
        .map(|act| {
            let near = strsim::jaro_winkler(&typed.to_lowercase(), act.get_name());
            (near, act.get_name())
        })
        .max_by(|one, other| one.0.total_cmp(&other.0))?;
    // The act itself: what is wrong is something else.
    (near >= NEAR && typed != act).then(|| {
        (
            format!("{typed}: no such file, and no act of cite; did you mean {act}?"),
            format!("fonds cite {act} …        or fonds help cite {act}"),
        )
    })
}
