//! The passages that an archive holds, for checking quotations against them.

use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::Card;
use crate::archive::Custodian;
use crate::archive::Target;
use crate::archive::Withholding;
use crate::archive::says_something;
use crate::archive::search::Index;
use crate::cite::After;
use crate::cite::CiteError;
use crate::cite::ItemPin;
use crate::cite::Match;
use crate::cite::Parties;
use crate::cite::Passage;
use crate::cite::Pinned;
use crate::cite::Post;
use crate::cite::Receipt;
use crate::cite::Sources;
use crate::cite::Through;
use crate::cite::Wanted;
use crate::cite::Within;
use crate::record::Conversation;
use crate::record::Instant;
use crate::record::Kind;
use crate::record::Moment;
use crate::record::Name;
use crate::record::Participant;

use super::search::MOST;
use super::search::PARTLY;
use super::search::Search;

/// Messages of a container that are compared one by one, at most; of a larger one those that may hold the words.
const MOST_INSIDE: u64 = 2_000;

/// Messages of a container that are looked through for words, at most.
const MOST_THROUGH: u64 = 200_000;

/// Other receipts of a document that are named, at most.
const MOST_RECEIPTS: usize = 20;

/// Items that the index is asked for to find those in a container.
const MOST_ASKED: usize = 2_000;

/// Bytes of text that are gone through for quotations that the index did not find, at most.
const MOST_READ: u64 = 16 << 30;

/// Messages of a container that are read at a time.
const STEP: u64 = 512;

/// Items whose texts are gone through at a time.
const STRIDE: u64 = 4096;

/// Texts after which it is told how far a long look is.
const TOLD: u64 = 512;

/// An archive as the quotation checker asks it.
pub struct Held<'a> {
    pub(super) archive: &'a Archive,
    pub(super) custodian: Custodian<'a>,
    index: Option<Index>,
    /// Whether the index covers all items; if not, it is not asked, and all texts are gone through.
    complete: bool,
    /// Whether texts that the index does not name are left unread.
    quick: bool,
    tell: Option<&'a dyn Fn(u64, u64)>,
    pub(super) withholding: Withholding,
}

impl<'a> Held<'a> {
    /// Asks that archive, with its index where that can be used.
    pub fn new(archive: &'a Archive) -> Result<Self, ArchiveError> {
        let index = Index::open(&archive.search_folder(), false).ok();
        let complete = index.is_some() && crate::archive::index::waiting(archive)? == 0;
        Ok(Self {
            archive,
            custodian: Custodian::new(archive)?,
            index,
            complete,
            quick: false,
            tell: None,
            withholding: archive.withholding()?,
        })
    }

    /// Tells how far a long look is: so many items of so many.
    #[must_use]
    pub fn telling(mut self, tell: &'a dyn Fn(u64, u64)) -> Self {
        self.tell = Some(tell);
        self
    }

    /// The passage of an item that can be compared; nothing where it has no text. What is told of it besides is added to a
    /// match alone: many are compared for one that is shown.
    pub(super) fn passage(&self, item: u64) -> Result<Option<Passage>, ArchiveError> {
        if self.withholding.of(self.archive, item)?.is_some() {
            return Ok(None);
        }
        let Some(mut card) = self.archive.card(item)? else {
            return Ok(None);
        };
        if card.class == "t"
            && let Some(parent) = card.parent
            && let Some(parent) = self.archive.card(parent)?
        {
            card = parent;
        }
        let Some(text) = self.archive.text(card.item)? else {
            return Ok(None);
        };
        let Some(opened) = self.archive.item(card.item)? else {
            return Ok(None);
        };
        let whole = self.document_of(&card)?;
        let free = self.withholding.inside(self.archive, &whole)?.is_none();
        let conversation: Option<Conversation> = opened.get("conversation").unwrap_or_default();
        let is_message = card.class == "m";
        let flags: Vec<String> = if is_message {
            opened.get("flags")?.unwrap_or_default()
        } else {
            Vec::new()
        };
        let shown = |slot: &'static str| -> Result<Vec<String>, ArchiveError> {
            let people: Vec<Participant> = opened.get(slot)?.unwrap_or_default();
            Ok(people.iter().map(|person| self.shown(person)).collect())
        };
        Ok(Some(Passage {
            item: self.archive.reference(&card)?,
            locator: locator(&card, &whole),
            text,
            layout: false,
            escaped: flags.iter().any(|flag| flag == "html-escaped"),
            degraded: flags
                .iter()
                .find_map(|flag| flag.strip_prefix("degraded: "))
                .map(str::to_owned),
            runs_on: conversation
                .as_ref()
                .is_some_and(|found| found.sort == "transcript"),
            boundaries: Vec::new(),
            from: if is_message {
                shown("from")?
            } else {
                Vec::new()
            },
            to: if is_message { shown("to")? } else { Vec::new() },
            at: if is_message {
                opened.get("at")?.unwrap_or_default()
            } else {
                Instant::default()
            },
            custody: String::new(),
            entry: self.archive.place(card.item)?.map(|(_, entry)| entry),
            subject: if is_message {
                opened.get("subject")?
            } else {
                None
            },
            genre: genre(&card, conversation.as_ref()).to_owned(),
            collection: String::new(),
            // Whoever has the rest of it would find by trying what is withheld in it.
            sha256: Some(whole.sha256).filter(|_| free),
            document: self.archive.reference(&whole)?,
        }))
    }

    fn title(&self, card: &Card) -> Result<Option<String>, ArchiveError> {
        let Some(reading) = self.archive.reading(card.item)? else {
            return Ok(None);
        };
        match self.archive.item(reading.item)? {
            Some(reading) => reading.get("title"),
            None => Ok(None),
        }
    }

    /// The document that a message came in; a document itself.
    fn document_of(&self, card: &Card) -> Result<Card, ArchiveError> {
        if card.class == "m"
            && let Some(parent) = card.parent
            && let Some(parent) = self.archive.card(parent)?
        {
            return Ok(parent);
        }
        Ok(card.clone())
    }

    /// Adds to a match what is told of its source.
    fn describe(&self, found: &mut Match) -> Result<(), ArchiveError> {
        let Ok(Target::Item(item)) = self.archive.resolve(&found.item) else {
            return Ok(());
        };
        let Some(card) = self.archive.card(item)? else {
            return Ok(());
        };
        found.custody = self.custodian.line(item)?;
        if card.class != "m" {
            found.subject = self.title(&card)?.or_else(|| card.name.clone());
        }
        let accession = self.archive.entry(card.accession)?;
        let words = |slot: &'static str| -> Result<Option<String>, ArchiveError> {
            let words: Option<String> = match &accession {
                Some(accession) => accession.get(slot)?,
                None => None,
            };
            Ok(words.filter(|words| says_something(words)))
        };
        found.accession = self.archive.entry_reference(card.accession)?;
        let whole = self.document_of(&card)?;
        let terms = self.archive.terms(card.accession, &[whole.item, item])?;
        found.terms = Some(terms.join("; ")).filter(|terms| !terms.is_empty());
        // What it is a part of, else its reference.
        found.collection = words("part_of")?
            .or_else(|| found.accession.as_ref().map(|it| format!("accession {it}")))
            .unwrap_or_default();
        found.also = self.receipts(&whole)?;
        if card.class == "m" {
            self.credit(item, found)?;
        }
        Ok(())
    }

    /// The other times that a document's bytes came in.
    fn receipts(&self, whole: &Card) -> Result<Vec<Receipt>, ArchiveError> {
        let mut receipts = Vec::new();
        for other in self.archive.holdings(&whole.sha256)? {
            if other.item == whole.item {
                continue;
            }
            let terms: Option<String> = match self.archive.entry(other.accession)? {
                Some(accession) => accession.get("terms")?,
                None => None,
            };
            receipts.push(Receipt {
                accession: self.archive.entry_reference(other.accession)?,
                custody: self.custodian.line(other.item)?,
                name: other.name,
                terms: terms.filter(|terms| says_something(terms)),
            });
            if receipts.len() >= MOST_RECEIPTS {
                break;
            }
        }
        Ok(receipts)
    }

    pub(super) fn passages(&self, items: &[u64]) -> Result<Vec<Passage>, ArchiveError> {
        let mut passages: Vec<Passage> = Vec::with_capacity(items.len());
        for item in items {
            if let Some(passage) = self.passage(*item)?
                && !passages.iter().any(|known| known.item == passage.item)
            {
                passages.push(passage);
            }
        }
        Ok(passages)
    }

    /// Asks the index alone, which takes no longer in a large archive: what it does not find is not called 'not found'.
    #[must_use]
    pub const fn quickly(mut self, quick: bool) -> Self {
        self.quick = quick;
        self
    }

    /// Goes through every text once for all that is wanted. A text that cannot be read does not stop it, but is told.
    fn all_texts(&self, wanted: &[Wanted]) -> Result<Through, ArchiveError> {
        let mut search = Search::new(wanted);
        let last = self.archive.last_item()?;
        let (mut done, mut read, mut texts, mut unreadable) = (0, 0, 0, 0);
        let (mut withheld, mut failure) = (0, None);
        while read < MOST_READ {
            let (end, failed) = self.archive.texts_after(done, STRIDE, &mut |item, text| {
                read += text.len() as u64;
                match self.withholding.of(self.archive, item) {
                    Ok(None) => {
                        texts += 1;
                        search.look_at(text, item);
                    }
                    Ok(Some(_)) => withheld += 1,
                    Err(error) => failure = Some(error),
                }
                if let Some(tell) = self.tell
                    && (texts + withheld) % TOLD == 0
                {
                    tell(item, last);
                }
            })?;
            if let Some(error) = failure {
                return Err(error);
            }
            unreadable += failed;
            done = end.unwrap_or(last);
            if let Some(tell) = self.tell {
                tell(done, last);
            }
            if end.is_none() {
                break;
            }
        }
        let left_out = if done < last {
            Some("the archive holds more text than is gone through".to_owned())
        } else {
            (unreadable > 0).then(|| match unreadable {
                1 => "one text of the archive cannot be read".to_owned(),
                many => format!("{many} texts of the archive cannot be read"),
            })
        };
        Ok(Through {
            items: search.items(),
            texts,
            withheld,
            left_out,
            not_read: self.archive.not_read()?,
        })
    }

    fn likely(&self, wanted: &Wanted) -> Result<Vec<u64>, ArchiveError> {
        let Some(index) = self.usable() else {
            // All texts are gone through, once for all quotations.
            return Ok(Vec::new());
        };
        Ok(index.candidates(&wanted.runs, &wanted.words, (MOST, PARTLY))?)
    }

    fn lead(&self, reference: &str) -> Result<Pinned, ArchiveError> {
        let name = reference.split(':').next().unwrap_or(reference);
        let item = match self.archive.resolve(name) {
            Ok(Target::Item(item)) => item,
            Ok(Target::Entry(_)) => return Ok(Pinned::NotCitable),
            Err(ArchiveError::NoSuchItem(_) | ArchiveError::Ambiguous { .. }) => {
                return Ok(Pinned::NoSuchItem);
            }
            Err(destroyed @ ArchiveError::Destroyed { .. }) => {
                return Ok(Pinned::Destroyed(destroyed.to_string()));
            }
            Err(error) => return Err(error),
        };
        if self.withholding.of(self.archive, item)?.is_some() {
            return Ok(Pinned::Withheld);
        }
        // Asked before its text is, for which all that it holds would be gone through.
        let inside = self.archive.children_after(item, 0, MOST_INSIDE + 1)?;
        if inside.len() as u64 > MOST_INSIDE {
            return Ok(Pinned::Container);
        }
        if let Some(passage) = self.passage(item)? {
            return Ok(Pinned::Found(vec![passage]));
        }
        let inside: Vec<u64> = inside.into_iter().map(|child| child.item).collect();
        let passages = self.passages(&inside)?;
        Ok(if passages.is_empty() {
            Pinned::NoText
        } else {
            Pinned::Found(passages)
        })
    }

    /// The index, if it covers all items.
    fn usable(&self) -> Option<&Index> {
        self.index.as_ref().filter(|_| self.complete)
    }

    fn container(&self, reference: &str) -> Result<Option<u64>, ArchiveError> {
        let name = reference.split(':').next().unwrap_or(reference);
        match self.archive.resolve(name) {
            Ok(Target::Item(item)) => Ok(Some(item)),
            Ok(Target::Entry(_))
            | Err(ArchiveError::NoSuchItem(_) | ArchiveError::Destroyed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The messages of a container in which words may stand, as the index has it.
    fn inside(&self, reference: &str, wanted: &Wanted) -> Result<Vec<Passage>, ArchiveError> {
        let (Some(item), Some(index)) = (self.container(reference)?, self.usable()) else {
            return Ok(Vec::new());
        };
        let most = (MOST_ASKED, MOST_ASKED);
        let mut items = Vec::new();
        for candidate in index.candidates(&wanted.runs, &wanted.words, most)? {
            if items.len() < MOST
                && let Some(card) = self.archive.card(candidate)?
                && card.parent == Some(item)
            {
                items.push(candidate);
            }
        }
        self.passages(&items)
    }

    /// The messages of a container in which words may stand, by going through their texts.
    fn all_inside(&self, reference: &str, wanted: &Wanted) -> Result<Within, ArchiveError> {
        let Some(item) = self.container(reference)? else {
            return Ok(Within::default());
        };
        let mut best = Search::new(std::slice::from_ref(wanted));
        let (mut looked, mut done, mut read, mut all) = (0, 0, 0, false);
        let (mut unreadable, mut passed_over) = (0, 0);
        while !all && looked < MOST_THROUGH && read < MOST_READ {
            let cards = self.archive.children_after(item, done, STEP)?;
            all = (cards.len() as u64) < STEP;
            for card in &cards {
                done = card.item;
                looked += 1;
                if self.withholding.of(self.archive, card.item)?.is_some() {
                    passed_over += 1;
                    continue;
                }
                match self.archive.text(card.item) {
                    Ok(Some(text)) => {
                        read += text.len() as u64;
                        best.look_at(&text, card.item);
                    }
                    Ok(None) => {}
                    Err(error @ ArchiveError::Database(_)) => return Err(error),
                    Err(_) => unreadable += 1,
                }
            }
        }
        let found = best.items().pop().unwrap_or_default();
        let mut items = [found.first, found.further].concat();
        if items.is_empty() {
            // One that can be named as what was looked at.
            let first = self.archive.children_after(item, 0, 1)?;
            items.extend(first.iter().map(|card| card.item));
        }
        Ok(Within {
            passages: self.passages(&items)?,
            looked: looked - unreadable - passed_over,
            all: all && unreadable == 0,
        })
    }
}

impl Sources for Held<'_> {
    fn pinned(&self, reference: &str) -> Result<Pinned, CiteError> {
        self.lead(reference)
            .map_err(|source| asked(reference, source))
    }

    fn posted_at(&self, address: &str) -> Result<Vec<ItemPin>, CiteError> {
        self.copies_of_post(address)
            .map_err(|source| asked(address, source))
    }

    fn within(&self, reference: &str, wanted: &Wanted) -> Result<Vec<Passage>, CiteError> {
        self.inside(reference, wanted)
            .map_err(|source| asked(reference, source))
    }

    fn within_all(&self, reference: &str, wanted: &Wanted) -> Result<Within, CiteError> {
        self.all_inside(reference, wanted)
            .map_err(|source| asked(reference, source))
    }

    fn indexed(&self) -> bool {
        self.usable().is_some()
    }

    fn tell(&self, found: &mut Match) -> Result<(), CiteError> {
        let item = found.item.clone();
        self.describe(found).map_err(|source| asked(&item, source))
    }

    fn candidates(&self, wanted: &Wanted) -> Result<Vec<Passage>, CiteError> {
        self.likely(wanted)
            .and_then(|items| self.passages(&items))
            .map_err(|source| asked("words", source))
    }

    fn reads_all(&self) -> bool {
        !self.quick
    }

    fn through(&self, wanted: &[Wanted]) -> Result<Through, CiteError> {
        if self.quick {
            return Ok(Through {
                items: Vec::new(),
                texts: 0,
                withheld: 0,
                left_out: Some("only the search index was asked (--quick)".to_owned()),
                not_read: 0,
            });
        }
        self.all_texts(wanted)
            .map_err(|source| asked("words", source))
    }

    fn opened(&self, items: &[u64]) -> Result<Vec<Passage>, CiteError> {
        self.passages(items)
            .map_err(|source| asked("words", source))
    }

    fn posts(&self, from: Moment, to: Moment) -> Result<Vec<Post>, CiteError> {
        self.made_between(from, to)
            .map_err(|source| asked("posts", source))
    }

    fn neighbours(&self, item: &str, reach: (usize, usize)) -> Result<Vec<Passage>, CiteError> {
        self.around(item, reach)
            .map_err(|source| asked(item, source))
    }

    fn after(&self, item: &str) -> Result<Option<After>, CiteError> {
        self.following(item).map_err(|source| asked(item, source))
    }

    fn parties(&self, item: &str) -> Result<Parties, CiteError> {
        self.between(item).map_err(|source| asked(item, source))
    }

    fn people(&self) -> Vec<String> {
        self.custodian.people()
    }

    fn altered(&self, item: &str) -> Result<Option<String>, CiteError> {
        match self.archive.resolve(item) {
            Ok(Target::Item(found)) => self.archive.altered(found),
            Ok(Target::Entry(_)) => Ok(None),
            Err(error) => Err(error),
        }
        .map_err(|source| asked(item, source))
    }
}

fn asked(about: &str, source: ArchiveError) -> CiteError {
    CiteError::Archive {
        about: about.to_owned(),
        source: Box::new(source),
    }
}

fn genre(card: &Card, conversation: Option<&Conversation>) -> &'static str {
    match conversation.map(|found| (found.platform.as_str(), found.sort.as_str())) {
        Some(("mail", _)) => "email",
        // Where it was posted, a table does not say.
        Some(("table", "post")) => "post in a table",
        Some((_, "post")) => "post",
        Some((_, "transcript")) => "transcript",
        Some(("table", _)) => "message",
        Some(_) => "direct message",
        None if card.class == "m" => "message",
        None if card.kind == Kind::Html.word() => "web page",
        None => "document",
    }
}

fn locator(card: &Card, whole: &Card) -> String {
    let name = whole
        .name
        .as_deref()
        .map_or_else(String::new, |name| Name::Text(name.to_owned()).to_string());
    match card.span {
        Some(span) => format!("bytes {} to {} of {name}", span.start, span.end),
        None => name,
    }
}
