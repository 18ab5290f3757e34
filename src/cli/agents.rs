//! Who: the agent that a user means by a reference, a name or an account.

use rand_core::OsRng;
use rand_core::RngCore as _;
use serde_json::Value;
use serde_json::json;

use super::CliError;
use super::Context;
use super::acts::Values;
use super::secrets::Told;
use crate::archive::About;
use crate::archive::Agent;
use crate::archive::Archive;
use crate::archive::EntryDraft;
use crate::commitment::Committer;
use crate::record::visible;
use crate::vault::seal;

/// The longest name, in bytes.
const LONGEST_NAME: usize = 1000;

/// The agents of an archive, and those who are being named by the same act.
pub(super) struct Agents {
    known: Vec<Agent>,
    /// The index that the next entry will have.
    next: u64,
    named: Vec<(String, u64, EntryDraft)>,
}

impl Agents {
    /// The agents of that archive.
    pub(super) fn new(archive: &Archive) -> Result<Self, CliError> {
        Ok(Self {
            known: archive.agents()?,
            next: archive.head()?.0,
            named: Vec::new(),
        })
    }

    /// The agent meant, if there is one. One that was merged stands for the one it was merged into.
    pub(super) fn find(&self, who: &str) -> Result<Option<&Agent>, CliError> {
        let who = who.trim();
        let by_reference = |agent: &&Agent| agent.reference == who.to_lowercase();
        if let Some(agent) = self.known.iter().find(by_reference) {
            return Ok(Some(self.final_agent(agent)));
        }
        let account = account(who);
        let mut found: Vec<&Agent> = self
            .known
            .iter()
            .filter(|agent| {
                agent.name.to_lowercase() == who.to_lowercase()
                    || account
                        .as_ref()
                        .is_some_and(|account| agent.accounts.contains(account))
            })
            .map(|agent| self.final_agent(agent))
            .collect();
        found.sort_by_key(|agent| agent.seq);
        found.dedup_by_key(|agent| agent.seq);
        match found.as_slice() {
            [] => Ok(None),
            [agent] => Ok(Some(agent)),
            several => Err(CliError::usage(
                format!("{who:?} can be several"),
                format!(
                    "one of {}; or fonds people merge, if they are one",
                    several
                        .iter()
                        .map(|agent| agent.reference.as_str())
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            )),
        }
    }

    /// The agent meant, or an error that says that there is none.
    pub(super) fn demand(&self, who: &str) -> Result<&Agent, CliError> {
        self.find(who)?.ok_or_else(|| {
            CliError::not_here(
                format!("nobody here goes by {who:?}"),
                "fonds people        lists those who are named, and the accounts seen",
            )
        })
    }

    fn final_agent<'a>(&'a self, agent: &'a Agent) -> &'a Agent {
        let mut last = agent;
        for _ in 0..self.known.len() {
            let into = last
                .merged
                .and_then(|into| self.known.iter().find(|agent| agent.seq == into));
            match into {
                Some(into) => last = into,
                None => break,
            }
        }
        last
    }

    /// The party meant, as it is recorded: an agent, who is named now if need be, or 'unknown'.
    pub(super) fn party(&mut self, context: &Context, who: &str) -> Result<Value, CliError> {
        let who = who.trim();
        if matches!(who.to_lowercase().as_str(), "?" | "unknown" | "not known") {
            return Ok(Value::from("unknown"));
        }
        Ok(json!({"entry": self.entry(context, who)?}))
    }

    /// The entry of the agent meant, who is named now if need be.
    pub(super) fn entry(&mut self, context: &Context, who: &str) -> Result<u64, CliError> {
        let who = who.trim();
        if let Some(agent) = self.find(who)? {
            return Ok(agent.seq);
        }
        let now = self.named.iter().find(|(name, _, _)| name == who);
        if let Some((_, seq, _)) = now {
            return Ok(*seq);
        }
        let is_reference = who
            .strip_prefix("p-")
            .is_some_and(|code| code.len() >= 4 && !code.contains(' '));
        if is_reference {
            // A reference that names nobody is a slip, not a name.
            self.demand(who)?;
        }
        let account = account(who);
        let kind = if account.is_some() {
            "account"
        } else {
            "unknown"
        };
        let accounts: Vec<String> = account.into_iter().collect();
        let draft = named(context, who, kind, &accounts, None)?;
        let seq = self.next;
        self.next += 1;
        self.named.push((who.to_owned(), seq, draft));
        Ok(seq)
    }

    /// Somebody whose name is told in confidence, as a party under a new pseudonym. Their name goes into the vault with the
    /// entry that names the pseudonym.
    pub(super) fn confidential(
        &mut self,
        context: &Context,
        committer: &Committer,
        told: &Told,
    ) -> Result<Value, CliError> {
        let sealed = seal(committer, told.name(), &told.recipients)?;
        let pseudonym = self.pseudonym()?;
        let mut values = Values::new(context)?;
        values.set("kind", Value::from("unknown"));
        values.set("name", Value::from(pseudonym.as_str()));
        values.set(
            "identity",
            json!({"commitment": sealed.commitment, "file": sealed.digest}),
        );
        let draft = values.entry("agent.named/1")?.with_vault_file(sealed.file);
        let seq = self.next;
        self.next += 1;
        context.ui.say(&format!(
            "The name is sealed to {} keys and stands nowhere else. Here it is {pseudonym}.",
            told.recipients.count()
        ));
        self.named.push((pseudonym, seq, draft));
        Ok(json!({"entry": seq}))
    }

    /// A pseudonym that nobody has: four random digits, so that nothing ties two of one person together.
    fn pseudonym(&self) -> Result<String, CliError> {
        const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        loop {
            let mut random = [0; 4];
            OsRng.fill_bytes(&mut random);
            let digits = random.map(|byte| char::from(DIGITS[usize::from(byte % 32)]));
            let pseudonym = format!("Source {}", digits.iter().collect::<String>());
            if self.find(&pseudonym)?.is_none() {
                return Ok(pseudonym);
            }
        }
    }

    /// The entries that name those who were not named before; they go before the act. Says so: called when nothing that
    /// was typed can be refused any more.
    pub(super) fn take_named(&mut self, context: &Context) -> Vec<EntryDraft> {
        let named = std::mem::take(&mut self.named);
        for (who, _, _) in &named {
            context.ui.say(&format!(
                "Named {}, who was not named here before.",
                visible(who)
            ));
        }
        named.into_iter().map(|(_, _, draft)| draft).collect()
    }

    /// The accounts of an agent and of those who were merged into it.
    pub(super) fn accounts(&self, agent: &Agent) -> Vec<String> {
        let mut accounts: Vec<String> = self
            .known
            .iter()
            .filter(|one| self.final_agent(one).seq == agent.seq)
            .flat_map(|one| one.accounts.iter().cloned())
            .collect();
        accounts.sort();
        accounts.dedup();
        accounts
    }

    /// Those that were merged into an agent.
    pub(super) fn merged_into<'a>(&'a self, agent: &'a Agent) -> impl Iterator<Item = &'a Agent> {
        self.known.iter().filter(move |one| {
            one.seq != agent.seq && one.merged.is_some() && self.final_agent(one).seq == agent.seq
        })
    }

    /// All of them, as named.
    pub(super) fn all(&self) -> &[Agent] {
        &self.known
    }
}

/// Refuses what cannot be recorded as a name.
pub(super) fn demand_name(name: &str) -> Result<(), CliError> {
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Err(CliError::usage(
            format!("a name of {} bytes cannot be recorded", name.len()),
            format!("a name of 1 to {LONGEST_NAME} bytes"),
        ));
    }
    Ok(())
}

/// The entry that names an agent.
pub(super) fn named(
    context: &Context,
    name: &str,
    kind: &str,
    accounts: &[String],
    note: Option<&str>,
) -> Result<EntryDraft, CliError> {
    let name = name.trim();
    demand_name(name)?;
    let mut values = Values::new(context)?;
    values.set("kind", Value::from(kind));
    values.set("name", Value::from(name));
    if !accounts.is_empty() {
        values.set("accounts", Value::from(accounts.to_vec()));
    }
    values.words("note", note);
    values.entry("agent.named/1")
}

/// The account that somebody typed, in the form in which accounts are recorded.
pub(super) fn account(typed: &str) -> Option<String> {
    let (platform, address) = match typed.split_once(':') {
        Some(parts) => parts,
        // An address without its platform is one of mail.
        None => match typed.split_once('@')? {
            (name, host) if !name.is_empty() && host.contains('.') && !host.contains('@') => {
                ("mail", typed)
            }
            _ => return None,
        },
    };
    let address = address.trim();
    // Names in tables have spaces.
    let spaced = platform != "table" && address.contains(char::is_whitespace);
    if address.is_empty() || spaced {
        return None;
    }
    match platform {
        "mail" => Some(format!("mail:{}", address.to_lowercase())),
        "x" | "tel" | "table" => Some(format!("{platform}:{address}")),
        _ => None,
    }
}

/// The last entry that merged an agent into another.
pub(super) fn merge_of(archive: &Archive, agent: u64) -> Result<Option<u64>, CliError> {
    for seq in archive.merges_of(agent)?.into_iter().rev() {
        if let Some(merged) = archive.entry(seq)?
            && merged.schema == "agents.merged/1"
        {
            let agents: Vec<About> = merged.get("agents")?.unwrap_or_default();
            if agents.into_iter().any(|one| one.entry() == Some(agent)) {
                return Ok(Some(seq));
            }
        }
    }
    Ok(None)
}
