//! `fonds init`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use clap::ValueEnum;
use rand_core::OsRng;
use rand_core::RngCore as _;
use serde::Serialize;
use serde_json::Value;

use super::CliError;
use super::Context;
use super::Outcome;
use super::ui::Answer;
use crate::archive::ArchiveError;
use crate::archive::PublicKeys;
use crate::archive::Settings;
use crate::archive::Signer;
use crate::archive::Writer;
use crate::archive::clear_unfinished_start;
use crate::archive::is_unfinished_start;
use crate::commitment::Origin;
use crate::durable;
use crate::keys::KeyPair;
use crate::keys::Places;
use crate::keys::PublicKey;
use crate::keys::agent_file;
use crate::keys::words;
use crate::record::Zone;
use crate::record::visible;

/// Start an archive in this folder
///
/// Makes the archive's two keys outside of it: the log key, which signs every change, and the recovery key, which can
/// close a log whose key is lost or stolen. Move the recovery key off this computer. What is not given is asked for on
/// a terminal, and left at its default elsewhere.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds init
  fonds init harbor --name Harbor --zone America/New_York
  fonds init --recovery-key recovery.pub     with a recovery key made on another computer
  fonds init --agent-key ~/.ssh/harbor.pub   with a log key that ssh-agent holds

Exit status
  0 started, 2 not started; then nothing is left behind")]
pub(super) struct InitArgs {
    /// The folder; it must be empty or absent [default: the archive's folder, else this one]
    dir: Option<PathBuf>,
    /// The archive's name [default: the folder's]
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// The zone in which times are shown, such as Europe/Oslo [default: UTC]
    #[arg(long, value_name = "AREA/CITY")]
    zone: Option<String>,
    /// The house style by which quotations are judged
    #[arg(long, value_name = "STYLE", default_value = "magazine")]
    house: House,
    /// Take this recovery key's public half instead of making one
    #[arg(long, value_name = "FILE.pub")]
    recovery_key: Option<PathBuf>,
    /// Take a log key that ssh-agent holds, by its public half, instead of making one
    ///
    /// A key of its own, ssh-ed25519, made by ssh-keygen and given to ssh-add: not one that you log in with, and none of a
    /// security token (sk-).
    #[arg(long, value_name = "FILE.pub")]
    agent_key: Option<PathBuf>,
    /// Ask for a passphrase for the keys (or give it with --passphrase-fd)
    #[arg(long)]
    passphrase: bool,
}

/// House styles.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum House {
    /// Chicago: silent changes at the edges of a quotation
    Magazine,
    /// AP: nothing inside the marks is changed
    Ap,
    /// Every change is bracketed
    Legal,
}

#[derive(Debug, Serialize)]
pub(super) struct Started {
    schema: &'static str,
    name: String,
    pub(super) folder: PathBuf,
    /// The folder as it was given; nothing where the archive is in this one.
    #[serde(skip)]
    given: Option<PathBuf>,
    pub(super) origin: String,
    pub(super) words: Vec<&'static str>,
    pub(super) log_key: PathBuf,
    /// Where the recovery key was put; nothing where it was made elsewhere.
    pub(super) recovery_key: Option<PathBuf>,
    /// Whether ssh-agent holds the log key.
    #[serde(skip)]
    in_agent: bool,
}

impl Answer for Started {
    fn text(&self) -> String {
        let mut text = format!(
            "Started the archive {} in {}\n\n\
             Its words:  {}\n\
             Write them down: readers compare them to know that a proof is from this archive.\n\n\
             Log key:       {}\n\
             It signs every change. Back it up; without it nothing can be added.{}\n",
            visible(&self.name),
            visible(&self.folder.display().to_string()),
            self.words.join(" "),
            visible(&self.log_key.display().to_string()),
            if self.in_agent {
                " ssh-agent holds it, and this file says which it is."
            } else {
                ""
            },
        );
        // Writing to a string cannot fail.
        let _ = match &self.recovery_key {
            Some(path) => writeln!(
                text,
                "Recovery key:  {}\n\
                 Move it off this computer now, to a place that outlives it: it alone can replace a stolen log key.",
                visible(&path.display().to_string())
            ),
            None => writeln!(
                text,
                "Recovery key:  the one you gave; its private half is not on this computer."
            ),
        };
        let _ = match &self.given {
            Some(dir) => write!(
                text,
                "\nNext: fonds -C {} ingest FILES",
                quoted(&visible(&dir.display().to_string()))
            ),
            None => write!(text, "\nNext: fonds ingest FILES"),
        };
        text
    }
}

/// `fonds init`.
pub(super) fn run(context: &Context, args: &InitArgs) -> Result<Outcome, CliError> {
    let dir = args.dir.clone().unwrap_or_else(|| context.folder.clone());
    demand_empty(&dir)?;
    let folder = std::path::absolute(&dir).map_err(|source| CliError::Read {
        path: dir.clone(),
        source,
    })?;
    let recovery = args
        .recovery_key
        .as_deref()
        .map(PublicKey::load)
        .transpose()?;
    let settings = settings(context, args, &folder)?;
    let passphrase = context.new_passphrase(args.passphrase, "Passphrase for the keys:")?;
    // Asked again: whoever was asked for a name or a passphrase took their time.
    let existed = demand_empty(&dir)?;
    let mut made = Made::new(dir, existed);
    let plan = Plan {
        folder: &folder,
        settings: &settings,
        recovery,
        agent_key: args.agent_key.as_deref(),
        passphrase: passphrase.as_deref(),
        closing: None,
    };
    let mut started = start_or_undo(context, &plan, &mut made)?;
    started.given.clone_from(&args.dir);
    context.ui.answer(&started)?;
    Ok(Outcome::Done)
}

/// Starts an archive, and takes all of it back where that fails.
fn start_or_undo(context: &Context, plan: &Plan<'_>, made: &mut Made) -> Result<Started, CliError> {
    start(context, plan, made).inspect_err(|_| made.undo())
}

/// Starts an archive in an empty or absent folder that goes on where another was closed.
pub(super) fn start_after(
    context: &Context,
    dir: &Path,
    plan: &Plan<'_>,
) -> Result<Started, CliError> {
    let existed = demand_empty(dir)?;
    start_or_undo(context, plan, &mut Made::new(dir.to_path_buf(), existed))
}

/// What gives the note that closed an archive, for the origin under which it goes on.
pub(super) type Closes<'a> = &'a dyn Fn(&Origin) -> Result<String, CliError>;

/// What an archive is started with.
pub(super) struct Plan<'a> {
    /// Its folder, whole.
    pub(super) folder: &'a Path,
    pub(super) settings: &'a Settings,
    /// The recovery key's public half, where the key was made elsewhere.
    pub(super) recovery: Option<PublicKey>,
    /// The public half of a log key that ssh-agent holds.
    pub(super) agent_key: Option<&'a Path>,
    /// What locks the keys.
    pub(super) passphrase: Option<&'a str>,
    /// Gives the note that closed the archive before, which names the new one's origin.
    pub(super) closing: Option<Closes<'a>>,
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+,@".contains(letter);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Whether the folder is there, demanding that nothing is in it.
fn demand_empty(dir: &Path) -> Result<bool, CliError> {
    match fs::read_dir(dir) {
        Ok(mut found) => match found.next() {
            None => Ok(true),
            Some(_) if is_unfinished_start(dir) => Ok(true),
            Some(_) => Err(ArchiveError::Occupied {
                path: dir.to_path_buf(),
            }
            .into()),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(CliError::Read {
            path: dir.to_path_buf(),
            source,
        }),
    }
}

fn settings(context: &Context, args: &InitArgs, folder: &Path) -> Result<Settings, CliError> {
    let usual = folder.file_name().map_or_else(
        || "archive".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    let name = match &args.name {
        Some(name) => name.clone(),
        None => context
            .ui
            .ask(&format!("Name of the archive [{}]:", visible(&usual)))?
            .unwrap_or(usual),
    };
    let zone = match &args.zone {
        Some(zone) => zone.clone(),
        None => context
            .ui
            .ask("Zone in which times are shown, such as Europe/Oslo [UTC]:")?
            .unwrap_or_else(|| "UTC".to_owned()),
    };
    let zone: Zone = zone.parse().map_err(|_| {
        CliError::usage(
            format!("{zone:?} is not a time zone"),
            "--zone with a name like America/New_York, Europe/Oslo or UTC",
        )
    })?;
    Ok(Settings {
        name,
        zone: zone.to_string(),
        house: args
            .house
            .to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned()),
        style: Settings::usual().style,
        unknown: Vec::new(),
        missing: false,
    })
}

/// What has been made so far, so that a failure can take it back.
struct Made {
    dir: PathBuf,
    existed: bool,
    /// Whether something of ours may lie in the folder.
    begun: bool,
    keys: Vec<PathBuf>,
    state: Option<PathBuf>,
}

impl Made {
    const fn new(dir: PathBuf, existed: bool) -> Self {
        Self {
            dir,
            existed,
            begun: false,
            keys: Vec::new(),
            state: None,
        }
    }

    /// Takes back what was made. Keys and state are of a new random origin, so all of them are ours. The folder may hold
    /// by now what somebody else has put there: only what a stopped start leaves is taken away, under the archive's
    /// lock, and the folder only where it was made here and is empty.
    fn undo(&self) {
        for key in &self.keys {
            drop(durable::discard(key));
            drop(durable::discard(&agent_file(key)));
            let mut public = key.as_os_str().to_owned();
            public.push(".pub");
            drop(durable::discard(Path::new(&public)));
        }
        if let Some(state) = &self.state {
            drop(fs::remove_dir_all(state));
        }
        if self.begun {
            drop(clear_unfinished_start(&self.dir));
        }
        if !self.existed {
            drop(fs::remove_dir(&self.dir));
        }
    }
}

/// Starts an archive in the context's folder without a passphrase and without an answer.
pub(super) fn start_sample(context: &Context, name: &str, zone: &str) -> Result<(), CliError> {
    let settings = Settings {
        name: name.to_owned(),
        zone: zone.to_owned(),
        house: "magazine".to_owned(),
        style: Settings::usual().style,
        unknown: Vec::new(),
        missing: false,
    };
    let mut made = Made::new(context.folder.clone(), false);
    let plan = Plan {
        folder: &context.folder,
        settings: &settings,
        recovery: None,
        agent_key: None,
        passphrase: None,
        closing: None,
    };
    start(context, &plan, &mut made)?;
    Ok(())
}

fn start(context: &Context, plan: &Plan<'_>, made: &mut Made) -> Result<Started, CliError> {
    let Plan {
        folder,
        settings,
        recovery,
        agent_key,
        passphrase,
        closing,
    } = *plan;
    let places = context.places()?;
    let log = match agent_key {
        Some(file) => Context::agent_key(file, PublicKey::load(file)?)?,
        None => KeyPair::generate()?,
    };
    let (recovery, private) = if let Some(public) = recovery {
        (public, None)
    } else {
        let pair = KeyPair::generate()?;
        (pair.public(), Some(pair))
    };
    if recovery == log.public() {
        return Err(CliError::usage(
            "the log key and the recovery key are one: whoever takes the one takes the other",
            "--recovery-key with another key, which is kept elsewhere",
        ));
    }
    let mut salt = [0; 32];
    OsRng.fill_bytes(&mut salt);
    let keys = PublicKeys {
        log: *log.public().as_bytes(),
        recovery: *recovery.as_bytes(),
        salt,
    };
    let named = keys.origin();
    let origin = named.as_str();
    let place = places.log_key(origin)?;
    made.keys.push(place.clone());
    let log_key = if agent_key.is_some() {
        log.save_agent(&place, origin)?;
        agent_file(&place)
    } else {
        log.save(&place, passphrase, origin)?;
        place
    };
    let recovery_key = match private {
        Some(pair) => Some(save_recovery(&places, origin, &pair, passphrase, made)?),
        None => None,
    };
    made.state = Some(places.state_folder(origin)?);
    let signer = Signer::new(&places, origin, log)?;
    let mut first = vec![
        (
            "software",
            Value::from(concat!("fonds ", env!("CARGO_PKG_VERSION"))),
        ),
        ("t", Value::from(context.now()?.to_string())),
    ];
    if let Some(by) = context.by() {
        first.push(("by", Value::from(by)));
    }
    if let Some(closing) = closing {
        first.push(("closing", Value::from(closing(&named)?)));
    }
    if !made.existed {
        // What is kept here is not for everybody with an account on this computer.
        durable::create_private_dir(folder)?;
    }
    // Held until the settings are there: without them it is a stopped start, which the next one may clear away.
    let writer = match Writer::create(folder, keys, signer, &first) {
        Ok(writer) => writer,
        Err(error) => {
            // What lies there then is somebody else's.
            made.begun = !matches!(
                error,
                ArchiveError::Occupied { .. } | ArchiveError::InUse { .. }
            );
            return Err(error.into());
        }
    };
    made.begun = true;
    settings.save(folder)?;
    drop(writer);
    Ok(Started {
        schema: "fonds/init/1",
        name: settings.name.clone(),
        folder: folder.to_path_buf(),
        given: None,
        words: words(origin)?,
        origin: origin.to_owned(),
        log_key,
        recovery_key,
        in_agent: agent_key.is_some(),
    })
}

fn save_recovery(
    places: &Places,
    origin: &str,
    pair: &KeyPair,
    passphrase: Option<&str>,
    made: &mut Made,
) -> Result<PathBuf, CliError> {
    let path = places.recovery_key(origin)?;
    made.keys.push(path.clone());
    pair.save(&path, passphrase, &format!("{origin} recovery"))?;
    Ok(path)
}
