//! One document's bytes, readable from any point, and not a byte beyond them.

use std::fs::File;
use std::io;
use std::io::Cursor;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::os::unix::fs::FileExt as _;

/// Reads exactly one document: the stretch of a pack, a file, or bytes of a batch that are still in memory.
///
/// Each call asks the system; wrap it in a `BufReader` for small reads.
#[derive(Debug)]
pub struct BlobReader(Held);

#[derive(Debug)]
enum Held {
    Section {
        file: File,
        start: u64,
        size: u64,
        at: u64,
    },
    Memory(Cursor<Vec<u8>>),
}

impl BlobReader {
    pub(super) fn section(file: File, start: u64, size: u64) -> Self {
        Self(Held::Section {
            file,
            start,
            size,
            at: 0,
        })
    }

    pub(super) fn memory(bytes: Vec<u8>) -> Self {
        Self(Held::Memory(Cursor::new(bytes)))
    }

    /// Bytes of the document.
    pub fn size(&self) -> u64 {
        match &self.0 {
            Held::Section { size, .. } => *size,
            Held::Memory(bytes) => bytes.get_ref().len() as u64,
        }
    }

    /// All bytes of the document. The caller has bounded [`BlobReader::size`].
    pub(super) fn into_bytes(self) -> io::Result<Vec<u8>> {
        match self.0 {
            Held::Memory(bytes) => Ok(bytes.into_inner()),
            Held::Section {
                file, start, size, ..
            } => {
                let size = usize::try_from(size).map_err(io::Error::other)?;
                let mut bytes = vec![0; size];
                file.read_exact_at(&mut bytes, start)?;
                Ok(bytes)
            }
        }
    }
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Held::Memory(bytes) => bytes.read(buffer),
            Held::Section {
                file,
                start,
                size,
                at,
            } => {
                let left = size.saturating_sub(*at);
                let most = usize::try_from(left)
                    .unwrap_or(usize::MAX)
                    .min(buffer.len());
                let Some(buffer) = buffer.get_mut(..most).filter(|part| !part.is_empty()) else {
                    return Ok(0);
                };
                match file.read_at(buffer, start.saturating_add(*at))? {
                    0 => Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the file became shorter while it was read",
                    )),
                    read => {
                        *at += read as u64;
                        Ok(read)
                    }
                }
            }
        }
    }
}

impl Seek for BlobReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.0 {
            Held::Memory(bytes) => bytes.seek(to),
            Held::Section { size, at, .. } => {
                let target = match to {
                    SeekFrom::Start(target) => Some(target),
                    SeekFrom::End(by) => size.checked_add_signed(by),
                    SeekFrom::Current(by) => at.checked_add_signed(by),
                };
                *at = target.ok_or_else(|| {
                    io::Error::new(io::ErrorKind::InvalidInput, "before the document's start")
                })?;
                Ok(*at)
            }
        }
    }
}
