//! A part of a document that goes: messages of a mailbox or an export, while the document and all else in it stay.
//!
//! The document's bytes are kept once more with zeros in those places, and the order names their digest (`replaced_by`).
//! The digest of the old bytes goes from the document's record, since what was destroyed could be guessed from it. Every
//! receipt of the same bytes has to go along, or the old bytes would stay for it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::io::Read;

use sha2::Digest as _;
use sha2::Sha256;

use super::Appended;
use super::Archive;
use super::ArchiveError;
use super::Doom;
use super::Doomed;
use super::Step;
use super::Writer;
use super::store::BlobReader;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Span;

/// A document's bytes with zeros in some places.
struct Zeroed<R> {
    bytes: R,
    /// In order, none over another.
    spans: Vec<Span>,
    at: u64,
}

impl<R: Read> Read for Zeroed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        let from = self.at;
        self.at += read as u64;
        let first = self.spans.partition_point(|span| span.end <= from);
        for span in self.spans.iter().skip(first) {
            if span.start >= self.at {
                break;
            }
            let place = |at: u64| usize::try_from(at.clamp(from, self.at) - from).unwrap_or(read);
            if let Some(part) = buffer.get_mut(place(span.start)..place(span.end)) {
                part.fill(0);
            }
        }
        Ok(read)
    }
}

impl Archive {
    fn zeroed(&self, sha256: &Digest, spans: &[Span]) -> Result<Zeroed<BlobReader>, ArchiveError> {
        Ok(Zeroed {
            bytes: self.reader(sha256)?,
            spans: spans.to_vec(),
            at: 0,
        })
    }

    /// Something that came out of a receipt of a document and has some of these bytes, and others besides: what was read in
    /// another way.
    pub fn overlapping(&self, receipt: u64, spans: &[Span]) -> Result<Option<u64>, ArchiveError> {
        let mut other = self.conn.prepare_cached(
            "SELECT item FROM card WHERE parent = ?1 AND first < ?3 AND past > ?2 \
             AND NOT (first = ?2 AND past = ?3) ORDER BY item LIMIT 1",
        )?;
        for span in spans {
            let mut rows = other.query([receipt, span.start, span.end])?;
            if let Some(row) = rows.next()? {
                return Ok(Some(row.get(0)?));
            }
        }
        Ok(None)
    }

    /// Other messages with the same bytes, wherever they lie.
    fn same_messages(&self, items: &[u64]) -> Result<Vec<u64>, ArchiveError> {
        let mut same = self.conn.prepare_cached(
            "SELECT item FROM card WHERE class = 'm' AND sha256 = ?1 ORDER BY item",
        )?;
        let mut found = Vec::new();
        for item in items {
            let Some(card) = self.card(*item)?.filter(|card| card.class == "m") else {
                continue;
            };
            let others = same.query_map([card.sha256.as_bytes()], |row| row.get(0))?;
            found.extend(others.collect::<Result<Vec<u64>, _>>()?);
        }
        found.retain(|it| !items.contains(it));
        Ok(found)
    }

    /// What the destruction of messages takes along that lie in a document of which these are all receipts, given as items.
    pub fn doom_inside(&self, messages: &[u64], receipts: &[u64]) -> Result<Doom, ArchiveError> {
        let mut spans: Vec<Span> = Vec::new();
        for message in messages {
            spans.extend(self.card(*message)?.and_then(|card| card.span));
        }
        spans.sort_by_key(|span| span.start);
        spans.dedup();
        let mut tops = Vec::new();
        let mut same = self.conn.prepare_cached(
            "SELECT item FROM card WHERE parent = ?1 AND first = ?2 AND past = ?3 ORDER BY item",
        )?;
        for receipt in receipts {
            for span in &spans {
                let found = same.query_map([*receipt, span.start, span.end], |row| row.get(0))?;
                tops.extend(found.collect::<Result<Vec<u64>, _>>()?);
            }
        }
        drop(same);
        let mut doom = self.doom(&tops)?;
        let mut old = None;
        let orders = self.orders()?;
        let mut earlier = BTreeSet::new();
        for receipt in receipts {
            let (Some(card), Some((item, _))) = (self.card(*receipt)?, self.place(*receipt)?)
            else {
                continue;
            };
            old = Some(card.sha256);
            // What an earlier order put in the place of the bytes had what goes now.
            earlier.extend(orders.replacing(item));
            let mut part = doom.part();
            part.name(Doomed::Part {
                item,
                slots: vec!["bytes".to_owned()],
            });
            doom.parts.push(part);
            doom.acts.extend(self.acts_on(*receipt)?);
            doom.parts_of.push(*receipt);
        }
        doom.acts.sort_unstable();
        doom.acts.dedup();
        doom.others.extend(self.same_messages(&doom.items)?);
        doom.others.sort_unstable();
        doom.others.dedup();
        let Some(old) = old else {
            return Ok(doom);
        };
        let bare = std::iter::once(old).collect();
        for (entry, _) in self.entries_holding(&bare, &BTreeMap::new())? {
            doom.entries.push(entry);
        }
        for (entry, slot) in self.naming(&bare)? {
            let mut part = doom.part();
            part.name(Doomed::Slots {
                entry,
                slots: vec![slot.to_owned()],
            });
            doom.parts.push(part);
        }
        for entry in earlier {
            let mut part = doom.part();
            part.name(Doomed::Slots {
                entry,
                slots: vec!["replaced_by".to_owned()],
            });
            doom.parts.push(part);
        }
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 << 10];
        let mut zeroed = self.zeroed(&old, &spans)?;
        loop {
            match zeroed.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => hash.update(buffer.get(..read).unwrap_or_default()),
                Err(source) => {
                    return Err(ArchiveError::Read {
                        path: self.root().to_path_buf(),
                        source,
                    });
                }
            }
        }
        doom.replaced_by = Some(Bytes {
            sha256: Digest::new(hash.finalize().into()),
            size: zeroed.at,
        });
        doom.zeroed = spans;
        Ok(doom)
    }
}

impl Writer {
    /// Appends orders, and with them what takes the place of a document's bytes, which has to be on the disk before an entry
    /// names it.
    pub fn order(&mut self, doom: &Doom, steps: Vec<Step>) -> Result<Appended, ArchiveError> {
        let receipt = doom.parts_of.first();
        let card = receipt.map(|item| self.archive.card(*item)).transpose()?;
        let Some(card) = card.flatten() else {
            return self.append(steps, None);
        };
        let mut zeroed = self.archive.zeroed(&card.sha256, &doom.zeroed)?;
        self.append_reading(steps, &mut [&mut zeroed])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn zeros_stand_in_the_spans_and_nowhere_else(
            bytes in proptest::collection::vec(1_u8.., 0..300),
            cuts in proptest::collection::btree_set(0_u64..310, 0..8),
            most in 1_usize..50,
        ) {
            let cuts: Vec<u64> = cuts.into_iter().collect();
            let spans: Vec<Span> = cuts.chunks_exact(2).map(|pair| Span { start: pair[0], end: pair[1] }).collect();
            let mut wanted = bytes.clone();
            for (at, byte) in (0_u64..).zip(&mut wanted) {
                if spans.iter().any(|span| (span.start..span.end).contains(&at)) {
                    *byte = 0;
                }
            }
            let mut zeroed = Zeroed { bytes: io::Cursor::new(bytes), spans, at: 0 };
            let (mut found, mut part) = (Vec::new(), vec![0; most]);
            loop {
                let read = zeroed.read(&mut part).unwrap();
                if read == 0 {
                    break;
                }
                found.extend_from_slice(&part[..read]);
            }
            prop_assert_eq!(found, wanted);
        }
    }
}
