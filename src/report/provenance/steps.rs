//! Steps of custody in words.

use crate::archive::Act;
use crate::archive::CustodyStep;
use crate::archive::Gone;
use crate::archive::Party;
use crate::archive::corrected_under;
use crate::record::Zone;
use crate::record::show;

/// A step for a reader.
#[derive(Debug)]
pub(super) struct Step {
    /// Its number; a question mark for a gap.
    pub(super) number: String,
    /// Who gave what to whom.
    pub(super) what: String,
    /// When.
    pub(super) when: String,
    /// `witnessed`, `documented`, `stated`, `unknown`.
    pub(super) standing: String,
    /// What else is recorded of it.
    pub(super) details: Vec<String>,
}

/// Why a step has no time.
fn no_time(step: &CustodyStep) -> String {
    match Gone::of(&step.destroyed, &["at", "received"]) {
        Some(order) => format!("time {}", Gone::words(order)),
        None => "time not recorded".to_owned(),
    }
}

/// A step in words.
pub(super) fn step(step: &CustodyStep, zone: Zone) -> Step {
    let by = step.by.as_deref();
    let what = match step.act {
        Act::Made => format!(
            "{} {}",
            Party::names(&step.from),
            step.kind.as_deref().unwrap_or("made it")
        ),
        Act::Gap if step.to.is_empty() => "Gap: not recorded how it came here".to_owned(),
        Act::Gap => format!("Gap: not known how it reached {}", Party::names(&step.to)),
        Act::Transferred => format!("{} to {}", Party::names(&step.from), Party::names(&step.to)),
        Act::Given if step.to.is_empty() => {
            format!("{} gave it to the archive", Party::names(&step.from))
        }
        Act::Given => format!(
            "{} gave it to {}",
            Party::names(&step.from),
            Party::names(&step.to)
        ),
        Act::Ingested => by.map_or_else(
            || "Brought into the archive".to_owned(),
            |by| format!("Brought into the archive by {by}"),
        ),
    };
    let mut details = Vec::new();
    let kind = step
        .kind
        .as_ref()
        .filter(|_| matches!(step.act, Act::Transferred | Act::Given));
    let how: Vec<&str> = [kind, step.medium.as_ref(), step.place.as_ref()]
        .into_iter()
        .chain([
            step.purpose.as_ref(),
            step.authority.as_ref(),
            step.condition.as_ref(),
        ])
        .flatten()
        .map(String::as_str)
        .filter(|words| *words != "unknown")
        .collect();
    if !how.is_empty() {
        details.push(how.join("; "));
    }
    if step.branch {
        details.push("beside the way to the archive".to_owned());
    }
    details.extend(corrected_under(&step.corrected));
    details.extend(Gone::lines(&step.destroyed));
    if let Some(basis) = &step.basis {
        details.push(format!("rests on: {basis}"));
    }
    if !step.evidence.is_empty() {
        details.push(format!("see {}", step.evidence.join(", ")));
    }
    if let Some(sha256) = &step.sha256 {
        details.push(format!("SHA-256 {sha256}"));
    }
    if let (Some(entry), Some(by)) = (step.entry, by) {
        details.push(format!("entry {entry}, recorded by {by}"));
    }
    Step {
        number: step
            .number
            .map_or_else(|| "?".to_owned(), |number| number.to_string()),
        what,
        when: step
            .at
            .as_ref()
            .map_or_else(|| no_time(step), |at| show(at, zone)),
        standing: step
            .standing
            .clone()
            .unwrap_or_else(|| "not stated".to_owned()),
        details,
    }
}
