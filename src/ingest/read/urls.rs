//! Links in plain text.
//!
//! Written here because what is wanted is small and exact: addresses with a web scheme, as they stand.

use std::collections::HashSet;

use crate::record::Link;

/// Bytes of the longest link that is listed; a page may be one link from end to end.
const LONGEST: usize = 4096;

/// Characters that are cut at the end of a link, at most. A run of brackets is cut one at a time and counted anew each
/// time, so a link that is too long with all of them is not cut at all.
const TRIMMED: usize = 64;

/// Collects links, each once, up to a cap.
pub(super) struct Links {
    cap: usize,
    seen: HashSet<String>,
    kept: Vec<Link>,
    more: bool,
    too_long: bool,
}

impl Links {
    /// An empty collection that keeps `cap` links.
    pub(super) fn new(cap: usize) -> Self {
        Self {
            cap,
            seen: HashSet::new(),
            kept: Vec::new(),
            more: false,
            too_long: false,
        }
    }

    /// Adds a link, unless it is there.
    pub(super) fn add(&mut self, url: &str, expanded: Option<String>) {
        if url.is_empty() || self.seen.contains(url) {
            return;
        }
        if url.len() > LONGEST {
            self.too_long = true;
            return;
        }
        if self.kept.len() >= self.cap {
            self.more = true;
            return;
        }
        self.seen.insert(url.to_owned());
        self.kept.push(Link {
            url: url.to_owned(),
            expanded,
        });
    }

    /// Adds every `http`, `https` and `ftp` address that stands in the text.
    pub(super) fn add_from(&mut self, text: &str) {
        let mut looked_at = 0;
        for colon in memchr::memmem::find_iter(text.as_bytes(), "://") {
            // What stands inside a link is part of it, so each byte is looked at once.
            if colon < looked_at {
                continue;
            }
            let Some((before, _)) = text.split_at_checked(colon) else {
                continue;
            };
            let scheme_length = before
                .bytes()
                .rev()
                .take(6)
                .take_while(u8::is_ascii_alphabetic)
                .count();
            let start = colon - scheme_length;
            let scheme = text.get(start..colon).unwrap_or_default();
            if !["http", "https", "ftp"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known))
            {
                continue;
            }
            let rest = text.get(start..).unwrap_or_default();
            let link = rest.split(ends_link).next().unwrap_or_default();
            looked_at = start + link.len();
            if link.len() > LONGEST + 4 * TRIMMED {
                self.too_long = true;
                continue;
            }
            let url = trim(link);
            if url.len() > scheme_length + 3 {
                self.add(url, None);
            }
        }
    }

    /// The links in the order met, and a note where there were more.
    pub(super) fn finish(self, notes: &mut Vec<String>) -> Vec<Link> {
        if self.more {
            notes.push(format!(
                "only the first {} of its links are listed",
                self.cap
            ));
        }
        if self.too_long {
            notes.push(format!("links of more than {LONGEST} bytes are not listed"));
        }
        self.kept
    }
}

/// Whether a character cannot be part of a link in running text.
fn ends_link(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^' | '“' | '”' | '«' | '»'
        )
}

/// The link without the punctuation of the sentence around it.
fn trim(mut link: &str) -> &str {
    for _ in 0..TRIMMED {
        let Some(last) = link.chars().next_back() else {
            break;
        };
        let opening = match last {
            ')' => '(',
            ']' => '[',
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '’' | '…' => last,
            _ => break,
        };
        if opening != last && link.matches(last).count() <= link.matches(opening).count() {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    link
}

#[cfg(test)]
mod tests {
    use std::time::Duration;
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_link_that_is_too_long_is_not_cut_one_bracket_at_a_time() {
        let time = |with: &str| {
            let text = format!("see https://{}", with.repeat(8 << 20));
            let (mut links, mut notes) = (Links::new(10), Vec::new());
            let begun = Instant::now();
            links.add_from(&text);
            assert_eq!(links.finish(&mut notes), Vec::new());
            assert_eq!(notes, ["links of more than 4096 bytes are not listed"]);
            begun.elapsed()
        };
        let (letters, brackets) = (time("a"), time(")"));
        let most = letters * 8 + Duration::from_millis(500);
        assert!(brackets < most, "{brackets:?} and {letters:?}");
    }
}
