//! Samples under `tests/import/`, each with what must be read from it, with bare line feeds and with CRLF.

use std::path::Path;
use std::path::PathBuf;

use fonds::ingest::read::Limits;
use fonds::ingest::read::sniff;
use fonds::record::Kind;
use serde_json::Value;
use serde_json::json;

use crate::support::Finds;
use crate::support::Letter;
use crate::support::TestResult;
use crate::support::read_named;

fn folder(format: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/import")
        .join(format)
}

/// All that was found, without offsets and lengths, which differ with the line ends.
fn view(finds: &Finds) -> Value {
    let mut letters = Vec::new();
    for letter in &finds.letters {
        letters.push(letter_view(letter));
    }
    let mut view = json!({ "messages": letters });
    if !finds.texts.is_empty() {
        let text = |it: &fonds::record::Reading| {
            json!({
                "encoding": it.encoding, "title": it.title, "language": it.language, "links": it.links,
                "text": it.text.split('\n').collect::<Vec<_>>(), "notes": it.notes,
            })
        };
        view = json!({ "texts": finds.texts.iter().map(text).collect::<Vec<_>>() });
    }
    if !finds.notices.is_empty() {
        view["notices"] = json!(finds.notices.len());
    }
    view
}

fn letter_view(letter: &Letter) -> Value {
    let message = &letter.message;
    let parts: Vec<Value> = letter
        .parts
        .iter()
        .map(|it| {
            json!({
                "number": it.number, "name": it.name, "media_type": it.media_type,
                "bytes": String::from_utf8_lossy(&it.bytes).replace('\r', ""),
            })
        })
        .collect();
    let text = message
        .text
        .as_deref()
        .map(|text| text.split('\n').collect::<Vec<_>>());
    let mut value = json!({
        "event": message.event, "conversation": message.conversation, "from": message.from, "to": message.to,
        "subject": message.subject, "at": message.at, "links": message.links,
        "attachments": message.attachments.iter().map(|it| json!([it.display, it.media_type, it.present])).collect::<Vec<_>>(),
        "flags": message.flags, "exported_by": message.exported_by, "notes": message.notes, "text": text, "parts": parts,
    });
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| {
            !value.is_null() && value.as_array().is_none_or(|it| !it.is_empty())
        });
    }
    value
}

/// Reads every sample of a format and holds it against the file beside it.
fn samples(
    format: &str,
    extension: &str,
    kind: impl Fn(&str) -> Kind,
    line_ends: bool,
) -> TestResult {
    let folder = folder(format);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|it| it != extension) {
            continue;
        }
        let expected = path.with_extension("json");
        if !expected.exists() && extension == "js" {
            continue;
        }
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let companion = |name: &str, _: u64| {
            let plain = !name.contains('/') && !name.contains("..");
            let held = name.ends_with("-Xy_1.jpg").then(Vec::new);
            held.or_else(|| std::fs::read(folder.join(name)).ok().filter(|_| plain))
        };
        let bytes = std::fs::read(&path)?;
        let kind = kind(&name);
        assert_eq!(sniff(&bytes, Some(&name), false).kind, kind, "{name}");
        let mut variants = vec![bytes.clone()];
        if line_ends {
            let crlf = bytes
                .split(|byte| *byte == b'\n')
                .collect::<Vec<_>>()
                .join(&b"\r\n"[..]);
            variants.push(crlf);
        }
        for bytes in variants {
            let finds = read_named(kind, &name, &bytes, &Limits::default(), &companion);
            assert!(finds.error.is_none(), "{name}: {:?}", finds.error);
            let found = view(&finds);
            let wanted = std::fs::read(&expected).unwrap_or_default();
            let wanted: Value = serde_json::from_slice(&wanted).unwrap_or_default();
            let shown = serde_json::to_string_pretty(&found)?;
            assert!(found == wanted, "{name} gives\n{shown}");
            count += 1;
        }
    }
    assert!(count > 0, "no samples");
    Ok(())
}

#[test]
fn mail_is_read_as_expected() -> TestResult {
    samples("mail", "eml", |_| Kind::Mail, true)
}

#[test]
fn mailboxes_are_read_as_expected() -> TestResult {
    samples("mbox", "mbox", |_| Kind::Mbox, false)
}

#[test]
fn parts_of_an_x_archive_are_read_as_expected() -> TestResult {
    let kind = |name: &str| match name {
        "tweets.js" => Kind::XTweets,
        "direct-messages-group.js" => Kind::XGroupMessages,
        _ => Kind::XDirectMessages,
    };
    samples("x", "js", kind, true)
}

#[test]
fn pages_are_read_as_expected() -> TestResult {
    samples("html", "html", |_| Kind::Html, true)
}
