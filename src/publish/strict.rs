//! The bytes of a proof, before anything in them counts: size, depth, one spelling; and the proof inside a page.

use serde_json::Value;

use crate::commitment::canonical;

/// The largest proof or page that is read, in bytes.
pub const LARGEST: usize = 16 << 20;

/// How deep lists and objects may lie in each other.
const DEEPEST: usize = 32;

/// What stands before the proof in a page.
pub const MARK: &str = "<script type=\"application/json\" id=\"proof\">";

/// What stands after it.
const END: &str = "</script>";

/// Reads a proof file: canonical JSON and one line feed. The error says what is wrong.
pub(super) fn read(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text
        .strip_suffix('\n')
        .ok_or_else(|| "it does not end in a line feed".to_owned())?;
    if depth(text) > DEEPEST {
        return Err(format!("it is nested more than {DEEPEST} deep"));
    }
    canonical::parse(text).map_err(|error| error.to_string())
}

/// How deep brackets lie in each other outside of strings.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// Whether these bytes are a page with a proof in it.
pub fn is_page(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, MARK.as_bytes()).is_some()
}

/// A proof file as it stands in a page: without its line feed, each `<` as `\u003c`, so that nothing in it ends the
/// element. A `<` occurs in strings only.
pub fn in_page(file: &str) -> String {
    file.trim_end_matches('\n').replace('<', "\\u003c")
}

/// The proof file out of a page; nothing where there is not exactly one.
pub fn out_of_page(page: &str) -> Option<String> {
    let (_, rest) = page.split_once(MARK)?;
    let (held, after) = rest.split_once(END)?;
    if after.contains(MARK) {
        return None;
    }
    let mut file = String::with_capacity(held.len() + 1);
    let mut rest = held;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        file.push_str(before);
        // The backslash and what it escapes are taken together: `\\u003c` is a backslash and five letters.
        if let Some(after) = escape.strip_prefix("\\u003c") {
            file.push('<');
            rest = after;
        } else {
            let end = escape
                .char_indices()
                .nth(2)
                .map_or(escape.len(), |(at, _)| at);
            let (pair, after) = escape.split_at(end);
            file.push_str(pair);
            rest = after;
        }
    }
    file.push_str(rest);
    file.push('\n');
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_comes_out_of_a_page_as_it_went_in() {
        for text in [
            "{\"a\":\"</script><script>\"}\n",
            "{\"a\":\"\\\\u003c \\\\\\\\u003c <\"}\n",
            "{\"a\":\"\\\"<\"}\n",
        ] {
            let held = in_page(text);
            assert!(!held.contains('<'), "{held}");
            let page = format!("<html>{MARK}{held}{END}</html>");
            assert_eq!(out_of_page(&page).as_deref(), Some(text));
            assert_eq!(out_of_page(&format!("{page}{page}")), None);
        }
        assert_eq!(out_of_page("<html></html>"), None);
    }

    #[test]
    fn depth_is_counted_outside_of_strings() {
        assert_eq!(depth("{\"a\":[[\"]]]\\\"[[[\"]]}"), 3);
        assert!(read(format!("{}{}\n", "[".repeat(33), "]".repeat(33)).as_bytes()).is_err());
        assert!(read(b"[]\n").is_ok());
        for wrong in [
            &b"[]"[..],
            b"[ ]\n",
            b"[]\n\n",
            b"\xef\xbb\xbf[]\n",
            b"\xff\n",
        ] {
            assert!(read(wrong).is_err());
        }
    }
}
