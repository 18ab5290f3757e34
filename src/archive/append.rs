//! Appending: one group of records at a time, whole or not at all, whatever happens in between.
//!
//! The order (FORMAT, 'Append'), with what a crash after each step leaves:
//!
//! 1. blobs durable: files that nothing refers to;
//! 2. rows in one transaction, not committed: nothing;
//! 3. the signer's memory takes `pending (size, root)`, durably: pending is void, the old head stands;
//! 4. commit: head == pending, so the next start signs it;
//! 5. sign, and the memory takes the note, durably: the next start stores that note;
//! 6. the note is committed: done; only now is anything acknowledged;
//! 7. `log/` and the pin follow: the next start catches them up.

use std::cell::OnceCell;
use std::cell::RefCell;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::named_params;
use serde_json::Value;

use super::Archive;
use super::ArchiveError;
use super::PublicKeys;
use super::catalogue;
use super::database;
use super::draft::EntryDraft;
use super::draft::INLINE_TEXT;
use super::draft::ItemDraft;
use super::draft::join;
use super::lock;
use super::log;
use super::projection::NUMBER;
use super::projection::Projector;
use super::store::Batch;
use super::store::Store;
use super::values::About;
use super::values::Segment;
use super::values::Values;
use super::vault;
use crate::commitment::Place;
use crate::commitment::Salts;
use crate::durable;
use crate::durable::Lock;
use crate::keys::Head;
use crate::keys::KeyError;
use crate::keys::KeyPair;
use crate::keys::Memory;
use crate::keys::Pin;
use crate::keys::Places;
use crate::record::Digest;
use crate::tlog::Frontier;
use crate::tlog::Hash;
use crate::tlog::Note;
use crate::tlog::Tree;
use crate::tlog::leaf_hash;
use crate::tlog::leaf_hashes;

/// Items of which the leaves are hashed side by side.
const TOGETHER: usize = 128;

/// One thing to append.
pub enum Step {
    /// An entry as it is.
    Entry(EntryDraft),
    /// A segment of items and the entry that seals it.
    Segment(SegmentDraft),
}

/// A segment of items that has no place yet.
pub struct SegmentDraft {
    /// Whether a tool read the items out of documents (`derived/1`) or they are files as they came (`received/1`).
    pub derived: bool,
    /// Index of the accession's entry.
    pub accession: u64,
    /// Run in the accession.
    pub run: u64,
    /// Number in the run.
    pub number: u64,
    /// The items in order.
    pub items: Vec<ItemDraft>,
    /// Digest over the bytes of containers that no item covers.
    pub rest: Option<Digest>,
    /// The other slots of the entry: `total`, `tool`, `note`, `by`, `t`.
    pub values: Vec<(&'static str, Value)>,
}

/// What an append made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Index of the entry of each step.
    pub entries: Vec<u64>,
    /// Number of the first item of each segment, in the order of the steps; 0 for an entry.
    pub first_items: Vec<u64>,
}

/// The key, what it remembers having signed, and what this user last saw: all outside the archive.
pub struct Signer {
    pub(super) key: KeyPair,
    /// The key that the archive's last entry ended, while the head has to be signed by both.
    pub(super) retired: Option<KeyPair>,
    /// The key of who records, where they are an editor.
    editor: Option<KeyPair>,
    pub(super) memory: Memory,
    pub(super) pin: Pin,
    /// Where the changes of the key are kept.
    pub(super) changes: PathBuf,
}

impl Signer {
    /// The same signer with the key at hand that its own has taken the place of.
    #[must_use]
    pub fn after(mut self, retired: Option<KeyPair>) -> Self {
        self.retired = retired;
        self
    }

    /// The same signer for somebody who has an editor's key. It signs as long as the ledger admits it.
    #[must_use]
    pub fn by_editor(mut self, editor: Option<KeyPair>) -> Self {
        self.editor = editor;
        self
    }

    /// The signer of an archive, with the memory and the pin of this user.
    pub fn new(places: &Places, origin: &str, key: KeyPair) -> Result<Self, ArchiveError> {
        Ok(Self {
            key,
            retired: None,
            editor: None,
            memory: Memory::open(places, origin)?,
            pin: Pin::open(places, origin)?,
            changes: places.changes(origin)?,
        })
    }
}

/// The one who may append: holds the lock, the key and the right edge of the tree.
pub struct Writer {
    pub(super) archive: Archive,
    pub(super) signer: Signer,
    pub(super) tree: Frontier,
    /// The same tree with all its nodes, for proofs; behind `tree` until one is asked for.
    nodes: Tree,
    next_item: u64,
    _lock: Lock,
}

impl Writer {
    /// Starts an archive in an empty or absent folder, or in one where a start was stopped. `first` is entry 0 without
    /// the keys; with the slot `closing`, the archive goes on where another was closed.
    pub fn create(
        root: &Path,
        keys: PublicKeys,
        signer: Signer,
        first: &[(&str, Value)],
    ) -> Result<Self, ArchiveError> {
        super::start::clear_unfinished_start(root)?;
        let demand_free = || {
            let others = root.read_dir().is_ok_and(|mut found| {
                found.any(|entry| entry.is_ok_and(|entry| entry.file_name() != super::LOCK))
            });
            if others || root.is_file() {
                return Err(ArchiveError::Occupied {
                    path: root.to_path_buf(),
                });
            }
            Ok(())
        };
        demand_free()?;
        durable::create_private_dir(root)?;
        let lock = lock(root)?;
        // Asked again under the lock: somebody else may have started an archive meanwhile, or put something there.
        demand_free()?;
        Store::create(root)?;
        let conn = catalogue::create(&root.join(catalogue::FILE))?;
        durable::sync_dir(root)?;
        conn.execute("INSERT INTO projection VALUES (?1)", [NUMBER])?;
        let mut writer = Self {
            archive: Archive {
                root: root.to_path_buf(),
                store: Store::open(root),
                committer: crate::commitment::Committer::new(keys.origin()),
                keys,
                conn,
                lost: OnceCell::new(),
                log_keys: RefCell::default(),
            },
            signer,
            tree: Frontier::new(),
            nodes: Tree::default(),
            next_item: 1,
            _lock: lock,
        };
        let mut values = vec![
            ("log_key", Value::from(hex::encode(keys.log))),
            ("recovery_key", Value::from(hex::encode(keys.recovery))),
            ("salt", Value::from(hex::encode(keys.salt))),
            ("format", Value::from(1)),
        ];
        values.extend(first.iter().cloned());
        let [started, continued] = super::BEGINNINGS;
        let goes_on = first.iter().any(|(slot, _)| *slot == "closing");
        let kind = if goes_on { continued } else { started };
        writer.append(vec![Step::Entry(EntryDraft::new(kind, &values)?)], None)?;
        Ok(writer)
    }

    /// Opens an archive for appending: takes the lock, brings an interrupted append to its end, and makes sure that
    /// ledger, last checkpoint and signer's memory agree.
    pub fn open(root: &Path, signer: Signer) -> Result<Self, ArchiveError> {
        let mut writer = Self::held(root, signer)?;
        let found = writer.recover()?;
        writer.archive.demand_understood()?;
        writer.archive.demand_projection()?;
        writer.keep_changes()?;
        let leftovers = writer.archive.store.clear_leftovers()?;
        log::catch_up(&writer.archive)?;
        let stopped = found.interrupted || leftovers > 0 || writer.has_next_pack()?;
        if found.known && stopped {
            writer.clear_unreferenced()?;
        }
        Ok(writer)
    }

    /// The archive with its lock held, and nothing brought to agree yet.
    pub(super) fn held(root: &Path, signer: Signer) -> Result<Self, ArchiveError> {
        let path = database(root)?;
        let lock = lock(root)?;
        let conn = catalogue::open(&path)?;
        let archive = Archive::with(root, conn)?;
        archive.demand_schema()?;
        let mut tree = Frontier::new();
        let mut nodes = Tree::default();
        archive.leaves(0, |leaf| {
            let hash = leaf_hash(leaf);
            tree.push(hash);
            nodes.push(hash);
            Ok(())
        })?;
        let next_item = archive.last_item()? + 1;
        Ok(Self {
            archive,
            signer,
            tree,
            nodes,
            next_item,
            _lock: lock,
        })
    }

    /// Proof that the ledger begins with its first `old` entries. Only the leaves are read that came since the last one.
    pub(super) fn consistency(&mut self, old: u64) -> Result<Vec<Hash>, ArchiveError> {
        let nodes = &mut self.nodes;
        self.archive.leaves(nodes.size(), |leaf| {
            nodes.push(leaf_hash(leaf));
            Ok(())
        })?;
        Ok(nodes
            .prove_consistency(old, self.tree.size())
            .map_err(KeyError::from)?)
    }

    /// The root over the first `size` entries; nothing where there are fewer.
    pub(super) fn root_at(&self, size: u64) -> Option<Hash> {
        self.nodes.root_at(size)
    }

    /// The archive, for reading, with all that has been appended.
    pub const fn archive(&self) -> &Archive {
        &self.archive
    }

    /// The index that the next entry will have.
    pub const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Begins a group of documents.
    pub fn batch(&self) -> Result<Batch, ArchiveError> {
        Ok(self.archive.store.begin(self.next_pack()?)?)
    }

    /// The number of the next pack, as the database knows them.
    pub(super) fn next_pack(&self) -> Result<u32, ArchiveError> {
        let next = "SELECT coalesce(max(pack), 0) + 1 FROM blob";
        Ok(self.archive.conn.query_row(next, (), |row| row.get(0))?)
    }

    /// Begins the transaction of the next append already, so that what is asked before it does not take a lock each
    /// time. Readers are not hindered; an append or the end of the writer ends it.
    pub fn hold(&self) -> Result<(), ArchiveError> {
        if self.archive.conn.is_autocommit() {
            self.archive.conn.execute_batch("BEGIN IMMEDIATE")?;
        }
        Ok(())
    }

    /// Ends a transaction that [`Writer::hold`] began and nothing was appended in.
    pub fn release(&self) -> Result<(), ArchiveError> {
        if !self.archive.conn.is_autocommit() {
            self.archive.conn.execute_batch("ROLLBACK")?;
        }
        Ok(())
    }

    /// Appends one group. On return it is on the disk, sealed and signed; after an error nothing of it is recorded, save
    /// after [`ArchiveError::Recorded`]: then it is whole, and the next start ends what follows.
    pub fn append(
        &mut self,
        steps: Vec<Step>,
        batch: Option<Batch>,
    ) -> Result<Appended, ArchiveError> {
        self.append_after(&|_, _| Ok(()), steps, batch)
    }

    /// Appends one group after `before` has written rows of its own in the same transaction.
    pub(super) fn append_after(
        &mut self,
        before: &dyn Fn(&Connection, &mut Frontier) -> Result<(), ArchiveError>,
        mut steps: Vec<Step>,
        batch: Option<Batch>,
    ) -> Result<Appended, ArchiveError> {
        in_time(&mut steps);
        let finished = batch.map(Batch::finish).transpose()?;
        let sealed = vault::place(&self.archive.root, &steps)?;
        let conn = &self.archive.conn;
        if conn.is_autocommit() {
            conn.execute_batch("BEGIN IMMEDIATE")?;
        }
        let mut tree = self.tree.clone();
        let mut next_item = self.next_item;
        let rows = before(conn, &mut tree)
            .and_then(|()| {
                finished
                    .iter()
                    .try_for_each(|finished| record_blobs(conn, finished))
            })
            .and_then(|()| {
                let mut group = Group {
                    archive: &self.archive,
                    projector: Projector::new(conn),
                    tree: &mut tree,
                    next_item: &mut next_item,
                };
                let appended = steps
                    .into_iter()
                    .map(|step| group.step(step))
                    .collect::<Result<Vec<_>, _>>()?;
                group.projector.finish()?;
                Ok(appended)
            });
        let head = Head {
            size: tree.size(),
            root: tree.root(),
        };
        let committed = rows.and_then(|appended| {
            self.signer.memory.set_pending(head, &self.signer.key)?;
            conn.execute_batch("COMMIT")?;
            Ok(appended)
        });
        let appended = match committed {
            Ok(appended) => appended,
            Err(error) => {
                // The connection may be out of the transaction already; the cause is what the caller needs.
                drop(conn.execute_batch("ROLLBACK"));
                vault::withdraw(&sealed);
                return Err(error);
            }
        };
        self.tree = tree;
        self.next_item = next_item;
        // From here on it stands, whatever comes: whoever is told 'nothing was changed' records it a second time.
        self.seal()
            .and_then(|()| log::catch_up(&self.archive))
            .map_err(|cause| ArchiveError::Recorded {
                entries: self.tree.size(),
                source: Box::new(cause),
            })?;
        let (entries, first_items) = appended.into_iter().unzip();
        Ok(Appended {
            entries,
            first_items,
        })
    }

    /// Signs the announced head, remembers that, stores the note.
    pub(super) fn seal(&mut self) -> Result<(), ArchiveError> {
        let size = self.tree.size();
        let (first, second) = self.archive.log_keys()?.signers(size);
        let from = self.archive.signed_before(size)?;
        let editors = self.archive.editors()?;
        let Signer {
            key,
            memory,
            retired,
            editor,
            ..
        } = &mut self.signer;
        let retired = retired.as_ref().filter(|_| second.is_some());
        if second.is_some() && retired.map(KeyPair::public) != Some(first) {
            let missing = first.to_string();
            return Err(KeyError::KeyNotHere { size, missing }.into());
        }
        let editor = editor
            .as_ref()
            .filter(|editor| editors.admitted(&editor.public(), from).is_some());
        let note = memory.sign_pending(key, retired, editor)?;
        self.store_note(&note)
    }

    pub(super) fn store_note(&mut self, note: &Note) -> Result<(), ArchiveError> {
        // What stands in this table stays there, so it is judged before, wherever it comes from.
        self.archive.log_keys()?.open(note)?;
        self.archive
            .conn
            .prepare_cached("INSERT INTO checkpoint VALUES (:size, :note)")?
            .execute(named_params! {":size": self.tree.size(), ":note": note.to_string()})?;
        self.move_pin(note)
    }

    /// Makes the catalogue and `log/` again from the ledger.
    pub fn rebuild(&mut self) -> Result<(), ArchiveError> {
        self.archive.rebuild()?;
        log::rewrite(&self.archive)
    }
}

fn record_blobs(conn: &Connection, finished: &super::store::Finished) -> Result<(), ArchiveError> {
    let mut insert =
        conn.prepare_cached("INSERT OR IGNORE INTO blob VALUES (:sha256, :size, :pack, :offset)")?;
    for pack in &finished.packs {
        for member in &pack.members {
            insert.execute(named_params! {
                ":sha256": member.digest.as_bytes(),
                ":size": member.size,
                ":pack": pack.number,
                ":offset": member.offset,
            })?;
        }
    }
    for (digest, size) in &finished.files {
        insert.execute(named_params! {
            ":sha256": digest.as_bytes(),
            ":size": size,
            ":pack": None::<u32>,
            ":offset": None::<u64>,
        })?;
    }
    Ok(())
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<Value, ArchiveError> {
    Ok(serde_json::to_value(value).map_err(crate::commitment::canonical::CanonicalError::from)?)
}

/// A group on its way into the database.
struct Group<'a> {
    archive: &'a Archive,
    projector: Projector<'a>,
    tree: &'a mut Frontier,
    next_item: &'a mut u64,
}

/// Sees to it that no entry of a group says an earlier time of recording than one before it. They are put together one by
/// one, each with its own look at the clock, and not always in the order in which they are recorded; `verify` would say that
/// the clock went back.
fn in_time(steps: &mut [Step]) {
    let mut latest = String::new();
    let entries = steps.iter_mut().filter_map(|step| match step {
        Step::Entry(entry) => Some(entry),
        // Its time is taken when its run ends, and no entry follows it that was put together before.
        Step::Segment(_) => None,
    });
    for entry in entries {
        entry.no_earlier_than(&mut latest);
    }
}

impl Group<'_> {
    fn step(&mut self, step: Step) -> Result<(u64, u64), ArchiveError> {
        match step {
            Step::Entry(entry) => Ok((self.entry(&entry, 0)?, 0)),
            Step::Segment(segment) => self.segment(segment),
        }
    }

    fn entry(&mut self, entry: &EntryDraft, first: u64) -> Result<u64, ArchiveError> {
        let seq = self.tree.size();
        let committer = &self.archive.committer;
        let texts: Vec<&str> = entry.values.iter().map(String::as_str).collect();
        let salts = Salts::new(&entry.key);
        let commitments = committer.commit_all(&salts, entry.schema.slots, &texts);
        let leaf = committer.entry_leaf(seq, entry.schema.name, &commitments);
        self.archive
            .conn
            .prepare_cached("INSERT INTO entry VALUES (:seq, :leaf, :schema, :key, :slots)")?
            .execute(named_params! {
                ":seq": seq,
                ":leaf": leaf,
                ":schema": entry.schema.name,
                ":key": entry.key.0,
                ":slots": join(&entry.values),
            })?;
        let values = Values {
            subject: format!("entry {seq}"),
            schema: entry.schema,
            texts,
        };
        self.projector.entry(seq, &leaf, &values, first)?;
        self.tree.push(leaf_hash(&leaf));
        Ok(seq)
    }

    fn segment(&mut self, segment: SegmentDraft) -> Result<(u64, u64), ArchiveError> {
        let first = *self.next_item;
        let mut tree = Frontier::new();
        let mut leaves = Vec::with_capacity(segment.items.len());
        for (items, start) in segment.items.chunks(TOGETHER).zip((0..).step_by(TOGETHER)) {
            let items = items.iter().zip(start..).map(|(item, index)| {
                let place = Place {
                    a: segment.accession,
                    r: segment.run,
                    s: segment.number,
                    i: index,
                };
                (place, item.schema.name, item.commitments.as_slice())
            });
            let these = self.archive.committer.item_leaves(items);
            tree.append(leaf_hashes(&these));
            leaves.extend(these);
        }
        let sealed = Segment {
            a: segment.accession,
            r: segment.run,
            s: segment.number,
            size: tree.size(),
            root: Digest::new(*tree.root().as_bytes()),
        };
        let mut values = vec![
            ("about", to_json(&About::Entry(segment.accession))?),
            ("segment", to_json(&sealed)?),
            ("rest", to_json(&segment.rest)?),
        ];
        values.extend(segment.values);
        let name = if segment.derived {
            "derived/1"
        } else {
            "received/1"
        };
        // The segment's row comes first: items name parents in their own segment.
        let seq = self.entry(&EntryDraft::new(name, &values)?, first)?;
        for (item, leaf) in segment.items.iter().zip(&leaves) {
            self.item(segment.accession, item, leaf)?;
        }
        Ok((seq, first))
    }

    fn item(
        &mut self,
        accession: u64,
        item: &ItemDraft,
        leaf: &[u8; 32],
    ) -> Result<(), ArchiveError> {
        let id = *self.next_item;
        self.archive
            .conn
            .prepare_cached("INSERT INTO item VALUES (:id, :leaf, :schema, :key, :slots)")?
            .execute(named_params! {
                ":id": id,
                ":leaf": leaf,
                ":schema": item.schema.name,
                ":key": item.key.0,
                ":slots": join(&item.values),
            })?;
        if let Some(text) = item
            .text
            .as_deref()
            .filter(|text| text.len() <= INLINE_TEXT)
        {
            self.archive
                .conn
                .prepare_cached("INSERT INTO text VALUES (:item, :body)")?
                .execute(named_params! {":item": id, ":body": text})?;
        }
        let values = Values {
            subject: format!("item {id}"),
            schema: item.schema,
            texts: item.values.iter().map(String::as_str).collect(),
        };
        self.projector.item(id, accession, leaf, &values)?;
        *self.next_item += 1;
        Ok(())
    }
}
