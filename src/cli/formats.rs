//! The format of a report, which the name of its file tells.

use std::path::Path;

use super::CliError;

/// A format in which any report can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A page of its own.
    Html,
    /// Markdown.
    Markdown,
    /// The value itself.
    Json,
    /// The page, printed by a browser.
    Pdf,
}

impl Format {
    /// The format that a name asks for.
    pub(super) fn of(output: &Path) -> Option<Self> {
        let extension = output.extension()?.to_string_lossy().to_lowercase();
        match extension.as_str() {
            "html" | "htm" => Some(Self::Html),
            "md" | "markdown" => Some(Self::Markdown),
            "json" => Some(Self::Json),
            "pdf" => Some(Self::Pdf),
            _ => None,
        }
    }

    /// As [`Format::of`]; where a name asks for none, an error that names those there are.
    pub(super) fn demanded(output: &Path) -> Result<Self, CliError> {
        Self::of(output)
            .ok_or_else(|| unknown(output, "a name that ends in .html, .md, .json or .pdf"))
    }
}

/// A name that asks for no format.
pub(super) fn unknown(output: &Path, hint: &str) -> CliError {
    CliError::usage(
        format!(
            "{} does not say what sort of report is wanted",
            output.display()
        ),
        hint,
    )
}
