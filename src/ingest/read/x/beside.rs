//! What the files beside a part of an X archive say: whose archive it is (`account.js`), and what it should hold
//! (`manifest.js`).

use serde_json::Value;

use super::super::Input;

use crate::record::Participant;

/// Bytes of such a file that are read; a longer one is given cut, and is then no JSON.
const LONGEST: u64 = 1 << 20;

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
        let files = files.get("files").and_then(Value::as_array);
        let files: Vec<(&str, Option<u64>)> = files
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
            .collect();
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

/// The value that a file of an X archive assigns.
fn json(bytes: Vec<u8>) -> Option<Value> {
    let text = String::from_utf8(bytes).ok()?;
    let start = text.find(['[', '{', '='])?;
    let value = text.get(start..)?.trim_start_matches('=').trim();
    serde_json::from_str(value.trim_end_matches(';')).ok()
}
