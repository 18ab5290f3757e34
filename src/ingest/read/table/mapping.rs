//! What the columns of a table are: who wrote each row, to whom, when, what. Written by whoever brings the table in, in
//! TOML, and recorded with what was read by it.

use std::fmt;

use chrono::format::Item;
use chrono::format::StrftimeItems;
use encoding_rs::Encoding;
use serde::Deserialize;
use serde::Serialize;

use crate::record::Zone;

/// Bytes of the file, at most: what it says goes into the ledger with every segment that was read by it.
const LONGEST: usize = 16 << 10;

/// Characters of its name, at most.
const LONGEST_NAME: usize = 60;

/// What the columns of a table are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// By which it is named again.
    pub name: String,
    /// How rows and cells are told apart.
    pub format: Format,
    /// Whether the first row names the columns; it does where nothing is said. Not of JSON lines, which name their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<bool>,
    /// What stands between cells, where it is not a comma or, in TSV, a tab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delimiter: Option<char>,
    /// Whether a cell may stand in quotation marks: in CSV it may, in TSV not, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quotes: Option<bool>,
    /// The encoding of rows that are not UTF-8, by its WHATWG label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    /// What a row is.
    #[serde(default)]
    pub(super) rows: Rows,
    /// How the text was escaped by whoever exported it. It is kept, shown and proved as it stands, and compared unescaped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) escaped: Option<Escape>,
    /// What the copy is known to have lost, such as 'commas were stripped by the exporter'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) degraded: Option<String>,
    /// Which column is what.
    pub(super) columns: Columns,
    /// How times are written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) time: Times,
    /// What is so of every row and stands in no column, on the word of whoever brings it in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) stated: Stated,
}

/// How rows and cells are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// RFC 4180, or near it.
    Csv,
    /// Cells between tabs.
    Tsv,
    /// A JSON object in each line.
    JsonLines,
}

/// What a row is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Rows {
    /// A message among others.
    #[default]
    Messages,
    /// A post that stands for itself.
    Posts,
    /// A line of a transcript: what one person says may go on in the next line.
    Transcript,
}

/// How a text was escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Escape {
    /// As in HTML: `&amp;`, `&#39;`.
    Html,
}

/// A column, by its number from 1 or by the name that the first row or the JSON object gives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a column is given by its name or by its number from 1"
)]
pub(super) enum Column {
    Number(u32),
    Name(String),
}

/// One column or several, the cells of which are taken together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "columns are given by name or by number from 1, several of them as a list"
)]
pub(super) enum Columned {
    One(Column),
    Several(Vec<Column>),
}

/// Which column is what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Columns {
    /// What was written or said.
    pub(super) text: Column,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Column>,
    /// To whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<Columned>,
    /// When; a date and a time of day may be two columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) time: Option<Columned>,
    /// Where it is to be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) link: Option<Column>,
    /// Its number or name there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Column>,
    /// The conversation that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) conversation: Option<Column>,
}

/// How times are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Times {
    /// The zone of times that state none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    /// Their form, with the codes of strftime; or `unix`, or `unix-millis`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) format: Option<String>,
}

/// What is so of every row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stated {
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
    /// To whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
    /// When, in any words that `--received` takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) time: Option<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Why a mapping cannot be used, as the end of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MappingError(String);

impl Mapping {
    /// Reads a mapping and sees that it can be carried out.
    pub fn read(text: &str) -> Result<Self, MappingError> {
        if text.len() > LONGEST {
            return Err(MappingError(format!(
                "it has {} bytes; a mapping has {LONGEST} at most",
                text.len()
            )));
        }
        let mapping: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| {
                let before = text.get(..span.start).unwrap_or(text);
                format!(" (line {})", before.matches('\n').count() + 1)
            });
            MappingError(format!(
                "{}{}",
                error.message().trim_end_matches('\n'),
                line.unwrap_or_default()
            ))
        })?;
        mapping.check().map_err(MappingError)?;
        Ok(mapping)
    }

    /// Reads a mapping as it was recorded.
    pub fn recorded(value: &serde_json::Value) -> Result<Self, MappingError> {
        let mapping = Self::deserialize(value).map_err(|error| MappingError(error.to_string()))?;
        mapping.check().map_err(MappingError)?;
        Ok(mapping)
    }

    fn check(&self) -> Result<(), String> {
        let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
        if self.name.is_empty()
            || self.name.chars().count() > LONGEST_NAME
            || !self.name.chars().all(plain)
        {
            return Err(format!(
                "its name is {:?}; a name has letters, digits, - _ and . and is {LONGEST_NAME} characters long at most",
                self.name
            ));
        }
        let json = self.format == Format::JsonLines;
        if json && (self.header.is_some() || self.delimiter.is_some() || self.quotes.is_some()) {
            return Err(
                "header, delimiter and quotes are of CSV and TSV; the objects of JSON lines name their own columns"
                    .to_owned(),
            );
        }
        if let Some(delimiter) = self.delimiter
            && (!delimiter.is_ascii() || matches!(delimiter, '"' | '\r' | '\n'))
        {
            return Err(format!(
                "{delimiter:?} cannot stand between cells; a comma, a semicolon or a tab can, or another ASCII character"
            ));
        }
        for column in self.columns.all() {
            match column {
                Column::Number(_) if json => {
                    return Err("the columns of JSON lines have names and no numbers".to_owned());
                }
                Column::Number(0) => return Err("columns are counted from 1".to_owned()),
                Column::Name(name) if self.header == Some(false) => {
                    return Err(format!(
                        "header is false, so that no row names the columns: give the number of {name:?} from 1"
                    ));
                }
                Column::Name(name) if name.is_empty() => {
                    return Err("a column's name is empty".to_owned());
                }
                _ => {}
            }
        }
        if let Some(zone) = &self.time.zone {
            zone.parse::<Zone>().map_err(|error| error.to_string())?;
        }
        if let Some(form) = self.time.format.as_deref().filter(|form| !is_unix(form))
            && !holds_a_time(form)
        {
            return Err(format!(
                "{form:?} is no form of a time: write it with the codes of strftime, such as %d/%m/%Y %H:%M; or unix, or unix-millis"
            ));
        }
        if let Some(label) = &self.encoding {
            let known = Encoding::for_label(label.as_bytes());
            if known.is_none_or(|known| !known.is_ascii_compatible()) {
                return Err(format!(
                    "{label:?} is no encoding in which a table is read: UTF-8 or one that holds ASCII, such as windows-1252"
                ));
            }
        }
        for (what, both) in [
            (
                "from",
                self.columns.from.is_some() && self.stated.from.is_some(),
            ),
            ("to", self.columns.to.is_some() && self.stated.to.is_some()),
            (
                "time",
                self.columns.time.is_some() && self.stated.time.is_some(),
            ),
        ] {
            if both {
                return Err(format!(
                    "{what} stands in [columns] and in [stated]: it is the one or the other"
                ));
            }
        }
        if self
            .degraded
            .as_ref()
            .is_some_and(|it| it.trim().is_empty())
        {
            return Err("degraded says nothing: say what the copy has lost".to_owned());
        }
        Ok(())
    }

    /// Takes the archive's zone for a time that is stated of all rows, as for any other time that is stated, where the
    /// mapping says no other. Times in cells are the table's own: nobody states theirs.
    pub fn state_zone(&mut self, zone: Zone) {
        if self.stated.time.is_some() && self.time.zone.is_none() {
            self.time.zone = Some(zone.to_string());
        }
    }

    /// Whether the first row names the columns.
    pub(super) fn has_header(&self) -> bool {
        self.format != Format::JsonLines && self.header.unwrap_or(true)
    }

    /// What stands between cells.
    pub(super) fn separator(&self) -> u8 {
        let usual = if self.format == Format::Tsv {
            '\t'
        } else {
            ','
        };
        u8::try_from(self.delimiter.unwrap_or(usual)).unwrap_or(b',')
    }

    /// Whether a cell may stand in quotation marks.
    pub(super) fn has_quotes(&self) -> bool {
        self.quotes.unwrap_or(self.format == Format::Csv)
    }

    /// The label of the encoding of rows that are not UTF-8, where one is stated.
    pub(super) fn stated_encoding(&self) -> Option<&str> {
        self.encoding.as_deref()
    }

    /// The zone of times that state none.
    pub(super) fn zone(&self) -> Option<Zone> {
        self.time.zone.as_deref().and_then(|zone| zone.parse().ok())
    }
}

/// Whether a form can be read and holds something of a time: what has no code at all would lose every time without a word.
fn holds_a_time(form: &str) -> bool {
    let says = |item: &Item<'_>| matches!(item, Item::Numeric(..) | Item::Fixed(..));
    let mut items = StrftimeItems::new(form);
    let any = StrftimeItems::new(form).any(|item| says(&item));
    any && !items.any(|item| matches!(item, Item::Error))
}

/// Whether a form of times counts from 1970.
pub(super) fn is_unix(form: &str) -> bool {
    matches!(form, "unix" | "unix-millis")
}

impl Columns {
    /// Every column that is named.
    pub(super) fn all(&self) -> impl Iterator<Item = &Column> {
        let one = [&self.from, &self.link, &self.id, &self.conversation];
        let several = [&self.to, &self.time];
        std::iter::once(&self.text)
            .chain(one.into_iter().flatten())
            .chain(several.into_iter().flatten().flat_map(Columned::all))
    }
}

impl Columned {
    /// The columns in their order.
    pub(super) fn all(&self) -> &[Column] {
        match self {
            Self::One(column) => std::slice::from_ref(column),
            Self::Several(columns) => columns,
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "column {number}"),
            Self::Name(name) => write!(f, "column {name:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "name = 'posts'\nformat = 'csv'\n[columns]\ntext = 'text'\n";

    fn refused(text: &str) -> String {
        Mapping::read(text).unwrap_err().to_string()
    }

    #[test]
    fn a_mapping_is_recorded_as_it_is_read() {
        let text = "name = 'debate.1'\nformat = 'tsv'\nheader = false\nrows = 'transcript'\nescaped = 'html'\n\
                    degraded = 'commas were stripped'\n[columns]\nid = 1\nfrom = 2\ntext = 3\ntime = [4, 5]\n\
                    [time]\nzone = 'America/New_York'\nformat = '%d/%m/%Y %H:%M'\n[stated]\nto = 'the hall'\n";
        let mapping = Mapping::read(text).unwrap();
        let value = serde_json::to_value(&mapping).unwrap();
        assert_eq!(Mapping::recorded(&value).unwrap(), mapping);
        let plain = serde_json::to_value(Mapping::read(PLAIN).unwrap()).unwrap();
        assert_eq!(
            plain,
            serde_json::json!({"name": "posts", "format": "csv", "rows": "messages", "columns": {"text": "text"}})
        );
    }

    #[test]
    fn what_cannot_be_carried_out_is_said() {
        for (text, said) in [
            (
                "name = 'a b'\nformat = 'csv'\n[columns]\ntext = 1\n",
                "its name is \"a b\"",
            ),
            (
                "name = 'a'\nformat = 'xls'\n[columns]\ntext = 1\n",
                "(line 2)",
            ),
            (
                "name = 'a'\nformat = 'csv'\n[columns]\ntext = 1\nform = 2\n",
                "unknown field `form`",
            ),
            (
                "name = 'a'\nformat = 'csv'\n[columns]\ntext = 1.5\n",
                "by its name or by its number",
            ),
            (
                "name = 'a'\nformat = 'csv'\n[columns]\nfrom = 1\n",
                "missing field `text`",
            ),
            (
                "name = 'a'\nformat = 'csv'\n[columns]\ntext = 0\n",
                "counted from 1",
            ),
            (
                "name = 'a'\nformat = 'csv'\nheader = false\n[columns]\ntext = 't'\n",
                "header is false",
            ),
            (
                "name = 'a'\nformat = 'json-lines'\n[columns]\ntext = 3\n",
                "have names and no numbers",
            ),
            (
                "name = 'a'\nformat = 'json-lines'\nquotes = true\n[columns]\ntext = 't'\n",
                "name their own",
            ),
            (
                "name = 'a'\nformat = 'csv'\ndelimiter = '\"'\n[columns]\ntext = 1\n",
                "cannot stand between",
            ),
            (
                "name = 'a'\nformat = 'csv'\nencoding = 'utf-16le'\n[columns]\ntext = 1\n",
                "no encoding in which",
            ),
            (
                "name = 'a'\nformat = 'csv'\n[columns]\ntext = 1\n[time]\nzone = 'Mars'\n",
                "not a time zone",
            ),
            (
                "name = 'a'\nformat = 'csv'\n[columns]\ntext = 1\n[time]\nformat = '%Q'\n",
                "no form of a time",
            ),
            (
                "name = 'a'\nformat = 'csv'\n[columns]\ntext = 1\nfrom = 2\n[stated]\nfrom = 'N. H.'\n",
                "in [columns] and in [stated]",
            ),
            (
                "name = 'a'\nformat = 'csv'\ndegraded = ' '\n[columns]\ntext = 1\n",
                "says nothing",
            ),
            ("not a table", "(line 1)"),
        ] {
            let reason = refused(text);
            assert!(reason.contains(said), "{text}: {reason}");
        }
        assert!(refused(&format!("{PLAIN}#{}", "x".repeat(LONGEST))).contains("at most"));
        // Whoever edits the record gets no further than whoever writes the file.
        let forged = serde_json::json!({"name": "a", "format": "csv", "columns": {"text": 0}});
        assert!(Mapping::recorded(&forged).is_err());
    }
}
