//! `fonds status`.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::CliError;
use super::Context;
use super::Outcome;
use super::key::ClosedAt;
use super::ui::Answer;
use super::ui::count;
use super::ui::number;
use super::ui::size;
use crate::anchor;
use crate::archive::Archive;
use crate::archive::index;
use crate::archive::is_being_written;
use crate::keys::Pin;
use crate::keys::last_signed;
use crate::keys::words;
use crate::record::Instant;
use crate::record::Moment;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;
use crate::tlog::Checkpoint;

/// What the archive holds, and whether all of it is signed
///
/// Reads counts only and checks nothing but the last signature; `fonds verify` checks everything.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds status
  fonds -C harbor status --json

Exit status
  0 read, 10 no archive here")]
pub(super) struct StatusArgs {}

#[derive(Debug, Serialize)]
struct Status {
    schema: &'static str,
    name: String,
    folder: PathBuf,
    origin: String,
    words: Vec<&'static str>,
    accessions: u64,
    documents: u64,
    messages: u64,
    items: u64,
    bytes: u64,
    not_searchable: u64,
    /// Documents that could not be read, or not to the end.
    not_read: u64,
    /// Items that wait to be indexed.
    not_indexed: u64,
    entries: u64,
    /// Entries that the last checkpoint covers.
    signed: u64,
    /// When the last entry was recorded, by the clock of who recorded it.
    last_recorded: Option<String>,
    /// The checkpoint that this user saw last: its number of entries.
    pin: Option<u64>,
    /// The last head that the key on this computer signed: its number of entries.
    remembered: Option<u64>,
    /// How the archive stands to what this user knows of it.
    standing: Standing,
    /// Entries that are anchored outside, as this user judges it; none where nothing counts.
    anchored: Option<u64>,
    /// When the last certificate that a counting time stamp rests on runs out.
    anchored_until: Option<Moment>,
    /// Whether that is within 90 days.
    renew: bool,
    /// Where its recovery key closed the ledger, as far as this user knows.
    closed: Option<ClosedAt>,
    /// Accessions that were interrupted, or are being brought in while somebody writes.
    interrupted: Vec<String>,
    /// Whether somebody writes to the archive now.
    being_written: bool,
    /// The zone in which times are shown.
    #[serde(skip)]
    zone: Zone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Standing {
    /// It is what was last seen or signed here, or goes on from it.
    Current,
    /// It has fewer entries than were seen or signed here.
    OlderCopy,
    /// It has another root for the same number of entries.
    OtherHistory,
    /// It was never seen here.
    FirstSeen,
    /// Its last checkpoint does not cover all its entries: an append was interrupted.
    Unsigned,
}

impl Standing {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Current => "this is the archive as last seen here, or its continuation",
            Self::OlderCopy => "this is an older copy: more was seen or signed here before",
            Self::OtherHistory => "its history is not the one seen here before: run fonds verify",
            Self::FirstSeen => "this computer has not seen it before",
            Self::Unsigned => "an append was interrupted; the next one will finish it",
        }
    }
}

impl Answer for Status {
    fn text(&self) -> String {
        let name = match self.name.as_str() {
            "" => "An archive without a name".to_owned(),
            name => visible(name),
        };
        let mut text = format!(
            "{name} in {}\n\n",
            visible(&self.folder.display().to_string())
        );
        let mut line = |words: String| {
            text.push_str("  ");
            text.push_str(&words);
            text.push('\n');
        };
        line(format!(
            "{}, {}, {}, from {}",
            count(self.documents, "document", "documents"),
            size(self.bytes),
            count(self.messages, "message", "messages"),
            count(self.accessions, "accession", "accessions"),
        ));
        if self.not_searchable > 0 {
            line(format!(
                "{} stored, not searchable",
                count(self.not_searchable, "document", "documents")
            ));
        }
        if self.not_read > 0 {
            line(format!(
                "{} could not be read, or not to the end",
                count(self.not_read, "document", "documents")
            ));
        }
        if self.not_indexed > 0 {
            line(format!(
                "{} not searchable yet (the next fonds find goes on with them)",
                count(self.not_indexed, "item", "items")
            ));
        }
        for accession in &self.interrupted {
            line(if self.being_written {
                format!("{accession} is not to its end: another fonds writes to this archive now")
            } else {
                format!("{accession} was interrupted: run its ingest again with the same paths")
            });
        }
        let recorded = self
            .last_recorded
            .as_ref()
            .and_then(|at| at.parse::<Moment>().ok())
            .map_or_else(String::new, |at| {
                let at = show(&Instant::exact(at, "", "computed"), self.zone);
                format!(", the last recorded {at}")
            });
        line(format!(
            "{} of {} signed{recorded}",
            number(self.signed),
            count(self.entries, "entry", "entries")
        ));
        if let Some(anchored) = self.anchored {
            line(format!(
                "{} of them anchored outside: fonds anchor",
                number(anchored)
            ));
        }
        if let Some(until) = self.anchored_until.filter(|_| self.renew) {
            line(format!(
                "the certificate of its newest time stamp runs out on {until}: fonds anchor request renews it"
            ));
        }
        line(self.standing.words().to_owned());
        if let Some(closed) = &self.closed {
            let _ = write!(text, "\n{}\n", visible(&closed.sentence()));
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "\nIts words:  {}\n", self.words.join(" "));
        text.push_str(match self.standing {
            Standing::OlderCopy => {
                "Next: use the newest copy of the archive, or fonds doctor --restore LOG with a copy of its log/"
            }
            _ if self.documents == 0 && self.closed.is_none() => "Next: fonds ingest FILES",
            _ => "To check that nothing has changed: fonds verify",
        });
        text
    }
}

/// `fonds status`.
pub(super) fn run(context: &Context, _args: &StatusArgs) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    context.ui.answer(&status(context, &archive)?)?;
    Ok(Outcome::Done)
}

fn status(context: &Context, archive: &Archive) -> Result<Status, CliError> {
    let settings = context.settings();
    let origin = archive.origin().as_str();
    let Known {
        entries,
        head,
        pin,
        remembered,
        standing,
    } = known(context, archive)?;
    let last = entries.checked_sub(1);
    let last_recorded = match last {
        Some(last) => archive
            .entry(last)?
            .map(|entry| entry.get("t"))
            .transpose()?
            .flatten(),
        None => None,
    };
    let anchors = super::anchor::outside(context, archive)?;
    let counting = || {
        anchors
            .iter()
            .filter(|it| it.standing == anchor::Standing::Counts)
    };
    let anchored_until = counting().filter_map(|it| it.until).max();
    let now = context.now()?;
    Ok(Status {
        anchored: counting().map(|it| it.size).max(),
        anchored_until,
        renew: anchored_until.is_some_and(|until| crate::verify::soon(until, now)),
        schema: "fonds/status/1",
        name: settings.name,
        folder: std::path::absolute(&context.folder).unwrap_or_else(|_| context.folder.clone()),
        words: words(origin)?,
        origin: origin.to_owned(),
        accessions: archive.tally("accessions")?,
        documents: archive.tally("documents")?,
        messages: archive.tally("messages")?,
        items: archive.tally("items")?,
        bytes: archive.tally("bytes")?,
        not_searchable: archive.tally("not_searchable")?,
        not_read: archive.not_read()?,
        not_indexed: index::waiting(archive)?,
        entries,
        signed: head.as_ref().map_or(0, |head| head.size),
        last_recorded,
        pin: pin.as_ref().map(|pin| pin.size),
        remembered: remembered.as_ref().map(|remembered| remembered.size),
        standing,
        closed: ClosedAt::of(archive, context)?,
        interrupted: archive.unfinished()?,
        being_written: is_being_written(&context.folder),
        zone: context.settings().zone.parse().unwrap_or(Zone::UTC),
    })
}

/// What this user's files know of an archive, and how it stands to that.
pub(super) struct Known {
    entries: u64,
    head: Option<Checkpoint>,
    pin: Option<Checkpoint>,
    remembered: Option<Checkpoint>,
    /// How the archive stands to what is known of it.
    pub(super) standing: Standing,
}

/// Compares the archive's head with the pin and the signer's memory. Reads notes only, no leaf.
pub(super) fn known(context: &Context, archive: &Archive) -> Result<Known, CliError> {
    let origin = archive.origin().as_str();
    let (entries, note) = archive.head()?;
    let head = note
        .as_deref()
        .map(|note| archive.open_note(note))
        .transpose()?;
    let places = context.places()?;
    let pin = Pin::open(&places, origin)?.checkpoint().cloned();
    let remembered =
        last_signed(&places, origin)?.and_then(|note| Checkpoint::parse(note.text()).ok());
    let known: Vec<&Checkpoint> = [pin.as_ref(), remembered.as_ref()]
        .into_iter()
        .flatten()
        .collect();
    let standing = standing(entries, head.as_ref(), &known);
    Ok(Known {
        entries,
        head,
        pin,
        remembered,
        standing,
    })
}

fn standing(entries: u64, head: Option<&Checkpoint>, known: &[&Checkpoint]) -> Standing {
    let other = |known: &&Checkpoint| {
        head.is_some_and(|head| head.size == known.size && head.root != known.root)
    };
    if known.iter().any(other) {
        Standing::OtherHistory
    } else if known.iter().any(|known| known.size > entries) {
        Standing::OlderCopy
    } else if head.is_none_or(|head| head.size != entries) {
        Standing::Unsigned
    } else if known.is_empty() {
        Standing::FirstSeen
    } else {
        Standing::Current
    }
}
