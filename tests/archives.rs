//! Archives of earlier releases: each still opens, verifies, gives the same catalogue, and can be added to.

#![expect(
    clippy::disallowed_methods,
    reason = "what a test writes need not outlive it"
)]

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use fonds::archive::Archive;
use fonds::archive::Signer;
use fonds::archive::Writer;
use fonds::keys::KeyPair;
use fonds::keys::Places;
use fonds::keys::PublicKey;
use serde_json::Value;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The tables that follow from the ledger.
const CATALOGUE: &[&str] = &[
    "projection",
    "tally",
    "accession",
    "segment",
    "document",
    "card",
    "account",
    "participant",
    "agent",
    "agent_account",
    "act",
];

/// The archives, by release.
fn released() -> TestResult<Vec<PathBuf>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/archives");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.join("archive").is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A copy of a released archive with its user's folder.
struct Copy {
    dir: tempfile::TempDir,
}

fn copy(from: &Path, to: &Path) -> TestResult {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::write(&target, fs::read(entry.path())?)?;
            // A checkout gives keys to everybody; a key that others can read is refused.
            #[cfg(unix)]
            fs::set_permissions(&target, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        }
    }
    Ok(())
}

impl Copy {
    fn of(released: &Path) -> TestResult<Self> {
        let dir = tempfile::tempdir()?;
        copy(released, dir.path())?;
        Ok(Self { dir })
    }

    fn archive(&self) -> PathBuf {
        self.dir.path().join("archive")
    }

    fn run(&self, arguments: &[&str]) -> TestResult<Output> {
        Ok(Command::new(env!("CARGO_BIN_EXE_fonds"))
            .env("HOME", self.dir.path())
            .env("FONDS_USER", self.dir.path().join("user"))
            .env("FONDS_NOW", "2026-12-24T09:30:00Z")
            .arg("-C")
            .arg(self.archive())
            .args(arguments)
            .output()?)
    }

    fn ask(&self, arguments: &[&str]) -> TestResult<Value> {
        let output = self.run(arguments)?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            let stdout = String::from_utf8_lossy(&output.stdout);
            return Err(format!("{arguments:?}: {}: {stdout} {stderr}", output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Verifies with findings as an error, and says how it was anchored.
    fn verified(&self, against: Option<&Path>) -> TestResult<Value> {
        let mut arguments = vec!["verify", "--json"];
        let against = against.map(|path| path.to_string_lossy().into_owned());
        if let Some(against) = &against {
            arguments.extend(["--against", against]);
        }
        let report = self.ask(&arguments)?;
        assert_eq!(report["findings"], Value::Array(Vec::new()));
        Ok(report)
    }

    /// Every row of the catalogue, as text.
    fn catalogue(&self) -> TestResult<Vec<String>> {
        let database = rusqlite::Connection::open(self.archive().join("archive.sqlite"))?;
        let mut rows = Vec::new();
        for table in CATALOGUE {
            let mut statement = database.prepare(&format!("SELECT * FROM {table}"))?;
            let columns = statement.column_count();
            let mut found = statement.query(())?;
            while let Some(row) = found.next()? {
                let values: Vec<String> = (0..columns)
                    .map(|column| row.get_ref(column).map(|value| format!("{value:?}")))
                    .collect::<Result<_, _>>()?;
                rows.push(format!("{table}: {}", values.join(", ")));
            }
        }
        rows.sort();
        Ok(rows)
    }

    fn writer(&self) -> TestResult<Writer> {
        let places = Places {
            config: self.dir.path().join("user/config"),
            state: self.dir.path().join("user/state"),
        };
        let archive = Archive::open(&self.archive())?;
        let origin = archive.origin().as_str();
        let public = PublicKey::new(archive.keys().log)?;
        let key = KeyPair::load_expecting(&places.log_key(origin)?, None, &public)?;
        let signer = Signer::new(&places, origin, key)?;
        Ok(Writer::open(&self.archive(), signer)?)
    }
}

#[test]
fn there_is_an_archive_of_the_first_release() -> TestResult {
    assert!(released()?.iter().any(|path| path.ends_with("0.1")));
    Ok(())
}

#[test]
fn archives_of_earlier_releases_verify() -> TestResult {
    for released in released()? {
        let copy = Copy::of(&released)?;
        assert_eq!(copy.verified(None)?["anchoring"], "self-consistent");
        let checkpoint = released.join("archive/log/checkpoint");
        let report = copy.verified(Some(&checkpoint))?;
        assert_eq!(report["anchoring"], "anchored", "{}", released.display());
    }
    Ok(())
}

#[test]
fn their_catalogue_made_again_has_the_same_rows() -> TestResult {
    for released in released()? {
        let copy = Copy::of(&released)?;
        let before = copy.catalogue()?;
        assert!(before.len() > 100, "{}", released.display());
        copy.writer()?.rebuild()?;
        assert_eq!(copy.catalogue()?, before, "{}", released.display());
        copy.verified(None)?;
    }
    Ok(())
}

#[test]
fn they_can_be_added_to_and_still_continue_their_checkpoint() -> TestResult {
    for released in released()? {
        let copy = Copy::of(&released)?;
        let before = copy.verified(None)?["entries"]
            .as_u64()
            .ok_or("no entries")?;
        let added = copy.dir.path().join("added.txt");
        fs::write(&added, "The pier was closed again on the day after.\n")?;
        let receipt = copy.ask(&["ingest", "--json", &added.to_string_lossy()])?;
        assert_eq!(receipt["documents"]["added"], 1);
        let report = copy.verified(Some(&released.join("archive/log/checkpoint")))?;
        assert_eq!(report["anchoring"], "anchored");
        assert!(report["entries"].as_u64() > Some(before));
        let found = copy.ask(&["find", "--json", "closed again on the day after"])?;
        assert_eq!(found["total"], 1);
    }
    Ok(())
}
