//! `fonds verify FILE`: a proof, a page or citation report with one, or a checkpoint, without any archive.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::Serialize;

use super::explains;
use super::fork;
use super::hand;
use super::handed;
use super::handed::Handed;
use super::held;
use super::key::Compared;
use super::key::Given;
use super::told;
use crate::anchor::Outside;
use crate::anchor::Standing;
use crate::anchor::Trusted;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::anchor::standing;
use crate::cli::anchor::whose;
use crate::cli::key::ClosedAt;
use crate::cli::ui::Answer;
use crate::cli::ui::columns;
use crate::cli::ui::count;
use crate::cli::ui::number;
use crate::keys::words;
use crate::publish;
use crate::publish::Checked;
use crate::publish::LARGEST_PAGE;
use crate::publish::Proof;
use crate::publish::Shown;
use crate::publish::ShownText;
use crate::publish::State;
use crate::record::Finding;
use crate::record::Zone;
use crate::record::visible;
use crate::report::citation;
use crate::report::published;
use crate::succession::Closing;
use crate::tlog::Checkpoint;
use crate::tlog::MAX_NOTE_BYTES;
use crate::tlog::Note;
use crate::tlog::copied;

/// `fonds/verify-file/1`.
#[derive(Debug, Serialize)]
struct Verified {
    schema: &'static str,
    /// `proof`, `page`, `report`, `checkpoint`, `fork` or `closing`.
    what: &'static str,
    /// Of a report: how many passages of sources it shows, and how many of them are proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    passages: Option<Passages>,
    #[serde(flatten)]
    checked: Checked,
    /// Who else saw the checkpoint, as this user judges it.
    anchors: Vec<Outside>,
    /// The origin in twelve words.
    words: Vec<&'static str>,
    /// How the words or origin given with `--key` compare: `match`, `differ`, `not-given`, or
    /// `not-compared` where the file names no origin.
    key: &'static str,
    /// Where the archive's recovery key closed its ledger, as far as this user knows.
    closed: Option<ClosedAt>,
    /// Whether anything of it could be held against that.
    #[serde(skip)]
    held: bool,
    /// How it stands to the checkpoint that this user saw last: `fits`, `differs`, `not-comparable` or `none`.
    pin: &'static str,
    /// Of a checkpoint whose text was copied and not its file: what was undone, so that its signature fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    mended: Option<String>,
    #[serde(skip)]
    given: Given,
}

/// The passages of a citation report.
#[derive(Debug, Clone, Copy, Serialize)]
struct Passages {
    shown: usize,
    proved: usize,
}

impl Answer for Verified {
    fn text(&self) -> String {
        // The verdict first: what is shown may be long.
        let mut text = self.closing();
        if let Some(what) = &self.mended {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\nIt is no exact copy: {}. With that undone its signature fits.",
                visible(what)
            );
        }
        text.push_str(&self.counts());
        text.push_str(&self.seen());
        let mut details = String::new();
        for finding in &self.checked.findings {
            details.push_str(&told(finding, "expected"));
        }
        if self.checked.state == State::Matches {
            for item in &self.checked.items {
                details.push_str(&of_item(item));
            }
        }
        if !details.is_empty() {
            text.truncate(text.trim_end().len());
            text.push_str("\n\n");
            text.push_str(details.trim_end());
        }
        text
    }
}

fn of_item(item: &Shown) -> String {
    let reference = item.reference.as_deref().map_or_else(String::new, visible);
    let mut text = format!("{reference}  {}\n", item.kind)
        .trim_start()
        .to_owned();
    let rows: Vec<Vec<String>> = (item.opened.iter())
        .filter(|(slot, _)| slot != "text" && slot != "text_digest")
        .map(|(slot, value)| {
            let said = visible(&published::shown(slot, value));
            vec![published::label(slot).to_lowercase(), said]
        })
        .collect();
    text.push_str(&columns(&rows, "  "));
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "  not shown: {}\n",
        item.shut.join(", ").replace('_', " ")
    );
    match &item.text {
        Some(ShownText::Whole(words)) => {
            text.push_str(published::legible(words).trim_end());
            text.push_str("\n\n");
        }
        Some(ShownText::Passages { pieces, runs }) => {
            for run in runs {
                let _ = writeln!(
                    text,
                    "[from piece {} of {}]\n{}\n",
                    number(run.first + 1),
                    number(*pieces),
                    published::legible(&run.text).trim_end()
                );
            }
        }
        None => {}
    }
    text
}

impl Verified {
    /// Whether what is shown counts, where the ledger was closed.
    fn counts(&self) -> String {
        let Some(closed) = &self.closed else {
            return String::new();
        };
        let size = count(closed.size, "entry", "entries");
        let counts = match (self.checked.state, self.what) {
            (State::Matches, "proof" | "page" | "report" | "checkpoint") if self.held => {
                " What is shown here is among them, and counts."
            }
            _ => "",
        };
        format!(
            "\nThe recovery key of this archive closed its ledger at {size}.{counts}{}",
            closed.goes_on()
        )
    }

    /// Who else saw the checkpoint.
    fn seen(&self) -> String {
        // What was disowned stays seen: who chose to disown it chose that after it was.
        let disowned = (self.checked.findings.iter()).any(|it| it.code == "proof.disowned");
        if disowned && self.anchors.is_empty() {
            return String::new();
        }
        if !disowned && (self.checked.state != State::Matches || self.checked.items.is_empty()) {
            return String::new();
        }
        if self.anchors.is_empty() {
            return "\nNobody outside the archive has signed its checkpoint, as far as this file shows.".to_owned();
        }
        let said: Vec<String> = (self.anchors.iter())
            .map(|anchor| match anchor.standing {
                Standing::Counts => format!(
                    "\nThe checkpoint was {}.",
                    hand(&anchor.kind, &anchor.by, anchor.at, Zone::UTC)
                ),
                _ => format!(
                    "\n({}) {}: {}.",
                    anchor.kind,
                    whose(anchor),
                    standing(anchor)
                ),
            })
            .collect();
        said.concat()
    }

    /// What was held against what.
    fn closing(&self) -> String {
        let mut text = match (self.checked.state, self.what) {
            (State::DoesNotMatch, _) => {
                return format!(
                    "Does not match: {}. Do not rely on it. What a code means: {}",
                    count(self.checked.findings.len() as u64, "finding", "findings"),
                    explains(&self.checked.findings),
                );
            }
            (State::CannotBeChecked, "checkpoint") => {
                "Cannot be checked: a checkpoint does not carry the key that signed it. \
                 Hold an archive against it (fonds verify --against FILE), or give a proof of the same archive with --key.\n"
                    .to_owned()
            }
            (State::CannotBeChecked, _) => {
                "Cannot be checked by this release. Nothing was found to differ.\n".to_owned()
            }
            (State::Matches, "checkpoint") => format!(
                "Matches: the checkpoint of {} was signed by the key of the proof that you gave.\n",
                count(self.checked.entries.unwrap_or_default(), "entry", "entries")
            ),
            (State::Matches, "closing") => format!(
                "Shows that the ledger was closed: the recovery key that the origin names signed that {} count, and the log \
                 key had signed these.\n",
                count(self.checked.entries.unwrap_or_default(), "entry", "entries")
            ),
            (State::Matches, "fork") => {
                "Proves a fork: two histories were signed with the key of this archive, and at most one of them is what its \
                 readers were told. Both signatures fit.\n"
                    .to_owned()
            }
            (State::Matches, _) => self.matches(),
        };
        if self.words.is_empty() {
            return text;
        }
        // Writing to a string cannot fail.
        let _ = match self.given {
            Given::Nothing => write!(
                text,
                "Its words:  {}\nA file cannot vouch for its own key: compare these words with those that the archive's owner gives \
                 elsewhere, or give them with --key.",
                self.words.join(" ")
            ),
            Given::Words(_) => write!(text, "The words are the ones you gave."),
            Given::Origin(_) | Given::Proof(_) => write!(text, "The origin is the one you gave."),
        };
        if self.pin == "fits" {
            text.push_str("\nIts head is the one that you saw of this archive last.");
        }
        text
    }

    fn matches(&self) -> String {
        let entries: Vec<u64> = self.checked.items.iter().map(|item| item.entry).collect();
        if let Some(Passages { shown, proved }) = self.passages {
            return format!(
                "Matches: {} of {} that this report shows of sources {} what was recorded under {} of the ledger, signed with the \
                 key of this archive.\nThe draft, the verdicts, and names, times and custody beside the passages are what the report \
                 says: compare them with the list below; whoever has archive and draft makes it again (fonds cite).\n",
                number(proved as u64),
                count(shown as u64, "passage", "passages"),
                if proved == 1 { "is" } else { "are" },
                count(self.checked.entries.unwrap_or_default(), "entry", "entries"),
            );
        }
        let what = if self.what == "page" {
            "What this page shows is"
        } else {
            "What is shown here is"
        };
        let sealed = match entries.as_slice() {
            [one] => format!("entry {}", number(*one)),
            [one, rest @ ..] if rest.iter().all(|it| it == one) => {
                format!("entry {}", number(*one))
            }
            several => count(several.len() as u64, "item", "items"),
        };
        format!(
            "Matches: {what} what was recorded under {sealed} of {}, signed with the key of this archive.\n\
             This does not show who typed it, that it is complete, or that what it says is so.\n",
            number(self.checked.entries.unwrap_or_default())
        )
    }
}

/// Checks a file that is no archive.
pub(super) fn run(
    context: &Context,
    path: &Path,
    key: Option<&str>,
    closings: &[Closing],
) -> Result<Outcome, CliError> {
    let bytes = read(path)?;
    let given = Given::read(key)?;
    let what = what(&bytes);
    if what == "proof" && carries_nothing(&bytes) {
        return Err(CliError::usage(
            format!(
                "{} carries no proof and is no checkpoint, so there is nothing to check it by",
                path.display()
            ),
            "fonds publish, or fonds cite -o report.html --proof        makes a page that carries one",
        ));
    }
    let mut passages = None;
    let mut handed = None;
    let mut checked = match what {
        _ if bytes.len() > LARGEST_PAGE => too_large(),
        "page" => page(&bytes)?,
        "report" => {
            let (checked, found) = report(&bytes)?;
            passages = found;
            checked
        }
        "checkpoint" => {
            let (checked, read) = checkpoint(&bytes, &given);
            handed = read;
            checked
        }
        "fork" => fork::check(&bytes),
        "closing" => held::closing(path)?,
        _ => publish::check(&bytes),
    };
    let origin = checked.origin.clone();
    let words = origin.as_deref().map_or(Ok(Vec::new()), words)?;
    let compared = given.compare(origin.as_deref())?;
    if let Compared::Differ { expected, found } = &compared {
        let message = "The words or origin that you gave are not those of this file: it is from another archive.";
        let finding = Finding::new("proof.words-differ", "key", message);
        checked.add(State::DoesNotMatch, finding.with(expected, found));
    }
    let proof = match &checked.state {
        State::Matches => proof_in(what, &bytes),
        _ => None,
    };
    // Of a checkpoint that was copied, the one that was judged: its bytes as they came may hold none.
    let (note, mended) = match (&proof, handed) {
        (Some(proof), _) => (Note::parse(proof.checkpoint.as_bytes()).ok(), None),
        (None, Some(handed)) => (Some(handed.note), handed.mended),
        (None, None) => (None, None),
    };
    let shown = held::Shown {
        proof: proof.as_ref(),
        head: note.and_then(|note| Checkpoint::parse(note.text()).ok()),
        keys: match &given {
            // Those that the checkpoint was found to be signed by.
            Given::Proof(proved) if what == "checkpoint" && checked.state == State::Matches => {
                Some(&proved.keys)
            }
            _ => None,
        },
    };
    let held = shown.proof.is_some() || shown.head.is_some();
    let (closed, pin) = held::against(context, &mut checked, closings, &shown)?;
    let state = checked.state;
    let anchors = proof.map_or(Ok(Vec::new()), |proof| outside(context, &proof))?;
    context.ui.answer(&Verified {
        schema: "fonds/verify-file/1",
        anchors,
        what,
        passages,
        checked,
        words,
        key: compared.word(),
        closed,
        held,
        pin,
        mended,
        given,
    })?;
    Ok(match state {
        // The proof of a fork holds, and what it shows is a finding.
        State::Matches if what == "fork" => Outcome::Findings,
        State::Matches => Outcome::Done,
        State::DoesNotMatch => Outcome::Findings,
        State::CannotBeChecked => Outcome::NotChecked,
    })
}

/// What a file says that it is.
fn what(bytes: &[u8]) -> &'static str {
    if publish::is_page(bytes) {
        if citation::is_report(&String::from_utf8_lossy(bytes)) {
            "report"
        } else {
            "page"
        }
    } else if bytes.starts_with(b"fonds/") {
        "checkpoint"
    } else if fork::is_fork(bytes) {
        "fork"
    } else if held::is_closing(bytes) {
        "closing"
    } else if bytes.len() <= MAX_NOTE_BYTES && copied(bytes).note.is_some() {
        "checkpoint"
    } else {
        "proof"
    }
}

/// Whether a file is a page, a draft or the like, and no proof in whatever state: a proof is one JSON object.
fn carries_nothing(bytes: &[u8]) -> bool {
    let head = bytes.get(..512.min(bytes.len())).unwrap_or_default();
    let page = head.trim_ascii_start().get(..9).unwrap_or_default();
    page.eq_ignore_ascii_case(b"<!doctype") || !bytes.is_empty() && !bytes.contains(&b'{')
}

/// The proof in a file that matches.
fn proof_in(what: &str, bytes: &[u8]) -> Option<Proof> {
    let file = match what {
        "page" | "report" => {
            publish::out_of_page(&String::from_utf8_lossy(bytes)).unwrap_or_default()
        }
        "proof" => String::from_utf8_lossy(bytes).into_owned(),
        _ => return None,
    };
    serde_json::from_str(&file).ok()
}

/// Who else saw the checkpoint of a proof that matches.
fn outside(context: &Context, proof: &Proof) -> Result<Vec<Outside>, CliError> {
    let trusted = Trusted::load(&context.places()?)?;
    Ok(publish::outside(proof, &trusted, context.now()?))
}

/// Up to the most that is read of a file, and one byte more.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST_PAGE as u64 + 1).read_to_end(&mut bytes))
        .map_err(|source| CliError::Read {
            path: path.to_path_buf(),
            source,
        })?;
    Ok(bytes)
}

/// A file of which not even a page's bytes are all: its end was not read, so nothing is said of it.
fn too_large() -> Checked {
    let mut checked = Checked::new(State::CannotBeChecked);
    let message = format!("It has more than {LARGEST_PAGE} bytes, which are read at most.");
    let finding = Finding::new("proof.too-large", "file", message);
    checked.add(State::CannotBeChecked, finding);
    checked
}

/// A page: the proof in it, and whether the page is the one that is made of it.
fn page(bytes: &[u8]) -> Result<Checked, CliError> {
    let page = String::from_utf8_lossy(bytes);
    let file = publish::out_of_page(&page).unwrap_or_default();
    let mut checked = publish::check(file.as_bytes());
    if checked.state == State::Matches {
        let said = checked.origin.as_deref().map_or(Ok(Vec::new()), words)?;
        if published::html(&file, &checked, &said).as_bytes() != bytes {
            checked.add(
                State::DoesNotMatch,
                Finding::new(
                    "proof.page-differs",
                    "page",
                    "The proof in it fits, and the page around it is not the one that this release makes of it: it was \
                     changed, or another release made it. The proof file alone shows what is proved.",
                ),
            );
        }
    }
    Ok(checked)
}

/// A citation report: the proof in it, and whether the passages that it shows are those of the proof.
fn report(bytes: &[u8]) -> Result<(Checked, Option<Passages>), CliError> {
    let page = String::from_utf8_lossy(bytes);
    let file = publish::out_of_page(&page).unwrap_or_default();
    let mut checked = publish::check(file.as_bytes());
    if checked.state != State::Matches {
        return Ok((checked, None));
    }
    let said = checked.origin.as_deref().map_or(Ok(Vec::new()), words)?;
    match citation::compare(&page, &file, &checked, &said) {
        Ok((shown, proved)) => Ok((checked, Some(Passages { shown, proved }))),
        Err(why) => {
            let message =
                format!("The proof in it fits, and the report around it does not: {why}.");
            let finding = Finding::new("proof.page-differs", "report", message);
            checked.add(State::DoesNotMatch, finding);
            Ok((checked, None))
        }
    }
}

/// A checkpoint: its signature, where a key to judge it by was given; and the note that was judged.
fn checkpoint(bytes: &[u8], given: &Given) -> (Checked, Option<Handed>) {
    let mut checked = Checked::new(State::Matches);
    let malformed = |mut checked: Checked, why: &str| {
        let message = format!("It is no checkpoint: {why}.");
        let finding = Finding::new("proof.malformed", "checkpoint", message);
        checked.add(State::DoesNotMatch, finding);
        (checked, None)
    };
    let fits = |note: &Note| match given {
        Given::Proof(proved) => proved.keys.open(note).is_ok(),
        _ => false,
    };
    let handed = match handed::read(bytes, fits) {
        Ok(handed) => handed,
        Err((error, said)) if said.is_empty() => return malformed(checked, &error.to_string()),
        Err((_, said)) => return malformed(checked, &said),
    };
    let head = match Checkpoint::parse(handed.note.text()) {
        Ok(head) => head,
        Err(error) => return malformed(checked, &error.to_string()),
    };
    checked.entries = Some(head.size);
    checked.origin = Some(head.origin.clone());
    match given {
        Given::Proof(proved) => {
            if let Err(error) = proved.keys.open(&handed.note) {
                let newer = if proved.entries < head.size {
                    " It has more entries than the proof's checkpoint: the key may have been changed since."
                } else {
                    ""
                };
                let message =
                    format!("It was not signed by the keys of the proof: {error}.{newer}");
                let finding = Finding::new("proof.not-signed", "checkpoint", message);
                checked.add(State::DoesNotMatch, finding);
            }
        }
        _ => checked.state = State::CannotBeChecked,
    }
    (checked, Some(handed))
}
