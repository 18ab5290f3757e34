//! What the files beside a part of an X archive say: whose archive it is (`account.js`), and what it should hold
//! (`manifest.js`).

use std::io::Read as _;

use serde_json::Value;

use super::super::Input;
use super::super::ReadError;

use crate::record::Participant;

/// Bytes of such a file that are read; a longer one is given cut, and is then no JSON.
const LONGEST: u64 = 1 << 20;

/// What `manifest.js` calls the kinds of file that are read.
const READ: [&str; 7] = [
    "account",
    "directMessages",
    "directMessage",
    "directMessagesGroup",
    "directMessageGroup",
    "tweets",
    "tweet",
];

/// How many missing files are named.
const NAMED: usize = 20;

/// The account that exported the archive.
pub(super) struct Owner {
    /// Its number.
    pub id: String,
    /// Its name.
    pub display: Option<String>,
}

impl Owner {
    /// The account of `account.js`, where that can be read.
    pub(super) fn read(input: &Input<'_>) -> Option<Self> {
        let value = json((input.companion)("account.js", LONGEST)?)?;
        let account = value.get(0)?.get("account")?;
        let text = |name: &str| {
            let text = account.get(name)?.as_str()?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let display = match (text("accountDisplayName"), text("username")) {
            (Some(name), Some(handle)) => Some(format!("{name} (@{handle})")),
            (None, Some(handle)) => Some(format!("@{handle}")),
            (name, None) => name,
        };
        Some(Self {
            id: text("accountId")?,
            display,
        })
    }

    /// The account as whoever exported.
    pub(super) fn exporter(&self) -> Participant {
        Participant {
            account: Some(format!("x:{}", self.id)),
            display: self.display.clone(),
            role: "member".to_owned(),
        }
    }
}

/// What `manifest.js` says of this file and those of its kind, held against what is here.
pub(super) fn gaps(input: &Input<'_>, count: u64) -> Vec<String> {
    let Some(name) = input.name.map(ToString::to_string) else {
        return Vec::new();
    };
    let Some(manifest) = (input.companion)("manifest.js", LONGEST).and_then(json) else {
        return Vec::new();
    };
    let types = manifest.get("dataTypes").and_then(Value::as_object);
    let mut notices = Vec::new();
    for files in types.into_iter().flat_map(serde_json::Map::values) {
        let files = listed(files);
        let Some((_, stated)) = files.iter().find(|(file, _)| *file == name) else {
            continue;
        };
        if let Some(stated) = stated.filter(|stated| *stated != count) {
            notices.push(format!(
                "manifest.js says that {name} holds {stated} entries; it holds {count}"
            ));
        }
        let missing = files
            .iter()
            .filter(|(file, _)| *file != name && (input.companion)(file, 0).is_none());
        for (file, _) in missing.take(NAMED) {
            notices.push(format!("manifest.js names {file}, which is not here"));
        }
    }
    notices
}

/// Files of the kinds that are read of which `manifest.js` says that they are there, and none of their kind is: where one
/// is, it tells of the others itself.
pub(super) fn missing(input: &Input<'_>, manifest: &Value) -> Vec<String> {
    let mut notices = Vec::new();
    for kind in READ {
        let files = manifest.get("dataTypes").and_then(|types| types.get(kind));
        let files = files.map(listed).unwrap_or_default();
        let is_here = |file: &str| (input.companion)(file, 0).is_some();
        if files.iter().any(|(file, _)| is_here(file)) {
            continue;
        }
        for (file, count) in files.into_iter().take(NAMED) {
            let entries = match count {
                Some(1) => " with 1 entry".to_owned(),
                Some(count) => format!(" with {count} entries"),
                None => String::new(),
            };
            notices.push(format!(
                "manifest.js names {file}{entries}, which is not here"
            ));
        }
    }
    notices
}

/// Names and numbers of entries of the files of one kind.
fn listed(kind: &Value) -> Vec<(&str, Option<u64>)> {
    let files = kind.get("files").and_then(Value::as_array);
    files
        .into_iter()
        .flatten()
        .filter_map(|file| {
            let path = file.get("fileName")?.as_str()?;
            let count = file.get("count").and_then(|count| match count {
                Value::String(count) => count.parse().ok(),
                count => count.as_u64(),
            });
            Some((path.rsplit('/').next().unwrap_or(path), count))
        })
        .collect()
}

/// The value that the file being read assigns; nothing where it is not all of one.
pub(super) fn assigned(input: &mut Input<'_>) -> Result<Option<Value>, ReadError> {
    let mut bytes = Vec::new();
    input.content.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(json(bytes))
}

/// The value that a file of an X archive assigns.
fn json(bytes: Vec<u8>) -> Option<Value> {
    let text = String::from_utf8(bytes).ok()?;
    let start = text.find(['[', '{', '='])?;
    let value = text.get(start..)?.trim_start_matches('=').trim();
    serde_json::from_str(value.trim_end_matches(';')).ok()
}
