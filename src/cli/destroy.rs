//! `fonds destroy`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::acts::address;
use super::inside;
use super::ui::Answer;
use super::ui::count;
use crate::archive::About;
use crate::archive::Archive;
use crate::archive::CarriedOut;
use crate::archive::Doom;
use crate::archive::Doomed;
use crate::archive::Left;
use crate::archive::Part;
use crate::archive::Step;
use crate::archive::Target;
use crate::record::visible;

/// Destroy documents, messages, or what an entry says, by order, and leave the ledger whole
///
/// The order is recorded first: what goes, why and on whose authority, never the content. Then values, keys, texts,
/// bytes and the search index go; what was signed still verifies, and says under which entry something is gone. A
/// document goes with all that was read out of it. Messages of a mailbox or an export go with what was attached to them, and
/// the document stays, with zeros in their places. Nothing of this can be taken back.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds destroy d-41ac --reason \"order of 12 May\" --authority \"District Court, 3 C 112/26\"
  fonds destroy m-7kq2 m-51d0 --reason erasure --authority \"GDPR, Article 17\"
  fonds destroy a-02mx --slot note --reason erasure --authority \"GDPR, Article 17\"
  fonds destroy --entry 12 --slot text --reason erasure --authority \"GDPR, Article 17\"
  fonds destroy --finish

Exit status
  0 destroyed, 2 could not be done or not agreed to, 4 no such item,
  11 ordered and not to its end: somebody reads (fonds destroy --finish)")]
pub(super) struct DestroyArgs {
    /// Documents, or messages of one document; with --slot an accession, transfer or agent
    item: Vec<String>,
    /// With --slot: an entry by its number, as fonds log shows it
    #[arg(long, value_name = "N", conflicts_with = "item")]
    entry: Option<u64>,
    /// Destroy what an entry says in this slot, and nothing else
    #[arg(long, value_name = "SLOT")]
    slot: Vec<String>,
    /// Destroy this other receipt of the same bytes too: the reference of its accession
    #[arg(long, value_name = "ACCESSION")]
    also: Vec<String>,
    /// Leave this other holder of the same bytes as it is, and the bytes with it: a reference, or "entry N"
    #[arg(long, value_name = "REF")]
    keep: Vec<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// On what authority: a law, an order, a contract, a person's decision
    #[arg(long, value_name = "TEXT")]
    authority: Option<String>,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Carry out what was ordered before and is not done
    #[arg(long, conflicts_with_all = ["item", "entry", "slot", "also", "keep", "reason", "authority", "note"])]
    finish: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// `fonds/destroy/1`.
#[derive(Debug, Serialize)]
struct Destroyed {
    schema: &'static str,
    /// The entries that order it; none where earlier orders were carried out.
    entries: Vec<u64>,
    /// References that name nothing any more.
    references: Vec<String>,
    /// Records whose values are gone.
    records: u64,
    /// Slots of other entries whose values are gone.
    slots: u64,
    /// Stored byte streams that are gone.
    streams: u64,
    /// Packs that were written anew without them.
    packs: u64,
    /// Entries about what is gone. They stay, and may tell of it.
    entries_about_it: Vec<u64>,
    /// What names a digest of what is gone, and stays unless it is destroyed too.
    digest_left: Vec<LeftHere>,
    /// What cannot be reached from here.
    out_of_reach: &'static [&'static str],
}

/// What names a digest of what goes, with the file of the archive in which that lies.
#[derive(Debug, Serialize)]
struct LeftHere {
    #[serde(flatten)]
    left: Left,
    path: Option<String>,
}

impl LeftHere {
    fn all(archive: &Archive, left: &[Left]) -> Result<Vec<Self>, CliError> {
        let here = left.iter().map(|left| {
            let path = left.bytes().map(|sha256| archive.file_with(sha256));
            Ok(Self {
                left: left.clone(),
                path: path.transpose()?.flatten(),
            })
        });
        here.collect()
    }

    fn line(&self) -> String {
        let place = |path: &Option<String>| match path {
            Some(path) => format!(", in {path}"),
            None => String::new(),
        };
        match &self.left {
            Left::Kept { entry, slot, .. } => {
                let what = match *slot {
                    "draft" => "the draft",
                    "report" => "the report",
                    _ => "the result of the check",
                };
                format!(
                    "{what} kept by entry {entry}{} (fonds destroy --entry {entry} --slot {slot})",
                    place(&self.path)
                )
            }
            Left::Item { item, name, .. } => {
                let name = name.as_ref().map(|name| format!(" {name}"));
                format!(
                    "{item}{}{} (fonds destroy {item})",
                    name.unwrap_or_default(),
                    place(&self.path)
                )
            }
            Left::Proof { entry } => {
                format!("the proof published under entry {entry}, with whoever has it")
            }
        }
    }
}

fn left_lines(left: &[LeftHere]) -> String {
    if left.is_empty() {
        return String::new();
    }
    let mut text = "A digest of it, from which what is short can be guessed, stands in what is left; so do copies of these elsewhere:\n".to_owned();
    for one in left {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}", visible(&one.line()));
    }
    text
}

/// What a destruction does not reach.
const OUT_OF_REACH: &[&str] = &[
    "backups and copies of the archive",
    "reports, exports, proofs and pages that were made before: they may show it, or name a digest from which what is short can be guessed",
    "what the disk itself keeps of removed and overwritten files (flash memory, snapshots)",
    "the files that were brought in, where they came from",
];

impl Answer for Destroyed {
    fn text(&self) -> String {
        let mut text = match self.entries.as_slice() {
            [entry] => format!("Ordered in entry {entry} and carried out.\n"),
            [first, .., last] => {
                format!("Ordered in entries {first} to {last} and carried out.\n")
            }
            [] if self.records + self.slots + self.streams == 0 => {
                "Nothing that was ordered was left to be done.\n".to_owned()
            }
            [] => "What was ordered is carried out.\n".to_owned(),
        };
        let gone = [
            (self.records, "record", "records"),
            (self.slots, "slot", "slots"),
            (
                self.streams,
                "stored document or text",
                "stored documents or texts",
            ),
        ];
        let gone: Vec<String> = gone
            .into_iter()
            .filter(|(n, _, _)| *n > 0)
            .map(|(n, one, many)| count(n, one, many))
            .collect();
        if !gone.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "Gone: {}.", gone.join(", "));
        }
        text.push_str(&stays(&self.entries_about_it));
        text.push_str(&left_lines(&self.digest_left));
        text.push_str("Out of reach:\n");
        for place in self.out_of_reach {
            let _ = writeln!(text, "  {place}");
        }
        text
    }
}

fn stays(acts: &[u64]) -> String {
    if acts.is_empty() {
        return String::new();
    }
    let acts: Vec<String> = acts.iter().map(u64::to_string).collect();
    format!(
        "Entries about it stay and may tell of it: {} (fonds destroy --entry N --slot SLOT)\n",
        acts.join(", ")
    )
}

/// What is ordered.
pub(super) struct Ordered {
    pub(super) about: About,
    pub(super) doom: Doom,
    /// In words, for the question.
    pub(super) what: String,
}

/// `fonds destroy`.
pub(super) fn run(context: &Context, args: &DestroyArgs) -> Result<Outcome, CliError> {
    if args.finish {
        let mut writer = context.writer()?;
        let done = writer.finish_orders()?;
        answer(
            context,
            writer.archive(),
            Vec::new(),
            (Doom::default(), Vec::new()),
            done,
        )?;
        super::indexing::go_on(context, writer.archive());
        return Ok(Outcome::Done);
    }
    let (Some(reason), Some(authority)) = (&args.reason, &args.authority) else {
        return Err(CliError::usage(
            "it is not said why it is destroyed and on what authority",
            "--reason TEXT --authority TEXT",
        ));
    };
    let archive = context.archive()?;
    if archive.is_pending()? {
        return Err(CliError::usage(
            "an earlier order is not carried out to its end, and what else goes cannot be told before it is; nothing was ordered",
            "fonds destroy --finish        carries it out; then the same command once more",
        ));
    }
    let ordered = ordered(&archive, args)?;
    let left = archive.left_by(&ordered.doom)?;
    agree(context, args, &ordered, &LeftHere::all(&archive, &left)?)?;
    drop(archive);
    let mut writer = context.writer()?;
    // What goes is looked up in the catalogue, and the order that says so is signed: nobody else's row may widen it. What
    // was agreed to may have changed, too, while it was asked.
    writer.demand_catalogue()?;
    if self::ordered(writer.archive(), args)?.doom != ordered.doom {
        return Err(CliError::usage(
            "the archive has changed since it was asked, and other records would go; nothing was destroyed",
            "the same command once more",
        ));
    }
    writer.demand_signed(&ordered.doom)?;
    let mut orders = Vec::new();
    for part in &ordered.doom.parts {
        let mut values = Values::new(context)?;
        values.set("about", address(ordered.about));
        values.set("addresses", json!(part.addresses));
        let replaces = part
            .addresses
            .iter()
            .any(|it| matches!(it, Doomed::Part { .. }));
        if let Some(bytes) = ordered.doom.replaced_by.filter(|_| replaces) {
            values.set("replaced_by", json!(bytes));
        }
        if !part.references.is_empty() {
            values.set("references", Value::from(part.references.clone()));
        }
        values.words("reason", Some(reason));
        values.words("authority", Some(authority));
        values.words("note", args.note.as_deref());
        orders.push(values.entry("destroyed/1")?);
    }
    let steps = orders.into_iter().map(Step::Entry).collect();
    let entries = writer.order(&ordered.doom, steps)?.entries;
    let done = writer.carry_out()?;
    answer(
        context,
        writer.archive(),
        entries,
        (ordered.doom, left),
        done,
    )?;
    super::indexing::go_on(context, writer.archive());
    Ok(Outcome::Done)
}

/// What the arguments order in the archive as it is.
fn ordered(archive: &Archive, args: &DestroyArgs) -> Result<Ordered, CliError> {
    archive.orders()?.demand_signed()?;
    if !args.slot.is_empty() {
        return slots(archive, args);
    }
    match inside::messages(archive, &args.item, &args.also, &args.keep)? {
        Some(ordered) => Ok(ordered),
        None => documents(archive, args),
    }
}

fn answer(
    context: &Context,
    archive: &Archive,
    entries: Vec<u64>,
    (doom, left): (Doom, Vec<Left>),
    done: CarriedOut,
) -> Result<(), CliError> {
    context.ui.answer(&Destroyed {
        schema: "fonds/destroy/1",
        entries,
        references: doom.references().cloned().collect(),
        records: done.records,
        slots: done.slots,
        streams: done.streams,
        packs: done.packs,
        entries_about_it: doom.acts,
        digest_left: LeftHere::all(archive, &left)?,
        out_of_reach: OUT_OF_REACH,
    })
}

/// Says what would go, and asks.
fn agree(
    context: &Context,
    args: &DestroyArgs,
    ordered: &Ordered,
    left: &[LeftHere],
) -> Result<(), CliError> {
    let preview = format!(
        "This destroys for ever {}.\n{}{}",
        visible(&ordered.what),
        stays(&ordered.doom.acts),
        left_lines(left)
    );
    if args.yes {
        context.ui.say(preview.trim_end());
        return Ok(());
    }
    if !context.ui.json {
        context.ui.warn(preview.trim_end());
    }
    if context.ui.agrees("Destroy it?")? {
        return Ok(());
    }
    Err(CliError::usage(
        "nothing was destroyed",
        "the same command with --yes destroys without asking",
    ))
}

/// The documents that were named, with all that came out of them.
fn documents(archive: &Archive, args: &DestroyArgs) -> Result<Ordered, CliError> {
    let mut tops = Vec::new();
    for typed in &args.item {
        tops.push(document(archive, typed)?);
    }
    let Some(&first) = tops.first() else {
        return Err(CliError::usage(
            "it is not said what is to be destroyed",
            "fonds destroy ITEM, or --entry N --slot SLOT",
        ));
    };
    let named = tops.clone();
    for typed in &args.also {
        tops.extend(receipts(archive, typed, &named)?);
    }
    let doom = archive.doom(&tops)?;
    unnamed(&holders(archive, &doom)?, &args.keep)?;
    let about = match archive.place(first)? {
        Some((place, _)) => About::Item(place),
        None => return Err(lost()),
    };
    let what = format!(
        "{} ({}, {})",
        args.item.join(", "),
        count(doom.documents, "document", "documents"),
        count(doom.messages, "message", "messages")
    );
    Ok(Ordered { about, doom, what })
}

/// Refuses where bytes are held elsewhere and nobody said what is to become of them.
pub(super) fn unnamed(
    others: &BTreeMap<String, &'static str>,
    keep: &[String],
) -> Result<(), CliError> {
    let unnamed: Vec<String> = others
        .iter()
        .filter(|(label, _)| !keep.contains(label))
        .map(|(label, how)| format!("{label} ({how})"))
        .collect();
    if unnamed.is_empty() {
        return Ok(());
    }
    Err(CliError::usage(
        format!(
            "the same bytes are held elsewhere too: {}",
            unnamed.join(", ")
        ),
        "name each: as a further ITEM or --also ACCESSION to destroy it, or --keep REF (--keep \"entry N\") to leave its bytes",
    ))
}

fn lost() -> CliError {
    CliError::not_here(
        "it has no place in the ledger",
        "fonds verify        to see what is damaged",
    )
}

/// A document that came in as itself, and not as a part of another.
fn document(archive: &Archive, typed: &str) -> Result<u64, CliError> {
    let Target::Item(item) = archive.resolve(typed)? else {
        return Err(CliError::usage(
            format!("{typed} is no document"),
            format!("fonds destroy {typed} --slot SLOT        destroys what an entry says"),
        ));
    };
    let top = archive.top_of(item)?;
    if top == item {
        return Ok(item);
    }
    let container = label(archive, top)?;
    Err(CliError::usage(
        format!(
            "{typed} lies in {container}, whose bytes would keep it; of a document that came in as itself single messages \
             can be destroyed, and nothing else of one"
        ),
        format!("fonds destroy {container}        destroys all of it"),
    ))
}

pub(super) fn label(archive: &Archive, item: u64) -> Result<String, CliError> {
    Ok(match archive.card(item)? {
        Some(card) => archive.reference(&card)?,
        None => format!("item {item}"),
    })
}

/// The receipts of the documents named in another accession.
fn receipts(archive: &Archive, typed: &str, named: &[u64]) -> Result<Vec<u64>, CliError> {
    let Target::Entry(accession) = archive.resolve(typed)? else {
        return Err(CliError::usage(
            format!("{typed} is no accession"),
            "--also a-…        or name the document as a further ITEM",
        ));
    };
    let mut found = Vec::new();
    for item in named {
        let Some(card) = archive.card(*item)? else {
            continue;
        };
        let holdings = archive.holdings(&card.sha256)?.into_iter();
        found.extend(
            holdings
                .filter(|one| one.accession == accession && one.parent.is_none())
                .map(|one| one.item),
        );
    }
    Ok(found)
}

/// Who else holds some of the bytes, by the reference to name them by, and how.
pub(super) fn holders(
    archive: &Archive,
    doom: &Doom,
) -> Result<BTreeMap<String, &'static str>, CliError> {
    let mut holders = BTreeMap::new();
    for &item in &doom.others {
        let top = archive.top_of(item)?;
        if top != item {
            holders.insert(label(archive, top)?, "in it, or read out of it");
        } else if let Some(card) = archive.card(item)? {
            let accession = archive.entry_reference(card.accession)?;
            let accession = accession.unwrap_or_else(|| format!("entry {}", card.accession));
            holders.insert(accession, "another receipt");
        }
    }
    for entry in &doom.entries {
        holders.insert(format!("entry {entry}"), "kept with what it says");
    }
    Ok(holders)
}

/// Slots of one entry.
fn slots(archive: &Archive, args: &DestroyArgs) -> Result<Ordered, CliError> {
    let seq = match (args.entry, args.item.as_slice()) {
        (Some(seq), _) => seq,
        (None, [typed]) => match archive.resolve(typed)? {
            Target::Entry(seq) => seq,
            Target::Item(_) => {
                return Err(CliError::usage(
                    format!(
                        "what is recorded of {typed} was read out of bytes that would keep it; this release destroys \
                         slots of entries only"
                    ),
                    "fonds destroy ITEM        without --slot, destroys the document whole",
                ));
            }
        },
        _ => {
            return Err(CliError::usage(
                "slots are destroyed of one entry at a time",
                "fonds destroy REF --slot SLOT, or --entry N --slot SLOT",
            ));
        }
    };
    let entry = archive.entry(seq)?.ok_or_else(|| {
        CliError::not_here(
            format!("there is no entry {seq}"),
            "fonds log        lists the entries",
        )
    })?;
    let filled = entry.filled()?;
    for slot in &args.slot {
        if !Archive::may_go(&entry.schema, slot) {
            let mut may: Vec<&str> = filled.iter().map(|(name, _)| *name).collect();
            may.retain(|name| Archive::may_go(&entry.schema, name));
            return Err(CliError::usage(
                format!(
                    "{slot} of entry {seq} ({}) cannot be destroyed: it holds the ledger together, or there is no such slot",
                    entry.schema
                ),
                match may.as_slice() {
                    [] => "nothing that this entry says can be destroyed".to_owned(),
                    may => format!("--slot with one of: {}", may.join(", ")),
                },
            ));
        }
        if !filled.iter().any(|(name, _)| name == slot) {
            return Err(CliError::usage(
                format!("{slot} of entry {seq} holds nothing"),
                "fonds show REF        to see what it holds",
            ));
        }
    }
    // A correction says again what it corrects.
    let corrections = archive.corrections(seq)?.into_iter();
    let acts = corrections
        .filter(|one| {
            one.slot
                .as_ref()
                .is_some_and(|slot| args.slot.contains(slot))
        })
        .map(|one| one.entry)
        .collect();
    let what = format!(
        "what entry {seq} ({}) says under {}",
        entry.schema,
        args.slot.join(", ")
    );
    Ok(Ordered {
        about: About::Entry(seq),
        doom: Doom {
            parts: vec![Part::of(Doomed::Slots {
                entry: seq,
                slots: args.slot.clone(),
            })],
            acts,
            ..Doom::default()
        },
        what,
    })
}
