-- step 1
CREATE TABLE document (
    id           TEXT   PRIMARY KEY,
    revision     BIGINT NOT NULL,     -- of the last stored update
    noted        BIGINT NOT NULL,     -- up to which features were told (document_on_change)
    created_ms   BIGINT NOT NULL
);
-- Every update ever stored stays: history reads it. Never changed in place.
CREATE TABLE document_update (
    document   TEXT   NOT NULL,
    revision   BIGINT NOT NULL,       -- 1, 2, 3 … within the document
    body       BLOB   NOT NULL,       -- Yjs update v1
    crc        BIGINT NOT NULL,       -- CRC-32C of body
    authors    TEXT   NOT NULL,       -- user ids, comma-separated; empty: Hindsight
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (document, revision)
);
-- The whole document as it was at a revision, so that opening does not replay history.
CREATE TABLE document_snapshot (
    document   TEXT   NOT NULL,
    revision   BIGINT NOT NULL,
    body       BLOB   NOT NULL,
    crc        BIGINT NOT NULL,
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (document, revision)
);
-- step 2
-- Blocks that Hindsight exchanged while nobody had touched them: what is typed into them all the same comes back (late.c).
CREATE TABLE document_late (
    document   TEXT   NOT NULL,
    revision   BIGINT NOT NULL,       -- of the update that deleted it
    client     BIGINT NOT NULL,       -- the block's item
    clock      BIGINT NOT NULL,
    said       TEXT   NOT NULL,       -- when it went
    found      TEXT   NOT NULL,       -- what came late and was brought back
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (document, client, clock)
);
CREATE INDEX document_late_by_time ON document_late (at_ms);
