//! `fonds cite`.

use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use super::CliError;
use super::Context;
use super::Outcome;
use super::draft;
use super::leaks;
use super::leaks::LeakArgs;
use super::mark;
use super::outputs::may_be_written;
use super::ui::Answer;
use super::ui::count;
use super::version;
use super::visible;
use super::written::write_all;
use crate::archive::Archive;
use crate::cite;
use crate::cite::Citations;
use crate::cite::Dated;
use crate::cite::Draft;
use crate::cite::Held;
use crate::cite::House;
use crate::cite::Manner;
use crate::cite::Options;
use crate::cite::Rest;
use crate::cite::Verdict;
use crate::durable;
use crate::keys::words;
use crate::report;
use crate::report::Seal;
use crate::tlog::Checkpoint;
use crate::tlog::Note;

/// Check a draft's quotations against the archive; write the citation report
///
/// Every quotation is looked for among all texts, or in the item that a pin such as `[m-7kq2]` beside it names, and each
/// difference is named. Pins stand in brackets, footnotes, endnotes or comments: an item, an item and a page
/// (`d-41ac:7`), or `off the archive: Source A` for what the archive does not hold. A verdict says that the words stand in
/// the item: not who wrote them, nor whether they are true. What the draft itself says of who wrote them, to whom and when is
/// held against the record beside it. A person signs off (`fonds cite mark`), the program never does.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_negates_reqs = true,
    args_conflicts_with_subcommands = true,
    override_usage = "fonds cite DRAFT [OPTIONS]\n       fonds cite ACT … [OPTIONS]",
    subcommand_help_heading = "Acts",
    after_help = "\
Examples
  fonds cite draft.md
  fonds cite draft.docx -o report.html -o report.md
  fonds cite draft.docx --comments checked.docx the draft again, with what was found beside its words
  fonds cite draft.md -o sources.csl.json       the sources cited, for Zotero
  fonds cite draft.html --house ap --json
  fonds cite - < draft.md
  fonds cite mark draft.md Q7 checked --by \"E. Ferro\"
  fonds cite draft-2.md --since draft.md        sign-offs of what did not change are carried over
  fonds cite publish-version draft.md -o report.html
  fonds cite correct --before \"on Monday\" --after \"on Tuesday\" --reason \"a slip\"

Exit status
  0 every quotation stands or is signed off, 1 some are altered, not found or need attention, 2 could not be done,
  10 no archive here"
)]
pub(super) struct CiteArgs {
    #[command(subcommand)]
    act: Option<CiteAct>,
    /// The draft: .docx, .odt, Markdown, HTML or plain text; - reads Markdown or a .docx from the standard input
    #[arg(value_name = "DRAFT", required = true)]
    draft: Option<PathBuf>,
    /// Write the report there: .html, .md or .json, or the sources cited: .csl.json; may be given several times
    #[arg(short, long = "output", value_name = "REPORT")]
    output: Vec<PathBuf>,
    /// Write the draft there, a .docx, with what was found as comments at its words
    #[arg(long, value_name = "OUT.docx")]
    comments: Option<PathBuf>,
    /// An older state of the draft: what was signed off of it is carried over where neither words nor evidence changed
    #[arg(long, value_name = "OLD_DRAFT")]
    since: Option<PathBuf>,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    leaks: LeakArgs,
}

#[derive(Debug, clap::Subcommand)]
enum CiteAct {
    Mark(mark::MarkArgs),
    PublishVersion(version::FreezeArgs),
    Correct(version::CorrectArgs),
    Versions(version::VersionsArgs),
    Compare(version::CompareArgs),
}

/// By which rules quotations are judged.
#[derive(Debug, clap::Args)]
pub(super) struct RulesArgs {
    /// The house's rules of quoting: magazine, ap or legal [default: the archive's]
    #[arg(long, value_name = "HOUSE")]
    house: Option<String>,
    /// Let nothing pass that the house would allow silently
    #[arg(long)]
    strict: bool,
}

impl RulesArgs {
    /// The rules that were named, else the archive's.
    pub(super) fn read(&self, context: &Context) -> Result<Manner, CliError> {
        let house = self
            .house
            .clone()
            .unwrap_or_else(|| context.settings().house);
        let house: House = house.parse().map_err(|error: cite::ParseHouseError| {
            CliError::usage(error.to_string(), "magazine, ap or legal")
        })?;
        Ok(Manner {
            house,
            strict: self.strict,
        })
    }
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
        let mut text = if citations.quotations.is_empty() {
            "The draft has no quotations".to_owned()
        } else {
            count(citations.quotations.len() as u64, "quotation", "quotations")
        };
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
                let attention = quoted.needs_attention() && !quoted.is_settled();
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
        text.push_str(&signed(citations));
        let counts = &citations.counts;
        let stated = counts.statements_agree + counts.statements_differ + counts.statements_open;
        if stated > 0 {
            let _ = writeln!(
                text,
                "Who and when, as the draft says: {} agree, {} differ, {} cannot be told.",
                counts.statements_agree, counts.statements_differ, counts.statements_open
            );
        }
        text.push_str(&pinned(citations));
        if let Some(version) = citations.versions.last() {
            let corrections = version.standing().count() as u64;
            let _ = writeln!(
                text,
                "Published: {}, with {}.",
                version.called(),
                count(corrections, "correction", "corrections")
            );
        }
        for finding in &citations.findings {
            let mark = if cite::needs_attention(finding.code) {
                "  <- look"
            } else {
                ""
            };
            let (subject, message) = (visible(&finding.subject), visible(&finding.message));
            let _ = writeln!(text, "{subject}: {message}{mark}");
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

/// What was signed off, in a line or two.
fn signed(citations: &Citations) -> String {
    let mut states: Vec<(&str, usize)> = Vec::new();
    let mut again = Vec::new();
    for quoted in &citations.quotations {
        let Some(signed) = &quoted.signed else {
            continue;
        };
        if signed.outdated.is_some() {
            again.push(quoted.id.as_str());
        }
        match states.iter_mut().find(|it| it.0 == signed.state) {
            Some(state) => state.1 += 1,
            None => states.push((&signed.state, 1)),
        }
    }
    let mut text = String::new();
    if !states.is_empty() {
        let states: Vec<String> = states
            .iter()
            .map(|it| format!("{} {}", it.1, it.0))
            .collect();
        let _ = writeln!(text, "Signed off: {}.", states.join(", "));
    }
    if let Some(since) = &citations.since {
        let carried = count(since.carried as u64, "sign-off", "sign-offs");
        let _ = write!(text, "{carried} carried over from the older draft");
        let look = since.changed.join(", ");
        let _ = writeln!(
            text,
            "; to be looked at: {}.",
            if look.is_empty() { "none" } else { &look }
        );
    } else if !again.is_empty() {
        let _ = writeln!(
            text,
            "Changed since it was signed off: {}.",
            again.join(", ")
        );
    }
    text
}

/// What the pins that belong to no quotation come to, in a line.
fn pinned(citations: &Citations) -> String {
    if citations.claims.is_empty() {
        return String::new();
    }
    let mut text = count(
        citations.claims.len() as u64,
        "statement pinned without a quotation",
        "statements pinned without a quotation",
    );
    let of = |state| {
        citations
            .claims
            .iter()
            .filter(|it| it.state == state)
            .count()
    };
    let states: Vec<String> = Rest::ALL
        .iter()
        .map(|state| (of(*state), state.label()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, label)| format!("{count} {label}"))
        .collect();
    let _ = writeln!(text, ": {}.", states.join("; "));
    text
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
    match (&args.act, &args.draft) {
        (Some(CiteAct::Mark(args)), _) => mark::run(context, args),
        (Some(CiteAct::PublishVersion(args)), _) => version::freeze(context, args),
        (Some(CiteAct::Correct(args)), _) => version::correct(context, args),
        (Some(CiteAct::Versions(args)), _) => version::list(context, args),
        (Some(CiteAct::Compare(args)), _) => version::compare(context, args),
        (None, Some(draft)) => of_draft(context, args, draft),
        (None, None) => Err(CliError::usage("no draft is named", "fonds cite DRAFT")),
    }
}

fn of_draft(context: &Context, args: &CiteArgs, path: &Path) -> Result<Outcome, CliError> {
    for output in &args.output {
        format_of(output)?;
    }
    if let Some(comments) = &args.comments
        && !is_docx(comments)
    {
        return Err(CliError::usage(
            format!("{} is not the name of a .docx", comments.display()),
            "--comments with a name that ends in .docx",
        ));
    }
    let files: Vec<PathBuf> = args.output.iter().chain(&args.comments).cloned().collect();
    for output in &files {
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
    let draft = Some(("draft", path)).filter(|(_, it)| *it != Path::new(draft::STDIN));
    may_be_written(context, &files, draft.as_slice())?;
    let opened = draft::open(path)?;
    let older = args.since.as_deref().map(draft::digest).transpose()?;
    super::indexing::go_on(context, &archive);
    let rules = args.rules.read(context)?;
    let mut citations = check(context, &archive, &opened.draft, rules)?;
    let own = archive.sign_offs(&citations.draft.sha256)?;
    match older {
        Some(older) => cite::sign(
            &mut citations,
            &own,
            Some((older, &archive.sign_offs(&older)?)),
        ),
        None => cite::sign(&mut citations, &own, None),
    }
    let versions = archive.versions()?;
    let published = version::of_draft(&versions, &citations.draft.sha256)
        .or_else(|| version::of_draft(&versions, &older?));
    if let Some(published) = published {
        citations.versions = Archive::versions_up_to(&versions, published.entry);
    }
    let seal = seal(&archive)?;
    let mut reports = Vec::new();
    for output in &args.output {
        reports.push((output, rendered(&citations, seal.as_ref(), output)?));
    }
    let remarks = match &args.comments {
        Some(output) => Some((output, commented(&citations, &opened, path)?)),
        None => None,
    };
    let mut outputs: Vec<(String, &str)> = reports
        .iter()
        .map(|(output, text)| (output.display().to_string(), text.as_str()))
        .collect();
    if let Some((output, (words, _))) = &remarks {
        outputs.push((output.display().to_string(), words));
    }
    leaks::check(context, &archive, &args.leaks, &outputs)?;
    let reports = reports
        .iter()
        .map(|(path, text)| (path.as_path(), text.as_bytes()));
    let remarks = remarks
        .iter()
        .map(|(path, (_, bytes))| (path.as_path(), bytes.as_slice()));
    write_all(reports.chain(remarks))?;
    context.ui.answer(&Cited(&citations))?;
    for output in &files {
        context.ui.say(&format!("Wrote {}", output.display()));
    }
    let clean = citations
        .quotations
        .iter()
        .all(|quoted| !quoted.needs_attention() || quoted.is_settled())
        && citations
            .findings
            .iter()
            .all(|finding| !cite::needs_attention(finding.code))
        && !citations.dated.iter().any(Dated::needs_attention);
    Ok(if clean {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// The draft with comments in it, as a .docx, and the words of those.
fn commented(
    citations: &Citations,
    opened: &draft::Opened,
    path: &Path,
) -> Result<(String, Vec<u8>), CliError> {
    let mut comments = report::citation::comments(citations);
    if opened.draft.paragraphs.is_empty() {
        comments.clear();
    }
    let time = citations.time.as_deref();
    let bytes = cite::with_comments(&opened.bytes, &opened.draft, &comments, time)
        .map_err(|error| draft::unreadable(path, &error))?;
    let words: Vec<String> = comments.into_iter().flat_map(|it| it.lines).collect();
    Ok((words.join("\n"), bytes))
}

fn is_docx(path: &Path) -> bool {
    path.extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("docx"))
}

/// Checks a draft against an archive.
pub(super) fn check(
    context: &Context,
    archive: &Archive,
    draft: &Draft,
    rules: Manner,
) -> Result<Citations, CliError> {
    let options = Options {
        house: rules.house,
        strict: rules.strict,
        archive: context.settings().name,
        by: context.by(),
        time: Some(context.now()?.to_string()),
        zone: Some(context.settings().zone),
    };
    let meter = context.ui.meter();
    let tell = |done, of| meter.tell(done, Some(of), "items gone through");
    let held = Held::new(archive)?.telling(&tell);
    Ok(cite::check(&held, draft, &options)?)
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

/// The format of a report of the whole check.
pub(super) fn report_format(output: &Path) -> Result<Format, CliError> {
    if is_csl(output) {
        return Err(CliError::usage(
            format!(
                "{} is a name for the sources cited, and not for a report",
                output.display()
            ),
            "a name that ends in .html, .md or .json",
        ));
    }
    format_of(output)
}

/// Whether the name asks for the sources cited, and not for the whole check.
fn is_csl(output: &Path) -> bool {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    name.to_lowercase().ends_with(".csl.json")
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
    if is_csl(output) {
        return Ok(report::citation::csl_json(citations));
    }
    rendered_as(citations, seal, format_of(output)?)
}

/// A report in that format.
pub(super) fn rendered_as(
    citations: &Citations,
    seal: Option<&Seal>,
    format: Format,
) -> Result<String, CliError> {
    Ok(match format {
        Format::Html => report::citation::html(citations, seal),
        Format::Markdown => report::citation::markdown(citations, seal),
        Format::Json => report::citation::json(citations).map_err(|error| CliError::Output {
            source: error.into(),
        })?,
    })
}
