//! A text in the forms in which a reader meets it, so that a value is found in it however the format writes it.

use unicode_normalization::UnicodeNormalization as _;

/// What stands in HTML for signs that it uses itself.
const ENTITIES: &[(&str, &str)] = &[
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&nbsp;", " "),
    ("&deg;", "\u{b0}"),
    ("&#176;", "\u{b0}"),
    ("&amp;", "&"),
];

/// What stands in LaTeX for signs that it uses itself; the backslash last, since it begins the others.
const LATEX: &[(&str, &str)] = &[
    ("\\#", "#"),
    ("\\$", "$"),
    ("\\%", "%"),
    ("\\&", "&"),
    ("\\_", "_"),
    ("\\textbraceleft{}", "{"),
    ("\\textbraceright{}", "}"),
    ("\\textasciitilde{}", "~"),
    ("\\textasciicircum{}", "^"),
    ("\\textbackslash{}", "\\"),
];

/// The forms of one text, all folded: case, lines and invisible letters do not matter.
pub(super) struct Readings(Vec<String>);

impl Readings {
    pub(super) fn new(text: &str) -> Self {
        let mut forms = vec![folded(text)];
        let mut add = |form: &str| {
            let form = folded(form);
            if !forms.contains(&form) {
                forms.push(form);
            }
        };
        // JSON and Markdown write a backslash before some signs.
        add(&unescaped(text));
        if text.contains("\\text") {
            let mut plain = text.to_owned();
            for (written, meant) in LATEX {
                plain = plain.replace(written, meant);
            }
            add(&plain);
        }
        if text.contains(['<', '&']) {
            let decoded = decoded(text);
            add(&decoded);
            add(&decoded_without_tags(text));
            add(&unescaped(&decoded));
        }
        // Marks of emphasis in Markdown may stand inside a name, as quotation marks are doubled in CSV.
        if text.contains(['*', '`', '"']) {
            add(&unescaped(text)
                .replace(['*', '`'], "")
                .replace("\"\"", "\""));
        }
        Self(forms)
    }

    /// Each form.
    pub(super) fn forms(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether it holds a value anywhere, even inside a word.
    pub(super) fn contain(&self, value: &str) -> bool {
        let value = folded(value);
        !value.is_empty() && self.0.iter().any(|form| form.contains(&value))
    }

    /// Whether it holds a value as words of their own; with an s behind it too, as a genitive has.
    pub(super) fn hold(&self, value: &str) -> bool {
        let value = folded(value);
        !value.is_empty() && self.0.iter().any(|form| stands_in(form, &value))
    }
}

/// Whether a value stands in a text as words of their own. Where letters have no case, words are not set apart by spaces
/// in most scripts, so there nothing is asked of what stands beside.
fn stands_in(text: &str, value: &str) -> bool {
    let first_has_case = value.chars().next().is_some_and(is_set_apart);
    let last_has_case = value.chars().next_back().is_some_and(is_set_apart);
    text.match_indices(value).any(|(at, _)| {
        let mut before = text[..at].chars().rev();
        let begins = !first_has_case || !goes_on(before.next(), before.next(), "@_-.");
        let after = &text[at + value.len()..];
        let ends = |after: &str| {
            let mut after = after.chars();
            !goes_on(after.next(), after.next(), "@_-")
        };
        begins && (!last_has_case || ends(after) || after.strip_prefix('s').is_some_and(ends))
    })
}

/// Whether a word goes on with a letter: with one of its own, or with a sign that joins it to a further one.
fn goes_on(next: Option<char>, beyond: Option<char>, joins: &str) -> bool {
    next.is_some_and(|next| {
        is_set_apart(next) || joins.contains(next) && beyond.is_some_and(char::is_alphanumeric)
    })
}

/// Whether a letter is one of a script that sets words apart, or a digit.
fn is_set_apart(letter: char) -> bool {
    letter.is_numeric() || has_case(letter)
}

/// Whether a letter is one of a script that has capitals.
pub(super) fn has_case(letter: char) -> bool {
    letter.is_lowercase() || letter.is_uppercase()
}

/// Composed, in small letters, each run of white space one space; without invisible letters, and without the marks of
/// quotation that begin the lines of an answer.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for line in text.split(['\n', '\r']) {
        let mut line = line.trim_start();
        while let Some(rest) = line.strip_prefix('>').or_else(|| line.strip_prefix("&gt;")) {
            line = rest.trim_start();
        }
        // Marks above letters are composed with them within a word, and most words have none.
        for word in line.split_inclusive(' ') {
            if word.is_ascii() {
                let small = word.bytes().map(|byte| byte.to_ascii_lowercase());
                small.for_each(|byte| fold(char::from(byte), &mut folded));
            } else {
                let small = word.nfc().flat_map(char::to_lowercase);
                small.for_each(|letter| fold(letter, &mut folded));
            }
        }
        fold(' ', &mut folded);
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn fold(letter: char, folded: &mut String) {
    match letter {
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
        '\u{2019}' => folded.push('\''),
        '\u{3c2}' => folded.push('\u{3c3}'),
        _ if letter.is_whitespace() => {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        }
        _ => folded.push(letter),
    }
}

/// With what a backslash stands before put for it.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        let rest = letters.as_str();
        match letters.next() {
            Some('n' | 'r') => plain.push('\n'),
            Some('t') => plain.push(' '),
            Some('u') => {
                let code = rest
                    .get(1..5)
                    .and_then(|hex| u32::from_str_radix(hex, 16).ok());
                if let Some(meant) = code.and_then(char::from_u32) {
                    plain.push(meant);
                    letters = rest[5..].chars();
                } else {
                    plain.push_str("\\u");
                }
            }
            Some(sign) if sign.is_ascii_punctuation() || sign == '\n' => plain.push(sign),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    plain
}

/// With what HTML and XML write for some signs put back.
pub(super) fn decoded(text: &str) -> String {
    let mut decoded = text.to_owned();
    for (entity, sign) in ENTITIES {
        decoded = decoded.replace(entity, sign);
    }
    decoded
}

/// The words of a page: a tag may stand inside a name, or end a line in it.
fn decoded_without_tags(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('<') {
        words.push_str(before);
        let Some((tag, after)) = behind.split_once('>') else {
            // Nothing ends a tag any more, so none of what follows is looked for: a text may be full of these signs.
            words.push('<');
            rest = behind;
            break;
        };
        let name = tag
            .trim_start_matches('/')
            .split(char::is_whitespace)
            .next();
        let within = [
            "a", "b", "em", "i", "mark", "q", "span", "strong", "u", "wbr",
        ];
        if !name.is_some_and(|name| within.contains(&name)) {
            words.push(' ');
        }
        rest = after;
    }
    words.push_str(rest);
    decoded(&words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, value: &str) -> bool {
        Readings::new(text).hold(value)
    }

    fn contains(text: &str, value: &str) -> bool {
        Readings::new(text).contain(value)
    }

    #[test]
    fn a_value_is_found_as_words_of_their_own_in_every_form() {
        for text in [
            "by Nora.",
            "<td>nora</td>",
            "\"from\":\"NORA\"",
            "/home/nora/x",
            "asked _Nora_ then",
            "Noras list",
            "Nora\u{2019}s list",
            r"one\nNora\ntwo",
        ] {
            assert!(holds(text, "nora"), "{text}");
        }
        for text in ["honorary", "nora@pier.example", "x.nora", "norask", ""] {
            assert!(!holds(text, "nora"), "{text}");
        }
        assert!(holds("R&amp;D desk", "R&D desk"));
        assert!(holds(r"C:\\Users\\nora\\x", r"C:\Users\nora\x"));
        let latex =
            r"C:\textbackslash{}Users\textbackslash{}nora\_50\%\textasciitilde{}\textbraceleft{}x";
        assert!(holds(latex, r"C:\Users\nora_50%~{x"));
        assert!(holds(r"C:\Users\nora\x", r"C:\Users\nora\x"));
        assert!(holds(r"kept by nora\_h.", "nora_h"));
        assert!(holds("at 203.0.113.7, port", "203.0.113.7"));
        assert!(!holds("at 1203.0.113.7", "203.0.113.7"));
        assert!(holds(
            "\u{6628}\u{5929}\u{674e}\u{5c0f}\u{660e}\u{8bf4}",
            "\u{674e}\u{5c0f}\u{660e}"
        ));
    }

    #[test]
    fn a_name_is_found_over_lines_and_marks_and_inside_words() {
        let name = "Wilhelmina Achterberg";
        for text in [
            "ask Wilhelmina\nAchterberg",
            "ask Wilhelmina\r\n  Achterberg",
            "> ask Wilhelmina\n> Achterberg",
            "&gt; ask Wilhelmina\n&gt; Achterberg",
            r#"{"text":"ask Wilhelmina\nAchterberg"}"#,
            r#"{"text":"ask Wilhelmina\n> Achterberg"}"#,
            r#"{"text":"Wilhelmina\u00a0Achterberg"}"#,
            "<b>Wilhelmina</b> Achterberg",
            "Wilhelmina<br>Achterberg",
            "**Wilhelmina** Achterberg",
            "Wilhelmina Achterbergs",
            "Wilhel\u{ad}mina Achterberg",
        ] {
            assert!(contains(text, name), "{text}");
        }
        assert!(!contains("Wilhelmina and Achterberg", name));
        assert!(contains("Rene\u{301}e", "Ren\u{e9}"));
        assert!(contains("\u{5f20}\u{4e09}\u{8bf4}", "\u{5f20}\u{4e09}"));
        assert!(contains("with Bo today", "Bo"));
        assert!(!contains("anything", " "));
    }
}
