//! `fonds demo`: the sample, brought in, described, checked and cited, in a folder of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use include_dir::Dir;
use include_dir::include_dir;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::acts::address;
use super::acts::append;
use super::agents::Agents;
use super::ui::Answer;
use super::ui::columns;
use super::ui::count;
use crate::archive::About;
use crate::archive::Archive;
use crate::archive::EntryDraft;
use crate::archive::Writer;
use crate::cite::Form;
use crate::cite::Manner;
use crate::cite::Verdict;
use crate::durable;
use crate::ingest;
use crate::ingest::Outside;
use crate::ingest::Request;
use crate::record::Zone;
use crate::record::when::stated;
use crate::report::citation;

/// The sample: sources, what is said of them, a draft, and what should come out.
static SAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/archive");

/// The zone in which the desk of the sample works.
const ZONE: &str = "America/New_York";

/// Build a sample archive, check it, and cite a draft against it
///
/// Everything in the sample is invented. The folder holds the archive, its throwaway keys, the sources, the draft and
/// the report; your own configuration is not touched. Remove the folder and nothing is left.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds demo
  fonds demo /tmp/harbour

Exit status
  0 built (the findings it shows are part of the sample), 2 could not be done")]
pub(super) struct DemoArgs {
    /// The folder; it must be empty or absent
    #[arg(default_value = "fonds-demo")]
    dir: PathBuf,
}

/// `custody.json` of the sample.
#[derive(Deserialize)]
struct Script {
    accessions: Vec<Accession>,
    agents: Vec<Named>,
    attributions: Vec<BTreeMap<String, Value>>,
    transfers: Vec<BTreeMap<String, Value>>,
    claims: Vec<BTreeMap<String, Value>>,
}

#[derive(Deserialize)]
struct Accession {
    id: String,
    paths: Vec<String>,
    #[serde(default)]
    tool: Option<String>,
    #[serde(default)]
    note: Option<String>,
    #[serde(flatten)]
    stated: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
    kind: String,
    name: String,
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Debug, Serialize)]
struct Demonstrated {
    schema: &'static str,
    folder: PathBuf,
    archive: PathBuf,
    user: PathBuf,
    report: PathBuf,
    documents: u64,
    messages: u64,
    entries: u64,
    /// What verify found.
    findings: u64,
    /// Quotations by verdict.
    quotations: BTreeMap<&'static str, u64>,
    /// A message worth looking at.
    look_at: Option<String>,
    /// What this program was called as: whoever tries it may not have put it on the path.
    #[serde(skip)]
    program: String,
}

/// A path that means the same in every folder.
fn whole(path: &Path) -> String {
    std::path::absolute(path)
        .unwrap_or_else(|_| path.to_path_buf())
        .display()
        .to_string()
}

/// A word as a shell takes it, in quotation marks where it needs them.
fn shell_word(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+,:@%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// What this program was called as.
fn program() -> String {
    let called = std::env::args_os().next();
    called
        .and_then(|called| called.into_string().ok())
        .filter(|called| !called.is_empty())
        .unwrap_or_else(|| "fonds".to_owned())
}

impl Answer for Demonstrated {
    fn text(&self) -> String {
        let archive = self.archive.display();
        let mut text = format!(
            "A sample archive is in {archive}. Everything in it is invented.\n\n\
             Brought in    {}, {}, from six hands\n\
             Recorded      who gave what to whom, as far as it is known, in {}\n\
             Verified      {}\n\
             Cited         {}: ",
            count(self.documents, "document", "documents"),
            count(self.messages, "message", "messages"),
            count(self.entries, "entry", "entries"),
            if self.findings == 0 {
                "every byte is as it was recorded".to_owned()
            } else {
                count(self.findings, "finding", "findings")
            },
            count(self.quotations.values().sum(), "quotation", "quotations"),
        );
        let verdicts: Vec<String> = self
            .quotations
            .iter()
            .filter(|(_, n)| **n > 0)
            .map(|(verdict, n)| format!("{n} {verdict}"))
            .collect();
        text.push_str(&verdicts.join(", "));
        let _ = write!(
            text,
            "\n\nOpen the citation report in a browser and look at 'Needs attention':\n  {}\n",
            self.report.display()
        );
        let _ = write!(
            text,
            "\nThen ask the archive itself. These two lines name it and its keys for the commands after them:\n  \
             export FONDS_ARCHIVE={}\n  export FONDS_USER={}\n\n",
            shell_word(&whole(&self.archive)),
            shell_word(&whole(&self.user)),
        );
        let program = shell_word(&self.program);
        let mut rows = Vec::new();
        let mut ask = |what: &str, verb: &str| {
            rows.push(vec![format!("{program} {verb}"), what.to_owned()]);
        };
        if let Some(item) = &self.look_at {
            ask(
                "a message, and through whose hands it came",
                &format!("show {item}"),
            );
            ask(
                "a gap, and a step that cannot have been",
                &format!("custody {item}"),
            );
        }
        ask(
            "who answered, and who did not",
            "timeline --who @tashgrove --who @meridianharbour",
        );
        ask("search", "find \"north pier\"");
        ask("every act so far", "log");
        ask("check every byte", "verify");
        text.push_str(&columns(&rows, "  "));
        let _ = write!(
            text,
            "\nThe draft is {}. When you are done: unset FONDS_ARCHIVE FONDS_USER",
            self.folder.join("draft.md").display()
        );
        text
    }
}

/// `fonds demo`.
pub(super) fn run(context: &Context, args: &DemoArgs) -> Result<Outcome, CliError> {
    let dir = &args.dir;
    let taken = dir.read_dir().is_ok_and(|mut found| found.next().is_some());
    if taken || dir.is_file() {
        return Err(CliError::usage(
            format!("{} is not empty", dir.display()),
            "fonds demo NEW_FOLDER        with a folder that is empty or absent",
        ));
    }
    let folder = std::path::absolute(dir).map_err(|source| CliError::Read {
        path: dir.clone(),
        source,
    })?;
    durable::create_dir(&folder)?;
    unpack(&SAMPLE, &folder)?;
    let own = context.apart(folder.join("archive"), folder.join("user"), "Ines Valder");
    super::init::start_sample(&own, "Harbour sample", ZONE)?;
    let mut show = Show {
        context: &own,
        folder: &folder,
        entries: BTreeMap::new(),
    };
    show.describe()?;
    let answer = show.examine(dir)?;
    context.ui.answer(&answer)?;
    Ok(Outcome::Done)
}

/// Writes the sample's sources and draft beside the archive.
fn unpack(sample: &Dir<'_>, folder: &Path) -> Result<(), CliError> {
    for file in sample.files() {
        let wanted = file.path().starts_with("sources") || file.path() == Path::new("draft.md");
        if wanted
            && file
                .path()
                .file_name()
                .is_some_and(|name| name != ".gitattributes")
        {
            durable::write_atomic(&folder.join(file.path()), file.contents())?;
        }
    }
    for below in sample.dirs() {
        if below.path().starts_with("sources") {
            durable::create_dir(&folder.join(below.path()))?;
            unpack(below, folder)?;
        }
    }
    Ok(())
}

struct Show<'a> {
    context: &'a Context,
    folder: &'a Path,
    /// Entries of accessions and agents by the names that the script gives them.
    entries: BTreeMap<String, u64>,
}

impl Show<'_> {
    /// Records what the script says, in its order.
    fn describe(&mut self) -> Result<(), CliError> {
        let script = SAMPLE
            .get_file("custody.json")
            .and_then(|file| serde_json::from_slice::<Script>(file.contents()).ok())
            .ok_or_else(|| CliError::usage("the sample's script cannot be read", "report this"))?;
        let mut writer = self.context.writer()?;
        let mut named = Vec::new();
        for (index, agent) in script.agents.iter().enumerate() {
            let mut values = Values::new(self.context)?;
            values.set("kind", Value::from(agent.kind.clone()));
            values.set("name", Value::from(agent.name.clone()));
            if !agent.accounts.is_empty() {
                values.set("accounts", Value::from(agent.accounts.clone()));
            }
            values.words("note", agent.note.as_deref());
            named.push(values.entry("agent.named/1")?);
            self.entries
                .insert(format!("agent:{}", agent.id), writer.size() + index as u64);
        }
        append(&mut writer, named)?;
        for accession in &script.accessions {
            self.bring_in(&mut writer, accession)?;
        }
        let mut acts = Vec::new();
        for (kind, list) in [
            ("attributed/1", &script.attributions),
            ("transferred/1", &script.transfers),
            ("claimed/1", &script.claims),
        ] {
            for act in list {
                self.act(&mut writer, kind, act, &mut acts)?;
            }
        }
        append(&mut writer, acts)?;
        super::indexing::go_on(self.context, writer.archive());
        Ok(())
    }

    fn bring_in(&mut self, writer: &mut Writer, accession: &Accession) -> Result<(), CliError> {
        let mut agents = Agents::new(writer.archive())?;
        let zone: Zone = ZONE.parse().unwrap_or(Zone::UTC);
        let mut statement: Vec<(&'static str, Value)> = Vec::new();
        for (slot, words) in &accession.stated {
            let Some(slot) = slot_name(slot) else {
                continue;
            };
            let value = match slot {
                "from" | "via" | "received_by" => agents.party(self.context, words)?,
                "received" => {
                    serde_json::to_value(stated(words, zone, "archive")).unwrap_or_default()
                }
                _ => Value::from(words.clone()),
            };
            statement.push((slot, value));
        }
        let said = [
            accession.note.clone(),
            accession
                .tool
                .as_ref()
                .map(|tool| format!("made with {tool}")),
        ];
        let said: Vec<String> = said.into_iter().flatten().collect();
        let request = Request {
            paths: accession
                .paths
                .iter()
                .map(|path| self.folder.join(path))
                .collect(),
            statement,
            note: (!said.is_empty()).then(|| said.join("; ")),
            by: self.context.by(),
            kind: None,
            table: None,
            limits: ingest::read::Limits::default(),
            tool: super::tool,
            before: agents.take_named(self.context),
        };
        let now = self.context.now()?;
        let receipt = ingest::run(
            writer,
            &request,
            &mut Outside {
                clock: &|| now,
                progress: &|_| {},
                stdin: None,
            },
        )?;
        if let Some(reference) = receipt.accession
            && let crate::archive::Target::Entry(seq) = writer.archive().resolve(&reference)?
        {
            self.entries
                .insert(format!("accession:{}", accession.id), seq);
        }
        Ok(())
    }

    fn act(
        &self,
        writer: &mut Writer,
        kind: &'static str,
        act: &BTreeMap<String, Value>,
        acts: &mut Vec<EntryDraft>,
    ) -> Result<(), CliError> {
        let text = |key: &str| act.get(key).and_then(Value::as_str);
        let mut agents = Agents::new(writer.archive())?;
        let mut values = Values::new(self.context)?;
        for (slot, key) in [("from", "from"), ("to", "to"), ("who", "who")] {
            if let Some(who) = text(key) {
                values.set(slot, agents.party(self.context, who)?);
            }
        }
        let new = agents.take_named(self.context);
        if !new.is_empty() {
            append(writer, new)?;
            values.now(self.context)?;
        }
        values.time(
            self.context,
            writer.archive(),
            "at",
            text("when").or(text("at")),
        )?;
        for (slot, key) in [
            ("kind", "kind"),
            ("medium", "how"),
            ("place", "place"),
            ("purpose", "purpose"),
            ("authority", "authority"),
            ("standing", "standing"),
            ("basis", "basis"),
            ("role", "role"),
            ("certainty", "certainty"),
            ("text", "text"),
        ] {
            values.words(slot, text(key));
        }
        let note = match (text("note"), text("state")) {
            (Some(note), Some(state)) => Some(format!("{note}; {state}")),
            (note, state) => note.or(state).map(ToOwned::to_owned),
        };
        values.words("note", note.as_deref());
        if let Some(item) = text("evidence")
            .map(|named| self.item(writer.archive(), named))
            .transpose()?
            .flatten()
        {
            values.set("evidence", Value::from(vec![address(item)]));
        }
        for named in act
            .get("about")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let Some(about) = self.item(writer.archive(), named.as_str().unwrap_or_default())? {
                let mut whole = values.again();
                whole.set("about", address(about));
                acts.push(whole.entry(kind)?);
            }
        }
        Ok(())
    }

    /// What the script calls `accession:…`, `agent:…`, `file:…` or `item:…`.
    fn item(&self, archive: &Archive, named: &str) -> Result<Option<About>, CliError> {
        if let Some(seq) = self.entries.get(named) {
            return Ok(Some(About::Entry(*seq)));
        }
        let item = if let Some(event) = named.strip_prefix("item:") {
            archive.by_event(event)?.first().map(|card| card.item)
        } else if let Some(file) = named.strip_prefix("file:") {
            use sha2::Digest as _;
            let bytes = SAMPLE
                .get_file(file)
                .map(include_dir::File::contents)
                .unwrap_or_default();
            let digest = crate::record::Digest::new(sha2::Sha256::digest(bytes).into());
            archive.holdings(&digest)?.first().map(|card| card.item)
        } else {
            None
        };
        Ok(match item {
            Some(item) => archive.place(item)?.map(|(place, _)| About::Item(place)),
            None => None,
        })
    }

    /// Verifies the archive, pins the draft, cites it, and writes the report.
    fn examine(&self, dir: &Path) -> Result<Demonstrated, CliError> {
        let findings = super::verify::check(self.context, false, &[])?
            .findings
            .len() as u64;
        let archive = self.context.archive()?;
        let draft = SAMPLE
            .get_file("draft.md")
            .and_then(include_dir::File::contents_utf8)
            .unwrap_or_default();
        let mut pinned = String::with_capacity(draft.len());
        let mut look_at = None;
        let mut rest = draft;
        while let Some((before, after)) = rest.split_once("[pin:") {
            let (id, behind) = after.split_once(']').unwrap_or((after, ""));
            pinned.push_str(before);
            if let Some(card) = archive.by_event(id)?.first() {
                let reference = archive.reference(card)?;
                let _ = write!(pinned, "[{reference}]");
                look_at.get_or_insert(reference);
            }
            rest = behind;
        }
        pinned.push_str(rest);
        let path = self.folder.join("draft.md");
        durable::write_atomic(&path, pinned.as_bytes())?;
        let citations = {
            let draft = super::draft::open(&path)?.draft;
            super::cite::check(
                self.context,
                &archive,
                &draft,
                Manner::default(),
                Form::default(),
            )?
        };
        let mut seal = super::cite::seal(&archive)?;
        if let Some(seal) = &mut seal {
            seal.proven = Some(super::proven::prove(self.context, &archive, &citations)?);
        }
        let seal = seal.as_ref();
        for (name, page) in [
            ("report.html", citation::html(&citations, seal)),
            ("report.md", citation::markdown(&citations, seal)),
        ] {
            durable::write_atomic(&self.folder.join(name), page.as_bytes())?;
        }
        let mut quotations = BTreeMap::new();
        for verdict in Verdict::ALL {
            let of = citations
                .quotations
                .iter()
                .filter(|quoted| quoted.verdict == *verdict);
            quotations.insert(verdict.label(), of.count() as u64);
        }
        Ok(Demonstrated {
            schema: "fonds/demo/1",
            folder: dir.to_path_buf(),
            archive: dir.join("archive"),
            user: dir.join("user"),
            report: dir.join("report.html"),
            documents: archive.tally("documents")?,
            messages: archive.tally("messages")?,
            entries: archive.tally("entries")?,
            findings,
            quotations,
            look_at,
            program: program(),
        })
    }
}

/// The slot of `accessioned/1` of that name.
fn slot_name(name: &str) -> Option<&'static str> {
    let schema = crate::record::schema("accessioned/1")?;
    schema.slots.iter().copied().find(|slot| *slot == name)
}
