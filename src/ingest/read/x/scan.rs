//! Walks JSON of any size with a window of it in memory, and knows at each step which byte it stands on.
//!
//! Written here because each message has to be recorded with its exact byte range and the file may be larger than the
//! memory: JSON crates give either values without offsets or offsets of whole documents. Only the outline is walked
//! (objects, arrays, strings); each message's own bytes are then read by the JSON crate, which holds them to the
//! grammar. Nesting is counted, not recursed into.

use std::io::SeekFrom;

use super::repair::repaired;

use super::super::Content;
use super::super::ReadError;
use super::super::read_more;

/// How many bytes are read at a time.
const CHUNK: usize = 64 << 10;
/// How long a key or id may be.
const SHORT: usize = 64 << 10;

/// A place in a JSON text.
pub(super) struct Scanner<'c> {
    content: &'c mut dyn Content,
    window: Vec<u8>,
    at: usize,
    /// Where the window stands in the file.
    offset: u64,
}

/// A value passed over: its range, and its bytes unless they are more than were asked for.
pub(super) struct Value {
    pub start: u64,
    pub end: u64,
    pub bytes: Option<Vec<u8>>,
}

impl<'c> Scanner<'c> {
    /// Starts where the content stands, which is its first byte.
    pub(super) fn new(content: &'c mut dyn Content) -> Self {
        Self {
            content,
            window: Vec::new(),
            at: 0,
            offset: 0,
        }
    }

    /// The byte that it stands on.
    pub(super) fn position(&self) -> u64 {
        self.offset + self.at as u64
    }

    /// Goes to another byte.
    pub(super) fn go_to(&mut self, position: u64) -> Result<(), ReadError> {
        self.content.seek(SeekFrom::Start(position))?;
        self.window.clear();
        self.at = 0;
        self.offset = position;
        Ok(())
    }

    /// What is said of a file that is not as it should be here.
    pub(super) fn wrong(&self, reason: impl Into<String>) -> ReadError {
        ReadError::X {
            offset: self.position(),
            reason: reason.into(),
        }
    }

    /// Reads the next window; says whether there is one.
    fn fill(&mut self) -> Result<bool, ReadError> {
        self.offset += self.window.len() as u64;
        self.window.clear();
        self.at = 0;
        read_more(self.content, &mut self.window, CHUNK)
    }

    fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        if self.at >= self.window.len() && !self.fill()? {
            return Ok(None);
        }
        Ok(self.window.get(self.at).copied())
    }

    /// The next byte that is not white space, without passing it.
    pub(super) fn next_byte(&mut self) -> Result<Option<u8>, ReadError> {
        while let Some(byte) = self.peek()? {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Ok(Some(byte));
            }
            self.at += 1;
        }
        Ok(None)
    }

    /// Passes `window.YTD.direct_messages.part0 =`, or nothing where the file is JSON from its start.
    pub(super) fn pass_assignment(&mut self) -> Result<(), ReadError> {
        if self.peek()? == Some(0xef) {
            self.at += 3.min(self.window.len());
        }
        if matches!(self.next_byte()?, Some(b'[' | b'{')) {
            return Ok(());
        }
        // The assignment stands on the first line, in the first window.
        let rest = self.window.get(self.at..).unwrap_or_default();
        match memchr::memchr(b'=', rest) {
            Some(equals) => {
                self.at += equals + 1;
                Ok(())
            }
            None => Err(self.wrong("it does not begin with window.YTD. and a value")),
        }
    }

    /// Passes an opening bracket.
    pub(super) fn open(&mut self, bracket: u8) -> Result<(), ReadError> {
        match self.next_byte()? {
            Some(byte) if byte == bracket => {
                self.at += 1;
                Ok(())
            }
            found => Err(self.unexpected(&format!("{:?}", char::from(bracket)), found)),
        }
    }

    /// Goes to the next element of the array that was opened; says whether there is one, and passes its end if not.
    pub(super) fn next_element(&mut self, first: &mut bool) -> Result<bool, ReadError> {
        self.next_of(b']', first)
    }

    /// Goes to the value of the next key of the object that was opened, and gives the key.
    pub(super) fn next_key(&mut self, first: &mut bool) -> Result<Option<String>, ReadError> {
        if !self.next_of(b'}', first)? {
            return Ok(None);
        }
        let Some(key) = self.string()? else {
            let found = self.peek()?;
            return Err(self.unexpected("a key", found));
        };
        match self.next_byte()? {
            Some(b':') => self.at += 1,
            found => return Err(self.unexpected("':'", found)),
        }
        self.next_byte()?;
        Ok(Some(key))
    }

    /// Where something stands behind a semicolon that may end the file, if anything does.
    pub(super) fn rest(&mut self) -> Result<Option<u64>, ReadError> {
        if self.next_byte()? == Some(b';') {
            self.at += 1;
        }
        Ok(self.next_byte()?.map(|_| self.position()))
    }

    fn next_of(&mut self, end: u8, first: &mut bool) -> Result<bool, ReadError> {
        let mut byte = self.next_byte()?;
        if byte == Some(end) {
            self.at += 1;
            return Ok(false);
        }
        if !*first {
            if byte != Some(b',') {
                let expected = format!("',' or {:?}", char::from(end));
                return Err(self.unexpected(&expected, byte));
            }
            self.at += 1;
            byte = self.next_byte()?;
        }
        *first = false;
        if byte.is_none() {
            return Err(self.unexpected("a value", None));
        }
        Ok(true)
    }

    fn unexpected(&self, expected: &str, found: Option<u8>) -> ReadError {
        self.wrong(match found {
            Some(byte) => format!("{expected} was expected, not {:?}", char::from(byte)),
            None => format!("it ends where {expected} was expected"),
        })
    }

    /// Passes a string and gives what it says; nothing, and nothing passed, where another value stands.
    pub(super) fn string(&mut self) -> Result<Option<String>, ReadError> {
        if self.next_byte()? != Some(b'"') {
            return Ok(None);
        }
        let value = self.value(SHORT)?;
        let text = value.bytes.and_then(|bytes| {
            let text = String::from_utf8_lossy(&bytes);
            let read = serde_json::from_str(&text);
            read.or_else(|_| serde_json::from_str(&repaired(&text)))
                .ok()
        });
        match text {
            Some(text) => Ok(Some(text)),
            None => Err(self.wrong("a name in it is too long or is not a string")),
        }
    }

    /// Passes a value of any kind and keeps its bytes where they are not more than `limit`.
    pub(super) fn value(&mut self, limit: usize) -> Result<Value, ReadError> {
        let Some(first) = self.next_byte()? else {
            return Err(self.unexpected("a value", None));
        };
        let start = self.position();
        let mut kept = Kept {
            bytes: Some(Vec::new()),
            limit,
        };
        match first {
            b'"' => self.pass_string(&mut kept)?,
            b'{' | b'[' => self.pass_nested(&mut kept)?,
            _ => self.pass_word(&mut kept)?,
        }
        Ok(Value {
            start,
            end: self.position(),
            bytes: kept.bytes,
        })
    }

    /// Passes a string; it stands on its opening quote.
    fn pass_string(&mut self, kept: &mut Kept) -> Result<(), ReadError> {
        kept.push(b"\"");
        self.at += 1;
        loop {
            if self.peek()?.is_none() {
                return Err(self.unexpected("the end of a string", None));
            }
            let rest = self.window.get(self.at..).unwrap_or_default();
            let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
                kept.push(rest);
                self.at = self.window.len();
                continue;
            };
            let passed = rest.get(..=found).unwrap_or_default();
            kept.push(passed);
            let quote = passed.ends_with(b"\"");
            self.at += found + 1;
            if quote {
                return Ok(());
            }
            if let Some(escaped) = self.peek()? {
                kept.push(&[escaped]);
                self.at += 1;
            }
        }
    }

    /// Passes an object or array; it stands on its opening bracket.
    fn pass_nested(&mut self, kept: &mut Kept) -> Result<(), ReadError> {
        let mut depth = 0_u64;
        loop {
            let Some(_) = self.peek()? else {
                return Err(self.unexpected("the end of an object", None));
            };
            let rest = self.window.get(self.at..).unwrap_or_default();
            let plain = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']'))
                .unwrap_or(rest.len());
            kept.push(rest.get(..plain).unwrap_or_default());
            let Some(&byte) = rest.get(plain) else {
                self.at = self.window.len();
                continue;
            };
            self.at += plain;
            if byte == b'"' {
                self.pass_string(kept)?;
                continue;
            }
            kept.push(&[byte]);
            self.at += 1;
            if matches!(byte, b'{' | b'[') {
                depth += 1;
            } else {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            }
        }
    }

    /// Passes a number, `true`, `false` or `null`.
    fn pass_word(&mut self, kept: &mut Kept) -> Result<(), ReadError> {
        let mut any = false;
        while let Some(byte) = self.peek()? {
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')) {
                break;
            }
            kept.push(&[byte]);
            self.at += 1;
            any = true;
        }
        if any {
            return Ok(());
        }
        let found = self.peek()?;
        Err(self.unexpected("a value", found))
    }
}

/// Bytes kept of a value that is passed, until they are too many.
struct Kept {
    bytes: Option<Vec<u8>>,
    limit: usize,
}

impl Kept {
    fn push(&mut self, more: &[u8]) {
        if let Some(bytes) = &mut self.bytes {
            if bytes.len() + more.len() > self.limit {
                self.bytes = None;
            } else {
                bytes.extend_from_slice(more);
            }
        }
    }
}
