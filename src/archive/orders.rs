//! Orders of destruction: what `destroyed/1` entries name, and so which absence is lawful.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::Serialize;

use super::Archive;
use super::ArchiveError;
use super::Settings;
use super::values::Segment;
use super::values::values;
use crate::commitment::Place;
use crate::record::Bytes;
use crate::record::Instant;
use crate::record::Zone;
use crate::record::show;

/// Items that follow each other in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    /// Index of the `accessioned` entry.
    pub a: u64,
    /// Index of the first in the segment.
    pub i: u64,
    /// How many.
    pub n: u64,
    /// Run.
    pub r: u64,
    /// Segment in the run.
    pub s: u64,
}

/// One address of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Doomed {
    /// Items: their values, keys, texts and bytes go.
    Items {
        /// Which.
        items: Stretch,
    },
    /// Slots of an entry: their values go, and with them what could confirm a guess of one.
    Slots {
        /// The entry.
        entry: u64,
        /// Its slots.
        slots: Vec<String>,
    },
    /// Slots of an item that stays: the digest of a document of which a part goes. What takes its place stands in the
    /// order's `replaced_by`.
    Part {
        /// The item.
        item: Place,
        /// Its slots.
        slots: Vec<String>,
    },
    /// A document that stays: another receipt of bytes that do not go keeps the reference that the first one made.
    Kept {
        /// The receipt.
        item: Place,
        /// The reference.
        reference: String,
    },
}

/// One `destroyed/1` entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its index.
    pub entry: u64,
    /// What it names.
    pub addresses: Vec<Doomed>,
    /// References that stay taken, since what had them is gone.
    pub references: Vec<String>,
    /// The bytes of a document of which a part is gone, as they are from then on.
    pub replaced_by: Option<Bytes>,
}

/// An order as it is told to whoever asks for what was destroyed: when it was recorded, why, and on what authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderTold {
    /// Its entry.
    pub entry: u64,
    /// When it was recorded, in words.
    pub at: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// On what authority.
    pub authority: Option<String>,
}

impl fmt::Display for OrderTold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}", self.entry)?;
        if let Some(at) = &self.at {
            write!(f, " on {at}")?;
        }
        if let Some(reason) = &self.reason {
            write!(f, ": {reason}")?;
        }
        if let Some(authority) = &self.authority {
            write!(f, " ({authority})")?;
        }
        Ok(())
    }
}

/// All orders, to be asked for a record.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    all: Vec<Order>,
    /// Entries that order a destruction and are not what was signed: nothing is made of what they say.
    altered: Vec<u64>,
    /// By accession, run and segment.
    items: HashMap<(u64, u64, u64), Vec<OfItems>>,
    /// By the entry that loses them.
    slots: HashMap<u64, Vec<OfSlots>>,
    /// By the item that loses them.
    parts: HashMap<Place, Vec<OfSlots>>,
}

/// What an order names of a segment: the items from one on to another.
#[derive(Debug, Clone)]
struct OfItems {
    order: u64,
    from: u64,
    past: u64,
}

/// What an order names of an entry.
#[derive(Debug, Clone)]
struct OfSlots {
    order: u64,
    slots: BTreeSet<String>,
    replaced_by: Option<Bytes>,
}

impl OfSlots {
    fn of(order: &Order, slots: &[String]) -> Self {
        Self {
            order: order.entry,
            slots: slots.iter().cloned().collect(),
            replaced_by: order.replaced_by,
        }
    }
}

impl Orders {
    fn add(&mut self, order: Order) {
        for address in &order.addresses {
            match address {
                Doomed::Items { items } => {
                    let Stretch { a, i, n, r, s } = *items;
                    self.items.entry((a, r, s)).or_default().push(OfItems {
                        order: order.entry,
                        from: i,
                        past: i.saturating_add(n),
                    });
                }
                Doomed::Kept { .. } => {}
                Doomed::Slots { entry, slots } => {
                    let of_entry = self.slots.entry(*entry).or_default();
                    of_entry.push(OfSlots::of(&order, slots));
                }
                Doomed::Part { item, slots } => {
                    let of_item = self.parts.entry(*item).or_default();
                    of_item.push(OfSlots::of(&order, slots));
                }
            }
        }
        self.all.push(order);
    }

    /// Each of them, in the order of the ledger.
    pub fn all(&self) -> &[Order] {
        &self.all
    }

    /// Refuses to go by orders of which one is not what was signed.
    pub fn demand_signed(&self) -> Result<(), ArchiveError> {
        match self.altered.first() {
            None => Ok(()),
            Some(entry) => Err(ArchiveError::LedgerBroken(format!(
                "entry {entry} orders a destruction, and its values are not those that were signed; nothing was destroyed"
            ))),
        }
    }

    /// The order after entry `sealed` that names the item.
    pub fn of_item(&self, place: Place, sealed: u64) -> Option<u64> {
        let orders = self.items.get(&(place.a, place.r, place.s))?;
        let found = orders
            .iter()
            .find(|one| (one.from..one.past).contains(&place.i) && one.order > sealed);
        found.map(|one| one.order)
    }

    /// The order after an entry that names one of its slots.
    pub fn of_slot(&self, entry: u64, slot: &str) -> Option<u64> {
        let orders = self.slots.get(&entry)?;
        let found = orders
            .iter()
            .find(|one| one.order > entry && one.slots.contains(slot));
        found.map(|one| one.order)
    }

    /// The order after entry `sealed` that names a slot of an item which stays.
    pub fn of_part(&self, place: Place, sealed: u64, slot: &str) -> Option<u64> {
        let orders = self.parts.get(&place)?;
        let found = orders
            .iter()
            .find(|one| one.order > sealed && one.slots.contains(slot));
        found.map(|one| one.order)
    }

    /// The bytes of a document of which parts are gone, as they are since the last order that names it.
    pub fn replacement(&self, place: Place, sealed: u64) -> Option<Bytes> {
        let orders = self.parts.get(&place)?;
        let after = orders.iter().filter(|one| one.order > sealed);
        after.filter_map(|one| one.replaced_by).next_back()
    }

    /// The orders that say what took the place of a document's bytes.
    pub fn replacing(&self, place: Place) -> impl Iterator<Item = u64> {
        let orders = self.parts.get(&place).into_iter().flatten();
        orders
            .filter(|one| one.replaced_by.is_some())
            .map(|one| one.order)
    }

    /// Documents of which a part goes, with the slots that go.
    pub fn parts(&self) -> impl Iterator<Item = (Place, BTreeSet<&str>)> {
        self.parts.iter().map(|(place, orders)| {
            let slots = orders.iter().flat_map(|one| &one.slots);
            (*place, slots.map(String::as_str).collect())
        })
    }
}

impl Archive {
    /// The orders of destruction that are recorded.
    pub fn orders(&self) -> Result<Orders, ArchiveError> {
        let mut orders = Orders::default();
        let mut statement = self.conn.prepare_cached(
            "SELECT seq, slots, key, leaf FROM entry WHERE schema = 'destroyed/1' ORDER BY seq",
        )?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let (entry, slots): (u64, Option<String>) = (row.get(0)?, row.get(1)?);
            let Some(found) = values(format!("entry {entry}"), "destroyed/1", slots.as_deref())?
            else {
                continue;
            };
            // That the leaves are those that were signed, the roots show.
            let (key, leaf): (Option<[u8; 32]>, [u8; 32]) = (row.get(2)?, row.get(3)?);
            let commitments = self.commitments_of(key, &found, || self.blanks_of(entry))?;
            let made = commitments.map(|commitments| {
                (self.committer).entry_leaf(entry, found.schema.name, &commitments)
            });
            if made != Some(leaf) {
                orders.altered.push(entry);
                continue;
            }
            orders.add(Order {
                entry,
                addresses: found.get("addresses")?.unwrap_or_default(),
                references: found.get("references")?.unwrap_or_default(),
                replaced_by: found.get("replaced_by")?,
            });
        }
        Ok(orders)
    }

    /// What an order says of itself. Its time is told in the archive's zone.
    pub fn order_told(&self, entry: u64) -> Result<OrderTold, ArchiveError> {
        let mut told = OrderTold {
            entry,
            at: None,
            reason: None,
            authority: None,
        };
        if let Some(order) = self.entry(entry)? {
            let zone = Settings::load(&self.root).ok();
            let zone: Option<Zone> = zone.and_then(|it| it.zone.parse().ok());
            let at: Option<String> = order.get("t")?;
            told.at = (at.and_then(|at| at.parse().ok())).map(|at| {
                show(
                    &Instant::exact(at, "", "computed"),
                    zone.unwrap_or(Zone::UTC),
                )
            });
            told.reason = order.get("reason")?;
            told.authority = order.get("authority")?;
        }
        Ok(told)
    }

    /// The bytes of a document of which parts were destroyed, as they are now.
    pub fn replacement(&self, item: u64) -> Result<Option<Bytes>, ArchiveError> {
        Ok(match self.place(item)? {
            Some((place, sealed)) => self.orders()?.replacement(place, sealed),
            None => None,
        })
    }

    /// The last order by which a part of a document was destroyed.
    pub fn parted_under(&self, item: u64) -> Result<Option<u64>, ArchiveError> {
        Ok(match self.place(item)? {
            Some((place, _)) => self.orders()?.replacing(place).last(),
            None => None,
        })
    }

    /// The orders of whose items none has values any more. Until then what they name keeps its references, and nothing
    /// is kept for others.
    pub(super) fn carried_out<'a>(
        &self,
        orders: &'a Orders,
        numbers: &Numbers,
    ) -> Result<Vec<&'a Order>, ArchiveError> {
        let mut left = self.conn.prepare_cached(
            "SELECT 1 FROM item WHERE id >= ?1 AND id < ?2 AND (key IS NOT NULL OR slots IS NOT NULL)",
        )?;
        let mut carried_out = Vec::new();
        for order in &orders.all {
            let mut done = true;
            for address in &order.addresses {
                if let Doomed::Items { items } = address {
                    let numbers = numbers.of(*items);
                    done &= !left.exists([numbers.start, numbers.end])?;
                }
            }
            if done {
                carried_out.push(order);
            }
        }
        Ok(carried_out)
    }

    /// The numbers of all items by their addresses, as the ledger counts them, for when the catalogue is being made.
    pub(super) fn item_numbers(&self) -> Result<Numbers, ArchiveError> {
        let mut numbers = Numbers::default();
        let mut statement = self.conn.prepare_cached(
            "SELECT seq, schema, slots FROM entry WHERE schema IN ('received/1', 'derived/1') ORDER BY seq",
        )?;
        let mut rows = statement.query(())?;
        let mut next = 1_u64;
        while let Some(row) = rows.next()? {
            let (seq, schema): (u64, String) = (row.get(0)?, row.get(1)?);
            let slots: Option<String> = row.get(2)?;
            let Some(found) = values(format!("entry {seq}"), &schema, slots.as_deref())? else {
                continue;
            };
            if let Some(Segment { a, r, s, size, .. }) = found.get("segment")? {
                let past = next.saturating_add(size);
                numbers.0.insert((a, r, s), next..past);
                next = past;
            }
        }
        Ok(numbers)
    }
}

/// The numbers of the items of each segment, by accession, run and number.
#[derive(Default)]
pub(super) struct Numbers(HashMap<(u64, u64, u64), Range<u64>>);

impl Numbers {
    /// The numbers of items that follow each other, as far as their segment goes.
    fn of(&self, stretch: Stretch) -> Range<u64> {
        let Stretch { a, i, n, r, s } = stretch;
        let Some(segment) = self.0.get(&(a, r, s)) else {
            return 0..0;
        };
        let start = segment.start.saturating_add(i);
        start..start.saturating_add(n).min(segment.end)
    }

    /// The number of the item at that address.
    pub(super) fn at(&self, place: Place) -> Option<u64> {
        let Place { a, r, s, i } = place;
        let mut numbers = self.of(Stretch { a, i, n: 1, r, s });
        numbers.next()
    }
}
