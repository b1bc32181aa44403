-- step 1
CREATE TABLE chat_inbox (
    n           AUTO_ID,
    name        TEXT NOT NULL UNIQUE,      -- source and its id there: each delivery once
    kind        TEXT NOT NULL,             -- event, command, action
    body        TEXT NOT NULL,             -- '' once it was taken in
    state       TEXT NOT NULL,             -- waiting, done, failed
    error       TEXT NOT NULL,
    received_ms BIGINT NOT NULL
);
CREATE INDEX chat_inbox_waiting ON chat_inbox (n) WHERE state = 'waiting';
CREATE INDEX chat_inbox_by_time ON chat_inbox (received_ms);
CREATE TABLE chat_person (
    source   TEXT NOT NULL,
    key      TEXT NOT NULL,
    name     TEXT NOT NULL,
    email    TEXT NOT NULL,
    asked_ms BIGINT NOT NULL,
    PRIMARY KEY (source, key)
);
CREATE TABLE chat_gone (
    source    TEXT NOT NULL,
    channel   TEXT NOT NULL,
    source_id TEXT NOT NULL,               -- of a message whose deletion arrived before it
    at_ms     BIGINT NOT NULL,
    PRIMARY KEY (source, channel, source_id)
);
CREATE TABLE chat_post (
    n           AUTO_ID,
    id          TEXT NOT NULL UNIQUE,      -- what it tells, to whom: the same news once
    source      TEXT NOT NULL,
    channel     TEXT NOT NULL,
    incident_id TEXT NOT NULL,             -- '' answers to a command
    message_id  TEXT NOT NULL,             -- of the war room, or ''
    url         TEXT NOT NULL,             -- where answers to a command go
    text        TEXT NOT NULL,
    state       TEXT NOT NULL,             -- waiting, sending, unsure, sent, dropped
    error       TEXT NOT NULL,
    posted_id   TEXT NOT NULL,
    created_ms  BIGINT NOT NULL,
    claimed_ms  BIGINT NOT NULL
);
CREATE INDEX chat_post_open ON chat_post (source, channel, n) WHERE state IN ('waiting', 'sending', 'unsure');
CREATE INDEX chat_post_by_time ON chat_post (created_ms);
CREATE TABLE chat_channel (
    incident_id TEXT PRIMARY KEY,
    person      TEXT NOT NULL,             -- who declared, there
    channel     TEXT NOT NULL,             -- '' until it is made
    created_ms  BIGINT NOT NULL
);
-- step 2
CREATE TABLE chat_line (
    number   BIGINT PRIMARY KEY,           -- of a connection of Socket Mode
    node     TEXT NOT NULL,                -- that has the lease
    until_ms BIGINT NOT NULL,
    state    TEXT NOT NULL,                -- connecting, connected, waiting
    error    TEXT NOT NULL,                -- why it waits
    since_ms BIGINT NOT NULL               -- of the state
);
-- step 3
ALTER TABLE chat_post ADD COLUMN kind TEXT NOT NULL DEFAULT 'say';    -- say, edit, delete, react
CREATE TABLE chat_reaction (               -- of people here, on messages that stand in a channel there
    source     TEXT NOT NULL,
    channel    TEXT NOT NULL,
    message_id TEXT NOT NULL,
    reaction   TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    PRIMARY KEY (source, channel, message_id, reaction, user_id)
);
CREATE TABLE chat_hook (                   -- incoming webhooks of single channels
    source  TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,                 -- sealed: who has it may post there
    PRIMARY KEY (source, channel)
);
