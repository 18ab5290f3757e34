//! A citation report that carries the proof of the passages it shows: what is opened of each, as recorded, and a script
//! that holds the one against the other. And the check of such a page by the program.
//!
//! Proved are the passages of the sources, who sent them, to whom and when, and under whose key. Not proved are the draft,
//! the verdicts and the custody: these the program says, and says again to whoever has archive and draft.

use std::collections::BTreeMap;

use html5gum::Token;
use html5gum::Tokenizer;
use maud::Markup;
use maud::PreEscaped;
use maud::html;

use crate::publish::Checked;
use crate::publish::Shown;
use crate::publish::ShownText;
use crate::record::legible;

use super::super::published;
use super::sides;

/// What the page calls itself.
pub(super) const PAGE: &str = "citation-report";

/// The elements of which a report is made. In others something could hide, load or run.
const ELEMENTS: &[&[u8]] = &[
    b"header",
    b"main",
    b"section",
    b"article",
    b"nav",
    b"div",
    b"p",
    b"span",
    b"mark",
    b"del",
    b"ins",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"dl",
    b"dt",
    b"dd",
    b"ul",
    b"ol",
    b"li",
    b"a",
    b"strong",
    b"em",
    b"code",
    b"pre",
    b"table",
    b"caption",
    b"thead",
    b"tbody",
    b"tr",
    b"th",
    b"td",
    b"details",
    b"summary",
    b"figure",
    b"figcaption",
    b"svg",
    b"g",
    b"line",
    b"path",
    b"rect",
    b"circle",
    b"text",
    b"title",
    b"br",
];

/// Elements that hold words and marks only.
const IN_A_LINE: &[&[u8]] = &[
    b"span", b"mark", b"del", b"ins", b"a", b"strong", b"em", b"code", b"br",
];

/// Attributes by which something could be hidden, turned, drawn or run. All others say what a thing is or how it looks by a
/// class of the style sheet, which is the page's own.
const HIDING: &[&[u8]] = &[
    b"hidden",
    b"inert",
    b"popover",
    b"style",
    b"slot",
    b"is",
    b"contenteditable",
    b"draggable",
    b"srcdoc",
    b"src",
    b"data",
    b"background",
    b"color",
    b"bgcolor",
    b"size",
    b"face",
    b"shadowrootmode",
];

/// What is said to those who do not see the marking, or marks where a word is missing.
const BESIDES: &[&str] = &[
    sides::CARET,
    sides::DRAFT_TAKES,
    sides::END,
    sides::DRAFT.has,
    sides::DRAFT.lacks,
    sides::SOURCE.has,
    sides::SOURCE.lacks,
];

/// A proof of the passages that a report shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Proven {
    /// The proof file.
    file: String,
    /// What it opens.
    checked: Checked,
    /// The origin's words.
    words: String,
    /// Which item of the proof shows the words of an item of the archive.
    numbers: BTreeMap<String, usize>,
}

impl Proven {
    /// A proof that was checked and matches; `numbers` are the places in it of the items that the report names.
    pub fn new(
        file: String,
        checked: Checked,
        words: &[&str],
        numbers: BTreeMap<String, usize>,
    ) -> Self {
        Self {
            file,
            checked,
            words: words.join(" "),
            numbers,
        }
    }

    /// How many items it opens, and how many lines of their texts.
    pub fn readable(&self) -> (usize, usize) {
        let lines = |item: &Shown| {
            texts(item)
                .iter()
                .map(|it| it.lines().count())
                .sum::<usize>()
        };
        (
            self.checked.items.len(),
            self.checked.items.iter().map(lines).sum(),
        )
    }

    /// Which item of the proof shows the words of an item.
    pub(super) fn number(&self, item: &str) -> Option<usize> {
        self.numbers.get(item).copied()
    }

    pub(super) fn section(&self) -> Markup {
        recorded(&self.checked)
    }

    /// How to check it, and whose archive it is from.
    pub(super) fn whose(&self) -> Markup {
        whose(&self.checked, &self.words)
    }

    /// The page around a body. What stands in the proof is not the page's own text, and stays as it is.
    pub(super) fn page(&self, title: &str, body: Markup) -> String {
        let body = PreEscaped(legible(&body.into_string()));
        published::whole(&legible(title), &body, &self.file)
    }
}

/// The command that checks the page without its own help, and whose archive it is from.
fn whose(checked: &Checked, words: &str) -> Markup {
    html! {
        pre { code { "fonds verify REPORT --key \"" (words) "\"" } }
        (published::compare(checked, words))
    }
}

/// The passages as they were recorded.
fn recorded(checked: &Checked) -> Markup {
    html! {
        section {
            h2 id="recorded" { "The passages, as recorded" }
            p {
                "These are proved by what this page carries, and the words of the sources above are held against them. The "
                "draft, the verdicts and the custody are not proved here; whoever has the archive and the draft makes this "
                "report again."
            }
            @for (number, item) in checked.items.iter().enumerate() {
                h3 id=(format!("item-{number}")) { (published::named(item)) }
                (published::of_item(number, item))
            }
        }
    }
}

/// Whether a page calls itself a citation report.
pub fn is_report(page: &str) -> bool {
    page.contains(&format!("<main data-page=\"{PAGE}\">"))
}

/// How many passages of sources a page shows, and how many of them the proof in it has word for word. `Err` says what of
/// the page is not as its proof has it. `file` is the proof that stands in the page, and `checked` what it opens.
pub fn compare(
    page: &str,
    file: &str,
    checked: &Checked,
    words: &[&str],
) -> Result<(usize, usize), String> {
    let page = body(page, file)?;
    let marks = |text: &str| text.matches("data-proven=").count();
    let mut proven = 0;
    for (part, what) in [
        (recorded(checked), "the passages under ‘as recorded’"),
        (
            whose(checked, &words.join(" ")),
            "the archive’s words and origin",
        ),
    ] {
        let part = legible(&part.into_string());
        if page.matches(&part).count() != 1 {
            return Err(format!("{what} are not those of the proof"));
        }
        proven += marks(&part);
    }
    if marks(page) != proven {
        return Err("it has two of what there is one of".to_owned());
    }
    let opened: Vec<Vec<String>> = checked.items.iter().map(in_rows).collect();
    let (mut panes, mut held) = (0, 0);
    for passage in passages(page)? {
        panes += 1;
        let Some(number) = passage.number else {
            continue;
        };
        let item = opened.get(number);
        if !item.is_some_and(|item| holds(item, &passage.text)) {
            return Err(format!(
                "a passage it shows is not in item {number} of the proof: “{}”",
                super::cut(passage.text.trim(), 120)
            ));
        }
        held += 1;
    }
    Ok((panes, held))
}

/// The body of a page, in which nothing runs: all around it has to be what this release puts there.
fn body<'p>(page: &'p str, file: &str) -> Result<&'p str, String> {
    const TITLE: &str = "the title of a page";
    const BODY: &str = "the body of a page";
    let shell = published::whole(TITLE, &html! { (BODY) }, file);
    let parts = shell
        .split_once(TITLE)
        .and_then(|(head, rest)| Some((head, rest.split_once(BODY)?)));
    let body = parts.and_then(|(head, (between, foot))| {
        let (title, body) = page
            .strip_prefix(head)?
            .strip_suffix(foot)?
            .split_once(between)?;
        (!title.contains('<')).then_some(body)
    });
    body.ok_or_else(|| {
        "its head, its style or its script are not those of this release: it was changed, or another release made it".to_owned()
    })
}

/// Words of a source that a page shows.
#[derive(Default)]
struct Passage {
    number: Option<usize>,
    text: String,
    /// What is said to those who do not see the marking.
    besides: String,
}

/// A page read from its start: only what a report is made of, each element closed where it has to be, and on each card the
/// draft's words first and then those of the source.
#[derive(Default)]
struct Reading {
    /// The elements that are open.
    open: Vec<Vec<u8>>,
    passage: Option<Passage>,
    /// How many elements were open where something began that is said besides.
    besides: Option<usize>,
    /// Whether the draft's words of this card are still to come.
    draft: bool,
    found: Vec<Passage>,
}

impl Reading {
    fn begin(&mut self, tag: &html5gum::StartTag<()>) -> Result<(), String> {
        let name: &[u8] = &tag.name;
        let foreign = || {
            format!(
                "it has a part that no report has: {}",
                String::from_utf8_lossy(name)
            )
        };
        let keys = || tag.attributes.keys();
        if !ELEMENTS.contains(&name)
            || keys().any(|it| HIDING.contains(&&***it) || it.starts_with(b"on"))
        {
            return Err(foreign());
        }
        let attribute = |name: &[u8]| {
            tag.attributes
                .get(name)
                .map(|it| String::from_utf8_lossy(it).into_owned())
        };
        let class = attribute(b"class").unwrap_or_default();
        let classes = || class.split(' ');
        let inside_line = self.open.last().is_some_and(|it| {
            let it: &[u8] = it;
            it == b"p" || IN_A_LINE.contains(&it)
        });
        if inside_line && !IN_A_LINE.contains(&name)
            || classes().any(|it| it == "hidden") && name != b"span"
            || classes().any(|it| it == "signoff") && name != b"p"
            || attribute(b"dir").is_some_and(|it| it != "auto")
        {
            return Err(foreign());
        }
        let (said, source) = (
            classes().any(|it| it == "said"),
            attribute(b"data-source").is_some(),
        );
        if said && !source && !std::mem::take(&mut self.draft) || source && !(said && name == b"p")
        {
            return Err(
                "it shows words as a source’s that are not held against the proof".to_owned(),
            );
        }
        self.draft |= name == b"article";
        if source {
            if !matches!(class.as_str(), "said" | "said message") {
                return Err(foreign());
            }
            let number = attribute(b"data-quoted")
                .map(|it| it.parse().map_err(|_| "a number is none".to_owned()));
            self.passage = Some(Passage {
                number: number.transpose()?,
                ..Passage::default()
            });
        } else if self.passage.is_some() {
            let besides = match (name, class.as_str()) {
                (b"span", "hidden" | "caret") => true,
                (b"span", "around") => false,
                (b"mark", class) if class.starts_with("c-") && !class.contains(' ') => false,
                _ => return Err(foreign()),
            };
            if besides && self.besides.is_none() {
                self.besides = Some(self.open.len());
            }
        }
        if !matches!(name, b"br") && !tag.self_closing {
            self.open.push(name.to_vec());
        }
        Ok(())
    }

    fn end(&mut self, name: &[u8]) -> Result<(), String> {
        if self.open.pop().as_deref() != Some(name) {
            return Err("an element of it is not closed where it has to be".to_owned());
        }
        if self.besides == Some(self.open.len()) {
            self.besides = None;
            let said = self
                .passage
                .as_mut()
                .map(|it| std::mem::take(&mut it.besides));
            if said.is_some_and(|it| !BESIDES.contains(&it.trim())) {
                return Err(
                    "it says something beside a source’s words that no report says".to_owned(),
                );
            }
        }
        if name == b"p" {
            self.found.extend(self.passage.take());
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8]) {
        if let Some(passage) = &mut self.passage {
            let text = String::from_utf8_lossy(text);
            match self.besides {
                Some(_) => passage.besides.push_str(&text),
                None => passage.text.push_str(&text),
            }
        }
    }
}

/// The passages of a page, without what is said to those who do not see the marking.
fn passages(page: &str) -> Result<Vec<Passage>, String> {
    let mut reading = Reading::default();
    for token in Tokenizer::new(page) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => reading.begin(&tag)?,
            Token::EndTag(tag) => reading.end(&tag.name)?,
            Token::String(text) => reading.text(&text),
            _ => return Err("it has something in it that is no element and no text".to_owned()),
        }
    }
    if !reading.open.is_empty() {
        return Err("an element of it is never closed".to_owned());
    }
    Ok(reading.found)
}

/// The texts of an item as they are compared: however lines and spaces run.
fn in_rows(item: &Shown) -> Vec<String> {
    texts(item)
        .into_iter()
        .map(|it| in_a_row(&legible(it)))
        .collect()
}

/// Whether the words stand in what is opened of an item; dots at an end say that it goes on.
fn holds(item: &[String], words: &str) -> bool {
    let words = in_a_row(words);
    let words = words.strip_prefix('…').unwrap_or(&words);
    let words = words.strip_suffix('…').unwrap_or(words).trim_matches(' ');
    !words.is_empty() && item.iter().any(|it| it.contains(words))
}

/// The texts of an item, as far as they are opened.
fn texts(item: &Shown) -> Vec<&str> {
    match &item.text {
        Some(ShownText::Whole(text)) => vec![text],
        Some(ShownText::Passages { runs, .. }) => runs.iter().map(|it| it.text.as_str()).collect(),
        None => Vec::new(),
    }
}

fn in_a_row(text: &str) -> String {
    text.split(['\t', '\n', '\r', ' '])
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
