//! Text that is not plain UTF-8: byte order marks, legacy encodings, line ends.
//!
//! What was decided is always said: the encoding goes on record, and bytes that it cannot read become U+FFFD with a
//! note, so that a search that misses them can be explained.

use std::borrow::Cow;

use chardetng::EncodingDetector;
use chardetng::Iso2022JpDetection;
use chardetng::Utf8Detection;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use mail_parser::decoders::charsets::map::charset_decoder;

use super::Found;
use super::Input;
use super::ReadError;
use super::Sink;
use super::whole;

use crate::record::Reading;

/// How much of a text the encoding is guessed from.
const GUESSED_FROM: usize = 256 << 10;

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
    let mut decoded = decode(&bytes, None);
    let mut text = line_feeds(decoded.text.into_owned());
    if text.contains('\0') {
        text = text.replace('\0', "\u{fffd}");
        decoded
            .notes
            .push("bytes of value 0 in the text are shown as U+FFFD".to_owned());
    }
    sink(Found::Text(Reading {
        kind: input.kind,
        encoding: Some(decoded.encoding),
        title: None,
        language: None,
        links: Vec::new(),
        text,
        notes: decoded.notes,
    }))?;
    Ok(())
}

/// Turns bytes into text: by byte order mark, else by the encoding they are said to be in, else as UTF-8 where they
/// are, else by a guess.
pub(super) fn decode<'a>(bytes: &'a [u8], stated: Option<&str>) -> Decoded<'a> {
    let stated = stated.map(str::trim).filter(|label| !label.is_empty());
    let mut notes = Vec::new();
    let encoding = match (Encoding::for_bom(bytes), stated) {
        (Some((encoding, _)), _) => encoding,
        (None, Some(label)) => match Encoding::for_label(label.as_bytes()) {
            // Much mail that says us-ascii or Latin-1 is in UTF-8; what is valid UTF-8 and not ASCII is UTF-8.
            Some(_) if !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() => UTF_8,
            Some(encoding) => encoding,
            None => {
                if let Some(decoder) = charset_decoder(label.as_bytes()) {
                    return Decoded {
                        text: Cow::Owned(decoder(bytes)),
                        encoding: label.to_ascii_lowercase(),
                        notes,
                    };
                }
                let label: String = label.chars().take(40).collect();
                notes.push(format!(
                    "its text is said to be in {label:?}, an encoding that is not known here"
                ));
                guess(bytes, &mut notes)
            }
        },
        (None, None) => guess(bytes, &mut notes),
    };
    let (text, used, damaged) = encoding.decode(bytes);
    if damaged {
        notes.push(format!(
            "some bytes of its text are not {}; they are shown as U+FFFD",
            used.name()
        ));
    }
    Decoded {
        text,
        encoding: used.name().to_ascii_lowercase(),
        notes,
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

/// The same text with every line ended by a line feed alone.
pub(super) fn line_feeds(text: String) -> String {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((line, after)) = rest.split_once('\r') {
        out.push_str(line);
        out.push('\n');
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    out.push_str(rest);
    out
}
