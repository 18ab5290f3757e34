//! Text that a PDF file still holds under its boxes: what is found, what is not, and what `fonds redact` does about it.

#[path = "../support/bare.rs"]
mod bare;
mod boxes;
mod corpora;
mod paper;
mod redact;
#[path = "../support/skipped.rs"]
mod skipped;
