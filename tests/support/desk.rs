//! A desk: an archive in a folder of its own, its user's keys beside it, and the program as its user runs it.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// What tests return.
pub(crate) type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// An archive in a folder of its own.
pub(crate) struct Desk(tempfile::TempDir);

/// What a run printed, and its exit status. Shown, it is what stands on stdout or, where that is empty, on stderr.
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) told: String,
    pub(crate) code: Option<i32>,
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.out.is_empty() {
            &self.told
        } else {
            &self.out
        })
    }
}

impl Ran {
    /// The answer in JSON.
    pub(crate) fn json(&self) -> TestResult<Value> {
        serde_json::from_str(&self.out)
            .map_err(|error| format!("{:?}: {error}: {}{}", self.code, self.out, self.told).into())
    }
}

impl Desk {
    /// Starts an archive.
    pub(crate) fn new() -> TestResult<Self> {
        let desk = Self(tempfile::tempdir()?);
        desk.run(&["init", "archive", "--name", "Harbor", "--zone", "UTC"])?;
        Ok(desk)
    }

    /// A file or folder beside the archive.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program with its archive, clock and user fixed.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fonds"));
        command
            .current_dir(self.0.path())
            .env_clear()
            .env("FONDS_USER", self.path("user"))
            .env("FONDS_NOW", "2026-11-23T09:30:00Z")
            .env("FONDS_BY", "Ines Valder")
            .env("FONDS_ARCHIVE", self.path("archive"))
            .args(args);
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, args: &[&str]) -> TestResult<Ran> {
        let output = self.command(args).output()?;
        Ok(Ran {
            out: String::from_utf8(output.stdout)?,
            told: String::from_utf8(output.stderr)?,
            code: output.status.code(),
        })
    }
}
