//! Why something was not cosigned, or not taken for an anchor.

use super::TokenError;
use crate::commitment::canonical::CanonicalError;
use crate::durable::DurableError;
use crate::keys::KeyError;
use crate::record::Moment;
use crate::succession::NotShown;
use crate::tlog::TlogError;

/// A time in seconds since 1970, as people write it.
fn shown(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().and_then(Moment::from_seconds);
    at.map_or_else(|| seconds.to_string(), |at| at.to_string())
}

/// Why something was not cosigned, or not taken for an anchor. Nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnchorError {
    /// A key or a file of this user's.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A file that could not be written durably.
    #[error(transparent)]
    Durable(#[from] DurableError),
    /// A value that cannot be written.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// A time stamp that counts for nothing.
    #[error("the time stamp does not count: {0}")]
    Token(#[from] TokenError),
    /// A file that is not what it should be.
    #[error("it is not {what}: {reason}")]
    Malformed {
        /// What was expected, with its article.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A checkpoint that the archive's key did not sign.
    #[error("the checkpoint was not signed by the key of {origin}")]
    NotSigned {
        /// The archive.
        origin: String,
        /// What is wrong.
        source: NotShown,
    },
    /// An archive that is this user's own.
    #[error("this is your own archive ({origin}): a witness is somebody else")]
    Own {
        /// The archive.
        origin: String,
    },
    /// A request from a size that this witness did not see.
    #[error("the request goes on from {asked} entries, and this witness saw {seen} last")]
    NotSeen {
        /// The size that the request goes on from; 0 for a first one.
        asked: u64,
        /// The size last cosigned here; 0 where nothing was.
        seen: u64,
    },
    /// A request for fewer entries than were cosigned.
    #[error(
        "the checkpoint is of {offered} entries, and this witness has cosigned {seen}: it is older"
    )]
    Lower {
        /// The size offered.
        offered: u64,
        /// The size last cosigned here.
        seen: u64,
    },
    /// A consistency proof that does not lead from the one head to the other.
    #[error(
        "the checkpoint of {size} entries is not shown to continue the {seen} that this witness saw"
    )]
    NotContinued {
        /// The size offered.
        size: u64,
        /// The size last cosigned here.
        seen: u64,
        /// What is wrong with the proof.
        source: TlogError,
    },
    /// A clock that went back.
    #[error(
        "this computer's clock says {}, and this witness cosigned at {} before: the clock went back",
        shown(*now),
        shown(*last)
    )]
    ClockBack {
        /// The time given, in seconds since 1970.
        now: u64,
        /// The time of the last cosignature.
        last: u64,
    },
    /// Text that cannot name a witness or an authority in this user's configuration.
    #[error("{0:?} can't be a name here: letters, digits, '.', '-' and '_' can, 60 at most")]
    Name(String),
    /// A name that is taken.
    #[error("there is a {name} already; it was left as it is")]
    Taken {
        /// The name.
        name: String,
    },
}
