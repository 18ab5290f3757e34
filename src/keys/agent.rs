//! A key that `ssh-agent` holds: it signs, and the key never comes here.
//!
//! Two messages of the agent's protocol (draft-ietf-sshm-ssh-agent, sections 3.5 and 3.6) are all that is needed, so they
//! are written out here: the libraries for it bring an asynchronous runtime, or the named pipes of other systems, and a
//! dozen kinds of key that could not sign for an archive. The agent is another process of this user's; what it answers is
//! read with limits, and a signature counts only after it was verified with the public key that was asked for.

use std::io::Read as _;
use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use super::KeyError;
use super::PublicKey;

const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// The name of the only kind of key and signature that is asked for.
const ED25519: &[u8] = b"ssh-ed25519";

/// The largest answer that is read, as in OpenSSH.
const LARGEST: u32 = 256 * 1024;

/// How long an answer is waited for: the agent may have to ask its user.
const PATIENCE: Duration = Duration::from_mins(2);

/// A key in an agent, by its public half.
#[derive(Clone)]
pub(super) struct AgentKey {
    socket: PathBuf,
    public: PublicKey,
}

/// A string of the protocol: its length in four bytes, and its bytes.
fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), bytes].concat()
}

/// The string at the beginning, and what comes after it.
fn take_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// The public key as the protocol spells it.
fn blob(public: &PublicKey) -> Vec<u8> {
    [string(ED25519), string(public.as_bytes())].concat()
}

impl AgentKey {
    /// The key in the agent behind that socket; refused where the agent does not hold it.
    pub(super) fn open(socket: &Path, public: PublicKey) -> Result<Self, KeyError> {
        let key = Self {
            socket: socket.to_path_buf(),
            public,
        };
        let answer = key.ask(&[REQUEST_IDENTITIES])?;
        let odd = || key.refused("its list of keys cannot be read");
        let Some((&IDENTITIES_ANSWER, rest)) = answer.split_first() else {
            return Err(key.refused("it does not list its keys"));
        };
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or_else(odd)?;
        let wanted = blob(&public);
        for _ in 0..u32::from_be_bytes(*count) {
            let (held, after) = take_string(rest).ok_or_else(odd)?;
            let (_comment, after) = take_string(after).ok_or_else(odd)?;
            if held == wanted {
                return Ok(key);
            }
            rest = after;
        }
        Err(key.refused("it does not hold the key, or is locked"))
    }

    pub(super) const fn public(&self) -> PublicKey {
        self.public
    }

    /// Has the agent sign: the 64 bytes of Ed25519, verified.
    pub(super) fn sign(&self, text: &[u8]) -> Result<[u8; 64], KeyError> {
        // No flags: they choose among digests for RSA.
        let request = [
            &[SIGN_REQUEST][..],
            &string(&blob(&self.public)),
            &string(text),
            &[0; 4],
        ]
        .concat();
        let answer = self.ask(&request)?;
        let signature = match answer.split_first() {
            Some((&SIGN_RESPONSE, rest)) => take_string(rest)
                .and_then(|(signature, _)| take_string(signature))
                .filter(|(kind, _)| *kind == ED25519)
                .and_then(|(_, rest)| take_string(rest))
                .and_then(|(bytes, _)| <[u8; 64]>::try_from(bytes).ok()),
            Some((&FAILURE, _)) => return Err(self.refused("it refused to sign")),
            _ => None,
        };
        let signature =
            signature.ok_or_else(|| self.refused("it gave something else than a signature"))?;
        // The name plays no part in a signature.
        if self.public.verifier("key")?.verify(text, &signature) {
            Ok(signature)
        } else {
            Err(self.refused("its signature does not fit"))
        }
    }

    fn refused(&self, reason: &'static str) -> KeyError {
        KeyError::Agent {
            key: self.public.to_string(),
            reason,
        }
    }

    /// Sends one message and reads the answer to it.
    fn ask(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let exchange = || -> std::io::Result<Option<Vec<u8>>> {
            let mut stream = UnixStream::connect(&self.socket)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            stream.write_all(&string(message))?;
            let mut length = [0; 4];
            stream.read_exact(&mut length)?;
            let length = u32::from_be_bytes(length);
            if length > LARGEST {
                return Ok(None);
            }
            let mut answer = Vec::new();
            stream.take(u64::from(length)).read_to_end(&mut answer)?;
            Ok((answer.len() as u64 == u64::from(length)).then_some(answer))
        };
        let answer = exchange().map_err(|source| KeyError::AgentGone {
            socket: self.socket.clone(),
            source,
        })?;
        answer.ok_or_else(|| self.refused("its answer is cut off, or too long"))
    }
}
