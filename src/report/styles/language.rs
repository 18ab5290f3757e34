//! Citations by style files of the Citation Style Language, with hayagriva. It is fed CSL-JSON, never its own kind of entry,
//! which has no addressee and no collection.
//!
//! What the style files cannot do is done before or after: a time of day (CSL ends at the day) is a sentence of its own at
//! the end, where MLA has its optional element; MLA drops the addressee, so it stands in the genre; titles of others keep
//! their capitals, since their language is given as none.

use std::collections::BTreeMap;

use hayagriva::BibliographyDriver;
use hayagriva::BibliographyRequest;
use hayagriva::BufWriteFormat;
use hayagriva::CitationItem;
use hayagriva::CitationRequest;
use hayagriva::ElemChildren;
use hayagriva::archive::ArchivedStyle;
use hayagriva::archive::locales;
use hayagriva::citationberg::IndependentStyle;
use hayagriva::citationberg::Locale;
use hayagriva::citationberg::Style as Parsed;
use hayagriva::citationberg::json::DateValue;
use hayagriva::citationberg::json::Item;
use hayagriva::citationberg::json::LiteralName;
use hayagriva::citationberg::json::NameItem;
use hayagriva::citationberg::json::NameValue;
use hayagriva::citationberg::json::Value;
use hayagriva::citationberg::json::VecDate;
use hayagriva::citationberg::json::VecDateRange;

use crate::cite::Citations;
use crate::cite::Match;
use crate::cite::Style;
use crate::cite::nested;

use super::super::csl;
use super::super::times::Shown;
use super::Called;
use super::capital;
use super::first_words;
use super::is_message;
use super::is_post;
use super::names::spoken;
use super::reference;
use super::sort_of_document;
use super::title;
use super::whole_post;

/// A style file, read, and what its words are in English.
pub(super) struct Engine {
    style: Style,
    file: IndependentStyle,
    locales: Vec<Locale>,
}

impl Engine {
    /// The style file of that style, where it has one.
    pub(super) fn new(style: Style) -> Option<Self> {
        let file = match style {
            Style::Apa => ArchivedStyle::AmericanPsychologicalAssociation,
            Style::Mla => ArchivedStyle::ModernLanguageAssociation,
            Style::Chicago | Style::Bluebook => return None,
        };
        let Parsed::Independent(file) = file.get() else {
            return None;
        };
        Some(Self {
            style,
            file,
            locales: locales(),
        })
    }

    /// One citation; nothing where the style has none.
    pub(super) fn cite(&self, found: &Match, citations: &Citations) -> Option<String> {
        let personal = self.style == Style::Apa
            && is_message(found)
            && !citations.form.readers_can_reach_archive;
        let item = self.item(found, citations);
        let mut driver = BibliographyDriver::new();
        driver.citation(CitationRequest::new(
            vec![CitationItem::with_entry(&item)],
            &self.file,
            None,
            &self.locales,
            None,
        ));
        let rendered = driver.finish(BibliographyRequest::new(&self.file, None, &self.locales));
        if personal {
            return rendered
                .citations
                .first()
                .and_then(|it| plain(&it.citation));
        }
        let entry = rendered.bibliography?.items.into_iter().next()?;
        let text = plain(&entry.content)?;
        // A question mark is an end already.
        let text = text.replace("?.”", "?”").replace("!.”", "!”");
        let text = text.trim_end_matches('.');
        // APA sets no stop after an address.
        let open =
            self.style == Style::Apa && found.url.as_ref().is_some_and(|it| text.ends_with(it));
        let text = format!("{text}{}", if open { "" } else { "." });
        let clock =
            Shown::of(&found.at, citations.zone.as_deref()).and_then(|it| it.clock("a.m.", "p.m."));
        Some(match clock {
            Some(clock) if open => format!("{text} (posted {clock})"),
            Some(clock) if is_post(found) => format!("{text} Posted {clock}."),
            Some(clock) if is_message(found) => format!("{text} Sent {clock}."),
            _ => text,
        })
    }

    /// A source as the style file needs it.
    fn item(&self, found: &Match, citations: &Citations) -> Item {
        let mut fields: BTreeMap<String, Value> = BTreeMap::new();
        let mut set = |name: &str, value: String| {
            if !value.is_empty() {
                fields.insert(name.to_owned(), Value::String(value));
            }
        };
        set("id", found.item.clone());
        set("type", csl::sort(found).to_owned());
        // No language: a style would set a title in the capitals of that language.
        set("language", "zxx".to_owned());
        set("genre", self.genre(found));
        if is_post(found) {
            set(
                "title",
                match self.style {
                    Style::Apa => first_words(found),
                    // MLA sets titles between marks, and hayagriva leaves the marks in them.
                    _ => nested(whole_post(found).trim_end_matches('.')),
                },
            );
            set("URL", found.url.clone().unwrap_or_default());
            if found.genre == "post" {
                set("container-title", "X".to_owned());
            }
        } else if !is_message(found) {
            let title = title(found).unwrap_or_default();
            set(
                "title",
                match self.style {
                    Style::Apa => title,
                    _ => nested(&title),
                },
            );
        }
        let reached = citations.form.readers_can_reach_archive;
        if reached {
            set("archive", citations.archive.clone());
        }
        if reached || !is_message(found) && !is_post(found) {
            set("archive_collection", capital(&found.collection));
            set("archive_location", reference(found));
        }
        let authors = found.from.iter().enumerate();
        let authors = authors.map(|(at, name)| {
            self.author(
                &Called::of(name, found),
                at == 0,
                is_message(found) && !reached,
            )
        });
        let authors: Vec<NameValue> = authors.collect();
        if !authors.is_empty() {
            fields.insert("author".to_owned(), Value::Names(authors));
        }
        if let Some(day) = Shown::of(&found.at, citations.zone.as_deref()).and_then(|it| date(&it))
        {
            fields.insert("issued".to_owned(), Value::Date(day));
        }
        Item(fields)
    }

    /// An author as this style has it. A name whose parts are not on record goes in whole, and so does one with a handle,
    /// for which no style file has a place.
    fn author(&self, name: &Called<'_>, first: bool, personal: bool) -> NameValue {
        if let (Some((family, given)), None) = (name.parts, name.handle) {
            return NameValue::Item(NameItem {
                family: family.to_owned(),
                given: Some(given.to_owned()),
                non_dropping_particle: None,
                dropping_particle: None,
                suffix: None,
                comma_suffix: None,
            });
        }
        let literal = match self.style {
            Style::Apa if personal => name.short(),
            Style::Apa => name.turned_short(),
            _ if first => name.turned(),
            _ => name.spoken('[', ']'),
        };
        NameValue::Literal(LiteralName { literal })
    }

    fn genre(&self, found: &Match) -> String {
        let to = spoken(&found.to, found, "and").map_or_else(String::new, |it| format!(" to {it}"));
        match found.genre.as_str() {
            // MLA has the text of a post and where it stands, and no word for what it is.
            "post" if self.style == Style::Mla => String::new(),
            "post" | "post in a table" => "Post".to_owned(),
            "transcript" => "Transcript".to_owned(),
            genre if is_message(found) => format!("{}{to}", capital(genre)),
            _ => capital(&sort_of_document(found)),
        }
    }
}

/// The day, or the month or year that is known of it. A span of days has no form that is sure to be understood.
fn date(shown: &Shown) -> Option<DateValue> {
    use chrono::Datelike as _;
    let (first, last) = (&shown.first, &shown.last);
    if first.year() != last.year() {
        return None;
    }
    let mut parts = vec![i16::try_from(first.year()).ok().filter(|it| *it > 0)?];
    if first.month() == last.month() {
        parts.push(i16::try_from(first.month()).ok()?);
        if first.day() == last.day() {
            parts.push(i16::try_from(first.day()).ok()?);
        }
    }
    Some(DateValue::DateParts {
        date_parts: VecDateRange(vec![VecDate(parts)]),
        literal: None,
        season: None,
        circa: false,
    })
}

/// It without any formatting; nothing where there is nothing.
fn plain(text: &ElemChildren) -> Option<String> {
    let mut plain = String::new();
    text.write_buf(&mut plain, BufWriteFormat::Plain).ok()?;
    let plain = plain.trim().to_owned();
    Some(plain).filter(|it| !it.is_empty())
}
