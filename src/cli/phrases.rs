//! Parts of the sentences of the log.

use serde_json::Value;

use super::CliError;
use crate::archive::Opened;
use crate::archive::called;

/// That somebody was named: under their name, or under a pseudonym whose name is sealed.
pub(super) fn named(entry: &Opened, own: &str) -> Result<String, CliError> {
    let sealed = if entry.get::<Value>("identity")?.is_some() {
        ", name sealed in the vault"
    } else {
        ""
    };
    let name = entry.get::<String>("name")?;
    let name = name.unwrap_or_default();
    let name = called(&name);
    let kind = entry.get::<String>("kind")?.unwrap_or_default();
    Ok(format!("named {name} ({own}, {kind}{sealed})"))
}

/// What was opened of a published item, in words.
pub(super) fn opened(entry: &Opened) -> Result<String, CliError> {
    let slots: Vec<String> = entry.get("opened")?.unwrap_or_default();
    let pieces = slots
        .iter()
        .filter(|slot| slot.starts_with("text/"))
        .count();
    let mut said: Vec<String> = (slots.into_iter())
        .filter(|slot| !slot.starts_with("text") || slot == "text" && pieces == 0)
        .map(|slot| slot.replace('_', " "))
        .collect();
    if pieces > 0 {
        said.push(format!("{pieces} pieces of its text"));
    }
    Ok(said.join(", "))
}
