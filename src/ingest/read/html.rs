//! The text of an HTML page, as a reader would have it before them without style sheets.
//!
//! A tokenizer of the HTML standard does the reading; nothing is built into a tree, so depth costs nothing. Blocks end
//! lines, table cells are set apart by tabs, `pre` keeps its spaces, and scripts, styles, templates and what
//! stands in for scripts are left out.
//! What a style sheet would have hidden is kept: the text may hold more than a screen showed, never less.

use std::borrow::Cow;
use std::convert::Infallible;

use html5gum::Span;
use html5gum::Tokenizer;
use html5gum::emitters::callback::CallbackEmitter;
use html5gum::emitters::callback::CallbackEvent;

use super::Found;
use super::Input;
use super::ReadError;
use super::Sink;
use super::text::decode;
use super::text::too_long;
use super::urls::Links;
use super::whole;

use crate::record::Kind;
use crate::record::Link;
use crate::record::Reading;

/// How far into a page its own word on its encoding is looked for; the HTML standard asks for 1,024 bytes.
const ENCODING_WITHIN: usize = 8 << 10;
/// Characters of a title that are kept.
const TITLE: usize = 2_000;

/// What was read of a page.
pub(super) struct Page {
    pub title: Option<String>,
    pub language: Option<String>,
    pub text: String,
    pub links: Vec<Link>,
    pub notes: Vec<String>,
}

/// Reads a page.
pub(super) fn read(input: &mut Input<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let bytes = whole(input, input.limits.text, "page")?;
    let stated = stated_encoding(&bytes);
    let most = usize::try_from(input.limits.decoded).unwrap_or(usize::MAX);
    let Some(decoded) = decode(Cow::Owned(bytes), stated.as_deref(), most) else {
        return too_long(input, sink);
    };
    let mut page = page(&decoded.text, input.limits.page_links);
    if page.text.len() > most {
        return too_long(input, sink);
    }
    let mut notes = decoded.notes;
    notes.append(&mut page.notes);
    sink(Found::Text(Reading {
        kind: Kind::Html,
        encoding: Some(decoded.encoding),
        title: page.title,
        language: page.language,
        links: page.links,
        text: page.text,
        notes,
    }))?;
    Ok(())
}

/// The encoding that a page says it is in (HTML standard, 13.2.3.2, without its corner cases).
pub(super) fn stated_encoding(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..ENCODING_WITHIN).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    for tag in head.split("<meta").skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let Some((_, value)) = tag.split_once("charset") else {
            continue;
        };
        let Some(value) = value.trim_start().strip_prefix('=') else {
            continue;
        };
        let label: String = value
            .trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'')
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'))
            .collect();
        // A page whose tag can be read byte by byte is not in UTF-16, whatever it says (13.2.3.2, step 15).
        return match label.as_str() {
            "" => continue,
            label if label.starts_with("utf-16") => Some("utf-8".to_owned()),
            _ => Some(label),
        };
    }
    None
}

/// Reads a decoded page, with up to `cap` links.
pub(super) fn page(html: &str, cap: usize) -> Page {
    let mut reader = Reader::new(html.len(), cap);
    let mut emitter = CallbackEmitter::new(
        |event: CallbackEvent<'_>, _: Span<()>| -> Option<Infallible> {
            reader.event(&event);
            None
        },
    );
    emitter.naively_switch_states(true);
    let mut notes = Vec::new();
    // The tokenizer yields nothing: all is handed to the callback. Reading from memory cannot go wrong.
    if Tokenizer::new_with_emitter(html, emitter).finish().is_err() {
        notes.push("the page could not be read to its end".to_owned());
    }
    reader.finish(notes)
}

/// Which text is being met.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Body,
    Title,
    /// In an element whose content is not text: which one, and how many of it are open.
    Skipped(Skipped, u32),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Skipped {
    Script,
    Style,
    Template,
    Iframe,
    Noembed,
    Noframes,
    Noscript,
}

/// Which attribute value comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Nothing,
    Link,
    Language,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact about a page being read, and any may hold with any other"
)]
struct Reader {
    text: String,
    title: String,
    has_title: bool,
    language: Option<String>,
    links: Links,
    place: Where,
    /// Whether the tag now open is `a` or `area`, and whether it is `html`.
    is_link: bool,
    is_root: bool,
    awaited: Awaited,
    /// Open `pre`, `textarea`, `listing`, `xmp` and `plaintext` elements.
    preformatted: u32,
    /// Whether one of them has just been opened.
    opened: bool,
    /// Whether a space is owed before the next word of this line.
    space: bool,
    /// Whether a cell has been met in this row.
    cell: bool,
}

impl Reader {
    fn new(size: usize, cap: usize) -> Self {
        Self {
            text: String::with_capacity(size / 3),
            title: String::new(),
            has_title: false,
            language: None,
            links: Links::new(cap),
            place: Where::Body,
            is_link: false,
            is_root: false,
            awaited: Awaited::Nothing,
            preformatted: 0,
            opened: false,
            space: false,
            cell: false,
        }
    }

    fn event(&mut self, event: &CallbackEvent<'_>) {
        match *event {
            CallbackEvent::OpenStartTag { name } => self.start(name),
            CallbackEvent::AttributeName { name } => {
                self.awaited = match name {
                    b"href" if self.is_link => Awaited::Link,
                    b"lang" if self.is_root => Awaited::Language,
                    _ => Awaited::Nothing,
                };
            }
            CallbackEvent::AttributeValue { value } => self.value(value),
            CallbackEvent::EndTag { name } => self.end(name),
            CallbackEvent::String { value } => match self.place {
                Where::Body if self.preformatted > 0 => self.kept(value),
                Where::Body => self.words(value),
                Where::Title => self.title.push_str(&String::from_utf8_lossy(value)),
                Where::Skipped(..) => {}
            },
            _ => {}
        }
    }

    fn start(&mut self, name: &[u8]) {
        self.awaited = Awaited::Nothing;
        self.is_link = matches!(name, b"a" | b"area");
        self.is_root = name == b"html" && self.language.is_none();
        if let Where::Skipped(what, depth) = self.place {
            // Only templates nest: the others are raw text to the tokenizer.
            if skipped(name) == Some(what) {
                self.place = Where::Skipped(what, depth.saturating_add(1));
            }
            return;
        }
        if let Some(what) = skipped(name) {
            self.place = Where::Skipped(what, 1);
            return;
        }
        match name {
            b"title" if !self.has_title => self.place = Where::Title,
            b"br" => self.line_break(),
            b"td" | b"th" => self.start_cell(),
            b"pre" | b"textarea" | b"listing" | b"xmp" | b"plaintext" => {
                self.end_line();
                self.preformatted = self.preformatted.saturating_add(1);
                self.opened = true;
            }
            _ if is_row(name) => self.end_row(),
            _ if is_block(name) => self.end_line(),
            _ => {}
        }
    }

    fn end(&mut self, name: &[u8]) {
        self.awaited = Awaited::Nothing;
        match self.place {
            Where::Skipped(what, depth) => {
                if skipped(name) == Some(what) {
                    self.place = match depth {
                        0 | 1 => Where::Body,
                        _ => Where::Skipped(what, depth - 1),
                    };
                }
            }
            Where::Title => {
                if name == b"title" {
                    self.place = Where::Body;
                    self.has_title = true;
                }
            }
            Where::Body => match name {
                b"pre" | b"textarea" | b"listing" | b"xmp" => {
                    self.preformatted = self.preformatted.saturating_sub(1);
                    self.end_line();
                }
                // A stray </br> is a line break to every browser.
                b"br" => self.line_break(),
                _ if is_row(name) => self.end_row(),
                _ if is_block(name) => self.end_line(),
                _ => {}
            },
        }
    }

    fn value(&mut self, value: &[u8]) {
        match self.awaited {
            Awaited::Link => {
                let url = String::from_utf8_lossy(value);
                let url = url.trim();
                let within = url.starts_with('#');
                let code = url
                    .get(..11)
                    .is_some_and(|start| start.eq_ignore_ascii_case("javascript:"));
                if !within && !code {
                    self.links.add(url, None);
                }
            }
            Awaited::Language => {
                self.language = Some(
                    String::from_utf8_lossy(value)
                        .trim()
                        .chars()
                        .take(40)
                        .collect(),
                );
            }
            Awaited::Nothing => {}
        }
        self.awaited = Awaited::Nothing;
    }

    /// Text outside `pre`: white space is one space, none at the ends of a line.
    fn words(&mut self, value: &[u8]) {
        let value = String::from_utf8_lossy(value);
        for (index, word) in value.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            self.space |= index > 0;
            if word.is_empty() {
                continue;
            }
            if self.space && !self.at_line_start() {
                self.text.push(' ');
            }
            self.space = false;
            self.text.push_str(word);
        }
    }

    /// Text inside `pre`.
    fn kept(&mut self, value: &[u8]) {
        self.space = false;
        // A line feed right behind the tag is not text (HTML standard, 13.2.6.4.7).
        let value = match value.strip_prefix(b"\n") {
            Some(rest) if self.opened => rest,
            _ => value,
        };
        self.opened = false;
        self.text.push_str(&String::from_utf8_lossy(value));
    }

    fn at_line_start(&self) -> bool {
        matches!(self.text.as_bytes().last(), None | Some(b'\n' | b'\t'))
    }

    /// Ends the line, unless nothing stands in it or a cell has just begun.
    fn end_line(&mut self) {
        self.space = false;
        if !self.at_line_start() {
            self.text.push('\n');
        }
    }

    /// Ends the row of a table, empty cells at its end left out.
    fn end_row(&mut self) {
        self.cell = false;
        while self.text.ends_with('\t') {
            self.text.pop();
        }
        self.end_line();
    }

    fn line_break(&mut self) {
        self.space = false;
        self.text.push('\n');
    }

    fn start_cell(&mut self) {
        self.space = false;
        if self.cell {
            // A block inside the cell before has ended the line: the row goes on in a new one.
            if self.text.ends_with('\n') {
                self.text.pop();
            }
            self.text.push('\t');
        }
        self.cell = true;
    }

    fn finish(mut self, mut notes: Vec<String>) -> Page {
        self.end_row();
        let title: Vec<&str> = self.title.split_ascii_whitespace().collect();
        let title: String = title.join(" ").chars().take(TITLE).collect();
        Page {
            title: Some(title).filter(|title| !title.is_empty()),
            language: self.language.filter(|language| !language.is_empty()),
            text: self.text,
            links: self.links.finish(&mut notes),
            notes,
        }
    }
}

/// Elements whose content is not text for a reader.
fn skipped(name: &[u8]) -> Option<Skipped> {
    Some(match name {
        b"script" => Skipped::Script,
        b"style" => Skipped::Style,
        b"template" => Skipped::Template,
        b"iframe" => Skipped::Iframe,
        b"noembed" => Skipped::Noembed,
        b"noframes" => Skipped::Noframes,
        b"noscript" => Skipped::Noscript,
        _ => return None,
    })
}

/// Elements that begin or end a row of cells.
fn is_row(name: &[u8]) -> bool {
    matches!(name, b"tr" | b"table" | b"thead" | b"tbody" | b"tfoot")
}

/// Elements that stand in lines of their own (HTML standard, 15.3, where `display` is not `inline`).
fn is_block(name: &[u8]) -> bool {
    matches!(
        name,
        b"address"
            | b"article"
            | b"aside"
            | b"blockquote"
            | b"body"
            | b"caption"
            | b"center"
            | b"dd"
            | b"details"
            | b"dialog"
            | b"dir"
            | b"div"
            | b"dl"
            | b"dt"
            | b"fieldset"
            | b"figcaption"
            | b"figure"
            | b"footer"
            | b"form"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"head"
            | b"header"
            | b"hgroup"
            | b"hr"
            | b"html"
            | b"legend"
            | b"li"
            | b"main"
            | b"menu"
            | b"nav"
            | b"ol"
            | b"optgroup"
            | b"option"
            | b"p"
            | b"search"
            | b"section"
            | b"select"
            | b"summary"
            | b"ul"
    )
}
