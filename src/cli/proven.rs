//! The proof that a citation report carries: of each source that it shows, the lines in which the shown words stand.

use std::collections::BTreeMap;

use super::CliError;
use super::Context;
use super::withhold::demand_free;
use super::withhold::demand_free_inside;
use crate::anchor::Trusted;
use crate::archive::Archive;
use crate::archive::Target;
use crate::cite::Citations;
use crate::keys::words;
use crate::publish;
use crate::publish::Wanted;
use crate::report::Proven;

/// Makes the proof of the passages that a report of these citations shows. What cannot be proved is left out: what lies in a
/// withheld item, and text that the record has in other words than it was shown in.
pub(super) fn prove(
    context: &Context,
    archive: &Archive,
    citations: &Citations,
) -> Result<Proven, CliError> {
    let mut wanted = Wanted::default();
    let mut shown: BTreeMap<&str, u64> = BTreeMap::new();
    let first = citations
        .quotations
        .iter()
        .filter_map(|it| it.matches.first());
    for found in first {
        let joined: Vec<(&str, [&str; 3])> = if found.joins.is_empty() {
            vec![(&found.item, [&found.before, &found.text, &found.after])]
        } else {
            let parts = found.joins.iter();
            parts
                .map(|it| (it.item.as_str(), [it.before.as_str(), &it.text, &it.after]))
                .collect()
        };
        for (item, parts) in joined {
            if let Some(shows) = add(archive, &mut wanted, item, parts)? {
                shown.insert(item, shows);
            }
        }
    }
    if wanted.items.is_empty() {
        return Err(CliError::usage(
            "the report shows no passage that could be proved",
            "the same command without --proof",
        ));
    }
    let proof = publish::make(archive, &wanted, &Trusted::load(&context.places()?)?)?;
    let opened: Vec<_> = wanted.items.iter().copied().zip(proof.opened()).collect();
    demand_free_inside(archive, &opened)?;
    let file = proof.file()?;
    let checked = publish::check(file.as_bytes());
    let place = |item: u64| wanted.items.iter().position(|it| *it == item);
    let numbers = shown
        .into_iter()
        .filter_map(|(name, item)| Some((name.to_owned(), place(item)?)))
        .collect();
    let said = words(archive.origin().as_str())?;
    Ok(Proven::new(file, checked, &said, numbers))
}

/// Asks for the lines in which the words shown of an item stand; gives the item whose text that is.
fn add(
    archive: &Archive,
    wanted: &mut Wanted,
    name: &str,
    [before, text, after]: [&str; 3],
) -> Result<Option<u64>, CliError> {
    let Target::Item(item) = archive.resolve(name)? else {
        return Ok(None);
    };
    let subjects = publish::subjects(archive, item)?;
    let opened: Vec<_> = subjects
        .iter()
        .map(|it| (*it, vec!["text".to_owned()]))
        .collect();
    if demand_free(archive, &subjects).is_err() || demand_free_inside(archive, &opened).is_err() {
        return Ok(None);
    }
    let Some(&shows) = subjects.last() else {
        return Ok(None);
    };
    let Some(own) = archive.own_text(shows)? else {
        return Ok(None);
    };
    let before = before.strip_prefix('…').unwrap_or(before);
    let after = after.strip_suffix('…').unwrap_or(after);
    let words = format!("{before}{text}{after}");
    let words = words.trim();
    let Some(start) = memchr::memmem::find(own.as_bytes(), words.as_bytes()) else {
        return Ok(None);
    };
    let line = |end: usize| {
        let before = own.get(..end).unwrap_or_default();
        memchr::memchr_iter(b'\n', before.as_bytes()).count() as u64 + 1
    };
    let lines = (line(start), line(start + words.len()));
    for subject in subjects {
        if !wanted.items.contains(&subject) {
            wanted.items.push(subject);
        }
        let cited = wanted.cited.entry(subject).or_default();
        if subject == shows {
            cited.push(lines);
        }
    }
    Ok(Some(shows))
}
