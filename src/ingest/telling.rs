//! What a run tells of the files that it met: known already, not read, worth knowing.

use std::path::Path;

use super::Failed;
use super::Notice;
use super::came::Came;
use super::notices::bounded;
use super::run::Run;
use crate::record::Digest;
use crate::record::Parent;

impl Run<'_, '_> {
    pub(super) fn already(&mut self, path: &Path, document: String) {
        self.receipt.known(path.display().to_string(), document);
    }

    /// A file whose bytes came before, from elsewhere or as it was told otherwise.
    pub(super) fn again(&mut self, came: &Came, document: String) {
        self.receipt.known_otherwise(came.given.clone(), document);
    }

    pub(super) fn fail(&mut self, path: &str, reason: String, document: Option<String>) {
        self.receipt.failed.push(Failed {
            path: path.to_owned(),
            reason,
            document,
        });
    }

    pub(super) fn notice(&mut self, path: &str, about: Parent, text: String) {
        self.tell(path, about, text, false);
    }

    /// What is kept as it should be and found by no search, since it is too long or lies too deep.
    pub(super) fn not_searchable(&mut self, path: &str, about: Parent, text: String) {
        self.tell(path, about, text, true);
    }

    fn tell(&mut self, path: &str, about: Parent, text: String, unread: bool) {
        let text = bounded(text);
        self.notices.add(about, &text, unread);
        self.receipt.notices.push(Notice {
            path: path.to_owned(),
            text,
        });
    }

    /// What lies inside a document and was not taken out: noted in the ledger, and the run is done in part only.
    pub(super) fn unread(&mut self, came: &Came, about: Parent, sha256: &Digest, text: String) {
        let text = bounded(text);
        self.notices.add(about, &text, true);
        self.fail(&came.given, text, Some(sha256.to_string()));
    }
}
