//! `fonds cite publish-version`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use super::bytes_of;
use super::demand_one_report;
use super::document;
use super::earlier;
use super::frozen;
use super::meant;
use super::sign_by_words;
use crate::archive::Archive;
use crate::archive::Standpoint;
use crate::archive::Step;
use crate::archive::Unsettled;
use crate::archive::Version;
use crate::cite::Citations;
use crate::cite::Draft;
use crate::cite::lost;
use crate::cite::sign;
use crate::cite::unsettled;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::acts::Values;
use crate::cli::acts::say_nameless;
use crate::cli::cite;
use crate::cli::draft;
use crate::cli::formats::Format;
use crate::cli::indexing;
use crate::cli::leaks;
use crate::cli::leaks::LeakArgs;
use crate::cli::mark::cited_entry;
use crate::cli::outputs::may_be_written;
use crate::cli::ui::Answer;
use crate::cli::written::write_all;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Finding;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;

/// Things that were not settled, as many as are recorded.
const RECORDED: usize = 1_000;

/// Freeze a version of a text that is published: its draft, its report, and the head that it stood on
///
/// The draft is checked once more. What a person has yet to settle is said and asked about; with --yes it is published all
/// the same, and recorded as not settled. Draft and report are kept in the archive. A draft of the same file name as a
/// published one is taken as the next version of it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds cite publish-version draft.md --at https://harbor.example/pier --when \"2026-11-23 18:00\" -o pier.html
  fonds cite publish-version draft-2.md --previous 14 --yes
  fonds cite versions                          what was published, and what was corrected of it

Exit status
  0 recorded, 1 recorded, and something in it is not settled, 2 could not be done or not agreed to, 4 no such version,
  10 no archive here, 11 in use, 12 wrong key")]
pub(in crate::cli) struct FreezeArgs {
    /// The draft as it is published
    #[arg(value_name = "DRAFT")]
    draft: PathBuf,
    /// Where it is published: an address, or words
    #[arg(long, value_name = "URL")]
    at: Option<String>,
    /// When it is published
    #[arg(long, value_name = "WHEN")]
    when: Option<String>,
    /// The version before it, by its entry or its draft [default: the last one of the same file name]
    #[arg(long, value_name = "VERSION", conflicts_with = "first")]
    previous: Option<String>,
    /// It is another text, and the first version of it
    #[arg(long)]
    first: bool,
    /// Publish it without asking, although something is not settled
    #[arg(long)]
    yes: bool,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Write the report there too: .html, .md or .json
    #[arg(short, long = "output", value_name = "REPORT")]
    outputs: Vec<PathBuf>,
    #[command(flatten)]
    rules: cite::RulesArgs,
    #[command(flatten)]
    leaks: LeakArgs,
}

/// `fonds/cite-publish-version/1`.
#[derive(Debug, Serialize)]
struct Frozen {
    schema: &'static str,
    #[serde(flatten)]
    version: Version,
    #[serde(skip)]
    zone: Zone,
}

impl Answer for Frozen {
    fn text(&self) -> String {
        let version = &self.version;
        let mut text = format!(
            "Published as {}{}{}.\n",
            version.called(),
            version
                .name
                .as_deref()
                .map_or_else(String::new, |name| { format!(" of {}", visible(name)) }),
            place(version, self.zone)
        );
        if let Some(previous) = version.previous {
            let _ = writeln!(text, "The version before it is entry {previous}.");
        }
        let _ = writeln!(
            text,
            "Frozen: the draft (SHA-256 {}), its report ({}), the head of {} entries.",
            version
                .draft
                .map_or_else(String::new, |it| it.sha256.to_string()),
            version
                .report
                .map_or_else(String::new, |it| it.sha256.to_string()),
            version.checkpoint.as_ref().map_or(0, |it| it.size)
        );
        if !version.unsettled.is_empty() {
            text.push_str("Not settled, and published all the same:\n");
            text.push_str(&listed(&version.unsettled));
        }
        text
    }
}

/// Where and when a version was published, as the end of a sentence.
pub(super) fn place(version: &Version, zone: Zone) -> String {
    let mut said = String::new();
    if let Some(url) = &version.url {
        let _ = write!(said, " at {}", visible(url));
    }
    if let Some(at) = &version.at {
        let _ = write!(said, ", {}", show(at, zone));
    }
    said
}

fn listed(unsettled: &[Unsettled]) -> String {
    unsettled.iter().fold(String::new(), |mut text, one| {
        let _ = writeln!(text, "  {:<5} {}", visible(&one.what), visible(&one.why));
        text
    })
}

impl FreezeArgs {
    fn output(&self) -> Option<&PathBuf> {
        self.outputs.first()
    }
}

/// `fonds cite publish-version`.
pub(in crate::cli) fn run(context: &Context, args: &FreezeArgs) -> Result<Outcome, CliError> {
    demand_one_report(&args.outputs)?;
    let format = (args.output().map(PathBuf::as_path))
        .map(cite::frozen_format)
        .transpose()?;
    let outputs: Vec<&PathBuf> = args.output().into_iter().collect();
    let given = Some(("draft", args.draft.as_path()));
    let read = given.filter(|(_, path)| *path != Path::new(draft::STDIN));
    may_be_written(context, &outputs, read.as_slice())?;
    let opened = draft::open(&args.draft)?;
    let rules = args.rules.read(context)?;
    let form = cite::FormArgs::default().read(context)?;
    let mut writer = context.writer()?;
    let archive = writer.archive();
    indexing::go_on(context, archive);
    let versions = archive.versions()?;
    let previous = previous(&versions, args, opened.draft.name.as_deref())?;
    let mut citations = cite::check(context, archive, &opened.draft, rules, form)?;
    signed(archive, &mut citations, &versions, previous.as_ref())?;
    let lost = lost_corrections(archive, &versions, previous.as_ref(), &opened.draft);
    for one in &lost {
        context.ui.warn(&format!("look: {}", one.message));
    }
    citations.findings.extend(lost);
    cite::say_terms(context, &citations);
    let open = unsettled(&citations);
    agree(context, args, &open)?;

    // Two entries, and the report that names them, of one act: one look at the clock.
    let mut values = Values::new(context)?;
    let of_the_check = values.again();
    values.time(context, archive, "at", args.when.as_deref())?;
    let draft = bytes_of(&opened.bytes);
    let version = Version {
        name: opened.draft.name.clone(),
        unsettled: open.iter().take(RECORDED).cloned().collect(),
        ..version(context, archive, args, previous.as_ref(), &values, draft)?
    };
    citations.versions = chain(&versions, &version);
    let seal = cite::seal(archive)?;
    let format = format.unwrap_or(Format::Html);
    let report = cite::rendered(&citations, seal.as_ref(), format)?;
    let result = document(&citations)?;
    demand_tight(context, archive, args, &report, &result)?;

    describe(&mut values, args, &version, &result);
    let report_bytes = bytes_of(report.as_bytes());
    let cited = cited_entry(of_the_check, archive, &citations, draft, Some(report_bytes))?;
    let steps = vec![
        Step::Entry(cited),
        Step::Entry(values.entry("published/2")?),
    ];
    let mut files: Vec<&[u8]> = vec![&opened.bytes, report.as_bytes()];
    if report.as_bytes() != result {
        files.push(&result);
    }
    writer.append_with(steps, &files)?;
    if let Some(output) = args.output() {
        let entry = version.entry;
        write_all([(output.as_path(), report.as_bytes())]).map_err(|error| {
            error.after(
                format!("the version is frozen as entry {entry}, with its report"),
                format!("fonds cite versions {entry} --report FILE        writes the report again"),
            )
        })?;
    }
    say_nameless(context);
    answer(context, writer.archive(), version)?;
    if let Some(output) = args.output() {
        context.ui.say(&format!("Wrote {}", output.display()));
    }
    Ok(if open.is_empty() {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// The version as its own report names it: by all but the digests of what is made of it.
fn version(
    context: &Context,
    archive: &Archive,
    args: &FreezeArgs,
    previous: Option<&Version>,
    values: &Values,
    draft: Bytes,
) -> Result<Version, CliError> {
    let (head, _) = archive.head()?;
    let at = values.slots().iter().find(|(slot, _)| *slot == "at");
    let url = args.at.as_deref().map(str::trim);
    Ok(Version {
        entry: head + 1,
        number: previous.map_or(1, |it| it.number + 1),
        previous: previous.map(|it| it.entry),
        next: None,
        name: None,
        url: url.filter(|it| !it.is_empty()).map(str::to_owned),
        at: at.and_then(|(_, at)| serde_json::from_value(at.clone()).ok()),
        cited: head,
        draft: Some(draft),
        report: None,
        citations: None,
        checkpoint: standpoint(archive)?,
        quotations: BTreeMap::new(),
        rules: BTreeMap::new(),
        unsettled: Vec::new(),
        note: None,
        by: context.by(),
        recorded: values.recorded().to_owned(),
        withdrawn: None,
        corrections: Vec::new(),
    })
}

/// The versions before this one, and this one.
fn chain(versions: &[Version], version: &Version) -> Vec<Version> {
    let mut chain = version.previous.map_or_else(Vec::new, |previous| {
        Archive::versions_up_to(versions, previous)
    });
    if let Some(last) = chain.last_mut() {
        last.next = Some(version.entry);
    }
    chain.push(version.clone());
    chain
}

/// Refuses to keep or to write what holds what is not to leave.
fn demand_tight(
    context: &Context,
    archive: &Archive,
    args: &FreezeArgs,
    report: &str,
    result: &[u8],
) -> Result<(), CliError> {
    let name = args.output().map_or_else(
        || "the report".to_owned(),
        |output| output.display().to_string(),
    );
    let result = String::from_utf8_lossy(result);
    let outputs = [(name, report), ("the result".to_owned(), &*result)];
    leaks::check(context, archive, &args.leaks, &outputs)
}

/// What is recorded of the version.
fn describe(values: &mut Values, args: &FreezeArgs, version: &Version, result: &[u8]) {
    values.set("about", json!({"entry": version.cited}));
    if let Some(previous) = version.previous {
        values.set("previous", json!({"entry": previous}));
    }
    values.words("name", version.name.as_deref());
    values.words("url", version.url.as_deref());
    if !version.unsettled.is_empty() {
        values.set("unsettled", value(&version.unsettled));
    }
    values.set("citations", value(&bytes_of(result)));
    values.words("note", args.note.as_deref());
}

fn answer(context: &Context, archive: &Archive, made: Version) -> Result<(), CliError> {
    let recorded = archive.versions()?.into_iter();
    let version = recorded.rev().find(|it| it.entry == made.entry);
    context.ui.answer(&Frozen {
        schema: "fonds/cite-publish-version/1",
        version: version.unwrap_or(made),
        zone: context.settings().zone.parse().unwrap_or(Zone::UTC),
    })
}

fn value<T: Serialize>(of: &T) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

/// The head that something stands on.
pub(super) fn standpoint(archive: &Archive) -> Result<Option<Standpoint>, CliError> {
    let (_, Some(note)) = archive.head()? else {
        return Ok(None);
    };
    let head = archive.open_note(&note)?;
    Ok(Some(Standpoint {
        size: head.size,
        root: Digest::new(*head.root.as_bytes()),
    }))
}

/// The version before this one.
fn previous(
    versions: &[Version],
    args: &FreezeArgs,
    name: Option<&str>,
) -> Result<Option<Version>, CliError> {
    if args.first {
        return Ok(None);
    }
    let found = match (&args.previous, name) {
        (Some(typed), _) => Some(meant(versions, Some(typed))?),
        (None, Some(_)) => {
            let mut last = versions.iter().rev();
            last.find(|it| {
                it.withdrawn.is_none() && it.next.is_none() && it.name.as_deref() == name
            })
            .cloned()
        }
        (None, None) => None,
    };
    let Some(found) = found else {
        return Ok(None);
    };
    if let Some(entry) = found.withdrawn {
        return Err(CliError::usage(
            format!("{} was withdrawn under entry {entry}", found.called()),
            super::LIST,
        ));
    }
    if let Some(next) = found.next {
        return Err(CliError::usage(
            format!("{} was followed by entry {next} already", found.called()),
            format!("--previous {next}        goes on from there"),
        ));
    }
    Ok(Some(found))
}

/// The corrections of the versions before this one that the draft lacks. Of a version whose draft is not here any more, nothing
/// can be told.
fn lost_corrections(
    archive: &Archive,
    versions: &[Version],
    previous: Option<&Version>,
    draft: &Draft,
) -> Vec<Finding> {
    let mut all = Vec::new();
    let before = previous.map_or_else(Vec::new, |it| Archive::versions_up_to(versions, it.entry));
    for version in before.iter().filter(|it| it.standing().next().is_some()) {
        if let Ok(frozen) = frozen(archive, version) {
            all.extend(lost(&frozen, &version.corrections, draft));
        }
    }
    all
}

/// What was signed off of this draft, and what of the versions before still holds.
fn signed(
    archive: &Archive,
    citations: &mut Citations,
    versions: &[Version],
    previous: Option<&Version>,
) -> Result<(), CliError> {
    let draft = citations.draft.sha256;
    sign(citations, &archive.sign_offs(&draft)?, None);
    let Some(previous) = previous else {
        return Ok(());
    };
    let mut drafts: Vec<Digest> = previous.draft.map(|it| it.sha256).into_iter().collect();
    drafts.extend(earlier(versions, previous));
    drafts.retain(|it| *it != draft);
    sign_by_words(archive, citations, &drafts)
}

/// Says what is not settled, and asks.
fn agree(context: &Context, args: &FreezeArgs, open: &[Unsettled]) -> Result<(), CliError> {
    if open.is_empty() || args.yes {
        return Ok(());
    }
    let many = if open.len() == 1 {
        "1 thing is not settled".to_owned()
    } else {
        format!("{} things are not settled", open.len())
    };
    if context.ui.can_ask() {
        context
            .ui
            .warn(&format!("{many}:\n{}", listed(open).trim_end()));
        if context.ui.agrees("Publish it as it is?")? {
            return Ok(());
        }
    }
    let some: Vec<String> = open
        .iter()
        .take(5)
        .map(|it| format!("{} ({})", visible(&it.what), visible(&it.why)))
        .collect();
    Err(CliError::usage(
        format!("{many}: {}", some.join(", ")),
        "fonds cite mark DRAFT Q STATE        settles a quotation; --yes publishes it as it is, and records that",
    ))
}
