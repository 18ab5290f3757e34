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
        Ok(indexed) => {
            if indexed.added > 0 {
                context.ui.say(&format!(
                    "Indexed {}.",
                    count(indexed.added, "text", "texts")
                ));
            }
            for (item, reason) in &indexed.named {
                context.ui.warn(&format!(
                    "the text of {item} is not searchable: {}",
                    whole(reason)
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
        Err(error) => context
            .ui
            .warn(&format!("not all is searchable yet: {}", whole(&error))),
    }
}

/// An error with its causes, as one line: of a text that could not be read the cause says why.
fn whole(error: &ArchiveError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}
