//! In which zone a draft's times of day are to be read.

use super::super::draft::Draft;
use super::times;
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
            let named = rest.iter().take(5).find_map(|it| {
                times::zone_of(&it.text)
                    .or_else(|| it.text.contains('/').then_some(it.text.as_str()))
            })?;
            let zone: Zone = named.parse().ok().filter(|_| verb)?;
            Some(DraftZone {
                zone,
                name: named.to_owned(),
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
