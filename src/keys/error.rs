//! Why a key, the signer's memory or a pin could not be used.

use std::io;
use std::path::PathBuf;

use crate::durable::DurableError;
use crate::tlog::Hash;
use crate::tlog::TlogError;

/// Why a key, the signer's memory or a pin could not be used. Nothing was signed, and no file was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Text that names no archive.
    #[error("{0:?} is not an origin (fonds/ and 40 lower-case hex digits)")]
    Origin(String),
    /// No key where it should be.
    #[error("no key at {}", path.display())]
    Missing {
        /// The key file.
        path: PathBuf,
    },
    /// A file that holds no key.
    #[error("{} is not an OpenSSH key", path.display())]
    NotAKey {
        /// The key file.
        path: PathBuf,
        /// What the reader of OpenSSH keys says.
        source: ssh_key::Error,
    },
    /// Text that holds no public key.
    #[error("not an OpenSSH public key")]
    NotAPublicKey {
        /// What the reader of OpenSSH keys says.
        source: ssh_key::Error,
    },
    /// A key of another kind.
    #[error("the key is {found}, not ssh-ed25519")]
    NotEd25519 {
        /// The kind as OpenSSH names it.
        found: String,
    },
    /// A key that a security token holds: what it makes is over more than the text that it is given.
    #[error(
        "the key is {found}, on a security token, which signs something else than what it is given"
    )]
    OnToken {
        /// The kind as OpenSSH names it.
        found: String,
    },
    /// No agent to ask for a key that one holds.
    #[error("the key of {} is held by ssh-agent, and none is running here (SSH_AUTH_SOCK is not set)", path.display())]
    NoAgent {
        /// The file that says which key.
        path: PathBuf,
    },
    /// An agent that does not answer.
    #[error("ssh-agent does not answer ({})", socket.display())]
    AgentGone {
        /// Its socket.
        socket: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An agent that answers something else than what was asked for.
    #[error("ssh-agent did not sign with the key {key}: {reason}")]
    Agent {
        /// The public key, in hex.
        key: String,
        /// What it did; the words end a sentence.
        reason: &'static str,
    },
    /// Something that cannot be done with a key in an agent.
    #[error("the key is held by ssh-agent, which gives it to nobody")]
    HeldByAgent,
    /// A key that is locked, and nothing to open it with.
    #[error("the key at {} is locked with a passphrase", path.display())]
    PassphraseNeeded {
        /// The key file.
        path: PathBuf,
    },
    /// A key that this passphrase does not open.
    #[error("the passphrase does not open the key at {}", path.display())]
    WrongPassphrase {
        /// The key file.
        path: PathBuf,
    },
    /// A key of something else.
    #[error("the key at {} is {found}, not {expected}", path.display())]
    WrongKey {
        /// The key file.
        path: PathBuf,
        /// The public key wanted, in hex.
        expected: String,
        /// The public key found, in hex.
        found: String,
    },
    /// A key that could not be locked or written as OpenSSH does.
    #[error("the key could not be put into an OpenSSH file")]
    Encoding(#[source] ssh_key::Error),
    /// No random numbers.
    #[error("the system gave no random numbers: {reason}")]
    Random {
        /// What the system said.
        reason: String,
    },
    /// A key where a new one should go.
    #[error("there is a key at {} already; it was left as it is", path.display())]
    Taken {
        /// The key file.
        path: PathBuf,
    },
    /// A file that can't be read.
    #[error("{} can't be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is larger than any of its kind.
    #[error("{} is larger than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read, in bytes.
        limit: usize,
    },
    /// A memory or pin that is not as it was written.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process signs for this archive, or for a copy of it.
    #[error("another fonds is signing for this archive or a copy of it ({})", path.display())]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// A head with fewer leaves than one that is known.
    #[error("a head of {known} entries is known, and {offered} are fewer")]
    LowerSize {
        /// The size last signed or seen.
        known: u64,
        /// The size offered.
        offered: u64,
    },
    /// A head that says something else about the same entries.
    #[error("the root of {size} entries is known as {known}, but {offered} was offered")]
    OtherRoot {
        /// The size of both.
        size: u64,
        /// The root last signed or seen.
        known: Hash,
        /// The root offered.
        offered: Hash,
    },
    /// A head that is not shown to continue the known one.
    #[error("the offered head does not continue the known one")]
    NotContinued(#[source] TlogError),
    /// An entry that changes the log's key and does not follow from those before it.
    #[error("entry {index} changes the log's key from {old} to {new}, where {current} signs")]
    Rotation {
        /// The index of the entry.
        index: u64,
        /// The key that signs there, in hex.
        current: String,
        /// The key that the entry ends, in hex.
        old: String,
        /// The key that it begins, in hex.
        new: String,
    },
    /// A head that the key which ends and the key which begins both have to sign, and one of them is not at hand.
    #[error(
        "the head of {size} entries changes the key: {missing} has to sign it too, and is not here"
    )]
    KeyNotHere {
        /// The number of entries.
        size: u64,
        /// The public key that lacks, in hex.
        missing: String,
    },
    /// Nothing was announced to be signed.
    #[error("no head is waiting to be signed")]
    NothingPending,
    /// The pin was moved by another process.
    #[error("another fonds has moved the pin at {} meanwhile; run this again", path.display())]
    PinMoved {
        /// The pin.
        path: PathBuf,
    },
    /// A note or checkpoint that is not one of this archive.
    #[error(transparent)]
    Note(#[from] TlogError),
    /// Not twelve words.
    #[error("an origin is read out in 12 words, not {found}")]
    WordCount {
        /// The number of words given.
        found: usize,
    },
    /// A word that is not in the list.
    #[error("{word:?} is not one of the 2,048 words that origins are read out in")]
    UnknownWord {
        /// The word given.
        word: String,
    },
    /// A file that could not be written durably.
    #[error(transparent)]
    Durable(#[from] DurableError),
}

impl KeyError {
    /// Whether the key is missing, locked, or another one: what a person mends by giving the right one.
    pub const fn is_wrong_key(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::NotAKey { .. }
                | Self::NotAPublicKey { .. }
                | Self::NotEd25519 { .. }
                | Self::OnToken { .. }
                | Self::NoAgent { .. }
                | Self::AgentGone { .. }
                | Self::Agent { .. }
                | Self::HeldByAgent
                | Self::PassphraseNeeded { .. }
                | Self::WrongPassphrase { .. }
                | Self::WrongKey { .. }
                | Self::KeyNotHere { .. }
        )
    }

    /// Whether two histories stand against each other: a head that is lower than, or does not continue, a known one.
    pub const fn is_conflict(&self) -> bool {
        matches!(
            self,
            Self::LowerSize { .. } | Self::OtherRoot { .. } | Self::NotContinued(_)
        )
    }
}
