//! What things are called in the report.

use serde_json::Value;

use crate::record::Instant;
use crate::record::Zone;

/// Letters of its text that an item is recognised by.
const BEGINNING: usize = 280;

/// Where a document lay in another, in words.
pub(super) fn lay_in(locator: Option<&Value>, parent: &str) -> String {
    let part = locator
        .and_then(|it| it.pointer("/part/number"))
        .and_then(Value::as_str);
    let member = locator.and_then(|it| it.pointer("/member/name"));
    match (part, member) {
        (Some(number), _) => format!("{parent}, part {number} of the mail"),
        (None, Some(name)) => format!("{parent}, as {}", crate::archive::plain(name)),
        (None, None) => parent.to_owned(),
    }
}

/// The fields of an accession as a form has them.
pub(super) const FIELDS: &[(&str, &str)] = &[
    ("how", "How obtained"),
    ("from", "From"),
    ("via", "Through"),
    ("received", "Received"),
    ("received_by", "Received by"),
    ("authority", "On what authority"),
    ("terms", "Terms"),
    ("basis", "Rests on"),
    ("holder_of_original", "Holder of the original"),
    ("part_of", "Part of"),
    ("missing", "Known to be missing"),
    ("companions", "Came together with"),
    ("note", "Note"),
];

/// A tool as an entry names it.
pub(super) fn tool(value: &Value) -> String {
    let word = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    match (word("name"), word("version")) {
        ("", _) => crate::archive::plain(value),
        (name, "") => name.to_owned(),
        (name, version) => format!("{name} {version}"),
    }
}

/// How a text begins, on one line.
pub(super) fn beginning(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() > BEGINNING {
            line.push('…');
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// A stated time with its own words where they say more.
pub(super) fn at_words(at: &Instant, zone: Zone) -> String {
    let shown = crate::record::show(at, zone);
    match at.as_written.as_deref() {
        Some(written) if !shown.contains(written) && written != "unknown" => {
            format!("{shown}; written “{written}”")
        }
        _ => shown,
    }
}
