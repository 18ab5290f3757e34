//! Small files, read whole and hashed, many side by side.

use std::fs::File;
use std::io::Read as _;

use sha2::Digest as _;
use sha2::Sha256;

use super::error::unreadable;
use super::walk::Walked;
use crate::record::Digest;

/// A small file, read.
pub(super) struct Loaded {
    pub(super) walked: Walked,
    pub(super) bytes: Vec<u8>,
    pub(super) digest: Digest,
}

/// Reads a small file and hashes it. One that has grown past the bound since it was met is read all the same.
pub(super) fn load(walked: Walked) -> Result<Loaded, Box<(Walked, String)>> {
    match contents(&walked) {
        Ok(bytes) => {
            let digest = Digest::new(Sha256::digest(&bytes).into());
            Ok(Loaded {
                walked,
                bytes,
                digest,
            })
        }
        Err(error) => Err(Box::new((walked, unreadable(&error)))),
    }
}

/// All bytes of a file. One that has the length that was met is read in one call: what asks for its length and its end
/// once more takes longer than a small file itself.
fn contents(walked: &Walked) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(&walked.path)?;
    let expected = usize::try_from(walked.size).unwrap_or(0);
    // With room for one byte more, a read that gives no more than was expected has met the end.
    let mut bytes = vec![0; expected.saturating_add(1)];
    let mut filled = 0;
    while let Some(room) = bytes.get_mut(filled..).filter(|room| !room.is_empty()) {
        match file.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if filled == expected {
            break;
        }
    }
    bytes.truncate(filled);
    if filled > expected {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
