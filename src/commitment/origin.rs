//! The origin: an archive's name, which has its keys in it and names nobody.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

use crate::record::Digest;
use crate::record::is_hex;

/// `fonds/` and 40 hex digits of a digest over log key, recovery key and salt (FORMAT, 'Origin').
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

/// The origin's three values, as files carry them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The log key.
    pub log_key: Digest,
    /// The recovery key.
    pub recovery_key: Digest,
    /// 32 random bytes.
    pub salt: Digest,
}

impl Keys {
    /// The origin that follows.
    pub fn origin(&self) -> Origin {
        Origin::derive(
            self.log_key.as_bytes(),
            self.recovery_key.as_bytes(),
            self.salt.as_bytes(),
        )
    }
}

/// Text that is not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the origin of an archive (fonds/ and 40 hex digits)")]
pub struct ParseOriginError(String);

impl Origin {
    /// The origin that follows from the two public keys and the salt.
    pub fn derive(log_key: &[u8; 32], recovery_key: &[u8; 32], salt: &[u8; 32]) -> Self {
        let parts = format!(
            "[\"{}\",\"{}\",\"{}\"]",
            hex::encode(log_key),
            hex::encode(recovery_key),
            hex::encode(salt)
        );
        let digest = Sha256::new()
            .chain_update(b"fonds/origin/v1\n")
            .chain_update(parts)
            .finalize();
        Self(format!("fonds/{}", hex::encode(&digest[..20])))
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({})", self.0)
    }
}

impl FromStr for Origin {
    type Err = ParseOriginError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("fonds/").unwrap_or_default();
        if digits.len() == 40 && is_hex(digits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseOriginError(text.chars().take(80).collect()))
        }
    }
}
