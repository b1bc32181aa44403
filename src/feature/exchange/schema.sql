-- step 1
-- Where reports go to be read beside Hindsight. The secret is sealed, and belongs to the site it was entered for.
CREATE TABLE export_target (
    kind       TEXT PRIMARY KEY,
    site       TEXT NOT NULL,
    space      TEXT NOT NULL,
    parent     TEXT NOT NULL,
    account    TEXT NOT NULL,
    sealed     TEXT NOT NULL,
    place      TEXT NOT NULL,
    updated_ms BIGINT NOT NULL,
    version    BIGINT NOT NULL
);
-- The page of a report there: what was written, and what is under way. `wanted` counts who asked, so that nobody's wish is lost while
-- a run is under way; `lease_ms` is how long that run may take before another one may take over.
CREATE TABLE report_export (
    report_id    TEXT NOT NULL,
    target       TEXT NOT NULL,
    state        TEXT NOT NULL,
    error        TEXT NOT NULL,
    site         TEXT NOT NULL,
    page_id      TEXT NOT NULL,
    url          TEXT NOT NULL,
    title        TEXT NOT NULL,
    said         TEXT NOT NULL,
    edition      BIGINT NOT NULL,
    wanted       BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    lease_ms     BIGINT NOT NULL,
    requested_by TEXT,
    requested_ms BIGINT NOT NULL,
    exported_by  TEXT,
    exported_ms  BIGINT,
    PRIMARY KEY (report_id, target)
);
