//! Which styles of a document are those of headings, titles and block quotations.

use std::collections::HashMap;

/// Styles that one is based on, one after another, at most.
const DEEPEST: usize = 20;

/// What a paragraph's style says of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Role {
    #[default]
    Body,
    Heading,
    Quotation,
}

/// The styles of a document, by the names that paragraphs use, and those of words within one.
#[derive(Debug, Default)]
pub(super) struct Styles {
    paragraphs: HashMap<String, Style>,
    words: HashMap<String, Style>,
}

/// A style.
#[derive(Debug, Default)]
pub(super) struct Style {
    pub(super) name: String,
    pub(super) based_on: Option<String>,
    /// Whether what has it is set not to be shown, where it says.
    pub(super) hides: Option<bool>,
    /// Whether it is raised above the line, where it says.
    pub(super) raises: Option<bool>,
}

impl Styles {
    /// Adds one of paragraphs.
    pub(super) fn add(&mut self, id: String, style: Style) {
        self.paragraphs.entry(id).or_insert(style);
    }

    /// Adds one of words within a paragraph.
    pub(super) fn add_of_words(&mut self, id: String, style: Style) {
        self.words.entry(id).or_insert(style);
    }

    /// The role of a style, or of the first it is based on that has one.
    pub(super) fn role(&self, id: &str) -> Role {
        let said = lineage(&self.paragraphs, id).find_map(|it| {
            let role = it.map_or_else(role_of, |style: &Style| role_of(&style.name));
            (role != Role::Body).then_some(role)
        });
        said.unwrap_or_default()
    }

    /// Whether paragraphs of a style are not shown, where it or one it is based on says.
    pub(super) fn hides(&self, id: &str) -> Option<bool> {
        lineage(&self.paragraphs, id).find_map(|it| it.ok()?.hides)
    }

    /// Whether words that have a style, of either sort, are raised above the line.
    pub(super) fn raises(&self, id: &str) -> Option<bool> {
        let said = |styles| lineage(styles, id).find_map(|it| it.ok()?.raises);
        said(&self.words).or_else(|| said(&self.paragraphs))
    }

    /// As [`Styles::hides`], of words within a paragraph.
    pub(super) fn words_hide(&self, id: &str) -> Option<bool> {
        lineage(&self.words, id).find_map(|it| it.ok()?.hides)
    }
}

/// A style and those it is based on, one after another; last the name of one that is not described.
fn lineage<'a>(
    styles: &'a HashMap<String, Style>,
    id: &'a str,
) -> impl Iterator<Item = Result<&'a Style, &'a str>> {
    let mut next = Some(id);
    std::iter::from_fn(move || {
        let id = next.take()?;
        let Some(style) = styles.get(id) else {
            return Some(Err(id));
        };
        next = style.based_on.as_deref();
        Some(Ok(style))
    })
    .take(DEEPEST)
}

/// The role that a style's name says. The names of a word processor's own styles are English in the file, whatever the
/// language of its menus; some programs write those of their menus.
fn role_of(name: &str) -> Role {
    const QUOTATIONS: &[&str] = &[
        "quote",
        "intensequote",
        "blocktext",
        "blockquote",
        "blockquotation",
        "quotation",
        "quotations",
        "extract",
        "zitat",
        "blockzitat",
        "intensiveszitat",
        "citation",
        "cita",
        "citazione",
        "citaat",
    ];
    let bare: String = name
        .chars()
        .filter(|it| it.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    if QUOTATIONS.contains(&bare.as_str()) {
        Role::Quotation
    } else if bare == "title" || bare == "heading" || bare == "titel" || bare == "überschrift" {
        Role::Heading
    } else {
        Role::Body
    }
}
