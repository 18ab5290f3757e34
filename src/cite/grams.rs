//! Words of a text and runs of up to three of them as numbers, for looking through much text once for many quotations.
//!
//! Nothing here decides a verdict: a run met by chance costs a comparison, no more. Own code because no library looks for
//! word runs of a thousand quotations at the speed of reading: an automaton over them costs three times as much.

use unicode_normalization::char::decompose_compatible;
use unicode_normalization::char::is_combining_mark;

/// Words in a run, at most.
pub(super) const LONGEST: usize = 3;

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The number of a run of words, the last one last.
pub(super) fn gram(words: &[u64]) -> u64 {
    words.iter().fold(SEED, |sum, word| {
        (sum.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}

/// Goes through the words of a text, in order, each as a number: in lower case, without marks above letters, apostrophes
/// and characters that are not seen; a letter of a script that sets no spaces is a word. A word broken at the end of a
/// printed line is one.
pub(super) fn words(text: &str, mut each: impl FnMut(u64)) {
    let bytes = text.as_bytes();
    let (mut at, mut sum, mut open) = (0, SEED, false);
    while let Some(byte) = bytes.get(at).copied() {
        at += 1;
        if byte.is_ascii_alphanumeric() {
            sum = (sum ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(PRIME);
            open = true;
        } else if byte.is_ascii() {
            if byte == b'\'' && open {
                continue;
            }
            if byte == b'-'
                && open
                && let Some(next) = next_line(bytes, at)
            {
                at = next;
                continue;
            }
            if open {
                each(sum);
                (sum, open) = (SEED, false);
            }
        } else {
            let Some(letter) = text.get(at - 1..).and_then(|rest| rest.chars().next()) else {
                continue;
            };
            at += letter.len_utf8() - 1;
            match sort(letter) {
                Sort::Unseen => {}
                Sort::Letter => {
                    decompose_compatible(letter, |part| {
                        if !is_combining_mark(part) {
                            for part in part.to_lowercase() {
                                sum = (sum ^ u64::from(u32::from(part))).wrapping_mul(PRIME);
                            }
                        }
                    });
                    open = true;
                }
                Sort::Alone => {
                    if open {
                        each(sum);
                    }
                    each((SEED ^ u64::from(u32::from(letter))).wrapping_mul(PRIME));
                    (sum, open) = (SEED, false);
                }
                Sort::Other => {
                    if open {
                        each(sum);
                        (sum, open) = (SEED, false);
                    }
                }
            }
        }
    }
    if open {
        each(sum);
    }
}

/// Where a word goes on that a hyphen breaks at the end of a line, if it does.
fn next_line(bytes: &[u8], at: usize) -> Option<usize> {
    let mut feeds = 0;
    for (ahead, byte) in bytes.get(at..)?.iter().enumerate().take(16) {
        match byte {
            b'\n' => feeds += 1,
            b'\r' | b' ' | b'\t' => {}
            _ => return (feeds == 1 && byte.is_ascii_lowercase()).then_some(at + ahead),
        }
    }
    None
}

enum Sort {
    Letter,
    /// A letter of a script that sets no spaces between words.
    Alone,
    /// A mark above a letter, an apostrophe, a character that is not seen: part of a word that says nothing.
    Unseen,
    Other,
}

fn sort(letter: char) -> Sort {
    match letter {
        '\u{AD}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FEFF}'
        | '\u{FE0E}'
        | '\u{FE0F}'
        | '’'
        | '‘'
        | '\u{2BC}' => Sort::Unseen,
        '\u{E00}'..='\u{EFF}'
        | '\u{1000}'..='\u{109F}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{3040}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}' => Sort::Alone,
        letter if is_combining_mark(letter) => Sort::Unseen,
        letter if letter.is_alphanumeric() => Sort::Letter,
        _ => Sort::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<u64> {
        let mut found = Vec::new();
        words(text, |word| found.push(word));
        found
    }

    #[test]
    fn the_same_words_however_they_are_set() {
        let same = [
            ("I don’t know", "i  DON'T\nknow,"),
            ("café", "cafe\u{301}"),
            ("Müller", "muller"),
            (
                "The inspec-\ntion was post-\r\n  poned",
                "the inspection was postponed",
            ),
            ("soft\u{AD}ware", "software"),
            ("\u{FB01}nal o\u{FB03}ce", "final office"),
            ("well-known", "well known"),
            ("船は出た", "船 は 出 た"),
        ];
        for (one, other) in same {
            assert_eq!(all(one), all(other), "{one}");
        }
        assert_ne!(all("sign it"), all("signit"));
        assert_ne!(all("a-\n\nb"), all("ab"));
        assert_eq!(all("— …"), Vec::<u64>::new());
    }

    #[test]
    fn a_run_is_its_words_in_order() {
        assert_ne!(gram(&[1, 2, 3]), gram(&[2, 1, 3]));
        assert_ne!(gram(&[1, 2]), gram(&[1, 2, 3]));
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,200}|[a-z \\-\\n\\r’']{0,80}") {
            proptest::prop_assert!(all(&text).len() <= text.len());
        }
    }
}
