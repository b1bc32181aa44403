-- step 1
CREATE TABLE notification (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    record_kind TEXT NOT NULL,        -- report, follow_up
    record_id   TEXT NOT NULL,
    reference   TEXT NOT NULL,
    title       TEXT NOT NULL,
    thread_id   TEXT NOT NULL,        -- of a comment; '' otherwise
    comment_id  TEXT NOT NULL,
    excerpt     TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    audience    TEXT NOT NULL,        -- of the record
    cause       TEXT NOT NULL,        -- what it tells, once for each person
    created_ms  BIGINT NOT NULL,
    read_ms     BIGINT NOT NULL       -- 0: unread
);
CREATE UNIQUE INDEX notification_once ON notification (user_id, cause);
CREATE INDEX notification_by_user   ON notification (user_id, created_ms, id);
CREATE INDEX notification_unread    ON notification (user_id, read_ms, audience);
CREATE INDEX notification_by_record ON notification (record_id);
CREATE INDEX notification_by_comment ON notification (comment_id);
CREATE TABLE notification_off (
    user_id TEXT NOT NULL,
    kind    TEXT NOT NULL,
    PRIMARY KEY (user_id, kind)
);
