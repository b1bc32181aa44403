-- step 1
CREATE TABLE attachment (
    id         TEXT PRIMARY KEY,
    report_id  TEXT NOT NULL,
    name       TEXT NOT NULL,
    format     TEXT NOT NULL,
    width      BIGINT NOT NULL,
    height     BIGINT NOT NULL,
    bytes      BIGINT NOT NULL,
    hash       TEXT NOT NULL,
    created_by TEXT,
    created_ms BIGINT NOT NULL
);
CREATE INDEX attachment_by_report ON attachment (report_id, id);
CREATE INDEX attachment_by_hash   ON attachment (hash);
-- step 2
ALTER TABLE attachment ADD COLUMN used BIGINT NOT NULL DEFAULT 0;     -- 1: some document speaks of it, or did
CREATE INDEX attachment_unsettled ON attachment (created_ms) WHERE used = 0;
-- step 3
ALTER TABLE attachment ADD COLUMN incident_id TEXT NOT NULL DEFAULT '';   -- of a message in its war room; report_id is '' then
CREATE INDEX attachment_by_incident ON attachment (incident_id, id) WHERE incident_id <> '';
