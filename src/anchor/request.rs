//! What an archive's keeper sends to a witness: a checkpoint, and how it continues the one that the witness saw last.
//! The parts are those of an `add-checkpoint` request (C2SP tlog-witness), and the values that bind key and origin.

use serde::Deserialize;
use serde::Serialize;

use super::AnchorError;
use super::LARGEST;
use crate::commitment::Keys;
use crate::commitment::ProvedEntry;
use crate::commitment::read_as;
use crate::commitment::write_file;
use crate::record::Digest;
use crate::succession;
use crate::tlog::Checkpoint;
use crate::tlog::Hash;
use crate::tlog::Note;

/// Which document this is, and its version.
pub const REQUEST: &str = "fonds/witness-request/1";

/// A request for a cosignature. Its fields are those of the file, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The signed head, with the log keys' lines only.
    pub checkpoint: String,
    /// The entries under it that changed the log's key, opened, in their order.
    pub key_entries: Vec<ProvedEntry>,
    /// The head that the witness saw last, as this ledger has it; nothing for a first request.
    pub old: Option<OldHead>,
    /// What the origin is made of.
    pub origin: Keys,
    /// That the old head is the beginning of the new one (RFC 6962 §2.1.2).
    pub proof: Vec<Digest>,
    /// [`REQUEST`].
    pub schema: String,
}

/// An earlier head of the same ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldHead {
    /// The root at that size.
    pub root: Digest,
    /// The number of entries.
    pub size: u64,
}

/// The value in a file of canonical JSON whose schema is that one.
pub(super) fn read<T>(bytes: &[u8], schema: &str, what: &'static str) -> Result<T, AnchorError>
where
    T: Serialize + for<'de> Deserialize<'de>,
{
    read_as(bytes, schema, LARGEST).map_err(|reason| AnchorError::Malformed { what, reason })
}

/// A proof's hashes as they are reckoned with.
pub(super) fn hashes(proof: &[Digest]) -> Vec<Hash> {
    proof.iter().map(|it| Hash(*it.as_bytes())).collect()
}

impl Request {
    /// Reads a request file. Says nothing about who signed what.
    pub fn read(bytes: &[u8]) -> Result<Self, AnchorError> {
        read(bytes, REQUEST, "a request to a witness")
    }

    /// The request as a file.
    pub fn file(&self) -> Result<String, AnchorError> {
        Ok(write_file(self)?)
    }

    /// The checkpoint, if the key that the origin names has signed it, or the one that it gave way to.
    pub fn open(&self) -> Result<(Note, Checkpoint), AnchorError> {
        succession::open(&self.checkpoint, &self.origin, &self.key_entries).map_err(|source| {
            AnchorError::NotSigned {
                origin: self.origin.origin().to_string(),
                source,
            }
        })
    }
}
