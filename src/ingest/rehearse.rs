//! A rehearsal: what a run would do, without doing any of it.

use std::fs::File;
use std::io::Read;
use std::io::Seek as _;
use std::path::Path;

use sha2::Digest as _;
use sha2::Sha256;

use super::Failed;
use super::IngestError;
use super::Notice;
use super::Receipt;
use super::Request;
use super::came::Came;
use super::came::HEAD;
use super::came::needs_reading;
use super::error::unreadable;
use super::read::Found;
use super::read::Input;
use super::read::read;
use super::read::sniff;
use super::run::LONGEST_TEXT;
use super::run::demand_paths;
use super::walk::passed_over;
use super::walk::walk;
use crate::archive::Archive;
use crate::archive::statement_of;
use crate::record::Digest;
use crate::record::Kind;

/// Reads everything and counts; writes nothing. What lies inside members and attachments is not counted.
pub fn rehearse(archive: &Archive, request: &Request) -> Result<Receipt, IngestError> {
    let statement = statement_of(&request.statement)?;
    let mut receipt = Receipt {
        inside: Some(0),
        ..Receipt::default()
    };
    let mut seen = std::collections::HashSet::new();
    demand_paths(archive.root(), request)?;
    for path in &request.paths {
        receipt.notices.extend(passed_over(path, archive.root()));
        for found in walk(path, archive.root()) {
            let failed = match found {
                Ok(file) => {
                    let shown = file.path.display().to_string();
                    one(archive, request, &statement, &file, &mut seen, &mut receipt)?
                        .map(|reason| (shown, reason))
                }
                Err(passed) => Some((passed.path.display().to_string(), passed.reason)),
            };
            if let Some((path, reason)) = failed {
                receipt.failed.push(Failed {
                    path,
                    reason,
                    document: None,
                });
            }
        }
    }
    Ok(receipt)
}

/// A file with its digest, its size in bytes and, as in a run, all of what is not too long, else its beginning.
fn hashed(path: &Path) -> std::io::Result<(File, Digest, u64, Vec<u8>)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let size = std::io::copy(&mut file, &mut hash)?;
    let mut held = Vec::new();
    file.rewind()?;
    let most = if size <= LONGEST_TEXT {
        size
    } else {
        HEAD as u64
    };
    Read::by_ref(&mut file).take(most).read_to_end(&mut held)?;
    Ok((file, Digest::new(hash.finalize().into()), size, held))
}

/// Counts one file; a reason where it cannot be read.
fn one(
    archive: &Archive,
    request: &Request,
    statement: &[u8; 32],
    walked: &super::walk::Walked,
    seen: &mut std::collections::HashSet<Digest>,
    receipt: &mut Receipt,
) -> Result<Option<String>, IngestError> {
    let (mut file, digest, size, held) = match hashed(&walked.path) {
        Ok(hashed) => hashed,
        Err(error) => return Ok(Some(unreadable(&error))),
    };
    receipt.files += 1;
    receipt.bytes += size;
    let known = archive.known(&digest, statement, None)?;
    if let Some(card) = &known
        && let Some(reason) = request.read_otherwise(archive, card)?
    {
        return Ok(Some(reason));
    }
    let reference = archive.document_reference(&digest)?;
    if !seen.insert(digest) || known.is_some() {
        match reference {
            Some(document) => receipt.known(walked.path.display().to_string(), document),
            // The same bytes lay among the files before it.
            None => receipt.documents.known += 1,
        }
        return Ok(None);
    }
    if let Some(misfit) = request.misfit(&held) {
        return Ok(Some(misfit));
    }
    let came = Came::from_file(walked);
    let name = came.name.as_ref().map(ToString::to_string);
    let kind = request.kind_said().unwrap_or_else(|| {
        sniff(
            held.get(..HEAD).unwrap_or(&held),
            name.as_deref(),
            walked.in_maildir,
        )
        .kind
    });
    *receipt.kinds.entry(kind.word()).or_default() += 1;
    match reference {
        None => {
            receipt.documents.added += 1;
            if kind == Kind::Other {
                receipt.not_searchable += 1;
            }
        }
        Some(document) => receipt.known_otherwise(came.given.clone(), document),
    }
    if !kind.is_container() {
        receipt.items.added += 1;
    }
    let whole = (held.len() as u64 == size).then_some(held.as_slice());
    if !needs_reading(kind, whole, size) {
        return Ok(None);
    }
    drop(held);
    let companion = |name: &str, most: u64| came.beside.get(name, most);
    let mut input = Input {
        kind,
        name: came.name.as_ref(),
        size,
        content: &mut file,
        companion: &companion,
        table: request.table.as_ref(),
        limits: &request.limits,
    };
    let shown = walked.path.display().to_string();
    let outcome = read(&mut input, &mut |found| {
        match found {
            Found::Message { message, parts, .. } => {
                receipt.messages += 1;
                receipt.items.added += 1;
                receipt.inside = receipt.inside.map(|n| n + parts.len() as u64);
                receipt.spread((message.at.earliest, message.at.latest));
            }
            Found::Member { .. } => {
                receipt.items.added += 1;
                receipt.inside = receipt.inside.map(|n| n + 1);
            }
            Found::Text(_) => {}
            Found::Unread(reason) => receipt.failed.push(Failed {
                path: shown.clone(),
                reason,
                document: None,
            }),
            Found::Notice(text) | Found::NotSearchable(text) => receipt.notices.push(Notice {
                path: shown.clone(),
                text,
            }),
        }
        Ok(())
    });
    Ok(outcome.err().map(|error| error.to_string()))
}
