//! `fonds witness`.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use super::CliError;
use super::Context;
use super::Outcome;
use super::outputs::may_be_written;
use super::ui::Answer;
use super::ui::count;
use crate::anchor;
use crate::anchor::AnchorError;
use crate::anchor::Fork;
use crate::anchor::LARGEST;
use crate::anchor::Request;
use crate::anchor::Witness;
use crate::durable;
use crate::keys::KeyError;
use crate::keys::needs_passphrase;
use crate::keys::words;
use crate::keys::words_match;
use crate::record::Instant;
use crate::record::Moment;
use crate::record::Zone;
use crate::record::show;
use crate::tlog::Checkpoint;

/// Be a witness for somebody else's archive: cosign what continues what you saw
///
/// A witness sees digests and nothing else. It keeps the last head that it cosigned of each archive, cosigns only what is
/// shown to continue it, and where an archive's key signed two histories it writes a proof of that which anybody can
/// check with fonds verify. Requests come from fonds anchor request --witness; the answer goes back the same way.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds witness init mara.example
  fonds witness
  fonds witness cosign harbor.request -o harbor.cosigned --key \"amount lantern quick seven ...\"

Exit status
  0 cosigned or shown, 1 the archive's key signed two histories, 2 refused or could not be done, 12 wrong key")]
pub(super) struct WitnessArgs {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make the key that cosigns, for nothing else
    Init(InitArgs),
    /// Cosign a checkpoint that continues the last one seen
    Cosign(CosignArgs),
}

#[derive(Debug, clap::Args)]
struct InitArgs {
    /// The name under which it signs, such as your domain; without spaces and plus signs
    name: String,
    /// Ask for a passphrase for the key (or give it with --passphrase-fd)
    #[arg(long)]
    passphrase: bool,
}

#[derive(Debug, clap::Args)]
struct CosignArgs {
    /// The request that the archive's keeper gave you
    request: PathBuf,
    /// Write the cosigned checkpoint there
    #[arg(short, long = "output", value_name = "FILE")]
    output: PathBuf,
    /// Refuse unless these are the words of the archive, or this its origin
    #[arg(long, value_name = "WORDS")]
    key: Option<String>,
}

/// `fonds/witness/1`.
#[derive(Debug, Serialize)]
struct Known {
    schema: &'static str,
    name: String,
    /// The verifier key that others are given.
    verifier: String,
}

impl Answer for Known {
    fn text(&self) -> String {
        format!(
            "You cosign as {}. Give this line to whoever keeps an archive that you are to witness:\n\n  {}\n\n\
             They add it with fonds anchor trust NAME LINE.",
            self.name, self.verifier
        )
    }
}

/// `fonds/witness-cosign/1`.
#[derive(Debug, Serialize)]
struct Answered {
    schema: &'static str,
    /// Whether it was cosigned; otherwise two histories were signed.
    cosigned: bool,
    origin: String,
    words: Vec<&'static str>,
    /// Entries under the checkpoint.
    size: u64,
    /// Entries under the one that was cosigned before; nothing for the first.
    before: Option<u64>,
    /// The time that was signed.
    at: Moment,
    /// What was written.
    written: PathBuf,
    /// Whether the words of the archive were given and are these.
    compared: bool,
}

impl Answer for Answered {
    fn text(&self) -> String {
        let said = self.words.join(" ");
        if !self.cosigned {
            return format!(
                "Not cosigned. The key of this archive has signed two histories: the {} that you cosigned before are not \
                 the beginning of this one.\nWrote the proof of it to {}. Anybody can check it with fonds verify; show \
                 it to those who rely on this archive.\nIts words:  {said}",
                count(self.before.unwrap_or_default(), "entry", "entries"),
                self.written.display()
            );
        }
        let continues = match self.before {
            Some(before) => format!(
                ", which continue the {} that you saw before",
                super::ui::number(before)
            ),
            None => String::new(),
        };
        let compare = match (self.before, self.compared) {
            (_, true) => "\nThe words are the ones you gave.".to_owned(),
            (None, false) => format!(
                "\nIts words:  {said}\nYou see this archive for the first time: compare its words with those that its owner \
                 gives by another way."
            ),
            (Some(_), false) => format!("\nIts words:  {said}"),
        };
        let at = show(&Instant::exact(self.at, "", "computed"), Zone::UTC);
        format!(
            "Cosigned {}{continues}, on {at}.\nWrote {}: give it back to the archive's keeper.{compare}",
            count(self.size, "entry", "entries"),
            self.written.display()
        )
    }
}

/// `fonds witness`.
pub(super) fn run(context: &Context, args: &WitnessArgs) -> Result<Outcome, CliError> {
    match &args.what {
        None => {
            let known = Witness::known(&context.places()?)?.ok_or_else(|| {
                CliError::usage("you are no witness yet", "fonds witness init NAME")
            })?;
            told(context, &known)
        }
        Some(What::Init(args)) => {
            let passphrase = context.new_passphrase(args.passphrase, "Passphrase for the key:")?;
            let made = Witness::create(&context.places()?, &args.name, passphrase.as_deref());
            let made = made.map_err(|error| match error {
                AnchorError::Key(KeyError::Note(_)) => CliError::usage(
                    format!("{:?} cannot be a witness's name", args.name),
                    "a name without spaces and plus signs, such as your domain",
                ),
                AnchorError::Key(KeyError::Taken { .. }) => CliError::usage(
                    "you have a witness's key already; it was left as it is",
                    "fonds witness        shows it",
                ),
                error => error.into(),
            })?;
            told(context, &made)
        }
        Some(What::Cosign(args)) => cosign(context, args),
    }
}

fn told(context: &Context, key: &crate::tlog::Cosigner) -> Result<Outcome, CliError> {
    context.ui.answer(&Known {
        schema: "fonds/witness/1",
        name: key.name().to_owned(),
        verifier: key.to_string(),
    })?;
    Ok(Outcome::Done)
}

/// Up to the most that is read of a file, and one byte more.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST as u64 + 1).read_to_end(&mut bytes))
        .map_err(|source| CliError::Read {
            path: path.to_path_buf(),
            source,
        })?;
    Ok(bytes)
}

fn cosign(context: &Context, args: &CosignArgs) -> Result<Outcome, CliError> {
    let outputs = [args.output.clone(), forked(&args.output)];
    may_be_written(context, &outputs, &[("request", &args.request)])?;
    let request = Request::read(&read(&args.request)?)?;
    let origin = request.origin.origin().to_string();
    if let Some(said) = &args.key {
        let same = if said.starts_with("fonds/") {
            *said == origin
        } else {
            words_match(&origin, said)?
        };
        if !same {
            return Err(CliError::usage(
                "the words that you gave are not those of the archive that asks",
                format!("compare with its owner: {}", words(&origin)?.join(" ")),
            ));
        }
    }
    let places = context.places()?;
    let path = places.witness_key();
    if Witness::known(&places)?.is_none() {
        return Err(CliError::usage(
            "you are no witness yet",
            "fonds witness init NAME",
        ));
    }
    let passphrase = if needs_passphrase(&path)? {
        context.passphrase("Passphrase of the witness's key:")?
    } else {
        None
    };
    let mut witness = Witness::open(&places, passphrase.as_deref())?;
    let before = witness.seen(&origin)?.map(|(head, _)| head.size);
    let now = context.now()?;
    let seconds = u64::try_from(now.millis() / 1000).unwrap_or_default();
    let (cosigned, text, written) = match witness.cosign(&request, seconds)? {
        anchor::Answer::Cosigned(note) => (true, note.to_string(), args.output.clone()),
        anchor::Answer::Forked(fork) => (
            false,
            kept(&places.witness_state(), &fork)?,
            forked(&args.output),
        ),
    };
    durable::write_atomic(&written, text.as_bytes()).map_err(|error| {
        let done = if cosigned {
            "the checkpoint is cosigned and remembered".to_owned()
        } else {
            let folder = places.witness_state();
            format!("the proof of two histories is kept in {}", folder.display())
        };
        CliError::from(error).after(
            done,
            "the same command again, with a place that may be written",
        )
    })?;
    let size = Checkpoint::parse(request.open()?.0.text())
        .map_err(KeyError::from)?
        .size;
    context.ui.answer(&Answered {
        schema: "fonds/witness-cosign/1",
        cosigned,
        words: words(&origin)?,
        origin,
        size,
        before,
        at: now,
        written,
        compared: args.key.is_some(),
    })?;
    Ok(if cosigned {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// Keeps a fork among what this witness saw as well, and gives its text.
fn kept(folder: &Path, fork: &Fork) -> Result<String, CliError> {
    let text = fork.file()?;
    let name = fork.origin.origin().as_str().replacen("fonds/", "", 1) + ".fork.json";
    durable::write_private(&folder.join(name), text.as_bytes())?;
    Ok(text)
}

/// Where the proof of a fork goes: beside the file that was asked for, which is not written.
fn forked(output: &Path) -> PathBuf {
    output.with_extension("fork.json")
}
