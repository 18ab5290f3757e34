//! The vault: sealed names as files, and what the ledger says of each.
//!
//! A vault file is named by the first 32 digits of its digest, which is a random number to whoever cannot open it; so a
//! file that was altered is told from one that is missing. It is durable before the entry that names it is recorded
//! (`append.rs`, step 1), and goes only after the entry that says so.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;

use super::About;
use super::Archive;
use super::ArchiveError;
use super::Step;
use super::Writer;
use super::store;
use super::store::digest_of;
use super::values::values;
use crate::durable;
use crate::record::Digest;

/// The folder of the sealed files.
const FOLDER: &str = "vault";

/// The most bytes that a sealed file can have: content, and a line for each key that opens it.
const LONGEST: u64 = 1 << 20;

/// What an entry says of a sealed name: `identity` of `agent.named/1`.
#[derive(Debug, Clone, Deserialize)]
struct Identity {
    commitment: Digest,
    file: Digest,
}

/// A sealed name, as the ledger tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedName {
    /// The entry that names the agent.
    pub agent: u64,
    /// The name that stands in the archive.
    pub pseudonym: String,
    /// The commitment to the name that does not.
    pub commitment: Digest,
    /// The file that holds it now.
    pub file: Digest,
    /// The files that held it before, sealed to other keys.
    pub earlier: Vec<Digest>,
    /// The entry that ordered its destruction.
    pub shredded: Option<u64>,
}

/// What lies where a vault file has to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VaultFile {
    /// The file that was recorded.
    Whole(Vec<u8>),
    /// Another.
    Altered,
    /// Nothing.
    Missing,
}

/// `vault/<32 digits>.age`.
fn name_of(file: &Digest) -> String {
    let digits = file.to_string();
    format!("{}.age", digits.split_at_checked(32).unwrap_or_default().0)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, ArchiveError> {
    let unreadable = |source| ArchiveError::Read {
        path: path.to_path_buf(),
        source,
    };
    match path.symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        // What is no plain file is not followed or waited for; it is not the one that was recorded.
        Ok(found) if !found.is_file() => return Ok(Some(Vec::new())),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    Ok(Some(bytes))
}

impl Archive {
    fn vault(&self) -> PathBuf {
        self.root.join(FOLDER)
    }

    /// The sealed names in the order in which they were recorded.
    pub fn sealed_names(&self) -> Result<Vec<SealedName>, ArchiveError> {
        let mut names: BTreeMap<u64, SealedName> = BTreeMap::new();
        let mut statement = self.conn.prepare_cached(
            "SELECT seq, schema, slots FROM entry \
             WHERE schema IN ('agent.named/1', 'vault.resealed/1', 'vault.shredded/1') ORDER BY seq",
        )?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let (seq, schema): (u64, String) = (row.get(0)?, row.get(1)?);
            let slots: Option<String> = row.get(2)?;
            let Some(found) = values(format!("entry {seq}"), &schema, slots.as_deref())? else {
                continue;
            };
            if schema == "agent.named/1" {
                if let Some(identity) = found.get::<Identity>("identity")? {
                    let name = SealedName {
                        agent: seq,
                        pseudonym: found.get("name")?.unwrap_or_default(),
                        commitment: identity.commitment,
                        file: identity.file,
                        earlier: Vec::new(),
                        shredded: None,
                    };
                    names.insert(seq, name);
                }
                continue;
            }
            let Some(About::Entry(about)) = found.get("about")? else {
                continue;
            };
            let Some(name) = names.get_mut(&about) else {
                continue;
            };
            match found.get::<Digest>("file")? {
                Some(file) if schema == "vault.resealed/1" => {
                    name.earlier.push(std::mem::replace(&mut name.file, file));
                }
                _ => name.shredded = Some(seq),
            }
        }
        Ok(names.into_values().collect())
    }

    /// A vault file, held against its digest.
    pub fn vault_file(&self, file: &Digest) -> Result<VaultFile, ArchiveError> {
        let folder = self.vault();
        if !store::is_folder(&folder).unwrap_or(false) {
            return Ok(VaultFile::Missing);
        }
        Ok(match read(&folder.join(name_of(file)))? {
            None => VaultFile::Missing,
            Some(bytes) if digest_of(&bytes) == *file => VaultFile::Whole(bytes),
            Some(_) => VaultFile::Altered,
        })
    }

    /// What lies in the vault and is named by none of these, with whether it has the bytes that its name says.
    pub fn unnamed_vault_files(
        &self,
        names: &[SealedName],
    ) -> Result<Vec<(String, bool)>, ArchiveError> {
        let folder = self.vault();
        let unreadable = |source| ArchiveError::Read {
            path: folder.clone(),
            source,
        };
        match store::is_folder(&folder) {
            Ok(true) => {}
            Ok(false) => return Ok(Vec::new()),
            // What stands in the folder's place and is none is not followed.
            Err(_) => return Ok(vec![(String::new(), false)]),
        }
        let known: BTreeSet<String> = names
            .iter()
            .flat_map(|one| one.earlier.iter().chain([&one.file]))
            .map(name_of)
            .collect();
        let mut found = Vec::new();
        for entry in folder.read_dir().map_err(unreadable)? {
            let name = entry.map_err(unreadable)?.file_name();
            let name = name.to_string_lossy().into_owned();
            if known.contains(&name) || durable::is_leftover(name.as_ref()) {
                continue;
            }
            let bytes = read(&folder.join(&name))?.unwrap_or_default();
            let fits = name == name_of(&digest_of(&bytes));
            found.push((name, fits));
        }
        found.sort();
        Ok(found)
    }
}

impl Writer {
    /// Removes the vault files that entries say are to go: those that were sealed anew, and those that were destroyed.
    /// Gives how many there were.
    pub fn clear_vault(&self) -> Result<u64, ArchiveError> {
        let folder = self.archive.vault();
        if !store::is_folder(&folder)? {
            return Ok(0);
        }
        let mut removed = 0;
        for name in self.archive.sealed_names()? {
            let own = name.shredded.map(|_| &name.file);
            for file in name.earlier.iter().chain(own) {
                let path = folder.join(name_of(file));
                if path.symlink_metadata().is_ok() {
                    durable::erase(&path)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

/// Puts the sealed files of a group in their places, durably, and says where they are.
pub(super) fn place(root: &Path, steps: &[Step]) -> Result<Vec<PathBuf>, ArchiveError> {
    let mut placed = Vec::new();
    for step in steps {
        let Step::Entry(entry) = step else {
            continue;
        };
        let Some(file) = &entry.vault_file else {
            continue;
        };
        let folder = root.join(FOLDER);
        store::ensure_folder(&folder)?;
        let path = folder.join(name_of(&digest_of(file)));
        durable::write_private_new(&path, file)?;
        placed.push(path);
    }
    Ok(placed)
}

/// Takes the files of a group away again that was not recorded.
pub(super) fn withdraw(placed: &[PathBuf]) {
    for path in placed {
        // What stays is sealed, and verify says that no entry names it.
        drop(durable::discard(path));
    }
}
