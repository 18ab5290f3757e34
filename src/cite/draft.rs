//! A draft as it is read: paragraphs of text, and the pins in them.
//!
//! Drafts come from anywhere, so nothing in them stops the reading: a draft too long is read to the limit, and what was
//! left out is a finding.

use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

use crate::record::Class;
use crate::record::Digest;
use crate::record::Finding;
use crate::record::Reference;

use super::html;
use super::markdown;

/// Bytes of a draft that are read, at most.
const LIMIT: usize = 16 << 20;

/// The formats of drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftFormat {
    /// Markdown with footnotes.
    Markdown,
    /// HTML.
    Html,
    /// Paragraphs divided by empty lines.
    Text,
}

impl DraftFormat {
    /// The format that a file name's ending tells; plain text where it tells none.
    pub fn of_name(name: &str) -> Self {
        let ending = name.rsplit('.').next().unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "md" | "markdown" | "mdown" | "mkd" => Self::Markdown,
            "html" | "htm" | "xhtml" => Self::Html,
            _ => Self::Text,
        }
    }
}

/// What a draft pins a quotation or a claim to: an item, and perhaps a page and lines in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "String")]
pub struct Pin {
    /// The item.
    pub reference: Reference,
    /// `7`, or `7.12-15`.
    pub place: Option<String>,
}

impl Pin {
    /// Reads `m-7kq2`, `d-41ac:7` or `d-41ac:7.12-15`.
    pub fn read(text: &str) -> Option<Self> {
        let (name, place) = match text.split_once(':') {
            Some((name, place)) => (name, Some(place)),
            None => (text, None),
        };
        let place_ok = |place: &str| {
            place.starts_with(|it: char| it.is_ascii_digit())
                && place.len() <= 40
                && place
                    .chars()
                    .all(|it| it.is_ascii_digit() || matches!(it, '.' | '-'))
        };
        // Letters outside the alphabet are rejected here, though `Reference` would read them kindly: `[m-lotus]` is a word.
        let code = name.get(2..)?;
        let strict = code.len() >= 2
            && code.chars().all(|it| {
                it.is_ascii_digit()
                    || it.is_ascii_lowercase() && !matches!(it, 'i' | 'l' | 'o' | 'u')
            });
        let reference: Reference = name.parse().ok()?;
        (strict
            && matches!(reference.class, Class::Document | Class::Message)
            && place.is_none_or(place_ok))
        .then(|| Self {
            reference,
            place: place.map(str::to_owned),
        })
    }

    /// Reads a list of pins such as `m-7kq2, d-41ac:7`: all of it, or nothing.
    pub(super) fn read_all(text: &str) -> Option<Vec<Self>> {
        let pins: Option<Vec<Self>> = text
            .split([',', ';', ' ', '\u{A0}'])
            .filter(|it| !it.is_empty())
            .map(Self::read)
            .collect();
        pins.filter(|it| !it.is_empty())
    }

    /// Reads the target of a link: `fonds:m-7kq2` or `#m-7kq2`.
    pub(super) fn of_link(target: &str) -> Option<Self> {
        let bare = target
            .strip_prefix("fonds://")
            .or_else(|| target.strip_prefix("fonds:"))
            .or_else(|| target.strip_prefix('#'))?;
        Self::read(bare)
    }
}

impl std::fmt::Display for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{}:{place}", self.reference),
            None => self.reference.fmt(f),
        }
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        pin.to_string()
    }
}

/// A paragraph of a draft, pins taken out of its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paragraph {
    /// Its number, from 1.
    pub number: usize,
    /// Its text; white space folded.
    pub text: String,
    /// Which block quotation it belongs to, if to one.
    pub block: Option<usize>,
    /// Pins, each with the byte of the text at which it stood.
    pub pins: Vec<(usize, Pin)>,
}

/// A draft as read.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The digest of its bytes.
    pub sha256: Digest,
    /// Its file name.
    pub name: Option<String>,
    /// Its title: the first heading.
    pub title: Option<String>,
    /// Its paragraphs.
    pub paragraphs: Vec<Paragraph>,
    /// What was noticed in reading it.
    pub findings: Vec<Finding>,
}

impl Draft {
    /// Reads a draft.
    pub fn read(bytes: &[u8], name: Option<&str>, format: DraftFormat) -> Self {
        let mut findings = Vec::new();
        let kept = bytes.get(..LIMIT).unwrap_or(bytes);
        if kept.len() < bytes.len() {
            findings.push(Finding::new(
                "draft.too-large",
                "draft",
                format!(
                    "the draft has {} bytes; only the first {LIMIT} were read, and quotations after them were not checked",
                    bytes.len()
                ),
            ));
        }
        let (text, _, replaced) = encoding_rs::UTF_8.decode(kept);
        if replaced && kept.len() == bytes.len() {
            findings.push(Finding::new(
                "draft.not-utf-8",
                "draft",
                "the draft is not UTF-8 throughout; bytes that could not be read were replaced",
            ));
        }
        let mut builder = Builder::default();
        match format {
            DraftFormat::Markdown => markdown::read(&text, &mut builder),
            DraftFormat::Html => html::read(&text, &mut builder),
            DraftFormat::Text => plain(&text, &mut builder),
        }
        builder.end_paragraph();
        Self {
            sha256: Digest::new(Sha256::digest(bytes).into()),
            name: name.map(str::to_owned),
            title: builder.title,
            paragraphs: builder.paragraphs,
            findings,
        }
    }
}

/// Plain text: empty lines divide paragraphs, `>` begins the lines of a block quotation.
fn plain(text: &str, builder: &mut Builder) {
    let mut in_block = false;
    for line in text.lines() {
        let bare = line.trim();
        let quotes = bare.starts_with('>');
        let line = bare.trim_start_matches(['>', ' ']);
        if quotes != in_block && !bare.is_empty() {
            builder.end_paragraph();
            if quotes {
                builder.begin_block();
            } else {
                builder.end_block();
            }
            in_block = quotes;
        }
        if line.is_empty() {
            builder.end_paragraph();
            if !quotes && in_block {
                builder.end_block();
                in_block = false;
            }
        } else {
            builder.text(line);
            builder.text("\n");
        }
    }
}

/// Gathers paragraphs for the readers of the formats.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) title: Option<String>,
    pub(super) paragraphs: Vec<Paragraph>,
    text: String,
    pins: Vec<(usize, Pin)>,
    depth: usize,
    blocks: usize,
}

impl Builder {
    /// Adds text as it stands; white space is folded.
    pub(super) fn text(&mut self, text: &str) {
        for character in text.chars() {
            if !character.is_whitespace() {
                self.text.push(character);
            } else if !self.text.is_empty() && !self.text.ends_with(' ') {
                self.text.push(' ');
            }
        }
    }

    /// Adds a pin where the text stands now.
    pub(super) fn pin(&mut self, pin: Pin) {
        self.pins.push((self.text.len(), pin));
    }

    /// Adds the pins that a comment or a footnote holds, in brackets or bare.
    pub(super) fn pins_in(&mut self, text: &str) {
        for word in text
            .split(|it: char| it.is_whitespace() || matches!(it, '[' | ']' | ',' | ';' | '(' | ')'))
        {
            if let Some(pin) = Pin::read(word.trim_end_matches('.')) {
                self.pin(pin);
            }
        }
    }

    /// The pins gathered and not yet given to a paragraph.
    pub(super) fn into_pins(self) -> impl Iterator<Item = Pin> {
        self.pins.into_iter().map(|it| it.1)
    }

    pub(super) fn begin_block(&mut self) {
        if self.depth == 0 {
            self.blocks += 1;
        }
        self.depth += 1;
    }

    pub(super) fn end_block(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Ends the paragraph; gives its text, for a title.
    pub(super) fn end_paragraph(&mut self) -> Option<String> {
        let text = std::mem::take(&mut self.text);
        let pins = std::mem::take(&mut self.pins);
        let mut paragraph = Paragraph {
            number: self.paragraphs.len() + 1,
            text: String::with_capacity(text.len()),
            block: (self.depth > 0).then_some(self.blocks),
            pins: Vec::new(),
        };
        take_pins(&text, pins, &mut paragraph);
        if paragraph.text.is_empty() {
            // A pin on its own line belongs to what stands before it.
            if let Some(last) = self.paragraphs.last_mut() {
                let end = last.text.len();
                last.pins
                    .extend(paragraph.pins.into_iter().map(|it| (end, it.1)));
            }
            return None;
        }
        let shown = paragraph.text.clone();
        self.paragraphs.push(paragraph);
        Some(shown)
    }
}

/// Copies a text without the pins in brackets that stand in it, which are kept apart.
fn take_pins(text: &str, given: Vec<(usize, Pin)>, paragraph: &mut Paragraph) {
    const LONGEST: usize = 200;
    let mut cuts: Vec<(usize, usize, Vec<Pin>)> = given
        .into_iter()
        .map(|(at, pin)| (at, at, vec![pin]))
        .collect();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|it| it.find('[')).map(|it| it + at) {
        at = open + 1;
        let end = text.floor_char_boundary((at + LONGEST).min(text.len()));
        let inside = text.get(at..end).unwrap_or_default();
        if let Some((inside, _)) = inside.split_once(']')
            && let Some(pins) = Pin::read_all(inside)
        {
            at = open + inside.len() + 2;
            cuts.push((open, at, pins));
        }
    }
    cuts.sort_by_key(|it| it.0);
    let mut from = 0;
    for (start, end, pins) in cuts {
        paragraph
            .text
            .push_str(text.get(from..start).unwrap_or_default());
        from = from.max(end);
        if end > start {
            while paragraph.text.ends_with(' ') {
                paragraph.text.pop();
            }
            if paragraph.text.is_empty() {
                from += text.get(from..).unwrap_or_default().len()
                    - text.get(from..).unwrap_or_default().trim_start().len();
            }
        }
        let here = paragraph.text.len();
        paragraph
            .pins
            .extend(pins.into_iter().map(|pin| (here, pin)));
    }
    paragraph
        .text
        .push_str(text.get(from..).unwrap_or_default());
    paragraph.text.truncate(paragraph.text.trim_end().len());
    let end = paragraph.text.len();
    for pin in &mut paragraph.pins {
        pin.0 = pin.0.min(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: DraftFormat) -> Draft {
        Draft::read(text.as_bytes(), None, format)
    }

    fn pins(draft: &Draft) -> Vec<String> {
        let all = draft.paragraphs.iter().flat_map(|it| &it.pins);
        all.map(|it| it.1.to_string()).collect()
    }

    #[test]
    fn pins_are_taken_out_of_the_text_wherever_a_draft_can_hold_them() {
        let text = "# The pier\n\nHe wrote “we met” [m-7kq2, d-41ac:7]. Later[^a] again <!-- m-9p0c --> and [so](fonds:m-2f61).\n\n[^a]: See [m-51d0].\n";
        let draft = read(text, DraftFormat::Markdown);
        assert_eq!(draft.title.as_deref(), Some("The pier"));
        let body = draft.paragraphs.get(1).map(|it| it.text.as_str());
        assert_eq!(body, Some("He wrote “we met”. Later again and so."));
        assert_eq!(
            pins(&draft),
            ["m-7kq2", "d-41ac:7", "m-51d0", "m-9p0c", "m-2f61"]
        );
        let html = "<h1>The pier</h1><p>He wrote <q>we met</q> [m-7kq2]<!-- m-9p0c --></p><script>“no”</script>";
        let draft = read(html, DraftFormat::Html);
        assert_eq!(
            draft.paragraphs.get(1).map(|it| it.text.as_str()),
            Some("He wrote “we met”")
        );
        assert_eq!(pins(&draft), ["m-7kq2", "m-9p0c"]);
    }

    #[test]
    fn brackets_that_are_no_pins_stay() {
        let draft = read(
            "a [sic] b [m-lotus] c [Peter] d [m-] [d-41ac:x]",
            DraftFormat::Text,
        );
        assert!(pins(&draft).is_empty());
        let body = draft.paragraphs.first().map(|it| it.text.as_str());
        assert_eq!(
            body,
            Some("a [sic] b [m-lotus] c [Peter] d [m-] [d-41ac:x]")
        );
    }

    #[test]
    fn block_quotations_are_known_in_every_format() {
        for (text, format) in [
            ("He wrote:\n\n> one\n>\n> two\n\nso", DraftFormat::Markdown),
            ("He wrote:\n\n> one\n>\n> two\n\nso", DraftFormat::Text),
            (
                "<p>He wrote:<blockquote><p>one<p>two</blockquote>so",
                DraftFormat::Html,
            ),
        ] {
            let draft = read(text, format);
            let blocks: Vec<Option<usize>> = draft.paragraphs.iter().map(|it| it.block).collect();
            assert_eq!(blocks, [None, Some(1), Some(1), None], "{format:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_read_and_said() {
        let draft = Draft::read(b"he \xff said", None, DraftFormat::Text);
        assert_eq!(
            draft.findings.first().map(|it| it.code),
            Some("draft.not-utf-8")
        );
        assert!(
            Draft::read(b"", None, DraftFormat::Html)
                .paragraphs
                .is_empty()
        );
    }
}
