//! What comes in through `ingest` verifies without a finding, whatever it is: the project's own sample, material that
//! others published, input made to break readers, a run that was stopped and taken up again.

#![expect(
    clippy::disallowed_methods,
    clippy::format_push_string,
    clippy::print_stdout,
    reason = "tests write what is brought in, and say what they skipped"
)]

#[path = "support/skipped.rs"]
mod skipped;
mod support;

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use fonds::archive::EntryDraft;
use fonds::archive::Step;
use fonds::keys;
use fonds::verify;
use fonds::verify::Options;
use fonds::verify::Outside;
use fonds::verify::Report;
use skipped::skipped;
use support::Bench;
use support::TestResult;

fn check(bench: &Bench) -> Result<Report, Box<dyn std::error::Error>> {
    let mut outside = Outside {
        progress: &mut |_| {},
        cpu: None,
    };
    let origin = fonds::archive::Archive::open(&bench.archive())?
        .origin()
        .to_string();
    let options = Options {
        pin: keys::Pin::open(&bench.places, &origin)?.note().cloned(),
        memory: keys::last_signed(&bench.places, &origin)?,
        ..Options::default()
    };
    Ok(verify::folder(&bench.archive(), &options, &mut outside)?)
}

/// Material that others published, where it is at hand.
fn corpora() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let folder = std::env::var_os("FONDS_CORPORA").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

#[test]
fn the_sample_verifies_without_a_finding() -> TestResult {
    let bench = Bench::new()?;
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("archive/sources");
    bench.ingest(&[&sources], Some("Counsel"))?;
    let report = check(&bench)?;
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.items > 10, "{}", report.items);
    Ok(())
}

#[test]
fn material_of_others_verifies_without_a_finding() -> TestResult {
    let Some(corpora) = corpora() else {
        skipped("the corpora are not present");
        return Ok(());
    };
    for name in ["mail-mime", "mail-box", "chat", "hostile", "web"] {
        let folder = corpora.join(name);
        if !folder.is_dir() {
            skipped(&format!("corpora/{name} not present"));
            continue;
        }
        let bench = Bench::new()?;
        bench.ingest(&[&folder], None)?;
        let report = check(&bench)?;
        assert!(report.findings.is_empty(), "{name}: {:#?}", report.findings);
        println!(
            "{name}: {} documents, {} items, {} bytes, {} notes",
            report.documents,
            report.items,
            report.bytes,
            report.not_findings.len()
        );
    }
    Ok(())
}

#[test]
fn a_mailbox_over_several_segments_verifies() -> TestResult {
    let bench = Bench::new()?;
    let line = "A paragraph of some length that is said again and again. ".repeat(60);
    let mut mailbox = String::new();
    for n in 0..6_000 {
        mailbox += &format!(
            "From a@example.org Tue Jul 11 09:29:00 2023\nFrom: a@example.org\nTo: b@example.org\nSubject: {n}\n\
             Date: Tue, 11 Jul 2023 09:29:00 -0400\nMessage-ID: <{n}@example.org>\n\n{line}\n\n"
        );
    }
    let path = bench.dir.path().join("large.mbox");
    fs::write(&path, mailbox)?;
    bench.ingest(&[&path], None)?;
    let report = check(&bench)?;
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.entries > 5, "{} entries", report.entries);
    assert_eq!(report.items, 6_000);
    Ok(())
}

#[test]
fn entries_of_one_act_are_recorded_at_times_in_their_order() -> TestResult {
    let bench = Bench::new()?;
    let mut writer = bench.writer()?;
    let note = |at: &str| -> TestResult<Step> {
        let about = serde_json::json!({"entry": 0});
        let values = [
            ("about", about),
            ("text", "a remark".into()),
            ("t", at.into()),
        ];
        Ok(Step::Entry(EntryDraft::new("noted/1", &values)?))
    };
    // Put together in another order than they are recorded in, with a second in between.
    let steps = vec![
        note("2023-08-14T20:00:37Z")?,
        note("2023-08-14T20:00:36Z")?,
        note("2023-08-14T20:00:39Z")?,
        note("2023-08-14T20:00:38Z")?,
    ];
    let recorded = writer.append(steps, None)?.entries;
    let times: Vec<Option<String>> = recorded
        .into_iter()
        .map(|seq| {
            writer
                .archive()
                .entry(seq)?
                .map_or(Ok(None), |it| it.get("t"))
        })
        .collect::<Result<_, _>>()?;
    let at = |second: &str| Some(format!("2023-08-14T20:00:{second}Z"));
    assert_eq!(times, [at("37"), at("37"), at("39"), at("39")]);
    drop(writer);
    let report = check(&bench)?;
    assert!(report.findings.is_empty() && report.not_findings.is_empty());
    Ok(())
}
