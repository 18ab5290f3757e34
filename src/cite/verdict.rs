//! What can become of a quotation, and the houses' rules of quoting.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// What became of a quotation. Only `exact`, `house-style` and `marked` pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Word for word; at most typography differs.
    Exact,
    /// Changed only as the house allows without a mark.
    HouseStyle,
    /// Changed where brackets, dots or `[sic]` say so.
    Marked,
    /// It stands there in other words, order or figures, without a mark.
    Altered,
    /// It does not stand there.
    NotFound,
    /// It was not compared, and why is in the findings.
    NotChecked,
    /// The draft itself says that it rests on something which the archive does not hold.
    OffArchive,
}

impl Verdict {
    /// All of them, from the best.
    pub const ALL: &[Self] = &[
        Self::Exact,
        Self::HouseStyle,
        Self::Marked,
        Self::Altered,
        Self::NotFound,
        Self::NotChecked,
        Self::OffArchive,
    ];

    /// The word of the JSON document.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::HouseStyle => "house-style",
            Self::Marked => "marked",
            Self::Altered => "altered",
            Self::NotFound => "not-found",
            Self::NotChecked => "not-checked",
            Self::OffArchive => "off-archive",
        }
    }

    /// The words for a reader.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::HouseStyle => "house style",
            Self::Marked => "marked edit",
            Self::Altered => "altered",
            Self::NotFound => "not found",
            Self::NotChecked => "not checked",
            Self::OffArchive => "off the archive",
        }
    }

    /// Whether a quotation with this verdict can go to print as far as its words go.
    pub const fn passes(self) -> bool {
        matches!(self, Self::Exact | Self::HouseStyle | Self::Marked)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A house's rules of quoting: what may be changed without a mark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum House {
    /// First letter and closing punctuation may follow the sentence (Chicago 13.7).
    #[default]
    Magazine,
    /// As magazines in these two, and nothing else ever.
    Ap,
    /// Every change is bracketed, the first letter too (Bluebook rule 5).
    Legal,
}

impl House {
    /// The word by which it is set.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Magazine => "magazine",
            Self::Ap => "ap",
            Self::Legal => "legal",
        }
    }

    /// Whether first letter and closing punctuation may be changed without a mark.
    pub const fn allows_silent_fitting(self) -> bool {
        matches!(self, Self::Magazine | Self::Ap)
    }
}

/// Text that names no house style.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a house style (magazine, ap, legal)")]
pub struct ParseHouseError(String);

impl FromStr for House {
    type Err = ParseHouseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Magazine, Self::Ap, Self::Legal]
            .into_iter()
            .find(|house| house.word() == text)
            .ok_or_else(|| ParseHouseError(text.chars().take(40).collect()))
    }
}
