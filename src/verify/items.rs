//! Items: each hashed to its leaf again, a segment's to the root that its entry signed; texts, parents and the documents
//! they name.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Pass;
use super::Stage;
use super::blobs::Stored;
use super::ledger::Met;
use super::ranges::Stretches;
use super::record::Defect;
use super::record::Fields;
use super::text::Job;
use super::text::Source;
use super::text::Wrong;
use crate::archive::ArchiveError;
use crate::archive::Blank;
use crate::archive::INLINE_TEXT;
use crate::archive::Segment;
use crate::archive::StoredItem;
use crate::commitment::Committer;
use crate::commitment::Place;
use crate::record::Attachment;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Finding;
use crate::record::ITEM_KINDS;
use crate::record::Parent;
use crate::record::Span;
use crate::record::TextRoot;
use crate::tlog::Frontier;
use crate::tlog::leaf_hash;

/// Items that are recomputed side by side.
const TOGETHER: usize = 1024;

/// Bytes of values and texts at which a batch is full.
const FULL: usize = 8 << 20;

/// A segment on its way.
pub(super) struct Sealed<'s> {
    pub(super) seq: u64,
    pub(super) segment: &'s Segment,
    pub(super) rest: Option<Digest>,
    pub(super) first: u64,
    tree: Frontier,
    /// Whether each item so far was there and readable.
    whole: bool,
    pub(super) stretches: Stretches,
    /// Whether something of it was destroyed: the bytes between its items cannot be told apart from the others then.
    pub(super) destroyed: bool,
}

impl Sealed<'_> {
    /// The address of an item of the segment.
    fn place(&self, id: u64) -> Place {
        let Segment { a, r, s, .. } = *self.segment;
        let i = id.saturating_sub(self.first);
        Place { a, r, s, i }
    }
}

/// An item, with what its values say where they could be read.
struct Read<'r> {
    row: &'r StoredItem,
    fields: Option<Fields<'r>>,
    defects: Vec<Defect>,
    said: Said,
}

/// What an item says of bytes and of other items.
#[derive(Default)]
struct Said {
    bytes: Option<Bytes>,
    parent: Option<Parent>,
    range: Option<Span>,
    root: Option<TextRoot>,
    text: Option<Bytes>,
    attachments: Vec<Attachment>,
}

impl Said {
    fn of(fields: &Fields<'_>) -> Result<Self, Defect> {
        Ok(Self {
            bytes: fields.get("bytes")?,
            parent: fields.get("parent")?,
            range: fields.get("range")?,
            root: fields.get("text")?,
            text: fields.get("text_digest")?,
            attachments: fields.get("attachments")?.unwrap_or_default(),
        })
    }
}

impl<'r> Read<'r> {
    fn new(
        committer: &Committer,
        place: Place,
        row: &'r StoredItem,
        blanks: Option<BTreeMap<usize, Blank>>,
    ) -> Self {
        let mut read = Self {
            row,
            fields: None,
            defects: Vec::new(),
            said: Said::default(),
        };
        match Fields::read(
            ITEM_KINDS,
            &row.schema,
            row.key,
            row.slots.as_deref(),
            blanks,
        ) {
            Ok(fields) => {
                if let Err(defect) = fields.demand_item(committer, place, row.leaf) {
                    read.defects.push(defect);
                }
                match Said::of(&fields) {
                    Ok(said) => read.said = said,
                    Err(defect) => read.defects.push(defect),
                }
                read.fields = Some(fields);
            }
            Err(defect) => read.defects.push(defect),
        }
        read
    }

    fn is_document(&self) -> bool {
        self.row.schema == "document/1"
    }
}

/// How the text of an item stands before it is read.
enum Text<'r> {
    None,
    Job(Job<'r>),
    Finding(Finding),
}

impl Pass<'_, '_> {
    /// Checks the items of a segment.
    pub(super) fn items(
        &mut self,
        met: &mut Met,
        seq: u64,
        segment: &Segment,
        rest: Option<Digest>,
        first: u64,
    ) -> Result<(), ArchiveError> {
        let mut sealed = Sealed {
            seq,
            segment,
            rest,
            first,
            tree: Frontier::new(),
            whole: true,
            stretches: Stretches::default(),
            destroyed: false,
        };
        let mut batch: Vec<StoredItem> = Vec::new();
        let mut weight = 0;
        let mut unreadable = Vec::new();
        let ledger = self.ledger;
        self.stage("the items of a segment", |pass| {
            ledger.items(first, segment.size, &mut |row| {
                match row {
                    Ok(item) => {
                        weight += item.slots.as_ref().map_or(0, String::len)
                            + item.text.as_ref().map_or(0, String::len);
                        batch.push(item);
                    }
                    Err(row) => unreadable.push(row),
                }
                if batch.len() >= TOGETHER || weight >= FULL {
                    pass.batch(met, &mut sealed, &batch)?;
                    batch.clear();
                    weight = 0;
                }
                Ok(())
            })?;
            pass.batch(met, &mut sealed, &batch)
        })?;
        for row in unreadable {
            sealed.whole = false;
            self.found.add(Finding::new(
                "item.unreadable",
                format!("item {}", row.row),
                format!("The item's row cannot be read: {}.", row.reason),
            ));
        }
        self.seal(met, sealed)
    }

    /// Holds the tree of a segment's items against the root that was signed.
    fn seal(&mut self, met: &mut Met, mut sealed: Sealed<'_>) -> Result<(), ArchiveError> {
        let subject = format!("entry {}", sealed.seq);
        let segment = sealed.segment;
        if sealed.tree.size() != segment.size || !sealed.whole {
            self.found.add(
                Finding::new(
                    "item.missing",
                    &*subject,
                    "Items of the segment are missing, or their rows cannot be read.",
                )
                .with(
                    format!("{} items", segment.size),
                    format!("{} items", sealed.tree.size()),
                ),
            );
            return Ok(());
        }
        let root = sealed.tree.root();
        if root.as_bytes() != segment.root.as_bytes() {
            self.found.add(
                Finding::new(
                    "segment.altered",
                    &*subject,
                    "The items of the segment are not those that were signed: their root is another.",
                )
                .with(segment.root.to_string(), root.to_string()),
            );
        }
        let stretches = std::mem::take(&mut sealed.stretches);
        self.rest(met, &sealed, stretches)
    }

    fn batch(
        &mut self,
        met: &mut Met,
        sealed: &mut Sealed<'_>,
        rows: &[StoredItem],
    ) -> Result<(), ArchiveError> {
        let started = self.outside.cpu.map(|cpu| cpu());
        let Segment { a, r, s, .. } = *sealed.segment;
        let first = sealed.first;
        let mut blanks = BTreeMap::new();
        for row in rows
            .iter()
            .filter(|row| row.key.is_none() && row.slots.is_some())
        {
            blanks.insert(row.id, self.archive.blanks_of_item(row.id)?);
        }
        let committer = &self.committer;
        let read: Vec<Read<'_>> = rows
            .par_iter()
            .map(|row| {
                let i = row.id.saturating_sub(first);
                let blanks = blanks.get(&row.id).filter(|it| !it.is_empty()).cloned();
                Read::new(committer, Place { a, r, s, i }, row, blanks)
            })
            .collect();
        let recomputed = self.spent(Stage::Records, started);
        let mut texts = Vec::with_capacity(read.len());
        for item in &read {
            texts.push(self.text_of(item)?);
        }
        let store = self.archive.store();
        let committer = &self.committer;
        let outcomes: Vec<Option<Result<u64, Wrong>>> = texts
            .par_iter()
            .map(|text| match text {
                Text::Job(job) => Some(job.check(committer, store)),
                _ => None,
            })
            .collect();
        let compared = self.spent(Stage::Text, recomputed);
        for ((item, text), outcome) in read.iter().zip(texts).zip(outcomes) {
            self.item(met, sealed, item);
            if let Text::Finding(finding) = text {
                self.found.add(finding);
            }
            match outcome {
                Some(Ok(pieces)) => {
                    self.found.met.pieces += pieces;
                }
                Some(Err(wrong)) => self.wrong_text(item, &wrong),
                None => {}
            }
        }
        self.found.met.records += rows.len() as u64;
        self.progress.records += rows.len() as u64;
        (self.outside.progress)(self.progress);
        self.spent(Stage::Data, compared);
        Ok(())
    }

    /// One item, in its order: its place in the tree, its parent, the documents it names, its range.
    fn item(&mut self, met: &mut Met, sealed: &mut Sealed<'_>, item: &Read<'_>) {
        let id = item.row.id;
        if id != sealed.first.saturating_add(sealed.tree.size()) {
            sealed.whole = false;
        }
        sealed.tree.push(leaf_hash(&item.row.leaf));
        if self.is_destroyed(sealed, item) {
            return;
        }
        for defect in &item.defects {
            let subject = self.item_subject(id);
            self.defect(&subject, "item", defect);
        }
        let said = &item.said;
        let place = sealed.place(id);
        if let Some(fields) = &item.fields {
            self.destroyed_part(id, place, sealed.seq, fields);
        }
        let replaced = self.orders.replacement(place, sealed.seq);
        if let (Some(_), Some(bytes)) = (said.bytes, replaced) {
            // Ordered and not carried out: both are there, and only the one is missed.
            self.blobs.refer(&bytes.sha256, bytes.size);
        }
        let bytes = said.bytes.or(replaced);
        let parent = self.parent(met, sealed, id, said.parent);
        if let Some(bytes) = bytes.filter(|_| item.is_document()) {
            self.own_bytes(id, &bytes);
        }
        for attachment in &said.attachments {
            if let Some(sha256) = attachment.sha256.filter(|sha256| !self.blobs.has(sha256)) {
                let subject = self.item_subject(id);
                self.found.note(
                    subject,
                    format!("It names an attachment that was not taken in: {sha256}."),
                );
            }
        }
        match (said.range, bytes) {
            (Some(range), Some(bytes)) => self.range(met, sealed, id, parent, range, bytes),
            (None, Some(bytes)) if item.row.schema == "message/1" => self.own_bytes(id, &bytes),
            // What could not be read of it was named already.
            (_, None) if item.defects.is_empty() => {
                let subject = self.item_subject(id);
                let message = "The record does not say which bytes it is of.";
                self.found
                    .add(Finding::new("item.malformed", subject, message));
            }
            _ => {}
        }
    }

    /// Whether an order names the item. Where its values are still there, that is counted as not carried out, and the item
    /// is not held against anything else.
    fn is_destroyed(&mut self, sealed: &mut Sealed<'_>, item: &Read<'_>) -> bool {
        let place = sealed.place(item.row.id);
        let Some(order) = self.orders.of_item(place, sealed.seq) else {
            return false;
        };
        sealed.destroyed = true;
        let row = item.row;
        let gone = row.key.is_none() && row.slots.is_none() && row.text.is_none();
        self.carried_out(order, gone);
        if !gone {
            // So that the documents which it still has are not called unreferenced besides.
            for bytes in item.said.bytes.iter().chain(&item.said.text) {
                self.blobs.refer(&bytes.sha256, bytes.size);
            }
        }
        true
    }

    /// The bytes of an item that is no stretch of another have to be listed as stored, with their size.
    fn own_bytes(&mut self, id: u64, bytes: &Bytes) {
        match self.blobs.refer(&bytes.sha256, bytes.size) {
            Stored::Fits => {}
            Stored::Missing => {
                let subject = self.item_subject(id);
                let message = "The database does not list the item's bytes as stored.";
                self.found.add(
                    Finding::new("blob.missing", subject, message)
                        .with(bytes.sha256.to_string(), "nothing"),
                );
            }
            Stored::Size(stored) => {
                let subject = self.item_subject(id);
                self.wrong_size(&subject, bytes.size, stored);
            }
        }
    }

    /// The number of an item's parent, which has to come before it.
    fn parent(
        &mut self,
        met: &Met,
        sealed: &Sealed<'_>,
        id: u64,
        parent: Option<Parent>,
    ) -> Option<u64> {
        let Parent { r, s, i } = parent?;
        let number = met
            .segments
            .get(&(sealed.segment.a, r, s))
            .filter(|(_, size)| i < *size)
            .map(|(first, _)| first.saturating_add(i))
            .filter(|number| *number < id);
        if number.is_none() {
            let subject = self.item_subject(id);
            self.found.add(
                Finding::new(
                    "item.parent-missing",
                    subject,
                    "The item that it came out of is not in the accession before it.",
                )
                .with("an earlier item", format!("run {r}, segment {s}, item {i}")),
            );
        }
        number
    }

    /// Where the text of an item is kept, or what is wrong with that.
    fn text_of<'r>(&mut self, item: &'r Read<'r>) -> Result<Text<'r>, ArchiveError> {
        let row = item.row;
        let Some(fields) = &item.fields else {
            return Ok(Text::None);
        };
        let said = &item.said;
        if row.schema == "text/1" && said.bytes != said.text {
            let subject = self.item_subject(row.id);
            let message =
                "The bytes of a text have to be the text itself, and the record names others.";
            return Ok(Text::Finding(Finding::new(
                "item.malformed",
                subject,
                message,
            )));
        }
        let (root, bytes) = match (said.root, said.text) {
            (Some(root), Some(bytes)) => (root, bytes),
            (None, None) if row.text.is_none() => return Ok(Text::None),
            (None, None) => return Ok(Text::Finding(self.unexpected_text(row.id))),
            _ => {
                let subject = self.item_subject(row.id);
                return Ok(Text::Finding(Finding::new(
                    "item.malformed",
                    subject,
                    "The record has a text without its digest, or a digest without its text.",
                )));
            }
        };
        let inline = !item.is_document() && bytes.size <= INLINE_TEXT as u64;
        let source = match (inline, &row.text) {
            (true, Some(text)) => Source::Inline(text),
            (true, None) => return Ok(Text::Finding(self.missing_text(row.id, &bytes))),
            (false, Some(_)) => return Ok(Text::Finding(self.unexpected_text(row.id))),
            (false, None) => {
                // A document's text is its bytes; another's long text is stored as a document of its own.
                let own = item.is_document();
                if own && said.bytes != Some(bytes) {
                    let subject = self.item_subject(row.id);
                    return Ok(Text::Finding(Finding::new(
                        "item.malformed",
                        subject,
                        "The text of a document has to be its own bytes, and the record names others.",
                    )));
                }
                if self.damaged.contains(&bytes.sha256) || self.gone.contains(&bytes.sha256) {
                    return Ok(Text::None);
                }
                let stored = if own {
                    Stored::Fits
                } else {
                    self.blobs.refer(&bytes.sha256, bytes.size)
                };
                match (stored, self.archive.place_of(&bytes.sha256)?) {
                    (Stored::Fits, Some((place, size))) if size == bytes.size => {
                        Source::Stored { place }
                    }
                    _ if own => return Ok(Text::None),
                    _ => return Ok(Text::Finding(self.missing_text(row.id, &bytes))),
                }
            }
        };
        Ok(Text::Job(Job {
            salts: &fields.salts,
            root,
            bytes,
            source,
        }))
    }

    fn missing_text(&self, id: u64, bytes: &Bytes) -> Finding {
        let message = "The text that was read out of it is not stored.";
        Finding::new("text.missing", self.item_subject(id), message)
            .with(bytes.sha256.to_string(), "nothing")
    }

    fn unexpected_text(&self, id: u64) -> Finding {
        let message =
            "A text is stored for it in the database, where its record has none to keep there.";
        Finding::new("text.unexpected", self.item_subject(id), message)
    }

    fn wrong_text(&mut self, item: &Read<'_>, wrong: &Wrong) {
        let said = &item.said;
        let (message, expected, found) = match wrong {
            Wrong::Digest { found } => (
                "The stored text is not the one that was signed.",
                said.text
                    .map(|bytes| format!("{}, {} bytes", bytes.sha256, bytes.size)),
                found.clone(),
            ),
            Wrong::Root { found } => (
                "The pieces of the stored text give another root than the one that was signed.",
                said.root
                    .map(|root| format!("{}, {} pieces", root.root, root.pieces)),
                format!("{}, {} pieces", found.root, found.pieces),
            ),
            Wrong::NotText => (
                "The stored text is not UTF-8.",
                Some("UTF-8".to_owned()),
                "other bytes".to_owned(),
            ),
            Wrong::Unreadable(reason) => (
                "The stored text cannot be read.",
                said.text.map(|bytes| bytes.sha256.to_string()),
                reason.clone(),
            ),
        };
        let subject = self.item_subject(item.row.id);
        self.found.add(
            Finding::new("text.altered", subject, message)
                .with(expected.unwrap_or_default(), found),
        );
    }
}
