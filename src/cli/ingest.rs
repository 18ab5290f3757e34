//! `fonds ingest`.

use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::say_nameless;
use super::acts::time;
use super::agents::Agents;
use super::secrets::Confidential;
use super::stop::Said;
use super::stop::Stoppable;
use super::ui::Answer;
use super::ui::count;
use super::ui::number;
use super::ui::size;
use super::visible;
use crate::archive::Archive;
use crate::ingest;
use crate::ingest::Known;
use crate::ingest::Outside;
use crate::ingest::Progress;
use crate::ingest::Receipt;
use crate::ingest::Request;
use crate::ingest::read::Mapping;
use crate::record::Kind;
use crate::record::Moment;
use crate::record::Zone;
use crate::record::kind_words;

/// The usual words for how something was obtained.
const HOW: &[&str] = &[
    "given",
    "subpoena",
    "public-record",
    "capture",
    "leak",
    "purchase",
    "unknown",
];

/// Lines of a long list that are shown.
const SHOWN: usize = 20;

/// Bytes that are read of a mapping; a longer one is refused.
const LONGEST_MAPPING: u64 = 64 << 10;

/// Bring in files, folders or exports. Originals are copied, never changed
///
/// Mail, mailboxes, Maildirs, X archives, pages, texts and zip archives are read; any other file is kept all the same
/// and said to be stored, not searchable. The same bytes with the same stated provenance are not recorded twice; an
/// interrupted ingest goes on when it is started again with the same paths.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds ingest papers/ voss.mbox
  fonds ingest x-export.zip --from 'Source A' --received 2023-08-14 --how given
  fonds ingest papers/ --confidential --received 2023-08-14
  fonds ingest --dry-run papers/
  fonds ingest --table posts.toml posts.csv
  ssh desk cat inbox.mbox | fonds ingest -

A table (CSV, TSV, JSON lines) is read by a mapping, a small file in TOML; the archive keeps it, and its name will do
the next time:
  name = 'posts'
  format = 'csv'                    or 'tsv', 'json-lines'
  rows = 'posts'                    or 'messages', 'transcript' (where what one person says goes on in the next row)
  escaped = 'html'                  where the text has &amp; for &: it stands as it is, and is compared without
  degraded = 'commas are lost'      where it is known what the copy has lost
  [columns]                         by name, or by number from 1; also to, link, id, conversation
  text = 'text'
  from = 'screen_name'
  time = 'created_at'
  [time]                            also format = '%d/%m/%Y %H:%M', 'unix' or 'unix-millis'
  zone = 'UTC'
and, where it is so: header = false, delimiter, quotes, encoding; from, to and time of every row in [stated].

Exit status
  0 all of it is in, 3 in part (some files could not be read or understood), 2 could not be done, 10 no archive here,
  11 in use, 12 wrong key")]
pub(super) struct IngestArgs {
    /// Files and folders; - is standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Who gave it: a name, an account or a reference; unknown where it is
    #[arg(long, value_name = "WHO")]
    from: Option<String>,
    #[command(flatten)]
    confidence: Confidential,
    /// Through whom it came
    #[arg(long, value_name = "WHO")]
    via: Option<String>,
    /// When it was received, in any words: 2023-08-14, 'June 2023', '2023-08-14 16:00~', unknown
    #[arg(long, value_name = "WHEN")]
    received: Option<String>,
    /// Who received it
    #[arg(long, value_name = "WHO")]
    received_by: Option<String>,
    /// How it was obtained: given, subpoena, public-record, capture, leak, purchase, unknown
    #[arg(long, value_name = "HOW")]
    how: Option<String>,
    /// On what authority
    #[arg(long, value_name = "TEXT")]
    authority: Option<String>,
    /// On what terms, as in 'not for attribution'
    #[arg(long, value_name = "TEXT")]
    terms: Option<String>,
    /// On whose word all this rests
    #[arg(long, value_name = "TEXT")]
    basis: Option<String>,
    /// Who holds the original
    #[arg(long, value_name = "WHO")]
    holder: Option<String>,
    /// What it is a part of
    #[arg(long, value_name = "TEXT")]
    part_of: Option<String>,
    /// What is known to be missing
    #[arg(long, value_name = "TEXT")]
    missing: Option<String>,
    /// The zone of stated times [default: the archive's]
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// What the files are, where their content should not decide
    #[arg(long = "as", value_name = "KIND", conflicts_with = "table")]
    kind: Option<String>,
    /// Read the files as tables, each row an item: a file that says which column is what, or the name of one used before
    #[arg(long, value_name = "MAPPING")]
    table: Option<PathBuf>,
    /// Say what would be done and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave the full-text index for later: find and the next ingest go on with it
    #[arg(long)]
    no_index: bool,
}

#[derive(Debug, Serialize)]
struct Ingested {
    schema: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    #[serde(flatten)]
    receipt: Receipt,
    /// The archive's, for the days that are shown.
    #[serde(skip)]
    zone: Zone,
}

impl Answer for Ingested {
    fn text(&self) -> String {
        let receipt = &self.receipt;
        let mut text = self.headline();
        let kinds = receipt.kinds.iter().map(|(kind, n)| (kind_words(kind), n));
        let widest = kinds.clone().map(|(kind, _)| kind.chars().count()).max();
        let widest = widest.unwrap_or(0).max(20);
        for (kind, n) in kinds {
            let _ = writeln!(text, "  {kind:<widest$} {:>9}", number(*n));
        }
        if let Some((earliest, latest)) = &receipt.span {
            let day = |at: &Moment| self.zone.local(*at).0.format("%-d %b %Y");
            let _ = writeln!(text, "  messages from {} to {}", day(earliest), day(latest));
        }
        if let Some(inside) = receipt.inside.filter(|inside| *inside > 0) {
            let _ = writeln!(
                text,
                "  {} inside these not looked into: ingest counts what is new of {}, and the messages in {}",
                count(inside, "member or attachment", "members and attachments"),
                if inside == 1 { "it" } else { "them" },
                if inside == 1 { "it" } else { "them" },
            );
        }
        if receipt.not_searchable > 0 {
            let _ = writeln!(
                text,
                "  {} stored, not searchable: no reader understands {}",
                count(receipt.not_searchable, "document", "documents"),
                if receipt.not_searchable == 1 {
                    "it"
                } else {
                    "them"
                }
            );
        }
        here(
            &mut text,
            &receipt.already,
            receipt.documents.known,
            "are already here",
            "",
        );
        here(
            &mut text,
            &receipt.again,
            receipt.again_count,
            "were already here and are also part of this accession",
            ", also part of this accession",
        );
        for notice in receipt.notices.iter().take(SHOWN) {
            let _ = writeln!(
                text,
                "  {}  {}",
                visible(&notice.path),
                visible(&notice.text)
            );
        }
        if receipt.notices.len() > SHOWN {
            let _ = writeln!(
                text,
                "  and {} more notices (--json lists all)",
                receipt.notices.len() - SHOWN
            );
        }
        if !receipt.failed.is_empty() {
            // Of one file several things may not have been understood.
            let mut files: Vec<&str> = receipt.failed.iter().map(|it| it.path.as_str()).collect();
            files.sort_unstable();
            files.dedup();
            let _ = writeln!(
                text,
                "\n{} could not be read or understood. Exit status 3.",
                count(files.len() as u64, "file", "files")
            );
            for failed in receipt.failed.iter().take(SHOWN) {
                let kept = failed
                    .document
                    .as_ref()
                    .map_or_else(String::new, |document| {
                        format!(" (the file itself is stored as {document})")
                    });
                let _ = writeln!(
                    text,
                    "  {}  {}{kept}",
                    visible(&failed.path),
                    visible(&failed.reason)
                );
            }
            if receipt.failed.len() > SHOWN {
                let _ = writeln!(
                    text,
                    "  and {} more (--json lists all)",
                    receipt.failed.len() - SHOWN
                );
            }
        }
        text
    }
}

/// Names what came again, as far as it is listed, and counts the rest.
fn here(text: &mut String, listed: &[Known], all: u64, state: &str, also: &str) {
    for known in listed.iter().take(SHOWN) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  {}  already here as {}{also}",
            visible(&known.path),
            known.document
        );
    }
    let unlisted = all.saturating_sub(SHOWN as u64);
    if unlisted > 0 {
        let lists = if also.is_empty() {
            " (--json lists all; nothing else does)"
        } else {
            ""
        };
        let _ = writeln!(text, "  and {} more that {state}{lists}", number(unlisted));
    }
}

impl Ingested {
    fn headline(&self) -> String {
        let receipt = &self.receipt;
        let files = count(receipt.files, "file", "files");
        if self.dry_run {
            return format!(
                "Nothing was done. {files}, {}: {} new, {} already here, {}.\n",
                size(receipt.bytes),
                number(receipt.documents.added),
                number(receipt.documents.known),
                count(receipt.messages, "message", "messages")
            );
        }
        let Some(accession) = &receipt.accession else {
            if receipt.files == 0 {
                return if receipt.failed.is_empty() {
                    "There are no files in what was given. Nothing was recorded.\n".to_owned()
                } else {
                    "Nothing could be read. Nothing was recorded.\n".to_owned()
                };
            }
            let here = number(receipt.documents.known);
            return match receipt.documents.known {
                0 if !receipt.failed.is_empty() => format!(
                    "Nothing was brought in: {files} read, and none taken. Nothing was recorded.\n"
                ),
                known if known < receipt.files => format!(
                    "Nothing new: {files} read, {here} already here, the others not taken. Nothing was recorded.\n"
                ),
                _ => {
                    format!("Nothing new: {files} read, all already here. Nothing was recorded.\n")
                }
            };
        };
        let mut text = format!(
            "Ingested as {accession}: {files}, {}, {}, {}",
            size(receipt.bytes),
            count(receipt.documents.added, "new document", "new documents"),
            count(receipt.messages, "message", "messages")
        );
        if receipt.documents.known > 0 {
            let _ = write!(text, " ({} already here)", number(receipt.documents.known));
        }
        if receipt.continued {
            text.push_str("\nThis accession had been interrupted and was taken up where it stood");
        }
        text.push_str(".\n");
        text
    }
}

/// `fonds ingest`.
pub(super) fn run(context: &Context, args: &IngestArgs) -> Result<Outcome, CliError> {
    let kind = args.kind.as_deref().map(kind).transpose()?;
    if args.dry_run {
        if args.confidence.confidential {
            return Err(CliError::usage(
                "--dry-run records nothing, so there is nothing to keep a name out of",
                "fonds ingest --dry-run PATH        without --confidential",
            ));
        }
        if args.paths.iter().any(|path| path.as_os_str() == "-") {
            return Err(CliError::usage(
                "--dry-run would use standard input up, so that nothing is left to bring in",
                "put it into a file first, then fonds ingest --dry-run FILE",
            ));
        }
        let archive = context.archive()?;
        let mut agents = Agents::new(&archive)?;
        let table = table(context, &archive, args)?;
        let request = request(context, &archive, args, (kind, table), &mut agents)?;
        let receipt = ingest::rehearse(&archive, &request)?;
        return finish(context, receipt, true);
    }
    let mut writer = context.writer()?;
    let mut agents = Agents::new(writer.archive())?;
    let table = table(context, writer.archive(), args)?;
    let request = request(context, writer.archive(), args, (kind, table), &mut agents)?;
    let stoppable = Stoppable::begin(
        context,
        Said {
            message: "stopped by you before any file was read".to_owned(),
            kept: "what was recorded before this is kept, and nothing is half recorded",
            hint: "the same command again: it goes on where it stopped",
        },
    );
    let meter = context.ui.meter();
    let progress = |progress: Progress| {
        stoppable.now(|said| {
            said.message = format!(
                "stopped by you after {}, {}",
                count(progress.files, "file", "files"),
                size(progress.bytes)
            );
        });
        let what = format!(
            "{}, {}, {}",
            if progress.files == 1 { "file" } else { "files" },
            size(progress.bytes),
            count(progress.messages, "message", "messages")
        );
        meter.tell(progress.files, None, &what);
    };
    let fallback = context.now()?;
    let clock = || context.now().unwrap_or(fallback);
    let receipt = ingest::run(
        &mut writer,
        &request,
        &mut Outside {
            clock: &clock,
            progress: &progress,
            stdin: Some(Box::new(io::stdin())),
        },
    )?;
    drop(meter);
    stoppable.now(|said| {
        "stopped by you while the words were indexed".clone_into(&mut said.message);
        said.kept = "all files are recorded";
        said.hint = "fonds find WORDS        goes on with the index";
    });
    let recorded = receipt.accession.is_some();
    let outcome = finish(context, receipt, false)?;
    if recorded {
        say_nameless(context);
    }
    if !args.no_index {
        super::indexing::go_on(context, writer.archive());
    }
    Ok(outcome)
}

fn finish(context: &Context, receipt: Receipt, dry_run: bool) -> Result<Outcome, CliError> {
    let outcome = if receipt.failed.is_empty() {
        Outcome::Done
    } else {
        Outcome::InPart
    };
    context.ui.answer(&Ingested {
        schema: "fonds/ingest/1",
        dry_run,
        receipt,
        zone: context.settings().zone.parse().unwrap_or(Zone::UTC),
    })?;
    Ok(outcome)
}

fn kind(word: &str) -> Result<Kind, CliError> {
    if word == Kind::Table.word() {
        return Err(CliError::usage(
            "a table is read by a mapping that says which column is what",
            "fonds ingest --table MAPPING PATH",
        ));
    }
    Kind::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Kind::ALL
            .iter()
            .filter(|kind| **kind != Kind::Table)
            .map(|kind| kind.word())
            .collect();
        CliError::usage(
            format!("{word:?} is no kind of document"),
            format!("one of {}", words.join(", ")),
        )
    })
}

/// The mapping that was named: a file, or the name of one with which tables came in before.
fn table(
    context: &Context,
    archive: &Archive,
    args: &IngestArgs,
) -> Result<Option<Mapping>, CliError> {
    let Some(named) = &args.table else {
        return Ok(None);
    };
    let read = File::open(named).and_then(|file| {
        let mut text = String::new();
        file.take(LONGEST_MAPPING).read_to_string(&mut text)?;
        Ok(text)
    });
    let text = match read {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = named.to_string_lossy();
            return match ingest::kept_mapping(archive, &name)? {
                Some(mapping) => Ok(Some(mapping)),
                None => Err(CliError::usage(
                    format!(
                        "{name} is no file, and no mapping of that name was used in this archive"
                    ),
                    "check the path, or fonds help ingest        for what a mapping is",
                )),
            };
        }
        Err(source) => {
            return Err(CliError::Read {
                path: named.clone(),
                source,
            });
        }
    };
    let mut mapping = Mapping::read(&text).map_err(|error| {
        CliError::usage(
            format!("the mapping {} cannot be used: {error}", named.display()),
            "mend the file, or fonds help ingest        for what a mapping is",
        )
    })?;
    mapping.state_zone(zone(context, args)?);
    Ok(Some(mapping))
}

/// The zone of stated times.
fn zone(context: &Context, args: &IngestArgs) -> Result<Zone, CliError> {
    let settings = context.settings();
    let named = args.zone.as_deref().unwrap_or(&settings.zone);
    named
        .parse()
        .map_err(|error: crate::record::ParseZoneError| {
            CliError::usage(
                error.to_string(),
                "give an IANA name such as America/New_York, or an offset such as -04:00",
            )
        })
}

/// The request, with every stated thing as the slot holds it.
fn request(
    context: &Context,
    archive: &Archive,
    args: &IngestArgs,
    (kind, table): (Option<Kind>, Option<Mapping>),
    agents: &mut Agents,
) -> Result<Request, CliError> {
    let zone = zone(context, args)?;
    let basis = if args.zone.is_some() {
        "stated"
    } else {
        "archive"
    };
    let mut statement: Vec<(&'static str, Value)> = Vec::new();
    if let Some(told) = args.confidence.told(context, args.from.as_ref())? {
        let giver = agents.confidential(context, archive.committer(), &told)?;
        statement.push(("from", giver));
    }
    for (slot, who) in [
        ("from", &args.from),
        ("via", &args.via),
        ("received_by", &args.received_by),
        ("holder_of_original", &args.holder),
    ] {
        if let Some(who) = who {
            statement.push((slot, agents.party(context, who)?));
        }
    }
    if let Some(how) = args.how.as_deref().filter(|how| !HOW.contains(how)) {
        context.ui.say(&format!(
            "note: {} is none of the usual words for how something was obtained ({}); it is kept as it is",
            visible(how),
            HOW.join(", ")
        ));
    }
    if let Some(words) = &args.received {
        let at = time(context, archive, words, zone, basis)?;
        statement.push(("received", serde_json::to_value(at).unwrap_or(Value::Null)));
    }
    for (slot, text) in [
        ("how", &args.how),
        ("authority", &args.authority),
        ("terms", &args.terms),
        ("basis", &args.basis),
        ("part_of", &args.part_of),
        ("missing", &args.missing),
    ] {
        if let Some(text) = text {
            statement.push((slot, Value::from(text.clone())));
        }
    }
    Ok(Request {
        paths: args.paths.clone(),
        statement,
        note: None,
        by: context.by(),
        kind,
        table,
        limits: ingest::read::Limits::default(),
        tool: super::tool,
        before: agents.take_named(context),
    })
}
