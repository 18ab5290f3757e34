//! Court papers with what the x-ray of the Free Law Project finds in them, and files that others broke on purpose.

use std::fs;
use std::path::PathBuf;

use fonds::covered::NotLooked;
use fonds::covered::Why;
use fonds::covered::look;

use super::bare::TestResult;
use super::skipped::skipped;

/// The folder with what others gathered.
fn folder() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpora");
    std::env::var_os("FONDS_CORPORA").map_or_else(|| PathBuf::from(beside), PathBuf::from)
}

#[test]
fn what_is_left_under_the_boxes_of_court_papers_is_found() -> TestResult {
    let folder = folder().join("pdf");
    let Ok(manifest) = fs::read_to_string(folder.join("MANIFEST.tsv")) else {
        skipped("corpora/pdf not present");
        return Ok(());
    };
    let mut seen = 0;
    for row in manifest.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [path, .., expected] = columns.as_slice() else {
            return Err(format!("not a row: {row}").into());
        };
        if !path.starts_with("freelawproject__x-ray/") {
            continue;
        }
        let all = look(fs::read(folder.join(path))?).map_err(|error| format!("{path}: {error}"))?;
        // The program that redacted one of them wrote 03/23/2019 on its boxes.
        let (stamps, found): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|piece| piece.why == Why::Stamp);
        assert_eq!(!stamps.is_empty(), path.ends_with("8.1.pdf"), "{path}");
        let characters: usize = found.iter().map(|piece| piece.characters).sum();
        let said = expected
            .rsplit("test_utils.py: ")
            .next()
            .unwrap_or_default();
        if let Some(counted) = said
            .split(" intersecting chars")
            .next()
            .and_then(|n| n.parse().ok())
        {
            // Theirs counts spaces, about one in eight characters of such a text; ours does not.
            let counted: usize = counted;
            assert!(characters < counted, "{path}: {characters}");
            assert!(characters > counted * 4 / 5, "{path}: {characters}");
        } else if said.starts_with("rectangles found") {
            // The picture shows 'abc', a black box and 'ghi'.
            assert_eq!(found.len(), 1, "{path}");
            assert_eq!(found[0].text, "def", "{path}");
        } else {
            assert!(
                said.starts_with("0 ") || said.starts_with("{}"),
                "{path}: {said}"
            );
            assert_eq!(characters, 0, "{path}: {found:?}");
        }
        seen += 1;
    }
    assert_eq!(seen, 10);
    Ok(())
}

#[test]
fn files_that_were_broken_on_purpose_are_looked_through_or_said_not_to_be() -> TestResult {
    let folder = folder();
    if !folder.is_dir() {
        skipped("corpora not present");
        return Ok(());
    }
    let (mut looked, mut encrypted, mut not) = (0, 0, 0);
    for set in ["pdf", "hostile"] {
        for entry in walkdir::WalkDir::new(folder.join(set)).sort_by_file_name() {
            let path = entry?.into_path();
            if path.extension().is_some_and(|ending| ending == "pdf") {
                match look(fs::read(&path)?) {
                    Ok(_) => looked += 1,
                    Err(NotLooked::Encrypted) => encrypted += 1,
                    Err(_) => not += 1,
                }
            }
        }
    }
    // Of three nobody knows the password here; of a handful too little is left to be read by anybody.
    assert_eq!(encrypted, 3);
    assert!(looked > 150, "{looked} looked through");
    assert!(not < 8, "{not} not");
    Ok(())
}
