//! An append-only log as others defined it: Merkle trees and proofs of RFC 6962, signed notes, checkpoints and tiles
//! of C2SP. It knows of leaves, sizes and signatures and of nothing else.
//!
//! Guaranteed: nothing here panics on any input, recurses by it, or accepts two spellings of one thing.
//! Trusted: SHA-256 (`sha2`) and Ed25519 (`ed25519-dalek`, strict verification only).
//!
//! Own code instead of a library: the crates that exist are ports that panic on some input or spell paths another way.
//! They serve as oracles in `tests/proofs.rs`.

mod checkpoint;
mod copied;
mod cosignature;
mod error;
mod merkle;
mod note;
mod proof;
mod tiles;

pub use checkpoint::Checkpoint;
pub use copied::Copied;
pub use copied::copied;
pub use cosignature::Cosigner;
pub use cosignature::cosign;
pub use cosignature::cosignature_line;
pub use cosignature::timed;
pub use error::TlogError;
pub use merkle::Frontier;
pub use merkle::Hash;
pub use merkle::Tree;
pub use merkle::leaf_hash;
pub use merkle::leaf_hashes;
pub use merkle::node_hash;
pub use merkle::root;
pub use note::MAX_NOTE_BYTES;
pub use note::MAX_SIGNATURES;
pub use note::Note;
pub use note::Signature;
pub use note::Verifier;
pub use note::key_id;
pub use proof::consistency_ranges;
pub use proof::inclusion_ranges;
pub use proof::prove_consistency;
pub use proof::prove_inclusion;
pub use proof::verify_consistency;
pub use proof::verify_inclusion;
pub use tiles::CHECKPOINT_PATH;
pub use tiles::LEAF_BYTES;
pub use tiles::Part;
pub use tiles::TILE_WIDTH;
pub use tiles::Tile;
pub use tiles::TileProver;
