//! What an authority signs (`TSTInfo`, RFC 3161, 2.4.2), with a time that may have a fraction of a second.
//!
//! `x509-tsp` has this structure too, but reads its time as RFC 5280 spells one, without a fraction, and refuses what many
//! authorities state. So the structure is declared here, of its parts.

use der::Any;
use der::Decode as _;
use der::Tag;
use der::Tagged as _;
use der::asn1::GeneralizedTime;
use der::asn1::Int;
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::name::GeneralName;
use x509_tsp::Accuracy;
use x509_tsp::MessageImprint;
use x509_tsp::TsaPolicyId;
use x509_tsp::TspVersion;

use crate::record::Moment;

/// What an authority signs.
#[derive(Debug, der::Sequence)]
pub(super) struct Stated {
    pub(super) version: TspVersion,
    pub(super) policy: TsaPolicyId,
    pub(super) message_imprint: MessageImprint,
    pub(super) serial_number: Int,
    pub(super) gen_time: Any,
    #[asn1(optional = "true")]
    pub(super) accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    pub(super) ordering: bool,
    #[asn1(optional = "true")]
    pub(super) nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) tsa: Option<GeneralName>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) extensions: Option<Extensions>,
}

/// The time that a `genTime` states, to the millisecond: what is finer is cut off and never rounded up. Nothing where it
/// is not spelled as RFC 3161 demands: `YYYYMMDDhhmmss[.s…]Z`, a fraction without a zero at its end.
pub(super) fn moment(time: &Any) -> Option<Moment> {
    if time.tag() != Tag::GeneralizedTime {
        return None;
    }
    let written = std::str::from_utf8(time.value()).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = match written.split_once('.') {
        Some((_, fraction)) if fraction.is_empty() || fraction.ends_with('0') => return None,
        Some((whole, fraction)) => (whole, fraction),
        None => (written, ""),
    };
    if !fraction.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let whole = Any::new(Tag::GeneralizedTime, format!("{whole}Z").into_bytes()).ok()?;
    let whole: GeneralizedTime = whole.decode_as().ok()?;
    let millis = format!("{fraction:0<3}")[..3].parse::<i64>().ok()?;
    let seconds = i64::try_from(whole.to_unix_duration().as_secs()).ok()?;
    Moment::from_millis(seconds.checked_mul(1000)?.checked_add(millis)?)
}

impl Stated {
    /// Reads it, with everything that it holds.
    pub(super) fn read(bytes: &[u8]) -> der::Result<Self> {
        Self::from_der(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tag: Tag, written: &str) -> Option<String> {
        let time = Any::new(tag, written.as_bytes()).ok()?;
        moment(&time).map(|at| at.to_string())
    }

    #[test]
    fn a_fraction_of_a_second_is_cut_and_never_rounded_up() {
        let stated = [
            // The two examples of RFC 3161, 2.4.2.
            ("19990609001326.34352Z", "1999-06-09T00:13:26.343Z"),
            ("19990609001326Z", "1999-06-09T00:13:26Z"),
            ("20261128110807.9999999999Z", "2026-11-28T11:08:07.999Z"),
            ("20261128110807.5Z", "2026-11-28T11:08:07.500Z"),
            ("20261128110807.0001Z", "2026-11-28T11:08:07Z"),
            ("20261231235959.999999Z", "2026-12-31T23:59:59.999Z"),
        ];
        for (written, shown) in stated {
            assert_eq!(read(Tag::GeneralizedTime, written).as_deref(), Some(shown));
        }
    }

    #[test]
    fn a_time_that_is_spelled_otherwise_is_none() {
        for written in [
            "20261128110807.Z",
            "20261128110807.0Z",
            "20261128110807.50Z",
            "20261128110807,5Z",
            "20261128110807.5",
            "20261128110807",
            "20261128110807.5+0100",
            "202611281108.5Z",
            "20261128110807.5.5Z",
            "20261128110807.-1Z",
            "20261128110807.٣Z",
            "20261128240807.5Z",
            "20261328110807.5Z",
            "Z",
            ".5Z",
            "",
        ] {
            assert_eq!(read(Tag::GeneralizedTime, written), None, "{written}");
        }
        assert_eq!(read(Tag::UtcTime, "261128110807Z"), None);
    }
}
