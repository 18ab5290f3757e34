//! Finds the quotations in a draft.
//!
//! Quotation marks are matched in one pass with a stack, so that a draft of nothing but marks costs no more than its
//! length; the outermost pairs are the quotations. An apostrophe is no mark, nor is an inch sign.

pub(super) mod block;
mod cut;

use crate::cite::Draft;
use crate::cite::Mark;
use crate::cite::Paragraph;
use crate::cite::Pin;
use crate::cite::Place;
use crate::cite::citations::Context;
use crate::record::Finding;

use super::marks::Marks;
use super::marks::Pair;
use super::marks::scan;
use super::rows::beside;
use super::shown::after;
use super::shown::before;
use super::words::is_speech;
use block::apart;
use block::quoted;
use block::spoken_of;
use cut::cuts;

/// Quotations of one draft, at most.
const MOST: usize = 10_000;
/// Bytes of one quotation, at most: some fifty pages.
const LONGEST: usize = 256 << 10;
/// Marks that close nothing listed one by one, at most.
const STRAY: usize = 100;
/// Pins of one quotation, at most; further ones are listed as those of statements.
const PINS: usize = 1_000;
/// Bytes between a quotation and its pin, at most.
const NEAR: usize = 600;
/// Marks that end a sentence.
const ENDS: &[char] = &['.', '!', '?'];
/// Marks that close a quotation, if not always.
const CLOSING: &[char] = &[
    '"', '”', '»', '«', '“', '’', '‘', '\'', '」', '』', '›', '‹', '〟',
];
/// Characters of the draft shown before and after a quotation.
const SHOWN: usize = 90;

/// A quotation as it stands in a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quotation {
    /// `Q1`, in the draft's order.
    pub id: String,
    /// Its pieces: more than one where an attribution cuts it or it has several paragraphs.
    pub parts: Vec<String>,
    /// Where it stands, marks and all.
    pub place: Place,
    /// Whether it is set off as a block, without marks.
    pub is_block: bool,
    /// What the draft pins it to.
    pub pins: Vec<Pin>,
    /// The draft's words around it.
    pub context: Context,
    /// Why it cannot be compared, if it cannot.
    pub flaw: Option<Finding>,
}

impl Quotation {
    /// Its words, the pieces joined by a space.
    pub fn text(&self) -> String {
        self.parts.join(" ")
    }

    /// Pins it to something too; says whether there was room.
    pub(super) fn pin(&mut self, pin: &Pin) -> bool {
        if self.pins.len() >= PINS {
            return false;
        }
        if !self.pins.contains(pin) {
            self.pins.push(pin.clone());
        }
        true
    }

    /// Leaves it at its first words where it is too long to be compared.
    fn limit(&mut self) {
        let length: usize = self.parts.iter().map(String::len).sum();
        if length > LONGEST {
            self.flaw = Some(Finding::new(
                "quotation.too-long",
                "",
                format!("the quotation has {length} bytes; at most {LONGEST} are compared"),
            ));
            self.parts = vec![head(self.parts.first().map_or("", String::as_str), 0)];
        }
    }

    /// Notes that a mark of it is never closed.
    fn never_closed(&mut self, mark: char) {
        self.flaw = Some(Finding::new(
            "quotation.unbalanced",
            "",
            format!(
                "the quotation mark {mark} in paragraph {} is never closed",
                self.place.paragraph
            ),
        ));
    }
}

/// A pin that belongs to no quotation: the draft rests something on it that it does not quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoosePin {
    /// The pin.
    pub pin: Pin,
    /// Where it stands.
    pub place: Place,
    /// The words before it.
    pub before: String,
}

impl LoosePin {
    fn new(paragraph: &Paragraph, mark: &Mark) -> Self {
        Self {
            pin: mark.pin.clone(),
            place: Place {
                paragraph: paragraph.number,
                from: mark.from,
                last: paragraph.number,
                to: mark.to,
            },
            before: tail(&paragraph.text, mark.to),
        }
    }
}

/// What a draft holds: its quotations, pins that belong to none, and what was noticed.
#[derive(Debug, Clone, Default)]
pub struct Extract {
    /// The quotations in order.
    pub quotations: Vec<Quotation>,
    /// Pins that belong to no quotation.
    pub claims: Vec<LoosePin>,
    /// What was noticed.
    pub findings: Vec<Finding>,
    /// Quotations beyond the limit, which are only counted.
    surplus: usize,
    /// Marks that close nothing, beyond those listed.
    unlisted: usize,
}

/// Finds the quotations in a draft.
pub fn extract(draft: &Draft) -> Extract {
    let mut all = Extract::default();
    let mut open: Option<(char, usize)> = None;
    let mut paragraphs = draft.paragraphs.iter().peekable();
    while let Some(paragraph) = paragraphs.next() {
        if let Some(block) = paragraph.block {
            let mut parts = vec![paragraph];
            while let Some(next) = paragraphs.next_if(|it| it.block == Some(block)) {
                parts.push(next);
            }
            if let Some((mark, index)) = open.take() {
                all.never_closed(mark, index);
            }
            for parts in apart(&parts) {
                all.block(parts);
            }
            continue;
        }
        let next = paragraphs.peek().filter(|it| it.block.is_none());
        open = all.paragraph(paragraph, open, next.map(|it| it.text.as_str()));
    }
    if all.unlisted > 0 {
        all.findings.push(Finding::new(
            "quotation.unbalanced",
            "draft",
            format!("{} more quotation marks close nothing", all.unlisted),
        ));
    }
    if all.surplus > 0 {
        all.findings.push(Finding::new(
            "draft.too-many-quotations",
            "draft",
            format!(
                "the draft has {} quotations beyond the first {MOST}; they were not checked",
                all.surplus
            ),
        ));
    }
    beside(draft, &mut all.quotations, &mut all.claims);
    for (index, quotation) in all.quotations.iter_mut().enumerate() {
        quotation.id = format!("Q{}", index + 1);
        quotation.limit();
        if let Some(flaw) = &mut quotation.flaw {
            flaw.subject.clone_from(&quotation.id);
        }
    }
    all
}

impl Extract {
    /// Takes a block quotation, which may have several paragraphs.
    fn block(&mut self, paragraphs: &[&Paragraph]) {
        if self.is_full() {
            return;
        }
        let count = spoken_of(paragraphs);
        let said = paragraphs.iter().take(count);
        let mut parts: Vec<String> = said.map(|it| it.text.clone()).collect();
        if let Some((part, paragraph)) = parts
            .last_mut()
            .zip(paragraphs.get(count.saturating_sub(1)))
        {
            let (words, inside) = quoted(&paragraph.text, paragraph.source);
            let words = inside.filter(|_| count == 1).unwrap_or(words);
            words.clone_into(part);
        }
        let (Some(first), Some(last)) = (paragraphs.first(), paragraphs.last()) else {
            return;
        };
        let before = self.quotations.len();
        self.add(Quotation {
            parts,
            place: Place {
                paragraph: first.number,
                from: 0,
                last: last.number,
                to: last.text.len(),
            },
            is_block: true,
            ..Quotation::default()
        });
        for paragraph in paragraphs {
            for mark in &paragraph.pins {
                let taken = match self.quotations.get_mut(before) {
                    Some(quotation) => quotation.pin(&mark.pin),
                    None => false,
                };
                if !taken {
                    self.claim(paragraph, mark);
                }
            }
        }
    }

    /// Lists a pin that belongs to no quotation. Those of a note were listed where the text refers to it.
    fn claim(&mut self, paragraph: &Paragraph, mark: &Mark) {
        if paragraph.note.is_none() && !mark.goes_on {
            self.claims.push(LoosePin::new(paragraph, mark));
        }
    }

    fn never_closed(&mut self, mark: char, index: usize) {
        if let Some(quotation) = self.quotations.get_mut(index) {
            quotation.never_closed(mark);
        }
    }

    /// Takes the quotations of a paragraph. `open` is the mark that the one before left open, and its quotation;
    /// what this one leaves open is given back.
    fn paragraph(
        &mut self,
        paragraph: &Paragraph,
        open: Option<(char, usize)>,
        next: Option<&str>,
    ) -> Option<(char, usize)> {
        let text = &paragraph.text;
        let found = scan(text);
        let first = self.quotations.len();
        let mut begin = 0;
        let mut stays = None;
        let mut opened = None;
        if let Some((mark, index)) = open {
            let closed = self.go_on(paragraph, &found, mark, index);
            begin = closed.unwrap_or(text.len());
            if closed.is_none() && next.is_some_and(|it| goes_on(it, mark)) {
                stays = Some((mark, index));
            } else if closed.is_none() {
                self.never_closed(mark, index);
            }
        }
        for pair in found.pairs.iter().filter(|it| it.open >= begin) {
            if self.is_full() {
                continue;
            }
            let joins = self.quotations.len() > first
                && self
                    .quotations
                    .last()
                    .is_some_and(|it| it.flaw.is_none() && cuts(text, it, pair));
            let inside = pair.inside(text).trim().to_owned();
            if joins && let Some(last) = self.quotations.last_mut() {
                last.parts.push(inside);
                last.place.to = pair.end();
                last.context.after = head(text, pair.end());
            } else {
                self.add(Quotation {
                    parts: vec![inside],
                    context: Context {
                        before: tail(text, pair.open),
                        after: head(text, pair.end()),
                    },
                    place: within(paragraph, pair.open, pair.end()),
                    ..Quotation::default()
                });
            }
        }
        let goes_on_after = |mark: char| next.is_some_and(|it| goes_on(it, mark));
        let lone = found.lone.filter(|it| goes_on_after(it.1));
        for (at, mark) in found.unclosed.iter().copied().chain(lone) {
            if at < begin || self.is_full() {
                continue;
            }
            let rest = text.get(at + mark.len_utf8()..).unwrap_or_default();
            let is_last = found.unclosed.last().is_none_or(|it| it.0 <= at);
            // A mark before a space opens nothing that goes on, but for the French one.
            let opens = mark == '«' || !rest.starts_with(char::is_whitespace);
            let runs_on =
                opens && is_last && stays.is_none() && opened.is_none() && goes_on_after(mark);
            let words = if runs_on {
                rest.trim().to_owned()
            } else {
                head(rest, 0)
            };
            let end = if runs_on {
                text.len()
            } else {
                at + mark.len_utf8()
            };
            let mut quotation = Quotation {
                parts: vec![words],
                context: Context {
                    before: tail(text, at),
                    after: String::new(),
                },
                place: within(paragraph, at, end),
                ..Quotation::default()
            };
            if runs_on {
                opened = Some((at, mark));
            } else {
                quotation.never_closed(mark);
            }
            self.add(quotation);
        }
        self.stray(paragraph, &found.stray);
        if let Some(fresh) = self.quotations.get_mut(first..) {
            fresh.sort_by_key(|it| it.place.from);
        }
        if let Some((at, mark)) = opened {
            let fresh = self.quotations.get(first..).unwrap_or_default();
            let place = fresh.iter().position(|it| it.place.from == at);
            stays = place.map(|index| (mark, first + index));
        }
        self.pin(paragraph, first, begin);
        stays
    }

    /// Adds a paragraph to the quotation that the one before left open; gives the byte at which it ends, if it does.
    /// Each paragraph of such a quotation begins with a mark, and only the last one ends with one.
    fn go_on(
        &mut self,
        paragraph: &Paragraph,
        found: &Marks,
        mark: char,
        index: usize,
    ) -> Option<usize> {
        let text = &paragraph.text;
        let skipped = text
            .chars()
            .next()
            .filter(|_| goes_on(text, mark))
            .map_or(0, char::len_utf8);
        let closes = found.pairs.iter().find(|it| it.open == 0);
        let end = closes.map_or(text.len(), |it| it.close);
        if let Some(quotation) = self.quotations.get_mut(index) {
            let part = text.get(skipped..end).unwrap_or_default().trim();
            quotation.parts.push(part.to_owned());
            quotation.place.last = paragraph.number;
            quotation.place.to = closes.map_or(text.len(), Pair::end);
            let to = quotation.place.to;
            for mark in paragraph.pins.iter().filter(|it| belongs(it, to)) {
                quotation.pin(&mark.pin);
            }
        }
        closes.map(Pair::end)
    }

    /// Notes marks that close nothing.
    fn stray(&mut self, paragraph: &Paragraph, stray: &[(usize, char)]) {
        for (_, mark) in stray {
            if self.findings.len() >= STRAY {
                self.unlisted += 1;
                continue;
            }
            self.findings.push(Finding::new(
                "quotation.unbalanced",
                format!("paragraph {}", paragraph.number),
                format!(
                    "the quotation mark {mark} in paragraph {} closes nothing",
                    paragraph.number
                ),
            ));
        }
    }

    /// Gives each pin of a paragraph to the quotation it stands by.
    fn pin(&mut self, paragraph: &Paragraph, first: usize, begin: usize) {
        let text = &paragraph.text;
        for mark in &paragraph.pins {
            let fresh = self.quotations.get_mut(first..).unwrap_or_default();
            let mut owned = false;
            if mark.from < mark.to {
                // The words that it is about are known.
                let first = fresh.partition_point(|it| it.place.to <= mark.from);
                for quotation in fresh.iter_mut().skip(first) {
                    if quotation.place.from >= mark.to {
                        break;
                    }
                    owned |= quotation.pin(&mark.pin);
                }
            }
            if begin > 0 && belongs(mark, begin) {
                continue;
            }
            if !owned && !mark.goes_on {
                let by = owner(text, fresh, mark);
                owned = by
                    .and_then(|index| fresh.get_mut(index))
                    .is_some_and(|it| it.pin(&mark.pin));
            }
            if !owned {
                self.claim(paragraph, mark);
            }
        }
    }

    /// Whether no more quotations are taken; if so, one more is counted.
    fn is_full(&mut self) -> bool {
        let full = self.quotations.len() >= MOST;
        self.surplus += usize::from(full);
        full
    }

    fn add(&mut self, mut quotation: Quotation) {
        quotation.parts.retain(|it| !it.is_empty());
        if !quotation.parts.is_empty() {
            self.quotations.push(quotation);
        }
    }
}

/// A stretch of one paragraph.
const fn within(paragraph: &Paragraph, from: usize, to: usize) -> Place {
    Place {
        paragraph: paragraph.number,
        from,
        last: paragraph.number,
        to,
    }
}

/// Whether a paragraph goes on with a quotation that the one before left open: it begins with the same mark. In Spanish,
/// and in French of old, with the one that closes.
fn goes_on(text: &str, mark: char) -> bool {
    text.starts_with(mark) || mark == '«' && text.starts_with('»')
}

/// Whether a pin belongs to a quotation that goes on from the paragraph before and ends there.
const fn belongs(mark: &Mark, end: usize) -> bool {
    if mark.from < mark.to {
        mark.from < end
    } else {
        mark.to <= end + 4
    }
}

/// The quotation of a paragraph that a pin stands by.
fn owner(text: &str, fresh: &[Quotation], mark: &Mark) -> Option<usize> {
    let at = mark.to;
    let next = fresh.partition_point(|it| it.place.from < at);
    let gap = |from: usize, to: usize| text.get(from..to).filter(|it| it.len() <= NEAR);
    let before = text.get(..at).unwrap_or_default().trim_end();
    // A comment says which words it is about, and those that come next are not among them.
    let leads = mark.from == mark.to
        && fresh
            .get(next)
            .is_some_and(|it| gap(at, it.place.from).is_some_and(|it| it.trim().is_empty()));
    let follows = next.checked_sub(1).filter(|last| {
        fresh.get(*last).is_some_and(|it| {
            let ended = it.parts.last().is_some_and(|it| it.ends_with(ENDS));
            at <= it.place.to || gap(it.place.to, at).is_some_and(|it| !leaves_sentence(it, ended))
        })
    });
    let precedes = || {
        let between = gap(at, fresh.get(next)?.place.from)?;
        let is_over = before.ends_with(ENDS) || between.trim_end().ends_with(ENDS);
        (!is_over && !leaves_sentence(between, false)).then_some(next)
    };
    // A pin behind a whole sentence is of that sentence, whatever follows.
    let behind = before.ends_with(ENDS) && follows.is_some();
    if leads && !before.ends_with(CLOSING) && !behind {
        Some(next)
    } else {
        follows.or_else(precedes)
    }
}

/// Whether another sentence begins between a quotation and a pin, so that the pin belongs to that one. `ended` says that
/// the quotation itself ended a sentence.
fn leaves_sentence(between: &str, ended: bool) -> bool {
    let between = between.trim();
    let words = || between.split(|it: char| !it.is_alphanumeric());
    if ended
        && between.starts_with(char::is_uppercase)
        && !words().any(|it| is_speech(&it.to_lowercase()))
    {
        return true;
    }
    let mut sentence_over = false;
    for word in between.split_whitespace() {
        if sentence_over && word.starts_with(char::is_uppercase) {
            return true;
        }
        let bare = word.trim_end_matches(['.', '!', '?', '”', '"', ')']);
        // A capital and few letters before a period are an abbreviation: 'Mr.', 'Sen.', 'U.S.'.
        let abbreviation = bare.chars().count() <= 4 && bare.starts_with(char::is_uppercase);
        sentence_over = bare.len() < word.len()
            && word.contains(['.', '!', '?'])
            && !(abbreviation && word.ends_with('.'));
    }
    false
}

/// The characters before a byte of a text.
fn tail(text: &str, at: usize) -> String {
    before(text.get(..at).unwrap_or_default(), SHOWN)
}

/// The characters after a byte of a text.
fn head(text: &str, at: usize) -> String {
    after(text.get(at..).unwrap_or_default(), SHOWN)
}
