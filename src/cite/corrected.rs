//! A published text with its corrections, of which some were withdrawn.
//!
//! A correction is of the text in which it was recorded: the draft with those before it that stood by then. Its words are
//! looked for in that text alone, and remembered by where each of their bytes came from, the frozen draft or a correction. So
//! a withdrawal changes what it withdraws and nothing else: a later correction stands where its bytes still do, and where a
//! withdrawal took one of them away it is not made somewhere else, but named.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::ops::Range;

use memchr::memmem;

use crate::archive::TextCorrection;
use crate::cite::Draft;
use crate::cite::Spot;
use crate::record::Finding;
use crate::record::visible;

use super::normal::folded;

/// Where a byte came from: the entry of the correction that put it there (none: it was frozen), and which of its bytes it is.
type Origin = (Option<u64>, usize);

/// What happened to a text, by the entry.
enum Event<'a> {
    Corrected(&'a TextCorrection),
    Withdrawn,
}

/// The draft with the corrections that stand, and the entries of those that stand and could not be made, since a correction
/// before them was withdrawn.
pub fn corrected(frozen: &Draft, corrections: &[TextCorrection]) -> (Draft, Vec<u64>) {
    let replayed = replayed(frozen, corrections);
    (replayed.text.draft, replayed.unfit.into_iter().collect())
}

/// Which of the corrections that stand a later draft lacks: a paragraph of it is as it was before, or the words with those
/// around them are.
pub fn lost(frozen: &Draft, corrections: &[TextCorrection], new: &Draft) -> Vec<Finding> {
    let replayed = replayed(frozen, corrections);
    let all: Vec<String> = new.paragraphs.iter().map(|it| folded(&it.text)).collect();
    let whole = all.join("\n");
    let all: HashSet<&str> = all.iter().map(String::as_str).collect();
    let holds = |words: &str| memmem::find(whole.as_bytes(), words.as_bytes()).is_some();
    let paragraph = |draft: &Draft, number| {
        let mut all = draft.paragraphs.iter();
        all.find(|it| it.number == number)
            .map(|it| folded(&it.text))
    };
    let made = |it: &&TextCorrection| it.withdrawn.is_none() && !replayed.unfit.contains(&it.entry);
    let is_lost = |one: &&TextCorrection| {
        let was = paragraph(frozen, one.paragraph).unwrap_or_default();
        let is = paragraph(&replayed.text.draft, one.paragraph).unwrap_or_default();
        let back = was != is && all.contains(was.as_str()) && !all.contains(is.as_str());
        // Of what one correction put and the next took away, nothing came back.
        let back = back && holds(&folded(&one.before));
        let around = replayed.around.get(&one.entry);
        back || around.is_some_and(|(before, after)| holds(before) && !holds(after))
    };
    let lost = corrections.iter().filter(made).filter(is_lost);
    lost.map(|one| {
        let message = format!(
            "the draft has “{}” again, which was corrected under entry {}: take the correction over, or withdraw it \
             (fonds correct {} --withdraw)",
            visible(&one.before),
            one.entry,
            one.entry
        );
        Finding::new(
            "version.correction-lost",
            format!("entry {}", one.entry),
            message,
        )
    })
    .collect()
}

/// What came of a text by its corrections and withdrawals.
struct Replayed {
    text: Text,
    unfit: BTreeSet<u64>,
    /// The words of each correction with those around them, folded: as they were, and as they are with it.
    around: BTreeMap<u64, (String, String)>,
}

fn replayed(frozen: &Draft, corrections: &[TextCorrection]) -> Replayed {
    let mut events: BTreeMap<u64, Event<'_>> = BTreeMap::new();
    for one in corrections {
        events.insert(one.entry, Event::Corrected(one));
        if let Some(entry) = one.withdrawn {
            events.insert(entry, Event::Withdrawn);
        }
    }
    let mut aims: BTreeMap<u64, Vec<Origin>> = BTreeMap::new();
    let mut around = BTreeMap::new();
    let mut text = Text::new(frozen);
    let mut unfit = BTreeSet::new();
    for (now, event) in events {
        match event {
            Event::Corrected(one) => {
                let spot = text.draft.spot(&one.before, Some(one.paragraph));
                let made = spot.ok().and_then(|spot| {
                    aims.insert(one.entry, text.origins(&spot)?.to_vec());
                    around.insert(one.entry, text.around(&spot, one)?);
                    text.amend(&spot, one)
                });
                if made.is_none() {
                    unfit.insert(one.entry);
                }
            }
            Event::Withdrawn => {
                text = Text::new(frozen);
                unfit.clear();
                let recorded = corrections.iter().filter(|it| it.entry < now);
                for one in recorded.filter(|it| it.withdrawn.is_none_or(|it| it > now)) {
                    let aim = aims.get(&one.entry);
                    let spot = aim.and_then(|aim| text.spot(one.paragraph, aim));
                    if spot.and_then(|spot| text.amend(&spot, one)).is_none() {
                        unfit.insert(one.entry);
                    }
                }
            }
        }
    }
    Replayed {
        text,
        unfit,
        around,
    }
}

/// A draft, and where the bytes of the paragraphs that were corrected came from.
struct Text {
    draft: Draft,
    origins: BTreeMap<usize, Vec<Origin>>,
}

impl Text {
    fn new(frozen: &Draft) -> Self {
        Self {
            draft: frozen.clone(),
            origins: BTreeMap::new(),
        }
    }

    /// Where the bytes of a paragraph came from; of one that was never corrected, from itself.
    fn of(&mut self, paragraph: usize) -> &mut Vec<Origin> {
        let draft = &self.draft;
        self.origins.entry(paragraph).or_insert_with(|| {
            let mut all = draft.paragraphs.iter();
            let length = all
                .find(|it| it.number == paragraph)
                .map_or(0, |it| it.text.len());
            (0..length).map(|at| (None, at)).collect()
        })
    }

    fn origins(&mut self, spot: &Spot) -> Option<&[Origin]> {
        self.of(spot.paragraph).get(spot.bytes())
    }

    /// The place at which all of these bytes stand, one after the other.
    fn spot(&mut self, paragraph: usize, aim: &[Origin]) -> Option<Spot> {
        let first = aim.first()?;
        let all = self.of(paragraph);
        let from = all.iter().position(|it| it == first)?;
        let bytes = from..from + aim.len();
        if all.get(bytes.clone())? != aim {
            return None;
        }
        self.draft.spot_at(paragraph, bytes)
    }

    /// The words at a spot with two on either side, as they are and as a correction has them.
    fn around(&self, spot: &Spot, one: &TextCorrection) -> Option<(String, String)> {
        let mut all = self.draft.paragraphs.iter();
        let text = &all.find(|it| it.number == spot.paragraph)?.text;
        let Range { start, end } = spot.bytes();
        let (before, after) = (text.get(..start)?, text.get(end..)?);
        let from = before.trim_end().rmatch_indices(' ').nth(1);
        let before = before.get(from.map_or(0, |it| it.0 + 1)..)?;
        let to = after.match_indices(' ').nth(2);
        let after = after.get(..to.map_or(after.len(), |it| it.0))?;
        let with = |words: &str| folded(&format!("{before}{words}{after}"));
        Some((with(&spot.words), with(one.after.as_deref().unwrap_or(""))))
    }

    fn amend(&mut self, spot: &Spot, one: &TextCorrection) -> Option<()> {
        // Asked for before the text changes.
        self.of(spot.paragraph);
        let words = one.after.as_deref().unwrap_or("");
        let (taken, put): (Range<usize>, usize) = self.draft.amend(spot, words).ok()?;
        let new = (0..put).map(|at| (Some(one.entry), at));
        self.of(spot.paragraph).splice(taken, new);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cite::DraftFormat;

    fn one(entry: u64, before: &str, after: &str, withdrawn: Option<u64>) -> TextCorrection {
        TextCorrection {
            entry,
            paragraph: 1,
            before: before.to_owned(),
            after: Some(after.to_owned()).filter(|it| !it.is_empty()),
            reason: None,
            at: None,
            evidence: Vec::new(),
            quotations: BTreeMap::new(),
            checkpoint: None,
            citations: None,
            note: None,
            by: None,
            recorded: String::new(),
            withdrawn,
        }
    }

    fn stands(text: &str, corrections: &[TextCorrection]) -> (String, Vec<u64>) {
        let frozen = Draft::read(text.as_bytes(), None, DraftFormat::Text).expect("text");
        let (draft, unfit) = corrected(&frozen, corrections);
        let text = draft.paragraphs.into_iter().next();
        (text.map_or_else(String::new, |it| it.text), unfit)
    }

    #[test]
    fn a_correction_that_is_withdrawn_aims_no_later_one_at_other_words() {
        const TEXT: &str = "On Monday he came, and on Friday he left.";
        // The second is of the word that the first put there, and of no other, though one fits again without the first.
        let all = [
            one(5, "Monday", "Friday", None),
            one(6, "on Friday", "on Sunday", None),
        ];
        assert_eq!(
            stands(TEXT, &all[..1]).0,
            "On Friday he came, and on Friday he left."
        );
        assert_eq!(
            stands(TEXT, &all).0,
            "On Friday he came, and on Sunday he left."
        );
        let text = "He came on Monday.";
        let all = [
            one(5, "came", "went on Monday and came", None),
            one(6, "and came on Monday", "and came on Friday", None),
        ];
        assert_eq!(
            stands(text, &all).0,
            "He went on Monday and came on Friday."
        );
        // Withdrawn at 7: what 6 was said of is not there as it was, so it is named and made nowhere.
        let withdrawn = [
            one(5, "came", "went on Monday and came", Some(7)),
            all[1].clone(),
        ];
        assert_eq!(stands(text, &withdrawn), (text.to_owned(), vec![6]));
    }

    #[test]
    fn words_that_fit_again_elsewhere_are_left_alone() {
        // 'gate' was made 'door', then the other 'door' was not meant: the one that 5 put there was made 'port'.
        let text = "the gate by the quay, the door by the pier";
        let put = one(
            5,
            "the gate by the quay, the door",
            "the door by the quay, the way",
            None,
        );
        let of_put = one(6, "door", "port", None);
        let all = [put.clone(), of_put.clone()];
        assert_eq!(
            stands(text, &all).0,
            "the port by the quay, the way by the pier"
        );
        let all = [
            one(5, &put.before, put.after.as_deref().unwrap_or(""), Some(7)),
            of_put,
        ];
        assert_eq!(stands(text, &all), (text.to_owned(), vec![6]));
    }

    #[test]
    fn what_is_recorded_after_a_withdrawal_is_of_the_text_without_it() {
        let text = "one two three";
        let all = [
            one(5, "one", "four", Some(7)),
            one(6, "three", "five", None),
            one(8, "one two", "six", None),
            one(9, "six five", "", None),
        ];
        assert_eq!(stands(text, &all[..3]).0, "six five");
        assert_eq!(stands(text, &all), (String::new(), vec![]));
        // What stands still fits where other words of its paragraph moved, and a space that was taken out with words is back.
        let all = [one(5, "one", "", Some(7)), one(6, "two", "2", None)];
        assert_eq!(
            stands(
                text,
                &all[..1]
                    .iter()
                    .map(|it| one(5, &it.before, "", None))
                    .collect::<Vec<_>>()
            )
            .0,
            "two three"
        );
        assert_eq!(stands(text, &all), ("one 2 three".to_owned(), vec![]));
    }
    #[test]
    fn a_later_draft_that_lacks_a_correction_is_known_by_its_paragraph_and_by_its_words() {
        let frozen = "She signed the papers on Tuesday because he asked.\n\nIt was not safe.";
        let mut all = [
            one(5, "on Tuesday", "on Monday", None),
            one(6, "not ", "", None),
            one(7, "asked", "told her", Some(8)),
        ];
        all[1].paragraph = 2;
        let read =
            |text: &str| Draft::read(text.as_bytes(), None, DraftFormat::Text).expect("text");
        let lost = |text: &str| {
            let found = lost(&read(frozen), &all, &read(text));
            found.into_iter().map(|it| it.subject).collect::<Vec<_>>()
        };
        assert_eq!(lost(frozen), ["entry 5", "entry 6"]);
        let corrected = "She signed the papers on Monday because he asked.\n\nIt was safe.";
        assert_eq!(lost(corrected), Vec::<String>::new());
        // Written anew around it, the words still tell; and what is gone altogether is not lost.
        assert_eq!(
            lost("In the end she signed the papers on Tuesday because he wished it."),
            ["entry 5"]
        );
        assert_eq!(
            lost("She signed. On Tuesday he left."),
            Vec::<String>::new()
        );
    }
}
