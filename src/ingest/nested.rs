//! What lies inside a document: messages, members, attachments, texts, each recorded with the item it came out of.

use std::io::BufReader;
use std::io::Cursor;
use std::io::Read;
use std::io::SeekFrom;
use std::sync::Arc;

use sha2::Digest as _;
use sha2::Sha256;

use super::IngestError;
use super::came::Came;
use super::came::needs_reading;
use super::companions::Beside;
use super::companions::Listing;
use super::keeping::bytes_of;
use super::pending;
use super::pending::Drafted;
use super::pending::Pending;
use super::pending::Raw;
use super::read::Content;
use super::read::Found;
use super::read::Input;
use super::read::ReadError;
use super::read::Stop;
use super::read::read;
use super::run::LONGEST_TEXT;
use super::run::Run;
use crate::archive::ArchiveError;
use crate::archive::INLINE_TEXT;
use crate::archive::ItemDraft;
use crate::archive::store::StoreError;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Kind;
use crate::record::Locator;
use crate::record::Parent;
use crate::record::Reading;
use crate::record::with_causes;

/// Documents inside documents, at most.
const DEPTH: usize = 8;

/// Bytes of a stored document that are fetched at a time.
const PIECE: usize = 64 << 10;

/// Messages that are drafted side by side.
const TOGETHER: usize = 256;

/// Bytes of messages that are drafted side by side.
const BYTES_TOGETHER: usize = 4 << 20;

/// What may still come out of one document that was brought in, however deep it lies.
pub(super) struct Budget {
    bytes: u64,
    documents: u64,
}

impl Budget {
    /// At least 512 MiB, else 200 times the document's own size.
    pub(super) fn new(size: u64) -> Self {
        Self {
            bytes: size.saturating_mul(200).max(512 << 20),
            documents: 2_000_000,
        }
    }

    fn fits(&self, bytes: u64) -> bool {
        self.bytes >= bytes && self.documents > 0
    }

    fn take(&mut self, bytes: u64) -> bool {
        let fits = self.fits(bytes);
        if fits {
            self.bytes -= bytes;
            self.documents -= 1;
        }
        fits
    }
}

/// A document being read.
struct Frame<'a> {
    came: &'a Came,
    place: Parent,
    bytes: Bytes,
    /// A second view of its bytes, for those that no message covers.
    view: Box<dyn Content + 'a>,
    covered: u64,
    /// Where the last message ends that was found in it.
    ends: u64,
    pending: Vec<Pending>,
    weight: usize,
    depth: usize,
    listing: Option<Arc<Listing>>,
}

/// A document that is recorded already and may hold others.
pub(super) struct Recorded<'a> {
    pub(super) came: &'a Came,
    pub(super) kind: Kind,
    pub(super) place: Parent,
    pub(super) bytes: Bytes,
    /// All of its bytes, where they are at hand.
    pub(super) held: Option<&'a [u8]>,
    /// Documents around it.
    pub(super) depth: usize,
}

impl Run<'_, '_> {
    /// Reads what lies inside a document that is recorded already.
    pub(super) fn read_inside(
        &mut self,
        recorded: &Recorded<'_>,
        budget: &mut Budget,
    ) -> Result<(), IngestError> {
        let Recorded {
            came,
            kind,
            place,
            bytes,
            held,
            depth,
        } = *recorded;
        if matches!(kind, Kind::Text | Kind::Markdown) && held.is_none() {
            let text = format!(
                "it is text of more than {} MiB: stored, not searchable",
                LONGEST_TEXT >> 20
            );
            self.not_searchable(&came.given, place, text);
        }
        if !needs_reading(kind, held, bytes.size) {
            return Ok(());
        }
        if depth >= DEPTH {
            let text = format!("it lies {DEPTH} documents deep and was not opened");
            self.not_searchable(&came.given, place, text);
            return Ok(());
        }
        let mut content = self.view(held, &bytes.sha256)?;
        let view = self.view(held, &bytes.sha256)?;
        let limits = self.request.limits.clone();
        let listing = (kind == Kind::Zip).then(|| Arc::new(Listing::of(&mut *content, &limits)));
        let mut frame = Frame {
            came,
            place,
            bytes,
            view,
            covered: 0,
            ends: 0,
            pending: Vec::new(),
            weight: 0,
            depth,
            listing,
        };
        let companion = |name: &str, most: u64| came.beside.get(name, most);
        let mut input = Input {
            kind,
            name: came.name.as_ref(),
            size: bytes.size,
            content: &mut *content,
            companion: &companion,
            table: self.request.table.as_ref(),
            limits: &limits,
        };
        let mut stopped = None;
        let outcome = read(&mut input, &mut |found| {
            self.found(&mut frame, found, budget).map_err(|error| {
                stopped = Some(error);
                Stop("the run stopped".into())
            })
        });
        if let Some(error) = stopped {
            return Err(error);
        }
        self.flush(&mut frame, 0, budget)?;
        match outcome {
            Ok(()) | Err(ReadError::Stopped(_)) => Ok(()),
            Err(error) => {
                self.unread(came, place, &bytes.sha256, with_causes(&error));
                Ok(())
            }
        }
    }

    /// The bytes of a document: those at hand, else as they are stored.
    fn view<'b>(
        &self,
        held: Option<&'b [u8]>,
        sha256: &Digest,
    ) -> Result<Box<dyn Content + 'b>, IngestError> {
        Ok(match held {
            Some(held) => Box::new(Cursor::new(held)),
            None => Box::new(BufReader::with_capacity(PIECE, self.stored(sha256)?)),
        })
    }

    fn found(
        &mut self,
        frame: &mut Frame<'_>,
        found: Found<'_>,
        budget: &mut Budget,
    ) -> Result<(), IngestError> {
        match found {
            Found::Message {
                span,
                raw,
                message,
                parts,
                ..
            } => {
                // The format asks for ranges that are in order and apart; what a reader finds twice is recorded once.
                let fits = frame.ends <= span.start
                    && span.start <= span.end
                    && span.end <= frame.bytes.size;
                if !fits {
                    let text = format!(
                        "a message at bytes {} to {} overlaps one before it and was not recorded",
                        span.start, span.end
                    );
                    self.unread(frame.came, frame.place, &frame.bytes.sha256, text);
                    return Ok(());
                }
                frame.ends = span.end;
                let raw = if raw.len() as u64 == span.end.saturating_sub(span.start) {
                    Raw::of(raw)
                } else {
                    let mut hash = Sha256::new();
                    cover(&mut *frame.view, span.start, span.end, &mut hash)?;
                    Raw::Hashed(Digest::new(hash.finalize().into()))
                };
                frame.weight += raw.weight()
                    + message.text.as_ref().map_or(0, String::len)
                    + parts.iter().map(|part| part.bytes.len()).sum::<usize>()
                    + 1024;
                frame.pending.push(Pending {
                    span,
                    raw,
                    message,
                    parts,
                });
                if frame.pending.len() > TOGETHER || frame.weight > BYTES_TOGETHER {
                    // The last one is held back: only the next shows whether the document's rest belongs to it.
                    self.flush(frame, 1, budget)?;
                }
                Ok(())
            }
            Found::Member {
                locator,
                name,
                modified,
                size,
                content,
            } => self.member(frame, (locator, name, modified, size), content, budget),
            Found::Text(reading) => self.reading(frame, reading),
            Found::Notice(text) => {
                self.notice(&frame.came.given, frame.place, text);
                Ok(())
            }
            Found::NotSearchable(text) => {
                self.not_searchable(&frame.came.given, frame.place, text);
                Ok(())
            }
            Found::Unread(text) => {
                self.unread(frame.came, frame.place, &frame.bytes.sha256, text);
                Ok(())
            }
        }
    }

    /// Records the messages that are waiting, but for the last `keep`.
    fn flush(
        &mut self,
        frame: &mut Frame<'_>,
        keep: usize,
        budget: &mut Budget,
    ) -> Result<(), IngestError> {
        let ready = frame.pending.len().saturating_sub(keep);
        if ready == 0 {
            return Ok(());
        }
        let held_back = frame.pending.split_off(ready);
        let waiting = std::mem::replace(&mut frame.pending, held_back);
        frame.weight = 0;
        let committer = self.writer.archive().committer();
        let drafted = pending::draft(committer, frame.place, waiting);
        let last = drafted.len().checked_sub(1).filter(|_| keep == 0);
        for (index, drafted) in drafted.into_iter().enumerate() {
            self.message(frame, drafted?, last == Some(index), budget)?;
        }
        (self.outside.progress)(self.progress);
        Ok(())
    }

    fn message(
        &mut self,
        frame: &mut Frame<'_>,
        drafted: Drafted,
        last: bool,
        budget: &mut Budget,
    ) -> Result<(), IngestError> {
        self.make_room()?;
        if let Some((digest, text)) = &drafted.long_text {
            self.keep(text.as_bytes(), digest)?;
        }
        let replayed = !self.replay.is_empty();
        let place = self.derive(drafted.draft, &drafted.sha256, &frame.came.shown())?;
        if !replayed {
            let gap = self.derived.gap(frame.place);
            cover(&mut *frame.view, frame.covered, drafted.span.start, gap)?;
            if last {
                cover(&mut *frame.view, drafted.span.end, frame.bytes.size, gap)?;
            }
            self.progress.messages += 1;
            self.receipt.items.added += 1;
            self.receipt.spread(drafted.at);
        }
        frame.covered = drafted.span.end;
        for (digest, part) in drafted.parts {
            let bytes = bytes_of(&part.bytes, digest);
            if !budget.take(bytes.size) {
                let text =
                    "an attachment was not unpacked: more lies inside than one file may hold"
                        .to_owned();
                self.unread(frame.came, place, &bytes.sha256, text);
                continue;
            }
            let came = Came::from_part(&part).within(frame.came);
            let (kind, draft) =
                came.draft(self.writer.archive().committer(), None, &part.bytes, bytes)?;
            let inner = self.inside(draft, kind, bytes, place, Some(&part.bytes), &came)?;
            self.read_inside(
                &Recorded {
                    came: &came,
                    kind,
                    place: inner,
                    bytes,
                    held: Some(&part.bytes),
                    depth: frame.depth + 1,
                },
                budget,
            )?;
        }
        Ok(())
    }

    /// Keeps and records a document that lay in another. Without `held` its bytes are in the group already, so the group
    /// is not closed before they have their record.
    fn inside(
        &mut self,
        mut draft: ItemDraft,
        kind: Kind,
        bytes: Bytes,
        parent: Parent,
        held: Option<&[u8]>,
        came: &Came,
    ) -> Result<Parent, IngestError> {
        if let Some(held) = held {
            self.make_room()?;
            self.keep(held, &bytes.sha256)?;
        }
        draft.set_parent(self.writer.archive().committer(), parent)?;
        if self.replay.is_empty() {
            self.count(kind, &bytes.sha256)?;
        }
        self.derive(draft, &bytes.sha256, &came.shown())
    }

    fn member(
        &mut self,
        frame: &mut Frame<'_>,
        (locator, name, modified, stated): (
            Locator,
            crate::record::Name,
            Option<crate::record::Instant>,
            u64,
        ),
        content: &mut dyn Read,
        budget: &mut Budget,
    ) -> Result<(), IngestError> {
        self.make_room()?;
        // Judged before anything is kept: bytes in the group's batch that no record names would be found by verifying.
        let most = budget.bytes;
        if !budget.fits(stated) {
            let text = format!(
                "not unpacked: limit of {most} bytes from one file reached at member {name}"
            );
            self.unread(frame.came, frame.place, &frame.bytes.sha256, text);
            return Ok(());
        }
        let (digest, size) = match self.take_in(content) {
            Ok(taken) => taken,
            Err(IngestError::Archive(ArchiveError::Store(StoreError::Unread { .. }))) => {
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        budget.take(size);
        let full = match &locator {
            Locator::Member { name, .. } => name.clone(),
            Locator::Part { .. } => name.clone(),
        };
        let came = Came {
            name: Some(name),
            path: Some(full.clone()),
            modified,
            locator: Some(locator),
            in_maildir: false,
            beside: match &frame.listing {
                Some(listing) => Beside::member(listing, &full.to_string()),
                None => Beside::Nothing,
            },
            ..Came::default()
        }
        .within(frame.came);
        let bytes = Bytes {
            sha256: digest,
            size,
        };
        let (kind, draft, held) = self.draft_stored(&came, None, bytes)?;
        let inner = self.inside(draft, kind, bytes, frame.place, None, &came)?;
        self.read_inside(
            &Recorded {
                came: &came,
                kind,
                place: inner,
                bytes,
                held: held.as_deref(),
                depth: frame.depth + 1,
            },
            budget,
        )
    }

    fn reading(&mut self, frame: &mut Frame<'_>, reading: Reading) -> Result<(), IngestError> {
        self.make_room()?;
        let digest = Digest::new(Sha256::digest(&reading.text).into());
        let bytes = bytes_of(reading.text.as_bytes(), digest);
        if reading.text.len() > INLINE_TEXT {
            self.keep(reading.text.as_bytes(), &digest)?;
        }
        let committer = self.writer.archive().committer();
        let mut draft = ItemDraft::reading(committer, reading, bytes)?;
        draft.set_parent(committer, frame.place)?;
        self.derive(draft, &digest, &frame.came.shown())?;
        Ok(())
    }
}

/// Hashes a stretch of a document.
fn cover(
    view: &mut dyn Content,
    start: u64,
    end: u64,
    hash: &mut Sha256,
) -> Result<(), IngestError> {
    if start >= end {
        return Ok(());
    }
    let broken = |source| ArchiveError::Read {
        path: "the document being read".into(),
        source,
    };
    view.seek(SeekFrom::Start(start)).map_err(broken)?;
    let mut rest = end - start;
    let mut buffer = vec![0; 64 << 10];
    while rest > 0 {
        let most = usize::try_from(rest)
            .unwrap_or(buffer.len())
            .min(buffer.len());
        let read = view.read(&mut buffer[..most]).map_err(broken)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        rest -= read as u64;
    }
    Ok(())
}
