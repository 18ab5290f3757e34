//! Keeping bytes: into the group's batch once, and out of it again for those who read what lies inside.

use std::io::Read;

use super::IngestError;
use super::Progress;
use super::came::Came;
use super::came::HEAD;
use super::run::LONGEST_TEXT;
use super::run::Run;
use crate::archive::ArchiveError;
use crate::archive::ItemDraft;
use crate::archive::store::Batch;
use crate::archive::store::BlobReader;
use crate::archive::store::SMALL_BELOW;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Kind;

impl Run<'_, '_> {
    fn batch(&mut self) -> Result<&mut Batch, IngestError> {
        if self.batch.is_none() {
            self.batch = Some(self.writer.batch()?);
        }
        self.batch
            .as_mut()
            .ok_or_else(|| ArchiveError::LedgerBroken("no batch".to_owned()).into())
    }

    /// Keeps bytes that are at hand, unless the archive has them.
    pub(super) fn keep(&mut self, bytes: &[u8], digest: &Digest) -> Result<(), IngestError> {
        if self.writer.archive().place_of(digest)?.is_some() {
            return Ok(());
        }
        let small = (bytes.len() as u64) < SMALL_BELOW;
        let batch = self.batch()?;
        if small {
            batch.put(*digest, bytes).map_err(ArchiveError::from)?;
        } else {
            let mut from = bytes;
            batch
                .put_reader(&mut from, &|_| false)
                .map_err(ArchiveError::from)?;
        }
        Ok(())
    }

    /// Keeps bytes as they come, and says what they are.
    pub(super) fn take_in(&mut self, from: &mut dyn Read) -> Result<(Digest, u64), IngestError> {
        self.batch()?;
        let archive = self.writer.archive();
        let known = |digest: &Digest| matches!(archive.place_of(digest), Ok(Some(_)));
        let Some(batch) = self.batch.as_mut() else {
            return Ok((Digest::new([0; 32]), 0));
        };
        let (digest, size, _) = batch.put_reader(from, &known).map_err(ArchiveError::from)?;
        Ok((digest, size))
    }

    /// Stored bytes, of this group or of an earlier one.
    pub(super) fn stored(&self, digest: &Digest) -> Result<BlobReader, IngestError> {
        if let Some(batch) = &self.batch
            && let Some(reader) = batch.read_back(digest).map_err(ArchiveError::from)?
        {
            return Ok(reader);
        }
        Ok(self.writer.archive().reader(digest)?)
    }

    /// All bytes of a document that is not too long for that. Those of an earlier group are held against their digest:
    /// what is read out of them is signed, and the disk may have been anybody's since.
    pub(super) fn load_stored(&self, digest: &Digest) -> Result<Vec<u8>, IngestError> {
        let fresh = self.batch.as_ref();
        if fresh.is_some_and(|batch| batch.place_of(digest).is_some()) {
            return self.read_stored(digest, LONGEST_TEXT);
        }
        Ok(self.writer.archive().blob(digest)?)
    }

    /// Refuses stored bytes of an earlier group that are not those of the digest. Of a document that is too long to be at
    /// hand, they are read once more for that before anything is made of them.
    pub(super) fn demand_unaltered(&self, digest: &Digest) -> Result<(), IngestError> {
        let fresh = self.batch.as_ref();
        if fresh.is_some_and(|batch| batch.place_of(digest).is_some()) {
            return Ok(());
        }
        Ok(self.writer.archive().demand_unaltered(digest)?)
    }

    /// Judges what a stored document is and drafts its record. Gives what is at hand of it too, where that is needed yet.
    pub(super) fn draft_stored(
        &self,
        came: &Came,
        kind: Option<Kind>,
        bytes: Bytes,
    ) -> Result<(Kind, ItemDraft, Option<Vec<u8>>), IngestError> {
        let (held, beginning) = if bytes.size <= LONGEST_TEXT {
            (Some(self.load_stored(&bytes.sha256)?), Vec::new())
        } else {
            (None, self.head(&bytes.sha256)?)
        };
        let committer = self.writer.archive().committer();
        let at_hand = held.as_deref().unwrap_or(&beginning);
        let (kind, draft) = came.draft(committer, kind, at_hand, bytes)?;
        Ok((kind, draft, held.filter(|_| stays(kind, bytes.size))))
    }

    /// The beginning of a document that is too long to be at hand.
    fn head(&self, digest: &Digest) -> Result<Vec<u8>, IngestError> {
        self.demand_unaltered(digest)?;
        self.read_stored(digest, HEAD as u64)
    }

    fn read_stored(&self, digest: &Digest, most: u64) -> Result<Vec<u8>, IngestError> {
        let mut bytes = Vec::new();
        self.stored(digest)?
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|source| ArchiveError::Read {
                path: "a stored document".into(),
                source,
            })?;
        Ok(bytes)
    }
}

/// Whether all bytes of a document stay at hand while it is read. Not those of a large one whose reader fetches them
/// itself, or they would be held twice.
fn stays(kind: Kind, size: u64) -> bool {
    size < SMALL_BELOW || !(kind.is_container() || kind == Kind::Html)
}

/// Digest and length of bytes at hand.
pub(super) fn bytes_of(bytes: &[u8], sha256: Digest) -> Bytes {
    Bytes {
        sha256,
        size: bytes.len() as u64,
    }
}

/// A reader that tells how far it is.
pub(super) struct Counted<'a> {
    pub(super) from: &'a mut dyn Read,
    pub(super) progress: Progress,
    pub(super) tell: &'a dyn Fn(Progress),
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.progress.bytes += read as u64;
        (self.tell)(self.progress);
        Ok(read)
    }
}
