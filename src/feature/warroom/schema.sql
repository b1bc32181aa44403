-- step 1
CREATE TABLE message (
    id            TEXT PRIMARY KEY,
    incident_id   TEXT NOT NULL,
    thread_id     TEXT NOT NULL,          -- '' in the room itself
    thread_ref    TEXT NOT NULL,          -- what it replies to, by its id there, while that has not arrived
    kind          TEXT NOT NULL,
    body          TEXT NOT NULL,
    data          TEXT NOT NULL,
    url           TEXT NOT NULL,
    source        TEXT NOT NULL,
    channel       TEXT NOT NULL,
    author_id     TEXT NOT NULL,          -- '' somebody outside
    author_key    TEXT NOT NULL,
    author_name   TEXT NOT NULL,
    mentions      TEXT NOT NULL,          -- JSON array of user ids
    at_ms         BIGINT NOT NULL,
    edited_ms     BIGINT NOT NULL,
    deleted_ms    BIGINT NOT NULL,
    pinned_ms     BIGINT NOT NULL,
    pinned_by     TEXT NOT NULL,
    replies       BIGINT NOT NULL,
    last_reply_ms BIGINT NOT NULL,
    event_id      TEXT NOT NULL,          -- of the timeline event made of it
    recorded_ms   BIGINT NOT NULL,
    version       BIGINT NOT NULL
);
CREATE INDEX message_by_room    ON message (incident_id, thread_id, at_ms, id);
CREATE INDEX message_by_thread  ON message (thread_id, at_ms, id) WHERE thread_id <> '';
CREATE INDEX message_pinned     ON message (incident_id, pinned_ms) WHERE pinned_ms > 0;
CREATE INDEX message_waiting    ON message (source, channel, thread_ref) WHERE thread_ref <> '';
CREATE INDEX message_by_author  ON message (source, author_key) WHERE author_key <> '';
CREATE TABLE message_ref (
    source     TEXT NOT NULL,
    channel    TEXT NOT NULL,
    source_id  TEXT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (source, channel, source_id)
);
CREATE INDEX message_ref_by_message ON message_ref (message_id);
CREATE TABLE message_reaction (
    message_id TEXT NOT NULL,
    reaction   TEXT NOT NULL,
    who        TEXT NOT NULL,             -- user id, or source:key of somebody outside
    name       TEXT NOT NULL,             -- of somebody outside
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (message_id, reaction, who)
);
CREATE TABLE message_file (
    message_id TEXT NOT NULL,
    position   BIGINT NOT NULL,
    id         TEXT NOT NULL,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT NOT NULL,
    url        TEXT NOT NULL,
    bytes      BIGINT NOT NULL,
    width      BIGINT NOT NULL,
    height     BIGINT NOT NULL,
    PRIMARY KEY (message_id, position)
);
CREATE TABLE message_author (
    source     TEXT NOT NULL,
    author_key TEXT NOT NULL,
    name       TEXT NOT NULL,
    email      TEXT NOT NULL,
    user_id    TEXT NOT NULL,             -- '' nobody here
    by_hand    BIGINT NOT NULL,
    PRIMARY KEY (source, author_key)
);
CREATE TABLE message_room (
    id          TEXT PRIMARY KEY,
    source      TEXT NOT NULL,
    channel     TEXT NOT NULL,
    name        TEXT NOT NULL,
    url         TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    created_ms  BIGINT NOT NULL,
    UNIQUE (source, channel)
);
CREATE INDEX message_room_by_incident ON message_room (incident_id, created_ms);
CREATE TABLE message_seen (
    incident_id TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    at_ms       BIGINT NOT NULL,          -- of the last message that was read
    PRIMARY KEY (incident_id, user_id)
);
-- step 2
CREATE TABLE message_proposal (
    message_id  TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL,
    reasons     TEXT NOT NULL,            -- JSON array of {"reason","detail"}
    kind        TEXT NOT NULL,            -- of the timeline event that it would become
    state       TEXT NOT NULL,            -- proposed, accepted, dismissed
    decided_by  TEXT NOT NULL,
    decided_ms  BIGINT NOT NULL,
    at_ms       BIGINT NOT NULL,          -- of the message
    created_ms  BIGINT NOT NULL
);
CREATE INDEX message_proposal_by_incident ON message_proposal (incident_id, state, at_ms, message_id);
-- step 3
CREATE TABLE message_import (              -- the last import of an incident
    incident_id TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL,
    state       TEXT NOT NULL,             -- running, done, failed
    error       TEXT NOT NULL,
    done        BIGINT NOT NULL,
    total       BIGINT NOT NULL,
    updated_ms  BIGINT NOT NULL
);
