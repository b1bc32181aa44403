-- step 1
CREATE TABLE incident (
    id                TEXT PRIMARY KEY,
    number            BIGINT NOT NULL UNIQUE,
    kind              TEXT NOT NULL,
    status            TEXT NOT NULL,
    severity          TEXT NOT NULL,
    audience          TEXT NOT NULL,
    title             TEXT NOT NULL,
    summary           TEXT NOT NULL,
    channel_id        TEXT,
    team_id           TEXT,
    labels            TEXT NOT NULL,
    custom_fields     TEXT NOT NULL,
    impact_started_ms BIGINT,
    detected_ms       BIGINT,
    declared_ms       BIGINT NOT NULL,
    acknowledged_ms   BIGINT,
    mitigated_ms      BIGINT,
    resolved_ms       BIGINT,
    impact_ended_ms   BIGINT,
    closed_ms         BIGINT,
    published_ms      BIGINT,
    detection         TEXT NOT NULL,
    detection_note    TEXT NOT NULL,
    cause_trigger     TEXT NOT NULL,
    trigger_note      TEXT NOT NULL,
    declared_by       TEXT,
    declared_how      TEXT NOT NULL,
    merged_into       TEXT,
    no_report_reason  TEXT NOT NULL,
    report_state      TEXT NOT NULL,
    n_events          BIGINT NOT NULL,
    n_alerts          BIGINT NOT NULL,
    n_follow_ups      BIGINT NOT NULL,
    n_changes         BIGINT NOT NULL,
    n_messages        BIGINT NOT NULL,
    n_reports         BIGINT NOT NULL,
    active            BIGINT NOT NULL,
    began_ms          BIGINT NOT NULL,
    rank_active       BIGINT NOT NULL,
    rank_severity     BIGINT NOT NULL,
    version           BIGINT NOT NULL,
    created_ms        BIGINT NOT NULL,
    updated_ms        BIGINT NOT NULL
);
CREATE INDEX incident_by_began    ON incident (began_ms, id);
CREATE INDEX incident_by_severity ON incident (rank_severity, id);
CREATE INDEX incident_by_updated  ON incident (updated_ms, id);
-- Carries every filter of lists: see incident_list.
CREATE INDEX incident_filter ON incident (rank_active, id, status, severity, kind, channel_id, team_id, audience, active,
                                          began_ms, rank_severity, updated_ms);
CREATE INDEX incident_now         ON incident (active, rank_active, id);
CREATE TABLE incident_service (
    incident_id TEXT NOT NULL REFERENCES incident,
    service_id  TEXT NOT NULL,
    PRIMARY KEY (incident_id, service_id)
);
CREATE INDEX incident_service_by_service ON incident_service (service_id, incident_id);
CREATE TABLE incident_impact (
    id                 TEXT PRIMARY KEY,
    incident_id        TEXT NOT NULL REFERENCES incident,
    kind               TEXT NOT NULL,
    title              TEXT NOT NULL,
    description        TEXT NOT NULL,
    started_ms         BIGINT,
    ended_ms           BIGINT,
    service_ids        TEXT NOT NULL,
    customers_affected BIGINT NOT NULL,
    requests_affected  BIGINT NOT NULL,
    cost               DOUBLE PRECISION NOT NULL,
    currency           TEXT NOT NULL
);
CREATE INDEX incident_impact_by_incident ON incident_impact (incident_id, started_ms);
CREATE TABLE incident_role (
    incident_id TEXT NOT NULL REFERENCES incident,
    role        TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    joined_ms   BIGINT NOT NULL,
    left_ms     BIGINT,
    PRIMARY KEY (incident_id, role, user_id)
);
CREATE INDEX incident_role_by_user ON incident_role (user_id, incident_id);
CREATE TABLE incident_cause (
    incident_id TEXT NOT NULL REFERENCES incident,
    position    BIGINT NOT NULL,
    cause       TEXT NOT NULL,
    note        TEXT NOT NULL,
    PRIMARY KEY (incident_id, position)
);
CREATE INDEX incident_cause_by_cause ON incident_cause (cause, incident_id);
CREATE TABLE incident_link (
    incident_id TEXT NOT NULL REFERENCES incident,
    other_id    TEXT NOT NULL REFERENCES incident,
    relation    TEXT NOT NULL,
    PRIMARY KEY (incident_id, other_id)
);
CREATE INDEX incident_link_by_other ON incident_link (other_id);
CREATE TABLE incident_report (
    incident_id  TEXT NOT NULL REFERENCES incident,
    report_id    TEXT NOT NULL,
    reference    TEXT NOT NULL,
    title        TEXT NOT NULL,
    state        TEXT NOT NULL,
    published_ms BIGINT,
    PRIMARY KEY (incident_id, report_id)
);
CREATE INDEX incident_report_by_report ON incident_report (report_id);
CREATE INDEX incident_report_by_reference ON incident_report (reference);
-- step 2
-- Who may see the report: of several incidents, one may be private.
ALTER TABLE incident_report ADD COLUMN audience TEXT NOT NULL DEFAULT '';
UPDATE incident_report SET audience = (SELECT i.audience FROM incident i WHERE i.id = incident_report.incident_id);
-- step 3
-- A list walks one of these in order, and finds in it all that it filters by: see incident_filters.
DROP INDEX incident_filter;
DROP INDEX incident_now;
CREATE INDEX incident_filter ON incident (rank_active, id, status, severity, kind, channel_id, team_id, audience, active,
    began_ms, n_reports);
CREATE INDEX incident_by_channel ON incident (channel_id, rank_active, id, status, severity, kind, team_id, audience,
    active, began_ms, n_reports) WHERE channel_id IS NOT NULL;
CREATE INDEX incident_by_team ON incident (team_id, rank_active, id, status, severity, kind, channel_id, audience, active,
    began_ms, n_reports) WHERE team_id IS NOT NULL;
CREATE INDEX incident_of_severity ON incident (severity, rank_active, id, status, kind, channel_id, team_id, audience,
    active, began_ms, n_reports);
CREATE INDEX incident_of_status ON incident (status, rank_active, id, severity, kind, channel_id, team_id, audience,
    active, began_ms, n_reports);
CREATE INDEX incident_private ON incident (rank_active, id) WHERE audience <> '';
CREATE INDEX incident_without_report ON incident (rank_active, id)
    WHERE n_reports = 0 AND no_report_reason = '' AND status IN ('resolved', 'closed');
CREATE INDEX incident_with_report ON incident (rank_active, id) WHERE n_reports > 0;
-- step 4
-- The same for the other orders.
DROP INDEX incident_filter;
DROP INDEX incident_with_report;
DROP INDEX incident_without_report;
DROP INDEX incident_private;
DROP INDEX incident_by_began;
DROP INDEX incident_by_severity;
DROP INDEX incident_by_updated;
CREATE INDEX incident_filter ON incident (rank_active, id, status, severity, kind, channel_id, team_id, audience, active,
    began_ms, n_reports, no_report_reason);
CREATE INDEX incident_by_began ON incident (began_ms, id, status, severity, kind, channel_id, team_id, audience, active,
    rank_active, n_reports, no_report_reason);
CREATE INDEX incident_by_severity ON incident (rank_severity, id, status, severity, kind, channel_id, team_id, audience,
    active, began_ms, rank_active, n_reports, no_report_reason);
CREATE INDEX incident_by_updated ON incident (updated_ms, id, status, severity, kind, channel_id, team_id, audience,
    active, began_ms, rank_active, n_reports, no_report_reason);
CREATE INDEX incident_private ON incident (audience, id) WHERE audience > '';
-- step 5
CREATE INDEX incident_usual ON incident (severity, declared_ms, id) WHERE audience = '';
-- step 6
-- Those with reports may be the oldest.
CREATE INDEX incident_with_report ON incident (rank_active, id, status, severity, kind, channel_id, team_id, audience, active,
    began_ms, n_reports) WHERE n_reports > 0;
