//! Words of a text and runs of up to three of them as numbers, for looking through much text once for many quotations.
//!
//! Nothing here decides a verdict: a run met by chance costs a comparison, no more. Own code because no library looks for
//! word runs of a thousand quotations at the speed of reading: an automaton over them costs three times as much.

use unicode_normalization::char::decompose_compatible;
use unicode_normalization::char::is_combining_mark;

use super::normal::is_apostrophe;

/// Words in a run, at most.
pub(super) const LONGEST: usize = 3;

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const MIXER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The number of a run of words, the last one last. Those of words are spread already.
pub(super) fn gram(words: &[u64]) -> u64 {
    let longer = |run: u64, word: &u64| run.rotate_left(21) ^ word;
    words.iter().fold(SEED, longer)
}

/// Goes through the words of a text, in order, each as a number: in lower case, without marks above letters, apostrophes
/// and characters that are not seen; a letter of a script that sets no spaces is a word. A word broken at the end of a
/// printed line is one.
pub(super) fn words(text: &str, mut each: impl FnMut(u64)) {
    let bytes = text.as_bytes();
    let mut letters = Vec::new();
    let (mut begin, mut block) = (0, told(bytes, 0));
    // What stands before that in the block was taken with a word already.
    let mut keep = u64::MAX;
    // Where the last word began, and whether it goes on where the block ends.
    let (mut start, mut open) = (0, false);
    // Most words are a few ASCII letters and digits: where they begin and end is told for many bytes at once.
    while begin < bytes.len() || open {
        let (plain, other) = (block.0 & keep, block.1 & keep);
        let behind = plain << 1 | u64::from(open);
        let mut starts = plain & !behind | other;
        let mut ends = !plain & behind | other;
        if !open {
            start = begin + next(&mut starts);
        }
        open = plain >> (BLOCK - 1) != 0;
        let mut at = begin + BLOCK;
        while ends != 0 {
            let end = begin + next(&mut ends);
            let goes_on = match bytes.get(end) {
                Some(b'-') => next_line(bytes, end + 1).is_some(),
                Some(b'\'' | b'`' | 0x80..) => true,
                _ => false,
            };
            if goes_on {
                at = one_word(text, start, &mut letters, &mut each);
                open = false;
                break;
            }
            each(number(bytes, start, end, LOWER_CASE));
            start = begin + next(&mut starts);
        }
        keep = u64::MAX << (at % BLOCK);
        if at - begin >= BLOCK {
            begin = at - at % BLOCK;
            block = told(bytes, begin);
        }
    }
}

/// Bytes of a text that are told apart at once.
const BLOCK: usize = 64;

/// The place of the lowest bit that is set, which is set no more; behind all where none is.
const fn next(bits: &mut u64) -> usize {
    let place = bits.trailing_zeros();
    *bits &= bits.wrapping_sub(1);
    place as usize
}

/// Which bytes from there on are ASCII letters or digits, and which are no ASCII: a bit for each. None behind the end of
/// the text is.
fn told(bytes: &[u8], begin: usize) -> (u64, u64) {
    let rest = bytes.get(begin..).unwrap_or_default();
    let block: [u8; BLOCK] = rest
        .first_chunk()
        .map_or_else(|| padded(rest), |whole| *whole);
    let plain = bits(block.map(|byte| byte.is_ascii_alphanumeric()));
    let other = if block.is_ascii() {
        0
    } else {
        bits(block.map(|byte| !byte.is_ascii()))
    };
    (plain, other)
}

/// A bit for each of these.
fn bits(flags: [bool; BLOCK]) -> u64 {
    // Moves the lowest bit of each byte to its place among the eight highest.
    const TOGETHER: u64 = 0x0102_0408_1020_4080;
    let flags = flags.map(u8::from);
    let (eights, _) = flags.as_chunks();
    eights.iter().rev().fold(0, |all, eight| {
        let bits = u64::from_le_bytes(*eight).wrapping_mul(TOGETHER) >> 56;
        all << 8 | bits
    })
}

/// Bytes with zeros behind them.
fn padded<const LENGTH: usize>(bytes: &[u8]) -> [u8; LENGTH] {
    let mut padded = [0; LENGTH];
    for (byte, last) in padded.iter_mut().zip(bytes) {
        *byte = *last;
    }
    padded
}

/// Bytes of a word that are taken at once.
const WIDE: usize = 16;

/// What makes ASCII letters small and leaves digits as they are.
const LOWER_CASE: u128 = u128::MAX / 0xff * 0x20;

/// The bits of so many bytes.
static OWN: [u128; WIDE] = {
    let mut own = [0; WIDE];
    let mut bytes = 1;
    while bytes < WIDE {
        own[bytes] = (1 << (8 * bytes)) - 1;
        bytes += 1;
    }
    own
};

/// The number of a word, of which there is at least one byte, each with these bits set.
fn number(bytes: &[u8], start: usize, end: usize, set: u128) -> u64 {
    let (mut sum, mut at) = (SEED, start);
    while end - at > WIDE {
        sum = mixed(sum, wide(bytes, at) | set);
        at += WIDE;
    }
    let own = OWN.get(end - at).copied().unwrap_or(u128::MAX);
    mixed(sum, (wide(bytes, at) | set) & own)
}

/// Bytes from that place on, zeros behind the end.
fn wide(bytes: &[u8], at: usize) -> u128 {
    let rest = bytes.get(at..).unwrap_or_default();
    u128::from_le_bytes(
        rest.first_chunk()
            .map_or_else(|| padded(rest), |whole| *whole),
    )
}

/// The number of a word so far, with the next bytes of it.
fn mixed(sum: u64, bytes: u128) -> u64 {
    let halves = |number: u128| [number, number >> 64].map(|half| half & u128::from(u64::MAX));
    let [low, high] = halves(bytes);
    let [low, high] = halves((low ^ u128::from(sum)) * (high ^ u128::from(MIXER)));
    u64::try_from(low ^ high).unwrap_or_default()
}

/// Goes through what stands at a place character by character, to the end of one word; says where to go on.
fn one_word(text: &str, start: usize, letters: &mut Vec<u8>, mut each: impl FnMut(u64)) -> usize {
    let bytes = text.as_bytes();
    letters.clear();
    let mut at = start;
    while let Some(byte) = bytes.get(at).copied() {
        at += 1;
        let open = !letters.is_empty();
        if byte.is_ascii_alphanumeric() {
            letters.push(byte.to_ascii_lowercase());
        } else if byte.is_ascii() {
            if is_apostrophe(char::from(byte)) && open {
                continue;
            }
            if byte == b'-'
                && open
                && let Some(next) = next_line(bytes, at)
            {
                at = next;
                continue;
            }
            break;
        } else {
            let Some(letter) = text.get(at - 1..).and_then(|rest| rest.chars().next()) else {
                continue;
            };
            match sort(letter) {
                Sort::Unseen => {}
                Sort::Letter => decompose_compatible(letter, |part| {
                    if !is_combining_mark(part) {
                        for part in part.to_lowercase() {
                            let mut bytes = [0; 4];
                            letters.extend_from_slice(part.encode_utf8(&mut bytes).as_bytes());
                        }
                    }
                }),
                Sort::Alone if open => {
                    at -= 1;
                    break;
                }
                Sort::Alone => {
                    let mut bytes = [0; 4];
                    letters.extend_from_slice(letter.encode_utf8(&mut bytes).as_bytes());
                    at += letter.len_utf8() - 1;
                    break;
                }
                Sort::Other => {
                    at += letter.len_utf8() - 1;
                    break;
                }
            }
            at += letter.len_utf8() - 1;
        }
    }
    if !letters.is_empty() {
        each(number(letters, 0, letters.len(), 0));
    }
    at
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
        | '\u{FE0F}' => Sort::Unseen,
        letter if is_apostrophe(letter) => Sort::Unseen,
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
            ("don´t don`t", "don\u{2032}t don\u{ff07}t"),
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

    /// The same, character by character.
    fn slowly(text: &str) -> Vec<u64> {
        let (mut found, mut letters, mut at) = (Vec::new(), Vec::new(), 0);
        while at < text.len() {
            at = one_word(text, at, &mut letters, |word| found.push(word));
        }
        found
    }

    #[test]
    fn what_is_a_letter_is_told_of_each_byte() {
        for byte in 0..=u8::MAX {
            for place in [0, 7, 8, 31, 62, 63] {
                let mut bytes = [b'-'; BLOCK + 1];
                bytes[place] = byte;
                let expected = (
                    u64::from(byte.is_ascii_alphanumeric()) << place,
                    u64::from(!byte.is_ascii()) << place,
                );
                assert_eq!(told(&bytes, 0), expected, "{byte} {place}");
                assert_eq!(told(&bytes[..=place], 0), expected, "{byte} {place}");
                assert_eq!(told(&bytes, BLOCK), (0, 0));
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn words_are_the_same_at_once_and_character_by_character(
            text in "(\\PC|[a-zA-Z0-9]{0,70}|[ \\-\n\r’'.]|é|船|\u{301}|\u{ad}){0,30}",
        ) {
            proptest::prop_assert_eq!(all(&text), slowly(&text));
        }

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,200}|[a-z \\-\\n\\r’']{0,80}") {
            proptest::prop_assert!(all(&text).len() <= text.len());
        }
    }
}
