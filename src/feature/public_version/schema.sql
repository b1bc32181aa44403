-- step 1
-- A text for readers outside, beside a report and never derived from it. What readers see is what was published of it.
CREATE TABLE public_version (
    report_id    TEXT PRIMARY KEY,
    slug         TEXT NOT NULL UNIQUE,
    title        TEXT NOT NULL,
    summary      TEXT NOT NULL,
    happened     TEXT NOT NULL,
    doing        TEXT NOT NULL,
    figures      TEXT NOT NULL,
    language     TEXT NOT NULL,
    shown        TEXT NOT NULL,
    published_ms BIGINT,
    published_by TEXT,
    updated_ms   BIGINT NOT NULL,
    updated_by   TEXT,
    version      BIGINT NOT NULL
);
