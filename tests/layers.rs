//! The import rule: each module names the modules it may use, and nothing else compiles into main. Also which words may
//! stand in one module only, and how long a file may grow.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

type TestResult = Result<(), Box<dyn std::error::Error>>;

/// Every module, from the ground up, with the modules it may use. Siblings never import each other.
const MAY_USE: &[(&str, &[&str])] = &[
    ("record", &[]),
    ("lanes", &[]),
    ("tlog", &["lanes"]),
    ("durable", &[]),
    ("covered", &[]),
    ("commitment", &["record", "lanes", "tlog"]),
    ("keys", &["record", "tlog", "durable"]),
    ("succession", &["record", "tlog", "commitment", "keys"]),
    ("vault", &["record", "commitment"]),
    (
        "anchor",
        &[
            "record",
            "tlog",
            "durable",
            "commitment",
            "keys",
            "succession",
        ],
    ),
    (
        "archive",
        &[
            "record",
            "lanes",
            "tlog",
            "durable",
            "commitment",
            "keys",
            "succession",
            "anchor",
        ],
    ),
    ("ingest", &["record", "lanes", "commitment", "archive"]),
    (
        "verify",
        &[
            "record",
            "tlog",
            "commitment",
            "keys",
            "succession",
            "anchor",
            "archive",
        ],
    ),
    (
        "publish",
        &[
            "record",
            "tlog",
            "commitment",
            "keys",
            "succession",
            "anchor",
            "archive",
        ],
    ),
    ("cite", &["record", "archive"]),
    (
        "report",
        &["record", "archive", "verify", "publish", "cite"],
    ),
    (
        "cli",
        &[
            "record",
            "tlog",
            "durable",
            "covered",
            "commitment",
            "keys",
            "succession",
            "vault",
            "anchor",
            "archive",
            "ingest",
            "verify",
            "publish",
            "cite",
            "report",
        ],
    ),
];

/// Text that may stand in one module only, tests aside.
const ONLY_IN: &[(&str, &str)] = &[
    ("rusqlite", "archive"),
    ("use age", "vault"),
    ("tantivy", "archive"),
    ("hayagriva", "report"),
    ("maud", "report"),
    ("hayro_interpret", "covered"),
    ("clap", "cli"),
    ("indicatif", "cli"),
    ("std::env", "cli"),
    ("print!(", "cli"),
    ("println!(", "cli"),
    ("Utc::now", "cli"),
    ("Local::now", "cli"),
    ("SystemTime::now", "cli"),
    ("Instant::now", "cli"),
];

/// Lines of a file without its tests, and of a file of tests.
const LONGEST: (usize, usize) = (600, 800);

/// Whether the file holds nothing but tests.
fn is_tests(inside: &str) -> bool {
    inside.ends_with("/tests.rs") || inside.contains("/tests/")
}

/// The line at which tests in the same file begin, or the number of lines.
fn tests_begin(lines: &[&str]) -> usize {
    lines
        .windows(2)
        .position(|pair| {
            pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
        })
        .unwrap_or(lines.len())
}

/// Whether `path` stands in the line as a whole path, not as the beginning of a longer name.
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let after = line[at + path.len()..].chars().next();
        !after.is_some_and(|next| next.is_alphanumeric() || next == '_')
    })
}

/// How many modules deep a file lies: `record/mod.rs` and `durable.rs` one, `record/item.rs` two.
fn depth(inside: &str) -> usize {
    inside
        .trim_end_matches(".rs")
        .split('/')
        .filter(|part| *part != "mod")
        .count()
}

/// Whether the line reaches that module: from the crate's root, or by climbing up to it.
fn reaches(line: &str, module: &str, inside: &str) -> bool {
    let climb = "super::".repeat(depth(inside));
    names(line, &format!("crate::{module}")) || names(line, &format!("{climb}{module}"))
}

/// What in one file is against the rules, as `src/<file>:<line>: <what stands there>`.
fn broken(inside: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let code = if is_tests(inside) {
        0
    } else {
        tests_begin(&lines)
    };
    let (count, longest) = if is_tests(inside) {
        (lines.len(), LONGEST.1)
    } else {
        (code, LONGEST.0)
    };
    if count > longest {
        found.push(format!("src/{inside}: {count} lines, {longest} at most"));
    }
    let module = inside.split(['/', '.']).next().unwrap_or_default();
    let row = MAY_USE.iter().find(|(name, _)| *name == module);
    if row.is_none() && !["lib", "main"].contains(&module) {
        found.push(format!(
            "src/{inside}: module {module} has no row in MAY_USE"
        ));
        return found;
    }
    for (number, line) in lines.iter().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        let import = row.is_some_and(|(_, allowed)| {
            MAY_USE
                .iter()
                .map(|(name, _)| *name)
                .filter(|name| *name != module && !allowed.contains(name))
                .any(|name| reaches(line, name, inside))
        });
        let grouped = line.contains("crate::{");
        let stray = number < code
            && ONLY_IN
                .iter()
                .any(|(text, place)| *place != module && line.contains(text));
        let thin = module == "main" && line.contains("fonds::") && !names(line, "fonds::cli");
        if import || grouped || stray || thin {
            found.push(format!("src/{inside}:{}: {}", number + 1, line.trim()));
        }
    }
    found
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) -> TestResult {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

#[test]
fn modules_use_only_what_they_may() -> TestResult {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files)?;
    files.sort();
    assert!(files.len() > 5, "only {} sources were found", files.len());
    let mut found = Vec::new();
    for file in &files {
        let inside = file.strip_prefix(&src)?.display().to_string();
        found.extend(broken(&inside, &fs::read_to_string(file)?));
    }
    assert!(found.is_empty(), "against the rules:\n{}", found.join("\n"));
    Ok(())
}

#[test]
fn tests_say_what_they_skip_where_it_is_heard() -> TestResult {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files = Vec::new();
    sources(&tests, &mut files)?;
    let mut found = Vec::new();
    for file in files {
        let name = file.strip_prefix(&tests)?.display().to_string();
        let said = fs::read_to_string(&file)?;
        if said.contains(concat!("\"skip", "ped: ")) && name != "support/skipped.rs" {
            found.push(name);
        }
    }
    assert!(found.is_empty(), "not by support/skipped.rs: {found:?}");
    Ok(())
}

#[test]
fn every_module_uses_only_modules_below_it() {
    for (position, (module, allowed)) in MAY_USE.iter().enumerate() {
        for name in *allowed {
            let below = MAY_USE[..position].iter().any(|(lower, _)| lower == name);
            assert!(below, "{module} may use {name}, which is not below it");
        }
    }
}

#[test]
fn what_is_against_the_rules_is_found() {
    for (inside, line) in [
        ("record/item.rs", "use crate::archive::Archive;"),
        ("record/mod.rs", "use super::archive::Archive;"),
        ("record/item.rs", "    let x = super::super::cli::run();"),
        ("cite/mod.rs", "use crate::ingest::read;"),
        ("ingest/mod.rs", "use crate::cite;"),
        ("tlog/note.rs", "use crate::record::Digest;"),
        ("cli/mod.rs", "use crate::{archive, record};"),
        ("verify/mod.rs", "use rusqlite::Connection;"),
        ("archive/mod.rs", "use std::env;"),
        ("archive/mod.rs", "let home = std::env::var(\"HOME\");"),
        ("keys/mod.rs", "    eprintln!(\"a key\");"),
        ("ingest/mod.rs", "let t = chrono::Utc::now();"),
        ("verify/mod.rs", "let t = std::time::Instant::now();"),
        ("main.rs", "use fonds::archive::Archive;"),
        ("util/mod.rs", ""),
    ] {
        assert_eq!(broken(inside, line).len(), 1, "{inside}: {line}");
    }
    let long = "fn f() {}\n".repeat(601);
    assert_eq!(broken("record/item.rs", &long).len(), 1);
}

#[test]
fn what_is_within_the_rules_is_left_alone() {
    for (inside, text) in [
        ("cite/mod.rs", "use crate::archive::Archive;"),
        ("cite/judge/words.rs", "use super::super::Citations;"),
        ("record/item.rs", "use super::Digest;"),
        ("record/item.rs", "/// As `crate::archive` keeps it."),
        ("record/item.rs", "use crate::citeable::Thing;"),
        ("cli/mod.rs", "let t = chrono::Utc::now();"),
        ("main.rs", "fonds::cli::run()"),
        (
            "tlog/note.rs",
            "fn f() {}\n#[cfg(test)]\nmod tests {\n    use std::env;\n}",
        ),
        ("archive/store/tests.rs", "use std::env;"),
    ] {
        assert_eq!(broken(inside, text), Vec::<String>::new(), "{inside}");
    }
    let tested = format!(
        "fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}",
        "// x\n".repeat(700)
    );
    assert_eq!(broken("record/item.rs", &tested), Vec::<String>::new());
}
