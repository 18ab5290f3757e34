//! `fonds show`.

mod entry;
mod raw;
mod thread;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::CliError;
use super::Context;
use super::Outcome;
use super::sentences;
use super::ui::Answer;
use super::ui::columns;
use super::ui::count;
use super::ui::number;
use crate::archive::Archive;
use crate::archive::Card;
use crate::archive::Custodian;
use crate::archive::Opened;
use crate::archive::Target;
use crate::archive::plain;
use crate::record::Attachment;
use crate::record::Conversation;
use crate::record::Digest;
use crate::record::Instant;
use crate::record::Link;
use crate::record::Moment;
use crate::record::Name;
use crate::record::Participant;
use crate::record::Zone;
use crate::record::kind_words;
use crate::record::show;
use crate::record::visible;

/// Show one item: its text, its source, who held it
///
/// ITEM is a document (d-), message (m-), accession (a-), custody act (c-) or agent (p-); the beginning of a reference is
/// enough where it fits one only.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds show m-7kq2
  fonds show d-41ac --original > memo.pdf     the bytes as they came
  fonds show m-7kq2 --thread                  the conversation it is part of
  fonds show d-41ac --path                    the file that holds it

Exit status
  0 shown, 1 shown, and not as it was recorded, 2 could not be done, 4 no such item, 10 no archive here")]
pub(super) struct ShowArgs {
    /// What to show
    item: String,
    /// Copy the bytes as they came to stdout (of a message, its part of the document)
    #[arg(long, group = "what")]
    original: bool,
    /// Print where the bytes lie on the disk
    #[arg(long, group = "what")]
    path: bool,
    /// Print its text and nothing else
    #[arg(long, group = "what")]
    text: bool,
    /// Show the conversation that it is part of
    #[arg(long, group = "what")]
    thread: bool,
    /// With --thread: at most so many messages, those around ITEM
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "thread", value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
}

/// Where an item lies.
#[derive(Debug, Serialize)]
struct Locator {
    /// The document it came in, and where in that.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<u64>,
    /// A member of an archive file, or a part of a mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<Value>,
}

/// `fonds/show/1`.
#[derive(Debug, Serialize)]
struct Shown {
    schema: &'static str,
    item: String,
    /// The document that it is or lies in.
    document: String,
    kind: String,
    /// SHA-256 of its bytes.
    digest: Digest,
    size: u64,
    media_type: Option<String>,
    locator: Option<Locator>,
    name: Option<String>,
    path: Option<String>,
    title: Option<String>,
    subject: Option<String>,
    conversation: Option<Conversation>,
    from: Vec<Participant>,
    to: Vec<Participant>,
    at: Option<Instant>,
    /// What its file said of when it was changed: a claim about the file.
    modified: Option<Instant>,
    text: Option<String>,
    links: Vec<Link>,
    attachments: Vec<Attachment>,
    flags: Vec<String>,
    notes: Vec<String>,
    /// References of what was read out of it: messages, members, attachments; the first of them where there are many.
    holds: Vec<String>,
    /// How many there are.
    holds_count: u64,
    accession: Option<String>,
    /// The other times that a document's bytes came in: from whom, under what name, on what terms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Also>,
    custody: Custody,
    /// Attributions, corrections and remarks on it.
    acts: Vec<sentences::Line>,
    /// The entry of the ledger that seals it.
    entry: Option<u64>,
    #[serde(skip)]
    zone: Zone,
    /// Whether a text of it is recorded, be it readable or not.
    #[serde(skip)]
    has_text: bool,
    /// What whoever is said to use an account is called.
    #[serde(skip)]
    called: BTreeMap<String, String>,
}

/// Another holding of a document's bytes.
#[derive(Debug, Serialize)]
struct Also {
    accession: Option<String>,
    name: Option<String>,
    terms: Option<String>,
    /// Through whose hands it came, in one line.
    custody: String,
}

#[derive(Debug, Serialize)]
struct Custody {
    line: String,
    steps: usize,
    gaps: usize,
    impossible: Vec<String>,
}

/// Bytes of a document that holds others and is not itself shown, above which it is not read again.
const MOST_READ_AGAIN: u64 = 64 << 20;

/// Other holdings of a document that are shown.
const MOST_HOLDINGS: usize = 100;

/// Most references of what an item holds that are in the answer at all.
const MOST_NAMED: u64 = 1000;

/// Most references of what an item holds that are listed as text.
const MOST_HELD: usize = 12;

/// An account as people know it: a mail address without the word for its platform.
fn address(account: &str) -> &str {
    account.strip_prefix("mail:").unwrap_or(account)
}

/// Names with accounts; `called` has the names that stand for accounts beside which the message has none.
fn people_line(people: &[Participant], called: &BTreeMap<String, String>) -> String {
    let name = |one: &Participant| {
        let own = one.display.clone();
        own.or_else(|| called.get(one.account.as_ref()?).cloned())
    };
    let names: Vec<String> = people
        .iter()
        .map(|one| match (&name(one), &one.account) {
            (Some(name), Some(account)) => {
                format!("{} ({})", visible(name), visible(address(account)))
            }
            (Some(name), None) => visible(name),
            (None, Some(account)) => visible(address(account)),
            (None, None) => "not named".to_owned(),
        })
        .collect();
    names.join(", ")
}

impl Answer for Shown {
    fn text(&self) -> String {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut row = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                rows.push(vec![name.to_owned(), value]);
            }
        };
        let words = |text: &Option<String>| text.as_deref().map(visible);
        row("from", Some(people_line(&self.from, &self.called)));
        row("to", Some(people_line(&self.to, &self.called)));
        row("subject", words(&self.subject));
        row("title", words(&self.title));
        row("at", self.at.as_ref().map(|at| when(at, self.zone)));
        row("name", words(&self.path).or_else(|| words(&self.name)));
        row(
            "file time",
            self.modified.as_ref().map(|at| show(at, self.zone)),
        );
        for attachment in &self.attachments {
            let name = attachment.display.as_deref().unwrap_or("without a name");
            let missing = if attachment.present { "" } else { ", missing" };
            row("attached", Some(format!("{}{missing}", visible(name))));
        }
        for link in self.links.iter().take(MOST_HELD) {
            let to = link.expanded.as_deref().unwrap_or(&link.url);
            row("link", Some(visible(to)));
        }
        let more = self.links.len().saturating_sub(MOST_HELD) as u64;
        if more > 0 {
            let more = format!("and {} more (--json lists all)", number(more));
            row("link", Some(more));
        }
        row("flags", Some(visible(&self.flags.join(", "))));
        for note in &self.notes {
            row("note", Some(visible(note)));
        }
        let held = self.holds_count;
        if held > 0 {
            let mut line = self
                .holds
                .iter()
                .take(MOST_HELD)
                .cloned()
                .collect::<Vec<_>>()
                .join(" ");
            let more = held.saturating_sub(self.holds.len().min(MOST_HELD) as u64);
            if more > 0 {
                // Writing to a string cannot fail.
                let _ = write!(line, " and {} more", number(more));
            }
            row("holds", Some(line));
        }
        row("source", Some(self.source()));
        row("custody", Some(visible(&self.custody.line)));
        for also in &self.also {
            let mut line = format!("came in with {}", also.accession.as_deref().unwrap_or("?"));
            if let Some(name) = &also.name {
                let _ = write!(line, " as {}", visible(name));
            }
            let _ = write!(line, ": {}", visible(&also.custody));
            if let Some(terms) = &also.terms {
                let _ = write!(line, "; terms: {}", visible(terms));
            }
            row("also", Some(line));
        }
        for said in &self.custody.impossible {
            row("look", Some(said.clone()));
        }
        row("size", Some(count(self.size, "byte", "bytes")));
        row("SHA-256", Some(self.digest.to_string()));
        row(
            "ledger",
            self.entry.map(|entry| format!("sealed by entry {entry}")),
        );
        let mut text = format!(
            "{}  {}\n",
            visible(&self.item),
            visible(kind_words(&self.kind))
        );
        text.push_str(&columns(&rows, "  "));
        text.push_str(&sentences::lines(&self.acts));
        text.push_str(&self.body());
        text
    }
}

impl Shown {
    /// Its text, or why none is shown.
    fn body(&self) -> String {
        let said = match &self.text {
            Some(body) => body.trim_end(),
            None if self.has_text => {
                "Its text cannot be shown: the bytes that hold it are altered or missing."
            }
            None if self.holds_count > 0 => return String::new(),
            // What was noted of it tells why.
            None if !self.notes.is_empty() => "stored, not searchable",
            None => "stored, not searchable: fonds reads no text in it",
        };
        format!("\n{said}\n")
    }

    fn source(&self) -> String {
        let mut source = String::new();
        if let Some(Locator {
            document: Some(document),
            start,
            end,
            inside,
        }) = &self.locator
        {
            source.push_str(document);
            // Writing to a string cannot fail.
            if let (Some(start), Some(end)) = (start, end) {
                let _ = write!(source, ", bytes {start} to {end}");
            }
            if let Some(inside) = inside {
                let _ = write!(source, ", {}", visible(&plain(inside)));
            }
        }
        let mut then = |words: String| {
            if !source.is_empty() {
                source.push_str("; ");
            }
            source.push_str(&words);
        };
        if let Some(media_type) = &self.media_type {
            then(visible(media_type));
        }
        if let Some(accession) = &self.accession {
            then(format!("came in with {accession}"));
        }
        source
    }
}

/// A time with what it rests on.
fn when(at: &Instant, zone: Zone) -> String {
    let mut text = show(at, zone);
    if let Some(written) = at
        .as_written
        .as_deref()
        .filter(|written| !text.contains(written))
    {
        // Writing to a string cannot fail.
        let _ = write!(text, "   written {:?}", visible(written));
    }
    if let Some(basis) = at.basis.as_ref().filter(|basis| *basis != "unknown") {
        let _ = write!(text, ", on the word of the {basis}");
    }
    visible(&text)
}

/// `fonds show`.
pub(super) fn run(context: &Context, args: &ShowArgs) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let item = match archive.resolve(&args.item)? {
        Target::Item(item) => item,
        Target::Entry(seq) => {
            if args.original || args.path || args.text || args.thread {
                return Err(CliError::usage(
                    format!(
                        "{} is an entry of the ledger, not a document or message",
                        args.item
                    ),
                    format!("fonds show {}", args.item),
                ));
            }
            return entry::run(context, &archive, seq);
        }
    };
    let nobody = || {
        CliError::not_here(
            format!("the record of {} is not here", args.item),
            "fonds verify        to see what is damaged",
        )
    };
    let card = archive.card(item)?.ok_or_else(nobody)?;
    let opened = archive.item(item)?.ok_or_else(nobody)?;
    if args.original && context.ui.json {
        return Err(CliError::usage(
            "the bytes as they came are no JSON",
            format!("fonds show {} --original        without --json", args.item),
        ));
    }
    if args.original {
        return raw::original(context, &archive, &card, &opened);
    }
    if args.path {
        return raw::path(context, &archive, &card);
    }
    if args.thread {
        return thread::run(context, &archive, &card, &opened, args.limit);
    }
    if args.text {
        raw::text(context, &archive, &card, &args.item)?;
    } else {
        context
            .ui
            .answer(&shown(context, &archive, &card, &opened)?)?;
    }
    Ok(if is_altered(context, &archive, &card, &opened)? {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}

/// Says on stderr that an item that is shown is not as it was recorded. A large document that shows no text of its own is
/// left to `verify` and `--original`: none of its bytes are shown.
fn is_altered(
    context: &Context,
    archive: &Archive,
    card: &Card,
    opened: &Opened,
) -> Result<bool, CliError> {
    let recorded: Option<crate::record::Bytes> = opened.get("bytes")?;
    let large = recorded.is_some_and(|bytes| bytes.size > MOST_READ_AGAIN);
    if large && archive.children_count(card.item)? > 0 {
        return Ok(false);
    }
    let altered = archive.altered(card.item)?;
    if let Some(altered) = &altered {
        warn_of(context, &archive.reference(card)?, altered);
    }
    Ok(altered.is_some())
}

/// The line that says so.
fn warn_of(context: &Context, item: &str, altered: &str) {
    context.ui.warn(&format!(
        "{item} is not as it was recorded: {altered}; fonds verify says what is damaged"
    ));
}

fn shown(
    context: &Context,
    archive: &Archive,
    card: &Card,
    opened: &Opened,
) -> Result<Shown, CliError> {
    let bytes: Option<crate::record::Bytes> = opened.get("bytes")?;
    let carrier = carrier(archive, card)?;
    let document = archive.reference(&carrier)?;
    let media_type = if carrier.item == card.item {
        opened.get("media_type")?
    } else {
        archive
            .item(carrier.item)?
            .map(|carrier| carrier.get("media_type"))
            .transpose()?
            .flatten()
    };
    let mut holds = Vec::new();
    for child in archive.children_after(card.item, 0, MOST_NAMED)? {
        if child.class != "t" {
            holds.push(archive.reference(&child)?);
        }
    }
    let holds_count = archive.children_count(card.item)?;
    // What a reader found out about a page stands with what it read out of it.
    let reading = archive
        .reading(card.item)?
        .map(|child| archive.item(child.item))
        .transpose()?
        .flatten();
    let reading = reading.as_ref().unwrap_or(opened);
    let teller = sentences::Teller::new(archive, context)?;
    let custody = teller.custodian().of_item(card.item)?;
    let acts = archive
        .acts_on_item(card.item)?
        .into_iter()
        .map(|seq| teller.line(seq))
        .collect::<Result<_, _>>()?;
    let is_message = card.class == "m";
    let people = |slot| -> Result<Vec<Participant>, CliError> {
        Ok(if is_message {
            opened.get(slot)?.unwrap_or_default()
        } else {
            Vec::new()
        })
    };
    let also = also(card, teller.custodian())?;
    let (from, to) = (people("from")?, people("to")?);
    let named = from.iter().chain(&to).filter_map(|one| {
        let party = teller.custodian().participant(one);
        Some((one.account.clone()?, party.agent.and(party.name)?))
    });
    let called = named.collect();
    Ok(Shown {
        schema: "fonds/show/1",
        item: archive.reference(card)?,
        document,
        kind: card.kind.clone(),
        digest: card.sha256,
        size: bytes.map_or(0, |bytes| bytes.size),
        media_type,
        locator: locator(archive, card, opened)?,
        name: card.name.clone(),
        path: opened.get::<Name>("path")?.map(|path| path.to_string()),
        title: reading.get("title")?,
        subject: opened.get("subject")?,
        conversation: opened.get("conversation")?,
        from,
        to,
        at: opened.get("at")?,
        modified: opened.get("modified")?,
        text: readable_text(archive, card.item)?,
        links: reading.get("links")?.unwrap_or_default(),
        attachments: opened.get("attachments")?.unwrap_or_default(),
        flags: opened.get("flags")?.unwrap_or_default(),
        notes: [
            opened.get("notes")?.unwrap_or_default(),
            archive.notices_of(card.item)?,
        ]
        .concat(),
        holds,
        holds_count,
        accession: archive.entry_reference(card.accession)?,
        also,
        custody: Custody {
            line: custody.line(),
            steps: custody.steps.len() - custody.gaps(),
            gaps: custody.gaps(),
            impossible: custody.impossible,
        },
        acts,
        entry: archive.place(card.item)?.map(|(_, seal)| seal),
        zone: context.settings().zone.parse().unwrap_or(Zone::UTC),
        called,
        has_text: reading.get::<Value>("text_digest")?.is_some(),
    })
}

/// The other holdings of a document: the same bytes, brought in again with something else said of them.
fn also(card: &Card, custodian: &Custodian<'_>) -> Result<Vec<Also>, CliError> {
    let others = custodian.others(card)?;
    let others = others.iter().take(MOST_HOLDINGS).map(|other| {
        let receipt = custodian.receipt(other)?;
        Ok(Also {
            accession: receipt.accession,
            custody: receipt.custody.line(),
            name: receipt.name,
            terms: receipt.terms,
        })
    });
    others.collect()
}

/// An item's text; nothing where its stored bytes cannot be read, which is a finding and no reason to hold back the rest.
pub(super) fn readable_text(archive: &Archive, item: u64) -> Result<Option<String>, CliError> {
    match archive.text(item) {
        Err(error) if error.is_of_the_item() => Ok(None),
        text => Ok(text?),
    }
}

/// The document that an item is, or in whose bytes it lies.
pub(super) fn carrier(archive: &Archive, card: &Card) -> Result<Card, CliError> {
    let mut carrier = card.clone();
    while carrier.class != "d" {
        // A parent's number is lower than its child's, so this ends whatever the rows say.
        let parent = match carrier.parent.filter(|parent| *parent < carrier.item) {
            Some(parent) => archive.card(parent)?,
            None => None,
        };
        match parent {
            Some(parent) => carrier = parent,
            None => break,
        }
    }
    Ok(carrier)
}

fn locator(archive: &Archive, card: &Card, opened: &Opened) -> Result<Option<Locator>, CliError> {
    let Some(parent) = card.parent else {
        return Ok(None);
    };
    let document = match archive.card(parent)? {
        Some(parent) => Some(archive.reference(&parent)?),
        None => None,
    };
    Ok(Some(Locator {
        document,
        start: card.span.map(|span| span.start),
        end: card.span.map(|span| span.end),
        inside: opened.get("locator")?,
    }))
}

/// The moments that a card's times are.
pub(super) fn bounds(card: &Card) -> (Option<Moment>, Option<Moment>) {
    let moment = |millis: Option<i64>| millis.and_then(Moment::from_millis);
    (moment(card.earliest), moment(card.latest))
}
