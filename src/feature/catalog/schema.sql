-- step 1
CREATE TABLE channel (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    description TEXT NOT NULL,
    team_id     TEXT,
    created_ms  INTEGER NOT NULL,
    removed_ms  INTEGER,
    version     INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX channel_by_name ON channel (name_key) WHERE removed_ms IS NULL;
CREATE TABLE service (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    description TEXT NOT NULL,
    team_id     TEXT,
    tier        INTEGER NOT NULL,
    created_ms  INTEGER NOT NULL,
    removed_ms  INTEGER,
    version     INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX service_by_name ON service (name_key) WHERE removed_ms IS NULL;
-- step 2
ALTER TABLE service ADD COLUMN depends_on TEXT NOT NULL DEFAULT '[]';   -- ids of the services that it cannot work without, as JSON
