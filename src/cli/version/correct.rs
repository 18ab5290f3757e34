//! `fonds cite correct`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use super::bytes_of;
use super::check;
use super::demand_one_report;
use super::document;
use super::earlier;
use super::freeze::standpoint;
use super::frozen;
use super::instead;
use super::meant;
use super::rules;
use crate::archive::Archive;
use crate::archive::Step;
use crate::archive::Target;
use crate::archive::TextCorrection;
use crate::archive::Unsettled;
use crate::archive::Version;
use crate::cite::Citations;
use crate::cite::Draft;
use crate::cite::Evidence;
use crate::cite::Rests;
use crate::cite::Spot;
use crate::cite::Unfit;
use crate::cite::corrected;
use crate::cite::rests;
use crate::cite::unsettled;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::acts::Values;
use crate::cli::acts::say_nameless;
use crate::cli::cite;
use crate::cli::indexing;
use crate::cli::leaks;
use crate::cli::leaks::LeakArgs;
use crate::cli::mark::outcome;
use crate::cli::outputs::may_be_written;
use crate::cli::ui::Answer;
use crate::cli::written::write_all;
use crate::record::Finding;
use crate::record::Instant;
use crate::record::Moment;
use crate::record::visible;

/// Bytes of the words of a correction, at most.
const LONGEST: usize = 32 << 10;

/// Record what was corrected in a published version, and check it again
///
/// Nothing that was frozen changes. The words stand in one paragraph of the text as it is read, in whatever format the draft
/// is, with the corrections before; quotation marks, dashes and spaces may be typed in any shape. A pin in brackets among the
/// new words is one. The corrected text is checked by the rules that the version was judged by. `fonds correct ENTRY
/// --withdraw` withdraws a correction.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds cite correct --before \"on Monday\" --after \"on Tuesday\" --reason \"a slip of the pen\"
  fonds cite correct 14 --before \"no [m-7kq2]\" --after \"\" --reason \"it was not said\" --evidence d-41ac
  fonds cite correct 14 --paragraph 5 --before he --after she --reason \"wrong person\" -o corrected.html

Exit status
  0 recorded, and all of the corrected text is settled, 1 recorded, and something is not, 2 could not be done,
  4 no such version, 10 no archive here, 11 in use, 12 wrong key")]
pub(in crate::cli) struct CorrectArgs {
    /// The version, by its entry or its draft [default: the last one of the only text]
    #[arg(value_name = "VERSION")]
    version: Option<String>,
    /// The words that stand there
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    before: String,
    /// The words that are to stand there; "" for none
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    after: String,
    /// The paragraph, where the words stand in several places
    #[arg(long, value_name = "N")]
    paragraph: Option<usize>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// When the correction was published
    #[arg(long, value_name = "WHEN")]
    when: Option<String>,
    /// A document or message here that supports it
    #[arg(long, value_name = "ITEM")]
    evidence: Vec<String>,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Write the report of the corrected text: .html, .md or .json
    #[arg(short, long = "output", value_name = "REPORT")]
    outputs: Vec<PathBuf>,
    #[command(flatten)]
    leaks: LeakArgs,
}

/// `fonds/cite-correct/1`.
#[derive(Debug, Serialize)]
struct Corrected {
    schema: &'static str,
    /// The entry of the correction.
    entry: u64,
    /// The version that it corrects.
    version: u64,
    /// Its number.
    number: u64,
    paragraph: usize,
    /// The words that stood there, as they stood.
    before: String,
    /// The words that stand there.
    after: Option<String>,
    reason: String,
    evidence: Vec<String>,
    /// How what the text rests on changed by it.
    changed: Evidence,
    /// What is not settled in the corrected text.
    unsettled: Vec<Unsettled>,
    #[serde(skip)]
    called: String,
}

impl Answer for Corrected {
    fn text(&self) -> String {
        let mut text = format!(
            "Corrected under entry {}, {}, paragraph {}: {}\n",
            self.entry,
            self.called,
            self.paragraph,
            instead(&self.before, self.after.as_deref())
        );
        text.push_str("Checked again. ");
        text.push_str(&super::told::evidence_text(&self.changed));
        if !self.unsettled.is_empty() {
            text.push_str("Not settled in the corrected text:\n");
            for one in &self.unsettled {
                let _ = writeln!(text, "  {:<5} {}", visible(&one.what), visible(&one.why));
            }
        }
        text
    }
}

impl CorrectArgs {
    fn output(&self) -> Option<&PathBuf> {
        self.outputs.first()
    }
}

/// `fonds cite correct`.
pub(in crate::cli) fn run(context: &Context, args: &CorrectArgs) -> Result<Outcome, CliError> {
    demand_one_report(&args.outputs)?;
    let format = (args.output().map(PathBuf::as_path))
        .map(cite::frozen_format)
        .transpose()?;
    let outputs: Vec<&PathBuf> = args.output().into_iter().collect();
    may_be_written(context, &outputs, &[])?;
    let mut writer = context.writer()?;
    let archive = writer.archive();
    indexing::go_on(context, archive);
    let versions = archive.versions()?;
    let version = meant(&versions, args.version.as_deref())?;
    demand_correctable(context, &version)?;
    let (before, _) = corrected(&frozen(archive, &version)?, &version.corrections);
    let spot = spot(&before, args, &version)?;
    let mut draft = before.clone();
    (draft.amend(&spot, args.after.trim())).map_err(|error| refused(&error, args, &version))?;
    if draft.paragraphs == before.paragraphs {
        return Err(CliError::usage(
            "the words that are to stand there are those that stand there",
            "--after with other words",
        ));
    }
    let signed = earlier(&versions, &version);
    let was = check(context, archive, &before, rules(&version), &signed)?;
    let mut citations = check(context, archive, &draft, rules(&version), &signed)?;
    let changed = rests(&rests_of(&was)?, &rests_of(&citations)?);
    let mut values = Values::new(context)?;
    values.time(context, archive, "at", args.when.as_deref())?;
    let correction = correction(context, archive, args, &spot, &values)?;
    for one in dated(&correction, &version, context.now()?) {
        context.ui.warn(&format!("look: {}", one.message));
        citations.findings.push(one);
    }
    let open = unsettled(&citations);
    citations.versions = chain(&versions, &version, &correction);
    citations.corrected = true;
    let result = document(&citations)?;
    describe(&mut values, archive, args, &version, &correction, &result)?;
    outcome(&mut values, archive, &citations)?;
    let report = match format {
        Some(format) => {
            cite::say_terms(context, &citations);
            let seal = cite::seal(archive)?;
            Some(cite::rendered(&citations, seal.as_ref(), format)?)
        }
        None => None,
    };
    demand_tight(context, archive, args, report.as_deref(), &result)?;
    let steps = vec![Step::Entry(values.entry("corrected/2")?)];
    writer.append_with(steps, &[&result])?;
    if let (Some(output), Some(report)) = (args.output(), &report) {
        write_all([(output.as_path(), report.as_bytes())]).map_err(|error| {
            error.after(
                format!("the correction is recorded as entry {}", correction.entry),
                "fonds cite DRAFT -o REPORT        writes a report that names it",
            )
        })?;
    }
    say_nameless(context);
    let settled = open.is_empty();
    context.ui.answer(&Corrected {
        schema: "fonds/cite-correct/1",
        entry: correction.entry,
        version: version.entry,
        number: version.number,
        paragraph: spot.paragraph,
        before: correction.before,
        after: correction.after,
        reason: args.reason.trim().to_owned(),
        evidence: correction.evidence,
        changed,
        unsettled: open,
        called: version.called(),
    })?;
    if let Some(output) = args.output() {
        context.ui.say(&format!("Wrote {}", output.display()));
    }
    Ok(if settled {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

fn demand_correctable(context: &Context, version: &Version) -> Result<(), CliError> {
    if let Some(entry) = version.withdrawn {
        return Err(CliError::usage(
            format!("{} was withdrawn under entry {entry}", version.called()),
            super::LIST,
        ));
    }
    if let Some(next) = version.next {
        context.ui.say(&format!(
            "note: {} was followed by entry {next}; what is corrected here is not corrected there",
            version.called()
        ));
    }
    Ok(())
}

/// Where the words stand.
fn spot(draft: &Draft, args: &CorrectArgs, version: &Version) -> Result<Spot, CliError> {
    for (what, words) in [
        ("--before", &args.before),
        ("--after", &args.after),
        ("--reason", &args.reason),
    ] {
        if words.len() > LONGEST {
            return Err(CliError::usage(
                format!("{what} has more than {LONGEST} bytes"),
                "fonds cite publish-version        for a version that is written anew",
            ));
        }
    }
    if args.reason.trim().is_empty() {
        return Err(CliError::usage(
            "a correction without a reason says nothing to whoever asks later",
            "--reason TEXT",
        ));
    }
    draft
        .spot(&args.before, args.paragraph)
        .map_err(|error| refused(&error, args, version))
}

/// Why the words cannot be corrected, and what to do.
fn refused(error: &Unfit, args: &CorrectArgs, version: &Version) -> CliError {
    let hint = match error {
        Unfit::NoWords => "--before with the words that stand there".to_owned(),
        Unfit::NoParagraph { .. } => "--paragraph with a smaller number".to_owned(),
        Unfit::Nowhere => format!(
            "--before with words as they stand in {}, after the corrections before; \
             fonds cite versions {} --draft FILE        writes the draft",
            version.called(),
            version.entry
        ),
        Unfit::Several(_) if args.paragraph.is_some() => {
            "--before with more of the words around them".to_owned()
        }
        Unfit::Several(_) => {
            "--paragraph N, or --before with more of the words around them".to_owned()
        }
        Unfit::Across(_) | Unfit::Paragraphs => {
            "a correction for each of the paragraphs".to_owned()
        }
    };
    CliError::usage(
        format!("nothing was corrected in {}: {error}", version.called()),
        hint,
    )
}

fn rests_of(citations: &Citations) -> Result<Rests, CliError> {
    let made = serde_json::to_value(citations).and_then(Rests::of);
    made.map_err(|error| CliError::Output {
        source: error.into(),
    })
}

/// The correction as the report names it: by all but the digest of what is made of it.
fn correction(
    context: &Context,
    archive: &Archive,
    args: &CorrectArgs,
    spot: &Spot,
    values: &Values,
) -> Result<TextCorrection, CliError> {
    let (entry, _) = archive.head()?;
    let at = values.slots().iter().find(|(slot, _)| *slot == "at");
    let at: Option<Instant> = at.and_then(|(_, at)| serde_json::from_value(at.clone()).ok());
    let words = |words: &str| Some(words.trim().to_owned()).filter(|it| !it.is_empty());
    Ok(TextCorrection {
        entry,
        paragraph: spot.paragraph,
        before: spot.words.clone(),
        after: words(&args.after),
        reason: words(&args.reason),
        at,
        evidence: references(archive, &args.evidence)?,
        quotations: BTreeMap::new(),
        checkpoint: standpoint(archive)?,
        citations: None,
        note: args.note.as_deref().and_then(words),
        by: context.by(),
        recorded: values.recorded().to_owned(),
        withdrawn: None,
    })
}

/// What is odd about when a correction is said to have been published.
fn dated(correction: &TextCorrection, version: &Version, now: Moment) -> Vec<Finding> {
    let subject = format!("entry {}", correction.entry);
    let Some(at) = &correction.at else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if at.earliest.is_some_and(|it| it > now) {
        let message = "the correction is said to be published at a time that is still to come";
        found.push(Finding::new("correction.in-future", &subject, message));
    }
    let published = version.at.as_ref().and_then(|it| it.earliest);
    if let (Some(latest), Some(published)) = (at.latest, published)
        && latest < published
    {
        let message = format!(
            "the correction is said to be published before {} was",
            version.called()
        );
        found.push(Finding::new("correction.before-version", &subject, message));
    }
    found
}

/// References as they are printed, of those that were typed.
fn references(archive: &Archive, typed: &[String]) -> Result<Vec<String>, CliError> {
    let mut all = Vec::with_capacity(typed.len());
    for typed in typed {
        all.extend(match archive.resolve(typed)? {
            Target::Entry(seq) => archive.entry_reference(seq)?,
            Target::Item(item) => match archive.card(item)? {
                Some(card) => Some(archive.reference(&card)?),
                None => None,
            },
        });
    }
    Ok(all)
}

/// The versions up to the one that is corrected, with the correction.
fn chain(versions: &[Version], version: &Version, correction: &TextCorrection) -> Vec<Version> {
    let mut chain = Archive::versions_up_to(versions, version.entry);
    if let Some(last) = chain.last_mut() {
        last.corrections.push(correction.clone());
    }
    chain
}

/// What is recorded of the correction.
fn describe(
    values: &mut Values,
    archive: &Archive,
    args: &CorrectArgs,
    version: &Version,
    correction: &TextCorrection,
    result: &[u8],
) -> Result<(), CliError> {
    values.set("about", json!({"entry": version.entry}));
    values.set("paragraph", Value::from(correction.paragraph));
    values.words("before", Some(&correction.before));
    values.words("after", correction.after.as_deref());
    values.words("reason", correction.reason.as_deref());
    values.evidence(archive, &args.evidence)?;
    let kept = serde_json::to_value(bytes_of(result)).unwrap_or_default();
    values.set("citations", kept);
    values.words("note", args.note.as_deref());
    Ok(())
}

/// Refuses to keep or to write what holds what is not to leave.
fn demand_tight(
    context: &Context,
    archive: &Archive,
    args: &CorrectArgs,
    report: Option<&str>,
    result: &[u8],
) -> Result<(), CliError> {
    let result = String::from_utf8_lossy(result);
    let mut outputs = vec![("the result".to_owned(), &*result)];
    if let (Some(output), Some(report)) = (args.output(), report) {
        outputs.push((output.display().to_string(), report));
    }
    leaks::check(context, archive, &args.leaks, &outputs)
}
