//! Ed25519 keys as OpenSSH files: the log's key, which signs heads, and the recovery key, which may close the log.

use std::fmt;
use std::path::Path;
use std::path::PathBuf;

use ed25519_dalek::SigningKey;
use rand_core::OsRng;
use rand_core::RngCore as _;
use ssh_key::Algorithm;
use ssh_key::LineEnding;
use ssh_key::PrivateKey;
use ssh_key::private::Ed25519Keypair;
use ssh_key::public::Ed25519PublicKey;
use ssh_key::public::KeyData;

use super::KeyError;
use super::agent::AgentKey;
use super::read_file;
use crate::durable;
use crate::tlog;
use crate::tlog::Checkpoint;
use crate::tlog::Note;
use crate::tlog::Signature;
use crate::tlog::Verifier;

/// An Ed25519 public key, shown as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

/// An Ed25519 key that signs: its private half, or an agent that has it. Never shown; its bytes are cleared when it is
/// dropped.
pub struct KeyPair(Secret);

enum Secret {
    Here(SigningKey),
    Agent(AgentKey),
}

impl PublicKey {
    /// Takes the 32 bytes of RFC 8032 §5.1.5. One that anybody can sign for is refused.
    pub fn new(bytes: [u8; 32]) -> Result<Self, KeyError> {
        // The name plays no part in what makes a key unusable.
        Verifier::new("key", &bytes)?;
        Ok(Self(bytes))
    }

    /// Reads the one line of a `.pub` file.
    pub fn parse(line: &str) -> Result<Self, KeyError> {
        let key = ssh_key::PublicKey::from_openssh(line.trim())
            .map_err(|source| KeyError::NotAPublicKey { source })?;
        Self::out_of(&key)
    }

    /// Reads a `.pub` file.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let bytes = read_key_file(path)?;
        let not_a_key = |source| KeyError::NotAKey {
            path: path.to_path_buf(),
            source,
        };
        let line = str::from_utf8(&bytes).map_err(|_| not_a_key(ssh_key::Error::FormatEncoding))?;
        match Self::parse(line) {
            Err(KeyError::NotAPublicKey { source }) => Err(not_a_key(source)),
            other => other,
        }
    }

    fn out_of(key: &ssh_key::PublicKey) -> Result<Self, KeyError> {
        match key.key_data() {
            KeyData::Ed25519(key) => Self::new(key.0),
            other => Err(other_kind(&other.algorithm())),
        }
    }

    /// The 32 raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The line of a `.pub` file, with its newline.
    pub fn to_openssh(&self, comment: &str) -> Result<String, KeyError> {
        let data = KeyData::Ed25519(Ed25519PublicKey(self.0));
        let line = ssh_key::PublicKey::new(data, comment)
            .to_openssh()
            .map_err(KeyError::Encoding)?;
        Ok(format!("{line}\n"))
    }

    /// The key as the one that signs for `origin`.
    pub fn verifier(&self, origin: &str) -> Result<Verifier, KeyError> {
        Ok(Verifier::new(origin, &self.0)?)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({})", self.public())
    }
}

fn read_key_file(path: &Path) -> Result<Vec<u8>, KeyError> {
    read_file(path)?.ok_or_else(|| KeyError::Missing {
        path: path.to_path_buf(),
    })
}

fn read_private(path: &Path) -> Result<PrivateKey, KeyError> {
    let key =
        PrivateKey::from_openssh(read_key_file(path)?).map_err(|source| KeyError::NotAKey {
            path: path.to_path_buf(),
            source,
        })?;
    // The public half lies open in a locked file too.
    match key.public_key().algorithm() {
        Algorithm::Ed25519 => Ok(key),
        other => Err(other_kind(&other)),
    }
}

/// Why a key of that kind cannot sign.
fn other_kind(found: &Algorithm) -> KeyError {
    let name = found.to_string();
    match found {
        Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 => KeyError::OnToken { found: name },
        _ => KeyError::NotEd25519 { found: name },
    }
}

/// The file beside a key's place that says which key of an agent is meant, where the key itself is not there.
pub fn agent_file(path: &Path) -> PathBuf {
    with_ending(path, ".agent")
}

/// The key that an agent is to hold in place of the key file at this place; nothing where none is named.
pub fn in_agent(path: &Path) -> Result<Option<PublicKey>, KeyError> {
    match PublicKey::load(&agent_file(path)) {
        Ok(key) => Ok(Some(key)),
        Err(KeyError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the key in this file is locked, so that the user has to be asked.
pub fn needs_passphrase(path: &Path) -> Result<bool, KeyError> {
    Ok(in_agent(path)?.is_none() && read_private(path)?.is_encrypted())
}

/// The public half of the key in this file, which lies open even where the file is locked, or of the one that an agent is
/// to hold in its place; nothing where neither is named.
pub fn public_half(path: &Path) -> Result<Option<PublicKey>, KeyError> {
    if let Some(key) = in_agent(path)? {
        return Ok(Some(key));
    }
    match read_private(path) {
        Ok(key) => PublicKey::out_of(key.public_key()).map(Some),
        Err(KeyError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts a key into the place of another, which is gone then: what it signs counts for nothing any more, and whoever
/// found it could sign another history of the time before.
pub fn take_place(next: &Path, place: &Path) -> Result<(), KeyError> {
    // What goes goes first: as long as the next one lies where it was, the change is not at its end and is ended later.
    if agent_file(next).is_file() {
        durable::discard(place)?;
        durable::rename(&agent_file(next), &agent_file(place))?;
    } else {
        durable::discard(&agent_file(place))?;
        durable::rename(next, place)?;
    }
    // The public half is only read by people, so that it may be the one that lags.
    if beside(next).is_file() {
        durable::rename(&beside(next), &beside(place))?;
    }
    Ok(())
}

/// The name of the public half of a key file.
fn beside(path: &Path) -> PathBuf {
    with_ending(path, ".pub")
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    durable::write_private_new(path, bytes).map_err(|refused| {
        if refused.is_taken() {
            KeyError::Taken {
                path: path.to_path_buf(),
            }
        } else {
            refused.into()
        }
    })
}

impl KeyPair {
    /// Makes a new key from the system's random numbers.
    pub fn generate() -> Result<Self, KeyError> {
        let mut seed = [0; 32];
        OsRng
            .try_fill_bytes(&mut seed)
            .map_err(|err| KeyError::Random {
                reason: err.to_string(),
            })?;
        Ok(Self::from_seed(seed))
    }

    /// The key of a seed (RFC 8032 §5.1.5): for a sample that anybody can make again, and for tests.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Secret::Here(SigningKey::from_bytes(&seed)))
    }

    /// A key that the agent behind that socket holds. Refused where it does not.
    pub fn from_agent(socket: &Path, public: PublicKey) -> Result<Self, KeyError> {
        AgentKey::open(socket, public).map(|key| Self(Secret::Agent(key)))
    }

    /// The private half, for what no agent does.
    const fn here(&self) -> Result<&SigningKey, KeyError> {
        match &self.0 {
            Secret::Here(key) => Ok(key),
            Secret::Agent(_) => Err(KeyError::HeldByAgent),
        }
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        match &self.0 {
            Secret::Here(key) => PublicKey(key.verifying_key().to_bytes()),
            Secret::Agent(key) => key.public(),
        }
    }

    /// Writes down that an agent holds the key in place of a file at `path`. What is there already stays.
    pub fn save_agent(&self, path: &Path, comment: &str) -> Result<(), KeyError> {
        if let Some(folder) = path.parent() {
            durable::create_private_dir(folder)?;
        }
        let line = self.public().to_openssh(comment)?;
        write_new(&agent_file(path), line.as_bytes())?;
        durable::write_private(&beside(path), line.as_bytes())?;
        Ok(())
    }

    /// Writes the key to `path` and its public half to `path.pub`, for the owner only, locked when a passphrase is
    /// given that is not empty. A key that is there already stays. The comment can be read without the passphrase in
    /// the public half.
    pub fn save(
        &self,
        path: &Path,
        passphrase: Option<&str>,
        comment: &str,
    ) -> Result<(), KeyError> {
        let pair = Ed25519Keypair::from_seed(self.here()?.as_bytes());
        let mut key = PrivateKey::new(pair.into(), comment).map_err(KeyError::Encoding)?;
        if let Some(passphrase) = passphrase.filter(|passphrase| !passphrase.is_empty()) {
            key = key
                .encrypt(&mut OsRng, passphrase)
                .map_err(KeyError::Encoding)?;
        }
        let text = key.to_openssh(LineEnding::LF).map_err(KeyError::Encoding)?;
        if let Some(folder) = path.parent() {
            durable::create_private_dir(folder)?;
        }
        write_new(path, text.as_bytes())?;
        let line = self.public().to_openssh(comment)?;
        durable::write_private(&beside(path), line.as_bytes())?;
        Ok(())
    }

    /// Reads the key at `path`, opening it with the passphrase if it is locked.
    pub fn load(path: &Path, passphrase: Option<&str>) -> Result<Self, KeyError> {
        let mut key = read_private(path)?;
        if key.is_encrypted() {
            let path = || path.to_path_buf();
            let passphrase =
                passphrase.ok_or_else(|| KeyError::PassphraseNeeded { path: path() })?;
            key = key.decrypt(passphrase).map_err(|source| match source {
                ssh_key::Error::Crypto => KeyError::WrongPassphrase { path: path() },
                source => KeyError::NotAKey {
                    path: path(),
                    source,
                },
            })?;
        }
        let Some(pair) = key.key_data().ed25519() else {
            return Err(KeyError::NotEd25519 {
                found: key.algorithm().to_string(),
            });
        };
        Ok(Self::from_seed(pair.private.to_bytes()))
    }

    /// As [`KeyPair::load`], but only this key will do. It is compared before a passphrase is tried.
    pub fn load_expecting(
        path: &Path,
        passphrase: Option<&str>,
        expected: &PublicKey,
    ) -> Result<Self, KeyError> {
        let demand = |found: PublicKey| {
            if found == *expected {
                return Ok(());
            }
            Err(KeyError::WrongKey {
                path: path.to_path_buf(),
                expected: expected.to_string(),
                found: found.to_string(),
            })
        };
        demand(PublicKey::out_of(read_private(path)?.public_key())?)?;
        let key = Self::load(path, passphrase)?;
        // The half that lies open could have been exchanged.
        demand(key.public())?;
        Ok(key)
    }

    /// Puts this key's line under a note, in the name of `name`.
    pub fn add_to(&self, note: &mut Note, name: &str) -> Result<(), KeyError> {
        match &self.0 {
            Secret::Here(key) => Ok(note.sign(name, key)?),
            Secret::Agent(key) => {
                let made = key.sign(note.text().as_bytes())?;
                Ok(note.add(Signature::made(name, key.public().as_bytes(), &made)?)?)
            }
        }
    }

    /// Signs a checkpoint in the name of its origin. Whoever writes an archive signs through
    /// [`super::Memory::sign_pending`] instead, which refuses a second history.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<Note, KeyError> {
        let mut note = Note::new(&checkpoint.text())?;
        self.add_to(&mut note, &checkpoint.origin)?;
        Ok(note)
    }

    /// Cosigns a checkpoint's text at that time, in seconds since 1970: for a witness's key, never for a log's.
    pub fn cosign(&self, name: &str, text: &str, time: u64) -> Result<Signature, KeyError> {
        Ok(tlog::cosign(text, time, name, self.here()?)?)
    }

    /// Signs any text in the name of `name`: the recovery key closes a log with it.
    pub fn sign_text(&self, name: &str, text: &str) -> Result<Note, KeyError> {
        let mut note = Note::new(text)?;
        self.add_to(&mut note, name)?;
        Ok(note)
    }
}
