-- name: document_add
INSERT INTO document (id, revision, noted, created_ms) VALUES (:id, 0, 0, :now_ms);
-- name: document_all
SELECT id FROM document ORDER BY id;
-- name: document_next
UPDATE document SET revision = revision + 1 WHERE id = :id RETURNING revision;
-- name: document_get
SELECT revision, noted FROM document WHERE id = :id;
-- name: document_set_noted
UPDATE document SET noted = :noted WHERE id = :id;
-- name: document_put_update
INSERT INTO document_update (document, revision, body, crc, authors, at_ms)
VALUES (:document, :revision, :body, :crc, :authors, :at_ms);
-- name: document_updates
SELECT revision, body, crc FROM document_update
WHERE document = :document AND revision > :after AND revision <= :upto ORDER BY revision;
-- name: document_said
SELECT body, authors FROM document_update WHERE document = :document ORDER BY revision;
-- name: document_authors
SELECT authors FROM document_update WHERE document = :document AND revision > :after AND revision <= :upto;
-- name: document_log
SELECT revision, at_ms, authors FROM document_update WHERE document = :document AND revision > :after ORDER BY revision LIMIT :limit;
-- name: document_log_bytes
SELECT COALESCE(SUM(LENGTH(body)), 0) FROM document_update WHERE document = :document AND revision > :after AND revision <= :upto;
-- name: document_put_snapshot
INSERT INTO document_snapshot (document, revision, body, crc, at_ms) VALUES (:document, :revision, :body, :crc, :at_ms)
ON CONFLICT (document, revision) DO UPDATE SET body = excluded.body, crc = excluded.crc, at_ms = excluded.at_ms;
-- name: document_snapshot
SELECT revision, body, crc FROM document_snapshot WHERE document = :document AND revision <= :upto ORDER BY revision DESC LIMIT 1;
-- name: document_snapshot_sizes
SELECT revision, LENGTH(body) FROM document_snapshot WHERE document = :document ORDER BY revision DESC LIMIT 4;
-- name: document_drop_snapshot
DELETE FROM document_snapshot WHERE document = :document AND revision = :revision;
-- name: document_ids
SELECT id, revision FROM document WHERE id > :after ORDER BY id LIMIT 100;
-- name: document_late_purge
DELETE FROM document_late WHERE at_ms < :before_ms;
-- name: document_late_add
INSERT INTO document_late (document, revision, client, clock, said, found, at_ms) VALUES (:document, :revision, :client, :clock, :said, '', :at_ms)
ON CONFLICT (document, client, clock) DO UPDATE SET revision = excluded.revision, said = excluded.said, found = '', at_ms = excluded.at_ms;
-- name: document_late_newest
SELECT COALESCE(MAX(at_ms), 0) FROM document_late WHERE document = :document AND at_ms >= :since_ms;
-- name: document_late_list
SELECT revision, client, clock, said, found FROM document_late WHERE document = :document AND at_ms >= :since_ms ORDER BY revision, client, clock;
-- name: document_late_found
UPDATE document_late SET found = :found WHERE document = :document AND client = :client AND clock = :clock;
