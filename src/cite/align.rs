//! Lays a quotation's tokens along a text's: semi-global alignment, free at both ends of the text.
//!
//! Written here and not taken from a library because a quotation has tokens of its own, dots that take in any run of words
//! and brackets that take in a few, whose costs decide which words are said to be left out or replaced.
//! The costs choose among alignments; they never make a verdict.

use std::collections::HashMap;

use super::tokens::Prepared;
use super::tokens::Sort;
use super::tokens::Token;
use super::words::is_near;

/// Cells of one table, at most: 3,000 words against 10,000.
const CELLS: usize = 30_000_000;
/// Texts of more tokens are looked at in windows.
const WHOLE: usize = 20_000;
/// Windows of a long text that are looked at.
const WINDOWS: usize = 6;
/// Tokens that a bracket may stand for, at most.
const BRACKET_TOKENS: usize = 24;
/// Words that a bracket may stand for, at most.
const BRACKET_WORDS: usize = 8;

const CASE: u32 = 1_500;
const MARK: u32 = 3_000;
const NEAR: u32 = 4_500;
const WORD: u32 = 10_000;
/// A word or a mark left out right after a word: what leaves out three words makes one change, where two words replaced are
/// two. Four words left out cost less than one of the draft's own, or a `never` among them would be passed over.
const NEXT_WORD: u32 = 800;
const NEXT_MARK: u32 = 300;
/// Another word in its place: more than a word left out, or a word left out would pass for one replaced.
const OTHER: u32 = 13_000;
/// A word of the draft's own: more than one left out. The ends of the text are free, so that the words before a missing
/// `not` would otherwise be said to be added, and the `not` be passed over.
const OWN_WORD: u32 = 14_000;
const EDITED: u32 = 1_000;
const GAP: u32 = 100;
const GAP_TOKEN: u32 = 2;
const BREAK_TOKEN: u32 = 300;
const BRACKET: u32 = 500;
const BRACKET_WORD: u32 = 600;
const NEVER: u32 = u32::MAX / 4;

/// One step of an alignment. Indexes are those of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A token of the quotation stands against one of the text.
    Pair(usize, usize),
    /// A token of the quotation stands against nothing.
    Added(usize),
    /// A token of the text is missing from the quotation.
    Missing(usize),
    /// Dots or a bracket of the quotation stand against a run of the text, which may be empty.
    Run(usize, usize, usize),
}

/// What came of laying the two along each other.
#[derive(Debug)]
pub(super) enum Aligned {
    /// The steps in order.
    Steps(Vec<Step>),
    /// Quotation and text are too long to compare word by word.
    TooLong,
}

/// How a word in which letters stand in brackets agrees with a word of the text.
pub(super) fn fits(pieces: &[(bool, String)], lower: &str) -> bool {
    let whole: String = pieces.iter().map(|(_, piece)| piece.as_str()).collect();
    if whole.to_lowercase() == lower {
        return true;
    }
    let first = pieces
        .first()
        .filter(|it| !it.0)
        .map(|it| it.1.to_lowercase());
    let last = pieces
        .last()
        .filter(|it| !it.0)
        .map(|it| it.1.to_lowercase());
    let begins = first.as_deref().is_none_or(|it| lower.starts_with(it));
    let ends = last.as_deref().is_none_or(|it| lower.ends_with(it));
    let kept: usize = pieces
        .iter()
        .filter(|it| !it.0)
        .map(|it| it.1.chars().count())
        .sum();
    kept > 0 && begins && ends && lower.chars().count().abs_diff(kept) <= kept.max(4)
}

fn pair_cost(quoted: &Token, found: &Token) -> u32 {
    match &quoted.sort {
        Sort::Edited(pieces) if found.sort.is_word() => {
            if fits(pieces, &found.lower) {
                EDITED
            } else {
                WORD
            }
        }
        sort if sort.is_word() && found.sort.is_word() => {
            if quoted.folded == found.folded {
                0
            } else if quoted.lower == found.lower {
                CASE
            } else if quoted.sort == Sort::Word
                && found.sort == Sort::Word
                && is_near(&quoted.lower, &found.lower)
            {
                NEAR
            } else {
                OTHER
            }
        }
        sort if sort.is_mark() && found.sort.is_mark() => {
            if quoted.folded == found.folded {
                0
            } else {
                MARK
            }
        }
        _ => NEVER,
    }
}

/// What it costs to leave out a token of the text.
#[derive(Debug, Clone, Copy)]
struct Left {
    /// As the first of a stretch that is left out; a mark begins none.
    first: u32,
    /// Within such a stretch.
    next: u32,
    /// By itself.
    alone: u32,
}

impl Left {
    const NEVER: Self = Self {
        first: NEVER,
        next: NEVER,
        alone: NEVER,
    };

    fn of(token: &Token) -> Self {
        if token.sort.is_mark() {
            Self {
                first: NEVER,
                next: NEXT_MARK,
                alone: MARK,
            }
        } else {
            Self {
                first: WORD,
                next: NEXT_WORD,
                alone: NEVER,
            }
        }
    }
}

/// Whether a word of a quotation stands against one of the text as the same word, be it spelled in another way.
pub(super) fn is_taken(quoted: &Token, found: &Token) -> bool {
    pair_cost(quoted, found) < WORD
}

/// Lays the quotation along the text.
pub(super) fn align(quotation: &[Token], text: &Prepared) -> Aligned {
    if quotation.is_empty() || text.tokens.is_empty() {
        return Aligned::Steps(Vec::new());
    }
    if let Some(at) = runs_of(quotation, text, 1, true).first().copied() {
        return Aligned::Steps(straight(quotation, text, at));
    }
    let length = text.tokens.len();
    let width = quotation.len() * 3 + 600;
    if length > WHOLE.max(width) {
        let mut best: Option<(u32, Vec<Step>)> = None;
        for from in windows(quotation, text, width) {
            let to = (from + width).min(length);
            if quotation.len().saturating_mul(to - from) > CELLS {
                return Aligned::TooLong;
            }
            let found = table(quotation, text, from, to);
            if best.as_ref().is_none_or(|it| found.0 < it.0) {
                best = Some(found);
            }
        }
        return Aligned::Steps(best.map(|it| it.1).unwrap_or_default());
    }
    if quotation.len().saturating_mul(length) > CELLS {
        return Aligned::TooLong;
    }
    Aligned::Steps(table(quotation, text, 0, length).1)
}

/// Where the quotation stands word for word, its last mark aside; the first `most` places.
pub(super) fn runs_of(
    quotation: &[Token],
    text: &Prepared,
    most: usize,
    cased: bool,
) -> Vec<usize> {
    let core = core_of(quotation);
    let plain = core.iter().all(|it| it.sort.is_word() || it.sort.is_mark());
    let mut found = Vec::new();
    if core.is_empty() || !plain {
        return found;
    }
    // A text of one word a thousand times over would otherwise cost its length times that of the quotation.
    let mut looked = 0;
    for at in 0..(text.tokens.len() + 1).saturating_sub(core.len()) {
        let equal = core.iter().enumerate().all(|(index, token)| {
            looked += 1;
            text.token(at + index).is_some_and(|it| {
                it.sort.is_word() == token.sort.is_word()
                    && if cased {
                        it.folded == token.folded
                    } else {
                        it.lower == token.lower
                    }
            })
        });
        if equal {
            found.push(at);
        }
        if found.len() >= most || looked > CELLS {
            break;
        }
    }
    found
}

/// A quotation's tokens without a full stop or comma at its end, which may be the draft's.
pub(super) fn core_of(quotation: &[Token]) -> &[Token] {
    match quotation {
        [core @ .., last]
            if last.sort == Sort::Mark && matches!(last.folded.as_str(), "." | ",") =>
        {
            core
        }
        all => all,
    }
}

/// Each token of the quotation beside one of the text, from that one on.
pub(super) fn straight(quotation: &[Token], text: &Prepared, at: usize) -> Vec<Step> {
    let core = core_of(quotation).len();
    let mut steps: Vec<Step> = (0..core)
        .map(|index| Step::Pair(index, at + index))
        .collect();
    if core < quotation.len() {
        let faces_mark = text
            .token(at + core)
            .is_some_and(|it| it.sort == Sort::Mark);
        steps.push(if faces_mark {
            Step::Pair(core, at + core)
        } else {
            Step::Added(core)
        });
    }
    steps
}

/// How often the quotation stands in the text word for word, its last mark and capitals aside; counted to 100.
pub(super) fn occurrences(quotation: &[Token], text: &Prepared) -> usize {
    runs_of(quotation, text, 100, false).len()
}

/// The starts of those windows of a long text that hold most of the quotation's words.
fn windows(quotation: &[Token], text: &Prepared, width: usize) -> Vec<usize> {
    let wanted: std::collections::HashSet<&str> = quotation
        .iter()
        .filter(|it| it.sort.is_word() && it.lower.chars().count() > 2)
        .map(|it| it.lower.as_str())
        .collect();
    let asked: Vec<bool> = text
        .kinds
        .iter()
        .map(|it| wanted.contains(it.lower.as_str()))
        .collect();
    let step = (width / 2).max(1);
    let mut counts = Vec::new();
    let mut from = 0;
    while from < text.tokens.len() {
        let to = (from + width).min(text.tokens.len());
        let inside = text.tokens.get(from..to).unwrap_or_default();
        let kinds: std::collections::HashSet<usize> = inside
            .iter()
            .map(|it| it.kind)
            .filter(|kind| asked.get(*kind).copied().unwrap_or(false))
            .collect();
        counts.push((std::cmp::Reverse(kinds.len()), from));
        from += step;
    }
    counts.sort_unstable();
    counts.into_iter().take(WINDOWS).map(|it| it.1).collect()
}

/// Codes of the table that leads back; from `TAKES` on, the number of tokens a bracket stands for.
const PAIR: u8 = 0;
const ADDED: u8 = 1;
/// One token of the text alone.
const MISSING: u8 = 2;
/// One token of the text, of a stretch of words that are left out together.
const STRETCH: u8 = 3;
const OPEN: u8 = 4;
const MORE: u8 = 5;
const TAKES: u8 = 6;
/// Set beside `OPEN` or `MORE` where the dots stand for the author's own.
const OWN: u8 = 0x80;
/// Set beside any code where the cheapest way to leave out the token before is to go on leaving out.
const GOES_ON: u8 = 0x40;

/// What the tokens of a stretch of text are, each kind once.
struct Stretch<'a> {
    kinds: Vec<&'a Token>,
    tokens: Vec<usize>,
}

impl<'a> Stretch<'a> {
    fn new(text: &'a Prepared, from: usize, to: usize) -> Self {
        let mut known: HashMap<usize, usize> = HashMap::new();
        let mut stretch = Self {
            kinds: Vec::new(),
            tokens: Vec::new(),
        };
        for place in text.tokens.get(from..to).unwrap_or_default() {
            let Some(kind) = text.kinds.get(place.kind) else {
                continue;
            };
            let local = *known.entry(place.kind).or_insert_with(|| {
                stretch.kinds.push(kind);
                stretch.kinds.len() - 1
            });
            stretch.tokens.push(local);
        }
        stretch
    }
}

/// Fills the table for tokens `from..to` of the text; gives the least cost and the steps that lead to it.
fn table(quotation: &[Token], text: &Prepared, from: usize, to: usize) -> (u32, Vec<Step>) {
    let stretch = Stretch::new(text, from, to);
    let length = stretch.tokens.len();
    let missing: Vec<Left> = stretch.kinds.iter().map(|it| Left::of(it)).collect();
    let mut trace: Vec<u8> = vec![MISSING; quotation.len() * (length + 1)];
    let mut above: Vec<u32> = vec![0; length + 1];
    let mut row: Vec<u32> = vec![NEVER; length + 1];
    for (token, trace) in quotation.iter().zip(trace.chunks_mut(length + 1)) {
        match &token.sort {
            Sort::Gap | Sort::Dots | Sort::Break => {
                gap_row(token, &stretch, &above, &mut row, trace);
            }
            Sort::Sic | Sort::Note | Sort::Bracket(_) => {
                bracket_row(token, &stretch, &above, &mut row, trace);
            }
            _ => word_row(token, &stretch, &missing, &above, &mut row, trace),
        }
        std::mem::swap(&mut above, &mut row);
    }
    let (end, cost) = above
        .iter()
        .enumerate()
        .min_by_key(|(index, cost)| (**cost, *index))
        .map_or((0, NEVER), |(index, cost)| (index, *cost));
    (cost, back(&trace, quotation.len(), length, end, from))
}

fn word_row(
    token: &Token,
    stretch: &Stretch<'_>,
    missing: &[Left],
    above: &[u32],
    row: &mut [u32],
    trace: &mut [u8],
) {
    let costs: Vec<u32> = stretch
        .kinds
        .iter()
        .map(|it| pair_cost(token, it))
        .collect();
    let added = if token.sort.is_mark() { MARK } else { OWN_WORD };
    let mut left = above
        .first()
        .copied()
        .unwrap_or(NEVER)
        .saturating_add(added);
    if let (Some(cell), Some(code)) = (row.first_mut(), trace.first_mut()) {
        *cell = left;
        *code = ADDED;
    }
    let cells = row.iter_mut().zip(trace.iter_mut()).skip(1);
    let columns = above.windows(2).zip(&stretch.tokens);
    let mut stretched = NEVER;
    for ((cell, code), (pair, kind)) in cells.zip(columns) {
        let [corner, up] = pair else { continue };
        let mut best = (
            corner.saturating_add(*costs.get(*kind).unwrap_or(&NEVER)),
            PAIR,
        );
        let add = up.saturating_add(added);
        if add < best.0 {
            best = (add, ADDED);
        }
        let out = *missing.get(*kind).unwrap_or(&Left::NEVER);
        let alone = left.saturating_add(out.alone);
        if alone < best.0 {
            best = (alone, MISSING);
        }
        let (first, next) = (
            left.saturating_add(out.first),
            stretched.saturating_add(out.next),
        );
        stretched = first.min(next);
        if stretched < best.0 {
            best = (stretched, STRETCH);
        }
        let goes_on = if next < first { GOES_ON } else { 0 };
        (*cell, *code) = (best.0, best.1 | goes_on);
        left = best.0;
    }
}

/// Dots stand for nothing, for any run of tokens, or (out of brackets) for the author's own dots.
fn gap_row(token: &Token, stretch: &Stretch<'_>, above: &[u32], row: &mut [u32], trace: &mut [u8]) {
    let each = if token.sort == Sort::Break {
        BREAK_TOKEN
    } else {
        GAP_TOKEN
    };
    let mut left = NEVER;
    for column in 0..=stretch.tokens.len() {
        let up = above.get(column).copied().unwrap_or(NEVER);
        let mut best = (up.saturating_add(GAP), OPEN);
        let more = left.saturating_add(each);
        if more < best.0 {
            best = (more, MORE);
        }
        let mut own = NEVER;
        let kind = column
            .checked_sub(1)
            .and_then(|before| stretch.tokens.get(before))
            .and_then(|kind| stretch.kinds.get(*kind));
        if token.sort == Sort::Dots && kind.is_some_and(|it| it.sort == Sort::Dots) {
            own = above.get(column - 1).copied().unwrap_or(NEVER);
        }
        left = best.0;
        if own <= best.0 {
            best = (own, best.1 | OWN);
        }
        if let (Some(cell), Some(code)) = (row.get_mut(column), trace.get_mut(column)) {
            *cell = best.0;
            *code = best.1;
        }
    }
}

/// A bracket stands for nothing, for a few words, or for the same bracket in the text.
fn bracket_row(
    token: &Token,
    stretch: &Stretch<'_>,
    above: &[u32],
    row: &mut [u32],
    trace: &mut [u8],
) {
    let kind_at = |index: usize| {
        stretch
            .tokens
            .get(index)
            .and_then(|kind| stretch.kinds.get(*kind))
    };
    for column in 0..=stretch.tokens.len() {
        let mut best = (
            above
                .get(column)
                .copied()
                .unwrap_or(NEVER)
                .saturating_add(BRACKET),
            TAKES,
        );
        let mut words = 0;
        for taken in 1..=BRACKET_TOKENS.min(column) {
            let Some(kind) = kind_at(column - taken) else {
                break;
            };
            words += usize::from(kind.sort.is_word());
            let same = is_same_bracket(token, &kind_at, column - taken, taken);
            let replaces = matches!(token.sort, Sort::Bracket(_)) && words <= BRACKET_WORDS;
            let cost = if same {
                0
            } else if replaces {
                BRACKET + BRACKET_WORD * u32::try_from(words).unwrap_or(NEVER) + 10
            } else {
                continue;
            };
            let whole = above
                .get(column - taken)
                .copied()
                .unwrap_or(NEVER)
                .saturating_add(cost);
            if whole < best.0 {
                best = (whole, TAKES + u8::try_from(taken).unwrap_or(0));
            }
        }
        if let (Some(cell), Some(code)) = (row.get_mut(column), trace.get_mut(column)) {
            *cell = best.0;
            *code = best.1;
        }
    }
}

/// Whether `taken` tokens of the text from `at` on are the bracket itself: the source's own.
fn is_same_bracket<'a>(
    bracket: &Token,
    kind_at: &impl Fn(usize) -> Option<&'a &'a Token>,
    at: usize,
    length: usize,
) -> bool {
    let lower = |index: usize| kind_at(index).map(|it| it.lower.as_str());
    if length < 3 || !matches!(lower(at), Some("[" | "(")) {
        return false;
    }
    let text: String = (at + 1..at + length - 1).filter_map(lower).collect();
    matches!(lower(at + length - 1), Some("]" | ")"))
        && text
            == bracket
                .lower
                .chars()
                .filter(|it| !it.is_whitespace() && !matches!(it, '[' | ']'))
                .collect::<String>()
}

/// Follows the table back from the end of the best alignment.
fn back(trace: &[u8], rows: usize, length: usize, end: usize, from: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut row, mut column) = (rows, end);
    let mut gap_end = None;
    let mut stretched = false;
    while let Some(above) = row.checked_sub(1) {
        let code = trace
            .get(above * (length + 1) + column)
            .copied()
            .unwrap_or(ADDED);
        let goes_on = code & GOES_ON != 0;
        let code = match code & !GOES_ON {
            _ if stretched => STRETCH,
            own if own & OWN == 0 => own,
            _ if gap_end.is_none() && column > 0 => PAIR,
            own => own & !OWN,
        };
        match code {
            PAIR if column > 0 => {
                column -= 1;
                row = above;
                steps.push(Step::Pair(row, from + column));
            }
            MISSING if column > 0 => {
                column -= 1;
                steps.push(Step::Missing(from + column));
            }
            STRETCH if column > 0 => {
                column -= 1;
                stretched = goes_on;
                steps.push(Step::Missing(from + column));
            }
            MORE if column > 0 => {
                gap_end.get_or_insert(column);
                column -= 1;
            }
            OPEN | MORE => {
                let to = gap_end.take().unwrap_or(column);
                row = above;
                steps.push(Step::Run(row, from + column, from + to));
            }
            ADDED | PAIR | MISSING | STRETCH => {
                stretched = false;
                row = above;
                steps.push(Step::Added(row));
            }
            taken => {
                let to = column;
                column = column.saturating_sub(usize::from(taken - TAKES));
                row = above;
                steps.push(Step::Run(row, from + column, from + to));
            }
        }
    }
    steps.reverse();
    steps
}
