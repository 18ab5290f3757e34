//! The command line: the only place that prints, reads the environment and asks the time.
//!
//! One file a verb: its `Args` (whose comments are its help), the value it answers with, and `run`. The value is printed
//! as text or, with `--json`, as it is.

mod acts;
mod agents;
mod anchor;
mod attribute;
mod browser;
mod cite;
mod claim;
mod closings;
mod context;
mod continuing;
mod correct;
mod covered;
mod custody;
mod demo;
mod destroy;
mod doctor;
mod draft;
mod editors;
mod exit;
mod find;
mod formats;
mod help;
mod hints;
mod indexing;
mod ingest;
mod init;
mod inside;
mod key;
mod leaks;
mod leftover;
mod log;
mod makers;
mod mark;
mod outputs;
mod people;
mod phrases;
mod places;
mod proven;
mod provenance;
mod publish;
mod readings;
mod redact;
mod secrets;
mod sentences;
mod show;
mod status;
mod stop;
mod timeline;
pub mod ui;
mod vault;
mod verify;
mod version;
mod withhold;
mod witness;
mod written;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::FromArgMatches as _;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;
use clap::error::ErrorKind;

use crate::record::visible;
pub use context::Context;
pub use exit::CliError;
use exit::Failure;
pub use exit::Outcome;
use ui::Ui;

/// A document archive that can show where each page came from, through whose hands, and that nothing changed
#[derive(Debug, Parser)]
#[command(
    name = "fonds",
    override_usage = "fonds [-C DIR] VERB [WHAT] [OPTIONS]",
    version,
    disable_help_subcommand = true,
    infer_subcommands = false,
    args_override_self = true
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// What every verb takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Everywhere")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches that have nothing to do with each other"
)]
struct Global {
    #[arg(
        help = "The archive's folder [default: $FONDS_ARCHIVE, else this one]",
        short = 'C',
        long = "archive",
        value_name = "DIR",
        global = true
    )]
    archive: Option<PathBuf>,
    /// Answer with one JSON document
    #[arg(long, global = true)]
    json: bool,
    /// Print nothing but the answer
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say more
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,
    /// Use colour: auto, always or never
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        hide_possible_values = true
    )]
    color: Color,
    /// Never ask anything
    #[arg(long, global = true)]
    no_input: bool,
    #[arg(
        help = "Who is at work, for what is recorded [default: $FONDS_BY]",
        long,
        value_name = "NAME",
        global = true
    )]
    by: Option<String>,
    /// With -o: write over a file that fonds did not write
    #[arg(long, global = true)]
    force: bool,
    /// Read the key's passphrase from this file descriptor
    #[arg(long, value_name = "N", global = true)]
    passphrase_fd: Option<u32>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Init(init::InitArgs),
    #[command(visible_alias = "add")]
    Ingest(ingest::IngestArgs),
    Attribute(attribute::AttributeArgs),
    Custody(custody::CustodyArgs),
    People(people::PeopleArgs),
    Correct(correct::CorrectArgs),
    Verify(verify::VerifyArgs),
    Provenance(provenance::ProvenanceArgs),
    Cite(cite::CiteArgs),
    Claim(claim::ClaimArgs),
    Publish(publish::PublishArgs),
    Anchor(anchor::AnchorArgs),
    Witness(witness::WitnessArgs),
    Demo(demo::DemoArgs),
    Find(find::FindArgs),
    Show(show::ShowArgs),
    Timeline(timeline::TimelineArgs),
    Status(status::StatusArgs),
    Log(log::LogArgs),
    Key(key::KeyArgs),
    Vault(vault::VaultArgs),
    Redact(redact::RedactArgs),
    Withhold(withhold::WithholdArgs),
    Destroy(destroy::DestroyArgs),
    Doctor(doctor::DoctorArgs),
    Help(help::HelpArgs),
}

/// Runs the program and says how it ended.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if covered::is_asked(&arguments) {
        return covered::answer();
    }
    let parsed = help::command()
        .try_get_matches_from(&arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return of_arguments(&error, &arguments),
    };
    let global = cli.global;
    let ui = Ui {
        json: global.json,
        quiet: global.quiet,
        verbose: global.verbose,
        color: match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        },
        no_input: global.no_input,
    };
    let mut context = Context::new(ui.clone(), global.archive, global.by, global.passphrase_fd);
    context.force = global.force;
    match run(&context, cli.verb) {
        Ok(outcome) => outcome.status().into(),
        Err(CliError::BrokenPipe) => ExitCode::SUCCESS,
        Err(error) => {
            let failure = Failure::of(&error);
            failure.show(&ui);
            failure.code.into()
        }
    }
}

fn run(context: &Context, verb: Option<Verb>) -> Result<Outcome, CliError> {
    match verb {
        Some(Verb::Init(args)) => init::run(context, &args),
        Some(Verb::Ingest(args)) => ingest::run(context, &args),
        Some(Verb::Attribute(args)) => attribute::run(context, &args),
        Some(Verb::Custody(args)) => custody::run(context, &args),
        Some(Verb::People(args)) => people::run(context, &args),
        Some(Verb::Correct(args)) => correct::run(context, &args),
        Some(Verb::Doctor(args)) => doctor::run(context, &args),
        Some(Verb::Key(args)) => key::run(context, &args),
        Some(Verb::Log(args)) => log::run(context, &args),
        Some(Verb::Vault(args)) => vault::run(context, &args),
        Some(Verb::Redact(args)) => redact::run(context, &args),
        Some(Verb::Withhold(args)) => withhold::run(context, &args),
        Some(Verb::Destroy(args)) => destroy::run(context, &args),
        Some(Verb::Verify(args)) => verify::run(context, &args),
        Some(Verb::Provenance(args)) => provenance::run(context, &args),
        Some(Verb::Cite(args)) => cite::run(context, &args),
        Some(Verb::Claim(args)) => claim::run(context, &args),
        Some(Verb::Publish(args)) => publish::run(context, &args),
        Some(Verb::Anchor(args)) => anchor::run(context, &args),
        Some(Verb::Witness(args)) => witness::run(context, &args),
        Some(Verb::Demo(args)) => demo::run(context, &args),
        Some(Verb::Find(args)) => find::run(context, &args),
        Some(Verb::Show(args)) => show::run(context, &args),
        Some(Verb::Timeline(args)) => timeline::run(context, &args),
        Some(Verb::Status(args)) => status::run(context, &args),
        Some(Verb::Help(args)) => help::run(context, &args),
        None if context.is_archive() || context.ui.json => {
            status::run(context, &status::StatusArgs {})
        }
        None => help::introduce(context),
    }
}

/// What an entry says of the program that made it: name, version, and the digest of the program file.
fn tool() -> serde_json::Value {
    // A third of a second for each new hash of it.
    static TOOL: std::sync::LazyLock<serde_json::Value> = std::sync::LazyLock::new(read_tool);
    TOOL.clone()
}

fn read_tool() -> serde_json::Value {
    let build = std::env::current_exe()
        .ok()
        .and_then(|path| std::fs::File::open(path).ok())
        .and_then(|mut file| {
            let mut hash = <sha2::Sha256 as sha2::Digest>::new();
            std::io::copy(&mut file, &mut hash).ok()?;
            Some(hex::encode(sha2::Digest::finalize(hash)))
        });
    let mut tool = serde_json::json!({"name": "fonds", "version": env!("CARGO_PKG_VERSION")});
    if let (Some(build), Some(tool)) = (build, tool.as_object_mut()) {
        tool.insert("build".to_owned(), build.into());
    }
    tool
}

/// CPU time of this process so far in seconds, as far as the system tells (in steps of 10 ms).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15 of proc(5), counted behind the name, which may hold spaces.
    let ticks = stat.rsplit_once(')').map_or(0, |(_, fields)| {
        let fields = fields.split_whitespace().skip(11).take(2);
        fields.filter_map(|ticks| ticks.parse::<u32>().ok()).sum()
    });
    f64::from(ticks) / 100.0
}

/// Help and version are answers; all else that is wrong with the arguments is an error like any other.
fn of_arguments(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // Where nobody reads it, there is nothing left to say.
        drop(error.print());
        return 0.into();
    }
    let rendered = error.render().to_string();
    let mut parts = rendered.split("\n\n").map(str::trim);
    let said = parts.next().unwrap_or_default();
    let said = said.strip_prefix("error: ").unwrap_or(said);
    let said: Vec<&str> = said.lines().map(str::trim).collect();
    // Nobody means a value who types an option that there is none of.
    let hint = parts.find_map(|part| {
        let tip = part.strip_prefix("tip: ");
        let tip = tip.filter(|tip| !tip.starts_with("to pass "));
        tip.or_else(|| {
            part.strip_prefix("Usage: ")
                .filter(|_| error.kind() != ErrorKind::UnknownArgument)
        })
    });
    let mut before_dashes = arguments.iter().take_while(|argument| *argument != "--");
    let ui = Ui {
        json: before_dashes.any(|argument| argument == "--json"),
        quiet: true,
        verbose: 0,
        color: ColorChoice::Auto,
        no_input: true,
    };
    let (mut said, mut hint) = (
        said.join(" "),
        hint.map_or_else(|| helping(arguments), str::to_owned),
    );
    if error.kind() == ErrorKind::InvalidSubcommand {
        said = said.replacen("unrecognized subcommand", "there is no verb", 1);
        hint = match hint.strip_prefix("fonds [-C DIR]") {
            Some(_) => "fonds help        lists the verbs".to_owned(),
            None => hint.replace("subcommand", "verb"),
        };
    }
    // Taken for a draft, an act that is misspelt has options that no draft has.
    if let Some(misspelt) = cite::misspelt_in(arguments) {
        (said, hint) = misspelt;
    }
    Failure::of_arguments(&visible(&said), &hint).show(&ui);
    2.into()
}

/// The help of the verb that was meant, or that of all.
fn helping(arguments: &[OsString]) -> String {
    let command = help::command();
    let (mut of, mut path) = (&command, "fonds help".to_owned());
    for one in arguments.iter().skip(1).filter_map(|one| one.to_str()) {
        if let Some(verb) = of.find_subcommand(one) {
            path = format!("{path} {one}");
            of = verb;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        help::command().debug_assert();
    }
}
