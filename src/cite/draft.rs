//! A draft as it is read: paragraphs of text, and the pins in them.
//!
//! Drafts come from anywhere. What is wrong in a text is a finding, and the reading goes on: a draft too long is read to the
//! limit, and what was left out is said. A file that cannot be taken apart, such as half a .docx, is an error.

use sha2::Digest as _;
use sha2::Sha256;

use crate::record::Digest;
use crate::record::Finding;

use super::builder::Builder;
use super::builder::LIMIT;
use super::builder::Origins;
use super::html;
use super::markdown;
use super::office;
use super::office::DraftError;
use super::pin::Pin;

/// The formats of drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftFormat {
    /// Markdown with footnotes.
    Markdown,
    /// HTML.
    Html,
    /// Paragraphs divided by empty lines.
    Text,
    /// A document of a word processor: Office Open XML (.docx) or OpenDocument (.odt), which its content tells. So that
    /// none is taken for plain text and passed as one without quotations, those which are not read (.doc, .rtf, .fodt) are
    /// of it too, and are refused.
    Office,
}

impl DraftFormat {
    /// The format that a file name's ending tells; plain text where it tells none.
    pub fn of_name(name: &str) -> Self {
        let ending = name.rsplit('.').next().unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "md" | "markdown" | "mdown" | "mkd" => Self::Markdown,
            "html" | "htm" | "xhtml" => Self::Html,
            "docx" | "docm" | "dotx" | "odt" | "ott" | "doc" | "rtf" | "fodt" => Self::Office,
            _ => Self::Text,
        }
    }

    /// The format of a file: what its first bytes tell for certain, else what its name tells.
    pub fn of_file(name: &str, bytes: &[u8]) -> Self {
        /// Bytes in which a page, or what is no draft, is known to begin.
        const BEGINNING: usize = 8 << 10;
        let head = is_utf_16(bytes).then(|| {
            let head = bytes.get(..BEGINNING).unwrap_or(bytes);
            encoding_rs::UTF_16LE.decode(head).0.into_owned()
        });
        let bytes = head.as_ref().map_or(bytes, |it| it.as_bytes());
        let is_office = office::is_package(bytes)
            || office::is_compound(bytes)
            || office::not_read(bytes).is_some();
        if is_office {
            return Self::Office;
        }
        match Self::of_name(name) {
            Self::Markdown | Self::Text if html::is_page(bytes) => Self::Html,
            format => format,
        }
    }
}

/// A pin at its place in a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The byte of the text from which it holds: that of a comment begins with the words it is about.
    pub from: usize,
    /// The byte up to which it holds; the same where it only stands there.
    pub to: usize,
    /// Whether it comes with a comment that goes on after the paragraph, or with a note, so that it need not belong to
    /// anything here.
    pub goes_on: bool,
    /// The pin.
    pub pin: Pin,
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
    /// Pins in the order in which they end.
    pub pins: Vec<Mark>,
    /// Of a footnote or an endnote: the paragraph and the byte of its text at which it is referred to.
    pub note: Option<(usize, usize)>,
    /// Which row of a table it stands in, if in one.
    pub(super) row: Option<usize>,
    /// Of a block quotation: the byte from which it says whose words they are, and is no longer quoted.
    pub(super) source: Option<usize>,
    /// The notes that it refers to, each with the byte at which it does.
    pub(super) notes: Vec<(usize, String)>,
    /// Where its characters stand in the source, where that is known.
    pub(super) origins: Origins,
}

/// A stretch of a draft: from a byte of one paragraph's text to a byte of the same or a later one's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// The paragraph in which it begins, from 1.
    pub paragraph: usize,
    /// The byte at which it begins.
    pub from: usize,
    /// The paragraph in which it ends.
    pub last: usize,
    /// The byte at which it ends.
    pub to: usize,
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
    ///
    /// # Errors
    ///
    /// [`DraftError`] where a document of a word processor cannot be taken apart. Text of any bytes can be read.
    pub fn read(bytes: &[u8], name: Option<&str>, format: DraftFormat) -> Result<Self, DraftError> {
        let mut builder = if format == DraftFormat::Office {
            office::read(bytes)?
        } else {
            of_text(bytes, format)
        };
        builder.finish();
        Ok(Self {
            sha256: Digest::new(Sha256::digest(bytes).into()),
            name: name.map(str::to_owned),
            title: builder.title,
            paragraphs: builder.paragraphs,
            findings: builder.findings,
        })
    }
}

/// Whether bytes begin with the byte order mark of UTF-16. That of UTF-32 begins alike.
pub(crate) fn is_utf_16(bytes: &[u8]) -> bool {
    let is_32 = bytes.starts_with(b"\xff\xfe\0\0");
    !is_32 && (bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff"))
}

/// Reads a draft that is text: in UTF-8, or as its byte order mark says.
fn of_text(bytes: &[u8], format: DraftFormat) -> Builder {
    let kept = bytes.get(..LIMIT).unwrap_or(bytes);
    let (text, encoding, replaced) = encoding_rs::UTF_8.decode(kept);
    let mut builder = match format {
        DraftFormat::Markdown => markdown::read(&text),
        DraftFormat::Html => html::read(&text),
        DraftFormat::Text | DraftFormat::Office => plain(&text),
    };
    if kept.len() < bytes.len() {
        builder.findings.push(Finding::new(
            "draft.too-large",
            "draft",
            format!(
                "the draft has {} bytes; only the first {LIMIT} were read, and quotations after them were not checked",
                bytes.len()
            ),
        ));
    }
    if replaced && kept.len() == bytes.len() {
        builder.findings.push(Finding::new(
            "draft.wrong-encoding",
            "draft",
            format!(
                "the draft is not {} throughout, and what could not be read may have been quotation marks: save it as UTF-8",
                encoding.name()
            ),
        ));
    }
    builder
}

/// Plain text: empty lines divide paragraphs, `>` begins the lines of a block quotation.
fn plain(text: &str) -> Builder {
    let mut builder = Builder::default();
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
            builder.line_break();
        }
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: DraftFormat) -> Draft {
        Draft::read(text.as_bytes(), None, format).expect("text")
    }

    fn pins(draft: &Draft) -> Vec<String> {
        let all = draft.paragraphs.iter().flat_map(|it| &it.pins);
        all.map(|it| it.pin.to_string()).collect()
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
        let draft = Draft::read(b"he \xff said", None, DraftFormat::Text).expect("text");
        assert_eq!(
            draft.findings.first().map(|it| it.code),
            Some("draft.wrong-encoding")
        );
        assert!(
            Draft::read(b"", None, DraftFormat::Html)
                .expect("text")
                .paragraphs
                .is_empty()
        );
    }
}
