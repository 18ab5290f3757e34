//! Small files, read whole and hashed, many side by side.

use std::fs::File;
use std::io::Read as _;

use rayon::iter::Either;
use rayon::prelude::*;

use super::error::unreadable;
use super::walk::Walked;
use crate::lanes;
use crate::lanes::Begun;
use crate::record::Digest;

/// A small file, read.
pub(super) struct Loaded {
    pub(super) walked: Walked,
    pub(super) bytes: Vec<u8>,
    pub(super) digest: Digest,
}

/// Files of which the digests are made side by side.
const TOGETHER: usize = 128;

/// Reads small files and hashes them, in their order; beside them those that cannot be read, and why. One that has grown
/// past the bound since it was met is read all the same.
pub(super) fn load(files: Vec<Walked>) -> (Vec<Loaded>, Vec<(Walked, String)>) {
    let (read, unread): (Vec<_>, Vec<_>) =
        files
            .into_par_iter()
            .partition_map(|walked| match contents(&walked) {
                Ok(bytes) => Either::Left((walked, bytes)),
                Err(error) => Either::Right((walked, unreadable(&error))),
            });
    let held: Vec<&[u8]> = read.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let digests = digests(&held);
    let loaded = read.into_iter().zip(digests);
    let loaded = loaded.map(|((walked, bytes), digest)| Loaded {
        walked,
        bytes,
        digest,
    });
    (loaded.collect(), unread)
}

/// The digests of what is held, many of them side by side.
pub(super) fn digests(held: &[&[u8]]) -> Vec<Digest> {
    held.par_chunks(TOGETHER)
        .flat_map_iter(|held| lanes::digests_of(&Begun::NOTHING, held))
        .map(Digest::new)
        .collect()
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
