//! Lists of words that belong together, as two states of a paragraph or of a quotation do: in order, by what they share.

use std::cmp::Ordering;

/// Words of the pairs of paragraphs that are compared for likeness between two equal ones, at most.
const PAIRED: usize = 4_000_000;

/// Words without the marks around them, sorted: what tells whether two paragraphs are one that changed.
pub(super) fn sorted(words: Vec<&str>) -> Vec<&str> {
    let mut words: Vec<&str> = words.into_iter().map(bare).collect();
    words.sort_unstable();
    words
}

/// A word without the marks around it, unless it is nothing else.
fn bare(word: &str) -> &str {
    match word.trim_matches(|it: char| !it.is_alphanumeric()) {
        "" => word,
        bare => bare,
    }
}

/// Pairs lists of sorted words in order, so that the pairs have the most words in common; two lists belong together where
/// they share half of their words or more. Nothing where there is too much to compare.
pub(super) fn pair(old: &[Vec<&str>], new: &[Vec<&str>]) -> Option<Vec<(usize, usize)>> {
    let (left, right): (usize, usize) = (
        old.iter().map(|it| it.len() + 1).sum(),
        new.iter().map(|it| it.len() + 1).sum(),
    );
    let work = left * new.len() + right * old.len();
    if work > PAIRED {
        return None;
    }
    // As in the longest common subsequence, with what two have in common as weight.
    let wide = new.len() + 1;
    let mut best = vec![0_usize; (old.len() + 1) * wide];
    let mut shares = vec![0_usize; old.len() * new.len()];
    let at = |cells: &[usize], index: usize| cells.get(index).copied().unwrap_or_default();
    for (row, one) in old.iter().enumerate().rev() {
        for (column, other) in new.iter().enumerate().rev() {
            let share = common(one, other);
            let share = if share > 0 && 4 * share >= one.len() + other.len() {
                share
            } else {
                0
            };
            let here = row * wide + column;
            let with = match share {
                0 => 0,
                share => share + at(&best, here + wide + 1),
            };
            let without = at(&best, here + wide).max(at(&best, here + 1));
            if let Some(cell) = best.get_mut(here) {
                *cell = with.max(without);
            }
            if let Some(cell) = shares.get_mut(row * new.len() + column) {
                *cell = share;
            }
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut pairs = Vec::new();
    while row < old.len() && column < new.len() {
        let here = row * wide + column;
        let share = at(&shares, row * new.len() + column);
        if share > 0 && at(&best, here) == share + at(&best, here + wide + 1) {
            pairs.push((row, column));
            (row, column) = (row + 1, column + 1);
        } else if at(&best, here) == at(&best, here + wide) {
            row += 1;
        } else {
            column += 1;
        }
    }
    Some(pairs)
}

/// How many words two sorted lists have in common.
fn common(one: &[&str], other: &[&str]) -> usize {
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    let mut many = 0;
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a.cmp(b) {
            Ordering::Less => {
                left.next();
            }
            Ordering::Greater => {
                right.next();
            }
            Ordering::Equal => {
                many += 1;
                left.next();
                right.next();
            }
        }
    }
    many
}
