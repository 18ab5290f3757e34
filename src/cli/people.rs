//! `fonds people`.

use std::collections::HashMap;
use std::collections::HashSet;
use std::fmt::Write as _;

use clap::Subcommand;
use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::acts::append;
use super::acts::say_nameless;
use super::agents::Agents;
use super::agents::account;
use super::agents::merge_of;
use super::agents::named;
use super::sentences;
use super::ui::Answer;
use super::ui::columns;
use super::ui::count;
use super::ui::number;
use crate::archive::Account;
use crate::archive::Agent;
use crate::archive::Archive;
use crate::record::visible;

/// Accounts that are listed, busiest first.
const MOST_ACCOUNTS: u64 = 10_000;

/// Accounts that are listed as text unless all are asked for.
const MOST_SHOWN: usize = 20;

/// Tell fonds which names, handles, numbers and addresses are one person
///
/// An account is not a person: who is behind one is said with `fonds attribute p-... --role operator --who WHO`. What is
/// merged here can be split again; both are entries, and nothing is overwritten.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "fonds people [ACT] [OPTIONS]",
    subcommand_help_heading = "Acts",
    after_help = "\
Examples
  fonds people
  fonds people add \"Ines Valder\" --kind person --account mail:ines.valder@tidewatch.example
  fonds people show \"Ines Valder\"
  fonds people merge \"Ines Valder\" mail:i.valder@tidewatch.example --basis \"her signature\"
  fonds people split p-03k7

Exit status
  0 done, 2 could not be done, 4 nobody of that name"
)]
pub(super) struct PeopleArgs {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List those who are named, and the accounts seen
    List,
    /// Show one: accounts, what is said of it
    Show {
        /// Reference, name or account
        who: String,
    },
    /// Name a person, body or account
    Add {
        /// The name or pseudonym it goes by here
        name: String,
        /// What it is
        #[arg(long, default_value = "unknown")]
        kind: Kind,
        /// An account of its own: x:2041, mail:a@b.example, tel:+1202
        #[arg(long = "account", value_name = "ACCOUNT")]
        accounts: Vec<String>,
        /// A remark
        #[arg(long)]
        note: Option<String>,
    },
    /// Say that several are one; the first is the name they are shown under
    Merge {
        /// Reference, name or account
        #[arg(required = true, num_args = 2..)]
        who: Vec<String>,
        /// What this rests on
        #[arg(long)]
        basis: Option<String>,
    },
    /// Undo a merge: let one stand on its own again
    Split {
        /// Reference or account of the one that was merged into another
        who: String,
        /// Why
        #[arg(long)]
        reason: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// A human being
    Person,
    /// An organisation
    Body,
    /// An account, whoever is behind it
    Account,
    /// Not known
    Unknown,
}

#[derive(Debug, Serialize)]
struct Listed {
    /// None of an account that nobody here is said to use.
    agent: Option<String>,
    kind: String,
    name: String,
    accounts: Vec<Seen>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<String>,
}

/// An account with its counts.
#[derive(Debug, Clone, Serialize)]
struct Seen {
    account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<String>,
    sent: u64,
    received: u64,
}

#[derive(Debug, Serialize)]
struct People {
    schema: &'static str,
    agents: Vec<Listed>,
    /// Accounts that no agent is said to use, busiest first.
    accounts: Vec<Seen>,
    #[serde(skip)]
    all: bool,
}

impl Seen {
    fn row(&self) -> Vec<String> {
        vec![
            visible(&self.account),
            self.display.as_deref().map(visible).unwrap_or_default(),
            format!(
                "sent {}, received {}",
                number(self.sent),
                number(self.received)
            ),
        ]
    }
}

impl Answer for People {
    fn text(&self) -> String {
        let mut text = String::new();
        for agent in &self.agents {
            let merged = agent
                .merged_into
                .as_ref()
                .map_or_else(String::new, |into| format!(", is {into}"));
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{}  {} ({}{merged})",
                agent.agent.as_deref().map(visible).unwrap_or_default(),
                visible(&agent.name),
                visible(&agent.kind)
            );
            let rows: Vec<_> = agent.accounts.iter().map(Seen::row).collect();
            text.push_str(&columns(&rows, "        "));
        }
        if !self.accounts.is_empty() {
            text.push_str("Accounts seen in messages that nobody here is said to use:\n");
            let most = if self.all { usize::MAX } else { MOST_SHOWN };
            let rows: Vec<_> = self.accounts.iter().take(most).map(Seen::row).collect();
            text.push_str(&columns(&rows, "  "));
            if self.accounts.len() > most {
                let rest = self.accounts.len() - most;
                let _ = writeln!(text, "  and {} more: fonds people -v", number(rest as u64));
            }
        }
        if text.is_empty() {
            text.push_str("Nobody is named here yet, and no message was seen.\n");
        }
        text
    }
}

#[derive(Debug, Serialize)]
struct Person {
    schema: &'static str,
    #[serde(flatten)]
    agent: Listed,
    /// Those that were merged into it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    merged_here: Vec<String>,
    speaks_for: Option<String>,
    note: Option<String>,
    /// What has been recorded of it, oldest first.
    acts: Vec<sentences::Line>,
}

impl Answer for Person {
    fn text(&self) -> String {
        let mut text = match &self.agent.agent {
            Some(reference) => format!(
                "{}  {} ({})\n",
                visible(reference),
                visible(&self.agent.name),
                visible(&self.agent.kind)
            ),
            None => format!(
                "{}  seen in messages; nobody here is said to use it\n",
                visible(&self.agent.name)
            ),
        };
        // Writing to a string cannot fail.
        if let Some(into) = &self.agent.merged_into {
            let _ = writeln!(text, "  merged into {into}");
        }
        if !self.merged_here.is_empty() {
            let _ = writeln!(text, "  is also {}", self.merged_here.join(", "));
        }
        if let Some(whom) = &self.speaks_for {
            let _ = writeln!(text, "  speaks for {}", visible(whom));
        }
        if let Some(note) = &self.note {
            let _ = writeln!(text, "  {}", visible(note));
        }
        let rows: Vec<_> = self.agent.accounts.iter().map(Seen::row).collect();
        text.push_str(&columns(&rows, "  "));
        text.push_str(&sentences::lines(&self.acts));
        text
    }
}

/// What an act on people recorded. Schemas `fonds/people-add/1`, `-merge/1`, `-split/1`.
#[derive(Debug, Serialize)]
struct Recorded {
    schema: &'static str,
    entries: Vec<u64>,
    agent: Option<String>,
    #[serde(skip)]
    words: String,
}

impl Answer for Recorded {
    fn text(&self) -> String {
        self.words.clone()
    }
}

/// `fonds people`.
pub(super) fn run(context: &Context, args: &PeopleArgs) -> Result<Outcome, CliError> {
    match &args.what {
        None | Some(What::List) => list(context),
        Some(What::Show { who }) => show(context, who),
        Some(What::Add {
            name,
            kind,
            accounts,
            note,
        }) => add(context, name, *kind, accounts, note.as_deref()),
        Some(What::Merge { who, basis }) => merge(context, who, basis.as_deref()),
        Some(What::Split { who, reason }) => split(context, who, reason.as_deref()),
    }?;
    if matches!(
        args.what,
        Some(What::Add { .. } | What::Merge { .. } | What::Split { .. })
    ) {
        say_nameless(context);
    }
    Ok(Outcome::Done)
}

fn counted(archive: &Archive) -> Result<HashMap<String, Account>, CliError> {
    let accounts = archive.accounts(MOST_ACCOUNTS)?;
    Ok(accounts
        .into_iter()
        .map(|account| (account.address.clone(), account))
        .collect())
}

/// One who is named, with these accounts.
fn listed(
    agents: &Agents,
    agent: &Agent,
    accounts: &[String],
    counts: &HashMap<String, Account>,
) -> Listed {
    let into = agent
        .merged
        .and_then(|into| agents.all().iter().find(|one| one.seq == into));
    Listed {
        agent: Some(agent.reference.clone()),
        kind: agent.kind.clone(),
        name: agent.called().to_owned(),
        accounts: accounts
            .iter()
            .map(|address| match counts.get(address) {
                Some(account) => seen(account),
                None => Seen {
                    account: address.clone(),
                    display: None,
                    sent: 0,
                    received: 0,
                },
            })
            .collect(),
        merged_into: into.map(|into| into.reference.clone()),
    }
}

fn seen(account: &Account) -> Seen {
    Seen {
        account: account.address.clone(),
        display: account.display.clone(),
        sent: account.sent,
        received: account.received,
    }
}

fn list(context: &Context) -> Result<(), CliError> {
    let archive = context.archive()?;
    let agents = Agents::new(&archive)?;
    let counts = counted(&archive)?;
    let used: HashSet<&String> = agents
        .all()
        .iter()
        .flat_map(|agent| &agent.accounts)
        .collect();
    context.ui.answer(&People {
        schema: "fonds/people/1",
        agents: agents
            .all()
            .iter()
            .map(|agent| listed(&agents, agent, &agent.accounts, &counts))
            .collect(),
        accounts: archive
            .accounts(MOST_ACCOUNTS)?
            .iter()
            .filter(|account| !used.contains(&account.address))
            .map(seen)
            .collect(),
        all: context.ui.verbose > 0,
    })
}

fn show(context: &Context, who: &str) -> Result<(), CliError> {
    let archive = context.archive()?;
    let agents = Agents::new(&archive)?;
    let exact = agents
        .all()
        .iter()
        .find(|agent| agent.reference == who.to_lowercase());
    let agent = match exact {
        Some(agent) => agent,
        None => match (agents.find(who)?, account(who.trim())) {
            (None, Some(address)) => {
                if let Some(seen) = counted(&archive)?.get(&address).map(seen) {
                    return context.ui.answer(&seen_only(seen));
                }
                agents.demand(who)?
            }
            (Some(agent), _) => agent,
            (None, None) => agents.demand(who)?,
        },
    };
    let named = archive.entry(agent.seq)?;
    let custodian = crate::archive::Custodian::new(&archive)?;
    let value = |slot| -> Result<Option<Value>, CliError> {
        Ok(named
            .as_ref()
            .map(|named| named.get(slot))
            .transpose()?
            .flatten())
    };
    let teller = sentences::Teller::new(&archive, context)?;
    let mut acts = vec![teller.line(agent.seq)?];
    let mut about = archive.acts_on_entry(agent.seq)?;
    about.extend(archive.merges_of(agent.seq)?);
    about.sort_unstable();
    about.dedup();
    for act in about {
        acts.push(teller.line(act)?);
    }
    // One that was merged into another is shown as it was named; whoever others were merged into, with their accounts.
    let accounts = match agent.merged {
        Some(_) => agent.accounts.clone(),
        None => agents.accounts(agent),
    };
    context.ui.answer(&Person {
        schema: "fonds/person/1",
        agent: listed(&agents, agent, &accounts, &counted(&archive)?),
        merged_here: agents
            .merged_into(agent)
            .map(|one| one.reference.clone())
            .collect(),
        speaks_for: value("speaks_for")?.map(|whom| custodian.party(&whom).shown().to_owned()),
        note: value("note")?.as_ref().map(crate::archive::plain),
        acts,
    })
}

/// An account that nobody here is said to use.
fn seen_only(seen: Seen) -> Person {
    Person {
        schema: "fonds/person/1",
        agent: Listed {
            agent: None,
            kind: "account".to_owned(),
            name: seen.account.clone(),
            accounts: vec![seen],
            merged_into: None,
        },
        merged_here: Vec::new(),
        speaks_for: None,
        note: None,
        acts: Vec::new(),
    }
}

fn add(
    context: &Context,
    name: &str,
    kind: Kind,
    accounts: &[String],
    note: Option<&str>,
) -> Result<(), CliError> {
    let mut writer = context.writer()?;
    let agents = Agents::new(writer.archive())?;
    let same = agents.find(name)?;
    if let Some(agent) = same.filter(|agent| agent.kind != "unknown") {
        return Err(CliError::usage(
            format!("{name:?} is named already, as {}", agent.reference),
            "another name, such as one with a place or year; or fonds people merge",
        ));
    }
    let accounts: Vec<String> = accounts
        .iter()
        .map(|typed| {
            account(typed).ok_or_else(|| {
                CliError::usage(
                    format!("{typed:?} is not an account"),
                    "--account x:2041, --account mail:name@host.example or --account tel:+12025550100",
                )
            })
        })
        .collect::<Result<_, _>>()?;
    for account in &accounts {
        let taken = agents
            .all()
            .iter()
            .find(|agent| agent.accounts.contains(account));
        if let Some(agent) = taken {
            context.ui.say(&format!(
                "note: {} is said to use {} already; if the two are one: fonds people merge",
                visible(&agent.name),
                visible(account)
            ));
        }
    }
    let kind = match kind {
        Kind::Person => "person",
        Kind::Body => "body",
        Kind::Account => "account",
        Kind::Unknown => "unknown",
    };
    let mut drafts = vec![named(context, name, kind, &accounts, note)?];
    if let Some(same) = same {
        // Somebody named in passing, of whom nothing was known: the same, now with what is known.
        let mut values = Values::new(context)?;
        values.set("into", json!({"entry": writer.size()}));
        values.set("agents", json!([{"entry": same.seq}]));
        values.words("basis", Some("the same name, named in passing before"));
        drafts.push(values.entry("agents.merged/1")?);
    }
    let entries = append(&mut writer, drafts)?;
    let agent = match entries.first() {
        Some(seq) => writer.archive().entry_reference(*seq)?,
        None => None,
    };
    context.ui.answer(&Recorded {
        schema: "fonds/people-add/1",
        words: format!(
            "Named {} as {}",
            visible(name),
            agent.as_deref().unwrap_or_default()
        ),
        entries,
        agent,
    })
}

fn merge(context: &Context, who: &[String], basis: Option<&str>) -> Result<(), CliError> {
    let mut writer = context.writer()?;
    let mut agents = Agents::new(writer.archive())?;
    let mut found: Vec<u64> = Vec::new();
    for one in who {
        // An account may be named by this; a name that nobody goes by is a slip.
        let seq = match account(one.trim()) {
            Some(_) => agents.entry(context, one)?,
            None => agents.demand(one)?.seq,
        };
        if !found.contains(&seq) {
            found.push(seq);
        }
    }
    let [into, others @ ..] = found.as_slice() else {
        return Err(CliError::usage(
            "there is nobody to merge",
            "two names or more",
        ));
    };
    if others.is_empty() {
        return Err(CliError::usage(
            "they are one already",
            "fonds people show WHO",
        ));
    }
    let mut values = Values::new(context)?;
    values.set("into", json!({"entry": into}));
    values.set(
        "agents",
        others.iter().map(|seq| json!({"entry": seq})).collect(),
    );
    values.words("basis", basis);
    let merged = values.entry("agents.merged/1")?;
    let into = *into;
    let number = others.len() as u64;
    let mut entries = agents.take_named(context);
    entries.push(merged);
    let entries = append(&mut writer, entries)?;
    let agent = writer.archive().entry_reference(into)?;
    context.ui.answer(&Recorded {
        schema: "fonds/people-merge/1",
        words: format!(
            "{} now shown as {}. To undo: fonds people split WHO",
            count(number, "agent is", "agents are"),
            agent.as_deref().unwrap_or_default()
        ),
        entries,
        agent,
    })
}

fn split(context: &Context, who: &str, reason: Option<&str>) -> Result<(), CliError> {
    let mut writer = context.writer()?;
    let archive = writer.archive();
    let agents = Agents::new(archive)?;
    let typed = who.trim().to_lowercase();
    let wanted = account(who.trim());
    let agent = agents
        .all()
        .iter()
        .filter(|agent| agent.merged.is_some())
        .find(|agent| {
            agent.reference == typed
                || agent.name.to_lowercase() == typed
                || wanted
                    .as_ref()
                    .is_some_and(|one| agent.accounts.contains(one))
        })
        .ok_or_else(|| {
            CliError::not_here(
                format!("nobody who goes by {who:?} was merged into another"),
                "fonds people        shows who was merged",
            )
        })?;
    let merge = merge_of(archive, agent.seq)?.ok_or_else(|| {
        CliError::not_here(
            format!("no entry merged {who:?}"),
            "fonds verify        to see what is damaged",
        )
    })?;
    let mut values = Values::new(context)?;
    values.set("about", json!({"entry": merge}));
    values.set("agents", json!([{"entry": agent.seq}]));
    values.words("reason", reason);
    let reference = agent.reference.clone();
    let entries = append(&mut writer, vec![values.entry("agents.split/1")?])?;
    context.ui.answer(&Recorded {
        schema: "fonds/people-split/1",
        words: format!("{reference} stands on its own again"),
        entries,
        agent: Some(reference),
    })
}
