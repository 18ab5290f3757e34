//! Names and descriptions of persons, as they stand in a sentence.

use super::super::words::is_speech;
use super::dates;
use super::reading::Who;
use super::words::Word;

/// Whether a word that begins a sentence is no part of the name behind it.
pub(super) fn leads_in(word: &Word) -> bool {
    const LEADS: &[&str] = &[
        "after",
        "again",
        "also",
        "although",
        "and",
        "as",
        "because",
        "before",
        "but",
        "even",
        "finally",
        "first",
        "however",
        "if",
        "instead",
        "later",
        "meanwhile",
        "next",
        "once",
        "only",
        "perhaps",
        "since",
        "so",
        "soon",
        "still",
        "then",
        "there",
        "though",
        "today",
        "tomorrow",
        "until",
        "unless",
        "when",
        "whenever",
        "where",
        "while",
        "yesterday",
        "yet",
        "mais",
        "puis",
        "alors",
        "quand",
        "lorsque",
    ];
    LEADS.contains(&word.lower.as_str())
}

/// Whether a word belongs to the name or description that the next one ends or goes on with.
pub(super) fn joins(word: &Word, next: &Word) -> bool {
    if is_title(&word.lower) || is_particle(&word.lower) {
        return true;
    }
    let determined = is_determiner(&word.lower);
    if next.is_capital() {
        // 'On Monday Ashgrove': a day is no name.
        return determined
            || word.is_capital()
                && dates::month(&word.lower).is_none()
                && !is_weekday(&word.lower);
    }
    // the account, her old lawyer, Ashgrove's lawyer
    determined
        || word.lower.ends_with("'s")
        || !is_speech(&word.lower)
            && !next.is_capital()
            && is_noun_like(word)
            && !is_pronoun(&next.lower)
}

fn is_noun_like(word: &Word) -> bool {
    const NOT: &[&str] = &[
        "and", "but", "when", "as", "that", "which", "who", "what", "where", "if", "because",
        "while", "later", "after", "before", "to", "of", "in", "on", "at", "by", "for", "from",
        "with",
    ];
    !NOT.contains(&word.lower.as_str()) && word.lower.chars().all(char::is_alphabetic)
}

pub(super) fn is_title(lower: &str) -> bool {
    matches!(
        lower,
        "mr" | "mrs"
            | "ms"
            | "dr"
            | "sen"
            | "senator"
            | "rep"
            | "gov"
            | "judge"
            | "justice"
            | "president"
            | "sir"
            | "prof"
            | "professor"
            | "mayor"
            | "councillor"
            | "councilman"
            | "councilwoman"
            | "captain"
            | "mme"
            | "mlle"
            | "madame"
            | "monsieur"
            | "herr"
            | "frau"
    )
}

pub(super) fn is_particle(lower: &str) -> bool {
    matches!(
        lower,
        "de" | "van" | "von" | "der" | "den" | "al" | "bin" | "di" | "la" | "le"
    )
}

pub(super) fn is_determiner(lower: &str) -> bool {
    matches!(
        lower,
        "the" | "a" | "an" | "his" | "her" | "its" | "their" | "my" | "our" | "this" | "that"
    )
}

pub(super) fn is_pronoun(lower: &str) -> bool {
    matches!(
        lower,
        "he" | "she"
            | "it"
            | "they"
            | "i"
            | "we"
            | "you"
            | "him"
            | "them"
            | "us"
            | "me"
            | "il"
            | "elle"
    )
}

pub(super) fn is_weekday(lower: &str) -> bool {
    matches!(
        lower,
        "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday"
    )
}

/// The party that begins at that place, and the word behind it.
pub(super) fn party(sentence: &[Word], from: usize) -> Option<(Who, usize)> {
    let first = sentence.get(from)?;
    if first.quotation {
        return None;
    }
    let mut to = from + 1;
    while let (Some(before), Some(word)) = (sentence.get(to - 1), sentence.get(to)) {
        let goes_on = (word.is_capital() || is_particle(&word.lower))
            && (before.is_capital()
                || is_title(&before.lower)
                || is_particle(&before.lower)
                || is_determiner(&before.lower))
            || to == from + 1 && is_determiner(&first.lower)
            || before.lower.ends_with("'s");
        // 'Told Brask Tuesday, July 11': a day is no part of a name.
        let dated = is_weekday(&word.lower)
            || dates::month(&word.lower).is_some()
                && before.is_capital()
                && sentence
                    .get(to + 1)
                    .is_some_and(|it| it.text.starts_with(|it: char| it.is_ascii_digit()));
        if dated || before.pause || word.quotation || to - from >= 5 || !goes_on {
            break;
        }
        to += 1;
    }
    // A particle ends no name: 'a écrit Nora Halloran le 12 juillet'.
    while to > from + 1
        && sentence
            .get(to - 1)
            .is_some_and(|it| is_particle(&it.lower) && !it.is_capital())
    {
        to -= 1;
    }
    // 'The Halloran family' is not Halloran.
    let last = sentence.get(to - 1)?;
    let next = sentence.get(to).filter(|it| !it.quotation && !last.pause);
    let group = next.is_some_and(|it| GROUPS.contains(&it.lower.as_str()));
    if is_determiner(&first.lower) && last.is_capital() && group {
        to += 1;
    }
    Some((who(sentence.get(from..to)?)?, to))
}

/// Nouns behind a name that make it that of several, or of a thing.
const GROUPS: &[&str] = &[
    "account",
    "accounts",
    "administration",
    "brothers",
    "camp",
    "campaign",
    "children",
    "clan",
    "couple",
    "estate",
    "families",
    "family",
    "foundation",
    "group",
    "household",
    "lawyer",
    "lawyers",
    "office",
    "parents",
    "people",
    "siblings",
    "sisters",
    "spokesman",
    "spokesperson",
    "spokeswoman",
    "staff",
    "team",
    "trust",
];

/// Whether a word says what a person named behind it is: `the historian Voss`.
pub(super) fn is_role(lower: &str) -> bool {
    const ROLES: &[&str] = &[
        "historian",
        "lawyer",
        "engineer",
        "journalist",
        "reporter",
        "author",
        "writer",
        "minister",
        "secretary",
        "director",
        "chairman",
        "chair",
        "chairwoman",
        "scientist",
        "spokesman",
        "spokeswoman",
        "spokesperson",
        "attorney",
        "physicist",
        "economist",
        "financier",
        "banker",
        "founder",
        "chief",
        "officer",
        "editor",
        "colleague",
        "friend",
        "brother",
        "sister",
        "wife",
        "husband",
        "son",
        "daughter",
        "ambassador",
        "diplomat",
        "governor",
        "congressman",
        "researcher",
        "doctor",
        "adviser",
        "advisor",
        "aide",
        "assistant",
        "agent",
        "poet",
        "philosopher",
        "prince",
        "princess",
        "clerk",
        "detective",
        "architect",
        "former",
    ];
    ROLES.contains(&lower) || is_title(lower)
}

pub(super) fn who(words: &[Word]) -> Option<Who> {
    let text = |words: &[Word]| {
        let words: Vec<&str> = words.iter().map(|it| it.text.as_str()).collect();
        words.join(" ")
    };
    let last = words.last()?;
    if words.len() == 1 && is_pronoun(&last.lower) {
        return Some(Who::Pronoun(last.text.clone()));
    }
    if last.text.starts_with('@') && last.text.len() > 1 {
        return Some(Who::Named(last.text.clone()));
    }
    let named: Vec<Word> = words
        .iter()
        .filter(|it| !is_title(&it.lower) && !is_determiner(&it.lower))
        .cloned()
        .collect();
    let is_name =
        |it: &Word| (it.is_capital() || is_particle(&it.lower)) && !it.lower.ends_with("'s");
    if !named.is_empty() && named.iter().all(is_name) && named.iter().any(Word::is_capital) {
        let only = named.first().filter(|_| named.len() == 1);
        if only.is_some_and(|it| dates::month(&it.lower).is_some() || is_weekday(&it.lower)) {
            return None;
        }
        return Some(Who::Named(text(&named)));
    }
    let described = words
        .first()
        .is_some_and(|it| is_determiner(&it.lower) || it.lower.ends_with("'s"));
    (described && words.len() > 1).then(|| Who::Described(text(words)))
}
