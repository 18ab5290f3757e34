//! What stays outside the archive: the keys that sign its heads, what the signer remembers, and what this user last saw.
//!
//! Guaranteed: no file here is readable by others; a key is never written over; the signer signs no lower size and no
//! second root for a size, whatever the archive says, and remembers a signature durably before anybody sees it; a pin
//! moves forward only, and only to a head that is shown to continue it.
//!
//! Trusted: the user's own configuration folder, and that the state folder was not set back. Without the key nobody can
//! have anything signed by writing into it. Whoever can change both, and has the key, can rewrite the archive unseen,
//! unless something outside (a witness, a time stamp, another's pin) holds against it.

mod agent;
mod error;
mod log_key;
mod log_keys;
mod memory;
mod pin;
mod places;
mod words;

use std::fs::File;
use std::io;
use std::io::Read as _;
use std::path::Path;

pub use error::KeyError;
pub use log_key::KeyPair;
pub use log_key::PublicKey;
pub use log_key::agent_file;
pub use log_key::in_agent;
pub use log_key::needs_passphrase;
pub use log_key::public_half;
pub use log_key::take_place;
pub use log_keys::LogKeys;
pub use memory::Head;
pub use memory::Memory;
pub use memory::Standing;
pub use memory::announced;
pub use memory::editor_name;
pub use memory::last_signed;
pub use memory::set_damaged_aside;
pub use pin::Pin;
pub use places::Places;
pub use words::WORDS;
pub use words::words;
pub use words::words_match;

use crate::tlog;
use crate::tlog::Checkpoint;
use crate::tlog::Hash;
use crate::tlog::MAX_NOTE_BYTES;

/// The largest file of this module: a memory holds one note, in JSON.
const MAX_FILE_BYTES: usize = 2 * MAX_NOTE_BYTES;

/// Reads a small file of this user's; nothing when it is not there.
pub fn read_file(path: &Path) -> Result<Option<Vec<u8>>, KeyError> {
    let unreadable = |source| KeyError::Unreadable {
        path: path.to_path_buf(),
        source,
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(unreadable(source)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(KeyError::TooLarge {
            path: path.to_path_buf(),
            limit: MAX_FILE_BYTES,
        });
    }
    Ok(Some(bytes))
}

/// Refuses a head that does not continue the one before it.
fn demand_continued(old: &Checkpoint, new: &Checkpoint, proof: &[Hash]) -> Result<(), KeyError> {
    if new.size < old.size {
        return Err(KeyError::LowerSize {
            known: old.size,
            offered: new.size,
        });
    }
    if new.size == old.size && new.root != old.root {
        return Err(KeyError::OtherRoot {
            size: old.size,
            known: old.root,
            offered: new.root,
        });
    }
    tlog::verify_consistency(old.size, old.root, new.size, new.root, proof)
        .map_err(KeyError::NotContinued)
}
