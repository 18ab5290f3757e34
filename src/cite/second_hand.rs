//! Words that stand in an item without being its sender's: quoted replies, forwards, reposts; and whose the item itself says
//! that they are.
//!
//! An author is named only where the line or the header that names one stands directly over the quoted words. In all else
//! (a reply between two quoted parts, a name that may be two) nobody is named: it is for a person to find out.

use super::marks;

/// Words that lead to no name, or to no name of one person.
const NO_NAMES: &[&str] = &[
    "i", "you", "he", "she", "they", "we", "it", "who", "and", "or", "&", "et",
];

/// Words with a capital that stand before a name and are no part of it.
const BEFORE_NAMES: &[&str] = &[
    "on", "le", "in", "at", "as", "am", "pm", "a.m.", "p.m.", "utc", "gmt", "est", "edt", "cst",
    "cdt", "mst", "mdt", "pst", "pdt", "cet", "cest", "bst",
];

/// Lines above a quoted part that one attribution may take.
const WRAPPED: usize = 2;

/// Lines of a forwarded message's header that are looked through for a second field.
const HEADER: usize = 6;

/// Bytes before and after a word that are looked through for quotation marks around it.
const MARKED: usize = 4_000;

/// Words between marks that are no more than a doubt or a title, less one.
const SET_OFF: usize = 3;

/// Lines above quoted words that are looked through for whose they are.
const ABOVE: usize = 20_000;

/// Whose an item says that words are which it quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Author {
    /// The name, as it stands there.
    pub(super) name: Option<String>,
    /// The address or the account beside it.
    pub(super) address: Option<String>,
}

/// How the words at a byte of the text are another's, in words for a reader; nothing where nothing says so.
pub(super) fn how(text: &str, at: usize) -> Option<&'static str> {
    passed_on(text, at).or_else(|| is_in_marks(text, at).then_some("quotation marks"))
}

/// How the words at a byte of the text are part of what it passes on from another message.
fn passed_on(text: &str, at: usize) -> Option<&'static str> {
    let before = text.get(..at)?;
    let line_start = before.rfind('\n').map_or(0, |it| it + 1);
    let line = before.get(line_start..).unwrap_or_default();
    let whole_line = text.get(line_start..).unwrap_or_default();
    if whole_line.trim_start().starts_with('>') || line.trim_start().starts_with('>') {
        return Some("a quoted reply");
    }
    if text.trim_start().starts_with("RT @") {
        return Some("a repost");
    }
    before.lines().rev().take(ABOVE).find_map(marker)
}

/// How words further on are those of a message that is passed on, where those at the first of these bytes are not: the text
/// shows no marks between the two, and whose they are changes.
pub(super) fn further(text: &str, taken: &[usize]) -> Option<&'static str> {
    let first = taken.iter().min()?;
    let last = taken.iter().max()?;
    passed_on(text, *last).filter(|_| passed_on(text, *first).is_none())
}

/// Whether the words at a byte stand in quotation marks within what somebody writes: not a word or two of doubt, and not
/// all of the text.
fn is_in_marks(text: &str, at: usize) -> bool {
    let edges = |it: &str| it.len().saturating_sub(MARKED);
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    let from = before.rfind("\n\n").unwrap_or_default().max(edges(before));
    let to = at + after.find("\n\n").unwrap_or(after.len()).min(MARKED);
    let begins = (from..=at).find(|it| text.is_char_boundary(*it));
    let ends = (at..=to).rev().find(|it| text.is_char_boundary(*it));
    let paragraph = begins.zip(ends).and_then(|(from, to)| text.get(from..to));
    let (Some(begins), Some(paragraph)) = (begins, paragraph) else {
        return false;
    };
    let marks = marks::scan(paragraph).pairs;
    let pair = marks
        .iter()
        .find(|it| begins + it.open < at && at < begins + it.end());
    pair.is_some_and(|pair| {
        let opening = paragraph.get(pair.open..).and_then(|it| it.chars().next());
        let inside = pair.inside(paragraph);
        !matches!(opening, Some('\'' | '‘' | '‚' | '‹'))
            && inside.split_whitespace().nth(SET_OFF).is_some()
            && text.trim().len() > pair.end() - pair.open
    })
}

/// How the words below a line are another's, if it says so.
fn marker(line: &str) -> Option<&'static str> {
    let line = line.trim().trim_matches(['-', '_', ' ']).to_lowercase();
    if line.starts_with("original message") {
        Some("a quoted reply")
    } else if line.starts_with("forwarded message") || line.starts_with("begin forwarded message") {
        Some("a forwarded message")
    } else {
        None
    }
}

/// Whose the text says that the words at a byte of it are, where [`how`] says that they are another's.
pub(super) fn author(text: &str, at: usize) -> Option<Author> {
    if is_in_marks(text, at) {
        return None;
    }
    let before = text.get(..at)?;
    let line_start = before.rfind('\n').map_or(0, |it| it + 1);
    let own = text.get(line_start..).unwrap_or_default();
    let (deep, _) = depth(own.lines().next().unwrap_or_default());
    if deep == 0
        && let Some(repost) = text.trim_start().strip_prefix("RT ")
    {
        return of_account(repost.split([':', ' ', '\n']).next()?);
    }
    let lines: Vec<(usize, &str)> = (text.get(..line_start)?)
        .lines()
        .rev()
        .take(ABOVE)
        .map(depth)
        .collect();
    for (index, (depth, line)) in lines.iter().enumerate() {
        let nearer = lines.get(..index).unwrap_or_default();
        if line.is_empty() || *depth > deep {
            continue;
        }
        if *depth < deep {
            // The first line that is not of the quoted part names its author, or nobody does.
            let above = lines.get(index..).unwrap_or_default();
            return (depth + 1 == deep).then(|| attributed(above)).flatten();
        }
        let name = field(line, "from");
        if let Some(name) = name.filter(|_| is_header(nearer, *depth)) {
            return sender(name);
        }
        if marker(line).is_some() {
            return None;
        }
        // 'Voss wrote:' over words that no mark sets off: how far these go, nobody can tell.
        let next = nearer.iter().rev().find(|it| !it.1.is_empty());
        if said(line).is_some() && next.is_none_or(|it| it.0 <= deep) {
            return None;
        }
    }
    None
}

/// How deep a line is quoted, and what it says.
fn depth(line: &str) -> (usize, &str) {
    let (mut deep, mut rest) = (0, line.trim());
    while let Some(inner) = rest.strip_prefix('>') {
        (deep, rest) = (deep + 1, inner.trim_start());
    }
    (deep, rest)
}

/// What a field of a header holds.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let line = line.trim_start_matches('*');
    let (head, value) = line.split_once(':')?;
    let head = head.trim_end_matches([' ', '*']);
    (head.eq_ignore_ascii_case(name)).then(|| value.trim_matches(['*', ' ']))
}

/// Whether the lines below a `From:`, the nearest to it last, go on as those of a header.
fn is_header(below: &[(usize, &str)], deep: usize) -> bool {
    let fields = ["sent", "date", "to", "subject"];
    let below = below.iter().rev().take(HEADER).filter(|it| it.0 == deep);
    let mut names = below.flat_map(|it| fields.iter().filter_map(|name| field(it.1, name)));
    names.next().is_some()
}

/// Who a `From:` names.
fn sender(value: &str) -> Option<Author> {
    if value.to_lowercase().contains("on behalf of") {
        return None;
    }
    let (name, address) = addressed(value);
    let name = name.trim_matches(['"', '\'', ' ']);
    if name.contains('@') || name.is_empty() {
        return of_account(address.unwrap_or(name));
    }
    Some(Author {
        name: Some(name.to_owned()),
        address: address.map(str::to_owned),
    })
}

fn of_account(account: &str) -> Option<Author> {
    account.contains('@').then(|| Author {
        name: None,
        address: Some(account.to_owned()),
    })
}

/// What stands before an address in brackets, and the address.
fn addressed(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    for (open, close) in [('<', '>'), ('[', ']'), ('(', ')')] {
        let inside = text.strip_suffix(close).and_then(|it| it.rsplit_once(open));
        if let Some((name, address)) = inside.filter(|it| it.1.contains('@')) {
            let address = address.trim_start_matches("mailto:");
            return (name.trim(), Some(address));
        }
    }
    (text, None)
}

/// What stands before `wrote:` at the end of a line.
fn said(line: &str) -> Option<&str> {
    let line = line.trim().strip_suffix(':')?.trim_end();
    let verbs = ["wrote", "writes", "said", "a écrit"];
    let before = verbs.iter().find_map(|it| line.strip_suffix(it))?;
    (before.is_empty() || before.ends_with(char::is_whitespace)).then(|| before.trim())
}

/// Who is named by the line over a quoted part, which comes first, with the lines above it: a date and an address often
/// break it in two.
fn attributed(above: &[(usize, &str)]) -> Option<Author> {
    let (deep, last) = above.first()?;
    let last = said(last)?;
    let begins = |line: &str| line.starts_with("On ") || line.starts_with("Le ");
    let mut whole = last.to_owned();
    if !begins(last) {
        let joined = above.iter().skip(1).take(WRAPPED);
        let joined: Vec<&str> = joined
            .take_while(|it| it.0 == *deep && !it.1.is_empty())
            .map(|it| it.1)
            .collect();
        let first = joined.iter().position(|it| begins(it));
        let first = first.or_else(|| last.is_empty().then_some(0));
        let more = first.and_then(|it| joined.get(..=it)).unwrap_or_default();
        for line in more {
            whole = format!("{line} {whole}");
        }
    }
    let (before, address) = addressed(&whole);
    let mut name: Vec<&str> = Vec::new();
    for word in before.split_whitespace().rev() {
        let bare = word.trim_matches(['"', '\'', ',', '(', ')']);
        let lower = bare.to_lowercase();
        if NO_NAMES.contains(&lower.as_str()) || lower.ends_with("'s") || lower.ends_with("’s") {
            return None;
        }
        let particle = matches!(
            lower.as_str(),
            "de" | "van" | "von" | "der" | "den" | "al" | "bin" | "di" | "la"
        );
        let account = name.is_empty() && bare.contains('@');
        let part = bare.starts_with(char::is_uppercase) || particle || account;
        if !part || bare.contains(|it: char| it.is_numeric()) && !account {
            break;
        }
        if BEFORE_NAMES.contains(&lower.as_str()) {
            break;
        }
        // 'Ida, Cosmo Brandreth wrote' or 'Brandreth, Cosmo wrote': which, the line does not say.
        if word.ends_with(',') {
            return None;
        }
        name.push(bare);
        if account {
            break;
        }
    }
    name.reverse();
    let name = name.join(" ");
    if name.contains('@') {
        return of_account(address.unwrap_or(&name));
    }
    if name.is_empty() {
        return of_account(address?);
    }
    Some(Author {
        name: Some(name),
        address: address.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_and_forwarded_words_are_told() {
        let text = "Agreed.\n> I never signed it\n";
        assert_eq!(
            how(text, text.find("never").unwrap()),
            Some("a quoted reply")
        );
        assert_eq!(how(text, 0), None);
        let text = "See below\n---------- Forwarded message ---------\nFrom: x\n\nSell it";
        assert_eq!(
            how(text, text.find("Sell").unwrap()),
            Some("a forwarded message")
        );
        assert_eq!(how("RT @harbor: closed", 12), Some("a repost"));
    }

    /// Whose the word 'Sell' is.
    fn whose(text: &str) -> Option<String> {
        let author = author(text, text.find("Sell").unwrap())?;
        author.name.or(author.address)
    }

    #[test]
    fn the_line_over_a_quoted_part_names_its_author() {
        for (text, name) in [
            ("Cosmo Brandreth wrote:\n> Sell it", "Cosmo Brandreth"),
            (
                "Cosmo Brandreth wrote:\n\n> No.\n\n> Sell it",
                "Cosmo Brandreth",
            ),
            (
                "On Tue, May 2, 2023 at 9:00 AM Cosmo Brandreth <c@e.org> wrote:\n> Sell it",
                "Cosmo Brandreth",
            ),
            (
                "Yes.\nOn 2 May 2023, at 09:00, Cosmo Brandreth\n<c@e.org> wrote:\n>\n> Sell it",
                "Cosmo Brandreth",
            ),
            (
                "Le mar. 2 mai 2023 à 09:00, Cosmo de Brandreth <c@e.org> a écrit\u{a0}:\n> Sell it",
                "Cosmo de Brandreth",
            ),
            ("c@e.org wrote:\n> Sell it", "c@e.org"),
            ("A B wrote:\n> C Dee wrote:\n>> Sell it", "C Dee"),
            ("A Bee wrote:\n> C Dee wrote:\n>> No.\n> Sell it", "A Bee"),
            (
                "-----Original Message-----\nFrom: Dee, Cee [mailto:c@e.org]\nSent: 1 May\nTo: x\n\nSell it",
                "Dee, Cee",
            ),
            (
                "> Begin forwarded message:\n>\n> From: Cee Dee <c@e.org>\n> Date: 1 May\n>\n> Sell it",
                "Cee Dee",
            ),
            (
                "---- Forwarded message ----\nFrom: Cee Dee\nDate: 1 May\n\nOf it:\n\nA Bee wrote:\n> No\n\nSell it",
                "Cee Dee",
            ),
            ("RT @harbor: Sell it", "@harbor"),
        ] {
            assert_eq!(whose(text).as_deref(), Some(name), "{text}");
        }
    }

    #[test]
    fn where_a_line_names_nobody_or_may_name_two_nobody_is_named() {
        for text in [
            "> Sell it",
            "I wrote:\n> Sell it",
            "He wrote:\n> Sell it",
            "Ida Brask and Cosmo Brandreth wrote:\n> Sell it",
            "Ida, Cosmo Brandreth wrote:\n> Sell it",
            "Brandreth's wrote:\n> Sell it",
            "Brandreth wrote:\n> No.\n\nFrom the minutes:\n> Sell it",
            "Brandreth wrote:\n> No.\n\nNor I.\n\n> Sell it",
            "Brandreth wrote:\n> No.\n>>> Sell it",
            "---- Forwarded message ----\nSell it",
            "---- Forwarded message ----\nFrom: Cee Dee\nDate: 1 May\n\nA Bee wrote:\n\nSell it",
        ] {
            assert_eq!(whose(text), None, "{text}");
        }
    }
}
