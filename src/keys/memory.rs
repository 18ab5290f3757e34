//! The signer's memory: the one head it last signed, and the one it may sign next.
//!
//! Entries are committed between the two, in this order, so that a crash at any point neither locks the user out nor
//! lets two histories be signed:
//!
//! 1. [`Memory::set_pending`], durably; then the database commits the entries.
//! 2. [`Memory::sign_pending`]: signs, and remembers the note durably before handing it out; then the database commits
//!    the note.
//!
//! The announcement is signed as well, as a text of another form than a checkpoint: otherwise somebody who can write this
//! file and the archive, and has no key, could announce entries of their own for the honest user to sign.
//!
//! After a crash [`Memory::standing`] says what is left to do. A lock keeps two copies of one archive from signing at
//! once: they have one origin, so they share this memory.

use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

use super::KeyError;
use super::KeyPair;
use super::LogKeys;
use super::Places;
use super::PublicKey;
use super::demand_continued;
use super::read_file;
use crate::durable;
use crate::durable::Lock;
use crate::tlog::Checkpoint;
use crate::tlog::Hash;
use crate::tlog::Note;

/// A number of entries and the root over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl From<&Checkpoint> for Head {
    fn from(checkpoint: &Checkpoint) -> Self {
        Self {
            size: checkpoint.size,
            root: checkpoint.root,
        }
    }
}

/// What is left to do with the archive's head, as the memory sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The head is signed and the archive has the note; whatever was pending is void.
    Settled,
    /// The head is signed, but the archive lacks this note: store it.
    StoreNote(Note),
    /// The head is the pending one: sign it.
    Sign,
    /// Nothing is remembered. Sign only after a pin or the user's word ([`Memory::adopt`]).
    Blank,
    /// The archive has fewer entries than were signed: an older copy was restored.
    Behind {
        /// What was signed.
        signed: Head,
    },
    /// The archive has entries that this signer neither signed nor announced.
    Foreign {
        /// What was signed.
        signed: Head,
    },
}

/// The memory as it lies in `memory.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u32,
    origin: String,
    pending: Option<String>,
    note: Option<String>,
}

/// The first line of an announcement; a checkpoint's is its origin.
const PENDING: &str = "fonds/pending/v1";

/// A head that was announced, with the key's signature over it.
#[derive(Debug, Clone)]
struct Announced {
    note: Note,
    head: Head,
}

impl Announced {
    fn make(origin: &str, head: Head, key: &KeyPair) -> Result<Self, KeyError> {
        let text = format!("{PENDING}\n{origin}\n{}\n{}\n", head.size, head.root);
        let note = key.sign_text(&signer_of(origin), &text)?;
        Ok(Self { note, head })
    }

    /// Reads an announcement; whose it is, [`Announced::is_by`] says.
    fn parse(origin: &str, text: &str) -> Result<Self, String> {
        let note = Note::parse(text.as_bytes()).map_err(|err| err.to_string())?;
        let lines: Vec<&str> = note.text().lines().collect();
        let [PENDING, named, size, root] = lines.as_slice() else {
            return Err("what it announces is not a head".to_owned());
        };
        if *named != origin {
            return Err(format!("it announces a head of {named:?}, not of {origin}"));
        }
        let head = Head {
            size: size.parse().map_err(|err| format!("{err}"))?,
            root: root.parse().map_err(|err| format!("{err}"))?,
        };
        Ok(Self { note, head })
    }

    fn is_by(&self, origin: &str, log: &PublicKey) -> bool {
        log.verifier(&signer_of(origin))
            .is_ok_and(|verifier| self.note.verify(&verifier).is_ok())
    }
}

/// The name under which editors sign what they record, which no checkpoint has.
pub fn editor_name(origin: &str) -> String {
    format!("{origin}/editor")
}

/// The name under which announcements are signed, which no checkpoint has.
fn signer_of(origin: &str) -> String {
    format!("{origin}/pending")
}

#[derive(Debug, Clone, Default)]
struct State {
    pending: Option<Announced>,
    signed: Option<(Note, Checkpoint)>,
}

/// The signer's memory, held by one process at a time.
#[derive(Debug)]
pub struct Memory {
    path: PathBuf,
    origin: String,
    state: State,
    _lock: Lock,
}

fn read_state(places: &Places, origin: &str) -> Result<State, KeyError> {
    let path = places.memory(origin)?;
    let Some(bytes) = read_file(&path)? else {
        return Ok(State::default());
    };
    let damaged = |reason: String| KeyError::Damaged {
        path: path.clone(),
        reason,
    };
    let stored: Stored = serde_json::from_slice(&bytes).map_err(|err| damaged(err.to_string()))?;
    if stored.v != 1 {
        return Err(damaged(format!("its version is {}, not 1", stored.v)));
    }
    let demand_origin = |found: &str| {
        if found == origin {
            return Ok(());
        }
        Err(damaged(format!("it is of {found:?}, not of {origin}")))
    };
    demand_origin(&stored.origin)?;
    let pending = stored
        .pending
        .map(|text| Announced::parse(origin, &text))
        .transpose()
        .map_err(damaged)?;
    let signed = match stored.note {
        Some(text) => {
            let note = Note::parse(text.as_bytes()).map_err(|err| damaged(err.to_string()))?;
            let checkpoint =
                Checkpoint::parse(note.text()).map_err(|err| damaged(err.to_string()))?;
            demand_origin(&checkpoint.origin)?;
            Some((note, checkpoint))
        }
        None => None,
    };
    Ok(State { pending, signed })
}

/// The note that was last signed here for this archive, for whoever only reads; takes no lock and writes nothing.
pub fn last_signed(places: &Places, origin: &str) -> Result<Option<Note>, KeyError> {
    Ok(read_state(places, origin)?.signed.map(|(note, _)| note))
}

/// The head that was announced here to be signed next, by that key, for whoever only reads; takes no lock and writes
/// nothing.
pub fn announced(places: &Places, origin: &str, log: &PublicKey) -> Result<Option<Head>, KeyError> {
    let pending = read_state(places, origin)?.pending;
    Ok(pending
        .filter(|pending| pending.is_by(origin, log))
        .map(|pending| pending.head))
}

/// Puts a memory and a pin that are damaged aside, beside their places, so that the user's word can take their place.
/// Says what was put where.
pub fn set_damaged_aside(places: &Places, origin: &str) -> Result<Vec<PathBuf>, KeyError> {
    let mut aside = Vec::new();
    let memory = read_state(places, origin).err();
    let pin = super::Pin::open(places, origin).err();
    for error in [memory, pin].into_iter().flatten() {
        let KeyError::Damaged { path, .. } = error else {
            return Err(error);
        };
        let kept = path.with_extension("damaged");
        durable::rename(&path, &kept)?;
        aside.push(kept);
    }
    Ok(aside)
}

impl Memory {
    /// Opens the memory for writing, making its folder if need be, and keeps others out until it is dropped.
    pub fn open(places: &Places, origin: &str) -> Result<Self, KeyError> {
        let folder = places.state_folder(origin)?;
        durable::create_private_dir(&folder)?;
        let lock = folder.join("lock");
        let Some(held) = durable::try_lock(&lock)? else {
            return Err(KeyError::InUse { path: lock });
        };
        durable::clear_leftovers(&folder)?;
        Ok(Self {
            path: places.memory(origin)?,
            origin: origin.to_owned(),
            state: read_state(places, origin)?,
            _lock: held,
        })
    }

    /// The head last signed.
    pub fn signed(&self) -> Option<Head> {
        self.state.signed.as_ref().map(|(_, head)| head.into())
    }

    /// The note last signed.
    pub fn note(&self) -> Option<&Note> {
        self.state.signed.as_ref().map(|(note, _)| note)
    }

    /// The head announced by that key, if it was not signed since.
    pub fn pending(&self, log: &PublicKey) -> Option<Head> {
        let pending = self.state.pending.as_ref();
        pending
            .filter(|pending| pending.is_by(&self.origin, log))
            .map(|pending| pending.head)
    }

    /// What is left to do when the archive's entries end at `head` and its latest stored note is of `stored`. An
    /// announcement that `log` did not sign is none.
    pub fn standing(&self, head: Head, stored: Option<Head>, log: &PublicKey) -> Standing {
        match &self.state.signed {
            Some((note, signed)) if head == signed.into() => {
                if stored == Some(head) {
                    Standing::Settled
                } else {
                    Standing::StoreNote(note.clone())
                }
            }
            _ if self.pending(log) == Some(head) => Standing::Sign,
            None => Standing::Blank,
            Some((_, signed)) if head.size < signed.size => Standing::Behind {
                signed: signed.into(),
            },
            Some((_, signed)) => Standing::Foreign {
                signed: signed.into(),
            },
        }
    }

    /// Announces the head that will be signed next; durable on return. Refused when it is lower than the one last
    /// signed, or says something else about as many entries.
    pub fn set_pending(&mut self, head: Head, key: &KeyPair) -> Result<(), KeyError> {
        self.demand_not_against(head)?;
        self.remember(State {
            pending: Some(Announced::make(&self.origin, head, key)?),
            ..self.state.clone()
        })
    }

    /// Signs the announced head and remembers the note, durably, before handing it out. Where the head's last entry
    /// changed the log's key, `retired` is the key that it ended, and signs first; `editor` is whoever recorded what it
    /// ends with. When this fails, no signature exists outside the memory.
    pub fn sign_pending(
        &mut self,
        key: &KeyPair,
        retired: Option<&KeyPair>,
        editor: Option<&KeyPair>,
    ) -> Result<Note, KeyError> {
        let head = self
            .pending(&key.public())
            .ok_or(KeyError::NothingPending)?;
        // Asked again, since the file may have been changed by hand.
        self.demand_not_against(head)?;
        let checkpoint = Checkpoint {
            origin: self.origin.clone(),
            size: head.size,
            root: head.root,
        };
        let mut note = Note::new(&checkpoint.text())?;
        for key in retired.into_iter().chain([key]) {
            key.add_to(&mut note, &self.origin)?;
        }
        if let Some(editor) = editor {
            editor.add_to(&mut note, &editor_name(&self.origin))?;
        }
        self.remember(State {
            pending: None,
            signed: Some((note.clone(), checkpoint)),
        })?;
        Ok(note)
    }

    /// Takes over a note that the log's key signed elsewhere: after a loss of this memory on the strength of a pin or
    /// the user's word, or when the memory is older than the archive. What is remembered must be its beginning, which
    /// `proof` shows; an empty memory takes any.
    pub fn adopt(&mut self, note: &Note, log: &LogKeys, proof: &[Hash]) -> Result<(), KeyError> {
        let checkpoint = self.open_note(note, log)?;
        if let Some((_, signed)) = &self.state.signed {
            demand_continued(signed, &checkpoint, proof)?;
        }
        self.remember(State {
            pending: None,
            signed: Some((note.clone(), checkpoint)),
        })
    }

    fn open_note(&self, note: &Note, log: &LogKeys) -> Result<Checkpoint, KeyError> {
        let checkpoint = log.open(note)?;
        if checkpoint.origin == self.origin {
            Ok(checkpoint)
        } else {
            Err(KeyError::Origin(checkpoint.origin))
        }
    }

    fn demand_not_against(&self, head: Head) -> Result<(), KeyError> {
        match self.signed() {
            Some(signed) if head.size < signed.size => Err(KeyError::LowerSize {
                known: signed.size,
                offered: head.size,
            }),
            Some(signed) if head.size == signed.size && head.root != signed.root => {
                Err(KeyError::OtherRoot {
                    size: head.size,
                    known: signed.root,
                    offered: head.root,
                })
            }
            _ => Ok(()),
        }
    }

    /// Writes first: what is not on the disk is not remembered.
    fn remember(&mut self, state: State) -> Result<(), KeyError> {
        let stored = Stored {
            v: 1,
            origin: self.origin.clone(),
            pending: (state.pending.as_ref()).map(|pending| pending.note.to_string()),
            note: state.signed.as_ref().map(|(note, _)| note.to_string()),
        };
        let mut json = serde_json::to_vec_pretty(&stored).map_err(|err| KeyError::Damaged {
            path: self.path.clone(),
            reason: err.to_string(),
        })?;
        json.push(b'\n');
        durable::write_private(&self.path, &json)?;
        self.state = state;
        Ok(())
    }
}
