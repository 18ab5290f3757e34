//! What was ordered to be destroyed: whether it is gone, and that nothing else is.

use std::collections::BTreeMap;

use super::Pass;
use super::record::Fields;
use crate::archive::ArchiveError;
use crate::archive::Blank;
use crate::archive::Doomed;
use crate::archive::StoredEntry;
use crate::commitment::Place;
use crate::record::Finding;

/// How far an order is carried out.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Carried {
    gone: u64,
    left: u64,
}

impl Pass<'_, '_> {
    /// Notes of an order that something which it names is gone, or is not.
    pub(super) fn carried_out(&mut self, order: u64, gone: bool) {
        let carried = self.carried.entry(order).or_default();
        if gone {
            carried.gone += 1;
        } else {
            carried.left += 1;
        }
    }

    /// What stands for the slots of an entry whose key is gone.
    pub(super) fn blanks_of(
        &self,
        entry: &StoredEntry,
    ) -> Result<Option<BTreeMap<usize, Blank>>, ArchiveError> {
        if entry.key.is_some() {
            return Ok(None);
        }
        let blanks = self.archive.blanks_of(entry.seq)?;
        Ok((!blanks.is_empty()).then_some(blanks))
    }

    /// Holds the slots of an entry that are gone against the orders that name them.
    pub(super) fn destroyed_slots(&mut self, seq: u64, fields: &Fields<'_>) {
        let gone: Vec<&str> = fields.destroyed().collect();
        for slot in fields.schema.slots {
            let is_gone = gone.contains(slot);
            match self.orders.of_slot(seq, slot) {
                Some(order) => self.carried_out(order, is_gone),
                None if is_gone => {
                    let message = format!(
                        "The value of {slot} is gone, and no entry says that it was destroyed."
                    );
                    self.found.add(Finding::new(
                        "ledger.entry-gone",
                        format!("entry {seq}"),
                        message,
                    ));
                }
                None => {}
            }
        }
    }

    /// The same of the slots of an item that stays.
    pub(super) fn destroyed_part(
        &mut self,
        id: u64,
        place: Place,
        sealed: u64,
        fields: &Fields<'_>,
    ) {
        let gone: Vec<&str> = fields.destroyed().collect();
        for slot in fields.schema.slots {
            let is_gone = gone.contains(slot);
            match self.orders.of_part(place, sealed, slot) {
                Some(order) => self.carried_out(order, is_gone),
                None if is_gone => {
                    let message = format!(
                        "The value of {slot} is gone, and no entry says that it was destroyed."
                    );
                    let subject = self.item_subject(id);
                    self.found.add(Finding::new("item.gone", subject, message));
                }
                None => {}
            }
        }
    }

    /// Rows that stand for slots of records from which no order takes anything.
    pub(super) fn blanks(&mut self) -> Result<(), ArchiveError> {
        let blanked = self.ledger.blanks()?;
        let named = |entry: &u64| {
            let addresses = self.orders.all().iter().flat_map(|order| &order.addresses);
            addresses.into_iter().any(
                |address| matches!(address, Doomed::Slots { entry: named, .. } if named == entry),
            )
        };
        let mut unexpected = blanked.pieces;
        unexpected += blanked.entries.iter().filter(|entry| !named(entry)).count() as u64;
        for item in blanked.items {
            let place = self.archive.place(item)?;
            let ordered = place.is_some_and(|(place, sealed)| {
                self.orders.of_part(place, sealed, "bytes").is_some()
            });
            unexpected += u64::from(!ordered);
        }
        if unexpected > 0 {
            self.found.add(Finding::new(
                "blank.unexpected",
                "archive.sqlite blank",
                format!(
                    "There are rows about destroyed values of {unexpected} records of which nothing was ordered to be \
                     destroyed."
                ),
            ));
        }
        Ok(())
    }

    /// Says of each order whether it is carried out.
    pub(super) fn check_orders(&mut self) {
        if self.archive.is_destroying() {
            self.found.add(Finding::new(
                "destroyed.left",
                "destroying",
                "A destruction was begun and did not come to its end: the database, its write-ahead log, the search index \
                 or old packs may still hold what was to go.",
            ));
        }
        for (order, carried) in std::mem::take(&mut self.carried) {
            let subject = format!("entry {order}");
            let Carried { gone, left } = carried;
            if left > 0 {
                let message = format!(
                    "It orders a destruction, and {left} of {} records or slots that it names are still there: ordered, \
                     not carried out.",
                    gone + left
                );
                self.found
                    .add(Finding::new("destroyed.left", subject, message));
            } else {
                let what = if gone == 1 {
                    "record or slot is"
                } else {
                    "records or slots are"
                };
                self.found.note(
                    subject,
                    format!("{gone} {what} gone: destroyed by the order in this entry."),
                );
            }
        }
    }
}
