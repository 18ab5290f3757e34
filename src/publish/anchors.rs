//! What a proof carries of other hands: cosignatures and time stamps over its checkpoint.

use super::Cosignature;
use super::Proof;
use crate::anchor::Kept;
use crate::anchor::Outside;
use crate::anchor::Trusted;
use crate::anchor::judge;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::record::Digest;
use crate::record::Moment;
use crate::tlog::Cosigner;
use crate::tlog::Note;
use crate::tlog::TlogError;
use crate::tlog::cosignature_line;

/// A head that is in other hands.
pub(super) struct Anchored {
    /// The checkpoint with the log key's line only.
    pub(super) note: Note,
    /// Entries under it.
    pub(super) size: u64,
    /// Cosignatures of witnesses whom the user trusts: of others the key is not known, and a proof brings keys along.
    pub(super) cosignatures: Vec<Cosignature>,
    /// Time stamps, in hex.
    pub(super) tokens: Vec<String>,
}

/// The head of `least` entries or more that has most in other hands, the newest of those. A trusted witness outweighs
/// time stamps, which may be of authorities that nobody trusts.
pub(super) fn anchored(
    archive: &Archive,
    trusted: &Trusted,
    least: u64,
) -> Result<Option<Anchored>, ArchiveError> {
    let mut heads: Vec<Anchored> = Vec::new();
    for (_, kept) in archive.anchors()? {
        let Some(kept) = kept.ok().filter(|kept| kept.size >= least) else {
            continue;
        };
        let head = match heads.iter_mut().find(|head| head.size == kept.size) {
            Some(head) => head,
            None => heads.push_mut(Anchored {
                note: kept.note.clone(),
                size: kept.size,
                cosignatures: Vec::new(),
                tokens: Vec::new(),
            }),
        };
        match kept.kind.as_str() {
            "witness" => {
                let Ok(note) = Note::parse(&kept.bytes) else {
                    continue;
                };
                let plain = |(_, key): &&(String, Cosigner)| is_plain(key.name());
                for (_, key) in trusted.witnesses.iter().filter(plain) {
                    let again =
                        (head.cosignatures.iter()).any(|it| it.key.as_bytes() == key.public());
                    if let (Ok(Some((time, signature))), false) = (key.cosigned(&note), again) {
                        head.cosignatures.push(Cosignature {
                            key: Digest::new(*key.public()),
                            name: key.name().to_owned(),
                            signature: hex::encode(signature),
                            time,
                        });
                    }
                }
            }
            "token" => head.tokens.push(hex::encode(&kept.bytes)),
            _ => {}
        }
    }
    heads.retain(|head| !head.cosignatures.is_empty() || !head.tokens.is_empty());
    Ok(heads
        .into_iter()
        .max_by_key(|head| (head.cosignatures.len(), head.tokens.len(), head.size)))
}

/// Whether a name is of visible ASCII without a plus: what is white space elsewhere, not everybody agrees on.
fn is_plain(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'+')
}

/// Whether a cosignature is written as one: a signature in lower-case hex.
pub(super) fn has_form(cosignature: &Cosignature) -> bool {
    let digits = cosignature.signature.as_bytes();
    digits.len() == 128
        && digits
            .iter()
            .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}

/// The line that a cosignature is, if its key made it over that text.
pub(super) fn line(
    cosignature: &Cosignature,
    text: &str,
) -> Result<crate::tlog::Signature, TlogError> {
    let Cosignature {
        key,
        name,
        signature,
        time,
    } = cosignature;
    if !is_plain(name) {
        return Err(TlogError::KeyName(name.chars().take(80).collect()));
    }
    let cosigner = Cosigner::new(name, key.as_bytes())?;
    let mut made = [0; 64];
    let read = hex::decode_to_slice(signature, &mut made).is_ok();
    if read && has_form(cosignature) && cosigner.verify(text, *time, &made) {
        Ok(cosignature_line(name, key.as_bytes(), *time, &made))
    } else {
        Err(TlogError::Note("a cosignature does not fit"))
    }
}

/// What a proof that matches brings along of other hands, judged by whom the user trusts, at that time.
pub fn outside(proof: &Proof, trusted: &Trusted, now: Moment) -> Vec<Outside> {
    let Ok(note) = Note::parse(proof.checkpoint.as_bytes()) else {
        return Vec::new();
    };
    let size = crate::tlog::Checkpoint::parse(note.text()).map_or(0, |head| head.size);
    let kept = |kind: &str, bytes: Vec<u8>| Kept {
        // Nothing in a proof says what covered what: no token renews another.
        entry: None,
        size,
        kind: kind.to_owned(),
        bytes,
        note: note.clone(),
    };
    let mut all = Vec::new();
    // Each in a note of its own: a note has room for so many, and others' lines could leave none.
    for cosignature in &proof.cosignatures {
        let mut cosigned = note.clone();
        let line = line(cosignature, note.text());
        if line.is_ok_and(|line| cosigned.add(line).is_ok()) {
            all.push(kept("witness", cosigned.to_string().into_bytes()));
        }
    }
    for token in &proof.tokens {
        all.push(kept("token", hex::decode(token).unwrap_or_default()));
    }
    judge(&all, trusted, now)
}
