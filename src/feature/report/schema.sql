-- step 1
CREATE TABLE report (
    id                 TEXT PRIMARY KEY,
    number             BIGINT NOT NULL UNIQUE,
    title              TEXT NOT NULL,
    state              TEXT NOT NULL,
    language           TEXT NOT NULL,
    severity           TEXT NOT NULL,
    audience           TEXT NOT NULL,
    owner_id           TEXT,
    channel_id         TEXT,
    team_id            TEXT,
    template_id        TEXT NOT NULL,
    template_name      TEXT NOT NULL,
    overrides          TEXT NOT NULL,
    figures            TEXT NOT NULL,
    linked_documents   TEXT NOT NULL,
    due_ms             BIGINT,
    began_ms           BIGINT NOT NULL,
    excerpt            TEXT NOT NULL,
    word_count         BIGINT NOT NULL,
    revision           BIGINT NOT NULL,
    published_ms       BIGINT,
    published_by       TEXT,
    published_version  BIGINT NOT NULL,
    published_revision BIGINT NOT NULL,
    meta_changed       BIGINT NOT NULL,
    created_by         TEXT,
    created_ms         BIGINT NOT NULL,
    updated_ms         BIGINT NOT NULL,
    version            BIGINT NOT NULL
);
CREATE INDEX report_by_updated   ON report (updated_ms, id);
CREATE INDEX report_by_began     ON report (began_ms, id);
CREATE INDEX report_by_state     ON report (state, updated_ms, id, audience);   -- counts read nothing else
CREATE INDEX report_by_published ON report (published_ms, id);
CREATE INDEX report_by_due       ON report (due_ms, id);
CREATE INDEX report_by_owner     ON report (owner_id, state);
CREATE INDEX report_by_team      ON report (team_id, updated_ms, id);
CREATE INDEX report_by_channel   ON report (channel_id, updated_ms, id);
CREATE TABLE report_incident (
    report_id   TEXT NOT NULL REFERENCES report,
    incident_id TEXT NOT NULL,
    position    BIGINT NOT NULL,
    PRIMARY KEY (report_id, incident_id)
);
CREATE INDEX report_incident_by_incident ON report_incident (incident_id, report_id);
CREATE TABLE report_service (
    report_id  TEXT NOT NULL REFERENCES report,
    service_id TEXT NOT NULL,
    PRIMARY KEY (report_id, service_id)
);
CREATE INDEX report_service_by_service ON report_service (service_id, report_id);
CREATE TABLE report_author (
    report_id TEXT NOT NULL REFERENCES report,
    user_id   TEXT NOT NULL,
    removed   BIGINT NOT NULL,
    first_ms  BIGINT NOT NULL,
    PRIMARY KEY (report_id, user_id)
);
CREATE INDEX report_author_by_user ON report_author (user_id, report_id);
CREATE TABLE report_reviewer (
    report_id  TEXT NOT NULL REFERENCES report,
    user_id    TEXT NOT NULL,
    state      TEXT NOT NULL,
    note       TEXT NOT NULL,
    decided_ms BIGINT,
    asked_ms   BIGINT NOT NULL,
    PRIMARY KEY (report_id, user_id)
);
CREATE INDEX report_reviewer_by_user ON report_reviewer (user_id, state, report_id);
CREATE TABLE report_version (
    report_id    TEXT NOT NULL REFERENCES report,
    number       BIGINT NOT NULL,
    revision     BIGINT NOT NULL,
    title        TEXT NOT NULL,
    content      TEXT NOT NULL,
    metrics      TEXT NOT NULL,
    published_ms BIGINT NOT NULL,
    published_by TEXT,
    PRIMARY KEY (report_id, number)
);
CREATE TABLE report_share (
    report_id   TEXT PRIMARY KEY REFERENCES report,
    secret_hash TEXT NOT NULL UNIQUE,
    sealed      TEXT NOT NULL,
    expires_ms  BIGINT,
    created_by  TEXT,
    created_ms  BIGINT NOT NULL
);
-- step 2
-- Who was mentioned in the text, so that each is told once.
CREATE TABLE report_mention (
    report_id TEXT NOT NULL REFERENCES report,
    user_id   TEXT NOT NULL,
    PRIMARY KEY (report_id, user_id)
);
-- step 3
ALTER TABLE report ADD COLUMN comments_by TEXT NOT NULL DEFAULT 'readers';
-- step 4
-- What the text says, and said when it was published: an edit that was taken back is no change.
ALTER TABLE report ADD COLUMN digest TEXT NOT NULL DEFAULT '';
-- step 5
ALTER TABLE report ADD COLUMN published_digest TEXT NOT NULL DEFAULT '';
-- step 6
-- report_filter carries all that lists filter by (see report_filters), the others an order, or what home asks for.
DROP INDEX report_by_published;
DROP INDEX report_by_due;
DROP INDEX report_by_owner;
DROP INDEX report_by_team;
DROP INDEX report_by_channel;
CREATE INDEX report_filter ON report (updated_ms, id, state, severity, channel_id, team_id, language, audience, began_ms,
    due_ms, owner_id);
CREATE INDEX report_by_published ON report (coalesce(published_ms, 0), id, state, audience);
CREATE INDEX report_by_due       ON report (coalesce(due_ms, 9007199254740991), id);
CREATE INDEX report_by_owner     ON report (owner_id, state, coalesce(due_ms, 9007199254740991), id, audience);
-- step 7
-- Versions made by themselves: edits that lie close together. Made from the log of the document.
CREATE TABLE report_session (
    report_id      TEXT NOT NULL REFERENCES report,
    first_revision BIGINT NOT NULL,
    last_revision  BIGINT NOT NULL,
    began_ms       BIGINT NOT NULL,
    ended_ms       BIGINT NOT NULL,
    authors        TEXT NOT NULL,      -- JSON array of user ids
    closed         BIGINT NOT NULL,    -- a version was named here: later edits begin another
    PRIMARY KEY (report_id, last_revision)
);
-- Versions that somebody named, and those that were restored.
CREATE TABLE report_mark (
    id         TEXT PRIMARY KEY,
    report_id  TEXT NOT NULL REFERENCES report,
    revision   BIGINT NOT NULL,
    kind       TEXT NOT NULL,          -- named, restored
    name       TEXT NOT NULL,
    of_ms      BIGINT NOT NULL,        -- restored: from when
    created_by TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE INDEX report_mark_by_report ON report_mark (report_id, revision, id);
-- step 8
-- allow: which names a link may show, as a JSON array ("people", "services"); links made before showed all.
ALTER TABLE report_share ADD COLUMN password_hash TEXT NOT NULL DEFAULT '';
-- step 9
ALTER TABLE report_share ADD COLUMN allow TEXT NOT NULL DEFAULT '["people","services"]';
-- step 10
-- Carries the filters too: counts by state walk it in order.
DROP INDEX report_by_state;
CREATE INDEX report_by_state ON report (state, updated_ms, id, severity, channel_id, team_id, language, audience, began_ms,
    due_ms, owner_id);
-- step 11
CREATE TABLE report_cause (
    report_id TEXT NOT NULL REFERENCES report,
    cause     TEXT NOT NULL,           -- key of the taxonomy (setting incident.causes)
    PRIMARY KEY (report_id, cause)
);
CREATE INDEX report_cause_by_cause ON report_cause (cause, report_id);
INSERT INTO report_cause (report_id, cause)
    SELECT DISTINCT r.report_id, c.cause FROM report_incident r JOIN incident_cause c ON c.incident_id = r.incident_id;
-- step 12
-- What somebody approved: the text that was there, by its digest and its revision ('' and 0: not known).
ALTER TABLE report_reviewer ADD COLUMN digest TEXT NOT NULL DEFAULT '';
-- step 13
ALTER TABLE report_reviewer ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
-- step 14
-- A due date that somebody set stays; one by policy follows severity and end of the incidents. Those made before stay.
ALTER TABLE report ADD COLUMN due_by_policy BIGINT NOT NULL DEFAULT 0;
-- step 15
-- restored: what the text was before, so that it can be taken back.
ALTER TABLE report_mark ADD COLUMN before_revision BIGINT NOT NULL DEFAULT 0;
