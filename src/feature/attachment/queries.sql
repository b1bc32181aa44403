-- name: attachment_insert
INSERT INTO attachment (id, report_id, name, format, width, height, bytes, hash, created_by, created_ms)
VALUES (:id, :report, :name, :format, :width, :height, :bytes, :hash, :user, :now_ms);

-- name: attachment_get
SELECT id, report_id, name, format, width, height, bytes, hash, created_ms FROM attachment WHERE id = :id;

-- name: attachment_list
SELECT id, report_id, name, format, width, height, bytes, hash, created_ms FROM attachment WHERE report_id = :report ORDER BY id LIMIT 1000;

-- name: attachment_sum
SELECT COUNT(*), coalesce(SUM(bytes), 0) FROM attachment WHERE report_id = :report;
