//! Judging what an archive keeps of other hands: whose it is, as of when, and whether it counts.

use serde::Serialize;

use super::Token;
use super::TokenError;
use super::Trusted;
use crate::record::Moment;
use crate::tlog::Note;
use crate::tlog::timed;

/// How far a clock may be behind another before it is said to be.
const SKEW_SECONDS: i64 = 300;

/// An anchor as the archive keeps it: the entry, the kind and the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The entry that records it; nothing for one that a proof brought along.
    pub entry: Option<u64>,
    /// Entries that it covers.
    pub size: u64,
    /// `witness`, `token` or `ots`.
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
    /// Nobody here knows the key or the authority; it may be right.
    Unknown,
    /// The certificate has run out since, and nothing later renewed it: whoever got hold of its key could have made it.
    Expired,
    /// It is dated after this computer's clock: one of the two clocks is wrong.
    Ahead,
    /// It is not what it should be; the words end a sentence.
    Wrong(String),
}

/// What one hand outside says of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// The entry that records it; nothing for one that a proof brought along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// `witness`, `token` or `ots`.
    pub kind: String,
    /// Whose it is: the name that the user gave, else the one that it bears.
    pub by: String,
    /// Entries that it covers.
    pub size: u64,
    /// The time that it states.
    pub at: Option<Moment>,
    /// When its certificate runs out; nothing for one that rests on none.
    pub until: Option<Moment>,
    /// Whether it counts.
    pub standing: Standing,
}

/// Judges each anchor by what the user trusts, at that time.
pub fn judge(kept: &[Kept], trusted: &Trusted, now: Moment) -> Vec<Outside> {
    let mut all: Vec<Outside> = kept
        .iter()
        .flat_map(|kept| match kept.kind.as_str() {
            "witness" => witnesses(kept, trusted, now),
            "token" => vec![token(kept, trusted, now)],
            _ => vec![outside(kept, "", None, Standing::Unknown)],
        })
        .collect();
    expire(&mut all, now);
    all
}

fn outside(kept: &Kept, by: &str, at: Option<Moment>, standing: Standing) -> Outside {
    Outside {
        entry: kept.entry,
        kind: kept.kind.clone(),
        by: by.to_owned(),
        size: kept.size,
        at,
        until: None,
        standing,
    }
}

fn is_ahead(at: Option<Moment>, now: Moment) -> bool {
    let latest = now.millis() / 1000 + SKEW_SECONDS;
    at.is_none_or(|at| at.millis() / 1000 > latest)
}

/// A time stamp. What is signed is the checkpoint with the log key's line.
fn token(kept: &Kept, trusted: &Trusted, now: Moment) -> Outside {
    let token = match Token::read(&kept.bytes) {
        Ok(token) => token,
        Err(error) => return outside(kept, "", None, Standing::Wrong(error.to_string())),
    };
    let at = Some(token.at());
    let over = kept.note.to_string();
    match token.judge(over.as_bytes(), &trusted.authorities) {
        Ok(stamp) => {
            let standing = if is_ahead(at, now) {
                Standing::Ahead
            } else {
                Standing::Counts
            };
            Outside {
                until: Some(stamp.until),
                ..outside(kept, &stamp.authority, at, standing)
            }
        }
        Err(TokenError::UnknownAuthority(by)) => outside(kept, &by, at, Standing::Unknown),
        Err(error) => outside(kept, &token.by(), at, Standing::Wrong(error.to_string())),
    }
}

/// What rests on a certificate that has run out counts only where something that counts covers its entry and was made
/// before: the ledger commits to the file, so that one shows that it was there while its certificate still held. What no
/// entry records, nothing renews.
fn expire(all: &mut [Outside], now: Moment) {
    let mut good: Vec<(u64, Moment)> = Vec::new();
    for outside in all.iter_mut().rev() {
        if outside.standing != Standing::Counts {
            continue;
        }
        let over = |until: Moment| {
            let renews = |entry| move |(size, at): &(u64, Moment)| *size > entry && *at <= until;
            let renewed = |entry| good.iter().any(renews(entry));
            now > until && !outside.entry.is_some_and(renewed)
        };
        if outside.until.is_some_and(over) {
            outside.standing = Standing::Expired;
        } else if let Some(at) = outside.at {
            good.push((outside.size, at));
        }
    }
}

/// Each cosignature of a cosigned checkpoint.
fn witnesses(kept: &Kept, trusted: &Trusted, now: Moment) -> Vec<Outside> {
    let wrong = |reason: String| vec![outside(kept, "", None, Standing::Wrong(reason))];
    let note = match Note::parse(&kept.bytes) {
        Ok(note) if note.text() == kept.note.text() => note,
        Ok(_) => return wrong("it is over another checkpoint".to_owned()),
        Err(error) => return wrong(error.to_string()),
    };
    let own = kept.note.signatures();
    let mut found = Vec::new();
    for line in note.signatures().iter().filter(|line| !own.contains(line)) {
        let made = timed(line);
        let at = made.and_then(|(at, _)| Moment::from_seconds(i64::try_from(at).ok()?));
        let known = (trusted.witnesses.iter()).find(|(_, key)| key.is_named_in(line));
        let Some((name, key)) = known else {
            found.push(outside(kept, line.name(), at, Standing::Unknown));
            continue;
        };
        let fits = made.is_some_and(|(at, made)| key.verify(note.text(), at, &made));
        let standing = if !fits {
            Standing::Wrong("its signature does not fit".to_owned())
        } else if is_ahead(at, now) {
            Standing::Ahead
        } else {
            Standing::Counts
        };
        found.push(outside(kept, name, at, standing));
    }
    if found.is_empty() {
        return wrong("nobody has cosigned it".to_owned());
    }
    found
}
