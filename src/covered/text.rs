//! From letters to text: what is hidden, put together as it was drawn, without what tells nothing.

use std::collections::HashSet;

use hayro_interpret::kurbo::Rect;

use super::Covered;
use super::Why;
use super::glyph::Glyph;

/// Half as far apart, in points, as two letters may stand that are one drawn twice: for weight, or again on top of a box.
const SAME_PLACE: f64 = 1.0;

/// Characters that tell something, from which on a piece of text is told.
const FEWEST: usize = 2;

/// One letter again and again: so many of them stand for something that was left out.
const FILLING: usize = 3;

/// Of so many sizes at least are the dates that a program stamps on its boxes.
const SIZES: usize = 3;

/// How much larger, as a part of it, what is of another size is.
const LARGER: f64 = 1.02;

/// A piece of text, and how it was drawn.
pub(super) struct Piece {
    pub(super) covered: Covered,
    /// Whether all of it was drawn on a box of its own colour.
    on_its_box: bool,
    /// The size of the letter of each byte.
    sizes: Vec<f64>,
}

/// Which letters stand where, to the point.
#[derive(Default)]
struct Places<'a>(HashSet<(&'a str, i64, i64)>);

impl<'a> Places<'a> {
    fn cell(glyph: &Glyph) -> (i64, i64) {
        let middle = glyph.area.center();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a place beyond every page lands on the outermost cell"
        )]
        let cell = |at: f64| (at / SAME_PLACE).floor() as i64;
        (cell(middle.x), cell(middle.y))
    }

    fn add(&mut self, glyph: &'a Glyph) {
        let (x, y) = Self::cell(glyph);
        self.0.insert((&glyph.text, x, y));
    }

    fn have(&self, glyph: &Glyph) -> bool {
        let (x, y) = Self::cell(glyph);
        let around = |at: i64| [at.saturating_sub(1), at, at.saturating_add(1)];
        around(x).into_iter().any(|x| {
            around(y)
                .iter()
                .any(|y| self.0.contains(&(glyph.text.as_str(), x, *y)))
        })
    }
}

/// What a page does not show.
pub(super) fn of(page: usize, glyphs: &[Glyph]) -> Vec<Piece> {
    let mut seen = Places::default();
    for glyph in glyphs.iter().filter(|glyph| glyph.is_seen()) {
        seen.add(glyph);
    }
    let mut told = Places::default();
    let mut pieces = Vec::new();
    let mut run: Option<Piece> = None;
    for glyph in glyphs {
        let why = if glyph.is_hidden() {
            if seen.have(glyph) {
                continue;
            }
            Why::Hidden
        } else if glyph.marked {
            Why::Marked
        } else {
            pieces.extend(run.take());
            continue;
        };
        if told.have(glyph) {
            continue;
        }
        told.add(glyph);
        if run.as_ref().is_some_and(|run| run.covered.why != why) {
            pieces.extend(run.take());
        }
        let piece = run.get_or_insert_with(|| Piece {
            covered: Covered {
                page,
                area: area(glyph.area),
                why,
                characters: 0,
                text: String::new(),
            },
            on_its_box: true,
            sizes: Vec::new(),
        });
        piece.on_its_box &= glyph.lost;
        (piece.sizes).extend(std::iter::repeat_n(glyph.size(), glyph.text.len()));
        let run = &mut piece.covered;
        let [left, top, right, bottom] = run.area;
        run.area = area(Rect::new(left, top, right, bottom).union(glyph.area));
        run.characters += glyph.text.chars().count();
        run.text.push_str(&glyph.text);
    }
    pieces.extend(run);
    pieces.retain(|piece| tells(&piece.covered.text));
    pieces
}

fn area(area: Rect) -> [f64; 4] {
    [area.x0, area.y0, area.x1, area.y1]
}

/// Whether it tells anything: a letter that a box has caught at its rim does not, nor does what stands for something.
fn tells(text: &str) -> bool {
    let letters: Vec<char> = text
        .chars()
        .filter(|letter| letter.is_alphanumeric() || *letter == char::REPLACEMENT_CHARACTER)
        .collect();
    let is_filling = letters.len() >= FILLING
        && letters[0].is_alphabetic()
        && letters.iter().all(|letter| *letter == letters[0]);
    letters.len() >= FEWEST && !is_filling
}

/// Whether all that is hidden in a file is one date again and again, each drawn on its box and as large as fits there; it
/// may be cut off by the rim of a box.
pub(super) fn is_stamp(pieces: &[Piece]) -> bool {
    let first = pieces.first();
    let Some(stamp) = first.and_then(|piece| date(&piece.covered.text)) else {
        return false;
    };
    let mut sizes = Vec::new();
    for piece in pieces {
        let text = &piece.covered.text;
        let mut parts = text.split(stamp);
        if !piece.on_its_box || !parts.all(|part| stamp.starts_with(part)) {
            return false;
        }
        let dates = text.match_indices(stamp);
        sizes.extend(dates.filter_map(|(at, _)| piece.sizes.get(at)));
    }
    sizes.sort_by(f64::total_cmp);
    sizes.dedup_by(|larger, size| *larger < *size * LARGER);
    sizes.len() >= SIZES
}

/// The date that a text begins with, in figures: 03/23/2019, 23.3.2019 or 2019-03-23.
fn date(text: &str) -> Option<&str> {
    let is_figure = |letter: &u8| letter.is_ascii_digit();
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut figures = [0; 3];
    for (which, count) in figures.iter_mut().enumerate() {
        if which > 0 {
            bytes.get(at).filter(|one| b"/.-".contains(one))?;
            at += 1;
        }
        *count = bytes[at..]
            .iter()
            .take(4)
            .take_while(|one| is_figure(one))
            .count();
        at += *count;
    }
    let is_date = matches!(figures, [1..=2, 1..=2, 2 | 4] | [4, 1..=2, 1..=2]);
    is_date.then(|| &text[..at])
}
