//! Who speaks for an archive: how its log's key was changed, and how its ledger was closed by the recovery key and went on
//! under another origin.
//!
//! Guaranteed: a change of the key counts only where its entry is opened, hashes to a leaf under the head that it is shown
//! with, and follows from the keys before it; a ledger counts as closed only where the recovery key that its origin names
//! signed that, over a head that the log's key had signed, and every leaf under that head is there. So whoever has one of
//! the two keys alone cannot make a history that counts.
//!
//! Trusted: Ed25519, SHA-256, and that the origin is the right one, which its reader has by another way.

mod changes;
mod closing;

pub use changes::NotShown;
pub use changes::log_keys;
pub use changes::open;
pub use changes::rotation;
pub use closing::CLOSING;
pub use closing::Closed;
pub use closing::Closing;
pub use closing::ClosingNote;
