//! An archive in a temporary folder, with keys and state beside it, for tests of the library.

use std::path::Path;
use std::path::PathBuf;

use fonds::archive::PublicKeys;
use fonds::archive::Signer;
use fonds::archive::Writer;
use fonds::ingest;
use fonds::ingest::Outside;
use fonds::ingest::Receipt;
use fonds::ingest::Request;
use fonds::keys::KeyPair;
use fonds::keys::Places;
use fonds::record::Moment;
use serde_json::Value;

/// What tests return.
pub(crate) type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// A folder with an archive in it.
pub(crate) struct Bench {
    /// The folder; gone with the value.
    pub(crate) dir: tempfile::TempDir,
    /// The user's configuration and state.
    pub(crate) places: Places,
}

impl Bench {
    /// Starts an archive.
    pub(crate) fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let places = Places {
            config: dir.path().join("config"),
            state: dir.path().join("state"),
        };
        let keys = keys();
        let signer = Signer::new(&places, keys.origin().as_str(), log_key())?;
        let first = [("t", Value::from("2023-08-14T20:00:00Z"))];
        Writer::create(&dir.path().join("archive"), keys, signer, &first)?;
        Ok(Self { dir, places })
    }

    /// The archive's folder.
    pub(crate) fn archive(&self) -> PathBuf {
        self.dir.path().join("archive")
    }

    /// Opens the archive for appending.
    pub(crate) fn writer(&self) -> Result<Writer, Box<dyn std::error::Error>> {
        self.writer_by(log_key())
    }

    /// Opens the archive for appending, after its key was changed to this one.
    pub(crate) fn writer_by(&self, key: KeyPair) -> Result<Writer, Box<dyn std::error::Error>> {
        let signer = Signer::new(&self.places, keys().origin().as_str(), key)?;
        Ok(Writer::open(&self.archive(), signer)?)
    }

    /// Brings paths in, as from that giver.
    pub(crate) fn ingest(
        &self,
        paths: &[&Path],
        from: Option<&str>,
    ) -> Result<Receipt, Box<dyn std::error::Error>> {
        let mut writer = self.writer()?;
        Ok(ingest::run(
            &mut writer,
            &request(paths, from),
            &mut outside(),
        )?)
    }
}

/// The log key of tests.
pub(crate) fn log_key() -> KeyPair {
    KeyPair::from_seed([1; 32])
}

fn keys() -> PublicKeys {
    PublicKeys {
        log: *log_key().public().as_bytes(),
        recovery: *KeyPair::from_seed([2; 32]).public().as_bytes(),
        salt: [3; 32],
    }
}

/// A request with nothing stated but the giver.
pub(crate) fn request(paths: &[&Path], from: Option<&str>) -> Request {
    Request {
        paths: paths.iter().map(|path| path.to_path_buf()).collect(),
        statement: from
            .map(|from| ("from", Value::from(from)))
            .into_iter()
            .collect(),
        note: None,
        by: Some("E. Ferro".to_owned()),
        kind: None,
        table: None,
        limits: ingest::read::Limits::default(),
        tool: || serde_json::json!({"name": "fonds", "version": "0.1.0"}),
        before: Vec::new(),
    }
}

/// A fixed clock and nobody to tell.
pub(crate) fn outside() -> Outside<'static> {
    Outside {
        clock: &|| Moment::from_seconds(1_692_043_200).unwrap_or_else(|| unreachable!("in range")),
        progress: &|_| {},
        stdin: None,
    }
}
