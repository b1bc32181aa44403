-- name: demo_part_put
INSERT INTO demo_part (name, made, at_ms) VALUES (:name, :made, :now_ms) ON CONFLICT (name) DO NOTHING;
-- name: demo_part_get
SELECT made FROM demo_part WHERE name = :name;
