//! Indexing: the second step of bringing in, which can be put off, stopped and taken up again at any time.

use super::Context;
use super::ui::count;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::index;

/// Goes on with the index as far as there are items, and says where that could not be done. Never an error: the index
/// proves nothing, and what is not indexed yet is said by whoever searches.
pub(super) fn go_on(context: &Context, archive: &Archive) {
    let meter = context.ui.meter();
    let outcome = index::go_on(archive, &|done, of| {
        meter.tell(done, Some(of), "items indexed");
    });
    drop(meter);
    match outcome {
        Ok(0) => {}
        Ok(added) => context
            .ui
            .say(&format!("Indexed {}.", count(added, "text", "texts"))),
        Err(ArchiveError::Search(error)) => context
            .ui
            .warn(&format!("not all is searchable yet: {error}")),
        Err(error) => context
            .ui
            .warn(&format!("not all is searchable yet: {error}")),
    }
}
