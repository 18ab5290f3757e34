//! Gathers the paragraphs of a draft for the readers of the formats: text with white space folded, pins taken out, and
//! where each character stood in the source.

use std::collections::HashMap;
use std::ops::Range;

use crate::cite::Mark;
use crate::cite::Paragraph;
use crate::cite::Pin;
use crate::record::Finding;

use super::marks;
use super::notes::Note;
use super::notes::pinned_in_note;
use super::quotation::block;

/// Bytes of text that are gathered, at most.
pub(super) const LIMIT: usize = 16 << 20;
/// Pins that are kept, at most: one note may be referred to a million times.
const MOST_PINS: usize = 100_000;
/// Comments that may stand open at one time; a further one belongs where it begins.
const MOST_OPEN: usize = 100;
/// Text boxes within text boxes, at most.
const MOST_HELD: usize = 16;

/// In [`Origins`]: the program's own, such as the space for a tab.
const NOWHERE: usize = usize::MAX;

/// Where the characters of a text stood: bytes of the text at which a stretch begins, and bytes of the source. Within a
/// stretch both run alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Origins(Vec<(usize, usize)>);

impl Origins {
    /// Notes that the character at byte `at` of the text stood at byte `source`.
    pub(super) fn note(&mut self, at: usize, source: usize) {
        let runs_on = self.0.last().is_some_and(|last| match last.1 {
            NOWHERE => source == NOWHERE,
            begin => begin + (at - last.0) == source,
        });
        if !runs_on {
            self.0.push((at, source));
        }
    }

    /// Where the character at byte `at` stood; nothing where the source is not known.
    pub(super) fn of(&self, at: usize) -> Option<usize> {
        let next = self.0.partition_point(|it| it.0 <= at);
        let (text, source) = self.0.get(next.checked_sub(1)?)?;
        (*source != NOWHERE).then(|| source + (at - text))
    }

    /// Those of a text of which only these stretches are kept.
    fn kept(&self, stretches: &[(usize, usize)]) -> Self {
        let mut kept = Self::default();
        let mut length = 0;
        for (from, to) in stretches {
            if !self.0.is_empty() {
                kept.note(length, self.of(*from).unwrap_or(NOWHERE));
            }
            let first = self.0.partition_point(|it| it.0 <= *from);
            let rest = self.0.get(first..).unwrap_or_default();
            for (at, source) in rest.iter().take_while(|it| it.0 < *to) {
                kept.note(length + at - from, *source);
            }
            length += to - from;
        }
        kept
    }
}

/// The paragraph that is being gathered.
#[derive(Debug, Default)]
struct Open {
    text: String,
    origins: Origins,
    pins: Vec<Mark>,
    /// Notes that are referred to, each with the byte at which it is.
    notes: Vec<(usize, String)>,
    /// Where its last line begins, and whether the next character begins one.
    line: usize,
    breaks: bool,
    /// Where it names, last, whom or what it is from.
    named: Option<(usize, usize)>,
}

/// Gathers paragraphs.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) title: Option<String>,
    pub(super) paragraphs: Vec<Paragraph>,
    pub(super) findings: Vec<Finding>,
    open: Open,
    /// Paragraphs around a text box, which go on after it.
    held: Vec<Open>,
    /// The footnotes and endnotes, by the names that the text refers to them by.
    notes: HashMap<String, Note>,
    /// The pins of each note that was referred to.
    pins_of: HashMap<String, Vec<Pin>>,
    /// Comments that have begun, with their pins and the byte of the paragraph from which they hold.
    comments: Vec<(String, Vec<Pin>, usize)>,
    /// The link that is open, and the byte of the paragraph at which it began.
    link: Option<(Pin, usize)>,
    depth: usize,
    blocks: usize,
    /// The row of a table that is open, and how many there were.
    row: Option<usize>,
    rows: usize,
    /// Pins of a cell without words that begins a row.
    waiting: Vec<Mark>,
    gathered: usize,
    pinned: usize,
    unpinned: usize,
}

impl Builder {
    /// A builder for a text with such notes.
    pub(super) fn with_notes(notes: HashMap<String, Note>) -> Self {
        Self {
            notes,
            ..Self::default()
        }
    }

    /// Adds text as it stands; white space is folded.
    pub(super) fn text(&mut self, text: &str) {
        self.add(text, None);
    }

    /// As [`Builder::text`], of text that stood at these bytes of the source, character for character. Empty: it is not
    /// known where.
    pub(super) fn text_from(&mut self, text: &str, source: &Range<usize>) {
        self.add(text, (!source.is_empty()).then_some(source.start));
    }

    /// Begins a line within the paragraph: white space as any other, but that the last line of a block quotation may say
    /// whose words they are.
    pub(super) fn line_break(&mut self) {
        self.text(" ");
        self.open.breaks = true;
    }

    /// Notes that what the paragraph is from is named from here on.
    pub(super) fn begin_name(&mut self) {
        let here = self.open.text.len();
        self.open.named = Some((here, usize::MAX));
    }

    /// Notes that what the paragraph is from is named up to here.
    pub(super) fn end_name(&mut self) {
        if let Some((_, to)) = &mut self.open.named {
            *to = self.open.text.len();
        }
    }

    fn add(&mut self, text: &str, source: Option<usize>) {
        for (at, character) in text.char_indices() {
            if self.gathered >= LIMIT {
                return;
            }
            let folded = if character.is_whitespace() {
                ' '
            } else {
                character
            };
            let open = &mut self.open;
            if folded == ' ' && (open.text.is_empty() || open.text.ends_with(' ')) {
                continue;
            }
            let stood = source.map(|it| it + at);
            if stood.is_some() || !open.origins.0.is_empty() {
                open.origins.note(open.text.len(), stood.unwrap_or(NOWHERE));
            }
            if open.breaks && folded != ' ' {
                (open.line, open.breaks) = (open.text.len(), false);
            }
            open.text.push(folded);
            self.gathered += folded.len_utf8();
            if self.gathered >= LIMIT {
                self.findings.push(Finding::new(
                    "draft.too-large",
                    "draft",
                    format!(
                        "the draft has more than {LIMIT} bytes of text; only the first were read, and quotations after \
                         them were not checked"
                    ),
                ));
            }
        }
    }

    /// Adds a pin where the text stands now.
    pub(super) fn pin(&mut self, pin: Pin) {
        let here = self.open.text.len();
        self.mark(Mark {
            from: here,
            to: here,
            goes_on: false,
            pin,
        });
    }

    /// A link that is a pin begins here.
    pub(super) fn begin_link(&mut self, pin: Pin) {
        self.end_link();
        self.link = Some((pin, self.open.text.len()));
    }

    /// The link that is open ends here: where it holds a quotation it is a pin of that one, else one that stands here.
    pub(super) fn end_link(&mut self) {
        let Some((pin, from)) = self.link.take() else {
            return;
        };
        let to = self.open.text.len();
        let from = from.min(to);
        let linked = self.open.text.get(from..to).unwrap_or_default();
        let quotes = !marks::scan(linked).pairs.is_empty();
        self.mark(Mark {
            from,
            to: if quotes { to } else { from },
            goes_on: false,
            pin,
        });
    }

    fn mark(&mut self, mark: Mark) {
        if self.pinned >= MOST_PINS {
            self.unpinned += 1;
            return;
        }
        self.pinned += 1;
        self.open.pins.push(mark);
    }

    /// Adds the pins that a comment at this place holds.
    pub(super) fn pins_in(&mut self, text: &str) {
        for pin in Pin::in_words(text) {
            self.pin(pin);
        }
    }

    /// Notes that the text refers to a footnote or an endnote here.
    pub(super) fn note(&mut self, name: &str) {
        let Some(note) = self.notes.get(name) else {
            return;
        };
        let pins = self
            .pins_of
            .entry(name.to_owned())
            .or_insert_with(|| Pin::in_words(&note.words))
            .clone();
        for pin in pins {
            self.pin(pin);
        }
        if self.open.notes.len() < MOST_PINS {
            self.open
                .notes
                .push((self.open.text.len(), name.to_owned()));
        }
    }

    /// A comment with those words begins here.
    pub(super) fn begin_comment(&mut self, name: &str, words: &str) {
        let pins = Pin::in_words(words);
        if pins.is_empty() {
            return;
        }
        if self.comments.len() >= MOST_OPEN {
            for pin in pins {
                self.pin(pin);
            }
            return;
        }
        let here = self.open.text.len();
        self.comments.push((name.to_owned(), pins, here));
    }

    /// The comment of that name ends here; says whether it had begun.
    pub(super) fn end_comment(&mut self, name: &str) -> bool {
        let Some(place) = self.comments.iter().position(|it| it.0 == name) else {
            return false;
        };
        let (_, pins, from) = self.comments.swap_remove(place);
        let to = self.open.text.len();
        for pin in pins {
            self.mark(Mark {
                from: from.min(to),
                to,
                goes_on: false,
                pin,
            });
        }
        true
    }

    pub(super) fn begin_block(&mut self) {
        if self.depth == 0 {
            self.blocks += 1;
        }
        self.depth += 1;
    }

    pub(super) fn end_block(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Whether a block quotation is open.
    pub(super) const fn in_block(&self) -> bool {
        self.depth > 0
    }

    /// Puts the paragraph aside while another, which stands inside of it, is gathered.
    pub(super) fn hold(&mut self) -> bool {
        let deep = self.held.len() >= MOST_HELD;
        if !deep {
            self.held.push(std::mem::take(&mut self.open));
        }
        !deep
    }

    /// Goes on with the paragraph that was put aside last.
    pub(super) fn go_on(&mut self) {
        self.end_paragraph();
        if let Some(held) = self.held.pop() {
            self.open = held;
        }
    }

    /// Ends the paragraph; gives its text, for a title.
    pub(super) fn end_paragraph(&mut self) -> Option<String> {
        self.end_link();
        let length = self.open.text.len();
        // A comment that goes on holds for what it covers of each paragraph.
        for index in 0..self.comments.len() {
            let Some((_, pins, from)) = self.comments.get_mut(index) else {
                break;
            };
            let from = std::mem::take(from).min(length);
            if from == length {
                continue;
            }
            if self.pinned >= MOST_PINS {
                self.unpinned += pins.len();
                continue;
            }
            for pin in pins.clone() {
                self.mark(Mark {
                    from,
                    to: length,
                    goes_on: true,
                    pin,
                });
            }
        }
        let open = std::mem::take(&mut self.open);
        let block = (self.depth > 0).then_some(self.blocks);
        // Those in brackets count as well.
        let marked = open.pins.len();
        let mut paragraph = taken(open);
        let more = paragraph.pins.len() - marked;
        let room = MOST_PINS.saturating_sub(self.pinned);
        if more > room {
            self.unpinned += more - room;
            paragraph.pins.truncate(marked + room);
        }
        self.pinned += more.min(room);
        paragraph.number = self.paragraphs.len() + 1;
        paragraph.block = block;
        paragraph.row = self.row;
        if paragraph.text.is_empty() && self.begins_row() {
            let pins = paragraph.pins.drain(..).filter(|it| !it.goes_on);
            self.waiting.extend(pins);
        }
        if paragraph.text.is_empty() {
            // A pin on its own line belongs to what stands before it.
            if let Some(last) = self.paragraphs.last_mut() {
                let end = last.text.len();
                for mark in paragraph.pins.into_iter().filter(|it| !it.goes_on) {
                    last.pins.push(Mark {
                        from: end,
                        to: end,
                        ..mark
                    });
                }
                last.notes
                    .extend(paragraph.notes.into_iter().map(|it| (end, it.1)));
            }
            return None;
        }
        let shown = paragraph.text.clone();
        let waiting = std::mem::take(&mut self.waiting);
        let first = waiting.into_iter().map(|mark| Mark {
            from: 0,
            to: 0,
            ..mark
        });
        paragraph.pins.splice(..0, first);
        self.paragraphs.push(paragraph);
        Some(shown)
    }

    /// Begins a row of a table: a pin in it is beside the words of its other cells, and of no other row.
    pub(super) fn begin_row(&mut self) {
        self.end_row();
        self.rows += 1;
        self.row = Some(self.rows);
    }

    /// Ends the row of a table that is open.
    pub(super) fn end_row(&mut self) {
        // A row of nothing but pins: they belong to what stands before it.
        if let Some(last) = self.paragraphs.last_mut() {
            let end = last.text.len();
            last.pins.extend(self.waiting.drain(..).map(|mark| Mark {
                from: end,
                to: end,
                ..mark
            }));
        }
        self.row = None;
    }

    /// Whether a row is open and no cell of it had words yet.
    fn begins_row(&self) -> bool {
        self.row.is_some() && self.paragraphs.last().is_none_or(|it| it.row != self.row)
    }

    /// Ends the draft: after it come those of its notes that quote.
    pub(super) fn finish(&mut self) {
        self.end_paragraph();
        while !self.held.is_empty() {
            self.go_on();
        }
        let mut referred: Vec<(usize, usize, String)> = Vec::new();
        for paragraph in &mut self.paragraphs {
            let number = paragraph.number;
            let notes = std::mem::take(&mut paragraph.notes);
            referred.extend(notes.into_iter().map(|(at, name)| (number, at, name)));
        }
        for (number, at, name) in referred {
            // Each once, however often it is referred to.
            let Some(note) = self.notes.remove(&name) else {
                continue;
            };
            let quotes =
                |it: &Paragraph| it.block.is_some() || !marks::scan(&it.text).pairs.is_empty();
            if !note.paragraphs.iter().any(quotes) {
                continue;
            }
            let pins = self.pins_of.remove(&name).unwrap_or_default();
            let blocks = note.paragraphs.iter().filter_map(|it| it.block).max();
            for mut paragraph in note.paragraphs {
                self.gathered += paragraph.text.len();
                if self.gathered >= LIMIT {
                    break;
                }
                paragraph.number = self.paragraphs.len() + 1;
                paragraph.note = Some((number, at));
                paragraph.block = paragraph.block.map(|it| self.blocks + it);
                paragraph.pins = pinned_in_note(&paragraph.text, &pins);
                self.paragraphs.push(paragraph);
            }
            self.blocks += blocks.unwrap_or_default();
        }
        if self.unpinned > 0 {
            self.findings.push(Finding::new(
                "draft.too-many-pins",
                "draft",
                format!(
                    "the draft has {} pins beyond the first {MOST_PINS}; they were not looked at",
                    self.unpinned
                ),
            ));
        }
    }

    /// What was gathered, as a note.
    pub(super) fn into_note(mut self, words: String) -> Note {
        self.end_paragraph();
        for paragraph in &mut self.paragraphs {
            paragraph.notes.clear();
            paragraph.pins.clear();
            paragraph.row = None;
            paragraph.origins = Origins::default();
        }
        Note {
            words,
            paragraphs: self.paragraphs,
        }
    }
}

/// A paragraph without the pins in brackets that stand in its text, which are kept apart.
fn taken(open: Open) -> Paragraph {
    let text = open.text.as_str();
    let mut pins = open.pins;
    let mut kept: Vec<(usize, usize)> = Vec::new();
    let mut from = 0;
    for (start, end, inside) in bracketed(text) {
        let before = text.get(from..start).unwrap_or_default().trim_end();
        if !before.is_empty() {
            kept.push((from, from + before.len()));
        }
        from = end;
        if kept.is_empty() {
            let rest = text.get(end..).unwrap_or_default();
            from += rest.len() - rest.trim_start().len();
        }
        pins.extend(inside.into_iter().map(|pin| Mark {
            from: start,
            to: start,
            goes_on: false,
            pin,
        }));
    }
    let rest = text.get(from..).unwrap_or_default().trim_end();
    if !rest.is_empty() {
        kept.push((from, from + rest.len()));
    }
    let mut begins = Vec::with_capacity(kept.len());
    let mut length = 0;
    for (from, to) in &kept {
        begins.push(length);
        length += to - from;
    }
    let new = |at: usize| -> usize {
        let Some(last) = kept.partition_point(|it| it.0 < at).checked_sub(1) else {
            return 0;
        };
        let (Some((from, to)), Some(begin)) = (kept.get(last), begins.get(last)) else {
            return 0;
        };
        begin + at.min(*to) - from
    };
    pins.sort_by_key(|it| it.to);
    for mark in &mut pins {
        (mark.from, mark.to) = (new(mark.from), new(mark.to));
    }
    let text: String = kept.iter().filter_map(|it| text.get(it.0..it.1)).collect();
    let line = new(open.line);
    let named = open.named.map(|(from, to)| (new(from), new(to)));
    Paragraph {
        source: block::source(&text, line, named),
        text,
        pins,
        notes: open
            .notes
            .iter()
            .map(|it| (new(it.0), it.1.clone()))
            .collect(),
        origins: open.origins.kept(&kept),
        ..Paragraph::default()
    }
}

/// The pins in brackets that stand in a text, each with the bytes of its brackets.
fn bracketed(text: &str) -> Vec<(usize, usize, Vec<Pin>)> {
    const LONGEST: usize = 300;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|it| it.find('[')).map(|it| it + at) {
        at = open + 1;
        let end = text.floor_char_boundary((at + LONGEST).min(text.len()));
        let inside = text.get(at..end).unwrap_or_default();
        if let Some((inside, _)) = inside.split_once(']')
            && !inside.contains('[')
            && let Some(pins) = Pin::read_all(inside)
        {
            at = open + inside.len() + 2;
            found.push((open, at, pins));
        }
    }
    found
}
