//! What a draft says that its words rest on, and how that is spelled.

use serde::Serialize;

use crate::record::Class;
use crate::record::Reference;

/// Pins taken from one comment or footnote, at most.
const MOST_IN_NOTE: usize = 50;
/// Characters of what is said to be off the archive, at most.
const LONGEST_WORDS: usize = 200;
/// Bytes of an address, at most.
const LONGEST_URL: usize = 2_000;

/// What a draft pins a quotation or a claim to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "String")]
pub enum Pin {
    /// An item of the archive.
    Item(ItemPin),
    /// An accession, an entry of custody or an agent: nothing that words stand in.
    NotCitable(Reference),
    /// A page of the web, by its address.
    Url(String),
    /// Something that the archive does not hold, in the draft's words: `Source A`. Empty where the draft does not say what.
    OffArchive(String),
}

/// An item, and perhaps a page and lines in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemPin {
    /// The item.
    pub reference: Reference,
    /// `7`, or `7.12-15`.
    pub place: Option<String>,
}

impl ItemPin {
    /// Reads `m-7kq2`, `d-41ac:7` or `d-41ac:7.12-15`.
    fn read(text: &str) -> Option<Self> {
        let (name, place) = match text.split_once(':') {
            Some((name, place)) => (name, Some(place)),
            None => (text, None),
        };
        let code = name.get(2..)?;
        let typed = code.len() >= 2 && !code.contains(is_no_digit);
        // `[m-pesa]` is read as ever; in capitals a word is likelier.
        let capitals = code.contains(|it: char| it.is_ascii_uppercase());
        let reference: Reference = name.parse().ok()?;
        (typed
            && !(capitals && may_be_word(code))
            && matches!(reference.class, Class::Document | Class::Message)
            && place.is_none_or(is_place))
        .then(|| Self {
            reference,
            place: place.map(str::to_owned),
        })
    }
}

/// Whether a character is no digit of a reference. Letters outside the alphabet are rejected here, though `Reference` would
/// read them kindly: `[m-lotus]` is a word.
fn is_no_digit(it: char) -> bool {
    !it.is_ascii_alphanumeric() || matches!(it.to_ascii_lowercase(), 'i' | 'l' | 'o' | 'u')
}

/// Whether the digits of a reference may be a word, as in `[D-DAY]` and `[c-span]`: no figure among them, and a vowel.
fn may_be_word(code: &str) -> bool {
    let is_vowel = |it: char| matches!(it.to_ascii_lowercase(), 'a' | 'e' | 'y');
    !code.contains(|it: char| it.is_ascii_digit()) && code.contains(is_vowel)
}

/// Reads a reference to what cannot be cited, such as `a-7kq2`.
fn not_citable(text: &str) -> Option<Reference> {
    let code = text.get(2..)?;
    let reference: Reference = text.parse().ok()?;
    let is_entry = matches!(
        reference.class,
        Class::Accession | Class::Transfer | Class::Agent
    );
    // Shorter ones are sizes, roads and clauses: `[A-4]`, `[c-12]`.
    (is_entry && code.len() >= 4 && !code.contains(is_no_digit) && !may_be_word(code))
        .then_some(reference)
}

/// Whether a text names a page, a page and lines, or a range of pages: `7`, `7.12-15`, `7-9`.
fn is_place(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_digit())
        && text.len() <= 40
        && text
            .chars()
            .all(|it| it.is_ascii_digit() || matches!(it, '.' | '-'))
}

impl std::fmt::Display for ItemPin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{}:{place}", self.reference),
            None => self.reference.fmt(f),
        }
    }
}

impl Pin {
    /// Reads one pin: an item such as `d-41ac:7`, an address, or `off the archive: Source A`.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        ItemPin::read(text)
            .map(Self::Item)
            .or_else(|| not_citable(text).map(Self::NotCitable))
            .or_else(|| url(text).map(Self::Url))
            .or_else(|| match off_archive(text) {
                Some((0, words)) => Some(Self::OffArchive(words)),
                _ => None,
            })
    }

    /// The item that it names, if it names one.
    pub const fn item(&self) -> Option<&ItemPin> {
        match self {
            Self::Item(item) => Some(item),
            Self::NotCitable(_) | Self::Url(_) | Self::OffArchive(_) => None,
        }
    }

    /// Reads what stands in brackets, such as `m-7kq2, d-41ac:7` or `off the archive: Source A`: all of it, or nothing.
    pub(super) fn read_all(text: &str) -> Option<Vec<Self>> {
        let (list, off) = match off_archive(text) {
            Some((at, words)) => (text.get(..at)?, Some(Self::OffArchive(words))),
            None => (text, None),
        };
        let pins: Option<Vec<Self>> = list
            .split([',', ';', ' ', '\u{A0}'])
            .filter(|it| !it.is_empty())
            .map(Self::read)
            .collect();
        let mut pins = pins?;
        pins.extend(off);
        Some(pins).filter(|it| !it.is_empty())
    }

    /// The pins that the words of a comment or a footnote hold: `see d-41ac p. 7`, `m-7kq2; off the archive: Source A`.
    pub(super) fn in_words(text: &str) -> Vec<Self> {
        let (words, off) = match off_archive(text) {
            Some((at, words)) => (text.get(..at).unwrap_or(text), Some(words)),
            None => (text, None),
        };
        let mut pins: Vec<Self> = Vec::new();
        let mut before: [&str; 2] = [""; 2];
        let apart = |it: char| {
            it.is_whitespace()
                || matches!(
                    it,
                    '[' | ']' | ',' | ';' | '(' | ')' | '<' | '>' | '“' | '”' | '"'
                )
        };
        for word in words.split(apart).filter(|it| !it.is_empty()) {
            let bare = word.trim_end_matches(['.', ':', '!', '?']);
            // `d-41ac p. 7` says the page as well as `d-41ac:7` does.
            if is_page_word(before[1])
                && is_place(bare)
                && let Some(Self::Item(last)) = pins.last_mut()
                && last.place.is_none()
                && last.to_string().eq_ignore_ascii_case(before[0])
            {
                last.place = Some(bare.to_owned());
            } else if let Some(pin) = Self::read(bare)
                && pins.len() < MOST_IN_NOTE
                && !pins.contains(&pin)
            {
                pins.push(pin);
            }
            before = [before[1], if is_page_word(word) { word } else { bare }];
        }
        pins.extend(off.map(Self::OffArchive));
        pins
    }

    /// Reads the target of a link: `fonds:m-7kq2` or `#m-7kq2`. An ordinary link is no pin: it may lead anywhere.
    pub(super) fn of_link(target: &str) -> Option<Self> {
        let bare = target
            .strip_prefix("fonds://")
            .or_else(|| target.strip_prefix("fonds:"))
            .or_else(|| target.strip_prefix('#'))?;
        ItemPin::read(bare)
            .map(Self::Item)
            .or_else(|| not_citable(bare).map(Self::NotCitable))
    }
}

/// Whether a word announces a page: `p. 7`, `page 7`.
fn is_page_word(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "p." | "pp." | "p" | "page" | "pages"
    )
}

/// Reads an address of the web.
fn url(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    (text.len() <= LONGEST_URL
        && rest.starts_with(|it: char| it.is_alphanumeric() || it == '[')
        && !text.contains(|it: char| it.is_whitespace() || it.is_control()))
    .then(|| text.to_owned())
}

/// Where a text says `off the archive`, and on what the words rest instead.
fn off_archive(text: &str) -> Option<(usize, String)> {
    const SPELLED: &[&str] = &["off the archive", "off-archive", "off archive"];
    let lower = text.to_ascii_lowercase();
    let (at, spelled) = SPELLED
        .iter()
        .filter_map(|spelled| lower.find(spelled).map(|at| (at, spelled)))
        .min()?;
    let is_word = |it: char| it.is_alphanumeric() || it == '-';
    let before = text.get(..at)?;
    let after = text.get(at + spelled.len()..)?;
    if before.ends_with(is_word) || after.starts_with(is_word) {
        return None;
    }
    let words = after
        .trim_start_matches(|it: char| {
            it.is_whitespace() || matches!(it, ':' | ',' | '-' | '–' | '—')
        })
        .trim_end_matches(|it: char| it.is_whitespace() || matches!(it, '.' | ']' | ')'));
    Some((at, words.chars().take(LONGEST_WORDS).collect()))
}

impl std::fmt::Display for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Item(item) => item.fmt(f),
            Self::NotCitable(reference) => reference.fmt(f),
            Self::Url(url) => f.write_str(url),
            Self::OffArchive(words) if words.is_empty() => f.write_str("off the archive"),
            Self::OffArchive(words) => write!(f, "off the archive: {words}"),
        }
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        pin.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_words(text: &str) -> Vec<String> {
        Pin::in_words(text).iter().map(Pin::to_string).collect()
    }

    #[test]
    fn pins_are_read_out_of_the_words_of_a_note() {
        for (text, wanted) in [
            ("See [m-51d0].", vec!["m-51d0"]),
            (
                "m-7kq2, d-41ac:7; and (m-9p0c)",
                vec!["m-7kq2", "d-41ac:7", "m-9p0c"],
            ),
            (
                "d-41ac p. 7, and d-41ad, pages 3-4.",
                vec!["d-41ac:7", "d-41ad:3-4"],
            ),
            ("m-7kq2: she says so", vec!["m-7kq2"]),
            (
                "https://example.org/a?b=1.",
                vec!["https://example.org/a?b=1"],
            ),
            (
                "off the archive: Source A, by telephone.",
                vec!["off the archive: Source A, by telephone"],
            ),
            (
                "m-7kq2; off-archive — Source B",
                vec!["m-7kq2", "off the archive: Source B"],
            ),
            ("Off the archive", vec!["off the archive"]),
            ("M-9D32, and D-41AC p. 7", vec!["m-9d32", "d-41ac:7"]),
            ("M-KQXZ; a-7kq2", vec!["m-kqxz", "a-7kq2"]),
            (
                "D-DAY, C-SPAN, M-PESA, an A-4 sheet, c-span, p-value",
                vec![],
            ),
            ("m-lotus, take-off archived, http://", vec![]),
            ("p. 7 of nothing", vec![]),
        ] {
            assert_eq!(in_words(text), wanted, "{text}");
        }
        let many: Vec<String> = (0..90).map(|it| format!("m-{it:04}")).collect();
        assert_eq!(in_words(&many.join(" ")).len(), MOST_IN_NOTE);
    }

    #[test]
    fn what_stands_in_brackets_is_all_pins_or_none() {
        let all = |text: &str| {
            let pins = Pin::read_all(text)?;
            Some(pins.iter().map(Pin::to_string).collect::<Vec<_>>())
        };
        assert_eq!(all("m-7kq2, d-41ac:7.12-15").map(|it| it.len()), Some(2));
        assert_eq!(
            all("m-7kq2, off the archive: Source A"),
            Some(vec![
                "m-7kq2".to_owned(),
                "off the archive: Source A".to_owned()
            ])
        );
        for text in [
            "sic",
            "see m-7kq2",
            "",
            "d-41ac:x",
            "as he was off the archive: no",
        ] {
            assert_eq!(all(text), None, "{text}");
        }
    }
}
