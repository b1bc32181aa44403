-- step 1
CREATE TABLE followup (
    id                   TEXT PRIMARY KEY,
    number               BIGINT NOT NULL UNIQUE,
    title                TEXT NOT NULL,
    description          TEXT NOT NULL,
    status               TEXT NOT NULL,
    kind                 TEXT NOT NULL,
    priority             TEXT NOT NULL,
    owner_id             TEXT,
    team_id              TEXT,
    channel_id           TEXT,
    audience             TEXT NOT NULL,
    due_ms               BIGINT,
    labels               TEXT NOT NULL,
    incident_id          TEXT,
    report_id            TEXT,
    risk_reduction       TEXT NOT NULL,
    effectiveness_check  TEXT NOT NULL,
    effectiveness_due_ms BIGINT,
    effectiveness_note   TEXT NOT NULL,
    wont_do_reason       TEXT NOT NULL,
    predecessor_id       TEXT,
    successor_id         TEXT,
    completed_ms         BIGINT,
    verified_ms          BIGINT,
    verified_by          TEXT,
    created_by           TEXT,
    settled              BIGINT NOT NULL,
    rank_due             BIGINT NOT NULL,
    rank_priority        BIGINT NOT NULL,
    version              BIGINT NOT NULL,
    created_ms           BIGINT NOT NULL,
    updated_ms           BIGINT NOT NULL
);
CREATE INDEX followup_by_due      ON followup (settled, rank_due, id);
CREATE INDEX followup_all_by_due  ON followup (rank_due, id);
CREATE INDEX followup_by_priority ON followup (rank_priority, id);
CREATE INDEX followup_by_created  ON followup (created_ms, id);
CREATE INDEX followup_by_updated  ON followup (updated_ms, id);
CREATE INDEX followup_by_owner    ON followup (owner_id, settled, rank_due, id);
CREATE INDEX followup_by_team     ON followup (team_id, settled, rank_due, id);
CREATE INDEX followup_by_incident ON followup (incident_id, rank_due, id);
CREATE INDEX followup_by_report   ON followup (report_id, rank_due, id);
CREATE TABLE followup_service (
    followup_id TEXT NOT NULL REFERENCES followup,
    service_id  TEXT NOT NULL,
    PRIMARY KEY (followup_id, service_id)
);
CREATE INDEX followup_service_by_service ON followup_service (service_id, followup_id);
CREATE TABLE followup_history (
    id          TEXT PRIMARY KEY,
    followup_id TEXT NOT NULL REFERENCES followup,
    at_ms       BIGINT NOT NULL,
    actor_id    TEXT NOT NULL,
    field       TEXT NOT NULL,
    was         TEXT NOT NULL,
    became      TEXT NOT NULL
);
CREATE INDEX followup_history_by_followup ON followup_history (followup_id, id);
