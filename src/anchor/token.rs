//! Time-stamp tokens (RFC 3161): a request over a checkpoint, and the check of what an authority gave back.
//!
//! Checked are status, content types, imprint, algorithms against an allow list, the signed attributes with
//! the certificate's id (RFC 5816), the signature, that the certificate is for time stamping and nothing else, each certificate
//! at the time stated, and the chain up to a root that the user pinned. The parts are decoded by RustCrypto's `cms` and
//! `x509-tsp`; the verdict is made here, since those have none.

use cms::cert::CertificateChoices;
use cms::content_info::CmsVersion;
use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use cms::signed_data::SignerIdentifier;
use cms::signed_data::SignerInfo;
use der::Any;
use der::Decode as _;
use der::Encode as _;
use der::asn1::Int;
use der::asn1::ObjectIdentifier;
use der::asn1::OctetString;
use sha2::Digest as _;
use sha2::Sha256;
use x509_cert::Certificate;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_tsp::MessageImprint;
use x509_tsp::TimeStampReq;
use x509_tsp::TimeStampResp;
use x509_tsp::TspVersion;

use super::certificate;
use super::named;
use super::signature;
use super::signature::SHA256;
use super::signature::digest;
use super::signature::is_plain;
use super::stated;
use super::stated::Stated;
use crate::record::Moment;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// Why a token counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Bytes that are none.
    #[error("it is not a time-stamp response: {0}")]
    Malformed(String),
    /// The authority did not grant it.
    #[error("the authority did not grant it (status {0})")]
    NotGranted(u8),
    /// A token over something else.
    #[error("it is over something else than the checkpoint")]
    Imprint,
    /// An algorithm that is not on the list.
    #[error("it uses an algorithm that does not count here ({0})")]
    Algorithm(String),
    /// What the token holds does not go together.
    #[error("{0}")]
    Content(&'static str),
    /// A signature that does not fit.
    #[error("its signature does not fit")]
    Signature,
    /// A certificate that may not do what it did.
    #[error("{0}")]
    Certificate(&'static str),
    /// An authority that the user did not pin.
    #[error("it comes from {0}, an authority that you do not trust")]
    UnknownAuthority(String),
}

/// What a token that was checked says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The time that it states.
    pub at: Moment,
    /// When the first certificate of the chain runs out.
    pub until: Moment,
    /// The name that the user gave the authority.
    pub authority: String,
}

/// A token as far as it can be judged without knowing whom to trust.
#[derive(Debug)]
pub struct Token {
    info: Stated,
    at: Moment,
    signer: Certificate,
    others: Vec<Certificate>,
}

fn malformed(error: der::Error) -> TokenError {
    TokenError::Malformed(error.to_string())
}

/// The request for a time stamp over these bytes, in DER. The nonce is 8 bytes and the first is from 1 to 127, so that it
/// is a positive number in its shortest form.
pub fn request(over: &[u8], nonce: [u8; 8]) -> Result<Vec<u8>, TokenError> {
    let request = TimeStampReq {
        version: TspVersion::V1,
        message_imprint: MessageImprint {
            hash_algorithm: AlgorithmIdentifierOwned {
                oid: SHA256,
                parameters: Some(Any::null()),
            },
            hashed_message: OctetString::new(Sha256::digest(over).to_vec()).map_err(malformed)?,
        },
        req_policy: None,
        nonce: Some(Int::new(&nonce).map_err(malformed)?),
        cert_req: true,
        extensions: None,
    };
    request.to_der().map_err(malformed)
}

/// The nonce of a request, in hex; nothing where it has none.
pub fn nonce_of(request: &[u8]) -> Result<Option<String>, TokenError> {
    let request = TimeStampReq::from_der(request).map_err(malformed)?;
    Ok(request.nonce.map(|nonce| hex::encode(nonce.as_bytes())))
}

impl Token {
    /// Reads a response and checks what it says of itself: everything but whose it is.
    pub fn read(bytes: &[u8]) -> Result<Self, TokenError> {
        let response = TimeStampResp::from_der(bytes).map_err(malformed)?;
        let status = response.status.status as u8;
        let token = match response.time_stamp_token {
            Some(token) if status <= 1 => token,
            _ => return Err(TokenError::NotGranted(status)),
        };
        let data = signed_data(&token)?;
        let content = (data.encap_content_info.econtent.as_ref())
            .ok_or(TokenError::Content("it has no content"))?;
        let content: OctetString = content.decode_as().map_err(malformed)?;
        let [signer] = data.signer_infos.0.as_slice() else {
            return Err(TokenError::Content("it has not exactly one signer"));
        };
        let mut hashes = data.digest_algorithms.iter();
        if !hashes.all(|it| it.oid == signer.digest_alg.oid && is_plain(it)) {
            return Err(TokenError::Content(
                "its digests are not the one that its signer used",
            ));
        }
        let certificates = certificates(&data);
        let (signer_certificate, others) = split(certificates, signer)?;
        demand_signed(signer, content.as_bytes(), &signer_certificate)?;
        certificate::demand_for_time_stamping(&signer_certificate)?;
        let info = Stated::read(content.as_bytes()).map_err(malformed)?;
        let at = stated::moment(&info.gen_time);
        let at = at.ok_or(TokenError::Content("its time is none"))?;
        let critical = info.extensions.iter().flatten().any(|it| it.critical);
        if critical {
            return Err(TokenError::Content(
                "it has an extension that is not understood",
            ));
        }
        Ok(Self {
            info,
            at,
            signer: signer_certificate,
            others,
        })
    }

    /// The digest that it is over, where that is SHA-256.
    pub fn imprint(&self) -> Option<[u8; 32]> {
        let imprint = &self.info.message_imprint;
        let sha256 = imprint.hash_algorithm.oid == SHA256 && is_plain(&imprint.hash_algorithm);
        let hashed = imprint.hashed_message.as_bytes().try_into().ok();
        hashed.filter(|_| sha256)
    }

    /// The nonce in hex; nothing where it has none.
    pub fn nonce(&self) -> Option<String> {
        let nonce = self.info.nonce.as_ref();
        nonce.map(|nonce| hex::encode(nonce.as_bytes()))
    }

    /// The time that it states.
    pub fn at(&self) -> Moment {
        self.at
    }

    /// Whose certificate signed it.
    pub fn by(&self) -> String {
        self.signer.tbs_certificate.subject.to_string()
    }

    /// Judges it as a time stamp over these bytes, by the roots that the user pinned.
    pub fn judge(&self, over: &[u8], roots: &[(String, Certificate)]) -> Result<Stamp, TokenError> {
        let digest: [u8; 32] = Sha256::digest(over).into();
        if self.imprint() != Some(digest) {
            return Err(TokenError::Imprint);
        }
        self.stamp(roots)
    }

    /// Follows it to a root that the user pinned, whatever it is over.
    pub fn stamp(&self, roots: &[(String, Certificate)]) -> Result<Stamp, TokenError> {
        let (authority, until) = certificate::chain(&self.signer, &self.others, roots, self.at)?;
        Ok(Stamp {
            at: self.at,
            until,
            authority,
        })
    }
}

fn signed_data(token: &ContentInfo) -> Result<SignedData, TokenError> {
    if token.content_type != SIGNED_DATA {
        return Err(TokenError::Content("what it holds is not signed data"));
    }
    let data: SignedData = token.content.decode_as().map_err(malformed)?;
    if data.version != CmsVersion::V3 || data.encap_content_info.econtent_type != TST_INFO {
        return Err(TokenError::Content("what is signed is not a time stamp"));
    }
    Ok(data)
}

fn certificates(data: &SignedData) -> Vec<Certificate> {
    let all = data.certificates.iter().flat_map(|set| set.0.iter());
    all.filter_map(|choice| match choice {
        CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
        CertificateChoices::Other(_) => None,
    })
    .collect()
}

/// The certificate of the signer, and the others.
fn split(
    mut all: Vec<Certificate>,
    signer: &SignerInfo,
) -> Result<(Certificate, Vec<Certificate>), TokenError> {
    let SignerIdentifier::IssuerAndSerialNumber(named) = &signer.sid else {
        return Err(TokenError::Content(
            "its signer is not named by issuer and number",
        ));
    };
    let at = all.iter().position(|it| {
        it.tbs_certificate.issuer == named.issuer
            && it.tbs_certificate.serial_number == named.serial_number
    });
    let at = at.ok_or(TokenError::Content(
        "it does not bring its signer's certificate",
    ))?;
    let found = all.remove(at);
    Ok((found, all))
}

/// The one value of an attribute that may occur once.
fn attribute<T: for<'a> der::DecodeValue<'a> + der::FixedTag>(
    signer: &SignerInfo,
    oid: ObjectIdentifier,
) -> Result<Option<T>, TokenError> {
    let wrong = TokenError::Content("a signed attribute is there twice");
    let mut found = (signer.signed_attrs.iter())
        .flat_map(|attributes| attributes.iter())
        .filter(|attribute| attribute.oid == oid);
    let (attribute, None) = (found.next(), found.next()) else {
        return Err(wrong);
    };
    match attribute.map(|attribute| attribute.values.as_slice()) {
        Some([value]) => value.decode_as().map(Some).map_err(malformed),
        Some(_) => Err(wrong),
        None => Ok(None),
    }
}

/// Demands that this certificate's key signed that content, through the attributes that say so.
fn demand_signed(
    signer: &SignerInfo,
    content: &[u8],
    certificate: &Certificate,
) -> Result<(), TokenError> {
    if signer.version != CmsVersion::V1 || !is_plain(&signer.digest_alg) {
        return Err(TokenError::Content(
            "its signer's entry is not of the version that it has to be",
        ));
    }
    let hash = signer.digest_alg.oid;
    let content_type: Option<ObjectIdentifier> = attribute(signer, CONTENT_TYPE)?;
    let message_digest: Option<OctetString> = attribute(signer, MESSAGE_DIGEST)?;
    let hashed = digest(hash, content)?;
    if content_type != Some(TST_INFO) || message_digest.is_none_or(|it| it.as_bytes() != hashed) {
        return Err(TokenError::Content(
            "its signed attributes are not of this content",
        ));
    }
    let by_any = attribute(signer, SIGNING_CERTIFICATE_V2)?;
    let by_sha1 = attribute(signer, SIGNING_CERTIFICATE)?;
    named::demand(by_any.as_ref(), by_sha1.as_ref(), certificate)?;
    let attributes = signer.signed_attrs.as_ref().map(der::Encode::to_der);
    let attributes = attributes
        .transpose()
        .map_err(malformed)?
        .unwrap_or_default();
    signature::demand_signature(
        &certificate.tbs_certificate.subject_public_key_info,
        &signer.signature_algorithm,
        Some(hash),
        &attributes,
        signer.signature.as_bytes(),
    )
}
