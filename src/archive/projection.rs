//! The projection: what the catalogue says follows from the ledger's values by this function and nothing else.
//!
//! It is pure: no clock, no locale, no zone or Unicode table, no parser. The same values give the same rows for ever;
//! a change here is a new [`NUMBER`], and the catalogue is made again. Appending, rebuilding and verifying all use it.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::named_params;

use super::ArchiveError;
use super::projected::Card;
use super::values::About;
use super::values::Segment;
use super::values::Values;
use super::values::statement;
use crate::commitment::Place;
use crate::record::Bytes;
use crate::record::Class;
use crate::record::Conversation;
use crate::record::Event;
use crate::record::Instant;
use crate::record::Kind;
use crate::record::Name;
use crate::record::Parent;
use crate::record::Participant;
use crate::record::crockford;

/// The number of this projection.
pub const NUMBER: i64 = 1;

/// The shortest code of a reference.
const SHORTEST: usize = 4;

/// Kinds of document of which what is cited lies inside, as this projection counts them. Not [`Kind::is_container`]: a
/// kind that is added there must not change what this number makes of an archive.
const HOLD_OTHERS: &[Kind] = &[
    Kind::Mail,
    Kind::Mbox,
    Kind::Zip,
    Kind::XDirectMessages,
    Kind::XGroupMessages,
    Kind::XTweets,
    Kind::Table,
];

/// Accounts kept at hand, at most; the table has them all.
const ACCOUNTS_AT_HAND: usize = 20_000;

/// The slot `agents`: entries that named them.
fn agents(values: &Values<'_>) -> Result<impl Iterator<Item = u64> + use<>, ArchiveError> {
    let agents: Vec<About> = values.get("agents")?.unwrap_or_default();
    Ok(agents.into_iter().filter_map(About::entry))
}

/// Writes the catalogue rows of records given in the order of the ledger.
pub(super) struct Projector<'c> {
    pub(super) conn: &'c Connection,
    /// Accounts at hand, with whether each has a name.
    accounts: HashMap<String, (i64, bool)>,
    tallies: BTreeMap<&'static str, i64>,
    /// References of destroyed documents.
    pub(super) taken: HashSet<String>,
    /// References that a later receipt keeps, since the first one was destroyed and the bytes were not.
    pub(super) kept: HashMap<String, u64>,
    /// The same by the number of that receipt's item.
    pub(super) kept_for: HashMap<u64, String>,
    /// The bytes of documents of which a part was destroyed, by item.
    pub(super) replaced: HashMap<u64, Bytes>,
}

impl<'c> Projector<'c> {
    /// A projector into that catalogue.
    pub(super) fn new(conn: &'c Connection) -> Self {
        Self {
            conn,
            accounts: HashMap::new(),
            tallies: BTreeMap::new(),
            taken: HashSet::new(),
            kept: HashMap::new(),
            kept_for: HashMap::new(),
            replaced: HashMap::new(),
        }
    }

    /// Empties the catalogue.
    pub(super) fn clear(conn: &Connection) -> Result<(), ArchiveError> {
        for table in super::catalogue::PROJECTED {
            conn.execute(&format!("DELETE FROM {table}"), ())?;
        }
        conn.execute("INSERT INTO projection VALUES (?1)", [NUMBER])?;
        Ok(())
    }

    /// Writes what has been counted. Called once before the transaction ends.
    pub(super) fn finish(&mut self) -> Result<(), ArchiveError> {
        let mut add = self.conn.prepare_cached(
            "INSERT INTO tally VALUES (:name, :n) ON CONFLICT (name) DO UPDATE SET n = n + :n",
        )?;
        for (name, n) in std::mem::take(&mut self.tallies) {
            add.execute(named_params! {":name": name, ":n": n})?;
        }
        Ok(())
    }

    fn count(&mut self, name: &'static str, n: i64) {
        *self.tallies.entry(name).or_default() += n;
    }

    /// Projects an entry. `first` is the item number that a segment begins with.
    pub(super) fn entry(
        &mut self,
        seq: u64,
        leaf: &[u8; 32],
        values: &Values<'_>,
        first: u64,
    ) -> Result<(), ArchiveError> {
        self.count("entries", 1);
        match values.schema.name {
            "accessioned/1" => self.accession(seq, leaf, values)?,
            "received/1" | "derived/1" => self.segment(seq, values, first)?,
            "agent.named/1" => self.agent(seq, leaf, values)?,
            "agents.merged/1" => {
                let into = values.get::<About>("into")?.and_then(About::entry);
                for agent in agents(values)?.filter(|agent| Some(*agent) != into) {
                    self.merge(agent, into)?;
                }
            }
            "agents.split/1" => {
                for agent in agents(values)? {
                    self.merge(agent, None)?;
                }
            }
            _ => {}
        }
        let about = values.get::<About>("about")?;
        if let Some(about) = about
            && !matches!(values.schema.name, "received/1" | "derived/1")
        {
            self.act(seq, leaf, values.schema.name, about)?;
        }
        Ok(())
    }

    fn accession(
        &mut self,
        seq: u64,
        leaf: &[u8; 32],
        values: &Values<'_>,
    ) -> Result<(), ArchiveError> {
        let reference = self.free(Class::Accession, leaf)?;
        self.conn
            .prepare_cached("INSERT INTO accession VALUES (:seq, :ref, :statement, :paths)")?
            .execute(named_params! {
                ":seq": seq,
                ":ref": reference,
                ":statement": statement(|slot| values.text(slot)),
                ":paths": values.text("paths"),
            })?;
        self.count("accessions", 1);
        Ok(())
    }

    fn segment(&mut self, seq: u64, values: &Values<'_>, first: u64) -> Result<(), ArchiveError> {
        let Some(segment) = values.get::<Segment>("segment")? else {
            return Ok(());
        };
        self.conn
            .prepare_cached(
                "INSERT INTO segment VALUES (:seq, :a, :r, :s, :derived, :first, :size, :total)",
            )?
            .execute(named_params! {
                ":seq": seq,
                ":a": segment.a,
                ":r": segment.r,
                ":s": segment.s,
                ":derived": values.schema.name == "derived/1",
                ":first": first,
                ":size": segment.size,
                ":total": values.text("total") != "null",
            })?;
        Ok(())
    }

    fn agent(
        &mut self,
        seq: u64,
        leaf: &[u8; 32],
        values: &Values<'_>,
    ) -> Result<(), ArchiveError> {
        let reference = self.free(Class::Agent, leaf)?;
        self.conn
            .prepare_cached("INSERT INTO agent VALUES (:seq, :ref, :kind, :name, NULL)")?
            .execute(named_params! {
                ":seq": seq,
                ":ref": reference,
                ":kind": values.get::<String>("kind")?.unwrap_or_default(),
                ":name": values.get::<String>("name")?.unwrap_or_default(),
            })?;
        for address in values.get::<Vec<String>>("accounts")?.unwrap_or_default() {
            self.conn
                .prepare_cached("INSERT OR IGNORE INTO agent_account VALUES (:address, :agent)")?
                .execute(named_params! {":address": address, ":agent": seq})?;
        }
        Ok(())
    }

    fn merge(&self, agent: u64, into: Option<u64>) -> Result<(), ArchiveError> {
        self.conn
            .prepare_cached("UPDATE agent SET merged = :into WHERE seq = :agent")?
            .execute(named_params! {":into": into, ":agent": agent})?;
        Ok(())
    }

    fn act(
        &self,
        seq: u64,
        leaf: &[u8; 32],
        schema: &str,
        about: About,
    ) -> Result<(), ArchiveError> {
        let reference = if schema == "transferred/1" {
            Some(self.free(Class::Transfer, leaf)?)
        } else {
            None
        };
        let (entry, item) = match about {
            About::Entry(entry) => (Some(entry), None),
            About::Item(place) => (None, Some(self.item_at(place)?)),
        };
        self.conn
            .prepare_cached("INSERT INTO act VALUES (:seq, :ref, :schema, :entry, :item)")?
            .execute(named_params! {
                ":seq": seq,
                ":ref": reference,
                ":schema": schema,
                ":entry": entry,
                ":item": item,
            })?;
        Ok(())
    }

    fn item_at(&self, place: Place) -> Result<u64, ArchiveError> {
        super::query::item_at(self.conn, place)?
            .ok_or_else(|| ArchiveError::LedgerBroken(format!("no item at {place:?}")))
    }

    /// Projects an item.
    pub(super) fn item(
        &mut self,
        id: u64,
        accession: u64,
        leaf: &[u8; 32],
        values: &Values<'_>,
    ) -> Result<(), ArchiveError> {
        self.count("records", 1);
        let bytes: Option<Bytes> = values.get("bytes")?;
        let Some(bytes) = bytes.or_else(|| self.replaced.get(&id).copied()) else {
            return Ok(());
        };
        let parent = match values.get::<Parent>("parent")? {
            Some(Parent { r, s, i }) => Some(self.item_at(Place {
                a: accession,
                r,
                s,
                i,
            })?),
            None => None,
        };
        let mut card = Card {
            id,
            accession,
            parent,
            sha256: bytes.sha256.as_bytes(),
            class: "t",
            reference: None,
            span: None,
            kind: values.get::<String>("kind")?.unwrap_or_default(),
            name: None,
            conversation: None,
            event: None,
            at: Instant::default(),
        };
        match values.schema.name {
            "document/1" => {
                card.class = "d";
                card.name = values.get::<Name>("name")?.map(|name| name.to_string());
                self.document(id, leaf, bytes, &card.kind)?;
            }
            "message/1" => {
                card.class = "m";
                card.reference = Some(self.free(Class::Message, leaf)?);
                card.span = values.get("range")?;
                let conversation: Option<Conversation> = values.get("conversation")?;
                card.kind = conversation.as_ref().map_or_else(
                    || "unknown".to_owned(),
                    |found| format!("{}-{}", found.platform, found.sort),
                );
                card.conversation = conversation.map(|found| found.id);
                card.event = values.get::<Event>("event")?.and_then(|event| event.id);
                card.at = values.get("at")?.unwrap_or_default();
                self.count("messages", 1);
                self.count("items", 1);
                for slot in ["from", "to"] {
                    for person in values.get::<Vec<Participant>>(slot)?.unwrap_or_default() {
                        self.participant(id, &person)?;
                    }
                }
            }
            _ => {}
        }
        card.write(self.conn)
    }

    fn document(
        &mut self,
        id: u64,
        leaf: &[u8; 32],
        bytes: Bytes,
        kind: &str,
    ) -> Result<(), ArchiveError> {
        let kind = Kind::from_word(kind).unwrap_or(Kind::Other);
        if !HOLD_OTHERS.contains(&kind) {
            self.count("items", 1);
        }
        let known = self
            .conn
            .prepare_cached("SELECT 1 FROM document WHERE sha256 = ?1")?
            .exists([bytes.sha256.as_bytes()])?;
        if known {
            return Ok(());
        }
        let reference = self.reference_of(id, leaf)?;
        self.conn
            .prepare_cached("INSERT INTO document VALUES (:sha256, :ref, :size, :item, :kind)")?
            .execute(named_params! {
                ":sha256": bytes.sha256.as_bytes(),
                ":ref": reference,
                ":size": bytes.size,
                ":item": id,
                ":kind": kind.word(),
            })?;
        self.count("documents", 1);
        self.count("bytes", i64::try_from(bytes.size).unwrap_or(i64::MAX));
        if kind == Kind::Other {
            self.count("not_searchable", 1);
        }
        Ok(())
    }

    fn participant(&mut self, item: u64, person: &Participant) -> Result<(), ArchiveError> {
        let Some(address) = &person.account else {
            return Ok(());
        };
        let display = person.display.as_deref();
        let account = match self.accounts.get(address).copied() {
            Some((account, named)) if named || display.is_none() => account,
            _ => {
                let (account, named) = self.account(address, display)?;
                if self.accounts.len() >= ACCOUNTS_AT_HAND {
                    self.accounts.clear();
                }
                self.accounts.insert(address.clone(), (account, named));
                account
            }
        };
        let role = match person.role.as_str() {
            "from" => 0,
            "to" => 1,
            "cc" => 2,
            "bcc" => 3,
            "reply-to" => 4,
            _ => 5,
        };
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO participant VALUES (:account, :item, :role)")?
            .execute(named_params! {":account": account, ":item": item, ":role": role})?;
        Ok(())
    }

    /// The number of an account, and whether it has a name: the first one that it was seen with.
    fn account(&self, address: &str, display: Option<&str>) -> Result<(i64, bool), ArchiveError> {
        let found: Option<(i64, bool)> = self
            .conn
            .prepare_cached("SELECT id, display IS NOT NULL FROM account WHERE address = ?1")?
            .query_row([address], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match found {
            Some((account, false)) if display.is_some() => {
                self.conn
                    .prepare_cached("UPDATE account SET display = :display WHERE id = :id")?
                    .execute(named_params! {":id": account, ":display": display})?;
                Ok((account, true))
            }
            Some(known) => Ok(known),
            None => {
                self.conn
                    .prepare_cached(
                        "INSERT INTO account (address, display) VALUES (:address, :display)",
                    )?
                    .execute(named_params! {":address": address, ":display": display})?;
                Ok((self.conn.last_insert_rowid(), display.is_some()))
            }
        }
    }

    /// The shortest prefix of the leaf data, of four digits or more, that no earlier record of the class has.
    pub(super) fn free(&self, class: Class, leaf: &[u8; 32]) -> Result<String, ArchiveError> {
        let digits = crockford(leaf);
        let sql = match class {
            Class::Document => "SELECT 1 FROM document WHERE ref = ?1",
            Class::Message => "SELECT 1 FROM card WHERE ref = ?1",
            Class::Accession => "SELECT 1 FROM accession WHERE ref = ?1",
            Class::Transfer => "SELECT 1 FROM act WHERE ref = ?1",
            Class::Agent => "SELECT 1 FROM agent WHERE ref = ?1",
        };
        let mut taken = self.conn.prepare_cached(sql)?;
        for length in SHORTEST..=digits.len() {
            let reference = format!("{}-{}", class.letter(), &digits[..length]);
            if !self.kept.contains_key(&reference) && !taken.exists([&reference])? {
                return Ok(reference);
            }
        }
        Err(ArchiveError::LedgerBroken(format!(
            "two records have the leaf {}",
            hex::encode(leaf)
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted_as_they_are_cited_until_one_is_added() {
        for kind in Kind::ALL {
            let held = HOLD_OTHERS.contains(kind);
            assert_eq!(held, kind.is_container(), "{kind}: a new projection?");
        }
        // A kind that is added was 'other' to this projection, which this number may not change.
        assert_eq!(Kind::ALL.len(), 13, "a kind was added: a new projection?");
    }

    #[test]
    fn an_account_has_the_first_name_that_it_was_seen_with() -> Result<(), ArchiveError> {
        let conn = crate::archive::catalogue::scratch(None)?;
        let seen = |projector: &mut Projector<'_>, item, display: Option<&str>| {
            let person = Participant {
                account: Some("mail:nora@halloran.example".to_owned()),
                display: display.map(str::to_owned),
                role: "from".to_owned(),
            };
            projector.participant(item, &person)
        };
        let name = || -> Result<Option<String>, ArchiveError> {
            Ok(conn.query_row("SELECT display FROM account", (), |row| row.get(0))?)
        };
        let mut projector = Projector::new(&conn);
        seen(&mut projector, 1, None)?;
        assert_eq!(name()?, None);
        seen(&mut projector, 2, Some("Nora Halloran"))?;
        assert_eq!(name()?.as_deref(), Some("Nora Halloran"));
        // In another group nothing is at hand.
        let mut projector = Projector::new(&conn);
        seen(&mut projector, 3, Some("N. H."))?;
        assert_eq!(name()?.as_deref(), Some("Nora Halloran"));
        Ok(())
    }
}
