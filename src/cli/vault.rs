//! `fonds vault`.

use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::acts::append;
use super::acts::recorded_as;
use super::context::line_of_descriptor;
use super::secrets::recipients;
use super::ui::Answer;
use super::ui::columns;
use super::ui::count;
use crate::archive::Archive;
use crate::archive::SealedName;
use crate::archive::VaultFile;
use crate::record::visible;
use crate::vault::Identities;
use crate::vault::Revealed;
use crate::vault::Secret;
use crate::vault::VaultError;
use crate::vault::open;
use crate::vault::seal_again;

/// List the sealed names, reveal one, seal them to other keys, destroy one
///
/// A name given with --confidential stands nowhere in the archive. It lies in vault/, sealed to the keys in
/// vault-recipients in your configuration folder, and the archive itself cannot open it. Without a sub-verb the
/// pseudonyms are listed, with the state of the file of each.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples
  fonds vault
  fonds vault reveal \"Source 7kq2\" --identity ~/keys/desk.age
  fonds vault reseal --identity ~/keys/desk.age
  fonds vault shred \"Source 7kq2\" --reason \"as promised to the source\"

Exit status
  0 done, 1 a file is missing, was altered, or is still there though it was to be destroyed, 2 could not be done, 4 nobody goes by that pseudonym, 12 the key does not
  open it"
)]
pub(super) struct VaultArgs {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the name behind a pseudonym, to whoever has a key
    Reveal(RevealArgs),
    /// Seal the names to the keys that vault-recipients names now, and destroy the files that others could open
    Reseal(ResealArgs),
    /// Destroy a name: nobody can reveal it any more
    Shred(ShredArgs),
}

/// The key to open with.
#[derive(Debug, clap::Args)]
struct Key {
    /// The file with the age identity, plain or sealed with a passphrase
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Read the identity's passphrase from this file descriptor
    #[arg(long, value_name = "N")]
    identity_passphrase_fd: Option<u32>,
}

#[derive(Debug, clap::Args)]
struct RevealArgs {
    /// The pseudonym or its reference
    who: String,
    #[command(flatten)]
    key: Key,
}

#[derive(Debug, clap::Args)]
struct ResealArgs {
    /// The pseudonyms [default: all]
    who: Vec<String>,
    #[command(flatten)]
    key: Key,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Debug, clap::Args)]
struct ShredArgs {
    /// The pseudonym or its reference
    who: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// On what authority: a law, an order, a promise, a person's decision
    #[arg(long, value_name = "TEXT")]
    authority: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// `fonds/vault/1`.
#[derive(Debug, Serialize)]
struct Listed {
    schema: &'static str,
    names: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    /// The agent's reference.
    reference: String,
    pseudonym: String,
    /// `sealed`, `missing`, `altered`, `destroyed`, or `left` where its destruction was ordered and the file is there.
    state: &'static str,
    /// The entry that ordered its destruction.
    #[serde(skip_serializing_if = "Option::is_none")]
    destroyed_by: Option<u64>,
}

impl Answer for Listed {
    fn text(&self) -> String {
        if self.names.is_empty() {
            return "No name is sealed here.\n".to_owned();
        }
        let rows: Vec<Vec<String>> = self
            .names
            .iter()
            .map(|line| {
                let state = match (line.state, line.destroyed_by) {
                    ("destroyed", Some(entry)) => format!("destroyed under entry {entry}"),
                    ("left", Some(entry)) => format!(
                        "its file is still there, though entry {entry} orders its destruction: fonds vault shred \
                         {} --reason TEXT destroys it",
                        line.reference
                    ),
                    ("missing", _) => "its file is missing".to_owned(),
                    ("altered", _) => "its file was altered".to_owned(),
                    (state, _) => state.to_owned(),
                };
                vec![line.reference.clone(), line.pseudonym.clone(), state]
            })
            .collect();
        columns(&rows, "")
    }
}

/// `fonds/vault-reveal/1`.
#[derive(Debug, Serialize)]
struct Shown {
    schema: &'static str,
    reference: String,
    pseudonym: String,
    name: String,
}

impl Answer for Shown {
    fn text(&self) -> String {
        format!("{} ({}) is {}\n", self.pseudonym, self.reference, self.name)
    }
}

/// `fonds/vault-act/1`.
#[derive(Debug, Serialize)]
struct Done {
    schema: &'static str,
    /// `resealed` or `shredded`.
    act: &'static str,
    /// The entries that were recorded.
    entries: Vec<u64>,
    /// The references of those whose names they are about.
    names: Vec<String>,
    /// Files that were destroyed.
    files_destroyed: u64,
    /// To how many keys the names are sealed now.
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<usize>,
    /// What cannot be reached from here.
    out_of_reach: &'static [&'static str],
}

/// What an act on the vault does not reach.
const OUT_OF_REACH: &[&str] = &[
    "copies of the archive and backups of vault/: whoever has a key and an older copy still opens it",
    "what the disk itself keeps of overwritten files (flash memory, snapshots)",
    "what anybody has read or written down",
];

impl Answer for Done {
    fn text(&self) -> String {
        let names = count(self.names.len() as u64, "name", "names");
        let mut text = match self.keys {
            Some(keys) => format!("Sealed {names} to {keys} keys: {}\n", self.names.join(", ")),
            None => format!("Destroyed {names}: {}\n", self.names.join(", ")),
        };
        let files = count(self.files_destroyed, "file is", "files are");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{files} gone from vault/. Out of reach:");
        for place in self.out_of_reach {
            let _ = writeln!(text, "  {place}");
        }
        text
    }
}

/// `fonds vault`.
pub(super) fn run(context: &Context, args: &VaultArgs) -> Result<Outcome, CliError> {
    match &args.what {
        None => list(context),
        Some(What::Reveal(args)) => reveal(context, args),
        Some(What::Reseal(args)) => reseal(context, args),
        Some(What::Shred(args)) => shred(context, args),
    }
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let mut names = Vec::new();
    for name in archive.sealed_names()? {
        let state = match (name.shredded, archive.vault_file(&name.file)?) {
            (Some(_), VaultFile::Missing) => "destroyed",
            (Some(_), _) => "left",
            (_, VaultFile::Missing) => "missing",
            (_, VaultFile::Altered) => "altered",
            (_, VaultFile::Whole(_)) => "sealed",
        };
        names.push(Line {
            reference: reference(&archive, &name)?,
            pseudonym: name.pseudonym,
            state,
            destroyed_by: name.shredded,
        });
    }
    let odd = names
        .iter()
        .any(|line| !matches!(line.state, "sealed" | "destroyed"));
    context.ui.answer(&Listed {
        schema: "fonds/vault/1",
        names,
    })?;
    Ok(if odd {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}

fn reference(archive: &Archive, name: &SealedName) -> Result<String, CliError> {
    let reference = archive.entry_reference(name.agent)?;
    Ok(reference.unwrap_or_else(|| format!("entry {}", name.agent)))
}

/// The sealed name of somebody.
fn sealed_name(archive: &Archive, who: &str) -> Result<SealedName, CliError> {
    let who = who.trim().to_lowercase();
    for name in archive.sealed_names()? {
        let is_meant = name.pseudonym.to_lowercase() == who;
        if is_meant || archive.entry_reference(name.agent)?.as_deref() == Some(&*who) {
            return Ok(name);
        }
    }
    Err(CliError::not_here(
        format!("no name is sealed for {who:?}"),
        "fonds vault        lists those whose names are",
    ))
}

/// All names that are sealed, by pseudonym, for looking whether one is about to leave. One that these keys do not open
/// stops it: what was not looked for may be there.
pub(super) fn names(
    context: &Context,
    archive: &Archive,
    identity: &Path,
) -> Result<Vec<(String, Revealed)>, CliError> {
    let identities = identities(context, identity, None)?;
    let mut names = Vec::new();
    for name in archive.sealed_names()? {
        if name.shredded.is_none() {
            let revealed = opened(archive, &name, &identities)?;
            names.push((name.pseudonym, revealed));
        }
    }
    Ok(names)
}

/// The keys in a file, opened with their passphrase where they have one.
fn identities(
    context: &Context,
    path: &Path,
    passphrase_fd: Option<u32>,
) -> Result<Identities, CliError> {
    let file = std::fs::read(path).map_err(|source| CliError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    let passphrase = if Identities::needs_passphrase(&file) {
        match passphrase_fd {
            Some(number) => Some(line_of_descriptor(number)?),
            None => context.ui.ask_passphrase("Passphrase of the identity:")?,
        }
    } else {
        None
    };
    Ok(Identities::read(
        &file,
        passphrase.map(Secret::new).as_ref(),
    )?)
}

fn opened(
    archive: &Archive,
    name: &SealedName,
    identities: &Identities,
) -> Result<Revealed, CliError> {
    let who = || name.pseudonym.clone();
    if let Some(entry) = name.shredded {
        return Err(VaultError::Shredded { who: who(), entry }.into());
    }
    let file = match archive.vault_file(&name.file)? {
        VaultFile::Whole(file) => file,
        VaultFile::Altered => return Err(VaultError::Altered { who: who() }.into()),
        VaultFile::Missing => return Err(VaultError::Missing { who: who() }.into()),
    };
    Ok(open(
        archive.committer(),
        &name.pseudonym,
        &file,
        &name.commitment,
        identities,
    )?)
}

fn reveal(context: &Context, args: &RevealArgs) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let name = sealed_name(&archive, &args.who)?;
    let identities = identities(context, &args.key.identity, args.key.identity_passphrase_fd)?;
    let revealed = opened(&archive, &name, &identities)?;
    context.ui.answer(&Shown {
        schema: "fonds/vault-reveal/1",
        reference: reference(&archive, &name)?,
        name: revealed.name().to_owned(),
        pseudonym: name.pseudonym,
    })?;
    Ok(Outcome::Done)
}

fn reseal(context: &Context, args: &ResealArgs) -> Result<Outcome, CliError> {
    let recipients = recipients(context)?;
    let identities = identities(context, &args.key.identity, args.key.identity_passphrase_fd)?;
    let mut writer = context.writer()?;
    let archive = writer.archive();
    let names = if args.who.is_empty() {
        let mut names = archive.sealed_names()?;
        names.retain(|name| name.shredded.is_none());
        names
    } else {
        let mut names = Vec::new();
        for who in &args.who {
            names.push(sealed_name(archive, who)?);
        }
        names.dedup_by_key(|name| name.agent);
        names
    };
    if names.is_empty() {
        return Err(CliError::not_here(
            "no name is sealed here",
            "fonds ingest or fonds attribute, with --confidential",
        ));
    }
    let mut entries = Vec::new();
    let mut references = Vec::new();
    for name in &names {
        let revealed = opened(archive, name, &identities)?;
        let sealed = seal_again(archive.committer(), &revealed, &recipients)?;
        let mut values = Values::new(context)?;
        values.set("about", json!({"entry": name.agent}));
        values.set("file", Value::from(sealed.digest.to_string()));
        values.words("note", args.note.as_deref());
        entries.push(
            values
                .entry("vault.resealed/1")?
                .with_vault_file(sealed.file),
        );
        references.push(reference(archive, name)?);
    }
    let entries = append(&mut writer, entries)?;
    let files_destroyed =
        writer.clear_vault().map_err(|error| {
            CliError::from(error).after(
            format!("{}, and what was sealed before is left", recorded_as(&entries)),
            "fonds vault reseal        with the same identity, as soon as nothing is in its way",
        )
        })?;
    context.ui.answer(&Done {
        schema: "fonds/vault-act/1",
        act: "resealed",
        entries,
        names: references,
        files_destroyed,
        keys: Some(recipients.count()),
        out_of_reach: OUT_OF_REACH,
    })?;
    Ok(Outcome::Done)
}

fn shred(context: &Context, args: &ShredArgs) -> Result<Outcome, CliError> {
    let archive = context.archive()?;
    let name = sealed_name(&archive, &args.who)?;
    let question = format!(
        "Destroy the name behind {} for ever? Nobody will be able to reveal it, whatever key they have.",
        visible(&name.pseudonym)
    );
    if !args.yes && !context.ui.agrees(&question)? {
        return Err(CliError::usage(
            "nothing was destroyed",
            "fonds vault shred WHO --reason TEXT --yes        destroys without asking",
        ));
    }
    drop(archive);
    let mut writer = context.writer()?;
    let archive = writer.archive();
    let reference = reference(archive, &name)?;
    // Ordered before: what is left of it is carried out, and nothing is recorded a second time.
    let entries = if name.shredded.is_none() {
        let mut values = Values::new(context)?;
        values.set("about", json!({"entry": name.agent}));
        values.words("reason", Some(&args.reason));
        values.words("authority", args.authority.as_deref());
        append(&mut writer, vec![values.entry("vault.shredded/1")?])?
    } else {
        Vec::new()
    };
    let files_destroyed = writer.clear_vault().map_err(|error| {
        let order = name.shredded.as_slice().first().or(entries.first());
        CliError::from(error).after(
            format!(
                "{}, and the file is left",
                recorded_as(order.map_or(&[], std::slice::from_ref))
            ),
            "the same command again, as soon as nothing is in its way: it records nothing more",
        )
    })?;
    context.ui.answer(&Done {
        schema: "fonds/vault-act/1",
        act: "shredded",
        entries,
        names: vec![reference],
        files_destroyed,
        keys: None,
        out_of_reach: OUT_OF_REACH,
    })?;
    Ok(Outcome::Done)
}
