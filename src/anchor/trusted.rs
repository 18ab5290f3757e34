//! Whom the user trusts outside: witnesses' keys and the roots of time-stamp authorities, each a file of its own in the
//! configuration, added by name.

use std::path::Path;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use der::Decode as _;
use x509_cert::Certificate;

use super::AnchorError;
use super::Witness;
use super::certificate::demand_understood;
use crate::durable;
use crate::keys::KeyError;
use crate::keys::Places;
use crate::keys::read_file;
use crate::tlog::Cosigner;
use crate::tlog::TlogError;

/// The witnesses and authorities that the user trusts, by the names they gave them.
#[derive(Debug, Clone, Default)]
pub struct Trusted {
    /// Name and key, in the order of the names.
    pub witnesses: Vec<(String, Cosigner)>,
    /// Name and root certificate, in the order of the names.
    pub authorities: Vec<(String, Certificate)>,
}

/// Whether that is the key of this user's own witness, which is nobody outside.
pub fn is_own_witness(places: &Places, key: &Cosigner) -> Result<bool, AnchorError> {
    Ok(Witness::known(places)?.is_some_and(|own| own.public() == key.public()))
}

/// A name as it can be a file's.
fn plain(name: &str) -> Result<&str, AnchorError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if (1..=60).contains(&name.len()) && name.chars().all(fits) && !name.starts_with('.') {
        Ok(name)
    } else {
        Err(AnchorError::Name(name.chars().take(80).collect()))
    }
}

/// The files of a folder with that ending, by their names without it. A folder that is not there has none.
fn files(folder: &Path, ending: &str) -> Result<Vec<(String, PathBuf)>, AnchorError> {
    let unreadable = |source| KeyError::Unreadable {
        path: folder.to_path_buf(),
        source,
    };
    let listed = match folder.read_dir() {
        Ok(listed) => listed,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error).into()),
    };
    let mut found = Vec::new();
    for entry in listed {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.and_then(|name| name.strip_suffix(ending));
        if let Some(name) = name.filter(|name| plain(name).is_ok()) {
            found.push((name.to_owned(), path.clone()));
        }
    }
    found.sort();
    Ok(found)
}

/// Puts a file into the user's configuration under a name that is not taken.
fn place(folder: &Path, name: &str, ending: &str, bytes: &[u8]) -> Result<PathBuf, AnchorError> {
    durable::create_private_dir(folder)?;
    let path = folder.join(format!("{}{ending}", plain(name)?));
    match durable::write_private_new(&path, bytes) {
        Ok(()) => Ok(path),
        Err(error) if error.is_taken() => Err(AnchorError::Taken {
            name: name.to_owned(),
        }),
        Err(error) => Err(error.into()),
    }
}

const WITNESS: &str = ".witness";
const AUTHORITY: &str = ".root";

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The certificate in a DER file, or those in a PEM file; at least one. What stands around these is passed over, as
/// everybody does.
fn certificates(bytes: &[u8]) -> Result<Vec<Certificate>, AnchorError> {
    let malformed = |reason: String| AnchorError::Malformed {
        what: "a file with certificates (PEM or DER)",
        reason,
    };
    if bytes.first() == Some(&0x30) {
        let found = Certificate::from_der(bytes).map_err(|error| malformed(error.to_string()))?;
        return Ok(vec![found]);
    }
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    for part in text.split(BEGIN).skip(1) {
        let (held, _) = part
            .split_once(END)
            .ok_or_else(|| malformed("a certificate has no end".to_owned()))?;
        let held: String = held.split_whitespace().collect();
        let der = BASE64
            .decode(held)
            .map_err(|error| malformed(error.to_string()))?;
        found.push(Certificate::from_der(&der).map_err(|error| malformed(error.to_string()))?);
    }
    if found.is_empty() {
        return Err(malformed("it holds none".to_owned()));
    }
    Ok(found)
}

impl Trusted {
    /// Reads what the user trusts. A file that is damaged is an error: what it said is not to be lost in silence.
    pub fn load(places: &Places) -> Result<Self, AnchorError> {
        let mut trusted = Self::default();
        for (name, path) in files(&places.witnesses(), WITNESS)? {
            let text = read_file(&path)?.unwrap_or_default();
            let key = String::from_utf8_lossy(&text).trim_end().parse();
            let key = key.map_err(|error: TlogError| KeyError::Damaged {
                path,
                reason: error.to_string(),
            })?;
            trusted.witnesses.push((name, key));
        }
        for (name, path) in files(&places.authorities(), AUTHORITY)? {
            let pem = read_file(&path)?.unwrap_or_default();
            let found = certificates(&pem).map_err(|error| KeyError::Damaged {
                path,
                reason: error.to_string(),
            })?;
            let named = found.into_iter().map(|root| (name.clone(), root));
            trusted.authorities.extend(named);
        }
        Ok(trusted)
    }

    /// Takes a witness's key under a name that is not taken, for this user from now on.
    pub fn add_witness(
        places: &Places,
        name: &str,
        key: &Cosigner,
    ) -> Result<PathBuf, AnchorError> {
        place(
            &places.witnesses(),
            name,
            WITNESS,
            format!("{key}\n").as_bytes(),
        )
    }

    /// Pins the root certificates of an authority under a name that is not taken, for this user from now on. Gives where
    /// they are kept and whose they are.
    pub fn add_authority(
        places: &Places,
        name: &str,
        bytes: &[u8],
    ) -> Result<(PathBuf, Vec<String>), AnchorError> {
        let found = certificates(bytes)?;
        for root in &found {
            demand_understood(root).map_err(|error| AnchorError::Malformed {
                what: "a root under which a time stamp can count",
                reason: error.to_string(),
            })?;
        }
        let path = place(&places.authorities(), name, AUTHORITY, bytes)?;
        let of = |root: &Certificate| root.tbs_certificate.subject.to_string();
        Ok((path, found.iter().map(of).collect()))
    }

    /// The witness of that name.
    pub fn witness(&self, name: &str) -> Option<&Cosigner> {
        let mut all = self.witnesses.iter();
        all.find(|(known, _)| known == name).map(|(_, key)| key)
    }
}
