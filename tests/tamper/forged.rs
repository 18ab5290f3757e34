//! Records that break a rule of the format and are signed by the archive's key all the same: by another program, or by
//! somebody who has the key.

use fonds::archive::EntryDraft;
use fonds::archive::ItemDraft;
use fonds::archive::SegmentDraft;
use fonds::archive::Step;
use fonds::archive::Writer;
use fonds::keys::KeyPair;
use fonds::record::Digest;
use fonds::record::Kind;
use fonds::record::Parent;
use fonds::record::Span;
use fonds::tlog::Checkpoint;
use serde_json::json;

use crate::codes;
use crate::demand;
use crate::edit_with_leaf;
use crate::sample::CONTAINER;
use crate::sample::SEED;
use crate::sample::Sample;
use crate::sample::TestResult;
use crate::sample::bytes_of;
use crate::sample::document;
use crate::sample::item_of;
use crate::sample::message;
use crate::sample::reading;
use crate::sample::rest;
use crate::sample::sample;

const CONTAINER_AT: Parent = Parent { r: 0, s: 0, i: 0 };

/// Appends an accession with the container, and the items that were read out of it, each in a segment of its own with
/// its `rest`. Returns the entry of the last one.
fn append(sample: &Sample, items: Vec<(ItemDraft, Option<Digest>)>) -> TestResult<u64> {
    append_run(sample, items, false)
}

/// As [`append`]; where the run is `ended`, a last segment states its total.
fn append_run(
    sample: &Sample,
    items: Vec<(ItemDraft, Option<Digest>)>,
    ended: bool,
) -> TestResult<u64> {
    let mut writer = Writer::open(&sample.root(), sample.signer()?)?;
    let committer = writer.archive().committer().clone();
    let accession = writer.size();
    let container = ItemDraft::document(
        &committer,
        &document(Kind::XDirectMessages, "direct-messages.js"),
        bytes_of(CONTAINER.as_bytes()),
        None,
    )?;
    let segment = |run, number: usize, item, rest| {
        Step::Segment(SegmentDraft {
            derived: run > 0,
            accession,
            run,
            number: number as u64,
            items: vec![item],
            rest,
            values: vec![("tool", json!({"name": "other", "version": "0"}))],
        })
    };
    let values = [("how", json!("given")), ("paths", json!(["box"]))];
    let mut steps = vec![
        Step::Entry(EntryDraft::new("accessioned/1", &values)?),
        segment(0, 0, container, None),
    ];
    for (number, (item, rest)) in items.into_iter().enumerate() {
        steps.push(segment(1, number, item, rest));
    }
    if ended {
        let items = steps.len() - 2;
        steps.push(Step::Segment(SegmentDraft {
            derived: true,
            accession,
            run: 1,
            number: items as u64,
            items: Vec::new(),
            rest: None,
            values: vec![
                ("tool", json!({"name": "other", "version": "0"})),
                ("total", json!(items)),
            ],
        }));
    }
    let appended = writer.append(steps, None)?;
    Ok(appended.entries.last().copied().ok_or("nothing appended")?)
}

/// Edits the only item of the last segment, which `seq` seals, and signs the ledger anew.
fn edit_and_sign(sample: &Sample, seq: u64, from: &str, to: &str) -> TestResult {
    let conn = sample.sql()?;
    let last: (u64, [u8; 32]) = conn.query_row("SELECT max(id), leaf FROM item", (), |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    edit_with_leaf(sample, "item", last.0, from, to)?;
    let edited: [u8; 32] =
        conn.query_row("SELECT leaf FROM item WHERE id = ?1", [last.0], |row| {
            row.get(0)
        })?;
    let root = |leaf: &[u8; 32]| hex::encode(fonds::tlog::leaf_hash(leaf).as_bytes());
    edit_with_leaf(sample, "entry", seq, &root(&last.1), &root(&edited))?;
    let checkpoint = Checkpoint {
        origin: sample.origin(),
        size: seq + 1,
        root: sample.archive()?.root_at(seq + 1)?,
    };
    let note = KeyPair::from_seed(SEED).sign(&checkpoint)?;
    sample.attack(&format!(
        "UPDATE checkpoint SET note = '{note}' WHERE size = {}",
        seq + 1
    ))
}

/// Checks the archive and demands that it is what was signed.
fn verify(sample: &Sample) -> TestResult<fonds::verify::Report> {
    let report = sample.verify()?;
    for code in ["ledger.altered", "segment.altered", "item.altered"] {
        assert!(!codes(&report).contains(code), "{:#?}", report.findings);
    }
    Ok(report)
}

#[test]
fn an_item_that_begins_again_after_the_end_of_its_document_is_found() -> TestResult {
    let sample = sample()?;
    let committer = sample.archive()?.committer().clone();
    let size = CONTAINER.len() as u64;
    let whole = Span {
        start: 0,
        end: size,
    };
    let again = Span { start: 0, end: 10 };
    let item = |span| item_of(&committer, message("9", "Again"), span, CONTAINER_AT);
    append(
        &sample,
        vec![
            (item(whole)?, Some(rest(&[b""]))),
            (item(again)?, Some(rest(&[&CONTAINER.as_bytes()[10..]]))),
        ],
    )?;
    let report = verify(&sample)?;
    demand(&report, "segment.range", "m-");
    Ok(())
}

#[test]
fn a_message_that_is_no_stretch_of_a_document_needs_bytes_of_its_own() -> TestResult {
    let span = Span { start: 0, end: 10 };
    let bytes = bytes_of(&CONTAINER.as_bytes()[..10]);
    let forged = |to: &str| -> TestResult<fonds::verify::Report> {
        let sample = sample()?;
        let committer = sample.archive()?.committer().clone();
        let draft = item_of(&committer, message("9", "Bare"), span, CONTAINER_AT)?;
        // What is signed of the bytes between the items is that there are none.
        let seq = append(&sample, vec![(draft, None)])?;
        let from = format!(
            "[{},{},{}",
            serde_json::to_string(&json!(bytes))?,
            r#"{"i":0,"r":0,"s":0}"#,
            r#"{"end":10,"start":0}"#
        );
        edit_and_sign(&sample, seq, &from, to)?;
        verify(&sample)
    };
    let stored = serde_json::to_string(&json!(bytes_of(CONTAINER.as_bytes())))?;
    let report = forged(&format!(r#"[{stored},{{"i":0,"r":0,"s":0}},null"#))?;
    assert!(!codes(&report).contains("blob.missing"), "{report:#?}");
    let bare = serde_json::to_string(&json!(bytes))?;
    let report = forged(&format!(r#"[{bare},{{"i":0,"r":0,"s":0}},null"#))?;
    demand(&report, "blob.missing", "m-");
    let report = forged(r#"[null,{"i":0,"r":0,"s":0},null"#)?;
    demand(&report, "item.malformed", "m-");
    Ok(())
}

#[test]
fn bytes_of_a_text_that_are_not_the_text_are_found() -> TestResult {
    let sample = sample()?;
    let committer = sample.archive()?.committer().clone();
    let (text, other) = ("The pier is 312 m long.", "The pier is 213 m long.");
    let mut draft = ItemDraft::reading(
        &committer,
        reading(Kind::Html, text.to_owned()),
        bytes_of(text.as_bytes()),
    )?;
    draft.set_parent(&committer, CONTAINER_AT)?;
    let seq = append(&sample, vec![(draft, None)])?;
    let slot = |text: &str| serde_json::to_string(&json!(bytes_of(text.as_bytes())));
    let (from, to) = (
        format!("[{},{{", slot(text)?),
        format!("[{},{{", slot(other)?),
    );
    edit_and_sign(&sample, seq, &from, &to)?;
    let report = verify(&sample)?;
    let malformed = |finding: &&fonds::record::Finding| finding.code == "item.malformed";
    assert_eq!(
        report.findings.iter().filter(malformed).count(),
        1,
        "{:#?}",
        report.findings
    );
    Ok(())
}

#[test]
fn the_end_of_a_document_may_be_left_out_by_a_run_that_was_stopped_and_by_no_other() -> TestResult {
    for ended in [false, true] {
        let sample = sample()?;
        let committer = sample.archive()?.committer().clone();
        let first = Span { start: 4, end: 9 };
        let item = item_of(&committer, message("1", "part0"), first, CONTAINER_AT)?;
        // As if the run did not know yet that no other item follows.
        let before = rest(&[&CONTAINER.as_bytes()[..4]]);
        append_run(&sample, vec![(item, Some(before))], ended)?;
        let report = sample.verify()?;
        assert_eq!(
            codes(&report).contains("segment.rest"),
            ended,
            "{:#?}",
            report.findings
        );
        assert_eq!(report.findings.is_empty(), !ended, "{:#?}", report.findings);
    }
    Ok(())
}

#[test]
fn a_value_that_is_kept_as_a_document_and_is_not_stored_is_found() -> TestResult {
    let sample = sample()?;
    let mut writer = Writer::open(&sample.root(), sample.signer()?)?;
    let seq = writer.size();
    let long = bytes_of(b"a remark too long for its record");
    let noted = EntryDraft::new("noted/1", &[("text", serde_json::to_value(long)?)])?;
    let handed_out = EntryDraft::new("published/1", &[("proof", serde_json::to_value(long)?)])?;
    writer.append(vec![Step::Entry(noted), Step::Entry(handed_out)], None)?;
    drop(writer);
    let report = sample.verify()?;
    demand(&report, "blob.missing", &format!("entry {seq}"));
    assert_eq!(report.findings.len(), 1, "{:#?}", report.findings);
    Ok(())
}
