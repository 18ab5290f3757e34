//! Pieces of a quotation that stand in a text whole, and in another order than the quotation gives them.

use crate::cite::Change;
use crate::cite::Judgement;
use crate::cite::Passage;
use crate::cite::Sought;
use crate::cite::Verdict;
use crate::record::Finding;

use super::align::core_of;
use super::align::runs_of;
use super::judge::PIECE;
use super::judge::counts;
use super::together::joins;
use super::tokens::Prepared;
use super::tokens::Sort;
use super::tokens::Token;

/// Pieces of a quotation that are looked for, at most: each is looked for in the whole text.
const MOST: usize = 12;

/// Judges a quotation whose pieces, between dots or around 'she wrote', all stand in a passage word for word. Which of them
/// stands where is not asked before it is known that they do not stand there in their order.
pub(super) fn in_another_order(
    sought: &Sought,
    passage: &Passage,
    text: &Prepared,
) -> Option<Judgement> {
    let is_cut = |token: &Token| matches!(token.sort, Sort::Gap | Sort::Dots | Sort::Break);
    let pieces = sought.tokens.split(is_cut).filter(|it| !it.is_empty());
    if pieces.clone().nth(MOST).is_some() {
        return None;
    }
    let mut places = Vec::new();
    for piece in pieces {
        if piece.iter().filter(|it| counts(it)).count() < PIECE {
            return None;
        }
        let first = *runs_of(piece, text, 1, false).first()?;
        let last = first + core_of(piece).len().checked_sub(1)?;
        places.push(first..=last);
    }
    places.sort_by_key(|it| *it.start());
    if places.len() < 2 {
        return None;
    }
    let words = places.iter().flat_map(Clone::clone);
    let words = words.filter(|at| text.token(*at).is_some_and(|it| it.sort.is_word()));
    let taken: Vec<usize> = words
        .filter_map(|at| text.tokens.get(at).map(|it| it.start))
        .collect();
    let bytes = places.iter().filter_map(|it| {
        let (first, last) = (text.tokens.get(*it.start())?, text.tokens.get(*it.end())?);
        Some(first.start..last.end)
    });
    let bytes: Vec<_> = bytes.collect();
    let said: Vec<&str> = bytes
        .iter()
        .filter_map(|it| passage.text.get(it.clone()))
        .collect();
    let mut findings = vec![Finding::new(
        "quotation.order-changed",
        &sought.id,
        "its parts stand there word for word, in another order",
    )];
    findings.extend(joins(&sought.id, passage, &taken));
    let (words, telling) = (sought.words(), sought.telling());
    Some(Judgement {
        findings,
        changes: vec![Change {
            sort: "altered",
            draft: sought.text.clone(),
            found: said.join(" … "),
        }],
        found: bytes.first()?.start..bytes.iter().map(|it| it.end).max()?,
        taken,
        equal: words,
        telling: (telling, telling),
        times: 1,
        cost: 0,
        ..Judgement::none(words, Verdict::Altered)
    })
}
