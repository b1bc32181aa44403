-- step 1
CREATE TABLE timeline_event (
    id                TEXT PRIMARY KEY,
    incident_id       TEXT NOT NULL,
    occurred_ms       BIGINT NOT NULL,
    recorded_ms       BIGINT NOT NULL,
    actor_id          TEXT NOT NULL,
    source            TEXT NOT NULL,
    kind              TEXT NOT NULL,
    title             TEXT NOT NULL,
    body              TEXT NOT NULL,
    data              TEXT NOT NULL,
    evidence_kind     TEXT NOT NULL,
    evidence_id       TEXT NOT NULL,
    evidence_url      TEXT NOT NULL,
    evidence_title    TEXT NOT NULL,
    starred           BIGINT NOT NULL,
    visibility        TEXT NOT NULL,
    phase             TEXT NOT NULL,
    state             TEXT NOT NULL,
    state_ms          BIGINT,
    corrected_from_ms BIGINT,
    hand_made         BIGINT NOT NULL,
    removed           BIGINT NOT NULL,
    version           BIGINT NOT NULL
);
CREATE INDEX timeline_event_by_time ON timeline_event (incident_id, occurred_ms, id);
CREATE TABLE timeline_entry (
    incident_id TEXT NOT NULL,
    seq         BIGINT NOT NULL,
    event_id    TEXT NOT NULL,
    action      TEXT NOT NULL,
    at_ms       BIGINT NOT NULL,
    actor_id    TEXT NOT NULL,
    content     TEXT NOT NULL,
    hash        TEXT NOT NULL,
    PRIMARY KEY (incident_id, seq)
);
CREATE INDEX timeline_entry_by_event ON timeline_entry (event_id, seq);
CREATE TABLE timeline_chain (
    incident_id TEXT PRIMARY KEY,
    seq         BIGINT NOT NULL,
    hash        TEXT NOT NULL
);
-- step 2
-- Empty: whoever may see the incident. Else an audience as well: a report or follow-up may be private by something else.
ALTER TABLE timeline_event ADD COLUMN audience TEXT NOT NULL DEFAULT '';
CREATE INDEX timeline_event_by_record ON timeline_event (evidence_id) WHERE evidence_kind IN ('report', 'follow_up');
-- step 3
-- Who did something in which five minutes (Unix time / 300,000 ms): hours of responders follow from it.
CREATE TABLE timeline_activity (
    incident_id TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    slot        BIGINT NOT NULL,
    PRIMARY KEY (incident_id, user_id, slot)
);
INSERT INTO timeline_activity (incident_id, user_id, slot)
SELECT DISTINCT incident_id, actor_id, occurred_ms / 300000 FROM timeline_event WHERE actor_id <> '' AND audience = '';
