//! Reads a Markdown draft into paragraphs. What is written in HTML within it is read as HTML.
//!
//! A draft has no code: what is indented is text that its writer indents, and is read as any other. So is a fence that
//! holds quotation marks, since a quotation that is passed over without a word is the worse fault.

use std::collections::HashMap;

use pulldown_cmark::CodeBlockKind;
use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

use super::builder::Builder;
use super::html;
use super::marks::scan;
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

/// What Markdown takes for code.
struct Code {
    fenced: bool,
    words: String,
}

impl Code {
    fn is_text(&self) -> bool {
        let marks = scan(&self.words);
        !self.fenced
            || !marks.pairs.is_empty()
            || !marks.unclosed.is_empty()
            || !marks.stray.is_empty()
    }
}

/// Takes the events of a text, or of a footnote in it.
struct Reader {
    builder: Builder,
    html: html::Reader,
    /// The lines of a block of HTML that is open.
    raw: String,
    /// A block of code that is open.
    code: Option<Code>,
    /// Whether what is read is the text of one.
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
            code: None,
            in_code: false,
            struck: 0,
        }
    }

    fn finish(mut self) -> Builder {
        self.html.finish(&mut self.builder);
        self.builder
    }

    /// Reads the text of a block of code, paragraph by paragraph.
    fn text_of(&mut self, code: &Code) {
        // One within another is text as it stands, so that none is taken apart more than twice.
        if self.in_code {
            for line in code.words.lines() {
                if line.trim().is_empty() {
                    self.builder.end_paragraph();
                } else {
                    self.html.text(line, &mut self.builder);
                    self.html.line_break(&mut self.builder);
                }
            }
        } else if code.is_text() {
            // Without what it is indented by, which would make it code again.
            let lines = code.words.lines().map(str::trim_start);
            let text = lines.collect::<Vec<_>>().join("\n");
            // What its notes say stands outside of it.
            let options = Options::ENABLE_OLD_FOOTNOTES
                | Options::ENABLE_TABLES
                | Options::ENABLE_STRIKETHROUGH;
            self.in_code = true;
            for event in Parser::new_ext(&text, options) {
                self.take(event);
            }
            self.in_code = false;
        }
        self.builder.end_paragraph();
    }

    fn take(&mut self, event: Event<'_>) {
        if let Some(code) = &mut self.code {
            match event {
                Event::Text(text) => code.words.push_str(&text),
                Event::End(TagEnd::CodeBlock) => {
                    if let Some(code) = self.code.take() {
                        self.text_of(&code);
                    }
                }
                _ => {}
            }
            return;
        }
        // A block ends what a tag in a line before it left open.
        if let Event::Start(
            Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::Item
            | Tag::TableCell
            | Tag::BlockQuote(_)
            | Tag::CodeBlock(_),
        ) = event
        {
            self.struck = 0;
            self.html.end_line(&mut self.builder);
        }
        let builder = &mut self.builder;
        // What is raised at its end is known to be a mark, or none.
        if matches!(
            event,
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::TableCell)
        ) {
            self.html.part(builder);
        }
        match event {
            Event::Start(Tag::Strikethrough) => {
                self.struck += 1;
                self.html.count_deletion();
            }
            Event::End(TagEnd::Strikethrough) => self.struck = self.struck.saturating_sub(1),
            Event::Text(_) | Event::Code(_) if self.struck > 0 => {}
            Event::Start(Tag::CodeBlock(kind)) => {
                builder.end_paragraph();
                self.code = Some(Code {
                    fenced: matches!(kind, CodeBlockKind::Fenced(_)),
                    words: String::new(),
                });
            }
            Event::Text(text) | Event::Code(text) => self.html.text(&text, builder),
            Event::SoftBreak | Event::HardBreak => self.html.line_break(builder),
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
                    builder.begin_link(pin);
                }
            }
            Event::End(TagEnd::Link) => builder.end_link(),
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
