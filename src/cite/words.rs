//! Words that carry the meaning of a sentence: negations, conditions, figures; and the verbs of attribution.
//! They decide what a person is asked to look at, never whether a quotation passes.

/// Words that deny. English first; then the commonest of German, French, Spanish, Italian, Portuguese and Dutch.
const NEGATIONS: &[&str] = &[
    "not", "never", "no", "none", "nobody", "nothing", "nowhere", "neither", "nor", "cannot",
    "without", "nicht", "kein", "keine", "keinen", "keiner", "nie", "niemals", "niemand", "nichts",
    "ohne", "ne", "pas", "jamais", "rien", "aucun", "aucune", "sans", "nunca", "nada", "nadie",
    "ningún", "sin", "non", "mai", "niente", "nessuno", "não", "niet", "geen", "nooit",
];

/// Words that narrow: leaving them out changes what was said as much as a negation does.
const CONDITIONS: &[&str] = &[
    "only",
    "unless",
    "if",
    "but",
    "except",
    "until",
    "almost",
    "nearly",
    "hardly",
    "barely",
    "scarcely",
    "maybe",
    "perhaps",
    "allegedly",
    "supposedly",
    "wenn",
    "nur",
    "aber",
    "sauf",
    "seulement",
    "mais",
    "solo",
    "pero",
    "salvo",
    "tranne",
];

/// Small numbers in words, with what they are.
const NUMBERS: &[(&str, i64)] = &[
    ("zero", 0),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
];

/// Other words of quantity and order.
const QUANTITIES: &[&str] = &[
    "hundred",
    "thousand",
    "million",
    "millions",
    "billion",
    "billions",
    "trillion",
    "dozen",
    "dozens",
    "half",
    "twice",
    "hundreds",
    "thousands",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "tenth",
];

/// Words so common that meeting them in another text is chance. English only: in other languages all words count.
const COMMON: &[&str] = &[
    "a", "about", "all", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could",
    "did", "do", "does", "for", "from", "get", "go", "going", "got", "had", "has", "have", "he",
    "her", "him", "his", "how", "i", "if", "in", "into", "is", "it", "it's", "its", "i'm", "just",
    "me", "more", "my", "no", "not", "of", "on", "one", "or", "our", "out", "she", "so", "some",
    "that", "the", "their", "them", "then", "there", "these", "they", "they're", "this", "those",
    "to", "up", "us", "was", "we", "we're", "were", "what", "when", "which", "who", "will", "with",
    "would", "you", "your",
];

const SPEECH: &[&str] = &[
    "said",
    "says",
    "say",
    "wrote",
    "writes",
    "asked",
    "asks",
    "replied",
    "replies",
    "added",
    "adds",
    "told",
    "tells",
    "texted",
    "texts",
    "tweeted",
    "posted",
    "continued",
    "continues",
    "recalled",
    "explained",
    "insisted",
    "answered",
    "noted",
    "warned",
    "argued",
    "declared",
    "testified",
    "messaged",
    "emailed",
    "concluded",
    "complained",
    "joked",
    "responded",
    "went",
    "according",
    "sagte",
    "schrieb",
    "antwortete",
    "fragte",
    "dit",
    "écrit",
    "répondu",
    "ajoute",
    "dijo",
    "escribió",
    "respondió",
    "disse",
    "scrisse",
    "zei",
    "schreef",
    "sagt",
    "schreibt",
    "erklärte",
    "meinte",
    "betonte",
    "erwiderte",
    "fügte",
    "déclaré",
    "affirmé",
    "expliqué",
    "ajouté",
    "écrivait",
    "poursuit",
    "dice",
    "afirmó",
    "preguntó",
    "añadió",
    "explicó",
    "detto",
    "scrive",
    "scritto",
    "rispose",
    "aggiunto",
    "escreveu",
    "perguntou",
    "vroeg",
    "antwoordde",
    "sade",
    "sa",
    "skrev",
    "frågade",
    "svarade",
    "powiedział",
    "powiedziała",
    "napisał",
    "napisała",
    "sanoi",
    "kirjoitti",
];

/// Whether a lower-case word denies.
pub(super) fn is_negation(word: &str) -> bool {
    NEGATIONS.contains(&word) || word.ends_with("n't")
}

/// Whether a lower-case word denies or narrows.
pub(super) fn is_condition(word: &str) -> bool {
    is_negation(word) || CONDITIONS.contains(&word)
}

/// Whether a lower-case word names a number.
pub(super) fn is_number(word: &str) -> bool {
    number(word).is_some() || QUANTITIES.contains(&word)
}

/// The small number that a lower-case word is.
pub(super) fn number(word: &str) -> Option<i64> {
    NUMBERS.iter().find(|it| it.0 == word).map(|it| it.1)
}

/// Whether a lower-case word is too common to tell one text from another.
pub(super) fn is_common(word: &str) -> bool {
    COMMON.contains(&word)
}

/// Whether a lower-case word is a verb of attribution.
pub(super) fn is_speech(word: &str) -> bool {
    SPEECH.contains(&word)
}

/// Whether two lower-case words are near in spelling: at most one change in four letters, and always at least one.
pub(super) fn is_near(one: &str, other: &str) -> bool {
    // Most pairs are told apart by their lengths or letters: each letter that only one of them has is a change.
    let letters = |word: &str| {
        let add =
            |(many, set): (usize, u64), letter| (many + 1, set | 1 << (u32::from(letter) % 64));
        word.chars().take(64).fold((0, 0), add)
    };
    let ((many, ours), (others, theirs)) = (letters(one), letters(other));
    let allowed = (many.max(others) / 4).max(1);
    let alone = (ours & !theirs)
        .count_ones()
        .max((theirs & !ours).count_ones());
    if many.abs_diff(others) > allowed
        || many.min(others) < 2
        || usize::try_from(alone).is_ok_and(|alone| alone > allowed)
    {
        return false;
    }
    let (one, other): (Vec<char>, Vec<char>) = (
        one.chars().take(64).collect(),
        other.chars().take(64).collect(),
    );
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut corner = index;
        let mut left = index + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, candidate) in row.iter_mut().skip(1).zip(&other) {
            let here = (corner + usize::from(letter != candidate))
                .min(left + 1)
                .min(*cell + 1);
            corner = *cell;
            *cell = here;
            left = here;
        }
    }
    row.last().is_some_and(|distance| *distance <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_spelling_is_one_change_in_four_letters() {
        assert!(is_near("halloran", "haloran"));
        assert!(is_near("walks", "walk"));
        assert!(!is_near("they're", "their"));
        assert!(!is_near("a", "b"));
        assert!(!is_near("sign", "never"));
    }
}
