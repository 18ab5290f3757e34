//! A witness: somebody else, who keeps the last head of an archive that they saw and cosigns what is shown to continue
//! it (C2SP tlog-witness, by files).

use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

use super::AnchorError;
use super::FORK;
use super::Fork;
use super::Request;
use super::request::hashes;
use crate::commitment::ProvedEntry;
use crate::durable;
use crate::durable::Lock;
use crate::keys::KeyError;
use crate::keys::KeyPair;
use crate::keys::Places;
use crate::keys::agent_file;
use crate::keys::read_file;
use crate::record::Digest;
use crate::succession;
use crate::tlog::Checkpoint;
use crate::tlog::Cosigner;
use crate::tlog::Hash;
use crate::tlog::Note;
use crate::tlog::TlogError;
use crate::tlog::verify_consistency;

/// What a witness says to a request that it did not refuse.
#[expect(
    clippy::large_enum_variant,
    reason = "one answer at a time, and it is used up at once"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The checkpoint with the archive's line and the witness's own.
    Cosigned(Note),
    /// The archive's key signed two histories. Nothing was cosigned.
    Forked(Fork),
}

/// A witness's key, and the folder of what it saw, held by one process at a time.
#[derive(Debug)]
pub struct Witness {
    places: Places,
    key: KeyPair,
    cosigner: Cosigner,
    _lock: Lock,
}

/// What a witness keeps of one archive, as it lies on the disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u32,
    origin: String,
    /// The entries under the checkpoint that changed the log's key.
    #[serde(default)]
    key_entries: Vec<ProvedEntry>,
    /// The checkpoint last cosigned, with its cosignature.
    note: String,
    /// When that was, in seconds since 1970.
    time: u64,
}

/// What a witness saw last of one archive.
struct Seen {
    /// With the cosignature.
    note: Note,
    head: Checkpoint,
    time: u64,
    key_entries: Vec<ProvedEntry>,
}

impl Witness {
    /// Makes a witness's key under that name. One that is there already stays.
    pub fn create(
        places: &Places,
        name: &str,
        passphrase: Option<&str>,
    ) -> Result<Cosigner, AnchorError> {
        if !name.is_ascii() {
            // Not everybody agrees on which other characters are white space.
            return Err(KeyError::from(TlogError::KeyName(name.to_owned())).into());
        }
        let key = KeyPair::generate()?;
        let cosigner = Cosigner::new(name, key.public().as_bytes()).map_err(KeyError::from)?;
        let path = places.witness_key();
        // The key comes last: what is stopped before it is made again, and a verifier without a key is that of nobody.
        if path.symlink_metadata().is_err() {
            if let Some(folder) = path.parent() {
                durable::create_private_dir(folder)?;
            }
            durable::write_private(
                &places.witness_verifier(),
                format!("{cosigner}\n").as_bytes(),
            )?;
        }
        key.save(&path, passphrase, &format!("witness {name}"))?;
        Ok(cosigner)
    }

    /// The name and public key of this user's witness; nothing where none was made.
    pub fn known(places: &Places) -> Result<Option<Cosigner>, AnchorError> {
        let path = places.witness_verifier();
        let Some(bytes) = read_file(&path)? else {
            return Ok(None);
        };
        if places.witness_key().symlink_metadata().is_err() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&bytes);
        let read = text.trim_end().parse();
        Ok(Some(read.map_err(|error: TlogError| {
            KeyError::Damaged {
                path,
                reason: error.to_string(),
            }
        })?))
    }

    /// Opens this user's witness.
    pub fn open(places: &Places, passphrase: Option<&str>) -> Result<Self, AnchorError> {
        let path = places.witness_key();
        let Some(cosigner) = Self::known(places)? else {
            return Err(KeyError::Missing { path }.into());
        };
        let expected = crate::keys::PublicKey::new(*cosigner.public())?;
        let key = KeyPair::load_expecting(&path, passphrase, &expected)?;
        Self::with_key(places, cosigner.name(), key)
    }

    /// The witness of that name with that key, and what it saw in these places.
    pub fn with_key(places: &Places, name: &str, key: KeyPair) -> Result<Self, AnchorError> {
        let cosigner = Cosigner::new(name, key.public().as_bytes()).map_err(KeyError::from)?;
        let folder = places.witness_state();
        durable::create_private_dir(&folder)?;
        let lock = folder.join("lock");
        let Some(held) = durable::try_lock(&lock)? else {
            return Err(KeyError::InUse { path: lock }.into());
        };
        durable::clear_leftovers(&folder)?;
        Ok(Self {
            places: places.clone(),
            key,
            cosigner,
            _lock: held,
        })
    }

    /// The name and public key by which it is known.
    pub const fn cosigner(&self) -> &Cosigner {
        &self.cosigner
    }

    /// The head last cosigned of an archive, and when.
    pub fn seen(&self, origin: &str) -> Result<Option<(Checkpoint, u64)>, AnchorError> {
        Ok(self.stored(origin)?.map(|seen| (seen.head, seen.time)))
    }

    /// Answers a request at that time, in seconds since 1970: cosigns what continues the head last seen, and remembers it
    /// durably first. A first request is taken as it is; whose archive it is, its origin's words say.
    pub fn cosign(&mut self, request: &Request, now: u64) -> Result<Answer, AnchorError> {
        let origin = request.origin.origin().to_string();
        let (mut note, head) = request.open()?;
        let own = self.places.log_key(&origin)?;
        if own.exists()
            || agent_file(&own).exists()
            || request.origin.log_key.as_bytes() == self.cosigner.public()
        {
            return Err(AnchorError::Own { origin });
        }
        if let Some(seen) = self.stored(&origin)? {
            if let Some(fork) = continued(request, &note, &head, &seen)? {
                return Ok(Answer::Forked(fork));
            }
            if now < seen.time {
                return Err(AnchorError::ClockBack {
                    now,
                    last: seen.time,
                });
            }
        } else if let Some(old) = request.old {
            return Err(AnchorError::NotSeen {
                asked: old.size,
                seen: 0,
            });
        }
        let line = self.key.cosign(self.cosigner.name(), note.text(), now)?;
        note.add(line).map_err(KeyError::from)?;
        let path = self.path(&origin)?;
        let stored = Stored {
            v: 1,
            origin,
            key_entries: request.key_entries.clone(),
            note: note.to_string(),
            time: now,
        };
        let mut json = serde_json::to_vec_pretty(&stored).map_err(|error| KeyError::Damaged {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        json.push(b'\n');
        durable::write_private(&path, &json)?;
        Ok(Answer::Cosigned(note))
    }

    fn path(&self, origin: &str) -> Result<PathBuf, AnchorError> {
        Ok(self.places.witness_memory(origin)?)
    }

    fn stored(&self, origin: &str) -> Result<Option<Seen>, AnchorError> {
        let path = self.path(origin)?;
        let Some(bytes) = read_file(&path)? else {
            return Ok(None);
        };
        let damaged = |reason: String| KeyError::Damaged {
            path: path.clone(),
            reason,
        };
        let stored: Stored =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        let note = Note::parse(stored.note.as_bytes()).map_err(|err| damaged(err.to_string()))?;
        let head = Checkpoint::parse(note.text()).map_err(|err| damaged(err.to_string()))?;
        // Its own cosignature: what was written here by somebody else is no memory.
        let own = self.cosigner.cosigned(&note);
        let own = own.map_err(|err| damaged(err.to_string()))?;
        if stored.v != 1
            || stored.origin != origin
            || head.origin != origin
            || own.map(|(time, _)| time) != Some(stored.time)
        {
            return Err(
                damaged("it is not what this witness wrote of that archive".to_owned()).into(),
            );
        }
        Ok(Some(Seen {
            note,
            head,
            time: stored.time,
            key_entries: stored.key_entries,
        }))
    }
}

/// Holds a request against the head last seen: nothing where it continues it, a fork where two histories were signed.
fn continued(
    request: &Request,
    note: &Note,
    head: &Checkpoint,
    seen: &Seen,
) -> Result<Option<Fork>, AnchorError> {
    let last = &seen.head;
    let fork = |root: Hash, proof: &[Digest]| -> Result<Fork, AnchorError> {
        let (keys, changes) = (&request.origin, &seen.key_entries);
        let (first, _) =
            succession::open(&seen.note.to_string(), keys, changes).map_err(|source| {
                AnchorError::NotSigned {
                    origin: last.origin.clone(),
                    source,
                }
            })?;
        Ok(Fork {
            first: first.to_string(),
            first_key_entries: changes.clone(),
            origin: request.origin.clone(),
            proof: proof.to_vec(),
            root: Digest::new(root.0),
            schema: FORK.to_owned(),
            second: note.to_string(),
            second_key_entries: request.key_entries.clone(),
        })
    };
    if head.size < last.size {
        return Err(AnchorError::Lower {
            offered: head.size,
            seen: last.size,
        });
    }
    if head.size == last.size {
        return if head.root == last.root {
            Ok(None)
        } else {
            fork(head.root, &[]).map(Some)
        };
    }
    let old = request.old.filter(|old| old.size == last.size);
    let Some(old) = old else {
        return Err(AnchorError::NotSeen {
            asked: request.old.map_or(0, |old| old.size),
            seen: last.size,
        });
    };
    let root = Hash(*old.root.as_bytes());
    let proof = hashes(&request.proof);
    verify_consistency(old.size, root, head.size, head.root, &proof).map_err(|source| {
        AnchorError::NotContinued {
            size: head.size,
            seen: last.size,
            source,
        }
    })?;
    if root == last.root {
        Ok(None)
    } else {
        fork(root, &request.proof).map(Some)
    }
}
