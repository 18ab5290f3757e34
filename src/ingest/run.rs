//! The run itself: paths in, groups of records out.

use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::VecDeque;
use std::fs::File;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use rayon::prelude::*;
use serde_json::Value;

use super::IngestError;
use super::Outside;
use super::Progress;
use super::Receipt;
use super::Request;
use super::came::Came;
use super::error::unreadable;
use super::group::Open;
use super::keeping::Counted;
use super::keeping::bytes_of;
use super::loading::load;
use super::nested::Budget;
use super::nested::Recorded;
use super::notices::Notices;
use super::walk::Walked;
use super::walk::passed_over;
use super::walk::walk;
use crate::archive::ArchiveError;
use crate::archive::EntryDraft;
use crate::archive::ItemDraft;
use crate::archive::Step;
use crate::archive::Writer;
use crate::archive::statement_of;
use crate::archive::store::Batch;
use crate::archive::store::SMALL_BELOW;
use crate::archive::store::StoreError;
use crate::record::Bytes;
use crate::record::Digest;
use crate::record::Kind;
use crate::record::Name;
use crate::record::Parent;

/// Bytes of small files that are read and hashed side by side.
const TOGETHER: u64 = 3 << 20;

/// Files that are read and hashed side by side.
const FILES_TOGETHER: usize = 512;

/// Bytes of kept documents at which a group is appended.
const BATCH_FULL: u64 = 256 << 20;

/// Bytes of the list of paths that an accession states; an entry holds no more than twice this in all.
const LONGEST_PATHS: usize = 128 << 10;

/// Bytes of a document up to which its own text is read; a longer one is stored and not searchable.
pub(super) const LONGEST_TEXT: u64 = 64 << 20;

/// Brings the paths in. Nothing is appended where nothing is new.
pub fn run(
    writer: &mut Writer,
    request: &Request,
    outside: &mut Outside<'_>,
) -> Result<Receipt, IngestError> {
    demand_paths(writer.archive().root(), request)?;
    let mut run = Run::begin(writer, request, outside)?;
    for path in &request.paths {
        if path.as_os_str() == "-" {
            run.stdin()?;
        } else {
            run.tree(path)?;
        }
    }
    run.end()
}

pub(super) struct Run<'a, 'o> {
    pub(super) writer: &'a mut Writer,
    pub(super) request: &'a Request,
    pub(super) outside: &'a mut Outside<'o>,
    statement: [u8; 32],
    /// The entry of the accession, once it is known.
    accession: Option<u64>,
    /// Whether that entry is on the disk.
    begun: bool,
    pub(super) received: Open,
    pub(super) derived: Open,
    pub(super) batch: Option<Batch>,
    /// Derived items that an interrupted run recorded already, to be met again in the same order.
    pub(super) replay: VecDeque<u64>,
    /// The document at which an interrupted run stopped, and what was recorded out of it.
    pub(super) unfinished: Option<(u64, VecDeque<u64>)>,
    /// Documents in the group that is not on the disk yet; those brought in themselves are true.
    fresh: HashMap<Digest, bool>,
    pub(super) receipt: Receipt,
    pub(super) notices: Notices,
    pub(super) progress: Progress,
}

impl<'a, 'o> Run<'a, 'o> {
    fn begin(
        writer: &'a mut Writer,
        request: &'a Request,
        outside: &'a mut Outside<'o>,
    ) -> Result<Self, IngestError> {
        let statement = statement_of(&request.statement)?;
        let interrupted = writer
            .archive()
            .interrupted(&statement, &paths_text(request)?)?;
        let mut run = Self {
            statement,
            accession: interrupted,
            begun: interrupted.is_some(),
            received: Open::new(0, 0, false, 0),
            derived: Open::new(1, 0, true, 0),
            batch: None,
            replay: VecDeque::new(),
            unfinished: None,
            fresh: HashMap::new(),
            receipt: Receipt {
                continued: interrupted.is_some(),
                ..Receipt::default()
            },
            notices: Notices::default(),
            progress: Progress::default(),
            writer,
            request,
            outside,
        };
        if let Some(accession) = interrupted {
            run.demand_same_mapping(accession)?;
            run.take_up(accession)?;
        }
        run.writer.hold()?;
        Ok(run)
    }

    fn tree(&mut self, path: &Path) -> Result<(), IngestError> {
        let mut small: Vec<Walked> = Vec::new();
        let mut bytes = 0;
        let own = self.writer.archive().root().to_path_buf();
        self.receipt.notices.extend(passed_over(path, &own));
        for found in walk(path, &own) {
            match found {
                Ok(file) if file.size < SMALL_BELOW => {
                    bytes += file.size;
                    small.push(file);
                    if bytes >= TOGETHER || small.len() >= FILES_TOGETHER {
                        self.small_files(std::mem::take(&mut small))?;
                        bytes = 0;
                    }
                }
                Ok(file) => {
                    self.small_files(std::mem::take(&mut small))?;
                    bytes = 0;
                    self.large_file(&file)?;
                }
                Err(passed) => self.fail(&passed.path.display().to_string(), passed.reason, None),
            }
        }
        self.small_files(small)
    }

    /// Reads and hashes files side by side, then takes them in in their order.
    fn small_files(&mut self, files: Vec<Walked>) -> Result<(), IngestError> {
        let (loaded, unread) = load(files);
        for (walked, reason) in unread {
            self.fail(&walked.path.display().to_string(), reason, None);
        }
        let mut fresh = Vec::with_capacity(loaded.len());
        for file in loaded {
            self.progress.files += 1;
            self.progress.bytes += file.bytes.len() as u64;
            if self.is_known(&file.walked.path, &file.digest)? {
                continue;
            }
            match self.request.misfit(&file.bytes) {
                Some(misfit) => self.fail(&file.walked.path.display().to_string(), misfit, None),
                None => fresh.push(file),
            }
        }
        let kind = self.request.kind_said();
        let committer = self.writer.archive().committer();
        let drafted: Vec<_> = fresh
            .into_par_iter()
            .map(|file| {
                let came = Came::from_file(&file.walked);
                let draft = came.draft(
                    committer,
                    kind,
                    &file.bytes,
                    bytes_of(&file.bytes, file.digest),
                );
                (file, came, draft)
            })
            .collect();
        // The same bytes may stand twice among files read together.
        let mut taken = HashSet::with_capacity(drafted.len());
        for (file, came, draft) in drafted {
            if !taken.insert(file.digest) {
                self.already(&file.walked.path, file.digest.to_string());
                continue;
            }
            let (kind, draft) = draft?;
            let bytes = bytes_of(&file.bytes, file.digest);
            self.make_room()?;
            self.keep(&file.bytes, &file.digest)?;
            let parent = self.receive(draft, kind, &file.digest, &came)?;
            self.read_inside(
                &Recorded {
                    came: &came,
                    kind,
                    place: parent,
                    bytes,
                    held: Some(&file.bytes),
                    depth: 0,
                },
                &mut Budget::new(bytes.size),
            )?;
        }
        (self.outside.progress)(self.progress);
        Ok(())
    }

    /// Takes in a file of 1 MiB or more in one pass.
    fn large_file(&mut self, walked: &Walked) -> Result<(), IngestError> {
        let opened = File::open(&walked.path);
        match opened {
            Ok(mut file) => {
                let came = Came::from_file(walked);
                match self.beginning(&mut file, &came) {
                    Some(head) => self.stream(&mut head.chain(file), &came, &walked.path),
                    None => Ok(()),
                }
            }
            Err(error) => {
                self.fail(&walked.path.display().to_string(), unreadable(&error), None);
                Ok(())
            }
        }
    }

    fn stdin(&mut self) -> Result<(), IngestError> {
        let Some(stdin) = self.outside.stdin.take() else {
            return Ok(());
        };
        let came = Came::from_stdin();
        let mut stdin = BufReader::new(stdin);
        match stdin.fill_buf() {
            // Whatever was to write here failed, or was not started: no document was brought in.
            Ok([]) => {
                self.fail(&came.given, "nothing came on it".to_owned(), None);
                Ok(())
            }
            // An error is met again, and told, where it is read.
            Ok(_) | Err(_) => match self.beginning(&mut stdin, &came) {
                Some(head) => self.stream(&mut head.chain(stdin), &came, Path::new("-")),
                None => Ok(()),
            },
        }
    }

    fn stream(&mut self, from: &mut dyn Read, came: &Came, path: &Path) -> Result<(), IngestError> {
        self.make_room()?;
        let mut counted = Counted {
            from,
            progress: self.progress,
            tell: self.outside.progress,
        };
        let put = self.take_in(&mut counted);
        self.progress.bytes = counted.progress.bytes;
        let (digest, size) = match put {
            Ok(put) => put,
            Err(IngestError::Archive(ArchiveError::Store(StoreError::Unread { source }))) => {
                self.fail(&came.given, unreadable(&source), None);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.progress.files += 1;
        if self.is_known(path, &digest)? {
            return Ok(());
        }
        let bytes = Bytes {
            sha256: digest,
            size,
        };
        let (kind, draft, held) = self.draft_stored(came, self.request.kind_said(), bytes)?;
        let parent = self.receive(draft, kind, &digest, came)?;
        self.read_inside(
            &Recorded {
                came,
                kind,
                place: parent,
                bytes,
                held: held.as_deref(),
                depth: 0,
            },
            &mut Budget::new(size),
        )?;
        (self.outside.progress)(self.progress);
        Ok(())
    }

    /// Records a document as it came, or finds its record where an interrupted run made it.
    fn receive(
        &mut self,
        draft: ItemDraft,
        kind: Kind,
        digest: &Digest,
        came: &Came,
    ) -> Result<Parent, IngestError> {
        if let Some(place) = self.met_again(digest)? {
            return Ok(place);
        }
        if let Some(document) = self.count(kind, digest)? {
            self.again(came, document);
        }
        self.fresh.insert(*digest, true);
        Ok(self.received.push(draft))
    }

    /// Whether the same bytes came in before with the same stated provenance and were read to their end.
    fn is_known(&mut self, path: &Path, digest: &Digest) -> Result<bool, IngestError> {
        if self.fresh.get(digest) == Some(&true) {
            let document = digest.to_string();
            self.already(path, document);
            return Ok(true);
        }
        let archive = self.writer.archive();
        let Some(card) = archive.known(digest, &self.statement, self.accession)? else {
            return Ok(false);
        };
        let unfinished = self.unfinished.as_ref();
        if unfinished.is_some_and(|(item, _)| *item == card.item) {
            return Ok(false);
        }
        let document = archive.reference(&card)?;
        match self.request.read_otherwise(archive, &card)? {
            Some(reason) => self.fail(&path.display().to_string(), reason, None),
            None => self.already(path, document),
        }
        Ok(true)
    }

    /// Counts a document that is being recorded; gives its reference where its bytes came in an earlier group or run.
    pub(super) fn count(
        &mut self,
        kind: Kind,
        digest: &Digest,
    ) -> Result<Option<String>, IngestError> {
        if !kind.is_container() {
            self.receipt.items.added += 1;
        }
        if self.fresh.contains_key(digest) {
            return Ok(None);
        }
        // The same bytes under two names are one document, here as in every other count.
        *self.receipt.kinds.entry(kind.word()).or_default() += 1;
        let known = self.writer.archive().document_reference(digest)?;
        if known.is_none() {
            self.fresh.insert(*digest, false);
            self.receipt.documents.added += 1;
            if kind == Kind::Other {
                self.receipt.not_searchable += 1;
            }
        }
        Ok(known)
    }

    /// Records an item that a reader found, or finds its record where an interrupted run made it.
    pub(super) fn derive(
        &mut self,
        draft: ItemDraft,
        sha256: &Digest,
        path: &Name,
    ) -> Result<Parent, IngestError> {
        let Some(item) = self.replay.pop_front() else {
            return Ok(self.derived.push(draft));
        };
        let archive = self.writer.archive();
        let same = archive
            .card(item)?
            .is_some_and(|card| card.sha256 == *sha256);
        match archive.place(item)? {
            Some((place, _)) if same => Ok(Parent {
                r: place.r,
                s: place.s,
                i: place.i,
            }),
            _ => Err(IngestError::ReadsOtherwise {
                path: path.to_string(),
                item,
            }),
        }
    }

    /// Appends the group where it is full. Called before something is pushed, so that the last group of a run is never
    /// empty and can state its total.
    pub(super) fn make_room(&mut self) -> Result<(), IngestError> {
        let kept = self.batch.as_ref().map_or(0, Batch::bytes);
        let heavy = self.received.weight() + self.derived.weight() >= super::group::FULL;
        if heavy || self.received.is_full() || self.derived.is_full() || kept >= BATCH_FULL {
            self.append(false)?;
        }
        Ok(())
    }

    /// The entry that the accession has or will have, and what goes before it.
    fn accession(&self) -> u64 {
        self.accession
            .unwrap_or_else(|| self.writer.size() + self.request.before.len() as u64)
    }

    fn append(&mut self, last: bool) -> Result<(), IngestError> {
        let accession = self.accession();
        let mut steps = Vec::new();
        if !self.begun {
            for entry in &self.request.before {
                steps.push(Step::Entry(entry.clone()));
            }
            let mut values = self.request.statement.clone();
            values.push((
                "paths",
                serde_json::from_str(&paths_text(self.request)?).unwrap_or_default(),
            ));
            if let Some(note) = &self.request.note {
                values.push(("note", Value::from(note.clone())));
            }
            values.extend(self.signed());
            steps.push(Step::Entry(EntryDraft::new("accessioned/1", &values)?));
        }
        if last || !self.received.is_empty() {
            let values = self.sealed_with((self.request.tool)(), &[]);
            steps.push(Step::Segment(self.received.take(accession, last, values)));
        }
        if last || !self.derived.is_empty() {
            let notices = self.notices.take();
            let values = self.sealed_with(self.request.deriving_tool(), &notices);
            steps.push(Step::Segment(self.derived.take(accession, last, values)));
        }
        let appended = self.writer.append(steps, self.batch.take())?;
        if !self.begun {
            self.begun = true;
            self.accession = Some(accession);
            debug_assert_eq!(
                appended.entries.get(self.request.before.len()),
                Some(&accession)
            );
            self.receipt.accession = self.writer.archive().entry_reference(accession)?;
        }
        self.fresh.clear();
        if !last {
            self.writer.hold()?;
        }
        (self.outside.progress)(self.progress);
        Ok(())
    }

    fn signed(&self) -> Vec<(&'static str, Value)> {
        let now = (self.outside.clock)();
        let mut values = vec![("t", Value::from(now.whole_seconds().to_string()))];
        if let Some(by) = &self.request.by {
            values.push(("by", Value::from(by.clone())));
        }
        values
    }

    fn sealed_with(&self, tool: Value, notices: &[Value]) -> Vec<(&'static str, Value)> {
        let mut values = self.signed();
        values.push(("tool", tool));
        if !notices.is_empty() {
            values.push(("note", Value::from(notices.to_vec())));
        }
        values
    }

    fn end(mut self) -> Result<Receipt, IngestError> {
        self.finish_unfinished()?;
        let new = !self.received.is_empty() || !self.derived.is_empty();
        if self.begun || new {
            self.append(true)?;
        }
        self.writer.release()?;
        self.receipt.files = self.progress.files;
        self.receipt.bytes = self.progress.bytes;
        self.receipt.messages = self.progress.messages;
        for known in &mut self.receipt.already {
            if let Ok(digest) = known.document.parse::<Digest>()
                && let Some(reference) = self.writer.archive().document_reference(&digest)?
            {
                known.document = reference;
            }
        }
        for failed in &mut self.receipt.failed {
            if let Some(digest) = failed
                .document
                .as_deref()
                .and_then(|text| text.parse::<Digest>().ok())
            {
                failed.document = self.writer.archive().document_reference(&digest)?;
            }
        }
        Ok(self.receipt)
    }
}

/// Makes sure, before anything is read, that there is something to read (a path that is not there among others is told
/// when its turn comes), that no path lies in the archive's own folder, and that
/// the accession can name them all.
pub(super) fn demand_paths(root: &Path, request: &Request) -> Result<(), IngestError> {
    let own = root.canonicalize().ok();
    let there = |path: &&PathBuf| path.as_os_str() == "-" || path.symlink_metadata().is_ok();
    if let (None, Some(path)) = (request.paths.iter().find(there), request.paths.first()) {
        return Err(IngestError::NoSuchPath { path: path.clone() });
    }
    for path in request.paths.iter().filter(|path| path.as_os_str() != "-") {
        let inside = path
            .canonicalize()
            .ok()
            .zip(own.as_ref())
            .is_some_and(|(path, own)| path.starts_with(own));
        if inside {
            return Err(IngestError::OwnFolder { path: path.clone() });
        }
    }
    let bytes = paths_text(request)?.len();
    if bytes > LONGEST_PATHS {
        return Err(IngestError::TooManyPaths {
            count: request.paths.len(),
            bytes,
            most: LONGEST_PATHS,
        });
    }
    Ok(())
}

/// The paths as given, as they are recorded and compared.
fn paths_text(request: &Request) -> Result<String, IngestError> {
    use std::os::unix::ffi::OsStrExt as _;
    let names: Vec<Name> = request
        .paths
        .iter()
        .map(|path| Name::from_bytes(path.as_os_str().as_bytes()))
        .collect();
    Ok(crate::commitment::canonical::of(&names).map_err(ArchiveError::from)?)
}
