-- 0002: the catalogue. Nothing here is authority: every row follows from the ledger's values by the projection whose
-- number stands in `projection`, and may be thrown away and made again. `verify` makes it again and compares.

CREATE TABLE projection (number INTEGER PRIMARY KEY) STRICT;

-- How many there are, so that `status` need not count ten million rows.
CREATE TABLE tally (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Receipts of material. `statement` is the digest of the stated provenance: the same bytes with the same statement are
-- the same receipt.
CREATE TABLE accession (
    seq       INTEGER PRIMARY KEY,
    ref       TEXT NOT NULL UNIQUE,
    statement BLOB NOT NULL CHECK (length(statement) = 32),
    paths     TEXT NOT NULL
) STRICT;
CREATE INDEX accession_by_statement ON accession (statement);

-- Stretches of the item table, each sealed by one entry. `total` is 1 on a run's last.
CREATE TABLE segment (
    seq       INTEGER PRIMARY KEY,
    accession INTEGER NOT NULL,
    run       INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    derived   INTEGER NOT NULL CHECK (derived IN (0, 1)),
    first     INTEGER NOT NULL,
    size      INTEGER NOT NULL,
    total     INTEGER NOT NULL CHECK (total IN (0, 1)),
    UNIQUE (accession, run, number)
) STRICT;
CREATE INDEX segment_by_first ON segment (first);

-- Distinct byte streams, by digest. `item` is the first item that has them; its leaf gives the reference.
CREATE TABLE document (
    sha256 BLOB PRIMARY KEY,
    ref    TEXT NOT NULL UNIQUE,
    size   INTEGER NOT NULL,
    item   INTEGER NOT NULL,
    kind   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One card an item. `class` is d (document), m (message) or t (text read out of a document); `parent` is the item it
-- came out of; times are milliseconds since 1970.
CREATE TABLE card (
    item         INTEGER PRIMARY KEY,
    class        TEXT NOT NULL CHECK (class IN ('d', 'm', 't')),
    ref          TEXT UNIQUE,
    accession    INTEGER NOT NULL,
    parent       INTEGER,
    sha256       BLOB NOT NULL,
    first        INTEGER,
    past         INTEGER,
    kind         TEXT NOT NULL,
    name         TEXT,
    conversation TEXT,
    event        TEXT,
    earliest     INTEGER,
    latest       INTEGER
) STRICT;
CREATE INDEX card_by_digest ON card (sha256) WHERE class = 'd';
CREATE INDEX card_by_parent ON card (parent) WHERE parent IS NOT NULL;
CREATE INDEX card_by_conversation ON card (conversation, earliest) WHERE conversation IS NOT NULL;
CREATE INDEX card_by_event ON card (event) WHERE event IS NOT NULL;
CREATE INDEX card_by_time ON card (earliest, item) WHERE class = 'm';

-- Accounts and addresses as they occur in messages; `display` is the first name seen beside one.
CREATE TABLE account (
    id      INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    display TEXT
) STRICT;

-- Who takes part in which message: 0 from, 1 to, 2 cc, 3 bcc, 4 reply-to, 5 member.
CREATE TABLE participant (
    account INTEGER NOT NULL,
    item    INTEGER NOT NULL,
    role    INTEGER NOT NULL,
    PRIMARY KEY (account, item, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX participant_by_item ON participant (item);

-- Agents: persons, bodies, accounts. `merged` is the agent they were merged into and not split from again.
CREATE TABLE agent (
    seq    INTEGER PRIMARY KEY,
    ref    TEXT NOT NULL UNIQUE,
    kind   TEXT NOT NULL,
    name   TEXT NOT NULL,
    merged INTEGER
) STRICT;

-- Which accounts an agent is said to use.
CREATE TABLE agent_account (
    address TEXT NOT NULL,
    agent   INTEGER NOT NULL,
    PRIMARY KEY (address, agent)
) STRICT, WITHOUT ROWID;

-- Entries on something else: attributions, transfers, corrections and the like, found by what they are about.
-- One of `about_entry` and `about_item` is set.
CREATE TABLE act (
    seq         INTEGER PRIMARY KEY,
    ref         TEXT UNIQUE,
    schema      TEXT NOT NULL,
    about_entry INTEGER,
    about_item  INTEGER
) STRICT;
CREATE INDEX act_by_entry ON act (about_entry) WHERE about_entry IS NOT NULL;
CREATE INDEX act_by_item ON act (about_item) WHERE about_item IS NOT NULL;
