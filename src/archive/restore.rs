//! Bringing back an older copy: its ledger is lengthened to the last head that was signed, with the leaf data that a
//! copy of `log/` has kept, and what is lost is named.
//!
//! The rows of the lost entries hold their leaf data and nothing else ([`LOST`]); an entry `restored/1` on top says
//! which they are. So every checkpoint, pin and proof that anybody holds still fits the archive. Values cannot come
//! back this way: a log has digests only. Guaranteed: the copy is used only where its checkpoint is signed by this
//! archive's key, its leaves give the root that was signed, they begin with all that the archive has, and they reach as
//! far as anything that this user's signer or pin remembers. All of it is one transaction, so a crash leaves the older
//! copy or the restored one. Nothing else about the copy is trusted.
//!
//! What this means for numbers and addresses:
//! - Items are numbered through the segments whose entries are known. A lost segment takes no numbers, since its size is
//!   among its lost values; those after it go on where the known ones end. Numbers are the catalogue's own and never
//!   leave it.
//! - An item's address is its accession, run, segment and index, and a proof may hold the address of a lost one. An
//!   accession that a loss may have cut is therefore never continued: what is brought in again gets an accession, and
//!   addresses, of its own ([`Archive::interrupted`], [`Archive::known`]).
//! - Packs and files of the lost entries, where they are still there, are kept and referred to by nothing.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::named_params;
use serde_json::Value;

use super::Archive;
use super::ArchiveError;
use super::EntryDraft;
use super::append::Signer;
use super::append::Step;
use super::append::Writer;
use super::changes::KeyChange;
use super::log;
use crate::keys::KeyError;
use crate::keys::LogKeys;
use crate::record::Digest;
use crate::record::Span;
use crate::tlog;
use crate::tlog::CHECKPOINT_PATH;
use crate::tlog::Checkpoint;
use crate::tlog::Frontier;
use crate::tlog::Hash;
use crate::tlog::LEAF_BYTES;
use crate::tlog::MAX_NOTE_BYTES;
use crate::tlog::Note;
use crate::tlog::Part;
use crate::tlog::Tile;
use crate::tlog::leaf_hash;

/// The kind that stands in the row of an entry of which only the leaf data are left. No record is of this kind: the
/// versions of kinds begin at 1.
pub const LOST: &str = "lost/0";

/// Bytes of a leaf in a bundle: its length in two bytes, and its data.
const IN_BUNDLE: usize = 2 + LEAF_BYTES;

/// What a restoration did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Entries of the older copy.
    pub from_size: u64,
    /// Entries after the leaf data were taken over. Those from `from_size` on are lost.
    pub to_size: u64,
    /// The entry that says so.
    pub entry: u64,
}

/// A copy of the log, read and held against its checkpoint.
struct Copied {
    note: Note,
    checkpoint: Checkpoint,
    leaves: Vec<[u8; LEAF_BYTES]>,
    hashes: Vec<Hash>,
}

impl Writer {
    /// Lengthens an older copy of the archive to the size of the log in `copy`, which may be the archive's own, and
    /// records that. `changes` are those of the key that this user keeps: of the entries that the copy of the archive lacks
    /// they come back whole, since nothing beyond them could be judged otherwise. `values` are the slots `copy`, `note`,
    /// `by` and `t` of `restored/1`. After an error the archive is as it was.
    pub fn restore(
        root: &Path,
        signer: Signer,
        copy: &Path,
        changes: &[KeyChange],
        values: &[(&'static str, Value)],
    ) -> Result<(Self, Restored), ArchiveError> {
        let mut writer = Self::held(root, signer)?;
        writer.archive.demand_understood()?;
        let from_size = writer.tree.size();
        let keys = writer.archive.log_keys_after(changes)?;
        let copied = Copied::read(&keys, copy)?;
        let to_size = copied.checkpoint.size;
        if to_size <= from_size {
            return Err(ArchiveError::NothingToRestore {
                entries: from_size,
                copied: to_size,
            });
        }
        writer.demand_reaches(&copied, copy)?;
        let changes: Vec<&KeyChange> = (changes.iter())
            .filter(|change| (from_size..to_size).contains(&change.entry))
            .collect();
        for change in &changes {
            let (leaves, hashes) = (&copied.leaves, &copied.hashes);
            if let Some(reason) = change.differs(&writer.archive, &keys, leaves, hashes)? {
                return Err(ArchiveError::LogCopy {
                    path: copy.to_path_buf(),
                    reason: format!("entry {} changed the key, and it {reason}", change.entry),
                });
            }
        }
        writer.archive.demand_projection()?;
        let known = writer.signer.memory.signed().map_or(0, |head| head.size);
        let proof = match known {
            0 => Vec::new(),
            known => tlog::prove_consistency(&copied.hashes, known).map_err(KeyError::from)?,
        };
        // A crash after this leaves an archive behind its signer's memory: what it was before.
        writer.signer.memory.adopt(&copied.note, &keys, &proof)?;
        let mut said = vec![
            ("from_size", Value::from(from_size)),
            ("to_size", Value::from(to_size)),
            (
                "root",
                Value::from(hex::encode(copied.checkpoint.root.as_bytes())),
            ),
            (
                "lost",
                serde_json::json!(lost_spans(from_size, to_size, &changes)),
            ),
        ];
        said.extend(values.iter().cloned());
        let entry = Step::Entry(EntryDraft::new("restored/1", &said)?);
        let note = copied.note.to_string();
        let appended = writer.append_after(
            &|conn, tree| {
                let lost = copied
                    .leaves
                    .iter()
                    .zip(&copied.hashes)
                    .skip(index(from_size));
                for (leaf, hash) in lost {
                    let seq = tree.size();
                    match changes.iter().find(|change| change.entry == seq) {
                        Some(change) => change.record(conn, leaf)?,
                        None => record_lost(conn, seq, leaf)?,
                    }
                    tree.push(*hash);
                }
                conn.execute(
                    "INSERT OR IGNORE INTO checkpoint VALUES (:size, :note)",
                    named_params! {":size": to_size, ":note": note},
                )?;
                Ok(())
            },
            vec![entry],
            None,
        )?;
        writer.archive.lost = OnceCell::new();
        let entry = appended.entries.first().copied().unwrap_or(to_size);
        Ok((
            writer,
            Restored {
                from_size,
                to_size,
                entry,
            },
        ))
    }

    /// Demands that the copy begins with the archive and reaches as far as all that is remembered of it.
    fn demand_reaches(&self, copied: &Copied, path: &Path) -> Result<(), ArchiveError> {
        let refused = |reason: String| ArchiveError::LogCopy {
            path: path.to_path_buf(),
            reason,
        };
        let mut seq = 0;
        self.archive.leaves(0, |leaf| {
            if copied.leaves.get(seq) != Some(leaf) {
                return Err(refused(format!(
                    "its entry {seq} is not the one that the archive has"
                )));
            }
            seq += 1;
            Ok(())
        })?;
        if let Some(own) = log::logged(&self.archive, &self.archive.root.join(log::FOLDER))
            && own.size > copied.checkpoint.size
        {
            return Err(refused(format!(
                "it has {} entries, and the archive's own log/ has {}",
                copied.checkpoint.size, own.size
            )));
        }
        let memory = self
            .signer
            .memory
            .signed()
            .map(|head| (head.size, head.root));
        let pin = (self.signer.pin.checkpoint()).map(|pinned| (pinned.size, pinned.root));
        if memory.is_none() && pin.is_none() {
            return Err(ArchiveError::NoMemory);
        }
        let remembered = [(memory, "its key has signed"), (pin, "this user has seen")];
        for (head, whose) in remembered {
            let Some((size, root)) = head else {
                continue;
            };
            if size > copied.checkpoint.size {
                return Err(refused(format!(
                    "it has {} entries, and {whose} {size}",
                    copied.checkpoint.size
                )));
            }
            let here = tlog::root(copied.hashes.iter().take(index(size)).copied());
            if here != root {
                return Err(ArchiveError::OtherThanMemory(format!(
                    "at {size} entries {whose} {root}, and the copy of the log has {here}"
                )));
            }
        }
        Ok(())
    }
}

/// The entries that are given up: those of the older copy's end up to the log's, but for what came back whole.
fn lost_spans(from: u64, to: u64, back: &[&KeyChange]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = from;
    for end in back.iter().map(|change| change.entry).chain([to]) {
        if start < end {
            spans.push(Span { end, start });
        }
        start = end.saturating_add(1);
    }
    spans
}

fn record_lost(conn: &Connection, seq: u64, leaf: &[u8; LEAF_BYTES]) -> Result<(), ArchiveError> {
    conn.prepare_cached("INSERT INTO entry VALUES (:seq, :leaf, :schema, NULL, NULL)")?
        .execute(named_params! {":seq": seq, ":leaf": leaf, ":schema": LOST})?;
    Ok(())
}

/// A number of entries as a position; more than fit in memory are past every end.
fn index(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

impl Copied {
    /// Reads the leaf data of a log and demands that they give the root that this archive's key has signed.
    fn read(keys: &LogKeys, folder: &Path) -> Result<Self, ArchiveError> {
        let refused = |reason: String| ArchiveError::LogCopy {
            path: folder.to_path_buf(),
            reason,
        };
        let bytes = read(&folder.join(CHECKPOINT_PATH), MAX_NOTE_BYTES)?;
        let note = Note::parse(&bytes)
            .map_err(|error| refused(format!("its checkpoint cannot be read: {error}")))?;
        let checkpoint = keys.open(&note).map_err(|error| {
            refused(format!(
                "its checkpoint was not signed by this archive's key: {error}"
            ))
        })?;
        let mut leaves = Vec::new();
        let mut tree = Frontier::new();
        let mut hashes = Vec::new();
        let bundles = Tile::all(checkpoint.size).take_while(|tile| tile.part() == Part::Entries);
        for tile in bundles {
            let range = tile.leaves();
            let width = index(range.end - range.start);
            let bytes = bundle(folder, &tile, width)?;
            let (found, _) = bytes.as_chunks::<IN_BUNDLE>();
            if found.len() < width {
                return Err(refused(format!(
                    "{tile} ends after {} of {width} entries",
                    found.len()
                )));
            }
            for entry in found.iter().take(width) {
                let Some((&[0, 32], leaf)) = entry.split_first_chunk::<2>() else {
                    return Err(refused(format!("{tile} has an entry that is not 32 bytes")));
                };
                let leaf = leaf
                    .first_chunk::<LEAF_BYTES>()
                    .copied()
                    .unwrap_or_default();
                let hash = leaf_hash(&leaf);
                tree.push(hash);
                leaves.push(leaf);
                hashes.push(hash);
            }
        }
        if tree.size() != checkpoint.size || tree.root() != checkpoint.root {
            return Err(refused(format!(
                "its entries give the root {}, and {} was signed",
                tree.root(),
                checkpoint.root
            )));
        }
        Ok(Self {
            // Who recorded what is among what is lost: an editor's line would be of nobody known.
            note: keys.only_signed(&note)?,
            checkpoint,
            leaves,
            hashes,
        })
    }
}

/// A bundle of entries; where a full one has taken the place of a part, that one.
fn bundle(folder: &Path, tile: &Tile, width: usize) -> Result<Vec<u8>, ArchiveError> {
    let name = tile.to_string();
    match read(&folder.join(&name), width * IN_BUNDLE) {
        Err(ArchiveError::Read { path, source }) => {
            let full = name.split_once(".p/").map(|(full, _)| folder.join(full));
            match full.filter(|_| source.kind() == std::io::ErrorKind::NotFound) {
                Some(full) => read(&full, width * IN_BUNDLE),
                None => Err(ArchiveError::Read { path, source }),
            }
        }
        other => other,
    }
}

/// The first bytes of a file, `most` at the most.
fn read(path: &Path, most: usize) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most as u64).read_to_end(&mut bytes))
        .map_err(|source| ArchiveError::Read {
            path: PathBuf::from(path),
            source,
        })?;
    Ok(bytes)
}

impl Archive {
    /// The last entry of which only the leaf data are left; 0 where there is none, since entry 0 is never lost.
    pub fn last_lost(&self) -> Result<u64, ArchiveError> {
        if let Some(known) = self.lost.get() {
            return Ok(*known);
        }
        let found = self
            .conn
            .prepare("SELECT coalesce(max(seq), 0) FROM entry WHERE schema = ?1")?
            .query_row([LOST], |row| row.get(0))?;
        Ok(*self.lost.get_or_init(|| found))
    }

    /// The packs that the database knows.
    pub(super) fn known_packs(&self) -> Result<BTreeSet<u32>, ArchiveError> {
        Ok(self
            .conn
            .prepare("SELECT DISTINCT pack FROM blob WHERE pack IS NOT NULL")?
            .query_map((), |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }

    /// Whether the database knows a byte stream, as stored or as a document of some record.
    pub(super) fn is_known(&self, sha256: &Digest) -> Result<bool, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT 1 FROM blob WHERE sha256 = ?1 UNION ALL SELECT 1 FROM document WHERE sha256 = ?1",
            )?
            .exists([sha256.as_bytes()])?)
    }
}
