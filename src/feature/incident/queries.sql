-- Who may see a row: the block after `--if visible` is the one of app/access.h.

-- name: incident_insert
INSERT INTO incident (id, number, kind, status, severity, audience, title, summary, channel_id, team_id, labels,
    custom_fields, impact_started_ms, detected_ms, declared_ms, acknowledged_ms, mitigated_ms, resolved_ms,
    impact_ended_ms, closed_ms, detection, detection_note, cause_trigger, trigger_note, declared_by, declared_how,
    no_report_reason, report_state, n_events, n_alerts, n_follow_ups, n_changes, n_messages, n_reports, active,
    began_ms, rank_active, rank_severity, version, created_ms, updated_ms)
VALUES (:id, :number, :kind, :status, :severity, :audience, :title, :summary, :channel_id, :team_id, :labels,
    :custom_fields, :impact_started_ms, :detected_ms, :declared_ms, :acknowledged_ms, :mitigated_ms, :resolved_ms,
    :impact_ended_ms, :closed_ms, :detection, :detection_note, :cause_trigger, :trigger_note, :declared_by,
    :declared_how, :no_report_reason, '', 0, 0, 0, 0, 0, 0, :active, :began_ms, :rank_active, :rank_severity, 1,
    :now_ms, :now_ms);

-- name: incident_update
UPDATE incident SET kind = :kind, status = :status, severity = :severity, audience = :audience, title = :title,
    summary = :summary, channel_id = :channel_id, team_id = :team_id, labels = :labels, custom_fields = :custom_fields,
    impact_started_ms = :impact_started_ms, detected_ms = :detected_ms, declared_ms = :declared_ms,
    acknowledged_ms = :acknowledged_ms, mitigated_ms = :mitigated_ms, resolved_ms = :resolved_ms,
    impact_ended_ms = :impact_ended_ms, closed_ms = :closed_ms, detection = :detection,
    detection_note = :detection_note, cause_trigger = :cause_trigger, trigger_note = :trigger_note,
    merged_into = :merged_into, no_report_reason = :no_report_reason, active = :active, began_ms = :began_ms,
    rank_active = :rank_active, rank_severity = :rank_severity, version = version + 1, updated_ms = :now_ms
WHERE id = :id;

-- name: incident_get
SELECT id, number, kind, status, severity, audience, title, summary, channel_id, team_id, labels, custom_fields,
    impact_started_ms, detected_ms, declared_ms, acknowledged_ms, mitigated_ms, resolved_ms, impact_ended_ms,
    closed_ms, published_ms, detection, detection_note, cause_trigger, trigger_note, declared_by, declared_how,
    merged_into, no_report_reason, report_state, n_events, n_alerts, n_follow_ups, n_changes, n_messages, n_reports,
    active, version, created_ms, updated_ms
FROM incident WHERE id = :id;

-- name: incident_by_id
SELECT id, audience FROM incident WHERE id = :id;

-- name: incident_by_number
SELECT id, audience FROM incident WHERE number = :number;

-- name: incident_refs
SELECT i.id, i.number, i.title, i.status FROM incident i WHERE i.id IN LIST(:ids)
--if visible
  AND (i.audience = '' OR i.audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--end

-- shared: incident_filters
-- A list walks one index in order, and finds all that it filters by in it. The usual order (by_active) has an index for each
-- filter as well, in which its words are looked up one by one (one_…). coalesce() keeps the planner from starting with another
-- filter and sorting its rows.
--if visible
  AND (i.audience = '' OR i.audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--if one_channel
  AND i.channel_id = :one
--if one_team
  AND i.team_id = :one
--if one_severity
  AND i.severity = :one
--if one_status
  AND i.status = :one
--if status
  AND coalesce(i.status, '') IN LIST(:status)
--if severity
  AND coalesce(i.severity, '') IN LIST(:severity)
--if kind
  AND coalesce(i.kind, '') IN LIST(:kind)
--if channel
  AND coalesce(i.channel_id, '') IN LIST(:channel)
--if team
  AND coalesce(i.team_id, '') IN LIST(:team)
--if service
  AND i.id IN (SELECT s.incident_id FROM incident_service s WHERE s.service_id IN LIST(:service))
--if common_service
  AND coalesce(i.id, '') IN (SELECT s.incident_id FROM incident_service s WHERE s.service_id IN LIST(:service))
--if person
  AND i.id IN (SELECT r.incident_id FROM incident_role r WHERE r.user_id = :person AND r.left_ms IS NULL)
--if public
  AND i.audience = ''
--if private
  AND i.id IN (SELECT x.id FROM incident x WHERE x.audience > '')
--if active
-- 1 << 52: see rank_active.
  AND i.active = 1 AND i.rank_active >= 4503599627370496
--if no_report
  AND i.n_reports = 0 AND i.no_report_reason = '' AND coalesce(i.status, '') IN ('resolved', 'closed')
--if no_report_seen
  AND i.id NOT IN (SELECT x.incident_id FROM incident_report x JOIN audience_member m ON m.audience = x.audience
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor)
--if any_report
  AND i.n_reports > 0
--if report_apart
  AND i.n_reports = 0 AND i.id IN (SELECT x.incident_id FROM incident_report x JOIN audience_member m ON m.audience = x.audience
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor)
--if any_report_seen
  AND (i.n_reports > 0 OR i.id IN (SELECT x.incident_id FROM incident_report x JOIN audience_member m ON m.audience = x.audience
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--if since
  AND i.began_ms >= :since_ms AND i.rank_active >= :since_ms
--if until
  AND i.began_ms < :until_ms
--if ids
  AND i.id IN LIST(:ids)
--if number
  AND i.number = :number
--end

-- shared: incident_order
ORDER BY
--if by_active
  i.rank_active DESC,
--if by_newest
  i.began_ms DESC,
--if by_oldest
  i.began_ms,
--if by_severity
  i.rank_severity DESC,
--if by_updated
  i.updated_ms DESC,
--if by_oldest
  i.id
--else
  i.id DESC
--end

-- name: incident_list
SELECT i.id, i.number, i.kind, i.status, i.severity, i.audience, i.title, i.channel_id, i.team_id,
    i.impact_started_ms, i.declared_ms, i.mitigated_ms, i.resolved_ms, i.impact_ended_ms, i.report_state,
    i.no_report_reason, i.active, i.version, i.updated_ms, i.rank_active, i.rank_severity, i.began_ms, i.detected_ms,
    i.acknowledged_ms, i.closed_ms, i.n_follow_ups, i.labels
FROM incident i
WHERE i.id IN (SELECT i.id
FROM incident i
WHERE 1 = 1
--use incident_filters
--if after_active
  AND (i.rank_active, i.id) < (:at, :after)
--if after_newest
  AND (i.began_ms, i.id) < (:at, :after)
--if after_oldest
  AND (i.began_ms, i.id) > (:at, :after)
--if after_severity
  AND (i.rank_severity, i.id) < (:at, :after)
--if after_updated
  AND (i.updated_ms, i.id) < (:at, :after)
--end
--use incident_order
LIMIT :limit)
--use incident_order
;

-- name: incident_count_list
SELECT count(*) FROM (SELECT 1
FROM incident i
WHERE 1 = 1
--use incident_filters
LIMIT :limit) found;

-- name: incident_few
SELECT i.id
FROM incident i
WHERE 1 = 1
--use incident_filters
LIMIT :limit;

-- name: incident_service_weight
SELECT count(*) FROM (SELECT 1 FROM incident_service s WHERE s.service_id IN LIST(:service) LIMIT :limit) found;

-- name: incident_services_of
SELECT incident_id, service_id FROM incident_service WHERE incident_id IN LIST(:ids) ORDER BY incident_id, service_id;

-- name: incident_service_clear
DELETE FROM incident_service WHERE incident_id = :id;

-- name: incident_service_add
INSERT INTO incident_service (incident_id, service_id) VALUES (:id, :service) ON CONFLICT DO NOTHING;

-- name: incident_impacts_of
SELECT id, kind, title, description, started_ms, ended_ms, service_ids, customers_affected, requests_affected, cost,
    currency
FROM incident_impact WHERE incident_id = :id ORDER BY coalesce(started_ms, 9000000000000000), id;

-- name: incident_impact_add
INSERT INTO incident_impact (id, incident_id, kind, title, description, started_ms, ended_ms, service_ids,
    customers_affected, requests_affected, cost, currency)
VALUES (:id, :incident, :kind, :title, :description, :started_ms, :ended_ms, :service_ids, :customers, :requests,
    :cost, :currency);

-- name: incident_impact_set
UPDATE incident_impact SET kind = :kind, title = :title, description = :description, started_ms = :started_ms,
    ended_ms = :ended_ms, service_ids = :service_ids, customers_affected = :customers, requests_affected = :requests,
    cost = :cost, currency = :currency
WHERE id = :id AND incident_id = :incident;

-- name: incident_impact_remove
DELETE FROM incident_impact WHERE id = :id AND incident_id = :incident;

-- name: incident_impact_move
UPDATE incident_impact SET incident_id = :into WHERE incident_id = :id;

-- name: incident_roles_of
SELECT role, user_id, joined_ms, left_ms FROM incident_role WHERE incident_id = :id ORDER BY joined_ms, user_id, role;

-- name: incident_commanders_of
SELECT incident_id, user_id FROM incident_role
WHERE incident_id IN LIST(:ids) AND role = 'incident_commander' AND left_ms IS NULL ORDER BY joined_ms DESC;

-- name: incident_role_add
INSERT INTO incident_role (incident_id, role, user_id, joined_ms) VALUES (:id, :role, :user, :now_ms)
ON CONFLICT (incident_id, role, user_id) DO UPDATE SET left_ms = NULL;

-- name: incident_role_held
SELECT role FROM incident_role WHERE incident_id = :id AND user_id = :user AND left_ms IS NULL;

-- name: incident_role_leave
UPDATE incident_role SET left_ms = :now_ms
WHERE incident_id = :id AND role = :role AND user_id = :user AND left_ms IS NULL;

-- name: incident_causes_of
SELECT cause, note FROM incident_cause WHERE incident_id = :id ORDER BY position;

-- name: incident_cause_clear
DELETE FROM incident_cause WHERE incident_id = :id;

-- name: incident_cause_add
INSERT INTO incident_cause (incident_id, position, cause, note) VALUES (:id, :position, :cause, :note);

-- name: incident_links_of
SELECT other_id, relation FROM incident_link WHERE incident_id = :id ORDER BY other_id;

-- name: incident_link_add
INSERT INTO incident_link (incident_id, other_id, relation) VALUES (:id, :other, :relation)
ON CONFLICT (incident_id, other_id) DO UPDATE SET relation = excluded.relation;

-- name: incident_link_remove
DELETE FROM incident_link WHERE incident_id = :id AND other_id = :other;

-- name: incident_reports_of
SELECT report_id, reference, title, state FROM incident_report WHERE incident_id = :id
--if visible
  AND (audience = '' OR audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--end
ORDER BY report_id;

-- name: incident_report_put
INSERT INTO incident_report (incident_id, report_id, reference, title, state, published_ms, audience)
VALUES (:id, :report, :reference, :title, :state, :published_ms, :audience)
ON CONFLICT (incident_id, report_id) DO UPDATE SET reference = excluded.reference, title = excluded.title,
    state = excluded.state, published_ms = excluded.published_ms, audience = excluded.audience;

-- name: incident_report_audience
UPDATE incident_report SET audience = :audience WHERE report_id = :report AND audience <> :audience;

-- name: incident_report_incidents
SELECT incident_id FROM incident_report WHERE report_id = :report ORDER BY incident_id;

-- Reports that not everybody sees who sees the incident; n_reports and report_state of its row know nothing of them.
-- name: incident_report_apart
SELECT r.incident_id, r.state FROM incident_report r JOIN incident i ON i.id = r.incident_id
WHERE r.incident_id IN LIST(:ids) AND r.audience <> '' AND r.audience <> i.audience
--if visible
  AND r.audience IN (SELECT m.audience FROM audience_member m
      JOIN principal p ON p.member = m.member WHERE p.user_id = :actor)
--end
;

-- name: incident_report_audience_of
SELECT audience FROM incident_report WHERE report_id = :report LIMIT 1;

-- name: incident_report_remove
DELETE FROM incident_report WHERE incident_id = :id AND report_id = :report;

-- name: incident_report_sum
SELECT r.state, r.published_ms FROM incident_report r JOIN incident i ON i.id = r.incident_id
WHERE r.incident_id = :id AND (r.audience = '' OR r.audience = i.audience);

-- name: incident_report_figures
UPDATE incident SET n_reports = :n, report_state = :state, published_ms = :published_ms, version = version + 1,
    updated_ms = :now_ms
WHERE id = :id;

-- name: incident_count_events
UPDATE incident SET n_events = n_events + :delta WHERE id = :id;

-- name: incident_count_alerts
UPDATE incident SET n_alerts = n_alerts + :delta WHERE id = :id;

-- name: incident_set_follow_ups
UPDATE incident SET n_follow_ups = :n WHERE id = :id;

-- name: incident_count_changes
UPDATE incident SET n_changes = n_changes + :delta WHERE id = :id;

-- name: incident_count_messages
UPDATE incident SET n_messages = n_messages + :delta WHERE id = :id;

-- name: incident_impact_end
UPDATE incident_impact SET ended_ms = :ended_ms WHERE id = :id;

-- name: incident_impact_span
UPDATE incident_impact SET started_ms = :started_ms, ended_ms = :ended_ms WHERE id = :id;

-- name: incident_report_refs
SELECT DISTINCT report_id, reference, title FROM incident_report WHERE report_id IN LIST(:ids)
--if visible
  AND (audience = '' OR audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--end
;

-- name: incident_report_find
SELECT report_id, reference, title, incident_id, audience FROM incident_report
WHERE (report_id = :given OR reference = :given)
--if visible
  AND (audience = '' OR audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--end
ORDER BY incident_id;

-- name: incident_usual
SELECT detected_ms, impact_started_ms, acknowledged_ms, mitigated_ms, resolved_ms FROM incident
WHERE severity = :severity AND audience = '' AND id <> :id AND declared_ms >= :since_ms AND declared_ms < :until_ms
    AND status IN ('resolved', 'closed') AND kind IN ('standard', 'retrospective')
ORDER BY declared_ms DESC, id DESC LIMIT 300;
