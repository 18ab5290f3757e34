//! `fonds publish`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;
use sha2::Sha256;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::acts::address;
use super::acts::append;
use super::closings;
use super::leaks;
use super::leaks::LeakArgs;
use super::outputs::may_be_written;
use super::ui::Answer;
use super::ui::columns;
use super::ui::count;
use super::ui::number;
use crate::anchor::Trusted;
use crate::archive::About;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::CLOSED;
use crate::archive::Target;
use crate::archive::Terms;
use crate::archive::Writer;
use crate::durable;
use crate::keys::words;
use crate::publish;
use crate::publish::Checked;
use crate::publish::LARGEST_PAGE;
use crate::publish::Proof;
use crate::publish::PublishError;
use crate::publish::Shown;
use crate::publish::ShownText;
use crate::publish::Wanted;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::visible;
use crate::report::published;
use crate::succession::Closed;

/// Most lines of a whole text that are printed before it is published; a passage is printed whole.
const SHOWN_LINES: usize = 20;

/// Publish one message or document with its proof, and nothing else
///
/// Writes a page that anybody can open and check without a network, and beside it the proof alone. First it says what
/// becomes readable and what stays hidden, and asks. A digest is shown only of what is shown whole: while passages are
/// published, nothing from which the rest could be guessed leaves the archive. That it was published is recorded.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds publish m-7kq2
  fonds publish m-7kq2 -o page.html --withhold to
  fonds publish d-41ac --passage 12-15 --passage 40
  fonds publish m-7kq2 --with thread --yes

Exit status
  0 published, 2 could not be done or not agreed to, 4 no such item, 10 no archive here, 12 wrong key")]
pub(super) struct PublishArgs {
    /// A message or document
    item: String,
    /// Write the page there, and the proof beside it as .proof.json [default: the item's reference]
    #[arg(short, long = "output", value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only these lines of its text, as fonds show --text counts them; may be given several times. Blank lines go out with
    /// the line before them, never the other way round
    #[arg(long, value_name = "FROM-TO", value_parser = lines)]
    passage: Vec<(u64, u64)>,
    /// Open this field too
    #[arg(long, value_name = "FIELD")]
    open: Vec<String>,
    /// Leave this field shut
    #[arg(long, value_name = "FIELD")]
    withhold: Vec<String>,
    /// What goes with it: nothing, or all messages of its conversation
    #[arg(long, value_name = "WHAT", default_value = "none")]
    with: With,
    #[command(flatten)]
    leaks: LeakArgs,
    /// Publish without asking
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum With {
    None,
    Thread,
}

/// `12-15`, or `12`.
fn lines(typed: &str) -> Result<(u64, u64), String> {
    let (from, to) = typed.split_once('-').unwrap_or((typed, typed));
    match (from.trim().parse(), to.trim().parse()) {
        (Ok(from), Ok(to)) if 1 <= from && from <= to => Ok((from, to)),
        _ => Err("lines are given like 12-15, counted from 1".to_owned()),
    }
}

/// `fonds/publish/1`.
#[derive(Debug, Serialize)]
struct Published {
    schema: &'static str,
    /// What is readable now.
    items: Vec<Readable>,
    /// Entries under the checkpoint of the proof.
    entries: u64,
    proof: Written,
    page: Written,
    /// The entries that record it, one an item.
    recorded: Vec<u64>,
}

#[derive(Debug, Serialize)]
struct Readable {
    item: Option<String>,
    kind: String,
    opened: Vec<String>,
    shut: Vec<String>,
    /// Characters of its text that are shown.
    characters: u64,
    /// Whether that is all of its text.
    whole: bool,
}

#[derive(Debug, Serialize)]
struct Written {
    path: PathBuf,
    sha256: Digest,
    size: u64,
}

impl Answer for Published {
    fn text(&self) -> String {
        format!(
            "Wrote {} and {}. Readers can check it with no network.\n",
            self.page.path.display(),
            self.proof.path.display(),
        )
    }
}

/// `fonds publish`.
pub(super) fn run(context: &Context, args: &PublishArgs) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let item = match archive.resolve(&args.item)? {
        Target::Item(item) => item,
        Target::Entry(_) => {
            return Err(CliError::usage(
                format!(
                    "{} is an entry of the ledger, not a document or message",
                    args.item
                ),
                "fonds publish m-… or d-…        an item can be published, an entry not yet",
            ));
        }
    };
    let wanted = wanted(&archive, item, args)?;
    super::withhold::demand_free(&archive, &wanted.items)?;
    let proof = publish::make(&archive, &wanted, &Trusted::load(&context.places()?)?)?;
    let opened_of = wanted.items.iter().copied().zip(proof.opened());
    super::withhold::demand_free_inside(&archive, &opened_of.collect::<Vec<_>>())?;
    let file = proof.file()?;
    let checked = publish::check(file.as_bytes());
    let card = archive.card(item)?;
    let reference = match &card {
        Some(card) => archive.reference(card)?,
        None => args.item.clone(),
    };
    // The page shows what the proof opens, and nothing else of the archive.
    let looked_at = format!("{file}\n{}", texts(&checked));
    let outputs = [("the proof and its page".to_owned(), looked_at.as_str())];
    leaks::check(context, &archive, &args.leaks, &outputs)?;
    let (page_path, proof_path) = paths(args.output.as_deref(), &reference)?;
    may_be_written(context, &[&page_path, &proof_path], &[])?;
    let said = words(archive.origin().as_str())?;
    let page = published::html(&file, &checked, &said);
    if page.len() > LARGEST_PAGE {
        return Err(CliError::Publish(PublishError::TooLarge {
            what: "page",
            found: page.len(),
            most: LARGEST_PAGE,
        }));
    }
    say_terms(context, &archive, &wanted.items)?;
    agree(context, args, &preview(&checked))?;
    let closed = demand_counted(context, &archive, &proof)?;
    drop(archive);

    // The key is asked for before anything is written, so that a wrong one leaves no file.
    let mut writer = match closed {
        Some(_) => None,
        None => Some(context.writer()?),
    };
    let (proof_bytes, page_bytes) = (bytes_of(&file), bytes_of(&page));
    let entries = opened(context, &proof, proof_bytes, page_bytes)?;
    // From here on something is outside, whatever happens: what stops it says so.
    let not_recorded = |error: CliError, written: String| {
        let done = format!("{written}, and that it was published is not recorded");
        error.after(done, "the same command again writes both and records it")
    };
    durable::write_atomic(&proof_path, file.as_bytes())?;
    durable::write_atomic(&page_path, page.as_bytes()).map_err(|error| {
        not_recorded(error.into(), format!("{} is written", proof_path.display()))
    })?;
    let append = |writer: &mut Writer| {
        append(writer, entries).map_err(|error| {
            let written = format!(
                "{} and {} are written",
                page_path.display(),
                proof_path.display()
            );
            match error {
                // It is recorded after all.
                CliError::Archive(ArchiveError::Recorded { .. }) => error.after(written, ""),
                error => not_recorded(error, written),
            }
        })
    };
    let recorded = if let Some(writer) = &mut writer {
        append(writer)?
    } else {
        context.ui.warn(&format!(
            "The archive is closed, so that it was published is not recorded. Give {CLOSED} along: fonds verify FILE --closing {CLOSED}"
        ));
        Vec::new()
    };
    context.ui.answer(&Published {
        schema: "fonds/publish/1",
        items: checked.items.iter().map(readable).collect(),
        entries: checked.entries.unwrap_or_default(),
        proof: written(proof_path, proof_bytes),
        page: written(page_path, page_bytes),
        recorded,
    })?;
    Ok(Outcome::Done)
}

/// What counts of an archive that its recovery key closed. What it disowned is not published.
fn demand_counted(
    context: &Context,
    archive: &Archive,
    proof: &Proof,
) -> Result<Option<Closed>, CliError> {
    let (closings, _) = closings::of(archive, &context.places()?)?;
    let closed = Closed::by(&closings);
    let disowned = |closed: &Closed| {
        let mut seals = proof.segments.iter();
        seals.any(|seal| seal.record.i >= closed.size())
    };
    match closed {
        Some(closed) if disowned(&closed) => Err(CliError::usage(
            "the archive was closed before this came into it: it is disowned",
            "fonds -C DIR ingest        brings it into the archive that goes on",
        )),
        closed => Ok(closed),
    }
}

/// The texts as a reader meets them: in the proof itself they are cut into pieces, each with its salt.
fn texts(checked: &Checked) -> String {
    let mut texts = String::new();
    for item in &checked.items {
        match &item.text {
            Some(ShownText::Whole(text)) => texts.push_str(text),
            Some(ShownText::Passages { runs, .. }) => {
                texts.extend(runs.iter().map(|run| run.text.as_str()));
            }
            None => {}
        }
        texts.push('\n');
    }
    texts
}

fn bytes_of(text: &str) -> Bytes {
    Bytes {
        sha256: Digest::new(Sha256::digest(text).into()),
        size: text.len() as u64,
    }
}

fn written(path: PathBuf, bytes: Bytes) -> Written {
    Written {
        path,
        sha256: bytes.sha256,
        size: bytes.size,
    }
}

/// The items that are asked for, and what of them.
fn wanted(archive: &Archive, item: u64, args: &PublishArgs) -> Result<Wanted, CliError> {
    let items = match args.with {
        With::None => publish::subjects(archive, item)?,
        With::Thread => {
            if !args.passage.is_empty() {
                return Err(CliError::usage(
                    "passages are of one item, a thread is of several",
                    "fonds publish ITEM --passage FROM-TO        or --with thread",
                ));
            }
            let conversation = archive.card(item)?.and_then(|card| card.conversation);
            let conversation = conversation.ok_or_else(|| {
                CliError::usage(
                    format!("{} is not part of a conversation", args.item),
                    "fonds publish ITEM        without --with thread",
                )
            })?;
            let cards = archive.conversation(&conversation)?;
            cards.into_iter().map(|card| card.item).collect()
        }
    };
    Ok(Wanted {
        items,
        lines: args.passage.clone(),
        cited: BTreeMap::new(),
        open: args.open.clone(),
        withhold: args.withhold.clone(),
    })
}

/// Where page and proof go.
fn paths(output: Option<&Path>, reference: &str) -> Result<(PathBuf, PathBuf), CliError> {
    let given = output.map_or_else(
        || PathBuf::from(format!("{reference}.html")),
        Path::to_path_buf,
    );
    let name = given
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let stem = [".proof.json", ".html", ".htm"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .filter(|stem| !stem.is_empty())
        .ok_or_else(|| {
            CliError::usage(
                format!("{} does not name a page", given.display()),
                "-o with a name that ends in .html",
            )
        })?;
    let page = if name.ends_with(".proof.json") {
        given.with_file_name(format!("{stem}.html"))
    } else {
        given.clone()
    };
    Ok((page, given.with_file_name(format!("{stem}.proof.json"))))
}

/// Says what becomes readable, and asks.
fn agree(context: &Context, args: &PublishArgs, preview: &str) -> Result<(), CliError> {
    let refused = || {
        CliError::usage(
            "nothing was published",
            "fonds publish ITEM --yes        publishes without asking",
        )
    };
    if args.yes {
        context.ui.say(preview.trim_end());
        return Ok(());
    }
    if !context.ui.json {
        context.ui.warn(preview.trim_end());
    }
    if context.ui.agrees("Publish?")? {
        Ok(())
    } else {
        Err(refused())
    }
}

/// Says on what terms the items were given, each once.
fn say_terms(context: &Context, archive: &Archive, items: &[u64]) -> Result<(), CliError> {
    let mut said: Vec<Terms> = Vec::new();
    for item in items {
        for terms in archive.terms_of(*item)? {
            if !said.contains(&terms) {
                said.push(terms);
            }
        }
    }
    for Terms { accession, words } in said {
        let accession = accession.map_or_else(
            || "It was".to_owned(),
            |accession| format!("Accession {accession} was"),
        );
        context.ui.warn(&format!(
            "look: {accession} given on these terms: “{}”; see that they allow this before it leaves the desk",
            visible(&words)
        ));
    }
    Ok(())
}

/// What becomes readable, and what stays hidden.
fn preview(checked: &Checked) -> String {
    let mut text = "This makes readable:\n".to_owned();
    let mut hidden: Vec<&str> = Vec::new();
    for item in &checked.items {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}", name(item));
        let mut rows: Vec<Vec<String>> = Vec::new();
        for (slot, value) in &item.opened {
            let said = match slot.as_str() {
                "text" if item.text.is_some() => continue,
                "text_digest" => "digest of the whole text".to_owned(),
                _ => visible(&published::shown(slot, value)),
            };
            rows.push(vec![published::label(slot).to_lowercase(), said]);
        }
        rows.push(vec!["text".to_owned(), amount(item)]);
        text.push_str(&columns(&rows, "    "));
        text.push_str(&quoted(item));
        hidden.extend(item.shut.iter().map(String::as_str));
    }
    hidden.sort_unstable();
    hidden.dedup();
    let places: Vec<String> = checked
        .items
        .iter()
        .map(|item| {
            format!(
                "item {} of {} in its segment, sealed by entry {}",
                number(item.place.i + 1),
                number(item.segment_size),
                number(item.entry)
            )
        })
        .take(3)
        .collect();
    let more = if checked.items.len() > 3 {
        ", and so on"
    } else {
        ""
    };
    let _ = writeln!(
        text,
        "  and its place: {}{more}; {} in the ledger",
        places.join("; "),
        count(checked.entries.unwrap_or_default(), "entry", "entries")
    );
    let _ = writeln!(
        text,
        "It keeps hidden:\n  of it: {}\n  all other items, who gave it, and every custody note",
        hidden.join(", ").replace('_', " ")
    );
    text
}

fn name(item: &Shown) -> String {
    match &item.reference {
        Some(reference) => visible(reference),
        None if item.kind == "text/1" => "what was read out of it".to_owned(),
        None => "an item".to_owned(),
    }
}

/// How much of a text is shown.
fn amount(item: &Shown) -> String {
    let characters = |text: &str| text.chars().count() as u64;
    match &item.text {
        Some(ShownText::Whole(text)) => format!(
            "all of it ({})",
            count(characters(text), "character", "characters")
        ),
        Some(ShownText::Passages { pieces, runs }) => {
            let sum = runs.iter().map(|run| characters(&run.text)).sum();
            let shown = runs.iter().map(|run| run.pieces).sum();
            format!(
                "{} of {} ({})",
                number(shown),
                count(*pieces, "piece", "pieces"),
                count(sum, "character", "characters")
            )
        }
        None => "none of it".to_owned(),
    }
}

/// The text as it becomes readable, each line behind a bar.
fn quoted(item: &Shown) -> String {
    let mut text = String::new();
    let mut quote = |words: &str, most: usize| {
        let words = published::legible(words);
        let lines: Vec<&str> = words.trim_end().lines().collect();
        for line in lines.iter().take(most) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "    | {line}");
        }
        if lines.len() > most {
            let more = (lines.len() - most) as u64;
            let _ = writeln!(text, "    | … and {} more", count(more, "line", "lines"));
        }
    };
    match &item.text {
        Some(ShownText::Whole(words)) => quote(words, SHOWN_LINES),
        Some(ShownText::Passages { runs, .. }) => {
            for run in runs {
                quote(&run.text, usize::MAX);
            }
        }
        None => {}
    }
    text
}

fn readable(item: &Shown) -> Readable {
    let characters = match &item.text {
        Some(ShownText::Whole(text)) => text.chars().count(),
        Some(ShownText::Passages { runs, .. }) => {
            runs.iter().map(|run| run.text.chars().count()).sum()
        }
        None => 0,
    };
    Readable {
        item: item.reference.clone(),
        kind: item.kind.clone(),
        opened: item.opened.iter().map(|(slot, _)| slot.clone()).collect(),
        shut: item.shut.clone(),
        characters: characters as u64,
        whole: matches!(item.text, Some(ShownText::Whole(_))),
    }
}

/// The entries that record what was opened.
fn opened(
    context: &Context,
    proof: &Proof,
    file: Bytes,
    page: Bytes,
) -> Result<Vec<crate::archive::EntryDraft>, CliError> {
    let values = Values::new(context)?;
    (proof.items.iter())
        .zip(proof.opened())
        .map(|(item, opened)| {
            let mut values = values.again();
            values.set("about", address(About::Item(item.record.place())));
            values.set("opened", Value::from(opened));
            values.set("proof", json!(file));
            values.set("page", json!(page));
            values.entry("published/1")
        })
        .collect()
}
