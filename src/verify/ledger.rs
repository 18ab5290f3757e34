//! Entries: each hashed to its leaf again, all of them to the roots that were signed.

use std::collections::HashMap;

use super::Pass;
use super::Stage;
use super::blobs::Stored;
use super::heads::Heads;
use super::record::Defect;
use super::record::Fields;
use crate::archive::About;
use crate::archive::ArchiveError;
use crate::archive::BEGINNINGS;
use crate::archive::LOST;
use crate::archive::Segment;
use crate::archive::StoredEntry;
use crate::commitment::Committer;
use crate::record::Digest;
use crate::record::ENTRY_KINDS;
use crate::record::Finding;
use crate::record::Span;
use crate::record::is_understood;
use crate::tlog::Checkpoint;
use crate::tlog::Frontier;
use crate::tlog::Note;
use crate::tlog::leaf_hash;

/// Items of a segment, at most (FORMAT, 'Segments').
const MOST_ITEMS: u64 = 65_536;

/// What has been met of a run.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// The number that its next segment has to have.
    next: u64,
    items: u64,
    pub(super) ended: bool,
    /// Segments that are lawful only if the run was stopped for good: what is to be said of them if it states its total.
    pub(super) cut: Vec<Finding>,
    /// How far the last item of each container went. Forgotten when the run has ended.
    pub(super) covered: HashMap<u64, u64>,
}

/// What has been met of the ledger.
pub(super) struct Met {
    tree: Frontier,
    /// Whether the tree can still be that of the stored rows: no row was missing or unreadable.
    whole: bool,
    heads: Heads,
    pub(super) next_item: u64,
    /// First item and number of items of each segment, by accession, run and number.
    pub(super) segments: HashMap<(u64, u64, u64), (u64, u64)>,
    pub(super) runs: HashMap<(u64, u64), Run>,
    accessions: std::collections::HashSet<u64>,
    /// Entries of which only the leaf data are left.
    lost: Vec<u64>,
    /// The latest time of recording so far, and its entry.
    latest: Option<(String, u64)>,
    /// Entries that say which are lost.
    restored: Vec<Restoration>,
}

/// What an entry `restored/1` says.
struct Restoration {
    by: u64,
    /// The entries that it speaks of.
    span: Span,
    /// Those of them that are lost.
    lost: Vec<Span>,
}

impl Restoration {
    fn of(by: u64, fields: &Fields<'_>) -> Result<Self, Defect> {
        let span = Span {
            start: fields.get("from_size")?.unwrap_or_default(),
            end: fields.get("to_size")?.unwrap_or_default(),
        };
        let lost = fields.get("lost")?.unwrap_or_default();
        Ok(Self { by, span, lost })
    }

    fn speaks_of(&self, seq: u64) -> bool {
        self.by > seq && (self.span.start..self.span.end).contains(&seq)
    }

    fn gives_up(&self, seq: u64) -> bool {
        (self.lost.iter()).any(|lost| (lost.start..lost.end).contains(&seq))
    }
}

/// What an entry that seals a segment says of it.
struct Seal {
    about: Option<About>,
    segment: Segment,
    rest: Option<Digest>,
    total: Option<u64>,
    derived: bool,
}

impl Seal {
    fn of(fields: &Fields<'_>) -> Result<Self, Defect> {
        Ok(Self {
            about: fields.get("about")?,
            segment: fields
                .get("segment")?
                .ok_or_else(|| Defect::Form("it seals no segment".to_owned()))?,
            rest: fields.get("rest")?,
            total: fields.get("total")?,
            derived: fields.schema.name == "derived/1",
        })
    }
}

impl Pass<'_, '_> {
    /// Checks entries, the segments they seal, and the heads.
    pub(super) fn check_ledger(&mut self) -> Result<(), ArchiveError> {
        let mut heads = Heads::default();
        self.stage("the checkpoints", |pass| {
            heads = pass.heads()?;
            pass.name_origin()
        })?;
        let closed = self.expect_closing(&mut heads);
        self.stage("where the archive goes on from", Pass::check_beginning)?;
        let mut anchors = Vec::new();
        self.stage("what is in other hands", |pass| {
            anchors = pass.expect_anchors(&mut heads)?;
            Ok(())
        })?;
        let mut met = Met {
            tree: Frontier::new(),
            whole: true,
            heads,
            next_item: 1,
            segments: HashMap::new(),
            runs: HashMap::new(),
            accessions: std::collections::HashSet::new(),
            lost: Vec::new(),
            restored: Vec::new(),
            latest: None,
        };
        let mut ended = false;
        self.stage("the ledger", |pass| {
            let ledger = pass.ledger;
            ledger.entries(&mut |row| pass.row(&mut met, row))?;
            ended = true;
            Ok(())
        })?;
        self.lost(&met);
        let (size, root) = (met.tree.size(), met.tree.root());
        if ended && met.whole {
            let counts = self.judge_closing(closed.as_ref(), &met.heads, size);
            self.stage("the heads", |pass| {
                pass.judge(&met.heads, size, root, counts)
            })?;
            self.judge_anchors(&met.heads, anchors, size, counts);
        }
        if ended {
            self.stage("the number of records", |pass| pass.surplus(met.next_item))?;
        }
        Ok(())
    }

    /// Where entry 0 no longer gives the origin that was signed, all else is judged by the one that was.
    fn name_origin(&mut self) -> Result<(), ArchiveError> {
        let Some((_, bytes)) = self.ledger.checkpoints()?.pop() else {
            return Ok(());
        };
        let signed = Note::parse(&bytes).and_then(|note| Checkpoint::parse(note.text()));
        let Ok(origin) = signed.map(|signed| signed.origin) else {
            return Ok(());
        };
        let here = self.archive.origin();
        if origin == here.as_str() {
            return Ok(());
        }
        if let Ok(parsed) = origin.parse() {
            self.committer = Committer::new(parsed);
        }
        let message =
            "The three values of entry 0 give another origin than the last checkpoint names.";
        self.found
            .add(Finding::new("origin.changed", "entry 0", message).with(origin, here.to_string()));
        Ok(())
    }

    /// Names the entries of which only the leaf data are left. Where an entry says that they are lost, that is a statement
    /// of the ledger, signed like any other, and is told as one; else each is a finding. The last entry that speaks of
    /// them counts.
    fn lost(&mut self, met: &Met) {
        let mut stretches: Vec<(u64, u64, u64)> = Vec::new();
        for seq in &met.lost {
            let said = (met.restored.iter()).rfind(|said| said.speaks_of(*seq));
            let Some(by) = said.filter(|said| said.gives_up(*seq)).map(|said| &said.by) else {
                self.defect(&format!("entry {seq}"), "ledger.entry", &Defect::Gone);
                continue;
            };
            self.found.lost += 1;
            match stretches.last_mut() {
                Some((_, end, last)) if *end == *seq && last == by => *end += 1,
                _ => stretches.push((*seq, seq + 1, *by)),
            }
        }
        for (start, end, by) in stretches {
            let subject = if start + 1 == end {
                format!("entry {start}")
            } else {
                format!("entries {start} to {}", end - 1)
            };
            let text = format!(
                "Lost, as entry {by} says: the archive was restored from an older copy, and only the digests of what was \
                 recorded here came back."
            );
            self.found.note(subject, text);
        }
    }

    fn row(
        &mut self,
        met: &mut Met,
        row: Result<StoredEntry, crate::archive::Unreadable>,
    ) -> Result<(), ArchiveError> {
        let entry = match row {
            Ok(entry) => entry,
            Err(row) => {
                met.whole = false;
                self.found.add(Finding::new(
                    "ledger.entry-unreadable",
                    format!("entry {}", row.row),
                    format!("The entry's row cannot be read: {}.", row.reason),
                ));
                met.tree.push(leaf_hash(&[]));
                return Ok(());
            }
        };
        let due = met.tree.size();
        if entry.seq != due && met.whole {
            met.whole = false;
            self.found.add(
                Finding::new(
                    "ledger.entry-missing",
                    format!("entry {due}"),
                    "Entries are missing from the ledger.",
                )
                .with(format!("entry {due}"), format!("entry {}", entry.seq)),
            );
        }
        met.tree.push(leaf_hash(&entry.leaf));
        let Met { tree, heads, .. } = met;
        heads.reached(tree.size(), || tree.root());
        self.progress.records += 1;
        self.entry(met, &entry)
    }

    fn entry(&mut self, met: &mut Met, entry: &StoredEntry) -> Result<(), ArchiveError> {
        let subject = format!("entry {}", entry.seq);
        if entry.schema == LOST && entry.key.is_none() && entry.slots.is_none() {
            met.lost.push(entry.seq);
            return Ok(());
        }
        let read = Fields::read(
            ENTRY_KINDS,
            &entry.schema,
            entry.key,
            entry.slots.as_deref(),
            self.blanks_of(entry)?,
        );
        let fields = match read {
            Ok(fields) => fields,
            Err(defect) => {
                self.defect(&subject, "ledger.entry", &defect);
                return Ok(());
            }
        };
        if let Err(defect) = fields.demand_entry(&self.committer, entry.seq, entry.leaf) {
            self.defect(&subject, "ledger.entry", &defect);
        }
        self.destroyed_slots(entry.seq, &fields);
        if !is_understood(fields.schema.name) {
            let defect = Defect::NotUnderstood(entry.schema.clone());
            self.defect(&subject, "ledger.entry", &defect);
        }
        if (entry.seq == 0) != BEGINNINGS.contains(&entry.schema.as_str()) {
            self.found.add(Finding::new(
                "ledger.entry-misplaced",
                &*subject,
                "An archive is started by its first entry, and by no other.",
            ));
        }
        for stream in fields.streams() {
            match self.blobs.refer(&stream.sha256, stream.size) {
                Stored::Size(stored) => self.wrong_size(&subject, stream.size, stored),
                // Of what was handed out the archive keeps no copy; a value too long for the record it does.
                Stored::Missing if stream.is_value && !self.options.quick => self.found.add(
                    Finding::new(
                        "blob.missing",
                        &*subject,
                        "The database does not list the bytes of a value of the entry as stored.",
                    )
                    .with(stream.sha256.to_string(), "nothing"),
                ),
                Stored::Missing | Stored::Fits => {}
            }
        }
        if entry.schema == "accessioned/1" {
            met.accessions.insert(entry.seq);
        }
        if entry.schema == "restored/1" {
            match Restoration::of(entry.seq, &fields) {
                Ok(restoration) => met.restored.push(restoration),
                Err(defect) => self.defect(&subject, "ledger.entry", &defect),
            }
        }
        self.clock(met, entry.seq, &fields);
        if let Err(defect) = self.about(met, entry.seq, &fields) {
            self.defect(&subject, "ledger.entry", &defect);
        }
        if !matches!(fields.schema.name, "received/1" | "derived/1") {
            return Ok(());
        }
        match Seal::of(&fields) {
            Ok(seal) => self.segment(met, entry.seq, &seal),
            Err(defect) => {
                self.defect(&subject, "ledger.entry", &defect);
                Ok(())
            }
        }
    }

    /// Notes where an entry claims an earlier time of recording than one before it: a clock that was set back, or a time
    /// that somebody chose. It is a claim in either case, and no damage.
    fn clock(&mut self, met: &mut Met, seq: u64, fields: &Fields<'_>) {
        let Ok(Some(at)) = fields.get::<String>("t") else {
            return;
        };
        // Whole seconds in UTC, all written alike: the order of the words is that of the times.
        match &met.latest {
            Some((latest, earlier)) if at < *latest => {
                let text = format!(
                    "It says that it was recorded at {at}, and entry {earlier} before it at {latest}: the clock went back, or somebody chose the time."
                );
                self.found.note(format!("entry {seq}"), text);
            }
            _ => met.latest = Some((at, seq)),
        }
    }

    /// What an entry is about has to be there, and earlier.
    fn about(&mut self, met: &Met, seq: u64, fields: &Fields<'_>) -> Result<(), Defect> {
        if fields.schema.position("about") != Some(0) {
            return Ok(());
        }
        let there = match fields.get::<About>("about") {
            Ok(None) => return Ok(()),
            Ok(Some(About::Entry(about))) => about < seq,
            Ok(Some(About::Item(place))) => met
                .segments
                .get(&(place.a, place.r, place.s))
                .is_some_and(|(_, size)| place.i < *size),
            Err(defect) => return Err(defect),
        };
        if !there {
            self.found.add(Finding::new(
                "ledger.about-missing",
                format!("entry {seq}"),
                "The entry is about something that is not in the ledger before it.",
            ));
        }
        Ok(())
    }

    /// Checks the place of a segment in its run, then its items.
    fn segment(&mut self, met: &mut Met, seq: u64, seal: &Seal) -> Result<(), ArchiveError> {
        let subject = format!("entry {seq}");
        let (segment, total) = (&seal.segment, seal.total);
        let Segment { a, r, s, size, .. } = *segment;
        let mut wrong = Vec::new();
        if seal.about != Some(About::Entry(a)) {
            wrong.push(format!("it is not about entry {a}, its accession"));
        }
        if seal.derived == (r == 0) {
            wrong.push(format!("run {r} is not of its kind"));
        }
        if r > 0 && !met.runs.contains_key(&(a, r - 1)) {
            wrong.push(format!("there is no run {} before it", r - 1));
        }
        if !met.accessions.contains(&a) {
            wrong.push(format!("entry {a} is no accession before it"));
        }
        if size > MOST_ITEMS {
            wrong.push(format!(
                "it states {size} items, and {MOST_ITEMS} is the most"
            ));
        }
        if size == 0 && total.is_none() {
            wrong.push("it has no items and does not end its run".to_owned());
        }
        let run = met.runs.entry((a, r)).or_default();
        if run.ended {
            wrong.push(format!("run {r} had stated its total before"));
        }
        if run.next != s {
            wrong.push(format!(
                "it is number {s} where {} is next in run {r}",
                run.next
            ));
        }
        run.next = s.saturating_add(1);
        run.items = run.items.saturating_add(size);
        run.ended |= total.is_some();
        if let Some(total) = total.filter(|total| *total != run.items) {
            wrong.push(format!(
                "it states {total} items for run {r}, which has {}",
                run.items
            ));
        }
        for what in wrong {
            self.found.add(Finding::new(
                "segment.misplaced",
                &*subject,
                format!("The segment does not go with those before it: {what}."),
            ));
        }
        let first = met.next_item;
        met.next_item = first.saturating_add(size);
        met.segments.insert((a, r, s), (first, size));
        if self.options.quick {
            return Ok(());
        }
        self.items(met, seq, segment, seal.rest, first)?;
        if let Some(run) = met.runs.get_mut(&(a, r)).filter(|run| run.ended) {
            run.covered = HashMap::new();
            for finding in std::mem::take(&mut run.cut) {
                self.found.add(finding);
            }
        }
        Ok(())
    }

    /// Rows that no entry of the ledger accounts for.
    fn surplus(&mut self, next_item: u64) -> Result<(), ArchiveError> {
        let due = next_item - 1;
        let (items, lone_texts) = self.ledger.item_rows()?;
        if items != due {
            let (code, message) = if items > due {
                ("item.unexpected", "There are items that no entry seals.")
            } else {
                ("item.missing", "Entries seal items that are not there.")
            };
            self.found.add(
                Finding::new(code, "archive.sqlite item", message)
                    .with(format!("{due} items"), format!("{items} items")),
            );
        }
        if lone_texts > 0 {
            self.found.add(Finding::new(
                "text.unexpected",
                "archive.sqlite text",
                match lone_texts {
                    1 => "There is 1 text that belongs to no item.".to_owned(),
                    many => format!("There are {many} texts that belong to no item."),
                },
            ));
        }
        self.blanks()
    }

    /// Names what is wrong with a record. `kind` is `ledger.entry` or `item`.
    pub(super) fn defect(&mut self, subject: &str, kind: &str, defect: &Defect) {
        let entry = kind == "ledger.entry";
        let finding = match defect {
            Defect::NotUnderstood(schema) => Finding::new(
                if entry {
                    "ledger.not-understood"
                } else {
                    "item.not-understood"
                },
                subject,
                format!(
                    "This release does not understand records of kind {schema:?}: it was not checked."
                ),
            ),
            Defect::Gone => Finding::new(
                if entry {
                    "ledger.entry-gone"
                } else {
                    "item.gone"
                },
                subject,
                "The values or the key of the record are gone, and no entry says that they were destroyed.",
            ),
            Defect::Form(reason) => Finding::new(
                if entry {
                    "ledger.entry-malformed"
                } else {
                    "item.malformed"
                },
                subject,
                format!("The record's values are not in the form that is signed: {reason}."),
            ),
            Defect::Leaf { stored, made } => Finding::new(
                if entry {
                    "ledger.entry-altered"
                } else {
                    "item.altered"
                },
                subject,
                "The stored values are not those that were signed: they hash to another leaf.",
            )
            .with(hex::encode(stored), hex::encode(made)),
        };
        self.found.add(finding);
    }

    pub(super) fn wrong_size(&mut self, subject: &str, recorded: u64, stored: u64) {
        self.found.add(
            Finding::new(
                "blob.size",
                subject,
                "The database lists the document with another size than the record has.",
            )
            .with(format!("{recorded} bytes"), format!("{stored} bytes")),
        );
    }

    /// Notes the time since `before` as spent on records.
    pub(super) fn spent(&mut self, stage: Stage, before: Option<f64>) -> Option<f64> {
        let now = self.outside.cpu.map(|cpu| cpu());
        if let (Some(before), Some(now)) = (before, now) {
            self.found.spent(stage, now - before);
        }
        now
    }
}
