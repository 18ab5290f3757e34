//! Judging what an archive keeps of other hands: whose it is, as of when, and whether it counts.

use serde::Serialize;

use super::Trusted;
use crate::record::Moment;
use crate::tlog::Note;
use crate::tlog::timed;

/// How far a clock may be behind another before it is said to be.
const SKEW_SECONDS: i64 = 300;

/// An anchor as the archive keeps it: the entry, the kind and the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The entry that records it.
    pub entry: u64,
    /// Entries that it covers.
    pub size: u64,
    /// `witness`, or another kind.
    pub kind: String,
    /// The file that came from outside.
    pub bytes: Vec<u8>,
    /// The checkpoint of that size with the log key's line only.
    pub note: Note,
}

/// Whether an anchor counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It does.
    Counts,
    /// Nobody here knows the key; it may be right.
    Unknown,
    /// It is dated after this computer's clock: one of the two clocks is wrong.
    Ahead,
    /// It is not what it should be; the words end a sentence.
    Wrong(String),
}

/// What one hand outside says of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// The entry that records it.
    pub entry: u64,
    /// `witness`.
    pub kind: String,
    /// Whose it is: the name that the user gave, else the one that it bears.
    pub by: String,
    /// Entries that it covers.
    pub size: u64,
    /// The time that it states.
    pub at: Option<Moment>,
    /// Whether it counts.
    pub standing: Standing,
}

/// Judges each anchor by what the user trusts, at that time.
pub fn judge(kept: &[Kept], trusted: &Trusted, now: Moment) -> Vec<Outside> {
    kept.iter()
        .flat_map(|kept| match kept.kind.as_str() {
            "witness" => witnesses(kept, trusted, now),
            kind => vec![Outside {
                entry: kept.entry,
                kind: kind.to_owned(),
                by: String::new(),
                size: kept.size,
                at: None,
                standing: Standing::Unknown,
            }],
        })
        .collect()
}

/// Each cosignature of a cosigned checkpoint.
fn witnesses(kept: &Kept, trusted: &Trusted, now: Moment) -> Vec<Outside> {
    let outside = |by: &str, at: Option<u64>, standing| Outside {
        entry: kept.entry,
        kind: kept.kind.clone(),
        by: by.to_owned(),
        size: kept.size,
        at: at.and_then(|at| Moment::from_seconds(i64::try_from(at).ok()?)),
        standing,
    };
    let wrong = |reason: String| vec![outside("", None, Standing::Wrong(reason))];
    let note = match Note::parse(&kept.bytes) {
        Ok(note) if note.text() == kept.note.text() => note,
        Ok(_) => return wrong("it is over another checkpoint".to_owned()),
        Err(error) => return wrong(error.to_string()),
    };
    let own = kept.note.signatures();
    let mut found = Vec::new();
    for line in note.signatures().iter().filter(|line| !own.contains(line)) {
        let at = timed(line).map(|(at, _)| at);
        let known = (trusted.witnesses.iter()).find(|(_, key)| key.is_named_in(line));
        let Some((name, key)) = known else {
            found.push(outside(line.name(), at, Standing::Unknown));
            continue;
        };
        let fits = timed(line).is_some_and(|(at, made)| key.verify(note.text(), at, &made));
        let ahead = at.is_some_and(|at| {
            let latest = now.millis() / 1000 + SKEW_SECONDS;
            i64::try_from(at).is_ok_and(|at| at > latest) || i64::try_from(at).is_err()
        });
        let standing = if !fits {
            Standing::Wrong("its signature does not fit".to_owned())
        } else if ahead {
            Standing::Ahead
        } else {
            Standing::Counts
        };
        found.push(outside(name, at, standing));
    }
    if found.is_empty() {
        return wrong("nobody has cosigned it".to_owned());
    }
    found
}
