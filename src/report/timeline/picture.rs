//! The timeline as a still picture: one lane for each party on one axis of time, in SVG that needs no script and no
//! style attribute.
//!
//! A filled dot is a time known to the minute, a bar the stretch in which an uncertain one lies, a dot with tails a time
//! told as 'about'. A silence is a dashed line in the lane of the party that did not answer. Where the records are
//! known to be partial the picture is hatched over its whole height: without it a gap in the records would look like
//! somebody's silence.

use maud::Markup;
use maud::html;

use super::Row;
use super::Silence;
use super::Timeline;
use crate::record::Moment;
use crate::record::visible;

/// Most messages that are drawn; the table has them all.
const MOST: usize = 5000;

/// Most lanes that are drawn; more parties than that are only in the table.
const LANES: usize = 6;

/// Width of the picture, and of the names beside the lanes.
const WIDTH: f64 = 960.0;
const NAMES: f64 = 150.0;
const RIGHT: f64 = 24.0;

/// Height of a lane and of what stands above and below all lanes.
const LANE: f64 = 64.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 36.0;

/// Most characters of the reason why records are partial.
const REASON: usize = 100;

/// Narrowest dashed line on which its words still fit.
const LABEL: f64 = 150.0;

/// Steps of the axis in seconds: from a quarter of an hour to ten years.
const STEPS: [i64; 17] = [
    900,
    3600,
    10_800,
    21_600,
    43_200,
    86_400,
    172_800,
    604_800,
    1_209_600,
    2_592_000,
    7_776_000,
    15_552_000,
    31_536_000,
    63_072_000,
    157_680_000,
    315_360_000,
    3_153_600_000,
];

/// Where on the picture a moment lies.
struct Axis {
    start: f64,
    end: f64,
}

impl Axis {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of four-digit years fit in 53 bits"
    )]
    fn x(&self, at: Moment) -> f64 {
        let share = (at.millis() as f64 - self.start) / (self.end - self.start);
        NAMES + share.clamp(0.0, 1.0) * (WIDTH - NAMES - RIGHT)
    }
}

impl Timeline {
    /// The picture, or nothing where there is nothing to draw or too many parties for it.
    pub(super) fn picture(&self) -> Option<Markup> {
        let lanes = self.parties.len() + usize::from(self.others > 0);
        if lanes == 0 || lanes > LANES {
            return None;
        }
        let drawn: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| row.at.earliest.is_some() || row.at.latest.is_some())
            .take(MOST)
            .collect();
        let bounds = || {
            drawn
                .iter()
                .flat_map(|row| [row.at.earliest, row.at.latest])
                .flatten()
        };
        let (first, last) = (bounds().min()?, bounds().max()?);
        let axis = axis(first, last);
        let height = TOP + LANE * number(lanes) + BOTTOM;
        let title = format!("{} Silences are those in the records held.", self.counts());
        Some(html! {
            svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-labelledby="picture-title" {
                title id="picture-title" { (title) }
                defs {
                    pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                        line class="hatch" x1="0" y1="0" x2="0" y2="8" {}
                    }
                    marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" {
                        path class="tip" d="M0 0 8 4 0 8z" {}
                    }
                }
                (self.hatches(&axis, height))
                (self.ticks(&axis, first, last, height))
                @for (lane, name) in self.lane_names().iter().enumerate() {
                    line class="lane" x1=(px(NAMES)) x2=(px(WIDTH - RIGHT)) y1=(px(y(lane))) y2=(px(y(lane))) {}
                    text class="name" x="0" y=(px(y(lane) + 5.0)) { title { (name) } (short(name)) }
                }
                @for silence in &self.silences { (self.silence_mark(&axis, silence)) }
                @for row in &drawn { (self.dot(&axis, row)) }
            }
            @if self.rows.len() > drawn.len() {
                p class="note" {
                    "The picture shows " (drawn.len()) " of " (self.rows.len()) " messages: those with a known time, at most "
                    (MOST) ". The table has all."
                }
            }
        })
    }

    fn lane_names(&self) -> Vec<String> {
        let others = (self.others > 0).then(|| "others".to_owned());
        let names = self.parties.iter().map(|party| visible(&party.name));
        names.chain(others).collect()
    }

    fn hatches(&self, axis: &Axis, height: f64) -> Markup {
        html! {
            @for (number, span) in self.partial.iter().enumerate() {
                @let from = span.from.map_or(NAMES, |at| axis.x(at));
                @let to = span.to.map_or(WIDTH - RIGHT, |at| axis.x(at));
                rect fill="url(#hatch)" x=(px(from)) y=(px(TOP)) width=(px((to - from).max(4.0)))
                    height=(px(height - TOP - BOTTOM)) {
                    title { "The records are partial: " (visible(&span.reason)) }
                }
                // Several that begin in one place would stand over each other; the remarks above the picture have them all.
                @if self.partial.iter().take(number).all(|it| it.from != span.from) {
                    @let more = self.partial.iter().skip(number + 1).filter(|it| it.from == span.from).count();
                    text class="small" x=(px(from + 3.0)) y=(px(TOP - 4.0)) {
                        "partial: " (short_of(&visible(&span.reason), REASON))
                        @if more > 0 { " (and " (more) " more)" }
                    }
                }
            }
        }
    }

    fn ticks(&self, axis: &Axis, first: Moment, last: Moment, height: f64) -> Markup {
        let span = (last.millis() - first.millis()) / 1000;
        let step = STEPS
            .into_iter()
            .find(|step| span / step < 8)
            .unwrap_or(i64::MAX);
        let wall = |at: Moment| self.shown_in.local(at).0;
        // The first tick lies on a round time of the wall clock; those after it are steps of equal length.
        let start = wall(first).and_utc().timestamp();
        let ahead = (step - start.rem_euclid(step)) % step;
        let format = if step < 86_400 {
            "%-d %b %-I %P"
        } else {
            "%-d %b %Y"
        };
        let ticks = (0..9).filter_map(|count| {
            let seconds = ahead.checked_add(step.checked_mul(count)?)?;
            let at = Moment::from_millis(first.millis().checked_add(seconds.checked_mul(1000)?)?)?;
            (at <= last).then_some(at)
        });
        html! {
            @for at in ticks {
                @let x = px(axis.x(at));
                line class="tick" x1=(x) x2=(x) y1=(px(TOP)) y2=(px(height - BOTTOM)) {}
                text class="small middle" x=(x) y=(px(height - BOTTOM + 18.0)) { (wall(at).format(format)) }
            }
        }
    }

    fn silence_mark(&self, axis: &Axis, silence: &Silence) -> Markup {
        let lane_of = |name: &str| self.parties.iter().position(|party| party.name == name);
        let (Some(by), Some(waiting), Some(from), Some(to)) = (
            lane_of(&silence.by),
            lane_of(&silence.waiting),
            silence.drawn.0,
            silence.drawn.1,
        ) else {
            return html! {};
        };
        let (from, to) = (axis.x(from), axis.x(to));
        let words = format!("no reply for {}", silence.length());
        // On the side of the lane on which no line to another lane runs.
        let beside = if by == 0 { -9.0 } else { 17.0 };
        html! {
            @if silence.first_shown && silence.reply_row.is_some() {
                line class="ask" x1=(px(from)) y1=(px(y(waiting))) x2=(px(to)) y2=(px(y(by))) marker-end="url(#tip)" {}
            }
            line class="silence" x1=(px(from)) x2=(px(to)) y1=(px(y(by))) y2=(px(y(by))) {
                title { (visible(&format!("no reply for {}", silence.in_words()))) }
            }
            @if to - from > LABEL {
                text class="small middle" x=(px(f64::midpoint(from, to))) y=(px(y(by) + beside)) {
                    (words)
                    @if !silence.doubts().is_empty() { " (see the table)" }
                }
            }
        }
    }

    fn dot(&self, axis: &Axis, row: &Row) -> Markup {
        let y = y(row.party.unwrap_or(self.parties.len()));
        let from = row.at.earliest.map_or(NAMES, |at| axis.x(at));
        let to = row.at.latest.map_or(WIDTH - RIGHT, |at| axis.x(at));
        let words = visible(&format!("{}: {}", row.item, row.shown));
        let about = row.at.as_written.as_deref().is_some_and(is_about);
        html! {
            @if row.uncertain && about {
                line class="tail" x1=(px(from)) x2=(px(to)) y1=(px(y)) y2=(px(y)) {}
                circle class="dot" cx=(px(f64::midpoint(from, to))) cy=(px(y)) r="5" { title { (words) } }
            } @else if row.uncertain {
                @let class = if row.at.earliest.is_none() || row.at.latest.is_none() { "bar open" } else { "bar" };
                rect class=(class) x=(px(from)) y=(px(y - 5.0)) width=(px((to - from).max(3.0))) height="10" {
                    title { (words) }
                }
            } @else {
                circle class="dot" cx=(px(from)) cy=(px(y)) r="5" { title { (words) } }
            }
        }
    }
}

fn is_about(words: &str) -> bool {
    let words = words.trim().to_lowercase();
    words.ends_with('~')
        || ["about ", "around ", "circa ", "ca. ", "~"]
            .iter()
            .any(|about| words.starts_with(about))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of four-digit years fit in 53 bits"
)]
fn axis(first: Moment, last: Moment) -> Axis {
    let (start, end) = (first.millis() as f64, last.millis() as f64);
    let margin = ((end - start) * 0.02).max(60_000.0);
    Axis {
        start: start - margin,
        end: end + margin,
    }
}

/// The height at which a lane runs.
fn y(lane: usize) -> f64 {
    TOP + LANE * (number(lane) + 0.5)
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(0.0, f64::from)
}

/// A length in the picture, to a tenth.
fn px(length: f64) -> String {
    format!("{length:.1}")
}

fn short(name: &str) -> String {
    short_of(name, 18)
}

/// At most so many characters, the last an ellipsis where there were more.
fn short_of(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most - 1).collect();
    format!("{short}…")
}
