//! `fonds redact`.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;
use sha2::Sha256;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::acts::record;
use super::covered;
use super::covered::UnderBoxes;
use super::leftover;
use super::leftover::Leftover;
use super::ui::Answer;
use crate::archive::Archive;
use crate::archive::Card;
use crate::archive::Target;
use crate::ingest;
use crate::ingest::Outside;
use crate::ingest::Request;
use crate::record::Bytes;
use crate::record::Digest;

/// Bring in a redacted copy of a document, and record what it is a copy of, why and by whom
///
/// The copy is made with another program. It becomes a document of its own; the original stays as it is. A copy that is a
/// PDF file is looked through first: where text still lies under its boxes, nothing is recorded. Nor is anything where an
/// office file still holds tracked deletions, comments, hidden text, hidden cells or sheets. What any copy still shows is
/// not checked.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds redact d-41ac memo-redacted.pdf --reason \"names of minors\"

A PDF file that cannot be looked through (encrypted, damaged, too large) is recorded, and said not to have been. In one that
was, nothing was found under boxes, thick lines and pictures of one colour, and no mark to take text out that was not carried
out. Not looked for: text under other pictures, text that is invisible without a box, form values, attachments, metadata.
In an office file (.docx, .xlsx, .odt, .ods) not looked for: text in the colour of its page or under a picture, metadata,
pivot tables, earlier versions, files inside of it. Of one in another format (.doc, .rtf, .fodt, .pptx) it is said that it
was not looked through.

Exit status
  0 recorded, 2 could not be done, 3 the copy is in and could not be understood, 4 no such item")]
pub(super) struct RedactArgs {
    /// The original
    item: String,
    /// The redacted copy
    copy: PathBuf,
    /// Why parts were left out
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// On what authority: a law, an order, a contract, a person's decision
    #[arg(long, value_name = "TEXT")]
    authority: Option<String>,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Record the copy although it holds text that its pages do not show
    #[arg(long)]
    allow_covered_text: bool,
}

/// `fonds/redact/1`.
#[derive(Debug, Serialize)]
struct Redacted {
    schema: &'static str,
    /// The entry that ties them together.
    entry: Option<u64>,
    /// The original's reference.
    original: String,
    /// The copy's reference.
    copy: String,
    /// What lies under the boxes of the copy, where it is a PDF file.
    covered: Option<UnderBoxes>,
    /// What the copy holds and does not show, where it is an office file.
    leftover: Option<Leftover>,
}

impl Answer for Redacted {
    fn text(&self) -> String {
        let mut text = format!(
            "{} is recorded as a redacted copy of {}.\n",
            self.copy, self.original
        );
        // Writing to a string cannot fail.
        let _ = match &self.covered {
            Some(looked) => match (looked.found(), looked.why_not()) {
                (Some(found), _) => {
                    writeln!(text, "Text lies under its boxes, as was allowed: {found}.")
                }
                (None, Some(why)) => writeln!(
                    text,
                    "It was not looked through for text under its boxes: {why}."
                ),
                (None, None) => writeln!(text, "No text was found under its boxes."),
            },
            None => Ok(()),
        };
        if let Some(stamped) = self.covered.as_ref().and_then(UnderBoxes::stamped) {
            let _ = writeln!(
                text,
                "One date is written on its boxes in their own colour, each as large as fits, and looks like the stamp of the \
                 program that drew them: {stamped}. Look whether it is one."
            );
        }
        if let Some(leftover) = &self.leftover {
            let _ = match (leftover.found(), leftover.why_not()) {
                (Some(found), _) => {
                    writeln!(
                        text,
                        "It holds what its pages do not show, as was allowed: {found}."
                    )
                }
                (None, Some(why)) => writeln!(
                    text,
                    "It was not looked through for what its pages do not show: {why}."
                ),
                (None, None) => writeln!(
                    text,
                    "No tracked deletions, comments or hidden text were found in it."
                ),
            };
        }
        text
    }
}

/// What a copy still holds that its pages do not show; refused unless that is allowed.
fn looked_through(
    args: &RedactArgs,
    digest: Digest,
) -> Result<(Option<UnderBoxes>, Option<Leftover>), CliError> {
    let path = &args.copy;
    let covered = covered::look(path, digest)?;
    if let Some(found) = covered.as_ref().and_then(UnderBoxes::found)
        && !args.allow_covered_text
    {
        return Err(CliError::usage(
            format!(
                "{} still holds text that its pages do not show, under a box or marked and not taken out: {found}",
                path.display()
            ),
            "take it out with the program that drew the boxes; --allow-covered-text records the copy as it is",
        ));
    }
    let leftover = leftover::look(path, digest)?;
    if let Some(found) = leftover.as_ref().and_then(Leftover::found)
        && !args.allow_covered_text
    {
        return Err(CliError::usage(
            format!(
                "{} still holds what its pages do not show: {found}",
                path.display()
            ),
            "accept the changes and take out comments and what is hidden, with the program it was made with; \
             --allow-covered-text records the copy as it is",
        ));
    }
    Ok((covered, leftover))
}

/// `fonds redact`.
pub(super) fn run(context: &Context, args: &RedactArgs) -> Result<Outcome, CliError> {
    let path = &args.copy;
    let mut hash = Sha256::new();
    let size = std::fs::File::open(path)
        .and_then(|mut file| std::io::copy(&mut file, &mut hash))
        .map_err(|source| CliError::Read {
            path: path.clone(),
            source,
        })?;
    let copy = Bytes {
        sha256: Digest::new(hash.finalize().into()),
        size,
    };
    let (covered, leftover) = looked_through(args, copy.sha256)?;
    let mut writer = context.writer()?;
    let original = original(writer.archive(), args, copy.sha256)?;
    let reference = writer.archive().reference(&original)?;
    let mut values = Values::new(context)?;
    values.set("copy", json!(copy));
    values.words("reason", Some(&args.reason));
    values.words("authority", args.authority.as_deref());
    values.words("note", args.note.as_deref());
    // What cannot be recorded is refused before the copy is in.
    values.entry("redacted/1")?;
    let fallback = context.now()?;
    let receipt = ingest::run(
        &mut writer,
        &Request {
            paths: vec![path.clone()],
            statement: vec![(
                "basis",
                Value::from(format!("redacted copy of {reference}, made here")),
            )],
            note: None,
            by: context.by(),
            kind: None,
            table: None,
            limits: ingest::read::Limits::default(),
            tool: super::tool,
            before: Vec::new(),
        },
        &mut Outside {
            clock: &|| context.now().unwrap_or(fallback),
            progress: &|_| {},
            stdin: None,
        },
    )?;
    values.now(context)?;
    let copied = writer.archive().document_reference(&copy.sha256)?;
    let copied = copied.ok_or_else(|| {
        CliError::usage(
            format!(
                "{} changed while it was read, so it was not tied to {reference}",
                path.display()
            ),
            "",
        )
        .after(
            format!("what {} held is in the archive", path.display()),
            "the same command again, with a file that nobody writes to",
        )
    })?;
    let items = [args.item.clone()];
    let recorded = record(
        context,
        &mut writer,
        "redacted/1",
        &items,
        &values,
        Vec::new(),
    )
    .map_err(|error| {
        error.after(
            format!("the copy is in as {copied}"),
            format!("the same command again ties it to {reference}"),
        )
    })?;
    context.ui.answer(&Redacted {
        schema: "fonds/redact/1",
        entry: recorded.acts.first().copied(),
        original: reference,
        copy: copied,
        covered,
        leftover,
    })?;
    super::indexing::go_on(context, writer.archive());
    Ok(if receipt.failed.is_empty() {
        Outcome::Done
    } else {
        Outcome::InPart
    })
}

/// The document that the copy is of.
fn original(archive: &Archive, args: &RedactArgs, copy: Digest) -> Result<Card, CliError> {
    let original = match archive.resolve(&args.item)? {
        Target::Item(item) => archive.card(item)?,
        Target::Entry(_) => None,
    };
    let Some(original) = original.filter(|card| card.class == "d") else {
        return Err(CliError::usage(
            format!("{} is no document", args.item),
            "fonds redact d-… COPY",
        ));
    };
    if original.sha256 == copy {
        return Err(CliError::usage(
            format!(
                "{} has the same bytes as {}: nothing is left out",
                args.copy.display(),
                args.item
            ),
            "the file that was redacted",
        ));
    }
    Ok(original)
}
