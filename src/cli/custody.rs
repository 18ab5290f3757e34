//! `fonds custody`.

use std::fmt::Write as _;

use clap::Subcommand;
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
use super::ui::Answer;
use super::ui::columns;
use super::ui::count;
use crate::archive::Act;
use crate::archive::Archive;
use crate::archive::Custodian;
use crate::archive::Custody;
use crate::archive::CustodyStep;
use crate::archive::Gone;
use crate::archive::Party;
use crate::archive::Receipt;
use crate::archive::Target;
use crate::archive::corrected_under;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;

/// Record a hand-over, or show who held what and when
///
/// Times are written as they are known: 2023-08-14, "June 2023", "by 2023-06-30", "2023-08-14 16:00~", "12 hours after
/// m-7kq2", unknown. What cannot be (given away before it was written) is pointed out, not refused.
///
/// A transfer --from somebody who is recorded to have held it before is a branch: they gave it to another too. It is shown
/// as lying beside the way to the archive, with whatever went on from there.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_negates_reqs = true,
    override_usage = "fonds custody ITEM [OPTIONS]\n       fonds custody add ITEM... [OPTIONS]",
    subcommand_help_heading = "Acts",
    after_help = "\
Examples
  fonds custody m-7kq2
  fonds custody add a-02mx --from Counsel --to \"Select Subcommittee\" --when 2023-06 \\
      --how \"production, HAL-000001 to HAL-001140\" --basis \"cover letter\" --doc d-11pk
  fonds custody add a-02mx --from unknown --to \"Source A\" --when unknown

Exit status
  0 shown or recorded, 2 could not be done, 4 no such item"
)]
pub(super) struct CustodyArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// The document, message or accession
    #[arg(required = true)]
    item: Option<String>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show who held what and when, the same as fonds custody ITEM
    Show {
        /// The document, message or accession
        item: String,
    },
    /// Record that something changed hands
    Add(Box<AddArgs>),
}

#[derive(Debug, clap::Args)]
struct AddArgs {
    /// What changed hands: documents, messages or accessions
    #[arg(required = true)]
    item: Vec<String>,
    /// Who held it before; ? or unknown where that is not known
    #[arg(long, value_name = "WHO")]
    from: Option<String>,
    #[command(flatten)]
    confidence: Confidential,
    /// Who held it after
    #[arg(long, value_name = "WHO")]
    to: Option<String>,
    /// When it happened
    #[arg(long)]
    when: Option<String>,
    /// How: "hand delivery", export, production
    #[arg(long, value_name = "TEXT")]
    how: Option<String>,
    /// On what: "USB drive", paper
    #[arg(long, value_name = "TEXT")]
    medium: Option<String>,
    /// Where
    #[arg(long, value_name = "TEXT")]
    place: Option<String>,
    /// What for
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// On what authority
    #[arg(long, value_name = "TEXT")]
    authority: Option<String>,
    /// In what state it was
    #[arg(long, value_name = "TEXT")]
    condition: Option<String>,
    /// The SHA-256 that the receiver was given or computed
    #[arg(long, value_name = "HEX")]
    digest: Option<crate::record::Digest>,
    /// A document or message here that supports it
    #[arg(long, value_name = "ITEM")]
    doc: Vec<String>,
    /// What it rests on
    #[arg(long, value_name = "TEXT")]
    basis: Option<String>,
    /// How the step is known [default: documented with --doc, unknown without --from, else stated]
    #[arg(long)]
    standing: Option<Standing>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Standing {
    /// Whoever records it was there
    Witnessed,
    /// A document held or seen says so
    Documented,
    /// Somebody said so
    Stated,
    /// That there was such a step follows from the others
    Unknown,
}

/// Custody as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    schema: &'static str,
    #[serde(flatten)]
    custody: Custody,
    gaps: usize,
    line: String,
    /// The other times that a document's bytes came in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Receipt>,
    #[serde(skip)]
    zone: Zone,
}

impl Answer for Shown {
    fn text(&self) -> String {
        let mut text = format!("{}\n", self.custody.subject);
        text.push_str(&steps(&self.custody, self.zone));
        for receipt in &self.also {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "came in again with {}",
                receipt.accession.as_deref().unwrap_or("?")
            );
            if let Some(name) = &receipt.name {
                let _ = write!(text, " as {}", visible(name));
            }
            if let Some(terms) = &receipt.terms {
                let _ = write!(text, "; terms: {}", visible(terms));
            }
            text.push('\n');
            text.push_str(&steps(&receipt.custody, self.zone));
        }
        text
    }
}

/// The steps as text, each on a line with what it rests on below.
fn steps(custody: &Custody, zone: Zone) -> String {
    let mut text = String::new();
    let heads: Vec<Vec<String>> = custody.steps.iter().map(|step| head(step, zone)).collect();
    let heads = columns(&heads, "  ");
    for (line, step) in heads.lines().zip(&custody.steps) {
        text.push_str(line);
        text.push('\n');
        for detail in details(step) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "       {detail}");
        }
    }
    for said in &custody.impossible {
        let _ = writeln!(text, "  look: {said}");
    }
    for withdrawn in &custody.withdrawn {
        let _ = writeln!(text, "  {}", withdrawn.shown());
    }
    text
}

fn names(parties: &[Party]) -> String {
    visible(&Party::names(parties))
}

/// Number, who, what, when, how it is known.
fn head(step: &CustodyStep, zone: Zone) -> Vec<String> {
    let number = step
        .number
        .map_or_else(|| "?".to_owned(), |number| number.to_string());
    let what = match step.act {
        Act::Made => format!(
            "{} {}",
            names(&step.from),
            step.kind
                .as_deref()
                .map_or_else(|| "made it".into(), visible)
        ),
        Act::Gap if step.to.is_empty() => "gap: not recorded how it came here".to_owned(),
        Act::Gap => format!("gap: not known how it reached {}", names(&step.to)),
        Act::Transferred => format!("{} to {}", names(&step.from), names(&step.to)),
        Act::Given if step.to.is_empty() => format!("{} gave it to the archive", names(&step.from)),
        Act::Given => format!("{} gave it to {}", names(&step.from), names(&step.to)),
        Act::Ingested => {
            let by = step.by.as_deref().map(visible);
            by.map_or_else(
                || "ingested into the archive".to_owned(),
                |by| format!("ingested into the archive by {by}"),
            )
        }
    };
    let at = step
        .at
        .as_ref()
        .map_or_else(String::new, |at| show(at, zone));
    let standing = match step.act {
        Act::Ingested => String::new(),
        _ => step.standing.clone().unwrap_or_default(),
    };
    vec![number, what, visible(&at), standing]
}

fn details(step: &CustodyStep) -> Vec<String> {
    let mut lines = Vec::new();
    let how: Vec<String> = [
        step.kind
            .as_ref()
            .filter(|_| matches!(step.act, Act::Transferred | Act::Given)),
        step.medium.as_ref(),
        step.place.as_ref(),
        step.purpose.as_ref(),
        step.authority.as_ref(),
        step.condition.as_ref(),
    ]
    .into_iter()
    .flatten()
    .filter(|words| *words != "unknown")
    .map(|words| visible(words))
    .collect();
    if !how.is_empty() {
        lines.push(how.join("; "));
    }
    // What a message says of itself rests on itself.
    if step.act == Act::Made && step.entry.is_none() {
        return lines;
    }
    lines.extend(corrected_under(&step.corrected));
    lines.extend(Gone::lines(&step.destroyed));
    if step.branch {
        lines.push("beside the way to the archive".to_owned());
    }
    if let Some(basis) = &step.basis {
        lines.push(format!("rests on: {}", visible(basis)));
    }
    if !step.evidence.is_empty() {
        lines.push(format!("see {}", step.evidence.join(", ")));
    }
    if let Some(sha256) = &step.sha256 {
        lines.push(format!("SHA-256 {sha256}"));
    }
    lines
}

/// What was recorded.
#[derive(Debug, Serialize)]
struct Added {
    schema: &'static str,
    /// References of the transfers.
    transfers: Vec<String>,
    /// The entries that were recorded, those that name agents first.
    entries: Vec<u64>,
    /// What cannot be as recorded, in sentences.
    impossible: Vec<String>,
}

impl Answer for Added {
    fn text(&self) -> String {
        let mut text = format!(
            "Recorded {}: {}\n",
            count(self.transfers.len() as u64, "transfer", "transfers"),
            self.transfers.join(", ")
        );
        for said in &self.impossible {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  look: {said}");
        }
        text
    }
}

/// `fonds custody`.
pub(super) fn run(context: &Context, args: &CustodyArgs) -> Result<Outcome, CliError> {
    match (&args.what, &args.item) {
        (Some(What::Show { item }), None) | (None, Some(item)) => show_custody(context, item)?,
        (Some(What::Add(args)), None) => add(context, args)?,
        (Some(_), Some(item)) => {
            return Err(CliError::usage(
                format!("{item} stands before the act"),
                format!(
                    "fonds custody add {item} --from WHO --to WHO        or fonds custody {item}"
                ),
            ));
        }
        (None, None) => {
            return Err(CliError::usage("no item was named", "fonds custody ITEM"));
        }
    }
    Ok(Outcome::Done)
}

fn show_custody(context: &Context, typed: &str) -> Result<(), CliError> {
    let archive = context.archive()?;
    let (custody, also) = custody_of(&archive, typed)?;
    context.ui.answer(&Shown {
        schema: "fonds/custody/1",
        gaps: custody.gaps(),
        line: custody.line(),
        custody,
        also,
        zone: context.settings().zone.parse().unwrap_or(Zone::UTC),
    })
}

/// The custody of what is meant, and of a document's bytes the other times that they came in.
fn custody_of(archive: &Archive, typed: &str) -> Result<(Custody, Vec<Receipt>), CliError> {
    let custodian = Custodian::new(archive)?;
    match archive.resolve(typed)? {
        Target::Item(item) => {
            let mut also = Vec::new();
            if let Some(card) = archive.card(item)? {
                for other in custodian.others(&card)? {
                    also.push(custodian.receipt(&other)?);
                }
            }
            Ok((custodian.of_item(item)?, also))
        }
        Target::Entry(seq) => {
            demand_accession(archive, seq, typed)?;
            Ok((custodian.of_accession(seq)?, Vec::new()))
        }
    }
}

fn demand_accession(archive: &Archive, seq: u64, typed: &str) -> Result<(), CliError> {
    let is_accession = archive
        .entry(seq)?
        .is_some_and(|entry| entry.schema == "accessioned/1");
    if is_accession {
        return Ok(());
    }
    Err(CliError::usage(
        format!("{typed} is not something that is held"),
        "the reference of a document (d-), message (m-) or accession (a-)",
    ))
}

/// Refuses a transfer of which nothing is said.
fn demand_something(args: &AddArgs) -> Result<(), CliError> {
    let said = [
        &args.from,
        &args.to,
        &args.when,
        &args.how,
        &args.medium,
        &args.place,
        &args.purpose,
        &args.authority,
        &args.condition,
        &args.basis,
    ];
    if said.iter().all(|it| it.is_none())
        && args.doc.is_empty()
        && args.digest.is_none()
        && !args.confidence.confidential
    {
        return Err(CliError::usage(
            "nothing is said of how it changed hands",
            "--from WHO, --to WHO, --when WHEN or --how TEXT",
        ));
    }
    Ok(())
}

fn add(context: &Context, args: &AddArgs) -> Result<(), CliError> {
    demand_something(args)?;
    if args.to.is_none() {
        context
            .ui
            .say("note: --to was not given, so it is recorded that nobody knows who held it after");
    }
    let told = args.confidence.told(context, args.from.as_ref())?;
    let mut writer = context.writer()?;
    let archive = writer.archive();
    for item in &args.item {
        if let Target::Entry(seq) = archive.resolve(item)? {
            demand_accession(archive, seq, item)?;
        }
    }
    let mut agents = Agents::new(archive)?;
    let mut values = Values::new(context)?;
    let from = match &told {
        Some(told) => agents.confidential(context, archive.committer(), told)?,
        None => agents.party(context, args.from.as_deref().unwrap_or("unknown"))?,
    };
    let to = agents.party(context, args.to.as_deref().unwrap_or("unknown"))?;
    let standing = args.standing.unwrap_or_else(|| {
        if !args.doc.is_empty() {
            Standing::Documented
        } else if from == "unknown" {
            Standing::Unknown
        } else {
            Standing::Stated
        }
    });
    values.set("from", from);
    values.set("to", to);
    values.time(
        context,
        archive,
        "at",
        Some(args.when.as_deref().unwrap_or("unknown")),
    )?;
    values.words("kind", args.how.as_deref());
    values.words("medium", args.medium.as_deref());
    values.words("place", args.place.as_deref());
    values.words("purpose", args.purpose.as_deref());
    values.words("authority", args.authority.as_deref());
    values.words("condition", args.condition.as_deref());
    values.words("basis", args.basis.as_deref());
    values.evidence(archive, &args.doc)?;
    if let Some(digest) = &args.digest {
        values.set("digest_seen", Value::from(digest.to_string()));
    }
    let standing = standing.to_possible_value();
    values.set(
        "standing",
        Value::from(standing.as_ref().map_or("unknown", |word| word.get_name())),
    );
    let named = agents.take_named(context);
    let recorded = record(
        context,
        &mut writer,
        "transferred/1",
        &args.item,
        &values,
        named,
    )?;
    let archive = writer.archive();
    let mut transfers = Vec::new();
    for seq in &recorded.acts {
        transfers.extend(archive.entry_reference(*seq)?);
    }
    let mut impossible = Vec::new();
    for item in &args.item {
        let (custody, _) = custody_of(archive, item).map_err(|error| {
            error.after(
                super::acts::recorded_as(&recorded.all),
                "fonds verify        to see what is damaged; do not say it again",
            )
        })?;
        impossible.extend(custody.impossible.iter().map(|said| {
            format!(
                "{}: {said} (fonds custody {})",
                custody.subject, custody.subject
            )
        }));
    }
    context.ui.answer(&Added {
        schema: "fonds/custody-add/1",
        transfers,
        entries: recorded.all,
        impossible,
    })
}
