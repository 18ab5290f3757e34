//! What the user sees: the answer on stdout, everything else on stderr. Nothing else in the crate prints.

use std::cell::Cell;
use std::cell::RefCell;
use std::io;
use std::io::BufRead as _;
use std::io::IsTerminal as _;
use std::io::Write as _;
use std::time::Duration;
use std::time::Instant;

use anstream::AutoStream;
use anstream::ColorChoice;
use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;
use serde::Serialize;

use super::CliError;
use crate::record::visible;

/// A bar that is gone sooner than this is not worth showing.
const FIRST_SHOWN: Duration = Duration::from_millis(250);

/// How often progress is a line where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// How often a bar is drawn again.
const DRAWN_EVERY: Duration = Duration::from_millis(33);

/// What a verb found out: printed as text, or as the same value in JSON.
pub trait Answer: Serialize {
    /// The answer for a reader.
    fn text(&self) -> String;

    /// Whether the text is what was kept, or a file for another program, and goes into a pipe or file unchanged.
    fn is_as_kept(&self) -> bool {
        false
    }
}

/// Text with its lines and tabs, and everything named that could fool a terminal or its reader.
pub fn legible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut buffer = [0; 4];
    for letter in text.chars() {
        match letter {
            '\n' | '\t' => shown.push(letter),
            '\r' => {}
            // A space stays what it is, as columns and lanes are made of them.
            letter if letter.is_whitespace() && !letter.is_control() => shown.push(letter),
            letter => shown.push_str(&visible(letter.encode_utf8(&mut buffer))),
        }
    }
    shown
}

/// The same JSON with everything written as an escape that could fool a terminal or its reader: `\u009b`. Such
/// characters stand in JSON inside strings only, where they may be written so.
pub fn plain_json(text: String) -> String {
    use std::fmt::Write as _;
    let mut buffer = [0; 4];
    let mut is_odd = |letter: char| {
        let own = letter.encode_utf8(&mut buffer);
        letter != '\n' && (letter.is_control() || !letter.is_whitespace() && visible(own) != *own)
    };
    if !text.chars().any(&mut is_odd) {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_odd(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// `fonds/notice/1`: what is said beside an answer in JSON.
#[derive(Debug, Serialize)]
struct Notice<'a> {
    schema: &'static str,
    message: &'a str,
}

/// The terminal, or what stands in for it.
#[derive(Debug, Clone)]
pub struct Ui {
    /// Whether the answer is one JSON document.
    pub json: bool,
    /// Whether only the answer is printed.
    pub quiet: bool,
    /// How much more is said than most want to know.
    pub verbose: u8,
    /// Whether there may be colour.
    pub color: ColorChoice,
    /// Whether nothing may be asked.
    pub no_input: bool,
}

impl Ui {
    /// Prints the answer of a verb.
    pub fn answer<T: Answer>(&self, answer: &T) -> Result<(), CliError> {
        if self.json {
            self.json_document(answer)
        } else if answer.is_as_kept() {
            self.document(&answer.text())
        } else {
            self.text(&answer.text())
        }
    }

    /// Prints a text for another program on stdout: unchanged, but for a terminal, which is shown nothing that could fool
    /// it.
    pub fn document(&self, text: &str) -> Result<(), CliError> {
        if io::stdout().is_terminal() {
            return self.text(text);
        }
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        self.bytes(&mut format!("{text}{end}").as_bytes())
    }

    /// Prints text on stdout, with a line feed at its end. Whatever an archive says goes through here, and what could
    /// fool a terminal is named here, so that no verb can forget it.
    pub fn text(&self, text: &str) -> Result<(), CliError> {
        let text = legible(text);
        let mut out = AutoStream::new(io::stdout().lock(), self.color);
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        out.write_all(text.as_bytes())
            .and_then(|()| out.write_all(end.as_bytes()))
            .and_then(|()| out.flush())
            .map_err(CliError::from_output)
    }

    fn json_document<T: Serialize>(&self, value: &T) -> Result<(), CliError> {
        let mut text = serde_json::to_string(value).map_err(|error| CliError::Output {
            source: error.into(),
        })?;
        text.push('\n');
        self.bytes(&mut plain_json(text).as_bytes())
    }

    /// Copies bytes to stdout as they are.
    pub fn bytes(&self, from: &mut dyn io::Read) -> Result<(), CliError> {
        let mut out = io::stdout().lock();
        io::copy(from, &mut out)
            .and_then(|_| out.flush())
            .map_err(CliError::from_output)
    }

    /// Says something beside the answer. Silent with `--quiet` and `--json`.
    pub fn say(&self, line: &str) {
        if !self.quiet && !self.json {
            self.warn(line);
        }
    }

    /// Says something beside the answer that is not to be missed: with `--json` as an object on a line of its own.
    pub fn warn(&self, line: &str) {
        if self.json {
            self.json_beside(&Notice {
                schema: "fonds/notice/1",
                message: line,
            });
        } else {
            self.beside(&legible(line));
        }
    }

    /// Says what went wrong.
    pub fn error(&self, text: &str) {
        self.beside(&format!("\x1b[1merror:\x1b[0m {}", legible(text)));
    }

    /// One JSON object on a line of stderr.
    pub fn json_beside<T: Serialize>(&self, value: &T) {
        if let Ok(text) = serde_json::to_string(value) {
            self.beside(&plain_json(text));
        }
    }

    fn beside(&self, line: &str) {
        let mut err = AutoStream::new(io::stderr().lock(), self.color);
        // Where even stderr is gone there is nobody left to tell.
        drop(writeln!(err, "{line}"));
    }

    /// Whether somebody sits there and may be asked.
    pub fn can_ask(&self) -> bool {
        !self.no_input && !self.json && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks for a line; nothing where nobody can be asked or nothing was typed.
    pub fn ask(&self, question: &str) -> Result<Option<String>, CliError> {
        if !self.can_ask() {
            return Ok(None);
        }
        let mut err = io::stderr().lock();
        let asked = write!(err, "{} ", legible(question)).and_then(|()| err.flush());
        asked.map_err(CliError::from_output)?;
        let mut line = String::new();
        io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|source| CliError::Input { source })?;
        let line = line.trim();
        Ok((!line.is_empty()).then(|| line.to_owned()))
    }

    /// Asks whether to go on; no where nobody can be asked.
    pub fn agrees(&self, question: &str) -> Result<bool, CliError> {
        let answer = self.ask(&format!("{question} [y/N]"))?;
        let answer = answer.as_deref().map(str::to_lowercase);
        Ok(matches!(answer.as_deref(), Some("y" | "yes")))
    }

    /// Asks for a passphrase without showing it; nothing where nobody can be asked.
    pub fn ask_passphrase(&self, question: &str) -> Result<Option<String>, CliError> {
        if !self.can_ask() {
            return Ok(None);
        }
        rpassword::prompt_password(format!("{} ", legible(question)))
            .map(Some)
            .map_err(|source| CliError::Input { source })
    }

    /// Something that tells how far a long job is: a bar on a terminal, otherwise a line now and then.
    pub fn meter(&self) -> Meter {
        Meter {
            shown: if self.quiet || self.json {
                Shown::Nothing
            } else if io::stderr().is_terminal() && self.color != ColorChoice::Never {
                Shown::Bar(RefCell::new(None))
            } else {
                Shown::Lines
            },
            begun: Instant::now(),
            last: Cell::new(Instant::now()),
        }
    }
}

enum Shown {
    Nothing,
    Lines,
    Bar(RefCell<Option<ProgressBar>>),
}

/// How far a long job is.
pub struct Meter {
    shown: Shown,
    begun: Instant,
    last: Cell<Instant>,
}

impl Meter {
    /// Tells where the job stands: so many of so many (where that is known), and what is being done.
    pub fn tell(&self, done: u64, of: Option<u64>, what: &str) {
        let now = Instant::now();
        match &self.shown {
            Shown::Nothing => {}
            Shown::Lines => {
                if now.duration_since(self.last.get()) >= LINE_EVERY {
                    self.last.set(now);
                    let total = of.map_or_else(String::new, |of| format!(" of {}", number(of)));
                    let mut err = io::stderr().lock();
                    drop(writeln!(err, "{}{total} {}", number(done), visible(what)));
                }
            }
            Shown::Bar(bar) => {
                if now.duration_since(self.begun) < FIRST_SHOWN
                    || now.duration_since(self.last.get()) < DRAWN_EVERY
                {
                    return;
                }
                self.last.set(now);
                let mut bar = bar.borrow_mut();
                let bar = bar.get_or_insert_with(|| new_bar(of));
                bar.set_position(done);
                bar.set_message(visible(what));
            }
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown
            && let Some(bar) = bar.borrow().as_ref()
        {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(of: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(of, ProgressDrawTarget::stderr());
    let template = if of.is_some() {
        " {human_pos} of {human_len} {msg}  {wide_bar}  {elapsed}"
    } else {
        " {spinner} {human_pos} {msg}  {elapsed}"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// A number with commas between thousands.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something: `1 document`, `409 documents`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// Bytes in units that people use.
pub fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    for (unit, worth) in UNITS {
        if bytes >= worth {
            let tenths = bytes / (worth / 10);
            return format!("{}.{} {unit}", number(tenths / 10), tenths % 10);
        }
    }
    count(bytes, "byte", "bytes")
}

/// Rows in columns, each column as wide as its widest cell, two spaces between; the last is as long as it is.
///
/// A cell is on one line whatever is in it: what an archive says is not to look like another row.
pub fn columns(rows: &[Vec<String>], indent: &str) -> String {
    let one_line = |cell: &String| {
        if cell.contains(['\n', '\r', '\t']) {
            visible(cell)
        } else {
            cell.clone()
        }
    };
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(one_line).collect())
        .collect();
    let wide = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        for (index, cell) in row.iter().enumerate() {
            match widths.get_mut(index) {
                Some(width) => *width = (*width).max(wide(cell)),
                None => widths.push(wide(cell)),
            }
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = indent.to_owned();
        for (index, cell) in row.iter().enumerate() {
            line.push_str(cell);
            if index + 1 < row.len() {
                let width = widths.get(index).copied().unwrap_or(0);
                line.extend(std::iter::repeat_n(' ', width - wide(cell) + 2));
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_that_could_fool_a_terminal_gets_through(text in "(\\PC|[\\x00-\\x20\u{7f}-\u{a0}\u{ad}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]){0,40}") {
            let shown = legible(&text);
            prop_assert!(shown.chars().all(|letter| !letter.is_control() || "\n\t".contains(letter)), "{shown:?}");
            let json = serde_json::to_string(&text).unwrap();
            let plain = plain_json(json);
            prop_assert!(plain.chars().all(|letter| !letter.is_control() && !('\u{202a}'..='\u{202e}').contains(&letter)), "{plain:?}");
            prop_assert_eq!(serde_json::from_str::<String>(&plain).unwrap(), text);
        }
    }

    #[test]
    fn what_is_printed_keeps_its_lines_and_columns() {
        assert_eq!(
            plain_json("\"\u{7f}\u{85}\"\n".into()),
            "\"\\u007f\\u0085\"\n"
        );
        let columns = "a   b\tc\n  d\u{a0}\u{202f}e\n";
        assert_eq!(legible(columns), columns);
        assert_eq!(
            legible("a\r\nb\u{1b}[2J\u{9b}1m\u{85}"),
            "a\nb⟨U+001B⟩[2J⟨U+009B⟩1m "
        );
        assert_eq!(
            plain_json("\"\u{e0041}\u{9b}\"".into()),
            "\"\\udb40\\udc41\\u009b\""
        );
    }

    #[test]
    fn numbers_have_commas_and_sizes_units() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1000), "1,000");
        assert_eq!(number(7_204_331), "7,204,331");
        assert_eq!(count(1, "document", "documents"), "1 document");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_250_000_000), "1.2 GB");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect();
        let rows: Vec<Vec<String>> = vec![row(&["a", "bc", "d"]), row(&["aäa", "", "e"])];
        assert_eq!(columns(&rows, " "), " a    bc  d\n aäa      e\n");
        assert_eq!(
            columns(&[row(&["a\n12  forged", "b"])], ""),
            "a 12 forged  b\n"
        );
    }
}
