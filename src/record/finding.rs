//! One thing that `verify` or `cite` noticed. A finding is a value; an error is a stop.

use serde::Serialize;

/// One thing noticed. Codes are stable, dotted and listed in `schema/FINDINGS.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code, `noun.state`, such as `document.altered`.
    pub code: &'static str,
    /// What it is about: a reference (`d-41ac`), an entry (`entry 12`), a file inside the archive (`log/checkpoint`).
    pub subject: String,
    /// The value on record, when there is one to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The value met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// One sentence for a reader.
    pub message: String,
    /// What else it is about, where one cause has hit many: the first [`MOST_NAMED`] of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
}

/// Subjects that one finding names, at most.
pub const MOST_NAMED: usize = 100;

impl Finding {
    /// A finding without values to compare.
    pub fn new(code: &'static str, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            subject: subject.into(),
            expected: None,
            found: None,
            message: message.into(),
            of: Vec::new(),
        }
    }

    /// The same finding with both values.
    #[must_use]
    pub fn with(mut self, expected: impl Into<String>, found: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self.found = Some(found.into());
        self
    }
}
