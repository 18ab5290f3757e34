//! Certificates of time-stamp authorities (RFC 5280), as far as a token needs them: the extensions that say what
//! a key is for, and the chain to a root that the user pinned.

use der::Encode as _;
use der::asn1::ObjectIdentifier;
use x509_cert::Certificate;
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::ext::pkix::KeyUsage;
use x509_cert::time::Time;

use super::signature::demand_signature;
use super::token::TokenError;
use crate::record::Moment;

const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// Critical extensions that are understood.
const UNDERSTOOD: [&str; 3] = ["2.5.29.19", "2.5.29.15", "2.5.29.37"];

/// The most certificates between a signer and a root.
const LONGEST_CHAIN: usize = 5;

/// The most of them that are followed at each step: whoever makes a token can put thousands of one name and key into it.
const WIDEST: usize = 8;

/// Demands that a certificate is for time stamping and for nothing else (RFC 3161, 2.3).
pub(super) fn demand_for_time_stamping(certificate: &Certificate) -> Result<(), TokenError> {
    let usage: Option<(bool, ExtendedKeyUsage)> = extension(certificate)?;
    match usage {
        Some((true, usage)) if usage.0 == [TIME_STAMPING] => {}
        _ => {
            return Err(TokenError::Certificate(
                "its certificate is not for time stamping only",
            ));
        }
    }
    let usage: Option<(bool, KeyUsage)> = extension(certificate)?;
    match usage {
        Some((_, usage)) if !usage.digital_signature() && !usage.non_repudiation() => Err(
            TokenError::Certificate("its certificate's key may not sign"),
        ),
        _ => Ok(()),
    }
}

fn extension<T: for<'a> der::Decode<'a> + der::oid::AssociatedOid>(
    certificate: &Certificate,
) -> Result<Option<(bool, T)>, TokenError> {
    let found = certificate.tbs_certificate.get();
    found.map_err(|_| {
        TokenError::Certificate("an extension of its certificate is there twice or cannot be read")
    })
}

fn moment(time: Time) -> Option<Moment> {
    Moment::from_seconds(i64::try_from(time.to_unix_duration().as_secs()).ok()?)
}

/// When a certificate runs out; demands that it held at that time.
fn demand_valid(certificate: &Certificate, at: Moment) -> Result<Moment, TokenError> {
    let validity = certificate.tbs_certificate.validity;
    match (moment(validity.not_before), moment(validity.not_after)) {
        (Some(from), Some(until)) if from <= at && at <= until => Ok(until),
        _ => Err(TokenError::Certificate(
            "a certificate did not hold at the time that it states",
        )),
    }
}

/// Demands that a certificate may have signed another, with so many of the kind between it and the signer's.
fn demand_may_issue(certificate: &Certificate, below: usize) -> Result<(), TokenError> {
    let refused = TokenError::Certificate("a certificate of the chain may not issue others");
    let constraints: Option<(bool, BasicConstraints)> = extension(certificate)?;
    match constraints {
        Some((_, it))
            if it.ca
                && it
                    .path_len_constraint
                    .is_none_or(|most| below <= usize::from(most)) => {}
        _ => return Err(refused),
    }
    let usage: Option<(bool, KeyUsage)> = extension(certificate)?;
    match usage {
        Some((_, usage)) if !usage.key_cert_sign() => Err(refused),
        _ => Ok(()),
    }
}

/// Demands that a certificate has no critical extension but those that are understood.
pub(super) fn demand_understood(certificate: &Certificate) -> Result<(), TokenError> {
    let mut extensions = certificate.tbs_certificate.extensions.iter().flatten();
    let understood =
        extensions.all(|it| !it.critical || UNDERSTOOD.contains(&it.extn_id.to_string().as_str()));
    if understood {
        Ok(())
    } else {
        Err(TokenError::Certificate(
            "a certificate has a critical extension that is not understood",
        ))
    }
}

/// Whether one certificate's key signed another.
fn is_issued_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let inner = &certificate.tbs_certificate;
    inner.issuer == issuer.tbs_certificate.subject
        && inner.signature == certificate.signature_algorithm
        && inner.to_der().is_ok_and(|bytes| {
            let key = &issuer.tbs_certificate.subject_public_key_info;
            let signature = certificate.signature.as_bytes().unwrap_or_default();
            demand_signature(key, &inner.signature, None, &bytes, signature).is_ok()
        })
}

/// When a certificate runs out; demands that it may have issued another with so many between it and the signer's.
fn demand_issuer(
    certificate: &Certificate,
    below: usize,
    at: Moment,
) -> Result<Moment, TokenError> {
    demand_understood(certificate)?;
    demand_may_issue(certificate, below)?;
    demand_valid(certificate, at)
}

/// Follows a signer's certificate to a pinned root, each held to that time. Gives the root's name and when the first of
/// them runs out. A root or another certificate that was renewed is there twice with one name and key: of all ways that
/// hold, the one that holds longest is taken.
pub(super) fn chain(
    signer: &Certificate,
    others: &[Certificate],
    roots: &[(String, Certificate)],
    at: Moment,
) -> Result<(String, Moment), TokenError> {
    let mut here = vec![(signer, demand_valid(signer, at)?)];
    demand_understood(signer)?;
    let mut left: Vec<&Certificate> = others.iter().collect();
    let (mut longest, mut refused): (Option<(&String, Moment)>, _) = (None, None);
    for below in 0..LONGEST_CHAIN {
        for (certificate, until) in &here {
            for (name, root) in roots {
                let held = if root == *certificate {
                    Ok(*until)
                } else if is_issued_by(certificate, root) {
                    demand_issuer(root, below, at).map(|it| it.min(*until))
                } else {
                    continue;
                };
                match held {
                    Ok(until) if longest.is_none_or(|(_, other)| other < until) => {
                        longest = Some((name, until));
                    }
                    Ok(_) => {}
                    Err(why) => refused = refused.take().or(Some(why)),
                }
            }
        }
        let mut next = Vec::new();
        left.retain(|issuer| {
            let issued = here.iter().filter(|(it, _)| is_issued_by(it, issuer));
            let Some(until) = issued.map(|(_, until)| *until).max() else {
                return true;
            };
            match demand_issuer(issuer, below, at) {
                Ok(own) => next.push((*issuer, own.min(until))),
                Err(why) => refused = refused.take().or(Some(why)),
            }
            false
        });
        next.sort_by_key(|(_, until)| std::cmp::Reverse(*until));
        next.truncate(WIDEST);
        here = next;
    }
    match longest {
        Some((name, until)) => Ok((name.clone(), until)),
        None => Err(refused.unwrap_or_else(|| {
            TokenError::UnknownAuthority(signer.tbs_certificate.subject.to_string())
        })),
    }
}
