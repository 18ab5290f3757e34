//! Pieces of a quotation that stand in a text whole, far from one another or in another order than the quotation gives them.

use std::ops::Range;

use crate::cite::Change;
use crate::cite::Judgement;
use crate::cite::Passage;
use crate::cite::Sought;
use crate::cite::Verdict;
use crate::record::Finding;

use super::align::Step;
use super::align::core_of;
use super::align::runs_of;
use super::align::straight;
use super::judge::PIECE;
use super::judge::counts;
use super::judge::note_text;
use super::sides::ends_sentence;
use super::together::joins;
use super::tokens::Prepared;
use super::tokens::Sort;
use super::tokens::Token;

/// Pieces of a quotation that are looked for, at most: each is looked for in the whole text.
const MOST: usize = 12;

/// Places of one piece that are looked at, at most.
const PLACES: usize = 8;

/// What a piece that stands in another place costs, as a word that is replaced does.
const MOVED: u64 = 10;

/// How the pieces of a quotation stand in a text, all of them word for word.
pub(super) enum Placed {
    /// In their order, with whatever lies between.
    InOrder(Vec<Step>),
    /// Its sentences in their order, and something between them that no mark stands for: its bytes, sentence by sentence.
    Apart(Vec<Range<usize>>),
    /// In another order.
    Turned(Turned),
}

/// The tokens of the text at which pieces in another order stand, in the order of the text.
pub(super) struct Turned(Vec<Range<usize>>);

impl Turned {
    /// What such a reading weighs, beside one in the quotation's order.
    pub(super) fn cost(&self) -> u64 {
        MOVED * (self.0.len() as u64 + 1)
    }
}

/// Where the pieces of a quotation stand: between dots, around 'she wrote', or its sentences. Of each its words stand there
/// side by side; a piece of very few would stand anywhere.
pub(super) fn placed(sought: &Sought, text: &Prepared) -> Option<Placed> {
    let is_cut = |token: &Token| matches!(token.sort, Sort::Gap | Sort::Dots | Sort::Break);
    let is_marked = sought.tokens.iter().any(is_cut);
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut begin = 0;
    for (at, token) in sought.tokens.iter().enumerate() {
        let end = if is_marked {
            is_cut(token).then_some(at)
        } else {
            ends_sentence(&token.folded).then_some(at + 1)
        };
        if let Some(end) = end {
            pieces.push(begin..end);
            begin = at + 1;
        }
    }
    pieces.push(begin..sought.tokens.len());
    pieces.retain(|it| !it.is_empty());
    if !(2..=MOST).contains(&pieces.len()) {
        return None;
    }
    let mut places = Vec::with_capacity(pieces.len());
    for piece in &pieces {
        let tokens = sought.tokens.get(piece.clone())?;
        if tokens.iter().filter(|it| counts(it)).count() < PIECE {
            return None;
        }
        let runs = runs_of(tokens, text, PLACES, false);
        if runs.is_empty() {
            return None;
        }
        places.push((runs, core_of(tokens).len()));
    }
    if let Some(steps) = in_order(sought, text, &pieces, &places) {
        if is_marked {
            return Some(Placed::InOrder(steps));
        }
        let bytes = pieces.iter().filter_map(|it| {
            let (first, last) = (sought.tokens.get(it.start)?, sought.tokens.get(it.end - 1)?);
            Some(first.start..last.end)
        });
        return Some(Placed::Apart(bytes.collect()));
    }
    let first = |(runs, length): &(Vec<usize>, usize)| runs.first().map(|it| *it..it + length);
    let mut turned: Vec<Range<usize>> = places.iter().filter_map(first).collect();
    let is_turned = !turned.is_sorted_by_key(|it| it.start);
    turned.sort_by_key(|it| it.start);
    let apart = turned.windows(2).all(|pair| {
        let [one, other] = pair else { return true };
        one.end <= other.start
    });
    (is_turned && apart).then_some(Placed::Turned(Turned(turned)))
}

/// The steps that lay each piece along the first place behind that of the piece before it.
fn in_order(
    sought: &Sought,
    text: &Prepared,
    pieces: &[Range<usize>],
    places: &[(Vec<usize>, usize)],
) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut past = 0;
    let mut drafted = 0;
    for (piece, (runs, length)) in pieces.iter().zip(places) {
        let at = runs.iter().copied().find(|it| *it >= past)?;
        // What parts two pieces stands for all that lies between them; before the first it stands for nothing.
        for (index, mark) in (drafted..piece.start).enumerate() {
            let from = if index == 0 && drafted > 0 { past } else { at };
            steps.push(Step::Run(mark, from, at));
        }
        let tokens = sought.tokens.get(piece.clone())?;
        let moved = |step: Step| match step {
            Step::Pair(quoted, found) => Step::Pair(quoted + piece.start, found),
            Step::Added(quoted) => Step::Added(quoted + piece.start),
            other => other,
        };
        let laid: Vec<Step> = straight(tokens, text, at).into_iter().map(moved).collect();
        let ends = laid.iter().filter_map(|it| match it {
            Step::Pair(_, found) => Some(found + 1),
            _ => None,
        });
        past = ends.max().unwrap_or(at + length);
        steps.extend(laid);
        drafted = piece.end;
    }
    for mark in drafted..sought.tokens.len() {
        steps.push(Step::Run(mark, past, past));
    }
    Some(steps)
}

/// Judges a quotation of which all pieces stand in a passage, in another order.
pub(super) fn in_another_order(
    sought: &Sought,
    passage: &Passage,
    text: &Prepared,
    turned: &Turned,
) -> Judgement {
    let tokens = turned.0.iter().flat_map(Clone::clone);
    let words = tokens.filter(|at| text.token(*at).is_some_and(|it| it.sort.is_word()));
    let taken: Vec<usize> = words
        .filter_map(|at| text.tokens.get(at).map(|it| it.start))
        .collect();
    let bytes = turned.0.iter().filter_map(|it| {
        let last = it.end.checked_sub(1)?;
        Some(text.tokens.get(it.start)?.start..text.tokens.get(last)?.end)
    });
    let bytes: Vec<Range<usize>> = bytes.collect();
    let said: Vec<&str> = bytes
        .iter()
        .filter_map(|it| passage.text.get(it.clone()))
        .collect();
    let begin = bytes.first().map(|it| it.start).unwrap_or_default();
    let found = begin..bytes.iter().map(|it| it.end).max().unwrap_or(begin);
    let mut findings = vec![Finding::new(
        "quotation.order-changed",
        &sought.id,
        "its parts stand there word for word, in another order",
    )];
    findings.extend(joins(&sought.id, passage, &taken));
    findings.extend(note_text(sought, passage, &found, &taken));
    let (words, telling) = (sought.words(), sought.telling());
    Judgement {
        findings,
        changes: vec![Change {
            sort: "altered",
            draft: sought.text.clone(),
            found: said.join(" … "),
        }],
        found,
        taken,
        equal: words,
        telling: (telling, telling),
        times: 1,
        cost: turned.cost(),
        ..Judgement::none(words, Verdict::Altered)
    }
}
