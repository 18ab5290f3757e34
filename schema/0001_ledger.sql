-- 0001: the ledger and what it commits to. Every statement here is final once released; change it in a new file.
-- These tables are the authority: the catalogue (0002) follows from them. What each column means: FORMAT.md.

-- One row an entry, in the order of the ledger. `leaf` is for ever; `key` and `slots` go when an entry is destroyed.
-- `slots` is the canonical JSON list of the values, in the order of the schema.
CREATE TABLE entry (
    seq    INTEGER PRIMARY KEY CHECK (seq >= 0),
    leaf   BLOB NOT NULL CHECK (length(leaf) = 32),
    schema TEXT NOT NULL,
    key    BLOB CHECK (length(key) = 32),
    slots  TEXT
) STRICT;

-- One row an item, numbered from 1 through all segments in the order of the ledger, so that the entries' segments alone
-- say which items are whose.
CREATE TABLE item (
    id     INTEGER PRIMARY KEY CHECK (id > 0),
    leaf   BLOB NOT NULL CHECK (length(leaf) = 32),
    schema TEXT NOT NULL,
    key    BLOB CHECK (length(key) = 32),
    slots  TEXT
) STRICT;

-- What stands for a slot, or for a piece of the text, whose salt does not follow from a record key: because the key is
-- gone (then the salt is here where the value may still be shown, and is null where it may not), or because the value is
-- in the vault. `of` is e (an entry, `id` its seq) or i (an item, `id` its number); `piece` is -1 for the slot itself.
CREATE TABLE blank (
    of         TEXT NOT NULL CHECK (of IN ('e', 'i')),
    id         INTEGER NOT NULL CHECK (id >= 0),
    slot       INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 15),
    piece      INTEGER NOT NULL CHECK (piece >= -1),
    salt       BLOB CHECK (length(salt) = 32),
    commitment BLOB NOT NULL CHECK (length(commitment) = 32),
    PRIMARY KEY (of, id, slot, piece)
) STRICT, WITHOUT ROWID;

-- Text that a reader took out of a document, where it is not the document's own bytes and is 16 KiB or less; longer
-- texts are blobs.
CREATE TABLE text (
    item INTEGER PRIMARY KEY REFERENCES item (id),
    body TEXT NOT NULL
) STRICT;

-- Every signed head there has been.
CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY CHECK (size > 0),
    note TEXT NOT NULL
) STRICT;

-- Where each stored byte stream lies: `pack` is null for a plain file under blobs/.
CREATE TABLE blob (
    sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
    size   INTEGER NOT NULL CHECK (size >= 0),
    pack   INTEGER CHECK (pack > 0),
    offset INTEGER CHECK (offset >= 0),
    CHECK ((pack IS NULL) = (offset IS NULL))
) STRICT, WITHOUT ROWID;

-- A pack is read from end to end, so its members are wanted in the order in which they lie.
CREATE INDEX blob_by_place ON blob (pack, offset);

-- Seat belts only: the proof that nothing was edited is the tree, not these.
CREATE TRIGGER entry_is_append_only BEFORE UPDATE ON entry
WHEN NEW.seq IS NOT OLD.seq OR NEW.leaf IS NOT OLD.leaf OR NEW.schema IS NOT OLD.schema OR NEW.key IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'ledger entries are never edited'); END;
CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'ledger entries are never removed'); END;
CREATE TRIGGER item_is_append_only BEFORE UPDATE ON item
WHEN NEW.id IS NOT OLD.id OR NEW.leaf IS NOT OLD.leaf OR NEW.schema IS NOT OLD.schema OR NEW.key IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'items are never edited'); END;
CREATE TRIGGER item_is_never_removed BEFORE DELETE ON item
BEGIN SELECT RAISE(ABORT, 'items are never removed'); END;
CREATE TRIGGER checkpoint_is_append_only BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoints are never edited'); END;
CREATE TRIGGER checkpoint_is_never_removed BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoints are never removed'); END;
