//! Gathers what the archive records of one item.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

use serde_json::Value;
use sha2::Digest as _;

use super::anchors::anchors;
use super::hidden::Hidden;
use super::published::Published;
use super::words;
use crate::archive::Archive;
use crate::archive::Card;
use crate::archive::Custodian;
use crate::archive::Opened;
use crate::archive::Target;
use crate::archive::plain;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::sentences;
use crate::cli::show;
use crate::cli::withhold;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Instant;
use crate::record::Participant;
use crate::record::Zone;
use crate::record::kind_words;
use crate::report::provenance;
use crate::report::provenance::ActLine;
use crate::report::provenance::Also;
use crate::report::provenance::Anchored;
use crate::report::provenance::Attribution;
use crate::report::provenance::Derivation;
use crate::report::provenance::Field;
use crate::report::provenance::Held;
use crate::report::provenance::Ledger;
use crate::report::provenance::Marks;
use crate::report::provenance::Read;
use crate::report::provenance::Said;
use crate::report::provenance::Stated;
use crate::report::provenance::Subject;

/// Items read at a time.
const STEP: u64 = 512;

/// How the note begins in which the reader of mails keeps a signature that a mail carries.
const SIGNED: &str = "carries a DKIM signature by d=";

/// Gathers subjects; remembers which documents were read again.
pub(super) struct Gatherer<'a> {
    archive: &'a Archive,
    custodian: Custodian<'a>,
    teller: sentences::Teller<'a>,
    zone: Zone,
    entries: u64,
    /// Heads that count in other hands, by size: the first of each.
    anchors: Vec<Anchored>,
    read: HashMap<Digest, Read>,
    hidden: Hidden<'a>,
    published: Published,
}

impl<'a> Gatherer<'a> {
    pub(super) fn new(
        context: &Context,
        archive: &'a Archive,
        zone: Zone,
    ) -> Result<Self, CliError> {
        Ok(Self {
            archive,
            custodian: Custodian::new(archive)?,
            teller: sentences::Teller::new(archive, context)?,
            zone,
            entries: archive.head()?.0,
            anchors: anchors(context, archive, zone)?,
            read: HashMap::new(),
            hidden: Hidden::new(archive)?,
            published: Published::new(archive)?,
        })
    }

    /// What is recorded of what a reference names.
    pub(super) fn subject(&mut self, typed: &str) -> Result<Subject, CliError> {
        match self.archive.resolve(typed)? {
            Target::Item(item) => {
                withhold::demand_free(self.archive, &[item])?;
                self.item(item, typed)
            }
            Target::Entry(seq) => self.accession(seq, typed),
        }
    }

    fn item(&mut self, item: u64, typed: &str) -> Result<Subject, CliError> {
        let gone = || {
            CliError::not_here(
                format!("the record of {typed} is not here"),
                "fonds verify        to see what is damaged",
            )
        };
        let card = self.archive.card(item)?.ok_or_else(gone)?;
        let opened = self.archive.item(item)?.ok_or_else(gone)?;
        let is_message = card.class == "m";
        let people: Vec<Participant> = if is_message {
            opened.get("from")?.unwrap_or_default()
        } else {
            Vec::new()
        };
        let to: Vec<Participant> = if is_message {
            opened.get("to")?.unwrap_or_default()
        } else {
            Vec::new()
        };
        let reading = self.archive.reading(item)?;
        let title = match (is_message, reading) {
            (true, _) => opened.get("subject")?,
            (false, Some(reading)) => match self.archive.item(reading.item)? {
                Some(reading) => reading.get("title")?,
                None => None,
            },
            (false, None) => opened.get("title")?,
        };
        let free = self.hidden.is_whole(&card)?;
        let custody =
            self.hidden
                .custody(self.custodian.of_item(item)?, Some(&card), card.accession)?;
        let (mut attributions, mut acts) = self.acts(&card, &people)?;
        let mut also = Vec::new();
        for other in self.custodian.others(&card)? {
            let receipt = self.custodian.receipt(&other)?;
            also.push(Also {
                accession: self.stated(other.accession)?,
                name: receipt.name,
                custody_line: receipt.custody.line(),
                custody: self
                    .hidden
                    .custody(receipt.custody, Some(&other), other.accession)?,
            });
            let (more, acted) = self.acts(&other, &[])?;
            attributions.extend(more);
            acts.extend(acted);
        }
        unique(&mut attributions, |one| one.entry);
        unique(&mut acts, |one| one.entry);
        let mut subject = Subject {
            item: self.archive.reference(&card)?,
            what: kind_words(&card.kind).to_owned(),
            title,
            begins: show::readable_text(self.archive, item)?
                .filter(|_| is_message || free)
                .map(|text| words::beginning(&text)),
            from: self.names(&people),
            to: self.names(&to),
            at: if is_message { opened.get("at")? } else { None },
            document: Some(self.held(&card, &opened)?),
            accession: self.stated(card.accession)?,
            also,
            attributions,
            custody_line: custody.line(),
            custody,
            ledger: self.ledger(self.archive.place(item)?.map(|(_, seal)| seal))?,
            derivations: self.derivations(&card)?,
            acts,
            marks: self.marks(&card)?,
            said: Said::default(),
        };
        subject.said = provenance::say(&subject, self.zone);
        Ok(subject)
    }

    fn accession(&self, seq: u64, typed: &str) -> Result<Subject, CliError> {
        let is_accession = self
            .archive
            .entry(seq)?
            .is_some_and(|entry| entry.schema == "accessioned/1");
        if !is_accession {
            return Err(CliError::usage(
                format!("{typed} is not something that is held"),
                "the reference of a document (d-), message (m-) or accession (a-)",
            ));
        }
        let custody = self
            .hidden
            .custody(self.custodian.of_accession(seq)?, None, seq)?;
        let mut attributions = Vec::new();
        let mut acts = Vec::new();
        self.about(
            &self.archive.acts_on_entry(seq)?,
            "the accession",
            &mut attributions,
            &mut acts,
        )?;
        let stated = self.stated(seq)?;
        let mut subject = Subject {
            item: stated.accession.clone(),
            what: "accession: what came in at one time from one hand".to_owned(),
            title: None,
            begins: None,
            from: Vec::new(),
            to: Vec::new(),
            at: None,
            document: None,
            accession: stated,
            also: Vec::new(),
            attributions,
            custody_line: custody.line(),
            custody,
            ledger: self.ledger(Some(seq))?,
            derivations: Vec::new(),
            acts,
            marks: Marks::default(),
            said: Said::default(),
        };
        subject.said = provenance::say(&subject, self.zone);
        Ok(subject)
    }

    /// What people are called: as the agents that use their accounts, with the account where it says more.
    fn names(&self, people: &[Participant]) -> Vec<String> {
        let name = |one: &Participant| {
            let party = self.custodian.participant(one);
            let known = one
                .display
                .clone()
                .or(party.name)
                .unwrap_or_else(|| "not named".to_owned());
            match one.account.as_deref() {
                Some(account) if !known.contains(account) => {
                    format!(
                        "{known} ({})",
                        account.strip_prefix("mail:").unwrap_or(account)
                    )
                }
                _ => known,
            }
        };
        people.iter().map(name).collect()
    }

    fn held(&mut self, card: &Card, opened: &Opened) -> Result<Held, CliError> {
        let carrier = show::carrier(self.archive, card)?;
        let of_carrier = if carrier.item == card.item {
            None
        } else {
            self.archive.item(carrier.item)?
        };
        let document = of_carrier.as_ref().unwrap_or(opened);
        let free = self.hidden.is_whole(&carrier)?;
        let bytes: Option<Bytes> = document.get("bytes")?;
        let lay_in = match carrier.parent {
            Some(parent) => match self.archive.card(parent)? {
                Some(parent) => {
                    let locator: Option<Value> = document.get("locator")?;
                    Some(words::lay_in(
                        locator.as_ref(),
                        &self.archive.reference(&parent)?,
                    ))
                }
                None => None,
            },
            None => None,
        };
        Ok(Held {
            reference: self.archive.reference(&carrier)?,
            name: carrier.name.clone(),
            path: document.get::<Value>("path")?.as_ref().map(plain),
            digest: Some(carrier.sha256).filter(|_| free),
            size: bytes.map_or(0, |bytes| bytes.size),
            media_type: document.get("media_type")?,
            modified: document.get::<Instant>("modified")?,
            span: card.span.filter(|_| carrier.item != card.item),
            lay_in,
            ledger: self.ledger(self.archive.place(carrier.item)?.map(|(_, seal)| seal))?,
            parted_under: self.archive.parted_under(carrier.item)?,
            read: match self.again(&carrier.sha256) {
                read if free => read,
                read => read.without_digest(),
            },
        })
    }

    /// Reads a document's bytes again.
    fn again(&mut self, digest: &Digest) -> Read {
        if let Some(read) = self.read.get(digest) {
            return read.clone();
        }
        let mut hash = sha2::Sha256::new();
        let done = self
            .archive
            .reader(digest)
            .map_err(|error| error.to_string())
            .and_then(|mut reader| {
                std::io::copy(&mut reader, &mut hash).map_err(|error| error.to_string())
            });
        let found = Digest::new(hash.finalize().into());
        let read = match done {
            Err(reason) => Read::Unreadable { reason },
            Ok(_) if found == *digest => Read::Unchanged,
            Ok(_) => Read::Altered { found: Some(found) },
        };
        self.read.insert(*digest, read.clone());
        read
    }

    fn stated(&self, seq: u64) -> Result<Stated, CliError> {
        let entry = self.archive.standing(seq)?.map(|standing| standing.opened);
        let mut fields = Vec::new();
        for (slot, label) in words::FIELDS {
            let value = entry
                .as_ref()
                .map(|entry| entry.get::<Value>(slot))
                .transpose()?
                .flatten();
            let stated = value.map(|value| match *slot {
                "from" | "via" | "received_by" => match value.as_str() {
                    Some(words) => words.to_owned(),
                    None => self.custodian.party(&value).shown().to_owned(),
                },
                "received" => serde_json::from_value::<Instant>(value.clone())
                    .map_or_else(|_| plain(&value), |at| words::at_words(&at, self.zone)),
                _ => plain(&value),
            });
            fields.push(Field {
                slot,
                label,
                stated,
                destroyed_under: self.custodian.destroyed(seq, slot),
            });
        }
        let reference = self.archive.entry_reference(seq)?;
        Ok(Stated {
            accession: reference.unwrap_or_else(|| format!("entry {seq}")),
            entry: seq,
            by: entry
                .as_ref()
                .map(|entry| entry.get("by"))
                .transpose()?
                .flatten(),
            fields,
        })
    }

    fn ledger(&self, entry: Option<u64>) -> Result<Ledger, CliError> {
        let recorded = match entry {
            Some(entry) => self.archive.entry(entry)?,
            None => None,
        };
        Ok(Ledger {
            entry,
            recorded: recorded.map(|entry| entry.get("t")).transpose()?.flatten(),
            entries: self.entries,
            anchored: entry.and_then(|entry| {
                let covers = |it: &&Anchored| it.size > entry;
                self.anchors.iter().find(covers).cloned()
            }),
        })
    }

    /// Attributions and other acts on the item, on what it lies in, on its accession, and on the accounts it came from.
    fn acts(
        &self,
        card: &Card,
        from: &[Participant],
    ) -> Result<(Vec<Attribution>, Vec<ActLine>), CliError> {
        let (mut attributions, mut acts) = (Vec::new(), Vec::new());
        acts.extend_from_slice(self.published.of(card.item));
        let mut next = Some(card.clone());
        while let Some(card) = next {
            let of = self.archive.reference(&card)?;
            self.about(
                &self.archive.acts_on_item(card.item)?,
                &of,
                &mut attributions,
                &mut acts,
            )?;
            // A parent's number is lower than its child's, so this ends whatever the rows say.
            next = match card.parent.filter(|parent| *parent < card.item) {
                Some(parent) => self.archive.card(parent)?,
                None => None,
            };
        }
        let of = self
            .archive
            .entry_reference(card.accession)?
            .unwrap_or_default();
        self.about(
            &self.archive.acts_on_entry(card.accession)?,
            &of,
            &mut attributions,
            &mut acts,
        )?;
        for one in from {
            let party = self.custodian.participant(one);
            if let Some(agent) = &party.agent
                && let Target::Entry(seq) = self.archive.resolve(agent)?
            {
                let of = format!("{} ({agent})", party.shown());
                self.about(
                    &self.archive.acts_on_entry(seq)?,
                    &of,
                    &mut attributions,
                    &mut acts,
                )?;
            }
        }
        Ok((attributions, acts))
    }

    fn about(
        &self,
        entries: &[u64],
        of: &str,
        attributions: &mut Vec<Attribution>,
        acts: &mut Vec<ActLine>,
    ) -> Result<(), CliError> {
        for &seq in entries {
            let Some(standing) = self.archive.standing(seq)? else {
                continue;
            };
            let entry = &standing.opened;
            for correction in &standing.corrections {
                acts.push(self.act(correction.entry)?);
            }
            match entry.schema.as_str() {
                "attributed/1" if standing.withdrawn().is_some() => {}
                "attributed/1" => {
                    let role: String = entry.get("role")?.unwrap_or_default();
                    let party = |slot| -> Result<Option<String>, CliError> {
                        let party = self.custodian.party_in(seq, entry, slot)?;
                        Ok(party.map(|party| party.shown().to_owned()))
                    };
                    attributions.push(Attribution {
                        entry: seq,
                        of: of.to_owned(),
                        role_words: sentences::role_words(&role).to_owned(),
                        role,
                        who: party("who")?,
                        via: party("via")?,
                        certainty: entry.get("certainty")?,
                        basis: entry.get("basis")?,
                        basis_destroyed_under: self.custodian.destroyed(seq, "basis"),
                        terms: entry.get::<Value>("terms")?.as_ref().map(plain),
                        note: entry.get::<Value>("note")?.as_ref().map(plain),
                        corrected: standing.corrections.iter().map(|one| one.entry).collect(),
                        by: entry.get("by")?,
                    });
                }
                "noted/1" | "claimed/1" | "checked/1" | "redacted/1" | "withheld/1"
                | "published/1" => {
                    acts.push(self.act(seq)?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// An act in words.
    fn act(&self, seq: u64) -> Result<ActLine, CliError> {
        let entry = self.archive.entry(seq)?;
        let said = |slot: &'static str| -> Result<Option<String>, CliError> {
            Ok(entry
                .as_ref()
                .map(|entry| entry.get(slot))
                .transpose()?
                .flatten())
        };
        Ok(ActLine {
            entry: seq,
            recorded: said("t")?,
            by: said("by")?,
            what: self.teller.what_of(seq)?,
        })
    }

    /// What a tool read out of it, and how it was itself read out.
    fn derivations(&self, card: &Card) -> Result<Vec<Derivation>, CliError> {
        let mut derivations = Vec::new();
        if card.class == "m" {
            let parent = match card.parent {
                Some(parent) => self.archive.card(parent)?,
                None => None,
            };
            if let (Some(parent), Some((_, seal))) = (parent, self.archive.place(card.item)?) {
                derivations.push(self.derived(
                    format!(
                        "Read out of {} as a message",
                        self.archive.reference(&parent)?
                    ),
                    seal,
                )?);
            }
        }
        let mut read: BTreeMap<(u64, &'static str), u64> = BTreeMap::new();
        let mut done = 0;
        loop {
            let children = self.archive.children_after(card.item, done, STEP)?;
            let Some(last) = children.last() else {
                break;
            };
            done = last.item;
            for child in &children {
                let what = match child.class.as_str() {
                    "m" => "message",
                    "t" => "text",
                    _ => "document",
                };
                if let Some((_, seal)) = self.archive.place(child.item)? {
                    *read.entry((seal, what)).or_default() += 1;
                }
            }
        }
        for ((seal, what), n) in read {
            let plural = if n == 1 { "" } else { "s" };
            derivations.push(self.derived(format!("{n} {what}{plural} read out of it"), seal)?);
        }
        Ok(derivations)
    }

    fn derived(&self, what: String, entry: u64) -> Result<Derivation, CliError> {
        let tool = match self.archive.entry(entry)? {
            Some(entry) => entry.get::<Value>("tool")?,
            None => None,
        };
        Ok(Derivation {
            what,
            tool: tool.as_ref().map(words::tool),
            entry,
        })
    }

    fn marks(&self, card: &Card) -> Result<Marks, CliError> {
        let mut same = match (&card.event, card.class.as_str()) {
            (Some(event), "m") => self.archive.by_event(event)?,
            (_, "d") => self.archive.holdings(&card.sha256)?,
            _ => Vec::new(),
        };
        same.retain(|other| other.item != card.item && other.accession != card.accession);
        let mut also_held = Vec::new();
        for other in same {
            let accession = self
                .archive
                .entry_reference(other.accession)?
                .unwrap_or_default();
            also_held.push(match card.class.as_str() {
                "m" => format!("{} with {accession}", self.archive.reference(&other)?),
                _ => format!("with {accession}"),
            });
        }
        let is_mail = matches!(card.kind.as_str(), "mail" | "mail-mail");
        Ok(Marks {
            dkim: if is_mail {
                self.dkim(card)?
            } else {
                Vec::new()
            },
            also_held,
        })
    }

    /// The domains of the DKIM signatures that a mail carries, as its reader noted them when it was brought in. Whether they
    /// check is not looked at.
    fn dkim(&self, card: &Card) -> Result<Vec<String>, CliError> {
        let message = if card.class == "m" {
            Some(card.item)
        } else {
            let inside = self.archive.children_after(card.item, 0, STEP)?;
            let message = inside.iter().find(|child| child.class == "m");
            message.map(|message| message.item)
        };
        let notes: Vec<String> = match message {
            Some(message) => match self.archive.item(message)? {
                Some(message) => message.get("notes")?.unwrap_or_default(),
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        let mut domains: Vec<String> = Vec::new();
        for note in &notes {
            if let Some(signed) = note.strip_prefix(SIGNED)
                && let Some(domain) = signed.split(' ').next().filter(|domain| *domain != "?")
                && !domains.iter().any(|known| known == domain)
            {
                domains.push(domain.to_owned());
            }
        }
        Ok(domains)
    }
}

/// Leaves the first of those that are of one entry.
fn unique<T>(lines: &mut Vec<T>, entry: impl Fn(&T) -> u64) {
    let mut seen = HashSet::new();
    lines.retain(|line| seen.insert(entry(line)));
}
