//! Filling the index: one item after the other, in the caller's thread, within a fixed amount of memory.
//!
//! The library's own writer queues up to ten thousand items between threads however long they are. Here the segment is
//! written directly, so that memory stays within [`BUDGET`] and one long item; the library's writer still does what
//! decides about durability: the list of segments, the commit, the merging.

use tantivy::IndexWriter;
use tantivy::TantivyDocument;
use tantivy::TantivyError;
use tantivy::index::Segment;
use tantivy::indexer::AddOperation;
use tantivy::indexer::IndexWriterOptions;
use tantivy::indexer::SegmentWriter;

use super::Entry;
use super::Error;
use super::Fields;
use super::Index;
use super::LONGEST_TEXT;
use super::Memory;
use super::Result;
use super::words::composed;

/// Bytes of words and positions that are held before they are written out as a segment.
const BUDGET: usize = 48 << 20;

/// The least that the library's own writer will be opened with; it is never filled.
const LEAST: usize = 15_000_000;

/// The one who fills the index. What was added since the last [`Writer::commit`] is gone when it is dropped.
pub struct Writer {
    index: tantivy::Index,
    reader: tantivy::IndexReader,
    fields: Fields,
    path: std::path::PathBuf,
    inner: IndexWriter,
    segment: Option<(Segment, SegmentWriter)>,
    up_to: u64,
}

impl Writer {
    pub(super) fn open(index: &Index) -> Result<Self> {
        if !index.writable {
            return Err(Error::ReadOnly {
                path: index.path.clone(),
            });
        }
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .memory_budget_per_thread(LEAST)
            .num_merge_threads(1)
            .build();
        let inner = index
            .inner
            .writer_with_options(options)
            .map_err(|cause| match cause {
                TantivyError::LockFailure(..) => Error::InUse {
                    path: index.path.clone(),
                },
                cause => Error::Write {
                    path: index.path.clone(),
                    cause,
                },
            })?;
        Ok(Self {
            index: index.inner.clone(),
            reader: index.reader.clone(),
            fields: index.fields,
            path: index.path.clone(),
            inner,
            segment: None,
            up_to: index.indexed_up_to()?,
        })
    }

    /// Adds an item and says whether all of its text went in ([`LONGEST_TEXT`]). An item that is in already (its row
    /// number is not above [`Index::indexed_up_to`]) is passed over.
    pub fn add(&mut self, entry: &Entry<'_>) -> Result<bool> {
        let whole = entry.text.len() <= LONGEST_TEXT;
        if entry.id <= self.up_to {
            return Ok(whole);
        }
        self.add_document(self.document(entry))
            .map_err(|cause| Error::Write {
                path: self.path.clone(),
                cause,
            })?;
        Ok(whole)
    }

    fn document(&self, entry: &Entry<'_>) -> TantivyDocument {
        let fields = &self.fields;
        let text = entry
            .text
            .get(..entry.text.floor_char_boundary(LONGEST_TEXT))
            .unwrap_or_default();
        let mut document = TantivyDocument::with_capacity(text.len() + 256);
        document.add_u64(fields.id, entry.id);
        document.add_text(fields.kind, entry.kind);
        for (field, value) in [
            (fields.from, entry.from),
            (fields.to, entry.to),
            (fields.subject, entry.subject),
            (fields.name, entry.name),
            (fields.text, text),
        ] {
            if !value.is_empty() {
                document.add_text(field, composed(value));
            }
        }
        if let Some((earliest, latest)) = entry.at {
            document.add_i64(fields.earliest, earliest);
            document.add_i64(fields.latest, latest);
        }
        document
    }

    fn add_document(&mut self, document: TantivyDocument) -> tantivy::Result<()> {
        let (segment, mut writer) = if let Some(open) = self.segment.take() {
            open
        } else {
            let segment = self.index.new_segment();
            let writer = SegmentWriter::for_segment(BUDGET, segment.clone())?;
            (segment, writer)
        };
        writer.add_document(AddOperation {
            opstamp: 0,
            document,
        })?;
        let full = writer.mem_usage() >= BUDGET;
        self.segment = Some((segment, writer));
        if full {
            self.finish_segment()?;
        }
        Ok(())
    }

    fn finish_segment(&mut self) -> tantivy::Result<()> {
        let Some((segment, writer)) = self.segment.take() else {
            return Ok(());
        };
        let documents = writer.max_doc();
        writer.finalize()?;
        let meta = self.index.new_segment_meta(segment.id(), documents);
        self.inner.add_segment(meta)
    }

    /// Makes what was added durable and remembers that every item up to row number `up_to` is in, together with a stamp
    /// by which the caller recognises the catalogue again (the reference of that item, say).
    pub fn commit(&mut self, up_to: u64, stamp: &str) -> Result<()> {
        let memory = Memory {
            up_to,
            stamp: stamp.to_owned(),
        };
        self.commit_with(&memory).map_err(|cause| Error::Write {
            path: self.path.clone(),
            cause,
        })?;
        self.up_to = up_to;
        Ok(())
    }

    fn commit_with(&mut self, memory: &Memory) -> tantivy::Result<()> {
        let payload = serde_json::to_string(memory).map_err(|error| {
            TantivyError::InternalError(format!("the payload can't be written: {error}"))
        })?;
        self.finish_segment()?;
        let mut prepared = self.inner.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.reader.reload()
    }

    /// Waits until the segments that are being merged are; without it they are merged some other time.
    pub fn finish(self) -> Result<()> {
        let Self {
            inner,
            path,
            reader,
            ..
        } = self;
        inner
            .wait_merging_threads()
            .and_then(|()| reader.reload())
            .map_err(|cause| Error::Write { path, cause })
    }
}
