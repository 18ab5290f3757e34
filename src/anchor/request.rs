//! What an archive's keeper sends to a witness: a checkpoint, and how it continues the one that the witness saw last.
//! The parts are those of an `add-checkpoint` request (C2SP tlog-witness), and the values that bind key and origin.

use serde::Deserialize;
use serde::Serialize;

use super::AnchorError;
use super::LARGEST;
use crate::commitment::Keys;
use crate::commitment::canonical;
use crate::commitment::read_canonical;
use crate::record::Digest;
use crate::tlog::Checkpoint;
use crate::tlog::Hash;
use crate::tlog::Note;
use crate::tlog::TlogError;
use crate::tlog::Verifier;

/// Which document this is, and its version.
pub const REQUEST: &str = "fonds/witness-request/1";

/// A request for a cosignature. Its fields are those of the file, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The signed head, with the log key's line only.
    pub checkpoint: String,
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

/// A checkpoint as text, and what it says, held against the key that the origin names.
pub(super) fn open(text: &str, keys: &Keys) -> Result<(Note, Checkpoint), TlogError> {
    let key = Verifier::new(keys.origin().as_str(), keys.log_key.as_bytes())?;
    let note = Note::parse(text.as_bytes())?;
    let checkpoint = Checkpoint::open(&note, &key)?;
    Ok((note.only_signed_by(&[key]), checkpoint))
}

/// The value in a file of canonical JSON whose schema is that one.
pub(super) fn read<T>(bytes: &[u8], schema: &str, what: &'static str) -> Result<T, AnchorError>
where
    T: Serialize + for<'de> Deserialize<'de>,
{
    let malformed = |reason: String| AnchorError::Malformed { what, reason };
    if bytes.len() > LARGEST {
        return Err(malformed(format!("it is larger than {LARGEST} bytes")));
    }
    let value = read_canonical(bytes).map_err(malformed)?;
    let found = value.get("schema").and_then(serde_json::Value::as_str);
    if found != Some(schema) {
        let found: String = found.unwrap_or("nothing").chars().take(80).collect();
        return Err(malformed(format!(
            "it says that it is {found:?}, not {schema:?}"
        )));
    }
    let read: T =
        serde_json::from_value(value.clone()).map_err(|error| malformed(error.to_string()))?;
    // A field that is left out reads like one that is empty; only one spelling is allowed.
    if serde_json::to_value(&read).is_ok_and(|again| again == value) {
        Ok(read)
    } else {
        Err(malformed("a field is missing".to_owned()))
    }
}

/// The bytes of such a file.
pub(super) fn file<T: Serialize>(value: &T) -> Result<String, AnchorError> {
    let mut text = canonical::of(value)?;
    text.push('\n');
    Ok(text)
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
        file(self)
    }

    /// The checkpoint, if the key that the origin names has signed it.
    pub fn open(&self) -> Result<(Note, Checkpoint), AnchorError> {
        open(&self.checkpoint, &self.origin).map_err(|source| AnchorError::NotSigned {
            origin: self.origin.origin().to_string(),
            source,
        })
    }
}
