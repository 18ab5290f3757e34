//! Reads an HTML draft, or the HTML in one of Markdown, into paragraphs. Nothing in it is loaded or run; only its text is read.

use html5gum::Error;
use html5gum::StartTag;
use html5gum::Token;
use html5gum::Tokenizer;

use crate::record::Finding;

use super::builder::Builder;
use super::office::Raised;
use super::office::hidden;
use super::office::tracked;
use super::pin::Pin;

/// Elements whose text is not the draft's.
const SILENT: &[&[u8]] = &[
    b"script",
    b"style",
    b"head",
    b"template",
    b"noscript",
    b"iframe",
    b"object",
    b"svg",
    b"title",
    // What is struck out is no longer said; that something was, is.
    b"del",
    b"s",
    b"strike",
];

/// Elements of which the text is struck out.
const STRUCK: &[&[u8]] = &[b"del", b"s", b"strike"];

/// Elements that stand in a line of text.
const INLINE: &[&[u8]] = &[
    b"a", b"abbr", b"b", b"bdi", b"bdo", b"big", b"cite", b"code", b"data", b"dfn", b"em", b"font",
    b"i", b"img", b"ins", b"kbd", b"mark", b"q", b"samp", b"small", b"span", b"strong", b"sub",
    b"sup", b"time", b"tt", b"u", b"var", b"wbr",
];

/// Elements that part paragraphs even in a line of Markdown.
const BLOCKS: &[&[u8]] = &[
    b"address",
    b"article",
    b"aside",
    b"blockquote",
    b"caption",
    b"center",
    b"dd",
    b"details",
    b"div",
    b"dl",
    b"dt",
    b"figcaption",
    b"figure",
    b"footer",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"header",
    b"hr",
    b"li",
    b"main",
    b"nav",
    b"ol",
    b"p",
    b"pre",
    b"section",
    b"summary",
    b"table",
    b"tbody",
    b"td",
    b"tfoot",
    b"th",
    b"thead",
    b"tr",
    b"ul",
];

/// Elements that hold nothing.
const VOID: &[&[u8]] = &[
    b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta",
    b"source", b"track", b"wbr",
];

/// Elements in which no other begins.
const RAW: &[&[u8]] = &[b"script", b"style", b"noscript", b"iframe", b"title"];

/// Whether an element says by itself that it is not shown. What a style sheet hides, nobody can tell from the text.
fn is_hidden(tag: &StartTag<()>) -> bool {
    let style = tag.attributes.get(b"style".as_slice());
    let style: String = style.map_or_else(String::new, |it| {
        let style = String::from_utf8_lossy(it).to_lowercase();
        style.split_whitespace().collect()
    });
    tag.attributes.contains_key(b"hidden".as_slice())
        || style.contains("display:none")
        || style.contains("visibility:hidden")
}

/// Whether an element is the mark of a note (DPUB-ARIA, EPUB, pandoc), which stands among the words and is none.
fn refers_to_note(tag: &StartTag<()>) -> bool {
    let has = |name: &str, word: &str| {
        let value = tag.attributes.get(name.as_bytes());
        let value = value.map(|it| String::from_utf8_lossy(it).to_lowercase());
        value.is_some_and(|it| it.split_whitespace().any(|it| it == word))
    };
    has("role", "doc-noteref") || has("epub:type", "noteref") || has("class", "footnote-ref")
}

/// Whether bytes begin as a page does, whatever the file is called.
pub(super) fn is_page(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = bytes.trim_ascii_start();
    ["<!doctype html", "<html>", "<html "].iter().any(|it| {
        let head = bytes.get(..it.len()).unwrap_or_default();
        head.eq_ignore_ascii_case(it.as_bytes())
    })
}

pub(super) fn read(text: &str) -> Builder {
    let mut builder = Builder::default();
    let mut reader = Reader::default();
    reader.take(text, false, &mut builder);
    reader.finish(&mut builder);
    builder
}

/// An element that is open and not shown.
#[derive(Debug)]
struct Silent {
    name: Vec<u8>,
    /// How many of its name are open, it included.
    depth: usize,
    /// Whether it would be shown but that it is set not to be.
    is_hidden: bool,
    /// Whether its tag stands in a line of Markdown, with which it ends.
    in_line: bool,
}

/// What is open in a paragraph.
#[derive(Debug, Default)]
struct Line {
    /// Quotations of `<q>`: whether each stands within another.
    quoted: Vec<bool>,
    /// Marks of the text itself, as far as their shape tells.
    marks: usize,
    straight: bool,
    /// Whether nothing stands after the last line break.
    broke: bool,
    /// How many elements are open of which the text is raised.
    raised: usize,
    words: Raised,
}

/// Reads what is written in HTML: a page, or the parts of a draft in Markdown that are. What one of them opens goes on
/// until another closes it.
#[derive(Debug, Default)]
pub(super) struct Reader {
    silent: Option<Silent>,
    inserted: usize,
    deleted: usize,
    /// Whether text was left out that is set not to be shown.
    hidden: bool,
    line: Line,
    /// Whether what is open says whose a block quotation is.
    names: bool,
    /// Whether something that is not shown, or a tag, is never ended.
    unended: bool,
}

impl Reader {
    /// Takes text.
    pub(super) fn text(&mut self, words: &str, builder: &mut Builder) {
        if let Some(silent) = &self.silent {
            self.hidden |= silent.is_hidden && !words.trim().is_empty();
            return;
        }
        for character in words.chars() {
            self.line.broke &= character.is_whitespace();
            match character {
                '“' | '„' => self.line.marks += 1,
                '”' => self.line.marks = self.line.marks.saturating_sub(1),
                '"' => self.line.straight = !self.line.straight,
                _ => {}
            }
        }
        self.put(words, builder);
    }

    /// Puts words of the text, or marks that stand for an element.
    fn put(&mut self, words: &str, builder: &mut Builder) {
        if self.line.raised > 0 {
            self.line.words.raise(words, &(0..0), builder);
        } else {
            self.line.words.put(words, &(0..0), builder);
        }
    }

    /// Begins a line.
    pub(super) fn line_break(&mut self, builder: &mut Builder) {
        self.line.words.space(builder);
        builder.line_break();
    }

    /// A paragraph ends: what is open in it goes no further.
    pub(super) fn part(&mut self, builder: &mut Builder) {
        self.line.words.settle(builder);
        self.line = Line::default();
    }

    /// `<q>`: within another quotation its marks are single.
    fn quote(&mut self) -> &'static str {
        let line = &mut self.line;
        let around = line.quoted.len() + line.marks + usize::from(line.straight);
        let inside = !around.is_multiple_of(2);
        line.quoted.push(inside);
        if inside { "‘" } else { "“" }
    }

    /// Notes that Markdown strikes something out.
    pub(super) const fn count_deletion(&mut self) {
        self.deleted += 1;
    }

    /// A block of Markdown begins, which ends what a tag in a line before it left open.
    pub(super) fn end_line(&mut self, builder: &mut Builder) {
        if self.silent.as_ref().is_some_and(|it| it.in_line) {
            self.silent = None;
            self.unended = true;
        }
        self.part(builder);
    }

    /// Takes HTML. `in_line`: it is one tag, or a comment, in a line of Markdown, where what looks like a tag that nobody
    /// knows ends no paragraph.
    pub(super) fn take(&mut self, html: &str, in_line: bool, builder: &mut Builder) {
        for Ok(token) in Tokenizer::new(html) {
            match token {
                Token::StartTag(tag) => self.start(&tag, in_line, builder),
                Token::EndTag(tag) => self.end(&tag.name, in_line, builder),
                Token::String(words) => {
                    let words = String::from_utf8_lossy(&words);
                    self.text(&words, builder);
                }
                Token::Comment(words) if self.silent.is_none() => {
                    builder.pins_in(&String::from_utf8_lossy(&words));
                }
                Token::Error(error) => {
                    self.unended |= matches!(*error, Error::EofInComment | Error::EofInTag);
                }
                _ => {}
            }
        }
    }

    fn start(&mut self, tag: &StartTag<()>, in_line: bool, builder: &mut Builder) {
        let name: &[u8] = &tag.name;
        if let Some(silent) = &mut self.silent {
            silent.depth += usize::from(silent.name == name && !RAW.contains(&name));
            return;
        }
        self.inserted += usize::from(name == b"ins");
        let is_silent = SILENT.contains(&name);
        let is_note = refers_to_note(tag);
        if is_silent || is_note || is_hidden(tag) {
            self.deleted += usize::from(STRUCK.contains(&name));
            // Browsers close nothing but what is drawn by a slash.
            let closed = tag.self_closing && name == b"svg";
            if !(closed || VOID.contains(&name)) {
                self.silent = Some(Silent {
                    name: name.to_vec(),
                    depth: 1,
                    is_hidden: !(is_silent || is_note),
                    in_line,
                });
            }
            return;
        }
        // One is white space; after two a new paragraph begins, as pages of old write it.
        if name == b"br" && !self.line.broke {
            self.line_break(builder);
            self.line.broke = true;
            return;
        }
        if parts(name, in_line) || name == b"br" {
            self.part(builder);
            builder.end_paragraph();
        }
        match name {
            b"blockquote" => builder.begin_block(),
            b"tr" => builder.begin_row(),
            b"q" => {
                let mark = self.quote();
                self.put(mark, builder);
            }
            b"sup" => self.line.raised += 1,
            b"footer" | b"figcaption" if builder.in_block() => self.names = true,
            b"cite" if builder.in_block() && !self.names => builder.begin_name(),
            b"a" => {
                let target = tag.attributes.get(b"href".as_slice());
                let target = target.map(|it| String::from_utf8_lossy(it));
                if let Some(pin) = target.and_then(|it| Pin::of_link(&it)) {
                    builder.begin_link(pin);
                }
            }
            _ => {}
        }
        if self.names && parts(name, in_line) {
            builder.begin_name();
        }
    }

    fn end(&mut self, name: &[u8], in_line: bool, builder: &mut Builder) {
        if let Some(silent) = &mut self.silent {
            silent.depth -= usize::from(silent.name == name);
            if silent.depth == 0 {
                self.silent = None;
            }
            return;
        }
        match name {
            b"q" if self.line.quoted.pop() == Some(true) => self.put("’", builder),
            b"q" => self.put("”", builder),
            b"a" => builder.end_link(),
            b"sup" => {
                self.line.raised = self.line.raised.saturating_sub(1);
                if self.line.raised == 0 {
                    self.line.words.settle(builder);
                }
            }
            b"cite" if !self.names => builder.end_name(),
            b"footer" | b"figcaption" | b"blockquote" => self.names = false,
            _ => {}
        }
        if !parts(name, in_line) {
            return;
        }
        self.part(builder);
        let ended = builder.end_paragraph();
        if matches!(name, b"h1" | b"h2") && builder.title.is_none() {
            builder.title = ended;
        }
        match name {
            b"blockquote" => builder.end_block(),
            b"tr" | b"table" => builder.end_row(),
            _ => {}
        }
    }

    /// Says what was noticed; `builder` is that of the draft.
    pub(super) fn finish(mut self, builder: &mut Builder) {
        self.part(builder);
        builder
            .findings
            .extend(tracked(self.inserted, self.deleted));
        builder.findings.extend(hidden(self.hidden));
        if self.unended || self.silent.is_some() {
            builder.findings.push(Finding::new(
                "draft.part-not-read",
                "draft",
                "an element that is not shown, a comment or a tag begins in the draft and never ends; what follows was not read",
            ));
        }
    }
}

/// Whether an element parts what stands before it from what stands in it.
fn parts(name: &[u8], in_line: bool) -> bool {
    if in_line {
        BLOCKS.contains(&name)
    } else {
        !INLINE.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(html: &str) -> String {
        let paragraphs = read(html).paragraphs;
        paragraphs
            .iter()
            .map(|it| it.text.trim())
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn what_a_page_does_not_show_is_not_read() {
        for hidden in [
            "<p hidden>not</p>",
            "<p style=\"color:red; DISPLAY : none\">not</p>",
            "<div style='visibility:hidden'><div>not</div>not</div>",
            "<del>not<del>not</del>not</del>",
            "<script/>not</script>",
            "<img hidden>",
            "<template><p>not</p></template>",
        ] {
            assert_eq!(
                words(&format!("<p>One.</p>{hidden}<p>Two.</p>")),
                "One.|Two.",
                "{hidden}"
            );
        }
        assert_eq!(
            words("<p>One <svg/>two <span style=\"color:red\">three</span>.</p>"),
            "One two three."
        );
    }
}
