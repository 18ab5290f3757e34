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
    /// The rows as CSV with a heading line; lines end in CR LF. Silences stand in the row of the reply.
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
                "text",
            ],
        );
        for (number, row) in self.rows.iter().enumerate() {
            let silence = self.silences_before(number).first();
            let bound =
                |at: Option<crate::record::Moment>| at.map(|at| at.to_string()).unwrap_or_default();
            let lasted = silence.map(Silence::in_words);
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
                    &lasted.unwrap_or_default(),
                    silence.map_or("", |silence| &silence.by),
                    &row.whole,
                ],
            );
        }
        out
    }
}

fn line(out: &mut String, cells: [&str; 13]) {
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
