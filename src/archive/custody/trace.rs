//! Following an item back through the records.

use std::collections::HashMap;
use std::collections::HashSet;

use serde_json::Value;

use super::Act;
use super::Custody;
use super::CustodyStep;
use super::Party;
use super::Receipt;
use super::Withdrawn;
use super::order::impossible;
use super::order::in_turn;
use super::order::key;
use super::order::mark_branches;
use crate::archive::About;
use crate::archive::Agent;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::Card;
use crate::archive::Opened;
use crate::archive::Orders;
use crate::archive::Target;
use crate::archive::plain;
use crate::record::Digest;
use crate::record::Instant;
use crate::record::Moment;
use crate::record::Participant;
use crate::record::when;

/// Roles in which an agent stands behind another: what the account held, the person held.
const BEHIND: &[&str] = &["speaks-for", "operator", "holder"];

/// One who can say through whose hands things came. Reads the agents once, for as many items as are asked about.
pub struct Custodian<'a> {
    archive: &'a Archive,
    agents: HashMap<u64, Agent>,
    by_account: HashMap<String, u64>,
    by_reference: HashMap<String, u64>,
    /// For an agent, those that stand behind it.
    behind: HashMap<u64, Vec<u64>>,
    orders: Orders,
}

/// What has been recorded of an item's way, before it is put in order.
#[derive(Default)]
pub(super) struct Found {
    /// What the innermost message says of itself.
    written: Option<CustodyStep>,
    /// Whom acts name as its maker.
    made: Vec<CustodyStep>,
    pub(super) transfers: Vec<CustodyStep>,
    /// Whom acts name as having given it to the archive.
    givers: Vec<CustodyStep>,
    withdrawn: Vec<Withdrawn>,
}

impl<'a> Custodian<'a> {
    /// A custodian of that archive.
    pub fn new(archive: &'a Archive) -> Result<Self, ArchiveError> {
        let mut by_account = HashMap::new();
        let mut behind: HashMap<u64, Vec<u64>> = HashMap::new();
        let agents = archive.agents()?;
        for agent in &agents {
            for account in &agent.accounts {
                by_account.entry(account.clone()).or_insert(agent.seq);
            }
            behind.entry(agent.seq).or_default().extend(agent.merged);
            let named = archive.entry(agent.seq)?;
            let speaks_for = named
                .map(|named| named.get::<Value>("speaks_for"))
                .transpose()?;
            behind
                .entry(agent.seq)
                .or_default()
                .extend(speaks_for.flatten().as_ref().and_then(entry_of));
            for act in archive.acts_on_entry(agent.seq)? {
                if let Some(standing) = archive.standing(act)?
                    && standing.withdrawn().is_none()
                    && let act = standing.opened
                    && act.schema == "attributed/1"
                    && act
                        .get::<String>("role")?
                        .is_some_and(|role| BEHIND.contains(&role.as_str()))
                    && let Some(who) = act.get::<Value>("who")?
                {
                    behind.entry(agent.seq).or_default().extend(entry_of(&who));
                }
            }
        }
        Ok(Self {
            archive,
            by_reference: agents
                .iter()
                .map(|agent| (agent.reference.clone(), agent.seq))
                .collect(),
            agents: agents.into_iter().map(|agent| (agent.seq, agent)).collect(),
            by_account,
            behind,
            orders: archive.orders()?,
        })
    }

    /// The custody of an item.
    pub fn of_item(&self, item: u64) -> Result<Custody, ArchiveError> {
        let nobody = || ArchiveError::NoSuchItem(format!("item {item}"));
        let card = self.archive.card(item)?.ok_or_else(nobody)?;
        let subject = self.archive.reference(&card)?;
        let accession = card.accession;
        let mut found = Found::default();
        let mut outermost = (card.item, card.sha256);
        let mut next = Some(card);
        // A parent's number is lower than its child's, so this ends whatever the rows say.
        while let Some(card) = next {
            outermost = (card.item, card.sha256);
            self.acts(&self.archive.acts_on_item(card.item)?, &mut found)?;
            if found.written.is_none() && card.class == "m" {
                found.written = self.written(&card)?;
            }
            next = match card.parent.filter(|parent| *parent < card.item) {
                Some(parent) => self.archive.card(parent)?,
                None => None,
            };
        }
        // Of a document of which a part was destroyed, what came in had another digest, which is gone.
        let (top, sha256) = outermost;
        let whole = self.archive.parted_under(top)?.is_none();
        self.in_order(subject, found, accession, Some(sha256).filter(|_| whole))
    }

    /// The other holdings of a document: the same bytes, brought in again with something else said of them.
    pub fn others(&self, card: &Card) -> Result<Vec<Card>, ArchiveError> {
        if card.class != "d" {
            return Ok(Vec::new());
        }
        let mut others = self.archive.holdings(&card.sha256)?;
        others.retain(|other| other.item != card.item);
        Ok(others)
    }

    /// What one holding of a document came in with.
    pub fn receipt(&self, holding: &Card) -> Result<Receipt, ArchiveError> {
        let terms = match self.archive.standing(holding.accession)? {
            Some(accession) => accession.opened.get::<Value>("terms")?,
            None => None,
        };
        Ok(Receipt {
            accession: self.archive.entry_reference(holding.accession)?,
            entry: holding.accession,
            name: holding.name.clone(),
            terms: terms.as_ref().map(plain),
            custody: self.of_item(holding.item)?,
        })
    }

    /// The custody of what came with an accession.
    pub fn of_accession(&self, seq: u64) -> Result<Custody, ArchiveError> {
        let subject = self.archive.entry_reference(seq)?;
        let subject = subject.unwrap_or_else(|| format!("entry {seq}"));
        self.in_order(subject, Found::default(), seq, None)
    }

    /// The hands an item came through, in one line.
    pub fn line(&self, item: u64) -> Result<String, ArchiveError> {
        Ok(self.of_item(item)?.line())
    }

    /// The party that a value names: an agent, words, or nobody known.
    pub fn party(&self, value: &Value) -> Party {
        match (entry_of(value), value) {
            (Some(seq), _) => self.agent(seq),
            (None, Value::String(words)) if words != "unknown" => Party {
                agent: None,
                name: Some(words.clone()),
            },
            _ => Party::default(),
        }
    }

    /// The party that a participant is: the agent that has the account, else what the message says.
    pub fn participant(&self, participant: &Participant) -> Party {
        let agent = participant
            .account
            .as_ref()
            .and_then(|account| self.by_account.get(account));
        match agent {
            Some(seq) => self.agent(*seq),
            None => Party {
                agent: None,
                name: participant
                    .display
                    .clone()
                    .or_else(|| participant.account.as_deref().map(address)),
            },
        }
    }

    /// By what names and accounts the archive knows a participant, and whether one of the names is a person's or a body's:
    /// an account may be anybody's.
    pub fn known_as(&self, participant: &Participant) -> (Vec<String>, bool) {
        let mut names: Vec<String> = participant.display.iter().cloned().collect();
        names.extend(participant.account.as_deref().map(address));
        let mut is_named = participant.display.as_deref().is_some_and(names_somebody);
        for one in self.known(participant, |_| true) {
            names.push(one.name.clone());
            names.extend(one.accounts.iter().map(|account| address(account)));
            is_named |= matches!(one.kind.as_str(), "person" | "body");
        }
        names.dedup();
        (names, is_named)
    }

    /// Those of the agents that are the one who has a participant's account.
    fn known(&self, participant: &Participant, of: impl Fn(&Agent) -> bool) -> Vec<&Agent> {
        let account = participant.account.as_ref();
        let agent = account.and_then(|account| self.by_account.get(account));
        let Some(found) = agent.map(|seq| self.agent(*seq)) else {
            return Vec::new();
        };
        let mut known: Vec<&Agent> = self.agents.values().collect();
        known.retain(|one| of(one) && self.agent(one.seq).agent == found.agent);
        known.sort_by_key(|one| one.seq);
        known
    }

    /// The names by which a participant is on record as a person and which say themselves which part is the family's:
    /// `Halloran, Nora`.
    pub fn family_first(&self, participant: &Participant) -> Vec<String> {
        let is_one = |one: &Agent| one.kind == "person" && is_family_first(&one.name);
        let known = self.known(participant, is_one).into_iter();
        known.map(|one| one.name.clone()).collect()
    }

    /// The names of those who are on record as persons.
    pub fn people(&self) -> Vec<String> {
        let people = self.agents.values().filter(|it| it.kind == "person");
        people.map(|it| it.name.clone()).collect()
    }

    /// The archive that it reads.
    pub const fn archive(&self) -> &'a Archive {
        self.archive
    }

    /// What people are called: by the name that stands beside the account, else as whoever is said to use it, else by the
    /// account.
    pub fn names(&self, people: &[Participant]) -> Vec<String> {
        let name = |one: &Participant| one.display.clone().or_else(|| self.participant(one).name);
        people.iter().filter_map(name).collect()
    }

    /// An agent, or the one it was merged into.
    fn agent(&self, seq: u64) -> Party {
        let mut found = self.agents.get(&seq);
        for _ in 0..self.agents.len() {
            match found.and_then(|agent| agent.merged) {
                Some(into) => found = self.agents.get(&into),
                None => break,
            }
        }
        Party {
            agent: found.map(|agent| agent.reference.clone()),
            name: Some(
                found.map_or_else(|| format!("entry {seq}"), |agent| agent.called().to_owned()),
            ),
        }
    }

    /// Who wrote a message, as it says itself.
    fn written(&self, card: &Card) -> Result<Option<CustodyStep>, ArchiveError> {
        let Some(message) = self.archive.item(card.item)? else {
            return Ok(None);
        };
        let mut step = CustodyStep::new(Act::Made);
        let people = |slot| -> Result<Vec<Party>, ArchiveError> {
            let people: Vec<Participant> = message.get(slot)?.unwrap_or_default();
            Ok(people.iter().map(|one| self.participant(one)).collect())
        };
        step.from = people("from")?;
        step.to = people("to")?;
        step.at = message.get("at")?;
        step.kind = Some("wrote it".to_owned());
        step.standing = Some("stated".to_owned());
        step.basis = Some("the message names its sender".to_owned());
        Ok(Some(step))
    }

    fn acts(&self, acts: &[u64], found: &mut Found) -> Result<(), ArchiveError> {
        for &seq in acts {
            let Some(standing) = self.archive.standing(seq)? else {
                continue;
            };
            let act = &standing.opened;
            if let Some(under) = standing.withdrawn() {
                if matches!(act.schema.as_str(), "transferred/1" | "attributed/1") {
                    found.withdrawn.push(Withdrawn {
                        reference: self.archive.entry_reference(seq)?,
                        entry: seq,
                        under,
                    });
                }
                continue;
            }
            let corrected: Vec<u64> = standing.corrections.iter().map(|one| one.entry).collect();
            if act.schema == "transferred/1" {
                let mut step = self.transfer(seq, act)?;
                step.corrected = corrected;
                found.transfers.push(step);
            } else if act.schema == "attributed/1" {
                let role: Option<String> = act.get("role")?;
                let (kind, steps, words) = match role.as_deref() {
                    Some("creator") => (Act::Made, &mut found.made, "made it, as was said later"),
                    Some("giver") => (Act::Given, &mut found.givers, "as was said later"),
                    _ => continue,
                };
                let mut step = self.common(kind, seq, act)?;
                step.corrected = corrected;
                step.from = self.parties(seq, act, "who")?;
                step.kind = Some(words.to_owned());
                step.standing = Some("stated".to_owned());
                steps.push(step);
            }
        }
        Ok(())
    }

    fn transfer(&self, seq: u64, act: &Opened) -> Result<CustodyStep, ArchiveError> {
        let from = self.parties(seq, act, "from")?;
        let gap = !from.iter().any(Party::is_known);
        let mut step = self.common(if gap { Act::Gap } else { Act::Transferred }, seq, act)?;
        step.kind = act.get("kind")?;
        step.from = from;
        step.to = self.parties(seq, act, "to")?;
        step.medium = act.get("medium")?;
        step.place = act.get("place")?;
        step.purpose = act.get("purpose")?;
        step.authority = act.get("authority")?;
        step.condition = act.get("condition")?;
        step.sha256 = act.get("digest_seen")?;
        step.standing = act.get("standing")?;
        Ok(step)
    }

    /// The fields that all acts have.
    fn common(&self, kind: Act, seq: u64, act: &Opened) -> Result<CustodyStep, ArchiveError> {
        let mut step = CustodyStep::new(kind);
        step.reference = self.archive.entry_reference(seq)?;
        step.entry = Some(seq);
        step.at = act
            .get::<Instant>("at")?
            .map(|at| self.bounded(at))
            .transpose()?;
        step.basis = act.get("basis")?;
        step.by = act.get("by")?;
        step.recorded = act.get("t")?;
        step.destroyed = self.gone(seq);
        for about in act.get::<Vec<About>>("evidence")?.unwrap_or_default() {
            step.evidence.extend(self.reference(about)?);
        }
        Ok(step)
    }

    /// A time told from another item's, with the bounds that follow.
    pub(super) fn bounded(&self, at: Instant) -> Result<Instant, ArchiveError> {
        let Some(to) = at.relative_to.as_deref() else {
            return Ok(at);
        };
        let other = match self.archive.resolve(to) {
            Ok(Target::Item(item)) => match self.archive.item(item)? {
                Some(other) if other.schema == "message/1" => other.get::<Instant>("at")?,
                _ => None,
            },
            _ => None,
        };
        Ok(other.map_or_else(|| at.clone(), |other| when::resolve(&at, &other)))
    }

    fn reference(&self, about: About) -> Result<Option<String>, ArchiveError> {
        match about {
            About::Entry(seq) => self.archive.entry_reference(seq),
            About::Item(place) => match self.archive.item_at(place)? {
                Some(item) => match self.archive.card(item)? {
                    Some(card) => self.archive.reference(&card).map(Some),
                    None => Ok(None),
                },
                None => Ok(None),
            },
        }
    }

    /// The party in a slot of an entry; nothing where that is empty and was so from the first.
    pub fn party_in(
        &self,
        seq: u64,
        entry: &Opened,
        slot: &'static str,
    ) -> Result<Option<Party>, ArchiveError> {
        let order = || self.destroyed(seq, slot);
        Ok(match entry.get::<Value>(slot)? {
            Some(value) => Some(self.party(&value)),
            None => order().map(|order| Party {
                agent: None,
                name: Some(format!("(destroyed under entry {order})")),
            }),
        })
    }

    /// The order under which what a slot of an entry says was destroyed.
    pub fn destroyed(&self, seq: u64, slot: &str) -> Option<u64> {
        self.orders.of_slot(seq, slot)
    }

    pub(super) fn parties(
        &self,
        seq: u64,
        act: &Opened,
        slot: &'static str,
    ) -> Result<Vec<Party>, ArchiveError> {
        Ok(self.party_in(seq, act, slot)?.into_iter().collect())
    }

    /// Adds what is recorded of the accession, and puts all of it in order.
    fn in_order(
        &self,
        subject: String,
        mut found: Found,
        accession: u64,
        sha256: Option<Digest>,
    ) -> Result<Custody, ArchiveError> {
        self.acts(&self.archive.acts_on_entry(accession)?, &mut found)?;
        let received = self.archive.standing(accession)?;
        let corrected: Vec<u64> = received
            .iter()
            .flat_map(|standing| &standing.corrections)
            .map(|one| one.entry)
            .collect();
        let received = received.map(|standing| standing.opened);
        let mut given = match &received {
            Some(received) => self.given(accession, received, &mut found)?,
            None => None,
        };
        if let Some(given) = &mut given {
            given.corrected = corrected;
        }
        let mut givers = std::mem::take(&mut found.givers);
        givers.retain(|step| step.from.iter().any(Party::is_known));
        // Who gave it, where that was not said when it came in, is what was said later; else the one stands beside the other.
        if let Some(first) = givers.first_mut()
            && let Some(gap) = given.take_if(|step| !step.from.iter().any(Party::is_known))
        {
            first.to = gap.to;
            first.at = first.at.take().or(gap.at);
            first.authority = gap.authority;
            first.destroyed.extend(gap.destroyed);
            let how = gap.kind.filter(|how| how != "unknown");
            let said = how.into_iter().chain(first.kind.take());
            first.kind = Some(said.collect::<Vec<_>>().join("; "));
        }
        let reached = given.is_some()
            || !givers.is_empty()
            || self.reached(accession, received.as_ref(), &found)?;
        // What the message says comes first; whom somebody else names stands beside it.
        let mut steps: Vec<CustodyStep> = found.written.take().into_iter().collect();
        steps.append(&mut found.made);
        steps.extend(in_turn(std::mem::take(&mut found.transfers)));
        steps.extend(given);
        steps.extend(givers);
        let mut ingested = CustodyStep::new(Act::Ingested);
        ingested.reference = self.archive.entry_reference(accession)?;
        ingested.entry = Some(accession);
        ingested.kind = Some("ingested".to_owned());
        ingested.sha256 = sha256;
        ingested.standing = Some("witnessed".to_owned());
        if let Some(received) = &received {
            ingested.by = received.get("by")?;
            ingested.recorded = received.get("t")?;
            let at: Option<Moment> = ingested.recorded.as_deref().and_then(|t| t.parse().ok());
            ingested.at = at
                .map(|at| Instant::exact(at, at.to_string(), "computed").in_zone("UTC", "format"));
        }
        let mut steps = self.with_gaps(steps);
        if !reached {
            steps.push(CustodyStep::new(Act::Gap));
        }
        steps.push(ingested);
        let mut number = 0;
        for step in steps.iter_mut().filter(|step| step.act != Act::Gap) {
            number += 1;
            step.number = Some(number);
        }
        let receivers = match &received {
            Some(received) => self.receivers(accession, received)?,
            None => Vec::new(),
        };
        mark_branches(&mut steps, receivers);
        Ok(Custody {
            subject,
            impossible: impossible(&steps),
            steps,
            withdrawn: found.withdrawn,
        })
    }

    /// The steps, with a gap before each in which somebody gives what nobody is recorded to have given them.
    fn with_gaps(&self, steps: Vec<CustodyStep>) -> Vec<CustodyStep> {
        let mut holders: HashSet<String> = HashSet::new();
        let mut with: Vec<CustodyStep> = Vec::with_capacity(steps.len());
        for step in steps {
            // Whom others name as the giver is another word on one and the same giving.
            let again = step.act == Act::Given && with.iter().any(|it| it.act == Act::Given);
            // A name that was destroyed is not one that nobody knew.
            let destroyed = step.entry.and_then(|seq| self.destroyed(seq, "from"));
            let came = again
                || destroyed.is_some()
                || holders.is_empty()
                || step.from.iter().any(|one| holders.contains(&key(one)));
            if matches!(step.act, Act::Transferred | Act::Given) && !came {
                let mut gap = CustodyStep::new(Act::Gap);
                gap.to.clone_from(&step.from);
                with.push(gap);
            }
            for one in step
                .from
                .iter()
                .chain(&step.to)
                .filter(|one| one.is_known())
            {
                self.hold(one, &mut holders);
            }
            with.push(step);
        }
        with
    }

    /// Notes that a party holds it, and with it whoever stands behind that party.
    fn hold(&self, party: &Party, holders: &mut HashSet<String>) {
        let agent = party.agent.as_ref();
        let mut waiting: Vec<u64> = agent
            .and_then(|reference| self.by_reference.get(reference))
            .copied()
            .into_iter()
            .collect();
        holders.insert(key(party));
        let mut seen = HashSet::new();
        while let Some(seq) = waiting.pop() {
            if seen.insert(seq) {
                holders.insert(key(&self.agent(seq)));
                waiting.extend(self.behind.get(&seq).into_iter().flatten());
            }
        }
    }
}

fn entry_of(value: &Value) -> Option<u64> {
    value.get("entry").and_then(Value::as_u64)
}

/// An account as people know it: a mail address without the word for its platform.
fn address(account: &str) -> String {
    account.strip_prefix("mail:").unwrap_or(account).to_owned()
}

/// Whether a name is a family name, a comma and a given name, and nothing but letters and what joins them.
fn is_family_first(name: &str) -> bool {
    let is_part = |part: &str| {
        part.chars().any(char::is_alphabetic)
            && part
                .chars()
                .all(|it| it.is_alphabetic() || matches!(it, ' ' | '-' | '.' | '\'' | '’'))
    };
    name.split_once(", ")
        .is_some_and(|(family, given)| is_part(family) && is_part(given))
}

/// Whether what a message shows of an account is a name: two words or more with capitals and of letters only before the handle,
/// as in `Tobin Ashgrove (@tashgrove)`.
fn names_somebody(display: &str) -> bool {
    let handle = display.trim_end().strip_suffix(')');
    let Some((name, _)) = handle.and_then(|it| it.rsplit_once("(@")) else {
        return !display.contains('@');
    };
    let is_part = |word: &str| {
        word.starts_with(char::is_uppercase)
            && word
                .chars()
                .all(|it| it.is_alphabetic() || matches!(it, '-' | '.' | '\'' | '’'))
    };
    let words: Vec<&str> = name.split_whitespace().collect();
    words.len() > 1 && words.into_iter().all(is_part)
}
