//! What an office file still holds, though its pages do not show it: text that was deleted while changes were tracked,
//! comments, text that is set not to be shown, and hidden cells and sheets; and who is named as having written these.
//!
//! Looked through are `WordprocessingML` and `SpreadsheetML` (ECMA-376, .docx, .xlsx) and texts and spreadsheets of OpenDocument
//! (OASIS ODF 1.3, .odt, .ods), element by element as `quick-xml` reads them; elements are known by their names without
//! their prefixes, which mean nothing else in these formats. Not looked for: text in the colour of its page or under a
//! picture, hidden rows of a table in a text, what fields, macros, pivot tables and earlier versions hold, and files inside of the file.
//!
//! The bytes are hostile: how much is unpacked and how deep elements lie is capped, and nothing is kept of a part but
//! numbers and the names of styles and people.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read as _;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

use super::package::Format;
use super::package::NotRead;
use super::package::Package;

/// Bytes of all parts of a file unpacked, at most.
const LONGEST: u64 = 256 << 20;

/// How deep elements may lie in each other.
const DEEPEST: usize = 500;

/// Styles that a style may go back to.
const MOST_PARENTS: usize = 50;

/// The families of styles that matter, as a text calls them (ECMA-376 part 1, 17.18.83).
const PARAGRAPH: &str = "paragraph";
const RUN: &str = "character";
const TABLE: &str = "table";

/// Names of one file, and bytes of one, at most.
const MOST_NAMES: usize = 100;
const LONGEST_NAME: usize = 400;

/// What an office file holds and does not show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Pieces of text that were deleted, or moved away, and are kept as tracked changes.
    pub deletions: u64,
    /// Comments.
    pub comments: u64,
    /// Pieces of text that are set not to be shown.
    pub hidden: u64,
    /// Cells that hold something, in hidden rows and columns of a spreadsheet.
    pub cells: u64,
    /// Hidden sheets of a spreadsheet.
    pub sheets: u64,
    /// Who is named as having changed it or commented on it.
    pub names: BTreeSet<String>,
}

/// What keeps a text from the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Deleted,
    Comment,
    Hidden,
    Cell,
}

/// The elements of which it matters that something lies in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Element {
    Paragraph,
    Run,
    Table,
    /// The properties of a paragraph, of a run or of a table.
    Properties,
    Style,
    /// A comment in a thread, of which a spreadsheet keeps a copy among the others.
    Thread,
    /// What stands about a comment or a change: who made it, and when.
    About,
    #[default]
    Other,
}

/// An element that is open.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    element: Element,
    kept: Option<Kept>,
    /// The depth of the element from which on it is kept from the eye.
    since: usize,
    /// Whether what stands in it is text.
    is_text: bool,
    /// Whether what stands in it is the name of somebody.
    is_name: bool,
    /// Whether there was text that is kept from the eye since here.
    holds: bool,
}

/// A style.
#[derive(Debug, Default)]
struct Style {
    /// Whether it hides what is set in it, as far as it says so itself.
    hides: Option<bool>,
    /// The style that it goes back to.
    parent: Option<String>,
}

/// Looks through an office file. Nothing where the bytes are none.
pub fn look_in_office(bytes: &[u8]) -> Result<Option<Left>, NotRead> {
    let Some(mut package) = Package::open(bytes)? else {
        return Ok(None);
    };
    let mut look = Look::new(package.format);
    let mut room = LONGEST;
    for part in package.parts {
        let file = (package.archive.by_name(&part)).map_err(|_| NotRead::Damaged)?;
        let mut file = file.take(room);
        let read = look.part(BufReader::new(&mut file));
        room = file.limit();
        if room == 0 {
            return Err(NotRead::TooMuch);
        }
        read?;
    }
    let mut left = look.left;
    left.comments = left.comments.max(look.threads);
    Ok(Some(left))
}

/// What is known while the parts of a file go by.
struct Look {
    format: Format,
    left: Left,
    threads: u64,
    styles: HashMap<String, Style>,
    /// The styles of what names none, by their families.
    defaults: HashMap<String, String>,
    /// The style that is being described.
    style: Option<String>,
    /// The element that is being read, and those around it.
    here: Open,
    around: Vec<Open>,
    /// Hidden columns of the sheet, each from and to, in their order.
    columns: Vec<(u64, u64)>,
    /// The column of the next cell, from 1.
    column: u64,
    row_is_hidden: bool,
}

/// The value of an attribute, by its name without its prefix.
fn attribute(tag: &BytesStart<'_>, local: &str) -> Option<String> {
    let mut all = tag.attributes().flatten();
    let found = all.find(|it| it.key.local_name().as_ref() == local)?;
    let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

/// Whether a property is switched on, which it is by being there (ECMA-376 part 1, 17.17.4).
fn is_on(value: Option<&str>) -> bool {
    !matches!(value, Some("0" | "false" | "off"))
}

/// Whether an attribute says yes.
fn says_yes(tag: &BytesStart<'_>, local: &str) -> bool {
    attribute(tag, local).is_some_and(|value| is_on(Some(&value)))
}

/// A number in an attribute that is 1 where it is not there.
fn repeated(tag: &BytesStart<'_>, local: &str) -> u64 {
    attribute(tag, local)
        .and_then(|value| value.parse().ok())
        .unwrap_or(1)
}

/// The key of a style of Word, whose names are told apart whatever family they are of; that of a family is its own name.
fn style_of_word(id: &str) -> String {
    format!("style {id}")
}

/// Whether a width or a height is given as nothing.
fn is_nothing(tag: &BytesStart<'_>, local: &str) -> bool {
    let size: Option<f64> = attribute(tag, local).and_then(|value| value.parse().ok());
    size.is_some_and(|size| size <= 0.0)
}

/// Whether a row or a column is hidden.
fn is_collapsed(tag: &BytesStart<'_>) -> bool {
    let visibility = attribute(tag, "visibility");
    matches!(visibility.as_deref(), Some("collapse" | "filter"))
}

/// The column of a cell such as `AB12`, from 1.
fn column_of(cell: &str) -> Option<u64> {
    let letters = cell.bytes().take(4).take_while(u8::is_ascii_uppercase);
    let column = letters.fold(0, |so_far, letter| {
        so_far * 26 + u64::from(letter - b'A') + 1
    });
    (column > 0).then_some(column)
}

impl Look {
    fn new(format: Format) -> Self {
        Self {
            format,
            left: Left::default(),
            threads: 0,
            styles: HashMap::new(),
            defaults: HashMap::new(),
            style: None,
            here: Open::default(),
            around: Vec::new(),
            columns: Vec::new(),
            column: 1,
            row_is_hidden: false,
        }
    }

    fn part(&mut self, part: impl BufRead) -> Result<(), NotRead> {
        self.here = Open::default();
        self.around.clear();
        self.columns.clear();
        self.style = None;
        let mut reader = Reader::from_reader(part);
        reader.config_mut().expand_empty_elements = true;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(_)) if self.around.len() >= DEEPEST => {
                    return Err(NotRead::TooMuch);
                }
                Ok(Event::Start(tag)) => self.begin(&tag),
                Ok(Event::End(_)) => self.end(),
                Ok(Event::Text(text)) => self.text(&text),
                Ok(Event::CData(text)) => self.text(&text),
                // Some character that is written by its number or name.
                Ok(Event::GeneralRef(_)) => self.text("&"),
                Ok(Event::Eof) if self.around.is_empty() => return Ok(()),
                Ok(Event::Eof) | Err(_) => return Err(NotRead::Damaged),
                Ok(_) => {}
            }
        }
    }

    fn begin(&mut self, tag: &BytesStart<'_>) {
        let around = self.here;
        self.around.push(around);
        self.here = Open {
            kept: around.kept,
            since: around.since,
            ..Open::default()
        };
        let local = tag.local_name();
        match self.format {
            Format::Word => self.begin_word(tag, local.as_ref(), around),
            Format::Sheet => self.begin_sheet(tag, local.as_ref(), around),
            Format::Open => self.begin_open(tag, local.as_ref(), around),
        }
    }

    /// What stands from here on in this element is kept from the eye.
    fn keep(&mut self, kept: Kept) {
        self.here.kept = Some(kept);
        self.here.since = self.around.len();
    }

    fn name(&mut self, name: &str) {
        let name = name.trim();
        if !name.is_empty() && name.len() <= LONGEST_NAME && self.left.names.len() < MOST_NAMES {
            self.left.names.insert(name.to_owned());
        }
    }

    /// Whether a style hides what is set in it, as far as it or what it goes back to says.
    fn says(&self, style: &str) -> Option<bool> {
        let mut style = style;
        for _ in 0..MOST_PARENTS {
            match self.styles.get(style)? {
                Style {
                    hides: Some(hides), ..
                } => return Some(*hides),
                Style { parent, .. } => style = parent.as_ref()?,
            }
        }
        None
    }

    /// Whether a style hides what is set in it; where it says nothing, what holds for all of its family does.
    fn hides(&self, family: &str, style: &str) -> bool {
        let own = self.says(&format!("{family} {style}"));
        own.or_else(|| self.says(family)).unwrap_or(false)
    }

    /// Hides what begins here where that holds for what names no style.
    fn begin_unstyled(&mut self, family: &str) {
        let by_default = self.defaults.get(family);
        let own = by_default.and_then(|style| self.says(style));
        self.hide_where(own.or_else(|| self.says(family)).unwrap_or(false));
    }

    /// Hides or shows, by its style, what began here as if it had none.
    fn set_style(&mut self, family: &str, style: &str) {
        if let Some(hides) = self.says(&style_of_word(style)) {
            self.set_hidden(hides);
        } else if let Some(of) = (self.around.len().checked_sub(2))
            && let hides = self.says(family).unwrap_or(false)
            && let Some(open) = self.around.get_mut(of)
            && open.kept == Some(Kept::Hidden)
            && open.since == of
            && !hides
        {
            open.kept = None;
        }
    }

    fn begin_word(&mut self, tag: &BytesStart<'_>, local: &str, around: Open) {
        let value = || attribute(tag, "val");
        match local {
            "p" => {
                self.here.element = Element::Paragraph;
                self.begin_unstyled(PARAGRAPH);
            }
            "r" => {
                self.here.element = Element::Run;
                self.begin_unstyled(RUN);
            }
            "tbl" => {
                self.here.element = Element::Table;
                self.begin_unstyled(TABLE);
            }
            "pPr" if around.element == Element::Paragraph => {
                self.here.element = Element::Properties;
            }
            "rPr" if around.element == Element::Run => self.here.element = Element::Properties,
            "tblPr" if around.element == Element::Table => {
                self.here.element = Element::Properties;
            }
            "t" => self.here.is_text = true,
            "delText" => {
                self.here.is_text = true;
                if around.kept.is_none() {
                    self.keep(Kept::Deleted);
                }
            }
            "del" | "moveFrom" => self.keep(Kept::Deleted),
            "comment" => self.keep(Kept::Comment),
            "style" => {
                self.here.element = Element::Style;
                let family = attribute(tag, "type").unwrap_or_else(|| PARAGRAPH.to_owned());
                let id = attribute(tag, "styleId").unwrap_or_default();
                let id = style_of_word(&id);
                self.styles.insert(id.clone(), Style::default());
                if says_yes(tag, "default") {
                    self.defaults.insert(family, id.clone());
                }
                self.style = Some(id);
            }
            // What holds for all text is said as of paragraphs: a run or a table says what it says beside that.
            "rPrDefault" => {
                self.here.element = Element::Style;
                self.styles.insert(PARAGRAPH.to_owned(), Style::default());
                self.style = Some(PARAGRAPH.to_owned());
            }
            "basedOn" => self.describe(|style| style.parent = value().map(|id| style_of_word(&id))),
            "vanish" if self.style.is_some() => {
                let on = is_on(value().as_deref());
                self.describe(|style| style.hides = Some(on));
            }
            "vanish" if around.element == Element::Properties => {
                self.set_hidden(is_on(value().as_deref()));
            }
            "pStyle" | "rStyle" | "tblStyle" if around.element == Element::Properties => {
                let family = match local {
                    "pStyle" => PARAGRAPH,
                    "rStyle" => RUN,
                    _ => TABLE,
                };
                self.set_style(family, &value().unwrap_or_default());
            }
            _ => {}
        }
        if matches!(local, "ins" | "del" | "moveFrom" | "moveTo" | "comment")
            || local.ends_with("Change")
        {
            self.name(&attribute(tag, "author").unwrap_or_default());
        }
    }

    fn describe(&mut self, with: impl FnOnce(&mut Style)) {
        if let Some(style) = self.style.as_ref().and_then(|id| self.styles.get_mut(id)) {
            with(style);
        }
    }

    /// Hides or shows the run or the paragraph whose properties are being read.
    fn set_hidden(&mut self, hidden: bool) {
        let since = self.around.len().saturating_sub(2);
        let Some(of) = self.around.get_mut(since) else {
            return;
        };
        match (hidden, of.kept) {
            (true, None) => (of.kept, of.since) = (Some(Kept::Hidden), since),
            (false, Some(Kept::Hidden)) => of.kept = None,
            _ => {}
        }
    }

    fn begin_sheet(&mut self, tag: &BytesStart<'_>, local: &str, around: Open) {
        match local {
            "comment" => self.keep(Kept::Comment),
            "threadedComment" => {
                self.keep(Kept::Comment);
                self.here.element = Element::Thread;
            }
            "text" => self.here.is_text = around.element == Element::Thread,
            "t" | "v" | "f" => self.here.is_text = true,
            "author" => self.here.is_name = true,
            "person" => self.name(&attribute(tag, "displayName").unwrap_or_default()),
            "sheet" => {
                let state = attribute(tag, "state");
                let is_hidden = matches!(state.as_deref(), Some("hidden" | "veryHidden"));
                self.left.sheets += u64::from(is_hidden);
            }
            "col" if says_yes(tag, "hidden") || is_nothing(tag, "width") => {
                self.columns
                    .push((repeated(tag, "min"), repeated(tag, "max")));
            }
            "sheetData" => self.columns.sort_unstable(),
            "row" => {
                self.row_is_hidden = says_yes(tag, "hidden") || is_nothing(tag, "ht");
                self.column = 1;
            }
            "c" => {
                let stated = attribute(tag, "r").and_then(|cell| column_of(&cell));
                self.column = stated.unwrap_or(self.column);
                self.cell(1);
            }
            _ => {}
        }
    }

    /// A cell, or so many that are alike.
    fn cell(&mut self, alike: u64) {
        let before = self
            .columns
            .partition_point(|(from, _)| *from <= self.column);
        let column = before.checked_sub(1).and_then(|at| self.columns.get(at));
        let is_hidden = column.is_some_and(|(_, to)| self.column <= *to);
        if (is_hidden || self.row_is_hidden) && self.here.kept.is_none() {
            self.keep(Kept::Cell);
        }
        self.column = self.column.saturating_add(alike);
    }

    fn begin_open(&mut self, tag: &BytesStart<'_>, local: &str, around: Open) {
        let set_in = || attribute(tag, "style-name").unwrap_or_default();
        // Whatever stands in a paragraph is text.
        self.here.is_text = around.is_text;
        match local {
            "style" => {
                let family = attribute(tag, "family").unwrap_or_default();
                let named = |local| attribute(tag, local).map(|name| format!("{family} {name}"));
                let style = named("name").unwrap_or_default();
                self.styles.insert(
                    style.clone(),
                    Style {
                        hides: None,
                        parent: named("parent-style-name"),
                    },
                );
                self.style = Some(style);
                self.here.element = Element::Style;
            }
            "default-style" => {
                let family = attribute(tag, "family").unwrap_or_default();
                self.styles.insert(family.clone(), Style::default());
                self.style = Some(family);
                self.here.element = Element::Style;
            }
            "text-properties" | "table-properties" => {
                let display = attribute(tag, "display");
                let hides = display.map(|it| matches!(it.as_str(), "none" | "false"));
                self.describe(|style| style.hides = hides.or(style.hides));
            }
            "deletion" | "previous" => self.keep(Kept::Deleted),
            "change-info" | "annotation" => {
                self.keep(Kept::Comment);
                (self.here.element, self.here.is_text) = (Element::About, false);
            }
            "creator" if around.element == Element::About => self.here.is_name = true,
            "p" | "h" => {
                self.here.is_text = true;
                self.hide_where(self.hides("paragraph", &set_in()));
            }
            "span" => self.hide_where(self.hides("text", &set_in())),
            "section" => {
                let display = attribute(tag, "display");
                let hides = display.as_deref() == Some("none") || says_yes(tag, "is-hidden");
                self.hide_where(hides);
            }
            "hidden-text" | "hidden-paragraph" if says_yes(tag, "is-hidden") => {
                self.left.hidden += 1;
            }
            "table" => {
                self.columns.clear();
                self.column = 1;
                self.left.sheets += u64::from(self.hides("table", &set_in()));
            }
            "table-column" => {
                let to = (self.column).saturating_add(repeated(tag, "number-columns-repeated"));
                if is_collapsed(tag) {
                    self.columns.push((self.column, to.saturating_sub(1)));
                }
                self.column = to;
            }
            "table-row" => {
                self.row_is_hidden = is_collapsed(tag);
                self.column = 1;
            }
            "table-cell" | "covered-table-cell" => {
                self.cell(repeated(tag, "number-columns-repeated"));
            }
            _ => {}
        }
    }

    fn hide_where(&mut self, hides: bool) {
        if hides && self.here.kept.is_none() {
            self.keep(Kept::Hidden);
        }
    }

    fn text(&mut self, text: &str) {
        if self.here.is_name {
            self.name(text);
        }
        if !self.here.is_text || self.here.kept.is_none() || text.trim().is_empty() {
            return;
        }
        match self.around.get_mut(self.here.since) {
            Some(since) => since.holds = true,
            None => self.here.holds = true,
        }
    }

    fn end(&mut self) {
        let ended = self.here;
        self.here = self.around.pop().unwrap_or_default();
        if ended.element == Element::Style {
            self.style = None;
        }
        if !ended.holds {
            return;
        }
        match ended.kept {
            Some(Kept::Comment) if ended.element == Element::Thread => self.threads += 1,
            Some(Kept::Comment) => self.left.comments += 1,
            Some(Kept::Deleted) => self.left.deletions += 1,
            Some(Kept::Hidden) => self.left.hidden += 1,
            Some(Kept::Cell) => self.left.cells += 1,
            None => {}
        }
    }
}
