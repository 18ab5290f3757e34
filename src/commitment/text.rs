//! Text in pieces: one paragraph of a mail can be opened while the rest stays shut (FORMAT, 'Text').

use super::Committer;
use super::Salts;
use super::canonical;
use crate::lanes;
use crate::lanes::Begun;
use crate::lanes::Messages;
use crate::record::Digest;
use crate::record::TextRoot;
use crate::tlog::Frontier;
use crate::tlog::Hash;
use crate::tlog::leaf_hashes;

const PIECE_PREFIX: &[u8] = b"fonds/piece/v1\n";

/// The most bytes in a piece.
const LONGEST: usize = 512;

/// Pieces that are hashed side by side.
const AT_ONCE: usize = 64;

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

/// The leaf hashes of consecutive pieces of a record's text, from number `first` on, each under the salt of its slot
/// `text/number`.
fn piece_hashes<'a>(
    committer: &Committer,
    salts: &[[u8; 32]],
    first: u64,
    pieces: impl Iterator<Item = &'a str>,
) -> Vec<Hash> {
    let mut messages = Messages::with_capacity(salts.len(), salts.len() * 192);
    for ((number, piece), salt) in (first..).zip(pieces).zip(salts) {
        messages.add(|list| {
            committer.open_list(list, salt, |list| slot(number, list));
            canonical::push_string(list, piece);
            list.push(b']');
        });
    }
    let commitments = lanes::digests(&committer.begun, &messages);
    messages.clear();
    for commitment in commitments {
        messages.add(|leaf| {
            leaf.extend_from_slice(PIECE_PREFIX);
            leaf.extend_from_slice(&commitment);
        });
    }
    leaf_hashes(&lanes::digests(&Begun::NOTHING, &messages))
}

/// The leaf hash of piece `number` of a record's text under the salt of its slot `text/number`.
pub fn piece_hash(committer: &Committer, salt: &[u8; 32], number: u64, piece: &str) -> Hash {
    let hashes = piece_hashes(committer, &[*salt], number, std::iter::once(piece));
    hashes.first().copied().unwrap_or_else(Hash::of_nothing)
}

fn slot(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"text/");
    out.extend_from_slice(number.to_string().as_bytes());
}

/// The tree over a text's pieces while they come.
pub struct TextTree<'a> {
    committer: &'a Committer,
    salts: &'a Salts,
    tree: Frontier,
    /// Pieces that are not in the tree yet, and where each ends.
    waiting: String,
    ends: Vec<usize>,
}

impl<'a> TextTree<'a> {
    /// Begins the tree of a record's text.
    pub fn new(committer: &'a Committer, salts: &'a Salts) -> Self {
        Self {
            committer,
            salts,
            tree: Frontier::default(),
            waiting: String::new(),
            ends: Vec::new(),
        }
    }

    /// Takes the next piece.
    pub fn push(&mut self, piece: &str) {
        self.waiting.push_str(piece);
        self.ends.push(self.waiting.len());
        if self.ends.len() == AT_ONCE {
            self.take_in();
        }
    }

    /// Hashes the pieces that wait, side by side.
    fn take_in(&mut self) {
        let first = self.tree.size();
        let mut start = 0;
        let pieces = self.ends.iter().map(|end| {
            let piece = self.waiting.get(start..*end).unwrap_or_default();
            start = *end;
            piece
        });
        let salts = (self.salts).all(self.ends.len(), |number, out| {
            slot(first + number as u64, out);
        });
        let leaves = piece_hashes(self.committer, &salts, first, pieces);
        self.tree.append(leaves);
        self.waiting.clear();
        self.ends.clear();
    }

    /// How many pieces there were, and the root over them.
    pub fn root(mut self) -> TextRoot {
        self.take_in();
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
