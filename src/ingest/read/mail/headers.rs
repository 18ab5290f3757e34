//! The header block of a message or of one of its parts (RFC 5322 §2.2), field by field, with nothing left out.
//!
//! Finding the fields is done here and not by the mail crate so that every field is seen with its own bytes: a second
//! `From` that only one of two readers looks at is how a signed message is made to lie. What a field means is the
//! crate's to say.

use std::borrow::Cow;

use mail_parser::ContentType;
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

/// How many fields of one block are kept, and of that of a part.
const FIELDS: usize = 10_000;
const PART_FIELDS: usize = 100;

/// How many bytes of a field are read: of most enough for ten thousand addresses. The parameters of a `Content-Type` and
/// its like are compared with each other, which takes the square of their number, and there may be one in each part: so
/// many of them are read, which a semicolon divides.
const LONGEST: usize = 1 << 20;
const LONGEST_CONTENT: usize = 64 << 10;
const PARAMETERS: usize = 100;

/// One field: its name and all behind the colon, line ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub name: &'a [u8],
    pub value: &'a [u8],
}

/// A header block.
#[derive(Debug, Default)]
pub(super) struct Headers<'a> {
    pub fields: Vec<Field<'a>>,
    /// Where the body starts in the bytes that were given.
    pub body: usize,
    /// Lines in the block that belong to no field.
    pub stray: usize,
    /// Fields that were too many to be kept.
    pub beyond: usize,
    /// Fields of which only the beginning is read.
    pub cut: usize,
    /// Whether the block ended without a blank line.
    pub unended: bool,
}

impl<'a> Headers<'a> {
    /// Reads the block at the start of a message. It ends at a blank line, where a line for which `is_end` holds starts,
    /// or where lines begin that are no fields and have none behind them.
    pub(super) fn parse(bytes: &'a [u8]) -> Self {
        Self::within(bytes, FIELDS, |_| true, |_| false)
    }

    /// Reads the block at the start of a part that ends at the latest where a line starts for which `is_end` holds. Of
    /// its fields those are kept that say something of its content: there may be millions of others in all.
    pub(super) fn of_part(bytes: &'a [u8], is_end: impl Fn(&[u8]) -> bool) -> Self {
        Self::within(bytes, PART_FIELDS, is_of_content, is_end)
    }

    fn within(
        bytes: &'a [u8],
        most: usize,
        wanted: impl Fn(&[u8]) -> bool,
        is_end: impl Fn(&[u8]) -> bool,
    ) -> Self {
        let mut headers = Self::default();
        let mut at = 0;
        // Where the value of the field now open starts.
        let mut open: Option<(&'a [u8], usize)> = None;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let line = first_line(rest);
            let blank = is_blank(line);
            let folded = !blank && matches!(line.first(), Some(b' ' | b'\t'));
            if folded && open.is_some() {
                at += line.len();
                continue;
            }
            if let Some((name, start)) = open.take() {
                let value = bytes.get(start..at).unwrap_or_default();
                let longest = if is_of_content(name) {
                    let past = memchr::memchr_iter(b';', value).nth(PARAMETERS);
                    past.unwrap_or(LONGEST_CONTENT).min(LONGEST_CONTENT)
                } else {
                    LONGEST
                };
                if !wanted(name) {
                    // Passed over.
                } else if headers.fields.len() < most {
                    headers.cut += usize::from(value.len() > longest);
                    headers.fields.push(Field {
                        name,
                        value: beginning(value, longest),
                    });
                } else {
                    headers.beyond += 1;
                }
            }
            if blank {
                headers.unended = line.is_empty();
                headers.body = at + line.len();
                return headers;
            }
            if is_end(line) {
                headers.unended = true;
                headers.body = at;
                return headers;
            }
            if let Some(name) = field_name(line) {
                open = Some((name, at + colon_after(line)));
            } else {
                let next = first_line(rest.get(line.len()..).unwrap_or_default());
                if field_name(next).is_none() || is_end(next) {
                    headers.unended = true;
                    headers.body = at;
                    return headers;
                }
                headers.stray += 1;
            }
            at += line.len();
        }
    }

    /// The values of every field of that name, in order.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name.as_bytes()))
            .map(|field| field.value)
    }

    /// The value of the first field of that name.
    pub(super) fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// The first field of that name as `type/subtype; attribute=value`.
    pub(super) fn content_type(&self, name: &str) -> Option<ContentType<'a>> {
        let value = self.first(name)?;
        match ended(value) {
            Cow::Borrowed(value) => MessageStream::new(value).parse_content_type(),
            Cow::Owned(value) => MessageStream::new(&value).parse_content_type().into_owned(),
        }
        .into_content_type()
    }

    /// The first field of that name as one decoded line of text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        Some(unstructured(self.first(name)?)).filter(|text| !text.is_empty())
    }

    /// The message ids in the first field of that name, without angle brackets.
    pub(super) fn ids(&self, name: &str, cap: usize) -> Vec<String> {
        let Some(value) = self.first(name) else {
            return Vec::new();
        };
        let value = ended(value);
        let ids = match MessageStream::new(&value).parse_id() {
            HeaderValue::Text(id) => vec![id],
            HeaderValue::TextList(ids) => ids,
            _ => Vec::new(),
        };
        ids.into_iter()
            .map(|id| id.trim().to_owned())
            .filter(|id| !id.is_empty())
            .take(cap)
            .collect()
    }
}

/// As much of a value as is read: up to between two of its words, so that none is read in half.
fn beginning(value: &[u8], longest: usize) -> &[u8] {
    match value.get(..longest) {
        Some(start) if start.len() < value.len() => {
            let end = memchr::memrchr3(b' ', b',', b'\n', start);
            start.get(..end.unwrap_or(start.len())).unwrap_or(start)
        }
        _ => value,
    }
}

/// The value with the line end that the mail crate looks for at the end of each field, and without which it finds
/// nothing in it.
pub(super) fn ended(value: &[u8]) -> Cow<'_, [u8]> {
    if value.ends_with(b"\n") {
        Cow::Borrowed(value)
    } else {
        Cow::Owned([value, b"\n"].concat())
    }
}

/// Whether a field of that name says something of a content.
fn is_of_content(name: &[u8]) -> bool {
    name.get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"content-"))
}

/// An unstructured field as text: encoded words decoded (RFC 2047), folding undone.
pub(super) fn unstructured(value: &[u8]) -> String {
    match MessageStream::new(&ended(value)).parse_unstructured() {
        HeaderValue::Text(text) => one_line(&text),
        _ => String::new(),
    }
}

/// The words of a field as they stand, folding undone.
pub(super) fn words(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    let text: Cow<'_, str> = if text.contains(['\r', '\n']) {
        Cow::Owned(text.replace(['\r', '\n'], ""))
    } else {
        text
    };
    text.trim().to_owned()
}

/// The text with each run of line ends as a space, and trimmed.
fn one_line(text: &str) -> String {
    let text = text.trim();
    if text.contains(['\r', '\n']) {
        let lines: Vec<&str> = text
            .split(['\r', '\n'])
            .filter(|line| !line.is_empty())
            .collect();
        lines.join(" ")
    } else {
        text.to_owned()
    }
}

/// The first line with its line feed.
pub(super) fn first_line(bytes: &[u8]) -> &[u8] {
    match memchr::memchr(b'\n', bytes) {
        Some(end) => bytes.get(..=end).unwrap_or(bytes),
        None => bytes,
    }
}

/// Whether nothing stands in the line.
pub(super) fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"" | b"\n" | b"\r\n" | b"\r")
}

/// The field name that a line starts with: printable ASCII before a colon (RFC 5322 §2.2), blanks before the colon
/// allowed as once they were (§4.5).
pub(super) fn field_name(line: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', line.get(..998).unwrap_or(line))?;
    let name = line.get(..colon)?.trim_ascii_end();
    let good = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    good.then_some(name)
}

fn colon_after(line: &[u8]) -> usize {
    memchr::memchr(b':', line).map_or(line.len(), |colon| colon + 1)
}
