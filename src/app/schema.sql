-- step 1
CREATE TABLE counter (
    name  TEXT   PRIMARY KEY,
    value BIGINT NOT NULL
);
CREATE TABLE audience_member (
    audience TEXT NOT NULL,           -- "incident:ID"
    member   TEXT NOT NULL,           -- "user:ID", "team:ID"
    PRIMARY KEY (audience, member)
);
CREATE TABLE principal (
    user_id TEXT NOT NULL,
    member  TEXT NOT NULL,            -- what the user counts as: "user:ID" and "team:ID" of each team
    PRIMARY KEY (user_id, member)
);
CREATE INDEX principal_member ON principal (member);
CREATE TABLE job (
    id           TEXT   PRIMARY KEY,
    kind         TEXT   NOT NULL,
    payload      TEXT   NOT NULL,
    unique_key   TEXT   UNIQUE,        -- NULL: any number may wait
    state        TEXT   NOT NULL,      -- waiting, running, dead
    run_at_ms    BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,    -- running only: after it, another node may retry
    done         BIGINT NOT NULL,
    total        BIGINT NOT NULL,
    error        TEXT   NOT NULL,
    created_ms   BIGINT NOT NULL
);
CREATE INDEX job_due ON job (state, run_at_ms);
CREATE TABLE setting (
    key        TEXT   PRIMARY KEY,
    value      TEXT   NOT NULL,        -- sealed for secrets
    changed_ms BIGINT NOT NULL
);
CREATE TABLE audit (
    id         TEXT   PRIMARY KEY,     -- UUIDv7: also the order
    at_ms      BIGINT NOT NULL,
    user_id    TEXT   NOT NULL,
    user_name  TEXT   NOT NULL,
    action     TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    details    TEXT   NOT NULL         -- JSON object
);
-- step 2
-- An audience of those who belong to several others.
CREATE TABLE audience_part (
    audience TEXT NOT NULL,
    part     TEXT NOT NULL,           -- never one that has parts itself
    PRIMARY KEY (audience, part)
);
CREATE INDEX audience_part_by_part ON audience_part (part);
-- step 3
CREATE INDEX job_by_kind ON job (state, kind, run_at_ms);
