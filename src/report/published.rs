//! The page of one published item: what is opened of it, the proof, and a script that checks the one against the other.
//!
//! Made of the proof alone, so that whoever has the proof can make the page again and compare every byte. Each element
//! with `data-proven` holds exactly the text that the script derives from the proof; labels stand outside of them. The
//! script is a second implementation of `schema/PROOF.md` and shares nothing with the program.

use std::fmt::Write as _;

use bip39::Language;
use maud::Markup;
use maud::PreEscaped;
use maud::html;
use serde_json::Value;

use super::NOT_SHOWN;
use super::html::page_with_script;
use crate::publish::Checked;
use crate::publish::Claimed;
use crate::publish::Shown;
use crate::publish::ShownText;
use crate::publish::in_page;
use crate::record::Moment;
use crate::record::visible;

pub use crate::record::legible;

/// Hashes and Ed25519 for browsers that have none.
const NOBLE: &str = include_str!("assets/noble.js");

/// The check.
const SCRIPT: &str = include_str!("assets/proof.js");

/// The page of a proof file that was checked and matches. `words` are those of its origin.
pub fn html(file: &str, checked: &Checked, words: &[&str]) -> String {
    let title = match checked.items.as_slice() {
        [one] => named(one),
        [one, others @ ..] if others.iter().all(|it| it.kind == "message/1") => format!(
            "A conversation of {} messages, from {} on",
            others.len() + 1,
            named(one).to_lowercase()
        ),
        [one, ..] => format!("{} and what belongs to it", named(one)),
        [] => "Nothing".to_owned(),
    };
    let words = words.join(" ");
    let body = html! {
        header {
            p.kicker { "Published with its proof" }
            h1 { (title) ", as recorded" }
        }
        main {
            section #state .state role="status" {
                p { strong #state-word { "Not yet checked" } }
                p #state-why {
                    "Nothing on this page has been checked by your browser. The command below checks it without this page’s help."
                }
            }
            @for (number, item) in checked.items.iter().enumerate() {
                section aria-labelledby=(format!("item-{number}")) {
                    h2 id=(format!("item-{number}")) { (named(item)) }
                    (of_item(number, item))
                }
            }
            section.compare {
                h2 #compare { "Whose archive it is from" }
                (compare(checked, &words))
            }
            section {
                h2 #check { "How to check it without this page" }
                pre { code { "fonds verify PAGE --key \"" (words) "\"" } }
                p {
                    "PAGE is this file, or the proof file that came with it. It needs no archive and no network. "
                    "schema/PROOF.md of the program tells how to write another verifier."
                }
            }
            section {
                h2 #not-shown { "What this page does not show" }
                ul { @for line in NOT_SHOWN { li { (line) } } }
            }
        }
    };
    whole(&title, &body, file)
}

/// A page that carries a proof and checks itself.
pub(super) fn whole(title: &str, body: &Markup, file: &str) -> String {
    let list = Language::English.word_list().join(" ");
    let body = html! {
        (body)
        (PreEscaped(crate::publish::MARK)) (PreEscaped(in_page(file))) (PreEscaped("</script>"))
        script #words-list type="text/plain" { (PreEscaped(list)) }
    };
    page_with_script(title, &body, &format!("{NOBLE}\n{SCRIPT}"))
}

/// What an item is called.
pub(super) fn named(item: &Shown) -> String {
    let what = match item.kind.as_str() {
        "message/1" => "Message",
        "document/1" => "Document",
        _ => "Text",
    };
    item.reference
        .as_ref()
        .map_or_else(|| what.to_owned(), |it| format!("{what} {}", visible(it)))
}

/// Whose archive a proof is from, for comparing.
pub(super) fn compare(checked: &Checked, words: &str) -> Markup {
    html! {
        p.label { "The archive’s twelve words" }
        p.words data-proven="words" { (words) }
        p {
            "They stand for the archive’s key. Words on this page alone prove nothing, since a forger would show "
            "their own: compare them with those that the archive’s owner gives elsewhere."
        }
        dl.facts {
            dt { "Origin" } dd { span data-proven="origin" { (checked.origin.as_deref().unwrap_or_default()) } }
            dt { "Entries under the checkpoint" }
            dd { span data-proven="size" { (checked.entries.unwrap_or_default()) } }
            dt { "Seen by others, as this file claims" }
            dd { span data-proven="hands" { (hands(&checked.claimed)) } }
            @for (number, witness) in checked.claimed.witnesses.iter().enumerate() {
                dt { "Witness" }
                dd { span data-proven=(format!("witness/{number}")) { (witnessed(witness)) } }
            }
        }
        @if checked.claimed != Claimed::default() {
            p {
                "Where this page says that it matches, each witness’s signature was checked against the key that this file gives for it. "
                "Anybody can make a key and give it that name: whether it is that witness’s key, this page cannot know. "
                "Time stamps are not checked here at all. fonds verify judges both by the witnesses and the authorities that you trust."
            }
        }
    }
}

/// How many others saw the checkpoint, as a proof has it.
fn hands(claimed: &Claimed) -> String {
    let of = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let said = [
        of(
            claimed.witnesses.len(),
            "signature of a witness",
            "signatures of witnesses",
        ),
        of(claimed.stamps, "time stamp", "time stamps"),
    ];
    let said: Vec<String> = said.into_iter().flatten().collect();
    if said.is_empty() {
        "nobody".to_owned()
    } else {
        said.join(", ")
    }
}

fn witnessed((name, time): &(String, u64)) -> String {
    let at = i64::try_from(*time).ok().and_then(Moment::from_seconds);
    match at {
        Some(at) => format!("{name}, at {at}"),
        None => format!("{name}, {time} seconds after 1970"),
    }
}

/// What a proof opens of one item.
pub(super) fn of_item(number: usize, item: &Shown) -> Markup {
    let id = |name: &str| format!("{number}/{name}");
    let (place, size) = (item.place, item.segment_size);
    html! {
        @match &item.text {
            Some(ShownText::Whole(text)) => {
                p.label { "Its text" }
                div.shown dir="auto" data-proven=(id("text/0")) { (legible(text)) }
            },
            Some(ShownText::Passages { pieces, runs }) => {
                p.label {
                    "Passages of its text, which has " (pieces) @if *pieces == 1 { " piece" } @else { " pieces" }
                    "; the others are not shown"
                }
                @for run in runs {
                    p.facts { "From piece " (run.first + 1) ", " (run.pieces) @if run.pieces == 1 { " piece" } @else { " pieces" } }
                    div.shown dir="auto" data-proven=(id(&format!("text/{}", run.first))) { (legible(&run.text)) }
                }
            },
            None => {},
        }
        dl.facts {
            @if let Some(reference) = &item.reference {
                dt { "Reference" } dd { span data-proven=(id("reference")) { (reference) } }
            }
            @for (slot, value) in &item.opened {
                @if slot != "text" && slot != "text_digest" {
                    dt { (label(slot)) }
                    dd dir="auto" { span data-proven=(id(slot)) { (shown(slot, value)) } }
                }
            }
            dt { "Place in the ledger" }
            dd { span data-proven=(id("place")) {
                "item " (place.i + 1) " of " (size) " in segment " (place.s) " of run " (place.r) ", accession " (place.a)
                "; sealed by entry " (item.entry)
            } }
            dt { "Stays shut" } dd { (item.shut.join(", ")) }
        }
    }
}

/// What a slot is called for a reader.
pub fn label(slot: &str) -> String {
    match slot {
        "from" => "From".to_owned(),
        "to" => "To".to_owned(),
        "at" => "Time, as recorded".to_owned(),
        "text" => "Text".to_owned(),
        other => {
            let mut letters = other.replace('_', " ");
            if let Some(first) = letters.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            letters
        }
    }
}

/// A slot's value in words, as the script says it too.
pub fn shown(slot: &str, value: &Value) -> String {
    let said = match (slot, value) {
        ("from" | "to", Value::Array(people)) => people
            .iter()
            .map(participant)
            .collect::<Vec<_>>()
            .join("; "),
        ("at", Value::Object(_)) => instant(value),
        (_, Value::String(words)) => words.clone(),
        // Keys of a value that was committed to are in order.
        _ => value.to_string(),
    };
    legible(&said)
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn participant(one: &Value) -> String {
    match (field(one, "display"), field(one, "account")) {
        (Some(name), Some(account)) if !name.is_empty() && !account.is_empty() => {
            format!("{name} ({account})")
        }
        (Some(one), _) | (None, Some(one)) => one.to_owned(),
        (None, None) => "not named".to_owned(),
    }
}

fn instant(at: &Value) -> String {
    let mut said = match (field(at, "earliest"), field(at, "latest")) {
        (None, None) => "not known".to_owned(),
        (earliest, latest) if earliest == latest => earliest.unwrap_or_default().to_owned(),
        (earliest, latest) => {
            format!("{} to {}", earliest.unwrap_or("?"), latest.unwrap_or("?"))
        }
    };
    // Writing to a string cannot fail.
    let is_new = |written: &&str| !written.is_empty() && field(at, "earliest") != Some(written);
    if let Some(written) = field(at, "as_written").filter(is_new) {
        let _ = write!(said, ", written “{written}”");
    }
    if let Some(basis) = field(at, "basis").filter(|it| !it.is_empty()) {
        let _ = write!(said, ", on the word of: {basis}");
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_end_no_element_and_hold_no_second_proof() {
        for script in [NOBLE, SCRIPT] {
            assert!(!script.contains("</") && !script.contains("<!--"));
            assert!(!script.contains(crate::publish::MARK));
            assert!(!script.contains("fetch(") && !script.contains("XMLHttpRequest"));
        }
    }
}
