//! What follows from the ledger: the catalogue, the files of `log/`, and the database's own schema.

use super::Pass;
use crate::archive::ArchiveError;
use crate::archive::LogCheck;
use crate::archive::PROJECTION;
use crate::archive::RowDifference;
use crate::record::Finding;
use crate::record::with_causes;

/// Characters of a stored value that a finding shows.
const SHOWN: usize = 200;

impl Pass<'_, '_> {
    /// Makes the catalogue again and names every row that differs.
    pub(super) fn check_catalogue(&mut self) -> Result<(), ArchiveError> {
        if let Some(other) = self.ledger.other_projection()? {
            self.found.add(
                Finding::new(
                    "catalogue.other-version",
                    "archive.sqlite projection",
                    "The catalogue was made by another version of fonds, so it was not compared; what was recorded was. \
                     fonds doctor --rebuild makes it again.",
                )
                .with(PROJECTION.to_string(), other.to_string()),
            );
            return Ok(());
        }
        let differences = match self.ledger.compare_catalogue() {
            Ok(differences) => differences,
            Err(error) if error.is_damage() => {
                self.found.add(Finding::new(
                    "catalogue.not-compared",
                    "archive.sqlite",
                    format!(
                        "The catalogue could not be made again from the ledger, so it was not compared: {}.",
                        with_causes(&error)
                    ),
                ));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        for difference in differences {
            self.found.add(named("catalogue.altered", difference));
        }
        self.found.met.projected = self.archive.tally("records").unwrap_or_default();
        Ok(())
    }

    /// Names tables, triggers and views that an archive does not have, lacks, or has in another form.
    pub(super) fn check_schema(&mut self) -> Result<(), ArchiveError> {
        for difference in self.ledger.compare_schema()? {
            self.found.add(named("schema.altered", difference));
        }
        Ok(())
    }

    /// Holds every file of `log/` against the ledger.
    pub(super) fn check_log(&mut self) -> Result<(), ArchiveError> {
        let mut check = self.archive.check_log()?;
        if check != LogCheck::default() {
            check = self.archive.check_log_again(check)?;
            if check == LogCheck::default() {
                let (size, _) = self.archive.head()?;
                self.found.note(
                    "log",
                    format!("Somebody wrote during this check: what came after {size} entries was not looked at."),
                );
            }
        }
        if let Some(behind) = check.behind.filter(|_| check.findings.is_empty()) {
            let (size, _) = self.archive.head()?;
            self.found.note(
                "log",
                format!(
                    "It is whole as of {behind} of {size} entries: a run was stopped before it had written the rest. The \
                     next one that writes does, or fonds doctor --rebuild."
                ),
            );
        }
        for finding in check.findings {
            self.found.add(finding);
        }
        Ok(())
    }
}

fn named(code: &'static str, difference: RowDifference) -> Finding {
    let RowDifference {
        table,
        row,
        column,
        expected,
        found,
    } = difference;
    let message = match (&column, &expected, &found) {
        (Some(column), ..) => format!("The column {column} is not what the ledger makes of it."),
        (None, Some(_), Some(_)) => "It is not what this release makes.".to_owned(),
        (None, Some(_), None) => "It is missing.".to_owned(),
        (None, None, _) => "It does not belong there.".to_owned(),
    };
    let show = |value: Option<String>| {
        let value = value.unwrap_or_else(|| "nothing".to_owned());
        value.chars().take(SHOWN).collect::<String>()
    };
    let row: String = row.chars().take(SHOWN).collect();
    Finding::new(code, format!("archive.sqlite {table} {row}"), message)
        .with(show(expected), show(found))
}
