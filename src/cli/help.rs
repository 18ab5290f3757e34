//! Help: the verbs in groups, the words a newcomer sees first.

use std::fmt::Write as _;

use clap::Command;
use clap::CommandFactory as _;
use serde::Serialize;

use super::Cli;
use super::CliError;
use super::Context;
use super::Outcome;
use super::ui::Answer;

/// The verbs in the order in which they are used.
const GROUPS: &[(&str, &[&str])] = &[
    ("Start", &["init", "ingest", "demo"]),
    ("Describe", &["attribute", "custody", "people", "correct"]),
    ("Look", &["find", "show", "timeline"]),
    ("Check", &["verify", "provenance", "cite", "claim"]),
    ("Share", &["publish", "anchor", "witness"]),
];

/// Verbs of upkeep, listed by `fonds help --all` only.
const UPKEEP: &[&str] = &[
    "status", "log", "key", "vault", "redact", "withhold", "destroy", "doctor", "help",
];

const STATUSES: &str = "\
Exit status
  0   done, nothing to report
  1   done, and there are findings; find found nothing
  2   could not be done: wrong usage or an error
  3   done in part: some of what was given, or is kept, could not be read
  4   no such item
  10  no archive here
  11  archive in use
  12  wrong key or passphrase
  130 stopped by you; nothing half-recorded
  Any other status is a failure.
";

const ENVIRONMENT: &str = "\
Environment
  FONDS_ARCHIVE  the archive's folder
  FONDS_BY       who is at work
  FONDS_USER     a folder for keys and state, in place of ~/.config/fonds and ~/.local/state/fonds
  FONDS_NOW      the time to record, in place of the clock's (for transcripts and tests)
";

/// What each finding means, one row of a table for each code.
const FINDINGS: &str = include_str!("../../schema/FINDINGS.md");

/// By what rules a draft is held against an archive: the verdicts, the pins, what a draft itself says.
const CITING: &str = include_str!("../../schema/CITING.md");

/// Topics that are explained, and the headings of [`CITING`] under which they are.
const TOPICS: &[(&str, &str)] = &[
    ("verdicts", "Verdicts"),
    ("pins", "Pins"),
    ("stated", "Who and when, as the draft says"),
];

/// List the verbs, or explain one, a finding or a verdict
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds help --all
  fonds help custody
  fonds help custody add
  fonds help findings           every code that verify and cite may give
  fonds help document.altered   what one means and what to do
  fonds help not-found          what a verdict of cite means; fonds help verdicts lists them
  fonds help pins               how a draft says where its words are from
  fonds help stated             what of a draft's own words on who and when is read")]
pub(super) struct HelpArgs {
    /// The verb, the code of a finding or the verdict to explain; or `findings`, `verdicts`, `pins` or `stated`
    verb: Option<String>,
    /// The act of the verb, as in `custody add`
    act: Option<String>,
    /// List upkeep verbs, exit status and environment too
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Serialize)]
struct Explained {
    schema: &'static str,
    text: String,
}

impl Answer for Explained {
    fn text(&self) -> String {
        self.text.clone()
    }
}

/// The command with its help in groups.
pub(super) fn command() -> Command {
    let command = Cli::command();
    let template = format!(
        "{{about}}\n\nUsage: fonds [-C DIR] VERB [WHAT] [OPTIONS]\n\n{}\n\
         Everywhere\n{{options}}\n\nMore: fonds VERB --help · fonds help --all\nUpkeep: {}\n",
        groups(&command, GROUPS),
        UPKEEP.join(" · ")
    );
    command.help_template(template)
}

fn groups(command: &Command, groups: &[(&str, &[&str])]) -> String {
    let mut text = String::new();
    for (title, verbs) in groups {
        let lines: Vec<String> = verbs
            .iter()
            .filter_map(|verb| line(command, verb))
            .collect();
        if !lines.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{title}\n{}", lines.join("\n"));
        }
    }
    text
}

fn line(command: &Command, verb: &str) -> Option<String> {
    let found = command.find_subcommand(verb)?;
    let alias = found
        .get_visible_aliases()
        .next()
        .map_or_else(String::new, |alias| format!(" ({alias})"));
    let about = found.get_about().map(ToString::to_string);
    Some(format!(
        "  {:13} {}",
        format!("{verb}{alias}"),
        about.unwrap_or_default()
    ))
}

/// `fonds help`.
pub(super) fn run(context: &Context, args: &HelpArgs) -> Result<Outcome, CliError> {
    let mut command = command();
    command.build();
    // `not found` is a verdict too, as it is printed.
    let typed: Vec<&str> = args
        .verb
        .iter()
        .chain(&args.act)
        .map(String::as_str)
        .collect();
    let typed = typed.join("-");
    let of_cite = section(&typed).or_else(|| explained(CITING, &typed));
    let text = match (&args.verb, of_cite) {
        (_, Some(text)) => text,
        (Some(verb), _) if verb == "findings" => findings(),
        (Some(code), _) if code.contains('.') => explained(FINDINGS, code).ok_or_else(|| {
            CliError::usage(
                format!("there is no finding {code:?}"),
                "fonds help findings     lists them",
            )
        })?,
        (Some(verb), _) => of_verb(&mut command, verb, args.act.as_deref())?,
        _ if args.all => format!(
            "{}\n{}\n{STATUSES}\n{ENVIRONMENT}",
            command.render_help(),
            groups(&command, &[("Upkeep", UPKEEP)]),
        ),
        _ => command.render_help().to_string(),
    };
    context.ui.answer(&Explained {
        schema: "fonds/help/1",
        text,
    })?;
    Ok(Outcome::Done)
}

/// The help of a verb, or of one of its acts.
fn of_verb(command: &mut Command, verb: &str, act: Option<&str>) -> Result<String, CliError> {
    let found = command.find_subcommand_mut(verb).ok_or_else(|| {
        CliError::usage(
            format!("there is no verb {verb:?}"),
            "fonds help --all        lists them",
        )
    })?;
    let Some(act) = act else {
        return Ok(found.render_long_help().to_string());
    };
    let act = found.find_subcommand_mut(act).ok_or_else(|| {
        CliError::usage(
            format!("{verb} has no act {act:?}"),
            format!("fonds help {verb}"),
        )
    })?;
    Ok(act.render_long_help().to_string())
}

/// The cells of a row that explains a code: the code, what it means, what is likely behind it, what to do.
fn row(line: &str) -> Option<[String; 4]> {
    let mut cells = line.strip_prefix("| `")?.split('|');
    let mut next = || Some(cells.next()?.trim().replace('`', ""));
    Some([next()?, next()?, next()?, next()?])
}

/// What is said of a code, or of a verdict, in a row of a page.
fn explained(page: &str, code: &str) -> Option<String> {
    let [code, means, cause, act] = page
        .lines()
        .filter_map(row)
        .find(|[known, ..]| known == code)?;
    let mut text = format!("{code}\n");
    for (title, said) in [("means", means), ("likely", cause), ("do", act)] {
        if !said.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {title:<7} {said}");
        }
    }
    Some(text.trim_end().to_owned())
}

/// What is said of a topic: the paragraphs under its heading, and the rows of its table.
fn section(topic: &str) -> Option<String> {
    let (_, heading) = TOPICS.iter().find(|it| it.0 == topic)?;
    let lines = CITING
        .lines()
        .skip_while(|line| line.strip_prefix("## ") != Some(heading));
    let mut text = format!("{heading}\n");
    for line in lines.skip(1).take_while(|line| !line.starts_with("## ")) {
        let plain = line.replace('`', "");
        // Writing to a string cannot fail.
        let _ = match cells(line) {
            Some((name, means)) => writeln!(text, "  {name}\n      {means}"),
            None if line.starts_with('|') => Ok(()),
            None => writeln!(text, "{plain}"),
        };
    }
    Some(text.trim_end().to_owned())
}

/// The first two cells of a row that begins with something in code.
fn cells(line: &str) -> Option<(String, String)> {
    let mut cells = line.strip_prefix("| `")?.split(" | ");
    let mut next = || Some(cells.next()?.trim_end_matches('|').trim().replace('`', ""));
    Some((next()?, next()?))
}

/// All codes with what they mean, under the headings that they stand under.
fn findings() -> String {
    let mut text = String::new();
    for line in FINDINGS.lines() {
        // Writing to a string cannot fail.
        if let Some(heading) = line.strip_prefix("## ").or(line.strip_prefix("### ")) {
            let _ = write!(text, "\n{}\n", heading.replace('`', ""));
        } else if let Some([code, means, ..]) = row(line) {
            let _ = writeln!(text, "  {code:<38} {means}");
        }
    }
    text.push_str("\nWhat is likely behind one and what to do: fonds help CODE");
    text.trim_start().to_owned()
}

/// What `fonds` says outside of an archive.
pub(super) fn introduce(context: &Context) -> Result<Outcome, CliError> {
    context.ui.text(
        "fonds keeps documents so that anyone can see where they came from and that nothing changed.\n\
         There is no archive in this folder. To begin:\n  \
           fonds init              start an archive here\n  \
           fonds ingest FILES      bring in files, folders, mailboxes or exports\n  \
           fonds verify            check that nothing has changed\n\
         All verbs: fonds help",
    )?;
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_is_in_one_group() {
        for verb in command().get_subcommands() {
            let name = verb.get_name();
            let places = GROUPS
                .iter()
                .flat_map(|(_, verbs)| verbs.iter())
                .chain(UPKEEP)
                .filter(|listed| **listed == name)
                .count();
            assert_eq!(places, 1, "{name}");
            assert!(verb.get_about().is_some(), "{name}");
            let after = verb.get_after_help().map(ToString::to_string);
            assert!(
                after.is_some_and(|after| after.contains("Examples")),
                "{name} has no examples"
            );
        }
    }
}
