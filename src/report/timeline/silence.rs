//! Finding the silences, by the rule that the module's page states.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::fmt::Write as _;

use super::MINUTE;
use super::MOST_NAMED;
use super::Options;
use super::Row;
use super::Silence;
use super::Unanswered;
use super::length;
use crate::record::Instant;
use crate::record::Moment;

impl Silence {
    /// How long it was, in words: a figure where both ends are known to the minute, 'at least' otherwise.
    pub fn length(&self) -> String {
        match self.at_most_seconds {
            // Between two times told to the minute lie as many minutes as between their beginnings.
            Some(most) if most - self.at_least_seconds <= 2 * MINUTE / 1000 => {
                length((self.at_least_seconds + most + 1) / 2)
            }
            _ => format!("at least {}", length(self.at_least_seconds)),
        }
    }

    /// How long it was and what makes it doubtful, in words.
    pub fn in_words(&self) -> String {
        let mut words = vec![self.length()];
        words.extend(self.doubts());
        words.join("; ")
    }

    /// Where it begins, if that is not shown.
    pub(super) fn unseen_start(&self) -> Option<String> {
        (!self.first_shown).then(|| format!("{} is not shown", self.first))
    }

    /// What stands beside the silence: why it may be none.
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if self.perhaps_broken_count > 0 {
            doubts.push(format!(
                "unless {}, of uncertain time, lies in it",
                and_more(&self.perhaps_broken_by, self.perhaps_broken_count)
            ));
        }
        for reason in &self.partial {
            doubts.push(format!("the records are partial here: {reason}"));
        }
        let more = self.partial_count.saturating_sub(self.partial.len());
        if more > 0 {
            doubts.push(format!(
                "the records are partial here for {more} more reasons"
            ));
        }
        doubts
    }
}

/// References by name as far as they are listed, and how many more there are.
pub(super) fn and_more(listed: &[String], count: usize) -> String {
    let more = count.saturating_sub(listed.len());
    let mut text = listed.join(", ");
    if more > 0 {
        // Writing to a string can't go wrong.
        let _ = write!(text, " and {more} more");
    }
    text
}

/// The messages of uncertain time from one party to another, in the order of the rows.
#[derive(Default)]
struct Uncertain<'a> {
    rows: Vec<&'a Row>,
    /// Their bounds, each in order: how many may lie in a stretch is counted without going through them all, since
    /// there may be as many stretches as messages.
    earliest: Vec<Moment>,
    latest: Vec<Moment>,
}

impl<'a> Uncertain<'a> {
    /// Those of each party to each other.
    fn by_pair(
        held: &'a [(Row, bool)],
        numbers: &HashMap<&str, usize>,
    ) -> HashMap<(usize, usize), Self> {
        let mut pairs: HashMap<(usize, usize), Self> = HashMap::new();
        for (row, _) in held.iter().filter(|(row, _)| row.uncertain) {
            let Some(from) = row.party else { continue };
            let to: BTreeSet<usize> = row
                .to
                .iter()
                .filter_map(|to| numbers.get(to.as_str()).copied())
                .collect();
            for to in to {
                let pair = pairs.entry((from, to)).or_default();
                pair.rows.push(row);
                pair.earliest.extend(row.at.earliest);
                pair.latest.extend(row.at.latest);
            }
        }
        for pair in pairs.values_mut() {
            pair.earliest.sort_unstable();
            pair.latest.sort_unstable();
        }
        pairs
    }

    /// The first of those that may lie in a stretch, and how many may; a bound that is absent is open.
    fn within(
        &self,
        from: Option<Moment>,
        to: Option<Moment>,
        except: Option<&Row>,
    ) -> (Vec<String>, usize) {
        let before = |latest: Moment| from.is_some_and(|from| latest <= from);
        let after = |earliest: Moment| to.is_some_and(|to| earliest >= to);
        let too_early = self.latest.partition_point(|latest| before(*latest));
        let not_too_late = self.earliest.partition_point(|earliest| !after(*earliest));
        let too_late = self.earliest.len() - not_too_late;
        let count = self
            .rows
            .len()
            .saturating_sub(too_early + too_late + usize::from(except.is_some()));
        let first = self
            .rows
            .iter()
            .filter(|row| except.is_none_or(|except| except.item != row.item))
            .filter(|row| !row.at.latest.is_some_and(before) && !row.at.earliest.is_some_and(after))
            .take(count.min(MOST_NAMED))
            .map(|row| row.item.clone());
        (first.collect(), count)
    }
}

/// All messages held, in order of time, each with whether it is shown, and what is asked for.
struct Records<'a> {
    held: &'a [(Row, bool)],
    /// For each message held the row in which it is shown.
    places: Vec<Option<usize>>,
    /// By the numbers of who wrote and who was written to.
    uncertain: HashMap<(usize, usize), Uncertain<'a>>,
    options: &'a Options,
}

/// Goes through all messages held once, with the unanswered messages of each party to each other at hand. What is picked
/// to be shown decides only which of the silences are told, never how long they are.
pub(super) fn find(
    held: &[(Row, bool)],
    names: &[String],
    numbers: &HashMap<&str, usize>,
    options: &Options,
) -> (Vec<Silence>, Vec<Unanswered>) {
    let mut shown = 0;
    let places = held.iter().map(|(_, picked)| {
        let place = picked.then_some(shown);
        shown += usize::from(*picked);
        place
    });
    let records = Records {
        held,
        places: places.collect(),
        uncertain: Uncertain::by_pair(held, numbers),
        options,
    };
    let mut open: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    let mut silences = Vec::new();
    for (number, (row, _)) in held.iter().enumerate() {
        let dated = row.at.earliest.is_some() || row.at.latest.is_some();
        let Some(from) = row.party.filter(|_| dated) else {
            continue;
        };
        let to = row
            .to
            .iter()
            .filter_map(|to| numbers.get(to.as_str()).copied());
        for to in to.filter(|to| *to != from) {
            if let Some(asked) = open.remove(&(to, from)) {
                silences.extend(records.silence(&asked, number, (from, to)));
            }
            let asked = open.entry((from, to)).or_default();
            if asked.last() != Some(&number) {
                asked.push(number);
            }
        }
    }
    let mut unanswered = Vec::new();
    for ((waiting, silent), asked) in open {
        if let (Some(name), Some(by)) = (names.get(waiting), names.get(silent)) {
            unanswered.extend(records.unanswered(&asked, name, by, (silent, waiting)));
        }
    }
    silences.sort_by_key(|silence| (silence.reply_row, silence.drawn));
    (silences, unanswered)
}

impl Records<'_> {
    fn row(&self, number: usize) -> Option<&Row> {
        self.held.get(number).map(|(row, _)| row)
    }

    fn is_shown(&self, number: usize) -> bool {
        self.place(number).is_some()
    }

    fn place(&self, number: usize) -> Option<usize> {
        self.places.get(number).copied().flatten()
    }

    /// Whether a stretch in which a party was silent belongs to what was asked for: one of its messages is shown, or it
    /// reaches into the time asked for. Words pick messages, not times.
    fn touches(&self, messages: &[usize], from: &Instant, to: Option<&Instant>) -> bool {
        let Some(picked) = &self.options.picked else {
            return true;
        };
        let before_end = picked.until.is_none_or(|until| {
            from.earliest
                .or(from.latest)
                .is_none_or(|from| from <= until)
        });
        let after_start = picked.since.is_none_or(|since| {
            to.and_then(|to| to.latest.or(to.earliest))
                .is_none_or(|to| to >= since)
        });
        messages.iter().any(|&message| self.is_shown(message))
            || (!picked.by_words && before_end && after_start)
    }

    /// The first of the messages of uncertain time of a pair that may lie in a stretch, and how many may.
    fn perhaps(
        &self,
        pair: (usize, usize),
        from: Option<Moment>,
        to: Option<Moment>,
        except: Option<&Row>,
    ) -> (Vec<String>, usize) {
        let pair = self.uncertain.get(&pair);
        pair.map_or_else(Default::default, |pair| pair.within(from, to, except))
    }

    fn unanswered(
        &self,
        asked: &[usize],
        waiting: &str,
        by: &str,
        pair: (usize, usize),
    ) -> Option<Unanswered> {
        let first = self.row(*asked.first()?)?;
        if !self.touches(asked, &first.at, None) {
            return None;
        }
        let (perhaps_answered_by, perhaps_answered_count) =
            self.perhaps(pair, first.at.earliest, None, None);
        Some(Unanswered {
            first: first.item.clone(),
            shown: first.shown.clone(),
            messages: asked.len(),
            perhaps_answered_by,
            perhaps_answered_count,
            by: by.to_owned(),
            waiting: waiting.to_owned(),
        })
    }

    /// `pair` is who replied and who waited.
    fn silence(
        &self,
        asked: &[usize],
        reply_number: usize,
        pair: (usize, usize),
    ) -> Option<Silence> {
        let (&first_number, &last_number) = (asked.first()?, asked.last()?);
        let first = self.row(first_number)?;
        let last = self.row(last_number)?;
        let reply = self.row(reply_number)?;
        let seconds =
            |from: Option<Moment>, to: Option<Moment>| Some((to?.millis() - from?.millis()) / 1000);
        let at_least_seconds = seconds(first.at.latest, reply.at.earliest)?;
        let shown = self.is_shown(reply_number);
        if at_least_seconds < self.options.gap_seconds.max(1)
            || !(shown || self.touches(asked, &first.at, Some(&reply.at)))
        {
            return None;
        }
        let (waiting, silent) = (first.from.as_deref()?, reply.from.as_deref()?);
        let (from, to) = (first.at.earliest, reply.at.latest);
        let itself = reply.uncertain.then_some(reply);
        let (perhaps_broken_by, perhaps_broken_count) = self.perhaps(pair, from, to, itself);
        let incomplete = || {
            self.options.partial.iter().filter(|span| {
                span.to.is_none_or(|end| Some(end) > from)
                    && span.from.is_none_or(|start| to.is_none_or(|to| start < to))
            })
        };
        Some(Silence {
            by: silent.to_owned(),
            waiting: waiting.to_owned(),
            first: first.item.clone(),
            last: last.item.clone(),
            messages: asked.len(),
            reply: reply.item.clone(),
            at_least_seconds,
            at_most_seconds: seconds(first.at.earliest, reply.at.latest),
            perhaps_broken_by,
            perhaps_broken_count,
            partial: incomplete()
                .take(MOST_NAMED)
                .map(|span| span.reason.clone())
                .collect(),
            partial_count: incomplete().count(),
            reply_row: self.place(reply_number),
            first_shown: self.is_shown(first_number),
            drawn: (
                first.at.earliest.or(first.at.latest),
                reply.at.earliest.or(reply.at.latest),
            ),
        })
    }
}
