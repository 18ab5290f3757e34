//! Writes comments into a .docx: at the words that they are about, with everything else left as it is.
//!
//! A comment has three marks in the text (ECMA-376 part 1, 17.13.4): where its words begin, where they end, and the run that
//! refers to it. Marks stand between runs, so a run in which words begin or end is split in two of the same properties. No
//! part but the text, the comments and, for the first comment, the lists of parts changes a byte.

use std::fmt::Write as _;
use std::ops::Range;

use crate::cite::Draft;
use crate::cite::Paragraph;
use crate::cite::Place;

use super::DraftError;
use super::open;
use super::package::Kind;
use super::package::Package;
use super::plain;
use super::relations::Relations;
use super::xml::Event;
use super::xml::Space;
use super::xml::Xml;
use super::xml::escaped;

/// Under what name comments are written; comments of that name are no pins.
pub(super) const AUTHOR: &str = "fonds";

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const STRICT: &str = "http://purl.oclc.org/ooxml/wordprocessingml/main";
const TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const COMMENTS: &str =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments";
const COMMENTS_STRICT: &str = "http://purl.oclc.org/ooxml/officeDocument/relationships/comments";
const COMMENTS_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml";
const CONTENT_TYPES: &str = "[Content_Types].xml";

/// A remark about words of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The words.
    pub place: Place,
    /// What is said of them, a paragraph each.
    pub lines: Vec<String>,
}

/// A draft with comments in it, as the bytes of a .docx. `bytes` are those that the draft was read from, and `time` is when
/// the comments were made, RFC 3339.
///
/// A draft that is a .docx is given back as it is, with the comments added; of one that is plain text, Markdown or HTML a
/// .docx is made.
///
/// # Errors
///
/// [`DraftError::NoComments`] for an .odt; others where the bytes are not those of the draft.
pub fn with_comments(
    bytes: &[u8],
    draft: &Draft,
    comments: &[Comment],
    time: Option<&str>,
) -> Result<Vec<u8>, DraftError> {
    if !super::is_package(bytes) {
        let (bytes, paragraphs) = plain::document(&draft.paragraphs)?;
        return added(&mut open(&bytes)?, &paragraphs, comments, time);
    }
    let mut package = open(bytes)?;
    match package.kind()? {
        Kind::Word => added(&mut package, &draft.paragraphs, comments, time),
        Kind::OpenDocument => Err(DraftError::NoComments),
    }
}

fn added(
    package: &mut Package<'_>,
    paragraphs: &[Paragraph],
    comments: &[Comment],
    time: Option<&str>,
) -> Result<Vec<u8>, DraftError> {
    let main = package.main_part()?;
    let text = package.required(&main)?;
    let relations = Relations::of(package, &main)?;
    let space = if text.contains(STRICT) { STRICT } else { WORD };
    let part = relations.first("comments");
    let existing = match &part {
        Some(name) => Some(package.required(name)?),
        None => None,
    };
    let first = 1 + largest(&text, &main)?.max(match (&part, &existing) {
        (Some(name), Some(text)) => largest(text, name)?,
        _ => 0,
    });
    let mut points = Vec::new();
    let mut written = String::new();
    for (id, comment) in (first..).zip(comments) {
        let words = stood(&text, paragraphs, comment.place).ok_or_else(|| moved(&main))?;
        points.push(Point::new(words.start, id, false));
        points.push(Point::new(words.end, id, true));
        comment_element(&mut written, comment, id, space, time);
    }
    let mut changed = vec![(main.clone(), marked(&text, &main, points, space)?)];
    let name = part.unwrap_or_else(|| beside(package, &main));
    if let Some(existing) = existing {
        changed.push((name.clone(), appended(&existing, &name, &written)?));
    } else {
        let whole = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:comments xmlns:w=\"{space}\">{written}</w:comments>"
        );
        changed.push((name.clone(), whole));
        announce(package, &relations, &main, &name, space, &mut changed)?;
    }
    package.with(&changed)
}

/// Names a new part in the lists of parts.
fn announce(
    package: &mut Package<'_>,
    relations: &Relations,
    main: &str,
    name: &str,
    space: &str,
    changed: &mut Vec<(String, String)>,
) -> Result<(), DraftError> {
    let types = package.required(CONTENT_TYPES)?;
    let entry = format!(
        "<Override xmlns=\"{TYPES}\" PartName=\"/{}\" ContentType=\"{COMMENTS_TYPE}\"/>",
        escaped(name)
    );
    changed.push((
        CONTENT_TYPES.to_owned(),
        appended(&types, CONTENT_TYPES, &entry)?,
    ));
    let kind = if space == STRICT {
        COMMENTS_STRICT
    } else {
        COMMENTS
    };
    let entry = format!(
        "<Relationship xmlns=\"{RELATIONS}\" Id=\"{}\" Type=\"{kind}\" Target=\"/{}\"/>",
        relations.fresh(),
        escaped(name)
    );
    let list = Relations::name_of(main);
    let text = match package.part(&list)? {
        Some(text) => appended(&text, &list, &entry)?,
        None => format!("<Relationships xmlns=\"{RELATIONS}\">{entry}</Relationships>"),
    };
    changed.push((list, text));
    Ok(())
}

/// A name for the part of the comments, in the folder of the text.
fn beside(package: &Package<'_>, main: &str) -> String {
    let folder = main
        .rsplit_once('/')
        .map_or_else(String::new, |it| format!("{}/", it.0));
    let plain = format!("{folder}comments.xml");
    if package.has(&plain) {
        format!("{folder}comments-fonds.xml")
    } else {
        plain
    }
}

/// The largest number of a comment that a part names.
fn largest(text: &str, part: &str) -> Result<u32, DraftError> {
    let mut largest = 0;
    let mut xml = Xml::new(text, part);
    while let Some(event) = xml.next()? {
        if let Event::Start(tag) = event
            && tag.space == Space::Word
            && tag.local.starts_with("comment")
            && let Some(id) = tag.attribute("id").and_then(|it| it.parse().ok())
            && id < u32::MAX / 2
        {
            largest = largest.max(id);
        }
    }
    Ok(largest)
}

fn comment_element(
    written: &mut String,
    comment: &Comment,
    id: u32,
    space: &str,
    time: Option<&str>,
) {
    let date = time.map_or_else(String::new, |it| format!(" w:date=\"{}\"", escaped(it)));
    let _ = write!(
        written,
        "<w:comment xmlns:w=\"{space}\" w:id=\"{id}\" w:author=\"{AUTHOR}\"{date} w:initials=\"f\">"
    );
    for line in &comment.lines {
        let _ = write!(
            written,
            "<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>",
            escaped(line)
        );
    }
    written.push_str("</w:comment>");
}

/// A part with more at the end of its outermost element.
fn appended(text: &str, part: &str, more: &str) -> Result<String, DraftError> {
    let mut xml = Xml::new(text, part);
    let mut root: Option<String> = None;
    let mut end = text.len()..text.len();
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(tag) => {
                root.get_or_insert_with(|| tag.name.to_owned());
            }
            Event::End(tag) => end = tag.at,
            Event::Text { .. } => {}
        }
    }
    let (before, after) = (
        text.get(..end.start).unwrap_or_default(),
        text.get(end.start..).unwrap_or_default(),
    );
    // An element that is empty has no end of its own.
    Ok(match (end.is_empty(), before.strip_suffix("/>"), root) {
        (true, Some(before), Some(root)) => format!("{before}>{more}</{root}>{after}"),
        _ => format!("{before}{more}{after}"),
    })
}

/// The bytes of the source in which the words of a place stand.
fn stood(text: &str, paragraphs: &[Paragraph], place: Place) -> Option<Range<usize>> {
    let paragraph = |number: usize| paragraphs.get(number.checked_sub(1)?);
    // A note is spoken of where the text refers to it.
    let (mut from, mut to) = ((place.paragraph, place.from), (place.last, place.to));
    if let Some(note) = paragraph(place.paragraph)?.note {
        (from, to) = (note, note);
    }
    let last = paragraph(to.0)?;
    let until = last.text.get(..to.1)?;
    let end = until
        .char_indices()
        .rev()
        .find_map(|it| last.origins.of(it.0))
        .or_else(|| {
            last.text
                .char_indices()
                .find_map(|it| last.origins.of(it.0))
        })?;
    let first = paragraph(from.0)?;
    let rest = first.text.get(from.1..)?;
    let start = rest
        .char_indices()
        .find_map(|it| first.origins.of(from.1 + it.0))
        .map_or(end, |start| start.min(end));
    let rest = text.get(end..)?;
    let length = if rest.starts_with('&') {
        rest.find(';')? + 1
    } else {
        rest.chars().next()?.len_utf8()
    };
    Some(start..end + length)
}

/// Where words begin or end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    at: usize,
    /// At one place, what ends comes before what begins.
    begins: bool,
    id: u32,
}

impl Point {
    const fn new(at: usize, id: u32, ends: bool) -> Self {
        Self {
            at,
            begins: !ends,
            id,
        }
    }

    /// Whether it stands in these bytes.
    const fn is_in(self, bytes: &Range<usize>) -> bool {
        if self.begins {
            bytes.start <= self.at && self.at < bytes.end
        } else {
            bytes.start < self.at && self.at <= bytes.end
        }
    }

    fn mark(self, space: &str) -> String {
        let id = self.id;
        if self.begins {
            format!("<w:commentRangeStart xmlns:w=\"{space}\" w:id=\"{id}\"/>")
        } else {
            format!(
                "<w:commentRangeEnd xmlns:w=\"{space}\" w:id=\"{id}\"/><w:r xmlns:w=\"{space}\"><w:commentReference w:id=\"{id}\"/></w:r>"
            )
        }
    }
}

/// A run that is open.
struct Run<'a> {
    name: &'a str,
    tag: Range<usize>,
    properties: Range<usize>,
    /// Whether anything but properties came before.
    begun: bool,
}

/// The text with the marks of comments in it.
fn marked(
    text: &str,
    part: &str,
    mut points: Vec<Point>,
    space: &str,
) -> Result<String, DraftError> {
    points.sort_unstable();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut points = points.into_iter().peekable();
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut words: Option<Words<'_>> = None;
    let mut in_properties = 0_usize;
    let mut xml = Xml::new(text, part);
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(tag) if tag.is(Space::Word, "rPr") => in_properties += 1,
            Event::End(tag) if tag.is(Space::Word, "rPr") => {
                in_properties = in_properties.saturating_sub(1);
                if let Some(run) = runs.last_mut().filter(|it| !it.begun && in_properties == 0) {
                    run.properties = run.tag.end..tag.at.end;
                }
            }
            Event::Start(_) if in_properties > 0 => {}
            Event::Start(tag) if tag.is(Space::Word, "t") => {
                words = Some(Words {
                    name: tag.name,
                    tag: tag.at,
                    split: false,
                });
            }
            Event::End(tag) if tag.is(Space::Word, "t") => {
                if let Some(words) = words.take().filter(|it| it.split) {
                    edits.extend(words.preserving(text));
                }
                if let Some(run) = runs.last_mut() {
                    run.begun = true;
                }
            }
            Event::Start(tag) => {
                if let Some(run) = runs.last_mut() {
                    run.begun = true;
                }
                if tag.is(Space::Word, "r") {
                    runs.push(Run {
                        name: tag.name,
                        properties: tag.at.end..tag.at.end,
                        tag: tag.at,
                        begun: false,
                    });
                }
            }
            Event::End(tag) if tag.is(Space::Word, "r") => {
                runs.pop();
            }
            Event::Text { at, .. } => {
                let (Some(words), [first, rest @ ..]) = (&mut words, runs.as_slice()) else {
                    continue;
                };
                while let Some(point) = points.next_if(|it| it.is_in(&at)) {
                    let mark = point.mark(space);
                    edits.push(match rest.last() {
                        // In a text box, which holds no comments: at the run that holds the box.
                        Some(_) => (first.tag.start..first.tag.start, mark),
                        None => words.put(point, first, text, &mark),
                    });
                }
            }
            Event::End(_) => {}
        }
    }
    if points.next().is_some() {
        return Err(moved(part));
    }
    Ok(edited(text, edits))
}

fn moved(part: &str) -> DraftError {
    DraftError::Damaged(format!("words of its part {part} are not where they were"))
}

/// The words of a run.
struct Words<'a> {
    name: &'a str,
    tag: Range<usize>,
    /// Whether a mark stands in the middle of them.
    split: bool,
}

impl Words<'_> {
    /// Where a mark is put, and with what around it.
    fn put(
        &mut self,
        point: Point,
        run: &Run<'_>,
        text: &str,
        mark: &str,
    ) -> (Range<usize>, String) {
        let name = self.name;
        let rest = text.get(point.at..).unwrap_or_default();
        let ending = format!("</{name}></{}>", run.name);
        if point.begins && !run.begun && point.at == self.tag.end {
            return (run.tag.start..run.tag.start, mark.to_owned());
        }
        if !point.begins && rest.starts_with(&ending) {
            let after = point.at + ending.len();
            return (after..after, mark.to_owned());
        }
        self.split = true;
        let opening = text.get(run.tag.clone()).unwrap_or_default();
        let properties = text.get(run.properties.clone()).unwrap_or_default();
        (
            point.at..point.at,
            format!("{ending}{mark}{opening}{properties}<{name} xml:space=\"preserve\">"),
        )
    }

    /// A piece of words may end with a space, which must be kept from now on.
    fn preserving(&self, text: &str) -> Option<(Range<usize>, String)> {
        let tag = text.get(self.tag.clone())?;
        (!tag.contains("preserve")).then(|| {
            (
                self.tag.clone(),
                format!("<{} xml:space=\"preserve\">", self.name),
            )
        })
    }
}

/// A text with these stretches replaced. Those at one place stand in the order in which they were made.
fn edited(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|it| it.0.start);
    let more: usize = edits.iter().map(|it| it.1.len()).sum();
    let mut result = String::with_capacity(text.len() + more);
    let mut done = 0;
    for (range, new) in edits {
        result.push_str(text.get(done..range.start).unwrap_or_default());
        result.push_str(&new);
        done = range.end.max(done);
    }
    result.push_str(text.get(done..).unwrap_or_default());
    result
}
