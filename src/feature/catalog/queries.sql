-- name: channel_insert
INSERT INTO channel (id, name, name_key, description, team_id, created_ms)
VALUES (:id, :name, :name_key, :description, :team_id, :now_ms);

-- name: channel_select
SELECT id, name, description, team_id, 0, created_ms, version, '[]' FROM channel
WHERE 1 = 1
--if id
  AND id = :id
--if present
  AND removed_ms IS NULL
--if named
  AND (id = :given OR name_key = :name_key)
--if q
  AND name_key LIKE :q ESCAPE '\'
--if team
  AND team_id = :team
--end
ORDER BY name_key, id;

-- name: channel_ref_list
SELECT id, name FROM channel WHERE id IN LIST(:ids);

-- name: channel_update
UPDATE channel SET name = :name, name_key = :name_key, description = :description, team_id = :team_id,
    version = version + 1 WHERE id = :id;

-- name: channel_remove
UPDATE channel SET removed_ms = :now_ms, version = version + 1 WHERE id = :id;

-- name: service_insert
INSERT INTO service (id, name, name_key, description, team_id, tier, depends_on, created_ms)
VALUES (:id, :name, :name_key, :description, :team_id, :tier, :depends_on, :now_ms);

-- name: service_select
SELECT id, name, description, team_id, tier, created_ms, version, depends_on FROM service
WHERE 1 = 1
--if id
  AND id = :id
--if present
  AND removed_ms IS NULL
--if named
  AND (id = :given OR name_key = :name_key)
--if q
  AND name_key LIKE :q ESCAPE '\'
--if team
  AND team_id = :team
--end
ORDER BY name_key, id;

-- name: service_ref_list
SELECT id, name FROM service WHERE id IN LIST(:ids);

-- name: service_depends_on
SELECT depends_on FROM service WHERE id IN LIST(:ids) AND depends_on <> '[]' ORDER BY id;

-- name: service_update
UPDATE service SET name = :name, name_key = :name_key, description = :description, team_id = :team_id, tier = :tier, depends_on = :depends_on,
    version = version + 1 WHERE id = :id;

-- name: service_remove
UPDATE service SET removed_ms = :now_ms, version = version + 1 WHERE id = :id;
