//! Corrections: what was said stays, what stands is shown, and every answer names the entry that changed it.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;

use desk::Desk;
use desk::TestResult;
use serde_json::Value;
use serde_json::json;

fn text(value: &Value) -> TestResult<String> {
    Ok(value.as_str().ok_or("no text")?.to_owned())
}

/// A desk with one letter, the references of its accession and of a transfer to the wrong hands.
fn slip() -> TestResult<(Desk, String, String)> {
    let desk = Desk::new()?;
    fs::write(desk.path("letter.txt"), "The harbor was never safe.\n")?;
    let ingested = desk.run(&["ingest", "letter.txt", "--from", "Nell", "--json"])?;
    let accession = text(&ingested.json()?["accession"])?;
    let added = desk
        .run(&[
            "custody", "add", &accession, "--from", "Dora", "--to", "Nall", "--json",
        ])?
        .json()?;
    let transfer = text(&added["transfers"][0])?;
    Ok((desk, accession, transfer))
}

fn correct(desk: &Desk, args: &[&str]) -> TestResult<u64> {
    let all = [
        &["correct"],
        args,
        &["--reason", "a slip of the pen", "--json"],
    ]
    .concat();
    let ran = desk.run(&all)?;
    assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.told);
    let answer = ran.json()?;
    assert_eq!(answer["schema"], "fonds/correct/1");
    Ok(answer["entry"].as_u64().ok_or("no entry")?)
}

#[test]
fn a_corrected_transfer_is_shown_as_it_stands_and_says_under_which_entry() -> TestResult {
    let (desk, accession, transfer) = slip()?;
    let line = |desk: &Desk| -> TestResult<Value> {
        Ok(desk.run(&["custody", &accession, "--json"])?.json()?["line"].clone())
    };
    assert_eq!(line(&desk)?, "Dora → Nall → ? → Nell → the archive");
    let entry = correct(&desk, &[&transfer, "--slot", "to", "--to", "Nell"])?;
    assert_eq!(line(&desk)?, "Dora → Nell → the archive");
    let under = format!("corrected under entry {entry}");
    for args in [
        &["custody", &accession][..],
        &["provenance", &accession],
        &["show", &transfer],
        &["log"],
    ] {
        let ran = desk.run(args)?;
        assert!(ran.out.contains(&under), "{args:?}: {ran}");
    }
    let log = desk.run(&["log"])?.out;
    assert!(log.contains("under to: Nell ("), "{log}");
    assert!(log.contains("instead of Nall ("), "{log}");
    let shown = desk.run(&["show", &transfer, "--json"])?.json()?;
    assert_ne!(shown["values"]["to"], shown["corrected"]["to"], "{shown:#}");

    // The later correction decides, and one that is withdrawn is as if it had not been.
    let later = correct(&desk, &[&transfer, "--slot", "to", "--to", "Ina"])?;
    assert_eq!(line(&desk)?, "Dora → Ina → ? → Nell → the archive");
    correct(&desk, &[&later.to_string(), "--withdraw"])?;
    assert_eq!(line(&desk)?, "Dora → Nell → the archive");
    let verified = desk.run(&["verify"])?;
    assert_eq!(verified.code, Some(0), "{verified}");
    Ok(())
}

#[test]
fn what_is_withdrawn_is_shown_no_more_and_said_to_be_withdrawn() -> TestResult {
    let (desk, accession, transfer) = slip()?;
    let attributed = desk
        .run(&[
            "attribute",
            &accession,
            "--role",
            "creator",
            "--who",
            "Ina",
            "--json",
        ])?
        .json()?;
    let attribution = attributed["attributions"][0]["entry"].to_string();
    let withdrawn = correct(&desk, &[&transfer, "--withdraw"])?;
    correct(&desk, &[&attribution, "--withdraw"])?;
    let custody = desk.run(&["custody", &accession, "--json"])?.json()?;
    assert_eq!(custody["line"], "Nell → the archive");
    assert_eq!(custody["withdrawn"][0]["reference"], json!(transfer));
    assert_eq!(custody["withdrawn"][0]["under"], json!(withdrawn));
    let report = desk.run(&["provenance", &accession])?.out;
    assert!(
        report.contains("Nobody is recorded to be behind it"),
        "{report}"
    );
    assert!(
        report.contains(&format!("withdrew what {transfer} says")),
        "{report}"
    );
    let again = desk.run(&["correct", &transfer, "--withdraw", "--reason", "again"])?;
    assert_eq!(again.code, Some(2), "{again}");
    Ok(())
}

#[test]
fn who_is_named_and_what_was_stated_at_the_receipt_can_be_corrected() -> TestResult {
    let (desk, accession, _) = slip()?;
    let people = desk.run(&["people", "--json"])?.json()?;
    let agents = people["agents"].as_array().ok_or("no agents")?;
    let nall = agents
        .iter()
        .find(|one| one["name"] == "Nall")
        .ok_or("no Nall")?;
    let nall = text(&nall["agent"])?;
    correct(&desk, &[&nall, "--slot", "name", "--to", "Nell Nye"])?;
    correct(&desk, &[&nall, "--slot", "kind", "--to", "person"])?;
    let shown = desk
        .run(&["people", "show", "Nell Nye", "--json"])?
        .json()?;
    assert_eq!(shown["agent"], json!(nall));
    assert_eq!(shown["kind"], "person");
    assert_eq!(desk.run(&["people", "show", "Nall"])?.code, Some(4));
    correct(
        &desk,
        &[&accession, "--slot", "received", "--to", "2024-03-02"],
    )?;
    correct(
        &desk,
        &[&accession, "--slot", "terms", "--to", "off the record"],
    )?;
    let report = desk.run(&["provenance", &accession])?.out;
    for said in ["Dora to Nell Nye", "2 Mar 2024", "off the record"] {
        assert!(report.contains(said), "{said}: {report}");
    }
    Ok(())
}

#[test]
fn what_cannot_be_corrected_is_refused_with_what_to_do_and_nothing_is_recorded() -> TestResult {
    let (desk, accession, transfer) = slip()?;
    desk.run(&["people", "merge", "Nell", "Nall"])?;
    let before = desk.run(&["log", "--json"])?.json()?["total"].clone();
    let merge = (before.as_u64().ok_or("no total")? - 1).to_string();
    for (args, said) in [
        (
            &[&*accession, "--withdraw"][..],
            "is not corrected or withdrawn in this way",
        ),
        (
            &["0", "--withdraw"],
            "is not corrected or withdrawn in this way",
        ),
        (&["99", "--withdraw"], "there is no entry 99"),
        (&[&merge, "--withdraw"], "fonds people split"),
        (
            &[&transfer, "--slot", "digest_seen", "--to", "x"],
            "--slot with one of from, to",
        ),
        (
            &[&transfer, "--slot", "standing", "--to", "sure"],
            "one of witnessed",
        ),
        (
            &[&transfer, "--slot", "from", "--to", "Dora"],
            "that is what from of entry",
        ),
    ] {
        let ran = desk.run(&[&["correct"], args, &["--reason", "why"]].concat())?;
        assert_ne!(ran.code, Some(0), "{args:?}: {ran}");
        assert!(ran.told.contains(said), "{args:?}: {}", ran.told);
    }
    assert_eq!(desk.run(&["log", "--json"])?.json()?["total"], before);
    Ok(())
}

#[test]
fn a_correction_that_says_again_what_is_destroyed_is_named_and_can_go_too() -> TestResult {
    let (desk, _, transfer) = slip()?;
    let entry = correct(&desk, &[&transfer, "--slot", "from", "--to", "Dora Dee"])?;
    let order = ["--reason", "erasure", "--authority", "GDPR", "--yes"];
    let ran = desk.run(&[&["destroy", &transfer, "--slot", "from"], &order[..]].concat())?;
    assert!(
        ran.told.contains(&format!("may tell of it: {entry}")),
        "{}",
        ran.told
    );
    let number = entry.to_string();
    let slots = [
        "destroy", "--entry", &number, "--slot", "before", "--slot", "after",
    ];
    let ran = desk.run(&[&slots[..], &order[..]].concat())?;
    assert_eq!(ran.code, Some(0), "{}", ran.told);
    let log = desk.run(&["log"])?.out;
    assert!(log.contains("instead of (destroyed under entry "), "{log}");
    let verified = desk.run(&["verify"])?;
    assert_eq!(verified.code, Some(0), "{verified}");
    Ok(())
}
