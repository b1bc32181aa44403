-- step 1
CREATE TABLE draft_section (                -- what a model wrote for a section: one row each, the newest attempt
    id          TEXT PRIMARY KEY,
    report_id   TEXT NOT NULL,
    section     TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    state       TEXT NOT NULL,              -- waiting, writing, placed, offered, discarded, failed, cancelled
    wish        TEXT NOT NULL,
    time_zone   TEXT NOT NULL,
    form        TEXT NOT NULL,              -- prose, list
    claims      TEXT NOT NULL,              -- JSON: [{"text","evidence":[…],"fault","why"}]
    placed      TEXT NOT NULL,              -- Markdown of what was put into the document
    error       TEXT NOT NULL,
    model       TEXT NOT NULL,
    tokens_in   BIGINT NOT NULL,
    tokens_out  BIGINT NOT NULL,
    cost_micro  BIGINT NOT NULL,
    pieces      BIGINT NOT NULL,            -- evidence that there was, and how much of it the model read
    pieces_read BIGINT NOT NULL,
    by_id       TEXT NOT NULL,
    created_ms  BIGINT NOT NULL,
    updated_ms  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1,
    UNIQUE (report_id, section)
);
CREATE TABLE draft_question (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL,
    report_id   TEXT NOT NULL,              -- empty: asked of the incident
    question    TEXT NOT NULL,
    state       TEXT NOT NULL,              -- waiting, writing, answered, failed
    claims      TEXT NOT NULL,
    error       TEXT NOT NULL,
    locale      TEXT NOT NULL,
    time_zone   TEXT NOT NULL,
    tokens      BIGINT NOT NULL,
    cost_micro  BIGINT NOT NULL,
    by_id       TEXT NOT NULL,
    created_ms  BIGINT NOT NULL
);
CREATE INDEX draft_question_by_incident ON draft_question (incident_id, created_ms);
CREATE TABLE draft_call (                   -- what was sent to a model and what came back
    id          TEXT PRIMARY KEY,
    report_id   TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    purpose     TEXT NOT NULL,              -- section, repair, question, test
    section     TEXT NOT NULL,
    by_id       TEXT NOT NULL,
    at_ms       BIGINT NOT NULL,
    provider    TEXT NOT NULL,
    host        TEXT NOT NULL,
    model       TEXT NOT NULL,
    sent        TEXT NOT NULL,              -- as it left: masked
    received    TEXT NOT NULL,
    error       TEXT NOT NULL,
    tokens_in   BIGINT NOT NULL,
    tokens_out  BIGINT NOT NULL,
    cost_micro  BIGINT NOT NULL,
    took_ms     BIGINT NOT NULL
);
CREATE INDEX draft_call_by_time   ON draft_call (at_ms, tokens_in, tokens_out, cost_micro);
CREATE INDEX draft_call_by_report ON draft_call (report_id, at_ms);
-- step 2
CREATE TABLE draft_automatic (              -- incidents whose report was drafted by policy when they were resolved: never twice
    incident_id TEXT PRIMARY KEY,
    created_ms  BIGINT NOT NULL
);
CREATE TABLE draft_refill (                 -- what a section says since its template was filled in again, where nobody wrote
    report_id   TEXT NOT NULL,
    section     TEXT NOT NULL,
    filled      TEXT NOT NULL,              -- Markdown
    PRIMARY KEY (report_id, section)
);
-- step 3
CREATE TABLE draft_review (                 -- a model as reviewer: its last run on a report
    report_id  TEXT PRIMARY KEY,
    state      TEXT NOT NULL,               -- waiting, writing, done, failed
    error      TEXT NOT NULL,
    locale     TEXT NOT NULL,
    by_id      TEXT NOT NULL,
    asked      BIGINT NOT NULL,
    tokens     BIGINT NOT NULL,
    cost_micro BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);
CREATE TABLE draft_review_question (        -- what it asked ever: never again, whatever became of it
    report_id  TEXT NOT NULL,
    thread_id  TEXT NOT NULL,
    question   TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (report_id, thread_id)
);
