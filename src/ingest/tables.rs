//! Tables: by which mapping a run reads them, by which an earlier one did, and whether a file is one.

use std::io::Cursor;
use std::io::Read;

use serde_json::Value;

use super::IngestError;
use super::Request;
use super::came::Came;
use super::came::HEAD;
use super::error::unreadable;
use super::read::Mapping;
use super::read::fits;
use super::run::Run;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::Card;
use crate::record::Kind;

impl Request {
    /// What the files are said to be: tables, where there is a mapping.
    pub(super) fn kind_said(&self) -> Option<Kind> {
        self.table.as_ref().map(|_| Kind::Table).or(self.kind)
    }

    /// Why a file that begins so cannot be read by the mapping. Nothing of it is kept then: kept, it would be known, and
    /// could not be brought in by a better one.
    pub(super) fn misfit(&self, head: &[u8]) -> Option<String> {
        let mapping = self.table.as_ref()?;
        let cut = head.len() >= HEAD;
        let reason = fits(head.get(..HEAD).unwrap_or(head), cut, mapping).err()?;
        Some(format!(
            "not brought in, since the mapping {} does not fit it: {reason}",
            mapping.name
        ))
    }

    /// Why bytes that are here already with the same statement are not as this run would read them; nothing where they
    /// are.
    pub(super) fn read_otherwise(
        &self,
        archive: &Archive,
        card: &Card,
    ) -> Result<Option<String>, ArchiveError> {
        let Some(mapping) = &self.table else {
            return Ok(None);
        };
        let before = recorded(archive, card.accession)?;
        if card.kind == Kind::Table.word() && before.as_ref() == Some(mapping) {
            return Ok(None);
        }
        let how = match before.filter(|_| card.kind == Kind::Table.word()) {
            Some(before) => format!("read by the mapping {} as it was then", before.name),
            None => "and was not read as a table".to_owned(),
        };
        Ok(Some(format!(
            "it is here already as {}, {how}; to have it read by {}, bring it in with something else stated, such as --basis 'read as {}'",
            archive.reference(card)?,
            mapping.name,
            mapping.name
        )))
    }

    /// The program that derives items, with the mapping among its settings.
    pub(super) fn deriving_tool(&self) -> Value {
        let mut tool = (self.tool)();
        if let (Some(mapping), Some(tool)) = (&self.table, tool.as_object_mut()) {
            let mapping = serde_json::to_value(mapping).unwrap_or_default();
            tool.insert(
                "settings".to_owned(),
                serde_json::json!({ "table": mapping }),
            );
        }
        tool
    }
}

impl Run<'_, '_> {
    /// The first bytes of a file that is read in one pass, where they have to be looked at before anything is kept; nothing,
    /// and told, where the mapping does not fit them.
    pub(super) fn beginning(
        &mut self,
        from: &mut dyn Read,
        came: &Came,
    ) -> Option<Cursor<Vec<u8>>> {
        let mut head = Vec::new();
        if self.request.table.is_none() {
            return Some(Cursor::new(head));
        }
        let unfit = match from.take(HEAD as u64).read_to_end(&mut head) {
            Ok(_) => self.request.misfit(&head),
            Err(error) => Some(unreadable(&error)),
        };
        match unfit {
            Some(reason) => {
                self.fail(&came.given, reason, None);
                None
            }
            None => Some(Cursor::new(head)),
        }
    }

    /// Sees that an accession that is taken up goes on as it began.
    pub(super) fn demand_same_mapping(&self, accession: u64) -> Result<(), IngestError> {
        let archive = self.writer.archive();
        if archive.derivations(accession)?.is_empty() {
            return Ok(());
        }
        let before = recorded(archive, accession)?;
        if before == self.request.table {
            return Ok(());
        }
        Err(IngestError::OtherMapping {
            before: before.map(|mapping| mapping.name),
        })
    }
}

/// The mapping by which an accession's tables were read.
fn recorded(archive: &Archive, accession: u64) -> Result<Option<Mapping>, ArchiveError> {
    match archive.derivations(accession)?.last() {
        Some(entry) => mapping_of(archive, *entry),
        None => Ok(None),
    }
}

/// The mapping that an entry of derived items states.
fn mapping_of(archive: &Archive, entry: u64) -> Result<Option<Mapping>, ArchiveError> {
    let Some(entry) = archive.entry(entry)? else {
        return Ok(None);
    };
    let tool: Option<Value> = entry.get("tool")?;
    Ok(tool
        .as_ref()
        .and_then(|tool| tool.pointer("/settings/table"))
        .and_then(|mapping| Mapping::recorded(mapping).ok()))
}

/// The mapping of that name with which tables were last brought in.
pub fn kept_mapping(archive: &Archive, name: &str) -> Result<Option<Mapping>, ArchiveError> {
    for entry in archive.first_derivations()? {
        if let Some(mapping) = mapping_of(archive, entry)?.filter(|mapping| mapping.name == name) {
            return Ok(Some(mapping));
        }
    }
    Ok(None)
}
