//! Mailboxes of messages behind `From ` lines: mboxo, mboxrd, mboxcl, mboxcl2, with either line end.
//!
//! Where a message ends is a judgement: any line of a body may begin with `From `. The rule is a blank line before it
//! and a date in it; where mailers left the blank line out, two header fields behind it do as well. Separators taken
//! without a blank line, and lines that look like one and were not taken, are counted in notices with their offsets, so
//! that a keeper can look. A `Content-Length` is believed where a separator, or the end of the file, stands exactly
//! where it says.
//!
//! The splitter is written here because every byte of a mailbox has to belong to a message, by offset, in a file of any
//! size; memory is bounded by the longest message that is read, whatever the length of its lines.

use std::io::Read as _;
use std::io::SeekFrom;

use memchr::memmem::Finder;

use super::Content;
use super::Found;
use super::Input;
use super::ReadError;
use super::Sink;
use super::cuts::Cut;
use super::cuts::Cuts;
use super::cuts::Tally;
use super::mail;
use super::mail::HEAD;
use super::read_more;

use crate::record::Span;

/// How many bytes are read at a time.
const CHUNK: usize = 256 << 10;
/// How long a `From ` line, with the line behind it, may be to be looked at.
const LOOK: usize = 4 << 10;

/// Reads a mailbox.
pub(super) fn read(input: &mut Input<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let mut reader = Splitter::new(input);
    while reader.next(sink)? {}
    reader.report(sink)
}

/// What a line that begins with `From ` is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Separator,
    /// A separator without a blank line before it.
    Unspaced,
    /// It has a date, but neither a blank line before it nor header fields behind.
    Candidate,
    Text,
}

struct Splitter<'i, 'a> {
    input: &'i mut Input<'a>,
    finder: Finder<'static>,
    /// A window of the file; `start` is where the message at hand starts in it, `at` where the search goes on.
    window: Vec<u8>,
    /// Where the window stands in the file.
    offset: u64,
    start: usize,
    at: usize,
    ended: bool,
    /// The start of a message that is longer than the limit, and where it starts in the file.
    long: Option<(Vec<u8>, u64)>,
    messages: u64,
    cuts: Cuts,
    unspaced: Tally,
    missed: Tally,
}

impl<'i, 'a> Splitter<'i, 'a> {
    fn new(input: &'i mut Input<'a>) -> Self {
        Self {
            input,
            finder: Finder::new(b"\nFrom "),
            window: Vec::new(),
            offset: 0,
            start: 0,
            at: 0,
            ended: false,
            long: None,
            messages: 0,
            cuts: Cuts::default(),
            unspaced: Tally::default(),
            missed: Tally::default(),
        }
    }

    /// Finds the end of the message at hand and hands it over; says whether there may be more.
    fn next(&mut self, sink: &mut Sink<'_>) -> Result<bool, ReadError> {
        if self.messages == 0 && self.offset == 0 && self.window.is_empty() {
            self.fill()?;
        }
        if self.start >= self.window.len() && self.ended {
            return Ok(false);
        }
        let exact = self.skip_by_length()?;
        let end = if exact { self.at } else { self.search()? };
        self.emit(end, exact, sink)?;
        self.start = end;
        self.at = end;
        Ok(self.start < self.window.len() || !self.ended)
    }

    /// Looks for the next separator; gives where it stands in the window, or the window's end at the end of the file.
    fn search(&mut self) -> Result<usize, ReadError> {
        loop {
            let rest = self.window.get(self.at..).unwrap_or_default();
            if let Some(found) = self.finder.find(rest) {
                let line = self.at + found + 1;
                if self.window.len() < line + LOOK && !self.ended {
                    self.at = line - 1;
                    self.fill()?;
                    continue;
                }
                match self.judge(line) {
                    Line::Separator => return Ok(line),
                    Line::Unspaced => {
                        self.unspaced.add(self.offset + line as u64);
                        return Ok(line);
                    }
                    Line::Candidate => self.missed.add(self.offset + line as u64),
                    Line::Text => {}
                }
                self.at = line;
                continue;
            }
            if self.ended {
                return Ok(self.window.len());
            }
            // The last bytes may be the start of a separator.
            self.at = self.window.len().saturating_sub(6).max(self.at);
            self.fill()?;
        }
    }

    /// What the line that starts at `line` with `From ` is.
    fn judge(&self, line: usize) -> Line {
        let before = self.window.get(..line).unwrap_or_default();
        let blank = before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n");
        let ahead = self.window.get(line..).unwrap_or_default();
        let (is_separator, dated) = from_line(ahead.get(..LOOK).unwrap_or(ahead));
        let unspaced = (dated && fields_follow(ahead, 2))
            || (closes_multipart(before) && fields_follow(ahead, 1));
        match (blank, is_separator) {
            (true, true) => Line::Separator,
            (false, true) if unspaced => Line::Unspaced,
            (false, true) if dated => Line::Candidate,
            _ => Line::Text,
        }
    }

    /// Where the message at hand states its length and a separator or the end of the file stands exactly there (the
    /// blank line before it counted or not), moves on to there.
    fn skip_by_length(&mut self) -> Result<bool, ReadError> {
        while self.window.len() < self.start + HEAD.min(64 << 10) && !self.ended {
            self.fill()?;
        }
        let message = self.window.get(self.start..).unwrap_or_default();
        let message = message.get(..64 << 10).unwrap_or(message);
        let Some((body, length)) = stated_length(message) else {
            return Ok(false);
        };
        let here = self.offset + (self.start + body) as u64;
        let Some(target) = here.checked_add(length) else {
            return Ok(false);
        };
        if target > self.input.size {
            return Ok(false);
        }
        let buffered = usize::try_from(target - self.offset)
            .ok()
            .and_then(|at| Some((at, self.window.get(at..at + LOOK)?)));
        let ahead = match buffered {
            Some((_, ahead)) => ahead.to_vec(),
            None => peek(self.input.content, target)?,
        };
        let line_ends = ahead
            .iter()
            .take(4)
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let rest = ahead.get(line_ends..).unwrap_or_default();
        let last = target + line_ends as u64 >= self.input.size;
        if !last && !from_line(rest).0 {
            return Ok(false);
        }
        let target = (target + line_ends as u64).min(self.input.size);
        self.advance_to(target)
    }

    /// Reads on until the window reaches `target`, and stands there.
    fn advance_to(&mut self, target: u64) -> Result<bool, ReadError> {
        loop {
            let reached = self.offset + self.window.len() as u64;
            if reached >= target || self.ended {
                let at = target.min(reached).saturating_sub(self.offset);
                self.at = usize::try_from(at).unwrap_or(self.window.len());
                return Ok(true);
            }
            self.at = self.window.len();
            self.fill()?;
        }
    }

    /// Hands over the message that ends at `end` in the window.
    fn emit(&mut self, end: usize, exact: bool, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let absolute = self.offset + end as u64;
        if let Some((head, start)) = self.long.take() {
            let header = header_at(&head);
            let message = mail::head_only(
                head.get(header..).unwrap_or_default(),
                self.input.limits.message,
            );
            self.messages += 1;
            self.cuts.add(&[Cut::Message], start);
            return Ok(sink(Found::Message {
                span: Span {
                    start,
                    end: absolute,
                },
                header: start + header as u64,
                raw: &[],
                message,
                parts: Vec::new(),
            })?);
        }
        let raw = self.window.get(self.start..end).unwrap_or_default();
        if raw.is_empty() {
            return Ok(());
        }
        let start = self.offset + self.start as u64;
        if self.messages == 0 && raw.trim_ascii().is_empty() {
            return Ok(sink(Found::Notice(format!(
                "the mailbox begins with {} bytes that belong to no message",
                raw.len()
            )))?);
        }
        let header = header_at(raw);
        let content = raw.get(header..).unwrap_or_default();
        // A mailbox with lengths (mboxcl2) escapes nothing.
        let (message, parts, cuts) =
            mail::message(without_last_blank(content), !exact, self.input.limits);
        self.messages += 1;
        self.cuts.add(&cuts, start);
        sink(Found::Message {
            span: Span {
                start,
                end: absolute,
            },
            header: start + header as u64,
            raw,
            message,
            parts,
        })?;
        Ok(())
    }

    /// Reads one more chunk. What lies before the message at hand is dropped, and so is most of a message that has grown
    /// beyond the limit.
    fn fill(&mut self) -> Result<(), ReadError> {
        let limit = usize::try_from(self.input.limits.message).unwrap_or(usize::MAX);
        if self.long.is_none() && self.at.saturating_sub(self.start) > limit {
            let message = self.window.get(self.start..).unwrap_or_default();
            let head = message.get(..HEAD).unwrap_or(message).to_vec();
            self.long = Some((head, self.offset + self.start as u64));
        }
        let keep = if self.long.is_some() {
            // What the search may still need to look back at.
            self.at.saturating_sub(8)
        } else {
            self.start
        };
        if keep > 0 {
            self.window.drain(..keep);
            self.offset += keep as u64;
            self.at -= keep;
            self.start = self.start.saturating_sub(keep);
        }
        self.ended = !read_more(self.input.content, &mut self.window, CHUNK)?;
        Ok(())
    }

    /// Says what a keeper should look at.
    fn report(self, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        if self.messages == 0 {
            sink(Found::Notice(
                "no message was found in the mailbox".to_owned(),
            ))?;
        }
        self.cuts.report(self.input.limits, true, sink)?;
        if let Some(at) = self.unspaced.shown() {
            let count = self.unspaced.count;
            sink(Found::Notice(format!(
                "messages that begin without a blank line before them: {count}, at byte {at}"
            )))?;
        }
        if let Some(at) = self.missed.shown() {
            let count = self.missed.count;
            sink(Found::Notice(format!(
                "possible missed separators (lines that look like the start of a message and have neither a blank line before them nor headers behind them): {count}, at byte {at}"
            )))?;
        }
        Ok(())
    }
}

/// The bytes at `target`, leaving the file where it stood.
fn peek(content: &mut dyn Content, target: u64) -> Result<Vec<u8>, ReadError> {
    let back = content.stream_position()?;
    content.seek(SeekFrom::Start(target))?;
    let mut ahead = Vec::new();
    (&mut *content).take(LOOK as u64).read_to_end(&mut ahead)?;
    content.seek(SeekFrom::Start(back))?;
    Ok(ahead)
}

/// The message without the blank line that sets it apart from the next.
fn without_last_blank(content: &[u8]) -> &[u8] {
    let stripped = content
        .strip_suffix(b"\n\r\n")
        .or_else(|| content.strip_suffix(b"\n\n"));
    match stripped {
        Some(shorter) => content.get(..=shorter.len()).unwrap_or(content),
        None => content,
    }
}

/// Where the first header byte stands in a message of a mailbox: behind its `From ` line.
fn header_at(raw: &[u8]) -> usize {
    if !raw.starts_with(b"From ") {
        return 0;
    }
    memchr::memchr(b'\n', raw).map_or(raw.len(), |end| end + 1)
}

/// The `Content-Length` of a message, and where its body starts.
fn stated_length(message: &[u8]) -> Option<(usize, u64)> {
    let mut at = header_at(message);
    let mut length = None;
    loop {
        let rest = message.get(at..)?;
        let end = memchr::memchr(b'\n', rest)? + 1;
        let line = rest.get(..end)?;
        at += end;
        if line.trim_ascii().is_empty() {
            return length.map(|length| (at, length));
        }
        let colon = memchr::memchr(b':', line);
        if let Some((name, value)) = colon.and_then(|colon| line.split_at_checked(colon))
            && name.eq_ignore_ascii_case(b"content-length")
        {
            let value = value.get(1..)?.trim_ascii();
            length = std::str::from_utf8(value).ok()?.parse().ok();
        }
    }
}

/// Whether the line at the start of `ahead` can start a message, and whether it has a date. Mozilla's `From - ` and the
/// dateless `From someone@example.org` start one only where a header field follows.
pub(super) fn from_line(ahead: &[u8]) -> (bool, bool) {
    let Some(rest) = ahead.strip_prefix(b"From ") else {
        return (false, false);
    };
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let line = String::from_utf8_lossy(rest.get(..end).unwrap_or_default());
    if has_date(&line) {
        return (true, true);
    }
    let mut words = line.split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    let alone = words.next().is_none();
    let sender = first == "-" || first.contains('@') || first == "MAILER-DAEMON";
    (alone && sender && fields_follow(rest, 1), false)
}

/// Whether the last line closes a multipart: mailers that leave the blank line out leave it out there.
fn closes_multipart(before: &[u8]) -> bool {
    let line = before.trim_ascii_end();
    let start = memchr::memrchr(b'\n', line).map_or(0, |end| end + 1);
    let line = line.get(start..).unwrap_or_default();
    line.len() > 4 && line.starts_with(b"--") && line.ends_with(b"--")
}

/// Whether at least so many of the lines behind the first are header fields, with nothing else between.
fn fields_follow(ahead: &[u8], wanted: usize) -> bool {
    let mut lines = ahead.split(|byte| *byte == b'\n').skip(1).take(wanted);
    let found = lines
        .by_ref()
        .take_while(|line| mail::is_field(line))
        .count();
    found == wanted
}

/// Whether the words hold a date as C's `asctime` writes it (`Thu Jan  1 00:00:00 1970`), with or without weekday,
/// seconds and zone, or as mail headers do: a month, a time of day and a year.
fn has_date(line: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (mut month, mut day, mut time, mut year) = (false, false, false, false);
    for word in line.split(|c: char| c.is_ascii_whitespace() || c == ',') {
        let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        if MONTHS.contains(&word) {
            month = true;
        } else if digits && word.len() == 4 {
            year = true;
        } else if digits && word.len() <= 2 {
            day = true;
        } else if let [a, b, b':', c, d, ..] = word.as_bytes() {
            time |= [a, b, c, d].iter().all(|byte| byte.is_ascii_digit());
        } else if let [a, b':', c, d, ..] = word.as_bytes() {
            time |= [a, c, d].iter().all(|byte| byte.is_ascii_digit());
        }
    }
    month && day && time && year
}
