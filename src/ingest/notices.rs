//! What a keeper should know about documents, as far as it is recorded with a segment: a document must not be able to
//! say so much that the segment's entry is refused, and with it everything that came along.

use std::collections::HashSet;

use serde_json::Value;

use crate::record::Parent;

/// Notices that are recorded with a segment, at most.
const MOST: usize = 200;

/// Bytes of their JSON that are recorded with a segment, at most: a quarter of what an entry may hold.
const MOST_BYTES: usize = 64 << 10;

/// Bytes of one notice; names out of documents stand in them.
const LONGEST: usize = 1024;

/// The notices of the segment being filled.
#[derive(Default)]
pub(super) struct Notices {
    recorded: Vec<Value>,
    bytes: usize,
    more: u64,
    /// Items of which something was not read, as far as recorded notices say so.
    unread: HashSet<Parent>,
    /// Those of which only notices say so that are not recorded.
    unread_beyond: HashSet<Parent>,
}

impl Notices {
    /// Takes a notice in, or counts it where there are too many. `unread` says that something of the item was not read.
    pub(super) fn add(&mut self, about: Parent, text: &str, unread: bool) {
        let Parent { r, s, i } = about;
        let mut value = serde_json::json!({"item": {"r": r, "s": s, "i": i}, "text": text});
        if unread {
            value["unread"] = Value::from(1);
        }
        let bytes = value.to_string().len();
        if self.recorded.len() < MOST && self.bytes.saturating_add(bytes) <= MOST_BYTES {
            self.bytes += bytes;
            self.recorded.push(value);
            if unread {
                self.unread.insert(about);
            }
        } else {
            self.more += 1;
            if unread {
                self.unread_beyond.insert(about);
            }
        }
    }

    /// Hands out what is to be recorded, and begins anew.
    pub(super) fn take(&mut self) -> Vec<Value> {
        let Self {
            mut recorded,
            more,
            unread,
            unread_beyond,
            ..
        } = std::mem::take(self);
        if more > 0 {
            let text = format!("{more} more notices, for which there is no room here");
            let mut value = serde_json::json!({ "text": text });
            let unread = unread_beyond.difference(&unread).count();
            if unread > 0 {
                value["unread"] = Value::from(unread);
            }
            recorded.push(value);
        }
        recorded
    }
}

/// A notice, cut where it is too long.
pub(super) fn bounded(mut text: String) -> String {
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
    text
}
