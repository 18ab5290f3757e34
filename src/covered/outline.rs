//! A shape on the page: what is filled, and what cuts that off.

use std::rc::Rc;

use hayro_interpret::FillRule;
use hayro_interpret::kurbo::BezPath;
use hayro_interpret::kurbo::PathEl;
use hayro_interpret::kurbo::Point;
use hayro_interpret::kurbo::Rect;
use hayro_interpret::kurbo::Shape as _;

use super::budget::Budget;

/// A shape that bounds others.
#[derive(Debug)]
pub(super) struct Outline {
    path: BezPath,
    rule: FillRule,
    /// The box around it.
    pub(super) bounds: Rect,
}

impl Outline {
    /// The shape of a path, filled by that rule.
    pub(super) fn new(path: &BezPath, rule: FillRule) -> Self {
        let path = closed(path);
        let bounds = path.bounding_box();
        Self { path, rule, bounds }
    }

    /// Whether the point lies in it.
    pub(super) fn holds(&self, point: Point, budget: &mut Budget) -> bool {
        if !self.bounds.contains(point) {
            return false;
        }
        budget.take_steps(self.path.elements().len());
        let winding = self.path.winding(point);
        match self.rule {
            FillRule::NonZero => winding != 0,
            FillRule::EvenOdd => winding % 2 != 0,
        }
    }
}

/// Whether the point lies in all of these shapes.
pub(super) fn within(clips: &[Rc<Outline>], point: Point, budget: &mut Budget) -> bool {
    clips.iter().all(|clip| clip.holds(point, budget))
}

/// The path with each of its parts closed, as filling takes it.
fn closed(path: &BezPath) -> BezPath {
    let mut closed = BezPath::new();
    for element in path.elements() {
        let is_open = !matches!(closed.elements().last(), None | Some(PathEl::ClosePath));
        if matches!(element, PathEl::MoveTo(_)) && is_open {
            closed.close_path();
        }
        closed.push(*element);
    }
    if !matches!(closed.elements().last(), None | Some(PathEl::ClosePath)) {
        closed.close_path();
    }
    closed
}
