//! The proof as a value: its fields are those of the file (PROOF.md, 'The file'), in the order of their names.

use serde::Deserialize;
use serde::Serialize;

use super::Keys;
use super::PublishError;
use super::strict::LARGEST;
use crate::commitment::Opening;
use crate::commitment::Place;
use crate::commitment::ProvedEntry;
use crate::commitment::canonical;
use crate::record::Digest;

/// Which document this is, and its version.
pub const SCHEMA: &str = "fonds/proof/1";

/// What shows, without the archive or a network, that items are under a signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The signed head, with the log keys' lines only.
    pub checkpoint: String,
    /// Witnesses' signatures over the checkpoint.
    pub cosignatures: Vec<Cosignature>,
    /// What is shown.
    pub items: Vec<ProvedItem>,
    /// The entries that changed the log key, in the order of the ledger.
    pub key_entries: Vec<ProvedEntry>,
    /// What the origin is made of.
    pub origin: Keys,
    /// [`SCHEMA`].
    pub schema: String,
    /// The entries that seal the items' segments.
    pub segments: Vec<ProvedEntry>,
    /// Time-stamp responses (RFC 3161) over the checkpoint, in hex.
    pub tokens: Vec<String>,
}

/// A witness's signature over the checkpoint (C2SP `cosignature/v1`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cosignature {
    /// The witness's public key.
    pub key: Digest,
    /// The name in it.
    pub name: String,
    /// 64 bytes in hex.
    pub signature: String,
    /// When it was made, in seconds since 1970.
    pub time: u64,
}

/// An item with what is opened of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvedItem {
    /// Its slots, each once.
    pub openings: Vec<Opening>,
    /// From its leaf up to its segment's root.
    pub path: Vec<Digest>,
    /// Its record.
    pub record: ItemRecord,
    /// The reference under which the archive cites it.
    pub reference: Option<String>,
    /// Its text, or passages of it.
    pub text: Option<Text>,
}

/// The record of an item (FORMAT, 'Leaf data').
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemRecord {
    /// Its accession's entry.
    pub a: u64,
    /// Commitments in the order of the kind's slots.
    pub c: Vec<Digest>,
    /// Kind.
    pub e: String,
    /// Index in the segment.
    pub i: u64,
    /// Origin.
    pub o: String,
    /// Run.
    pub r: u64,
    /// Segment in the run.
    pub s: u64,
    /// 1.
    pub v: u64,
}

impl ItemRecord {
    /// Its address.
    pub const fn place(&self) -> Place {
        Place {
            a: self.a,
            r: self.r,
            s: self.s,
            i: self.i,
        }
    }
}

/// A text: all of it, or passages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Text {
    /// Pieces with a proof each, in order.
    Passages(Vec<Passage>),
    /// All pieces; their tree is computed.
    Whole(Vec<Piece>),
}

/// A piece of a text that is shown whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// The salt of `text/k`.
    pub salt: Digest,
    /// The piece.
    pub text: String,
}

/// A piece of a text of which others stay shut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// From the piece's leaf up to the text's root.
    pub path: Vec<Digest>,
    /// Which piece, from 0.
    pub piece: u64,
    /// The salt of `text/k`.
    pub salt: Digest,
    /// The piece.
    pub text: String,
}

impl Proof {
    /// The proof file: canonical JSON and a line feed.
    pub fn file(&self) -> Result<String, PublishError> {
        let mut text = canonical::of(self)?;
        text.push('\n');
        if text.len() > LARGEST {
            return Err(PublishError::TooLarge {
                what: "proof",
                found: text.len(),
                most: LARGEST,
            });
        }
        Ok(text)
    }
}
