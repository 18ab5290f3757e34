//! Follows the pins of a draft: to items, to pages of the web, and to what the archive does not hold.

use crate::cite::CiteError;
use crate::cite::Claim;
use crate::cite::ItemPin;
use crate::cite::LoosePin;
use crate::cite::Passage;
use crate::cite::Pin;
use crate::cite::Pinned;
use crate::cite::Quoted;
use crate::cite::Rest;
use crate::cite::Sought;
use crate::cite::Sources;
use crate::cite::Verdict;
use crate::record::Class;
use crate::record::Finding;

use super::check::Checker;
use super::check::Judged;
use super::check::TOO_SHORT;
use super::judge::wanted;

/// Characters of a text for which a pin needs no place: about a page of print.
const PAGE: usize = 4_000;

/// The pins that these addresses of the web come to: the copies that are held of a post.
pub(super) fn posts_at(sources: &dyn Sources, pins: &[Pin]) -> Result<Vec<Pin>, CiteError> {
    let mut posts = Vec::new();
    for pin in pins {
        if let Pin::Url(address) = pin {
            let held = sources.posted_at(address)?.into_iter().map(Pin::Item);
            posts.extend(held.filter(|post| !pins.contains(post)));
        }
    }
    Ok(posts)
}

/// What a pin that belongs to no quotation comes to; what a person must know besides is added to the findings.
pub(super) fn claim(
    sources: &dyn Sources,
    loose: LoosePin,
    findings: &mut Vec<Finding>,
) -> Result<Claim, CiteError> {
    let LoosePin { pin, place, before } = loose;
    let about = format!("paragraph {}", place.paragraph);
    let posts = posts_at(sources, std::slice::from_ref(&pin))?;
    let (item, state) = match posts.first().unwrap_or(&pin) {
        Pin::NotCitable(_) => {
            let (finding, state) = not_citable(sources, &about, &pin)?;
            findings.push(finding);
            (None, state)
        }
        Pin::Url(_) => (None, Rest::Web),
        Pin::OffArchive(words) => {
            if words.is_empty() {
                findings.push(off_archive(&about, words));
            }
            (None, Rest::OffArchive)
        }
        Pin::Item(item) => match sources.pinned(&item.to_string())? {
            Pinned::Found(passages) => {
                let vague = is_vague(item, &passages);
                if vague {
                    let one_text = passages.len() == 1 && !passages.iter().any(|it| it.layout);
                    findings.push(if one_text {
                        long_text(&about, item)
                    } else {
                        vague_pin(&about, item, None)
                    });
                }
                findings.extend(without_pages(&about, item, &passages));
                let first = match passages.as_slice() {
                    [only] => only.item.clone(),
                    _ => item.reference.to_string(),
                };
                let state = if vague { Rest::Vague } else { Rest::Held };
                (Some(first), state)
            }
            Pinned::Container => {
                findings.push(vague_pin(&about, item, None));
                (Some(item.reference.to_string()), Rest::Vague)
            }
            Pinned::NoText => (Some(item.reference.to_string()), Rest::Held),
            Pinned::Withheld => {
                findings.push(withheld(&about, item));
                (None, Rest::Withheld)
            }
            Pinned::NoSuchItem | Pinned::NotCitable => {
                findings.push(unknown(&about, item));
                (None, Rest::Unknown)
            }
            Pinned::Destroyed(order) => {
                findings.push(destroyed(&about, &order));
                (None, Rest::Destroyed)
            }
        },
    };
    Ok(Claim {
        pin: pin.to_string(),
        paragraph: place.paragraph,
        context: before,
        item,
        state,
        place,
    })
}

/// Whether a statement that is pinned so can be looked up only by reading on and on: the item has many messages or pages
/// and the pin names none of them.
fn is_vague(pin: &ItemPin, passages: &[Passage]) -> bool {
    let long = || {
        passages
            .iter()
            .map(|it| it.text.chars().take(PAGE + 1).count())
            .sum::<usize>()
            > PAGE
    };
    pin.reference.class == Class::Document && (passages.len() > 1 || pin.place.is_none() && long())
}

/// `found` is the message in which the words were found.
fn vague_pin(about: &str, pin: &ItemPin, found: Option<&str>) -> Finding {
    let message = match found {
        Some(found) => format!("{pin} holds many messages; pin the one that is quoted, {found}"),
        None => format!(
            "{pin} does not say where: pin the message, or the page such as {}:1",
            pin.reference
        ),
    };
    Finding::new("quotation.vague-pin", about, message)
}

/// What is said of a pin to a long text that has no pages by which a place in it could be named.
fn long_text(about: &str, pin: &ItemPin) -> Finding {
    let message = format!(
        "{pin} does not say where, and its text is long and has no pages: quote the words that the statement rests on"
    );
    Finding::new("quotation.vague-pin", about, message)
}

/// What is said of a pin that names a page of something that has none here: nothing was looked up at that place.
fn without_pages(about: &str, pin: &ItemPin, passages: &[Passage]) -> Option<Finding> {
    let page = pin.place.as_ref()?;
    if passages.iter().any(|it| it.layout) {
        return None;
    }
    let message = format!(
        "{pin} names page {page}, and the text of {} has no pages here: all of it was looked at; compare the page by eye, or \
         pin it without one",
        pin.reference
    );
    Some(Finding::new("quotation.pin-without-pages", about, message))
}

/// What is said of a pin to what cannot be cited, and what it comes to.
fn not_citable(
    sources: &dyn Sources,
    about: &str,
    pin: &Pin,
) -> Result<(Finding, Rest), CiteError> {
    if !matches!(sources.pinned(&pin.to_string())?, Pinned::NotCitable) {
        return Ok((unknown(about, pin), Rest::Unknown));
    }
    let message = format!(
        "{pin} is no document and no message, and no words stand in it: pin the document or the message that is meant \
         (fonds show {pin})"
    );
    let finding = Finding::new("quotation.pin-not-citable", about, message);
    Ok((finding, Rest::NotCitable))
}

fn unknown(about: &str, pin: &impl std::fmt::Display) -> Finding {
    Finding::new(
        "quotation.pin-unknown",
        about,
        format!("{pin} names nothing in this archive, or more than one thing; correct the pin"),
    )
}

fn destroyed(about: &str, order: &str) -> Finding {
    let message = format!("{order}; nothing can be compared with it any more");
    Finding::new("quotation.pin-destroyed", about, message)
}

fn only_in_part(about: &str, pin: &ItemPin, looked: u64) -> Finding {
    Finding::new(
        "quotation.pin-in-part",
        about,
        format!(
            "not every message in {pin} could be looked through; the words are not in the {looked} that were; pin the \
             message"
        ),
    )
}

fn withheld(about: &str, pin: &ItemPin) -> Finding {
    Finding::new(
        "quotation.pin-withheld",
        about,
        format!(
            "{pin} is withheld in this copy of the archive; ask the holder of the full archive"
        ),
    )
}

/// What is said of what rests on something that the archive does not hold.
fn off_archive(about: &str, words: &str) -> Finding {
    if words.is_empty() {
        let message = "the draft says that it rests on something off the archive, and not on what";
        Finding::new("quotation.vague-pin", about, message)
    } else {
        let message = format!("rests on {words}; not in the archive");
        Finding::new("quotation.off-archive", about, message)
    }
}

/// What the pins to items lead to.
#[derive(Default)]
struct Led<'a> {
    passages: Vec<Passage>,
    /// Large containers.
    containers: Vec<&'a ItemPin>,
    /// Pins that name no message of many, though the words are in one.
    many: Vec<&'a ItemPin>,
    /// Whether something is held that cannot be compared.
    unread: bool,
}

impl Checker<'_> {
    /// Looks only where the pins lead; where the words stand elsewhere, says so.
    pub(super) fn pinned(
        &mut self,
        sought: &Sought,
        pins: &[Pin],
        result: &mut Quoted,
    ) -> Result<(), CiteError> {
        for pin in pins.iter().filter(|it| matches!(it, Pin::NotCitable(_))) {
            let (finding, _) = not_citable(self.sources, &result.id, pin)?;
            result.findings.push(finding);
        }
        let items: Vec<&ItemPin> = pins.iter().filter_map(Pin::item).collect();
        if items.is_empty() {
            return self.without_item(sought, pins, result);
        }
        for pin in pins {
            if let Pin::OffArchive(words) = pin {
                result.findings.push(off_archive(&result.id, words));
            }
        }
        let led = self.lead(sought, &items, result)?;
        if led.passages.is_empty() && led.unread {
            return Ok(());
        }
        let mut passages = led.passages;
        let mut pinned: Vec<String> = passages.iter().map(|it| it.item.clone()).collect();
        let said = result.findings.len();
        self.decide(sought, passages.clone(), result)?;
        if !result.verdict.passes() && !led.containers.is_empty() {
            // Nothing signs an index: that it knows of no better passage says nothing.
            let mut partly = Vec::new();
            self.inside.0 += 1;
            for pin in &led.containers {
                let inside = self.sources.within_all(&pin.to_string(), &wanted(sought))?;
                pinned.extend(inside.passages.iter().map(|it| it.item.clone()));
                passages.extend(inside.passages);
                self.inside.1 += inside.looked;
                if !inside.all {
                    partly.push(only_in_part(&result.id, pin, inside.looked));
                }
            }
            result.nearest = None;
            result.matches.clear();
            result.findings.truncate(said);
            self.decide(sought, passages, result)?;
            if !result.verdict.passes() && !partly.is_empty() {
                // What was not looked at may hold the words as they are quoted, so nothing is said of those that were.
                result.verdict = Verdict::NotChecked;
                result.nearest = None;
                result.matches.clear();
                result.findings.truncate(said);
                result.findings.extend(partly);
            }
        }
        if result.verdict.passes() {
            let found = result.matches.first().map(|it| it.item.as_str());
            let vague = led.many.iter().chain(&led.containers);
            let vague: Vec<Finding> = vague.map(|pin| vague_pin(&result.id, pin, found)).collect();
            result.findings.extend(vague);
        }
        if result.verdict.passes() || result.verdict == Verdict::NotChecked {
            return Ok(());
        }
        let mut candidates = self.candidates(sought)?;
        candidates.retain(|it| !pinned.contains(&it.item));
        let judged = self.judge_all(sought, candidates);
        self.elsewhere(sought, judged, result)?;
        Ok(())
    }

    /// Follows the pins to items.
    fn lead<'a>(
        &self,
        sought: &Sought,
        items: &[&'a ItemPin],
        result: &mut Quoted,
    ) -> Result<Led<'a>, CiteError> {
        let mut led = Led::default();
        for pin in items {
            match self.sources.pinned(&pin.to_string())? {
                Pinned::Found(found) => {
                    let pages = without_pages(&result.id, pin, &found);
                    result.findings.extend(pages);
                    let document = pin.reference.class == Class::Document;
                    if document && pin.place.is_none() && found.iter().any(|it| it.layout) {
                        result.findings.push(Finding::new(
                            "quotation.vague-pin",
                            &result.id,
                            format!("{pin} has pages: pin the page, such as {pin}:1"),
                        ));
                    }
                    if document && found.len() > 1 {
                        led.many.push(pin);
                    }
                    led.passages.extend(found);
                }
                Pinned::Container => {
                    led.passages
                        .extend(self.sources.within(&pin.to_string(), &wanted(sought))?);
                    led.containers.push(pin);
                }
                Pinned::NoSuchItem | Pinned::NotCitable => {
                    result.findings.push(unknown(&result.id, pin));
                }
                Pinned::Destroyed(order) => {
                    led.unread = true;
                    result.findings.push(destroyed(&result.id, &order));
                }
                Pinned::Withheld => {
                    led.unread = true;
                    result.findings.push(withheld(&result.id, pin));
                }
                Pinned::NoText => {
                    led.unread = true;
                    result.findings.push(Finding::new(
                        "quotation.pin-without-text",
                        &result.id,
                        format!(
                            "{pin} is held, but it has no text to compare with; compare it by eye"
                        ),
                    ));
                }
            }
        }
        Ok(led)
    }

    /// A quotation that is pinned to no item: to a page of the web, or to what the archive does not hold.
    fn without_item(
        &mut self,
        sought: &Sought,
        pins: &[Pin],
        result: &mut Quoted,
    ) -> Result<(), CiteError> {
        let off = pins.iter().find_map(|pin| match pin {
            Pin::OffArchive(words) => Some(words),
            _ => None,
        });
        let Some(off) = off else {
            // A page of the web may be held under another name: the words are looked for everywhere.
            self.search(sought, result)?;
            if pins.iter().any(|it| matches!(it, Pin::Url(_))) {
                let pins = result.pins.join(", ");
                let message = match result.matches.first().filter(|_| result.verdict.passes()) {
                    Some(found) => format!(
                        "the words stand in {}; the draft points to {pins}, and fonds opens no page of the web: see that \
                         they are the same source",
                        found.item
                    ),
                    None => format!(
                        "the draft points to {pins}; fonds opens no page of the web: bring a copy in, or pin it as off the \
                         archive"
                    ),
                };
                let finding = Finding::new("quotation.pin-url", &result.id, message);
                result.findings.push(finding);
            }
            return Ok(());
        };
        result.verdict = Verdict::OffArchive;
        result.findings.push(off_archive(&result.id, off));
        if sought.words() > TOO_SHORT {
            let candidates = self.candidates(sought)?;
            let judged = self.judge_all(sought, candidates);
            self.elsewhere(sought, judged, result)?;
        }
        Ok(())
    }

    /// Says of a quotation that does not stand where it is pinned that it stands in one of those passages.
    pub(super) fn elsewhere(
        &mut self,
        sought: &Sought,
        mut judged: Vec<Judged>,
        result: &mut Quoted,
    ) -> Result<(), CiteError> {
        if sought.words() <= TOO_SHORT {
            return Ok(());
        }
        if !judged.iter().any(Judged::passes)
            && let Some(joined) = self.joined(sought, &judged)?
        {
            judged.insert(0, joined);
        }
        if let Some(first) = judged.iter().find(|it| it.passes()) {
            result.findings.push(Finding::new(
                "quotation.pin-elsewhere",
                &result.id,
                format!(
                    "the words stand in {} ({}), not where the draft pins them; correct the pin or the words",
                    first.passage.item,
                    first.judgement.verdict.label(),
                ),
            ));
        }
        Ok(())
    }
}
