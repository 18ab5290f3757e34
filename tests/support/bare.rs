//! An archive in a folder of its own, with nothing said of the time or of who is at work.

use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use fonds::archive::Archive;
use serde_json::Value;

/// What tests return.
pub(crate) type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The folder, gone with the value.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// Starts an archive.
    pub(crate) fn started() -> TestResult<Self> {
        let desk = Self {
            folder: tempfile::tempdir()?,
        };
        desk.done(&["init", "archive", "--zone", "UTC"])?;
        Ok(desk)
    }

    /// A file or folder beside the archive.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> TestResult<Output> {
        Ok(Command::new(env!("CARGO_BIN_EXE_fonds"))
            .current_dir(self.folder.path())
            .env_clear()
            .env("FONDS_USER", self.path("user"))
            .env("FONDS_ARCHIVE", self.path("archive"))
            .args(args)
            .stdin(Stdio::null())
            .output()?)
    }

    /// Runs it, and demands that it ends well.
    pub(crate) fn done(&self, args: &[&str]) -> TestResult<String> {
        let output = self.run(args)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{args:?}: {said}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Its answer or its error in JSON, with that exit status.
    pub(crate) fn json(&self, args: &[&str], status: i32) -> TestResult<Value> {
        let mut all = vec!["--json"];
        all.extend(args);
        let output = self.run(&all)?;
        let text = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8_lossy(&text).into_owned();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {shown}");
        Ok(serde_json::from_str(shown.trim()).map_err(|error| format!("{error}: {shown}"))?)
    }

    /// The archive, for reading.
    pub(crate) fn archive(&self) -> TestResult<Archive> {
        Ok(Archive::open(&self.path("archive"))?)
    }
}
