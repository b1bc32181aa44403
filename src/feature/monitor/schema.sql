-- step 1
CREATE TABLE monitor (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    target     TEXT NOT NULL,
    record     TEXT NOT NULL,
    config     TEXT NOT NULL,
    interval_s BIGINT NOT NULL,
    timeout_ms BIGINT NOT NULL,
    retries    BIGINT NOT NULL,
    severity   TEXT NOT NULL,
    service_id TEXT,
    locations  TEXT NOT NULL,
    enabled    BIGINT NOT NULL,
    state      TEXT NOT NULL,
    state_ms   BIGINT NOT NULL,
    last_ms    BIGINT,
    latency_ms BIGINT,
    error      TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    version    BIGINT NOT NULL
);
CREATE INDEX monitor_by_service ON monitor (service_id, id);
-- What each location saw last.
CREATE TABLE monitor_place (
    monitor_id TEXT NOT NULL REFERENCES monitor,
    location   TEXT NOT NULL,
    failures   BIGINT NOT NULL,
    since_ms   BIGINT NOT NULL,
    last_ms    BIGINT NOT NULL,
    latency_ms BIGINT NOT NULL,
    error      TEXT NOT NULL,
    PRIMARY KEY (monitor_id, location)
);
-- The results of an hour as text, one after the other: second of the hour ':' latency in ms ';', with '!' behind the
-- colon when it failed. A row for each result would be thirty times as large.
CREATE TABLE monitor_hour (
    monitor_id TEXT NOT NULL REFERENCES monitor,
    location   TEXT NOT NULL,
    hour       BIGINT NOT NULL,
    samples    TEXT NOT NULL,
    PRIMARY KEY (monitor_id, hour, location)
);
CREATE INDEX monitor_hour_old ON monitor_hour (hour);
CREATE TABLE monitor_day (
    monitor_id  TEXT NOT NULL REFERENCES monitor,
    day         BIGINT NOT NULL,
    n           BIGINT NOT NULL,
    failed      BIGINT NOT NULL,
    latency_sum BIGINT NOT NULL,
    latency_max BIGINT NOT NULL,
    PRIMARY KEY (monitor_id, day)
);
CREATE TABLE monitor_outage (
    id         TEXT PRIMARY KEY,
    monitor_id TEXT NOT NULL REFERENCES monitor,
    started_ms BIGINT NOT NULL,
    ended_ms   BIGINT,
    error      TEXT NOT NULL
);
CREATE INDEX monitor_outage_of ON monitor_outage (monitor_id, started_ms);
-- Which node looks from a location.
CREATE TABLE monitor_lease (
    location TEXT PRIMARY KEY,
    node     TEXT NOT NULL,
    until_ms BIGINT NOT NULL
);
-- step 2
-- The certificates that were shown last, as JSON; an empty list: none was seen.
ALTER TABLE monitor ADD COLUMN chain TEXT NOT NULL DEFAULT '[]';
-- Maintenance: failures do not count then.
CREATE TABLE monitor_window (
    id        TEXT PRIMARY KEY,
    title     TEXT NOT NULL,
    starts_ms BIGINT NOT NULL,
    ends_ms   BIGINT NOT NULL,
    repeats   TEXT NOT NULL,
    until_ms  BIGINT,
    time_zone TEXT NOT NULL,
    monitors  TEXT NOT NULL,
    version   BIGINT NOT NULL
);
