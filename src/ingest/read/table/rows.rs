//! Cuts a table into rows, each with the bytes that it is: a window of the file in memory, whatever a row claims to be.
//!
//! The rules of CSV are those of the crate `csv-core`, which is fed piece by piece: its larger sibling `csv` takes a row of
//! any length into memory, and does not say that a quotation mark was never closed.

use csv_core::ReadRecordResult;

use super::super::Content;
use super::super::ReadError;
use super::super::read_more;
use super::mapping::Format;
use super::mapping::Mapping;

use crate::record::Span;

/// How many bytes are read at a time.
const CHUNK: usize = 256 << 10;

/// A row as it lies in the file, without the line feed behind it.
pub(super) struct Row<'w> {
    pub(super) span: Span,
    /// Its bytes; empty where it is longer than is read.
    pub(super) raw: &'w [u8],
    pub(super) cells: Cells<'w>,
}

/// What a row was taken apart into.
#[derive(Clone, Copy)]
pub(super) enum Cells<'w> {
    /// The bytes of its cells, and where in them each ends.
    Apart { bytes: &'w [u8], ends: &'w [usize] },
    /// It is one value, a line of JSON.
    Line,
    /// Nothing: it is longer than is read.
    TooLong,
    /// Nothing: a quotation mark in it is never closed, so that it goes on to the end of the file.
    Open,
}

/// A window on a file, and where in it the reading stands.
struct Window<'c> {
    content: &'c mut dyn Content,
    bytes: Vec<u8>,
    /// Where it stands in the file.
    offset: u64,
    at: usize,
    ended: bool,
}

impl Window<'_> {
    fn position(&self) -> u64 {
        self.offset + self.at as u64
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Reads one more piece; what lies before that byte of the file is dropped.
    fn fill(&mut self, keep_from: u64) -> Result<(), ReadError> {
        let passed = usize::try_from(keep_from.saturating_sub(self.offset))
            .unwrap_or(self.at)
            .min(self.at);
        self.bytes.drain(..passed);
        self.offset += passed as u64;
        self.at -= passed;
        self.ended = !read_more(self.content, &mut self.bytes, CHUNK)?;
        Ok(())
    }

    /// Passes line ends; says whether anything follows.
    fn pass_line_ends(&mut self) -> Result<bool, ReadError> {
        loop {
            let rest = self.rest();
            let ends = rest
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
            let more = ends < rest.len();
            self.at += ends;
            if more || self.ended {
                return Ok(more);
            }
            self.fill(self.position())?;
        }
    }

    /// The bytes of the file from `start` to `end`, as far as they are in the window.
    fn slice(&self, start: u64, end: u64) -> &[u8] {
        let index = |at: u64| usize::try_from(at.checked_sub(self.offset)?).ok();
        index(start)
            .zip(index(end))
            .and_then(|(start, end)| self.bytes.get(start..end))
            .unwrap_or_default()
    }
}

/// The rows of a table.
pub(super) struct Rows<'c> {
    window: Window<'c>,
    /// The rules of CSV; nothing where each line is a row.
    csv: Option<csv_core::Reader>,
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// Bytes of a row, at most.
    limit: usize,
}

/// How a row ended.
enum End {
    Row,
    Open,
    /// There was none.
    Nothing,
}

impl<'c> Rows<'c> {
    /// The rows of a table from its first byte, behind a byte order mark.
    pub(super) fn new(
        content: &'c mut dyn Content,
        mapping: &Mapping,
        limit: usize,
    ) -> Result<Self, ReadError> {
        let mut window = Window {
            content,
            bytes: Vec::new(),
            offset: 0,
            at: 0,
            ended: false,
        };
        window.fill(0)?;
        if window.bytes.starts_with(b"\xef\xbb\xbf") {
            window.at = 3;
        }
        let csv = (mapping.format != Format::JsonLines).then(|| {
            csv_core::ReaderBuilder::new()
                .delimiter(mapping.separator())
                .quoting(mapping.has_quotes())
                .build()
        });
        Ok(Self {
            window,
            csv,
            fields: vec![0; 4 << 10],
            ends: vec![0; 64],
            limit,
        })
    }

    /// The next row; empty lines are none.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        if !self.window.pass_line_ends()? {
            return Ok(None);
        }
        let start = self.window.position();
        if self.csv.is_some() {
            self.apart(start)
        } else {
            self.line(start).map(Some)
        }
    }

    /// Whether the row that began there is longer than is read.
    fn is_long(&self, start: u64) -> bool {
        self.window.position() - start > self.limit as u64
    }

    fn line(&mut self, start: u64) -> Result<Row<'_>, ReadError> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', self.window.rest()) {
                self.window.at += end;
                break;
            }
            self.window.at = self.window.bytes.len();
            if self.window.ended {
                break;
            }
            let keep = if self.is_long(start) {
                // One byte may be the carriage return before the line feed.
                self.window.position() - 1
            } else {
                start
            };
            self.window.fill(keep)?;
        }
        let mut end = self.window.position();
        if end > start && self.window.slice(end - 1, end) == b"\r" {
            end -= 1;
        }
        let long = end - start > self.limit as u64;
        Ok(Row {
            span: Span { end, start },
            raw: if long {
                &[]
            } else {
                self.window.slice(start, end)
            },
            cells: if long { Cells::TooLong } else { Cells::Line },
        })
    }

    fn apart(&mut self, start: u64) -> Result<Option<Row<'_>>, ReadError> {
        let (mut written, mut cells) = (0, 0);
        let mut long = false;
        // Whether a line feed was put behind the end of the file.
        let mut fed = false;
        let ended = loop {
            long |= self.is_long(start);
            if self.window.rest().is_empty() && !self.window.ended {
                let keep = if long { self.window.position() } else { start };
                self.window.fill(keep)?;
            }
            if long {
                (written, cells) = (0, 0);
            }
            let Some(csv) = self.csv.as_mut() else {
                break End::Nothing;
            };
            let rest = self.window.bytes.get(self.window.at..).unwrap_or_default();
            // A line feed behind the last byte ends the row, unless a quotation mark is open.
            let feeding = rest.is_empty() && !fed;
            let input: &[u8] = if feeding { b"\n" } else { rest };
            let (result, read, more, ends) = csv.read_record(
                input,
                self.fields.get_mut(written..).unwrap_or_default(),
                self.ends.get_mut(cells..).unwrap_or_default(),
            );
            if feeding {
                fed = read > 0;
            } else {
                self.window.at += read;
            }
            written += more;
            cells += ends;
            match result {
                ReadRecordResult::OutputFull if !long => {
                    let wanted = self.fields.len().saturating_mul(2);
                    self.fields.resize(wanted, 0);
                }
                ReadRecordResult::OutputEndsFull if !long => {
                    let wanted = self.ends.len().saturating_mul(2);
                    self.ends.resize(wanted, 0);
                }
                ReadRecordResult::InputEmpty
                | ReadRecordResult::OutputFull
                | ReadRecordResult::OutputEndsFull => {}
                ReadRecordResult::Record if fed && !feeding => break End::Open,
                ReadRecordResult::Record => break End::Row,
                ReadRecordResult::End => break End::Nothing,
            }
        };
        let mut end = self.window.position();
        if !fed {
            // The byte that ended the row is not part of it.
            end = end.saturating_sub(1).max(start);
        }
        long |= end - start > self.limit as u64;
        let raw = if long {
            &[]
        } else {
            self.window.slice(start, end)
        };
        let cells = match ended {
            End::Nothing => return Ok(None),
            End::Open => Cells::Open,
            End::Row if long => Cells::TooLong,
            End::Row => Cells::Apart {
                bytes: self.fields.get(..written).unwrap_or_default(),
                ends: self.ends.get(..cells).unwrap_or_default(),
            },
        };
        Ok(Some(Row {
            span: Span { end, start },
            raw,
            cells,
        }))
    }
}

/// The bytes of each cell.
pub(super) fn cells<'w>(bytes: &'w [u8], ends: &'w [usize]) -> impl Iterator<Item = &'w [u8]> {
    let starts = std::iter::once(&0).chain(ends);
    starts
        .zip(ends)
        .map(|(start, end)| bytes.get(*start..*end).unwrap_or_default())
}
