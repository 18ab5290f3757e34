//! What a test says that cannot run here. Whoever runs the tests together would not hear it, since the words of a test
//! that passes are swallowed: they are also added to the file that `FONDS_SKIPPED` names, which `tests/run` shows.

use std::fs::File;
use std::io::Write as _;

/// Says that something was left out, and why.
pub(crate) fn skipped(what: &str) {
    let line = format!("skipped: {what}\n");
    // Where nobody can be told, the test is skipped all the same.
    drop(std::io::stderr().write_all(line.as_bytes()));
    if let Some(path) = std::env::var_os("FONDS_SKIPPED") {
        let file = File::options().create(true).append(true).open(path);
        drop(file.and_then(|mut file| file.write_all(line.as_bytes())));
    }
}
