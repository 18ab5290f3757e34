//! Finds the quotations in a draft.
//!
//! Quotation marks are matched in one pass with a stack, so that a draft of nothing but marks costs no more than its
//! length; the outermost pairs are the quotations. An apostrophe is no mark, nor is an inch sign.

use crate::cite::Draft;
use crate::cite::Paragraph;
use crate::cite::Pin;
use crate::cite::citations::Context;
use crate::record::Finding;

use super::marks::Marks;
use super::marks::Pair;
use super::marks::scan;
use super::shown::after;
use super::shown::before;
use super::words::is_speech;

/// Quotations of one draft, at most.
const MOST: usize = 10_000;
/// Bytes of one quotation, at most: some fifty pages.
const LONGEST: usize = 256 << 10;
/// Marks that close nothing listed one by one, at most.
const STRAY: usize = 100;
/// Words between the pieces of a quotation, at most.
const ATTRIBUTION: usize = 12;
/// Bytes between a quotation and its pin, at most.
const NEAR: usize = 600;
/// Characters of the draft shown before and after a quotation.
const SHOWN: usize = 90;

/// A quotation as it stands in a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quotation {
    /// `Q1`, in the draft's order.
    pub id: String,
    /// Its pieces: more than one where an attribution cuts it or it has several paragraphs.
    pub parts: Vec<String>,
    /// The paragraph it begins in.
    pub paragraph: usize,
    /// What the draft pins it to.
    pub pins: Vec<Pin>,
    /// The draft's words around it.
    pub context: Context,
    /// Why it cannot be compared, if it cannot.
    pub flaw: Option<Finding>,
    /// Bytes of the paragraph at which it begins and ends.
    pub(super) at: (usize, usize),
}

impl Quotation {
    /// Its words, the pieces joined by a space.
    pub fn text(&self) -> String {
        self.parts.join(" ")
    }
}

/// What a draft holds: its quotations, pins that belong to none, and what was noticed.
#[derive(Debug, Clone, Default)]
pub struct Extract {
    /// The quotations in order.
    pub quotations: Vec<Quotation>,
    /// Pins that belong to no quotation, with the paragraph and the words before them.
    pub claims: Vec<(Pin, usize, String)>,
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
            all.block(&parts);
            open = None;
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
    for (index, quotation) in all.quotations.iter_mut().enumerate() {
        quotation.id = format!("Q{}", index + 1);
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
        let mut parts: Vec<String> = paragraphs.iter().map(|it| it.text.clone()).collect();
        if parts.len() > 1
            && parts
                .last()
                .is_some_and(|it| it.starts_with(['—', '–', '-']))
        {
            parts.pop();
        }
        if let [only] = parts.as_mut_slice()
            && let [pair] = scan(only).pairs.as_slice()
            && pair.open == 0
            && pair.end() == only.len()
        {
            *only = pair.inside(only).to_owned();
        }
        let pins = paragraphs.iter().flat_map(|it| &it.pins);
        let pins: Vec<Pin> = pins.map(|it| it.1.clone()).collect();
        let before = self.quotations.len();
        self.add(Quotation {
            parts,
            paragraph: paragraphs.first().map_or(0, |it| it.number),
            pins,
            ..Quotation::default()
        });
        if self.quotations.len() == before {
            self.claims.extend(paragraphs.iter().flat_map(|it| {
                it.pins
                    .iter()
                    .map(|(at, pin)| (pin.clone(), it.number, tail(&it.text, *at)))
            }));
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
            if closed.is_none() {
                stays = Some((mark, index));
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
                last.at.1 = pair.end();
                last.context.after = head(text, pair.end());
            } else {
                self.add(Quotation {
                    parts: vec![inside],
                    paragraph: paragraph.number,
                    context: Context {
                        before: tail(text, pair.open),
                        after: head(text, pair.end()),
                    },
                    at: (pair.open, pair.end()),
                    ..Quotation::default()
                });
            }
        }
        for (at, mark) in found.unclosed.iter().filter(|it| it.0 >= begin) {
            if self.is_full() {
                continue;
            }
            let rest = text.get(at + mark.len_utf8()..).unwrap_or_default();
            let last_open = found.unclosed.last().is_some_and(|it| it.0 == *at);
            if last_open && stays.is_none() && next.is_some_and(|it| it.starts_with(*mark)) {
                self.add(Quotation {
                    parts: vec![rest.trim().to_owned()],
                    paragraph: paragraph.number,
                    context: Context {
                        before: tail(text, *at),
                        after: String::new(),
                    },
                    at: (*at, text.len()),
                    ..Quotation::default()
                });
                opened = Some(*at);
                break;
            }
            self.add(Quotation {
                parts: vec![head(rest, 0)],
                paragraph: paragraph.number,
                context: Context {
                    before: tail(text, *at),
                    after: String::new(),
                },
                flaw: Some(Finding::new(
                    "quotation.unbalanced",
                    "",
                    format!(
                        "the quotation mark {mark} in paragraph {} is never closed",
                        paragraph.number
                    ),
                )),
                at: (*at, *at + mark.len_utf8()),
                ..Quotation::default()
            });
        }
        self.stray(paragraph, &found.stray);
        if let Some(fresh) = self.quotations.get_mut(first..) {
            fresh.sort_by_key(|it| it.at.0);
        }
        if let Some(byte) = opened {
            let fresh = self.quotations.get(first..).unwrap_or_default();
            stays = fresh
                .iter()
                .position(|it| it.at.0 == byte)
                .and_then(|index| Some((text.get(byte..)?.chars().next()?, first + index)));
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
        let skipped = text.strip_prefix(mark).map_or(0, |_| mark.len_utf8());
        let closes = found.pairs.iter().find(|it| it.open == 0);
        let end = closes.map_or(text.len(), |it| it.close);
        if let Some(quotation) = self.quotations.get_mut(index) {
            let part = text.get(skipped..end).unwrap_or_default().trim();
            quotation.parts.push(part.to_owned());
            let here = paragraph.pins.iter().filter(|it| it.0 <= end + 4);
            quotation.pins.extend(here.map(|it| it.1.clone()));
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
        for (at, pin) in paragraph
            .pins
            .iter()
            .filter(|it| begin == 0 || it.0 > begin + 4)
        {
            let text = &paragraph.text;
            let fresh = self.quotations.get_mut(first..).unwrap_or_default();
            let next = fresh.partition_point(|it| it.at.0 < *at);
            let gap = |from: usize, to: usize| text.get(from..to).filter(|it| it.len() <= NEAR);
            let after_mark = text
                .get(..*at)
                .is_some_and(|it| it.trim_end().ends_with(['"', '”', '»', '“', '’', '」']));
            let leads = fresh
                .get(next)
                .is_some_and(|it| gap(*at, it.at.0).is_some_and(|it| it.trim().is_empty()));
            let follows = next.checked_sub(1).filter(|last| {
                fresh.get(*last).is_some_and(|it| {
                    let ended = it
                        .parts
                        .last()
                        .is_some_and(|it| it.ends_with(['.', '!', '?']));
                    *at <= it.at.1
                        || gap(it.at.1, *at).is_some_and(|it| !leaves_sentence(it, ended))
                })
            });
            let precedes = || {
                let between = gap(*at, fresh.get(next)?.at.0)?;
                (!leaves_sentence(between, false)).then_some(next)
            };
            let owner = if leads && !after_mark {
                Some(next)
            } else {
                follows.or_else(precedes)
            };
            if let Some(quotation) = owner.and_then(|index| fresh.get_mut(index)) {
                quotation.pins.push(pin.clone());
            } else {
                let words = tail(&paragraph.text, *at);
                self.claims.push((pin.clone(), paragraph.number, words));
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
        let length: usize = quotation.parts.iter().map(String::len).sum();
        if quotation.parts.is_empty() {
            return;
        }
        if length > LONGEST {
            quotation.flaw = Some(Finding::new(
                "quotation.too-long",
                "",
                format!("the quotation has {length} bytes; at most {LONGEST} are compared"),
            ));
            quotation.parts = vec![head(quotation.parts.first().map_or("", String::as_str), 0)];
        }
        self.quotations.push(quotation);
    }
}

/// Whether what stands between a quotation and the next pair is an attribution that cuts one quotation in two:
/// “…,” she wrote, “…”.
fn cuts(text: &str, last: &Quotation, pair: &Pair) -> bool {
    let between = text.get(last.at.1..pair.open).unwrap_or_default().trim();
    let ends_open = last
        .parts
        .last()
        .is_some_and(|it| !it.ends_with(['.', ';', ':']));
    // American and British setting: the comma stands inside the mark or after it.
    let between = between.trim_start_matches([',', ' ']);
    let between_words = || {
        between
            .split(|it: char| !it.is_alphanumeric())
            .filter(|it| !it.is_empty())
    };
    let count = between_words().take(ATTRIBUTION + 1).count();
    ends_open
        && between.ends_with([',', '—', '–'])
        && (1..=ATTRIBUTION).contains(&count)
        && between_words().any(|it| is_speech(&it.to_lowercase()))
        && !between.contains(['.', '?', '!', ';'])
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
