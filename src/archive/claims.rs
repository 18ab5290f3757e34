//! Claims that were recorded (`claimed/1`), and what people found when they checked them (`checked/1`).

use serde_json::Value;

use super::Archive;
use super::ArchiveError;
use super::signed_off::Checked;

/// A claim as it was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// The entry.
    pub entry: u64,
    /// The item it is about, as a reference; nothing where it is about what is not held.
    pub about: Option<String>,
    /// The claim.
    pub text: String,
    /// What it rests on.
    pub kind: Option<String>,
    /// Who claims it, as it is recorded.
    pub who: Option<Value>,
    /// When they said so.
    pub at: Option<Value>,
    /// The items that support it, as references.
    pub evidence: Vec<String>,
    /// The accessions of these, each once: whoever gave one gave all that came in it.
    pub accessions: usize,
    /// A remark.
    pub note: Option<String>,
    /// Who recorded it.
    pub by: Option<String>,
    /// When that was.
    pub recorded: String,
    /// What people found, oldest first.
    pub checks: Vec<Checked>,
}

impl Archive {
    /// All claims, oldest first.
    pub fn claims(&self) -> Result<Vec<Claimed>, ArchiveError> {
        let all: Vec<u64> = self
            .conn
            .prepare_cached("SELECT seq FROM entry WHERE schema = 'claimed/1' ORDER BY seq")?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let claims = all.into_iter().map(|seq| self.claim(seq));
        Ok(claims
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect())
    }

    /// The claim that an entry records; nothing where it records none, or its values are gone.
    pub fn claim(&self, seq: u64) -> Result<Option<Claimed>, ArchiveError> {
        let Some(entry) = self.entry(seq)?.filter(|it| it.schema == "claimed/1") else {
            return Ok(None);
        };
        let about: Option<Value> = entry.get("about")?;
        let addresses: Vec<Value> = entry.get("evidence")?.unwrap_or_default();
        let mut accessions: Vec<u64> = Vec::new();
        for address in &addresses {
            if let Some(item) = self.item_of(address)?
                && let Some(card) = self.card(item)?
                && !accessions.contains(&card.accession)
            {
                accessions.push(card.accession);
            }
        }
        let mut checks = Vec::new();
        for act in self.acts_on_entry(seq)? {
            checks.extend(self.checked(act)?);
        }
        Ok(Some(Claimed {
            entry: seq,
            about: match &about {
                Some(address) => self.addressed(address)?,
                None => None,
            },
            text: entry.get("text")?.unwrap_or_default(),
            kind: entry.get("kind")?,
            who: entry.get("who")?,
            at: entry.get("at")?,
            evidence: self.all_addressed(&addresses)?,
            accessions: accessions.len(),
            note: entry.get("note")?,
            by: entry.get("by")?,
            recorded: entry.get("t")?.unwrap_or_default(),
            checks,
        }))
    }
}
