//! The log's keys: the one that the origin is made of, and those that it gave way to, each for its own sizes (FORMAT,
//! 'Rotation').

use super::KeyError;
use super::PublicKey;
use crate::tlog::Checkpoint;
use crate::tlog::Note;
use crate::tlog::Verifier;

/// The keys that sign a log's heads, in the order in which they did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKeys {
    origin: String,
    first: PublicKey,
    /// The index of each entry that changed the key, and the key that it began.
    rotated: Vec<(u64, PublicKey)>,
}

impl LogKeys {
    /// A log of one key.
    pub fn new(origin: &str, first: PublicKey) -> Self {
        Self {
            origin: origin.to_owned(),
            first,
            rotated: Vec::new(),
        }
    }

    /// Takes the entry at `index` into account, which says that `old` gave way to `new`. Entries come in their order;
    /// refused is one that changes a key which did not sign then, and one that changes nothing.
    pub fn rotate(&mut self, index: u64, old: PublicKey, new: PublicKey) -> Result<(), KeyError> {
        let current = self.current();
        let later = self.rotated.last().is_none_or(|(last, _)| *last < index);
        // Entry 0 began the log with its first key.
        if old == current && new != current && later && index > 0 {
            self.rotated.push((index, new));
            return Ok(());
        }
        Err(KeyError::Rotation {
            index,
            current: current.to_string(),
            old: old.to_string(),
            new: new.to_string(),
        })
    }

    /// The key that signs now.
    pub fn current(&self) -> PublicKey {
        self.rotated.last().map_or(self.first, |(_, key)| *key)
    }

    /// The changes of the key: the index of the entry, and the key that it began.
    pub fn rotated(&self) -> &[(u64, PublicKey)] {
        &self.rotated
    }

    /// The key that the origin is made of.
    pub const fn first(&self) -> PublicKey {
        self.first
    }

    /// The keys whose signatures a head of that size bears: one, or two where its last entry changed the key, the old
    /// one first.
    pub fn signers(&self, size: u64) -> (PublicKey, Option<PublicKey>) {
        let mut signs = self.first;
        for (index, key) in &self.rotated {
            let changed = index.saturating_add(1);
            if size == changed {
                return (signs, Some(*key));
            }
            if size > changed {
                signs = *key;
            }
        }
        (signs, None)
    }

    /// Reads a checkpoint out of a note that bears every signature which its size demands.
    pub fn open(&self, note: &Note) -> Result<Checkpoint, KeyError> {
        // Nobody's word yet: it only says whose signature makes it one.
        let size = Checkpoint::parse(note.text())?.size;
        let (first, second) = self.signers(size);
        let checkpoint = Checkpoint::open(note, &first.verifier(&self.origin)?)?;
        if let Some(second) = second {
            note.verify(&second.verifier(&self.origin)?)?;
        }
        Ok(checkpoint)
    }

    /// The note with those of its lines that its size demands, in their order: what others added counts for nothing in
    /// a time stamp or a proof.
    pub fn only_signed(&self, note: &Note) -> Result<Note, KeyError> {
        let size = Checkpoint::parse(note.text())?.size;
        let (first, second) = self.signers(size);
        let verifiers: Vec<Verifier> = [Some(first), second]
            .into_iter()
            .flatten()
            .map(|key| key.verifier(&self.origin))
            .collect::<Result<_, _>>()?;
        Ok(note.only_signed_by(&verifiers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::KeyPair;
    use crate::tlog::Hash;

    type TestResult = Result<(), Box<dyn std::error::Error>>;

    const ORIGIN: &str = "fonds/00000000000000000000000000000000000000ff";

    fn signed(size: u64, seeds: &[u8]) -> Result<Note, KeyError> {
        let checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size,
            root: Hash([7; 32]),
        };
        let mut note = Note::new(&checkpoint.text())?;
        for seed in seeds {
            KeyPair::from_seed([*seed; 32]).add_to(&mut note, ORIGIN)?;
        }
        Ok(note)
    }

    fn public(seed: u8) -> PublicKey {
        KeyPair::from_seed([seed; 32]).public()
    }

    #[test]
    fn each_key_counts_for_its_own_sizes_only() -> TestResult {
        let mut keys = LogKeys::new(ORIGIN, public(1));
        keys.rotate(4, public(1), public(2))?;
        keys.rotate(9, public(2), public(3))?;
        let cases: [(u64, &[u8], bool); 14] = [
            (4, &[1], true),
            (4, &[2], false),
            (5, &[1], false),
            (5, &[2], false),
            (5, &[1, 2], true),
            (5, &[2, 1], true),
            (6, &[1], false),
            (6, &[2], true),
            (6, &[3], false),
            (10, &[2, 3], true),
            (10, &[1, 3], false),
            (10, &[3], false),
            (11, &[3], true),
            (11, &[1, 2], false),
        ];
        for (size, seeds, good) in cases {
            let note = signed(size, seeds)?;
            assert_eq!(keys.open(&note).is_ok(), good, "{size} by {seeds:?}");
        }
        let crowded = signed(5, &[9, 2, 1])?;
        assert_eq!(keys.only_signed(&crowded)?, signed(5, &[2, 1])?);
        Ok(())
    }

    #[test]
    fn a_change_that_does_not_follow_is_refused() -> TestResult {
        let mut keys = LogKeys::new(ORIGIN, public(1));
        assert!(keys.rotate(0, public(1), public(2)).is_err());
        assert!(keys.rotate(4, public(2), public(3)).is_err());
        assert!(keys.rotate(4, public(1), public(1)).is_err());
        keys.rotate(4, public(1), public(2))?;
        assert!(keys.rotate(4, public(2), public(3)).is_err());
        assert!(keys.rotate(5, public(1), public(3)).is_err());
        assert_eq!(keys.current(), public(2));
        Ok(())
    }
}
