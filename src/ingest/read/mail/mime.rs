//! The parts of a message (RFC 2045, 2046): where each lies, what it says of itself, and its bytes decoded.
//!
//! The tree is walked here, in one loop with a stack of boundaries, because the mail crate builds attached messages
//! into values nested as deep as the input asks, and taking such a value apart can exhaust the stack. Attached messages
//! are not entered at all: they are documents of their own. Depth and number of parts are capped; what lies beyond a
//! cap stays in the text of the part that holds it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::general_purpose::GeneralPurposeConfig;
use mail_parser::decoders::base64::base64_decode;

use super::headers::Headers;
use super::headers::first_line;

use super::super::cuts::Cut;

/// How deep multiparts are entered.
const DEPTH: usize = 100;
/// How many parts of a message are told apart.
const PARTS: usize = 10_000;

/// One part that is not a multipart.
pub(super) struct Leaf<'a> {
    /// Its number as IMAP counts (RFC 9051 §6.4.5.1).
    pub number: String,
    pub headers: Headers<'a>,
    /// Its bytes, in their transfer encoding.
    pub body: &'a [u8],
    /// Whether it says nothing of its type inside a multipart/digest, and so is a message (RFC 2046 §5.1.5).
    pub digest: bool,
    /// The choices it stands under, innermost last: which multipart/alternative, and which of its branches.
    pub choices: Vec<(u32, u32)>,
    /// Whether it is a part of a multipart/related that is not its first.
    pub aside: bool,
}

/// The parts, in order.
pub(super) struct Parts<'a> {
    pub leaves: Vec<Leaf<'a>>,
    pub notes: Vec<String>,
    pub cuts: Vec<Cut>,
    /// Header fields of parts of which only the beginning is read.
    pub cut_fields: usize,
}

/// A multipart that has been entered.
struct Open<'a> {
    boundary: Vec<u8>,
    /// Its headers and where its body starts, as long as no part of it was found.
    whole: Option<(Headers<'a>, usize)>,
    prefix: String,
    children: u32,
    digest: bool,
    related: bool,
    /// Its number among the message's multipart/alternatives, if it is one.
    alternative: Option<u32>,
}

/// Where a boundary line stands and which multipart it belongs to.
struct Delimiter {
    start: usize,
    after: usize,
    level: usize,
    closing: bool,
}

/// Splits a message whose header block is `headers` into its parts.
pub(super) fn split<'a>(message: &'a [u8], headers: Headers<'a>) -> Parts<'a> {
    let mut parts = Parts {
        leaves: Vec::new(),
        notes: Vec::new(),
        cuts: Vec::new(),
        cut_fields: 0,
    };
    let mut open: Vec<Open<'a>> = Vec::new();
    let mut outside = false;
    let mut alternatives = 0;
    // The entity at hand: its header block and where its body starts.
    let mut body = headers.body;
    let mut entity = Some(headers);
    loop {
        let mut search_from = body;
        if let Some(headers) = entity.take() {
            if let Some(mut multipart) = enter(&headers, &open, &mut parts) {
                if multipart.alternative.is_some() {
                    multipart.alternative = Some(alternatives);
                    alternatives += 1;
                }
                multipart.whole = Some((headers, body));
                open.push(multipart);
            } else {
                let end = delimiter(message, body, &open);
                let until = end.as_ref().map_or(message.len(), |end| end.start);
                if end.is_none() && !open.is_empty() {
                    parts
                        .notes
                        .push("it ends before its last part is closed".to_owned());
                }
                let bytes = message.get(body..until).unwrap_or_default();
                parts.leaves.push(leaf(headers, bytes, &open));
                search_from = end.map_or(message.len(), |end| line_start(message, end.start));
            }
        }
        // On to the next boundary line; text before the first part and behind the last is no part.
        let found = delimiter(message, search_from, &open);
        let until = found.as_ref().map_or(message.len(), |found| found.start);
        let between = message.get(search_from..until).unwrap_or_default();
        let begins = found
            .as_ref()
            .is_some_and(|found| !found.closing && found.level + 1 == open.len());
        if let Some((headers, _)) = open.last_mut().and_then(|multipart| multipart.whole.take()) {
            if begins {
                outside |= !is_blank_or_usual(between);
            } else if !between.trim_ascii().is_empty() {
                // Nothing in it is set apart as it says, so all of it is what somebody wrote.
                parts.notes.push(
                    "a part said to hold parts has none in it; it is read as text".to_owned(),
                );
                open.pop();
                parts.leaves.push(leaf(headers, between, &open));
            }
        } else {
            outside |= !between.trim_ascii().is_empty();
        }
        let Some(found) = found else {
            break;
        };
        open.truncate(found.level + 1);
        if found.closing {
            if open.len() == found.level + 1 {
                open.pop();
            }
            body = found.after;
            if open.is_empty() {
                let rest = message.get(body..).unwrap_or_default();
                outside |= !rest.trim_ascii().is_empty();
                break;
            }
            continue;
        }
        if parts.leaves.len() >= PARTS {
            parts
                .notes
                .push(format!("only its first {PARTS} parts were told apart"));
            parts.cuts.push(Cut::Parts);
            break;
        }
        if let Some(parent) = open.last_mut() {
            parent.children += 1;
        }
        let rest = message.get(found.after..).unwrap_or_default();
        let headers = Headers::of_part(rest, |line| level_of(line, &open).is_some());
        parts.cut_fields += headers.cut;
        body = found.after + headers.body;
        entity = Some(headers);
    }
    if outside {
        parts.notes.push(
            "text before its first part or behind its last one belongs to no part and is not shown"
                .to_owned(),
        );
    }
    parts
}

/// Whether nothing stands before the first part but what mailers put there for readers from before MIME.
fn is_blank_or_usual(preamble: &[u8]) -> bool {
    let preamble = preamble.trim_ascii();
    preamble.is_empty()
        || (preamble.len() < 500 && memchr::memmem::find(preamble, b"MIME").is_some())
}

/// The multipart that an entity with these headers is, if it is one that is entered.
fn enter<'a>(headers: &Headers<'a>, open: &[Open<'a>], parts: &mut Parts<'a>) -> Option<Open<'a>> {
    let notes = &mut parts.notes;
    let content_type = headers.content_type("content-type")?;
    if !content_type.ctype().eq_ignore_ascii_case("multipart") {
        return None;
    }
    let stated = content_type
        .attribute("boundary")
        .filter(|it| !it.is_empty());
    // As text, bytes that are not UTF-8 are no longer what stands in the boundary lines.
    let boundary = stated.map(|stated| {
        let raw = headers.first("content-type").unwrap_or_default();
        let raw = raw_boundary(raw).filter(|_| !stated.is_ascii());
        raw.unwrap_or_else(|| stated.as_bytes().to_vec())
    });
    let Some(boundary) = boundary else {
        notes.push("a part said to hold parts does not say what sets them apart".to_owned());
        return None;
    };
    if open.len() >= DEPTH || parts.leaves.len() >= PARTS {
        notes.push(format!("parts more than {DEPTH} deep were not told apart"));
        if !parts.cuts.contains(&Cut::Deep) {
            parts.cuts.push(Cut::Deep);
        }
        return None;
    }
    if headers.all("content-type").count() > 1 {
        notes.push("a part states its type more than once; the first is followed".to_owned());
    }
    let subtype = content_type.subtype().unwrap_or_default();
    let is = |name: &str| subtype.eq_ignore_ascii_case(name);
    Some(Open {
        boundary: boundary.trim_ascii_end().to_vec(),
        whole: None,
        prefix: number(open),
        children: 0,
        digest: is("digest"),
        related: is("related"),
        alternative: is("alternative").then_some(0),
    })
}

/// The boundary in a `Content-Type` field, byte for byte.
fn raw_boundary(field: &[u8]) -> Option<Vec<u8>> {
    let name = b"boundary";
    let mut rest = field;
    loop {
        let start = rest
            .windows(name.len())
            .position(|at| at.eq_ignore_ascii_case(name))?;
        rest = rest.get(start + name.len()..)?;
        if let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") {
            let value = value.trim_ascii_start();
            let value = match value.strip_prefix(b"\"") {
                Some(quoted) => quoted.split(|byte| *byte == b'"').next()?,
                None => value
                    .split(|byte| *byte == b';' || byte.is_ascii_whitespace())
                    .next()?,
            };
            return (!value.is_empty()).then(|| value.to_vec());
        }
    }
}

/// The number of the entity at hand, empty for the message itself.
fn number(open: &[Open<'_>]) -> String {
    match open.last() {
        None => String::new(),
        Some(parent) if parent.prefix.is_empty() => parent.children.to_string(),
        Some(parent) => format!("{}.{}", parent.prefix, parent.children),
    }
}

fn leaf<'a>(headers: Headers<'a>, body: &'a [u8], open: &[Open<'a>]) -> Leaf<'a> {
    let number = number(open);
    Leaf {
        number: if number.is_empty() {
            "1".to_owned()
        } else {
            number
        },
        digest: open.last().is_some_and(|parent| parent.digest)
            && headers.first("content-type").is_none(),
        choices: open
            .iter()
            .filter_map(|multipart| Some((multipart.alternative?, multipart.children)))
            .collect(),
        aside: open
            .iter()
            .any(|multipart| multipart.related && multipart.children > 1),
        headers,
        body,
    }
}

/// The next boundary line of any open multipart at or behind `from`, which is the start of a line. The line end before
/// it belongs to it (RFC 2046 §5.1.1).
fn delimiter(message: &[u8], from: usize, open: &[Open<'_>]) -> Option<Delimiter> {
    if open.is_empty() {
        return None;
    }
    let mut at = from;
    loop {
        let rest = message.get(at..)?;
        if rest.starts_with(b"--") {
            let line = first_line(rest);
            if let Some((level, closing)) = level_of(line, open) {
                let before = message.get(from..at).unwrap_or_default();
                let line_end = if before.ends_with(b"\r\n") {
                    2
                } else {
                    usize::from(before.ends_with(b"\n"))
                };
                return Some(Delimiter {
                    start: at - line_end,
                    after: at + line.len(),
                    level,
                    closing,
                });
            }
        }
        at += memchr::memmem::find(rest, b"\n--")? + 1;
    }
}

/// Where the boundary line stands whose line end starts at `start`.
fn line_start(message: &[u8], start: usize) -> usize {
    match message.get(start..) {
        Some([b'\r', b'\n', ..]) => start + 2,
        Some([b'\n', ..]) => start + 1,
        _ => start,
    }
}

/// Which open multipart a line is a boundary of, innermost first, and whether it closes it.
fn level_of(line: &[u8], open: &[Open<'_>]) -> Option<(usize, bool)> {
    let line = line.strip_prefix(b"--")?.trim_ascii_end();
    open.iter()
        .enumerate()
        .rev()
        .find_map(
            |(level, multipart)| match line.strip_prefix(multipart.boundary.as_slice())? {
                b"" => Some((level, false)),
                b"--" => Some((level, true)),
                _ => None,
            },
        )
}

/// A part's bytes out of their transfer encoding (RFC 2045 §6), and a note where it was damaged.
pub(super) fn decoded<'a>(leaf: &Leaf<'a>, notes: &mut Vec<String>) -> Cow<'a, [u8]> {
    let encoding = leaf
        .headers
        .first("content-transfer-encoding")
        .map(|value| super::headers::words(value).to_ascii_lowercase())
        .unwrap_or_default();
    match encoding.as_str() {
        "base64" => {
            if let Some(bytes) = base64_decode(leaf.body) {
                return Cow::Owned(bytes);
            }
            notes.push(format!(
                "part {} holds bytes that are not base64; they were skipped",
                leaf.number
            ));
            Cow::Owned(lenient_base64(leaf.body))
        }
        "quoted-printable" => Cow::Owned(quoted_printable(leaf.body)),
        "" | "7bit" | "8bit" | "binary" => Cow::Borrowed(leaf.body),
        other => {
            let other: String = other.chars().take(40).collect();
            notes.push(format!(
                "part {} is in the encoding {other:?}, which is not read; it is given as it stands",
                leaf.number
            ));
            Cow::Borrowed(leaf.body)
        }
    }
}

/// Base64 with whatever does not belong skipped (RFC 2045 §6.8).
fn lenient_base64(bytes: &[u8]) -> Vec<u8> {
    let mut digits: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        .collect();
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&alphabet::STANDARD, config)
        .decode(digits)
        .unwrap_or_default()
}

/// Quoted-printable (RFC 2045 §6.7). Written here because the crate's decoder gives nothing at all for text with one
/// wrong escape; here a wrong escape stays as it stands.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let line = first_line(rest);
        rest = rest.get(line.len()..).unwrap_or_default();
        let end: &[u8] = if line.ends_with(b"\r\n") {
            b"\r\n"
        } else if line.ends_with(b"\n") {
            b"\n"
        } else {
            b""
        };
        // Blanks at the end of a line were added on the way (rule 3).
        let mut content = line.trim_ascii_end();
        let soft = content.last() == Some(&b'=');
        if soft {
            content = content.get(..content.len() - 1).unwrap_or_default();
        }
        while let Some(equals) = memchr::memchr(b'=', content) {
            out.extend_from_slice(content.get(..equals).unwrap_or_default());
            let escape = content.get(equals + 1..equals + 3).unwrap_or_default();
            let mut byte = [0];
            let used = if hex::decode_to_slice(escape, &mut byte).is_ok() {
                out.push(byte[0]);
                3
            } else {
                out.push(b'=');
                1
            };
            content = content.get(equals + used..).unwrap_or_default();
        }
        out.extend_from_slice(content);
        if !soft {
            out.extend_from_slice(end);
        }
    }
    out
}
