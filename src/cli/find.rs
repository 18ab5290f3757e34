//! `fonds find`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use super::CliError;
use super::Context;
use super::Outcome;
use super::agents::Agents;
use super::indexing;
use super::indexing::Unread;
use super::show::bounds;
use super::show::carrier;
use super::ui::Answer;
use super::ui::count;
use super::ui::number;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::Custodian;
use crate::archive::index::Indexed;
use crate::archive::search::Hit as Match;
use crate::archive::search::Index;
use crate::archive::search::Query;
use crate::archive::search::Term;
use crate::archive::search::parse_words;
use crate::archive::search::remarks;
use crate::archive::search::snippet;
use crate::record::Instant;
use crate::record::Moment;
use crate::record::Participant;
use crate::record::Zone;
use crate::record::kind_words;
use crate::record::show;
use crate::record::visible;
use crate::record::when;

/// Addressees of a hit that are named.
const MOST_NAMED: usize = 4;

/// Search words, people, dates
///
/// Words in quotation marks are an exact phrase, and so are several words given as one argument. Words are found whole:
/// there is no * that stands for the rest of one. All that is asked for must hold; several --who, --to or --kind are
/// alternatives. A name given to --who or --to stands for all accounts that fonds people says are that person's.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds find harbor safe --who halloran            these words, wherever they stand
  fonds find '\"harbor was never safe\"'            this phrase: the inner quotation marks make it one
  fonds find inspection postponed --since 2022-10 --until 2023-06-30
  fonds find --who \"Ines Valder\" --kind mail

Exit status
  0 found, 1 nothing found (or nobody of that name), 2 could not be done, 3 found in part: some texts could not be read, 10 no archive here")]
pub(super) struct FindArgs {
    /// What must stand in it
    words: Vec<String>,
    #[command(flatten)]
    asked: Asked,
    /// At most so many
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Do not bring the index up to date first
    #[arg(long)]
    no_index: bool,
}

/// What may be asked besides words.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Who sent or made it: reference, name or account
    #[arg(long)]
    pub(super) who: Vec<String>,
    /// To whom
    #[arg(long, value_name = "WHO")]
    pub(super) to: Vec<String>,
    /// Not before
    #[arg(long, value_name = "WHEN")]
    pub(super) since: Option<String>,
    /// Not after
    #[arg(long, value_name = "WHEN")]
    pub(super) until: Option<String>,
    /// What it is: message, mail, x-direct, x-channel, x-post, table, text, markdown, html
    #[arg(long)]
    pub(super) kind: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Found {
    schema: &'static str,
    total: u64,
    hits: Vec<Hit>,
    /// Documents that no reader understands: stored, never found by their words.
    not_searchable: u64,
    /// Documents that could not be read, or not to the end: what stands in the rest of them is never found.
    not_read: u64,
    /// Items that are not in the index yet.
    not_indexed: u64,
    /// Items that would match but for the times asked for, and have no known time.
    undated: u64,
    /// What was asked for and has no letters or digits to look up.
    ignored: Vec<String>,
    /// What was read otherwise than it may have been meant, and who is asked for and is nobody here, in sentences.
    remarks: Vec<String>,
    /// Items whose text could not be read: those found by something else, and the first of those met while indexing.
    unread: Vec<Unread>,
    /// How many there are.
    unread_count: u64,
}

#[derive(Debug, Serialize)]
struct Hit {
    item: String,
    document: String,
    kind: String,
    snippet: String,
    /// The earliest moment it can be of, in RFC 3339; the words of its time where that is not known.
    at: Option<String>,
    /// The earliest moment it can be of, in RFC 3339; nothing where that is not known. To be sorted by.
    earliest: Option<String>,
    /// The time in words, in the archive's zone.
    shown: Option<String>,
    from: Option<String>,
    to: Vec<String>,
    /// Its subject, title or file name.
    title: Option<String>,
    /// Where the words were found: text, subject, name.
    matched: Vec<&'static str>,
}

impl Answer for Found {
    fn text(&self) -> String {
        let mut text = String::new();
        for hit in &self.hits {
            let mut head = vec![visible(&hit.item)];
            if let Some(from) = &hit.from {
                let to = if hit.to.is_empty() {
                    String::new()
                } else {
                    format!(" to {}", visible(&few(&hit.to)))
                };
                head.push(format!("{}{to}", visible(from)));
            }
            head.push(visible(kind_words(&hit.kind)));
            head.extend(hit.shown.clone());
            head.extend(hit.title.as_deref().map(visible));
            if !hit.matched.is_empty() {
                head.push(format!("in the {}", hit.matched.join(" and ")));
            }
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", head.join("  "));
            if !hit.snippet.is_empty() {
                let _ = writeln!(text, "    {}", hit.snippet);
            }
        }
        let _ = match (self.hits.len() as u64, self.total) {
            (_, 0) => writeln!(text, "Nothing found."),
            (shown, total) => writeln!(text, "{} of {}.", number(shown), number(total)),
        };
        for unread in &self.unread {
            let _ = writeln!(
                text,
                "The text of {} cannot be read: {}",
                visible(&unread.item),
                visible(&unread.reason)
            );
        }
        if self.unread_count > 0 {
            let _ = writeln!(
                text,
                "Looked through in part: {} could not be read. fonds verify says what is damaged.",
                count(self.unread_count, "text", "texts")
            );
        }
        for word in &self.ignored {
            let _ = writeln!(
                text,
                "{} has no letters or digits and was not looked for.",
                visible(word)
            );
        }
        for remark in &self.remarks {
            let _ = writeln!(text, "{}", visible(remark));
        }
        if self.undated > 0 {
            let _ = writeln!(
                text,
                "{} without a known time would match too: leave out --since and --until.",
                count(self.undated, "item", "items")
            );
        }
        if self.not_indexed > 0 {
            let _ = writeln!(
                text,
                "{} not searchable yet.",
                count(self.not_indexed, "item", "items")
            );
        }
        if self.not_searchable > 0 {
            let _ = writeln!(
                text,
                "{} stored, not searchable: no reader understands them.",
                count(self.not_searchable, "document", "documents")
            );
        }
        if self.not_read > 0 {
            let _ = writeln!(
                text,
                "{} could not be read, or not to the end: what stands there is not found.",
                count(self.not_read, "document", "documents")
            );
        }
        text
    }
}

/// Names, the first of them where there are many.
fn few(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_NAMED);
    let shown = names.iter().take(MOST_NAMED).map(String::as_str);
    let shown = shown.collect::<Vec<_>>().join(", ");
    if more == 0 {
        shown
    } else {
        format!("{shown} and {} more", number(more as u64))
    }
}

/// `fonds find`.
pub(super) fn run(context: &Context, args: &FindArgs) -> Result<Outcome, CliError> {
    let asked = &args.asked;
    if args.words.is_empty()
        && asked.who.is_empty()
        && asked.to.is_empty()
        && asked.kind.is_empty()
        && asked.since.is_none()
        && asked.until.is_none()
    {
        return Err(CliError::usage(
            "nothing was asked for",
            "fonds find WORDS        or --who, --to, --since, --until, --kind",
        ));
    }
    let archive = context.archive()?;
    let indexed = if args.no_index {
        Indexed::default()
    } else {
        indexing::bring_up(context, &archive)
    };
    let mut unread: Vec<Unread> = indexed
        .named
        .iter()
        .map(|(item, error)| Unread::new(item.clone(), error))
        .collect();
    let mut unread_count = indexed.unread;
    let terms = parse_words(&args.words);
    let query = query(context, &archive, terms.clone(), asked, args.limit)?;
    let found = search(&archive, &query)?;
    let mut remarks = remarks(&args.words);
    remarks.extend(references(&archive, &args.words)?);
    if found.total == 0 {
        remarks.extend(instead(&archive, args, &query)?);
    }
    let custodian = Custodian::new(&archive)?;
    let mut hits = Vec::new();
    for hit in &found.hits {
        let Some((hit, damage)) = shown(context, &custodian, hit, &terms)? else {
            continue;
        };
        if let Some(damage) = damage
            && !unread.iter().any(|known| known.item == hit.item)
        {
            unread.push(Unread::new(hit.item.clone(), &damage));
            unread_count += 1;
        }
        hits.push(hit);
    }
    let outcome = match (unread_count, found.total) {
        (0, 0) => Outcome::Findings,
        (0, _) => Outcome::Done,
        _ => Outcome::InPart,
    };
    context.ui.answer(&Found {
        schema: "fonds/find/1",
        total: found.total,
        hits,
        not_searchable: archive.tally("not_searchable")?,
        not_read: archive.not_read()?,
        not_indexed: crate::archive::index::waiting(&archive)?,
        undated: found.undated,
        ignored: found.ignored,
        remarks,
        unread,
        unread_count,
    })?;
    Ok(outcome)
}

/// What is said of words that are references: they are no words of any text.
fn references(archive: &Archive, words: &[String]) -> Result<Vec<String>, CliError> {
    let mut said = Vec::new();
    for word in words.iter().flat_map(|typed| typed.split_whitespace()) {
        match archive.resolve(word) {
            Ok(_) => said.push(format!("{word} is a reference: fonds show {word}")),
            Err(error @ ArchiveError::Destroyed { .. }) => said.push(format!("{error}.")),
            Err(ArchiveError::NoSuchItem(_) | ArchiveError::Ambiguous { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(said)
}

/// What may explain that nothing was found: a name that is nobody's here, an argument that was taken for a phrase.
fn instead(archive: &Archive, args: &FindArgs, query: &Query) -> Result<Vec<String>, CliError> {
    let mut said = Vec::new();
    let asked = &args.asked;
    for (names, sent) in [(&asked.who, true), (&asked.to, false)] {
        let all = if sent { &query.who } else { &query.to };
        let alone = |who: Vec<String>| Query {
            limit: 0,
            who: if sent { who.clone() } else { Vec::new() },
            to: if sent { Vec::new() } else { who },
            ..Query::default()
        };
        if !names.is_empty() && search(archive, &alone(all.clone()))?.total == 0 {
            said.push(format!(
                "Nothing here is {} {}: fonds people lists those who are named, and the accounts seen.",
                if sent { "from" } else { "to" },
                names.join(" or ")
            ));
        }
    }
    let is_phrase = |typed: &&String| {
        typed.split_whitespace().nth(1).is_some()
            && matches!(
                parse_words(&[(*typed).clone()]).as_slice(),
                [Term::Phrase(_)]
            )
    };
    if let Some(phrase) = args.words.iter().find(is_phrase) {
        said.push(format!(
            "The words were looked for as one phrase. Apart: fonds find {}",
            phrase.replace(['"', '“', '”'], "")
        ));
    }
    Ok(said)
}

/// Asks the index. Where there is none yet, nothing is found.
pub(super) fn search(
    archive: &Archive,
    query: &Query,
) -> Result<crate::archive::search::Found, CliError> {
    match Index::open(&archive.search_folder(), false).and_then(|index| index.search(query)) {
        Ok(found) => Ok(found),
        Err(crate::archive::search::Error::Missing { .. }) => {
            Ok(crate::archive::search::Found::default())
        }
        Err(error) => Err(ArchiveError::from(error).into()),
    }
}

/// The question in the index's terms: people as their accounts, times as moments, kinds as they are recorded.
pub(super) fn query(
    context: &Context,
    archive: &Archive,
    terms: Vec<Term>,
    asked: &Asked,
    limit: usize,
) -> Result<Query, CliError> {
    let agents = Agents::new(archive)?;
    let people = |names: &[String]| -> Result<Vec<String>, CliError> {
        let mut all = BTreeSet::new();
        for name in names {
            match agents.find(name)? {
                Some(agent) if !agents.accounts(agent).is_empty() => {
                    all.extend(agents.accounts(agent));
                }
                _ => {
                    all.insert(super::agents::account(name).unwrap_or_else(|| name.clone()));
                }
            }
        }
        Ok(all.into_iter().collect())
    };
    let (since, until) = times(context, asked)?;
    let mut kinds = Vec::new();
    for kind in &asked.kind {
        kinds.extend(recorded_kinds(kind)?);
    }
    Ok(Query {
        terms,
        who: people(&asked.who)?,
        to: people(&asked.to)?,
        since,
        until,
        kinds,
        limit,
    })
}

/// From when to when, in milliseconds since 1970.
pub(super) fn times(
    context: &Context,
    asked: &Asked,
) -> Result<(Option<i64>, Option<i64>), CliError> {
    let zone: Zone = context.settings().zone.parse().unwrap_or(Zone::UTC);
    let read = |words: &Option<String>| -> Result<Option<Instant>, CliError> {
        words
            .as_deref()
            .map(|words| {
                when::parse(words, zone, "archive").map_err(|error| {
                    CliError::usage(error.to_string(), "--since 2023-06 --until 2023-07-11")
                })
            })
            .transpose()
    };
    let since = read(&asked.since)?.and_then(|at| at.earliest);
    let until = read(&asked.until)?.and_then(|at| at.latest);
    Ok((since.map(Moment::millis), until.map(Moment::millis)))
}

/// The recorded kinds that a word stands for.
fn recorded_kinds(word: &str) -> Result<Vec<String>, CliError> {
    let tables = ["table-channel", "table-post", "table-transcript"];
    let messages = [
        "mail-mail",
        "x-direct",
        "x-channel",
        "x-post",
        "table-channel",
        "table-post",
        "table-transcript",
        // Of which nobody could tell what it is, and mail without any id as early versions recorded it.
        "unknown",
    ];
    let kinds: &[&str] = match word.to_lowercase().as_str() {
        "message" | "messages" => &messages,
        "mail" | "email" | "e-mail" => &["mail-mail"],
        "dm" | "direct" | "x-direct" => &["x-direct"],
        "group" | "channel" | "x-channel" => &["x-channel"],
        "post" | "tweet" => &["x-post", "table-post"],
        "x-post" => &["x-post"],
        "table" => &tables,
        "transcript" => &["table-transcript"],
        "text" => &["text"],
        "markdown" => &["markdown"],
        "html" | "page" | "web" => &["html"],
        _ => {
            return Err(CliError::usage(
                format!("{word:?} is not a kind that has text"),
                "--kind message, mail, x-direct, x-channel, x-post, table, text, markdown or html",
            ));
        }
    };
    Ok(kinds.iter().map(|&kind| kind.to_owned()).collect())
}

/// A hit for its reader, and what was in the way of reading its text.
fn shown(
    context: &Context,
    custodian: &Custodian<'_>,
    hit: &Match,
    terms: &[Term],
) -> Result<Option<(Hit, Option<ArchiveError>)>, CliError> {
    let archive = custodian.archive();
    let (Some(card), Some(opened)) = (archive.card(hit.id)?, archive.item(hit.id)?) else {
        return Ok(None);
    };
    let zone: Zone = context.settings().zone.parse().unwrap_or(Zone::UTC);
    let carrier = carrier(archive, &card)?;
    let at: Option<Instant> = opened.get("at")?;
    let is_message = card.class == "m";
    let named = |slot| -> Result<Vec<String>, CliError> {
        let found: Vec<Participant> = if is_message {
            opened.get(slot)?.unwrap_or_default()
        } else {
            Vec::new()
        };
        Ok(custodian.names(&found))
    };
    let (text, damage) = match archive.text(hit.id) {
        Err(error) if error.is_of_the_item() => (String::new(), Some(error)),
        text => (text?.unwrap_or_default(), None),
    };
    let title: Option<String> = opened.get(if is_message { "subject" } else { "title" })?;
    let written = at.as_ref().and_then(|at| at.as_written.clone());
    let from = named("from")?;
    let hit = Hit {
        item: archive.reference(&card)?,
        document: archive.reference(&carrier)?,
        kind: if card.class == "t" {
            carrier.kind.clone()
        } else {
            card.kind.clone()
        },
        snippet: snippet(&text, terms),
        at: bounds(&card).0.map(|at| at.to_string()).or(written),
        earliest: bounds(&card).0.map(|at| at.to_string()),
        shown: at.as_ref().map(|at| visible(&show(at, zone))),
        from: (!from.is_empty()).then(|| from.join(", ")),
        to: named("to")?,
        title: title.or_else(|| carrier.name.clone().filter(|_| !is_message)),
        matched: hit.fields.clone(),
    };
    Ok(Some((hit, damage)))
}
