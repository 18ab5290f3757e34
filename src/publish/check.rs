//! The check of a proof: PROOF.md, 'Checking', step by step. Reads nothing but the bytes it is given.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Checked;
use super::EntryRecord;
use super::Opening;
use super::Proof;
use super::ProvedEntry;
use super::ProvedItem;
use super::SCHEMA;
use super::Shown;
use super::ShownText;
use super::State;
use super::anchors;
use super::strict;
use super::text;
use crate::archive::About;
use crate::archive::Segment;
use crate::commitment::Committer;
use crate::commitment::plain;
use crate::commitment::read_canonical;
use crate::commitment::value_of;
use crate::keys::KeyError;
use crate::keys::LogKeys;
use crate::keys::PublicKey;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::ENTRY_KINDS;
use crate::record::Finding;
use crate::record::ITEM_KINDS;
use crate::record::Schema;
use crate::record::TextRoot;
use crate::record::crockford;
use crate::succession;
use crate::tlog::Checkpoint;
use crate::tlog::Hash;
use crate::tlog::Note;
use crate::tlog::leaf_hash;
use crate::tlog::verify_inclusion;

/// The largest number that every JSON reader keeps.
const LARGEST_NUMBER: u64 = (1 << 53) - 1;

/// The most hex digits of a time stamp.
const LARGEST_TOKEN: usize = 131_072;

/// The most items of a segment.
const LARGEST_SEGMENT: u64 = 65_536;

/// Checks a proof file. Needs no archive, no network and no clock.
pub fn check(bytes: &[u8]) -> Checked {
    let mut checked = Checked::new(State::Matches);
    if let Some(proof) = read(bytes, &mut checked) {
        Check::new(&proof, &mut checked).run();
    }
    checked
}

/// The proof in these bytes, if it can be looked at at all.
fn read(bytes: &[u8], checked: &mut Checked) -> Option<Proof> {
    let mut stop = |state, code, message: String| {
        checked.add(state, Finding::new(code, "proof", message));
        None
    };
    if bytes.len() > strict::LARGEST {
        let (found, most) = (bytes.len(), strict::LARGEST);
        let message = format!("It has {found} bytes; {most} are read at most.");
        return stop(State::CannotBeChecked, "proof.too-large", message);
    }
    let malformed = "proof.malformed";
    let value = match read_canonical(bytes) {
        Ok(value) => value,
        Err(reason) => {
            let message = format!("It is not in the one form that a proof has: {reason}.");
            return stop(State::DoesNotMatch, malformed, message);
        }
    };
    let schema = value.get("schema").and_then(Value::as_str).unwrap_or("");
    if schema != SCHEMA && schema.starts_with("fonds/proof/") {
        let message = format!("It is a {schema:?}, which this release does not understand.");
        return stop(State::CannotBeChecked, "proof.not-understood", message);
    }
    let proof: Result<Proof, _> = serde_json::from_value(value.clone());
    match proof {
        Ok(proof)
            if schema == SCHEMA && serde_json::to_value(&proof).is_ok_and(|it| it == value) =>
        {
            Some(proof)
        }
        Ok(_) => stop(State::DoesNotMatch, malformed, "It is no proof.".to_owned()),
        Err(error) => stop(
            State::DoesNotMatch,
            malformed,
            format!("It is no proof: {error}."),
        ),
    }
}

/// A segment whose entry was looked at.
struct Sealed {
    entry: u64,
    segment: Segment,
    used: bool,
}

/// A check on its way.
struct Check<'a> {
    proof: &'a Proof,
    checked: &'a mut Checked,
    committer: Committer,
    origin: String,
    head: Option<Checkpoint>,
}

impl<'a> Check<'a> {
    fn new(proof: &'a Proof, checked: &'a mut Checked) -> Self {
        let origin = proof.origin.origin();
        Self {
            proof,
            checked,
            origin: origin.to_string(),
            committer: Committer::new(origin),
            head: None,
        }
    }

    fn differs(&mut self, code: &'static str, subject: &str, message: impl Into<String>) {
        let finding = Finding::new(code, subject, message);
        self.checked.add(State::DoesNotMatch, finding);
    }

    fn not_understood(&mut self, subject: &str, kind: &str) {
        let kind: String = kind.chars().take(80).collect();
        let message = format!("It is of kind {kind:?}, which this release does not understand.");
        let finding = Finding::new("proof.not-understood", subject, message);
        self.checked.add(State::CannotBeChecked, finding);
    }

    fn run(mut self) {
        self.checked.origin = Some(self.origin.clone());
        let proof = self.proof;
        let keys = self.log_keys();
        self.head(keys.as_ref());
        self.outside();
        for part in &proof.key_entries {
            self.entry(part);
        }
        let mut sealed: Vec<Sealed> = Vec::new();
        for part in &proof.segments {
            if let Some(found) = self.segment(part) {
                let again = |it: &Sealed| address(&it.segment) == address(&found.segment);
                if sealed.iter().any(again) {
                    let subject = format!("entry {}", found.entry);
                    self.differs("proof.malformed", &subject, "Its segment is given twice.");
                }
                sealed.push(found);
            }
        }
        let mut places = BTreeSet::new();
        for item in &proof.items {
            if !places.insert(item.record.place()) {
                let message = "The same item is given twice.";
                self.differs("proof.malformed", &subject_of(item), message);
            }
            self.item(item, &mut sealed);
        }
        if proof.items.is_empty() {
            self.differs("proof.malformed", "proof", "It shows no item.");
        }
        if let Some(idle) = sealed.iter().find(|it| !it.used) {
            let subject = format!("entry {}", idle.entry);
            self.differs("proof.malformed", &subject, "It seals none of the items.");
        }
    }

    /// The keys of the log as the entries that changed them say; that these are in the ledger is checked after.
    fn log_keys(&mut self) -> Option<LogKeys> {
        let first = PublicKey::new(*self.proof.origin.log_key.as_bytes());
        let mut keys = match first {
            Ok(first) => LogKeys::new(&self.origin, first),
            Err(error) => {
                let message = format!("The origin's key proves nothing: {error}.");
                self.differs("proof.not-signed", "checkpoint", message);
                return None;
            }
        };
        for part in &self.proof.key_entries {
            let subject = format!("entry {}", part.record.i);
            let kind = ENTRY_KINDS.iter().find(|kind| kind.name == part.record.e);
            let Some(kind) = kind.filter(|kind| kind.name == "key.rotated/1") else {
                self.not_understood(&subject, &part.record.e);
                return None;
            };
            self.openings(&subject, kind, &part.record.c, &part.openings);
            let rotated = succession::rotation(part)
                .is_some_and(|(old, new)| keys.rotate(part.record.i, old, new).is_ok());
            if !rotated {
                let message = "It does not change the key that signs then to another.";
                self.differs("proof.keys-differ", &subject, message);
                return None;
            }
        }
        Some(keys)
    }

    /// The checkpoint: signed by the log keys of its size, of the origin that the first one gives.
    fn head(&mut self, keys: Option<&LogKeys>) {
        let Some(keys) = keys else {
            return;
        };
        let opened = Note::parse(self.proof.checkpoint.as_bytes())
            .map_err(KeyError::from)
            .and_then(|note| Ok((note.signatures().len(), keys.open(&note)?)));
        let lines = |size| 1 + usize::from(keys.signers(size).1.is_some());
        match opened {
            Ok((count, head)) if count == lines(head.size) && head.size <= LARGEST_NUMBER => {
                self.checked.entries = Some(head.size);
                self.head = Some(head);
            }
            Ok(_) => {
                let message =
                    "The checkpoint has more lines than the log keys', or too large a size.";
                self.differs("proof.malformed", "checkpoint", message);
            }
            Err(error) => {
                let message = format!(
                    "The checkpoint was not signed by the key that the origin names: {error}."
                );
                self.differs("proof.not-signed", "checkpoint", message);
            }
        }
    }

    /// Cosignatures: each by its key over the checkpoint, no key twice. Time stamps: their form alone, since what one is
    /// worth depends on whom its reader trusts.
    fn outside(&mut self) {
        let text = self.head.as_ref().map(Checkpoint::text);
        let mut keys = BTreeSet::new();
        for cosignature in &self.proof.cosignatures {
            // Over a checkpoint that nobody signed there is nothing to cosign: that is said already.
            let fits = match &text {
                Some(text) => anchors::line(cosignature, text).is_ok(),
                None => anchors::has_form(cosignature),
            };
            if !fits || !keys.insert(*cosignature.key.as_bytes()) {
                let message = "A cosignature was not made by its key over this checkpoint, or is given twice.";
                self.differs("proof.cosignature-differs", "cosignature", message);
            }
            let claimed = (cosignature.name.clone(), cosignature.time);
            self.checked.claimed.witnesses.push(claimed);
        }
        self.checked.claimed.stamps = self.proof.tokens.len();
        let hex = |token: &String| {
            let digits = token
                .bytes()
                .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
            digits && token.len().is_multiple_of(2) && (2..=LARGEST_TOKEN).contains(&token.len())
        };
        if !self.proof.tokens.iter().all(hex) {
            self.differs(
                "proof.malformed",
                "token",
                "A time stamp is not bytes in hex.",
            );
        }
    }

    /// An entry: of this origin, under the checkpoint. Returns how it is called.
    fn entry(&mut self, part: &ProvedEntry) -> String {
        let EntryRecord { i, o, v, .. } = &part.record;
        let subject = format!("entry {i}");
        self.origin_of(&subject, o, *v);
        let leaf = part.record.leaf(&self.committer);
        if let Some(head) = &self.head
            && let Err(error) = included(*i, head.size, &leaf, &part.path, &head.root)
        {
            let message = format!("The entry is not under the checkpoint: {error}.");
            self.differs("proof.entry-not-included", &subject, message);
        }
        subject
    }

    /// An entry that seals a segment: under the checkpoint, with its accession and its segment opened.
    fn segment(&mut self, part: &ProvedEntry) -> Option<Sealed> {
        let subject = self.entry(part);
        let EntryRecord { c, e, i, .. } = &part.record;
        let kind = ENTRY_KINDS.iter().find(|kind| kind.name == e);
        let Some(kind) = kind.filter(|kind| matches!(kind.name, "received/1" | "derived/1")) else {
            self.not_understood(&subject, e);
            return None;
        };
        self.openings(&subject, kind, c, &part.openings);
        let about: Option<About> = value_of(&part.openings, "about");
        let segment: Option<Segment> = value_of(&part.openings, "segment");
        let (Some(about), Some(segment)) = (about, segment) else {
            let message = "It does not open which accession and which segment it is about.";
            self.differs("proof.segment-differs", &subject, message);
            return None;
        };
        let lawful = about == About::Entry(segment.a)
            && segment.a < *i
            && (1..=LARGEST_SEGMENT).contains(&segment.size);
        if !lawful {
            let message =
                "Its segment is not of the accession that it is about, or has no lawful size.";
            self.differs("proof.segment-differs", &subject, message);
        }
        Some(Sealed {
            entry: *i,
            segment,
            used: false,
        })
    }

    fn item(&mut self, item: &ProvedItem, sealed: &mut [Sealed]) {
        let subject = subject_of(item);
        let record = &item.record;
        self.origin_of(&subject, &record.o, record.v);
        let commitments: Vec<[u8; 32]> = record.c.iter().map(|it| *it.as_bytes()).collect();
        let leaf = self
            .committer
            .item_leaf(record.place(), &plain(&record.e), &commitments);
        let found =
            (sealed.iter_mut()).find(|it| address(&it.segment) == (record.a, record.r, record.s));
        let (mut entry, mut segment_size) = (0, 0);
        if let Some(found) = found {
            found.used = true;
            (entry, segment_size) = (found.entry, found.segment.size);
            let root = Hash(*found.segment.root.as_bytes());
            if let Err(error) = included(record.i, segment_size, &leaf, &item.path, &root) {
                let message = format!("The item is not in its segment: {error}.");
                self.differs("proof.item-not-included", &subject, message);
            }
        } else {
            let message = "No entry of the proof seals its segment.";
            self.differs("proof.segment-differs", &subject, message);
        }
        let Some(kind) = ITEM_KINDS.iter().find(|kind| kind.name == record.e) else {
            self.not_understood(&subject, &record.e);
            return;
        };
        self.openings(&subject, kind, &record.c, &item.openings);
        if let Some(reference) = &item.reference
            && !refers(reference, kind.name, &leaf)
        {
            let message = "The reference is not that of this item.";
            self.differs("proof.reference-differs", &subject, message);
        }
        let text = self.text(&subject, item);
        let opened = |slot: &&&str| item.openings.iter().find(|it| it.slot == **slot);
        self.checked.items.push(Shown {
            reference: item.reference.clone(),
            kind: kind.name.to_owned(),
            place: record.place(),
            entry,
            segment_size,
            opened: (kind.slots.iter())
                .filter_map(|slot| opened(&slot).map(|it| ((*slot).to_owned(), it.value.clone())))
                .collect(),
            shut: (kind.slots.iter())
                .filter(|slot| opened(slot).is_none())
                .map(|slot| (*slot).to_owned())
                .collect(),
            text,
        });
    }

    /// The text of an item, held against the slots that speak of it.
    fn text(&mut self, subject: &str, item: &ProvedItem) -> Option<ShownText> {
        let shown = item.text.as_ref()?;
        let Some(held) = value_of::<TextRoot>(&item.openings, "text") else {
            let message = "A text is shown and the slot that it would be held against stays shut.";
            self.differs("proof.text-differs", subject, message);
            return None;
        };
        let text = match text::check(&self.committer, held, shown) {
            Ok(text) => text,
            Err((code, reason)) => {
                let message = format!("The text is not the one that is proved: {reason}.");
                self.differs(code, subject, message);
                return None;
            }
        };
        if let ShownText::Whole(whole) = &text {
            let digest: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(whole).into();
            let made = Bytes {
                sha256: Digest::new(digest),
                size: whole.len() as u64,
            };
            // The bytes of a message are its stretch of a document, not its text.
            let of_text = |slot: &str| {
                slot == "text_digest" || slot == "bytes" && item.record.e != "message/1"
            };
            let wrong = (item.openings.iter())
                .filter(|it| of_text(&it.slot))
                .find(|it| serde_json::to_value(made).is_ok_and(|made| made != it.value));
            if let Some(wrong) = wrong {
                let message = format!(
                    "The text is not the one whose digest is under {}.",
                    wrong.slot
                );
                self.differs("proof.text-differs", subject, message);
            }
        }
        Some(text)
    }

    /// Each opening: a slot of the kind, once, whose commitment stands at its place in the record.
    fn openings(&mut self, subject: &str, kind: &Schema, c: &[Digest], openings: &[Opening]) {
        if c.len() != kind.slots.len() {
            let message = "Its record has not one commitment for each slot.";
            self.differs("proof.opening-differs", subject, message);
        }
        let mut seen = BTreeSet::new();
        for opening in openings {
            let slot = &opening.slot;
            if !opening.fits(&self.committer, kind, c) || !seen.insert(slot) {
                let slot: String = slot.chars().take(40).collect();
                let message = format!(
                    "What is shown under {slot:?} is not what was committed to there, or is shown twice."
                );
                self.differs("proof.opening-differs", subject, message);
            }
        }
    }

    fn origin_of(&mut self, subject: &str, origin: &str, version: u64) {
        if origin != self.origin {
            let finding = Finding::new(
                "proof.origin-differs",
                subject,
                "It is of another archive than the keys.",
            )
            .with(&*self.origin, origin.chars().take(80).collect::<String>());
            self.checked.add(State::DoesNotMatch, finding);
        }
        if version != 1 {
            self.differs(
                "proof.malformed",
                subject,
                "Its record is not of version 1.",
            );
        }
    }
}

fn address(segment: &Segment) -> (u64, u64, u64) {
    (segment.a, segment.r, segment.s)
}

fn subject_of(item: &ProvedItem) -> String {
    let place = item.record.place();
    match &item.reference {
        Some(reference) => reference.chars().take(60).collect(),
        None => format!(
            "item {} of segment {}.{}.{}",
            place.i, place.a, place.r, place.s
        ),
    }
}

/// The keys of the log as a proof that matches says them; nothing for one that does not.
pub fn log_keys(proof: &Proof) -> Option<LogKeys> {
    succession::log_keys(&proof.origin, &proof.key_entries).ok()
}

fn included(
    index: u64,
    size: u64,
    leaf: &[u8; 32],
    path: &[Digest],
    root: &Hash,
) -> Result<(), crate::tlog::TlogError> {
    let path: Vec<Hash> = path.iter().map(|it| Hash(*it.as_bytes())).collect();
    verify_inclusion(index, size, leaf_hash(leaf), &path, *root)
}

/// Whether a reference is a beginning of four digits or more of the leaf data of this message or document.
fn refers(reference: &str, kind: &str, leaf: &[u8; 32]) -> bool {
    let code = match kind {
        "message/1" => reference.strip_prefix("m-"),
        "document/1" => reference.strip_prefix("d-"),
        _ => None,
    };
    code.is_some_and(|code| code.len() >= 4 && crockford(leaf).starts_with(code))
}
