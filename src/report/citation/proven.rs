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

use crate::cite::Verdict;
use crate::publish::Checked;
use crate::publish::Shown;
use crate::publish::ShownText;
use crate::record::legible;

use super::super::published;
use super::CHECKPOINT;
use super::NOTHING_HERE;
use super::STATE;
use super::panes::Line;
use super::panes::Said;
use super::panes::demand_a_card;
use super::sides;

/// What the page calls itself.
pub(super) const PAGE: &str = "citation-report";

/// The elements of which a report is made. In others something could hide, load, draw or run.
const ELEMENTS: &[&[u8]] = &[
    b"header", b"main", b"section", b"article", b"div", b"p", b"span", b"mark", b"del", b"ins",
    b"h1", b"h2", b"h3", b"dl", b"dt", b"dd", b"ul", b"ol", b"li", b"a", b"strong", b"code",
    b"pre", b"table", b"thead", b"tbody", b"tr", b"th", b"td", b"details", b"summary", b"br",
];

/// Elements that hold words and marks only.
const IN_A_LINE: &[&[u8]] = &[
    b"span", b"mark", b"del", b"ins", b"a", b"strong", b"code", b"br",
];

/// Their attributes: what a thing is, and how it looks by a class of the style sheet, which is the page's own. By others
/// something could be hidden, turned, drawn or run.
const ATTRIBUTES: &[&[u8]] = &[
    b"id",
    b"class",
    b"dir",
    b"href",
    b"role",
    b"aria-label",
    b"aria-labelledby",
    b"aria-hidden",
    b"data-page",
    b"data-source",
    b"data-quoted",
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
    // What is compared byte by byte leaves an empty element in its place, which no attribute can hold.
    let mut page = body(page, file)?.to_owned();
    for (part, what, instead) in [
        (
            recorded(checked),
            "the passages under ‘as recorded’",
            "<section></section>",
        ),
        (
            whose(checked, &words.join(" ")),
            "the archive’s words and origin",
            "<dl></dl>",
        ),
    ] {
        let part = legible(&part.into_string());
        if page.matches(&part).count() != 1 {
            return Err(format!("{what} are not those of the proof"));
        }
        page = page.replacen(&part, instead, 1);
    }
    if page.contains("data-proven=") {
        return Err("it has two of what there is one of".to_owned());
    }
    let mut opened: Vec<Vec<Row>> = checked.items.iter().map(in_rows).collect();
    let (mut panes, mut held) = (0, 0);
    for passage in passages(&page, &checked.items)? {
        panes += 1;
        let Some(number) = passage.number else {
            continue;
        };
        let item = opened.get_mut(number);
        if !item.is_some_and(|item| holds(item, &passage.text)) {
            return Err(format!(
                "a passage it shows is not in item {number} of the proof: “{}”",
                super::cut(passage.text.trim(), 120)
            ));
        }
        held += 1;
    }
    match opened
        .iter()
        .position(|rows| rows.iter().any(|it| !it.shown))
    {
        None => Ok((panes, held)),
        Some(number) => Err(format!(
            "a passage of item {number} of its proof is shown at no quotation"
        )),
    }
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
/// draft's words on one side and those of the source on the other.
#[derive(Default)]
struct Reading {
    /// The elements that are open.
    open: Vec<Vec<u8>>,
    passage: Option<Passage>,
    /// How many elements were open where something began that is said besides.
    besides: Option<usize>,
    /// The sides of the card that is read, each with its paragraphs.
    sides: Option<Sides>,
    /// Whether the sides of this card are still to come.
    card: bool,
    /// The words of a paragraph that may say only what a report says, and where it began.
    fixed: Option<(usize, &'static [&'static str], String)>,
    found: Vec<Passage>,
}

/// The sides of a card.
struct Sides {
    /// How many elements were open where they began.
    depth: usize,
    /// How many there are by now.
    many: usize,
    lines: Vec<Line>,
}

fn foreign(name: &[u8]) -> String {
    format!(
        "it has a part that no report has there: {}",
        String::from_utf8_lossy(name)
    )
}

impl Reading {
    fn begin(&mut self, tag: &html5gum::StartTag<()>) -> Result<(), String> {
        let name: &[u8] = &tag.name;
        let attribute = |name: &[u8]| {
            tag.attributes
                .get(name)
                .map(|it| String::from_utf8_lossy(it).into_owned())
        };
        let (class, source) = (
            attribute(b"class").unwrap_or_default(),
            attribute(b"data-source").is_some(),
        );
        let odd = |(name, value): (&[u8], &[u8])| match name {
            b"href" => !value.starts_with(b"#"),
            b"aria-label" => value != STATE.as_bytes(),
            b"aria-hidden" => class != "caret",
            b"role" => value != b"status",
            _ => !ATTRIBUTES.contains(&name) || value.contains(&b'<'),
        };
        let inside_line = self.open.last().is_some_and(|it| {
            let it: &[u8] = it;
            it == b"p" || IN_A_LINE.contains(&it)
        });
        if !ELEMENTS.contains(&name)
            || tag
                .attributes
                .iter()
                .any(|(name, value)| odd((name, value)))
            || attribute(b"href").is_some() && name != b"a"
            || inside_line && !IN_A_LINE.contains(&name)
            || attribute(b"dir").is_some_and(|it| it != "auto")
            || !self.has_its_place(name, &class)
        {
            return Err(foreign(name));
        }
        if source && !(self.is_in_a_side() && name == b"p" && class.starts_with("said")) {
            return Err(
                "it shows words as a source’s that are not held against the proof".to_owned(),
            );
        }
        if self.is_in_a_side() {
            self.begin_line(&class, source, attribute(b"data-quoted"))?;
        } else if self.is_in_a_line_of_a_side() {
            self.mark(name, &class)?;
        } else if name == b"p" {
            let may: &[&str] = match class.as_str() {
                "label" => &[CHECKPOINT],
                "empty" => &NOTHING_HERE,
                _ => &[],
            };
            if !may.is_empty() {
                self.fixed = Some((self.open.len(), may, String::new()));
            }
        }
        match class.as_str() {
            "card" => self.card = true,
            "sides" => {
                self.card = false;
                self.sides = Some(Sides {
                    depth: self.open.len(),
                    many: 0,
                    lines: Vec::new(),
                });
            }
            "side" => {
                if let Some(sides) = &mut self.sides {
                    sides.many += 1;
                }
            }
            _ => {}
        }
        if !matches!(name, b"br") {
            self.open.push(name.to_vec());
        }
        Ok(())
    }

    /// Whether an element of that class can stand where the page is now.
    fn has_its_place(&self, name: &[u8], class: &str) -> bool {
        let above = self.open.last().map_or(&b""[..], |it| it);
        let in_a_card = self.open.iter().any(|it| it == b"article");
        // What stands in the sides has its place by its depth.
        if let Some(sides) = &self.sides {
            return match self.open.len() - sides.depth {
                1 => name == b"div" && class == "side",
                2 => {
                    let classes = ["label", "said", "said message", "facts", "empty"];
                    name == b"p" && classes.contains(&class)
                }
                _ => true,
            };
        }
        match name {
            b"section" => self.open.iter().all(|it| it == b"main"),
            b"article" => class == "card" && above == b"section",
            b"div" => match class {
                "sides" => above == b"article" && self.card,
                "notes" => above == b"article" && !self.card || above == b"section",
                "wide" | "chain" => above == b"section",
                _ => false,
            },
            b"p" => match class {
                "" | "facts" => above != b"article",
                "signoff" => above == b"article",
                "kicker" | "tally" | "label" | "empty" | "worded" => !in_a_card,
                _ => false,
            },
            b"details" => class == "csl" && above == b"section",
            b"summary" => above == b"details",
            b"span" => {
                let verdict = class.strip_prefix("verdict ");
                matches!(class, "" | "facts" | "hash" | "where")
                    || class == "hidden" && !in_a_card
                    || verdict.is_some_and(|it| Verdict::ALL.iter().any(|one| one.word() == it))
            }
            _ => {
                let classes = [
                    "",
                    "facts",
                    "look",
                    "plain",
                    "sources",
                    "state",
                    "attention",
                ];
                classes.contains(&class) && (above != b"details" || name == b"pre")
            }
        }
    }

    fn depth_in_sides(&self) -> Option<usize> {
        self.sides.as_ref().map(|it| self.open.len() - it.depth)
    }

    fn is_in_a_side(&self) -> bool {
        self.depth_in_sides() == Some(2)
    }

    fn is_in_a_line_of_a_side(&self) -> bool {
        self.depth_in_sides().is_some_and(|it| it > 2)
    }

    /// A paragraph of a side.
    fn begin_line(
        &mut self,
        class: &str,
        source: bool,
        number: Option<String>,
    ) -> Result<(), String> {
        let number = number.map(|it| it.parse().map_err(|_| "a number is none".to_owned()));
        let number = number.transpose()?;
        if source {
            self.passage = Some(Passage {
                number,
                ..Passage::default()
            });
        }
        if let Some(Sides { many, lines, .. }) = &mut self.sides {
            lines.push(Line {
                side: *many,
                class: class.to_owned(),
                words: String::new(),
                source: match number {
                    _ if !source => Said::ByTheReport,
                    Some(number) => Said::Proved(number),
                    None => Said::NotProved,
                },
            });
        }
        Ok(())
    }

    /// What is marked in the words of either side.
    fn mark(&mut self, name: &[u8], class: &str) -> Result<(), String> {
        let besides = match (name, class) {
            (b"span", "hidden" | "caret") => true,
            (b"span", "around") => false,
            (b"mark", class) if class.starts_with("c-") && !class.contains(' ') => false,
            _ => return Err(foreign(name)),
        };
        let lines = self.sides.as_ref().map(|it| &it.lines);
        let said = lines.and_then(|it| it.last());
        if !said.is_some_and(|it| it.class.starts_with("said")) {
            return Err(foreign(name));
        }
        if besides && self.besides.is_none() {
            self.besides = Some(self.open.len());
        }
        Ok(())
    }

    fn end(&mut self, name: &[u8], items: &[Shown]) -> Result<(), String> {
        if self.open.pop().as_deref() != Some(name) {
            return Err("an element of it is not closed where it has to be".to_owned());
        }
        let depth = self.open.len();
        if self.besides == Some(depth) {
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
        if let Some((_, may, said)) = self.fixed.take_if(|it| it.0 == depth)
            && !may.contains(&said.as_str())
        {
            return Err("it says something where a report has a sentence of its own".to_owned());
        }
        if let Some(sides) = self.sides.take_if(|it| it.depth == depth) {
            demand_a_card(sides.many, &sides.lines, items)?;
        }
        if name == b"article" && self.card {
            return Err("a card of it shows no words".to_owned());
        }
        if name == b"p" {
            self.found.extend(self.passage.take());
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8]) -> Result<(), String> {
        let text = String::from_utf8_lossy(text);
        if let Some(passage) = &mut self.passage {
            match self.besides {
                Some(_) => passage.besides.push_str(&text),
                None => passage.text.push_str(&text),
            }
        }
        if let Some((_, _, said)) = &mut self.fixed {
            said.push_str(&text);
        }
        let in_a_line = self.is_in_a_line_of_a_side();
        if let Some(sides) = &mut self.sides {
            match sides.lines.last_mut().filter(|_| in_a_line) {
                Some(line) => line.words.push_str(&text),
                None => return Err("words stand on a card outside of its paragraphs".to_owned()),
            }
        }
        Ok(())
    }
}

/// The passages of a page, without what is said to those who do not see the marking.
fn passages(page: &str, items: &[Shown]) -> Result<Vec<Passage>, String> {
    let mut reading = Reading::default();
    for token in Tokenizer::new(page) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => reading.begin(&tag)?,
            Token::EndTag(tag) => reading.end(&tag.name, items)?,
            Token::String(text) => reading.text(&text)?,
            _ => return Err("it has something in it that is no element and no text".to_owned()),
        }
    }
    if !reading.open.is_empty() {
        return Err("an element of it is never closed".to_owned());
    }
    Ok(reading.found)
}

/// A text that is opened of an item, as it is compared.
struct Row {
    text: String,
    /// Whether the report shows words of it.
    shown: bool,
}

/// The texts of an item as they are compared: however lines and spaces run.
fn in_rows(item: &Shown) -> Vec<Row> {
    let row = |text| Row {
        text: in_a_row(&legible(text)),
        shown: false,
    };
    texts(item).into_iter().map(row).collect()
}

/// Whether the words stand in what is opened of an item, which is then shown; dots at an end say that it goes on.
fn holds(item: &mut [Row], words: &str) -> bool {
    let words = in_a_row(words);
    let words = words.strip_prefix('…').unwrap_or(&words);
    let words = words.strip_suffix('…').unwrap_or(words).trim_matches(' ');
    if words.is_empty() {
        return false;
    }
    let mut held = false;
    for row in item.iter_mut().filter(|it| it.text.contains(words)) {
        row.shown = true;
        held = true;
    }
    held
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
