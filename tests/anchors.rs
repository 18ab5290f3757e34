//! What an archive says of other hands is not believed: forged entries, files that are none, checkpoints taken away; and
//! tokens of real authorities.

mod support;
#[path = "support/skipped.rs"]
mod told;

use std::path::PathBuf;

use fonds::anchor::Token;
use fonds::anchor::Trusted;
use fonds::archive::Archive;
use fonds::archive::EntryDraft;
use fonds::keys::KeyPair;
use fonds::keys::Places;
use fonds::publish;
use fonds::record::Digest;
use fonds::record::Moment;
use fonds::tlog::Cosigner;
use fonds::verify;
use fonds::verify::Options;
use fonds::verify::Outside;
use fonds::verify::Report;
use serde_json::Value;
use serde_json::json;

use self::support::Bench;
use self::support::TestResult;

fn mara() -> KeyPair {
    KeyPair::from_seed([9; 32])
}

/// Verifies with Mara as a witness who is trusted.
fn report(bench: &Bench) -> TestResult<Report> {
    let key = Cosigner::new("mara.example", mara().public().as_bytes())?;
    let options = Options {
        trusted: Trusted {
            witnesses: vec![("mara".to_owned(), key)],
            ..Trusted::default()
        },
        now: Moment::from_seconds(1_800_000_000),
        ..Options::default()
    };
    let mut outside = Outside {
        progress: &mut |_| {},
        cpu: None,
    };
    Ok(verify::folder(&bench.archive(), &options, &mut outside)?)
}

/// Records an anchor over the head of that size.
fn anchor(bench: &Bench, size: u64, root: &str, kind: &str, bytes: &[u8]) -> TestResult {
    let digest = Digest::new(<sha2::Sha256 as sha2::Digest>::digest(bytes).into());
    let values = [
        ("size", Value::from(size)),
        ("root", Value::from(root)),
        ("kind", Value::from(kind)),
        ("token", json!({"sha256": digest, "size": bytes.len()})),
        ("t", Value::from("2023-08-14T20:00:00Z")),
    ];
    let entry = EntryDraft::new("anchored/1", &values)?;
    bench.writer()?.anchor(bytes, entry)?;
    Ok(())
}

/// The checkpoint of that size, cosigned by a key, and its root.
fn cosigned(bench: &Bench, size: u64, key: &KeyPair, time: u64) -> TestResult<(String, String)> {
    let archive = Archive::open(&bench.archive())?;
    let (mut note, head) = archive.checkpoint_of(size)?.ok_or("no checkpoint")?;
    note.add(key.cosign("mara.example", note.text(), time)?)?;
    Ok((note.to_string(), head.root.to_string()))
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_fake_witness_is_not_believed() -> TestResult {
    let bench = Bench::new()?;
    let (good, root) = cosigned(&bench, 1, &mara(), 1_700_000_000)?;
    // Another key under her name has another id, so it is nobody whom anybody knows.
    let (fake, _) = cosigned(&bench, 1, &KeyPair::from_seed([8; 32]), 1_700_000_000)?;
    anchor(&bench, 1, &root, "witness", fake.as_bytes())?;
    let found = report(&bench)?;
    assert_eq!((codes(&found), found.anchored_by.len()), (vec![], 0));
    assert!(
        found.not_findings[0]
            .text
            .contains("not among those that you trust")
    );
    anchor(&bench, 1, &root, "witness", good.as_bytes())?;
    let memo = bench.dir.path().join("memo.txt");
    fonds::durable::write_atomic(&memo, b"The truck is on it.\n")?;
    bench.ingest(&[&memo], Some("Source A"))?;
    let found = report(&bench)?;
    assert_eq!((codes(&found), found.anchored_by.len()), (vec![], 1));
    let anchor = &found.anchored_by[0];
    assert_eq!((anchor.size, anchor.since), (1, found.entries - 1));
    Ok(())
}

#[test]
fn what_was_in_other_hands_before_the_key_changed_is_proved_under_that_head() -> TestResult {
    let bench = Bench::new()?;
    let memo = bench.dir.path().join("memo.txt");
    fonds::durable::write_atomic(&memo, b"The truck is on it.\n")?;
    bench.ingest(&[&memo], Some("Source A"))?;
    let size = Archive::open(&bench.archive())?.head()?.0;
    let (good, root) = cosigned(&bench, size, &mara(), 1_700_000_000)?;
    anchor(&bench, size, &root, "witness", good.as_bytes())?;
    let changed = [("t", Value::from("2023-08-15T20:00:00Z"))];
    bench
        .writer()?
        .rotate(KeyPair::from_seed([11; 32]), &changed)?;
    let archive = Archive::open(&bench.archive())?;
    let wanted = publish::Wanted {
        items: vec![1],
        ..publish::Wanted::default()
    };
    let trusted = Trusted {
        witnesses: vec![(
            "mara".to_owned(),
            Cosigner::new("mara.example", mara().public().as_bytes())?,
        )],
        ..Trusted::default()
    };
    let proof = publish::make(&archive, &wanted, &trusted)?;
    assert_eq!((proof.cosignatures.len(), proof.key_entries.len()), (1, 0));
    // Ninety cosignatures of nobody's do not hide hers.
    let mut flooded = proof.clone();
    let text = fonds::tlog::Note::parse(proof.checkpoint.as_bytes())?;
    for seed in 100..190 {
        let key = KeyPair::from_seed([seed; 32]);
        let line = key.cosign("nobody.example", text.text(), 1_700_000_000)?;
        flooded.cosignatures.insert(
            0,
            publish::Cosignature {
                key: Digest::new(*key.public().as_bytes()),
                name: "nobody.example".to_owned(),
                signature: hex::encode(&line.bytes()[8..]),
                time: 1_700_000_000,
            },
        );
    }
    let now = Moment::from_seconds(1_800_000_000).ok_or("a time")?;
    for proof in [proof, flooded] {
        let checked = publish::check(proof.file()?.as_bytes());
        assert_eq!(checked.state, publish::State::Matches, "{checked:?}");
        let counts = publish::outside(&proof, &trusted, now);
        assert!(format!("{counts:?}").contains("Counts"), "{counts:?}");
    }
    Ok(())
}

#[test]
fn each_forged_anchor_has_its_finding() -> TestResult {
    for (number, code) in [
        "anchor.not-valid",
        "anchor.not-valid",
        "anchor.not-valid",
        "anchor.other-root",
        "anchor.other-root",
    ]
    .into_iter()
    .enumerate()
    {
        let bench = Bench::new()?;
        let (good, root) = cosigned(&bench, 1, &mara(), 1_700_000_000)?;
        match number {
            0 => {
                // The 12th letter from the end is of the signature.
                let mut changed = good.clone().into_bytes();
                let at = changed.len() - 12;
                changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
                anchor(&bench, 1, &root, "witness", &changed)?;
            }
            1 => anchor(&bench, 1, &root, "witness", b"no note")?,
            2 => anchor(&bench, 1, &root, "token", b"no token")?,
            3 => anchor(&bench, 1, &"00".repeat(32), "witness", good.as_bytes())?,
            _ => anchor(&bench, 900, &root, "witness", good.as_bytes())?,
        }
        let found = report(&bench)?;
        assert_eq!(codes(&found), [code], "{number}");
        assert_eq!(found.anchored_by.len(), 0);
    }
    // Her line over another head of the same archive.
    let bench = Bench::new()?;
    let (good, root) = cosigned(&bench, 1, &mara(), 1_700_000_000)?;
    anchor(&bench, 1, &root, "witness", good.as_bytes())?;
    let (second, second_root) = cosigned(&bench, 2, &mara(), 1_700_000_000)?;
    let line = good.lines().last().ok_or("no line")?;
    let moved = format!(
        "{}\n{line}\n",
        second.lines().take(5).collect::<Vec<_>>().join("\n")
    );
    anchor(&bench, 2, &second_root, "witness", moved.as_bytes())?;
    let found = report(&bench)?;
    assert_eq!(codes(&found), ["anchor.not-valid"]);
    Ok(())
}

#[test]
fn a_checkpoint_taken_away_leaves_its_anchor_unjudged() -> TestResult {
    let bench = Bench::new()?;
    let (good, root) = cosigned(&bench, 1, &mara(), 1_700_000_000)?;
    anchor(&bench, 1, &root, "witness", good.as_bytes())?;
    let conn = rusqlite::Connection::open(bench.archive().join("archive.sqlite"))?;
    let trigger: String = conn.query_row(
        "SELECT sql FROM sqlite_schema WHERE name = 'checkpoint_is_never_removed'",
        (),
        |row| row.get(0),
    )?;
    conn.execute_batch(&format!(
        "DROP TRIGGER checkpoint_is_never_removed; DELETE FROM checkpoint WHERE size = 1; {trigger};"
    ))?;
    drop(conn);
    let found = report(&bench)?;
    assert_eq!(codes(&found), ["anchor.not-checked"]);
    assert_eq!(found.anchored_by.len(), 0);
    Ok(())
}

#[test]
fn tokens_of_others_are_judged_as_they_should_be() -> TestResult {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpora");
    let root =
        std::env::var_os("FONDS_CORPORA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let folder = root.join("proof/trailofbits__rfc3161-client");
    if !folder.is_dir() {
        told::skipped("corpora/proof not present, so no token of a real authority was judged");
        return Ok(());
    }
    let judged = |token: &str, root: &str| -> TestResult<Result<String, String>> {
        let dir = tempfile::tempdir()?;
        let places = Places {
            config: dir.path().join("config"),
            state: dir.path().join("state"),
        };
        Trusted::add_authority(&places, "pinned", &std::fs::read(folder.join(root))?)?;
        let roots = Trusted::load(&places)?.authorities;
        let bytes = std::fs::read(folder.join(token))?;
        let stamp = Token::read(&bytes).and_then(|token| token.stamp(&roots));
        Ok(stamp
            .map(|it| it.at.to_string())
            .map_err(|error| error.to_string()))
    };
    // The times are those that `openssl ts -reply -text` shows. The first names its certificate by SHA-1, the second is
    // signed with P-384.
    let old = judged("identrust/issue-104.tsr", "identrust/ts_chain.pem")?;
    assert_eq!(old.as_deref(), Ok("2025-03-11T08:52:08Z"));
    let curve = judged("sigstage/response-sha256.tsr", "sigstage/ts_chain.pem")?;
    assert_eq!(curve.as_deref(), Ok("2025-05-09T11:58:55Z"));
    let forged = judged(
        "sigstage/response-invalid-signature.tsr",
        "sigstage/ts_chain.pem",
    )?;
    assert!(forged.is_err_and(|error| error.contains("signature does not fit")));
    Ok(())
}
