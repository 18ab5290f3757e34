//! Short references: `m-7kq2`. A prefix of the salted leaf data of a record in Crockford's base32, never of a digest of
//! content (which could be guessed from it).

use std::fmt;
use std::str::FromStr;

/// Crockford's alphabet in lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What a reference names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// `d-`: a document.
    Document,
    /// `m-`: a message.
    Message,
    /// `a-`: an accession.
    Accession,
    /// `c-`: a transfer of custody.
    Transfer,
    /// `p-`: an agent.
    Agent,
}

impl Class {
    /// The letter before the hyphen.
    pub const fn letter(self) -> char {
        match self {
            Self::Document => 'd',
            Self::Message => 'm',
            Self::Accession => 'a',
            Self::Transfer => 'c',
            Self::Agent => 'p',
        }
    }

    /// The class of that letter.
    pub const fn from_letter(letter: char) -> Option<Self> {
        Some(match letter {
            'd' => Self::Document,
            'm' => Self::Message,
            'a' => Self::Accession,
            'c' => Self::Transfer,
            'p' => Self::Agent,
            _ => return None,
        })
    }
}

/// A reference as printed, or a prefix of one as typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// What it names.
    pub class: Class,
    /// Digits of lower-case Crockford base32, 1 to 52.
    pub code: String,
}

/// Text that is not a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a reference such as m-7kq2 (d- document, m- message, a- accession, c- custody, p- agent)"
)]
pub struct ParseReferenceError(String);

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.class.letter(), self.code)
    }
}

impl FromStr for Reference {
    type Err = ParseReferenceError;

    /// Reads upper or lower case; i, l and o are read as 1, 1 and 0, as Crockford asks.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ParseReferenceError(text.chars().take(80).collect());
        let (letter, code) = text.split_once('-').ok_or_else(wrong)?;
        let mut letters = letter.chars();
        let class = letters
            .next()
            .and_then(|letter| Class::from_letter(letter.to_ascii_lowercase()))
            .filter(|_| letters.next().is_none())
            .ok_or_else(wrong)?;
        let code: String = code
            .chars()
            .map(|digit| match digit.to_ascii_lowercase() {
                'i' | 'l' => '1',
                'o' => '0',
                digit => digit,
            })
            .collect();
        let known = code.bytes().all(|digit| ALPHABET.contains(&digit));
        if known && (1..=52).contains(&code.len()) {
            Ok(Self { class, code })
        } else {
            Err(wrong())
        }
    }
}

/// The 52 digits of Crockford base32 of 32 bytes, most significant bit first, the last digit padded with zero bits.
pub fn crockford(bytes: &[u8; 32]) -> String {
    let mut digits = String::with_capacity(52);
    let (mut pending, mut bits) = (0_u32, 0_u32);
    for &byte in bytes {
        pending = (pending << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            digits.push(char::from(ALPHABET[(pending >> bits & 31) as usize]));
        }
    }
    digits.push(char::from(ALPHABET[(pending << (5 - bits) & 31) as usize]));
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_it_is_printed() {
        let reference: Reference = "M-7KQ2".parse().unwrap();
        assert_eq!(reference.to_string(), "m-7kq2");
        assert_eq!("d-0l1o".parse::<Reference>().unwrap().code, "0110");
        for wrong in [
            "", "m", "m-", "x-1234", "mm-1234", "m-12u4", "m-12 4", "m-é", "-", "m--1",
        ] {
            assert!(wrong.parse::<Reference>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn digits_are_the_bits_in_order() {
        let mut bytes = [0; 32];
        bytes[0] = 0b0000_1000;
        bytes[31] = 1;
        let digits = crockford(&bytes);
        assert_eq!(digits.len(), 52);
        assert!(digits.starts_with("10"));
        assert!(digits.ends_with('g'));
    }
}
