//! Reads the text of a .docx (ECMA-376 part 1, clause 17: WordprocessingML).

use std::collections::HashMap;
use std::collections::HashSet;

use crate::cite::Pin;
use crate::cite::builder::Builder;
use crate::cite::notes::Note;
use crate::record::Finding;

use super::DraftError;
use super::comments::AUTHOR;
use super::hidden;
use super::package::Package;
use super::raised::Raised;
use super::relations::Relations;
use super::styles::Role;
use super::styles::Style;
use super::styles::Styles;
use super::tracked;
use super::xml::Event;
use super::xml::Space;
use super::xml::Tag;
use super::xml::Xml;

pub(super) fn read(package: &mut Package<'_>) -> Result<Builder, DraftError> {
    let main = package.main_part()?;
    let relations = Relations::of(package, &main)?;
    let part = |package: &mut Package<'_>, kind: &str| match relations.first(kind) {
        Some(name) => Ok(package.part(&name)?.map(|text| (name, text))),
        None => Ok(None),
    };
    let styles = match part(package, "styles")? {
        Some((name, text)) => styles(Xml::new(&text, &name))?,
        None => Styles::default(),
    };
    let around = Around {
        styles,
        links: &relations,
        comments: match part(package, "comments")? {
            Some((name, text)) => comments(Xml::new(&text, &name))?,
            None => HashMap::new(),
        },
    };
    let mut notes = HashMap::new();
    for kind in ["footnotes", "endnotes"] {
        if let Some((name, text)) = part(package, kind)? {
            read_notes(Xml::new(&text, &name), &around, &mut notes)?;
        }
    }
    let text = package.required(&main)?;
    let mut reader = Reader::new(Builder::with_notes(notes), &around);
    let mut xml = Xml::new(&text, &main);
    let mut is_word = false;
    while let Some(event) = xml.next()? {
        is_word |= matches!(&event, Event::Start(tag) if tag.is(Space::Word, "body"));
        reader.take(&event);
    }
    if !is_word {
        return Err(DraftError::NotADocument("its main part is no text"));
    }
    Ok(reader.finish())
}

fn styles(mut xml: Xml<'_>) -> Result<Styles, DraftError> {
    let mut styles = Styles::default();
    let mut open: Option<(String, Style)> = None;
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(tag) if tag.is(Space::Word, "style") => {
                let id = tag.attribute("styleId").unwrap_or_default();
                open = Some((id, Style::default()));
            }
            Event::Start(tag) if tag.space == Space::Word => {
                let value = || tag.attribute("val").unwrap_or_default();
                match (&mut open, tag.local) {
                    (Some(style), "name") => style.1.name = value(),
                    (Some(style), "basedOn") => style.1.based_on = Some(value()),
                    (Some(style), "vertAlign") => style.1.raises = Some(value() == "superscript"),
                    _ => {}
                }
            }
            Event::End(tag) if tag.is(Space::Word, "style") => {
                if let Some((id, style)) = open.take() {
                    styles.add(id, style);
                }
            }
            _ => {}
        }
    }
    Ok(styles)
}

/// The words of each comment. Those that this program wrote are left out: they name items, but are no pins.
fn comments(mut xml: Xml<'_>) -> Result<HashMap<String, String>, DraftError> {
    let mut comments = HashMap::new();
    let mut open: Option<(String, String)> = None;
    let mut in_text = false;
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(tag) if tag.is(Space::Word, "comment") => {
                let id = tag.attribute("id").unwrap_or_default();
                let own = tag.attribute("author").as_deref() == Some(AUTHOR);
                open = (!own).then(|| (id, String::new()));
            }
            Event::End(tag) if tag.is(Space::Word, "comment") => {
                comments.extend(open.take());
            }
            Event::Start(tag) if tag.is(Space::Word, "t") => in_text = true,
            Event::End(tag) if tag.is(Space::Word, "t") => in_text = false,
            Event::End(tag) if tag.is(Space::Word, "p") => {
                if let Some((_, words)) = &mut open {
                    words.push(' ');
                }
            }
            Event::Text { text, .. } if in_text => {
                if let Some((_, words)) = &mut open {
                    words.push_str(&text);
                }
            }
            _ => {}
        }
    }
    Ok(comments)
}

/// Reads footnotes or endnotes; their names are those of [`note_name`].
fn read_notes(
    mut xml: Xml<'_>,
    around: &Around<'_>,
    notes: &mut HashMap<String, Note>,
) -> Result<(), DraftError> {
    let mut open: Option<(String, Reader<'_>)> = None;
    while let Some(event) = xml.next()? {
        match &event {
            Event::Start(tag)
                if tag.is(Space::Word, "footnote") || tag.is(Space::Word, "endnote") =>
            {
                // Rules that part notes from the text are stored as notes of a type (17.11.17).
                let is_note = tag.attribute("type").is_none_or(|kind| kind == "normal");
                let id = tag.attribute("id").unwrap_or_default();
                open = is_note.then(|| {
                    let name = note_name(tag.local, &id);
                    (name, Reader::new(Builder::default(), around))
                });
            }
            Event::End(tag)
                if tag.is(Space::Word, "footnote") || tag.is(Space::Word, "endnote") =>
            {
                if let Some((name, reader)) = open.take() {
                    let words = reader.words.clone();
                    notes.insert(name, reader.finish().into_note(words));
                }
            }
            event => {
                if let Some((_, reader)) = &mut open {
                    reader.take(event);
                }
            }
        }
    }
    Ok(())
}

fn note_name(kind: &str, id: &str) -> String {
    format!("{kind} {id}")
}

/// What the text refers to.
struct Around<'a> {
    styles: Styles,
    links: &'a Relations,
    comments: HashMap<String, String>,
}

/// The state of a paragraph that is being read.
#[derive(Default)]
struct Open {
    role: Role,
    /// Its mark is deleted: with the deletion accepted, the next paragraph goes on with it.
    runs_on: bool,
    /// Whether the paragraph around it is held.
    inside: bool,
    /// Of a run that is open: how its text is shown.
    run: Option<Shown>,
    /// Whether its text is raised above the line.
    raised: bool,
}

/// How the text of a run is shown.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    Plain,
    /// Not at all.
    Hidden,
    /// Struck out: it is no longer said.
    Struck,
}

/// Takes the events of a text.
struct Reader<'a> {
    builder: Builder,
    around: &'a Around<'a>,
    /// All words, as they stand.
    words: String,
    /// Those of the paragraph, on their way to the builder.
    raised: Raised,
    open: Vec<Open>,
    /// How deep in an element that does not count.
    skipping: usize,
    in_text: bool,
    in_instruction: bool,
    /// How deep in properties, which may hold elements that mean something else in a text.
    in_properties: usize,
    ranged: HashSet<String>,
    inserted: usize,
    deleted: usize,
    hidden: usize,
    unread: usize,
}

impl<'a> Reader<'a> {
    fn new(builder: Builder, around: &'a Around<'a>) -> Self {
        Self {
            builder,
            around,
            words: String::new(),
            raised: Raised::default(),
            open: Vec::new(),
            skipping: 0,
            in_text: false,
            in_instruction: false,
            in_properties: 0,
            ranged: HashSet::new(),
            inserted: 0,
            deleted: 0,
            hidden: 0,
            unread: 0,
        }
    }

    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(_) if self.skipping > 0 => self.skipping += 1,
            Event::End(_) if self.skipping > 0 => self.skipping -= 1,
            Event::Start(tag) => self.start(tag),
            Event::End(tag) if tag.space == Space::Word => self.end(tag.local),
            Event::Text { text, at } if self.skipping == 0 => {
                if self.in_instruction {
                    self.instruction(text);
                } else if self.in_text {
                    match self.open.last().and_then(|it| it.run).unwrap_or_default() {
                        Shown::Hidden => self.hidden += 1,
                        Shown::Struck => self.deleted += 1,
                        Shown::Plain => {
                            self.words.push_str(text);
                            if self.open.last().is_some_and(|it| it.raised) {
                                self.raised.raise(text, at, &mut self.builder);
                            } else {
                                self.raised.put(text, at, &mut self.builder);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        if tag.space != Space::Word {
            // The same once more, for programs that do not know the first (ECMA-376 part 3).
            if tag.is(Space::Compatibility, "Fallback") {
                self.skipping = 1;
            }
            return;
        }
        if self.in_properties > 0 {
            self.property(tag);
            return;
        }
        let in_run = self.open.last().is_some_and(|it| it.run.is_some());
        match tag.local {
            "tr" => self.builder.begin_row(),
            "p" => {
                self.settle();
                let inside = !self.open.is_empty() && self.builder.hold();
                self.open.push(Open {
                    inside,
                    ..Open::default()
                });
            }
            "r" => self.run(true),
            "t" => self.in_text = in_run,
            "instrText" => self.in_instruction = true,
            "tab" | "ptab" if in_run => {
                self.words.push(' ');
                self.raised.space(&mut self.builder);
                self.builder.text(" ");
            }
            "br" | "cr" if in_run => {
                self.words.push(' ');
                self.raised.space(&mut self.builder);
                self.builder.line_break();
            }
            "noBreakHyphen" if in_run => {
                self.words.push('\u{2011}');
                self.raised.put("\u{2011}", &(0..0), &mut self.builder);
            }
            "ins" | "moveTo" => self.inserted += 1,
            "del" | "moveFrom" => {
                self.deleted += 1;
                self.skipping = 1;
            }
            // What stands beside a word to say how it is read (17.3.3.24).
            "rt" => self.skipping = 1,
            "altChunk" | "subDoc" => self.unread += 1,
            "hyperlink" => {
                let link = tag.attribute("id");
                let link = link.and_then(|id| self.around.links.link(&id).map(str::to_owned));
                let anchor = tag.attribute("anchor").map(|it| format!("#{it}"));
                if let Some(pin) = link.or(anchor).and_then(|it| Pin::of_link(&it)) {
                    self.builder.begin_link(pin);
                }
            }
            "footnoteReference" | "endnoteReference" => {
                let kind = tag.local.trim_end_matches("Reference");
                let id = tag.attribute("id").unwrap_or_default();
                self.builder.note(&note_name(kind, &id));
            }
            "commentRangeStart" | "commentRangeEnd" | "commentReference" => self.comment(tag),
            local if is_properties(local) => self.in_properties = 1,
            _ => {}
        }
    }

    /// An element within properties.
    fn property(&mut self, tag: &Tag<'_>) {
        // How it was before a change that is kept track of.
        if tag.local.ends_with("Change") {
            self.skipping = 1;
            return;
        }
        self.in_properties += usize::from(is_properties(tag.local));
        let is_on =
            |tag: &Tag<'_>| !matches!(tag.attribute("val").as_deref(), Some("0" | "false" | "off"));
        let Some(open) = self.open.last_mut() else {
            return;
        };
        match tag.local {
            "pStyle" => {
                open.role = self
                    .around
                    .styles
                    .role(&tag.attribute("val").unwrap_or_default());
            }
            "outlineLvl" if tag.attribute("val").is_some_and(|it| it != "9") => {
                open.role = Role::Heading;
            }
            "del" => {
                open.runs_on = true;
                self.deleted += 1;
            }
            "rStyle" if open.run.is_some() => {
                let style = tag.attribute("val").unwrap_or_default();
                open.raised = self.around.styles.raises(&style) == Some(true);
            }
            "vertAlign" if open.run.is_some() => {
                open.raised = tag.attribute("val").as_deref() == Some("superscript");
            }
            "vanish" | "strike" | "dstrike" if open.run.is_some() && is_on(tag) => {
                let hides = tag.local == "vanish" || open.run == Some(Shown::Hidden);
                open.run = Some(if hides { Shown::Hidden } else { Shown::Struck });
            }
            _ => {}
        }
    }

    fn end(&mut self, local: &str) {
        if self.in_properties > 0 {
            self.in_properties -= usize::from(is_properties(local));
            return;
        }
        match local {
            "p" => self.end_paragraph(),
            "tr" => self.builder.end_row(),
            "hyperlink" => self.builder.end_link(),
            "r" => self.run(false),
            "t" => self.in_text = false,
            "instrText" => self.in_instruction = false,
            _ => {}
        }
    }

    /// What is raised at the end of a paragraph, or before one that stands inside of it, is a mark or is none.
    fn settle(&mut self) {
        self.raised.settle(&mut self.builder);
        self.raised = Raised::default();
    }

    fn run(&mut self, begins: bool) {
        if let Some(open) = self.open.last_mut() {
            open.raised = false;
            open.run = begins.then_some(Shown::Plain);
        }
    }

    fn end_paragraph(&mut self) {
        self.settle();
        let Some(open) = self.open.pop() else {
            return;
        };
        self.words.push(' ');
        if open.runs_on && !open.inside {
            return;
        }
        let quotes = open.role == Role::Quotation;
        if quotes && !self.builder.in_block() {
            self.builder.begin_block();
        } else if !quotes && self.builder.in_block() {
            self.builder.end_block();
        }
        let text = self.builder.end_paragraph();
        if open.role == Role::Heading && self.builder.title.is_none() {
            self.builder.title = text;
        }
        if open.inside {
            self.builder.go_on();
        }
    }

    fn comment(&mut self, tag: &Tag<'_>) {
        let id = tag.attribute("id").unwrap_or_default();
        let Some(words) = self.around.comments.get(&id) else {
            return;
        };
        match tag.local {
            "commentRangeStart" => {
                self.builder.begin_comment(&id, words);
                self.ranged.insert(id);
            }
            "commentRangeEnd" => {
                self.builder.end_comment(&id);
            }
            // The place of a comment without a range, and the end of one whose end is missing.
            _ => {
                if !self.builder.end_comment(&id) && self.ranged.insert(id) {
                    self.builder.pins_in(words);
                }
            }
        }
    }

    /// The instruction of a field: a link may be written as one (17.16.5.25).
    fn instruction(&mut self, text: &str) {
        let target = text.trim().strip_prefix("HYPERLINK").map(str::trim);
        let target = target.and_then(|it| it.strip_prefix('"')?.split('"').next());
        if let Some(pin) = target.and_then(Pin::of_link) {
            self.builder.pin(pin);
        }
    }

    fn finish(mut self) -> Builder {
        let mut findings = Vec::new();
        findings.extend(tracked(self.inserted, self.deleted));
        findings.extend(hidden(self.hidden > 0));
        if self.unread > 0 {
            findings.push(Finding::new(
                "draft.part-not-read",
                "draft",
                "the draft takes in other files, which were not read; quotations in them were not checked",
            ));
        }
        self.builder.findings.extend(findings);
        self.builder
    }
}

/// Whether an element holds properties: of a paragraph, a run, a table and so on.
fn is_properties(local: &str) -> bool {
    matches!(
        local,
        "pPr" | "rPr" | "tblPr" | "trPr" | "tcPr" | "sectPr" | "sdtPr" | "sdtEndPr" | "tblPrEx"
    )
}
