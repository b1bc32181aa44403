-- name: monitor_put
INSERT INTO monitor (id, name, kind, target, record, config, interval_s, timeout_ms, retries, severity, service_id, locations,
    enabled, state, state_ms, error, created_ms, version)
VALUES (:id, :name, :kind, :target, :record, :config, :interval_s, :timeout_ms, :retries, :severity, :service, :locations,
    :enabled, :state, :state_ms, '', :now_ms, 1)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, target = excluded.target, record = excluded.record,
    config = excluded.config, interval_s = excluded.interval_s, timeout_ms = excluded.timeout_ms, retries = excluded.retries,
    severity = excluded.severity, service_id = excluded.service_id, locations = excluded.locations,
    enabled = excluded.enabled, state = excluded.state, state_ms = excluded.state_ms, version = monitor.version + 1;

-- name: monitor_list
SELECT m.id, m.name, m.kind, m.target, m.record, m.config, m.interval_s, m.timeout_ms, m.retries, m.severity, m.service_id,
    m.locations, m.enabled, m.state, m.state_ms, m.last_ms, m.latency_ms, m.error, m.created_ms, m.version, m.chain
FROM monitor m WHERE 1 = 1
--if one
  AND m.id = :id
--if state
  AND m.state IN LIST(:state)
--if service
  AND m.service_id IN LIST(:service)
--if q
  AND (NOCASE(m.name) LIKE NOCASE(:q) OR NOCASE(m.target) LIKE NOCASE(:q))
--if enabled
  AND m.enabled = 1
--if after
  AND (m.name, m.id) > (SELECT x.name, x.id FROM monitor x WHERE x.id = :after)
--end
ORDER BY m.name, m.id LIMIT :limit;

-- name: monitor_totals
SELECT state, COUNT(*) FROM monitor GROUP BY state;

-- name: monitor_delete_places
DELETE FROM monitor_place WHERE monitor_id = :id;
-- name: monitor_delete_hours
DELETE FROM monitor_hour WHERE monitor_id = :id;
-- name: monitor_delete_days
DELETE FROM monitor_day WHERE monitor_id = :id;
-- name: monitor_delete_outages
DELETE FROM monitor_outage WHERE monitor_id = :id;
-- name: monitor_delete
DELETE FROM monitor WHERE id = :id;

-- name: monitor_seen
UPDATE monitor SET last_ms = :at_ms, latency_ms = :latency_ms, error = :error WHERE id = :id;
-- name: monitor_set_chain
UPDATE monitor SET chain = :chain WHERE id = :id;
-- name: monitor_set_state
UPDATE monitor SET state = :state, state_ms = :at_ms WHERE id = :id;

-- name: monitor_place_put
INSERT INTO monitor_place (monitor_id, location, failures, since_ms, last_ms, latency_ms, error)
VALUES (:id, :location, :failures, :at_ms, :at_ms, :latency_ms, :error)
ON CONFLICT (monitor_id, location) DO UPDATE SET
    failures = CASE WHEN excluded.failures = 0 THEN 0 ELSE monitor_place.failures + 1 END,
    since_ms = CASE WHEN excluded.failures = 0 OR monitor_place.failures = 0 THEN excluded.since_ms ELSE monitor_place.since_ms END,
    last_ms = excluded.last_ms, latency_ms = excluded.latency_ms, error = excluded.error;
-- name: monitor_places
SELECT location, failures, since_ms, last_ms, latency_ms, error FROM monitor_place WHERE monitor_id = :id ORDER BY location;
-- name: monitor_place_drop
DELETE FROM monitor_place WHERE monitor_id = :id AND location NOT IN LIST(:locations);

-- name: monitor_hour_add
INSERT INTO monitor_hour (monitor_id, location, hour, samples) VALUES (:id, :location, :hour, :samples)
ON CONFLICT (monitor_id, hour, location) DO UPDATE SET samples = monitor_hour.samples || excluded.samples;
-- name: monitor_hours
SELECT location, hour, samples FROM monitor_hour
WHERE monitor_id = :id AND hour >= :since AND hour <= :until ORDER BY hour, location LIMIT 10000;
-- name: monitor_hour_sweep
DELETE FROM monitor_hour WHERE hour < :hour;

-- name: monitor_day_add
INSERT INTO monitor_day (monitor_id, day, n, failed, latency_sum, latency_max)
VALUES (:id, :day, :n, :failed, :latency_sum, :latency_max)
ON CONFLICT (monitor_id, day) DO UPDATE SET n = monitor_day.n + excluded.n, failed = monitor_day.failed + excluded.failed,
    latency_sum = monitor_day.latency_sum + excluded.latency_sum,
    latency_max = CASE WHEN monitor_day.latency_max > excluded.latency_max THEN monitor_day.latency_max ELSE excluded.latency_max END;
-- name: monitor_days
SELECT monitor_id, day, n, failed, latency_sum, latency_max FROM monitor_day
WHERE monitor_id IN LIST(:ids) AND day >= :since ORDER BY monitor_id, day;

-- name: monitor_outage_begin
INSERT INTO monitor_outage (id, monitor_id, started_ms, error) VALUES (:outage, :id, :at_ms, :error);
-- name: monitor_outage_end
UPDATE monitor_outage SET ended_ms = :at_ms WHERE monitor_id = :id AND ended_ms IS NULL;
-- name: monitor_outage_open
SELECT started_ms FROM monitor_outage WHERE monitor_id = :id AND ended_ms IS NULL ORDER BY started_ms LIMIT 1;
-- name: monitor_outages
SELECT id, started_ms, ended_ms, error FROM monitor_outage WHERE monitor_id = :id ORDER BY started_ms DESC LIMIT :limit;

-- name: monitor_lease_take
INSERT INTO monitor_lease (location, node, until_ms) VALUES (:location, :node, :until_ms)
ON CONFLICT (location) DO UPDATE SET node = excluded.node, until_ms = excluded.until_ms
WHERE monitor_lease.node = excluded.node OR monitor_lease.until_ms < :now_ms
RETURNING node;
-- name: monitor_lease_drop
DELETE FROM monitor_lease WHERE location = :location AND node = :node;

-- name: monitor_window_list
SELECT id, title, starts_ms, ends_ms, repeats, until_ms, time_zone, monitors, version FROM monitor_window
ORDER BY starts_ms DESC, id LIMIT 500;
-- name: monitor_window_put
INSERT INTO monitor_window (id, title, starts_ms, ends_ms, repeats, until_ms, time_zone, monitors, version)
VALUES (:id, :title, :starts_ms, :ends_ms, :repeats, :until_ms, :time_zone, :monitors, 1)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, starts_ms = excluded.starts_ms, ends_ms = excluded.ends_ms,
    repeats = excluded.repeats, until_ms = excluded.until_ms, time_zone = excluded.time_zone, monitors = excluded.monitors,
    version = monitor_window.version + 1;
-- name: monitor_window_delete
DELETE FROM monitor_window WHERE id = :id;
-- name: monitor_window_sweep
DELETE FROM monitor_window WHERE ends_ms < :before_ms AND (repeats = '' OR until_ms < :before_ms);
