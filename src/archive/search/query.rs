//! Questions: words, phrases, people, times, kinds.
//!
//! There is no query language. A pair of quotation marks makes a phrase; whatever else is typed is looked up as it
//! stands, and no character of it means anything to the index library.

use super::words::words;

/// One thing to find in an item's text, subject or file name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A word; where it is cut into several (`e-mail`, `don't`), these must follow each other.
    Word(String),
    /// Words that must follow each other.
    Phrase(Vec<String>),
}

impl Term {
    /// The words as the index has them; empty where there is nothing to look up.
    pub(super) fn words(&self) -> Vec<String> {
        match self {
            Self::Word(word) => words(word),
            Self::Phrase(phrase) => phrase.iter().flat_map(|word| words(word)).collect(),
        }
    }

    /// The term as it would be typed.
    pub(super) fn typed(&self) -> String {
        match self {
            Self::Word(word) => word.clone(),
            Self::Phrase(phrase) => format!("\"{}\"", phrase.join(" ")),
        }
    }
}

/// A question. Everything in it must hold; an empty list asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// What must stand in the text, the subject or the file name: all of it.
    pub terms: Vec<Term>,
    /// Who sent or made it: any of these. An account (`mail:aide@capitol.example`, `x:2041`) must be there as it stands,
    /// of a name all its words.
    pub who: Vec<String>,
    /// To whom: any of these, likewise.
    pub to: Vec<String>,
    /// Not before, in milliseconds since 1970: items that are certainly earlier are left out.
    pub since: Option<i64>,
    /// Not after, likewise.
    pub until: Option<i64>,
    /// Kinds, as recorded: any of these.
    pub kinds: Vec<String>,
    /// At most so many hits.
    pub limit: usize,
}

/// Reads what a user typed after `find`: each argument a word, or several where it has spaces; from one double quotation
/// mark (straight or curly) to the next, a phrase, also across arguments. A mark that is never closed closes at the end.
///
/// A shell that has eaten the marks leaves an argument with spaces in it: `find "harbor was never safe"` is one argument,
/// and one argument with spaces and without marks is a phrase.
pub fn parse_words(arguments: &[String]) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut phrase: Option<Vec<String>> = None;
    for argument in arguments {
        let bare = !argument.chars().any(is_mark);
        if bare && phrase.is_none() && argument.split_whitespace().nth(1).is_some() {
            terms.push(Term::Phrase(split(argument)));
            continue;
        }
        for (position, part) in argument.split(is_mark).enumerate() {
            if position > 0 {
                phrase = match phrase {
                    None => Some(Vec::new()),
                    Some(closed) => {
                        close(closed, &mut terms);
                        None
                    }
                };
            }
            match &mut phrase {
                Some(open) => open.extend(split(part)),
                None => terms.extend(split(part).into_iter().map(Term::Word)),
            }
        }
    }
    if let Some(open) = phrase {
        close(open, &mut terms);
    }
    terms
}

/// What of that is read otherwise than somebody may have meant it, in sentences.
pub fn remarks(arguments: &[String]) -> Vec<String> {
    let mut remarks = Vec::new();
    let marks = arguments.iter().flat_map(|argument| argument.chars());
    if marks.filter(|letter| is_mark(*letter)).count() % 2 == 1 {
        remarks.push(
            "A quotation mark is not closed: what follows it was looked for as one phrase."
                .to_owned(),
        );
    }
    for word in arguments
        .iter()
        .flat_map(|argument| argument.split_whitespace())
    {
        if word.len() > 1 && word.contains(['*', '?']) && !words(word).is_empty() {
            remarks.push(format!(
                "{word} was looked for without its {}: words are found whole.",
                if word.contains('*') { "*" } else { "?" }
            ));
        }
    }
    remarks
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

fn split(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn close(phrase: Vec<String>, terms: &mut Vec<Term>) {
    if !phrase.is_empty() {
        terms.push(Term::Phrase(phrase));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Vec<String> {
        let arguments: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
        parse_words(&arguments).iter().map(Term::typed).collect()
    }

    #[test]
    fn what_may_have_been_meant_otherwise_is_remarked_on() {
        let remarks = |typed: &str| remarks(&[typed.to_owned()]);
        assert!(remarks("harbor \"never safe\"").is_empty());
        assert!(remarks("\"left open").concat().contains("not closed"));
        assert!(remarks("he*").concat().contains("without its *"));
        assert!(remarks("*").is_empty());
    }

    #[test]
    fn marks_make_phrases_and_all_else_is_literal() {
        assert_eq!(parse(&["harbor", "safe"]), ["harbor", "safe"]);
        assert_eq!(
            parse(&["harbor was never safe"]),
            ["\"harbor was never safe\""]
        );
        assert_eq!(
            parse(&["“never safe” harbor +a -b text:c* AND (d"]),
            [
                "\"never safe\"",
                "harbor",
                "+a",
                "-b",
                "text:c*",
                "AND",
                "(d"
            ]
        );
        assert_eq!(parse(&["\"never", "safe\"", "x"]), ["\"never safe\"", "x"]);
        assert_eq!(parse(&["\"left open"]), ["\"left open\""]);
        assert_eq!(parse(&["\"\"", "  "]), Vec::<String>::new());
    }
}
