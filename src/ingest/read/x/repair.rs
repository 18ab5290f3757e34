//! JSON that breaks a rule of its grammar without leaving a doubt of what it says, in a form that can be read.
//!
//! Programs that cut texts in the middle of a character leave half of a surrogate pair behind, which no text can hold;
//! others write control characters as they are. Only the copy that is read is changed, never the bytes on record.

use std::fmt::Write as _;

/// The same JSON with halves of surrogate pairs in its strings as U+FFFD, and control characters in them escaped.
pub(super) fn repaired(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut in_string = false;
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let Some(first) = found.chars().next() else {
            break;
        };
        let length = match first {
            '"' => {
                in_string = !in_string;
                out.push('"');
                1
            }
            '\\' if in_string => escape(found, &mut out),
            c if in_string && c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
                1
            }
            c => {
                out.push(c);
                c.len_utf8()
            }
        };
        rest = found.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Copies the escape that stands at the start; says how long it is.
fn escape(found: &str, out: &mut String) -> usize {
    let Some(unit) = unit(found) else {
        let length = 1 + found.chars().nth(1).map_or(0, char::len_utf8);
        out.push_str(found.get(..length).unwrap_or_default());
        return length;
    };
    let low = found.get(6..).and_then(self::unit);
    let length = match (unit, low) {
        (0xd800..=0xdbff, Some(0xdc00..=0xdfff)) => 12,
        (0xd800..=0xdfff, _) => {
            out.push_str("\\ufffd");
            return 6;
        }
        _ => 6,
    };
    out.push_str(found.get(..length).unwrap_or_default());
    length
}

/// The UTF-16 unit of an escape such as `\u00e9`.
fn unit(found: &str) -> Option<u16> {
    let digits = found.strip_prefix("\\u")?.get(..4)?;
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| hex)
}
