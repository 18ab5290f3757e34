//! `fonds verify`.

mod file;
mod fork;
pub(super) mod handed;
mod held;
mod key;

use std::cell::Cell;
use std::fmt::Write as _;
use std::path::PathBuf;

use self::key::Compared;
use self::key::Given;
use crate::anchor::Trusted;
use crate::archive::Archive;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::closings;
use crate::cli::ui::Answer;
use crate::cli::ui::count;
use crate::cli::ui::number;
use crate::cli::ui::size;
use crate::keys::Head;
use crate::keys::KeyError;
use crate::keys::Pin;
use crate::keys::Places;
use crate::keys::announced;
use crate::keys::last_signed;
use crate::keys::words;
use crate::record::Finding;
use crate::record::Instant;
use crate::record::Moment;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;
use crate::succession::Closing;
use crate::tlog::Note;
use crate::verify;
use crate::verify::NotFinding;
use crate::verify::Options;
use crate::verify::Outside;
use crate::verify::Report;

/// Findings that are shown as text; JSON has all.
const SHOWN: usize = 50;

/// The finding that the database itself cannot be read.
const DAMAGED: &str = "database.damaged";

/// Findings that are shown besides those of a damaged database.
const FOLDED: usize = 5;

/// Check the archive, a page or a proof: has anything changed?
///
/// Reads every byte, recomputes every record, text, tree and signature, makes the catalogue again and compares it. What
/// differs is named. An archive alone can only show that it fits together: --against holds it against a checkpoint that
/// somebody else kept.
///
/// With FILE, checks a published page, its proof, a checkpoint, the proof of a fork or how a ledger was closed instead, and
/// needs no archive.
///
/// Whose key it is neither a file nor an archive can say: --key compares it with the twelve words that the archive's
/// owner gives elsewhere.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds verify
  fonds verify --against checkpoint-of-last-year.txt
  fonds verify --quick
  fonds verify copy-of-the-archive --key \"amount lantern quick seven ...\"
  fonds verify m-7kq2.html --key \"amount lantern quick seven ...\"
  fonds verify m-7kq2.proof.json
  fonds verify m-7kq2.proof.json --closing closed.json

Exit status
  0 nothing differs, 1 findings, 2 could not be checked, 10 no archive here")]
pub(super) struct VerifyArgs {
    /// A published page, a proof, a checkpoint, the proof of a fork or a closing; or the folder of an archive
    #[arg(conflicts_with_all = ["quick", "against"])]
    file: Option<PathBuf>,
    /// Compare with these twelve words, this origin, or a file with either or a proof in it
    #[arg(long, value_name = "WORDS|FILE")]
    key: Option<String>,
    /// Look at the last checkpoint, the pin and the structure only
    #[arg(long)]
    quick: bool,
    /// Hold it against a checkpoint from elsewhere; may be given several times
    #[arg(long, value_name = "CHECKPOINT")]
    against: Vec<PathBuf>,
    /// Take into account that the recovery key closed its ledger, as this file shows; may be given several times
    ///
    /// What counts then is what it had been closed at. A closing that is right is remembered for the next time.
    #[arg(long, value_name = "CLOSED.json")]
    closing: Vec<PathBuf>,
}

/// The report, and by what the reader knows which archive it is of.
#[derive(serde::Serialize)]
struct Verified<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// The twelve words of its origin; none where it could not be opened.
    words: Vec<&'static str>,
    /// Whether this user had no pin of it and no memory.
    first_seen: bool,
    /// How the words or origin given with `--key` compare: `match`, `differ`, `not-given`, or
    /// `not-compared` where the archive cannot be opened.
    key: &'static str,
    /// The zone in which times are shown.
    #[serde(skip)]
    zone: Zone,
    /// What is said of the archives before and after it.
    #[serde(skip)]
    succession: String,
}

/// What is said of the archive that this one goes on from, and of the one that goes on from it.
fn succession(report: &Report) -> Result<String, CliError> {
    let mut text = String::new();
    if let Some(before) = &report.continues {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\nIt goes on from another archive, whose recovery key closed it at {}; that one's words:  {}",
            count(before.size, "entry", "entries"),
            words(&before.origin)?.join(" ")
        );
    }
    if let Some(closed) = &report.closed {
        let next: Vec<String> = (closed.next.iter())
            .map(|next| Ok(words(next)?.join(" ")))
            .collect::<Result<_, CliError>>()?;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\nClosed: its recovery key closed it at {}, and what comes after does not count. It goes on as:  {}",
            count(closed.size, "entry", "entries"),
            next.join(", and as:  ")
        );
    }
    Ok(text)
}

impl Answer for Verified<'_> {
    fn text(&self) -> String {
        let report = self.report;
        let mut text = match report.origin {
            Some(_) => format!(
                "{}, {}, {}, {} in the ledger\n",
                count(report.documents, "document", "documents"),
                size(report.bytes),
                count(report.items, "item", "items"),
                count(report.entries, "entry", "entries"),
            ),
            None => "Nothing was counted: the archive could not be opened.\n".to_owned(),
        };
        // What a damaged database says of anything else may come from that damage: it is said first, and the rest in short.
        let damaged = report.findings.iter();
        let damaged = damaged
            .take_while(|finding| finding.code == DAMAGED)
            .count();
        let most = if damaged > 0 {
            damaged.min(SHOWN) + FOLDED
        } else {
            SHOWN
        };
        for finding in report.findings.iter().take(most) {
            let wanted = if finding.subject == "key" {
                "given"
            } else {
                "recorded"
            };
            text.push_str(&told(finding, wanted));
        }
        let all = report.findings.len() as u64 + report.more_findings;
        if all > most as u64 {
            let rest = all - most as u64;
            let more = if damaged > 0 {
                " which may all come from the damaged database (--json lists them)".to_owned()
            } else {
                listed(report.more_findings)
            };
            let _ = writeln!(text, "  and {} more{more}", number(rest));
        }
        for note in report.not_findings.iter().take(SHOWN) {
            let _ = writeln!(
                text,
                "  (not a finding) {}  {}",
                visible(&note.subject),
                visible(&note.text)
            );
        }
        let notes = report.not_findings.len() as u64 + report.more_not_findings;
        if notes > SHOWN as u64 {
            let _ = writeln!(
                text,
                "  (not findings) and {} more{}",
                number(notes - SHOWN as u64),
                listed(report.more_not_findings)
            );
        }
        text.push_str(&closing(report, all, self.zone));
        text.push_str(&self.succession);
        if !self.words.is_empty() {
            let _ = write!(text, "\nIts words:  {}", self.words.join(" "));
        }
        match self.key {
            "match" => text.push_str("\nThey are the ones you gave."),
            "not-given" if self.first_seen => text.push_str(
                "\nThis computer had not seen it before: compare the words with those that you have by another way.",
            ),
            _ => {}
        }
        text
    }
}

/// Where those are that are not shown; `more` of them are only counted.
fn listed(more: u64) -> String {
    match more {
        0 => " (--json lists them)".to_owned(),
        more => format!(" (--json lists all but {})", number(more)),
    }
}

/// The closing line: which of three things holds.
fn closing(report: &Report, findings: u64, zone: Zone) -> String {
    if findings > 0 {
        return format!(
            "{}. Exit status 1. What a code means and what to do: {}",
            count(findings, "finding", "findings"),
            explains(&report.findings),
        );
    }
    let scope = if report.depth == "quick" {
        "The last checkpoint, the pin and the structure hold; no document was read".to_owned()
    } else if report.lost > 0 {
        format!(
            "{} lost, as said above; every other byte, record, text and signature is as it was recorded",
            count(report.lost, "entry is", "entries are")
        )
    } else {
        "Every byte, record, text and signature is as it was recorded".to_owned()
    };
    let newest = report.anchored_by.iter().max_by_key(|anchor| anchor.size);
    newest.map_or_else(
        || {
            format!(
                "{scope}. Self-consistent only: nothing outside was there to hold it against.\n\
                 Put its head into other hands: fonds help anchor. Or keep a copy of log/checkpoint elsewhere; later run \
                 fonds verify --against THAT_COPY"
            )
        },
        |anchor| {
            let hand = match &anchor.by {
                Some(by) => hand(&anchor.kind, by, anchor.at, zone),
                None => "in a checkpoint that you gave".to_owned(),
            };
            let others = report.anchored_by.len() as u64 - 1;
            let others = match others {
                0 => String::new(),
                n => format!(" ({n} more: --json, or fonds anchor)"),
            };
            format!(
                "{scope}. Anchored outside: its first {} {hand}{others}; {} since {} not covered.",
                count(anchor.size, "entry", "entries"),
                count(anchor.since, "entry", "entries"),
                if anchor.since == 1 { "is" } else { "are" },
            )
        },
    )
}

/// In whose hands something is, and as of when.
pub(super) fn hand(kind: &str, by: &str, at: Option<Moment>, zone: Zone) -> String {
    let when = at.map_or_else(String::new, |at| {
        format!(", as of {}", show(&Instant::exact(at, "", "stated"), zone))
    });
    let by = visible(by);
    match kind {
        "witness" => format!("cosigned by the witness {by}{when}"),
        "token" => format!("stamped by the authority {by}{when}"),
        kind => format!("in the hands of {by} ({kind}){when}"),
    }
}

/// A finding in its lines; `wanted` is what the first of its two values is called.
fn told(finding: &Finding, wanted: &str) -> String {
    let mut text = format!(
        "  {:<26} {}  {}\n",
        finding.code,
        visible(&finding.subject),
        visible(&finding.message)
    );
    if !finding.of.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  {:26} {:<8} {}",
            "",
            "of",
            visible(&shortened(&finding.of.join(" ")))
        );
    }
    if let (Some(expected), Some(found)) = (&finding.expected, &finding.found) {
        for (what, value) in [(wanted, expected), ("found", found)] {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {:26} {what:<8} {}", "", visible(&shortened(value)));
        }
    }
    text
}

/// The command that explains the first of these.
fn explains(findings: &[Finding]) -> String {
    let code = findings.first().map_or("findings", |finding| finding.code);
    format!("fonds help {code}")
}

fn shortened(text: &str) -> String {
    const MOST: usize = 100;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MOST).collect();
    format!("{cut}…")
}

/// `fonds verify`.
pub(super) fn run(context: &Context, args: &VerifyArgs) -> Result<Outcome, CliError> {
    let folder;
    let context = match &args.file {
        Some(path) if path.is_dir() => {
            folder = context.at(path.clone());
            &folder
        }
        Some(path) => {
            let closings = given_closings(context, &args.closing)?;
            return file::run(context, path, args.key.as_deref(), &closings);
        }
        None => context,
    };
    given_closings(context, &args.closing)?;
    // Before every byte is read: a word that was misheard is said at once.
    let given = Given::read(args.key.as_deref())?;
    let compared = compare(context, &given)?;
    let mut report = check(context, args.quick, &args.against)?;
    report.findings.extend(differs(&compared));
    let archive = Archive::open(&context.folder).ok();
    let (words, first_seen) = match &archive {
        Some(archive) => (
            words(archive.origin().as_str())?,
            is_first_seen(context, archive, &report)?,
        ),
        None => (Vec::new(), false),
    };
    if let Some(archive) =
        archive.filter(|_| report.findings.is_empty() && !args.quick && report.closed.is_none())
    {
        pin(context, &archive);
    }
    context.ui.answer(&Verified {
        report: &report,
        words,
        first_seen,
        key: compared.word(),
        zone: context.settings().zone.parse().unwrap_or(Zone::UTC),
        succession: succession(&report)?,
    })?;
    Ok(if report.findings.is_empty() {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// The closings that the user gives, kept from now on among what they know.
fn given_closings(context: &Context, paths: &[PathBuf]) -> Result<Vec<Closing>, CliError> {
    let places = context.places()?;
    let read = |path: &PathBuf| {
        let closing = closings::given(path)?;
        closings::keep(&places, &closing)?;
        Ok(closing)
    };
    paths.iter().map(read).collect()
}

/// How what was given compares with the archive's origin.
fn compare(context: &Context, given: &Given) -> Result<Compared, CliError> {
    let archive = Archive::open(&context.folder).ok();
    given.compare(archive.as_ref().map(|archive| archive.origin().as_str()))
}

/// That it is another archive than the one whose words were given, or that this cannot be said.
fn differs(compared: &Compared) -> Option<Finding> {
    let finding = |message| Finding::new("origin.words-differ", "key", message);
    match compared {
        Compared::Differ { expected, found } => Some(
            finding(
                "The words or origin that you gave are not those of this archive: it is another one.",
            )
            .with(expected, found),
        ),
        Compared::Nothing => Some(finding(
            "The archive cannot be opened, so what you gave was compared with nothing.",
        )),
        Compared::NotGiven | Compared::Match => None,
    }
}

fn is_first_seen(context: &Context, archive: &Archive, report: &Report) -> Result<bool, CliError> {
    match super::status::known(context, archive) {
        Ok(known) => Ok(known.standing == super::status::Standing::FirstSeen),
        // A file of the user's or a checkpoint that cannot be read: it is among the findings, which are not to be lost.
        Err(_) if !report.findings.is_empty() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Moves this user's pin to the head that was checked, so that somebody who only reads notices a rollback too. That it
/// could not be moved takes nothing from what was checked.
fn pin(context: &Context, archive: &Archive) {
    let moved = context.places().and_then(|places| {
        let mut pin = Pin::open(&places, archive.origin().as_str())?;
        Ok(archive.move_pin(&mut pin)?)
    });
    if let Err(error) = moved {
        context.ui.warn(&format!(
            "what was seen here could not be noted for the next time: {error}"
        ));
    }
}

/// What a file of this user's holds, or that it is damaged.
fn or_damaged<T>(
    read: Result<T, KeyError>,
    code: &'static str,
    subject: &str,
    options: &mut Options,
) -> Result<Option<T>, CliError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error @ KeyError::Damaged { .. }) => {
            let message =
                format!("It cannot be read, so the archive was not held against it: {error}.");
            options.odd.push(Finding::new(code, subject, message));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Checks the archive against all that this user knows of it.
pub(super) fn check(
    context: &Context,
    quick: bool,
    against: &[PathBuf],
) -> Result<Report, CliError> {
    let (mut report, mut options) = check_once(context, quick, against)?;
    // What the signer remembers is read before the database, so that a database that is behind it is found. A group that
    // was announced in between is then unknown to it, and so is one whose writer was stopped there.
    let unsigned = |report: &Report| {
        let mut findings = report.findings.iter();
        findings.any(|finding| finding.code == "ledger.unsigned-tail")
    };
    for _ in 0..2 {
        if !unsigned(&report) || remembered(context)? == (options.memory, options.pending) {
            break;
        }
        (report, options) = check_once(context, quick, against)?;
    }
    Ok(report)
}

/// What this user's signer signed last, and what it announced since.
fn remembered(context: &Context) -> Result<(Option<Note>, Option<Head>), CliError> {
    let archive = Archive::open(&context.folder)?;
    let (places, origin) = (context.places()?, archive.origin().as_str());
    Ok((
        last_signed(&places, origin)?,
        announced_by(&archive, &places)?,
    ))
}

/// What the archive's key has announced here; nothing where it cannot be said which key that is, which is a finding.
fn announced_by(archive: &Archive, places: &Places) -> Result<Option<Head>, CliError> {
    let Ok(keys) = archive.log_keys() else {
        return Ok(None);
    };
    Ok(announced(
        places,
        archive.origin().as_str(),
        &keys.current(),
    )?)
}

fn check_once(
    context: &Context,
    quick: bool,
    against: &[PathBuf],
) -> Result<(Report, Options), CliError> {
    // An archive that cannot even be opened is looked at all the same; it has no origin to find a pin by.
    let archive = Archive::open(&context.folder).ok();
    let keys = archive.as_ref().and_then(|it| it.log_keys().ok());
    let fits = |note: &Note| keys.as_ref().is_some_and(|keys| keys.open(note).is_ok());
    let mut mended = Vec::new();
    let mut options = Options {
        quick,
        trusted: Trusted::load(&context.places()?)?,
        now: Some(context.now()?),
        ..Options::default()
    };
    for path in against {
        let handed = handed::from(path, fits)?;
        mended.extend(handed.mended.map(|what| NotFinding {
            subject: path.display().to_string(),
            text: format!(
                "It is no exact copy of the checkpoint: {what}. With that undone its signature fits, and it was taken so."
            ),
        }));
        options.against.push(handed.note);
    }
    if let Some(archive) = archive {
        let places = context.places()?;
        let origin = archive.origin().as_str();
        let (closings, wrong) = closings::of(&archive, &places)?;
        options.closings = closings;
        options.odd.extend(wrong);
        let pin = Pin::open(&places, origin);
        let pin = or_damaged(pin, "pin.damaged", "pin", &mut options)?;
        options.pin = pin.and_then(|pin| pin.note().cloned());
        let memory = last_signed(&places, origin);
        let memory = or_damaged(memory, "memory.damaged", "signer's memory", &mut options)?;
        options.memory = memory.flatten();
        if options.odd.iter().all(|odd| odd.code != "memory.damaged") {
            options.pending = announced_by(&archive, &places)?;
        }
    }
    let meter = context.ui.meter();
    let told = Cell::new(0);
    let mut progress = |progress: verify::Progress| {
        told.set(progress.bytes);
        let what = format!("records, {}", size(progress.bytes));
        meter.tell(progress.records, None, &what);
    };
    let mut report = verify::folder(
        &context.folder,
        &options,
        &mut Outside {
            progress: &mut progress,
            cpu: Some(&crate::cli::cpu_seconds),
        },
    )?;
    drop(meter);
    report.not_findings.extend(mended);
    Ok((report, options))
}
