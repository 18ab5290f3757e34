//! Reads a Markdown draft into paragraphs.

use std::collections::HashMap;

use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

use super::draft::Builder;
use super::draft::Pin;

pub(super) fn read(text: &str, builder: &mut Builder) {
    let options =
        Options::ENABLE_FOOTNOTES | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let notes = footnotes(text, options);
    let (mut in_note, mut in_code) = (false, false);
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::FootnoteDefinition(_)) => in_note = true,
            Event::End(TagEnd::FootnoteDefinition) => in_note = false,
            _ if in_note => {}
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) if !in_code => builder.text(&text),
            Event::Code(text) => builder.text(&text),
            Event::SoftBreak | Event::HardBreak => builder.text(" "),
            Event::Html(text) | Event::InlineHtml(text) => {
                if let Some(comment) = text.trim().strip_prefix("<!--") {
                    builder.pins_in(comment.trim_end_matches("-->"));
                }
            }
            Event::FootnoteReference(name) => {
                for pin in notes.get(&*name).into_iter().flatten() {
                    builder.pin(pin.clone());
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                if let Some(pin) = Pin::of_link(&dest_url) {
                    builder.pin(pin);
                }
            }
            Event::Start(Tag::BlockQuote(_)) => {
                builder.end_paragraph();
                builder.begin_block();
            }
            Event::End(TagEnd::BlockQuote(_)) => {
                builder.end_paragraph();
                builder.end_block();
            }
            Event::End(TagEnd::Heading(_)) => {
                let heading = builder.end_paragraph();
                if builder.title.is_none() {
                    builder.title = heading;
                }
            }
            Event::End(
                TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::HtmlBlock,
            )
            | Event::Start(Tag::Item | Tag::List(_))
            | Event::Rule => {
                builder.end_paragraph();
            }
            _ => {}
        }
    }
}

/// The pins that each footnote holds.
fn footnotes(text: &str, options: Options) -> HashMap<String, Vec<Pin>> {
    let mut notes: HashMap<String, Vec<Pin>> = HashMap::new();
    let mut name: Option<String> = None;
    let mut words = String::new();
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::FootnoteDefinition(label)) => {
                name = Some(label.to_string());
                words.clear();
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                if let Some(name) = name.take() {
                    let mut pins = Builder::default();
                    pins.pins_in(&words);
                    notes.entry(name).or_default().extend(pins.into_pins());
                }
            }
            Event::Text(text) | Event::Code(text) if name.is_some() => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    notes
}
