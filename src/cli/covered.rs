//! Looking through a PDF file for text that its pages do not show, in a process of its own.
//!
//! The reader of PDF files is others', it bounds neither memory nor time, and the file may be anybody's. So the program
//! starts itself once more with the file as its standard input; that process bounds itself, looks, answers one line and
//! ends. However it ends, this one goes on, and says that the file was not looked through.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::process::ExitCode;
use std::process::Stdio;

use nix::sys::resource::Resource;
use nix::sys::resource::setrlimit;
use serde::Deserialize;
use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

use super::CliError;
use super::ui::count;
use crate::covered;
use crate::covered::Why;
use crate::record::Digest;

/// The only argument with which the program starts itself. It is no verb: nobody else has a use for it.
const ASKED: &str = "--look-under-boxes";

/// The memory in bytes and the time of computing in seconds that looking through one file may take.
const MEMORY: u64 = 2 << 30;
const SECONDS: u64 = 60;

/// The largest file that is looked through, in bytes, and the longest answer.
const LARGEST: u64 = 512 << 20;
const LONGEST_ANSWER: u64 = 4 << 20;

/// Bytes at the beginning of a file by which its kind is told.
const BEGINNING: u64 = 1024;

/// What lies under the boxes of a PDF file.
#[derive(Debug, Serialize)]
pub(super) struct UnderBoxes {
    /// Whether it was looked through; where pages are named, maybe not to its end.
    looked_through: bool,
    /// Why not.
    why_not: Option<String>,
    /// The pages on which text is that they do not show.
    pages: Vec<Page>,
    /// The pages with dates on their boxes that look like the stamp of a program that redacts.
    stamps: Vec<Page>,
}

/// What one page does not show.
#[derive(Debug, Serialize, Deserialize)]
struct Page {
    /// The page, from 1.
    page: usize,
    /// How many characters.
    characters: usize,
}

/// What the process answers.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    sha256: Digest,
    pages: Vec<Page>,
    stamps: Vec<Page>,
    why_not: Option<String>,
}

impl UnderBoxes {
    fn not(why: impl Into<String>) -> Self {
        Self {
            looked_through: false,
            why_not: Some(why.into()),
            pages: Vec::new(),
            stamps: Vec::new(),
        }
    }

    /// The pages with text that they do not show, as words: none where there are none.
    pub(super) fn found(&self) -> Option<String> {
        words(&self.pages)
    }

    /// The pages with what looks like a stamp, as words: none where there are none.
    pub(super) fn stamped(&self) -> Option<String> {
        words(&self.stamps)
    }

    /// Why it was not looked through.
    pub(super) fn why_not(&self) -> Option<&str> {
        self.why_not.as_deref()
    }
}

impl Page {
    fn words(&self) -> String {
        let characters = count(self.characters as u64, "character", "characters");
        format!("page {} ({characters})", self.page)
    }
}

/// Pages as words; none for none.
fn words(all: &[Page]) -> Option<String> {
    let pages: Vec<String> = all.iter().take(20).map(Page::words).collect();
    let rest = (all.len() - pages.len()) as u64;
    let more = if rest > 0 {
        format!(" and {}", count(rest, "other page", "other pages"))
    } else {
        String::new()
    };
    (!pages.is_empty()).then(|| format!("{}{more}", pages.join(", ")))
}

/// Looks through the file of that digest, where it is a PDF file.
pub(super) fn look(path: &Path, sha256: Digest) -> Result<Option<UnderBoxes>, CliError> {
    let failed = |source| CliError::Read {
        path: path.to_owned(),
        source,
    };
    let mut beginning = Vec::new();
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    file.take(BEGINNING)
        .read_to_end(&mut beginning)
        .map_err(failed)?;
    if !covered::is_pdf(&beginning) {
        return Ok(None);
    }
    if size > LARGEST {
        return Ok(Some(UnderBoxes::not(format!(
            "it is larger than {} MiB",
            LARGEST >> 20
        ))));
    }
    let gave_up = || {
        UnderBoxes::not(format!(
            "the reader of PDF files failed on it, or needed more than {} GiB of memory or {SECONDS} seconds",
            MEMORY >> 30
        ))
    };
    let Some(answer) = ask(File::open(path).map_err(failed)?) else {
        return Ok(Some(gave_up()));
    };
    if answer.sha256 != sha256 {
        return Ok(Some(UnderBoxes::not("it was written to while it was read")));
    }
    Ok(Some(UnderBoxes {
        looked_through: answer.why_not.is_none(),
        why_not: answer.why_not,
        pages: answer.pages,
        stamps: answer.stamps,
    }))
}

/// What the process answers that looks through the file; nothing where it came to grief.
fn ask(file: File) -> Option<Answer> {
    let mut child = Command::new(std::env::current_exe().ok()?)
        .arg(ASKED)
        .stdin(Stdio::from(file))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut answer = Vec::new();
    let read = child
        .stdout
        .take()
        .map(|stdout| stdout.take(LONGEST_ANSWER).read_to_end(&mut answer));
    // It has answered, or will not.
    drop(child.kill());
    drop(child.wait());
    read?.ok()?;
    serde_json::from_slice(&answer).ok()
}

/// Whether this is the process that is to look.
pub(super) fn is_asked(arguments: &[OsString]) -> bool {
    matches!(arguments, [_, asked] if asked == ASKED)
}

/// The other side: bounds itself, looks through what comes in, answers. Nobody hears why it could not.
pub(super) fn answer() -> ExitCode {
    match bounded() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn bounded() -> std::io::Result<()> {
    for (what, most) in [
        // What lies under the boxes is not to lie about in a dump.
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_AS, MEMORY),
        (Resource::RLIMIT_CPU, SECONDS),
    ] {
        setrlimit(what, most, most)?;
    }
    let mut bytes = Vec::new();
    std::io::stdin().take(LARGEST).read_to_end(&mut bytes)?;
    let sha256 = Digest::new(Sha256::digest(&bytes).into());
    let (pieces, why_not) = match covered::look(bytes) {
        Ok(pieces) => (pieces, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let (mut pages, mut stamps) = (BTreeMap::new(), BTreeMap::new());
    for piece in &pieces {
        let of = match piece.why {
            Why::Stamp => &mut stamps,
            Why::Hidden | Why::Marked => &mut pages,
        };
        *of.entry(piece.page).or_insert(0) += piece.characters;
    }
    let listed = |pages: BTreeMap<usize, usize>| {
        let pages = pages.into_iter();
        pages.map(|(page, characters)| Page { page, characters })
    };
    let answer = Answer {
        sha256,
        pages: listed(pages).collect(),
        stamps: listed(stamps).collect(),
        why_not,
    };
    std::io::stdout().write_all(&serde_json::to_vec(&answer)?)
}
