-- step 1
CREATE TABLE account_user (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    email        TEXT NOT NULL UNIQUE,
    password     TEXT NOT NULL DEFAULT '',
    time_zone    TEXT NOT NULL,
    locale       TEXT NOT NULL,
    role         TEXT NOT NULL,
    avatar_color INTEGER NOT NULL,
    disabled     INTEGER NOT NULL DEFAULT 0,
    search_key   TEXT NOT NULL,
    last_seen_ms INTEGER NOT NULL DEFAULT 0,
    created_ms   INTEGER NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX account_user_by_name ON account_user (search_key, id);
CREATE TABLE account_session (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES account_user (id),
    token_hash TEXT NOT NULL UNIQUE,
    peer       TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    seen_ms    INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
);
CREATE INDEX account_session_by_user ON account_session (user_id);
CREATE INDEX account_session_by_expiry ON account_session (expires_ms);
CREATE TABLE account_token (
    id           TEXT PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES account_user (id),
    name         TEXT NOT NULL,
    scopes       INTEGER NOT NULL,
    token_hash   TEXT NOT NULL UNIQUE,
    prefix       TEXT NOT NULL,
    created_ms   INTEGER NOT NULL,
    expires_ms   INTEGER,
    last_used_ms INTEGER
);
CREATE INDEX account_token_by_user ON account_token (user_id);
CREATE TABLE team (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    description TEXT NOT NULL,
    lead_id     TEXT REFERENCES account_user (id),
    created_ms  INTEGER NOT NULL,
    removed_ms  INTEGER,
    version     INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX team_by_name ON team (name_key) WHERE removed_ms IS NULL;
CREATE TABLE team_member (
    team_id TEXT NOT NULL REFERENCES team (id),
    user_id TEXT NOT NULL REFERENCES account_user (id),
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX team_member_by_user ON team_member (user_id);
-- One row at most: whoever writes it first is the first person.
CREATE TABLE account_setup (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    at_ms INTEGER NOT NULL
);
