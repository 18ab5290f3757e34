//! Three verifiers that have to agree: the program's, one in Python and the script of the published page.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use fonds::anchor::Trusted;
use fonds::archive::Archive;
use fonds::publish;
use fonds::publish::Proof;
use fonds::publish::State;
use fonds::tlog::Verifier;
use serde_json::Value;
use serde_json::json;

use super::FORGERIES;
use super::KEY_FORGERIES;
use super::LATER;
use super::bench;
use super::item;
use super::proofs;
use super::resealed;
use super::resealed::CRAFTED;
use super::rotated;
use super::support::TestResult;
use super::told;
use super::whole;

/// Every value inside a value, by its pointer.
fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| pointers(value, &format!("{here}/{key}"), found)),
        Value::Array(list) => (0..)
            .zip(list)
            .for_each(|(at, value): (usize, _)| pointers(value, &format!("{here}/{at}"), found)),
        _ => {}
    }
}

/// Proofs, good and damaged, as files.
fn damaged(proofs: &BTreeMap<&'static str, Proof>) -> TestResult<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    for (name, proof) in proofs {
        let file = proof.file()?;
        let whole = file.clone().into_bytes();
        // Bytes spread over the file, each turned in two ways.
        for at in (0..whole.len()).step_by(whole.len() / 120) {
            for bit in [1, 0x80] {
                let mut flipped = whole.clone();
                flipped[at] ^= bit;
                files.push(flipped);
            }
        }
        let value: Value = serde_json::from_str(&file)?;
        let mut all = Vec::new();
        pointers(&value, "", &mut all);
        let put = |value: &Value, files: &mut Vec<Vec<u8>>| -> TestResult {
            files.push(format!("{}\n", serde_json_canonicalizer::to_string(value)?).into_bytes());
            Ok(())
        };
        let step = (all.len() / 120).max(1);
        for (number, pointer) in all.iter().skip(1).step_by(step).enumerate() {
            let (parent, key) = pointer.rsplit_once('/').ok_or("a pointer has a stroke")?;
            let mut less = value.clone();
            match less.pointer_mut(parent) {
                Some(Value::Object(map)) => drop(map.remove(key)),
                Some(Value::Array(list)) => drop(list.remove(key.parse()?)),
                _ => {}
            }
            put(&less, &mut files)?;
            let odd = [
                json!(null),
                json!(-1),
                json!([]),
                json!({}),
                json!(""),
                json!(9_007_199_254_740_991_i64),
            ];
            let mut other = value.clone();
            if let Some(place) = other.pointer_mut(pointer) {
                *place = odd[number % odd.len()].clone();
            }
            put(&other, &mut files)?;
        }
        let forgeries = if ["message", "several"].contains(name) {
            FORGERIES
        } else {
            &[]
        };
        let of_keys = if *name == "again" { KEY_FORGERIES } else { &[] };
        for (_, forge, _) in forgeries.iter().chain(of_keys).chain(LATER) {
            let mut forged = value.clone();
            forge(&mut forged);
            put(&forged, &mut files)?;
        }
        for (from, to) in [
            ("{", "{\"schema\":\"fonds/proof/1\","),
            ("\"tokens\":[]", "\"tokens\":[],\"tokens\":[]"),
            ("\"v\":1", "\"v\":1.0"),
            ("\"v\":1", "\"v\":1e0"),
            ("\"v\":1", "\"v\":-0"),
            ("\"v\":1", "\"v\":18446744073709551617"),
            ("\"message/1\"", "\"message/9\""),
            (",", ", "),
            ("fonds/proof/1", "\\u0066onds/proof/1"),
            ("\"text\":", "\"text\\ud800\":"),
        ] {
            files.push(file.replacen(from, to, 1).into_bytes());
        }
        files.push(format!("\u{feff}{file}").into_bytes());
        files.push(format!("{}{file}", "[".repeat(40)).into_bytes());
        files.push(format!("{file}\n").into_bytes());
        files.push(whole);
    }
    Ok(files)
}

/// What another verifier says of each of so many; nothing where it cannot run here.
fn asked(program: &str, args: &[&str], count: usize) -> TestResult<Option<Vec<String>>> {
    let Ok(output) = Command::new(program).args(args).output() else {
        told::skipped(&format!("{program} is not installed"));
        return Ok(None);
    };
    let said = String::from_utf8(output.stdout)?;
    let error = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(3) {
        told::skipped(error.trim());
        return Ok(None);
    }
    let states: Vec<String> = said
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(_, state)| state.to_owned())
        .collect();
    if states.len() == count {
        Ok(Some(states))
    } else {
        Err(format!("{program} said {} states: {error}", states.len()).into())
    }
}

/// The other verifiers, each with what makes it do one thing or another.
fn others() -> [(&'static str, String); 2] {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let script = |name: &str| tests.join(name).display().to_string();
    [
        ("python3", script("verifier.py")),
        ("node", script("verifier.mjs")),
    ]
}

/// Has all verifiers judge these proofs, which are put into the folder, and demands that they agree. Gives the states.
fn agreed(folder: &Path, files: &[Vec<u8>]) -> TestResult<Vec<State>> {
    fs::create_dir(folder)?;
    let mut names = Vec::new();
    let mut ours = Vec::new();
    for (number, bytes) in files.iter().enumerate() {
        let path = folder.join(format!("{number}.json"));
        fs::File::create(&path)?.write_all(bytes)?;
        names.push(path.display().to_string());
        ours.push(publish::check(bytes));
    }
    let list = folder.join("list");
    fs::File::create(&list)?.write_all(names.join("\n").as_bytes())?;
    let list = list.display().to_string();
    for (program, script) in others() {
        let args = if program == "node" {
            vec![script.as_str(), &list]
        } else {
            vec![script.as_str(), "--list", &list]
        };
        let Some(theirs) = asked(program, &args, names.len())? else {
            continue;
        };
        let odd: Vec<String> = (ours.iter().zip(&theirs).zip(&names))
            .filter(|((ours, theirs), _)| theirs.split(';').next() != Some(ours.state.word()))
            .map(|((ours, theirs), name)| {
                let why = ours.findings.first().map(|it| it.message.as_str());
                format!(
                    "{name}: {} ({why:?}), {program}: {theirs}",
                    ours.state.word()
                )
            })
            .collect();
        assert!(odd.is_empty(), "{} differ:\n{}", odd.len(), odd.join("\n"));
    }
    Ok(ours.iter().map(|it| it.state).collect())
}

fn file(proof: &Value) -> TestResult<Vec<u8>> {
    Ok(format!("{}\n", serde_json_canonicalizer::to_string(proof)?).into_bytes())
}

#[test]
fn three_verifiers_agree_on_good_and_damaged_proofs() -> TestResult {
    let bench = bench()?;
    let archive = Archive::open(&bench.archive())?;
    let mut all = proofs(&archive)?;
    all.extend(rotated(&bench)?);
    let files = damaged(&all)?;
    assert!(files.len() > 4_000, "only {} proofs", files.len());
    let states = agreed(&bench.dir.path().join("proofs"), &files)?;
    let count = |state| states.iter().filter(|it| **it == state).count();
    assert!(count(State::Matches) >= 7 && count(State::CannotBeChecked) >= 7);
    Ok(())
}

/// Puts a value under a slot that is opened.
fn put(part: &mut Value, slot: &str, value: &Value) {
    for opening in part["openings"].as_array_mut().into_iter().flatten() {
        if opening["slot"] == slot {
            opening["value"] = value.clone();
        }
    }
}

#[test]
fn three_verifiers_agree_on_what_the_key_itself_signed_wrongly() -> TestResult {
    let bench = bench()?;
    let letter = bench.dir.path().join("letter.txt");
    fs::File::create(&letter)?.write_all(b"x")?;
    bench.ingest(&[&letter], Some("Source C"))?;
    let archive = Archive::open(&bench.archive())?;
    let proof = |item: u64| -> TestResult<Value> {
        let made = publish::make(&archive, &whole(vec![item]), &Trusted::default())?;
        Ok(serde_json::to_value(&made)?)
    };
    let message = item(&archive, |class, kind, _| {
        class == "m" && kind == "x-direct"
    })?;
    let (message, letter) = (
        proof(message)?,
        proof(item(&archive, |class, _, text| {
            class == "d" && text == "x"
        })?)?,
    );
    let reading = proof(item(&archive, |class, _, _| class == "t")?)?;
    let mut files = Vec::new();
    let mut wanted = Vec::new();
    let mut add = |mut proof: Value, state: State| -> TestResult {
        resealed::seal(&mut proof)?;
        files.push(file(&proof)?);
        wanted.push(state);
        Ok(())
    };
    for proof in [&message, &letter, &reading] {
        add(proof.clone(), State::Matches)?;
    }
    // What is true is not 1, whatever a language says.
    assert_eq!(message["segments"][0]["openings"][0]["value"]["entry"], 1);
    let mut forged = message.clone();
    put(&mut forged["segments"][0], "about", &json!({"entry": true}));
    add(forged, State::DoesNotMatch)?;
    for slot in ["bytes", "text_digest"] {
        let mut forged = letter.clone();
        let digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
        put(
            &mut forged["items"][0],
            slot,
            &json!({"sha256": digest, "size": 1}),
        );
        add(forged.clone(), State::Matches)?;
        put(
            &mut forged["items"][0],
            slot,
            &json!({"sha256": digest, "size": true}),
        );
        add(forged, State::DoesNotMatch)?;
    }
    let mut forged = letter.clone();
    let root = letter["items"][0]["openings"]
        .as_array()
        .and_then(|all| all.iter().find(|it| it["slot"] == "text"));
    let root = root.ok_or("no text")?["value"]["root"].clone();
    put(
        &mut forged["items"][0],
        "text",
        &json!({"pieces": true, "root": root}),
    );
    add(forged, State::DoesNotMatch)?;
    let mut forged = letter.clone();
    forged["items"][0]["record"]["v"] = json!(true);
    add(forged, State::DoesNotMatch)?;
    // A reading has no reference, and so none that begins with the letters of 'none': its digits have to fit, which only
    // whoever makes the record can see to.
    let mut forged = reading;
    for trial in 0_u64.. {
        forged["items"][0]["record"]["c"][0] = json!(format!("{trial:064x}"));
        if resealed::digits(&forged)?.starts_with("ne") {
            break;
        }
    }
    let opened = &mut forged["items"][0]["openings"];
    if let Some(opened) = opened.as_array_mut() {
        opened.retain(|it| it["slot"] != "bytes");
    }
    let digits = resealed::digits(&forged)?;
    forged["items"][0]["reference"] = json!(format!("no{}", &digits[..6]));
    add(forged, State::DoesNotMatch)?;

    assert_eq!(agreed(&bench.dir.path().join("proofs"), &files)?, wanted);
    Ok(())
}

#[test]
fn three_verifiers_agree_on_crafted_signatures() -> TestResult {
    let bench = bench()?;
    let archive = Archive::open(&bench.archive())?;
    let mut proof = serde_json::to_value(&proofs(&archive)?["memo"])?;
    resealed::seal(&mut proof)?;
    let mut files = Vec::new();
    let mut wanted = Vec::new();
    for craft in CRAFTED {
        let mut forged = proof.clone();
        craft.cosign(&mut forged)?;
        files.push(file(&forged)?);
        wanted.push((craft.name, "cosigned", craft.fits));
        if !craft.is_of_key() {
            let mut forged = proof.clone();
            craft.sign(&mut forged)?;
            files.push(file(&forged)?);
            wanted.push((craft.name, "signed", craft.fits));
        }
    }
    let states = agreed(&bench.dir.path().join("proofs"), &files)?;
    for ((name, how, fits), state) in wanted.iter().zip(states) {
        assert_eq!(state == State::Matches, *fits, "{how} by {name}: {state:?}");
    }
    Ok(())
}

#[test]
fn three_verifiers_agree_on_the_signatures_of_others() -> TestResult {
    let beside = || concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpora").into();
    let corpora = PathBuf::from(std::env::var_os("FONDS_CORPORA").unwrap_or_else(beside));
    let vectors = corpora.join("proof/C2SP__CCTV/ed25519/ed25519vectors.json");
    if !vectors.exists() {
        told::skipped("corpora/proof/C2SP__CCTV not present");
        return Ok(());
    }
    let all: Vec<Value> = serde_json::from_slice(&fs::read(&vectors)?)?;
    let held = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let mut ours = Vec::new();
    for one in &all {
        let key = <[u8; 32]>::try_from(hex::decode(held(one, "key"))?).map_err(|_| "no key")?;
        let (message, signature) = (held(one, "msg"), hex::decode(held(one, "sig"))?);
        ours.push(
            Verifier::new("example.org/log", &key)
                .is_ok_and(|key| key.verify(message.as_bytes(), &signature)),
        );
    }
    let vectors = vectors.display().to_string();
    for (program, script) in others() {
        let Some(theirs) = asked(program, &[&script, "--signatures", &vectors], all.len())? else {
            continue;
        };
        let theirs: Vec<bool> = theirs.iter().map(|said| said == "fits").collect();
        assert_eq!(ours, theirs, "{program}");
    }
    Ok(())
}

#[test]
fn what_is_long_is_gone_through_once() -> TestResult {
    let bench = bench()?;
    let long = bench.dir.path().join("long.txt");
    fs::File::create(&long)?.write_all("x".repeat(9_000_000).as_bytes())?;
    bench.ingest(&[&long], None)?;
    let archive = Archive::open(&bench.archive())?;
    let long = item(&archive, |class, _, text| {
        class == "d" && text.len() == 9_000_000
    })?;
    let proof = publish::make(&archive, &whole(vec![long]), &Trusted::default())?;
    // Whoever looks from each piece or mark to the end needs minutes for the first, and hours for the second.
    let open_mark = format!("[\"{}\n", "\\\"".repeat(4_000_000)).into_bytes();
    let states = agreed(
        &bench.dir.path().join("proofs"),
        &[proof.file()?.into_bytes(), open_mark],
    )?;
    assert_eq!(states, [State::Matches, State::DoesNotMatch]);
    Ok(())
}

#[test]
fn the_verifier_in_python_never_says_that_what_it_did_not_read_differs() -> TestResult {
    let [(program, script), _] = others();
    for args in [
        vec!["/nowhere/at/all.json"],
        vec!["--list", "/nowhere"],
        vec![],
    ] {
        let Ok(output) = Command::new(program).arg(&script).args(&args).output() else {
            told::skipped(&format!("{program} is not installed"));
            return Ok(());
        };
        if output.status.code() == Some(3) {
            told::skipped(String::from_utf8_lossy(&output.stderr).trim());
            return Ok(());
        }
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let error = String::from_utf8(output.stderr)?;
        assert!(!error.contains("Traceback"), "{error}");
    }
    Ok(())
}
