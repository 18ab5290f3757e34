//! `fonds log`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use super::CliError;
use super::Context;
use super::Outcome;
use super::key::ClosedAt;
use super::sentences;
use super::ui::Answer;
use super::ui::number;
use crate::archive::Archive;
use crate::archive::Target;
use crate::record::visible;

/// Show what was done in the archive, newest first
///
/// Every line is an entry of the ledger: none is ever changed or taken away.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds log
  fonds log m-7kq2         what concerns this message, the document and the accession it came in
  fonds log --limit 5

Exit status
  0 shown, 4 no such item, 10 no archive here")]
pub(super) struct LogArgs {
    /// Only what concerns this item, accession or agent
    item: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: u64,
}

#[derive(Debug, Serialize)]
struct Log {
    schema: &'static str,
    /// Entries there are in all, or that concern the item.
    total: u64,
    /// The entries, newest first.
    entries: Vec<sentences::Line>,
    /// Where its recovery key closed the ledger, as far as this user knows: what was recorded beyond is disowned.
    closed: Option<ClosedAt>,
}

impl Answer for Log {
    fn text(&self) -> String {
        let mut text = String::new();
        if let Some(closed) = &self.closed {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", visible(&closed.sentence()));
            let beyond = self.entries.iter().map(|line| line.entry);
            let beyond = beyond.filter(|entry| *entry >= closed.size);
            if let Some(first) = beyond.min() {
                let _ = writeln!(text, "Entry {first} and what follows it are disowned.");
            }
        }
        text.push_str(&sentences::lines(&self.entries));
        let more = self.total - self.entries.len() as u64;
        if more > 0 {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  and {} before: --limit N", number(more));
        }
        text
    }
}

/// `fonds log`.
pub(super) fn run(context: &Context, args: &LogArgs) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let (total, wanted): (u64, Vec<u64>) = match &args.item {
        None => {
            let (size, _) = archive.head()?;
            let first = size.saturating_sub(args.limit);
            (size, (first..size).rev().collect())
        }
        Some(item) => {
            let concerning = concerning(&archive, item)?;
            (
                concerning.len() as u64,
                concerning.into_iter().rev().take(limit).collect(),
            )
        }
    };
    let teller = sentences::Teller::new(&archive, context)?;
    context.ui.answer(&Log {
        schema: "fonds/log/1",
        total,
        entries: wanted
            .into_iter()
            .map(|seq| teller.line(seq))
            .collect::<Result<_, _>>()?,
        closed: ClosedAt::of(&archive, context)?,
    })?;
    Ok(Outcome::Done)
}

/// The entries that concern something: about it, about what it came out of, its accession, the one that seals it; of a
/// document whose bytes came in several times, of each of these; what was published that quotes it; of an agent, its merges
/// too.
fn concerning(archive: &Archive, typed: &str) -> Result<BTreeSet<u64>, CliError> {
    let mut found = BTreeSet::new();
    match archive.resolve(typed)? {
        Target::Entry(seq) => {
            found.insert(seq);
            found.extend(archive.acts_on_entry(seq)?);
            found.extend(archive.merges_of(seq)?);
        }
        Target::Item(item) => {
            let card = archive.card(item)?;
            let mut items = vec![item];
            if let Some(card) = card.filter(|card| card.class == "d") {
                let holdings = archive.holdings(&card.sha256)?;
                items.extend(holdings.into_iter().map(|holding| holding.item));
            }
            let frozen = archive.frozen()?.into_iter();
            let quotes = frozen.filter(|it| items.iter().any(|item| it.items.contains(item)));
            found.extend(quotes.map(|it| it.entry));
            for item in items {
                way_in(archive, item, &mut found)?;
            }
        }
    }
    Ok(found)
}

/// The entries that concern an item as it came in at one time.
fn way_in(archive: &Archive, item: u64, found: &mut BTreeSet<u64>) -> Result<(), CliError> {
    let mut next = Some(item);
    while let Some(item) = next {
        found.extend(archive.acts_on_item(item)?);
        found.extend(archive.place(item)?.map(|(_, seal)| seal));
        let card = archive.card(item)?;
        if let Some(card) = &card {
            found.insert(card.accession);
            found.extend(archive.acts_on_entry(card.accession)?);
        }
        // A parent's number is lower than its child's, so this ends whatever the rows say.
        next = card
            .and_then(|card| card.parent)
            .filter(|parent| *parent < item);
    }
    Ok(())
}
