//! The proof that an archive's key signed two histories: both signed heads, and what shows that neither continues the
//! other. Whoever has the file needs nothing else.

use serde::Deserialize;
use serde::Serialize;

use super::AnchorError;
use super::request::hashes;
use super::request::read;
use crate::commitment::Keys;
use crate::commitment::ProvedEntry;
use crate::commitment::write_file;
use crate::record::Digest;
use crate::succession;
use crate::tlog::Checkpoint;
use crate::tlog::Hash;
use crate::tlog::verify_consistency;

/// Which document this is, and its version.
pub const FORK: &str = "fonds/fork/1";

/// Two heads that one key signed and no ledger has both. Its fields are those of the file, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fork {
    /// The head of no more entries than the other, signed.
    pub first: String,
    /// The entries under it that changed the log's key.
    pub first_key_entries: Vec<ProvedEntry>,
    /// What the origin is made of.
    pub origin: Keys,
    /// That the second ledger began with `root` at the first's size; empty where both have the same size.
    pub proof: Vec<Digest>,
    /// The second ledger's root at the size of the first head.
    pub root: Digest,
    /// [`FORK`].
    pub schema: String,
    /// The other head, signed.
    pub second: String,
    /// The entries under it that changed the log's key.
    pub second_key_entries: Vec<ProvedEntry>,
}

/// What a fork shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forked {
    /// The first head.
    pub first: Checkpoint,
    /// The second.
    pub second: Checkpoint,
    /// The second ledger's root at the size of the first head.
    pub root: Hash,
}

impl Fork {
    /// Reads a fork file. Says nothing about whether it shows one.
    pub fn read(bytes: &[u8]) -> Result<Self, AnchorError> {
        read(bytes, FORK, "a proof of a fork")
    }

    /// The fork as a file.
    pub fn file(&self) -> Result<String, AnchorError> {
        Ok(write_file(self)?)
    }

    /// Whether two histories were signed: the second head commits to its first leaves, and where its root at the first's
    /// size is another than the first head states, no ledger has both. Otherwise says why it shows nothing.
    pub fn check(&self) -> Result<Forked, String> {
        let open = |head: &str, changes: &[ProvedEntry]| {
            let (_, head) =
                succession::open(head, &self.origin, changes).map_err(|error| error.to_string())?;
            Ok::<_, String>(head)
        };
        let first = open(&self.first, &self.first_key_entries)?;
        let second = open(&self.second, &self.second_key_entries)?;
        let root = Hash(*self.root.as_bytes());
        verify_consistency(
            first.size,
            root,
            second.size,
            second.root,
            &hashes(&self.proof),
        )
        .map_err(|error| error.to_string())?;
        if root == first.root {
            return Err("the second head continues the first".to_owned());
        }
        Ok(Forked {
            first,
            second,
            root,
        })
    }
}
