//! The bytes of a pack that are not document: a ZIP whose every such byte follows from the list of its members.
//!
//! ZIP (PKWARE APPNOTE 6.3.10), written by hand because `verify` must hold each of these bytes against the only ones
//! that are allowed; a library promises readable files, not these bytes. The rule:
//! - members in the order written, each a local header (§4.3.7) and its bytes, one after the other from byte 0;
//! - name: the SHA-256 in 64 lower-case hex digits; method 0 (stored); flags 0; 1980-01-01 00:00; no extra field, no
//!   comment, attributes 0; made by and needed: version 1.0;
//! - then the central directory (§4.3.12) in the same order, then its end (§4.3.16);
//! - a header offset of `0xFFFF_FFFF` or more goes into a ZIP64 extra field (§4.5.3) of its directory entry, which
//!   then says version 4.5;
//! - with 65,535 members or more, or a directory whose size or offset is `0xFFFF_FFFF` or more, the ZIP64 end and
//!   its locator (§4.3.14, §4.3.15) come before the end, in which the fields concerned are all ones.

use std::ops::Range;

use crate::record::Digest;
use crate::record::hex_of;

/// Bytes of a local header with its name.
pub(super) const HEADER: u64 = HEADER_LEN as u64;
const HEADER_LEN: usize = 94;
/// Where the checksum lies in a local header.
const CRC_AT: usize = 14;
/// Where the checksum lies in a directory entry.
pub(super) const DIRECTORY_CRC: Range<usize> = 16..20;
const DATE: u16 = 0x0021;
const PLAIN: u16 = 10;
const ZIP64: u16 = 45;
const MOST_32: u64 = 0xFFFF_FFFF;
const MOST_16: u64 = 0xFFFF;

/// A local header.
pub(super) type Header = [u8; HEADER_LEN];

/// A number as a 32-bit field holds it: all ones when it does not fit.
fn field_32(number: u64) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

fn field_16(number: u64) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_le_bytes()
}

/// Room for a local header.
pub(super) const EMPTY_HEADER: Header = [0; HEADER_LEN];

/// The header before a member's bytes.
pub(super) fn local_header(digest: &Digest, crc: u32, size: u64) -> Header {
    let mut header = [0; HEADER_LEN];
    let mut rest = header.as_mut_slice();
    let mut put = |bytes: &[u8]| {
        if let Some((place, after)) = std::mem::take(&mut rest).split_at_mut_checked(bytes.len()) {
            place.copy_from_slice(bytes);
            rest = after;
        }
    };
    put(b"PK\x03\x04");
    put(&PLAIN.to_le_bytes());
    put(&[0; 6]); // flags, method, time
    put(&DATE.to_le_bytes());
    put(&crc.to_le_bytes());
    put(&field_32(size));
    put(&field_32(size));
    put(&field_16(64));
    put(&[0; 2]); // length of the extra field
    put(&hex_of(digest.as_bytes()));
    header
}

/// The checksum that a header on disk states.
pub(super) fn stated_crc(header: &Header) -> u32 {
    let mut crc = [0; 4];
    if let Some(field) = header.get(CRC_AT..CRC_AT + 4) {
        crc.copy_from_slice(field);
    }
    u32::from_le_bytes(crc)
}

/// The document and the size that a local header states; nothing where it is no local header.
pub(super) fn read_header(header: &Header) -> Option<(Digest, u64)> {
    let size = header.get(18..22)?.first_chunk()?;
    let name = std::str::from_utf8(header.get(30..)?).ok()?;
    let begins = header.starts_with(b"PK\x03\x04");
    let digest = name.parse().ok().filter(|_| begins)?;
    Some((digest, u64::from(u32::from_le_bytes(*size))))
}

/// Appends a member's entry of the central directory. `header_at`: where its local header begins.
pub(super) fn directory_entry(
    digest: &Digest,
    crc: u32,
    size: u64,
    header_at: u64,
    out: &mut Vec<u8>,
) {
    let far = header_at >= MOST_32;
    let version = if far { ZIP64 } else { PLAIN };
    out.extend_from_slice(b"PK\x01\x02");
    out.extend_from_slice(&version.to_le_bytes());
    out.extend_from_slice(&version.to_le_bytes());
    out.extend_from_slice(&[0; 6]); // flags, method, time
    out.extend_from_slice(&DATE.to_le_bytes());
    out.extend_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(&field_32(size));
    out.extend_from_slice(&field_32(size));
    out.extend_from_slice(&field_16(64));
    out.extend_from_slice(&field_16(if far { 12 } else { 0 }));
    out.extend_from_slice(&[0; 10]); // comment, disk, attributes inside and outside
    out.extend_from_slice(&field_32(header_at));
    out.extend_from_slice(&hex_of(digest.as_bytes()));
    if far {
        out.extend_from_slice(&[1, 0, 8, 0]);
        out.extend_from_slice(&header_at.to_le_bytes());
    }
}

/// Bytes of a member's entry of the central directory.
pub(super) fn directory_entry_len(header_at: u64) -> u64 {
    if header_at >= MOST_32 { 122 } else { 110 }
}

/// Appends what follows the central directory.
pub(super) fn end(members: u64, directory_at: u64, directory_len: u64, out: &mut Vec<u8>) {
    if is_far(members, directory_at, directory_len) {
        out.extend_from_slice(b"PK\x06\x06");
        out.extend_from_slice(&44_u64.to_le_bytes());
        out.extend_from_slice(&ZIP64.to_le_bytes());
        out.extend_from_slice(&ZIP64.to_le_bytes());
        out.extend_from_slice(&[0; 8]); // this disk, the directory's disk
        out.extend_from_slice(&members.to_le_bytes());
        out.extend_from_slice(&members.to_le_bytes());
        out.extend_from_slice(&directory_len.to_le_bytes());
        out.extend_from_slice(&directory_at.to_le_bytes());
        out.extend_from_slice(b"PK\x06\x07");
        out.extend_from_slice(&[0; 4]); // the disk of the ZIP64 end
        out.extend_from_slice(&directory_at.saturating_add(directory_len).to_le_bytes());
        out.extend_from_slice(&1_u32.to_le_bytes());
    }
    out.extend_from_slice(b"PK\x05\x06");
    out.extend_from_slice(&[0; 4]); // this disk, the directory's disk
    out.extend_from_slice(&field_16(members));
    out.extend_from_slice(&field_16(members));
    out.extend_from_slice(&field_32(directory_len));
    out.extend_from_slice(&field_32(directory_at));
    out.extend_from_slice(&[0; 2]); // length of the comment
}

/// Bytes of what follows the central directory.
pub(super) fn end_len(members: u64, directory_at: u64, directory_len: u64) -> u64 {
    if is_far(members, directory_at, directory_len) {
        98
    } else {
        22
    }
}

fn is_far(members: u64, directory_at: u64, directory_len: u64) -> bool {
    members >= MOST_16 || directory_at >= MOST_32 || directory_len >= MOST_32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_foretold_are_lengths_written_on_both_sides_of_each_bound() {
        let digest = Digest::new([0xab; 32]);
        for at in [0, MOST_32 - 1, MOST_32, MOST_32 + 1] {
            let mut out = Vec::new();
            directory_entry(&digest, 7, 5, at, &mut out);
            assert_eq!(out.len() as u64, directory_entry_len(at), "{at}");
            for members in [0, MOST_16 - 1, MOST_16, MOST_16 + 1] {
                out.clear();
                end(members, at, 3, &mut out);
                assert_eq!(out.len() as u64, end_len(members, at, 3), "{members} {at}");
            }
        }
    }

    #[test]
    fn a_header_states_its_checksum_and_ends_with_the_digest() {
        let digest = Digest::new([0xc5; 32]);
        let header = local_header(&digest, 0x1234_5678, 9);
        assert_eq!(stated_crc(&header), 0x1234_5678);
        assert!(header.ends_with(digest.to_string().as_bytes()));
    }

    #[test]
    fn a_directory_beyond_four_gibibytes_is_found_through_zip64() {
        let mut out = Vec::new();
        directory_entry(&Digest::new([1; 32]), 0, 5, MOST_32, &mut out);
        assert_eq!(out.get(42..46), Some([0xff; 4].as_slice()));
        assert!(out.ends_with(&[1, 0, 8, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]));
        out.clear();
        end(2, MOST_32 + 9, 220, &mut out);
        assert!(out.starts_with(b"PK\x06\x06"));
        assert_eq!(
            out.get(76..98),
            Some(b"PK\x05\x06\0\0\0\0\x02\0\x02\0\xdc\0\0\0\xff\xff\xff\xff\0\0".as_slice())
        );
    }
}
