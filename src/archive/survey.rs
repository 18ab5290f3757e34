//! Lists: the ledger's entries, the agents and accounts, what an accession holds.

use std::collections::HashMap;
use std::collections::HashSet;

use rusqlite::named_params;

use super::About;
use super::Archive;
use super::ArchiveError;
use super::query::Card;
use crate::record::Moment;

/// A person, body or account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its entry.
    pub seq: u64,
    /// Its reference.
    pub reference: String,
    /// `person`, `body`, `account` or `unknown`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The agent it was merged into.
    pub merged: Option<u64>,
    /// The accounts it is said to use.
    pub accounts: Vec<String>,
}

/// An account or address seen in messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number in the catalogue.
    pub id: i64,
    /// `mail:` or `x:` and the address.
    pub address: String,
    /// The first name seen beside it.
    pub display: Option<String>,
    /// Messages it sent.
    pub sent: u64,
    /// Messages it is an addressee or member of.
    pub received: u64,
}

impl Agent {
    /// Its name; where that was destroyed, that it is gone.
    pub fn called(&self) -> &str {
        called(&self.name)
    }
}

/// Somebody's name; where that was destroyed, that it is gone.
pub fn called(name: &str) -> &str {
    if name.is_empty() {
        "somebody whose name is gone"
    } else {
        name
    }
}

impl Archive {
    /// How many documents came with an accession, with those inside others: the same bytes are one, however often and
    /// under whatever names they came.
    pub fn documents_of(&self, accession: u64) -> Result<u64, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT count(DISTINCT sha256) FROM card WHERE accession = ?1 AND class = 'd'",
            )?
            .query_row([accession], |row| row.get(0))?)
    }

    /// All agents in the order in which they were named.
    pub fn agents(&self) -> Result<Vec<Agent>, ArchiveError> {
        let mut agents = self
            .conn
            .prepare_cached("SELECT seq, ref, kind, name, merged FROM agent ORDER BY seq")?
            .query_map((), |row| {
                Ok(Agent {
                    seq: row.get(0)?,
                    reference: row.get(1)?,
                    kind: row.get(2)?,
                    name: row.get(3)?,
                    merged: row.get(4)?,
                    accounts: Vec::new(),
                })
            })?
            .collect::<Result<Vec<_>, _>>()?;
        for agent in &mut agents {
            agent.accounts = self
                .conn
                .prepare_cached(
                    "SELECT address FROM agent_account WHERE agent = ?1 ORDER BY address",
                )?
                .query_map([agent.seq], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
        }
        self.correct_agents(&mut agents)?;
        Ok(agents)
    }

    /// Gives those whose name or kind was corrected the one that stands.
    fn correct_agents(&self, agents: &mut [Agent]) -> Result<(), ArchiveError> {
        let corrected: HashSet<u64> = self
            .conn
            .prepare_cached(
                "SELECT about_entry FROM act WHERE schema = 'corrected/1' AND about_entry IS NOT NULL",
            )?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for agent in agents.iter_mut().filter(|one| corrected.contains(&one.seq)) {
            if let Some(standing) = self.standing(agent.seq)? {
                agent.name = standing.opened.get("name")?.unwrap_or_default();
                agent.kind = standing.opened.get("kind")?.unwrap_or_default();
            }
        }
        Ok(())
    }

    /// The entries that merged an agent into another or others into it, or undid that, oldest first.
    pub fn merges_of(&self, agent: u64) -> Result<Vec<u64>, ArchiveError> {
        let acts: Vec<u64> = self
            .conn
            .prepare_cached(
                "SELECT seq FROM entry WHERE seq > ?1 AND schema IN ('agents.merged/1', 'agents.split/1') ORDER BY seq",
            )?
            .query_map([agent], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut touching = Vec::new();
        // Into whom each merge was: a split names those it lets go, and of which merge.
        let mut merges = HashMap::new();
        for seq in acts {
            let Some(act) = self.entry(seq)? else {
                continue;
            };
            let agents: Vec<About> = act.get("agents")?.unwrap_or_default();
            let into = match act.schema.as_str() {
                "agents.merged/1" => act.get::<About>("into")?.and_then(About::entry),
                _ => act
                    .get::<About>("about")?
                    .and_then(About::entry)
                    .and_then(|merge| merges.get(&merge).copied())
                    .flatten(),
            };
            merges.insert(seq, into);
            if into == Some(agent) || agents.into_iter().any(|one| one.entry() == Some(agent)) {
                touching.push(seq);
            }
        }
        Ok(touching)
    }

    /// The accounts seen in messages, busiest first, `most` at the most.
    pub fn accounts(&self, most: u64) -> Result<Vec<Account>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT id, address, display, sum(role = 0), sum(role <> 0) FROM account \
                 JOIN participant ON participant.account = account.id GROUP BY id \
                 ORDER BY count(*) DESC, address LIMIT ?1",
            )?
            .query_map([most], |row| {
                Ok(Account {
                    id: row.get(0)?,
                    address: row.get(1)?,
                    display: row.get(2)?,
                    sent: row.get(3)?,
                    received: row.get(4)?,
                })
            })?
            .collect::<Result<_, _>>()?)
    }

    /// The addresses whose account or name holds those words, for `--who`.
    pub fn accounts_like(
        &self,
        words: &str,
    ) -> Result<Vec<(i64, String, Option<String>)>, ArchiveError> {
        let pattern = format!(
            "%{}%",
            words
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_")
        );
        Ok(self
            .conn
            .prepare_cached(
                "SELECT id, address, display FROM account WHERE address LIKE :pattern ESCAPE '\\' \
                 OR display LIKE :pattern ESCAPE '\\' ORDER BY id",
            )?
            .query_map(named_params! {":pattern": pattern}, |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?
            .collect::<Result<_, _>>()?)
    }

    /// Messages in which all the given groups of accounts take part, in order of time; a group is one party.
    pub fn messages_among(
        &self,
        parties: &[Vec<i64>],
        since: Option<i64>,
        until: Option<i64>,
    ) -> Result<Vec<Card>, ArchiveError> {
        let mut clauses = vec!["class = 'm'".to_owned()];
        for party in parties {
            let accounts: Vec<String> = party.iter().map(ToString::to_string).collect();
            clauses.push(format!(
                "item IN (SELECT item FROM participant WHERE account IN ({}))",
                accounts.join(",")
            ));
        }
        if let Some(since) = since {
            clauses.push(format!("(latest IS NULL OR latest >= {since})"));
        }
        if let Some(until) = until {
            clauses.push(format!("(earliest IS NULL OR earliest <= {until})"));
        }
        self.cards_where(&clauses.join(" AND "))
    }

    /// Posts of which the earliest time lies between two moments, in order of time, `most` at most.
    pub fn posts_between(
        &self,
        from: Moment,
        to: Moment,
        most: u64,
    ) -> Result<Vec<Card>, ArchiveError> {
        self.cards_where(&format!(
            "item IN (SELECT item FROM card WHERE class = 'm' AND earliest BETWEEN {} AND {} AND kind LIKE '%-post' \
             ORDER BY earliest, item LIMIT {most})",
            from.millis(),
            to.millis()
        ))
    }

    /// The accession with that stated provenance that was not brought to its end, if its paths are those given: its
    /// entry. One that a loss may have cut is none: its lost segments have addresses that must not be given again.
    pub fn interrupted(
        &self,
        statement: &[u8; 32],
        paths: &str,
    ) -> Result<Option<u64>, ArchiveError> {
        use rusqlite::OptionalExtension as _;
        Ok(self
            .conn
            .prepare_cached(
                "SELECT seq FROM accession WHERE statement = :statement AND paths = :paths AND seq >= :after AND NOT EXISTS \
                 (SELECT 1 FROM segment WHERE accession = accession.seq AND total = 1 AND derived = 1) \
                 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row(
                named_params! {":statement": statement, ":paths": paths, ":after": self.last_lost()?},
                |row| row.get(0),
            )
            .optional()?)
    }

    /// Segments of an accession: (run, derived, next number, items so far) for each run.
    pub fn runs(&self, accession: u64) -> Result<Vec<(u64, bool, u64, u64)>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT run, max(derived), max(number) + 1, sum(size) FROM segment WHERE accession = ?1 \
                 GROUP BY run ORDER BY run",
            )?
            .query_map([accession], |row| {
                Ok((row.get(0)?, row.get::<_, i64>(1)? == 1, row.get(2)?, row.get(3)?))
            })?
            .collect::<Result<_, _>>()?)
    }

    /// Entries that seal what was read out of an accession's documents, oldest first.
    pub fn derivations(&self, accession: u64) -> Result<Vec<u64>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT seq FROM segment WHERE accession = ?1 AND derived = 1 ORDER BY seq",
            )?
            .query_map([accession], |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }

    /// The first such entry of each run of every accession, latest first.
    pub fn first_derivations(&self) -> Result<Vec<u64>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT seq FROM segment WHERE derived = 1 AND number = 0 ORDER BY seq DESC",
            )?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }

    /// The holding of a document that came in with the same stated provenance, and was read to its end: one at which a
    /// run was stopped does not count, unless that accession is the one going on (`own`), nor does one of an accession
    /// that a loss may have cut: what was read out of it may be lost.
    pub fn known(
        &self,
        sha256: &crate::record::Digest,
        statement: &[u8; 32],
        own: Option<u64>,
    ) -> Result<Option<Card>, ArchiveError> {
        use rusqlite::OptionalExtension as _;
        let item: Option<u64> = self
            .conn
            .prepare_cached(
                "SELECT card.item FROM card JOIN accession ON accession.seq = card.accession \
                 WHERE card.sha256 = ?1 AND card.class = 'd' AND card.parent IS NULL AND accession.statement = ?2 \
                 AND (accession.seq >= ?4 OR EXISTS \
                 (SELECT 1 FROM segment WHERE accession = card.accession AND total = 1 AND derived = 1)) \
                 AND (accession.seq IS ?3 OR EXISTS \
                 (SELECT 1 FROM segment WHERE accession = card.accession AND total = 1 AND derived = 1) OR EXISTS \
                 (SELECT 1 FROM card AS later WHERE later.item > card.item AND later.accession = card.accession \
                 AND later.class = 'd' AND later.parent IS NULL)) ORDER BY card.item LIMIT 1",
            )?
            .query_row(
                rusqlite::params![sha256.as_bytes(), statement, own, self.last_lost()?],
                |row| row.get(0),
            )
            .optional()?;
        item.map_or(Ok(None), |item| self.card(item))
    }

    /// All accessions: (entry, reference).
    pub fn accessions(&self) -> Result<Vec<(u64, String)>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached("SELECT seq, ref FROM accession ORDER BY seq")?
            .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?)
    }

    /// References of the accessions of which no run was brought to its end, and that can still be.
    pub fn unfinished(&self) -> Result<Vec<String>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT ref FROM accession WHERE seq >= ?1 AND NOT EXISTS \
                 (SELECT 1 FROM segment WHERE accession = accession.seq AND total = 1 AND derived = 1) ORDER BY seq",
            )?
            .query_map([self.last_lost()?], |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }
}
