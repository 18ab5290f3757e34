//! Reads a Markdown draft into paragraphs. What is written in HTML within it is read as HTML.

use std::collections::HashMap;

use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

use super::builder::Builder;
use super::html;
use super::notes::Note;
use super::pin::Pin;

pub(super) fn read(text: &str) -> Builder {
    let options =
        Options::ENABLE_FOOTNOTES | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut reader = Reader::new(Builder::with_notes(footnotes(text, options)));
    let mut in_note = false;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::FootnoteDefinition(_)) => in_note = true,
            Event::End(TagEnd::FootnoteDefinition) => in_note = false,
            _ if in_note => {}
            event => reader.take(event),
        }
    }
    reader.finish()
}

/// The footnotes by their names.
fn footnotes(text: &str, options: Options) -> HashMap<String, Note> {
    let mut notes: HashMap<String, Note> = HashMap::new();
    let mut open: Option<(String, String, Reader)> = None;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::FootnoteDefinition(label)) => {
                open = Some((
                    label.to_string(),
                    String::new(),
                    Reader::new(Builder::default()),
                ));
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                if let Some((name, words, reader)) = open.take() {
                    notes
                        .entry(name)
                        .or_insert_with(|| reader.builder.into_note(words));
                }
            }
            event => {
                if let Some((_, words, reader)) = &mut open {
                    match &event {
                        Event::Text(text) | Event::Code(text) => words.push_str(text),
                        Event::SoftBreak | Event::HardBreak | Event::End(_) => words.push(' '),
                        _ => {}
                    }
                    reader.take(event);
                }
            }
        }
    }
    notes
}

/// Takes the events of a text, or of a footnote in it.
struct Reader {
    builder: Builder,
    html: html::Reader,
    /// The lines of a block of HTML that is open.
    raw: String,
    in_code: bool,
    /// How deep in what is struck out and no longer said.
    struck: usize,
}

impl Reader {
    fn new(builder: Builder) -> Self {
        Self {
            builder,
            html: html::Reader::default(),
            raw: String::new(),
            in_code: false,
            struck: 0,
        }
    }

    fn finish(mut self) -> Builder {
        self.html.finish(&mut self.builder);
        self.builder
    }

    fn take(&mut self, event: Event<'_>) {
        // A block ends what a tag in a line before it left open.
        if let Event::Start(
            Tag::Paragraph | Tag::Heading { .. } | Tag::Item | Tag::TableCell | Tag::BlockQuote(_),
        ) = event
        {
            self.struck = 0;
            self.html.end_line();
        }
        let builder = &mut self.builder;
        match event {
            Event::Start(Tag::Strikethrough) => {
                self.struck += 1;
                self.html.count_deletion();
            }
            Event::End(TagEnd::Strikethrough) => self.struck = self.struck.saturating_sub(1),
            Event::Text(text) | Event::Code(text)
                if self.struck > 0 || !self.in_code && !self.html.shows(&text) => {}
            Event::Start(Tag::CodeBlock(_)) => self.in_code = true,
            Event::End(TagEnd::CodeBlock) => self.in_code = false,
            Event::Text(text) if !self.in_code => builder.text(&text),
            Event::Code(text) => builder.text(&text),
            Event::SoftBreak | Event::HardBreak => builder.line_break(),
            Event::Html(text) => self.raw.push_str(&text),
            Event::InlineHtml(text) => self.html.take(&text, true, builder),
            Event::End(TagEnd::HtmlBlock) => {
                self.html
                    .take(&std::mem::take(&mut self.raw), false, builder);
                builder.end_paragraph();
            }
            Event::FootnoteReference(name) => builder.note(&name),
            Event::Start(Tag::Link { dest_url, .. }) => {
                if let Some(pin) = Pin::of_link(&dest_url) {
                    builder.pin(pin);
                }
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => builder.begin_row(),
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => builder.end_row(),
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
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell)
            | Event::Start(Tag::Item | Tag::List(_))
            | Event::Rule => {
                builder.end_paragraph();
            }
            _ => {}
        }
    }
}
