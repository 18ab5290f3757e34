//! Rows of `card` as the projection writes them, and what it makes of an item that was destroyed.

use rusqlite::Connection;
use rusqlite::named_params;

use super::ArchiveError;
use super::orders::Doomed;
use super::orders::Numbers;
use super::orders::Order;
use super::projection::Projector;
use crate::record::Class;
use crate::record::Instant;
use crate::record::Span;

/// One row of `card`.
pub(super) struct Card<'a> {
    pub(super) id: u64,
    pub(super) class: &'static str,
    pub(super) reference: Option<String>,
    pub(super) accession: u64,
    pub(super) parent: Option<u64>,
    pub(super) sha256: &'a [u8; 32],
    pub(super) span: Option<Span>,
    pub(super) kind: String,
    pub(super) name: Option<String>,
    pub(super) conversation: Option<String>,
    pub(super) event: Option<String>,
    pub(super) at: Instant,
}

impl Card<'_> {
    pub(super) fn write(&self, conn: &Connection) -> Result<(), ArchiveError> {
        conn.prepare_cached(
            "INSERT INTO card VALUES (:item, :class, :ref, :accession, :parent, :sha256, :first, :past, :kind, :name, \
             :conversation, :event, :earliest, :latest)",
        )?
        .execute(named_params! {
            ":item": self.id,
            ":class": self.class,
            ":ref": self.reference,
            ":accession": self.accession,
            ":parent": self.parent,
            ":sha256": self.sha256,
            ":first": self.span.map(|span| span.start),
            ":past": self.span.map(|span| span.end),
            ":kind": self.kind,
            ":name": self.name,
            ":conversation": self.conversation,
            ":event": self.event,
            ":earliest": self.at.earliest.map(crate::record::Moment::millis),
            ":latest": self.at.latest.map(crate::record::Moment::millis),
        })?;
        Ok(())
    }
}

impl Projector<'_> {
    /// Keeps the references of destroyed documents from being given to others, and those of documents whose first receipt
    /// is gone for the receipts that stay. To be told of all orders that are carried out, from the first to the last.
    pub(super) fn keep_taken(&mut self, order: &Order, numbers: &Numbers) {
        for address in &order.addresses {
            if let Doomed::Kept { item, reference } = address
                && let Some(item) = numbers.at(*item)
            {
                self.keep_no_more(reference);
                self.kept.insert(reference.clone(), item);
                self.kept_for.insert(item, reference.clone());
            }
        }
        for reference in &order.references {
            self.keep_no_more(reference);
            self.taken.insert(reference.clone());
        }
    }

    fn keep_no_more(&mut self, reference: &str) {
        if let Some(item) = self.kept.remove(reference) {
            self.kept_for.remove(&item);
        }
    }

    /// The reference of a document that is new to the catalogue: the one kept for it, or a free one.
    pub(super) fn reference_of(&self, id: u64, leaf: &[u8; 32]) -> Result<String, ArchiveError> {
        match self.kept_for.get(&id) {
            Some(reference) => Ok(reference.clone()),
            None => self.free(Class::Document, leaf),
        }
    }

    /// Projects an item whose values are gone: what is left of it is its reference, which stays taken.
    pub(super) fn gone(
        &mut self,
        id: u64,
        accession: u64,
        leaf: &[u8; 32],
        kind: &str,
    ) -> Result<(), ArchiveError> {
        match kind {
            "message/1" => Card {
                id,
                accession,
                parent: None,
                sha256: leaf,
                // Of no class that is listed, searched or counted.
                class: "t",
                reference: Some(self.free(Class::Message, leaf)?),
                span: None,
                kind: "destroyed".to_owned(),
                name: None,
                conversation: None,
                event: None,
                at: Instant::default(),
            }
            .write(self.conn),
            "document/1" => {
                let reference = self.free(Class::Document, leaf)?;
                if self.taken.contains(&reference) {
                    self.conn
                        .prepare_cached(
                            "INSERT INTO document VALUES (:leaf, :ref, 0, :item, 'destroyed')",
                        )?
                        .execute(named_params! {":leaf": leaf, ":ref": reference, ":item": id})?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
