//! An origin read out: twelve English words of the BIP-39 list, to be compared by telephone or from a masthead.
//!
//! They are the first 132 bits of the origin's digest, eleven to a word, without a checksum: comparing is the check.
//! To make another archive with the same words takes 2^132 attempts.

use bip39::Language;

use super::KeyError;
use super::places::digits;

/// The number of words that an origin is read out in.
pub const WORDS: usize = 12;

const BITS_PER_WORD: u32 = 11;

/// The twelve words of an origin.
pub fn words(origin: &str) -> Result<Vec<&'static str>, KeyError> {
    let digest = hex::decode(digits(origin)?).map_err(|_| KeyError::Origin(origin.to_owned()))?;
    let list = Language::English.word_list();
    let (mut held, mut bits) = (0_usize, 0);
    let mut words = Vec::new();
    for byte in digest {
        held = held << 8 | usize::from(byte);
        bits += 8;
        if bits >= BITS_PER_WORD {
            bits -= BITS_PER_WORD;
            words.extend(list.get(held >> bits));
            held &= (1 << bits) - 1;
        }
    }
    words.truncate(WORDS);
    Ok(words)
}

/// Whether these are the words of this origin, however they are spaced and capitalised. A word that is not in the list
/// is an error, since it was misheard.
pub fn words_match(origin: &str, said: &str) -> Result<bool, KeyError> {
    let said: Vec<String> = said
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if let Some(word) = said
        .iter()
        .find(|word| Language::English.find_word(word).is_none())
    {
        let word = word.chars().take(40).collect();
        return Err(KeyError::UnknownWord { word });
    }
    if said.len() != WORDS {
        return Err(KeyError::WordCount { found: said.len() });
    }
    Ok(said == words(origin)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    type TestResult = Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn an_origin_reads_as_the_first_words_that_bip39_gives_its_digest() -> TestResult {
        let origin = "fonds/7f3a90b1c2d4e5f60718293a4b5c6d7e8f901a2b";
        // 20 bytes are 160 bits of entropy; the checksum comes after them, so the first 12 words are the same.
        let entropy = hex::decode(&origin[6..])?;
        let theirs = bip39::Mnemonic::from_entropy(&entropy).map_err(|err| err.to_string())?;
        assert!(words(origin)?.into_iter().eq(theirs.words().take(12)));
        let said = words(origin)?.join("  ").to_uppercase();
        assert!(words_match(origin, &said)?);
        // The last 28 bits of the digest are not read out; the last bit before them is.
        assert!(words_match(
            "fonds/7f3a90b1c2d4e5f60718293a4b5c6d7e80000000",
            &said
        )?);
        assert!(!words_match(
            "fonds/7f3a90b1c2d4e5f60718293a4b5c6d7e9f901a2b",
            &said
        )?);
        Ok(())
    }

    #[test]
    fn words_misheard_or_left_out_are_said() -> TestResult {
        let origin = format!("fonds/{}", "0".repeat(40));
        assert_eq!(words(&origin)?, ["abandon"; 12]);
        assert!(matches!(
            words_match(&origin, "abandon abandon"),
            Err(KeyError::WordCount { found: 2 })
        ));
        assert!(matches!(
            words_match(&origin, "zzz"),
            Err(KeyError::UnknownWord { .. })
        ));
        assert!(words_match(&origin, &["zoo"; 12].join("-")).is_ok_and(|same| !same));
        assert!(words("fonds/../../x").is_err());
        assert!(words(&origin.to_uppercase()).is_err());
        Ok(())
    }
}
