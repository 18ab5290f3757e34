//! Material that others wrote: nothing panics, nothing takes long.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use crate::support::TestResult;
use crate::support::corpora;
use crate::support::files;
use crate::support::read_all;

/// Reads every file of a folder; gives how many were read and how many things were found.
fn sweep(folder: &str) -> TestResult<Option<(usize, usize)>> {
    let Some(folder) = corpora(folder) else {
        return Ok(None);
    };
    let (mut read, mut found) = (0, 0);
    for path in files(&folder)? {
        let bytes = std::fs::read(&path)?;
        let began = Instant::now();
        found += read_all(&bytes, &name(&path));
        let took = began.elapsed();
        assert!(
            took < Duration::from_secs(10),
            "{} took {took:?}",
            path.display()
        );
        read += 1;
    }
    Ok(Some((read, found)))
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[test]
fn all_mail_is_read() -> TestResult {
    if let Some((read, found)) = sweep("mail-mime")? {
        assert!(read > 600 && found > 500, "{read} {found}");
    }
    sweep("mail-box")?;
    sweep("mail-dkim")?;
    Ok(())
}

#[test]
fn hostile_files_do_no_harm() -> TestResult {
    sweep("hostile")?;
    Ok(())
}

#[test]
fn chats_and_pages_are_read() -> TestResult {
    sweep("chat")?;
    sweep("web")?;
    Ok(())
}
