//! Entries in words: who did what, and when it was recorded.

use serde::Serialize;
use serde_json::Value;

use super::CliError;
use super::Context;
use super::phrases::named;
use super::phrases::opened;
use super::ui::columns;
use super::ui::count;
use super::ui::number;
use crate::archive::About;
use crate::archive::Agent;
use crate::archive::Archive;
use crate::archive::Custodian;
use crate::archive::Doomed;
use crate::archive::Editors;
use crate::archive::Opened;
use crate::archive::Segment;
use crate::archive::SignedQuotation;
use crate::archive::called;
use crate::archive::corrected_under;
use crate::archive::plain;
use crate::record::Bytes;
use crate::record::Instant;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;

/// An entry in words.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    /// Its index.
    pub(super) entry: u64,
    /// Its kind.
    kind: String,
    /// Its reference, for accessions, transfers and agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// When it was recorded.
    recorded: Option<String>,
    /// Who recorded it.
    by: Option<String>,
    /// What it says, in a sentence.
    what: String,
    /// The editor whose own key signed the checkpoint that it was recorded under.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
    #[serde(skip)]
    shown: String,
}

impl Line {
    /// Who recorded it: as they say, and as an editor's key says.
    fn whose(&self) -> String {
        let said = self.by.as_deref().map(visible).unwrap_or_default();
        match &self.signed_by {
            None => said,
            Some(editor) if self.by.as_ref() == Some(editor) => format!("{said}, signed"),
            Some(editor) => format!("{said}, signed by {}", visible(editor)),
        }
    }
}

/// Lines in columns.
pub(super) fn lines(lines: &[Line]) -> String {
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            vec![
                number(line.entry),
                line.shown.clone(),
                line.whose(),
                visible(&line.what),
            ]
        })
        .collect();
    columns(&rows, "  ")
}

/// What was recorded, of kinds of which the rest is of no use in a sentence.
fn without_more(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "key.added/1" => "named a further key of the archive",
        "fixity.checked/1" => "read the archive whole and held it against its digests",
        "padded/1" => "recorded nothing, so that the number of entries tells less",
        "archive.continued/1" => "started the archive where another was closed by its recovery key",
        _ => return None,
    })
}

/// One who puts entries into words.
pub(super) struct Teller<'a> {
    archive: &'a Archive,
    custodian: Custodian<'a>,
    zone: Zone,
    editors: Editors,
    agents: Vec<Agent>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(archive: &'a Archive, context: &Context) -> Result<Self, CliError> {
        Ok(Self {
            archive,
            custodian: Custodian::new(archive)?,
            zone: context.settings().zone.parse().unwrap_or(Zone::UTC),
            editors: archive.editors()?,
            agents: archive.agents()?,
        })
    }

    /// Whom it asks who held what.
    pub(super) const fn custodian(&self) -> &Custodian<'a> {
        &self.custodian
    }

    /// An entry in words.
    pub(super) fn line(&self, seq: u64) -> Result<Line, CliError> {
        let reference = self.archive.entry_reference(seq)?;
        let editor = self.archive.editor_of(&self.editors, seq)?;
        let signed_by = editor.map(|editor| {
            let agent = self.agents.iter().find(|agent| agent.seq == editor.agent);
            agent.map_or_else(
                || format!("entry {}", editor.agent),
                |it| it.called().to_owned(),
            )
        });
        let Some(standing) = self.archive.standing(seq)? else {
            return Ok(Line {
                entry: seq,
                kind: String::new(),
                reference,
                recorded: None,
                by: None,
                what: "its values are gone".to_owned(),
                signed_by,
                shown: String::new(),
            });
        };
        let entry = &standing.opened;
        let amended: Vec<u64> = standing.corrections.iter().map(|one| one.entry).collect();
        let amended = match standing.withdrawn() {
            Some(under) => Some(format!("withdrawn under entry {under}")),
            None => corrected_under(&amended),
        };
        let amended = amended.map_or_else(String::new, |said| format!(" [{said}]"));
        let recorded: Option<String> = entry.get("t")?;
        let shown = recorded
            .as_deref()
            .and_then(|t| t.parse().ok())
            .map_or_else(String::new, |at| {
                show(&Instant::exact(at, "", "computed"), self.zone)
            });
        Ok(Line {
            entry: seq,
            kind: entry.schema.clone(),
            what: format!("{}{amended}", self.what(seq, entry, reference.as_deref())?),
            reference,
            recorded,
            signed_by,
            by: entry.get("by")?,
            shown,
        })
    }

    /// What an entry says, in a sentence without its subject.
    pub(super) fn what_of(&self, seq: u64) -> Result<String, CliError> {
        Ok(self.line(seq)?.what)
    }

    /// An attribution, without what it rests on.
    fn attributed(&self, seq: u64, entry: &Opened, about: &str) -> Result<String, CliError> {
        let words = |slot| -> Result<String, CliError> {
            Ok(entry
                .get::<Value>(slot)?
                .as_ref()
                .map(plain)
                .unwrap_or_default())
        };
        let role = entry.get::<String>("role")?.unwrap_or_default();
        let who = self.party(seq, entry, "who")?;
        let certainty = entry.get::<String>("certainty")?;
        let certainty = certainty.map_or_else(String::new, |word| format!(" ({word})"));
        let terms = words("terms")?;
        let mut said = Vec::new();
        if let Some(who) = who {
            said.push(format!(
                "{} {}{certainty}",
                role_words(&role),
                known_as(&who)
            ));
        }
        if let Some(via) = self.party(seq, entry, "via")? {
            said.push(format!("through {via}"));
        }
        if !terms.is_empty() {
            said.push(format!("on the terms: {terms}"));
        }
        if said.is_empty() {
            said.push(words("note")?);
        }
        Ok(format!("said of {about}: {}", said.join(", ")))
    }

    fn what(&self, seq: u64, entry: &Opened, own: Option<&str>) -> Result<String, CliError> {
        let own = own.map_or_else(|| format!("entry {seq}"), str::to_owned);
        let about = match entry.get::<About>("about")? {
            Some(about) => self.label(about)?,
            None => "nothing that is held".to_owned(),
        };
        let words = |slot| -> Result<String, CliError> {
            Ok(entry
                .get::<Value>(slot)?
                .as_ref()
                .map(plain)
                .unwrap_or_default())
        };
        let because = |slot| -> Result<String, CliError> {
            let basis = words(slot)?;
            Ok(if basis.is_empty() {
                String::new()
            } else {
                format!(", because: {basis}")
            })
        };
        Ok(match entry.schema.as_str() {
            "archive.started/1" => "started the archive".to_owned(),
            "key.rotated/1" => format!("changed the archive's key{}", because("reason")?),
            "accessioned/1" => {
                let from = self.party(seq, entry, "from")?;
                let from = from.map_or_else(String::new, |from| format!(" from {from}"));
                format!("took in {own}{from}")
            }
            "received/1" | "derived/1" => {
                let segment: Option<Segment> = entry.get("segment")?;
                let (accession, items) = segment.map_or((0, 0), |one| (one.a, one.size));
                let accession = self.label(About::Entry(accession))?;
                let verb = if entry.schema == "received/1" {
                    "sealed as they came"
                } else {
                    "sealed as read out of them"
                };
                let tool: Option<Value> = entry.get("tool")?;
                let mapping = tool
                    .as_ref()
                    .and_then(|tool| tool.pointer("/settings/table/name")?.as_str())
                    .map_or_else(String::new, |name| {
                        format!(", tables by the mapping {}", visible(name))
                    });
                format!(
                    "{} of {accession} {verb}{mapping}",
                    count(items, "item", "items")
                )
            }
            "attributed/1" => format!(
                "{}{}",
                self.attributed(seq, entry, &about)?,
                because("basis")?
            ),
            "transferred/1" => {
                let from = self.party(seq, entry, "from")?.unwrap_or_else(nobody);
                let to = self.party(seq, entry, "to")?.unwrap_or_else(nobody);
                let at = entry.get::<Instant>("at")?;
                let at = at.map_or_else(String::new, |at| format!(", {}", show(&at, self.zone)));
                let standing = entry.get::<String>("standing")?.unwrap_or_default();
                format!("recorded {own}: {about} went from {from} to {to}{at} ({standing})")
            }
            "agent.named/1" => named(entry, &own)?,
            "agents.merged/1" => {
                let agents: Vec<Value> = entry.get("agents")?.unwrap_or_default();
                format!(
                    "said that {} {} {}{}",
                    self.several(entry)?,
                    if agents.len() == 1 { "is" } else { "are" },
                    self.party(seq, entry, "into")?.unwrap_or_default(),
                    because("basis")?
                )
            }
            "agents.split/1" => format!(
                "said that {} stands alone again{}",
                self.several(entry)?,
                because("reason")?
            ),
            "editor.admitted/1" | "editor.left/1" => self.editor(seq, entry)?,
            "noted/1" => format!("noted on {about}: {}", words("text")?),
            "claimed/1" => self.claimed(seq, entry)?,
            "published/1" => format!(
                "published {about} with its proof, opening {}",
                opened(entry)?
            ),
            other => match self.kept_back(seq, entry, &about)? {
                Some(said) => said,
                None => format!("recorded {other} on {about}"),
            },
        })
    }

    /// A claim: whose, what it is about, and what it rests on. These are two things, and often there is one of them only.
    fn claimed(&self, seq: u64, entry: &Opened) -> Result<String, CliError> {
        let who = self.party(seq, entry, "who")?;
        let who = who.map_or_else(String::new, |who| format!(" of {who}"));
        let about = match entry.get::<About>("about")? {
            Some(about) => format!(" on {}", self.label(about)?),
            None => String::new(),
        };
        let text = entry.get::<String>("text")?.unwrap_or_default();
        let evidence: Vec<Value> = entry.get("evidence")?.unwrap_or_default();
        let rests = if evidence.is_empty() {
            "nothing that is held".to_owned()
        } else {
            self.value(&Value::from(evidence))?
        };
        Ok(format!(
            "recorded a claim{who}{about}: {text}, resting on {rests}"
        ))
    }

    /// What was checked, corrected, sealed, left out, withheld or destroyed, and what befell the ledger.
    fn kept_back(&self, seq: u64, entry: &Opened, about: &str) -> Result<Option<String>, CliError> {
        let because = |entry: &Opened| -> Result<String, CliError> {
            let reason = entry.get::<String>("reason")?;
            Ok(reason.map_or_else(String::new, |reason| format!(", because: {reason}")))
        };
        let said = |slot| -> Result<String, CliError> {
            Ok(entry
                .get::<Value>(slot)?
                .as_ref()
                .map(plain)
                .unwrap_or_default())
        };
        Ok(Some(match entry.schema.as_str() {
            "corrected/1" => match entry.get::<String>("slot")? {
                Some(slot) => format!(
                    "corrected what {about} says under {slot}: {} instead of {}{}",
                    self.amended(seq, entry, "after")?,
                    self.amended(seq, entry, "before")?,
                    because(entry)?
                ),
                None => format!("withdrew what {about} says{}", because(entry)?),
            },
            "anchored/1" => format!(
                "kept what {} gave over the head of {} ({})",
                Some(said("authority")?)
                    .filter(|it| !it.is_empty())
                    .unwrap_or_else(|| "somebody outside".to_owned()),
                count(
                    entry.get::<u64>("size")?.unwrap_or_default(),
                    "entry",
                    "entries"
                ),
                said("kind")?
            ),
            "restored/1" => format!(
                "restored the ledger to {} from {}",
                count(
                    entry.get::<u64>("to_size")?.unwrap_or_default(),
                    "entry",
                    "entries"
                ),
                count(
                    entry.get::<u64>("from_size")?.unwrap_or_default(),
                    "entry",
                    "entries"
                )
            ),
            "checked/1" => {
                let quotation: Option<SignedQuotation> = entry.get("quotation")?;
                let what = quotation
                    .map_or_else(|| about.to_owned(), |it| format!("{} of {about}", it.id));
                format!("signed off {what}: {}", said("state")?)
            }
            "published/2" => self.version(entry)?,
            "corrected/2" => format!(
                "corrected the version of {about}, paragraph {}: {} instead of {}{}",
                said("paragraph")?,
                self.amended(seq, entry, "after")?,
                self.amended(seq, entry, "before")?,
                because(entry)?
            ),
            "cited/1" => {
                let draft: Option<Bytes> = entry.get("draft")?;
                let sha256 = draft.map_or_else(String::new, |it| it.sha256.to_string());
                let sha256 = sha256.get(..12).unwrap_or_default();
                format!("held a draft against the archive (SHA-256 {sha256}…)")
            }
            "redacted/1" => {
                let copy: Option<Bytes> = entry.get("copy")?;
                let copy = match copy {
                    Some(copy) => self.archive.document_reference(&copy.sha256)?,
                    None => None,
                };
                format!(
                    "recorded {} as a redacted copy of {about}{}",
                    copy.as_deref().unwrap_or("a file that is not here"),
                    because(entry)?
                )
            }
            "withheld/1" => {
                let slots = entry.get::<Vec<String>>("slots")?;
                let verb = if slots.is_some_and(|slots| slots.is_empty()) {
                    "no longer withholds"
                } else {
                    "withholds"
                };
                format!("{verb} {about}{}", because(entry)?)
            }
            "destroyed/1" => format!(
                "ordered the destruction of {}{}",
                doomed(entry)?,
                because(entry)?
            ),
            "vault.resealed/1" => format!("sealed the name of {about} to other keys"),
            "vault.shredded/1" => {
                format!("destroyed the sealed name of {about}{}", because(entry)?)
            }
            other => return Ok(without_more(other).map(str::to_owned)),
        }))
    }

    /// That somebody became an editor, or is none any more.
    fn editor(&self, seq: u64, entry: &Opened) -> Result<String, CliError> {
        let who = self.party(seq, entry, "agent")?.unwrap_or_else(nobody);
        if entry.schema == "editor.admitted/1" {
            return Ok(format!(
                "admitted {who} as an editor, with a key of their own"
            ));
        }
        let reason = entry.get::<String>("reason")?;
        let because = reason.map_or_else(String::new, |it| format!(", because: {it}"));
        Ok(format!("said that {who} is no editor any more{because}"))
    }

    /// That a version of a text was published.
    fn version(&self, entry: &Opened) -> Result<String, CliError> {
        let said = |slot| -> Result<Option<String>, CliError> {
            Ok(entry.get::<Value>(slot)?.as_ref().map(plain))
        };
        let name = said("name")?.unwrap_or_else(|| "a draft".to_owned());
        let at = said("url")?.map_or_else(String::new, |url| format!(" at {url}"));
        let before = match entry.get::<About>("previous")? {
            Some(before) => format!(", after {}", self.label(before)?),
            None => String::new(),
        };
        Ok(format!("published a version of {name}{at}{before}"))
    }

    /// One of the two values of a correction.
    fn amended(&self, seq: u64, entry: &Opened, slot: &'static str) -> Result<String, CliError> {
        Ok(match entry.get::<Value>(slot)? {
            Some(Value::String(words)) if words == "unknown" => nobody(),
            Some(value) => self.value(&value)?,
            None => match self.custodian.destroyed(seq, slot) {
                Some(order) => format!("(destroyed under entry {order})"),
                None => "nothing".to_owned(),
            },
        })
    }

    fn several(&self, entry: &Opened) -> Result<String, CliError> {
        let agents: Vec<Value> = entry.get("agents")?.unwrap_or_default();
        let names: Vec<String> = agents
            .iter()
            .map(|agent| match agent.get("entry").and_then(Value::as_u64) {
                Some(seq) => self.label(About::Entry(seq)),
                None => Ok(nobody()),
            })
            .collect::<Result<_, _>>()?;
        Ok(names.join(" and "))
    }

    fn party(
        &self,
        seq: u64,
        entry: &Opened,
        slot: &'static str,
    ) -> Result<Option<String>, CliError> {
        let party = self.custodian.party_in(seq, entry, slot)?;
        Ok(party.map(|party| party.shown().to_owned()))
    }

    /// A value as a reader wants it: an agent by name, an item by reference, a time in words.
    pub(super) fn value(&self, value: &Value) -> Result<String, CliError> {
        if let Ok(about) = serde_json::from_value::<About>(value.clone()) {
            return self.label(about);
        }
        match value {
            Value::Array(values) => {
                let values: Vec<String> = values
                    .iter()
                    .map(|value| self.value(value))
                    .collect::<Result<_, _>>()?;
                Ok(values.join(", "))
            }
            Value::Object(fields) if fields.contains_key("basis") => {
                let at = serde_json::from_value::<Instant>(value.clone());
                Ok(at.map_or_else(|_| plain(value), |at| show(&at, self.zone)))
            }
            value => Ok(plain(value)),
        }
    }

    /// What something is called: its reference, and for an agent its name.
    pub(super) fn label(&self, about: About) -> Result<String, CliError> {
        Ok(match about {
            About::Entry(seq) => {
                let reference = self.archive.entry_reference(seq)?;
                let named = self.archive.standing(seq)?;
                let name = named
                    .filter(|named| named.opened.schema == "agent.named/1")
                    .map(|named| named.opened.get::<String>("name"))
                    .transpose()?
                    .map(|name| called(&name.unwrap_or_default()).to_owned());
                match (reference, name) {
                    (Some(reference), Some(name)) => format!("{name} ({reference})"),
                    (Some(reference), None) => reference,
                    (None, _) => format!("entry {seq}"),
                }
            }
            About::Item(place) => match self.archive.item_at(place)? {
                Some(item) => match self.archive.card(item)? {
                    Some(card) => self.archive.reference(&card)?,
                    None => format!("item {item}"),
                },
                None => "an item that is not here".to_owned(),
            },
        })
    }
}

fn nobody() -> String {
    "not known".to_owned()
}

/// A party as it reads behind 'made by'.
pub(super) fn known_as(who: &str) -> &str {
    if who == "not known" {
        "somebody not known"
    } else {
        who
    }
}

/// A role as it reads before a name.
pub(super) fn role_words(role: &str) -> &str {
    match role {
        "creator" => "made by",
        "sender" => "sent by",
        "addressee" => "addressed to",
        "holder" => "held by",
        "giver" => "given by",
        "subject" => "about",
        "speaks-for" => "speaks for",
        "operator" => "operated by",
        _ => "of",
    }
}

/// What an order of destruction names, in words.
fn doomed(entry: &Opened) -> Result<String, CliError> {
    let addresses: Vec<Doomed> = entry.get("addresses")?.unwrap_or_default();
    let references: Vec<String> = entry.get("references")?.unwrap_or_default();
    let items: u64 = (addresses.iter())
        .map(|address| match address {
            Doomed::Items { items } => items.n,
            Doomed::Slots { .. } | Doomed::Part { .. } | Doomed::Kept { .. } => 0,
        })
        .sum();
    if items > 0 {
        let items = count(items, "item", "items");
        if addresses.iter().any(|it| matches!(it, Doomed::Part { .. })) {
            return Ok(format!(
                "{items} of a document that stays, with zeros in their places"
            ));
        }
        if references.is_empty() {
            return Ok(items);
        }
        return Ok(format!("{} ({items})", references.join(", ")));
    }
    let slots = addresses.iter().map(|address| match address {
        Doomed::Slots { entry, slots } => {
            format!("what entry {entry} says under {}", slots.join(", "))
        }
        Doomed::Items { .. } | Doomed::Part { .. } | Doomed::Kept { .. } => String::new(),
    });
    Ok(slots.collect::<Vec<_>>().join("; "))
}
