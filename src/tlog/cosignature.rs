//! Cosignatures (C2SP tlog-cosignature, `cosignature/v1`): a witness's signature over a checkpoint and the time at which
//! it saw it. The time is signed along; the witness's name is not, so a cosigner's key is used for nothing else.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::Signer as _;
use ed25519_dalek::SigningKey;

use super::Note;
use super::Signature;
use super::TlogError;
use super::Verifier;
use super::note::demand_key_name;
use super::note::key_id_of;

/// The signature type of a timestamped Ed25519 cosignature.
const COSIGNATURE: u8 = 0x04;

/// A witness's public key with its name, ready to judge cosignatures; shown as its verifier key (C2SP signed-note).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigner {
    key: Verifier,
    public: [u8; 32],
}

/// What is signed: the time in seconds since 1970, and the text of the checkpoint.
fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

impl Cosigner {
    /// Takes a witness's key. One of low order is refused: anybody signs for it.
    pub fn new(name: &str, public: &[u8; 32]) -> Result<Self, TlogError> {
        let key = Verifier::with_type(name, public, COSIGNATURE)?;
        Ok(Self {
            key,
            public: *public,
        })
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        self.key.name()
    }

    /// The public key.
    pub const fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// Whether this key made the 64 bytes over that text and time.
    pub fn verify(&self, text: &str, time: u64, signature: &[u8]) -> bool {
        self.key.verify(message(text, time).as_bytes(), signature)
    }

    /// Whether a line is in this key's name.
    pub fn is_named_in(&self, line: &Signature) -> bool {
        self.key.signed(line)
    }

    /// The time at which this key cosigned the note and the signature; nothing where it did not. A line in its name that
    /// does not fit is an error.
    pub fn cosigned(&self, note: &Note) -> Result<Option<(u64, [u8; 64])>, TlogError> {
        let mut found = None;
        for line in note
            .signatures()
            .iter()
            .filter(|line| self.is_named_in(line))
        {
            let bad = || TlogError::BadSignature {
                name: self.name().to_owned(),
                key_id: hex::encode(line.key_id()),
            };
            let (time, signature) = timed(line).ok_or_else(bad)?;
            if !self.verify(note.text(), time, &signature) {
                return Err(bad());
            }
            found = Some((time, signature));
        }
        Ok(found)
    }
}

/// The time and the signature in a cosignature's line; nothing where it has not the length of one.
pub fn timed(line: &Signature) -> Option<(u64, [u8; 64])> {
    let (time, signature) = line.bytes().split_first_chunk()?;
    Some((u64::from_be_bytes(*time), signature.try_into().ok()?))
}

/// The line of a cosignature whose parts are known.
pub fn cosignature_line(
    name: &str,
    public: &[u8; 32],
    time: u64,
    signature: &[u8; 64],
) -> Signature {
    let bytes = [time.to_be_bytes().as_slice(), signature].concat();
    Signature::from_parts(name, key_id_of(COSIGNATURE, name, public), bytes)
}

/// Cosigns a checkpoint's text at that time, in seconds since 1970.
pub fn cosign(text: &str, time: u64, name: &str, key: &SigningKey) -> Result<Signature, TlogError> {
    demand_key_name(name)?;
    let signature = key.sign(message(text, time).as_bytes()).to_bytes();
    let public = key.verifying_key().to_bytes();
    Ok(cosignature_line(name, &public, time, &signature))
}

impl fmt::Display for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = hex::encode(key_id_of(COSIGNATURE, self.name(), &self.public));
        let key = BASE64.encode([&[COSIGNATURE], self.public.as_slice()].concat());
        write!(f, "{}+{id}+{key}", self.name())
    }
}

impl FromStr for Cosigner {
    type Err = TlogError;

    /// Reads a verifier key: name, key id in hex and key in base64, with a plus between.
    fn from_str(text: &str) -> Result<Self, TlogError> {
        let wrong = |reason| TlogError::WitnessKey(reason);
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("it is not 'name+id+key'"));
        };
        let bytes = BASE64
            .decode(key)
            .map_err(|_| wrong("the key is not base64"))?;
        let public = match bytes.split_first() {
            Some((&COSIGNATURE, public)) => public.try_into().ok(),
            Some(_) => return Err(wrong("the key is not of the type that witnesses use")),
            None => None,
        };
        let public: [u8; 32] = public.ok_or(wrong("the key has not 32 bytes"))?;
        let cosigner = Self::new(name, &public)?;
        if cosigner.to_string() == text {
            Ok(cosigner)
        } else {
            Err(wrong("its id is not that of the key: a letter is wrong"))
        }
    }
}
