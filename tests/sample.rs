//! The sample, from `fonds demo` to the report, held against what its author wrote down by hand (`archive/expected.json`).

#![expect(
    clippy::disallowed_methods,
    reason = "what a test writes need not outlive it"
)]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::sync::LazyLock;

use serde_json::Value;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The demo, built once for all tests here. They only read it.
static DEMO: LazyLock<Result<Demo, String>> =
    LazyLock::new(|| Demo::new().map_err(|error| error.to_string()));

struct Demo {
    dir: tempfile::TempDir,
    /// What `fonds demo --json` answered.
    said: Value,
    expected: Value,
}

/// The program, with a home of its own and nothing else of ours in its environment.
fn fonds(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fonds"));
    for name in ["FONDS_ARCHIVE", "FONDS_USER", "FONDS_BY"] {
        command.env_remove(name);
    }
    command
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("FONDS_NOW", "2026-11-23T09:30:00Z");
    command
}

fn answer(output: &Output) -> TestResult<Value> {
    serde_json::from_slice(&output.stdout).map_err(|error| {
        let stderr = String::from_utf8_lossy(&output.stderr);
        format!("{error}; stderr: {stderr}").into()
    })
}

impl Demo {
    fn new() -> TestResult<Self> {
        let dir = tempfile::tempdir()?;
        fs::create_dir(dir.path().join("home"))?;
        let output = fonds(&dir.path().join("home"))
            .args(["demo", "--json"])
            .arg(dir.path().join("demo"))
            .output()?;
        let said = answer(&output)?;
        if !output.status.success() {
            return Err(format!("fonds demo ended with {}", output.status).into());
        }
        let expected = concat!(env!("CARGO_MANIFEST_DIR"), "/archive/expected.json");
        Ok(Self {
            dir,
            said,
            expected: serde_json::from_slice(&fs::read(expected)?)?,
        })
    }

    fn get() -> TestResult<&'static Self> {
        DEMO.as_ref().map_err(|error| error.as_str().into())
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("demo")
    }

    fn run(&self, arguments: &[&str]) -> TestResult<Output> {
        Ok(fonds(&self.dir.path().join("home"))
            .env("FONDS_USER", self.folder().join("user"))
            .arg("-C")
            .arg(self.folder().join("archive"))
            .args(arguments)
            .output()?)
    }

    fn ask(&self, arguments: &[&str]) -> TestResult<Value> {
        answer(&self.run(arguments)?)
    }

    /// References of messages by the id that their platform gave them.
    fn references(&self) -> TestResult<BTreeMap<String, String>> {
        let archive = fonds::archive::Archive::open(&self.folder().join("archive"))?;
        let mut references = BTreeMap::new();
        for card in archive.after(0, 10_000)? {
            if let Some(event) = &card.event {
                references.insert(event.clone(), archive.reference(&card)?);
            }
        }
        Ok(references)
    }

    /// References of documents by the path of the sample's file.
    fn documents(&self) -> TestResult<BTreeMap<String, String>> {
        use sha2::Digest as _;
        let archive = fonds::archive::Archive::open(&self.folder().join("archive"))?;
        let mut references = BTreeMap::new();
        for file in self.expected["counts"]["messages_by_file"]
            .as_object()
            .ok_or("no files")?
            .keys()
        {
            let bytes = fs::read(self.folder().join(file))?;
            let digest = fonds::record::Digest::new(sha2::Sha256::digest(bytes).into());
            let reference = archive.document_reference(&digest)?;
            references.insert(
                file.clone(),
                reference.ok_or_else(|| format!("{file} is not in the archive"))?,
            );
        }
        Ok(references)
    }
}

/// Holds an answer against its schema.
fn keeps_to(schema: &str, answer: &Value) -> TestResult {
    let file = format!("{}/schema/output/{schema}", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_slice(&fs::read(file)?)?;
    let validator = jsonschema::options().offline().build(&schema)?;
    let wrong: Vec<String> = validator
        .iter_errors(answer)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

fn strings(value: &Value) -> Vec<&str> {
    let values = value.as_array().into_iter().flatten();
    values.filter_map(Value::as_str).collect()
}

fn list(value: &Value) -> TestResult<&Vec<Value>> {
    value
        .as_array()
        .ok_or_else(|| format!("{value} is not a list").into())
}

#[test]
fn every_quotation_is_judged_as_written_down_by_hand() -> TestResult {
    let demo = Demo::get()?;
    let draft = demo.folder().join("draft.md");
    let output = demo.run(&["cite", "--json", &draft.to_string_lossy()])?;
    assert_eq!(output.status.code(), Some(1), "findings are exit status 1");
    let cited = answer(&output)?;
    let (found, wanted) = (
        list(&cited["quotations"])?,
        list(&demo.expected["quotations"])?,
    );
    assert_eq!(found.len(), wanted.len());
    let (messages, documents) = (demo.references()?, demo.documents()?);
    let archive = fonds::archive::Archive::open(&demo.folder().join("archive"))?;
    for (found, wanted) in found.iter().zip(wanted) {
        let id = &wanted["id"];
        assert_eq!(found["id"], *id);
        assert_eq!(found["text"], wanted["text"], "{id}");
        assert_eq!(found["verdict"], wanted["verdict"], "{id}: {found}");
        if wanted["parts"].is_array() {
            assert_eq!(found["parts"], wanted["parts"], "{id}");
        }
        let codes: BTreeSet<&str> = list(&found["findings"])?
            .iter()
            .filter_map(|finding| finding["code"].as_str())
            .collect();
        for code in strings(&wanted["findings"]) {
            assert!(codes.contains(code), "{id}: {code} is not among {codes:?}");
        }
        let places: BTreeSet<&str> = list(&found["matches"])?
            .iter()
            .filter_map(|one| one["item"].as_str())
            .collect();
        for place in list(&wanted["sources"])? {
            let file = place["file"].as_str().ok_or("no file")?;
            // A part of a mail is a document of its own, which lies in the mail.
            let reference = match (place["id"].as_str(), place["part"].as_str()) {
                (Some(mail), Some(part)) => attached(&archive, mail, part)?,
                (Some(message), None) => messages.get(message).cloned(),
                (None, _) => documents.get(file).cloned(),
            };
            let reference = reference.ok_or_else(|| format!("{id}: {place} is not held"))?;
            // Of messages run together the first is the match, and the finding names them all.
            let named = list(&found["findings"])?.iter().any(|finding| {
                finding["code"] == "quotation.joins-two-messages"
                    && finding["message"]
                        .as_str()
                        .is_some_and(|message| message.contains(&reference))
            });
            assert!(
                named || places.contains(reference.as_str()),
                "{id}: {place} ({reference}) is not among {places:?}"
            );
        }
        if list(&wanted["sources"])?.is_empty() {
            assert!(places.is_empty(), "{id}: {places:?}");
        }
    }
    let mut verdicts: BTreeMap<&str, u64> = BTreeMap::new();
    for quotation in found {
        *verdicts
            .entry(quotation["verdict"].as_str().unwrap_or_default())
            .or_default() += 1;
    }
    assert_eq!(
        serde_json::to_value(verdicts)?,
        demo.expected["verdicts"],
        "counts"
    );
    Ok(())
}

/// The reference of a part of a mail.
fn attached(
    archive: &fonds::archive::Archive,
    mail: &str,
    part: &str,
) -> TestResult<Option<String>> {
    for message in archive.by_event(mail)? {
        let mut held = archive.children(message.item)?;
        if let Some(document) = message.parent {
            held.extend(archive.children(document)?);
        }
        for child in held {
            let locator = match archive.item(child.item)? {
                Some(opened) if child.class == "d" => opened.get::<Value>("locator")?,
                _ => None,
            };
            if locator.is_some_and(|locator| locator["part"]["number"] == part) {
                return Ok(Some(archive.reference(&child)?));
            }
        }
    }
    Ok(None)
}

#[test]
fn the_sample_counts_as_written_down_by_hand() -> TestResult {
    let demo = Demo::get()?;
    let counts = &demo.expected["counts"];
    assert_eq!(demo.said["documents"], counts["documents"]);
    assert_eq!(demo.said["messages"], counts["messages"]);
    assert_eq!(demo.said["findings"], 0);
    let archive = fonds::archive::Archive::open(&demo.folder().join("archive"))?;
    let mut by_document: BTreeMap<String, u64> = BTreeMap::new();
    for card in archive.after(0, 10_000)? {
        let Some(parent) = card.parent.filter(|_| card.class == "m") else {
            continue;
        };
        let parent = archive.card(parent)?.ok_or("a message without document")?;
        *by_document.entry(archive.reference(&parent)?).or_default() += 1;
    }
    for (file, reference) in demo.documents()? {
        assert_eq!(
            Value::from(by_document.get(&reference).copied().unwrap_or(0)),
            counts["messages_by_file"][&file],
            "{file}"
        );
    }
    Ok(())
}

#[test]
fn silences_are_as_long_as_written_down_by_hand() -> TestResult {
    let demo = Demo::get()?;
    let timeline = demo.ask(&[
        "timeline",
        "--json",
        "--who",
        "@tashgrove",
        "--who",
        "@meridianharbour",
    ])?;
    let references = demo.references()?;
    let reference = |id: &Value| references.get(id.as_str().unwrap_or_default()).cloned();
    let silences = list(&timeline["silences"])?;
    let wanted = &demo.expected["silences"];
    let of = |by: &str| -> Vec<&Value> {
        silences
            .iter()
            .filter(|silence| silence["by"] == by)
            .collect()
    };
    for (account, handle) in [
        ("90000022904", "@tashgrove"),
        ("90000014800", "@meridianharbour"),
    ] {
        let wanted = &wanted["longest_wait_for_a_reply"][account];
        let longest = of(handle)
            .into_iter()
            .max_by_key(|silence| silence["at_least_seconds"].as_i64())
            .ok_or("no silence")?;
        assert_eq!(longest["at_least_seconds"], wanted["seconds"], "{handle}");
        assert_eq!(
            longest["first"].as_str(),
            reference(&wanted["after"]).as_deref(),
            "{handle}"
        );
        assert_eq!(
            longest["reply"].as_str(),
            reference(&wanted["until"]).as_deref(),
            "{handle}"
        );
        assert!(
            !list(&longest["partial"])?.is_empty(),
            "the export is known to be incomplete"
        );
    }
    let july = &wanted["reply_of_12_july"];
    assert!(
        silences.iter().any(|silence| {
            silence["at_least_seconds"] == july["seconds"]
                && silence["first"].as_str() == reference(&july["after"]).as_deref()
                && silence["reply"].as_str() == reference(&july["until"]).as_deref()
        }),
        "{silences:?}"
    );
    Ok(())
}

#[test]
fn the_gap_is_shown_and_what_cannot_be_is_pointed_out() -> TestResult {
    let demo = Demo::get()?;
    let impossible = strings(&demo.expected["impossible"][0]["messages"]);
    assert_eq!(impossible.len(), 5);
    let references = demo.references()?;
    let mut pointed_out = BTreeSet::new();
    for (event, reference) in &references {
        let custody = demo.ask(&["custody", "--json", reference])?;
        let said = strings(&custody["impossible"]);
        if said.is_empty() {
            continue;
        }
        pointed_out.insert(event.as_str());
        let exported = list(&custody["steps"])?
            .iter()
            .find(|step| step["kind"] == "exported")
            .ok_or("no step of export")?;
        let number = exported["number"].to_string();
        assert!(
            said.iter()
                .any(|said| said.contains(&number) && said.ends_with("earlier than step 1")),
            "{reference}: {said:?}"
        );
        let gaps: Vec<&Value> = list(&custody["steps"])?
            .iter()
            .filter(|step| step["act"] == "gap")
            .collect();
        assert_eq!(gaps.len(), 1, "{reference}");
        assert_eq!(gaps[0]["to"][0]["name"], "Source A", "{reference}");
        assert_eq!(custody["gaps"], 1, "{reference}");
    }
    assert_eq!(pointed_out, impossible.into_iter().collect());
    Ok(())
}

#[test]
fn times_are_recorded_as_the_platforms_gave_them() -> TestResult {
    let demo = Demo::get()?;
    let references = demo.references()?;
    for time in list(&demo.expected["times"])? {
        let about = time["about"].as_str().ok_or("no item")?;
        let reference = references.get(about).ok_or("no such message")?;
        let at = demo.ask(&["show", "--json", reference])?["at"].clone();
        if time["recorded"].is_string() {
            assert_eq!(at["earliest"], time["recorded"], "{about}");
            assert_eq!(at["latest"], time["recorded"], "{about}");
        }
    }
    Ok(())
}

#[test]
fn the_demo_verifies_and_touches_nothing_of_the_users() -> TestResult {
    let demo = Demo::get()?;
    let output = demo.run(&["verify", "--json"])?;
    assert_eq!(output.status.code(), Some(0));
    let report = answer(&output)?;
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    assert_eq!(report["anchoring"], "self-consistent");
    let home: Vec<_> = fs::read_dir(demo.dir.path().join("home"))?.collect();
    assert!(home.is_empty(), "{home:?}");
    for name in ["archive", "user", "draft.md", "report.html", "report.md"] {
        assert!(demo.folder().join(name).exists(), "{name}");
    }
    let report = fs::read_to_string(demo.folder().join("report.html"))?;
    for quotation in list(&demo.expected["quotations"])? {
        let id = quotation["id"].as_str().ok_or("no id")?;
        assert!(report.contains(&format!("id=\"{id}\"")), "{id}");
    }
    Ok(())
}

#[test]
fn provenance_says_bytes_time_and_origin_apart_and_shows_what_is_blank() -> TestResult {
    let demo = Demo::get()?;
    let references = demo.references()?;
    let message = &references["1678758338424209408"];
    let folder = tempfile::tempdir()?;
    let page = folder.path().join("provenance.html");
    let output = demo.run(&[
        "provenance",
        "--json",
        message,
        "-o",
        &page.to_string_lossy(),
    ])?;
    assert_eq!(output.status.code(), Some(0));
    let report = answer(&output)?;
    keeps_to("provenance-1.json", &report)?;
    let item = &report["items"][0];
    for side in ["bytes", "time", "origin"] {
        assert!(!strings(&item["said"][side]).is_empty(), "{side}");
    }
    assert_eq!(item["document"]["read"]["state"], "unchanged");
    let field = |slot: &str| -> Value {
        let fields = item["accession"]["fields"].as_array().into_iter().flatten();
        let mut found = fields.filter(|field| field["slot"] == slot);
        found
            .next()
            .map_or(Value::Null, |field| field["stated"].clone())
    };
    assert_eq!(field("authority"), "unknown");
    assert_eq!(field("via"), Value::Null);
    assert!(!list(&item["custody"]["impossible"])?.is_empty());
    let roles: BTreeSet<&str> = list(&item["attributions"])?
        .iter()
        .filter_map(|one| one["role"].as_str())
        .collect();
    assert!(roles.contains("speaks-for"), "{roles:?}");
    let page = fs::read_to_string(page)?;
    for words in [
        "not stated",
        "Gap: not known how it reached Source A",
        "Cannot be as recorded",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("authentic") && !page.contains("verified"));
    Ok(())
}

#[test]
fn provenance_of_all_lists_every_document_once() -> TestResult {
    let demo = Demo::get()?;
    let report = demo.ask(&["provenance", "--all", "--json"])?;
    keeps_to("provenance-1.json", &report)?;
    let counts = &demo.expected["counts"];
    let documents = list(&report["documents"])?;
    assert_eq!(Value::from(documents.len()), counts["documents"]);
    let messages: u64 = documents
        .iter()
        .filter_map(|row| row["messages"].as_u64())
        .sum();
    assert_eq!(Value::from(messages), counts["messages"]);
    assert_eq!(list(&report["accessions"])?.len(), 6);
    assert_eq!(
        demo.run(&["provenance", "m-0000000000"])?.status.code(),
        Some(4)
    );
    assert_eq!(demo.run(&["provenance"])?.status.code(), Some(2));
    Ok(())
}

#[test]
fn provenance_of_altered_bytes_says_so() -> TestResult {
    let dir = tempfile::tempdir()?;
    let folder = dir.path().join("demo");
    let output = fonds(dir.path()).arg("demo").arg(&folder).output()?;
    assert!(output.status.success());
    let words: &[u8] = b"There is a truck on it now";
    let mut altered = 0;
    for pack in fs::read_dir(folder.join("archive/packs"))? {
        let pack = pack?.path();
        let mut bytes = fs::read(&pack)?;
        if let Some(at) = bytes.windows(words.len()).position(|found| found == words) {
            bytes[at] = b'W';
            fs::write(&pack, bytes)?;
            altered += 1;
        }
    }
    assert_eq!(altered, 1);
    let archive = fonds::archive::Archive::open(&folder.join("archive"))?;
    let message = archive.by_event("1678758338424209408")?.remove(0);
    let output = fonds(dir.path())
        .env("FONDS_USER", folder.join("user"))
        .arg("-C")
        .arg(folder.join("archive"))
        .args(["provenance", "--json", &archive.reference(&message)?])
        .output()?;
    assert_eq!(output.status.code(), Some(1));
    let read = &answer(&output)?["items"][0]["document"]["read"];
    assert_eq!(read["state"], "altered");
    Ok(())
}

#[test]
fn the_demo_refuses_a_folder_that_is_not_empty() -> TestResult {
    let dir = tempfile::tempdir()?;
    let folder = dir.path().join("taken");
    fs::create_dir(&folder)?;
    fs::write(folder.join("mine.txt"), "mine")?;
    let output = fonds(dir.path()).arg("demo").arg(&folder).output()?;
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not empty"));
    let left: Vec<_> = fs::read_dir(&folder)?.collect();
    assert_eq!(left.len(), 1, "nothing was added");
    Ok(())
}
