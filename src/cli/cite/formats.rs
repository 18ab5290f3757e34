//! What `fonds cite` writes, by the name of the file.

use std::path::Path;

use crate::cite::Citations;
use crate::cite::Draft;
use crate::cli::CliError;
use crate::cli::formats;
use crate::cli::formats::unknown;
use crate::cli::ui::plain_json;
use crate::report::Seal;
use crate::report::citation;

/// What is wanted of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The report.
    Report(formats::Format),
    /// The sources as CSL-JSON.
    Csl,
    /// The sources as BibLaTeX.
    Bib,
    /// The quotations as annotations of the draft.
    Annotations,
}

impl Wanted {
    /// What a name asks for.
    pub(super) fn of(output: &Path) -> Result<Self, CliError> {
        let name = output.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_lowercase();
        if name.ends_with(".csl.json") {
            Ok(Self::Csl)
        } else if name.ends_with(".annotations.json") {
            Ok(Self::Annotations)
        } else if output
            .extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("bib"))
        {
            Ok(Self::Bib)
        } else {
            let format = formats::Format::of(output).map(Self::Report);
            format.ok_or_else(|| {
                unknown(
                    output,
                    "a name that ends in .html, .md, .json or .pdf; or .bib, .csl.json or .annotations.json",
                )
            })
        }
    }

    /// What a leak is looked for in: the text, and the names as they stand on record where a format takes them apart.
    pub(super) fn looked_at(self, text: &str, citations: &Citations) -> String {
        let mut looked_at = text.to_owned();
        if matches!(self, Self::Csl | Self::Bib) {
            let quotations = citations.quotations.iter();
            for found in quotations.flat_map(|it| &it.matches) {
                for name in found.from.iter().chain(&found.to) {
                    looked_at.push('\n');
                    looked_at.push_str(name);
                }
            }
        }
        looked_at
    }

    /// It as text: of a PDF the page that is to be printed.
    pub(super) fn render(
        self,
        citations: &Citations,
        draft: &Draft,
        seal: Option<&Seal>,
    ) -> Result<String, CliError> {
        match self {
            Self::Report(format) => rendered(citations, seal, format),
            Self::Csl => Ok(plain_json(citation::csl_json(citations))),
            Self::Bib => Ok(citation::biblatex(citations)),
            Self::Annotations => Ok(plain_json(citation::annotations(citations, draft))),
        }
    }
}

/// The format of a report that is frozen. What a browser prints is another file each time.
pub(in crate::cli) fn frozen_format(output: &Path) -> Result<formats::Format, CliError> {
    match Wanted::of(output)? {
        Wanted::Report(format) if format != formats::Format::Pdf => Ok(format),
        Wanted::Csl | Wanted::Bib => Err(CliError::usage(
            format!(
                "{} is a name for the sources cited, and not for a report",
                output.display()
            ),
            "a name that ends in .html, .md or .json",
        )),
        _ => Err(unknown(output, "a name that ends in .html, .md or .json")),
    }
}

/// A report in that format; of a PDF the page that is to be printed.
pub(in crate::cli) fn rendered(
    citations: &Citations,
    seal: Option<&Seal>,
    format: formats::Format,
) -> Result<String, CliError> {
    match format {
        formats::Format::Html | formats::Format::Pdf => Ok(citation::html(citations, seal)),
        formats::Format::Markdown => Ok(citation::markdown(citations, seal)),
        formats::Format::Json => json(citations),
    }
}

/// The check itself as JSON.
pub(super) fn json(citations: &Citations) -> Result<String, CliError> {
    citation::json(citations)
        .map(plain_json)
        .map_err(|error| CliError::Output {
            source: error.into(),
        })
}
