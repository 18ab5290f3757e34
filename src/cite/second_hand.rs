//! Words that stand in an item without being its sender's: quoted replies, forwards, reposts.

/// How the words at a byte of the text are another's, in words for a reader; nothing where nothing says so.
pub(super) fn how(text: &str, at: usize) -> Option<&'static str> {
    let before = text.get(..at)?;
    let line_start = before.rfind('\n').map_or(0, |it| it + 1);
    let line = before.get(line_start..).unwrap_or_default();
    let whole_line = text.get(line_start..).unwrap_or_default();
    if whole_line.trim_start().starts_with('>') || line.trim_start().starts_with('>') {
        return Some("a quoted reply");
    }
    if text.trim_start().starts_with("RT @") {
        return Some("a repost");
    }
    before.lines().rev().take(20_000).find_map(|line| {
        let line = line.trim().trim_matches(['-', '_', ' ']).to_lowercase();
        if line.starts_with("original message") {
            Some("a quoted reply")
        } else if line.starts_with("forwarded message")
            || line.starts_with("begin forwarded message")
        {
            Some("a forwarded message")
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_and_forwarded_words_are_told() {
        let text = "Agreed.\n> I never signed it\n";
        assert_eq!(
            how(text, text.find("never").unwrap()),
            Some("a quoted reply")
        );
        assert_eq!(how(text, 0), None);
        let text = "See below\n---------- Forwarded message ---------\nFrom: x\n\nSell it";
        assert_eq!(
            how(text, text.find("Sell").unwrap()),
            Some("a forwarded message")
        );
        assert_eq!(how("RT @harbor: closed", 12), Some("a repost"));
    }
}
