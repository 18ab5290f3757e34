//! Whether what stands between two pairs of marks is an attribution that cuts one quotation in two, or parts a question from
//! its answer.

use crate::cite::marks::Pair;
use crate::cite::words::is_speech;

use super::CLOSING;
use super::Quotation;

/// Words between the pieces of a quotation, at most.
const ATTRIBUTION: usize = 12;
/// With which the words of somebody else are led in, after a question.
const REPLIES: &[&str] = &[
    "replied",
    "replies",
    "answered",
    "answers",
    "responded",
    "responds",
    "said",
    "says",
    "countered",
    "retorted",
    "répondit",
    "répondu",
    "répond",
];
/// With which a question is led in.
const QUESTIONS: &[&str] = &["asked", "asks", "question"];

/// Whether what stands between a quotation and the next pair is an attribution that cuts one quotation in two:
/// “…,” she wrote, “…”.
pub(super) fn cuts(text: &str, last: &Quotation, pair: &Pair) -> bool {
    let between = text
        .get(last.place.to..pair.open)
        .unwrap_or_default()
        .trim();
    let ends_open = last
        .parts
        .last()
        .is_some_and(|it| !it.ends_with(['.', ';', ':']));
    // American and British setting: the comma stands inside the mark or after it.
    let between = between.trim_start_matches([',', ' ']);
    let between_words = || {
        between
            .split(|it: char| !it.is_alphanumeric())
            .filter(|it| !it.is_empty())
    };
    let count = between_words().take(ATTRIBUTION + 1).count();
    let replies = || between_words().any(|it| REPLIES.contains(&&*it.to_lowercase()));
    ends_open
        && !(asks(text, last) || ends_asking(last) && replies())
        && between.ends_with([',', '—', '–'])
        && (1..=ATTRIBUTION).contains(&count)
        && speaks_once(between)
        && !between.contains(['.', '?', '!', ';'])
}

/// Whether one person says something between two quotations, once: `Voss wrote, and Quist asked,` and `Voss wrote, adding,`
/// lead into another quotation.
fn speaks_once(between: &str) -> bool {
    const AGAIN: &[&str] = &[
        "adding",
        "asking",
        "answering",
        "concluding",
        "continuing",
        "noting",
        "replying",
        "saying",
        "telling",
        "warning",
        "writing",
    ];
    let words = between
        .split(|it: char| !it.is_alphanumeric())
        .map(str::to_lowercase);
    let (mut verbs, mut again) = (0, false);
    for word in words {
        verbs += usize::from(is_speech(&word));
        again |= AGAIN.contains(&word.as_str());
    }
    verbs == 1 && !again
}

/// Whether a quotation ends as a question or a call does.
fn ends_asking(last: &Quotation) -> bool {
    let end = last.parts.last();
    end.is_some_and(|it| it.trim_end_matches(CLOSING).ends_with(['?', '!']))
}

/// Whether a quotation is said to be a question, so that what follows is its answer: Asked “…” Voss replied, “…”. A comma
/// at its end says that it goes on.
fn asks(text: &str, last: &Quotation) -> bool {
    let rest = text.get(last.place.to..).unwrap_or_default();
    let comma = rest.starts_with(',') || last.parts.last().is_some_and(|it| it.ends_with(','));
    let goes_on = comma && !ends_asking(last);
    let before = text.get(..last.place.from).unwrap_or_default();
    let word = before.rsplit(|it: char| !it.is_alphabetic());
    let word = word.into_iter().find(|it| !it.is_empty());
    !goes_on && word.is_some_and(|it| QUESTIONS.contains(&&*it.to_lowercase()))
}
