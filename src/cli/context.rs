//! What every verb is given: where the archive is, the user's folders, the time, and who is at work.

use std::env;
use std::fs::File;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use serde::Deserialize;

use super::CliError;
use super::closings;
use super::ui::Ui;
use super::ui::count;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::Settings;
use crate::archive::Signer;
use crate::archive::Writer;
use crate::archive::kept_changes;
use crate::keys::KeyError;
use crate::keys::KeyPair;
use crate::keys::LogKeys;
use crate::keys::Places;
use crate::keys::PublicKey;
use crate::keys::agent_file;
use crate::keys::in_agent;
use crate::keys::last_signed;
use crate::keys::needs_passphrase;
use crate::keys::public_half;
use crate::keys::take_place;
use crate::keys::words;
use crate::record::Moment;
use crate::record::visible;
use crate::succession::Closed;
use crate::tlog::Checkpoint;

/// The longest passphrase that is read, in bytes.
const LONGEST_PASSPHRASE: u64 = 4096;

/// What every verb is given.
#[derive(Debug)]
pub struct Context {
    /// The terminal.
    pub ui: Ui,
    /// The folder of the archive.
    pub folder: PathBuf,
    /// Whether a file that fonds did not write may be written over.
    pub force: bool,
    by: Option<String>,
    passphrase_fd: Option<u32>,
    passphrase_given: OnceLock<String>,
    /// The user's folder, where it is not the usual one.
    user: Option<PathBuf>,
    /// The archive's settings, once they were read for showing something.
    settings: OnceLock<Settings>,
}

/// `config.toml` in the user's folder.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Config {
    name: Option<String>,
}

/// A variable of the environment; an empty one counts as absent.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

impl Context {
    /// A context. The archive is in `folder`, else where `FONDS_ARCHIVE` says, else here.
    pub fn new(
        ui: Ui,
        folder: Option<PathBuf>,
        by: Option<String>,
        passphrase_fd: Option<u32>,
    ) -> Self {
        let folder = folder
            .or_else(|| variable("FONDS_ARCHIVE").map(PathBuf::from))
            .or_else(|| env::current_dir().ok())
            .unwrap_or_else(|| PathBuf::from("."));
        Self {
            ui,
            folder,
            force: false,
            by,
            passphrase_fd,
            passphrase_given: OnceLock::new(),
            user: None,
            settings: OnceLock::new(),
        }
    }

    /// The context of another archive with keys and state of its own, for somebody else's work.
    #[must_use]
    pub fn apart(&self, folder: PathBuf, user: PathBuf, by: &str) -> Self {
        Self {
            ui: Ui {
                quiet: true,
                ..self.ui.clone()
            },
            folder,
            force: false,
            by: Some(by.to_owned()),
            passphrase_fd: None,
            passphrase_given: OnceLock::new(),
            user: Some(user),
            settings: OnceLock::new(),
        }
    }

    /// The same context with another archive.
    #[must_use]
    pub fn at(&self, folder: PathBuf) -> Self {
        Self {
            ui: self.ui.clone(),
            folder,
            force: self.force,
            by: self.by.clone(),
            passphrase_fd: self.passphrase_fd,
            passphrase_given: OnceLock::new(),
            user: self.user.clone(),
            settings: OnceLock::new(),
        }
    }

    /// The user's folders.
    pub fn places(&self) -> Result<Places, CliError> {
        let user = self
            .user
            .clone()
            .or_else(|| variable("FONDS_USER").map(PathBuf::from));
        if let Some(user) = user {
            return Ok(Places {
                config: user.join("config"),
                state: user.join("state"),
            });
        }
        let folder = |name: &str, below: &str| {
            variable(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
                .or_else(|| variable("HOME").map(|home| Path::new(&home).join(below)))
                .map(|folder| folder.join("fonds"))
                .ok_or_else(|| {
                    CliError::usage(
                        "there is no home folder to keep keys in (HOME is not set)",
                        "set HOME, or FONDS_USER to a folder of yours",
                    )
                })
        };
        Ok(Places {
            config: folder("XDG_CONFIG_HOME", ".config")?,
            state: folder("XDG_STATE_HOME", ".local/state")?,
        })
    }

    /// Who is at work: `--by`, `FONDS_BY`, or the `name` of `config.toml`; nobody where none says so.
    pub fn by(&self) -> Option<String> {
        self.by
            .clone()
            .or_else(|| variable("FONDS_BY"))
            .or_else(|| {
                let path = self.places().ok()?.config.join("config.toml");
                let text = std::fs::read_to_string(path).ok()?;
                toml::from_str::<Config>(&text).ok()?.name
            })
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
    }

    /// The time, in whole seconds: the clock's, or what `FONDS_NOW` fixes it to.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the clock is asked"
    )]
    pub fn now(&self) -> Result<Moment, CliError> {
        let millis = match variable("FONDS_NOW") {
            Some(fixed) => fixed.parse::<Moment>().ok().map(Moment::millis),
            None => millis(SystemTime::now()),
        };
        millis
            .and_then(|millis| Moment::from_seconds(millis.div_euclid(1000)))
            .ok_or_else(|| {
                CliError::usage(
                    "the time is not one that can be recorded",
                    "set the computer's clock, or FONDS_NOW like 2026-11-23T09:30:00Z",
                )
            })
    }

    /// The archive, for reading.
    pub fn archive(&self) -> Result<Archive, CliError> {
        Ok(Archive::open(&self.folder)?)
    }

    /// The archive's settings, for showing something. Where they cannot be used the usual ones are, and that is said
    /// once.
    pub fn settings(&self) -> Settings {
        let load = || {
            Settings::load(&self.folder).unwrap_or_else(|error| {
                let usual = Settings::usual();
                self.ui.warn(&format!(
                    "warning: {}; times are shown in {} until it is mended",
                    visible(&error.to_string()),
                    usual.zone
                ));
                usual
            })
        };
        let told = || {
            let settings = load();
            if settings.missing && self.is_archive() {
                self.ui.warn(
                    "warning: fonds.toml is not there, so the archive has no name, and times are shown and read in UTC",
                );
            }
            for key in &settings.unknown {
                self.ui.warn(&format!(
                    "warning: {} in fonds.toml means nothing to this release and was passed over; it knows name, zone, house and style",
                    visible(key)
                ));
            }
            settings
        };
        self.settings.get_or_init(told).clone()
    }

    /// The archive's settings, for recording something: what is recorded cannot be taken back, so nothing is guessed.
    pub fn settings_to_record(&self) -> Result<Settings, CliError> {
        Ok(Settings::load(&self.folder)?)
    }

    /// The signer of an archive, with its key opened.
    pub fn signer(&self, archive: &Archive) -> Result<Signer, CliError> {
        self.signer_by(archive, &archive.log_keys()?)
    }

    /// The signer of an archive whose keys are these, whether or not this copy of it knows of their last change.
    pub fn signer_by(&self, archive: &Archive, keys: &LogKeys) -> Result<Signer, CliError> {
        let places = self.places()?;
        demand_open(archive, &places)?;
        let origin = archive.origin().as_str();
        let path = places.log_key(origin)?;
        let expected = keys.current();
        let next = places.next_log_key(origin)?;
        if public_half(&next)? != Some(expected) {
            demand_not_older(archive, &places, public_half(&path)? == Some(expected))?;
            let key = self.key(&path, &expected, "Passphrase of the archive's key:")?;
            let editor = self.editor(archive, &places)?;
            return Ok(Signer::new(&places, origin, key)?.by_editor(editor));
        }
        // A change of the key was stopped after it had been recorded.
        let key = self.key(&next, &expected, "Passphrase of the archive's new key:")?;
        let (size, note) = archive.head()?;
        let is_signed =
            note.is_some_and(|note| archive.open_note(&note).is_ok_and(|it| it.size == size));
        let retired = match keys.signers(size) {
            (old, Some(_)) if !is_signed && public_half(&path)? == Some(old) => {
                Some(self.key(&path, &old, "Passphrase of the archive's old key:")?)
            }
            _ => None,
        };
        let editor = self.editor(archive, &places)?;
        Ok(Signer::new(&places, origin, key)?
            .by_editor(editor)
            .after(retired))
    }

    /// The editor's key that is here, where the ledger admits it.
    fn editor(&self, archive: &Archive, places: &Places) -> Result<Option<KeyPair>, CliError> {
        let path = places.editor_key(archive.origin().as_str())?;
        let Some(public) = public_half(&path)? else {
            return Ok(None);
        };
        let next = archive.head()?.0;
        if archive.editors()?.admitted(&public, next).is_none() {
            return Ok(None);
        }
        self.key(&path, &public, "Passphrase of your editor's key:")
            .map(Some)
    }

    /// The key that a file says ssh-agent holds.
    pub(super) fn agent_key(file: &Path, public: PublicKey) -> Result<KeyPair, CliError> {
        let socket = variable("SSH_AUTH_SOCK").ok_or_else(|| KeyError::NoAgent {
            path: file.to_path_buf(),
        })?;
        Ok(KeyPair::from_agent(Path::new(&socket), public)?)
    }

    /// Opens a key, asking for its passphrase where it is locked.
    pub(super) fn key(
        &self,
        path: &Path,
        expected: &PublicKey,
        question: &str,
    ) -> Result<KeyPair, CliError> {
        if let Some(public) = in_agent(path)? {
            if public != *expected {
                return Err(KeyError::WrongKey {
                    path: agent_file(path),
                    expected: expected.to_string(),
                    found: public.to_string(),
                }
                .into());
            }
            return Self::agent_key(&agent_file(path), public);
        }
        let passphrase = if needs_passphrase(path)? {
            self.passphrase(question)?
        } else {
            None
        };
        Ok(KeyPair::load_expecting(
            path,
            passphrase.as_deref(),
            expected,
        )?)
    }

    /// Gives the key that signs now the place of the one before it, where a change of the key was stopped before that.
    fn end_change_of_key(&self, archive: &Archive) -> Result<(), CliError> {
        let places = self.places()?;
        let origin = archive.origin().as_str();
        let next = places.next_log_key(origin)?;
        if public_half(&next)? == Some(archive.log_keys()?.current()) {
            take_place(&next, &places.log_key(origin)?)?;
        }
        Ok(())
    }

    /// The archive, for adding to it. Refused where its settings cannot be used: they say in which zone times are read.
    pub fn writer(&self) -> Result<Writer, CliError> {
        self.settings_to_record()?;
        // Read once more for showing, so that what is passed over in it is said.
        self.settings();
        self.writer_without_settings()
    }

    /// The archive, for making again what follows from it.
    pub fn writer_without_settings(&self) -> Result<Writer, CliError> {
        let archive = self.archive()?;
        let signer = self.signer(&archive)?;
        let writer = Writer::open(&self.folder, signer)?;
        self.end_change_of_key(&archive)?;
        Ok(writer)
    }

    /// Whether there is an archive.
    pub fn is_archive(&self) -> bool {
        !matches!(
            Archive::open(&self.folder),
            Err(ArchiveError::NotFound { .. })
        )
    }

    /// A passphrase: the first line of the given descriptor, else typed.
    pub fn passphrase(&self, question: &str) -> Result<Option<String>, CliError> {
        match self.passphrase_fd {
            // Read once: a pipe gives it once, and two keys of one archive may be locked by it.
            Some(number) => match self.passphrase_given.get() {
                Some(given) => Ok(Some(given.clone())),
                None => line_of_descriptor(number)
                    .map(|line| Some(self.passphrase_given.get_or_init(|| line).clone())),
            },
            None => self.ui.ask_passphrase(question),
        }
    }

    /// A passphrase for a key that is being made: by a descriptor, else typed twice where it is `asked` for.
    pub fn new_passphrase(&self, asked: bool, question: &str) -> Result<Option<String>, CliError> {
        if self.passphrase_fd.is_some() {
            return self.passphrase("");
        }
        if !asked {
            return Ok(None);
        }
        let first = self.ui.ask_passphrase(question)?;
        let Some(first) = first.filter(|first| !first.is_empty()) else {
            return Err(CliError::usage(
                "there is no passphrase",
                "run this on a terminal, or give the passphrase with --passphrase-fd N",
            ));
        };
        if self.ui.ask_passphrase("The same again:")?.as_ref() == Some(&first) {
            Ok(Some(first))
        } else {
            Err(CliError::usage(
                "the two passphrases differ",
                "run this again",
            ))
        }
    }

    /// Whether the key that signs the archive now is on this computer.
    pub fn has_key(&self, archive: &Archive) -> Result<bool, CliError> {
        let places = self.places()?;
        let origin = archive.origin().as_str();
        let signs = Some(archive.log_keys()?.current());
        Ok(public_half(&places.log_key(origin)?)? == signs
            || public_half(&places.next_log_key(origin)?)? == signs)
    }
}

/// The first line of what a file descriptor gives, without its end.
pub(super) fn line_of_descriptor(number: u32) -> Result<String, CliError> {
    read_line(&PathBuf::from(format!("/dev/fd/{number}")))
}

/// Refuses to sign for an archive whose ledger the recovery key closed.
fn demand_open(archive: &Archive, places: &Places) -> Result<(), CliError> {
    let (closings, _) = closings::of(archive, places)?;
    let Some(closed) = Closed::by(&closings) else {
        return Ok(());
    };
    let next: Vec<String> = (closed.next().iter())
        .map(|next| Ok(words(next.as_str())?.join(" ")))
        .collect::<Result<_, KeyError>>()?;
    Err(CliError::usage(
        format!(
            "the recovery key closed this archive at {}: it can be read, not added to",
            count(closed.size(), "entry", "entries")
        ),
        format!(
            "fonds -C DIR VERB        with the archive that goes on from it; its words are {}",
            next.join(", or ")
        ),
    ))
}

/// Refuses, where the key that is here is not the one that signs this copy, to call it the wrong one if this copy is
/// from before a change of the key.
fn demand_not_older(archive: &Archive, places: &Places, signs: bool) -> Result<(), CliError> {
    let entries = archive.head()?.0;
    let signed = last_signed(places, archive.origin().as_str())
        .ok()
        .flatten();
    let signed = signed.and_then(|note| Checkpoint::parse(note.text()).ok());
    match signed.filter(|signed| !signs && signed.size > entries) {
        None => Ok(()),
        Some(signed) => {
            let changes = kept_changes(places, archive.origin().as_str()).unwrap_or_default();
            let is_kept = changes.iter().any(|change| change.entry >= entries);
            Err(CliError::usage(
                format!(
                    "this is an older copy: it has {entries} entries, and {} were signed, by a key that it does not know",
                    signed.size
                ),
                if is_kept {
                    "use the newest copy of the archive, or fonds doctor --restore LOG with a copy of its log/"
                } else {
                    "use the newest copy of the archive; where there is none, fonds key continue DIR"
                },
            ))
        }
    }
}

/// A clock's time in milliseconds since 1970; nothing for one from before, which is a clock that was never set.
fn millis(clock: SystemTime) -> Option<i64> {
    let since = clock.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// The first line of a file, without its end.
fn read_line(path: &Path) -> Result<String, CliError> {
    let unreadable = |source| CliError::Read {
        path: path.to_path_buf(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut line = String::new();
    BufReader::new(file.take(LONGEST_PASSPHRASE))
        .read_line(&mut line)
        .map_err(unreadable)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_from_before_1970_has_no_time_and_stops_nothing() {
        assert_eq!(millis(UNIX_EPOCH - Duration::from_nanos(1)), None);
        assert_eq!(millis(UNIX_EPOCH - Duration::from_secs(1 << 33)), None);
        assert_eq!(
            millis(UNIX_EPOCH + Duration::from_millis(1_500)),
            Some(1_500)
        );
    }
}
