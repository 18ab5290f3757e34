//! The published versions of a text: freezing one (`fonds cite publish-version`), correcting it, listing and comparing them.

mod compare;
mod correct;
mod freeze;
mod list;
mod told;

use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest as _;
use sha2::Sha256;

pub(super) use compare::CompareArgs;
pub(super) use compare::run as compare;
pub(super) use correct::CorrectArgs;
pub(super) use correct::run as correct;
pub(super) use freeze::FreezeArgs;
pub(super) use freeze::run as freeze;
pub(super) use list::VersionsArgs;
pub(super) use list::run as list;

use super::CliError;
use super::Context;
use super::draft;
use crate::archive::Archive;
use crate::archive::Version;
use crate::cite::Citations;
use crate::cite::Draft;
use crate::cite::Manner;
use crate::cite::sign;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::visible;

/// What to do where a version is not named, or wrongly.
const LIST: &str = "fonds cite versions        lists them by their entries";

/// Sees that one report is asked for at most: it is the one that is frozen.
fn demand_one_report(outputs: &[PathBuf]) -> Result<(), CliError> {
    if outputs.len() < 2 {
        return Ok(());
    }
    Err(CliError::usage(
        "a version has one report, and several were named",
        "one -o here, and fonds cite DRAFT -o REPORT for further ones",
    ))
}

/// The version that is meant: by its entry's number, or by the very bytes that were frozen; without either, the only text's
/// last one.
fn meant(versions: &[Version], typed: Option<&str>) -> Result<Version, CliError> {
    let Some(typed) = typed else {
        return only(versions);
    };
    if let Ok(entry) = typed.parse::<u64>() {
        let found = versions.iter().find(|it| it.entry == entry);
        return found.cloned().ok_or_else(|| {
            CliError::not_here(
                format!("entry {entry} is no version that was published"),
                LIST,
            )
        });
    }
    let path = Path::new(typed);
    let found = if path.exists() {
        of_draft(versions, &draft::digest(path)?)
    } else {
        None
    };
    found.cloned().ok_or_else(|| {
        CliError::not_here(
            format!("{} is no version that was published", visible(typed)),
            LIST,
        )
    })
}

/// The last version of the only text that was published.
fn only(versions: &[Version]) -> Result<Version, CliError> {
    let mut last = versions
        .iter()
        .filter(|it| it.withdrawn.is_none() && it.next.is_none());
    match (last.next(), last.next()) {
        (Some(version), None) => Ok(version.clone()),
        (None, _) => Err(CliError::not_here(
            "nothing was published yet",
            "fonds cite publish-version DRAFT        freezes what is published",
        )),
        (Some(_), Some(_)) => Err(CliError::usage(
            "several texts were published, and none is named",
            LIST,
        )),
    }
}

/// The last version, not withdrawn where there is one, that was frozen of a draft with those bytes.
pub(super) fn of_draft<'a>(versions: &'a [Version], sha256: &Digest) -> Option<&'a Version> {
    let is_it = |it: &&Version| it.draft.is_some_and(|draft| draft.sha256 == *sha256);
    let standing = |it: &&Version| is_it(it) && it.withdrawn.is_none();
    let last = versions.iter().rev();
    last.clone()
        .find(standing)
        .or_else(|| last.clone().find(is_it))
}

/// A file that was frozen, held against its digest.
fn kept(archive: &Archive, bytes: Option<Bytes>, what: &str) -> Result<Vec<u8>, CliError> {
    let gone = |said: &str| {
        CliError::usage(
            format!("the {what} that was frozen {said}"),
            "fonds verify        says what is damaged",
        )
    };
    let recorded = bytes.ok_or_else(|| gone("is not recorded"))?;
    let mut found = Vec::new();
    archive
        .reader(&recorded.sha256)?
        .take(recorded.size.saturating_add(1))
        .read_to_end(&mut found)
        .map_err(|_| gone("cannot be read"))?;
    if Digest::new(Sha256::digest(&found).into()) != recorded.sha256 {
        return Err(gone("is not what was recorded"));
    }
    Ok(found)
}

/// The draft of a version as it was frozen.
fn frozen(archive: &Archive, version: &Version) -> Result<Draft, CliError> {
    let bytes = kept(archive, version.draft, "draft")?;
    let name = version.name.as_deref();
    let said = name.unwrap_or("draft");
    draft::of_bytes(&bytes, name).map_err(|error| draft::unreadable(Path::new(said), &error))
}

/// What was said of corrections that do not fit.
fn unfit(entries: &[u64]) -> Option<String> {
    let said: Vec<String> = entries.iter().map(u64::to_string).collect();
    (!said.is_empty()).then(|| {
        format!(
            "what was corrected under entry {} does not stand there as it did, since a correction before was withdrawn; it is not made",
            said.join(", ")
        )
    })
}

/// The rules by which a version was judged.
fn rules(version: &Version) -> Manner {
    let house = version.rules.get("house").and_then(|it| it.parse().ok());
    Manner {
        house: house.unwrap_or_default(),
        strict: version.rules.get("strict").is_some_and(|it| it == "true"),
    }
}

/// Checks a text now, with what was signed off of its draft and of those of the versions before it, the latest first.
fn check(
    context: &Context,
    archive: &Archive,
    draft: &Draft,
    rules: Manner,
    earlier: &[Digest],
) -> Result<Citations, CliError> {
    let form = super::cite::FormArgs::default().read(context)?;
    let mut citations = super::cite::check(context, archive, draft, rules, form)?;
    // By its words, since corrections may have changed the numbers of what follows.
    sign_by_words(archive, &mut citations, &[draft.sha256])?;
    for quoted in &mut citations.quotations {
        if let Some(signed) = &mut quoted.signed {
            signed.carried_from = None;
        }
    }
    sign_by_words(archive, &mut citations, earlier)?;
    Ok(citations)
}

/// Writes what was signed off of these drafts beside the quotations that have the same words and no sign-off yet.
fn sign_by_words(
    archive: &Archive,
    citations: &mut Citations,
    drafts: &[Digest],
) -> Result<(), CliError> {
    for draft in drafts {
        let signed = archive.sign_offs(draft)?;
        sign(citations, &[], Some((*draft, &signed)));
    }
    // What became of all sign-offs of one of several drafts says nothing.
    citations.since = None;
    Ok(())
}

/// The drafts of the versions before one, the latest first.
fn earlier(versions: &[Version], version: &Version) -> Vec<Digest> {
    let Some(previous) = version.previous else {
        return Vec::new();
    };
    let chain = Archive::versions_up_to(versions, previous);
    let drafts = chain.iter().rev().filter_map(|it| it.draft);
    let own = version.draft.map(|it| it.sha256);
    drafts
        .map(|it| it.sha256)
        .filter(|it| Some(*it) != own)
        .collect()
}

/// The result of a check as it is kept.
fn document(citations: &Citations) -> Result<Vec<u8>, CliError> {
    let text = crate::report::citation::json(citations).map_err(|error| CliError::Output {
        source: error.into(),
    })?;
    Ok(text.into_bytes())
}

fn bytes_of(bytes: &[u8]) -> Bytes {
    Bytes {
        sha256: Digest::new(Sha256::digest(bytes).into()),
        size: bytes.len() as u64,
    }
}

/// What stood somewhere and what stands there instead, as in `fonds cite compare`.
fn instead(before: &str, after: Option<&str>) -> String {
    let before = visible(before);
    after.map_or_else(
        || format!("[-{before}-]"),
        |after| format!("[-{before}-] [+{}+]", visible(after)),
    )
}
