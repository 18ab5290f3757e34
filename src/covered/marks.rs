//! Annotations that no appearance was drawn for: marks to take text out that were not carried out, and the boxes and dark
//! markers that a viewer draws by itself.

use hayro_interpret::RectExt as _;
use hayro_interpret::hayro_syntax::object::Array;
use hayro_interpret::hayro_syntax::object::Dict;
use hayro_interpret::hayro_syntax::object::Name;
use hayro_interpret::hayro_syntax::object::Rect as PdfRect;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::Affine;
use hayro_interpret::kurbo::Point;
use hayro_interpret::kurbo::Rect;
use hayro_interpret::kurbo::Shape as _;

use super::sheet::Sheet;

/// The flags of an annotation that is not shown.
const NOT_SHOWN: u32 = (1 << 1) | (1 << 5);

/// As light as a marker may be for black text in it not to be read.
const DARKEST: f32 = 0.19;

/// Areas of one annotation that are looked at.
const MOST_AREAS: usize = 10_000;

/// Looks at the annotations of a page that is drawn.
pub(super) fn draw(page: &Page<'_>, transform: Affine, sheet: &mut Sheet) {
    let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else {
        return;
    };
    for annotation in annotations.iter::<Dict<'_>>() {
        let Some(kind) = annotation.get::<Name<'_>>("Subtype") else {
            continue;
        };
        let kind: &[u8] = &kind;
        if kind == b"Redact" {
            for area in areas(&annotation) {
                sheet.mark(transform.transform_rect_bbox(area));
            }
            continue;
        }
        let flags = annotation.get::<u32>("F").unwrap_or(0);
        if annotation.contains_key("AP") || flags & NOT_SHOWN != 0 || is_thin(&annotation) {
            continue;
        }
        let colour = match kind {
            b"Highlight" => colour(&annotation, "C")
                .filter(|shades| shades.iter().all(|shade| *shade <= DARKEST)),
            b"Square" => colour(&annotation, "IC"),
            _ => None,
        };
        if let Some(colour) = colour {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a shade lies between 0 and 1"
            )]
            let colour = colour.map(|shade| (shade * 255.0) as u8);
            for area in areas(&annotation) {
                sheet.cover(&(transform * area.to_path(0.1)), colour);
            }
        }
    }
}

/// Whether it is drawn so that what lies under it shows.
fn is_thin(annotation: &Dict<'_>) -> bool {
    annotation
        .get::<f32>("CA")
        .is_some_and(|alpha| alpha < 0.98)
}

/// The areas of an annotation: its quadrilaterals, or else its rectangle.
fn areas(annotation: &Dict<'_>) -> Vec<Rect> {
    let corners: Vec<f32> = annotation
        .get::<Array<'_>>("QuadPoints")
        .map(|numbers| numbers.iter::<f32>().take(MOST_AREAS * 8).collect())
        .unwrap_or_default();
    let quads: Vec<Rect> = corners
        .chunks_exact(8)
        .map(|quad| {
            let corner = |at: usize| Point::new(quad[at].into(), quad[at + 1].into());
            let half = |at: usize| Rect::from_points(corner(at), corner(at + 2));
            half(0).union(half(4))
        })
        .collect();
    if quads.is_empty() {
        let whole = annotation.get::<PdfRect>("Rect");
        return whole.map(|area| area.to_kurbo()).into_iter().collect();
    }
    quads
}

/// A colour of an annotation, in red, green and blue; none where it has none.
fn colour(annotation: &Dict<'_>, key: &str) -> Option<[f32; 3]> {
    let shades: Vec<f32> = annotation
        .get::<Array<'_>>(key)?
        .iter::<f32>()
        .take(5)
        .map(|shade| shade.clamp(0.0, 1.0))
        .collect();
    match *shades.as_slice() {
        [grey] => Some([grey; 3]),
        [red, green, blue] => Some([red, green, blue]),
        [cyan, magenta, yellow, black] => {
            Some([cyan, magenta, yellow].map(|ink| (1.0 - ink) * (1.0 - black)))
        }
        _ => None,
    }
}
