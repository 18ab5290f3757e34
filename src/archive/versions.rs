//! Versions of a text that were published (`published/2`), and what was corrected of them afterwards (`corrected/2`).
//!
//! A version is frozen: its draft, its report and the head that it stood on stay as they were. A correction changes none
//! of these; what stands is the draft with its corrections. Either may be withdrawn (`corrected/1` without a slot).

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::BufReader;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use super::Archive;
use super::ArchiveError;
use super::query::Target;
use super::values::About;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Instant;
use crate::record::Name;

/// A version that was published.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Version {
    /// Its entry.
    pub entry: u64,
    /// Its number: the first version of a text is 1.
    pub number: u64,
    /// The entry of the version before it.
    pub previous: Option<u64>,
    /// The entry of the version that followed it.
    pub next: Option<u64>,
    /// The file name of its draft.
    pub name: Option<String>,
    /// Where it was published.
    pub url: Option<String>,
    /// When.
    pub at: Option<Instant>,
    /// The entry of the check that keeps draft and report.
    pub cited: u64,
    /// Its draft.
    pub draft: Option<Bytes>,
    /// Its report.
    pub report: Option<Bytes>,
    /// The result of its check in full.
    pub citations: Option<Bytes>,
    /// The head of the ledger that it stood on.
    pub checkpoint: Option<Standpoint>,
    /// How many quotations had each verdict.
    pub quotations: BTreeMap<String, u64>,
    /// By which rules they were judged.
    pub rules: BTreeMap<String, String>,
    /// What was not settled, and published all the same.
    pub unsettled: Vec<Unsettled>,
    /// A remark.
    pub note: Option<String>,
    /// Who recorded it.
    pub by: Option<String>,
    /// When that was.
    pub recorded: String,
    /// The entry that withdrew it.
    pub withdrawn: Option<u64>,
    /// What was corrected of it, oldest first.
    pub corrections: Vec<TextCorrection>,
}

/// A head of the ledger that something stood on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standpoint {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
}

/// Something that was not settled when a version was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsettled {
    /// A quotation by its number; or the paragraph or the pin.
    pub what: String,
    /// The verdict, the codes of the findings, or the state of the sign-off.
    pub why: String,
}

/// What was corrected of a published version.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextCorrection {
    /// Its entry.
    pub entry: u64,
    /// The paragraph, from 1.
    pub paragraph: usize,
    /// The words that stood there.
    pub before: String,
    /// The words that stand there instead; nothing where they were taken out.
    pub after: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When it was published.
    pub at: Option<Instant>,
    /// The items that support it, as references.
    pub evidence: Vec<String>,
    /// How many quotations had each verdict when the corrected text was checked again.
    pub quotations: BTreeMap<String, u64>,
    /// The head of the ledger against which that was done.
    pub checkpoint: Option<Standpoint>,
    /// The result of that check in full.
    pub citations: Option<Bytes>,
    /// A remark.
    pub note: Option<String>,
    /// Who recorded it.
    pub by: Option<String>,
    /// When that was.
    pub recorded: String,
    /// The entry that withdrew it.
    pub withdrawn: Option<u64>,
}

/// What was frozen of a published text, or of a correction of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The entry: of the version, or of the correction.
    pub entry: u64,
    /// The entry that keeps the version's draft and report.
    pub cited: u64,
    /// The items that it shows passages of, and all that these lie in.
    pub items: BTreeSet<u64>,
}

/// What of the result of a check, `fonds/cite/1`, tells whose passages it shows.
#[derive(Default, Deserialize)]
struct Shown {
    quotations: Vec<ShownQuotation>,
}

#[derive(Deserialize)]
struct ShownQuotation {
    matches: Vec<ShownPassage>,
}

#[derive(Deserialize)]
struct ShownPassage {
    item: String,
    #[serde(default)]
    joins: Vec<ShownPart>,
}

#[derive(Deserialize)]
struct ShownPart {
    item: String,
}

impl Version {
    /// The corrections that were not withdrawn, oldest first.
    pub fn standing(&self) -> impl Iterator<Item = &TextCorrection> {
        self.corrections
            .iter()
            .filter(|one| one.withdrawn.is_none())
    }

    /// It in a few words, such as `version 2 (entry 31)`.
    pub fn called(&self) -> String {
        format!("version {} (entry {})", self.number, self.entry)
    }

    /// As [`Version::called`], with the entry that withdrew it.
    pub fn called_as_it_stands(&self) -> String {
        let called = self.called();
        match self.withdrawn {
            Some(entry) => format!("{called}, withdrawn under entry {entry}"),
            None => called,
        }
    }
}

impl Archive {
    /// All versions that were published, oldest first.
    pub fn versions(&self) -> Result<Vec<Version>, ArchiveError> {
        let all: Vec<u64> = self
            .conn
            .prepare_cached("SELECT seq FROM entry WHERE schema = 'published/2' ORDER BY seq")?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut versions: Vec<Version> = Vec::new();
        let mut known: BTreeMap<u64, usize> = BTreeMap::new();
        for seq in all {
            let Some(mut version) = self.version(seq)? else {
                continue;
            };
            if let Some(before) = version.previous.and_then(|it| known.get(&it)).copied()
                && let Some(before) = versions.get_mut(before)
            {
                version.number = before.number + 1;
                if version.withdrawn.is_none() {
                    before.next = Some(seq);
                }
            }
            known.insert(seq, versions.len());
            versions.push(version);
        }
        Ok(versions)
    }

    /// The version that an entry records, as if it were a first one.
    fn version(&self, seq: u64) -> Result<Option<Version>, ArchiveError> {
        let Some(standing) = self.standing(seq)? else {
            return Ok(None);
        };
        let entry = &standing.opened;
        let Some(cited) = entry.get::<About>("about")?.and_then(About::entry) else {
            return Ok(None);
        };
        let Some(check) = self.entry(cited)?.filter(|it| it.schema == "cited/1") else {
            return Ok(None);
        };
        let previous = entry.get::<About>("previous")?.and_then(About::entry);
        let mut corrections = Vec::new();
        for act in self.acts_on_entry(seq)? {
            corrections.extend(self.text_correction(act)?);
        }
        Ok(Some(Version {
            entry: seq,
            number: 1,
            previous,
            next: None,
            name: entry.get::<Name>("name")?.as_ref().map(ToString::to_string),
            url: entry.get("url")?,
            at: entry.get("at")?,
            cited,
            draft: check.get("draft")?,
            report: check.get("report")?,
            citations: entry.get("citations")?,
            checkpoint: check.get("checkpoint")?,
            quotations: check.get("quotations")?.unwrap_or_default(),
            rules: check.get("rules")?.unwrap_or_default(),
            unsettled: entry.get("unsettled")?.unwrap_or_default(),
            note: entry.get("note")?,
            by: entry.get("by")?,
            recorded: entry.get("t")?.unwrap_or_default(),
            withdrawn: standing.withdrawn(),
            corrections,
        }))
    }

    /// What an entry says was corrected of a version; nothing where it says nothing of that sort.
    fn text_correction(&self, seq: u64) -> Result<Option<TextCorrection>, ArchiveError> {
        let Some(standing) = self.standing(seq)? else {
            return Ok(None);
        };
        let entry = &standing.opened;
        if entry.schema != "corrected/2" {
            return Ok(None);
        }
        let evidence: Vec<Value> = entry.get("evidence")?.unwrap_or_default();
        Ok(Some(TextCorrection {
            entry: seq,
            paragraph: entry.get("paragraph")?.unwrap_or_default(),
            before: entry.get("before")?.unwrap_or_default(),
            after: entry.get("after")?,
            reason: entry.get("reason")?,
            at: entry.get("at")?,
            evidence: self.all_addressed(&evidence)?,
            quotations: entry.get("quotations")?.unwrap_or_default(),
            checkpoint: entry.get("checkpoint")?,
            citations: entry.get("citations")?,
            note: entry.get("note")?,
            by: entry.get("by")?,
            recorded: entry.get("t")?.unwrap_or_default(),
            withdrawn: standing.withdrawn(),
        }))
    }

    /// What was frozen of published texts, and which items each shows passages of.
    pub fn frozen(&self) -> Result<Vec<Frozen>, ArchiveError> {
        let mut frozen = Vec::new();
        for version in self.versions()? {
            let results = (version.corrections.iter())
                .map(|one| (one.entry, one.citations))
                .chain([(version.entry, version.citations)]);
            for (entry, result) in results {
                frozen.push(Frozen {
                    entry,
                    cited: version.cited,
                    items: self.items_shown(result)?,
                });
            }
        }
        frozen.sort_by_key(|it| it.entry);
        Ok(frozen)
    }

    /// The items of which the result of a check, as it was kept, shows passages, with all that these lie in. One that cannot
    /// be read shows none: what is damaged is for `verify` to say.
    fn items_shown(&self, result: Option<Bytes>) -> Result<BTreeSet<u64>, ArchiveError> {
        let mut items = BTreeSet::new();
        let Some(reader) = result.and_then(|it| self.reader(&it.sha256).ok()) else {
            return Ok(items);
        };
        let shown: Shown = serde_json::from_reader(BufReader::new(reader)).unwrap_or_default();
        let matches = shown.quotations.iter().flat_map(|it| &it.matches);
        let references: BTreeSet<&String> = matches
            .flat_map(|it| it.joins.iter().map(|part| &part.item).chain([&it.item]))
            .collect();
        for reference in references {
            let mut next = match self.resolve(reference) {
                Ok(Target::Item(item)) => Some(item),
                _ => None,
            };
            while let Some(item) = next {
                items.insert(item);
                let parent = self.card(item)?.and_then(|card| card.parent);
                // A parent's number is lower than its child's, so this ends whatever the rows say.
                next = parent.filter(|parent| *parent < item);
            }
        }
        Ok(items)
    }

    /// The versions up to that one, the first one first.
    pub fn versions_up_to(versions: &[Version], entry: u64) -> Vec<Version> {
        let mut chain = Vec::new();
        let mut next = Some(entry);
        for version in versions.iter().rev() {
            if next == Some(version.entry) {
                next = version.previous;
                chain.push(version.clone());
            }
        }
        chain.reverse();
        chain
    }
}
