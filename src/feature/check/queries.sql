-- name: wording_dismiss
INSERT INTO wording_dismissed (report_id, rule, words, by_id, at_ms) VALUES (:report, :rule, :words, :by, :now_ms)
ON CONFLICT DO NOTHING;
-- name: wording_restore
DELETE FROM wording_dismissed WHERE report_id = :report AND rule = :rule AND words = :words;
-- name: wording_dismissed
SELECT rule, words FROM wording_dismissed WHERE report_id = :report ORDER BY rule, words LIMIT 1000;
