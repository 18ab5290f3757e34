//! Who wrote to whom and when, and who did not answer, in the records held.
//!
//! A silence is the most misleading thing an archive can show, so its rule is narrow. It runs from a party's first
//! message to the other that has no reply yet, to the other's next message to that party; it is as long as it must have
//! been at least, whatever the uncertain times turn out to be; it says when a message of uncertain time may break it and
//! when the records are known to be partial there. Posts and messages to others ask for no reply and give none.
//!
//! What is shown may be picked, by time or by words; silences and replies are looked for in all messages handed in, or
//! each message that is left out would look like one that was never written.

mod csv;
mod html;
mod picture;
mod silence;
#[cfg(test)]
mod tests;
mod text;

use std::collections::HashMap;
use std::collections::HashSet;
use std::fmt::Write as _;

use serde::Serialize;

use crate::record::Instant;
use crate::record::Moment;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;

/// Bounds wider than this, in milliseconds, make a time uncertain: a time told to the minute is not.
const MINUTE: i64 = 60_000;

/// Most messages without a reply that are named one by one.
const MOST_REMARKS: usize = 10;

/// Most messages, and reasons, that are named with each silence: there may be as many silences as messages.
const MOST_NAMED: usize = 10;

/// One item as it is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its reference, such as `m-2f61`.
    pub item: String,
    /// Its kind, as recorded.
    pub kind: String,
    /// Who sent or made it: the name of a party or of somebody else.
    pub from: Option<String>,
    /// To whom.
    pub to: Vec<String>,
    /// When.
    pub at: Instant,
    /// Its text.
    pub text: String,
    /// Whether it is to be shown; one that is not still answers and asks.
    pub picked: bool,
}

/// By what the messages to be shown were picked out of all that are held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    /// What was asked for, in words: `since 2023-07-10, with "harbor"`.
    pub asked: String,
    /// Whether words were asked for. Silences that lie between two messages shown then mean nothing.
    pub by_words: bool,
    /// The beginning of the time asked for; open where absent.
    pub since: Option<Moment>,
    /// Its end; open where absent.
    pub until: Option<Moment>,
}

/// A stretch of time for which the records are known to be incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Partial {
    /// Its beginning; open where absent.
    pub from: Option<Moment>,
    /// Its end; open where absent.
    pub to: Option<Moment>,
    /// Why, in a few words: 'the export begins on 11 Jul 2023'.
    pub reason: String,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The parties, in the order of their lanes; empty for all who wrote or were written to, in order of appearance.
    pub parties: Vec<String>,
    /// The shortest silence that is named, in seconds.
    pub gap_seconds: i64,
    /// The zone in which times are shown.
    pub zone: Zone,
    /// Where the records are known to be incomplete.
    pub partial: Vec<Partial>,
    /// By what the messages were picked; nothing where all are shown.
    pub picked: Option<Picked>,
    /// What else the reader has to know of how they were found, a sentence each.
    pub notes: Vec<String>,
}

/// A correspondence in time. Schema `fonds/timeline/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// `fonds/timeline/1`.
    pub schema: &'static str,
    /// The zone in which times are shown.
    pub zone: String,
    /// The shortest silence that is named, in seconds.
    pub gap_seconds: i64,
    /// The parties and how many messages each wrote.
    pub parties: Vec<Party>,
    /// How many rows are by nobody of the parties.
    pub others: usize,
    /// The messages, by earliest time, then latest, then reference; those without any bound last.
    pub rows: Vec<Row>,
    /// How many messages are held, shown or not: silences and replies were looked for in all of them.
    pub held: usize,
    /// What was asked for, in words, where not all messages are shown.
    pub asked: Option<String>,
    /// The silences that touch what was asked for, in the order of their ends. Either end may be a message not shown.
    pub silences: Vec<Silence>,
    /// Messages that have no reply up to the end of the records held: the first of each party's to each other.
    pub unanswered: Vec<Unanswered>,
    /// How many rows have a time that is not known to the minute.
    pub uncertain: usize,
    /// Where the records are known to be incomplete.
    pub partial: Vec<Partial>,
    /// What else the reader has to know of how they were found.
    pub notes: Vec<String>,
    #[serde(skip)]
    shown_in: Zone,
}

/// One side of the correspondence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    /// Its name.
    pub name: String,
    /// How many of the rows it wrote.
    pub wrote: usize,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its reference.
    pub item: String,
    /// Its kind, as recorded.
    pub kind: String,
    /// The number of the party that wrote it, from 0; absent for others.
    pub party: Option<usize>,
    /// Who sent or made it.
    pub from: Option<String>,
    /// To whom.
    pub to: Vec<String>,
    /// When.
    pub at: Instant,
    /// When, in words, no finer than known.
    pub shown: String,
    /// Whether the time is not known to the minute.
    pub uncertain: bool,
    /// The first line of its text.
    pub text: String,
    /// The whole of it, for a table that is looked through elsewhere.
    #[serde(skip)]
    whole: String,
}

/// A time in which one party did not answer another, in the records held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// Who did not answer.
    pub by: String,
    /// Who waited.
    pub waiting: String,
    /// The first message that was not answered.
    pub first: String,
    /// The last one before the reply.
    pub last: String,
    /// How many there were.
    pub messages: usize,
    /// The message that ended it.
    pub reply: String,
    /// How long it was at least, in seconds, from the first message that was not answered.
    pub at_least_seconds: i64,
    /// How long it was at most, in seconds; absent where a bound is open.
    pub at_most_seconds: Option<i64>,
    /// Messages of the silent party to the waiting one whose uncertain time may lie within: the first ten.
    pub perhaps_broken_by: Vec<String>,
    /// How many there are.
    pub perhaps_broken_count: usize,
    /// Why the records are known to be incomplete in it: the first ten reasons.
    pub partial: Vec<String>,
    /// How many there are.
    pub partial_count: usize,
    /// The row before which it ends; nothing where the reply is not shown.
    #[serde(skip)]
    reply_row: Option<usize>,
    /// Whether the first message that was not answered is shown.
    #[serde(skip)]
    first_shown: bool,
    /// Where it is drawn from and to.
    #[serde(skip)]
    drawn: (Option<Moment>, Option<Moment>),
}

/// A message without a reply up to the end of the records held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unanswered {
    /// Who has not answered.
    pub by: String,
    /// Who wrote.
    pub waiting: String,
    /// The first message that has no reply.
    pub first: String,
    /// When it was written, in words.
    pub shown: String,
    /// How many there are.
    pub messages: usize,
    /// Messages of the one to the other whose uncertain time may lie after it: the first ten.
    pub perhaps_answered_by: Vec<String>,
    /// How many there are.
    pub perhaps_answered_count: usize,
}

/// Text that is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a length of time such as 90m, 12h or 3d")]
pub struct ParseGapError(String);

/// Reads a length of time (`90m`, `12h`, `3d`) in seconds.
pub fn parse_gap(text: &str) -> Result<i64, ParseGapError> {
    let units = [("m", 60), ("h", 3600), ("d", 86_400)];
    units
        .iter()
        .find_map(|(unit, seconds)| {
            let count = text.strip_suffix(unit)?;
            let plain = !count.is_empty()
                && count.len() <= 6
                && count.bytes().all(|byte| byte.is_ascii_digit());
            plain
                .then(|| count.parse::<i64>().ok())
                .flatten()
                .map(|count| count * seconds)
        })
        .ok_or_else(|| ParseGapError(text.chars().take(80).collect()))
}

/// A length of time in words: `45 min`, `32 h 13 min`, `5 days 3 h`. Started minutes are not counted.
pub fn length(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    let (days, hours) = (minutes / 1440, minutes / 60);
    if hours == 0 {
        format!("{minutes} min")
    } else if hours < 72 {
        format!("{hours} h {} min", minutes % 60)
    } else {
        format!("{days} days {} h", hours % 24)
    }
}

impl Timeline {
    /// Puts items in order, counts, and finds the silences.
    pub fn new(items: Vec<Input>, options: &Options) -> Self {
        let names = if options.parties.is_empty() {
            everyone(&items)
        } else {
            options.parties.clone()
        };
        let numbers: HashMap<&str, usize> = names.iter().map(String::as_str).zip(0..).collect();
        let mut held: Vec<(Row, bool)> = items
            .into_iter()
            .map(|item| {
                let picked = item.picked;
                (row(item, &numbers, options.zone), picked)
            })
            .collect();
        held.sort_by_cached_key(|(row, _)| {
            let (earliest, latest) = (row.at.earliest, row.at.latest);
            let first = earliest.or(latest);
            (
                first.is_none(),
                first,
                latest.or(earliest),
                row.item.clone(),
            )
        });
        let (silences, unanswered) = silence::find(&held, &names, &numbers, options);
        let count = held.len();
        let rows: Vec<Row> = held
            .into_iter()
            .filter_map(|(row, picked)| picked.then_some(row))
            .collect();
        let mut parties: Vec<Party> = names
            .iter()
            .map(|name| Party {
                name: name.clone(),
                wrote: 0,
            })
            .collect();
        for row in &rows {
            if let Some(party) = row.party.and_then(|party| parties.get_mut(party)) {
                party.wrote += 1;
            }
        }
        Self {
            schema: "fonds/timeline/1",
            zone: options.zone.to_string(),
            gap_seconds: options.gap_seconds,
            parties,
            others: rows.iter().filter(|row| row.party.is_none()).count(),
            uncertain: rows.iter().filter(|row| row.uncertain).count(),
            rows,
            held: count,
            asked: options.picked.as_ref().map(|picked| picked.asked.clone()),
            silences,
            unanswered,
            partial: options.partial.clone(),
            notes: options.notes.clone(),
            shown_in: options.zone,
        }
    }

    /// The silences that end with this row.
    fn silences_before(&self, row: usize) -> &[Silence] {
        let from = self
            .silences
            .partition_point(|silence| silence.reply_row < Some(row));
        let to = self
            .silences
            .partition_point(|silence| silence.reply_row <= Some(row));
        self.silences.get(from..to).unwrap_or_default()
    }

    /// The counts in one sentence: 'Halloran wrote 4, Voss wrote 1.'
    pub fn counts(&self) -> String {
        let mut counts: Vec<String> = self
            .parties
            .iter()
            .map(|party| format!("{} wrote {}", visible(&party.name), party.wrote))
            .collect();
        if self.others > 0 {
            counts.push(format!("others wrote {}", self.others));
        }
        match (
            counts.is_empty() || self.rows.is_empty(),
            self.asked.is_some(),
        ) {
            (true, _) => "No messages.".to_owned(),
            (false, false) => format!("{}.", counts.join(", ")),
            (false, true) => format!("Of the messages shown {}.", counts.join(", ")),
        }
    }

    /// The counts, the longest silence and how many times are uncertain, in a line.
    pub fn summary(&self) -> String {
        let mut summary = self.counts();
        if self.rows.is_empty() {
            return summary;
        }
        if let Some(longest) = self
            .silences
            .iter()
            .max_by_key(|silence| silence.at_least_seconds)
        {
            let which = if self.asked.is_some() {
                ", of those that touch what was asked for"
            } else {
                ""
            };
            let words = format!(
                " Longest silence in the records held{which}: {}, {}.",
                longest.by,
                longest.in_words()
            );
            summary.push_str(&visible(&words));
        }
        // Writing to a string can't go wrong.
        let _ = match self.uncertain {
            1 => summary.write_str(" 1 message has an uncertain time."),
            count => write!(summary, " {count} messages have an uncertain time."),
        };
        summary
    }

    /// What else is to be said, a sentence each: what was asked for, what has no reply in the records held, and where
    /// these are partial.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(asked) = &self.asked {
            remarks.push(format!(
                "Asked for: {asked}. {} of {} held are shown; silences and replies were looked for in all of these.",
                self.rows.len(),
                match self.held {
                    1 => "1 message".to_owned(),
                    held => format!("{held} messages"),
                }
            ));
        }
        remarks.extend(self.notes.iter().cloned());
        let ends_unseen = || {
            self.silences
                .iter()
                .filter(|silence| silence.reply_row.is_none())
        };
        remarks.extend(ends_unseen().take(MOST_REMARKS).map(|silence| {
            format!(
                "{} of {} had no reply from {} for {}; the reply, {}, is not shown.",
                silence.first,
                silence.waiting,
                silence.by,
                silence.in_words(),
                silence.reply
            )
        }));
        let more = ends_unseen().count().saturating_sub(MOST_REMARKS);
        if more > 0 {
            remarks.push(format!(
                "{more} more silences end in a reply that is not shown."
            ));
        }
        remarks.extend(self.unanswered.iter().take(MOST_REMARKS).map(|unanswered| {
            let perhaps = unanswered.perhaps_answered_count;
            let doubt = if perhaps == 0 {
                String::new()
            } else {
                format!(
                    ", unless {}, of uncertain time, came after it",
                    silence::and_more(&unanswered.perhaps_answered_by, perhaps)
                )
            };
            format!(
                "{} of {} ({}) has no reply from {} in the records held{doubt}.",
                unanswered.first, unanswered.waiting, unanswered.shown, unanswered.by
            )
        }));
        let more = self.unanswered.len().saturating_sub(MOST_REMARKS);
        if more > 0 {
            remarks.push(format!("{more} more have none."));
        }
        remarks.extend(self.partial.iter().map(|partial| {
            format!(
                "The records are partial: {}. A silence there may be none.",
                partial.reason
            )
        }));
        remarks.iter().map(|remark| visible(remark)).collect()
    }
}

fn row(item: Input, numbers: &HashMap<&str, usize>, zone: Zone) -> Row {
    Row {
        party: item
            .from
            .as_deref()
            .and_then(|from| numbers.get(from).copied()),
        shown: show(&item.at, zone),
        uncertain: is_uncertain(&item.at),
        text: item
            .text
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default()
            .trim()
            .to_owned(),
        whole: item.text,
        item: item.item,
        kind: item.kind,
        from: item.from,
        to: item.to,
        at: item.at,
    }
}

fn is_uncertain(at: &Instant) -> bool {
    match (at.earliest, at.latest) {
        (Some(earliest), Some(latest)) => latest.millis() - earliest.millis() >= MINUTE,
        _ => true,
    }
}

/// All who wrote what is shown, then all who were only written to, in order of appearance.
fn everyone(items: &[Input]) -> Vec<String> {
    let mut seen = HashSet::new();
    let shown = || items.iter().filter(|item| item.picked);
    let writers = shown().filter_map(|item| item.from.as_ref());
    writers
        .chain(shown().flat_map(|item| &item.to))
        .filter(|name| seen.insert(name.as_str()))
        .cloned()
        .collect()
}
