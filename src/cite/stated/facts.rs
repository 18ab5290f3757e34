//! What a draft states without quoting: who said what, names, figures, dates. Listed for a person, never judged.

use serde::Serialize;

use super::super::draft::Draft;
use super::super::words::is_number;
use super::super::words::is_speech;
use super::LONGEST_SENTENCE;
use super::times;
use super::times::Time;
use super::words::Word;
use super::words::sentences;

/// Sentences listed, at most.
const MOST: usize = 2_000;

/// A sentence that states something and quotes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unquoted {
    /// The paragraph, from 1.
    pub paragraph: usize,
    /// The sentence.
    pub text: String,
    /// What there is to check in it.
    pub holds: Vec<Fact>,
}

impl Unquoted {
    /// What there is to check in it, in words.
    pub fn labels(&self) -> String {
        let labels: Vec<&str> = self.holds.iter().map(|it| it.label()).collect();
        labels.join(", ")
    }
}

/// What there is to check in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// Somebody is said to have said something.
    Attribution,
    /// A time by clock or calendar, or one counted from another.
    Date,
    /// A figure.
    Number,
    /// A name.
    Name,
}

impl Fact {
    /// It in a word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Attribution => "attribution",
            Self::Date => "date",
            Self::Number => "number",
            Self::Name => "name",
        }
    }
}

/// The sentences of a draft that quote nothing and hold something to check, in order.
pub(in super::super) fn unquoted(draft: &Draft) -> Vec<Unquoted> {
    let mut found = Vec::new();
    for paragraph in draft.paragraphs.iter().filter(|it| it.block.is_none()) {
        let sentences = sentences(&paragraph.text);
        for (at, sentence) in sentences.iter().enumerate() {
            if found.len() >= MOST {
                return found;
            }
            if sentence.len() > LONGEST_SENTENCE || sentence.iter().any(|it| it.quotation) {
                continue;
            }
            let holds = facts(sentence);
            // A name alone is said of somebody in every other sentence.
            if holds.iter().all(|it| *it == Fact::Name) {
                continue;
            }
            let begin = sentence.first().map_or(0, |it| it.at.0);
            let next = sentences.get(at + 1).and_then(|it| it.first());
            let end = next.map_or(paragraph.text.len(), |it| it.at.0);
            found.push(Unquoted {
                paragraph: paragraph.number,
                text: paragraph
                    .text
                    .get(begin..end)
                    .unwrap_or_default()
                    .trim()
                    .to_owned(),
                holds,
            });
        }
    }
    found
}

fn facts(sentence: &[Word]) -> Vec<Fact> {
    let times = times::read(sentence);
    let in_time = |at: usize| times.iter().any(|it| (it.from..it.to).contains(&at));
    let dated = times
        .iter()
        .any(|it| !matches!(it.time, Time::Day { .. } | Time::Vague));
    let words = || sentence.iter().enumerate();
    let numbered = words().any(|(at, it)| {
        !in_time(at)
            && (it.text.contains(|letter: char| letter.is_ascii_digit())
                || is_number(&it.lower) && it.lower != "one")
    });
    // The first word of a sentence begins with a capital whatever it is.
    let named = words()
        .skip(1)
        .any(|(at, it)| !in_time(at) && it.is_capital() && it.text.chars().count() > 1);
    let mut holds = Vec::new();
    if sentence.iter().any(|it| is_speech(&it.lower)) {
        holds.push(Fact::Attribution);
    }
    if dated {
        holds.push(Fact::Date);
    }
    if numbered {
        holds.push(Fact::Number);
    }
    if named {
        holds.push(Fact::Name);
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cite::DraftError;
    use crate::cite::DraftFormat;

    #[test]
    fn sentences_with_something_to_check_are_listed_whole() -> Result<(), DraftError> {
        let text = "On February 28 the joint committee sat. Nobody was hurt. “No,” he wrote on July 3. \
                    Trucks crossed it 4,000 times. He said that he was tired. It was Voss.";
        let draft = Draft::read(text.as_bytes(), None, DraftFormat::Text)?;
        let found: Vec<(String, Vec<Fact>)> = unquoted(&draft)
            .into_iter()
            .map(|it| (it.text, it.holds))
            .collect();
        assert_eq!(
            found,
            [
                (
                    "On February 28 the joint committee sat.".to_owned(),
                    vec![Fact::Date]
                ),
                (
                    "Trucks crossed it 4,000 times.".to_owned(),
                    vec![Fact::Number]
                ),
                (
                    "He said that he was tired.".to_owned(),
                    vec![Fact::Attribution]
                ),
            ]
        );
        Ok(())
    }
}
