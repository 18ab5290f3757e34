//! `fonds provenance`.

mod all;
mod anchors;
mod gather;
mod hidden;
mod published;
mod words;

use std::path::Path;
use std::path::PathBuf;

use super::CliError;
use super::Context;
use super::Outcome;
use super::cite;
use super::formats::Format;
use super::leaks;
use super::leaks::LeakArgs;
use super::outputs::may_be_written;
use super::ui::Answer;
use super::written::write_all;
use crate::record::Zone;
use crate::report::NOT_SHOWN;
use crate::report::provenance;
use crate::report::provenance::Provenance;
use crate::report::provenance::Subject;

/// Write the provenance report of one item or of all
///
/// Says three things apart: whether the bytes are unchanged and since when, how late the time can be and on whose word,
/// and who says whence it came. Then what was stated, through whose hands it came with every gap, and who is said to be
/// behind it. The bytes of the items asked for are read again; with --all they are listed as recorded.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds provenance m-7kq2
  fonds provenance m-7kq2 d-41ac -o provenance.html
  fonds provenance --all -o holdings.html -o holdings.json

Exit status
  0 written, 1 bytes are not as they were recorded, 2 could not be done, 4 no such item, 10 no archive here")]
pub(super) struct ProvenanceArgs {
    /// Documents, messages or accessions
    #[arg(value_name = "ITEM", required_unless_present = "all")]
    item: Vec<String>,
    /// All accessions and documents, in short
    #[arg(long, conflicts_with = "item")]
    all: bool,
    /// Write the report there: .html, .md, .json or .pdf (a browser prints it); may be given several times
    #[arg(short, long = "output", value_name = "FILE")]
    output: Vec<PathBuf>,
    #[command(flatten)]
    leaks: LeakArgs,
}

/// The answer as text; in JSON it is the report itself.
struct Written<'a>(&'a Provenance);

impl serde::Serialize for Written<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Answer for Written<'_> {
    fn text(&self) -> String {
        provenance::text(self.0)
    }
}

/// `fonds provenance`.
pub(super) fn run(context: &Context, args: &ProvenanceArgs) -> Result<Outcome, CliError> {
    let formats: Vec<Format> = (args.output.iter())
        .map(|output| Format::demanded(output))
        .collect::<Result<_, _>>()?;
    let browser = cite::printer(formats.contains(&Format::Pdf))?;
    let archive = context.archive()?;
    may_be_written(context, &args.output, &[])?;
    let settings = context.settings();
    let zone: Zone = settings.zone.parse().unwrap_or(Zone::UTC);
    let mut report = Provenance {
        schema: "fonds/provenance/1",
        archive: settings.name,
        time: Some(context.now()?.to_string()),
        by: context.by(),
        seal: cite::seal(&archive)?,
        items: Vec::new(),
        all: None,
        not_shown: NOT_SHOWN,
        zone,
    };
    if args.all {
        report.all = Some(all::all(context, &archive)?);
    } else {
        let mut gatherer = gather::Gatherer::new(context, &archive, zone)?;
        for item in &args.item {
            report.items.push(gatherer.subject(item)?);
        }
    }
    let mut written = Vec::with_capacity(args.output.len());
    for (output, format) in args.output.iter().zip(&formats) {
        written.push((output.display().to_string(), rendered(&report, *format)?));
    }
    if args.output.is_empty() || context.ui.json {
        let shown = if context.ui.json {
            json(&report)?
        } else {
            provenance::text(&report)
        };
        written.push(("the report".to_owned(), shown));
    }
    let looked_at: Vec<(String, &str)> = written
        .iter()
        .map(|(name, text)| (name.clone(), text.as_str()))
        .collect();
    leaks::check_names(context, &archive, &args.leaks, &looked_at)?;
    let mut files: Vec<(&Path, Vec<u8>)> = Vec::with_capacity(args.output.len());
    for ((output, format), (_, text)) in args.output.iter().zip(&formats).zip(&written) {
        let bytes = match &browser {
            Some(browser) if *format == Format::Pdf => browser.print(text.as_bytes())?,
            _ => text.clone().into_bytes(),
        };
        files.push((output, bytes));
    }
    write_all((files.iter()).map(|(output, bytes)| (*output, bytes.as_slice())))?;
    if args.output.is_empty() || context.ui.json {
        context.ui.answer(&Written(&report))?;
    }
    for output in &args.output {
        context.ui.say(&format!("Wrote {}", output.display()));
    }
    let damaged: Vec<&Subject> = report.items.iter().filter(|it| it.is_damaged()).collect();
    for subject in &damaged {
        context.ui.warn(&format!(
            "the bytes of {} are not as they were recorded; fonds verify says what is damaged",
            subject.item
        ));
    }
    Ok(if damaged.is_empty() {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// It as text: of a PDF the page that is to be printed.
fn rendered(report: &Provenance, format: Format) -> Result<String, CliError> {
    match format {
        Format::Html | Format::Pdf => Ok(provenance::html(report)),
        Format::Markdown => Ok(provenance::markdown(report)),
        Format::Json => json(report),
    }
}

fn json(report: &Provenance) -> Result<String, CliError> {
    serde_json::to_string_pretty(report).map_err(|error| CliError::Output {
        source: error.into(),
    })
}
