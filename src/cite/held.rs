//! The passages that an archive holds, for checking quotations against them.

use std::collections::HashSet;

use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::Card;
use crate::archive::Custodian;
use crate::archive::Target;
use crate::archive::Withholding;
use crate::archive::search::Index;
use crate::cite::CiteError;
use crate::cite::Passage;
use crate::cite::Pinned;
use crate::cite::Sources;
use crate::cite::Through;
use crate::cite::Wanted;
use crate::cite::Within;
use crate::record::Conversation;
use crate::record::Instant;
use crate::record::Name;
use crate::record::Participant;

/// Passages looked at for one quotation, at most.
const MOST: usize = 50;

/// Messages of a container that are compared one by one, at most; of a larger one those that may hold the words.
const MOST_INSIDE: u64 = 2_000;

/// Messages of a container that are looked through for words, at most.
const MOST_THROUGH: u64 = 200_000;

/// Items that the index is asked for to find those in a container.
const MOST_ASKED: usize = 2_000;

/// Messages before and after one that are looked at for quotations that run two together.
const AROUND: u64 = 12;

/// Bytes of text that are gone through for quotations that the index did not find, at most.
const MOST_READ: u64 = 16 << 30;

/// Items read at a time where there is no index.
const STEP: u64 = 512;

/// An archive as the quotation checker asks it.
pub struct Held<'a> {
    archive: &'a Archive,
    custodian: Custodian<'a>,
    index: Option<Index>,
    /// Whether the index covers all items; if not, all texts are gone through.
    complete: bool,
    tell: Option<&'a dyn Fn(u64, u64)>,
    withholding: Withholding,
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

    /// The passage of an item that can be cited; nothing where it has no text, or is withheld.
    pub fn passage(&self, item: u64) -> Result<Option<Passage>, ArchiveError> {
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
        let conversation: Option<Conversation> = opened.get("conversation").unwrap_or_default();
        let is_message = card.class == "m";
        let shown = |slot: &'static str| -> Result<Vec<String>, ArchiveError> {
            let people: Vec<Participant> = opened.get(slot)?.unwrap_or_default();
            Ok(people.iter().map(|person| self.shown(person)).collect())
        };
        let document = self.archive.reference(&whole)?;
        Ok(Some(Passage {
            item: self.archive.reference(&card)?,
            locator: locator(&card, &whole),
            text,
            layout: false,
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
            custody: self.custodian.line(card.item)?,
            entry: self.archive.place(card.item)?.map(|(_, entry)| entry),
            subject: if is_message {
                opened.get("subject")?
            } else {
                self.title(&card)?.or_else(|| card.name.clone())
            },
            genre: genre(&card, conversation.as_ref()).to_owned(),
            collection: self.collection(card.accession)?,
            sha256: Some(whole.sha256),
            document,
        }))
    }

    /// What a participant is called: as the message has it, else as the agent that uses the account was named.
    fn shown(&self, person: &Participant) -> String {
        let named = || {
            let party = self.custodian.participant(person);
            party.agent.and(party.name)
        };
        person
            .display
            .clone()
            .or_else(named)
            .or_else(|| person.account.as_deref().map(bare))
            .unwrap_or_else(|| "unknown".to_owned())
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

    /// What an accession is called in a citation: what it is a part of, else its reference.
    fn collection(&self, accession: u64) -> Result<String, ArchiveError> {
        let stated: Option<String> = match self.archive.entry(accession)? {
            Some(entry) => entry.get("part_of")?,
            None => None,
        };
        let reference = self.archive.entry_reference(accession)?;
        Ok(stated
            .or_else(|| reference.map(|reference| format!("accession {reference}")))
            .unwrap_or_default())
    }

    fn passages(&self, items: &[u64]) -> Result<Vec<Passage>, ArchiveError> {
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

    /// Goes through every text where there is no index to ask: the items that hold most of the words.
    fn scan(&self, wanted: &Wanted) -> Result<Vec<u64>, ArchiveError> {
        let mut best = Best::new(wanted);
        let mut done = 0;
        loop {
            let cards = self.archive.after(done, STEP)?;
            let Some(end) = cards.last().map(|card| card.item) else {
                break;
            };
            done = end;
            for card in cards {
                best.look_at(self.archive, card.item)?;
            }
            best.cut();
        }
        Ok(best.items())
    }

    /// Goes through every text once for all that is wanted. A text that cannot be read does not stop it, but is told.
    fn all_texts(&self, wanted: &[Wanted]) -> Result<Through, ArchiveError> {
        if self.index.is_none() || !self.complete {
            // They were gone through already: see `likely`.
            return Ok(Through::default());
        }
        let mut best: Vec<Best<'_>> = wanted.iter().map(Best::new).collect();
        let last = self.archive.last_item()?;
        let (mut done, mut read, mut unreadable) = (0, 0, 0_u64);
        while read < MOST_READ {
            let cards = self.archive.after(done, STEP)?;
            let Some(end) = cards.last().map(|card| card.item) else {
                done = last;
                break;
            };
            for card in cards {
                match self.archive.text(card.item) {
                    Ok(Some(text)) => {
                        read += text.len() as u64;
                        let text = text.to_lowercase();
                        for it in &mut best {
                            it.weigh(&text, card.item);
                        }
                    }
                    Ok(None) => {}
                    Err(error @ ArchiveError::Database(_)) => return Err(error),
                    Err(_) => unreadable += 1,
                }
            }
            for it in &mut best {
                it.cut();
            }
            done = end;
            if let Some(tell) = self.tell {
                tell(done, last);
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
        let passages = best.into_iter().map(|it| self.passages(&it.items()));
        Ok(Through {
            passages: passages.collect::<Result<_, _>>()?,
            left_out,
        })
    }

    fn likely(&self, wanted: &Wanted) -> Result<Vec<u64>, ArchiveError> {
        let Some(index) = self.index.as_ref().filter(|_| self.complete) else {
            return self.scan(wanted);
        };
        let phrase: Vec<String> = wanted.phrase.split(' ').map(ToOwned::to_owned).collect();
        let mut items = index.candidates(&phrase, MOST)?;
        if wanted.words.len() > phrase.len() {
            let known: HashSet<u64> = items.iter().copied().collect();
            let more = index.candidates(&wanted.words, MOST)?;
            items.extend(more.into_iter().filter(|item| !known.contains(item)));
        }
        Ok(items)
    }

    fn lead(&self, reference: &str) -> Result<Pinned, ArchiveError> {
        let name = reference.split(':').next().unwrap_or(reference);
        let item = match self.archive.resolve(name) {
            Ok(Target::Item(item)) => item,
            Ok(Target::Entry(_))
            | Err(
                ArchiveError::NoSuchItem(_)
                | ArchiveError::Ambiguous { .. }
                | ArchiveError::Destroyed { .. },
            ) => {
                return Ok(Pinned::NoSuchItem);
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

    /// The messages of a container in which words may stand. The index is asked first; where it has more items with some of
    /// the words than it was asked for, or there is none, the container is gone through.
    fn inside(&self, reference: &str, wanted: &Wanted) -> Result<Within, ArchiveError> {
        let name = reference.split(':').next().unwrap_or(reference);
        let Ok(Target::Item(item)) = self.archive.resolve(name) else {
            return Ok(Within::default());
        };
        let mut best = Best::new(wanted);
        let mut all = false;
        if let Some(index) = self.index.as_ref().filter(|_| self.complete) {
            let phrase: Vec<String> = wanted.phrase.split(' ').map(ToOwned::to_owned).collect();
            let words = index.candidates(&wanted.words, MOST_ASKED)?;
            all = words.len() < MOST_ASKED;
            let stand = index.candidates(&phrase, MOST_ASKED)?;
            let mut seen = HashSet::new();
            for candidate in stand.into_iter().chain(words) {
                if seen.insert(candidate)
                    && let Some(card) = self.archive.card(candidate)?
                    && card.parent == Some(item)
                {
                    best.look_at(self.archive, candidate)?;
                }
            }
            best.cut();
        }
        let mut looked = 0;
        let mut done = 0;
        while !all && looked < MOST_THROUGH {
            let cards = self.archive.children_after(item, done, STEP)?;
            looked += cards.len() as u64;
            all = (cards.len() as u64) < STEP;
            for card in &cards {
                done = card.item;
                best.look_at(self.archive, card.item)?;
            }
            best.cut();
        }
        let mut items = best.items();
        if items.is_empty() {
            // One that can be named as what was looked at.
            let first = self.archive.children_after(item, 0, 1)?;
            items.extend(first.iter().map(|card| card.item));
        }
        Ok(Within {
            passages: self.passages(&items)?,
            looked,
            all,
        })
    }

    fn around(&self, reference: &str) -> Result<Vec<Passage>, ArchiveError> {
        let Ok(Target::Item(item)) = self.archive.resolve(reference) else {
            return Ok(Vec::new());
        };
        let Some(card) = self.archive.card(item)? else {
            return Ok(Vec::new());
        };
        let Some(conversation) = &card.conversation else {
            return Ok(Vec::new());
        };
        let window = self.archive.around(conversation, &card, AROUND)?;
        let window: Vec<u64> = window.into_iter().map(|card| card.item).collect();
        self.passages(&window)
    }
}

/// The items that hold most of the words, those with the phrase as it stands before others.
struct Best<'w> {
    wanted: &'w Wanted,
    found: Vec<(bool, usize, u64)>,
}

impl<'w> Best<'w> {
    const fn new(wanted: &'w Wanted) -> Self {
        Self {
            wanted,
            found: Vec::new(),
        }
    }

    fn look_at(&mut self, archive: &Archive, item: u64) -> Result<(), ArchiveError> {
        let Some(text) = archive.text(item)? else {
            return Ok(());
        };
        self.weigh(&text.to_lowercase(), item);
        Ok(())
    }

    /// Keeps an item whose text, in lower case, holds half of the words.
    fn weigh(&mut self, text: &str, item: u64) {
        let words = &self.wanted.words;
        let held = words.iter().filter(|word| text.contains(*word)).count();
        if held * 2 >= words.len() {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let phrase = line.contains(&self.wanted.phrase);
            self.found.push((phrase, held, item));
        }
    }

    /// Keeps as many as are compared.
    fn cut(&mut self) {
        self.found
            .sort_unstable_by(|one, other| (other.0, other.1, one.2).cmp(&(one.0, one.1, other.2)));
        self.found.dedup();
        self.found.truncate(MOST);
    }

    fn items(self) -> Vec<u64> {
        self.found.into_iter().map(|(_, _, item)| item).collect()
    }
}

impl Sources for Held<'_> {
    fn pinned(&self, reference: &str) -> Result<Pinned, CiteError> {
        self.lead(reference)
            .map_err(|source| asked(reference, source))
    }

    fn within(&self, reference: &str, wanted: &Wanted) -> Result<Within, CiteError> {
        self.inside(reference, wanted)
            .map_err(|source| asked(reference, source))
    }

    fn candidates(&self, wanted: &Wanted) -> Result<Vec<Passage>, CiteError> {
        self.likely(wanted)
            .and_then(|items| self.passages(&items))
            .map_err(|source| asked("words", source))
    }

    fn through(&self, wanted: &[Wanted]) -> Result<Through, CiteError> {
        self.all_texts(wanted)
            .map_err(|source| asked("words", source))
    }

    fn neighbours(&self, item: &str) -> Result<Vec<Passage>, CiteError> {
        self.around(item).map_err(|source| asked(item, source))
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

/// An account without the word for its platform where it is an address that people know.
fn bare(account: &str) -> String {
    account.strip_prefix("mail:").unwrap_or(account).to_owned()
}

fn genre(card: &Card, conversation: Option<&Conversation>) -> &'static str {
    match conversation.map(|found| (found.platform.as_str(), found.sort.as_str())) {
        Some(("mail", _)) => "email",
        Some((_, "post")) => "post",
        Some(_) => "direct message",
        None if card.class == "m" => "message",
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
