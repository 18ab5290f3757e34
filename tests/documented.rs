//! What the program records is described in `schema/`: every kind of record by a JSON Schema and in TERMS.md.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use fonds::record::Attachment;
use fonds::record::Bytes;
use fonds::record::Class;
use fonds::record::Conversation;
use fonds::record::Digest;
use fonds::record::ENTRY_KINDS;
use fonds::record::Event;
use fonds::record::ITEM_KINDS;
use fonds::record::Instant;
use fonds::record::Kind;
use fonds::record::Link;
use fonds::record::Locator;
use fonds::record::Moment;
use fonds::record::Name;
use fonds::record::Parent;
use fonds::record::Participant;
use fonds::record::Schema;
use fonds::record::Span;
use fonds::record::TextRoot;
use jsonschema::Registry;
use jsonschema::Validator;
use serde_json::Value;
use serde_json::json;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Where the schemas are taken to lie, so that one may refer to another by its file name.
const BASE: &str = "file:///schema/entry/";

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/schema"))
}

/// The file that describes a kind: `message/1` is described by `message-1.json`.
fn file_of(kind: &str) -> String {
    format!("{}.json", kind.replace('/', "-"))
}

fn read(file: &str) -> TestResult<Value> {
    let path = folder().join("entry").join(file);
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

fn terms() -> TestResult<String> {
    Ok(fs::read_to_string(folder().join("TERMS.md"))?)
}

fn every_kind() -> impl Iterator<Item = (&'static Schema, bool)> {
    let entries = ENTRY_KINDS.iter().map(|schema| (schema, false));
    entries.chain(ITEM_KINDS.iter().map(|schema| (schema, true)))
}

fn validator(schema: &Value, file: &str) -> TestResult<Validator> {
    let common = read("common.json")?;
    let registry = Registry::new()
        .add(format!("{BASE}common.json"), &common)?
        .prepare()?;
    let built = jsonschema::options()
        .offline()
        .with_registry(&registry)
        .with_base_uri(format!("{BASE}{file}"))
        .build(schema)
        .map_err(|error| format!("{file}: {error}"))?;
    Ok(built)
}

/// A validator of one of the shared values.
fn shared(name: &str) -> TestResult<Validator> {
    validator(&json!({"$ref": format!("common.json#/$defs/{name}")}), name)
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
        .collect()
}

fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

#[test]
fn every_kind_of_record_has_a_schema_with_its_slots_in_order() -> TestResult {
    for (kind, is_item) in every_kind() {
        let file = file_of(kind.name);
        let schema = read(&file)?;
        let slots = &schema["properties"]["slots"];
        let wanted: BTreeSet<&str> = kind.slots.iter().copied().collect();
        assert_eq!(schema["title"], kind.name, "{file}");
        assert_eq!(schema["properties"]["e"]["const"], kind.name, "{file}");
        assert_eq!(strings(&slots["x-order"]), kind.slots, "{file}");
        assert_eq!(strings(&slots["required"]), kind.slots, "{file}");
        assert_eq!(keys(&slots["properties"]), wanted, "{file}");
        assert_eq!(slots["additionalProperties"], false, "{file}");
        let place: &[&str] = if is_item {
            &["v", "o", "a", "r", "s", "i", "e", "slots"]
        } else {
            &["v", "o", "i", "e", "slots"]
        };
        assert_eq!(strings(&schema["required"]), place, "{file}");
        assert_eq!(
            keys(&schema["properties"]),
            place.iter().copied().collect(),
            "{file}"
        );
        for slot in kind.slots {
            let said = slots["properties"][slot]["description"].as_str();
            let said = said.ok_or_else(|| format!("{file}: {slot} is not described"))?;
            let may_be_null = slots["properties"][slot]["anyOf"]
                .as_array()
                .is_some_and(|alternatives| alternatives.iter().any(|one| one["type"] == "null"));
            assert!(said.ends_with('.'), "{file}: {slot}: {said}");
            assert_eq!(may_be_null, said.contains("Null: "), "{file}: {slot}");
        }
    }
    Ok(())
}

#[test]
fn every_schema_belongs_to_a_kind() -> TestResult {
    let mut wanted: BTreeSet<String> = every_kind().map(|(kind, _)| file_of(kind.name)).collect();
    wanted.insert("common.json".to_owned());
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder().join("entry"))? {
        found.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    assert_eq!(found, wanted);
    Ok(())
}

#[test]
fn every_schema_is_one_and_refers_to_what_is_there() -> TestResult {
    for (kind, _) in every_kind() {
        let file = file_of(kind.name);
        let schema = read(&file)?;
        assert!(jsonschema::meta::is_valid(&schema), "{file}");
        validator(&schema, &file)?;
    }
    assert!(jsonschema::meta::is_valid(&read("common.json")?));
    Ok(())
}

#[test]
fn every_shared_value_is_used() -> TestResult {
    let common = read("common.json")?;
    let mut all = common.to_string();
    for (kind, _) in every_kind() {
        all.push_str(&read(&file_of(kind.name))?.to_string());
    }
    for name in keys(&common["$defs"]) {
        assert!(
            all.contains(&format!("#/$defs/{name}\"")),
            "nothing uses {name}"
        );
        shared(name)?;
    }
    Ok(())
}

/// An opened record whose values are right, to be spoilt.
fn noted() -> Value {
    json!({
        "v": 1,
        "o": format!("fonds/{}", "0a".repeat(20)),
        "i": 7,
        "e": "noted/1",
        "slots": {
            "about": {"item": {"a": 1, "r": 0, "s": 0, "i": 4}},
            "text": "The second page is a copy.",
            "evidence": null,
            "by": "E. Ferro",
            "t": "2023-08-14T22:12:09Z",
        },
    })
}

#[test]
fn a_record_is_told_from_what_is_none() -> TestResult {
    let check = validator(&read("noted-1.json")?, "noted-1.json")?;
    assert!(check.is_valid(&noted()));
    for (place, wrong) in [
        ("/v", json!(2)),
        ("/o", json!("fonds/0A")),
        ("/i", json!(-1)),
        ("/e", json!("noted/2")),
        ("/slots/about", json!(null)),
        ("/slots/about", json!("m-7kq2")),
        ("/slots/evidence", json!([])),
        ("/slots/t", json!("2023-08-14T22:12:09.120Z")),
        ("/slots", json!({"text": "alone"})),
    ] {
        let mut record = noted();
        *record.pointer_mut(place).ok_or(place)? = wrong;
        assert!(!check.is_valid(&record), "{place}: {record}");
    }
    let mut record = noted();
    record["slots"]["extra"] = json!(1);
    assert!(!check.is_valid(&record));
    Ok(())
}

#[test]
fn values_are_written_as_their_schemas_say() -> TestResult {
    let digest = Digest::new([0xab; 32]);
    let at = Moment::from_millis(1_689_082_140_120).ok_or("no such moment")?;
    let instant = Instant::exact(at, "Tue, 11 Jul 2023 09:29:00 -0400", "header");
    let raw = Name::from_bytes(b"\xff.txt");
    let member = Locator::Member {
        index: 3,
        name: raw.clone(),
    };
    let part = Locator::Part {
        number: "2.1".to_owned(),
    };
    let participant = Participant {
        account: Some("mail:e.ferro@example.org".to_owned()),
        display: None,
        role: "reply-to".to_owned(),
    };
    let conversation = Conversation {
        id: "1@example.org".to_owned(),
        platform: "mail".to_owned(),
        sort: "mail".to_owned(),
        display: None,
    };
    let event = Event {
        sort: "message".to_owned(),
        references: vec!["0@example.org".to_owned()],
        ..Event::default()
    };
    let attachment = Attachment {
        display: None,
        media_type: None,
        size: Some(9),
        sha256: Some(digest),
        present: true,
    };
    let link = Link {
        url: "https://example.org/".to_owned(),
        expanded: None,
    };
    let bytes = Bytes {
        sha256: digest,
        size: 9,
    };
    let text = TextRoot {
        pieces: 2,
        root: digest,
    };
    for (name, value) in [
        ("digest", json!(digest)),
        ("bytes", json!(bytes)),
        ("large", json!(bytes)),
        ("span", json!(Span { start: 0, end: 9 })),
        ("parent", json!(Parent { r: 0, s: 0, i: 2 })),
        ("locator", json!(member)),
        ("locator", json!(part)),
        ("text_root", json!(text)),
        ("name", json!(raw)),
        ("name", json!(Name::from_bytes(b"a.txt"))),
        ("moment", json!(at)),
        ("instant", json!(instant.in_zone("-04:00", "written"))),
        ("instant", json!(Instant::unknown(None))),
        ("participant", json!(participant)),
        ("conversation", json!(conversation)),
        ("event", json!(event)),
        ("attachment", json!(attachment)),
        ("link", json!(link)),
    ] {
        assert!(shared(name)?.is_valid(&value), "{name}: {value}");
        assert!(!shared(name)?.is_valid(&json!({"": 0})), "{name}");
    }
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(
        strings(&read("common.json")?["$defs"]["kind"]["enum"]),
        kinds
    );
    Ok(())
}

#[test]
fn every_word_that_is_recorded_is_in_the_terms() -> TestResult {
    let terms = terms()?;
    let mut words: Vec<String> = every_kind().map(|(kind, _)| kind.name.to_owned()).collect();
    words.extend(Kind::ALL.iter().map(|kind| kind.word().to_owned()));
    for class in [
        Class::Document,
        Class::Message,
        Class::Accession,
        Class::Transfer,
        Class::Agent,
    ] {
        words.push(format!("{}-", class.letter()));
    }
    let common = read("common.json")?;
    let values = &common["$defs"];
    for list in [
        &values["standing"]["enum"],
        &values["certainty"]["enum"],
        &values["role"]["enum"],
        &values["participant"]["properties"]["role"]["enum"],
        &values["instant"]["properties"]["basis"]["enum"],
        &values["instant"]["properties"]["zone_basis"]["enum"],
    ] {
        assert!(!strings(list).is_empty());
        words.extend(strings(list).into_iter().map(str::to_owned));
    }
    for word in words {
        assert!(
            terms.contains(&format!("`{word}`")),
            "TERMS.md lacks `{word}`"
        );
    }
    Ok(())
}

/// Every file of source below a folder.
fn sources(folder: &Path) -> TestResult<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        if entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "rs")
        {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}

/// Literals such as `"document.altered"`: two words of lower-case letters, the second with hyphens.
fn codes(source: &str) -> BTreeSet<&str> {
    let is_code = |text: &&str| {
        text.split_once('.').is_some_and(|(noun, state)| {
            let plain =
                |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
            plain(noun) && state.split('-').all(plain)
        })
    };
    source.split('"').filter(is_code).collect()
}

#[test]
fn every_finding_is_explained_and_every_explanation_is_of_one() -> TestResult {
    let explained = fs::read_to_string(folder().join("FINDINGS.md"))?;
    let rows: BTreeSet<&str> = explained
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(code, _)| code)
        .collect();
    let nouns: BTreeSet<&str> = rows
        .iter()
        .filter_map(|code| Some(code.split_once('.')?.0))
        .collect();
    let mut given = BTreeSet::new();
    let source = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    for path in sources(&source)? {
        let text = fs::read_to_string(&path)?;
        for code in codes(&text) {
            let noun = code.split_once('.').map_or(code, |(noun, _)| noun);
            // Files and the stem of two codes look like codes and are none.
            let is_other = ["ledger.entry", "draft.md", "memory.json", "fork.json"].contains(&code);
            if nouns.contains(noun) && !is_other {
                given.insert(code.to_owned());
            }
        }
    }
    for code in &given {
        assert!(rows.contains(code.as_str()), "FINDINGS.md lacks `{code}`");
    }
    for code in rows {
        assert!(given.contains(code), "nothing gives `{code}`");
    }
    assert!(given.len() > 50, "{}", given.len());
    Ok(())
}

/// The cells of each row of the tables of a page.
fn rows(page: &str) -> impl Iterator<Item = Vec<&str>> {
    page.lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|row| row.split(" | ").collect::<Vec<&str>>())
        .filter(|row| row.first().is_some_and(|nr| nr.parse::<u32>().is_ok()))
}

#[test]
fn every_attack_of_the_page_has_its_test_and_its_finding() -> TestResult {
    let page = fs::read_to_string(folder().join("ATTACKS.md"))?;
    let findings = fs::read_to_string(folder().join("FINDINGS.md"))?;
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut written = BTreeSet::new();
    for entry in walkdir::WalkDir::new(tests) {
        let entry = entry?;
        if entry.path().extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(entry.path())?;
            let names = text.split("#[test]\n").skip(1).filter_map(|after| {
                let line = after.lines().find_map(|line| line.strip_prefix("fn "))?;
                line.split('(').next()
            });
            written.extend(names.map(ToOwned::to_owned));
        }
    }
    let mut count = 0;
    for row in rows(&page) {
        let [nr, _, said, test] = row.as_slice() else {
            return Err(format!("a row has four cells: {row:?}").into());
        };
        count += 1;
        assert_eq!(nr.parse::<u32>()?, count, "rows are counted");
        let test = test.trim_matches('`');
        assert!(written.contains(test), "{nr}: there is no test {test}");
        if let Some(code) = said.strip_prefix('`').and_then(|it| it.strip_suffix('`')) {
            assert!(findings.contains(&format!("| `{code}` |")), "{nr}: {code}");
        }
    }
    assert!(count >= 40, "{count} attacks");
    Ok(())
}

#[test]
fn the_log_has_a_sentence_for_every_kind_of_entry() -> TestResult {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/sentences.rs");
    let sentences = fs::read_to_string(path)?;
    let untold: Vec<&str> = ENTRY_KINDS
        .iter()
        .map(|kind| kind.name)
        .filter(|name| !sentences.contains(&format!("\"{name}\"")))
        .collect();
    assert_eq!(untold, Vec::<&str>::new());
    Ok(())
}
