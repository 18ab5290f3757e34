//! Words of letters that look alike but are of different scripts, as a Latin word with a Cyrillic letter in it: a reader
//! sees no difference, and the comparison sees nothing else.

use crate::cite::Quotation;
use crate::record::Finding;

/// Words that are named, at most.
const NAMED: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
}

impl Script {
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            // Units and mathematics: µm, Ω.
            '\u{B5}' | '\u{3BC}' | '\u{3A9}' => return None,
            'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' => Self::Latin,
            '\u{370}'..='\u{3FF}' if letter.is_alphabetic() => Self::Greek,
            '\u{400}'..='\u{52F}' => Self::Cyrillic,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Latin => "Latin",
            Self::Greek => "Greek",
            Self::Cyrillic => "Cyrillic",
        }
    }
}

/// What is said of a quotation that has such words.
pub(super) fn lookalikes(quotation: &Quotation) -> Option<Finding> {
    let mut named: Vec<String> = Vec::new();
    let words = quotation
        .parts
        .iter()
        .flat_map(|it| it.split(|it: char| !it.is_alphabetic()));
    for word in words {
        let mut scripts = word.chars().filter_map(Script::of);
        let Some(first) = scripts.next() else {
            continue;
        };
        if let Some(other) = scripts.find(|it| *it != first) {
            named.push(format!("“{word}” ({} and {})", first.name(), other.name()));
            if named.len() >= NAMED {
                break;
            }
        }
    }
    (!named.is_empty()).then(|| {
        Finding::new(
            "quotation.lookalike-letters",
            &quotation.id,
            format!(
                "letters of different scripts that look alike stand in one word: {}; type it anew",
                named.join(", ")
            ),
        )
    })
}
