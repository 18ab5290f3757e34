//! One record: its values in canonical form, its commitments and its leaf, made again.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::archive::Blank;
use crate::commitment::Committer;
use crate::commitment::Place;
use crate::commitment::RecordKey;
use crate::commitment::Salts;
use crate::commitment::canonical;
use crate::record::Digest;
use crate::record::Schema;
use crate::record::with_causes;

/// What keeps a record from being what was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Defect {
    /// A kind that this build does not know.
    NotUnderstood(String),
    /// Its values or its key are gone.
    Gone,
    /// Its values are not in the form that was committed to.
    Form(String),
    /// It hashes to another leaf than is stored.
    Leaf { stored: [u8; 32], made: [u8; 32] },
}

/// A byte stream that a value names.
pub(super) struct Stream {
    pub(super) sha256: Digest,
    pub(super) size: u64,
    /// Whether it stands for the value itself, which was too long for the record: then it has to be stored.
    pub(super) is_value: bool,
}

/// A record's values by slot, each as its canonical text.
pub(super) struct Fields<'a> {
    pub(super) schema: &'static Schema,
    pub(super) texts: Vec<&'a str>,
    pub(super) salts: Salts,
    /// What stands for its slots where the record key is gone.
    blanks: Option<BTreeMap<usize, Blank>>,
}

impl<'a> Fields<'a> {
    /// Reads a record of one of these kinds and demands canonical form of every value.
    pub(super) fn read(
        kinds: &'static [Schema],
        name: &str,
        key: Option<[u8; 32]>,
        slots: Option<&'a str>,
        blanks: Option<BTreeMap<usize, Blank>>,
    ) -> Result<Self, Defect> {
        let Some(schema) = kinds.iter().find(|schema| schema.name == name) else {
            return Err(Defect::NotUnderstood(name.chars().take(80).collect()));
        };
        let Some(slots) = slots else {
            return Err(Defect::Gone);
        };
        // Without a key its salts are those of an all-zero one, which nothing was committed under.
        let (key, blanks) = match (key, blanks) {
            (Some(key), None) => (key, None),
            (None, Some(blanks)) => ([0; 32], Some(blanks)),
            _ => return Err(Defect::Gone),
        };
        let form = |error: canonical::CanonicalError| Defect::Form(with_causes(&error));
        let texts = canonical::split(slots, schema.slots.len()).map_err(form)?;
        for text in &texts {
            if *text != "null" {
                canonical::parse(text).map_err(form)?;
            }
        }
        // Nothing but one comma may stand between two values.
        let length: usize = texts.iter().map(|text| text.len() + 1).sum();
        if length + 1 != slots.len() {
            return Err(Defect::Form(
                "the list of values is not canonical".to_owned(),
            ));
        }
        Ok(Self {
            schema,
            texts,
            salts: Salts::new(&RecordKey(key)),
            blanks,
        })
    }

    /// Holds the leaf that follows for an entry against the stored one.
    pub(super) fn demand_entry(
        &self,
        committer: &Committer,
        seq: u64,
        stored: [u8; 32],
    ) -> Result<(), Defect> {
        let commitments = self.commitments(committer)?;
        demand(
            committer.entry_leaf(seq, self.schema.name, &commitments),
            stored,
        )
    }

    fn commitments(&self, committer: &Committer) -> Result<Vec<[u8; 32]>, Defect> {
        match &self.blanks {
            Some(blanks) => self.kept_commitments(committer, blanks),
            None => Ok(committer.commit_all(&self.salts, self.schema.slots, &self.texts)),
        }
    }

    /// The commitments that were kept when a slot was destroyed. Each value that may be shown has to be under its own, and
    /// one that may not has to be gone.
    fn kept_commitments(
        &self,
        committer: &Committer,
        blanks: &BTreeMap<usize, Blank>,
    ) -> Result<Vec<[u8; 32]>, Defect> {
        let mut commitments = Vec::with_capacity(self.texts.len());
        for (index, (slot, text)) in self.schema.slots.iter().zip(&self.texts).enumerate() {
            let blank = blanks.get(&index).ok_or(Defect::Gone)?;
            let fits = match blank.salt {
                Some(salt) => committer.commit(&salt, slot, text) == blank.commitment,
                None => *text == "null",
            };
            if !fits {
                return Err(Defect::Form(format!("{slot} is not what was committed to")));
            }
            commitments.push(blank.commitment);
        }
        Ok(commitments)
    }

    /// The slots whose values were destroyed.
    pub(super) fn destroyed(&self) -> impl Iterator<Item = &'static str> {
        let blanks = self.blanks.iter().flatten();
        blanks
            .filter(|(_, blank)| blank.salt.is_none())
            .filter_map(|(index, _)| self.schema.slots.get(*index).copied())
    }

    /// Holds the leaf that follows for an item against the stored one.
    pub(super) fn demand_item(
        &self,
        committer: &Committer,
        place: Place,
        stored: [u8; 32],
    ) -> Result<(), Defect> {
        let commitments = self.commitments(committer)?;
        demand(
            committer.item_leaf(place, self.schema.name, &commitments),
            stored,
        )
    }

    /// The value of a slot; nothing where it is empty.
    pub(super) fn get<T: DeserializeOwned>(&self, slot: &str) -> Result<Option<T>, Defect> {
        let text = self
            .schema
            .position(slot)
            .and_then(|position| self.texts.get(position))
            .copied()
            .unwrap_or("null");
        if text == "null" {
            return Ok(None);
        }
        serde_json::from_str(text)
            .map(Some)
            .map_err(|error| Defect::Form(format!("{slot} does not hold what it is for: {error}")))
    }

    /// Every byte stream that its values name: objects of `sha256` and `size` and nothing else.
    pub(super) fn streams(&self) -> Vec<Stream> {
        let mut found = Vec::new();
        let slots = self.schema.slots.iter().zip(&self.texts);
        for (slot, text) in slots.filter(|(_, text)| text.contains("\"sha256\"")) {
            let handed_out = self.schema.name == "published/1" && matches!(*slot, "proof" | "page");
            // Those are the document's bytes, and go where they go.
            if self.schema.name == "destroyed/1" && *slot == "replaced_by" {
                continue;
            }
            let Ok(value) = serde_json::from_str::<Value>(text) else {
                continue;
            };
            let mut pending = vec![&value];
            while let Some(part) = pending.pop() {
                match part {
                    Value::Array(list) => pending.extend(list),
                    Value::Object(map) => {
                        let digest = map.get("sha256").and_then(Value::as_str);
                        let digest = digest.and_then(|text| text.parse().ok());
                        let size = map.get("size").and_then(Value::as_u64);
                        if let (Some(digest), Some(size), 2) = (digest, size, map.len()) {
                            found.push(Stream {
                                sha256: digest,
                                size,
                                is_value: std::ptr::eq(part, &raw const value) && !handed_out,
                            });
                        }
                        pending.extend(map.values());
                    }
                    _ => {}
                }
            }
        }
        found
    }
}

fn demand(made: [u8; 32], stored: [u8; 32]) -> Result<(), Defect> {
    if made == stored {
        Ok(())
    } else {
        Err(Defect::Leaf { stored, made })
    }
}
