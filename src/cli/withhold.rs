//! `fonds withhold`.

use serde::Serialize;
use serde_json::json;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::acts::record;
use super::ui::Answer;
use crate::archive::Target;

/// Keep an item out of publications, citations and reports from now on; its bytes stay
///
/// What lies in a withheld document, and what was read out of it, is withheld with it, as are other receipts of the same
/// bytes. What was published before stays published. Whoever can read the archive still can.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds withhold m-7kq2 --reason \"names a minor\"
  fonds withhold m-7kq2 --lift --reason \"of age since May\"

Exit status
  0 recorded, 2 could not be done, 4 no such item")]
pub(super) struct WithholdArgs {
    /// Documents and messages
    #[arg(required = true)]
    item: Vec<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// On what authority: a law, an order, a contract, a person's decision
    #[arg(long, value_name = "TEXT")]
    authority: Option<String>,
    /// Let it be published and cited again
    #[arg(long)]
    lift: bool,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// `fonds/withhold/1`.
#[derive(Debug, Serialize)]
struct Withheld {
    schema: &'static str,
    /// The entries that were recorded, one an item.
    entries: Vec<u64>,
    /// The items, as they were named.
    items: Vec<String>,
    /// Whether they may be published again.
    lifted: bool,
}

impl Answer for Withheld {
    fn text(&self) -> String {
        let items = self.items.join(", ");
        if self.lifted {
            format!("May be published and cited again: {items}\n")
        } else {
            format!(
                "Withheld: {items}. From now on it is not published, cited or shown in a report; its bytes stay.\n"
            )
        }
    }
}

/// `fonds withhold`.
pub(super) fn run(context: &Context, args: &WithholdArgs) -> Result<Outcome, CliError> {
    let mut writer = context.writer()?;
    let withholding = writer.archive().withholding()?;
    for typed in &args.item {
        let Target::Item(item) = writer.archive().resolve(typed)? else {
            return Err(CliError::usage(
                format!(
                    "{typed} is an entry of the ledger; this release withholds documents and messages"
                ),
                "fonds withhold m-… or d-…",
            ));
        };
        if args.lift && withholding.of(writer.archive(), item)?.is_none() {
            return Err(CliError::usage(
                format!("{typed} is not withheld"),
                "fonds log --item REF        shows what was recorded of it",
            ));
        }
    }
    let mut values = Values::new(context)?;
    if args.lift {
        values.set("slots", json!([]));
    }
    values.words("reason", Some(&args.reason));
    values.words("authority", args.authority.as_deref());
    values.words("note", args.note.as_deref());
    let recorded = record(
        context,
        &mut writer,
        "withheld/1",
        &args.item,
        &values,
        Vec::new(),
    )?;
    context.ui.answer(&Withheld {
        schema: "fonds/withhold/1",
        entries: recorded.all,
        items: args.item.clone(),
        lifted: args.lift,
    })?;
    Ok(Outcome::Done)
}

/// Refuses what is withheld, for whatever leaves the archive.
pub(super) fn demand_free(
    archive: &crate::archive::Archive,
    items: &[u64],
) -> Result<(), CliError> {
    let withholding = archive.withholding()?;
    for item in items {
        if let Some(entry) = withholding.of(archive, *item)? {
            let name = match archive.card(*item)? {
                Some(card) => archive.reference(&card)?,
                None => format!("item {item}"),
            };
            return Err(CliError::usage(
                format!("{name} is withheld under entry {entry}"),
                "fonds log        says why; fonds withhold REF --lift        lifts it",
            ));
        }
    }
    Ok(())
}
