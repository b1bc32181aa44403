-- name: followup_get
SELECT f.id, f.number, f.title, f.description, f.status, f.kind, f.priority, f.owner_id, f.team_id, f.channel_id,
    f.audience, f.due_ms, f.labels, f.incident_id, f.report_id, f.risk_reduction, f.effectiveness_check,
    f.effectiveness_due_ms, f.effectiveness_note, f.wont_do_reason, f.predecessor_id, f.successor_id, f.completed_ms,
    f.verified_ms, f.verified_by, f.created_by, f.settled, f.version, f.created_ms, f.updated_ms, f.rank_due,
    f.rank_priority
FROM followup f WHERE f.id = :id;

-- name: followup_insert
INSERT INTO followup (id, number, title, description, status, kind, priority, owner_id, team_id, channel_id, audience,
    due_ms, labels, incident_id, report_id, risk_reduction, effectiveness_check, effectiveness_due_ms,
    effectiveness_note, wont_do_reason, predecessor_id, successor_id, completed_ms, verified_ms, verified_by, created_by,
    settled, rank_due, rank_priority, version, created_ms, updated_ms)
VALUES (:id, :number, :title, :description, :status, :kind, :priority, :owner, :team, :channel, :audience, :due_ms,
    :labels, :incident, :report, :risk_reduction, :effectiveness_check, :effectiveness_due_ms, :effectiveness_note,
    :wont_do_reason, :predecessor, :successor, :completed_ms, :verified_ms, :verified_by, :created_by, :settled,
    :rank_due, :rank_priority, 1, :now_ms, :now_ms);

-- name: followup_update
UPDATE followup SET title = :title, description = :description, status = :status, kind = :kind, priority = :priority,
    owner_id = :owner, team_id = :team, channel_id = :channel, audience = :audience, due_ms = :due_ms, labels = :labels,
    incident_id = :incident, report_id = :report, risk_reduction = :risk_reduction,
    effectiveness_check = :effectiveness_check, effectiveness_due_ms = :effectiveness_due_ms,
    effectiveness_note = :effectiveness_note, wont_do_reason = :wont_do_reason, successor_id = :successor,
    completed_ms = :completed_ms, verified_ms = :verified_ms, verified_by = :verified_by, settled = :settled,
    rank_due = :rank_due, rank_priority = :rank_priority, version = version + 1, updated_ms = :now_ms
WHERE id = :id;

-- name: followup_by_id
SELECT id, audience FROM followup WHERE id = :id;

-- name: followup_by_number
SELECT id, audience FROM followup WHERE number = :number;

-- name: followup_refs
SELECT f.id, f.number, f.title FROM followup f WHERE f.id IN LIST(:ids)
--if visible
  AND (f.audience = '' OR f.audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--end

-- shared: followup_filters
--if visible
  AND (f.audience = '' OR f.audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--if status
  AND f.status IN LIST(:status)
--if kind
  AND f.kind IN LIST(:kind)
--if priority
  AND f.priority IN LIST(:priority)
--if owner
  AND f.owner_id IN LIST(:owner)
--if nobody
  AND f.owner_id IS NULL
--if team
  AND f.team_id IN LIST(:team)
--if channel
  AND f.channel_id IN LIST(:channel)
--if service
  AND f.id IN (SELECT s.followup_id FROM followup_service s WHERE s.service_id IN LIST(:service))
--if incident
  AND f.incident_id IN LIST(:incident)
--if report
  AND f.report_id IN LIST(:report)
--if open
  AND f.settled = 0
--if closed
  AND f.settled = 1
--if overdue
  AND f.settled = 0 AND f.rank_due < :now_ms AND f.status IN ('open', 'in_progress')
--if to_verify
  AND f.settled = 0 AND f.status = 'done'
--if ids
  AND f.id IN LIST(:ids)
--if number
  AND f.number = :number
--end

-- name: followup_list
SELECT f.id, f.number, f.title, f.description, f.status, f.kind, f.priority, f.owner_id, f.team_id, f.channel_id,
    f.audience, f.due_ms, f.labels, f.incident_id, f.report_id, f.risk_reduction, f.effectiveness_check,
    f.effectiveness_due_ms, f.effectiveness_note, f.wont_do_reason, f.predecessor_id, f.successor_id, f.completed_ms,
    f.verified_ms, f.verified_by, f.created_by, f.settled, f.version, f.created_ms, f.updated_ms, f.rank_due,
    f.rank_priority
FROM followup f
WHERE 1 = 1
--use followup_filters
--if after_due
  AND (f.rank_due, f.id) > (:at, :after)
--if after_priority
  AND (f.rank_priority, f.id) > (:at, :after)
--if after_newest
  AND (f.created_ms, f.id) < (:at, :after)
--if after_updated
  AND (f.updated_ms, f.id) < (:at, :after)
--end
ORDER BY
--if by_due
  f.rank_due, f.id,
--if by_priority
  f.rank_priority, f.id,
--if by_newest
  f.created_ms DESC, f.id DESC,
--if by_updated
  f.updated_ms DESC, f.id DESC,
--end
  f.number
LIMIT :limit;

-- name: followup_count
SELECT count(*) FROM (SELECT 1
FROM followup f
WHERE 1 = 1
--use followup_filters
LIMIT :limit) AS page;

-- name: followup_services_of
SELECT followup_id, service_id FROM followup_service WHERE followup_id IN LIST(:ids) ORDER BY followup_id, service_id;

-- name: followup_service_clear
DELETE FROM followup_service WHERE followup_id = :id;

-- name: followup_service_add
INSERT INTO followup_service (followup_id, service_id) VALUES (:id, :service) ON CONFLICT DO NOTHING;

-- name: followup_history_add
INSERT INTO followup_history (id, followup_id, at_ms, actor_id, field, was, became)
VALUES (:id, :followup, :at_ms, :actor, :field, :was, :became);

-- name: followup_history_of
SELECT field, was, became, actor_id, at_ms FROM followup_history WHERE followup_id = :id ORDER BY id DESC;

-- name: followup_set_audience
UPDATE followup SET audience = :audience WHERE id = :id;

-- name: followup_count_of_incident
SELECT count(*) FROM followup WHERE incident_id = :incident AND audience IN ('', :audience);

-- name: followup_belonging
SELECT f.id FROM followup f WHERE 1 = 1
--if of_incident
  AND f.incident_id = :id
--if of_report
  AND f.report_id = :id
--end
;

-- name: followup_move_channel
UPDATE followup SET channel_id = :became WHERE incident_id = :incident AND coalesce(channel_id, '') = :was;

-- name: followup_move_team
UPDATE followup SET team_id = :became WHERE incident_id = :incident AND coalesce(team_id, '') = :was;

-- name: followup_move_incident
UPDATE followup SET incident_id = :into WHERE incident_id = :incident;
