-- step 1
CREATE TABLE comment_thread (
    id          TEXT PRIMARY KEY,
    report_id   TEXT NOT NULL,
    quote       TEXT NOT NULL,        -- what was selected, then; '' for the whole report
    resolved_by TEXT NOT NULL,
    resolved_ms BIGINT NOT NULL,      -- 0: open
    created_ms  BIGINT NOT NULL,
    updated_ms  BIGINT NOT NULL,
    version     BIGINT NOT NULL
);
CREATE INDEX comment_thread_by_report ON comment_thread (report_id, created_ms, id);
CREATE TABLE comment (
    id         TEXT PRIMARY KEY,
    thread_id  TEXT NOT NULL REFERENCES comment_thread,
    author_id  TEXT NOT NULL,
    body       TEXT NOT NULL,
    mentions   TEXT NOT NULL,         -- JSON array of user ids
    created_ms BIGINT NOT NULL,
    edited_ms  BIGINT NOT NULL,
    removed    BIGINT NOT NULL,
    version    BIGINT NOT NULL
);
CREATE INDEX comment_by_thread ON comment (thread_id, created_ms, id);
CREATE TABLE comment_reaction (
    comment_id TEXT NOT NULL REFERENCES comment,
    user_id    TEXT NOT NULL,
    reaction   TEXT NOT NULL,
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (comment_id, reaction, user_id)
);
CREATE TABLE comment_seen (
    thread_id TEXT NOT NULL REFERENCES comment_thread,
    user_id   TEXT NOT NULL,
    seen_ms   BIGINT NOT NULL,
    PRIMARY KEY (thread_id, user_id)
);
