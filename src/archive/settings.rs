//! `fonds.toml`: the archive's name, zone and house style. Anybody may edit it, so nothing in it loosens a check.

use std::fs::File;
use std::io;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use serde::Serialize;

use super::ArchiveError;
use crate::durable;

const FILE: &str = "fonds.toml";

/// Bytes that are read of it, at most.
const LONGEST: u64 = 64 << 10;

/// What `fonds.toml` may say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The archive's name.
    pub name: String,
    /// The zone in which times are shown, an IANA name.
    pub zone: String,
    /// The house style of quotations: `magazine`, `ap` or `legal`.
    pub house: String,
}

impl Settings {
    /// Reads the settings of an archive; what is missing or cannot be read is left at its default.
    pub fn load(root: &Path) -> Self {
        let text = read(&root.join(FILE)).unwrap_or_default();
        let mut settings: Self = toml::from_str(&text).unwrap_or_default();
        if settings.zone.is_empty() {
            "UTC".clone_into(&mut settings.zone);
        }
        if settings.house.is_empty() {
            "magazine".clone_into(&mut settings.house);
        }
        settings
    }

    /// Writes the settings.
    pub fn save(&self, root: &Path) -> Result<(), ArchiveError> {
        let text = toml::to_string(self).unwrap_or_default();
        Ok(durable::write_atomic(&root.join(FILE), text.as_bytes())?)
    }
}

/// The text of a plain file; whoever made the archive may have put a pipe or an endless file in its place.
fn read(path: &Path) -> io::Result<String> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is not a plain file"));
    }
    let mut text = String::new();
    File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}
