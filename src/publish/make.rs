//! Makes a proof: salts and commitments from the stored rows, paths from the stored leaves, one signed head over all.

use std::collections::BTreeMap;

use serde_json::Value;

use super::EntryRecord;
use super::ItemRecord;
use super::Keys;
use super::Opening;
use super::Passage;
use super::Piece;
use super::Plan;
use super::Proof;
use super::ProvedEntry;
use super::ProvedItem;
use super::PublishError;
use super::SCHEMA;
use super::State;
use super::Text;
use super::Wanted;
use super::anchors::anchored;
use super::check;
use super::plan::Texts;
use crate::anchor::Trusted;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::Blank;
use crate::archive::StoredItem;
use crate::archive::Target;
use crate::commitment::Committer;
use crate::commitment::RecordKey;
use crate::commitment::Salts;
use crate::commitment::canonical;
use crate::commitment::piece_hash;
use crate::commitment::pieces;
use crate::record::Digest;
use crate::record::Schema;
use crate::record::schema;
use crate::tlog::Hash;
use crate::tlog::Note;
use crate::tlog::TileProver;
use crate::tlog::prove_inclusion;

/// Makes the proof of the items that are wanted, from one snapshot of the archive, and checks it as a stranger would.
/// It is under the head that has most in other hands, as far as one covers all of it, and brings those along.
pub fn make(archive: &Archive, wanted: &Wanted, trusted: &Trusted) -> Result<Proof, PublishError> {
    let _snapshot = archive.ledger()?;
    let keys = archive.keys();
    let log_keys = archive.log_keys()?;
    let (_, note) = archive.head()?;
    let unsigned = || PublishError::NotSigned {
        item: "anything".to_owned(),
    };
    let note = Note::parse(note.ok_or_else(unsigned)?.as_bytes())?;
    let head = log_keys.open(&note)?;
    let mut proof = Proof {
        checkpoint: log_keys.only_signed(&note)?.to_string(),
        cosignatures: Vec::new(),
        items: Vec::new(),
        key_entries: Vec::new(),
        origin: Keys {
            log_key: Digest::new(keys.log),
            recovery_key: Digest::new(keys.recovery),
            salt: Digest::new(keys.salt),
        },
        schema: SCHEMA.to_owned(),
        segments: Vec::new(),
        tokens: Vec::new(),
    };
    let mut unmet: Vec<&String> = wanted.open.iter().chain(&wanted.withhold).collect();
    let mut maker = Maker {
        archive,
        wanted,
        size: head.size,
        seals: Vec::new(),
    };
    for &item in &wanted.items {
        let (made, filled) = maker.item(item)?;
        unmet.retain(|slot| !filled.contains(&slot.as_str()));
        proof.items.push(made);
    }
    let first = name_of(archive, wanted.items.first().copied().unwrap_or(0));
    if let Some(slot) = unmet.first() {
        return Err(PublishError::NothingThere {
            item: first,
            slot: (*slot).clone(),
        });
    }
    let withheld = wanted.withhold.iter().any(|slot| slot == "text");
    if !withheld && wanted.open.is_empty() && proof.items.iter().all(|item| item.text.is_none()) {
        return Err(PublishError::NoText { item: first });
    }
    maker.seals.sort_unstable();
    let least = maker.seals.last().map_or(1, |seal| seal + 1);
    if let Some(head) = anchored(archive, trusted, least)? {
        maker.size = head.size;
        proof.checkpoint = head.note.to_string();
        proof.cosignatures = head.cosignatures;
        proof.tokens = head.tokens;
    }
    let mut prover = TileProver::default();
    for seal in &maker.seals {
        let sealed = ["about", "segment"];
        let entry = entry(archive, &mut prover, *seal, maker.size, &sealed)?;
        proof.segments.push(entry);
    }
    proof.key_entries = key_entries(archive, maker.size)?;
    let checked = check(proof.file()?.as_bytes());
    match checked.findings.first() {
        None if checked.state == State::Matches => Ok(proof),
        Some(finding) => Err(PublishError::NotProved(finding.message.clone())),
        None => Err(PublishError::NotProved("it does not match".to_owned())),
    }
}

/// The reference under which an item is known, else its number.
fn name_of(archive: &Archive, item: u64) -> String {
    let card = archive.card(item).ok().flatten();
    card.and_then(|card| archive.reference(&card).ok())
        .unwrap_or_else(|| format!("item {item}"))
}

struct Maker<'a> {
    archive: &'a Archive,
    wanted: &'a Wanted,
    /// Entries under the checkpoint.
    size: u64,
    /// Entries that seal the items' segments.
    seals: Vec<u64>,
}

/// A record's values and what hides them.
struct Record<'a> {
    kind: &'static Schema,
    values: Vec<&'a str>,
    /// By slot; nothing where a value was destroyed.
    salts: Vec<Option<[u8; 32]>>,
    /// Those of the pieces of its text follow from the record key, which is gone where a value was destroyed.
    pieces: Option<Salts>,
    commitments: Vec<Digest>,
}

impl<'a> Record<'a> {
    fn new(
        committer: &Committer,
        name: &str,
        key: Option<[u8; 32]>,
        slots: Option<&'a str>,
        blanks: impl FnOnce() -> Result<BTreeMap<usize, Blank>, ArchiveError>,
    ) -> Result<Option<Self>, PublishError> {
        let (Some(kind), Some(slots)) = (schema(name), slots) else {
            return Ok(None);
        };
        let values = canonical::split(slots, kind.slots.len())?;
        if let Some(key) = key {
            let salts = Salts::new(&RecordKey(key));
            let commitments = committer.commit_all(&salts, kind.slots, &values);
            return Ok(Some(Self {
                kind,
                commitments: commitments.into_iter().map(Digest::new).collect(),
                values,
                salts: (kind.slots.iter())
                    .map(|slot| Some(salts.salt(slot)))
                    .collect(),
                pieces: Some(salts),
            }));
        }
        let blanks = blanks()?;
        if blanks.len() != kind.slots.len() {
            return Ok(None);
        }
        Ok(Some(Self {
            kind,
            commitments: blanks
                .values()
                .map(|it| Digest::new(it.commitment))
                .collect(),
            values,
            salts: blanks.values().map(|it| it.salt).collect(),
            pieces: None,
        }))
    }

    fn filled(&self) -> Vec<&'static str> {
        let slots = self.kind.slots.iter().zip(&self.values);
        slots
            .filter(|(_, value)| **value != "null")
            .map(|(slot, _)| *slot)
            .collect()
    }

    /// Openings of these slots, in the order of the kind.
    fn open(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<Opening>, PublishError> {
        let slots = self.kind.slots.iter().zip(&self.values).zip(&self.salts);
        slots
            .filter(|((slot, _), _)| wanted(slot))
            .filter_map(|((slot, value), salt)| Some((slot, value, (*salt)?)))
            .map(|(slot, value, salt)| {
                Ok(Opening {
                    salt: Digest::new(salt),
                    slot: (*slot).to_owned(),
                    value: canonical::parse(value)?,
                })
            })
            .collect()
    }
}

impl Maker<'_> {
    fn item(&mut self, item: u64) -> Result<(ProvedItem, Vec<&'static str>), PublishError> {
        let archive = self.archive;
        let name = name_of(archive, item);
        let gone = || PublishError::Gone { item: name.clone() };
        let row: StoredItem = archive.stored_item(item)?.ok_or_else(gone)?;
        let (place, seal) = archive.place(item)?.ok_or_else(gone)?;
        let segment = archive.segment_of(seal)?.ok_or_else(gone)?;
        if seal >= self.size {
            return Err(PublishError::NotSigned { item: name });
        }
        let record = Record::new(
            archive.committer(),
            &row.schema,
            row.key,
            row.slots.as_deref(),
            || archive.blanks_of_item(item),
        )?
        .ok_or_else(gone)?;
        let text = archive.own_text(item)?;
        let filled = record.filled();
        let kind = record.kind.name;
        let texts = Texts {
            own: text.as_deref(),
            is_read: text.is_none() && archive.text(item)?.is_some(),
            is_attached: self.is_text_attached(&record)?,
        };
        let plan = (self.wanted).plan((item, &name), kind, &filled, texts)?;
        let text = text.filter(|_| plan.slots.contains("text"));
        let path = archive.item_path(item, place.i, segment.size)?;
        if !self.seals.contains(&seal) {
            self.seals.push(seal);
        }
        let text = match (&record.pieces, text) {
            (Some(salts), Some(text)) => Some(self.text(salts, &text, &plan)?),
            (None, Some(_)) => return Err(gone()),
            (_, None) => None,
        };
        let code = crate::record::crockford(&row.leaf);
        let reference = Some(name).filter(|name| {
            let letter = if kind == "message/1" { "m-" } else { "d-" };
            let own = name.strip_prefix(letter);
            kind != "text/1" && own.is_some_and(|own| code.starts_with(own))
        });
        let made = ProvedItem {
            openings: record.open(|slot| plan.slots.contains(slot))?,
            path: digests(&path),
            text,
            record: ItemRecord {
                a: place.a,
                c: record.commitments,
                e: row.schema,
                i: place.i,
                o: archive.origin().to_string(),
                r: place.r,
                s: place.s,
                v: 1,
            },
            reference,
        };
        Ok((made, filled))
    }

    /// Whether one of the documents whose digests the slot `attachments` names has a text.
    fn is_text_attached(&self, record: &Record<'_>) -> Result<bool, PublishError> {
        let at = record.kind.position("attachments");
        let held = at.and_then(|at| record.values.get(at)).copied();
        let held: Value = canonical::parse(held.unwrap_or("null"))?;
        for attachment in held.as_array().into_iter().flatten() {
            let digest = attachment.get("sha256").and_then(Value::as_str);
            let Some(digest) = digest.and_then(|digest| digest.parse().ok()) else {
                continue;
            };
            let Some(reference) = self.archive.document_reference(&digest)? else {
                continue;
            };
            if let Target::Item(document) = self.archive.resolve(&reference)?
                && self.archive.text(document)?.is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn text(&self, salts: &Salts, text: &str, plan: &Plan) -> Result<Text, PublishError> {
        let salt = |number: u64| salts.salt(&format!("text/{number}"));
        let Some(chosen) = &plan.pieces else {
            let whole = (0_u64..).zip(pieces(text)).map(|(number, piece)| Piece {
                salt: Digest::new(salt(number)),
                text: piece.to_owned(),
            });
            return Ok(Text::Whole(whole.collect()));
        };
        let committer = self.archive.committer();
        let all: Vec<&str> = pieces(text).collect();
        let leaves: Vec<Hash> = (0_u64..)
            .zip(&all)
            .map(|(number, piece)| piece_hash(committer, &salt(number), number, piece))
            .collect();
        let passages = chosen.iter().map(|&number| {
            let at = usize::try_from(number).unwrap_or(usize::MAX);
            Ok(Passage {
                path: digests(&prove_inclusion(&leaves, number)?),
                piece: number,
                salt: Digest::new(salt(number)),
                text: all.get(at).copied().unwrap_or_default().to_owned(),
            })
        });
        Ok(Text::Passages(
            passages.collect::<Result<_, PublishError>>()?,
        ))
    }
}

/// The entries that changed the log's key under a head of that size, opened. An older head that is in other hands knows
/// nothing of what changed the key since.
pub fn key_entries(archive: &Archive, size: u64) -> Result<Vec<ProvedEntry>, PublishError> {
    let log_keys = archive.log_keys()?;
    let known = log_keys.rotated().iter();
    let mut prover = TileProver::default();
    known
        .filter(|(index, _)| *index < size)
        .map(|(index, _)| entry(archive, &mut prover, *index, size, &["old_key", "new_key"]))
        .collect()
}

/// An entry with these slots opened, under a head of that size.
fn entry(
    archive: &Archive,
    prover: &mut TileProver,
    seq: u64,
    size: u64,
    slots: &[&str],
) -> Result<ProvedEntry, PublishError> {
    let gone = || PublishError::Gone {
        item: format!("entry {seq}"),
    };
    let row = archive.stored_entry(seq)?.ok_or_else(gone)?;
    let record = Record::new(
        archive.committer(),
        &row.schema,
        row.key,
        row.slots.as_deref(),
        || archive.blanks_of(seq),
    )?
    .ok_or_else(gone)?;
    Ok(ProvedEntry {
        openings: record.open(|slot| slots.contains(&slot))?,
        path: digests(&archive.entry_path(prover, seq, size)?),
        record: EntryRecord {
            c: record.commitments,
            e: row.schema,
            i: seq,
            o: archive.origin().to_string(),
            v: 1,
        },
    })
}

fn digests(path: &[Hash]) -> Vec<Digest> {
    path.iter().map(|hash| Digest::new(hash.0)).collect()
}

impl Proof {
    /// The slots that are opened of each item, pieces of a text by their own names, as the archive's ledger records it.
    pub fn opened(&self) -> Vec<Vec<String>> {
        let of_item = |item: &ProvedItem| {
            let mut names: Vec<String> = item.openings.iter().map(|it| it.slot.clone()).collect();
            if let Some(Text::Passages(passages)) = &item.text {
                names.extend(passages.iter().map(|it| format!("text/{}", it.piece)));
            }
            names
        };
        self.items.iter().map(of_item).collect()
    }
}
