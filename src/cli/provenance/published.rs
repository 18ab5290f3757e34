//! Which published texts quote an item.

use std::collections::HashMap;

use crate::archive::Archive;
use crate::archive::Version;
use crate::cli::CliError;
use crate::report::provenance::ActLine;

/// What was published of texts, by the items that are quoted in it.
pub(super) struct Published(HashMap<u64, Vec<ActLine>>);

impl Published {
    /// Asked once: what was frozen of each version is read for it.
    pub(super) fn new(archive: &Archive) -> Result<Self, CliError> {
        let versions = archive.versions()?;
        let mut by_item: HashMap<u64, Vec<ActLine>> = HashMap::new();
        for frozen in archive.frozen()? {
            let version = versions.iter().find(|it| it.entry == frozen.entry);
            let Some(version) = version.filter(|it| it.withdrawn.is_none()) else {
                continue;
            };
            for item in frozen.items {
                by_item.entry(item).or_default().push(line(version));
            }
        }
        Ok(Self(by_item))
    }

    /// The versions that quote an item, or something that lies in it.
    pub(super) fn of(&self, item: u64) -> &[ActLine] {
        self.0.get(&item).map_or(&[], Vec::as_slice)
    }
}

/// It in a line, without the name of the draft: a desk's working title is not for whoever asks where a message is from.
fn line(version: &Version) -> ActLine {
    let at = version.url.as_deref().map(|url| format!(" at {url}"));
    ActLine {
        entry: version.entry,
        recorded: Some(version.recorded.clone()),
        by: version.by.clone(),
        what: format!(
            "quoted it in version {} of a text that was published{}",
            version.number,
            at.unwrap_or_default()
        ),
    }
}
