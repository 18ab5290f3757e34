//! `fonds anchor trust`.

use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use crate::anchor::Trusted;
use crate::anchor::is_own_witness;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::ui::Answer;
use crate::cli::witness::read;
use crate::keys::KeyError;
use crate::tlog::Cosigner;

#[derive(Debug, clap::Args)]
pub(super) struct TrustArgs {
    /// What you call them
    name: String,
    /// The line that fonds witness shows them, a file with it, or an authority's root certificate (PEM or DER)
    #[arg(value_name = "KEY|FILE")]
    given: String,
}

/// `fonds/anchor-trust/1`.
#[derive(Debug, Serialize)]
struct Taken {
    schema: &'static str,
    name: String,
    /// `witness` or `authority`.
    kind: &'static str,
    /// The name in the key or certificate.
    signs_as: String,
    /// Where it is kept. Who may write there decides what counts.
    path: PathBuf,
}

impl Answer for Taken {
    fn text(&self) -> String {
        let does = if self.kind == "witness" {
            "cosigns"
        } else {
            "vouches for"
        };
        format!(
            "From now on what {} {does} counts for you, as by {}. To end that, remove {}.",
            self.signs_as,
            self.name,
            self.path.display()
        )
    }
}

/// `fonds anchor trust`.
pub(super) fn run(context: &Context, args: &TrustArgs) -> Result<Outcome, CliError> {
    let path = Path::new(&args.given);
    let places = context.places()?;
    let said = if path.is_file() {
        let bytes = read(path)?;
        let pem = memchr::memmem::find(&bytes, b"-----BEGIN CERTIFICATE-----").is_some();
        if pem || bytes.first() == Some(&0x30) {
            let (path, of) = Trusted::add_authority(&places, &args.name, &bytes)?;
            context.ui.answer(&Taken {
                schema: "fonds/anchor-trust/1",
                name: args.name.clone(),
                kind: "authority",
                signs_as: of.join("; "),
                path,
            })?;
            return Ok(Outcome::Done);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        args.given.clone()
    };
    let key: Cosigner = said.trim().parse().map_err(|error| {
        CliError::usage(
            format!("{error}"),
            "the line that fonds witness shows to whoever is to cosign: name+id+key; or a root certificate",
        )
    })?;
    if is_own_witness(&places, &key)? {
        return Err(CliError::usage(
            "that is your own witness's key, and a witness is somebody else",
            "fonds anchor trust NAME KEY        with the key of another person",
        ));
    }
    if let Some((name, _)) = (Trusted::load(&places)?.witnesses.into_iter())
        .find(|(_, known)| known.public() == key.public())
    {
        return Err(CliError::usage(
            format!("you trust that key already, as {name}"),
            "fonds anchor        shows whom you trust",
        ));
    }
    let path = Trusted::add_witness(&places, &args.name, &key)?;
    context.ui.answer(&Taken {
        schema: "fonds/anchor-trust/1",
        name: args.name.clone(),
        kind: "witness",
        signs_as: key.name().to_owned(),
        path,
    })?;
    Ok(Outcome::Done)
}

/// A name that is not that of a witness whom the user trusts.
pub(super) fn unknown(name: &str) -> CliError {
    CliError::usage(
        format!("you trust no witness called {name:?}"),
        "fonds anchor trust NAME KEY        with the line that fonds witness shows them",
    )
}

/// Reads a key error as one of the user's own files.
pub(super) fn of_note(error: crate::tlog::TlogError) -> CliError {
    KeyError::from(error).into()
}
