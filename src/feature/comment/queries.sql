-- name: comment_thread_add
INSERT INTO comment_thread (id, report_id, quote, resolved_by, resolved_ms, created_ms, updated_ms, version)
VALUES (:id, :report, :quote, '', 0, :now_ms, :now_ms, 1);

-- name: comment_thread_select
SELECT t.id, t.report_id, t.quote, t.resolved_by, t.resolved_ms, t.created_ms, t.updated_ms, t.version,
    coalesce((SELECT s.seen_ms FROM comment_seen s WHERE s.thread_id = t.id AND s.user_id = :actor), 0)
FROM comment_thread t
WHERE 1 = 1
--if id
  AND t.id = :id
--if report
  AND t.report_id = :report
--if open
  AND t.resolved_ms = 0
--if resolved
  AND t.resolved_ms > 0
--if after
  AND (t.created_ms, t.id) > (:at, :after)
--end
ORDER BY t.created_ms, t.id
LIMIT :limit;

-- name: comment_thread_count
SELECT SUM(CASE WHEN resolved_ms = 0 THEN 1 ELSE 0 END), COUNT(*) FROM comment_thread WHERE report_id = :report;

-- name: comment_thread_touch
UPDATE comment_thread SET updated_ms = :now_ms, version = version + 1 WHERE id = :id;

-- name: comment_thread_resolve
UPDATE comment_thread SET resolved_by = :user, resolved_ms = :resolved_ms, updated_ms = :now_ms, version = version + 1 WHERE id = :id;

-- name: comment_thread_remove
DELETE FROM comment_thread WHERE id = :id;

-- name: comment_add
INSERT INTO comment (id, thread_id, author_id, body, mentions, created_ms, edited_ms, removed, version)
VALUES (:id, :thread, :author, :body, :mentions, :now_ms, 0, 0, 1);

-- name: comment_select
SELECT c.id, c.thread_id, c.author_id, c.body, c.mentions, c.created_ms, c.edited_ms, c.removed, c.version
FROM comment c
WHERE 1 = 1
--if id
  AND c.id = :id
--if threads
  AND c.thread_id IN LIST(:threads)
--end
ORDER BY c.thread_id, c.created_ms, c.id;

-- name: comment_count
SELECT COUNT(*) FROM comment WHERE thread_id = :thread;

-- name: comment_edit
UPDATE comment SET body = :body, mentions = :mentions, edited_ms = :edited_ms, removed = :removed, version = version + 1 WHERE id = :id;

-- name: comment_remove_all
DELETE FROM comment WHERE thread_id = :thread;

-- name: comment_reaction_list
SELECT r.comment_id, r.reaction, r.user_id FROM comment_reaction r JOIN comment c ON c.id = r.comment_id
WHERE c.thread_id IN LIST(:threads) ORDER BY r.comment_id, r.at_ms, r.user_id;

-- name: comment_reaction_add
INSERT INTO comment_reaction (comment_id, user_id, reaction, at_ms) VALUES (:comment, :user, :reaction, :now_ms)
ON CONFLICT (comment_id, reaction, user_id) DO NOTHING;

-- name: comment_reaction_remove
DELETE FROM comment_reaction WHERE comment_id = :comment AND user_id = :user AND reaction = :reaction;

-- name: comment_reaction_clear
DELETE FROM comment_reaction WHERE comment_id IN (SELECT id FROM comment WHERE thread_id = :thread);

-- name: comment_reaction_clear_one
DELETE FROM comment_reaction WHERE comment_id = :comment;

-- name: comment_seen_put
INSERT INTO comment_seen (thread_id, user_id, seen_ms) VALUES (:thread, :user, :now_ms)
ON CONFLICT (thread_id, user_id) DO UPDATE SET seen_ms = :now_ms;

-- name: comment_seen_clear
DELETE FROM comment_seen WHERE thread_id = :thread;
