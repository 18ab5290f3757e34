//! Everything in short: one pass over the items, each looked at once.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::archive::Archive;
use crate::archive::Custodian;
use crate::archive::Gone;
use crate::cli::CliError;
use crate::cli::Context;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::kind_words;
use crate::report::provenance::AccessionRow;
use crate::report::provenance::All;
use crate::report::provenance::DocumentRow;

/// Items read at a time.
const STEP: u64 = 1024;

/// All accessions and documents.
pub(super) fn all(context: &Context, archive: &Archive) -> Result<All, CliError> {
    let mut all = All::default();
    let mut references: HashMap<u64, String> = archive.accessions()?.into_iter().collect();
    // Where the row of a document's bytes stands, and which row an item of them belongs to.
    let mut known: HashMap<Digest, usize> = HashMap::new();
    let mut rows: HashMap<u64, usize> = HashMap::new();
    let mut times: HashMap<u64, Option<String>> = HashMap::new();
    let mut counted: HashSet<u64> = HashSet::new();
    let withholding = archive.withholding()?;
    let last = archive.last_item()?;
    let meter = context.ui.meter();
    let mut done = 0;
    loop {
        let cards = archive.after(done, STEP)?;
        let Some(end) = cards.last().map(|card| card.item) else {
            break;
        };
        done = end;
        meter.tell(done, Some(last), "items");
        for card in cards {
            if card.class == "m" {
                // A second receipt of the same bytes has items of its own: they are the same messages.
                if let Some(row) = card.parent.and_then(|parent| rows.get(&parent))
                    && card.parent.is_some_and(|parent| counted.contains(&parent))
                    && let Some(row) = all.documents.get_mut(*row)
                {
                    row.messages += 1;
                }
                continue;
            }
            if card.class != "d" {
                continue;
            }
            if let Some(row) = known.get(&card.sha256) {
                rows.insert(card.item, *row);
                continue;
            }
            known.insert(card.sha256, all.documents.len());
            rows.insert(card.item, all.documents.len());
            counted.insert(card.item);
            let parent = card.parent.and_then(|parent| rows.get(&parent));
            let parent = parent.and_then(|row| all.documents.get(*row));
            let parent = parent.map(|row| row.document.clone());
            let entry = archive.place(card.item)?.map(|(_, seal)| seal);
            let withheld = withholding.of(archive, card.item)?.map(|it| it.entry);
            let whole = withheld.is_none() && withholding.inside(archive, &card)?.is_none();
            let size = match withheld {
                Some(_) => None,
                None => Some(size_of(archive, card.item)?),
            };
            all.documents.push(DocumentRow {
                document: archive.reference(&card)?,
                what: kind_words(&card.kind).to_owned(),
                name: card.name.clone().filter(|_| withheld.is_none()),
                digest: Some(card.sha256).filter(|_| whole),
                withheld,
                size,
                messages: 0,
                accession: references.get(&card.accession).cloned(),
                parent,
                entry,
                recorded: match entry {
                    Some(entry) => recorded(archive, entry, &mut times)?,
                    None => None,
                },
            });
        }
    }
    drop(meter);
    let custodian = Custodian::new(archive)?;
    for (seq, _) in archive.accessions()? {
        let recorded = recorded(archive, seq, &mut times)?;
        let reference = references.remove(&seq);
        let row = accession(archive, &custodian, seq, reference, recorded)?;
        all.accessions.push(row);
    }
    Ok(all)
}

/// One accession: what was stated of it, and through whose hands it came.
fn accession(
    archive: &Archive,
    custodian: &Custodian<'_>,
    seq: u64,
    reference: Option<String>,
    recorded: Option<String>,
) -> Result<AccessionRow, CliError> {
    let custody = custodian.of_accession(seq)?;
    let entry = archive.entry(seq)?;
    let said = |slot: &'static str| -> Result<Option<String>, CliError> {
        let value = entry
            .as_ref()
            .map(|entry| entry.get::<serde_json::Value>(slot));
        let value = value.transpose()?.flatten();
        Ok(value.map(|value| match slot {
            "from" => custodian.party(&value).shown().to_owned(),
            _ => crate::archive::plain(&value),
        }))
    };
    Ok(AccessionRow {
        accession: reference.unwrap_or_else(|| format!("entry {seq}")),
        from: said("from")?.or_else(|| custody.givers()),
        received: match &entry {
            Some(entry) => entry.get("received")?,
            None => None,
        },
        missing: said("missing")?,
        destroyed: ["from", "received", "missing"]
            .into_iter()
            .filter_map(|slot| {
                let under = custodian.destroyed(seq, slot)?;
                Some(Gone { slot, under })
            })
            .collect(),
        documents: archive.documents_of(seq)?,
        gaps: custody.gaps(),
        custody: custody.line(),
        entry: seq,
        recorded,
    })
}

/// How many bytes a document has, as recorded.
fn size_of(archive: &Archive, item: u64) -> Result<u64, CliError> {
    let bytes: Option<Bytes> = match archive.item(item)? {
        Some(opened) => opened.get("bytes")?,
        None => None,
    };
    Ok(bytes.map_or(0, |bytes| bytes.size))
}

/// When an entry was recorded; entries seal many items, so each is read once.
fn recorded(
    archive: &Archive,
    entry: u64,
    times: &mut HashMap<u64, Option<String>>,
) -> Result<Option<String>, CliError> {
    if let Some(time) = times.get(&entry) {
        return Ok(time.clone());
    }
    let time = match archive.entry(entry)? {
        Some(entry) => entry.get("t")?,
        None => None,
    };
    times.insert(entry, time.clone());
    Ok(time)
}
