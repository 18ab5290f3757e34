//! `fonds redact` looks through a copy that is a PDF file before anything is recorded.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

use std::fs;

use serde_json::Value;
use serde_json::json;

use super::bare::Desk;
use super::bare::TestResult;
use super::paper::BOX;
use super::paper::LINE;
use super::paper::Paper;

/// An archive with the original, and the copy beside it.
fn desk(copy: &[u8]) -> TestResult<(Desk, String)> {
    let desk = Desk::started()?;
    fs::write(desk.path("memo.pdf"), Paper::new(LINE).bytes())?;
    desk.done(&["ingest", "memo.pdf"])?;
    fs::write(desk.path("copy.pdf"), copy)?;
    let archive = desk.archive()?;
    for card in archive.after(0, 100)? {
        if card.class == "d" {
            return Ok((desk, archive.reference(&card)?));
        }
    }
    Err("not here".into())
}

fn entries(desk: &Desk) -> TestResult<u64> {
    Ok(desk.archive()?.head()?.0)
}

#[test]
fn a_copy_with_text_under_its_boxes_is_refused_and_nothing_is_recorded() -> TestResult {
    let copy = Paper::new(&format!("{LINE}{BOX}")).bytes();
    let (desk, memo) = desk(&copy)?;
    let before = entries(&desk)?;
    let redact = ["redact", &memo, "copy.pdf", "--reason", "a name"];
    let refused = desk.json(&redact, 2)?;
    let said = refused["message"].as_str().unwrap_or_default();
    assert!(said.contains("page 1 (7 characters)"), "{said}");
    assert!(!refused.to_string().contains("Per"), "{refused}");
    assert_eq!(refused["unchanged"], "nothing was changed");
    assert_eq!(entries(&desk)?, before);

    let allowed = [&redact[..], &["--allow-covered-text"]].concat();
    let recorded = desk.json(&allowed, 0)?;
    let pages = json!([{"page": 1, "characters": 7}]);
    assert_eq!(recorded["covered"]["pages"], pages);
    assert_eq!(recorded["covered"]["looked_through"], true);
    assert!(entries(&desk)? > before);
    Ok(())
}

#[test]
fn a_copy_with_the_stamp_of_a_program_on_its_boxes_is_recorded_and_that_is_said() -> TestResult {
    let stamp = |size: u32, y: u32| {
        format!(
            "0 g 70 {} 200 14 re f BT /F {size} Tf 72 {y} Td (03/23/2019) Tj ET\n",
            y - 3
        )
    };
    let copy = Paper::new(&[stamp(8, 700), stamp(6, 600), stamp(5, 500)].concat()).bytes();
    let (desk, memo) = desk(&copy)?;
    let redact = ["redact", &memo, "copy.pdf", "--reason", "a name"];
    let recorded = desk.json(&redact, 0)?;
    assert_eq!(recorded["covered"]["pages"], json!([]));
    let stamps = json!([{"page": 1, "characters": 30}]);
    assert_eq!(recorded["covered"]["stamps"], stamps);
    fs::write(desk.path("other.pdf"), [&copy[..], b"\n"].concat())?;
    let said = desk.done(&["redact", &memo, "other.pdf", "--reason", "a name"])?;
    assert!(
        said.contains("looks like the stamp") && said.contains("page 1 (30 characters)"),
        "{said}"
    );
    Ok(())
}

#[test]
fn a_copy_from_which_the_text_was_taken_is_recorded() -> TestResult {
    let left = "BT /F 12 Tf 125.3 700 Td (signed it) Tj ET\n";
    let copy = Paper::new(&format!("{left}{BOX}")).bytes();
    let (desk, memo) = desk(&copy)?;
    let redact = ["redact", &memo, "copy.pdf", "--reason", "a name"];
    let said = desk.done(&redact)?;
    assert!(said.contains("No text was found under its boxes"), "{said}");
    Ok(())
}

#[test]
fn a_copy_that_is_no_pdf_file_is_not_spoken_of() -> TestResult {
    let (desk, memo) = desk(b"[left out] signed it.\n")?;
    let recorded = desk.json(&["redact", &memo, "copy.pdf", "--reason", "a name"], 0)?;
    assert_eq!(recorded["covered"], Value::Null);
    Ok(())
}

/// A page that is to be run-length decoded five times over. Each 0x81 0x81 stands for 128 times 0x81, so that 256 bytes become
/// 256 GiB; what follows carries the end of each coding through those before it.
fn bomb() -> Vec<u8> {
    let mut end = vec![0x80];
    for _ in 1..5 {
        let carried = u8::try_from(end.len() - 1).unwrap_or_default();
        end = [&[carried][..], &end, &[0x80]].concat();
    }
    let coded = format!("/Filter [{}]", "/RunLengthDecode ".repeat(5));
    Paper::new("").with_content(&coded, &[&[0x81; 256][..], &end].concat())
}

#[test]
fn a_copy_that_cannot_be_looked_through_is_recorded_and_said_not_to_have_been() -> TestResult {
    let bomb = bomb();
    let torn = b"%PDF-1.7\nnothing follows\n".to_vec();
    for (copy, why) in [(bomb, "memory"), (torn, "damaged")] {
        let (desk, memo) = desk(&copy)?;
        let redact = ["redact", &memo, "copy.pdf", "--reason", "a name"];
        let recorded = desk.json(&redact, 0)?;
        let covered = &recorded["covered"];
        assert_eq!(covered["looked_through"], false, "{recorded}");
        let said = covered["why_not"].as_str().unwrap_or_default();
        assert!(said.contains(why), "{said}");
        assert_eq!(covered["pages"], json!([]));
    }
    Ok(())
}
