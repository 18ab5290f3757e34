//! Documents: every stored byte is read once and held against its digest.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::Pass;
use crate::archive::ArchiveError;
use crate::archive::store::Member;
use crate::archive::store::StoreError;
use crate::record::Digest;
use crate::record::Finding;

/// Packs that are read side by side.
const TOGETHER: usize = 8;

impl Pass<'_, '_> {
    /// Reads all packs and files, and names what lies beside them.
    pub(super) fn documents(&mut self) -> Result<(), ArchiveError> {
        let mut packs = BTreeSet::new();
        let mut files: Vec<(Digest, u64)> = Vec::new();
        let mut unreadable = Vec::new();
        let mut packed: HashMap<u32, u64> = HashMap::new();
        self.stage("the list of stored documents", |pass| {
            let blobs = &mut pass.blobs;
            pass.ledger.blobs(&mut |row| {
                match row {
                    Ok(row) => {
                        blobs.add(&row.sha256, row.size);
                        match row.pack {
                            Some(pack) => {
                                packs.insert(pack);
                                *packed.entry(pack).or_default() += 1;
                            }
                            None => files.push((row.sha256, row.size)),
                        }
                    }
                    Err(row) => unreadable.push(row.reason),
                }
                Ok(())
            })
        })?;
        self.blobs.sort();
        for reason in unreadable {
            self.found.add(Finding::new(
                "blob.unreadable",
                "archive.sqlite blob",
                format!("A row that says where a document is stored cannot be read: {reason}."),
            ));
        }
        let numbers: Vec<u32> = packs.iter().copied().collect();
        for numbers in numbers.chunks(TOGETHER) {
            self.packs(numbers, &packed)?;
        }
        for files in files.chunks(TOGETHER) {
            self.files(files)?;
        }
        self.strays(&packs, &files)
    }

    fn packs(&mut self, numbers: &[u32], packed: &HashMap<u32, u64>) -> Result<(), ArchiveError> {
        let mut listed: Vec<(u32, Vec<Member>)> = Vec::with_capacity(numbers.len());
        for number in numbers {
            let mut members = Vec::new();
            self.stage("the list of a pack's documents", |pass| {
                members = pass.ledger.members(*number)?;
                Ok(())
            })?;
            let due = packed.get(number).copied().unwrap_or_default();
            if members.len() as u64 != due {
                self.found.add(
                    Finding::new(
                        "database.damaged",
                        "archive.sqlite blob_by_place",
                        format!("The index by place does not list the documents of pack {number} as the table does."),
                    )
                    .with(format!("{due} documents"), format!("{} documents", members.len())),
                );
            }
            listed.push((*number, members));
        }
        let store = self.archive.store();
        let read = AtomicU64::new(0);
        let found: Vec<Result<Vec<Finding>, StoreError>> = listed
            .par_iter()
            .map(|(number, members)| {
                let mut tell = |bytes| {
                    read.fetch_add(bytes, Ordering::Relaxed);
                };
                store.verify_pack(*number, members, &|digest| digest.to_string(), &mut tell)
            })
            .collect();
        for ((_, members), found) in listed.iter().zip(&found) {
            let gone = |finding: &Finding| finding.code == "pack.missing";
            if found.as_ref().is_ok_and(|found| found.iter().any(gone)) {
                self.gone.extend(members.iter().map(|member| member.digest));
            }
        }
        self.take(found, read.into_inner())
    }

    fn files(&mut self, files: &[(Digest, u64)]) -> Result<(), ArchiveError> {
        let store = self.archive.store();
        let read = AtomicU64::new(0);
        let found: Vec<Result<Vec<Finding>, StoreError>> = files
            .par_iter()
            .map(|(digest, size)| {
                let mut tell = |bytes| {
                    read.fetch_add(bytes, Ordering::Relaxed);
                };
                store.verify_file_blob(digest, *size, &|digest| digest.to_string(), &mut tell)
            })
            .collect();
        self.take(found, read.into_inner())
    }

    fn take(
        &mut self,
        found: Vec<Result<Vec<Finding>, StoreError>>,
        read: u64,
    ) -> Result<(), ArchiveError> {
        for findings in found {
            for finding in findings? {
                let named = self.with_reference(finding);
                self.found.add(named);
            }
        }
        self.found.met.bytes += read;
        self.progress.bytes += read;
        (self.outside.progress)(self.progress);
        Ok(())
    }

    /// The store knows documents by their digests only; a reader knows them by their references.
    fn with_reference(&mut self, mut finding: Finding) -> Finding {
        if let Ok(digest) = finding.subject.parse::<Digest>() {
            self.damaged.insert(digest);
            finding.subject = self.document_subject(&digest);
        }
        for held in &mut finding.of {
            if let Ok(digest) = held.parse::<Digest>() {
                *held = self.document_subject(&digest);
            }
        }
        finding
    }

    /// What lies under `blobs/` and `packs/` that no row refers to: what a killed run leaves is told from what somebody
    /// put there, as far as that can be told.
    fn strays(
        &mut self,
        packs: &BTreeSet<u32>,
        files: &[(Digest, u64)],
    ) -> Result<(), ArchiveError> {
        let store = self.archive.store();
        let known_file = |digest: &Digest| {
            files
                .binary_search_by_key(digest, |(known, _)| *known)
                .is_ok()
        };
        let strays = store.unreferenced(&|number| packs.contains(&number), &known_file)?;
        // After a restoration such bytes are kept on purpose, and no destruction removes them.
        let restored = self.archive.last_lost()? > 0;
        for stray in strays {
            let name = stray.name.to_string_lossy().escape_debug().to_string();
            let last = stray.name.file_name().and_then(|name| name.to_str());
            let digest = last.and_then(|name| name.parse::<Digest>().ok());
            let left = match (stray.pack(), digest) {
                (Some(number), _) => store.is_whole_pack(number),
                (None, Some(digest)) => stray.ours && self.is_whole(&digest, &stray.name),
                (None, None) => false,
            };
            if left && restored && !self.orders.all().is_empty() {
                self.found.note(
                    name,
                    "Nothing refers to these bytes: kept since the archive was restored from an older copy, because they may \
                     be what was lost. A destruction was ordered, too: they may be what was to go, and fonds destroy does not \
                     remove them.",
                );
            } else if left && !self.orders.all().is_empty() {
                let message = "Nothing refers to these bytes, and a destruction was ordered: they may be what was to go.";
                self.found
                    .add(Finding::new("destroyed.bytes-left", name, message));
            } else if left {
                self.found.note(
                    name,
                    "Nothing refers to these bytes: left by an ingest that did not end. They are whole, and the archive \
                     does not use them.",
                );
            } else if self
                .archive
                .root()
                .join(&stray.name)
                .symlink_metadata()
                .is_ok()
            {
                // One that is gone by now was cleared away by a writer meanwhile.
                self.found.add(stray.finding());
            }
        }
        let leftovers = store.leftovers()?;
        for path in leftovers {
            let name = path.strip_prefix(self.archive.root()).unwrap_or(&path);
            self.found.note(
                name.to_string_lossy().escape_debug().to_string(),
                "An unfinished file, left by an ingest that did not end. The next one removes it.",
            );
        }
        Ok(())
    }

    /// Whether a file under `blobs/` has the bytes that its name says.
    fn is_whole(&self, digest: &Digest, name: &std::path::Path) -> bool {
        let size = self.archive.root().join(name).metadata();
        let Ok(size) = size.map(|found| found.len()) else {
            return false;
        };
        let name = |digest: &Digest| digest.to_string();
        self.archive
            .store()
            .verify_file_blob(digest, size, &name, &mut |_| {})
            .is_ok_and(|findings| findings.is_empty())
    }

    /// Names the documents that no record refers to.
    pub(super) fn unreferenced(&mut self) {
        if self.blobs.all_referred() {
            return;
        }
        let mut lone = Vec::new();
        let blobs = &self.blobs;
        // Rows that cannot be read have been named where documents were checked, and the database is asked itself.
        drop(self.ledger.blobs(&mut |row| {
            if let Ok(row) = row
                && !blobs.is_referred(&row.sha256)
            {
                lone.push(row.sha256);
            }
            Ok(())
        }));
        for sha256 in lone {
            self.found.add(Finding::new(
                "blob.unreferenced",
                format!("blob {sha256}"),
                "The database lists a stored document that no record of the ledger refers to.",
            ));
        }
    }
}
