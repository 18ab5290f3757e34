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
        } else {
            self.text(&answer.text())
        }
    }

    /// Prints text on stdout, with a line feed at its end.
    pub fn text(&self, text: &str) -> Result<(), CliError> {
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
        self.bytes(&mut text.as_bytes())
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

    /// Says something beside the answer that is not to be missed.
    pub fn warn(&self, line: &str) {
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
        let asked = write!(err, "{question} ").and_then(|()| err.flush());
        asked.map_err(CliError::from_output)?;
        let mut line = String::new();
        io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|source| CliError::Input { source })?;
        let line = line.trim();
        Ok((!line.is_empty()).then(|| line.to_owned()))
    }

    /// Asks for a passphrase without showing it; nothing where nobody can be asked.
    pub fn ask_passphrase(&self, question: &str) -> Result<Option<String>, CliError> {
        if !self.can_ask() {
            return Ok(None);
        }
        rpassword::prompt_password(format!("{question} "))
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
                    drop(writeln!(err, "{}{total} {what}", number(done)));
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
                bar.set_message(what.to_owned());
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
pub fn columns(rows: &[Vec<String>], indent: &str) -> String {
    let wide = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (index, cell) in row.iter().enumerate() {
            match widths.get_mut(index) {
                Some(width) => *width = (*width).max(wide(cell)),
                None => widths.push(wide(cell)),
            }
        }
    }
    let mut text = String::new();
    for row in rows {
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
    use super::*;

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
    }
}
