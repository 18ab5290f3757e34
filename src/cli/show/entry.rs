//! An accession, transfer or agent: the entry that made it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::MOST_HELD;
use crate::archive::Archive;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::sentences;
use crate::cli::ui::Answer;
use crate::cli::ui::columns;
use crate::cli::ui::count;
use crate::record::visible;

/// `fonds/show-entry/1`.
#[derive(Debug, Serialize)]
struct Entry {
    schema: &'static str,
    #[serde(flatten)]
    line: sentences::Line,
    /// The values as they are recorded.
    values: BTreeMap<&'static str, Value>,
    /// The same in the schema's order, in words.
    #[serde(skip)]
    shown: Vec<(&'static str, String)>,
    /// What has been recorded of it since.
    acts: Vec<sentences::Line>,
    /// Documents that came with it.
    documents: Vec<String>,
}

impl Answer for Entry {
    fn text(&self) -> String {
        let mut text = sentences::lines(std::slice::from_ref(&self.line));
        let rows: Vec<Vec<String>> = self
            .shown
            .iter()
            .map(|(slot, value)| vec![(*slot).to_owned(), visible(value)])
            .collect();
        text.push_str(&columns(&rows, "     "));
        text.push_str(&sentences::lines(&self.acts));
        if !self.documents.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "  {}: {}",
                count(self.documents.len() as u64, "document", "documents"),
                self.documents
                    .iter()
                    .take(MOST_HELD)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" ")
            );
        }
        text
    }
}

pub(super) fn run(context: &Context, archive: &Archive, seq: u64) -> Result<Outcome, CliError> {
    let teller = sentences::Teller::new(archive, context)?;
    let values = match archive.entry(seq)? {
        Some(entry) => entry.filled()?,
        None => Vec::new(),
    };
    let mut documents = Vec::new();
    for card in archive.received(seq)? {
        documents.push(archive.reference(&card)?);
    }
    context.ui.answer(&Entry {
        schema: "fonds/show-entry/1",
        line: teller.line(seq)?,
        shown: values
            .iter()
            .map(|(slot, value)| Ok((*slot, teller.value(value)?)))
            .collect::<Result<_, CliError>>()?,
        values: values.into_iter().collect(),
        acts: archive
            .acts_on_entry(seq)?
            .into_iter()
            .map(|act| teller.line(act))
            .collect::<Result<_, _>>()?,
        documents,
    })?;
    Ok(Outcome::Done)
}
