//! What `doctor` looks at, one function each.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::Check;
use super::State;
use crate::archive::Archive;
use crate::archive::LogCheck;
use crate::archive::Settings;
use crate::archive::index;
use crate::archive::search::Index;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::browser::Browser;
use crate::cli::closings;
use crate::cli::key::ClosedAt;
use crate::cli::status;
use crate::cli::status::Standing;
use crate::cli::ui::count;
use crate::cli::ui::size;
use crate::keys::Places;
use crate::keys::agent_file;
use crate::keys::in_agent;
use crate::keys::needs_passphrase;
use crate::record::Instant;
use crate::record::Moment;
use crate::record::Zone;
use crate::record::show;

/// Names of folders that programs keep equal with copies elsewhere.
const SYNCING: &[&str] = &[
    "dropbox",
    "onedrive",
    "icloud",
    "mobile documents",
    "google drive",
    "nextcloud",
    "owncloud",
    "syncthing",
    "pcloud",
];

/// All checks, in the order in which they are made.
pub(super) fn all(context: &Context) -> Result<Vec<Check>, CliError> {
    let archive = context.archive()?;
    let places = context.places()?;
    let origin = archive.origin().as_str().to_owned();
    let mut checks = vec![
        standing(context, &archive)?,
        settings(&archive),
        log_key(&places, &origin)?,
        recovery_key(&places, &origin)?,
        space(&archive)?,
        syncing(&archive),
        file_system(&archive),
        readable(&archive),
        clock(context, &archive)?,
        log(&archive)?,
        leftovers(&archive)?,
    ];
    checks.extend(closed(&archive, &places)?);
    checks.extend(search(&archive)?);
    checks.push(readers(&archive)?);
    checks.push(printer());
    Ok(checks)
}

fn standing(context: &Context, archive: &Archive) -> Result<Check, CliError> {
    let standing = status::known(context, archive)?.standing;
    let words = standing.words();
    Ok(match standing {
        Standing::Current => Check::fine("history", words),
        Standing::FirstSeen => Check::new("history", State::Look, words)
            .fix("fonds verify --against CHECKPOINT        with one that somebody else kept"),
        Standing::OlderCopy => {
            Check::new("history", State::Trouble, words).fix(
                "use the newest copy of the archive, or fonds doctor --restore LOG with a copy of its log/",
            )
        }
        Standing::OtherHistory => Check::new("history", State::Trouble, words)
            .fix("fonds verify        and compare with copies kept elsewhere"),
        Standing::Unsigned => Check::new("history", State::Look, words)
            .fix("run the command again that was interrupted"),
    })
}

/// Whether the recovery key closed the ledger; nothing where it did not.
fn closed(archive: &Archive, places: &Places) -> Result<Vec<Check>, CliError> {
    let (closings, wrong) = match closings::of(archive, places) {
        Ok(found) => found,
        Err(error) => {
            return Ok(vec![
                Check::new(
                    "closing",
                    State::Trouble,
                    "what this computer keeps of a closing of the ledger cannot be read",
                )
                .about(error.to_string())
                .fix("put the closed.json back that the archive's owner gave"),
            ]);
        }
    };
    let mut checks = Vec::new();
    if let Some(wrong) = wrong {
        checks.push(
            Check::new(
                "closing",
                State::Trouble,
                "closed.json in the archive's folder does not show that the ledger was closed",
            )
            .about(wrong.message)
            .fix("fonds verify"),
        );
    }
    if let Some(closed) = ClosedAt::by(&closings)? {
        let found = format!(
            "the recovery key closed the ledger at {}: it can be read, not added to",
            count(closed.size, "entry", "entries")
        );
        checks.push(
            Check::new("closed", State::Look, found)
                .about(closed.goes_on().trim())
                .fix("fonds -C DIR VERB        with the archive that goes on from it"),
        );
    }
    Ok(checks)
}

fn settings(archive: &Archive) -> Check {
    match Settings::load(archive.root()) {
        Ok(settings) => Check::fine(
            "settings",
            format!("times without a zone are read in {}", settings.zone),
        ),
        Err(error) => Check::new(
            "settings",
            State::Trouble,
            "fonds.toml cannot be used, so nothing can be recorded",
        )
        .about(error.to_string())
        .fix("mend the file, for example with zone = \"America/New_York\""),
    }
}

fn log_key(places: &Places, origin: &str) -> Result<Check, CliError> {
    let path = places.log_key(origin)?;
    if let Ok(Some(key)) = in_agent(&path) {
        let file = agent_file(&path);
        return Ok(match Context::agent_key(&file, key) {
            Ok(_) => Check::fine(
                "key",
                "the archive's key is held by ssh-agent, which has it",
            ),
            Err(error) => Check::new(
                "key",
                State::Look,
                "the archive's key is to be held by ssh-agent, which does not have it now",
            )
            .about(error.to_string())
            .fix("ssh-add the key; reading needs none"),
        });
    }
    let shown = path.display().to_string();
    let Ok(found) = fs::metadata(&path) else {
        return Ok(Check::new(
            "key",
            State::Look,
            "the archive's key is not on this computer: it can be read here, not added to",
        )
        .about(shown)
        .fix("bring the key there from its backup"));
    };
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Ok(Check::new(
            "key",
            State::Trouble,
            format!("the archive's key can be read by others on this computer (mode {mode:o})"),
        )
        .about(shown)
        .fix("chmod 600 the file"));
    }
    Ok(match needs_passphrase(&path) {
        Ok(true) => Check::fine(
            "key",
            "the archive's key is here, for you only, locked by a passphrase",
        ),
        Ok(false) => Check::fine(
            "key",
            "the archive's key is here, for you only, without a passphrase",
        ),
        Err(error) => Check::new("key", State::Trouble, "the archive's key cannot be read")
            .about(error.to_string())
            .fix("bring the key there from its backup"),
    })
}

fn recovery_key(places: &Places, origin: &str) -> Result<Check, CliError> {
    let path = places.recovery_key(origin)?;
    Ok(if path.exists() {
        Check::new(
            "recovery key",
            State::Look,
            "the recovery key is still on this computer: whoever takes the one key takes the other",
        )
        .about(path.display().to_string())
        .fix("move the file to a USB drive or print it, and keep that elsewhere")
    } else {
        Check::fine("recovery key", "the recovery key is not on this computer")
    })
}

fn space(archive: &Archive) -> Result<Check, CliError> {
    let bytes = archive.tally("bytes")?;
    let Ok(disk) = rustix::fs::statvfs(archive.root()) else {
        return Ok(Check::new(
            "disk",
            State::Look,
            "it cannot be told how full the disk is",
        ));
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let found = format!(
        "{} free, the archive's documents are {}",
        size(free),
        size(bytes)
    );
    Ok(if free < bytes / 10 {
        Check::new("disk", State::Trouble, found)
            .fix("make room, or move the archive to a larger disk")
    } else if free < bytes.saturating_mul(2) {
        Check::new(
            "disk",
            State::Look,
            format!("{found}: not room for two more copies"),
        )
        .fix("keep copies on other disks; a backup belongs there anyway")
    } else {
        Check::fine("disk", found)
    })
}

fn syncing(archive: &Archive) -> Check {
    let path = fs::canonicalize(archive.root()).unwrap_or_else(|_| archive.root().to_path_buf());
    let by = path.ancestors().find(|folder| {
        let name = folder
            .file_name()
            .map(|name| name.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        SYNCING.iter().any(|word| name.contains(word)) || folder.join(".stfolder").exists()
    });
    match by {
        Some(folder) => Check::new(
            "syncing",
            State::Trouble,
            "the archive is in a folder that a program keeps equal with copies elsewhere: that can damage the database",
        )
        .about(folder.display().to_string())
        .fix("move the archive out of it, and copy it there when no fonds runs"),
        None => Check::fine("syncing", "the archive is not in a folder that is synced"),
    }
}

/// Kinds of file system by the number that Linux gives them.
#[cfg(target_os = "linux")]
fn network(root: &Path) -> Option<&'static str> {
    let found = rustix::fs::statfs(root).ok()?;
    // The width of the number differs between machines; the values are 32 bits wide.
    Some(match u32::try_from(found.f_type & 0xFFFF_FFFF).ok()? {
        0x6969 => "NFS",
        0xFF53_4D42 | 0xFE53_4D42 | 0x517B => "SMB",
        0x0102_1997 => "9p",
        0x6573_5546 => "FUSE",
        0x4d44 => "FAT",
        0x2011_BAB0 => "exFAT",
        _ => return None,
    })
}

#[cfg(not(target_os = "linux"))]
const fn network(_root: &Path) -> Option<&'static str> {
    None
}

fn file_system(archive: &Archive) -> Check {
    if let Some(kind) = network(archive.root()) {
        return Check::new(
            "file system",
            State::Look,
            format!("the archive is on {kind}, where locks and synced writes may not hold"),
        )
        .fix("keep the archive on a disk of this computer, and copy it there");
    }
    // Names of ours differ in more than case, so this harms nobody yet; exported files would be another matter.
    if archive.root().join("FONDS.TOML").exists() {
        return Check::fine(
            "file system",
            "the disk does not tell upper from lower case; fonds does not mind",
        );
    }
    Check::fine("file system", "a disk of this computer")
}

fn readable(archive: &Archive) -> Check {
    let open =
        fs::metadata(archive.root()).is_ok_and(|found| found.permissions().mode() & 0o007 != 0);
    if open {
        Check::new(
            "access",
            State::Look,
            "everybody with an account on this computer can read the archive",
        )
        .fix("chmod 700 the archive's folder")
    } else {
        Check::fine("access", "only you or your group can read the archive")
    }
}

fn clock(context: &Context, archive: &Archive) -> Result<Check, CliError> {
    let now = context.now()?;
    let settings = Settings::load(archive.root()).unwrap_or_else(|_| Settings::usual());
    let zone: Zone = settings.zone.parse().unwrap_or(Zone::UTC);
    let last: Option<Moment> = match archive.head()?.0.checked_sub(1) {
        Some(last) => archive
            .entry(last)?
            .map(|entry| entry.get::<String>("t"))
            .transpose()?
            .flatten()
            .and_then(|t| t.parse().ok()),
        None => None,
    };
    let shown = show(&Instant::exact(now, "", "computed"), zone);
    Ok(if last.is_some_and(|last| now < last) {
        Check::new(
            "clock",
            State::Trouble,
            format!("the clock says {shown}, which is before the last entry was recorded"),
        )
        .fix("set the computer's clock")
    } else {
        Check::fine("clock", format!("the clock says {shown}"))
    })
}

fn log(archive: &Archive) -> Result<Check, CliError> {
    let LogCheck { findings, behind } = archive.check_log()?;
    Ok(match findings.first() {
        None if behind.is_some() => Check::new(
            "log",
            State::Look,
            "log/ lacks the last entries: a run was stopped before it had written them",
        )
        .fix("fonds doctor --rebuild        writes them, and so does the next verb that records"),
        None => Check::fine("log", "log/ is what the ledger makes of it"),
        Some(first) => Check::new(
            "log",
            State::Trouble,
            format!(
                "{} of log/ not what the ledger makes of it",
                count(findings.len() as u64, "file is", "files are")
            ),
        )
        .about(first.subject.clone())
        .fix("fonds doctor --rebuild"),
    })
}

fn leftovers(archive: &Archive) -> Result<Check, CliError> {
    let unfinished = archive.unfinished()?;
    if let Some(first) = unfinished.first() {
        return Ok(Check::new(
            "unfinished",
            State::Look,
            format!(
                "{} interrupted",
                count(unfinished.len() as u64, "accession was", "accessions were")
            ),
        )
        .about(first.clone())
        .fix("run the ingest again with the same paths; it goes on where it stopped"));
    }
    let files = archive
        .store()
        .leftovers()
        .map_err(crate::archive::ArchiveError::from)?;
    Ok(if files.is_empty() {
        Check::fine("unfinished", "nothing was left half done")
    } else {
        Check::fine(
            "unfinished",
            format!(
                "{} of a stopped ingest, which the next one clears away",
                count(files.len() as u64, "file", "files")
            ),
        )
    })
}

fn search(archive: &Archive) -> Result<Vec<Check>, CliError> {
    let waiting = index::waiting(archive)?;
    let damaged = Index::open(&archive.search_folder(), false)
        .and_then(|index| index.damaged_files())
        .map(|files| files.len());
    Ok(vec![match damaged {
        Ok(0) | Err(crate::archive::search::Error::Missing { .. }) if waiting == 0 => {
            Check::fine("search", "all text that was read is searchable")
        }
        Ok(0) | Err(crate::archive::search::Error::Missing { .. }) => Check::new(
            "search",
            State::Look,
            format!(
                "{} not searchable yet",
                count(waiting, "item is", "items are")
            ),
        )
        .fix("fonds find WORDS        goes on with the index first"),
        Err(crate::archive::search::Error::NoFolder { .. }) => Check::new(
            "search",
            State::Look,
            "search/ is a link or a file and no folder, so nothing is read or written there",
        )
        .fix("move it elsewhere, then fonds find WORDS        makes the index again"),
        _ => Check::new(
            "search",
            State::Look,
            "the search index is damaged; nothing else rests on it",
        )
        .fix("fonds doctor --rebuild"),
    }])
}

/// What prints reports to PDF; nothing is amiss where there is none.
fn printer() -> Check {
    let found = match Browser::find() {
        Some(browser) => format!("{} is here and prints reports to PDF", browser.name()),
        None => "neither Chromium nor Chrome is here, so no report is written as PDF; any browser prints the HTML"
            .to_owned(),
    };
    Check::fine("printer", found)
}

fn readers(archive: &Archive) -> Result<Check, CliError> {
    let other = archive.tally("not_searchable")?;
    let partly = match archive.not_read()? {
        0 => String::new(),
        many => format!(
            "; {} could not be read, or not to the end",
            count(many, "document", "documents")
        ),
    };
    Ok(Check::fine(
        "readers",
        format!(
            "text, Markdown, HTML, mail, mailboxes, X exports and zip are read; {} stored, not searchable{partly}",
            count(other, "document is", "documents are")
        ),
    ))
}
