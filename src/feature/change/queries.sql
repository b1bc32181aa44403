-- What was told later counts, whatever order it comes in; what an update leaves out stays. has_time: 0 the start was not told,
-- 1 it was, 2 by a source whose notices may come in any order.
-- name: change_put
INSERT INTO change (id, dedup_key, kind, title, description, author, url, source, labels, occurred_ms, created_by, version, created_ms,
    state, ended_ms, told_ms, payload_n)
VALUES (:id, CAST(:dedup_key AS TEXT), :kind, :title, :description, :author, :url, :source, :labels, :occurred_ms,
    CAST(:created_by AS TEXT), 1, :now_ms, :state, CAST(:ended_ms AS BIGINT), :told_ms, CAST(:payload_n AS BIGINT))
ON CONFLICT (dedup_key) DO UPDATE SET
    occurred_ms = CASE CAST(:has_time AS BIGINT) WHEN 0 THEN change.occurred_ms WHEN 1 THEN excluded.occurred_ms
        ELSE LEAST(change.occurred_ms, excluded.occurred_ms) END,
    kind = CASE WHEN excluded.told_ms >= change.told_ms THEN excluded.kind ELSE change.kind END,
    title = CASE WHEN excluded.told_ms >= change.told_ms THEN excluded.title ELSE change.title END,
    description = CASE WHEN excluded.told_ms >= change.told_ms AND excluded.description <> '' THEN excluded.description ELSE change.description END,
    author = CASE WHEN excluded.told_ms >= change.told_ms AND excluded.author <> '' THEN excluded.author ELSE change.author END,
    url = CASE WHEN excluded.told_ms >= change.told_ms AND excluded.url <> '' THEN excluded.url ELSE change.url END,
    source = CASE WHEN excluded.told_ms >= change.told_ms THEN excluded.source ELSE change.source END,
    labels = CASE WHEN excluded.told_ms >= change.told_ms AND excluded.labels <> '{}' THEN excluded.labels ELSE change.labels END,
    state = CASE WHEN excluded.told_ms >= change.told_ms AND excluded.state <> '' THEN excluded.state ELSE change.state END,
    ended_ms = CASE WHEN excluded.told_ms < change.told_ms OR excluded.state = '' THEN change.ended_ms ELSE excluded.ended_ms END,
    payload_n = CASE WHEN excluded.told_ms >= change.told_ms AND excluded.payload_n IS NOT NULL THEN excluded.payload_n ELSE change.payload_n END,
    told_ms = GREATEST(change.told_ms, excluded.told_ms),
    version = change.version + 1
RETURNING id, version, told_ms;

-- name: change_service_clear
DELETE FROM change_service WHERE change_id = :id;

-- name: change_service_add
INSERT INTO change_service (change_id, service_id) VALUES (:id, :service) ON CONFLICT DO NOTHING;

-- name: change_services_of
SELECT change_id, service_id FROM change_service WHERE change_id IN LIST(:ids) ORDER BY change_id, service_id;

-- name: change_select
SELECT c.id, c.kind, c.title, c.description, c.author, c.url, c.source, c.labels, c.occurred_ms, c.dedup_key, c.version,
    c.created_ms, '', 0, c.state, c.ended_ms, c.payload_n
FROM change c
WHERE 1 = 1
--if id
  AND c.id = :id
--if kind
  AND c.kind IN LIST(:kind)
--if service
  AND c.id IN (SELECT s.change_id FROM change_service s WHERE s.service_id IN LIST(:service))
--if source
  AND c.source IN LIST(:source)
--if since
  AND c.occurred_ms >= :since_ms
--if until
  AND c.occurred_ms <= :until_ms
--if unlinked
  AND NOT EXISTS (SELECT 1 FROM incident_change l WHERE l.change_id = c.id AND l.incident_id = :incident)
--if q
  AND NOCASE(c.title) LIKE :q ESCAPE '\'
--if after
  AND (c.occurred_ms, c.id) < (:at, :after)
--end
ORDER BY c.occurred_ms DESC, c.id DESC LIMIT :limit;

-- name: change_of_incident
SELECT c.id, c.kind, c.title, c.description, c.author, c.url, c.source, c.labels, c.occurred_ms, c.dedup_key, c.version,
    c.created_ms, l.relation, l.linked_ms, c.state, c.ended_ms, c.payload_n
FROM incident_change l JOIN change c ON c.id = l.change_id
WHERE l.incident_id = :incident
ORDER BY c.occurred_ms, c.id LIMIT :limit;

-- name: incident_change_get
SELECT relation FROM incident_change WHERE incident_id = :incident AND change_id = :change;

-- name: incident_change_put
INSERT INTO incident_change (incident_id, change_id, relation, linked_by, linked_ms)
VALUES (:incident, :change, :relation, CAST(:linked_by AS TEXT), :now_ms)
ON CONFLICT (incident_id, change_id) DO UPDATE SET relation = excluded.relation, linked_by = excluded.linked_by, linked_ms = excluded.linked_ms;

-- name: incident_change_remove
DELETE FROM incident_change WHERE incident_id = :incident AND change_id = :change;

-- name: incident_change_move
UPDATE incident_change SET incident_id = :into WHERE incident_id = :incident
  AND change_id NOT IN (SELECT o.change_id FROM incident_change o WHERE o.incident_id = :into);

-- The first of its kind on its services for a long time, where enough is known to say so.
-- name: change_first_of_kind
SELECT c.id FROM change c
WHERE c.id IN LIST(:ids)
  AND EXISTS (SELECT 1 FROM change_service h WHERE h.change_id = c.id)
  AND EXISTS (SELECT 1 FROM change o WHERE o.occurred_ms < c.occurred_ms - CAST(:history_ms AS BIGINT))
  AND NOT EXISTS (SELECT 1 FROM change_service m JOIN change_service s ON s.service_id = m.service_id
      JOIN change p ON p.id = s.change_id
      WHERE m.change_id = c.id AND p.id <> c.id AND p.kind = c.kind AND p.occurred_ms < c.occurred_ms
        AND p.occurred_ms >= c.occurred_ms - CAST(:days_ms AS BIGINT));

-- name: change_payload_held
SELECT DISTINCT c.payload_n FROM change c
WHERE c.payload_n >= :from AND c.payload_n <= :upto AND EXISTS (SELECT 1 FROM incident_change l WHERE l.change_id = c.id)
ORDER BY c.payload_n;
