-- step 1
CREATE TABLE template (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    language    TEXT NOT NULL,
    description TEXT NOT NULL,
    team_id     TEXT,
    match_rule  TEXT NOT NULL,
    sections    TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_ms  BIGINT NOT NULL,
    updated_ms  BIGINT NOT NULL,
    removed_ms  BIGINT
);
CREATE UNIQUE INDEX template_by_name ON template (language, name_key) WHERE removed_ms IS NULL;
CREATE TABLE template_default (
    language    TEXT PRIMARY KEY,
    template_id TEXT NOT NULL
);
