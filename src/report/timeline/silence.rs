//! Finding the silences, by the rule that the module's page states.

use std::collections::BTreeMap;
use std::collections::HashMap;

use super::MINUTE;
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
        if !self.perhaps_broken_by.is_empty() {
            doubts.push(format!(
                "unless {}, of uncertain time, lies in it",
                self.perhaps_broken_by.join(", ")
            ));
        }
        for reason in &self.partial {
            doubts.push(format!("the records are partial here: {reason}"));
        }
        doubts
    }
}

/// All messages held, in order of time, each with whether it is shown, and what is asked for.
struct Records<'a> {
    held: &'a [(Row, bool)],
    /// For each message held the row in which it is shown.
    places: Vec<Option<usize>>,
    uncertain: Vec<&'a Row>,
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
        uncertain: held
            .iter()
            .map(|(row, _)| row)
            .filter(|row| row.uncertain)
            .collect(),
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
                silences.extend(records.silence(&asked, number));
            }
            let asked = open.entry((from, to)).or_default();
            if asked.last() != Some(&number) {
                asked.push(number);
            }
        }
    }
    let mut unanswered = Vec::new();
    for ((waiting, silent), asked) in open {
        if let (Some(waiting), Some(by)) = (names.get(waiting), names.get(silent)) {
            unanswered.extend(records.unanswered(&asked, waiting, by));
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

    fn unanswered(&self, asked: &[usize], waiting: &str, by: &str) -> Option<Unanswered> {
        let first = self.row(*asked.first()?)?;
        if !self.touches(asked, &first.at, None) {
            return None;
        }
        let after = |at: &Instant| {
            at.latest
                .is_none_or(|latest| Some(latest) > first.at.earliest)
        };
        Some(Unanswered {
            first: first.item.clone(),
            shown: first.shown.clone(),
            messages: asked.len(),
            perhaps_answered_by: between(&self.uncertain, by, waiting, after),
            by: by.to_owned(),
            waiting: waiting.to_owned(),
        })
    }

    fn silence(&self, asked: &[usize], reply_number: usize) -> Option<Silence> {
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
        let within = |at: &Instant| {
            at.latest
                .is_none_or(|latest| Some(latest) > first.at.earliest)
                && at
                    .earliest
                    .is_none_or(|earliest| Some(earliest) < reply.at.latest)
        };
        let mut perhaps_broken_by = between(&self.uncertain, silent, waiting, within);
        perhaps_broken_by.retain(|item| *item != reply.item);
        let partial = self
            .options
            .partial
            .iter()
            .filter(|span| {
                span.to.is_none_or(|to| Some(to) > first.at.earliest)
                    && span.from.is_none_or(|from| Some(from) < reply.at.latest)
            })
            .map(|span| span.reason.clone())
            .collect();
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
            partial,
            reply_row: self.place(reply_number),
            first_shown: self.is_shown(first_number),
            drawn: (
                first.at.earliest.or(first.at.latest),
                reply.at.earliest.or(reply.at.latest),
            ),
        })
    }
}

/// The messages of uncertain time from one party to another whose time is so.
fn between(uncertain: &[&Row], from: &str, to: &str, so: impl Fn(&Instant) -> bool) -> Vec<String> {
    uncertain
        .iter()
        .filter(|row| row.from.as_deref() == Some(from) && row.to.iter().any(|name| name == to))
        .filter(|row| so(&row.at))
        .map(|row| row.item.clone())
        .collect()
}
