-- step 1
CREATE TABLE change (
    id          TEXT   PRIMARY KEY,
    dedup_key   TEXT   UNIQUE,             -- the sender's own name for it; NULL when it has none
    kind        TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    description TEXT   NOT NULL,
    author      TEXT   NOT NULL,
    url         TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    labels      TEXT   NOT NULL,
    occurred_ms BIGINT NOT NULL,
    created_by  TEXT,
    version     BIGINT NOT NULL,
    created_ms  BIGINT NOT NULL
);
CREATE INDEX change_by_time ON change (occurred_ms, id);
CREATE TABLE change_service (
    change_id  TEXT NOT NULL REFERENCES change,
    service_id TEXT NOT NULL,
    PRIMARY KEY (change_id, service_id)
);
CREATE INDEX change_service_by_service ON change_service (service_id, change_id);
CREATE TABLE incident_change (
    incident_id TEXT   NOT NULL REFERENCES incident,
    change_id   TEXT   NOT NULL REFERENCES change,
    relation    TEXT   NOT NULL,
    linked_by   TEXT,
    linked_ms   BIGINT NOT NULL,
    PRIMARY KEY (incident_id, change_id)
);
CREATE INDEX incident_change_by_change ON incident_change (change_id);
-- step 2
ALTER TABLE change ADD COLUMN state TEXT NOT NULL DEFAULT '';      -- in_progress, succeeded, failed, canceled; '' when it was not told
ALTER TABLE change ADD COLUMN ended_ms BIGINT;
ALTER TABLE change ADD COLUMN told_ms BIGINT NOT NULL DEFAULT 0;   -- when its source said what is known: an older notice that comes later adds nothing
ALTER TABLE change ADD COLUMN payload_n BIGINT;                    -- the payload that told of it last
-- step 3
CREATE INDEX change_by_payload ON change (payload_n) WHERE payload_n IS NOT NULL;
