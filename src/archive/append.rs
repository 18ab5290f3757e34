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
use std::fs::File;
use std::path::Path;

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
use super::projection::About;
use super::projection::NUMBER;
use super::projection::Projector;
use super::projection::Segment;
use super::projection::Values;
use super::store::Batch;
use super::store::Store;
use crate::commitment::Place;
use crate::commitment::Salts;
use crate::durable;
use crate::keys::Head;
use crate::keys::KeyPair;
use crate::keys::Memory;
use crate::keys::Pin;
use crate::keys::Places;
use crate::record::Digest;
use crate::tlog::Frontier;
use crate::tlog::Note;
use crate::tlog::leaf_hash;

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
    pub(super) memory: Memory,
    pub(super) pin: Pin,
}

impl Signer {
    /// The signer of an archive, with the memory and the pin of this user.
    pub fn new(places: &Places, origin: &str, key: KeyPair) -> Result<Self, ArchiveError> {
        Ok(Self {
            key,
            memory: Memory::open(places, origin)?,
            pin: Pin::open(places, origin)?,
        })
    }
}

/// The one who may append: holds the lock, the key and the right edge of the tree.
pub struct Writer {
    pub(super) archive: Archive,
    pub(super) signer: Signer,
    pub(super) tree: Frontier,
    next_item: u64,
    _lock: File,
}

impl Writer {
    /// Starts an archive in an empty or absent folder, or in one where a start was stopped. `first` is entry 0 without
    /// the keys.
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
