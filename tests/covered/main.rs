//! Text that a file still holds and does not show: what is found, what is not, and what `fonds redact` does about it.

#[path = "../support/bare.rs"]
mod bare;
mod boxes;
mod corpora;
mod office;
mod paper;
mod redact;
#[path = "../support/skipped.rs"]
mod skipped;
