//! The XML of a document's parts, event by event, with where each stands. Namespaces are resolved; declarations of a
//! document type, which could make entities of their own, are refused, as both formats demand.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::BytesStart;
use quick_xml::events::Event as Raw;
use quick_xml::name::Namespace;
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::DraftError;

/// How deep elements may lie in each other.
const DEEPEST: usize = 500;

/// The namespaces that mean something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// WordprocessingML, transitional or strict.
    Word,
    /// Markup compatibility (ECMA-376 part 3).
    Compatibility,
    /// OpenDocument's text.
    Text,
    /// OpenDocument's office.
    Office,
    /// OpenDocument's styles.
    Style,
    /// Dublin Core.
    Dublin,
    Other,
}

impl Space {
    fn of(result: &ResolveResult<'_>) -> Self {
        let ResolveResult::Bound(Namespace(name)) = result else {
            return Self::Other;
        };
        match *name {
            "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
            | "http://purl.oclc.org/ooxml/wordprocessingml/main" => Self::Word,
            "http://schemas.openxmlformats.org/markup-compatibility/2006" => Self::Compatibility,
            "urn:oasis:names:tc:opendocument:xmlns:text:1.0" => Self::Text,
            "urn:oasis:names:tc:opendocument:xmlns:office:1.0" => Self::Office,
            "urn:oasis:names:tc:opendocument:xmlns:style:1.0" => Self::Style,
            "http://purl.org/dc/elements/1.1/" => Self::Dublin,
            _ => Self::Other,
        }
    }
}

/// The beginning of an element.
pub(super) struct Tag<'a> {
    pub(super) space: Space,
    pub(super) local: &'a str,
    /// With its prefix.
    pub(super) name: &'a str,
    pub(super) at: Range<usize>,
    inner: BytesStart<'a>,
}

impl Tag<'_> {
    pub(super) fn is(&self, space: Space, local: &str) -> bool {
        self.space == space && self.local == local
    }

    /// The value of an attribute, by its name without a prefix.
    pub(super) fn attribute(&self, local: &str) -> Option<String> {
        let mut all = self.inner.attributes().flatten();
        let found = all.find(|it| it.key.local_name().as_ref() == local)?;
        found
            .normalized_value(XmlVersion::Implicit1_0)
            .ok()
            .map(Cow::into_owned)
    }
}

/// The end of an element.
pub(super) struct End<'a> {
    pub(super) space: Space,
    pub(super) local: &'a str,
    /// Empty where the element is empty and has but one tag.
    pub(super) at: Range<usize>,
}

impl End<'_> {
    pub(super) fn is(&self, space: Space, local: &str) -> bool {
        self.space == space && self.local == local
    }
}

/// What stands in a part.
pub(super) enum Event<'a> {
    Start(Tag<'a>),
    End(End<'a>),
    /// Words, or the one character that an entity stands for. The range is empty where they stand in a section of their
    /// own (CDATA), which nothing can be put into.
    Text {
        text: Cow<'a, str>,
        at: Range<usize>,
    },
}

/// A part, event by event.
pub(super) struct Xml<'a> {
    reader: NsReader<&'a [u8]>,
    text: &'a str,
    /// Where what is read begins: after the byte order mark, if there is one.
    base: usize,
    part: &'a str,
    /// The namespaces of the elements that are open.
    open: Vec<(Space, &'a str)>,
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str, part: &'a str) -> Self {
        let inside = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut reader = NsReader::from_str(inside);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            text,
            base: text.len() - inside.len(),
            part,
            open: Vec::new(),
        }
    }

    /// The next event; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Event<'a>>, DraftError> {
        loop {
            let start = self.position();
            let (space, raw) = match self.reader.read_resolved_event() {
                Ok((resolved, raw)) => (Space::of(&resolved), raw),
                Err(_) => {
                    return Err(DraftError::Damaged(format!(
                        "its part {} is not whole at byte {}",
                        self.part,
                        self.base as u64 + self.reader.error_position()
                    )));
                }
            };
            let at = start..self.position();
            let source = self.text.get(at.clone()).unwrap_or_default();
            match raw {
                Raw::Start(inner) => return self.begun(space, inner, at).map(Some),
                Raw::End(_) => {
                    if let Some((space, local)) = self.open.pop() {
                        return Ok(Some(Event::End(End { space, local, at })));
                    }
                }
                Raw::Text(_) => {
                    return Ok(Some(Event::Text {
                        text: Cow::Borrowed(source),
                        at,
                    }));
                }
                Raw::CData(_) => {
                    let inside = source.strip_prefix("<![CDATA[");
                    let inside = inside.and_then(|it| it.strip_suffix("]]>"));
                    return Ok(Some(Event::Text {
                        text: Cow::Borrowed(inside.unwrap_or_default()),
                        at: start..start,
                    }));
                }
                Raw::GeneralRef(_) => {
                    return Ok(Some(Event::Text {
                        text: self.entity(source)?,
                        at,
                    }));
                }
                Raw::DocType(_) => {
                    return Err(DraftError::Ambiguous(format!(
                        "its part {} declares a document type, which could make words of its own",
                        self.part
                    )));
                }
                Raw::Eof if self.open.is_empty() => return Ok(None),
                Raw::Eof => {
                    return Err(DraftError::Damaged(format!(
                        "its part {} ends in the middle",
                        self.part
                    )));
                }
                Raw::Empty(_) | Raw::Comment(_) | Raw::Decl(_) | Raw::PI(_) => {}
            }
        }
    }

    fn position(&self) -> usize {
        let position = usize::try_from(self.reader.buffer_position());
        self.base + position.unwrap_or(self.text.len())
    }

    fn begun(
        &mut self,
        space: Space,
        inner: BytesStart<'a>,
        at: Range<usize>,
    ) -> Result<Event<'a>, DraftError> {
        let tag = self.text.get(at.clone()).unwrap_or_default();
        let name = tag.trim_start_matches('<');
        let end = name.find(|it: char| it.is_ascii_whitespace() || matches!(it, '/' | '>'));
        let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
        let local = name.rsplit_once(':').map_or(name, |it| it.1);
        if self.open.len() >= DEEPEST {
            return Err(DraftError::TooLarge(format!(
                "elements of its part {} lie more than {DEEPEST} deep in each other",
                self.part
            )));
        }
        self.open.push((space, local));
        Ok(Event::Start(Tag {
            space,
            local,
            name,
            at,
            inner,
        }))
    }

    /// What a reference such as `&amp;` or `&#8220;` stands for.
    fn entity(&self, source: &str) -> Result<Cow<'a, str>, DraftError> {
        let name = source.trim_start_matches('&').trim_end_matches(';');
        let number =
            name.strip_prefix('#')
                .and_then(|number| match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok(),
                    None => number.parse().ok(),
                });
        let character = number.and_then(char::from_u32);
        character
            .map(|it| Cow::Owned(it.to_string()))
            .or_else(|| resolve_xml_entity(name).map(Cow::Borrowed))
            .ok_or_else(|| {
                DraftError::Damaged(format!(
                    "its part {} has a reference that stands for nothing",
                    self.part
                ))
            })
    }
}

/// Adds a character as it is written in XML; one that XML cannot hold (2.2) is replaced.
pub(super) fn escape(character: char, text: &mut String) {
    match character {
        '&' => text.push_str("&amp;"),
        '<' => text.push_str("&lt;"),
        '>' => text.push_str("&gt;"),
        '"' => text.push_str("&quot;"),
        '\t' | '\n' | '\r' => text.push(' '),
        '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => text.push('\u{FFFD}'),
        character => text.push(character),
    }
}

/// A text as it is written in XML.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        escape(character, &mut escaped);
    }
    escaped
}
