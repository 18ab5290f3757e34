//! Which certificate a token says it was signed with: `ESSCertIDv2` (RFC 5816), or `ESSCertID` as RFC 3161 had it.
//!
//! The first names it by SHA-256 or longer, the second by SHA-1. One of the two has to be there, and whichever is there
//! has to name the certificate that the token brings.
//!
//! SHA-1 counts here and nowhere else. What this attribute is for is that nobody puts another certificate of the same key
//! in the place of the one that was meant; what is stated, and when, is under the signature, for which SHA-1 does not
//! count. The certificate comes with the token and leads to a root that the user pinned; to have another accepted one
//! would need a second certificate of the authority's own key, issued under that root and for time stamping, that has the
//! SHA-1 digest of a given one. Two certificates that were made to share a digest are another matter, which broke SHA-1;
//! but whoever gets such a pair issued holds the authority's key and could state any time at all, and bytes made so are
//! told by their traces and refused. RFC 5816 replaced the form, and did not withdraw it: a court is shown tokens
//! of it to this day, and one that says nothing false is evidence.

use der::Any;
use der::Encode as _;
use der::asn1::ObjectIdentifier;
use der::asn1::OctetString;
use x509_cert::Certificate;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::signature::SHA256;
use super::signature::digest;
use super::signature::is_plain;
use super::token::TokenError;

const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");

/// The list of certificates in a signed attribute, by `ESSCertIDv2`.
#[derive(Debug, der::Sequence)]
pub(super) struct ByAny {
    certs: Vec<AnyId>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

#[derive(Debug, der::Sequence)]
struct AnyId {
    #[asn1(optional = "true")]
    hash_algorithm: Option<AlgorithmIdentifierOwned>,
    cert_hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<IssuerSerial>,
}

/// The list of certificates in a signed attribute, by `ESSCertID`.
#[derive(Debug, der::Sequence)]
pub(super) struct BySha1 {
    certs: Vec<Sha1Id>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

#[derive(Debug, der::Sequence)]
struct Sha1Id {
    cert_hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<IssuerSerial>,
}

#[derive(Debug, der::Sequence)]
struct IssuerSerial {
    issuer: Vec<GeneralName>,
    serial: SerialNumber,
}

const NONE: TokenError = TokenError::Content("it names no signing certificate");

/// Demands that what a token says of its certificate is true of this one.
pub(super) fn demand(
    by_any: Option<&ByAny>,
    by_sha1: Option<&BySha1>,
    certificate: &Certificate,
) -> Result<(), TokenError> {
    if by_any.is_none() && by_sha1.is_none() {
        return Err(NONE);
    }
    if let Some(list) = by_any {
        let first = list.certs.first().ok_or(NONE)?;
        let with = match &first.hash_algorithm {
            Some(algorithm) if !is_plain(algorithm) => {
                return Err(TokenError::Algorithm(algorithm.oid.to_string()));
            }
            Some(algorithm) => algorithm.oid,
            None => SHA256,
        };
        demand_one(
            with,
            &first.cert_hash,
            first.issuer_serial.as_ref(),
            certificate,
        )?;
    }
    if let Some(list) = by_sha1 {
        let first = list.certs.first().ok_or(NONE)?;
        demand_one(
            SHA1,
            &first.cert_hash,
            first.issuer_serial.as_ref(),
            certificate,
        )?;
    }
    Ok(())
}

fn demand_one(
    with: ObjectIdentifier,
    hash: &OctetString,
    issued: Option<&IssuerSerial>,
    certificate: &Certificate,
) -> Result<(), TokenError> {
    let der = certificate
        .to_der()
        .map_err(|error| TokenError::Malformed(error.to_string()))?;
    let found = if with == SHA1 {
        sha1(&der)?
    } else {
        digest(with, &der)?
    };
    let inner = &certificate.tbs_certificate;
    let as_issued = issued.is_none_or(|it| {
        it.issuer == [GeneralName::DirectoryName(inner.issuer.clone())]
            && it.serial == inner.serial_number
    });
    if hash.as_bytes() == found && as_issued {
        Ok(())
    } else {
        Err(TokenError::Content(
            "the certificate is not the one that it names",
        ))
    }
}

fn sha1(bytes: &[u8]) -> Result<Vec<u8>, TokenError> {
    let digest = sha1_checked::Sha1::try_digest(bytes);
    if digest.has_collision() {
        return Err(TokenError::Certificate(
            "its certificate was made to share its SHA-1 digest with another",
        ));
    }
    Ok(digest.hash().to_vec())
}
