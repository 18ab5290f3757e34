//! Text in pieces: one paragraph of a mail can be opened while the rest stays shut (FORMAT, 'Text').

use std::fmt::Write as _;

use sha2::Digest as _;
use sha2::Sha256;

use super::Committer;
use super::Salts;
use super::canonical;
use crate::record::Digest;
use crate::record::TextRoot;
use crate::tlog::Frontier;
use crate::tlog::Hash;
use crate::tlog::leaf_hash;

const PIECE_PREFIX: &[u8] = b"fonds/piece/v1\n";

/// The most bytes in a piece.
const LONGEST: usize = 512;

/// Cuts a text into its pieces, each 512 bytes at most: after each run of line feeds; where the first 512 bytes hold
/// none, after their last space; where they hold none either, before the character that would not fit.
pub fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = rest.split_at(cut(rest));
        rest = after;
        Some(piece)
    })
}

/// Length of the first piece of a text that is not empty.
fn cut(text: &str) -> usize {
    let window = &text.as_bytes()[..text.len().min(LONGEST)];
    if let Some(feed) = memchr::memchr(b'\n', window) {
        let run = window[feed..]
            .iter()
            .take_while(|byte| **byte == b'\n')
            .count();
        return feed + run;
    }
    if text.len() <= LONGEST {
        return text.len();
    }
    match memchr::memrchr(b' ', window) {
        Some(space) => space + 1,
        None => text.floor_char_boundary(LONGEST),
    }
}

/// Root of the tree over a text's pieces; piece `k` is committed in slot `text/k` of its record.
pub fn text_root(committer: &Committer, salts: &Salts, text: &str) -> TextRoot {
    let mut tree = TextTree::new(committer, salts);
    pieces(text).for_each(|piece| tree.push(piece));
    tree.root()
}

/// The leaf hash of piece `number` of a record's text under the salt of its slot `text/number`.
pub fn piece_hash(committer: &Committer, salt: &[u8; 32], number: u64, piece: &str) -> Hash {
    let mut list = Vec::with_capacity(piece.len() + 128);
    hash_of(committer, salt, &format!("text/{number}"), piece, &mut list)
}

/// The same, with a buffer that serves for many.
fn hash_of(
    committer: &Committer,
    salt: &[u8; 32],
    slot: &str,
    piece: &str,
    list: &mut Vec<u8>,
) -> Hash {
    list.clear();
    super::open_list(list, salt, slot);
    canonical::push_string(list, piece);
    list.push(b']');
    let mut leaf = [0; PIECE_PREFIX.len() + 32];
    let (prefix, commitment) = leaf.split_at_mut(PIECE_PREFIX.len());
    prefix.copy_from_slice(PIECE_PREFIX);
    commitment.copy_from_slice(&committer.finish(list));
    leaf_hash(&Sha256::digest(leaf))
}

/// The tree over a text's pieces while they come.
pub struct TextTree<'a> {
    committer: &'a Committer,
    salts: &'a Salts,
    tree: Frontier,
    slot: String,
    list: Vec<u8>,
}

impl<'a> TextTree<'a> {
    /// Begins the tree of a record's text.
    pub fn new(committer: &'a Committer, salts: &'a Salts) -> Self {
        Self {
            committer,
            salts,
            tree: Frontier::default(),
            slot: String::new(),
            list: Vec::with_capacity(LONGEST + 128),
        }
    }

    /// Takes the next piece.
    pub fn push(&mut self, piece: &str) {
        self.slot.clear();
        self.slot.push_str("text/");
        if write!(self.slot, "{}", self.tree.size()).is_err() {
            // A string takes whatever is written to it.
            return;
        }
        let salt = self.salts.salt(&self.slot);
        let leaf = hash_of(self.committer, &salt, &self.slot, piece, &mut self.list);
        self.tree.push(leaf);
    }

    /// How many pieces there were, and the root over them.
    pub fn root(&self) -> TextRoot {
        TextRoot {
            pieces: self.tree.size(),
            root: Digest::new(*self.tree.root().as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_piece_ends_with_its_line_and_the_blank_lines_after_it() {
        let cut: Vec<&str> = pieces("one\n\ntwo\nthree").collect();
        assert_eq!(cut, ["one\n\n", "two\n", "three"]);
        assert_eq!(pieces("").count(), 0);
        assert_eq!(pieces("\n\n\n").collect::<Vec<_>>(), ["\n\n\n"]);
    }

    #[test]
    fn a_long_line_is_cut_after_a_space_and_else_before_a_character() {
        let words = "word ".repeat(200);
        let first = pieces(&words).next().unwrap();
        assert_eq!(first.len(), 510);
        let solid = "é".repeat(600);
        assert_eq!(pieces(&solid).next().unwrap().len(), 512);
        let odd = format!("a{solid}");
        assert_eq!(pieces(&odd).next().unwrap().len(), 511);
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text(text in "(\\PC| |\n){0,2000}") {
            let joined: String = pieces(&text).collect();
            prop_assert_eq!(&joined, &text);
            prop_assert!(pieces(&text).all(|piece| !piece.is_empty() && piece.len() <= LONGEST));
        }
    }
}
