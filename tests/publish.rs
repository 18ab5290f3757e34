//! Proofs: what they open and what they do not, each way to forge one, and three verifiers that have to agree.

#[path = "publish/agree.rs"]
mod agree;
#[path = "publish/resealed.rs"]
mod resealed;
mod support;
#[path = "support/skipped.rs"]
mod told;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use fonds::anchor::Trusted;
use fonds::archive::Archive;
use fonds::archive::EntryDraft;
use fonds::archive::Step;
use fonds::archive::Target;
use fonds::archive::Writer;
use fonds::keys::KeyPair;
use fonds::publish;
use fonds::publish::Cosignature;
use fonds::publish::Proof;
use fonds::publish::PublishError;
use fonds::publish::ShownText;
use fonds::publish::State;
use fonds::publish::Wanted;
use fonds::record::Digest;
use fonds::tlog::Note;
use fonds::tlog::timed;
use serde_json::Value;
use serde_json::json;

use self::support::Bench;
use self::support::TestResult;

const MEMO: &str = "The truck is on it.\n\nNobody signs for that pier any more.\nPay in cash.\n";

/// An archive with the sample, a memo, a page and a mailbox, each an accession of its own.
fn bench() -> TestResult<Bench> {
    let bench = Bench::new()?;
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("archive/sources");
    for name in ["x-export", "web", "list.mbox"] {
        bench.ingest(&[&sources.join(name)], Some("Source A"))?;
    }
    let memo = bench.dir.path().join("memo.txt");
    fs::File::create(&memo)?.write_all(MEMO.as_bytes())?;
    bench.ingest(&[&memo], Some("Source B"))?;
    Ok(bench)
}

/// The first item of which this holds, from the beginning.
fn item(archive: &Archive, wanted: impl Fn(&str, &str, &str) -> bool) -> TestResult<u64> {
    for card in archive.after(0, 10_000)? {
        let text = archive.text(card.item)?.unwrap_or_default();
        if wanted(&card.class, &card.kind, &text) {
            return Ok(card.item);
        }
    }
    Err("no such item".into())
}

fn whole(items: Vec<u64>) -> Wanted {
    Wanted {
        items,
        ..Wanted::default()
    }
}

/// A witness's signature over a checkpoint.
fn cosignature(checkpoint: &str, seed: u8, name: &str) -> TestResult<Cosignature> {
    let key = KeyPair::from_seed([seed; 32]);
    let note = Note::parse(checkpoint.as_bytes())?;
    let line = key.cosign(name, note.text(), 1_790_000_000)?;
    let (time, signature) = timed(&line).ok_or("no time")?;
    Ok(Cosignature {
        key: Digest::new(*key.public().as_bytes()),
        name: name.to_owned(),
        signature: hex::encode(signature),
        time,
    })
}

/// Proofs of every sort.
fn proofs(archive: &Archive) -> TestResult<BTreeMap<&'static str, Proof>> {
    let message = item(archive, |class, kind, _| class == "m" && kind == "x-direct")?;
    let mail = item(archive, |class, kind, text| {
        class == "m" && kind.starts_with("mail") && text.lines().count() > 4
    })?;
    let memo = item(archive, |class, _, text| class == "d" && text == MEMO)?;
    let page = item(archive, |class, kind, _| class == "d" && kind == "html")?;
    let passage = |item, lines| Wanted {
        items: vec![item],
        lines,
        ..Wanted::default()
    };
    let mut proofs = BTreeMap::new();
    for (name, wanted) in [
        ("message", whole(vec![message])),
        ("mail", whole(vec![mail])),
        ("memo", whole(vec![memo])),
        ("page", whole(publish::subjects(archive, page)?)),
        ("several", whole(vec![message, mail, memo])),
        ("passage", passage(mail, vec![(2, 2), (4, 4)])),
        ("line", passage(memo, vec![(3, 3)])),
    ] {
        let made = publish::make(archive, &wanted, &Trusted::default())
            .map_err(|error| format!("{name}: {error}"))?;
        proofs.insert(name, made);
    }
    for (_, proof) in (proofs.iter_mut()).filter(|(name, _)| ["message", "several"].contains(name))
    {
        for (seed, name) in [(8, "mara.example"), (9, "zoe.example")] {
            proof
                .cosignatures
                .push(cosignature(&proof.checkpoint, seed, name)?);
        }
        proof.tokens.push("3003020105".to_owned());
    }
    Ok(proofs)
}

/// Changes the log's key to that of this seed.
fn change_key(mut writer: Writer, seed: u8) -> TestResult {
    let t = [("t", json!("2023-08-15T20:00:00Z"))];
    writer.rotate(KeyPair::from_seed([seed; 32]), &t)?;
    Ok(())
}

/// Proofs of one message before, at and after a change of the key, and after a second one.
fn rotated(bench: &Bench) -> TestResult<BTreeMap<&'static str, Proof>> {
    let mut proofs = BTreeMap::new();
    let mut prove = |name| -> TestResult {
        let archive = Archive::open(&bench.archive())?;
        let message = item(&archive, |class, kind, _| {
            class == "m" && kind == "x-direct"
        })?;
        proofs.insert(
            name,
            publish::make(&archive, &whole(vec![message]), &Trusted::default())?,
        );
        Ok(())
    };
    change_key(bench.writer()?, 11)?;
    prove("changed")?;
    let name = EntryDraft::new(
        "agent.named/1",
        &[
            ("kind", json!("person")),
            ("name", json!("Nora Halloran")),
            ("t", json!("2023-08-15T20:00:00Z")),
        ],
    )?;
    bench
        .writer_by(KeyPair::from_seed([11; 32]))?
        .append(vec![Step::Entry(name)], None)?;
    prove("later")?;
    change_key(bench.writer_by(KeyPair::from_seed([11; 32]))?, 12)?;
    prove("again")?;
    Ok(proofs)
}

/// What is done to a proof of an archive whose key was changed.
const KEY_FORGERIES: &[Forgery] = &[
    (
        "the changes left out",
        |it| it["key_entries"] = json!([]),
        "proof.not-signed",
    ),
    (
        "the first change left out",
        |it| drop_first(&mut it["key_entries"]),
        "proof.keys-differ",
    ),
    (
        "a change twice",
        |it| twice(&mut it["key_entries"]),
        "proof.keys-differ",
    ),
    (
        "another new key",
        |it| spoil(&mut it["key_entries"][0]["openings"][1]["value"]),
        "proof.opening-differs",
    ),
    (
        "the keys exchanged",
        |it| exchange(&mut it["key_entries"][0]["openings"]),
        "proof.opening-differs",
    ),
    (
        "a new key that stays shut",
        |it| without(&mut it["key_entries"][0]["openings"], "new_key"),
        "proof.keys-differ",
    ),
    (
        "a change that is not in the ledger",
        |it| spoil(&mut it["key_entries"][0]["path"][0]),
        "proof.entry-not-included",
    ),
    (
        "one signature of two",
        |it| cut_line(&mut it["checkpoint"], 4),
        "proof.not-signed",
    ),
    (
        "the other signature of two",
        |it| cut_line(&mut it["checkpoint"], 5),
        "proof.not-signed",
    ),
];

/// Takes a line out of a text.
fn cut_line(text: &mut Value, number: usize) {
    let mut lines: Vec<&str> = text.as_str().unwrap_or_default().split('\n').collect();
    if lines.len() > number {
        lines.remove(number);
    }
    *text = json!(lines.join("\n"));
}

#[test]
fn a_proof_says_how_the_key_was_changed() -> TestResult {
    let bench = bench()?;
    let proofs = rotated(&bench)?;
    for (name, changes, lines) in [("changed", 1, 7), ("later", 1, 6), ("again", 2, 7)] {
        let proof = serde_json::to_value(&proofs[name])?;
        assert_eq!(codes(&proof)?, (State::Matches, vec![]), "{name}");
        assert!(valid(&proof)?, "{name}");
        assert_eq!(proof["key_entries"].as_array().map(Vec::len), Some(changes));
        let checkpoint = proof["checkpoint"].as_str().ok_or("a text")?;
        assert_eq!(checkpoint.split('\n').count(), lines, "{name}");
    }
    for (name, forge, code) in KEY_FORGERIES {
        let mut forged = serde_json::to_value(&proofs["again"])?;
        forge(&mut forged);
        let (state, codes) = codes(&forged)?;
        assert_eq!(state, State::DoesNotMatch, "{name}: {codes:?}");
        assert!(codes.contains(code), "{name}: {codes:?}");
    }
    Ok(())
}

fn valid(proof: &Value) -> TestResult<bool> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/proof-1.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    assert!(jsonschema::meta::is_valid(&schema));
    Ok(jsonschema::validator_for(&schema)
        .map_err(|error| error.to_string())?
        .is_valid(proof))
}

fn codes(proof: &Value) -> TestResult<(State, Vec<&'static str>)> {
    let file = format!("{}\n", serde_json_canonicalizer::to_string(proof)?);
    let checked = publish::check(file.as_bytes());
    let mut codes: Vec<&'static str> = checked.findings.iter().map(|it| it.code).collect();
    codes.dedup();
    Ok((checked.state, codes))
}

#[test]
fn what_is_proved_matches_and_is_as_its_schema_says() -> TestResult {
    let bench = bench()?;
    let archive = Archive::open(&bench.archive())?;
    for (name, proof) in proofs(&archive)? {
        let file = proof.file()?;
        let checked = publish::check(file.as_bytes());
        assert_eq!(
            checked.state,
            State::Matches,
            "{name}: {:?}",
            checked.findings
        );
        assert_eq!(checked.origin.as_deref(), Some(archive.origin().as_str()));
        assert!(valid(&serde_json::from_str(&file)?)?, "{name}");
        for item in &checked.items {
            if item.kind != "text/1" {
                let reference = item.reference.as_deref().ok_or(name)?;
                assert!(matches!(archive.resolve(reference)?, Target::Item(_)));
            }
        }
    }
    Ok(())
}

#[test]
fn a_proof_holds_no_key_and_no_text_that_is_not_shown() -> TestResult {
    let bench = bench()?;
    let archive = Archive::open(&bench.archive())?;
    let memo = item(&archive, |class, _, text| class == "d" && text == MEMO)?;
    let key = archive
        .stored_item(memo)?
        .and_then(|row| row.key)
        .ok_or("a key")?;
    let proofs = proofs(&archive)?;
    let line = proofs["line"].file()?;
    let digest = archive.card(memo)?.ok_or("a card")?.sha256.to_string();
    assert!(line.contains("Nobody signs for that pier any more."));
    for hidden in [
        "The truck",
        "Pay in cash",
        &digest,
        "memo.txt",
        &hex::encode(key),
    ] {
        assert!(!line.contains(hidden), "{hidden}");
    }
    let checked = publish::check(line.as_bytes());
    let Some(ShownText::Passages { pieces: 3, runs }) = &checked.items[0].text else {
        return Err(format!("{checked:?}").into());
    };
    assert_eq!((runs[0].first, runs[0].pieces), (1, 1));
    assert!(proofs["memo"].file()?.contains(&digest));
    let asked = Wanted {
        items: vec![memo],
        lines: vec![(3, 3)],
        open: vec!["bytes".to_owned()],
        ..Wanted::default()
    };
    let refused = publish::make(&archive, &asked, &Trusted::default());
    assert!(matches!(refused, Err(PublishError::Guessable { .. })));
    Ok(())
}

#[test]
fn what_cannot_be_proved_is_refused() -> TestResult {
    let bench = bench()?;
    let archive = Archive::open(&bench.archive())?;
    let memo = item(&archive, |class, _, text| class == "d" && text == MEMO)?;
    let with = |lines: Vec<(u64, u64)>, open: &[&str], withhold: &[&str]| {
        let names = |slots: &[&str]| slots.iter().map(|slot| (*slot).to_owned()).collect();
        publish::make(
            &archive,
            &Wanted {
                items: vec![memo],
                lines,
                open: names(open),
                withhold: names(withhold),
                ..Wanted::default()
            },
            &Trusted::default(),
        )
        .map(drop)
    };
    assert!(matches!(
        with(vec![(4, 9)], &[], &[]),
        Err(PublishError::NoSuchLines { lines: 4, .. })
    ));
    assert!(matches!(
        with(vec![], &["subject"], &[]),
        Err(PublishError::NothingThere { .. })
    ));
    assert!(matches!(
        with(vec![], &[], &["kind", "text"]),
        Err(PublishError::Nothing { .. })
    ));
    assert!(with(vec![], &["name"], &["kind"]).is_ok());
    // A row that was edited in the database no longer hashes to what was signed.
    drop(archive);
    let conn = rusqlite::Connection::open(bench.archive().join("archive.sqlite"))?;
    conn.execute_batch("DROP TRIGGER item_is_append_only")?;
    conn.execute("UPDATE item SET key = zeroblob(32) WHERE id = ?1", [memo])?;
    let archive = Archive::open(&bench.archive())?;
    let edited = publish::make(&archive, &whole(vec![memo]), &Trusted::default());
    assert!(matches!(edited, Err(PublishError::NotProved(_))));
    Ok(())
}

/// A digit of hex, changed.
fn other(hex: &Value) -> Value {
    let text = hex.as_str().unwrap_or_default();
    let first = if text.starts_with('0') { "1" } else { "0" };
    json!(format!("{first}{}", text.get(1..).unwrap_or_default()))
}

/// A way to forge a proof, and the code that names it.
type Forgery = (&'static str, fn(&mut Value), &'static str);

const FORGERIES: &[Forgery] = &[
    (
        "another log key",
        |it| it["origin"]["log_key"] = other(&it["origin"]["log_key"]),
        "proof.not-signed",
    ),
    (
        "another salt",
        |it| it["origin"]["salt"] = other(&it["origin"]["salt"]),
        "proof.origin-differs",
    ),
    (
        "another size",
        |it| swap(&mut it["checkpoint"], "\n", "\n1"),
        "proof.not-signed",
    ),
    (
        "an entry's step",
        |it| spoil(&mut it["segments"][0]["path"][0]),
        "proof.entry-not-included",
    ),
    (
        "an entry's place",
        |it| it["segments"][0]["record"]["i"] = json!(1),
        "proof.entry-not-included",
    ),
    (
        "an item's step",
        |it| spoil(&mut it["items"][0]["path"][0]),
        "proof.item-not-included",
    ),
    (
        "an item's place",
        |it| it["items"][0]["record"]["i"] = json!(0),
        "proof.item-not-included",
    ),
    (
        "an item's run",
        |it| it["items"][0]["record"]["r"] = json!(7),
        "proof.segment-differs",
    ),
    (
        "a commitment",
        |it| spoil(&mut it["items"][0]["record"]["c"][0]),
        "proof.item-not-included",
    ),
    (
        "a value",
        |it| it["items"][0]["openings"][0]["value"] = json!("x"),
        "proof.opening-differs",
    ),
    (
        "a salt",
        |it| spoil(&mut it["items"][0]["openings"][0]["salt"]),
        "proof.opening-differs",
    ),
    (
        "a slot",
        |it| it["items"][0]["openings"][0]["slot"] = json!("subject"),
        "proof.opening-differs",
    ),
    (
        "a slot twice",
        |it| twice(&mut it["items"][0]["openings"]),
        "proof.opening-differs",
    ),
    (
        "two values swapped",
        |it| exchange(&mut it["items"][0]["openings"]),
        "proof.opening-differs",
    ),
    (
        "about shut",
        |it| drop_first(&mut it["segments"][0]["openings"]),
        "proof.segment-differs",
    ),
    (
        "the text shut",
        |it| without(&mut it["items"][0]["openings"], "text"),
        "proof.text-differs",
    ),
    (
        "words of the text",
        |it| it["items"][0]["text"]["whole"][0]["text"] = json!("No."),
        "proof.text-not-included",
    ),
    (
        "a piece gone",
        |it| drop_first(&mut it["items"][0]["text"]["whole"]),
        "proof.text-differs",
    ),
    (
        "the reference",
        |it| it["items"][0]["reference"] = json!("m-0000"),
        "proof.reference-differs",
    ),
    (
        "an item twice",
        |it| twice(&mut it["items"]),
        "proof.malformed",
    ),
    (
        "a segment twice",
        |it| twice(&mut it["segments"]),
        "proof.malformed",
    ),
    (
        "a cosignature's time",
        |it| it["cosignatures"][0]["time"] = json!(1_790_000_001),
        "proof.cosignature-differs",
    ),
    (
        "a cosignature",
        |it| it["cosignatures"][0]["signature"] = json!("0".repeat(128)),
        "proof.cosignature-differs",
    ),
    (
        "another witness's cosignature",
        |it| it["cosignatures"][0]["key"] = json!("11".repeat(32)),
        "proof.cosignature-differs",
    ),
    (
        "a witness's name",
        |it| it["cosignatures"][0]["name"] = json!("mara example"),
        "proof.cosignature-differs",
    ),
    (
        "a cosignature twice",
        |it| twice(&mut it["cosignatures"]),
        "proof.cosignature-differs",
    ),
    (
        "a token in capitals",
        |it| it["tokens"] = json!(["30AB"]),
        "proof.malformed",
    ),
    (
        "half a byte of a token",
        |it| it["tokens"] = json!(["300"]),
        "proof.malformed",
    ),
    ("no item", |it| it["items"] = json!([]), "proof.malformed"),
    (
        "a field more",
        |it| it["more"] = json!(null),
        "proof.malformed",
    ),
    (
        "a field less",
        |it| without_field(it, "tokens"),
        "proof.malformed",
    ),
];

/// Things of a later version.
const LATER: &[Forgery] = &[
    (
        "a later proof",
        |it| it["schema"] = json!("fonds/proof/2"),
        "proof.not-understood",
    ),
    (
        "an entry of another kind among the keys",
        |it| it["key_entries"] = it["segments"].clone(),
        "proof.not-understood",
    ),
];

fn spoil(hex: &mut Value) {
    *hex = other(hex);
}

fn swap(text: &mut Value, from: &str, to: &str) {
    *text = json!(text.as_str().unwrap_or_default().replacen(from, to, 1));
}

fn twice(list: &mut Value) {
    let Some(list) = list.as_array_mut() else {
        return;
    };
    list.extend(list.first().cloned());
}

fn drop_first(list: &mut Value) {
    if let Some(list) = list.as_array_mut().filter(|list| !list.is_empty()) {
        list.remove(0);
    }
}

fn exchange(openings: &mut Value) {
    let (first, second) = (openings[0]["value"].clone(), openings[1]["value"].clone());
    openings[0]["value"] = second;
    openings[1]["value"] = first;
}

fn without(openings: &mut Value, slot: &str) {
    if let Some(list) = openings.as_array_mut() {
        list.retain(|it| it["slot"] != slot);
    }
}

fn without_field(object: &mut Value, field: &str) {
    if let Some(object) = object.as_object_mut() {
        object.remove(field);
    }
}

#[test]
fn each_forgery_is_named() -> TestResult {
    let bench = bench()?;
    let archive = Archive::open(&bench.archive())?;
    let proof = serde_json::to_value(&proofs(&archive)?["message"])?;
    assert_eq!(codes(&proof)?, (State::Matches, vec![]));
    for (state, list) in [
        (State::DoesNotMatch, FORGERIES),
        (State::CannotBeChecked, LATER),
    ] {
        for (name, forge, code) in list {
            let mut forged = proof.clone();
            forge(&mut forged);
            assert_ne!(forged, proof, "{name} changes nothing");
            let (found, codes) = codes(&forged)?;
            assert_eq!(found, state, "{name}: {codes:?}");
            assert!(codes.contains(code), "{name}: {codes:?}");
        }
    }
    Ok(())
}

#[test]
fn a_flipped_byte_anywhere_never_matches() -> TestResult {
    let bench = bench()?;
    let archive = Archive::open(&bench.archive())?;
    let file = proofs(&archive)?["line"].file()?.into_bytes();
    for at in 0..file.len() {
        let mut damaged = file.clone();
        damaged[at] ^= 1;
        assert_ne!(publish::check(&damaged).state, State::Matches, "byte {at}");
    }
    for end in 0..file.len() {
        assert_ne!(
            publish::check(&file[..end]).state,
            State::Matches,
            "{end} bytes"
        );
    }
    Ok(())
}
