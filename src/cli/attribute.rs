//! `fonds attribute`.

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::acts::record;
use super::agents::Agents;
use super::secrets::Confidential;
use super::sentences;
use super::ui::Answer;
use super::ui::count;
use crate::record::visible;

/// Say where an item came from, through whom, and on what terms
///
/// ITEM is a document, message, accession or agent. 'unknown' is an answer. Nothing is overwritten: what is said later
/// stands beside what was said before.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds attribute a-02mx --from \"Source A\" --terms \"not for attribution\" --basis \"given in person\"
  fonds attribute a-02mx --confidential --basis \"known to the editor\"
  fonds attribute d-41ac --role creator --who \"Harbor Authority\" --certainty quite-probable
  fonds attribute p-03k7 --role operator --who unknown --basis \"shared by four volunteers\"

Exit status
  0 recorded, 2 could not be done, 4 no such item")]
pub(super) struct AttributeArgs {
    /// What is attributed
    #[arg(required = true)]
    item: Vec<String>,
    /// Who gave it: the same as --role giver --who WHO
    #[arg(long, value_name = "WHO", conflicts_with_all = ["who", "role"])]
    from: Option<String>,
    /// The agent
    #[arg(long)]
    who: Option<String>,
    /// The agent's role
    #[arg(long)]
    role: Option<Role>,
    /// Through whom it came
    #[arg(long, value_name = "WHO")]
    via: Option<String>,
    /// On what terms
    #[arg(long, value_name = "TEXT")]
    terms: Option<String>,
    /// How sure it is held to be
    #[arg(long, value_name = "WORD")]
    certainty: Option<Certainty>,
    /// What it rests on
    #[arg(long, value_name = "TEXT")]
    basis: Option<String>,
    /// An item that supports it
    #[arg(long, value_name = "ITEM")]
    evidence: Vec<String>,
    /// When what is attributed happened
    #[arg(long, value_name = "WHEN")]
    when: Option<String>,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    confidence: Confidential,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    Creator,
    Sender,
    Addressee,
    Holder,
    Giver,
    Subject,
    SpeaksFor,
    Operator,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Certainty {
    Certain,
    QuiteProbable,
    Uncertain,
    Unknown,
}

#[derive(Debug, Serialize)]
struct Attributed {
    schema: &'static str,
    /// The entries that were recorded, those that name agents first.
    entries: Vec<u64>,
    /// The attributions in words.
    attributions: Vec<sentences::Line>,
}

impl Answer for Attributed {
    fn text(&self) -> String {
        format!(
            "Recorded {}\n{}",
            count(
                self.attributions.len() as u64,
                "attribution",
                "attributions"
            ),
            sentences::lines(&self.attributions)
        )
    }
}

fn word<T: ValueEnum>(value: &T) -> Value {
    let value = value.to_possible_value();
    Value::from(value.as_ref().map_or("", |value| value.get_name()))
}

/// `fonds attribute`.
pub(super) fn run(context: &Context, args: &AttributeArgs) -> Result<Outcome, CliError> {
    let says_something = args.from.is_some()
        || args.confidence.confidential
        || args.who.is_some()
        || args.via.is_some()
        || args.terms.is_some()
        || args.note.is_some();
    if !says_something {
        return Err(CliError::usage(
            "nothing is said of it",
            "--from WHO, --who WHO --role ROLE, --via WHO or --terms TEXT",
        ));
    }
    if args.who.is_some() && args.role.is_none() {
        return Err(CliError::usage(
            "it is not said what they are to it",
            "--role creator, sender, addressee, holder, giver, subject, speaks-for or operator",
        ));
    }
    if args.role.is_some() && args.who.is_none() && !args.confidence.confidential {
        return Err(CliError::usage(
            "it is not said who that is",
            "--who WHO, or --confidential",
        ));
    }
    let given = args.from.as_ref().or(args.who.as_ref());
    let told = args.confidence.told(context, given)?;
    let mut writer = context.writer()?;
    let archive = writer.archive();
    let mut agents = Agents::new(archive)?;
    let mut values = Values::new(context)?;
    if let Some(told) = &told {
        let who = agents.confidential(context, archive.committer(), told)?;
        values.set("who", who);
    }
    if let Some(who) = args.from.as_ref().or(args.who.as_ref()) {
        values.set("who", agents.party(context, who)?);
    }
    if args.from.is_some() || told.is_some() && args.role.is_none() {
        values.set("role", word(&Role::Giver));
    } else if let Some(role) = &args.role {
        values.set("role", word(role));
    }
    if let Some(via) = &args.via {
        values.set("via", agents.party(context, via)?);
    }
    if let Some(certainty) = &args.certainty {
        values.set("certainty", word(certainty));
    }
    values.words("terms", args.terms.as_deref());
    values.words("basis", args.basis.as_deref());
    values.words("note", args.note.as_deref());
    values.evidence(archive, &args.evidence)?;
    values.time(context, archive, "at", args.when.as_deref())?;
    for item in &args.item {
        archive.resolve(item)?;
    }
    let named = agents.take_named(context);
    let recorded = record(
        context,
        &mut writer,
        "attributed/1",
        &args.item,
        &values,
        named,
    )?;
    let teller = sentences::Teller::new(writer.archive(), context)?;
    let attributions = recorded
        .acts
        .iter()
        .map(|seq| teller.line(*seq))
        .collect::<Result<_, _>>()?;
    context.ui.answer(&Attributed {
        schema: "fonds/attribute/1",
        entries: recorded.all,
        attributions,
    })?;
    if let Some(name) = args.from.as_ref().filter(|_| args.terms.is_some()) {
        context.ui.say(&format!(
            "Note: the name {} can be read by whoever reads this archive; --confidential keeps one out of it.",
            visible(name)
        ));
    }
    Ok(Outcome::Done)
}
