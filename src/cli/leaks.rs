//! The leak check: what came in with the material, tells of whoever gave it, and is not to leave in a report, an export
//! or a publication unless it is let through by name.
//!
//! Looked for, in what is about to be written: the paths that were given or kept, and the user names in them; of each mail
//! that is mentioned the hosts and addresses in `Received`, `X-Originating-IP`, `User-Agent` and `X-Mailer`; of each office
//! file, picture and PDF file that is mentioned, or lies in a message that is, at any depth, its author, who saved it last, who
//! changed or commented on it, the owner, number and model of the camera, and where it was taken, by the numbers of the place; and the names in the vault, where a key is given. Without a key these cannot be looked
//! for: that nobody can tell them from the disk is what the vault is for. In a report of provenance, which is made to tell
//! where things came from, only these are looked for. Not looked for: the name of the place where a picture was taken. Text left under the boxes of a PDF file cannot leave here: nothing that this check is asked about hands
//! out the bytes of one, or text out of one, since PDF files are kept and not read; a publication shows the digest of one at
//! most. It is looked for where such a file comes in as a redacted copy (`fonds redact`). What is to hand out a PDF file one
//! day has to ask `covered` first.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::path::PathBuf;

use super::CliError;
use super::Context;
use super::makers;
use super::places;
use super::places::Place;
use super::readings::Readings;
use super::readings::has_case;
use super::ui::number;
use super::vault;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::Card;
use crate::archive::Target;
use crate::record::Name;
use crate::record::visible;

/// Bytes of a mail that are looked through for its headers.
const HEADERS: u64 = 256 << 10;

/// Items that are looked up for one output; more are refused, since what came with the rest could not be looked for.
const MOST_MENTIONED: usize = 100_000;

/// Items that are read from the catalogue at a time.
const STEP: u64 = 1000;

/// User names that name nobody.
const NOBODY: &[&str] = &["root", "user", "admin", "shared", "public", "default"];

/// How a verb is told what may leave.
#[derive(Debug, clap::Args)]
pub(super) struct LeakArgs {
    /// Let this leave, although it may tell who gave the material; once for each, exactly as it was named
    #[arg(long, value_name = "VALUE")]
    allow: Vec<String>,
    /// Look for the names in the vault too, with this age identity
    #[arg(long, value_name = "FILE")]
    vault_identity: Option<PathBuf>,
}

/// What is not to leave, each with what it is.
#[derive(Default)]
struct Needles {
    /// What came with the material: looked for as words of their own.
    came: BTreeMap<String, String>,
    /// The names in the vault: looked for anywhere, even inside a word, and never printed.
    sealed: BTreeMap<String, String>,
    /// Where pictures were taken, by how that is let through: looked for however its numbers are written.
    places: BTreeMap<String, (Place, String)>,
}

impl Needles {
    fn add(&mut self, value: &str, what: impl FnOnce() -> String) {
        let value = value.trim();
        // One or two letters are words of every text; where letters have no case, they are a name.
        if value.chars().count() >= 3 || value.chars().any(|it| it.is_alphabetic() && !has_case(it))
        {
            self.came.entry(value.to_owned()).or_insert_with(what);
        }
    }

    /// A path, and the user name in it. A bare file name is none: it is what a document is called.
    fn path(&mut self, path: &str, of: &str) {
        if !path.trim_end_matches(['/', '\\']).contains(['/', '\\']) {
            return;
        }
        self.add(path, || format!("a path that came with {of}"));
        let mut parts = path.split(['/', '\\']);
        while let Some(part) = parts.next() {
            if !matches!(part.to_lowercase().as_str(), "home" | "users") {
                continue;
            }
            if let Some(user) = parts.next()
                && !NOBODY.contains(&user.to_lowercase().as_str())
            {
                self.add(user, || {
                    format!("the user name in a path that came with {of}")
                });
            }
        }
    }
}

/// Refuses to let anything out that holds what is not to leave. `outputs` are what is about to be written, by name.
pub(super) fn check(
    context: &Context,
    archive: &Archive,
    args: &LeakArgs,
    outputs: &[(String, &str)],
) -> Result<(), CliError> {
    let mut needles = Needles::default();
    for (seq, reference) in archive.accessions()? {
        if let Some(entry) = archive.entry(seq)? {
            let paths: Vec<Name> = entry.get("paths")?.unwrap_or_default();
            for path in paths {
                needles.path(&path.to_string(), &reference);
            }
        }
    }
    for item in mentioned(archive, outputs)? {
        came_with(archive, item, &mut needles)?;
    }
    sealed(context, archive, args, &mut needles)?;
    refuse(args, &needles, outputs)
}

/// Refuses to let anything out that holds a name in the vault, where a key is given; what came with the material may leave.
pub(super) fn check_names(
    context: &Context,
    archive: &Archive,
    args: &LeakArgs,
    outputs: &[(String, &str)],
) -> Result<(), CliError> {
    let mut needles = Needles::default();
    sealed(context, archive, args, &mut needles)?;
    refuse(args, &needles, outputs)
}

fn sealed(
    context: &Context,
    archive: &Archive,
    args: &LeakArgs,
    needles: &mut Needles,
) -> Result<(), CliError> {
    if let Some(identity) = &args.vault_identity {
        for (pseudonym, name) in vault::names(context, archive, identity)? {
            let what = format!("the name behind {pseudonym}");
            needles.sealed.insert(name.name().trim().to_owned(), what);
        }
    }
    Ok(())
}

fn refuse(args: &LeakArgs, needles: &Needles, outputs: &[(String, &str)]) -> Result<(), CliError> {
    let outputs: Vec<(&str, Readings)> = outputs
        .iter()
        .map(|(name, text)| (name.as_str(), Readings::new(text)))
        .collect();
    let in_which = |holds: &dyn Fn(&Readings) -> bool| -> Option<String> {
        let found = outputs.iter().filter(|(_, readings)| holds(readings));
        let names: Vec<&str> = found.map(|(name, _)| *name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let mut found = Vec::new();
    for (value, what) in &needles.sealed {
        if !args.allow.contains(value)
            && let Some(names) = in_which(&|readings| readings.contain(value))
        {
            found.push(format!("{what} (in {names})"));
        }
    }
    for (value, what) in &needles.came {
        if args.allow.contains(value) {
            continue;
        }
        // A name out of the vault is not to be printed by the check that keeps it in.
        let shown = Readings::new(value);
        let is_sealed = needles.sealed.keys().any(|name| shown.contain(name));
        if let Some(names) = in_which(&|readings| readings.hold(value)) {
            let value = if is_sealed {
                String::new()
            } else {
                format!(" {}", visible(value))
            };
            found.push(format!("{what}{value} (in {names})"));
        }
    }
    let told: Vec<(&str, places::Told)> = outputs
        .iter()
        .filter(|_| !needles.places.is_empty())
        .map(|(name, readings)| (*name, places::Told::by(readings)))
        .collect();
    for (value, (place, what)) in &needles.places {
        let in_these: Vec<&str> = (told.iter())
            .filter(|(_, told)| told.tells(*place))
            .map(|(name, _)| *name)
            .collect();
        if !args.allow.contains(value) && !in_these.is_empty() {
            found.push(format!("{what} {value} (in {})", in_these.join(", ")));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    Err(CliError::usage(
        format!(
            "this would let out what may tell who gave the material: {}",
            found.join("; ")
        ),
        "--allow VALUE        lets one through, once for each; or leave it out",
    ))
}

/// The items that the outputs mention by reference, and the documents that these lie in.
fn mentioned(archive: &Archive, outputs: &[(String, &str)]) -> Result<Vec<u64>, CliError> {
    let named = |reference: &str| -> Result<Vec<u64>, CliError> {
        let mut next = match archive.resolve(reference) {
            Ok(Target::Item(item)) => Some(item),
            Ok(Target::Entry(_))
            | Err(
                ArchiveError::NoSuchItem(_)
                | ArchiveError::Ambiguous { .. }
                | ArchiveError::Destroyed { .. },
            ) => None,
            Err(error) => return Err(error.into()),
        };
        let mut items = Vec::new();
        while let Some(item) = next {
            let card = archive.card(item)?;
            // What is attached to a message tells of its sender too.
            if items.is_empty() && card.as_ref().is_some_and(|card| card.class == "m") {
                items.extend(descendants(archive, item)?);
            }
            items.push(item);
            next = card.and_then(|card| card.parent);
        }
        Ok(items)
    };
    all_named(outputs, MOST_MENTIONED, named)
}

/// What lies in an item, at any depth; no more than are looked up, and one, so that more are refused.
fn descendants(archive: &Archive, item: u64) -> Result<Vec<u64>, CliError> {
    let mut found = Vec::new();
    let mut waiting = vec![item];
    while let Some(holder) = waiting.pop() {
        let mut last = 0;
        while found.len() <= MOST_MENTIONED {
            let step = archive.children_after(holder, last, STEP)?;
            let Some(end) = step.last() else {
                break;
            };
            last = end.item;
            found.extend(step.iter().map(|card| card.item));
            waiting.extend(step.iter().map(|card| card.item));
        }
    }
    Ok(found)
}

/// What the words name that look like references; at most so many items. Words that name nothing here do not count: a text
/// may be full of them.
fn all_named(
    outputs: &[(String, &str)],
    most: usize,
    named: impl Fn(&str) -> Result<Vec<u64>, CliError>,
) -> Result<Vec<u64>, CliError> {
    let mut references = BTreeSet::new();
    for (_, text) in outputs {
        for word in text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-') {
            if (word.starts_with("m-") || word.starts_with("d-")) && word.len() >= 6 {
                references.insert(word);
            }
        }
    }
    let mut items = BTreeSet::new();
    for reference in references {
        items.extend(named(reference)?);
        if items.len() > most {
            return Err(CliError::usage(
                format!(
                    "more than {} items are mentioned in it, too many to look for what came with each of them; nothing was \
                     written",
                    number(most as u64)
                ),
                "less at a time: fewer items, or --since and --until",
            ));
        }
    }
    Ok(items.into_iter().collect())
}

/// What came with one item.
fn came_with(archive: &Archive, item: u64, needles: &mut Needles) -> Result<(), CliError> {
    let (Some(card), Some(opened)) = (archive.card(item)?, archive.item(item)?) else {
        return Ok(());
    };
    let reference = archive.reference(&card)?;
    if let Some(path) = opened.get::<Name>("path")? {
        needles.path(&path.to_string(), &reference);
    }
    // What cannot be read is verify's to report; here it only means that nothing of it can be looked for.
    if card.class == "m" && card.kind.starts_with("mail") {
        let head = head_of(archive, &card).unwrap_or_default();
        for (value, what) in of_headers(&head) {
            needles.add(&value, || format!("{what} of {reference}"));
        }
    }
    if card.class == "d" {
        let makers = makers::told(archive, &card).unwrap_or_default();
        for (value, what) in makers.told {
            needles.add(&value, || format!("{what} of {reference}"));
        }
        for place in makers.places {
            let what = format!("where {reference} was taken:");
            needles.places.insert(place.words(), (place, what));
        }
    }
    Ok(())
}

/// The first bytes of a message, as they came.
fn head_of(archive: &Archive, card: &Card) -> Option<Vec<u8>> {
    let carrier = match (card.span, card.parent) {
        (Some(_), Some(parent)) => archive.card(parent).ok()??.sha256,
        _ => card.sha256,
    };
    let mut reader = archive.reader(&carrier).ok()?;
    let mut most = HEADERS;
    if let Some(span) = card.span {
        reader.seek(SeekFrom::Start(span.start)).ok()?;
        most = most.min(span.end.saturating_sub(span.start));
    }
    let mut head = Vec::new();
    reader.take(most).read_to_end(&mut head).ok()?;
    Some(head)
}

/// Hosts, addresses and programs in the headers of a mail, each with what it is.
fn of_headers(head: &[u8]) -> Vec<(String, &'static str)> {
    let head = String::from_utf8_lossy(head).replace("\r\n", "\n");
    let end = head.find("\n\n").unwrap_or(head.len());
    let unfolded = head[..end].replace("\n ", " ").replace("\n\t", " ");
    let mut found = Vec::new();
    for line in unfolded.lines() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        match name.to_lowercase().as_str() {
            "received" => found.extend(
                value
                    .split(|letter: char| letter.is_whitespace() || "()[];,<>=".contains(letter))
                    .map(|word| word.trim_start_matches("IPv6:").trim_matches('.'))
                    .filter(|word| is_host(word))
                    .map(|word| (word.to_owned(), "a host in Received")),
            ),
            "x-originating-ip" => found.push((
                value.trim().trim_matches(['[', ']']).to_owned(),
                "X-Originating-IP",
            )),
            "user-agent" | "x-mailer" => found.push((value.trim().to_owned(), "the mail program")),
            _ => {}
        }
    }
    found
}

/// Whether a word of a `Received` header is a host or an address.
fn is_host(word: &str) -> bool {
    let is_address = word.parse::<std::net::IpAddr>().is_ok();
    let letters = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    is_address || letters && word.contains('.') && word.chars().any(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_programs_are_found_in_headers_and_nowhere_else() {
        let mail = b"Received: from [203.0.113.7] (helo=desk.pier.example)\r\n\tby mx.lists.example with ESMTP id 12.3;\r\n Tue\r\nX-Originating-IP: [198.51.100.4]\r\nUser-Agent: Pier Mail 3\r\n\r\nReceived: from not.a.header\r\n";
        let found: Vec<String> = of_headers(mail)
            .into_iter()
            .map(|(value, _)| value)
            .collect();
        assert_eq!(
            found,
            [
                "203.0.113.7",
                "desk.pier.example",
                "mx.lists.example",
                "198.51.100.4",
                "Pier Mail 3"
            ]
        );
    }

    #[test]
    fn words_that_name_nothing_do_not_count_and_more_items_than_are_looked_up_are_refused() {
        let many: Vec<String> = (0..20_000).map(|it| format!("d-{it:05} ")).collect();
        let mut text = many.concat();
        text.push_str("[m-zzz1] d-zzz2,m-zzz3.");
        let named = |reference: &str| -> Result<Vec<u64>, CliError> {
            Ok(match reference {
                "m-zzz1" => vec![1],
                "d-zzz2" => vec![2, 1],
                "m-zzz3" => vec![3],
                _ => Vec::new(),
            })
        };
        let outputs = [("it".to_owned(), text.as_str())];
        assert_eq!(all_named(&outputs, 3, named).unwrap(), [1, 2, 3]);
        let refused = all_named(&outputs, 2, named).unwrap_err().to_string();
        assert!(refused.contains("more than 2 items"), "{refused}");
    }

    #[test]
    fn a_path_gives_itself_and_its_user_and_a_file_name_nothing() {
        let mut needles = Needles::default();
        needles.path("memo.txt", "a-02mx");
        needles.path("papers/", "a-02mx");
        assert!(needles.came.is_empty());
        needles.path("/home/nora/papers/memo.txt", "a-02mx");
        needles.path("C:\\Users\\Peter\\memo.txt", "d-41ac");
        needles.path("/home/root/x", "d-41ac");
        assert!(needles.came.contains_key("nora") && needles.came.contains_key("Peter"));
        assert!(!needles.came.contains_key("root"));
        assert_eq!(needles.came.len(), 5);
        // Two letters are a name where letters have no case.
        needles.add("al", String::new);
        needles.add("\u{674e}\u{660e}", String::new);
        assert_eq!(needles.came.len(), 6);
    }
}
