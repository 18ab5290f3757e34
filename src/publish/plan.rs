//! What is opened: the rule that keeps a withheld text from being guessed.
//!
//! A slot that holds a digest is opened by itself only where every byte under that digest is shown as well:
//! `text_digest`, and the `bytes` of what is nothing but its text, with the whole text. While a text is not shown whole,
//! in passages or not at all, no digest of it may be opened even by name, since a few words are found by trying. The
//! `bytes` of a message are more than its text (its headers, its ids, a blind copy) and stay shut unless they are asked
//! for, as do `attachments`, which name digests. What says where an item lay (`parent`, `range`, `path`), who exported
//! it, and remarks on it stay shut because nobody needs them to read it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::PublishError;
use super::text::pieces_of_lines;
use crate::archive::Archive;
use crate::archive::ArchiveError;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The items, in the order in which they are shown.
    pub items: Vec<u64>,
    /// Lines of the text, from 1, first and last; none means the whole text.
    pub lines: Vec<(u64, u64)>,
    /// Items that are cited: of these only these lines are shown, and beside them who, to whom and when.
    pub cited: BTreeMap<u64, Vec<(u64, u64)>>,
    /// Slots to be opened besides those that are opened anyhow.
    pub open: Vec<String>,
    /// Slots that stay shut.
    pub withhold: Vec<String>,
}

/// What is opened of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Slots.
    pub slots: BTreeSet<&'static str>,
    /// Pieces of its text; nothing where all are shown.
    pub pieces: Option<BTreeSet<u64>>,
}

/// What texts an item's slots could give away.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Texts<'a> {
    /// Its own.
    pub(super) own: Option<&'a str>,
    /// Whether another item has the text that was read out of it.
    pub(super) is_read: bool,
    /// Whether something that was sent along has a text.
    pub(super) is_attached: bool,
}

/// The items that are shown for one: itself, and behind a document that had to be read the latest reading of it.
pub fn subjects(archive: &Archive, item: u64) -> Result<Vec<u64>, ArchiveError> {
    let mut subjects = vec![item];
    let is_document = archive.card(item)?.is_some_and(|card| card.class == "d");
    if is_document && archive.own_text(item)?.is_none() {
        let readings = archive.children(item)?;
        subjects.extend(
            readings
                .into_iter()
                .rev()
                .find(|child| child.class == "t")
                .map(|reading| reading.item),
        );
    }
    Ok(subjects)
}

/// Slots that are opened without being asked for, besides the text and its digests.
const fn usual(kind: &str) -> &'static [&'static str] {
    match kind.as_bytes() {
        b"message/1" => &["from", "to", "subject", "at"],
        b"document/1" => &["kind", "title"],
        b"text/1" => &["parent", "title"],
        _ => &[],
    }
}

impl Wanted {
    /// What is opened of an item with these slots filled and these texts.
    pub(super) fn plan(
        &self,
        (item, name): (u64, &str),
        kind: &str,
        filled: &[&'static str],
        texts: Texts<'_>,
    ) -> Result<Plan, PublishError> {
        let withheld = |slot: &str| self.withhold.iter().any(|it| it == slot);
        let text = texts.own.filter(|_| !withheld("text"));
        let cited = self.cited.get(&item);
        let lines = cited.unwrap_or(&self.lines);
        let pieces = match text {
            Some(text) => chosen(text, lines)?,
            None => None,
        };
        let mut slots: BTreeSet<&'static str> = BTreeSet::new();
        let digests: &[&str] = match (text.is_some(), &pieces, kind) {
            (true, None, "message/1") => &["text", "text_digest"],
            (true, None, _) => &["text", "text_digest", "bytes"],
            (true, Some(_), _) => &["text"],
            (false, ..) => &[],
        };
        let own_is_hidden = texts.own.is_some() && (text.is_none() || pieces.is_some());
        let read_is_hidden = texts.is_read && (withheld("text") || !lines.is_empty());
        let is_guessable = |slot: &str| match slot {
            "bytes" | "text_digest" => own_is_hidden || read_is_hidden,
            "attachments" => texts.is_attached,
            _ => false,
        };
        for slot in filled {
            let asked = self.open.iter().any(|it| it == slot);
            if asked && is_guessable(slot) {
                return Err(PublishError::Guessable {
                    slot: (*slot).to_owned(),
                });
            }
            // A title is mostly a line of the text, and so is not shown where that line is not asked for.
            let apart = pieces.is_some() && *slot == "title";
            // Nor is what a citation does not give.
            let apart = apart || cited.is_some() && matches!(*slot, "title" | "subject" | "parent");
            let usual = usual(kind).contains(slot) && !apart;
            let opened = asked || usual || digests.contains(slot);
            if opened && !withheld(slot) {
                slots.insert(slot);
            }
        }
        if slots.is_empty() {
            return Err(PublishError::Nothing {
                item: name.to_owned(),
            });
        }
        Ok(Plan { slots, pieces })
    }
}

/// The pieces of the lines that are asked for; nothing where that is all of them.
fn chosen(text: &str, lines: &[(u64, u64)]) -> Result<Option<BTreeSet<u64>>, PublishError> {
    if lines.is_empty() {
        return Ok(None);
    }
    let all = text.lines().count() as u64;
    let mut chosen = BTreeSet::new();
    for &(from, to) in lines {
        let found = pieces_of_lines(text, from, to);
        if from > to || to > all {
            return Err(PublishError::NoSuchLines {
                from,
                to,
                lines: all,
            });
        }
        if found.is_empty() {
            return Err(PublishError::BlankLines { from, to });
        }
        chosen.extend(found);
    }
    let all = crate::commitment::pieces(text).count();
    Ok((chosen.len() < all).then_some(chosen))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(wanted: &Wanted, kind: &str) -> Result<Vec<&'static str>, PublishError> {
        let filled: &[&'static str] = match kind {
            "message/1" => &[
                "bytes",
                "parent",
                "range",
                "from",
                "at",
                "text",
                "text_digest",
            ],
            _ => &["bytes", "kind", "name", "title", "text", "text_digest"],
        };
        let texts = Texts {
            own: Some("one\ntwo\n"),
            ..Texts::default()
        };
        let plan = wanted.plan((1, "m-7kq2"), kind, filled, texts)?;
        Ok(plan.slots.into_iter().collect())
    }

    /// Whether a slot of a document that is not text itself may be opened by name.
    fn opens(
        slot: &'static str,
        texts: Texts<'_>,
        lines: &[(u64, u64)],
        withhold: &[&str],
    ) -> bool {
        let wanted = Wanted {
            lines: lines.to_vec(),
            open: vec![slot.to_owned()],
            withhold: withhold.iter().map(|slot| (*slot).to_owned()).collect(),
            ..Wanted::default()
        };
        match wanted.plan((1, "d-7kq2"), "document/1", &["kind", slot], texts) {
            Ok(plan) => plan.slots.contains(slot),
            Err(error) => {
                assert!(matches!(error, PublishError::Guessable { .. }));
                false
            }
        }
    }

    #[test]
    fn no_digest_of_a_hidden_text_is_opened_even_by_name() {
        for kind in ["message/1", "document/1"] {
            for slot in ["text_digest", "bytes"] {
                let wanted = Wanted {
                    open: vec![slot.to_owned()],
                    withhold: vec!["text".to_owned()],
                    ..Wanted::default()
                };
                assert!(
                    matches!(slots(&wanted, kind), Err(PublishError::Guessable { .. })),
                    "{slot} of {kind}"
                );
            }
        }
        let picture = Texts::default();
        let page = Texts {
            is_read: true,
            ..picture
        };
        let with_letter = Texts {
            is_attached: true,
            ..picture
        };
        assert!(opens("bytes", picture, &[], &[]) && opens("bytes", page, &[], &[]));
        assert!(opens("bytes", picture, &[], &["text"]));
        assert!(!opens("bytes", page, &[], &["text"]));
        assert!(!opens("bytes", page, &[(1, 1)], &[]));
        assert!(opens("attachments", picture, &[], &[]));
        assert!(!opens("attachments", with_letter, &[], &[]));
    }

    #[test]
    fn a_digest_is_opened_only_with_all_that_it_is_of() {
        let mut wanted = Wanted::default();
        assert_eq!(
            slots(&wanted, "message/1").unwrap(),
            ["at", "from", "text", "text_digest"]
        );
        assert_eq!(
            slots(&wanted, "document/1").unwrap(),
            ["bytes", "kind", "text", "text_digest", "title"]
        );
        wanted.lines = vec![(2, 2)];
        assert_eq!(slots(&wanted, "message/1").unwrap(), ["at", "from", "text"]);
        assert_eq!(slots(&wanted, "document/1").unwrap(), ["kind", "text"]);
        wanted.open = vec!["text_digest".to_owned()];
        assert!(matches!(
            slots(&wanted, "message/1"),
            Err(PublishError::Guessable { .. })
        ));
        wanted.lines = vec![(1, 2)];
        assert!(
            slots(&wanted, "message/1")
                .unwrap()
                .contains(&"text_digest")
        );
    }

    #[test]
    fn what_is_withheld_stays_shut_and_a_withheld_text_takes_its_digest_along() {
        let wanted = Wanted {
            withhold: vec!["text".to_owned(), "from".to_owned()],
            ..Wanted::default()
        };
        assert_eq!(slots(&wanted, "message/1").unwrap(), ["at"]);
        assert_eq!(slots(&wanted, "document/1").unwrap(), ["kind", "title"]);
    }
}
