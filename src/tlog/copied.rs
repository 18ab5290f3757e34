//! A note whose text somebody copied by hand: out of a mail, a Markdown file, a PDF. A signature fits exact bytes, and
//! copying changes them: this names how, and gives the note as it was before, for whoever can see whether its signatures
//! fit. Own code, since what is undone is what programs do to text between a clipboard and a file, which no format says.

use super::Note;

/// How a signature line begins.
const DASH: &str = "\u{2014} ";

/// What programs make of that.
const NO_DASHES: &[(&str, &str)] = &[
    ("- ", "a hyphen"),
    ("-- ", "two hyphens"),
    ("--- ", "three hyphens"),
    ("\u{2013} ", "an en dash"),
    ("\u{2012} ", "a figure dash"),
    ("\u{2015} ", "a horizontal bar"),
    ("\u{2212} ", "a minus sign"),
    ("&mdash; ", "&mdash;"),
];

/// The most that is looked at: a note with all that stands around it.
const MOST: usize = 4 << 20;

/// What copying did to a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// What is wrong, each as a clause: 'its line ends are CRLF'.
    pub faults: Vec<String>,
    /// The note without these faults; nothing where there is none to be seen.
    pub note: Option<Note>,
}

impl Copied {
    /// The faults in one sentence without its end.
    pub fn said(&self) -> String {
        self.faults.join("; ")
    }
}

struct Reader<'a> {
    lines: Vec<&'a str>,
    at: usize,
    /// What stands before each line.
    before: &'a str,
    faults: Vec<String>,
}

impl<'a> Reader<'a> {
    fn fault(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.faults.contains(&what) {
            self.faults.push(what);
        }
    }

    /// The next line without what stands before each; nothing at the end of the quotation or of the text.
    fn peek(&self) -> Option<&'a str> {
        let line = self.lines.get(self.at)?;
        let inside = line.strip_prefix(self.before);
        let bare = inside.or_else(|| {
            let shorter = self.before.starts_with(line.trim_end());
            shorter.then_some("")
        })?;
        Some(bare.trim_end())
    }

    fn next(&mut self) -> Option<&'a str> {
        let found = self.peek()?;
        if self
            .lines
            .get(self.at)
            .is_some_and(|line| line.trim_end() != *line && line.len() > self.before.len())
        {
            self.fault("spaces stand at the end of a line");
        }
        self.at += 1;
        Some(found)
    }

    /// The empty lines that come next.
    fn empty(&mut self) -> usize {
        let from = self.at;
        while self.peek().is_some_and(str::is_empty) {
            self.at += 1;
        }
        self.at - from
    }
}

/// The rest of a signature line, and what stands there in place of the dash.
fn signature(line: &str) -> Option<(&str, Option<&'static str>)> {
    if let Some(rest) = line.strip_prefix(DASH) {
        return Some((rest, None));
    }
    NO_DASHES
        .iter()
        .find_map(|(dash, called)| Some((line.strip_prefix(dash)?, Some(*called))))
}

/// Whether a signature is cut off: without padding or the length that base64 has, or with its name alone.
fn is_cut(signature: &str) -> bool {
    let encoded = signature.split_once(' ').map(|(_, encoded)| encoded);
    encoded.is_none_or(|it| !it.len().is_multiple_of(4) || !it.ends_with('='))
}

fn is_base64(line: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    !line.is_empty() && line.bytes().all(digit)
}

/// What copying did to the note in these bytes, which begins with the line of an origin.
pub fn copied(bytes: &[u8]) -> Copied {
    let mut faults = Vec::new();
    let text = decoded(bytes, &mut faults);
    let mut text = text.unwrap_or_default();
    if text.contains("\r\n") {
        // Lines are told apart with these ends too; only what is said of them differs.
        faults.push("its line ends are CRLF".to_owned());
    } else if text.contains('\r') {
        faults.push("its line ends are CR".to_owned());
        text = text.replace('\r', "\n");
    }
    if text.contains('\u{a0}') {
        faults.push("it has no-break spaces".to_owned());
        text = text.replace('\u{a0}', " ");
    }
    if !text.ends_with('\n') {
        faults.push("its last line has no line end".to_owned());
    }
    let note = reassembled(&text, &mut faults).filter(|_| !faults.is_empty());
    let note = note.and_then(|note| Note::parse(note.as_bytes()).ok());
    Copied { faults, note }
}

/// The text, also of what some programs write in place of UTF-8.
fn decoded(bytes: &[u8], faults: &mut Vec<String>) -> Option<String> {
    if bytes.len() > MOST {
        return None;
    }
    let wide = |unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().skip(1).map(|pair| unit(*pair)).collect();
        String::from_utf16(&units).ok().filter(|_| rest.is_empty())
    };
    let wide = match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => None,
    };
    if let Some(text) = wide {
        faults.push("it is in UTF-16".to_owned());
        return Some(text);
    }
    let text = std::str::from_utf8(bytes).ok()?;
    Some(match text.strip_prefix('\u{feff}') {
        Some(text) => {
            faults.push("a byte order mark stands before it".to_owned());
            text.to_owned()
        }
        None => text.to_owned(),
    })
}

fn reassembled(text: &str, faults: &mut Vec<String>) -> Option<String> {
    let quoting = |c: char| c == '>' || c == ' ' || c == '\t';
    let lines: Vec<&str> = text.lines().collect();
    let begins = |line: &&str| line.trim_start_matches(quoting).starts_with("fonds/");
    let at = lines.iter().position(begins)?;
    let first = lines.get(at)?;
    let before = first.get(..first.len() - first.trim_start_matches(quoting).len())?;
    let mut reader = Reader {
        lines,
        at,
        before,
        faults: std::mem::take(faults),
    };
    around(&mut reader);
    if before.contains('>') {
        reader.fault("its lines begin with '>'");
    } else if !before.is_empty() {
        reader.fault("its lines are indented");
    }
    let note = body(&mut reader);
    let rest = reader.lines.get(reader.at..).unwrap_or_default();
    let rest = rest.iter().map(|line| line.trim_matches(quoting));
    if rest.clone().any(|line| !line.is_empty() && !is_fence(line)) {
        reader.fault("other text stands around it");
    } else if reader.at < reader.lines.len() && !rest.clone().any(is_fence) {
        reader.fault("empty lines stand after it");
    }
    *faults = reader.faults;
    note
}

fn is_fence(line: &str) -> bool {
    line.starts_with("```") || line.starts_with("~~~")
}

/// What stands before the first line.
fn around(reader: &mut Reader<'_>) {
    let quoting = |c: char| c == '>' || c == ' ' || c == '\t';
    let above = reader.lines.get(..reader.at).unwrap_or_default();
    let above: Vec<&str> = above.iter().map(|it| it.trim_matches(quoting)).collect();
    if above.last().is_some_and(|line| is_fence(line)) {
        reader.fault("it stands in a code fence");
    }
    let is_other = |line: &&str| !line.is_empty() && !is_fence(line);
    if above.iter().any(is_other) {
        reader.fault("other text stands around it");
    } else if above.iter().any(|line| line.is_empty()) {
        reader.fault("empty lines stand before it");
    }
}

/// The lines that are signed, an empty one, and the signatures.
fn body(reader: &mut Reader<'_>) -> Option<String> {
    let mut note = String::new();
    while let Some(line) = reader.peek() {
        if line.is_empty() || signature(line).is_some() {
            break;
        }
        note.push_str(reader.next()?);
        note.push('\n');
    }
    match reader.empty() {
        0 => reader.fault("the empty line before its signatures is missing"),
        1 => {}
        _ => reader.fault("more than one empty line stands before its signatures"),
    }
    note.push('\n');
    let mut signatures = 0_usize;
    while let Some((rest, instead)) = reader.peek().and_then(signature) {
        reader.next()?;
        if let Some(called) = instead {
            reader.fault(format!(
                "{called} stands in place of the em dash before a signature"
            ));
        }
        let mut whole = rest.to_owned();
        while is_cut(&whole) && reader.peek().is_some_and(is_base64) {
            reader.fault("a signature is broken over several lines");
            if !whole.contains(' ') {
                whole.push(' ');
            }
            whole.push_str(reader.next()?);
        }
        note.push_str(DASH);
        note.push_str(&whole);
        note.push('\n');
        signatures += 1;
        let after = reader.at;
        if reader.empty() > 0 && reader.peek().and_then(signature).is_some() {
            reader.fault("empty lines stand between its signatures");
        } else {
            reader.at = after;
        }
    }
    (signatures > 0).then_some(note)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    use super::*;
    use crate::tlog::Signature;

    fn note() -> Note {
        let origin = "fonds/4f2a3ea6b20b75d3303cc04d66eacee4567f9c7e";
        let text = format!("{origin}\n11\nz1xIPh90Y/BfRq9W908FGLfjjrA682VqOe05QYdPZbU=\n");
        let mut note = Note::new(&text).unwrap();
        for seed in [1, 2] {
            let key = SigningKey::from_bytes(&[seed; 32]);
            note.add(Signature::make(&text, origin, &key).unwrap())
                .unwrap();
        }
        note
    }

    fn each_line(text: &str, change: impl Fn(&str) -> String) -> String {
        text.lines().map(|line| change(line) + "\n").collect()
    }

    #[test]
    fn what_copying_does_is_named_and_undone() {
        let whole = note().to_string();
        let broken = |line: &str| match line.split_at_checked(60) {
            Some((one, two)) if line.starts_with(DASH) => format!("{one}\n{two}"),
            _ => line.to_owned(),
        };
        for (what, text) in [
            ("its line ends are CRLF", whole.replace('\n', "\r\n")),
            ("its line ends are CR", whole.replace('\n', "\r")),
            ("its last line has no line end", whole.trim_end().to_owned()),
            (
                "a hyphen stands in place of the em dash before a signature",
                whole.replace('\u{2014}', "-"),
            ),
            (
                "an en dash stands in place of the em dash before a signature",
                whole.replace('\u{2014}', "\u{2013}"),
            ),
            (
                "its lines begin with '>'",
                each_line(&whole, |line| format!("> {line}").trim_end().to_owned()),
            ),
            (
                "its lines are indented",
                each_line(&whole, |line| format!("    {line}").trim_end().to_owned()),
            ),
            (
                "spaces stand at the end of a line",
                each_line(&whole, |line| format!("{line}  ")),
            ),
            ("it stands in a code fence", format!("```\n{whole}```\n")),
            (
                "other text stands around it",
                format!("Its head:\n\n{whole}\nas of May.\n"),
            ),
            (
                "the empty line before its signatures is missing",
                whole.replace("\n\n", "\n"),
            ),
            (
                "a signature is broken over several lines",
                each_line(&whole, broken),
            ),
            (
                "a signature is broken over several lines",
                each_line(&whole, |line| {
                    if line.starts_with(DASH) {
                        line.replacen("7e ", "7e\n", 1)
                    } else {
                        line.to_owned()
                    }
                }),
            ),
            (
                "a byte order mark stands before it",
                format!("\u{feff}{whole}"),
            ),
        ] {
            let found = copied(text.as_bytes());
            assert_eq!(found.faults, [what], "{text}");
            assert_eq!(found.note, Some(note()), "{what}");
        }
        let units = "\u{feff}".encode_utf16().chain(whole.encode_utf16());
        let wide: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
        assert_eq!(copied(&wide).note, Some(note()));
    }

    #[test]
    fn what_was_not_copied_wrongly_is_not_mended() {
        let whole = note().to_string();
        assert_eq!(copied(whole.as_bytes()).faults, Vec::<String>::new());
        assert_eq!(copied(whole.as_bytes()).note, None);
        for text in [
            "",
            "Dear all,\n",
            "fonds/4f2a\n",
            "\u{feff}",
            "> fonds/\n>\n",
        ] {
            assert_eq!(copied(text.as_bytes()).note, None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn several_things_at_once_are_undone(fence: bool, quote in 0_usize..3, dash in 0_usize..3, crlf: bool, end: bool) {
            let mut text = note().to_string();
            text = text.replace('\u{2014}', ["\u{2014}", "-", "\u{2212}"][dash]);
            if fence {
                text = format!("So:\n\n```text\n{text}```\n");
            }
            text = each_line(&text, |line| [String::new(), "> ".to_owned(), "  ".to_owned()][quote].clone() + line);
            if end {
                text = text.trim_end().to_owned();
            }
            if crlf {
                text = text.replace('\n', "\r\n");
            }
            let found = copied(text.as_bytes());
            if !found.faults.is_empty() {
                prop_assert_eq!(found.note, Some(note()));
            }
        }

        #[test]
        fn no_bytes_stop_it(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "[fonds/> \u{2014}\r\n=Aa-]{0,200}") {
            copied(&bytes);
            copied(text.as_bytes());
            copied(format!("fonds/\n{text}").as_bytes());
        }
    }
}
