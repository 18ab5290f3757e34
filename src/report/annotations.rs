//! The quotations of a draft as annotations of it, in the W3C's Web Annotation Data Model (Recommendation of 23 February
//! 2017): what was found of each, at its words.
//!
//! A target says where by the words and those around them, as the draft was read: in one line, without the pins. A position
//! in numbers is not given: drafts are documents of word processors too, and counting what stands in those depends on who
//! reads them.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::cite::Citations;
use crate::cite::Draft;
use crate::cite::Place;
use crate::cite::Quoted;
use crate::record::Digest;

use super::citation::draft_title;
use super::citation::sentence;

/// Characters before and after a quotation by which it is found.
const AROUND: usize = 40;

#[derive(Serialize)]
struct Selector {
    r#type: &'static str,
    exact: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    prefix: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    suffix: String,
}

/// The annotations as one page of a collection.
pub(super) fn text(citations: &Citations, draft: &Draft) -> String {
    let items: Vec<Value> = citations
        .quotations
        .iter()
        .map(|quoted| annotation(quoted, citations, draft))
        .collect();
    let draft_id = name_of(citations.draft.sha256);
    let collection = json!({
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": format!("{draft_id}?fonds=all"),
        "type": "AnnotationCollection",
        "label": format!("Citation report: {}", draft_title(citations)),
        "creator": maker(citations),
        "created": citations.time,
        "total": items.len(),
        "first": {
            "id": format!("{draft_id}?fonds=1"),
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": items,
        },
    });
    // Nothing in it can fail to serialise: strings and numbers.
    serde_json::to_string_pretty(&without_nothing(collection)).unwrap_or_default()
}

/// The name that a digest gives to bytes, wherever they lie (RFC 6920).
fn name_of(digest: Digest) -> String {
    format!(
        "ni:///sha-256;{}",
        URL_SAFE_NO_PAD.encode(digest.as_bytes())
    )
}

/// Who annotated: the program, for whoever ran it.
fn maker(citations: &Citations) -> Value {
    match &citations.by {
        Some(by) => json!([{"type": "Software", "name": "fonds"}, {"type": "Person", "name": by}]),
        None => json!({"type": "Software", "name": "fonds"}),
    }
}

fn annotation(quoted: &Quoted, citations: &Citations, draft: &Draft) -> Value {
    let draft_id = name_of(citations.draft.sha256);
    let mut body = vec![
        json!({"type": "TextualBody", "purpose": "classifying", "value": quoted.verdict.word()}),
    ];
    let remarks = quoted.findings.iter().map(|it| {
        json!({
            "type": "TextualBody", "purpose": "commenting", "format": "text/plain",
            "value": sentence(&it.message),
        })
    });
    body.extend(remarks);
    if let Some(found) = quoted.matches.first() {
        body.push(json!({
            "type": "SpecificResource", "purpose": "linking",
            "source": {
                "id": format!("fonds:{}", found.item),
                "type": "Text",
            },
            "selector": {"type": "TextQuoteSelector", "exact": one_line(&found.text)},
        }));
        body.push(json!({
            "type": "TextualBody", "purpose": "describing", "format": "text/plain",
            "value": format!("{}: {}", found.item, found.citation),
        }));
        if !found.custody.is_empty() {
            body.push(json!({
                "type": "TextualBody", "purpose": "describing", "format": "text/plain",
                "value": format!("Custody: {}", found.custody),
            }));
        }
    }
    if let Some(signed) = &quoted.signed {
        body.push(json!({
            "type": "TextualBody", "purpose": "assessing", "format": "text/plain",
            "value": sentence(&signed.line()),
        }));
    }
    json!({
        "id": format!("{draft_id}?fonds={}", quoted.id),
        "type": "Annotation",
        "motivation": "assessing",
        "created": citations.time,
        "body": body,
        "target": {
            "source": {
                "id": draft_id,
                "type": "Text",
                "name": citations.draft.name,
            },
            "selector": selector(quoted, draft),
        },
    })
}

/// Where a quotation stands: from its opening mark to its closing one. Of one that runs over several paragraphs the words in
/// the first.
fn selector(quoted: &Quoted, draft: &Draft) -> Selector {
    let Place {
        paragraph,
        from,
        last,
        to,
    } = quoted.place;
    let text = draft
        .paragraphs
        .iter()
        .find(|it| it.number == paragraph)
        .map_or("", |it| it.text.as_str());
    let to = if last == paragraph { to } else { text.len() };
    let selected = text.get(from..to).unwrap_or(&quoted.text);
    let before = text.get(..from).unwrap_or_default();
    let after = text.get(to..).unwrap_or_default();
    let skipped = before.chars().count().saturating_sub(AROUND);
    Selector {
        r#type: "TextQuoteSelector",
        exact: selected.to_owned(),
        prefix: before.chars().skip(skipped).collect(),
        suffix: after.chars().take(AROUND).collect(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value without the members that say nothing, since `null` is no value of the model.
fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nothing(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(values) => values.into_iter().map(without_nothing).collect(),
        other => other,
    }
}
