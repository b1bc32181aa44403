-- name: demo_part_put
INSERT INTO demo_part (name, made, at_ms) VALUES (:name, :made, :now_ms) ON CONFLICT (name) DO NOTHING;
-- name: demo_part_get
SELECT made FROM demo_part WHERE name = :name;

-- name: demo_hurt
SELECT i.impact_started_ms, coalesce(i.impact_ended_ms, i.mitigated_ms, i.resolved_ms, i.impact_started_ms)
FROM incident i JOIN incident_service s ON s.incident_id = i.id
WHERE s.service_id = :service AND i.impact_started_ms IS NOT NULL;
