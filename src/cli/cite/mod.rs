//! `fonds cite`.

mod acts;
mod formats;
mod said;

use std::path::Path;
use std::path::PathBuf;

use super::CliError;
use super::Context;
use super::Outcome;
use super::browser::Browser;
use super::draft;
use super::formats::Format;
use super::leaks;
use super::leaks::LeakArgs;
use super::mark;
use super::outputs::may_be_written;
use super::proven;
use super::ui::Answer as _;
use super::ui::count;
use super::version;
use super::written::write_all;
use crate::archive::Archive;
use crate::cite;
use crate::cite::Citations;
use crate::cite::Dated;
use crate::cite::Draft;
use crate::cite::Form;
use crate::cite::Held;
use crate::cite::House;
use crate::cite::Manner;
use crate::cite::Options;
use crate::cite::ParseStyleError;
use crate::cite::Sources as _;
use crate::cite::Style;
use crate::keys::words;
use crate::record::Digest;
use crate::record::Finding;
use crate::record::visible;
use crate::report;
use crate::report::Seal;
use crate::tlog::Checkpoint;
use crate::tlog::Note;

pub(super) use acts::misspelt_in;
pub(super) use formats::frozen_format;
pub(super) use formats::rendered;

use formats::Wanted;
use said::Cited;

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
  fonds cite draft.md -o report.html --proof     the report checks itself, and fonds verify report.html checks it
  fonds cite draft.md -o sources.csl.json       the sources cited, for Zotero
  fonds cite draft.md -o sources.bib            the same for BibLaTeX
  fonds cite draft.md -o report.pdf --style apa --readers-can-reach-archive
  fonds cite draft.md -o draft.annotations.json W3C Web Annotations, one at each quotation
  fonds cite draft.html --house ap --json
  fonds cite - < draft.md
  fonds cite mark draft.md Q7 checked --by \"E. Ferro\"
  fonds cite draft.md --quick                   while writing: by the search index alone
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
    /// Write the report there: .html, .md, .json or .pdf (a browser prints it); the sources cited: .csl.json or .bib; or
    /// what was found at the draft's words: .annotations.json; may be given several times
    #[arg(short, long = "output", value_name = "REPORT")]
    output: Vec<PathBuf>,
    /// Write the draft there, a .docx, with what was found as comments at its words
    #[arg(long, value_name = "OUT.docx")]
    comments: Option<PathBuf>,
    /// An older state of the draft: what was signed off of it is carried over where neither words nor evidence changed
    #[arg(long, value_name = "OLD_DRAFT")]
    since: Option<PathBuf>,
    /// Let the .html report carry the proof of the passages it shows. The lines in which these stand, with what is shown
    /// around them, become readable whole, with accounts and time of sender and addressees: see 'as recorded' on the page
    #[arg(long, requires = "output")]
    proof: bool,
    /// Ask the search index alone, which takes no longer in a large archive: what it does not find is 'not checked'
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    form: FormArgs,
    #[command(flatten)]
    leaks: LeakArgs,
}

/// How sources are cited.
#[derive(Debug, Default, clap::Args)]
pub(super) struct FormArgs {
    /// The style of citations: chicago, apa, mla or bluebook [default: the archive's, else chicago]
    #[arg(long, value_name = "STYLE")]
    style: Option<String>,
    /// Cite as for readers who can go to the archive: APA and MLA name it then, and CSL-JSON too
    #[arg(long)]
    readers_can_reach_archive: bool,
    /// Give the SHA-256 of the document in each citation
    #[arg(long)]
    digests: bool,
}

impl FormArgs {
    /// The style that was named, else the archive's.
    pub(super) fn read(&self, context: &Context) -> Result<Form, CliError> {
        let style = self
            .style
            .clone()
            .unwrap_or_else(|| context.settings().style);
        let style: Style = style.parse().map_err(|error: ParseStyleError| {
            CliError::usage(error.to_string(), "chicago, apa, mla or bluebook")
        })?;
        Ok(Form {
            style,
            readers_can_reach_archive: self.readers_can_reach_archive,
            digests: self.digests,
        })
    }
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
    acts::demand_draft(path)?;
    let wanted: Vec<Wanted> = (args.output.iter())
        .map(|output| Wanted::of(output))
        .collect::<Result<_, _>>()?;
    if args.proof && !wanted.contains(&Wanted::Report(Format::Html)) {
        return Err(CliError::usage(
            "only a report in HTML carries a proof, and none is asked for",
            "-o with a name that ends in .html",
        ));
    }
    let browser = printer(wanted.contains(&Wanted::Report(Format::Pdf)))?;
    let files = files(args)?;
    let archive = context.archive()?;
    let draft = Some(("draft", path)).filter(|(_, it)| *it != Path::new(draft::STDIN));
    may_be_written(context, &files, draft.as_slice())?;
    let opened = draft::open(path)?;
    let older = args.since.as_deref().map(draft::open).transpose()?;
    super::indexing::go_on(context, &archive);
    let rules = args.rules.read(context)?;
    let form = args.form.read(context)?;
    let mut citations = check_with(context, &archive, &opened.draft, rules, form, args.quick)?;
    let since = signed(&archive, &mut citations, &opened.draft, older.as_ref())?;
    let versions = archive.versions()?;
    let published = version::of_draft(&versions, &citations.draft.sha256)
        .or_else(|| version::of_draft(&versions, &since?));
    if let Some(published) = published {
        citations.versions = Archive::versions_up_to(&versions, published.entry);
    }
    let mut seal = seal(&archive)?;
    if let Some(seal) = seal.as_mut().filter(|_| args.proof) {
        seal.proven = Some(proven::prove(context, &archive, &citations)?);
    }
    let mut made = Vec::with_capacity(files.len());
    for (output, wanted) in args.output.iter().zip(wanted) {
        let text = wanted.render(&citations, &opened.draft, seal.as_ref())?;
        made.push(Made {
            output,
            looked_at: wanted.looked_at(&text, &citations),
            printed: wanted == Wanted::Report(Format::Pdf),
            bytes: text.into_bytes(),
        });
    }
    if let Some(output) = &args.comments {
        let (looked_at, bytes) = commented(&citations, &opened, path)?;
        made.push(Made {
            output,
            looked_at,
            printed: false,
            bytes,
        });
    }
    let answer = Cited(&citations);
    may_leave(context, &archive, &args.leaks, &made, &answer)?;
    if !made.is_empty() {
        say_terms(context, &citations);
    }
    for made in made.iter_mut().filter(|it| it.printed) {
        if let Some(browser) = &browser {
            made.bytes = browser.print(&made.bytes)?;
        }
    }
    write_all((made.iter()).map(|made| (made.output, made.bytes.as_slice())))?;
    context.ui.answer(&answer)?;
    for output in &files {
        context.ui.say(&format!("Wrote {}", output.display()));
    }
    if let Some(proven) = seal.as_ref().and_then(|it| it.proven.as_ref()) {
        let (items, lines) = proven.readable();
        context.ui.say(&format!(
            "The report carries its proof: {} of {} are readable whole in it, with accounts and times.",
            count(lines as u64, "line", "lines"),
            count(items as u64, "item", "items"),
        ));
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

/// Writes what was signed off of a draft beside its quotations, and carries over what was of an older state of it: the digest
/// of that.
fn signed(
    archive: &Archive,
    citations: &mut Citations,
    draft: &Draft,
    older: Option<&draft::Opened>,
) -> Result<Option<Digest>, CliError> {
    let own = archive.sign_offs(&citations.draft.sha256)?;
    let Some(older) = older else {
        cite::sign(citations, &own, None);
        return Ok(None);
    };
    let since = older.draft.sha256;
    let signed = archive.sign_offs(&since)?;
    cite::sign(citations, &own, Some((since, &signed)));
    if !cite::in_common(&older.draft, draft) {
        let name = older.draft.name.as_deref().unwrap_or("the older draft");
        citations.findings.push(Finding::new(
            "draft.since-another",
            "draft",
            format!(
                "{} has no six words in a row and no quotation in common with this draft, so nothing was carried over from \
                 it: name an older state of this draft with --since",
                visible(name)
            ),
        ));
    }
    Ok(Some(since))
}

/// Says on what terms what is quoted was given, before it is written where others read it.
pub(super) fn say_terms(context: &Context, citations: &Citations) {
    for said in report::terms_said(citations) {
        context.ui.warn(&format!("look: {said}"));
    }
}

/// A file that is about to be written.
struct Made<'a> {
    output: &'a Path,
    /// What a leak is looked for in.
    looked_at: String,
    /// Whether the bytes are a page that a browser has to print.
    printed: bool,
    bytes: Vec<u8>,
}

/// The files that are asked for; refused where one cannot be what it is called, or has no folder to lie in.
fn files(args: &CiteArgs) -> Result<Vec<PathBuf>, CliError> {
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
    Ok(files)
}

/// Refuses what is not to leave. Files are exports. What is printed is the answer to whoever keeps the archive, in JSON as in
/// text; but who gives the key of the vault asks for its names to be kept in.
fn may_leave(
    context: &Context,
    archive: &Archive,
    args: &LeakArgs,
    made: &[Made<'_>],
    answer: &Cited<'_>,
) -> Result<(), CliError> {
    let outputs: Vec<(String, &str)> = made
        .iter()
        .map(|made| (made.output.display().to_string(), made.looked_at.as_str()))
        .collect();
    leaks::check(context, archive, args, &outputs)?;
    let shown = if context.ui.json {
        formats::json(answer.0)?
    } else {
        answer.text()
    };
    leaks::check_names(context, archive, args, &[("the answer".to_owned(), &shown)])
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

/// The browser that prints, where something is to be printed.
pub(super) fn printer(wanted: bool) -> Result<Option<Browser>, CliError> {
    wanted.then(Browser::demanded).transpose()
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
    form: Form,
) -> Result<Citations, CliError> {
    check_with(context, archive, draft, rules, form, false)
}

/// The same; `quick` asks the search index alone.
fn check_with(
    context: &Context,
    archive: &Archive,
    draft: &Draft,
    rules: Manner,
    form: Form,
    quick: bool,
) -> Result<Citations, CliError> {
    let options = Options {
        house: rules.house,
        strict: rules.strict,
        form,
        archive: context.settings().name,
        by: context.by(),
        time: Some(context.now()?.to_string()),
        zone: Some(context.settings().zone),
    };
    let meter = context.ui.meter();
    let tell = |done, of| meter.tell(done, Some(of), "items gone through");
    let held = Held::new(archive)?.telling(&tell).quickly(quick);
    if quick && !held.indexed() {
        return Err(CliError::usage(
            "--quick asks the search index alone, and that does not cover all of this archive",
            "fonds cite DRAFT        without --quick; fonds doctor says what the index lacks",
        ));
    }
    let mut citations = cite::check(&held, draft, &options)?;
    report::citation::cite(&mut citations);
    Ok(citations)
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
        proven: None,
    }))
}
