//! The byte streams that the database says are stored, and which of them some record refers to.

use crate::record::Digest;

/// 16 bytes of a digest tell two documents apart: to make two alike takes 2^64 attempts, and each document is held
/// against its whole digest where it is read.
type Short = [u8; 16];

/// Rows of `blob`, in the order of their digests.
#[derive(Debug, Default)]
pub(super) struct Blobs {
    known: Vec<(Short, u64)>,
    referred: Vec<bool>,
}

/// How a reference to a byte stream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// It is stored, with that size.
    Fits,
    /// Nothing of that digest is stored.
    Missing,
    /// It is stored with another size.
    Size(u64),
}

impl Blobs {
    pub(super) fn add(&mut self, sha256: &Digest, size: u64) {
        self.known.push((short(sha256), size));
        self.referred.push(false);
    }

    /// To be called once all are added; the database gives them in this order unless it is damaged.
    pub(super) fn sort(&mut self) {
        if !self.known.is_sorted() {
            self.known.sort_unstable();
        }
    }

    /// Notes that a record refers to a byte stream.
    pub(super) fn refer(&mut self, sha256: &Digest, size: u64) -> Stored {
        match self.position(sha256) {
            Some((position, stored)) => {
                if let Some(referred) = self.referred.get_mut(position) {
                    *referred = true;
                }
                if stored == size {
                    Stored::Fits
                } else {
                    Stored::Size(stored)
                }
            }
            None => Stored::Missing,
        }
    }

    /// Whether a byte stream is stored.
    pub(super) fn has(&self, sha256: &Digest) -> bool {
        self.position(sha256).is_some()
    }

    /// Whether a record referred to it.
    pub(super) fn is_referred(&self, sha256: &Digest) -> bool {
        self.position(sha256)
            .and_then(|(position, _)| self.referred.get(position))
            .is_some_and(|referred| *referred)
    }

    /// Whether a record referred to each.
    pub(super) fn all_referred(&self) -> bool {
        self.referred.iter().all(|referred| *referred)
    }

    fn position(&self, sha256: &Digest) -> Option<(usize, u64)> {
        let wanted = short(sha256);
        let position = self
            .known
            .binary_search_by_key(&wanted, |(known, _)| *known)
            .ok()?;
        self.known.get(position).map(|(_, size)| (position, *size))
    }
}

fn short(sha256: &Digest) -> Short {
    let mut short = [0; 16];
    for (to, from) in short.iter_mut().zip(sha256.as_bytes()) {
        *to = *from;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_judged_by_digest_and_size() {
        let mut blobs = Blobs::default();
        let (first, second) = (Digest::new([1; 32]), Digest::new([2; 32]));
        blobs.add(&second, 7);
        blobs.add(&first, 5);
        blobs.sort();
        assert_eq!(blobs.refer(&first, 5), Stored::Fits);
        assert_eq!(blobs.refer(&second, 5), Stored::Size(7));
        assert_eq!(blobs.refer(&Digest::new([3; 32]), 5), Stored::Missing);
        assert!(blobs.all_referred());
    }
}
