//! `fonds key`.

use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::closings;
use super::continuing;
use super::continuing::ContinueArgs;
use super::editors;
use super::editors::EditorAct;
use super::editors::ListedEditor;
use super::ui::Answer;
use super::ui::count;
use super::ui::number;
use crate::archive::Archive;
use crate::durable;
use crate::keys::KeyPair;
use crate::keys::PublicKey;
use crate::keys::agent_file;
use crate::keys::needs_passphrase;
use crate::keys::take_place;
use crate::keys::words;
use crate::succession::Closed;
use crate::succession::Closing;

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
  fonds key rotate --agent-key ~/.ssh/harbor.pub
  fonds key continue ../harbor-2 --recovery-key /media/usb/recovery
  fonds key editor admit Nora --key nora.pub
  fonds key continue ../harbor-2 --last-good checkpoint-of-june.txt

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
        /// Take a key that ssh-agent holds, by its public half, instead of making one
        #[arg(long, value_name = "FILE.pub", conflicts_with_all = ["passphrase", "no_passphrase"])]
        agent_key: Option<PathBuf>,
    },
    /// Close the ledger with the recovery key, and go on in a new archive: when the key was stolen or lost
    ///
    /// Also when an older copy came back and no copy of log/ is newer. What is signed up to there goes on counting; what
    /// came after is disowned, in whoever's hands it is. The new archive has keys and words of its own, and shows by the
    /// recovery key's word that it goes on from this one.
    Continue(ContinueArgs),
    /// Whose own keys sign what they record, besides the archive's
    #[command(subcommand)]
    Editor(EditorAct),
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
    /// Where the recovery key closed the ledger; nothing where it did not, as far as this user knows.
    closed: Option<ClosedAt>,
    /// Those whose own keys sign what they record.
    editors: Vec<ListedEditor>,
}

/// Where a ledger was closed.
#[derive(Debug, Serialize)]
pub(super) struct ClosedAt {
    /// Entries that count.
    pub(super) size: u64,
    /// The archives that go on from it: one, unless the recovery key said two things.
    pub(super) next: Vec<Next>,
}

/// An archive that goes on from another.
#[derive(Debug, Serialize)]
pub(super) struct Next {
    pub(super) origin: String,
    pub(super) words: Vec<&'static str>,
}

impl ClosedAt {
    /// As these closings say; nothing where there are none.
    pub(super) fn by(closings: &[Closing]) -> Result<Option<Self>, CliError> {
        let Some(closed) = Closed::by(closings) else {
            return Ok(None);
        };
        let next = closed.next().iter().map(|next| {
            Ok(Next {
                origin: next.to_string(),
                words: words(next.as_str())?,
            })
        });
        Ok(Some(Self {
            size: closed.size(),
            next: next.collect::<Result<_, CliError>>()?,
        }))
    }

    /// As far as this user knows; nothing where it was not.
    pub(super) fn of(archive: &Archive, context: &Context) -> Result<Option<Self>, CliError> {
        Self::by(&closings::of(archive, &context.places()?)?.0)
    }

    /// It in a sentence, and under which words it goes on in another.
    pub(super) fn sentence(&self) -> String {
        format!(
            "The recovery key closed it at {}: it can be read, not added to.{}",
            count(self.size, "entry", "entries"),
            self.goes_on()
        )
    }

    /// Under which words it goes on, as the end of a sentence.
    pub(super) fn goes_on(&self) -> String {
        let next: Vec<String> = self.next.iter().map(|next| next.words.join(" ")).collect();
        match next.as_slice() {
            [] => String::new(),
            [one] => format!(" It goes on as: {one}."),
            several => format!(
                " The recovery key named several that go on from it ({}): compare the words with those that its owner gives \
                 by another way.",
                several.join("; ")
            ),
        }
    }
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
        for editor in &self.editors {
            text.push_str(&editor.line());
            text.push('\n');
        }
        if let Some(closed) = &self.closed {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", closed.sentence());
        }
        text
    }
}

/// `fonds key`.
pub(super) fn run(context: &Context, args: &KeyArgs) -> Result<Outcome, CliError> {
    match &args.act {
        Some(Act::Continue(args)) => return continuing::run(context, args),
        Some(Act::Rotate {
            reason,
            note,
            passphrase,
            no_passphrase,
            agent_key,
        }) => {
            let lock = Lock {
                asked: *passphrase,
                refused: *no_passphrase,
                agent: agent_key.as_deref(),
            };
            rotate(context, reason.as_deref(), note.as_deref(), lock)?;
        }
        Some(Act::Editor(act)) => editors::run(context, act)?,
        None => {}
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
        editors: editors::listed(context, archive)?,
        closed: ClosedAt::of(archive, context)?,
    })
}

/// Whether the new key is locked by a passphrase, or which one ssh-agent holds.
#[derive(Clone, Copy)]
struct Lock<'a> {
    asked: bool,
    refused: bool,
    agent: Option<&'a Path>,
}

fn rotate(
    context: &Context,
    reason: Option<&str>,
    note: Option<&str>,
    lock: Lock<'_>,
) -> Result<(), CliError> {
    let mut writer = context.writer()?;
    let origin = writer.archive().origin().as_str().to_owned();
    let places = context.places()?;
    let place = places.log_key(&origin)?;
    let next = places.next_log_key(&origin)?;
    let new = match lock.agent {
        Some(file) => Context::agent_key(file, PublicKey::load(file)?)?,
        None => KeyPair::generate()?,
    };
    let keys = writer.archive().log_keys()?;
    let mut known = keys.rotated().iter().map(|(_, key)| *key);
    let recovery = PublicKey::new(writer.archive().keys().recovery)?;
    if [keys.first(), recovery].contains(&new.public()) || known.any(|it| it == new.public()) {
        return Err(CliError::usage(
            "that key signs, or signed, for this archive already",
            "ssh-keygen -t ed25519        makes a new one; give it to ssh-add",
        ));
    }
    let passphrase = if lock.refused || lock.agent.is_some() {
        None
    } else {
        let asked = lock.asked || needs_passphrase(&place)?;
        context.new_passphrase(asked, "Passphrase for the new key:")?
    };
    // One that is there was made by a change that was stopped before it was recorded: it never signed anything.
    durable::discard(&next)?;
    durable::discard(&agent_file(&next))?;
    if lock.agent.is_some() {
        new.save_agent(&next, &origin)?;
    } else {
        new.save(&next, passphrase.as_deref(), &origin)?;
    }
    let mut values = Values::new(context)?;
    values.words("reason", reason);
    values.words("note", note);
    writer.rotate(new, values.slots())?;
    take_place(&next, &place).map_err(|error| {
        let hint = "any verb that writes puts the new key in its place";
        CliError::from(error).after("the archive's key is changed", hint)
    })?;
    let where_it_is = if lock.agent.is_some() {
        "The new one is the one that ssh-agent holds: back it up where you keep it, without it nothing can be added.".to_owned()
    } else {
        format!(
            "The new one is at {}: back it up, without it nothing can be added.",
            place.display()
        )
    };
    context.ui.say(&format!(
        "The key has been changed. {where_it_is}\n\
         The old one has been taken off this computer: destroy its other copies, and have your witnesses \
         cosign the archive soon, so that they go by the new one."
    ));
    Ok(())
}
