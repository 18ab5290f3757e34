//! What people signed off: entries `checked/1`, about a quotation of a draft that was held against the archive (`cited/1`)
//! or about a claim.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use super::Archive;
use super::ArchiveError;
use super::query::item_at;
use super::values::About;
use crate::commitment::Place;
use crate::record::Bytes;
use crate::record::Digest;

/// Which quotation of a draft was signed off: the slot `quotation` of `checked/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedQuotation {
    /// Its number in the draft, such as `Q7`.
    pub id: String,
    /// The digest of what the draft says of who wrote it, to whom and when, and of what came of that.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub said: Option<Digest>,
    /// The digest of its words, the pieces joined by a space.
    pub words: Digest,
    /// The verdict it had.
    pub verdict: String,
}

/// What somebody found when they checked something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The entry.
    pub entry: u64,
    /// Which quotation it is about; nothing where it is about a claim or an item.
    pub quotation: Option<SignedQuotation>,
    /// The items that it rests on, as references.
    pub evidence: Vec<String>,
    /// What it was held against, as references.
    pub against: Vec<String>,
    /// `checked`, `query`, `stet`, `changed`, `off-archive` or `to-check`.
    pub state: String,
    /// How it was checked.
    pub how: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// Who signed.
    pub by: Option<String>,
    /// When that was recorded.
    pub at: String,
}

impl Archive {
    /// Sign-offs and claims that rest on some of these items, with the checks of drafts that they are about: these keep
    /// drafts and digests of the words that were quoted.
    pub(super) fn resting_on(&self, items: &BTreeSet<u64>) -> Result<Vec<u64>, ArchiveError> {
        let all: Vec<u64> = self
            .conn
            .prepare_cached(
                "SELECT seq FROM entry WHERE schema IN ('checked/1', 'claimed/1') ORDER BY seq",
            )?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut found = Vec::new();
        for seq in all {
            let Some(entry) = self.entry(seq)? else {
                continue;
            };
            let evidence: Vec<About> = entry.get("evidence")?.unwrap_or_default();
            let mut rests = false;
            for one in evidence {
                if let About::Item(place) = one {
                    rests |= item_at(&self.conn, place)?.is_some_and(|it| items.contains(&it));
                }
            }
            if rests {
                let about: Option<About> = entry.get("about")?;
                found.extend(about.and_then(About::entry));
                found.push(seq);
            }
        }
        Ok(found)
    }

    /// The entries that hold a draft with those bytes against the archive, oldest first.
    pub fn cited(&self, draft: &Digest) -> Result<Vec<u64>, ArchiveError> {
        let all: Vec<u64> = self
            .conn
            .prepare_cached("SELECT seq FROM entry WHERE schema = 'cited/1' ORDER BY seq")?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut cited = Vec::new();
        for seq in all {
            let bytes: Option<Bytes> = match self.entry(seq)? {
                Some(entry) => entry.get("draft")?,
                None => None,
            };
            if bytes.is_some_and(|bytes| bytes.sha256 == *draft) {
                cited.push(seq);
            }
        }
        Ok(cited)
    }

    /// What was signed off of a draft with those bytes, oldest first; of one quotation the last one counts.
    pub fn sign_offs(&self, draft: &Digest) -> Result<Vec<Checked>, ArchiveError> {
        let mut acts = Vec::new();
        for cited in self.cited(draft)? {
            acts.extend(self.acts_on_entry(cited)?);
        }
        acts.sort_unstable();
        let mut signed = Vec::new();
        for act in acts {
            signed.extend(self.checked(act)?.filter(|it| it.quotation.is_some()));
        }
        Ok(signed)
    }

    /// What an entry says of a check; nothing where it is no such entry, or its values are gone.
    pub(super) fn checked(&self, seq: u64) -> Result<Option<Checked>, ArchiveError> {
        let Some(entry) = self.entry(seq)?.filter(|it| it.schema == "checked/1") else {
            return Ok(None);
        };
        let addresses =
            |slot| -> Result<Vec<Value>, ArchiveError> { Ok(entry.get(slot)?.unwrap_or_default()) };
        Ok(Some(Checked {
            entry: seq,
            quotation: entry.get("quotation")?,
            evidence: self.all_addressed(&addresses("evidence")?)?,
            against: self.all_addressed(&addresses("against")?)?,
            state: entry.get("state")?.unwrap_or_default(),
            how: entry.get("how")?,
            note: entry.get("note")?,
            by: entry.get("by")?,
            at: entry.get("t")?.unwrap_or_default(),
        }))
    }

    /// The references of all that addresses name and that is there.
    pub(super) fn all_addressed(&self, addresses: &[Value]) -> Result<Vec<String>, ArchiveError> {
        let mut references = Vec::with_capacity(addresses.len());
        for address in addresses {
            references.extend(self.addressed(address)?);
        }
        Ok(references)
    }

    /// The reference of the item or entry that an address names; nothing where it is not there or has none.
    pub(super) fn addressed(&self, address: &Value) -> Result<Option<String>, ArchiveError> {
        if let Some(seq) = address.get("entry").and_then(Value::as_u64) {
            return self.entry_reference(seq);
        }
        match self.item_of(address)? {
            Some(item) => match self.card(item)? {
                Some(card) => self.reference(&card).map(Some),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    /// The item that an address names.
    pub(super) fn item_of(&self, address: &Value) -> Result<Option<u64>, ArchiveError> {
        let place = address.get("item").cloned();
        match place.and_then(|it| serde_json::from_value::<Place>(it).ok()) {
            Some(place) => self.item_at(place),
            None => Ok(None),
        }
    }
}
