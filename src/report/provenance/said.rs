//! What can be said of an item's bytes, time and origin: each on its own, and never more than was checked.

use super::Read;
use super::Said;
use super::Subject;
use crate::record::Instant;
use crate::record::Moment;
use crate::record::Zone;
use crate::record::show;

/// A recorded time for a reader.
pub(super) fn recorded(at: Option<&str>, zone: Zone) -> String {
    at.and_then(|at| at.parse::<Moment>().ok()).map_or_else(
        || "a time that is not recorded".to_owned(),
        |at| show(&Instant::exact(at, "", "computed"), zone),
    )
}

/// The three, of a subject whose other fields are filled.
pub fn say(subject: &Subject, zone: Zone) -> Said {
    Said {
        bytes: bytes(subject, zone),
        time: time(subject, zone),
        origin: origin(subject),
    }
}

fn bytes(subject: &Subject, zone: Zone) -> Vec<String> {
    let Some(document) = &subject.document else {
        return vec![
            "An accession has no bytes of its own; ask for a document or message of it.".to_owned(),
        ];
    };
    let since = match document.ledger.entry {
        Some(entry) => format!(
            "since {}, when entry {entry} of the ledger recorded them",
            recorded(document.ledger.recorded.as_deref(), zone)
        ),
        None => "since they were recorded".to_owned(),
    };
    let of = if document.reference == subject.item {
        "Its bytes".to_owned()
    } else {
        format!("The bytes of {}, in which it lies,", document.reference)
    };
    let first = match &document.read {
        Read::Unchanged if let Some(entry) = document.parted_under => format!(
            "{of} are those that came in, with zeros where a part was destroyed under entry {entry}: read again for this \
             report, they have the SHA-256 which that entry names. That of what came in is gone with the part."
        ),
        Read::Unchanged => {
            format!(
                "{of} are unchanged {since}: read again for this report, they have the recorded SHA-256."
            )
        }
        Read::Altered { found } => {
            format!(
                "{of} are NOT those that were recorded: read again for this report, their SHA-256 is {}.",
                found.map_or_else(|| "another".to_owned(), |found| found.to_string())
            )
        }
        Read::Unreadable { reason } => {
            format!("{of} could not be read again for this report: {reason}.")
        }
    };
    let anchor = match &document.ledger.anchored {
        Some(anchored) => format!(
            "Anchor: the ledger’s first {} entries, this among them, were {}. fonds verify checks that.",
            anchored.size, anchored.said
        ),
        None => format!(
            "Anchor: the archive’s own signed checkpoint of {} entries. Nobody outside the archive has confirmed it; \
             hold it against a checkpoint kept elsewhere with fonds verify --against.",
            subject.ledger.entries
        ),
    };
    vec![first, anchor]
}

fn time(subject: &Subject, zone: Zone) -> Vec<String> {
    let other = match &subject.ledger.anchored {
        Some(anchored) => format!("; its entry was {}", anchored.said),
        None => "; no other clock vouches for it".to_owned(),
    };
    let mut said = vec![format!(
        "It was here not later than {}, on the word of this archive’s clock{other}.",
        recorded(subject.ledger.recorded.as_deref(), zone)
    )];
    if let Some(at) = &subject.at {
        let word = at
            .basis
            .as_deref()
            .filter(|basis| *basis != "unknown")
            .map_or_else(
                || "; on whose word is not known".to_owned(),
                |basis| format!(", on the word of {}", whose(basis)),
            );
        said.push(format!("It says of itself: {}{word}.", show(at, zone)));
    }
    said
}

/// A time's basis as it reads behind 'on the word of'.
fn whose(basis: &str) -> &str {
    match basis {
        "export" => "the platform’s export",
        "header" => "the mail’s own header, which its sender could set",
        "file" => "the file’s own time stamp",
        "stated" => "whoever stated it",
        "computed" => "this archive’s clock",
        other => other,
    }
}

fn origin(subject: &Subject) -> Vec<String> {
    let mut said = Vec::new();
    let marks = &subject.marks;
    if !marks.dkim.is_empty() {
        said.push(format!(
            "It carries a DKIM signature of {}. This release does not check it, so nothing rests on it here.",
            marks.dkim.join(" and of ")
        ));
    }
    if !marks.also_held.is_empty() {
        said.push(format!(
            "The same came in another time: {}. Whether these came by independent ways is for their custody to show.",
            marks.also_held.join(", ")
        ));
    }
    let says = match (&subject.document, subject.from.is_empty()) {
        (None, _) => "Only stated: who gave it is what was said when it came in.".to_owned(),
        (Some(_), true) => {
            "Only stated: no signature that was checked says who made it.".to_owned()
        }
        (Some(_), false) => format!(
            "Only stated: it names {} as its sender. No signature that was checked says so, and an account does not \
             show who typed.",
            subject.from.join(", ")
        ),
    };
    said.push(says);
    said
}
