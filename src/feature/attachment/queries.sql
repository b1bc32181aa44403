-- name: attachment_insert
INSERT INTO attachment (id, report_id, incident_id, name, format, width, height, bytes, hash, created_by, created_ms)
VALUES (:id, :report, :incident, :name, :format, :width, :height, :bytes, :hash, :user, :now_ms);

-- name: attachment_get
SELECT id, report_id, name, format, width, height, bytes, hash, created_ms, incident_id FROM attachment WHERE id = :id;

-- name: attachment_list
SELECT id, report_id, name, format, width, height, bytes, hash, created_ms, incident_id FROM attachment WHERE report_id = :report ORDER BY id LIMIT 1000;

-- name: attachment_sum
SELECT COUNT(*), coalesce(SUM(bytes), 0) FROM attachment WHERE report_id = :report;

-- name: attachment_unsettled
SELECT id, report_id FROM attachment WHERE used = 0 AND created_ms < :before_ms ORDER BY created_ms, id LIMIT :limit;

-- name: attachment_keep
UPDATE attachment SET used = 1 WHERE id IN LIST(:ids);

-- name: attachment_remove
DELETE FROM attachment WHERE id IN LIST(:ids);

-- name: attachment_by_hash
SELECT 1 FROM attachment WHERE hash = :hash LIMIT 1;

-- name: attachment_sum_said
SELECT COUNT(*), coalesce(SUM(bytes), 0) FROM attachment WHERE incident_id = :incident AND incident_id <> '';

-- name: attachment_use_one
UPDATE attachment SET used = 1 WHERE id = :id;

-- name: attachment_drop_one
DELETE FROM attachment WHERE id = :id;
