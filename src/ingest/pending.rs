//! Messages between being met in a document and being recorded: their digests and commitments, many side by side.

use rayon::prelude::*;
use sha2::Digest as _;
use sha2::Sha256;

use super::keeping::bytes_of;
use super::loading::digests;
use super::read::Part;
use crate::archive::ArchiveError;
use crate::archive::INLINE_TEXT;
use crate::archive::ItemDraft;
use crate::commitment::Committer;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Message;
use crate::record::Moment;
use crate::record::Parent;
use crate::record::Span;

/// A message of more bytes is hashed where it is met, not with others.
const LONG: usize = 64 << 10;

/// The bytes of a message in its document.
pub(super) enum Raw {
    Hashed(Digest),
    Held(Vec<u8>),
}

/// A message on its way to being drafted.
pub(super) struct Pending {
    pub(super) span: Span,
    pub(super) raw: Raw,
    pub(super) message: Message,
    pub(super) parts: Vec<Part>,
}

/// A message as a draft, with what else has to be kept for it.
pub(super) struct Drafted {
    pub(super) span: Span,
    pub(super) sha256: Digest,
    pub(super) draft: ItemDraft,
    pub(super) long_text: Option<(Digest, String)>,
    pub(super) parts: Vec<(Digest, Part)>,
    pub(super) at: (Option<Moment>, Option<Moment>),
}

/// Drafts messages of one document, hashed and committed to side by side.
pub(super) fn draft(
    committer: &Committer,
    parent: Parent,
    waiting: Vec<Pending>,
) -> Vec<Result<Drafted, ArchiveError>> {
    let parts: Vec<Vec<&[u8]>> = waiting.iter().map(Pending::to_hash).collect();
    let hashed = digests(&parts.concat());
    let mut rest = hashed.as_slice();
    let counts: Vec<usize> = parts.iter().map(Vec::len).collect();
    let each = counts.into_iter().map(|count| {
        let (its, others) = rest.split_at(count.min(rest.len()));
        rest = others;
        its
    });
    let each: Vec<&[Digest]> = each.collect();
    waiting
        .into_par_iter()
        .zip(each)
        .map(|(pending, digests)| pending.draft(committer, parent, digests))
        .collect()
}

impl Raw {
    /// Of bytes that lie at hand.
    pub(super) fn of(bytes: &[u8]) -> Self {
        if bytes.len() > LONG {
            Self::Hashed(Digest::new(Sha256::digest(bytes).into()))
        } else {
            Self::Held(bytes.to_vec())
        }
    }

    /// How many bytes are held for it.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Hashed(_) => 0,
            Self::Held(bytes) => bytes.len(),
        }
    }
}

impl Pending {
    /// What of it has no digest yet.
    fn to_hash(&self) -> Vec<&[u8]> {
        let raw = match &self.raw {
            Raw::Held(bytes) => Some(bytes.as_slice()),
            Raw::Hashed(_) => None,
        };
        let text = self.message.text.as_deref().map(str::as_bytes);
        let parts = self.parts.iter().map(|part| part.bytes.as_slice());
        raw.into_iter().chain(text).chain(parts).collect()
    }

    /// `digests` are those of what is to be hashed, in that order.
    fn draft(
        mut self,
        committer: &Committer,
        parent: Parent,
        digests: &[Digest],
    ) -> Result<Drafted, ArchiveError> {
        let mut digests = digests.iter().copied();
        let mut next = |bytes: &[u8]| {
            let given = digests.next();
            given.unwrap_or_else(|| Digest::new(Sha256::digest(bytes).into()))
        };
        let sha256 = match &self.raw {
            Raw::Held(bytes) => next(bytes),
            Raw::Hashed(digest) => *digest,
        };
        let text = self.message.text.as_deref();
        let text_bytes = text.map(|text| bytes_of(text.as_bytes(), next(text.as_bytes())));
        let mut parts = Vec::with_capacity(self.parts.len());
        for (index, part) in self.parts.into_iter().enumerate() {
            let digest = next(&part.bytes);
            if let Some(attachment) = self.message.attachments.get_mut(index) {
                attachment.sha256 = Some(digest);
                attachment.size = Some(part.bytes.len() as u64);
                attachment.present = true;
            }
            parts.push((digest, part));
        }
        let text = self.message.text.as_deref();
        let long_text = match (text, text_bytes) {
            (Some(text), Some(bytes)) if text.len() > INLINE_TEXT => {
                Some((bytes.sha256, text.to_owned()))
            }
            _ => None,
        };
        let at = (self.message.at.earliest, self.message.at.latest);
        let bytes = Bytes {
            sha256,
            size: self.span.end.saturating_sub(self.span.start),
        };
        Ok(Drafted {
            draft: ItemDraft::message(
                committer,
                parent,
                self.message,
                bytes,
                self.span,
                text_bytes,
            )?,
            span: self.span,
            sha256,
            long_text,
            parts,
            at,
        })
    }
}
