//! Texts: which pieces a passage is, and whether shown pieces are pieces of the proven text.

use std::collections::BTreeSet;

use super::Run;
use super::ShownText;
use super::Text;
use crate::commitment::Committer;
use crate::commitment::piece_hash;
use crate::commitment::pieces;
use crate::record::TextRoot;
use crate::tlog::Hash;
use crate::tlog::root;
use crate::tlog::verify_inclusion;

/// What is wrong with a shown text: a finding's code and a sentence's end.
pub(super) type Wrong = (&'static str, String);

/// The pieces that hold lines `from` to `to` of a text, both from 1. A piece is of the line that it begins in: blank lines
/// behind a line lie in its piece, and asking for them does not bring that line along.
pub(super) fn pieces_of_lines(text: &str, from: u64, to: u64) -> BTreeSet<u64> {
    let mut line = 1;
    let mut chosen = BTreeSet::new();
    for (number, piece) in (0_u64..).zip(pieces(text)) {
        if (from..=to).contains(&line) {
            chosen.insert(number);
        }
        line += memchr::memchr_iter(b'\n', piece.as_bytes()).count() as u64;
    }
    chosen
}

/// Holds a shown text against the root in the slot `text`; gives it joined.
pub(super) fn check(
    committer: &Committer,
    held: TextRoot,
    text: &Text,
) -> Result<ShownText, Wrong> {
    match text {
        Text::Whole(shown) => {
            if shown.len() as u64 != held.pieces {
                let (shown, held) = (shown.len(), held.pieces);
                return Err(differs(format!("{shown} pieces are shown of {held}")));
            }
            let leaves = (0_u64..)
                .zip(shown)
                .map(|(k, piece)| piece_hash(committer, piece.salt.as_bytes(), k, &piece.text));
            if root(leaves).as_bytes() != held.root.as_bytes() {
                return Err(not_included("its pieces give another root".to_owned()));
            }
            let parts: Vec<&str> = shown.iter().map(|piece| piece.text.as_str()).collect();
            Ok(ShownText::Whole(joined(&parts)?))
        }
        Text::Passages(shown) => {
            if shown.is_empty() {
                return Err(differs("no passage is shown".to_owned()));
            }
            let mut runs: Vec<(u64, Vec<&str>)> = Vec::new();
            let mut next = 0;
            for passage in shown {
                if passage.piece < next || passage.piece >= held.pieces {
                    return Err(differs(format!("piece {} is out of order", passage.piece)));
                }
                let leaf = piece_hash(
                    committer,
                    passage.salt.as_bytes(),
                    passage.piece,
                    &passage.text,
                );
                let path: Vec<Hash> = passage.path.iter().map(|it| Hash(*it.as_bytes())).collect();
                let root = Hash(*held.root.as_bytes());
                verify_inclusion(passage.piece, held.pieces, leaf, &path, root)
                    .map_err(|error| not_included(format!("piece {}: {error}", passage.piece)))?;
                match runs.last_mut() {
                    Some((_, parts)) if passage.piece == next => parts.push(&passage.text),
                    _ => runs.push((passage.piece, vec![&passage.text])),
                }
                next = passage.piece + 1;
            }
            let runs = runs
                .into_iter()
                .map(|(first, parts)| {
                    Ok(Run {
                        first,
                        pieces: parts.len() as u64,
                        text: joined(&parts)?,
                    })
                })
                .collect::<Result<_, Wrong>>()?;
            Ok(ShownText::Passages {
                pieces: held.pieces,
                runs,
            })
        }
    }
}

/// Pieces that follow each other, joined; they have to be cut as FORMAT cuts them. Where a piece ends depends on nothing
/// beyond it but whether more than 512 bytes are left, and two pieces that are cut for that have more.
fn joined(parts: &[&str]) -> Result<String, Wrong> {
    let whole = parts.concat();
    if pieces(&whole).eq(parts.iter().copied()) {
        Ok(whole)
    } else {
        Err(differs("a piece is cut where none ends".to_owned()))
    }
}

fn differs(reason: String) -> Wrong {
    ("proof.text-differs", reason)
}

fn not_included(reason: String) -> Wrong {
    ("proof.text-not-included", reason)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_found_in_their_pieces() {
        let long = "word ".repeat(300);
        let text = format!("one\n\n{long}\nfour\n");
        let chosen =
            |from, to| -> Vec<u64> { pieces_of_lines(&text, from, to).into_iter().collect() };
        assert_eq!(chosen(1, 1), [0]);
        assert_eq!(chosen(2, 2), [0_u64; 0]);
        assert_eq!(chosen(2, 3), [1, 2, 3]);
        assert_eq!(chosen(3, 3), [1, 2, 3]);
        assert_eq!(chosen(4, 4), [4]);
        assert_eq!(chosen(5, 9), [0_u64; 0]);
    }

    proptest! {
        #[test]
        fn pieces_that_follow_each_other_are_cut_alike_without_the_rest(
            text in "([a-d]{0,300}[ \nλ]{0,3}){0,12}",
            skip in 0_usize..6,
            take in 1_usize..5,
        ) {
            let parts: Vec<&str> = pieces(&text).skip(skip).take(take).collect();
            prop_assert_eq!(joined(&parts).ok(), Some(parts.concat()));
        }
    }
}
