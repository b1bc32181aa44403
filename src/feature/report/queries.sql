-- Who may see a row: the block after `--if visible` is the one of app/access.h.

-- name: report_insert
INSERT INTO report (id, number, title, state, language, severity, audience, owner_id, channel_id, team_id, template_id, template_name,
    overrides, figures, linked_documents, due_ms, began_ms, excerpt, word_count, revision, published_ms, published_by,
    published_version, published_revision, meta_changed, created_by, created_ms, updated_ms, version, comments_by, digest, published_digest, due_by_policy)
VALUES (:id, :number, :title, :state, :language, :severity, :audience, :owner_id, :channel_id, :team_id, :template_id, :template_name,
    :overrides, :figures, :linked_documents, :due_ms, :began_ms, :excerpt, :word_count, :revision, :published_ms, :published_by,
    :published_version, :published_revision, :meta_changed, :created_by, :now_ms, :now_ms, 1, :comments_by, :digest, :published_digest, :due_by_policy);

-- name: report_update
UPDATE report SET title = :title, state = :state, language = :language, severity = :severity, audience = :audience,
    owner_id = :owner_id, channel_id = :channel_id, team_id = :team_id, overrides = :overrides, figures = :figures,
    linked_documents = :linked_documents, due_ms = :due_ms, began_ms = :began_ms, excerpt = :excerpt,
    word_count = :word_count, revision = :revision, published_ms = :published_ms, published_by = :published_by,
    published_version = :published_version, published_revision = :published_revision, meta_changed = :meta_changed,
    comments_by = :comments_by, digest = :digest, published_digest = :published_digest, due_by_policy = :due_by_policy,
    updated_ms = :now_ms, version = version + :step
WHERE id = :id;

-- name: report_set_template
UPDATE report SET template_id = :template_id, template_name = :template_name WHERE id = :id;

-- name: report_select
SELECT r.id, r.number, r.title, r.state, r.language, r.severity, r.audience, r.owner_id, r.channel_id, r.team_id, r.template_id,
    r.template_name, r.overrides, r.figures, r.linked_documents, r.due_ms, r.began_ms, r.excerpt, r.word_count, r.revision,
    r.published_ms, r.published_by, r.published_version, r.published_revision, r.meta_changed, r.created_by, r.created_ms,
    r.updated_ms, r.version, r.comments_by, r.digest, r.published_digest, r.due_by_policy
FROM report r
WHERE r.id IN LIST(:ids);

-- shared: report_filters
-- All of them stand in the index report_filter; coalesce() keeps the planner from starting with another and reading rows.
--if visible
  AND (r.audience = '' OR r.audience IN (SELECT m.audience FROM audience_member m
       JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
--if severity
  AND coalesce(r.severity, '') IN LIST(:severity)
--if team
  AND coalesce(r.team_id, '') IN LIST(:team)
--if channel
  AND coalesce(r.channel_id, '') IN LIST(:channel)
--if language
  AND coalesce(r.language, '') IN LIST(:language)
--if service
  AND r.id IN (SELECT s.report_id FROM report_service s WHERE s.service_id IN LIST(:service))
--if cause
  AND r.id IN (SELECT c.report_id FROM report_cause c WHERE c.cause IN LIST(:cause))
--if incident
  AND r.id IN (SELECT x.report_id FROM report_incident x WHERE x.incident_id IN LIST(:incident))
--if author
  AND r.id IN (SELECT a.report_id FROM report_author a WHERE a.user_id = :author AND a.removed = 0)
--if owner
  AND r.owner_id = :owner
--if reviewer
  AND r.state = 'in_review' AND r.id IN (SELECT v.report_id FROM report_reviewer v WHERE v.user_id = :reviewer AND v.state = 'pending')
--if overdue
  AND r.due_ms < :now_ms AND r.state IN ('draft', 'in_review')
--if since
  AND r.began_ms >= :since_ms
--if until
  AND r.began_ms < :until_ms
--if ids
  AND r.id IN LIST(:ids)
--end

-- name: report_page
SELECT r.id FROM report r
WHERE 1 = 1
--use report_filters
--if state
  AND coalesce(r.state, '') IN LIST(:state)
--if one_state
  AND r.state = :state
--if after_updated
  AND (r.updated_ms, r.id) < (:at, :after)
--if after_newest
  AND (r.began_ms, r.id) < (:at, :after)
--if after_oldest
  AND (r.began_ms, r.id) > (:at, :after)
--if after_due
  AND (coalesce(r.due_ms, 9007199254740991), r.id) > (:at, :after)
--if after_published
  AND (coalesce(r.published_ms, 0), r.id) < (:at, :after)
--end
ORDER BY
--if by_updated
  r.updated_ms DESC,
--if by_newest
  r.began_ms DESC,
--if by_oldest
  r.began_ms,
--if by_due
  coalesce(r.due_ms, 9007199254740991),
--if by_published
  coalesce(r.published_ms, 0) DESC,
--if ascending
  r.id
--else
  r.id DESC
--end
LIMIT :limit;

-- name: report_count
SELECT r.state, COUNT(*) FROM report r
WHERE 1 = 1
--use report_filters
GROUP BY r.state;

-- name: report_by_id
SELECT id, audience FROM report WHERE id = :id;

-- name: report_by_number
SELECT id, audience FROM report WHERE number = :number;

-- name: report_incident_put
INSERT INTO report_incident (report_id, incident_id, position) VALUES (:report, :incident, :position)
ON CONFLICT (report_id, incident_id) DO UPDATE SET position = :position;

-- name: report_incident_clear
DELETE FROM report_incident WHERE report_id = :report;

-- name: report_incident_list
SELECT report_id, incident_id FROM report_incident WHERE report_id IN LIST(:ids) ORDER BY report_id, position;

-- name: report_of_incident
SELECT report_id FROM report_incident WHERE incident_id = :incident ORDER BY report_id;

-- name: report_service_clear
DELETE FROM report_service WHERE report_id = :report;

-- name: report_cause_clear
DELETE FROM report_cause WHERE report_id = :report;

-- name: report_cause_put
INSERT INTO report_cause (report_id, cause) VALUES (:report, :cause) ON CONFLICT (report_id, cause) DO NOTHING;

-- name: report_service_put
INSERT INTO report_service (report_id, service_id) VALUES (:report, :service) ON CONFLICT (report_id, service_id) DO NOTHING;

-- name: report_author_put
INSERT INTO report_author (report_id, user_id, removed, first_ms) VALUES (:report, :user, 0, :now_ms)
ON CONFLICT (report_id, user_id) DO UPDATE SET removed = 0;

-- name: report_author_remove
UPDATE report_author SET removed = 1 WHERE report_id = :report AND user_id = :user AND removed = 0;

-- name: report_author_list
SELECT report_id, user_id FROM report_author WHERE report_id IN LIST(:ids) AND removed = 0 ORDER BY report_id, first_ms, user_id;

-- name: report_reviewer_put
INSERT INTO report_reviewer (report_id, user_id, state, note, decided_ms, digest, revision, asked_ms)
VALUES (:report, :user, :state, :note, :decided_ms, :digest, :revision, :now_ms)
ON CONFLICT (report_id, user_id) DO UPDATE SET state = :state, note = :note, decided_ms = :decided_ms, digest = :digest, revision = :revision;

-- name: report_reviewer_remove
DELETE FROM report_reviewer WHERE report_id = :report AND user_id = :user;

-- name: report_reviewer_list
SELECT report_id, user_id, state, note, decided_ms, digest, revision FROM report_reviewer WHERE report_id IN LIST(:ids)
ORDER BY report_id, asked_ms, user_id;

-- name: report_version_add
INSERT INTO report_version (report_id, number, revision, title, content, metrics, published_ms, published_by)
VALUES (:report, :number, :revision, :title, :content, :metrics, :now_ms, :user);

-- name: report_version_get
SELECT number, revision, title, content, metrics, published_ms, published_by FROM report_version
WHERE report_id = :report AND number = :number;

-- name: report_version_list
SELECT number, revision, title, published_ms, published_by FROM report_version WHERE report_id = :report ORDER BY number DESC LIMIT 200;

-- name: report_share_put
INSERT INTO report_share (report_id, secret_hash, sealed, expires_ms, created_by, created_ms, password_hash, allow)
VALUES (:report, :hash, :sealed, :expires_ms, :user, :now_ms, :password_hash, :allow)
ON CONFLICT (report_id) DO UPDATE SET secret_hash = :hash, sealed = :sealed, expires_ms = :expires_ms, created_by = :user, created_ms = :now_ms,
    password_hash = :password_hash, allow = :allow;

-- name: report_share_get
SELECT sealed, expires_ms, created_by, created_ms, password_hash, allow FROM report_share WHERE report_id = :report;

-- name: report_share_by_hash
SELECT report_id, expires_ms, password_hash, allow FROM report_share WHERE secret_hash = :hash;

-- name: report_share_remove
DELETE FROM report_share WHERE report_id = :report;

-- name: report_mention_list
SELECT user_id FROM report_mention WHERE report_id = :report;

-- name: report_mention_add
INSERT INTO report_mention (report_id, user_id) VALUES (:report, :user) ON CONFLICT (report_id, user_id) DO NOTHING;

-- name: report_session_list
SELECT first_revision, last_revision, began_ms, ended_ms, authors, closed FROM report_session
WHERE report_id = :report AND last_revision < :before AND last_revision > :after ORDER BY last_revision DESC LIMIT :limit;

-- name: report_session_add
INSERT INTO report_session (report_id, first_revision, last_revision, began_ms, ended_ms, authors, closed)
VALUES (:report, :first, :last, :began_ms, :ended_ms, :authors, 0);

-- name: report_session_extend
UPDATE report_session SET last_revision = :last, began_ms = :began_ms, ended_ms = :ended_ms, authors = :authors
WHERE report_id = :report AND first_revision = :first;

-- name: report_session_close
UPDATE report_session SET closed = 1 WHERE report_id = :report AND closed = 0;

-- name: report_mark_add
INSERT INTO report_mark (id, report_id, revision, kind, name, of_ms, before_revision, created_by, created_ms)
VALUES (:id, :report, :revision, :kind, :name, :of_ms, :before, :user, :now_ms);

-- name: report_mark_list
SELECT id, revision, kind, name, of_ms, created_by, created_ms, before_revision FROM report_mark
WHERE report_id = :report AND revision < :before ORDER BY revision DESC, created_ms DESC LIMIT :limit;

-- name: report_mark_rename
UPDATE report_mark SET name = :name WHERE report_id = :report AND id = :id AND kind = 'named';

-- name: report_mark_remove
DELETE FROM report_mark WHERE report_id = :report AND id = :id AND kind = 'named';

-- name: report_published_list
SELECT number, revision, title, published_ms, published_by FROM report_version
WHERE report_id = :report AND revision < :before ORDER BY revision DESC, number DESC LIMIT :limit;
