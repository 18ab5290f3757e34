//! The readers, over samples with expected results beside them and over material that others wrote.

mod corpora;
mod hostile;
mod mailboxes;
mod pages;
mod properties;
mod recognised;
mod samples;
#[path = "../support/skipped.rs"]
mod skipped;
mod support;
mod tables;
mod told;
mod trees;
