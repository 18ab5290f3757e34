//! A desk with two small documents, and destroying them.

use std::fs;

use fonds::record::Digest;
use serde_json::Value;
use sha2::Digest as _;

use super::bare::Desk;
use super::bare::TestResult;

/// What one document says.
pub(crate) const MEMO: &str = "Gullmar pays the pilot.\n";

/// What the other says.
pub(crate) const OTHER: &str = "The harbour is closed on Friday.\n";

impl Desk {
    /// An archive with two small documents in one pack.
    pub(crate) fn with_papers() -> TestResult<Self> {
        let desk = Self::started()?;
        fs::create_dir_all(desk.path("papers"))?;
        fs::write(desk.path("papers/memo.txt"), MEMO)?;
        fs::write(desk.path("papers/other.txt"), OTHER)?;
        desk.done(&["ingest", "papers"])?;
        Ok(desk)
    }

    /// The reference of the document with those bytes.
    pub(crate) fn reference(&self, bytes: &[u8]) -> TestResult<String> {
        let digest = Digest::new(sha2::Sha256::digest(bytes).into());
        Ok(self
            .archive()?
            .document_reference(&digest)?
            .ok_or("not here")?)
    }

    /// Destroys, and demands that exit status.
    pub(crate) fn destroy(&self, more: &[&str], status: i32) -> TestResult<Value> {
        let why = ["--reason", "erasure", "--authority", "the court", "--yes"];
        self.json(&[&["destroy"], more, &why].concat(), status)
    }
}
