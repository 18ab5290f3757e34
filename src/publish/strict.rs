//! A proof inside a page, and how large either may be.

/// The largest proof that is read, in bytes.
pub const LARGEST: usize = 16 << 20;

/// The largest page that is read, in bytes: it holds its proof and shows the text once more, both with what HTML adds.
pub const LARGEST_PAGE: usize = 64 << 20;

/// What stands before the proof in a page.
pub const MARK: &str = "<script type=\"application/json\" id=\"proof\">";

/// What stands after it.
const END: &str = "</script>";

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
}
