//! In which zone a draft's times of day are to be read.

use super::super::draft::Draft;
use super::times::lower;
use super::words::Word;
use super::words::sentences;
use crate::record::Zone;

/// A zone and how it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DraftZone {
    pub(super) zone: Zone,
    /// Its name.
    pub(super) name: String,
    /// Whether the draft itself says so.
    pub(super) said: bool,
}

/// A zone as a draft names it beside a time of day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Naming {
    /// As [`Zone`] reads it.
    Known(String),
    /// Words for one that no rule reads: `IST` is Irish, Indian or Israeli.
    Unknown(String),
}

/// Zones by their letters and words, each as [`Zone`] reads it. `Eastern` is said of the United States; elsewhere the words
/// differ (`AEST`).
const ZONES: &[(&str, &str)] = &[
    ("Eastern", "America/New_York"),
    ("Central", "America/Chicago"),
    ("Mountain", "America/Denver"),
    ("Pacific", "America/Los_Angeles"),
    ("ET", "America/New_York"),
    ("PT", "America/Los_Angeles"),
    ("UTC", "UTC"),
    ("Z", "UTC"),
    ("GMT", "GMT"),
    ("EST", "EST"),
    ("EDT", "EDT"),
    ("CST", "CST"),
    ("CDT", "CDT"),
    ("MST", "MST"),
    ("MDT", "MDT"),
    ("PST", "PST"),
    ("PDT", "PDT"),
    ("WET", "+00:00"),
    ("WEST", "+01:00"),
    ("BST", "+01:00"),
    ("CET", "+01:00"),
    ("CEST", "+02:00"),
    ("EET", "+02:00"),
    ("EEST", "+03:00"),
    ("MSK", "+03:00"),
    ("JST", "+09:00"),
    ("Eastern Standard", "EST"),
    ("Eastern Daylight", "EDT"),
    ("Central Standard", "CST"),
    ("Central Daylight", "CDT"),
    ("Mountain Standard", "MST"),
    ("Mountain Daylight", "MDT"),
    ("Pacific Standard", "PST"),
    ("Pacific Daylight", "PDT"),
    ("Greenwich Mean", "GMT"),
    ("Coordinated Universal", "UTC"),
    ("British Summer", "+01:00"),
    ("Western European", "+00:00"),
    ("Western European Summer", "+01:00"),
    ("Central European", "+01:00"),
    ("Central European Summer", "+02:00"),
    ("Eastern European", "+02:00"),
    ("Eastern European Summer", "+03:00"),
    ("Japan Standard", "+09:00"),
    ("Moscow Standard", "+03:00"),
];

/// The zone that begins a stretch of words, and how many they are: `CET`, `UTC+2`, `Berlin time`, `(Berlin)`.
pub(super) fn named(words: &[Word]) -> Option<(Naming, usize)> {
    const NONE: &[&str] = &["this", "that", "the", "last", "next", "same", "some", "any"];
    let first = words.first().filter(|it| !it.quotation)?;
    let joined = |words: &[Word]| {
        let words: Vec<&str> = words.iter().map(|it| it.text.as_str()).collect();
        words.join(" ")
    };
    let whole = |words: &[Word]| {
        words
            .iter()
            .all(|it| it.is_capital() || is_offset(&it.text))
    };
    if first.opens {
        let end = words.iter().take(4).position(|it| it.closes)? + 1;
        let inside = words.get(..end)?;
        let time = usize::from(lower(words, end - 1) == "time");
        let name = inside.get(..end - time).filter(|it| !it.is_empty())?;
        let read = resolved(&joined(name));
        return match read {
            Some(zone) => Some((Naming::Known(zone), end)),
            None if time == 1 || whole(inside) => Some((Naming::Unknown(joined(inside)), end)),
            None => None,
        };
    }
    // Words that end in 'time', and zones of Europe without it: 'Central European' is not 'Central'.
    let before = words.iter().take(4).position(|it| it.lower == "time");
    if let Some(end) = before.filter(|it| *it > 0) {
        let name = words.get(..end)?;
        let apart = name.iter().any(|it| it.pause || it.quotation);
        let lone = end == 1 && !first.is_capital() && is_place(&first.lower);
        if !apart && !NONE.contains(&first.lower.as_str()) && (lone || whole(name)) {
            let zone = resolved(&joined(name));
            let named = zone.map_or_else(|| Naming::Unknown(joined(name) + " time"), Naming::Known);
            return Some((named, end + 1));
        }
    }
    if is_continental(lower(words, 1)) && !first.pause && resolved(&first.text).is_some() {
        let many = 2 + usize::from(matches!(lower(words, 2), "summer" | "standard"));
        let words = joined(words.get(..many)?);
        let named = resolved(&words).map_or(Naming::Unknown(words), Naming::Known);
        return Some((named, many));
    }
    let next = words
        .get(1)
        .filter(|it| is_offset(&it.text) && !first.pause);
    if let Some(next) = next.filter(|_| matches!(first.text.as_str(), "UTC" | "GMT")) {
        let named = offset(&next.text).map_or_else(
            || Naming::Unknown(joined(words.get(..2).unwrap_or_default())),
            Naming::Known,
        );
        return Some((named, 2));
    }
    let text = first.text.as_str();
    if let Some(zone) = ZONES.iter().find(|it| it.0 == text) {
        return Some((Naming::Known(zone.1.to_owned()), 1));
    }
    let rest = text
        .strip_prefix("UTC")
        .or_else(|| text.strip_prefix("GMT"));
    if is_offset(rest.unwrap_or(text)) {
        let zone = offset(rest.unwrap_or(text));
        let named = zone.map_or_else(|| Naming::Unknown(text.to_owned()), Naming::Known);
        return Some((named, 1));
    }
    // Letters of a zone end in the T of 'time'.
    let letters = (3..=5).contains(&text.len())
        && text.ends_with('T')
        && text.bytes().all(|it| it.is_ascii_uppercase());
    letters.then(|| (Naming::Unknown(text.to_owned()), 1))
}

/// Whether a word is a city of the table of zones, or names a zone.
pub(super) fn is_place_name(text: &str) -> bool {
    resolved(text).is_some()
}

fn is_place(lower: &str) -> bool {
    matches!(lower, "local" | "his" | "her" | "their" | "our" | "my")
}

fn is_continental(lower: &str) -> bool {
    matches!(
        lower,
        "european" | "african" | "australian" | "indonesian" | "brazilian" | "asian"
    )
}

/// The zone that those words name, without 'time': by letters, words, an offset, or a city of the table of zones.
fn resolved(name: &str) -> Option<String> {
    const PARTS: &[&str] = &[
        "Europe",
        "America",
        "Asia",
        "Africa",
        "Australia",
        "Pacific",
        "Atlantic",
        "Indian",
    ];
    let listed = ZONES.iter().find(|it| it.0.eq_ignore_ascii_case(name));
    if let Some((_, zone)) = listed {
        return Some((*zone).to_owned());
    }
    let rest = name
        .strip_prefix("UTC")
        .or_else(|| name.strip_prefix("GMT"));
    if let Some(zone) = offset(rest.unwrap_or(name).trim()) {
        return Some(zone);
    }
    let city = name.replace(' ', "_");
    let places = PARTS.iter().map(|part| format!("{part}/{city}"));
    places.into_iter().find(|it| it.parse::<Zone>().is_ok())
}

fn is_offset(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-', '−', '±']);
    digits.is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()))
}

/// `+2`, `+0200`, `−05:30`, as [`Zone`] reads it.
fn offset(text: &str) -> Option<String> {
    let text = text.replace('−', "-");
    let digits = text.strip_prefix(['+', '-']).filter(|_| is_offset(&text))?;
    let sign = text.get(..1)?;
    let hours = digits.split(':').next()?;
    let padded = if hours.len() == 1 { "0" } else { "" };
    let zone = format!("{sign}{padded}{digits}");
    zone.parse::<Zone>().is_ok().then_some(zone)
}

/// The zone that a draft says its times are in (`Times are Eastern`, `All times are in UTC`), else the archive's.
pub(super) fn of_draft(draft: &Draft, archive: Option<&str>) -> DraftZone {
    let said = draft.paragraphs.iter().find_map(|it| {
        // Spelled at the edge of a draft, in few words; a long paragraph is not gone through for it.
        let text = it.text.get(..it.text.floor_char_boundary(2000))?;
        sentences(text).iter().find_map(|sentence| {
            let at = sentence.iter().position(|it| it.lower == "times")?;
            let rest = sentence.get(at + 1..)?;
            let verb = rest
                .first()
                .is_some_and(|it| matches!(it.lower.as_str(), "are" | "in" | "given"));
            let named = (0..rest.len().min(5)).find_map(|at| {
                let slashed = rest.get(at).filter(|it| it.text.contains('/'));
                match named(rest.get(at..)?) {
                    Some((Naming::Known(zone), _)) => Some(zone),
                    _ => slashed.map(|it| it.text.clone()),
                }
            })?;
            let zone: Zone = named.parse().ok().filter(|_| verb)?;
            Some(DraftZone {
                zone,
                name: named,
                said: true,
            })
        })
    });
    said.unwrap_or_else(|| DraftZone {
        zone: archive.and_then(|it| it.parse().ok()).unwrap_or(Zone::UTC),
        name: archive.unwrap_or("UTC").to_owned(),
        said: false,
    })
}
