//! The sheet that a page is drawn on: each letter with its place, and how much of it is hidden by what is drawn after it.

use std::rc::Rc;

use hayro_interpret::BlendMode;
use hayro_interpret::ClipPath;
use hayro_interpret::Device;
use hayro_interpret::DrawMode;
use hayro_interpret::DrawProps;
use hayro_interpret::FillRule;
use hayro_interpret::Image;
use hayro_interpret::ImageData;
use hayro_interpret::ImageDrawProps;
use hayro_interpret::Paint;
use hayro_interpret::SoftMask;
use hayro_interpret::StrokeProps;
use hayro_interpret::font::GlyphRun;
use hayro_interpret::kurbo::BezPath;
use hayro_interpret::kurbo::Point;
use hayro_interpret::kurbo::Rect;
use hayro_interpret::kurbo::Shape as _;
use hayro_interpret::kurbo::Stroke;
use hayro_interpret::kurbo::StrokeOpts;
use hayro_interpret::kurbo::stroke;

use super::budget::Budget;
use super::glyph::Glyph;
use super::outline::Outline;
use super::outline::within;

/// A line narrower than this, in points, is no box.
const NARROWEST: f64 = 3.0;

/// Parts of a shape whose outline is still worked out, where it is a line.
const LONGEST_LINE: usize = 10_000;

/// From here on paint lets nothing through that could be read.
const OPAQUE: f32 = 0.98;

/// Up to here text has left no trace.
const FAINT: f32 = 0.02;

/// As light as a colour may be for black text in it not to be read, where the two are mixed: a contrast of 1.5 to 1.
const DARKEST: u8 = 48;

/// As far apart as two shades may be that the eye takes for one.
const ALIKE: u8 = 5;

/// Shapes on one page that are kept at most.
const MOST_LAYERS: usize = 200_000;

/// Clips within clips that are followed; what is drawn within more is taken for no box.
const DEEPEST: usize = 200;

/// How something that was drawn looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// One colour, through which nothing is seen.
    Solid([u8; 3]),
    /// A picture, through which nothing is seen; it may show the text that lies under it.
    Picture,
    /// Anything else: what lies under it shows.
    Thin,
}

/// Something that was drawn, with what it was cut off by.
struct Layer {
    outline: Outline,
    clips: Rc<Vec<Rc<Outline>>>,
    look: Look,
}

impl Layer {
    fn holds(&self, point: Point, budget: &mut Budget) -> bool {
        self.outline.holds(point, budget) && within(&self.clips, point, budget)
    }
}

/// How a group of things is put on the page.
struct Veil {
    opacity: f32,
    masked: bool,
    blend: BlendMode,
}

/// A page while it is drawn.
pub(super) struct Sheet {
    glyphs: Vec<Glyph>,
    layers: Vec<Layer>,
    clips: Rc<Vec<Rc<Outline>>>,
    /// Clips beyond the deepest that is followed.
    too_deep: usize,
    veils: Vec<Veil>,
    budget: Budget,
}

impl Sheet {
    /// An empty page.
    pub(super) fn new(budget: Budget) -> Self {
        Self {
            glyphs: Vec::new(),
            layers: Vec::new(),
            clips: Rc::default(),
            too_deep: 0,
            veils: Vec::new(),
            budget,
        }
    }

    /// The letters in the order in which they were drawn, and what is left for the next page.
    pub(super) fn finish(self) -> (Vec<Glyph>, Budget) {
        (self.glyphs, self.budget)
    }

    /// Draws a box of that colour over what is there.
    pub(super) fn cover(&mut self, path: &BezPath, colour: [u8; 3]) {
        self.lay(path, FillRule::NonZero, Look::Solid(colour));
    }

    /// Marks the letters whose middle lies in that area to be taken out.
    pub(super) fn mark(&mut self, area: Rect) {
        self.budget.take_steps(self.glyphs.len());
        for glyph in &mut self.glyphs {
            glyph.marked |= area.contains(glyph.area.center());
        }
    }

    fn lay(&mut self, path: &BezPath, rule: FillRule, look: Look) {
        if self.budget.is_spent() || self.too_deep > 0 || !path.is_finite() {
            return;
        }
        let layer = Layer {
            outline: Outline::new(path, rule),
            clips: Rc::clone(&self.clips),
            look,
        };
        self.budget.take_steps(self.glyphs.len());
        for glyph in &mut self.glyphs {
            if look == Look::Thin || !glyph.area.overlaps(layer.outline.bounds) {
                continue;
            }
            for (bit, point) in glyph.points() {
                if layer.holds(point, &mut self.budget) {
                    match look {
                        Look::Solid(_) => glyph.hidden |= bit,
                        Look::Picture => glyph.hidden &= !bit,
                        Look::Thin => {}
                    }
                }
            }
        }
        self.layers.push(layer);
        if self.layers.len() >= MOST_LAYERS {
            self.budget.stop();
        }
    }

    /// How paint looks on the page, with all that it is put there through.
    fn look(&self, paint: &Paint<'_>, is_masked: bool, blend: BlendMode) -> Look {
        let Paint::Color(colour) = paint else {
            return Look::Thin;
        };
        let [red, green, blue, alpha] = colour.to_rgba().to_rgba8();
        let opacity = f32::from(alpha) / 255.0;
        self.seen_through(opacity, is_masked, blend, [red, green, blue])
    }

    fn seen_through(
        &self,
        opacity: f32,
        is_masked: bool,
        blend: BlendMode,
        colour: [u8; 3],
    ) -> Look {
        let here = Veil {
            opacity,
            masked: is_masked,
            blend,
        };
        let all = || self.veils.iter().chain([&here]);
        let opacity: f32 = all().map(|veil| veil.opacity).product();
        if opacity < OPAQUE || all().any(|veil| veil.masked) {
            return Look::Thin;
        }
        let is_dark = colour.iter().all(|shade| *shade <= DARKEST);
        let hides = all().all(|veil| match veil.blend {
            BlendMode::Normal => true,
            // A dark marker: black text in it is black on black.
            BlendMode::Multiply | BlendMode::Darken => is_dark,
            _ => false,
        });
        if hides {
            Look::Solid(colour)
        } else {
            Look::Thin
        }
    }

    /// The points of a letter that are of the colour of what lies under them, where that is something that was drawn.
    fn lost_in(&mut self, glyph: &Glyph, colour: [u8; 3]) -> u32 {
        self.budget.take_steps(self.layers.len());
        let under: Vec<&Layer> = self
            .layers
            .iter()
            .rev()
            .filter(|layer| layer.outline.bounds.overlaps(glyph.area))
            .collect();
        let mut lost = 0;
        for (bit, point) in glyph.points() {
            let top = under
                .iter()
                .find(|layer| layer.holds(point, &mut self.budget));
            if let Some(Layer {
                look: Look::Solid(ground),
                ..
            }) = top
                && alike(*ground, colour)
            {
                lost |= bit;
            }
        }
        lost
    }

    fn draw_stroke(&mut self, path: &BezPath, props: &DrawProps<'_>, line: &StrokeProps) {
        let scale = props.transform.determinant().abs().sqrt();
        let width = f64::from(line.line_width);
        let is_wide = width * scale >= NARROWEST;
        // A dashed line lets text through.
        if !is_wide
            || !line.dash_array.is_empty()
            || path.elements().len() > LONGEST_LINE
            || !path.is_finite()
        {
            return;
        }
        let style = Stroke::new(width)
            .with_caps(line.line_cap)
            .with_join(line.line_join)
            .with_miter_limit(line.miter_limit.into());
        let outline = stroke(path, &style, &StrokeOpts::default(), 0.1 / scale);
        let look = self.look(&props.paint, props.soft_mask.is_some(), props.blend_mode);
        self.lay(&(props.transform * outline), FillRule::NonZero, look);
    }

    /// How a picture looks, and whether it need be asked: where no letter lies under it, any picture is one.
    fn look_of_picture(&self, image: &Image<'_, '_>, bounds: Rect) -> Look {
        let through = |colour| self.seen_through(1.0, false, BlendMode::Normal, colour);
        let is_needed = self.glyphs.iter().any(|one| one.area.overlaps(bounds));
        match image {
            Image::Raster(raster) => {
                let stream = raster.stream().dict();
                let is_masked = ["SMask", "Mask", "SMaskInData"];
                if is_masked.iter().any(|key| stream.contains_key(key)) {
                    return Look::Thin;
                }
                // White is a colour through which something shows wherever the picture is mixed with what lies under it.
                let hides = through([u8::MAX; 3]) != Look::Thin;
                let mut look = if hides { Look::Picture } else { Look::Thin };
                if is_needed {
                    raster.with_rgba(
                        |data, _| {
                            if let Some(colour) = only_colour(&data) {
                                look = through(colour);
                            }
                        },
                        None,
                    );
                }
                look
            }
            Image::Stencil(stencil) => {
                let mut look = Look::Thin;
                if is_needed {
                    stencil.with_stencil(
                        |data, paint| {
                            if data.data.iter().all(|dot| *dot == u8::MAX) {
                                look = self.look(paint, false, BlendMode::Normal);
                            }
                        },
                        None,
                    );
                }
                look
            }
        }
    }
}

/// Whether the eye takes two colours for one.
fn alike(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter()
        .zip(other)
        .all(|(one, other)| one.abs_diff(other) <= ALIKE)
}

/// The colour of a picture that has but one.
fn only_colour(data: &ImageData) -> Option<[u8; 3]> {
    let (bytes, width) = match data {
        ImageData::Rgb(data) => (&data.data, 3),
        ImageData::Luma(data) => (&data.data, 1),
    };
    let dots = || {
        bytes.chunks_exact(width).map(|dot| match dot {
            [red, green, blue] => [*red, *green, *blue],
            _ => [dot[0]; 3],
        })
    };
    let first = dots().next()?;
    dots().all(|dot| alike(dot, first)).then_some(first)
}

impl<'a> Device<'a> for Sheet {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        let fill = match mode {
            DrawMode::Fill(rule) | DrawMode::FillAndStroke(rule, _) => Some(*rule),
            DrawMode::Stroke(_) | DrawMode::Invisible => None,
        };
        if let Some(rule) = fill {
            let look = self.look(&props.paint, props.soft_mask.is_some(), props.blend_mode);
            self.lay(&(props.transform * path), rule, look);
        }
        if let DrawMode::Stroke(line) | DrawMode::FillAndStroke(_, line) = mode {
            self.draw_stroke(path, &props, line);
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let look = self.look(&props.paint, props.soft_mask.is_some(), props.blend_mode);
        let is_invisible = matches!(mode, DrawMode::Invisible)
            || matches!(&props.paint, Paint::Color(colour) if colour.to_rgba().components()[3] < FAINT);
        for drawn in run.glyphs() {
            if self.budget.is_spent() {
                return;
            }
            self.budget.take_glyph();
            let Some(mut glyph) = Glyph::new(drawn, props.transform * drawn.transform()) else {
                continue;
            };
            if !within(&self.clips, glyph.area.center(), &mut self.budget) {
                continue;
            }
            glyph.inked = !is_invisible;
            if let Look::Solid(colour) = look
                && glyph.inked
            {
                glyph.hidden = self.lost_in(&glyph, colour);
                glyph.lost = glyph.is_hidden();
            }
            self.glyphs.push(glyph);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let size = Rect::new(0.0, 0.0, image.width().into(), image.height().into());
        let path = props.transform * size.to_path(0.1);
        if self.budget.is_spent() || !path.is_finite() {
            return;
        }
        let look = self.look_of_picture(&image, path.bounding_box());
        self.lay(&path, FillRule::NonZero, look);
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        if self.clips.len() >= DEEPEST {
            self.too_deep += 1;
            return;
        }
        let outline = Outline::new(&clip.path, clip.fill);
        Rc::make_mut(&mut self.clips).push(Rc::new(outline));
    }

    fn pop_clip(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else {
            Rc::make_mut(&mut self.clips).pop();
        }
    }

    fn push_transparency_group(
        &mut self,
        opacity: f32,
        mask: Option<SoftMask<'a>>,
        blend: BlendMode,
    ) {
        self.veils.push(Veil {
            opacity,
            masked: mask.is_some(),
            blend,
        });
    }

    fn pop_transparency_group(&mut self) {
        self.veils.pop();
    }
}
