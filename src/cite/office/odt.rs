//! Reads the text of an .odt (OpenDocument 1.3 part 3).

use std::collections::HashMap;
use std::collections::HashSet;

use crate::cite::Pin;
use crate::cite::builder::Builder;
use crate::cite::notes::Note;

use super::DraftError;
use super::hidden;
use super::package::Package;
use super::raised::Raised;
use super::styles::Role;
use super::styles::Style;
use super::styles::Styles;
use super::tracked;
use super::xml::Event;
use super::xml::Space;
use super::xml::Tag;
use super::xml::Xml;

const TEXT: &str = "content.xml";
const STYLES: &str = "styles.xml";
const MANIFEST: &str = "META-INF/manifest.xml";

/// Elements that are paragraphs.
const PARAGRAPHS: &[&str] = &["p", "h"];

pub(super) fn read(package: &mut Package<'_>) -> Result<Builder, DraftError> {
    if let Some(manifest) = package.part(MANIFEST)? {
        let mut xml = Xml::new(&manifest, MANIFEST);
        while let Some(event) = xml.next()? {
            if matches!(&event, Event::Start(tag) if tag.local == "encryption-data") {
                return Err(DraftError::Encrypted);
            }
        }
    }
    let mut styles = Styles::default();
    if let Some(text) = package.part(STYLES)? {
        add_styles(Xml::new(&text, STYLES), &mut styles)?;
    }
    let text = package.required(TEXT)?;
    add_styles(Xml::new(&text, TEXT), &mut styles)?;
    let (notes, ended) = look_ahead(Xml::new(&text, TEXT), &styles)?;
    let mut reader = Reader::new(Builder::with_notes(notes), &styles);
    reader.ended = ended;
    let mut xml = Xml::new(&text, TEXT);
    let (mut inside, mut is_text) = (false, false);
    while let Some(event) = xml.next()? {
        match &event {
            Event::Start(tag) if tag.is(Space::Office, "text") => {
                inside = true;
                is_text = true;
            }
            Event::End(tag) if tag.is(Space::Office, "text") => inside = false,
            event if inside => reader.take(event),
            _ => {}
        }
    }
    if !is_text {
        return Err(DraftError::NotADocument("its content is no text"));
    }
    Ok(reader.finish())
}

fn add_styles(mut xml: Xml<'_>, styles: &mut Styles) -> Result<(), DraftError> {
    // The style that is open, and whether it is one of words within a paragraph.
    let mut open: Option<(bool, String, Style)> = None;
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(tag) if tag.is(Space::Style, "style") => {
                let family = tag.attribute("family").unwrap_or_default();
                let id = tag.attribute("name").unwrap_or_default();
                let style = Style {
                    name: tag.attribute("display-name").unwrap_or_else(|| id.clone()),
                    based_on: tag.attribute("parent-style-name"),
                    ..Style::default()
                };
                open = matches!(family.as_str(), "paragraph" | "text").then_some((
                    family == "text",
                    id,
                    style,
                ));
            }
            Event::Start(tag) if tag.is(Space::Style, "text-properties") => {
                if let Some((_, _, style)) = &mut open {
                    let display = tag.attribute("display");
                    style.hides = display.map(|it| it == "none");
                    style.raises = tag.attribute("text-position").map(|it| is_raised(&it));
                }
            }
            Event::End(tag) if tag.is(Space::Style, "style") => match open.take() {
                Some((true, id, style)) => styles.add_of_words(id, style),
                Some((false, id, style)) => styles.add(id, style),
                None => {}
            },
            _ => {}
        }
    }
    Ok(())
}

/// What must be known before a text is read: its footnotes and endnotes, by the byte at which each stands, and the names
/// of the comments that have an end, all others being about a place and not about words.
fn look_ahead(
    mut xml: Xml<'_>,
    styles: &Styles,
) -> Result<(HashMap<String, Note>, HashSet<String>), DraftError> {
    let (mut notes, mut ended) = (HashMap::new(), HashSet::new());
    let mut name = String::new();
    let mut open: Option<Reader<'_>> = None;
    while let Some(event) = xml.next()? {
        match &event {
            Event::Start(tag) if tag.is(Space::Office, "annotation-end") => {
                ended.extend(tag.attribute("name"));
            }
            Event::Start(tag) if tag.is(Space::Text, "note") => name = tag.at.start.to_string(),
            Event::Start(tag) if tag.is(Space::Text, "note-body") => {
                open = Some(Reader::new(Builder::default(), styles));
            }
            Event::End(tag) if tag.is(Space::Text, "note-body") => {
                if let Some(reader) = open.take() {
                    let words = reader.words.clone();
                    notes.insert(name.clone(), reader.finish().into_note(words));
                }
            }
            event => {
                if let Some(reader) = &mut open {
                    reader.take(event);
                }
            }
        }
    }
    Ok((notes, ended))
}

/// A comment that is being read.
struct Comment {
    name: Option<String>,
    words: String,
}

/// Takes the events of a text.
struct Reader<'a> {
    builder: Builder,
    styles: &'a Styles,
    words: String,
    /// Those of the paragraph, on their way to the builder.
    raised: Raised,
    /// The paragraphs that are open, each with its role and whether the one around it is held.
    open: Vec<(Role, bool)>,
    /// Of each paragraph and stretch of words that is open: whether it is set not to be shown.
    hides: Vec<bool>,
    /// And whether it is raised above the line.
    raises: Vec<bool>,
    skipping: usize,
    comment: Option<Comment>,
    in_changes: bool,
    /// Comments that have an end, of those that have not begun.
    ended: HashSet<String>,
    inserted: usize,
    deleted: usize,
    hidden: usize,
}

impl<'a> Reader<'a> {
    fn new(builder: Builder, styles: &'a Styles) -> Self {
        Self {
            builder,
            styles,
            words: String::new(),
            raised: Raised::default(),
            open: Vec::new(),
            hides: Vec::new(),
            raises: Vec::new(),
            skipping: 0,
            comment: None,
            in_changes: false,
            ended: HashSet::new(),
            inserted: 0,
            deleted: 0,
            hidden: 0,
        }
    }

    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(_) if self.skipping > 0 => self.skipping += 1,
            Event::End(_) if self.skipping > 0 => self.skipping -= 1,
            Event::Start(tag) if self.comment.is_some() => {
                // Who wrote it and when are no words of it.
                if tag.space == Space::Dublin || tag.local.ends_with("initials") {
                    self.skipping = 1;
                }
            }
            Event::Start(tag) if self.in_changes => {
                self.inserted += usize::from(tag.is(Space::Text, "insertion"));
                self.deleted += usize::from(tag.is(Space::Text, "deletion"));
            }
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text { .. } if self.skipping > 0 || self.in_changes => {}
            Event::Text { text, at } => {
                if let Some(comment) = &mut self.comment {
                    comment.words.push_str(text);
                } else if self.is_hidden() {
                    self.hidden += usize::from(!text.trim().is_empty());
                } else if !self.open.is_empty() {
                    self.words.push_str(text);
                    if self.raises.last() == Some(&true) {
                        self.raised.raise(text, at, &mut self.builder);
                    } else {
                        self.raised.put(text, at, &mut self.builder);
                    }
                }
            }
        }
    }

    fn is_hidden(&self) -> bool {
        self.hides.last().copied().unwrap_or_default()
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match (tag.space, tag.local) {
            (Space::Text, local) if PARAGRAPHS.contains(&local) => {
                self.settle();
                let inside = !self.open.is_empty() && self.builder.hold();
                let style = tag.attribute("style-name").unwrap_or_default();
                let role = if local == "h" {
                    Role::Heading
                } else {
                    self.styles.role(&style)
                };
                let hides = self.styles.hides(&style);
                self.hides.push(hides.unwrap_or_else(|| self.is_hidden()));
                self.raises.push(false);
                self.open.push((role, inside));
            }
            (Space::Text, "s" | "tab") => {
                self.words.push(' ');
                self.raised.space(&mut self.builder);
                self.builder.text(" ");
            }
            (Space::Text, "line-break") => {
                self.words.push(' ');
                self.raised.space(&mut self.builder);
                self.builder.line_break();
            }
            (Space::Text, "span") => {
                let style = tag.attribute("style-name").unwrap_or_default();
                let raises = self.styles.raises(&style);
                self.raises
                    .push(raises.unwrap_or_else(|| self.raises.last() == Some(&true)));
                let hides = self.styles.words_hide(&style);
                self.hides.push(hides.unwrap_or_else(|| self.is_hidden()));
            }
            (Space::Text, "a") => {
                let target = tag.attribute("href");
                if let Some(pin) = target.and_then(|it| Pin::of_link(&it)) {
                    self.builder.begin_link(pin);
                }
            }
            (Space::Text, "note") => {
                self.builder.note(&tag.at.start.to_string());
                self.skipping = 1;
            }
            (Space::Other, "table-row") => self.builder.begin_row(),
            (Space::Text, "tracked-changes") => self.in_changes = true,
            // What stands beside a word to say how it is read, or tells of a picture; and what is set not to be shown.
            (Space::Text, "ruby-text" | "script") | (Space::Other, "title" | "desc") => {
                self.skipping = 1;
            }
            (Space::Text, "hidden-text") => {
                self.hidden += 1;
                self.skipping = 1;
            }
            // From here on: what stands before it in its paragraph has been read.
            (Space::Text, "hidden-paragraph") if is_set_hidden(tag) => {
                self.hidden += 1;
                self.hides.fill(true);
            }
            (Space::Text, "section")
                if tag.attribute("display").as_deref() == Some("none") || is_set_hidden(tag) =>
            {
                self.hidden += 1;
                self.skipping = 1;
            }
            (Space::Office, "annotation") => {
                self.comment = Some(Comment {
                    name: tag.attribute("name"),
                    words: String::new(),
                });
            }
            (Space::Office, "annotation-end") => {
                if let Some(name) = tag.attribute("name") {
                    self.builder.end_comment(&name);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: &super::xml::End<'_>) {
        match (tag.space, tag.local) {
            (Space::Other, "table-row") => self.builder.end_row(),
            (Space::Text, "a") if self.comment.is_none() => self.builder.end_link(),
            (Space::Text, "tracked-changes") => self.in_changes = false,
            (Space::Office, "annotation") => {
                let Some(comment) = self.comment.take() else {
                    return;
                };
                match comment.name {
                    Some(name) if self.ended.remove(&name) => {
                        self.builder.begin_comment(&name, &comment.words);
                    }
                    _ => self.builder.pins_in(&comment.words),
                }
            }
            (Space::Text, "span") if self.comment.is_none() && !self.in_changes => {
                self.hides.pop();
                self.raises.pop();
            }
            (Space::Text, local) if PARAGRAPHS.contains(&local) => {
                if let Some(comment) = &mut self.comment {
                    comment.words.push(' ');
                } else if !self.in_changes {
                    self.end_paragraph();
                }
            }
            _ => {}
        }
    }

    /// What is raised at the end of a paragraph, or before one that stands inside of it, is a mark or is none.
    fn settle(&mut self) {
        self.raised.settle(&mut self.builder);
        self.raised = Raised::default();
    }

    fn end_paragraph(&mut self) {
        let Some((role, inside)) = self.open.pop() else {
            return;
        };
        self.hides.pop();
        self.raises.pop();
        self.settle();
        self.words.push(' ');
        let quotes = role == Role::Quotation;
        if quotes && !self.builder.in_block() {
            self.builder.begin_block();
        } else if !quotes && self.builder.in_block() {
            self.builder.end_block();
        }
        let text = self.builder.end_paragraph();
        if role == Role::Heading && self.builder.title.is_none() {
            self.builder.title = text;
        }
        if inside {
            self.builder.go_on();
        }
    }

    fn finish(mut self) -> Builder {
        self.builder
            .findings
            .extend(tracked(self.inserted, self.deleted));
        self.builder.findings.extend(hidden(self.hidden > 0));
        self.builder
    }
}

/// Whether a position is above the line: `super 58%`, `33% 58%`.
fn is_raised(position: &str) -> bool {
    let first = position.split_whitespace().next().unwrap_or_default();
    let percent = first
        .strip_suffix('%')
        .and_then(|it| it.parse::<f32>().ok());
    first == "super" || percent.is_some_and(|it| it > 0.0)
}

/// Whether a condition, when the document was saved, said that an element is not shown.
fn is_set_hidden(tag: &Tag<'_>) -> bool {
    tag.attribute("is-hidden").as_deref() == Some("true")
}
