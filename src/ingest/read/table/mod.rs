//! Tables: CSV, TSV and JSON lines, each row a message, by a mapping that whoever brings them in has written.
//!
//! Each row is recorded with the bytes that it is. What the mapping does not fit is told: a row with another number of
//! cells than the first one is not taken apart, since a comma too many moves one person's words under another's name; its
//! text is then the whole row, without sender and time. Text stands as it stands in its cell; that it is escaped, or that
//! the copy has lost something, is a mark on the item, for those who compare.

mod fields;
mod mapping;
mod rows;
mod times;

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use super::Found;
use super::Input;
use super::ReadError;
use super::Sink;
use super::cuts::Tally;
use super::text::decode;
use super::x;

use self::fields::Context;
use self::mapping::Column;
pub use self::mapping::Format;
pub use self::mapping::Mapping;
pub use self::mapping::MappingError;
use self::rows::Cells;
use self::rows::Row;
use self::rows::Rows;
use self::rows::cells;

use crate::record::Message;

/// Bytes of one row, at most; a longer one is recorded with its range and not read.
const ROW: u64 = 4 << 20;

/// Columns that are named in a message, at most.
const NAMED: usize = 12;

/// Whether a table begins as a mapping says: why it is not brought in by it, where it does not. Asked before anything of it
/// is kept, so that it can be brought in by another.
/// `cut` says that there is more of it than this.
pub(in crate::ingest) fn fits(head: &[u8], cut: bool, mapping: &Mapping) -> Result<(), String> {
    if let Some(wide) = wide(head) {
        return Err(wide);
    }
    let mut content = std::io::Cursor::new(head);
    let (limit, size) = (head.len(), head.len() as u64);
    let mut rows = Rows::new(&mut content, mapping, limit).map_err(|error| error.to_string())?;
    let row = rows.next().map_err(|error| error.to_string())?;
    let Some(row) = row else {
        return Err("there is no row in it".to_owned());
    };
    if cut && row.span.end >= size {
        // Its first row is longer than what is looked at. Whoever reads all of it will see.
        return Ok(());
    }
    match row.cells {
        Cells::Apart { bytes, ends } => {
            let first = strings(bytes, ends, mapping);
            Columns::of(&first, mapping).map(|_| ())
        }
        Cells::Line => object(row.raw)
            .filter(|object| {
                mapping
                    .columns
                    .all()
                    .any(|column| !value(object, column).is_empty())
            })
            .map(|_| ())
            .ok_or_else(|| {
                "its first line is no JSON object in which one of the mapping's columns stands"
                    .to_owned()
            }),
        Cells::TooLong | Cells::Open => {
            Err("a quotation mark in its first row is never closed".to_owned())
        }
    }
}

/// What is said of a table in code units of two bytes.
fn wide(head: &[u8]) -> Option<String> {
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    wide.then(|| "it is in UTF-16, which is not read as a table; save it in UTF-8".to_owned())
}

/// Reads a table.
pub(super) fn read(input: &mut Input<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let Some(mapping) = input.table else {
        return Err(wrong("nobody said what its columns are"));
    };
    let context = Context {
        mapping,
        table: input
            .name
            .map_or_else(|| "table".to_owned(), ToString::to_string),
        limits: input.limits,
    };
    let limit = input.limits.message.min(ROW);
    let mut told = Told::default();
    let limit_bytes = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut rows = Rows::new(input.content, mapping, limit_bytes)?;
    let mut columns: Option<Columns> = None;
    while let Some(row) = rows.next()? {
        let start = row.span.start;
        if columns.is_none()
            && let Cells::Apart { bytes, ends } = row.cells
        {
            let first = strings(bytes, ends, mapping);
            let made = Columns::of(&first, mapping).map_err(|reason| wrong(&reason))?;
            for name in &made.twice {
                sink(Found::Notice(format!("its first row names {name:?} twice")))?;
            }
            columns = Some(made);
            if mapping.has_header() {
                continue;
            }
        }
        if matches!(row.cells, Cells::Line) && row.raw.trim_ascii().is_empty() {
            continue;
        }
        let message = one(&row, columns.as_ref(), &context, limit, &mut told);
        told.rows += 1;
        told.untimed(&message, start);
        sink(Found::Message {
            span: row.span,
            header: start,
            raw: row.raw,
            message,
            parts: Vec::new(),
        })?;
    }
    told.report(limit, sink)
}

fn wrong(reason: &str) -> ReadError {
    ReadError::Table {
        reason: reason.to_owned(),
    }
}

/// One row as a message.
fn one(
    row: &Row<'_>,
    columns: Option<&Columns>,
    context: &Context<'_>,
    limit: u64,
    told: &mut Told,
) -> Message {
    let start = row.span.start;
    match (&row.cells, columns) {
        (Cells::TooLong, _) => {
            told.long.add(start);
            let note = format!("it is longer than {limit} bytes and was not read");
            fields::whole(context, None, note)
        }
        (Cells::Open, _) => {
            told.open = Some((start, row.span.end - start));
            let note = "a quotation mark in it is never closed: it was not taken apart".to_owned();
            unparted(row, context, note, told)
        }
        (Cells::Line, _) => {
            let Some(object) = object(row.raw) else {
                told.no_object.add(start);
                let note = "it is no JSON object: it was not taken apart".to_owned();
                return unparted(row, context, note, told);
            };
            let mut notes = object.notes.clone();
            if !notes.is_empty() {
                told.repaired.add(start);
            }
            if value(&object, &context.mapping.columns.text).is_empty() {
                notes.push(format!("it has no {}", context.mapping.columns.text));
                told.textless.add(start);
            }
            fields::mapped(context, &|column| value(&object, column), notes)
        }
        (Cells::Apart { ends, .. }, Some(columns)) if ends.len() != columns.count => {
            told.uneven.add(start);
            let note = format!(
                "it has {} cells where the first row has {}: it was not taken apart",
                ends.len(),
                columns.count
            );
            unparted(row, context, note, told)
        }
        (Cells::Apart { bytes, ends }, columns) => {
            let mut notes = Vec::new();
            let encoding = context.mapping.stated_encoding();
            let encoding = decoded(row.raw, encoding, start, told, &mut notes).1;
            let texts: Vec<String> = cells(bytes, ends)
                .map(|cell| decoded(cell, encoding.as_deref(), start, told, &mut Vec::new()).0)
                .collect();
            let cell = |column: &Column| -> Vec<String> {
                let place = columns.and_then(|columns| columns.place(column));
                place
                    .and_then(|at| texts.get(at))
                    .cloned()
                    .into_iter()
                    .collect()
            };
            if cell(&context.mapping.columns.text)
                .iter()
                .all(String::is_empty)
            {
                told.textless.add(start);
            }
            fields::mapped(context, &cell, notes)
        }
    }
}

/// A row that could not be taken apart: all of it is its text.
fn unparted(row: &Row<'_>, context: &Context<'_>, note: String, told: &mut Told) -> Message {
    let mut notes = Vec::new();
    let stated = context.mapping.stated_encoding();
    let (text, _) = decoded(row.raw, stated, row.span.start, told, &mut notes);
    let mut message = fields::whole(context, Some(text), note);
    message.notes.extend(notes);
    message
}

/// The text of bytes, and the encoding in which they were read where they are not UTF-8.
fn decoded(
    bytes: &[u8],
    stated: Option<&str>,
    at: u64,
    told: &mut Told,
    notes: &mut Vec<String>,
) -> (String, Option<String>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), None);
    }
    // No legacy encoding makes more than three bytes of one.
    let most = bytes.len().saturating_mul(4);
    let Some(read) = decode(Cow::Borrowed(bytes), stated, most) else {
        return (String::from_utf8_lossy(bytes).into_owned(), None);
    };
    told.foreign
        .entry(read.encoding.clone())
        .or_default()
        .add_once(at);
    notes.push(format!("it is not UTF-8 and was read as {}", read.encoding));
    notes.extend(read.notes);
    (read.text.into_owned(), Some(read.encoding))
}

/// Where the columns stand.
struct Columns {
    /// How many cells a row has.
    count: usize,
    places: HashMap<String, usize>,
    /// Names that stand twice and that the mapping does not use.
    twice: Vec<String>,
}

impl Columns {
    /// The columns of a table whose first row is this one.
    fn of(first: &[String], mapping: &Mapping) -> Result<Self, String> {
        let mut columns = Self {
            count: first.len(),
            places: HashMap::new(),
            twice: Vec::new(),
        };
        let names = if mapping.has_header() { first } else { &[] };
        for (place, name) in names.iter().enumerate() {
            let name = name.trim();
            if columns.places.insert(name.to_owned(), place).is_some()
                && !columns.twice.iter().any(|twice| twice == name)
            {
                columns.twice.push(name.to_owned());
            }
        }
        for column in mapping.columns.all() {
            match column {
                Column::Name(name) if columns.twice.contains(name) => {
                    return Err(format!(
                        "its first row names {name:?} twice: give the column that is meant by its number"
                    ));
                }
                _ if columns.place(column).is_some() => {}
                _ => {
                    let mut shown: Vec<String> = names
                        .iter()
                        .take(NAMED)
                        .map(|name| format!("{:?}", name.trim()))
                        .collect();
                    if names.len() > NAMED {
                        shown.push("...".to_owned());
                    }
                    let has = if shown.is_empty() {
                        String::new()
                    } else {
                        format!(", which names {}", shown.join(", "))
                    };
                    return Err(format!(
                        "there is no {column} in its first row of {} cells{has}",
                        columns.count
                    ));
                }
            }
        }
        Ok(columns)
    }

    fn place(&self, column: &Column) -> Option<usize> {
        match column {
            Column::Name(name) => self.places.get(name).copied(),
            Column::Number(number) => usize::try_from(*number)
                .ok()?
                .checked_sub(1)
                .filter(|place| *place < self.count),
        }
    }
}

/// The cells of a first row, for their names.
fn strings(bytes: &[u8], ends: &[usize], mapping: &Mapping) -> Vec<String> {
    cells(bytes, ends)
        .map(|cell| {
            decoded(
                cell,
                mapping.stated_encoding(),
                0,
                &mut Told::default(),
                &mut Vec::new(),
            )
            .0
        })
        .collect()
}

/// A line of JSON lines.
struct Object {
    members: serde_json::Map<String, Value>,
    notes: Vec<String>,
}

fn object(line: &[u8]) -> Option<Object> {
    let (members, notes) = x::object(line).ok()?;
    Some(Object { members, notes })
}

/// What a member of an object says: a member of a member is named by its JSON pointer (RFC 6901), `/user/name`.
fn value(object: &Object, column: &Column) -> Vec<String> {
    let Column::Name(name) = column else {
        return Vec::new();
    };
    let found = object.members.get(name).or_else(|| {
        let mut path = name.strip_prefix('/')?.splitn(2, '/');
        let first = path.next()?.replace("~1", "/").replace("~0", "~");
        let found = object.members.get(&first)?;
        match path.next() {
            Some(rest) => found.pointer(&format!("/{rest}")),
            None => Some(found),
        }
    });
    let scalar = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(so) => Some(so.to_string()),
        _ => None,
    };
    match found {
        Some(Value::Array(list)) => list.iter().filter_map(scalar).collect(),
        Some(value) => scalar(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// What is told of a table at its end, once for each reason.
#[derive(Default)]
struct Told {
    rows: u64,
    long: Tally,
    uneven: Tally,
    no_object: Tally,
    repaired: Tally,
    textless: Tally,
    timeless: Tally,
    zoneless: Tally,
    /// By the encoding that they were read in.
    foreign: std::collections::BTreeMap<String, Tally>,
    /// Where a row begins in which a quotation mark is never closed, and its bytes.
    open: Option<(u64, u64)>,
}

impl Told {
    /// Looks whether a row's time could be read.
    fn untimed(&mut self, message: &Message, at: u64) {
        let written = message.at.as_written.is_some();
        if written && message.at.earliest.is_none() && message.at.latest.is_none() {
            self.timeless.add(at);
        } else if written && message.at.zone.is_none() {
            self.zoneless.add(at);
        }
    }

    fn report(self, limit: u64, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        if self.rows == 0 {
            sink(Found::Notice(
                "there is no row in it besides its first".to_owned(),
            ))?;
        }
        if let Some((at, bytes)) = self.open {
            sink(Found::Unread(format!(
                "a quotation mark behind byte {at} is never closed: the last {bytes} bytes are one row that was not taken apart"
            )))?;
        }
        let unread = [
            (format!("longer than {limit} bytes and not read"), self.long),
            (
                "with another number of cells than the first row, and not taken apart".to_owned(),
                self.uneven,
            ),
            (
                "no JSON object, and not taken apart".to_owned(),
                self.no_object,
            ),
        ];
        for (what, tally) in unread {
            if let Some(rows) = counted(&tally) {
                sink(Found::Unread(format!("{what}: {rows}")))?;
            }
        }
        let foreign = self
            .foreign
            .into_iter()
            .map(|(encoding, tally)| (format!("not UTF-8 and read as {encoding}"), tally));
        let noticed = [
            (
                "JSON that can be read in several ways was read as each row says".to_owned(),
                self.repaired,
            ),
            ("without text".to_owned(), self.textless),
            (
                "with a time that cannot be read as the mapping has it".to_owned(),
                self.timeless,
            ),
            (
                "with a time of which neither they nor the mapping say the zone".to_owned(),
                self.zoneless,
            ),
        ];
        for (what, tally) in foreign.chain(noticed) {
            if let Some(rows) = counted(&tally) {
                sink(Found::Notice(format!("{what}: {rows}")))?;
            }
        }
        Ok(())
    }
}

/// How many rows, and where the first of them are.
fn counted(tally: &Tally) -> Option<String> {
    let at = tally.shown()?;
    let rows = if tally.count == 1 { "row" } else { "rows" };
    Some(format!("{} {rows}, at byte {at}", tally.count))
}
