//! Looking into a zip archive.

use std::io::Cursor;
use std::io::Read as _;

use zip::ZipArchive;

/// One file of an archive.
pub(crate) fn part(bytes: &[u8], name: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut text = String::new();
    archive.by_name(name)?.read_to_string(&mut text)?;
    Ok(text)
}
