//! Names that are not to stand in the archive: how they come in, and to whose keys they are sealed.

use std::path::PathBuf;

use super::CliError;
use super::Context;
use super::context::line_of_descriptor;
use crate::keys::Places;
use crate::vault::FEWEST;
use crate::vault::Recipients;
use crate::vault::Secret;

/// What a verb takes that can be told a name in confidence.
#[derive(Debug, clap::Args)]
pub(super) struct Confidential {
    /// Keep the giver's name out of the archive: it is asked for, sealed in the vault, and a pseudonym stands for it
    #[arg(long)]
    pub(super) confidential: bool,
    /// Read the confidential name from this file descriptor instead of asking
    #[arg(long, value_name = "N", requires = "confidential")]
    from_fd: Option<u32>,
}

/// A name told in confidence, with the keys that it is to be sealed to.
pub(super) struct Told {
    name: Secret,
    pub(super) recipients: Recipients,
}

impl Told {
    /// The name.
    pub(super) fn name(&self) -> &str {
        self.name.shown()
    }
}

impl Confidential {
    /// The name, where one is told in confidence. `given` is a name that was typed as an argument.
    pub(super) fn told(
        &self,
        context: &Context,
        given: Option<&String>,
    ) -> Result<Option<Told>, CliError> {
        if !self.confidential {
            return Ok(None);
        }
        if given.is_some() {
            return Err(CliError::usage(
                "a name that is to stay secret is not given as an argument: every process can read it there, and the \
                 shell writes it down",
                "--confidential alone, which asks for the name, or --from-fd N; and remove the line from your shell's history",
            ));
        }
        let recipients = recipients(context)?;
        let name = match self.from_fd {
            Some(number) => Secret::new(line_of_descriptor(number)?),
            None => asked(context)?,
        };
        Ok(Some(Told { name, recipients }))
    }
}

/// The name as it is typed, twice, since nobody sees it.
fn asked(context: &Context) -> Result<Secret, CliError> {
    let ask = |question: &str| -> Result<Secret, CliError> {
        let typed = context.ui.ask_passphrase(question)?.ok_or_else(|| {
            CliError::usage(
                "nobody can be asked for the name here",
                "run this on a terminal, or give the name with --from-fd N",
            )
        })?;
        Ok(Secret::new(typed))
    };
    let name = ask("The name, which is not shown:")?;
    let again = ask("Once more:")?;
    if name.shown() != again.shown() {
        return Err(CliError::usage(
            "the two were not the same",
            "type the name once more",
        ));
    }
    Ok(name)
}

/// The file in the user's folder with the keys that names are sealed to.
fn recipients_file(places: &Places) -> PathBuf {
    places.config.join("vault-recipients")
}

/// The keys that names are sealed to.
pub(super) fn recipients(context: &Context) -> Result<Recipients, CliError> {
    let path = recipients_file(&context.places()?);
    let hint = format!(
        "write {FEWEST} or more public keys made by age-keygen (age1…), one a line, into {}",
        path.display()
    );
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            Recipients::parse(&text).map_err(|error| CliError::usage(error.to_string(), hint))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(CliError::usage(
            "it is not said to whose keys names are sealed",
            hint,
        )),
        Err(source) => Err(CliError::Read { path, source }),
    }
}
