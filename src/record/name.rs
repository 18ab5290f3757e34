//! File names as evidence: text where they are UTF-8, the raw bytes in hex where they are not.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

/// A name that came from outside: a file name, a path, a zip member. Never used as a path of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Name {
    /// A name that is valid UTF-8.
    Text(String),
    /// A name that is not: its bytes in lower-case hex.
    Raw {
        /// The bytes in lower-case hex.
        hex: String,
    },
}

impl Name {
    /// The name of these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Raw {
                hex: hex::encode(bytes),
            },
        }
    }
}

impl fmt::Display for Name {
    /// Shows the name with every undecodable byte as U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Raw { hex } => {
                let bytes = hex::decode(hex).unwrap_or_default();
                f.write_str(&String::from_utf8_lossy(&bytes))
            }
        }
    }
}
