//! Where the keys and the state of each archive lie in the user's own folders.

use std::path::PathBuf;

use super::KeyError;
use crate::record::is_hex;

/// The user's folders for this program, as the caller found them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// What the user decides: keys. `$XDG_CONFIG_HOME/fonds`.
    pub config: PathBuf,
    /// What the program remembers: memory and pins. `$XDG_STATE_HOME/fonds`.
    pub state: PathBuf,
}

/// The 40 hex digits of an origin; anything else could climb out of the folders.
pub(super) fn digits(origin: &str) -> Result<&str, KeyError> {
    origin
        .strip_prefix("fonds/")
        .filter(|digits| digits.len() == 40)
        .filter(|digits| is_hex(digits))
        .ok_or_else(|| KeyError::Origin(origin.chars().take(80).collect()))
}

impl Places {
    fn key_file(&self, origin: &str, ending: &str) -> Result<PathBuf, KeyError> {
        let name = format!("{}{ending}", digits(origin)?);
        Ok(self.config.join("keys").join(name))
    }

    /// The log's private key; its public half lies beside it, in [`Places::log_key_public`].
    pub fn log_key(&self, origin: &str) -> Result<PathBuf, KeyError> {
        self.key_file(origin, "")
    }

    /// The key that takes the log key's place, until it has.
    pub fn next_log_key(&self, origin: &str) -> Result<PathBuf, KeyError> {
        self.key_file(origin, ".next")
    }

    /// The log's public key.
    pub fn log_key_public(&self, origin: &str) -> Result<PathBuf, KeyError> {
        self.key_file(origin, ".pub")
    }

    /// The recovery key, until the user moves it off this computer.
    pub fn recovery_key(&self, origin: &str) -> Result<PathBuf, KeyError> {
        self.key_file(origin, ".recovery")
    }

    /// This user's own key as an editor of the archive.
    pub fn editor_key(&self, origin: &str) -> Result<PathBuf, KeyError> {
        self.key_file(origin, ".editor")
    }

    /// The private key of this user as a witness of others' archives.
    pub fn witness_key(&self) -> PathBuf {
        self.config.join("witness").join("key")
    }

    /// Its name and public half.
    pub fn witness_verifier(&self) -> PathBuf {
        self.config.join("witness").join("verifier")
    }

    /// The folder of what this user saw as a witness.
    pub fn witness_state(&self) -> PathBuf {
        self.state.join("witness")
    }

    /// The head of an archive that this user cosigned last.
    pub fn witness_memory(&self, origin: &str) -> Result<PathBuf, KeyError> {
        let name = format!("{}.json", digits(origin)?);
        Ok(self.witness_state().join(name))
    }

    /// The folder of the witnesses whom this user trusts.
    pub fn witnesses(&self) -> PathBuf {
        self.config.join("witnesses")
    }

    /// The folder of the root certificates of time-stamp authorities that this user pinned.
    pub fn authorities(&self) -> PathBuf {
        self.config.join("authorities")
    }

    /// What is remembered of a time stamp that was asked for, by its nonce in hex.
    pub fn stamp_request(&self, origin: &str, nonce: &str) -> Result<PathBuf, KeyError> {
        let name = format!("{}.tsq", nonce.chars().take(64).collect::<String>());
        Ok(self.state_folder(origin)?.join("requests").join(name))
    }

    /// The folder of everything remembered about an archive.
    pub fn state_folder(&self, origin: &str) -> Result<PathBuf, KeyError> {
        Ok(self.state.join(digits(origin)?))
    }

    /// What the signer remembers.
    pub fn memory(&self, origin: &str) -> Result<PathBuf, KeyError> {
        Ok(self.state_folder(origin)?.join("memory.json"))
    }

    /// The changes of its key.
    pub fn changes(&self, origin: &str) -> Result<PathBuf, KeyError> {
        Ok(self.state_folder(origin)?.join("changes.json"))
    }

    /// The folder of what is known of its recovery key having closed it.
    pub fn closings(&self, origin: &str) -> Result<PathBuf, KeyError> {
        Ok(self.state_folder(origin)?.join("closings"))
    }

    /// The checkpoint last seen.
    pub fn pin(&self, origin: &str) -> Result<PathBuf, KeyError> {
        Ok(self.state_folder(origin)?.join("pin"))
    }
}
