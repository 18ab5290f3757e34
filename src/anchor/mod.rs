//! What lies in other hands: a witness's cosignature over a checkpoint, an authority's time stamp, and what a witness
//! keeps of its own.
//!
//! Guaranteed: a witness cosigns no lower size, no second root for a size and nothing that is not shown to continue what
//! it cosigned last, and remembers a cosignature durably before anybody sees it; where two histories were signed, it
//! hands out a [`Fork`] that anybody can check without an archive. Nothing counts by itself: what counts is judged by
//! keys that the user took into their own configuration.
//!
//! Trusted: the user's configuration and state folders, and the clock that the caller hands in.

mod certificate;
mod error;
mod fork;
mod kept;
mod named;
mod request;
mod signature;
mod stated;
mod token;
mod trusted;
mod witness;

pub use error::AnchorError;
pub use fork::FORK;
pub use fork::Fork;
pub use fork::Forked;
pub use kept::Kept;
pub use kept::Outside;
pub use kept::Standing;
pub use kept::judge;
pub use request::OldHead;
pub use request::REQUEST;
pub use request::Request;
pub use token::Stamp;
pub use token::Token;
pub use token::TokenError;
pub use token::nonce_of;
pub use token::request as stamp_request;
pub use trusted::Trusted;
pub use trusted::is_own_witness;
pub use witness::Answer;
pub use witness::Witness;

/// The largest file of this module that is read, in bytes.
pub const LARGEST: usize = 4 << 20;
