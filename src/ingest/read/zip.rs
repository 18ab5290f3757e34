//! Zip archives: each member handed out as a stream, within limits, under its name as written.
//!
//! A member's name is evidence and never a path here. Sizes are taken from the list of members and held to while
//! reading, so that a member cannot give more than it states; what is not unpacked is named in a notice with the
//! reason.

use std::io;
use std::io::Read;

use chrono::NaiveDate;
use zip::ZipArchive;
use zip::result::ZipError;

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

/// Reads an archive.
pub(super) fn read(input: &mut Input<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let (limits, packed) = (input.limits, input.size);
    let mut archive = match ZipArchive::new(&mut *input.content) {
        Ok(archive) => archive,
        Err(ZipError::Io(source)) if !is_about_content(&source) => return Err(source.into()),
        Err(error) => {
            return Err(ReadError::Zip {
                reason: error.to_string(),
            });
        }
    };
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
        if entry.is_dir() {
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
        let last = entry
            .name_raw()
            .rsplit(|byte| matches!(byte, b'/' | b'\\'))
            .next()
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
            trouble: None,
        };
        let outcome = sink(Found::Member {
            locator: Locator::Member {
                index: index as u64,
                name,
            },
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

/// A member's bytes; remembers why they could not be read to the end.
struct Watched<R> {
    inner: R,
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
