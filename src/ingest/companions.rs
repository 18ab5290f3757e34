//! The files that lay beside a document, for readers that need to know: whose account an export is, what it should hold.

use std::collections::HashMap;
use std::collections::HashSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use super::read::Content;
use super::read::Limits;
use super::read::too_many;

/// Companions of a zip archive that are held, at most, by name: what a reader asks for.
const ASKED_FOR: &[&str] = &["account.js", "manifest.js"];

/// Bytes of one of those that are held, and of all of one archive: as they come in its directory, so that the same
/// archive is read in the same way each time.
const LONGEST: u64 = 1 << 20;
const MOST_HELD: usize = 32 << 20;

/// The folder that a document lay in.
#[derive(Clone, Default)]
pub(super) enum Beside {
    /// A folder of the file system.
    Folder(PathBuf),
    /// A folder in a zip archive.
    Zip(Arc<Listing>, String),
    /// None: standard input, an attachment.
    #[default]
    Nothing,
}

/// The names in a zip archive, and the files in it that readers ask for.
pub(super) struct Listing {
    names: HashSet<String>,
    held: HashMap<String, Vec<u8>>,
}

impl Listing {
    /// Lists an archive; one that cannot be read has nothing in it, which its own reader will say.
    pub(super) fn of(content: &mut dyn Content, limits: &Limits) -> Self {
        let mut listing = Self {
            names: HashSet::new(),
            held: HashMap::new(),
        };
        if !matches!(too_many(content, limits), Ok(None)) {
            return listing;
        }
        let Ok(mut archive) = zip::ZipArchive::new(content) else {
            return listing;
        };
        let mut asked = Vec::new();
        for name in archive.file_names().filter_map(Result::ok) {
            let name = name.into_owned();
            if ASKED_FOR.contains(&name.rsplit('/').next().unwrap_or(&name)) {
                asked.push(name.clone());
            }
            listing.names.insert(name);
        }
        let mut held = 0;
        for name in asked {
            let mut bytes = Vec::new();
            if held < MOST_HELD
                && let Ok(member) = archive.by_name(&name)
                && member.take(LONGEST).read_to_end(&mut bytes).is_ok()
            {
                held += bytes.len();
                listing.held.insert(name, bytes);
            }
        }
        listing
    }
}

impl Beside {
    /// The folder of a member.
    pub(super) fn member(listing: &Arc<Listing>, name: &str) -> Self {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        Self::Zip(Arc::clone(listing), folder.to_owned())
    }

    /// The first `most` bytes of a file below this folder. Names come from documents, so nothing that climbs out is
    /// looked at.
    pub(super) fn get(&self, name: &str, most: u64) -> Option<Vec<u8>> {
        match self {
            Self::Folder(folder) => {
                let below = Path::new(name);
                let tame = below
                    .components()
                    .all(|part| matches!(part, Component::Normal(_)));
                let path = folder.join(below);
                if !tame || !path.symlink_metadata().is_ok_and(|found| found.is_file()) {
                    return None;
                }
                let mut bytes = Vec::new();
                if most == 0 {
                    return Some(bytes);
                }
                File::open(path)
                    .ok()?
                    .take(most)
                    .read_to_end(&mut bytes)
                    .ok()?;
                Some(bytes)
            }
            Self::Zip(listing, folder) => {
                let name = if folder.is_empty() {
                    name.to_owned()
                } else {
                    format!("{folder}/{name}")
                };
                match listing.held.get(&name) {
                    Some(bytes) => {
                        let most = usize::try_from(most).unwrap_or(usize::MAX).min(bytes.len());
                        Some(bytes[..most].to_vec())
                    }
                    None => listing.names.contains(&name).then(Vec::new),
                }
            }
            Self::Nothing => None,
        }
    }
}
