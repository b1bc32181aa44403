-- step 1
CREATE TABLE wording_dismissed (
    report_id TEXT NOT NULL,
    rule      TEXT NOT NULL,
    words     TEXT NOT NULL,
    by_id     TEXT NOT NULL,
    at_ms     BIGINT NOT NULL,
    PRIMARY KEY (report_id, rule, words)
);
