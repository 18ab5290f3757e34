//! The timeline as a table for other programs (RFC 4180).
//!
//! Spreadsheets run a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return as a formula, and the words
//! here are strangers'. Such a cell gets an apostrophe before it, which spreadsheets take as 'this is text'. Written by
//! hand: the whole format is to double a quotation mark.

use super::Silence;
use super::Timeline;

/// Characters with which a formula may begin.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '＝', '＠'];

impl Timeline {
    /// The rows as CSV with a heading line; lines end in CR LF. Silences stand in the row of the reply that ended them,
    /// all in one cell, and beside them in the same order who had waited.
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        line(
            &mut out,
            [
                "item",
                "kind",
                "from",
                "to",
                "shown",
                "as_written",
                "earliest",
                "latest",
                "zone",
                "uncertain",
                "silence_before",
                "silence_by",
                "silence_waiting",
                "text",
            ],
        );
        for (number, row) in self.rows.iter().enumerate() {
            let silences = self.silences_before(number);
            let bound =
                |at: Option<crate::record::Moment>| at.map(|at| at.to_string()).unwrap_or_default();
            let lasted: Vec<String> = silences.iter().map(Silence::in_words).collect();
            let waited: Vec<&str> = silences
                .iter()
                .map(|silence| silence.waiting.as_str())
                .collect();
            line(
                &mut out,
                [
                    &row.item,
                    &row.kind,
                    row.from.as_deref().unwrap_or_default(),
                    &row.to.join("; "),
                    &row.shown,
                    row.at.as_written.as_deref().unwrap_or_default(),
                    &bound(row.at.earliest),
                    &bound(row.at.latest),
                    row.at.zone.as_deref().unwrap_or_default(),
                    if row.uncertain { "yes" } else { "no" },
                    &lasted.join(" | "),
                    // One message ends them all, so one party was silent.
                    silences.first().map_or("", |silence| &silence.by),
                    &waited.join(" | "),
                    &row.whole,
                ],
            );
        }
        out
    }
}

fn line(out: &mut String, cells: [&str; 14]) {
    for (number, cell) in cells.iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        out.push('"');
        if cell.starts_with(FORMULA) {
            out.push('\'');
        }
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}
