//! `fonds cite compare`.

use std::io::Read as _;
use std::path::Path;

use clap::ValueEnum;
use sha2::Digest as _;
use sha2::Sha256;

use super::earlier;
use super::frozen;
use super::kept;
use super::meant;
use super::of_draft;
use super::told::Around;
use super::told::Compared;
use super::told::SCHEMA;
use super::told::SideTold;
use super::unfit;
use crate::archive::Archive;
use crate::archive::Target;
use crate::archive::Version;
use crate::cite::Draft;
use crate::cite::DraftFormat;
use crate::cite::Manner;
use crate::cite::Rests;
use crate::cite::compare;
use crate::cite::corrected;
use crate::cite::on_page;
use crate::cite::rests;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::cite;
use crate::cli::draft;
use crate::cli::indexing;
use crate::record::Digest;
use crate::record::visible;

/// What is never compared of a page.
const PAGE_ONLY: &str = "of the page only the text: not its pictures, where its links lead, what its scripts load or hide, what is struck out";

/// Compare two versions of a text, or a version with the page on which it stands
///
/// Versions stand with their corrections. Without NEW a version is compared with itself as it was frozen: what was corrected,
/// and what of its evidence changed since. A page is a saved HTML file, or a document here: each paragraph of the version is
/// looked for on it; what stands before the first and after the last that is found is counted and not compared.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds cite compare 14                     the version as it was frozen, and as it stands now
  fonds cite compare 14 31                  one version and the next
  fonds cite compare 14 draft-2.md          a version and a draft
  fonds cite compare 14 d-41ac              a version and the page that was ingested
  fonds cite compare 14 saved.html          a version and a page saved from the browser

Exit status
  0 they are the same, 1 they differ, 2 could not be done, 4 no such version or item, 10 no archive here")]
pub(in crate::cli) struct CompareArgs {
    /// The older: a version by its entry, or a draft
    #[arg(value_name = "OLD")]
    old: String,
    /// The newer: a version, a draft, or a page
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// What NEW is taken as [default: page for a document here, and for an .html file that is held against a version]
    #[arg(long = "as", value_name = "WHAT", requires = "new")]
    taken_as: Option<Taken>,
    #[command(flatten)]
    rules: cite::RulesArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Taken {
    /// A draft
    Draft,
    /// A page from the web
    Page,
}

/// One of two texts.
struct Side {
    told: SideTold,
    draft: Draft,
    /// The rules by which it was judged, of a version.
    rules: Option<Manner>,
    /// The drafts of the versions before it.
    earlier: Vec<Digest>,
    /// Corrections that do not fit.
    unfit: Vec<u64>,
    is_item: bool,
}

/// `fonds cite compare`.
pub(in crate::cli) fn run(context: &Context, args: &CompareArgs) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let versions = archive.versions()?;
    let compared = match args.new.as_deref() {
        None => with_itself(context, &archive, &versions, &args.old)?,
        Some(new) => {
            let old = side(&archive, &versions, &args.old)?;
            let new = side(&archive, &versions, new)?;
            if is_page(args, &old, &new) {
                page(old, new)
            } else {
                drafts(context, &archive, args, old, new)?
            }
        }
    };
    context.ui.answer(&compared)?;
    Ok(if compared.is_same() {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

fn is_page(args: &CompareArgs, old: &Side, new: &Side) -> bool {
    let is_html = DraftFormat::of_name(&new.told.name) == DraftFormat::Html;
    if let Some(taken) = args.taken_as {
        return taken == Taken::Page;
    }
    let is_file = new.told.version.is_none();
    new.is_item || old.told.version.is_some() && is_file && is_html
}

/// A version as it was frozen, and as it stands now.
fn with_itself(
    context: &Context,
    archive: &Archive,
    versions: &[Version],
    typed: &str,
) -> Result<Compared, CliError> {
    let version = &meant(versions, Some(typed))?;
    indexing::go_on(context, archive);
    let frozen = frozen(archive, version)?;
    let (stands, unfit_now) = corrected(&frozen, &version.corrections);
    let damaged = |error: serde_json::Error| {
        CliError::usage(
            format!("the result that was frozen cannot be read: {error}"),
            "fonds verify        says what is damaged",
        )
    };
    let was = kept(archive, version.citations, "result of the check")?;
    let was = serde_json::from_slice(&was).and_then(Rests::of);
    let signed = earlier(versions, version);
    let now = super::check(context, archive, &stands, super::rules(version), &signed)?;
    let now = serde_json::to_value(&now).and_then(Rests::of);
    let mut words = compare(&frozen.paragraphs, &stands.paragraphs);
    words.not_compared.extend(unfit(&unfit_now));
    let told = |name, corrections| SideTold {
        name,
        sha256: frozen.sha256,
        version: Some(version.entry),
        corrections: Some(corrections),
    };
    let corrections = version.standing().count() - unfit_now.len();
    Ok(Compared {
        schema: SCHEMA,
        old: told(
            format!("{} as it was frozen", version.called_as_it_stands()),
            0,
        ),
        new: told("as it stands now".to_owned(), corrections),
        words,
        page: None,
        evidence: Some(rests(&was.map_err(damaged)?, &now.map_err(damaged)?)),
    })
}

/// Two versions or drafts, both checked against the archive as it is now.
fn drafts(
    context: &Context,
    archive: &Archive,
    args: &CompareArgs,
    old: Side,
    new: Side,
) -> Result<Compared, CliError> {
    indexing::go_on(context, archive);
    let given = args.rules.read(context)?;
    let check = |side: &Side| -> Result<Rests, CliError> {
        let rules = side.rules.unwrap_or(given);
        let citations = super::check(context, archive, &side.draft, rules, &side.earlier)?;
        let made = serde_json::to_value(&citations).and_then(Rests::of);
        made.map_err(|error| CliError::Output {
            source: error.into(),
        })
    };
    let evidence = rests(&check(&old)?, &check(&new)?);
    let mut words = compare(&old.draft.paragraphs, &new.draft.paragraphs);
    words.not_compared.extend(left_out(&old, &new));
    Ok(Compared {
        schema: SCHEMA,
        old: old.told,
        new: new.told,
        words,
        page: None,
        evidence: Some(evidence),
    })
}

/// A text and the page on which it stands.
fn page(old: Side, new: Side) -> Compared {
    let found = on_page(&old.draft.paragraphs, &new.draft.paragraphs);
    let mut words = found.texts;
    words.not_compared.extend(left_out(&old, &new));
    words.not_compared.push(PAGE_ONLY.to_owned());
    Compared {
        schema: SCHEMA,
        old: old.told,
        new: new.told,
        words,
        page: Some(Around {
            before: found.before,
            after: found.after,
        }),
        evidence: None,
    }
}

/// What could not be read or applied on either side.
fn left_out(old: &Side, new: &Side) -> Vec<String> {
    let mut said = Vec::new();
    for side in [old, new] {
        said.extend(unfit(&side.unfit));
        let findings = side.draft.findings.iter();
        said.extend(findings.map(|it| format!("{}: {}", side.told.name, it.message)));
    }
    said
}

/// A text by what was typed: a version's entry, a document here, or a file.
fn side(archive: &Archive, versions: &[Version], typed: &str) -> Result<Side, CliError> {
    if typed.parse::<u64>().is_ok() {
        let version = meant(versions, Some(typed))?;
        let frozen = frozen(archive, &version)?;
        let (draft, unfit) = corrected(&frozen, &version.corrections);
        return Ok(Side {
            told: SideTold {
                name: version.called_as_it_stands(),
                sha256: frozen.sha256,
                version: Some(version.entry),
                corrections: Some(version.standing().count() - unfit.len()),
            },
            draft,
            rules: Some(super::rules(&version)),
            earlier: earlier(versions, &version),
            unfit,
            is_item: false,
        });
    }
    let path = Path::new(typed);
    if typed.starts_with("d-") && !path.exists() {
        return item(archive, typed);
    }
    if typed != draft::STDIN && !path.exists() {
        return Err(CliError::not_here(
            format!(
                "{} is neither a version nor a document here nor a file",
                visible(typed)
            ),
            super::LIST,
        ));
    }
    let opened = draft::open(path)?;
    let version = of_draft(versions, &opened.draft.sha256);
    Ok(Side {
        told: SideTold {
            name: opened
                .draft
                .name
                .clone()
                .unwrap_or_else(|| "what came in".to_owned()),
            sha256: opened.draft.sha256,
            version: None,
            corrections: None,
        },
        draft: opened.draft,
        rules: version.map(super::rules),
        earlier: version.map_or_else(Vec::new, |version| earlier(versions, version)),
        unfit: Vec::new(),
        is_item: false,
    })
}

/// A document here.
fn item(archive: &Archive, typed: &str) -> Result<Side, CliError> {
    let missing = || {
        CliError::not_here(
            format!("{} is no document here", visible(typed)),
            "fonds find WORDS        looks for one",
        )
    };
    let Target::Item(item) = archive.resolve(typed)? else {
        return Err(missing());
    };
    let card = archive.card(item)?.ok_or_else(missing)?;
    let reference = archive.reference(&card)?;
    if let Some(withheld) = archive.withholding()?.of(archive, item)? {
        return Err(CliError::usage(
            format!(
                "{reference} is withheld under entry {}, and was not compared",
                withheld.entry
            ),
            "fonds withhold ITEM --lift        lets it be cited again",
        ));
    }
    let mut bytes = Vec::new();
    archive
        .reader(&card.sha256)?
        .take(draft::LONGEST)
        .read_to_end(&mut bytes)
        .map_err(|source| CliError::Read {
            path: typed.into(),
            source,
        })?;
    let sha256 = Digest::new(Sha256::digest(&bytes).into());
    if sha256 != card.sha256 {
        return Err(CliError::usage(
            format!("the stored bytes of {reference} are not those that were recorded"),
            "fonds verify        says what is damaged",
        ));
    }
    let format = match card.kind.as_str() {
        "html" => DraftFormat::Html,
        "markdown" => DraftFormat::Markdown,
        "text" => DraftFormat::Text,
        _ if DraftFormat::of_file(card.name.as_deref().unwrap_or_default(), &bytes)
            == DraftFormat::Office =>
        {
            DraftFormat::Office
        }
        _ => {
            return Err(CliError::usage(
                format!("{reference} is no page whose text can be read"),
                "a document of HTML, Markdown, plain text, .docx or .odt",
            ));
        }
    };
    let draft = Draft::read(&bytes, card.name.as_deref(), format)
        .map_err(|error| draft::unreadable(Path::new(typed), &error))?;
    Ok(Side {
        told: SideTold {
            name: match &card.name {
                Some(name) => format!("{reference} ({name})"),
                None => reference,
            },
            sha256,
            version: None,
            corrections: None,
        },
        draft,
        rules: None,
        earlier: Vec::new(),
        unfit: Vec::new(),
        is_item: true,
    })
}
