//! Times told from another item's time: 'about 12 hours after m-7kq2'.

use super::super::Instant;
use super::super::Moment;
use super::super::Reference;
use super::calendar::number;

/// A time told from another item's: how far, in which direction, how surely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) to: String,
    after: bool,
    /// Least and most distance in milliseconds; nothing where only the direction is known.
    distance: Option<(i64, i64)>,
}

/// `[about] 12 hours after m-7kq2`, `before m-7kq2`.
pub(super) fn relation(text: &str) -> Option<Relation> {
    const UNITS: [(&str, i64); 5] = [
        ("second", 1000),
        ("minute", 60_000),
        ("hour", 3_600_000),
        ("day", 86_400_000),
        ("week", 604_800_000),
    ];
    let (rest, to) = text.rsplit_once(' ')?;
    let to = to.parse::<Reference>().ok()?.to_string();
    let (rest, direction) = rest.rsplit_once(' ').unwrap_or(("", rest));
    let after = match direction {
        "after" => true,
        "before" => false,
        _ => return None,
    };
    if rest.is_empty() {
        return Some(Relation {
            to,
            after,
            distance: None,
        });
    }
    let about = ["about ", "around ", "some ", "roughly "]
        .iter()
        .find_map(|prefix| rest.strip_prefix(prefix));
    let (count, unit) = about.unwrap_or(rest).split_once(' ')?;
    let count = match count {
        "a" | "an" | "one" => 1,
        count => number(count, 5)?,
    };
    let unit = unit.strip_suffix('s').unwrap_or(unit);
    let (_, unit) = UNITS.iter().find(|(word, _)| *word == unit)?;
    let distance = count * unit;
    // Told to the unit, it is good to half of one; told as 'about', to a whole one or a tenth, whichever is more.
    let slack = match about {
        Some(_) => (*unit).max(distance / 10),
        None => unit / 2,
    };
    Some(Relation {
        to,
        after,
        distance: Some(((distance - slack).max(0), distance + slack)),
    })
}

/// Gives a time that is told from another item's (`relative_to`) the bounds that follow from that item's time.
///
/// `12 hours after X` is good to half an hour, `about 12 hours after X` to an hour or a tenth of the distance, whichever
/// is more; `after X` is open. A time that is not told from another comes back as it is.
#[must_use]
pub fn resolve(told: &Instant, other: &Instant) -> Instant {
    let lower = told.as_written.as_deref().map(|words| {
        words
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    });
    let mut resolved = told.clone();
    let Some(relation) = lower.as_deref().and_then(relation) else {
        return resolved;
    };
    let move_by = |at: Option<Moment>, by: i64| {
        at.and_then(|at| at.millis().checked_add(by))
            .and_then(Moment::from_millis)
    };
    (resolved.earliest, resolved.latest) = match (relation.distance, relation.after) {
        (Some((least, most)), true) => {
            (move_by(other.earliest, least), move_by(other.latest, most))
        }
        (Some((least, most)), false) => (
            move_by(other.earliest, -most),
            move_by(other.latest, -least),
        ),
        (None, true) => (other.earliest, None),
        (None, false) => (None, other.latest),
    };
    resolved
}
