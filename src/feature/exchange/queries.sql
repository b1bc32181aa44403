-- name: export_target_get
SELECT site, space, parent, account, sealed, place, updated_ms, version FROM export_target WHERE kind = :kind;
-- name: export_target_put
INSERT INTO export_target (kind, site, space, parent, account, sealed, place, updated_ms, version)
VALUES (:kind, :site, :space, :parent, :account, :sealed, :place, :now_ms, 1)
ON CONFLICT (kind) DO UPDATE SET site = :site, space = :space, parent = :parent, account = :account, sealed = :sealed, place = :place,
    updated_ms = :now_ms, version = export_target.version + 1;
-- name: export_target_remove
DELETE FROM export_target WHERE kind = :kind;

-- name: report_export_get
SELECT state, error, site, page_id, url, title, said, edition, wanted, attempts, lease_ms, requested_by, requested_ms, exported_by, exported_ms
FROM report_export WHERE report_id = :report AND target = :target;
-- name: report_export_want
INSERT INTO report_export (report_id, target, state, error, site, page_id, url, title, said, edition, wanted, attempts, lease_ms, requested_by, requested_ms)
VALUES (:report, :target, 'waiting', '', '', '', '', '', '', 0, 1, 0, 0, :user, :now_ms)
ON CONFLICT (report_id, target) DO UPDATE SET wanted = report_export.wanted + 1, requested_by = :user, requested_ms = :now_ms, error = '', attempts = 0,
    state = CASE WHEN report_export.state = 'running' AND report_export.lease_ms >= :now_ms THEN 'running' ELSE 'waiting' END;
-- name: report_export_claim
UPDATE report_export SET state = 'running', lease_ms = :lease_ms, attempts = attempts + 1
WHERE report_id = :report AND target = :target AND (state = 'waiting' OR (state = 'running' AND lease_ms < :now_ms))
RETURNING site, page_id, title, wanted, attempts, requested_by;
-- name: report_export_try
UPDATE report_export SET title = :title, lease_ms = :lease_ms WHERE report_id = :report AND target = :target;
-- name: report_export_page
UPDATE report_export SET site = :site, page_id = :page, url = :url WHERE report_id = :report AND target = :target;
-- name: report_export_end
UPDATE report_export SET error = :error, state = CASE WHEN wanted > :wanted THEN 'waiting' ELSE :state END
WHERE report_id = :report AND target = :target
RETURNING state;
-- name: report_export_done
UPDATE report_export SET said = :said, edition = :edition, exported_by = :user, exported_ms = :now_ms, attempts = 0
WHERE report_id = :report AND target = :target;
