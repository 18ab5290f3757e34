//! What an order of destruction takes along, and who else holds the same bytes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;

use super::Archive;
use super::ArchiveError;
use super::Card;
use super::INLINE_TEXT;
use super::RowDifference;
use super::Writer;
use super::orders::Doomed;
use super::orders::Orders;
use super::orders::Stretch;
use super::query::item_at;
use super::values::values;
use crate::commitment::Place;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Parent;
use crate::record::Span;
use crate::record::schema;

/// Kinds of entry of which a slot may go: those in which somebody said something.
const SPOKEN: &[&str] = &[
    "accessioned/1",
    "attributed/1",
    "transferred/1",
    "agent.named/1",
    "noted/1",
    "claimed/1",
    "checked/1",
    "withheld/1",
    "redacted/1",
    "corrected/1",
];

/// Slots of other kinds that may go: what is noted of documents when they are read tells names from inside them.
/// Of a published version and of what was corrected of it, the words that were published stay, as its draft does.
const NOTES: &[(&str, &str)] = &[
    ("received/1", "note"),
    ("derived/1", "note"),
    ("published/2", "note"),
    ("published/2", "url"),
    ("corrected/2", "note"),
    ("corrected/2", "reason"),
];

/// Slots whose file is kept and goes with them: what was frozen of a draft shows passages of what it quotes.
pub(super) const FROZEN: &[(&str, &str)] = &[
    ("cited/1", "draft"),
    ("cited/1", "report"),
    ("published/2", "citations"),
    ("corrected/2", "citations"),
];

/// Slots that hold the ledger together, or have a destruction of their own.
const STRUCTURE: &[&str] = &["about", "t", "identity", "slot", "slots", "until", "copy"];

/// What an order would take along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doom {
    /// The items, in order of their numbers.
    pub items: Vec<u64>,
    /// How many of them are documents, and how many messages.
    pub documents: u64,
    /// Messages among them.
    pub messages: u64,
    /// What orders of it name: more than one entry can hold is in several.
    pub parts: Vec<Part>,
    /// Items that hold some of the same bytes and are not among these.
    pub others: Vec<u64>,
    /// Entries in whose values some of the same bytes are kept.
    pub entries: Vec<u64>,
    /// Entries about these items, and those of their accessions: they stay.
    pub acts: Vec<u64>,
    /// Documents that stay, of which a part goes: by item, one for each receipt.
    pub parts_of: Vec<u64>,
    /// What of their bytes goes.
    pub zeroed: Vec<Span>,
    /// What their bytes are afterwards.
    pub replaced_by: Option<Bytes>,
}

/// What one `destroyed/1` names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// Its addresses.
    pub addresses: Vec<Doomed>,
    /// The references of the documents among them: a document's stand in the same part as the document.
    pub references: Vec<String>,
    /// Roughly how many bytes all of this takes.
    bytes: usize,
}

/// Bytes of a part at which another is begun: half of what an entry may hold, since reason and authority go with it.
const PART_FULL: usize = 128 << 10;

/// Bytes of a stretch with all its numbers at their longest.
const STRETCH: usize = 160;

impl Part {
    /// A part that names one address.
    pub fn of(address: Doomed) -> Self {
        let mut part = Self::default();
        part.name(address);
        part
    }

    pub(super) fn name(&mut self, address: Doomed) {
        self.bytes += match &address {
            Doomed::Items { .. } => STRETCH,
            Doomed::Slots { slots, .. } | Doomed::Part { slots, .. } => {
                STRETCH + slots.iter().map(|slot| slot.len() + 3).sum::<usize>()
            }
            Doomed::Kept { reference, .. } => STRETCH + reference.len(),
        };
        self.addresses.push(address);
    }

    fn name_item(&mut self, place: Place) {
        let Place { a, r, s, i } = place;
        let last = (self.addresses.iter_mut().rev()).find_map(|address| match address {
            Doomed::Items { items } => Some(items),
            _ => None,
        });
        match last {
            Some(items) if follows(items, place) => items.n += 1,
            _ => self.name(Doomed::Items {
                items: Stretch { a, i, n: 1, r, s },
            }),
        }
    }

    fn frees(&mut self, reference: String) {
        self.bytes += reference.len() + 3;
        self.references.push(reference);
    }
}

impl Doom {
    /// The references of documents that name nothing any more afterwards.
    pub fn references(&self) -> impl Iterator<Item = &String> {
        self.parts.iter().flat_map(|part| &part.references)
    }

    /// The part in which there is room for more, to be put back afterwards.
    pub(super) fn part(&mut self) -> Part {
        match self.parts.pop() {
            Some(part) if part.bytes < PART_FULL => part,
            full => {
                self.parts.extend(full);
                Part::default()
            }
        }
    }
}

impl Archive {
    /// Whether a slot of an entry of that kind may be destroyed.
    pub fn may_go(kind: &str, slot: &str) -> bool {
        let is_said = SPOKEN.contains(&kind) && !STRUCTURE.contains(&slot);
        (is_said || NOTES.contains(&(kind, slot)) || FROZEN.contains(&(kind, slot)))
            && schema(kind).is_some_and(|schema| schema.position(slot).is_some())
    }

    /// What the destruction of these items takes along: all that came out of them.
    pub fn doom(&self, tops: &[u64]) -> Result<Doom, ArchiveError> {
        let mut items: BTreeSet<u64> = BTreeSet::new();
        let mut pending = tops.to_vec();
        while let Some(item) = pending.pop() {
            if items.insert(item) {
                pending.extend(self.children(item)?.iter().map(|child| child.item));
            }
        }
        let mut doom = Doom::default();
        let mut streams = BTreeSet::new();
        let mut digests = BTreeSet::new();
        let mut slots: BTreeMap<u64, BTreeSet<&'static str>> = BTreeMap::new();
        for &item in &items {
            let Some(card) = self.card(item)? else {
                continue;
            };
            // What an accession says of its paths may name the document.
            if tops.contains(&item) {
                doom.acts.push(card.accession);
            }
            let mut part = doom.part();
            if card.class == "d" {
                doom.documents += 1;
                if self.is_first_holding(&card)?
                    && let Some(reference) = self.document_reference(&card.sha256)?
                {
                    match self.staying(&card.sha256, &items)? {
                        Some(item) => part.name(Doomed::Kept { item, reference }),
                        None => part.frees(reference),
                    }
                }
            }
            doom.messages += u64::from(card.class == "m");
            streams.extend(self.streams_of(&card)?);
            digests.insert(card.sha256);
            let place = self.place(item)?;
            if let Some((place, _)) = place {
                part.name_item(place);
            }
            doom.parts.push(part);
            let Some((_, seq)) = place else {
                continue;
            };
            // The digest of the bytes between the items is one that a short rest could be guessed from.
            if card.span.is_some() {
                slots.entry(seq).or_default().insert("rest");
            }
            doom.acts.extend(self.acts_on(item)?);
        }
        let frozen = self.frozen()?.into_iter();
        let shows = frozen.filter(|it| !it.items.is_disjoint(&items));
        doom.acts.extend(shows.flat_map(|it| [it.entry, it.cited]));
        doom.acts.sort_unstable();
        doom.acts.dedup();
        digests.extend(streams.iter().copied());
        for (item, held) in self.holders(&streams, &items)? {
            doom.others.push(item);
            digests.remove(&held);
        }
        doom.others.sort_unstable();
        doom.others.dedup();
        for (entry, held) in self.entries_holding(&streams, &BTreeMap::new())? {
            doom.entries.push(entry);
            digests.remove(&held);
        }
        doom.entries.dedup();
        for (entry, slot) in self.naming(&digests)? {
            slots.entry(entry).or_default().insert(slot);
        }
        doom.acts.extend(self.resting_on(&items)?);
        doom.acts.sort_unstable();
        doom.acts.dedup();
        for entry in self.notes_on(&items)? {
            slots.entry(entry).or_default().insert("note");
        }
        for (entry, slots) in slots {
            let mut part = doom.part();
            part.name(Doomed::Slots {
                entry,
                slots: slots.into_iter().map(str::to_owned).collect(),
            });
            doom.parts.push(part);
        }
        doom.items = items.into_iter().collect();
        Ok(doom)
    }

    /// The slots of entries in which one of these digests stands bare, so that a guess of short bytes could be confirmed by
    /// it: the digest of a redacted copy, and that which somebody saw when a document was handed over.
    pub(super) fn naming(
        &self,
        digests: &BTreeSet<Digest>,
    ) -> Result<Vec<(u64, &'static str)>, ArchiveError> {
        let entries: Vec<u64> = self
            .conn
            .prepare_cached(
                "SELECT seq FROM act WHERE schema IN ('redacted/1', 'transferred/1') ORDER BY seq",
            )?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut naming = Vec::new();
        for seq in entries {
            let Some(entry) = self.entry(seq)? else {
                continue;
            };
            let (slot, named) = if entry.schema == "redacted/1" {
                let copy: Option<Bytes> = entry.get("copy")?;
                ("copy", copy.map(|copy| copy.sha256))
            } else {
                ("digest_seen", entry.get("digest_seen")?)
            };
            if named.is_some_and(|named| digests.contains(&named)) {
                naming.push((seq, slot));
            }
        }
        Ok(naming)
    }

    /// The entries that seal segments with notes about these items: names from inside a document stand in them.
    fn notes_on(&self, items: &BTreeSet<u64>) -> Result<Vec<u64>, ArchiveError> {
        let mut accessions = BTreeSet::new();
        for item in items {
            accessions.extend(self.card(*item)?.map(|card| card.accession));
        }
        let mut noted = Vec::new();
        for a in accessions {
            let seals: Vec<u64> = self
                .conn
                .prepare_cached("SELECT seq FROM segment WHERE accession = ?1 ORDER BY seq")?
                .query_map([a], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for seq in seals {
                let note: Option<Value> = match self.entry(seq)? {
                    Some(entry) => entry.get("note")?,
                    None => None,
                };
                let notices = note
                    .as_ref()
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten();
                for Parent { r, s, i } in notices
                    .filter_map(|notice| serde_json::from_value(notice.get("item")?.clone()).ok())
                {
                    let about = item_at(&self.conn, Place { a, r, s, i })?;
                    if about.is_some_and(|item| items.contains(&item)) {
                        noted.push(seq);
                        break;
                    }
                }
            }
        }
        Ok(noted)
    }

    /// Entries in whose values some of these streams are kept, as a token of a witness is: their bytes are the entry's too.
    /// What was published or redacted is only named. Slots that are to go hold nothing.
    pub(super) fn entries_holding(
        &self,
        streams: &BTreeSet<Digest>,
        going: &BTreeMap<u64, BTreeSet<&str>>,
    ) -> Result<Vec<(u64, Digest)>, ArchiveError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT seq, schema, slots FROM entry WHERE slots LIKE '%\"sha256\"%' \
             AND schema NOT IN ('published/1', 'redacted/1', 'destroyed/1') ORDER BY seq",
        )?;
        let mut rows = statement.query(())?;
        let mut holding = Vec::new();
        while let Some(row) = rows.next()? {
            let (seq, kind, slots): (u64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let Some(found) = values(format!("entry {seq}"), &kind, Some(&slots))? else {
                continue;
            };
            let goes = |slot: &str| going.get(&seq).is_some_and(|it| it.contains(slot));
            let slots = found.schema.slots.iter().zip(&found.texts);
            let kept = slots
                .filter(|(slot, _)| !goes(slot))
                .filter_map(|(_, text)| serde_json::from_str::<Bytes>(text).ok())
                .map(|kept| kept.sha256)
                .filter(|kept| streams.contains(kept));
            holding.extend(kept.map(|kept| (seq, kept)));
        }
        Ok(holding)
    }

    /// The first receipt of a document that is not among these items.
    fn staying(
        &self,
        sha256: &Digest,
        without: &BTreeSet<u64>,
    ) -> Result<Option<Place>, ArchiveError> {
        let holdings = self.holdings(sha256)?.into_iter();
        let staying = holdings
            .map(|card| card.item)
            .find(|item| !without.contains(item));
        Ok(match staying {
            Some(item) => self.place(item)?.map(|(place, _)| place),
            None => None,
        })
    }

    pub(super) fn acts_on(&self, item: u64) -> Result<Vec<u64>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached("SELECT seq FROM act WHERE about_item = ?1 ORDER BY seq")?
            .query_map([item], |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }

    /// The byte streams that are stored for an item: its own, and its text where that is too long for the database.
    pub(super) fn streams_of(&self, card: &Card) -> Result<Vec<Digest>, ArchiveError> {
        let mut streams = Vec::new();
        if card.class == "d" || card.class == "m" && card.span.is_none() {
            streams.push(card.sha256);
        }
        if let Some(opened) = self.item(card.item)?
            && let Some(text) = opened.get::<Bytes>("text_digest")?
            && (card.class == "d" || text.size > INLINE_TEXT as u64)
        {
            streams.push(text.sha256);
        }
        Ok(streams)
    }

    /// Who holds some of these streams beside the items named, and which.
    pub(super) fn holders(
        &self,
        streams: &BTreeSet<Digest>,
        without: &BTreeSet<u64>,
    ) -> Result<Vec<(u64, Digest)>, ArchiveError> {
        let mut holders = Vec::new();
        let mut at = 0;
        loop {
            let cards = self.after(at, 1000)?;
            let Some(last) = cards.last() else {
                return Ok(holders);
            };
            at = last.item;
            for card in cards.iter().filter(|card| !without.contains(&card.item)) {
                let held = self.streams_of(card)?;
                let held = held.into_iter().filter(|stream| streams.contains(stream));
                holders.extend(held.map(|stream| (card.item, stream)));
            }
        }
    }

    /// The document that an item came in with, however deep it lies there.
    pub fn top_of(&self, item: u64) -> Result<u64, ArchiveError> {
        let mut top = item;
        while let Some(parent) = self.card(top)?.and_then(|card| card.parent) {
            // What something came out of was recorded before it. Otherwise the catalogue was altered, and there is no
            // telling where this would end.
            if parent >= top {
                return Err(ArchiveError::Catalogue(format!("card {top}")));
            }
            top = parent;
        }
        Ok(top)
    }

    /// The items that orders name, by number.
    pub(super) fn ordered_items(&self, orders: &Orders) -> Result<BTreeSet<u64>, ArchiveError> {
        let mut items = BTreeSet::new();
        for address in orders.all().iter().flat_map(|order| &order.addresses) {
            let Doomed::Items { items: stretch } = address else {
                continue;
            };
            let Stretch { a, i, n, r, s } = *stretch;
            // As far as the segment goes, whatever an order says.
            for i in i..i.saturating_add(n) {
                let Some(item) = item_at(&self.conn, Place { a, r, s, i })? else {
                    break;
                };
                items.insert(item);
            }
        }
        Ok(items)
    }
}

impl Writer {
    /// Refuses to go by a catalogue that is not what the ledger makes of it: what an order takes along is looked up there.
    pub fn demand_catalogue(&self) -> Result<(), ArchiveError> {
        let differences = self.archive.ledger()?.compare_catalogue()?;
        match differences.first() {
            None => Ok(()),
            Some(RowDifference { table, row, .. }) => {
                Err(ArchiveError::Catalogue(format!("{table} {row}")))
            }
        }
    }
}

fn follows(stretch: &Stretch, place: Place) -> bool {
    (
        stretch.a,
        stretch.r,
        stretch.s,
        stretch.i.saturating_add(stretch.n),
    ) == (place.a, place.r, place.s, place.i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::EntryDraft;

    fn entry(part: &Part) -> Result<EntryDraft, ArchiveError> {
        let values = [
            ("addresses", serde_json::json!(part.addresses)),
            ("references", serde_json::json!(part.references)),
        ];
        EntryDraft::new("destroyed/1", &values)
    }

    #[test]
    fn what_no_entry_can_hold_is_named_in_several() {
        let (mut doom, mut whole) = (Doom::default(), Part::default());
        for i in 0..40_000 {
            let item = Place {
                a: 1,
                r: 1,
                s: i / 30_000,
                i: i % 30_000,
            };
            let mut part = doom.part();
            for part in [&mut part, &mut whole] {
                if i % 2 == 0 {
                    part.frees(format!("d-{i:06}"));
                } else {
                    let reference = format!("d-{i:06}");
                    part.name(Doomed::Kept { item, reference });
                }
                part.name_item(item);
            }
            doom.parts.push(part);
        }
        assert!(matches!(
            entry(&whole),
            Err(ArchiveError::RecordTooLong { .. })
        ));
        let (mut items, mut kept) = (0, 0);
        for part in &doom.parts {
            assert!(entry(part).is_ok());
            for address in &part.addresses {
                match address {
                    Doomed::Items { items: stretch } => items += stretch.n,
                    _ => kept += 1,
                }
            }
        }
        assert_eq!((items, kept), (40_000, 20_000));
        assert_eq!(doom.references().count(), 20_000);
    }
}
