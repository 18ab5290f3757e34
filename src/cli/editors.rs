//! `fonds key editor`: whose own keys sign what they record.

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;
use serde_json::json;

use super::CliError;
use super::Context;
use super::acts::Values;
use super::acts::append;
use super::agents::Agents;
use crate::archive::Archive;
use crate::archive::Editors;
use crate::keys::KeyPair;
use crate::keys::PublicKey;
use crate::keys::public_half;
use crate::record::visible;

#[derive(Debug, Subcommand)]
pub(super) enum EditorAct {
    /// Make your own editor's key here; its public half is for whoever admits you
    Make {
        /// Ask for a passphrase for the key (or give it with --passphrase-fd)
        #[arg(long)]
        passphrase: bool,
    },
    /// Record that somebody is an editor: from then on their key signs what they record
    Admit {
        /// Whom, by the name they go by in this archive
        who: String,
        /// The public half of their key [default: of the one that is here]
        #[arg(long, value_name = "FILE.pub")]
        key: Option<PathBuf>,
        /// A remark
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Record that somebody is an editor no longer
    Leave {
        /// Who
        who: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

/// An editor as `fonds key` lists them.
#[derive(Debug, Serialize)]
pub(super) struct ListedEditor {
    /// By the name they go by here.
    name: String,
    /// The public key, in hex.
    key: String,
    /// The entry that admitted them.
    from_entry: u64,
    /// The entry by which they left.
    until_entry: Option<u64>,
    /// Whether their key is on this computer.
    here: bool,
}

impl ListedEditor {
    /// A line for a reader.
    pub(super) fn line(&self) -> String {
        let until = self
            .until_entry
            .map_or_else(String::new, |until| format!(", until entry {until}"));
        let here = if self.here { "; the key is here" } else { "" };
        format!(
            "editor since entry {}{until}: {}{here}",
            self.from_entry,
            visible(&self.name)
        )
    }
}

/// The editors of an archive.
pub(super) fn listed(context: &Context, archive: &Archive) -> Result<Vec<ListedEditor>, CliError> {
    let own = own_key(context, archive)?;
    let names = archive.agents()?;
    let editors: Editors = archive.editors()?;
    let listed = editors.all().iter().map(|editor| ListedEditor {
        name: (names.iter().find(|agent| agent.seq == editor.agent)).map_or_else(
            || format!("entry {}", editor.agent),
            |agent| agent.name.clone(),
        ),
        key: editor.key.to_string(),
        from_entry: editor.admitted,
        until_entry: editor.left,
        here: own == Some(editor.key),
    });
    Ok(listed.collect())
}

fn own_key(context: &Context, archive: &Archive) -> Result<Option<PublicKey>, CliError> {
    let path = context.places()?.editor_key(archive.origin().as_str())?;
    Ok(public_half(&path)?)
}

/// `fonds key editor`.
pub(super) fn run(context: &Context, act: &EditorAct) -> Result<(), CliError> {
    match act {
        EditorAct::Make { passphrase } => make(context, *passphrase),
        EditorAct::Admit { who, key, note } => admit(context, who, key.as_deref(), note.as_deref()),
        EditorAct::Leave { who, reason } => leave(context, who, reason.as_deref()),
    }
}

fn make(context: &Context, asked: bool) -> Result<(), CliError> {
    let archive = context.archive()?;
    let origin = archive.origin().as_str();
    let path = context.places()?.editor_key(origin)?;
    let passphrase = context.new_passphrase(asked, "Passphrase for your editor's key:")?;
    let key = KeyPair::generate()?;
    key.save(&path, passphrase.as_deref(), &format!("{origin} editor"))?;
    context.ui.say(&format!(
        "Your editor's key is at {}. Give its public half, {}.pub, to whoever keeps the archive: fonds key editor admit NAME --key FILE.pub",
        path.display(),
        path.display()
    ));
    Ok(())
}

fn admit(
    context: &Context,
    who: &str,
    key: Option<&Path>,
    note: Option<&str>,
) -> Result<(), CliError> {
    let mut writer = context.writer()?;
    let key = match key {
        Some(file) => PublicKey::load(file)?,
        None => own_key(context, writer.archive())?.ok_or_else(|| {
            CliError::usage(
                "there is no editor's key here",
                "fonds key editor make        or --key FILE.pub with theirs",
            )
        })?,
    };
    let editors = writer.archive().editors()?;
    let log_keys = writer.archive().log_keys()?;
    let is_log_key = log_keys.first() == key || log_keys.rotated().iter().any(|(_, it)| *it == key);
    if is_log_key {
        return Err(CliError::usage(
            "that is the archive's own key: an editor has one of their own",
            "fonds key editor make",
        ));
    }
    if editors.all().iter().any(|editor| editor.key == key) {
        return Err(CliError::usage(
            "that key is, or was, an editor's already",
            "fonds key        shows whose; a new editor has a new key",
        ));
    }
    let agent = Agents::new(writer.archive())?.demand(who)?.seq;
    let mut values = Values::new(context)?;
    values.set("agent", json!({"entry": agent}));
    values.set("key", json!(key.to_string()));
    values.words("note", note);
    append(&mut writer, vec![values.entry("editor.admitted/1")?])?;
    Ok(())
}

fn leave(context: &Context, who: &str, reason: Option<&str>) -> Result<(), CliError> {
    let mut writer = context.writer()?;
    let agent = Agents::new(writer.archive())?.demand(who)?.seq;
    let editors = writer.archive().editors()?;
    let mut drafts = Vec::new();
    let leaving = editors.all().iter();
    for editor in leaving.filter(|editor| editor.agent == agent && editor.left.is_none()) {
        let mut values = Values::new(context)?;
        values.set("agent", json!({"entry": agent}));
        values.set("key", json!(editor.key.to_string()));
        values.words("reason", reason);
        drafts.push(values.entry("editor.left/1")?);
    }
    if drafts.is_empty() {
        return Err(CliError::usage(
            format!("{} is no editor", visible(who)),
            "fonds key        lists them",
        ));
    }
    append(&mut writer, drafts)?;
    Ok(())
}
