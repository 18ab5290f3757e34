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

/// What the page calls itself.
pub(super) const PAGE: &str = "citation-report";

/// Parts of a page in which something could hide, or that fetch or run something. No report has them.
const FOREIGN: &[&[u8]] = &[
    b"template",
    b"iframe",
    b"frame",
    b"object",
    b"embed",
    b"link",
    b"base",
    b"img",
    b"video",
    b"audio",
    b"form",
    b"input",
    b"button",
    b"textarea",
    b"select",
    b"dialog",
    b"noscript",
    b"math",
    b"canvas",
    b"portal",
    b"script",
    b"style",
    b"title",
    b"xmp",
    b"plaintext",
    b"head",
    b"body",
    b"html",
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
    let (mut shown, mut proved) = (0, 0);
    for passage in passages(page)? {
        shown += 1;
        let Some(number) = passage.number else {
            continue;
        };
        let item = checked.items.get(number);
        if !item.is_some_and(|item| holds(item, &passage.text)) {
            return Err(format!(
                "a passage it shows is not in item {number} of the proof: “{}”",
                super::cut(passage.text.trim(), 120)
            ));
        }
        proved += 1;
    }
    Ok((shown, proved))
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
}

/// The passages of a page, without what is said to those who do not see the marking.
fn passages(page: &str) -> Result<Vec<Passage>, String> {
    let mut found = Vec::new();
    let mut open: Option<Passage> = None;
    // How deep it is in what is said besides; a passage has nothing but spans and marks in it.
    let mut besides = 0_usize;
    // On a card the draft's words come first, and all others are a source's.
    let mut first = false;
    for token in Tokenizer::new(page) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let name: &[u8] = &tag.name;
                if FOREIGN.contains(&name)
                    || tag
                        .attributes
                        .keys()
                        .any(|it| it.starts_with(b"style") || it.starts_with(b"on"))
                {
                    return Err(format!(
                        "it has a part that no report has: {}",
                        String::from_utf8_lossy(name)
                    ));
                }
                let attribute = |name: &[u8]| {
                    tag.attributes
                        .get(name)
                        .map(|it| String::from_utf8_lossy(it).into_owned())
                };
                let said =
                    attribute(b"class").is_some_and(|it| it.split(' ').any(|it| it == "said"));
                let source = attribute(b"data-source").is_some();
                if said && !source && !std::mem::take(&mut first)
                    || source && !(said && name == b"p")
                {
                    return Err(
                        "it shows words as a source’s that are not held against the proof"
                            .to_owned(),
                    );
                }
                first |= name == b"article";
                if source {
                    let number = attribute(b"data-quoted")
                        .map(|it| it.parse().map_err(|_| "a number is none".to_owned()));
                    open = Some(Passage {
                        number: number.transpose()?,
                        text: String::new(),
                    });
                } else if open.is_some() && name == b"span" {
                    let hidden = attribute(b"class")
                        .is_some_and(|it| matches!(it.as_str(), "hidden" | "caret"));
                    besides = if hidden || besides > 0 {
                        besides + 1
                    } else {
                        0
                    };
                }
            }
            Token::EndTag(tag) if *tag.name == *b"span" => besides = besides.saturating_sub(1),
            Token::EndTag(tag) if *tag.name == *b"p" => {
                found.extend(open.take());
                besides = 0;
            }
            Token::String(text) => {
                if let Some(open) = open.as_mut().filter(|_| besides == 0) {
                    open.text.push_str(&String::from_utf8_lossy(&text));
                }
            }
            Token::Comment(_) => return Err("it has a remark, and no report has one".to_owned()),
            _ => {}
        }
    }
    Ok(found)
}

/// Whether the words stand in what is opened of an item, however lines and spaces run; dots at an end say that it goes on.
fn holds(item: &Shown, words: &str) -> bool {
    let runs: Vec<&str> = match &item.text {
        Some(ShownText::Whole(text)) => vec![text],
        Some(ShownText::Passages { runs, .. }) => runs.iter().map(|it| it.text.as_str()).collect(),
        None => Vec::new(),
    };
    let words = in_a_row(words);
    let words = words.strip_prefix('…').unwrap_or(&words);
    let words = words.strip_suffix('…').unwrap_or(words).trim_matches(' ');
    let own = |run: &str| in_a_row(&legible(run)).contains(words);
    !words.is_empty() && runs.into_iter().any(own)
}

fn in_a_row(text: &str) -> String {
    text.split(['\t', '\n', '\r', ' '])
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
