//! Reads stored bytes once, from the first to the last, and says what is not as recorded.
//!
//! Every byte of a pack is held against the only value it may have: a document's bytes against its digest, all others
//! against what `layout.rs` makes of the list of members. The list comes from the catalogue and is not trusted either:
//! the scan only ever goes forward, so no list makes it read a byte twice.
//!
//! Codes: `document.altered`, `document.missing`, `document.unreadable`, `pack.altered`, `pack.missing`,
//! `pack.unreadable`.

use std::io;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::ops::Range;

use sha2::Digest as _;
use sha2::Sha256;

use super::Member;
use super::Store;
use super::error::StoreError;
use super::files;
use super::layout;
use crate::lanes;
use crate::lanes::Begun;
use crate::record::Digest;
use crate::record::Finding;
use crate::record::MOST_NAMED;

/// Bytes read at once: few calls to the system, and hashed while still in the processor's cache.
const BUFFER: usize = 256 << 10;
/// A document of a pack of no more bytes is hashed beside others.
const HELD: u64 = 256 << 10;
/// Documents, and bytes of them, that are held to be hashed side by side.
const TOGETHER: usize = 64;
const BYTES_TOGETHER: u64 = 4 << 20;
/// Altered places between the documents of one pack that are named each; the others are counted.
const MOST_PLACES: usize = 16;
/// Differing bytes shown in a finding.
const SHOWN: usize = 16;

impl Store {
    /// Reads a whole pack and holds it against its documents, in the order of their offsets. `reference` names a
    /// document for the reader; `progress` is told of bytes as they are read. Damage is a finding; only what keeps
    /// the pack from being looked at at all (no permission, no free descriptor) is an error.
    pub fn verify_pack(
        &self,
        number: u32,
        expected: &[Member],
        reference: &dyn Fn(&Digest) -> String,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Vec<Finding>, StoreError> {
        let name = files::pack_name(number);
        let gone = match files::open(&self.root, &name) {
            Ok(Some((file, len))) => {
                return Ok(scan(file, len, &name, expected, reference, progress));
            }
            Ok(None) => "nothing",
            Err(StoreError::Strange { found, .. }) => found,
            Err(error) => return Err(error),
        };
        let message = format!(
            "The pack is missing, and with it {} documents and the bytes of all that was read out of them.",
            expected.len()
        );
        let mut finding = Finding::new("pack.missing", name, message).with("a file", gone);
        let named = expected.iter().take(MOST_NAMED);
        finding.of = named.map(|member| reference(&member.digest)).collect();
        Ok(vec![finding])
    }

    /// Reads a document that has a file of its own and holds it against its digest and its size in bytes. Parameters
    /// and errors as in [`Store::verify_pack`].
    pub fn verify_file_blob(
        &self,
        digest: &Digest,
        size: u64,
        reference: &dyn Fn(&Digest) -> String,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Vec<Finding>, StoreError> {
        let name = files::blob_name(digest);
        let (file, len) = match files::open(&self.root, &name) {
            Ok(Some(opened)) => opened,
            Ok(None) => {
                let why = format!("{name} is not there");
                return Ok(vec![missing(digest, reference(digest), "nothing", &why)]);
            }
            Err(StoreError::Strange { path, found, .. }) => {
                let path = path.strip_prefix(&self.root).unwrap_or(&path).display();
                let why = format!("{path} is {found}, which is not followed");
                return Ok(vec![missing(digest, reference(digest), found, &why)]);
            }
            Err(error) => return Err(error),
        };
        let mut scan = Scan::new(file, &name);
        // Up to the end, whatever length the folder states: what is there is what has to have the digest.
        let hashed = scan.hash(u64::MAX, progress);
        Ok(match hashed {
            Err(error) => vec![unreadable(reference(digest), &name, &error)],
            Ok(hashed) if hashed.digest == *digest && hashed.size == size => Vec::new(),
            Ok(hashed) if hashed.digest == *digest => {
                let message = format!("{name} has its digest, but not the size on record.");
                let (expected, found) = (format!("{size} bytes"), format!("{len} bytes"));
                vec![
                    Finding::new("document.altered", reference(digest), message)
                        .with(expected, found),
                ]
            }
            Ok(hashed) => {
                let (found, at) = (hashed.digest, hashed.size);
                let message = format!(
                    "The stored bytes are not those on record ({name}; {size} bytes on record, {at} there)."
                );
                vec![
                    Finding::new("document.altered", reference(digest), message)
                        .with(digest.to_string(), found.to_string()),
                ]
            }
        })
    }
}

impl Store {
    /// Whether a pack that nothing refers to is one as a batch writes it: each byte follows from the members that its
    /// own headers name, and those have their digests.
    pub fn is_whole_pack(&self, number: u32) -> bool {
        self.members_of_whole(number).is_some()
    }

    /// The members of a pack that nothing refers to, if it is one as a batch writes it.
    pub fn members_of_whole(&self, number: u32) -> Option<Vec<Member>> {
        let name = files::pack_name(number);
        let Ok(Some((file, len))) = files::open(&self.root, &name) else {
            return None;
        };
        let mut walk = Scan::new(file, &name);
        let mut members = Vec::new();
        loop {
            let mut header = layout::EMPTY_HEADER;
            if !matches!(walk.fill(&mut header), Ok(read) if read == header.len()) {
                break;
            }
            let Some((digest, size)) = layout::read_header(&header) else {
                break;
            };
            let offset = walk.at;
            members.push(Member {
                digest,
                offset,
                size,
            });
            if walk.go_to(offset.saturating_add(size)).is_err() {
                return None;
            }
        }
        let Ok(Some((file, _))) = files::open(&self.root, &name) else {
            return None;
        };
        let reference = |digest: &Digest| digest.to_string();
        let findings = scan(file, len, &name, &members, &reference, &mut |_| {});
        findings.is_empty().then_some(members)
    }
}

fn missing(digest: &Digest, subject: String, found: &str, why: &str) -> Finding {
    let message = format!("The document's bytes are not in the archive: {why}.");
    Finding::new("document.missing", subject, message).with(digest.to_string(), found)
}

fn unreadable(subject: String, name: &str, error: &io::Error) -> Finding {
    let message = format!("The system cannot read {name}: {error}.");
    Finding::new("document.unreadable", subject, message)
}

/// What was met where a document should be.
struct Hashed {
    digest: Digest,
    crc: u32,
    /// Bytes met: fewer than asked for at the end of the file.
    size: u64,
}

/// A document with its header, as they stand in a pack.
struct Met {
    header: layout::Header,
    header_at: u64,
    content: Content,
}

enum Content {
    Held(Vec<u8>),
    Hashed(Hashed),
}

/// A pass over one file, always forward.
struct Scan<'a, R> {
    input: BufReader<R>,
    name: &'a str,
    at: u64,
    findings: Vec<Finding>,
    places: usize,
}

/// Holds the bytes of a pack against its list of members.
pub(super) fn scan<R: Read + Seek>(
    input: R,
    len: u64,
    name: &str,
    expected: &[Member],
    reference: &dyn Fn(&Digest) -> String,
    progress: &mut dyn FnMut(u64),
) -> Vec<Finding> {
    let mut scan = Scan::new(input, name);
    scan.length(len, expected);
    let mut crcs = Vec::with_capacity(expected.len());
    for members in together(expected) {
        let met: Vec<Option<Met>> = (members.iter())
            .map(|member| scan.meet(len, member, reference, progress))
            .collect();
        let held: Vec<&[u8]> = (met.iter().flatten())
            .filter_map(|met| match &met.content {
                Content::Held(bytes) => Some(bytes.as_slice()),
                Content::Hashed(_) => None,
            })
            .collect();
        let mut digests = lanes::digests_of(&Begun::NOTHING, &held).into_iter();
        for (member, met) in members.iter().zip(met) {
            crcs.push(met.map(|met| {
                let hashed = match met.content {
                    Content::Hashed(hashed) => hashed,
                    Content::Held(bytes) => Hashed {
                        digest: Digest::new(
                            digests
                                .next()
                                .unwrap_or_else(|| Sha256::digest(&bytes).into()),
                        ),
                        crc: crc32fast::hash(&bytes),
                        size: bytes.len() as u64,
                    },
                };
                scan.judge(member, (&met.header, met.header_at), &hashed, reference)
            }));
        }
    }
    scan.directory(expected, &crcs, reference);
    scan.count_places();
    scan.findings
}

/// The list in parts, each of which fits into memory as far as it is held.
fn together(expected: &[Member]) -> impl Iterator<Item = &[Member]> {
    let mut rest = expected;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |member: &&Member| {
            bytes += if member.size <= HELD { member.size } else { 0 };
            bytes <= BYTES_TOGETHER
        };
        let count = rest.iter().take(TOGETHER).take_while(fits).count();
        let (these, others) = rest.split_at_checked(count)?;
        rest = others;
        (!these.is_empty()).then_some(these)
    })
}

impl<'a, R: Read + Seek> Scan<'a, R> {
    fn new(input: R, name: &'a str) -> Self {
        Self {
            input: BufReader::with_capacity(BUFFER, input),
            name,
            at: 0,
            findings: Vec::new(),
            places: 0,
        }
    }

    /// Holds the length of the file against the one that follows from the list.
    fn length(&mut self, len: u64, expected: &[Member]) {
        let directory_at = end_of(expected);
        let mut directory_len: u64 = 0;
        for member in expected {
            let header_at = member.offset.saturating_sub(layout::HEADER);
            directory_len += layout::directory_entry_len(header_at);
        }
        let members = expected.len() as u64;
        let due = directory_at
            .saturating_add(directory_len)
            .saturating_add(layout::end_len(members, directory_at, directory_len));
        if len != due {
            let what = if len < due { "ends early" } else { "goes on" };
            let message = format!("{} {what}: it should have {due} bytes.", self.name);
            self.findings.push(
                Finding::new("pack.altered", self.name, message)
                    .with(format!("{due} bytes"), format!("{len} bytes")),
            );
        }
    }

    /// Reads one member with its header, where they can be read.
    fn meet(
        &mut self,
        len: u64,
        member: &Member,
        reference: &dyn Fn(&Digest) -> String,
        progress: &mut dyn FnMut(u64),
    ) -> Option<Met> {
        let Member {
            digest,
            offset,
            size,
        } = *member;
        let Some(header_at) = offset
            .checked_sub(layout::HEADER)
            .filter(|header_at| *header_at >= self.at)
        else {
            let why = format!(
                "the place on record, byte {offset} of {}, belongs to another",
                self.name
            );
            let found = format!("bytes of {} that another document has", self.name);
            self.findings
                .push(missing(&digest, reference(&digest), &found, &why));
            return None;
        };
        if offset > len {
            let why = format!(
                "{} ends at byte {len}, before the document's place",
                self.name
            );
            self.findings
                .push(missing(&digest, reference(&digest), "nothing", &why));
            return None;
        }
        if header_at > self.at {
            let gap = format!("bytes {} to {header_at} belong to no document", self.at);
            let found = format!("{} bytes", header_at - self.at);
            self.place(&gap, "0 bytes".to_owned(), found);
        }
        let mut header = layout::EMPTY_HEADER;
        let content = self
            .go_to(header_at)
            .and_then(|()| self.fill(&mut header))
            .and_then(|_| {
                if size <= HELD {
                    self.hold(size, progress).map(Content::Held)
                } else {
                    self.hash(size, progress).map(Content::Hashed)
                }
            });
        match content {
            Ok(content) => Some(Met {
                header,
                header_at,
                content,
            }),
            Err(error) => {
                self.findings
                    .push(unreadable(reference(&digest), self.name, &error));
                // The next document may lie on a healthy part of the disk; if not, it says so itself.
                drop(self.go_to(offset.saturating_add(size)));
                None
            }
        }
    }

    /// Checks one member with its header; its checksum, for the directory.
    fn judge(
        &mut self,
        member: &Member,
        (header, header_at): (&layout::Header, u64),
        hashed: &Hashed,
        reference: &dyn Fn(&Digest) -> String,
    ) -> u32 {
        let Member {
            digest,
            offset,
            size,
        } = *member;
        let crc = if hashed.digest == digest && hashed.size == size {
            hashed.crc
        } else {
            let (name, end) = (self.name, offset.saturating_add(size));
            let message = if hashed.size < size {
                let there = hashed.size;
                format!("Of the document's {size} bytes, {there} are there ({name} ends early).")
            } else {
                format!(
                    "The stored bytes are not those on record ({name}, bytes {offset} to {end})."
                )
            };
            self.findings.push(
                Finding::new("document.altered", reference(&digest), message)
                    .with(digest.to_string(), hashed.digest.to_string()),
            );
            // Which checksum the true bytes have is not on record: header and directory must at least agree.
            layout::stated_crc(header)
        };
        let due = layout::local_header(&digest, crc, size);
        self.compare(&due, header, header_at, &|| {
            format!("the header of {}", reference(&digest))
        });
        crc
    }

    /// Checks all that follows the last document.
    fn directory(
        &mut self,
        expected: &[Member],
        crcs: &[Option<u32>],
        reference: &dyn Fn(&Digest) -> String,
    ) {
        let directory_at = end_of(expected);
        if self.at < directory_at && self.go_to(directory_at).is_err() {
            return;
        }
        let mut due = Vec::with_capacity(128);
        for (member, crc) in expected.iter().zip(crcs) {
            let header_at = member.offset.saturating_sub(layout::HEADER);
            due.clear();
            let known = crc.unwrap_or_default();
            layout::directory_entry(&member.digest, known, member.size, header_at, &mut due);
            let what = || format!("the directory entry of {}", reference(&member.digest));
            let any = crc.is_none().then_some(layout::DIRECTORY_CRC);
            if !self.follows(&mut due, any, &what) {
                return;
            }
        }
        due.clear();
        let directory_len = self.at.saturating_sub(directory_at);
        layout::end(expected.len() as u64, directory_at, directory_len, &mut due);
        self.follows(&mut due, None, &|| "the end of the directory".to_owned());
    }

    /// Reads on and compares, save the bytes of `due` that may be any; `false` where the file ends or cannot be read.
    fn follows(
        &mut self,
        due: &mut [u8],
        any: Option<Range<usize>>,
        what: &dyn Fn() -> String,
    ) -> bool {
        let mut held = [0; 128];
        let Some(found) = held.get_mut(..due.len()) else {
            return false;
        };
        let start = self.at;
        match self.fill(found) {
            Ok(read) => {
                if let Some(any) = any
                    && let (Some(due), Some(found)) = (due.get_mut(any.clone()), found.get(any))
                {
                    due.copy_from_slice(found);
                }
                if read == due.len() {
                    self.compare(due, found, start, what);
                }
                read == due.len()
            }
            Err(error) => {
                let message = format!("The system cannot read {}: {error}.", self.name);
                self.findings
                    .push(Finding::new("pack.unreadable", self.name, message));
                false
            }
        }
    }

    fn compare(&mut self, due: &[u8], found: &[u8], start: u64, what: &dyn Fn() -> String) {
        if due == found {
            return;
        }
        let differs = |(due, found): (&u8, &u8)| due != found;
        let first = due.iter().zip(found).position(differs).unwrap_or(0);
        let last = due
            .iter()
            .zip(found)
            .rposition(differs)
            .unwrap_or(first)
            .min(first + SHOWN - 1);
        let at = start.saturating_add(first as u64);
        let place = format!("byte {at}, in {}, is not what the documents give", what());
        let show = |bytes: &[u8]| hex::encode(bytes.get(first..=last).unwrap_or_default());
        self.place(&place, show(due), show(found));
    }

    /// Notes an altered place between the documents.
    fn place(&mut self, place: &str, due: String, found: String) {
        self.places += 1;
        if self.places <= MOST_PLACES {
            let message = format!("{}: {place}.", self.name);
            self.findings
                .push(Finding::new("pack.altered", self.name, message).with(due, found));
        }
    }

    fn count_places(&mut self) {
        let more = self.places.saturating_sub(MOST_PLACES);
        if more > 0 {
            let message = format!(
                "{}: {more} more places between the documents are altered (the first {MOST_PLACES} are named).",
                self.name
            );
            self.findings
                .push(Finding::new("pack.altered", self.name, message));
        }
    }

    /// Goes forward to a byte of the file.
    fn go_to(&mut self, to: u64) -> io::Result<()> {
        if to != self.at {
            self.input.seek(SeekFrom::Start(to))?;
            self.at = to;
        }
        Ok(())
    }

    /// Reads as many bytes as `out` takes, or as there are.
    fn fill(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while let Some(rest) = out.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.input.read(rest) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.at = self.at.saturating_add(read as u64);
        Ok(read)
    }

    /// Reads the next `size` bytes, or as many as there are.
    fn hold(&mut self, size: u64, progress: &mut dyn FnMut(u64)) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(HELD)).unwrap_or_default());
        let read = (&mut self.input).take(size).read_to_end(&mut bytes)?;
        self.at = self.at.saturating_add(read as u64);
        progress(read as u64);
        Ok(bytes)
    }

    /// Hashes the next `size` bytes, or as many as there are.
    fn hash(&mut self, size: u64, progress: &mut dyn FnMut(u64)) -> io::Result<Hashed> {
        let mut hasher = Sha256::new();
        let mut crc = crc32fast::Hasher::new();
        let mut left = size;
        while left > 0 {
            let held = match self.input.fill_buf() {
                Ok([]) => break,
                Ok(held) => held,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(held.len());
            let part = held.get(..most).unwrap_or(held);
            hasher.update(part);
            crc.update(part);
            self.input.consume(most);
            self.at = self.at.saturating_add(most as u64);
            left -= most as u64;
            progress(most as u64);
        }
        Ok(Hashed {
            digest: Digest::new(hasher.finalize().into()),
            crc: crc.finalize(),
            size: size - left,
        })
    }
}

/// Where the last document ends, and the directory begins.
fn end_of(expected: &[Member]) -> u64 {
    expected
        .last()
        .map_or(0, |last| last.offset.saturating_add(last.size))
}
