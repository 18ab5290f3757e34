//! Tokens of each kind that authorities give: what is accepted and refused is what `openssl ts -verify` accepts and
//! refuses, and no byte can be changed so that another claim counts.

use std::fs;

use cms::signed_data::SignedData;
use cms::signed_data::SignerInfo;
use der::Any;
use der::Decode as _;
use der::Encode as _;
use der::Tagged as _;
use der::asn1::ObjectIdentifier;
use der::asn1::OctetString;
use der::asn1::SetOfVec;
use fonds::anchor::Token;
use fonds::anchor::stamp_request;
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_tsp::TimeStampResp;

use super::desk::Desk;
use super::desk::TestResult;
use super::desk::is_there;
use super::desk::trusted;

const OVER: &[u8] = b"some checkpoint\n";
const P384: &str = "ec -pkeyopt ec_paramgen_curve:P-384";
const P256: &str = "ec -pkeyopt ec_paramgen_curve:P-256";
const RSA: &str = "rsa:2048";
const PSS: &str = "-keyopt rsa_padding_mode:pss";
const BY_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const BY_ANY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// A desk whose authority was asked for a stamp over some bytes, `one.tsr`; `says` are lines for its configuration.
fn asked(key: &str, says: &[(&str, &str)]) -> TestResult<Desk> {
    let desk = Desk::new(key)?;
    configure(&desk, says)?;
    desk.write("over", OVER)?;
    desk.write(
        "one.tsq",
        &stamp_request(OVER, [0x41, 1, 2, 3, 4, 5, 6, 7])?,
    )?;
    desk.stamp("", "one.tsq", "one.tsr")?;
    Ok(desk)
}

fn configure(desk: &Desk, says: &[(&str, &str)]) -> TestResult {
    let mut config = String::from_utf8(desk.read("ca.cnf")?)?;
    for (name, value) in says {
        let kept = config
            .lines()
            .filter(|line| !line.starts_with(&format!("{name} =")));
        config = kept.collect::<Vec<_>>().join("\n") + &format!("\n{name} = {value}\n");
    }
    desk.write("ca.cnf", config.as_bytes())
}

/// What `openssl ts` makes of a response.
fn openssl_accepts(desk: &Desk, answer: &str) -> bool {
    desk.openssl(&format!(
        "ts -verify -data over -in {answer} -CAfile root.pem"
    ))
    .is_ok()
}

/// Its root, as it is now.
fn pinned(desk: &Desk) -> TestResult<Vec<(String, Certificate)>> {
    let config = desk.path("root.config");
    if config.is_dir() {
        fs::remove_dir_all(config)?;
    }
    Ok(trusted(desk, "root.pem")?.authorities)
}

fn we_accept(desk: &Desk, answer: &str) -> TestResult<Result<String, String>> {
    let roots = pinned(desk)?;
    let bytes = desk.read(answer)?;
    let judged = Token::read(&bytes).and_then(|token| token.judge(OVER, &roots));
    Ok(judged
        .map(|stamp| stamp.at.to_string())
        .map_err(|error| error.to_string()))
}

/// Changes each byte in turn: what is still accepted says the same. Gives where that was.
fn flipped(desk: &Desk, answer: &str) -> TestResult<Vec<usize>> {
    let roots = pinned(desk)?;
    let good = desk.read(answer)?;
    let token = Token::read(&good)?;
    let claim = (token.judge(OVER, &roots)?, token.nonce(), token.by());
    let mut passed = Vec::new();
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        if let Ok(token) = Token::read(&bytes)
            && let Ok(stamp) = token.judge(OVER, &roots)
        {
            assert_eq!(claim, (stamp, token.nonce(), token.by()), "byte {at}");
            passed.push(at);
        }
    }
    Ok(passed)
}

/// Accepted here and by `openssl ts`, and refused with any byte changed.
fn stands(desk: &Desk) -> TestResult<String> {
    assert!(openssl_accepts(desk, "one.tsr"));
    let at = we_accept(desk, "one.tsr")?;
    let passed = flipped(desk, "one.tsr")?;
    // The status may become 'granted with modifications', which no signature covers.
    assert!(passed.len() <= 1, "{passed:?}");
    Ok(at?)
}

#[test]
fn a_token_of_p_384_counts_with_each_digest() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    for digest in ["sha384", "sha256", "sha512"] {
        let desk = asked(P384, &[("signer_digest", digest)])?;
        assert!(openssl_accepts(&desk, "one.tsr"), "{digest}");
        assert!(we_accept(&desk, "one.tsr")?.is_ok(), "{digest}");
        if digest == "sha384" {
            stands(&desk)?;
        }
    }
    // A curve that is not on the list is refused, which openssl does not do.
    let desk = asked("ec -pkeyopt ec_paramgen_curve:P-521", &[])?;
    let refused = we_accept(&desk, "one.tsr")?;
    assert!(refused.is_err_and(|error| error.contains("P-384")));
    Ok(())
}

#[test]
fn a_chain_over_keys_of_several_kinds_is_followed() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    for [root, between, signer] in [[P384, P384, P256], [P256, P384, RSA], [RSA, P256, P384]] {
        let desk = asked(P256, &[])?;
        desk.openssl(&format!("req -x509 -sha384 -config ca.cnf -extensions root -newkey {root} -nodes -keyout root.key -out root.pem -days 3650 -subj /CN=Root"))?;
        let issue = |name: &str, key: &str, by: &str, usage: &str, digest: &str| -> TestResult {
            desk.openssl(&format!("req -new -config ca.cnf -newkey {key} -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}"))?;
            desk.openssl(&format!("x509 -req -{digest} -in {name}.csr -CA {by}.pem -CAkey {by}.key -CAcreateserial -days 30 -extfile ca.cnf -extensions {usage} -out {name}.pem"))?;
            Ok(())
        };
        issue("between", between, "root", "root", "sha512")?;
        issue("tsa", signer, "between", "tsa", "sha256")?;
        desk.openssl("ts -reply -config ca.cnf -section stamps -queryfile one.tsq -signer tsa.pem -inkey tsa.key -chain between.pem -out one.tsr")?;
        assert!(openssl_accepts(&desk, "one.tsr"), "{root} {between}");
        let ours = we_accept(&desk, "one.tsr")?;
        assert!(ours.is_ok(), "{root} {between} {signer}: {ours:?}");
        // Without the certificate between, nobody can follow it.
        desk.stamp("", "one.tsq", "two.tsr")?;
        assert!(!openssl_accepts(&desk, "two.tsr"));
        let refused = we_accept(&desk, "two.tsr")?;
        assert!(refused.is_err_and(|error| error.contains("do not trust")));
    }
    Ok(())
}

#[test]
fn a_fraction_of_a_second_is_read_as_it_is_stated() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    for digits in ["1", "3", "6"] {
        let desk = asked(P256, &[("clock_precision_digits", digits)])?;
        let at = stands(&desk)?;
        // As openssl reads it: `Nov 28 11:08:07.670746 2026 GMT`.
        let said = desk.openssl("ts -reply -in one.tsr -text")?;
        let stated = said
            .lines()
            .find_map(|line| line.strip_prefix("Time stamp: "));
        let clock = stated.and_then(|it| it.split_whitespace().nth(2));
        let clock = clock.ok_or("no time")?;
        let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let cut: String = fraction.chars().take(3).collect();
        let shown = if cut.is_empty() {
            format!("T{whole}Z")
        } else {
            format!("T{whole}.{cut:0<3}Z")
        };
        assert!(at.ends_with(&shown), "{at} is not {clock}");
    }
    Ok(())
}

/// A response of a token as it is, granted.
fn response(token: &[u8]) -> TestResult<Vec<u8>> {
    let length = u16::try_from(token.len() + 5)?.to_be_bytes();
    Ok([&[0x30, 0x82], &length[..], &[0x30, 3, 2, 1, 0], token].concat())
}

/// Signs what was stated in `one.tsr` once more by `openssl cms`, which signs with PSS as `openssl ts` does not; and has it
/// verified by `openssl cms`, since `openssl ts` knows no PSS there either.
fn resigned(desk: &Desk, how: &str) -> TestResult<Result<String, String>> {
    desk.openssl("ts -reply -in one.tsr -token_out -out one.token")?;
    desk.openssl("cms -verify -inform DER -in one.token -noverify -binary -out info.der")?;
    desk.openssl(&format!("cms -sign -in info.der -binary -nodetach -econtent_type id-smime-ct-TSTInfo -signer tsa.pem -inkey tsa.key {how} -cades -nosmimecap -outform DER -out new.token"))?;
    desk.openssl("cms -verify -inform DER -in new.token -CAfile root.pem -purpose timestampsign -cades -binary -out back.der")?;
    assert_eq!(desk.read("info.der")?, desk.read("back.der")?);
    desk.write("one.tsr", &response(&desk.read("new.token")?)?)?;
    we_accept(desk, "one.tsr")
}

#[test]
fn a_token_and_its_chain_of_rsa_pss_count() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = asked(RSA, &[])?;
    for (digest, salt) in [
        ("sha256", "32"),
        ("sha384", "48"),
        ("sha512", "64"),
        ("sha256", "20"),
        ("sha256", "0"),
    ] {
        desk.openssl(&format!("x509 -req -{digest} -in tsa.csr -CA root.pem -CAkey root.key -days 30 -extfile ca.cnf -extensions tsa -out tsa.pem -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:{salt}"))?;
        desk.stamp("", "one.tsq", "one.tsr")?;
        let ours = resigned(
            &desk,
            &format!("{PSS} -md {digest} -keyopt rsa_pss_saltlen:{salt}"),
        )?;
        assert!(ours.is_ok(), "{digest} {salt}: {ours:?}");
    }
    let passed = flipped(&desk, "one.tsr")?;
    assert!(passed.len() <= 1, "{passed:?}");
    Ok(())
}

#[test]
fn parameters_of_pss_that_are_odd_do_not_count() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = asked(RSA, &[])?;
    // A mask of another digest than the one that is signed, SHA-1 for both: well made, and refused all the same.
    for how in [
        "-md sha256 -keyopt rsa_pss_saltlen:32 -keyopt rsa_mgf1_md:sha1",
        "-md sha256 -keyopt rsa_pss_saltlen:32 -keyopt rsa_mgf1_md:sha512",
        "-md sha1 -keyopt rsa_pss_saltlen:20",
    ] {
        desk.stamp("", "one.tsq", "one.tsr")?;
        let refused = resigned(&desk, &format!("{PSS} {how}"))?;
        assert!(
            refused
                .as_ref()
                .is_err_and(|error| error.contains("algorithm")),
            "{how}: {refused:?}"
        );
    }
    desk.stamp("", "one.tsq", "one.tsr")?;
    resigned(
        &desk,
        &format!("{PSS} -md sha256 -keyopt rsa_pss_saltlen:32"),
    )??;
    let good = desk.read("one.tsr")?;
    let salt = [0xa2, 3, 2, 1, 32];
    let at = (good.windows(5).rposition(|it| it == salt)).ok_or("no salt")?;
    // Another length than the one that it has.
    let mut other = good.clone();
    other[at + 4] = 31;
    desk.write("two.tsr", &other)?;
    assert!(we_accept(&desk, "two.tsr")?.is_err());
    Ok(())
}

#[test]
fn a_key_that_is_for_pss_only_counts() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = asked(RSA, &[])?;
    for key in [
        "rsa-pss",
        "rsa-pss -pkeyopt rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:32",
    ] {
        let key = format!("{key} -pkeyopt rsa_keygen_bits:2048");
        desk.openssl(&format!("req -new -sha384 -config ca.cnf -newkey {key} -nodes -keyout pss.key -out pss.csr -subj /CN=Notary"))?;
        desk.openssl("x509 -req -in pss.csr -CA root.pem -CAkey root.key -days 30 -extfile ca.cnf -extensions tsa -out pss.pem")?;
        // What is stated comes from the other key, which is the one that `openssl ts` can sign with.
        desk.stamp("", "one.tsq", "one.tsr")?;
        let other = (desk.read("tsa.pem")?, desk.read("tsa.key")?);
        fs::rename(desk.path("pss.pem"), desk.path("tsa.pem"))?;
        fs::rename(desk.path("pss.key"), desk.path("tsa.key"))?;
        let ours = resigned(
            &desk,
            &format!("{PSS} -md sha384 -keyopt rsa_pss_saltlen:48"),
        )?;
        assert!(ours.is_ok(), "{key}: {ours:?}");
        desk.write("tsa.pem", &other.0)?;
        desk.write("tsa.key", &other.1)?;
    }
    Ok(())
}

/// The token of a response, its data and its signer's entry.
fn parts(answer: &[u8]) -> TestResult<(TimeStampResp<'_>, SignedData, SignerInfo)> {
    let response = TimeStampResp::from_der(answer)?;
    let token = response.time_stamp_token.as_ref().ok_or("no token")?;
    let data: SignedData = token.content.decode_as()?;
    let signer = data.signer_infos.0.get(0).cloned().ok_or("no signer")?;
    Ok((response, data, signer))
}

/// The signed attribute of a response by which it names its certificate.
fn naming(desk: &Desk, answer: &str, oid: ObjectIdentifier) -> TestResult<Attribute> {
    let (bytes, none) = (desk.read(answer)?, "it names none so");
    let (_, _, signer) = parts(&bytes)?;
    let mut all = signer.signed_attrs.iter().flat_map(|set| set.iter());
    Ok(all.find(|it| it.oid == oid).cloned().ok_or(none)?)
}

/// Signs `one.tsr` anew as `two.tsr`, naming its certificate so.
fn signed_naming(desk: &Desk, named: &[&Attribute]) -> TestResult {
    let bytes = desk.read("one.tsr")?;
    let (mut response, mut data, mut signer) = parts(&bytes)?;
    let others = signer.signed_attrs.iter().flat_map(|set| set.iter());
    let others = others.filter(|it| it.oid != BY_SHA1 && it.oid != BY_ANY);
    let all: Vec<Attribute> = others.chain(named.iter().copied()).cloned().collect();
    let all = SetOfVec::try_from(all)?;
    desk.write("attributes", &all.to_der()?)?;
    desk.openssl("dgst -sha256 -sign tsa.key -out signature attributes")?;
    signer.signed_attrs = Some(all);
    signer.signature = OctetString::new(desk.read("signature")?)?;
    data.signer_infos = vec![signer].try_into()?;
    let token = response.time_stamp_token.as_mut().ok_or("no token")?;
    token.content = Any::encode_from(&data)?;
    desk.write("two.tsr", &response.to_der()?)
}

#[test]
fn a_token_that_names_its_certificate_by_sha_1_counts() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = asked(P256, &[("ess_cert_id_alg", "sha1")])?;
    naming(&desk, "one.tsr", BY_SHA1)?;
    assert!(naming(&desk, "one.tsr", BY_ANY).is_err());
    stands(&desk)?;
    Ok(())
}

#[test]
fn whatever_names_the_certificate_has_to_be_true_of_it() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = asked(P256, &[])?;
    desk.authority("other", P256, "30", "tsa")?;
    desk.stamp("other", "one.tsq", "other.tsr")?;
    let any = naming(&desk, "one.tsr", BY_ANY)?;
    let other_any = naming(&desk, "other.tsr", BY_ANY)?;
    configure(&desk, &[("ess_cert_id_alg", "sha1")])?;
    desk.stamp("", "one.tsq", "sha1.tsr")?;
    desk.stamp("other", "one.tsq", "other.tsr")?;
    let sha1 = naming(&desk, "sha1.tsr", BY_SHA1)?;
    let other_sha1 = naming(&desk, "other.tsr", BY_SHA1)?;
    // With its issuer and number beside the digest; and the right digest, of a certificate that another is said to have
    // issued.
    desk.stamp("", "one.tsq", "one.tsr")?;
    resigned(&desk, "-md sha256")??;
    let issued = naming(&desk, "one.tsr", BY_ANY)?;
    let mut misissued = issued.clone();
    let value = issued.values.get(0).ok_or("no value")?;
    let renamed: Vec<u8> = value.value().to_vec();
    let at = (renamed.windows(4).rposition(|it| it == b"Root")).ok_or("no issuer")?;
    let renamed = [&renamed[..at], b"Boot", &renamed[at + 4..]].concat();
    misissued.values = SetOfVec::try_from(vec![Any::new(value.tag(), renamed)?])?;
    for (named, counts) in [
        (vec![&any], true),
        (vec![&sha1], true),
        (vec![&issued], true),
        (vec![&sha1, &any], true),
        (vec![&other_any], false),
        (vec![&other_sha1], false),
        (vec![&other_sha1, &any], false),
        (vec![&sha1, &other_any], false),
        (vec![&misissued], false),
        (vec![], false),
    ] {
        signed_naming(&desk, &named)?;
        let ours = we_accept(&desk, "two.tsr")?;
        assert_eq!(ours.is_ok(), counts, "{named:?}: {ours:?}");
        assert_eq!(openssl_accepts(&desk, "two.tsr"), counts, "{named:?}");
        if named.len() == 2 && counts {
            fs::rename(desk.path("two.tsr"), desk.path("both.tsr"))?;
            assert!(flipped(&desk, "both.tsr")?.len() <= 1);
        }
    }
    Ok(())
}

#[test]
fn a_root_with_a_critical_extension_that_nobody_understands_is_no_root() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = asked(P256, &[])?;
    let good = pinned(&desk)?;
    let mut config = String::from_utf8(desk.read("ca.cnf")?)?;
    config.push_str("[odd]\nbasicConstraints = critical,CA:TRUE\n1.2.3.4 = critical,DER:0500\n");
    desk.write("ca.cnf", config.as_bytes())?;
    desk.openssl("req -x509 -config ca.cnf -extensions odd -key root.key -out root.pem -days 3650 -subj /CN=Root")?;
    assert!(!openssl_accepts(&desk, "one.tsr"));
    let said = desk.says(&["anchor", "trust", "odd", "root.pem"], 2)?;
    assert!(said.contains("critical extension"), "{said}");
    // Nor does one count that was pinned before it was looked at so.
    desk.openssl("x509 -in root.pem -outform DER -out root.der")?;
    let root = Certificate::from_der(&desk.read("root.der")?)?;
    let odd = vec![("odd".to_owned(), root)];
    let token = Token::read(&desk.read("one.tsr")?)?;
    let refused = token.judge(OVER, &odd).map_err(|error| error.to_string());
    assert!(refused.is_err_and(|error| error.contains("critical extension")));
    let both = [odd, good].concat();
    assert_eq!(token.judge(OVER, &both)?.authority, "notary");
    Ok(())
}

#[test]
fn of_a_certificate_that_was_renewed_the_one_that_holds_longest_counts() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = asked(P256, &[])?;
    let issue = |name: &str, days: &str| {
        desk.openssl(&format!("x509 -req -in between.csr -CA root.pem -CAkey root.key -CAcreateserial -days {days} -extfile ca.cnf -extensions root -out {name}.pem"))
    };
    desk.openssl(&format!("req -new -config ca.cnf -newkey {P256} -nodes -keyout between.key -out between.csr -subj /CN=Between"))?;
    issue("long", "300")?;
    issue("short", "3")?;
    desk.openssl("x509 -req -in tsa.csr -CA long.pem -CAkey between.key -CAcreateserial -days 30 -extfile ca.cnf -extensions tsa -out tsa.pem")?;
    let (long, short) = (desk.read("long.pem")?, desk.read("short.pem")?);
    let root = pinned(&desk)?;
    // The same root, as it was before it was renewed: what it is signed with plays no part, since it was pinned.
    let mut old = root.clone();
    let past = der::DateTime::new(2020, 1, 1, 0, 0, 0)?;
    old[0].1.tbs_certificate.validity.not_after = der::asn1::UtcTime::from_date_time(past)?.into();
    let signer = Certificate::from_der(
        &desk
            .openssl("x509 -in tsa.pem -outform DER -out tsa.der")
            .and_then(|_| desk.read("tsa.der"))?,
    )?;
    let until = signer
        .tbs_certificate
        .validity
        .not_after
        .to_unix_duration()
        .as_secs();
    for chain in [
        [&short[..], &long[..]].concat(),
        [&long[..], &short[..]].concat(),
    ] {
        desk.write("chain.pem", &chain)?;
        desk.openssl("ts -reply -config ca.cnf -section stamps -queryfile one.tsq -signer tsa.pem -inkey tsa.key -chain chain.pem -out one.tsr")?;
        assert!(openssl_accepts(&desk, "one.tsr"));
        let token = Token::read(&desk.read("one.tsr")?)?;
        for roots in [
            [&old[..], &root[..]].concat(),
            [&root[..], &old[..]].concat(),
        ] {
            let stamp = token.judge(OVER, &roots)?;
            assert_eq!(stamp.until.millis() / 1000, i64::try_from(until)?);
        }
        assert!(token.judge(OVER, &old).is_err());
    }
    Ok(())
}
