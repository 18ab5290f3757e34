//! What is said of pins: those that lead nowhere or to something withheld, and those that belong to no quotation.

use crate::cite::CiteError;
use crate::cite::Claim;
use crate::cite::Pin;
use crate::cite::Pinned;
use crate::cite::Sources;
use crate::record::Finding;

/// A pin that belongs to no quotation, and what it leads to.
pub(super) fn claim(
    sources: &dyn Sources,
    pin: &Pin,
    paragraph: usize,
    context: String,
    findings: &mut Vec<Finding>,
) -> Result<Claim, CiteError> {
    let about = format!("paragraph {paragraph}");
    let item = match sources.pinned(&pin.to_string())? {
        Pinned::Found(passages) => passages.first().map(|it| it.item.clone()),
        Pinned::NoText | Pinned::Container => Some(pin.reference.to_string()),
        Pinned::Withheld => {
            findings.push(withheld(&about, pin));
            None
        }
        Pinned::NoSuchItem => {
            findings.push(unknown(&about, pin));
            None
        }
    };
    Ok(Claim {
        pin: pin.to_string(),
        paragraph,
        context,
        item,
    })
}

/// What is said of a pin that leads nowhere.
pub(super) fn unknown(about: &str, pin: &Pin) -> Finding {
    Finding::new(
        "quotation.pin-unknown",
        about,
        format!("{pin} names nothing in this archive, or more than one thing; correct the pin"),
    )
}

/// What is said of a container that was not looked through to its end.
pub(super) fn only_in_part(about: &str, pin: &Pin, looked: u64) -> Finding {
    Finding::new(
        "quotation.pin-in-part",
        about,
        format!(
            "not every message in {pin} could be looked through; the words are not in the {looked} that were; pin the \
             message"
        ),
    )
}

/// What is said of a pin to something that is withheld.
pub(super) fn withheld(about: &str, pin: &Pin) -> Finding {
    Finding::new(
        "quotation.pin-withheld",
        about,
        format!(
            "{pin} is withheld in this copy of the archive; ask the holder of the full archive"
        ),
    )
}
