//! The registry of record schemas: which slots each kind has, in which order. A list here is part of the format: a
//! changed list is a new schema (`message/2`), never an edit. `schema/entry/` and `schema/FORMAT.md` say what each slot
//! holds; a test holds them to this table.

/// One kind of record: its name in `e`, and its slots in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// Name and version, as in the record's `e`.
    pub name: &'static str,
    /// Slots in order, 16 at most.
    pub slots: &'static [&'static str],
}

impl Schema {
    /// Position of a slot.
    pub fn position(&self, slot: &str) -> Option<usize> {
        self.slots.iter().position(|name| *name == slot)
    }
}

/// Kinds of item: leaves of a segment.
pub const ITEM_KINDS: &[Schema] = &[
    Schema {
        name: "document/1",
        slots: &[
            "bytes",
            "parent",
            "locator",
            "name",
            "path",
            "kind",
            "media_type",
            "modified",
            "encoding",
            "title",
            "text",
            "text_digest",
            "flags",
            "notes",
        ],
    },
    Schema {
        name: "message/1",
        slots: &[
            "bytes",
            "parent",
            "range",
            "event",
            "conversation",
            "from",
            "to",
            "subject",
            "at",
            "links",
            "attachments",
            "flags",
            "exported_by",
            "text",
            "text_digest",
            "notes",
        ],
    },
    Schema {
        name: "text/1",
        slots: &[
            "bytes",
            "parent",
            "range",
            "kind",
            "media_type",
            "encoding",
            "title",
            "language",
            "links",
            "text",
            "text_digest",
            "notes",
        ],
    },
];

/// Kinds of entry that have a place in the format and whose rules this release does not carry out: who goes by it would
/// read an archive as if a key had not been rotated, or a value not been withheld. They are hashed and checked like any
/// other, said to be not understood, and nobody appends beside them.
const NOT_CARRIED_OUT: &[&str] = &["key.added/1"];

/// Whether this release knows the kind and does what it asks for.
pub fn is_understood(name: &str) -> bool {
    schema(name).is_some() && !NOT_CARRIED_OUT.contains(&name)
}

/// Kinds of entry: leaves of the ledger.
pub const ENTRY_KINDS: &[Schema] = &[
    Schema {
        name: "archive.started/1",
        slots: &[
            "log_key",
            "recovery_key",
            "salt",
            "format",
            "software",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "archive.continued/1",
        slots: &[
            "log_key",
            "recovery_key",
            "salt",
            "format",
            "software",
            "closing",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "key.added/1",
        slots: &["algorithm", "key", "purpose", "note", "by", "t"],
    },
    Schema {
        name: "key.rotated/1",
        slots: &["old_key", "new_key", "reason", "note", "by", "t"],
    },
    Schema {
        name: "editor.admitted/1",
        slots: &["agent", "key", "note", "by", "t"],
    },
    Schema {
        name: "editor.left/1",
        slots: &["agent", "key", "reason", "note", "by", "t"],
    },
    Schema {
        name: "accessioned/1",
        slots: &[
            "how",
            "from",
            "via",
            "received",
            "received_by",
            "authority",
            "terms",
            "basis",
            "holder_of_original",
            "part_of",
            "missing",
            "companions",
            "paths",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "received/1",
        slots: &[
            "about", "segment", "rest", "total", "tool", "note", "by", "t",
        ],
    },
    Schema {
        name: "derived/1",
        slots: &[
            "about", "segment", "rest", "total", "tool", "note", "by", "t",
        ],
    },
    Schema {
        name: "attributed/1",
        slots: &[
            "about",
            "role",
            "who",
            "via",
            "terms",
            "certainty",
            "basis",
            "evidence",
            "at",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "transferred/1",
        slots: &[
            "about",
            "kind",
            "from",
            "to",
            "at",
            "medium",
            "place",
            "purpose",
            "authority",
            "digest_seen",
            "condition",
            "evidence",
            "standing",
            "basis",
            "by",
            "t",
        ],
    },
    Schema {
        name: "agent.named/1",
        slots: &[
            "kind",
            "name",
            "accounts",
            "speaks_for",
            "identity",
            "basis",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "agents.merged/1",
        slots: &["agents", "into", "certainty", "basis", "note", "by", "t"],
    },
    Schema {
        name: "agents.split/1",
        slots: &["about", "agents", "reason", "note", "by", "t"],
    },
    Schema {
        name: "noted/1",
        slots: &["about", "text", "evidence", "by", "t"],
    },
    Schema {
        name: "claimed/1",
        slots: &[
            "about", "text", "kind", "who", "at", "evidence", "note", "by", "t",
        ],
    },
    Schema {
        name: "checked/1",
        slots: &[
            "about",
            "quotation",
            "state",
            "how",
            "against",
            "evidence",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "cited/1",
        slots: &[
            "draft",
            "report",
            "rules",
            "quotations",
            "checkpoint",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "published/1",
        slots: &["about", "opened", "proof", "page", "note", "by", "t"],
    },
    Schema {
        name: "published/2",
        slots: &[
            "about",
            "previous",
            "name",
            "url",
            "at",
            "unsettled",
            "citations",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "corrected/1",
        slots: &[
            "about", "slot", "before", "after", "reason", "evidence", "note", "by", "t",
        ],
    },
    Schema {
        name: "corrected/2",
        slots: &[
            "about",
            "paragraph",
            "before",
            "after",
            "reason",
            "at",
            "evidence",
            "quotations",
            "checkpoint",
            "citations",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "redacted/1",
        slots: &[
            "about",
            "copy",
            "removed",
            "reason",
            "authority",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "withheld/1",
        slots: &[
            "about",
            "slots",
            "reason",
            "authority",
            "until",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "destroyed/1",
        slots: &[
            "about",
            "addresses",
            "references",
            "replaced_by",
            "reason",
            "authority",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "restored/1",
        slots: &[
            "from_size",
            "to_size",
            "root",
            "lost",
            "copy",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "fixity.checked/1",
        slots: &[
            "size",
            "root",
            "documents",
            "bytes",
            "findings",
            "tool",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "anchored/1",
        slots: &[
            "size",
            "root",
            "kind",
            "token",
            "authority",
            "at",
            "note",
            "by",
            "t",
        ],
    },
    Schema {
        name: "vault.resealed/1",
        slots: &["about", "file", "note", "by", "t"],
    },
    Schema {
        name: "vault.shredded/1",
        slots: &["about", "reason", "authority", "note", "by", "t"],
    },
    Schema {
        name: "padded/1",
        slots: &["padding", "t"],
    },
];

/// The schema of that name, or nothing where this build does not know it.
pub fn schema(name: &str) -> Option<&'static Schema> {
    ENTRY_KINDS
        .iter()
        .chain(ITEM_KINDS)
        .find(|schema| schema.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_sixteen_at_most_and_named_once() {
        for schema in ENTRY_KINDS.iter().chain(ITEM_KINDS) {
            assert!(schema.slots.len() <= 16, "{}", schema.name);
            for (index, slot) in schema.slots.iter().enumerate() {
                assert_eq!(schema.position(slot), Some(index), "{}", schema.name);
            }
        }
    }

    #[test]
    fn an_entry_on_something_names_it_first() {
        for schema in ENTRY_KINDS {
            if let Some(position) = schema.position("about") {
                assert_eq!(position, 0, "{}", schema.name);
            }
        }
    }
}
