//! `fonds doctor`.

mod checks;

use std::fmt::Write as _;

use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::CliError;
use super::Context;
use super::Outcome;
use super::indexing;
use super::ui::Answer;
use super::ui::columns;
use super::ui::count;
use crate::archive::ArchiveError;
use crate::archive::Writer;
use crate::archive::kept_changes;
use crate::archive::search::Index;
use crate::keys::set_damaged_aside;
use crate::record::Span;
use crate::record::visible;
use crate::tlog::CHECKPOINT_PATH;

/// Look at what endangers the archive, and mend what can be made again
///
/// Looks at the disk, the keys, what this computer remembers of the archive, and what waits to be done. It does not read
/// the documents: `fonds verify` does.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds doctor
  fonds doctor --report > for-support.txt    no names, paths or contents
  fonds doctor --restore ../copy-of-log      go on with an older copy of the archive
  fonds doctor --rebuild                     make the catalogue, log/ and the search index again

Exit status
  0 nothing to look at, 1 something to look at, 2 could not be done, 10 no archive here")]
pub(super) struct DoctorArgs {
    /// Leave out names and paths, so that the answer may be shown to others
    #[arg(long)]
    report: bool,
    /// Make the catalogue, log/ and the search index again from the ledger
    #[arg(long, conflicts_with = "trust_head")]
    rebuild: bool,
    /// On your word: take the last checkpoint here as the last that this archive's key has signed
    ///
    /// For when what the key remembers was lost. If a newer copy of the archive exists anywhere, the two will contradict
    /// each other for ever.
    #[arg(long)]
    trust_head: bool,
    /// Lengthen an older copy, such as a restored backup, by the log in this folder
    ///
    /// Any copy of the archive's log/ does, also the one in it. What the newer entries said is lost and is recorded as
    /// lost; every pin, proof and checkpoint made since keeps its worth.
    #[arg(long, value_name = "LOG", conflicts_with_all = ["trust_head", "rebuild"])]
    restore: Option<PathBuf>,
}

/// How a check came out, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// Something is wrong.
    Trouble,
    /// Something to look at.
    Look,
    /// As it should be.
    Fine,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    /// A stable word for it.
    name: &'static str,
    state: State,
    /// What was found, in a sentence without names or paths.
    found: String,
    /// Names and paths that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    about: Vec<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'static str>,
}

impl Check {
    fn new(name: &'static str, state: State, found: impl Into<String>) -> Self {
        Self {
            name,
            state,
            found: found.into(),
            about: Vec::new(),
            fix: None,
        }
    }

    fn fine(name: &'static str, found: impl Into<String>) -> Self {
        Self::new(name, State::Fine, found)
    }

    fn about(mut self, about: impl Into<String>) -> Self {
        self.about.push(about.into());
        self
    }

    fn fix(mut self, fix: &'static str) -> Self {
        self.fix = Some(fix);
        self
    }
}

#[derive(Debug, Serialize)]
struct Examined {
    schema: &'static str,
    software: &'static str,
    system: &'static str,
    checks: Vec<Check>,
}

impl Answer for Examined {
    fn text(&self) -> String {
        let mut text = String::new();
        let rows: Vec<Vec<String>> = self
            .checks
            .iter()
            .map(|check| {
                let state = match check.state {
                    State::Trouble => "trouble",
                    State::Look => "look",
                    State::Fine => "fine",
                };
                let about: Vec<String> = check.about.iter().map(|one| visible(one)).collect();
                let about = if about.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", about.join(", "))
                };
                vec![
                    state.to_owned(),
                    check.name.to_owned(),
                    format!("{}{about}", check.found),
                ]
            })
            .collect();
        for (line, check) in columns(&rows, "").lines().zip(&self.checks) {
            text.push_str(line);
            text.push('\n');
            if let Some(fix) = check.fix {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "         try: {fix}");
            }
        }
        let _ = writeln!(text, "{} on {}", self.software, self.system);
        text
    }
}

/// What `--rebuild`, `--trust-head` or `--restore` did. `fonds/doctor-act/1`.
#[derive(Debug, Serialize)]
struct Mended {
    schema: &'static str,
    done: &'static str,
    entries: u64,
    /// Entries of which only the leaf data came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<Span>,
    /// The entry that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
    /// Entries among those that changed the key, which came back whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    back: Vec<u64>,
}

impl Mended {
    const fn new(done: &'static str, entries: u64) -> Self {
        Self {
            schema: "fonds/doctor-act/1",
            done,
            entries,
            lost: None,
            entry: None,
            back: Vec::new(),
        }
    }

    /// What a restoration says: the lost entries by their numbers, as `fonds log` shows them.
    fn restored(&self, lost: Span) -> String {
        let which = match lost.end.saturating_sub(lost.start) {
            1 => format!("entry {}", lost.start),
            _ => format!("entries {} to {}", lost.start, lost.end.saturating_sub(1)),
        };
        let by = self
            .entry
            .map_or_else(String::new, |entry| format!(" Entry {entry} says so."));
        let back: Vec<String> = self.back.iter().map(ToString::to_string).collect();
        let back = match back.as_slice() {
            [] => String::new(),
            [one] => format!(", but for entry {one}, which changed the key and came back whole"),
            several => format!(
                ", but for entries {}, which changed the key and came back whole",
                several.join(" and ")
            ),
        };
        format!(
            "This older copy of {} was lengthened by the log to {}.\n\
             Lost: {which}{back}. Their digests came back, so every pin, checkpoint and proof made since keeps its worth; what \
             they said did not.{by}\n\
             Next: record again what is known of them; what was brought in then has to be brought in again.",
            count(lost.start, "entry", "entries"),
            count(lost.end, "entry", "entries"),
        )
    }
}

impl Answer for Mended {
    fn text(&self) -> String {
        let entries = count(self.entries, "entry", "entries");
        if let Some(lost) = self.lost {
            return self.restored(lost);
        }
        match self.done {
            "rebuild" => format!(
                "Made the catalogue, log/ and the search index again from {entries}. To check: fonds verify"
            ),
            _ => format!("From now on this computer knows that the key has signed {entries}."),
        }
    }
}

/// `fonds doctor`.
pub(super) fn run(context: &Context, args: &DoctorArgs) -> Result<Outcome, CliError> {
    if args.rebuild {
        return rebuild(context);
    }
    if args.trust_head {
        return trust_head(context);
    }
    if let Some(copy) = &args.restore {
        return restore(context, copy);
    }
    let mut checks = checks::all(context)?;
    checks.sort_by_key(|check| check.state);
    if args.report {
        for check in &mut checks {
            check.about.clear();
        }
    }
    let clean = checks.iter().all(|check| check.state == State::Fine);
    context.ui.answer(&Examined {
        schema: "fonds/doctor/1",
        software: concat!("fonds ", env!("CARGO_PKG_VERSION")),
        system: std::env::consts::OS,
        checks,
    })?;
    Ok(if clean {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

fn rebuild(context: &Context) -> Result<Outcome, CliError> {
    let mut writer = context.writer_without_settings()?;
    writer.rebuild()?;
    let archive = writer.archive();
    Index::begin_anew(&archive.search_folder()).map_err(ArchiveError::from)?;
    indexing::go_on(context, archive);
    context.ui.answer(&Mended::new("rebuild", writer.size()))?;
    Ok(Outcome::Done)
}

fn restore(context: &Context, copy: &Path) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    if !copy.join(CHECKPOINT_PATH).is_file() {
        return Err(CliError::usage(
            format!(
                "{} is no copy of a log: there is no {CHECKPOINT_PATH} in it",
                copy.display()
            ),
            "fonds doctor --restore LOG        with the folder log/ of a copy of the archive",
        ));
    }
    let changes = kept_changes(&context.places()?, archive.origin().as_str())?;
    let signer = context.signer_by(&archive, &archive.log_keys_after(&changes)?)?;
    let mut values = vec![
        ("copy", Value::from("a copy of log/")),
        ("t", Value::from(context.now()?.to_string())),
    ];
    if let Some(by) = context.by() {
        values.push(("by", Value::from(by)));
    }
    let (writer, done) = Writer::restore(&context.folder, signer, copy, &changes, &values)?;
    context.ui.answer(&Mended {
        lost: Some(Span {
            start: done.from_size,
            end: done.to_size,
        }),
        entry: Some(done.entry),
        back: (changes.iter().map(|change| change.entry))
            .filter(|entry| (done.from_size..done.to_size).contains(entry))
            .collect(),
        ..Mended::new("restore", writer.size())
    })?;
    Ok(Outcome::Done)
}

fn trust_head(context: &Context) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let places = context.places()?;
    for kept in set_damaged_aside(&places, archive.origin().as_str())? {
        context.ui.warn(&format!(
            "What could not be read was put aside as {}",
            kept.display()
        ));
    }
    let mut signer = context.signer(&archive)?;
    Writer::trust_head(&context.folder, &mut signer)?;
    context
        .ui
        .answer(&Mended::new("trust-head", archive.head()?.0))?;
    Ok(Outcome::Done)
}
