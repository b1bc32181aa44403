-- name: notify_insert
INSERT INTO notification (id, user_id, kind, record_kind, record_id, reference, title, thread_id, comment_id, excerpt,
    actor_id, audience, cause, created_ms, read_ms)
VALUES (:id, :user, :kind, :record_kind, :record, :reference, :title, :thread, :comment, :excerpt,
    :actor, :audience, :cause, :now_ms, 0)
ON CONFLICT (user_id, cause) DO NOTHING;

-- name: notify_list
SELECT n.id, n.kind, n.record_kind, n.record_id, n.reference, n.title, n.thread_id, n.comment_id, n.excerpt, n.actor_id,
    n.created_ms, n.read_ms
FROM notification n
WHERE n.user_id = :actor
  AND (n.audience = '' OR n.audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--if unread
  AND n.read_ms = 0
--if after
  AND (n.created_ms, n.id) < (:at, :after)
--end
ORDER BY n.created_ms DESC, n.id DESC
LIMIT :limit;

-- name: notify_unread
SELECT COUNT(*) FROM notification n
WHERE n.user_id = :actor AND n.read_ms = 0
  AND (n.audience = '' OR n.audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor));

-- name: notify_find
SELECT user_id, audience FROM notification WHERE id = :id;

-- name: notify_mark
UPDATE notification SET read_ms = :read_ms WHERE user_id = :actor
--if id
  AND id = :id
--if upto
  AND created_ms <= :upto_ms AND read_ms = 0
--if thread
  AND thread_id = :thread AND read_ms = 0
--end
;

-- name: notify_off_list
SELECT kind FROM notification_off WHERE user_id = :user;
-- name: notify_off_has
SELECT 1 FROM notification_off WHERE user_id = :user AND kind = :kind;
-- name: notify_off_add
INSERT INTO notification_off (user_id, kind) VALUES (:user, :kind) ON CONFLICT (user_id, kind) DO NOTHING;
-- name: notify_off_remove
DELETE FROM notification_off WHERE user_id = :user AND kind = :kind;

-- name: notify_set_audience
UPDATE notification SET audience = :audience WHERE record_id = :record AND audience <> :audience;
-- name: notify_people_of_record
SELECT DISTINCT user_id FROM notification WHERE record_id = :record;
-- name: notify_people_of_comment
SELECT DISTINCT user_id FROM notification WHERE comment_id = :comment;
-- name: notify_comment_removed
DELETE FROM notification WHERE comment_id = :comment;
-- name: notify_comment_edited
UPDATE notification SET excerpt = :excerpt WHERE comment_id = :comment;
-- name: notify_expire
DELETE FROM notification WHERE created_ms < :before_ms;

-- name: notify_settle
UPDATE notification SET read_ms = :now_ms WHERE read_ms = 0 AND id NOT IN (
    SELECT n.id FROM (SELECT id, kind, ROW_NUMBER() OVER (PARTITION BY user_id, CASE WHEN kind IN ('follow_up_overdue', 'report_overdue') THEN 1 ELSE 0 END
                                                         ORDER BY created_ms DESC, id DESC) AS place FROM notification) n
    WHERE n.place <= CASE WHEN n.kind IN ('follow_up_overdue', 'report_overdue') THEN 1 ELSE :keep END);
