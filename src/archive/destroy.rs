//! Destruction: what an order takes along, who else holds the same bytes, and carrying it out.
//!
//! The order is an entry and comes first (`orders.rs`). Carrying out may be stopped at any point and begun again:
//!
//! 1. packs with doomed documents are written anew without them, beside the old ones;
//! 2. in one transaction values, keys, texts and the rows of the bytes go, other documents get their new places, and the
//!    catalogue is made again. Leaf data stay, so every root that was signed still holds;
//! 3. old packs and files are written over and removed, and whatever a stop left that nothing refers to;
//! 4. the full-text index is begun anew, the write-ahead log is cut, and the database is written anew.
//!
//! Where only slots of an entry go, the commitments of all its slots are kept as rows of `blank`, and the salts of those
//! that stay; the record key goes, since it would open the others to guessing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use rusqlite::Connection;
use rusqlite::named_params;

use super::Archive;
use super::ArchiveError;
use super::Card;
use super::INLINE_TEXT;
use super::Writer;
use super::draft::join;
use super::log;
use super::orders::Doomed;
use super::orders::Orders;
use super::orders::Stretch;
use super::projection::Projector;
use super::query::item_at;
use super::search;
use super::store::Finished;
use super::store::Place as Where;
use crate::commitment::Place;
use crate::commitment::RecordKey;
use crate::commitment::Salts;
use crate::commitment::canonical;
use crate::durable;
use crate::record::Bytes;
use crate::record::Digest;
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
];

/// Slots that hold the ledger together, or have a destruction of their own.
const STRUCTURE: &[&str] = &["about", "t", "identity"];

/// What an order would take along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doom {
    /// The items, in order of their numbers.
    pub items: Vec<u64>,
    /// How many of them are documents, and how many messages.
    pub documents: u64,
    /// Messages among them.
    pub messages: u64,
    /// What an order of it names.
    pub addresses: Vec<Doomed>,
    /// The references of the documents among them.
    pub references: Vec<String>,
    /// Items that hold some of the same bytes and are not among these.
    pub others: Vec<u64>,
    /// Entries about these items, and those of their accessions: they stay.
    pub acts: Vec<u64>,
}

/// What was carried out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CarriedOut {
    /// Records whose values are gone.
    pub records: u64,
    /// Slots of other records whose values are gone.
    pub slots: u64,
    /// Stored byte streams that are gone.
    pub streams: u64,
    /// Packs that were written anew.
    pub packs: u64,
}

impl Archive {
    /// Whether a slot of an entry of that kind may be destroyed.
    pub fn may_go(kind: &str, slot: &str) -> bool {
        SPOKEN.contains(&kind)
            && !STRUCTURE.contains(&slot)
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
        let mut seals: BTreeSet<u64> = BTreeSet::new();
        for &item in &items {
            let Some(card) = self.card(item)? else {
                continue;
            };
            // What an accession says of its paths may name the document.
            if tops.contains(&item) {
                doom.acts.push(card.accession);
            }
            if card.class == "d" {
                doom.documents += 1;
                if self.is_first_holding(&card)? {
                    doom.references
                        .extend(self.document_reference(&card.sha256)?);
                }
            }
            doom.messages += u64::from(card.class == "m");
            streams.extend(self.streams_of(&card)?);
            let Some((place, seq)) = self.place(item)? else {
                continue;
            };
            // The digest of the bytes between the items is one that a short rest could be guessed from.
            if card.span.is_some() {
                seals.insert(seq);
            }
            match doom.addresses.last_mut() {
                Some(Doomed::Items { items }) if follows(items, place) => items.n += 1,
                _ => doom.addresses.push(Doomed::Items {
                    items: Stretch {
                        a: place.a,
                        i: place.i,
                        n: 1,
                        r: place.r,
                        s: place.s,
                    },
                }),
            }
            doom.acts.extend(self.acts_on(item)?);
        }
        doom.addresses
            .extend(seals.into_iter().map(|entry| Doomed::Slots {
                entry,
                slots: vec!["rest".to_owned()],
            }));
        doom.addresses.extend(
            self.copies_of(&streams)?
                .into_iter()
                .map(|entry| Doomed::Slots {
                    entry,
                    slots: vec!["copy".to_owned()],
                }),
        );
        doom.acts.sort_unstable();
        doom.acts.dedup();
        doom.others = self
            .holders(&streams, &items)?
            .into_iter()
            .map(|(item, _)| item)
            .collect();
        doom.others.sort_unstable();
        doom.others.dedup();
        doom.items = items.into_iter().collect();
        Ok(doom)
    }

    /// The entries that name one of these streams as a redacted copy, and so hold its bare digest.
    fn copies_of(&self, streams: &BTreeSet<Digest>) -> Result<Vec<u64>, ArchiveError> {
        let entries: Vec<u64> = self
            .conn
            .prepare_cached("SELECT seq FROM act WHERE schema = 'redacted/1' ORDER BY seq")?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut naming = Vec::new();
        for seq in entries {
            let Some(entry) = self.entry(seq)? else {
                continue;
            };
            let copy: Option<Bytes> = entry.get("copy")?;
            if copy.is_some_and(|copy| streams.contains(&copy.sha256)) {
                naming.push(seq);
            }
        }
        Ok(naming)
    }

    fn acts_on(&self, item: u64) -> Result<Vec<u64>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached("SELECT seq FROM act WHERE about_item = ?1 ORDER BY seq")?
            .query_map([item], |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }

    /// The byte streams that are stored for an item: its own, and its text where that is too long for the database.
    fn streams_of(&self, card: &Card) -> Result<Vec<Digest>, ArchiveError> {
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
    fn holders(
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
            top = parent;
        }
        Ok(top)
    }

    /// The items that orders name, by number.
    fn ordered_items(&self, orders: &Orders) -> Result<BTreeSet<u64>, ArchiveError> {
        let mut items = BTreeSet::new();
        for address in orders.all().iter().flat_map(|order| &order.addresses) {
            let Doomed::Items { items: stretch } = address else {
                continue;
            };
            let Stretch { a, i, n, r, s } = *stretch;
            if let Some(first) = item_at(&self.conn, Place { a, r, s, i })? {
                items.extend(first..first.saturating_add(n));
            }
        }
        Ok(items)
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

impl Writer {
    /// Carries out what was ordered, as far as it is not done yet.
    pub fn carry_out(&mut self) -> Result<CarriedOut, ArchiveError> {
        let orders = self.archive.orders()?;
        let items = self.archive.ordered_items(&orders)?;
        let mut left = Vec::new();
        let mut streams = BTreeSet::new();
        for &item in &items {
            let Some(stored) = self.archive.stored_item(item)? else {
                continue;
            };
            if stored.key.is_none() && stored.slots.is_none() && stored.text.is_none() {
                continue;
            }
            left.push(item);
            if let Some(card) = self.archive.card(item)? {
                streams.extend(self.archive.streams_of(&card)?);
            }
        }
        for (_, held) in self.archive.holders(&streams, &items)? {
            streams.remove(&held);
        }
        let (finished, old) = self.rewrite_packs(&streams)?;
        let conn = &self.archive.conn;
        conn.execute_batch("BEGIN IMMEDIATE")?;
        let done = self
            .remove_rows(&left, &streams, &finished)
            .and_then(|()| self.blank_slots(&orders))
            .and_then(|slots| {
                Projector::clear(conn)?;
                self.archive.project(conn)?;
                conn.execute_batch("COMMIT")?;
                Ok(slots)
            });
        let slots = match done {
            Ok(slots) => slots,
            Err(error) => {
                // The connection may be out of the transaction already; the cause is what the caller needs.
                drop(conn.execute_batch("ROLLBACK"));
                return Err(error);
            }
        };
        for path in &old {
            durable::erase(path)?;
        }
        self.erase_old_packs()?;
        self.clear_unreferenced()?;
        if !left.is_empty() {
            search::Index::begin_anew(&self.archive.search_folder())?;
        }
        self.archive.write_anew()?;
        log::catch_up(&self.archive)?;
        Ok(CarriedOut {
            records: left.len() as u64,
            slots,
            streams: streams.len() as u64,
            packs: finished.len() as u64,
        })
    }

    /// Removes whole packs that no row places anything in, though each document of theirs that is known is placed
    /// elsewhere: what is left of an earlier destruction, or came back from a copy. After a restoration nothing is
    /// removed, since it may be what the older copy forgot.
    fn erase_old_packs(&self) -> Result<(), ArchiveError> {
        let archive = &self.archive;
        if archive.last_lost()? > 0 {
            return Ok(());
        }
        let known = archive.known_packs()?;
        let strays = (archive.store).unreferenced(&|number| known.contains(&number), &|_| true)?;
        for stray in strays {
            let members = stray
                .pack()
                .and_then(|number| archive.store.members_of_whole(number));
            let Some(members) = members else {
                continue;
            };
            let mut needed = false;
            for member in members {
                let placed = archive.place_of(&member.digest)?.is_some();
                needed |= !placed && archive.is_known(&member.digest)?;
            }
            if !needed {
                durable::erase(&archive.root.join(&stray.name))?;
            }
        }
        Ok(())
    }

    /// Writes each pack anew that holds one of these streams, without them. Gives what was written, and the files that
    /// are to go once nothing refers to them.
    fn rewrite_packs(
        &self,
        streams: &BTreeSet<Digest>,
    ) -> Result<(Vec<Finished>, Vec<std::path::PathBuf>), ArchiveError> {
        let store = &self.archive.store;
        let mut packs = BTreeSet::new();
        let mut old = BTreeSet::new();
        for stream in streams {
            let Some((place, _)) = self.archive.place_of(stream)? else {
                continue;
            };
            old.insert(store.file_of(stream, place).0);
            if let Where::Pack { number, .. } = place {
                packs.insert(number);
            }
        }
        let mut finished = Vec::new();
        for number in packs {
            let mut batch = self.batch()?;
            let members = self.archive.ledger()?.members(number)?;
            for member in members {
                if streams.contains(&member.digest) {
                    continue;
                }
                let place = Where::Pack {
                    number,
                    offset: member.offset,
                };
                let bytes = store.read_all(&member.digest, place, member.size)?;
                batch.put(member.digest, &bytes)?;
            }
            finished.push(batch.finish()?);
        }
        Ok((finished, old.into_iter().collect()))
    }

    fn remove_rows(
        &self,
        items: &[u64],
        streams: &BTreeSet<Digest>,
        finished: &[Finished],
    ) -> Result<(), ArchiveError> {
        let conn = &self.archive.conn;
        for item in items {
            conn.prepare_cached("UPDATE item SET key = NULL, slots = NULL WHERE id = ?1")?
                .execute([item])?;
            conn.prepare_cached("DELETE FROM text WHERE item = ?1")?
                .execute([item])?;
        }
        for stream in streams {
            conn.prepare_cached("DELETE FROM blob WHERE sha256 = ?1")?
                .execute([stream.as_bytes()])?;
        }
        let packs = finished.iter().flat_map(|finished| &finished.packs);
        for (number, member) in
            packs.flat_map(|pack| pack.members.iter().map(|member| (pack.number, member)))
        {
            conn.prepare_cached(
                "UPDATE blob SET pack = :pack, offset = :offset WHERE sha256 = :sha256",
            )?
            .execute(named_params! {
                ":sha256": member.digest.as_bytes(),
                ":pack": number,
                ":offset": member.offset,
            })?;
        }
        Ok(())
    }

    /// Takes the values of ordered slots away; says how many there were.
    fn blank_slots(&self, orders: &Orders) -> Result<u64, ArchiveError> {
        let mut wanted: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
        for address in orders.all().iter().flat_map(|order| &order.addresses) {
            if let Doomed::Slots { entry, slots } = address {
                let of_entry = wanted.entry(*entry).or_default();
                of_entry.extend(slots.iter().map(String::as_str));
            }
        }
        let mut gone = 0;
        for (entry, slots) in wanted {
            gone += self.blank_entry(entry, &slots)?;
        }
        Ok(gone)
    }

    fn blank_entry(&self, seq: u64, doomed: &BTreeSet<&str>) -> Result<u64, ArchiveError> {
        let Some(entry) = self.archive.stored_entry(seq)? else {
            return Ok(0);
        };
        let (Some(schema), Some(slots)) = (schema(&entry.schema), entry.slots.as_deref()) else {
            return Ok(0);
        };
        let texts = canonical::split(slots, schema.slots.len())?;
        let conn = &self.archive.conn;
        if let Some(key) = entry.key {
            // The first destruction in this record: its commitments and salts stand from now on for themselves.
            let salts = Salts::new(&RecordKey(key));
            for (index, (slot, text)) in schema.slots.iter().zip(&texts).enumerate() {
                let salt = salts.salt(slot);
                let commitment = self.archive.committer.commit(&salt, slot, text);
                insert_blank(conn, seq, index, &salt, &commitment)?;
            }
        }
        let mut gone = 0;
        let mut values: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        for (index, (slot, value)) in schema.slots.iter().zip(&mut values).enumerate() {
            if !doomed.contains(slot) {
                continue;
            }
            let cleared = conn
                .prepare_cached(
                    "UPDATE blank SET salt = NULL WHERE of = 'e' AND id = ?1 AND slot = ?2 AND piece = -1 \
                     AND salt IS NOT NULL",
                )?
                .execute(rusqlite::params![seq, index])?;
            gone += cleared as u64;
            "null".clone_into(value);
        }
        conn.prepare_cached("UPDATE entry SET key = NULL, slots = ?2 WHERE seq = ?1")?
            .execute(rusqlite::params![seq, join(&values)])?;
        Ok(gone)
    }
}

fn insert_blank(
    conn: &Connection,
    seq: u64,
    slot: usize,
    salt: &[u8; 32],
    commitment: &[u8; 32],
) -> Result<(), ArchiveError> {
    conn.prepare_cached("INSERT INTO blank VALUES ('e', :id, :slot, -1, :salt, :commitment)")?
        .execute(named_params! {
            ":id": seq,
            ":slot": slot,
            ":salt": salt,
            ":commitment": commitment,
        })?;
    Ok(())
}

impl Archive {
    /// Writes the database anew and cuts the write-ahead log, so that neither keeps what was deleted.
    fn write_anew(&self) -> Result<(), ArchiveError> {
        self.conn.flush_prepared_statement_cache();
        self.conn.execute_batch("VACUUM")?;
        let busy = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: bool = self.conn.query_row(busy, (), |row| row.get(0))?;
        if busy {
            // Somebody reads: the log still holds what was deleted.
            return Err(ArchiveError::InUse {
                path: self.root.clone(),
            });
        }
        Ok(())
    }
}
