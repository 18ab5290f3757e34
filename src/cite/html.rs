//! Reads an HTML draft into paragraphs. Nothing in it is loaded or run; only its text is read.

use html5gum::Token;
use html5gum::Tokenizer;

use crate::record::Finding;

use super::builder::Builder;
use super::office::tracked;
use super::pin::Pin;

/// Elements whose text is not the draft's.
const SILENT: &[&[u8]] = &[
    b"script",
    b"style",
    b"head",
    b"template",
    b"noscript",
    b"iframe",
    b"object",
    b"svg",
    b"title",
    // What is struck out is no longer said; that something was, is.
    b"del",
];

/// Elements that stand in a line of text.
const INLINE: &[&[u8]] = &[
    b"a", b"abbr", b"b", b"bdi", b"bdo", b"big", b"cite", b"code", b"data", b"dfn", b"em", b"font",
    b"i", b"img", b"ins", b"kbd", b"mark", b"q", b"s", b"samp", b"small", b"span", b"strike",
    b"strong", b"sub", b"sup", b"time", b"tt", b"u", b"var", b"wbr",
];

pub(super) fn read(text: &str) -> Builder {
    let mut builder = Builder::default();
    let mut silent: Option<Vec<u8>> = None;
    let (mut inserted, mut deleted) = (0, 0);
    for Ok(token) in Tokenizer::new(text) {
        match token {
            Token::StartTag(tag) if silent.is_none() => {
                let name: &[u8] = &tag.name;
                inserted += usize::from(name == b"ins");
                if SILENT.contains(&name) {
                    deleted += usize::from(name == b"del");
                    if !tag.self_closing {
                        silent = Some(name.to_vec());
                    }
                    continue;
                }
                if !INLINE.contains(&name) {
                    builder.end_paragraph();
                }
                match name {
                    b"blockquote" => builder.begin_block(),
                    b"q" => builder.text("“"),
                    b"a" => {
                        let target = tag.attributes.get(b"href".as_slice());
                        let target = target.map(|it| String::from_utf8_lossy(it));
                        if let Some(pin) = target.and_then(|it| Pin::of_link(&it)) {
                            builder.pin(pin);
                        }
                    }
                    _ => {}
                }
            }
            Token::EndTag(tag) => {
                let name: &[u8] = &tag.name;
                if let Some(open) = &silent {
                    if open == name {
                        silent = None;
                    }
                    continue;
                }
                if name == b"q" {
                    builder.text("”");
                }
                if INLINE.contains(&name) {
                    continue;
                }
                let ended = builder.end_paragraph();
                if matches!(name, b"h1" | b"h2") && builder.title.is_none() {
                    builder.title = ended;
                }
                if name == b"blockquote" {
                    builder.end_block();
                }
            }
            Token::String(words) if silent.is_none() => {
                builder.text(&String::from_utf8_lossy(&words));
            }
            Token::Comment(words) if silent.is_none() => {
                builder.pins_in(&String::from_utf8_lossy(&words));
            }
            _ => {}
        }
    }
    builder.findings.extend(tracked(inserted, deleted));
    if silent.is_some() {
        builder.findings.push(Finding::new(
            "draft.part-not-read",
            "draft",
            "an element that is not shown begins in the draft and never ends; what follows was not read",
        ));
    }
    builder
}
