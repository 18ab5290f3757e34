//! Reads an HTML draft into paragraphs. Nothing in it is loaded or run; only its text is read.

use html5gum::StartTag;
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
    b"s",
    b"strike",
];

/// Elements of which the text is struck out.
pub(super) const STRUCK: &[&[u8]] = &[b"del", b"s", b"strike"];

/// Elements that stand in a line of text.
const INLINE: &[&[u8]] = &[
    b"a", b"abbr", b"b", b"bdi", b"bdo", b"big", b"cite", b"code", b"data", b"dfn", b"em", b"font",
    b"i", b"img", b"ins", b"kbd", b"mark", b"q", b"samp", b"small", b"span", b"strong", b"sub",
    b"sup", b"time", b"tt", b"u", b"var", b"wbr",
];

/// Elements that hold nothing.
const VOID: &[&[u8]] = &[
    b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta",
    b"source", b"track", b"wbr",
];

/// Elements in which no other begins.
const RAW: &[&[u8]] = &[b"script", b"style", b"noscript", b"iframe", b"title"];

/// Whether an element says by itself that it is not shown. What a style sheet hides, nobody can tell from the text.
fn is_hidden(tag: &StartTag<()>) -> bool {
    let style = tag.attributes.get(b"style".as_slice());
    let style: String = style.map_or_else(String::new, |it| {
        let style = String::from_utf8_lossy(it).to_lowercase();
        style.split_whitespace().collect()
    });
    tag.attributes.contains_key(b"hidden".as_slice())
        || style.contains("display:none")
        || style.contains("visibility:hidden")
}

pub(super) fn read(text: &str) -> Builder {
    let mut builder = Builder::default();
    // The element that is not shown, and how many of its name are open in it.
    let mut silent: Option<(Vec<u8>, usize)> = None;
    let (mut inserted, mut deleted) = (0, 0);
    for Ok(token) in Tokenizer::new(text) {
        match token {
            Token::StartTag(tag) if silent.is_none() => {
                let name: &[u8] = &tag.name;
                inserted += usize::from(name == b"ins");
                if SILENT.contains(&name) || is_hidden(&tag) {
                    deleted += usize::from(STRUCK.contains(&name));
                    // Browsers close nothing but what is drawn by a slash.
                    let closed = tag.self_closing && name == b"svg";
                    if !(closed || VOID.contains(&name)) {
                        silent = Some((name.to_vec(), 1));
                    }
                    continue;
                }
                if !INLINE.contains(&name) {
                    builder.end_paragraph();
                }
                match name {
                    b"blockquote" => builder.begin_block(),
                    b"tr" => builder.begin_row(),
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
            Token::StartTag(tag) => {
                let name: &[u8] = &tag.name;
                if let Some((_, depth)) = silent
                    .as_mut()
                    .filter(|it| it.0 == name && !RAW.contains(&name))
                {
                    *depth += 1;
                }
            }
            Token::EndTag(tag) => {
                let name: &[u8] = &tag.name;
                if let Some((open, depth)) = &mut silent {
                    *depth -= usize::from(open == name);
                    if *depth == 0 {
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
                match name {
                    b"blockquote" => builder.end_block(),
                    b"tr" | b"table" => builder.end_row(),
                    _ => {}
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

#[cfg(test)]
mod tests {
    use super::*;

    fn words(html: &str) -> String {
        let paragraphs = read(html).paragraphs;
        paragraphs
            .iter()
            .map(|it| it.text.trim())
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn what_a_page_does_not_show_is_not_read() {
        for hidden in [
            "<p hidden>not</p>",
            "<p style=\"color:red; DISPLAY : none\">not</p>",
            "<div style='visibility:hidden'><div>not</div>not</div>",
            "<del>not<del>not</del>not</del>",
            "<script/>not</script>",
            "<img hidden>",
            "<template><p>not</p></template>",
        ] {
            assert_eq!(
                words(&format!("<p>One.</p>{hidden}<p>Two.</p>")),
                "One.|Two.",
                "{hidden}"
            );
        }
        assert_eq!(
            words("<p>One <svg/>two <span style=\"color:red\">three</span>.</p>"),
            "One two three."
        );
    }
}
