//! Zip archives: each member handed out as a stream, within limits, under its name as written.
//!
//! A member's name is evidence and never a path here. Sizes are taken from the list of members and held to while
//! reading, so that a member cannot give more than it states; what is not unpacked is named in a notice with the
//! reason.

use std::collections::HashMap;
use std::io;
use std::io::BufReader;
use std::io::Read;
use std::io::SeekFrom;

use chrono::NaiveDate;
use zip::ZipArchive;
use zip::result::ZipError;

use super::Content;
use super::Found;
use super::Input;
use super::Limits;
use super::ReadError;
use super::Sink;
use super::time::anywhere;

use crate::record::Instant;
use crate::record::Locator;
use crate::record::Name;

/// How many members that were not unpacked are named; the others are counted.
const NAMED: u64 = 1_000;

/// How many doubled names are listed, and out of how many bytes of names they are found.
const LISTED: usize = 5;
const NAMES: usize = 16 << 20;

/// Bytes that nothing is packed to, at most.
const EMPTY: u64 = 2;

/// Reads an archive.
pub(super) fn read(input: &mut Input<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let (limits, packed) = (input.limits, input.size);
    if let Some(reason) = too_many(&mut *input.content, limits)? {
        return Err(ReadError::Zip { reason });
    }
    let mut archive = open(&mut *input.content)?;
    let mut directory = Directory::default();
    if archive.has_duplicate_names() {
        let start = archive.central_directory_start();
        directory = Directory::walk(archive.into_inner(), start, limits.members)?;
        archive = open(&mut *input.content)?;
        let more = directory.places.len().saturating_sub(archive.len());
        let names = directory.doubled.join(", ");
        sink(Found::Unread(format!(
            "not unpacked: members that have the name of another: {more}; of each name the last one was read ({names})"
        )))?;
    }
    let mut notices = Notices {
        named: 0,
        unnamed: 0,
        leading_out: 0,
        first_out: None,
    };
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        if index >= limits.members {
            let more = archive.len() - index;
            notices.add(
                &format!("{more} members"),
                &format!("limit of {} members", limits.members),
                sink,
            )?;
            break;
        }
        let entry = match archive.by_index_data(index) {
            Ok(entry) => entry,
            Err(error) => {
                notices.add(&format!("member {index}"), &error.to_string(), sink)?;
                continue;
            }
        };
        // A name that ends like a folder's may be that of a file; a folder has no bytes.
        if entry.is_dir() && entry.size() == 0 && entry.compressed_size() <= EMPTY {
            continue;
        }
        let name = Name::from_bytes(entry.name_raw());
        let shown = format!("member {:?}", name.to_string());
        if entry.is_symlink() {
            notices.add(&shown, "it is a link to another file", sink)?;
            continue;
        }
        if leads_out(entry.name_raw()) {
            notices.leading_out += 1;
            notices.first_out.get_or_insert_with(|| shown.clone());
        }
        let size = entry.size();
        let reached = limit_reached(size, entry.compressed_size(), limits)
            .or_else(|| total_reached(unpacked.saturating_add(size), packed, limits));
        if let Some(limit) = reached {
            notices.add(&shown, &limit, sink)?;
            continue;
        }
        let modified = entry.last_modified().and_then(stamp);
        let place = directory.place(entry.central_header_start(), index);
        let last = entry
            .name_raw()
            .rsplit(|byte| matches!(byte, b'/' | b'\\'))
            .find(|piece| !piece.is_empty())
            .map_or_else(|| name.clone(), Name::from_bytes);
        let mut member = match archive.by_index(index) {
            Ok(member) => member,
            Err(ZipError::Io(source)) if !is_about_content(&source) => return Err(source.into()),
            Err(error) => {
                notices.add(&shown, &error.to_string(), sink)?;
                continue;
            }
        };
        unpacked = unpacked.saturating_add(size);
        let mut content = Watched {
            // One byte more than is stated: only at the true end of a member is its CRC looked at.
            inner: (&mut member).take(size.saturating_add(1)),
            stated: size,
            given: 0,
            trouble: None,
        };
        let outcome = sink(Found::Member {
            locator: Locator::Member { index: place, name },
            name: last,
            modified,
            size,
            content: &mut content,
        });
        let trouble = content.trouble;
        outcome?;
        if let Some(trouble) = trouble {
            notices.add(&shown, &trouble, sink)?;
        }
    }
    notices.finish(sink)
}

/// Why the list of an archive's members is not read, where it states more of them than are looked at. The zip crate reads
/// all of it before it hands out the first, some two hundred bytes each; no more than 65,535 fit where there is no
/// ZIP64 end (APPNOTE 4.3.14 to 4.3.16).
pub(in crate::ingest) fn too_many(
    content: &mut dyn Content,
    limits: &Limits,
) -> io::Result<Option<String>> {
    const END: u64 = 22;
    const LOCATOR: usize = 20;
    const END64: usize = 56;
    let size = content.seek(SeekFrom::End(0))?;
    let longest = END + u64::from(u16::MAX) + (LOCATOR + END64) as u64;
    content.seek(SeekFrom::Start(size.saturating_sub(longest)))?;
    let mut tail = Vec::new();
    content.take(longest).read_to_end(&mut tail)?;
    // Any of these may be taken for the end, so each is looked at.
    for end in memchr::memmem::find_iter(&tail, b"PK\x05\x06") {
        let locator = end.saturating_sub(LOCATOR);
        if !tail
            .get(locator..end)
            .is_some_and(|it| it.starts_with(b"PK\x06\x07"))
        {
            continue;
        }
        let record = tail.get(locator.saturating_sub(END64)..locator);
        let count = record
            .filter(|record| record.starts_with(b"PK\x06\x06"))
            .and_then(|record| record.get(32..)?.first_chunk());
        let Some(count) = count.copied().map(u64::from_le_bytes) else {
            return Ok(Some("its end is not of a form that is read".to_owned()));
        };
        if count > limits.members as u64 {
            let most = limits.members;
            return Ok(Some(format!(
                "it states {count} members, and of more than {most} none is looked at"
            )));
        }
    }
    Ok(None)
}

fn open(content: &mut dyn Content) -> Result<ZipArchive<&mut dyn Content>, ReadError> {
    match ZipArchive::new(content) {
        Ok(archive) => Ok(archive),
        Err(ZipError::Io(source)) if !is_about_content(&source) => Err(source.into()),
        Err(error) => Err(ReadError::Zip {
            reason: error.to_string(),
        }),
    }
}

/// Whether a name would leave the folder into which somebody unpacks it.
fn leads_out(name: &[u8]) -> bool {
    let is_drive = matches!(name, [letter, b':', ..] if letter.is_ascii_alphabetic());
    let mut pieces = name.split(|byte| matches!(byte, b'/' | b'\\'));
    is_drive || matches!(name.first(), Some(b'/' | b'\\')) || pieces.any(|piece| piece == b"..")
}

/// Whether an error is about what the bytes say, not about getting them.
fn is_about_content(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput
    )
}

/// The limit that a member of these sizes would break.
fn limit_reached(size: u64, packed: u64, limits: &Limits) -> Option<String> {
    if size > limits.member {
        let limit = limits.member;
        return Some(format!("limit of {limit} bytes a member, it has {size}"));
    }
    let ratio = size / packed.max(1);
    if size > limits.ratio_floor && ratio > limits.ratio {
        let limit = limits.ratio;
        return Some(format!(
            "limit of {limit} unpacked bytes for one packed, it has {ratio}"
        ));
    }
    None
}

/// The limit that this many bytes out of an archive of `packed` bytes would break: members may share their packed bytes,
/// so that each is modest and all of them are not.
fn total_reached(unpacked: u64, packed: u64, limits: &Limits) -> Option<String> {
    if unpacked > limits.unpacked {
        let limit = limits.unpacked;
        return Some(format!("limit of {limit} unpacked bytes in all"));
    }
    if unpacked > limits.ratio_floor && unpacked / packed.max(1) > limits.ratio {
        let limit = limits.ratio;
        return Some(format!(
            "limit of {limit} unpacked bytes in all for one packed"
        ));
    }
    None
}

/// The time beside a member: local to whoever packed it, in steps of two seconds.
fn stamp(at: zip::DateTime) -> Option<Instant> {
    let date = NaiveDate::from_ymd_opt(at.year().into(), at.month().into(), at.day().into())?;
    let time = date.and_hms_opt(at.hour().into(), at.minute().into(), at.second().into())?;
    let words = time.format("%Y-%m-%d %H:%M:%S").to_string();
    Some(anywhere(&words, time.and_utc().timestamp(), "file"))
}

/// Where the members stand in the list of members: the zip crate keeps one of those that share a name, under a number
/// that leaves the others out.
#[derive(Default)]
struct Directory {
    places: HashMap<u64, u64>,
    /// The first names that several members have.
    doubled: Vec<String>,
}

impl Directory {
    /// Goes through the list that starts at `start` (APPNOTE 4.3.12), up to `most` members.
    fn walk(content: &mut dyn Content, start: u64, most: usize) -> io::Result<Self> {
        content.seek(SeekFrom::Start(start))?;
        let mut content = BufReader::new(content);
        let mut directory = Self::default();
        let mut names = HashMap::new();
        let (mut at, mut held) = (start, 0);
        while directory.places.len() < most {
            let mut header = [0; 46];
            match content.read_exact(&mut header) {
                Ok(()) if header.starts_with(b"PK\x01\x02") => {}
                Ok(()) => break,
                Err(error) if is_about_content(&error) => break,
                Err(error) => return Err(error),
            }
            let lengths = [
                [header[28], header[29]],
                [header[30], header[31]],
                [header[32], header[33]],
            ];
            let [name, extra, comment] = lengths.map(|two| u64::from(u16::from_le_bytes(two)));
            let mut bytes = Vec::new();
            let rest = name + extra + comment;
            (&mut content).take(rest).read_to_end(&mut bytes)?;
            directory.places.insert(at, directory.places.len() as u64);
            at += 46 + rest;
            bytes.truncate(usize::try_from(name).unwrap_or(0));
            held += bytes.len();
            if held <= NAMES {
                let count = names.entry(bytes).or_insert(0_u32);
                *count += 1;
            }
        }
        let mut doubled: Vec<_> = names.into_iter().filter(|(_, count)| *count > 1).collect();
        doubled.sort_unstable();
        directory.doubled = doubled
            .into_iter()
            .take(LISTED)
            .map(|(name, count)| format!("{count} times {:?}", Name::from_bytes(&name).to_string()))
            .collect();
        Ok(directory)
    }

    /// The place of the member whose entry is at that byte.
    fn place(&self, entry: u64, index: usize) -> u64 {
        self.places.get(&entry).copied().unwrap_or(index as u64)
    }
}

/// A member's bytes, no more and no less than it states; remembers why they could not be read to the end.
struct Watched<R> {
    inner: R,
    stated: u64,
    given: u64,
    trouble: Option<String>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let outcome = self.inner.read(buffer);
        if let Err(error) = &outcome
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.trouble = Some(format!("its packed bytes are damaged ({error})"));
        }
        if let Ok(read) = outcome
            && !buffer.is_empty()
        {
            self.given = self.given.saturating_add(read as u64);
            let ended = read == 0 && self.given < self.stated;
            if ended || self.given > self.stated {
                let (stated, than) = (self.stated, if ended { "fewer" } else { "more" });
                let trouble =
                    format!("it is damaged: it has {than} than the {stated} bytes it states");
                self.trouble = Some(trouble.clone());
                return Err(io::Error::new(io::ErrorKind::InvalidData, trouble));
            }
        }
        outcome
    }
}

/// Says what was not unpacked or looks odd, at a length that a person can read.
struct Notices {
    named: u64,
    unnamed: u64,
    leading_out: u64,
    first_out: Option<String>,
}

impl Notices {
    fn add(&mut self, what: &str, why: &str, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        if self.named >= NAMED {
            self.unnamed += 1;
            return Ok(());
        }
        self.named += 1;
        sink(Found::Unread(format!("not unpacked: {what}: {why}")))?;
        Ok(())
    }

    fn finish(self, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        if let Some(first) = self.first_out {
            let more = match self.leading_out {
                0 | 1 => String::new(),
                n => format!(" and of {} more", n - 1),
            };
            sink(Found::Notice(format!(
                "the name of {first}{more} leads out of the folder it would be unpacked in: kept as a name, nothing was written there"
            )))?;
        }
        if self.unnamed > 0 {
            let more = self.unnamed;
            sink(Found::Unread(format!(
                "not unpacked: {more} more members, for the like reasons"
            )))?;
        }
        Ok(())
    }
}
