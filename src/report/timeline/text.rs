//! The timeline for a terminal: one lane for each party.

use std::fmt::Write as _;

use chrono::Datelike as _;

use super::Row;
use super::Silence;
use super::Timeline;
use crate::record::visible;

/// Columns before the first lane: a day, or a year.
const DAYS: usize = 8;

/// Widest name over a lane.
const NAME: usize = 16;

/// Columns between two lanes.
const BETWEEN: usize = 5;

/// Fewest columns in which a message's words are worth showing.
const WORDS: usize = 24;

struct Lane {
    name: String,
    /// Column at which its field begins, and the width of that field; the mark stands one column after it.
    start: usize,
    field: usize,
}

impl Lane {
    fn mark(&self) -> usize {
        self.start + self.field + 1
    }
}

impl Timeline {
    /// Draws the lanes for a terminal that is `width` columns wide; a list where they don't fit side by side. Needs no
    /// colour. Lines end in a line feed.
    pub fn to_text(&self, width: usize) -> String {
        let lanes = self.lanes();
        let needed = lanes.last().map_or(0, Lane::mark);
        let mut out = String::new();
        if self.rows.is_empty() || lanes.is_empty() || lanes.len() > 4 || needed >= width {
            self.list(&mut out);
        } else {
            self.draw(&lanes, width.saturating_sub(needed + 4), &mut out);
        }
        if self.uncertain > 0 {
            out.push_str("○ the time is uncertain; what is known of it stands beside it\n");
        }
        // Writing to a string can't go wrong, here and below.
        let _ = writeln!(out, "{}", self.summary());
        for remark in self.remarks() {
            let _ = writeln!(out, "{remark}");
        }
        if !self.rows.is_empty() {
            let _ = writeln!(out, "Times of day are in {}.", self.zone);
        }
        out
    }

    fn lanes(&self) -> Vec<Lane> {
        let mut lanes = Vec::new();
        let mut start = DAYS;
        let others = (self.others > 0).then_some("others");
        for name in self
            .parties
            .iter()
            .map(|party| party.name.as_str())
            .chain(others)
        {
            let name = cut(&visible(name), NAME);
            let field = name.chars().count().max(8);
            lanes.push(Lane { name, start, field });
            start += field + 2 + BETWEEN;
        }
        lanes
    }

    fn draw(&self, lanes: &[Lane], words: usize, out: &mut String) {
        let mut day = String::new();
        let mut year = self.rows.iter().find_map(|row| self.year(row));
        let mut head = Line::new();
        head.put(0, &year.map(|year| year.to_string()).unwrap_or_default());
        for lane in lanes {
            head.put(lane.start, &format!("{:>1$}", lane.name, lane.field));
        }
        head.end(out);
        for (number, row) in self.rows.iter().enumerate() {
            let mut waiting = Vec::new();
            for silence in self.silences_before(number) {
                let lane = self
                    .parties
                    .iter()
                    .position(|party| party.name == silence.waiting);
                if let Some(lane) = lane.and_then(|lane| lanes.get(lane)) {
                    self.silence_lines(silence, lane.mark(), out);
                    waiting.push(lane.mark());
                }
            }
            if let Some(now) = self.year(row)
                && year != Some(now)
            {
                let _ = writeln!(out, "{now}");
                year = Some(now);
                day.clear();
            }
            let mut line = Line::new();
            let (today, clock) = self.day_and_clock(row);
            if today != day {
                line.put(0, &today);
                day = today;
            }
            for column in waiting {
                line.put(column, "┊");
            }
            let Some(own) = lanes.get(row.party.unwrap_or(self.parties.len())) else {
                continue;
            };
            line.put(own.start, &format!("{clock:>0$} {1}", own.field, mark(row)));
            if words >= WORDS {
                let column = lanes.last().map_or(0, Lane::mark) + 3;
                line.put(column, &cut(&label(row, self.parties.is_empty()), words));
            } else if row.uncertain {
                line.put(own.mark() + 2, &row.shown);
            }
            line.end(out);
        }
    }

    /// The message that waited for the reply, and of which day it is.
    fn since(&self, silence: &Silence) -> String {
        silence.drawn.0.map_or_else(String::new, |at| {
            let day = self.shown_in.local(at).0.format("%-d %b %Y");
            format!(", since {} of {day}", silence.first)
        })
    }

    /// The silence in one sentence.
    fn sentence(&self, silence: &Silence) -> String {
        let mut words = format!(
            "no reply from {} for {}{}",
            silence.by,
            silence.length(),
            self.since(silence)
        );
        for doubt in silence.unseen_start().into_iter().chain(silence.doubts()) {
            let _ = write!(words, "; {doubt}");
        }
        words
    }

    fn silence_lines(&self, silence: &Silence, column: usize, out: &mut String) {
        let since = self.since(silence);
        let mut line = Line::new();
        line.put(
            column,
            &format!("┊  no reply for {}{}", silence.length(), visible(&since)),
        );
        line.end(out);
        for doubt in silence.unseen_start().into_iter().chain(silence.doubts()) {
            let mut line = Line::new();
            line.put(column, &format!("┊  ({})", visible(&doubt)));
            line.end(out);
        }
    }

    fn list(&self, out: &mut String) {
        for (number, row) in self.rows.iter().enumerate() {
            for silence in self.silences_before(number) {
                let _ = writeln!(out, "  ┊ {}", visible(&self.sentence(silence)));
            }
            let from = row.from.as_deref().unwrap_or("(sender not known)");
            let to = if row.to.is_empty() {
                String::new()
            } else {
                format!(" to {}", row.to.join(", "))
            };
            let line = format!("{} {}  {from}{to}  {}", mark(row), row.shown, row.item);
            out.push_str(&visible(&line));
            out.push('\n');
        }
    }

    fn year(&self, row: &Row) -> Option<i32> {
        let at = row.at.earliest.or(row.at.latest)?;
        Some(self.shown_in.local(at).0.year())
    }

    fn day_and_clock(&self, row: &Row) -> (String, String) {
        let Some(at) = row.at.earliest.or(row.at.latest) else {
            return ("no date".to_owned(), String::new());
        };
        let (wall, _) = self.shown_in.local(at);
        let clock = if row.uncertain {
            "?".to_owned()
        } else {
            wall.format("%-I:%M %P").to_string()
        };
        (wall.format("%e %b").to_string(), clock)
    }
}

/// A filled mark for a time known to the minute, an open one otherwise.
fn mark(row: &Row) -> char {
    if row.uncertain { '○' } else { '●' }
}

fn label(row: &Row, named: bool) -> String {
    let mut label = row.item.clone();
    if row.party.is_none() || named {
        let from = row.from.as_deref().unwrap_or("(sender not known)");
        let _ = write!(label, " {from}");
    }
    if row.uncertain {
        let _ = write!(label, " [{}]", row.shown);
    }
    visible(&format!("{label}  {}", row.text))
}

/// At most so many characters, the last an ellipsis where there were more.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// A line that is filled at given columns, from left to right or over blanks.
struct Line(Vec<char>);

impl Line {
    const fn new() -> Self {
        Self(Vec::new())
    }

    fn put(&mut self, column: usize, text: &str) {
        for (offset, letter) in text.chars().enumerate() {
            let at = column + offset;
            if self.0.len() <= at {
                self.0.resize(at + 1, ' ');
            }
            if let Some(place) = self.0.get_mut(at)
                && letter != ' '
            {
                *place = letter;
            }
        }
    }

    fn end(self, out: &mut String) {
        let line: String = self.0.into_iter().collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
