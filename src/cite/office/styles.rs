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

/// The styles of a document, by the names that paragraphs use.
#[derive(Debug, Default)]
pub(super) struct Styles(HashMap<String, Style>);

#[derive(Debug, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
}

impl Styles {
    pub(super) fn add(&mut self, id: String, name: String, based_on: Option<String>) {
        self.0.entry(id).or_insert(Style { name, based_on });
    }

    /// The role of a style, or of the first it is based on that has one.
    pub(super) fn role(&self, id: &str) -> Role {
        let mut id = id;
        for _ in 0..DEEPEST {
            let Some(style) = self.0.get(id) else {
                return role_of(id);
            };
            let role = role_of(&style.name);
            if role != Role::Body {
                return role;
            }
            match &style.based_on {
                Some(next) => id = next,
                None => break,
            }
        }
        Role::Body
    }
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
