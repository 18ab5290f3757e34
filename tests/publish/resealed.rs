//! What only somebody with the archive's key can forge: a value is changed and everything over it computed and signed
//! again, so that a verifier has to refuse the value for what it is. And signatures on which careless verifiers disagree.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::SigningKey;
use fonds::record::schema;
use fonds::tlog::Note;
use fonds::tlog::key_id;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;
use sha2::Sha256;
use sha2::Sha512;

use super::support::TestResult;

/// The log key of the tests' archive.
fn log_key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

fn text(value: &Value) -> TestResult<&str> {
    Ok(value.as_str().ok_or("no text")?)
}

fn number(value: &Value) -> TestResult<u64> {
    Ok(value.as_u64().ok_or("no number")?)
}

/// Puts the commitments to what is opened in their places in the record.
fn commit(part: &mut Value) -> TestResult {
    let kind = schema(text(&part["record"]["e"])?).ok_or("no such kind")?;
    for opening in part["openings"].as_array().cloned().unwrap_or_default() {
        let (slot, value) = (&opening["slot"], &opening["value"]);
        let listed = json!([part["record"]["o"], opening["salt"], slot, value]);
        let listed = serde_json_canonicalizer::to_string(&listed)?;
        let made = sha256(&[b"fonds/field/v1\n", listed.as_bytes()]);
        let at = kind.position(text(slot)?).ok_or("no such slot")?;
        part["record"]["c"][at] = json!(hex::encode(made));
    }
    Ok(())
}

/// The leaf data of a part's record.
fn leaf_data(part: &Value, domain: &str) -> TestResult<[u8; 32]> {
    let record = serde_json_canonicalizer::to_string(&part["record"])?;
    Ok(sha256(&[domain.as_bytes(), record.as_bytes()]))
}

/// The root of a tree of that size to which a part's path leads (RFC 9162, 2.1.3.2).
fn root(part: &Value, domain: &str, size: u64) -> TestResult<[u8; 32]> {
    let mut found = sha256(&[&[0], &leaf_data(part, domain)?]);
    let (mut index, mut last) = (number(&part["record"]["i"])?, size - 1);
    for step in part["path"].as_array().into_iter().flatten() {
        let step = hex::decode(text(step)?)?;
        if index % 2 == 1 || index == last {
            found = sha256(&[&[1], &step, &found]);
            while index % 2 == 0 && index != 0 {
                (index, last) = (index / 2, last / 2);
            }
        } else {
            found = sha256(&[&[1], &found, &step]);
        }
        (index, last) = (index / 2, last / 2);
    }
    Ok(found)
}

/// Computes all that is over the one item of a proof again, and signs it.
pub(super) fn seal(proof: &mut Value) -> TestResult {
    let [item, seal] = [&proof["items"], &proof["segments"]].map(|list| list[0].clone());
    let (mut item, mut seal) = (item, seal);
    commit(&mut item)?;
    for opening in seal["openings"].as_array_mut().into_iter().flatten() {
        if opening["slot"] == "segment" {
            let size = number(&opening["value"]["size"])?;
            let root = root(&item, "fonds/item/v1\n", size)?;
            opening["value"]["root"] = json!(hex::encode(root));
        }
    }
    commit(&mut seal)?;
    let lines: Vec<&str> = text(&proof["checkpoint"])?.split('\n').collect();
    let (origin, size) = (lines[0].to_owned(), lines[1].parse()?);
    let root = BASE64.encode(root(&seal, "fonds/entry/v1\n", size)?);
    let mut note = Note::new(&format!("{origin}\n{size}\n{root}\n"))?;
    note.sign(&origin, &log_key())?;
    proof["checkpoint"] = json!(note.to_string());
    proof["cosignatures"] = json!([]);
    proof["items"] = json!([item]);
    proof["segments"] = json!([seal]);
    Ok(())
}

/// The digits of the one item's reference, as its record stands.
pub(super) fn digits(proof: &Value) -> TestResult<String> {
    let data = leaf_data(&proof["items"][0], "fonds/item/v1\n")?;
    Ok(fonds::record::crockford(&data))
}

/// How a signature was crafted.
pub(super) struct Craft {
    pub(super) name: &'static str,
    /// Which point of low order is added to the key's.
    of_key: usize,
    /// And to R.
    of_r: usize,
    /// What the challenge is, modulo 8: it decides what becomes of the former.
    challenge: fn(u8) -> bool,
    /// The scalar of the key, and the first nonce.
    scalars: (u64, u64),
    /// Whether the group's order is added to the s half.
    is_above: bool,
    /// Whether it fits: [s]B - [k]A is R, and none of both is of low order.
    pub(super) fits: bool,
}

const PLAIN: Craft = Craft {
    name: "as it should be",
    of_key: 0,
    of_r: 0,
    challenge: |_| true,
    scalars: (77, 5),
    is_above: false,
    fits: true,
};

/// Vectors: where a verifier multiplies both sides by 8, those of the middle fit as well.
pub(super) const CRAFTED: &[Craft] = &[
    PLAIN,
    Craft {
        name: "a key with a point of low order that the challenge takes away",
        of_key: 1,
        challenge: |rest| rest == 0,
        ..PLAIN
    },
    Craft {
        name: "a key and an R whose points of low order take each other away",
        of_key: 1,
        of_r: 1,
        challenge: |rest| rest == 7,
        ..PLAIN
    },
    Craft {
        name: "an R with a point of low order",
        of_r: 1,
        fits: false,
        ..PLAIN
    },
    Craft {
        name: "an R with the point of order 2",
        of_r: 4,
        fits: false,
        ..PLAIN
    },
    Craft {
        name: "a key with a point of low order that stays",
        of_key: 1,
        challenge: |rest| rest != 0,
        fits: false,
        ..PLAIN
    },
    Craft {
        name: "a key of low order",
        of_key: 1,
        challenge: |rest| rest == 0,
        scalars: (0, 5),
        fits: false,
        ..PLAIN
    },
    Craft {
        name: "an R of low order",
        scalars: (77, 0),
        fits: false,
        ..PLAIN
    },
    Craft {
        name: "an s above the group's order",
        is_above: true,
        fits: false,
        ..PLAIN
    },
];

/// The group's order, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

impl Craft {
    /// Whether the crafting is one of the key, which for a checkpoint is the log's and given.
    pub(super) const fn is_of_key(&self) -> bool {
        self.of_key != 0
    }

    /// A key and its signature, R and s.
    fn made(&self, message: &[u8], secret: Scalar) -> ([u8; 32], [u8; 64]) {
        let key = (ED25519_BASEPOINT_POINT * secret + EIGHT_TORSION[self.of_key])
            .compress()
            .to_bytes();
        let (r, nonce, k) = (self.scalars.1..u64::MAX)
            .map(|nonce| {
                let nonce = Scalar::from(nonce);
                let r = ED25519_BASEPOINT_POINT * nonce + EIGHT_TORSION[self.of_r];
                let r = r.compress().to_bytes();
                let hashed = Sha512::new()
                    .chain_update(r)
                    .chain_update(key)
                    .chain_update(message);
                let k = Scalar::from_bytes_mod_order_wide(&hashed.finalize().into());
                (r, nonce, k)
            })
            .find(|(_, _, k)| (self.challenge)(k.as_bytes()[0] % 8))
            .unwrap_or_default();
        let mut s = (nonce + k * secret).to_bytes();
        if self.is_above {
            let mut carry = 0;
            for (byte, more) in s.iter_mut().zip(ORDER) {
                carry += u16::from(*byte) + u16::from(more);
                [*byte, _] = carry.to_le_bytes();
                carry >>= 8;
            }
        }
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&r);
        signature[32..].copy_from_slice(&s);
        (key, signature)
    }

    /// Puts a cosignature under a proof that was made so.
    pub(super) fn cosign(&self, proof: &mut Value) -> TestResult {
        let time = 1_790_000_000_u64;
        let head: String = (text(&proof["checkpoint"])?.split_inclusive('\n').take(3)).collect();
        let message = format!("cosignature/v1\ntime {time}\n{head}");
        let (key, signature) = self.made(message.as_bytes(), Scalar::from(self.scalars.0));
        proof["cosignatures"] = json!([{
            "key": hex::encode(key),
            "name": "mara.example",
            "signature": hex::encode(signature),
            "time": time,
        }]);
        Ok(())
    }

    /// Signs the checkpoint so, by the log key.
    pub(super) fn sign(&self, proof: &mut Value) -> TestResult {
        let head: String = (text(&proof["checkpoint"])?.split_inclusive('\n').take(3)).collect();
        let origin = head.split('\n').next().unwrap_or_default();
        let (key, signature) = self.made(head.as_bytes(), log_key().to_scalar());
        let line = BASE64.encode([key_id(origin, &key).as_slice(), &signature].concat());
        proof["checkpoint"] = json!(format!("{head}\n\u{2014} {origin} {line}\n"));
        Ok(())
    }
}
