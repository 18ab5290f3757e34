//! An accession, transfer or agent: the entry that made it.

use std::collections::BTreeMap;
use std::collections::HashSet;
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
use crate::cli::ui::number;
use crate::record::visible;

/// `fonds/show-entry/1`.
#[derive(Debug, Serialize)]
struct Entry {
    schema: &'static str,
    #[serde(flatten)]
    line: sentences::Line,
    /// The values as they are recorded.
    values: BTreeMap<&'static str, Value>,
    /// Those that were corrected since, as they stand.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    corrected: BTreeMap<&'static str, Value>,
    /// The values as they stand, in the schema's order, in words.
    #[serde(skip)]
    shown: Vec<(&'static str, String)>,
    /// What has been recorded of it since.
    acts: Vec<sentences::Line>,
    /// Documents that came with it, each once; what lies inside others is not among them.
    documents: Vec<String>,
    /// Files that came with it.
    #[serde(skip)]
    files: u64,
    /// Documents that came with it, with those inside others.
    #[serde(skip_serializing_if = "Option::is_none")]
    documents_count: Option<u64>,
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
                "  {} came, {} in them: {}{}",
                count(self.files, "file", "files"),
                count(
                    self.documents_count.unwrap_or_default(),
                    "document",
                    "documents"
                ),
                self.documents
                    .iter()
                    .take(MOST_HELD)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" "),
                match self.documents.len().saturating_sub(MOST_HELD) {
                    0 => String::new(),
                    more => format!(" and {} more", number(more as u64)),
                }
            );
        }
        text
    }
}

pub(super) fn run(context: &Context, archive: &Archive, seq: u64) -> Result<Outcome, CliError> {
    let teller = sentences::Teller::new(archive, context)?;
    let recorded = match archive.entry(seq)? {
        Some(entry) => entry.filled()?,
        None => Vec::new(),
    };
    let standing = match archive.standing(seq)? {
        Some(standing) => standing.opened.filled()?,
        None => Vec::new(),
    };
    let is_changed = |value: &&(&'static str, Value)| !recorded.contains(value);
    let corrected = standing.iter().filter(is_changed).cloned().collect();
    let mut documents = Vec::new();
    let mut seen = HashSet::new();
    let received = archive.received(seq)?;
    for card in &received {
        if seen.insert(card.sha256) {
            documents.push(archive.reference(card)?);
        }
    }
    let is_accession = archive
        .entry(seq)?
        .is_some_and(|entry| entry.schema == "accessioned/1");
    context.ui.answer(&Entry {
        schema: "fonds/show-entry/1",
        line: teller.line(seq)?,
        shown: standing
            .iter()
            .map(|(slot, value)| Ok((*slot, teller.value(value)?)))
            .collect::<Result<_, CliError>>()?,
        values: recorded.into_iter().collect(),
        corrected,
        acts: archive
            .acts_on_entry(seq)?
            .into_iter()
            .map(|act| teller.line(act))
            .collect::<Result<_, _>>()?,
        documents,
        files: received.len() as u64,
        documents_count: is_accession
            .then(|| archive.documents_of(seq))
            .transpose()?,
    })?;
    Ok(Outcome::Done)
}
