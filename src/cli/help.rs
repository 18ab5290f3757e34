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
    ("Describe", &["attribute", "custody", "people"]),
    ("Look", &["find", "show", "timeline"]),
    ("Check", &["verify", "provenance", "cite"]),
    ("Share", &["publish", "anchor", "witness"]),
];

/// Verbs of upkeep, listed by `fonds help --all` only.
const UPKEEP: &[&str] = &["status", "log", "doctor", "help"];

const STATUSES: &str = "\
Exit status
  0   done, nothing to report
  1   done, and there are findings; find found nothing
  2   could not be done: wrong usage or an error
  3   done in part: some of what was given could not be read
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

/// List the verbs, or explain one
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples\n  fonds help --all\n  fonds help custody")]
pub(super) struct HelpArgs {
    /// The verb to explain
    verb: Option<String>,
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
         Everywhere\n{{options}}\n\nMore: fonds VERB --help · fonds help --all\n",
        groups(&command, GROUPS)
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
    let text = match &args.verb {
        Some(verb) => command
            .find_subcommand_mut(verb)
            .ok_or_else(|| {
                CliError::usage(
                    format!("there is no verb {verb:?}"),
                    "fonds help --all        lists them",
                )
            })?
            .render_long_help()
            .to_string(),
        None if args.all => format!(
            "{}\n{}\n{STATUSES}\n{ENVIRONMENT}",
            command.render_help(),
            groups(&command, &[("Upkeep", UPKEEP)]),
        ),
        None => command.render_help().to_string(),
    };
    context.ui.answer(&Explained {
        schema: "fonds/help/1",
        text,
    })?;
    Ok(Outcome::Done)
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
