//! A letter on the page, and the points of it that are looked at.

use hayro_interpret::font::Glyph as Drawn;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::Affine;
use hayro_interpret::kurbo::Point;
use hayro_interpret::kurbo::Rect;
use hayro_interpret::kurbo::Shape as _;

/// Points of a letter that are looked at, in each direction.
const GRID: u32 = 5;

/// How many of its points hide a letter: four fifths, as the x-ray of the Free Law Project has it.
const ENOUGH: u32 = GRID * GRID * 4 / 5;

/// A letter on the page.
#[derive(Debug)]
pub(super) struct Glyph {
    /// What it says; U+FFFD where the file does not tell.
    pub(super) text: String,
    /// Whether it left any ink when it was drawn.
    pub(super) inked: bool,
    /// Whether an annotation marks it to be taken out.
    pub(super) marked: bool,
    /// Its ink, in its own measure, and how that is put on the page.
    ink: Rect,
    place: Affine,
    /// The box around its ink, on the page.
    pub(super) area: Rect,
    /// Whether it was hidden as soon as it was drawn: on a box of its own colour.
    pub(super) lost: bool,
    /// Which of its points are hidden, one bit for each.
    pub(super) hidden: u32,
}

impl Glyph {
    /// The letter at that place; none where it is a space.
    pub(super) fn new(drawn: &Drawn<'_>, place: Affine) -> Option<Self> {
        let text = match drawn.as_unicode() {
            Some(BfString::Char(letter)) => letter.to_string(),
            Some(BfString::String(letters)) => letters,
            None => char::REPLACEMENT_CHARACTER.to_string(),
        };
        let is_blank = |letter: char| letter.is_whitespace() || letter.is_control();
        if text.chars().all(is_blank) {
            return None;
        }
        let ink = ink(drawn);
        let area = place.transform_rect_bbox(ink);
        area.is_finite().then_some(Self {
            text,
            inked: true,
            marked: false,
            ink,
            place,
            area,
            lost: false,
            hidden: 0,
        })
    }

    /// Whether it is hidden.
    pub(super) fn is_hidden(&self) -> bool {
        self.hidden.count_ones() >= ENOUGH
    }

    /// How large its font is drawn, in points across the line, to be compared with that of others.
    pub(super) fn size(&self) -> f64 {
        let [_, _, c, d, ..] = self.place.as_coeffs();
        c.hypot(d)
    }

    /// Whether it can be read.
    pub(super) fn is_seen(&self) -> bool {
        self.inked && !self.is_hidden()
    }

    /// The points that are looked at, each with its bit.
    pub(super) fn points(&self) -> impl Iterator<Item = (u32, Point)> + use<> {
        let (ink, place) = (self.ink, self.place);
        (0..GRID * GRID).map(move |at| {
            let part = |step: u32| (f64::from(step) + 0.5) / f64::from(GRID);
            let x = ink.x0 + ink.width() * part(at % GRID);
            let y = ink.y0 + ink.height() * part(at / GRID);
            (1 << at, place * Point::new(x, y))
        })
    }
}

/// The ink of a letter, in its own measure; where it has none, the room that it takes.
fn ink(glyph: &Drawn<'_>) -> Rect {
    let (drawn, advance) = match glyph {
        Drawn::Outline(glyph) => (glyph.outline().bounding_box(), glyph.advance_width()),
        Drawn::Type3(glyph) => (Rect::ZERO, glyph.advance_width()),
    };
    if drawn.area() > 0.0 {
        drawn
    } else {
        Rect::new(0.0, 0.0, advance.unwrap_or(500.0).max(1.0).into(), 700.0)
    }
}
