//! Signed notes (C2SP signed-note): a text, and below it a line for each signature.
//!
//! Guaranteed: a note that parses formats to the same bytes; every line of a known key is verified, strictly, and one
//! that does not fit refuses the note; lines of unknown keys are kept and mean nothing.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::Signer as _;
use ed25519_dalek::SigningKey;
use ed25519_dalek::VerifyingKey;
use sha2::Digest as _;
use sha2::Sha256;

use super::TlogError;

/// The largest note that is read, in bytes.
pub const MAX_NOTE_BYTES: usize = 1 << 20;

/// The most signatures that a note may bear (C2SP asks for 16 at least).
pub const MAX_SIGNATURES: usize = 64;

/// The signature type of plain Ed25519 (C2SP signed-note, 'Signature types').
const ED25519: u8 = 0x01;

/// What a signature line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Text, and the signatures under it; parsed, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line: which key is said to have signed, and what it made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    key_id: [u8; 4],
    bytes: Vec<u8>,
}

/// An Ed25519 public key with its name, ready to verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key_id: [u8; 4],
    key: VerifyingKey,
}

/// The id of an Ed25519 key: the first four bytes of SHA-256(name || 0x0A || 0x01 || key).
pub fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    key_id_of(ED25519, name, public)
}

/// The id of a key of that signature type.
pub(super) fn key_id_of(signature_type: u8, name: &str, public: &[u8; 32]) -> [u8; 4] {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', signature_type])
        .chain_update(public)
        .finalize()
        .into();
    let [a, b, c, d, ..] = digest;
    [a, b, c, d]
}

pub(super) fn demand_key_name(name: &str) -> Result<(), TlogError> {
    let odd = |c: char| c.is_whitespace() || c == '+' || c < ' ';
    if name.is_empty() || name.contains(odd) {
        return Err(TlogError::KeyName(name.chars().take(80).collect()));
    }
    Ok(())
}

/// Whether a point's y is below the field's prime, 2^255-19 (RFC 8032 §5.1.3): others have a second spelling.
fn is_canonical(point: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = point;
    *low < 0xed || high & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff)
}

impl Verifier {
    /// Takes a key by which the note's signature will be judged. One of low order is refused: anybody signs for it.
    pub fn new(name: &str, public: &[u8; 32]) -> Result<Self, TlogError> {
        Self::with_type(name, public, ED25519)
    }

    /// As [`Verifier::new`], with the id that the key has for signatures of another type.
    pub(super) fn with_type(
        name: &str,
        public: &[u8; 32],
        signature_type: u8,
    ) -> Result<Self, TlogError> {
        demand_key_name(name)?;
        match VerifyingKey::from_bytes(public) {
            Ok(key) if !key.is_weak() && is_canonical(public) => Ok(Self {
                name: name.to_owned(),
                key_id: key_id_of(signature_type, name, public),
                key,
            }),
            _ => Err(TlogError::PublicKey(hex::encode(public))),
        }
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn signed(&self, line: &Signature) -> bool {
        line.key_id == self.key_id && line.name == self.name
    }

    /// Verifies one signature over `text`, strictly: no two verifiers may disagree about it.
    pub fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text, &signature).is_ok())
    }
}

impl Signature {
    /// Signs `text` in the name of `name`.
    pub fn make(text: &str, name: &str, key: &SigningKey) -> Result<Self, TlogError> {
        demand_key_name(name)?;
        Ok(Self {
            name: name.to_owned(),
            key_id: key_id(name, key.verifying_key().as_bytes()),
            bytes: key.sign(text.as_bytes()).to_bytes().to_vec(),
        })
    }

    /// The line of a signature that somebody else made with that key over the text, as they say.
    pub fn made(name: &str, public: &[u8; 32], signature: &[u8; 64]) -> Result<Self, TlogError> {
        demand_key_name(name)?;
        Ok(Self {
            name: name.to_owned(),
            key_id: key_id(name, public),
            bytes: signature.to_vec(),
        })
    }

    pub(super) fn from_parts(name: &str, key_id: [u8; 4], bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            key_id,
            bytes,
        }
    }

    /// The name of the key that is said to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of that key.
    pub const fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    /// What the key made; 64 bytes for Ed25519.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn parse(line: &str) -> Result<Self, TlogError> {
        let (name, encoded) = line
            .strip_prefix(DASH)
            .and_then(|line| line.split_once(' '))
            .ok_or(TlogError::Note("a signature line is not '— name base64'"))?;
        demand_key_name(name)?;
        let bytes = BASE64
            .decode(encoded)
            .map_err(|_| TlogError::Note("a signature is not base64"))?;
        match bytes.split_first_chunk() {
            Some((&key_id, rest)) if !rest.is_empty() => Ok(Self {
                name: name.to_owned(),
                key_id,
                bytes: rest.to_vec(),
            }),
            _ => Err(TlogError::Note("a signature is shorter than 5 bytes")),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = BASE64.encode([self.key_id.as_slice(), &self.bytes].concat());
        write!(f, "{DASH}{} {encoded}", self.name)
    }
}

impl Note {
    /// Begins a note that nobody has signed yet.
    pub fn new(text: &str) -> Result<Self, TlogError> {
        if text.len() > MAX_NOTE_BYTES {
            return Err(TlogError::Note("the text is larger than 1 MiB"));
        }
        if !text.ends_with('\n') {
            return Err(TlogError::Note("the text does not end in a newline"));
        }
        if text.chars().any(|c| c < ' ' && c != '\n') {
            return Err(TlogError::Note("it holds a control character"));
        }
        Ok(Self {
            text: text.to_owned(),
            signatures: Vec::new(),
        })
    }

    /// Reads a note of at most [`MAX_NOTE_BYTES`] and [`MAX_SIGNATURES`]. Says nothing about who signed it.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(TlogError::Note("it is larger than 1 MiB"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| TlogError::Note("it is not UTF-8"))?;
        // The text may hold empty lines; the last one of the note ends it.
        let (text, lines) = whole
            .rfind("\n\n")
            .and_then(|end| whole.split_at_checked(end + 1))
            .ok_or(TlogError::Note("no empty line before the signatures"))?;
        let lines = lines
            .strip_prefix('\n')
            .and_then(|lines| lines.strip_suffix('\n'))
            .ok_or(TlogError::Note("the last line has no newline"))?;
        let mut note = Self::new(text)?;
        for line in lines.split('\n') {
            note.add(Signature::parse(line)?)?;
        }
        if note.to_string() == whole {
            Ok(note)
        } else {
            Err(TlogError::Note("it is not in its one canonical spelling"))
        }
    }

    /// Puts a signature under those that are there.
    pub fn add(&mut self, signature: Signature) -> Result<(), TlogError> {
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(TlogError::Note("it has more than 64 signatures"));
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// Signs the text and puts the line under those that are there.
    pub fn sign(&mut self, name: &str, key: &SigningKey) -> Result<(), TlogError> {
        self.add(Signature::make(&self.text, name, key)?)
    }

    /// What is signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, in order, of known keys and others.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Verifies that this key signed. Of two lines in its name both must fit.
    pub fn verify(&self, verifier: &Verifier) -> Result<(), TlogError> {
        let mut lines = self.signatures.iter().filter(|line| verifier.signed(line));
        let name = || (verifier.name.clone(), hex::encode(verifier.key_id));
        if lines.clone().next().is_none() {
            let (name, key_id) = name();
            return Err(TlogError::NotSigned { name, key_id });
        }
        if lines.all(|line| verifier.verify(self.text.as_bytes(), &line.bytes)) {
            Ok(())
        } else {
            let (name, key_id) = name();
            Err(TlogError::BadSignature { name, key_id })
        }
    }

    /// The note with the lines of these keys only: what a time stamp covers, whoever cosigns later.
    #[must_use]
    pub fn only_signed_by(&self, verifiers: &[Verifier]) -> Self {
        let signs = |line: &&Signature| verifiers.iter().any(|verifier| verifier.signed(line));
        let signatures = self.signatures.iter().filter(signs);
        Self {
            text: self.text.clone(),
            signatures: signatures.cloned().collect(),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}
