//! Words from outside, made fit to be shown on one line.

use std::fmt::Write as _;

/// The text on one line: runs of white space are one space; control characters, and invisible ones that change what a
/// reader sees (bidirectional controls, zero-width spaces, soft hyphens, tags), are named: `⟨U+202E⟩`. Joiners and
/// variation selectors belong to the letters of some scripts and are left.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            if !shown.ends_with(' ') {
                shown.push(' ');
            }
        } else if is_named(letter, &shown, letters.peek()) {
            // Writing to a string can't go wrong.
            let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(letter));
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// The text with its lines and spaces; whatever else [`visible`] names is named here too. Of the ways to end a line there
/// is one left, the line feed.
pub fn legible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' => {
                if letters.peek() != Some(&'\n') {
                    shown.push('\n');
                }
            }
            '\n' | '\t' => shown.push(letter),
            letter if is_named(letter, &shown, letters.peek()) => {
                // Writing to a string can't go wrong.
                let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(letter));
            }
            letter => shown.push(letter),
        }
    }
    shown
}

/// Whether a letter is shown by its number, between what is shown before it and the letter that comes next.
fn is_named(letter: char, before: &str, next: Option<&char>) -> bool {
    // What joins and parts letters has work to do in Persian, in Hindi and among emoji, and none beside a Latin letter.
    let plain = |it: Option<&char>| {
        it.is_some_and(|it| it.is_alphanumeric() && matches!(it, '\0'..='\u{52f}'))
    };
    letter.is_control()
        || is_deceptive(letter)
        || matches!(letter, '\u{200c}' | '\u{200d}')
            && (plain(before.chars().next_back().as_ref()) || plain(next))
}

fn is_deceptive(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_fool_a_reader_is_named() {
        assert_eq!(
            visible("a\u{202e}b\u{1b}[31m\n\n c\u{200d}d"),
            "a⟨U+202E⟩b⟨U+001B⟩[31m c⟨U+200D⟩d"
        );
        let joined = "نمی\u{200c}خواهم می\u{200c} 👩\u{200d}🚀";
        assert_eq!(visible(joined), joined);
    }
    #[test]
    fn what_could_fool_a_reader_is_named_and_lines_are_kept() {
        assert_eq!(
            legible("a\r\n\tb\u{202e}\u{85}\u{a0}\u{b}c\rd"),
            "a\n\tb⟨U+202E⟩⟨U+0085⟩\u{a0}⟨U+000B⟩c\nd"
        );
    }
}
