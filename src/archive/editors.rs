//! Editors: people whose own keys add a line to the checkpoints of what they record, so that who recorded what does not
//! rest on the log key alone.
//!
//! A line is evidence for whoever finds it: one that is there was made by the editor's key over that head, and one that
//! was taken away leaves a checkpoint that says nothing of who recorded its entries.

use rusqlite::OptionalExtension as _;

use super::About;
use super::Archive;
use super::ArchiveError;
use super::values::values;
use crate::keys::KeyError;
use crate::keys::PublicKey;
use crate::keys::editor_name;
use crate::record::Digest;
use crate::tlog::Note;

/// The entries that admit an editor, and that end it.
const ADMITTED: &str = "editor.admitted/1";
const LEFT: &str = "editor.left/1";

/// A person who may record with a key of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    /// Their agent's entry.
    pub agent: u64,
    /// Their key.
    pub key: PublicKey,
    /// The entry that admitted them.
    pub admitted: u64,
    /// The entry by which they left.
    pub left: Option<u64>,
}

/// All editors of an archive, those who left among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editors {
    origin: String,
    all: Vec<Editor>,
}

impl Editors {
    /// In the order in which they were admitted.
    pub fn all(&self) -> &[Editor] {
        &self.all
    }

    /// The editor with that key who may record the entries from that index on.
    pub fn admitted(&self, key: &PublicKey, from: u64) -> Option<&Editor> {
        self.all.iter().find(|editor| {
            editor.key == *key
                && editor.admitted < from
                && editor.left.is_none_or(|left| left >= from)
        })
    }

    /// Whose line stands under a checkpoint that covers the entries from that index on; nobody's where there is none in an
    /// editor's name. Otherwise the end of a sentence that says what is wrong with it.
    pub fn recorded_by(&self, note: &Note, from: u64) -> Result<Option<&Editor>, &'static str> {
        let name = editor_name(&self.origin);
        let lines = note.signatures().iter().filter(|line| line.name() == name);
        match lines.count() {
            0 => return Ok(None),
            1 => {}
            _ => return Err("it bears more than one"),
        }
        let signed = |editor: &&Editor| {
            let verifier = editor.key.verifier(&name);
            verifier.is_ok_and(|verifier| note.verify(&verifier).is_ok())
        };
        match self.all.iter().find(signed) {
            None => Err("no key of an editor made it"),
            Some(editor) => self
                .admitted(&editor.key, from)
                .map(Some)
                .ok_or("its key was no editor's then"),
        }
    }
}

impl Archive {
    /// The editors, as the ledger admits them. An entry whose values cannot be read is left to the check of the entries.
    pub fn editors(&self) -> Result<Editors, ArchiveError> {
        let mut editors = Editors {
            origin: self.origin().to_string(),
            all: Vec::new(),
        };
        let mut statement = self.conn.prepare_cached(
            "SELECT seq, schema, slots FROM entry WHERE schema IN (?1, ?2) ORDER BY seq",
        )?;
        let rows = statement.query_map([ADMITTED, LEFT], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        for row in rows {
            let (seq, kind, slots): (u64, String, Option<String>) = row?;
            let said = || -> Option<(u64, PublicKey)> {
                let values = values(format!("entry {seq}"), &kind, slots.as_deref());
                let values = values.ok()??;
                let agent: About = values.get("agent").ok()??;
                let key: Digest = values.get("key").ok()??;
                Some((agent.entry()?, PublicKey::new(*key.as_bytes()).ok()?))
            };
            let Some((agent, key)) = said() else {
                continue;
            };
            if kind == ADMITTED {
                editors.all.push(Editor {
                    agent,
                    key,
                    admitted: seq,
                    left: None,
                });
            } else {
                let open = |it: &&mut Editor| it.key == key && it.left.is_none();
                if let Some(editor) = editors.all.iter_mut().find(open) {
                    editor.left = Some(seq);
                }
            }
        }
        Ok(editors)
    }

    /// The editor whose key signed the checkpoint by which that entry was recorded; nobody where none did.
    pub fn editor_of(&self, editors: &Editors, seq: u64) -> Result<Option<Editor>, ArchiveError> {
        if editors.all.is_empty() {
            return Ok(None);
        }
        let note: Option<String> = self
            .conn
            .prepare_cached("SELECT note FROM checkpoint WHERE size > ?1 ORDER BY size LIMIT 1")?
            .query_row([seq], |row| row.get(0))
            .optional()?;
        let Some(note) = note else {
            return Ok(None);
        };
        let from = self.signed_before(seq)?;
        let note = Note::parse(note.as_bytes()).map_err(KeyError::from)?;
        Ok(editors.recorded_by(&note, from).ok().flatten().cloned())
    }

    /// The size of the last checkpoint of no more than so many entries; 0 where there is none.
    pub(super) fn signed_before(&self, size: u64) -> Result<u64, ArchiveError> {
        Ok(self
            .conn
            .prepare_cached("SELECT coalesce(max(size), 0) FROM checkpoint WHERE size <= ?1")?
            .query_row([size], |row| row.get(0))?)
    }
}
