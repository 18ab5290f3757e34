//! The catalogue made again from the ledger, in place or beside the stored one to be compared with it; and the schema of
//! the database beside a new archive's.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::types::ValueRef;

use super::Archive;
use super::ArchiveError;
use super::Ledger;
use super::Unreadable;
use super::catalogue;
use super::projection::NUMBER;
use super::projection::Projector;
use super::values::Segment;
use super::values::values;

/// A catalogue row that is not what the ledger makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDifference {
    /// The table.
    pub table: &'static str,
    /// The row's reference or key, for a reader.
    pub row: String,
    /// The column that differs; `None` for a row too many or too few.
    pub column: Option<String>,
    /// What the ledger makes of it; `None` for a row too many.
    pub expected: Option<String>,
    /// What is stored; `None` for a row that is missing.
    pub found: Option<String>,
}

/// The most differences that are listed for a table; the rest is counted.
const MOST_DIFFERENCES: usize = 100;

impl Archive {
    /// Makes the catalogue again in place.
    pub(super) fn rebuild(&self) -> Result<(), ArchiveError> {
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        let made = Projector::clear(&self.conn).and_then(|()| self.project(&self.conn));
        self.conn
            .execute_batch(if made.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        made
    }

    /// Makes a catalogue of another projection anew, if every item is of a kind that this one understands.
    pub(super) fn demand_projection(&self) -> Result<(), ArchiveError> {
        let found: Option<i64> = self
            .conn
            .query_row("SELECT max(number) FROM projection", (), |row| row.get(0))
            .optional()?
            .flatten();
        if found == Some(NUMBER) {
            Ok(())
        } else {
            self.demand_understood_items()?;
            self.rebuild()
        }
    }

    /// Projects the whole ledger into `target`.
    pub(super) fn project(&self, target: &Connection) -> Result<(), ArchiveError> {
        let mut projector = Projector::new(target);
        let orders = self.orders()?;
        if !orders.all().is_empty() {
            let numbers = self.item_numbers()?;
            for (place, _) in orders.parts() {
                let bytes = orders.replacement(place, place.a);
                projector.replaced.extend(numbers.at(place).zip(bytes));
            }
            for order in self.carried_out(&orders, &numbers)? {
                projector.keep_taken(order, &numbers);
            }
        }
        let mut next_item = 1;
        self.each_entry(&mut |entry| {
            let entry = entry.map_err(|row| broken_row("entry", &row))?;
            let found = values(
                format!("entry {}", entry.seq),
                &entry.schema,
                entry.slots.as_deref(),
            )?;
            let Some(found) = found else {
                return Ok(());
            };
            let segment: Option<Segment> = match found.schema.name {
                "received/1" | "derived/1" => found.get("segment")?,
                _ => None,
            };
            projector.entry(entry.seq, &entry.leaf, &found, next_item)?;
            if let Some(segment) = segment {
                self.each_item(next_item, segment.size, &mut |item| {
                    let item = item.map_err(|row| broken_row("item", &row))?;
                    let found = values(
                        format!("item {}", item.id),
                        &item.schema,
                        item.slots.as_deref(),
                    )?;
                    match found {
                        Some(found) => projector.item(item.id, segment.a, &item.leaf, &found),
                        None => projector.gone(item.id, segment.a, &item.leaf, &item.schema),
                    }
                })?;
                next_item = u64::saturating_add(next_item, segment.size);
            }
            Ok(())
        })?;
        projector.finish()
    }
}

fn broken_row(table: &str, row: &Unreadable) -> ArchiveError {
    ArchiveError::LedgerBroken(format!(
        "{table} {} cannot be read: {}",
        row.row, row.reason
    ))
}

impl Ledger<'_> {
    /// Makes the catalogue again in a scratch database and names every row that differs, at most 100 a table.
    pub fn compare_catalogue(&self) -> Result<Vec<RowDifference>, ArchiveError> {
        let large = self.archive.last_item()? > catalogue::IN_MEMORY;
        let folder = self.archive.store.scratch_folder().filter(|_| large);
        let scratch = catalogue::scratch(folder.as_deref())?;
        scratch.execute_batch("BEGIN")?;
        Projector::clear(&scratch)?;
        self.archive.project(&scratch)?;
        let mut differences = Vec::new();
        for table in catalogue::PROJECTED {
            compare_table(&self.archive.conn, &scratch, table, &mut differences)?;
        }
        Ok(differences)
    }

    /// The number of the projection that made the stored catalogue, where it is not the one of this build.
    pub fn other_projection(&self) -> Result<Option<i64>, ArchiveError> {
        let found: Option<i64> = (self.archive.conn)
            .prepare("SELECT max(number) FROM projection HAVING count(*) = 1")?
            .query_row((), |row| row.get(0))
            .optional()?;
        Ok(found.filter(|found| *found != NUMBER))
    }

    /// Names every object of the database's schema that differs from a new archive's.
    pub fn compare_schema(&self) -> Result<Vec<RowDifference>, ArchiveError> {
        let expected = catalogue::objects();
        let found = catalogue::objects_of(&self.archive.conn)?;
        let named = |name: &str, expected, found| RowDifference {
            table: "sqlite_schema",
            row: name.to_owned(),
            column: None,
            expected,
            found,
        };
        let mut differences = Vec::new();
        for (name, sql) in &expected {
            let here = found.iter().find(|(found, _)| found == name);
            if here.map(|(_, sql)| sql) != Some(sql) {
                let here = here.and_then(|(_, sql)| sql.clone());
                differences.push(named(name, sql.clone(), here));
            }
        }
        for (name, sql) in &found {
            if !expected.iter().any(|(expected, _)| expected == name) {
                differences.push(named(name, None, Some(sql.clone().unwrap_or_default())));
            }
        }
        if !catalogue::is_in_wal_mode(&self.archive.root.join(catalogue::FILE))? {
            differences.push(RowDifference {
                table: "journal_mode",
                ..named("", Some("wal".to_owned()), Some("another".to_owned()))
            });
        }
        Ok(differences)
    }
}

/// Goes through both tables in the order of their keys and names what differs.
fn compare_table(
    stored: &Connection,
    made: &Connection,
    table: &'static str,
    differences: &mut Vec<RowDifference>,
) -> Result<(), ArchiveError> {
    let keys: usize = match table {
        "participant" => 3,
        "agent_account" => 2,
        _ => 1,
    };
    let order: Vec<String> = (1..=keys).map(|column| column.to_string()).collect();
    let sql = format!("SELECT * FROM {table} ORDER BY {}", order.join(", "));
    let (mut stored, mut made) = (stored.prepare(&sql)?, made.prepare(&sql)?);
    let columns: Vec<String> = made
        .column_names()
        .into_iter()
        .map(ToOwned::to_owned)
        .collect();
    let (mut stored, mut made) = (stored.query(())?, made.query(())?);
    let (mut here, mut there) = (
        row(stored.next()?, columns.len())?,
        row(made.next()?, columns.len())?,
    );
    let mut listed = 0;
    while here.is_some() || there.is_some() {
        let (mut over_stored, mut over_made) = (true, true);
        let difference = match (&here, &there) {
            (Some(found), Some(expected)) if found == expected => None,
            (Some(found), Some(expected)) => match found[..keys].cmp(&expected[..keys]) {
                std::cmp::Ordering::Equal => {
                    let column = found
                        .iter()
                        .zip(expected)
                        .position(|(a, b)| a != b)
                        .unwrap_or(0);
                    Some((
                        found,
                        columns.get(column),
                        Some(&expected[column]),
                        Some(&found[column]),
                    ))
                }
                std::cmp::Ordering::Less => {
                    over_made = false;
                    Some((found, None, None, found.last()))
                }
                std::cmp::Ordering::Greater => {
                    over_stored = false;
                    Some((expected, None, expected.last(), None))
                }
            },
            (Some(found), None) => Some((found, None, None, found.last())),
            (None, Some(expected)) => Some((expected, None, expected.last(), None)),
            (None, None) => None,
        };
        if let Some((named, column, expected, found)) = difference {
            listed += 1;
            if listed <= MOST_DIFFERENCES {
                differences.push(RowDifference {
                    table,
                    row: name(&columns, named),
                    column: column.cloned(),
                    expected: expected.map(Cell::show),
                    found: found.map(Cell::show),
                });
            }
        }
        if over_stored {
            here = row(stored.next()?, columns.len())?;
        }
        if over_made {
            there = row(made.next()?, columns.len())?;
        }
    }
    Ok(())
}

/// A stored value, ordered as SQLite orders keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Null,
    Integer(i64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
    Real(String),
}

impl Cell {
    fn show(&self) -> String {
        match self {
            Self::Null => "nothing".to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Text(text) => String::from_utf8_lossy(text).into_owned(),
            Self::Blob(bytes) => hex::encode(bytes),
            Self::Real(number) => number.clone(),
        }
    }
}

fn row(row: Option<&rusqlite::Row<'_>>, columns: usize) -> Result<Option<Vec<Cell>>, ArchiveError> {
    let Some(row) = row else {
        return Ok(None);
    };
    let mut cells = Vec::with_capacity(columns);
    for column in 0..columns {
        cells.push(match row.get_ref(column)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Real(number) => Cell::Real(number.to_string()),
            ValueRef::Text(text) => Cell::Text(text.to_vec()),
            ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
        });
    }
    Ok(Some(cells))
}

/// The row's reference where it has one, else its key.
fn name(columns: &[String], row: &[Cell]) -> String {
    let reference = columns
        .iter()
        .position(|column| column == "ref")
        .and_then(|column| row.get(column))
        .filter(|cell| **cell != Cell::Null);
    reference
        .or(row.first())
        .map_or_else(String::new, Cell::show)
}
