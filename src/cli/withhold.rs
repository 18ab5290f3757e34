//! `fonds withhold`.

use serde::Serialize;
use serde_json::json;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::acts::record;
use super::ui::Answer;
use crate::archive::Archive;
use crate::archive::Target;

/// Keep an item out of publications, citations and reports from now on; its bytes stay
///
/// What lies in a withheld document or message, and what was read out of it, is withheld with it, as are other receipts of
/// the same bytes, and the same bytes wherever else they lie. What was published before stays published. Whoever can read the archive still can.
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
    let mut items = Vec::with_capacity(args.item.len());
    for typed in &args.item {
        let Target::Item(item) = writer.archive().resolve(typed)? else {
            return Err(CliError::usage(
                format!(
                    "{typed} is an entry of the ledger; this release withholds documents and messages"
                ),
                "fonds withhold m-… or d-…",
            ));
        };
        items.push(item);
    }
    if args.lift {
        demand_liftable(writer.archive(), &items)?;
    }
    if !args.lift {
        for item in &items {
            say_published(context, writer.archive(), *item)?;
        }
        say_quoted(context, writer.archive(), &items)?;
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

/// Says where something of it went out before: that is not called back.
fn say_published(context: &Context, archive: &Archive, item: u64) -> Result<(), CliError> {
    for seq in archive.acts_on_item(item)? {
        let published = archive
            .entry(seq)?
            .is_some_and(|entry| entry.schema == "published/1");
        if published {
            context.ui.say(&format!(
                "note: {} was published under entry {seq}; who has that page has it",
                name_of(archive, item)?
            ));
        }
    }
    Ok(())
}

/// Says which published versions quote it: what was frozen of them stays as it is, and so does what was printed.
fn say_quoted(context: &Context, archive: &Archive, items: &[u64]) -> Result<(), CliError> {
    for frozen in archive.frozen()? {
        for item in items.iter().filter(|it| frozen.items.contains(it)) {
            context.ui.say(&format!(
                "note: {} is quoted in what was published under entry {}; what was frozen of that stays",
                name_of(archive, *item)?,
                frozen.entry
            ));
        }
    }
    Ok(())
}

/// Refuses to lift what would stay withheld: an entry about an item lifts only what an entry about that item withholds.
fn demand_liftable(archive: &Archive, items: &[u64]) -> Result<(), CliError> {
    let mut withholding = archive.withholding()?;
    for item in items {
        if withholding.of(archive, *item)?.is_none() {
            let name = name_of(archive, *item)?;
            return Err(CliError::usage(
                format!("{name} is not withheld; nothing was recorded"),
                format!("fonds log {name}        shows what was recorded of it"),
            ));
        }
    }
    for item in items {
        withholding.lift(*item);
    }
    for item in items {
        if let Some(found) = withholding.of(archive, *item)? {
            let name = name_of(archive, *item)?;
            let under = name_of(archive, found.item)?;
            return Err(CliError::usage(
                format!(
                    "{name} would stay withheld with {under}, under entry {}; nothing was lifted",
                    found.entry
                ),
                format!(
                    "fonds withhold {under} --lift        lifts it there; both where {name} is withheld by itself too"
                ),
            ));
        }
    }
    Ok(())
}

/// Refuses what is withheld, for whatever leaves the archive.
pub(super) fn demand_free(archive: &Archive, items: &[u64]) -> Result<(), CliError> {
    let withholding = archive.withholding()?;
    for item in items {
        if let Some(found) = withholding.of(archive, *item)? {
            let name = name_of(archive, *item)?;
            let under = name_of(archive, found.item)?;
            let with = if under == name {
                String::new()
            } else {
                format!(" with {under},")
            };
            return Err(CliError::usage(
                format!("{name} is withheld{with} under entry {}", found.entry),
                format!(
                    "fonds log {under}        says why; fonds withhold {under} --lift        lifts it"
                ),
            ));
        }
    }
    Ok(())
}

/// Refuses to open what tells of the whole of an item in which something is withheld: its digest, by which whoever has the
/// rest finds what is withheld by trying; the digests of what is attached; and the text of a document.
pub(super) fn demand_free_inside(
    archive: &Archive,
    opened: &[(u64, Vec<String>)],
) -> Result<(), CliError> {
    let withholding = archive.withholding()?;
    for (item, slots) in opened {
        let Some(card) = archive.card(*item)? else {
            continue;
        };
        let Some(found) = withholding.inside(archive, &card)? else {
            continue;
        };
        let of_whole = slots.iter().find(|slot| match slot.as_str() {
            "bytes" | "attachments" => true,
            // The text of a message is its own; what is attached to it is not in there.
            slot => slot.starts_with("text") && card.class != "m",
        });
        if let Some(slot) = of_whole {
            return Err(CliError::usage(
                format!(
                    "{slot} of {} would tell of {}, which is withheld under entry {} and lies in it; nothing was published",
                    name_of(archive, *item)?,
                    name_of(archive, found.item)?,
                    found.entry
                ),
                format!("fonds publish ITEM --withhold {slot}        or without --open {slot}"),
            ));
        }
    }
    Ok(())
}

/// The reference of an item, else its number.
fn name_of(archive: &Archive, item: u64) -> Result<String, CliError> {
    Ok(match archive.card(item)? {
        Some(card) => archive.reference(&card)?,
        None => format!("item {item}"),
    })
}
