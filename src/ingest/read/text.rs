//! Text that is not plain UTF-8: byte order marks, legacy encodings, line ends.
//!
//! What was decided is always said: the encoding goes on record, and bytes that it cannot read become U+FFFD with a
//! note, so that a search that misses them can be explained.

use std::borrow::Cow;

use chardetng::EncodingDetector;
use chardetng::Iso2022JpDetection;
use chardetng::Utf8Detection;
use encoding_rs::CoderResult;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use encoding_rs::UTF_16BE;
use encoding_rs::UTF_16LE;
use mail_parser::decoders::charsets::map::charset_decoder;

use super::Found;
use super::Input;
use super::ReadError;
use super::Sink;
use super::whole;

use crate::record::Reading;

/// How much of a text the encoding is guessed from.
const GUESSED_FROM: usize = 256 << 10;

/// How many bytes are decoded at a time.
const PIECE: usize = 64 << 10;

/// Bytes turned into text.
pub(super) struct Decoded<'a> {
    /// The text, with line ends as they came.
    pub text: Cow<'a, str>,
    /// The WHATWG name of its encoding, such as `windows-1252`.
    pub encoding: String,
    /// What was noticed.
    pub notes: Vec<String>,
}

/// Reads a text whose encoding had to be decided.
pub(super) fn read(input: &mut Input<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let bytes = whole(input, input.limits.text, "text in another encoding")?;
    let most = usize::try_from(input.limits.decoded).unwrap_or(usize::MAX);
    let Some(decoded) = decode(Cow::Owned(bytes), None, most) else {
        return too_long(input, sink);
    };
    let mut notes = decoded.notes;
    let mut text = line_feeds(decoded.text.into_owned());
    let zeros = memchr::memchr_iter(0, text.as_bytes()).count();
    if zeros > 0 {
        if text.len().saturating_add(zeros.saturating_mul(2)) > most {
            return too_long(input, sink);
        }
        text = text.replace('\0', "\u{fffd}");
        notes.push("bytes of value 0 in the text are shown as U+FFFD".to_owned());
    }
    sink(Found::Text(Reading {
        kind: input.kind,
        encoding: Some(decoded.encoding),
        title: None,
        language: None,
        links: Vec::new(),
        text,
        notes,
    }))?;
    Ok(())
}

/// Says of a document that its text is longer than is held in memory again.
pub(super) fn too_long(input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let most = input.limits.decoded;
    sink(Found::NotSearchable(format!(
        "its text has more than {most} bytes once it is decoded: stored, not searchable"
    )))?;
    Ok(())
}

/// Turns bytes into text: by byte order mark, else by the encoding they are said to be in, else as UTF-8 where they
/// are, else by a guess. Nothing where the text would have more than `most` bytes: legacy encodings take up to three
/// times their length in UTF-8.
pub(super) fn decode<'a>(
    bytes: Cow<'a, [u8]>,
    stated: Option<&str>,
    most: usize,
) -> Option<Decoded<'a>> {
    let marked = Encoding::for_bom(&bytes);
    decode_marked(bytes, marked, stated, most)
}

/// Turns the bytes of a mail's text into text, as [`decode`] does. Mail is no UTF-16 (RFC 5322, 2.1): two bytes that
/// would be a mark of it are one only where the mail says so, or where all that follows is as it must be. Almost any two
/// bytes are a character of it, so a line feed or a blank has to be among them, which have a byte of value 0.
pub(super) fn decode_mail<'a>(
    bytes: Cow<'a, [u8]>,
    stated: Option<&str>,
    most: usize,
) -> Option<Decoded<'a>> {
    let said = stated.and_then(|label| Encoding::for_label(label.as_bytes()));
    let marked = Encoding::for_bom(&bytes).filter(|(encoding, mark)| {
        let wide = [UTF_16LE, UTF_16BE];
        !wide.contains(encoding)
            || said.is_some_and(|said| wide.contains(&said))
            || memchr::memchr(0, &bytes).is_some()
                && is_wide(bytes.get(*mark..).unwrap_or_default(), encoding)
    });
    decode_marked(bytes, marked, stated, most)
}

/// Whether bytes are UTF-16 without a fault.
pub(super) fn is_wide(bytes: &[u8], encoding: &'static Encoding) -> bool {
    bytes.len().is_multiple_of(2)
        && encoding
            .decode_without_bom_handling_and_without_replacement(bytes)
            .is_some()
}

fn decode_marked<'a>(
    bytes: Cow<'a, [u8]>,
    marked: Option<(&'static Encoding, usize)>,
    stated: Option<&str>,
    most: usize,
) -> Option<Decoded<'a>> {
    let stated = stated.map(str::trim).filter(|label| !label.is_empty());
    let mut notes = Vec::new();
    let encoding = match (marked, stated) {
        (Some((encoding, _)), _) => encoding,
        (None, Some(label)) => match Encoding::for_label(label.as_bytes()) {
            // Much mail that says us-ascii or Latin-1 is in UTF-8; what is valid UTF-8 and not ASCII is UTF-8.
            Some(_) if !bytes.is_ascii() && std::str::from_utf8(&bytes).is_ok() => UTF_8,
            Some(encoding) => encoding,
            None => {
                if let Some(decoder) = charset_decoder(label.as_bytes()) {
                    let text = decoder(&bytes);
                    return (text.len() <= most).then(|| Decoded {
                        text: Cow::Owned(text),
                        encoding: label.to_ascii_lowercase(),
                        notes,
                    });
                }
                let label: String = label.chars().take(40).collect();
                notes.push(format!(
                    "its text is said to be in {label:?}, an encoding that is not known here"
                ));
                guess(&bytes, &mut notes)
            }
        },
        (None, None) => guess(&bytes, &mut notes),
    };
    let mark = marked.map_or(0, |(_, length)| length);
    let as_it_stands = encoding == UTF_8 || (encoding.is_ascii_compatible() && bytes.is_ascii());
    let text = match bytes {
        bytes if mark > 0 || !as_it_stands => Err(bytes),
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes)
            .map(Cow::Borrowed)
            .map_err(|_| Cow::Borrowed(bytes)),
        Cow::Owned(bytes) => String::from_utf8(bytes)
            .map(Cow::Owned)
            .map_err(|error| Cow::Owned(error.into_bytes())),
    };
    let text = match text {
        Ok(text) => text,
        Err(bytes) => {
            let (text, damaged) =
                decoded_within(bytes.get(mark..).unwrap_or_default(), encoding, most)?;
            if damaged {
                notes.push(format!(
                    "some bytes of its text are not {}; they are shown as U+FFFD",
                    encoding.name()
                ));
            }
            Cow::Owned(text)
        }
    };
    (text.len() <= most).then(|| Decoded {
        text,
        encoding: encoding.name().to_ascii_lowercase(),
        notes,
    })
}

/// The text of bytes behind any byte order mark, and whether some of them could not be read. Decoded piece by piece, so
/// that what is too long is never held.
fn decoded_within(
    bytes: &[u8],
    encoding: &'static Encoding,
    most: usize,
) -> Option<(String, bool)> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::new();
    let mut damaged = false;
    let mut rest = bytes;
    loop {
        let piece = rest.get(..PIECE).unwrap_or(rest);
        text.reserve(decoder.max_utf8_buffer_length(piece.len())?);
        let last = piece.len() == rest.len();
        let (result, read, replaced) = decoder.decode_to_string(piece, &mut text, last);
        damaged |= replaced;
        if text.len() > most {
            return None;
        }
        rest = rest.get(read..).unwrap_or_default();
        if last && result == CoderResult::InputEmpty {
            return Some((text, damaged));
        }
    }
}

/// The encoding of bytes that nothing is said about.
fn guess(bytes: &[u8], notes: &mut Vec<String>) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    let head = bytes.get(..GUESSED_FROM).unwrap_or(bytes);
    detector.feed(head, head.len() == bytes.len());
    let encoding = detector.guess(None, Utf8Detection::Allow);
    notes.push(format!(
        "nothing says how its text is encoded; {} was guessed from its bytes",
        encoding.name().to_ascii_lowercase()
    ));
    encoding
}

/// The same text with every line ended by a line feed alone. It gets no longer, so it is changed where it lies.
pub(super) fn line_feeds(text: String) -> String {
    let Some(first) = memchr::memchr(b'\r', text.as_bytes()) else {
        return text;
    };
    let mut bytes = text.into_bytes();
    // All before `to` is as it should be; a carriage return stands at `from`.
    let (mut to, mut from) = (first, first);
    while from < bytes.len() {
        if let Some(end) = bytes.get_mut(to) {
            *end = b'\n';
        }
        to += 1;
        from += 1 + usize::from(bytes.get(from + 1) == Some(&b'\n'));
        let line = bytes.get(from..).unwrap_or_default();
        let length = memchr::memchr(b'\r', line).unwrap_or(line.len());
        bytes.copy_within(from..from + length, to);
        to += length;
        from += length;
    }
    bytes.truncate(to);
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
