//! `fonds key continue`: the recovery key closes an archive's ledger, and a new archive goes on from it.

use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use super::CliError;
use super::Context;
use super::Outcome;
use super::closings;
use super::init;
use super::init::quoted;
use super::ui::Answer;
use super::ui::count;
use super::verify::handed;
use crate::archive::Archive;
use crate::archive::BEFORE;
use crate::archive::CLOSED;
use crate::archive::Settings;
use crate::archive::place_closing;
use crate::commitment::Keys;
use crate::keys::Head;
use crate::keys::Pin;
use crate::keys::PublicKey;
use crate::keys::last_signed;
use crate::keys::words;
use crate::publish;
use crate::record::Digest;
use crate::record::visible;
use crate::succession::Closing;
use crate::succession::ClosingNote;
use crate::succession::NotShown;
use crate::tlog;
use crate::tlog::Checkpoint;
use crate::tlog::leaf_hash;

#[derive(Debug, clap::Args)]
pub(super) struct ContinueArgs {
    /// The new archive's folder; it must be empty or absent
    dir: PathBuf,
    /// The recovery key of this archive, from where you keep it [default: where init put it]
    #[arg(long, value_name = "FILE")]
    recovery_key: Option<PathBuf>,
    /// The last that counts: a number of entries, or a checkpoint of then [default: all that is signed]
    ///
    /// What came after it, such as what a thief recorded, is disowned. It has to be a head that the log key signed; fonds
    /// log shows what was recorded when.
    #[arg(long, value_name = "SIZE|CHECKPOINT")]
    last_good: Option<String>,
    /// The new archive's name [default: this one's]
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// The public half of a recovery key for the new archive, instead of making one
    #[arg(long, value_name = "FILE.pub")]
    new_recovery_key: Option<PathBuf>,
    /// Take a log key for the new archive that ssh-agent holds, by its public half, instead of making one
    #[arg(long, value_name = "FILE.pub")]
    agent_key: Option<PathBuf>,
    /// Ask for a passphrase for the new keys (or give it with --passphrase-fd)
    #[arg(long)]
    passphrase: bool,
    /// Close it without asking
    #[arg(long)]
    yes: bool,
}

/// `fonds/key-continue/1`.
#[derive(Debug, Serialize)]
struct Continued {
    schema: &'static str,
    /// The origin whose ledger was closed.
    origin: String,
    /// Entries of it that count.
    size: u64,
    /// Entries after those, which are disowned.
    disowned: u64,
    /// The closing, for whoever holds a proof, a checkpoint or a copy of the old archive.
    closing: PathBuf,
    /// The new archive's folder.
    folder: PathBuf,
    /// Its origin.
    next: String,
    /// That in twelve words.
    words: Vec<&'static str>,
    /// Where its log key lies.
    log_key: PathBuf,
    /// Where its recovery key was put; nothing where it was made elsewhere, or this run ended what another began.
    recovery_key: Option<PathBuf>,
    /// The old archive's folder.
    #[serde(skip)]
    old: PathBuf,
    /// The new one's, as it was given.
    #[serde(skip)]
    given: PathBuf,
}

impl Answer for Continued {
    fn text(&self) -> String {
        let shown = |path: &Path| visible(&path.display().to_string());
        let mut text = format!(
            "Closed the ledger in {} at {}.\n",
            shown(&self.old),
            count(self.size, "entry", "entries"),
        );
        // Writing to a string cannot fail.
        if self.disowned > 0 {
            let _ = writeln!(
                text,
                "Disowned: {} after that.",
                count(self.disowned, "entry", "entries")
            );
        }
        let _ = write!(
            text,
            "It goes on in {}, under a name of its own.\n\n\
             Its words:  {}\n\
             Write them down: readers compare them to know that a proof is from this archive.\n\n\
             Log key:       {}\n",
            shown(&self.folder),
            self.words.join(" "),
            shown(&self.log_key),
        );
        if let Some(path) = &self.recovery_key {
            let _ = writeln!(
                text,
                "Recovery key:  {}\n\
                 Move it off this computer now. The old recovery key has done its work: destroy it.",
                shown(path)
            );
        }
        let _ = write!(
            text,
            "\nThe old archive stays as it is, to be read, searched, cited and published from; nothing can be added to it.\n\
             Give {} to whoever holds a proof or checkpoint of it: fonds verify FILE --closing THAT\n\n\
             Next: fonds -C {} ingest FILES",
            shown(&self.closing),
            quoted(&shown(&self.given)),
        );
        text
    }
}

/// What closes a ledger, but for the recovery key's word.
struct Parts {
    keys: Keys,
    head: Head,
    checkpoint: String,
    key_entries: Vec<publish::ProvedEntry>,
    leaves: Vec<[u8; 32]>,
}

impl Parts {
    fn of(archive: &Archive, size: u64) -> Result<Self, CliError> {
        let (note, head) = archive.checkpoint_of(size)?.ok_or_else(|| {
            CliError::usage(
                format!("the log key never signed a head of {}", count(size, "entry", "entries")),
                "fonds key continue DIR        without --last-good, or with the size of a checkpoint",
            )
        })?;
        let leaves = archive.first_leaves(size)?;
        if tlog::root(leaves.iter().map(|leaf| leaf_hash(leaf))) != head.root {
            return Err(CliError::usage(
                "the ledger is not the one that was signed, so it cannot be closed here",
                "fonds verify        then a copy of the archive that is whole",
            ));
        }
        let keys = archive.keys();
        Ok(Self {
            keys: Keys {
                log_key: Digest::new(keys.log),
                recovery_key: Digest::new(keys.recovery),
                salt: Digest::new(keys.salt),
            },
            head: Head::from(&head),
            checkpoint: note.to_string(),
            key_entries: publish::key_entries(archive, size)?,
            leaves,
        })
    }

    fn closing(&self, note: &ClosingNote) -> Result<Closing, CliError> {
        let (checkpoint, changes) = (self.checkpoint.clone(), self.key_entries.clone());
        Closing::make(note, checkpoint, changes, &self.leaves).map_err(not_shown)
    }
}

fn not_shown(error: NotShown) -> CliError {
    match error {
        NotShown::Key(error) => error.into(),
        error => CliError::usage(error.to_string(), "fonds verify"),
    }
}

/// `fonds key continue`.
pub(super) fn run(context: &Context, args: &ContinueArgs) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let places = context.places()?;
    if let Some(note) = begun(&archive, &args.dir)? {
        // A run was stopped after the new archive had been started.
        let parts = Parts::of(&archive, note.head().size)?;
        let origin = note.next().as_str().to_owned();
        let log_key = places.log_key(&origin)?;
        let started = (args.dir.clone(), log_key, None);
        return finish(context, &archive, args, &parts, &note, started);
    }
    let (known, _) = closings::of(&archive, &places)?;
    if let Some(closing) = known.first() {
        return Err(CliError::usage(
            format!(
                "this archive was closed already, at {}",
                count(closing.note().head().size, "entry", "entries")
            ),
            format!(
                "fonds -C DIR VERB        with the archive that goes on from it; its words are {}",
                words(closing.note().next().as_str())?.join(" ")
            ),
        ));
    }
    let parts = Parts::of(
        &archive,
        last_good(context, &archive, args.last_good.as_deref())?,
    )?;
    let expected = PublicKey::new(archive.keys().recovery)?;
    let path = match &args.recovery_key {
        Some(path) => path.clone(),
        None => places.recovery_key(archive.origin().as_str())?,
    };
    if !path.exists() {
        return Err(CliError::usage(
            format!("the recovery key is not at {}", path.display()),
            "fonds key continue DIR --recovery-key FILE        with the key from where you keep it",
        ));
    }
    let new_recovery = args.new_recovery_key.as_deref();
    let new_recovery = new_recovery.map(PublicKey::load).transpose()?;
    agree(context, &archive, args, parts.head.size)?;
    let recovery = context.key(&path, &expected, "Passphrase of the recovery key:")?;
    let passphrase = context.new_passphrase(args.passphrase, "Passphrase for the new keys:")?;
    let mut settings = Settings::load(archive.root()).unwrap_or_else(|_| Settings::usual());
    settings.name = args.name.clone().unwrap_or(settings.name);
    let folder = std::path::absolute(&args.dir).map_err(|source| CliError::Read {
        path: args.dir.clone(),
        source,
    })?;
    let sign = |next: &_| {
        let note =
            ClosingNote::sign(&parts.keys, parts.head, next, &recovery).map_err(not_shown)?;
        // Nothing is started that could not be finished.
        parts.closing(&note)?;
        Ok(note.text())
    };
    let plan = init::Plan {
        folder: &folder,
        settings: &settings,
        recovery: new_recovery,
        agent_key: args.agent_key.as_deref(),
        passphrase: passphrase.as_deref(),
        closing: Some(&sign),
    };
    let started = init::start_after(context, &args.dir, &plan)?;
    let note = begun(&archive, &args.dir)?.ok_or_else(|| {
        CliError::usage(
            "the new archive does not go on from this one",
            "fonds verify",
        )
    })?;
    let places = (started.folder, started.log_key, started.recovery_key);
    finish(context, &archive, args, &parts, &note, places)
}

/// The note by which the archive in that folder goes on from this one; nothing where it is none, or another's.
fn begun(archive: &Archive, dir: &Path) -> Result<Option<ClosingNote>, CliError> {
    let Ok(there) = Archive::open(dir) else {
        return Ok(None);
    };
    // Without its settings it is a start that was stopped, which the next one clears away.
    if Settings::load(dir).is_err() {
        return Ok(None);
    }
    let note = there
        .goes_on_from()?
        .and_then(|text| ClosingNote::open(&text).ok());
    Ok(note.filter(|note| note.origin() == *archive.origin() && note.next() == there.origin()))
}

/// The number of entries that count.
fn last_good(context: &Context, archive: &Archive, said: Option<&str>) -> Result<u64, CliError> {
    let Some(said) = said else {
        let note = archive
            .head()?
            .1
            .ok_or_else(|| CliError::usage("the archive has no signed head", "fonds verify"))?;
        return Ok(archive.open_note(&note)?.size);
    };
    if let Ok(size) = said.replace(',', "").parse() {
        return Ok(size);
    }
    let keys = archive.log_keys()?;
    let given = handed::from(Path::new(said), |note| keys.open(note).is_ok())?;
    if let Some(what) = given.mended {
        context.ui.warn(&format!(
            "{said} is no exact copy of a checkpoint: {what}. With that undone its signature fits."
        ));
    }
    let head = keys.open(&given.note)?;
    match archive.checkpoint_of(head.size)? {
        Some((_, here)) if here.root == head.root => Ok(head.size),
        _ => Err(CliError::usage(
            "that checkpoint is not one of this archive's",
            "fonds verify --against CHECKPOINT        says how they differ",
        )),
    }
}

/// Says what closing it does, and asks.
fn agree(
    context: &Context,
    archive: &Archive,
    args: &ContinueArgs,
    size: u64,
) -> Result<(), CliError> {
    let places = context.places()?;
    let origin = archive.origin().as_str();
    let of_note = |note: Option<&tlog::Note>| {
        note.and_then(|note| Checkpoint::parse(note.text()).ok())
            .map_or(0, |head| head.size)
    };
    let pin = Pin::open(&places, origin).ok();
    let pinned = of_note(pin.as_ref().and_then(Pin::note));
    let signed = of_note(last_signed(&places, origin).ok().flatten().as_ref());
    let seen = archive.head()?.0.max(pinned).max(signed);
    let mut said = format!(
        "This closes the archive for good at {}. It can be read from then on, not added to; a new one goes on in {}.",
        count(size, "entry", "entries"),
        visible(&args.dir.display().to_string())
    );
    if seen > size {
        // Writing to a string cannot fail.
        let _ = write!(
            said,
            "\n{} disowned, whoever holds a proof.",
            count(seen - size, "entry after that is", "entries after that are")
        );
    }
    if args.yes {
        context.ui.say(&said);
        return Ok(());
    }
    if !context.ui.json {
        context.ui.warn(&said);
    }
    if context.ui.agrees("Close it?")? {
        Ok(())
    } else {
        Err(CliError::usage(
            "nothing was closed",
            "fonds key continue DIR --yes        closes it without asking",
        ))
    }
}

/// Puts the closing where it belongs: with the new archive, with the old one, and among what this user knows.
fn finish(
    context: &Context,
    archive: &Archive,
    args: &ContinueArgs,
    parts: &Parts,
    note: &ClosingNote,
    (folder, log_key, recovery_key): (PathBuf, PathBuf, Option<PathBuf>),
) -> Result<Outcome, CliError> {
    let closing = parts.closing(note)?;
    let file = closing
        .file()
        .map_err(|error| CliError::usage(error.to_string(), "fonds verify"))?;
    place_closing(&args.dir, BEFORE, &file)?;
    closings::keep(&context.places()?, &closing)?;
    if let Err(error) = place_closing(archive.root(), CLOSED, &file) {
        context.ui.warn(&format!(
            "The old archive's folder could not be written ({error}): copy {BEFORE} there as {CLOSED}."
        ));
    }
    let next = note.next().as_str().to_owned();
    context.ui.answer(&Continued {
        schema: "fonds/key-continue/1",
        origin: archive.origin().to_string(),
        size: parts.head.size,
        disowned: archive.head()?.0.saturating_sub(parts.head.size),
        closing: archive.root().join(CLOSED),
        folder,
        words: words(&next)?,
        next,
        log_key,
        recovery_key,
        old: archive.root().to_path_buf(),
        given: args.dir.clone(),
    })?;
    Ok(Outcome::Done)
}
