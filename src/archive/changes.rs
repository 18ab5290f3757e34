//! The changes of the log's key as their user keeps them outside the archive: an older copy that knows nothing of one can
//! be lengthened with them, and without them nobody could tell whose signatures count there.
//!
//! Guaranteed of one that is used: its values hash to the entry's leaf data in the log that the copy is lengthened with,
//! and the key that the copy knows signed the head which that entry ends, as did the new one.

use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::named_params;
use serde::Deserialize;
use serde::Serialize;

use super::Archive;
use super::ArchiveError;
use super::append::Writer;
use super::heads::ROTATED;
use super::heads::rotation;
use super::projection::Projector;
use super::values::values;
use crate::commitment::RecordKey;
use crate::commitment::Salts;
use crate::commitment::canonical;
use crate::commitment::canonical::CanonicalError;
use crate::durable;
use crate::keys::KeyError;
use crate::keys::LogKeys;
use crate::keys::Places;
use crate::keys::read_file;
use crate::record::Digest;
use crate::record::schema;
use crate::tlog;
use crate::tlog::Hash;
use crate::tlog::Note;

/// An entry that changed the log's key, and the head that it ended, which both keys signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyChange {
    /// The entry's index.
    pub entry: u64,
    /// Its record key.
    key: Digest,
    /// Its values.
    slots: String,
    /// The head of all entries up to it.
    note: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u32,
    origin: String,
    changes: Vec<KeyChange>,
}

/// The changes of an archive's key that this user keeps.
pub fn kept_changes(places: &Places, origin: &str) -> Result<Vec<KeyChange>, ArchiveError> {
    read(places.changes(origin)?, origin)
}

fn read(path: PathBuf, origin: &str) -> Result<Vec<KeyChange>, ArchiveError> {
    let Some(bytes) = read_file(&path)? else {
        return Ok(Vec::new());
    };
    let damaged = |reason: String| KeyError::Damaged { path, reason };
    let stored: Stored = match serde_json::from_slice(&bytes) {
        Ok(stored) => stored,
        Err(error) => return Err(damaged(error.to_string()).into()),
    };
    if stored.v != 1 || stored.origin != origin {
        return Err(damaged("it is of another version, or of another archive".to_owned()).into());
    }
    Ok(stored.changes)
}

impl KeyChange {
    fn note(&self) -> Result<Note, KeyError> {
        Ok(Note::parse(self.note.as_bytes())?)
    }

    /// Whether it is the entry with those leaf data.
    fn is_of(&self, archive: &Archive, leaf: &[u8; 32]) -> Result<bool, CanonicalError> {
        let Some(kind) = schema(ROTATED) else {
            return Ok(false);
        };
        let texts = canonical::split(&self.slots, kind.slots.len())?;
        let salts = Salts::new(&RecordKey(*self.key.as_bytes()));
        let commitments = archive.committer.commit_all(&salts, kind.slots, &texts);
        Ok(archive
            .committer
            .entry_leaf(self.entry, kind.name, &commitments)
            == *leaf)
    }

    /// Why it is not the change of the key in a log of those leaves; nothing where it is.
    pub(super) fn differs(
        &self,
        archive: &Archive,
        keys: &LogKeys,
        leaves: &[[u8; 32]],
        hashes: &[Hash],
    ) -> Result<Option<&'static str>, ArchiveError> {
        let size = self.entry.saturating_add(1);
        let at = usize::try_from(self.entry).unwrap_or(usize::MAX);
        let head = keys.open(&self.note()?)?;
        let here = tlog::root(hashes.iter().take(at.saturating_add(1)).copied());
        Ok(match leaves.get(at) {
            None => Some("does not reach as far as it"),
            Some(leaf) if !self.is_of(archive, leaf)? => Some("has another entry there"),
            Some(_) if head.size != size || head.root != here => Some("has another root there"),
            Some(_) => None,
        })
    }

    /// Puts the entry back whole, with the head that both keys signed.
    pub(super) fn record(&self, conn: &Connection, leaf: &[u8; 32]) -> Result<(), ArchiveError> {
        conn.prepare_cached("INSERT INTO entry VALUES (:seq, :leaf, :schema, :key, :slots)")?
            .execute(named_params! {
                ":seq": self.entry,
                ":leaf": leaf,
                ":schema": ROTATED,
                ":key": self.key.as_bytes(),
                ":slots": self.slots,
            })?;
        conn.execute(
            "INSERT OR IGNORE INTO checkpoint VALUES (:size, :note)",
            named_params! {":size": self.entry.saturating_add(1), ":note": self.note},
        )?;
        let subject = format!("entry {}", self.entry);
        if let Some(values) = values(subject, ROTATED, Some(&self.slots))? {
            let mut projector = Projector::new(conn);
            projector.entry(self.entry, leaf, &values, 0)?;
            projector.finish()?;
        }
        Ok(())
    }
}

impl Archive {
    /// The log's keys as they are after changes that this copy may not know of yet.
    pub fn log_keys_after(&self, changes: &[KeyChange]) -> Result<LogKeys, ArchiveError> {
        let mut keys = self.log_keys()?;
        let entries = self.head()?.0;
        for change in changes.iter().filter(|change| change.entry >= entries) {
            let subject = format!("entry {}", change.entry);
            let (old, new) = rotation(&subject, Some(&change.slots))?;
            keys.rotate(change.entry, old, new)?;
        }
        Ok(keys)
    }

    /// The changes of the key that the ledger has whole, with the heads that they ended.
    fn changes(&self) -> Result<Vec<KeyChange>, ArchiveError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT entry.seq, entry.key, entry.slots, checkpoint.note FROM entry JOIN checkpoint \
             ON checkpoint.size = entry.seq + 1 WHERE schema = ?1 AND key IS NOT NULL ORDER BY seq",
        )?;
        let rows = statement.query_map([ROTATED], |row| {
            Ok(KeyChange {
                entry: row.get(0)?,
                key: Digest::new(row.get(1)?),
                slots: row.get(2)?,
                note: row.get(3)?,
            })
        })?;
        let keys = self.log_keys()?;
        rows.map(|row| {
            let mut change = row?;
            change.note = keys.only_signed(&change.note()?)?.to_string();
            Ok(change)
        })
        .collect()
    }
}

impl Writer {
    /// Brings what this user keeps of the changes of the key up to what the ledger has.
    pub(super) fn keep_changes(&self) -> Result<(), ArchiveError> {
        let changes = self.archive.changes()?;
        let path = &self.signer.changes;
        let origin = self.archive.origin().as_str();
        // One that cannot be read is made again.
        let kept = read(path.clone(), origin).ok();
        if kept.as_ref() == Some(&changes) {
            return Ok(());
        }
        // What was destroyed here is not kept there.
        if kept
            .iter()
            .flatten()
            .any(|change| !changes.contains(change))
        {
            durable::erase(path)?;
        }
        let stored = Stored {
            v: 1,
            origin: origin.to_owned(),
            changes,
        };
        let mut json = serde_json::to_vec_pretty(&stored).map_err(CanonicalError::from)?;
        json.push(b'\n');
        Ok(durable::write_private(path, &json)?)
    }
}
