//! `fonds key`.

use std::fmt::Write as _;

use clap::Subcommand;
use serde::Serialize;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::ui::Answer;
use super::ui::number;
use crate::archive::Archive;
use crate::durable;
use crate::keys::KeyPair;
use crate::keys::needs_passphrase;
use crate::keys::take_place;
use crate::keys::words;

/// Show the keys that sign the archive, or change the key
///
/// Change it when a computer goes out of your hands, or comes into them: bring the key's file to the new computer, change
/// the key there, and the file that stayed behind can add nothing more to the archive as it is then. The archive keeps its name and its twelve words,
/// and what was signed before stays good.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds key
  fonds key rotate --reason \"the laptop was sold\"

Exit status
  0 shown or changed, 2 could not be done, 10 no archive here, 11 archive in use, 12 wrong key or passphrase")]
pub(super) struct KeyArgs {
    #[command(subcommand)]
    act: Option<Act>,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Make a new key; both sign the change, and from then on only the new one counts
    Rotate {
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// A remark
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Ask for a passphrase for the new key (or give it with --passphrase-fd); the usual where the old one has one
        #[arg(long)]
        passphrase: bool,
        /// Make the new key without a passphrase although the old one has one
        #[arg(long, conflicts_with = "passphrase")]
        no_passphrase: bool,
    },
}

#[derive(Debug, Serialize)]
struct Listed {
    schema: &'static str,
    /// The archive's name for ever.
    origin: String,
    /// It in twelve words.
    words: Vec<&'static str>,
    /// The keys that signed, the one that signs now last.
    keys: Vec<Signed>,
    /// Whether the key that signs now is on this computer.
    here: bool,
}

#[derive(Debug, Serialize)]
struct Signed {
    /// The public key, in hex.
    key: String,
    /// The same as a line of an OpenSSH file.
    openssh: String,
    /// The entry by which it began.
    from_entry: u64,
}

impl Answer for Listed {
    fn text(&self) -> String {
        let mut text = format!(
            "Archive  {}\n         {}\n\n",
            self.origin,
            self.words.join(" ")
        );
        for (nth, signed) in self.keys.iter().enumerate() {
            let what = match self.keys.get(nth + 1) {
                None => "signs now".to_owned(),
                Some(after) => format!("ended by entry {}", number(after.from_entry)),
            };
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "since entry {}, {what}\n  {}",
                number(signed.from_entry),
                signed.openssh
            );
        }
        let here = if self.here {
            "The key that signs now is on this computer.\n"
        } else {
            "The key that signs now is not on this computer: the archive can be read here, not added to.\n"
        };
        text.push_str(here);
        text
    }
}

/// `fonds key`.
pub(super) fn run(context: &Context, args: &KeyArgs) -> Result<Outcome, CliError> {
    if let Some(Act::Rotate {
        reason,
        note,
        passphrase,
        no_passphrase,
    }) = &args.act
    {
        let lock = Lock {
            asked: *passphrase,
            refused: *no_passphrase,
        };
        rotate(context, reason.as_deref(), note.as_deref(), lock)?;
    }
    context.ui.answer(&keys(context, &context.archive()?)?)?;
    Ok(Outcome::Done)
}

fn keys(context: &Context, archive: &Archive) -> Result<Listed, CliError> {
    let origin = archive.origin().as_str();
    let log_keys = archive.log_keys()?;
    let first = (0, log_keys.first());
    let rotated = log_keys.rotated().iter().copied();
    let keys = std::iter::once(first)
        .chain(rotated)
        .map(|(from_entry, key)| {
            Ok(Signed {
                key: key.to_string(),
                openssh: key.to_openssh(origin)?.trim_end().to_owned(),
                from_entry,
            })
        })
        .collect::<Result<_, CliError>>()?;
    Ok(Listed {
        schema: "fonds/key/1",
        words: words(origin)?,
        origin: origin.to_owned(),
        keys,
        here: context.has_key(archive)?,
    })
}

/// Whether the new key is locked by a passphrase.
#[derive(Clone, Copy)]
struct Lock {
    asked: bool,
    refused: bool,
}

fn rotate(
    context: &Context,
    reason: Option<&str>,
    note: Option<&str>,
    lock: Lock,
) -> Result<(), CliError> {
    let mut writer = context.writer()?;
    let origin = writer.archive().origin().as_str().to_owned();
    let places = context.places()?;
    let place = places.log_key(&origin)?;
    let asked = lock.asked || needs_passphrase(&place)?;
    let passphrase = if lock.refused {
        None
    } else {
        context.new_passphrase(asked, "Passphrase for the new key:")?
    };
    let next = places.next_log_key(&origin)?;
    // One that is there was made by a change that was stopped before it was recorded: it never signed anything.
    durable::discard(&next)?;
    let new = KeyPair::generate()?;
    new.save(&next, passphrase.as_deref(), &origin)?;
    let mut values = Values::new(context)?;
    values.words("reason", reason);
    values.words("note", note);
    writer.rotate(new, values.slots())?;
    take_place(&next, &place).map_err(|error| {
        let hint = "any verb that writes puts the new key in its place";
        CliError::from(error).after("the archive's key is changed", hint)
    })?;
    context
        .ui
        .say(&format!(
            "The key has been changed. The new one is at {}: back it up, without it nothing can be added.\n\
             The old one has been taken off this computer: destroy its other copies, and tell your witnesses that it is no \
             longer yours.",
            place.display()
        ));
    Ok(())
}
