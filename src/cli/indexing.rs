//! Indexing: the second step of bringing in, which can be put off, stopped and taken up again at any time.

use serde::Serialize;

use super::Context;
use super::ui::count;
use crate::archive::Archive;
use crate::archive::ArchiveError;
use crate::archive::index;
use crate::archive::index::Indexed;
use crate::record::with_causes;

/// An item whose text could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Unread {
    pub(super) item: String,
    pub(super) reason: String,
}

impl Unread {
    pub(super) fn new(item: String, error: &ArchiveError) -> Self {
        Self {
            item,
            reason: with_causes(error),
        }
    }
}

/// Goes on with the index as far as there are items, and says where that could not be done. Never an error: the index
/// proves nothing, and what is not indexed yet is said by whoever searches.
pub(super) fn go_on(context: &Context, archive: &Archive) {
    let indexed = bring_up(context, archive);
    for (item, error) in &indexed.named {
        context.ui.warn(&format!(
            "the text of {item} is not searchable: {}",
            with_causes(error)
        ));
    }
    let more = indexed.unread.saturating_sub(indexed.named.len() as u64);
    if more > 0 {
        context.ui.warn(&format!(
            "{} more could not be read and are not searchable",
            count(more, "text", "texts")
        ));
    }
}

/// The same, leaving it to the caller to say which texts could not be read.
pub(super) fn bring_up(context: &Context, archive: &Archive) -> Indexed {
    let meter = context.ui.meter();
    let outcome = index::go_on(archive, &|done, of| {
        meter.tell(done, Some(of), "items indexed");
    });
    drop(meter);
    match outcome {
        Ok(indexed) => {
            if indexed.added > 0 {
                context.ui.say(&format!(
                    "Indexed {}.",
                    count(indexed.added, "text", "texts")
                ));
            }
            indexed
        }
        Err(error) => {
            context.ui.warn(&format!(
                "not all is searchable yet: {}",
                with_causes(&error)
            ));
            Indexed::default()
        }
    }
}
