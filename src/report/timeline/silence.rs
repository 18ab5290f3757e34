//! Finding the silences, by the rule that the module's page states.

use std::collections::BTreeMap;
use std::collections::HashMap;

use super::MINUTE;
use super::Row;
use super::Silence;
use super::Timeline;
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

impl Timeline {
    /// Goes through the rows once, with the unanswered messages of each party to each other at hand.
    pub(super) fn find_silences(&mut self, numbers: &HashMap<&str, usize>) {
        let uncertain: Vec<&Row> = self.rows.iter().filter(|row| row.uncertain).collect();
        let mut open: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        let mut silences = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
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
                    silences.extend(self.silence(&asked, number, &uncertain));
                }
                let asked = open.entry((from, to)).or_default();
                if asked.last() != Some(&number) {
                    asked.push(number);
                }
            }
        }
        let name = |party: usize| self.parties.get(party).map(|party| party.name.clone());
        let mut unanswered = Vec::new();
        for ((waiting, silent), asked) in open {
            let first = asked.first().and_then(|&number| self.rows.get(number));
            if let (Some(first), Some(waiting), Some(by)) = (first, name(waiting), name(silent)) {
                let after = |at: &Instant| {
                    at.latest
                        .is_none_or(|latest| Some(latest) > first.at.earliest)
                };
                unanswered.push(Unanswered {
                    first: first.item.clone(),
                    shown: first.shown.clone(),
                    messages: asked.len(),
                    perhaps_answered_by: between(&uncertain, &by, &waiting, after),
                    by,
                    waiting,
                });
            }
        }
        silences.sort_by_key(|silence| (silence.reply_row, silence.first_row));
        self.silences = silences;
        self.unanswered = unanswered;
    }

    fn silence(&self, asked: &[usize], reply_row: usize, uncertain: &[&Row]) -> Option<Silence> {
        let (&first_row, &last_row) = (asked.first()?, asked.last()?);
        let first = self.rows.get(first_row)?;
        let last = self.rows.get(last_row)?;
        let reply = self.rows.get(reply_row)?;
        let seconds =
            |from: Option<Moment>, to: Option<Moment>| Some((to?.millis() - from?.millis()) / 1000);
        let at_least_seconds = seconds(first.at.latest, reply.at.earliest)?;
        if at_least_seconds < self.gap_seconds.max(1) {
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
        let mut perhaps_broken_by = between(uncertain, silent, waiting, within);
        perhaps_broken_by.retain(|item| *item != reply.item);
        let partial = self
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
            reply_row,
            first_row,
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
