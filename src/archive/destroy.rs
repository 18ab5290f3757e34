//! Destruction carried out.
//!
//! The order is an entry and comes first (`orders.rs`, `doom.rs`). Carrying out may be stopped at any point and begun
//! again. From before the first value goes until the end the file `destroying` stands in the archive's folder:
//!
//! 1. packs with doomed documents are written anew without them, beside the old ones; in one that cannot be read to its
//!    end they are written over where they lie;
//! 2. in one transaction values, keys, texts and the rows of the bytes go, other documents get their new places, and the
//!    catalogue is made again. Leaf data stay, so every root that was signed still holds;
//! 3. old packs and files are written over and removed, and whatever a stop left that nothing refers to;
//! 4. the full-text index is begun anew, the write-ahead log is cut, and the database is written anew.
//!
//! Where only slots of an entry go, or the digest of a document of which a part goes, the commitments of all its slots are kept as rows of `blank`, and the salts of those
//! that stay; the record key goes, since it would open the others to guessing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::named_params;

use super::Archive;
use super::ArchiveError;
use super::Writer;
use super::doom::FROZEN;
use super::draft::join;
use super::log;
use super::orders::Doomed;
use super::orders::Orders;
use super::projection::Projector;
use super::query::item_at;
use super::search;
use super::store::Batch;
use super::store::Finished;
use super::store::Member;
use super::store::Place as Where;
use super::values::values;
use crate::commitment::RecordKey;
use crate::commitment::Salts;
use crate::commitment::canonical;
use crate::durable;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Schema;
use crate::record::schema;

/// Stands in the archive's folder while a destruction is carried out, and lists the files that are to go.
const DESTROYING: &str = "destroying";

/// The most bytes of that list that are read; a name in it has fewer than a hundred.
const LONGEST_LIST: u64 = 64 << 20;

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

/// A document of which a part goes.
struct Parted {
    item: u64,
    slots: BTreeSet<String>,
    /// The digest of its bytes, as long as its record has that.
    old: Option<Digest>,
    /// What takes their place.
    now: Option<Bytes>,
}

/// What became of the packs that hold doomed documents.
#[derive(Default)]
struct Rewritten {
    /// The new ones.
    finished: Vec<Finished>,
    /// The files that are to go once nothing refers to them.
    old: BTreeSet<PathBuf>,
    /// Packs of which a neighbour cannot be read to its end, or that are not there, with all their members: they stay,
    /// what is doomed in them is written over where it lies, and verifying names what is damaged as before.
    damaged: Vec<(u32, Vec<Member>)>,
}

/// The slots of entries that orders name.
fn ordered_slots(orders: &Orders) -> BTreeMap<u64, BTreeSet<&str>> {
    let mut wanted: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for address in orders.all().iter().flat_map(|order| &order.addresses) {
        if let Doomed::Slots { entry, slots } = address {
            let of_entry = wanted.entry(*entry).or_default();
            of_entry.extend(slots.iter().map(String::as_str));
        }
    }
    wanted
}

impl Writer {
    /// Carries out what was ordered before. The catalogue is made again first, whatever became of it since: which bytes go
    /// is looked up there, and a record that came back has no row in it.
    pub fn finish_orders(&mut self) -> Result<CarriedOut, ArchiveError> {
        self.archive.orders()?.demand_signed()?;
        self.archive.rebuild()?;
        self.carry_out()
    }

    /// Carries out what was ordered, as far as it is not done yet.
    pub fn carry_out(&mut self) -> Result<CarriedOut, ArchiveError> {
        self.archive.orders()?.demand_signed()?;
        self.carry_out_now()
            .map_err(|source| ArchiveError::NotCarriedOut {
                source: Box::new(source),
            })
    }

    fn carry_out_now(&mut self) -> Result<CarriedOut, ArchiveError> {
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
        let slots = ordered_slots(&orders);
        streams.extend(self.frozen_in(&slots)?);
        let parts = self.archive.ordered_parts(&orders)?;
        streams.extend(parts.iter().filter_map(|part| part.old));
        self.archive
            .keep_current(&orders, &parts, &items, &mut streams);
        let without = items
            .iter()
            .copied()
            .chain(parts.iter().map(|part| part.item));
        for (_, held) in self.archive.holders(&streams, &without.collect())? {
            streams.remove(&held);
        }
        for (_, held) in self.archive.entries_holding(&streams, &slots)? {
            streams.remove(&held);
        }
        let packs = self.rewrite_packs(&streams)?;
        if !orders.all().is_empty() {
            self.archive.mark_destroying(&packs.old)?;
        }
        for (number, members) in &packs.damaged {
            (self.archive.store).erase_in_place(*number, members, &streams)?;
        }
        let conn = &self.archive.conn;
        conn.execute_batch("BEGIN IMMEDIATE")?;
        let done = self
            .remove_rows(&left, &streams, &packs.finished)
            .and_then(|()| Ok(self.blank_slots(&slots)? + self.blank_parts(&parts)?))
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
        self.erase_marked()?;
        self.erase_old_packs()?;
        self.clear_unreferenced()?;
        if !orders.all().is_empty() {
            // Whether an earlier attempt came as far as this cannot be told from the rows: they are gone in any case.
            search::Index::erase_and_begin_anew(&self.archive.search_folder())?;
        }
        self.archive.write_anew()?;
        log::catch_up(&self.archive)?;
        self.keep_changes()?;
        self.archive.unmark_destroying()?;
        Ok(CarriedOut {
            records: left.len() as u64,
            slots,
            streams: streams.len() as u64,
            packs: packs.finished.len() as u64,
        })
    }

    /// Writes over and removes what [`DESTROYING`] lists, unless something is placed there.
    fn erase_marked(&self) -> Result<(), ArchiveError> {
        let archive = &self.archive;
        let marked = archive.marked()?;
        let known = archive.known_packs()?;
        let placed = |digest: &Digest| !matches!(archive.place_of(digest), Ok(None));
        let strays = (archive.store).unreferenced(&|number| known.contains(&number), &placed)?;
        for stray in strays {
            if stray.ours && marked.contains(&stray.name) {
                durable::erase(&archive.root.join(&stray.name))?;
            }
        }
        Ok(())
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

    /// Writes each pack anew that holds one of these streams, without them.
    fn rewrite_packs(&self, streams: &BTreeSet<Digest>) -> Result<Rewritten, ArchiveError> {
        let store = &self.archive.store;
        let mut packs = BTreeSet::new();
        let mut rewritten = Rewritten::default();
        for stream in streams {
            let Some((place, _)) = self.archive.place_of(stream)? else {
                continue;
            };
            let (file, _) = store.file_of(stream, place);
            rewritten.old.insert(
                file.strip_prefix(&self.archive.root)
                    .map_or_else(|_| file.clone(), Path::to_path_buf),
            );
            if let Where::Pack { number, .. } = place {
                packs.insert(number);
            }
        }
        for number in packs {
            let members = self.archive.ledger()?.members(number)?;
            match self.without(number, &members, streams)? {
                Some(batch) => rewritten.finished.push(batch.finish()?),
                None => rewritten.damaged.push((number, members)),
            }
        }
        Ok(rewritten)
    }

    /// A new pack with the members of one that stay; nothing where one of them cannot be read to its end.
    fn without(
        &self,
        number: u32,
        members: &[Member],
        streams: &BTreeSet<Digest>,
    ) -> Result<Option<Batch>, ArchiveError> {
        let mut batch = self.batch()?;
        let stays = |member: &&Member| !streams.contains(&member.digest);
        for member in members.iter().filter(stays) {
            let offset = member.offset;
            let place = Where::Pack { number, offset };
            // A neighbour that was damaged before goes along as it is: what was ordered does not wait for it, and it is
            // found to be damaged as before.
            let read = (self.archive.store).read_as_it_is(&member.digest, place, member.size);
            let Ok(bytes) = read else {
                return Ok(None);
            };
            batch.put(member.digest, &bytes)?;
        }
        Ok(Some(batch))
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
            conn.prepare_cached("DELETE FROM blank WHERE of = 'i' AND id = ?1")?
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
    fn blank_slots(&self, wanted: &BTreeMap<u64, BTreeSet<&str>>) -> Result<u64, ArchiveError> {
        let mut gone = 0;
        for (entry, slots) in wanted {
            gone += self.blank_entry(*entry, slots)?;
        }
        Ok(gone)
    }

    /// The files that are kept for slots which are to go, as long as these name them.
    fn frozen_in(
        &self,
        wanted: &BTreeMap<u64, BTreeSet<&str>>,
    ) -> Result<Vec<Digest>, ArchiveError> {
        let mut files = Vec::new();
        for (seq, slots) in wanted {
            let Some(entry) = self.archive.entry(*seq)? else {
                continue;
            };
            let ordered = FROZEN
                .iter()
                .filter(|(kind, slot)| *kind == entry.schema && slots.contains(slot));
            for (_, slot) in ordered {
                let bytes: Option<Bytes> = entry.get(slot)?;
                files.extend(bytes.map(|bytes| bytes.sha256));
            }
        }
        Ok(files)
    }

    fn blank_entry(&self, seq: u64, doomed: &BTreeSet<&str>) -> Result<u64, ArchiveError> {
        let Some(entry) = self.archive.stored_entry(seq)? else {
            return Ok(0);
        };
        let (Some(schema), Some(slots)) = (schema(&entry.schema), entry.slots.as_deref()) else {
            return Ok(0);
        };
        let (values, gone) = self.blank_record(("e", seq), schema, entry.key, slots, doomed)?;
        let conn = &self.archive.conn;
        conn.prepare_cached("UPDATE entry SET key = NULL, slots = ?2 WHERE seq = ?1")?
            .execute(rusqlite::params![seq, values])?;
        Ok(gone)
    }

    /// Takes the digests of documents away of which a part goes.
    fn blank_parts(&self, parts: &[Parted]) -> Result<u64, ArchiveError> {
        let mut gone = 0;
        for part in parts {
            let Some(stored) = self.archive.stored_item(part.item)? else {
                continue;
            };
            let (Some(schema), Some(slots)) = (schema(&stored.schema), stored.slots.as_deref())
            else {
                continue;
            };
            let doomed = part.slots.iter().map(String::as_str).collect();
            let (values, n) =
                self.blank_record(("i", part.item), schema, stored.key, slots, &doomed)?;
            let conn = &self.archive.conn;
            conn.prepare_cached("UPDATE item SET key = NULL, slots = ?2 WHERE id = ?1")?
                .execute(rusqlite::params![part.item, values])?;
            gone += n;
        }
        Ok(gone)
    }

    /// Keeps commitments and salts of a record's slots, and of those that go the commitment alone. Gives the values that
    /// are left, and how many went.
    fn blank_record(
        &self,
        (of, id): (&str, u64),
        schema: &Schema,
        key: Option<[u8; 32]>,
        slots: &str,
        doomed: &BTreeSet<&str>,
    ) -> Result<(String, u64), ArchiveError> {
        let texts = canonical::split(slots, schema.slots.len())?;
        let conn = &self.archive.conn;
        if let Some(key) = key {
            // The first destruction in this record: its commitments and salts stand from now on for themselves.
            let salts = Salts::new(&RecordKey(key));
            for (index, (slot, text)) in schema.slots.iter().zip(&texts).enumerate() {
                let salt = salts.salt(slot);
                let commitment = self.archive.committer.commit(&salt, slot, text);
                insert_blank(conn, (of, id), index, &salt, &commitment)?;
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
                    "UPDATE blank SET salt = NULL WHERE of = ?1 AND id = ?2 AND slot = ?3 AND piece = -1 \
                     AND salt IS NOT NULL",
                )?
                .execute(rusqlite::params![of, id, index])?;
            gone += cleared as u64;
            "null".clone_into(value);
        }
        Ok((join(&values), gone))
    }
}

fn insert_blank(
    conn: &Connection,
    (of, id): (&str, u64),
    slot: usize,
    salt: &[u8; 32],
    commitment: &[u8; 32],
) -> Result<(), ArchiveError> {
    conn.prepare_cached("INSERT INTO blank VALUES (:of, :id, :slot, -1, :salt, :commitment)")?
        .execute(named_params! {
            ":of": of,
            ":id": id,
            ":slot": slot,
            ":salt": salt,
            ":commitment": commitment,
        })?;
    Ok(())
}

impl Archive {
    /// The documents of which orders name a part. What was destroyed whole since is none.
    fn ordered_parts(&self, orders: &Orders) -> Result<Vec<Parted>, ArchiveError> {
        let mut parts = Vec::new();
        for (place, slots) in orders.parts() {
            let Some(item) = item_at(&self.conn, place)? else {
                continue;
            };
            let stored = self.stored_item(item)?;
            let Some((stored, text)) = stored.and_then(|it| it.slots.map(|text| (it.schema, text)))
            else {
                continue;
            };
            let found = values(format!("item {item}"), &stored, Some(&text))?;
            let bytes: Option<Bytes> = match found {
                Some(found) if slots.contains("bytes") => found.get("bytes")?,
                _ => None,
            };
            parts.push(Parted {
                item,
                now: orders.replacement(place, place.a),
                slots: slots.into_iter().map(str::to_owned).collect(),
                old: bytes.map(|bytes| bytes.sha256),
            });
        }
        Ok(parts)
    }

    /// Whether an order is recorded that is not carried out to its end: what goes by another would be looked up in bytes
    /// that are to go.
    pub fn is_pending(&self) -> Result<bool, ArchiveError> {
        let orders = self.orders()?;
        if self.is_destroying() || (self.ordered_parts(&orders)?.iter()).any(|it| it.old.is_some())
        {
            return Ok(true);
        }
        for item in self.ordered_items(&orders)? {
            let stored = self.stored_item(item)?;
            if stored.is_some_and(|it| it.key.is_some() || it.slots.is_some()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Of what took the place of documents' bytes, only the last of each is kept: an earlier one has what went since.
    fn keep_current(
        &self,
        orders: &Orders,
        parts: &[Parted],
        gone: &BTreeSet<u64>,
        streams: &mut BTreeSet<Digest>,
    ) {
        streams.extend((orders.all().iter()).filter_map(|it| Some(it.replaced_by?.sha256)));
        for part in parts.iter().filter(|part| !gone.contains(&part.item)) {
            // A part that was zeros already leaves the bytes as they were.
            if let Some(bytes) = part.now {
                streams.remove(&bytes.sha256);
            }
        }
        streams.retain(|stream| !matches!(self.place_of(stream), Ok(None)));
    }

    /// Whether a destruction was begun and did not come to its end.
    pub fn is_destroying(&self) -> bool {
        self.root.join(DESTROYING).symlink_metadata().is_ok()
    }

    /// The files of which [`DESTROYING`] says that they are to go, as paths in the archive's folder.
    fn marked(&self) -> Result<BTreeSet<PathBuf>, ArchiveError> {
        let path = self.root.join(DESTROYING);
        match log::read_plain(&path, LONGEST_LIST) {
            // Of what is too long or not of ours no name is one of a file that nothing refers to.
            Ok(listed) => Ok(String::from_utf8_lossy(&listed)
                .lines()
                .map(PathBuf::from)
                .collect()),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(source) => Err(ArchiveError::Read { path, source }),
        }
    }

    fn mark_destroying(&self, old: &BTreeSet<PathBuf>) -> Result<(), ArchiveError> {
        let mut marked = self.marked()?;
        marked.extend(old.iter().cloned());
        let lines: Vec<String> = marked
            .iter()
            .map(|name| format!("{}\n", name.display()))
            .collect();
        Ok(durable::write_atomic(
            &self.root.join(DESTROYING),
            lines.concat().as_bytes(),
        )?)
    }

    fn unmark_destroying(&self) -> Result<(), ArchiveError> {
        durable::discard(&self.root.join(DESTROYING))?;
        Ok(durable::sync_dir(&self.root)?)
    }

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
