//! Signatures by an allow list: RSA of at least 2,048 bits, as PKCS #1 v1.5 or PSS, and ECDSA over P-256 or P-384, each
//! with SHA-256, SHA-384 or SHA-512.
//!
//! Of PSS (RFC 4055) the parameters have to be there, in DER, with MGF1 over the digest that is signed; the salt is as
//! long as they say, up to 255 bytes. A key that is for PSS only (`id-RSASSA-PSS`) makes nothing else, and nothing below
//! what its own parameters demand.

use der::Encode as _;
use der::asn1::ObjectIdentifier;
use der::referenced::OwnedToRef as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::Pkcs1v15Sign;
use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::pkcs1::RsaPssParams;
use rsa::pss;
use rsa::traits::PublicKeyParts as _;
use sha2::Digest as _;
use sha2::Sha256;
use sha2::Sha384;
use sha2::Sha512;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_cert::spki::AlgorithmIdentifierRef;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::token::TokenError;

/// SHA-256, by its number.
pub(super) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// The smallest RSA key that counts, in bytes.
const SMALLEST_RSA: usize = 256;

/// How a signature was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Pkcs1,
    /// With the length of its salt.
    Pss(u8),
    Ecdsa,
}

/// The scheme that an algorithm names, and the hash that it brings along; no hash for one that leaves it open.
fn scheme(algorithm: &AlgorithmIdentifierOwned) -> Option<(Scheme, Option<ObjectIdentifier>)> {
    if algorithm.oid == RSA_PSS {
        let (hash, salt) = pss(algorithm)?;
        return Some((Scheme::Pss(salt), Some(hash)));
    }
    let named = match algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => (Scheme::Pkcs1, None),
        "1.2.840.113549.1.1.11" => (Scheme::Pkcs1, Some(SHA256)),
        "1.2.840.113549.1.1.12" => (Scheme::Pkcs1, Some(SHA384)),
        "1.2.840.113549.1.1.13" => (Scheme::Pkcs1, Some(SHA512)),
        "1.2.840.10045.4.3.2" => (Scheme::Ecdsa, Some(SHA256)),
        "1.2.840.10045.4.3.3" => (Scheme::Ecdsa, Some(SHA384)),
        "1.2.840.10045.4.3.4" => (Scheme::Ecdsa, Some(SHA512)),
        _ => return None,
    };
    is_plain(algorithm).then_some(named)
}

/// The hash and the length of the salt that the parameters of PSS state, where nothing about them is odd. The trailer
/// has one value only, and the default hash, SHA-1, is not on the list.
fn pss(algorithm: &AlgorithmIdentifierOwned) -> Option<(ObjectIdentifier, u8)> {
    let written = algorithm.parameters.as_ref()?;
    let stated: RsaPssParams<'_> = written.decode_as().ok()?;
    let mask = stated.mask_gen.parameters?;
    let same = mask.oid == stated.hash.oid && stated.mask_gen.oid == MGF1;
    let fits = same
        && is_plain_ref(&stated.hash)
        && is_plain_ref(&mask)
        && [SHA256, SHA384, SHA512].contains(&stated.hash.oid)
        && stated.to_der().ok()? == written.to_der().ok()?;
    fits.then_some((stated.hash.oid, stated.salt_len))
}

fn is_plain_ref(algorithm: &AlgorithmIdentifierRef<'_>) -> bool {
    let parameters = algorithm.parameters;
    parameters.is_none_or(|it| it.is_null() && it.value().is_empty())
}

/// Whether an algorithm has no parameters, or null for them.
pub(super) fn is_plain(algorithm: &AlgorithmIdentifierOwned) -> bool {
    is_plain_ref(&algorithm.owned_to_ref())
}

/// A digest by the number of its algorithm.
pub(super) fn digest(algorithm: ObjectIdentifier, bytes: &[u8]) -> Result<Vec<u8>, TokenError> {
    match algorithm {
        SHA256 => Ok(Sha256::digest(bytes).to_vec()),
        SHA384 => Ok(Sha384::digest(bytes).to_vec()),
        SHA512 => Ok(Sha512::digest(bytes).to_vec()),
        other => Err(TokenError::Algorithm(other.to_string())),
    }
}

/// Demands that a key made a signature over these bytes. `hash` is what else says with which digest.
pub(super) fn demand_signature(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    hash: Option<ObjectIdentifier>,
    bytes: &[u8],
    signature: &[u8],
) -> Result<(), TokenError> {
    let other = || TokenError::Algorithm(algorithm.oid.to_string());
    let (scheme, own) = scheme(algorithm).ok_or_else(other)?;
    let hash = match (own, hash) {
        (Some(own), Some(hash)) if own != hash => return Err(other()),
        (Some(hash), _) | (None, Some(hash)) => hash,
        (None, None) => return Err(other()),
    };
    let hashed = digest(hash, bytes)?;
    let raw = key.subject_public_key.as_bytes().ok_or_else(other)?;
    let made = Made {
        hash,
        hashed: &hashed,
        signature,
    };
    let of = key.algorithm.oid;
    let fits = match scheme {
        Scheme::Pkcs1 if of == RSA => made.pkcs1(&rsa_key(raw)?),
        Scheme::Pss(salt) if of == RSA || may_make(&key.algorithm, hash, salt) => {
            made.pss(rsa_key(raw)?, salt.into())
        }
        Scheme::Ecdsa if of == EC => {
            let curve = key.algorithm.parameters.as_ref();
            let curve = curve.and_then(|it| it.decode_as().ok());
            made.ecdsa(curve, raw).ok_or_else(|| {
                TokenError::Algorithm("a key that is none of P-256 or P-384".to_owned())
            })?
        }
        _ => return Err(other()),
    };
    if fits {
        Ok(())
    } else {
        Err(TokenError::Signature)
    }
}

/// Whether a key for PSS only allows that hash and that salt; where it has no parameters, it allows all.
fn may_make(key: &AlgorithmIdentifierOwned, hash: ObjectIdentifier, salt: u8) -> bool {
    let demanded = || pss(key).is_some_and(|(its, least)| its == hash && least <= salt);
    key.oid == RSA_PSS && (key.parameters.is_none() || demanded())
}

fn rsa_key(raw: &[u8]) -> Result<RsaPublicKey, TokenError> {
    let key = RsaPublicKey::from_pkcs1_der(raw)
        .map_err(|_| TokenError::Algorithm("an RSA key that cannot be read".to_owned()))?;
    if key.size() < SMALLEST_RSA {
        return Err(TokenError::Algorithm(
            "an RSA key of less than 2,048 bits".to_owned(),
        ));
    }
    Ok(key)
}

/// A signature, and what it is to be over.
struct Made<'a> {
    hash: ObjectIdentifier,
    hashed: &'a [u8],
    signature: &'a [u8],
}

impl Made<'_> {
    fn pkcs1(&self, key: &RsaPublicKey) -> bool {
        let scheme = match self.hash {
            SHA256 => Pkcs1v15Sign::new::<Sha256>(),
            SHA384 => Pkcs1v15Sign::new::<Sha384>(),
            _ => Pkcs1v15Sign::new::<Sha512>(),
        };
        key.verify(scheme, self.hashed, self.signature).is_ok()
    }

    fn pss(&self, key: RsaPublicKey, salt: usize) -> bool {
        let Ok(signature) = pss::Signature::try_from(self.signature) else {
            return false;
        };
        let fits = match self.hash {
            SHA256 => pss::VerifyingKey::<Sha256>::new_with_salt_len(key, salt)
                .verify_prehash(self.hashed, &signature),
            SHA384 => pss::VerifyingKey::<Sha384>::new_with_salt_len(key, salt)
                .verify_prehash(self.hashed, &signature),
            _ => pss::VerifyingKey::<Sha512>::new_with_salt_len(key, salt)
                .verify_prehash(self.hashed, &signature),
        };
        fits.is_ok()
    }

    /// Nothing for a curve that is not on the list, or a key that is not on its curve.
    fn ecdsa(&self, curve: Option<ObjectIdentifier>, raw: &[u8]) -> Option<bool> {
        match curve {
            Some(P256) => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(raw).ok()?;
                let signature = p256::ecdsa::Signature::from_der(self.signature);
                Some(signature.is_ok_and(|it| key.verify_prehash(self.hashed, &it).is_ok()))
            }
            Some(P384) => {
                let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(raw).ok()?;
                let signature = p384::ecdsa::Signature::from_der(self.signature);
                Some(signature.is_ok_and(|it| key.verify_prehash(self.hashed, &it).is_ok()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use der::Any;

    use super::*;

    fn of(oid: ObjectIdentifier, parameters: Option<Any>) -> AlgorithmIdentifierOwned {
        AlgorithmIdentifierOwned { oid, parameters }
    }

    /// Parameters of PSS in DER: the digest, the digest of the mask, the salt, and what follows.
    fn stated(hash: u8, mask: u8, salt: u8, rest: &[u8]) -> Any {
        let digest = |number: u8| {
            let oid = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, number];
            [&[0x30, 0x0d, 0x06, 0x09], &oid[..], &[0x05, 0x00]].concat()
        };
        let mgf1 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
        let mask = [&[0x30, 0x1a, 0x06, 0x09], &mgf1[..], &digest(mask)].concat();
        let salt = if salt < 0x80 {
            vec![0xa2, 3, 2, 1, salt]
        } else {
            vec![0xa2, 4, 2, 2, 0, salt]
        };
        let value = [
            &[0xa0, 0x0f][..],
            &digest(hash),
            &[0xa1, 0x1c],
            &mask,
            &salt,
            rest,
        ]
        .concat();
        Any::new(der::Tag::Sequence, value).unwrap()
    }

    #[test]
    fn parameters_of_pss_count_where_nothing_about_them_is_odd() {
        let read = |parameters: Option<Any>| pss(&of(RSA_PSS, parameters));
        assert_eq!(read(Some(stated(1, 1, 32, &[]))), Some((SHA256, 32)));
        assert_eq!(read(Some(stated(3, 3, 206, &[]))), Some((SHA512, 206)));
        let odd = [
            ("none", None),
            (
                "all by default, which is SHA-1",
                Some(Any::new(der::Tag::Sequence, []).unwrap()),
            ),
            ("a mask of another digest", Some(stated(1, 2, 32, &[]))),
            ("SHA-224", Some(stated(4, 4, 28, &[]))),
            (
                "another trailer",
                Some(stated(1, 1, 32, &[0xa3, 3, 2, 1, 2])),
            ),
            (
                "a trailer written though it is the default",
                Some(stated(1, 1, 32, &[0xa3, 3, 2, 1, 1])),
            ),
            (
                "a salt written though it is the default",
                Some(stated(1, 1, 20, &[])),
            ),
            ("something more", Some(stated(1, 1, 32, &[5, 0]))),
            ("null", Some(Any::null())),
        ];
        for (what, parameters) in odd {
            assert_eq!(read(parameters), None, "{what}");
        }
    }

    #[test]
    fn a_key_for_pss_only_allows_what_its_parameters_say() {
        let limited = of(RSA_PSS, Some(stated(2, 2, 48, &[])));
        assert!(may_make(&limited, SHA384, 48) && may_make(&limited, SHA384, 60));
        assert!(!may_make(&limited, SHA384, 47) && !may_make(&limited, SHA256, 48));
        assert!(may_make(&of(RSA_PSS, None), SHA512, 0));
        assert!(!may_make(&of(RSA_PSS, Some(Any::null())), SHA256, 32));
        assert!(!may_make(&of(EC, None), SHA256, 32));
    }
}
