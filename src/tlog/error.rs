//! What can be wrong with a proof, a note or a checkpoint.

use super::Hash;

/// Why a proof, note, checkpoint or key was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlogError {
    /// A leaf that the tree does not have.
    #[error("leaf {index} is not in a tree of {size}")]
    NoSuchLeaf {
        /// The leaf asked for, from 0.
        index: u64,
        /// The leaves in the tree.
        size: u64,
    },
    /// Two sizes between which nothing can be proved.
    #[error("a tree of {old} leaves can't be shown to be the beginning of one of {new}")]
    Sizes {
        /// The size said to be earlier; never 0.
        old: u64,
        /// The size said to be later.
        new: u64,
    },
    /// A proof with too many or too few hashes.
    #[error("the proof has {found} hashes, not {expected}")]
    ProofLength {
        /// The number that the sizes demand.
        expected: usize,
        /// The number given.
        found: usize,
    },
    /// A proof or tree that leads to another root.
    #[error("the root of {size} leaves is {expected}, but the proof leads to {found}")]
    Root {
        /// The size of the tree concerned.
        size: u64,
        /// The root that was claimed.
        expected: Hash,
        /// The root that came out.
        found: Hash,
    },
    /// Text that is not 64 lower-case hex digits.
    #[error("{0:?} is not a hash (64 lower-case hex digits)")]
    NotAHash(String),
    /// Bytes that are no signed note.
    #[error("not a signed note: {0}")]
    Note(&'static str),
    /// Text that is no checkpoint.
    #[error("not a checkpoint: {0}")]
    Checkpoint(&'static str),
    /// A checkpoint of another log.
    #[error("the checkpoint is of {found}, not of {expected}")]
    Origin {
        /// The log asked for.
        expected: String,
        /// The log named in the checkpoint.
        found: String,
    },
    /// Text that can't name a key.
    #[error("{0:?} can't name a key: it is empty or holds a space, a plus or a control character")]
    KeyName(String),
    /// Bytes that are no Ed25519 public key, or one that anybody can sign for.
    #[error("{0} is not a usable Ed25519 public key")]
    PublicKey(String),
    /// Text that is no witness's key.
    #[error("not a witness's key: {0}")]
    WitnessKey(&'static str),
    /// A note without a signature of the key asked for.
    #[error("not signed by {name}+{key_id}")]
    NotSigned {
        /// The key's name.
        name: String,
        /// The key's id, 8 hex digits.
        key_id: String,
    },
    /// A note that bears the key's name under a signature the key did not make.
    #[error("the signature of {name}+{key_id} does not fit the text")]
    BadSignature {
        /// The key's name.
        name: String,
        /// The key's id, 8 hex digits.
        key_id: String,
    },
}
