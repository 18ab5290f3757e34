//! Words of others within quotation marks: their own marks take turns with those around them, “He said ‘no’”.

use super::marks::scan;

/// Marks within marks that are set anew, at most; what is deeper stays as it is.
const DEPTH: usize = 8;

/// Text as it stands between double marks: its double marks are single, and what is single in these double. Apostrophes,
/// guillemets and marks without a partner stay as they are.
pub fn nested(text: &str) -> String {
    let mut set = String::with_capacity(text.len());
    push(&mut set, text, false, DEPTH);
    set
}

fn push(set: &mut String, text: &str, double: bool, depth: usize) {
    let mut done = 0;
    let pairs = if depth == 0 {
        Vec::new()
    } else {
        scan(text).pairs
    };
    for pair in pairs {
        let inside = pair.inside(text);
        let marks = text.get(pair.open..pair.end()).unwrap_or_default();
        let marks = (marks.chars().next(), marks.chars().next_back());
        let turns = matches!(marks.0, Some('“' | '”' | '"' | '‘' | '\''))
            && matches!(marks.1, Some('”' | '"' | '’' | '\''));
        set.push_str(text.get(done..pair.open).unwrap_or_default());
        done = pair.end();
        if turns {
            let (opens, closes) = if double {
                ('“', '”')
            } else {
                ('‘', '’')
            };
            set.push(opens);
            push(set, inside, !double, depth - 1);
            set.push(closes);
        } else {
            set.extend(marks.0);
            push(set, inside, double, depth - 1);
            set.extend(marks.1);
        }
    }
    set.push_str(text.get(done..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_within_marks_take_turns_and_apostrophes_stay() {
        for (text, expected) in [
            ("He said “no”, and left", "He said ‘no’, and left"),
            ("He said \"no\" twice", "He said ‘no’ twice"),
            ("“He said ‘no’ to it”", "‘He said “no” to it’"),
            (
                "the owners’ “last” word isn’t it",
                "the owners’ ‘last’ word isn’t it",
            ),
            ("a 6\" pipe and an “open end", "a 6\" pipe and an “open end"),
            ("il a dit « non » au “port”", "il a dit « non » au ‘port’"),
            ("no marks at all", "no marks at all"),
            ("", ""),
        ] {
            assert_eq!(nested(text), expected, "{text}");
        }
    }

    #[test]
    fn marks_without_end_are_set_in_a_few_passes() {
        let text = format!("{}a{}", "“".repeat(100_000), "”".repeat(100_000));
        assert_eq!(nested(&text).chars().count(), text.chars().count());
    }
}
