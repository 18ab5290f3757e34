//! `fonds`: a document archive that can show where each page came from, through whose hands, and that nothing changed.
//!
//! The life of a document in five steps:
//!
//! 1. `ingest` reads its bytes once, keeps them under their digest and reads out of them what can be cited.
//! 2. `archive` writes that into the ledger: one salted commitment per field, one leaf per record, one signed head.
//! 3. `verify` derives everything again from the bytes and says what differs.
//! 4. `cite` holds the quotations of a draft against what was kept.
//! 5. `publish` opens one item of it, with a proof that needs nothing else; `report` turns values into pages.
//!
//! Modules in layer order, each using only those before it (`tests/layers.rs` holds them to it): [`record`], [`lanes`],
//! [`tlog`], [`durable`], [`covered`], [`commitment`], [`keys`], [`succession`], [`vault`], [`anchor`], `archive`, `ingest`, `verify`, [`publish`], `cite`, `report`, [`cli`].

pub mod anchor;
pub mod archive;
pub mod cite;
pub mod cli;
pub mod commitment;
pub mod covered;
pub mod durable;
pub mod ingest;
pub mod keys;
pub mod lanes;
pub mod publish;
pub mod record;
pub mod report;
pub mod succession;
pub mod tlog;
pub mod vault;
pub mod verify;
