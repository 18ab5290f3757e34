//! An entry opened for a stranger: its record, some of its slots, and the way up to a signed root.

use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Committer;
use super::canonical;
use crate::record::Digest;
use crate::record::Schema;

/// An entry with what is opened of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvedEntry {
    /// Its slots, each once.
    pub openings: Vec<Opening>,
    /// From its leaf up to the checkpoint's root.
    pub path: Vec<Digest>,
    /// Its record.
    pub record: EntryRecord,
}

/// The record of an entry (FORMAT, 'Leaf data').
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryRecord {
    /// Commitments in the order of the kind's slots.
    pub c: Vec<Digest>,
    /// Kind.
    pub e: String,
    /// Index in the ledger.
    pub i: u64,
    /// Origin.
    pub o: String,
    /// 1.
    pub v: u64,
}

/// What is under one commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Its salt.
    pub salt: Digest,
    /// Its slot.
    pub slot: String,
    /// Its value.
    pub value: Value,
}

impl EntryRecord {
    /// The leaf data that follow, with the committer's origin.
    pub fn leaf(&self, committer: &Committer) -> [u8; 32] {
        let commitments: Vec<[u8; 32]> = self.c.iter().map(|it| *it.as_bytes()).collect();
        committer.entry_leaf(self.i, &plain(&self.e), &commitments)
    }
}

impl Opening {
    /// Whether its slot is one of the kind's, and its value is what was committed to at that slot's place in `c`.
    pub fn fits(&self, committer: &Committer, kind: &Schema, c: &[Digest]) -> bool {
        let at = kind.position(&self.slot);
        let held = at.and_then(|at| c.get(at));
        let made = canonical::of(&self.value)
            .ok()
            .map(|value| committer.commit(self.salt.as_bytes(), &self.slot, &value));
        held.is_some() && held.map(Digest::as_bytes) == made.as_ref()
    }
}

/// The value under a slot, where it has the fields that belong there and no others.
pub fn value_of<T: DeserializeOwned + Serialize>(openings: &[Opening], slot: &str) -> Option<T> {
    let opening = openings.iter().find(|it| it.slot == slot)?;
    let value: T = serde_json::from_value(opening.value.clone()).ok()?;
    serde_json::to_value(&value)
        .is_ok_and(|again| again == opening.value)
        .then_some(value)
}

/// A kind's name as it stands in a record. One that would have to be escaped belongs to no kind, and hashes to nothing
/// that is in a tree.
pub fn plain(kind: &str) -> String {
    let mut quoted = Vec::new();
    canonical::push_string(&mut quoted, kind);
    let quoted = String::from_utf8(quoted).unwrap_or_default();
    let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}
