-- name: timeline_event_put
INSERT INTO timeline_event (id, incident_id, occurred_ms, recorded_ms, actor_id, source, kind, title, body, data,
    evidence_kind, evidence_id, evidence_url, evidence_title, starred, visibility, phase, state, state_ms,
    corrected_from_ms, hand_made, removed, version, audience)
VALUES (:id, :incident, :occurred_ms, :recorded_ms, :actor, :source, :kind, :title, :body, :data, :evidence_kind,
    :evidence_id, :evidence_url, :evidence_title, :starred, :visibility, :phase, :state, :state_ms, :corrected_from_ms,
    :hand_made, :removed, :version, :audience)
ON CONFLICT (id) DO UPDATE SET occurred_ms = excluded.occurred_ms, title = excluded.title, body = excluded.body,
    data = excluded.data, evidence_kind = excluded.evidence_kind, evidence_id = excluded.evidence_id,
    evidence_url = excluded.evidence_url, evidence_title = excluded.evidence_title, starred = excluded.starred,
    visibility = excluded.visibility, phase = excluded.phase, state = excluded.state, state_ms = excluded.state_ms,
    corrected_from_ms = excluded.corrected_from_ms, hand_made = excluded.hand_made, removed = excluded.removed,
    version = excluded.version;

-- name: timeline_event_get
SELECT id, incident_id, occurred_ms, recorded_ms, actor_id, source, kind, title, body, data, evidence_kind, evidence_id,
    evidence_url, evidence_title, starred, visibility, phase, state, state_ms, corrected_from_ms, hand_made, version,
    audience
FROM timeline_event WHERE id = :id AND removed = 0;

-- name: timeline_event_even_removed
SELECT id, incident_id, occurred_ms, recorded_ms, actor_id, source, kind, title, body, data, evidence_kind, evidence_id,
    evidence_url, evidence_title, starred, visibility, phase, state, state_ms, corrected_from_ms, hand_made, version,
    audience, removed
FROM timeline_event WHERE id = :id;

-- name: timeline_event_list
SELECT id, incident_id, occurred_ms, recorded_ms, actor_id, source, kind, title, body, data, evidence_kind, evidence_id,
    evidence_url, evidence_title, starred, visibility, phase, state, state_ms, corrected_from_ms, hand_made, version,
    audience
FROM timeline_event
WHERE incident_id = :incident AND removed = 0
--if visible
  AND (audience = '' OR audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--if kind
  AND kind IN LIST(:kind)
--if phase
  AND phase IN LIST(:phase)
--if actor
  AND actor_id IN LIST(:actor)
--if starred
  AND starred = 1
--if since
  AND occurred_ms >= :since_ms
--if until
  AND occurred_ms < :until_ms
--if q
  AND (NOCASE(title) LIKE NOCASE(:q) OR NOCASE(body) LIKE NOCASE(:q))
--if after
  AND (occurred_ms, id) > (:at, :after)
--end
ORDER BY occurred_ms, id
LIMIT :limit;

-- name: timeline_event_of_record
SELECT id, incident_id, audience FROM timeline_event
WHERE evidence_id = :record AND evidence_kind IN ('report', 'follow_up') AND removed = 0;

-- name: timeline_event_set_audience
UPDATE timeline_event SET audience = :audience WHERE id = :id;

-- name: timeline_event_has
SELECT 1 FROM timeline_event WHERE incident_id = :incident AND kind = :kind LIMIT 1;

-- name: timeline_chain_begin
INSERT INTO timeline_chain (incident_id, seq, hash) VALUES (:incident, 0, '') ON CONFLICT (incident_id) DO NOTHING;

-- name: timeline_chain_next
UPDATE timeline_chain SET seq = seq + 1 WHERE incident_id = :incident RETURNING seq, hash;

-- name: timeline_chain_end
UPDATE timeline_chain SET hash = :hash WHERE incident_id = :incident;

-- name: timeline_chain_head
SELECT seq, hash FROM timeline_chain WHERE incident_id = :incident;

-- name: timeline_entry_add
INSERT INTO timeline_entry (incident_id, seq, event_id, action, at_ms, actor_id, content, hash)
VALUES (:incident, :seq, :event, :action, :at_ms, :actor, :content, :hash);

-- name: timeline_entry_all
SELECT n.seq, n.event_id, n.action, n.at_ms, n.actor_id, n.content, n.hash, coalesce(e.audience, '')
FROM timeline_entry n LEFT JOIN timeline_event e ON e.id = n.event_id
WHERE n.incident_id = :incident ORDER BY n.seq;

-- name: timeline_entry_of_event
SELECT seq, action, at_ms, actor_id, content FROM timeline_entry WHERE event_id = :event ORDER BY seq;

-- name: timeline_entry_whole
SELECT seq, action, at_ms, actor_id, hash FROM timeline_entry WHERE event_id = :event AND content <> '' ORDER BY seq;

-- name: timeline_entry_blank
UPDATE timeline_entry SET content = '' WHERE event_id = :event;

-- name: timeline_chain_all
SELECT i.id, i.number FROM incident i WHERE i.id > :after ORDER BY i.id LIMIT 500;

-- name: timeline_event_unlogged
SELECT 1 FROM timeline_event e WHERE e.incident_id = :incident
  AND NOT EXISTS (SELECT 1 FROM timeline_entry n WHERE n.event_id = e.id AND n.incident_id = e.incident_id) LIMIT 1;

-- name: timeline_event_titles
SELECT id, title FROM timeline_event WHERE id IN LIST(:ids);

-- name: timeline_activity_add
INSERT INTO timeline_activity (incident_id, user_id, slot) VALUES (:incident, :user, :slot)
ON CONFLICT (incident_id, user_id, slot) DO NOTHING;

-- name: timeline_activity_of
SELECT user_id, slot FROM timeline_activity
WHERE incident_id = :incident AND slot >= :since AND slot <= :until ORDER BY user_id, slot LIMIT 200000;
