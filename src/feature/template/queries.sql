-- name: template_select
SELECT id, name, language, description, team_id, match_rule, sections, version, created_ms, updated_ms, removed_ms FROM template
WHERE 1 = 1
--if id
  AND id = :id
--if present
  AND removed_ms IS NULL
--if language
  AND language = :language
--end
ORDER BY name_key, id;

-- name: template_name_taken
SELECT name FROM template WHERE language = :language AND name_key = :name_key AND removed_ms IS NULL AND id <> :id;

-- name: template_insert
INSERT INTO template (id, name, name_key, language, description, team_id, match_rule, sections, version, created_ms, updated_ms)
VALUES (:id, :name, :name_key, :language, :description, :team_id, :match_rule, :sections, 1, :now_ms, :now_ms);

-- name: template_update
UPDATE template SET name = :name, name_key = :name_key, language = :language, description = :description, team_id = :team_id,
    match_rule = :match_rule, sections = :sections, version = version + 1, updated_ms = :now_ms
WHERE id = :id;

-- name: template_remove
UPDATE template SET removed_ms = :now_ms, version = version + 1 WHERE id = :id;

-- name: template_defaults
SELECT language, template_id FROM template_default;

-- name: template_default_set
INSERT INTO template_default (language, template_id) VALUES (:language, :template_id)
ON CONFLICT (language) DO UPDATE SET template_id = :template_id;

-- name: template_default_clear
DELETE FROM template_default WHERE template_id = :template_id;
