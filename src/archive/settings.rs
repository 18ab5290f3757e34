//! `fonds.toml`: the archive's name, zone, house style and style of citations. Anybody may edit it, so nothing in it loosens a check; but a
//! time that is recorded without a zone is read in the zone that it states.

use std::fs::File;
use std::io;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use serde::Serialize;

use super::ArchiveError;
use crate::durable;
use crate::record::Zone;

const FILE: &str = "fonds.toml";

/// The keys that it may have.
const KEYS: [&str; 4] = ["name", "zone", "house", "style"];

/// Bytes that are read of it, at most.
const LONGEST: u64 = 64 << 10;

/// What `fonds.toml` may say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The archive's name.
    pub name: String,
    /// The zone in which times are shown, and in which those are read that state none: an IANA name.
    pub zone: String,
    /// The house style of quotations: `magazine`, `ap` or `legal`.
    pub house: String,
    /// The style of citations: `chicago`, `apa`, `mla` or `bluebook`.
    pub style: String,
    /// Keys of the file that mean nothing here: a slip of the pen, or of a newer release.
    #[serde(skip)]
    pub unknown: Vec<String>,
    /// Whether there is no such file.
    #[serde(skip)]
    pub missing: bool,
}

impl Settings {
    /// Reads the settings of an archive. Those that are missing have their defaults; a file that cannot be read, or a
    /// zone that is none, is an error: times would be recorded in a zone that nobody meant.
    pub fn load(root: &Path) -> Result<Self, ArchiveError> {
        let path = root.join(FILE);
        let unusable = |reason: String| ArchiveError::Settings {
            path: path.clone(),
            reason,
        };
        let (text, missing) = match read(&path) {
            Ok(text) => (text, false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (String::new(), true),
            Err(error) => return Err(unusable(error.to_string())),
        };
        let table: toml::Table =
            toml::from_str(&text).map_err(|error| unusable(error.message().to_owned()))?;
        let unknown = table
            .keys()
            .filter(|key| !KEYS.contains(&key.as_str()))
            .cloned()
            .collect();
        let mut settings: Self = table
            .try_into()
            .map_err(|error: toml::de::Error| unusable(error.message().to_owned()))?;
        settings.unknown = unknown;
        settings.missing = missing;
        settings.fill();
        if settings.zone.parse::<Zone>().is_err() {
            return Err(unusable(format!("{:?} is not a time zone", settings.zone)));
        }
        Ok(settings)
    }

    /// The settings of an archive that states none.
    pub fn usual() -> Self {
        let mut settings = Self::default();
        settings.fill();
        settings
    }

    fn fill(&mut self) {
        if self.zone.is_empty() {
            "UTC".clone_into(&mut self.zone);
        }
        if self.house.is_empty() {
            "magazine".clone_into(&mut self.house);
        }
        if self.style.is_empty() {
            "chicago".clone_into(&mut self.style);
        }
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
    File::open(path)?
        .take(LONGEST + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::other(format!(
            "it is longer than {LONGEST} bytes"
        )));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    type TestResult = Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn what_cannot_be_used_is_said_and_never_replaced_in_silence() -> TestResult {
        let dir = tempfile::tempdir()?;
        let missing = Settings::load(dir.path())?;
        assert!(missing.missing);
        assert_eq!(missing.zone, Settings::usual().zone);
        for (text, said) in [
            ("zone = \"America/NewYork\"", "\"America/NewYork\" is not"),
            ("zone = America/New_York", "fonds.toml cannot be used"),
            ("zone = 4", "fonds.toml cannot be used"),
            (&*"#".repeat(70_000), "longer than"),
        ] {
            durable::write_atomic(&dir.path().join(FILE), text.as_bytes())?;
            let refused = Settings::load(dir.path()).unwrap_err().to_string();
            assert!(refused.contains(said), "{refused}");
        }
        let zone = "zone = \"America/New_York\"";
        durable::write_atomic(&dir.path().join(FILE), zone.as_bytes())?;
        assert_eq!(Settings::load(dir.path())?.zone, "America/New_York");
        let slip = "zone = \"UTC\"\ntimezone = \"America/New_York\"\n[bates]\nprefix = \"HAL\"\n";
        durable::write_atomic(&dir.path().join(FILE), slip.as_bytes())?;
        assert_eq!(Settings::load(dir.path())?.unknown, ["bates", "timezone"]);
        let all = Settings::load(dir.path())?;
        all.save(dir.path())?;
        assert!(Settings::load(dir.path())?.unknown.is_empty());
        Ok(())
    }
}
