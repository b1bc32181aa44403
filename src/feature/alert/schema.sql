-- step 1
CREATE TABLE integration (
    id          TEXT   PRIMARY KEY,
    kind        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    channel_id  TEXT,
    key_hash    TEXT   NOT NULL UNIQUE,   -- looked up
    key_sealed  TEXT   NOT NULL,          -- shown to administrators
    enabled     BIGINT NOT NULL,
    mapping     TEXT   NOT NULL,
    error       TEXT   NOT NULL,          -- why the latest payload that did not fit was refused
    error_ms    BIGINT,
    removed_ms  BIGINT,
    version     BIGINT NOT NULL,
    created_ms  BIGINT NOT NULL,
    updated_ms  BIGINT NOT NULL
);
-- Several rows for each integration, so that many nodes count at once without waiting for each other.
CREATE TABLE integration_count (
    integration_id TEXT   NOT NULL,
    slot           BIGINT NOT NULL,
    received       BIGINT NOT NULL,
    last_ms        BIGINT NOT NULL,
    PRIMARY KEY (integration_id, slot)
);
-- What was posted, byte for byte; the same bytes are kept once.
CREATE TABLE delivery (
    n            AUTO_ID,
    hash         BLOB   NOT NULL UNIQUE,   -- of integration and bytes
    content_type TEXT   NOT NULL,
    body         BLOB   NOT NULL,
    received_ms  BIGINT NOT NULL,
    last_ms      BIGINT NOT NULL,
    before_ms    BIGINT NOT NULL           -- when the same bytes came before the latest time; -1 when they did not
);
CREATE TABLE alert (
    n                AUTO_ID,
    id               TEXT   NOT NULL UNIQUE,
    integration_id   TEXT   NOT NULL,
    key_hash         BLOB   NOT NULL,      -- of integration and dedup_key
    is_open          BIGINT,               -- 1 while firing, else NULL: so UNIQUE lets one fire at a time
    dedup_key        TEXT   NOT NULL,
    severity         TEXT   NOT NULL,
    title            TEXT   NOT NULL,
    description      TEXT   NOT NULL,
    labels           TEXT   NOT NULL,
    links            TEXT   NOT NULL,
    note             TEXT   NOT NULL,
    group_key        TEXT   NOT NULL,
    started_ms       BIGINT NOT NULL,
    started_told     BIGINT NOT NULL,      -- 1: by the source; 0: when it came
    ended_ms         BIGINT,
    acknowledged_ms  BIGINT,
    received_ms      BIGINT NOT NULL,
    last_received_ms BIGINT NOT NULL,
    count            BIGINT NOT NULL,
    channel_id       TEXT,
    rule_id          TEXT,
    incident_id      TEXT,
    audience         TEXT   NOT NULL,
    delivery_n       BIGINT,               -- the latest that changed it
    version          BIGINT NOT NULL,
    UNIQUE (key_hash, is_open)
);
CREATE INDEX alert_firing         ON alert (is_open, n) WHERE is_open = 1;
CREATE INDEX alert_by_severity    ON alert (severity, n);
CREATE INDEX alert_by_integration ON alert (integration_id, n);
CREATE INDEX alert_by_channel     ON alert (channel_id, n) WHERE channel_id IS NOT NULL;
CREATE INDEX alert_by_incident    ON alert (incident_id, n);   -- those in none too: people look for them
-- The incident that alerts of a group join while it is open.
CREATE TABLE alert_group (
    hash        BLOB   PRIMARY KEY,
    incident_id TEXT   NOT NULL,
    updated_ms  BIGINT NOT NULL
);
CREATE TABLE routing_rule (
    id          TEXT   PRIMARY KEY,
    position    BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    enabled     BIGINT NOT NULL,
    conditions  TEXT   NOT NULL,           -- JSON
    channel_id  TEXT,
    severity    TEXT   NOT NULL,           -- '' leaves what the source says
    service_ids TEXT   NOT NULL,
    declares    BIGINT NOT NULL,
    group_by    TEXT   NOT NULL,
    is_private  BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    created_ms  BIGINT NOT NULL,
    updated_ms  BIGINT NOT NULL
);
CREATE INDEX routing_rule_by_position ON routing_rule (position, id);
-- Payloads that fit nothing, with the reason.
CREATE TABLE quarantine (
    id             TEXT   PRIMARY KEY,
    integration_id TEXT   NOT NULL,
    hash           BLOB   NOT NULL UNIQUE,
    content_type   TEXT   NOT NULL,
    body           BLOB   NOT NULL,
    error          TEXT   NOT NULL,
    field          TEXT   NOT NULL,
    count          BIGINT NOT NULL,
    received_ms    BIGINT NOT NULL,
    last_ms        BIGINT NOT NULL
);
CREATE INDEX quarantine_by_integration ON quarantine (integration_id, last_ms);
CREATE INDEX quarantine_by_time ON quarantine (last_ms, id);
-- How far the alerts are in the search index.
CREATE TABLE alert_indexed (
    one BIGINT PRIMARY KEY,
    n   BIGINT NOT NULL
);
-- step 2
CREATE INDEX alert_private ON alert (integration_id, received_ms) WHERE audience <> '';
-- step 3
ALTER TABLE integration ADD COLUMN secret_sealed TEXT NOT NULL DEFAULT '';   -- what the sender signs with; '' when nothing is checked
-- step 4
CREATE INDEX alert_by_arrival ON alert (received_ms, n);
-- step 5
ALTER TABLE alert ADD COLUMN flapping_ms BIGINT;     -- since when it comes and goes; it stays open meanwhile
ALTER TABLE alert ADD COLUMN calm_ms BIGINT;         -- of one that flaps: its latest end, when nothing came since
CREATE INDEX alert_calm ON alert (calm_ms) WHERE calm_ms IS NOT NULL;
ALTER TABLE routing_rule ADD COLUMN active_from_ms BIGINT;    -- a rule may count only for a time: maintenance
ALTER TABLE routing_rule ADD COLUMN active_until_ms BIGINT;
-- How many incidents each integration declared in a minute: beyond a number they become one.
CREATE TABLE alert_declared (
    integration_id TEXT   NOT NULL,
    minute         BIGINT NOT NULL,
    count          BIGINT NOT NULL,
    PRIMARY KEY (integration_id, minute)
);
