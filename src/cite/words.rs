//! Words that carry the meaning of a sentence: negations, conditions, figures; and the verbs of attribution.
//! They decide what a person is asked to look at, never whether a quotation passes.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Words that deny, a row for each language. Words that mean something else in another of these languages are left out
/// (Finnish `en`, Spanish `ni`), and languages that deny by an ending (Japanese, Korean) cannot be listed so.
const NEGATIONS: &[&[&str]] = &[
    &[
        "not", "never", "no", "none", "nobody", "nothing", "nowhere", "neither", "nor", "cannot",
        "without", "dont", "doesnt", "didnt", "isnt", "arent", "wasnt", "werent", "havent",
        "hasnt", "hadnt", "wouldnt", "couldnt", "shouldnt", "cant", "aint",
    ],
    &[
        "nicht",
        "kein",
        "keine",
        "keinen",
        "keinem",
        "keiner",
        "keines",
        "nie",
        "niemals",
        "niemand",
        "niemanden",
        "nichts",
        "nirgends",
        "ohne",
        "weder",
    ],
    &[
        "ne", "pas", "jamais", "rien", "aucun", "aucune", "sans", "nul",
    ],
    &[
        "nunca", "jamás", "nada", "nadie", "ningún", "ninguno", "ninguna", "tampoco", "sin",
    ],
    &[
        "non", "mai", "niente", "nulla", "nessuno", "nessuna", "senza", "neanche",
    ],
    &["não", "ninguém", "nenhum", "nenhuma", "nem", "sem"],
    &["niet", "geen", "nooit", "niets", "niemand", "zonder"],
    &[
        "inte",
        "aldrig",
        "ingen",
        "inget",
        "inga",
        "ingenting",
        "utan",
    ],
    &["ikke", "aldri", "ingenting", "intet", "uden", "uten"],
    &["ei", "emme", "ette", "eivät", "älä", "ilman"],
    &[
        "nie", "nigdy", "nikt", "nikogo", "nic", "żaden", "żadna", "żadne", "żadnej", "bez",
    ],
    &["ne", "není", "nikdy", "nikdo", "žádný", "žádná", "žádné"],
    &[
        "не",
        "нет",
        "ни",
        "никогда",
        "никто",
        "никого",
        "ничто",
        "ничего",
        "никакой",
        "никаких",
        "нигде",
        "нельзя",
        "без",
    ],
    &[
        "ні",
        "ніколи",
        "ніхто",
        "нікого",
        "нічого",
        "немає",
        "жоден",
        "жодного",
        "жодної",
    ],
    &[
        "δεν",
        "δε",
        "μην",
        "όχι",
        "ποτέ",
        "κανείς",
        "κανένας",
        "τίποτα",
        "χωρίς",
        "ούτε",
    ],
    &["değil", "yok", "hiç", "asla"],
    &["لا", "لم", "لن", "ليس", "ليست", "لست", "بدون", "أبدا"],
    &["לא", "אין", "אינו", "אינה", "מעולם", "בלי"],
    &["نه", "هیچ", "نیست", "هرگز", "بدون"],
    &["नहीं", "मत", "बिना", "না", "নয়", "নেই"],
    &[
        "không", "chưa", "chẳng", "đừng", "tidak", "bukan", "jangan", "belum", "tanpa",
    ],
    &["不", "没", "沒", "無", "无", "未", "别", "別"],
];

/// Words that narrow: leaving them out changes what was said as much as a negation does.
const CONDITIONS: &[&[&str]] = &[
    &[
        "only",
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
    ],
    &[
        "nur",
        "aber",
        "außer",
        "bis",
        "kaum",
        "beinahe",
        "vielleicht",
        "angeblich",
    ],
    &[
        "sauf",
        "seulement",
        "mais",
        "presque",
        "peut-être",
        "prétendument",
    ],
    &[
        "solo",
        "sólo",
        "pero",
        "salvo",
        "excepto",
        "casi",
        "quizá",
        "quizás",
        "supuestamente",
    ],
    &["soltanto", "però", "tranne", "eccetto", "quasi", "forse"],
    &["só", "somente", "exceto", "talvez"],
    &["maar", "alleen", "behalve", "bijna", "misschien"],
    &["только", "но", "кроме", "почти", "возможно", "якобы"],
    &["тільки", "лише", "але", "крім", "майже"],
    &["tylko", "ale", "oprócz", "prawie", "chyba"],
];

/// Words that make what follows a supposition.
const SUPPOSITIONS: &[&str] = &[
    "if",
    "unless",
    "wenn",
    "falls",
    "sofern",
    "si",
    "indien",
    "если",
    "якщо",
    "jeśli",
    "jeżeli",
    "αν",
    "إذا",
    "अगर",
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
    NEGATIONS.iter().any(|them| them.contains(&word))
        || word.ends_with("n't")
        || word.starts_with("n'")
}

/// Whether a lower-case word makes what follows a supposition.
pub(super) fn is_supposition(word: &str) -> bool {
    SUPPOSITIONS.contains(&word)
}

/// Whether a lower-case word denies or narrows.
pub(super) fn is_condition(word: &str) -> bool {
    is_negation(word) || is_supposition(word) || CONDITIONS.iter().any(|them| them.contains(&word))
}

/// Whether a lower-case word names a number.
pub(super) fn is_number(word: &str) -> bool {
    number(word).is_some() || QUANTITIES.contains(&word)
}

/// The small number that a lower-case word is: `ten`, `forty-one`.
pub(super) fn number(word: &str) -> Option<i64> {
    let plain = |word: &str| NUMBERS.iter().find(|it| it.0 == word).map(|it| it.1);
    match word.split_once('-') {
        Some((tens, ones)) => {
            let tens = plain(tens).filter(|it| *it >= 20)?;
            let ones = plain(ones).filter(|it| (1..10).contains(it))?;
            Some(tens + ones)
        }
        None => plain(word),
    }
}

/// Whether a lower-case word is too common to tell one text from another.
pub(super) fn is_common(word: &str) -> bool {
    COMMON.contains(&word)
}

/// Whether a lower-case word is a verb of attribution.
pub(super) fn is_speech(word: &str) -> bool {
    SPEECH.contains(&word)
}

/// Whether two lower-case words are the same but for accents, hyphens and the like: `Straße` and `Strasse`, `всё` and `все`,
/// `non-existent` and `nonexistent`.
pub(super) fn same_without_marks(one: &str, other: &str) -> bool {
    let bare = |word: &str| {
        let mut bare = String::with_capacity(word.len());
        for letter in word.nfd().filter(|it| !is_combining_mark(*it)) {
            match letter {
                'ß' => bare.push_str("ss"),
                'æ' => bare.push_str("ae"),
                'œ' => bare.push_str("oe"),
                'ø' => bare.push('o'),
                'ł' => bare.push('l'),
                'đ' | 'ð' => bare.push('d'),
                'ı' => bare.push('i'),
                '-' | '\u{2010}' | '\u{2011}' => {}
                other => bare.push(other),
            }
        }
        bare
    };
    let (one, other) = (bare(one), bare(other));
    !one.is_empty() && one == other
}

/// Whether two lower-case words can only be one word in two spellings: never by chance, as short ones may be near.
pub(super) fn is_respelled(one: &str, other: &str) -> bool {
    const LONG: usize = 5;
    let long = |word: &str| word.chars().nth(LONG - 1).is_some();
    same_without_marks(one, other)
        || (long(one)
            && long(other)
            && one.chars().next() == other.chars().next()
            && is_near(one, other))
}

/// Whether two lower-case words are near in spelling: at most one change in four letters, and always at least one.
pub(super) fn is_near(one: &str, other: &str) -> bool {
    if !(one.is_ascii() && other.is_ascii()) && same_without_marks(one, other) {
        return true;
    }
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
    fn numbers_in_words_are_numbers() {
        assert_eq!(number("forty-one"), Some(41));
        assert_eq!(number("ten"), Some(10));
        for word in [
            "ten-one",
            "forty-ten",
            "forty-",
            "forty-one-two",
            "one-time",
        ] {
            assert_eq!(number(word), None, "{word}");
        }
    }

    #[test]
    fn near_spelling_is_one_change_in_four_letters() {
        assert!(is_near("halloran", "haloran"));
        assert!(is_near("walks", "walk"));
        assert!(!is_near("they're", "their"));
        assert!(!is_near("a", "b"));
        assert!(!is_near("sign", "never"));
    }
}
