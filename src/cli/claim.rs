//! `fonds claim`.

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
use super::acts::about;
use super::acts::address;
use super::acts::append;
use super::acts::demand_name;
use super::acts::say_nameless;
use super::agents::Agents;
use super::ui::Answer;
use super::ui::count;
use crate::archive::Archive;
use crate::archive::Checked;
use crate::archive::Claimed;
use crate::archive::Custodian;
use crate::record::Instant;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;

/// Record what a draft states without quoting, what it rests on, and who checked it
///
/// A claim is never shown as evidence held. Without an act, all claims are listed.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_help_heading = "Acts",
    after_help = "\
Examples
  fonds claim add \"the pier was closed twice\" --kind document --evidence d-41ac --evidence m-7kq2
  fonds claim add \"an email to colleagues\" --kind document-not-held --who \"Source A\" --when 2023-08
  fonds claim add \"asked for comment on the number\" --kind request-for-comment --who \"The Trust\" \\
      --when 2023-08-15 --note \"no answer by 18 August\"
  fonds claim check 64 checked --how \"read both\" --against d-41ac
  fonds claim

Exit status
  0 recorded or listed, 2 could not be done, 4 no such claim or item"
)]
pub(super) struct ClaimArgs {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List all claims, the same as fonds claim
    List,
    /// Record a claim
    Add(AddArgs),
    /// Say what was found when a claim was checked
    Check(CheckArgs),
}

#[derive(Debug, clap::Args)]
struct AddArgs {
    /// The claim, in a sentence
    text: String,
    /// What it rests on
    #[arg(long)]
    kind: Kind,
    /// What it is about: a document, message or accession
    #[arg(long, value_name = "ITEM")]
    on: Option<String>,
    /// Who claims it; of a request for comment, who was asked; of an anonymous source only a pseudonym, such as "Source A"
    #[arg(long)]
    who: Option<String>,
    /// When they said so
    #[arg(long, value_name = "WHEN")]
    when: Option<String>,
    /// An item that supports it
    #[arg(long, value_name = "ITEM")]
    evidence: Vec<String>,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// The claim, by its number
    claim: u64,
    /// What was found
    state: State,
    /// How it was checked
    #[arg(long, value_name = "TEXT")]
    how: Option<String>,
    /// What it was held against: documents, messages or accessions
    #[arg(long, value_name = "ITEM")]
    against: Vec<String>,
    /// An item that supports what was found
    #[arg(long, value_name = "ITEM")]
    evidence: Vec<String>,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// What a person says of a quotation or a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum State {
    /// Checked against its source
    Checked,
    /// A question to the writer
    Query,
    /// Let it stand as it is, whatever was found
    Stet,
    /// The draft was changed
    Changed,
    /// It rests on what the archive does not hold
    OffArchive,
    /// To be checked again
    ToCheck,
}

impl State {
    /// The word that is recorded.
    pub(super) fn word(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |it| it.get_name().to_owned())
    }
}

/// What a claim rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A document that is held: name it with --evidence
    Document,
    /// Somebody who is named
    OnTheRecord,
    /// Somebody who is not named
    Anonymous,
    /// What follows from other things
    Inference,
    /// A document that the archive does not hold
    DocumentNotHeld,
    /// A question that was put, and its answer or that there was none
    RequestForComment,
}

/// `fonds/claims/1`.
#[derive(Debug, Serialize)]
struct Claims {
    schema: &'static str,
    /// Oldest first.
    claims: Vec<Claim>,
}

#[derive(Debug, Serialize)]
struct Claim {
    entry: u64,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// What it is about; nothing where that is not held.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    evidence: Vec<String>,
    /// In how many accessions the evidence came.
    accessions: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    recorded: String,
    checks: Vec<Check>,
}

#[derive(Debug, Serialize)]
struct Check {
    entry: u64,
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    at: String,
    /// The day of that in the archive's zone.
    #[serde(skip)]
    day: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    how: Option<String>,
    against: Vec<String>,
    evidence: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl Claim {
    fn rests(&self) -> String {
        if self.evidence.is_empty() {
            return "on nothing that is held".to_owned();
        }
        let of = match self.accessions {
            0 | 1 => "one accession".to_owned(),
            many => {
                format!("{many} accessions; whether these are independent is for a person to say")
            }
        };
        format!("on {}, of {of}", self.evidence.join(", "))
    }

    fn text(&self) -> String {
        let mut text = format!("{:>5}  {}\n", self.entry, visible(&self.text));
        let said = [
            self.kind.clone(),
            self.who.clone(),
            self.when.clone(),
            self.about.as_ref().map(|it| format!("about {it}")),
        ];
        let said: Vec<String> = said.into_iter().flatten().map(|it| visible(&it)).collect();
        if !said.is_empty() {
            let _ = writeln!(text, "       {}", said.join(" · "));
        }
        let _ = writeln!(text, "       rests {}", self.rests());
        if let Some(note) = &self.note {
            let _ = writeln!(text, "       note: {}", visible(note));
        }
        if self.checks.is_empty() {
            text.push_str("       not checked\n");
        }
        for check in &self.checks {
            let by = check
                .by
                .as_ref()
                .map_or_else(String::new, |by| format!(" by {}", visible(by)));
            let mut line = format!("{}{by}, {} (entry {})", check.state, check.day, check.entry);
            if let Some(how) = &check.how {
                let _ = write!(line, ": {}", visible(how));
            }
            if !check.against.is_empty() {
                let _ = write!(line, "; against {}", check.against.join(", "));
            }
            if let Some(note) = &check.note {
                let _ = write!(line, "; note: {}", visible(note));
            }
            let _ = writeln!(text, "       {line}");
        }
        text
    }
}

impl Answer for Claims {
    fn text(&self) -> String {
        if self.claims.is_empty() {
            return "No claims are recorded.\n".to_owned();
        }
        let checked = |it: &&Claim| it.checks.last().is_some_and(|it| it.state == "checked");
        let checked = self.claims.iter().filter(checked).count();
        let mut text = format!(
            "{}, {checked} checked\n",
            count(self.claims.len() as u64, "claim", "claims")
        );
        for claim in &self.claims {
            text.push_str(&claim.text());
        }
        text
    }
}

/// `fonds claim`.
pub(super) fn run(context: &Context, args: &ClaimArgs) -> Result<Outcome, CliError> {
    match &args.what {
        None | Some(What::List) => list(context),
        Some(What::Add(args)) => add(context, args),
        Some(What::Check(args)) => check(context, args),
    }
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let claims = archive.claims()?;
    answer(context, &archive, claims)
}

fn add(context: &Context, args: &AddArgs) -> Result<Outcome, CliError> {
    if args.text.trim().is_empty() {
        return Err(CliError::usage("the claim says nothing", "a sentence"));
    }
    if args.kind == Kind::Document && args.evidence.is_empty() {
        return Err(CliError::usage(
            "it is not said which document it rests on",
            "--evidence ITEM, or --kind document-not-held",
        ));
    }
    if args.kind == Kind::OnTheRecord && args.who.is_none() {
        return Err(CliError::usage(
            "what is said on the record is said by somebody who is named, and nobody is",
            "--who NAME, or --kind anonymous",
        ));
    }
    if args.kind == Kind::DocumentNotHeld && !args.evidence.is_empty() {
        return Err(CliError::usage(
            "a claim on a document that is not held rests on nothing that is",
            "--kind document with --evidence, or --on ITEM for what it stands beside",
        ));
    }
    let mut writer = context.writer()?;
    let archive = writer.archive();
    let mut agents = Agents::new(archive)?;
    if let Some(who) = args.who.as_ref().filter(|_| args.kind == Kind::Anonymous) {
        demand_pseudonym(archive, &agents, who)?;
    }
    let mut values = Values::new(context)?;
    if let Some(on) = &args.on {
        values.set("about", address(about(archive, on)?));
    }
    values.words("text", Some(&args.text));
    values.words("kind", Some(&word(args.kind)));
    if let Some(who) = &args.who {
        values.set("who", agents.party(context, who)?);
    }
    values.time(context, archive, "at", args.when.as_deref())?;
    values.evidence(archive, &args.evidence)?;
    values.words("note", args.note.as_deref());
    let mut entries = agents.take_named(context);
    entries.push(values.entry("claimed/1")?);
    let recorded = append(&mut writer, entries)?;
    say_nameless(context);
    one(context, writer.archive(), recorded.last().copied())
}

/// Refuses what may be the name of a source that is to stay anonymous: what is once in the ledger stays in it, and goes with
/// every copy. The name is not said again.
fn demand_pseudonym(archive: &Archive, agents: &Agents, who: &str) -> Result<(), CliError> {
    let found = agents.find(who)?;
    let name = found.map_or(who.trim(), |agent| agent.name.as_str());
    let nobody = matches!(name.to_lowercase().as_str(), "?" | "unknown" | "not known");
    // Two letters or a number are no name; the pseudonyms that the program gives are of four characters.
    let bare = name.strip_prefix("Source ").is_some_and(|it| {
        let letters = (1..=2).contains(&it.len()) && it.chars().all(|it| it.is_ascii_uppercase());
        let number = (1..=4).contains(&it.len()) && it.chars().all(|it| it.is_ascii_digit());
        letters || number
    });
    let sealed = archive.sealed_names()?;
    let sealed = found.is_some_and(|agent| sealed.iter().any(|it| it.agent == agent.seq));
    if nobody || bare || sealed {
        return Ok(());
    }
    Err(CliError::usage(
        "an anonymous source is not to be named: what is recorded stays in the ledger for ever, and goes with every copy of \
         it; nothing was recorded",
        "--who \"Source A\", or a pseudonym that fonds vault lists, or no --who; and remove the line from your shell's history",
    ))
}

fn check(context: &Context, args: &CheckArgs) -> Result<Outcome, CliError> {
    demand_name(context, "that a claim was checked")?;
    let mut writer = context.writer()?;
    let archive = writer.archive();
    if archive.claim(args.claim)?.is_none() {
        return Err(CliError::not_here(
            format!("entry {} records no claim", args.claim),
            "fonds claim        lists them with their numbers",
        ));
    }
    let mut values = Values::new(context)?;
    values.set("about", json!({"entry": args.claim}));
    values.words("state", Some(&args.state.word()));
    values.words("how", args.how.as_deref());
    values.against(archive, &args.against)?;
    values.evidence(archive, &args.evidence)?;
    values.words("note", args.note.as_deref());
    let entry = values.entry("checked/1")?;
    append(&mut writer, vec![entry])?;
    one(context, writer.archive(), Some(args.claim))
}

fn word(kind: Kind) -> String {
    kind.to_possible_value()
        .map_or_else(String::new, |it| it.get_name().to_owned())
}

fn one(context: &Context, archive: &Archive, entry: Option<u64>) -> Result<Outcome, CliError> {
    let claim = match entry {
        Some(entry) => archive.claim(entry)?,
        None => None,
    };
    answer(context, archive, claim.into_iter().collect())
}

fn answer(context: &Context, archive: &Archive, claims: Vec<Claimed>) -> Result<Outcome, CliError> {
    let custodian = Custodian::new(archive)?;
    let zone: Zone = context.settings().zone.parse().unwrap_or(Zone::UTC);
    let party = |who: &Value| custodian.party(who).shown().to_owned();
    let when = |at: Value| {
        serde_json::from_value::<Instant>(at)
            .ok()
            .map(|at| show(&at, zone))
    };
    let checks = |check: Checked| Check {
        entry: check.entry,
        state: check.state,
        by: check.by,
        day: zone.day(&check.at),
        at: check.at,
        how: check.how,
        against: check.against,
        evidence: check.evidence,
        note: check.note,
    };
    let claims = claims.into_iter().map(|claim| Claim {
        entry: claim.entry,
        text: claim.text,
        kind: claim.kind,
        about: claim.about,
        who: claim.who.as_ref().map(party),
        when: claim.at.and_then(when),
        evidence: claim.evidence,
        accessions: claim.accessions,
        note: claim.note,
        by: claim.by,
        recorded: claim.recorded,
        checks: claim.checks.into_iter().map(checks).collect(),
    });
    context.ui.answer(&Claims {
        schema: "fonds/claims/1",
        claims: claims.collect(),
    })?;
    Ok(Outcome::Done)
}
