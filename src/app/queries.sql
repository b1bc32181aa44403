-- name: counter_next
INSERT INTO counter (name, value) VALUES (:name, 1)
ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value;

-- name: access_sees
SELECT 1 FROM audience_member m JOIN principal p ON p.member = m.member
WHERE m.audience = :audience AND p.user_id = :user_id LIMIT 1;
-- name: access_clear
DELETE FROM audience_member WHERE audience = :audience;
-- name: access_part_add
INSERT INTO audience_part (audience, part) VALUES (:audience, :part) ON CONFLICT (audience, part) DO NOTHING;
-- name: access_parts
SELECT audience FROM audience_part WHERE part = :part;
-- name: access_shared_fill
INSERT INTO audience_member (audience, member)
SELECT DISTINCT :audience, p.member FROM principal p WHERE p.member = 'user:' || p.user_id
  AND NOT EXISTS (SELECT 1 FROM audience_part q WHERE q.audience = :audience
      AND NOT EXISTS (SELECT 1 FROM audience_member m JOIN principal u ON u.member = m.member
                      WHERE m.audience = q.part AND u.user_id = p.user_id));
-- name: access_shared_leave
DELETE FROM audience_member WHERE member = :member AND audience IN (SELECT audience FROM audience_part);
-- name: access_shared_join
INSERT INTO audience_member (audience, member)
SELECT DISTINCT d.audience, :member FROM audience_part d
WHERE NOT EXISTS (SELECT 1 FROM audience_part q WHERE q.audience = d.audience
      AND NOT EXISTS (SELECT 1 FROM audience_member m JOIN principal u ON u.member = m.member
                      WHERE m.audience = q.part AND u.user_id = :user_id));
-- name: access_add
INSERT INTO audience_member (audience, member) VALUES (:audience, :member) ON CONFLICT (audience, member) DO NOTHING;
-- name: access_members
SELECT member FROM audience_member WHERE audience = :audience ORDER BY member;
-- name: access_audiences
SELECT DISTINCT m.audience FROM audience_member m JOIN principal p ON p.member = m.member WHERE p.user_id = :user_id;
-- name: access_people
SELECT DISTINCT p.user_id FROM audience_member m JOIN principal p ON p.member = m.member WHERE m.audience = :audience;
-- name: principal_clear
DELETE FROM principal WHERE user_id = :user_id;
-- name: principal_add
INSERT INTO principal (user_id, member) VALUES (:user_id, :member) ON CONFLICT (user_id, member) DO NOTHING;

-- name: job_add
INSERT INTO job (id, kind, payload, unique_key, state, run_at_ms, attempts, lease_until_ms, done, total, error, created_ms)
VALUES (:id, :kind, :payload, :unique_key, 'waiting', :run_at_ms, 0, 0, 0, 0, '', :now_ms)
ON CONFLICT (unique_key) DO UPDATE SET run_at_ms = excluded.run_at_ms      -- the earlier time counts, also when the clock was set back
WHERE job.state = 'waiting' AND job.run_at_ms > excluded.run_at_ms AND substr(job.unique_key, 1, 6) <> 'every:';
-- name: job_claim
UPDATE job SET state = 'running', attempts = attempts + 1, lease_until_ms = :now_ms + :lease_ms,
    unique_key = CASE WHEN substr(unique_key, 1, 6) = 'every:' THEN unique_key END   -- from now on the next one may wait
WHERE id = coalesce(     -- two questions, each answered from the front of an index: of a hundred thousand that wait one is read
           (SELECT id FROM job WHERE state = 'running' AND lease_until_ms < :now_ms
--if only
              AND kind IN LIST(:only)
--if but
              AND NOT (kind IN LIST(:but))
--end
            ORDER BY run_at_ms LIMIT 1 FOR UPDATE SKIP LOCKED),
           (SELECT id FROM job WHERE state = 'waiting' AND run_at_ms <= :now_ms
--if only
              AND kind IN LIST(:only)
--if but
              AND NOT (kind IN LIST(:but))
--end
            ORDER BY
--if only
            +                -- the few of these kinds are found by kind and sorted, not looked for among all that wait
--end
            run_at_ms LIMIT 1 FOR UPDATE SKIP LOCKED))
RETURNING id, kind, payload, attempts, lease_until_ms;
-- name: job_lease
UPDATE job SET lease_until_ms = :lease_until_ms WHERE id = :id AND state = 'running' AND attempts = :attempts;
-- name: job_next_due
SELECT min(due_ms) FROM (
SELECT min(run_at_ms) AS due_ms FROM job WHERE state = 'waiting'
--if only
  AND kind IN LIST(:only)
--if but
  AND NOT (kind IN LIST(:but))
--end
UNION ALL SELECT min(lease_until_ms) FROM job WHERE state = 'running'
--if only
  AND kind IN LIST(:only)
--if but
  AND NOT (kind IN LIST(:but))
--end
) AS found;
-- name: job_finish
DELETE FROM job WHERE id = :id AND state = 'running' AND attempts = :attempts;
-- name: job_retry
UPDATE job SET state = :state, run_at_ms = :run_at_ms, error = :error
WHERE id = :id AND state = 'running' AND attempts = :attempts;
-- name: job_again
UPDATE job SET state = 'waiting', run_at_ms = :run_at_ms, attempts = 0, error = '' WHERE id = :id AND state = 'running';
-- name: job_progress
UPDATE job SET done = :done, total = :total, lease_until_ms = :lease_until_ms WHERE id = :id;
-- name: job_list
SELECT id, kind, payload, state, run_at_ms, attempts, done, total, error, created_ms FROM job
WHERE 1 = 1
--if state
  AND state = :state
--if kind
  AND kind = :kind
--if after
  AND (created_ms < :at OR (created_ms = :at AND id < :id))
--end
ORDER BY created_ms DESC, id DESC LIMIT :limit;
-- name: job_revive
UPDATE job SET state = 'waiting', attempts = 0, run_at_ms = :now_ms WHERE id = :id AND state = 'dead';
-- name: job_counts
SELECT state, count(*) FROM job GROUP BY state;

-- name: setting_get
SELECT value FROM setting WHERE key = :key;
-- name: setting_put
INSERT INTO setting (key, value, changed_ms) VALUES (:key, :value, :now_ms)
ON CONFLICT (key) DO UPDATE SET value = :value, changed_ms = :now_ms;

-- name: audit_add
INSERT INTO audit (id, at_ms, user_id, user_name, action, kind, subject, details)
VALUES (:id, :at_ms, :user_id, :user_name, :action, :kind, :subject, :details);
-- name: audit_list
SELECT id, at_ms, user_id, user_name, action, kind, subject, details FROM audit
WHERE 1 = 1
--if user_id
  AND user_id = :user_id
--if action
  AND action = :action
--if after
  AND id < :after_id
--end
ORDER BY id DESC LIMIT :limit;
