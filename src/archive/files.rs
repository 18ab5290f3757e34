//! Entries appended together with files that they name: the files are durable before a row speaks of them.

use std::io::Read;

use super::Appended;
use super::ArchiveError;
use super::Step;
use super::Writer;
use crate::record::Digest;

impl Writer {
    /// Appends one group together with files that it names, of any size, where the archive does not have them yet.
    pub fn append_with(
        &mut self,
        steps: Vec<Step>,
        files: &[&[u8]],
    ) -> Result<Appended, ArchiveError> {
        let mut files = files.to_vec();
        let mut readers: Vec<&mut dyn Read> = Vec::new();
        for file in &mut files {
            readers.push(file);
        }
        self.append_reading(steps, &mut readers)
    }

    /// The same, of files that are read as they are taken in.
    pub(super) fn append_reading(
        &mut self,
        steps: Vec<Step>,
        files: &mut [&mut dyn Read],
    ) -> Result<Appended, ArchiveError> {
        let mut batch = self.batch()?;
        let known = |digest: &Digest| matches!(self.archive.place_of(digest), Ok(Some(_)));
        for file in files {
            batch.put_reader(file, &known)?;
        }
        self.append(steps, Some(batch))
    }
}
