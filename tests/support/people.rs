//! People with archives in one folder: each has keys and state of their own, and the program is run as one of them.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// What tests return.
pub(crate) type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The folder, gone with the value.
pub(crate) struct People {
    folder: tempfile::TempDir,
    /// The archive that is meant where none is named; none where this is empty.
    archive: &'static str,
}

impl People {
    /// Nobody yet.
    pub(crate) fn of(archive: &'static str) -> TestResult<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            archive,
        })
    }

    /// A file or folder in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the program says to one of them, on either stream, with that exit status.
    pub(crate) fn says(&self, who: &str, args: &[&str], status: i32) -> TestResult<String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fonds"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("FONDS_USER", self.path(who))
            .env("FONDS_NOW", "2026-11-23T09:30:00Z")
            .env("FONDS_BY", name_of(who))
            .args(args);
        if !self.archive.is_empty() {
            command.env("FONDS_ARCHIVE", self.path(self.archive));
        }
        let output = command.output()?;
        let said = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
        Ok(said)
    }

    /// Its answer in JSON.
    pub(crate) fn json(&self, who: &str, args: &[&str], status: i32) -> TestResult<Value> {
        let said = self.says(who, &[&["--json"], args].concat(), status)?;
        let mut lines = said.lines().rev();
        let answer = lines.find(|line| line.contains("\"schema\""));
        let answer = answer.ok_or_else(|| format!("no answer: {said}"))?;
        Ok(serde_json::from_str(answer)?)
    }
}

/// `ines` is Ines.
fn name_of(who: &str) -> String {
    let (first, rest) = who.split_at(1);
    first.to_uppercase() + rest
}
