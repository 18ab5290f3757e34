//! `fonds correct`.

use serde::Serialize;
use serde_json::Value;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::acts::address;
use super::acts::append;
use super::acts::say_nameless;
use super::acts::time_value;
use super::agents::Agents;
use super::agents::demand_name;
use super::sentences;
use super::ui::Answer;
use crate::archive::About;
use crate::archive::Archive;
use crate::archive::Standing;
use crate::archive::Target;
use crate::record::visible;

/// Correct or withdraw what somebody recorded, and keep what it said
///
/// Nothing is edited: the correction is an entry of its own with what was said, what should stand and why. custody, show,
/// provenance and log then show what stands and under which entry it came to that. What was said at the time stays in
/// the ledger, and can be read there.
///
/// Slots of a transfer: from, to, at, kind, medium, place, purpose, authority, condition, basis, standing, note. Of an
/// attribution: role, who, via, certainty, terms, basis, at, note. Of an agent: name, kind, note. Of an accession: how,
/// from, via, received, `received_by`, authority, terms, basis, `holder_of_original`, `part_of`, missing, note.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds correct c-m037 --slot to --to \"Select Subcommittee\" --reason \"misread the cover letter\"
  fonds correct c-m037 --slot at --to 2023-06-12 --reason \"their receipt\"
  fonds correct p-03k7 --slot name --to \"Ines Valder\" --reason \"a slip of the pen\"
  fonds correct 12 --withdraw --reason \"it is about another message\"

Exit status
  0 recorded, 2 could not be done, 4 no such entry, 10 no archive here, 12 wrong key")]
pub(super) struct CorrectArgs {
    /// A transfer, accession or agent by its reference, or an entry by its number, as fonds log shows it
    entry: String,
    /// What of it is corrected, as fonds show calls it
    #[arg(long, requires = "to", required_unless_present = "withdraw")]
    slot: Option<String>,
    /// What should stand there; "" for nothing
    #[arg(long, value_name = "VALUE", requires = "slot")]
    to: Option<String>,
    /// Withdraw all of it: a transfer, an attribution, a correction, or a published version
    #[arg(long, conflicts_with_all = ["slot", "to"])]
    withdraw: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// A document or message here that supports it
    #[arg(long, value_name = "ITEM")]
    doc: Vec<String>,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// What a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Words,
    Name,
    Party,
    Time,
    OneOf(&'static [&'static str]),
}

/// The slots that may be corrected, by the kind of entry.
const SLOTS: &[(&str, &[(&str, Holds)])] = &[
    (
        "transferred/1",
        &[
            ("from", Holds::Party),
            ("to", Holds::Party),
            ("at", Holds::Time),
            ("kind", Holds::Words),
            ("medium", Holds::Words),
            ("place", Holds::Words),
            ("purpose", Holds::Words),
            ("authority", Holds::Words),
            ("condition", Holds::Words),
            ("basis", Holds::Words),
            (
                "standing",
                Holds::OneOf(&["witnessed", "documented", "stated", "unknown"]),
            ),
            ("note", Holds::Words),
        ],
    ),
    (
        "attributed/1",
        &[
            (
                "role",
                Holds::OneOf(&[
                    "creator",
                    "sender",
                    "addressee",
                    "holder",
                    "giver",
                    "subject",
                    "speaks-for",
                    "operator",
                ]),
            ),
            ("who", Holds::Party),
            ("via", Holds::Party),
            (
                "certainty",
                Holds::OneOf(&["certain", "quite-probable", "uncertain", "unknown"]),
            ),
            ("terms", Holds::Words),
            ("basis", Holds::Words),
            ("at", Holds::Time),
            ("note", Holds::Words),
        ],
    ),
    (
        "agent.named/1",
        &[
            ("name", Holds::Name),
            (
                "kind",
                Holds::OneOf(&["person", "body", "account", "unknown"]),
            ),
            ("note", Holds::Words),
        ],
    ),
    (
        "accessioned/1",
        &[
            ("how", Holds::Words),
            ("from", Holds::Party),
            ("via", Holds::Party),
            ("received", Holds::Time),
            ("received_by", Holds::Party),
            ("authority", Holds::Words),
            ("terms", Holds::Words),
            ("basis", Holds::Words),
            ("holder_of_original", Holds::Party),
            ("part_of", Holds::Words),
            ("missing", Holds::Words),
            ("note", Holds::Words),
        ],
    ),
];

/// `fonds/correct/1`.
#[derive(Debug, Serialize)]
struct Amended {
    schema: &'static str,
    /// The entry that corrects.
    entry: u64,
    /// The entries that were recorded, those that name agents first.
    entries: Vec<u64>,
    /// The entry that was corrected, as it stands.
    corrected: sentences::Line,
    /// The slot that was amended; null where the entry was withdrawn.
    slot: Option<String>,
    /// What stood there; null for nothing.
    before: Value,
    /// What stands there now; null for nothing.
    after: Value,
}

impl Answer for Amended {
    fn text(&self) -> String {
        let done = match &self.slot {
            Some(slot) => format!("Corrected under entry {}, in {}", self.entry, visible(slot)),
            None => format!("Withdrawn under entry {}", self.entry),
        };
        format!(
            "{done}. What it said before stays in the ledger. It stands as:\n{}",
            sentences::lines(std::slice::from_ref(&self.corrected))
        )
    }
}

/// `fonds correct`.
pub(super) fn run(context: &Context, args: &CorrectArgs) -> Result<Outcome, CliError> {
    let mut writer = context.writer()?;
    let archive = writer.archive();
    let seq = meant(archive, &args.entry)?;
    let nobody = || {
        CliError::not_here(
            format!("there is no entry {seq}"),
            "fonds log        lists the entries",
        )
    };
    let standing = archive.standing(seq)?.ok_or_else(nobody)?;
    let mut agents = Agents::new(archive)?;
    let mut values = Values::new(context)?;
    let slot = args.slot.as_deref();
    demand_correctable(archive, seq, &standing, slot)?;
    let (mut before, mut after) = (Value::Null, Value::Null);
    if let (Some(slot), Some(to)) = (slot, &args.to) {
        let (slot, holds) = slot_of(&standing.opened.schema, slot)?;
        before = standing.opened.get(slot)?.unwrap_or_default();
        after = value(context, archive, &mut agents, holds, to.trim())?;
        if before == after {
            return Err(CliError::usage(
                format!("that is what {slot} of entry {seq} says"),
                format!("fonds show {}        shows it", args.entry),
            ));
        }
        values.set("slot", Value::from(slot));
        values.set("before", before.clone());
        values.set("after", after.clone());
    }
    values.set("about", address(About::Entry(seq)));
    values.words("reason", Some(&args.reason));
    values.evidence(archive, &args.doc)?;
    values.words("note", args.note.as_deref());
    let mut entries = agents.take_named(context);
    entries.push(values.entry("corrected/1")?);
    let entries = append(&mut writer, entries)?;
    say_nameless(context);
    let teller = sentences::Teller::new(writer.archive(), context)?;
    context.ui.answer(&Amended {
        schema: "fonds/correct/1",
        entry: entries.last().copied().unwrap_or_default(),
        entries,
        corrected: teller.line(seq)?,
        slot: args.slot.clone(),
        before,
        after,
    })?;
    Ok(Outcome::Done)
}

/// The entry that is meant: by its number, or by the reference of what it made.
fn meant(archive: &Archive, typed: &str) -> Result<u64, CliError> {
    if let Ok(seq) = typed.parse() {
        return Ok(seq);
    }
    match archive.resolve(typed)? {
        Target::Entry(seq) => Ok(seq),
        Target::Item(_) => Err(CliError::usage(
            format!(
                "{typed} was read out of bytes, and is not somebody's word that could be corrected"
            ),
            "fonds attribute ITEM, or fonds custody add ITEM        says something of it",
        )),
    }
}

/// Refuses what is not corrected or withdrawn in this way, and says what is done instead.
fn demand_correctable(
    archive: &Archive,
    seq: u64,
    standing: &Standing,
    slot: Option<&str>,
) -> Result<(), CliError> {
    if let Some(entry) = standing.withdrawn() {
        return Err(CliError::usage(
            format!("entry {seq} was withdrawn under entry {entry}"),
            format!("fonds correct {entry} --withdraw --reason TEXT        lets it stand again"),
        ));
    }
    let kind = standing.opened.schema.as_str();
    let refused = |said: String, hint: &str| Err(CliError::usage(said, hint));
    match (kind, slot) {
        ("corrected/1", None) => {
            let about = standing
                .opened
                .get::<About>("about")?
                .and_then(About::entry);
            let of_one = about
                .map(|about| archive.entry(about))
                .transpose()?
                .flatten();
            if of_one.is_some_and(|one| one.schema == "corrected/1") {
                return refused(
                    format!("entry {seq} withdrew a correction; that is not withdrawn again"),
                    "fonds correct ENTRY --slot SLOT --to VALUE        records the correction anew",
                );
            }
            Ok(())
        }
        ("transferred/1" | "attributed/1" | "published/2" | "corrected/2", None) => Ok(()),
        ("agents.merged/1", _) => refused(
            format!("entry {seq} says that several are one"),
            "fonds people split WHO        undoes it",
        ),
        ("withheld/1", _) => refused(
            format!("entry {seq} withholds something"),
            "fonds withhold ITEM --lift        undoes it",
        ),
        ("agent.named/1", None) => refused(
            format!("entry {seq} names somebody of whom other entries may speak"),
            "fonds correct ENTRY --slot name --to NAME, or fonds people merge",
        ),
        ("agent.named/1", Some("name")) if standing.opened.get::<Value>("identity")?.is_some() => {
            refused(
                format!("entry {seq} names a pseudonym, whose name is sealed"),
                "fonds vault        lists the sealed names",
            )
        }
        (_, Some(_)) if SLOTS.iter().any(|(known, _)| *known == kind) => Ok(()),
        ("published/2" | "corrected/2", Some(_)) => refused(
            format!("entry {seq} is of a text that was published"),
            "fonds cite correct VERSION --before WORDS --after WORDS --reason TEXT",
        ),
        _ => refused(
            format!("entry {seq} ({kind}) is not corrected or withdrawn in this way"),
            "fonds correct ENTRY        with a transfer, an attribution, an agent or an accession",
        ),
    }
}

fn slot_of(kind: &str, typed: &str) -> Result<(&'static str, Holds), CliError> {
    let slots = SLOTS
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or(&[][..], |(_, slots)| *slots);
    let found = slots.iter().find(|(slot, _)| *slot == typed);
    found.copied().ok_or_else(|| {
        let all: Vec<&str> = slots.iter().map(|(slot, _)| *slot).collect();
        CliError::usage(
            format!("{kind} has no {typed:?} that could be corrected"),
            format!("--slot with one of {}", all.join(", ")),
        )
    })
}

/// What was typed, as the slot holds it.
fn value(
    context: &Context,
    archive: &Archive,
    agents: &mut Agents,
    holds: Holds,
    typed: &str,
) -> Result<Value, CliError> {
    if let Holds::Name = holds {
        demand_name(typed)?;
    }
    if typed.is_empty() {
        return Ok(Value::Null);
    }
    match holds {
        Holds::Words | Holds::Name => Ok(Value::from(typed)),
        Holds::Party => agents.party(context, typed),
        Holds::Time => time_value(context, archive, typed),
        Holds::OneOf(words) if words.contains(&typed) => Ok(Value::from(typed)),
        Holds::OneOf(words) => Err(CliError::usage(
            format!("{typed:?} is not one of the words for that"),
            format!("one of {}", words.join(", ")),
        )),
    }
}
