//! The log's key gives way to another (FORMAT, 'Rotation').

use serde_json::Value;

use super::ArchiveError;
use super::EntryDraft;
use super::append::Step;
use super::append::Writer;
use super::heads::ROTATED;
use crate::keys::KeyPair;

impl Writer {
    /// Records that the log's key gives way to `new`, and has both sign the head. `values` are the slots `reason`,
    /// `note`, `by` and `t`. Returns the index of the entry. The new key has to be on the disk before: where this is
    /// stopped after the record was committed, it is the one that signs.
    pub fn rotate(
        &mut self,
        new: KeyPair,
        values: &[(&'static str, Value)],
    ) -> Result<u64, ArchiveError> {
        let keys = self.archive.log_keys()?;
        let old = keys.current();
        // Asked before it is recorded: an entry that changes nothing would make the keys unusable.
        (keys.clone()).rotate(self.tree.size(), old, new.public())?;
        let mut said = vec![
            ("old_key", Value::from(old.to_string())),
            ("new_key", Value::from(new.public().to_string())),
        ];
        said.extend(values.iter().cloned());
        let entry = Step::Entry(EntryDraft::new(ROTATED, &said)?);
        let old = std::mem::replace(&mut self.signer.key, new);
        self.signer.retired = Some(old);
        let appended = match self.append(vec![entry], None) {
            Ok(appended) => appended,
            Err(error) => {
                let recorded = matches!(error, ArchiveError::Recorded { .. });
                if let Some(old) = self.signer.retired.take().filter(|_| !recorded) {
                    self.signer.key = old;
                }
                return Err(error);
            }
        };
        self.signer.retired = None;
        self.keep_changes()
            .map_err(|cause| ArchiveError::Recorded {
                entries: self.tree.size(),
                source: Box::new(cause),
            })?;
        Ok(appended.entries.first().copied().unwrap_or_default())
    }
}
