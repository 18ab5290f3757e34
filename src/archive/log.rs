//! `log/`: the ledger as C2SP tiles, for anybody to copy and recompute. Digests only; it follows from the ledger.
//!
//! Whoever could lay a file there could lay a link or a pipe: none is followed or read, and a checkpoint counts only
//! with the log key's signature.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::OptionalExtension as _;
use rusqlite::named_params;

use super::Archive;
use super::ArchiveError;
use super::store::ensure_folder;
use crate::durable;
use crate::record::Finding;
use crate::tlog::CHECKPOINT_PATH;
use crate::tlog::Checkpoint;
use crate::tlog::Hash;
use crate::tlog::LEAF_BYTES;
use crate::tlog::Note;
use crate::tlog::Tile;

pub(super) const FOLDER: &str = "log";

/// The largest file that `log/` can have: a bundle of 256 entries.
const LARGEST: u64 = 256 * 34;

/// How often a log that does not fit is looked at again while somebody writes, and how long is waited in between.
const LOOKS: u32 = 100;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// How `log/` stands to the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogCheck {
    /// What is not as the ledger makes it.
    pub findings: Vec<Finding>,
    /// The number of entries of the checkpoint in `log/`, where that is an earlier one of this ledger: what a run leaves
    /// that was stopped after its checkpoint was stored (FORMAT, 'Append', step 6).
    pub behind: Option<u64>,
}

/// Writes what `log/` lacks of the ledger's signed part. One that is ahead of the ledger is left alone and named: the
/// archive is then an older copy.
pub(super) fn catch_up(archive: &Archive) -> Result<(), ArchiveError> {
    let (_, Some(note)) = archive.head()? else {
        return Ok(());
    };
    let size = archive.open_note(&note)?.size;
    let have = logged(archive, &archive.root.join(FOLDER)).map_or(0, |have| have.size);
    if have > size {
        return Err(ArchiveError::OlderThanMemory {
            found: size,
            remembered: have,
        });
    }
    if have == size {
        return Ok(());
    }
    write(archive, have, size, &note)
}

/// Writes every file of `log/` again.
pub(super) fn rewrite(archive: &Archive) -> Result<(), ArchiveError> {
    let (_, Some(note)) = archive.head()? else {
        return Ok(());
    };
    write(archive, 0, archive.open_note(&note)?.size, &note)
}

/// Writes the tiles of a log that grows from `old` to `size` entries; its checkpoint comes last.
fn write(archive: &Archive, old: u64, size: u64, note: &str) -> Result<(), ArchiveError> {
    let folder = archive.root.join(FOLDER);
    ensure_folder(&folder)?;
    for tile in Tile::changed(old, size) {
        let path = way_to(&folder, &tile)?;
        durable::write_atomic(&path, &tile.bytes(|range| archive.leaf_range(range))?)?;
        if !tile.is_partial() {
            discard_partials(&path)?;
        }
    }
    Ok(durable::write_atomic(
        &folder.join(CHECKPOINT_PATH),
        note.as_bytes(),
    )?)
}

/// Where a tile lies, with the folders down to it made; a link on the way is refused.
fn way_to(folder: &Path, tile: &Tile) -> Result<PathBuf, ArchiveError> {
    let name = tile.to_string();
    let mut way = folder.to_path_buf();
    let mut parts = name.split('/').peekable();
    while let Some(part) = parts.next() {
        way.push(part);
        if parts.peek().is_some() {
            ensure_folder(&way)?;
        }
    }
    Ok(way)
}

/// Removes the partial tiles that a full one replaces, as C2SP allows; nothing else that lies there.
fn discard_partials(full: &Path) -> Result<(), ArchiveError> {
    let mut partials = full.as_os_str().to_owned();
    partials.push(".p");
    let partials = PathBuf::from(partials);
    if !partials
        .symlink_metadata()
        .is_ok_and(|found| found.is_dir())
    {
        return Ok(());
    }
    let Ok(found) = partials.read_dir() else {
        return Ok(());
    };
    for file in found.flatten() {
        let name = file.file_name();
        let width = name.to_str().and_then(|name| name.parse::<u8>().ok());
        if width.is_some() || durable::is_leftover(&name) {
            durable::discard(&file.path())?;
        }
    }
    // An empty folder that stays behind is harmless: C2SP readers ask for files.
    drop(std::fs::remove_dir(&partials));
    Ok(())
}

/// The checkpoint that lies in `log/`, if the log key signed it: anybody's own would lock the user out.
pub(super) fn logged(archive: &Archive, folder: &Path) -> Option<Checkpoint> {
    let bytes = read_plain(&folder.join(CHECKPOINT_PATH), LARGEST).ok()?;
    archive.open_note(std::str::from_utf8(&bytes).ok()?).ok()
}

/// Up to that many bytes of a plain file and one more; a link is not followed and a pipe is not waited for.
pub(super) fn read_plain(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if !path.symlink_metadata()?.is_file() {
        return Err(io::Error::other("it is not a plain file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Archive {
    /// The bytes of a tile of hashes: as they lie in `log/`, else as the stored leaf data make them.
    pub(super) fn tile(&self, tile: &Tile) -> Result<Vec<u8>, ArchiveError> {
        let path = self.root.join(FOLDER).join(tile.to_string());
        let held = read_plain(&path, LARGEST).ok();
        let held = held.filter(|held| held.len() as u64 == tile.width() * LEAF_BYTES as u64);
        held.map_or_else(|| tile.bytes(|range| self.leaf_range(range)), Ok)
    }

    /// Leaf data of a range of entries.
    fn leaf_range(&self, range: Range<u64>) -> Result<Vec<[u8; 32]>, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT leaf FROM entry WHERE seq >= :start AND seq < :end ORDER BY seq",
            )?
            .query_map(
                named_params! {":start": range.start, ":end": range.end},
                |row| row.get(0),
            )?
            .collect::<Result<_, _>>()?)
    }

    /// Looks again at a log that does not fit this snapshot (`found` says how), since a writer changes the log after the
    /// database and knows nothing of snapshots. It is held against the database as it is by now, which must continue
    /// this snapshot: a log that only an older database cannot explain is therefore still found. While somebody writes,
    /// what does not fit is looked at again, since it may be half written; after some seconds it is believed.
    pub fn check_log_again(&self, found: LogCheck) -> Result<LogCheck, ArchiveError> {
        let (size, _) = self.head()?;
        let root = self.root_at(size)?;
        let mut found = found;
        for _ in 0..LOOKS {
            let writing = super::is_being_written(&self.root);
            let Ok(now) = Self::open(&self.root) else {
                break;
            };
            let snapshot = now.ledger()?;
            let head = now.head()?;
            if now.origin() != self.origin() || head.0 < size || now.root_at(size)? != root {
                break;
            }
            found = now.check_log()?;
            drop(snapshot);
            let moved = now.head()? != head;
            let fits = found == LogCheck::default();
            if fits || !(writing || moved || super::is_being_written(&self.root)) {
                break;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
        Ok(found)
    }

    /// Whether the database has by now a checkpoint that the log key signed over that head, waiting for it while
    /// somebody writes: between its records and their checkpoint a group stands there without one.
    pub fn is_signed_by_now(&self, size: u64, root: Hash) -> Result<bool, ArchiveError> {
        for _ in 0..LOOKS {
            let writing = super::is_being_written(&self.root);
            let Ok(now) = Self::open(&self.root) else {
                break;
            };
            let note: Option<String> = now
                .conn
                .prepare("SELECT note FROM checkpoint WHERE size = ?1")?
                .query_row([size], |row| row.get(0))
                .optional()?;
            if let Some(note) = note {
                let signed = self.open_note(&note);
                return Ok(signed.is_ok_and(|signed| (signed.size, signed.root) == (size, root)));
            }
            if !writing {
                break;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
        Ok(false)
    }

    /// Holds every file of `log/` against what the ledger makes of it: at its last checkpoint, or at the earlier one that
    /// lies there.
    pub fn check_log(&self) -> Result<LogCheck, ArchiveError> {
        let mut check = LogCheck::default();
        let (entries, Some(note)) = self.head()? else {
            // A log is written after its checkpoint was stored.
            if self
                .root
                .join(FOLDER)
                .join(CHECKPOINT_PATH)
                .symlink_metadata()
                .is_ok()
            {
                check.findings.push(Finding::new(
                    "log.unexpected",
                    format!("{FOLDER}/{CHECKPOINT_PATH}"),
                    "the log has a checkpoint, and the database has none",
                ));
            }
            return Ok(check);
        };
        let size = Checkpoint::parse(
            Note::parse(note.as_bytes())
                .map_err(crate::keys::KeyError::from)?
                .text(),
        )
        .map_err(crate::keys::KeyError::from)?
        .size;
        // A note that was tampered with may state any size, and the files of that size would never end.
        if size > entries {
            return Err(ArchiveError::LedgerBroken(format!(
                "its last checkpoint is of {size} entries, and it has {entries}"
            )));
        }
        let folder = self.root.join(FOLDER);
        if folder.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
            check.findings.push(Finding::new(
                "log.unexpected",
                FOLDER,
                "what stands in the place of the log is no folder; it was not followed",
            ));
            return Ok(check);
        }
        check.behind = self.earlier_log(&folder, size)?;
        let mut known: BTreeSet<PathBuf> = BTreeSet::new();
        known.insert(PathBuf::from(CHECKPOINT_PATH));
        if check.behind.is_none() {
            let path = Path::new(CHECKPOINT_PATH);
            check
                .findings
                .extend(compare(&folder, path, note.as_bytes()));
        }
        for tile in Tile::all(check.behind.unwrap_or(size)) {
            let name = tile.to_string();
            // A full tile takes the place of the parts of it before the checkpoint does; it is looked at below.
            let is_replaced = check.behind.is_some()
                && name.split_once(".p/").is_some_and(|(full, _)| {
                    Tile::parse(full).is_some_and(|full| full.is_within(size))
                        && folder.join(full).symlink_metadata().is_ok()
                });
            let path = PathBuf::from(name);
            if !is_replaced {
                check
                    .findings
                    .extend(self.compare_tile(&folder, &path, &tile)?);
            }
            known.insert(path);
        }
        for stray in walkdir::WalkDir::new(&folder).into_iter().flatten() {
            let Ok(path) = stray.path().strip_prefix(&folder) else {
                continue;
            };
            if stray.file_type().is_dir() || known.contains(path) {
                continue;
            }
            let tile = (path.to_str().and_then(Tile::parse)).filter(|tile| tile.is_within(size));
            match tile {
                Some(tile) => {
                    check
                        .findings
                        .extend(self.compare_tile(&folder, path, &tile)?);
                }
                None if path.file_name().is_some_and(durable::is_leftover) => {}
                None => check.findings.push(Finding::new(
                    "log.unexpected",
                    format!("{FOLDER}/{}", path.display()),
                    "this file does not belong to the log of this ledger",
                )),
            }
        }
        Ok(check)
    }

    /// The number of entries that `log/` has, where a run that was stopped explains that it lacks the last ones: what
    /// stands there is, byte for byte, the checkpoint before the last, or nothing yet where the ledger has only one. A
    /// restoration stores several.
    fn earlier_log(&self, folder: &Path, size: u64) -> Result<Option<u64>, ArchiveError> {
        let have = match read_plain(&folder.join(CHECKPOINT_PATH), LARGEST) {
            Ok(bytes) => {
                let Some(have) = logged(self, folder).filter(|have| have.size < size) else {
                    return Ok(None);
                };
                let stored = self
                    .conn
                    .prepare("SELECT CAST(note AS BLOB) FROM checkpoint WHERE size = ?1")?
                    .query_row([have.size], |row| row.get::<_, Vec<u8>>(0))
                    .optional()?;
                if stored != Some(bytes) {
                    return Ok(None);
                }
                have.size
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(_) => return Ok(None),
        };
        let since: u64 = (self.conn)
            .prepare("SELECT count(*) FROM checkpoint WHERE size > ?1")?
            .query_row([have], |row| row.get(0))?;
        let restored = (self.conn)
            .prepare("SELECT 1 FROM entry WHERE seq = ?1 AND schema = 'restored/1'")?
            .exists([size.saturating_sub(1)])?;
        let one_append = if restored && have > 0 {
            // One of the log that it was lengthened with, one of what says so, and one for each change of the key between.
            let changes: u64 = (self.conn)
                .prepare("SELECT count(*) FROM entry WHERE schema = 'key.rotated/1' AND seq >= ?1")?
                .query_row([have], |row| row.get(0))?;
            2 + changes
        } else {
            1
        };
        Ok((since <= one_append).then_some(have))
    }

    fn compare_tile(
        &self,
        folder: &Path,
        path: &Path,
        tile: &Tile,
    ) -> Result<Option<Finding>, ArchiveError> {
        let bytes = tile.bytes(|range| self.leaf_range(range))?;
        Ok(compare(folder, path, &bytes))
    }
}

/// Holds one file of the log against the bytes that it should have.
fn compare(folder: &Path, path: &Path, bytes: &[u8]) -> Option<Finding> {
    let subject = format!("{FOLDER}/{}", path.display());
    let most = LARGEST.max(bytes.len() as u64);
    let found = match read_plain(&folder.join(path), most) {
        Ok(found) => found,
        Err(error) => {
            return Some(Finding::new(
                "log.missing",
                subject,
                format!("this file of the log cannot be read: {error}"),
            ));
        }
    };
    if found == bytes {
        return None;
    }
    let differs = found
        .iter()
        .zip(bytes)
        .position(|(found, expected)| found != expected)
        .unwrap_or_else(|| found.len().min(bytes.len()));
    let finding = Finding::new(
        "log.altered",
        subject,
        format!("this file of the log is not what the ledger makes of it, from byte {differs} on"),
    );
    Some(finding.with(
        format!("{} bytes", bytes.len()),
        format!("{} bytes", found.len()),
    ))
}
