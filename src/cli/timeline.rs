//! `fonds timeline`.

use std::collections::BTreeMap;
use std::collections::HashSet;

use clap::ValueEnum;
use serde_json::Value;

use super::CliError;
use super::Context;
use super::Outcome;
use super::agents::Agents;
use super::find;
use super::find::Asked;
use super::indexing;
use super::leaks;
use super::leaks::LeakArgs;
use super::ui::count;
use super::ui::number;
use super::ui::plain_json;
use crate::archive::Archive;
use crate::archive::Card;
use crate::archive::Custodian;
use crate::archive::Doomed;
use crate::archive::plain;
use crate::archive::search::Query;
use crate::archive::search::parse_words;
use crate::archive::search::remarks;
use crate::record::Instant;
use crate::record::Moment;
use crate::record::Participant;
use crate::record::Zone;
use crate::report::timeline::Input;
use crate::report::timeline::Options;
use crate::report::timeline::Partial;
use crate::report::timeline::Picked;
use crate::report::timeline::Timeline;
use crate::report::timeline::parse_gap;

/// Messages that words may pick, at most.
const MOST_PICKED: usize = 100_000;

/// Columns of the text where nothing says how wide the terminal is.
const WIDTH: usize = 100;

/// Who wrote to whom and when, and who did not answer
///
/// With two or more --who, the messages that any two of them had part in: those between them and, in a lane of their own,
/// those of others that went to both. A silence is claimed only in the records held, and where these are
/// known to be incomplete that is said. Words, --since and --until pick what is shown; silences and replies are looked
/// for in all messages held.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds timeline --who halloran --who voss --since 2023-07-10 --gaps 8h
  fonds timeline --who halloran --format html > timeline.html
  fonds timeline \"inspection\" --format csv

Exit status
  0 shown, 1 no messages, 2 could not be done, 4 nobody of that name, 10 no archive here")]
pub(super) struct TimelineArgs {
    /// Only messages with these words; never one that is withheld
    words: Vec<String>,
    /// A party: reference, name or account
    #[arg(long)]
    who: Vec<String>,
    /// Not before
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Not after
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// The shortest silence to name: 90m, 12h, 3d
    #[arg(long, value_name = "LENGTH", default_value = "12h")]
    gaps: String,
    /// How to write it
    #[arg(long, default_value = "text")]
    format: Format,
    #[command(flatten)]
    leaks: LeakArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Html,
    Csv,
    Json,
}

/// The parties asked for: what they are called, and their accounts.
struct Parties {
    names: Vec<String>,
    accounts: Vec<Vec<i64>>,
    /// What each account is called.
    called: BTreeMap<String, String>,
}

/// That a silence may be of a destruction's making.
fn destroyed(archive: &Archive) -> Result<Option<String>, CliError> {
    let orders = archive.orders()?;
    let mut entries = (orders.all().iter())
        .filter(|order| (order.addresses.iter()).any(|it| matches!(it, Doomed::Items { .. })))
        .map(|order| order.entry);
    Ok(entries.next().map(|entry| {
        let more = if entries.next().is_some() { " and others" } else { "" };
        format!("Records were destroyed by order (entry {entry}{more}): a reply may have been among them.")
    }))
}

/// `fonds timeline`.
pub(super) fn run(context: &Context, args: &TimelineArgs) -> Result<Outcome, CliError> {
    let gap_seconds =
        parse_gap(&args.gaps).map_err(|error| CliError::usage(error.to_string(), "--gaps 12h"))?;
    let archive = context.archive()?;
    let zone: Zone = context.settings().zone.parse().unwrap_or(Zone::UTC);
    let parties = parties(&archive, &args.who)?;
    let asked = Asked {
        who: Vec::new(),
        to: Vec::new(),
        since: args.since.clone(),
        until: args.until.clone(),
        kind: Vec::new(),
    };
    let (since, until) = find::times(context, &asked)?;
    // A reply must count whether it is asked for or not, so nothing is left out before the silences are found.
    let cards = among(&archive, &parties.accounts)?;
    let mut notes: Vec<String> = destroyed(&archive)?.into_iter().collect();
    let timed = since.is_some() || until.is_some();
    let undated = |card: &&Card| card.earliest.is_none() && card.latest.is_none();
    let mut picked: HashSet<u64> = cards
        .iter()
        .filter(|card| !(timed && undated(card)))
        .filter(|card| {
            since.is_none_or(|since| card.latest.is_none_or(|latest| latest >= since))
                && until.is_none_or(|until| card.earliest.is_none_or(|earliest| earliest <= until))
        })
        .map(|card| card.item)
        .collect();
    let left_out = cards.iter().filter(undated).count() as u64;
    if timed && left_out > 0 {
        notes.push(format!(
            "{} without a known time, and so not shown: leave out --since and --until to see {}.",
            count(left_out, "message is", "messages are"),
            if left_out == 1 { "it" } else { "them" }
        ));
    }
    notes.extend(remarks(&args.words));
    if !args.words.is_empty() {
        indexing::go_on(context, &archive);
        let found = find::search(
            &archive,
            &Query {
                terms: parse_words(&args.words),
                limit: MOST_PICKED,
                ..Query::default()
            },
        )?;
        let with_words: HashSet<u64> = found.hits.iter().map(|hit| hit.id).collect();
        picked.retain(|item| with_words.contains(item));
        // That a withheld message has the words asked for would tell what is in it.
        let kept = withhold(&archive, &cards, &mut picked)?;
        if kept > 0 {
            notes.push(format!(
                "{} withheld and not looked through for the words.",
                count(kept, "message is", "messages are")
            ));
        }
        let shown = found.hits.len() as u64;
        if found.total > shown {
            notes.push(format!(
                "{} items have the words asked for and only {} were looked through: ask for rarer words.",
                number(found.total),
                number(shown)
            ));
        }
        let waiting = crate::archive::index::waiting(&archive)?;
        if waiting > 0 {
            notes.push(format!(
                "{} not searchable yet and were not looked through for the words.",
                count(waiting, "item is", "items are")
            ));
        }
    }
    let options = Options {
        parties: parties.names.clone(),
        gap_seconds,
        zone,
        partial: partial(&archive, &cards)?,
        picked: asked_for(args).map(|asked| Picked {
            asked,
            by_words: !args.words.is_empty(),
            since: since.and_then(Moment::from_millis),
            until: until.and_then(Moment::from_millis),
        }),
        notes,
    };
    let inputs = inputs(&archive, &parties, &cards, &picked)?;
    let timeline = Timeline::new(inputs, &options);
    let empty = timeline.rows.is_empty();
    let title = title(&context.settings().name, &parties.names);
    match args.format {
        _ if context.ui.json => leave(context, &archive, args, &json(&timeline)?)?,
        Format::Json => leave(context, &archive, args, &json(&timeline)?)?,
        Format::Text => print(context, &archive, args, &timeline.to_text(WIDTH))?,
        Format::Html => leave(context, &archive, args, &timeline.to_html(&title))?,
        Format::Csv => leave(context, &archive, args, &timeline.to_csv())?,
    }
    Ok(if empty {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}

/// Shows it on the own screen; what a key was given for is looked for all the same.
fn print(
    context: &Context,
    archive: &Archive,
    args: &TimelineArgs,
    text: &str,
) -> Result<(), CliError> {
    leaks::check_names(
        context,
        archive,
        &args.leaks,
        &[("the timeline".to_owned(), text)],
    )?;
    context.ui.text(text)
}

/// Prints what is made to be given away, unless it holds what is not to leave.
fn leave(
    context: &Context,
    archive: &Archive,
    args: &TimelineArgs,
    text: &str,
) -> Result<(), CliError> {
    leaks::check(
        context,
        archive,
        &args.leaks,
        &[("the timeline".to_owned(), text)],
    )?;
    context.ui.document(text)
}

/// What the page is of, and of which archive.
fn title(archive: &str, parties: &[String]) -> String {
    let who = match parties {
        [] => "Who wrote to whom".to_owned(),
        [one] => format!("What {one} wrote and was written"),
        [first @ .., last] => format!("What {} and {last} wrote to each other", first.join(", ")),
    };
    format!("{who}, in the archive {archive}")
}

/// What is asked for besides the parties, in words.
fn asked_for(args: &TimelineArgs) -> Option<String> {
    let mut asked = Vec::new();
    asked.extend(args.since.as_ref().map(|since| format!("since {since}")));
    asked.extend(args.until.as_ref().map(|until| format!("until {until}")));
    if !args.words.is_empty() {
        asked.push(format!("with the words {}", args.words.join(" ")));
    }
    (!asked.is_empty()).then(|| asked.join(", "))
}

/// All messages between any two of the parties; those of one alone, or all there are, where fewer are asked for.
fn among(archive: &Archive, parties: &[Vec<i64>]) -> Result<Vec<Card>, CliError> {
    if parties.len() <= 2 {
        return Ok(archive.messages_among(parties, None, None)?);
    }
    let mut seen = HashSet::new();
    let mut cards = Vec::new();
    for (number, one) in parties.iter().enumerate() {
        for other in parties.iter().skip(number + 1) {
            let pair = archive.messages_among(&[one.clone(), other.clone()], None, None)?;
            cards.extend(pair.into_iter().filter(|card| seen.insert(card.item)));
        }
    }
    Ok(cards)
}

fn json(timeline: &Timeline) -> Result<String, CliError> {
    serde_json::to_string(timeline)
        .map(plain_json)
        .map_err(|error| CliError::Output {
            source: error.into(),
        })
}

/// Who is asked for; a name that fits nobody is an error, since an empty timeline would look like silence.
fn parties(archive: &Archive, who: &[String]) -> Result<Parties, CliError> {
    let agents = Agents::new(archive)?;
    let mut parties = Parties {
        names: Vec::new(),
        accounts: Vec::new(),
        called: BTreeMap::new(),
    };
    for typed in who {
        let agent = agents.find(typed)?;
        let addresses = agent.map_or_else(Vec::new, |agent| agents.accounts(agent));
        let mut found = Vec::new();
        if addresses.is_empty() {
            let exact = super::agents::account(typed);
            found.extend(
                archive
                    .accounts_like(exact.as_deref().unwrap_or(typed))?
                    .into_iter()
                    .filter(|(_, address, _)| exact.as_ref().is_none_or(|exact| exact == address)),
            );
        }
        for address in addresses {
            let here = archive.accounts_like(&address)?;
            found.extend(here.into_iter().filter(|(_, here, _)| *here == address));
        }
        let name = match (agent, found.as_slice()) {
            (Some(agent), _) => agent.name.clone(),
            (None, [(_, address, display)]) => display.clone().unwrap_or_else(|| address.clone()),
            (None, _) => typed.clone(),
        };
        if found.is_empty() {
            return Err(CliError::not_here(
                format!("no message here is from or to {typed:?}"),
                "fonds people        lists those who are named, and the accounts seen",
            ));
        }
        parties.called.extend(
            found
                .iter()
                .map(|(_, address, _)| (address.clone(), name.clone())),
        );
        parties
            .accounts
            .push(found.into_iter().map(|(id, _, _)| id).collect());
        parties.names.push(name);
    }
    Ok(parties)
}

fn inputs(
    archive: &Archive,
    parties: &Parties,
    cards: &[Card],
    picked: &HashSet<u64>,
) -> Result<Vec<Input>, CliError> {
    let custodian = Custodian::new(archive)?;
    let withholding = archive.withholding()?;
    let mut inputs = Vec::with_capacity(cards.len());
    for card in cards {
        let Some(opened) = archive.item(card.item)? else {
            continue;
        };
        let picked = picked.contains(&card.item);
        let names = |slot| -> Result<Vec<String>, CliError> {
            let people: Vec<Participant> = opened.get(slot)?.unwrap_or_default();
            Ok(people
                .iter()
                .filter_map(|one| {
                    let party = one.account.as_ref().and_then(|one| parties.called.get(one));
                    party.cloned().or_else(|| custodian.participant(one).name)
                })
                .collect())
        };
        inputs.push(Input {
            item: archive.reference(card)?,
            kind: card.kind.clone(),
            from: names("from")?.into_iter().next(),
            to: names("to")?,
            at: opened.get::<Instant>("at")?.unwrap_or_default(),
            text: if withholding.of(archive, card.item)?.is_some() {
                "(withheld)".to_owned()
            } else if picked {
                archive.text(card.item)?.unwrap_or_default()
            } else {
                String::new()
            },
            picked,
        });
    }
    Ok(inputs)
}

/// Takes what is withheld out of what is picked, and counts the withheld among all.
fn withhold(archive: &Archive, cards: &[Card], picked: &mut HashSet<u64>) -> Result<u64, CliError> {
    let withholding = archive.withholding()?;
    let mut withheld = 0;
    for card in cards {
        if withholding.of(archive, card.item)?.is_some() {
            picked.remove(&card.item);
            withheld += 1;
        }
    }
    Ok(withheld)
}

/// Where the accessions that these messages came with say that something is missing.
fn partial(archive: &Archive, cards: &[Card]) -> Result<Vec<Partial>, CliError> {
    let accessions: HashSet<u64> = cards.iter().map(|card| card.accession).collect();
    let mut partial = Vec::new();
    for (seq, reference) in archive.accessions()? {
        if !accessions.contains(&seq) {
            continue;
        }
        let Some(accession) = archive.entry(seq)? else {
            continue;
        };
        let said = |slot| -> Result<Option<String>, CliError> {
            let words = accession.get::<Value>(slot)?.as_ref().map(plain);
            Ok(words.filter(|words| !matches!(words.as_str(), "" | "none" | "nothing")))
        };
        if let Some(missing) = said("missing")? {
            partial.push(Partial {
                from: None,
                to: None,
                reason: format!("of {reference}, missing: {missing}"),
            });
        } else if let Some(whole) = said("part_of")? {
            partial.push(Partial {
                from: None,
                to: None,
                reason: format!("{reference} is a part of {whole}"),
            });
        }
    }
    Ok(partial)
}
