-- ---- integrations

-- name: integration_insert
INSERT INTO integration (id, kind, name, channel_id, key_hash, key_sealed, secret_sealed, enabled, mapping, error, version, created_ms, updated_ms)
VALUES (:id, :kind, :name, :channel_id, :key_hash, :key_sealed, :secret_sealed, 1, :mapping, '', 1, :now_ms, :now_ms)
ON CONFLICT DO NOTHING;

-- name: integration_select
SELECT i.id, i.kind, i.name, i.channel_id, i.key_sealed, i.enabled, i.mapping, i.error, i.error_ms, i.version, i.created_ms,
    coalesce((SELECT CAST(sum(c.received) AS BIGINT) FROM integration_count c WHERE c.integration_id = i.id), 0),
    coalesce((SELECT max(c.last_ms) FROM integration_count c WHERE c.integration_id = i.id), 0), i.secret_sealed
FROM integration i
WHERE i.kind <> 'api'
--if present
  AND i.removed_ms IS NULL
--if id
  AND i.id = :id
--end
ORDER BY i.created_ms, i.id;

-- name: integration_by_key
SELECT id, kind, name, channel_id, enabled, mapping, secret_sealed FROM integration WHERE key_hash = :key_hash AND removed_ms IS NULL;

-- name: integration_of_kind
SELECT id FROM integration WHERE kind = :kind AND enabled = 1 AND removed_ms IS NULL AND mapping <> '' ORDER BY created_ms, id;

-- name: integration_by_id
SELECT id, kind, name, channel_id, enabled, mapping, secret_sealed FROM integration WHERE id = :id;

-- name: integration_refs
SELECT id, name, kind FROM integration WHERE id IN LIST(:ids);

-- name: integration_update
UPDATE integration SET name = :name, channel_id = :channel_id, enabled = :enabled, mapping = :mapping, secret_sealed = :secret_sealed,
    version = version + 1, updated_ms = :now_ms
WHERE id = :id;

-- name: integration_rotate
UPDATE integration SET key_hash = :key_hash, key_sealed = :key_sealed, version = version + 1, updated_ms = :now_ms WHERE id = :id;

-- name: integration_remove
UPDATE integration SET removed_ms = :now_ms, enabled = 0, key_hash = 'removed:' || id, key_sealed = '', version = version + 1,
    updated_ms = :now_ms
WHERE id = :id;

-- name: integration_error
UPDATE integration SET error = :error, error_ms = :error_ms WHERE id = :id;

-- name: integration_received
INSERT INTO integration_count (integration_id, slot, received, last_ms) VALUES (:id, :slot, :received, :now_ms)
ON CONFLICT (integration_id, slot) DO UPDATE
    SET received = integration_count.received + excluded.received, last_ms = GREATEST(integration_count.last_ms, excluded.last_ms);

-- ---- intake. The hot path: few statements, and each says the type of what may be NULL.

-- name: delivery_put
INSERT INTO delivery (hash, content_type, body, received_ms, last_ms, before_ms)
VALUES (:hash, :content_type, :body, :now_ms, :now_ms, -1)
ON CONFLICT (hash) DO UPDATE SET before_ms = delivery.last_ms, last_ms = excluded.last_ms
RETURNING n, before_ms;

-- name: delivery_body
SELECT body FROM delivery WHERE n = :n;

-- What is there of this alert: a row that fires, and one that tells that it has ended since (told_ms: when the source says that it
-- began; sources that tell start times tell by them which firing they mean).
-- name: alert_known
SELECT is_open FROM alert WHERE key_hash = :key_hash AND (is_open = 1 OR (is_open IS NULL AND started_ms >= :told_ms)) LIMIT 2;

-- Plain inserts are much cheaper than those that may turn into updates, or give rows back: alert_known was asked before. On
-- PostgreSQL another node may have been faster; then nothing is inserted.
-- name: alert_begin
INSERT INTO alert (id, integration_id, key_hash, is_open, dedup_key, severity, title, description, labels, links, note, group_key,
    started_ms, started_told, received_ms, last_received_ms, count, channel_id, rule_id, audience, delivery_n, version)
VALUES (:id, :integration_id, :key_hash, 1, :dedup_key, :severity, :title, :description, :labels, :links, :note, :group_key,
    :started_ms, :started_told, :now_ms, :now_ms, 1, CAST(:channel_id AS TEXT), CAST(:rule_id AS TEXT), '', :delivery_n, 1)
ON CONFLICT (key_hash, is_open) DO NOTHING;

-- The same bytes do not touch an alert twice: before_ms is when they came last, -1 when they are new.
-- name: alert_again
UPDATE alert SET severity = :severity, title = :title, description = :description, labels = :labels, links = :links, note = :note,
    started_ms = LEAST(started_ms, CAST(:started_ms AS BIGINT)), last_received_ms = :now_ms, count = count + 1,
    delivery_n = :delivery_n, calm_ms = NULL, version = version + 1
WHERE key_hash = :key_hash AND is_open = 1 AND received_ms > :before_ms
RETURNING id, incident_id;

-- Endings of an alert since a time: one that ends again and again flaps.
-- name: alert_endings
SELECT count(*) FROM alert WHERE key_hash = :key_hash AND is_open IS NULL AND ended_ms >= :since_ms;

-- It flaps: this end is noted, and counts when nothing comes after it for a while.
-- name: alert_calm
UPDATE alert SET flapping_ms = COALESCE(flapping_ms, CAST(:now_ms AS BIGINT)), calm_ms = GREATEST(started_ms, CAST(:ended_ms AS BIGINT)),
    last_received_ms = :now_ms, count = count + 1, delivery_n = :delivery_n, version = version + 1
WHERE key_hash = :key_hash AND is_open = 1
  AND (started_told = 0 OR CAST(:told_ms AS BIGINT) = 0 OR started_ms <= CAST(:told_ms AS BIGINT))
RETURNING id;

-- name: alert_calmed
UPDATE alert SET is_open = NULL, ended_ms = calm_ms, calm_ms = NULL, version = version + 1
WHERE is_open = 1 AND calm_ms IS NOT NULL AND calm_ms < :before_ms
RETURNING id, incident_id, title, severity, ended_ms;

-- The alert that a remark of its source is about, if it is in an incident.
-- name: alert_remarked
SELECT id, incident_id, title, severity FROM alert WHERE key_hash = :key_hash AND incident_id IS NOT NULL ORDER BY n DESC LIMIT 1;

-- name: alert_declared_count
INSERT INTO alert_declared (integration_id, minute, count) VALUES (:integration, :minute, 1)
ON CONFLICT (integration_id, minute) DO UPDATE SET count = alert_declared.count + 1
RETURNING count;

-- name: alert_declared_trim
DELETE FROM alert_declared WHERE minute < :minute;

-- name: alert_end
UPDATE alert SET is_open = NULL, ended_ms = GREATEST(started_ms, CAST(:ended_ms AS BIGINT)), last_received_ms = :now_ms,
    count = count + 1, delivery_n = :delivery_n, version = version + 1
WHERE key_hash = :key_hash AND is_open = 1
  AND (started_told = 0 OR CAST(:told_ms AS BIGINT) = 0 OR started_ms <= CAST(:told_ms AS BIGINT))
RETURNING id, incident_id, title, severity, version, audience, ended_ms;

-- The end came before the beginning did: kept, so that the late beginning does not fire.
-- name: alert_end_unseen
INSERT INTO alert (id, integration_id, key_hash, is_open, dedup_key, severity, title, description, labels, links, note, group_key,
    started_ms, started_told, ended_ms, received_ms, last_received_ms, count, channel_id, rule_id, audience, delivery_n, version)
SELECT CAST(:id AS TEXT), CAST(:integration_id AS TEXT), CAST(:key_hash AS BLOB), NULL, CAST(:dedup_key AS TEXT),
    CAST(:severity AS TEXT), CAST(:title AS TEXT), CAST(:description AS TEXT), CAST(:labels AS TEXT), CAST(:links AS TEXT),
    CAST(:note AS TEXT), CAST(:group_key AS TEXT), CAST(:started_ms AS BIGINT), 1, CAST(:ended_ms AS BIGINT),
    CAST(:now_ms AS BIGINT), CAST(:now_ms AS BIGINT), 1, CAST(:channel_id AS TEXT), NULL, '', CAST(:delivery_n AS BIGINT), 1
WHERE NOT EXISTS (SELECT 1 FROM alert p WHERE p.key_hash = CAST(:key_hash AS BLOB) AND p.started_ms >= CAST(:started_ms AS BIGINT));

-- name: alert_acknowledge
UPDATE alert SET acknowledged_ms = CASE WHEN started_ms > :at_ms THEN started_ms ELSE :at_ms END, last_received_ms = :now_ms,
    version = version + 1
WHERE key_hash = :key_hash AND is_open = 1 AND acknowledged_ms IS NULL
RETURNING id, incident_id, title, version, audience, acknowledged_ms;

-- Holds the group until the write is over, so that two nodes cannot both declare its incident.
-- name: alert_group_take
INSERT INTO alert_group (hash, incident_id, updated_ms) VALUES (:hash, '', :now_ms)
ON CONFLICT (hash) DO UPDATE SET updated_ms = excluded.updated_ms
RETURNING incident_id;

-- name: alert_group_set
UPDATE alert_group SET incident_id = :incident_id WHERE hash = :hash;

-- name: alert_join
UPDATE alert SET incident_id = :incident_id, audience = :audience, version = version + 1 WHERE id = :id;

-- For sample data and imports: as it was, without routing.
-- name: alert_record
INSERT INTO alert (id, integration_id, key_hash, is_open, dedup_key, severity, title, description, labels, links, note, group_key,
    started_ms, started_told, ended_ms, received_ms, last_received_ms, count, channel_id, incident_id, audience, delivery_n, version)
VALUES (:id, :integration_id, :key_hash, :is_open, :dedup_key, :severity, :title, :description, :labels, :links, '', :group_key,
    :started_ms, 1, :ended_ms, :received_ms, :received_ms, 1, :channel_id, :incident_id, :audience, :delivery_n, 1);

-- ---- reading alerts

-- name: alert_select
SELECT a.n, a.id, a.integration_id, a.dedup_key, a.is_open, a.severity, a.title, a.description, a.labels, a.links, a.note,
    a.group_key, a.started_ms, a.ended_ms, a.acknowledged_ms, a.received_ms, a.last_received_ms, a.count, a.channel_id,
    a.incident_id, a.audience, a.version, a.flapping_ms
FROM alert a
WHERE 1 = 1
--if visible
  AND (a.audience = '' OR a.audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--if firing
  AND a.is_open = 1
--if resolved
  AND a.is_open IS NULL
--if id
  AND a.id = :id
--if severity
  AND a.severity IN LIST(:severity)
--if one_severity
  AND a.severity = :severity
--if source
  AND a.integration_id IN LIST(:source)
--if one_source
  AND a.integration_id = :source
--if channel
  AND a.channel_id IN LIST(:channel)
--if one_channel
  AND a.channel_id = :channel
--if incident
  AND a.incident_id = :incident
--if no_incident
  AND a.incident_id IS NULL
--if since
  AND a.received_ms >= :since_ms
--if until
  AND a.received_ms < :until_ms
--if few
  AND a.n IN (SELECT t.n FROM alert t WHERE t.received_ms >= :from_ms AND t.received_ms < :to_ms)
--if recent
  AND a.n > (SELECT coalesce(max(n), 0) - :recent FROM alert)
--if q
  AND (NOCASE(a.title) LIKE :q ESCAPE '\' OR NOCASE(a.labels) LIKE :q ESCAPE '\' OR a.dedup_key = :exact)
--if ids
  AND a.id IN LIST(:ids)
--if after
  AND a.n < :after
--if newer
  AND a.n > :newer AND a.received_ms <= :settled_ms
--end
ORDER BY
--if oldest_first
  a.started_ms,
--if newest_first
  a.n DESC,
--end
  a.n
LIMIT :limit;

-- name: alert_audience
SELECT id, audience FROM alert WHERE id = :id;

-- name: alert_raw
SELECT d.content_type, d.body, d.received_ms FROM alert a JOIN delivery d ON d.n = a.delivery_n WHERE a.id = :id;

-- A private alert that may have come in the same payload.
-- name: alert_hidden_beside
SELECT 1 FROM alert y
WHERE y.integration_id = :integration AND y.audience <> '' AND y.received_ms <= :at_ms AND (y.is_open = 1 OR y.last_received_ms >= :at_ms)
  AND y.audience NOT IN (SELECT m.audience FROM audience_member m JOIN principal p ON p.member = m.member WHERE p.user_id = :actor)
LIMIT 1;

-- name: alert_raws_of
SELECT d.content_type, d.body, d.received_ms FROM alert a JOIN delivery d ON d.n = a.delivery_n
WHERE a.integration_id = :id ORDER BY a.n DESC LIMIT :limit;

-- name: alert_firing_count
SELECT count(*) FROM (SELECT 1 FROM alert a WHERE a.is_open = 1
--if visible
  AND (a.audience = '' OR a.audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--end
  LIMIT :limit) AS found;

-- name: alert_move
UPDATE alert SET incident_id = :into, audience = :audience, version = version + 1 WHERE incident_id = :incident;

-- name: alert_groups_move
UPDATE alert_group SET incident_id = :into WHERE incident_id = :incident;

-- name: alert_audience_of_incident
UPDATE alert SET audience = :audience, version = version + 1 WHERE incident_id = :incident;

-- name: alert_indexed_get
SELECT n FROM alert_indexed WHERE one = 1;

-- name: alert_indexed_put
INSERT INTO alert_indexed (one, n) VALUES (1, :n) ON CONFLICT (one) DO UPDATE SET n = excluded.n;

-- ---- routing rules

-- name: routing_rule_select
SELECT id, position, name, enabled, conditions, channel_id, severity, service_ids, declares, group_by, is_private, version, active_from_ms, active_until_ms
FROM routing_rule
WHERE 1 = 1
--if id
  AND id = :id
--if enabled
  AND enabled = 1
--if active
  AND COALESCE(active_from_ms, 0) <= :now_ms AND (active_until_ms IS NULL OR active_until_ms > :now_ms)
--end
ORDER BY position, id;

-- name: routing_rule_insert
INSERT INTO routing_rule (id, position, name, enabled, conditions, channel_id, severity, service_ids, declares, group_by, is_private,
    active_from_ms, active_until_ms, version, created_ms, updated_ms)
VALUES (:id, :position, :name, :enabled, :conditions, :channel_id, :severity, :service_ids, :declares, :group_by, :is_private,
    CAST(:active_from_ms AS BIGINT), CAST(:active_until_ms AS BIGINT), 1,
    :now_ms, :now_ms);

-- name: routing_rule_update
UPDATE routing_rule SET position = :position, name = :name, enabled = :enabled, conditions = :conditions, channel_id = :channel_id,
    severity = :severity, service_ids = :service_ids, declares = :declares, group_by = :group_by, is_private = :is_private,
    active_from_ms = CAST(:active_from_ms AS BIGINT), active_until_ms = CAST(:active_until_ms AS BIGINT),
    version = version + 1, updated_ms = :now_ms
WHERE id = :id;

-- name: routing_rule_remove
DELETE FROM routing_rule WHERE id = :id;

-- name: routing_rule_place
UPDATE routing_rule SET position = :position WHERE id = :id AND position <> :position;

-- ---- quarantine

-- name: quarantine_put
INSERT INTO quarantine (id, integration_id, hash, content_type, body, error, field, count, received_ms, last_ms)
VALUES (:id, :integration_id, :hash, :content_type, :body, :error, :field, 1, :now_ms, :now_ms)
ON CONFLICT (hash) DO UPDATE SET error = excluded.error, field = excluded.field, count = quarantine.count + 1, last_ms = excluded.last_ms;

-- name: quarantine_trim
DELETE FROM quarantine WHERE id IN (
    SELECT id FROM quarantine WHERE integration_id = :integration_id ORDER BY last_ms DESC, id DESC LIMIT 1000 OFFSET :keep);

-- name: quarantine_select
SELECT id, integration_id, content_type, error, field, count, received_ms, last_ms, length(body)
FROM quarantine
WHERE 1 = 1
--if id
  AND id = :id
--if source
  AND integration_id = :source
--if after
  AND (last_ms, id) < (:at, :after)
--end
ORDER BY last_ms DESC, id DESC LIMIT :limit;

-- name: quarantine_raws_of
SELECT body, last_ms FROM quarantine WHERE integration_id = :id ORDER BY last_ms DESC, id DESC LIMIT :limit;

-- name: quarantine_body
SELECT integration_id, content_type, body FROM quarantine WHERE id = :id;

-- name: quarantine_remove
DELETE FROM quarantine WHERE id = :id;

-- name: quarantine_count
SELECT count(*) FROM quarantine;

-- Payloads that no alert of an incident, and none that fires, came with.
-- name: delivery_old
SELECT d.n FROM delivery d WHERE d.last_ms < :before_ms AND d.n > :after
  AND d.n NOT IN (SELECT a.delivery_n FROM alert a WHERE a.incident_id IS NOT NULL AND a.delivery_n IS NOT NULL)
  AND d.n NOT IN (SELECT a.delivery_n FROM alert a WHERE a.is_open = 1 AND a.delivery_n IS NOT NULL)
ORDER BY d.n LIMIT :limit;

-- Once more, for those that joined an incident since they were found.
-- name: delivery_remove
DELETE FROM delivery WHERE n >= :from AND n <= :upto AND last_ms < :before_ms
  AND n NOT IN (SELECT a.delivery_n FROM alert a WHERE a.incident_id IS NOT NULL AND a.delivery_n IS NOT NULL)
  AND n NOT IN (SELECT a.delivery_n FROM alert a WHERE a.is_open = 1 AND a.delivery_n IS NOT NULL);

-- name: alert_count_between
SELECT count(*) FROM (SELECT 1 FROM alert WHERE received_ms >= :from_ms AND received_ms < :to_ms LIMIT :limit) AS found;
