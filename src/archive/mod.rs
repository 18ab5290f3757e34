//! The archive on disk: blobs and packs, the ledger and its catalogue in one database, the log for others to copy.
//!
//! The only module that writes inside the archive and the only one with SQL. It guarantees that what it acknowledged is
//! on the disk, that an append is whole or absent whatever happens in between (`append.rs`), and that the catalogue is
//! what the projection makes of the ledger. It trusts the kernel to keep what was synced; of the files themselves it
//! believes nothing that `verify` has not hashed.

mod anchored;
mod append;
mod blanks;
mod catalogue;
mod changes;
mod check;
mod claims;
mod compare;
mod continued;
mod conversations;
mod corrected;
mod custody;
mod destroy;
mod doom;
mod draft;
mod editors;
mod error;
mod evidence;
mod files;
mod heads;
pub mod index;
mod inside;
mod left;
mod log;
mod notices;
mod orders;
mod projected;
mod projection;
mod proving;
mod query;
mod recover;
mod restore;
mod rotate;
pub mod search;
mod settings;
mod signed;
mod signed_off;
mod start;
pub mod store;
mod survey;
mod terms;
mod texts;
mod values;
mod vault;
mod versions;
mod withheld;

use std::cell::OnceCell;
use std::cell::RefCell;
use std::fs::File;
use std::fs::TryLockError;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::named_params;

pub use anchored::Anchored;
pub use anchored::FoundAnchor;
pub use append::Appended;
pub use append::SegmentDraft;
pub use append::Signer;
pub use append::Step;
pub use append::Writer;
pub use blanks::Blank;
pub use blanks::Blanked;
pub use changes::KeyChange;
pub use changes::kept_changes;
pub use check::Ledger;
pub use check::StoredBlob;
pub use check::StoredEntry;
pub use check::StoredItem;
pub use check::Unreadable;
pub use claims::Claimed;
pub use compare::RowDifference;
pub use continued::BEFORE;
pub use continued::CLOSED;
pub use continued::place_closing;
pub use corrected::Correction;
pub use corrected::Standing;
pub use custody::Act;
pub use custody::Custodian;
pub use custody::Custody;
pub use custody::CustodyStep;
pub use custody::Gone;
pub use custody::Party;
pub use custody::Receipt;
pub use custody::Withdrawn;
pub use custody::corrected_under;
pub use destroy::CarriedOut;
pub use doom::Doom;
pub use doom::Part;
pub use draft::EntryDraft;
pub use draft::INLINE_TEXT;
pub use draft::ItemDraft;
pub use editors::Editor;
pub use editors::Editors;
pub use error::ArchiveError;
pub use left::Left;
pub use log::LogCheck;
pub use orders::Doomed;
pub use orders::OrderTold;
pub use orders::Orders;
pub use projection::NUMBER as PROJECTION;
pub use query::Card;
pub use query::Opened;
pub use query::Target;
pub use restore::LOST;
pub use restore::Restored;
pub use settings::Settings;
pub use signed_off::Checked;
pub use signed_off::SignedQuotation;
pub use start::clear_unfinished_start;
pub use start::is_unfinished_start;
pub use survey::Account;
pub use survey::Agent;
pub use survey::called;
pub use terms::Terms;
pub use terms::leaves_all_free;
pub use terms::says_something;
pub use values::About;
pub use values::Segment;
pub use values::plain;
pub use values::statement_of;
pub use vault::SealedName;
pub use vault::VaultFile;
pub use versions::Frozen;
pub use versions::Standpoint;
pub use versions::TextCorrection;
pub use versions::Unsettled;
pub use versions::Version;
pub use withheld::Withheld;
pub use withheld::Withholding;

use self::store::BlobReader;
use self::store::Place as BlobPlace;
use self::store::Store;
use crate::commitment::Committer;
use crate::commitment::Origin;
use crate::durable;
use crate::durable::Lock;
use crate::keys::LogKeys;
use crate::record::Digest;

/// The kinds of entry 0: an archive that begins, and one that goes on where another was closed.
pub const BEGINNINGS: [&str; 2] = ["archive.started/1", "archive.continued/1"];

/// The file whose lock says that somebody writes.
const LOCK: &str = "lock";

/// An archive, open for reading.
pub struct Archive {
    root: PathBuf,
    conn: Connection,
    store: Store,
    committer: Committer,
    keys: PublicKeys,
    /// The last entry that is lost, once it was asked for.
    lost: OnceCell<u64>,
    /// The keys that sign heads, as of that many entries.
    log_keys: RefCell<Option<(u64, LogKeys)>>,
}

/// The three values that an origin is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKeys {
    /// The log key's public half.
    pub log: [u8; 32],
    /// The recovery key's public half.
    pub recovery: [u8; 32],
    /// 32 random bytes.
    pub salt: [u8; 32],
}

impl PublicKeys {
    /// The origin that follows.
    pub fn origin(&self) -> Origin {
        Origin::derive(&self.log, &self.recovery, &self.salt)
    }
}

impl Archive {
    /// Opens the archive in a folder for reading. Never creates anything.
    pub fn open(root: &Path) -> Result<Self, ArchiveError> {
        let path = database(root)?;
        Self::with(root, catalogue::open_reading(&path)?)
    }

    fn with(root: &Path, conn: Connection) -> Result<Self, ArchiveError> {
        let keys = public_keys(&conn)?;
        Ok(Self {
            root: root.to_path_buf(),
            store: Store::open(root),
            committer: Committer::new(keys.origin()),
            keys,
            conn,
            lost: OnceCell::new(),
            log_keys: RefCell::default(),
        })
    }

    /// Whether the folder is an archive's, in whatever state.
    pub fn is_here(folder: &Path) -> bool {
        folder.join(catalogue::FILE).symlink_metadata().is_ok()
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its name for ever.
    pub fn origin(&self) -> &Origin {
        self.committer.origin()
    }

    /// The keys that its origin is made of.
    pub const fn keys(&self) -> &PublicKeys {
        &self.keys
    }

    /// Makes commitments for this archive.
    pub const fn committer(&self) -> &Committer {
        &self.committer
    }

    /// Blobs and packs.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Where its full-text index lies.
    pub fn search_folder(&self) -> PathBuf {
        self.root.join("search")
    }

    /// Where a stored byte stream lies, and its size.
    pub fn place_of(&self, sha256: &Digest) -> Result<Option<(BlobPlace, u64)>, ArchiveError> {
        place_of(&self.conn, sha256)
    }

    /// All bytes of a stored byte stream that is not too large for that, held against their digest.
    pub fn blob(&self, sha256: &Digest) -> Result<Vec<u8>, ArchiveError> {
        let (place, size) = self
            .place_of(sha256)?
            .ok_or(ArchiveError::Missing { digest: *sha256 })?;
        Ok(self.store.read_all(sha256, place, size)?)
    }

    /// Reads a stored byte stream of any size from end to end, and refuses one that is not that of the digest.
    pub fn demand_unaltered(&self, sha256: &Digest) -> Result<(), ArchiveError> {
        let (place, size) = self
            .place_of(sha256)?
            .ok_or(ArchiveError::Missing { digest: *sha256 })?;
        Ok(self.store.demand_unaltered(sha256, place, size)?)
    }

    /// A stored byte stream, to be read in parts. What it gives is not held against the digest.
    pub fn reader(&self, sha256: &Digest) -> Result<BlobReader, ArchiveError> {
        let (place, size) = self
            .place_of(sha256)?
            .ok_or(ArchiveError::Missing { digest: *sha256 })?;
        Ok(self.store.read(sha256, place, size)?)
    }

    /// The size of the ledger and the note that signed it last.
    pub fn head(&self) -> Result<(u64, Option<String>), ArchiveError> {
        let size =
            self.conn
                .query_row("SELECT coalesce(max(seq) + 1, 0) FROM entry", (), |row| {
                    row.get(0)
                })?;
        let note = self
            .conn
            .query_row(
                "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1",
                (),
                |row| row.get(0),
            )
            .optional()?;
        Ok((size, note))
    }
}

fn place_of(conn: &Connection, sha256: &Digest) -> Result<Option<(BlobPlace, u64)>, ArchiveError> {
    let row: Option<(u64, Option<u32>, Option<u64>)> = conn
        .prepare_cached("SELECT size, pack, offset FROM blob WHERE sha256 = :sha256")?
        .query_row(named_params! {":sha256": sha256.as_bytes()}, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    Ok(row.map(|(size, pack, offset)| {
        let place = match pack.zip(offset) {
            Some((number, offset)) => BlobPlace::Pack { number, offset },
            None => BlobPlace::File,
        };
        (place, size)
    }))
}

/// The origin's three values, from entry 0.
fn public_keys(conn: &Connection) -> Result<PublicKeys, ArchiveError> {
    let broken = |what: &str| ArchiveError::LedgerBroken(format!("entry 0 {what}"));
    let row: Option<(String, Option<String>)> = conn
        .query_row("SELECT schema, slots FROM entry WHERE seq = 0", (), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (schema, slots) = row.ok_or_else(|| broken("is missing"))?;
    if !BEGINNINGS.contains(&schema.as_str()) {
        return Err(broken("does not start an archive"));
    }
    let values = values::values("entry 0".to_owned(), &schema, slots.as_deref())?
        .ok_or_else(|| broken("does not say how the archive was started"))?;
    let key = |slot: &'static str| -> Result<[u8; 32], ArchiveError> {
        let text: String = values.get(slot)?.ok_or_else(|| broken("lacks a key"))?;
        let digest: Digest = text
            .parse()
            .map_err(|_| broken("has a key that cannot be read"))?;
        Ok(*digest.as_bytes())
    };
    Ok(PublicKeys {
        log: key("log_key")?,
        recovery: key("recovery_key")?,
        salt: key("salt")?,
    })
}

/// Where the database is. A link in its place is not followed: what is written would land wherever it leads.
fn database(root: &Path) -> Result<PathBuf, ArchiveError> {
    let path = root.join(catalogue::FILE);
    if store::is_there(&path)? {
        Ok(path)
    } else {
        Err(ArchiveError::NotFound {
            path: root.to_path_buf(),
        })
    }
}

/// Takes the archive's lock, which is held until it is dropped.
fn lock(root: &Path) -> Result<Lock, ArchiveError> {
    let path = root.join(LOCK);
    store::is_there(&path)?;
    durable::try_lock(&path)?.ok_or_else(|| ArchiveError::InUse {
        path: root.to_path_buf(),
    })
}

/// Whether somebody holds the archive's lock now, for whoever only reads. Where nobody does, it is held for the moment
/// that this takes, shared with others who ask.
pub fn is_being_written(root: &Path) -> bool {
    let path = root.join(LOCK);
    if !path.symlink_metadata().is_ok_and(|found| found.is_file()) {
        return false;
    }
    File::open(path)
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}
