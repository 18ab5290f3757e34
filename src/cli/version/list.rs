//! `fonds cite versions`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use super::freeze::place;
use super::instead;
use super::kept;
use super::meant;
use crate::archive::Archive;
use crate::archive::Version;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::leaks;
use crate::cli::leaks::LeakArgs;
use crate::cli::outputs::may_be_written;
use crate::cli::ui::Answer;
use crate::cli::ui::count;
use crate::cli::written::write_all;
use crate::record::Instant;
use crate::record::Moment;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;

/// List what was published, and what was corrected of it
///
/// Without an argument all versions of all texts. With a version, or with the draft or the file name of one, those of that
/// text. The files that were frozen can be written again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds cite versions
  fonds cite versions draft.md
  fonds cite versions 14 --draft frozen.md --report frozen.html

Exit status
  0 listed, 2 could not be done, 4 no such version, 10 no archive here")]
pub(in crate::cli) struct VersionsArgs {
    /// A version by its entry; or the draft, or the file name of the draft, of any
    #[arg(value_name = "VERSION")]
    version: Option<String>,
    /// Write the draft as it was frozen
    #[arg(long, value_name = "FILE", requires = "version")]
    draft: Option<PathBuf>,
    /// Write the report as it was frozen
    #[arg(long, value_name = "FILE", requires = "version")]
    report: Option<PathBuf>,
    #[command(flatten)]
    leaks: LeakArgs,
}

/// `fonds/cite-versions/1`.
#[derive(Debug, Serialize)]
struct Listed {
    schema: &'static str,
    /// Oldest first.
    versions: Vec<Version>,
    #[serde(skip)]
    zone: Zone,
}

impl Answer for Listed {
    fn text(&self) -> String {
        if self.versions.is_empty() {
            return "Nothing was published yet.\n".to_owned();
        }
        let mut text = String::new();
        for version in &self.versions {
            // Writing to a string cannot fail.
            let _ = self.version(&mut text, version);
        }
        text
    }
}

impl Listed {
    fn version(&self, text: &mut String, version: &Version) -> std::fmt::Result {
        let name = version.name.as_deref().unwrap_or("a draft without a name");
        write!(text, "Version {} of {}", version.number, visible(name))?;
        let place = place(version, self.zone);
        match version.withdrawn {
            // It is not published, whatever was recorded of it.
            Some(entry) => writeln!(
                text,
                ": withdrawn under entry {entry}; was recorded as published{place}"
            )?,
            None => writeln!(text, "{place}")?,
        }
        let by = version.by.as_deref().map(visible).unwrap_or_default();
        let recorded = shown(&version.recorded, self.zone);
        write!(text, "  entry {}, recorded {recorded}", version.entry)?;
        writeln!(text, "{}{by}", if by.is_empty() { "" } else { " by " })?;
        if let Some(previous) = version.previous {
            writeln!(text, "  the version before it is entry {previous}")?;
        }
        for (what, bytes) in [("draft ", version.draft), ("report", version.report)] {
            let sha256 =
                bytes.map_or_else(|| "not recorded".to_owned(), |it| it.sha256.to_string());
            writeln!(text, "  {what} {sha256}")?;
        }
        if let Some(head) = &version.checkpoint {
            writeln!(text, "  stood on the head of {} entries", head.size)?;
        }
        if let Some(note) = &version.note {
            writeln!(text, "  note: {}", visible(note))?;
        }
        for one in &version.unsettled {
            writeln!(
                text,
                "  not settled: {} {}",
                visible(&one.what),
                visible(&one.why)
            )?;
        }
        if version.corrections.is_empty() {
            return Ok(());
        }
        let many = count(
            version.corrections.len() as u64,
            "correction",
            "corrections",
        );
        writeln!(text, "  {many}:")?;
        for one in &version.corrections {
            let at = one.at.as_ref().map(|at| show(at, self.zone));
            let when =
                at.unwrap_or_else(|| format!("recorded {}", shown(&one.recorded, self.zone)));
            writeln!(
                text,
                "    entry {}, {when}, paragraph {}: {}",
                one.entry,
                one.paragraph,
                instead(&one.before, one.after.as_deref())
            )?;
            if let Some(reason) = &one.reason {
                writeln!(text, "      because: {}", visible(reason))?;
            }
            if !one.evidence.is_empty() {
                writeln!(text, "      on the evidence of {}", one.evidence.join(", "))?;
            }
            if let Some(entry) = one.withdrawn {
                writeln!(text, "      withdrawn under entry {entry}")?;
            }
        }
        Ok(())
    }
}

/// A recorded moment in words.
fn shown(recorded: &str, zone: Zone) -> String {
    recorded.parse::<Moment>().map_or_else(
        |_| visible(recorded),
        |moment| show(&Instant::exact(moment, "", "computed"), zone),
    )
}

/// `fonds cite versions`.
pub(in crate::cli) fn run(context: &Context, args: &VersionsArgs) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let all = archive.versions()?;
    let outputs: Vec<&PathBuf> = args.draft.iter().chain(&args.report).collect();
    if !outputs.is_empty() {
        may_be_written(context, &outputs, &[])?;
        let version = meant(&all, args.version.as_deref())?;
        write(context, &archive, args, &version)?;
    }
    let versions = match args.version.as_deref() {
        None => all,
        Some(typed) => of_text(&all, typed)?,
    };
    context.ui.answer(&Listed {
        schema: "fonds/cite-versions/1",
        versions,
        zone: context.settings().zone.parse().unwrap_or(Zone::UTC),
    })?;
    for output in &outputs {
        context.ui.say(&format!("Wrote {}", output.display()));
    }
    Ok(Outcome::Done)
}

/// The versions of the text that is meant.
fn of_text(all: &[Version], typed: &str) -> Result<Vec<Version>, CliError> {
    let name = Path::new(typed).file_name().unwrap_or_default();
    let name = name.to_string_lossy();
    let named = || {
        all.iter()
            .rev()
            .find(|it| it.name.as_deref() == Some(&*name))
    };
    let meant = meant(all, Some(typed)).or_else(|error| named().cloned().ok_or(error))?;
    let mut entries = BTreeSet::from([meant.entry]);
    for version in all.iter().rev() {
        if entries.contains(&version.entry) {
            entries.extend(version.previous);
        }
    }
    for version in all {
        if version.previous.is_some_and(|it| entries.contains(&it)) {
            entries.insert(version.entry);
        }
    }
    let of_text = all.iter().filter(|it| entries.contains(&it.entry));
    Ok(of_text.cloned().collect())
}

/// Writes what was frozen, byte for byte.
fn write(
    context: &Context,
    archive: &Archive,
    args: &VersionsArgs,
    version: &Version,
) -> Result<(), CliError> {
    let mut files = Vec::new();
    if let Some(path) = &args.draft {
        files.push((path, kept(archive, version.draft, "draft")?));
    }
    if let Some(path) = &args.report {
        demand_free(archive, version)?;
        let report = kept(archive, version.report, "report")?;
        let text = String::from_utf8_lossy(&report).into_owned();
        let output = [(path.display().to_string(), text.as_str())];
        leaks::check(context, archive, &args.leaks, &output)?;
        files.push((path, report));
    }
    let files = files.iter();
    write_all(files.map(|(path, bytes)| (path.as_path(), bytes.as_slice())))
}

/// Refuses to write a report again that shows passages of what was withheld since.
fn demand_free(archive: &Archive, version: &Version) -> Result<(), CliError> {
    let frozen = archive.frozen()?.into_iter();
    let shown = frozen.filter(|it| it.entry == version.entry);
    let withholding = archive.withholding()?;
    for item in shown.flat_map(|it| it.items) {
        if let Some(withheld) = withholding.of(archive, item)? {
            let called = match archive.card(item)? {
                Some(card) => archive.reference(&card)?,
                None => format!("item {item}"),
            };
            return Err(CliError::usage(
                format!(
                    "the report that was frozen shows passages of {called}, which is withheld under entry {}",
                    withheld.entry
                ),
                "fonds cite DRAFT -o REPORT        writes one without them",
            ));
        }
    }
    Ok(())
}
