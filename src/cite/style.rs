//! In which style the sources of a draft are cited, and what a citation tells besides.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A style of citations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Notes as in the Chicago Manual of Style.
    #[default]
    Chicago,
    /// References of the American Psychological Association.
    Apa,
    /// Works cited of the Modern Language Association.
    Mla,
    /// Notes as in the Bluebook.
    Bluebook,
}

impl Style {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Chicago, Self::Apa, Self::Mla, Self::Bluebook];

    /// The word by which it is set.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Chicago => "chicago",
            Self::Apa => "apa",
            Self::Mla => "mla",
            Self::Bluebook => "bluebook",
        }
    }

    /// It for a reader.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Chicago => "Chicago (notes)",
            Self::Apa => "APA (7th edition)",
            Self::Mla => "MLA (9th edition)",
            Self::Bluebook => "Bluebook",
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Text that names no style of citations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a style of citations (chicago, apa, mla, bluebook)")]
pub struct ParseStyleError(String);

impl FromStr for Style {
    type Err = ParseStyleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|style| style.word() == text);
        found
            .copied()
            .ok_or_else(|| ParseStyleError(text.chars().take(40).collect()))
    }
}

/// How sources are cited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Form {
    /// The style.
    pub style: Style,
    /// Whether readers can go to the archive and see the source. Styles cite what nobody else can see in the text alone.
    pub readers_can_reach_archive: bool,
    /// Whether each citation gives the digest of the document.
    pub digests: bool,
}
