//! `fonds cite`.

use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use super::CliError;
use super::Context;
use super::Outcome;
use super::leaks;
use super::leaks::LeakArgs;
use super::ui::Answer;
use super::ui::count;
use super::visible;
use crate::archive::Archive;
use crate::cite;
use crate::cite::Citations;
use crate::cite::Dated;
use crate::cite::Draft;
use crate::cite::DraftFormat;
use crate::cite::Held;
use crate::cite::House;
use crate::cite::Options;
use crate::cite::Verdict;
use crate::durable;
use crate::keys::words;
use crate::report;
use crate::report::Seal;
use crate::tlog::Checkpoint;
use crate::tlog::Note;

/// The name that stands for the standard input.
const STDIN: &str = "-";

/// The longest draft that is read, in bytes.
const LONGEST_DRAFT: u64 = 16 << 20;

/// Check a draft's quotations against the archive; write the citation report
///
/// Every quotation is looked for among all texts, or in the item that a pin such as `[m-7kq2]` beside it names, and each
/// difference is named. A verdict says that the words stand in the item: not who wrote them, nor whether they are true.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds cite draft.md
  fonds cite draft.md -o report.html -o report.md
  fonds cite draft.md -o sources.csl.json       the sources cited, for Zotero
  fonds cite draft.html --house ap --json
  fonds cite - < draft.md

Exit status
  0 every quotation stands, 1 some are altered, not found or need attention, 2 could not be done, 10 no archive here")]
pub(super) struct CiteArgs {
    /// The draft: Markdown, HTML or plain text; - reads Markdown from the standard input
    #[arg(value_name = "DRAFT")]
    draft: PathBuf,
    /// Write the report there: .html, .md or .json, or the sources cited: .csl.json; may be given several times
    #[arg(short, long = "output", value_name = "REPORT")]
    output: Vec<PathBuf>,
    /// The house's rules of quoting: magazine, ap or legal [default: the archive's]
    #[arg(long, value_name = "HOUSE")]
    house: Option<String>,
    /// Let nothing pass that the house would allow silently
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    leaks: LeakArgs,
}

/// The answer as text; in JSON it is the citations themselves.
struct Cited<'a>(&'a Citations);

impl serde::Serialize for Cited<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Answer for Cited<'_> {
    fn text(&self) -> String {
        let citations = self.0;
        if citations.quotations.is_empty() && citations.dated.is_empty() {
            return "The draft has no quotations.".to_owned();
        }
        let mut text = count(citations.quotations.len() as u64, "quotation", "quotations");
        text.push_str(".\n");
        for verdict in Verdict::ALL {
            let of: Vec<_> = citations
                .quotations
                .iter()
                .filter(|quoted| quoted.verdict == *verdict)
                .collect();
            if of.is_empty() {
                continue;
            }
            let _ = writeln!(text, "{:>5}  {}", of.len(), verdict.label());
            for quoted in of {
                let attention = quoted.needs_attention();
                if !attention && matches!(verdict, Verdict::Exact | Verdict::HouseStyle) {
                    continue;
                }
                let _ = writeln!(
                    text,
                    "       {:<4} paragraph {:<3} {}{}",
                    quoted.id,
                    quoted.paragraph,
                    visible(&shortened(&quoted.text)),
                    if attention { "  <- look" } else { "" }
                );
                for finding in &quoted.findings {
                    let _ = writeln!(text, "            {}", visible(&finding.message));
                }
                if let Some(found) = quoted.matches.first() {
                    let _ = writeln!(
                        text,
                        "            {}: {}",
                        found.item,
                        visible(&shortened(&found.text))
                    );
                }
            }
        }
        let counts = &citations.counts;
        let stated = counts.statements_agree + counts.statements_differ + counts.statements_open;
        if stated > 0 {
            let _ = writeln!(
                text,
                "Who and when, as the draft says: {} agree, {} differ, {} cannot be told.",
                counts.statements_agree, counts.statements_differ, counts.statements_open
            );
        }
        if !citations.dated.is_empty() {
            let many = count(
                citations.dated.len() as u64,
                "printed time",
                "printed times",
            );
            let _ = writeln!(text, "{many} of posts.");
        }
        for dated in &citations.dated {
            let _ = writeln!(
                text,
                "       paragraph {:<3} {}: {}{}\n            {}",
                dated.paragraph,
                visible(&dated.text),
                dated.label(),
                if dated.needs_attention() {
                    "  <- look"
                } else {
                    ""
                },
                visible(&dated.said)
            );
        }
        text
    }
}

fn shortened(text: &str) -> String {
    const MOST: usize = 72;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MOST).collect();
    format!("{cut}…")
}

/// `fonds cite`.
pub(super) fn run(context: &Context, args: &CiteArgs) -> Result<Outcome, CliError> {
    for output in &args.output {
        format_of(output)?;
        let folder = output
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(CliError::usage(
                format!(
                    "there is no folder {} to write a report in",
                    folder.display()
                ),
                "make it first",
            ));
        }
    }
    let archive = context.archive()?;
    let draft = Some(args.draft.as_path()).filter(|draft| *draft != Path::new(STDIN));
    may_be_written(&archive, &args.output, draft)?;
    super::indexing::go_on(context, &archive);
    let house = args
        .house
        .clone()
        .unwrap_or_else(|| context.settings().house);
    let house: House = house.parse().map_err(|error: cite::ParseHouseError| {
        CliError::usage(error.to_string(), "magazine, ap or legal")
    })?;
    let citations = check(context, &archive, &args.draft, house, args.strict)?;
    let seal = seal(&archive)?;
    let mut reports = Vec::new();
    for output in &args.output {
        reports.push((output, rendered(&citations, seal.as_ref(), output)?));
    }
    let outputs: Vec<(String, &str)> = reports
        .iter()
        .map(|(output, text)| (output.display().to_string(), text.as_str()))
        .collect();
    leaks::check(context, &archive, &args.leaks, &outputs)?;
    for (output, text) in &reports {
        durable::write_atomic(output, text.as_bytes())?;
    }
    context.ui.answer(&Cited(&citations))?;
    for output in &args.output {
        context.ui.say(&format!("Wrote {}", output.display()));
    }
    let clean = citations
        .quotations
        .iter()
        .all(|quoted| !quoted.needs_attention())
        && !citations.dated.iter().any(Dated::needs_attention);
    Ok(if clean {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// Checks a draft against an archive.
pub(super) fn check(
    context: &Context,
    archive: &Archive,
    path: &Path,
    house: House,
    strict: bool,
) -> Result<Citations, CliError> {
    use std::io::Read as _;
    let stdin = path == Path::new(STDIN);
    let mut bytes = Vec::new();
    let read = if stdin {
        std::io::stdin()
            .lock()
            .take(LONGEST_DRAFT + 1)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path)
            .and_then(|file| file.take(LONGEST_DRAFT + 1).read_to_end(&mut bytes))
    };
    read.map_err(|source| CliError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    if memchr::memchr(0, &bytes).is_some()
        || bytes.starts_with(b"PK\x03\x04")
        || bytes.starts_with(b"%PDF-")
    {
        return Err(CliError::usage(
            if stdin {
                "what came in is not text".to_owned()
            } else {
                format!("{} is not text", path.display())
            },
            "save the draft as Markdown, HTML or plain text; this release reads no other",
        ));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = if stdin {
        Draft::read(&bytes, None, DraftFormat::Markdown)
    } else {
        Draft::read(&bytes, Some(&name), DraftFormat::of_name(&name))
    };
    let options = Options {
        house,
        strict,
        archive: context.settings().name,
        by: context.by(),
        time: Some(context.now()?.to_string()),
        zone: Some(context.settings().zone),
    };
    let meter = context.ui.meter();
    let tell = |done, of| meter.tell(done, Some(of), "items gone through");
    let held = Held::new(archive)?.telling(&tell);
    Ok(cite::check(&held, &draft, &options)?)
}

/// The signed head that a report is made of.
pub(super) fn seal(archive: &Archive) -> Result<Option<Seal>, CliError> {
    let (_, Some(note)) = archive.head()? else {
        return Ok(None);
    };
    let parsed = Note::parse(note.as_bytes()).map_err(crate::keys::KeyError::from)?;
    let checkpoint = Checkpoint::parse(parsed.text()).map_err(crate::keys::KeyError::from)?;
    let root = parsed.text().lines().nth(2).unwrap_or_default().to_owned();
    Ok(Some(Seal {
        origin: archive.origin().to_string(),
        words: words(archive.origin().as_str())?
            .into_iter()
            .map(ToOwned::to_owned)
            .collect(),
        checkpoint: note,
        size: checkpoint.size,
        root,
        time: None,
    }))
}

#[derive(Clone, Copy)]
pub(super) enum Format {
    Html,
    Markdown,
    Json,
}

/// The format that a name asks for.
pub(super) fn format_of(output: &Path) -> Result<Format, CliError> {
    let extension = output
        .extension()
        .map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("html" | "htm") => Ok(Format::Html),
        Some("md" | "markdown") => Ok(Format::Markdown),
        Some("json") => Ok(Format::Json),
        _ => Err(CliError::usage(
            format!(
                "{} does not say what sort of report is wanted",
                output.display()
            ),
            "a name that ends in .html, .md or .json",
        )),
    }
}

/// Whether the name asks for the sources cited, and not for the whole check.
fn is_csl(output: &Path) -> bool {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    name.to_lowercase().ends_with(".csl.json")
}

/// Refuses to write a report over the file that it is about, by whatever name, or into the archive's own folder: a draft
/// would be lost, and what lies in the archive without being recorded there is a finding of `verify`.
pub(super) fn may_be_written(
    archive: &Archive,
    outputs: &[PathBuf],
    draft: Option<&Path>,
) -> Result<(), CliError> {
    for output in outputs {
        if let Some(draft) = draft.filter(|draft| is_same_file(draft, output)) {
            return Err(CliError::usage(
                format!(
                    "{} is the draft itself, and the report would take its place",
                    output.display()
                ),
                format!(
                    "fonds cite {} -o REPORT.html        with a name of its own",
                    draft.display()
                ),
            ));
        }
        if lies_in(output, archive.root()) {
            return Err(CliError::usage(
                format!(
                    "{} lies in the archive's own folder, which holds nothing but what was ingested",
                    output.display()
                ),
                "-o with a path outside the archive",
            ));
        }
    }
    Ok(())
}

/// Whether two paths lead to the same bytes on the disk, through links of either sort.
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (std::fs::metadata(one), std::fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Whether a file of that name would lie in the folder, or replace a link to something in it.
fn lies_in(output: &Path, folder: &Path) -> bool {
    let Ok(folder) = std::fs::canonicalize(folder) else {
        return false;
    };
    let beside = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    [beside, output]
        .into_iter()
        .filter_map(|path| std::fs::canonicalize(path).ok())
        .any(|path| path.starts_with(&folder))
}

/// Writes a report in the format that its name asks for.
pub(super) fn write(
    citations: &Citations,
    seal: Option<&Seal>,
    output: &Path,
) -> Result<(), CliError> {
    let text = rendered(citations, seal, output)?;
    Ok(durable::write_atomic(output, text.as_bytes())?)
}

/// A report in the format that its name asks for.
fn rendered(citations: &Citations, seal: Option<&Seal>, output: &Path) -> Result<String, CliError> {
    Ok(match format_of(output)? {
        Format::Html => report::citation::html(citations, seal),
        Format::Markdown => report::citation::markdown(citations, seal),
        Format::Json if is_csl(output) => report::citation::csl_json(citations),
        Format::Json => report::citation::json(citations).map_err(|error| CliError::Output {
            source: error.into(),
        })?,
    })
}
