//! A record's values read out of its row: by slot, and as what they say of segments, of other records, and of how
//! material came.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::Digest as _;
use sha2::Sha256;

use super::ArchiveError;
use crate::commitment::Place;
use crate::record::Digest;
use crate::record::Schema;
use crate::record::schema;

/// The slots of `accessioned/1` that make the stated provenance; the same bytes with the same statement are the same
/// receipt (FORMAT, 'Accessions').
const STATEMENT: &[&str] = &[
    "how",
    "from",
    "via",
    "received",
    "received_by",
    "authority",
    "terms",
    "basis",
    "holder_of_original",
    "part_of",
    "missing",
    "companions",
];

/// The slot `segment` of `received/1` and `derived/1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Index of the `accessioned` entry.
    pub a: u64,
    /// Run.
    pub r: u64,
    /// Number in the run.
    pub s: u64,
    /// Items; 0 only where it closes a run.
    pub size: u64,
    /// Merkle root over the items' leaf data.
    pub root: Digest,
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// Another entry: an accession, an agent, an act.
    Entry(u64),
    /// An item.
    Item(Place),
}

impl About {
    /// The entry, where it is one.
    pub const fn entry(self) -> Option<u64> {
        match self {
            Self::Entry(seq) => Some(seq),
            Self::Item(_) => None,
        }
    }
}

/// A record's values by slot.
pub(super) struct Values<'a> {
    pub(super) subject: String,
    pub(super) schema: &'static Schema,
    pub(super) texts: Vec<&'a str>,
}

impl Values<'_> {
    /// The value of a slot, or nothing where it is empty or unreadable for want of a value.
    pub(super) fn get<T: DeserializeOwned>(
        &self,
        slot: &'static str,
    ) -> Result<Option<T>, ArchiveError> {
        let text = self.text(slot);
        if text == "null" {
            return Ok(None);
        }
        serde_json::from_str(text)
            .map(Some)
            .map_err(|source| ArchiveError::Value {
                subject: self.subject.clone(),
                slot,
                source,
            })
    }

    /// The canonical text of a slot.
    pub(super) fn text(&self, slot: &str) -> &str {
        self.schema
            .position(slot)
            .and_then(|position| self.texts.get(position))
            .copied()
            .unwrap_or("null")
    }
}

/// Digest of a stated provenance, from the canonical texts of its slots.
pub(super) fn statement<'a>(text: impl Fn(&'static str) -> &'a str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for slot in STATEMENT {
        hash.update(text(slot).as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().into()
}

/// Digest of a stated provenance, from its values.
pub fn statement_of(given: &[(&'static str, Value)]) -> Result<[u8; 32], ArchiveError> {
    let mut texts = BTreeMap::new();
    for (slot, value) in given {
        texts.insert(*slot, crate::commitment::canonical::of(value)?);
    }
    Ok(statement(|slot| {
        texts.get(slot).map_or("null", String::as_str)
    }))
}

/// The values of a record, or nothing where its kind is not known to this build or its values are gone.
pub(super) fn values<'a>(
    subject: String,
    name: &str,
    slots: Option<&'a str>,
) -> Result<Option<Values<'a>>, ArchiveError> {
    let (Some(schema), Some(slots)) = (schema(name), slots) else {
        return Ok(None);
    };
    let texts = crate::commitment::canonical::split(slots, schema.slots.len())?;
    Ok(Some(Values {
        subject,
        schema,
        texts,
    }))
}

/// Any value as a word for a reader: text as it is, the rest as JSON.
pub fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}
